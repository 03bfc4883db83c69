//! The `Db` of this driver.

use std::sync::Arc;

use dynochemy_core::operation::Paged;
use dynochemy_core::{
    Backend, Builder, Call, CallError, Client, Configuration, Connect, Error, Explanation, Notice, Outcome,
    Pinned, Plan, Response, Solvent,
};

use crate::clock::Clock;
use crate::drive::Drive;
use crate::http::Http;
use crate::pages::Pages;
use crate::watched::Watched;

/// A DynamoDB client on plain threads. Clones are cheap, and share connections and all else.
///
/// ```no_run
/// # fn example() -> Result<(), dynochemy_blocking::Error> {
/// use dynochemy_blocking::{Credentials, Db};
///
/// let db = Db::builder()
///     .endpoint("http://127.0.0.1:8000")
///     .region("local")
///     .credentials(Credentials::new("any", "any"))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) shared: Arc<Shared>,
}

/// What the clones of a `Db` and its runs share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) client: Arc<Client>,
    pub(crate) clock: Clock,
    pub(crate) transport: Transport,
}

/// What answers calls.
pub(crate) enum Transport {
    /// Values are answered as they are.
    Backend(Arc<dyn Backend>),
    /// Messages to an endpoint.
    Http(Box<Http>),
}

impl Db {
    /// Starts making a `Db`.
    pub fn builder() -> Builder<Self> {
        Builder::new()
    }

    /// Carries out an operation or a [`Solvent`](crate::Solvent), and answers when all of it has ended.
    ///
    /// # Errors
    /// What the operation failed with; for a Solvent [`Error::Incomplete`] with the whole outcome.
    pub fn run<P: Plan>(&self, plan: P) -> Result<P::Output, Error> {
        let (run, finish) = self.shared.client.start(plan, self.shared.clock.now())?;
        finish(Drive::new(&self.shared, run).outcome())
    }

    /// Carries out an operation or a [`Solvent`](crate::Solvent), and tells on the way how far it has come; pages of what
    /// was added by [`Solvent::stream`](crate::Solvent::stream) are handed out as they come. The run goes on when `notice`
    /// is done with them.
    ///
    /// # Errors
    /// As [`Db::run`].
    ///
    /// ```
    /// # use dynochemy_blocking::{Db, Error, Notice, Solvent};
    /// fn load(db: &Db, solvent: Solvent) -> Result<(), Error> {
    ///     let outcome = db.run_with(solvent, |notice| {
    ///         if let Notice::Progress(progress) = notice {
    ///             println!("{progress}");
    ///         }
    ///     })?;
    ///     println!("{}", outcome.report());
    ///     Ok(())
    /// }
    /// ```
    pub fn run_with<P: Plan>(&self, plan: P, notice: impl FnMut(Notice)) -> Result<P::Output, Error> {
        let mut watched = self.watch(plan)?;
        watched.by_ref().for_each(notice);
        watched.finish()
    }

    /// Gives a plan its tokens, times and names before it is run, so that it can be saved first: what is
    /// `.exactly_once()` is then applied once, also where another process runs what was saved. See [`Pinned`](crate::Pinned).
    ///
    /// # Errors
    /// When the plan does not hold together.
    pub fn pin(&self, plan: Solvent) -> Result<Pinned, Error> {
        self.shared.client.pin(plan, self.shared.clock.now())
    }

    /// Starts an operation or a [`Solvent`](crate::Solvent) that is moved on by asking for what it has to tell: for whoever
    /// saves checkpoints on the way.
    ///
    /// # Errors
    /// When the plan does not hold together.
    pub fn watch<P: Plan>(&self, plan: P) -> Result<Watched<P::Output>, Error> {
        let (run, finish) = self.shared.client.watch(plan, self.shared.clock.now())?;
        Ok(Watched::new(Drive::new(&self.shared, run), finish))
    }

    /// Carries out an operation whose items are handed out one after another, without holding more than a few pages.
    ///
    /// Nothing is sent before the first item is asked for. The iterator ends after the first error, except that an item which does not
    /// fit its type is an error of its own.
    pub fn stream<O: Paged>(&self, operation: O) -> Pages<O::Item> {
        let run = self.shared.client.stream(operation, self.shared.clock.now());
        Pages::new(run.map(|run| Drive::new(&self.shared, run)))
    }

    /// What running a plan is expected to take: waves, requests, capacity and time. Nothing is sent.
    ///
    /// # Errors
    /// When the plan does not hold together.
    pub fn explain(&self, plan: &Solvent) -> Result<Explanation, Error> {
        self.shared.client.explain(plan)
    }

    /// What became of the last runs (100 at most) whose streams were dropped before they were done, oldest first.
    #[must_use]
    pub fn take_abandoned(&self) -> Vec<Outcome> {
        self.shared.client.take_abandoned()
    }

    fn new(configuration: Configuration) -> Result<Self, Error> {
        let transport = match &configuration.backend {
            Some(backend) => Transport::Backend(backend.clone()),
            None => Transport::Http(Box::new(Http::new(&configuration)?)),
        };
        let client = configuration.into_client(getrandom::u64)?;
        Ok(Self { shared: Arc::new(Shared { client, clock: Clock::set(), transport }) })
    }
}

impl Connect for Db {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Self::new(configuration.or_from_environment(|name| std::env::var(name).ok()))
    }
}

impl Shared {
    /// One call from start to end.
    pub(crate) fn exchange(&self, call: &Call) -> Result<Response, CallError> {
        match &self.transport {
            Transport::Backend(backend) => backend.answer(&call.request, self.clock.now()),
            Transport::Http(http) => http.exchange(&call.request, call.expires, self.clock),
        }
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Backend(_) => "Backend",
            Self::Http(_) => "Http",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(change: impl FnOnce(&mut Configuration)) -> String {
        let mut configuration = Configuration::default();
        change(&mut configuration);
        Db::new(configuration).unwrap_err().to_string()
    }

    #[test]
    fn what_is_missing_is_told_when_the_db_is_made_and_what_to_do() {
        let no_region = problem(|_| ());
        assert!(no_region.contains("no region") && no_region.contains("AWS_REGION"), "{no_region}");
        let no_credentials = problem(|configuration| configuration.region = Some("eu-west-1".to_owned()));
        assert!(
            no_credentials.contains("no credentials") && no_credentials.contains("AWS_ACCESS_KEY_ID"),
            "{no_credentials}"
        );
    }
}
