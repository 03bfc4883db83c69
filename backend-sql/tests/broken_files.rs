//! Files that are no databases of ours, or damaged ones, and what is said of them.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{
    Backend, CallError, Durability, Effect, Item, Key, KeyValue, Moment, OpenError, SqlBackend,
};
use rusqlite::Connection;

#[path = "support/directory.rs"]
mod directory;

use directory::Directory;

const NOW: Moment = Moment::from_secs(1_800_000_000);
/// So few that SQLite does not begin the log anew.
const ITEMS: usize = 150;
const PAGE: usize = 4096;

fn key(number: usize) -> Key {
    Key { hash: ("id".into(), KeyValue::S(format!("{number:04}"))), range: None }
}

/// Of about 800 bytes.
fn item(number: usize) -> Item {
    let pad = format!("{number:04} ").repeat(150);
    Item::from_json(format!(r#"{{"id":{{"S":"{number:04}"}},"pad":{{"S":"{pad}"}}}}"#)).unwrap()
}

fn put(number: usize) -> Request {
    Request::PutItem(PutItemInput {
        table_name: "notes".to_owned(),
        item: item(number),
        ..PutItemInput::default()
    })
}

fn get(backend: &SqlBackend, number: usize) -> Result<Option<Item>, CallError> {
    let get = GetItemInput { table_name: "notes".to_owned(), key: key(number), ..GetItemInput::default() };
    match backend.answer(&Request::GetItem(get), NOW)? {
        Response::GetItem(output) => Ok(output.item),
        other => panic!("{other:?}"),
    }
}

/// A backend on a new file with [`ITEMS`] items.
fn filled(file: &Path) -> SqlBackend {
    let backend = SqlBackend::options().durability(Durability::Normal).open(file).unwrap();
    let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
    backend.answer(&CreateTableInput::new("notes", &keys).into(), NOW).unwrap();
    for number in 0..ITEMS {
        backend.answer(&put(number), NOW).unwrap();
    }
    backend
}

fn log_of(file: &Path) -> PathBuf {
    file.with_extension("db-wal")
}

/// The file and its log as they are when the process is killed: the log is not taken into the file.
fn killed(directory: &Directory) -> PathBuf {
    let backend = filled(&directory.file());
    let copy = directory.path().join("killed.db");
    // Reading the file by its path releases SQLite's locks, which nobody else is there to take.
    let read = |path: &Path| fs::copy(path, copy.with_extension("copy")).map(|_| copy.with_extension("copy"));
    fs::rename(read(&log_of(&directory.file())).unwrap(), log_of(&copy)).unwrap();
    fs::rename(read(&directory.file()).unwrap(), &copy).unwrap();
    drop(backend);
    copy
}

/// Opens what must be refused, and left as it is.
fn refused(file: &Path) -> OpenError {
    let contents = || (fs::read(file).ok(), fs::read(log_of(file)).ok());
    let before = contents();
    let Err(error) = SqlBackend::open(file) else { panic!("it is opened") };
    let lengths = |(file, log): &(Option<Vec<u8>>, Option<Vec<u8>>)| {
        [file, log].map(|bytes| bytes.as_ref().map(Vec::len))
    };
    let after = contents();
    assert!(after == before, "{error}: {:?} became {:?}", lengths(&before), lengths(&after));
    error
}

#[test]
fn a_file_that_was_cut_off_is_refused_and_left_as_it_is() {
    let directory = Directory::new();
    drop(filled(&directory.file()));
    let whole = fs::read(directory.file()).unwrap();
    for length in [whole.len() - 1, whole.len() - PAGE, whole.len() / 2, 2 * PAGE, PAGE, 1000, 512] {
        fs::write(directory.file(), &whole[..length]).unwrap();
        let error = refused(&directory.file());
        assert!(matches!(error, OpenError::Damaged { .. }), "{length}: {error:?}");
        assert!(error.to_string().contains("restore it from a copy"), "{error}");
    }
    for length in [511, 100, 1] {
        fs::write(directory.file(), &whole[..length]).unwrap();
        assert_eq!(refused(&directory.file()), OpenError::NotADatabase);
    }
    fs::write(directory.file(), whole).unwrap();
    let backend = SqlBackend::open(directory.file()).unwrap();
    assert_eq!(get(&backend, 7), Ok(Some(item(7))));
}

#[test]
fn an_empty_file_beside_a_log_is_not_taken_for_a_new_one() {
    let directory = Directory::new();
    let file = killed(&directory);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, "").unwrap();
    let error = refused(&file);
    assert!(matches!(&error, OpenError::Damaged { problem } if problem.contains("log")), "{error:?}");
    fs::write(&file, whole).unwrap();
    let backend = SqlBackend::open(&file).unwrap();
    assert_eq!(get(&backend, ITEMS - 1), Ok(Some(item(ITEMS - 1))));
}

/// How many items a killed file holds, which are the first ones.
fn held(backend: &SqlBackend) -> usize {
    let held = (0..ITEMS).take_while(|number| get(backend, *number).unwrap().is_some()).count();
    assert!((held..ITEMS).all(|number| get(backend, number) == Ok(None)));
    held
}

#[test]
fn a_log_that_was_damaged_is_refused_rather_than_taken_up_to_there() {
    let directory = Directory::new();
    let file = killed(&directory);
    let whole = fs::read(log_of(&file)).unwrap();
    const FRAME: usize = 24 + PAGE;
    let frames = (whole.len() - 32) / FRAME;
    assert!(frames > 100);
    let mut damaged = 0;
    for at in [0, 17, 40, 32 + 4, 32 + 10 * FRAME + 2, 32 + 50 * FRAME + 20, 32 + 90 * FRAME + 2000] {
        let mut broken = whole.clone();
        broken[at..][..4].iter_mut().for_each(|byte| *byte ^= 0x55);
        fs::write(log_of(&file), &broken).unwrap();
        let error = refused(&file);
        assert!(matches!(error, OpenError::DamagedLog { .. }), "{at}: {error:?}");
        assert!(error.to_string().contains("Durability::Normal"), "{error}");
        damaged += 1;
    }
    assert_eq!(damaged, 7);
    // Who can do without the rest says so.
    let normal = SqlBackend::options().durability(Durability::Normal);
    let mut broken = whole.clone();
    broken[32 + 90 * FRAME + 2000] ^= 1;
    let copy = fs::read(&file).unwrap();
    fs::write(log_of(&file), &broken).unwrap();
    let kept = held(&normal.open(&file).unwrap());
    assert!((1..ITEMS).contains(&kept), "{kept}");
    // A log as it was is taken as a whole.
    fs::write(&file, copy).unwrap();
    fs::write(log_of(&file), &whole).unwrap();
    assert_eq!(held(&SqlBackend::open(&file).unwrap()), ITEMS);
}

#[test]
fn a_log_that_was_cut_short_is_taken_up_to_there() {
    let directory = Directory::new();
    let file = killed(&directory);
    let (whole, log) = (fs::read(&file).unwrap(), fs::read(log_of(&file)).unwrap());
    for lost in [1, PAGE, 3 * PAGE] {
        fs::write(&file, &whole).unwrap();
        fs::write(log_of(&file), &log[..log.len() - lost]).unwrap();
        let _ = fs::remove_file(file.with_extension("db-shm"));
        let kept = held(&SqlBackend::open(&file).unwrap());
        assert!((ITEMS - 2..ITEMS).contains(&kept), "{lost}: {kept}");
    }
}

#[test]
fn an_empty_file_is_a_new_database() {
    let directory = Directory::new();
    fs::write(directory.file(), "").unwrap();
    drop(filled(&directory.file()));
    let backend = SqlBackend::open(directory.file()).unwrap();
    assert_eq!(get(&backend, 0), Ok(Some(item(0))));
}

#[test]
fn a_file_whose_beginning_was_overwritten_is_refused() {
    let directory = Directory::new();
    drop(filled(&directory.file()));
    let whole = fs::read(directory.file()).unwrap();
    let mut broken = whole.clone();
    broken[..16].fill(b'x');
    fs::write(directory.file(), &broken).unwrap();
    let error = refused(&directory.file());
    assert_eq!(error, OpenError::NotADatabase);
    assert!(error.to_string().contains("its beginning was overwritten"), "{error}");
    // The page of SQLite's own schema, behind the header.
    let mut broken = whole;
    broken[100..PAGE].fill(0);
    fs::write(directory.file(), &broken).unwrap();
    assert!(matches!(refused(&directory.file()), OpenError::Damaged { .. }));
}

#[test]
fn a_page_that_was_overwritten_is_reported_by_the_calls_that_need_it() {
    let directory = Directory::new();
    drop(filled(&directory.file()));
    let whole = fs::read(directory.file()).unwrap();
    let pages = whole.len() / PAGE;
    assert!(pages > 30);
    let mut reported = 0;
    for page in 1..pages {
        let mut broken = whole.clone();
        broken[page * PAGE..][..PAGE].fill([0, 0xFF, 0xAA][page % 3]);
        fs::write(directory.file(), &broken).unwrap();
        let backend = match SqlBackend::open(directory.file()) {
            Ok(backend) => backend,
            Err(error) => {
                assert!(matches!(error, OpenError::Damaged { .. }), "{page}: {error:?}");
                reported += 1;
                continue;
            }
        };
        let mut damaged = Vec::new();
        for number in 0..ITEMS {
            match get(&backend, number) {
                Ok(Some(found)) if found == item(number) => {}
                Ok(Some(_)) => panic!("page {page}, item {number}: not as it was"),
                Ok(None) => panic!("page {page}, item {number}: missing"),
                Err(error) => damaged.push((number, error)),
            }
        }
        for (number, error) in &damaged {
            assert_eq!(error.rejection().unwrap().code, "InternalServerError");
            assert!(error.to_string().contains("the database file is damaged"), "{page}, {number}: {error}");
            assert!(error.to_string().contains("restore it from a copy"), "{page}, {number}: {error}");
        }
        if let Some((number, _)) = damaged.first() {
            reported += 1;
            let error = backend.answer(&put(*number), NOW).unwrap_err();
            assert_eq!(error.effect(), Effect::NotApplied);
            assert!(error.to_string().contains("the database file is damaged"), "{error}");
            let scan = Request::Scan(ScanInput { table_name: "notes".to_owned(), ..ScanInput::default() });
            let mut start = None;
            let failed = loop {
                let Request::Scan(input) = &scan else { unreachable!() };
                let next = ScanInput { exclusive_start_key: start, ..input.clone() };
                match backend.answer(&Request::Scan(next), NOW) {
                    Ok(Response::Scan(page)) if page.last_evaluated_key.is_none() => break false,
                    Ok(Response::Scan(page)) => start = page.last_evaluated_key,
                    Ok(other) => panic!("{other:?}"),
                    Err(error) => break error.to_string().contains("the database file is damaged"),
                }
            };
            assert!(failed, "page {page}: a scan passes over it");
        }
    }
    // The others hold tokens, streams, and what else no item needs.
    assert!(reported >= pages - 9, "{reported} of {pages}");
}

#[test]
fn a_file_of_another_program_is_left_as_it_is() {
    let directory = Directory::new();
    let foreign = Connection::open(directory.file()).unwrap();
    foreign.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);").unwrap();
    drop(foreign);
    assert_eq!(refused(&directory.file()), OpenError::Foreign);

    let named = directory.path().join("named.db");
    let theirs = Connection::open(&named).unwrap();
    theirs.pragma_update(None, "application_id", 77).unwrap();
    drop(theirs);
    assert_eq!(refused(&named), OpenError::Foreign);

    for text in ["not a database at all, but a text that is long enough", "short"] {
        fs::write(directory.file(), text).unwrap();
        assert_eq!(refused(&directory.file()), OpenError::NotADatabase, "{text}");
    }
}

#[test]
fn a_file_of_a_newer_version_is_refused_with_its_format() {
    let directory = Directory::new();
    drop(SqlBackend::open(directory.file()).unwrap());
    let newer = Connection::open(directory.file()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let error = refused(&directory.file());
    assert_eq!(error, OpenError::Newer { format: 99, supported: 5 });
    assert!(error.to_string().contains("format 99, which a newer version of Dynochemy wrote"));
    assert!(error.to_string().contains("update the library"));
}

#[test]
fn a_file_of_an_older_version_is_refused_and_left_as_it_is() {
    let directory = Directory::new();
    drop(SqlBackend::open(directory.file()).unwrap());
    let older = Connection::open(directory.file()).unwrap();
    older.pragma_update(None, "user_version", 1).unwrap();
    drop(older);
    let error = refused(&directory.file());
    assert_eq!(error, OpenError::Older { format: 1, supported: 5 });
    assert!(error.to_string().contains("format 1 of an older version of Dynochemy"));
}

#[test]
fn a_path_that_is_no_file_is_refused_with_what_to_do() {
    let directory = Directory::new();
    assert_eq!(SqlBackend::open(directory.path()).unwrap_err(), OpenError::Directory);
    let nowhere = directory.path().join("none").join("test.db");
    let error = SqlBackend::open(&nowhere).unwrap_err();
    assert_eq!(error, OpenError::NoDirectory);
    assert!(error.to_string().contains("create it first"));
    let inside_a_file = directory.path().join("file").join("test.db");
    fs::write(directory.path().join("file"), "").unwrap();
    let error = SqlBackend::open(&inside_a_file).unwrap_err();
    assert!(matches!(error, OpenError::Inaccessible { .. } | OpenError::NoDirectory), "{error:?}");
    assert!(SqlBackend::open("").is_err());
}

#[test]
fn names_that_mean_something_to_sqlite_are_names_of_files_here() {
    let directory = Directory::new();
    for name in [":memory:", "file:test.db?mode=memory"] {
        let path = directory.path().join(name);
        drop(filled(&path));
        assert!(fs::metadata(&path).unwrap().len() > 0);
    }
}

#[test]
fn trouble_with_sqlite_is_refused_as_the_services_own() {
    let directory = Directory::new();
    let backend = filled(&directory.file());
    Connection::open(directory.file()).unwrap().execute_batch("DROP TABLE items").unwrap();
    let error = backend.answer(&put(1), NOW).unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.status, rejection.code.as_str()), (500, "InternalServerError"));
    assert!(rejection.message.contains("no such table: items"), "{rejection}");
    assert_eq!(error.effect(), Effect::NotApplied);
}
