//! Conditions and filters as text.
//!
//! The service knows no constants, empty lists or redundant parentheses, so these never reach it: `And(vec![])` is
//! true, `Or(vec![])` and `In(_, vec![])` are false (as in evaluation), and a group of one is its member.
//!
//! See [Condition expression syntax](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).

use super::{Expressions, push, separated};
use crate::expression::{Condition, DocumentPath, Term};
use crate::value::AttributeValue;

/// The attribute that constant conditions name; whether an item has it makes no difference to them.
const ANY_ATTRIBUTE: &str = "dy_any";

pub(super) fn write<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, condition: &'a Condition) {
    match constant(condition) {
        Some(always) => {
            push(out, "attribute_exists(");
            expressions.name(out, ANY_ATTRIBUTE);
            push(out, if always { ") OR attribute_not_exists(" } else { ") AND attribute_not_exists(" });
            expressions.name(out, ANY_ATTRIBUTE);
            push(out, ")");
        }
        None => write_reduced(expressions, out, reduce(condition)),
    }
}

/// The condition's result where it is the same for every item by its form alone.
fn constant(condition: &Condition) -> Option<bool> {
    let decided_by = |conditions: &[Condition], decisive: bool| {
        let mut all_known = true;
        for condition in conditions {
            match constant(condition) {
                Some(result) if result == decisive => return Some(decisive),
                Some(_) => {}
                None => all_known = false,
            }
        }
        all_known.then_some(!decisive)
    };
    match condition {
        Condition::And(conditions) => decided_by(conditions, false),
        Condition::Or(conditions) => decided_by(conditions, true),
        Condition::Not(condition) => constant(condition).map(|result| !result),
        Condition::In(_, candidates) if candidates.is_empty() => Some(false),
        _ => None,
    }
}

/// The members of a group that decide it: the others are constants that make no difference, since the group is none.
fn members(conditions: &[Condition]) -> impl Iterator<Item = &Condition> {
    conditions.iter().filter(|condition| constant(condition).is_none())
}

/// The member of a group of one, instead of the group.
fn reduce(condition: &Condition) -> &Condition {
    match condition {
        Condition::And(conditions) | Condition::Or(conditions) => {
            let mut members = members(conditions);
            match (members.next(), members.next()) {
                (Some(only), None) => reduce(only),
                _ => condition,
            }
        }
        _ => condition,
    }
}

fn write_reduced<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, condition: &'a Condition) {
    match condition {
        Condition::Compare(left, comparator, right) => {
            write_term(expressions, out, left);
            push(out, " ");
            push(out, comparator.symbol());
            push(out, " ");
            write_term(expressions, out, right);
        }
        Condition::Between(term, low, high) => {
            write_term(expressions, out, term);
            push(out, " BETWEEN ");
            write_term(expressions, out, low);
            push(out, " AND ");
            write_term(expressions, out, high);
        }
        Condition::In(term, candidates) => {
            write_term(expressions, out, term);
            push(out, " IN (");
            separated(out, ", ", candidates, |out, term| write_term(expressions, out, term));
            push(out, ")");
        }
        Condition::Exists(path) => write_function(expressions, out, "attribute_exists(", path),
        Condition::NotExists(path) => write_function(expressions, out, "attribute_not_exists(", path),
        Condition::Type(path, kind) => {
            push(out, "attribute_type(");
            expressions.path(out, path);
            push(out, ", ");
            expressions.value(out, &AttributeValue::from(kind.name()));
            push(out, ")");
        }
        Condition::BeginsWith(term, prefix) => {
            push(out, "begins_with(");
            write_term(expressions, out, term);
            push(out, ", ");
            write_term(expressions, out, prefix);
            push(out, ")");
        }
        Condition::Contains(term, part) => {
            push(out, "contains(");
            write_term(expressions, out, term);
            push(out, ", ");
            write_term(expressions, out, part);
            push(out, ")");
        }
        Condition::And(conditions) => {
            separated(out, " AND ", members(conditions), |out, part| write_operand(expressions, out, part));
        }
        Condition::Or(conditions) => {
            separated(out, " OR ", members(conditions), |out, part| write_operand(expressions, out, part));
        }
        Condition::Not(condition) => {
            push(out, "NOT ");
            write_operand(expressions, out, condition);
        }
    }
}

/// Writes a part of a larger condition, in parentheses where it is not a plain test.
fn write_operand<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, condition: &'a Condition) {
    let condition = reduce(condition);
    if matches!(condition, Condition::And(_) | Condition::Or(_) | Condition::Not(_)) {
        push(out, "(");
        write_reduced(expressions, out, condition);
        push(out, ")");
    } else {
        write_reduced(expressions, out, condition);
    }
}

fn write_term<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, term: &'a Term) {
    match term {
        Term::Path(path) => expressions.path(out, path),
        Term::Value(value) => expressions.value(out, value),
        Term::Size(path) => write_function(expressions, out, "size(", path),
    }
}

fn write_function<'a>(
    expressions: &mut Expressions<'a>,
    out: &mut Vec<u8>,
    function: &str,
    path: &'a DocumentPath,
) {
    push(out, function);
    expressions.path(out, path);
    push(out, ")");
}
