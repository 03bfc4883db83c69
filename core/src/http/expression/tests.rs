//! What the text of expressions says: exact texts, and random conditions read back by a parser of the documented
//! grammar.

mod parser;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::expression::{Assignment, Comparator, Term, UpdateAction, limits};
use crate::http::members::object;
use crate::key::KeyValue;
use crate::value::{AttributeType, Attributes};

fn written<'a>(write: impl FnOnce(&mut Expressions<'a>, &mut Members<'_>)) -> Value {
    let mut out = Vec::new();
    object(&mut out, |members| {
        let mut expressions = Expressions::default();
        write(&mut expressions, members);
        expressions.write(members);
    });
    serde_json::from_slice(&out).unwrap()
}

fn condition(condition: &Condition) -> Value {
    written(|expressions, members| expressions.condition(members, "ConditionExpression", Some(condition)))
}

fn text(of: &Condition) -> String {
    condition(of)["ConditionExpression"].as_str().unwrap().to_owned()
}

fn path(name: &'static str) -> DocumentPath {
    DocumentPath::attribute(name)
}

fn a() -> Condition {
    Condition::exists("a")
}

fn b() -> Condition {
    Condition::exists("b")
}

fn c() -> Condition {
    Condition::exists("c")
}

#[test]
fn each_test_has_its_text() {
    let term = || Term::Path(path("x"));
    let value = || Term::Value(1.into());
    for (condition, expected) in [
        (Condition::Compare(term(), Comparator::NotEqual, value()), "#a0 <> :v0"),
        (Condition::Compare(value(), Comparator::LessOrEqual, Term::Size(path("x"))), ":v0 <= size(#a0)"),
        (Condition::Between(term(), value(), Term::Path(path("y"))), "#a0 BETWEEN :v0 AND #a1"),
        (Condition::In(term(), vec![value(), value(), term()]), "#a0 IN (:v0, :v1, #a0)"),
        (Condition::Exists(path("x")), "attribute_exists(#a0)"),
        (Condition::NotExists(path("x")), "attribute_not_exists(#a0)"),
        (Condition::Type(path("x"), AttributeType::StringSet), "attribute_type(#a0, :v0)"),
        (Condition::BeginsWith(path("x").into(), value()), "begins_with(#a0, :v0)"),
        (Condition::Contains(value(), path("x").into()), "contains(:v0, #a0)"),
    ] {
        assert_eq!(text(&condition), expected);
    }
    let found = condition(&Condition::Type(path("x"), AttributeType::StringSet));
    assert_eq!(found["ExpressionAttributeValues"], json!({":v0": {"S": "SS"}}));
}

#[test]
fn equal_names_share_a_placeholder_and_values_do_not() {
    let found = condition(&Condition::And(vec![
        Condition::equal("x", 1.into()),
        Condition::equal("y", 1.into()),
        Condition::equal("x", 1.into()),
    ]));
    let expected = json!({
        "ConditionExpression": "#a0 = :v0 AND #a1 = :v1 AND #a0 = :v2",
        "ExpressionAttributeNames": {"#a0": "x", "#a1": "y"},
        "ExpressionAttributeValues": {":v0": {"N": "1"}, ":v1": {"N": "1"}, ":v2": {"N": "1"}},
    });
    assert_eq!(found, expected);
}

#[test]
fn parentheses_stand_where_they_are_needed_and_never_twice() {
    let and = Condition::And;
    let or = Condition::Or;
    let not = |condition| Condition::Not(Box::new(condition));
    for (condition, expected) in [
        (and(vec![a(), b(), c()]), "A AND B AND C"),
        (or(vec![a(), and(vec![b(), c()])]), "A OR (B AND C)"),
        (and(vec![or(vec![a(), b()]), c()]), "(A OR B) AND C"),
        (not(a()), "NOT A"),
        (not(or(vec![a(), b()])), "NOT (A OR B)"),
        (and(vec![not(a()), b()]), "(NOT A) AND B"),
        (not(not(a())), "NOT (NOT A)"),
        (and(vec![and(vec![or(vec![a()])])]), "A"),
        (or(vec![and(vec![or(vec![a(), b()])]), c()]), "(A OR B) OR C"),
        (not(and(vec![a()])), "NOT A"),
    ] {
        let mut found = text(&condition);
        for (number, letter) in ["A", "B", "C"].into_iter().enumerate() {
            found = found.replace(&format!("attribute_exists(#a{number})"), letter);
        }
        assert_eq!(found, expected);
    }
}

#[test]
fn constants_never_reach_the_service_as_such() {
    let always = "attribute_exists(#a0) OR attribute_not_exists(#a0)";
    let never = "attribute_exists(#a0) AND attribute_not_exists(#a0)";
    let empty_in = || Condition::In(Term::Path(path("x")), Vec::new());
    for (condition, expected) in [
        (Condition::And(vec![]), always),
        (Condition::Or(vec![]), never),
        (empty_in(), never),
        (Condition::Not(Box::new(empty_in())), always),
        (Condition::And(vec![a(), Condition::Or(vec![])]), never),
        (Condition::Or(vec![Condition::And(vec![]), a()]), always),
        (Condition::And(vec![Condition::And(vec![]), a()]), "attribute_exists(#a0)"),
        (Condition::Or(vec![a(), empty_in()]), "attribute_exists(#a0)"),
    ] {
        assert_eq!(text(&condition), expected, "{condition:?}");
    }
}

#[test]
fn nothing_is_written_of_what_is_empty() {
    let found = written(|expressions, members| {
        expressions.condition(members, "FilterExpression", None);
        expressions.projection(members, &[]);
        expressions.update(members, Box::leak(Box::default()));
    });
    assert_eq!(found, json!({}));
}

#[test]
fn an_updates_actions_stand_in_one_clause_of_each_kind_in_their_order() {
    let value = |number: u32| Assignment::Value(number.into());
    let at = |name| Assignment::Path(path(name));
    let boxed = Box::new;
    let update = UpdateExpression {
        actions: vec![
            UpdateAction::Delete(path("tags"), 1.into()),
            UpdateAction::Remove(path("old")),
            UpdateAction::Set(path("x"), value(1)),
            UpdateAction::Add(path("count"), 2.into()),
            UpdateAction::Set(path("y"), Assignment::Plus(boxed(at("y")), boxed(value(3)))),
            UpdateAction::Set(path("z"), Assignment::Minus(boxed(value(4)), boxed(at("x")))),
            UpdateAction::Set(path("u"), Assignment::IfNotExists(path("u"), boxed(value(5)))),
            UpdateAction::Set(path("l"), Assignment::Append(boxed(at("l")), boxed(value(6)))),
            UpdateAction::Remove(DocumentPath { attribute: "l".into(), steps: vec![PathStep::Element(3)] }),
        ],
    };
    let found = written(|expressions, members| expressions.update(members, &update));
    let expected = json!({
        "UpdateExpression": "SET #a0 = :v0, #a1 = #a1 + :v1, #a2 = :v2 - #a0, #a3 = if_not_exists(#a3, :v3), \
                             #a4 = list_append(#a4, :v4) REMOVE #a5, #a4[3] ADD #a6 :v5 DELETE #a7 :v6",
        "ExpressionAttributeNames": {
            "#a0": "x", "#a1": "y", "#a2": "z", "#a3": "u", "#a4": "l", "#a5": "old", "#a6": "count", "#a7": "tags",
        },
        "ExpressionAttributeValues": {
            ":v0": {"N": "1"}, ":v1": {"N": "3"}, ":v2": {"N": "4"}, ":v3": {"N": "5"}, ":v4": {"N": "6"},
            ":v5": {"N": "2"}, ":v6": {"N": "1"},
        },
    });
    assert_eq!(limits::update_length(&update), found["UpdateExpression"].as_str().unwrap().len());
    assert_eq!(found, expected);
}

#[test]
fn a_sum_within_a_sum_keeps_its_meaning() {
    let at = |name| Box::new(Assignment::Path(path(name)));
    let inner = Assignment::Minus(at("b"), at("c"));
    let sum = Assignment::Minus(at("a"), Box::new(inner));
    let update = UpdateExpression { actions: vec![UpdateAction::Set(path("a"), sum)] };
    let found = written(|expressions, members| expressions.update(members, &update));
    assert_eq!(found["UpdateExpression"], "SET #a0 = #a0 - (#a1 - #a2)");
    // Such sums are beyond the service, so that their parentheses do not count.
    assert_eq!(limits::update_length(&update), "SET #a0 = #a0 - #a1 - #a2".len());
}

#[test]
fn key_conditions_have_their_own_grammar() {
    let time = |number: u32| KeyValue::N(number.into());
    let compare = |comparator| Some(("t".into(), RangeCondition::Compare(comparator, time(1))));
    for (range, expected) in [
        (None, "#a0 = :v0"),
        (compare(Comparator::Equal), "#a0 = :v0 AND #a1 = :v1"),
        (compare(Comparator::Less), "#a0 = :v0 AND #a1 < :v1"),
        (compare(Comparator::LessOrEqual), "#a0 = :v0 AND #a1 <= :v1"),
        (compare(Comparator::Greater), "#a0 = :v0 AND #a1 > :v1"),
        (compare(Comparator::GreaterOrEqual), "#a0 = :v0 AND #a1 >= :v1"),
        (
            Some(("t".into(), RangeCondition::Between(time(1), time(2)))),
            "#a0 = :v0 AND #a1 BETWEEN :v1 AND :v2",
        ),
        (
            Some(("t".into(), RangeCondition::BeginsWith(KeyValue::S("p".to_owned())))),
            "#a0 = :v0 AND begins_with(#a1, :v1)",
        ),
    ] {
        let condition = KeyCondition { range, ..KeyCondition::hash("h", KeyValue::S("x".to_owned())) };
        let found = written(|expressions, members| expressions.key_condition(members, &condition));
        assert_eq!(found["KeyConditionExpression"], expected);
        assert_eq!(limits::key_condition_length(&condition), expected.len());
        assert_eq!(found["ExpressionAttributeValues"][":v0"], json!({"S": "x"}));
    }
}

fn values() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        (0u32..4).prop_map(AttributeValue::from),
        prop_oneof![Just("a"), Just("ab"), Just("b")].prop_map(AttributeValue::from),
        any::<bool>().prop_map(AttributeValue::from),
        Just(AttributeValue::L(vec![1.into(), "a".into()])),
        Just(AttributeValue::M([("x".to_owned(), 1.into())].into())),
    ]
}

fn paths() -> impl Strategy<Value = DocumentPath> {
    let step = prop_oneof![
        Just(PathStep::Member("x".into())),
        Just(PathStep::Member("y".into())),
        (0u32..3).prop_map(PathStep::Element),
    ];
    let name = prop_oneof![Just("x"), Just("y"), Just("select"), Just("a.b#\"")];
    (name, proptest::collection::vec(step, 0..2))
        .prop_map(|(name, steps)| DocumentPath { attribute: name.into(), steps })
}

fn terms() -> impl Strategy<Value = Term> {
    prop_oneof![
        2 => paths().prop_map(Term::Path),
        2 => values().prop_map(Term::Value),
        1 => paths().prop_map(Term::Size),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let comparators = prop_oneof![
        Just(Comparator::Equal),
        Just(Comparator::NotEqual),
        Just(Comparator::Less),
        Just(Comparator::LessOrEqual),
        Just(Comparator::Greater),
        Just(Comparator::GreaterOrEqual),
    ];
    let kinds = proptest::sample::select(&AttributeType::ALL[..]);
    let tests = prop_oneof![
        (terms(), comparators, terms()).prop_map(|(a, comparator, b)| Condition::Compare(a, comparator, b)),
        (terms(), terms(), terms()).prop_map(|(a, b, c)| Condition::Between(a, b, c)),
        (terms(), proptest::collection::vec(terms(), 0..3)).prop_map(|(a, b)| Condition::In(a, b)),
        paths().prop_map(Condition::Exists),
        paths().prop_map(Condition::NotExists),
        (paths(), kinds).prop_map(|(path, kind)| Condition::Type(path, kind)),
        (terms(), terms()).prop_map(|(term, prefix)| Condition::BeginsWith(term, prefix)),
        (terms(), terms()).prop_map(|(term, part)| Condition::Contains(term, part)),
    ];
    tests.prop_recursive(4, 24, 3, |inner| {
        let group = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            group().prop_map(Condition::And),
            group().prop_map(Condition::Or),
            inner.clone().prop_map(|condition| Condition::Not(Box::new(condition))),
        ]
    })
}

fn items() -> impl Strategy<Value = Attributes> {
    let name = prop_oneof![Just("x"), Just("y"), Just("select"), Just("a.b#\"")].prop_map(str::to_owned);
    proptest::collection::btree_map(name, values(), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_text_of_a_condition_says_the_same_as_the_condition(
        expected in conditions(),
        items in proptest::collection::vec(items(), 1..8),
    ) {
        let written = condition(&expected);
        let found = parser::condition(&written, "ConditionExpression");
        let text = written["ConditionExpression"].as_str().unwrap();
        prop_assert_eq!(limits::condition_length(&found), text.len(), "{}", text);
        for item in &items {
            prop_assert_eq!(found.matches(item), expected.matches(item), "{} {:?}", written, item);
        }
    }
}
