use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::value::AttributeType;

fn item() -> Attributes {
    Attributes::from([
        ("n".to_owned(), 5.into()),
        ("s".to_owned(), "hello".into()),
        ("l".to_owned(), AttributeValue::L(vec![1.into(), 2.into(), 3.into()])),
        ("m".to_owned(), AttributeValue::M([("x".to_owned(), 1.into())].into())),
        ("ss".to_owned(), AttributeValue::StringSet(["a".to_owned(), "b".to_owned()].into())),
    ])
}

fn path(name: &'static str, steps: &[PathStep]) -> DocumentPath {
    DocumentPath { attribute: name.into(), steps: steps.to_vec() }
}

fn term(name: &'static str) -> Term {
    Term::Path(path(name, &[]))
}

fn value(value: impl Into<AttributeValue>) -> Term {
    Term::Value(value.into())
}

#[test]
fn conditions_are_those_of_dynamodb() {
    use Comparator as C;
    let x = || path("m", &[PathStep::Member("x".into())]);
    let yes = [
        Condition::Compare(term("n"), C::Less, value(6)),
        Condition::Compare(term("n"), C::GreaterOrEqual, value(5)),
        Condition::Compare(term("missing"), C::NotEqual, value(6)),
        Condition::Compare(term("n"), C::NotEqual, value("5")),
        Condition::Compare(Term::Size(path("s", &[])), C::Equal, value(5)),
        Condition::Between(term("n"), value(5), value(5)),
        Condition::In(term("s"), vec![value("x"), value("hello")]),
        Condition::Exists(x()),
        Condition::NotExists(path("m", &[PathStep::Member("y".into())])),
        Condition::Type(path("l", &[]), AttributeType::L),
        Condition::BeginsWith(path("s", &[]).into(), value("hel")),
        Condition::Contains(path("s", &[]).into(), value("ll")),
        Condition::Contains(path("ss", &[]).into(), value("a")),
        Condition::Contains(path("l", &[]).into(), value(2)),
        Condition::Contains(value("hello, you"), path("s", &[]).into()),
        Condition::BeginsWith(value("hello, you"), path("s", &[]).into()),
        Condition::And(vec![]),
        Condition::Or(vec![Condition::exists("none"), Condition::exists("n")]),
        Condition::Not(Box::new(Condition::exists("none"))),
    ];
    for condition in yes {
        assert!(condition.matches(&item()), "{condition:?}");
    }
    let no = [
        Condition::Compare(term("missing"), C::Equal, value(6)),
        Condition::Compare(term("n"), C::Less, value("6")),
        Condition::Compare(Term::Size(path("n", &[])), C::Equal, value(1)),
        Condition::Between(term("n"), value(6), value(7)),
        Condition::BeginsWith(path("n", &[]).into(), value("5")),
        Condition::Or(vec![]),
    ];
    for condition in no {
        assert!(!condition.matches(&item()), "{condition:?}");
    }
}

#[test]
fn a_texts_size_is_that_of_its_utf_16_form() {
    let size_is = |text: &str, size: u64| {
        let item = Attributes::from([("s".to_owned(), text.into())]);
        Condition::Compare(Term::Size(path("s", &[])), Comparator::Equal, value(size)).matches(&item)
    };
    // As DynamoDB Local and dynoxide have it.
    assert!(size_is("héllo", 5) && size_is("😀a", 3) && size_is("", 0));
}

#[test]
fn updates_read_the_item_as_it_was() {
    let mut changed = item();
    let update = UpdateExpression {
        actions: vec![
            UpdateAction::Set(path("n", &[]), Assignment::Value(9.into())),
            UpdateAction::Set(path("copy", &[]), Assignment::Path(path("n", &[]))),
            UpdateAction::Add(path("new", &[]), 3.into()),
            UpdateAction::Remove(path("l", &[PathStep::Element(0)])),
            UpdateAction::Remove(path("l", &[PathStep::Element(2)])),
            UpdateAction::Delete(path("ss", &[]), item()["ss"].clone()),
            UpdateAction::Set(path("m", &[PathStep::Member("y".into())]), Assignment::Value(2.into())),
        ],
    };
    update.apply(&mut changed).unwrap();
    assert_eq!(changed["n"], 9.into());
    assert_eq!(changed["copy"], 5.into());
    assert_eq!(changed["new"], 3.into());
    assert_eq!(changed["l"], AttributeValue::L(vec![2.into()]));
    assert!(!changed.contains_key("ss"));
    assert_eq!(
        changed["m"],
        AttributeValue::M([("x".to_owned(), 1.into()), ("y".to_owned(), 2.into())].into())
    );
}

#[test]
fn an_update_that_fails_changes_nothing() {
    let first = UpdateAction::Set(path("n", &[]), Assignment::Value(9.into()));
    let failing = [
        (UpdateAction::Add(path("s", &[]), 1.into()), UpdateError::OperandType("s".to_owned())),
        (UpdateAction::Add(path("z", &[]), "x".into()), UpdateError::OperandType("z".to_owned())),
        (
            UpdateAction::Set(path("z", &[]), Assignment::Path(path("none", &[]))),
            UpdateError::MissingOperand("none".to_owned()),
        ),
        (
            UpdateAction::Set(path("none", &[PathStep::Member("x".into())]), Assignment::Value(1.into())),
            UpdateError::InvalidPath("none.x".to_owned()),
        ),
        (UpdateAction::Remove(path("n", &[])), UpdateError::OverlappingPaths("n".to_owned(), "n".to_owned())),
    ];
    for (action, error) in failing {
        let mut changed = item();
        let update = UpdateExpression { actions: vec![first.clone(), action] };
        assert_eq!(update.apply(&mut changed), Err(error));
        assert_eq!(changed, item());
    }
}

#[test]
fn an_update_removes_elements_that_were_there_and_none_that_it_appends() {
    let element = |index| path("l", &[PathStep::Element(index)]);
    let actions = vec![
        UpdateAction::Set(element(9), Assignment::Value("new".into())),
        UpdateAction::Remove(element(0)),
    ];
    let mut changed = Attributes::from([("l".to_owned(), AttributeValue::L(vec![]))]);
    UpdateExpression { actions }.apply(&mut changed).unwrap();
    assert_eq!(changed["l"], AttributeValue::L(vec!["new".into()]));
    let wrong = UpdateExpression { actions: vec![UpdateAction::Remove(path("s", &[PathStep::Element(0)]))] };
    assert_eq!(wrong.apply(&mut item()), Err(UpdateError::InvalidPath("s[0]".to_owned())));
}

#[test]
fn elements_beyond_the_end_of_a_list_are_appended_in_the_order_of_their_numbers() {
    let set = |index, value: &str| {
        UpdateAction::Set(path("l", &[PathStep::Element(index)]), Assignment::Value(value.into()))
    };
    let mut changed = Attributes::from([("l".to_owned(), AttributeValue::L(vec!["first".into()]))]);
    let actions = vec![set(10, "ten"), set(9, "nine"), set(0, "zero")];
    UpdateExpression { actions }.apply(&mut changed).unwrap();
    assert_eq!(changed["l"], AttributeValue::L(vec!["zero".into(), "nine".into(), "ten".into()]));
}

#[test]
fn an_update_does_not_take_one_attribute_for_a_map_and_a_list() {
    let remove = |step| UpdateAction::Remove(path("l", &[step]));
    let actions = vec![remove(PathStep::Element(0)), remove(PathStep::Member("x".into()))];
    let error = UpdateError::ConflictingPaths("l[0]".to_owned(), "l.x".to_owned());
    assert_eq!(UpdateExpression { actions }.apply(&mut item()), Err(error));
}

#[test]
fn only_updates_that_can_be_repeated_are_idempotent() {
    let idempotent = |action| UpdateExpression { actions: vec![action] }.is_idempotent();
    assert!(idempotent(UpdateAction::Set(path("n", &[]), Assignment::Value(1.into()))));
    assert!(idempotent(UpdateAction::Remove(path("n", &[]))));
    assert!(idempotent(UpdateAction::Add(path("ss", &[]), item()["ss"].clone())));
    assert!(!idempotent(UpdateAction::Add(path("n", &[]), 1.into())));
    assert!(!idempotent(UpdateAction::Set(path("n", &[]), Assignment::Path(path("x", &[])))));
    assert!(!idempotent(UpdateAction::Remove(path("l", &[PathStep::Element(0)]))));
}

#[test]
fn bytes_contain_what_stands_in_them_at_any_place() {
    for part in ["", "a", "abab", "ababc", "c"] {
        assert!(contains_bytes(b"abaababc", part.as_bytes()), "{part}");
    }
    for part in ["abac", "ababca", "abaababcd", "d"] {
        assert!(!contains_bytes(b"abaababc", part.as_bytes()), "{part}");
    }
    assert!(contains_bytes(b"", b""));
    assert!(!contains_bytes(b"", b"a"));
}

proptest! {
    /// Of two bytes, so that parts overlap with themselves in many ways.
    #[test]
    fn bytes_contain_what_is_equal_to_one_of_their_windows(
        bytes in vec(0u8..2, 0..40),
        part in vec(0u8..2, 1..8),
        (low, high) in (0usize..40, 0usize..40),
    ) {
        let naive = bytes.windows(part.len()).any(|window| window == part);
        prop_assert_eq!(contains_bytes(&bytes, &part), naive);
        let (low, high) = (low.min(bytes.len()), high.min(bytes.len()));
        if low < high {
            prop_assert!(contains_bytes(&bytes, &bytes[low..high]));
        }
    }
}
