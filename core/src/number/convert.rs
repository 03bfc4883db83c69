//! Between numbers and Rust's own.

use super::text::Text;
use super::{Number, NumberError};

/// Conversions from a type that always fits.
macro_rules! from_integer {
    ($($type:ty),*) => {$(
        impl From<$type> for Number {
            fn from(value: $type) -> Self {
                #[allow(unused_comparisons, reason = "the macro also serves unsigned types")]
                let negative = value < 0;
                Self::assemble(negative, value.abs_diff(0).into(), 0).expect("64 bits are at most 20 digits")
            }
        }
    )*};
}
from_integer!(u8, u16, u32, u64, i8, i16, i32, i64);

/// Conversions from a type that may need more than 38 digits.
macro_rules! try_from_integer {
    ($($type:ty),*) => {$(
        impl TryFrom<$type> for Number {
            type Error = NumberError;
            fn try_from(value: $type) -> Result<Self, NumberError> {
                #[allow(unused_comparisons, reason = "the macro also serves unsigned types")]
                let negative = value < 0;
                Self::assemble(negative, value.abs_diff(0) as u128, 0)
            }
        }
    )*};
}
try_from_integer!(u128, i128, usize, isize);

macro_rules! into_integer {
    ($($type:ty),*) => {$(
        impl TryFrom<Number> for $type {
            type Error = NumberError;
            fn try_from(number: Number) -> Result<Self, NumberError> {
                let (negative, digits) = number.integer()?;
                let fits = if negative {
                    // i128::MIN has 39 digits and is no DynamoDB number, so the negation cannot overflow.
                    i128::try_from(digits).ok().and_then(|digits| <$type>::try_from(-digits).ok())
                } else {
                    <$type>::try_from(digits).ok()
                };
                fits.ok_or(NumberError::DoesNotFit)
            }
        }
    )*};
}
into_integer!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

macro_rules! float {
    ($($type:ty),*) => {$(
        impl TryFrom<$type> for Number {
            type Error = NumberError;
            /// The shortest decimal that reads back as the same float.
            fn try_from(value: $type) -> Result<Self, NumberError> {
                if !value.is_finite() {
                    return Err(NumberError::NotFinite);
                }
                Text::written(format_args!("{value:e}")).as_str().parse()
            }
        }
        impl TryFrom<Number> for $type {
            type Error = NumberError;
            /// The float whose shortest decimal is this number; a number that no float prints as does not fit.
            fn try_from(number: Number) -> Result<Self, NumberError> {
                let power = u32::from(number.exponent.unsigned_abs());
                if number.digits < 10u128.pow(<$type>::DIGITS) && power <= <$type>::DIGITS {
                    // Both are exact, and of so few digits each number has a float of its own, which prints as it.
                    let (digits, power) = (number.digits as $type, 10u64.pow(power) as $type);
                    let value = if number.exponent < 0 { digits / power } else { digits * power };
                    return Ok(if number.negative { -value } else { value });
                }
                let text = Text::of(number);
                let value: $type = text.as_str().parse().map_err(|_| NumberError::Invalid)?;
                if Number::try_from(value) == Ok(number) { Ok(value) } else { Err(NumberError::DoesNotFit) }
            }
        }
    )*};
}
float!(f32, f64);
