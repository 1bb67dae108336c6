//! The sealed table of contents: everything that is stored, by name, with the tags that prove which bytes they are.

use crate::sealed::{Store, TAG};
use crate::vault::{NOBODY, Person};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The name of a parcel: the SHA-256 of its bytes.
pub type Id = [u8; 32];

/// The name of a stored thing. One thing is one or several rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Thing {
    store: u8,
    pub(super) person: Person,
    pub(super) name: Vec<u8>,
}

impl Thing {
    pub(super) fn new(store: Store, person: &Person, name: &[&[u8]]) -> Thing {
        Thing { store: store as u8, person: *person, name: name.concat() }
    }

    pub(super) fn person(person: &Person) -> Thing {
        Thing::new(Store::People, person, &[b"person"])
    }

    pub(super) fn reading(person: &Person, id: &Id) -> Thing {
        Thing::new(Store::Parcels, person, &[b"reading", id])
    }

    pub(super) fn note(person: &Person, id: &Id) -> Thing {
        Thing::new(Store::Parcels, person, &[b"note", id])
    }

    pub(super) fn original(person: &Person, id: &Id) -> Thing {
        Thing::new(Store::Originals, person, &[id])
    }

    pub(super) fn setting(name: &str) -> Thing {
        Thing::new(Store::Vault, &NOBODY, &[b"setting ", name.as_bytes()])
    }

    pub(super) fn kit() -> Thing {
        Thing::new(Store::Vault, &NOBODY, &[b"kit"])
    }

    pub(super) fn draft(person: &Person, name: &str) -> Thing {
        Thing::new(Store::Drafts, person, &[name.as_bytes()])
    }

    pub(super) fn snapshot(person: &Person, name: &str) -> Thing {
        Thing::new(Store::Snapshot, person, &[name.as_bytes()])
    }

    pub(super) fn entry(number: u64) -> Thing {
        Thing::new(Store::Journal, &NOBODY, &[&number.to_be_bytes()])
    }

    pub(super) fn store(&self) -> Store {
        Store::from_number(self.store).unwrap_or(Store::Vault)
    }
}

/// The table of contents of one generation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    /// The tags of each thing's rows, in order.
    pub(super) things: BTreeMap<Thing, Vec<[u8; TAG]>>,
    /// Parcels in the order of their arrival.
    pub(super) order: Vec<(Person, Id)>,
    /// Parcels taken away and not yet forgotten.
    pub(super) removed: BTreeSet<(Person, Id)>,
    /// People in the order of their arrival.
    pub(super) people: Vec<Person>,
    /// How many entries the journal has.
    pub(super) entries: u64,
    /// The hash of its last entry.
    pub(super) last: [u8; 32],
    /// Whether two groups of the recovery kit were typed back.
    pub(super) kit_checked: bool,
}

impl Index {
    pub(super) fn holds(&self, person: &Person, id: &Id) -> bool {
        self.things.contains_key(&Thing::original(person, id))
    }

    pub(super) fn of_person<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Thing> {
        self.things.keys().filter(move |thing| thing.person == *person)
    }
}
