use std::io::Read;

/// A raw DEFLATE stream (RFC 1951), wholly; `None` if it is damaged, if anything stands behind it, or if it unpacks to
/// more than 5 MB or to more than a hundred times its size: the limits of signed cards and links.
pub fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    whole(flate2::bufread::DeflateDecoder::new(bytes), bytes.len(), |d| d.total_in())
}

/// A zlib stream (RFC 1950), within the limits of [`inflate`].
pub fn inflate_zlib(bytes: &[u8]) -> Option<Vec<u8>> {
    whole(flate2::bufread::ZlibDecoder::new(bytes), bytes.len(), |d| d.total_in())
}

fn whole<R: Read>(mut decoder: R, len: usize, taken: fn(&R) -> u64) -> Option<Vec<u8>> {
    let limit = (len as u64).saturating_mul(100).clamp(1 << 16, 5 << 20);
    let mut out = Vec::new();
    Read::by_ref(&mut decoder).take(limit + 1).read_to_end(&mut out).ok()?;
    (out.len() as u64 <= limit && taken(&decoder) == len as u64).then_some(out)
}
