//! Members from before there were expressions, read into the values that core has for them.
//!
//! What they mean is [`action::legacy`](crate::action::legacy)'s business. Here is told what only JSON shows: members that
//! are there and empty, and so may not stand beside expressions, and lists that are there and empty.
//!
//! See [Legacy conditional parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html).

use std::collections::BTreeMap;

use dynochemy_core::AttributeValue;
use dynochemy_core::api::{
    AttributeValueUpdate, ComparisonOperator, ConditionalOperator, ExpectedAttributeValue, LegacyComparison,
    LegacyGet, LegacyQuery, LegacyScan, LegacyUpdate, LegacyWrite,
};
use dynochemy_core::json::Reader;

use super::expressions::Expressions;
use super::input::{Fault, Found, list, members};
use super::shape::flag;
use super::value;
use crate::action::legacy::{both_values, without_operator, wrong_number};
use crate::failure::mixed;

/// A member of the legacy form; in the order in which the service lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    AttributesToGet,
    AttributeUpdates,
    Expected,
    QueryFilter,
    ScanFilter,
    ConditionalOperator,
    KeyConditions,
}

impl Member {
    const ALL: [(Self, &'static str); 7] = [
        (Self::AttributesToGet, "AttributesToGet"),
        (Self::AttributeUpdates, "AttributeUpdates"),
        (Self::Expected, "Expected"),
        (Self::QueryFilter, "QueryFilter"),
        (Self::ScanFilter, "ScanFilter"),
        (Self::ConditionalOperator, "ConditionalOperator"),
        (Self::KeyConditions, "KeyConditions"),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(member, _)| *member)
    }
}

/// The legacy members of an input, as they come.
#[derive(Debug, Default)]
pub(super) struct Legacy<'a> {
    members: [Found<'a>; Member::ALL.len()],
}

impl<'a> Legacy<'a> {
    pub(super) fn insert(&mut self, member: Member, value: Found<'a>) {
        self.members[member as usize] = value;
    }

    pub(super) fn has(&self, member: Member) -> bool {
        self.members[member as usize].is_some()
    }

    /// Forgets members that the action does not have.
    pub(super) fn keep(&mut self, known: &[Member]) {
        for (member, _) in Member::ALL {
            if !known.contains(&member) {
                self.members[member as usize] = None;
            }
        }
    }

    /// That they do not stand beside expressions. The older member for keys may, but for the newer one.
    pub(super) fn check(&self, expressions: &Expressions<'_>) -> Result<(), Fault> {
        let Expressions { condition, filter, key_condition, projection, update, .. } = expressions;
        let is_there =
            |member| self.has(member) && (member != Member::KeyConditions || key_condition.is_some());
        let without: Vec<&str> =
            Member::ALL.iter().filter(|(member, _)| is_there(*member)).map(|(_, name)| *name).collect();
        if without.is_empty() {
            return Ok(());
        }
        let with = [
            ("ProjectionExpression", projection),
            ("UpdateExpression", update),
            ("ConditionExpression", condition),
            ("FilterExpression", filter),
            ("KeyConditionExpression", key_condition),
        ];
        let with: Vec<&str> = with.iter().filter(|(_, text)| text.is_some()).map(|(name, _)| *name).collect();
        if with.is_empty() {
            return Ok(());
        }
        Err(mixed(&without, &with).into())
    }

    fn is_empty(&self) -> bool {
        self.members.iter().all(Option::is_none)
    }

    pub(super) fn get(&mut self) -> Result<Option<Box<LegacyGet>>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        Ok(Some(Box::new(LegacyGet { attributes_to_get: self.attributes_to_get()? })))
    }

    pub(super) fn write(&mut self) -> Result<Option<Box<LegacyWrite>>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        Ok(Some(Box::new(LegacyWrite {
            expected: self.map(Member::Expected, expectation)?,
            conditional_operator: self.conditional_operator()?,
        })))
    }

    pub(super) fn update(&mut self) -> Result<Option<Box<LegacyUpdate>>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        Ok(Some(Box::new(LegacyUpdate {
            attribute_updates: self.map(Member::AttributeUpdates, update)?,
            expected: self.map(Member::Expected, expectation)?,
            conditional_operator: self.conditional_operator()?,
        })))
    }

    pub(super) fn query(&mut self) -> Result<Option<Box<LegacyQuery>>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        let has_keys = self.has(Member::KeyConditions);
        let key_conditions = self.map(Member::KeyConditions, comparison)?;
        if has_keys && key_conditions.is_empty() {
            return Err(Fault::validation("Conditions can be of length 1 or 2 only"));
        }
        Ok(Some(Box::new(LegacyQuery {
            key_conditions,
            query_filter: self.map(Member::QueryFilter, comparison)?,
            conditional_operator: self.conditional_operator()?,
            attributes_to_get: self.attributes_to_get()?,
        })))
    }

    pub(super) fn scan(&mut self) -> Result<Option<Box<LegacyScan>>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        Ok(Some(Box::new(LegacyScan {
            scan_filter: self.map(Member::ScanFilter, comparison)?,
            conditional_operator: self.conditional_operator()?,
            attributes_to_get: self.attributes_to_get()?,
        })))
    }

    fn take(&mut self, member: Member) -> Found<'a> {
        self.members[member as usize].take()
    }

    fn attributes_to_get(&mut self) -> Result<Vec<String>, Fault> {
        let Some(mut reader) = self.take(Member::AttributesToGet) else { return Ok(Vec::new()) };
        list(&mut reader, |reader| Ok(reader.string()?.into_owned()))
    }

    fn conditional_operator(&mut self) -> Result<Option<ConditionalOperator>, Fault> {
        let Some(mut reader) = self.take(Member::ConditionalOperator) else { return Ok(None) };
        Ok(Some(reader.string()?.into_owned().into()))
    }

    /// A map from attributes' names.
    fn map<T>(
        &mut self,
        member: Member,
        mut read: impl FnMut(&str, &mut Reader<'a>) -> Result<T, Fault>,
    ) -> Result<BTreeMap<String, T>, Fault> {
        let mut map = BTreeMap::new();
        if let Some(mut reader) = self.take(member) {
            members(&mut reader, |name, reader| {
                map.insert(name.to_owned(), read(name, reader)?);
                Ok(())
            })?;
        }
        Ok(map)
    }
}

fn update(_: &str, reader: &mut Reader<'_>) -> Result<AttributeValueUpdate, Fault> {
    let mut update = AttributeValueUpdate::default();
    members(reader, |name, reader| {
        match name {
            "Value" => update.value = Some(value::value(reader)?),
            "Action" => update.action = Some(reader.string()?.into_owned().into()),
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(update)
}

fn comparison(_: &str, reader: &mut Reader<'_>) -> Result<LegacyComparison, Fault> {
    let mut comparison = LegacyComparison::default();
    members(reader, |name, reader| {
        match name {
            "AttributeValueList" => comparison.attribute_value_list = values(reader)?,
            "ComparisonOperator" => comparison.comparison_operator = reader.string()?.into_owned().into(),
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(comparison)
}

fn expectation(attribute: &str, reader: &mut Reader<'_>) -> Result<ExpectedAttributeValue, Fault> {
    let mut expected = ExpectedAttributeValue::default();
    let mut has_list = false;
    members(reader, |name, reader| {
        match name {
            "Value" => expected.value = Some(value::value(reader)?),
            "Exists" => expected.exists = Some(flag(reader)?),
            "ComparisonOperator" => {
                expected.comparison_operator = Some(reader.string()?.into_owned().into());
            }
            "AttributeValueList" => {
                has_list = true;
                expected.attribute_value_list = values(reader)?;
            }
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    // The value has no empty list, only none.
    if has_list && expected.attribute_value_list.is_empty() {
        match &expected.comparison_operator {
            _ if expected.value.is_some() => return Err(both_values(attribute).into()),
            None => return Err(without_operator(attribute).into()),
            Some(ComparisonOperator::Null | ComparisonOperator::NotNull) => {}
            Some(operator) if expected.exists.is_none() => return Err(wrong_number(operator).into()),
            Some(_) => {}
        }
    }
    Ok(expected)
}

fn values(reader: &mut Reader<'_>) -> Result<Vec<AttributeValue>, Fault> {
    list(reader, value::value)
}
