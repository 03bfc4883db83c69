//! Key conditions: which items a query reads.
//!
//! They are conditions of few forms; that their attributes are the keys of what is read is for the query to find out.
//!
//! See [Key condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html).

use std::borrow::Cow;

use dynochemy_core::KeyValue;
use dynochemy_core::expression::{Comparator, KeyCondition, RangeCondition};

use super::function::Function;
use super::tree::{Id, Node, Tree};

/// What is asked of one attribute.
enum Asked {
    Equal(KeyValue),
    Range(RangeCondition),
}

/// The key condition of a tree; the message where it is none.
pub(super) fn key_condition(tree: &Tree<'_>, root: Id) -> Result<KeyCondition, String> {
    let mut parts = Vec::new();
    flatten(tree, root, &mut parts);
    let mut asked: Vec<(Cow<'static, str>, Asked)> = Vec::with_capacity(parts.len());
    for part in parts {
        let (attribute, part) = one(tree, part)?;
        if asked.iter().any(|(other, _)| *other == attribute) {
            return Err("KeyConditionExpressions must only contain one condition per key".to_owned());
        }
        asked.push((attribute, part));
    }
    let mut condition = KeyCondition::default();
    for (attribute, part) in asked {
        match part {
            Asked::Equal(value) => condition.equal.push((attribute, value)),
            Asked::Range(range) if condition.range.is_none() => condition.range = Some((attribute, range)),
            Asked::Range(_) => return Err("Query key condition not supported".to_owned()),
        }
    }
    Ok(condition)
}

/// The conditions that are joined by AND, in their order.
fn flatten(tree: &Tree<'_>, root: Id, parts: &mut Vec<Id>) {
    match tree.node(root) {
        Node::And(inner) => inner.iter().for_each(|part| flatten(tree, *part, parts)),
        _ => parts.push(root),
    }
}

fn one(tree: &Tree<'_>, id: Id) -> Result<(Cow<'static, str>, Asked), String> {
    match tree.node(id) {
        Node::Compare(left, comparator, right) => {
            let (attribute, operand, comparator) = match tree.node(*left) {
                Node::Path(_) => (*left, *right, *comparator),
                _ => (*right, *left, mirrored(*comparator)),
            };
            if comparator == Comparator::NotEqual {
                return Err(invalid_operator("<>"));
            }
            let attribute = self::attribute(tree, attribute)?;
            let value = value(tree, operand)?;
            Ok((
                attribute,
                match comparator {
                    Comparator::Equal => Asked::Equal(value),
                    comparator => Asked::Range(RangeCondition::Compare(comparator, value)),
                },
            ))
        }
        Node::Between(tested, low, high) => {
            first_operand(tree, *tested, "BETWEEN")?;
            let attribute = attribute(tree, *tested)?;
            let range = RangeCondition::Between(value(tree, *low)?, value(tree, *high)?);
            Ok((attribute, Asked::Range(range)))
        }
        Node::Call(Function::BeginsWith, operands) => match operands.as_slice() {
            &[tested, prefix] => {
                first_operand(tree, tested, "begins_with")?;
                let attribute = attribute(tree, tested)?;
                Ok((attribute, Asked::Range(RangeCondition::BeginsWith(value(tree, prefix)?))))
            }
            _ => Err(invalid_operator("begins_with")),
        },
        Node::Call(function, _) => Err(invalid_operator(function.name())),
        Node::In(..) => Err(invalid_operator("IN")),
        Node::Or(_) => Err(invalid_operator("OR")),
        Node::Not(_) => Err(invalid_operator("NOT")),
        Node::And(_) => Err(invalid_operator("AND")),
        Node::Path(_) | Node::Value(_) | Node::Plus(..) | Node::Minus(..) => Err(nested()),
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

fn first_operand(tree: &Tree<'_>, id: Id, operator: &str) -> Result<(), String> {
    match tree.node(id) {
        Node::Value(_) => Err(format!(
            "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first \
             operand"
        )),
        _ => Ok(()),
    }
}

fn attribute(tree: &Tree<'_>, id: Id) -> Result<Cow<'static, str>, String> {
    match tree.node(id) {
        Node::Path(path) if path.steps.is_empty() => Ok(path.attribute.clone()),
        Node::Path(path) => Err(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: {}",
            path.attribute
        )),
        Node::Value(_) => {
            Err("Invalid condition in KeyConditionExpression: No key attribute specified".to_owned())
        }
        _ => Err(nested()),
    }
}

fn value(tree: &Tree<'_>, id: Id) -> Result<KeyValue, String> {
    match tree.node(id) {
        Node::Value(value) => KeyValue::try_from((*value).clone()).map_err(|_| {
            "One or more parameter values were invalid: Condition parameter type does not match schema type".to_owned()
        }),
        Node::Path(_) => Err("Invalid condition in KeyConditionExpression: Multiple attribute names used in one \
                              condition"
            .to_owned()),
        _ => Err(nested()),
    }
}

fn nested() -> String {
    "KeyConditionExpressions cannot contain nested operations".to_owned()
}

fn invalid_operator(operator: &str) -> String {
    format!("Invalid operator used in KeyConditionExpression: {operator}")
}
