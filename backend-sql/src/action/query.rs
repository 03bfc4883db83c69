//! [Query](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html): reads a page of the items of
//! one hash key, in the order of their range keys.

use dynochemy_core::api::{QueryInput, QueryOutput};
use dynochemy_core::expression::{Comparator, KeyCondition, RangeCondition};
use dynochemy_core::{KeyAttribute, KeyShape, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY, Rejection, ScalarType};

use super::page::{Page, Reading};
use super::table;
use crate::backend::Context;
use crate::check;
use crate::failure::{Failure, validation};
use crate::storage::{Place, Stretch};

pub(super) fn answer(input: &QueryInput, context: &mut Context<'_>) -> Result<QueryOutput, Failure> {
    let reading = Reading {
        limit: input.limit,
        filter: input.filter_expression.as_ref(),
        projection: &input.projection_expression,
        consistency: input.consistent_read.into(),
        tell: input.return_consumed_capacity,
    };
    reading.check()?;
    let table = table(context, &input.table_name)?;
    if let Some(filter) = &input.filter_expression {
        check::filter(filter, &table.keys)?;
    }
    let condition = &input.key_condition_expression;
    check_condition(condition, &table.keys)?;
    let hash = Place::hash_of(&condition.hash.1);
    let (mut low, mut high) = match &condition.range {
        Some((_, range)) => bounds(range)?,
        None => (Vec::new(), None),
    };
    if let Some(start) = &input.exclusive_start_key {
        let start = check::start_key(start, &table.keys)?;
        if start.key_hash() != hash {
            return Err(outside().into());
        }
        let at = start.range().to_vec();
        if at < low || high.as_ref().is_some_and(|high| at >= *high) {
            return Err(outside().into());
        }
        if input.scan_index_forward {
            low = after(at);
        } else {
            high = Some(at);
        }
    }
    let stretch = Stretch::Range { hash, low, high, forward: input.scan_index_forward };
    let Page { items, count, scanned_count, last_evaluated_key, consumed_capacity } =
        reading.page(&table, &stretch, context)?;
    Ok(QueryOutput { items, count, scanned_count, last_evaluated_key, consumed_capacity })
}

fn outside() -> Box<Rejection> {
    validation("The provided starting key is outside query boundaries based on provided conditions")
}

fn check_condition(condition: &KeyCondition, shape: &KeyShape) -> Result<(), Box<Rejection>> {
    let (name, hash) = &condition.hash;
    if *name != shape.hash.name {
        return Err(missed(&shape.hash));
    }
    check_value(hash, &shape.hash, MAX_HASH_KEY)?;
    match (&condition.range, &shape.range) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(validation("Query key condition not supported")),
        (Some((name, _)), Some(attribute)) if *name != attribute.name => Err(missed(attribute)),
        (Some((_, range)), Some(attribute)) => {
            let check = |value| check_value(value, attribute, MAX_RANGE_KEY);
            match range {
                RangeCondition::Compare(_, value) | RangeCondition::BeginsWith(value) => check(value),
                RangeCondition::Between(low, high) => check(low).and_then(|()| check(high)),
            }
        }
    }
}

fn missed(attribute: &KeyAttribute) -> Box<Rejection> {
    validation(format!("Query condition missed key schema element: {}", attribute.name))
}

fn check_value(value: &KeyValue, attribute: &KeyAttribute, most: usize) -> Result<(), Box<Rejection>> {
    if value.kind() != attribute.kind {
        return Err(validation(
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ));
    }
    match value.size() {
        0 => Err(validation(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             {} value. Key: {}",
            if value.kind() == ScalarType::B { "binary" } else { "string" },
            attribute.name
        ))),
        size if size > most => Err(validation(format!(
            "One or more parameter values were invalid: Size of key {} has exceeded the maximum size limit of {most} \
             bytes",
            attribute.name
        ))),
        _ => Ok(()),
    }
}

/// From a form, which is included, to another one, which is not, or to the end.
type Bounds = (Vec<u8>, Option<Vec<u8>>);

/// The ordered forms that meet a condition.
fn bounds(condition: &RangeCondition) -> Result<Bounds, Box<Rejection>> {
    let form = |value: &KeyValue| {
        let mut out = Vec::new();
        value.write_ordered(&mut out);
        out
    };
    let beginning = Vec::new;
    Ok(match condition {
        RangeCondition::Compare(comparator, value) => match comparator {
            Comparator::Equal => (form(value), Some(after(form(value)))),
            Comparator::Less => (beginning(), Some(form(value))),
            Comparator::LessOrEqual => (beginning(), Some(after(form(value)))),
            Comparator::Greater => (after(form(value)), None),
            Comparator::GreaterOrEqual => (form(value), None),
            Comparator::NotEqual => {
                return Err(validation("Unsupported operator on KeyConditionExpression: operator: <>"));
            }
        },
        RangeCondition::Between(low, high) if low > high => {
            return Err(validation(
                "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal \
                 to lower bound",
            ));
        }
        RangeCondition::Between(low, high) => (form(low), Some(after(form(high)))),
        RangeCondition::BeginsWith(KeyValue::N(_)) => {
            return Err(validation(
                "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: \
                 begins_with, operand type: N",
            ));
        }
        RangeCondition::BeginsWith(prefix) => {
            let mut low = form(prefix);
            // What follows the end of a text or its continuation begins with the text's form without its end.
            low.truncate(low.len() - 2);
            let high = after_all_that_begin_with(&low);
            (low, high)
        }
    })
}

/// The smallest bytes after a form: no other form begins with it.
fn after(mut form: Vec<u8>) -> Vec<u8> {
    form.push(0);
    form
}

fn after_all_that_begin_with(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < 0xFF)?;
    let mut after = prefix[..=last].to_vec();
    after[last] += 1;
    Some(after)
}
