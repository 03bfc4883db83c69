//! Paths of attributes: `address.lines[2]`.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wire::WireError;

/// The path of an attribute within an item, as in `address.lines[2]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentPath {
    /// The attribute at the top level.
    pub attribute: Cow<'static, str>,
    /// The steps from there.
    pub steps: Vec<PathStep>,
}

/// A step into a map or list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PathStep {
    /// The member of a map.
    Member(Cow<'static, str>),
    /// The element of a list.
    Element(u32),
}

impl DocumentPath {
    /// A top-level attribute.
    #[must_use]
    pub fn attribute(name: impl Into<Cow<'static, str>>) -> Self {
        Self { attribute: name.into(), steps: Vec::new() }
    }
}

/// Why two paths cannot stand in one update or projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// One leads to, or through, what the other one leads to.
    Overlap,
    /// One takes for a list what the other one takes for a map.
    Conflict,
}

impl DocumentPath {
    /// Why this path and another one cannot stand in one update or projection.
    #[must_use]
    pub fn clash(&self, other: &Self) -> Option<Clash> {
        if self.attribute != other.attribute {
            return None;
        }
        match self.steps.iter().zip(&other.steps).find(|(one, two)| one != two) {
            None => Some(Clash::Overlap),
            Some(
                (PathStep::Member(_), PathStep::Element(_)) | (PathStep::Element(_), PathStep::Member(_)),
            ) => Some(Clash::Conflict),
            Some(_) => None,
        }
    }

    /// The first two of these paths that clash, in their order.
    #[must_use]
    pub fn first_clash<'a>(paths: impl IntoIterator<Item = &'a Self>) -> Option<(&'a Self, &'a Self, Clash)> {
        let mut seen: Vec<&Self> = Vec::new();
        for path in paths {
            let clash = |other: &&'a Self| other.clash(path).map(|clash| (*other, path, clash));
            if let Some(found) = seen.iter().find_map(clash) {
                return Some(found);
            }
            seen.push(path);
        }
        None
    }
}

impl std::str::FromStr for DocumentPath {
    type Err = WireError;

    /// Reads `address.lines[2]`; a name that holds a dot, bracket or backtick stands between backticks, which are doubled
    /// inside.
    fn from_str(text: &str) -> Result<Self, WireError> {
        parse_path(text).ok_or_else(|| {
            WireError::new(format!("`{text}` is no path; one is written as `address.lines[2]`"))
        })
    }
}

fn parse_path(text: &str) -> Option<DocumentPath> {
    let (attribute, mut rest) = parse_name(text)?;
    let mut path = DocumentPath::attribute(attribute);
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']')?;
            if !index.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            path.steps.push(PathStep::Element(index.parse().ok()?));
            rest = after;
        } else {
            let (name, after) = parse_name(rest.strip_prefix('.')?)?;
            path.steps.push(PathStep::Member(name.into()));
            rest = after;
        }
    }
    Some(path)
}

/// The name that a path begins with, and what follows it.
fn parse_name(text: &str) -> Option<(String, &str)> {
    let Some(mut quoted) = text.strip_prefix('`') else {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let name = &text[..end];
        let plain = !name.is_empty() && !name.contains(['`', ']']);
        return plain.then(|| (name.to_owned(), &text[end..]));
    };
    let mut name = String::new();
    loop {
        let (part, rest) = quoted.split_once('`')?;
        name.push_str(part);
        match rest.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                quoted = more;
            }
            None => return (!name.is_empty()).then_some((name, rest)),
        }
    }
}

impl fmt::Display for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_name(f, &self.attribute)?;
        for step in &self.steps {
            match step {
                PathStep::Member(name) => {
                    f.write_str(".")?;
                    write_name(f, name)?;
                }
                PathStep::Element(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A name as it stands in a path.
fn write_name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    if name.is_empty() || name.contains(['.', '[', ']', '`']) {
        write!(f, "`{}`", name.replace('`', "``"))
    } else {
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path() -> impl Strategy<Value = DocumentPath> {
        let step = prop_oneof![
            "[a-c.`\\[\\] é]{1,4}".prop_map(|name| PathStep::Member(name.into())),
            any::<u32>().prop_map(PathStep::Element),
        ];
        let steps = proptest::collection::vec(step, 0..4);
        ("[a-c.`\\[\\]#]{1,4}", steps)
            .prop_map(|(name, steps)| DocumentPath { attribute: name.into(), steps })
    }

    proptest! {
        #[test]
        fn what_a_path_prints_is_read_as_the_same_path(path in path()) {
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }

    #[test]
    fn paths_clash_where_one_holds_the_other_or_lists_and_maps_are_confused() {
        let path = |text: &str| text.parse::<DocumentPath>().unwrap();
        let clash = |one: &str, two: &str| path(one).clash(&path(two));
        assert_eq!(clash("a.b", "a.c"), None);
        assert_eq!(clash("a[0]", "a[1]"), None);
        assert_eq!(clash("a", "b"), None);
        assert_eq!(clash("a.b", "a"), Some(Clash::Overlap));
        assert_eq!(clash("a[0].b", "a[0].b"), Some(Clash::Overlap));
        assert_eq!(clash("a[0].b", "a.b"), Some(Clash::Conflict));
        let paths = ["c", "a.b[1]", "a.c", "a.b.d"].map(path);
        assert_eq!(DocumentPath::first_clash(&paths), Some((&paths[1], &paths[3], Clash::Conflict)));
        assert_eq!(DocumentPath::first_clash(&paths[..3]), None);
    }

    #[test]
    fn paths_are_read_as_they_are_written_in_the_service() {
        let path: DocumentPath = "address.lines[2][0].`a.b`".parse().unwrap();
        assert_eq!(path.attribute, "address");
        assert_eq!(path.steps[3], PathStep::Member("a.b".into()));
        for wrong in [
            "",
            ".",
            "a.",
            "a[",
            "a[x]",
            "a[-1]",
            "a]",
            "a[4294967296]",
            "`a",
            "``",
            "a`b",
            "[0]",
            "a[+1]",
            "a[]",
        ] {
            let error = wrong.parse::<DocumentPath>().unwrap_err().to_string();
            assert!(error.contains("is no path"), "{wrong}: {error}");
        }
    }
}
