//! Why a database cannot be opened, and what to do about it.

use std::fmt;
use std::fs;
use std::path::Path;

use dynochemy_core::Error;
use rusqlite::ErrorCode;

use super::fault;
use super::format::Unusable;

/// Why a database cannot be opened. The file is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The file is a SQLite database of another program.
    Foreign,
    /// The file is no SQLite database at all.
    NotADatabase,
    /// The file was written by a newer version of this library.
    Newer {
        /// The file's format.
        format: i32,
        /// The newest format that this version can read.
        supported: i32,
    },
    /// The file was written by an older version of this library, whose format is not read any more.
    Older {
        /// The file's format.
        format: i32,
        /// The format that this version reads.
        supported: i32,
    },
    /// The file lacks a part, or holds what SQLite never writes. A file can also be damaged where this is not seen before
    /// a call comes across it, which then fails and says so.
    Damaged {
        /// What is wrong.
        problem: String,
    },
    /// The log beside the file, in which the last writes are, is damaged in its midst.
    DamagedLog {
        /// What is wrong.
        problem: String,
    },
    /// The path is that of a directory.
    Directory,
    /// The directory of the file does not exist.
    NoDirectory,
    /// The file or its log cannot be opened, for lack of permission for instance.
    Inaccessible {
        /// SQLite's message.
        problem: String,
    },
    /// The file, or the directory in which its log lies beside it, can be read and not written.
    ReadOnly,
    /// There is no room for the file or its log.
    Full,
    /// Another process held the file for itself, for longer than was waited for.
    Busy,
    /// The file lies where processes cannot share memory, as SQLite's write-ahead log has to: on a network for instance.
    NoLog,
    /// SQLite fails otherwise.
    Sqlite {
        /// SQLite's message.
        problem: String,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str(
                "the file is a SQLite database, but not one of Dynochemy; it was left as it is: choose another path",
            ),
            Self::NotADatabase => f.write_str(
                "the file is no database, or its beginning was overwritten; it was left as it is: choose another path, or \
                 restore it from a copy",
            ),
            Self::Newer { format, supported } => write!(
                f,
                "the file has format {format}, which a newer version of Dynochemy wrote, and this one reads format \
                 {supported}; it was left as it is: update the library"
            ),
            Self::Older { format, supported } => write!(
                f,
                "the file has format {format} of an older version of Dynochemy, and this one reads format {supported} \
                 only; it was left as it is: write its items into a new file with the version that made it"
            ),
            Self::Damaged { problem } => {
                write!(f, "the file is damaged ({problem}); it was left as it is: {}", fault::REPAIR)
            }
            Self::DamagedLog { problem } => write!(
                f,
                "the log beside the file is damaged ({problem}); both were left as they are: {}",
                fault::REPAIR_LOG
            ),
            Self::Directory => f.write_str("the path is a directory: name a file in it"),
            Self::NoDirectory => f.write_str("the directory of the file does not exist: create it first"),
            Self::Inaccessible { problem } => write!(
                f,
                "the file cannot be opened ({problem}): see to the permissions of the file and of its directory, in which \
                 the log lies beside it, and to the number of files that the process may open"
            ),
            Self::ReadOnly => f.write_str(
                "the file, or the directory in which its log lies beside it, can only be read: see to the permissions of \
                 both, or copy the file to where it can be written",
            ),
            Self::Full => f.write_str("there is no room for the file or its log: make room, and open it again"),
            Self::Busy => f.write_str("another process keeps the file to itself: end that, and open it again"),
            Self::NoLog => f.write_str(
                "the file lies where processes cannot share memory, which SQLite's write-ahead log needs: put it on a \
                 local disk",
            ),
            Self::Sqlite { problem } => write!(f, "SQLite cannot open the database: {problem}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Self::Configuration { problem: error.to_string() }
    }
}

impl OpenError {
    /// What is wrong with a file that cannot be used.
    pub(super) fn of(unusable: Unusable, path: Option<&Path>) -> Self {
        let error = match unusable {
            Unusable::Refused(error) => return error,
            Unusable::Sqlite(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::not_opened(&error, path),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            _ if fault::is_damage(&error) => Self::Damaged { problem: fault::told(&error) },
            _ => Self::Sqlite { problem: fault::told(&error) },
        }
    }

    /// SQLite does not tell why. The file itself is not opened to find out: closing it would release the locks of any
    /// other connection of this process.
    fn not_opened(error: &rusqlite::Error, path: Option<&Path>) -> Self {
        let is_directory = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_dir());
        match path {
            Some(path) if is_directory(path) => Self::Directory,
            Some(path) if path.parent().is_some_and(|parent| !parent.exists()) => Self::NoDirectory,
            _ => Self::Inaccessible { problem: fault::told(error) },
        }
    }
}
