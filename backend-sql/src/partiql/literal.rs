//! Literals: texts, numbers, flags, null, lists, sets and maps, and the parameters within them.
//!
//! See [PartiQL data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.data-types.html).

use std::borrow::Cow;
use std::collections::BTreeSet;

use dynochemy_core::{AttributeValue, Attributes, Number};

use super::lexer::Kind;
use super::parser::{Fault, Parser};
use crate::failure::unstorable_number;

/// The service allows 32 levels; a few more are read, so that whoever counts them can say so.
const MAX_DEPTH: u32 = 48;

/// A literal or a parameter, where one comes next.
pub(super) fn take(parser: &mut Parser<'_>) -> Result<Option<AttributeValue>, Fault> {
    take_at(parser, 0)
}

fn take_at(parser: &mut Parser<'_>, depth: u32) -> Result<Option<AttributeValue>, Fault> {
    if depth > MAX_DEPTH {
        return Fault::refused("Nesting Levels have exceeded supported limits");
    }
    Ok(Some(match parser.kind() {
        Kind::Text(text) => {
            let text = text.clone().into_owned();
            parser.advance();
            AttributeValue::S(text)
        }
        Kind::Number(_) => AttributeValue::N(number(parser, "")?),
        Kind::Symbol(sign @ ("-" | "+")) if matches!(parser.kind_behind(1), Kind::Number(_)) => {
            let sign = if *sign == "-" { "-" } else { "" };
            parser.advance();
            AttributeValue::N(number(parser, sign)?)
        }
        Kind::Parameter => parser.parameter(),
        Kind::Word(word) => {
            let value = match word.to_ascii_uppercase().as_str() {
                "TRUE" => AttributeValue::Bool(true),
                "FALSE" => AttributeValue::Bool(false),
                "NULL" => AttributeValue::Null(true),
                _ => return Ok(None),
            };
            parser.advance();
            value
        }
        Kind::Symbol("[") => {
            parser.advance();
            AttributeValue::L(elements(parser, "]", depth)?)
        }
        Kind::Symbol("<<") => {
            parser.advance();
            set(elements(parser, ">>", depth)?)?
        }
        Kind::Symbol("{") => {
            parser.advance();
            AttributeValue::M(members(parser, depth)?)
        }
        _ => return Ok(None),
    }))
}

/// The members of a map, whose first brace has been read.
pub(super) fn members(parser: &mut Parser<'_>, depth: u32) -> Result<Attributes, Fault> {
    let mut members = Attributes::new();
    if parser.take_symbol("}") {
        return Ok(members);
    }
    loop {
        let name = match parser.kind() {
            Kind::Text(name) => name.clone().into_owned(),
            Kind::Word(name) => (*name).to_owned(),
            other => return Fault::malformed(format!("Unexpected value in item literal: {}", other.shown())),
        };
        parser.advance();
        parser.expect_symbol(":")?;
        let Some(value) = take_at(parser, depth + 1)? else {
            let found = parser.kind().shown();
            return match parser.kind() {
                Kind::Ion | Kind::End => parser.no_operand(),
                _ => Fault::malformed(format!("Unexpected value in item literal: {found}")),
            };
        };
        members.insert(name, value);
        if !parser.take_symbol(",") {
            break;
        }
    }
    parser.expect_symbol("}")?;
    Ok(members)
}

/// The elements of a list or set, whose first bracket has been read.
fn elements(parser: &mut Parser<'_>, close: &str, depth: u32) -> Result<Vec<AttributeValue>, Fault> {
    let mut elements = Vec::new();
    if parser.take_symbol(close) {
        return Ok(elements);
    }
    loop {
        match take_at(parser, depth + 1)? {
            Some(value) => elements.push(value),
            None => return parser.no_operand(),
        }
        if !parser.take_symbol(",") {
            break;
        }
    }
    parser.expect_symbol(close)?;
    Ok(elements)
}

fn number(parser: &mut Parser<'_>, sign: &str) -> Result<Number, Fault> {
    let Kind::Number(text) = parser.kind() else { return parser.no_operand() };
    // A point may stand first or last here.
    let whole: Cow<'_, str> = match text.split_once('.') {
        None => Cow::Borrowed(*text),
        Some((before, after)) => {
            let zero = |digits: &str| {
                if digits.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" }
            };
            format!("{}{before}.{}{after}", zero(before), zero(after)).into()
        }
    };
    match format!("{sign}{whole}").parse() {
        Ok(number) => {
            parser.advance();
            Ok(number)
        }
        Err(error) => match unstorable_number(error) {
            Some(problem) => Fault::refused(format!("{problem} under root")),
            None => Fault::malformed("Invalid numeric literal"),
        },
    }
}

/// A set of these, which are all of one type.
fn set(elements: Vec<AttributeValue>) -> Result<AttributeValue, Fault> {
    use AttributeValue as V;
    let count = elements.len();
    let set = match elements.first() {
        None => return Fault::refused("Empty bags are not supported"),
        Some(V::S(_)) => {
            all(&elements, |value| if let V::S(text) = value { Some(text.clone()) } else { None })
                .map(V::StringSet)
        }
        Some(V::N(_)) => all(&elements, |value| if let V::N(number) = value { Some(*number) } else { None })
            .map(V::NumberSet),
        // Only a parameter can be bytes.
        Some(V::B(_)) => {
            all(&elements, |value| if let V::B(bytes) = value { Some(bytes.clone()) } else { None })
                .map(V::BinarySet)
        }
        _ => None,
    };
    let length = match &set {
        Some(V::StringSet(set)) => set.len(),
        Some(V::NumberSet(set)) => set.len(),
        Some(V::BinarySet(set)) => set.len(),
        _ => {
            return Fault::refused(
                "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",
            );
        }
    };
    match set {
        Some(set) if length == count => Ok(set),
        _ => {
            let shown: Vec<String> = elements.iter().map(shown).collect();
            Fault::refused(format!(
                "One or more parameter values were invalid: Input collection [{}] contains duplicates! under root",
                shown.join(", ")
            ))
        }
    }
}

/// All of them, where all are of one type.
fn all<T: Ord>(
    elements: &[AttributeValue],
    of_type: impl Fn(&AttributeValue) -> Option<T>,
) -> Option<BTreeSet<T>> {
    elements.iter().map(of_type).collect()
}

fn shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => text.clone(),
        AttributeValue::N(number) => number.to_string(),
        other => format!("{} bytes", other.size()),
    }
}
