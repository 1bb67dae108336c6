//! Medicines side by side: medicine × source, and what changed. Shown, never resolved.

use std::cmp::Reverse;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Day, SourceLine, heading::newest, rows, section::GroupKind};
use crate::record::{Entry, EntryRef, Field, Item, Kind, Polarity, Record, Section, Standing, same};

/// The reconciliation of medicines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medicines {
    /// The columns.
    pub sources: Vec<SourceLine>,
    /// The lines: now first, then unclear, then past.
    pub lines: Vec<MedicineLine>,
    /// Started, stopped, changed, newest first (the shape of NICE NG5 1.2).
    pub changes: Vec<Change>,
}

/// One medicine across the sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineLine {
    /// The item.
    pub id: String,
    /// The leading source's words.
    pub title: String,
    /// One cell a column of [`Medicines::sources`]; `None`: not in that source.
    pub cells: Vec<Option<MedicineCell>>,
    /// How the sources compare.
    pub mark: Mark,
}

/// What one source says of one medicine. Texts as written; empty where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineCell {
    /// Its own name for the medicine: the brand as written.
    pub title: String,
    /// Dose texts.
    pub dose: Vec<String>,
    /// What the status means.
    pub standing: Standing,
    /// The status as written.
    pub status: String,
    /// Taken, not taken, not to be given …
    pub polarity: Polarity,
    /// Acute, repeat, repeat dispensing, prescribed elsewhere.
    pub prescription_type: String,
    /// Quantity.
    pub quantity: String,
    /// Form.
    pub form: String,
    /// Route.
    pub route: String,
    /// Indication.
    pub indication: String,
    /// Start.
    pub start: Option<Day>,
    /// End.
    pub end: Option<Day>,
    /// How many requests, issues and dispenses stand behind it.
    pub issues: u32,
    /// The last of them.
    pub last_issue: Option<Day>,
    /// Review date.
    pub review: Option<Day>,
}

/// How sources compare about one medicine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    /// There is only one source in the record: nothing to compare.
    OneSource,
    /// Two or more sources say the same.
    Same,
    /// Only one of several sources has it.
    OnlyHere,
    /// They differ in dose, route, form or another fact.
    Differs,
    /// Stopped in one, active in another.
    StoppedHereActiveThere,
}

/// One change to the medicines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened.
    pub what: Changed,
    /// The item.
    pub id: String,
    /// The medicine in the source's words.
    pub title: String,
    /// When.
    pub when: Option<Day>,
    /// By whom, as named; empty if not said.
    pub by: String,
    /// Why, in the source's words; empty: reason not given.
    pub reason: String,
    /// Who says so.
    pub source: String,
}

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Changed {
    Started,
    Stopped,
    Changed,
}

/// The medicines of a record, side by side.
pub fn medicines(record: &Record, today: Date) -> Medicines {
    let items: Vec<&Item> = record
        .section(Section::Medications)
        .filter(|item| rows::counts(record, item) && !rows::is_of_other(record, item))
        .filter(|item| record.lead(item).is_some_and(|e| same::is_medicine(&e.kind)))
        .collect();
    let mut columns: Vec<(SourceLine, u32)> = record
        .parcels
        .iter()
        .zip(0u32..)
        .filter(|(_, p)| items.iter().any(|item| refs(item).any(|at| at.parcel == *p)))
        .map(|(parcel, p)| (rows::source(parcel, today), p))
        .collect();
    columns.sort_by_key(|(source, _)| Reverse(newest(source)));
    let mut lines: Vec<(GroupKind, MedicineLine)> = items
        .iter()
        .filter_map(|item| {
            let cells: Vec<Option<MedicineCell>> = columns.iter().map(|(_, p)| cell(record, item, *p, today)).collect();
            let title = record.lead(item)?.title.clone();
            let mark = mark(item, &cells);
            Some((rows::group(record, item, today), MedicineLine { id: item.id.clone(), title, cells, mark }))
        })
        .collect();
    lines.sort_by_cached_key(|(group, line)| (*group, same::fold(&line.title), line.id.clone()));
    Medicines {
        sources: columns.into_iter().map(|(source, _)| source).collect(),
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        changes: changes(record, &items, today),
    }
}

fn refs(item: &Item) -> impl Iterator<Item = EntryRef> {
    item.entries.iter().chain(&item.history).copied()
}

fn cell(record: &Record, item: &Item, parcel: u32, today: Date) -> Option<MedicineCell> {
    let own: Vec<(EntryRef, &Entry)> =
        record.entries(item).filter(|(at, ..)| at.parcel == parcel).map(|(at, _, entry)| (at, entry)).collect();
    let (_, lead) = own.first()?;
    let said = |names: &[&str]| {
        let found = own.iter().find_map(|(_, e)| names.iter().find_map(|name| e.detail(name)));
        found.unwrap_or_default().to_owned()
    };
    let mut dose: Vec<String> = Vec::new();
    for (_, entry) in own.iter().filter(|(at, _)| item.entries.contains(at)) {
        for text in entry.dose.iter().filter(|text| !dose.contains(*text)).collect::<Vec<_>>() {
            dose.push(text.clone());
        }
    }
    // A plan says what may be issued; only orders and supplies are issues (GP Connect).
    let issued = own.iter().filter(|(_, e)| e.kind != Kind::MedicationStatement && e.detail("intent") != Some("plan"));
    let last = said(&["lastIssueDate"]);
    let last_issue = Day::at(&last, today).or_else(|| {
        let dates = issued.clone().filter_map(|(_, e)| rows::date(e));
        dates.max_by_key(|d| d.sort_key()).map(|d| Day::of(d, today))
    });
    Some(MedicineCell {
        title: lead.title.clone(),
        dose,
        standing: lead.status.standing,
        status: lead.status.text.clone(),
        polarity: lead.polarity,
        prescription_type: said(&["prescriptionType", "courseOfTherapyType"]),
        quantity: said(&["quantity"]),
        form: said(&["form"]),
        route: said(&["route"]),
        indication: said(&["indication", "reasonCode", "reasonReference"]),
        start: lead.date.as_ref().map(|d| Day::of(d, today)),
        end: lead.end.as_ref().map(|d| Day::of(d, today)),
        issues: issued.count() as u32,
        last_issue,
        review: Day::at(&said(&["reviewDate"]), today),
    })
}

fn mark(item: &Item, cells: &[Option<MedicineCell>]) -> Mark {
    let said: Vec<&MedicineCell> = cells.iter().flatten().collect();
    if cells.len() < 2 {
        return Mark::OneSource;
    }
    if said.len() < 2 {
        return Mark::OnlyHere;
    }
    let over = |c: &&&MedicineCell| matches!(c.standing, Standing::Ended | Standing::Stopped);
    let active = |c: &&&MedicineCell| c.standing == Standing::Active;
    if said.iter().any(|c| over(&c)) && said.iter().any(|c| active(&c)) {
        return Mark::StoppedHereActiveThere;
    }
    let differ = |of: fn(&MedicineCell) -> &str| {
        let mut all: Vec<String> = said.iter().map(|c| same::fold(of(c))).filter(|t| !t.is_empty()).collect();
        all.sort();
        all.dedup();
        all.len() > 1
    };
    let disagree = item.disagreements.iter().any(|d| d.field != Field::Date);
    if disagree || differ(|c| &c.route) || differ(|c| &c.form) || differ(|c| &c.prescription_type) {
        Mark::Differs
    } else {
        Mark::Same
    }
}

/// What each source says was started, stopped, or ordered in another dose.
fn changes(record: &Record, items: &[&Item], today: Date) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    for item in items {
        for parcel in (0..record.parcels.len() as u32).filter(|p| refs(item).any(|at| at.parcel == *p)) {
            let own = record.entries(item).filter(|(at, ..)| at.parcel == parcel);
            let mut own: Vec<&Entry> = own.map(|(_, _, e)| e).filter(|e| e.polarity.is_positive()).collect();
            own.sort_by_key(|e| e.date.as_ref().map(|d| d.sort_key()).unwrap_or_default());
            let source = record.parcels.get(parcel as usize).map(|p| rows::source_name(p, None)).unwrap_or_default();
            let change = |what: Changed, entry: &Entry, when: Option<Day>, reasons: &[&str]| Change {
                what,
                id: item.id.clone(),
                title: entry.title.clone(),
                when,
                by: entry.performer.first().or(entry.custodian.as_ref()).cloned().unwrap_or_default(),
                reason: reasons.iter().find_map(|r| entry.detail(r)).unwrap_or_default().to_owned(),
                source: source.to_owned(),
            };
            let day = |e: &Entry| e.date.as_ref().map(|d| Day::of(d, today));
            let dated = own.iter().filter(|e| e.date.as_ref().is_some_and(|d| d.known.is_some()));
            if let Some(first) = dated.clone().next() {
                all.push(change(Changed::Started, first, day(first), &["reasonCode", "reasonReference"]));
            }
            let orders: Vec<&&Entry> = dated.filter(|e| !e.dose.is_empty()).collect();
            for pair in orders.windows(2) {
                let [before, after] = pair else { continue };
                let apart = before.date.as_ref().map(|d| d.sort_key()) != after.date.as_ref().map(|d| d.sort_key());
                if apart && folded(&before.dose) != folded(&after.dose) {
                    all.push(change(Changed::Changed, after, day(after), &["reasonCode", "reasonReference"]));
                }
            }
            let over = |e: &&&Entry| matches!(e.status.standing, Standing::Stopped | Standing::Ended);
            let lead = record.entries(item).find(|(at, ..)| at.parcel == parcel).map(|(_, _, e)| e);
            if let Some(last) = lead.as_ref().filter(|e| e.polarity.is_positive() && over(e)) {
                let when = last.end.as_ref().map(|d| Day::of(d, today));
                all.push(change(Changed::Stopped, last, when, &["statusReason"]));
            }
        }
    }
    all.sort_by(|a, b| {
        let key = |c: &Change| Reverse(c.when.as_ref().and_then(|d| d.known));
        key(a).cmp(&key(b)).then_with(|| a.title.cmp(&b.title)).then_with(|| a.source.cmp(&b.source))
    });
    all
}

fn folded(doses: &[String]) -> Vec<String> {
    let mut all: Vec<String> = doses.iter().map(|d| same::fold(d)).collect();
    all.sort();
    all
}
