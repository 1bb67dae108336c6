//! The timeline: everything by date, newest first, filtered and searched, a window at a time.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Index, Row, day, rows, search, search::Term};
use crate::record::{EntryRef, Hash, Item, Origin, PartialDate, Record, Section};

/// What the timeline is asked for. The default asks for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Only these sections; empty for all.
    pub sections: Vec<Section>,
    /// Only items with an entry from this file.
    pub source: Option<Hash>,
    /// Not before this day, ISO 8601 (`2019-03-01`); empty or no date for no bound.
    pub from: String,
    /// Not after this day.
    pub until: String,
    /// Words to look for, all of them, without case and accents; empty for all.
    pub search: String,
    /// Index of the first row of the window.
    pub offset: u32,
    /// Rows in the window.
    pub limit: u32,
}

/// A window of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Months from newest to oldest with the number of rows in each, so that a virtual list knows its height; undated last.
    /// In the first window only, with offset 0: those that follow are of the same list.
    pub months: Vec<Month>,
    /// The rows of the window.
    pub rows: Vec<TimelineRow>,
    /// Index of the first row of the window among those that match.
    pub offset: u32,
    /// Rows that match.
    pub matching: u32,
    /// Rows without any filter.
    pub total: u32,
    /// Sections present and how many of the rows without filter each has. In the first window only, like all that follows
    /// here.
    pub sections: Vec<(Section, u32)>,
    /// Sources present, for the filter: parcel, name, number of rows.
    pub sources: Vec<(Hash, String, u32)>,
    /// Years present, newest first, and how many of the rows without filter each has.
    pub years: Vec<(i16, u32)>,
    /// Other names of what is searched for, which are found as well.
    pub also: Vec<String>,
}

/// One group of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Year; `None` for the undated.
    pub year: Option<i16>,
    /// Month 1..=12; `None` for dates that are only a year, and the undated.
    pub month: Option<u8>,
    /// The group lies in the future.
    pub future: bool,
    /// Index of its first row among those that match.
    pub start: u32,
    /// Rows in the group.
    pub count: u32,
}

/// One row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// The item, without what a tap leads to: [`Row::is_open`].
    pub row: Row,
    /// Byte ranges in [`Row::title`] that match the search.
    pub marks: Vec<(u32, u32)>,
    /// Where else the search matched: a piece of text around it, and the range in it. `None` if the title matched.
    pub found: Option<Found>,
}

/// A match outside the title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The text around the match, as written.
    pub text: String,
    /// Byte ranges in it.
    pub marks: Vec<(u32, u32)>,
}

/// A window of the timeline.
pub fn timeline(record: &Record, index: &Index, ask: &Ask, today: Date) -> Timeline {
    let terms = search::terms(&ask.search);
    let fitting = index.fitting(ask, || fitting(record, index, ask, &terms));
    let items = |from: u32| fitting.iter().skip(from as usize).filter_map(|i| record.items.get(*i as usize));
    let mut page = Timeline {
        rows: items(ask.offset)
            .take(ask.limit as usize)
            .filter_map(|item| timeline_row(record, item, &terms, today))
            .collect(),
        offset: ask.offset,
        matching: fitting.len() as u32,
        total: index.by_date.len() as u32,
        ..Timeline::default()
    };
    if ask.offset == 0 {
        page.sections.clone_from(&index.sections);
        page.sources = sources(record, index);
        page.years.clone_from(&index.years);
        page.also = also(&terms);
        page.months = months(items(0).map(|item| record.date(item)), today);
    }
    page
}

/// The ids of all items that have all these words, as [`timeline`] finds them: letters also by their text.
pub fn having(record: &Record, index: &Index, search: &str) -> Vec<String> {
    let ask = Ask { search: search.to_owned(), ..Ask::default() };
    let fitting = fitting(record, index, &ask, &search::terms(search));
    fitting.iter().filter_map(|i| record.items.get(*i as usize)).map(|item| item.id.clone()).collect()
}

/// The items that fit the question, newest first.
fn fitting(record: &Record, index: &Index, ask: &Ask, terms: &[Term]) -> Arc<[u32]> {
    let source = ask.source.map(|hash| chosen(record, hash));
    let (from, until) = (bound(&ask.from).map(|(first, _)| first), bound(&ask.until).map(|(_, last)| last));
    let mut all = index.having(record, terms);
    all.retain(|i| {
        record.items.get(*i as usize).is_some_and(|item| {
            (ask.sections.is_empty() || ask.sections.contains(&item.section))
                && source.as_ref().is_none_or(|chosen| is_from(item, chosen))
                && (from.is_none() && until.is_none() || is_within(record.date(item), from, until))
        })
    });
    all.into()
}

/// The other names of what is searched for, each once.
fn also(terms: &[Term]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in terms.iter().flat_map(Term::others) {
        if !out.iter().any(|o| o == name) {
            out.push(name.to_owned());
        }
    }
    out
}

/// The parcels that a choice stands for: one of a person's own hand for all of them. A source that is no longer there has
/// none, and must not show everything.
fn chosen(record: &Record, hash: Hash) -> Vec<bool> {
    let own = record.parcel_named(hash).is_some_and(|p| p.note.origin == Origin::Person);
    record.parcels.iter().map(|p| p.hash == hash || (own && p.note.origin == Origin::Person)).collect()
}

fn is_from(item: &Item, chosen: &[bool]) -> bool {
    let has = |at: &EntryRef| chosen.get(at.parcel as usize).copied().unwrap_or(false);
    item.entries.iter().chain(&item.history).any(has)
}

/// The files that the filter offers; what the person typed is one source, however often they typed.
fn sources(record: &Record, index: &Index) -> Vec<(Hash, String, u32)> {
    let mut all: Vec<(Hash, String, u32)> = Vec::new();
    let mut typed = false;
    for (parcel, rows) in record.parcels.iter().zip(&index.sources).filter(|(_, rows)| **rows > 0) {
        let own = parcel.note.origin == Origin::Person;
        if !(own && typed) {
            let rows = if own { index.own } else { *rows };
            all.push((parcel.hash, rows::source_name(parcel, None).to_owned(), rows));
        }
        typed |= own;
    }
    all
}

/// Counts rows into the months they belong to. They come newest first, so that a month's rows come together.
fn months<'r>(dates: impl Iterator<Item = Option<&'r PartialDate>>, today: Date) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for (date, start) in dates.zip(0..) {
        let known = date.and_then(|d| d.known);
        let (year, month) = (known.map(|k| k.year), known.and_then(|k| k.month));
        let future =
            known.filter(|k| k.year >= today.year()).and_then(day::bounds).is_some_and(|(first, _)| first > today);
        match months.last_mut() {
            Some(last) if (last.year, last.month, last.future) == (year, month, future) => last.count += 1,
            _ => months.push(Month { year, month, future, start, count: 1 }),
        }
    }
    months
}

fn bound(text: &str) -> Option<(Date, Date)> {
    PartialDate::fhir(text.trim()).known.and_then(day::bounds)
}

/// A partial date lies within if any day that it can mean does; an undated entry lies within no bounds.
fn is_within(date: Option<&PartialDate>, from: Option<Date>, until: Option<Date>) -> bool {
    let Some((first, last)) = date.and_then(|d| d.known).and_then(day::bounds) else {
        return false;
    };
    from.is_none_or(|from| last >= from) && until.is_none_or(|until| first <= until)
}

fn timeline_row(record: &Record, item: &Item, terms: &[Term], today: Date) -> Option<TimelineRow> {
    let row = rows::row(record, item, today)?.opened();
    let marks = search::marks(&row.title, terms);
    let title = search::fold(&row.title);
    let rest: Vec<Term> = terms.iter().filter(|t| !t.is_in(&title)).cloned().collect();
    let found = if rest.is_empty() { None } else { found(record, item, &rest) };
    Some(TimelineRow { row, marks, found })
}

/// The first text of the item, the title aside, in which one of the terms stands.
fn found(record: &Record, item: &Item, terms: &[Term]) -> Option<Found> {
    let texts = record.entries(item).flat_map(|(_, parcel, entry)| {
        let letters = entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize));
        let mut own: Vec<String> = vec![entry.title.clone(), entry.concept.text.clone()];
        own.extend(entry.dose.iter().chain(&entry.notes).chain(&entry.performer).cloned());
        own.extend(entry.value.as_ref().map(|v| v.text()));
        own.extend(entry.components.iter().map(|c| c.title.clone()));
        own.extend(entry.reactions.iter().flat_map(|r| r.manifestations.iter().map(rows::words)));
        own.extend(entry.concept.codings.iter().flat_map(|c| [c.display.clone(), c.code.clone()]));
        own.extend(entry.details.iter().map(|d| d.text.clone()));
        own.extend(entry.custodian.clone());
        own.push(rows::source_name(parcel, Some(entry)).to_owned());
        own.extend(letters.flat_map(|a| [a.title.clone(), a.text.clone()]));
        own
    });
    texts.into_iter().find_map(|text| search::around(&text, terms)).map(|(text, marks)| Found { text, marks })
}
