//! The bound of a file's write-ahead log.
//!
//! SQLite copies the log into the file from time to time, and then begins the log anew, but only in a moment in which
//! nobody reads what stands in it. Where reads overlap without a gap, such a moment never comes, and the log would grow
//! for as long as they do. So a log that has grown long is emptied with a short wait for the reads under way; those that
//! begin meanwhile find all in the file.
//!
//! See SQLite on [checkpoints](https://www.sqlite.org/wal.html#ckpt).

mod damage;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::session::{BUSY_TIMEOUT, Session};

/// The length of the log, in bytes, from which on it is emptied. Without reads in its way it stays at 4 MB, apart from
/// larger transactions.
const LONG: u64 = 32 * 1024 * 1024;
/// How often to try, and how long to wait for reads each time, those of other processes among them. One long wait could
/// be in vain: SQLite waits for a mark of what is read, which goes on to reads that begin later.
const ATTEMPTS: u32 = 20;
const PATIENCE: Duration = Duration::from_millis(50);

/// The log of a file.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    /// The length from which on to empty it.
    long: u64,
    attempts: u32,
}

impl Log {
    pub(super) fn of(file: &Path) -> Self {
        let mut path = OsString::from(file);
        path.push("-wal");
        Self { path: PathBuf::from(path), long: LONG, attempts: ATTEMPTS }
    }

    /// Whether it holds anything.
    pub(super) fn is_empty(&self) -> bool {
        fs::metadata(&self.path).map_or(true, |log| log.len() == 0)
    }

    /// What it lacks of what was written to it, if it was damaged since.
    pub(super) fn damage(&self) -> Option<String> {
        // One that cannot be read is SQLite's to complain of.
        damage::find(&self.path).ok().flatten()
    }

    /// Empties the log where it has grown long; to be called between transactions of the connection that writes.
    pub(super) fn bound(&mut self, session: &Session) {
        let Ok(length) = fs::metadata(&self.path).map(|file| file.len()) else { return };
        if length < self.long {
            return;
        }
        // Who reads for long keeps the log; waiting for them before each write would help nobody.
        let emptied = (0..self.attempts).any(|_| truncate(session).unwrap_or(false));
        self.long = if emptied { self.long.min(LONG) } else { length.saturating_mul(2) };
    }
}

#[cfg(test)]
impl Log {
    pub(super) fn empty_from(&mut self, long: u64, attempts: u32) {
        (self.long, self.attempts) = (long, attempts);
    }
}

/// Copies all of the log into the file; whether it is empty now.
fn truncate(session: &Session) -> rusqlite::Result<bool> {
    let connection = session.connection();
    connection.busy_timeout(PATIENCE)?;
    let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(done? == 0)
}
