//! What an UPDATE sets and removes.
//!
//! See [PartiQL update statements](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html).

use dynochemy_core::AttributeValue;
use dynochemy_core::expression::{Assignment, DocumentPath, MAX_OPERATORS, UpdateAction, UpdateExpression};

use super::lexer::Kind;
use super::literal;
use super::parser::{Fault, Parser};
use crate::check;

/// Reads `SET path = value, ..` and `REMOVE path`, each any number of times.
pub(super) fn changes(parser: &mut Parser<'_>) -> Result<UpdateExpression, Fault> {
    let mut changes = UpdateExpression::default();
    loop {
        if parser.take_word("SET") {
            loop {
                changes.actions.push(set(parser)?);
                if !parser.take_symbol(",") {
                    break;
                }
            }
        } else if parser.take_word("REMOVE") {
            changes.actions.push(UpdateAction::Remove(path(parser)?));
        } else {
            break;
        }
    }
    if changes.actions.is_empty() {
        return Fault::malformed("Expected data manipulation");
    }
    Ok(changes)
}

fn path(parser: &mut Parser<'_>) -> Result<DocumentPath, Fault> {
    match parser.take_path()? {
        Some(path) => Ok(path),
        None => Fault::malformed("Expected identifier for simple path"),
    }
}

fn set(parser: &mut Parser<'_>) -> Result<UpdateAction, Fault> {
    let path = path(parser)?;
    parser.expect_symbol("=")?;
    for (name, make) in
        [("SET_ADD", UpdateAction::Add as fn(_, _) -> _), ("SET_DELETE", UpdateAction::Delete)]
    {
        if parser.is_word(name) && *parser.kind_behind(1) == Kind::Symbol("(") {
            let elements = elements(parser, name, &path)?;
            return Ok(make(path, elements));
        }
    }
    let mut value = operand(parser)?;
    let mut operators = 0;
    while let Kind::Symbol(operator @ ("+" | "-")) = *parser.kind() {
        parser.advance();
        if *parser.kind() == Kind::End {
            return Fault::malformed("Missing right-hand side expression of infix operator");
        }
        operators += 1;
        if operators > MAX_OPERATORS {
            return Fault::refused(format!(
                "The expression contains too many operators; operator count: {operators}"
            ));
        }
        let (left, right) = (Box::new(value), Box::new(operand(parser)?));
        value = if operator == "+" { Assignment::Plus(left, right) } else { Assignment::Minus(left, right) };
    }
    Ok(UpdateAction::Set(path, value))
}

/// A path, a literal or parameter, or two lists in one.
fn operand(parser: &mut Parser<'_>) -> Result<Assignment, Fault> {
    if let Kind::Word(word) = *parser.kind()
        && *parser.kind_behind(1) == Kind::Symbol("(")
    {
        if !word.eq_ignore_ascii_case("list_append") {
            return Fault::refused(format!("Unrecognized function: {word} at {}", parser.place()));
        }
        parser.advance();
        parser.advance();
        let first = simple_operand(parser)?;
        parser.expect_symbol(",")?;
        let second = simple_operand(parser)?;
        parser.expect_symbol(")")?;
        return Ok(Assignment::Append(Box::new(first), Box::new(second)));
    }
    simple_operand(parser)
}

fn simple_operand(parser: &mut Parser<'_>) -> Result<Assignment, Fault> {
    if let Some(value) = literal::take(parser)? {
        check::value(&value).map_err(|rejection| Fault::Refused(rejection.message))?;
        return Ok(Assignment::Value(value));
    }
    match parser.take_path()? {
        Some(path) => Ok(Assignment::Path(path)),
        None => parser.no_operand(),
    }
}

/// The set that `SET_ADD(path, set)` or `SET_DELETE(path, set)` adds to, or takes from, what is assigned.
fn elements(parser: &mut Parser<'_>, name: &str, assigned: &DocumentPath) -> Result<AttributeValue, Fault> {
    let function = parser.place();
    parser.advance();
    parser.advance();
    let first = parser.take_path()?;
    if first.as_ref() != Some(assigned) {
        return Fault::refused(format!(
            "The first argument to {name} must equal the assignment value at {function}"
        ));
    }
    if !parser.take_symbol(",") {
        return Fault::refused(format!("{name} must have exactly two arguments at {function}"));
    }
    let place = parser.place();
    let value = literal::take(parser)?;
    let Some(
        set @ (AttributeValue::StringSet(_) | AttributeValue::NumberSet(_) | AttributeValue::BinarySet(_)),
    ) = value
    else {
        return Fault::refused(format!(
            "The second argument to {name} must be a value with type SET at {place}"
        ));
    };
    if !parser.take_symbol(")") {
        return Fault::refused(format!("{name} must have exactly two arguments at {function}"));
    }
    check::value(&set).map_err(|rejection| Fault::Refused(rejection.message))?;
    Ok(set)
}
