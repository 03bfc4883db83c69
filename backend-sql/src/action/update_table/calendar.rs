//! Times as the service writes them in a message.

use dynochemy_core::Moment;

const DAY: u64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A time as `Friday, October 9, 2026 at 12:21:34 AM Coordinated Universal Time`.
pub(super) fn spoken(moment: Moment) -> String {
    let seconds = moment.as_secs();
    let (days, second) = (seconds / DAY, seconds % DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (year, month, day) = date(days);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = (hour + 11) % 12 + 1;
    format!(
        "{}, {} {day}, {year} at {hour}:{minute:02}:{second:02} {half} Coordinated Universal Time",
        WEEKDAYS[(days % 7) as usize],
        MONTHS[month]
    )
}

/// Year, month (from 0) and day (from 1) of a day since the epoch.
fn date(mut days: u64) -> (u64, usize, u64) {
    let mut year = 1970;
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |year| if is_leap(year) { 366 } else { 365 };
    while days >= length(year) {
        days -= length(year);
        year += 1;
    }
    let mut month = 0;
    for length in [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken_as_the_service_does() {
        let told = |seconds| spoken(Moment::from_secs(seconds));
        assert_eq!(told(0), "Thursday, January 1, 1970 at 12:00:00 AM Coordinated Universal Time");
        assert_eq!(told(1_791_505_294), "Friday, October 9, 2026 at 12:21:34 AM Coordinated Universal Time");
        assert_eq!(
            told(1_709_211_599),
            "Thursday, February 29, 2024 at 12:59:59 PM Coordinated Universal Time"
        );
        assert_eq!(
            told(4_102_444_799),
            "Thursday, December 31, 2099 at 11:59:59 PM Coordinated Universal Time"
        );
    }
}
