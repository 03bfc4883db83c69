//! The parts of values: elements of lists, members of maps.

use serde::ser::{self, Serialize};

use super::set::Set;
use super::{Aside, Writer, Written, encode_value};
use crate::json::write_string;
use crate::value::AttributeValue;
use crate::wire::value::parse_value;
use crate::wire::{ENTITY_ATTRIBUTE, RESERVED_PREFIX, WireError};

/// What stands where a set without elements can neither be written nor left out.
pub(super) const EMPTY_SET: &str = "an empty set can only be left out of a struct or map; DynamoDB has none";

/// A list under way.
pub(super) struct List<'w, 'a> {
    pub(super) writer: &'w mut Writer<'a>,
    pub(super) count: usize,
    /// How many closing `}}` of enclosing variants are owed.
    pub(super) variants: u8,
}

impl List<'_, '_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        if self.count > 0 {
            self.writer.out.push(b',');
        }
        self.writer.size += 1;
        let written = value.serialize(&mut *self.writer).map_err(|error| error.at(self.count))?;
        match written {
            Written::Value => {}
            Written::Nothing => drop(self.writer.null()?),
            Written::EmptySet => return Err(WireError::new(EMPTY_SET).at(self.count)),
        }
        self.count += 1;
        Ok(())
    }

    fn finish(self) -> Result<Written, WireError> {
        self.writer.out.extend_from_slice(b"]}");
        for _ in 0..self.variants {
            self.writer.out.extend_from_slice(b"}}");
        }
        Ok(Written::Value)
    }
}

/// A map under way.
pub(super) struct Map<'w, 'a> {
    pub(super) writer: &'w mut Writer<'a>,
    /// Where this is the item itself: the attributes to keep aside.
    pub(super) root: Option<Aside<'a>>,
    pub(super) first: bool,
    pub(super) variants: u8,
    pub(super) key: String,
    /// The attributes that a map has given so far; a flattened one may bring what a field has written.
    pub(super) seen: Vec<String>,
}

impl Map<'_, '_> {
    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), WireError> {
        if let Some(root) = &mut self.root {
            if name.starts_with(RESERVED_PREFIX) {
                let problem = "names that begin with `dy_` are reserved for the library";
                return Err(WireError::new(problem).within(name));
            }
            if let Some(index) = root.names.iter().position(|managed| *managed == name) {
                root.values[index] = encode_value(value).map_err(|error| error.within(name))?;
                return Ok(());
            }
        }
        let (start, size) = (self.writer.out.len(), self.writer.size);
        if !self.first {
            self.writer.out.push(b',');
        }
        write_string(&mut self.writer.out, name);
        self.writer.out.push(b':');
        match value.serialize(&mut *self.writer).map_err(|error| error.within(name))? {
            Written::Value => {
                self.first = false;
                self.writer.size += name.len() + usize::from(self.root.is_none());
            }
            Written::Nothing | Written::EmptySet => {
                self.writer.out.truncate(start);
                self.writer.size = size;
            }
        }
        Ok(())
    }

    /// A member whose value is encoded; an item's may be one of the library's own.
    pub(super) fn encoded_member(&mut self, name: &str, text: &[u8]) -> Result<(), WireError> {
        let value = parse_value(text).map_err(|error| error.within(name))?;
        if let Some(root) = &mut self.root {
            if let Some(index) = root.names.iter().position(|managed| *managed == name) {
                root.values[index] = Some(value);
                return Ok(());
            }
            if root.entity.is_some() && name == ENTITY_ATTRIBUTE {
                return Ok(());
            }
        }
        if !std::mem::replace(&mut self.first, false) {
            self.writer.out.push(b',');
        }
        write_string(&mut self.writer.out, name);
        self.writer.out.push(b':');
        self.writer.out.extend_from_slice(text);
        self.writer.size += name.len() + usize::from(self.root.is_none()) + value.size();
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Written, WireError> {
        if let Some(entity) = self.root.as_ref().and_then(|root| root.entity) {
            self.writer.out.extend_from_slice(if self.first { b"" } else { b"," });
            write_string(&mut self.writer.out, ENTITY_ATTRIBUTE);
            self.writer.out.push(b':');
            self.writer.string(entity)?;
            self.writer.size += ENTITY_ATTRIBUTE.len();
        }
        self.writer.out.extend_from_slice(if self.root.is_some() { b"}" } else { b"}}" });
        for _ in 0..self.variants {
            self.writer.out.extend_from_slice(b"}}");
        }
        Ok(Written::Value)
    }
}

/// What a sequence is written as.
pub(super) enum Sequence<'w, 'a> {
    List(List<'w, 'a>),
    Set(Set<'w, 'a>),
}

impl ser::SerializeSeq for Sequence<'_, '_> {
    type Ok = Written;
    type Error = WireError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        match self {
            Self::List(list) => list.element(value),
            Self::Set(set) => set.element(value),
        }
    }

    fn end(self) -> Result<Written, WireError> {
        match self {
            Self::List(list) => list.finish(),
            Self::Set(set) => set.finish(),
        }
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for List<'_, '_> {
            type Ok = Written;
            type Error = WireError;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
                self.element(value)
            }
            fn end(self) -> Result<Written, WireError> {
                self.finish()
            }
        }
    )*};
}
list!(
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Map<'_, '_> {
            type Ok = Written;
            type Error = WireError;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), WireError> {
                self.member(name, value)
            }
            fn end(self) -> Result<Written, WireError> {
                self.finish()
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Map<'_, '_> {
    type Ok = Written;
    type Error = WireError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WireError> {
        // Keys are written by the same rules as values, then taken out of their wrapping.
        self.key = match encode_value(key)? {
            Some(AttributeValue::S(text)) => text,
            Some(AttributeValue::N(number)) => number.to_string(),
            Some(AttributeValue::Bool(flag)) => flag.to_string(),
            _ => return Err(WireError::new("a map's keys must be strings, numbers or booleans")),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        let key = std::mem::take(&mut self.key);
        if self.root.is_some() {
            if self.seen.contains(&key) {
                return Err(
                    WireError::new("the item has it twice; does a flattened map hold it, too?").within(&key)
                );
            }
            self.seen.push(key.clone());
        }
        self.member(&key, value)
    }

    fn end(self) -> Result<Written, WireError> {
        self.finish()
    }
}
