//! Items handed out one after another.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use dynochemy_core::{Checkpoint, Error, Notice, Rows, Solvent};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::drive::Drive;

/// The items of a query or scan, page after page: what [`Db::stream`](crate::Db::stream) answers.
///
/// Dropping it before its end abandons the run.
#[derive(Debug)]
#[must_use = "a stream does nothing until it is polled"]
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

    /// The next item; `None` after the last.
    ///
    /// Nothing is lost where the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: DeserializeOwned> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.rows.as_mut().and_then(Iterator::next) {
                return Poll::Ready(Some(row));
            }
            let Some(drive) = &mut this.drive else { return Poll::Ready(this.failure.take().map(Err)) };
            match ready!(drive.poll_notice(context)) {
                Some(Notice::Page(page)) => this.rows = Some(page.rows()),
                Some(_) => {}
                None => {
                    this.rows = None;
                    this.left = Some(drive.checkpoint());
                    let outcome = this.drive.take().map(Drive::finish);
                    this.failure =
                        outcome.and_then(|outcome| outcome.errors().next().map(|(_, error)| error.clone()));
                }
            }
        }
    }
}
