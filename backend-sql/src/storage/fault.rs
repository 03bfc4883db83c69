//! What is wrong where SQLite fails, and what to do about it.
//!
//! See [SQLite's codes](https://www.sqlite.org/rescode.html).

use rusqlite::ErrorCode;

use super::session::BUSY_TIMEOUT;

/// What to do about a damaged file.
pub(super) const REPAIR: &str = "restore it from a copy, together with the `-wal` file beside it, or save what can be \
    read by the command `sqlite3 FILE .recover`";

/// What to do about a damaged log.
pub(super) const REPAIR_LOG: &str = "restore both from a copy, or open it once with `Durability::Normal`, without what \
    was written from there on";

/// What a call says that was rolled back because of it.
pub(crate) fn described(error: &rusqlite::Error) -> String {
    let told = told(error);
    match error.sqlite_error_code() {
        _ if is_damage(error) => {
            format!("the database file is damaged ({told}): end all processes that use it, and {REPAIR}")
        }
        Some(ErrorCode::DiskFull) => {
            format!(
                "there is no room on the disk, and nothing was written ({told}): make room, and try again"
            )
        }
        Some(ErrorCode::DatabaseBusy) => format!(
            "another process has been writing to the file for {} s, and nothing was written ({told}): try again",
            BUSY_TIMEOUT.as_secs()
        ),
        Some(ErrorCode::ReadOnly) => {
            format!("the file can no longer be written, and nothing was ({told}): see to its permissions")
        }
        Some(ErrorCode::SystemIoFailure) => {
            format!(
                "the file cannot be read or written ({told}): see to the disk and its room, and try again"
            )
        }
        _ => format!("SQLite: {told}"),
    }
}

/// SQLite's message, with its code where it is about a file.
pub(super) fn told(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(rusqlite::ffi::Error { code: ErrorCode::Unknown, .. }) | None => error.to_string(),
        Some(failure) => format!("{error}, code {}", failure.extended_code),
    }
}

/// Whether the file holds what was never written to it.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        // A row that lacks, or a value of a type that its column does not take.
        rusqlite::Error::QueryReturnedNoRows
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::Utf8Error(..) => true,
        error => {
            matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        }
    }
}

/// Whether a commit that failed thus has left nothing in the log: it could not begin to write, or not write all of its
/// pages, without which SQLite does not take the rest for a transaction. Everything else may have happened behind the
/// last page, which then comes back when the file is next opened after a crash.
pub(super) fn leaves_nothing(error: &rusqlite::Error) -> bool {
    match error.sqlite_error() {
        Some(failure) => {
            matches!(failure.code, ErrorCode::DatabaseBusy | ErrorCode::DiskFull)
                || failure.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE
        }
        None => false,
    }
}
