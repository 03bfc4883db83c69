//! Paths with placeholders, and what they stand for.

use std::borrow::Cow;

use dynochemy_core::expression::{DocumentPath, PathStep};

use super::parser::Fault;
use super::placeholders::Placeholders;

/// The most names and indexes of a path.
const MAX_NESTING: usize = 32;

/// A path as it stands in the text.
#[derive(Debug)]
pub(super) struct Path<'a> {
    pub(super) attribute: Name<'a>,
    pub(super) steps: Vec<Step<'a>>,
}

/// A name of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Name<'a> {
    /// One that stands for itself.
    Plain(&'a str),
    /// `#name`
    Placeholder(&'a str),
}

/// A step from there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// `.name`
    Name(Name<'a>),
    /// `[0]`
    Index(u32),
}

impl Path<'_> {
    /// The path with names in the place of their placeholders.
    pub(super) fn resolve(&self, placeholders: &Placeholders) -> Result<DocumentPath, Fault> {
        let mut path = DocumentPath::attribute(self.attribute.resolve(placeholders)?);
        path.steps.reserve_exact(self.steps.len());
        for step in &self.steps {
            path.steps.push(match step {
                Step::Name(name) => PathStep::Member(name.resolve(placeholders)?),
                Step::Index(index) => PathStep::Element(*index),
            });
        }
        match path.steps.len() + 1 {
            0..=MAX_NESTING => Ok(path),
            levels => Err(format!("The document path has too many nesting levels; nesting levels: {levels}")),
        }
    }
}

impl Name<'_> {
    fn resolve(self, placeholders: &Placeholders) -> Result<Cow<'static, str>, Fault> {
        let name = match self {
            Self::Plain(name) => name,
            Self::Placeholder(placeholder) => placeholders.name(placeholder).ok_or_else(|| {
                format!(
                    "An expression attribute name used in the document path is not defined; attribute name: \
                     {placeholder}"
                )
            })?,
        };
        Ok(Cow::Owned(name.to_owned()))
    }
}
