//! The ways into a vault, each with its own wrapped copy of the master key, and the header that lists them.

use super::crypt::Crypt;
use super::kdf::{Kdf, normal};
use super::keys::{Keys, NOBODY, Secret};
use super::kit::Kit;
use super::segment::{self, Refusal};
use super::{SCHEMA, VaultError, words};
use crate::sealed::{Namespace, Place, Row, Sealed, Store};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal_with_rng};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use zeroize::Zeroizing;

const HPKE_INFO: &[u8] = b"tessera/1 kit";

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// By passphrase.
    Passphrase {
        /// How the passphrase becomes a key.
        kdf: Kdf,
        /// Its salt.
        salt: [u8; 16],
        /// The master key, a wrapped frame.
        wrapped: Vec<u8>,
    },
    /// By recovery kit: HPKE base mode (RFC 9180), DHKEM(X25519), HKDF-SHA-256, AES-256-GCM.
    Kit {
        /// The kit's public half.
        recipient: [u8; 32],
        /// HPKE's encapsulated key.
        encapsulated: [u8; 32],
        /// The master key.
        wrapped: Vec<u8>,
    },
}

impl Door {
    /// A door for this passphrase. Takes as long as the derivation takes.
    ///
    /// # Errors
    /// [`VaultError::Kdf`], [`VaultError::Unavailable`].
    pub async fn for_passphrase<C: Crypt>(
        crypt: &C,
        vault: [u8; 16],
        generation: u64,
        kdf: Kdf,
        passphrase: &str,
        vmk: &Secret,
    ) -> Result<Door, VaultError> {
        let mut salt = [0u8; 16];
        crypt.random(&mut salt)?;
        let root = crypt.root(kdf.derive(passphrase, &salt)?.expose()).await?;
        let place = place(vault, b"passphrase", generation);
        let wrapped = segment::seal(crypt, &root, Namespace::Wrap, &place, vmk.expose()).await?.into_bytes();
        Ok(Door::Passphrase { kdf, salt, wrapped })
    }

    /// A door for this kit.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub fn for_kit<C: Crypt>(crypt: &C, vault: [u8; 16], kit: &Kit, vmk: &Secret) -> Result<Door, VaultError> {
        let recipient = kit.recipient().map_err(|_| VaultError::Unavailable)?;
        let public =
            <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&recipient).map_err(|_| VaultError::Unavailable)?;
        let mut rng = Draw { crypt, failed: false };
        let (encapsulated, wrapped) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            HPKE_INFO,
            vmk.expose(),
            &place(vault, b"kit", 0).aad(Namespace::Wrap),
            &mut rng,
        )
        .map_err(|_| VaultError::Unavailable)?;
        if rng.failed {
            return Err(VaultError::Unavailable);
        }
        let encapsulated = encapsulated.to_bytes().as_slice().try_into().map_err(|_| VaultError::Unavailable)?;
        Ok(Door::Kit { recipient, encapsulated, wrapped })
    }
}

/// What can be read of a vault while it is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The vault's random id.
    pub vault: [u8; 16],
    /// SHA-256 of the sealed index: the root of everything stored.
    pub root: [u8; 32],
    /// The ways in; at least a passphrase.
    pub doors: Vec<Door>,
}

impl Header {
    /// Reads a header's body. Its MAC is checked by [`Keys::vouches`] once the vault is open.
    ///
    /// # Errors
    /// [`VaultError::Damaged`], [`VaultError::Newer`].
    pub fn read(sealed: &Sealed) -> Result<Header, VaultError> {
        let (body, _, _) = sealed.header_parts()?;
        if sealed.schema() > SCHEMA {
            return Err(VaultError::Newer);
        }
        postcard::from_bytes(body).map_err(|_| VaultError::Damaged)
    }

    /// Frames the header and signs it with the vault's key.
    ///
    /// # Errors
    /// [`VaultError::Large`].
    pub fn write<C: Crypt>(&self, keys: &Keys<C>, generation: u64) -> Result<Sealed, VaultError> {
        let body = postcard::to_allocvec(self).map_err(|_| VaultError::Large)?;
        Ok(Sealed::header(SCHEMA, generation, &body, |covered| keys.mac(covered))?)
    }

    /// The master key, by passphrase: as it is typed, and where that opens nothing and can be a drawn phrase, as it was
    /// drawn. So a capital or a full stop shuts nobody out; a passphrase of one's own opens only as it is.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`]; [`VaultError::Damaged`] where the passphrase is right and the bytes are not;
    /// [`VaultError::Kdf`] for parameters that are refused.
    pub async fn by_passphrase<C: Crypt>(&self, crypt: &C, passphrase: &str) -> Result<Secret, VaultError> {
        let mut found = VaultError::NoDoor;
        for door in &self.doors {
            let Door::Passphrase { kdf, salt, wrapped } = door else { continue };
            let wrapped = Sealed::parse(wrapped.clone())?;
            let as_drawn = words::drawn(passphrase).filter(|drawn| **drawn != *normal(passphrase));
            for typed in std::iter::once(passphrase).chain(as_drawn.as_ref().map(|drawn| drawn.as_str())) {
                let root = crypt.root(kdf.derive(typed, salt)?.expose()).await?;
                match segment::unwrap(crypt, &root, &place(self.vault, b"passphrase", 0), &wrapped).await {
                    Ok(vmk) => return Ok(vmk),
                    Err(Refusal::Stranger) => found = VaultError::WrongPassphrase,
                    Err(other) => return Err(other.into()),
                }
            }
        }
        Err(found)
    }

    /// The master key, by recovery kit.
    ///
    /// # Errors
    /// [`VaultError::WrongKit`], [`VaultError::NoDoor`], [`VaultError::Damaged`].
    pub fn by_kit(&self, kit: &Kit) -> Result<Secret, VaultError> {
        let mine = kit.recipient().map_err(|_| VaultError::WrongKit)?;
        let mut found = VaultError::NoDoor;
        for door in &self.doors {
            let Door::Kit { recipient, encapsulated, wrapped } = door else { continue };
            if *recipient != mine {
                found = VaultError::WrongKit;
                continue;
            }
            let encapsulated =
                <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| VaultError::Damaged)?;
            let vmk = single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
                &OpModeR::Base,
                &kit.private().map_err(|_| VaultError::WrongKit)?,
                &encapsulated,
                HPKE_INFO,
                wrapped,
                &place(self.vault, b"kit", 0).aad(Namespace::Wrap),
            )
            .map(Zeroizing::new)
            .map_err(|_| VaultError::Damaged)?;
            let vmk: [u8; 32] = vmk.as_slice().try_into().map_err(|_| VaultError::Damaged)?;
            return Ok(Secret::new(vmk));
        }
        Err(found)
    }
}

/// Doors have fixed places: they are opened before any row name can be reckoned.
fn place(vault: [u8; 16], door: &[u8], generation: u64) -> Place {
    let mut row = [0u8; 32];
    row.iter_mut().zip(b"door ".iter().chain(door)).for_each(|(to, from)| *to = *from);
    Place { vault, person: NOBODY, store: Store::Vault, row: Row(row), generation, schema: SCHEMA }
}

/// Randomness for HPKE, which knows no failure: one is remembered here and asked for afterwards.
struct Draw<'a, C> {
    crypt: &'a C,
    failed: bool,
}

impl<C: Crypt> TryRng for Draw<'_, C> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.failed |= self.crypt.random(out).is_err();
        Ok(())
    }
}

impl<C: Crypt> TryCryptoRng for Draw<'_, C> {}
