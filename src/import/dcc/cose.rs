use ciborium::Value;
use coset::iana::{Algorithm, EnumI64};
use coset::{CborSerializable, CoseSign1, RegisteredLabelWithPrivate, TaggedCborSerializable};

use super::base45;
use crate::import::archive;
use crate::import::keys::Keys;
use crate::record::Signed;

/// A certificate that could be opened, whatever its signature showed.
pub struct Certificate {
    /// The country or body that says it issued it (CWT `iss`).
    pub issuer: String,
    /// When, and until when it holds: seconds since 1970; empty if not said.
    pub issued: String,
    pub expires: String,
    /// The certificate itself (claim -260, member 1).
    pub content: Value,
    /// What the signature showed.
    pub signed: Signed,
    /// The algorithm, where it is one that is not checked here.
    pub unchecked: Option<&'static str>,
}

/// Opens `HC1:` text (EU Digital COVID Certificate specification, volumes 1 and 3): base45, zlib, COSE_Sign1, CWT.
///
/// # Errors
/// The short name of the step that it fails at.
pub fn open(text: &str, keys: &Keys) -> Result<Certificate, &'static str> {
    let text = text.trim();
    let (head, rest) = text.split_at_checked(4).ok_or("HC1:")?;
    if !head.eq_ignore_ascii_case("HC1:") {
        return Err("HC1:");
    }
    let packed = base45::decode(rest).ok_or("base45")?;
    // Compression is said to be optional: a zlib stream begins with 0x78.
    let signed = if packed.first() == Some(&0x78) { archive::inflate_zlib(&packed).ok_or("zlib")? } else { packed };
    let cose = CoseSign1::from_tagged_slice(&signed).or_else(|_| CoseSign1::from_slice(&signed)).map_err(|_| "COSE")?;
    let header = &cose.protected.header;
    let kid = if header.key_id.is_empty() { &cose.unprotected.key_id } else { &header.key_id };
    // Only what is signed may name the algorithm; some early issuers put it outside.
    let algorithm = header.alg.as_ref().or(cose.unprotected.alg.as_ref());
    if !header.crit.is_empty() {
        return Err("crit");
    }
    let message = cose.tbs_data(b"");
    let (verdict, unchecked) = match algorithm {
        Some(RegisteredLabelWithPrivate::Assigned(Algorithm::ES256)) => {
            (keys.check_certificate(kid, &message, &cose.signature), None)
        }
        Some(RegisteredLabelWithPrivate::Assigned(a)) if a.to_i64() == Algorithm::PS256.to_i64() => {
            (Signed::NotChecked, Some("PS256"))
        }
        _ => return Err("alg"),
    };
    let claims: Value = ciborium::from_reader(cose.payload.as_deref().unwrap_or_default()).map_err(|_| "CWT")?;
    let claim = |label: i64| member(&claims, &Value::from(label));
    let content = claim(-260).and_then(|c| member(c, &Value::from(1))).cloned().ok_or("hcert")?;
    Ok(Certificate {
        issuer: claim(1).map(words).unwrap_or_default(),
        issued: claim(6).map(words).unwrap_or_default(),
        expires: claim(4).map(words).unwrap_or_default(),
        content,
        signed: verdict,
        unchecked,
    })
}

/// The member of a map; `None` if this is no map, has none, or has it twice.
pub fn member<'v>(map: &'v Value, key: &Value) -> Option<&'v Value> {
    let Value::Map(members) = map else { return None };
    let mut found = members.iter().filter(|(k, _)| k == key);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

/// True if a key stands twice in a map.
pub fn twice(map: &Value) -> bool {
    let Value::Map(members) = map else { return false };
    // Maps of a certificate have a dozen members; one of thousands is none.
    members.len() > 256 || members.iter().enumerate().any(|(n, (key, _))| members.iter().take(n).any(|(k, _)| k == key))
}

/// A plain value in its own characters; empty for anything else.
pub fn words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Integer(n) => i128::from(*n).to_string(),
        Value::Float(f) if f.is_finite() => f.to_string(),
        // Dates are texts; some issuers tag them all the same.
        Value::Tag(_, inner) => match inner.as_ref() {
            Value::Text(text) => text.trim().to_owned(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}
