//! The controller of one bucket, on a clock that is an argument.

use std::time::Duration;

use super::bucket::{Advice, Bucket, Estimate, Micro, UNIT};
use super::queue::Asker;
use super::{Buckets, Cost, Declared, Taken};
use crate::api::{ProvisionedThroughputDescription, TableDescription};
use crate::key::{KeyShape, ScalarType};
use crate::moment::Moment;
use crate::run::RunId;
use crate::solvent::Priority;
use crate::table::Description;

const START: Moment = Moment::from_secs(1_000);

fn declared(units: u64) -> Bucket {
    let mut bucket = Bucket::default();
    bucket.advance(START);
    bucket.declare(units);
    bucket
}

fn at(milliseconds: u64) -> Moment {
    START + Duration::from_millis(milliseconds)
}

fn asker(run: u32, priority: Priority) -> Asker {
    Asker { run: RunId(run), priority, is_small: false }
}

fn provisioned(units: u64) -> Description {
    let mut description = Description::new("visits", KeyShape::new(("id", ScalarType::S), None));
    description.write_capacity = Some(units);
    description
}

/// Units that could be taken by then, one by one.
fn available(bucket: &mut Bucket, now: Moment) -> usize {
    bucket.advance(now);
    let mut count = 0;
    while bucket.covers(0, UNIT) {
        bucket.take(UNIT);
        count += 1;
    }
    count
}

#[test]
fn a_declared_capacity_is_gained_continuously_up_to_a_fifth_of_a_second() {
    let mut bucket = declared(1_000);
    assert_eq!(available(&mut bucket, at(0)), 0);
    assert_eq!(available(&mut bucket, at(50)), 50);
    assert_eq!(available(&mut bucket, at(40)), 0, "time that goes backward gains nothing");
    assert_eq!(available(&mut bucket, at(10_000)), 200);
}

#[test]
fn a_new_bucket_lets_one_small_thing_go_and_is_not_slowed_by_what_an_empty_table_refuses_at_once() {
    let mut bucket = Bucket::default();
    bucket.declare(1_000);
    assert_eq!(available(&mut bucket, START), 2);
    let _ = bucket.refused(at(6));
    let _ = available(&mut bucket, at(900));
    assert_eq!(available(&mut bucket, at(1_000)), 100);
}

#[test]
fn what_is_free_has_no_limit_until_it_is_refused() {
    let mut bucket = Bucket::default();
    assert!(bucket.covers(0, Micro::MAX / 8) && !bucket.is_paced());
    for hundredth in 0..200 {
        bucket.answered(0, 10 * UNIT, at(hundredth * 10));
    }
    assert_eq!(bucket.refused(at(2_000)), Advice::Describe);
    assert!(bucket.is_paced());
    // 85 % of the 1,000 units a second that were measured.
    let taken = available(&mut bucket, at(2_100));
    assert!((80..=90).contains(&taken), "{taken}");
}

#[test]
fn what_costs_more_than_a_second_gives_is_paid_off_afterwards() {
    let mut bucket = declared(5);
    bucket.advance_for(400 * UNIT, at(1_000));
    assert!(bucket.covers(0, 400 * UNIT));
    bucket.take(400 * UNIT);
    assert_eq!(bucket.covers_from(0, UNIT, at(1_000)).since(at(1_000)).as_secs(), 79);
}

#[test]
fn others_using_the_capacity_slow_a_bucket_by_much_and_its_own_use_by_little() {
    let taken_after = |own: Micro| {
        let mut bucket = declared(1_000);
        for hundredth in 0..400 {
            bucket.answered(own / 100, own / 100, at(hundredth * 10));
        }
        let _ = bucket.refused(at(4_000));
        let _ = available(&mut bucket, at(5_100));
        available(&mut bucket, at(5_200))
    };
    let (shared, alone) = (taken_after(300 * UNIT), taken_after(990 * UNIT));
    assert!((60..70).contains(&shared), "{shared}");
    assert!((90..95).contains(&alone), "{alone}");
}

#[test]
fn a_bucket_that_is_waited_for_is_let_go_faster_until_it_is_refused() {
    let mut bucket = declared(100);
    let mut taken = 0;
    for step in 0..800 {
        let now = at(step * 10);
        bucket.queue.wait(asker(0, Priority::Interactive), UNIT, UNIT, now);
        taken += available(&mut bucket, now);
    }
    assert!(taken > 1_500, "{taken} in eight seconds");
    assert_eq!(bucket.refused(at(8_000)), Advice::None);
    let _ = available(&mut bucket, at(9_000));
    let after = available(&mut bucket, at(9_100));
    assert!(after <= 40, "{after}");
}

#[test]
fn what_the_service_tells_of_a_changed_capacity_holds_at_once() {
    let mut bucket = declared(1_000);
    bucket.learn(Some(500), at(0));
    assert_eq!(available(&mut bucket, at(100)), 50);
    bucket.learn(Some(500), at(100));
    assert_eq!(available(&mut bucket, at(200)), 50);
}

#[test]
fn what_the_service_tells_spares_a_bucket_that_was_probed_in_vain_from_being_probed_soon() {
    // What a tenth of a second gives half a minute after the refusal, and whether the service tells the capacity meanwhile.
    let gained = |tells: bool| {
        let mut bucket = declared(100);
        for step in 0..3_800 {
            let now = at(step * 10);
            bucket.queue.wait(asker(0, Priority::Interactive), UNIT, UNIT, now);
            if tells && step % 1_500 == 0 {
                bucket.learn(Some(100), now);
            }
            let taken = available(&mut bucket, now);
            bucket.answered(0, taken as Micro * UNIT, now);
            if step == 500 {
                assert_eq!(bucket.refused(now), Advice::None);
            }
        }
        let _ = available(&mut bucket, at(38_000));
        available(&mut bucket, at(38_100))
    };
    assert!((12..20).contains(&gained(false)));
    assert_eq!(gained(true), 10);
}

#[test]
fn a_table_that_is_waited_for_is_described_now_and_then_as_long_as_that_is_answered() {
    let mut buckets = Buckets::new(Declared::Binding);
    let description = provisioned(100);
    let table = buckets.describe("visits", &description);
    let write = buckets.at(table).write;
    let told = TableDescription {
        provisioned_throughput: Some(ProvisionedThroughputDescription {
            write_capacity_units: 200,
            read_capacity_units: 5,
            ..ProvisionedThroughputDescription::default()
        }),
        ..TableDescription::default()
    };
    let mut asked = Vec::new();
    for second in 0..100 {
        buckets.wait(write, UNIT, UNIT, asker(0, Priority::Interactive), at(second * 1_000));
        if let Some((number, name)) = buckets.take_to_describe() {
            assert_eq!(name, "visits");
            asked.push(second);
            // The last question is never answered.
            if asked.len() < 3 {
                buckets.learn(number, &told, at(second * 1_000));
            }
        }
    }
    assert_eq!(asked, [15, 30, 45]);
    // What is waited for now and then only need not be asked for.
    let mut others = Buckets::new(Declared::Binding);
    let table = others.describe("visits", &description);
    let write = others.at(table).write;
    for second in (0..100).step_by(5) {
        others.wait(write, UNIT, UNIT, asker(0, Priority::Interactive), at(second * 1_000));
    }
    assert_eq!(others.take_to_describe(), None);
}

#[test]
fn bulk_work_waits_for_interactive_work_and_is_reached_in_the_end() {
    let mut bucket = declared(100);
    let (bulk, now) = (asker(0, Priority::Bulk), at(0));
    bucket.queue.wait(asker(1, Priority::Interactive), UNIT, UNIT, at(100));
    bucket.queue.take(bulk, 50 * UNIT, now);
    bucket.queue.wait(bulk, 10 * UNIT, UNIT, at(100));
    // One after another comes new, and goes before what has waited longer.
    let mut before = 0;
    while bucket.queue.ahead(bulk, now) > 0 {
        before += 1;
        let interactive = asker(before, Priority::Interactive);
        assert_eq!(bucket.queue.ahead(interactive, now), 0);
        bucket.queue.take(interactive, UNIT, now);
        bucket.queue.wait(asker(before + 1, Priority::Interactive), UNIT, UNIT, at(100));
        assert!(before < 20_000, "bulk work is never reached");
    }
    assert!(before > 100, "{before}");
}

#[test]
fn a_bucket_lends_to_small_plans_until_it_is_refused_and_while_nobody_waits() {
    let mut buckets = Buckets::new(Declared::Binding);
    let number = buckets.describe("visits", &provisioned(100));
    let bucket = buckets.at(number).write;
    let mut cost = Cost::default();
    cost.add(bucket, Estimate::Sized, 50 * UNIT);
    let small = Asker { is_small: true, ..asker(1, Priority::Interactive) };
    let none = Taken::default();
    let blocks =
        |buckets: &mut Buckets, asker, now| buckets.blocking(&cost, &none, &none, asker, now).is_some();
    assert!(!blocks(&mut buckets, small, at(0)));
    let bulk = Asker { is_small: true, ..asker(2, Priority::Bulk) };
    assert!(
        blocks(&mut buckets, bulk, at(0)) && blocks(&mut buckets, asker(3, Priority::Interactive), at(0))
    );
    for _ in 0..10 {
        buckets.take(&cost, small, at(0));
    }
    assert_eq!(
        buckets.of(bucket).covers_from(0, UNIT, at(0)).since(at(0)).as_millis(),
        10,
        "it owes nothing"
    );

    let _ = buckets.wait(bucket, 50 * UNIT, UNIT, bulk, at(0));
    assert!(blocks(&mut buckets, small, at(10)));
    buckets.leave(RunId(2));
    assert!(!blocks(&mut buckets, small, at(10)));

    buckets.refused(number, bucket, at(100));
    assert!(blocks(&mut buckets, small, at(100)));
    let next = buckets.of(bucket).covers_from(0, UNIT, at(100));
    assert!(next.since(at(100)).as_millis() <= 60, "what was lent in vain says nothing of the rate");
    assert!(!blocks(&mut buckets, small, at(40_000)));
}
