//! The decrypted session: what the record worker holds between unlock and lock, and nothing else does.
//!
//! It answers the errands of [`wire`](super::wire), a file a family of errands. Everything clinical is computed by the
//! pure rooms; here is only who is open, what is kept where, and what waits for an answer.

mod bring;
#[cfg(target_arch = "wasm32")]
mod browser;
mod document;
mod door;
mod import;
mod journal;
mod pages;
mod people;
mod receive;
mod share;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::keep::Vault;
use super::wire::{Blobs, Failure, Secret, Strength};
use crate::import::File;
use crate::store::Disk;
use crate::vault::Crypt;

use bring::{Question, Sack};
use import::Removed;
use people::Held;
use receive::Reader;
use share::Desk;

/// The platform that a session stands on.
#[allow(async_fn_in_trait, reason = "one thread, one caller: no Send bound is wanted")]
pub trait Edge {
    /// Its cryptography.
    type Crypt: Crypt;
    /// Its storage.
    type Disk: Disk;

    /// The cryptography.
    ///
    /// # Errors
    /// [`Failure::NoStorage`] where the platform lacks it.
    fn crypt(&self) -> Result<Self::Crypt, Failure>;
    /// The storage.
    fn disk(&self) -> Self::Disk;
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// Today in the person's own zone.
    fn today(&self) -> Date;
    /// Minutes east of UTC, now, in the person's own zone.
    fn offset_minutes(&self) -> i32;
    /// Milliseconds on a clock that nobody can set.
    fn monotonic_ms(&self) -> f64;
    /// What a passphrase is worth to who knows these words.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if what estimates it could not be loaded.
    async fn strength(&self, passphrase: &Secret, known: &[&str]) -> Result<Strength, Failure>;
    /// Reads a file again with today's readers, away from keys and records: it, and what it holds. Nothing if it can't be
    /// read.
    async fn read(&self, original: Vec<u8>, name: &str) -> Vec<File>;
}

/// One session.
pub struct Session<E: Edge> {
    edge: E,
    /// The open vault; `None` while a record is only looked at, or nothing is here.
    vault: Option<Vault<E::Crypt, E::Disk>>,
    /// Everybody whose files are loaded.
    people: Vec<Held>,
    /// Index of the person whose record is open.
    open: Option<usize>,
    /// Files that wait for the guard's answer.
    questions: Vec<Question>,
    /// Archives whose files are not all in their place.
    sacks: Vec<Sack>,
    /// Numbers for them.
    next_question: u32,
    /// Files taken out, that can be put back until lock.
    removed: Vec<Removed>,
    /// The recovery kit with which the vault was opened, until a new passphrase is chosen: whoever used it has most
    /// likely no other.
    kit: Option<Secret>,
    /// The words that were drawn last; empty if none.
    drawn: Secret,
    /// Particulars that are being typed while nothing is kept, by the name of their form.
    drafts: BTreeMap<String, Vec<u8>>,
    /// Which groups of the recovery kit were asked for.
    asked: [usize; 2],
    /// The giving side of a share.
    desk: Desk,
    /// The receiving side.
    reader: Reader,
    /// Files that came with the present question.
    pub handed: Blobs,
    /// Files that go with the present answer.
    pub returned: Blobs,
}

impl<E: Edge> Session<E> {
    /// A session in which nothing is open.
    pub fn new(edge: E) -> Self {
        Self {
            edge,
            vault: None,
            people: Vec::new(),
            open: None,
            questions: Vec::new(),
            sacks: Vec::new(),
            next_question: 1,
            removed: Vec::new(),
            kit: None,
            drawn: Secret::default(),
            drafts: BTreeMap::new(),
            asked: [0; 2],
            desk: Desk::default(),
            reader: Reader::default(),
            handed: Vec::new(),
            returned: Vec::new(),
        }
    }

    /// The present moment as it is written into notes and journals: RFC 3339 in UTC, to the second.
    fn stamp(&self) -> String {
        stamp(self.edge.now())
    }

    /// The person whose record is open.
    fn held(&self) -> Result<&Held, Failure> {
        self.open.and_then(|i| self.people.get(i)).ok_or(Failure::NoPerson)
    }

    /// The same, to change.
    fn held_mut(&mut self) -> Result<&mut Held, Failure> {
        self.open.and_then(|i| self.people.get_mut(i)).ok_or(Failure::NoPerson)
    }
}

/// The moment at which a file came, RFC 3339 in UTC, always to the millisecond: of two that came in one second it is known
/// which was first.
fn stamp_exact(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// The same moment by the person's own clock, with its zone: what they say at midnight is not of the day before.
fn stamp_here(moment: Timestamp, offset_minutes: i32) -> String {
    match jiff::tz::Offset::from_seconds(offset_minutes.saturating_mul(60)) {
        Ok(offset) => {
            let second = Timestamp::from_second(moment.as_second()).unwrap_or(moment);
            second.display_with_offset(offset).to_string()
        }
        Err(_) => stamp(moment),
    }
}

/// RFC 3339 in UTC, to the second.
fn stamp(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
