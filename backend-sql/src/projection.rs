//! Leaving out attributes that were not asked for.
//!
//! See [Projection expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html).

use std::collections::BTreeMap;

use dynochemy_core::expression::{DocumentPath, PathStep};
use dynochemy_core::{AttributeValue, Attributes, Item, Rejection, WireError};

use crate::check;

/// The attributes to keep; empty for all of them.
#[derive(Debug)]
pub(crate) struct Projection<'a>(BTreeMap<&'a str, Part<'a>>);

/// What to keep of a value.
#[derive(Debug)]
enum Part<'a> {
    Whole,
    Members(BTreeMap<&'a str, Part<'a>>),
    Elements(BTreeMap<u32, Part<'a>>),
}

impl<'a> Projection<'a> {
    /// The projection on these paths.
    pub(crate) fn new(paths: impl IntoIterator<Item = &'a DocumentPath>) -> Result<Self, Box<Rejection>> {
        let paths: Vec<&DocumentPath> = paths.into_iter().collect();
        check::distinct("ProjectionExpression", paths.iter().copied())?;
        let mut parts = BTreeMap::new();
        for path in paths {
            enter(&mut parts, &path.attribute, &path.steps);
        }
        Ok(Self(parts))
    }

    /// Whether nothing is left out.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The part of an item that is kept.
    pub(crate) fn of(&self, item: Item) -> Result<Item, WireError> {
        if self.is_whole() {
            return Ok(item);
        }
        Ok(Item::from_attributes(&self.of_attributes(&item.attributes()?)))
    }

    /// The attributes that are kept.
    pub(crate) fn of_attributes(&self, attributes: &Attributes) -> Attributes {
        if self.is_whole() { attributes.clone() } else { members(&self.0, attributes) }
    }
}

fn enter<'a>(parts: &mut BTreeMap<&'a str, Part<'a>>, name: &'a str, steps: &'a [PathStep]) {
    match parts.get_mut(name) {
        Some(part) => extend(part, steps),
        None => {
            parts.insert(name, chain(steps));
        }
    }
}

/// Adds a path to one that begins alike. Of two paths that are in each other's way the first one counts.
fn extend<'a>(part: &mut Part<'a>, steps: &'a [PathStep]) {
    match (part, steps) {
        (Part::Members(parts), [PathStep::Member(name), rest @ ..]) => enter(parts, name, rest),
        (Part::Elements(parts), [PathStep::Element(index), rest @ ..]) => match parts.get_mut(index) {
            Some(part) => extend(part, rest),
            None => {
                parts.insert(*index, chain(rest));
            }
        },
        _ => {}
    }
}

fn chain(steps: &[PathStep]) -> Part<'_> {
    match steps {
        [] => Part::Whole,
        [PathStep::Member(name), rest @ ..] => Part::Members(BTreeMap::from([(name.as_ref(), chain(rest))])),
        [PathStep::Element(index), rest @ ..] => Part::Elements(BTreeMap::from([(*index, chain(rest))])),
    }
}

fn members(parts: &BTreeMap<&str, Part<'_>>, members: &Attributes) -> Attributes {
    let kept = parts.iter().filter_map(|(name, part)| {
        let value = keep(part, members.get(*name)?)?;
        Some(((*name).to_owned(), value))
    });
    kept.collect()
}

/// `None` where nothing of the value was asked for.
fn keep(part: &Part<'_>, value: &AttributeValue) -> Option<AttributeValue> {
    match (part, value) {
        (Part::Whole, value) => Some(value.clone()),
        (Part::Members(parts), AttributeValue::M(found)) => {
            let kept = members(parts, found);
            (!kept.is_empty()).then_some(AttributeValue::M(kept))
        }
        (Part::Elements(parts), AttributeValue::L(values)) => {
            let kept: Vec<_> =
                parts.iter().filter_map(|(index, part)| keep(part, values.get(*index as usize)?)).collect();
            (!kept.is_empty()).then_some(AttributeValue::L(kept))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(attribute: &'static str, steps: &[PathStep]) -> DocumentPath {
        DocumentPath { attribute: attribute.into(), steps: steps.to_vec() }
    }

    fn project(paths: &[DocumentPath]) -> Result<String, Box<Rejection>> {
        let item = Item::from_json(
            r#"{"a":{"N":"1"},"l":{"L":[{"S":"x"},{"S":"y"},{"S":"z"}]},"m":{"M":{"b":{"N":"2"},"c":{"N":"3"}}}}"#,
        )
        .unwrap();
        let kept = Projection::new(paths)?.of(item).unwrap();
        Ok(String::from_utf8(kept.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn only_what_was_asked_for_is_kept() {
        let member = |name: &'static str| PathStep::Member(name.into());
        assert_eq!(project(&[path("a", &[]), path("none", &[])]).unwrap(), r#"{"a":{"N":"1"}}"#);
        assert_eq!(project(&[path("m", &[member("c")])]).unwrap(), r#"{"m":{"M":{"c":{"N":"3"}}}}"#);
        assert_eq!(
            project(&[path("l", &[PathStep::Element(2)]), path("l", &[PathStep::Element(0)])]).unwrap(),
            r#"{"l":{"L":[{"S":"x"},{"S":"z"}]}}"#
        );
        assert_eq!(project(&[path("m", &[member("none")]), path("a", &[member("b")])]).unwrap(), "{}");
    }

    #[test]
    fn overlapping_paths_are_refused() {
        let error = project(&[path("m", &[]), path("m", &[PathStep::Member("b".into())])]).unwrap_err();
        assert!(error.message.starts_with("Invalid ProjectionExpression: Two document paths overlap"));
        let error =
            project(&[path("m", &[PathStep::Element(1)]), path("m", &[PathStep::Member("b".into())])]);
        assert!(error.unwrap_err().message.contains("conflict"));
    }
}
