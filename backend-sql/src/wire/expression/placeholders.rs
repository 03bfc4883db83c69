//! What the placeholders of a request stand for, and which of them its expressions use.
//!
//! See [Expression attribute names](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html).

use std::cell::Cell;
use std::collections::BTreeMap;

use dynochemy_core::AttributeValue;

use super::parser::Fault;

/// `ExpressionAttributeNames` and `ExpressionAttributeValues`; the expressions of one request share them.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: BTreeMap<String, Meaning<String>>,
    values: BTreeMap<String, Meaning<AttributeValue>>,
}

#[derive(Debug)]
struct Meaning<T> {
    value: T,
    is_used: Cell<bool>,
}

impl<T> Meaning<T> {
    fn used(&self) -> &T {
        self.is_used.set(true);
        &self.value
    }
}

impl Placeholders {
    pub(crate) fn new(
        names: impl IntoIterator<Item = (String, String)>,
        values: impl IntoIterator<Item = (String, AttributeValue)>,
    ) -> Self {
        Self { names: meanings(names), values: meanings(values) }
    }

    /// The attribute's name that a placeholder such as `#name` stands for.
    pub(super) fn name(&self, placeholder: &str) -> Option<&str> {
        self.names.get(placeholder).map(|meaning| meaning.used().as_str())
    }

    /// The value that a placeholder such as `:value` stands for.
    pub(super) fn value(&self, placeholder: &str) -> Result<&AttributeValue, Fault> {
        self.values.get(placeholder).map(Meaning::used).ok_or_else(|| {
            format!("An expression attribute value used in expression is not defined; attribute value: {placeholder}")
        })
    }

    /// Whether each placeholder has been used; the message where one has not.
    pub(crate) fn check_all_used(&self) -> Result<(), String> {
        unused("Names", &self.names)?;
        unused("Values", &self.values)
    }
}

fn meanings<T>(told: impl IntoIterator<Item = (String, T)>) -> BTreeMap<String, Meaning<T>> {
    told.into_iter().map(|(name, value)| (name, Meaning { value, is_used: Cell::new(false) })).collect()
}

fn unused<T>(kind: &str, meanings: &BTreeMap<String, Meaning<T>>) -> Result<(), String> {
    let unused = meanings.iter().filter(|(_, meaning)| !meaning.is_used.get());
    let unused: Vec<&str> = unused.map(|(name, _)| name.as_str()).collect();
    if unused.is_empty() {
        return Ok(());
    }
    Err(format!(
        "Value provided in ExpressionAttribute{kind} unused in expressions: keys: {{{}}}",
        unused.join(", ")
    ))
}
