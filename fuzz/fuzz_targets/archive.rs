//! `cargo +nightly fuzz run archive fuzz/corpus/archive`
//!
//! What does not begin as a ZIP is put into one as its only, unpacked entry, so that the fuzzer comes to what is inside
//! without having to find a directory first.
#![no_main]

mod packed;

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.starts_with(b"PK") { bytes.to_vec() } else { packed::stored(&[("a", bytes)]) };
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
