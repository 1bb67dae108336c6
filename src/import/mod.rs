//! Reading providers' files: bytes in, a [`Reading`] out.
//!
//! ```text
//! bytes ─► archive (ZIP, gzip) ─► detect (from content) ─► encoding (text) ─► fhir, apple …  ┐
//!                                                   └────► document (PDF, image, letters)   ┴─► Reading
//! ```
//!
//! Invariants:
//! - what the file is, is told by its content alone; the name only titles a document;
//! - parsing never panics and never stops half-way: a piece that is not understood is counted, listed and placed;
//! - the original is never changed and nothing of it is copied that can be found again by its place:
//!   [`attachment`] and [`fragment`] go back to the bytes.
//!
//! docs/import.md says how pieces are counted and how a format is added.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::record::{Attachment, Concept, Entry, Hash, Issue, IssueCode, Kind, Nothing, Reading, Severity};

mod apple;
mod archive;
mod bluebutton;
mod cda;
mod csv;
mod dcc;
mod detect;
pub mod document;
mod encoding;
mod envelope;
mod fhir;
mod gp2gp;
mod hl7v2;
#[allow(dead_code, unused_imports)] // Each format takes what it needs.
mod hl7v3;
mod json;
mod keys;
mod narrative;
mod node;
pub mod report;
mod scr;
mod shc;
pub mod shl;
pub mod typed;
mod xml;

pub use detect::Format;
pub use json::Wrong;
pub use xml::Malformed;

/// Version of the readers in this room. A reading with a lower number is made again from its original.
pub const READER: u32 = 5;

/// What the readers refuse to go beyond.
///
/// A browser's worker has at most 4 GiB of memory in all, and a phone far less: there, less may come out of an archive.
pub const LIMITS: Limits = Limits {
    bytes: 512 << 20,
    entry: 256 << 20,
    unpacked: if cfg!(target_arch = "wasm32") { 1 << 30 } else { 2 << 30 },
    ratio: 200,
    entries: 10_000,
    depth: json::DEPTH,
    pieces: 1_000_000,
    label: 80,
};

/// The limits of [`open`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub bytes: u64,
    /// Largest file inside a ZIP, in bytes.
    pub entry: u64,
    /// Most bytes that may come out of one ZIP.
    pub unpacked: u64,
    /// Largest ratio of unpacked to packed bytes, beyond the first 10 MiB.
    pub ratio: u64,
    /// Most entries of one ZIP.
    pub entries: usize,
    /// Deepest nesting.
    pub depth: usize,
    /// Most pieces in one file.
    pub pieces: usize,
    /// Longest quotation in an issue, in characters.
    pub label: usize,
}

/// How far [`open`] has come, in bytes of the unpacked file. Each phase begins at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// In an archive: which of its files, from 1, and how many there are. Both 0 for a file that is none.
    pub file: (u32, u32),
}

/// The phases of [`open`], in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Unpacking and looking at what it is.
    Opening,
    /// Finding the pieces.
    Indexing,
    /// Reading them.
    Reading,
}

/// What was handed over: one file, or an archive with several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What the outermost file is.
    pub format: Format,
    /// The archive itself, if it is one, to be a parcel of its own: its reading lists what is inside, and its ledger
    /// counts them. `bytes` is `None`.
    pub archive: Option<File>,
    /// The files, each to be a parcel of its own.
    pub files: Vec<File>,
}

/// One inner file of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name, made safe by [`safe_name`].
    pub name: String,
    /// SHA-256 of its bytes: the name of its parcel. All zero if its bytes could not be unpacked.
    pub hash: Hash,
    /// Its bytes, if it was unpacked; `None` if it is the delivered file itself, or could not be unpacked.
    pub bytes: Option<Vec<u8>>,
    /// What was understood of it, or why nothing was.
    pub reading: Result<Reading, ImportError>,
}

/// Why nothing at all could be read. Holds no patient data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ImportError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file, or what it unpacks to, is larger than this many bytes.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit passed, in bytes.
        limit: u64,
    },
    /// The file holds more pieces than this.
    #[error("more than {limit} pieces")]
    TooMany {
        /// The limit passed.
        limit: usize,
    },
    /// The file begins as JSON and is none (RFC 8259). Lines and columns count from 1.
    #[error("not JSON: {what:?} at line {line}, column {column}")]
    NotJson {
        /// What was wrong.
        what: Wrong,
        /// The line.
        line: u32,
        /// The column, in characters.
        column: u32,
    },
    /// The file begins as XML and is none (XML 1.0), or none that may be opened. Lines and columns count from 1.
    #[error("not XML: {what:?} at line {line}, column {column}")]
    NotXml {
        /// What was wrong.
        what: Malformed,
        /// The line.
        line: u32,
        /// The column, in characters.
        column: u32,
    },
    /// The archive is damaged.
    #[error("the archive is damaged")]
    BadArchive,
    /// It is locked with a password.
    #[error("encrypted")]
    Encrypted,
    /// It is packed by a method that this reader can't unpack.
    #[error("packed by a method that is not read")]
    Packing,
    /// An archive inside an archive.
    #[error("an archive in an archive")]
    Nested,
    /// The format is known by name, and this reader can't read it yet.
    #[error("recognised as {0:?}, which is not read yet")]
    NotYet(Format),
    /// The content is of no kind that is known.
    #[error("of no known format")]
    Unknown,
    /// The caller stopped it.
    #[error("cancelled")]
    Cancelled,
}

/// Reads a file, whatever it is.
///
/// `progress` is called often and cheaply; breaking from it cancels. The file's name is used for display only.
///
/// # Errors
/// Only when nothing at all can be read, a limit is passed, or the caller cancels: see [`ImportError`]. What is odd
/// inside a readable file stands in the reading's issues and ledger.
pub fn open(
    bytes: &[u8],
    file_name: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Delivery, ImportError> {
    let mut files = Vec::new();
    let (format, archive) = each(bytes, file_name, progress, &mut |file| files.push(file))?;
    Ok(Delivery { format, archive, files })
}

/// As [`open`], but gives each file to `take` as soon as it is read, so that memory holds one of an archive's at a time.
/// Answers with what the outermost file is and, if it is an archive, with it.
///
/// # Errors
/// As [`open`]. What was given to `take` before an error is nothing.
pub fn each(
    bytes: &[u8],
    file_name: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    take: &mut dyn FnMut(File),
) -> Result<(Format, Option<File>), ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.len() as u64 > LIMITS.bytes {
        return Err(ImportError::TooLarge { limit: LIMITS.bytes });
    }
    tell(progress, Phase::Opening, 0, bytes.len())?;
    let name = safe_name(file_name);
    if detect::is_gzip(bytes) {
        return archive::gzip(bytes, name, progress, take).map(|archive| (Format::Gzip, Some(archive)));
    }
    if detect::is_zip(bytes) && archive::kind(bytes) == Format::Zip {
        return archive::zip(bytes, name, progress, take).map(|archive| (Format::Zip, Some(archive)));
    }
    let (format, mut reading) = read(bytes, &name, progress)?;
    let alone = envelope::open(bytes, &name, &mut reading, progress, take)?;
    let file = File { name, hash: Hash::of(bytes), bytes: None, reading: Ok(reading) };
    if alone {
        return Ok((format, Some(file)));
    }
    take(file);
    Ok((format, None))
}

/// Reads one file that is no archive.
fn read(
    bytes: &[u8],
    name: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(Format, Reading), ImportError> {
    if let Some(format) = detect::binary(bytes) {
        return match format {
            Format::Zip | Format::Gzip => Err(ImportError::Nested),
            _ => Ok((format, document::reading(bytes, name, format))),
        };
    }
    let text = encoding::text(bytes);
    let format = detect::text(&text.text).ok_or(ImportError::Unknown)?;
    let mut reading = match format {
        Format::FhirJson => fhir::read(&text.text, text.shift, fhir::Syntax::Json, progress)?,
        Format::FhirNdjson => fhir::read(&text.text, text.shift, fhir::Syntax::Lines, progress)?,
        Format::FhirXml => fhir::read(&text.text, text.shift, fhir::Syntax::Xml, progress)?,
        Format::Cda => cda::read(&text.text, text.shift, progress)?,
        Format::Hl7v2 => hl7v2::read(&text.text, text.shift, progress)?,
        Format::AppleHealth => apple::read(&text.text, text.shift, progress)?,
        Format::Gp2gp => gp2gp::read(&text.text, text.shift, progress)?,
        Format::Scr => scr::read(&text.text, text.shift, progress)?,
        Format::Text | Format::Html | Format::RichText => document::reading(bytes, name, format),
        Format::SmartHealthCard => shc::read(&text.text, &keys::Keys::pinned(), progress)?,
        Format::BlueButton => bluebutton::read(&text.text, text.shift, progress)?,
        Format::Csv => csv::read(&text.text, text.shift, progress)?,
        Format::EuCertificate => dcc::read(&text.text, &keys::Keys::pinned()),
        // Said first, since it is why no reader would open it.
        Format::OtherXml => return Err(xml::refusal(&text.text).unwrap_or(ImportError::NotYet(format))),
        other => return Err(ImportError::NotYet(other)),
    };
    finish(&mut reading);
    // RFC 8259 §8.1 and the NDJSON note want UTF-8; a letter in plain text may be in anything.
    if let Some(odd) = text.odd.filter(|_| format.media_type().is_none()) {
        reading.issues.push(issue(Severity::Warning, IssueCode::BadEncoding, "", &odd));
    }
    if text.lost > 0 {
        reading.issues.push(issue(Severity::Warning, IssueCode::BadEncoding, "", &format!("{} × U+FFFD", text.lost)));
    }
    Ok((format, reading))
}

/// Reads a text that is known to be FHIR JSON: what a share carries. Nothing else is tried.
///
/// # Errors
/// As [`open`].
pub fn fhir_json(text: &str) -> Result<Reading, ImportError> {
    let mut reading = fhir::read(text, Some(0), fhir::Syntax::Json, &mut |_| ControlFlow::Continue(()))?;
    finish(&mut reading);
    Ok(reading)
}

/// What is said of all that was read, whatever the format.
fn finish(reading: &mut Reading) {
    tell_words(reading);
    let denying = reading.entries.iter().filter(|e| e.words_deny());
    let quoted = |e: &Entry| if e.withheld_from_patient() { String::new() } else { e.title.clone() };
    let denying: Vec<Issue> =
        denying.map(|e| issue(Severity::Warning, IssueCode::WordsDeny, &e.at, &quoted(e))).collect();
    reading.issues.extend(denying);
}
/// What a source gives as text alone is an entry all the same, something told: who looks for it, shares it or reads it in a
/// hurry must not have to know that nobody coded it.
fn tell_words(reading: &mut Reading) {
    let alone = reading.says.iter().filter(|s| s.nothing == Nothing::NarrativeOnly && !s.text.trim().is_empty());
    let told: Vec<Entry> = alone
        .map(|said| {
            let (title, whole) = narrative::headline(&said.text);
            let mut entry = Entry::new(said.section, Kind::Other("Communication".to_owned()), said.at.clone(), title);
            entry.concept = Concept::words(entry.title.clone());
            entry.notes = if whole { Vec::new() } else { vec![said.text.clone()] };
            entry
        })
        .collect();
    reading.entries.extend(told);
}

/// The bytes of an attachment, decoded again from the file it stands in.
///
/// # Errors
/// [`ImportError::Unknown`] if the place no longer leads to content that decodes to the attachment's own hash: the
/// original is another one, or its content is elsewhere.
pub fn attachment(original: &[u8], attachment: &Attachment) -> Result<Vec<u8>, ImportError> {
    let expected = attachment.hash.ok_or(ImportError::Unknown)?;
    let found = if attachment.at.is_empty() && Hash::of(original) == expected {
        Some(original.to_vec())
    } else {
        let text = encoding::text(original);
        match detect::text(&text.text) {
            Some(Format::Cda) => cda::data(&text.text, &attachment.at),
            Some(Format::Gp2gp | Format::Scr | Format::OtherXml) => {
                let whole = xml::locate(&text.text, &attachment.at).and_then(|r| text.text.get(r));
                whole.and_then(|element| encoding::base64(&xml::text_of(element)))
            }
            Some(Format::Hl7v2) => hl7v2::data(&text.text, &attachment.at),
            Some(Format::SmartHealthCard) => shc::data(&text.text, &attachment.at),
            _ => fhir::data(&text.text, &attachment.at),
        }
    };
    found.filter(|bytes| Hash::of(bytes) == expected).ok_or(ImportError::Unknown)
}

/// An entry's own source text, as it stands in the original; `None` if the original is another file or no text.
pub fn fragment(original: &[u8], entry: &Entry) -> Option<String> {
    if let Some((start, end)) = entry.span {
        return std::str::from_utf8(original.get(start as usize..end as usize)?).ok().map(str::to_owned);
    }
    if detect::binary(original).is_some() {
        return None;
    }
    let text = encoding::text(original);
    match detect::text(&text.text)? {
        Format::FhirJson => json::locate(&text.text, &entry.at).and_then(|r| text.text.get(r)).map(str::to_owned),
        Format::Cda => cda::locate(&text.text, &entry.at).and_then(|r| text.text.get(r)).map(str::to_owned),
        Format::FhirXml | Format::Gp2gp | Format::Scr | Format::AppleHealth | Format::OtherXml => {
            xml::locate(&text.text, &entry.at).and_then(|r| text.text.get(r)).map(str::to_owned)
        }
        Format::FhirNdjson => fhir::line(&text.text, &entry.at).map(|(line, _)| line.to_owned()),
        Format::Hl7v2 => hl7v2::fragment(&text.text, &entry.at).map(str::to_owned),
        Format::Text | Format::Html | Format::RichText => Some(text.text.into_owned()),
        Format::SmartHealthCard => shc::fragment(&text.text, &entry.at),
        Format::BlueButton => bluebutton::fragment(&text.text, &entry.at),
        Format::Csv => csv::fragment(&text.text, &entry.at),
        _ => None,
    }
}

/// A file name that is safe to show and to offer for saving: no folders, no control or direction characters, at most
/// 120 characters. Empty if nothing is left.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'))
        .map(|c| if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .take(120)
        .collect();
    plain.trim().trim_start_matches('.').to_owned()
}

fn tell(
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    phase: Phase,
    done: usize,
    total: usize,
) -> Result<(), ImportError> {
    match progress(Progress { phase, done: done as u64, total: total as u64, file: (0, 0) }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ImportError::Cancelled),
    }
}

/// The line and column of a byte offset in a text. Both count from 1, columns in characters.
fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').filter(|b| **b & 0xC0 != 0x80).count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// An issue that quotes at most [`LIMITS`]`.label` characters.
fn issue(severity: Severity, code: IssueCode, at: &str, found: &str) -> Issue {
    Issue { severity, code, at: at.to_owned(), found: found.chars().take(LIMITS.label).collect() }
}
