//! Members from before there were expressions: a request that has them becomes one that has expressions instead, which the
//! actions answer; no action knows of them.
//!
//! What these members mean is not all that expressions mean by the same words: `NOT_CONTAINS` asks for an attribute that
//! is there, `ADD` appends to lists, and faults have words of their own, also where an action finds them
//! ([`reworded`]). What may not stand together is told here for requests that came as values; of those that came as
//! JSON, [`wire`](crate::wire) knows what was there, however empty.
//!
//! See [Legacy conditional parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html).

mod comparison;
mod key_condition;
mod update;

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_core::api::{
    BatchGetItemInput, ComparisonOperator, ConditionalOperator, DeleteItemInput, ExpectedAttributeValue,
    GetItemInput, LegacyComparison, LegacyGet, LegacyWrite, PutItemInput, QueryInput, ScanInput,
    UpdateItemInput,
};
use dynochemy_core::expression::{Condition, DocumentPath, MAX_NAME};
use dynochemy_core::{Rejection, Request, Response};

use super::{source, table};
use crate::backend::Context;
use crate::check;
use crate::failure::{Failure, constraint, invalid, mixed, validation};

/// The request with expressions in place of its legacy members; `None` where it has none of those.
pub(super) fn resolved(request: &Request, context: &Context<'_>) -> Result<Option<Request>, Failure> {
    Ok(Some(match request {
        Request::BatchGetItem(input) if input.request_items.values().any(|keys| keys.legacy.is_some()) => {
            batch_get_item(input)?.into()
        }
        Request::DeleteItem(input) if input.legacy.is_some() => delete_item(input)?.into(),
        Request::GetItem(input) if input.legacy.is_some() => get_item(input)?.into(),
        Request::PutItem(input) if input.legacy.is_some() => put_item(input)?.into(),
        Request::Query(input) if input.legacy.is_some() => query(input, context)?.into(),
        Request::Scan(input) if input.legacy.is_some() => scan(input)?.into(),
        Request::UpdateItem(input) if input.legacy.is_some() => update_item(input)?.into(),
        _ => return Ok(None),
    }))
}

/// What the actions say of an expression, and what of the member in whose place it stands.
const OF_UPDATE: (&str, &str) = (
    "An operand in the update expression has an incorrect data type",
    "Type mismatch for attribute to update",
);
const OF_FILTER: (&str, &str) = (
    "Filter Expression can only contain non-primary key attributes",
    "QueryFilter can only contain non-primary key attributes",
);
const OF_PROJECTION: (&str, &str) =
    ("Cannot specify the ProjectionExpression when", "Cannot specify the AttributesToGet when");

/// A fault of a request with legacy members, in the words for those.
pub(super) fn reworded(failure: Failure, request: &Request) -> Failure {
    let Failure::Refused(mut rejection) = failure else { return failure };
    let words: &[(&str, &str)] = match request {
        Request::UpdateItem(_) => &[OF_UPDATE],
        Request::Scan(_) => &[OF_PROJECTION],
        // Next to older members for keys there may be expressions.
        Request::Query(input) => match (&input.filter_expression, input.projection_expression.as_slice()) {
            (None, []) => &[OF_FILTER, OF_PROJECTION],
            _ => &[],
        },
        _ => &[],
    };
    for (of_expression, of_member) in words {
        if let Some(rest) = rejection.message.strip_prefix(of_expression) {
            rejection.message = format!("{of_member}{rest}");
        }
    }
    Failure::Refused(rejection)
}

/// The answer to a request with legacy members: what is left of a batch is told as it was asked for.
pub(super) fn restored(mut response: Response, request: &Request) -> Response {
    if let (Response::BatchGetItem(output), Request::BatchGetItem(input)) = (&mut response, request) {
        for (table, left) in &mut output.unprocessed_keys {
            if let Some(asked) = input.request_items.get(table) {
                left.projection_expression.clone_from(&asked.projection_expression);
                left.legacy.clone_from(&asked.legacy);
            }
        }
    }
    response
}

fn batch_get_item(input: &BatchGetItemInput) -> Result<BatchGetItemInput, Box<Rejection>> {
    let mut input = input.clone();
    for asked in input.request_items.values_mut() {
        if let Some(legacy) = asked.legacy.take() {
            projection(&legacy, &mut asked.projection_expression)?;
        }
    }
    Ok(input)
}

fn get_item(input: &GetItemInput) -> Result<GetItemInput, Box<Rejection>> {
    let mut input = input.clone();
    if let Some(legacy) = input.legacy.take() {
        projection(&legacy, &mut input.projection_expression)?;
    }
    Ok(input)
}

fn put_item(input: &PutItemInput) -> Result<PutItemInput, Box<Rejection>> {
    let mut input = input.clone();
    let Some(legacy) = input.legacy.take() else { return Ok(input) };
    check_write(&legacy, input.condition_expression.as_ref())?;
    // The service looks at these first.
    let content = check::values(&input.item)?;
    check::returns_old_or_nothing(input.return_values)?;
    content.check_size()?;
    if let Some(condition) = expected(&legacy.expected, legacy.conditional_operator.as_ref())? {
        input.condition_expression = Some(condition);
    }
    Ok(input)
}

fn delete_item(input: &DeleteItemInput) -> Result<DeleteItemInput, Box<Rejection>> {
    let mut input = input.clone();
    let Some(legacy) = input.legacy.take() else { return Ok(input) };
    check_write(&legacy, input.condition_expression.as_ref())?;
    check::returns_old_or_nothing(input.return_values)?;
    if let Some(condition) = expected(&legacy.expected, legacy.conditional_operator.as_ref())? {
        input.condition_expression = Some(condition);
    }
    Ok(input)
}

fn update_item(input: &UpdateItemInput) -> Result<UpdateItemInput, Box<Rejection>> {
    let mut input = input.clone();
    let Some(legacy) = input.legacy.take() else { return Ok(input) };
    let members = Members::new()
        .old("AttributeUpdates", !legacy.attribute_updates.is_empty())
        .old("Expected", !legacy.expected.is_empty())
        .old("ConditionalOperator", legacy.conditional_operator.is_some())
        .new_form("UpdateExpression", !input.update_expression.actions.is_empty())
        .new_form("ConditionExpression", input.condition_expression.is_some());
    members.check()?;
    // Expectations are looked at last, but that there are none.
    if legacy.expected.is_empty() {
        check_operator(legacy.conditional_operator.as_ref(), 0)?;
    }
    if !legacy.attribute_updates.is_empty() {
        input.update_expression = update::update(&legacy.attribute_updates)?;
    }
    if let Some(condition) = expected(&legacy.expected, legacy.conditional_operator.as_ref())? {
        input.condition_expression = Some(condition);
    }
    Ok(input)
}

fn scan(input: &ScanInput) -> Result<ScanInput, Box<Rejection>> {
    let mut input = input.clone();
    let Some(legacy) = input.legacy.take() else { return Ok(input) };
    let members = Members::new()
        .old("AttributesToGet", !legacy.attributes_to_get.is_empty())
        .old("ScanFilter", !legacy.scan_filter.is_empty())
        .old("ConditionalOperator", legacy.conditional_operator.is_some())
        .new_form("ProjectionExpression", !input.projection_expression.is_empty())
        .new_form("FilterExpression", input.filter_expression.is_some());
    members.check()?;
    if let Some(condition) = filter(&legacy.scan_filter, legacy.conditional_operator.as_ref())? {
        input.filter_expression = Some(condition);
    }
    attributes(&legacy.attributes_to_get, &mut input.projection_expression)?;
    Ok(input)
}

fn query(input: &QueryInput, context: &Context<'_>) -> Result<QueryInput, Failure> {
    let mut input = input.clone();
    let Some(legacy) = input.legacy.take() else { return Ok(input) };
    let keys = &input.key_condition_expression;
    let has_keys = !keys.equal.is_empty() || keys.range.is_some();
    let members = Members::new()
        .old("AttributesToGet", !legacy.attributes_to_get.is_empty())
        .old("QueryFilter", !legacy.query_filter.is_empty())
        .old("ConditionalOperator", legacy.conditional_operator.is_some())
        // The older members for keys go with the newer ones for all else.
        .old("KeyConditions", !legacy.key_conditions.is_empty() && has_keys)
        .new_form("ProjectionExpression", !input.projection_expression.is_empty())
        .new_form("FilterExpression", input.filter_expression.is_some())
        .new_form("KeyConditionExpression", has_keys);
    members.check()?;
    if let Some(condition) = filter(&legacy.query_filter, legacy.conditional_operator.as_ref())? {
        input.filter_expression = Some(condition);
    }
    comparisons(&legacy.key_conditions)?;
    attributes(&legacy.attributes_to_get, &mut input.projection_expression)?;
    if !legacy.key_conditions.is_empty() {
        input.key_condition_expression = match key_condition::key_condition(&legacy.key_conditions) {
            Ok(condition) => condition,
            Err(rejection) => {
                // A table or index that is missing is told first.
                let table = table(context, &input.table_name)?;
                source(&table, input.index_name.as_deref(), context.now)?;
                return Err(rejection.into());
            }
        };
    }
    Ok(input)
}

/// That a write of a whole item has members of one kind only.
fn check_write(legacy: &LegacyWrite, condition: Option<&Condition>) -> Result<(), Box<Rejection>> {
    let members = Members::new()
        .old("Expected", !legacy.expected.is_empty())
        .old("ConditionalOperator", legacy.conditional_operator.is_some())
        .new_form("ConditionExpression", condition.is_some());
    members.check()
}

/// Which members of either kind a request has.
struct Members {
    old: Vec<&'static str>,
    new: Vec<&'static str>,
}

impl Members {
    fn new() -> Self {
        Self { old: Vec::new(), new: Vec::new() }
    }

    fn old(mut self, name: &'static str, is_there: bool) -> Self {
        self.old.extend(is_there.then_some(name));
        self
    }

    fn new_form(mut self, name: &'static str, is_there: bool) -> Self {
        self.new.extend(is_there.then_some(name));
        self
    }

    fn check(&self) -> Result<(), Box<Rejection>> {
        if self.old.is_empty() || self.new.is_empty() {
            return Ok(());
        }
        Err(mixed(&self.old, &self.new))
    }
}

fn projection(legacy: &LegacyGet, projection: &mut Vec<DocumentPath>) -> Result<(), Box<Rejection>> {
    let members = Members::new()
        .old("AttributesToGet", !legacy.attributes_to_get.is_empty())
        .new_form("ProjectionExpression", !projection.is_empty());
    members.check()?;
    attributes(&legacy.attributes_to_get, projection)
}

/// The attributes to return: whole ones, whatever their names look like.
fn attributes(names: &[String], projection: &mut Vec<DocumentPath>) -> Result<(), Box<Rejection>> {
    let mut known = BTreeSet::new();
    for name in names {
        check_name(name)?;
        if !known.insert(name) {
            return Err(invalid(format!("Duplicate value in attribute name: {name}")));
        }
        projection.push(DocumentPath::attribute(name.clone()));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Box<Rejection>> {
    match name.len() {
        0 => Err(validation("Empty attribute name")),
        1..=MAX_NAME => Ok(()),
        _ => Err(validation("Attribute name is too large, must be less than 65536 bytes")),
    }
}

/// That conditions are joined where there are several.
fn check_operator(operator: Option<&ConditionalOperator>, conditions: usize) -> Result<(), Box<Rejection>> {
    match (operator, conditions) {
        (Some(ConditionalOperator::Other(name)), _) => {
            Err(constraint(name, "conditionalOperator", "satisfy enum value set: [OR, AND]"))
        }
        (Some(_), 0) => Err(validation("ConditionalOperator cannot be used without Filter or Expected")),
        (Some(_), 1) => Err(validation(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        )),
        _ => Ok(()),
    }
}

/// What a write expects of the item that is there; `None` where that is nothing.
fn expected(
    expected: &BTreeMap<String, ExpectedAttributeValue>,
    operator: Option<&ConditionalOperator>,
) -> Result<Option<Condition>, Box<Rejection>> {
    let conditions = expected.iter().map(|(name, expected)| {
        check_name(name)?;
        comparison::expectation(name, expected)
    });
    let conditions = conditions.collect::<Result<_, _>>()?;
    check_operator(operator, expected.len())?;
    Ok(joined(conditions, operator))
}

/// What a read returns only.
fn filter(
    filter: &BTreeMap<String, LegacyComparison>,
    operator: Option<&ConditionalOperator>,
) -> Result<Option<Condition>, Box<Rejection>> {
    let conditions = comparisons(filter)?;
    check_operator(operator, filter.len())?;
    Ok(joined(conditions, operator))
}

fn comparisons(comparisons: &BTreeMap<String, LegacyComparison>) -> Result<Vec<Condition>, Box<Rejection>> {
    let conditions = comparisons.iter().map(|(name, comparison)| {
        check_name(name)?;
        let LegacyComparison { comparison_operator, attribute_value_list } = comparison;
        comparison::condition(name, comparison_operator, attribute_value_list)
    });
    conditions.collect()
}

fn joined(mut conditions: Vec<Condition>, operator: Option<&ConditionalOperator>) -> Option<Condition> {
    if conditions.len() < 2 {
        return conditions.pop();
    }
    Some(match operator {
        Some(ConditionalOperator::Or) => Condition::Or(conditions),
        _ => Condition::And(conditions),
    })
}

/// What of an operator's values is wrong in number.
pub(crate) fn wrong_number(operator: &ComparisonOperator) -> Box<Rejection> {
    invalid(format!("Invalid number of argument(s) for the {operator} ComparisonOperator"))
}

/// A list of values where no operator says what to do with them.
pub(crate) fn without_operator(attribute: &str) -> Box<Rejection> {
    invalid(format!(
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: {attribute}"
    ))
}

/// Values of both forms.
pub(crate) fn both_values(attribute: &str) -> Box<Rejection> {
    invalid(format!("Value and AttributeValueList cannot be used together for Attribute: {attribute}"))
}

#[cfg(test)]
mod tests;
