use dynochemy_core::AttributeValue;
use dynochemy_core::api::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};

use super::*;
use crate::action::fixture::*;
use crate::action::index_tests::{HOME, indexed, put_place};

/// Users `a` with the times 0 to 5 and `b` with 0 to 1; `n` is the time, `m.p` a list of it and its double.
fn filled() -> Fixture {
    let fixture = Fixture::new();
    for (user, times) in [("a", 6), ("b", 2)] {
        for time in 0..times {
            let more = format!(
                r#","n":{{"N":"{time}"}},"m":{{"M":{{"p":{{"L":[{{"N":"{time}"}},{{"N":"{}"}}]}}}}}}"#,
                2 * time
            );
            fixture.call(put(item(&visit_json(user, time, &more)))).unwrap();
        }
    }
    fixture
}

/// The items that a statement answers, as texts.
fn items(fixture: &Fixture, text: &str) -> Vec<String> {
    let output = fixture.call(statement(text)).unwrap_or_else(|error| panic!("{text}: {error}"));
    output.items.iter().map(|item| self::text(&item)).collect()
}

fn times_of(fixture: &Fixture, condition: &str) -> Vec<u64> {
    let output = fixture.call(statement(&format!("SELECT * FROM visits WHERE {condition}"))).unwrap();
    times(&output.items)
}

fn error(fixture: &Fixture, text: &str) -> String {
    fixture.error(statement(text))
}

#[test]
fn an_insert_creates_an_item_once() {
    let fixture = Fixture::new();
    let insert = "INSERT INTO \"visits\" VALUE {'user': 'a', 'time': 1, 'tags': <<'x'>>}";
    assert!(items(&fixture, insert).is_empty());
    assert_eq!(
        items(&fixture, "SELECT * FROM visits"),
        [r#"{"tags":{"SS":["x"]},"time":{"N":"1"},"user":{"S":"a"}}"#]
    );
    assert_eq!(error(&fixture, insert), "DuplicateItemException: Duplicate primary key exists in table");
    for (values, problem) in [
        ("'user': 'a'", "One or more parameter values were invalid: Missing the key time in the item"),
        (
            "'user': 'a', 'time': 'x'",
            "Key attribute's data type should match its data type in table's schema: Key time",
        ),
        (
            "'user': '', 'time': 1",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             string value. Key: user",
        ),
    ] {
        let text = format!("INSERT INTO visits VALUE {{{values}}}");
        assert_eq!(error(&fixture, &text), format!("ValidationException: {problem}"));
    }
}

#[test]
fn an_update_changes_the_item_that_is_there_and_returns_what_was_asked_for() {
    let fixture = Fixture::new();
    fixture.call(put(item(&visit_json("a", 1, r#","n":{"N":"1"},"s":{"SS":["x"]}"#)))).unwrap();
    let update = |changes: &str, returning: &str| {
        items(&fixture, &format!("UPDATE visits {changes} WHERE user = 'a' AND time = 1 {returning}"))
    };
    assert!(update("SET n = n + 4 - 1", "").is_empty());
    assert_eq!(update("SET n = n + 1", "RETURNING MODIFIED OLD *"), [r#"{"n":{"N":"4"}}"#]);
    assert_eq!(
        update("SET s = set_add(s, <<'y'>>), l = [1] REMOVE n", "RETURNING MODIFIED NEW *"),
        [r#"{"l":{"L":[{"N":"1"}]},"s":{"SS":["x","y"]}}"#]
    );
    assert_eq!(
        update("SET l = list_append(l, ['x'])", "RETURNING ALL NEW *"),
        [r#"{"l":{"L":[{"N":"1"},{"S":"x"}]},"s":{"SS":["x","y"]},"time":{"N":"1"},"user":{"S":"a"}}"#]
    );
    assert_eq!(
        update("SET s = SET_DELETE(s, <<'x'>>)", "RETURNING MODIFIED NEW *"),
        [r#"{"s":{"SS":["y"]}}"#]
    );
    assert!(update("REMOVE none", "RETURNING MODIFIED NEW *").is_empty());
}

#[test]
fn an_update_creates_nothing_and_holds_to_its_condition() {
    let fixture = filled();
    let failed = "ConditionalCheckFailedException: The conditional request failed";
    assert_eq!(error(&fixture, "UPDATE visits SET x = 1 WHERE user = 'z' AND time = 1"), failed);
    assert_eq!(error(&fixture, "UPDATE visits SET x = 1 WHERE user = 'a' AND time = 1 AND n = 7"), failed);
    assert_eq!(fixture.visit("z", 1), None);
    assert!(!fixture.visit("a", 1).unwrap().contains("\"x\""));
    assert!(
        items(&fixture, "UPDATE visits SET x = 1 WHERE (1 = time AND user = 'a') AND (n = 7 OR n = 1)")
            .is_empty()
    );
    assert!(fixture.visit("a", 1).unwrap().contains("\"x\""));
    let told = ExecuteStatementInput {
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..statement("UPDATE visits SET x = 1 WHERE user = 'b' AND time = 1 AND n = 7")
    };
    assert_eq!(fixture.refused(told).item.map(|item| text(&item)), fixture.visit("b", 1));
}

#[test]
fn a_delete_of_nothing_is_none_whatever_its_condition() {
    let fixture = filled();
    let delete = |condition: &str| format!("DELETE FROM visits WHERE {condition} RETURNING ALL OLD *");
    assert!(items(&fixture, &delete("user = 'z' AND time = 1 AND n = 1")).is_empty());
    assert_eq!(
        error(&fixture, &delete("user = 'a' AND time = 1 AND n = 7")),
        "ConditionalCheckFailedException: The conditional request failed"
    );
    let old = fixture.visit("a", 1).unwrap();
    assert_eq!(items(&fixture, &delete("user = 'a' AND time = 1 AND n = 1")).len(), 1);
    assert!(old.contains("\"n\"") && fixture.visit("a", 1).is_none());
}

#[test]
fn writes_name_one_item() {
    let fixture = filled();
    for condition in [
        "",
        "WHERE user = 'a'",
        "WHERE user = 'a' AND time = 1 OR time = 2",
        "WHERE user = 'a' AND time IN [1]",
    ] {
        for text in
            [format!("DELETE FROM visits {condition}"), format!("UPDATE visits SET x = 1 {condition}")]
        {
            assert_eq!(
                error(&fixture, &text),
                "ValidationException: Where clause does not contain a mandatory equality on all key attributes",
                "{text}"
            );
        }
    }
    assert_eq!(
        error(&fixture, "UPDATE visits SET time = 2 WHERE user = 'a' AND time = 1"),
        "ValidationException: One or more parameter values were invalid: Cannot update attribute time. This attribute is \
         part of the key"
    );
    assert_eq!(
        error(&fixture, "DELETE FROM none WHERE user = 'a'"),
        "ResourceNotFoundException: Requested resource not found"
    );
    assert_eq!(
        error(&fixture, "EXISTS(SELECT * FROM visits WHERE user = 'a')"),
        "ValidationException: EXISTS can only be used in ExecuteTransaction write requests."
    );
}

#[test]
fn a_select_finds_what_meets_its_condition() {
    let fixture = filled();
    for (condition, expected) in [
        ("user = 'a' AND time = 3", vec![3]),
        ("'a' = user AND 3 <= time", vec![3, 4, 5]),
        ("user = 'a' AND time > 1 AND time < 4", vec![2, 3]),
        ("user = 'a' AND time BETWEEN 1 AND 2 AND n <> 1", vec![2]),
        ("user = 'a' AND time IN [5, 1]", vec![1, 5]),
        ("user = 'a' AND (time = 1 OR m.p[1] = 4)", vec![1, 2]),
        ("user = 'a' AND user = 'b'", vec![]),
        ("user = 'b' OR (user = 'a' AND time = 5)", vec![0, 1, 5]),
        ("user IN ['b', 'c']", vec![0, 1]),
        ("user = 'a' AND n = time AND NOT time < 4", vec![4, 5]),
        ("user = 'a' AND missing_one IS MISSING AND time = 1", vec![1]),
        ("n = 5", vec![5]),
        ("begins_with(user, 'b') AND attribute_type(n, 'N') AND size(m.p) = 2 AND n > 0", vec![1]),
    ] {
        assert_eq!(times_of(&fixture, condition), expected, "{condition}");
    }
}

#[test]
fn columns_are_told_by_the_last_names_of_their_paths() {
    let fixture = filled();
    let select = |columns: &str| {
        items(&fixture, &format!("SELECT {columns} FROM visits WHERE user = 'a' AND time = 2"))
    };
    assert_eq!(
        select("time, m.p[1], m['p']"),
        [r#"{"p":{"L":[{"N":"2"},{"N":"4"}]},"p[1]":{"N":"4"},"time":{"N":"2"}}"#]
    );
    assert_eq!(select("none, m.none, m.p[7]"), ["{}"]);
    let queried = "SELECT m.p[1] FROM visits WHERE user = 'b' AND n >= 0";
    assert_eq!(items(&fixture, queried), [r#"{"p[1]":{"N":"0"}}"#, r#"{"p[1]":{"N":"2"}}"#]);
}

#[test]
fn a_hash_key_makes_a_query_of_a_select_and_else_it_scans() {
    let fixture = Fixture::new();
    for user in ["a", "b"] {
        for time in 0..3 {
            fixture.call(put(visit_of_size(user, time, 4000))).unwrap();
        }
    }
    let cost = |condition: &str| {
        units(
            fixture
                .call(statement(&format!("SELECT time FROM visits {condition}")))
                .unwrap()
                .consumed_capacity,
        )
    };
    assert_eq!(cost(""), 3.0);
    assert_eq!(cost("WHERE user > 'a'"), 3.0);
    assert_eq!(cost("WHERE user = 'a' OR time = 1"), 3.0);
    assert_eq!(cost("WHERE user = 'a'"), 1.5);
    assert_eq!(cost("WHERE user = 'a' AND pad = 'x'"), 1.5);
    assert_eq!(cost("WHERE user = 'a' AND time > 0"), 1.0);
    assert_eq!(cost("WHERE user = 'a' AND time = 0"), 0.5);
    assert_eq!(cost("WHERE user = 'a' AND time = 0 AND pad = 'x'"), 0.5);
    assert_eq!(cost("WHERE user IN ['a', 'b']"), 3.0);
    assert_eq!(cost("WHERE user = 'b' OR user = 'c'"), 2.0);
    let consistent = ExecuteStatementInput {
        consistent_read: Some(true),
        ..statement("SELECT * FROM visits WHERE user = 'a'")
    };
    assert_eq!(units(fixture.call(consistent).unwrap().consumed_capacity), 3.0);
}

#[test]
fn items_are_ordered_by_their_keys() {
    let fixture = filled();
    let ordered = |rest: &str| {
        let found = items(&fixture, &format!("SELECT user, time FROM visits {rest}"));
        let part = |text: &String, from: &str| {
            text.split(from).nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        found
            .iter()
            .map(|item| part(item, r#""S":""#) + &part(item, r#""N":""#))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(ordered("WHERE user = 'b' ORDER BY time DESC"), "b1 b0");
    assert_eq!(ordered("WHERE user = 'b' ORDER BY user DESC"), "b0 b1");
    assert_eq!(ordered("WHERE user IN ['b', 'a'] AND time < 2 ORDER BY user, time DESC"), "a1 a0 b1 b0");
    assert_eq!(ordered("WHERE user IN ['a', 'b'] AND time < 2 ORDER BY user DESC"), "b0 b1 a0 a1");
    for (rest, problem) in [
        ("ORDER BY time", "Must have WHERE clause in the statement when using ORDER BY clause."),
        (
            "WHERE n = 1 ORDER BY time",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        ("WHERE user = 'a' ORDER BY n", "Attribute n in ORDER BY clause must be part of the primary key"),
        (
            "WHERE user IN ['a', 'b'] ORDER BY time",
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        ),
    ] {
        let text = format!("SELECT * FROM visits {rest}");
        assert_eq!(error(&fixture, &text), format!("ValidationException: {problem}"));
    }
}

/// All pages of a statement, with the number of items on each.
fn pages(fixture: &Fixture, text: &str, limit: u32) -> (Vec<String>, Vec<usize>) {
    let mut input = ExecuteStatementInput { limit: Some(limit), ..statement(text) };
    let (mut found, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let output = fixture.call(input.clone()).unwrap();
        sizes.push(output.items.len());
        found.extend(output.items.iter().map(|item| self::text(&item)));
        assert!(output.last_evaluated_key.is_none() || output.next_token.is_some());
        match output.next_token {
            Some(token) => input.next_token = Some(token),
            None => return (found, sizes),
        }
    }
}

#[test]
fn pages_join_to_the_whole_however_a_statement_reads() {
    let fixture = filled();
    for text in [
        "SELECT * FROM visits",
        "SELECT time FROM visits WHERE n > 1",
        "SELECT * FROM visits WHERE user = 'a' AND n <> 3",
        "SELECT * FROM visits WHERE user = 'a' ORDER BY time DESC",
        "SELECT * FROM visits WHERE user IN ['c', 'b', 'a', 'd'] AND time >= 0",
        "SELECT * FROM visits WHERE user IN ['b', 'a'] ORDER BY user DESC, time DESC",
    ] {
        let whole = items(&fixture, text);
        for limit in 1..10 {
            let (found, sizes) = pages(&fixture, text, limit);
            assert_eq!(found, whole, "{text}");
            assert!(sizes.iter().all(|size| *size <= limit as usize), "{text}: {sizes:?}");
        }
    }
}

#[test]
fn a_token_goes_on_with_its_own_statement_only() {
    let fixture = filled();
    let limited = |text: &str| ExecuteStatementInput { limit: Some(1), ..statement(text) };
    let first = fixture.call(limited("SELECT * FROM visits WHERE user = 'a'")).unwrap();
    assert_eq!(first.last_evaluated_key.map(|key| key.attributes().unwrap().len()), Some(2));
    let other = ExecuteStatementInput {
        next_token: first.next_token,
        ..limited("SELECT * FROM visits WHERE user = 'b'")
    };
    assert_eq!(fixture.error(other), "ValidationException: NextToken does not match request");
}

#[test]
fn an_index_is_read_by_its_own_keys() {
    let fixture = Fixture::new();
    fixture.call(indexed("places")).unwrap();
    for (user, time) in [("a", 1), ("b", 2)] {
        fixture.call(put_place(user, time, HOME)).unwrap();
    }
    fixture.call(put_place("c", 3, "")).unwrap();
    let found = |rest: &str| items(&fixture, &format!("SELECT user FROM {rest}"));
    let both = [r#"{"user":{"S":"a"}}"#, r#"{"user":{"S":"b"}}"#];
    assert_eq!(found("\"places\".\"by_place\" WHERE place = 'home' AND seen >= 2"), both);
    assert_eq!(found("places.by_place WHERE place = 'home' ORDER BY seen DESC"), [both[1], both[0]]);
    assert!(found("places.by_place WHERE place = 'home' AND seen > 2").is_empty());
    assert_eq!(found("places.by_place").len(), 2);
    assert_eq!(found("places.by_seen WHERE user = 'a' AND seen = 2"), [both[0]]);
    assert_eq!(
        error(&fixture, "SELECT * FROM places.none"),
        "ValidationException: The table does not have the specified index"
    );
    let consistent = |index: &str| ExecuteStatementInput {
        consistent_read: Some(true),
        ..statement(&format!("SELECT * FROM places.{index} WHERE user = 'a'"))
    };
    assert_eq!(
        fixture.error(consistent("by_place")),
        "ValidationException: Strongly consistent read is not supported on Global Secondary Indexes"
    );
    assert_eq!(fixture.call(consistent("by_seen")).unwrap().items.len(), 1);
    let (found, _) = pages(&fixture, "SELECT * FROM places.by_place WHERE place IN ['home', 'x']", 1);
    assert_eq!(found.len(), 2);
}

#[test]
fn keys_have_the_types_of_their_table() {
    let fixture = filled();
    for (condition, key) in [
        ("user = 1", "user"),
        ("user IN ['a', 1]", "user"),
        ("user = 'a' AND time = 'x'", "time"),
        ("user = 'a' AND time > 'x'", "time"),
    ] {
        assert_eq!(
            error(&fixture, &format!("SELECT * FROM visits WHERE {condition}")),
            format!(
                "ValidationException: Key attribute's data type should match its data type in table's schema: Key {key}"
            )
        );
    }
}

#[test]
fn a_hash_key_that_is_allowed_twice_is_refused() {
    let fixture = filled();
    for condition in ["user IN ['a', 'b', 'a']", "user = 'a' OR (user = 'a' AND time = 1)"] {
        assert_eq!(
            error(&fixture, &format!("SELECT * FROM visits WHERE {condition}")),
            "ValidationException: Overlapping conditions with range keys are not supported in where clause"
        );
    }
}

#[test]
fn parameters_stand_in_statements_of_every_kind() {
    let fixture = Fixture::new();
    let call = |text: &str, parameters: &[AttributeValue]| {
        fixture.call(ExecuteStatementInput { parameters: parameters.to_vec(), ..statement(text) }).unwrap()
    };
    call("INSERT INTO visits VALUE {'user': ?, 'time': ?, 'l': [?]}", &["a".into(), 1.into(), true.into()]);
    call("UPDATE visits SET n = ? WHERE user = ? AND time = ?", &[5.into(), "a".into(), 1.into()]);
    let found =
        call("SELECT * FROM visits WHERE user = ? AND n IN [?, ?]", &["a".into(), 4.into(), 5.into()]);
    assert_eq!(
        text(&found.items.at(0).unwrap()),
        r#"{"l":{"L":[{"BOOL":true}]},"n":{"N":"5"},"time":{"N":"1"},"user":{"S":"a"}}"#
    );
    call("DELETE FROM visits WHERE user = ? AND time = ?", &["a".into(), 1.into()]);
    assert_eq!(fixture.visit("a", 1), None);
    let invalid = ExecuteStatementInput {
        parameters: vec![AttributeValue::StringSet([].into())],
        ..statement("SELECT * FROM visits WHERE s = ?")
    };
    assert!(fixture.error(invalid).contains("An string set  may not be empty"));
}

#[test]
fn a_table_may_be_named_in_full_and_the_cost_tells_it_so() {
    let fixture = filled();
    let name = "arn:aws:dynamodb:eu-west-1:123456789012:table/visits";
    for text in [
        format!("SELECT * FROM \"{name}\" WHERE user = 'a'"),
        format!("UPDATE \"{name}\" SET x = 1 WHERE user = 'a' AND time = 1"),
    ] {
        assert_eq!(fixture.call(statement(&text)).unwrap().consumed_capacity.unwrap().table_name, name);
    }
    let untold = ExecuteStatementInput {
        return_consumed_capacity: ReturnConsumedCapacity::None,
        ..statement("SELECT * FROM visits")
    };
    assert_eq!(fixture.call(untold).unwrap().consumed_capacity, None);
}

#[test]
fn a_text_that_is_too_long_or_empty_is_refused() {
    let fixture = Fixture::new();
    assert!(error(&fixture, "").contains("at 'statement' failed to satisfy constraint"));
    let long = format!("SELECT * FROM visits WHERE a = '{}'", "x".repeat(8192));
    assert!(error(&fixture, &long).contains("have length less than or equal to 8192"));
}
