//! Tables of measurements (CSV, RFC 4180) of the few exporters whose header is known for certain. Recognised by that
//! header alone, column by column; any other table stays a text document.
//!
//! - A **piece** is a row: the header and what stands above it are kept, a row of measurements is shown, one that says
//!   nothing clinical (a device, an alert, a meal) is kept, one with another number of fields is not understood.
//! - Numbers go out with their own characters, units are those of the header. Where the header has none, there is none.
//! - Times are the wall clock of the device: no exporter here writes a zone.
//! - LibreView writes day and month in the order of the account's settings and does not say which. The rows say it, as
//!   soon as one of them has a day beyond 12; if none has, the dates stay text, with an issue: a guess would be wrong
//!   by months.
//! - Of each kind the [`SHOWN`] newest are entries, as with Apple Health; an issue says of how many.

mod layout;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use ::csv::{ReaderBuilder, StringRecord};

use super::{ImportError, LIMITS, Phase, Progress, READER, issue, tell};
use crate::record::{
    Component, Detail, Entry, IssueCode, Kind, Outcome, PartialDate, Person, Quantity, Reading, Section, Severity,
    Source, Value,
};
use layout::{Clock, Layout, Role};

/// Readings of one kind that are shown, the newest.
const SHOWN: usize = 1000;
/// Most rows of an odd width that are told one by one; all of them are in the ledger.
const TOLD: usize = 200;

/// True if the text begins as a table of a known exporter: its header stands in the first or the second row.
pub fn is_known(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect();
    rows(&head).take(2).any(|row| Layout::of(&row.fields).is_some())
}

/// True if the text looks like a table: some rows of the same number of fields, more than two.
pub fn looks_like_table(text: &str) -> bool {
    let head: String = text.chars().take(16 << 10).collect();
    let lines: Vec<&str> = head.lines().filter(|l| !l.trim().is_empty()).take(6).collect();
    [',', ';', '\t'].into_iter().any(|mark| {
        let count = lines.first().map_or(0, |line| line.matches(mark).count());
        count >= 2 && lines.len() >= 3 && lines.iter().all(|line| line.matches(mark).count() == count)
    })
}

/// A row and where it stands in the text.
struct Row {
    fields: StringRecord,
    range: Range<usize>,
    /// Counted from 1.
    number: u32,
}

/// The rows of a text. Quoting that breaks ends in a row of other length, never in an error.
fn rows(text: &str) -> impl Iterator<Item = Row> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut number = 0;
    std::iter::from_fn(move || {
        let mut fields = StringRecord::new();
        let start = reader.position().byte() as usize;
        // The text is UTF-8, and rows of any length are taken: there is nothing that could fail.
        if !reader.read_record(&mut fields).unwrap_or(false) {
            return None;
        }
        number += 1;
        let (start, end) = (fields.position().map_or(start, |p| p.byte() as usize), reader.position().byte() as usize);
        // The second half of the line break before is counted to this row.
        let row = text.get(start..end).unwrap_or_default();
        let start = end - row.trim_start_matches(['\r', '\n']).len();
        Some(Row { fields, range: start..end, number })
    })
}

/// Reads a table of a known exporter.
///
/// # Errors
/// [`ImportError::Unknown`] if its header is none that is known, [`ImportError::TooMany`], [`ImportError::Cancelled`].
pub fn read(
    text: &str,
    shift: Option<usize>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    let head: Vec<Row> = rows(text).take(2).collect();
    let found = head.iter().find_map(|row| Some((Layout::of(&row.fields)?, row.number)));
    let (layout, header) = found.ok_or(ImportError::Unknown)?;
    let mut table = Table {
        text,
        shift,
        clock: clock(&layout, text, header),
        layout,
        kinds: BTreeMap::new(),
        kept: BTreeMap::new(),
        person: Person::default(),
        unit_told: false,
        order_told: false,
        odd_rows: 0,
        reading: Reading {
            reader: READER,
            format: format!("{} CSV", layout.name),
            source: Source { name: layout.name.to_owned(), ..Source::default() },
            ..Reading::default()
        },
    };
    let mut told = 0;
    for row in rows(text) {
        if row.number as usize > LIMITS.pieces {
            return Err(ImportError::TooMany { limit: LIMITS.pieces });
        }
        if row.range.start >= told {
            tell(progress, Phase::Reading, row.range.start, text.len())?;
            told = row.range.start + (64 << 10);
        }
        match row.number.cmp(&header) {
            std::cmp::Ordering::Less => table.reading.ledger.add(place(row.number), "title", Outcome::Kept, None),
            std::cmp::Ordering::Equal => table.reading.ledger.add(place(row.number), "header", Outcome::Kept, None),
            std::cmp::Ordering::Greater => table.row(row),
        }
    }
    table.finish();
    tell(progress, Phase::Reading, text.len(), text.len())?;
    Ok(table.reading)
}

/// The source text of the row at a place.
pub fn fragment(text: &str, at: &str) -> Option<String> {
    let number: u32 = at.strip_prefix("row ")?.parse().ok()?;
    let row = rows(text).find(|row| row.number == number)?;
    text.get(row.range).map(|row| row.trim_end_matches(['\r', '\n']).to_owned())
}

fn place(number: u32) -> String {
    format!("row {number}")
}

/// Which way round LibreView writes its dates in this file; the layout's own way where that is certain.
fn clock(layout: &Layout, text: &str, header: u32) -> Clock {
    if layout.clock != Clock::Unsure {
        return layout.clock;
    }
    let (mut day_first, mut month_first) = (false, false);
    for row in rows(text).filter(|row| row.number > header) {
        let stamp = row.fields.get(layout.stamp).unwrap_or_default();
        let mut parts = stamp.split(['-', '/', '.', ' ']).map(|part| part.parse::<u32>().unwrap_or_default());
        let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        day_first |= first > 12 && first <= 31;
        month_first |= second > 12 && second <= 31;
    }
    match (day_first, month_first) {
        (true, false) => Clock::DayFirst,
        (false, true) => Clock::MonthFirst,
        _ => Clock::Unsure,
    }
}

/// A row that may be shown.
struct Candidate {
    moment: (i16, u8, u8, i32, u32),
    number: u32,
    entry: Entry,
}

struct Table<'t> {
    text: &'t str,
    shift: Option<usize>,
    layout: Layout,
    clock: Clock,
    /// Rows of each kind that are shown, by the kind's own words.
    kinds: BTreeMap<String, Vec<Candidate>>,
    /// Rows of each kind that are kept.
    kept: BTreeMap<String, u32>,
    person: Person,
    /// That a unit is missing was said.
    unit_told: bool,
    /// That the order of day and month is not known was said.
    order_told: bool,
    /// Rows of another width than the heading's.
    odd_rows: usize,
    reading: Reading,
}

impl Table<'_> {
    fn row(&mut self, row: Row) {
        let at = place(row.number);
        if row.fields.iter().all(|f| f.trim().is_empty()) && row.fields.len() <= 1 {
            return self.keep("empty row");
        }
        if row.fields.len() != self.layout.width {
            let found = format!("{} / {}", row.fields.len(), self.layout.width);
            self.reading.ledger.add(at.clone(), "row", Outcome::NotUnderstood, Some(IssueCode::MissingElement));
            self.odd_rows += 1;
            if self.odd_rows <= TOLD {
                self.reading.issues.push(issue(Severity::Warning, IssueCode::MissingElement, &at, &found));
            }
            return;
        }
        let kind = self.layout.kind(&row.fields);
        if let Some((name, value)) = self.layout.particular(&row.fields) {
            self.particular(name, value);
            self.reading.ledger.add(at, kind, Outcome::Shown, None);
            return;
        }
        if self.layout.is_setting(&row.fields) {
            return self.keep(&kind);
        }
        let Some(entry) = self.entry(&row, &at) else { return self.keep(&kind) };
        let moment = entry.date.as_ref().map(PartialDate::sort_key).unwrap_or_default();
        let name = entry.title.clone();
        let all = self.kinds.entry(name).or_default();
        all.push(Candidate { moment, number: row.number, entry });
        // Kept small while reading: twice what is shown, then the older half goes.
        if all.len() >= 2 * SHOWN {
            let over = newest(all);
            let kind = all.first().map(|c| c.entry.title.clone()).unwrap_or_default();
            *self.kept.entry(kind).or_default() += over;
        }
    }

    fn keep(&mut self, kind: &str) {
        *self.kept.entry(kind.to_owned()).or_default() += 1;
    }

    fn particular(&mut self, name: &str, value: &str) {
        let value = value.trim();
        match name {
            "FirstName" => self.person.given = vec![value.to_owned()],
            "LastName" => self.person.family = value.to_owned(),
            "DateOfBirth" => {
                let date = PartialDate::fhir(value);
                if date.known.is_none() {
                    self.reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, name, value));
                }
                self.person.birth_date = Some(date);
            }
            _ => {}
        }
    }

    /// What a row measures; `None` if it measures nothing.
    fn entry(&mut self, row: &Row, at: &str) -> Option<Entry> {
        let mut parts: Vec<Component> = Vec::new();
        let mut details: Vec<Detail> = Vec::new();
        let mut notes: Vec<String> = Vec::new();
        let event = self.layout.event(&row.fields);
        for (column, text) in self.layout.columns().iter().zip(row.fields.iter().map(str::trim)) {
            if text.is_empty() || text == "-" {
                continue;
            }
            match &column.role {
                Role::Measured { name, unit } => parts.push(Component {
                    title: event.map_or_else(|| (*name).to_owned(), str::to_owned),
                    concept: crate::record::Concept::words(event.unwrap_or(name)),
                    value: Some(value(text, unit)),
                    range: Vec::new(),
                    interpretation: Vec::new(),
                }),
                Role::Note => notes.push(text.to_owned()),
                Role::Detail(name) => details.push(Detail { name: (*name).to_owned(), text: text.to_owned() }),
                Role::Stamp | Role::Silent => {}
            }
        }
        if parts.is_empty() {
            return None;
        }
        for part in &parts {
            if let Some(Value::Quantity(q)) = &part.value
                && q.unit.is_empty()
                && !std::mem::replace(&mut self.unit_told, true)
            {
                self.reading.issues.push(issue(Severity::Information, IssueCode::UnitTrouble, at, &part.title));
            }
        }
        let pressure =
            self.layout.pressure && parts.iter().any(|p| p.title != layout::PULSE && p.title != layout::RATE);
        let section = if self.layout.pressure { Section::VitalSigns } else { Section::Results };
        let title = match parts.as_slice() {
            _ if pressure => layout::PRESSURE.to_owned(),
            [only] => only.title.clone(),
            several => several.iter().map(|p| p.title.as_str()).collect::<Vec<_>>().join(", "),
        };
        let mut entry = Entry::new(section, Kind::Observation, at, title);
        entry.concept = crate::record::Concept::words(entry.title.clone());
        match (pressure, parts.len()) {
            (false, 1) => entry.value = parts.pop().and_then(|p| p.value),
            _ => entry.components = parts,
        }
        entry.details = details;
        entry.notes = notes;
        entry.date = self.date(&row.fields, at);
        entry.span = self.span(&row.range);
        Some(entry)
    }

    fn date(&mut self, fields: &StringRecord, at: &str) -> Option<PartialDate> {
        let field = |n: usize| fields.get(n).map(str::trim).unwrap_or_default();
        let text = match self.layout.time {
            Some(time) => format!("{} {}", field(self.layout.stamp), field(time)).trim().to_owned(),
            None => field(self.layout.stamp).to_owned(),
        };
        if text.is_empty() {
            return None;
        }
        let date = PartialDate { known: self.clock.read(&text), text };
        if date.known.is_none() {
            // Once for the file, where the order of day and month is what is not known.
            let told = std::mem::replace(&mut self.order_told, true);
            if self.clock != Clock::Unsure || !told {
                self.reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, at, &date.text));
            }
        }
        Some(date)
    }

    fn span(&self, range: &Range<usize>) -> Option<(u32, u32)> {
        let row = self.text.get(range.clone())?;
        let end = range.start + row.trim_end_matches(['\r', '\n']).len();
        let shift = self.shift?;
        Some((u32::try_from(range.start + shift).ok()?, u32::try_from(end + shift).ok()?))
    }

    fn finish(&mut self) {
        let mut shown = Vec::new();
        for (kind, mut all) in std::mem::take(&mut self.kinds) {
            let over = newest(&mut all);
            let before = self.kept.entry(kind.clone()).or_default();
            *before += over;
            if *before > 0 {
                let found = format!("{} / {}", all.len(), all.len() as u32 + *before);
                self.reading.issues.push(issue(Severity::Information, IssueCode::SomeShown, &kind, &found));
            }
            shown.extend(all);
        }
        for (kind, count) in std::mem::take(&mut self.kept) {
            if count > 0 {
                self.reading.ledger.add_series("", kind, Outcome::Kept, count);
            }
        }
        shown.sort_by_key(|c| c.number);
        for candidate in shown {
            self.reading.ledger.add(candidate.entry.at.clone(), &*candidate.entry.title, Outcome::Shown, None);
            self.reading.entries.push(candidate.entry);
        }
        let person = std::mem::take(&mut self.person);
        if person == Person::default() {
            self.reading.issues.push(issue(Severity::Warning, IssueCode::NoPerson, "", ""));
        } else {
            let name = format!("{} {}", person.given.join(" "), person.family).trim().to_owned();
            self.reading.people.push(Person { name, ..person });
        }
    }
}

/// Leaves the newest that are shown, and answers how many went.
fn newest(all: &mut Vec<Candidate>) -> u32 {
    // Of one moment, or of none that is known, the later rows.
    all.sort_by_key(|c| (Reverse(c.moment), Reverse(c.number)));
    let over = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    over as u32
}

/// A number with the header's unit; words (`Low`, `High`, `HI`) as words.
fn value(text: &str, unit: &str) -> Value {
    let (comparator, number) = match text.split_at_checked(1) {
        Some((mark @ ("<" | ">"), rest)) => (mark, rest.trim()),
        _ => ("", text),
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        && number.parse::<f64>().is_ok_and(f64::is_finite);
    match plain {
        true => Value::Quantity(Quantity {
            value: number.to_owned(),
            comparator: comparator.to_owned(),
            unit: unit.to_owned(),
            ..Quantity::default()
        }),
        false => Value::Text(text.to_owned()),
    }
}
