//! The clinician's page for the first minute: whose, how fresh, from where, and what was not shared.
//!
//! The same struct serves the patient's preview, a received grant, and print. What the share itself says (by whom, for
//! whom, until when, which label each section has inside the signature) comes in as [`Share`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use brief::Brief;

use super::{
    Day, Heading, Index, LabFlag, Row, SourceLine, heading,
    medicines::{self, Medicines},
    people::{self, Header},
    results::{self, AnalyteRow, Repeat},
    rows, section,
};
use crate::record::{Person, Record, Section};

pub mod brief;

/// What the share says of itself, inside its signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// When the patient shared it, RFC 3339; empty in a preview.
    pub shared_at: String,
    /// When it ends, RFC 3339; empty if it has no end.
    pub ends_at: String,
    /// Who shares, if it is not the patient.
    pub by: Option<By>,
    /// For whom, as the patient named them; empty for whoever scans.
    pub audience: String,
    /// Purpose, as a v3-PurposeOfUse code (`TREAT`).
    pub purpose: String,
    /// The label of each section; a section that is not listed is *not shared*.
    pub labels: Vec<(Section, Label)>,
    /// Sections that the clinician asked for.
    pub wanted: Vec<Section>,
    /// A note of the patient, as written; empty if none.
    pub note: String,
}

/// A carer who shares: "shared by Ann, their daughter, attorney".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Their name; empty if not said.
    pub name: String,
    /// What they are to the person, in their own words; empty if not said.
    pub relation: String,
    /// On what basis, as `share::Basis::slug` names it.
    pub basis: String,
}

/// How much of a section was shared. Set by the patient's app and signed; never guessed by the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Label {
    /// Everything that the patient's copy holds: this many items.
    InFull(u32),
    /// What the patient chose. Says nothing of what else there is.
    Selected,
    /// Nothing of it. Not the same as a source that says none known.
    #[default]
    NotShared,
    /// Asked for and declined; only where the patient wished it said.
    Declined,
    /// Asked for, and the patient's copy holds nothing; only where the patient wished it said.
    NothingHeld,
}

impl Label {
    /// True if something of the section was shared, or all of it.
    pub fn is_shared(self) -> bool {
        matches!(self, Label::InFull(_) | Label::Selected)
    }
}

/// The page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clinician {
    /// Whose it is: "SURNAME, Given · 03-Mar-1951 (75y) · NHS 943 476 5919".
    pub person: Header,
    /// What the share says of itself: banner, audience, end.
    pub share: Share,
    /// When it was shared.
    pub shared_on: Option<Day>,
    /// When it ends.
    pub ends_on: Option<Day>,
    /// The files that the items come from.
    pub sources: Vec<SourceLine>,
    /// The newest date of all that was shared, what is still to come aside.
    pub newest: Option<Day>,
    /// Every section, in the order of the first minute, the ones not shared too.
    pub sections: Vec<ClinicianSection>,
    /// Medicines side by side.
    pub medicines: Option<Medicines>,
    /// What is dated within the last 90 days, newest first; results and vital signs are in `recent_values`.
    pub recent: Vec<Row>,
    /// How many results and vital signs are dated within the last 90 days: they stand first in their lists.
    pub recent_values: Vec<(Section, u32)>,
    /// Repeated within 30 days by different sources: already done.
    pub done: Vec<Repeat>,
    /// Wanted, and not shared or not held.
    pub not_given: Vec<Section>,
}

/// One section on the clinician's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClinicianSection {
    /// Which.
    pub section: Section,
    /// Shared in full, selected, not shared.
    pub label: Label,
    /// As of, sources, kinds of nothing as the sources state them.
    pub heading: Heading,
    /// The rows that are told in full; for results the latest of each analyte stands in `analytes`. With `brief` all that
    /// were shared, none cut.
    pub rows: Vec<Row>,
    /// What is over or old, and what has no value of its own: a short line for each name.
    pub brief: Vec<Brief>,
    /// Results and vital signs: the latest of each, with its trend.
    pub analytes: Vec<AnalyteRow>,
    /// Entered in error, as shared: apart.
    pub in_error: Vec<Row>,
}

/// What changed lately: this many days.
pub const RECENT_DAYS: i32 = 90;

/// The page. `record` holds what was shared and nothing else: the patient's preview, a received grant and the print are
/// made by this one function.
pub fn clinician(record: &Record, index: &Index, share: Share, given: Option<&Person>, today: Date) -> Clinician {
    let mut sources: Vec<SourceLine> = record.parcels.iter().map(|p| rows::source(p, today)).collect();
    sources.sort_by_key(|s| std::cmp::Reverse(heading::newest(s)));
    let label = |section: Section| {
        share.labels.iter().find(|(s, _)| *s == section).map(|(_, label)| *label).unwrap_or_default()
    };
    let sections: Vec<ClinicianSection> =
        Section::ALL.into_iter().map(|section| one(record, index, section, label(section), today)).collect();
    let empty = |s: &&ClinicianSection| !s.label.is_shared() || (s.heading.total == 0 && s.in_error.is_empty());
    let since = |row: &Row| row.date.as_ref().and_then(|d| d.days_ago).is_some_and(|d| (0..=RECENT_DAYS).contains(&d));
    let recent = index.by_date.iter().filter_map(|i| record.items.get(*i as usize));
    let recent = recent.filter(|item| rows::counts(record, item)).filter_map(|item| rows::row(record, item, today));
    let (measured, recent): (Vec<Row>, Vec<Row>) =
        recent.filter(since).partition(|row| section::is_measured(row.section));
    let of = |section: Section| measured.iter().filter(|row| row.section == section).count() as u32;
    Clinician {
        person: people::header(&record.parcels, given, today),
        shared_on: Day::at(&share.shared_at, today),
        ends_on: Day::at(&share.ends_at, today),
        newest: sections.iter().filter_map(|s| s.heading.newest.clone()).max_by_key(|d| d.known),
        sources,
        medicines: label(Section::Medications).is_shared().then(|| medicines::medicines(record, today)),
        recent_values: Section::ALL.into_iter().map(|s| (s, of(s))).filter(|(_, n)| *n > 0).collect(),
        recent,
        done: results::all_repeats(record, index, today),
        not_given: sections.iter().filter(empty).map(|s| s.section).filter(|s| share.wanted.contains(s)).collect(),
        sections,
        share,
    }
}

/// True for a number, and for whatever has a range or a flag.
fn is_judged(row: &Row) -> bool {
    let number =
        row.value.trim_start_matches(['<', '>', '=', '≤', '≥', ' ', '-']).starts_with(|c: char| c.is_ascii_digit());
    number || !row.parts.is_empty() || !row.range.is_empty() || row.flagging.lab != LabFlag::None
}

fn one(record: &Record, index: &Index, section: Section, label: Label, today: Date) -> ClinicianSection {
    let page = section::section(record, index, section, today);
    let measured = section::is_measured(section);
    // None cut: a clinician's list is whole, or says why not in its label.
    let items = (0u32..).zip(&record.items).filter(|(_, item)| item.section == section && rows::counts(record, item));
    let items = items.filter(|(i, _)| !(measured && index.analyte_of.contains_key(i)));
    let mut rows: Vec<Row> = items.filter_map(|(_, item)| rows::row(record, item, today)).collect();
    if section == Section::Medications {
        rows::by_name(&mut rows);
    }
    rows.sort_by_key(|row| row.group);
    let (rows, brief) = brief::apart(rows);
    // Numbers, and what the laboratory judged, before answers in words; each the newest first.
    let mut analytes = page.analytes;
    analytes.sort_by_key(|analyte| !is_judged(&analyte.latest));
    ClinicianSection { section, label, heading: page.heading, rows, brief, analytes, in_error: page.in_error }
}
