//! `cargo +nightly fuzz run scr fuzz/corpus/scr tests/data/uk/scr`
#![no_main]

mod balance;
mod grown_xml;

const OPEN: [&str; 20] = [
    "component",
    "component negationInd=\"true\"",
    "excerptFrom",
    "pertinentInformation2",
    "pertinentCREType",
    "presentationText",
    "value",
    "html",
    "body",
    "h2",
    "p",
    "table",
    "tr",
    "td",
    "UKCT_MT144042UK01.Diagnosis",
    "UKCT_MT144043UK02.Finding",
    "UKCT_MT144038UK02.Problem",
    "UKCT_MT144053UK02.Allergy",
    "UKCT_MT144040UK01.AcuteMedication",
    "pertinentSupportingInfo",
];

const LEAVES: [&str; 14] = [
    "<id root=\"A\"/>",
    "<id root=\"B\"/>",
    "<code displayName=\"Asthma\"/>",
    "<code code=\"181301000000103\"/>",
    "<code code=\"716186003\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/>",
    "<statusCode code=\"active\"/>",
    "<statusCode code=\"nullified\"/>",
    "<effectiveTime><low value=\"2020\"/></effectiveTime>",
    "<pertinentInformation><Finding><id root=\"A\"/></Finding></pertinentInformation>",
    "<consumable><manufacturedProduct><manufacturedManufacturedMaterial><code displayName=\"Aspirin\"/></manufacturedManufacturedMaterial></manufacturedProduct></consumable>",
    "<patient><id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"9000000009\"/></patient>",
    "<h2>Allergies</h2>",
    "No relevant information available for this category.",
    "Current Repeat Medications",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    balance::check(bytes);
    balance::check(grown_xml::xml("GPSummary", &OPEN, &LEAVES, bytes).as_bytes());
});
