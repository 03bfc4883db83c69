//! PartiQL statements as the calls that carry them out: what a statement names in its table.
//!
//! A statement that writes, or that reads in a batch or transaction, is about one item: among the conditions that all
//! hold, each attribute of the table's key is equal to a value. What else stands there is the condition of the write. How
//! a SELECT reads more than one item is [`select`](super::select).
//!
//! See [PartiQL for DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html).

use std::sync::Arc;

use dynochemy_core::api::{
    Capacity, ConditionCheck, ConsumedCapacity, DeleteItemInput, GetItemInput, PutItemInput,
    ReturnConsumedCapacity, ReturnValues, ReturnValuesOnConditionCheckFailure, TransactDelete, TransactGet,
    TransactGetItem, TransactPut, TransactUpdate, TransactWriteItem, UpdateItemInput,
};
use dynochemy_core::expression::{Comparator, Condition, Term};
use dynochemy_core::{AttributeValue, Attributes, Item, Key, KeyAttribute, KeyValue, Rejection, WireError};

use super::{delete_item, get_item, put_item, resource_name, table, update_item};
use crate::backend::Context;
use crate::check;
use crate::failure::{Failure, constraint, duplicate_item, invalid, validation};
use crate::partiql::{self, Column, Delete, Insert, Select, Statement, Update};
use crate::storage::Table;

/// The most characters of a statement.
const MAX_STATEMENT: usize = 8192;

pub(super) const EXISTS: &str = "EXISTS can only be used in ExecuteTransaction write requests.";

/// Reads a statement, which is the request's member `member`.
pub(super) fn parse(
    member: &str,
    text: &str,
    parameters: &[AttributeValue],
) -> Result<Statement, Box<Rejection>> {
    let wanted = match text.chars().count() {
        0 => "have length greater than or equal to 1",
        1..=MAX_STATEMENT => {
            parameters.iter().try_for_each(check::value)?;
            return partiql::parse(text, parameters);
        }
        _ => "have length less than or equal to 8192",
    };
    Err(constraint(text, member, wanted))
}

/// The table of a statement, and its name there.
pub(super) fn table_of(statement: &Statement, context: &Context<'_>) -> Result<Arc<Table>, Failure> {
    named_table(statement.table(), context)
}

/// The table of that name, or resource name.
pub(super) fn named_table(name: &str, context: &Context<'_>) -> Result<Arc<Table>, Failure> {
    table(context, resource_name::table_in(name).unwrap_or(name))
}

/// The conditions that all hold where a condition does.
pub(super) fn conjuncts(condition: Option<Condition>) -> Vec<Condition> {
    let mut open: Vec<Condition> = condition.into_iter().collect();
    let mut conjuncts = Vec::new();
    while let Some(condition) = open.pop() {
        match condition {
            Condition::And(parts) => open.extend(parts.into_iter().rev()),
            other => conjuncts.push(other),
        }
    }
    conjuncts
}

/// The condition that all of these hold; none of none.
pub(super) fn all(mut conjuncts: Vec<Condition>) -> Option<Condition> {
    match conjuncts.len() {
        0 => None,
        1 => conjuncts.pop(),
        _ => Some(Condition::And(conjuncts)),
    }
}

/// The value that an attribute is said to be equal to.
pub(super) fn equal_to<'c>(condition: &'c Condition, attribute: &KeyAttribute) -> Option<&'c AttributeValue> {
    match condition {
        Condition::Compare(Term::Path(path), Comparator::Equal, Term::Value(value))
            if path.steps.is_empty() && path.attribute == attribute.name =>
        {
            Some(value)
        }
        _ => None,
    }
}

/// The value of a key's attribute, which has the attribute's type.
pub(super) fn key_value(
    value: &AttributeValue,
    attribute: &KeyAttribute,
) -> Result<KeyValue, Box<Rejection>> {
    match KeyValue::try_from(value.clone()) {
        Ok(value) if value.kind() == attribute.kind => Ok(value),
        _ => Err(validation(format!("{KEY_TYPE}: Key {}", attribute.name))),
    }
}

const KEY_TYPE: &str = "Key attribute's data type should match its data type in table's schema";

/// Whether a statement was refused for the type of its key.
pub(super) fn is_key_type(rejection: &Rejection) -> bool {
    rejection.message.starts_with(KEY_TYPE)
}

/// What a statement on one item does, with its item's key.
#[derive(Debug)]
pub(super) struct OneItem {
    pub(super) key: Key,
    pub(super) operation: Operation,
}

#[derive(Debug)]
pub(super) enum Operation {
    /// Reads it. What else is asked of it stands in the condition.
    Get {
        columns: Option<Vec<Column>>,
        condition: Option<Condition>,
    },
    /// Checks it.
    Check {
        condition: Option<Condition>,
    },
    Put {
        item: Item,
    },
    Update {
        update: Update,
        condition: Option<Condition>,
    },
    Delete {
        returning: Option<ReturnValues>,
        condition: Option<Condition>,
    },
}

impl OneItem {
    /// What a statement does to the item of its table that it names.
    ///
    /// # Errors
    /// Where it does not name one.
    pub(super) fn new(statement: Statement, table: &Table) -> Result<Self, Box<Rejection>> {
        statement.check_condition()?;
        let changes = statement.check_changes();
        let one = Self::unchecked(statement, table)?;
        changes.map(|()| one)
    }

    fn unchecked(statement: Statement, table: &Table) -> Result<Self, Box<Rejection>> {
        match statement {
            Statement::Select(Select { columns, condition, .. }) => {
                let (key, condition) = named(condition, table)?;
                Ok(Self { key, operation: Operation::Get { columns, condition } })
            }
            Statement::Exists(Select { condition, .. }) => {
                let (key, condition) = named(condition, table)?;
                Ok(Self { key, operation: Operation::Check { condition } })
            }
            Statement::Insert(Insert { item, .. }) => {
                let key = key_of(&item, table)?;
                Ok(Self { key, operation: Operation::Put { item: Item::from_attributes(&item) } })
            }
            Statement::Update(mut update) => {
                let (key, condition) = named(update.condition.take(), table)?;
                // An update creates no item.
                let mut conjuncts = vec![Condition::exists(table.keys.hash.name.clone())];
                conjuncts.extend(condition);
                Ok(Self { key, operation: Operation::Update { update, condition: all(conjuncts) } })
            }
            Statement::Delete(Delete { condition, returning, .. }) => {
                let (key, condition) = named(condition, table)?;
                // Where there is no item, nothing is deleted whatever was asked of it.
                let absent = || Condition::not_exists(table.keys.hash.name.clone());
                let condition = condition.map(|condition| Condition::Or(vec![absent(), condition]));
                Ok(Self { key, operation: Operation::Delete { returning, condition } })
            }
        }
    }

    pub(super) fn is_insert(&self) -> bool {
        matches!(self.operation, Operation::Put { .. })
    }

    /// Carries the statement out as a call of its own.
    pub(super) fn carry_out(
        self,
        table: &Table,
        options: &Options,
        context: &Context<'_>,
    ) -> Result<CarriedOut, Failure> {
        let table_name = table.name.clone();
        let Options { consistent_read, on_failure, tell } = *options;
        let key = self.key;
        let (item, consumed_capacity) = match self.operation {
            Operation::Get { columns, condition } => {
                let input = GetItemInput {
                    table_name,
                    key,
                    consistent_read,
                    return_consumed_capacity: tell,
                    ..GetItemInput::default()
                };
                let output = get_item::answer(&input, context)?;
                let found = match (output.item, condition) {
                    (Some(item), Some(condition)) => condition.matches(&item.attributes()?).then_some(item),
                    (item, _) => item,
                };
                (found.map(|item| selected(item, columns.as_deref())).transpose()?, output.consumed_capacity)
            }
            Operation::Check { .. } => return Err(validation(EXISTS).into()),
            Operation::Put { item } => {
                let input = PutItemInput {
                    table_name,
                    item,
                    condition_expression: Some(Condition::not_exists(table.keys.hash.name.clone())),
                    return_consumed_capacity: tell,
                    ..PutItemInput::default()
                };
                let output = put_item::answer(&input, context).map_err(|failure| match failure {
                    Failure::Refused(rejection) if rejection.code == "ConditionalCheckFailedException" => {
                        duplicate_item().into()
                    }
                    other => other,
                })?;
                (None, output.consumed_capacity)
            }
            Operation::Update { update, condition } => {
                let input = UpdateItemInput {
                    table_name,
                    key,
                    update_expression: update.changes,
                    condition_expression: condition,
                    return_values: update.returning.unwrap_or_default(),
                    return_values_on_condition_check_failure: on_failure,
                    return_consumed_capacity: tell,
                    ..UpdateItemInput::default()
                };
                let output = update_item::answer(&input, context)?;
                (output.attributes, output.consumed_capacity)
            }
            Operation::Delete { returning, condition } => {
                let input = DeleteItemInput {
                    table_name,
                    key,
                    condition_expression: condition,
                    return_values: returning.unwrap_or_default(),
                    return_values_on_condition_check_failure: on_failure,
                    return_consumed_capacity: tell,
                    ..DeleteItemInput::default()
                };
                let output = delete_item::answer(&input, context)?;
                (output.attributes, output.consumed_capacity)
            }
        };
        Ok(CarriedOut { item, consumed_capacity })
    }

    /// The statement as a read of a transaction.
    pub(super) fn transact_get(&self, table: &Table) -> TransactGetItem {
        let get = TransactGet {
            table_name: table.name.clone(),
            key: self.key.clone(),
            projection_expression: Vec::new(),
        };
        TransactGetItem { get }
    }

    /// The statement as a write of a transaction.
    pub(super) fn transact_write(
        self,
        table: &Table,
        return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
    ) -> TransactWriteItem {
        let (table_name, key) = (table.name.clone(), self.key);
        let exists = || Condition::exists(table.keys.hash.name.clone());
        match self.operation {
            Operation::Get { condition, .. } | Operation::Check { condition } => {
                let condition_expression = match condition {
                    Some(condition) => Condition::And(vec![exists(), condition]),
                    None => exists(),
                };
                TransactWriteItem::ConditionCheck(ConditionCheck {
                    table_name,
                    key,
                    condition_expression,
                    return_values_on_condition_check_failure,
                })
            }
            Operation::Put { item } => TransactWriteItem::Put(TransactPut {
                table_name,
                item,
                condition_expression: Some(Condition::not_exists(table.keys.hash.name.clone())),
                return_values_on_condition_check_failure,
            }),
            Operation::Update { update, condition } => TransactWriteItem::Update(TransactUpdate {
                table_name,
                key,
                update_expression: update.changes,
                condition_expression: condition,
                return_values_on_condition_check_failure,
            }),
            Operation::Delete { condition, .. } => TransactWriteItem::Delete(TransactDelete {
                table_name,
                key,
                condition_expression: condition,
                return_values_on_condition_check_failure,
            }),
        }
    }
}

/// What a call asks of a statement beside its text.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) consistent_read: bool,
    pub(super) on_failure: ReturnValuesOnConditionCheckFailure,
    pub(super) tell: ReturnConsumedCapacity,
}

/// What became of a statement.
#[derive(Debug)]
pub(super) struct CarriedOut {
    pub(super) item: Option<Item>,
    pub(super) consumed_capacity: Option<ConsumedCapacity>,
}

/// The key that a condition names, and what else it asks.
fn named(condition: Option<Condition>, table: &Table) -> Result<(Key, Option<Condition>), Box<Rejection>> {
    let mut conjuncts = conjuncts(condition);
    let mut part = |attribute: &KeyAttribute| {
        let position = conjuncts.iter().position(|condition| equal_to(condition, attribute).is_some());
        let condition = position.map(|position| conjuncts.remove(position));
        match condition.as_ref().and_then(|condition| equal_to(condition, attribute)) {
            Some(value) => Ok((attribute.name.clone(), key_value(value, attribute)?)),
            None => {
                Err(validation("Where clause does not contain a mandatory equality on all key attributes"))
            }
        }
    };
    let hash = part(&table.keys.hash)?;
    let range = table.keys.range.as_ref().map(&mut part).transpose()?;
    let key = Key { hash, range };
    check::key_values(&key)?;
    Ok((key, all(conjuncts)))
}

/// The key of an item that is to be inserted.
fn key_of(item: &Attributes, table: &Table) -> Result<Key, Box<Rejection>> {
    let part = |attribute: &KeyAttribute| match item.get(attribute.name.as_ref()) {
        None => Err(invalid(format!("Missing the key {} in the item", attribute.name))),
        Some(value) => Ok((attribute.name.clone(), key_value(value, attribute)?)),
    };
    let key = Key { hash: part(&table.keys.hash)?, range: table.keys.range.as_ref().map(part).transpose()? };
    check::key_values(&key)?;
    Ok(key)
}

/// What a SELECT returns of an item: what stands at each path, under the last name of the path.
pub(super) fn selected(item: Item, columns: Option<&[Column]>) -> Result<Item, WireError> {
    let Some(columns) = columns else { return Ok(item) };
    let attributes = item.attributes()?;
    let mut selected = Attributes::new();
    for column in columns {
        if let Some(value) = column.path.find(&attributes) {
            selected.insert(column.name(), value.clone());
        }
    }
    Ok(Item::from_attributes(&selected))
}

/// Adds what a statement took to what others of the same call took, table by table.
pub(super) fn add_consumed(all: &mut Vec<ConsumedCapacity>, more: ConsumedCapacity) {
    let Some(sum) = all.iter_mut().find(|sum| sum.table_name == more.table_name) else {
        return all.push(more);
    };
    let add = |sum: &mut Option<f64>, more: Option<f64>| {
        if let Some(more) = more {
            *sum = Some(sum.unwrap_or(0.0) + more);
        }
    };
    let add_part = |sum: &mut Capacity, more: Capacity| {
        sum.capacity_units += more.capacity_units;
        add(&mut sum.read_capacity_units, more.read_capacity_units);
        add(&mut sum.write_capacity_units, more.write_capacity_units);
    };
    sum.capacity_units += more.capacity_units;
    add(&mut sum.read_capacity_units, more.read_capacity_units);
    add(&mut sum.write_capacity_units, more.write_capacity_units);
    if let Some(more) = more.table {
        add_part(sum.table.get_or_insert_default(), more);
    }
    for (index, more) in more.local_secondary_indexes {
        add_part(sum.local_secondary_indexes.entry(index).or_default(), more);
    }
    for (index, more) in more.global_secondary_indexes {
        add_part(sum.global_secondary_indexes.entry(index).or_default(), more);
    }
}
