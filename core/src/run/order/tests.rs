use super::*;
use crate::expression::UpdateExpression;
use crate::key::KeyValue;
use crate::operation::Segments;
use crate::table::{TableRef, Tables};

fn table() -> TableId {
    #[derive(dynochemy_derive::Table, serde::Serialize)]
    #[table(name = "things")]
    struct T {
        #[table(hash_key)]
        id: String,
    }
    Tables::default().intern(TableRef::Static(<T as crate::Table>::DESCRIPTION))
}

fn key(id: &str) -> Key {
    Key { hash: ("id".into(), KeyValue::S(id.to_owned())), range: None }
}

fn get(id: &str) -> Task {
    Task::Get { table: table(), key: key(id), consistent_read: false, projection: Vec::new() }
}

fn update(id: &str) -> Task {
    Task::Update { table: table(), key: key(id), update: UpdateExpression::default(), options: None }
}

fn scan() -> Task {
    Task::Scan { table: table(), segments: Segments::All(1), fingerprint: 0, reading: Box::default() }
}

/// The order of a plan, and its tasks.
#[derive(Default)]
struct Script {
    order: Order,
    tasks: Vec<Task>,
}

impl Script {
    /// Adds the plan's next operation.
    fn enter(&mut self, operation: u32, task: Task) -> bool {
        self.tasks.push(task);
        self.order.enter(operation, |operation| &self.tasks[operation as usize], &[])
    }

    fn leave(&mut self, operation: u32, succeeded: bool) -> Released {
        self.order.leave(operation, succeeded, |operation| &self.tasks[operation as usize])
    }
}

impl std::ops::Deref for Script {
    type Target = Order;

    fn deref(&self) -> &Order {
        &self.order
    }
}

#[test]
fn operations_on_one_item_keep_their_order() {
    let mut order = Script::default();
    assert!(order.enter(0, update("a")));
    assert!(!order.enter(1, get("a")));
    assert!(!order.enter(2, get("a")));
    assert!(!order.enter(3, update("a")));
    assert!(order.enter(4, get("b")));
    assert_eq!((order.rank(0), order.rank(2), order.rank(3), order.rank(4)), (0, 1, 2, 0));
    assert_eq!(order.leave(0, true).ready, [1, 2]);
    assert!(order.leave(2, true).ready.is_empty());
    assert_eq!(order.leave(1, true).ready, [3]);
    order.leave(3, true);
    order.leave(4, true);
    assert_eq!((order.len(), order.items.len()), (0, 0));
}

#[test]
fn what_follows_a_failure_on_the_same_item_is_skipped_and_the_rest_goes_on() {
    let mut order = Script::default();
    order.enter(0, update("a"));
    order.enter(1, update("a"));
    order.enter(2, scan());
    let released = order.leave(0, false);
    assert_eq!((released.ready, released.skipped), (vec![], vec![1]));
    let released = order.leave(1, false);
    assert_eq!((released.ready, released.skipped), (vec![2], vec![]));
}

#[test]
fn a_scan_waits_for_earlier_writes_only() {
    let mut order = Script::default();
    order.enter(0, update("a"));
    assert!(order.enter(1, get("b")));
    assert!(!order.enter(2, scan()));
    assert!(order.enter(3, update("c")));
    assert_eq!(order.leave(0, true).ready, [2]);
}

fn call(request: impl Into<crate::Request>) -> Task {
    Task::Call { request: Box::new(request.into()) }
}

#[test]
fn a_statement_waits_for_all_that_is_earlier_and_all_that_is_later_for_it() {
    let statement = || {
        let statement = "SELECT * FROM t".to_owned();
        call(crate::api::ExecuteStatementInput { statement, ..Default::default() })
    };
    let mut order = Script::default();
    assert!(order.enter(0, get("a")));
    assert!(order.enter(1, update("b")));
    assert!(!order.enter(2, statement()));
    assert!(!order.enter(3, statement()));
    assert!(!order.enter(4, update("b")));
    assert!(order.enter(5, call(crate::api::ListTablesInput::default())), "settings are no items");
    assert!(order.rank(1) < order.rank(2) && order.rank(2) < order.rank(3) && order.rank(3) < order.rank(4));
    assert!(order.leave(1, true).ready.is_empty());
    assert_eq!(order.leave(0, false).ready, [2]);
    assert_eq!(order.leave(2, false).ready, [3]);
    assert_eq!(order.leave(3, true).ready, [4]);
    order.leave(4, true);
    order.leave(5, true);
    assert!(order.enter(6, statement()));
    assert!(!order.enter(7, get("a")));
    order.leave(7, false);
    assert!(order.leave(6, true).ready.is_empty());
    assert!(order.behind.is_empty() && order.anywhere.is_empty() && order.anywhere_waiting.is_empty());
}

#[test]
fn administration_keeps_its_place_on_its_table() {
    let mut order = Script::default();
    assert!(order.enter(0, Task::DescribeTable { table: table() }));
    assert!(!order.enter(1, update("a")));
    assert!(!order.enter(2, scan()));
    assert!(!order.enter(3, Task::DeleteTable { table: table() }));
    assert!(!order.enter(4, update("a")));
    assert_eq!(order.leave(0, true).ready, [1]);
    assert_eq!(order.leave(1, true).ready, [2]);
    assert_eq!(order.leave(2, true).ready, [3]);
    assert_eq!(order.leave(3, true).ready, [4]);
}
