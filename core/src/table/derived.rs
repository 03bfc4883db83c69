//! What the output of the derives calls, so that the compiler checks the types of fields. Not for use by hand.

use std::marker::PhantomData;

use super::{IndexAttribute, KeyAttributeType, Stamp, TemplatePart, VersionType};
use crate::key::ScalarType;
use crate::path::Path;
use crate::projection::ProjectedAs;
use crate::timestamp::{TimeToLive, Timestamp};

/// The attribute of a version.
pub const fn version<V: VersionType>(attribute: &'static str) -> &'static str {
    attribute
}

/// The attribute after whose time the service deletes an item.
pub const fn time_to_live<V: TimeToLive>(attribute: &'static str) -> &'static str {
    attribute
}

/// The attribute of the time of creation.
#[must_use]
pub const fn created_at<V: CreatedAt>(attribute: &'static str) -> Stamp {
    Stamp { attribute, unit: <V::Time as Timestamp>::UNIT }
}

/// The attribute of the time of the last write.
#[must_use]
pub const fn updated_at<V: Timestamp>(attribute: &'static str) -> Stamp {
    Stamp { attribute, unit: V::UNIT }
}

/// A field of a key of the table.
#[must_use]
pub const fn template_field<K: KeyAttributeType>(attribute: &'static str, width: usize) -> TemplatePart {
    index_template_field::<K>(attribute, width)
}

/// A field of a key of an index.
#[must_use]
pub const fn index_template_field<K: IndexAttribute>(attribute: &'static str, width: usize) -> TemplatePart {
    match (<K::Key as KeyAttributeType>::KIND, width) {
        (ScalarType::B, _) => panic!("bytes cannot be a part of a key that is made from a template"),
        (ScalarType::S, 1..) => panic!("only a number can be brought to a width in a template"),
        (kind, _) => TemplatePart::Field { attribute, width, kind },
    }
}

/// The attribute of a table that a field of a projection stands for.
#[must_use]
pub const fn projected<T, V>(path: Path<T, V>, attribute: &'static str) -> Projected<V> {
    let (wanted, given) = (path.name().as_bytes(), attribute.as_bytes());
    let mut index = 0;
    while index < wanted.len() && index < given.len() && wanted[index] == given[index] {
        index += 1;
    }
    assert!(
        index == wanted.len() && index == given.len(),
        "a projection's field is stored under another name than the table's: rename it with serde in the same way"
    );
    // What has a destructor cannot end in a constant.
    std::mem::forget(path);
    Projected { attribute, of: PhantomData }
}

/// An attribute whose values are of type `V`.
pub struct Projected<V> {
    attribute: &'static str,
    of: PhantomData<fn() -> V>,
}

impl<V> Projected<V> {
    /// Its name, where a projection may give it the type `P`.
    ///
    /// The two types meet here and not before, since the compiler would otherwise infer one from the other.
    #[must_use]
    pub const fn with_type<P: ProjectedAs<V>>(self) -> &'static str {
        self.attribute
    }
}

/// The type of a time of creation: an `Option` of a [`Timestamp`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the time of creation",
    note = "it is an `Option` of a timestamp: `None` in an item that is still to be created, so that the time is set"
)]
pub trait CreatedAt {
    /// The type of the time.
    type Time: Timestamp;
}

impl<V: Timestamp> CreatedAt for Option<V> {
    type Time = V;
}
