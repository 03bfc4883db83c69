//! Transactions that have begun and not ended: how conflicts are provoked on purpose.
//!
//! Here each call is over when it is answered, so that calls would never meet, as those of the service do. A
//! [`HeldTransaction`] is one that stays under way for as long as a test, or a simulator, wants it to. It keeps nothing
//! in SQLite: it is a request, and the places that it holds; what it writes is written when it is finished.
//!
//! See [Transaction conflict handling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dynochemy_core::api::TransactWriteItemsOutput;
use dynochemy_core::{CallError, Moment, Request};

use crate::backend::SqlBackend;
use crate::storage::Place;

/// A TransactWriteItems call that has begun and not ended, made by [`SqlBackend::hold`].
///
/// Until it is finished, or dropped, which cancels it, its items stand under a transaction for all clones of the backend:
///
/// - PutItem, UpdateItem and DeleteItem of them are refused by `TransactionConflictException`;
/// - TransactWriteItems and TransactGetItems calls that name one of them are cancelled, with the reason
///   `TransactionConflict` for it;
/// - members of a BatchWriteItem call that write one of them come back unprocessed;
/// - the same transaction under the same token is refused by `TransactionInProgressException`;
/// - all other reads see the items as they were.
///
/// ```
/// use dynochemy_sql::dynochemy_core::Request;
/// use dynochemy_sql::dynochemy_core::api::{
///     CreateTableInput, PutItemInput, TransactPut, TransactWriteItem, TransactWriteItemsInput,
/// };
/// use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, ScalarType};
/// use dynochemy_sql::{Backend, Item, Moment, SqlBackend};
///
/// let backend = SqlBackend::in_memory()?;
/// let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
/// backend.answer(&CreateTableInput::new("visits", &keys).into(), Moment::EPOCH)?;
/// let item = Item::from_json(r#"{"id":{"S":"a"}}"#)?;
///
/// let put = TransactPut { table_name: "visits".to_owned(), item: item.clone(), ..TransactPut::default() };
/// let transaction = TransactWriteItemsInput {
///     transact_items: vec![TransactWriteItem::Put(put)],
///     ..TransactWriteItemsInput::default()
/// };
/// let held = backend.hold(transaction, Moment::EPOCH)?;
///
/// let put = PutItemInput { table_name: "visits".to_owned(), item, ..PutItemInput::default() };
/// let conflict = backend.answer(&Request::PutItem(put.clone()), Moment::EPOCH).unwrap_err();
/// assert_eq!(conflict.rejection().unwrap().code, "TransactionConflictException");
/// held.finish(Moment::EPOCH)?;
/// backend.answer(&Request::PutItem(put), Moment::EPOCH)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a held transaction that is dropped is cancelled"]
pub struct HeldTransaction {
    backend: SqlBackend,
    number: u64,
    request: Request,
}

impl HeldTransaction {
    pub(crate) fn new(backend: SqlBackend, number: u64, request: Request) -> Self {
        Self { backend, number, request }
    }

    /// Ends the transaction, at `now`: its items are free, and it is applied.
    ///
    /// # Errors
    /// What the call is answered with, for lack of capacity for instance. Nothing is applied then.
    pub fn finish(self, now: Moment) -> Result<TransactWriteItemsOutput, CallError> {
        let response = self.backend.finish(self.number, &self.request, now)?;
        Ok(response.try_into().expect("a transaction is answered as one"))
    }
}

impl Drop for HeldTransaction {
    fn drop(&mut self) {
        self.backend.release(self.number);
    }
}

impl fmt::Debug for HeldTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldTransaction").field("request", &self.request).finish_non_exhaustive()
    }
}

/// What a transaction holds.
#[derive(Debug)]
pub(crate) struct Hold {
    /// The token, and the digest of what it stands for.
    pub(crate) token: Option<(String, [u8; 16])>,
    /// The items, by the number of their table.
    pub(crate) places: BTreeSet<(i64, Place)>,
}

/// The transactions that are held. A look at them is nearly free while there are none.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    count: AtomicUsize,
    holds: Mutex<Numbered>,
}

#[derive(Debug, Default)]
struct Numbered {
    last: u64,
    holds: BTreeMap<u64, Hold>,
}

impl Holds {
    /// Takes one up, under a number of its own.
    pub(crate) fn add(&self, hold: Hold) -> u64 {
        let mut holds = self.lock();
        holds.last += 1;
        let number = holds.last;
        holds.holds.insert(number, hold);
        self.count.store(holds.holds.len(), Ordering::Release);
        number
    }

    pub(crate) fn release(&self, number: u64) {
        let mut holds = self.lock();
        holds.holds.remove(&number);
        self.count.store(holds.holds.len(), Ordering::Release);
    }

    /// Whether a transaction is under way for an item.
    pub(crate) fn has(&self, store: i64, place: &Place) -> bool {
        if self.count.load(Ordering::Acquire) == 0 {
            return false;
        }
        let place = (store, place.clone());
        self.lock().holds.values().any(|hold| hold.places.contains(&place))
    }

    /// The digest of the transaction that is under way under a token.
    pub(crate) fn token(&self, token: &str) -> Option<[u8; 16]> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let holds = self.lock();
        let mut tokens = holds.holds.values().filter_map(|hold| hold.token.as_ref());
        tokens.find(|(held, _)| held == token).map(|(_, digest)| *digest)
    }

    fn lock(&self) -> MutexGuard<'_, Numbered> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
