//! [`Crypt`] by WebCrypto, in a window or a worker. Keys are non-extractable `CryptoKey`s; no other file names them.

use super::crypt::{Crypt, CryptError, Pair};
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto};
use zeroize::Zeroizing;

/// The browser's cryptography. There in secure contexts only (https, or localhost).
pub struct Web {
    crypto: web_sys::Crypto,
    subtle: SubtleCrypto,
}

impl Web {
    /// Finds it, in whatever global scope this runs.
    ///
    /// # Errors
    /// [`CryptError::Unavailable`] outside of a secure context.
    pub fn new() -> Result<Web, CryptError> {
        let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).map_err(unavailable)?;
        let crypto: web_sys::Crypto = crypto.dyn_into().map_err(unavailable)?;
        let subtle = Reflect::get(&crypto, &"subtle".into()).map_err(unavailable)?;
        let subtle: SubtleCrypto = subtle.dyn_into().map_err(unavailable)?;
        Ok(Web { crypto, subtle })
    }

    async fn import(
        &self,
        format: &str,
        key: &[u8],
        algorithm: &Object,
        usages: &[&str],
    ) -> Result<CryptoKey, CryptError> {
        let bytes = Uint8Array::from(key);
        let promise = self.subtle.import_key_with_object(format, &bytes, algorithm, false, &list(usages));
        let key = async { JsFuture::from(promise?).await }.await.map_err(refused);
        bytes.fill(0, 0, bytes.length());
        key?.dyn_into().map_err(unavailable)
    }
}

impl Crypt for Web {
    type Root = CryptoKey;
    type Aead = CryptoKey;
    type Signer = CryptoKey;

    fn random(&self, out: &mut [u8]) -> Result<(), CryptError> {
        // The browser gives at most 65,536 bytes a call.
        for chunk in out.chunks_mut(65_536) {
            self.crypto.get_random_values_with_u8_array(chunk).map_err(unavailable)?;
        }
        Ok(())
    }

    async fn root(&self, secret: &[u8]) -> Result<CryptoKey, CryptError> {
        self.import("raw", secret, &named("HKDF")?, &["deriveBits", "deriveKey"]).await
    }

    async fn bits(&self, root: &CryptoKey, salt: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), CryptError> {
        let bits = u32::try_from(out.len() * 8).map_err(|_| CryptError::Refused)?;
        let promise = self.subtle.derive_bits_with_object(&hkdf(salt, info)?, root, bits).map_err(refused)?;
        let derived = array(JsFuture::from(promise).await.map_err(refused)?)?;
        if derived.length() as usize != out.len() {
            return Err(CryptError::Unavailable);
        }
        derived.copy_to(out);
        derived.fill(0, 0, derived.length());
        Ok(())
    }

    async fn aead(&self, root: &CryptoKey, salt: &[u8], info: &[u8]) -> Result<CryptoKey, CryptError> {
        let wanted = named("AES-GCM")?;
        set(&wanted, "length", &256.into())?;
        let promise = self
            .subtle
            .derive_key_with_object_and_object(&hkdf(salt, info)?, root, &wanted, false, &list(&["encrypt", "decrypt"]))
            .map_err(refused)?;
        JsFuture::from(promise).await.map_err(refused)?.dyn_into().map_err(unavailable)
    }

    async fn aead_of(&self, key: &[u8; 32]) -> Result<CryptoKey, CryptError> {
        self.import("raw", key, &named("AES-GCM")?, &["encrypt", "decrypt"]).await
    }

    async fn seal(&self, key: &CryptoKey, nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptError> {
        let bytes = Uint8Array::from(plain);
        let promise = self.subtle.encrypt_with_object_and_js_u8_array(&gcm(nonce, aad)?, key, &bytes);
        let sealed = async { JsFuture::from(promise?).await }.await.map_err(refused);
        bytes.fill(0, 0, bytes.length());
        Ok(array(sealed?)?.to_vec())
    }

    async fn open(&self, key: &CryptoKey, nonce: &[u8; 12], aad: &[u8], cipher: &[u8]) -> Result<Vec<u8>, CryptError> {
        let bytes = Uint8Array::from(cipher);
        let promise =
            self.subtle.decrypt_with_object_and_js_u8_array(&gcm(nonce, aad)?, key, &bytes).map_err(refused)?;
        let opened = array(JsFuture::from(promise).await.map_err(refused)?)?;
        let plain = opened.to_vec();
        opened.fill(0, 0, opened.length());
        Ok(plain)
    }

    async fn digest(&self, bytes: &[u8]) -> Result<[u8; 32], CryptError> {
        let bytes = Uint8Array::from(bytes);
        let promise = self.subtle.digest_with_str_and_js_u8_array("SHA-256", &bytes).map_err(refused)?;
        let digest = array(JsFuture::from(promise).await.map_err(refused)?)?.to_vec();
        digest.try_into().map_err(|_| CryptError::Unavailable)
    }

    async fn pair(&self) -> Result<Pair, CryptError> {
        let algorithm = ecdsa()?;
        let promise =
            self.subtle.generate_key_with_object(&algorithm, true, &list(&["sign", "verify"])).map_err(refused)?;
        let pair: CryptoKeyPair = JsFuture::from(promise).await.map_err(refused)?.unchecked_into();
        let public = self.subtle.export_key("raw", &pair.get_public_key()).map_err(refused)?;
        let public = array(JsFuture::from(public).await.map_err(refused)?)?.to_vec();
        let private = self.subtle.export_key("pkcs8", &pair.get_private_key()).map_err(refused)?;
        let private = array(JsFuture::from(private).await.map_err(refused)?)?;
        let pkcs8 = Zeroizing::new(private.to_vec());
        private.fill(0, 0, private.length());
        Ok(Pair { pkcs8, public: public.try_into().map_err(|_| CryptError::Unavailable)? })
    }

    async fn signer(&self, pkcs8: &[u8]) -> Result<CryptoKey, CryptError> {
        self.import("pkcs8", pkcs8, &ecdsa()?, &["sign"]).await
    }

    async fn sign(&self, signer: &CryptoKey, bytes: &[u8]) -> Result<[u8; 64], CryptError> {
        let bytes = Uint8Array::from(bytes);
        let promise = self.subtle.sign_with_object_and_js_u8_array(&ecdsa()?, signer, &bytes).map_err(refused)?;
        let signature = array(JsFuture::from(promise).await.map_err(refused)?)?.to_vec();
        signature.try_into().map_err(|_| CryptError::Unavailable)
    }

    async fn verify(&self, public: &[u8; 65], bytes: &[u8], signature: &[u8; 64]) -> Result<bool, CryptError> {
        let algorithm = ecdsa()?;
        let Ok(key) = self.import("raw", public, &algorithm, &["verify"]).await else { return Ok(false) };
        let signature = Uint8Array::from(signature.as_slice());
        let promise = self
            .subtle
            .verify_with_object_and_js_u8_array_and_js_u8_array(&algorithm, &key, &signature, &Uint8Array::from(bytes))
            .map_err(refused)?;
        Ok(JsFuture::from(promise).await.map_err(refused)?.is_truthy())
    }
}

fn named(name: &str) -> Result<Object, CryptError> {
    let object = Object::new();
    set(&object, "name", &name.into())?;
    Ok(object)
}

fn hkdf(salt: &[u8], info: &[u8]) -> Result<Object, CryptError> {
    let object = named("HKDF")?;
    set(&object, "hash", &"SHA-256".into())?;
    set(&object, "salt", &Uint8Array::from(salt))?;
    set(&object, "info", &Uint8Array::from(info))?;
    Ok(object)
}

fn gcm(nonce: &[u8; 12], aad: &[u8]) -> Result<Object, CryptError> {
    let object = named("AES-GCM")?;
    set(&object, "iv", &Uint8Array::from(nonce.as_slice()))?;
    set(&object, "additionalData", &Uint8Array::from(aad))?;
    set(&object, "tagLength", &128.into())?;
    Ok(object)
}

fn ecdsa() -> Result<Object, CryptError> {
    let object = named("ECDSA")?;
    set(&object, "namedCurve", &"P-256".into())?;
    set(&object, "hash", &"SHA-256".into())?;
    Ok(object)
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), CryptError> {
    Reflect::set(object, &name.into(), value).map(|_| ()).map_err(unavailable)
}

fn list(names: &[&str]) -> JsValue {
    names.iter().map(|name| JsValue::from(*name)).collect::<Array>().into()
}

fn array(value: JsValue) -> Result<Uint8Array, CryptError> {
    let buffer: ArrayBuffer = value.dyn_into().map_err(unavailable)?;
    Ok(Uint8Array::new(&buffer))
}

/// What the browser says of its reasons is not passed on: it might name what it was given.
fn refused(_: JsValue) -> CryptError {
    CryptError::Refused
}

fn unavailable(_: JsValue) -> CryptError {
    CryptError::Unavailable
}
