//! Expressions as marked text (see `call.rs`): all forms and functions, in fitting and in unfitting places.

use proptest::prelude::*;
use serde_json::Value;

use super::call::{name, value};
use super::items::{PLAIN, any_value, key_value, of};
use super::tables::{Attribute, Table};

fn marked(value_of: BoxedStrategy<Value>) -> BoxedStrategy<String> {
    value_of.prop_map(|constant| value(&constant)).boxed()
}

fn attribute() -> impl Strategy<Value = &'static str> {
    let names: Vec<&str> = ["a", "b", "c", "gone"].into_iter().chain(PLAIN).collect();
    prop::sample::select(names)
}

/// A path of one to three steps.
pub(crate) fn path() -> BoxedStrategy<String> {
    let inner = prop::sample::select(vec![
        "‹l›[0]",
        "‹l›[1]",
        "‹l›[9]",
        "‹m›.‹k›",
        "‹m›.‹o›",
        "‹m›.‹name›",
        "‹m›.‹k›.‹o›",
        "‹l›[0].‹k›",
        "‹m›.‹k›[0]",
        "‹l›[0][1]",
        "‹s›.‹k›",
        "‹n›[0]",
        "‹ss›[0]",
        "‹gone›.‹k›",
        "‹gone›[0]",
    ]);
    prop_oneof![3 => attribute().prop_map(name), 2 => inner.prop_map(str::to_owned)].boxed()
}

fn operand() -> BoxedStrategy<String> {
    prop_oneof![
        5 => path(),
        6 => marked(any_value()),
        1 => path().prop_map(|path| format!("size({path})")),
    ]
    .boxed()
}

fn comparator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="])
}

/// A comparison of an attribute with a value of its usual type.
fn fitting() -> BoxedStrategy<String> {
    let typed = |name: &'static str| (Just(name), comparator(), marked(of(name)), marked(of(name)), 0..6);
    attribute()
        .prop_flat_map(typed)
        .prop_map(|(attribute, how, one, two, form)| {
            let path = name(attribute);
            match form {
                0 => format!("{path} BETWEEN {one} AND {two}"),
                1 => format!("{path} IN ({one}, {two})"),
                2 => format!("begins_with({path}, {one})"),
                3 => format!("contains({path}, {one})"),
                _ => format!("{path} {how} {one}"),
            }
        })
        .boxed()
}

fn leaf() -> BoxedStrategy<String> {
    let types = vec!["S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"];
    let kind = prop::sample::select(types).prop_map(|kind| value(&serde_json::json!({ "S": kind })));
    prop_oneof![
        40 => fitting(),
        5 => (operand(), comparator(), operand()).prop_map(|(one, how, two)| format!("{one} {how} {two}")),
        2 => (operand(), operand(), operand())
            .prop_map(|(tested, low, high)| format!("{tested} between {low} and {high}")),
        2 => (operand(), prop::collection::vec(operand(), 1..4))
            .prop_map(|(tested, list)| format!("{tested} IN ({})", list.join(","))),
        3 => path().prop_map(|path| format!("attribute_exists({path})")),
        3 => path().prop_map(|path| format!("attribute_not_exists({path})")),
        2 => (path(), kind).prop_map(|(path, kind)| format!("attribute_type({path}, {kind})")),
        2 => (path(), operand()).prop_map(|(path, prefix)| format!("begins_with({path}, {prefix})")),
        3 => (path(), operand()).prop_map(|(path, part)| format!("contains({path}, {part})")),
        1 => wrong(),
    ]
    .boxed()
}

/// Conditions that are none.
fn wrong() -> BoxedStrategy<String> {
    let fixed = prop::sample::select(vec![
        "‹n›",
        "‹n› = ",
        "= ‹n›",
        "‹n› == ⟦{\"N\":\"1\"}⟧",
        "‹n› = ⟦{\"N\":\"1\"}⟧ AND",
        "(‹n› = ⟦{\"N\":\"1\"}⟧",
        "‹n› = ⟦{\"N\":\"1\"}⟧)",
        "((‹n› = ⟦{\"N\":\"1\"}⟧))",
        "‹n› = ((⟦{\"N\":\"1\"}⟧))",
        "‹n› = 1",
        "‹n› = \"1\"",
        "‹n› = ⟦{\"N\":\"1\"}⟧ = ⟦{\"N\":\"1\"}⟧",
        "‹n› IN ()",
        "‹n› IN ⟦{\"N\":\"1\"}⟧",
        "‹n› BETWEEN ⟦{\"N\":\"1\"}⟧",
        "NOT",
        "size(‹s›)",
        "size(size(‹s›)) = ⟦{\"N\":\"1\"}⟧",
        "size(⟦{\"S\":\"pq\"}⟧) = ⟦{\"N\":\"2\"}⟧",
        "size(⟦{\"N\":\"1\"}⟧) = ⟦{\"N\":\"2\"}⟧",
        "size(‹s›, ‹n›) = ⟦{\"N\":\"1\"}⟧",
        "attribute_exists(⟦{\"S\":\"n\"}⟧)",
        "attribute_exists(size(‹n›))",
        "attribute_exists()",
        "attribute_exists(‹n›, ‹s›)",
        "attribute_not_exists(⟦{\"S\":\"n\"}⟧)",
        "attribute_type(‹n›, ‹s›)",
        "attribute_type(‹n›, ⟦{\"S\":\"X\"}⟧)",
        "attribute_type(‹n›, ⟦{\"N\":\"1\"}⟧)",
        "attribute_type(‹n›)",
        "attribute_type(⟦{\"S\":\"S\"}⟧, ⟦{\"S\":\"S\"}⟧)",
        "begins_with(‹s›)",
        "begins_with(⟦{\"S\":\"pq\"}⟧, ⟦{\"S\":\"p\"}⟧)",
        "begins_with(⟦{\"S\":\"pq\"}⟧, ‹s›)",
        "begins_with(‹s›, ‹s›)",
        "begins_with(size(‹s›), ⟦{\"S\":\"p\"}⟧)",
        "begins_with(‹s›, size(‹s›))",
        "contains(‹s›)",
        "contains(⟦{\"SS\":[\"p\",\"q\"]}⟧, ‹s›)",
        "contains(⟦{\"S\":\"pq\"}⟧, ⟦{\"S\":\"p\"}⟧)",
        "contains(‹s›, ‹s›)",
        "contains(‹l›, size(‹s›))",
        "contains(‹l›, ⟦{\"L\":[]}⟧)",
        "Size(‹s›) = ⟦{\"N\":\"1\"}⟧",
        "ATTRIBUTE_EXISTS(‹s›)",
        "unknown(‹s›)",
        "if_not_exists(‹s›, ⟦{\"N\":\"1\"}⟧)",
        "if_not_exists(‹s›, ⟦{\"N\":\"1\"}⟧) = ⟦{\"N\":\"1\"}⟧",
        "list_append(‹l›, ‹l›) = ‹l›",
        "attribute_exists(‹n›) = ‹t›",
        "‹n› = attribute_exists(‹n›)",
        "‹n› = ⟦{\"N\":\"1\"}⟧ , ‹n› = ⟦{\"N\":\"1\"}⟧",
        "name = ⟦{\"N\":\"1\"}⟧",
        "‹m›.value = ⟦{\"N\":\"1\"}⟧",
        "#undefined = ⟦{\"N\":\"1\"}⟧",
        "‹n› = :undefined",
        "#undefined = :undefined",
        "‹l›[-1] = ⟦{\"N\":\"1\"}⟧",
        "‹l›[⟦{\"N\":\"1\"}⟧] = ⟦{\"N\":\"1\"}⟧",
        "‹l›[x] = ⟦{\"N\":\"1\"}⟧",
        "‹l›[99999999999] = ⟦{\"N\":\"1\"}⟧",
        "‹m›..‹k› = ⟦{\"N\":\"1\"}⟧",
        "‹m›.⟦{\"S\":\"k\"}⟧ = ⟦{\"N\":\"1\"}⟧",
        ".‹k› = ⟦{\"N\":\"1\"}⟧",
        "‹n› + ‹n› = ⟦{\"N\":\"1\"}⟧",
        "⟦{\"N\":\"1\"}⟧",
        "⟦{\"BOOL\":true}⟧ = ⟦{\"BOOL\":true}⟧",
        "‹n› <> ⟦{\"N\":\"1\"}⟧ NOT ‹n› = ⟦{\"N\":\"1\"}⟧",
        "_x = ⟦{\"N\":\"1\"}⟧",
        "9x = ⟦{\"N\":\"1\"}⟧",
        "é = ⟦{\"N\":\"1\"}⟧",
        "‹n›\n=\t⟦{\"N\":\"1\"}⟧",
        "‹n›=⟦{\"N\":\"1\"}⟧",
        "‹n›<>⟦{\"N\":\"1\"}⟧",
        "‹n› != ⟦{\"N\":\"1\"}⟧",
        "‹n› ! ⟦{\"N\":\"1\"}⟧",
        "‹n› ⟦{\"N\":\"1\"}⟧",
        "# = ⟦{\"N\":\"1\"}⟧",
        "‹n› = :",
        " ",
        "",
    ]);
    let many = (1..110usize).prop_map(|count| {
        let list: Vec<String> = (0..count).map(|number| format!("⟦{{\"N\":\"{number}\"}}⟧")).collect();
        format!("‹n› IN ({})", list.join(", "))
    });
    let operators = (140..160usize).prop_map(|count| vec!["attribute_exists(‹n›)"; count].join(" OR "));
    prop_oneof![30 => fixed.prop_map(str::to_owned), 1 => many, 1 => operators].boxed()
}

pub(crate) fn condition() -> BoxedStrategy<String> {
    leaf()
        .prop_recursive(3, 8, 2, |inner| {
            prop_oneof![
                4 => (inner.clone(), inner.clone(), prop::sample::select(vec!["AND", "OR", "and", "Or"]))
                    .prop_map(|(one, two, joined)| format!("{one} {joined} {two}")),
                1 => inner.clone().prop_map(|inner| format!("NOT {inner}")),
                2 => inner.prop_map(|inner| format!("({inner})")),
            ]
        })
        .boxed()
}

fn assigned() -> BoxedStrategy<String> {
    prop_oneof![
        5 => marked(any_value()),
        2 => path(),
    ]
    .prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            3 => (path(), inner.clone()).prop_map(|(path, other)| format!("if_not_exists({path}, {other})")),
            2 => (inner.clone(), inner).prop_map(|(one, two)| format!("list_append({one}, {two})")),
        ]
    })
    .boxed()
}

fn set() -> BoxedStrategy<String> {
    let typed = attribute().prop_flat_map(|target| {
        marked(of(target)).prop_map(move |constant| format!("{} = {constant}", name(target)))
    });
    let number = || prop_oneof![Just("‹n›".to_owned()), marked(of("n")), assigned()];
    let list = || prop_oneof![Just("‹l›".to_owned()), marked(of("l")), assigned()];
    prop_oneof![
        12 => typed,
        3 => (path(), assigned()).prop_map(|(path, new)| format!("{path} = {new}")),
        2 => (number(), prop::sample::select(vec!["+", "-"]), number())
            .prop_map(|(one, how, two)| format!("‹n› = {one} {how} {two}")),
        1 => (list(), list()).prop_map(|(one, two)| format!("‹l› = list_append({one}, {two})")),
        1 => (path(), assigned(), assigned()).prop_map(|(path, one, two)| format!("{path} = {one} + {two}")),
    ]
    .boxed()
}

fn add() -> BoxedStrategy<String> {
    let typed = prop::sample::select(vec!["n", "ss", "ns", "bs", "gone", "b"])
        .prop_flat_map(|target| marked(of(target)).prop_map(move |new| format!("{} {new}", name(target))));
    prop_oneof![3 => typed, 1 => (path(), marked(any_value())).prop_map(|(path, new)| format!("{path} {new}"))].boxed()
}

fn delete() -> BoxedStrategy<String> {
    let typed = prop::sample::select(vec!["ss", "ns", "bs"])
        .prop_flat_map(|target| marked(of(target)).prop_map(move |old| format!("{} {old}", name(target))));
    prop_oneof![5 => typed, 1 => (path(), marked(any_value())).prop_map(|(path, old)| format!("{path} {old}"))].boxed()
}

pub(crate) fn update() -> BoxedStrategy<String> {
    let section = |keyword: &'static str, action: BoxedStrategy<String>| {
        prop::collection::vec(action, 1..4)
            .prop_map(move |actions| format!("{keyword} {}", actions.join(", ")))
            .boxed()
    };
    let sections = (
        prop::option::weighted(0.6, section("SET", set())),
        prop::option::weighted(0.25, section("REMOVE", path())),
        prop::option::weighted(0.25, section("ADD", add())),
        prop::option::weighted(0.15, section("DELETE", delete())),
    );
    let several = sections.prop_map(|(set, remove, add, delete)| {
        let sections: Vec<String> = [add, set, remove, delete].into_iter().flatten().collect();
        if sections.is_empty() {
            "SET ‹t› = ⟦{\"BOOL\":true}⟧".to_owned()
        } else {
            sections.join(" ")
        }
    });
    let wrong = prop::sample::select(vec![
        "",
        " ",
        "SET",
        "‹n› = ⟦{\"N\":\"1\"}⟧",
        "SET ‹n›",
        "SET ‹n› =",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧,",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ SET ‹s› = ⟦{\"S\":\"p\"}⟧",
        "REMOVE ‹n› REMOVE ‹s›",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ + ⟦{\"N\":\"1\"}⟧ + ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = (‹n› + ⟦{\"N\":\"1\"}⟧)",
        "SET ‹n› = ‹n› * ⟦{\"N\":\"2\"}⟧",
        "SET ⟦{\"S\":\"n\"}⟧ = ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ WHERE",
        "SET ‹n› = size(‹s›)",
        "SET ‹n› = attribute_exists(‹s›)",
        "SET ‹n› = unknown(‹s›)",
        "SET ‹n› = if_not_exists(‹n›)",
        "SET ‹n› = if_not_exists(⟦{\"N\":\"1\"}⟧, ⟦{\"N\":\"1\"}⟧)",
        "SET ‹n› = if_not_exists(‹n›, if_not_exists(‹b›, ⟦{\"N\":\"1\"}⟧))",
        "SET ‹n› = if_not_exists(‹n›, ⟦{\"N\":\"1\"}⟧) + ⟦{\"N\":\"1\"}⟧",
        "SET ‹l› = list_append(‹l›)",
        "SET ‹l› = list_append(if_not_exists(‹l›, ⟦{\"L\":[]}⟧), ⟦{\"L\":[{\"S\":\"p\"}]}⟧)",
        "SET ‹l› = list_append(‹l›, ⟦{\"S\":\"p\"}⟧)",
        "SET ‹n› = ‹s› + ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = ⟦{\"S\":\"p\"}⟧ + ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ - ⟦{\"S\":\"p\"}⟧",
        "SET ‹n› = ‹n› + ⟦{\"N\":\"9.9999999999999999999999999999999999999E+125\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"9.9999999999999999999999999999999999999E+125\"}⟧ + ⟦{\"N\":\"9.9999999999999999999999999999999999999E+125\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1E38\"}⟧ + ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1E37\"}⟧ + ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1.00000000000000000000000000000000000001E-130\"}⟧",
        "ADD ‹n› ‹b›",
        "ADD ‹n› = ⟦{\"N\":\"1\"}⟧",
        "ADD ‹n› ⟦{\"N\":\"1\"}⟧ ⟦{\"N\":\"1\"}⟧",
        "ADD ‹s› ⟦{\"S\":\"p\"}⟧",
        "ADD ‹l› ⟦{\"L\":[]}⟧",
        "ADD ‹n› ⟦{\"N\":\"9.9999999999999999999999999999999999999E+125\"}⟧",
        "DELETE ‹ss› ‹ss›",
        "DELETE ‹n› ⟦{\"N\":\"1\"}⟧",
        "REMOVE ⟦{\"S\":\"n\"}⟧",
        "REMOVE ‹n› = ⟦{\"N\":\"1\"}⟧",
        "REMOVE ‹l›[0], ‹l›[1]",
        "REMOVE ‹l›[1], ‹l›[0], ‹l›[9]",
        "REMOVE ‹l›[0], ‹l›",
        "SET ‹l›[0] = ⟦{\"S\":\"p\"}⟧, ‹l›[1] = ⟦{\"S\":\"q\"}⟧",
        "SET ‹l›[5] = ⟦{\"S\":\"p\"}⟧, ‹l›[4] = ⟦{\"S\":\"q\"}⟧",
        "SET ‹l›[0] = ⟦{\"S\":\"p\"}⟧ REMOVE ‹l›[1]",
        "SET ‹l›[9] = ⟦{\"S\":\"p\"}⟧ REMOVE ‹l›[0]",
        "SET ‹m›.‹k› = ⟦{\"S\":\"p\"}⟧, ‹m›.‹o› = ‹m›.‹k›",
        "SET ‹m›.‹k› = ⟦{\"S\":\"p\"}⟧, ‹m›[0] = ⟦{\"S\":\"p\"}⟧",
        "SET ‹m› = ⟦{\"M\":{}}⟧, ‹m›.‹k› = ⟦{\"S\":\"p\"}⟧",
        "SET ‹m›.‹k›.‹o› = ⟦{\"S\":\"p\"}⟧ REMOVE ‹m›.‹k›.‹name›",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧, ‹n› = ⟦{\"N\":\"2\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ REMOVE ‹n›",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ ADD ‹n› ⟦{\"N\":\"2\"}⟧",
        "SET ‹h› = ⟦{\"S\":\"x\"}⟧",
        "SET ‹h› = ‹h›",
        "REMOVE ‹h›",
        "SET ‹r› = ⟦{\"S\":\"x\"}⟧",
        "ADD ‹r› ⟦{\"N\":\"1\"}⟧",
        "SET ‹h›.‹k› = ⟦{\"S\":\"x\"}⟧",
        "SET ‹s› = ‹h›",
        "SET ‹n› = :undefined",
        "SET #undefined = ⟦{\"N\":\"1\"}⟧",
        "SET name = ⟦{\"N\":\"1\"}⟧",
        "SET ‹n› = ⟦{\"N\":\"1\"}⟧ AND ‹s› = ⟦{\"S\":\"p\"}⟧",
        "DROP ‹n›",
        "set ‹n› = ⟦{\"N\":\"1\"}⟧ remove ‹s›",
        "SET ‹ss› = ⟦{\"SS\":[]}⟧",
        "SET ‹s› = ⟦{\"S\":\"\"}⟧",
        "SET ‹a› = ⟦{\"S\":\"\"}⟧",
        "SET ‹a› = ⟦{\"N\":\"1\"}⟧",
        "SET ‹b› = ‹s›",
        "REMOVE ‹a›, ‹b›, ‹c›",
        "SET ‹s› = ⟦{\"S\":\"%x*300000%\"}⟧",
    ]);
    prop_oneof![12 => several, 1 => wrong.prop_map(str::to_owned)].boxed()
}

pub(crate) fn projection() -> BoxedStrategy<String> {
    let paths = prop::collection::vec(
        prop_oneof![6 => path(), 1 => Just("‹h›".to_owned()), 1 => Just("‹r›".to_owned())],
        1..4,
    );
    let wrong = prop::sample::select(vec![
        "",
        ",",
        "‹n›,",
        "‹n› ‹s›",
        "‹n›, ‹n›",
        "‹m›, ‹m›.‹k›",
        "‹m›.‹k›, ‹m›[0]",
        "‹l›[0], ‹l›[1], ‹l›[0]",
        "‹l›[1], ‹l›[0]",
        "name",
        "#undefined",
        "⟦{\"S\":\"n\"}⟧",
        ":undefined",
        "size(‹n›)",
        "‹m›.",
        "‹m›.‹k›.‹o›, ‹m›.‹k›.‹name›",
        "‹l›[0].‹k›, ‹l›[0].‹o›",
    ]);
    prop_oneof![6 => paths.prop_map(|paths| paths.join(", ")), 1 => wrong.prop_map(str::to_owned)].boxed()
}

/// A key condition of a table or index with these keys.
pub(crate) fn key_condition(hash: Attribute, range: Option<Attribute>) -> BoxedStrategy<String> {
    let key_of = |part: Attribute| {
        if part.0 == "h" || part.0 == "r" { key_value(part) } else { of(part.0) }
    };
    let equal = marked(key_of(hash)).prop_map(move |value| format!("‹{}› = {value}", hash.0));
    let ranged = match range {
        None => Just(None).boxed(),
        Some(range) => {
            let form =
                (marked(key_of(range)), marked(key_of(range)), 0..12).prop_map(move |(one, two, form)| {
                    let path = name(range.0);
                    match form {
                        0 => format!("{path} BETWEEN {one} AND {two}"),
                        1 | 2 => format!("begins_with({path}, {one})"),
                        3 => format!("{path} < {one}"),
                        4 => format!("{path} <= {one}"),
                        5 | 6 => format!("{path} > {one}"),
                        7 | 8 => format!("{path} >= {one}"),
                        _ => format!("{path} = {one}"),
                    }
                });
            prop::option::of(form).boxed()
        }
    };
    let fitting = (equal.clone(), ranged, 0..6).prop_map(|(equal, ranged, form)| match (ranged, form) {
        (None, 0) => format!("({equal})"),
        (None, _) => equal,
        (Some(ranged), 0) => format!("{ranged} AND {equal}"),
        (Some(ranged), 1) => format!("({equal}) and ({ranged})"),
        (Some(ranged), 2) => format!("({equal} AND {ranged})"),
        (Some(ranged), _) => format!("{equal} AND {ranged}"),
    });
    let second = range.map_or("gone", |range| range.0);
    let wrong = prop::sample::select(vec![
        "",
        "%r% = %v%",
        "%h% > %v%",
        "begins_with(%h%, %v%)",
        "%h% = %v% OR %r% = %v%",
        "NOT %h% = %v%",
        "%h% <> %v%",
        "%h% = %v% AND %r% <> %v%",
        "%h% IN (%v%)",
        "%h% = %v% AND %r% IN (%v%, %v%)",
        "%h% = %v% AND contains(%r%, %v%)",
        "%h% = %v% AND attribute_exists(%r%)",
        "%h% = %v% AND size(%r%) = %v%",
        "%h% = %v% AND %r% = %v% AND ‹n› = %v%",
        "%h% = %v% AND ‹n› = %v%",
        "%h% = %v% AND %h% = %v%",
        "%h% = %v% AND %r% > %v% AND %r% < %v%",
        "%v% = %h%",
        "%h% = %r%",
        "%h% = %h%",
        "%h% = ⟦{\"BOOL\":true}⟧",
        "%h% = ⟦{\"S\":\"\"}⟧",
        "%h% = ⟦{\"N\":\"7\"}⟧",
        "%h% = ⟦{\"S\":\"x\"}⟧ AND %r% = ⟦{\"S\":\"x\"}⟧",
        "%h% = %v% AND begins_with(%r%, ⟦{\"N\":\"1\"}⟧)",
        "%h% = %v% AND begins_with(%r%, ⟦{\"S\":\"\"}⟧)",
        "%h% = %v% AND %r% BETWEEN ⟦{\"N\":\"2\"}⟧ AND ⟦{\"N\":\"1\"}⟧",
        "%h% = %v% AND %r% BETWEEN ⟦{\"S\":\"y\"}⟧ AND ⟦{\"S\":\"x\"}⟧",
        "%h% = %v% AND %r% BETWEEN ⟦{\"N\":\"2\"}⟧ AND ⟦{\"S\":\"x\"}⟧",
        "%h%.‹k› = %v%",
        "%h%[0] = %v%",
        "%h% = :undefined",
        "#undefined = %v%",
        "%h% = %v% AND",
        "%h%",
    ]);
    let wrong = (wrong, marked(key_of(hash))).prop_map(move |(text, value)| {
        text.replace("%h%", &name(hash.0)).replace("%r%", &name(second)).replace("%v%", &value)
    });
    prop_oneof![10 => fitting, 1 => wrong].boxed()
}

/// Any table's key condition, for the sake of its index or itself.
pub(crate) fn key_condition_of(table: &Table, index: Option<usize>) -> BoxedStrategy<String> {
    match index {
        None => key_condition(table.hash, table.range),
        Some(index) => key_condition(table.indexes[index].hash, table.indexes[index].range),
    }
}
