//! What the placeholders of a request stand for, and which of them its expressions use.
//!
//! See [Expression attribute names](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html).

use std::cell::Cell;
use std::collections::BTreeMap;

use dynochemy_core::AttributeValue;
use dynochemy_core::expression::MAX_NAME;

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

/// The most bytes of a placeholder.
const MAX_PLACEHOLDER: usize = 255;

impl Placeholders {
    /// What is told of them; the message where that cannot be.
    pub(crate) fn new(
        names: Vec<(String, String)>,
        values: Vec<(String, AttributeValue)>,
    ) -> Result<Self, String> {
        for (key, _) in &names {
            check_key(key, '#')
                .map_err(|problem| format!("ExpressionAttributeNames contains invalid key: {problem}"))?;
        }
        for (key, name) in &names {
            let problem = match name.len() {
                0 => "Empty attribute name",
                1..=MAX_NAME => continue,
                _ => "Attribute name is too large, must be less than 65536 bytes",
            };
            return Err(format!("ExpressionAttributeNames contains invalid value: {problem} for key {key}"));
        }
        for (key, _) in &values {
            check_key(key, ':')
                .map_err(|problem| format!("ExpressionAttributeValues contains invalid key: {problem}"))?;
        }
        Ok(Self { names: meanings(names), values: meanings(values) })
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

fn check_key(key: &str, mark: char) -> Result<(), String> {
    match key.strip_prefix(mark) {
        _ if key.is_empty() => Err("The expression attribute map contains an empty key;".to_owned()),
        _ if key.len() > MAX_PLACEHOLDER => Err(format!(
            "The expression attribute map contains a key that is too long; size of key: {}",
            key.len()
        )),
        Some(name)
            if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
        {
            Ok(())
        }
        _ => Err(format!("Syntax error; key: \"{key}\"")),
    }
}

fn meanings<T>(told: Vec<(String, T)>) -> BTreeMap<String, Meaning<T>> {
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
