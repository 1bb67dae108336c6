//! What a person says of an entry of their record: a correction, a note, a tag. Each is a parcel of their own and stands
//! beside what the source says; it replaces nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Entry, EntryRef, Hash, Item, Kind, Origin, Parcel, Record, same};

/// The code system of what is said (on a FHIR `Communication`'s category). Reserved (RFC 2606); leads nowhere.
pub const STATEMENT: &str = "https://tessera.example/fhir/statement";
/// The system of the entries that it is about: `parcel#place`.
pub const PLACE: &str = "https://tessera.example/fhir/place";

/// What kind of thing a person says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Said {
    /// Something to add.
    Note,
    /// It is wrong.
    Wrong,
    /// A medicine: I no longer take it.
    NotTaking,
    /// Keep it closed when sharing. A tag, never shared itself.
    Private,
    /// Take it off the pages: no list, no search, no paper and no share holds it. A tag, never shared itself. The file
    /// that tells it stays whole.
    Off,
}

impl Said {
    /// All kinds.
    pub const ALL: [Said; 5] = [Said::Note, Said::Wrong, Said::NotTaking, Said::Private, Said::Off];

    /// Its code in [`STATEMENT`].
    pub fn code(self) -> &'static str {
        match self {
            Said::Note => "note",
            Said::Wrong => "wrong",
            Said::NotTaking => "not-taking",
            Said::Private => "private",
            Said::Off => "off",
        }
    }

    /// The kind of that code.
    pub fn of_code(code: &str) -> Option<Said> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// True for a wish about how an entry is shown, which is the person's alone: it is listed nowhere and never leaves.
    pub fn is_tag(self) -> bool {
        matches!(self, Said::Private | Said::Off)
    }
}

/// One statement of the person, found in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'r> {
    /// What kind.
    pub said: Said,
    /// The parcel that holds it: taking it out takes the statement back.
    pub parcel: Hash,
    /// The entry that says it: its title are the person's words, its date when they said so.
    pub entry: &'r Entry,
}

impl Entry {
    /// What kind of statement about other entries it is, if it is one.
    pub fn said(&self) -> Option<Said> {
        let Kind::Other(kind) = &self.kind else { return None };
        let of = |system: &'static str| self.category.iter().flat_map(|c| &c.codings).find(move |c| c.system == system);
        (kind == "Communication").then(|| of(STATEMENT).and_then(|c| Said::of_code(&c.code))).flatten()
    }

    /// For a statement of the person's: the places of the entries that it is about, `parcel#place`.
    pub fn about(&self) -> impl Iterator<Item = &str> {
        self.places()
    }

    /// The places of the entries that it is about.
    pub(super) fn places(&self) -> impl Iterator<Item = &str> {
        self.category.iter().flat_map(|c| &c.codings).filter(|c| c.system == PLACE).map(|c| c.code.as_str())
    }
}

impl Record {
    /// The name of an entry that stays the same whatever else comes in: `parcel#place`.
    pub fn place(&self, at: EntryRef) -> Option<String> {
        Some(format!("{}#{}", self.parcel(at)?.hash.hex(), self.entry(at)?.at))
    }

    /// What the person says of an item, in the order of their parcels. Only what stands in parcels of their own counts: a
    /// file cannot speak for the person.
    pub fn said_of<'r>(&'r self, item: &'r Item) -> impl Iterator<Item = Statement<'r>> {
        let mut all: Vec<EntryRef> = if self.said.is_empty() {
            Vec::new()
        } else {
            let places = item.entries.iter().chain(&item.history).filter_map(|at| self.place(*at));
            places.filter_map(|place| self.said.get(&place)).flatten().copied().collect()
        };
        all.sort_unstable();
        all.dedup();
        all.into_iter().filter_map(|at| self.statement(at))
    }

    fn statement(&self, at: EntryRef) -> Option<Statement<'_>> {
        let (parcel, entry) = (self.parcel(at)?, self.entry(at)?);
        Some(Statement { said: entry.said()?, parcel: parcel.hash, entry })
    }

    /// The items that a statement of the person's own is about, each once; none for any other entry.
    pub fn spoken_of(&self, entry: &Entry) -> impl Iterator<Item = &Item> {
        let mut ids: Vec<&str> = Vec::new();
        if entry.said().is_some() {
            ids.extend(entry.places().filter_map(|place| self.said_about.get(place)).map(String::as_str));
        }
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.find(id))
    }

    /// True if the person wants the item closed when they share: it, or what their own statement of it is about.
    pub fn is_private(&self, item: &Item) -> bool {
        self.said_of(item).any(|s| s.said == Said::Private)
            || self.is_tagged_by_name(item)
            || self.entries(item).any(|(_, _, e)| e.said().is_some() && e.places().any(|place| self.tags(place)))
    }

    /// True if the person took the item off the pages: it, or what their own statement of it is about.
    pub fn is_off(&self, item: &Item) -> bool {
        self.off.contains(&item.id)
    }

    /// True if a tag whose file was taken out names the item: another file that tells the same must not open it.
    fn is_tagged_by_name(&self, item: &Item) -> bool {
        let own = self.parcels.iter().filter(|p| p.note.origin == Origin::Person);
        let tags = own.flat_map(|p| &p.reading.entries).filter(|e| e.said() == Some(Said::Private));
        let here = |place: &str| {
            let parcel = place.split_once('#').and_then(|(parcel, _)| Hash::from_hex(parcel));
            parcel.is_some_and(|hash| self.parcel_named(hash).is_some())
        };
        let named = |tag: &Entry| {
            self.entries(item).any(|(_, _, e)| tag.notes.iter().any(|name| same::fold(name) == same::fold(&e.title)))
        };
        tags.into_iter().any(|tag| !tag.places().any(here) && named(tag))
    }

    /// True if a statement itself is to be kept closed.
    pub fn is_closed(&self, statement: &Statement<'_>) -> bool {
        self.tags(&format!("{}#{}", statement.parcel.hex(), statement.entry.at))
    }

    /// True if a tag of the person's closes this place.
    fn tags(&self, place: &str) -> bool {
        let said = self.said.get(place).into_iter().flatten();
        said.filter_map(|at| self.statement(*at)).any(|s| s.said == Said::Private)
    }
}

/// What the persons' own statements are about: from a place to the statements, in the order of their parcels.
pub(super) fn statements(parcels: &[Parcel]) -> BTreeMap<String, Vec<EntryRef>> {
    let mut all: BTreeMap<String, Vec<EntryRef>> = BTreeMap::new();
    for (parcel, p) in parcels.iter().zip(0u32..).filter(|(parcel, _)| parcel.note.origin == Origin::Person) {
        for (entry, e) in parcel.reading.entries.iter().zip(0u32..).filter(|(entry, _)| entry.said().is_some()) {
            for place in entry.places() {
                all.entry(place.to_owned()).or_default().push(EntryRef { parcel: p, entry: e });
            }
        }
    }
    all
}

/// The ids of the items that the person took off the pages, with those of their own statements about them.
pub(super) fn off(
    parcels: &[Parcel],
    (items, in_error): (&[Item], &[Item]),
    said: &BTreeMap<String, Vec<EntryRef>>,
) -> BTreeSet<String> {
    let entry = |at: &EntryRef| parcels.get(at.parcel as usize)?.reading.entries.get(at.entry as usize);
    let is_off = |at: &EntryRef| entry(at).and_then(Entry::said) == Some(Said::Off);
    let off: BTreeMap<String, Vec<EntryRef>> = said
        .iter()
        .filter(|(_, all)| all.iter().any(is_off))
        .map(|(place, all)| (place.clone(), all.clone()))
        .collect();
    let all = || items.iter().chain(in_error);
    let mut ids: BTreeSet<String> = spoken_of(parcels, all(), &off).into_values().collect();
    // What the person says of it would name it. An item may be known by several places, and be spoken of by one of them.
    let places: BTreeSet<String> = match ids.is_empty() {
        true => BTreeSet::new(),
        false => {
            spoken_of(parcels, all(), said).into_iter().filter(|(_, id)| ids.contains(id)).map(|(p, _)| p).collect()
        }
    };
    let about = |item: &&Item| {
        let own = item.entries.iter().filter_map(entry).filter(|e| e.said().is_some());
        own.into_iter().any(|e| e.places().any(|place| places.contains(place)))
    };
    if !places.is_empty() {
        ids.extend(all().filter(about).map(|item| item.id.clone()).collect::<Vec<_>>());
    }
    ids
}

/// From each place that is spoken of to the id of the item that holds it.
pub(super) fn spoken_of<'i>(
    parcels: &[Parcel],
    items: impl Iterator<Item = &'i Item>,
    said: &BTreeMap<String, Vec<EntryRef>>,
) -> BTreeMap<String, String> {
    if said.is_empty() {
        return BTreeMap::new();
    }
    let places = items.flat_map(|item| item.entries.iter().chain(&item.history).map(move |at| (item, at)));
    let named = places.filter_map(|(item, at)| {
        let parcel = parcels.get(at.parcel as usize)?;
        let entry = parcel.reading.entries.get(at.entry as usize)?;
        let place = format!("{}#{}", parcel.hash.hex(), entry.at);
        said.contains_key(&place).then(|| (place, item.id.clone()))
    });
    named.collect()
}
