//! Dates in a document. FHIR wants its own form (FHIR R4 §2.24.0.1), with a zone wherever there is a time; sources write
//! theirs. So each date element holds as much as FHIR takes of it, and where that is not all, what our own reader is to
//! read stands beside it, in an extension on the element: the same moment without a zone, or the words of what is no date.

use serde_json::{Map, Value, json};

use super::{OURS, array, text};
use crate::record::{Known, PartialDate};

/// What a date element of FHIR R4 takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `date`: a year, a month or a day.
    Day,
    /// `dateTime`: also a time, with its zone.
    Time,
    /// `instant`: nothing less than a time with its seconds and zone.
    Instant,
}

/// Writes a date into an element of a resource, none of it lost.
pub(super) fn put(out: &mut Map<String, Value>, key: &str, date: &PartialDate, form: Form) {
    if date.text.trim().is_empty() {
        return;
    }
    let known = date.known;
    let own = PartialDate::fhir(&date.text);
    // A date in FHIR's own form stays as its source wrote it.
    let whole = match date.moment() {
        Some(_) if own.known == known => date.text.clone(),
        Some(iso) => iso,
        None => date.text.clone(),
    };
    let element = known.and_then(|known| {
        let fits = fits(&known, form) && !whole.contains(char::is_whitespace);
        if fits { Some(whole.clone()) } else { date.iso().filter(|_| form != Form::Instant) }
    });
    if element.as_ref() != Some(&whole) {
        let written = json!({"extension": [{"url": format!("{OURS}written"), "valueString": whole}]});
        out.insert(format!("_{key}"), written);
    }
    if let Some(element) = element {
        out.insert(key.to_owned(), json!(element));
    }
}

fn fits(known: &Known, form: Form) -> bool {
    let zoned = known.time.is_some_and(|t| t.second.is_some() && t.offset.is_some());
    match form {
        Form::Day => known.time.is_none(),
        Form::Time => known.time.is_none() || zoned,
        Form::Instant => zoned,
    }
}

/// Puts back what [`put`] set beside the elements, anywhere in a resource.
pub(super) fn restore(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(restore),
        Value::Object(object) => {
            let url = format!("{OURS}written");
            let beside: Vec<(String, String)> = object
                .iter()
                .filter_map(|(key, beside)| {
                    let written = array(beside, "extension").iter().find(|e| text(Some(e), "url") == url)?;
                    Some((key.strip_prefix('_')?.to_owned(), text(Some(written), "valueString").to_owned()))
                })
                .collect();
            for (key, written) in beside {
                object.remove(&format!("_{key}"));
                object.insert(key, json!(written));
            }
            object.values_mut().for_each(restore);
        }
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(date: PartialDate, form: Form, element: Option<&str>, read: &str) {
        let mut out = Map::new();
        put(&mut out, "date", &date, form);
        assert_eq!(out.get("date").and_then(Value::as_str), element, "{date:?}");
        let mut out = json!({"inner": [out]});
        restore(&mut out);
        assert_eq!(out, json!({"inner": [{"date": read}]}));
        assert_eq!(PartialDate::fhir(read).known, date.known);
    }

    #[test]
    fn a_date_of_any_format_is_fhirs_outside_and_whole_inside() {
        check(PartialDate::fhir("2019"), Form::Time, Some("2019"), "2019");
        let zoned = "2026-11-10T08:15:00+01:00";
        check(PartialDate::fhir(zoned), Form::Time, Some(zoned), zoned);
        check(PartialDate::fhir(zoned), Form::Instant, Some(zoned), zoned);
        check(PartialDate::fhir(zoned), Form::Day, Some("2026-11-10"), zoned);
        check(PartialDate::fhir("2026-11-10T08:15"), Form::Time, Some("2026-11-10"), "2026-11-10T08:15");
        check(PartialDate::fhir("2026-11-10"), Form::Instant, None, "2026-11-10");
        check(PartialDate::hl7("19621022"), Form::Day, Some("1962-10-22"), "1962-10-22");
        check(PartialDate::hl7("196210"), Form::Day, Some("1962-10"), "1962-10");
        check(PartialDate::hl7("20261110081500"), Form::Time, Some("2026-11-10"), "2026-11-10T08:15:00");
        check(PartialDate::hl7("202611100815+0100"), Form::Time, Some("2026-11-10"), "2026-11-10T08:15+01:00");
        let exact = "2026-11-10T08:15:00.125-05:00";
        check(PartialDate::hl7("20261110081500.125-0500"), Form::Instant, Some(exact), exact);
        check(PartialDate::written("3 March 2019").unwrap(), Form::Time, Some("2019-03-03"), "2019-03-03");
        check(PartialDate::fhir("1961-04-93"), Form::Time, None, "1961-04-93");
    }
}
