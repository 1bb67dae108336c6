//! The summary: alerts first, then what a person is asked for most, each with its as-of and its sources.

use std::cmp::Reverse;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Day, Heading, Index, List, SourceLine, day, documents, heading,
    people::{self, Header, Way},
    results::{self, AnalyteRow},
    rows,
    section::GroupKind,
};
use crate::record::{Item, Kind, Known, Person, Record, Section, same};

/// The first page of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Whose it is.
    pub person: Header,
    /// The ways in which the sources write who that is, where they differ.
    pub ways: Vec<Way>,
    /// All files of the record, newest as-of first.
    pub sources: Vec<SourceLine>,
    /// Allergies: what is given as text alone first, then degraded, then active, then of unknown status, then those whose date is not yet (a slip of the
    /// pen, or of this device's clock, must not hide one). Ended ones are on the section's page.
    pub allergies: Block,
    /// Other alerts.
    pub alerts: Block,
    /// Medicines now, then those of unclear status.
    pub medicines: Block,
    /// Active problems, then of unknown status.
    pub problems: Block,
    /// What was noted without a number and stands on no list of problems, newest first.
    pub findings: Block,
    /// Latest of each analyte, newest first; never one dated in the future.
    pub results: ResultBlock,
    /// Latest vital signs, one line each.
    pub vital_signs: ResultBlock,
    /// Vaccinations, newest first.
    pub vaccinations: Block,
    /// Devices and implants.
    pub devices: Block,
    /// Visits that are over, newest first.
    pub visits: Block,
    /// Visits to come, soonest first.
    pub next_visits: Block,
    /// Letters and scans, newest first.
    pub documents: Block,
    /// Every other section that has something or says something: its heading only.
    pub others: Vec<Heading>,
    /// Entries dated in the future that are not planned: how many.
    pub future: u32,
    /// Items that a source marks as entered in error: listed on their section's page, counted nowhere else.
    pub in_error: u32,
}

/// One block of the summary: a heading and the first rows of its list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// The rows.
    pub list: List,
}

/// A block whose lines are analytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultBlock {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// The latest of each analyte.
    pub rows: Vec<AnalyteRow>,
    /// How many analytes there are.
    pub total: u32,
    /// How many items of the section are no analyte: reports, groups of tests, and findings without a number.
    pub reports: u32,
}

/// Rows of those lists that are cut on the summary.
const SOME: usize = 10;
/// Rows of visits and documents.
const FEW: usize = 5;

/// The first page. `given` are the particulars that the person gave themselves, if any.
pub fn summary(record: &Record, index: &Index, given: Option<&Person>, today: Date) -> Summary {
    let page = Page { record, index, today };
    let mut sources: Vec<SourceLine> = record.parcels.iter().map(|p| rows::source(p, today)).collect();
    sources.sort_by_key(|s| Reverse(heading::newest(s)));
    let told = [
        Section::Allergies,
        Section::Alerts,
        Section::Medications,
        Section::Problems,
        Section::Findings,
        Section::Results,
        Section::VitalSigns,
        Section::Immunizations,
        Section::MedicalDevices,
        Section::Encounters,
        Section::Documents,
    ];
    let others = Section::ALL.into_iter().filter(|s| !told.contains(s)).map(|s| heading::heading(record, s, today));
    let letters = documents::newest_first(record, index);
    Summary {
        person: people::header(&record.parcels, given, today),
        ways: people::ways(&record.parcels, given, today),
        sources,
        allergies: page.block(
            Section::Allergies,
            &[GroupKind::Words, GroupKind::Degraded, GroupKind::Now, GroupKind::Unclear, GroupKind::Future],
            usize::MAX,
        ),
        alerts: page.block(
            Section::Alerts,
            &[GroupKind::Words, GroupKind::Now, GroupKind::Unclear, GroupKind::Future],
            usize::MAX,
        ),
        medicines: page.block(
            Section::Medications,
            &[GroupKind::Words, GroupKind::Now, GroupKind::Unclear],
            usize::MAX,
        ),
        problems: page.block(Section::Problems, &[GroupKind::Words, GroupKind::Now, GroupKind::Unclear], usize::MAX),
        findings: page.block(Section::Findings, &[GroupKind::Words, GroupKind::All], SOME),
        results: page.results(Section::Results),
        vital_signs: page.results(Section::VitalSigns),
        vaccinations: page.block(Section::Immunizations, &[GroupKind::Words, GroupKind::All], SOME),
        devices: page.block(
            Section::MedicalDevices,
            &[GroupKind::Words, GroupKind::Now, GroupKind::Unclear],
            usize::MAX,
        ),
        visits: page.block(Section::Encounters, &[GroupKind::All], FEW),
        next_visits: page.next_visits(),
        documents: Block {
            heading: heading::heading(record, Section::Documents, today),
            list: page.list(letters.into_iter(), FEW),
        },
        others: others
            .filter(|h| h.total > 0 || h.absences.iter().any(|a| a.absent != super::Absent::NotInSource))
            .collect(),
        future: page.future(),
        in_error: record.in_error.iter().filter(|i| !rows::is_withheld(record, i) && !record.is_off(i)).count() as u32,
    }
}

struct Page<'a> {
    record: &'a Record,
    index: &'a Index,
    today: Date,
}

impl Page<'_> {
    /// The items of these groups, in the order of the groups.
    fn block(&self, section: Section, groups: &[GroupKind], most: usize) -> Block {
        let items = self.record.section(section).filter(|item| rows::counts(self.record, item));
        let mut found: Vec<(usize, &Item)> = items
            .filter_map(|item| {
                let group = rows::group(self.record, item, self.today);
                groups.iter().position(|g| *g == group).map(|place| (place, item))
            })
            .collect();
        found.sort_by_key(|(place, _)| *place);
        if section == Section::Medications {
            let name = |item: &Item| same::fold(self.record.title(item).unwrap_or_default());
            found.sort_by_cached_key(|(place, item)| (*place, name(item), item.id.clone()));
        }
        Block {
            heading: heading::heading(self.record, section, self.today),
            list: self.list(found.into_iter().map(|(_, item)| item), most),
        }
    }

    /// Visits and appointments that are still to come, soonest first. What was booked for a day that is past is not.
    fn next_visits(&self) -> Block {
        let mut soon: Vec<(Known, &Item)> = self
            .record
            .items
            .iter()
            .filter(|i| i.section == Section::Encounters || i.kind == Kind::Appointment)
            .filter(|i| rows::counts(self.record, i))
            .filter(|i| matches!(rows::group(self.record, i, self.today), GroupKind::Planned | GroupKind::Future))
            .filter_map(|i| {
                let day = Day::of(rows::date(self.record.lead(i)?)?, self.today);
                day.known.filter(|_| day.days_ago.is_some_and(|ago| ago <= 0)).map(|known| (known, i))
            })
            .collect();
        soon.sort_by_key(|(known, _)| *known);
        Block {
            heading: heading::heading(self.record, Section::Encounters, self.today),
            list: self.list(soon.into_iter().map(|(_, item)| item), FEW),
        }
    }

    fn list<'b>(&self, items: impl Iterator<Item = &'b Item>, most: usize) -> List {
        let (mut rows, mut total) = (Vec::new(), 0);
        for item in items {
            total += 1;
            if rows.len() < most {
                rows.extend(rows::row(self.record, item, self.today));
            }
        }
        List { rows, total }
    }

    fn results(&self, section: Section) -> ResultBlock {
        let all = results::led(self.record, self.index, section, self.today);
        let total = all.len() as u32;
        let past = all.iter().filter(|led| self.record.date(led.latest).is_none_or(|d| !day::is_future(d, self.today)));
        let rows = past.filter_map(|led| results::row(self.record, led, self.today)).take(SOME).collect();
        let items = (0u32..).zip(&self.record.items).filter(|(_, item)| item.section == section);
        let others =
            items.filter(|(at, item)| rows::counts(self.record, item) && !self.index.analyte_of.contains_key(at));
        let reports = others.count() as u32;
        ResultBlock { heading: heading::heading(self.record, section, self.today), rows, total, reports }
    }

    fn future(&self) -> u32 {
        let dated = |item: &&Item| {
            let entry = self.record.lead(item);
            entry.and_then(rows::date).is_some_and(|d| day::is_future(d, self.today))
                && rows::counts(self.record, item)
                && rows::group(self.record, item, self.today) != GroupKind::Planned
        };
        self.record.items.iter().filter(dated).count() as u32
    }
}
