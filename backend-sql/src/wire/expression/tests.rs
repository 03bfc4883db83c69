use dynochemy_core::expression::{
    Assignment, Comparator, Condition, DocumentPath, KeyCondition, PathStep, RangeCondition, Term,
    UpdateAction,
};
use dynochemy_core::{AttributeType, AttributeValue, KeyValue};

use super::*;

fn placeholders() -> Placeholders {
    let names = [("#n", "name"), ("#d", "a.b")];
    let values = [
        (":n", 1.into()),
        (":s", "x".into()),
        (":t", "SS".into()),
        (":l", AttributeValue::L(Vec::new())),
        (":set", AttributeValue::NumberSet([1.into()].into())),
    ];
    Placeholders::new(
        names.map(|(key, name)| (key.to_owned(), name.to_owned())).into(),
        values.map(|(key, value)| (key.to_owned(), value)).into(),
    )
    .unwrap()
}

fn path(text: &str) -> DocumentPath {
    text.parse().unwrap()
}

fn term(text: &str) -> Term {
    path(text).into()
}

fn one() -> Term {
    Term::Value(1.into())
}

fn is_one(text: &str) -> Condition {
    Condition::Compare(term(text), Comparator::Equal, one())
}

fn read(text: &str) -> Result<Condition, String> {
    condition("FilterExpression", text, &placeholders()).map_err(|rejection| rejection.message)
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

#[test]
fn conditions_are_read_as_what_they_mean() {
    use Condition as C;
    let x = || Term::Value("x".into());
    let cases = [
        ("a = :n", is_one("a")),
        ("\ta\r\n=:n ", is_one("a")),
        (":n = a", C::Compare(one(), Comparator::Equal, term("a"))),
        ("a <> :n", C::Compare(term("a"), Comparator::NotEqual, one())),
        ("a <= b", C::Compare(term("a"), Comparator::LessOrEqual, term("b"))),
        ("#n.b[0].#d = :n", is_one("name.b[0].`a.b`")),
        ("a . b [ 0 ] = :n", is_one("a.b[0]")),
        ("(a) = (:n)", is_one("a")),
        ("size(a) > :n", C::Compare(Term::Size(path("a")), Comparator::Greater, one())),
        ("size(:s) = a", C::Compare(one(), Comparator::Equal, term("a"))),
        ("(size(a)) < :n", C::Compare(Term::Size(path("a")), Comparator::Less, one())),
        ("a between :n and b", C::Between(term("a"), one(), term("b"))),
        ("a IN (:n, b, :s)", C::In(term("a"), vec![one(), term("b"), x()])),
        ("attribute_exists(a.b)", C::Exists(path("a.b"))),
        ("attribute_not_exists ( a )", C::NotExists(path("a"))),
        ("attribute_type(a, :t)", C::Type(path("a"), AttributeType::StringSet)),
        ("attribute_type(:l, :t)", C::Or(vec![])),
        ("begins_with(a, :s)", C::BeginsWith(term("a"), x())),
        ("contains(:l, a)", C::Contains(Term::Value(AttributeValue::L(Vec::new())), term("a"))),
        ("contains(a, size(b))", C::Contains(term("a"), Term::Size(path("b")))),
        ("begins_with = :n", is_one("begins_with")),
        ("a = :n AND b = :n and c = :n", C::And(vec![is_one("a"), is_one("b"), is_one("c")])),
        ("a = :n AND (b = :n AND c = :n)", C::And(vec![is_one("a"), C::And(vec![is_one("b"), is_one("c")])])),
        ("a = :n OR b = :n AND c = :n", C::Or(vec![is_one("a"), C::And(vec![is_one("b"), is_one("c")])])),
        ("(a = :n OR b = :n) AND c = :n", C::And(vec![C::Or(vec![is_one("a"), is_one("b")]), is_one("c")])),
        ("NOT a = :n AND b = :n", C::And(vec![not(is_one("a")), is_one("b")])),
        ("NOT (a = :n AND b = :n)", not(C::And(vec![is_one("a"), is_one("b")]))),
        ("not NOT a=:n", not(not(is_one("a")))),
        ("NOT (a) = :n", not(is_one("a"))),
        ("a BETWEEN :n AND :n AND b = :n", C::And(vec![C::Between(term("a"), one(), one()), is_one("b")])),
        ("(attribute_exists(a)) OR a = :n", C::Or(vec![C::Exists(path("a")), is_one("a")])),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), Ok(expected), "{text}");
    }
}

#[test]
fn syntax_errors_show_the_token_and_those_around_it() {
    let cases = [
        ("a =", "<EOF>", "="),
        ("  ", "<EOF>", "  "),
        ("a", "<EOF>", "a"),
        ("a == :n", "=", "== :n"),
        ("AND a", "AND", "AND a"),
        ("a = :n b = :n", "b", ":n b ="),
        ("a = 'x y'", "'x y'", "= 'x y'"),
        ("a = \"", "\"", "= \""),
        ("a = 5", "5", "= 5"),
        ("a ! :n", "!", "a ! :n"),
        ("a = :n )", ")", ":n )"),
        ("(a = :n", "<EOF>", ":n"),
        ("(a) AND b = :n", "AND", ") AND b"),
        ("(a = :n) = :n", "=", ") = :n"),
        ("a = (b = :n)", "=", "b = :n"),
        ("a BETWEEN :n OR :n", "OR", ":n OR :n"),
        ("a NOT IN (:n)", "NOT", "a NOT IN"),
        ("a in ()", ")", "()"),
        ("a in (:n,)", ")", ",)"),
        ("a(b,", "<EOF>", ","),
        ("a.b(c)", "(", "b(c"),
        ("a[00] = :n", "0", "00]"),
        ("a[-1] = :n", "-", "[-1"),
        ("a-b = :n", "-", "a-b"),
        ("é = :n", "é", "é ="),
        ("a = :n\u{a0}", "\u{a0}", ":n\u{a0}"),
        ("a = : n", ":", "= : n"),
        ("_a = :n", "_", "_a"),
        ("set = :n", "set", "set ="),
        ("a = b + :n", "+", "b + :n"),
    ];
    for (text, token, near) in cases {
        let expected =
            format!("Invalid FilterExpression: Syntax error; token: \"{token}\", near: \"{near}\"");
        assert_eq!(read(text), Err(expected), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_condition_is_told_in_the_services_order() {
    let deep = vec!["a"; 33].join(".");
    let undefined_name =
        "An expression attribute name used in the document path is not defined; attribute name: #x";
    let undefined_value =
        "An expression attribute value used in expression is not defined; attribute value: :x";
    let too_deep = "The document path has too many nesting levels; nesting levels: 33";
    let misused = "The function is not allowed to be used this way in an expression; function: size";
    let foreign = "The function is not allowed in a condition expression; function: if_not_exists";
    let count = "Incorrect number of operands for operator or function; operator or function: begins_with, number \
                 of operands: 1";
    let cases: Vec<(String, &str)> = [
        ("", "The expression can not be empty;"),
        ("((a = :n))", "The expression has redundant parentheses;"),
        ("name = :n AND ((a = :n))", "The expression has redundant parentheses;"),
        ("NaMe = :x", "Attribute name is a reserved keyword; reserved keyword: NaMe"),
        ("a.values = :n", "Attribute name is a reserved keyword; reserved keyword: values"),
        ("foo(name)", "Invalid function name; function: foo"),
        ("SIZE(a) = :n", "Invalid function name; function: SIZE"),
        ("name = :n AND foo(a)", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("a[2147483648] = :n", "List index is not within the allowable range; index: [2147483648]"),
        ("begins_with(a) AND if_not_exists(b, :n) AND size(a)", foreign),
        ("size(a) AND name = :n", misused),
        ("begins_with(a) AND size(a)", misused),
        ("#x = :n AND size(a)", misused),
        (
            "attribute_exists(a) = :n",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        ("a = :x AND #x = :n", undefined_value),
        ("#x = :n AND a = :x", undefined_name),
        ("begins_with(#x)", undefined_name),
        ("begins_with(a) AND #x = :n", count),
        ("attribute_exists(:n)", "Operator or function requires a document path; operator or function: attribute_exists"),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: x, valid types: {NULL,S,L,N,B,BOOL,NS,BS,SS,M}",
        ),
        (
            "attribute_type(a, b)",
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: \
             {NULL,S,L,N,B,BOOL,NS,BS,SS,M}",
        ),
        (
            "size(:n) = :n",
            "Incorrect operand type for operator or function; operator or function: size, operand type: N",
        ),
        (
            "begins_with(a, :n)",
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
        ),
        (
            "a = a AND #x = :n",
            "The first operand must be distinct from the remaining operands for this operator or function; operator: \
             =, first operand: [a]",
        ),
    ]
    .into_iter()
    .map(|(text, message)| (text.to_owned(), message))
    .chain([
        (format!("{deep} = :n AND #x = :n"), too_deep),
        (format!("#x = :n AND {deep} = :n"), undefined_name),
        (format!("{}#x = :n", "NOT ".repeat(301)), undefined_name),
        (
            format!("{}a = :n", "NOT ".repeat(301)),
            "The expression contains too many operators; operator count: 301",
        ),
        (
            format!("a = :n{}", " ".repeat(4091)),
            "Expression size has exceeded the maximum allowed size; expression size: 4097",
        ),
        (
            format!("a IN ({})", vec![":n"; 101].join(",")),
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
    ])
    .collect();
    for (text, message) in cases {
        assert_eq!(read(&text), Err(format!("Invalid FilterExpression: {message}")), "{text}");
    }
    assert!(read(&format!("{}a = :n", "NOT ".repeat(299))).is_ok());
    assert!(read(&format!("a IN ({})", vec![":n"; 100].join(","))).is_ok());
}

#[test]
fn no_text_exhausts_a_small_stack() {
    let texts = [
        "(".repeat(4096),
        "size(".repeat(819),
        format!("{}a{} = :n", "(".repeat(2000), ")".repeat(2000)),
        format!("{}a = :n", "NOT ".repeat(1022)),
        format!("{}a=:n{}", "NOT(".repeat(800), ")".repeat(800)),
        format!("a=:n{}", " AND(a=:n".repeat(400)),
        format!("SET a = {}b{}", "if_not_exists(a,".repeat(200), ",:n)".repeat(200)),
        format!("SET a = {}", "(".repeat(4000)),
        format!("a{}", "[0]".repeat(1365)),
    ];
    let attempt = move || {
        let placeholders = placeholders();
        for text in &texts {
            let refused = [
                condition("FilterExpression", text, &placeholders).err(),
                update(text, &placeholders).err(),
                projection(text, &placeholders).err(),
            ];
            assert!(refused.iter().all(Option::is_some), "{text}");
        }
        let message = read(&"(".repeat(4096)).unwrap_err();
        assert_eq!(message, "Invalid FilterExpression: Syntax error; token: \"<EOF>\", near: \"(\"");
    };
    std::thread::Builder::new().stack_size(128 * 1024).spawn(attempt).unwrap().join().unwrap();
}

#[test]
fn updates_are_read_action_by_action() {
    let read = |text: &str| update(text, &placeholders()).map_err(|rejection| rejection.message);
    let value = || Box::new(Assignment::Value(1.into()));
    let from = |text: &str| Box::new(Assignment::Path(path(text)));
    let update = read(
        "SET a = :n, #n.b[1] = if_not_exists(c, :n) + :n, d = (e - :n), f = list_append(:l, f) remove g, h.i ADD j :n \
         DELETE k :set",
    );
    let fallback = Assignment::IfNotExists(path("c"), value());
    let empty = Assignment::Value(AttributeValue::L(Vec::new()));
    let expected = vec![
        UpdateAction::Set(path("a"), Assignment::Value(1.into())),
        UpdateAction::Set(path("name.b[1]"), Assignment::Plus(Box::new(fallback), value())),
        UpdateAction::Set(path("d"), Assignment::Minus(from("e"), value())),
        UpdateAction::Set(path("f"), Assignment::Append(Box::new(empty), from("f"))),
        UpdateAction::Remove(path("g")),
        UpdateAction::Remove(path("h.i")),
        UpdateAction::Add(path("j"), 1.into()),
        UpdateAction::Delete(path("k"), AttributeValue::NumberSet([1.into()].into())),
    ];
    assert_eq!(update.map(|update| update.actions), Ok(expected));

    let syntax = |token: &str, near: &str| format!("Syntax error; token: \"{token}\", near: \"{near}\"");
    let cases = [
        ("a", syntax("a", "a")),
        ("SET", syntax("<EOF>", "SET")),
        ("SET a = :n,", syntax("<EOF>", ",")),
        ("SET a = :n b = :n", syntax("b", ":n b =")),
        ("SET a = b + c + :n", syntax("+", "c + :n")),
        ("SET a = (b + :n) + :n", syntax("+", ") + :n")),
        ("SET a = if_not_exists(b, c + :n)", syntax("+", "c + :n")),
        ("SET a = NOT b", syntax("NOT", "= NOT b")),
        ("SET (a) = :n", syntax("(", "SET (a")),
        ("ADD a b", syntax("b", "a b")),
        ("ADD a (:n)", syntax("(", "a (:n")),
        ("REMOVE :n", syntax(":n", "REMOVE :n")),
        ("", "The expression can not be empty;".to_owned()),
        (
            "SET a = :n SET b = :n",
            "The \"SET\" section can only be used once in an update expression;".to_owned(),
        ),
        ("SET a = ((b))", "The expression has redundant parentheses;".to_owned()),
        ("SET a = :x, name = :n", "Attribute name is a reserved keyword; reserved keyword: name".to_owned()),
        (
            "SET a = size(b)",
            "The function is not allowed in an update expression; function: size".to_owned(),
        ),
        (
            "SET a = if_not_exists(:n, b)",
            "Operator or function requires a document path; operator or function: if_not_exists".to_owned(),
        ),
        (
            "SET a = list_append(b)",
            "Incorrect number of operands for operator or function; operator or function: list_append, number of \
             operands: 1"
                .to_owned(),
        ),
        (
            "DELETE a :x",
            "An expression attribute value used in expression is not defined; attribute value: :x".to_owned(),
        ),
    ];
    for (text, message) in cases {
        assert_eq!(read(text), Err(format!("Invalid UpdateExpression: {message}")), "{text}");
    }
}

#[test]
fn key_conditions_are_conditions_of_few_forms() {
    let read = |text: &str| {
        let condition = condition("KeyConditionExpression", text, &placeholders());
        condition.and_then(key_condition).map_err(|rejection| rejection.message)
    };
    let key = |range: Option<RangeCondition>| KeyCondition {
        equal: vec![("p".into(), KeyValue::S("x".to_owned()))],
        range: range.map(|range| ("r".into(), range)),
    };
    let n = || KeyValue::N(1.into());
    let less = RangeCondition::Compare(Comparator::Less, n());
    let cases = [
        ("p = :s", key(None)),
        ("(:s = p)", key(None)),
        ("p = :s AND r < :n", key(Some(less.clone()))),
        (":n > r AND p = :s", key(Some(less))),
        ("(p = :s) AND (r BETWEEN :n AND :n)", key(Some(RangeCondition::Between(n(), n())))),
        ("begins_with(r, :s) AND p = :s", key(Some(RangeCondition::BeginsWith(KeyValue::S("x".to_owned()))))),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), Ok(expected), "{text}");
    }
    let multiple =
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition";
    let cases = [
        ("p <> :s", "Invalid operator used in KeyConditionExpression: <>"),
        ("p = :s OR r = :s", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT p = :s", "Invalid operator used in KeyConditionExpression: NOT"),
        ("p = :s AND r IN (:s)", "Invalid operator used in KeyConditionExpression: IN"),
        ("p = :s AND contains(r, :s)", "Invalid operator used in KeyConditionExpression: contains"),
        ("p = r", multiple),
        ("p = :s AND p = :s", "KeyConditionExpressions must only contain one condition per key"),
        ("p > :s AND r > :s", "Query key condition not supported"),
        ("size(p) = :n", "KeyConditionExpressions cannot contain nested operations"),
        (
            "p.a = :s",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: p",
        ),
        (
            "begins_with(:s, p)",
            "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its \
             first operand",
        ),
        (
            "p = :l",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "name = :s",
            "Invalid KeyConditionExpression: Attribute name is a reserved keyword; reserved keyword: name",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(read(text), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn projections_are_lists_of_paths() {
    let read = |text: &str| projection(text, &placeholders()).map_err(|rejection| rejection.message);
    let element = DocumentPath { attribute: "b".into(), steps: vec![PathStep::Element(0)] };
    assert_eq!(read("a, b[0] ,#n"), Ok(vec![path("a"), element, path("name")]));
    for (text, message) in [
        ("a,", "Syntax error; token: \"<EOF>\", near: \",\""),
        ("(a)", "Syntax error; token: \"(\", near: \"(a\""),
        ("a b", "Syntax error; token: \"b\", near: \"a b\""),
        ("a, key", "Attribute name is a reserved keyword; reserved keyword: key"),
    ] {
        assert_eq!(read(text), Err(format!("Invalid ProjectionExpression: {message}")), "{text}");
    }
}

#[test]
fn placeholders_are_well_formed_and_all_used() {
    let new = |name: &str, attribute: &str, value: &str| {
        let names = vec![(name.to_owned(), attribute.to_owned())];
        Placeholders::new(names, vec![(value.to_owned(), 1.into())])
    };
    let long = format!("#{}", "a".repeat(255));
    let names = "ExpressionAttributeNames contains invalid";
    let cases = [
        (new("n", "a", ":v"), format!("{names} key: Syntax error; key: \"n\"")),
        (new("#", "a", ":v"), format!("{names} key: Syntax error; key: \"#\"")),
        (new("#é", "a", ":v"), format!("{names} key: Syntax error; key: \"#é\"")),
        (new("", "a", ":v"), format!("{names} key: The expression attribute map contains an empty key;")),
        (
            new(&long, "a", ":v"),
            format!(
                "{names} key: The expression attribute map contains a key that is too long; size of key: 256"
            ),
        ),
        (new("#n", "", ":v"), format!("{names} value: Empty attribute name for key #n")),
        (
            new("#n", "a", "#v"),
            "ExpressionAttributeValues contains invalid key: Syntax error; key: \"#v\"".to_owned(),
        ),
    ];
    for (placeholders, message) in cases {
        assert_eq!(placeholders.map(drop), Err(message));
    }
    let placeholders = new("#n", "a", ":v").unwrap();
    assert!(condition("FilterExpression", "b = :v", &placeholders).is_ok());
    assert_eq!(
        placeholders.check_all_used(),
        Err("Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}".to_owned())
    );
    assert!(projection("#n", &placeholders).is_ok());
    assert_eq!(placeholders.check_all_used(), Ok(()));
}
