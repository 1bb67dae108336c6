//! Keys: who holds which, and what each opens.
//!
//! # Hierarchy
//!
//! ```text
//! passphrase ─NFKC─Argon2id─► K_pass ──┐ AES-256-GCM wrap
//!                                      ├────────────────► VMK, 32 random bytes, one a vault
//! recovery kit = age X25519 identity ──┘ HPKE base mode    (each door holds its own wrapped copy)
//!
//! VMK ─HKDF─► K_header   HMAC of the header, with its generation and the root of the index
//!     ─HKDF─► K_names    HMAC of row names: a row's key says nothing
//!     ─HKDF─► K_meta     seals the index, settings, the journal, people's rows and the person keys
//!                └─wrap─► person key, 32 random bytes, one a person
//!                            ├─HKDF with a fresh salt─► one key a segment, with its commitment ─► AES-256-GCM
//!                            └─wrap─► ES256 private key, PKCS#8
//! ```
//!
//! In the browser every key above is a non-extractable `CryptoKey` while the vault is open, save the 32 bytes that name rows
//! and the moment in which a key is unwrapped: those bytes are wiped at once. On disk there is only what [`crate::sealed`] frames.
//! No verifier of a passphrase is stored: the right one is the one that unwraps.
//!
//! Everything cryptographic goes through [`Crypt`]: [`native::Native`] is RustCrypto, `web::Web` is WebCrypto. They write and
//! open the same bytes; the vectors in `tests/data/sealed` hold both to it.
//!
//! # Invariants
//! - Secrets have neither `Debug` nor `Clone`, and are wiped when dropped.
//! - Nothing here stores anything, reads a clock, or knows what it seals.

pub mod crypt;
pub mod door;
pub mod kdf;
pub mod keys;
pub mod kit;
pub mod native;
pub mod segment;
pub mod strength;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod words;

pub use crypt::{Crypt, CryptError};
pub use door::{Door, Header};
pub use kdf::{Kdf, KdfError};
pub use keys::{Keys, NOBODY, Person, PersonKeys, Secret, WrappedKeys};
pub use kit::{Kit, KitError};

/// The version of what the vault's frames hold. It only grows; an older app refuses a newer one.
pub const SCHEMA: u16 = 1;

/// Why a vault does not open, or a sealed thing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The passphrase (or the key under it) opens nothing here.
    #[error("the passphrase does not open this vault")]
    WrongPassphrase,
    /// The recovery kit belongs to another vault.
    #[error("the recovery kit does not open this vault")]
    WrongKit,
    /// The vault has no door of the asked kind.
    #[error("the vault has no such door")]
    NoDoor,
    /// The stored parameters of the passphrase's derivation are refused.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// Bytes were changed, moved, or belong to another place.
    #[error("sealed bytes are damaged, or not where they belong")]
    Damaged,
    /// Written by a newer version of the app.
    #[error("written by a newer version of the app")]
    Newer,
    /// Too large for one sealed frame.
    #[error("too large to seal in one piece")]
    Large,
    /// The platform's cryptography failed or is not there.
    #[error("the platform's cryptography is not available")]
    Unavailable,
}

impl From<crate::sealed::SealedError> for VaultError {
    fn from(error: crate::sealed::SealedError) -> Self {
        use crate::sealed::SealedError;
        match error {
            SealedError::Newer(_) => VaultError::Newer,
            SealedError::Large => VaultError::Large,
            _ => VaultError::Damaged,
        }
    }
}

impl From<CryptError> for VaultError {
    fn from(error: CryptError) -> Self {
        match error {
            CryptError::Refused => VaultError::Damaged,
            CryptError::Unavailable => VaultError::Unavailable,
        }
    }
}
