//! Files that cannot be written as they should: without room, or without the right to.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{Backend, CallError, Effect, Item, Key, KeyValue, Moment, OpenError, SqlBackend};

#[path = "support/child.rs"]
mod child;
#[path = "support/directory.rs"]
mod directory;

use directory::Directory;

const NOW: Moment = Moment::from_secs(1_800_000_000);
/// More than has room on any of the disks here.
const MANY: u32 = 2000;

fn create(backend: &SqlBackend) {
    let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::N }, range: None };
    backend.answer(&CreateTableInput::new("notes", &keys).into(), NOW).unwrap();
}

/// Puts an item of 3 KB.
fn put(backend: &SqlBackend, id: u32) -> Result<Response, CallError> {
    let pad = "x".repeat(3000);
    let item = Item::from_json(format!(r#"{{"id":{{"N":"{id}"}},"pad":{{"S":"{pad}"}}}}"#)).unwrap();
    let put = PutItemInput { table_name: "notes".to_owned(), item, ..PutItemInput::default() };
    backend.answer(&Request::PutItem(put), NOW)
}

fn is_there(backend: &SqlBackend, id: u32) -> bool {
    let key = Key { hash: ("id".into(), KeyValue::N(id.into())), range: None };
    let get = GetItemInput { table_name: "notes".to_owned(), key, ..GetItemInput::default() };
    match backend.answer(&Request::GetItem(get), NOW).unwrap() {
        Response::GetItem(output) => output.item.is_some(),
        other => panic!("{other:?}"),
    }
}

/// Asserts that a backend holds the items of these numbers, and no others.
fn holds(backend: &SqlBackend, ids: std::ops::Range<u32>) {
    let describe = DescribeTableInput { table_name: "notes".to_owned() };
    let Response::DescribeTable(described) = backend.answer(&describe.into(), NOW).unwrap() else { panic!() };
    assert_eq!(described.table.item_count, u64::from(ids.end - ids.start));
    assert!(ids.into_iter().all(|id| is_there(backend, id)));
}

/// Puts items until one is refused: how many were written, and what the refusal says.
fn fill(backend: &SqlBackend) -> (u32, CallError) {
    (0..MANY).find_map(|id| put(backend, id).err().map(|error| (id, error))).expect("the disk is small")
}

/// A shell that does something first, and then becomes an ignored test of this binary.
fn shell(first: &str, test: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{first} && exec \"$@\"")]).arg("sh").arg(std::env::current_exe().unwrap());
    command.args(child::arguments(test));
    child::told(command, file)
}

fn succeeded(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn a_file_that_may_not_grow_refuses_writes_keeps_what_was_answered_and_goes_on_with_more_room() {
    let directory = Directory::new();
    create(&SqlBackend::open(directory.file()).unwrap());
    // Files of 2,000 blocks of 512 or 1,024 bytes; writing more fails, instead of ending the process.
    let limit = "trap '' XFSZ && ulimit -f 2000";
    let output = shell(limit, "the_writer_whose_files_may_not_grow", &directory.file()).output().unwrap();
    let written = succeeded(&output);
    let written: u32 =
        written.lines().find_map(|line| line.strip_prefix("written ")).unwrap().parse().unwrap();
    assert!((20..MANY).contains(&written), "{written}");
    let backend = SqlBackend::open(directory.file()).unwrap();
    holds(&backend, 0..written);
    put(&backend, written).unwrap();
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn the_writer_whose_files_may_not_grow() {
    let Some(file) = child::role() else { return };
    let backend = SqlBackend::open(file).unwrap();
    let (written, error) = fill(&backend);
    assert_eq!(error.effect(), Effect::NotApplied, "{error}");
    assert!(error.to_string().contains("see to the disk and its room"), "{error}");
    assert!(put(&backend, written).is_err());
    holds(&backend, 0..written);
    println!("\nwritten {written}");
}

/// A disk of 4 MB of which only the process that mounts it, and its children, know.
const MOUNT: &str = "mount -t tmpfs -o size=4m tmpfs";

#[test]
fn a_full_disk_refuses_writes_keeps_what_was_answered_and_goes_on_with_more_room() {
    let directory = Directory::new();
    let place = directory.path().display();
    let unshare = |what: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", what]);
        command
    };
    if !unshare(&format!("{MOUNT} {place}")).output().is_ok_and(|output| output.status.success()) {
        println!(
            "this system lets nobody mount a disk; the test of files that may not grow says much the same"
        );
        return;
    }
    let inner = shell("true", "the_writer_on_a_small_disk", &directory.file());
    let mut command = unshare(&format!("{MOUNT} {place} && exec \"$@\""));
    command.arg("sh").arg(inner.get_program()).args(inner.get_args());
    let written = succeeded(&child::told(command, &directory.file()).output().unwrap());
    assert!(written.contains("all is well"), "{written}");
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn the_writer_on_a_small_disk() {
    let Some(file) = child::role() else { return };
    let ballast = Path::new(&file).with_file_name("ballast");
    fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let backend = SqlBackend::open(&file).unwrap();
    create(&backend);
    let (written, error) = fill(&backend);
    assert!(written > 100, "{written}");
    for error in [error, put(&backend, written).unwrap_err()] {
        assert_eq!(error.effect(), Effect::NotApplied, "{error}");
        assert!(error.to_string().contains("there is no room on the disk"), "{error}");
        assert!(error.to_string().contains("make room"), "{error}");
    }
    holds(&backend, 0..written);
    let elsewhere = Path::new(&file).with_file_name("other.db");
    assert!(matches!(SqlBackend::open(elsewhere), Err(OpenError::Full)));

    // More room, in the same process.
    fs::remove_file(ballast).unwrap();
    for id in written..written + 50 {
        put(&backend, id).unwrap();
    }
    holds(&backend, 0..written + 50);
    drop(backend);
    let backend = SqlBackend::open(&file).unwrap();
    holds(&backend, 0..written + 50);
    println!("all is well");
}

/// A user who may do as little as anybody.
const NOBODY: u32 = 65_534;

/// Runs an ignored test as somebody who has no rights to what others own.
fn as_nobody(test: &str, directory: &Directory, file: &Path) -> Output {
    let this = std::env::current_exe().unwrap();
    // Files are their maker's: only the superuser may become somebody else.
    let mut command = if fs::metadata(directory.path()).unwrap().uid() == 0 {
        let copy = directory.path().join("test");
        if !copy.exists() {
            // This binary may lie where nobody else may look.
            fs::copy(this, &copy).unwrap();
            fs::set_permissions(&copy, Permissions::from_mode(0o755)).unwrap();
        }
        let mut command = Command::new(copy);
        command.uid(NOBODY).gid(NOBODY);
        command
    } else {
        Command::new(this)
    };
    command.args(child::arguments(test));
    child::told(command, file).output().unwrap()
}

#[test]
fn without_the_right_to_a_file_it_is_not_opened() {
    let directory = Directory::new();
    drop(SqlBackend::open(directory.file()).unwrap());
    let permit = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    for (file, around, expected) in
        [(0o444, 0o777, "read-only"), (0o000, 0o777, "inaccessible"), (0o666, 0o555, "read-only")]
    {
        permit(&directory.file(), file);
        permit(directory.path(), around);
        let told = succeeded(&as_nobody("what_nobody_sees", &directory, &directory.file()));
        permit(directory.path(), 0o777);
        permit(&directory.file(), 0o666);
        assert!(told.contains(expected), "{file:o} in {around:o}: {told}");
    }
    SqlBackend::open(directory.file()).unwrap();
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn what_nobody_sees() {
    let Some(file) = child::role() else { return };
    match SqlBackend::open(file) {
        Err(error @ OpenError::ReadOnly) => println!("read-only: {error}"),
        Err(error @ OpenError::Inaccessible { .. }) => {
            assert!(error.to_string().contains("see to the permissions"), "{error}");
            println!("inaccessible: {error}");
        }
        other => println!("{other:?}"),
    }
}
