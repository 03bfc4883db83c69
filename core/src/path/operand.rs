//! The values that may stand beside a path.

use serde::Serialize;

use crate::number::{Number, NumberError};
use crate::value::AttributeValue;
use crate::wire::{self, WireError};

/// A value that can be set to, or compared with, an attribute of type `V`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for an attribute of type `{V}`",
    note = "the types must agree: write `5u64`, `5.into()` or `\"text\".to_owned()` where a literal has another type"
)]
pub trait Operand<V> {
    /// The value; `None` where it is a `None` (or an empty set) that is left out.
    ///
    /// # Errors
    /// When the value has no form in DynamoDB.
    fn operand(self) -> Result<Option<AttributeValue>, WireError>;
}

impl<V: Serialize> Operand<V> for V {
    fn operand(self) -> Result<Option<AttributeValue>, WireError> {
        wire::encode_value(&self)
    }
}

impl<V: Serialize> Operand<V> for &V {
    fn operand(self) -> Result<Option<AttributeValue>, WireError> {
        wire::encode_value(self)
    }
}

impl<V: Serialize> Operand<Option<V>> for V {
    fn operand(self) -> Result<Option<AttributeValue>, WireError> {
        wire::encode_value(&self)
    }
}

impl Operand<String> for &str {
    fn operand(self) -> Result<Option<AttributeValue>, WireError> {
        Ok(Some(self.into()))
    }
}

impl Operand<Option<String>> for &str {
    fn operand(self) -> Result<Option<AttributeValue>, WireError> {
        Ok(Some(self.into()))
    }
}

/// Attributes of which `begins_with` can be asked: texts, and options of them.
#[diagnostic::on_unimplemented(message = "`{Self}` is no text, so it begins with nothing")]
pub trait Text {}

impl Text for String {}
impl Text for Box<str> {}
impl Text for std::borrow::Cow<'static, str> {}
impl Text for bytes::Bytes {}
impl Text for AttributeValue {}
impl<V: Text> Text for Option<V> {}

/// Attributes of which `contains` can be asked: texts (a part), lists and sets (an element).
#[diagnostic::on_unimplemented(message = "`{Self}` contains nothing: it is no text, list or set")]
pub trait Container {
    /// What it may contain.
    type Part;
}

impl Container for String {
    type Part = Self;
}

impl<V> Container for Vec<V> {
    type Part = V;
}

impl<V> Container for crate::Set<V> {
    type Part = V;
}

impl Container for AttributeValue {
    type Part = Self;
}

impl<C: Container> Container for Option<C> {
    type Part = C::Part;
}

/// What can be added to an attribute of type `V`: any integer to any number, so that a `u64` counter can take `-1`,
/// floats to floats, and elements to sets.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to an attribute of type `{V}`",
    note = "integers can be added to any number, floats to floats, sets to sets of the same type"
)]
pub trait Addend<V> {
    /// The value; `None` where there is nothing to add.
    ///
    /// # Errors
    /// When it is not one that DynamoDB can hold.
    fn addend(self) -> Result<Option<AttributeValue>, WireError>;
}

/// The same for numbers alone, which can also be subtracted.
pub(crate) fn number(value: Option<AttributeValue>) -> Result<Option<Number>, WireError> {
    match value {
        Some(AttributeValue::N(number)) => Ok(Some(number)),
        None => Ok(None),
        Some(other) => Err(WireError::new(format!("expected a number, found {}", other.kind()))),
    }
}

macro_rules! addends {
    ($($value:ty: $($addend:ty),*;)*) => {$($(
        addends!(@one $value, $addend);
        addends!(@one Option<$value>, $addend);
    )*)*};
    (@one $value:ty, $addend:ty) => {
        impl Addend<$value> for $addend {
            fn addend(self) -> Result<Option<AttributeValue>, WireError> {
                #[allow(clippy::useless_conversion, reason = "some types convert without failing")]
                let number = Number::try_from(self).map_err(NumberError::from)?;
                Ok(Some(AttributeValue::N(number)))
            }
        }
    };
}

macro_rules! integer_addends {
    ($($value:ty),*) => {
        $(addends!($value: u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize;);)*
    };
}
integer_addends!(
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    Number,
    AttributeValue
);
addends!(f32: f32; f64: f32, f64; Number: f32, f64, Number; AttributeValue: f32, f64, Number;);

/// Sets, of which elements can be taken out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set",
    note = "sets are `Set<T>` or `Option<Set<T>>`"
)]
pub trait SetElements {
    /// The set without `Option`.
    type Set: Serialize;
}

impl<V> SetElements for crate::Set<V>
where
    Self: Serialize,
{
    type Set = Self;
}

impl<V> SetElements for Option<crate::Set<V>>
where
    crate::Set<V>: Serialize,
{
    type Set = crate::Set<V>;
}

impl SetElements for AttributeValue {
    type Set = Self;
}

impl<V> Addend<Self> for crate::Set<V>
where
    Self: Serialize,
{
    fn addend(self) -> Result<Option<AttributeValue>, WireError> {
        wire::encode_value(&self)
    }
}

impl<V> Addend<Option<Self>> for crate::Set<V>
where
    Self: Serialize,
{
    fn addend(self) -> Result<Option<AttributeValue>, WireError> {
        wire::encode_value(&self)
    }
}

impl Addend<Self> for AttributeValue {
    fn addend(self) -> Result<Option<AttributeValue>, WireError> {
        Ok(Some(self))
    }
}
