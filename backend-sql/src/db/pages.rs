//! Items handed out one after another.

use dynochemy_core::{Error, Rows};
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
}

#[derive(Debug)]
enum State {
    UnderWay(Box<Drive<'static>>),
    Failed(Error),
    Ended,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(super) fn new(drive: Result<Drive<'static>, Error>) -> Self {
        Self { rows: None, state: drive.map_or_else(State::Failed, |drive| State::UnderWay(Box::new(drive))) }
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
                State::UnderWay(mut drive) => match drive.page() {
                    Some(page) => {
                        self.rows = Some(page.rows());
                        self.state = State::UnderWay(drive);
                    }
                    None => {
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
