//! What fuzz targets need of the inside; compiled only under `--cfg fuzzing`.

use dynochemy_core::expression::{Condition, DocumentPath, KeyCondition, UpdateExpression};
use dynochemy_core::{AttributeValue, Key, KeyValue, Rejection};

use crate::partiql::{self, Select, Statement};
use crate::storage::Place;
use crate::wire::expression;

#[cfg(feature = "server")]
pub use crate::server::fuzzing::serve;

/// The names and values that expression text may mention.
pub struct Placeholders(expression::Placeholders);

impl Placeholders {
    /// What these stand for.
    ///
    /// # Errors
    /// The service's message where they are no placeholders.
    pub fn new(names: Vec<(String, String)>, values: Vec<(String, AttributeValue)>) -> Result<Self, String> {
        expression::Placeholders::new(names, values).map(Self)
    }

    /// Reads a filter.
    ///
    /// # Errors
    /// What the service answers.
    pub fn condition(&self, text: &str) -> Result<Condition, Box<Rejection>> {
        expression::condition("FilterExpression", text, &self.0)
    }

    /// Reads a key condition.
    ///
    /// # Errors
    /// What the service answers.
    pub fn key_condition(&self, text: &str) -> Result<KeyCondition, Box<Rejection>> {
        expression::key_condition(expression::condition("KeyConditionExpression", text, &self.0)?)
    }

    /// Reads an update.
    ///
    /// # Errors
    /// What the service answers.
    pub fn update(&self, text: &str) -> Result<UpdateExpression, Box<Rejection>> {
        expression::update(text, &self.0)
    }

    /// Reads a projection.
    ///
    /// # Errors
    /// What the service answers.
    pub fn projection(&self, text: &str) -> Result<Vec<DocumentPath>, Box<Rejection>> {
        expression::projection(text, &self.0)
    }
}

/// The form of the hash key and of the range key by which an item lies in its table.
#[must_use]
pub fn place(key: &Key) -> (Vec<u8>, Vec<u8>) {
    let place = Place::of(key);
    (place.key_hash().to_vec(), place.range().to_vec())
}

/// The same in an index whose keys have these values, of the item with this key.
#[must_use]
pub fn place_in_index(hash: &[KeyValue], range: &[KeyValue], primary: &Key) -> (Vec<u8>, Vec<u8>) {
    let place = Place::in_index(hash, range, &Place::of(primary));
    (place.key_hash().to_vec(), place.range().to_vec())
}

/// What a PartiQL statement does.
pub enum Effect {
    /// It reads all that meets a condition out of a table, and returns it whole.
    SelectsAll(Option<Condition>),
    /// It reads something else.
    Reads,
    /// It writes.
    Writes,
}

/// Reads a PartiQL statement without parameters.
///
/// # Errors
/// What the service answers.
pub fn statement(text: &str) -> Result<Effect, Box<Rejection>> {
    Ok(match partiql::parse(text, &[])? {
        Statement::Select(Select { index: None, columns: None, condition, .. }) => {
            Effect::SelectsAll(condition)
        }
        Statement::Select(_) | Statement::Exists(_) => Effect::Reads,
        Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => Effect::Writes,
    })
}
