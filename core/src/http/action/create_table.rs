//! The bodies of [CreateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html).

use crate::api::{CreateTableInput, CreateTableOutput};
use crate::http::answer::Answer;
use crate::http::members::{array, object};
use crate::json::JsonError;
use crate::value::AttributeType;

pub(super) fn write(out: &mut Vec<u8>, input: &CreateTableInput) {
    let range = input.keys.range.as_ref().map(|range| (range, "RANGE"));
    let keys = || std::iter::once((&input.keys.hash, "HASH")).chain(range);
    object(out, |members| {
        members.text("TableName", &input.table_name);
        array(members.member("AttributeDefinitions"), keys(), |out, (attribute, _)| {
            object(out, |members| {
                members.text("AttributeName", &attribute.name);
                members.text("AttributeType", AttributeType::from(attribute.kind).name());
            });
        });
        array(members.member("KeySchema"), keys(), |out, (attribute, role)| {
            object(out, |members| {
                members.text("AttributeName", &attribute.name);
                members.text("KeyType", role);
            });
        });
        match &input.provisioned_throughput {
            None => members.text("BillingMode", "PAY_PER_REQUEST"),
            Some(throughput) => {
                members.text("BillingMode", "PROVISIONED");
                members.object("ProvisionedThroughput", |members| {
                    members.number("ReadCapacityUnits", throughput.read_capacity_units);
                    members.number("WriteCapacityUnits", throughput.write_capacity_units);
                });
            }
        }
    });
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<CreateTableOutput, JsonError> {
    Ok(CreateTableOutput { table_description: answer.table_within("TableDescription")? })
}
