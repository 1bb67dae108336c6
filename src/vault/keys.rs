//! The keys of an open vault and of each person in it.

use super::crypt::Crypt;
use super::segment::{self, Refusal, same};
use super::{SCHEMA, VaultError};
use crate::sealed::{Namespace, Place, Row, Sealed, Store};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The id of a person: 16 random bytes.
pub type Person = [u8; 16];
/// Where what belongs to nobody in particular is filed.
pub const NOBODY: Person = [0; 16];

/// Thirty-two secret bytes: wiped when dropped, never printed, never copied.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes the bytes over.
    pub fn new(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }

    /// Fresh random ones.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub fn random<C: Crypt>(crypt: &C) -> Result<Secret, VaultError> {
        let mut secret = Secret([0; 32]);
        crypt.random(&mut secret.0)?;
        Ok(secret)
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The keys that an open vault holds. Dropping it locks.
pub struct Keys<C: Crypt> {
    vault: [u8; 16],
    meta: C::Root,
    names: Secret,
    header: Secret,
}

impl<C: Crypt> Keys<C> {
    /// Derives them from the vault's master key.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn open(crypt: &C, vault: [u8; 16], vmk: &Secret) -> Result<Keys<C>, VaultError> {
        let root = crypt.root(vmk.expose()).await?;
        let derive = async |info: &[u8]| {
            let mut secret = Secret([0; 32]);
            crypt.bits(&root, &vault, info, &mut secret.0).await?;
            Ok::<_, VaultError>(secret)
        };
        let meta = derive(b"tessera/1 meta").await?;
        Ok(Keys {
            vault,
            meta: crypt.root(meta.expose()).await?,
            names: derive(b"tessera/1 names").await?,
            header: derive(b"tessera/1 header").await?,
        })
    }

    /// The vault's id.
    pub fn vault(&self) -> [u8; 16] {
        self.vault
    }

    /// The key of what belongs to the whole vault.
    pub fn meta(&self) -> &C::Root {
        &self.meta
    }

    /// The name of a row: `HMAC-SHA-256(K_names, store | person | parts, each with its length before it)`.
    pub fn row(&self, store: Store, person: &Person, parts: &[&[u8]]) -> Row {
        let mut bytes = vec![store as u8];
        bytes.extend_from_slice(person);
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Row(hmac(&self.names, &bytes))
    }

    /// Where something stands: its row by [`Keys::row`].
    pub fn place(&self, store: Store, person: &Person, parts: &[&[u8]], generation: u64) -> Place {
        Place {
            vault: self.vault,
            person: *person,
            store,
            row: self.row(store, person, parts),
            generation,
            schema: SCHEMA,
        }
    }

    /// The MAC of a header.
    pub fn mac(&self, covered: &[u8]) -> [u8; 32] {
        hmac(&self.header, covered)
    }

    /// Whether a header was written by who holds the vault's key.
    pub fn vouches(&self, header: &Sealed) -> bool {
        header.header_parts().is_ok_and(|(_, covered, mac)| same(&self.mac(covered), mac))
    }
}

/// One person's keys.
pub struct PersonKeys<C: Crypt> {
    /// Seals what belongs to this person.
    pub root: C::Root,
    /// The public half of the signing key, SEC1 uncompressed.
    pub public: [u8; 65],
    /// The private half, still wrapped: it is a handle only while something is signed.
    signer: Sealed,
}

/// A person's keys at rest: each wrapped, to be kept inside the person's sealed row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKeys {
    /// The person key under K_meta.
    key: Vec<u8>,
    /// The PKCS#8 private key under the person key.
    signer: Vec<u8>,
    /// The public key, SEC1 uncompressed.
    public: Vec<u8>,
}

impl<C: Crypt> PersonKeys<C> {
    /// Makes a person's keys.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn make(
        crypt: &C,
        keys: &Keys<C>,
        person: &Person,
        generation: u64,
    ) -> Result<(Self, WrappedKeys), VaultError> {
        let secret = Secret::random(crypt)?;
        let key_place = keys.place(Store::People, person, &[b"key"], generation);
        let key = segment::seal(crypt, keys.meta(), Namespace::Wrap, &key_place, secret.expose()).await?;
        let root = crypt.root(secret.expose()).await?;
        let pair = crypt.pair().await?;
        let signer_place = keys.place(Store::People, person, &[b"signer"], generation);
        let wrapped = segment::seal(crypt, &root, Namespace::Wrap, &signer_place, &pair.pkcs8).await?;
        let rest =
            WrappedKeys { key: key.into_bytes(), signer: wrapped.bytes().to_vec(), public: pair.public.to_vec() };
        Ok((PersonKeys { root, signer: wrapped, public: pair.public }, rest))
    }

    /// Unwraps a person's keys.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] where they are not this person's, or were changed.
    pub async fn open(crypt: &C, keys: &Keys<C>, person: &Person, wrapped: &WrappedKeys) -> Result<Self, VaultError> {
        let key = Sealed::parse(wrapped.key.clone())?;
        let secret =
            segment::unwrap(crypt, keys.meta(), &keys.place(Store::People, person, &[b"key"], 0), &key).await?;
        let root = crypt.root(secret.expose()).await?;
        let signer = Sealed::parse(wrapped.signer.clone())?;
        let public = wrapped.public.as_slice().try_into().map_err(|_| Refusal::Damaged)?;
        Ok(PersonKeys { root, signer, public })
    }

    /// Signs in this person's name: ES256, `r | s`.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] where the wrapped key does not open; [`VaultError::Unavailable`].
    pub async fn sign(&self, crypt: &C, keys: &Keys<C>, person: &Person, bytes: &[u8]) -> Result<[u8; 64], VaultError> {
        let place = keys.place(Store::People, person, &[b"signer"], 0);
        let pkcs8 = segment::open(crypt, &self.root, Namespace::Wrap, &place, &self.signer).await?;
        let signer = crypt.signer(&Zeroizing::new(pkcs8)).await?;
        Ok(crypt.sign(&signer, bytes).await?)
    }
}

fn hmac(key: &Secret, bytes: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so the error cannot happen; an all-zero name would only fail to be found.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else { return [0; 32] };
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}
