//! The report of one import: what was understood, what was not, and what it changed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{SourceLine, day, people::Header, rows};
use crate::record::{
    Check, Entry, Hash, Issue, IssueCode, Item, Kind, Origin, Outcome, Parcel, Record, Section, Severity, Standing,
};

/// What one file brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The file as a source.
    pub source: SourceLine,
    /// Its file name.
    pub file_name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The host of the SMART Health Link that it came through; empty if it came through none.
    pub via: String,
    /// Its format: `FHIR JSON`.
    pub format: String,
    /// The format's version: `R4`; empty if not said.
    pub version: String,
    /// Whom the file is about.
    pub people: Vec<Header>,
    /// Pieces shown as entries.
    pub shown: u32,
    /// Pieces kept readable as source.
    pub kept: u32,
    /// Pieces not understood.
    pub not_understood: u32,
    /// `shown + kept + not_understood`.
    pub pieces: u32,
    /// The pieces that were not understood, one a line.
    pub unread: Vec<UnreadPiece>,
    /// What was odd, by kind, the worst first.
    pub issues: Vec<IssueGroup>,
    /// Checks against the profiles that the file claims: those met.
    pub checks_met: u32,
    /// Those not met.
    pub checks_failed: Vec<Check>,
    /// What it changed, a section at a time; statements of none included.
    pub sections: Vec<Brought>,
    /// All sections together.
    pub all: Brings,
    /// The very same file was here before: nothing changed.
    pub already_here: bool,
    /// In whose record it is; `None` among the unfiled.
    pub holder: Option<Header>,
    /// Names them in this vault; empty among the unfiled.
    pub holder_id: String,
    /// Entries that were read in it. Several that say the same share a line of the record: `all` counts lines.
    pub entries: u32,
    /// Entries marked by the source as entered in error.
    pub in_error: u32,
    /// The file is a document as a whole, of which the person may say what it is.
    pub document: bool,
}

/// What one section gained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Which.
    pub section: Section,
    /// How many.
    pub brings: Brings,
}

/// Counts of items with an entry from the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brings {
    /// Not in the record before.
    pub new: u32,
    /// In the record before, from another file.
    pub known: u32,
    /// Of the known ones: where this file disagrees with what was there.
    pub disagreeing: u32,
}

/// A piece that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadPiece {
    /// Its type in the source's terms.
    pub kind: String,
    /// Where it stands.
    pub at: String,
    /// Why.
    pub reason: Option<IssueCode>,
}

/// Issues of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueGroup {
    /// What is odd.
    pub code: IssueCode,
    /// How much it matters, the worst of them.
    pub severity: Severity,
    /// How many.
    pub count: u32,
    /// Where, and what stood there: all of them.
    pub places: Vec<Place>,
}

/// Where an issue stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Place in the original.
    pub at: String,
    /// What stood there; empty where that says nothing.
    pub found: String,
}

/// The report of the file of this name in this record; `None` if it is not there. `already_here` says that the very
/// same bytes had been imported before. *Known* compares with the files that came earlier.
pub fn report(record: &Record, hash: Hash, already_here: bool, today: Date) -> Option<ImportReport> {
    let at = record.parcels.iter().position(|p| p.hash == hash)? as u32;
    let parcel = record.parcels.get(at as usize)?;
    let reading = &parcel.reading;
    let mut sections: BTreeMap<Section, Brings> = BTreeMap::new();
    let mut all = Brings::default();
    for item in record.items.iter().filter(|item| refs(item).any(|r| r == at)) {
        let brings = sections.entry(item.section).or_default();
        let known = refs(item).filter_map(|r| record.parcels.get(r as usize)).any(|other| is_earlier(other, parcel));
        let disagreeing = known && disagrees(record, item, at, parcel);
        for brings in [brings, &mut all] {
            brings.new += u32::from(!known);
            brings.known += u32::from(known);
            brings.disagreeing += u32::from(disagreeing);
        }
    }
    let unread = reading.ledger.lines.iter().filter(|l| l.outcome == Outcome::NotUnderstood);
    let ledger = &reading.ledger;
    Some(ImportReport {
        source: rows::source(parcel, today),
        file_name: parcel.note.file_name.clone(),
        bytes: parcel.note.bytes,
        sha256: parcel.hash.hex(),
        via: match &parcel.note.origin {
            Origin::Link(host) => host.clone(),
            _ => String::new(),
        },
        format: reading.format.clone(),
        version: reading.version.clone(),
        people: reading.people.iter().map(|p| Header::of(p, today)).collect(),
        shown: ledger.shown,
        kept: ledger.kept,
        not_understood: ledger.not_understood,
        pieces: ledger.shown.saturating_add(ledger.kept).saturating_add(ledger.not_understood),
        unread: unread.map(|l| UnreadPiece { kind: l.kind.clone(), at: l.at.clone(), reason: l.reason }).collect(),
        issues: issues(parcel, today),
        checks_met: reading.conformance.iter().filter(|c| c.met).count() as u32,
        checks_failed: reading.conformance.iter().filter(|c| !c.met).cloned().collect(),
        sections: Section::ALL
            .into_iter()
            .filter_map(|section| sections.get(&section).map(|brings| Brought { section, brings: *brings }))
            .collect(),
        all,
        already_here,
        holder: None,
        holder_id: String::new(),
        entries: reading.entries.len() as u32,
        in_error: reading.entries.iter().filter(|e| e.in_error()).count() as u32,
        document: is_document(parcel),
    })
}

/// True if the file is one document, and nothing else was read in it.
fn is_document(parcel: &Parcel) -> bool {
    let [entry] = parcel.reading.entries.as_slice() else { return false };
    let [attachment] = parcel.reading.attachments.as_slice() else { return false };
    parcel.note.origin == Origin::File
        && entry.kind == Kind::DocumentReference
        && attachment.at.is_empty()
        && attachment.hash == Some(parcel.hash)
}

/// The parcels of an item's entries.
fn refs(item: &Item) -> impl Iterator<Item = u32> {
    item.entries.iter().chain(&item.history).map(|at| at.parcel)
}

fn is_earlier(other: &Parcel, than: &Parcel) -> bool {
    other.hash != than.hash && (other.note.imported.as_str(), other.hash) < (than.note.imported.as_str(), than.hash)
}

/// True if in some field this file and an earlier one stand on different sides.
fn disagrees(record: &Record, item: &Item, own: u32, parcel: &Parcel) -> bool {
    let earlier = |p: u32| record.parcels.get(p as usize).is_some_and(|other| is_earlier(other, parcel));
    item.disagreements.iter().any(|d| {
        let mine: Vec<bool> = d.sides.iter().map(|side| side.iter().any(|at| at.parcel == own)).collect();
        let theirs: Vec<bool> = d.sides.iter().map(|side| side.iter().any(|at| earlier(at.parcel))).collect();
        mine.contains(&true) && theirs.contains(&true) && mine != theirs
    })
}

/// What the reader found odd, and what only somebody with a clock can: entries dated after today that are no plans.
fn issues(parcel: &Parcel, today: Date) -> Vec<IssueGroup> {
    let planned = |e: &Entry| {
        e.section == Section::PlanOfCare
            || e.status.standing == Standing::Planned
            || matches!(e.kind, Kind::Appointment | Kind::Goal | Kind::CarePlan)
    };
    let future = parcel.reading.entries.iter().filter(|e| !planned(e)).filter_map(|entry| {
        let date = entry.date.as_ref().filter(|d| day::is_future(d, today))?;
        Some(Issue {
            severity: Severity::Warning,
            code: IssueCode::FutureDate,
            at: entry.at.clone(),
            found: if entry.withheld_from_patient() { String::new() } else { date.text.clone() },
        })
    });
    let outlived = parcel.reading.entries.iter().filter(|e| e.outlived(today)).map(|entry| Issue {
        severity: Severity::Warning,
        code: IssueCode::Outlived,
        at: entry.at.clone(),
        found: if entry.withheld_from_patient() { String::new() } else { entry.title.clone() },
    });
    let future: Vec<Issue> = future.chain(outlived).collect();
    let mut groups: BTreeMap<IssueCode, IssueGroup> = BTreeMap::new();
    for issue in parcel.reading.issues.iter().chain(&future) {
        let group = groups.entry(issue.code).or_insert_with(|| IssueGroup {
            code: issue.code,
            severity: issue.severity,
            count: 0,
            places: Vec::new(),
        });
        group.severity = group.severity.max(issue.severity);
        group.count += 1;
        group.places.push(Place { at: issue.at.clone(), found: issue.found.clone() });
    }
    let mut groups: Vec<IssueGroup> = groups.into_values().collect();
    groups.sort_by_key(|g| (Reverse(g.severity), g.code));
    groups
}
