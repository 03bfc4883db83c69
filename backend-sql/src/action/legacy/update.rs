//! `AttributeUpdates` as an update expression.
//!
//! See [AttributeValueUpdate](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValueUpdate.html).

use std::collections::BTreeMap;

use dynochemy_core::api::{AttributeAction, AttributeValueUpdate};
use dynochemy_core::expression::{Assignment, DocumentPath, UpdateAction, UpdateExpression};
use dynochemy_core::{AttributeType, AttributeValue, Rejection};

use super::check_name;
use crate::check;
use crate::failure::{constraint, invalid};

/// The update that these changes stand for.
pub(super) fn update(
    updates: &BTreeMap<String, AttributeValueUpdate>,
) -> Result<UpdateExpression, Box<Rejection>> {
    let actions = updates.iter().map(|(name, update)| {
        check_name(name)?;
        action(DocumentPath::attribute(name.clone()), update)
    });
    Ok(UpdateExpression { actions: actions.collect::<Result<_, _>>()? })
}

fn action(path: DocumentPath, update: &AttributeValueUpdate) -> Result<UpdateAction, Box<Rejection>> {
    let action = update.action.as_ref().unwrap_or(&AttributeAction::Put);
    if let AttributeAction::Other(name) = action {
        return Err(constraint(name, "action", "satisfy enum value set: [ADD, PUT, DELETE]"));
    }
    let Some(value) = update.value.clone() else {
        return match action {
            AttributeAction::Delete => Ok(UpdateAction::Remove(path)),
            _ => Err(invalid("Only DELETE action is allowed when no attribute value is specified")),
        };
    };
    check::value(&value)?;
    let kind = value.kind();
    let is_set =
        matches!(kind, AttributeType::StringSet | AttributeType::NumberSet | AttributeType::BinarySet);
    match action {
        AttributeAction::Delete if is_set => Ok(UpdateAction::Delete(path, value)),
        AttributeAction::Delete => {
            Err(invalid(format!("DELETE action with value is not supported for the type {}", kind.name())))
        }
        AttributeAction::Add if is_set || kind == AttributeType::N => Ok(UpdateAction::Add(path, value)),
        AttributeAction::Add if kind == AttributeType::L => Ok(appended(path, value)),
        AttributeAction::Add => {
            Err(invalid(format!("ADD action is not supported for the type {}", kind.name())))
        }
        _ => Ok(UpdateAction::Set(path, Assignment::Value(value))),
    }
}

/// The elements of a list behind those that are there; `ADD` of an expression takes no lists.
fn appended(path: DocumentPath, more: AttributeValue) -> UpdateAction {
    let none = Assignment::Value(AttributeValue::L(Vec::new()));
    let there = Assignment::IfNotExists(path.clone(), Box::new(none));
    UpdateAction::Set(path, Assignment::Append(Box::new(there), Box::new(Assignment::Value(more))))
}
