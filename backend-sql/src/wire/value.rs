//! Attribute values as other clients write them.
//!
//! White space, escapes and the order of members are free; numbers are brought into their one form. Of two members of one
//! name the last one counts. That contents are of the types that they say has been seen before ([`shape`](super::shape));
//! what is no value all the same is refused in the service's words.
//!
//! See [AttributeValue](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).

use std::collections::BTreeSet;

use bytes::Bytes;
use dynochemy_core::expression::MAX_NAME;
use dynochemy_core::json::{Kind, Reader};
use dynochemy_core::{AttributeType, AttributeValue, Attributes, Number};

use super::input::Fault;
use super::shape::{bytes, flag};
use crate::check;
use crate::failure::unstorable_number;

const EMPTY: &str = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const SEVERAL: &str = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                       datatypes";

/// A map of attributes, with the limits of values checked.
pub(super) fn attributes(reader: &mut Reader<'_>) -> Result<Attributes, Fault> {
    let attributes = attributes_at(reader, 0)?;
    check::attributes(&attributes)?;
    Ok(attributes)
}

/// One value, as [`attributes`].
pub(super) fn value(reader: &mut Reader<'_>) -> Result<AttributeValue, Fault> {
    if reader.peek()? == Kind::Null {
        return Err(Fault::validation(EMPTY));
    }
    let value = value_at(reader, 0)?;
    check::value(&value)?;
    Ok(value)
}

/// The service allows 32 levels; a few more are read, so that whoever counts them can say so.
const MAX_DEPTH: u32 = 48;

fn attributes_at(reader: &mut Reader<'_>, depth: u32) -> Result<Attributes, Fault> {
    let mut attributes = Attributes::new();
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        match name.len() {
            0 => return Err(Fault::validation("Empty attribute name")),
            1..=MAX_NAME => {}
            _ => {
                return Err(Fault::validation("Attribute name is too large, must be less than 65536 bytes"));
            }
        }
        attributes.insert(name.into_owned(), value_at(reader, depth)?);
    }
    Ok(attributes)
}

fn value_at(reader: &mut Reader<'_>, depth: u32) -> Result<AttributeValue, Fault> {
    // Most are written so.
    if let Some(text) = reader.scalar(b'S') {
        return Ok(AttributeValue::S(text.to_owned()));
    }
    if let Some(text) = reader.scalar(b'N') {
        return number(text).map(AttributeValue::N);
    }
    if depth > MAX_DEPTH {
        return Err(Fault::validation("Nesting Levels have exceeded supported limits"));
    }
    if reader.peek()? == Kind::Null {
        return Err(Fault::validation(EMPTY));
    }
    let mut found = None;
    let mut is_single = true;
    let mut first = true;
    reader.object()?;
    while let Some(tag) = reader.key(&mut first)? {
        match AttributeType::from_name(&tag) {
            Some(kind) if reader.peek()? != Kind::Null => {
                is_single &= found.is_none();
                found = Some(content(reader, kind, depth)?);
            }
            _ => {
                reader.skip()?;
            }
        }
    }
    match found {
        Some(value) if is_single => Ok(value),
        Some(_) => Err(Fault::validation(SEVERAL)),
        None => Err(Fault::validation(EMPTY)),
    }
}

fn content(reader: &mut Reader<'_>, kind: AttributeType, depth: u32) -> Result<AttributeValue, Fault> {
    Ok(match kind {
        AttributeType::S => AttributeValue::S(reader.string()?.into_owned()),
        AttributeType::N => AttributeValue::N(number(&reader.string()?)?),
        AttributeType::B => AttributeValue::B(bytes(reader)?.into()),
        AttributeType::Bool => AttributeValue::Bool(flag(reader)?),
        AttributeType::Null => AttributeValue::Null(flag(reader)?),
        AttributeType::StringSet => AttributeValue::StringSet(strings(reader)?),
        AttributeType::NumberSet => AttributeValue::NumberSet(numbers(reader)?),
        AttributeType::BinarySet => AttributeValue::BinarySet(binaries(reader)?),
        AttributeType::L => {
            let mut values = Vec::new();
            let mut first = true;
            reader.array()?;
            while reader.element(&mut first)? {
                values.push(value_at(reader, depth + 1)?);
            }
            AttributeValue::L(values)
        }
        AttributeType::M => AttributeValue::M(attributes_at(reader, depth + 1)?),
    })
}

fn number(text: &str) -> Result<Number, Fault> {
    text.parse().map_err(|error| {
        let otherwise = || format!("The parameter cannot be converted to a numeric value: {text}");
        Fault::validation(unstorable_number(error).map_or_else(otherwise, str::to_owned))
    })
}

fn strings(reader: &mut Reader<'_>) -> Result<BTreeSet<String>, Fault> {
    let mut all = Vec::new();
    elements(reader, |reader| {
        if reader.peek()? == Kind::Null {
            return Err(invalid("An string set may not have a null string as a member"));
        }
        all.push(reader.string()?.into_owned());
        Ok(())
    })?;
    let set: BTreeSet<String> = all.iter().cloned().collect();
    if set.len() < all.len() {
        return Err(invalid(&format!("Input collection [{}] contains duplicates.", all.join(", "))));
    }
    Ok(set)
}

fn numbers(reader: &mut Reader<'_>) -> Result<BTreeSet<Number>, Fault> {
    let mut all = Vec::new();
    elements(reader, |reader| {
        all.push(number(&reader.string()?)?);
        Ok(())
    })?;
    let set: BTreeSet<Number> = all.iter().copied().collect();
    if set.len() < all.len() {
        // Of sets of numbers the service tells less.
        return Err(Fault::validation("Input collection contains duplicates"));
    }
    Ok(set)
}

fn binaries(reader: &mut Reader<'_>) -> Result<BTreeSet<Bytes>, Fault> {
    let mut texts = Vec::new();
    let mut set = BTreeSet::new();
    elements(reader, |reader| {
        texts.push(reader.clone().string()?);
        set.insert(bytes(reader)?.into());
        Ok(())
    })?;
    if set.len() < texts.len() {
        // A space is missing in the service's message too.
        let texts = texts.join(", ");
        return Err(invalid(&format!("Input collection [{texts}]of type BS contains duplicates.")));
    }
    Ok(set)
}

fn elements<'a>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut first = true;
    reader.array()?;
    while reader.element(&mut first)? {
        read(reader)?;
    }
    Ok(())
}

fn invalid(problem: &str) -> Fault {
    Fault::validation(format!("One or more parameter values were invalid: {problem}"))
}
