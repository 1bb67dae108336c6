//! `cargo +nightly fuzz run apple fuzz/corpus/apple tests/data/apple_bb`
//!
//! Input that is no XML from its first sign on is put into an export.
#![no_main]

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.first() == Some(&b'<') {
        bytes.to_vec()
    } else {
        [b"<!DOCTYPE HealthData [<!ELEMENT a (b)>]><HealthData>", bytes, b"</HealthData>"].concat()
    };
    let Ok(delivery) = tessera::import::open(&whole, "", &mut |_| ControlFlow::Continue(())) else { return };
    for file in delivery.files {
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        let lines: u32 = ledger.lines.iter().map(|l| l.count).sum();
        assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
        for entry in reading.entries.iter().filter(|e| e.span.is_some()).take(3) {
            assert!(tessera::import::fragment(&whole, entry).is_some(), "{}", entry.at);
        }
    }
});
