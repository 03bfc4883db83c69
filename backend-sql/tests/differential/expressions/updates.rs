//! Updates of one to four sections, and texts that are none.

use proptest::prelude::*;

use super::super::call::name;
use super::super::items::{any_value, of};
use super::{attribute, marked, path};

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
