//! Key conditions: on the keys that there are, and on others.

use proptest::prelude::*;

use super::super::call::name;
use super::super::items::{key_value, of};
use super::super::tables::{Attribute, Table};
use super::marked;

/// A key condition of a table or index with these keys.
fn key_condition(hash: Attribute, range: Option<Attribute>) -> BoxedStrategy<String> {
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
