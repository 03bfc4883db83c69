//! What puts, deletes and updates have in common: conditions, and what they answer.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::api::ReturnValuesOnConditionCheckFailure;
use crate::expression::Condition;
use crate::key::KeyShape;
use crate::number::Number;
use crate::path::Predicate;
use crate::table::{Entity, Stamp};
use crate::timestamp::TimestampUnit;
use crate::value::AttributeValue;
use crate::wire::WireError;

/// What is asked of a write beyond being applied. Writes with any of it are sent alone: no batch carries it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WriteOptions {
    /// What must hold of the item that is there.
    pub condition: Option<Condition>,
    /// What is answered.
    pub returns: Returns,
    /// Whether the item that failed the condition is told.
    pub on_failure: ReturnValuesOnConditionCheckFailure,
    /// Times that are set when the plan is started.
    pub stamps: Vec<TimeStamp>,
    /// Whether it is sent under a token, as a transaction of one, so that it is never applied twice.
    #[serde(default)]
    pub exactly_once: bool,
}

/// What a write answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Returns {
    /// Nothing.
    #[default]
    Nothing,
    /// The item as it was before.
    Old,
    /// The item as it is after.
    New,
    /// Those attributes that an update names, as they were before.
    UpdatedOld,
    /// Those attributes that an update names, as they are after.
    UpdatedNew,
}

/// An attribute that is set to the time at which its plan is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeStamp {
    /// The attribute.
    pub attribute: Cow<'static, str>,
    /// Its unit.
    pub unit: TimestampUnit,
    /// Whether a time that is there is kept.
    pub keep: bool,
}

/// The options of a write in the making.
#[derive(Debug)]
pub(super) struct Writing {
    condition: Result<Option<Condition>, WireError>,
    pub(super) returns: Returns,
    pub(super) on_failure: ReturnValuesOnConditionCheckFailure,
    stamps: Vec<TimeStamp>,
    /// Whether nothing is written where there is no item.
    pub(super) requires_item: bool,
}

impl Writing {
    pub(super) fn new() -> Self {
        Self {
            condition: Ok(None),
            returns: Returns::Nothing,
            on_failure: ReturnValuesOnConditionCheckFailure::None,
            stamps: Vec::new(),
            requires_item: false,
        }
    }

    /// Adds a condition to those that must hold.
    pub(super) fn require<T>(&mut self, predicate: Predicate<T>) {
        predicate.add_to(&mut self.condition);
    }

    pub(super) fn require_item(&mut self, keys: &KeyShape) {
        self.requires_item = true;
        self.require::<()>(Condition::exists(keys.hash.name.clone()).into());
    }

    pub(super) fn require_no_item(&mut self, keys: &KeyShape) {
        self.require::<()>(Condition::not_exists(keys.hash.name.clone()).into());
    }

    /// The item must have this version; zero for an item that has none.
    pub(super) fn require_version(&mut self, entity: &Entity, version: Number) {
        let Some(attribute) = entity.version else {
            self.condition = Err(WireError::new(
                "its type has no version to expect; mark the field that counts writes with #[table(version)]",
            ));
            return;
        };
        let condition = if version == Number::ZERO {
            let zero = Condition::equal(attribute, AttributeValue::N(version));
            Condition::Or(vec![Condition::not_exists(attribute), zero])
        } else {
            Condition::equal(attribute, AttributeValue::N(version))
        };
        self.require::<()>(condition.into());
    }

    pub(super) fn stamp(&mut self, stamp: Option<Stamp>, keep: bool) {
        let Some(Stamp { attribute, unit }) = stamp else { return };
        self.stamps.push(TimeStamp { attribute: attribute.into(), unit, keep });
    }

    /// The options as plain data; `None` where nothing is asked.
    pub(super) fn options(self) -> Result<Option<Box<WriteOptions>>, WireError> {
        let Self { condition, returns, on_failure, stamps, .. } = self;
        let options =
            WriteOptions { condition: condition?, returns, on_failure, stamps, exactly_once: false };
        Ok((options != WriteOptions::default()).then(|| Box::new(options)))
    }
}

/// The builder methods of conditional writes.
macro_rules! conditional {
    ($($type:ident),*) => {$(
        impl<T, R> $type<T, R> {
            /// Only where this holds of the item that is there (of no item, where there is none); several must all hold.
            /// What fails a condition ends with `ConditionalCheckFailedException`, and
            /// [`Error::is_condition_failed`](crate::Error::is_condition_failed) tells so.
            ///
            /// A conditional write is never sent again after a lost answer: its outcome is then
            /// [`Effect::Unknown`](crate::Effect::Unknown).
            pub fn condition(mut self, predicate: crate::path::Predicate<T>) -> Self {
                self.writing.require(predicate);
                self
            }

            /// Only where there is an item with this key.
            pub fn if_exists(mut self) -> Self {
                self.writing.require_item(&self.table.keys);
                self
            }

            /// Tells the item that failed the condition, at no cost:
            /// [`Error::failed_item`](crate::Error::failed_item).
            pub fn return_failed_item(mut self) -> Self {
                self.writing.on_failure = crate::api::ReturnValuesOnConditionCheckFailure::AllOld;
                self
            }
        }
    )*};
}
pub(super) use conditional;
