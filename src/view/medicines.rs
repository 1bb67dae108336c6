//! Medicines side by side: medicine × source, and what changed. Shown, never resolved.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Day, SourceLine, heading::newest, rows, section::GroupKind};
use crate::record::{
    Entry, EntryRef, Field, Item, Kind, Known, Parcel, PartialDate, Polarity, Record, Section, Standing, same,
};

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
    /// From when it is taken, where a statement says so: an order's date is none.
    pub start: Option<Day>,
    /// The first order, where there are several of different dates.
    pub first_ordered: Option<Day>,
    /// The last order.
    pub ordered: Option<Day>,
    /// End.
    pub end: Option<Day>,
    /// How many requests, issues and dispenses stand behind it.
    pub issues: u32,
    /// The last issue as the source says it, or the last supply or dose given. An order is no issue.
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
    /// When: started, stopped, ordered in another dose; between two sources, as of when the later one says so.
    pub when: Option<Day>,
    /// A change of dose: the dose texts before it, as written. Else empty.
    pub before: Vec<String>,
    /// A change of dose: the dose texts after it, as written. Else empty.
    pub after: Vec<String>,
    /// By whom, as named; empty if not said.
    pub by: String,
    /// Why, in the source's words; empty: reason not given.
    pub reason: String,
    /// Who says so, each source once.
    pub sources: Vec<String>,
    /// A change of dose between two sources: the one that tells the dose before. Empty within one source.
    pub against: String,
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
    for (.., entry) in record.speaking(item).filter(|(at, ..)| at.parcel == parcel) {
        for text in entry.dose.iter().filter(|text| !dose.contains(*text)).collect::<Vec<_>>() {
            dose.push(text.clone());
        }
    }
    // A plan says what may be issued; only orders and supplies are issues (GP Connect).
    let issued = own.iter().filter(|(_, e)| e.kind != Kind::MedicationStatement && e.detail("intent") != Some("plan"));
    let last = said(&["lastIssueDate"]);
    let dates_of = |kinds: &[Kind]| -> Vec<&PartialDate> {
        let of = issued.clone().filter(|(_, e)| kinds.contains(&e.kind) && e.polarity.is_positive());
        let mut dates: Vec<&PartialDate> =
            of.filter_map(|(_, e)| rows::date(e)).filter(|d| d.known.is_some()).collect();
        dates.sort_by_key(|d| d.sort_key());
        dates
    };
    let day = |date: Option<&&PartialDate>| date.map(|d| Day::of(d, today));
    let supplied = dates_of(&[Kind::MedicationDispense, Kind::MedicationAdministration]);
    let last_issue = Day::at(&last, today).or_else(|| day(supplied.last()));
    let orders = dates_of(&[Kind::MedicationRequest]);
    let several = orders.first().map(|d| d.known) != orders.last().map(|d| d.known);
    let stated = own.iter().find(|(_, e)| e.kind == Kind::MedicationStatement && e.date.is_some()).map(|(_, e)| e);
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
        start: stated.and_then(|e| e.date.as_ref()).map(|d| Day::of(d, today)),
        first_ordered: day(orders.first().filter(|_| several)),
        ordered: day(orders.last()),
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

/// What each source says was started, stopped, or ordered in another dose, and where a later source tells another dose
/// than an earlier one. What several sources say alike is one change with all of them.
fn changes(record: &Record, items: &[&Item], today: Date) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    for item in items {
        let mut own: Vec<Change> = Vec::new();
        for parcel in (0..record.parcels.len() as u32).filter(|p| refs(item).any(|at| at.parcel == *p)) {
            within(record, item, parcel, today, &mut own);
        }
        between(record, item, today, &mut own);
        all.extend(alike(own));
    }
    all.sort_by(|a, b| {
        let key = |c: &Change| Reverse(c.when.as_ref().and_then(|d| d.known));
        key(a).cmp(&key(b)).then_with(|| a.title.cmp(&b.title)).then_with(|| a.sources.cmp(&b.sources))
    });
    all
}

const WHY: [&str; 2] = ["reasonCode", "reasonReference"];

/// What one source says of one medicine: its beginning, each order in another dose, its end.
fn within(record: &Record, item: &Item, parcel: u32, today: Date, into: &mut Vec<Change>) {
    let own = record.entries(item).filter(|(at, ..)| at.parcel == parcel);
    let mut own: Vec<&Entry> = own.map(|(_, _, e)| e).filter(|e| e.polarity.is_positive()).collect();
    own.sort_by_key(|e| e.date.as_ref().map(|d| d.sort_key()).unwrap_or_default());
    let source = record.parcels.get(parcel as usize).map(|p| rows::source_name(p, None)).unwrap_or_default();
    let change = |what: Changed, entry: &Entry, when: Option<Day>, reasons: &[&str]| Change {
        what,
        id: item.id.clone(),
        title: entry.title.clone(),
        when,
        before: Vec::new(),
        after: Vec::new(),
        by: entry.performer.first().or(entry.custodian.as_ref()).cloned().unwrap_or_default(),
        reason: reasons.iter().find_map(|r| entry.detail(r)).unwrap_or_default().to_owned(),
        sources: vec![source.to_owned()],
        against: String::new(),
    };
    let day = |e: &Entry| e.date.as_ref().map(|d| Day::of(d, today));
    let dated = own.iter().filter(|e| e.date.as_ref().is_some_and(|d| d.known.is_some()));
    if let Some(first) = dated.clone().next() {
        into.push(change(Changed::Started, first, day(first), &WHY));
    }
    let orders: Vec<&&Entry> = dated.filter(|e| !e.dose.is_empty()).collect();
    for pair in orders.windows(2) {
        let [before, after] = pair else { continue };
        let apart = before.date.as_ref().map(|d| d.sort_key()) != after.date.as_ref().map(|d| d.sort_key());
        if apart && other_dose(&before.dose, &after.dose) {
            let doses = (before.dose.clone(), after.dose.clone());
            into.push(Change { before: doses.0, after: doses.1, ..change(Changed::Changed, after, day(after), &WHY) });
        }
    }
    let over = |e: &&Entry| matches!(e.status.standing, Standing::Stopped | Standing::Ended);
    let lead = record.entries(item).find(|(at, ..)| at.parcel == parcel).map(|(_, _, e)| e);
    if let Some(last) = lead.filter(|e| e.polarity.is_positive() && over(e)) {
        let when = last.end.as_ref().map(|d| Day::of(d, today));
        let stopped = change(Changed::Stopped, last, when, &["statusReason"]);
        // The reason may stand on the order that was stopped and not on the statement (GP Connect).
        let why = own.iter().filter(|e| over(e)).find_map(|e| e.detail("statusReason"));
        let reason = if stopped.reason.is_empty() { why.unwrap_or_default() } else { &stopped.reason }.to_owned();
        into.push(Change { reason, ..stopped });
    }
}

/// Where a source tells another dose than the one before it in time. Sources that say no moment, or the same one, have
/// no order: they only disagree.
fn between(record: &Record, item: &Item, today: Date, into: &mut Vec<Change>) {
    if !item.disagreements.iter().any(|d| d.field == Field::Dose) {
        return;
    }
    let mut told: Vec<(Known, Day, &Parcel, Vec<&Entry>)> = Vec::new();
    for parcel in &record.parcels {
        let Some(as_of) = parcel.reading.source.as_of.as_ref().map(|d| Day::of(d, today)) else { continue };
        let Some(known) = as_of.known.filter(|_| !as_of.future) else { continue };
        let own = item.entries.iter().filter(|at| record.parcel(**at).is_some_and(|p| p.hash == parcel.hash));
        let own = own.filter_map(|at| record.entry(*at)).filter(|e| e.polarity.is_positive() && !e.dose.is_empty());
        // What was stopped is no dose that anything was changed to, or from.
        let own = own.filter(|e| !matches!(e.status.standing, Standing::Stopped | Standing::Ended));
        let own: Vec<&Entry> = own.collect();
        if !own.is_empty() {
            told.push((known, as_of, parcel, own));
        }
    }
    told.sort_by_key(|(known, ..)| *known);
    let doses = |entries: &[&Entry]| entries.iter().flat_map(|e| e.dose.iter().cloned()).collect::<Vec<String>>();
    for pair in told.windows(2) {
        let [(earlier, _, from, before), (later, when, to, after)] = pair else { continue };
        let (old, new) = (doses(before), doses(after));
        let Some(entry) = after.first().filter(|_| earlier < later && other_dose(&old, &new)) else { continue };
        into.push(Change {
            what: Changed::Changed,
            id: item.id.clone(),
            title: entry.title.clone(),
            when: Some(when.clone()),
            before: old,
            after: new,
            by: entry.performer.first().or(entry.custodian.as_ref()).cloned().unwrap_or_default(),
            reason: WHY.iter().find_map(|r| entry.detail(r)).unwrap_or_default().to_owned(),
            sources: vec![rows::source_name(to, None).to_owned()],
            against: rows::source_name(from, None).to_owned(),
        });
    }
}

/// The same change of one medicine, told by several sources, once.
fn alike(changes: Vec<Change>) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for change in changes {
        let moment = change.when.as_ref().map(|d| (d.known, d.known.is_none().then(|| d.text.clone())));
        let doses = (folded(&change.before), folded(&change.after));
        let key = (change.what, moment, same::fold(&change.reason), doses, change.against.clone());
        let place = *known.entry(key).or_insert(out.len());
        match out.get_mut(place) {
            Some(first) => {
                first
                    .sources
                    .extend(change.sources.into_iter().filter(|s| !first.sources.contains(s)).collect::<Vec<_>>());
                if first.by.is_empty() {
                    first.by = change.by;
                }
            }
            None => out.push(change),
        }
    }
    out
}

/// True if these are two doses, and not one of which one side says more: an additional instruction that the other does not
/// give is no change of dose.
fn other_dose(a: &[String], b: &[String]) -> bool {
    let pieces = |doses: &[String]| -> BTreeSet<String> {
        doses.iter().flat_map(|d| d.split(" · ")).map(same::fold).filter(|p| !p.is_empty()).collect()
    };
    let (a, b) = (pieces(a), pieces(b));
    !a.is_subset(&b) && !b.is_subset(&a)
}

fn folded(doses: &[String]) -> Vec<String> {
    let mut all: Vec<String> = doses.iter().map(|d| same::fold(d)).collect();
    all.sort();
    all
}
