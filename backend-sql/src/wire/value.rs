//! Attribute values as other clients write them.
//!
//! White space, escapes and the order of members are free; numbers are brought into their one form. What is no value is
//! refused in the service's words.
//!
//! See [AttributeValue](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dynochemy_core::json::{Kind, Reader};
use dynochemy_core::{AttributeType, AttributeValue, Attributes, Number, NumberError};

use super::input::{Fault, members};
use crate::failure::validation;

/// A map of attributes.
pub(super) fn attributes(reader: &mut Reader<'_>) -> Result<Attributes, Fault> {
    at(reader, 0)
}

/// One value.
pub(super) fn value(reader: &mut Reader<'_>) -> Result<AttributeValue, Fault> {
    value_at(reader, 0)
}

/// The service allows 32 levels; a few more are read, so that whoever counts them can say so.
const MAX_DEPTH: u32 = 48;

fn at(reader: &mut Reader<'_>, depth: u32) -> Result<Attributes, Fault> {
    let mut attributes = Attributes::new();
    members(reader, |name, reader| {
        let value = value_at(reader, depth)?;
        attributes.insert(name.to_owned(), value);
        Ok(())
    })?;
    Ok(attributes)
}

fn value_at(reader: &mut Reader<'_>, depth: u32) -> Result<AttributeValue, Fault> {
    if depth > MAX_DEPTH {
        return Err(validation("Nesting Levels have exceeded supported limits").into());
    }
    let mut found = None;
    let mut count = 0;
    members(reader, |tag, reader| {
        let Some(kind) = AttributeType::from_name(tag) else {
            reader.skip()?;
            return Ok(());
        };
        count += 1;
        found = Some(content(reader, kind, depth)?);
        Ok(())
    })?;
    match (found, count) {
        (Some(value), 1) => Ok(value),
        (None, _) => Err(validation(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        )
        .into()),
        _ => Err(validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
             datatypes",
        )
        .into()),
    }
}

fn content(reader: &mut Reader<'_>, kind: AttributeType, depth: u32) -> Result<AttributeValue, Fault> {
    Ok(match kind {
        AttributeType::S => AttributeValue::S(reader.string()?.into_owned()),
        AttributeType::N => AttributeValue::N(number(reader)?),
        AttributeType::B => AttributeValue::B(bytes(reader)?),
        AttributeType::Bool => AttributeValue::Bool(reader.bool()?),
        AttributeType::Null => AttributeValue::Null(reader.bool()?),
        AttributeType::StringSet => {
            let texts = set(reader, |reader| Ok(reader.string()?.into_owned()));
            AttributeValue::StringSet(texts?.map_err(|all| duplicates(&all, ""))?)
        }
        AttributeType::NumberSet => {
            let numbers = set(reader, number)?;
            AttributeValue::NumberSet(
                numbers.map_err(|_| validation("Input collection contains duplicates"))?,
            )
        }
        AttributeType::BinarySet => {
            let shown =
                |all: Vec<Bytes>| -> Vec<String> { all.iter().map(|bytes| STANDARD.encode(bytes)).collect() };
            let values = set(reader, bytes)?.map_err(|all| duplicates(&shown(all), "of type BS"));
            AttributeValue::BinarySet(values?)
        }
        AttributeType::L => {
            let mut values = Vec::new();
            let mut first = true;
            reader.array()?;
            while reader.element(&mut first)? {
                values.push(value_at(reader, depth + 1)?);
            }
            AttributeValue::L(values)
        }
        AttributeType::M => AttributeValue::M(at(reader, depth + 1)?),
    })
}

fn number(reader: &mut Reader<'_>) -> Result<Number, Fault> {
    let text = reader.string()?;
    text.parse().map_err(|error| {
        let message = match error {
            NumberError::Overflow => {
                "Number overflow. Attempting to store a number with magnitude larger than supported range"
                    .to_owned()
            }
            NumberError::Underflow => {
                "Number underflow. Attempting to store a number with magnitude smaller than supported range"
                    .to_owned()
            }
            NumberError::TooManyDigits => {
                "Attempting to store more than 38 significant digits in a Number".to_owned()
            }
            _ => format!("The parameter cannot be converted to a numeric value: {text}"),
        };
        validation(message).into()
    })
}

fn bytes(reader: &mut Reader<'_>) -> Result<Bytes, Fault> {
    let text = reader.string()?;
    STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(|_| Fault::serialization("Invalid base64"))
}

/// A set, or all that stands in it where that is not different.
fn set<T: Ord + Clone>(
    reader: &mut Reader<'_>,
    read: impl Fn(&mut Reader<'_>) -> Result<T, Fault>,
) -> Result<Result<BTreeSet<T>, Vec<T>>, Fault> {
    let mut all = Vec::new();
    let mut first = true;
    reader.array()?;
    while reader.element(&mut first)? {
        if reader.peek()? == Kind::Null {
            reader.null()?;
            continue;
        }
        all.push(read(reader)?);
    }
    let set: BTreeSet<T> = all.iter().cloned().collect();
    Ok(if set.len() == all.len() { Ok(set) } else { Err(all) })
}

/// The space is missing in the service's message too, and sets of texts and bytes are told of in different words.
fn duplicates(all: &[String], kind: &str) -> Fault {
    Fault::validation(format!(
        "One or more parameter values were invalid: Input collection [{}]{kind} contains duplicates.",
        all.join(", ")
    ))
}
