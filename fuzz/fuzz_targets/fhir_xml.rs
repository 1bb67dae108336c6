//! `cargo +nightly fuzz run fhir_xml fuzz/corpus/fhir_xml tests/data/versions tests/data/nasty/fhir`
//!
//! Input that is no XML from its first sign on is put into a resource of a Bundle, so that the fuzzer comes to the
//! elements without having to find the envelope first.
#![no_main]

use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.first() == Some(&b'<') {
        bytes.to_vec()
    } else {
        let start = b"<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Observation>";
        let end = b"</Observation></resource></entry></Bundle>";
        [start.as_slice(), bytes, end].concat()
    };
    let Ok(delivery) = tessera::import::open(&whole, "", &mut |_| ControlFlow::Continue(())) else { return };
    for file in delivery.files {
        let inner = file.bytes.as_deref().unwrap_or(&whole);
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        let lines: u32 = ledger.lines.iter().map(|l| l.count).sum();
        assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
        for entry in reading.entries.iter().filter(|_| reading.format == "FHIR XML").take(3) {
            assert!(tessera::import::fragment(inner, entry).is_some(), "{}", entry.at);
        }
        for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()).take(2) {
            assert!(tessera::import::attachment(inner, attachment).is_ok(), "{}", attachment.at);
        }
    }
});
