//! What a person says of a document: its title, what kind of document it is, its date, whom it is from.
//!
//! A description is an entry of a parcel of the person's own: a DocumentReference whose attachments name the document's
//! bytes by their hash (RFC 6920, [`Hash::name`](super::Hash::name)) instead of holding them. So the original is never
//! touched, and what the file says of itself stays beside what the person says. The newest description counts; those
//! before it are its history.

use serde::{Deserialize, Serialize};

use super::{Entry, EntryRef, Hash, Item, Kind, Origin, Parcel, PartialDate, Record};

/// What a person says of a document. What is empty was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// What it is called.
    pub title: String,
    /// What kind of document it is.
    pub kind: Option<DocumentKind>,
    /// Its date: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`.
    pub date: String,
    /// Whom it is from: a hospital, a surgery, a person.
    pub from: String,
}

/// The kinds of document that a person chooses among.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum DocumentKind {
    Letter,
    DischargeSummary,
    Result,
    Prescription,
    Picture,
    Other,
}

impl DocumentKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [DocumentKind; 6] = [
        DocumentKind::Letter,
        DocumentKind::DischargeSummary,
        DocumentKind::Result,
        DocumentKind::Prescription,
        DocumentKind::Picture,
        DocumentKind::Other,
    ];

    /// The code system of these kinds. The address is reserved (RFC 2606) and leads nowhere.
    pub const SYSTEM: &'static str = "https://tessera.example/fhir/document-kind";

    /// Its code in [`DocumentKind::SYSTEM`].
    pub fn code(self) -> &'static str {
        match self {
            DocumentKind::Letter => "letter",
            DocumentKind::DischargeSummary => "discharge-summary",
            DocumentKind::Result => "result",
            DocumentKind::Prescription => "prescription",
            DocumentKind::Picture => "picture",
            DocumentKind::Other => "other",
        }
    }

    /// The code's name, for whoever reads the code without this app.
    pub fn display(self) -> &'static str {
        match self {
            DocumentKind::Letter => "Letter",
            DocumentKind::DischargeSummary => "Discharge summary",
            DocumentKind::Result => "Result",
            DocumentKind::Prescription => "Prescription",
            DocumentKind::Picture => "Picture",
            DocumentKind::Other => "Other document",
        }
    }

    fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Description {
    /// True if nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Description::default()
    }

    /// What a description's entry says.
    pub fn of(entry: &Entry) -> Self {
        let kind = entry.concept.codings.iter().filter(|c| c.system == DocumentKind::SYSTEM);
        Description {
            title: title(entry).unwrap_or_default().to_owned(),
            kind: kind.filter_map(|c| DocumentKind::of_code(&c.code)).next(),
            date: entry.date.as_ref().map(|d| d.text.clone()).unwrap_or_default(),
            from: entry.performer.first().cloned().unwrap_or_default(),
        }
    }
}

/// The title in a description. Where none was given, the reader calls the entry by its kind, which is no title.
fn title(entry: &Entry) -> Option<&str> {
    let given = entry.named && (entry.concept.is_empty() || entry.detail("type").is_some());
    Some(entry.title.as_str()).filter(|_| given)
}

/// The hashes of the bytes that an entry's attachments hold, or name; sorted, each once.
pub fn contents(parcel: &super::Reading, entry: &Entry) -> Vec<Hash> {
    let attached = entry.attachments.iter().filter_map(|i| parcel.attachments.get(*i as usize));
    let mut all: Vec<Hash> =
        attached.filter_map(|a| a.hash.filter(|_| a.bytes > 0).or_else(|| Hash::from_name(&a.url))).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// True if this entry is a person's description of a document: typed, naming bytes that it does not hold.
pub fn describes(parcel: &Parcel, entry: &Entry) -> bool {
    let mut attached = entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize)).peekable();
    parcel.note.origin == Origin::Person
        && entry.kind == Kind::DocumentReference
        && attached.peek().is_some()
        && attached.all(|a| a.hash.is_none() && Hash::from_name(&a.url).is_some())
}

/// The name of the detail that holds a letter's words, where they came with a share.
pub const LETTER: &str = "letterWords";

impl Record {
    /// The words of what is attached to an item, as far as they are known, each text once, with the entry to which it is
    /// attached.
    pub fn letters(&self, item: &Item) -> Vec<(EntryRef, &str)> {
        let mut all: Vec<(EntryRef, &str)> = Vec::new();
        for (at, parcel, entry) in item.entries.iter().filter_map(|at| Some((*at, self.parcel(*at)?, self.entry(*at)?)))
        {
            let found = entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize));
            for text in found.map(|a| a.text.as_str()).filter(|text| !text.trim().is_empty()) {
                if !all.iter().any(|(_, other)| *other == text) {
                    all.push((at, text));
                }
            }
        }
        all
    }

    /// The newest description of a document by the person.
    pub fn described(&self, item: &Item) -> Option<(EntryRef, &Entry)> {
        if item.kind != Kind::DocumentReference {
            return None;
        }
        let mut all = item.entries.iter().filter_map(|at| Some((*at, self.parcel(*at)?, self.entry(*at)?)));
        all.find(|(_, parcel, entry)| describes(parcel, entry)).map(|(at, _, entry)| (at, entry))
    }

    /// What an item is called: by the person's own title, where they gave one, else by the leading entry's.
    pub fn title(&self, item: &Item) -> Option<&str> {
        let said = self.described(item).and_then(|(_, entry)| title(entry));
        said.or_else(|| self.lead(item).map(|entry| entry.title.as_str()))
    }

    /// The date of an item: the person's own, where they gave one; else the leading entry's, else when that was written
    /// down.
    pub fn date(&self, item: &Item) -> Option<&PartialDate> {
        let said = self.described(item).and_then(|(_, entry)| entry.date.as_ref());
        said.or_else(|| self.lead(item).and_then(|entry| entry.date.as_ref().or(entry.recorded.as_ref())))
    }
}
