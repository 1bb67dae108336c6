//! The report of one import: what was understood, what was not, and what it changed.

use serde::{Deserialize, Serialize};

use super::{SourceLine, people::Header};
use crate::record::{Check, IssueCode, Section, Severity};

/// What one file brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The file as a source.
    pub source: SourceLine,
    /// Its file name.
    pub file_name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Its format: `FHIR JSON`.
    pub format: String,
    /// The format's version: `R4`; empty if not said.
    pub version: String,
    /// Whom the file is about.
    pub people: Vec<Header>,
    /// Pieces shown as entries.
    pub shown: u32,
    /// Pieces kept readable as source.
    pub kept: u32,
    /// Pieces not understood.
    pub not_understood: u32,
    /// `shown + kept + not_understood`.
    pub pieces: u32,
    /// The pieces that were not understood, one a line.
    pub unread: Vec<UnreadPiece>,
    /// What was odd, by kind, the worst first.
    pub issues: Vec<IssueGroup>,
    /// Checks against the profiles that the file claims: those met.
    pub checks_met: u32,
    /// Those not met.
    pub checks_failed: Vec<Check>,
    /// What it changed, a section at a time; statements of none included.
    pub sections: Vec<Brought>,
    /// All sections together.
    pub all: Brings,
    /// The very same file was here before: nothing changed.
    pub already_here: bool,
    /// Entries marked by the source as entered in error.
    pub in_error: u32,
}

/// What one section gained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Which.
    pub section: Section,
    /// How many.
    pub brings: Brings,
}

/// Counts of items with an entry from the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brings {
    /// Not in the record before.
    pub new: u32,
    /// In the record before, from another file.
    pub known: u32,
    /// Of the known ones: where this file disagrees with what was there.
    pub disagreeing: u32,
}

/// A piece that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadPiece {
    /// Its type in the source's terms.
    pub kind: String,
    /// Where it stands.
    pub at: String,
    /// Why.
    pub reason: Option<IssueCode>,
}

/// Issues of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueGroup {
    /// What is odd.
    pub code: IssueCode,
    /// How much it matters, the worst of them.
    pub severity: Severity,
    /// How many.
    pub count: u32,
    /// Where, and what stood there: all of them.
    pub places: Vec<Place>,
}

/// Where an issue stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Place in the original.
    pub at: String,
    /// What stood there; empty where that says nothing.
    pub found: String,
}
