//! Evaluating conditions on items, and applying updates to them, with DynamoDB's semantics.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Assignment, Clash, Comparator, Condition, DocumentPath, PathStep, Term, UpdateAction, UpdateExpression,
};
use crate::number::{Number, NumberError};
use crate::value::{AttributeValue, Attributes};

/// Why an update cannot be applied to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum UpdateError {
    /// An operand names an attribute that the item lacks.
    MissingOperand(String),
    /// An operand is of a type that the action does not take.
    OperandType(String),
    /// A path leads through something that is no map or list, or that is missing.
    InvalidPath(String),
    /// Two actions change the same or overlapping paths.
    OverlappingPaths(String, String),
    /// Two actions take the same thing for a map and for a list.
    ConflictingPaths(String, String),
    /// The result is not a number that DynamoDB can hold.
    Number(NumberError),
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingOperand(path) => {
                write!(f, "the item has no attribute `{path}`, which the update reads")
            }
            Self::OperandType(path) => write!(f, "the update gives `{path}` an operand of a wrong type"),
            Self::InvalidPath(path) => write!(f, "the path `{path}` does not exist in the item"),
            Self::OverlappingPaths(a, b) if a == b => {
                write!(f, "the update changes `{a}` twice; make it one action, or two updates")
            }
            Self::OverlappingPaths(a, b) => {
                write!(f, "the update changes both `{a}` and `{b}`, which overlap; make it two updates")
            }
            Self::ConflictingPaths(a, b) => {
                write!(f, "of `{a}` and `{b}` the update takes one for a map and one for a list")
            }
            Self::Number(error) => write!(f, "the result of the update: {error}"),
        }
    }
}

impl std::error::Error for UpdateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Number(error) => Some(error),
            _ => None,
        }
    }
}

impl DocumentPath {
    /// What stands at this path.
    #[must_use]
    pub fn find<'a>(&self, item: &'a Attributes) -> Option<&'a AttributeValue> {
        self.steps.iter().try_fold(item.get(self.attribute.as_ref())?, |value, step| match (value, step) {
            (AttributeValue::M(members), PathStep::Member(name)) => members.get(name.as_ref()),
            (AttributeValue::L(values), PathStep::Element(index)) => values.get(*index as usize),
            _ => None,
        })
    }
}

impl Condition {
    /// Whether an item, or its absence as an empty map, meets the condition.
    #[must_use]
    pub fn matches(&self, item: &Attributes) -> bool {
        let with = |left: &Term, right: &Term, test: &dyn Fn(&AttributeValue, &AttributeValue) -> bool| {
            left.with(item, |left| right.with(item, |right| test(left, right)))
        };
        match self {
            Self::Compare(left, comparator, right) => {
                // What is missing equals nothing, and so differs from everything.
                let found = with(left, right, &|_, _| true);
                if !found {
                    return *comparator == Comparator::NotEqual;
                }
                with(left, right, &|left, right| compare(left, *comparator, right))
            }
            Self::Between(term, low, high) => {
                with(term, low, &|term, low| compare(term, Comparator::GreaterOrEqual, low))
                    && with(term, high, &|term, high| compare(term, Comparator::LessOrEqual, high))
            }
            Self::In(term, candidates) => candidates.iter().any(|other| with(term, other, &|a, b| a == b)),
            Self::Exists(path) => path.find(item).is_some(),
            Self::NotExists(path) => path.find(item).is_none(),
            Self::Type(path, kind) => path.find(item).is_some_and(|value| value.kind() == *kind),
            Self::BeginsWith(term, prefix) => with(term, prefix, &begins_with),
            Self::Contains(term, part) => with(term, part, &contains),
            Self::And(conditions) => conditions.iter().all(|condition| condition.matches(item)),
            Self::Or(conditions) => conditions.iter().any(|condition| condition.matches(item)),
            Self::Not(condition) => !condition.matches(item),
        }
    }
}

impl Term {
    /// Tests the term's value; false where there is none.
    fn with(&self, item: &Attributes, test: impl FnOnce(&AttributeValue) -> bool) -> bool {
        match self {
            Self::Value(value) => test(value),
            Self::Path(path) => path.find(item).is_some_and(test),
            Self::Size(path) => match path.find(item).and_then(size) {
                Some(size) => test(&AttributeValue::from(size)),
                None => false,
            },
        }
    }
}

/// The `size` function: a text's UTF-16 units, bytes, elements or members; numbers, booleans and null have none.
fn size(value: &AttributeValue) -> Option<u64> {
    let count = match value {
        AttributeValue::S(text) => text.encode_utf16().count(),
        AttributeValue::B(bytes) => bytes.len(),
        AttributeValue::StringSet(set) => set.len(),
        AttributeValue::NumberSet(set) => set.len(),
        AttributeValue::BinarySet(set) => set.len(),
        AttributeValue::L(values) => values.len(),
        AttributeValue::M(members) => members.len(),
        AttributeValue::N(_) | AttributeValue::Bool(_) | AttributeValue::Null(_) => return None,
    };
    Some(count as u64)
}

fn compare(left: &AttributeValue, comparator: Comparator, right: &AttributeValue) -> bool {
    let order = match (left, right) {
        (AttributeValue::S(left), AttributeValue::S(right)) => Some(left.cmp(right)),
        (AttributeValue::N(left), AttributeValue::N(right)) => Some(left.cmp(right)),
        (AttributeValue::B(left), AttributeValue::B(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match comparator {
        Comparator::Equal => left == right,
        Comparator::NotEqual => left != right,
        Comparator::Less => order == Some(Ordering::Less),
        Comparator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparator::Greater => order == Some(Ordering::Greater),
        Comparator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn begins_with(value: &AttributeValue, prefix: &AttributeValue) -> bool {
    match (value, prefix) {
        (AttributeValue::S(value), AttributeValue::S(prefix)) => value.starts_with(prefix.as_str()),
        (AttributeValue::B(value), AttributeValue::B(prefix)) => value.starts_with(prefix),
        _ => false,
    }
}

fn contains(value: &AttributeValue, part: &AttributeValue) -> bool {
    match (value, part) {
        (AttributeValue::S(value), AttributeValue::S(part)) => value.contains(part.as_str()),
        (AttributeValue::B(value), AttributeValue::B(part)) => contains_bytes(value, part),
        (AttributeValue::StringSet(set), AttributeValue::S(part)) => set.contains(part),
        (AttributeValue::NumberSet(set), AttributeValue::N(part)) => set.contains(part),
        (AttributeValue::BinarySet(set), AttributeValue::B(part)) => set.contains(part),
        (AttributeValue::L(values), part) => values.contains(part),
        _ => false,
    }
}

/// Whether `part` stands somewhere in `bytes`, in time that grows with the lengths of both, whatever they hold: looking at
/// every place anew would take their product. It is the method of Knuth, Morris and Pratt.
fn contains_bytes(bytes: &[u8], part: &[u8]) -> bool {
    if part.is_empty() || part.len() > bytes.len() {
        return part.is_empty();
    }
    // For each beginning of the part, the length of the longest one that it also ends with, itself aside.
    let mut borders = vec![0; part.len()];
    let mut matched = 0;
    for end in 1..part.len() {
        matched = longer(part, &borders, matched, part[end]);
        borders[end] = matched;
    }
    matched = 0;
    bytes.iter().any(|byte| {
        matched = longer(part, &borders, matched, *byte);
        matched == part.len()
    })
}

/// How much of the beginning of `part` is matched with one byte more.
fn longer(part: &[u8], borders: &[usize], mut matched: usize, byte: u8) -> usize {
    while matched > 0 && part[matched] != byte {
        matched = borders[matched - 1];
    }
    matched + usize::from(part[matched] == byte)
}

impl UpdateExpression {
    /// Checks that the paths of no two actions clash.
    ///
    /// # Errors
    /// Names the first two that do.
    pub fn check_paths(&self) -> Result<(), UpdateError> {
        match DocumentPath::first_clash(self.actions.iter().map(UpdateAction::path)) {
            None => Ok(()),
            Some((one, two, Clash::Overlap)) => {
                Err(UpdateError::OverlappingPaths(one.to_string(), two.to_string()))
            }
            Some((one, two, Clash::Conflict)) => {
                Err(UpdateError::ConflictingPaths(one.to_string(), two.to_string()))
            }
        }
    }

    /// Applies the update; every operand is read from the item as it was.
    ///
    /// # Errors
    /// When an operand is missing or of a wrong type, or a path does not exist; the item is then unchanged.
    pub fn apply(&self, item: &mut Attributes) -> Result<(), UpdateError> {
        self.check_paths()?;
        let mut stored: Vec<(&DocumentPath, AttributeValue)> = Vec::new();
        let mut removed: Vec<&DocumentPath> = Vec::new();
        for action in &self.actions {
            match action {
                UpdateAction::Set(path, assignment) => stored.push((path, assignment.value(item, path)?)),
                UpdateAction::Remove(path) => removed.push(path),
                UpdateAction::Add(path, value) => stored.push((path, add(path.find(item), value, path)?)),
                UpdateAction::Delete(path, value) => match take_out(path.find(item), value, path)? {
                    Some(rest) => stored.push((path, rest)),
                    None => removed.push(path),
                },
            }
        }
        // Whole attributes can be written whatever the item holds; what lies within them may not be there.
        let mut paths = stored.iter().map(|(path, _)| *path).chain(removed.iter().copied());
        if paths.all(|path| path.steps.is_empty()) {
            stored.into_iter().try_for_each(|(path, value)| store(item, path, value))?;
            return removed.into_iter().try_for_each(|path| remove(item, path));
        }
        let mut changed = item.clone();
        // What is appended to a list is in the order of the elements' numbers.
        stored.sort_by_key(|(path, _)| *path);
        for (path, value) in stored {
            store(&mut changed, path, value)?;
        }
        // From the back, so that a list's earlier elements keep their places.
        removed.sort_unstable();
        for path in removed.into_iter().rev() {
            // What this update has appended to a list is not what it removes.
            if path.find(item).is_some() {
                remove(&mut changed, path)?;
            } else if !path.steps.is_empty() {
                fits(holder(&mut changed, path)?, path)?;
            }
        }
        *item = changed;
        Ok(())
    }
}

impl Assignment {
    fn value(&self, item: &Attributes, target: &DocumentPath) -> Result<AttributeValue, UpdateError> {
        let wrong_type = || UpdateError::OperandType(target.to_string());
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Path(path) => {
                path.find(item).cloned().ok_or_else(|| UpdateError::MissingOperand(path.to_string()))
            }
            Self::IfNotExists(path, otherwise) => match path.find(item) {
                Some(value) => Ok(value.clone()),
                None => otherwise.value(item, target),
            },
            Self::Append(first, second) => match (first.value(item, target)?, second.value(item, target)?) {
                (AttributeValue::L(mut values), AttributeValue::L(more)) => {
                    values.extend(more);
                    Ok(AttributeValue::L(values))
                }
                _ => Err(wrong_type()),
            },
            Self::Plus(left, right) | Self::Minus(left, right) => {
                match (left.value(item, target)?, right.value(item, target)?) {
                    (AttributeValue::N(left), AttributeValue::N(right)) => {
                        let right = if matches!(self, Self::Minus(..)) { -right } else { right };
                        left.checked_add(right).map(AttributeValue::N).map_err(UpdateError::Number)
                    }
                    _ => Err(wrong_type()),
                }
            }
        }
    }
}

/// `ADD`: numbers are added, sets united; what is missing counts as zero or empty.
fn add(
    old: Option<&AttributeValue>,
    value: &AttributeValue,
    path: &DocumentPath,
) -> Result<AttributeValue, UpdateError> {
    use AttributeValue as V;
    match (old, value) {
        (None, V::N(_) | V::StringSet(_) | V::NumberSet(_) | V::BinarySet(_)) => Ok(value.clone()),
        (Some(V::N(old)), V::N(value)) => {
            Number::checked_add(*old, *value).map(V::N).map_err(UpdateError::Number)
        }
        (Some(V::StringSet(old)), V::StringSet(more)) => Ok(V::StringSet(old | more)),
        (Some(V::NumberSet(old)), V::NumberSet(more)) => Ok(V::NumberSet(old | more)),
        (Some(V::BinarySet(old)), V::BinarySet(more)) => Ok(V::BinarySet(old | more)),
        _ => Err(UpdateError::OperandType(path.to_string())),
    }
}

/// `DELETE`: what is left of a set; `None` where nothing is.
fn take_out(
    old: Option<&AttributeValue>,
    value: &AttributeValue,
    path: &DocumentPath,
) -> Result<Option<AttributeValue>, UpdateError> {
    use AttributeValue as V;
    let rest = match (old, value) {
        (None, V::StringSet(_) | V::NumberSet(_) | V::BinarySet(_)) => return Ok(None),
        (Some(V::StringSet(old)), V::StringSet(part)) => V::StringSet(old - part),
        (Some(V::NumberSet(old)), V::NumberSet(part)) => V::NumberSet(old - part),
        (Some(V::BinarySet(old)), V::BinarySet(part)) => V::BinarySet(old - part),
        _ => return Err(UpdateError::OperandType(path.to_string())),
    };
    Ok((size(&rest) != Some(0)).then_some(rest))
}

/// The map or list that holds the path's last step.
fn holder<'a>(item: &'a mut Attributes, path: &DocumentPath) -> Result<&'a mut AttributeValue, UpdateError> {
    let invalid = || UpdateError::InvalidPath(path.to_string());
    let mut value = item.get_mut(path.attribute.as_ref()).ok_or_else(invalid)?;
    for step in &path.steps[..path.steps.len() - 1] {
        value = match (value, step) {
            (AttributeValue::M(members), PathStep::Member(name)) => members.get_mut(name.as_ref()),
            (AttributeValue::L(values), PathStep::Element(index)) => values.get_mut(*index as usize),
            _ => None,
        }
        .ok_or_else(invalid)?;
    }
    Ok(value)
}

fn store(item: &mut Attributes, path: &DocumentPath, value: AttributeValue) -> Result<(), UpdateError> {
    let Some(last) = path.steps.last() else {
        item.insert(path.attribute.clone().into_owned(), value);
        return Ok(());
    };
    match (holder(item, path)?, last) {
        (AttributeValue::M(members), PathStep::Member(name)) => {
            members.insert(name.clone().into_owned(), value);
        }
        (AttributeValue::L(values), PathStep::Element(index)) => match values.get_mut(*index as usize) {
            Some(element) => *element = value,
            // Beyond the end is the end.
            None => values.push(value),
        },
        _ => return Err(UpdateError::InvalidPath(path.to_string())),
    }
    Ok(())
}

/// Checks that what a path leads into has members, or elements, as the path has it.
fn fits(holder: &AttributeValue, path: &DocumentPath) -> Result<(), UpdateError> {
    match (holder, path.steps.last()) {
        (AttributeValue::M(_), Some(PathStep::Member(_)))
        | (AttributeValue::L(_), Some(PathStep::Element(_))) => Ok(()),
        _ => Err(UpdateError::InvalidPath(path.to_string())),
    }
}

fn remove(item: &mut Attributes, path: &DocumentPath) -> Result<(), UpdateError> {
    let Some(last) = path.steps.last() else {
        item.remove(path.attribute.as_ref());
        return Ok(());
    };
    match (holder(item, path)?, last) {
        (AttributeValue::M(members), PathStep::Member(name)) => {
            members.remove(name.as_ref());
        }
        (AttributeValue::L(values), PathStep::Element(index)) => {
            if (*index as usize) < values.len() {
                values.remove(*index as usize);
            }
        }
        _ => return Err(UpdateError::InvalidPath(path.to_string())),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
