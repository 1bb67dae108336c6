//! What a person says of an entry of their record: a correction, a note, a tag. Each is a parcel of their own and stands
//! beside what the source says; it replaces nothing.

use serde::{Deserialize, Serialize};

use super::{Entry, EntryRef, Hash, Item, Kind, Origin, Record};

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
}

impl Said {
    /// All kinds.
    pub const ALL: [Said; 4] = [Said::Note, Said::Wrong, Said::NotTaking, Said::Private];

    /// Its code in [`STATEMENT`].
    pub fn code(self) -> &'static str {
        match self {
            Said::Note => "note",
            Said::Wrong => "wrong",
            Said::NotTaking => "not-taking",
            Said::Private => "private",
        }
    }

    /// The kind of that code.
    pub fn of_code(code: &str) -> Option<Said> {
        Self::ALL.into_iter().find(|s| s.code() == code)
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

    /// True if it is about the entry at this place of this parcel.
    fn says_of(&self, parcel: Hash, at: &str) -> bool {
        self.places().any(|place| place.split_once('#') == Some((parcel.hex().as_str(), at)))
    }

    /// The places of the entries that it is about.
    fn places(&self) -> impl Iterator<Item = &str> {
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
        let own = self.parcels.iter().filter(|p| p.note.origin == Origin::Person);
        let all = own.flat_map(|p| p.reading.entries.iter().map(move |e| (p.hash, e)));
        all.filter_map(|(parcel, entry)| Some((entry.said()?, parcel, entry)))
            .filter(move |(_, _, entry)| self.entries(item).any(|(_, parcel, e)| entry.says_of(parcel.hash, &e.at)))
            .map(|(said, parcel, entry)| Statement { said, parcel, entry })
    }

    /// True if the person wants the item closed when they share: it, or what their own statement of it is about.
    pub fn is_private(&self, item: &Item) -> bool {
        self.said_of(item).any(|s| s.said == Said::Private)
            || self.entries(item).any(|(_, _, e)| e.said().is_some() && self.tags(e.places()))
    }

    /// True if a statement itself is to be kept closed.
    pub fn is_closed(&self, statement: &Statement<'_>) -> bool {
        let place = format!("{}#{}", statement.parcel.hex(), statement.entry.at);
        self.tags(std::iter::once(place.as_str()))
    }

    /// True if a tag of the person's closes one of these places.
    fn tags<'p>(&self, mut places: impl Iterator<Item = &'p str>) -> bool {
        let own = self.parcels.iter().filter(|p| p.note.origin == Origin::Person);
        let tags: Vec<&Entry> =
            own.flat_map(|p| &p.reading.entries).filter(|e| e.said() == Some(Said::Private)).collect();
        places.any(|place| tags.iter().any(|tag| tag.places().any(|tagged| tagged == place)))
    }
}
