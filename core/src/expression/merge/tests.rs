use proptest::prelude::*;

use super::*;

fn path(text: &str) -> DocumentPath {
    text.parse().unwrap()
}

fn set(at: &str, value: impl Into<AttributeValue>) -> UpdateExpression {
    one(UpdateAction::Set(path(at), Assignment::Value(value.into())))
}

fn add(at: &str, value: impl Into<AttributeValue>) -> UpdateExpression {
    one(UpdateAction::Add(path(at), value.into()))
}

fn delete(at: &str, value: AttributeValue) -> UpdateExpression {
    one(UpdateAction::Delete(path(at), value))
}

fn remove(at: &str) -> UpdateExpression {
    one(UpdateAction::Remove(path(at)))
}

fn set_if_absent(at: &str, value: impl Into<AttributeValue>) -> UpdateExpression {
    let otherwise = Box::new(Assignment::Value(value.into()));
    one(UpdateAction::Set(path(at), Assignment::IfNotExists(path(at), otherwise)))
}

fn set_path(at: &str, from: &str) -> UpdateExpression {
    one(UpdateAction::Set(path(at), Assignment::Path(path(from))))
}

fn append(at: &str, value: i32) -> UpdateExpression {
    let empty = Assignment::Value(AttributeValue::L(Vec::new()));
    let base = Assignment::IfNotExists(path(at), Box::new(empty));
    let more = Assignment::Value(AttributeValue::L(vec![value.into()]));
    one(UpdateAction::Set(path(at), Assignment::Append(Box::new(base), Box::new(more))))
}

fn plus(at: &str, from: &str, value: i32) -> UpdateExpression {
    let sum =
        Assignment::Plus(Box::new(Assignment::Path(path(from))), Box::new(Assignment::Value(value.into())));
    one(UpdateAction::Set(path(at), sum))
}

fn one(action: UpdateAction) -> UpdateExpression {
    UpdateExpression { actions: vec![action] }
}

fn texts(members: &[&str]) -> AttributeValue {
    AttributeValue::StringSet(members.iter().map(|text| (*text).to_owned()).collect())
}

fn number(text: &str) -> AttributeValue {
    AttributeValue::N(text.parse().unwrap())
}

fn map(members: &[(&str, AttributeValue)]) -> AttributeValue {
    AttributeValue::M(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn merge(updates: &[UpdateExpression]) -> Option<Merged> {
    let (first, rest) = updates.split_first().unwrap();
    rest.iter().try_fold(Merged::new(first)?, |merged, next| merged.then(next))
}

fn merged(updates: &[UpdateExpression]) -> Vec<UpdateAction> {
    let merged = merge(updates).unwrap_or_else(|| panic!("not merged: {updates:?}"));
    assert_eq!(merged.condition(), None);
    merged.update.actions
}

#[test]
fn what_is_known_is_carried_out() {
    assert_eq!(merged(&[set("a", 1), set("a", 2)]), set("a", 2).actions);
    assert_eq!(merged(&[set("a", 1), add("a", 2)]), set("a", 3).actions);
    assert_eq!(merged(&[set("a", 1), plus("a", "a", 4)]), set("a", 5).actions);
    assert_eq!(
        merged(&[set("a", texts(&["x"])), add("a", texts(&["y"]))]),
        set("a", texts(&["x", "y"])).actions
    );
    assert_eq!(
        merged(&[set("a", texts(&["x", "y"])), delete("a", texts(&["x"]))]),
        set("a", texts(&["y"])).actions
    );
    assert_eq!(merged(&[remove("a"), set("a", 2)]), set("a", 2).actions);
    assert_eq!(merged(&[remove("a"), add("a", 2)]), set("a", 2).actions);
    assert_eq!(merged(&[remove("a"), remove("a")]), remove("a").actions);
    assert_eq!(merged(&[set("a.b", 1), remove("a.b")]), remove("a.b").actions);
    assert_eq!(merged(&[set("a", 1), set_if_absent("a", 2)]), set("a", 1).actions);
    assert_eq!(
        merged(&[set("a", map(&[("x", 1.into())])), set("a.y", 2), remove("a.x")]),
        set("a", map(&[("y", 2.into())])).actions
    );
    // Two actions of one update see what was there before it.
    let actions = [set("a.x", 7), plus("a.y", "a.x", 1)].map(|update| update.actions[0].clone()).into();
    assert_eq!(
        merged(&[set("a", map(&[("x", 1.into())])), UpdateExpression { actions }]),
        set("a", map(&[("x", 7.into()), ("y", 2.into())])).actions
    );
}

#[test]
fn sets_lists_and_defaults_are_put_together() {
    assert_eq!(
        merged(&[add("s", texts(&["x"])), add("s", texts(&["y"]))]),
        add("s", texts(&["x", "y"])).actions
    );
    assert_eq!(
        merged(&[delete("s", texts(&["x"])), delete("s", texts(&["y"]))]),
        delete("s", texts(&["x", "y"])).actions
    );
    assert_eq!(
        merged(&[delete("s", texts(&["x"])), add("s", texts(&["x"]))]),
        add("s", texts(&["x"])).actions
    );
    assert_eq!(merged(&[set_if_absent("a", 1), set_if_absent("a", 2)]), set_if_absent("a", 1).actions);
    assert_eq!(merged(&[set_if_absent("a", 1), set("a", 2)]), set("a", 2).actions);
    let twice = merged(&[append("l", 1), append("l", 2)]);
    let mut item = Attributes::new();
    UpdateExpression { actions: twice }.apply(&mut item).unwrap();
    assert_eq!(item["l"], AttributeValue::L(vec![1.into(), 2.into()]));
    assert_eq!(merged(&[set("l[0]", 1), set("l[3]", 2)]).len(), 2);
    assert_eq!(merged(&[set("a", 1), add("n", 1), remove("b"), set("m.x", 5)]).len(), 4);
}

#[test]
fn numbers_are_added_up_where_the_old_one_is_bounded() {
    let sum = merge(&[add("n", 2), add("n", 9), add("n", 1)]).unwrap();
    assert_eq!(sum.update.actions, add("n", 12).actions);
    let condition = sum.condition().unwrap();
    let holds = |value: Option<&str>| {
        condition.matches(&value.map(|value| ("n".to_owned(), number(value))).into_iter().collect())
    };
    assert!(holds(None) && holds(Some("-5.5")) && holds(Some("1e37")));
    // 10^38 + 2 is no number of 38 digits, 10^38 + 12 is none either, and 10^38 + 10 is one.
    assert!(!holds(Some("1e38")) && !holds(Some("-1.1e37")));
    assert!(!condition.matches(&Attributes::from([("n".to_owned(), "text".into())])));
}

#[test]
fn what_is_not_provably_the_same_is_left_alone() {
    let apart = [
        // Refused singly, or with another result.
        [add("n", 1), set("n", 2)],
        [add("n", 1), add("n", -1)],
        [add("n", number("0.5")), add("n", number("0.5"))],
        [add("s", texts(&["x"])), delete("s", texts(&["x"]))],
        [add("s", texts(&["x"])), add("s", AttributeValue::NumberSet([1.into()].into()))],
        [delete("s", texts(&["x"])), add("s", texts(&["y"]))],
        [set("a", 1), add("a", texts(&["x"]))],
        [set("a", 1), set("a.x", 1)],
        [remove("a"), set("a.x", 1)],
        [set("a.x", 1), set("a", 1)],
        [set("a.x", 1), remove("a")],
        [set("a.x", 1), set("a[0]", 1)],
        // Lists whose elements move.
        [set("l[0]", 1), set("l[0]", 2)],
        [set("l[3]", 1), set("l[2]", 2)],
        [remove("l[0]"), remove("l[1]")],
        [remove("l[0]"), set("l[1].x", 1)],
        [append("l", 1), set("l[0]", 1)],
        // What reads what was changed.
        [set("a", 1), set_path("b", "a")],
        [set("a", 1), plus("b", "a", 1)],
        [remove("l[0]"), plus("b", "l[1]", 1)],
        // What an index might refuse.
        [set("a", 1), set("a", "text")],
        [set("a", ""), set("a", "text")],
        [set("a", "x".repeat(1025)), set("a", "text")],
        [set("a", 1), remove("a")],
        // What lets the item grow.
        [set("a", "x".repeat(4000)), set("b", "x".repeat(100))],
        [set_path("a", "b"), set("c", 1)],
        [set("c", 1), set_path("a", "b")],
    ];
    let together: Vec<_> = apart.iter().filter(|updates| merge(&updates[..]).is_some()).collect();
    assert!(together.is_empty(), "{together:#?}");
    let doubled =
        Assignment::Append(Box::new(Assignment::Path(path("l"))), Box::new(Assignment::Path(path("l"))));
    assert_eq!(growth(&one(UpdateAction::Set(path("l"), doubled))), None);
}

#[test]
fn an_expression_that_would_be_too_large_is_left_apart() {
    let updates: Vec<_> = (0..600).map(|index| set(&format!("a{index}"), 1)).collect();
    let mut merged = Merged::new(&updates[0]).unwrap();
    let mut members = 1;
    while let Some(next) = merged.then(&updates[members]) {
        (merged, members) = (next, members + 1);
    }
    assert!((100..400).contains(&members), "{members} members");
    assert_eq!(merged.update.check_limits(), Ok(()));
}

fn value() -> impl Strategy<Value = AttributeValue> {
    let numbers = prop_oneof![
        4 => (-3i64..12).prop_map(AttributeValue::from),
        1 => Just(number("0.5")),
        1 => Just(number("1e37")),
        1 => Just(number("1e38")),
        1 => Just(number("99999999999999999999999999999999999998")),
        1 => Just(number("1e-37")),
        1 => Just(number("-1e-38")),
        1 => Just(number("9e125")),
    ];
    let sets = prop::collection::btree_set("[xyz]", 1..4).prop_map(AttributeValue::StringSet);
    let number_sets = prop::collection::btree_set((1i64..4).prop_map(Number::from), 1..3)
        .prop_map(AttributeValue::NumberSet);
    let leaf = prop_oneof![
        6 => numbers,
        2 => "[a-c]{0,2}".prop_map(AttributeValue::from),
        3 => sets,
        1 => number_sets,
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(AttributeValue::L),
            prop::collection::btree_map("[xy]", inner, 0..3).prop_map(AttributeValue::M),
        ]
    })
}

fn item() -> impl Strategy<Value = Attributes> {
    prop::collection::btree_map("[abc]", value(), 0..4)
}

fn any_path() -> impl Strategy<Value = DocumentPath> {
    let step = prop_oneof![
        2 => "[xy]".prop_map(|name| PathStep::Member(name.into())),
        1 => (0u32..3).prop_map(PathStep::Element),
    ];
    let steps = prop_oneof![3 => Just(0usize), 2 => Just(1), 1 => Just(2)]
        .prop_flat_map(move |count| prop::collection::vec(step.clone(), count));
    ("[abc]", steps).prop_map(|(name, steps)| DocumentPath { attribute: name.into(), steps })
}

fn action() -> impl Strategy<Value = UpdateAction> {
    let small_list = prop::collection::vec(value(), 0..2).prop_map(AttributeValue::L);
    (any_path(), any_path(), value(), small_list, any::<bool>()).prop_flat_map(
        |(path, other, value, list, same)| {
            let from = if same { path.clone() } else { other };
            let literal = Box::new(Assignment::Value(value.clone()));
            let read = Box::new(Assignment::Path(from.clone()));
            let absent = Assignment::IfNotExists(from.clone(), literal.clone());
            let base = Box::new(Assignment::IfNotExists(
                from,
                Box::new(Assignment::Value(AttributeValue::L(vec![]))),
            ));
            let list = Box::new(Assignment::Value(list));
            let set = |assignment| UpdateAction::Set(path.clone(), assignment);
            prop_oneof![
                5 => Just(set(*literal.clone())),
                1 => Just(set(*read.clone())),
                1 => Just(set(Assignment::Plus(read.clone(), literal.clone()))),
                1 => Just(set(Assignment::Minus(literal, read))),
                2 => Just(set(absent)),
                1 => Just(set(Assignment::Append(base.clone(), list.clone()))),
                1 => Just(set(Assignment::Append(list, base))),
                3 => Just(UpdateAction::Remove(path.clone())),
                5 => Just(UpdateAction::Add(path.clone(), value.clone())),
                3 => Just(UpdateAction::Delete(path, value)),
            ]
        },
    )
}

fn update() -> impl Strategy<Value = UpdateExpression> {
    prop::collection::vec(action(), 1..3)
        .prop_map(|actions| UpdateExpression { actions })
        .prop_filter("its paths clash", |update| update.check_paths().is_ok())
}

/// Whether the updates were merged, and the merged one succeeded.
fn check_merge(before: &Attributes, updates: &[UpdateExpression]) -> Result<bool, TestCaseError> {
    let Some(merged) = merge(updates) else { return Ok(false) };
    if merged.condition().is_some_and(|condition| !condition.matches(before)) {
        return Ok(false);
    }
    let mut together = before.clone();
    if merged.update.apply(&mut together).is_err() {
        return Ok(false);
    }
    let mut singly = before.clone();
    for update in updates {
        let applied = update.apply(&mut singly);
        prop_assert!(applied.is_ok(), "{applied:?} of {update:?}, together {merged:?}");
    }
    prop_assert_eq!(together, singly);
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn where_the_merged_update_succeeds_the_single_ones_do_and_leave_the_same_item(
        before in item(),
        updates in prop::collection::vec(update(), 2..5),
    ) {
        check_merge(&before, &updates)?;
    }

    #[test]
    fn the_same_holds_for_actions_on_one_path(
        before in item(),
        at in any_path(),
        actions in prop::collection::vec(action(), 2..4),
    ) {
        let moved = |action: &UpdateAction| one(move_paths(action, &|_| at.clone()));
        check_merge(&before, &actions.iter().map(moved).collect::<Vec<_>>())?;
    }
}

#[test]
fn a_good_part_of_random_updates_is_merged() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let cases = (item(), update(), update());
    let merges = (0..2000).filter(|_| {
        let (before, first, second) = cases.new_tree(&mut runner).unwrap().current();
        check_merge(&before, &[first, second]).unwrap()
    });
    let merges = merges.count();
    assert!(merges > 40, "{merges} of 2000");
}
