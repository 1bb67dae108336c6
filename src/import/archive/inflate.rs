use std::io::Read;

/// Most bytes that a card may unpack to.
const CARD: u64 = 5 << 20;

/// A raw DEFLATE stream (RFC 1951), wholly; `None` if it is damaged, if anything stands behind it, or if it unpacks to
/// more than 5 MB or to more than a hundred times its size: the limits of signed cards and links.
pub fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    inflate_within(bytes, CARD)
}

/// The same up to another size than 5 MB, which is meant for what fits into a card.
pub fn inflate_within(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    whole(flate2::bufread::DeflateDecoder::new(bytes), bytes.len(), most, |d| d.total_in())
}

/// A zlib stream (RFC 1950), within the limits of [`inflate`].
pub fn inflate_zlib(bytes: &[u8]) -> Option<Vec<u8>> {
    whole(flate2::bufread::ZlibDecoder::new(bytes), bytes.len(), CARD, |d| d.total_in())
}

fn whole<R: Read>(mut decoder: R, len: usize, most: u64, taken: fn(&R) -> u64) -> Option<Vec<u8>> {
    let limit = (len as u64).saturating_mul(100).clamp(1 << 16, most);
    let mut out = Vec::new();
    Read::by_ref(&mut decoder).take(limit + 1).read_to_end(&mut out).ok()?;
    (out.len() as u64 <= limit && taken(&decoder) == len as u64).then_some(out)
}
