use super::*;
use proptest::prelude::*;

fn number(text: &str) -> Number {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn equal_values_have_one_form() {
    for text in ["1", "1.0", "+1", "01", "1E0", "10e-1", "0.1E1", "100.00E-2"] {
        assert_eq!(number(text), Number::from(1), "{text}");
        assert_eq!(number(text).to_string(), "1");
    }
    assert_eq!(number("-0"), Number::ZERO);
    assert_eq!(number("-0.000E99").to_string(), "0");
    assert_eq!(number("1.5E2").to_string(), "150");
    assert_eq!(number("-0.050").to_string(), "-0.05");
}

#[test]
fn what_is_no_number_is_refused() {
    let long = format!("{}-1", "9".repeat(50));
    for text in [
        "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x1", "NaN", "Infinity", " 1", "1 ", "--1", "1_0",
        &long,
    ] {
        assert_eq!(text.parse::<Number>(), Err(NumberError::Invalid), "{text:?}");
    }
}

#[test]
fn limits_are_those_of_dynamodb() {
    let nines = "9".repeat(38);
    assert_eq!(number(&nines).to_string(), nines);
    assert_eq!(format!("{nines}9").parse::<Number>(), Err(NumberError::TooManyDigits));
    assert_eq!("9".repeat(60).parse::<Number>(), Err(NumberError::TooManyDigits));
    assert_eq!(number(&format!("1{}", "0".repeat(125))), number("1E125"));
    assert_eq!("1E126".parse::<Number>(), Err(NumberError::Overflow));
    assert_eq!(number("1E-130").magnitude(), Some(-130));
    assert_eq!("1E-131".parse::<Number>(), Err(NumberError::Underflow));
    assert_eq!("1E99999999999999999999".parse::<Number>(), Err(NumberError::Overflow));
}

#[test]
fn sums_are_exact_or_an_error() {
    assert_eq!(number("0.1").checked_add(number("0.2")), Ok(number("0.3")));
    assert_eq!(number("1").checked_sub(number("1")), Ok(Number::ZERO));
    assert_eq!(number("-5").checked_add(number("3")), Ok(number("-2")));
    assert_eq!(number("1E37").checked_add(number("1")), Ok(number(&format!("1{}1", "0".repeat(36)))));
    assert_eq!(number("1E38").checked_add(number("1")), Err(NumberError::TooManyDigits));
    assert_eq!(number("1E125").checked_add(number("1E-130")), Err(NumberError::TooManyDigits));
    assert_eq!(number("9E125").checked_add(number("9E125")), Err(NumberError::Overflow));
}

#[test]
fn a_rust_number_that_cannot_hold_the_value_is_an_error() {
    assert_eq!(u8::try_from(number("255")), Ok(255));
    assert_eq!(u8::try_from(number("256")), Err(NumberError::DoesNotFit));
    assert_eq!(u8::try_from(number("-1")), Err(NumberError::DoesNotFit));
    assert_eq!(i64::try_from(number("1.5")), Err(NumberError::DoesNotFit));
    assert_eq!(i64::try_from(Number::from(i64::MIN)), Ok(i64::MIN));
    assert_eq!(u128::try_from(number("1E38")), Ok(10u128.pow(38)));
    assert_eq!(Number::try_from(u128::MAX), Err(NumberError::TooManyDigits));
    assert_eq!(f64::try_from(number("0.1")), Ok(0.1));
    assert_eq!(f32::try_from(number("0.1")), Ok(0.1));
    assert_eq!(f64::try_from(number("0.10000000000000000001")), Err(NumberError::DoesNotFit));
    assert_eq!(Number::try_from(f64::NAN), Err(NumberError::NotFinite));
    assert_eq!(Number::try_from(1e-200), Err(NumberError::Underflow));
}

#[test]
fn sizes_count_two_digits_a_byte_on_each_side_of_the_point() {
    for (text, size) in
        [("0", 1), ("1", 2), ("12", 2), ("123", 3), ("-1", 3), ("1.5", 3), ("100", 2), ("0.01", 2)]
    {
        assert_eq!(number(text).size(), size, "{text}");
    }
}

proptest! {
    #[test]
    fn text_and_value_agree(digits in any::<u64>(), exponent in -60i16..60, negative: bool) {
        let number = Number::from_parts(negative, digits.into(), exponent).unwrap();
        prop_assert_eq!(number.to_string().parse::<Number>(), Ok(number));
    }

    #[test]
    fn order_is_that_of_the_values(a in any::<i32>(), b in any::<i32>(), shift in -3i16..3) {
        let of = |value: i32| Number::from_parts(value < 0, value.unsigned_abs().into(), shift).unwrap();
        prop_assert_eq!(of(a).cmp(&of(b)), a.cmp(&b));
    }

    #[test]
    fn addition_is_that_of_integers(a in any::<i64>(), b in any::<i64>()) {
        let sum = i128::from(a) + i128::from(b);
        prop_assert_eq!(Number::from(a).checked_add(Number::from(b)), Number::try_from(sum));
    }

    #[test]
    fn floats_come_back_unchanged(value in any::<f64>()) {
        if let Ok(number) = Number::try_from(value) {
            prop_assert_eq!(f64::try_from(number), Ok(value));
        }
    }
}

#[test]
fn the_longest_texts_come_back() {
    let nines = "9".repeat(38);
    for text in [format!("-{nines}E88"), format!("-{nines}E-167"), format!("{nines}E-37")] {
        let long = number(&text);
        assert_eq!(number(&long.to_string()), long, "{text}");
    }
    assert_eq!(number(&format!("-{nines}E-167")).to_string().len(), 1 + 2 + 129 + 38);
}

proptest! {
    #[test]
    fn a_decimal_of_few_digits_is_a_float_that_prints_it_and_one_of_many_only_if_it_does(
        digits in 0u64..100_000_000_000_000_000,
        exponent in -130i16..100,
    ) {
        let number = Number::from_parts(false, digits.into(), exponent).unwrap();
        let prints = |text: String| text.parse::<Number>() == Ok(number);
        let wide: f64 = number.to_string().parse().unwrap();
        prop_assert_eq!(f64::try_from(number).is_ok(), prints(format!("{wide:e}")));
        let narrow: f32 = number.to_string().parse().unwrap();
        let fits = narrow.is_finite() && prints(format!("{narrow:e}"));
        prop_assert_eq!(f32::try_from(number).is_ok(), fits);
    }
}

proptest! {
    #[test]
    fn an_item_holds_a_number_as_it_prints(
        negative in any::<bool>(),
        digits in prop_oneof![0u128..1000, any::<u64>().prop_map(u128::from), 0..10u128.pow(38)],
        exponent in prop_oneof![-3i16..3, -90i16..80],
    ) {
        let number = Number::from_parts(negative, digits, exponent).unwrap();
        let mut out = Vec::new();
        number.write(&mut out);
        prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
    }
}
