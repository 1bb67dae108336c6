use std::io::Read;

use super::Node;
use super::tree::{attr, child};
use crate::import::encoding::base64;

/// Encapsulated data (ED, HL7 v3 Data Types §2.4.1) that is no plain words: a scan, a letter, a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// MIME type as written; the standard's default `text/plain` if none is.
    pub media_type: String,
    /// The decoded bytes; `None` if they are elsewhere, or did not decode.
    pub bytes: Option<Vec<u8>>,
    /// Where the content is said to be, if it is not in the file; empty if not said.
    pub url: String,
    /// It says that it holds base64, and does not decode, or its compression is none that is known.
    pub damaged: bool,
    /// The digest it states for itself (`integrityCheck`, base64) and its algorithm; empty if it states none.
    pub integrity: (String, String),
}

impl Content {
    /// True if it states a SHA-256 of itself and is something else.
    pub fn differs(&self) -> bool {
        let (check, algorithm) = &self.integrity;
        let stated = data_encoding::BASE64.decode(check.as_bytes()).ok().filter(|_| algorithm == "SHA-256");
        match (stated, &self.bytes) {
            (Some(stated), Some(bytes)) => stated != crate::record::Hash::of(bytes).0,
            _ => false,
        }
    }
}

/// The content of an `ED`; `None` if it holds only words, or a reference into the narrative.
pub fn content(node: Node<'_>) -> Option<Content> {
    let media_type = match attr(node, "mediaType") {
        "" => "text/plain",
        written => written,
    };
    let mut out = Content { media_type: media_type.to_owned(), ..Content::default() };
    let algorithm = attr(node, "integrityCheckAlgorithm");
    out.integrity = (attr(node, "integrityCheck").to_owned(), algorithm.to_owned());
    if attr(node, "representation").eq_ignore_ascii_case("B64") {
        let text: String = node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
        if text.trim().is_empty() && child(node, "reference").is_some() {
            out.url = child(node, "reference").map(|r| attr(r, "value")).unwrap_or_default().to_owned();
            return Some(out);
        }
        out.bytes = base64(&text).filter(|b| !b.is_empty()).and_then(|bytes| inflate(bytes, attr(node, "compression")));
        out.damaged = out.bytes.is_none();
        return Some(out);
    }
    let url = child(node, "reference").map(|r| attr(r, "value")).unwrap_or_default();
    if !url.is_empty() && !url.starts_with('#') {
        out.url = url.to_owned();
        return Some(out);
    }
    None
}

/// Undoes `compression` (DF deflate RFC 1951, GZ gzip, ZL zlib), within the limits of an archive.
fn inflate(bytes: Vec<u8>, compression: &str) -> Option<Vec<u8>> {
    const LIMIT: u64 = 64 << 20;
    let mut out = Vec::new();
    match compression {
        "" => return Some(bytes),
        "DF" => flate2::read::DeflateDecoder::new(&*bytes).take(LIMIT + 1).read_to_end(&mut out).ok()?,
        "GZ" => flate2::read::GzDecoder::new(&*bytes).take(LIMIT + 1).read_to_end(&mut out).ok()?,
        "ZL" => flate2::read::ZlibDecoder::new(&*bytes).take(LIMIT + 1).read_to_end(&mut out).ok()?,
        _ => return None,
    };
    (out.len() as u64 <= LIMIT).then_some(out)
}
