//! The service's limits on expressions, checked before anything is sent.
//!
//! Text is counted as the HTTP codec writes it, with its placeholders; beside other expressions in one request these may
//! be a byte longer, so that nothing is refused here that the service would take.
//!
//! See [Expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters).

use std::collections::BTreeSet;

use super::{
    Assignment, Condition, DocumentPath, KeyCondition, PathStep, RangeCondition, Term, UpdateAction,
    UpdateExpression,
};
use crate::value::AttributeValue;
use crate::wire::WireError;

/// The most bytes of an expression's text: 4 KB.
pub const MAX_TEXT: usize = 4096;
/// The most operators and functions in an expression.
pub const MAX_OPERATORS: usize = 300;
/// The most operands of `IN`.
pub const MAX_IN: usize = 100;
/// The most bytes of all values of an expression: 2 MB.
pub const MAX_VALUES: usize = 2 * 1024 * 1024;
/// The most bytes of an attribute's name: one less than 64 KB.
pub const MAX_NAME: usize = 65_535;

impl Condition {
    /// Whether the service takes a condition or filter of this size.
    ///
    /// # Errors
    /// When a limit is exceeded; the error tells which, and what to do.
    pub fn check_limits(&self) -> Result<(), WireError> {
        Measure::of("the condition", |measure| measure.condition(self))
    }
}

impl UpdateExpression {
    /// Whether the service takes an update of this size.
    ///
    /// # Errors
    /// As [`Condition::check_limits`].
    pub fn check_limits(&self) -> Result<(), WireError> {
        Measure::of("the update", |measure| measure.update(self))
    }
}

impl KeyCondition {
    /// Whether the service takes a key condition of this size.
    ///
    /// # Errors
    /// As [`Condition::check_limits`].
    pub fn check_limits(&self) -> Result<(), WireError> {
        Measure::of("the key condition", |measure| measure.key_condition(self))
    }
}

impl DocumentPath {
    /// Whether the service takes a projection of these paths.
    ///
    /// # Errors
    /// As [`Condition::check_limits`].
    pub fn check_projection_limits(paths: &[Self]) -> Result<(), WireError> {
        Measure::of("the projection", |measure| {
            measure.separators(paths.len(), ", ");
            paths.iter().for_each(|path| measure.path(path));
        })
    }
}

/// What an expression takes.
#[derive(Default)]
struct Measure<'a> {
    /// Text that is no placeholder.
    text: usize,
    /// The names, in the order in which they get their placeholders, and how often each occurs.
    names: Vec<(&'a str, usize)>,
    known: BTreeSet<&'a str>,
    values: usize,
    value_bytes: usize,
    operators: usize,
    /// The longest list of `IN`.
    operands: usize,
}

/// The bytes of a condition's text, to be held against what the codec writes.
#[cfg(all(test, feature = "http"))]
pub(crate) fn condition_length(condition: &Condition) -> usize {
    let mut measure = Measure::default();
    measure.condition(condition);
    measure.text_length()
}

/// The bytes of a key condition's text.
#[cfg(all(test, feature = "http"))]
pub(crate) fn key_condition_length(condition: &KeyCondition) -> usize {
    let mut measure = Measure::default();
    measure.key_condition(condition);
    measure.text_length()
}

/// The bytes of an update's text.
#[cfg(all(test, feature = "http"))]
pub(crate) fn update_length(update: &UpdateExpression) -> usize {
    let mut measure = Measure::default();
    measure.update(update);
    measure.text_length()
}

/// The characters of a placeholder: `#a7`, `:v12`.
fn placeholder(index: usize) -> usize {
    2 + index.checked_ilog10().unwrap_or_default() as usize + 1
}

impl<'a> Measure<'a> {
    fn of(what: &str, count: impl FnOnce(&mut Self)) -> Result<(), WireError> {
        let mut measure = Self::default();
        count(&mut measure);
        measure.check().map_err(|problem| WireError::new(format!("{what} {problem}")))
    }

    fn check(&self) -> Result<(), String> {
        if let Some((name, _)) = self.names.iter().find(|(name, _)| !(1..=MAX_NAME).contains(&name.len())) {
            return Err(match name.len() {
                0 => "names an attribute by an empty name, which none has".to_owned(),
                length => format!("has an attribute name of {length} bytes; at most {MAX_NAME} are allowed"),
            });
        }
        if self.operands > MAX_IN {
            let operands = self.operands;
            return Err(format!(
                "compares with {operands} values by `IN`; split it, at most {MAX_IN} are allowed"
            ));
        }
        if self.operators > MAX_OPERATORS {
            let operators = self.operators;
            return Err(format!(
                "has {operators} operators and functions; split it, at most {MAX_OPERATORS} are allowed"
            ));
        }
        if self.value_bytes > MAX_VALUES {
            let bytes = self.value_bytes;
            return Err(format!(
                "has values of {bytes} bytes; split it, at most {MAX_VALUES} (2 MB) are allowed"
            ));
        }
        let text = self.text_length();
        if text > MAX_TEXT {
            return Err(format!(
                "takes {text} bytes as text; split it, at most {MAX_TEXT} (4 KB) are allowed"
            ));
        }
        Ok(())
    }

    /// The bytes of the text.
    fn text_length(&self) -> usize {
        let uses = self.names.iter().enumerate().map(|(index, (_, uses))| placeholder(index) * uses);
        self.text + uses.sum::<usize>() + (0..self.values).map(placeholder).sum::<usize>()
    }

    fn separators(&mut self, count: usize, separator: &str) {
        self.text += count.saturating_sub(1) * separator.len();
    }

    fn name(&mut self, name: &'a str) {
        if self.known.insert(name) {
            self.names.push((name, 1));
        } else if let Some((_, uses)) = self.names.iter_mut().find(|(known, _)| *known == name) {
            *uses += 1;
        }
    }

    fn value(&mut self, bytes: usize) {
        self.values += 1;
        self.value_bytes += bytes;
    }

    fn path(&mut self, path: &'a DocumentPath) {
        self.name(&path.attribute);
        for step in &path.steps {
            match step {
                PathStep::Member(name) => {
                    self.text += ".".len();
                    self.name(name);
                }
                PathStep::Element(index) => self.text += format!("[{index}]").len(),
            }
        }
    }

    fn function(&mut self, name: &str, path: &'a DocumentPath) {
        self.operators += 1;
        self.text += name.len() + "()".len();
        self.path(path);
    }

    fn function_of(&mut self, text: &str, first: &'a Term, second: &'a Term) {
        self.operators += 1;
        self.text += text.len();
        self.term(first);
        self.term(second);
    }

    fn term(&mut self, term: &'a Term) {
        match term {
            Term::Path(path) => self.path(path),
            Term::Value(value) => self.value(value.size()),
            Term::Size(path) => self.function("size", path),
        }
    }

    fn condition(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Compare(left, comparator, right) => {
                self.operators += 1;
                self.text += comparator.symbol().len() + "  ".len();
                self.term(left);
                self.term(right);
            }
            Condition::Between(term, low, high) => {
                self.operators += 1;
                self.text += " BETWEEN  AND ".len();
                [term, low, high].into_iter().for_each(|term| self.term(term));
            }
            Condition::In(term, list) => {
                self.operators += 1;
                self.operands = self.operands.max(list.len());
                self.text += " IN ()".len();
                self.separators(list.len(), ", ");
                self.term(term);
                list.iter().for_each(|term| self.term(term));
            }
            Condition::Exists(path) => self.function("attribute_exists", path),
            Condition::NotExists(path) => self.function("attribute_not_exists", path),
            Condition::Type(path, kind) => {
                self.function("attribute_type, ", path);
                self.value(kind.name().len());
            }
            Condition::BeginsWith(term, prefix) => self.function_of("begins_with(, )", term, prefix),
            Condition::Contains(term, part) => self.function_of("contains(, )", term, part),
            Condition::And(parts) => self.parts(parts, " AND "),
            Condition::Or(parts) => self.parts(parts, " OR "),
            Condition::Not(part) => {
                self.operators += 1;
                self.text += "NOT ".len();
                self.part(part);
            }
        }
    }

    fn parts(&mut self, parts: &'a [Condition], operator: &str) {
        // A group of one is its member.
        if let [part] = parts {
            return self.condition(part);
        }
        self.operators += parts.len().saturating_sub(1);
        self.separators(parts.len(), operator);
        parts.iter().for_each(|part| self.part(part));
    }

    fn part(&mut self, part: &'a Condition) {
        let group = match part {
            Condition::And(parts) | Condition::Or(parts) => parts.len() > 1,
            part => matches!(part, Condition::Not(_)),
        };
        if group {
            self.text += "()".len();
        }
        self.condition(part);
    }

    fn update(&mut self, update: &'a UpdateExpression) {
        // Actions of one kind share their keyword.
        let mut kinds = BTreeSet::new();
        for action in &update.actions {
            let (keyword, between) = match action {
                UpdateAction::Set(..) => ("SET ", " = "),
                UpdateAction::Remove(_) => ("REMOVE ", ""),
                UpdateAction::Add(..) => ("ADD ", " "),
                UpdateAction::Delete(..) => ("DELETE ", " "),
            };
            // Before each but the first of all stands a comma and a space, or a space.
            self.text += match (kinds.is_empty(), kinds.insert(keyword)) {
                (true, _) => keyword.len(),
                (false, true) => " ".len() + keyword.len(),
                (false, false) => ", ".len(),
            };
            self.text += between.len();
            self.path(action.path());
            match action {
                UpdateAction::Set(_, assignment) => self.assignment(assignment),
                UpdateAction::Remove(_) => {}
                UpdateAction::Add(_, value) | UpdateAction::Delete(_, value) => self.value(value.size()),
            }
        }
    }

    fn assignment(&mut self, assignment: &'a Assignment) {
        match assignment {
            Assignment::Value(value) => self.value(value.size()),
            Assignment::Path(path) => self.path(path),
            Assignment::Plus(left, right) | Assignment::Minus(left, right) => {
                self.operators += 1;
                self.text += " + ".len();
                self.assignment(left);
                self.assignment(right);
            }
            Assignment::IfNotExists(path, otherwise) => {
                self.function("if_not_exists, ", path);
                self.assignment(otherwise);
            }
            Assignment::Append(left, right) => {
                self.operators += 1;
                self.text += "list_append(, )".len();
                self.assignment(left);
                self.assignment(right);
            }
        }
    }

    fn key_condition(&mut self, condition: &'a KeyCondition) {
        let parts = condition.equal.len() + usize::from(condition.range.is_some());
        self.separators(parts, " AND ");
        let size = |value: &crate::key::KeyValue| AttributeValue::from(value.clone()).size();
        for (name, value) in &condition.equal {
            self.operators += 1;
            self.text += " = ".len();
            self.name(name);
            self.value(size(value));
        }
        let Some((name, range)) = &condition.range else { return };
        self.operators += 1;
        self.name(name);
        match range {
            RangeCondition::Compare(comparator, value) => {
                self.text += comparator.symbol().len() + "  ".len();
                self.value(size(value));
            }
            RangeCondition::Between(low, high) => {
                self.text += " BETWEEN  AND ".len();
                self.value(size(low));
                self.value(size(high));
            }
            RangeCondition::BeginsWith(prefix) => {
                self.text += "begins_with(, )".len();
                self.value(size(prefix));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> DocumentPath {
        DocumentPath::attribute(name.to_owned())
    }

    fn problem(condition: &Condition) -> String {
        condition.check_limits().unwrap_err().to_string()
    }

    #[test]
    fn operands_of_in_are_counted() {
        let list = |count: usize| {
            let values = (0..count).map(|value| Term::Value((value as u64).into()));
            Condition::In(Term::Path(path("a")), values.collect())
        };
        assert_eq!(list(100).check_limits(), Ok(()));
        assert!(problem(&list(101)).contains("101 values by `IN`; split it, at most 100"));
    }

    #[test]
    fn operators_and_functions_are_counted() {
        // n functions and n - 1 ANDs.
        let all = |count: usize| Condition::And((0..count).map(|_| Condition::exists("a")).collect());
        assert_eq!(all(150).check_limits(), Ok(()));
        assert!(problem(&all(151)).contains("301 operators"));
    }

    #[test]
    fn values_are_counted_in_bytes() {
        let value = |bytes: usize| Condition::equal("a", AttributeValue::S("x".repeat(bytes)));
        assert_eq!(value(MAX_VALUES).check_limits(), Ok(()));
        assert!(problem(&value(MAX_VALUES + 1)).contains("2097153 bytes"));
    }

    #[test]
    fn names_are_neither_empty_nor_endless() {
        assert_eq!(Condition::exists("x".repeat(MAX_NAME)).check_limits(), Ok(()));
        assert!(problem(&Condition::exists("x".repeat(MAX_NAME + 1))).contains("65536 bytes"));
        assert!(problem(&Condition::exists("")).contains("empty name"));
        let paths = [path("a"), DocumentPath { steps: vec![PathStep::Member("".into())], ..path("b") }];
        assert!(
            DocumentPath::check_projection_limits(&paths).unwrap_err().to_string().contains("the projection")
        );
        assert_eq!(DocumentPath::check_projection_limits(&paths[..1]), Ok(()));
    }

    #[test]
    fn an_update_of_too_much_text_is_refused() {
        let set = |count: usize| UpdateExpression {
            actions: (0..count)
                .map(|index| UpdateAction::Set(path(&format!("a{index}")), Assignment::Value(1.into())))
                .collect(),
        };
        assert_eq!(set(280).check_limits(), Ok(()));
        let error = set(400).check_limits().unwrap_err().to_string();
        assert!(error.starts_with("the update takes") && error.contains("(4 KB)"), "{error}");
    }
}
