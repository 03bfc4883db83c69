//! Plans that tell how far they have come.

use std::fmt;

use dynochemy_core::{Error, Finish, Notice, Progress, Solvent};

use super::Drive;

/// A plan under way, and what it tells: what [`Db::watch`](crate::Db::watch) answers. It goes on while it is asked for the
/// next notice, and dropping it before its end abandons the run.
///
/// ```
/// # use dynochemy_sql::{Db, Error, Notice, Solvent};
/// fn export(db: &Db, solvent: Solvent, save: impl Fn(&Solvent)) -> Result<(), Error> {
///     let mut watched = db.watch(solvent)?;
///     while let Some(notice) = watched.next() {
///         if let Notice::Page(page) = notice {
///             println!("{} items of operation {}", page.items.len(), page.operation);
///             // Who runs this goes on after the page.
///             save(&watched.checkpoint());
///         }
///     }
///     watched.finish()?;
///     Ok(())
/// }
/// ```
#[must_use = "a plan does nothing until it is asked for its notices, or finished"]
pub struct Watched<T> {
    drive: Drive<'static>,
    finish: Finish<T>,
}

impl<T> Watched<T> {
    pub(super) fn new(drive: Drive<'static>, finish: Finish<T>) -> Self {
        Self { drive, finish }
    }

    /// What is left of the plan, to be saved and run by this process or another one: pages that were handed out before are
    /// not handed out again. What is sent after it is sent again by who goes on from it, so that an update that adds is
    /// added twice, unless it is `.exactly_once()`, or checkpoints are made when a
    /// [`Notice::Sending`](crate::Notice::Sending) comes. See [`Run::checkpoint`](crate::dynochemy_core::Run::checkpoint).
    pub fn checkpoint(&self) -> Solvent {
        self.drive.checkpoint()
    }

    /// How far the plan has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.drive.progress()
    }

    /// Goes on to the end, of which nothing more is told, and answers what running the plan answers. A query or scan of which
    /// there are pages that were not taken ends as abandoned; `leftover` goes on with the first of them.
    ///
    /// # Errors
    /// What the operation failed with; for a Solvent [`Error::Incomplete`] with the whole outcome.
    pub fn finish(mut self) -> Result<T, Error> {
        self.drive.hand_out_no_more();
        (self.finish)(self.drive.outcome())
    }
}

impl<T> Iterator for Watched<T> {
    type Item = Notice;

    fn next(&mut self) -> Option<Notice> {
        self.drive.notice()
    }
}

impl<T> fmt::Debug for Watched<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("progress", &self.progress()).finish_non_exhaustive()
    }
}
