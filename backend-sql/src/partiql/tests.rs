use dynochemy_core::expression::{Comparator, Term};
use dynochemy_core::{Item, Number};
use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Statement {
    parse(text, &[]).unwrap_or_else(|rejection| panic!("{text}: {rejection}"))
}

fn fault(text: &str) -> String {
    let checked = |statement: Statement| statement.check_condition().and_then(|()| statement.check_changes());
    parse(text, &[]).and_then(checked).unwrap_err().message
}

fn condition(text: &str) -> Condition {
    match read(&format!("SELECT * FROM visits WHERE {text}")) {
        Statement::Select(Select { condition: Some(condition), .. }) => condition,
        other => panic!("{other:?}"),
    }
}

fn path(text: &str) -> Term {
    Term::Path(text.parse().unwrap())
}

fn compared(text: &str, comparator: Comparator, value: impl Into<AttributeValue>) -> Condition {
    Condition::Compare(path(text), comparator, Term::Value(value.into()))
}

fn equal(text: &str, value: impl Into<AttributeValue>) -> Condition {
    compared(text, Comparator::Equal, value)
}

#[test]
fn a_select_is_read_with_all_its_clauses() {
    let Statement::Select(select) = read(
        "select user, \"a b\".c[1].d[0][2], e[3] FROM \"visits\".by_place -- a comment\n WHERE user = 'it''s' ORDER BY user, \
         time DESC;",
    ) else {
        panic!("no SELECT");
    };
    assert_eq!((select.table.as_str(), select.index.as_deref()), ("visits", Some("by_place")));
    let names: Vec<String> = select.columns.unwrap().iter().map(Column::name).collect();
    assert_eq!(names, ["user", "d[0][2]", "e[3]"]);
    assert_eq!(select.condition, Some(equal("user", "it's")));
    let order: Vec<(&str, bool)> =
        select.order.iter().map(|order| (order.attribute.as_str(), order.descends)).collect();
    assert_eq!(order, [("user", false), ("time", true)]);
}

#[test]
fn conditions_bind_as_in_sql() {
    let (a, b, c) = (equal("a", 1), equal("b", 2), equal("c", 3));
    let not = |condition: &Condition| Condition::Not(Box::new(condition.clone()));
    assert_eq!(
        condition("a = 1 OR b = 2 AND c = 3"),
        Condition::Or(vec![a.clone(), Condition::And(vec![b.clone(), c.clone()])])
    );
    assert_eq!(
        condition("(a = 1 OR NOT b = 2) AND NOT NOT c = 3"),
        Condition::And(vec![Condition::Or(vec![a.clone(), not(&b)]), c.clone()])
    );
    assert_eq!(
        condition("NOT (a = 1 AND b = 2) OR ((c = 3))"),
        Condition::Or(vec![not(&Condition::And(vec![a, b])), c])
    );
}

#[test]
fn comparisons_are_turned_so_that_the_path_comes_first() {
    assert_eq!(condition("5 < m.p[0]"), compared("m.p[0]", Comparator::Greater, 5));
    assert_eq!(condition("5 >= a"), compared("a", Comparator::LessOrEqual, 5));
    assert_eq!(condition("'x' != a"), compared("a", Comparator::NotEqual, "x"));
}

#[test]
fn every_kind_of_predicate_is_read() {
    let value = |value: u64| Term::Value(value.into());
    let tested = || "a".parse::<DocumentPath>().unwrap();
    assert_eq!(condition("a BETWEEN 1 AND 2"), Condition::Between(path("a"), value(1), value(2)));
    assert_eq!(condition("a IN [1, 2]"), Condition::In(path("a"), vec![value(1), value(2)]));
    assert_eq!(condition("a IN (1)"), Condition::In(path("a"), vec![value(1)]));
    assert_eq!(condition("a NOT IN [1]"), Condition::Not(Box::new(Condition::In(path("a"), vec![value(1)]))));
    assert_eq!(condition("a IS MISSING"), Condition::NotExists(tested()));
    assert_eq!(condition("a IS NOT MISSING"), Condition::Exists(tested()));
    let null = || Condition::Type(tested(), dynochemy_core::AttributeType::Null);
    assert_eq!(condition("a IS NULL"), null());
    assert_eq!(condition("a is not null"), Condition::Not(Box::new(null())));
    assert_eq!(condition("a IS BLOB"), Condition::Type(tested(), dynochemy_core::AttributeType::B));
    assert_eq!(condition("attribute_type(a, 'NULL')"), null());
    assert_eq!(condition("BEGINS_WITH(a, 'x')"), Condition::BeginsWith(path("a"), Term::Value("x".into())));
    assert_eq!(condition("contains(a, b)"), Condition::Contains(path("a"), path("b")));
    assert_eq!(
        condition("size(a) > 2"),
        Condition::Compare(Term::Size(tested()), Comparator::Greater, value(2))
    );
    assert_eq!(condition("a = null"), equal("a", AttributeValue::Null(true)));
}

#[test]
fn an_insert_holds_every_kind_of_literal() {
    let text = "INSERT INTO visits VALUE {'s':'', 'n':-1.50e1, 'd':.5, 'w':2., 'b':true, 'z':NULL, 'l':[1,'x',[]], \
                'm':{'a':{}}, 'ss':<<'a','b'>>, 'ns':<<1,2>>}";
    let Statement::Insert(insert) = read(text) else { panic!("no INSERT") };
    let json = Item::from_attributes(&insert.item);
    assert_eq!(
        std::str::from_utf8(json.as_bytes()).unwrap(),
        r#"{"b":{"BOOL":true},"d":{"N":"0.5"},"l":{"L":[{"N":"1"},{"S":"x"},{"L":[]}]},"m":{"M":{"a":{"M":{}}}},"n":{"N":"-15"},"ns":{"NS":["1","2"]},"s":{"S":""},"ss":{"SS":["a","b"]},"w":{"N":"2"},"z":{"NULL":true}}"#
    );
}

#[test]
fn updates_and_deletes_are_read() {
    let Statement::Update(update) = read(
        "UPDATE visits SET a = a + 1 - b, l = list_append(l, [1]) REMOVE m.x[2] SET s = set_add(s, <<'x'>>) SET n = \
         SET_DELETE(n, <<1>>) WHERE user = 'a' RETURNING MODIFIED NEW *",
    ) else {
        panic!("no UPDATE");
    };
    let actions: Vec<String> = update.changes.actions.iter().map(|action| format!("{action:?}")).collect();
    let kinds: Vec<&str> = actions.iter().filter_map(|action| action.split('(').next()).collect();
    assert_eq!(kinds, ["Set", "Set", "Remove", "Add", "Delete"]);
    assert!(actions[0].contains("Minus(Plus("), "{}", actions[0]);
    assert_eq!(update.returning, Some(ReturnValues::UpdatedNew));
    let Statement::Delete(delete) = read("DELETE FROM visits WHERE user = 'a' RETURNING ALL OLD *") else {
        panic!("no DELETE");
    };
    assert_eq!((delete.condition, delete.returning), (Some(equal("user", "a")), Some(ReturnValues::AllOld)));
    assert!(matches!(read("EXISTS(SELECT * FROM visits WHERE user = 'a')"), Statement::Exists(_)));
}

#[test]
fn parameters_stand_for_their_places_in_their_order() {
    let parameters = [1.into(), AttributeValue::L(vec![2.into()]), "a".into()];
    let Ok(Statement::Update(update)) =
        parse("UPDATE visits SET x = ?, y = list_append(?, l) WHERE user = ?", &parameters)
    else {
        panic!("no UPDATE");
    };
    assert_eq!(update.condition, Some(equal("user", parameters[2].clone())));
    for parameters in [&parameters[..2], &[&parameters[..], &parameters[..1]].concat()] {
        let fault = parse("SELECT * FROM visits WHERE a = ? AND b = ? AND c = ?", parameters).unwrap_err();
        assert_eq!(fault.message, "Number of parameters in request and statement don't match.");
    }
    let malformed = parse("SELECT * FROM visits WHERE a = ? AND", &[]).unwrap_err();
    assert!(malformed.message.starts_with("Statement wasn't well formed"), "{malformed}");
}

#[test]
fn malformed_statements_are_told_what_is_wrong() {
    for (text, problem) in [
        ("UPDATE visits-x SET a = 1", "Expected data manipulation"),
        ("INSERT INTO visits VALUES (1)", "Expected 'VALUE' but got 'VALUES'"),
        ("SELECT * FROM visits WHERE a = ", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM visits WHERE a = 1 AND", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM visits WHERE", "Unexpected term"),
        ("SELECT * FROM visits WHERE AND a = 1", "Unexpected operator"),
        ("SELECT * FROM visits WHERE a = 1 LIMIT 2", "Unexpected token after expression"),
        ("SELECT * FROM visits WHERE (a = 1", "Expected ')' but got 'end of statement'"),
        ("SELECT * FROM visits WHERE a LIKE 'x'", "Unknown operator: LIKE"),
        ("SELECT * FROM visits WHERE a + 1 = 2", "Unknown operator: +"),
        ("SELECT * FROM visits WHERE a", "Expected operator after attribute path"),
        ("SELECT * FROM visits WHERE a IS FOO", "Expected type name"),
        ("SELECT * FROM visits WHERE a = 'x", "Unterminated string literal"),
        ("SELECT * FROM visits WHERE a = @x", "Unexpected character: '@'"),
        ("FOO BAR", "Unexpected token after expression"),
        ("DELETE visits", "Expected FROM after DELETE"),
        (
            "SELECT FROM visits",
            "Expected identifier or an expression but found unexpected keyword 'from' in a select list.",
        ),
    ] {
        assert_eq!(
            fault(text),
            format!("Statement wasn't well formed, can't be processed: {problem}"),
            "{text}"
        );
    }
}

#[test]
fn statements_that_no_table_could_take_are_refused() {
    for (text, problem) in [
        ("FOO", "Unsupported operation: Id"),
        ("1", "Unsupported operation: Lit"),
        ("SELECT COUNT(*) FROM visits", "Unexpected path component at 1:8:5"),
        ("SELECT *\n FROM visits WHERE\n nofunc(a)", "Unrecognized function: nofunc at 3:2:6"),
        ("SELECT v.a FROM visits AS v", "Aliasing is not supported"),
        ("SELECT * FROM a.b.c", "A path may contain at most 2 components in the FROM clause"),
        ("UPDATE visits.by_place SET a = 1", "This operation is not supported on an index"),
        (
            "INSERT INTO visits.x VALUE {}",
            "FROM clause may only contain a single table name in data manipulation statements at 1:13:6",
        ),
        (
            "DELETE FROM visits RETURNING ALL NEW *",
            "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
        ("INSERT INTO visits VALUE {'a': <<>>}", "Empty bags are not supported"),
        (
            "INSERT INTO visits VALUE {'a': <<1, 'x'>>}",
            "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",
        ),
        (
            "INSERT INTO visits VALUE {'a': <<1, 1.0>>}",
            "One or more parameter values were invalid: Input collection [1, 1] contains duplicates! under root",
        ),
        ("SELECT * FROM visits WHERE a = missing", "MISSING must be compared using IS operator"),
        (
            "SELECT * FROM visits WHERE a = a",
            "The first operand must be distinct from the remaining operands for this operator or function; operator: =, \
             first operand: [a]",
        ),
        (
            "UPDATE visits SET a = set_add(b, <<1>>)",
            "The first argument to SET_ADD must equal the assignment value at 1:23:7",
        ),
        (
            "UPDATE visits SET a = set_add(a, [1])",
            "The second argument to SET_ADD must be a value with type SET at 1:34:1",
        ),
        (
            "UPDATE visits SET a = 1 REMOVE a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: \
             [a]",
        ),
    ] {
        assert_eq!(fault(text), problem, "{text}");
    }
}

#[test]
fn names_in_quotes_may_be_words_of_the_language() {
    assert_eq!(condition("\"select\".\"from\" = 1"), equal("select.from", 1));
    assert_eq!(condition("m['a b'] = 1"), equal("m.a b", 1));
}

#[test]
fn no_nesting_exhausts_the_stack() {
    let deep = |open: &str, inner: &str, close: &str| open.repeat(50_000) + inner + &close.repeat(50_000);
    assert_eq!(condition(&deep("(", "a = 1", ")")), equal("a", 1));
    assert_eq!(condition(&deep("NOT ", "a = 1", "")), equal("a", 1));
    assert_eq!(condition(&deep("NOT (", "a = 1", ")")), equal("a", 1));
    let levels = "Nesting Levels have exceeded supported limits";
    assert_eq!(fault(&format!("INSERT INTO visits VALUE {{'a':{}}}", deep("[", "1", "]"))), levels);
    assert_eq!(fault(&format!("SELECT * FROM visits WHERE a = {}", deep("{'a':", "1", "}"))), levels);
    assert!(
        fault(&format!("SELECT * FROM visits WHERE {}", "a = 1 AND ".repeat(50_000)))
            .contains("too many operators")
    );
    let sum = "1 + ".repeat(50_000);
    assert!(fault(&format!("UPDATE visits SET a = {sum}1")).contains("too many operators"));
}

#[test]
fn numbers_are_exact() {
    let digits = "1".repeat(38);
    let exact: Number = digits.parse().unwrap();
    assert_eq!(condition(&format!("a = {digits}")), equal("a", exact));
    assert_eq!(
        fault(&format!("SELECT * FROM visits WHERE a = 1{digits}")),
        "Attempting to store more than 38 significant digits in a Number under root"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(
        text in r#"(?s)(SELECT |\* |FROM |WHERE |AND |OR |NOT |a |\(|\)|\[|\]|\{|'a':|<<|>>|=|1|'x'|,|\.|\?|"|.){0,40}"#,
    ) {
        let _ = parse(&text, &[]);
        let _ = parse(&format!("SELECT * FROM visits WHERE {text}"), &[]);
        let _ = parse(&format!("UPDATE visits SET a = {text}"), &[]);
        let _ = parse(&format!("INSERT INTO visits VALUE {text}"), &[]);
    }
}
