//! Dates and ages against today.

use jiff::civil::Date;

use super::{Day, people::Age};
use crate::record::{Known, PartialDate};

impl Day {
    /// A source's date as it looks today. Nothing is shifted between zones.
    pub fn of(date: &PartialDate, today: Date) -> Day {
        let bounds = date.known.and_then(bounds);
        Day {
            text: date.text.clone(),
            known: date.known,
            days_ago: bounds.map(|(first, last)| {
                // "2026" in the middle of 2026 may mean today.
                let latest = if first <= today { last.min(today) } else { first };
                days(latest, today)
            }),
            future: is_future(date, today),
        }
    }

    /// The day of an RFC 3339 moment or an ISO date; `None` if the text is neither.
    pub fn at(text: &str, today: Date) -> Option<Day> {
        let date = PartialDate::fhir(text);
        date.known.map(|_| Day::of(&date, today))
    }
}

/// True if a date is surely after today, as [`Day::future`] tells.
pub(super) fn is_future(date: &PartialDate, today: Date) -> bool {
    date.known.filter(|k| k.year >= today.year()).and_then(bounds).is_some_and(|(first, _)| first > today)
}

/// Whole days from one date to another.
pub(super) fn days(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or(0)
}

/// The first and the last day that a partial date can mean.
pub(super) fn bounds(known: Known) -> Option<(Date, Date)> {
    match (known.month, known.day) {
        (Some(m), Some(d)) => {
            let day = Date::new(known.year, m as i8, d as i8).ok()?;
            Some((day, day))
        }
        (Some(m), None) => {
            let first = Date::new(known.year, m as i8, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        _ => {
            let first = Date::new(known.year, 1, 1).ok()?;
            Some((first, first.last_of_year()))
        }
    }
}

/// The age on a day, if the birth date is known well enough to be sure of the years.
pub(super) fn age(birth: &PartialDate, on: Date) -> Option<Age> {
    let (first, last) = bounds(birth.known?)?;
    if last > on {
        return None;
    }
    let whole = |from: Date| from.until((jiff::Unit::Year, on)).ok();
    let (oldest, youngest) = (whole(first)?, whole(last)?);
    if oldest.get_years() != youngest.get_years() {
        return None;
    }
    let exact = first == last;
    Some(Age {
        years: u16::try_from(oldest.get_years()).ok()?,
        months: if exact { u8::try_from(oldest.get_months()).unwrap_or(0) } else { 0 },
        days: exact.then(|| u32::try_from(days(first, on)).unwrap_or(0)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn check(text: &str, days_ago: Option<i32>, future: bool) {
        let day = Day::of(&PartialDate::fhir(text), date(2026, 11, 22));
        assert_eq!((day.days_ago, day.future), (days_ago, future), "{text}");
        assert_eq!(day.text, text);
    }

    #[test]
    fn days_ago_never_makes_a_partial_date_older_than_it_may_be() {
        check("2026-11-22", Some(0), false);
        check("2026-11-21T23:59:00-05:00", Some(1), false);
        check("2026-11-23", Some(-1), true);
        check("2026-11", Some(0), false);
        check("2026", Some(0), false);
        check("2027", Some(-40), true);
        check("2026-10", Some(22), false);
        check("2025", Some(326), false);
        check("1961-04-93", None, false);
    }

    #[test]
    fn an_age_is_told_only_when_it_is_sure() {
        let on = date(2026, 11, 22);
        let age = |text: &str| age(&PartialDate::fhir(text), on);
        assert_eq!(age("1951-03-03"), Some(Age { years: 75, months: 8, days: Some(27_658) }));
        assert_eq!(age("1951"), None, "75 or 74");
        assert_eq!(age("1951-03"), Some(Age { years: 75, months: 0, days: None }));
        assert_eq!(age("2026-11-20"), Some(Age { years: 0, months: 0, days: Some(2) }));
        assert_eq!(age("2027-01-01"), None);
        assert_eq!(age("soon"), None);
        assert_eq!(super::age(&PartialDate::fhir("2000-02-29"), date(2025, 2, 28)).unwrap().years, 24);
    }
}
