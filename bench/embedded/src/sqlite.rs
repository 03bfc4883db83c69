//! Plain SQLite, as one writes it who needs speed and no more than this one table: statements prepared once, a table
//! without row numbers, and the item as one blob of serde_json's text behind its key.
//!
//! What the service's semantics take from a database is done here too: a write is a transaction of its own, and reads the
//! size of the item that it replaces, which its capacity depends on; an update reads, decodes, changes and encodes the
//! item; a transaction looks for its token and keeps it in the same commit, and forgets tokens that have expired.

use std::cell::RefCell;
use std::hint::black_box;

use rusqlite::{Connection, OptionalExtension as _, Statement, params};
use serde::Deserialize;

use crate::side::{Calls, Hand, Operation, Side};
use crate::visit::{USERS, VISITS, Visit, batches, key, numbers, query_body, user, visits};

const SCHEMA: &str = "
    CREATE TABLE items (
        user TEXT NOT NULL, time INTEGER NOT NULL, size INTEGER NOT NULL, item BLOB NOT NULL,
        PRIMARY KEY (user, time)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tokens (token TEXT NOT NULL PRIMARY KEY, completed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX tokens_by_completion ON tokens (completed);
    CREATE TABLE wire_items (
        user TEXT NOT NULL, time INTEGER NOT NULL, item BLOB NOT NULL, PRIMARY KEY (user, time)
    ) STRICT, WITHOUT ROWID;
";

pub struct Sqlite(RefCell<Statements>);

struct Statements {
    begin: Statement<'static>,
    commit: Statement<'static>,
    size: Statement<'static>,
    write: Statement<'static>,
    read: Statement<'static>,
    query: Statement<'static>,
    query_wire: Statement<'static>,
    token: Statement<'static>,
    keep_token: Statement<'static>,
    forget_tokens: Statement<'static>,
}

/// An item that is ready to be written.
struct Row {
    user: String,
    time: u64,
    item: Vec<u8>,
}

impl Row {
    fn of(visit: &Visit) -> Self {
        let item = serde_json::to_vec(visit).expect("a visit can be written");
        Self { user: visit.user.clone(), time: visit.time, item }
    }
}

impl Sqlite {
    pub fn new(connection: Connection) -> Self {
        connection.execute_batch(SCHEMA).expect("the database is empty");
        // It lives as long as the bench.
        let connection: &'static Connection = Box::leak(Box::new(connection));
        let prepare = |sql: &str| connection.prepare(sql).expect("the statement can be compiled");
        let mut statements = Statements {
            begin: prepare("BEGIN IMMEDIATE"),
            commit: prepare("COMMIT"),
            size: prepare("SELECT size FROM items WHERE user = ?1 AND time = ?2"),
            write: prepare("INSERT OR REPLACE INTO items (user, time, size, item) VALUES (?1, ?2, ?3, ?4)"),
            read: prepare("SELECT item FROM items WHERE user = ?1 AND time = ?2"),
            query: prepare("SELECT item FROM items WHERE user = ?1 ORDER BY time"),
            query_wire: prepare("SELECT item FROM wire_items WHERE user = ?1 ORDER BY time"),
            token: prepare("SELECT completed FROM tokens WHERE token = ?1"),
            keep_token: prepare("INSERT OR REPLACE INTO tokens (token, completed) VALUES (?1, ?2)"),
            forget_tokens: prepare("DELETE FROM tokens WHERE completed <= ?1"),
        };
        let mut wire = prepare("INSERT INTO wire_items (user, time, item) VALUES (?1, ?2, ?3)");
        for number in 0..USERS * VISITS {
            let visit = Visit::new(number, 0);
            let json = dynochemy_sql::dynochemy_core::wire::encode(&visit).expect("a visit is an item");
            wire.execute(params![visit.user, visit.time, json.item.as_bytes()]).expect("the item is new");
            statements.write(&Row::of(&visit));
        }
        Self(RefCell::new(statements))
    }

    fn typed(&self, operation: Operation, round: u64, count: u64) -> Calls<'_> {
        let mut statements = self.0.borrow_mut();
        match operation {
            Operation::Put => {
                let visits = visits(round, count);
                Box::new(move || {
                    for visit in &visits {
                        statements.in_transaction(|statements| statements.write(&Row::of(visit)));
                    }
                })
            }
            Operation::Get => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for (user, time) in &keys {
                        assert!(black_box(statements.visit(user, *time)).is_some());
                    }
                })
            }
            Operation::UpdateAdd => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for (user, time) in &keys {
                        statements.in_transaction(|statements| statements.add(user, *time));
                    }
                })
            }
            Operation::Query100 => {
                let users: Vec<_> = (round..round + count).map(|number| user(number % USERS)).collect();
                Box::new(move || {
                    for user in &users {
                        let visits: Vec<Visit> = statements.query(user);
                        assert_eq!(black_box(visits).len() as u64, VISITS);
                    }
                })
            }
            Operation::BatchWrite25 => {
                let batches = batches(round, count, 25);
                Box::new(move || {
                    batches.iter().for_each(|batch| {
                        statements.in_transaction(|statements| {
                            batch.iter().for_each(|visit| statements.write(&Row::of(visit)));
                        });
                    })
                })
            }
            Operation::TransactWrite10 => {
                let batches = batches(round, count, 10);
                Box::new(move || {
                    batches.iter().enumerate().for_each(|(number, batch)| {
                        statements.in_transaction(|statements| {
                            statements.under_token(&format!("typed-{round}-{number}"), |statements| {
                                batch.iter().for_each(|visit| statements.write(&Row::of(visit)));
                            });
                        });
                    })
                })
            }
            Operation::Query100Wire => unreachable!("bodies are no structs"),
        }
    }

    fn prepared(&self, operation: Operation, round: u64, count: u64) -> Calls<'_> {
        let mut statements = self.0.borrow_mut();
        let rows = |batches: Vec<Vec<Visit>>| -> Vec<Vec<Row>> {
            batches.iter().map(|batch| batch.iter().map(Row::of).collect()).collect()
        };
        match operation {
            Operation::Put => {
                let rows: Vec<Row> = visits(round, count).iter().map(Row::of).collect();
                Box::new(move || {
                    for row in &rows {
                        statements.in_transaction(|statements| statements.write(row));
                    }
                })
            }
            Operation::Get => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for (user, time) in &keys {
                        assert!(black_box(statements.item(user, *time)).is_some());
                    }
                })
            }
            Operation::UpdateAdd => {
                drop(statements);
                self.typed(operation, round, count)
            }
            Operation::Query100 => {
                let users: Vec<_> = (round..round + count).map(|number| user(number % USERS)).collect();
                Box::new(move || {
                    for user in &users {
                        let mut page = Vec::new();
                        let count = statements.page(user, &mut page);
                        assert_eq!((black_box(page).is_empty(), count), (false, VISITS));
                    }
                })
            }
            Operation::BatchWrite25 => {
                let batches = rows(batches(round, count, 25));
                Box::new(move || {
                    batches.iter().for_each(|batch| {
                        statements.in_transaction(|statements| {
                            batch.iter().for_each(|row| statements.write(row));
                        });
                    })
                })
            }
            Operation::TransactWrite10 => {
                let batches = rows(batches(round, count, 10));
                let tokens: Vec<_> = (0..count).map(|number| format!("prepared-{round}-{number}")).collect();
                Box::new(move || {
                    batches.iter().zip(&tokens).for_each(|(batch, token)| {
                        statements.in_transaction(|statements| {
                            statements.under_token(token, |statements| {
                                batch.iter().for_each(|row| statements.write(row));
                            });
                        });
                    })
                })
            }
            Operation::Query100Wire => {
                let bodies: Vec<_> =
                    (round..round + count).map(|number| query_body(&user(number % USERS))).collect();
                Box::new(move || {
                    for body in &bodies {
                        black_box(statements.answer(body));
                    }
                })
            }
        }
    }
}

impl Side for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn calls(&self, operation: Operation, hand: Hand, round: u64, count: u64) -> Calls<'_> {
        match hand {
            Hand::Typed => self.typed(operation, round, count),
            Hand::Prepared => self.prepared(operation, round, count),
        }
    }
}

const NOW: i64 = 1_795_000_000;

impl Statements {
    fn in_transaction(&mut self, work: impl FnOnce(&mut Self)) {
        self.begin.execute([]).expect("a transaction begins");
        work(self);
        self.commit.execute([]).expect("the transaction is committed");
    }

    fn write(&mut self, row: &Row) {
        let before: Option<i64> = self
            .size
            .query_row(params![row.user, row.time], |row| row.get(0))
            .optional()
            .expect("the size is read");
        let size = row.item.len() as i64;
        black_box(before.map_or(size, |before| before.max(size)));
        self.write.execute(params![row.user, row.time, size, row.item]).expect("the item is written");
    }

    fn visit(&mut self, user: &str, time: u64) -> Option<Visit> {
        let visit = |row: &rusqlite::Row<'_>| {
            Ok(serde_json::from_slice(row.get_ref(0)?.as_blob()?).expect("the blob is a visit"))
        };
        self.read.query_row(params![user, time], visit).optional().expect("the item is read")
    }

    fn item(&mut self, user: &str, time: u64) -> Option<Vec<u8>> {
        let found = self.read.query_row(params![user, time], |row| row.get(0)).optional();
        found.expect("the item is read")
    }

    fn add(&mut self, user: &str, time: u64) {
        let mut visit = self.visit(user, time).expect("the item is there");
        visit.seen += 1;
        let Row { user, time, item } = Row::of(&visit);
        self.write.execute(params![user, time, item.len() as i64, item]).expect("the item is written");
    }

    fn query(&mut self, user: &str) -> Vec<Visit> {
        let mut rows = self.query.query([user]).expect("the query begins");
        let mut visits = Vec::new();
        while let Some(row) = rows.next().expect("the items are read") {
            let blob = row.get_ref(0).expect("a column").as_blob().expect("a blob");
            visits.push(serde_json::from_slice(blob).expect("the blob is a visit"));
        }
        visits
    }

    /// Appends the blobs of a user's items; how many there are.
    fn page(&mut self, user: &str, page: &mut Vec<u8>) -> u64 {
        append(&mut self.query, user, b"", page)
    }

    fn answer(&mut self, body: &str) -> Vec<u8> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Query<'a> {
            #[serde(borrow)]
            expression_attribute_values: Values<'a>,
        }
        #[derive(Deserialize)]
        struct Values<'a> {
            #[serde(borrow, rename = ":user")]
            user: Text<'a>,
        }
        #[derive(Deserialize)]
        struct Text<'a> {
            #[serde(rename = "S")]
            text: &'a str,
        }
        let query: Query<'_> = serde_json::from_str(body).expect("the body is a query");
        let user = query.expression_attribute_values.user.text;
        let mut answer = b"{\"Items\":[".to_vec();
        let count = append(&mut self.query_wire, user, b",", &mut answer);
        answer.extend_from_slice(format!("],\"Count\":{count},\"ScannedCount\":{count}}}").as_bytes());
        answer
    }

    /// Does `work` unless the token is known already.
    fn under_token(&mut self, token: &str, work: impl FnOnce(&mut Self)) {
        let known: Option<i64> =
            self.token.query_row([token], |row| row.get(0)).optional().expect("the token is looked for");
        assert!(known.is_none());
        work(self);
        self.forget_tokens.execute([NOW - 600]).expect("old tokens are forgotten");
        self.keep_token.execute(params![token, NOW]).expect("the token is kept");
    }
}

fn append(query: &mut Statement<'_>, user: &str, between: &[u8], out: &mut Vec<u8>) -> u64 {
    let mut rows = query.query([user]).expect("the query begins");
    let mut count = 0;
    while let Some(row) = rows.next().expect("the items are read") {
        if count > 0 {
            out.extend_from_slice(between);
        }
        out.extend_from_slice(row.get_ref(0).expect("a column").as_blob().expect("a blob"));
        count += 1;
    }
    count
}
