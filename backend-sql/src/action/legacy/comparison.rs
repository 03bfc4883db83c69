//! Comparisons of the legacy form as conditions, and what their operators take.
//!
//! See [Condition](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html) and
//! [ExpectedAttributeValue](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExpectedAttributeValue.html).

use std::slice;

use dynochemy_core::api::{ComparisonOperator, ExpectedAttributeValue};
use dynochemy_core::expression::{Comparator, Condition, DocumentPath, Term};
use dynochemy_core::{AttributeType, AttributeValue, Rejection};

use super::{both_values, without_operator, wrong_number};
use crate::check;
use crate::failure::{constraint, invalid, validation};

/// The most values of one `IN` in an expression; there is no such limit here.
const MAX_CANDIDATES: usize = 100;

const OPERATORS: &str = "satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, \
                         BEGINS_WITH, GE, CONTAINS]";

/// What a write expects of one attribute.
pub(super) fn expectation(
    attribute: &str,
    expected: &ExpectedAttributeValue,
) -> Result<Condition, Box<Rejection>> {
    let ExpectedAttributeValue { value, exists, comparison_operator, attribute_value_list } = expected;
    let wrong = |problem: String| Err(invalid(format!("{problem} for Attribute: {attribute}")));
    if value.is_some() && !attribute_value_list.is_empty() {
        return Err(both_values(attribute));
    }
    if let Some(operator) = comparison_operator {
        let takes_values = !matches!(operator, ComparisonOperator::Null | ComparisonOperator::NotNull);
        if exists.is_some() {
            return wrong("Exists and ComparisonOperator cannot be used together".to_owned());
        }
        if takes_values && value.is_none() && attribute_value_list.is_empty() {
            return wrong(format!(
                "Value or AttributeValueList must be used with ComparisonOperator: {operator}"
            ));
        }
        let values = value.as_ref().map_or(attribute_value_list.as_slice(), slice::from_ref);
        return condition(attribute, operator, values);
    }
    if !attribute_value_list.is_empty() {
        return Err(without_operator(attribute));
    }
    match (exists, value) {
        (Some(false), None) => Ok(Condition::not_exists(attribute.to_owned())),
        (Some(false), Some(_)) => wrong("Value cannot be used when Exists is false".to_owned()),
        (_, Some(value)) => {
            check::value(value)?;
            Ok(Condition::equal(attribute.to_owned(), value.clone()))
        }
        (exists, None) => {
            let exists = if exists.is_some() { "true" } else { "null" };
            wrong(format!("Value must be provided when Exists is {exists}"))
        }
    }
}

/// How one attribute compares with values.
pub(super) fn condition(
    attribute: &str,
    operator: &ComparisonOperator,
    values: &[AttributeValue],
) -> Result<Condition, Box<Rejection>> {
    if let ComparisonOperator::Other(name) = operator {
        return Err(constraint(name, "comparisonOperator", OPERATORS));
    }
    check(operator, values)?;
    compared(&DocumentPath::attribute(attribute.to_owned()), operator, values)
        .ok_or_else(|| wrong_number(operator))
}

/// The condition; `None` where a value is missing.
fn compared(
    path: &DocumentPath,
    operator: &ComparisonOperator,
    values: &[AttributeValue],
) -> Option<Condition> {
    let term = || Term::Path(path.clone());
    let value = |index: usize| values.get(index).cloned().map(Term::Value);
    let by = |comparator| Some(Condition::Compare(term(), comparator, value(0)?));
    Some(match operator {
        ComparisonOperator::Equal => by(Comparator::Equal)?,
        ComparisonOperator::NotEqual => by(Comparator::NotEqual)?,
        ComparisonOperator::Less => by(Comparator::Less)?,
        ComparisonOperator::LessOrEqual => by(Comparator::LessOrEqual)?,
        ComparisonOperator::Greater => by(Comparator::Greater)?,
        ComparisonOperator::GreaterOrEqual => by(Comparator::GreaterOrEqual)?,
        ComparisonOperator::Between => Condition::Between(term(), value(0)?, value(1)?),
        ComparisonOperator::In => one_of(path, values),
        ComparisonOperator::NotNull => Condition::Exists(path.clone()),
        ComparisonOperator::Null => Condition::NotExists(path.clone()),
        ComparisonOperator::BeginsWith => Condition::BeginsWith(term(), value(0)?),
        ComparisonOperator::Contains => Condition::Contains(term(), value(0)?),
        // Of what is not there nobody says what it lacks.
        ComparisonOperator::NotContains => Condition::And(vec![
            Condition::Exists(path.clone()),
            Condition::Not(Box::new(Condition::Contains(term(), value(0)?))),
        ]),
        ComparisonOperator::Other(_) => return None,
    })
}

fn one_of(path: &DocumentPath, values: &[AttributeValue]) -> Condition {
    let mut parts: Vec<Condition> = values
        .chunks(MAX_CANDIDATES)
        .map(|values| {
            Condition::In(Term::Path(path.clone()), values.iter().cloned().map(Term::Value).collect())
        })
        .collect();
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        last => Condition::Or(parts.into_iter().chain(last).collect()),
    }
}

/// That an operator can take these values.
fn check(operator: &ComparisonOperator, values: &[AttributeValue]) -> Result<(), Box<Rejection>> {
    use AttributeType as T;
    use ComparisonOperator as Op;
    let count = values.len();
    let is_count = match operator {
        Op::Null | Op::NotNull => count == 0,
        Op::Between => count == 2,
        Op::In => count > 0,
        _ => count == 1,
    };
    if !is_count {
        return Err(wrong_number(operator));
    }
    values.iter().try_for_each(check::value)?;
    let takes = |kind: AttributeType| match operator {
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual | Op::Between | Op::In => {
            matches!(kind, T::S | T::N | T::B)
        }
        Op::BeginsWith => matches!(kind, T::S | T::B),
        Op::Contains | Op::NotContains => matches!(kind, T::S | T::N | T::B | T::Bool | T::Null),
        _ => true,
    };
    if let Some(other) = values.iter().map(AttributeValue::kind).find(|kind| !takes(*kind)) {
        return Err(invalid(format!(
            "ComparisonOperator {operator} is not valid for {} AttributeValue type",
            other.name()
        )));
    }
    if values.windows(2).any(|pair| pair[0].kind() != pair[1].kind()) {
        return Err(invalid("AttributeValues inside AttributeValueList must be of same type"));
    }
    match (operator, values) {
        (Op::Between, [low, high]) if !is_ordered(low, high) => Err(validation(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        )),
        _ => Ok(()),
    }
}

fn is_ordered(low: &AttributeValue, high: &AttributeValue) -> bool {
    use AttributeValue as V;
    match (low, high) {
        (V::S(low), V::S(high)) => low <= high,
        (V::N(low), V::N(high)) => low <= high,
        (V::B(low), V::B(high)) => low <= high,
        _ => true,
    }
}
