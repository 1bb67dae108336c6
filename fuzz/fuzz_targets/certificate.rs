//! `cargo +nightly fuzz run certificate fuzz/corpus/certificate tests/data/dcc`
#![no_main]

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let file = [b"HC1:", bytes].concat();
    let Ok(delivery) = tessera::import::open(&file, "", &mut |_| ControlFlow::Continue(())) else { return };
    for file in delivery.files {
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        let lines: u32 = ledger.lines.iter().map(|l| l.count).sum();
        assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
    }
});
