//! Reads and writes of several items, all at one moment or not at all.

use std::fmt;

use super::{Check, Delete, Get, Operation, Put, Settle, Task, Update};
use crate::error::{Error, Subject};
use crate::key::Key;
use crate::table::Tables;
use crate::wire::WireError;

/// The most actions in one transaction.
///
/// See [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
pub const MAX_ACTIONS: usize = 100;

/// What can be part of a [`TransactWrite`]: puts, deletes and updates that answer nothing, and checks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a transaction",
    note = "a transaction takes puts, deletes, updates and checks; it answers no items, so leave out `return_..`"
)]
pub trait Transactable: Operation<Output = ()> {}

impl<T> Transactable for Put<T> {}
impl<T> Transactable for Delete<T> {}
impl<T> Transactable for Update<T> {}
impl<T> Transactable for Check<T> {}

type Action = Box<dyn FnOnce(&mut Tables) -> Result<Task, Error> + Send>;

/// Writes and checks of up to 100 different items that are applied all or not at all.
///
/// It is sent under a token, so that an attempt whose answer was lost is repeated without being applied twice. Where it is
/// cancelled, [`Error::cancellations`] tells why, action by action. It costs twice the capacity of its writes. Tables
/// that views follow cannot be part of it yet.
///
/// ```
/// # use dynochemy_core::{Table, operation::TransactWrite};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "accounts")]
/// # struct Account { #[table(hash_key)] id: String, balance: i64 }
/// let transfer = TransactWrite::new()
///     .with(Account::update("a").subtract(Account::BALANCE, 100).condition(Account::BALANCE.ge(100)))
///     .with(Account::update("b").add(Account::BALANCE, 100).if_exists());
/// # let _ = transfer;
/// ```
#[derive(Default)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct TransactWrite {
    actions: Vec<Action>,
    token: Option<String>,
}

impl TransactWrite {
    /// A transaction without actions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an action.
    pub fn with<O: Transactable + Send + 'static>(mut self, action: O) -> Self {
        self.add(action);
        self
    }

    /// Adds an action.
    pub fn add<O: Transactable + Send + 'static>(&mut self, action: O) {
        self.actions.push(Box::new(|tables| action.into_task(tables)));
    }

    /// Sends it under a token of your own, of 1 to 36 characters: whoever sends the same transaction under the same token
    /// within ten minutes does not apply it again. Without one, the run makes one. Items with times of creation or change
    /// make it another transaction each time.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }
}

impl fmt::Debug for TransactWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactWrite").field("actions", &self.actions.len()).finish_non_exhaustive()
    }
}

impl Operation for TransactWrite {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let actions = self.actions.into_iter().map(|action| action(tables)).collect();
        write(actions, self.token, tables)
    }
}

/// Reads of up to 100 items, all at one moment.
///
/// It takes a tuple of up to eight gets, and answers a tuple of options, or a `Vec` of gets of one type. It costs twice the
/// capacity of consistent reads. While writes to one of its items are under way, it is tried again.
///
/// ```
/// # use dynochemy_core::{Table, operation::TransactGet};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "accounts")]
/// # struct Account { #[table(hash_key)] id: String, balance: i64 }
/// let both = TransactGet::new((Account::get("a"), Account::get("b")));
/// // let (a, b) = db.run(both).await?;
/// # let _ = both;
/// ```
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct TransactGet<G>(G);

impl<G: Gets> TransactGet<G> {
    /// The transaction of these reads.
    pub fn new(gets: G) -> Self {
        Self(gets)
    }
}

/// Gets that can be read in one transaction.
pub trait Gets {
    /// The items, each where it exists.
    type Output: Settle;

    /// The gets as plain data, each where it can be sent as it is.
    fn into_tasks(self, tables: &mut Tables) -> Vec<Result<Task, Error>>;
}

impl<T, R: serde::de::DeserializeOwned> Gets for Vec<Get<T, R>> {
    type Output = Vec<Option<R>>;

    fn into_tasks(self, tables: &mut Tables) -> Vec<Result<Task, Error>> {
        self.into_iter().map(|get| get.into_task(tables)).collect()
    }
}

macro_rules! gets {
    ($([$($table:ident $item:ident),*];)*) => {$(
        impl<$($table, $item: serde::de::DeserializeOwned),*> Gets for ($(Get<$table, $item>,)*) {
            type Output = ($(Option<$item>,)*);

            #[allow(non_snake_case, reason = "generated")]
            fn into_tasks(self, tables: &mut Tables) -> Vec<Result<Task, Error>> {
                let ($($item,)*) = self;
                vec![$($item.into_task(tables)),*]
            }
        }
    )*};
}
gets! {
    [A R];
    [A R, B S];
    [A R, B S, C T];
    [A R, B S, C T, D U];
    [A R, B S, C T, D U, E V];
    [A R, B S, C T, D U, E V, F W];
    [A R, B S, C T, D U, E V, F W, G X];
    [A R, B S, C T, D U, E V, F W, G X, H Y];
}

impl<G: Gets> Operation for TransactGet<G> {
    type Output = G::Output;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let gets = self.0.into_tasks(tables);
        together("reading transaction", gets, tables).map(|gets| Task::TransactGet { gets })
    }
}

/// The transaction of these writes and checks.
pub(super) fn write(
    actions: Vec<Result<Task, Error>>,
    token: Option<String>,
    tables: &Tables,
) -> Result<Task, Error> {
    let actions = together("transaction", actions, tables)?;
    match token.as_ref().map(|token| token.chars().count()).filter(|length| !(1..=36).contains(length)) {
        None => Ok(Task::TransactWrite { actions, token }),
        Some(length) => {
            let problem = WireError::new(format!("a token has 1 to 36 characters, not {length}"));
            let subject = Task::TransactWrite { actions, token: None }.subject(tables);
            Err(Error::Invalid { subject, problem })
        }
    }
}

/// The actions of a transaction, where each can be sent as it is, and all of them together. The error names the items of
/// all, since what follows on them waits for the transaction.
fn together(operation: &str, actions: Vec<Result<Task, Error>>, tables: &Tables) -> Result<Vec<Task>, Error> {
    let problem =
        match actions.iter().enumerate().find_map(|(index, action)| Some((index, action.as_ref().err()?))) {
            Some((index, Error::Invalid { subject, problem })) => {
                Some(WireError::new(format!("action {index}, {subject}: {problem}")))
            }
            Some((index, error)) => Some(WireError::new(format!("action {index}: {error}"))),
            None => check(actions.iter().flatten(), actions.len()).err(),
        };
    let Some(problem) = problem else { return Ok(actions.into_iter().flatten().collect()) };
    let mut items: Vec<(String, Key)> = Vec::new();
    for action in &actions {
        let subject = match action {
            Ok(task) => task.subject(tables),
            Err(Error::Invalid { subject, .. }) => subject.clone(),
            Err(_) => continue,
        };
        items.extend(subject.keys().map(|(table, key)| (table.to_owned(), key.clone())));
    }
    let mut names: Vec<&str> = items.iter().map(|(table, _)| table.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let table = names.join(", ");
    let reads = operation == "reading transaction";
    let subject = Subject { operation: operation.to_owned(), table, key: None, items, reads };
    Err(Error::Invalid { subject: Box::new(subject), problem })
}

/// Refuses transactions that the service would refuse.
pub(super) fn check<'a>(actions: impl Iterator<Item = &'a Task>, count: usize) -> Result<(), WireError> {
    if !(1..=MAX_ACTIONS).contains(&count) {
        return Err(WireError::new(format!("a transaction has 1 to {MAX_ACTIONS} actions, not {count}")));
    }
    let mut items = std::collections::BTreeSet::new();
    for (index, action) in actions.enumerate() {
        for item in action.items() {
            if !items.insert((item.table, item.key)) {
                let problem = format!(
                    "action {index} is on an item ({}) that an earlier one is on, which DynamoDB forbids; make one \
                     action of them",
                    item.key
                );
                return Err(WireError::new(problem));
            }
        }
    }
    Ok(())
}
