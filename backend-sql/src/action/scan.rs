//! [Scan](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html): reads a page of all items, or of
//! one segment of them. Items lie in the order of a hash of their hash keys, and a segment is a stretch of that.

use dynochemy_core::Rejection;
use dynochemy_core::api::{ScanInput, ScanOutput};

use super::page::{Page, Reading};
use super::table;
use crate::backend::Context;
use crate::check;
use crate::failure::{Failure, constraint, validation};
use crate::storage::{Place, Stretch};

/// The most segments.
const MAX_SEGMENTS: u32 = 1_000_000;

pub(super) fn answer(input: &ScanInput, context: &mut Context<'_>) -> Result<ScanOutput, Failure> {
    let reading = Reading {
        limit: input.limit,
        filter: input.filter_expression.as_ref(),
        projection: &input.projection_expression,
        consistency: input.consistent_read.into(),
        tell: input.return_consumed_capacity,
    };
    reading.check()?;
    let (segment, total) = segment(input)?;
    let table = table(context, &input.table_name)?;
    let (first, before) = (first_spot(segment, total), first_spot(segment + 1, total));
    let low = match &input.exclusive_start_key {
        None => Place::at_spot(u32::try_from(first).expect("a segment begins before the last spot")),
        Some(start) => {
            let start = check::start_key(start, &table.keys)?;
            if !(first..before).contains(&start.spot()) {
                return Err(validation(format!(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with \
                     correct Segment. TotalSegments: {total} Segment: {segment}"
                ))
                .into());
            }
            start.next()
        }
    };
    let Page { items, count, scanned_count, last_evaluated_key, consumed_capacity } =
        reading.page(&table, &Stretch::Spots { low, before }, context)?;
    Ok(ScanOutput { items, count, scanned_count, last_evaluated_key, consumed_capacity })
}

fn segment(input: &ScanInput) -> Result<(u32, u32), Box<Rejection>> {
    match (input.segment, input.total_segments) {
        (None, None) => Ok((0, 1)),
        (Some(_), None) => Err(validation(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
        )),
        (None, Some(_)) => Err(validation(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
        )),
        (Some(_), Some(0)) => Err(constraint(0, "totalSegments", "have value greater than or equal to 1")),
        (Some(_), Some(total)) if total > MAX_SEGMENTS => {
            Err(constraint(total, "totalSegments", "have value less than or equal to 1000000"))
        }
        (Some(segment), Some(total)) if segment >= total => Err(validation(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is not \
             less than TotalSegments: {total}"
        ))),
        (Some(segment), Some(total)) => Ok((segment, total)),
    }
}

/// Where a segment begins, of 2^32 spots.
fn first_spot(segment: u32, total: u32) -> u64 {
    (u64::from(segment) << 32).div_ceil(u64::from(total))
}
