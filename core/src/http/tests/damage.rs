//! Answers that were damaged on the way.

use proptest::prelude::*;

use super::samples::ANSWERS;
use super::*;
use crate::request::Action;

const REJECTION: &str = r#"{"__type":"a#TransactionCanceledException","Item":{"a":{"S":"b"}},"CancellationReasons":[{"Code":"None"},null,{"Code":"X","Item":{}}],"ThrottlingReasons":[{"reason":"a","resource":"b"}],"message":"c\u00e9"}"#;

/// A change to a body: bytes from `at` on (of 10,000ths of its length) are replaced, `cut` of them, by others.
fn damaged(body: &str, changes: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut body = body.as_bytes().to_vec();
    for (at, cut, with) in changes {
        let from = at * body.len() / 10_000;
        let to = (from + cut).min(body.len());
        body.splice(from..to, with.iter().copied());
    }
    body
}

fn changes() -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    let byte =
        prop_oneof![any::<u8>(), proptest::sample::select(&b"{}[]\",:\\u0123456789eE+-.tfn \xff\x00"[..]),];
    let change = (0usize..10_000, 0usize..20, proptest::collection::vec(byte, 0..6));
    proptest::collection::vec(change, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_answers_are_values_or_unknown_and_never_a_panic(
        which in 0..ANSWERS.len(),
        changes in changes(),
    ) {
        let request = &plain::all()[which];
        let body = damaged(ANSWERS[which].1, &changes);
        // Some actions answer nothing.
        let valid = body.is_empty() || serde_json::from_slice::<serde_json::Value>(&body).is_ok();
        match read_answer(request, http::Response::new(body.into())) {
            Ok(response) => {
                prop_assert!(valid, "what serde_json refuses was read");
                prop_assert_eq!(response.action(), request.action());
                // What was found in it can be looked at.
                let _ = format!("{response:?}");
                let _ = response.consumed_capacity();
            }
            Err(CallError::Unknown { rejection: None, problem }) => {
                prop_assert!(problem.contains(" at byte "), "{}", problem);
            }
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn damaged_answers_with_a_checksum_are_never_believed(
        which in 0..ANSWERS.len(),
        changes in changes(),
    ) {
        let body = damaged(ANSWERS[which].1, &changes);
        prop_assume!(body != ANSWERS[which].1.as_bytes());
        let checksum = crc32fast::hash(ANSWERS[which].1.as_bytes());
        let answer = http::Response::builder().header("x-amz-crc32", checksum).body(body.into()).unwrap();
        let unknown = matches!(
            read_answer(&plain::all()[which], answer),
            Err(CallError::Unknown { rejection: None, problem }) if problem.contains("x-amz-crc32")
        );
        prop_assert!(unknown);
    }

    #[test]
    fn damaged_rejections_keep_their_effect_and_their_body(
        status in 400u16..600,
        changes in changes(),
    ) {
        let body = Bytes::from(damaged(REJECTION, &changes));
        let answer = http::Response::builder().status(status).body(body.clone()).unwrap();
        let error = read_answer(&Request::PutItem(plain::put()), answer).unwrap_err();
        prop_assert_eq!(matches!(error, CallError::Refused(_)), status < 500);
        prop_assert_eq!(&error.rejection().unwrap().body, &body);
        let _ = error.to_string();
    }
}

#[test]
fn an_answer_that_breaks_off_anywhere_is_not_believed() {
    for (request, (action, body)) in plain::all().iter().zip(ANSWERS) {
        // These may answer nothing; that an answer has no body although it has a length is for its driver to see.
        let may_be_empty = matches!(action, Action::Raw | Action::TagResource | Action::UntagResource);
        for length in usize::from(may_be_empty)..body.len() {
            let answer = http::Response::new(Bytes::copy_from_slice(&body.as_bytes()[..length]));
            assert!(
                matches!(read_answer(request, answer), Err(CallError::Unknown { .. })),
                "{length}: {body}"
            );
        }
    }
}
