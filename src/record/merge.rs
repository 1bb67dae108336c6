use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Entry, Hash, Kind, Parcel, Section};

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
    /// From an item's id to its index in `items`, or, counted from `items.len()`, in `in_error`.
    pub(crate) places: BTreeMap<String, u32>,
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

    /// The parcel that holds that entry.
    pub fn parcel(&self, at: EntryRef) -> Option<&Parcel> {
        self.parcels.get(at.parcel as usize)
    }

    /// The parcel of that name.
    pub fn parcel_named(&self, hash: Hash) -> Option<&Parcel> {
        let at = self.parcels.binary_search_by(|p| p.hash.cmp(&hash)).ok()?;
        self.parcels.get(at)
    }
}
