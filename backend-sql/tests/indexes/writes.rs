//! The table, and writes to it with what they cost.

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{Assignment, DocumentPath, UpdateAction, UpdateExpression};
use dynochemy_sql::dynochemy_core::{Item, Request, Response, ScalarType};
use dynochemy_sql::{Attributes, Backend, Moment, SqlBackend};

use super::operation::{Known, Model, Operation, TABLE, declared, global, late, local, table_key, whole};

pub(crate) struct Subject {
    backend: SqlBackend,
    indexes: Vec<Known>,
}

impl Subject {
    pub(crate) fn new() -> Self {
        let create = CreateTableInput {
            table_name: TABLE.to_owned(),
            attribute_definitions: ["h", "r", "a", "b", "c", "d"].map(definition).to_vec(),
            key_schema: vec![KeySchemaElement::hash("h"), KeySchemaElement::range("r")],
            local_secondary_indexes: vec![LocalSecondaryIndex {
                index_name: local().name.to_owned(),
                key_schema: local().schema(),
                projection: local().projection,
            }],
            global_secondary_indexes: global().iter().map(declared).collect(),
            billing_mode: Some(BillingMode::PayPerRequest),
            ..CreateTableInput::default()
        };
        let indexes = std::iter::once(local()).chain(global()).collect();
        let subject = Self { backend: SqlBackend::in_memory().unwrap(), indexes };
        subject.answer(create.into());
        subject
    }

    pub(crate) fn answer(&self, request: Request) -> Response {
        self.backend.answer(&request, Moment::EPOCH).unwrap()
    }

    pub(crate) fn step(&mut self, operation: &Operation, model: &mut Model) {
        match operation {
            Operation::Put { key, attributes } => {
                let answer: PutItemOutput = self
                    .answer(Request::PutItem(PutItemInput {
                        table_name: TABLE.to_owned(),
                        item: Item::from_attributes(&whole(key, attributes)),
                        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
                        ..PutItemInput::default()
                    }))
                    .try_into()
                    .unwrap();
                let old = model.insert(key.clone(), attributes.clone());
                self.check_cost(key, old.as_ref(), Some(attributes), answer.consumed_capacity);
            }
            Operation::Set { key, name, value } => {
                let set = UpdateAction::Set(DocumentPath::attribute(*name), Assignment::Value(value.clone()));
                self.update(key, set, model, |item| drop(item.insert((*name).to_owned(), value.clone())));
            }
            Operation::Remove { key, name } => {
                let remove = UpdateAction::Remove(DocumentPath::attribute(*name));
                self.update(key, remove, model, |item| drop(item.remove(*name)));
            }
            Operation::Delete { key } => {
                let answer: DeleteItemOutput = self
                    .answer(Request::DeleteItem(DeleteItemInput {
                        table_name: TABLE.to_owned(),
                        key: table_key(key),
                        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
                        ..DeleteItemInput::default()
                    }))
                    .try_into()
                    .unwrap();
                let old = model.remove(key);
                self.check_cost(key, old.as_ref(), None, answer.consumed_capacity);
            }
            Operation::Toggle => self.toggle(),
            Operation::Query { index, hash, equal, range, forward, limit } => {
                let Some(index) = self.indexes.get(*index) else { return };
                self.check_query(index, hash, *equal, *range, *forward, *limit, model);
            }
            Operation::Scan { index, segments, limit } => {
                let Some(index) = self.indexes.get(*index) else { return };
                self.check_scan(index, *segments, *limit, model);
            }
        }
    }

    fn update(
        &self,
        key: &(String, i64),
        action: UpdateAction,
        model: &mut Model,
        change: impl FnOnce(&mut Attributes),
    ) {
        let answer: UpdateItemOutput = self
            .answer(Request::UpdateItem(UpdateItemInput {
                table_name: TABLE.to_owned(),
                key: table_key(key),
                update_expression: UpdateExpression { actions: vec![action] },
                return_consumed_capacity: ReturnConsumedCapacity::Indexes,
                ..UpdateItemInput::default()
            }))
            .try_into()
            .unwrap();
        let old = model.get(key).cloned();
        let new = model.entry(key.clone()).or_default();
        change(new);
        self.check_cost(key, old.as_ref(), Some(new), answer.consumed_capacity);
    }

    fn check_cost(
        &self,
        key: &(String, i64),
        old: Option<&Attributes>,
        new: Option<&Attributes>,
        told: Option<ConsumedCapacity>,
    ) {
        let told = told.unwrap();
        let mut sum = 1.0;
        for index in &self.indexes {
            let parts = told
                .local_secondary_indexes
                .get(index.name)
                .or(told.global_secondary_indexes.get(index.name));
            let cost = index.cost(key, old, new);
            assert_eq!(parts.map_or(0.0, |part| part.capacity_units), cost, "{} {old:?} {new:?}", index.name);
            sum += cost;
        }
        assert_eq!(told.capacity_units, sum);
    }

    fn toggle(&mut self) {
        let there = self.indexes.iter().position(|index| index.name == late().name);
        let update = match there {
            Some(position) => {
                self.indexes.remove(position);
                GlobalSecondaryIndexUpdate::Delete(DeleteGlobalSecondaryIndexAction {
                    index_name: late().name.to_owned(),
                })
            }
            None => {
                self.indexes.push(late());
                GlobalSecondaryIndexUpdate::Create(declared(&late()))
            }
        };
        self.answer(
            UpdateTableInput {
                table_name: TABLE.to_owned(),
                attribute_definitions: late().key().map(definition).collect(),
                global_secondary_index_updates: vec![update],
                ..UpdateTableInput::default()
            }
            .into(),
        );
    }
}

fn definition(name: &str) -> AttributeDefinition {
    let attribute_type = if ["r", "b", "d"].contains(&name) { ScalarType::N } else { ScalarType::S };
    AttributeDefinition { attribute_name: name.to_owned(), attribute_type }
}
