//! Which Rust values make up keys, checked by the compiler.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;

use super::entity::KeyTemplate;
use crate::key::{Key, KeyAttribute, KeyShape, KeyValue, ScalarType};
use crate::number::Number;
use crate::wire::{self, WireError};

/// A Rust type that can be a key attribute: strings, integers, [`Number`], [`Bytes`], and your own types that serialise
/// as one of them:
///
/// ```
/// use dynochemy_core::{KeyAttributeType, ScalarType, Table};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct UserId(String);
///
/// impl KeyAttributeType for UserId {
///     const KIND: ScalarType = ScalarType::S;
/// }
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "users")]
/// struct User {
///     #[table(hash_key)]
///     id: UserId,
/// }
///
/// let find = User::get(UserId("123".to_owned()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key attribute",
    note = "keys are strings, integers, `Number` or `Bytes`; for a type of your own that serialises as one of them, \
            implement `KeyAttributeType`"
)]
pub trait KeyAttributeType: Serialize {
    /// The attribute's type in DynamoDB.
    const KIND: ScalarType;

    /// The value as it stands in a key: what it serialises as, which the library's own types tell without that.
    ///
    /// # Errors
    /// When it serialises as something that no key can be.
    fn to_key_value(&self) -> Result<KeyValue, WireError> {
        match wire::encode_value(self)? {
            Some(value) => KeyValue::try_from(value),
            None => Err(WireError::new("a key must not be `None`")),
        }
    }
}

macro_rules! key_attribute_types {
    ($($kind:ident by $convert:expr, $($type:ty),*;)*) => {$($(
        impl KeyAttributeType for $type {
            const KIND: ScalarType = ScalarType::$kind;

            fn to_key_value(&self) -> Result<KeyValue, WireError> {
                Ok(KeyValue::$kind($convert(self)))
            }
        }
    )*)*};
    // As they serialise.
    ($kind:ident: $($type:ty),*) => {$(
        impl KeyAttributeType for $type {
            const KIND: ScalarType = ScalarType::$kind;
        }
    )*};
}
key_attribute_types! {
    S by ToString::to_string, String, Box<str>, char, Cow<'static, str>;
    N by |number: &Self| *number, Number;
    N by |number: &Self| Number::from(*number), u8, u16, u32, u64, i8, i16, i32, i64;
    B by Bytes::clone, Bytes;
}
key_attribute_types!(N: u128, usize, i128, isize);

/// The type of an attribute that is a key of an index: a [`KeyAttributeType`], or an `Option` of one, since an item that
/// lacks the attribute is just not in the index.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key of an index",
    note = "keys of indexes are strings, integers, `Number` or `Bytes`, or an `Option` of one of them"
)]
pub trait IndexAttribute {
    /// The key's type in the index.
    type Key: KeyAttributeType;
}

impl<K: KeyAttributeType> IndexAttribute for K {
    type Key = K;
}

impl<K: KeyAttributeType> IndexAttribute for Option<K> {
    type Key = K;
}

/// A value that can stand for a key attribute of type `K`: `K` itself, a reference to it, or a borrowed form.
///
/// It follows from [`KeyAttributeType`] for your own types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand for a key attribute of type `{K}`",
    note = "it takes the attribute's own type, a reference to it, or `&str` for a `String`; `get`, `update` and `delete` take \
            `(hash, range)` where the table has a range key, and `query` the hash key alone"
)]
pub trait KeyForm<K: ?Sized> {
    /// The value as it stands in a key.
    ///
    /// # Errors
    /// When the value serialises as something that no key can be.
    fn key_value(&self) -> Result<KeyValue, WireError>;
}

impl<K: KeyAttributeType> KeyForm<K> for K {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        self.to_key_value()
    }
}

impl<K: KeyAttributeType> KeyForm<K> for &K {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        self.to_key_value()
    }
}

macro_rules! text_forms {
    ($($form:ty => $($key:ty),*;)*) => {$($(
        impl KeyForm<$key> for $form {
            fn key_value(&self) -> Result<KeyValue, WireError> {
                Ok(KeyValue::S(AsRef::<str>::as_ref(self).to_owned()))
            }
        }
    )*)*};
}
text_forms! {
    &str => String, Box<str>, Cow<'static, str>, Untyped;
    Cow<'_, str> => String;
    &String => Untyped;
}

impl KeyForm<Bytes> for &[u8] {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        Ok(KeyValue::B(Bytes::copy_from_slice(self)))
    }
}

/// Stands for the type of a key attribute that is known only at run time: any text, integer, [`Number`], [`Bytes`] or
/// [`KeyValue`] can stand for it.
#[derive(Clone, Copy, Debug)]
pub struct Untyped;

impl<K: KeyAttributeType> KeyForm<Untyped> for K {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        self.to_key_value()
    }
}

impl KeyForm<Untyped> for KeyValue {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        Ok(self.clone())
    }
}

/// The types that make up a table's or index's keys.
pub trait KeySchema {
    /// The types of the range key's parts, as a tuple; `()` where there is no range key.
    type Ranges;
}

/// Range keys of which a part is left to ask for: [`Query`](crate::operation::Query) takes a condition on it.
#[diagnostic::on_unimplemented(
    message = "there is no (further) range key to set a condition on",
    label = "needs a table or index with a range key"
)]
pub trait NextRange {
    /// The type of the next part.
    type First: ?Sized;
    /// The types of the parts after it.
    type Rest;
}

impl<A> NextRange for (A,) {
    type First = A;
    type Rest = ();
}

impl<A, B> NextRange for (A, B) {
    type First = A;
    type Rest = (B,);
}

impl<A, B, C> NextRange for (A, B, C) {
    type First = A;
    type Rest = (B, C);
}

impl<A, B, C, D> NextRange for (A, B, C, D) {
    type First = A;
    type Rest = (B, C, D);
}

impl NextRange for Untyped {
    type First = Self;
    type Rest = Self;
}

/// The attributes of a table's key, and how those are made that are made from templates.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// The attributes.
    pub shape: &'a KeyShape,
    /// The templates, by attribute.
    pub templates: &'a [KeyTemplate],
}

/// The values that were given for the parts of a hash key.
pub type KeyValues = Result<Vec<KeyValue>, WireError>;

/// Key schemas that take a `Q` for a key.
#[diagnostic::on_unimplemented(
    message = "`{Q}` is not a key of this table",
    note = "a table with a range key takes `(hash, range)`, one without takes the hash key alone"
)]
pub trait AcceptsKey<Q>: KeySchema {
    /// The key that `key` stands for.
    ///
    /// # Errors
    /// When a part is empty, too long, or serialises as something that no key can be.
    fn encode(keys: &Keys<'_>, key: &Q) -> Result<Key, WireError>;
}

/// Key schemas that take a `Q` for a hash key.
#[diagnostic::on_unimplemented(
    message = "`{Q}` is not a hash key of this table or index",
    note = "a hash key of several parts takes them all, as a tuple"
)]
pub trait AcceptsHash<Q>: KeySchema {
    /// The values of the hash key's parts.
    ///
    /// # Errors
    /// When a part serialises as something that no key can be.
    fn hash_values(hash: &Q) -> KeyValues;
}

/// A table whose items are named by a hash key alone.
pub struct HashOnly<H>(PhantomData<fn() -> H>);

/// A table whose items are named by a hash key and a range key.
pub struct HashRange<H, R>(PhantomData<fn() -> (H, R)>);

/// A table or index whose keys have several parts (`H` and `R` are tuples): the fields of a template
/// (`"USER#{id}"`), or the attributes of an index with several.
pub struct Composite<H, R>(PhantomData<fn() -> (H, R)>);

/// The keys of a table that is described at run time; what does not fit its attributes is an error then.
#[derive(Debug)]
pub struct UntypedKeys;

impl<H> fmt::Debug for HashOnly<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashOnly")
    }
}

impl<H, R> fmt::Debug for HashRange<H, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashRange")
    }
}

impl<H, R> fmt::Debug for Composite<H, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Composite")
    }
}

impl<H> KeySchema for HashOnly<H> {
    type Ranges = ();
}

impl<H, R> KeySchema for HashRange<H, R> {
    type Ranges = (R,);
}

impl<H, R> KeySchema for Composite<H, R> {
    type Ranges = R;
}

impl KeySchema for UntypedKeys {
    type Ranges = Untyped;
}

impl<H, Q: KeyForm<H>> AcceptsKey<Q> for HashOnly<H> {
    fn encode(keys: &Keys<'_>, key: &Q) -> Result<Key, WireError> {
        keys.shape.key(key.key_value()?, None)
    }
}

impl<H, R, Q: KeyForm<H>, P: KeyForm<R>> AcceptsKey<(Q, P)> for HashRange<H, R> {
    fn encode(keys: &Keys<'_>, (hash, range): &(Q, P)) -> Result<Key, WireError> {
        keys.shape.key(hash.key_value()?, Some(range.key_value()?))
    }
}

impl<H, Q: KeyForm<H>> AcceptsHash<Q> for HashOnly<H> {
    fn hash_values(hash: &Q) -> KeyValues {
        Ok(vec![hash.key_value()?])
    }
}

impl<H, R, Q: KeyForm<H>> AcceptsHash<Q> for HashRange<H, R> {
    fn hash_values(hash: &Q) -> KeyValues {
        Ok(vec![hash.key_value()?])
    }
}

impl<Q: KeyForm<Untyped>> AcceptsKey<Q> for UntypedKeys {
    fn encode(keys: &Keys<'_>, key: &Q) -> Result<Key, WireError> {
        keys.shape.key(key.key_value()?, None)
    }
}

impl<Q: KeyForm<Untyped>, P: KeyForm<Untyped>> AcceptsKey<(Q, P)> for UntypedKeys {
    fn encode(keys: &Keys<'_>, (hash, range): &(Q, P)) -> Result<Key, WireError> {
        keys.shape.key(hash.key_value()?, Some(range.key_value()?))
    }
}

impl AcceptsKey<Key> for UntypedKeys {
    fn encode(keys: &Keys<'_>, key: &Key) -> Result<Key, WireError> {
        keys.shape.key(key.hash.1.clone(), key.range.as_ref().map(|(_, value)| value.clone()))
    }
}

impl<Q: KeyForm<Untyped>> AcceptsHash<Q> for UntypedKeys {
    fn hash_values(hash: &Q) -> KeyValues {
        Ok(vec![hash.key_value()?])
    }
}

impl AcceptsHash<Vec<KeyValue>> for UntypedKeys {
    fn hash_values(hash: &Vec<KeyValue>) -> KeyValues {
        Ok(hash.clone())
    }
}

/// Takes the values of the parts of a composite key apart again: for the hash key and for the range key.
fn composite(keys: &Keys<'_>, hash: &[KeyValue], range: &[KeyValue]) -> Result<Key, WireError> {
    let part = |attribute: &KeyAttribute, values: &[KeyValue]| match super::entity::template_of(
        keys.templates,
        &attribute.name,
    ) {
        Some(template) => {
            template.fill(values).map(KeyValue::S).map_err(|error| error.within(&attribute.name))
        }
        None => match values {
            [value] => Ok(value.clone()),
            _ => Err(WireError::new("a key attribute has one value").within(&attribute.name)),
        },
    };
    let range = keys.shape.range.as_ref().map(|attribute| part(attribute, range)).transpose()?;
    keys.shape.key(part(&keys.shape.hash, hash)?, range)
}

macro_rules! composite {
    // A key of one part is given as it is, one of several as a tuple.
    (@form $only:ident) => { $only };
    (@form $($part:ident)*) => { ($($part,)*) };
    (@values $key:ident; $only:ident) => { { let $only = $key; vec![$only.key_value()?] } };
    (@values $key:ident; $($part:ident)*) => { { let ($($part,)*) = $key; vec![$($part.key_value()?),*] } };

    ($([$($hash:ident $given_hash:ident)*] [$($range:ident $given_range:ident)*];)*) => {$(
        #[allow(non_snake_case, clippy::unused_unit, reason = "generated for keys without parts too")]
        impl<$($hash, $given_hash: KeyForm<$hash>,)* $($range, $given_range: KeyForm<$range>,)*>
            AcceptsKey<composite!(@form $($given_hash)* $($given_range)*)> for Composite<($($hash,)*), ($($range,)*)>
        {
            fn encode(
                keys: &Keys<'_>,
                key: &composite!(@form $($given_hash)* $($given_range)*),
            ) -> Result<Key, WireError> {
                const NAMES: &[&str] = &[$(stringify!($hash)),*];
                const PARTS: usize = NAMES.len();
                let values: Vec<KeyValue> = composite!(@values key; $($given_hash)* $($given_range)*);
                composite(keys, &values[..PARTS], &values[PARTS..])
            }
        }
    )*};
}

macro_rules! composite_hash {
    ($([$($hash:ident $given:ident)*];)*) => {$(
        #[allow(non_snake_case, clippy::unused_unit, reason = "generated for keys without parts too")]
        impl<$($hash, $given: KeyForm<$hash>,)* R> AcceptsHash<composite!(@form $($given)*)> for Composite<($($hash,)*), R> {
            fn hash_values(hash: &composite!(@form $($given)*)) -> KeyValues {
                Ok(composite!(@values hash; $($given)*))
            }
        }
    )*};
}
composite_hash! {
    [];
    [A Qa];
    [A Qa B Qb];
    [A Qa B Qb C Qc];
    [A Qa B Qb C Qc D Qd];
}
composite! {
    [] [];
    [] [E Qe];
    [] [E Qe F Qf];
    [] [E Qe F Qf G Qg];
    [] [E Qe F Qf G Qg H Qh];
    [A Qa] [];
    [A Qa] [E Qe];
    [A Qa] [E Qe F Qf];
    [A Qa] [E Qe F Qf G Qg];
    [A Qa] [E Qe F Qf G Qg H Qh];
    [A Qa B Qb] [];
    [A Qa B Qb] [E Qe];
    [A Qa B Qb] [E Qe F Qf];
    [A Qa B Qb] [E Qe F Qf G Qg];
    [A Qa B Qb] [E Qe F Qf G Qg H Qh];
    [A Qa B Qb C Qc] [];
    [A Qa B Qb C Qc] [E Qe];
    [A Qa B Qb C Qc] [E Qe F Qf];
    [A Qa B Qb C Qc] [E Qe F Qf G Qg];
    [A Qa B Qb C Qc] [E Qe F Qf G Qg H Qh];
    [A Qa B Qb C Qc D Qd] [];
    [A Qa B Qb C Qc D Qd] [E Qe];
    [A Qa B Qb C Qc D Qd] [E Qe F Qf];
    [A Qa B Qb C Qc D Qd] [E Qe F Qf G Qg];
    [A Qa B Qb C Qc D Qd] [E Qe F Qf G Qg H Qh];
}
