//! What the sources of one item differ about.

use std::collections::{BTreeMap, BTreeSet};

use super::{Disagreement, EntryRef, Field};
use crate::record::{Entry, Kind, Known, Parcel, PartialDate, Polarity, Standing, describes, same};

const FIELDS: [Field; 8] = [
    Field::Date,
    Field::End,
    Field::Standing,
    Field::Polarity,
    Field::Value,
    Field::Dose,
    Field::Severity,
    Field::Certainty,
];

/// The fields about which two files say different things. One file that says several things (two episodes of one
/// illness) does not disagree with itself, and silence disagrees with nobody.
pub(super) fn disagreements(parcels: &[Parcel], entries: &[EntryRef]) -> Vec<Disagreement> {
    if entries.iter().all(|at| Some(at.parcel) == entries.first().map(|first| first.parcel)) {
        return Vec::new();
    }
    FIELDS.into_iter().filter_map(|field| compare(parcels, entries, field)).collect()
}

fn compare(parcels: &[Parcel], entries: &[EntryRef], field: Field) -> Option<Disagreement> {
    let mut by_answer: BTreeMap<String, Vec<EntryRef>> = BTreeMap::new();
    let mut by_file: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for at in entries {
        let parcel = parcels.get(at.parcel as usize);
        let entry = parcel.and_then(|p| p.reading.entries.get(at.entry as usize));
        // Of a document that they describe, a person says a date and no status.
        let entry = entry.filter(|e| field == Field::Date || !parcel.is_some_and(|p| describes(p, e)));
        if let Some(answer) = entry.and_then(|entry| answer(entry, field)) {
            by_file.entry(at.parcel).or_default().insert(answer.clone());
            by_answer.entry(answer).or_default().push(*at);
        }
    }
    let mut files = by_file.values();
    let first = files.next()?;
    let differ = match field {
        Field::Date | Field::End => files.any(|other| !compatible(first, other)),
        _ => files.any(|other| other != first),
    };
    if !differ {
        return None;
    }
    // The side of the leading entry comes first.
    let mut sides: Vec<Vec<EntryRef>> = by_answer.into_values().collect();
    sides.sort_by_key(|side| side.iter().filter_map(|at| entries.iter().position(|e| e == at)).min());
    Some(Disagreement { field, sides })
}

/// "2019" and "2019-03" can be the same date, told less and more exactly.
fn compatible(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    let fits = |x: &String, among: &BTreeSet<String>| among.iter().any(|y| x.starts_with(y) || y.starts_with(x));
    a.iter().all(|x| fits(x, b)) && b.iter().all(|y| fits(y, a))
}

/// What an entry says in a field, in a form in which equal answers are equal; `None` if it says nothing.
fn answer(entry: &Entry, field: Field) -> Option<String> {
    let some = |text: String| Some(text).filter(|t| !t.is_empty());
    match field {
        Field::Date if dated(entry) => entry.date.as_ref().and_then(day),
        Field::Date => None,
        Field::End => entry.end.as_ref().and_then(day),
        Field::Standing => standing(entry.status.standing).map(str::to_owned),
        Field::Polarity => match entry.polarity {
            Polarity::Unknown => None,
            other => Some(format!("{other:?}")),
        },
        Field::Value => {
            let value = entry.value.as_ref().map(|v| format!("{} {}", v.text(), same::unit(v.unit())));
            some(value.unwrap_or_default().trim().to_owned())
        }
        Field::Dose => {
            let mut doses: Vec<String> = entry.dose.iter().map(|d| same::fold(d)).collect();
            doses.sort();
            some(doses.join("; "))
        }
        Field::Severity => {
            let mut all: Vec<String> = entry.reactions.iter().map(|r| same::fold(&r.severity)).collect();
            all.extend(entry.detail("severity").map(same::fold));
            all.retain(|s| !s.is_empty());
            all.sort();
            all.dedup();
            some(all.join("; "))
        }
        Field::Certainty => some(same::fold(&entry.status.certainty)).filter(|c| c != "unknown"),
        Field::EnteredInError => None,
    }
}

/// Kinds whose date is not in their key, and means the same in every source.
fn dated(entry: &Entry) -> bool {
    matches!(
        entry.kind,
        Kind::AllergyIntolerance
            | Kind::Condition
            | Kind::MedicationStatement
            | Kind::DocumentReference
            | Kind::Consent
    )
}

fn day(date: &PartialDate) -> Option<String> {
    let Known { year, month, day, .. } = date.known?;
    Some(match (month, day) {
        (Some(m), Some(d)) => format!("{year:04}-{m:02}-{d:02}"),
        (Some(m), None) => format!("{year:04}-{m:02}"),
        _ => format!("{year:04}"),
    })
}

/// The statuses that differ in what they mean. How something ended is told by its words, that it ended by this.
fn standing(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Active => Some("active"),
        Standing::Ended | Standing::Stopped => Some("over"),
        Standing::OnHold => Some("on hold"),
        Standing::Planned => Some("planned"),
        Standing::Final => Some("final"),
        Standing::Preliminary => Some("preliminary"),
        Standing::Amended => Some("amended"),
        Standing::EnteredInError => Some("in error"),
        Standing::Unknown => None,
    }
}
