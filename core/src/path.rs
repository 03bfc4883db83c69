//! Typed names of attributes, and the values that may stand beside them in an expression.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;

use crate::expression::DocumentPath;
use crate::number::{Number, NumberError};
use crate::value::AttributeValue;
use crate::wire::{self, WireError};

/// An attribute of table `T` whose values are of type `V`.
///
/// `#[derive(Table)]` makes one for each field: `Visit::SEEN` for `seen`.
pub struct Path<T, V> {
    name: &'static str,
    of: PhantomData<fn() -> (T, V)>,
}

impl<T, V> Path<T, V> {
    /// The attribute of that name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// The attribute's name in the table.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The same path without its types.
    #[must_use]
    pub fn document_path(&self) -> DocumentPath {
        DocumentPath::attribute(Cow::Borrowed(self.name))
    }
}

impl<T, V> Clone for Path<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Path<T, V> {}

impl<T, V> fmt::Debug for Path<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.name)
    }
}

/// A value that can be set to, or compared with, an attribute of type `V`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for an attribute of type `{V}`",
    note = "the types must agree: write `5u64`, `5.into()` or `\"text\".to_owned()` where a literal has another type"
)]
pub trait Operand<V> {
    /// The value; `None` where it is a `None` that is left out.
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

/// A number that can be added to an attribute of type `V`: any integer to any number, so that a `u64` counter can
/// take `-1`, and floats to floats.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to an attribute of type `{V}`",
    note = "integers can be added to any number, floats to floats; nothing can be added to what is no number"
)]
pub trait Addend<V> {
    /// The number.
    ///
    /// # Errors
    /// When it is not one that DynamoDB can hold.
    fn addend(self) -> Result<Number, NumberError>;
}

macro_rules! addends {
    ($($value:ty: $($addend:ty),*;)*) => {$($(
        impl Addend<$value> for $addend {
            fn addend(self) -> Result<Number, NumberError> {
                #[allow(clippy::useless_conversion, reason = "some types convert without failing")]
                Number::try_from(self).map_err(NumberError::from)
            }
        }
        impl Addend<Option<$value>> for $addend {
            fn addend(self) -> Result<Number, NumberError> {
                #[allow(clippy::useless_conversion, reason = "some types convert without failing")]
                Number::try_from(self).map_err(NumberError::from)
            }
        }
    )*)*};
}

macro_rules! integer_addends {
    ($($value:ty),*) => {
        $(addends!($value: u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize;);)*
    };
}
integer_addends!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, Number);
addends!(f32: f32; f64: f32, f64; Number: f32, f64, Number;);
