//! What is sealed is packed first: compressed where that helps, then padded, so that a size tells little.
//!
//! ```text
//! encoding u8 │ length of the content u32 │ length of what follows u32 │ content or its LZ4 block │ zeros
//! ```
//! The whole is padded to the next Padmé size (at most 12 % more; Nikitin et al., PETS 2019), at least 256 bytes.

use super::{LIMIT, SealedError};

const HEAD: usize = 9;
const SMALLEST: usize = 256;

/// How a content stands inside its padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Encoding {
    /// As it is.
    Plain = 0,
    /// One LZ4 block.
    Lz4 = 1,
}

/// Packs a content for sealing. Deterministic.
///
/// # Errors
/// [`SealedError::Large`] where the content would not fit a frame.
pub fn pack(content: &[u8]) -> Result<Vec<u8>, SealedError> {
    if content.len() > LIMIT - LIMIT / 8 - 1024 {
        return Err(SealedError::Large);
    }
    let mut squeezed = Vec::new();
    if content.len() >= 64 {
        squeezed = lz4_flex::block::compress(content);
    }
    let small = !squeezed.is_empty() && squeezed.len() < content.len() - content.len() / 8;
    let (encoding, body) = if small { (Encoding::Lz4, squeezed.as_slice()) } else { (Encoding::Plain, content) };
    let mut packed = Vec::with_capacity(padme(HEAD + body.len()));
    packed.push(encoding as u8);
    packed.extend_from_slice(&length(content)?);
    packed.extend_from_slice(&length(body)?);
    packed.extend_from_slice(body);
    packed.resize(padme(packed.len()), 0);
    Ok(packed)
}

/// The content of [`pack`], exactly.
///
/// # Errors
/// [`SealedError::Damaged`] where the lengths, the block or the zeros are wrong; [`SealedError::Newer`] for an encoding
/// that this version does not know.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, SealedError> {
    let (head, rest) = packed.split_at_checked(HEAD).ok_or(SealedError::Short)?;
    let [encoding, a, b, c, d, e, f, g, h] = *head else { return Err(SealedError::Short) };
    let content = u32::from_be_bytes([a, b, c, d]) as usize;
    let body = u32::from_be_bytes([e, f, g, h]) as usize;
    if content > LIMIT {
        return Err(SealedError::Large);
    }
    let (body, zeros) = rest.split_at_checked(body).ok_or(SealedError::Damaged)?;
    if packed.len() != padme(HEAD + body.len()) || zeros.iter().any(|z| *z != 0) {
        return Err(SealedError::Damaged);
    }
    match encoding {
        0 if body.len() == content => Ok(body.to_vec()),
        1 => match lz4_flex::block::decompress(body, content) {
            Ok(plain) if plain.len() == content => Ok(plain),
            _ => Err(SealedError::Damaged),
        },
        0 => Err(SealedError::Damaged),
        newer => Err(SealedError::Newer(newer)),
    }
}

fn length(bytes: &[u8]) -> Result<[u8; 4], SealedError> {
    u32::try_from(bytes.len()).map(u32::to_be_bytes).map_err(|_| SealedError::Large)
}

/// The next size whose binary form has no more significant bits than its logarithm has: leaks O(log log n) bits.
fn padme(length: usize) -> usize {
    if length <= SMALLEST {
        return SMALLEST;
    }
    let exponent = length.ilog2();
    let mantissa = exponent.ilog2() + 1;
    let mask = (1usize << exponent.saturating_sub(mantissa)) - 1;
    (length + mask) & !mask
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn check(content: &[u8], encoding: Encoding) {
        let packed = pack(content).unwrap();
        assert_eq!(packed[0], encoding as u8);
        assert!(packed.len() <= SMALLEST.max((content.len() + HEAD) * 9 / 8), "{} for {}", packed.len(), content.len());
        assert_eq!(unpack(&packed).unwrap(), content);
    }

    #[test]
    fn any_content_comes_back_exactly() {
        check(b"", Encoding::Plain);
        check(b"aspirin", Encoding::Plain);
        check(&[b'a'; 5000], Encoding::Lz4);
        let noise: Vec<u8> = (0u32..300).flat_map(|i| Sha256::digest(i.to_be_bytes())).collect();
        check(&noise, Encoding::Plain);
    }

    #[test]
    fn small_contents_are_all_of_one_size() {
        assert_eq!(pack(b"").unwrap().len(), pack(&[7; 200]).unwrap().len());
    }

    #[test]
    fn wrong_padding_is_refused() {
        let packed = pack(b"abc").unwrap();
        for at in 0..packed.len() {
            let mut bad = packed.clone();
            bad[at] ^= 0x40;
            let changed_content = (HEAD..HEAD + 3).contains(&at);
            assert_eq!(unpack(&bad).is_ok(), changed_content, "byte {at}");
        }
        assert!(unpack(&packed[..200]).is_err());
        assert!(unpack(&[1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]).is_err());
    }
}
