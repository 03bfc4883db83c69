//! The connections that read a file: as many as there are reads at one time, up to a bound.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::session::Session;

/// Reads take microseconds from memory; more of them at a time than this gain nothing on any disk.
pub(super) const MOST: usize = 16;

/// The connections that read.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    sessions: Mutex<Sessions>,
    returned: Condvar,
}

#[derive(Debug)]
struct Sessions {
    idle: Vec<Session>,
    /// How many there are, with those in use. At least one.
    open: usize,
}

/// A connection in use, which goes back where it is dropped.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    readers: &'a Readers,
    /// Here until it is dropped.
    session: Option<Session>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let sessions = Sessions { idle: vec![Session::reader(path)?], open: 1 };
        Ok(Self { path: path.to_owned(), sessions: Mutex::new(sessions), returned: Condvar::new() })
    }

    /// A connection that nobody else uses. Where all are in use, and no more can be opened, it waits for one.
    pub(super) fn take(&self) -> Reader<'_> {
        let mut sessions = self.lock();
        let mut may_grow = true;
        loop {
            if let Some(session) = sessions.idle.pop() {
                return Reader { readers: self, session: Some(session) };
            }
            if !may_grow || sessions.open >= MOST {
                sessions = self.returned.wait(sessions).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            sessions.open += 1;
            drop(sessions);
            match Session::reader(&self.path) {
                Ok(session) => return Reader { readers: self, session: Some(session) },
                // Whatever it is, out of file descriptors for one, those that are open serve as well.
                Err(_) => may_grow = false,
            }
            sessions = self.lock();
            sessions.open -= 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Readers {
    /// How many connections there are.
    pub(super) fn count(&self) -> usize {
        self.lock().open
    }

    /// As when no further connection can be opened.
    pub(super) fn lose_file(&mut self) {
        self.path.push("none");
    }
}

impl Deref for Reader<'_> {
    type Target = Session;
    fn deref(&self) -> &Session {
        self.session.as_ref().expect("it is here until it is dropped")
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("it is here until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // The one that was used last has the most in its cache, and is the next to be used.
        self.readers.lock().idle.extend(self.session.take());
        self.readers.returned.notify_one();
    }
}
