//! DynamoDB's numbers: exact decimals of up to 38 significant digits.
//!
//! A [`Number`] is held in normal form (no leading or trailing zeros, no negative zero), so that equality, order and
//! hashing are those of the value: `1.0`, `1` and `1E0` are one number. Nothing here rounds; what does not fit is an
//! error.
//!
//! See [Data types: Number](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number).

mod convert;
mod text;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::AttributeType;
use crate::wire::{self, MapKey};

/// The most significant digits a number may have.
pub const MAX_DIGITS: u32 = 38;
/// The largest power of ten of a number's first digit.
const MAX_MAGNITUDE: i32 = 125;
/// The smallest power of ten of a number's first digit.
const MIN_MAGNITUDE: i32 = -130;

/// An exact decimal number, as DynamoDB keeps it.
///
/// ```
/// use dynochemy_core::Number;
/// let price: Number = "1.50".parse()?;
/// assert_eq!(price.to_string(), "1.5");
/// assert_eq!(price.checked_add(Number::from(2))?.to_string(), "3.5");
/// # Ok::<(), dynochemy_core::NumberError>(())
/// ```
// Packed, since its digits alone would be aligned to 16 bytes, and every value, key and plan with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(Rust, packed(8))]
pub struct Number {
    negative: bool,
    /// The significant digits, without trailing zeros; 0 only for zero.
    digits: u128,
    /// The power of ten that `digits` is multiplied by.
    exponent: i16,
}

/// Why a text or value is not a DynamoDB number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NumberError {
    /// The text is not a decimal number.
    Invalid,
    /// More than 38 significant digits.
    TooManyDigits,
    /// A magnitude above 9.99..E+125.
    Overflow,
    /// A magnitude below 1E-130 that is not zero.
    Underflow,
    /// A float that is not finite.
    NotFinite,
    /// The Rust type asked for cannot hold the value.
    DoesNotFit,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "not a decimal number",
            Self::TooManyDigits => "a number has at most 38 significant digits",
            Self::Overflow => "a number's magnitude is at most 9.9999999999999999999999999999999999999E+125",
            Self::Underflow => "a number's magnitude is at least 1E-130",
            Self::NotFinite => "a number must be finite",
            Self::DoesNotFit => "the value does not fit the type without rounding",
        })
    }
}

impl std::error::Error for NumberError {}

impl From<std::convert::Infallible> for NumberError {
    /// So that integers that always fit and those that may not are converted alike.
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self { negative: false, digits: 0, exponent: 0 };

    /// The number `digits * 10^exponent`, negated where asked.
    ///
    /// # Errors
    /// When the value has more than 38 digits or lies outside DynamoDB's range.
    fn assemble(negative: bool, mut digits: u128, mut exponent: i32) -> Result<Self, NumberError> {
        if digits == 0 {
            return Ok(Self::ZERO);
        }
        let count = match u64::try_from(digits) {
            // Most numbers; and dividing 128 bits takes many times as long.
            Ok(mut short) => {
                while short.is_multiple_of(10) {
                    short /= 10;
                    exponent += 1;
                }
                digits = short.into();
                short.ilog10() + 1
            }
            Err(_) => {
                while digits.is_multiple_of(10) {
                    digits /= 10;
                    exponent += 1;
                }
                digits.ilog10() + 1
            }
        };
        if count > MAX_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        let magnitude = exponent + count as i32 - 1;
        if magnitude > MAX_MAGNITUDE {
            return Err(NumberError::Overflow);
        }
        if magnitude < MIN_MAGNITUDE {
            return Err(NumberError::Underflow);
        }
        Ok(Self { negative, digits, exponent: exponent as i16 })
    }

    /// Whether the number is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The significant digits as an integer without trailing zeros, and the power of ten it is multiplied by.
    #[must_use]
    pub fn parts(&self) -> (u128, i16) {
        (self.digits, self.exponent)
    }

    /// The power of ten of the first digit; `None` for zero.
    #[must_use]
    pub fn magnitude(&self) -> Option<i16> {
        let digits = self.digits;
        // Most numbers are short, and 128 bits take many times as long.
        let last = u64::try_from(digits).map_or_else(|_| digits.checked_ilog10(), u64::checked_ilog10);
        last.map(|last| self.exponent + last as i16)
    }

    /// The number from its sign, significant digits and exponent, in whatever form.
    ///
    /// # Errors
    /// When the value has more than 38 digits or lies outside DynamoDB's range.
    pub fn from_parts(negative: bool, digits: u128, exponent: i16) -> Result<Self, NumberError> {
        Self::assemble(negative, digits, exponent.into())
    }

    /// The sum.
    ///
    /// # Errors
    /// When the exact sum needs more than 38 digits or leaves DynamoDB's range.
    pub fn checked_add(self, other: Self) -> Result<Self, NumberError> {
        if self.digits == 0 {
            return Ok(other);
        }
        if other.digits == 0 {
            return Ok(self);
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let shift = u32::from((high.exponent - low.exponent) as u16);
        // The sum's last digit is `low`'s unless the exponents agree, so a wider shift cannot give 38 digits.
        let scaled = 10u128
            .checked_pow(shift)
            .and_then(|power| high.digits.checked_mul(power))
            .ok_or(NumberError::TooManyDigits)?;
        let (negative, digits) = if high.negative == low.negative {
            (high.negative, scaled.checked_add(low.digits).ok_or(NumberError::TooManyDigits)?)
        } else if scaled >= low.digits {
            (high.negative, scaled - low.digits)
        } else {
            (low.negative, low.digits - scaled)
        };
        Self::assemble(negative, digits, low.exponent.into())
    }

    /// The difference.
    ///
    /// # Errors
    /// When the exact difference needs more than 38 digits or leaves DynamoDB's range.
    pub fn checked_sub(self, other: Self) -> Result<Self, NumberError> {
        self.checked_add(-other)
    }

    /// The value as an integer, where it is one that fits.
    fn integer(self) -> Result<(bool, u128), NumberError> {
        if self.exponent < 0 {
            return Err(NumberError::DoesNotFit);
        }
        let digits = 10u128
            .checked_pow(u32::from(self.exponent as u16))
            .and_then(|power| self.digits.checked_mul(power))
            .ok_or(NumberError::DoesNotFit)?;
        Ok((self.negative, digits))
    }

    /// The bytes this number takes in an item: one, and one for each two digits on either side of the point, and one
    /// for a minus sign.
    #[must_use]
    pub fn size(&self) -> usize {
        let Some(magnitude) = self.magnitude() else { return 1 };
        let (first, last) = (i32::from(magnitude), i32::from(self.exponent));
        // Two digits a byte, aligned at the decimal point; zeros on either side are not kept.
        let bytes = first.div_euclid(2) - last.div_euclid(2) + 1;
        1 + bytes as usize + usize::from(self.negative)
    }
}

impl std::ops::Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        Self { negative: !self.negative && self.digits != 0, ..self }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = |number: &Self| match number.magnitude() {
            None => (0, 0, 0),
            Some(magnitude) => {
                let width = number.digits.ilog10() + 1;
                let digits = number.digits * 10u128.pow(MAX_DIGITS - width);
                (1, magnitude, digits)
            }
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            // Keys and counters are mostly whole numbers without zeros at their end.
            (negative, _) if self.exponent == other.exponent => {
                let order = { self.digits }.cmp(&{ other.digits });
                if negative { order.reverse() } else { order }
            }
            (false, false) => magnitude(self).cmp(&magnitude(other)),
            (true, true) => magnitude(other).cmp(&magnitude(self)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        // A short integer, as most numbers are.
        if (1..=18).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit) {
            let digits = rest.iter().fold(0u64, |digits, digit| digits * 10 + u64::from(digit - b'0'));
            return Self::assemble(negative, digits.into(), 0);
        }
        let (mantissa, exponent) = match rest.iter().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        // The digits, where they are few enough; a text is read to its end all the same, to tell what is no number.
        let mut digits = Some(0u128);
        let mut dropped_zeros = 0u32;
        let mut fraction = 0i32;
        let mut point = false;
        let mut seen = false;
        for byte in mantissa {
            match byte {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    seen = true;
                    fraction = fraction.saturating_add(i32::from(point));
                    if *byte == b'0' {
                        // Zeros count only once a later digit needs them.
                        dropped_zeros = dropped_zeros.saturating_add(u32::from(digits != Some(0)));
                        continue;
                    }
                    let power = 10u128.checked_pow(std::mem::take(&mut dropped_zeros).saturating_add(1));
                    digits = digits
                        .and_then(|digits| digits.checked_mul(power?))
                        .and_then(|digits| digits.checked_add(u128::from(byte - b'0')));
                }
                _ => return Err(NumberError::Invalid),
            }
        }
        if !seen {
            return Err(NumberError::Invalid);
        }
        let digits = digits.ok_or(NumberError::TooManyDigits)?;
        let zeros = i32::try_from(dropped_zeros).unwrap_or(i32::MAX);
        Self::assemble(negative, digits, exponent.saturating_sub(fraction).saturating_add(zeros))
    }
}

fn parse_exponent(text: &[u8]) -> Result<i32, NumberError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NumberError::Invalid);
    }
    // An exponent beyond any real number's ends as overflow or underflow, whatever its exact value.
    let value =
        digits.iter().fold(0i32, |value, digit| (value * 10 + i32::from(digit - b'0')).min(1_000_000));
    Ok(if negative { -value } else { value })
}

impl fmt::Display for Number {
    /// Plain decimal notation without an exponent: `150`, `-0.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad_integral(!self.negative, "", self.unsigned().as_str())
    }
}

/// How serde is told that a text is a number; the wire codec knows this name.
pub(crate) const NEWTYPE: &str = "$dynochemy::Number";

impl Serialize for Number {
    /// As `N` in items, and as text elsewhere, so that no format rounds it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(NEWTYPE, &self.to_string())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NEWTYPE, Exact { wire: wire::is_wire::<D::Error>() })
    }
}

/// Takes a number without rounding it.
struct Exact {
    /// Whether the wire codec hands it out, which tells numbers from texts.
    wire: bool,
}

impl<'de> Visitor<'de> for Exact {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.wire { "a number" } else { "a number as text" })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, number: D) -> Result<Number, D::Error> {
        if self.wire { number.deserialize_any(self) } else { number.deserialize_str(self) }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        if self.wire {
            return Err(E::invalid_type(Unexpected::Str(text), &self));
        }
        wire::parse_number(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
        Ok(number.into())
    }

    /// The codec hands out a float only where it prints as the number.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number, E> {
        Number::try_from(number).map_err(E::custom)
    }

    /// The codec's form of a number that no Rust type holds: a map with the type `N` for its only key.
    fn visit_map<A: MapAccess<'de>>(self, mut number: A) -> Result<Number, A::Error> {
        match number.next_key()? {
            Some(MapKey::Type(AttributeType::N)) => {
                wire::parse_number(&number.next_value::<Cow<'de, str>>()?).map_err(de::Error::custom)
            }
            _ => Err(de::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

#[cfg(test)]
mod tests;
