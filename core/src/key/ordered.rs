//! An order-preserving binary form of key values.
//!
//! Text and bytes: their bytes with each `00` written as `00 FF`, then `00 00` as an end that sorts before any
//! continuation. Numbers: a byte for the sign, then the magnitude and the digits two a byte, all inverted for
//! negative numbers. No form is the beginning of another one, so forms can be joined and still sort.

use bytes::Bytes;

use super::{KeyValue, ScalarType};
use crate::number::{MAX_DIGITS, Number};

const NEGATIVE: u8 = 1;
const ZERO: u8 = 2;
const POSITIVE: u8 = 3;
/// Makes magnitudes, which begin at -130, non-negative.
const BIAS: i16 = 130;

pub(super) fn write(out: &mut Vec<u8>, value: &KeyValue) {
    match value {
        KeyValue::S(text) => write_bytes(out, text.as_bytes()),
        KeyValue::B(bytes) => write_bytes(out, bytes),
        KeyValue::N(number) => write_number(out, number),
    }
}

pub(super) fn read(kind: ScalarType, bytes: &[u8]) -> Option<(KeyValue, &[u8])> {
    match kind {
        ScalarType::S => {
            let (plain, rest) = read_bytes(bytes)?;
            Some((KeyValue::S(String::from_utf8(plain).ok()?), rest))
        }
        ScalarType::B => read_bytes(bytes).map(|(plain, rest)| (KeyValue::B(Bytes::from(plain)), rest)),
        ScalarType::N => read_number(bytes).map(|(number, rest)| (KeyValue::N(number), rest)),
    }
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut runs = bytes.split(|byte| *byte == 0);
    out.extend_from_slice(runs.next().unwrap_or_default());
    for run in runs {
        out.extend_from_slice(&[0, 0xFF]);
        out.extend_from_slice(run);
    }
    out.extend_from_slice(&[0, 0]);
}

fn read_bytes(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match rest {
            [0, 0, after @ ..] => return Some((plain, after)),
            [0, 0xFF, after @ ..] => {
                plain.push(0);
                rest = after;
            }
            [0, ..] | [] => return None,
            [byte, after @ ..] => {
                plain.push(*byte);
                rest = after;
            }
        }
    }
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    let Some(magnitude) = number.magnitude() else { return out.push(ZERO) };
    let start = out.len();
    out.push(if number.is_negative() { !NEGATIVE } else { POSITIVE });
    out.extend_from_slice(&((magnitude + BIAS) as u16).to_be_bytes());
    let (digits, _) = number.parts();
    let width = digits.ilog10() + 1;
    let mut aligned = digits * 10u128.pow(MAX_DIGITS - width);
    let mut power = 10u128.pow(MAX_DIGITS - 2);
    // Pairs of digits as 1 to 100, so that 0 can mark the end.
    while aligned > 0 {
        out.push((aligned / power) as u8 + 1);
        aligned %= power;
        power = (power / 100).max(1);
    }
    out.push(0);
    if number.is_negative() {
        for byte in &mut out[start..] {
            *byte = !*byte;
        }
    }
}

fn read_number(bytes: &[u8]) -> Option<(Number, &[u8])> {
    let (sign, rest) = bytes.split_first()?;
    let (negative, mask) = match *sign {
        ZERO => return Some((Number::ZERO, rest)),
        NEGATIVE => (true, 0xFF),
        POSITIVE => (false, 0),
        _ => return None,
    };
    let (magnitude, rest) = rest.split_first_chunk::<2>()?;
    let magnitude = u16::from_be_bytes(magnitude.map(|byte| byte ^ mask));
    let length = rest.iter().position(|byte| byte ^ mask == 0)?;
    if length == 0 || length > MAX_DIGITS as usize / 2 {
        return None;
    }
    let mut digits = 0u128;
    for byte in &rest[..length] {
        let pair = (byte ^ mask) - 1;
        if pair > 99 {
            return None;
        }
        digits = digits * 100 + u128::from(pair);
    }
    let exponent = i16::try_from(magnitude).ok()?.checked_sub(BIAS)?.checked_sub(2 * length as i16 - 1)?;
    let number = Number::from_parts(negative, digits, exponent).ok()?;
    // Only the one form that `write_number` gives is read: with no pair of zeros at either end.
    let is_written_so = number.magnitude()? + BIAS == magnitude as i16 && !digits.is_multiple_of(100);
    is_written_so.then_some((number, &rest[length + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(value: &KeyValue) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, value);
        out
    }

    fn numbers() -> impl Strategy<Value = KeyValue> {
        (any::<bool>(), any::<u64>(), -100i16..100, 0u32..20).prop_map(
            |(negative, digits, exponent, drop)| {
                KeyValue::N(
                    Number::from_parts(negative, (digits / 10u64.pow(drop.min(19))).into(), exponent)
                        .unwrap(),
                )
            },
        )
    }

    fn byte_strings() -> impl Strategy<Value = KeyValue> {
        proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xFF), any::<u8>()], 0..6)
            .prop_map(|bytes| KeyValue::B(bytes.into()))
    }

    #[test]
    fn a_number_with_zeros_behind_it_is_no_form() {
        let mut bytes = form(&KeyValue::N(9803.into()));
        bytes.insert(bytes.len() - 1, 1);
        assert_eq!(read(ScalarType::N, &bytes), None);
    }

    proptest! {
        #[test]
        fn order_and_value_are_kept(
            (a, b) in prop_oneof![(numbers(), numbers()), (byte_strings(), byte_strings())],
            rest in proptest::collection::vec(any::<u8>(), 0..4),
        ) {
            prop_assert_eq!(form(&a).cmp(&form(&b)), a.cmp(&b));
            prop_assert!(a == b || !form(&b).starts_with(&form(&a)));
            let mut joined = form(&a);
            joined.extend_from_slice(&rest);
            prop_assert_eq!(read(a.kind(), &joined), Some((a, &rest[..])));
        }

        #[test]
        fn text_comes_back_unchanged(text in any::<String>()) {
            let value = KeyValue::S(text);
            let bytes = form(&value);
            prop_assert_eq!(read(ScalarType::S, &bytes), Some((value, &[][..])));
        }

        #[test]
        fn foreign_bytes_never_panic_and_are_read_only_in_their_one_form(
            bytes in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..12),
        ) {
            for kind in [ScalarType::S, ScalarType::N, ScalarType::B] {
                if let Some((value, rest)) = read(kind, &bytes) {
                    prop_assert_eq!(&form(&value)[..], &bytes[..bytes.len() - rest.len()]);
                }
            }
        }
    }
}
