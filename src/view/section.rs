//! One section of the record: its lists in groups, and what is told apart from them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Heading, Index, List, Row,
    clinician::brief::{self, Brief},
    heading,
    medicines::{self, Medicines},
    results::{self, AnalyteRow},
    rows,
    vaccinations::{Vaccination, vaccinations},
};
use crate::record::{Item, Record, Section};

/// A section's page. `groups` holds every item that counts exactly once, except for results and vital signs, where
/// `analytes` tells the numbers, `brief` what has no value of its own, and `groups` the reports and findings in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionPage {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// The lists.
    pub groups: Vec<Group>,
    /// Results and vital signs: the latest of each analyte.
    pub analytes: Vec<AnalyteRow>,
    /// Results and vital signs: what has neither a value nor words of its own, such as the panel of other results, by name.
    pub brief: Vec<Brief>,
    /// Medicines: the table of sources, and what changed.
    pub medicines: Option<Medicines>,
    /// Vaccinations: all of them by age.
    pub vaccinations: Vec<Vaccination>,
    /// Marked by a source as entered in error: apart, and in no count.
    pub in_error: Vec<Row>,
    /// Not to be disclosed to the patient, says the source: behind one tap and a plain warning.
    pub withheld: Vec<Row>,
}

/// One list of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What its rows have in common.
    pub kind: GroupKind,
    /// The rows.
    pub list: List,
}

/// What the rows of a group have in common. The order is the order on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupKind {
    /// What a source gives as text alone: first, since nobody knows what it lists.
    Words,
    /// Allergies that lost meaning in a transfer and that no other source has intact.
    Degraded,
    /// Now: medicines taken, problems active, allergies, devices in use.
    Now,
    /// The status is not known, paused, or not clear between sources.
    Unclear,
    /// Still to come: planned, booked, proposed.
    Planned,
    /// Over: stopped, resolved, completed.
    Past,
    /// Said not to be so: negated, refuted, not done, not taken, an order not to do it.
    Negative,
    /// Dated in the future without being planned.
    Future,
    /// A list without such a division.
    All,
}

/// Lists longer than this say so and leave the rest to the timeline. Allergies, alerts, medicines and problems are
/// never cut.
const MOST: usize = 500;

/// A section's page.
pub fn section(record: &Record, index: &Index, section: Section, today: Date) -> SectionPage {
    let mut groups: BTreeMap<GroupKind, (Vec<Row>, u32)> = BTreeMap::new();
    let measured = |at: u32| index.analyte_of.contains_key(&at);
    for (at, item) in (0u32..).zip(&record.items).filter(|(_, item)| item.section == section) {
        if !rows::counts(record, item) || (is_measured(section) && measured(at)) {
            continue;
        }
        let (rows, total) = groups.entry(rows::group(record, item, today)).or_default();
        *total += 1;
        if rows.len() < MOST || never_cut(section) {
            rows.extend(rows::row(record, item, today));
        }
    }
    if section == Section::Medications {
        groups.values_mut().for_each(|(rows, _)| rows::by_name(rows));
    }
    let mut brief = Vec::new();
    if let Some((rows, total)) = groups.get_mut(&GroupKind::All).filter(|_| is_measured(section)) {
        let (full, bare) = brief::without_value(std::mem::take(rows));
        *total -= bare.iter().map(|b| b.rows.len() as u32).sum::<u32>();
        (*rows, brief) = (full, bare);
    }
    groups.retain(|_, (_, total)| *total > 0);
    let withheld = record.section(section).filter(|item| rows::is_withheld(record, item) && !record.is_off(item));
    SectionPage {
        heading: heading::heading(record, section, today),
        groups: in_order(section, groups),
        analytes: if is_measured(section) { results::analytes(record, index, section, today) } else { Vec::new() },
        brief,
        medicines: (section == Section::Medications).then(|| medicines::medicines(record, today)),
        vaccinations: if section == Section::Immunizations { vaccinations(record, today) } else { Vec::new() },
        in_error: in_error(record, section, today),
        withheld: withheld.filter_map(|item| rows::row(record, item, today)).collect(),
    }
}

/// Everything that the person took off the pages, by section, newest first: the one place where it is found again.
pub fn off_the_pages(record: &Record, today: Date) -> Vec<Row> {
    // What they say of it goes and comes with it.
    let own = |item: &Item| record.entries(item).all(|(_, _, e)| e.said().is_some());
    let off = record.items.iter().chain(&record.in_error).filter(|item| record.is_off(item) && !own(item));
    off.filter_map(|item| rows::row(record, item, today)).collect()
}

/// The groups in the order on the page: the vaccines that were given before those that were not.
fn in_order(section: Section, groups: BTreeMap<GroupKind, (Vec<Row>, u32)>) -> Vec<Group> {
    let mut all: Vec<Group> =
        groups.into_iter().map(|(kind, (rows, total))| Group { kind, list: List { rows, total } }).collect();
    if section == Section::Immunizations {
        all.sort_by_key(|group| (group.kind == GroupKind::Negative, group.kind));
    }
    all
}

/// Sections whose numbers are told by analyte.
pub(super) fn is_measured(section: Section) -> bool {
    matches!(section, Section::Results | Section::VitalSigns)
}

/// Sections in which a missing line can hurt.
pub(super) fn never_cut(section: Section) -> bool {
    matches!(section, Section::Allergies | Section::Alerts | Section::Medications | Section::Problems)
}

/// The rows of a section that a source marks as entered in error; what is withheld is not among them.
pub(super) fn in_error(record: &Record, section: Section, today: Date) -> Vec<Row> {
    let told = |item: &&Item| !rows::is_withheld(record, item) && !record.is_off(item);
    let wrong = record.in_error.iter().filter(|item| item.section == section).filter(told);
    wrong.filter_map(|item| rows::row(record, item, today)).collect()
}
