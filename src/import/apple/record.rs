use std::collections::HashSet;

use super::{kinds, short};
use crate::import::issue;
use crate::import::xml::{Event, Start, Walk};
use crate::record::{
    Component, Detail, Entry, Issue, IssueCode, Kind, PartialDate, Quantity, Section, Severity, Value,
};

/// What is told elsewhere in an entry.
const TOLD: [&str; 7] = ["type", "value", "unit", "startDate", "endDate", "creationDate", "sourceName"];

/// A date as Apple writes it, `2016-04-18 08:25:32 -0700`.
pub fn date(text: &str) -> PartialDate {
    let mut parts = text.split_whitespace();
    let iso = match (parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(time), Some(zone)) if zone.len() == 5 && zone.is_ascii() => {
            let (hours, minutes) = zone.split_at(3);
            format!("{day}T{time}{hours}:{minutes}")
        }
        _ => text.to_owned(),
    };
    PartialDate { text: text.to_owned(), known: PartialDate::fhir(&iso).known }
}

/// Notes the records inside a correlation.
pub fn pressures(correlation: &str, into: &mut HashSet<[u8; 16]>) {
    let mut walk = Walk::new(correlation);
    while let Ok(event) = walk.next() {
        match event {
            Event::Start(tag) if tag.name == "Record" => drop(into.insert(key_of(&tag))),
            Event::Eof => break,
            _ => {}
        }
    }
}

/// What makes two records the same one, told twice.
pub fn key(record: &str) -> Option<[u8; 16]> {
    match Walk::new(record).next() {
        Ok(Event::Start(tag)) => Some(key_of(&tag)),
        _ => None,
    }
}

fn key_of(tag: &Start<'_>) -> [u8; 16] {
    let of = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
    short(&["type", "value", "unit", "startDate", "endDate", "sourceName"].map(of).join("\u{1F}"))
}

/// The entry of a record, or of a correlation with its records as components. `None` if it can't be read again.
pub fn entry(source: &str, kind: &str, section: Section, at: String, issues: &mut Vec<Issue>) -> Option<Entry> {
    let title = kinds::words(kinds::name(kind));
    let mut entry = Entry::new(section, Kind::Observation, at.clone(), title.clone());
    entry.concept = kinds::concept(kind, &title);
    let mut walk = Walk::new(source);
    let mut first = true;
    loop {
        match walk.next().ok()? {
            Event::Start(tag) if first => {
                first = false;
                head(&mut entry, &tag, issues);
            }
            Event::Start(tag) if tag.name == "Record" => entry.components.extend(component(&tag)),
            Event::Start(tag) if tag.name == "MetadataEntry" && walk.depth() == 2 => {
                let of = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
                entry.details.push(Detail { name: of("key"), text: of("value") });
            }
            Event::Eof => break,
            _ => {}
        }
    }
    entry.details.dedup();
    Some(entry)
}

fn head(entry: &mut Entry, tag: &Start<'_>, issues: &mut Vec<Issue>) {
    let of = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
    let mut day = |name: &str| {
        let text = of(name);
        if text.is_empty() {
            return None;
        }
        let date = date(&text);
        if date.known.is_none() {
            issues.push(issue(Severity::Warning, IssueCode::BadDate, &entry.at, &text));
        }
        Some(date)
    };
    entry.date = day("startDate");
    entry.end = day("endDate").filter(|end| Some(end) != entry.date.as_ref());
    entry.recorded = day("creationDate");
    entry.performer.extend(Some(of("sourceName")).filter(|s| !s.is_empty()));
    let (value, note) = value(&of("value"), &of("unit"));
    if let Some(Value::Quantity(q)) = &value
        && !is_number(&q.value)
    {
        issues.push(issue(Severity::Warning, IssueCode::BadNumber, &entry.at, &q.value));
    }
    entry.value = value;
    entry.notes.extend(note);
    for (name, text) in tag.attributes().filter(|(name, text)| !TOLD.contains(name) && !text.is_empty()) {
        entry.details.push(Detail { name: name.to_owned(), text: text.into_owned() });
    }
}

fn component(tag: &Start<'_>) -> Option<Component> {
    let of = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
    let kind = of("type");
    let title = kinds::words(kinds::name(&kind));
    let (value, _) = value(&of("value"), &of("unit"));
    let concept = kinds::concept(&kind, &title);
    value.map(|value| Component { title, concept, value: Some(value), range: Vec::new(), interpretation: Vec::new() })
}

/// A value as written; where Apple writes a fraction and calls its unit %, the same in hundredths beside it.
fn value(value: &str, unit: &str) -> (Option<Value>, Option<String>) {
    if value.is_empty() {
        return (None, None);
    }
    if unit.is_empty() {
        let coded = value.strip_prefix("HKCategoryValue");
        return (Some(Value::Text(coded.map_or_else(|| value.to_owned(), kinds::words))), None);
    }
    let note = (unit == "%").then(|| hundredths(value)).flatten().map(|n| format!("{value} = {n} %"));
    let quantity = Quantity { value: value.to_owned(), unit: unit.to_owned(), ..Quantity::default() };
    (Some(Value::Quantity(quantity)), note)
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A fraction of one with its point moved by two places, digit for digit; `None` if it is none.
fn hundredths(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1" | "") || !fraction.bytes().all(|b| b.is_ascii_digit()) || fraction.len() > 20 {
        return None;
    }
    let padded = format!("{fraction:0<2}");
    let (front, rest) = padded.split_at(2);
    let whole = format!("{whole}{front}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_told_in_hundredths_without_arithmetic() {
        for (text, expected) in [
            ("0.97", Some("97")),
            ("1", Some("100")),
            ("0.975", Some("97.5")),
            ("0.05", Some("5")),
            ("0.9", Some("90")),
            ("0", Some("0")),
            ("97", None),
            ("x", None),
        ] {
            assert_eq!(hundredths(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn dates_keep_their_clock_and_zone() {
        let known = date("2016-04-18 08:25:32 -0730").known.unwrap();
        let time = known.time.unwrap();
        assert_eq!((known.day, time.hour, time.offset), (Some(18), 8, Some(-450)));
        assert_eq!(date("yesterday").known, None);
        assert_eq!(date("2016-04-18").known.unwrap().time, None);
    }
}
