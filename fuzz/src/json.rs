//! The JSON reader and serde_json read the same texts, and the same in them.

use dynochemy_core::fuzzing::rewrite_json;
use serde_json::Value;

/// serde_json accepts a text if and only if the reader does, and both find the same strings and numbers.
pub fn check(text: &[u8]) {
    let theirs = serde_json::from_slice::<Value>(text);
    match (rewrite_json(text), theirs) {
        (Ok(rewritten), Ok(theirs)) => {
            // With arbitrary precision, numbers are compared by their text.
            let ours: Value = serde_json::from_slice(&rewritten).expect("what was written is JSON");
            assert_eq!(ours, theirs);
        }
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) => panic!("only serde_json refuses it: {error}"),
        (Err(error), Ok(_)) => panic!("serde_json takes it: {error}"),
    }
}
