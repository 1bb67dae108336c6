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

/// What can be looked at without running anything of the file's: told by its first bytes, whatever it is called. Never
/// HTML, SVG or XML, which can hold programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A picture of this MIME type, which browsers draw.
    Picture(&'static str),
    /// A PDF, which browsers open in a viewer of their own.
    Pdf,
}

impl Look {
    /// So many bytes from the beginning are enough.
    pub const HEAD: u32 = 1024;

    /// By the first bytes of a file; `None`: nothing that we show.
    pub fn of(head: &[u8]) -> Option<Look> {
        let starts = |magic: &[u8]| head.starts_with(magic);
        let riff = |kind: &[u8]| starts(b"RIFF") && head.get(8..12) == Some(kind);
        match () {
            () if starts(b"\x89PNG\r\n\x1a\n") => Some(Look::Picture("image/png")),
            () if starts(b"\xff\xd8\xff") => Some(Look::Picture("image/jpeg")),
            () if starts(b"GIF87a") || starts(b"GIF89a") => Some(Look::Picture("image/gif")),
            () if riff(b"WEBP") => Some(Look::Picture("image/webp")),
            () if is_pdf(head) => Some(Look::Pdf),
            () => None,
        }
    }

    /// As what a browser is handed it.
    pub fn content_type(self) -> &'static str {
        match self {
            Look::Picture(kind) => kind,
            Look::Pdf => "application/pdf",
        }
    }
}

/// Readers of PDF allow some bytes before its mark (ISO 32000-1 Annex H, note 13), but nothing that is another file's.
fn is_pdf(head: &[u8]) -> bool {
    let mark = head.windows(5).take(Look::HEAD as usize).position(|w| w == b"%PDF-");
    let first = head.iter().find(|b| !b.is_ascii_whitespace());
    mark.is_some() && !matches!(first, Some(b'<' | b'{' | b'['))
}

/// What a file is, by what its source calls it. What it really is, its bytes tell ([`Look`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Called nothing, or bytes of any kind.
    Unknown,
    /// A PDF.
    Pdf,
    /// A picture that browsers may draw.
    Picture,
    /// A picture that few programs draw, or one that can hold a program: TIFF, HEIC, DICOM, SVG.
    OtherPicture,
    /// Plain text.
    Text,
    /// A page of the web.
    WebPage,
    /// A letter of a word processor: Word, RTF, OpenDocument.
    Letter,
    /// A sheet of figures.
    Sheet,
    /// XML or JSON, for programs.
    Data,
    /// Something else: its source's own words are all there is.
    Other,
}

impl FileKind {
    /// By a MIME type as the source gave it.
    pub fn of(content_type: &str) -> FileKind {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        match kind.as_str() {
            "" | "application/octet-stream" | "application/binary" | "binary/octet-stream" => FileKind::Unknown,
            "image/png" | "image/x-png" | "image/jpeg" | "image/jpg" | "image/pjpeg" | "image/gif" | "image/webp" => {
                FileKind::Picture
            }
            _ if has(&["*", "unknown"]) => FileKind::Unknown,
            _ if has(&["dicom", "tiff", "heic", "heif", "svg"]) => FileKind::OtherPicture,
            _ if kind.starts_with("image/") => FileKind::Picture,
            _ if has(&["presentation"]) => FileKind::Other,
            _ if has(&["html"]) => FileKind::WebPage,
            _ if has(&["msword", "wordprocessing", "ms-word", "rtf", "richtext", "opendocument.text"]) => {
                FileKind::Letter
            }
            _ if has(&["ms-excel", "spreadsheet", "csv"]) => FileKind::Sheet,
            _ if has(&["pdf"]) => FileKind::Pdf,
            _ if has(&["xml", "json"]) => FileKind::Data,
            "text/plain" | "text" => FileKind::Text,
            _ => FileKind::Other,
        }
    }

    /// True if a file that is called so may be something to look at. The rest is read as text, or saved.
    pub fn may_be_looked_at(self) -> bool {
        matches!(self, FileKind::Unknown | FileKind::Pdf | FileKind::Picture)
    }

    /// True if its words are all there is to see of it.
    pub fn is_text(self) -> bool {
        self == FileKind::Text
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_is_told_by_its_bytes_and_never_runs_anything() {
        let check = |head: &[u8], expected: Option<Look>| assert_eq!(Look::of(head), expected, "{head:?}");
        check(b"\x89PNG\r\n\x1a\n\0\0", Some(Look::Picture("image/png")));
        check(b"\xff\xd8\xff\xe0", Some(Look::Picture("image/jpeg")));
        check(b"GIF89a\x01", Some(Look::Picture("image/gif")));
        check(b"RIFF\x10\0\0\0WEBPVP8 ", Some(Look::Picture("image/webp")));
        check(b"RIFF\x10\0\0\0WAVEfmt ", None);
        check(b"%PDF-1.7\n", Some(Look::Pdf));
        check(b"\r\n%PDF-1.4", Some(Look::Pdf));
        // A page that only speaks of a PDF, or that would be one to some readers.
        check(b"<html><!-- %PDF-1.7 --><script>", None);
        check(b" <svg xmlns='http://www.w3.org/2000/svg'>%PDF-", None);
        check(b"<?xml version='1.0'?>", None);
        check(b"{\"a\":\"%PDF-1.7\"}", None);
        check(b"", None);
    }

    #[test]
    fn what_is_called_text_or_can_hold_a_program_is_not_offered() {
        let check = |kind: &str, expected: FileKind, looked_at: bool| {
            let found = FileKind::of(kind);
            assert_eq!((found, found.may_be_looked_at()), (expected, looked_at), "{kind}");
        };
        for kind in ["application/octet-stream", ""] {
            check(kind, FileKind::Unknown, true);
        }
        for kind in ["application/pdf", "Application/X-PDF"] {
            check(kind, FileKind::Pdf, true);
        }
        for kind in ["image/png", "image/jpeg; q=1", "image/JPG"] {
            check(kind, FileKind::Picture, true);
        }
        for kind in ["image/svg+xml", "image/tiff", "image/heic", "application/dicom"] {
            check(kind, FileKind::OtherPicture, false);
        }
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        for kind in
            ["application/msword", word, "application/rtf", "text/rtf", "application/vnd.oasis.opendocument.text"]
        {
            check(kind, FileKind::Letter, false);
        }
        for kind in ["text/html", "application/xhtml+xml"] {
            check(kind, FileKind::WebPage, false);
        }
        for kind in ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"] {
            check(kind, FileKind::Sheet, false);
        }
        check("Text/Plain; charset=utf-8", FileKind::Text, false);
        check("application/fhir+json", FileKind::Data, false);
        check("audio/mpeg", FileKind::Other, false);
    }
}
