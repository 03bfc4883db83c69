//! Writes that are never applied twice.
//!
//! See [Idempotency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-apis-txwriteitems-idempotency).

use super::{Delete, Operation, Put, Returns, Task, Transactable, Update};
use crate::error::Error;
use crate::table::Tables;

/// A put, delete or update that is sent under a token, as a transaction of one, so that it is never applied twice:
/// `Visit::update(key).add(Visit::SEEN, 1).exactly_once()`.
///
/// After a lost answer it is sent again under the same token for nine minutes, and the service, which knows the token for
/// ten, applies it once. The token is part of the plan that a run saves ([`Run::checkpoint`](crate::Run::checkpoint),
/// [`Outcome::leftover`](crate::Outcome::leftover)), and so is the time of its first sending: a plan that goes on within
/// that time goes on under the same tokens, and one that goes on later ends as [`Fate::Unknown`](crate::Fate::Unknown)
/// what may have been sent. A plan gets its tokens when a run starts, or before it is saved
/// by a `Db`'s `pin` ([`Pinned`](crate::Pinned)): one that was saved without them and is run twice is applied twice. It costs twice the capacity. A condition that fails is told as a transaction's
/// ([`Error::Cancelled`]); [`Error::is_condition_failed`] and [`Error::failed_item`] hold for it too. A table with views
/// writes all under tokens, so there it changes nothing.
///
/// It answers nothing, since the service answers a transaction nothing: what asks for items does not compile with it.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct ExactlyOnce<O>(O);

impl<O: Transactable> Operation for ExactlyOnce<O> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let mut task = self.0.into_task(tables)?;
        if let Task::Put { options, .. } | Task::Delete { options, .. } | Task::Update { options, .. } =
            &mut task
        {
            options.get_or_insert_default().exactly_once = true;
        }
        Ok(task)
    }
}

impl Task {
    /// Puts a write under a token that answers nothing and bears repetition.
    pub(crate) fn guard_by_token(&mut self) {
        let is_repeatable = self.is_repeatable();
        if let Self::Put { options, .. } | Self::Delete { options, .. } | Self::Update { options, .. } = self
        {
            let options = options.get_or_insert_default();
            options.exactly_once |= is_repeatable && options.returns == Returns::Nothing;
        }
    }
}

macro_rules! exactly_once {
    ($($type:ident),*) => {$(
        impl<T> $type<T> {
            /// Sends it under a token, so that it is applied once whatever becomes of its answers. It comes last, and is for
            /// writes that answer nothing; see [`ExactlyOnce`].
            pub fn exactly_once(self) -> ExactlyOnce<Self> {
                ExactlyOnce(self)
            }
        }
    )*};
}
exactly_once!(Put, Delete, Update);
