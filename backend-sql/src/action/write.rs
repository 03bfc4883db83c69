//! One write of one item: what PutItem, DeleteItem, UpdateItem, batches and transactions have in common.
//!
//! A write is evaluated first, which changes nothing, and then applied.

use dynochemy_core::api::ReturnValuesOnConditionCheckFailure;
use dynochemy_core::expression::{Condition, UpdateExpression};
use dynochemy_core::operation::MAX_ITEM_SIZE;
use dynochemy_core::{Attributes, Item, Key, Rejection, attributes_size};

use crate::backend::Context;
use crate::capacity::{Direction, Units};
use crate::check;
use crate::failure::{Failure, condition_failed, throughput_exceeded, update_failed, validation};
use crate::projection::Projection;
use crate::storage::{Place, Stored, Table};
use crate::throughput::reason;

/// A write that has been checked on its own and against its table.
#[derive(Debug)]
pub(super) struct Write<'a> {
    pub(super) table: &'a Table,
    pub(super) place: Place,
    change: Change<'a>,
    condition: Option<&'a Condition>,
}

#[derive(Debug)]
enum Change<'a> {
    Check,
    Put(Stored),
    Delete,
    Update(&'a UpdateExpression, &'a Key),
}

/// What a write would do.
#[derive(Debug)]
pub(super) struct Evaluated {
    pub(super) old: Option<Stored>,
    /// The item after the write, or why there will be none.
    pub(super) new: Result<Option<Stored>, Refusal>,
    /// The cost outside of a transaction.
    pub(super) units: Units,
}

/// Why a write cannot be applied to the item that is there.
#[derive(Debug)]
pub(super) enum Refusal {
    Condition,
    Invalid(Box<Rejection>),
}

impl<'a> Write<'a> {
    pub(super) fn put(
        table: &'a Table,
        item: &Item,
        condition: Option<&'a Condition>,
    ) -> Result<Self, Failure> {
        let attributes = check::readable(item)?;
        check::attributes(&attributes)?;
        let (place, stored) = check::item(item, &attributes, &table.keys)?;
        Ok(Self { table, place, change: Change::Put(stored), condition })
    }

    pub(super) fn delete(
        table: &'a Table,
        key: &Key,
        condition: Option<&'a Condition>,
    ) -> Result<Self, Failure> {
        let place = check::key(key, &table.keys)?;
        Ok(Self { table, place, change: Change::Delete, condition })
    }

    pub(super) fn check(table: &'a Table, key: &Key, condition: &'a Condition) -> Result<Self, Failure> {
        let place = check::key(key, &table.keys)?;
        Ok(Self { table, place, change: Change::Check, condition: Some(condition) })
    }

    pub(super) fn update(
        table: &'a Table,
        key: &'a Key,
        update: &'a UpdateExpression,
        condition: Option<&'a Condition>,
    ) -> Result<Self, Failure> {
        check::update_of(update, &table.keys)?;
        let place = check::key(key, &table.keys)?;
        Ok(Self { table, place, change: Change::Update(update, key), condition })
    }

    /// What the write would do to the item that is there now.
    pub(super) fn evaluate(&self, context: &Context<'_>) -> Result<Evaluated, Failure> {
        let old = context.transaction.item(self.table, &self.place)?;
        let is_update = matches!(self.change, Change::Update(..));
        let attributes = match &old {
            Some(old) if is_update || self.condition.is_some() => old.item.attributes()?,
            _ => Attributes::new(),
        };
        let new = match self.condition {
            Some(condition) if !condition.matches(&attributes) => Err(Refusal::Condition),
            _ => match &self.change {
                Change::Check => Ok(old.clone()),
                Change::Delete => Ok(None),
                Change::Put(stored) => Ok(Some(stored.clone())),
                Change::Update(update, key) => {
                    let attributes = if old.is_some() { attributes } else { key.attributes() };
                    updated(attributes, update).map(Some).map_err(Refusal::Invalid)
                }
            },
        };
        let size = |stored: Option<&Stored>| stored.map_or(0, |stored| stored.size);
        let after = match (&new, &self.change) {
            (Ok(new), _) => size(new.as_ref()),
            (Err(_), Change::Put(stored)) => stored.size,
            (Err(_), _) => 0,
        };
        Ok(Evaluated { units: Units::write(size(old.as_ref()).max(after)), old, new })
    }

    /// Leaves `new` where the write's item lies.
    pub(super) fn apply(&self, new: Option<&Stored>, context: &Context<'_>) -> Result<(), Failure> {
        match (&self.change, new) {
            (Change::Check, _) => {}
            (_, Some(new)) => context.transaction.write_item(self.table, &self.place, new)?,
            (_, None) => context.transaction.delete_item(self.table, &self.place)?,
        }
        Ok(())
    }

    /// Evaluates and applies a write that is a call of its own. A condition that fails costs as much as one that holds.
    pub(super) fn carry_out(
        &self,
        on_failure: ReturnValuesOnConditionCheckFailure,
        context: &mut Context<'_>,
    ) -> Result<Applied, Failure> {
        let Evaluated { old, new, units } = self.evaluate(context)?;
        if !context.meter.take(self.table, Direction::Write, units, context.now) {
            return Err(throughput_exceeded(vec![reason(self.table, Direction::Write)]).into());
        }
        match new {
            Ok(new) => {
                self.apply(new.as_ref(), context)?;
                Ok(Applied { old: old.map(|old| old.item), new: new.map(|new| new.item), units })
            }
            Err(Refusal::Condition) => Err(condition_failed(shown(old, on_failure)).into()),
            Err(Refusal::Invalid(rejection)) => Err(rejection.into()),
        }
    }
}

/// What a write did.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) old: Option<Item>,
    pub(super) new: Option<Item>,
    pub(super) units: Units,
}

/// The item that failed a condition, where it was asked for.
pub(super) fn shown(old: Option<Stored>, asked: ReturnValuesOnConditionCheckFailure) -> Option<Item> {
    match asked {
        ReturnValuesOnConditionCheckFailure::None => None,
        ReturnValuesOnConditionCheckFailure::AllOld => old.map(|old| old.item),
    }
}

fn updated(mut attributes: Attributes, update: &UpdateExpression) -> Result<Stored, Box<Rejection>> {
    update.apply(&mut attributes).map_err(|error| update_failed(&error))?;
    check::attributes(&attributes)?;
    let size = attributes_size(&attributes);
    if size > MAX_ITEM_SIZE {
        return Err(validation("Item size to update has exceeded the maximum allowed size"));
    }
    Ok(Stored { item: Item::from_attributes(&attributes), size: size as u64 })
}

/// The attributes that a write changed, as they were or are.
pub(super) fn changed(item: &Item, update: &UpdateExpression) -> Result<Option<Item>, Failure> {
    let paths = update.actions.iter().map(|action| action.path());
    let projection = Projection::new(paths)?;
    if projection.is_whole() {
        return Ok(None);
    }
    let kept = projection.of_attributes(&item.attributes()?);
    Ok((!kept.is_empty()).then(|| Item::from_attributes(&kept)))
}
