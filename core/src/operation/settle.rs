//! From what an operation ended with to the type that its user asked for.

use std::collections::BTreeMap;

use serde::de::value::{StringDeserializer, UnitDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::{Ensured, Page, Settled, SettledPage};
use crate::api::{TableDescription, TimeToLiveDescription};
use crate::error::{Error, Subject};
use crate::item::{Item, Items};
use crate::key::KeyShape;
use crate::request::Response;
use crate::table::Table;
use crate::wire::{self, WireError};

/// A type that an operation's answer can be decoded into.
pub trait Settle: Sized {
    /// Decodes the answer.
    ///
    /// # Errors
    /// When the answer does not fit the type.
    fn settle(settled: Settled) -> Result<Self, Misfit>;
}

/// Why an answer does not fit its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// What is wrong.
    pub problem: WireError,
    /// The item that does not fit, and its position in the answer; `None` where it is not about an item.
    pub item: Option<(usize, Item)>,
    /// The answer as it was, where it is of another kind than what was asked for.
    pub settled: Option<Box<Settled>>,
}

impl Misfit {
    /// The error of an operation on a table with these keys, which names the item by its key, or by its position where the
    /// key was not read.
    pub(crate) fn into_error(self, mut subject: Box<Subject>, keys: Option<&KeyShape>) -> Error {
        let mut problem = self.problem;
        if let (None, Some((index, item))) = (&subject.key, self.item) {
            match keys.map(|keys| keys.extract(&item)) {
                Some(Ok(key)) => subject.key = Some(key),
                _ => problem = problem.at(index),
            }
        }
        Error::Unreadable { subject, problem }
    }
}

pub(super) fn unexpected(settled: Settled) -> Misfit {
    let problem =
        "the operation ended with something else than was asked for; take it as its operation's type";
    Misfit { problem: WireError::new(problem), item: None, settled: Some(Box::new(settled)) }
}

pub(super) fn decode<T: DeserializeOwned>(index: usize, item: Item) -> Result<T, Misfit> {
    wire::decode(&item).map_err(|problem| Misfit { problem, item: Some((index, item)), settled: None })
}

fn decode_all<T: DeserializeOwned>(pages: &[Items]) -> Result<Vec<T>, Misfit> {
    let mut all = Vec::with_capacity(pages.iter().map(Items::len).sum());
    for page in pages {
        for (at, text) in page.texts().enumerate() {
            all.push(wire::decode_bytes(text).map_err(|problem| {
                let item = page.at(at).map(|item| (all.len(), item));
                Misfit { problem, item, settled: None }
            })?);
        }
    }
    Ok(all)
}

/// Items by position, of which some may not exist.
fn decode_each<T: DeserializeOwned>(items: impl IntoIterator<Item = Option<Item>>) -> Result<Vec<T>, Misfit> {
    let items = items.into_iter().enumerate();
    items.map(|(index, item)| item.map_or_else(|| absent(index), |item| decode(index, item))).collect()
}

/// What stands for an item that does not exist: `None`.
fn absent<T: DeserializeOwned>(index: usize) -> Result<T, Misfit> {
    let nothing: UnitDeserializer<WireError> = ().into_deserializer();
    T::deserialize(nothing).map_err(|problem| Misfit {
        problem: problem.at(index),
        item: None,
        settled: None,
    })
}

impl Settle for () {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Done | Settled::Response(_) => Ok(()),
            other => Err(unexpected(other)),
        }
    }
}

impl Settle for bool {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Item(item) => Ok(item.is_some()),
            other => Err(unexpected(other)),
        }
    }
}

impl Settle for u64 {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Count(count) => Ok(count),
            other => Err(unexpected(other)),
        }
    }
}

/// An item that is there in any case.
impl<T: Table + DeserializeOwned> Settle for T {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        item(settled)
    }
}

impl Settle for Item {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        item(settled)
    }
}

fn item<T: DeserializeOwned>(settled: Settled) -> Result<T, Misfit> {
    match settled {
        Settled::Item(Some(item)) => decode(0, item),
        other => Err(unexpected(other)),
    }
}

impl<T: DeserializeOwned> Settle for Option<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Item(item) => item.map(|item| decode(0, item)).transpose(),
            Settled::Items(pages) => {
                let first = pages.iter().flat_map(Items::iter).next();
                first.map(|item| decode(0, item)).transpose()
            }
            other => Err(unexpected(other)),
        }
    }
}

impl<T: DeserializeOwned> Settle for Vec<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Items(pages) => decode_all(&pages),
            Settled::Positions(items) => decode_each(items),
            Settled::Names(names) => names.into_iter().map(name).collect(),
            Settled::Response(response) => match *response {
                Response::ExecuteTransaction(output) => {
                    decode_each(output.responses.into_iter().map(|response| response.item))
                }
                other => Err(unexpected(Settled::Response(Box::new(other)))),
            },
            other => Err(unexpected(other)),
        }
    }
}

/// A table's name.
fn name<T: DeserializeOwned>(name: String) -> Result<T, Misfit> {
    let name: StringDeserializer<WireError> = name.into_deserializer();
    T::deserialize(name).map_err(|problem| Misfit { problem, item: None, settled: None })
}

impl<T: DeserializeOwned> Settle for Page<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        let Settled::Page(SettledPage { items, cursor }) = settled else { return Err(unexpected(settled)) };
        Ok(Self { items: decode_all(&items)?, cursor })
    }
}

macro_rules! tuples {
    ($([$($index:tt $item:ident),*];)*) => {$(
        impl<$($item: DeserializeOwned),*> Settle for ($(Option<$item>,)*) {
            fn settle(settled: Settled) -> Result<Self, Misfit> {
                const COUNT: usize = [$($index),*].len();
                match settled {
                    Settled::Positions(mut items) if items.len() == COUNT => {
                        Ok(($(items[$index].take().map(|item| decode::<$item>($index, item)).transpose()?,)*))
                    }
                    other => Err(unexpected(other)),
                }
            }
        }
    )*};
}
tuples! {
    [0 A];
    [0 A, 1 B];
    [0 A, 1 B, 2 C];
    [0 A, 1 B, 2 C, 3 D];
    [0 A, 1 B, 2 C, 3 D, 4 E];
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F];
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G];
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H];
}

macro_rules! settled {
    ($($type:ty: $pattern:pat => $value:expr;)*) => {$(
        impl Settle for $type {
            fn settle(settled: Settled) -> Result<Self, Misfit> {
                match settled {
                    $pattern => Ok($value),
                    other => Err(unexpected(other)),
                }
            }
        }
    )*};
}
settled! {
    TableDescription: Settled::Table(description) => *description;
    Ensured: Settled::Ensured(ensured) => *ensured;
    TimeToLiveDescription: Settled::TimeToLive(description) => description;
    BTreeMap<String, String>: Settled::Tags(tags) => tags;
}
