//! Values of other types than their members have, in the words of the service's reader.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dynochemy_core::AttributeType;
use dynochemy_core::json::{Kind, Reader};

use crate::wire::input::Fault;

/// What is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire) enum Type {
    Text,
    Flag,
    Integer,
    Long,
    Bytes,
    List,
    /// A map to what is called so.
    Map(&'static str),
    /// A structure that is a member.
    Field(&'static str),
    /// A structure in a list or map.
    Element(&'static str),
}

impl Type {
    /// What the service's reader calls it.
    fn class(self) -> Cow<'static, str> {
        const PACKAGE: &str = "com.amazonaws.dynamodb.v20120810";
        match self {
            Self::Text => "class java.lang.String".into(),
            Self::Flag => "class java.lang.Boolean".into(),
            Self::Integer => "class java.lang.Integer".into(),
            Self::Long => "class java.lang.Long".into(),
            Self::Bytes => "class java.nio.ByteBuffer".into(),
            Self::List => "class java.util.List".into(),
            Self::Map("String") => "java.util.Map<java.lang.String, java.lang.String>".into(),
            Self::Map(value) => format!("java.util.Map<java.lang.String, {PACKAGE}.{value}>").into(),
            Self::Field(name) | Self::Element(name) => format!("class {PACKAGE}.{name}").into(),
        }
    }

    /// A scalar's name in messages.
    fn name(self) -> &'static str {
        match self {
            Self::Flag => "Boolean",
            Self::Integer => "Integer",
            Self::Long => "Long",
            _ => "String",
        }
    }

    /// The kinds of JSON values that it comes as.
    fn takes(self, kind: Kind) -> bool {
        match self {
            Self::Text | Self::Bytes => kind == Kind::String,
            Self::Flag => matches!(kind, Kind::Bool | Kind::String),
            Self::Integer | Self::Long => kind == Kind::Number,
            Self::List => kind == Kind::Array,
            Self::Map(_) | Self::Field(_) | Self::Element(_) => kind == Kind::Object,
        }
    }
}

/// Whether a list, map or structure comes next.
pub(super) fn expect_kind(kind: Kind, expected: Type) -> Result<(), Fault> {
    if expected.takes(kind) {
        return Ok(());
    }
    Err(Fault::serialization(match (kind, expected) {
        (Kind::Array, _) => format!("Unrecognized collection type {}", expected.class()),
        (Kind::Object, _) => "Start of structure or map found where not expected".to_owned(),
        (_, Type::Element(_)) => "Unexpected value type in payload".to_owned(),
        _ => "Unexpected field type".to_owned(),
    }))
}

/// Whether a text, flag or number comes next.
fn expect_scalar(reader: &mut Reader<'_>, expected: Type) -> Result<(), Fault> {
    let kind = reader.peek()?;
    if expected.takes(kind) {
        return Ok(());
    }
    let found = match kind {
        Kind::Array | Kind::Object => return expect_kind(kind, expected),
        _ if expected == Type::Bytes => {
            return Err(Fault::serialization("only base-64-encoded strings are convertible to bytes"));
        }
        Kind::Bool if reader.bool()? => "TRUE_VALUE",
        Kind::Bool => "FALSE_VALUE",
        Kind::Number if reader.number()?.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            "NUMBER_VALUE"
        }
        Kind::Number => "DECIMAL_VALUE",
        Kind::String => "STRING_VALUE",
        Kind::Null => "NULL_VALUE",
    };
    Err(Fault::serialization(format!("{found} cannot be converted to {}", expected.name())))
}

pub(in crate::wire) fn text<'a>(reader: &mut Reader<'a>) -> Result<Cow<'a, str>, Fault> {
    expect_scalar(reader, Type::Text)?;
    Ok(reader.string()?)
}

/// A flag, which may be written as text.
pub(in crate::wire) fn flag(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    expect_scalar(reader, Type::Flag)?;
    if reader.peek()? == Kind::Bool {
        return Ok(reader.bool()?);
    }
    let text = reader.string()?;
    let is = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(&text));
    match (is(["true", "1", "yes"]), is(["false", "0", "no"])) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Fault::serialization("Unexpected token received from parser")),
    }
}

/// A whole number, without its fraction where it has one.
pub(in crate::wire) fn integer(reader: &mut Reader<'_>, kind: Type) -> Result<i64, Fault> {
    expect_scalar(reader, kind)?;
    let text = reader.number()?;
    // One that is too large becomes the largest.
    Ok(text.parse().unwrap_or_else(|_| text.parse::<f64>().map_or(0, |number| number.floor() as i64)))
}

/// Bytes as base64.
pub(in crate::wire) fn bytes(reader: &mut Reader<'_>) -> Result<Vec<u8>, Fault> {
    expect_scalar(reader, Type::Bytes)?;
    let text = reader.string()?;
    if text.len() % 4 != 0 {
        let length = text.len();
        return Err(Fault::serialization(format!(
            "Base64 encoded length is expected a multiple of 4 bytes but found: {length}"
        )));
    }
    // The service's message is spelled so.
    let invalid = |_| Fault::serialization("Invalid last non-pad Base64 character dectected");
    STANDARD.decode(text.as_bytes()).map_err(invalid)
}

/// Walks an attribute value: that its content is of the type that it says, as far down as it goes.
pub(super) fn attribute_value(reader: &mut Reader<'_>) -> Result<(), Fault> {
    value_at(reader, 0)
}

/// More levels than a value may have, so that what counts them can tell.
const MAX_DEPTH: u32 = 48;

fn value_at(reader: &mut Reader<'_>, depth: u32) -> Result<(), Fault> {
    // Most are written so.
    if reader.scalar(b'S').is_some() || reader.scalar(b'N').is_some() {
        return Ok(());
    }
    expect_kind(reader.peek()?, Type::Element("AttributeValue"))?;
    if depth > MAX_DEPTH {
        return Err(Fault::validation("Nesting Levels have exceeded supported limits"));
    }
    let mut first = true;
    reader.object()?;
    while let Some(tag) = reader.key(&mut first)? {
        let Some(kind) = AttributeType::from_name(&tag) else {
            reader.skip()?;
            continue;
        };
        if reader.peek()? == Kind::Null {
            reader.null()?;
            continue;
        }
        match kind {
            AttributeType::S | AttributeType::N => drop(text(reader)?),
            AttributeType::B => drop(bytes(reader)?),
            AttributeType::Bool | AttributeType::Null => {
                flag(reader)?;
            }
            AttributeType::StringSet | AttributeType::NumberSet => {
                elements(reader, |reader| text(reader).map(drop))?;
            }
            AttributeType::BinarySet => elements(reader, |reader| bytes(reader).map(drop))?,
            AttributeType::L => elements(reader, |reader| value_at(reader, depth + 1))?,
            AttributeType::M => {
                expect_kind(reader.peek()?, Type::Map("AttributeValue"))?;
                let mut first = true;
                reader.object()?;
                while reader.key(&mut first)?.is_some() {
                    if reader.peek()? == Kind::Null {
                        reader.null()?;
                    } else {
                        value_at(reader, depth + 1)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn elements<'a>(
    reader: &mut Reader<'a>,
    mut walk: impl FnMut(&mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    expect_kind(reader.peek()?, Type::List)?;
    let mut first = true;
    reader.array()?;
    while reader.element(&mut first)? {
        if reader.peek()? == Kind::Null {
            reader.null()?;
        } else {
            walk(reader)?;
        }
    }
    Ok(())
}
