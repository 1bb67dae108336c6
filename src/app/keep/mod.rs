//! Keeping: the vault and the store together. Everything that is kept goes through [`Vault`].
//!
//! ```text
//! Vault::look ─► Empty ─► create ─┐
//!            └─► Locked ─► unlock ┴─► open vault: people, parcels, originals, journal, drafts, settings, signing ─► lock
//! ```
//!
//! What a person means to this module is an id and sealed bytes; readings and notes are bytes. It knows no medicine.
//!
//! # How a write goes
//! hold (one writer over all tabs) → look whether another tab wrote, and catch up → seal every segment → one batch, one
//! transaction: rows, journal entry, index and header → the mark. A crash leaves the former generation or the new one.
//!
//! # Invariants
//! - The header names the root: SHA-256 of the sealed index. The index names the tag of every row. So a row that was swapped,
//!   rolled back or taken away is noticed, not only one that was changed.
//! - Nothing is written while it is undecided whether the database or the mark is right ([`Trouble`]).

mod index;
mod journal;
mod open;
mod parcels;
mod people;
#[cfg(test)]
mod tests;
mod write;

pub use index::Id;
pub use journal::Entry;
pub use parcels::{NewParcel, Parcel, Put};

use crate::sealed::{Row, Sealed, Store};
use crate::store::{Disk, Found, Look, Mark, StoreError};
use crate::vault::{Crypt, Header, Keys, KitError, Person, PersonKeys, VaultError};
use index::{Index, Thing};
use std::collections::BTreeMap;

/// Bytes of content in one sealed row.
pub(crate) const SEGMENT: usize = 512 << 10;

/// Why a thing was not kept, or not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// The keys refuse.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The storage refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The recovery key as typed is none.
    #[error(transparent)]
    Kit(#[from] KitError),
    /// A vault is here already, or was here: nothing is made over it.
    #[error("a vault is here already, or was here")]
    Occupied,
    /// There is no vault.
    #[error("there is no vault here")]
    Empty,
    /// No such person.
    #[error("no such person in this vault")]
    NoPerson,
    /// No such parcel, original, setting or draft.
    #[error("nothing is kept under this name")]
    NoThing,
    /// The database is older than the mark, or another: nothing is written until [`Vault::accept`].
    #[error("the storage is not what was last written; decide first")]
    Undecided,
}

impl From<crate::sealed::SealedError> for KeepError {
    fn from(error: crate::sealed::SealedError) -> Self {
        KeepError::Vault(error.into())
    }
}

/// What is found before any key is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing was ever kept here.
    Empty,
    /// A vault, locked.
    Locked,
    /// A vault was here, and its database is gone: never start anew without saying so.
    WasHere,
    /// A vault of a newer version of the app: update, and touch nothing.
    TooNew,
    /// A vault whose header cannot be read.
    Damaged,
}

/// The database and the mark disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database is older than the mark says: this many commits are missing.
    RolledBack(u64),
    /// The same generation, and other content; or another vault.
    Replaced,
}

/// Something stored that cannot be read as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// In which store.
    pub store: Store,
    /// Whose; zeros for the vault's own.
    pub person: Person,
    /// The parcel, where it is one.
    pub parcel: Option<Id>,
    /// Whether rows are missing (true) or present and not the ones that were written (false).
    pub missing: bool,
}

/// An open vault. Dropping it locks: keys are handles that die with it.
pub struct Vault<C: Crypt, D: Disk> {
    crypt: C,
    disk: D,
    header: Header,
    generation: u64,
    keys: Keys<C>,
    index: Index,
    people: BTreeMap<Person, (PersonKeys<C>, Vec<u8>)>,
    trouble: Option<Trouble>,
    /// Another tab wrote what nobody here was told of yet.
    overtaken: bool,
}

impl<C: Crypt, D: Disk> Vault<C, D> {
    /// What is here, before any key.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn look(disk: &D) -> Result<State, KeepError> {
        let mark = disk.mark().await?;
        Ok(match disk.look().await? {
            Look::Newer => State::TooNew,
            Look::Damaged => State::Damaged,
            Look::Nothing if mark.is_some() => State::WasHere,
            Look::Nothing => State::Empty,
            Look::Here => match read_header(disk).await {
                Ok(_) => State::Locked,
                Err(KeepError::Vault(VaultError::Newer)) => State::TooNew,
                Err(KeepError::Empty) if mark.is_some() => State::WasHere,
                Err(KeepError::Empty) => State::Empty,
                Err(KeepError::Vault(_)) => State::Damaged,
                Err(other) => return Err(other),
            },
        })
    }

    /// Whether the database and the mark disagree: then say so, and nothing is written until [`Vault::accept`].
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// Goes on with what the database holds. The commits that the mark knew of are given up.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn accept(&mut self) -> Result<(), KeepError> {
        let mark = Mark { vault: self.header.vault, generation: self.generation, root: self.header.root };
        self.disk.set_mark(&mark).await?;
        self.trouble = None;
        Ok(())
    }

    /// The number of the last commit: it grows with every change, and tells whether anything changed.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How much room the device gives.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn room(&self) -> Result<crate::store::Room, KeepError> {
        Ok(self.disk.room().await?)
    }

    /// Locks: every key handle is dropped. The caller drops what it decrypted.
    pub fn lock(self) -> D {
        self.disk
    }

    /// Erases the vault and its mark from this device, for good.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn erase(self) -> Result<D, KeepError> {
        let _hold = self.disk.hold().await?;
        self.disk.erase().await?;
        Ok(self.disk)
    }

    /// Reads every row and names what is not as it was written. What is whole stays usable.
    ///
    /// # Errors
    /// [`KeepError::Store`] where the storage does not answer at all.
    pub async fn check(&self) -> Result<Vec<Damage>, KeepError> {
        let mut found = Vec::new();
        for (thing, tags) in &self.index.things {
            let rows = self.disk.get(&self.rows_of(thing, tags.len())).await?;
            let missing = rows.iter().any(Option::is_none);
            let right =
                |(row, tag): (&Found, &_)| matches!(row, Some(Ok(sealed)) if sealed.tag().as_ref() == Some(tag));
            if missing || !rows.iter().zip(tags).all(right) || self.open_thing(thing).await.is_err() {
                let parcel = thing.name.last_chunk::<32>().copied();
                let parcel = parcel.filter(|_| matches!(thing.store(), Store::Parcels | Store::Originals));
                found.push(Damage { store: thing.store(), person: thing.person, parcel, missing });
            }
        }
        Ok(found)
    }
}

/// Reads the header row.
async fn read_header<D: Disk>(disk: &D) -> Result<(Sealed, Header), KeepError> {
    let found = disk.get(&[(Store::Vault, Row::HEADER)]).await?.pop().flatten();
    let sealed = found.ok_or(KeepError::Empty)??;
    let header = Header::read(&sealed)?;
    Ok((sealed, header))
}

impl<C: Crypt, D: Disk> Vault<C, D> {
    fn rows_of(&self, thing: &Thing, count: usize) -> Vec<(Store, Row)> {
        (0..count).map(|n| (thing.store(), self.place(thing, n, 0).row)).collect()
    }
}
