use jiff::civil;
use serde::{Deserialize, Serialize};

/// A date or date-time exactly as a source wrote it, with as much of it as is known.
///
/// `1961`, `1961-04`, `1961-04-09` and `1961-04-09T10:30:00+01:00` are all whole answers; `1961-04-93` keeps its text
/// and knows nothing. Dates are never shifted between zones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartialDate {
    /// The source's own characters.
    pub text: String,
    /// What could be read of them; `None` if they are no date.
    pub known: Option<Known>,
}

/// The parts of a date that a source gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    /// Year, 1..=9999.
    pub year: i16,
    /// Month 1..=12, if given.
    pub month: Option<u8>,
    /// Day of the month, if given; never without a month.
    pub day: Option<u8>,
    /// Time of day, if given; never without a day.
    pub time: Option<TimeOfDay>,
}

/// A wall-clock time as written, with the zone offset the source stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimeOfDay {
    /// Hour 0..=23.
    pub hour: u8,
    /// Minute 0..=59.
    pub minute: u8,
    /// Second 0..=59; `None` if not written.
    pub second: Option<u8>,
    /// Nanoseconds, 0 if not written.
    pub nano: u32,
    /// Minutes east of UTC; `None` if the source named no zone.
    pub offset: Option<i16>,
}

impl PartialDate {
    /// Reads a FHIR `date`, `dateTime` or `instant` (FHIR R4 §2.24.0.1). Never fails: what is no date keeps its text.
    pub fn fhir(text: &str) -> Self {
        Self { text: text.to_owned(), known: parse_iso(text.trim()) }
    }

    /// Reads an HL7 v2/v3 timestamp, `YYYY[MM[DD[HHMM[SS[.SSSS]]]]][+/-ZZZZ]` (HL7 v2.5.1 §2.A.22). Never fails.
    pub fn hl7(text: &str) -> Self {
        Self { text: text.to_owned(), known: parse_hl7(text.trim()) }
    }

    /// What is known, as FHIR writes it (FHIR R4 §2.24.0.1): `1961`, `1961-04`, `1961-04-09T10:30:00+01:00`. A time that has
    /// no zone or no seconds stays without. `None` if nothing is known.
    pub fn moment(&self) -> Option<String> {
        let known = self.known?;
        let mut out = format!("{:04}", known.year);
        for part in [known.month, known.day].into_iter().flatten() {
            out += &format!("-{part:02}");
        }
        if let Some(time) = known.time {
            out += &format!("T{:02}:{:02}", time.hour, time.minute);
            out.extend(time.second.map(|s| format!(":{s:02}")));
            if time.nano > 0 && time.second.is_some() {
                out += format!(".{:09}", time.nano).trim_end_matches('0');
            }
            out.extend(time.offset.map(|o| {
                let sign = if o < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", o.abs() / 60, o.abs() % 60)
            }));
        }
        Some(out)
    }

    /// Year, month and day, when all three are known.
    pub fn day(&self) -> Option<civil::Date> {
        let known = self.known?;
        civil::Date::new(known.year, known.month? as i8, known.day? as i8).ok()
    }

    /// What is known of the day, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, however the source writes it; `None` if nothing is.
    pub fn iso(&self) -> Option<String> {
        let Known { year, month, day, .. } = self.known?;
        Some(match (month, day) {
            (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}"),
        })
    }

    /// True if all of what is known lies before this day: `2019` is before any day of 2020, and not before one of 2019.
    pub fn is_before(&self, today: civil::Date) -> bool {
        let Some(known) = self.known else { return false };
        let (year, month, day) = (today.year(), today.month() as u8, today.day() as u8);
        match (known.month, known.day) {
            (None, _) => known.year < year,
            (Some(m), None) => (known.year, m) < (year, month),
            (Some(m), Some(d)) => (known.year, m, d) < (year, month, day),
        }
    }

    /// A key that sorts oldest first; a partial date sorts at its beginning, an unknown one before all
    /// (so that newest-first lists show it last).
    pub fn sort_key(&self) -> (i16, u8, u8, i32, u32) {
        let Some(k) = self.known else { return (0, 0, 0, 0, 0) };
        let (minutes, nanos) = match k.time {
            Some(t) => ((i32::from(t.hour) * 60 + i32::from(t.minute)) * 60 + i32::from(t.second.unwrap_or(0)), t.nano),
            None => (0, 0),
        };
        (k.year, k.month.unwrap_or(0), k.day.unwrap_or(0), minutes, nanos)
    }
}

fn digits(text: &str, from: usize, len: usize) -> Option<u32> {
    let part = text.get(from..from + len)?;
    if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
}

fn checked(year: u32, month: Option<u32>, day: Option<u32>, time: Option<TimeOfDay>) -> Option<Known> {
    let year = i16::try_from(year).ok().filter(|y| *y >= 1)?;
    let month = month.map(u8::try_from).transpose().ok()?;
    let day = day.map(u8::try_from).transpose().ok()?;
    // A first of the month stands in where the source gave less, only to check what it did give.
    civil::Date::new(year, month.unwrap_or(1) as i8, day.unwrap_or(1) as i8).ok()?;
    Some(Known { year, month, day, time })
}

fn parse_iso(s: &str) -> Option<Known> {
    let year = digits(s, 0, 4)?;
    if s.len() == 4 {
        return checked(year, None, None, None);
    }
    (s.get(4..5)? == "-").then_some(())?;
    let month = digits(s, 5, 2)?;
    if s.len() == 7 {
        return checked(year, Some(month), None, None);
    }
    (s.get(7..8)? == "-").then_some(())?;
    let day = digits(s, 8, 2)?;
    if s.len() == 10 {
        return checked(year, Some(month), Some(day), None);
    }
    matches!(s.get(10..11)?, "T" | " ").then_some(())?;
    let time = parse_time(s.get(11..)?)?;
    checked(year, Some(month), Some(day), Some(time))
}

fn parse_hl7(s: &str) -> Option<Known> {
    let end = s.find(['+', '-']).unwrap_or(s.len());
    let (stamp, zone) = (s.get(..end)?, s.get(end..)?);
    let (whole, fraction) = stamp.split_once('.').unwrap_or((stamp, ""));
    let year = digits(whole, 0, 4)?;
    let month = if whole.len() > 4 { Some(digits(whole, 4, 2)?) } else { None };
    let day = if whole.len() > 6 { Some(digits(whole, 6, 2)?) } else { None };
    let time = if whole.len() > 8 {
        let second = if whole.len() > 12 { Some(digits(whole, 12, 2)?) } else { None };
        let minute = if whole.len() > 10 { digits(whole, 10, 2)? } else { 0 };
        (whole.len() <= 14).then_some(())?;
        Some(time_of(digits(whole, 8, 2)?, minute, second, fraction, parse_zone(zone)?)?)
    } else {
        None
    };
    checked(year, month, day, time)
}

fn parse_time(s: &str) -> Option<TimeOfDay> {
    let end = s.find(['Z', 'z', '+', '-']).unwrap_or(s.len());
    let (clock, zone) = (s.get(..end)?, s.get(end..)?);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let hour = digits(clock, 0, 2)?;
    (clock.get(2..3)? == ":").then_some(())?;
    let minute = digits(clock, 3, 2)?;
    let second = match clock.len() {
        5 => None,
        8 if clock.get(5..6)? == ":" => Some(digits(clock, 6, 2)?),
        _ => return None,
    };
    time_of(hour, minute, second, fraction, parse_zone(zone)?)
}

/// `Some(None)`: no zone was written. `None`: the zone is malformed.
fn parse_zone(zone: &str) -> Option<Option<i16>> {
    if zone.is_empty() {
        return Some(None);
    }
    if zone.eq_ignore_ascii_case("z") {
        return Some(Some(0));
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let rest: String = zone.chars().skip(1).filter(|c| *c != ':').collect();
    if rest.len() != 4 {
        return None;
    }
    let (h, m) = (digits(&rest, 0, 2)?, digits(&rest, 2, 2)?);
    (h <= 14 && m < 60).then_some(Some(sign * i16::try_from(h * 60 + m).ok()?))
}

fn time_of(hour: u32, minute: u32, second: Option<u32>, fraction: &str, offset: Option<i16>) -> Option<TimeOfDay> {
    // Second 60 is legal in FHIR for leap seconds; it is kept in the text and read as 59.
    (hour < 24 && minute < 60 && second.is_none_or(|s| s <= 60)).then_some(())?;
    fraction.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    let nano: u32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(TimeOfDay {
        hour: u8::try_from(hour).ok()?,
        minute: u8::try_from(minute).ok()?,
        second: second.map(|s| s.min(59) as u8),
        nano,
        offset,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    type Parts = (i16, Option<u8>, Option<u8>, Option<(u8, u8, Option<i16>)>);

    fn check(date: PartialDate, expected: Option<Parts>) {
        let known = date.known.map(|k| (k.year, k.month, k.day, k.time.map(|t| (t.hour, t.minute, t.offset))));
        assert_eq!(known, expected, "{:?}", date.text);
    }

    #[test]
    fn partial_dates_stay_partial() {
        check(PartialDate::fhir("1961"), Some((1961, None, None, None)));
        check(PartialDate::fhir("1961-04"), Some((1961, Some(4), None, None)));
        check(PartialDate::fhir("1961-04-09"), Some((1961, Some(4), Some(9), None)));
        check(
            PartialDate::fhir("2016-02-29T10:30:00.123+01:00"),
            Some((2016, Some(2), Some(29), Some((10, 30, Some(60))))),
        );
        check(PartialDate::fhir("2016-02-28T10:30"), Some((2016, Some(2), Some(28), Some((10, 30, None)))));
        check(PartialDate::hl7("19610409"), Some((1961, Some(4), Some(9), None)));
        check(PartialDate::hl7("196104091530-0500"), Some((1961, Some(4), Some(9), Some((15, 30, Some(-300))))));
    }

    #[test]
    fn what_is_known_is_written_one_way() {
        let iso = |date: PartialDate| date.iso();
        assert_eq!(iso(PartialDate::hl7("196104091530-0500")).as_deref(), Some("1961-04-09"));
        assert_eq!(iso(PartialDate::hl7("196104")).as_deref(), Some("1961-04"));
        assert_eq!(iso(PartialDate::fhir("1961")).as_deref(), Some("1961"));
        assert_eq!(iso(PartialDate::fhir("soon")), None);
    }

    #[test]
    fn what_is_no_date_keeps_its_text_and_knows_nothing() {
        for text in ["1961-04-93", "2015-02-29", "", "soon", "19-04-1961", "2020-1-1", "2020-01-01T25:00", "２０２０"]
        {
            check(PartialDate::fhir(text), None);
            assert_eq!(PartialDate::fhir(text).text, text);
        }
        check(PartialDate::hl7("2020139"), None);
        check(PartialDate::hl7("UNK"), None);
    }

    #[test]
    fn undated_sorts_before_everything_so_that_newest_first_shows_it_last() {
        assert!(PartialDate::fhir("soon").sort_key() < PartialDate::fhir("0001").sort_key());
        assert!(PartialDate::fhir("2019").sort_key() < PartialDate::fhir("2019-01-01").sort_key());
        assert!(PartialDate::fhir("2019-05-01T09:00").sort_key() < PartialDate::fhir("2019-05-01T10:00").sort_key());
    }
}
