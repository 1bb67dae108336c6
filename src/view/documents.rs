//! Letters, reports and scans.

use serde::{Deserialize, Serialize};

use super::{Day, Heading, Row};
use crate::record::Hash;

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
    /// Text found in it, for preview; empty if none.
    pub text: String,
    /// When it was written.
    pub date: Option<Day>,
}
