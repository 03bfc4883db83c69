//! Numbers against an independent decimal of any size.

use dynochemy_core::{Number, NumberError};
use num_bigint::{BigInt, Sign};

/// A decimal of any size: `digits * 10^exponent`, without trailing zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    digits: BigInt,
    exponent: i64,
}

impl Decimal {
    fn new(mut digits: BigInt, mut exponent: i64) -> Self {
        if digits.sign() == Sign::NoSign {
            return Self { digits, exponent: 0 };
        }
        while (&digits % 10u8).sign() == Sign::NoSign {
            digits /= 10u8;
            exponent += 1;
        }
        Self { digits, exponent }
    }

    /// The value of a text that is a sign, digits with at most one point, and an exponent; `None` for any other.
    fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (text, None),
        };
        let signed = |text: &str| text.strip_prefix(['+', '-']).unwrap_or(text).to_owned();
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let exponent = match exponent {
            None => 0,
            Some(text) if plain(&signed(text)) => {
                // Any exponent of more digits is out of range, whatever the mantissa of a short text.
                let digits = signed(text).trim_start_matches('0').to_owned();
                let size = if digits.len() > 9 { 1_000_000_000 } else { digits.parse().unwrap_or(0) };
                if text.starts_with('-') { -size } else { size }
            }
            Some(_) => return None,
        };
        let unsigned = signed(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((&unsigned, ""));
        if !plain(&format!("{whole}{fraction}")) {
            return None;
        }
        let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let digits = if mantissa.starts_with('-') { -digits } else { digits };
        Some(Self::new(digits, exponent - fraction.len() as i64))
    }

    /// Whether DynamoDB has the number.
    fn check(&self) -> Result<(), NumberError> {
        if self.digits.sign() == Sign::NoSign {
            return Ok(());
        }
        let count = self.digits.magnitude().to_string().len() as i64;
        match self.exponent + count - 1 {
            _ if count > 38 => Err(NumberError::TooManyDigits),
            126.. => Err(NumberError::Overflow),
            ..-130 => Err(NumberError::Underflow),
            _ => Ok(()),
        }
    }

    /// Both values as integers of one exponent.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let scaled = |value: &Self| &value.digits * BigInt::from(10).pow((value.exponent - exponent) as u32);
        (scaled(self), scaled(other), exponent)
    }

    fn integer(&self) -> Option<BigInt> {
        (self.exponent >= 0).then(|| &self.digits * BigInt::from(10).pow(self.exponent as u32))
    }
}

/// Texts are read as the decimal reads them; what is read prints, compares, adds and converts as it does.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (a, b) = text.split_once(' ').unwrap_or((text, "1"));
    // Longer exponents than the decimal computes with in reasonable time end alike.
    let (Some((a, da)), Some((b, db))) = (read(a), read(b)) else { return };
    let (x, y, exponent) = da.aligned(&db);
    assert_eq!(a.cmp(&b), x.cmp(&y), "{a} and {b}");
    assert_eq!(a == b, da == db);
    for (ours, theirs) in [(a.checked_add(b), &x + &y), (a.checked_sub(b), &x - &y)] {
        let theirs = Decimal::new(theirs, exponent);
        match (ours, theirs.check()) {
            (Ok(sum), Ok(())) => assert_eq!(Decimal::parse(&sum.to_string()), Some(theirs)),
            (Err(_), Err(_)) => {}
            (ours, theirs) => panic!("{a} and {b}: {ours:?}, {theirs:?}"),
        }
    }
    assert_eq!(-(-a), a);
    integers(a, &da);
    floats(a);
}

fn read(text: &str) -> Option<(Number, Decimal)> {
    let ours = text.parse::<Number>();
    let Some(decimal) = Decimal::parse(text) else {
        assert_eq!(ours, Err(NumberError::Invalid), "{text}");
        return None;
    };
    match (ours, decimal.check()) {
        (Ok(number), Ok(())) => {
            let printed = number.to_string();
            assert!(!printed.contains(['e', 'E', '+']), "{printed}");
            assert_eq!(Decimal::parse(&printed).as_ref(), Some(&decimal), "{text}");
            assert_eq!(printed.parse(), Ok(number));
            let (digits, exponent) = number.parts();
            assert_eq!(Number::from_parts(number.is_negative(), digits, exponent), Ok(number));
            assert_eq!(
                serde_json::from_str::<Number>(&serde_json::to_string(&number).unwrap()).unwrap(),
                number
            );
            assert!((1..=22).contains(&number.size()), "{}", number.size());
            Some((number, decimal))
        }
        // Which of its faults is told of a number that has several is not said.
        (Err(NumberError::Invalid), Err(_)) | (Ok(_), Err(_)) | (Err(_), Ok(())) => {
            panic!("{text}: {ours:?}, {:?}", decimal.check())
        }
        (Err(_), Err(_)) => None,
    }
}

fn integers(number: Number, decimal: &Decimal) {
    let integer = decimal.integer();
    macro_rules! agree {
        ($($type:ty),*) => {$(
            let theirs = integer.as_ref().and_then(|integer| <$type>::try_from(integer).ok());
            let ours = <$type>::try_from(number);
            assert_eq!(ours.ok(), theirs, "{number}");
            if let Ok(value) = ours {
                #[allow(clippy::useless_conversion)]
                let back = Number::try_from(value);
                assert_eq!(back.ok(), Some(number));
            }
        )*};
    }
    agree!(u8, i8, u16, i16, u32, i32, u64, i64, u128, i128, usize, isize);
}

fn floats(number: Number) {
    let nearest: f64 = number.to_string().parse().expect("a number is a float's text");
    match f64::try_from(number) {
        Ok(value) => {
            assert_eq!(value, nearest);
            assert_eq!(Number::try_from(value), Ok(number));
        }
        Err(_) => assert_ne!(Number::try_from(nearest).ok(), Some(number)),
    }
    if let Ok(value) = f32::try_from(number) {
        assert_eq!(Number::try_from(value), Ok(number));
    }
}
