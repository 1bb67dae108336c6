//! The same bytes are read the same natively and in the browser: one file or two of every format, and what was made of
//! each, as the SHA-256 of its report.

use std::ops::ControlFlow;

use tessera::import::{self, report};
use tessera::record::Hash;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/", $path)))),*]
    };
}

/// One file or two of every format that is read.
pub const FILES: &[(&str, &[u8])] = files![
    "dcc/1.png",
    "fhir_r4/aups/Bundle-aups-basicsummarywihpath.json",
    "fhir_r4/ips/IPS_IG-bundle-01.json",
    "fhir_r4/ips/US_MEDITECH_ips_3.json",
    "fhir_r4/ndjson/Import-Patient.ndjson",
    "fhir_r4/pdf/DocumentReference-aups-basicsummary-data.json",
    "hl7v2/ORU-R01-01.hl7",
    "hl7v2/VXU-V04-01.hl7",
    "nasty/fhir/bundle-bad-empty.json",
    "nasty/fhir/message-infinite-loop.xml",
    "nasty/fhir/xml_UTF16_noheader_bom.xml",
    "nasty/fhir/xml_UTF8_headerbad_nobom.xml",
    "shc/example-00-e-file.smart-health-card",
    "shc/test-example-00-d-jws-invalid-signature.txt",
    "uk/gp2gp/PWTP10-output.json",
    "uk/gp2gp/PWTP10.xml",
    "uk/gpconnect/MedicusBasedOnErrorStructuredRecord.json",
    "uk/scr/responses__event-query__success.xml",
];

/// What each file was read as natively, one line each: its path, and the SHA-256 of its reports.
pub const KNOWN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/readings.tsv"));

/// The lines of [`KNOWN`] as this machine finds them.
pub fn found() -> String {
    FILES.iter().map(|(path, bytes)| format!("{path}\t{}\n", told(bytes))).collect()
}

fn told(bytes: &[u8]) -> String {
    let delivery = match import::open(bytes, "", &mut |_| ControlFlow::Continue(())) {
        Ok(delivery) => delivery,
        Err(error) => return format!("refused: {error}"),
    };
    let lines: Vec<String> = delivery
        .files
        .iter()
        .map(|file| match &file.reading {
            Ok(reading) => report::json(reading, &file.name, file.hash, 0),
            Err(error) => report::refused(error, &file.name, file.hash, 0),
        })
        .collect();
    Hash::of(lines.join("\n").as_bytes()).hex()
}

/// Every file is read as it was when the list was written.
pub fn every_format_is_read_the_same_everywhere() {
    for (found, known) in found().lines().zip(KNOWN.lines()) {
        assert_eq!(found, known, "if the reader was changed on purpose, write the list anew: see tests/import.rs");
    }
    assert_eq!(FILES.len(), KNOWN.lines().count());
}
