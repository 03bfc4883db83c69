//! Putting several updates of one item together, where the result is provably the same.
//!
//! What is promised: where the one update succeeds on an item, and meets its [condition](Merged::condition), then the
//! single ones would have succeeded on it in their order, and left the same item. Nothing is promised the other way
//! round: an update that is refused has applied nothing, and the single ones are sent after all.
//!
//! The argument, for a member that is added to those before it, action by action:
//!
//! - **It reads nothing that an earlier member changes**, apart from the cases below. All actions of an update see the item
//!   as it was; then what it reads is the same before the earlier members and after them.
//! - **Paths that have nothing in common** commute: whether one of them can be changed does not depend on the other one.
//!   So all that was asked of the item singly is asked of it together.
//! - **What an earlier member set to a value, or removed, is known**: what is done to it (or within it) afterwards is carried
//!   out here, by the evaluator, and fails here if it fails. The value that is then never stored is one that the service
//!   would have taken wherever it takes the last one: of the same type (an index may ask for one), neither empty nor longer
//!   than any index's key may be, and not too deep. Nothing is taken away again from the top level, since an index might
//!   have refused what was there meanwhile; and `ADD` and `DELETE` within a document stay what they are.
//! - **Sets**: united with S and then T is united with both, and asks the same of what is there; likewise less S and then T.
//!   Less S, and then united with T, is united with T where T holds all of S.
//! - **Lists**: appended to (or prepended to) twice is once with both. An element that is set beyond the end is appended, so
//!   that two elements of one list are put together only in rising order: the second one lies beyond the end with the first
//!   one appended exactly where it did without it. No element is changed twice, and removing one moves the others.
//! - **Numbers**: `ADD m`, `ADD n` to o is `ADD m + n` where m and n are integers of one sign, of at most 10^18, and o is
//!   missing or within 10^37, which the condition asks. Let s = o + m and t = o + m + n, where o and t are numbers that
//!   DynamoDB holds: of at most 38 digits. If o is an integer, so is s, below 10^38, hence of at most 38 digits. If it is
//!   not, then o, s and t have one last digit, behind the point, and s lies between o and t, so its first digit is none before
//!   both of theirs: it has no more digits than one of them. Otherwise a sum may fit where its parts do not: 10^38 + 1
//!   has 39 digits, 10^38 + 10 has 2. Fractions are left alone (o = 0.5, m = 10^-38, n = -m).
//! - **The item's size**: the members together add at most [`MAX_GROWTH`] bytes, and copy nothing. So an item of up to 396 KB
//!   cannot have been too large between two of them. **What is left open**: of an item within 4 KB of the limit, a member
//!   might have been refused, where a later one makes room again and the one update is taken.
//!
//! See [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).

use std::collections::BTreeMap;

use super::{Assignment, Condition, DocumentPath, PathStep, Term, UpdateAction, UpdateExpression};
use crate::number::Number;
use crate::value::{AttributeValue, Attributes};

/// The most bytes by which the members of a merged update may let the item grow, names included.
const MAX_GROWTH: usize = 4096;
/// The most bytes of text that every index's key takes.
const MAX_DROPPED: usize = 1024;
/// The most levels of what is never stored; DynamoDB takes 32, attributes included.
const MAX_LEVELS: usize = 30;
/// The most digits of an integer that is added together with another one.
const MAX_ADDED_DIGITS: i16 = 18;

/// Updates of one item, as one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Merged {
    update: UpdateExpression,
    /// The numbers that were added to more than once.
    sums: Vec<DocumentPath>,
    growth: usize,
}

impl Merged {
    /// Begins with one update; `None` where it can be merged with none.
    pub(crate) fn new(update: &UpdateExpression) -> Option<Self> {
        let growth = growth(update).filter(|growth| *growth <= MAX_GROWTH)?;
        Some(Self { update: update.clone(), sums: Vec::new(), growth })
    }

    /// Adds the update that follows; `None` where the result might not be the same, or would be too large an expression.
    pub(crate) fn then(&self, next: &UpdateExpression) -> Option<Self> {
        let mut merged = self.clone();
        merged.growth = growth(next)?.checked_add(self.growth).filter(|growth| *growth <= MAX_GROWTH)?;
        let earlier = &self.update.actions;
        let mut met: BTreeMap<usize, Vec<&UpdateAction>> = BTreeMap::new();
        for action in &next.actions {
            match meets(earlier, action)? {
                Some(at) => met.entry(at).or_default().push(action),
                None => merged.update.actions.push(action.clone()),
            }
        }
        for (at, actions) in met {
            merged.update.actions[at] = compose(&earlier[at], &actions)?;
            if let UpdateAction::Add(path, AttributeValue::N(_)) = &merged.update.actions[at]
                && !merged.sums.contains(path)
            {
                merged.sums.push(path.clone());
            }
        }
        let fits = merged.update.check_paths().is_ok()
            && merged.update.check_limits().is_ok()
            && merged.condition().is_none_or(|condition| condition.check_limits().is_ok());
        fits.then_some(merged)
    }

    /// The one update.
    pub(crate) fn update(&self) -> &UpdateExpression {
        &self.update
    }

    /// What the item must meet for the result to be the same.
    pub(crate) fn condition(&self) -> Option<Condition> {
        let most = Number::from_parts(false, 1, 37).expect("10^37 is a number");
        let bound = |number| Term::Value(AttributeValue::N(number));
        let within = |path: &DocumentPath| {
            Condition::Or(vec![
                Condition::NotExists(path.clone()),
                Condition::Between(Term::Path(path.clone()), bound(-most), bound(most)),
            ])
        };
        let mut conditions: Vec<Condition> = self.sums.iter().map(within).collect();
        match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(Condition::And(conditions)),
        }
    }
}

/// Which of the earlier actions changes what this one is about, if any does; `None` where more than that stands between them.
#[expect(clippy::option_option, reason = "refused, or met by none, or by one")]
fn meets(earlier: &[UpdateAction], action: &UpdateAction) -> Option<Option<usize>> {
    let mut met = None;
    for (at, before) in earlier.iter().enumerate() {
        match Relation::of(before.path(), action.path()) {
            Relation::Apart => {}
            Relation::Elements { rising, first_ends, second_ends }
                if (!first_ends || (rising && is_plain_set(before)))
                    && (!second_ends || (rising && is_plain_set(action))) => {}
            Relation::Equal | Relation::Within if !ends_at_element(before.path()) => met = Some(at),
            _ => return None,
        }
    }
    // What it reads must be as it was, but for what it meets.
    let read = paths_read(action);
    let as_it_was = |(at, before): (usize, &UpdateAction)| {
        Some(at) == met || read.iter().all(|path| Relation::of(before.path(), path) == Relation::Apart)
    };
    earlier.iter().enumerate().all(as_it_was).then_some(met)
}

/// How two paths stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// They have nothing in common.
    Apart,
    Equal,
    /// The second one leads into what the first one leads to.
    Within,
    /// They lead to, or through, different elements of one list.
    Elements {
        rising: bool,
        first_ends: bool,
        second_ends: bool,
    },
    /// Anything else.
    Entangled,
}

impl Relation {
    fn of(first: &DocumentPath, second: &DocumentPath) -> Self {
        if first.attribute != second.attribute {
            return Self::Apart;
        }
        let pairs = first.steps.iter().zip(&second.steps);
        match pairs.enumerate().find(|(_, (one, two))| one != two) {
            Some((_, (PathStep::Member(_), PathStep::Member(_)))) => Self::Apart,
            Some((at, (PathStep::Element(one), PathStep::Element(two)))) => Self::Elements {
                rising: one < two,
                first_ends: first.steps.len() == at + 1,
                second_ends: second.steps.len() == at + 1,
            },
            Some(_) => Self::Entangled,
            None if first.steps.len() == second.steps.len() => Self::Equal,
            None if first.steps.len() < second.steps.len() => Self::Within,
            None => Self::Entangled,
        }
    }
}

fn ends_at_element(path: &DocumentPath) -> bool {
    matches!(path.steps.last(), Some(PathStep::Element(_)))
}

fn is_plain_set(action: &UpdateAction) -> bool {
    matches!(action, UpdateAction::Set(_, Assignment::Value(_)))
}

/// What `first` and then all of `next` come to, which are on the same path or within it.
fn compose(first: &UpdateAction, next: &[&UpdateAction]) -> Option<UpdateAction> {
    use Assignment as A;
    use UpdateAction as U;
    let path = first.path();
    let known = match first {
        U::Set(_, A::Value(value)) => Some(Some(value)),
        U::Remove(_) => Some(None),
        _ => None,
    };
    if let Some(before) = known {
        return carry_out(path, before, next);
    }
    let [second] = next else { return None };
    if path != second.path() {
        return None;
    }
    let absent = |assignment: &Assignment| match assignment {
        A::IfNotExists(read, otherwise) if read == path => match &**otherwise {
            A::Value(value) => Some(value.clone()),
            _ => None,
        },
        _ => None,
    };
    match (first, second) {
        (U::Set(_, one), U::Set(_, A::Value(last))) => {
            let dropped = absent(one)?;
            may_drop(path, &dropped, last).then(|| (*second).clone())
        }
        (U::Set(_, one), U::Set(_, two)) if absent(one).is_some() && absent(two).is_some() => {
            Some(first.clone())
        }
        (U::Set(_, one), U::Set(_, two)) => Some(U::Set(path.clone(), lengthen(path, one, two)?)),
        (U::Add(_, one), U::Add(_, two)) => Some(U::Add(path.clone(), sum(one, two)?)),
        (U::Delete(_, one), U::Delete(_, two)) => Some(U::Delete(path.clone(), unite(one, two)?)),
        (U::Delete(_, one), U::Add(_, two)) => (unite(one, two)? == *two).then(|| (*second).clone()),
        _ => None,
    }
}

/// Carries out an update's actions on what is known to stand at `path` by then.
fn carry_out(
    path: &DocumentPath,
    before: Option<&AttributeValue>,
    actions: &[&UpdateAction],
) -> Option<UpdateAction> {
    let nested = !path.steps.is_empty();
    let stays = |action: &UpdateAction| {
        let of_document = matches!(action, UpdateAction::Add(..) | UpdateAction::Delete(..));
        of_document && !action.path().steps.is_empty()
    };
    let reads_on =
        |read: &DocumentPath| !matches!(Relation::of(path, read), Relation::Equal | Relation::Within);
    if actions.iter().any(|action| stays(action) || paths_read(action).into_iter().any(reads_on)) {
        return None;
    }
    // Of all that the action reads and writes, the part from here on.
    const HERE: &str = "here";
    let moved = |other: &DocumentPath| DocumentPath {
        attribute: HERE.into(),
        steps: other.steps[path.steps.len()..].to_vec(),
    };
    let actions = actions.iter().map(|action| move_paths(action, &moved)).collect();
    let mut item: Attributes = before.map(|value| (HERE.to_owned(), value.clone())).into_iter().collect();
    UpdateExpression { actions }.apply(&mut item).ok()?;
    match (before, item.remove(HERE)) {
        (Some(before), Some(after)) => {
            may_drop(path, before, &after).then(|| UpdateAction::Set(path.clone(), Assignment::Value(after)))
        }
        (None, Some(after)) => Some(UpdateAction::Set(path.clone(), Assignment::Value(after))),
        (Some(before), None) => {
            (nested && is_shallow(path, before)).then(|| UpdateAction::Remove(path.clone()))
        }
        (None, None) => Some(UpdateAction::Remove(path.clone())),
    }
}

fn move_paths(action: &UpdateAction, moved: &impl Fn(&DocumentPath) -> DocumentPath) -> UpdateAction {
    fn assignment(assigned: &Assignment, moved: &impl Fn(&DocumentPath) -> DocumentPath) -> Assignment {
        let inner = |inner: &Assignment| Box::new(assignment(inner, moved));
        match assigned {
            Assignment::Value(value) => Assignment::Value(value.clone()),
            Assignment::Path(path) => Assignment::Path(moved(path)),
            Assignment::Plus(one, two) => Assignment::Plus(inner(one), inner(two)),
            Assignment::Minus(one, two) => Assignment::Minus(inner(one), inner(two)),
            Assignment::IfNotExists(path, otherwise) => {
                Assignment::IfNotExists(moved(path), inner(otherwise))
            }
            Assignment::Append(one, two) => Assignment::Append(inner(one), inner(two)),
        }
    }
    let path = moved(action.path());
    match action {
        UpdateAction::Set(_, assigned) => UpdateAction::Set(path, assignment(assigned, moved)),
        UpdateAction::Remove(_) => UpdateAction::Remove(path),
        UpdateAction::Add(_, value) => UpdateAction::Add(path, value.clone()),
        UpdateAction::Delete(_, value) => UpdateAction::Delete(path, value.clone()),
    }
}

/// Whether the service takes `dropped` wherever it takes `last`.
fn may_drop(path: &DocumentPath, dropped: &AttributeValue, last: &AttributeValue) -> bool {
    let length = match dropped {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(bytes) => bytes.len(),
        _ => 1,
    };
    dropped.kind() == last.kind() && (1..=MAX_DROPPED).contains(&length) && is_shallow(path, dropped)
}

fn is_shallow(path: &DocumentPath, value: &AttributeValue) -> bool {
    fn fits(value: &AttributeValue, levels: usize) -> bool {
        let Some(below) = levels.checked_sub(1) else { return false };
        match value {
            AttributeValue::L(values) => values.iter().all(|value| fits(value, below)),
            AttributeValue::M(members) => members.values().all(|value| fits(value, below)),
            _ => true,
        }
    }
    fits(value, MAX_LEVELS.saturating_sub(path.steps.len()))
}

/// A list at `path` that is added to twice, on the same side.
fn lengthen(path: &DocumentPath, one: &Assignment, two: &Assignment) -> Option<Assignment> {
    use Assignment as A;
    let list = |assignment: &Assignment| match assignment {
        A::Value(AttributeValue::L(values)) => Some(values.clone()),
        _ => None,
    };
    let is_there = |assignment: &Assignment| match assignment {
        A::Path(read) => read == path,
        A::IfNotExists(read, otherwise) => {
            read == path && list(otherwise).is_some_and(|list| list.is_empty())
        }
        _ => false,
    };
    let (A::Append(one_left, one_right), A::Append(two_left, two_right)) = (one, two) else { return None };
    let both = |first: &Assignment, second: &Assignment| {
        let values = [list(first)?, list(second)?].concat();
        Some(Box::new(A::Value(AttributeValue::L(values))))
    };
    if is_there(one_left) && is_there(two_left) {
        Some(A::Append(one_left.clone(), both(one_right, two_right)?))
    } else if is_there(one_right) && is_there(two_right) {
        Some(A::Append(both(two_left, one_left)?, one_right.clone()))
    } else {
        None
    }
}

/// What is added by two `ADD`s.
fn sum(one: &AttributeValue, two: &AttributeValue) -> Option<AttributeValue> {
    let (AttributeValue::N(one), AttributeValue::N(two)) = (one, two) else { return unite(one, two) };
    let sum = one.checked_add(*two).ok()?;
    let is_small = |number: &Number| {
        number.parts().1 >= 0 && number.magnitude().is_some_and(|magnitude| magnitude < MAX_ADDED_DIGITS)
    };
    let fits = one.is_negative() == two.is_negative() && [one, two, &sum].into_iter().all(is_small);
    fits.then_some(AttributeValue::N(sum))
}

/// Two sets of one type as one.
fn unite(one: &AttributeValue, two: &AttributeValue) -> Option<AttributeValue> {
    use AttributeValue as V;
    Some(match (one, two) {
        (V::StringSet(one), V::StringSet(two)) => V::StringSet(one | two),
        (V::NumberSet(one), V::NumberSet(two)) => V::NumberSet(one | two),
        (V::BinarySet(one), V::BinarySet(two)) => V::BinarySet(one | two),
        _ => return None,
    })
}

/// The paths that an action reads, besides what it adds to or takes from.
fn paths_read(action: &UpdateAction) -> Vec<&DocumentPath> {
    fn collect<'a>(assignment: &'a Assignment, paths: &mut Vec<&'a DocumentPath>) {
        match assignment {
            Assignment::Value(_) => {}
            Assignment::Path(path) => paths.push(path),
            Assignment::IfNotExists(path, otherwise) => {
                paths.push(path);
                collect(otherwise, paths);
            }
            Assignment::Plus(one, two) | Assignment::Minus(one, two) | Assignment::Append(one, two) => {
                collect(one, paths);
                collect(two, paths);
            }
        }
    }
    let mut paths = Vec::new();
    if let UpdateAction::Set(_, assignment) = action {
        collect(assignment, &mut paths);
    }
    paths
}

/// The bytes by which an update can let an item grow at most; `None` where it copies what is there.
fn growth(update: &UpdateExpression) -> Option<usize> {
    /// What a number takes at most, and what stands around a member or element.
    const NUMBER: usize = 22;
    const AROUND: usize = 4;
    fn assigned(path: &DocumentPath, assignment: &Assignment) -> Option<usize> {
        match assignment {
            Assignment::Value(value) => Some(value.size() + AROUND),
            // Copied to where it stands.
            Assignment::Path(read) => (read == path).then_some(0),
            Assignment::IfNotExists(read, otherwise) => (read == path).then(|| assigned(path, otherwise))?,
            Assignment::Plus(..) | Assignment::Minus(..) => Some(NUMBER),
            Assignment::Append(one, two) => {
                let is_value = |assignment: &Assignment| matches!(assignment, Assignment::Value(_));
                let once = is_value(one) || is_value(two);
                once.then(|| Some(assigned(path, one)? + assigned(path, two)? + AROUND))?
            }
        }
    }
    let mut bytes = 0;
    for action in &update.actions {
        let path = action.path();
        let last = path.steps.last();
        bytes += AROUND
            + match last {
                Some(PathStep::Member(name)) => name.len(),
                Some(PathStep::Element(_)) => 0,
                None => path.attribute.len(),
            };
        bytes += match action {
            UpdateAction::Set(path, assignment) => assigned(path, assignment)?,
            UpdateAction::Add(_, AttributeValue::N(_)) => NUMBER,
            UpdateAction::Add(_, value) => value.size() + AROUND,
            UpdateAction::Remove(_) | UpdateAction::Delete(..) => 0,
        };
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
