//! What can be told of an item in its encoded form, in one pass and without making values of it.
//!
//! It says yes or nothing: what is not plainly in order is left to [`Item::attributes`](crate::Item::attributes), which
//! tells what is wrong where something is.

use std::borrow::Cow;

use super::value::{parse_value, read_value};
use crate::json::Reader;
use crate::number::Number;
use crate::value::{AttributeType, AttributeValue};

/// The most members of a map whose names are held against each other one by one.
const MOST_MEMBERS: usize = 64;

/// An item that is well-formed and can be stored: no set or name in it is empty, `NULL` is true.
#[derive(Clone, Debug)]
pub struct Survey<'a> {
    /// The bytes that the item takes, as DynamoDB counts them.
    pub size: usize,
    /// How many lists and maps lie in each other.
    pub depth: u32,
    attributes: Vec<(&'a str, Attribute<'a>)>,
}

/// An attribute as it was found.
#[derive(Clone, Copy, Debug)]
enum Attribute<'a> {
    Text(&'a str),
    Number(Number),
    /// Its encoded form.
    Other(&'a [u8]),
}

impl<'a> Survey<'a> {
    /// Looks through an item; `None` where only a closer look can tell.
    pub(crate) fn of(item: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(item);
        let mut attributes = Vec::with_capacity(16);
        let mut deepest = 0;
        let mut size = 0;
        let mut first = true;
        reader.object().ok()?;
        while let Some(name) = reader.key(&mut first).ok()? {
            let Cow::Borrowed(name) = name else { return None };
            let start = reader.position();
            let (found, bytes) = match scalar(&mut reader) {
                Some((found, bytes)) => (found, bytes),
                None => {
                    let bytes = other(&mut reader, 0, &mut deepest)?;
                    (Attribute::Other(reader.text_at(start..reader.position())), bytes)
                }
            };
            size += name.len() + bytes;
            add(&mut attributes, name, found)?;
        }
        reader.end().ok()?;
        Some(Self { size, depth: deepest, attributes })
    }

    /// One attribute at the top level.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<AttributeValue> {
        let (_, value) = self.attributes.iter().find(|(found, _)| *found == name)?;
        Some(match value {
            Attribute::Text(text) => AttributeValue::from(*text),
            Attribute::Number(number) => AttributeValue::N(*number),
            Attribute::Other(value) => parse_value(value).expect("it was looked through"),
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(found, _)| *found == name)
    }

    /// The bytes of one attribute's value, as DynamoDB counts them.
    pub(crate) fn attribute_size(&self, name: &str) -> Option<usize> {
        let (_, value) = self.attributes.iter().find(|(found, _)| *found == name)?;
        Some(match value {
            Attribute::Text(text) => text.len(),
            Attribute::Number(number) => number.size(),
            Attribute::Other(value) => parse_value(value).expect("it was looked through").size(),
        })
    }
}

/// Notes a member, unless it has no name, or that of another one.
fn add<'a, T>(members: &mut Vec<(&'a str, T)>, name: &'a str, value: T) -> Option<()> {
    if name.is_empty() || members.len() == MOST_MEMBERS || members.iter().any(|(other, _)| *other == name) {
        return None;
    }
    members.push((name, value));
    Some(())
}

/// The text or number that the cursor stands at, and its size, where it is written as most are.
#[inline]
fn scalar<'a>(reader: &mut Reader<'a>) -> Option<(Attribute<'a>, usize)> {
    let before = reader.clone();
    match reader.scalar_text()? {
        (b'S', text) => return Some((Attribute::Text(text), text.len())),
        (b'N', text) => {
            if let Ok(number) = text.parse::<Number>() {
                return Some((Attribute::Number(number), number.size()));
            }
        }
        _ => {}
    }
    *reader = before;
    None
}

/// The size of the value that the cursor stands at.
fn value(reader: &mut Reader<'_>, depth: u32, deepest: &mut u32) -> Option<usize> {
    match scalar(reader) {
        Some((_, size)) => Some(size),
        None => other(reader, depth, deepest),
    }
}

/// As [`value`], of one that is no plain scalar.
fn other(reader: &mut Reader<'_>, depth: u32, deepest: &mut u32) -> Option<usize> {
    let before = reader.clone();
    let mut first = true;
    reader.object().ok()?;
    let size = match AttributeType::from_name(&reader.key(&mut first).ok()??)? {
        AttributeType::S => reader.string().ok()?.len(),
        AttributeType::Bool => reader.bool().ok().map(|_| 1)?,
        AttributeType::L => {
            nested(depth, deepest)?;
            let mut size = 3;
            let mut first = true;
            reader.array().ok()?;
            while reader.element(&mut first).ok()? {
                size += 1 + value(reader, depth + 1, deepest)?;
            }
            size
        }
        AttributeType::M => {
            nested(depth, deepest)?;
            let mut names = Vec::new();
            let mut size = 3;
            let mut first = true;
            reader.object().ok()?;
            while let Some(name) = reader.key(&mut first).ok()? {
                let Cow::Borrowed(name) = name else { return None };
                add(&mut names, name, ())?;
                size += 1 + name.len() + value(reader, depth + 1, deepest)?;
            }
            size
        }
        // Numbers are texts without escapes; the others are few.
        _ => {
            *reader = before;
            return tree(reader);
        }
    };
    reader.leave().ok()?.then_some(size)
}

fn nested(depth: u32, deepest: &mut u32) -> Option<()> {
    *deepest = (*deepest).max(depth + 1);
    // Beyond any limit, and well within the stack.
    (depth < 48).then_some(())
}

/// As [`other`], of one that is read as the value it is.
fn tree(reader: &mut Reader<'_>) -> Option<usize> {
    let value = read_value(reader, 0).ok()?;
    let storable = match &value {
        AttributeValue::StringSet(set) => !set.is_empty(),
        AttributeValue::NumberSet(set) => !set.is_empty(),
        AttributeValue::BinarySet(set) => !set.is_empty(),
        AttributeValue::Null(flag) => *flag,
        _ => true,
    };
    storable.then(|| value.size())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::item::Item;
    use crate::value::{Attributes, attributes_size};

    fn depth(value: &AttributeValue) -> u32 {
        match value {
            AttributeValue::L(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
            AttributeValue::M(members) => 1 + members.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// What a survey tells is what the values tell.
    fn agrees(item: &[u8]) -> bool {
        let Some(survey) = Survey::of(item) else { return false };
        let attributes = super::super::value::parse_attributes(item).unwrap();
        assert_eq!(survey.size, attributes_size(&attributes));
        assert_eq!(survey.depth, attributes.values().map(depth).max().unwrap_or(0));
        assert_eq!(survey.attributes.len(), attributes.len());
        for (name, value) in &attributes {
            assert_eq!(survey.attribute(name).as_ref(), Some(value));
        }
        true
    }

    fn attribute() -> impl Strategy<Value = AttributeValue> {
        let number = (any::<bool>(), 0u128..10u128.pow(38), -120i16..80)
            .prop_map(|(negative, digits, exponent)| Number::from_parts(negative, digits, exponent).unwrap());
        let leaf = prop_oneof![
            ".{0,9}".prop_map(AttributeValue::from),
            number.clone().prop_map(AttributeValue::N),
            proptest::collection::vec(any::<u8>(), 0..9).prop_map(AttributeValue::from),
            any::<bool>().prop_map(AttributeValue::Bool),
            any::<bool>().prop_map(AttributeValue::Null),
            proptest::collection::btree_set(".{0,3}", 0..4).prop_map(AttributeValue::StringSet),
            proptest::collection::btree_set(number, 0..4).prop_map(AttributeValue::NumberSet),
        ];
        leaf.prop_recursive(4, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
                proptest::collection::btree_map("[a-c]{0,2}", inner, 0..4).prop_map(AttributeValue::M),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_survey_agrees_with_the_values(
            attributes in proptest::collection::btree_map("[a-d\"]{0,2}", attribute(), 0..5),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let mut item = Item::from_attributes(&attributes).into_bytes().to_vec();
            agrees(&item);
            for (index, byte) in damage {
                let at = index.index(item.len());
                item[at] = byte;
            }
            agrees(&item);
        }
    }

    #[test]
    fn items_that_can_be_stored_are_surveyed_whatever_their_values() {
        for item in [
            r#"{}"#,
            r#"{"s":{"S":""},"n":{"N":"-1.50E+3"},"b":{"B":"AP8="},"t":{"BOOL":false},"z":{"NULL":true}}"#,
            r#"{"e":{"S":"a \"b\" \u00e9"},"ss":{"SS":["a","b"]},"ns":{"NS":["1","2.0"]},"bs":{"BS":["YQ=="]}}"#,
            r#"{ "l" : { "L" : [ { "M" : { "a" : { "N" : "1" }, "b": {"L":[]} } }, {"S":"x"} ] } }"#,
        ] {
            assert!(agrees(item.as_bytes()), "{item}");
        }
    }

    #[test]
    fn what_no_table_takes_is_left_to_a_closer_look() {
        let deep =
            |levels: usize| format!(r#"{{"a":{}{}}}"#, r#"{"L":["#.repeat(levels), "]}".repeat(levels));
        for item in [
            r#"{"a":{"S":"1"},"a":{"S":"2"}}"#,
            r#"{"a":{"M":{"b":{"S":"1"},"b":{"S":"2"}}}}"#,
            r#"{"":{"S":"1"}}"#,
            r#"{"a":{"M":{"":{"S":"1"}}}}"#,
            r#"{"a":{"NULL":false}}"#,
            r#"{"a":{"SS":[]}}"#,
            r#"{"a":{"L":[{"NS":[]}]}}"#,
            r#"{"a":{"NS":["1","1.0"]}}"#,
            r#"{"a":{"N":"x"}}"#,
            r#"{"a":{"N":"x"}{"S":"y"}}"#,
            r#"{"a":{"B":"?"}}"#,
            r#"{"a":{"S":"1","N":"1"}}"#,
            r#"{"a":{}}"#,
            r#"{"a":{"S":"1"}}x"#,
            r#"{"a":{"S":"1"}"#,
            &deep(100_000),
        ] {
            assert!(Survey::of(item.as_bytes()).is_none(), "{item:.60}");
        }
        assert_eq!(Survey::of(deep(33).as_bytes()).map(|survey| survey.depth), Some(33));
        assert!(Survey::of(Item::from_attributes(&Attributes::new()).as_bytes()).is_some());
    }
}
