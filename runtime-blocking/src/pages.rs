//! Items handed out one after another.

use dynochemy_core::{Delivery, Error, Rows};
use serde::de::DeserializeOwned;

use crate::drive::Drive;

/// The items of a query or scan, page after page: what [`Db::stream`](crate::Db::stream) answers.
///
/// Dropping it before its end abandons the run.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is asked for items"]
pub struct Pages<T> {
    rows: Option<Rows<T>>,
    /// Here until its end.
    drive: Option<Drive>,
    failure: Option<Error>,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(crate) fn new(drive: Result<Drive, Error>) -> Self {
        match drive {
            Ok(drive) => Self { rows: None, drive: Some(drive), failure: None },
            Err(error) => Self { rows: None, drive: None, failure: Some(error) },
        }
    }
}

impl<T: DeserializeOwned> Iterator for Pages<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.as_mut().and_then(Iterator::next) {
                return Some(row);
            }
            let Some(drive) = &mut self.drive else { return self.failure.take().map(Err) };
            self.rows = drive.page().map(Delivery::rows);
            if self.rows.is_none() {
                let outcome = self.drive.take().map(Drive::finish);
                self.failure =
                    outcome.and_then(|outcome| outcome.errors().next().map(|(_, error)| error.clone()));
            }
        }
    }
}
