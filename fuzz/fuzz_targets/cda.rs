//! `cargo +nightly fuzz run cda fuzz/corpus/cda tests/data/cda`
#![no_main]

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // As it comes, and as what stands in a section of allergies.
    let inside = String::from_utf8_lossy(bytes);
    let section = format!("<section><code code='48765-2'/><entry moodCode='EVN'>{inside}</entry></section>");
    for input in [bytes, section.as_bytes()] {
        let Ok(delivery) = tessera::import::open(input, "", &mut |_| ControlFlow::Continue(())) else { continue };
        for file in delivery.files {
            let Ok(reading) = file.reading else { continue };
            let ledger = &reading.ledger;
            let lines: u32 = ledger.lines.iter().map(|line| line.count).sum();
            assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
            for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()) {
                assert!(tessera::import::attachment(input, attachment).is_ok(), "{}", attachment.at);
            }
        }
    }
});
