//! `cargo +nightly fuzz run import fuzz/corpus/import tests/data/nasty/fhir tests/data/fhir_r4/ips`
#![no_main]

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(delivery) = tessera::import::open(bytes, "", &mut |_| ControlFlow::Continue(())) else { return };
    for file in delivery.files {
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        let lines: u32 = ledger.lines.iter().map(|l| l.count).sum();
        assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
    }
});
