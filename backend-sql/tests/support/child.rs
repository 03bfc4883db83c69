//! A test of the same binary in a process of its own.

use std::env::VarError;
use std::path::Path;
use std::process::Command;

/// Tells a process which test it was started for.
const ROLE: &str = "DYNOCHEMY_SQL_TEST_ROLE";

/// The arguments with which this binary, at its own path or a copy of it, runs one ignored test.
pub(crate) fn arguments(test: &str) -> [&str; 4] {
    ["--exact", test, "--ignored", "--nocapture"]
}

/// `command` as one that runs an ignored test of this binary, with what that is told.
pub(crate) fn told(mut command: Command, file: &Path) -> Command {
    command.env(ROLE, file);
    command
}

/// What this process was told, where it was started for an ignored test.
pub(crate) fn role() -> Option<String> {
    match std::env::var(ROLE) {
        Ok(role) => Some(role),
        Err(VarError::NotPresent) => None,
        Err(error) => panic!("{error}"),
    }
}
