//! One write of one item: what PutItem, DeleteItem, UpdateItem, batches and transactions have in common.
//!
//! A write is evaluated first, which changes nothing, and then applied.

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_core::api::{
    ItemCollectionMetrics, ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
};
use dynochemy_core::expression::{Condition, UpdateExpression};
use dynochemy_core::operation::MAX_ITEM_SIZE;
use dynochemy_core::{Attributes, Item, Key, Rejection, attributes_size};

use crate::backend::Context;
use crate::capacity::{Cost, Direction, Units};
use crate::check::{self, Content};
use crate::expiry;
use crate::failure::{
    Failure, collection_too_large, condition_failed, index_key, throughput_exceeded, transaction_conflict,
    update_failed, updated_index_key, validation,
};
use crate::index::{self, Version};
use crate::storage::{Origin, Place, Stored, Table};
use crate::stream;

const GIGABYTE: u64 = 1 << 30;
/// The most bytes of what shares a hash key in a table with local indexes.
const MAX_COLLECTION: u64 = if cfg!(test) { 1 << 20 } else { 10 * GIGABYTE };

/// A write that has been checked on its own and against its table.
#[derive(Debug)]
pub(super) struct Write<'a> {
    pub(super) table: &'a Table,
    pub(super) place: Place,
    change: Change<'a>,
    condition: Option<&'a Condition>,
    /// Whether the answer tells the item that was there.
    tells_old: bool,
    origin: Origin,
}

#[derive(Debug)]
enum Change<'a> {
    Check,
    Put(Stored, Option<Version>),
    Delete,
    Update(&'a UpdateExpression, &'a Key),
}

/// What a write would do.
#[derive(Debug)]
pub(super) struct Evaluated {
    /// The item before the write, where anyone asks for more than its size.
    pub(super) old: Option<Stored>,
    /// Its bytes; 0 where there is none.
    pub(super) old_size: u64,
    /// The item after the write, or why there will be none.
    pub(super) new: Result<Option<Stored>, Refusal>,
    /// The cost outside of a transaction.
    pub(super) cost: Cost,
    /// What changes in the table's indexes.
    entries: Vec<index::Change>,
    /// By how many bytes the item collection grows, where the table has local indexes.
    pub(super) growth: i64,
}

/// Why a write cannot be applied to the item that is there.
#[derive(Debug)]
pub(super) enum Refusal {
    Condition,
    /// Its item collection would be too large.
    Collection,
    Invalid(Box<Rejection>),
}

impl<'a> Write<'a> {
    pub(super) fn put(
        table: &'a Table,
        content: &Content<'_>,
        condition: Option<&'a Condition>,
    ) -> Result<Self, Box<Rejection>> {
        let place = check::place(content, &table.keys)?;
        scalar_keys(condition, table)?;
        let stored = Stored { item: content.item.clone(), size: content.size };
        let version = if table.indexes.is_empty() {
            None
        } else {
            let attributes = content.item.attributes().map_err(|error| validation(error.to_string()))?;
            Some(Version::new(table, &place, attributes).map_err(|fault| index_key(&fault))?)
        };
        Ok(Self {
            table,
            place,
            change: Change::Put(stored, version),
            condition,
            tells_old: false,
            origin: Origin::Call,
        })
    }

    pub(super) fn delete(
        table: &'a Table,
        key: &Key,
        condition: Option<&'a Condition>,
    ) -> Result<Self, Box<Rejection>> {
        let place = check::key(key, &table.keys)?;
        scalar_keys(condition, table)?;
        Ok(Self { table, place, change: Change::Delete, condition, tells_old: false, origin: Origin::Call })
    }

    pub(super) fn check(
        table: &'a Table,
        key: &Key,
        condition: &'a Condition,
    ) -> Result<Self, Box<Rejection>> {
        let place = check::key(key, &table.keys)?;
        scalar_keys(Some(condition), table)?;
        Ok(Self {
            table,
            place,
            change: Change::Check,
            condition: Some(condition),
            tells_old: false,
            origin: Origin::Call,
        })
    }

    pub(super) fn update(
        table: &'a Table,
        key: &'a Key,
        update: &'a UpdateExpression,
        condition: Option<&'a Condition>,
    ) -> Result<Self, Box<Rejection>> {
        let place = check::key(key, &table.keys)?;
        check::update_of(update, table)?;
        check::scalar_keys(check::read_by(update), table)?;
        scalar_keys(condition, table)?;
        Ok(Self {
            table,
            place,
            change: Change::Update(update, key),
            condition,
            tells_old: false,
            origin: Origin::Call,
        })
    }

    /// The deletion of an item that has expired.
    pub(super) fn expiry(table: &'a Table, place: Place) -> Self {
        let origin = Origin::Service;
        Self { table, place, change: Change::Delete, condition: None, tells_old: false, origin }
    }

    /// Asks for the item that is there before a put or delete, which the answer tells.
    pub(super) fn telling_old(self, asked: ReturnValues) -> Self {
        Self { tells_old: asked == ReturnValues::AllOld, ..self }
    }

    /// The item that is there now, where anyone asks for more than its size, and that.
    fn old(&self, context: &Context<'_>) -> Result<(Option<Stored>, u64), Failure> {
        let is_read = self.tells_old
            || self.condition.is_some()
            || !self.table.indexes.is_empty()
            || self.table.settings.follows_items()
            || matches!(self.change, Change::Update(..));
        if is_read {
            let old = context.transaction.item(self.table.id, &self.place)?;
            let size = old.as_ref().map_or(0, |old| old.size);
            return Ok((old, size));
        }
        let size = context.transaction.size(self.table.id, &self.place)?;
        Ok((None, size.unwrap_or(0)))
    }

    /// Whether another transaction has the item.
    pub(super) fn conflicts(&self, context: &Context<'_>) -> bool {
        context.holds.has(self.table.id, &self.place)
    }

    /// What the write would do to the item that is there now.
    pub(super) fn evaluate(&self, context: &Context<'_>) -> Result<Evaluated, Failure> {
        let Self { table, place, change, condition, .. } = self;
        let (old, old_size) = self.old(context)?;
        let is_indexed = !table.indexes.is_empty();
        let mut attributes = match &old {
            Some(old) if is_indexed || condition.is_some() || matches!(change, Change::Update(..)) => {
                old.item.attributes()?
            }
            _ => Attributes::new(),
        };
        let table_cost = |after: u64| Cost::from(Units::write(old_size.max(after)));
        let refused = |refusal, after, old| {
            let mut cost = table_cost(after);
            context.meter.locate(&mut cost, None, place.key_hash());
            Ok(Evaluated { old, old_size, new: Err(refusal), cost, entries: Vec::new(), growth: 0 })
        };
        if let Some(condition) = condition
            && !condition.matches(&attributes)
        {
            let after = if let Change::Put(stored, _) = change { stored.size } else { 0 };
            return refused(Refusal::Condition, after, old);
        }
        let updated = match change {
            Change::Update(update, key) => {
                let before = match &old {
                    // The old ones are looked at again for the indexes only.
                    Some(_) if is_indexed => attributes.clone(),
                    Some(_) => std::mem::take(&mut attributes),
                    None => key.attributes(),
                };
                match updated(table, place, before, update) {
                    Ok(updated) => Some(updated),
                    Err(rejection) => return refused(Refusal::Invalid(rejection), 0, old),
                }
            }
            _ => None,
        };
        let (new, version) = match (change, &updated) {
            (Change::Check, _) => (old.clone(), None),
            (Change::Put(stored, version), _) => (Some(stored.clone()), version.as_ref()),
            (Change::Update(..), Some((stored, version))) => (Some(stored.clone()), version.as_ref()),
            _ => (None, None),
        };
        let mut cost = table_cost(new.as_ref().map_or(0, |new| new.size));
        let mut entries = Vec::new();
        let mut growth = 0;
        if is_indexed && !matches!(change, Change::Check) {
            let before = old.as_ref().map(|old| (Version::old(table, place, attributes), old));
            let before = before.as_ref().map(|(version, old)| (version, *old));
            let after = version.zip(new.as_ref());
            entries = index::changes(table, before, after, &mut cost);
            if table.has_local_indexes() {
                growth = index::growth(table, before, after);
            }
        }
        if self.outgrows(growth, context)? {
            return refused(Refusal::Collection, new.as_ref().map_or(0, |new| new.size), old);
        }
        if context.meter.has_partitions() {
            context.meter.locate(&mut cost, None, place.key_hash());
            for entry in &entries {
                context.meter.locate(&mut cost, Some(entry.position), entry.key_hash());
            }
        }
        Ok(Evaluated { old, old_size, new: Ok(new), cost, entries, growth })
    }

    /// Leaves what was evaluated in the table and its indexes; nothing where the write was refused.
    pub(super) fn apply(&self, evaluated: &Evaluated, context: &Context<'_>) -> Result<(), Failure> {
        let transaction = context.transaction;
        match (&self.change, &evaluated.new) {
            (Change::Check, _) | (_, Err(_)) => return Ok(()),
            (_, Ok(Some(new))) => transaction.write_item(self.table.id, &self.place, new)?,
            (_, Ok(None)) => transaction.delete_item(self.table.id, &self.place)?,
        }
        for change in &evaluated.entries {
            change.apply(transaction)?;
        }
        if evaluated.growth != 0 {
            transaction.grow_collection(self.table.id, self.place.key_hash(), evaluated.growth)?;
        }
        if self.table.settings.follows_items() {
            self.follow(evaluated, context)?;
        }
        Ok(())
    }

    /// Leaves what a write changed where more than the table is to know of it.
    fn follow(&self, evaluated: &Evaluated, context: &Context<'_>) -> Result<(), Failure> {
        let Ok(new) = &evaluated.new else { return Ok(()) };
        let (old, new) = (evaluated.old.as_ref(), new.as_ref());
        if let Some(stream) = self.table.stream() {
            let change =
                stream::Change { table: self.table, place: &self.place, old, new, origin: self.origin };
            if let Some(record) = change.record(stream, context.now)? {
                context.transaction.append_record(stream.id, &record)?;
            }
        }
        if let Some(attribute) = &self.table.settings.time_to_live {
            let (table, place) = (self.table.id, &self.place);
            let before = old.map_or(Ok(None), |old| expiry::expires(&old.item, attribute))?;
            let after = new.map_or(Ok(None), |new| expiry::expires_yet(&new.item, attribute, context.now))?;
            if let Some(before) = before.filter(|before| after != Some(*before)) {
                context.transaction.delete_expiration(table, place, before)?;
            }
            // Also where it stays: it may have been over five years ago, on another clock.
            if let Some(after) = after {
                context.transaction.add_expiration(table, place, after)?;
                if expiry::is_past(after, context.now) {
                    context.attempts.renew();
                }
            }
        }
        Ok(())
    }

    /// Whether the item collection is too large once it has grown by this many bytes.
    pub(super) fn outgrows(&self, growth: i64, context: &Context<'_>) -> Result<bool, Failure> {
        let Ok(more @ 1..) = u64::try_from(growth) else { return Ok(false) };
        let size = context.transaction.collection_size(self.table.id, self.place.key_hash())?;
        Ok(size + more > MAX_COLLECTION)
    }

    /// What an answer tells of the items that share the hash key of the one that was written; a check writes none.
    pub(super) fn collection(
        &self,
        asked: ReturnItemCollectionMetrics,
        context: &Context<'_>,
    ) -> Result<Option<ItemCollectionMetrics>, Failure> {
        let is_check = matches!(self.change, Change::Check);
        if asked == ReturnItemCollectionMetrics::None || !self.table.has_local_indexes() || is_check {
            return Ok(None);
        }
        let bytes = context.transaction.collection_size(self.table.id, self.place.key_hash())?;
        let gigabytes = (bytes / GIGABYTE) as f64;
        Ok(Some(ItemCollectionMetrics {
            item_collection_key: Some(self.place.hash_item(&self.table.keys)?),
            size_estimate_range_gb: vec![gigabytes, gigabytes + 1.0],
        }))
    }

    /// Evaluates and applies a write that is a call of its own. A condition that fails costs as much as one that holds.
    pub(super) fn carry_out(
        &self,
        on_failure: ReturnValuesOnConditionCheckFailure,
        context: &Context<'_>,
    ) -> Result<Applied, Failure> {
        if self.conflicts(context) {
            return Err(transaction_conflict().into());
        }
        let evaluated = self.evaluate(context)?;
        let taken = context.meter.take(self.table, Direction::Write, &evaluated.cost, context.now);
        taken.map_err(throughput_exceeded)?;
        if evaluated.entries.is_empty() && evaluated.growth == 0 && !self.table.settings.follows_items() {
            context.transaction.expect_lone_write();
        }
        self.apply(&evaluated, context)?;
        let Evaluated { old, new, cost, .. } = evaluated;
        match new {
            Ok(new) => Ok(Applied { old: old.map(|old| old.item), new: new.map(|new| new.item), cost }),
            Err(Refusal::Condition) => Err(condition_failed(shown(old, on_failure)).into()),
            Err(Refusal::Collection) => Err(collection_too_large().into()),
            Err(Refusal::Invalid(rejection)) => Err(rejection.into()),
        }
    }
}

fn scalar_keys(condition: Option<&Condition>, table: &Table) -> Result<(), Box<Rejection>> {
    let Some(condition) = condition else { return Ok(()) };
    let mut paths = Vec::new();
    check::paths(condition, &mut |path| paths.push(path));
    check::scalar_keys(paths, table)
}

/// What an answer tells of the collections that were written to, each of them once, by their tables' names.
pub(super) fn collections<'w>(
    writes: impl Iterator<Item = &'w Write<'w>>,
    asked: ReturnItemCollectionMetrics,
    context: &Context<'_>,
) -> Result<BTreeMap<String, Vec<ItemCollectionMetrics>>, Failure> {
    let mut metrics: BTreeMap<String, Vec<ItemCollectionMetrics>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for write in writes {
        let place = (write.table.id, write.place.key_hash());
        if !told.contains(&place)
            && let Some(collection) = write.collection(asked, context)?
        {
            told.insert(place);
            metrics.entry(write.table.name.clone()).or_default().push(collection);
        }
    }
    Ok(metrics)
}

/// What a write did.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) old: Option<Item>,
    pub(super) new: Option<Item>,
    pub(super) cost: Cost,
}

/// The item that failed a condition, where it was asked for.
pub(super) fn shown(old: Option<Stored>, asked: ReturnValuesOnConditionCheckFailure) -> Option<Item> {
    match asked {
        ReturnValuesOnConditionCheckFailure::None => None,
        ReturnValuesOnConditionCheckFailure::AllOld => old.map(|old| old.item),
    }
}

fn updated(
    table: &Table,
    place: &Place,
    mut attributes: Attributes,
    update: &UpdateExpression,
) -> Result<(Stored, Option<Version>), Box<Rejection>> {
    if check::largest_operand(update) >= MAX_ITEM_SIZE {
        return Err(validation("Item size to update has exceeded the maximum allowed size"));
    }
    update.apply(&mut attributes).map_err(|error| update_failed(&error))?;
    check::attributes(&attributes)?;
    let size = attributes_size(&attributes);
    if size > MAX_ITEM_SIZE {
        return Err(validation("Item size to update has exceeded the maximum allowed size"));
    }
    let stored = Stored { item: Item::from_attributes(&attributes), size: size as u64 };
    if table.indexes.is_empty() {
        return Ok((stored, None));
    }
    let version = Version::new(table, place, attributes).map_err(|fault| updated_index_key(&fault))?;
    Ok((stored, Some(version)))
}
