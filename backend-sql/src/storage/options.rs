//! How a file is opened.

use std::path::Path;

use super::OpenError;
use crate::backend::SqlBackend;

/// What the answer to a write means for a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The write is on the disk. It survives the end of the process in any way, a crash of the system, and a loss of
    /// power, as far as the disk keeps what it says that it has written. Each write waits for the disk.
    #[default]
    Full,
    /// The write is with the operating system, which brings it to the disk some time later. It survives the end of the
    /// process in any way. A crash of the system or a loss of power may take the last writes with it, the latest first,
    /// and each as a whole; the file stays good. Writes are many times faster.
    ///
    /// The log of such a file may have a gap after a loss of power, up to which it is then taken. Opened with
    /// [`Durability::Full`], such a log is refused as damaged.
    Normal,
}

/// How to open a database in a file.
///
/// ```
/// use dynochemy_sql::{Durability, SqlBackend};
///
/// let directory = std::env::temp_dir().join(format!("dynochemy-options-{}", std::process::id()));
/// std::fs::create_dir_all(&directory).unwrap();
/// let backend = SqlBackend::options().durability(Durability::Normal).open(directory.join("visits.db"))?;
/// # drop(backend);
/// # std::fs::remove_dir_all(&directory).unwrap();
/// # Ok::<(), dynochemy_sql::OpenError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    pub(super) durability: Durability,
}

impl OpenOptions {
    /// What [`SqlBackend::open`] takes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What an answered write survives; [`Durability::Full`] where this is not called. It holds for this backend, and not
    /// for the file: another process may have chosen otherwise.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Opens the database in a file, which is created where it does not exist.
    ///
    /// # Errors
    /// When the file cannot be read and written, is damaged, or is not one of this version of Dynochemy. It is then left
    /// as it was.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqlBackend, OpenError> {
        SqlBackend::open_with(path.as_ref(), self)
    }
}
