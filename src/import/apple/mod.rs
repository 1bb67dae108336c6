//! Apple Health: the `export.xml` of an export (root `HealthData`), read in one pass in bounded memory.
//!
//! Apple's own file always begins with a document type declaration, so here alone one is passed over: unread, nothing of
//! it declared, no entity of its own expanded. A reference to one is a fault like any other.
//!
//! - `Me` is the person: birth date and sex, no name. Its blood type is an entry.
//! - A `Record` of a clinical kind is an entry; of each kind at most the [`SHOWN`] newest, and an issue says so.
//! - A `Correlation` of blood pressure is one entry; the same two records stand a second time at the top, and are counted
//!   as shown by it.
//! - Everything else (steps, energy, sleep, workouts, summaries of activity) is kept: a line for each series.
//!   `ClinicalRecord` points to a FHIR file beside this one, which is read as itself.

mod kinds;
mod record;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashSet};
use std::ops::{ControlFlow, Range};

use super::xml::{Event, Start, Walk};
use super::{ImportError, Phase, Progress, READER, issue, tell};
use crate::record::{
    Entry, Hash, IssueCode, Kind, Outcome, PartialDate, Person, Reading, Section, Severity, Sex, Source, Value,
};

/// Readings of one kind that are shown, the newest.
const SHOWN: usize = 1000;

/// Apple's own names for what it measures.
const SYSTEM: &str = "http://developer.apple.com/documentation/healthkit";

/// Reads an export.
///
/// # Errors
/// [`ImportError::NotXml`] for the first fault, [`ImportError::TooMany`], [`ImportError::Cancelled`].
pub fn read(
    text: &str,
    shift: Option<usize>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    let start = after_doctype(text);
    let body = text.get(start..).unwrap_or_default();
    let mut export = Export {
        body,
        start,
        shift,
        counts: BTreeMap::new(),
        series: BTreeMap::new(),
        pressures: HashSet::new(),
        reading: Reading {
            reader: READER,
            format: "Apple Health".to_owned(),
            source: Source { name: "Apple Health".to_owned(), ..Source::default() },
            ..Reading::default()
        },
    };
    export.walk(text, progress)?;
    export.finish();
    tell(progress, Phase::Reading, text.len(), text.len())?;
    Ok(export.reading)
}

/// Where the one element begins, after the XML declaration and the document type declaration (XML 1.0 §2.8), whose
/// internal subset ends at its first `]` that stands outside of quotes and comments. 0 if there is none.
fn after_doctype(text: &str) -> usize {
    let Some(found) = text.find("<!DOCTYPE").filter(|at| text.find("<HealthData").is_none_or(|root| *at < root)) else {
        return 0;
    };
    let mut rest = text.get(found..).unwrap_or_default();
    let mut inside = false;
    while let Some(at) = rest.find(['"', '\'', '[', ']', '>', '<']) {
        let (_, here) = rest.split_at(at);
        let skip = |end: &str, from: usize| {
            here.get(from..).and_then(|r| r.find(end)).map_or(here.len(), |n| from + n + end.len())
        };
        let step = match here.chars().next() {
            Some(quote @ ('"' | '\'')) => skip(if quote == '"' { "\"" } else { "'" }, 1),
            Some('<') if here.starts_with("<!--") => skip("-->", 4),
            Some('<') if here.starts_with("<?") => skip("?>", 2),
            Some('[') => {
                inside = true;
                1
            }
            Some(']') => {
                inside = false;
                1
            }
            Some('>') if !inside => return text.len() - here.len() + 1,
            _ => 1,
        };
        rest = here.get(step..).unwrap_or_default();
    }
    text.len()
}

/// A record that may be shown: ordered by when it began, then by its place.
type Candidate = (String, u32, Range<usize>);

/// The records of one kind.
#[derive(Default)]
struct Series {
    count: u32,
    newest: BinaryHeap<Reverse<(String, u32, usize, usize)>>,
}

impl Series {
    fn add(&mut self, began: &str, number: u32, range: Range<usize>) {
        self.count = self.count.saturating_add(1);
        let full = self.newest.len() >= SHOWN;
        if full && self.newest.peek().is_some_and(|Reverse((oldest, ..))| oldest.as_str() >= began) {
            return;
        }
        if full {
            self.newest.pop();
        }
        self.newest.push(Reverse((began.to_owned(), number, range.start, range.end)));
    }
}

struct Export<'t> {
    body: &'t str,
    /// Where the body begins in the text.
    start: usize,
    shift: Option<usize>,
    /// How many elements of each name came by: their numbers in a place.
    counts: BTreeMap<&'t str, u32>,
    /// What is shown or kept, by element and type. A series without candidates is kept.
    series: BTreeMap<(&'t str, String), Series>,
    /// The records that stand inside a correlation of blood pressure.
    pressures: HashSet<[u8; 16]>,
    reading: Reading,
}

impl<'t> Export<'t> {
    fn walk(&mut self, text: &str, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<(), ImportError> {
        // Lines and columns are told of the whole text.
        let refusal = |mut fault: super::xml::Fault, start: usize| {
            fault.offset += start;
            fault.refusal(text)
        };
        let start = self.start;
        let mut walk = Walk::new(self.body);
        let mut told = 0;
        loop {
            if walk.offset() >= told + (64 << 10) {
                told = walk.offset();
                tell(progress, Phase::Reading, told + start, text.len())?;
            }
            match walk.next().map_err(|f| refusal(f, start))? {
                Event::Start(tag) if walk.depth() == 2 => {
                    let end = walk.skip().map_err(|f| refusal(f, start))?;
                    self.child(&tag, tag.range.start..end);
                    if self.reading.ledger.lines.len() > super::LIMITS.pieces {
                        return Err(ImportError::TooMany { limit: super::LIMITS.pieces });
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// One element below the root.
    fn child(&mut self, tag: &Start<'t>, range: Range<usize>) {
        let number = self.counts.entry(tag.name).or_insert(0);
        *number = number.saturating_add(1);
        let number = *number;
        let at = format!("/HealthData/{}[{number}]", tag.name);
        let of = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
        match tag.name {
            "Me" => self.me(tag, at),
            "ExportDate" => {
                self.reading.source.as_of = Some(record::date(&of("value")));
                self.reading.ledger.add(at, tag.name, Outcome::Kept, None);
            }
            "Record" | "Correlation" => {
                let kind = of("type");
                let shown = kinds::section(&kind).is_some();
                if kind == kinds::PRESSURE {
                    record::pressures(self.body.get(range.clone()).unwrap_or_default(), &mut self.pressures);
                }
                let series = self.series.entry((tag.name, kind)).or_default();
                if shown {
                    series.add(&of("startDate"), number, range);
                } else {
                    series.count = series.count.saturating_add(1);
                }
            }
            "Workout" | "ActivitySummary" | "ClinicalRecord" | "Audiogram" | "VisionPrescription" => {
                let kind =
                    ["workoutActivityType", "type"].into_iter().map(of).find(|k| !k.is_empty()).unwrap_or_default();
                let series = self.series.entry((tag.name, kind)).or_default();
                series.count = series.count.saturating_add(1);
            }
            _ => {
                self.reading.ledger.add(at.clone(), tag.name, Outcome::NotUnderstood, Some(IssueCode::UnknownType));
                self.reading.issues.push(issue(Severity::Warning, IssueCode::UnknownType, &at, tag.name));
            }
        }
    }

    /// The person. Apple exports no name.
    fn me(&mut self, tag: &Start<'t>, at: String) {
        let of = |name: &str| {
            tag.attribute(&format!("HKCharacteristicTypeIdentifier{name}")).unwrap_or_default().into_owned()
        };
        let born = Some(of("DateOfBirth")).filter(|d| !d.is_empty());
        let sex = match of("BiologicalSex").as_str() {
            "HKBiologicalSexFemale" => Some(Sex::Female),
            "HKBiologicalSexMale" => Some(Sex::Male),
            "HKBiologicalSexOther" => Some(Sex::Other),
            _ => None,
        };
        if born.is_some() || sex.is_some() {
            let birth_date = born.map(|d| PartialDate::fhir(&d));
            if birth_date.as_ref().is_some_and(|d| d.known.is_none()) {
                self.reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, &at, &of("DateOfBirth")));
            }
            self.reading.people.push(Person { birth_date, sex, at: at.clone(), ..Person::default() });
        }
        let blood = of("BloodType");
        if let Some(group) = blood.strip_prefix("HKBloodType").filter(|b| !b.is_empty() && *b != "NotSet") {
            let mut entry = Entry::new(Section::AboutMe, Kind::Observation, at.clone(), "Blood Type");
            entry.concept = kinds::concept("HKCharacteristicTypeIdentifierBloodType", "Blood Type");
            entry.value = Some(Value::Text(kinds::words(group)));
            self.reading.entries.push(entry);
        }
        self.reading.ledger.add(at, "Me", Outcome::Shown, None);
    }

    /// Turns what was gathered into entries, in the order of the file, and counts the rest.
    fn finish(&mut self) {
        let mut shown: Vec<(&'t str, String, Candidate)> = Vec::new();
        let mut pointers = 0;
        for ((element, kind), series) in std::mem::take(&mut self.series) {
            let whole = if kind.is_empty() { element.to_owned() } else { kind.clone() };
            let at = format!("/HealthData/{element}[@type='{kind}']");
            if element == "ClinicalRecord" {
                pointers += series.count;
            }
            let newest = series.newest.len() as u32;
            if newest > 0 && newest < series.count {
                let found = format!("{newest} / {}", series.count);
                self.reading.issues.push(issue(Severity::Information, IssueCode::SomeShown, &at, &found));
            }
            if newest < series.count {
                self.reading.ledger.add_series(at, whole, Outcome::Kept, series.count - newest);
            }
            for Reverse((began, number, from, to)) in series.newest {
                shown.push((element, kind.clone(), (began, number, from..to)));
            }
        }
        if pointers > 0 {
            let found = format!("{pointers} × clinical-records/*.json");
            self.reading.issues.push(issue(
                Severity::Information,
                IssueCode::AttachmentElsewhere,
                "/HealthData/ClinicalRecord",
                &found,
            ));
        }
        shown.sort_by_key(|(_, _, (_, _, range))| range.start);
        let mut fractions = false;
        for (element, kind, (_, number, range)) in shown {
            let at = format!("/HealthData/{element}[{number}]");
            let source = self.body.get(range.clone()).unwrap_or_default();
            self.reading.ledger.add(at.clone(), kind.clone(), Outcome::Shown, None);
            // Told by its correlation already.
            if element == "Record"
                && kinds::is_pressure(&kind)
                && record::key(source).is_some_and(|k| self.pressures.contains(&k))
            {
                continue;
            }
            let section = kinds::section(&kind).unwrap_or(Section::VitalSigns);
            let Some(mut entry) = record::entry(source, &kind, section, at, &mut self.reading.issues) else { continue };
            fractions |= entry.value.as_ref().is_some_and(|v| v.unit() == "%") && !entry.notes.is_empty();
            entry.span = self.span(&range);
            self.reading.entries.push(entry);
        }
        if fractions {
            // Apple writes 97 % as 0.97 and calls the unit %.
            self.reading.issues.push(issue(
                Severity::Warning,
                IssueCode::UnitTrouble,
                "/HealthData/Record[@unit='%']",
                "0.97 %",
            ));
        }
    }

    fn span(&self, range: &Range<usize>) -> Option<(u32, u32)> {
        let shift = self.shift? + self.start;
        Some((u32::try_from(range.start + shift).ok()?, u32::try_from(range.end + shift).ok()?))
    }
}

/// A short name for a text that is only compared.
fn short(text: &str) -> [u8; 16] {
    let Hash(all) = Hash::of(text.as_bytes());
    let mut short = [0; 16];
    short.iter_mut().zip(all).for_each(|(to, from)| *to = from);
    short
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
