//! [`Crypt`] by RustCrypto: tests, tools and fuzzing; no browser needed.

use super::crypt::{Crypt, CryptError, Pair};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hkdf::Hkdf;
use p256::SecretKey;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use zeroize::Zeroizing;

/// RustCrypto, with a source of randomness that the caller gives: anything that fills a slice.
pub struct Native<R> {
    random: RefCell<R>,
}

impl<R: FnMut(&mut [u8])> Native<R> {
    /// With this randomness. Tests give a seeded one; nothing else may.
    pub fn new(random: R) -> Self {
        Native { random: RefCell::new(random) }
    }
}

/// A secret for HKDF.
pub struct Root(Zeroizing<Vec<u8>>);

impl<R: FnMut(&mut [u8])> Crypt for Native<R> {
    type Root = Root;
    type Aead = Aes256Gcm;
    type Signer = SigningKey;

    fn random(&self, out: &mut [u8]) -> Result<(), CryptError> {
        let mut random = self.random.try_borrow_mut().map_err(|_| CryptError::Unavailable)?;
        (*random)(out);
        Ok(())
    }

    async fn root(&self, secret: &[u8]) -> Result<Root, CryptError> {
        Ok(Root(Zeroizing::new(secret.to_vec())))
    }

    async fn bits(&self, root: &Root, salt: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), CryptError> {
        Hkdf::<Sha256>::new(Some(salt), &root.0).expand(info, out).map_err(|_| CryptError::Refused)
    }

    async fn aead(&self, root: &Root, salt: &[u8], info: &[u8]) -> Result<Aes256Gcm, CryptError> {
        let mut key = Zeroizing::new([0u8; 32]);
        self.bits(root, salt, info, key.as_mut_slice()).await?;
        self.aead_of(&key).await
    }

    async fn aead_of(&self, key: &[u8; 32]) -> Result<Aes256Gcm, CryptError> {
        Aes256Gcm::new_from_slice(key).map_err(|_| CryptError::Refused)
    }

    async fn seal(&self, key: &Aes256Gcm, nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptError> {
        key.encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad }).map_err(|_| CryptError::Refused)
    }

    async fn open(&self, key: &Aes256Gcm, nonce: &[u8; 12], aad: &[u8], cipher: &[u8]) -> Result<Vec<u8>, CryptError> {
        key.decrypt(&Nonce::from(*nonce), Payload { msg: cipher, aad }).map_err(|_| CryptError::Refused)
    }

    async fn digest(&self, bytes: &[u8]) -> Result<[u8; 32], CryptError> {
        Ok(Sha256::digest(bytes).into())
    }

    async fn pair(&self) -> Result<Pair, CryptError> {
        // A draw outside the group's order (odds 2^-32) is drawn again.
        for _ in 0..8 {
            let mut scalar = Zeroizing::new([0u8; 32]);
            self.random(scalar.as_mut_slice())?;
            let Ok(secret) = SecretKey::from_slice(scalar.as_slice()) else { continue };
            let der = secret.to_pkcs8_der().map_err(|_| CryptError::Unavailable)?;
            let public = SigningKey::from(&secret).verifying_key().to_sec1_point(false);
            return Ok(Pair {
                pkcs8: Zeroizing::new(der.as_bytes().to_vec()),
                public: public.as_bytes().try_into().map_err(|_| CryptError::Unavailable)?,
            });
        }
        Err(CryptError::Unavailable)
    }

    async fn signer(&self, pkcs8: &[u8]) -> Result<SigningKey, CryptError> {
        SecretKey::from_pkcs8_der(pkcs8).map(|secret| SigningKey::from(&secret)).map_err(|_| CryptError::Refused)
    }

    async fn sign(&self, signer: &SigningKey, bytes: &[u8]) -> Result<[u8; 64], CryptError> {
        let signature: Signature = signer.try_sign(bytes).map_err(|_| CryptError::Unavailable)?;
        Ok(signature.to_bytes().into())
    }

    async fn verify(&self, public: &[u8; 65], bytes: &[u8], signature: &[u8; 64]) -> Result<bool, CryptError> {
        let Ok(key) = VerifyingKey::from_sec1_bytes(public) else { return Ok(false) };
        let Ok(signature) = Signature::from_slice(signature) else { return Ok(false) };
        Ok(key.verify(bytes, &signature).is_ok())
    }
}
