//! The record: what a person's files say, normalised without losing the source's own words.
//!
//! ```text
//! bytes ──import::open──► Reading (people, entries, ledger, issues) ┐
//! note (when, by whom, under what title) ───────────────────────────┴─► Parcel ──merge──► Record (items)
//! ```
//!
//! A [`Parcel`] is one file as it came; its [`Reading`] is what was understood of it, a cache that a better reader
//! may renew; the `Record` is derived from all parcels by `merge` and never stored as truth.
//!
//! Invariants, here and nowhere else:
//! - nothing in this room knows a browser, a clock or a file format;
//! - a text the source wrote is never changed: normal forms are computed beside it;
//! - absence is a value ([`Polarity`], [`Nothing`]), never a missing row.

pub mod absence;
mod code;
mod date;
mod described;
mod entry;
pub mod guard;
pub mod mention;
mod merge;
mod parcel;
mod person;
mod quantity;
mod said;
pub mod same;
mod section;
mod words;
mod written;

pub use code::{Coding, Concept, Identifier, system};
pub use date::{Known, PartialDate, TimeOfDay};
pub use described::{Description, DocumentKind, LETTER, contents, describes};
pub use entry::{Component, Detail, Entry, Kind, Link, Polarity, Reaction, Standing, Status, Value};
pub use merge::{Disagreement, EntryRef, Field, Item, Record, merge, merge_by};
pub use parcel::{
    Attachment, Bears, Check, Hash, Issue, IssueCode, Ledger, LedgerLine, Note, Nothing, Origin, Outcome, Parcel,
    Reading, SectionSays, Severity, Signed, Source,
};
pub use person::{NhsNumber, Person, Sex};
pub use quantity::Quantity;
pub use said::{PLACE, STATEMENT, Said, Statement};
pub use section::Section;
