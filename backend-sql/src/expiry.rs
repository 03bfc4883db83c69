//! When an item expires: at the second that an attribute of it tells, where the table has time to live.
//!
//! An attribute of another type than a number says nothing, nor does a time more than five years ago. Which items are to
//! expire stands in `storage`; their deletion is an action of nobody's.
//!
//! See [Time to Live](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).

pub(crate) mod attempts;

use dynochemy_core::{AttributeValue, Item, Moment, Number, WireError};

/// Items that have expired longer ago than this when they are written do not expire: five years, in seconds.
const LONGEST_AGO: i64 = 5 * 365 * 86_400;

/// The second since the Unix epoch at which an item expires by this attribute, whenever that is.
pub(crate) fn expires(item: &Item, attribute: &str) -> Result<Option<i64>, WireError> {
    Ok(match item.attribute(attribute)? {
        Some(AttributeValue::N(number)) => second(number),
        _ => None,
    })
}

/// As [`expires`], of an item that is there now: nothing where that was too long ago.
pub(crate) fn expires_yet(item: &Item, attribute: &str, now: Moment) -> Result<Option<i64>, WireError> {
    let earliest = i64::try_from(now.as_secs()).unwrap_or(i64::MAX) - LONGEST_AGO;
    Ok(expires(item, attribute)?.filter(|second| *second >= earliest))
}

/// Whether what expires at this second has done so.
pub(crate) fn is_past(second: i64, now: Moment) -> bool {
    u64::try_from(second).is_ok_and(|second| second <= now.as_secs())
}

/// The first whole second that is not before a number; none that is negative, or beyond all time.
fn second(number: Number) -> Option<i64> {
    if let Ok(second) = u64::try_from(number) {
        // The first second of all stands for another thing in the database.
        return i64::try_from(second.max(1)).ok().filter(|second| *second < i64::MAX);
    }
    let second = number.to_string().parse::<f64>().ok()?.ceil();
    (1.0..9e18).contains(&second).then_some(second as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: &str) -> Option<i64> {
        let item = Item::from_json(format!(r#"{{"id":{{"S":"a"}},"until":{value}}}"#)).unwrap();
        expires(&item, "until").unwrap()
    }

    #[test]
    fn a_number_tells_a_second_and_nothing_else_does() {
        assert_eq!(told(r#"{"N":"1800000000"}"#), Some(1_800_000_000));
        assert_eq!(told(r#"{"N":"1800000000.25"}"#), Some(1_800_000_001));
        assert_eq!(told(r#"{"N":"18E8"}"#), Some(1_800_000_000));
        assert_eq!(told(r#"{"N":"0"}"#), Some(1));
        for other in
            [r#"{"S":"1800000000"}"#, r#"{"N":"-1"}"#, r#"{"N":"1E30"}"#, r#"{"L":[{"N":"1800000000"}]}"#]
        {
            assert_eq!(told(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_over_five_years_ago_is_left_alone() {
        let now = Moment::from_secs(1_800_000_000);
        let item = |second: i64| Item::from_json(format!(r#"{{"until":{{"N":"{second}"}}}}"#)).unwrap();
        let earliest = 1_800_000_000 - LONGEST_AGO;
        assert_eq!(expires_yet(&item(earliest), "until", now).unwrap(), Some(earliest));
        assert_eq!(expires_yet(&item(earliest - 1), "until", now).unwrap(), None);
    }
}
