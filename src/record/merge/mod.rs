//! One record out of all parcels.
//!
//! [`merge`] is a pure, deterministic function of the *set* of parcels: their order does not matter, the same parcel
//! twice is one, and merging a record's parcels again gives that record. Entries are joined by the keys of
//! [`same`](super::same), closed by union-find; what must not differ inside one item (a medicine's strength, a visit's
//! time) splits it again. Everything else that differs is listed as a [`Disagreement`]; nothing is chosen.

mod compare;
mod join;
mod order;
mod outline;

pub use outline::merge_by;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Entry, Hash, IssueCode, Kind, Parcel, Section, said, same};

/// The merged view of all parcels of a person. Derived, never stored as truth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The parcels, each once, in the order of their hashes.
    pub parcels: Vec<Parcel>,
    /// The items, in the order of section, then newest first, then id. Every entry that is not entered in error stands in
    /// exactly one of them.
    pub items: Vec<Item>,
    /// Items of which a source says that they should never have been written. In no count and no summary.
    pub in_error: Vec<Item>,
    /// The entries that are about somebody else than the file's patient, in order, with whom their source names.
    others: Vec<(EntryRef, String)>,
    /// From a place to what the person says of it.
    pub(super) said: BTreeMap<String, Vec<EntryRef>>,
    /// From such a place to the item that holds it.
    pub(super) said_about: BTreeMap<String, String>,
    /// The items that the person took off the pages, by their ids.
    pub(super) off: BTreeSet<String>,
    /// The places of all items in the order of their ids: in `items`, or, counted on from its length, in `in_error`.
    ids: Vec<u32>,
}

/// Where an entry stands: which parcel of [`Record::parcels`], which entry of its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryRef {
    /// Index into [`Record::parcels`].
    pub parcel: u32,
    /// Index into that parcel's [`Reading::entries`](super::Reading::entries).
    pub entry: u32,
}

/// One line of the record: one or several entries that say the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// A name for URLs and choices, 20 hexadecimal characters. It is made of a file's hash and a place in it, never of
    /// clinical text, and stays when later files add entries. [`Record::find`] also knows the ids of joined items.
    pub id: String,
    /// Which section.
    pub section: Section,
    /// What the leading entry is.
    pub kind: Kind,
    /// The entry that lists show. A choice of order only: nothing is resolved by it.
    pub lead: EntryRef,
    /// All entries that say the same thing, the leading one first.
    pub entries: Vec<EntryRef>,
    /// A medicine's requests, issues and dispenses: its history, not more medicines. Not among `entries`.
    pub history: Vec<EntryRef>,
    /// Where the entries differ. Nothing is chosen, nothing hidden.
    pub disagreements: Vec<Disagreement>,
}

/// One field in which the entries of an item differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Which field.
    pub field: Field,
    /// The entries, grouped by what they say; those that say nothing are not among them.
    pub sides: Vec<Vec<EntryRef>>,
}

/// The fields that are compared inside an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Field {
    Date,
    End,
    Standing,
    Polarity,
    Value,
    Dose,
    Severity,
    Certainty,
    /// Another source marks the same statement as entered in error.
    EnteredInError,
}

impl Record {
    /// The entry at that place.
    pub fn entry(&self, at: EntryRef) -> Option<&Entry> {
        self.parcels.get(at.parcel as usize)?.reading.entries.get(at.entry as usize)
    }

    /// Whom the entry is about, as its source refers to them, if that is not the patient of its file. A reference may
    /// say little; that it is somebody else is what counts.
    pub fn about_other(&self, at: EntryRef) -> Option<&str> {
        let place = self.others.binary_search_by_key(&at, |(at, _)| *at).ok()?;
        self.others.get(place).map(|(_, who)| who.as_str())
    }

    /// The parcel that holds that entry.
    pub fn parcel(&self, at: EntryRef) -> Option<&Parcel> {
        self.parcels.get(at.parcel as usize)
    }

    /// The parcel of that name.
    pub fn parcel_named(&self, hash: Hash) -> Option<&Parcel> {
        let at = self.parcels.binary_search_by(|p| p.hash.cmp(&hash)).ok()?;
        self.parcels.get(at)
    }

    /// The leading entry of an item.
    pub fn lead(&self, item: &Item) -> Option<&Entry> {
        self.entry(item.lead)
    }

    /// All entries of an item with where they stand: the leading one first, history last.
    pub fn entries<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = (EntryRef, &'a Parcel, &'a Entry)> {
        self.speaking(item).chain(self.at(&item.history))
    }

    /// The same without history.
    pub fn speaking<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = (EntryRef, &'a Parcel, &'a Entry)> {
        self.at(&item.entries)
    }

    fn at<'a>(&'a self, places: &'a [EntryRef]) -> impl Iterator<Item = (EntryRef, &'a Parcel, &'a Entry)> {
        places.iter().filter_map(|at| Some((*at, self.parcel(*at)?, self.entry(*at)?)))
    }

    /// The item of that id, entered in error or not. Ids of items that have been joined into another since lead there.
    pub fn find(&self, id: &str) -> Option<&Item> {
        let by_id = |place: &u32| self.numbered(*place).map_or("", |item| item.id.as_str()).cmp(id);
        match self.ids.binary_search_by(by_id) {
            Ok(at) => self.ids.get(at).and_then(|place| self.numbered(*place)),
            Err(_) => {
                let at = order::entry_named(&self.parcels, id)?;
                let mut all = self.items.iter().chain(&self.in_error);
                all.find(|item| item.entries.contains(&at) || item.history.contains(&at))
            }
        }
    }

    /// The item of that place: in `items`, or, counted on from its length, in `in_error`.
    fn numbered(&self, place: u32) -> Option<&Item> {
        let place = place as usize;
        self.items.get(place).or_else(|| self.in_error.get(place.checked_sub(self.items.len())?))
    }

    /// The items of one section, newest first.
    pub fn section(&self, section: Section) -> impl Iterator<Item = &Item> {
        // The items stand in the order of the sections.
        let place = |of: Section| Section::ALL.into_iter().position(|s| s == of);
        let from = self.items.partition_point(|item| place(item.section) < place(section));
        self.items.get(from..).unwrap_or_default().iter().take_while(move |item| item.section == section)
    }
}

/// Merges parcels into a record. See the module's words for what it promises.
pub fn merge(parcels: Vec<Parcel>) -> Record {
    let parcels = order::once_each(parcels);
    let all: Vec<(EntryRef, &Parcel, &Entry)> = parcels
        .iter()
        .zip(0u32..)
        .flat_map(|(parcel, p)| {
            let entries = parcel.reading.entries.iter().zip(0u32..);
            entries.map(move |(entry, e)| (EntryRef { parcel: p, entry: e }, parcel, entry))
        })
        .collect();
    let others = others(&parcels);
    let mut keys: Vec<same::Keys> = all.iter().map(|(_, parcel, entry)| same::keys(entry, &parcel.reading)).collect();
    // What is said of somebody else is never the same as what is said of the patient, nor of yet another.
    for ((at, ..), keys) in all.iter().zip(&mut keys) {
        if others.binary_search_by_key(at, |(at, _)| *at).is_ok() {
            keys.joins.clear();
        }
    }
    let (wrong, live): (Vec<u32>, Vec<u32>) =
        (0u32..).take(all.len()).partition(|i| all.get(*i as usize).is_some_and(|(_, _, e)| e.in_error()));

    let joining = join::Joining { all: &all, keys: &keys };
    let groups = joining.groups(&live);
    let retracted = joining.retracted(&groups, &wrong);
    let namer = order::Namer::new(&parcels);
    let mut items: Vec<Item> = groups
        .iter()
        .zip(retracted)
        .filter_map(|(group, retracted)| {
            let members: Vec<EntryRef> =
                group.iter().filter_map(|i| all.get(*i as usize)).map(|(at, ..)| *at).collect();
            let retracted: Vec<EntryRef> =
                retracted.iter().filter_map(|i| all.get(*i as usize)).map(|(at, ..)| *at).collect();
            item(&parcels, &namer, &members, &retracted)
        })
        .collect();
    let mut in_error: Vec<Item> = joining
        .groups(&wrong)
        .iter()
        .filter_map(|group| {
            let members: Vec<EntryRef> =
                group.iter().filter_map(|i| all.get(*i as usize)).map(|(at, ..)| *at).collect();
            item(&parcels, &namer, &members, &[])
        })
        .collect();
    order::sort(&parcels, &mut items);
    order::sort(&parcels, &mut in_error);
    drop(all);
    let ids = ids(&items, &in_error);
    let said = said::statements(&parcels);
    let said_about = said::spoken_of(&parcels, items.iter(), &said);
    let off = said::off(&parcels, (&items, &in_error), &said);
    Record { parcels, items, in_error, others, said, said_about, off, ids }
}

/// The places of items in the order of their ids.
fn ids(items: &[Item], in_error: &[Item]) -> Vec<u32> {
    let mut all: Vec<(&str, u32)> = items.iter().chain(in_error).map(|item| item.id.as_str()).zip(0u32..).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, place)| place).collect()
}

/// The entries whose reading says that their subject is not the file's patient.
fn others(parcels: &[Parcel]) -> Vec<(EntryRef, String)> {
    let mut out = Vec::new();
    for (parcel, p) in parcels.iter().zip(0u32..) {
        let said = parcel.reading.issues.iter().filter(|i| i.code == IssueCode::OtherSubject);
        let about: BTreeMap<&str, &str> = said.map(|i| (i.at.as_str(), i.found.as_str())).collect();
        if about.is_empty() {
            continue;
        }
        let marked = parcel.reading.entries.iter().zip(0u32..).filter_map(|(entry, e)| {
            Some((EntryRef { parcel: p, entry: e }, (*about.get(entry.at.as_str())?).to_owned()))
        });
        out.extend(marked);
    }
    out
}

fn item(parcels: &[Parcel], namer: &order::Namer, members: &[EntryRef], retracted: &[EntryRef]) -> Option<Item> {
    let (entries, history) = order::lead_first(parcels, members);
    let lead = *entries.first()?;
    let entry = parcels.get(lead.parcel as usize)?.reading.entries.get(lead.entry as usize)?;
    let mut disagreements = compare::disagreements(parcels, &entries);
    if !retracted.is_empty() {
        disagreements
            .push(Disagreement { field: Field::EnteredInError, sides: vec![entries.clone(), retracted.to_vec()] });
    }
    Some(Item {
        id: namer.item(parcels, members),
        section: entry.section,
        kind: entry.kind.clone(),
        lead,
        entries,
        history,
        disagreements,
    })
}

#[cfg(test)]
mod tests;
