//! What every disk and every `Crypt` must do, whoever it is: run natively on memory and RustCrypto by `tests/keep.rs`, and in
//! Chromium on IndexedDB, OPFS and WebCrypto by `tests/web.rs`.
#![allow(dead_code)]

pub mod crypt;
pub mod disk;
pub mod vault;
pub mod vectors;

use tessera::store::Disk;

/// Makes disks: a fresh one, and a further tab on one that is there.
pub trait Tabs {
    type Disk: Disk;
    /// A disk with nothing on it.
    async fn fresh(&self, name: &str) -> Self::Disk;
    /// Another tab on the same rows.
    fn tab(&self, name: &str) -> Self::Disk;
}
