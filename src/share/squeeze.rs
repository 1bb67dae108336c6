//! Compression: raw deflate (RFC 1951) against a preset dictionary that the app ships and keeps for ever.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::ShareError;

/// The most that may come out: 5 MB.
pub const MAX: usize = 5_000_000;

/// The most that may come out for each byte that goes in, beyond 64 KiB.
pub const RATIO: usize = 100;

/// The dictionary that new grants use.
pub const CURRENT: u8 = 1;

/// The dictionary of that number: 32,768 bytes, never changed once released.
pub fn dictionary(number: u8) -> Option<&'static [u8]> {
    match number {
        1 => Some(include_bytes!("dictionary/1.bin")),
        _ => None,
    }
}

/// Compresses against the current dictionary.
pub fn squeeze(bytes: &[u8]) -> Result<Vec<u8>, ShareError> {
    let squeezed = deflate(bytes, dictionary(CURRENT).unwrap_or_default())?;
    // What our own reader would refuse must not leave.
    if bytes.len() > limit(squeezed.len()) { Err(ShareError::TooLong) } else { Ok(squeezed) }
}

/// Reads back exactly `length` bytes. Errors: [`ShareError::Newer`] for an unknown dictionary, [`ShareError::TooLong`]
/// beyond the limits, [`ShareError::Malformed`] if it is not what it says.
pub fn expand(squeezed: &[u8], number: u8, length: usize) -> Result<Vec<u8>, ShareError> {
    let dictionary = dictionary(number).ok_or(ShareError::Newer)?;
    if length > limit(squeezed.len()) {
        return Err(ShareError::TooLong);
    }
    let mut out = Vec::with_capacity(length);
    let mut inflate = Decompress::new(false);
    inflate.set_dictionary(dictionary).map_err(|_| ShareError::Malformed)?;
    // The vector's capacity is the limit: nothing is written beyond it.
    match inflate.decompress_vec(squeezed, &mut out, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) if out.len() == length && inflate.total_in() == squeezed.len() as u64 => Ok(out),
        _ => Err(ShareError::Malformed),
    }
}

fn limit(squeezed: usize) -> usize {
    (squeezed * RATIO).clamp(64 * 1024, MAX)
}

fn deflate(bytes: &[u8], dictionary: &[u8]) -> Result<Vec<u8>, ShareError> {
    let mut deflate = Compress::new(Compression::best(), false);
    deflate.set_dictionary(dictionary).map_err(|_| ShareError::Malformed)?;
    // Deflate's own worst case is five bytes a block of 16 KiB; this is more than that.
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 100 + 1024);
    match deflate.compress_vec(bytes, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Ok(out),
        _ => Err(ShareError::TooLong),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(squeezed: &[u8], number: u8, length: usize, expected: ShareError) {
        assert_eq!(expand(squeezed, number, length), Err(expected));
    }

    #[test]
    fn the_dictionary_never_changes() {
        let one = dictionary(1).unwrap();
        assert_eq!(one.len(), 32_768);
        assert_eq!(crate::record::Hash::of(one).hex(), include_str!("dictionary/1.sha256").trim());
    }

    #[test]
    fn bombs_and_lies_are_refused() {
        let squeezed = squeeze(b"{\"resourceType\":\"Bundle\"}").unwrap();
        check(&squeezed, 1, 24, ShareError::Malformed);
        check(&squeezed, 1, 26, ShareError::Malformed);
        check(&squeezed, 2, 25, ShareError::Newer);
        check(&[squeezed.as_slice(), &[0]].concat(), 1, 25, ShareError::Malformed);
        check(&squeezed, 1, MAX + 1, ShareError::TooLong);
        let bomb = deflate(&vec![b' '; MAX], dictionary(1).unwrap()).unwrap();
        check(&bomb, 1, MAX, ShareError::TooLong);
        assert_eq!(squeeze(&vec![b' '; MAX]), Err(ShareError::TooLong));
    }

    proptest! {
        #[test]
        fn all_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let squeezed = squeeze(&bytes).unwrap();
            prop_assert_eq!(expand(&squeezed, 1, bytes.len()).unwrap(), bytes);
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), length in 0usize..5_000) {
            let _ = expand(&bytes, 1, length);
        }
    }
}
