//! `KeyConditions` as a key condition.

use std::collections::BTreeMap;

use dynochemy_core::api::{ComparisonOperator, LegacyComparison};
use dynochemy_core::expression::{Comparator, KeyCondition, RangeCondition};
use dynochemy_core::{AttributeValue, KeyValue, Rejection};

use super::wrong_number;
use crate::failure::{invalid, validation};

/// The key condition that these comparisons stand for, each of which has been looked at on its own.
pub(super) fn key_condition(
    comparisons: &BTreeMap<String, LegacyComparison>,
) -> Result<KeyCondition, Box<Rejection>> {
    let mut condition = KeyCondition::default();
    for (name, LegacyComparison { comparison_operator: operator, attribute_value_list: values }) in
        comparisons
    {
        let value = |index| value(operator, values, index);
        let comparator = match operator {
            ComparisonOperator::Equal => {
                condition.equal.push((name.clone().into(), value(0)?));
                continue;
            }
            ComparisonOperator::Less => Some(Comparator::Less),
            ComparisonOperator::LessOrEqual => Some(Comparator::LessOrEqual),
            ComparisonOperator::Greater => Some(Comparator::Greater),
            ComparisonOperator::GreaterOrEqual => Some(Comparator::GreaterOrEqual),
            _ => None,
        };
        let range = match (comparator, operator) {
            (Some(comparator), _) => RangeCondition::Compare(comparator, value(0)?),
            (None, ComparisonOperator::BeginsWith) => RangeCondition::BeginsWith(value(0)?),
            (None, ComparisonOperator::Between) => RangeCondition::Between(value(0)?, value(1)?),
            _ => return Err(validation("Attempted conditional constraint is not an indexable operation")),
        };
        if condition.range.replace((name.clone().into(), range)).is_some() {
            return Err(validation("Query key condition not supported"));
        }
    }
    Ok(condition)
}

fn value(
    operator: &ComparisonOperator,
    values: &[AttributeValue],
    index: usize,
) -> Result<KeyValue, Box<Rejection>> {
    let value = values.get(index).ok_or_else(|| wrong_number(operator))?;
    KeyValue::try_from(value.clone())
        .map_err(|_| invalid("Condition parameter type does not match schema type"))
}
