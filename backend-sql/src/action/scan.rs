//! [Scan](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html): reads a page of all items, or of
//! one segment of them, out of a table or an index. Items lie in the order of a hash of their hash keys, and a segment
//! is a stretch of that.

use dynochemy_core::Rejection;
use dynochemy_core::api::{ScanInput, ScanOutput};

use super::page::{Page, Reading};
use super::{source, table};
use crate::backend::Context;
use crate::check::{self, Reader};
use crate::failure::{Failure, constraint, validation};
use crate::storage::{Place, Stretch};

/// The most segments.
const MAX_SEGMENTS: u32 = 1_000_000;

pub(super) fn answer(input: &ScanInput, context: &Context<'_>) -> Result<ScanOutput, Failure> {
    let reading = Reading {
        limit: input.limit,
        filter: input.filter_expression.as_ref(),
        projection: &input.projection_expression,
        select: input.select.as_ref(),
        reader: Reader::Scan,
        is_index: input.index_name.is_some(),
        consistency: input.consistent_read.into(),
        tell: input.return_consumed_capacity,
    };
    reading.check()?;
    let (segment, total) = segment(input)?;
    let table = table(context, &input.table_name)?;
    let source = source(&table, input.index_name.as_deref(), context.now)?;
    reading.check_consistency(&source)?;
    let (first, before) = (first_spot(segment, total), first_spot(segment + 1, total));
    let low = match &input.exclusive_start_key {
        None => Place::at_spot(u32::try_from(first).expect("a segment begins before the last spot")),
        Some(start) => {
            let start = check::start_key(start, &source, Reader::Scan)?;
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
    check::scalar_keys(&input.projection_expression, &table)?;
    reading.check_source(&source)?;
    let Page { items, count, scanned_count, last_evaluated_key, consumed_capacity } =
        reading.page(&source, &Stretch::Spots { low, before }, context)?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::action::fixture::*;

    fn filled() -> Fixture {
        let fixture = Fixture::new();
        for user in 0..50 {
            for time in 0..4 {
                fixture.call(put_visit(&format!("user {user}"), time)).unwrap();
            }
        }
        fixture
    }

    /// Every item of a scan as text, page by page.
    fn all(fixture: &Fixture, mut input: ScanInput) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            let answer = fixture.call(input.clone()).unwrap();
            found.extend(answer.items.iter().map(|item| text(&item)));
            match answer.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => return found,
            }
        }
    }

    #[test]
    fn segments_partition_the_table_and_their_pages_join() {
        let fixture = filled();
        let whole: BTreeSet<String> = all(&fixture, scan()).into_iter().collect();
        assert_eq!(whole.len(), 200);
        for total in [1, 2, 3, 7, 1_000_000] {
            // The last ones of a million are enough to see that they work.
            let segments = total.min(7);
            let mut found = Vec::new();
            for segment in total - segments..total {
                let part = ScanInput {
                    segment: Some(segment),
                    total_segments: Some(total),
                    limit: Some(3),
                    ..scan()
                };
                found.push(all(&fixture, part));
            }
            if total <= 7 {
                let joined: BTreeSet<String> = found.iter().flatten().cloned().collect();
                assert_eq!(found.iter().map(Vec::len).sum::<usize>(), 200);
                assert_eq!(joined, whole);
            }
        }
    }

    #[test]
    fn a_scan_is_not_in_the_order_of_hash_keys() {
        let found = all(&filled(), scan());
        let mut sorted = found.clone();
        sorted.sort();
        assert_ne!(found, sorted);
    }

    #[test]
    fn a_start_key_of_another_segment_is_refused() {
        let fixture = filled();
        let part =
            |segment| ScanInput { segment: Some(segment), total_segments: Some(2), limit: Some(1), ..scan() };
        let first = fixture.call(part(0)).unwrap();
        let mixed = ScanInput { exclusive_start_key: first.last_evaluated_key, ..part(1) };
        assert_eq!(
            fixture.error(mixed),
            "ValidationException: The provided starting key is invalid: Invalid ExclusiveStartKey. Please use \
             ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: 1"
        );
    }

    #[test]
    fn segments_must_be_given_together_and_in_bounds() {
        let fixture = Fixture::new();
        let error = |segment, total_segments| fixture.error(ScanInput { segment, total_segments, ..scan() });
        assert!(error(Some(0), None).contains("The TotalSegments parameter is required"));
        assert!(error(None, Some(1)).contains("The Segment parameter is required"));
        assert!(error(Some(2), Some(2)).contains("Segment: 2 is not less than TotalSegments: 2"));
        assert!(error(Some(0), Some(0)).contains("'totalSegments'"));
        assert!(error(Some(0), Some(1_000_001)).contains("'totalSegments'"));
    }

    #[test]
    fn a_scan_begins_where_it_is_told_without_reading_what_lies_before() {
        let fixture = filled();
        let all = all(&fixture, scan());
        let last = item(&all[198]);
        let answer = fixture.call(ScanInput { exclusive_start_key: Some(last), ..scan() }).unwrap();
        assert_eq!((answer.count, answer.scanned_count), (1, 1));
    }
}
