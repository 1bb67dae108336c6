use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::import::{archive, json};

/// Most bytes that a file may unpack to: a bundle with letters in it is larger than a card can be.
const LARGEST: u64 = 64 << 20;

/// A file behind a link, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its media type, from its own header; empty if it has none.
    pub content_type: String,
    /// Its bytes, unpacked.
    pub bytes: Vec<u8>,
}

/// Opens a JWE in compact form (RFC 7516 §7.1) with a link's key: `dir` and `A256GCM` only, perhaps raw DEFLATE up to
/// 64 MiB and a hundred times the packed bytes.
///
/// # Errors
/// The short name of what is wrong; nothing of the content is given then.
pub fn decrypt(jwe: &str, key: &[u8; 32]) -> Result<Opened, &'static str> {
    let parts: Vec<&str> = jwe.trim().split('.').take(6).collect();
    let [head, wrapped, nonce, sealed, tag] = parts.as_slice() else { return Err("five parts") };
    let part = |text: &str| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| "base64url");
    let header = String::from_utf8(part(head)?).map_err(|_| "header")?;
    let header = json::parse(&header).map_err(|_| "header")?;
    if !header.is_object() || header.twice().is_some() || !header.get("crit").is_null() {
        return Err("header");
    }
    if header.get("alg").text() != Some("dir") || !wrapped.is_empty() {
        return Err("alg");
    }
    if header.get("enc").text() != Some("A256GCM") {
        return Err("enc");
    }
    let zip = match header.get("zip").text() {
        Some("DEF") => true,
        None if header.get("zip").is_null() => false,
        _ => return Err("zip"),
    };
    let nonce: [u8; 12] = part(nonce)?.try_into().map_err(|_| "iv")?;
    let tag = part(tag)?;
    if tag.len() != 16 {
        return Err("tag");
    }
    let sealed = [part(sealed)?, tag].concat();
    let cipher = Aes256Gcm::new(&(*key).into());
    let plain = cipher
        .decrypt(&nonce.into(), Payload { msg: &sealed, aad: head.as_bytes() })
        .map_err(|_| "changed, or another key")?;
    let bytes = if zip { archive::inflate_within(&plain, LARGEST).ok_or("zip")? } else { plain };
    Ok(Opened { content_type: header.get("cty").words().to_owned(), bytes })
}
