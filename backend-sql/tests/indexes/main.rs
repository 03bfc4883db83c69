//! Random writes to a table with indexes against a map: what each index then holds, in which order, and what the
//! writes cost on it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod operation;
mod reads;
mod writes;

use operation::{Model, operation};
use proptest::prelude::*;
use writes::Subject;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn indexes_agree_with_a_map(operations in prop::collection::vec(operation(), 1..60)) {
        let mut subject = Subject::new();
        let mut model = Model::new();
        for operation in &operations {
            subject.step(operation, &mut model);
        }
    }
}
