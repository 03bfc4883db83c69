//! What is wrong with an input of CreateTable or UpdateTable that the request values cannot hold: a list that is empty,
//! which the service tells from none, and a change of an index that is none, or several.

use dynochemy_core::Rejection;
use dynochemy_core::json::{JsonError, Kind, Reader};

use crate::failure::invalid;

/// Checks an input that has its shape.
pub(super) fn check(action: &str, body: &[u8]) -> Result<(), Box<Rejection>> {
    // Whoever reads the input next tells of what is no JSON.
    let problem = match action {
        "CreateTable" => created(&mut Reader::new(body)),
        "UpdateTable" => updated(&mut Reader::new(body)),
        _ => return Ok(()),
    };
    match problem {
        Ok(Some(problem)) => Err(invalid(problem)),
        _ => Ok(()),
    }
}

fn created(reader: &mut Reader<'_>) -> Result<Option<String>, JsonError> {
    let mut empty = Vec::new();
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        let is_index = matches!(&*name, "GlobalSecondaryIndexes" | "LocalSecondaryIndexes");
        if is_index && reader.peek()? == Kind::Array {
            let mut first = true;
            reader.array()?;
            if !reader.element(&mut first)? {
                empty.push(name.into_owned());
                continue;
            }
            reader.skip()?;
            while reader.element(&mut first)? {
                reader.skip()?;
            }
        } else {
            reader.skip()?;
        }
    }
    // Local indexes come first.
    Ok(empty.iter().max().map(|name| format!("List of {name} is empty")))
}

fn updated(reader: &mut Reader<'_>) -> Result<Option<String>, JsonError> {
    let (mut problem, mut changes, mut is_empty) = (None, false, false);
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        let is_list = reader.peek()? == Kind::Array;
        match &*name {
            "GlobalSecondaryIndexUpdates" if is_list => {
                is_empty = true;
                let mut first = true;
                reader.array()?;
                while reader.element(&mut first)? {
                    is_empty = false;
                    problem = problem.or(index_update(reader)?);
                }
            }
            other => {
                let is_change = !matches!(other, "TableName" | "AttributeDefinitions");
                changes |= is_change && reader.peek()? != Kind::Null;
                reader.skip()?;
            }
        }
    }
    // Where nothing else is asked for, an empty list is as good as none.
    if is_empty && changes {
        return Ok(Some("List of GlobalSecondaryIndexUpdates is empty".to_owned()));
    }
    Ok(problem.map(str::to_owned))
}

fn index_update(reader: &mut Reader<'_>) -> Result<Option<&'static str>, JsonError> {
    let mut changes = 0;
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        if matches!(&*name, "Update" | "Create" | "Delete") && reader.peek()? != Kind::Null {
            changes += 1;
        }
        reader.skip()?;
    }
    Ok(match changes {
        0 => Some(
            "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
             GlobalSecondaryIndexUpdate.Delete must not be null",
        ),
        1 => None,
        _ => Some("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(action: &str, input: &Value) -> Option<String> {
        let problem = check(action, input.to_string().as_bytes()).err()?.message;
        Some(problem.replace("One or more parameter values were invalid: ", ""))
    }

    #[test]
    fn an_empty_list_of_indexes_is_not_none() {
        for (input, expected) in [
            (json!({"GlobalSecondaryIndexes": []}), Some("List of GlobalSecondaryIndexes is empty")),
            (
                json!({"GlobalSecondaryIndexes": [], "LocalSecondaryIndexes": []}),
                Some("List of LocalSecondaryIndexes is empty"),
            ),
            (json!({"GlobalSecondaryIndexes": [{}, {}], "Tags": []}), None),
            (json!({"GlobalSecondaryIndexes": null}), None),
        ] {
            assert_eq!(refused("CreateTable", &input).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn a_change_of_an_index_is_one() {
        let none = "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                    GlobalSecondaryIndexUpdate.Delete must not be null";
        let several =
            "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object";
        for (updates, expected) in [
            (json!([{}]), Some(none)),
            (json!([{"Delete": {}}, {"Update": null}]), Some(none)),
            (json!([{"Delete": {}, "Update": {}}]), Some(several)),
            (json!([{"Delete": {}, "Update": null}, {"Create": {}}]), None),
            (json!([]), None),
        ] {
            let input =
                json!({"TableName": "a", "AttributeDefinitions": [], "GlobalSecondaryIndexUpdates": updates});
            assert_eq!(refused("UpdateTable", &input).as_deref(), expected, "{input}");
        }
        let with_more = json!({"GlobalSecondaryIndexUpdates": [], "DeletionProtectionEnabled": true});
        let empty = Some("List of GlobalSecondaryIndexUpdates is empty");
        assert_eq!(refused("UpdateTable", &with_more).as_deref(), empty);
    }
}
