//! Items handed out one after another.

use dynochemy_core::{Checkpoint, Error, Notice, Rows, Solvent};
use serde::de::DeserializeOwned;

use super::Drive;

/// The items of a query or scan, page after page: what [`Db::stream`](crate::Db::stream) answers.
///
/// Dropping it before its end abandons the run.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is asked for items"]
pub struct Pages<T> {
    rows: Option<Rows<T>>,
    state: State,
    /// What the run left, at its end.
    left: Option<Solvent>,
}

#[derive(Debug)]
enum State {
    UnderWay(Box<Drive<'static>>),
    Failed(Error),
    Ended,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(super) fn new(drive: Result<Drive<'static>, Error>) -> Self {
        let state = drive.map_or_else(State::Failed, |drive| State::UnderWay(Box::new(drive)));
        Self { rows: None, state, left: None }
    }

    /// Where to go on from, by streaming the checkpoint: what was handed out before is not handed out again, and nothing is
    /// left out. None where the operation cannot be sent.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint<T>> {
        let run = match &self.state {
            State::UnderWay(drive) => drive.checkpoint(),
            _ => self.left.clone()?,
        };
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
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return None,
                State::Failed(error) => return Some(Err(error)),
                State::UnderWay(mut drive) => match drive.notice() {
                    Some(notice) => {
                        if let Notice::Page(page) = notice {
                            self.rows = Some(page.rows());
                        }
                        self.state = State::UnderWay(drive);
                    }
                    None => {
                        self.rows = None;
                        self.left = Some(drive.checkpoint());
                        let outcome = drive.outcome();
                        if let Some((_, error)) = outcome.errors().next() {
                            self.state = State::Failed(error.clone());
                        }
                    }
                },
            }
        }
    }
}
