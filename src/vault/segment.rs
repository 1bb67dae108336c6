//! Sealing one segment at its place.
//!
//! ```text
//! salt  = 32 random bytes        nonce = 12 random bytes
//! key   = HKDF-SHA-256(root, salt, "tessera/1 key" | aad)          fresh for every segment
//! c     = HKDF-SHA-256(root, salt, "tessera/1 commitment" | aad)   16 bytes
//! frame = head | salt | nonce | c | AES-256-GCM(key, nonce, aad, pack(content))
//! ```
//! `aad` is [`Place::aad`]. AES-GCM alone does not commit to its key; `c` does, and it tells a wrong key from damage.

use super::crypt::Crypt;
use super::{VaultError, keys::Secret};
use crate::sealed::{Namespace, Place, Sealed, pack, unpack};
use zeroize::{Zeroize, Zeroizing};

const KEY: &[u8] = b"tessera/1 key";
const COMMITMENT: &[u8] = b"tessera/1 commitment";

/// Why a frame did not open: the one distinction that only a commitment can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The commitment does not hold: another key, another place, or damage to the salt or the commitment.
    Stranger,
    /// The key is right and the bytes are not.
    Damaged,
    /// Of a newer version.
    Newer,
    /// The platform failed.
    Unavailable,
}

impl From<Refusal> for VaultError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Stranger | Refusal::Damaged => VaultError::Damaged,
            Refusal::Newer => VaultError::Newer,
            Refusal::Unavailable => VaultError::Unavailable,
        }
    }
}

/// Seals a content at its place, with a fresh salt and nonce.
///
/// # Errors
/// [`VaultError::Large`] above about 14 MiB; [`VaultError::Unavailable`].
pub async fn seal<C: Crypt>(
    crypt: &C,
    root: &C::Root,
    namespace: Namespace,
    place: &Place,
    content: &[u8],
) -> Result<Sealed, VaultError> {
    let mut salt = [0u8; 32];
    let mut nonce = [0u8; 12];
    crypt.random(&mut salt)?;
    crypt.random(&mut nonce)?;
    let aad = place.aad(namespace);
    let commitment = commit(crypt, root, &salt, &aad).await?;
    let key = crypt.aead(root, &salt, &[KEY, &aad].concat()).await?;
    let packed = Zeroizing::new(pack(content)?);
    let ciphertext = crypt.seal(&key, &nonce, &aad, &packed).await?;
    Ok(Sealed::segment(namespace, place, &salt, &nonce, &commitment, &ciphertext)?)
}

/// Opens a frame that should stand at `place`; the generation and schema are the frame's own, and authenticated.
///
/// # Errors
/// [`Refusal`]; nothing of the content is given away unless all of it authenticates.
pub async fn open<C: Crypt>(
    crypt: &C,
    root: &C::Root,
    namespace: Namespace,
    place: &Place,
    sealed: &Sealed,
) -> Result<Vec<u8>, Refusal> {
    if sealed.namespace() != Some(namespace) {
        return Err(Refusal::Stranger);
    }
    let parts = sealed.parts().map_err(|_| Refusal::Damaged)?;
    let aad = Place { generation: sealed.generation(), schema: sealed.schema(), ..*place }.aad(namespace);
    let nonce: &[u8; 12] = parts.nonce.try_into().map_err(|_| Refusal::Damaged)?;
    let commitment = commit(crypt, root, parts.salt, &aad).await.map_err(|_| Refusal::Unavailable)?;
    if !same(&commitment, parts.commitment) {
        return Err(Refusal::Stranger);
    }
    let key = crypt.aead(root, parts.salt, &[KEY, &aad].concat()).await.map_err(|_| Refusal::Unavailable)?;
    let mut packed = crypt.open(&key, nonce, &aad, parts.ciphertext).await.map_err(|_| Refusal::Damaged)?;
    let content = unpack(&packed).map_err(|error| match error {
        crate::sealed::SealedError::Newer(_) => Refusal::Newer,
        _ => Refusal::Damaged,
    });
    packed.zeroize();
    content
}

/// Opens a wrapped key of 32 bytes.
///
/// # Errors
/// As [`open`]; [`Refusal::Damaged`] where it is no key.
pub async fn unwrap<C: Crypt>(crypt: &C, root: &C::Root, place: &Place, sealed: &Sealed) -> Result<Secret, Refusal> {
    let content = Zeroizing::new(open(crypt, root, Namespace::Wrap, place, sealed).await?);
    let bytes: [u8; 32] = content.as_slice().try_into().map_err(|_| Refusal::Damaged)?;
    Ok(Secret::new(bytes))
}

async fn commit<C: Crypt>(crypt: &C, root: &C::Root, salt: &[u8], aad: &[u8]) -> Result<[u8; 16], VaultError> {
    let mut out = [0u8; 16];
    crypt.bits(root, salt, &[COMMITMENT, aad].concat(), &mut out).await?;
    Ok(out)
}

/// Compares without stopping at the first difference.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}
