//! Items handed out one after another.

use dynochemy_core::{Checkpoint, Error, Notice, Rows, Solvent};
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
    /// What it left, at its end.
    left: Option<Solvent>,
    failure: Option<Error>,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(crate) fn new(drive: Result<Drive, Error>) -> Self {
        match drive {
            Ok(drive) => Self { rows: None, drive: Some(drive), left: None, failure: None },
            Err(error) => Self { rows: None, drive: None, left: None, failure: Some(error) },
        }
    }

    /// Where to go on from, by streaming the checkpoint: what was handed out before is not handed out again, and nothing is
    /// left out. None where the operation cannot be sent.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint<T>> {
        let run = self.drive.as_ref().map(Drive::checkpoint).or_else(|| self.left.clone())?;
        Checkpoint::of_run(run, self.rows.as_ref())
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
            match drive.notice() {
                Some(Notice::Page(page)) => self.rows = Some(page.rows()),
                Some(_) => {}
                None => {
                    self.rows = None;
                    self.left = Some(drive.checkpoint());
                    let outcome = self.drive.take().map(Drive::finish);
                    self.failure =
                        outcome.and_then(|outcome| outcome.errors().next().map(|(_, error)| error.clone()));
                }
            }
        }
    }
}
