//! What stands above a list: as of when, from whom, the kinds of nothing, and what could not be read.

use jiff::civil::Date;

use super::{Absence, Absent, Day, Heading, SourceLine, Unread, rows};
use crate::record::{Origin, Parcel, Polarity, Record, Section};

/// Medicines older than this are marked.
const STALE_DAYS: i32 = 90;

/// The heading of a section.
pub(super) fn heading(record: &Record, section: Section, today: Date) -> Heading {
    let mut has = vec![false; record.parcels.len()];
    let mut speaks = vec![false; record.parcels.len()];
    let mut total = 0u32;
    for item in record.section(section) {
        if rows::counts(record, item) {
            total += 1;
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
    sources.sort_by_key(|s| std::cmp::Reverse(newest(s)));
    let as_of = sources.iter().filter_map(|s| s.as_of.clone()).find(|d| d.known.is_some() && !d.future);
    let old = as_of.as_ref().and_then(|d| d.days_ago).is_none_or(|days| days > STALE_DAYS);
    Heading {
        section,
        stale: section == Section::Medications && !sources.is_empty() && old,
        as_of,
        absences: absences(record, section, total > 0, &speaks, today),
        unread: record.parcels.iter().filter_map(|p| unread(p, section, today)).collect(),
        sources,
        total,
    }
}

fn set(flags: &mut [bool], at: u32) {
    if let Some(flag) = flags.get_mut(at as usize) {
        *flag = true;
    }
}

/// Newest as-of first; a source that does not say comes last.
pub(super) fn newest(source: &SourceLine) -> Option<crate::record::Known> {
    source.as_of.as_ref().filter(|d| !d.future).and_then(|d| d.known)
}

fn absences(record: &Record, section: Section, held: bool, speaks: &[bool], today: Date) -> Vec<Absence> {
    let mut all: Vec<Absence> = Vec::new();
    for item in record.section(section).filter(|i| rows::is_absence(record, i) && !rows::is_withheld(record, i)) {
        for (_, parcel, entry) in record.entries(item) {
            let absent = if entry.polarity == Polarity::NoneKnown { Absent::NoneKnown } else { Absent::Unavailable };
            all.push(Absence {
                absent,
                source: rows::source(parcel, today),
                text: entry.title.clone(),
                date: rows::date(entry).map(|d| Day::of(d, today)),
                item: Some(item.id.clone()),
                contradicted: held,
            });
        }
    }
    for (parcel, speaks) in record.parcels.iter().zip(speaks) {
        let says: Vec<_> = parcel.reading.says.iter().filter(|s| s.section == section).collect();
        for said in &says {
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
                    contradicted: held,
                });
            }
        }
        // What a person typed is never a whole record, what was shared of a file is not the file, and an archive only
        // holds other files: silence of these says nothing.
        let whole = !matches!(parcel.note.origin, Origin::Person | Origin::Share) && !parcel.reading.is_archive();
        if says.is_empty() && !speaks && whole {
            all.push(Absence {
                absent: Absent::NotInSource,
                source: rows::source(parcel, today),
                text: String::new(),
                date: None,
                item: None,
                contradicted: held,
            });
        }
    }
    // What was not understood first, silence last.
    let weight = |a: &Absence| match a.absent {
        Absent::NotUnderstood => 0,
        Absent::Withheld => 1,
        Absent::NarrativeOnly => 2,
        Absent::Unavailable => 3,
        Absent::NotAsked => 4,
        Absent::EmptySection => 5,
        Absent::NoneKnown => 6,
        Absent::NotInSource => 7,
    };
    all.sort_by_key(weight);
    all
}

fn unread(parcel: &Parcel, section: Section, today: Date) -> Option<Unread> {
    let (here, anywhere) = parcel.reading.ledger.unread(section);
    (here + anywhere > 0).then(|| Unread { source: rows::source(parcel, today), here, anywhere })
}
