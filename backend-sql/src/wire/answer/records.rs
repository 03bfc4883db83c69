//! The records of a stream.

use dynochemy_core::api::{GetRecordsOutput, Record, StreamRecord};
use dynochemy_core::json::{self, Members, array, object};

use super::{capacity, item};

pub(super) fn write(members: &mut Members<'_>, output: &GetRecordsOutput) {
    if let Some(next) = &output.next_shard_iterator {
        members.text("NextShardIterator", next);
    }
    array(members.member("Records"), &output.records, |out, record| {
        object(out, |members| write_record(members, record));
    });
}

fn write_record(members: &mut Members<'_>, record: &Record) {
    let mut text = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            members.text(name, value);
        }
    };
    text("awsRegion", &record.aws_region);
    text("eventID", &record.event_id);
    text("eventSource", &record.event_source);
    text("eventVersion", &record.event_version);
    members.text("eventName", record.event_name.name());
    members.object("dynamodb", |members| write_change(members, &record.dynamodb));
    if let Some(identity) = &record.user_identity {
        json::write(members.member("userIdentity"), identity);
    }
}

fn write_change(members: &mut Members<'_>, change: &StreamRecord) {
    if let Some(time) = change.approximate_creation_date_time {
        capacity::float(members.member("ApproximateCreationDateTime"), time);
    }
    item(members, "Keys", Some(&change.keys));
    item(members, "NewImage", change.new_image.as_ref());
    item(members, "OldImage", change.old_image.as_ref());
    members.text("SequenceNumber", &change.sequence_number);
    members.number("SizeBytes", change.size_bytes);
    if let Some(view) = &change.stream_view_type {
        members.text("StreamViewType", view.name());
    }
}
