//! The shapes of inputs: which members an action has, of which types, and within which bounds.
//!
//! An input is walked once before it is read, so that whoever reads it knows its types. A value of another type ends the
//! walk, as the service's reader does (`SerializationException`); members out of their bounds are collected and told
//! together (`2 validation errors detected: ..`). The types and bounds are those of the API's own model, the wording is
//! the service's.
//!
//! What attribute values hold is not looked at here, see [`value`](super::value).

mod actions;
mod administration;
mod statements;
mod streams;
mod types;

use dynochemy_core::Rejection;
use dynochemy_core::json::{Kind, Reader};

use super::input::Fault;
use crate::action::table_in;
use crate::failure::{validation, violation};

pub(super) use actions::shape;
use types::expect_kind;
pub(super) use types::{Type, bytes, flag, integer};

/// What a member is.
#[derive(Debug)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// Text of so many characters.
    Length(usize, usize),
    /// The name of an index, as most actions have it.
    Name,
    /// The name of a table, or its resource name.
    Table,
    /// One of these.
    Choice(&'static [&'static str]),
    Flag,
    /// A whole number within bounds; one with a fraction loses it.
    Integer(Type, i64, i64),
    /// An attribute value.
    Value,
    /// A list of at least so many elements.
    List(usize, &'static Shape),
    /// A map of at least so many members, whose values the service calls so.
    Map(usize, &'static str, &'static Shape),
    Structure(&'static Structure),
}

/// An object with members of its own.
#[derive(Debug)]
pub(super) struct Structure {
    /// What the service calls it.
    pub(super) name: &'static str,
    /// Its members, in the order in which the service looks at them.
    pub(super) members: &'static [Member],
}

/// A member of a [`Structure`].
#[derive(Debug)]
pub(super) struct Member {
    name: &'static str,
    shape: Shape,
    presence: Presence,
}

/// Whether a member has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Optional,
    Required,
    /// So much so that nothing else is looked at without it.
    Indispensable,
}

/// The most violations that are told.
const MAX_VIOLATIONS: usize = 10;

/// Walks an input.
pub(super) fn check(body: &[u8], structure: &Structure) -> Result<(), Box<Rejection>> {
    let mut reader = Reader::new(body);
    let mut walk = Walk { violations: Vec::new() };
    let walked = (|| {
        expect_kind(reader.peek()?, Type::Field(structure.name))?;
        walk.structure(&mut reader, structure, &Path::Root)?;
        Ok::<_, Fault>(reader.end()?)
    })();
    walked.map_err(|fault| fault.0)?;
    let mut violations = walk.violations;
    violations.truncate(MAX_VIOLATIONS);
    match violations.len() {
        0 => Ok(()),
        1 => Err(validation(format!("1 validation error detected: {}", violations[0]))),
        count => Err(validation(format!("{count} validation errors detected: {}", violations.join("; ")))),
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    /// An element, by its number from 1, or its key.
    Element(&'a Path<'a>, &'a str),
}

impl Path<'_> {
    /// As messages have it: `keySchema.1.member.keyType`.
    fn text(self) -> String {
        let (parent, step) = match self {
            Self::Root => return String::new(),
            Self::Member(parent, name) => (parent, lower(name)),
            Self::Element(parent, key) => (parent, format!("{key}.member")),
        };
        match parent {
            Self::Root => step,
            parent => format!("{}.{step}", parent.text()),
        }
    }
}

/// A member's name in messages.
fn lower(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

struct Walk {
    violations: Vec<String>,
}

impl Walk {
    fn structure(
        &mut self,
        reader: &mut Reader<'_>,
        structure: &Structure,
        path: &Path<'_>,
    ) -> Result<(), Fault> {
        let before = self.violations.len();
        // By member, as they come.
        let mut found: Vec<(usize, Vec<String>)> = Vec::new();
        let mut present = 0u32;
        let mut first = true;
        reader.object()?;
        while let Some(name) = reader.key(&mut first)? {
            let Some(index) = structure.members.iter().position(|member| member.name == name) else {
                reader.skip()?;
                continue;
            };
            if reader.peek()? == Kind::Null {
                reader.null()?;
                continue;
            }
            present |= 1 << index;
            let member = &structure.members[index];
            let path = Path::Member(path, member.name);
            self.value(reader, &member.shape, &path, false)?;
            if self.violations.len() > before {
                found.push((index, self.violations.split_off(before)));
            }
        }
        for (index, member) in structure.members.iter().enumerate() {
            if present & 1 << index != 0 {
                continue;
            }
            if member.presence == Presence::Indispensable {
                return Err(Fault::validation(format!(
                    "The parameter '{}' is required but was not present in the request",
                    member.name
                )));
            }
            if member.presence == Presence::Required {
                let path = Path::Member(path, member.name);
                found.push((index, vec![violation(None, &path.text(), "not be null")]));
            }
        }
        found.sort_by_key(|(index, _)| *index);
        self.violations.extend(found.into_iter().flat_map(|(_, violations)| violations));
        Ok(())
    }

    /// Walks a value; `is_element` where it stands in a list or map.
    fn value(
        &mut self,
        reader: &mut Reader<'_>,
        shape: &Shape,
        path: &Path<'_>,
        is_element: bool,
    ) -> Result<(), Fault> {
        match shape {
            Shape::Text => {
                types::text(reader)?;
            }
            Shape::Length(least, most) => {
                let text = types::text(reader)?;
                self.length(text.chars().count(), &text, (*least, *most), path);
            }
            Shape::Name | Shape::Table => {
                let text = types::text(reader)?;
                if matches!(shape, Shape::Table) && table_in(&text).is_some() {
                    return Ok(());
                }
                let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
                if text.is_empty() || !text.bytes().all(belongs) {
                    self.violate(&text, path, "satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
                }
                self.length(text.chars().count(), &text, (3, 255), path);
            }
            Shape::Choice(names) => {
                let text = types::text(reader)?;
                if !names.contains(&text.as_ref()) {
                    self.violate(&text, path, &format!("satisfy enum value set: [{}]", names.join(", ")));
                }
            }
            Shape::Flag => {
                types::flag(reader)?;
            }
            Shape::Integer(kind, least, most) => {
                let number = types::integer(reader, *kind)?;
                if number < *least {
                    self.violate(
                        &number.to_string(),
                        path,
                        &format!("have value greater than or equal to {least}"),
                    );
                } else if number > *most {
                    self.violate(
                        &number.to_string(),
                        path,
                        &format!("have value less than or equal to {most}"),
                    );
                }
            }
            Shape::Value => types::attribute_value(reader)?,
            Shape::List(least, shape) => {
                expect_kind(reader.peek()?, Type::List)?;
                let mut count = 0;
                let mut first = true;
                reader.array()?;
                while reader.element(&mut first)? {
                    count += 1;
                    self.element(reader, shape, &Path::Element(path, &count.to_string()))?;
                }
                self.length(count, "[]", (*least, usize::MAX), path);
            }
            Shape::Map(least, name, shape) => {
                expect_kind(reader.peek()?, Type::Map(name))?;
                let mut count = 0;
                let mut first = true;
                reader.object()?;
                while let Some(key) = reader.key(&mut first)? {
                    count += 1;
                    self.element(reader, shape, &Path::Element(path, &key))?;
                }
                self.length(count, "{}", (*least, usize::MAX), path);
            }
            Shape::Structure(structure) => {
                let kind =
                    if is_element { Type::Element(structure.name) } else { Type::Field(structure.name) };
                expect_kind(reader.peek()?, kind)?;
                self.structure(reader, structure, path)?;
            }
        }
        Ok(())
    }

    fn element(&mut self, reader: &mut Reader<'_>, shape: &Shape, path: &Path<'_>) -> Result<(), Fault> {
        if reader.peek()? == Kind::Null {
            return Ok(reader.null()?);
        }
        self.value(reader, shape, path, true)
    }

    fn length(&mut self, length: usize, shown: &str, (least, most): (usize, usize), path: &Path<'_>) {
        if length < least {
            self.violate(shown, path, &format!("have length greater than or equal to {least}"));
        } else if length > most {
            self.violate(shown, path, &format!("have length less than or equal to {most}"));
        }
    }

    #[cold]
    fn violate(&mut self, shown: &str, path: &Path<'_>, constraint: &str) {
        self.violations.push(violation(Some(shown), &path.text(), constraint));
    }
}
