//! The binary forms of keys, by which items lie in order.

use dynochemy_core::{Key, KeyValue, ScalarType};
use dynochemy_sql::fuzzing::{place, place_in_index};

/// Forms of values are ordered as the values are, none begins with another one, and each is read again; so are the places
/// of keys, and of items in indexes with keys of several parts.
pub fn check(data: &[u8]) {
    let [kind, rest @ ..] = data else { return };
    let kind = [ScalarType::S, ScalarType::N, ScalarType::B][usize::from(*kind) % 3];
    let values: Vec<KeyValue> =
        rest.split(|byte| *byte == b'|').filter_map(|part| value(kind, part)).collect();
    for one in &values {
        let form = form(one);
        assert_eq!(KeyValue::read_ordered(kind, &form), Some((one.clone(), &[][..])), "{one:?}");
        let mut followed = form.clone();
        followed.extend_from_slice(rest);
        assert_eq!(KeyValue::read_ordered(kind, &followed), Some((one.clone(), rest)), "{one:?}");
        for other in &values {
            let other_form = self::form(other);
            assert_eq!(form.cmp(&other_form), one.cmp(other), "{one:?} {other:?}");
            assert!(one == other || !other_form.starts_with(&form), "{one:?} {other:?}");
        }
    }
    // Whatever the bytes are, they are refused or one value's form.
    if let Some((value, left)) = KeyValue::read_ordered(kind, rest) {
        assert_eq!(self::form(&value), rest[..rest.len() - left.len()], "{value:?}");
    }
    places(&values);
}

fn places(values: &[KeyValue]) {
    let [a, b, c, d, ..] = values else { return };
    let key = |hash: &KeyValue, range: &KeyValue| Key {
        hash: ("h".into(), hash.clone()),
        range: Some(("r".into(), range.clone())),
    };
    let (one, other) = (key(a, b), key(c, d));
    let (one_place, other_place) = (place(&one), place(&other));
    // Hash keys lie in no order, and range keys in theirs.
    assert_eq!(one_place.0 == other_place.0, a == c);
    assert_eq!(one_place.1.cmp(&other_place.1), b.cmp(d));
    let indexed = |hash: &[KeyValue], range: &[KeyValue], primary| place_in_index(hash, range, primary);
    let first = indexed(&values[..2], &values[2..4], &one);
    let second = indexed(&values[2..4], &values[..2], &one);
    assert_eq!(first.0 == second.0, values[..2] == values[2..4]);
    assert_eq!(first.1.cmp(&second.1), values[2..4].cmp(&values[..2]));
    // Where the index's keys are equal, the table's decide.
    let third = indexed(&values[..2], &values[2..4], &other);
    assert_eq!(first.0, third.0);
    assert_eq!(first.1.cmp(&third.1), (a, b).cmp(&(c, d)));
}

fn form(value: &KeyValue) -> Vec<u8> {
    let mut out = Vec::new();
    value.write_ordered(&mut out);
    out
}

fn value(kind: ScalarType, part: &[u8]) -> Option<KeyValue> {
    Some(match kind {
        ScalarType::S => KeyValue::S(std::str::from_utf8(part).ok()?.to_owned()),
        ScalarType::N => KeyValue::N(std::str::from_utf8(part).ok()?.parse().ok()?),
        ScalarType::B => KeyValue::B(part.to_vec().into()),
    })
}
