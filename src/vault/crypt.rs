//! The few primitives that a vault needs, from whoever has them.

use zeroize::Zeroizing;

/// Why a primitive gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptError {
    /// The bytes do not authenticate, or are no key.
    #[error("refused: the bytes do not authenticate")]
    Refused,
    /// The platform failed, or lacks it.
    #[error("the platform's cryptography failed")]
    Unavailable,
}

/// A key pair of ECDSA on P-256 as it is made: the only moment at which the private half is bytes.
pub struct Pair {
    /// The private half, PKCS#8 DER (RFC 5958).
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The public half, SEC1 uncompressed: `04 | x | y`.
    pub public: [u8; 65],
}

/// AES-256-GCM, HKDF-SHA-256, SHA-256, ES256 and random bytes.
///
/// Handles are opaque: in a browser they are non-extractable `CryptoKey`s. Futures are not `Send`: a vault lives in one thread.
#[allow(async_fn_in_trait, reason = "one thread, one caller: no Send bound is wanted")]
pub trait Crypt {
    /// A secret from which keys are derived by HKDF.
    type Root;
    /// A key of AES-256-GCM.
    type Aead;
    /// A private key of ES256, able to sign and nothing else.
    type Signer;

    /// Fills `out` with random bytes fit for keys.
    ///
    /// # Errors
    /// [`CryptError::Unavailable`]; `out` must then not be used.
    fn random(&self, out: &mut [u8]) -> Result<(), CryptError>;

    /// Takes a secret in. The caller wipes its own bytes.
    async fn root(&self, secret: &[u8]) -> Result<Self::Root, CryptError>;

    /// HKDF-SHA-256 (RFC 5869): fills `out`, at most 8,160 bytes.
    async fn bits(&self, root: &Self::Root, salt: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), CryptError>;

    /// The AES-256-GCM key that HKDF-SHA-256 gives.
    async fn aead(&self, root: &Self::Root, salt: &[u8], info: &[u8]) -> Result<Self::Aead, CryptError>;

    /// An AES-256-GCM key of these bytes. For vectors; a vault derives its keys.
    async fn aead_of(&self, key: &[u8; 32]) -> Result<Self::Aead, CryptError>;

    /// AES-256-GCM (NIST SP 800-38D): ciphertext, then 16 bytes of tag.
    async fn seal(&self, key: &Self::Aead, nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptError>;

    /// The reverse of [`Crypt::seal`].
    ///
    /// # Errors
    /// [`CryptError::Refused`] where the tag does not hold.
    async fn open(&self, key: &Self::Aead, nonce: &[u8; 12], aad: &[u8], cipher: &[u8]) -> Result<Vec<u8>, CryptError>;

    /// SHA-256.
    async fn digest(&self, bytes: &[u8]) -> Result<[u8; 32], CryptError>;

    /// A new key pair of ES256.
    async fn pair(&self) -> Result<Pair, CryptError>;

    /// Takes a PKCS#8 private key in. The caller wipes its own bytes.
    async fn signer(&self, pkcs8: &[u8]) -> Result<Self::Signer, CryptError>;

    /// ES256 (RFC 7518 §3.4): `r | s`.
    async fn sign(&self, signer: &Self::Signer, bytes: &[u8]) -> Result<[u8; 64], CryptError>;

    /// Whether an ES256 signature holds; `public` is SEC1 uncompressed.
    async fn verify(&self, public: &[u8; 65], bytes: &[u8], signature: &[u8; 64]) -> Result<bool, CryptError>;
}
