//! Plain page structs: what each page shows, as data.
//!
//! ```text
//! Record (+ the clock's reading) ──► Summary, Timeline, SectionPage, Analyte, EntryPage … ──► ui words and draws them
//! ```
//!
//! Invariants:
//! - no sentence stands here: views carry the source's own words, numbers, partial dates and enums; wording is the
//!   ui's, in every language;
//! - a list says how many it has and how many it shows; an empty list says which kind of nothing it is, a source at a
//!   time, and how much of the file was not read;
//! - what is dated in the future is flagged and is never the latest of anything;
//! - what a source withholds from the patient (`NOPAT`) is only in [`section::SectionPage::withheld`] and on its own
//!   [`entry::EntryPage`].

pub mod audience;
pub mod card;
pub mod chart;
pub mod choose;
pub mod clinician;
mod day;
pub mod documents;
pub mod entry;
pub mod guard;
mod heading;
mod index;
pub mod medicines;
mod part;
pub mod people;
pub mod report;
pub mod results;
mod rows;
mod search;
pub mod section;
pub mod sensitive;
pub mod summary;
pub mod timeline;
pub mod vaccinations;

pub use index::Index;
pub use part::{
    Absence, Absent, Against, Contradicted, DateOf, Day, Described, Flagging, Heading, LabFlag, List, OwnWord, Part,
    Row, SourceLine, Tally, Trust, Unread, Voice,
};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]
mod tests;
