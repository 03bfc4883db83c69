//! What buckets admit.

use std::time::Duration;

use dynochemy_core::Moment;
use dynochemy_core::api::OnDemandThroughput;
use proptest::prelude::*;

use super::*;
use crate::capacity::{Cost, Direction, Units};
use crate::storage::testing::table;
use crate::storage::{Settings, Table};

fn meter(throughput: Throughput) -> Meter {
    let meter = Meter::default();
    meter.limit(throughput, Moment::EPOCH);
    meter
}

/// How many single writes are admitted at once.
fn admitted(meter: &Meter, table: &Table, now: Moment) -> u32 {
    let cost = Cost::from(Units::write(1));
    let take = |_: &u32| meter.take(table, Direction::Write, &cost, now).is_ok();
    (0..10_000).take_while(take).count() as u32
}

#[test]
fn without_limits_nothing_is_ever_refused() {
    for (throughput, capacity) in [(Throughput::default(), Some(1)), (Throughput::declared(), None)] {
        assert_eq!(admitted(&meter(throughput), &table(1, capacity), Moment::EPOCH), 10_000);
    }
}

#[test]
fn a_bucket_holds_its_burst_and_gains_its_capacity() {
    let start = Moment::from_secs(1_000);
    let meter = meter(Throughput::declared());
    let table = table(1, Some(5));
    assert_eq!(admitted(&meter, &table, start), 1_500);
    assert_eq!(admitted(&meter, &table, start), 0);
    assert_eq!(admitted(&meter, &table, start + Duration::from_millis(1_399)), 6);
    assert_eq!(admitted(&meter, &table, start + Duration::from_millis(1_400)), 1);
    assert_eq!(admitted(&meter, &table, start + Duration::from_secs(9_999)), 1_500);
}

#[test]
fn a_bucket_without_any_burst_gives_its_capacity() {
    let meter = meter(Throughput::declared().burst(Duration::ZERO));
    for second in 0..3 {
        assert_eq!(admitted(&meter, &table(1, Some(5)), Moment::from_secs(second)), 5);
    }
}

#[test]
fn a_bucket_can_start_with_less_than_its_burst() {
    let throughput =
        Throughput::declared().burst(Duration::from_secs(10)).starting_with(Duration::from_secs(2));
    let meter = meter(throughput);
    assert_eq!(admitted(&meter, &table(1, Some(5)), Moment::EPOCH), 10);
    assert_eq!(admitted(&meter, &table(1, Some(5)), Moment::from_secs(60)), 50);
}

#[test]
fn a_full_bucket_admits_anything_and_pays_it_off() {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
    let table = table(1, Some(5));
    let large = Cost::from(Units::write(20 * 1024));
    assert!(meter.take(&table, Direction::Write, &large, Moment::EPOCH).is_ok());
    let small = Cost::from(Units::write(1));
    // It is at -15 now, and one unit is there after 16 gained.
    let paid = Moment::EPOCH + Duration::from_millis(3_200);
    let before = Moment::from_nanos(paid.as_nanos() - 1);
    assert!(meter.take(&table, Direction::Write, &small, before).is_err());
    assert!(meter.take(&table, Direction::Write, &small, paid).is_ok());
}

#[test]
fn tables_and_directions_have_buckets_of_their_own() {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
    let now = Moment::EPOCH;
    assert_eq!(admitted(&meter, &table(1, Some(5)), now), 5);
    let read = Cost::from(Units::write(1));
    assert!(meter.take(&table(1, Some(5)), Direction::Read, &read, now).is_ok());
    assert_eq!(admitted(&meter, &table(2, Some(7)), now), 7);
}

#[test]
fn time_that_goes_backward_neither_fills_nor_empties() {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
    let table = table(1, Some(5));
    assert_eq!(admitted(&meter, &table, Moment::from_secs(100)), 5);
    assert_eq!(admitted(&meter, &table, Moment::from_secs(50)), 0);
    assert_eq!(admitted(&meter, &table, Moment::from_secs(100)), 0, "not filled a second time");
    assert_eq!(admitted(&meter, &table, Moment::from_secs(101)), 5);
}

#[test]
fn a_global_index_has_a_bucket_of_its_own_and_a_local_one_takes_of_its_tables() {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
    // Five units for the table with its local index, two for the global one.
    let table = table(1, Some(5));
    let mut cost = Cost::from(Units::write(1));
    cost.add_index(0, Units::write(1));
    cost.add_index(1, Units::write(1));
    let take = || meter.take(&table, Direction::Write, &cost, Moment::EPOCH);
    assert_eq!((take(), take()), (Ok(()), Ok(())));
    let refused = take().unwrap_err();
    let told: Vec<_> = refused.iter().map(|refusal| refusal.reason.reason.as_str()).collect();
    assert_eq!(told, ["IndexWriteProvisionedThroughputExceeded", "TableWriteProvisionedThroughputExceeded"]);
    assert_eq!(refused[0].reason.resource, "arn:aws:dynamodb:local:000000000000:table/table1/index/by_name");
    assert_eq!(admitted(&meter, &table, Moment::EPOCH), 1, "what was refused took nothing");
}

#[test]
fn a_change_of_capacity_keeps_what_was_saved() {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(2)));
    assert_eq!(admitted(&meter, &table(1, Some(1)), Moment::EPOCH), 2);
    let later = Moment::from_secs(1);
    assert_eq!(admitted(&meter, &table(1, Some(10)), later), 1);
    assert_eq!(admitted(&meter, &table(1, Some(10)), Moment::from_secs(2)), 10);
}

fn write(units: u64) -> Cost {
    Cost::from(Units::write(units * 1024))
}

fn reasons(refused: Result<(), Vec<Refusal>>) -> Vec<(String, Billing)> {
    refused.unwrap_err().into_iter().map(|refusal| (refusal.reason.reason, refusal.billing)).collect()
}

#[test]
fn forced_capacity_is_that_of_each_table_and_index_whatever_they_declare() {
    let now = Moment::EPOCH;
    for declared in [None, Some(1), Some(100)] {
        let meter = meter(Throughput::forced(3, 4).burst(Duration::from_secs(1)));
        let table = table(1, declared);
        assert_eq!(admitted(&meter, &table, now), 4);
        assert!(meter.take(&table, Direction::Read, &write(3), now).is_ok());
        let told = reasons(meter.take(&table, Direction::Read, &write(1), now));
        assert_eq!(told, [("TableReadProvisionedThroughputExceeded".to_owned(), Billing::Provisioned)]);
        let mut in_index = Cost::default();
        in_index.add_index(1, Units::write(1));
        let of_index = (0..10).take_while(|_| meter.take(&table, Direction::Write, &in_index, now).is_ok());
        assert_eq!(of_index.count(), 4);
    }
}

#[test]
fn a_table_billed_on_demand_is_limited_by_the_maximum_that_it_declares() {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
    let most = |writes| {
        let most = OnDemandThroughput { max_read_request_units: Some(-1), max_write_request_units: writes };
        let settings = Settings { on_demand_throughput: Some(most), ..Settings::default() };
        Table { settings, ..table(writes.unwrap_or(0) + 1, None) }
    };
    let limited = most(Some(5));
    assert_eq!(admitted(&meter, &limited, Moment::EPOCH), 5);
    let told = reasons(meter.take(&limited, Direction::Write, &write(1), Moment::EPOCH));
    assert_eq!(told, [("TableWriteMaxOnDemandThroughputExceeded".to_owned(), Billing::OnDemand)]);
    for _ in 0..1000 {
        meter.take(&limited, Direction::Read, &write(1), Moment::EPOCH).unwrap();
    }
    assert_eq!(admitted(&meter, &most(Some(-1)), Moment::EPOCH), 10_000);
    assert_eq!(admitted(&meter, &most(None), Moment::EPOCH), 10_000);
}

#[test]
fn one_hash_key_takes_no_more_than_a_partition_gives() {
    let meter = meter(Throughput::unlimited().per_partition_of(6, 3));
    let (table, now) = (table(1, Some(1000)), Moment::EPOCH);
    let on = |hash: &[u8]| {
        let mut cost = write(1);
        meter.locate(&mut cost, None, hash);
        meter.take(&table, Direction::Write, &cost, now)
    };
    assert_eq!((0..10).filter(|_| on(b"hot").is_ok()).count(), 3);
    assert_eq!((0..10).filter(|_| on(b"other").is_ok()).count(), 3);
    let told = reasons(on(b"hot"));
    assert_eq!(told, [("TableWriteKeyRangeThroughputExceeded".to_owned(), Billing::Provisioned)]);
    // A global index has hash keys of its own, and a local one has its table's.
    let in_index = |position| {
        let mut cost = Cost::default();
        cost.add_index(position, Units::write(1));
        meter.locate(&mut cost, Some(position), b"hot");
        meter.take(&table, Direction::Write, &cost, now)
    };
    assert_eq!((0..10).filter(|_| in_index(1).is_ok()).count(), 3);
    assert_eq!(reasons(in_index(1))[0].0, "IndexWriteKeyRangeThroughputExceeded");
    assert_eq!(reasons(in_index(0))[0].0, "TableWriteKeyRangeThroughputExceeded");
    // Both at once are one cost.
    let both = || {
        let mut cost = write(1);
        cost.add_index(0, Units::write(1));
        meter.locate(&mut cost, None, b"both");
        meter.locate(&mut cost, Some(0), b"both");
        meter.take(&table, Direction::Write, &cost, now)
    };
    assert_eq!((0..10).filter(|_| both().is_ok()).count(), 1);
    assert!(on(b"both").is_ok(), "one is left of three");
}

#[test]
fn a_partition_is_worth_nothing_saved_and_forgotten_once_it_is_full() {
    let meter = meter(Throughput::declared().per_partition());
    let table = table(1, None);
    for number in 0..50_000_u64 {
        let mut cost = write(1);
        meter.locate(&mut cost, None, &number.to_be_bytes());
        meter.take(&table, Direction::Write, &cost, Moment::from_secs(number / 100)).unwrap();
    }
    assert!(meter.partitions() <= 20_000, "{}", meter.partitions());
    let mut cost = write(1);
    meter.locate(&mut cost, None, b"hot");
    let admitted =
        (0..3000).filter(|_| meter.take(&table, Direction::Write, &cost, Moment::from_secs(999)).is_ok());
    assert_eq!(admitted.count(), 1000);
}

#[test]
fn a_change_of_limits_keeps_what_was_saved() {
    let at = Moment::from_secs;
    let forced = |units, burst| Throughput::forced(units, units).burst(Duration::from_secs(burst));
    let meter = meter(forced(8, 10));
    let table = table(1, None);
    meter.take(&table, Direction::Write, &write(77), at(0)).unwrap();
    meter.limit(forced(4, 10), at(0));
    assert_eq!(admitted(&meter, &table, at(0)), 3, "three are left of 80");
    meter.limit(forced(8, 10), at(2));
    meter.limit(forced(8, 10), at(2));
    assert_eq!(admitted(&meter, &table, at(3)), 4 + 4 + 8, "each second gains what was its rate");
    meter.limit(forced(4, 1), at(60));
    assert_eq!(admitted(&meter, &table, at(60)), 4);
    meter.restart(forced(4, 1));
    assert_eq!(admitted(&meter, &table, at(0)), 4);
}

/// What a write of an index's entry costs, where one hash key takes it.
fn of_hash(meter: &Meter, position: Option<usize>) -> Cost {
    let mut cost = Cost::default();
    match position {
        None => cost = write(1),
        Some(position) => cost.add_index(position, Units::write(1)),
    }
    meter.locate(&mut cost, position, b"a");
    cost
}

#[test]
fn a_hash_key_pays_for_its_local_entries_out_of_the_tables_partition() {
    let meter = meter(Throughput::unlimited().per_partition_of(1, 2));
    let table = table(1, None);
    let mut cost = write(1);
    cost.add_index(0, Units::write(1));
    for position in [None, Some(0)] {
        meter.locate(&mut cost, position, b"a");
    }
    meter.take(&table, Direction::Write, &of_hash(&meter, None), Moment::EPOCH).unwrap();
    assert!(meter.take(&table, Direction::Write, &cost, Moment::EPOCH).is_err(), "one is left of two");
    meter.take(&table, Direction::Write, &of_hash(&meter, Some(0)), Moment::EPOCH).unwrap();
    assert!(meter.take(&table, Direction::Write, &of_hash(&meter, None), Moment::EPOCH).is_err());
}

#[test]
fn a_deleted_table_leaves_no_buckets() {
    let meter = meter(Throughput::declared().per_partition());
    let table = table(1, Some(5));
    let mut cost = write(1);
    meter.locate(&mut cost, None, b"a");
    meter.take(&table, Direction::Write, &cost, Moment::EPOCH).unwrap();
    assert_eq!((meter.stores(), meter.partitions()), (1, 1));
    meter.forget(&[table.id]);
    assert_eq!((meter.stores(), meter.partitions()), (0, 0));
}

#[test]
fn hash_keys_that_were_only_refused_are_forgotten() {
    let meter = meter(Throughput::forced(1, 1).burst(Duration::from_secs(1)).per_partition());
    let table = table(1, None);
    meter.take(&table, Direction::Write, &write(1), Moment::EPOCH).unwrap();
    for number in 0..30_000_u32 {
        let mut cost = write(1);
        meter.locate(&mut cost, None, &number.to_be_bytes());
        meter.take(&table, Direction::Write, &cost, Moment::EPOCH).unwrap_err();
    }
    assert!(meter.partitions() <= 10_001, "{}", meter.partitions());
}

/// A call: when, and what it costs on the table, and on its global index.
type Call = (u64, u64, u64);

const CAPACITY: u64 = 5;
/// Of the index of a table of the tests.
const INDEX_CAPACITY: u64 = 2;

fn cost_of((_, on_table, on_index): Call) -> Cost {
    let mut cost = if on_table > 0 { write(on_table) } else { Cost::default() };
    if on_index > 0 {
        cost.add_index(1, Units::write(on_index * 1024));
    }
    cost
}

/// Which calls of a schedule are admitted.
fn admits(burst: u64, schedule: &[Call]) -> Vec<bool> {
    let meter = meter(Throughput::declared().burst(Duration::from_secs(burst)));
    let table = table(1, Some(CAPACITY));
    let take = |call: &Call| {
        let now = Moment::EPOCH + Duration::from_millis(call.0);
        meter.take(&table, Direction::Write, &cost_of(*call), now).is_ok()
    };
    schedule.iter().map(take).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bucket_ever_gives_more_than_its_burst_what_it_gains_and_one_cost(
        burst in 1..5u64,
        schedule in prop::collection::vec((0..20_000u64, 0..12u64, 0..5u64), 1..60),
    ) {
        let mut schedule: Vec<Call> = schedule;
        schedule.sort_by_key(|call| call.0);
        let admitted = admits(burst, &schedule);
        let given = |part: fn(&Call) -> u64, capacity: u64| {
            let calls: Vec<(u64, u64)> = schedule
                .iter()
                .zip(&admitted)
                .filter(|(call, admitted)| **admitted && part(call) > 0)
                .map(|(call, _)| (call.0, part(call)))
                .collect();
            for first in 0..calls.len() {
                let mut given = 0;
                for (time, units) in &calls[first..] {
                    // Whatever was given before the last one is covered by what there was.
                    let most = capacity * burst * 1000 + capacity * (time - calls[first].0);
                    prop_assert!(given * 1000 <= most, "{given} by {time}");
                    given += units;
                }
            }
            Ok(())
        };
        given(|call| call.1, CAPACITY)?;
        given(|call| call.2, INDEX_CAPACITY)?;
    }

    #[test]
    fn what_is_refused_takes_nothing_of_any_bucket(
        burst in 1..5u64,
        schedule in prop::collection::vec((0..20_000u64, 0..12u64, 0..5u64), 1..40),
    ) {
        let mut schedule: Vec<Call> = schedule;
        schedule.sort_by_key(|call| call.0);
        // Each call ends as if those that were refused had never been made.
        let mut taken = Vec::new();
        for (call, admitted) in schedule.iter().zip(admits(burst, &schedule)) {
            taken.push(*call);
            prop_assert_eq!(admits(burst, &taken).pop(), Some(admitted));
            if !admitted {
                taken.pop();
            }
        }
    }

    #[test]
    fn time_that_goes_backward_is_the_latest_time_that_was(
        burst in 1..5u64,
        schedule in prop::collection::vec((0..20_000u64, 0..12u64, 0..5u64), 1..60),
    ) {
        let mut latest = 0;
        let forward: Vec<Call> = schedule
            .iter()
            .map(|call: &Call| {
                latest = latest.max(call.0);
                (latest, call.1, call.2)
            })
            .collect();
        prop_assert_eq!(admits(burst, &schedule), admits(burst, &forward));
    }

    #[test]
    fn whatever_waits_long_enough_is_admitted(
        burst in 1..5u64,
        schedule in prop::collection::vec((0..20_000u64, 0..12u64, 0..5u64), 1..60),
        last in (1..1000u64, 0..1000u64),
    ) {
        let owed: u64 = schedule.iter().map(|call: &Call| call.1 + call.2).sum();
        let late = 20_000 + (owed + CAPACITY * burst) * 1000;
        let mut schedule = schedule;
        schedule.push((late, last.0, last.1));
        prop_assert_eq!(admits(burst, &schedule).pop(), Some(true));
    }
}
