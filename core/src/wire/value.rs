//! Between DynamoDB's JSON and attribute values.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::{WireError, parse_number};
use crate::json::{Kind, Reader, array, object, write_string};
use crate::number::Number;
use crate::value::{AttributeType, AttributeValue, Attributes};

/// Parses an item's attributes.
pub(crate) fn parse_attributes(text: &[u8]) -> Result<Attributes, WireError> {
    let mut reader = Reader::new(text);
    let attributes = read_attributes(&mut reader)?;
    reader.end()?;
    Ok(attributes)
}

/// Parses one value, such as `{"S": "text"}`.
pub(crate) fn parse_value(text: &[u8]) -> Result<AttributeValue, WireError> {
    let mut reader = Reader::new(text);
    let value = read_value(&mut reader, 0)?;
    reader.end()?;
    Ok(value)
}

/// Reads a map of attributes where the cursor stands.
pub(crate) fn read_attributes(reader: &mut Reader<'_>) -> Result<Attributes, WireError> {
    read_members(reader, 0)
}

fn read_members(reader: &mut Reader<'_>, depth: u32) -> Result<Attributes, WireError> {
    let mut attributes = Attributes::new();
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        let value = read_value(reader, depth).map_err(|error| error.within(&name))?;
        if attributes.insert(name.clone().into_owned(), value).is_some() {
            return Err(WireError::new("it stands there twice").within(&name));
        }
    }
    Ok(attributes)
}

/// DynamoDB allows 32 levels; a few more are read, so that who checks the limit can name the attribute.
const MAX_DEPTH: u32 = 48;

pub(crate) fn read_value(reader: &mut Reader<'_>, depth: u32) -> Result<AttributeValue, WireError> {
    if depth > MAX_DEPTH {
        return Err(WireError::new("values nested too deeply"));
    }
    // What most values are is read at once.
    let before = reader.clone();
    match reader.scalar_text() {
        Some((b'S', text)) => return Ok(AttributeValue::S(text.to_owned())),
        Some((b'N', text)) => return parse_number(text).map(AttributeValue::N),
        _ => *reader = before,
    }
    let mut first = true;
    reader.object()?;
    let Some(tag) = reader.key(&mut first)? else {
        return Err(WireError::new("expected an attribute value, found an empty object"));
    };
    let Some(kind) = AttributeType::from_name(&tag) else {
        return Err(WireError::new(format!("`{tag}` is not a type of attribute values")));
    };
    let value = match kind {
        AttributeType::S => AttributeValue::S(reader.string()?.into_owned()),
        AttributeType::N => AttributeValue::N(read_number(reader)?),
        AttributeType::B => AttributeValue::B(read_bytes(reader)?),
        AttributeType::Bool => AttributeValue::Bool(reader.bool()?),
        AttributeType::Null => AttributeValue::Null(reader.bool()?),
        AttributeType::StringSet => {
            AttributeValue::StringSet(read_set(reader, |reader| Ok(reader.string()?.into_owned()))?)
        }
        AttributeType::NumberSet => AttributeValue::NumberSet(read_set(reader, read_number)?),
        AttributeType::BinarySet => AttributeValue::BinarySet(read_set(reader, read_bytes)?),
        AttributeType::L => {
            let mut values = Vec::new();
            let mut first = true;
            reader.array()?;
            while reader.element(&mut first)? {
                values.push(read_value(reader, depth + 1).map_err(|error| error.at(values.len()))?);
            }
            AttributeValue::L(values)
        }
        AttributeType::M => AttributeValue::M(read_members(reader, depth + 1)?),
    };
    match reader.key(&mut first)? {
        None => Ok(value),
        Some(_) => Err(WireError::new("an attribute value must have exactly one type")),
    }
}

pub(super) fn read_number(reader: &mut Reader<'_>) -> Result<Number, WireError> {
    if reader.peek()? != Kind::String {
        return Err(WireError::new("a number must be written as a string"));
    }
    parse_number(&reader.string()?)
}

pub(super) fn read_bytes(reader: &mut Reader<'_>) -> Result<Bytes, WireError> {
    let text = reader.string()?;
    match STANDARD.decode(text.as_bytes()) {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => Err(WireError::new(format!("not base64: {error}"))),
    }
}

fn read_set<T: Ord>(
    reader: &mut Reader<'_>,
    read: impl Fn(&mut Reader<'_>) -> Result<T, WireError>,
) -> Result<BTreeSet<T>, WireError> {
    let mut set = BTreeSet::new();
    let mut first = true;
    reader.array()?;
    while reader.element(&mut first)? {
        if !set.insert(read(reader)?) {
            return Err(WireError::new("a set must not hold a value twice"));
        }
    }
    Ok(set)
}

/// Writes a map of attributes.
pub(crate) fn write_attributes(out: &mut Vec<u8>, attributes: &Attributes) {
    object(out, |members| {
        for (name, value) in attributes {
            write_value(members.member(name), value);
        }
    });
}

/// Writes one value with its type around it.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &AttributeValue) {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(value.kind().name().as_bytes());
    out.extend_from_slice(b"\":");
    match value {
        AttributeValue::S(text) => write_string(out, text),
        AttributeValue::N(number) => write_number(out, number),
        AttributeValue::B(bytes) => write_quoted(out, &STANDARD.encode(bytes)),
        AttributeValue::Bool(flag) | AttributeValue::Null(flag) => {
            out.extend_from_slice(if *flag { b"true" } else { b"false" });
        }
        AttributeValue::StringSet(set) => array(out, set, |out, text| write_string(out, text)),
        AttributeValue::NumberSet(set) => array(out, set, write_number),
        AttributeValue::BinarySet(set) => {
            array(out, set, |out, bytes| write_quoted(out, &STANDARD.encode(bytes)));
        }
        AttributeValue::L(values) => array(out, values, write_value),
        AttributeValue::M(members) => write_attributes(out, members),
    }
    out.push(b'}');
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    out.push(b'"');
    number.write(out);
    out.push(b'"');
}

/// Writes a text that needs no escapes.
fn write_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}
