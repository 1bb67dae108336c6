//! Letters, reports and scans.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Day, Heading, Index, Row, heading, rows};
use crate::record::{Entry, Hash, Item, Kind, Parcel, Record, Section, describes};

/// The list of documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Documents {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// Newest first; undated last.
    pub documents: Vec<Document>,
    /// How many there are.
    pub total: u32,
}

/// A document and what is attached to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The item.
    pub row: Row,
    /// Its files.
    pub files: Vec<DocumentRow>,
}

/// One attached file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// The parcel that holds it.
    pub parcel: Hash,
    /// Its place in the original.
    pub at: String,
    /// The source's title, else the entry's.
    pub title: String,
    /// MIME type as the source gave it; empty if none.
    pub content_type: String,
    /// Decoded size in bytes; 0 if the content is not in the file.
    pub bytes: u64,
    /// SHA-256 of the decoded bytes; `None`: the content is not in the file.
    pub hash: Option<Hash>,
    /// Where the content is said to be, if it is not in the file. Never fetched unasked.
    pub url: String,
    /// Text found in it; empty if none. In the list of documents only its beginning, on an item's own page all of it.
    pub text: String,
    /// When it was written.
    pub date: Option<Day>,
}

/// Characters of a letter's text that the list shows.
const PREVIEW: usize = 600;

/// Letters and scans of a record: documents, and whatever else has a file attached.
pub fn documents(record: &Record, index: &Index, today: Date) -> Documents {
    let items = newest_first(record, index);
    let documents: Vec<Document> = items
        .iter()
        .filter_map(|item| Some(Document { row: rows::row(record, item, today)?, files: files(record, item, today) }))
        .map(|mut document| {
            for file in &mut document.files {
                file.text = file.text.chars().take(PREVIEW).collect();
            }
            document
        })
        .collect();
    Documents { heading: heading::heading(record, Section::Documents, today), total: documents.len() as u32, documents }
}

/// The items that are documents or have a file, newest first.
pub(super) fn newest_first<'a>(record: &'a Record, index: &Index) -> Vec<&'a Item> {
    let items = index.by_date.iter().filter_map(|i| record.items.get(*i as usize));
    items.filter(|item| rows::counts(record, item) && is_document(record, item)).collect()
}

fn is_document(record: &Record, item: &Item) -> bool {
    item.section == Section::Documents
        || item.kind == Kind::DocumentReference
        || record.entries(item).any(|(_, _, e)| !e.attachments.is_empty())
}

/// The files of an item, each content once.
fn files(record: &Record, item: &Item, today: Date) -> Vec<DocumentRow> {
    let mut all: Vec<DocumentRow> = Vec::new();
    for (_, parcel, entry) in record.entries(item) {
        for file in attached(parcel, entry, today) {
            if file.hash.is_none() || !all.iter().any(|f| f.hash == file.hash) {
                all.push(file);
            }
        }
    }
    // What another file of the record only names by its hash is here.
    let held: Vec<Hash> = all.iter().filter_map(|f| f.hash).collect();
    all.retain(|file| file.hash.is_some() || Hash::from_name(&file.url).is_none_or(|named| !held.contains(&named)));
    all
}

/// The files of one entry.
pub(super) fn attached(parcel: &Parcel, entry: &Entry, today: Date) -> Vec<DocumentRow> {
    let found = entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize));
    // A description names the document and holds nothing of it.
    let found = found.filter(|_| !describes(parcel, entry));
    found
        .map(|a| DocumentRow {
            parcel: parcel.hash,
            at: a.at.clone(),
            title: if a.title.trim().is_empty() { entry.title.clone() } else { a.title.clone() },
            content_type: a.content_type.clone(),
            bytes: a.bytes,
            hash: a.hash,
            url: a.url.clone(),
            text: a.text.clone(),
            date: rows::date(entry).map(|d| Day::of(d, today)),
        })
        .collect()
}
