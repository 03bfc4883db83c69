//! [Query](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html): reads a page of the items of
//! one hash key, in the order of their range keys, out of a table or an index.
//!
//! Of an index, all hash attributes must be equal to values, then any number of the range attributes, in their order; the
//! one behind those may meet another condition.

use dynochemy_core::api::{QueryInput, QueryOutput};
use dynochemy_core::expression::{Comparator, Condition, KeyCondition, RangeCondition};
use dynochemy_core::{KeyAttribute, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY, Rejection};

use super::page::{Page, Reading};
use super::{source, table};
use crate::backend::Context;
use crate::check::{self, Reader};
use crate::failure::{Failure, internal, invalid, validation};
use crate::storage::{Place, Source, Stretch, forms};

pub(super) fn answer(input: &QueryInput, context: &Context<'_>) -> Result<QueryOutput, Failure> {
    answer_checked(input, check::filter, context)
}

/// As [`answer`], with a filter that may look at key attributes too, as conditions of PartiQL may.
pub(super) fn answer_statement(input: &QueryInput, context: &Context<'_>) -> Result<QueryOutput, Failure> {
    answer_checked(input, |_, _| Ok(()), context)
}

fn answer_checked(
    input: &QueryInput,
    check_filter: fn(&Condition, &Source<'_>) -> Result<(), Box<Rejection>>,
    context: &Context<'_>,
) -> Result<QueryOutput, Failure> {
    let reading = Reading {
        limit: input.limit,
        filter: input.filter_expression.as_ref(),
        projection: &input.projection_expression,
        select: input.select.as_ref(),
        reader: Reader::Query,
        is_index: input.index_name.is_some(),
        consistency: input.consistent_read.into(),
        tell: input.return_consumed_capacity,
    };
    reading.check()?;
    check::key_condition(&input.key_condition_expression)?;
    let table = table(context, &input.table_name)?;
    let source = source(&table, input.index_name.as_deref(), context.now)?;
    reading.check_consistency(&source)?;
    let start = match &input.exclusive_start_key {
        Some(start) => Some(check::start_key(start, &source, Reader::Query)?),
        None => None,
    };
    let Asked { hash, equal, range } = Asked::new(&input.key_condition_expression, &source)?;
    let is_ranged = range.is_some() || !equal.is_empty();
    let hash = Place::hash_of(hash);
    let (mut low, mut high) = match range {
        Some(range) => bounds(forms(equal), range)?,
        None => beginning_with(forms(equal)),
    };
    if let Some(start) = start {
        let at = start.range().to_vec();
        if is_ranged && (at < low || high.as_ref().is_some_and(|high| at >= *high)) {
            return Err(validation("The provided starting key does not match the range key predicate").into());
        }
        if start.key_hash() != hash {
            return Err(validation(if is_ranged {
                "The query can return at most one row and cannot be restarted"
            } else {
                "The provided starting key is outside query boundaries based on provided conditions"
            })
            .into());
        }
        if input.scan_index_forward {
            low = after(at);
        } else {
            high = Some(at);
        }
    }
    check::scalar_keys(&input.projection_expression, &table)?;
    if let Some(filter) = &input.filter_expression {
        check_filter(filter, &source)?;
    }
    reading.check_source(&source)?;
    let stretch = Stretch::Range { hash, low, high, forward: input.scan_index_forward };
    let Page { items, count, scanned_count, last_evaluated_key, consumed_capacity } =
        reading.page(&source, &stretch, context)?;
    Ok(QueryOutput { items, count, scanned_count, last_evaluated_key, consumed_capacity })
}

/// What is asked of the keys.
#[derive(Debug)]
struct Asked<'a> {
    /// The values of all hash attributes.
    hash: Vec<&'a KeyValue>,
    /// The values of the first range attributes.
    equal: Vec<&'a KeyValue>,
    /// What is asked of the range attribute behind them.
    range: Option<&'a RangeCondition>,
}

impl<'a> Asked<'a> {
    fn new(condition: &'a KeyCondition, source: &Source<'_>) -> Result<Self, Box<Rejection>> {
        let ranged = condition.range.as_ref();
        let names = || condition.equal.iter().map(|(name, _)| name).chain(ranged.map(|(name, _)| name));
        if names().enumerate().any(|(index, name)| names().take(index).any(|other| other == name)) {
            return Err(validation(
                "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
            ));
        }
        let (given, most) = (names().count(), source.key().count());
        if given > most {
            return Err(validation(format!(
                "The number of query conditions ({given}) exceeds the number of key attributes defined in the schema \
                 ({most})"
            )));
        }
        let equal_to = |attribute: &KeyAttribute| {
            condition.equal.iter().find(|(name, _)| *name == attribute.name).map(|(_, value)| value)
        };
        let mut asked = Self { hash: Vec::new(), equal: Vec::new(), range: None };
        for attribute in source.hash() {
            match equal_to(attribute) {
                Some(value) => {
                    check_value(value, attribute, MAX_HASH_KEY)?;
                    asked.hash.push(value);
                }
                None if ranged.is_some_and(|(name, _)| *name == attribute.name) => {
                    return Err(validation("Query key condition not supported"));
                }
                None => return Err(missed(attribute)),
            }
        }
        let mut left = condition.equal.len() - asked.hash.len() + usize::from(ranged.is_some());
        for attribute in source.range() {
            if left == 0 {
                break;
            }
            left -= 1;
            let check = |value| check_value(value, attribute, MAX_RANGE_KEY);
            if let Some(value) = equal_to(attribute) {
                check(value)?;
                asked.equal.push(value);
                continue;
            }
            let range = ranged.filter(|(name, _)| *name == attribute.name);
            let Some((_, range)) = range.filter(|_| left == 0) else { return Err(missed(attribute)) };
            match range {
                RangeCondition::Compare(_, value) | RangeCondition::BeginsWith(value) => check(value),
                RangeCondition::Between(low, high) => check(low).and_then(|()| check(high)),
            }?;
            asked.range = Some(range);
        }
        if left > 0 {
            return Err(validation("Query key condition not supported"));
        }
        Ok(asked)
    }
}

fn missed(attribute: &KeyAttribute) -> Box<Rejection> {
    validation(format!("Query condition missed key schema element: {}", attribute.name))
}

fn check_value(value: &KeyValue, attribute: &KeyAttribute, most: usize) -> Result<(), Box<Rejection>> {
    if value.kind() != attribute.kind {
        return Err(invalid("Condition parameter type does not match schema type"));
    }
    match value.size() {
        0 => Err(check::empty_key(&attribute.name, value)),
        size if size > most => Err(invalid(format!(
            "Size of key {} has exceeded the maximum size limit of {most} bytes",
            attribute.name
        ))),
        _ => Ok(()),
    }
}

/// From a form, which is included, to another one, which is not, or to the end.
type Bounds = (Vec<u8>, Option<Vec<u8>>);

/// The range keys that begin with these forms, and then meet a condition.
fn bounds(equal: Vec<u8>, condition: &RangeCondition) -> Result<Bounds, Box<Rejection>> {
    let form = |value: &KeyValue| {
        let mut out = equal.clone();
        value.write_ordered(&mut out);
        out
    };
    let (first, end) = beginning_with(equal.clone());
    Ok(match condition {
        RangeCondition::Compare(comparator, value) => match comparator {
            Comparator::Equal => beginning_with(form(value)),
            Comparator::Less => (first, Some(form(value))),
            Comparator::LessOrEqual => (first, beginning_with(form(value)).1),
            Comparator::Greater => match beginning_with(form(value)).1 {
                Some(low) => (low, end),
                None => return Err(internal("a key sorts after all others")),
            },
            Comparator::GreaterOrEqual => (form(value), end),
            Comparator::NotEqual => {
                return Err(validation("Invalid operator used in KeyConditionExpression: <>"));
            }
        },
        RangeCondition::Between(low, high) => (form(low), beginning_with(form(high)).1),
        RangeCondition::BeginsWith(prefix) => {
            let mut low = form(prefix);
            // What follows the end of a text or its continuation begins with the text's form without its end.
            low.truncate(low.len() - 2);
            beginning_with(low)
        }
    })
}

/// The smallest bytes after a form: no other form begins with it.
fn after(mut form: Vec<u8>) -> Vec<u8> {
    form.push(0);
    form
}

/// All range keys that begin with this.
fn beginning_with(prefix: Vec<u8>) -> Bounds {
    let after = after_all_that_begin_with(&prefix);
    (prefix, after)
}

fn after_all_that_begin_with(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < 0xFF)?;
    let mut after = prefix[..=last].to_vec();
    after[last] += 1;
    Some(after)
}

#[cfg(test)]
mod tests;
