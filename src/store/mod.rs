//! Where sealed bytes are kept.
//!
//! A [`Disk`] takes finished [`Sealed`] frames only, and opens *and* completes each transaction inside one call: sealing is
//! asynchronous in a browser, and a transaction that waits for it is closed under its writer's feet. So [`Disk::commit`] takes
//! a whole [`Batch`], and there is no other way to write.
//!
//! Three disks: [`memory::Memory`], [`faulty::Faulty`] (deterministic failures, for the simulation of faults) and, in a browser,
//! `web::IndexedDb` with its mark in OPFS. One contract suite, `tests/contract`, runs on all of them.
//!
//! # Invariants
//! - A commit is wholly there or wholly absent, whatever happens.
//! - A commit over a generation that is no longer the present one changes nothing.
//! - Nothing is ever deleted to make an upgrade succeed; a newer database is left alone.

pub mod faulty;
mod mark;
pub mod memory;
#[cfg(target_arch = "wasm32")]
pub mod web;

use crate::sealed::{Namespace, Row, Sealed, SealedError, Store};
pub use mark::Mark;

/// Why the disk did not do as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another tab wrote first: look again, then write again. Nothing was changed.
    #[error("another tab has written since")]
    Stale,
    /// The connection was closed under us, for an upgrade or by the browser: open again.
    #[error("the connection to the storage was closed")]
    Closed,
    /// Another tab keeps the storage from being opened or upgraded.
    #[error("another tab holds the storage")]
    Blocked,
    /// The database was made by a newer version of the app. It is not touched.
    #[error("the storage was made by a newer version of the app")]
    TooNew,
    /// The device gives no more room. Nothing was changed.
    #[error("not enough room on this device")]
    Full,
    /// The header of the database cannot be read.
    #[error("the storage is damaged")]
    Damaged,
    /// A batch that contradicts itself: no header, or a generation that does not grow.
    #[error("the batch is not well formed")]
    Batch,
    /// The browser offers no storage here (a private window, perhaps).
    #[error("no storage is available")]
    Unavailable,
    /// The write or read failed. Whether a write took place is known only by looking.
    #[error("the storage failed")]
    Failed,
}

/// What stands where the database should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// No database, or one without a header and without any row.
    Nothing,
    /// A database of ours.
    Here,
    /// A database of a newer version.
    Newer,
    /// A database that cannot be opened, or has rows and no header.
    Damaged,
}

/// How much room there is, in bytes, as the browser estimates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Room {
    /// In use by this origin.
    pub used: Option<u64>,
    /// What this origin may use in all.
    pub quota: Option<u64>,
    /// Whether the browser has promised not to evict it. Only a window can ask for that promise.
    pub persisted: Option<bool>,
}

/// All the changes of one transaction.
#[derive(Debug, Clone)]
pub struct Batch {
    expect: u64,
    header: Sealed,
    puts: Vec<(Store, Row, Sealed)>,
    deletes: Vec<(Store, Row)>,
}

impl Batch {
    /// Begins a batch upon generation `expect` (0 where there is no vault yet). The header brings the next generation.
    ///
    /// # Errors
    /// [`StoreError::Batch`] where `header` is none, or its generation is not greater.
    pub fn new(expect: u64, header: Sealed) -> Result<Batch, StoreError> {
        if header.namespace() != Some(Namespace::Header) || header.generation() <= expect {
            return Err(StoreError::Batch);
        }
        Ok(Batch { expect, header, puts: Vec::new(), deletes: Vec::new() })
    }

    /// Adds a row, or replaces it.
    pub fn put(&mut self, store: Store, row: Row, sealed: Sealed) {
        self.puts.push((store, row, sealed));
    }

    /// Takes a row away, if it is there. Deletions come before additions.
    pub fn delete(&mut self, store: Store, row: Row) {
        self.deletes.push((store, row));
    }

    /// The generation it expects to find.
    pub fn expect(&self) -> u64 {
        self.expect
    }

    /// The generation it makes.
    pub fn next(&self) -> u64 {
        self.header.generation()
    }

    /// How many bytes it writes.
    pub fn size(&self) -> u64 {
        let rows: usize = self.puts.iter().map(|(_, _, sealed)| sealed.bytes().len()).sum();
        (rows + self.header.bytes().len()) as u64
    }

    /// The stores it touches, each once.
    pub fn stores(&self) -> Vec<Store> {
        let mut stores: Vec<Store> = vec![Store::Vault];
        stores.extend(self.puts.iter().map(|(store, _, _)| *store));
        stores.extend(self.deletes.iter().map(|(store, _)| *store));
        stores.sort_unstable();
        stores.dedup();
        stores
    }
}

/// What a row holds: nothing, a frame, or bytes that are no frame and are reported rather than skipped.
pub type Found = Option<Result<Sealed, SealedError>>;

/// A place for sealed bytes. One thread; futures are not `Send`.
#[allow(async_fn_in_trait, reason = "one thread, one caller: no Send bound is wanted")]
pub trait Disk {
    /// The right to write, held until dropped.
    type Hold;

    /// Looks whether a database is there, before anything is opened, and without making one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Blocked`].
    async fn look(&self) -> Result<Look, StoreError>;

    /// Waits for the right to write: one writer at a time over all tabs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn hold(&self) -> Result<Self::Hold, StoreError>;

    /// Reads rows, in one transaction, in the order asked for.
    ///
    /// # Errors
    /// As [`Disk::look`]; [`StoreError::Closed`], [`StoreError::Failed`].
    async fn get(&self, wanted: &[(Store, Row)]) -> Result<Vec<Found>, StoreError>;

    /// The names of a store's rows, sorted.
    ///
    /// # Errors
    /// As [`Disk::get`].
    async fn rows(&self, store: Store) -> Result<Vec<Row>, StoreError>;

    /// Writes a batch, in one transaction, durably: when it answers with the new generation, the batch survives a crash.
    ///
    /// # Errors
    /// [`StoreError::Stale`] and [`StoreError::Full`] change nothing; after [`StoreError::Failed`] or [`StoreError::Closed`] look.
    async fn commit(&self, batch: Batch) -> Result<u64, StoreError>;

    /// The high-water mark, kept apart from the database: the newest that is whole.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    async fn mark(&self) -> Result<Option<Mark>, StoreError>;

    /// Replaces the mark.
    ///
    /// # Errors
    /// [`StoreError::Failed`]; the former mark then still stands.
    async fn set_mark(&self, mark: &Mark) -> Result<(), StoreError>;

    /// Forgets everything: the mark first, then the database, so that a crash between leaves a vault and not a false alarm.
    ///
    /// # Errors
    /// [`StoreError::Blocked`], [`StoreError::Failed`].
    async fn erase(&self) -> Result<(), StoreError>;

    /// How much room there is.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    async fn room(&self) -> Result<Room, StoreError>;
}

/// Whether a batch may be written over what stands there: the rule of every disk.
pub(crate) fn admits(header: Option<&[u8]>, expect: u64) -> Result<(), StoreError> {
    let present = match header {
        None => 0,
        Some(bytes) => match Sealed::parse(bytes.to_vec()) {
            Ok(sealed) if sealed.namespace() == Some(Namespace::Header) => sealed.generation(),
            Err(SealedError::Newer(_)) => return Err(StoreError::TooNew),
            _ => return Err(StoreError::Damaged),
        },
    };
    if present == expect { Ok(()) } else { Err(StoreError::Stale) }
}
