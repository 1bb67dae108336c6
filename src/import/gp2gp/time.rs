use jiff::civil::{Date, DateTime, Weekday};

use crate::record::PartialDate;

/// The zone of a time that names none. The national messages write local time; since 1996 summer time has begun on the
/// last Sunday in March and ended on the last in October, both at 01:00 UTC. Earlier years had other days, and the hour
/// that the clocks pass over twice or never has no one zone: these stay without. The characters stay as written.
pub fn local(date: &mut Option<PartialDate>) {
    let Some(known) = date.as_mut().and_then(|d| d.known.as_mut()) else { return };
    let (year, month, day) = (known.year, known.month, known.day);
    let Some(time) = known.time.as_mut().filter(|t| t.offset.is_none() && year >= 1996) else { return };
    let (Some(month), Some(day)) = (month, day) else { return };
    let Ok(date) = Date::new(year, month as i8, day as i8) else { return };
    let clock = date.at(time.hour as i8, time.minute as i8, 0, 0);
    let change = |month: i8, hour: i8| last_sunday(year, month).map(|d| d.at(hour, 0, 0, 0));
    // On the clock: 01:00 to 02:00 is skipped in spring, and passed twice in autumn.
    let (Some(spring), Some(autumn)) = (change(3, 1), change(10, 1)) else { return };
    let within = |from: DateTime| from <= clock && clock.hour() == from.hour() && clock.date() == from.date();
    if !within(spring) && !within(autumn) {
        time.offset = Some(if spring < clock && clock < autumn { 60 } else { 0 });
    }
}

fn last_sunday(year: i16, month: i8) -> Option<Date> {
    let last = Date::new(year, month, 1).ok()?.last_of_month();
    if last.weekday() == Weekday::Sunday { Some(last) } else { last.nth_weekday(-1, Weekday::Sunday).ok() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<i16>) {
        let mut date = Some(PartialDate::hl7(text));
        local(&mut date);
        let date = date.unwrap();
        assert_eq!(date.known.and_then(|k| k.time).and_then(|t| t.offset), expected, "{text}");
        assert_eq!(date.text, text);
    }

    #[test]
    fn a_time_without_a_zone_is_the_clock_of_its_day() {
        check("201006300559", Some(60));
        check("20100118094201", Some(0));
        check("202403310059", Some(0));
        check("202403310200", Some(60));
        check("202410270059", Some(60));
        check("202410270200", Some(0));
        // The hour that is skipped, and the one that is passed twice.
        check("202403310130", None);
        check("202410270130", None);
        check("199506300559", None);
        check("201006300559-0500", Some(-300));
        check("20100630", None);
    }
}
