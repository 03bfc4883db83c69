//! Key conditions: which items a query reads.
//!
//! They are conditions of few forms; that their attributes are the keys of what is read is for the query to find out.
//!
//! See [Key condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html).

use std::borrow::Cow;

use dynochemy_core::expression::{Comparator, Condition, KeyCondition, RangeCondition, Term};
use dynochemy_core::{AttributeValue, KeyValue};

/// What is asked of one attribute.
enum Asked {
    Equal(KeyValue),
    Range(RangeCondition),
}

/// The key condition that a condition is; the service's message where it is none.
pub(super) fn key_condition(condition: Condition) -> Result<KeyCondition, String> {
    let mut parts = Vec::new();
    flatten(condition, &mut parts);
    let mut found = KeyCondition::default();
    let mut ranges = Vec::new();
    let mut names: Vec<Cow<'static, str>> = Vec::with_capacity(parts.len());
    for part in parts {
        let (attribute, asked) = one(part)?;
        if names.contains(&attribute) {
            return Err("KeyConditionExpressions must only contain one condition per key".to_owned());
        }
        names.push(attribute.clone());
        match asked {
            Asked::Equal(value) => found.equal.push((attribute, value)),
            Asked::Range(range) => ranges.push((attribute, range)),
        }
    }
    found.range = ranges.pop();
    // At most one attribute has a range, so one of these is the hash key.
    if ranges.is_empty() { Ok(found) } else { Err("Query key condition not supported".to_owned()) }
}

/// The conditions that are joined by AND, in their order.
fn flatten(condition: Condition, parts: &mut Vec<Condition>) {
    match condition {
        Condition::And(inner) => inner.into_iter().for_each(|part| flatten(part, parts)),
        other => parts.push(other),
    }
}

fn one(condition: Condition) -> Result<(Cow<'static, str>, Asked), String> {
    match condition {
        Condition::Compare(left, comparator, right) => {
            if comparator == Comparator::NotEqual {
                return Err(invalid_operator(comparator.symbol()));
            }
            let (attribute, operand, comparator) = match left {
                Term::Value(_) => (right, left, mirrored(comparator)),
                _ => (left, right, comparator),
            };
            let (attribute, value) = (attribute_of(attribute, &operand)?, value(operand)?);
            let asked = match comparator {
                Comparator::Equal => Asked::Equal(value),
                comparator => Asked::Range(RangeCondition::Compare(comparator, value)),
            };
            Ok((attribute, asked))
        }
        Condition::Between(tested, low, high) => {
            comes_first(&tested, "BETWEEN")?;
            let attribute = attribute_of(tested, &low)?;
            Ok((attribute, Asked::Range(RangeCondition::Between(value(low)?, value(high)?))))
        }
        Condition::BeginsWith(tested, prefix) => {
            comes_first(&tested, "begins_with")?;
            let attribute = attribute_of(tested, &prefix)?;
            Ok((attribute, Asked::Range(RangeCondition::BeginsWith(value(prefix)?))))
        }
        Condition::In(..) => Err(invalid_operator("IN")),
        Condition::Exists(_) => Err(invalid_operator("attribute_exists")),
        Condition::NotExists(_) => Err(invalid_operator("attribute_not_exists")),
        Condition::Type(..) => Err(invalid_operator("attribute_type")),
        Condition::Contains(..) => Err(invalid_operator("contains")),
        Condition::Or(_) => Err(invalid_operator("OR")),
        Condition::Not(_) => Err(invalid_operator("NOT")),
        Condition::And(_) => Err(invalid_operator("AND")),
    }
}

/// The same comparison with its sides exchanged.
fn mirrored(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Less => Comparator::Greater,
        Comparator::LessOrEqual => Comparator::GreaterOrEqual,
        Comparator::Greater => Comparator::Less,
        Comparator::GreaterOrEqual => Comparator::LessOrEqual,
        same => same,
    }
}

fn comes_first(tested: &Term, operator: &str) -> Result<(), String> {
    match tested {
        Term::Value(_) => Err(format!(
            "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first \
             operand"
        )),
        _ => Ok(()),
    }
}

/// The attribute that a condition is about, with `operand` on its other side.
fn attribute_of(tested: Term, operand: &Term) -> Result<Cow<'static, str>, String> {
    match (tested, operand) {
        (Term::Size(_), _) | (_, Term::Size(_)) => Err(nested()),
        (Term::Path(path), _) if !path.steps.is_empty() => Err(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: {}",
            path.attribute
        )),
        (Term::Path(path), _) => Ok(path.attribute),
        (Term::Value(_), _) => {
            Err("Invalid condition in KeyConditionExpression: No key attribute specified".to_owned())
        }
    }
}

fn value(operand: Term) -> Result<KeyValue, String> {
    match operand {
        Term::Value(value @ (AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_))) => {
            KeyValue::try_from(value).map_err(|error| error.to_string())
        }
        Term::Value(_) => Err(
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
                .to_owned(),
        ),
        Term::Path(_) => {
            Err("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
                .to_owned())
        }
        Term::Size(_) => Err(nested()),
    }
}

fn nested() -> String {
    "KeyConditionExpressions cannot contain nested operations".to_owned()
}

fn invalid_operator(operator: &str) -> String {
    format!("Invalid operator used in KeyConditionExpression: {operator}")
}
