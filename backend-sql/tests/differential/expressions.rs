//! Expressions as marked text (see `call.rs`): all forms and functions, in fitting and in unfitting places.

mod key_conditions;
mod updates;

use proptest::prelude::*;
use serde_json::Value;

use super::call::{name, value};
use super::items::{PLAIN, any_value, of};

pub(crate) use key_conditions::key_condition_of;
pub(crate) use updates::update;

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
