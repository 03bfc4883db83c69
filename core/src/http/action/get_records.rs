//! The answer of [GetRecords](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html).

use crate::api::{GetRecordsOutput, Record, StreamRecord};
use crate::http::answer::Answer;
use crate::json::JsonError;

pub(super) fn read(answer: &mut Answer<'_>) -> Result<GetRecordsOutput, JsonError> {
    let mut output = GetRecordsOutput::default();
    answer.members(|name, answer| {
        match name {
            "Records" => output.records = answer.list(read_record)?,
            "NextShardIterator" => output.next_shard_iterator = Some(answer.text()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}

fn read_record(answer: &mut Answer<'_>) -> Result<Record, JsonError> {
    let mut record = Record::default();
    answer.members(|name, answer| {
        match name {
            "eventID" => record.event_id = Some(answer.text()?),
            "eventName" => record.event_name = answer.text()?.into(),
            "eventVersion" => record.event_version = Some(answer.text()?),
            "eventSource" => record.event_source = Some(answer.text()?),
            "awsRegion" => record.aws_region = Some(answer.text()?),
            "dynamodb" => record.dynamodb = read_change(answer)?,
            "userIdentity" => record.user_identity = Some(answer.serial()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(record)
}

fn read_change(answer: &mut Answer<'_>) -> Result<StreamRecord, JsonError> {
    let mut change = StreamRecord::default();
    answer.members(|name, answer| {
        match name {
            "ApproximateCreationDateTime" => {
                change.approximate_creation_date_time = Some(answer.float()?);
            }
            "Keys" => change.keys = answer.item()?,
            "NewImage" => change.new_image = Some(answer.item()?),
            "OldImage" => change.old_image = Some(answer.item()?),
            "SequenceNumber" => change.sequence_number = answer.text()?,
            "SizeBytes" => change.size_bytes = answer.integer()?,
            "StreamViewType" => change.stream_view_type = Some(answer.text()?.into()),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(change)
}
