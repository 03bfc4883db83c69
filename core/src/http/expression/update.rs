//! Updates as text: the actions of each kind in one clause, in the order in which they were given.
//!
//! See [Update expression syntax](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).

use super::{Expressions, push, separated};
use crate::expression::{Assignment, UpdateAction, UpdateExpression};

type IsOfClause = fn(&UpdateAction) -> bool;

const CLAUSES: [(&str, IsOfClause); 4] = [
    ("SET ", |action| matches!(action, UpdateAction::Set(..))),
    ("REMOVE ", |action| matches!(action, UpdateAction::Remove(_))),
    ("ADD ", |action| matches!(action, UpdateAction::Add(..))),
    ("DELETE ", |action| matches!(action, UpdateAction::Delete(..))),
];

pub(super) fn write<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, update: &'a UpdateExpression) {
    let clauses = CLAUSES.iter().filter(|(_, is_of_clause)| update.actions.iter().any(is_of_clause));
    separated(out, " ", clauses, |out, (keyword, is_of_clause)| {
        push(out, keyword);
        let actions = update.actions.iter().filter(|action| is_of_clause(action));
        separated(out, ", ", actions, |out, action| write_action(expressions, out, action));
    });
}

fn write_action<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, action: &'a UpdateAction) {
    expressions.path(out, action.path());
    match action {
        UpdateAction::Set(_, assignment) => {
            push(out, " = ");
            write_assignment(expressions, out, assignment);
        }
        UpdateAction::Remove(_) => {}
        UpdateAction::Add(_, value) | UpdateAction::Delete(_, value) => {
            push(out, " ");
            expressions.value(out, value);
        }
    }
}

fn write_assignment<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, assignment: &'a Assignment) {
    match assignment {
        Assignment::Value(value) => expressions.value(out, value),
        Assignment::Path(path) => expressions.path(out, path),
        Assignment::Plus(left, right) => {
            write_operand(expressions, out, left);
            push(out, " + ");
            write_operand(expressions, out, right);
        }
        Assignment::Minus(left, right) => {
            write_operand(expressions, out, left);
            push(out, " - ");
            write_operand(expressions, out, right);
        }
        Assignment::IfNotExists(path, otherwise) => {
            push(out, "if_not_exists(");
            expressions.path(out, path);
            push(out, ", ");
            write_assignment(expressions, out, otherwise);
            push(out, ")");
        }
        Assignment::Append(left, right) => {
            push(out, "list_append(");
            write_assignment(expressions, out, left);
            push(out, ", ");
            write_assignment(expressions, out, right);
            push(out, ")");
        }
    }
}

/// Writes a side of a sum. Sums of sums are beyond the service's grammar, which answers them with a syntax error; with
/// parentheses they keep their meaning for servers that take more.
fn write_operand<'a>(expressions: &mut Expressions<'a>, out: &mut Vec<u8>, assignment: &'a Assignment) {
    if matches!(assignment, Assignment::Plus(..) | Assignment::Minus(..)) {
        push(out, "(");
        write_assignment(expressions, out, assignment);
        push(out, ")");
    } else {
        write_assignment(expressions, out, assignment);
    }
}
