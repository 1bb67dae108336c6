use std::io::Read;

use super::{ImportError, LIMITS};

/// The one file inside a gzip stream (RFC 1952), and the name that stands in its header.
///
/// # Errors
/// [`ImportError::BadArchive`] if it is damaged, [`ImportError::TooLarge`] if it unpacks to more than
/// [`LIMITS`]`.unpacked` or to more than [`LIMITS`]`.ratio` times its own size.
pub fn gunzip(bytes: &[u8]) -> Result<(Option<String>, Vec<u8>), ImportError> {
    let limit = LIMITS.unpacked.min((bytes.len() as u64).saturating_mul(LIMITS.ratio).max(1 << 20));
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
    let mut out = Vec::new();
    Read::by_ref(&mut decoder).take(limit + 1).read_to_end(&mut out).map_err(|_| ImportError::BadArchive)?;
    if out.len() as u64 > limit {
        return Err(ImportError::TooLarge { limit });
    }
    let name = flate2::read::GzDecoder::new(bytes);
    let name = name.header().and_then(|h| h.filename()).map(|n| String::from_utf8_lossy(n).into_owned());
    Ok((name, out))
}
