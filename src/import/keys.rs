use std::collections::HashMap;

use p256::ecdsa::VerifyingKey;
use p256::ecdsa::signature::Verifier;

use super::json;
use super::node::Node;
use crate::record::{Hash, Signed};

/// The issuers whose signatures can be checked, and which of them are on the trusted list. Compiled in, so that whoever
/// serves the app's files can't add one without building it anew; docs/import.md says who is on it.
const PINNED: &str = include_str!("issuers.json");

/// Keys of issuers of SMART Health Cards and EU certificates.
#[derive(Clone, Default)]
pub struct Keys {
    issuers: HashMap<String, Issuer>,
    signers: Vec<Signer>,
}

/// An issuer of SMART Health Cards: keys by their thumbprint.
#[derive(Clone, Default)]
struct Issuer {
    trusted: bool,
    keys: HashMap<String, VerifyingKey>,
}

/// A document signer of EU certificates.
#[derive(Clone)]
struct Signer {
    kid: [u8; 8],
    key: VerifyingKey,
    trusted: bool,
}

impl Keys {
    /// The keys that the app is built with: `{"cards": [{"iss", "keys": [JWK]}], "certificates": [base64 of X.509]}`.
    pub fn pinned() -> Keys {
        let mut keys = Keys::default();
        let Ok(list) = json::parse(PINNED) else { return keys };
        for issuer in list.get("cards").each() {
            keys.add_issuer(issuer.get("iss").words(), issuer, true);
        }
        for certificate in list.get("certificates").each() {
            if let Some(der) = super::encoding::base64(certificate.words()) {
                keys.add_certificate(&der, true);
            }
        }
        keys
    }

    /// Adds an issuer's JSON Web Key Set (RFC 7517 §5). A key whose `kid` is not its own thumbprint (RFC 7638), or
    /// that is not on P-256, is left out.
    #[cfg(test)]
    pub fn add_jwks(&mut self, iss: &str, jwks: &str, trusted: bool) {
        if let Ok(set) = json::parse(jwks) {
            self.add_issuer(iss, &set, trusted);
        }
    }

    fn add_issuer(&mut self, iss: &str, set: &Node<'_>, trusted: bool) {
        let issuer = self.issuers.entry(iss.to_owned()).or_default();
        issuer.trusted = trusted;
        for jwk in set.get("keys").each() {
            if let Some((thumbprint, key)) = of_jwk(jwk).filter(|(t, _)| t == jwk.get("kid").words()) {
                issuer.keys.insert(thumbprint, key);
            }
        }
    }

    /// Adds a document signer by its X.509 certificate, in DER. Its key id is the beginning of the certificate's hash
    /// (EU Digital COVID Certificate, electronic health certificate specification §3.3.2). Only P-256 keys are taken.
    pub fn add_certificate(&mut self, der: &[u8], trusted: bool) {
        let hash = Hash::of(der).0;
        if let (Some(key), Some(Ok(kid))) = (of_certificate(der), hash.get(..8).map(<[u8; 8]>::try_from)) {
            self.signers.push(Signer { kid, key, trusted });
        }
    }

    /// Checks the signature of a card.
    pub fn check_card(&self, iss: &str, kid: &str, message: &[u8], signature: &[u8]) -> Signed {
        if signature.len() != 64 {
            return Signed::Wrong;
        }
        let Some(issuer) = self.issuers.get(iss) else { return Signed::NotChecked };
        let Some(key) = issuer.keys.get(kid) else { return Signed::NotChecked };
        verdict(verifies(key, message, signature), issuer.trusted)
    }

    /// Checks the ES256 signature of an EU certificate. Eight bytes name a key; where several have them, one is enough.
    pub fn check_certificate(&self, kid: &[u8], message: &[u8], signature: &[u8]) -> Signed {
        if signature.len() != 64 {
            return Signed::Wrong;
        }
        let mut found = Signed::NotChecked;
        for signer in self.signers.iter().filter(|s| s.kid == kid) {
            found = verdict(verifies(&signer.key, message, signature), signer.trusted);
            if found != Signed::Wrong {
                return found;
            }
        }
        found
    }
}

fn verdict(verifies: bool, trusted: bool) -> Signed {
    match (verifies, trusted) {
        (false, _) => Signed::Wrong,
        (true, true) => Signed::Trusted,
        (true, false) => Signed::Unknown,
    }
}

fn verifies(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    p256::ecdsa::Signature::from_slice(signature).is_ok_and(|s| key.verify(message, &s).is_ok())
}

/// A P-256 key of a JWK, with its thumbprint (RFC 7638 §3: SHA-256 over crv, kty, x, y in that order).
fn of_jwk(jwk: &Node<'_>) -> Option<(String, VerifyingKey)> {
    let (crv, kty) = (jwk.get("crv").words(), jwk.get("kty").words());
    let (x, y) = (jwk.get("x").words(), jwk.get("y").words());
    if crv != "P-256" || kty != "EC" {
        return None;
    }
    let part = |text: &str| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|b| b.len() == 32);
    let point = [vec![4], part(x)?, part(y)?].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Some((data_encoding::BASE64URL_NOPAD.encode(&Hash::of(canonical.as_bytes()).0), key))
}

/// The P-256 key of a certificate: the point behind the algorithm identifier id-ecPublicKey, prime256v1 (RFC 5480
/// §2.1.1.1). Nothing else of the certificate is asked: it is on our list, or handed in as trusted.
fn of_certificate(der: &[u8]) -> Option<VerifyingKey> {
    const HEAD: [u8; 24] = [
        0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
        0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let start = der.windows(HEAD.len()).position(|w| w == HEAD)? + HEAD.len();
    VerifyingKey::from_sec1_bytes(der.get(start..start + 65)?).ok()
}
