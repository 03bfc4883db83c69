//! The expressions of one input, which share their placeholders.

use std::borrow::Cow;

use dynochemy_core::expression::{Condition, DocumentPath, KeyCondition, MAX_VALUES, UpdateExpression};
use dynochemy_core::json::Reader;

use super::expression::{self, Placeholders};
use super::input::{Fault, members};
use super::value;
use crate::check;

/// The expressions of an input, and what their placeholders stand for, as they come.
#[derive(Debug, Default)]
pub(super) struct Expressions<'a> {
    pub(super) condition: Option<Cow<'a, str>>,
    pub(super) filter: Option<Cow<'a, str>>,
    pub(super) key_condition: Option<Cow<'a, str>>,
    pub(super) projection: Option<Cow<'a, str>>,
    pub(super) update: Option<Cow<'a, str>>,
    pub(super) names: Option<Reader<'a>>,
    pub(super) values: Option<Reader<'a>>,
}

/// Expressions as values.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) condition: Option<Condition>,
    pub(super) filter: Option<Condition>,
    pub(super) key_condition: KeyCondition,
    pub(super) projection: Vec<DocumentPath>,
    pub(super) update: UpdateExpression,
}

impl Expressions<'_> {
    /// Whether there are any where there are placeholders. Of `with_values`, which the action has by these names, values
    /// need at least one; an action without any passes over values.
    pub(super) fn check_placeholders(&mut self, with_values: &[&str]) -> Result<(), Fault> {
        if with_values.is_empty() {
            self.values = None;
        }
        let Self { condition, filter, key_condition, projection, update, names, values } = self;
        let values_used = [condition, filter, key_condition, update].iter().any(|text| text.is_some());
        if names.is_some() && !values_used && projection.is_none() {
            return Err(Fault::validation(
                "ExpressionAttributeNames can only be specified when using expressions",
            ));
        }
        if values.is_some() && !values_used {
            let verb = if with_values.len() > 1 { "are" } else { "is" };
            return Err(Fault::validation(format!(
                "ExpressionAttributeValues can only be specified when using expressions: {} {verb} null",
                with_values.join(" and ")
            )));
        }
        Ok(())
    }

    /// Parses all of them, and makes sure that each placeholder is used.
    pub(super) fn parse(self) -> Result<Parsed, Fault> {
        let placeholders = &placeholders(self.names, self.values)?;
        let mut parsed = Parsed::default();
        if let Some(text) = self.update {
            parsed.update = expression::update(&text, placeholders)?;
        }
        if let Some(text) = self.condition {
            parsed.condition = Some(expression::condition("ConditionExpression", &text, placeholders)?);
        }
        if let Some(text) = self.filter {
            parsed.filter = Some(expression::condition("FilterExpression", &text, placeholders)?);
        }
        if let Some(text) = self.projection {
            parsed.projection = expression::projection(&text, placeholders)?;
            check::distinct("ProjectionExpression", &parsed.projection)?;
        }
        let key_condition = self
            .key_condition
            .map(|text| expression::condition("KeyConditionExpression", &text, placeholders))
            .transpose()?;
        placeholders.check_all_used().map_err(Fault::validation)?;
        if let Some(condition) = key_condition {
            parsed.key_condition = expression::key_condition(condition)?;
        }
        Ok(parsed)
    }
}

fn placeholders(names: Option<Reader<'_>>, values: Option<Reader<'_>>) -> Result<Placeholders, Fault> {
    let mut told_names = Vec::new();
    if let Some(mut reader) = names {
        members(&mut reader, |name, reader| {
            told_names.push((name.to_owned(), reader.string()?.into_owned()));
            Ok(())
        })?;
        check_some("Names", told_names.is_empty())?;
    }
    let mut told_values = Vec::new();
    let mut first_fault = None;
    if let Some(mut reader) = values {
        let mut first = true;
        reader.object()?;
        while let Some(name) = reader.key(&mut first)? {
            let read = value::value(&mut reader.clone());
            reader.skip()?;
            match read {
                Ok(value) => told_values.push((name.into_owned(), value)),
                // The keys are looked at before.
                Err(fault) => {
                    told_values.push((name.clone().into_owned(), false.into()));
                    first_fault.get_or_insert((name, fault));
                }
            }
        }
        check_some("Values", told_values.is_empty())?;
    }
    // Values are copied to each of their uses.
    let of_names: usize = told_names.iter().map(|(name, stands)| name.len() + stands.len()).sum();
    let of_values: usize = told_values.iter().map(|(name, value)| name.len() + value.size()).sum();
    if of_names + of_values > MAX_VALUES {
        return Err(Fault::validation("ExpressionAttributeValues exceeds max size"));
    }
    let placeholders = Placeholders::new(told_names, told_values).map_err(Fault::validation)?;
    match first_fault {
        None => Ok(placeholders),
        Some((name, Fault(rejection))) => Err(Fault::validation(format!(
            "ExpressionAttributeValues contains invalid value: {} for key {name}",
            rejection.message
        ))),
    }
}

fn check_some(kind: &str, is_empty: bool) -> Result<(), Fault> {
    if is_empty {
        return Err(Fault::validation(format!("ExpressionAttribute{kind} must not be empty")));
    }
    Ok(())
}
