//! The inputs of actions that tell tables, streams, shards and records in pages: their `Limit` is read as that of items is.

use dynochemy_core::api::{DescribeStreamInput, GetRecordsInput, ListStreamsInput, ListTablesInput};
use dynochemy_core::json::{self, Reader};

use crate::wire::input::{Fault, count, members};

pub(super) fn describe_stream(reader: &mut Reader<'_>) -> Result<DescribeStreamInput, Fault> {
    let mut input = DescribeStreamInput::default();
    members(reader, |name, reader| {
        match name {
            "StreamArn" => input.stream_arn = reader.string()?.into_owned(),
            "Limit" => input.limit = Some(count(reader)?),
            "ExclusiveStartShardId" => input.exclusive_start_shard_id = Some(reader.string()?.into_owned()),
            "ShardFilter" => input.shard_filter = Some(json::read(reader)?),
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(input)
}

pub(super) fn get_records(reader: &mut Reader<'_>) -> Result<GetRecordsInput, Fault> {
    let mut input = GetRecordsInput::default();
    members(reader, |name, reader| {
        match name {
            "ShardIterator" => input.shard_iterator = reader.string()?.into_owned(),
            "Limit" => input.limit = Some(count(reader)?),
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(input)
}

pub(super) fn list_streams(reader: &mut Reader<'_>) -> Result<ListStreamsInput, Fault> {
    let mut input = ListStreamsInput::default();
    members(reader, |name, reader| {
        match name {
            "TableName" => input.table_name = Some(reader.string()?.into_owned()),
            "Limit" => input.limit = Some(count(reader)?),
            "ExclusiveStartStreamArn" => {
                input.exclusive_start_stream_arn = Some(reader.string()?.into_owned());
            }
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(input)
}

pub(super) fn list_tables(reader: &mut Reader<'_>) -> Result<ListTablesInput, Fault> {
    let mut input = ListTablesInput::default();
    members(reader, |name, reader| {
        match name {
            "ExclusiveStartTableName" => {
                input.exclusive_start_table_name = Some(reader.string()?.into_owned());
            }
            "Limit" => input.limit = Some(count(reader)?),
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(input)
}
