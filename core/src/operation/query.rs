//! Reading the items of one hash key.

mod range;

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::reading::{Reader, ReadingAnswer, reading};
use super::{Of, Operation, Paged, Settle, Task, invalid};
use crate::cursor;
use crate::error::Error;
use crate::expression::{Comparator, RangeCondition};
use crate::key::KeyValue;
use crate::path::Text;
use crate::table::{Entity, KeyForm, KeyValues, NextRange, TableRef, Tables};
use crate::wire::WireError;

/// Reads the items of one hash key in the order of their range keys: all of them, over as many pages as it takes.
///
/// A condition on the range key is set by one of [`eq`](Self::eq), [`lt`](Self::lt), [`le`](Self::le), [`gt`](Self::gt),
/// [`ge`](Self::ge), [`between`](Self::between) and [`begins_with`](Self::begins_with). Where the range key has several
/// parts (the fields of a template, or the attributes of an index), `eq` fixes the first and the next condition is on the
/// second. On a part of a template, conditions hold among the keys that begin with what stands before it, in the order of
/// their text.
///
/// ```
/// # use dynochemy_core::Table;
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64, seen: u64 }
/// let latest = Visit::query("123").ge(1_000).reverse().filter(Visit::SEEN.gt(2)).limit(10);
/// let one = Visit::query("123").reverse().first();
/// let how_many = Visit::query("123").between(0, 9).count();
/// # let _ = (latest, one, how_many);
/// ```
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Query<T, K, R = T, O = Vec<R>> {
    table: TableRef,
    entity: &'static Entity,
    hash: KeyValues,
    /// The parts of the range key that are compared by `=`.
    equal: KeyValues,
    range: Option<Result<RangeCondition, WireError>>,
    forward: bool,
    reader: Reader,
    of: Of<(T, K, R, O)>,
}

impl<T, K> Query<T, K> {
    pub(crate) fn new(
        table: TableRef,
        entity: &'static Entity,
        index: Option<Cow<'static, str>>,
        hash: KeyValues,
    ) -> Self {
        Self {
            table,
            entity,
            hash,
            equal: Ok(Vec::new()),
            range: None,
            forward: true,
            reader: Reader::new(index),
            of: PhantomData,
        }
    }
}

impl<T, K, R, O> Query<T, K, R, O> {
    /// The largest range key first.
    pub fn reverse(mut self) -> Self {
        self.forward = !self.forward;
        self
    }

    /// The same query with other types.
    fn typed<L, S, P>(self) -> Query<T, L, S, P> {
        let Self { table, entity, hash, equal, range, forward, reader, .. } = self;
        Query { table, entity, hash, equal, range, forward, reader, of: PhantomData }
    }
}

impl<T, K, R> Query<T, K, R> {
    fn answering<O>(mut self, answer: ReadingAnswer) -> Query<T, K, R, O> {
        self.reader.answer = answer;
        self.typed()
    }

    fn retyped<P>(self) -> Query<T, K, P> {
        self.typed()
    }
}

macro_rules! comparisons {
    ($($method:ident $comparator:ident $doc:literal;)*) => {$(
        #[doc = concat!("Only the items whose range key is ", $doc, " this.")]
        pub fn $method(self, bound: impl KeyForm<K::First>) -> Query<T, (), R, O> {
            self.ranged(bound.key_value().map(|bound| RangeCondition::Compare(Comparator::$comparator, bound)))
        }
    )*};
}

impl<T, K: NextRange, R, O> Query<T, K, R, O> {
    /// Only the items whose range key (or next part of it) is this.
    pub fn eq(mut self, part: impl KeyForm<K::First>) -> Query<T, K::Rest, R, O> {
        self.equal = self.equal.and_then(|mut equal| {
            equal.push(part.key_value()?);
            Ok(equal)
        });
        self.typed()
    }

    comparisons! {
        lt Less "less than";
        le LessOrEqual "at most";
        gt Greater "greater than";
        ge GreaterOrEqual "at least";
    }

    /// Only the items whose range key lies between two values, both included.
    pub fn between(self, low: impl KeyForm<K::First>, high: impl KeyForm<K::First>) -> Query<T, (), R, O> {
        let bounds = low.key_value().and_then(|low| Ok(RangeCondition::Between(low, high.key_value()?)));
        self.ranged(bounds)
    }

    /// Only the items whose range key begins with this text.
    pub fn begins_with(self, prefix: impl KeyForm<K::First>) -> Query<T, (), R, O>
    where
        K::First: Text,
    {
        self.ranged(prefix.key_value().map(RangeCondition::BeginsWith))
    }

    fn ranged(mut self, range: Result<RangeCondition, WireError>) -> Query<T, (), R, O> {
        self.range = Some(range);
        self.typed()
    }
}

reading!(Query<T, K>);

impl<T, K, R, O: Settle> Operation for Query<T, K, R, O> {
    type Output = O;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, entity, hash, equal, range, forward, reader, .. } = self;
        let made = hash.and_then(|hash| {
            let index = reader.described(&table)?;
            let given =
                range::Given { hash, equal: equal?, range: range.transpose()?, any_type: !reader.one_type };
            let condition = range::condition(&table, index, entity, given)?;
            let mut parts: Vec<Vec<u8>> = vec![
                table.name.as_bytes().to_vec(),
                reader.index.as_deref().unwrap_or_default().as_bytes().to_vec(),
                vec![u8::from(forward)],
            ];
            for (name, value) in &condition.equal {
                parts.push(name.as_bytes().to_vec());
                parts.push(ordered(value));
            }
            if let Some((name, range)) = &condition.range {
                parts.push(name.as_bytes().to_vec());
                match range {
                    RangeCondition::Compare(comparator, value) => {
                        parts.push(comparator.symbol().as_bytes().to_vec());
                        parts.push(ordered(value));
                    }
                    RangeCondition::Between(low, high) => {
                        parts.push(b"between".to_vec());
                        parts.extend([ordered(low), ordered(high)]);
                    }
                    RangeCondition::BeginsWith(prefix) => {
                        parts.push(b"begins with".to_vec());
                        parts.push(ordered(prefix));
                    }
                }
            }
            let fingerprint = cursor::fingerprint(parts.iter().map(Vec::as_slice));
            let reading = reader.reading(&table, entity, fingerprint)?;
            Ok((condition, fingerprint, reading))
        });
        match made {
            Ok((condition, fingerprint, reading)) => {
                let table = tables.intern(table);
                Ok(Task::Query { table, condition: Box::new(condition), forward, fingerprint, reading })
            }
            Err(problem) => Err(invalid(&table, "query", None, problem)),
        }
    }
}

fn ordered(value: &KeyValue) -> Vec<u8> {
    let mut out = Vec::new();
    value.write_ordered(&mut out);
    out
}

impl<T, K, R: DeserializeOwned> Paged for Query<T, K, R> {
    type Item = R;
}
