//! A ZIP around given bytes.

/// A ZIP whose entries are stored, each with its name (APPNOTE §4.3.6).
pub fn stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let named = u16::try_from(name.len()).unwrap_or_default().to_le_bytes();
        let (crc, size) = (crc32fast::hash(bytes).to_le_bytes(), length(bytes));
        let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &crc, &size, &size, &named, &[0, 0]].concat();
        directory.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 10], &length(&out), name.as_bytes()].concat());
        out.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
    }
    let start = length(&out);
    let count = u16::try_from(entries.len()).unwrap_or_default().to_le_bytes();
    out.extend(&directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &length(&directory), &start, &[0, 0]].concat());
    out
}
