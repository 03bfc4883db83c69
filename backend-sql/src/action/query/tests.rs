use dynochemy_core::ScalarType;
use dynochemy_core::api::PutItemInput;
use dynochemy_core::expression::Condition;

use super::*;
use crate::action::fixture::*;

fn number(value: u64) -> KeyValue {
    KeyValue::N(value.into())
}

fn with_range(user: &str, condition: RangeCondition) -> QueryInput {
    let mut input = query(user);
    input.key_condition_expression.range = Some(("time".into(), condition));
    input
}

/// Visits of `a` at 1 to `count`, and of others around it.
fn visited(count: u64) -> Fixture {
    let fixture = Fixture::new();
    for time in 1..=count {
        fixture.call(put_visit("a", time)).unwrap();
    }
    for other in ["a\0", "A", "b"] {
        fixture.call(put_visit(&other.replace('\0', "\\u0000"), 3)).unwrap();
    }
    fixture
}

#[test]
fn items_come_in_the_order_of_their_range_keys() {
    let fixture = Fixture::new();
    for time in [100, 9, 1, 20, 1_000_000] {
        fixture.call(put_visit("a", time)).unwrap();
    }
    let answer = fixture.call(query("a")).unwrap();
    assert_eq!(times(&answer.items), [1, 9, 20, 100, 1_000_000]);
    assert_eq!((answer.count, answer.scanned_count, answer.last_evaluated_key), (5, 5, None));
    let reverse = QueryInput { scan_index_forward: false, ..query("a") };
    assert_eq!(times(&fixture.call(reverse).unwrap().items), [1_000_000, 100, 20, 9, 1]);
}

#[test]
fn range_conditions_hold_in_both_directions() {
    let fixture = visited(6);
    use Comparator as C;
    let cases = [
        (RangeCondition::Compare(C::Equal, number(3)), vec![3]),
        (RangeCondition::Compare(C::Less, number(3)), vec![1, 2]),
        (RangeCondition::Compare(C::LessOrEqual, number(3)), vec![1, 2, 3]),
        (RangeCondition::Compare(C::Greater, number(3)), vec![4, 5, 6]),
        (RangeCondition::Compare(C::GreaterOrEqual, number(3)), vec![3, 4, 5, 6]),
        (RangeCondition::Between(number(2), number(4)), vec![2, 3, 4]),
        (RangeCondition::Between(number(7), number(9)), vec![]),
    ];
    let mut equal = query("a");
    equal.key_condition_expression.equal.push(("time".into(), number(3)));
    assert_eq!(times(&fixture.call(equal).unwrap().items), [3]);
    for (condition, expected) in cases {
        let forward = with_range("a", condition.clone());
        assert_eq!(times(&fixture.call(forward.clone()).unwrap().items), expected, "{condition:?}");
        let reverse = QueryInput { scan_index_forward: false, ..forward };
        let mut found = times(&fixture.call(reverse).unwrap().items);
        found.reverse();
        assert_eq!(found, expected, "{condition:?}, reverse");
    }
}

#[test]
fn a_prefix_finds_all_texts_that_begin_with_it_and_no_others() {
    let fixture = Fixture::new();
    fixture.call(create_with_range("words", attribute("word", ScalarType::S), None)).unwrap();
    let all = ["a", "ab", "ab\u{0}", "ab\u{0}c", "abc", "ab\u{ff}", "ac", "b"];
    for word in all {
        let word = word.replace('\0', "\\u0000");
        let json = format!(r#"{{"user":{{"S":"u"}},"word":{{"S":"{word}"}}}}"#);
        let table_name = "words".to_owned();
        fixture.call(PutItemInput { table_name, ..put(item(&json)) }).unwrap();
    }
    for prefix in ["a", "ab", "ab\u{0}", "b", "c"] {
        let mut input = QueryInput { table_name: "words".to_owned(), ..query("u") };
        let condition = RangeCondition::BeginsWith(KeyValue::S(prefix.to_owned()));
        input.key_condition_expression.range = Some(("word".into(), condition));
        let expected = all.iter().filter(|word| word.starts_with(prefix)).count();
        assert_eq!(fixture.call(input).unwrap().count as usize, expected, "{prefix:?}");
    }
}

#[test]
fn pages_of_a_limit_join_to_the_whole_in_both_directions() {
    let fixture = visited(7);
    for forward in [true, false] {
        let mut input = with_range("a", RangeCondition::Between(number(2), number(6)));
        input.limit = Some(2);
        input.scan_index_forward = forward;
        let mut found = Vec::new();
        let mut pages = 0;
        loop {
            let answer = fixture.call(input.clone()).unwrap();
            found.extend(times(&answer.items));
            pages += 1;
            match answer.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => break,
            }
        }
        if !forward {
            found.reverse();
        }
        assert_eq!((found, pages), (vec![2, 3, 4, 5, 6], 3));
    }
}

#[test]
fn a_limit_that_is_reached_tells_where_even_if_nothing_follows() {
    let fixture = visited(2);
    let answer = fixture.call(QueryInput { limit: Some(2), ..query("a") }).unwrap();
    assert_eq!(answer.last_evaluated_key, Some(key("a", 2).to_item()));
    let next = QueryInput { exclusive_start_key: answer.last_evaluated_key, ..query("a") };
    let answer = fixture.call(next).unwrap();
    assert_eq!((answer.count, answer.last_evaluated_key), (0, None));
}

#[test]
fn a_page_holds_one_megabyte_counted_before_the_filter() {
    let fixture = Fixture::new();
    for time in 1..=5 {
        fixture.call(put(visit_of_size("a", time, 256 * 1024))).unwrap();
    }
    let all = fixture.call(query("a")).unwrap();
    assert_eq!((all.count, all.last_evaluated_key), (4, Some(key("a", 4).to_item())));
    assert_eq!(units(all.consumed_capacity), 128.0);
    let nothing = QueryInput { filter_expression: Some(Condition::exists("none")), ..query("a") };
    let answer = fixture.call(nothing).unwrap();
    assert_eq!((answer.count, answer.scanned_count), (0, 4));
    assert_eq!(answer.last_evaluated_key, Some(key("a", 4).to_item()));
}

#[test]
fn a_page_ends_with_the_item_that_brings_it_to_one_megabyte() {
    let fixture = Fixture::new();
    for time in 1..=4 {
        fixture.call(put(visit_of_size("a", time, 400 * 1024))).unwrap();
    }
    let page = fixture.call(query("a")).unwrap();
    assert_eq!((page.count, page.last_evaluated_key), (3, Some(key("a", 3).to_item())));
    assert_eq!(units(page.consumed_capacity), 150.0);
    let rest = QueryInput { exclusive_start_key: Some(key("a", 3).to_item()), ..query("a") };
    assert_eq!(fixture.call(rest).unwrap().last_evaluated_key, None);
}

#[test]
fn a_query_costs_by_the_sum_of_its_items() {
    let fixture = Fixture::new();
    for time in 1..=3 {
        fixture.call(put(visit_of_size("a", time, 1500))).unwrap();
    }
    assert_eq!(units(fixture.call(query("a")).unwrap().consumed_capacity), 1.0);
    let consistent = QueryInput { consistent_read: true, ..query("a") };
    assert_eq!(units(fixture.call(consistent).unwrap().consumed_capacity), 2.0);
    assert_eq!(units(fixture.call(query("nobody")).unwrap().consumed_capacity), 0.5);
}

#[test]
fn projection_and_filter_apply_after_the_limit() {
    let fixture = Fixture::new();
    for time in 1..=4 {
        fixture.call(put(item(&visit_json("a", time, &format!(r#","x":{{"N":"{}"}}"#, time % 2))))).unwrap();
    }
    let input = QueryInput {
        filter_expression: Some(Condition::equal("x", 1.into())),
        projection_expression: vec![path("time")],
        limit: Some(3),
        ..query("a")
    };
    let answer = fixture.call(input).unwrap();
    assert_eq!((times(&answer.items), answer.scanned_count), (vec![1, 3], 3));
    assert_eq!(text(&answer.items.at(0).unwrap()), r#"{"time":{"N":"1"}}"#);
}

#[test]
fn queries_that_make_no_sense_are_refused() {
    let fixture = visited(3);
    let error = |input: QueryInput| fixture.error(input);
    let mut elsewhere = query("a");
    elsewhere.key_condition_expression.equal[0].0 = "time".into();
    assert_eq!(error(elsewhere), "ValidationException: Query condition missed key schema element: user");
    let text = RangeCondition::Compare(Comparator::Equal, KeyValue::S("1".to_owned()));
    assert_eq!(
        error(with_range("a", text)),
        "ValidationException: One or more parameter values were invalid: Condition parameter type does not match \
         schema type"
    );
    assert!(error(with_range("a", RangeCondition::Between(number(2), number(1)))).contains("BETWEEN"));
    assert!(error(with_range("a", RangeCondition::BeginsWith(number(2)))).contains("begins_with"));
    let on_key = QueryInput { filter_expression: Some(Condition::exists("time")), ..query("a") };
    assert_eq!(
        error(on_key),
        "ValidationException: Filter Expression can only contain non-primary key attributes: Primary key attribute: \
         time"
    );
    assert!(error(QueryInput { limit: Some(0), ..query("a") }).contains("at 'limit'"));
    let mut three = with_range("a", RangeCondition::Compare(Comparator::Less, number(1)));
    three.key_condition_expression.equal.push(("note".into(), number(1)));
    assert_eq!(
        error(three),
        "ValidationException: The number of query conditions (3) exceeds the number of key attributes defined in the \
         schema (2)"
    );
    let outside = "ValidationException: The provided starting key is outside query boundaries based on provided \
                   conditions";
    let other_user = QueryInput { exclusive_start_key: Some(key("b", 1).to_item()), ..query("a") };
    assert_eq!(error(other_user), outside);
    let mut out_of_range = with_range("a", RangeCondition::Between(number(2), number(3)));
    out_of_range.exclusive_start_key = Some(key("a", 1).to_item());
    assert_eq!(
        error(out_of_range),
        "ValidationException: The provided starting key does not match the range key predicate"
    );
    let no_key = QueryInput { exclusive_start_key: Some(note_key("a").to_item()), ..query("a") };
    assert_eq!(error(no_key), "ValidationException: The provided starting key is invalid");
}
