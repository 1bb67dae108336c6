//! What the pages need besides the record, made once after each merge.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use super::search::{Term, Words, fold_onto};
use super::{rows, timeline::Ask};
use crate::record::{Item, Kind, Origin, Record, Section, Value, same, system};

/// Orders and groups of a record's items. Belongs to the record it was made of, and to no other.
#[derive(Debug, Default)]
pub struct Index {
    /// Indices into [`Record::items`], newest first, undated last; nothing that is withheld from the patient.
    pub(super) by_date: Vec<u32>,
    /// For each of `by_date`: all its words, folded for search. Made when they are first asked for: most who unlock a
    /// record look at it and search for nothing.
    words: OnceLock<Words>,
    /// The last question that was asked of the timeline, of no window, and what fits it: window after window is asked of
    /// the same list.
    asked: Mutex<Option<(Ask, Arc<[u32]>)>>,
    /// Sections present, and how many of `by_date` each has.
    pub(super) sections: Vec<(Section, u32)>,
    /// For each parcel how many of `by_date` have an entry of it.
    pub(super) sources: Vec<u32>,
    /// How many of `by_date` have an entry by the person's own hand, in whichever of their parcels.
    pub(super) own: u32,
    /// Years present, newest first, and how many of `by_date` each has.
    pub(super) years: Vec<(i16, u32)>,
    /// Analytes: items that measure the same, newest first.
    pub(super) analytes: Vec<Vec<u32>>,
    /// From an item to its analyte.
    pub(super) analyte_of: HashMap<u32, u32>,
}

impl Index {
    /// The index of a record. One pass over its items and one sort.
    pub fn new(record: &Record) -> Index {
        let key = |i: u32| {
            let date = record.items.get(i as usize).and_then(|item| record.date(item));
            date.map(|d| d.sort_key()).unwrap_or_default()
        };
        let mut by_date: Vec<u32> =
            (0u32..).zip(&record.items).filter(|(_, item)| shown(record, item)).map(|(i, _)| i).collect();
        by_date.sort_by_cached_key(|i| (Reverse(key(*i)), *i));
        let mut index = Index { sources: vec![0; record.parcels.len()], ..Index::default() };
        for item in by_date.iter().filter_map(|i| record.items.get(*i as usize)) {
            index.count(record, item);
        }
        index.sections.sort_unstable();
        let analytes = analytes(record, &by_date);
        let analyte_of = (0u32..).zip(&analytes).flat_map(|(a, items)| items.iter().map(move |i| (*i, a))).collect();
        Index { by_date, analytes, analyte_of, ..index }
    }

    /// The words of each of `by_date`. The record is the one that this is the index of.
    pub(super) fn words(&self, record: &Record) -> &Words {
        let items = || self.by_date.iter().filter_map(|i| record.items.get(*i as usize));
        self.words.get_or_init(|| items().map(|item| words(record, item)).collect())
    }

    /// Makes the words of each item ready, if they are not: the longest part of a first search of a large record.
    pub fn ready_to_search(&self, record: &Record) {
        let _ready = self.words(record);
    }

    /// Those of `by_date` that have all these words. The record is the one that this is the index of.
    pub(super) fn having(&self, record: &Record, terms: &[Term]) -> Vec<u32> {
        // Who looks for nothing need not wait for the words.
        let found: Vec<Vec<bool>> = terms.iter().map(|term| self.words(record).having(term)).collect();
        let has = |at: usize| found.iter().all(|has| has.get(at).is_some_and(|has| *has));
        self.by_date.iter().zip(0..).filter(|(_, at)| has(*at)).map(|(i, _)| *i).collect()
    }

    /// Those of `by_date` that fit a question; found out once for all its windows.
    pub(super) fn fitting(&self, ask: &Ask, find: impl FnOnce() -> Arc<[u32]>) -> Arc<[u32]> {
        let question = Ask { offset: 0, limit: 0, ..ask.clone() };
        let Ok(mut asked) = self.asked.lock() else { return find() };
        match &*asked {
            Some((last, fitting)) if *last == question => fitting.clone(),
            _ => asked.insert((question, find())).1.clone(),
        }
    }

    /// Counts an item for the filters. Items come newest first, so that those of a year come together.
    fn count(&mut self, record: &Record, item: &Item) {
        match self.sections.iter_mut().find(|(section, _)| *section == item.section) {
            Some((_, n)) => *n += 1,
            None => self.sections.push((item.section, 1)),
        }
        // Each parcel once an item.
        let mut seen: Vec<u32> = Vec::new();
        for at in item.entries.iter().chain(&item.history) {
            if !seen.contains(&at.parcel) {
                seen.push(at.parcel);
                if let Some(n) = self.sources.get_mut(at.parcel as usize) {
                    *n += 1;
                }
            }
        }
        let own = |p: &u32| record.parcels.get(*p as usize).is_some_and(|p| p.note.origin == Origin::Person);
        self.own += u32::from(seen.iter().any(own));
        if let Some(known) = record.date(item).and_then(|d| d.known) {
            match self.years.last_mut() {
                Some((year, n)) if *year == known.year => *n += 1,
                _ => self.years.push((known.year, 1)),
            }
        }
    }

    /// The items of the analyte that holds this one, newest first.
    pub(super) fn analyte(&self, item: u32) -> Option<&[u32]> {
        self.analytes.get(*self.analyte_of.get(&item)? as usize).map(Vec::as_slice)
    }
}

fn shown(record: &Record, item: &Item) -> bool {
    !rows::is_withheld(record, item) && !record.is_off(item) && !rows::is_tag(record, item)
}

/// Everything in an item that can be searched for, folded.
fn words(record: &Record, item: &Item) -> String {
    let mut all: Vec<&str> = Vec::new();
    let mut own: Vec<String> = Vec::new();
    all.extend(record.entries(item).map(|(.., entry)| entry.title.as_str()));
    for (_, parcel, entry) in record.speaking(item) {
        all.push(&entry.concept.text);
        all.extend(entry.concept.codings.iter().flat_map(|c| [c.display.as_str(), c.code.as_str()]));
        all.extend(entry.components.iter().map(|c| c.title.as_str()));
        all.extend(entry.dose.iter().chain(&entry.notes).chain(&entry.performer).map(String::as_str));
        all.extend(entry.custodian.as_deref());
        all.extend(entry.details.iter().map(|d| d.text.as_str()));
        all.push(rows::source_name(parcel, Some(entry)));
        own.extend(entry.value.as_ref().map(Value::text));
        own.extend(entry.reactions.iter().flat_map(|r| r.manifestations.iter().map(rows::words)));
        for attachment in entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize)) {
            all.extend([attachment.title.as_str(), attachment.text.as_str()]);
        }
    }
    all.extend(own.iter().map(String::as_str).filter(|text| !text.is_empty()));
    // Many entries say the same; in which order does not matter to a search.
    all.sort_unstable();
    all.dedup();
    let mut words = String::new();
    for text in all {
        fold_onto(&mut words, text);
        words.push('\n');
    }
    words
}

/// Items that measure the same thing: a code in common, or the same words where no codes contradict.
fn analytes(record: &Record, by_date: &[u32]) -> Vec<Vec<u32>> {
    let measured: Vec<(u32, &crate::record::Entry)> = by_date
        .iter()
        .filter_map(|i| Some((*i, record.lead(record.items.get(*i as usize)?)?)))
        .filter(|(i, _)| record.items.get(*i as usize).is_some_and(|item| !rows::is_of_other(record, item)))
        .filter(|(_, e)| e.kind == Kind::Observation && e.polarity.is_positive())
        .filter(|(_, e)| matches!(&e.value, Some(v) if !matches!(v, Value::Absent(_))) || !e.components.is_empty())
        .collect();
    let mut up: Vec<usize> = (0..measured.len()).collect();
    // Loinc's codes name the specimen themselves; of any other a specimen that is told parts serum from urine.
    let mut by_code: HashMap<(&str, &str, String), usize> = HashMap::new();
    let mut by_words: HashMap<String, Vec<usize>> = HashMap::new();
    for ((_, entry), own) in measured.iter().zip(0..) {
        let specimen = entry.detail("specimen").map(same::fold).unwrap_or_default();
        for (system, code) in same::codes(&entry.concept) {
            let of = if system == system::LOINC { String::new() } else { specimen.clone() };
            match by_code.get(&(system, code, of.clone())) {
                Some(other) => join(&mut up, own, *other),
                None => {
                    by_code.insert((system, code, of), own);
                }
            }
        }
        if let Some(words) = same::words(entry) {
            by_words.entry(format!("{words}|{specimen}")).or_default().push(own);
        }
    }
    for pool in by_words.values() {
        let entries = || pool.iter().filter_map(|own| measured.get(*own));
        let agree = same::codes_agree(entries().map(|(_, e)| *e));
        let joined = pool
            .iter()
            .filter(|own| agree || measured.get(**own).is_some_and(|(_, e)| same::codes(&e.concept).next().is_none()));
        let mut joined = joined.copied();
        if let Some(first) = joined.next() {
            joined.for_each(|own| join(&mut up, own, first));
        }
    }
    let mut groups: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for ((item, _), own) in measured.iter().zip(0..) {
        groups.entry(root(&mut up, own)).or_default().push(*item);
    }
    groups.into_values().collect()
}

fn root(up: &mut [usize], mut at: usize) -> usize {
    loop {
        let over = up.get(at).copied().unwrap_or(at);
        if over == at {
            return at;
        }
        let further = up.get(over).copied().unwrap_or(over);
        if let Some(slot) = up.get_mut(at) {
            *slot = further;
        }
        at = over;
    }
}

/// The smaller root wins: groups come in the order of their newest item.
fn join(up: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(up, a), root(up, b));
    if let Some(slot) = up.get_mut(a.max(b)) {
        *slot = a.min(b);
    }
}
