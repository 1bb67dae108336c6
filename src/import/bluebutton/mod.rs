//! Blue Button text of the US Department of Veterans Affairs (My HealtheVet): a report in plain text, part by part.
//!
//! A piece is a record of a part that we read (an allergy, a medicine, a laboratory report and each of its results …),
//! at `VA ALLERGIES[2]`, or a whole part: read as text, its frame, or kept where it is none of our sections. Every part
//! and every record has one line.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::{ImportError, LIMITS, Phase, Progress, READER, issue, tell};
use crate::record::{
    Detail, Entry, IssueCode, Nothing, Outcome, PartialDate, Person, Reading, Section, SectionSays, Severity, Sex,
};

mod entry;
mod lines;
mod shape;

use lines::{Part, said};

/// Reads a report.
pub fn read(
    text: &str,
    shift: Option<usize>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    tell(progress, Phase::Indexing, 0, text.len())?;
    let parts = lines::parts(text);
    tell(progress, Phase::Indexing, text.len(), text.len())?;
    let mut reading = Reading { reader: READER, format: "Blue Button".to_owned(), ..Reading::default() };
    reading.source.name = "My HealtheVet".to_owned();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for part in &parts {
        tell(progress, Phase::Reading, part.range.end.min(text.len()), text.len())?;
        let number = counts.entry(part.title).or_default();
        *number += 1;
        let name = if *number == 1 { part.title.to_owned() } else { format!("{} {number}", part.title) };
        head(&mut reading, part);
        section(&mut reading, part, &name, shift);
        if reading.ledger.lines.len() > LIMITS.pieces {
            return Err(ImportError::TooMany { limit: LIMITS.pieces });
        }
    }
    finish(&mut reading);
    Ok(reading)
}

/// The source text of a record.
pub fn fragment(text: &str, at: &str) -> Option<String> {
    let reading = read(text, Some(0), &mut |_| ControlFlow::Continue(())).ok()?;
    let entry = reading.entries.into_iter().find(|e| e.at == at)?;
    let (start, end) = entry.span?;
    text.get(start as usize..end as usize).map(str::to_owned)
}

/// What the report says of itself and of whom it is about, wherever it stands.
fn head(reading: &mut Reading, part: &Part<'_>) {
    const LABELS: [&str; 5] = ["Name", "Date of Birth", "Gender", "System Request Date/Time", "VA Treating Facility"];
    let about = matches!(part.title, "" | "MY HEALTHEVET PERSONAL INFORMATION REPORT" | "DOWNLOAD REQUEST SUMMARY");
    let own = matches!(part.title, "SELF REPORTED DEMOGRAPHICS" | "VA DEMOGRAPHICS");
    if !about && !own {
        return;
    }
    for (_, line) in &part.lines {
        if let Some((_, rest)) = line.split_once("Blue Button (v") {
            reading.version = rest.split(')').next().unwrap_or_default().to_owned();
        }
        let mut rest = *line;
        while let Some((name, value)) = lines::label(rest, &LABELS) {
            let (value, more) = value.trim_start().split_once("  ").unwrap_or((value.trim_start(), ""));
            let value = said(value);
            rest = more;
            match name {
                "Name" if about && reading.people.is_empty() && !value.is_empty() => reading.people.push(person(value)),
                "System Request Date/Time" => reading.source.as_of = Some(date(value)),
                "Date of Birth" => {
                    let born = Some(date(value)).filter(|_| !value.is_empty());
                    if let Some(person) = reading.people.first_mut().filter(|p| p.birth_date.is_none()) {
                        person.birth_date = born;
                    }
                }
                "Gender" => {
                    if let Some(person) = reading.people.first_mut().filter(|p| p.sex.is_none()) {
                        person.sex = match value.to_ascii_lowercase().as_str() {
                            "male" => Some(Sex::Male),
                            "female" => Some(Sex::Female),
                            _ => None,
                        };
                    }
                }
                _ => {}
            }
        }
    }
}

/// `FAMILY, GIVEN MIDDLE`.
fn person(name: &str) -> Person {
    let (family, given) = name.split_once(',').unwrap_or((name, ""));
    Person {
        name: [given.trim(), family.trim()].join(" ").trim().to_owned(),
        family: family.trim().to_owned(),
        given: given.split_whitespace().map(str::to_owned).collect(),
        at: "Name".to_owned(),
        ..Person::default()
    }
}

/// One part: its records as entries, and its own line.
fn section(reading: &mut Reading, part: &Part<'_>, name: &str, shift: Option<usize>) {
    let what = shape::of(part.title);
    let source = part.lines.iter().find_map(|(_, l)| lines::label(l, &["Source"])).map(|(_, v)| said(v));
    let own = source.is_some_and(|s| s.eq_ignore_ascii_case("Self-Entered")) || part.title.starts_with("SELF REPORTED");
    let before = reading.entries.len();
    if let Some((what, shape)) = &what {
        for (n, record) in lines::records(part, shape).into_iter().enumerate() {
            let at = format!("{name}[{}]", n + 1);
            let mut made = entry::entries(*what, &record, &at);
            for entry in &mut made {
                entry.span = shift.and_then(|s| {
                    Some((u32::try_from(record.range.start + s).ok()?, u32::try_from(record.range.end + s).ok()?))
                });
                if own {
                    entry
                        .details
                        .push(Detail { name: "informationSource".to_owned(), text: "Self-Entered".to_owned() });
                }
            }
            let outcome = if made.is_empty() { Outcome::Kept } else { Outcome::Shown };
            reading.ledger.add(at, what.kind(), outcome, None);
            for inner in made.iter().skip(1) {
                reading.ledger.add(inner.at.clone(), "Test Name", Outcome::Shown, None);
            }
            reading.entries.append(&mut made);
        }
    }
    let none = part.lines.iter().any(|(_, l)| l.starts_with("No information was available"));
    let (place, shown) = (what.as_ref().map(|(w, _)| w.section()), reading.entries.len() > before);
    if let Some(section) = place.filter(|_| !shown) {
        let words: Vec<&str> = part.lines.iter().map(|(_, l)| l.trim()).filter(|l| !frame(l)).collect();
        let (nothing, text) = match (none, words.is_empty()) {
            (true, _) => (Nothing::Unavailable, "No information was available that matched your selection.".to_owned()),
            (false, true) => (Nothing::EmptySection, String::new()),
            // Words of another shape than ours: to be read as they stand, not to be called empty.
            (false, false) => (Nothing::NarrativeOnly, words.join("\n")),
        };
        if nothing == Nothing::NarrativeOnly {
            reading.issues.push(issue(Severity::Warning, IssueCode::NarrativeOnly, name, part.title));
        }
        reading.says.push(SectionSays { section, nothing, text, at: name.to_owned() });
    }
    // The name and the birth date of the whole stand in its first part.
    let names = part.title == "MY HEALTHEVET PERSONAL INFORMATION REPORT" && !reading.people.is_empty();
    let outcome = if names { Outcome::Shown } else { Outcome::Kept };
    reading.ledger.add(name, "section", outcome, None);
}

/// True for a line of a part that says nothing by itself: rules, and where and when the part was asked for.
fn frame(line: &str) -> bool {
    const LABELS: [&str; 4] = ["Source", "Last Updated", "Sorted By", "Date Range"];
    !line.chars().any(char::is_alphanumeric) || lines::label(line, &LABELS).is_some()
}

fn finish(reading: &mut Reading) {
    // A part without records says nothing where another part of the same section has some.
    let held: Vec<Section> = reading.entries.iter().map(|e| e.section).collect();
    // Words that no entry stands for are said in any case.
    let words = |s: &SectionSays| s.nothing == Nothing::NarrativeOnly;
    reading.says.retain(|s| words(s) || !held.contains(&s.section));
    let mut said: Vec<Section> = reading.says.iter().filter(|s| words(s)).map(|s| s.section).collect();
    reading.says.retain(|s| {
        let first = words(s) || !said.contains(&s.section);
        said.push(s.section);
        first
    });
    if reading.people.is_empty() {
        reading.issues.push(issue(Severity::Warning, IssueCode::NoPerson, "", ""));
    }
    let dates = |e: &Entry| {
        [&e.date, &e.end, &e.recorded].into_iter().flatten().find(|d| d.known.is_none()).map(|d| d.text.clone())
    };
    let bad: Vec<_> = reading.entries.iter().filter_map(|e| Some((e.at.clone(), dates(e)?))).collect();
    for (at, text) in bad {
        reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, &at, &text));
    }
    let nameless: Vec<String> = reading.entries.iter().filter(|e| !e.named).map(|e| e.at.clone()).collect();
    for at in nameless {
        reading.issues.push(issue(Severity::Warning, IssueCode::MissingElement, &at, ""));
    }
}

/// `09 Sep 2013 @ 0602`, `09 Sep 2013`, `Sep 2013` or `2013`; the words stay as they are.
fn date(text: &str) -> PartialDate {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (day, time) = text.split_once('@').unwrap_or((text, ""));
    let words: Vec<&str> = day.split_whitespace().collect();
    let month = |word: &str| {
        let head: String = word.chars().take(3).collect::<String>().to_ascii_lowercase();
        MONTHS.iter().position(|m| *m == head).map(|i| i + 1)
    };
    let iso = match words.as_slice() {
        [day, name, year] => month(name).map(|m| format!("{year}-{m:02}-{day:0>2}")),
        [name, year] => month(name).map(|m| format!("{year}-{m:02}")),
        [year] => Some((*year).to_owned()),
        _ => None,
    };
    let time: String = time.chars().filter(char::is_ascii_digit).collect();
    let clock = match (time.get(..2), time.get(2..4)) {
        (Some(hour), Some(minute)) if time.len() == 4 => format!("T{hour}:{minute}"),
        _ => String::new(),
    };
    let known = iso.and_then(|iso| PartialDate::fhir(&format!("{iso}{clock}")).known);
    PartialDate { text: text.trim().to_owned(), known }
}

/// A date, if one is said.
fn some_date(text: &str) -> Option<PartialDate> {
    (!text.is_empty()).then(|| date(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
