//! What stands above a list: as of when, from whom, the kinds of nothing, and what could not be read.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Absence, Absent, Contradicted, Day, Heading, SourceLine, Unread, day, rows};
use crate::record::{Hash, Item, Kind, Known, Origin, Parcel, PartialDate, Polarity, Record, Section};

/// Medicines older than this are marked.
const STALE_DAYS: i32 = 90;

/// The heading of a section.
pub(super) fn heading(record: &Record, section: Section, today: Date) -> Heading {
    let mut has = vec![false; record.parcels.len()];
    let mut speaks = vec![false; record.parcels.len()];
    let mut total = 0u32;
    let mut newest: Option<&PartialDate> = None;
    for item in record.section(section) {
        if rows::counts(record, item) {
            total += 1;
            let dates = record.entries(item).flat_map(|(_, _, e)| [e.date.as_ref(), e.recorded.as_ref()]);
            newest = dates.flatten().fold(newest, |newest, date| later(newest, date, today));
            for at in item.entries.iter().chain(&item.history) {
                set(&mut has, at.parcel);
            }
        }
        for at in item.entries.iter().chain(&item.history) {
            set(&mut speaks, at.parcel);
        }
    }
    for at in record.in_error.iter().filter(|i| i.section == section).flat_map(|i| &i.entries) {
        set(&mut speaks, at.parcel);
    }
    let mut sources: Vec<SourceLine> =
        record.parcels.iter().zip(&has).filter(|(_, has)| **has).map(|(p, _)| rows::source(p, today)).collect();
    sources.sort_by_key(|s| std::cmp::Reverse(self::newest(s)));
    let as_of = sources.iter().filter_map(|s| s.as_of.clone()).find(|d| d.known.is_some() && !d.future);
    let newest = newest.map(|date| Day::of(date, today));
    let fresh = as_of.as_ref().or(newest.as_ref());
    Heading {
        section,
        stale: section == Section::Medications && !sources.is_empty() && fresh.is_none_or(is_stale),
        as_of,
        newest,
        absences: absences(record, section, &has, &speaks, today),
        unread: record.parcels.iter().filter_map(|p| unread(p, section, today)).collect(),
        sources,
        total,
    }
}

/// What stands above some items of a section alone: their own newest date and the files that they are from.
pub(super) fn of_items(record: &Record, section: Section, items: &[&Item], today: Date) -> Heading {
    let mut has = vec![false; record.parcels.len()];
    let mut latest: Option<&PartialDate> = None;
    for item in items {
        item.entries.iter().chain(&item.history).for_each(|at| set(&mut has, at.parcel));
        latest = record.date(item).map_or(latest, |date| later(latest, date, today));
    }
    let sources = record.parcels.iter().zip(&has).filter(|(_, has)| **has).map(|(p, _)| rows::source(p, today));
    let mut sources: Vec<SourceLine> = sources.collect();
    sources.sort_by_key(|s| std::cmp::Reverse(newest(s)));
    Heading {
        section,
        as_of: sources.iter().filter_map(|s| s.as_of.clone()).find(|d| d.known.is_some() && !d.future),
        newest: latest.map(|date| Day::of(date, today)),
        stale: false,
        sources,
        absences: Vec::new(),
        unread: Vec::new(),
        total: items.len() as u32,
    }
}

/// The later of two dates; one that is not known, or still to come, is never it.
fn later<'d>(newest: Option<&'d PartialDate>, date: &'d PartialDate, today: Date) -> Option<&'d PartialDate> {
    let later =
        date.known.is_some() && !day::is_future(date, today) && newest.is_none_or(|n| n.sort_key() < date.sort_key());
    if later { Some(date) } else { newest }
}

/// Too old, or not known well enough, for medicines to be taken for current.
pub(super) fn is_stale(day: &Day) -> bool {
    day.days_ago.is_none_or(|days| days > STALE_DAYS)
}

fn set(flags: &mut [bool], at: u32) {
    if let Some(flag) = flags.get_mut(at as usize) {
        *flag = true;
    }
}

/// Newest as-of first; a source that does not say comes last.
pub(super) fn newest(source: &SourceLine) -> Option<Known> {
    source.as_of.as_ref().filter(|d| !d.future).and_then(|d| d.known)
}

/// True for what is neither withheld from the patient nor taken off the pages by them.
fn may_be_told(record: &Record, item: &Item) -> bool {
    !rows::is_withheld(record, item) && !record.is_off(item)
}

/// What each file says of having nothing here, and which have nothing. `has`, `speaks`: those with an entry that counts,
/// and those with any.
fn absences(record: &Record, section: Section, has: &[bool], speaks: &[bool], today: Date) -> Vec<Absence> {
    // Only who says that there is none can be contradicted: by the same file, or by another.
    let against = |absent: Absent, of: &Parcel| {
        let holders = || record.parcels.iter().zip(has).filter(|(_, has)| **has).map(|(p, _)| p.hash);
        match absent {
            Absent::NoneKnown if holders().any(|p| p != of.hash) => Contradicted::ByAnother,
            Absent::NoneKnown if holders().any(|p| p == of.hash) => Contradicted::ByItself,
            _ => Contradicted::No,
        }
    };
    let letters = letters(record);
    let mut all: Vec<Absence> = Vec::new();
    for item in record.section(section).filter(|i| rows::is_absence(record, i) && may_be_told(record, i)) {
        for (_, parcel, entry) in record.entries(item) {
            let absent = if entry.polarity == Polarity::NoneKnown { Absent::NoneKnown } else { Absent::Unavailable };
            all.push(Absence {
                absent,
                source: rows::source(parcel, today),
                text: entry.title.clone(),
                date: rows::date(entry).map(|d| Day::of(d, today)),
                item: Some(item.id.clone()),
                contradicted: against(absent, parcel),
            });
        }
    }
    for (parcel, speaks) in record.parcels.iter().zip(speaks) {
        let says: Vec<_> = parcel.reading.says.iter().filter(|s| s.section == section).collect();
        // Words that stand as an entry are listed, and no kind of nothing.
        for said in says.iter().filter(|said| !parcel.reading.stands_as_entry(said)) {
            let absent = Absent::from(said.nothing);
            // The same file often says it twice: as an entry, and as its section's reason for being empty; or in the
            // same words of each of its lists.
            let told = |a: &Absence| a.absent == absent && a.source.parcel == parcel.hash;
            if !all.iter().any(|a| told(a) && (a.item.is_some() || a.text == said.text)) {
                all.push(Absence {
                    absent,
                    source: rows::source(parcel, today),
                    text: said.text.clone(),
                    date: parcel.reading.source.as_of.as_ref().map(|d| Day::of(d, today)),
                    item: None,
                    contradicted: against(absent, parcel),
                });
            }
        }
        // What a person typed is never a whole record, what was shared of a file is not the file, and an archive only
        // holds other files: silence of these says nothing.
        let whole = !matches!(parcel.note.origin, Origin::Person | Origin::Share) && !parcel.reading.is_archive();
        if says.is_empty() && !speaks && whole {
            let letter = letters.get(&parcel.hash).filter(|_| is_letter(parcel)).cloned();
            all.push(Absence {
                absent: if is_letter(parcel) { Absent::NotRead } else { Absent::NotInSource },
                source: rows::source(parcel, today),
                text: String::new(),
                date: None,
                item: letter,
                contradicted: Contradicted::No,
            });
        }
    }
    // What was not understood first, silence last.
    let weight = |a: &Absence| match a.absent {
        Absent::Warned => 0,
        Absent::NotUnderstood => 1,
        Absent::Withheld => 2,
        Absent::NarrativeOnly => 3,
        Absent::Unavailable => 4,
        Absent::NotAsked => 5,
        Absent::EmptySection => 6,
        Absent::NoneKnown => 7,
        Absent::NotRead => 8,
        Absent::NotInSource => 9,
    };
    all.sort_by_key(weight);
    all
}

/// True for a file that is nothing but letters, pictures and the like.
fn is_letter(parcel: &Parcel) -> bool {
    let entries = &parcel.reading.entries;
    !entries.is_empty() && entries.iter().all(|e| e.kind == Kind::DocumentReference)
}

/// From such a file to the item of its letter.
fn letters(record: &Record) -> HashMap<Hash, String> {
    if !record.parcels.iter().any(is_letter) {
        return HashMap::new();
    }
    let items = record.items.iter().filter(|item| item.kind == Kind::DocumentReference);
    items
        .filter(|item| !rows::is_withheld(record, item) && !record.is_off(item))
        .flat_map(|item| item.entries.iter().map(move |at| (*at, item)))
        .filter_map(|(at, item)| Some((record.parcel(at).filter(|p| is_letter(p))?.hash, item.id.clone())))
        .collect()
}

fn unread(parcel: &Parcel, section: Section, today: Date) -> Option<Unread> {
    let (here, anywhere) = parcel.reading.ledger.unread(section);
    (here + anywhere > 0).then(|| Unread { source: rows::source(parcel, today), here, anywhere })
}
