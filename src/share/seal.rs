//! The two ways to seal a signed grant.
//!
//! - **To a reader's one-time key**: HPKE base mode (RFC 9180), suite DHKEM(P-256, HKDF-SHA256) 0x0010, HKDF-SHA256
//!   0x0001, AES-256-GCM 0x0002.
//! - **To whoever holds the code** (static): AES-256-GCM under HKDF-SHA256(secret ‖ Argon2id(spoken code)), the secret
//!   standing beside the ciphertext.

use std::convert::Infallible;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::ShareError;
use super::code::LockCode;

type PrivateKey = <DhP256HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <DhP256HkdfSha256 as Kem>::PublicKey;
type Encapsulated = <DhP256HkdfSha256 as Kem>::EncappedKey;

/// Length of an uncompressed P-256 point (SEC 1 §2.3.3).
pub(super) const POINT: usize = 65;

/// Random bytes that were given: the first 32 as they are, then a chain of SHA-256 over them.
struct Given {
    block: Zeroizing<[u8; 32]>,
    used: usize,
}

impl rand_core::TryRng for Given {
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
        for byte in out {
            if self.used == self.block.len() {
                *self.block = Sha256::digest(self.block.as_slice()).into();
                self.used = 0;
            }
            *byte = self.block.get(self.used).copied().unwrap_or_default();
            self.used += 1;
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Given {}

/// A reader's one-time key pair. No `Debug`, no `Clone`; erased when dropped.
pub(super) struct KeyPair {
    secret: Zeroizing<Vec<u8>>,
    /// The public key, uncompressed.
    pub public: [u8; POINT],
}

impl KeyPair {
    /// DeriveKeyPair (RFC 9180 §7.1.3) of 32 random bytes.
    pub fn derive(random: &[u8; 32]) -> KeyPair {
        let (secret, public) = DhP256HkdfSha256::derive_keypair(random);
        KeyPair { secret: Zeroizing::new(secret.to_bytes().to_vec()), public: public.to_bytes().into() }
    }

    /// Opens what was sealed to this key, and exports the secret for the receipt.
    pub fn open(&self, sealed: &Hpke<'_>) -> Result<(Vec<u8>, Zeroizing<[u8; 32]>), ShareError> {
        let secret = PrivateKey::from_bytes(&self.secret).map_err(|_| ShareError::Malformed)?;
        let encapsulated = Encapsulated::from_bytes(sealed.encapsulated).map_err(|_| ShareError::Damaged)?;
        let mut context = hpke::setup_receiver::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &encapsulated,
            sealed.info,
        )
        .map_err(|_| ShareError::Damaged)?;
        let plain = context.open(sealed.ciphertext, sealed.aad).map_err(|_| ShareError::Damaged)?;
        let mut exported = Zeroizing::new([0; 32]);
        context.export(RECEIPT, exported.as_mut_slice()).map_err(|_| ShareError::Malformed)?;
        Ok((plain, exported))
    }
}

/// What HPKE needs to open one message.
pub(super) struct Hpke<'a> {
    pub info: &'a [u8],
    pub aad: &'a [u8],
    pub encapsulated: &'a [u8],
    pub ciphertext: &'a [u8],
}

/// The exporter context of the receipt's key.
const RECEIPT: &[u8] = b"TESSERA/1 receipt";

/// Whether these bytes are a P-256 point that a key may be.
pub(super) fn is_key(point: &[u8; POINT]) -> bool {
    PublicKey::from_bytes(point).is_ok()
}

/// What sealing to a key gives: the encapsulated key, the ciphertext with its tag, and the secret for the receipt.
pub(super) struct Sealed {
    pub encapsulated: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub receipt: Zeroizing<[u8; 32]>,
}

/// Seals to a reader's key; `random` is the ephemeral key's seed, used for this one message.
pub(super) fn to_key(
    key: &[u8; POINT],
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    random: &[u8; 32],
) -> Result<Sealed, ShareError> {
    let key = PublicKey::from_bytes(key).map_err(|_| ShareError::Malformed)?;
    let mut random = Given { block: Zeroizing::new(*random), used: 0 };
    let (encapsulated, mut context) =
        hpke::setup_sender_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(&OpModeS::Base, &key, info, &mut random)
            .map_err(|_| ShareError::Malformed)?;
    let ciphertext = context.seal(plain, aad).map_err(|_| ShareError::TooLong)?;
    let mut receipt = Zeroizing::new([0; 32]);
    context.export(RECEIPT, receipt.as_mut_slice()).map_err(|_| ShareError::Malformed)?;
    Ok(Sealed { encapsulated: encapsulated.to_bytes().to_vec(), ciphertext, receipt })
}

/// The keys of a static grant.
pub(super) struct StaticKeys {
    key: Zeroizing<[u8; 32]>,
    nonce: [u8; 12],
    /// Tells a wrong code from a changed message, and ties the message to one code.
    pub commitment: [u8; 16],
}

impl StaticKeys {
    /// HKDF-SHA256 over secret ‖ Argon2id(code, salt, 64 MiB, 3 passes, 1 lane), or over the secret alone.
    pub fn derive(secret: &[u8; 16], code: Option<&LockCode>) -> Result<StaticKeys, ShareError> {
        let mut material = Zeroizing::new(secret.to_vec());
        if let Some(code) = code {
            let salt: [u8; 16] = expand(secret, b"TESSERA/1 static salt")?;
            let params = argon2::Params::new(64 * 1024, 3, 1, Some(32)).map_err(|_| ShareError::Malformed)?;
            let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
            let mut stretched = Zeroizing::new([0; 32]);
            argon
                .hash_password_into(code.as_str().as_bytes(), &salt, stretched.as_mut_slice())
                .map_err(|_| ShareError::Malformed)?;
            material.extend_from_slice(stretched.as_slice());
        }
        Ok(StaticKeys {
            key: Zeroizing::new(expand(&material, b"TESSERA/1 static key")?),
            nonce: expand(&material, b"TESSERA/1 static nonce")?,
            commitment: expand(&material, b"TESSERA/1 static commitment")?,
        })
    }

    /// Seals. The key serves one message only, so its nonce may be derived with it.
    pub fn seal(&self, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, ShareError> {
        let cipher = Aes256Gcm::new(&(*self.key).into());
        cipher.encrypt(&self.nonce.into(), Payload { msg: plain, aad }).map_err(|_| ShareError::TooLong)
    }

    /// Opens; [`ShareError::Damaged`] if anything of it was changed.
    pub fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, ShareError> {
        let cipher = Aes256Gcm::new(&(*self.key).into());
        cipher.decrypt(&self.nonce.into(), Payload { msg: sealed, aad }).map_err(|_| ShareError::Damaged)
    }
}

fn expand<const N: usize>(material: &[u8], info: &[u8]) -> Result<[u8; N], ShareError> {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(None, material).expand(info, &mut out).map_err(|_| ShareError::Malformed)?;
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    /// The CFRG's vector for base mode and suite 0x0010, 0x0001, 0x0002 (RFC 9180 appendix A): the keys derived from
    /// its seeds, and what the encapsulation of its ephemeral seed gives.
    #[test]
    fn keys_are_derived_and_encapsulated_as_rfc_9180_says() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let reader: [u8; 32] =
            hex("a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3").try_into().unwrap();
        let ephemeral: [u8; 32] =
            hex("a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c").try_into().unwrap();
        let keys = KeyPair::derive(&reader);
        assert_eq!(keys.secret.to_vec(), hex("317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2"));
        assert_eq!(
            keys.public.to_vec(),
            hex("04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f\
                 853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c")
        );
        let info = b"Ode on a Grecian Urn";
        let sealed = to_key(&keys.public, info, b"Count-0", b"Beauty is truth, truth beauty", &ephemeral).unwrap();
        assert_eq!(
            sealed.encapsulated,
            hex("04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e\
                 0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0")
        );
        let hpke = Hpke { info, aad: b"Count-0", encapsulated: &sealed.encapsulated, ciphertext: &sealed.ciphertext };
        let (plain, exported) = keys.open(&hpke).ok().unwrap();
        assert_eq!(plain, b"Beauty is truth, truth beauty");
        assert_eq!(*exported, *sealed.receipt);
    }
}
