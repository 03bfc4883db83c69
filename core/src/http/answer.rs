//! Reading an answer's body in one pass.
//!
//! Members that the library does not know are skipped, and a member that is `null` counts as absent, as some servers
//! write it so. Items are only found, not looked into: they share the body until someone decodes them.

mod capacity;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::api::{ItemCollectionMetrics, ItemResponse};
use crate::item::{Item, Items};
use crate::json::{self, JsonError, Kind, Reader};
use crate::key::{Key, KeyAttribute, KeyShape, KeyValue};
use crate::number::Number;

/// A cursor over an answer's body.
pub(super) struct Answer<'a> {
    body: &'a Bytes,
    reader: Reader<'a>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(body: &'a Bytes) -> Self {
        Self { body, reader: Reader::new(body) }
    }

    /// Reads an object; `read` takes, or skips, the value of each member that is not `null`.
    pub(super) fn members(
        &mut self,
        mut read: impl FnMut(&str, &mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let mut first = true;
        self.reader.object()?;
        while let Some(name) = self.reader.key(&mut first)? {
            if self.reader.peek()? == Kind::Null {
                self.reader.null()?;
            } else {
                read(&name, self)?;
            }
        }
        Ok(())
    }

    /// Reads an array; `read` takes each element.
    pub(super) fn elements(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let mut first = true;
        self.reader.array()?;
        while self.reader.element(&mut first)? {
            read(self)?;
        }
        Ok(())
    }

    /// A list of what `read` reads; an element that is `null` counts as an empty one, as places matter.
    pub(super) fn list<T: Default>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, JsonError>,
    ) -> Result<Vec<T>, JsonError> {
        let mut list = Vec::new();
        self.elements(|answer| {
            list.push(if answer.peek()? == Kind::Null {
                answer.skip()?;
                T::default()
            } else {
                read(answer)?
            });
            Ok(())
        })?;
        Ok(list)
    }

    /// A value whose serde form is its form on the wire.
    pub(super) fn serial<T: DeserializeOwned>(&mut self) -> Result<T, JsonError> {
        json::read(&mut self.reader)
    }

    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        self.reader.skip().map(drop)
    }

    pub(super) fn peek(&mut self) -> Result<Kind, JsonError> {
        self.reader.peek()
    }

    pub(super) fn end(&mut self) -> Result<(), JsonError> {
        self.reader.end()
    }

    pub(super) fn flag(&mut self) -> Result<bool, JsonError> {
        self.reader.bool()
    }

    pub(super) fn text(&mut self) -> Result<String, JsonError> {
        Ok(self.reader.string()?.into_owned())
    }

    pub(super) fn float(&mut self) -> Result<f64, JsonError> {
        let at = self.reader.position();
        let parsed = self.reader.number()?.parse::<f64>().ok().filter(|number| number.is_finite());
        parsed.ok_or(JsonError { offset: at, problem: "expected a number that is not too large".into() })
    }

    /// An integer, in whatever form: `5`, `5.0`, `5E0`.
    pub(super) fn integer<T: TryFrom<u64>>(&mut self) -> Result<T, JsonError> {
        let at = self.reader.position();
        let number = self.reader.number()?.parse::<Number>();
        let integer = number.and_then(u64::try_from).ok().and_then(|number| T::try_from(number).ok());
        integer.ok_or(JsonError { offset: at, problem: "expected a count".into() })
    }

    /// An item that shares the body.
    pub(super) fn item(&mut self) -> Result<Item, JsonError> {
        let range = self.item_range()?;
        Ok(Item::trusted(self.body.slice(range)))
    }

    /// An item of its own: for the one that outlives the page it came with, and would keep all of it in memory.
    pub(super) fn item_copy(&mut self) -> Result<Item, JsonError> {
        let range = self.item_range()?;
        Ok(Item::trusted(Bytes::copy_from_slice(&self.body[range])))
    }

    /// A page of items that share the body.
    pub(super) fn items(&mut self) -> Result<Items, JsonError> {
        let mut ranges = Vec::new();
        self.elements(|answer| {
            ranges.push(answer.item_range()?);
            Ok(())
        })?;
        Ok(Items::from_ranges(self.body.clone(), ranges))
    }

    /// The item collection that a write changed; the key shares no body.
    pub(super) fn item_collection(&mut self) -> Result<ItemCollectionMetrics, JsonError> {
        let mut metrics = ItemCollectionMetrics::default();
        self.members(|name, answer| {
            match name {
                "ItemCollectionKey" => metrics.item_collection_key = Some(answer.item_copy()?),
                "SizeEstimateRangeGB" => metrics.size_estimate_range_gb = answer.serial()?,
                _ => answer.skip()?,
            }
            Ok(())
        })?;
        Ok(metrics)
    }

    /// The item collections that a call changed, by table.
    pub(super) fn item_collections(
        &mut self,
    ) -> Result<BTreeMap<String, Vec<ItemCollectionMetrics>>, JsonError> {
        let mut all = BTreeMap::new();
        self.members(|table, answer| {
            let mut of_table = Vec::new();
            answer.elements(|answer| {
                of_table.push(answer.item_collection()?);
                Ok(())
            })?;
            all.insert(table.to_owned(), of_table);
            Ok(())
        })?;
        Ok(all)
    }

    /// Answers told by position, of which an item that does not exist has an empty one.
    pub(super) fn item_responses(&mut self) -> Result<Vec<ItemResponse>, JsonError> {
        self.list(|answer| {
            let mut response = ItemResponse::default();
            answer.members(|name, answer| {
                match name {
                    "Item" => response.item = Some(answer.item()?),
                    _ => answer.skip()?,
                }
                Ok(())
            })?;
            Ok(response)
        })
    }

    /// A key of the same table as `example`, which tells its attributes.
    pub(super) fn key_like(&mut self, example: &Key) -> Result<Key, JsonError> {
        let at = self.reader.position();
        let attribute = |(name, value): &(Cow<'static, str>, KeyValue)| KeyAttribute {
            name: name.clone(),
            kind: value.kind(),
        };
        let shape = KeyShape { hash: attribute(&example.hash), range: example.range.as_ref().map(attribute) };
        let item = self.item()?;
        shape.extract(&item).map_err(|error| JsonError { offset: at, problem: error.to_string().into() })
    }

    pub(super) fn error<T>(&self, problem: impl Into<Cow<'static, str>>) -> Result<T, JsonError> {
        self.reader.error(problem)
    }

    fn item_range(&mut self) -> Result<Range<usize>, JsonError> {
        if self.reader.peek()? != Kind::Object {
            return self.reader.error("expected an item");
        }
        self.reader.skip()
    }
}
