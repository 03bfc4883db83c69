//! The trait that generic asynchronous code takes, to run on any driver.

use std::future::Future;

use crate::error::Error;
use crate::notice::Notice;
use crate::solvent::{Pinned, Plan, Solvent};

/// A `Db` of an asynchronous driver.
///
/// ```
/// # use dynochemy_core::{AsyncDb, Error, Table};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
/// async fn last_visit(db: &impl AsyncDb, user: &str) -> Result<Option<u64>, Error> {
///     let visits = db.run(Visit::query(user).reverse().limit(1)).await?;
///     Ok(visits.first().map(|visit| visit.time))
/// }
/// ```
pub trait AsyncDb: Clone + Send + Sync + 'static {
    /// Carries out an operation or a Solvent.
    ///
    /// # Errors
    /// What the operation failed with; for a Solvent [`Error::Incomplete`] with the whole outcome.
    fn run<P>(&self, plan: P) -> impl Future<Output = Result<P::Output, Error>> + Send
    where
        P: Plan<Output: Send> + Send;

    /// The same, and `notice` is told on the way how far it has come, and handed the pages of what was added by
    /// [`Solvent::stream`](crate::Solvent::stream).
    ///
    /// # Errors
    /// As [`AsyncDb::run`].
    fn run_with<P>(
        &self,
        plan: P,
        notice: impl FnMut(Notice) + Send,
    ) -> impl Future<Output = Result<P::Output, Error>> + Send
    where
        P: Plan<Output: Send> + Send;

    /// Gives a plan its tokens, times and names before it is run, so that it can be saved first; see [`Pinned`].
    ///
    /// # Errors
    /// When the plan does not hold together.
    fn pin(&self, plan: Solvent) -> Result<Pinned, Error>;
}
