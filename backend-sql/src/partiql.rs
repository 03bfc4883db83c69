//! PartiQL text into statements whose conditions and changes are the core's expression values.
//!
//! A statement's names and literals become values here; `?` becomes the parameter that stands for it. What a statement
//! means for a table is not known here: the actions ask the table which of its conditions name a key
//! ([`action`](crate::action)).
//!
//! Text is read once, front to back. Only literals within literals make the reader call itself, as deep as DynamoDB's values
//! go; parentheses of a condition stand in a list. What the service says of a fault is told in its words where they are
//! known; where in the text it stands is told as `line:column:length`.
//!
//! See [PartiQL for DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html).

mod assignment;
mod condition;
mod lexer;
mod literal;
mod parser;
mod statement;

use std::borrow::Cow;

use dynochemy_core::api::ReturnValues;
use dynochemy_core::expression::{Condition, DocumentPath, PathStep, UpdateExpression};
use dynochemy_core::{AttributeValue, Attributes, Rejection};

use crate::check;
use crate::failure::validation;
use parser::{Fault, Parser};

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    Select(Select),
    /// `EXISTS(SELECT ..)`, which a transaction checks.
    Exists(Select),
    Insert(Insert),
    Update(Update),
    Delete(Delete),
}

/// `SELECT columns FROM table.index WHERE condition ORDER BY ..`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Select {
    pub(crate) table: String,
    pub(crate) index: Option<String>,
    /// None for all attributes.
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) condition: Option<Condition>,
    pub(crate) order: Vec<Order>,
}

/// What a SELECT returns of an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) path: DocumentPath,
}

impl Column {
    /// What the answer calls it: the last name of its path, and the indexes behind that.
    pub(crate) fn name(&self) -> String {
        let DocumentPath { attribute, steps } = &self.path;
        let last = steps.iter().rposition(|step| matches!(step, PathStep::Member(_)));
        let mut name = match last.and_then(|last| steps.get(last)) {
            Some(PathStep::Member(member)) => Cow::clone(member),
            _ => attribute.clone(),
        }
        .into_owned();
        for step in &steps[last.map_or(0, |last| last + 1)..] {
            if let PathStep::Element(index) = step {
                name.push_str(&format!("[{index}]"));
            }
        }
        name
    }
}

/// An attribute of `ORDER BY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) attribute: String,
    pub(crate) descends: bool,
}

/// `INSERT INTO table VALUE item`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Insert {
    pub(crate) table: String,
    pub(crate) item: Attributes,
}

/// `UPDATE table SET .. REMOVE .. WHERE condition RETURNING ..`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Update {
    pub(crate) table: String,
    pub(crate) changes: UpdateExpression,
    pub(crate) condition: Option<Condition>,
    pub(crate) returning: Option<ReturnValues>,
}

/// `DELETE FROM table WHERE condition RETURNING ALL OLD *`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delete {
    pub(crate) table: String,
    pub(crate) condition: Option<Condition>,
    pub(crate) returning: Option<ReturnValues>,
}

impl Statement {
    /// The table, by its name or resource name.
    pub(crate) fn table(&self) -> &str {
        match self {
            Self::Select(Select { table, .. })
            | Self::Exists(Select { table, .. })
            | Self::Insert(Insert { table, .. })
            | Self::Update(Update { table, .. })
            | Self::Delete(Delete { table, .. }) => table,
        }
    }

    /// Holds its condition to what the service refuses of any.
    pub(crate) fn check_condition(&self) -> Result<(), Box<Rejection>> {
        let condition = match self {
            Self::Select(Select { condition, .. })
            | Self::Exists(Select { condition, .. })
            | Self::Update(Update { condition, .. })
            | Self::Delete(Delete { condition, .. }) => condition.as_ref(),
            Self::Insert(_) => None,
        };
        condition.map_or(Ok(()), |condition| check::condition(condition, "Statement").map_err(without_member))
    }

    /// Holds its changes to what the service refuses of any.
    pub(crate) fn check_changes(&self) -> Result<(), Box<Rejection>> {
        match self {
            Self::Update(Update { changes, .. }) => check::update(changes).map_err(without_member),
            _ => Ok(()),
        }
    }

    /// Whether it returns what it found before or after its change.
    pub(crate) fn returns(&self) -> bool {
        match self {
            Self::Update(Update { returning, .. }) | Self::Delete(Delete { returning, .. }) => {
                returning.is_some()
            }
            _ => false,
        }
    }
}

/// Expressions are members of a request, which messages name; statements have no such.
fn without_member(mut rejection: Box<Rejection>) -> Box<Rejection> {
    let bare = rejection.message.strip_prefix("Invalid ").and_then(|rest| rest.split_once(": "));
    if let Some(bare) = bare.map(|(_, bare)| bare.to_owned()) {
        rejection.message = bare;
    }
    rejection
}

/// Reads a statement, whose `?` stand for these parameters, in their order.
///
/// # Errors
/// What the service would say of it: of its grammar first, then of the number of its parameters, then of literals and
/// clauses. Its conditions and changes are held to more by [`Statement::check_condition`] and
/// [`Statement::check_changes`], when it is known what else it does.
pub(crate) fn parse(text: &str, parameters: &[AttributeValue]) -> Result<Statement, Box<Rejection>> {
    let mut parser = Parser::new(text, parameters).map_err(Fault::rejection)?;
    let read = statement::statement(&mut parser);
    match read {
        Err(fault @ Fault::Malformed(_)) => Err(fault.rejection()),
        _ if !parser.has_its_parameters() => {
            Err(validation("Number of parameters in request and statement don't match."))
        }
        read => read.map_err(Fault::rejection),
    }
}

#[cfg(test)]
mod tests;
