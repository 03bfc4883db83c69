//! Expressions as DynamoDB's expression text.
//!
//! Every name and value stands behind a placeholder of our own (`#a0`, `:v0`), so that no name is a reserved word and
//! no text needs escapes. The expressions of one request share their placeholders.
//!
//! See [Expression attribute names](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html).

mod condition;
mod update;

use std::io::Write as _;

use super::members::Members;
use crate::expression::{Condition, DocumentPath, KeyCondition, PathStep, RangeCondition, UpdateExpression};
use crate::value::AttributeValue;
use crate::wire::value::write_value;

/// The expressions of one request, or of one action of a transaction.
///
/// Each method writes one member; [`Expressions::write`] comes last and writes what the placeholders stand for.
#[derive(Default)]
pub(super) struct Expressions<'a> {
    names: Vec<&'a str>,
    values: Vec<u8>,
    value_count: usize,
}

impl<'a> Expressions<'a> {
    /// Writes a condition or filter as the member `name`.
    pub(super) fn condition(
        &mut self,
        members: &mut Members<'_>,
        name: &str,
        condition: Option<&'a Condition>,
    ) {
        if let Some(condition) = condition {
            quoted(members.member(name), |out| condition::write(self, out, condition));
        }
    }

    pub(super) fn key_condition(&mut self, members: &mut Members<'_>, condition: &'a KeyCondition) {
        // Only a query in the legacy form has none.
        if !condition.equal.is_empty() || condition.range.is_some() {
            quoted(members.member("KeyConditionExpression"), |out| self.write_key_condition(out, condition));
        }
    }

    /// Writes an update; one without actions only creates the item, and has no text.
    pub(super) fn update(&mut self, members: &mut Members<'_>, update: &'a UpdateExpression) {
        if !update.actions.is_empty() {
            quoted(members.member("UpdateExpression"), |out| update::write(self, out, update));
        }
    }

    /// Writes which attributes to return; all where there is none.
    pub(super) fn projection(&mut self, members: &mut Members<'_>, paths: &'a [DocumentPath]) {
        if !paths.is_empty() {
            quoted(members.member("ProjectionExpression"), |out| {
                separated(out, ", ", paths, |out, path| self.path(out, path));
            });
        }
    }

    /// Writes `ExpressionAttributeNames` and `ExpressionAttributeValues`, where there are any.
    pub(super) fn write(self, members: &mut Members<'_>) {
        if !self.names.is_empty() {
            members.object("ExpressionAttributeNames", |members| {
                for (index, name) in self.names.iter().enumerate() {
                    members.text(&format!("#a{index}"), name);
                }
            });
        }
        if self.value_count > 0 {
            let out = members.member("ExpressionAttributeValues");
            out.push(b'{');
            out.extend_from_slice(&self.values);
            out.push(b'}');
        }
    }

    fn write_key_condition(&mut self, out: &mut Vec<u8>, condition: &'a KeyCondition) {
        separated(out, " AND ", &condition.equal, |out, (name, value)| {
            self.name(out, name);
            push(out, " = ");
            self.value(out, &value.clone().into());
        });
        let Some((range, range_condition)) = &condition.range else { return };
        if !condition.equal.is_empty() {
            push(out, " AND ");
        }
        match range_condition {
            RangeCondition::Compare(comparator, value) => {
                self.name(out, range);
                push(out, " ");
                push(out, comparator.symbol());
                push(out, " ");
                self.value(out, &value.clone().into());
            }
            RangeCondition::Between(low, high) => {
                self.name(out, range);
                push(out, " BETWEEN ");
                self.value(out, &low.clone().into());
                push(out, " AND ");
                self.value(out, &high.clone().into());
            }
            RangeCondition::BeginsWith(prefix) => {
                push(out, "begins_with(");
                self.name(out, range);
                push(out, ", ");
                self.value(out, &prefix.clone().into());
                push(out, ")");
            }
        }
    }

    fn path(&mut self, out: &mut Vec<u8>, path: &'a DocumentPath) {
        self.name(out, &path.attribute);
        for step in &path.steps {
            match step {
                PathStep::Member(name) => {
                    push(out, ".");
                    self.name(out, name);
                }
                PathStep::Element(index) => write_number(out, "[", *index as usize, "]"),
            }
        }
    }

    /// Writes a name's placeholder, which it shares with equal names.
    fn name(&mut self, out: &mut Vec<u8>, name: &'a str) {
        // Expressions have few names, so that looking through them costs less than a map.
        let index = self.names.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        write_number(out, "#a", index, "");
    }

    fn value(&mut self, out: &mut Vec<u8>, value: &AttributeValue) {
        write_number(out, ":v", self.value_count, "");
        if self.value_count > 0 {
            self.values.push(b',');
        }
        write_number(&mut self.values, "\":v", self.value_count, "\":");
        write_value(&mut self.values, value);
        self.value_count += 1;
    }
}

/// Writes expression text as a JSON string. The text is all placeholders and punctuation, none of which JSON escapes.
fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn write_number(out: &mut Vec<u8>, before: &str, number: usize, after: &str) {
    write!(out, "{before}{number}{after}").expect("writing to memory does not fail");
}

fn separated<T>(
    out: &mut Vec<u8>,
    separator: &str,
    elements: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            push(out, separator);
        }
        write(out, element);
    }
}

#[cfg(test)]
mod tests;
