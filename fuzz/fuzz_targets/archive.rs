//! `cargo +nightly fuzz run archive fuzz/corpus/archive`
//!
//! What does not begin as a ZIP is put into one as its only, unpacked entry, so that the fuzzer comes to what is inside
//! without having to find a directory first.
#![no_main]

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.starts_with(b"PK") { bytes.to_vec() } else { stored(bytes) };
    let Ok(delivery) = tessera::import::open(&whole, "", &mut |_| ControlFlow::Continue(())) else { return };
    let Some(archive) = delivery.archive else { return };
    let ledger = archive.reading.expect("an archive that was opened lists what is in it").ledger;
    let lines: u32 = ledger.lines.iter().map(|l| l.count).sum();
    assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
    assert_eq!(delivery.files.iter().filter(|f| f.reading.is_ok()).count(), ledger.shown as usize);
    for file in delivery.files {
        assert!(!file.name.contains(['/', '\\']));
    }
});

/// A ZIP with one stored entry (APPNOTE §4.3.6).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes();
    let crc = crc32fast::hash(bytes).to_le_bytes();
    let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &crc, &size, &size, &[1, 0, 0, 0]].concat();
    let mut out = [b"PK\x03\x04", &common[..], b"a", bytes].concat();
    let start = u32::try_from(out.len()).unwrap_or_default().to_le_bytes();
    let entry = [b"PK\x01\x02\x14\x00", &common[..], &[0; 14], b"a"].concat();
    let length = u32::try_from(entry.len()).unwrap_or_default().to_le_bytes();
    out.extend(&entry);
    out.extend([b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &length[..], &start, &[0, 0]].concat());
    out
}
