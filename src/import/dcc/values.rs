//! Names of the codes in EU certificates, from the value sets that the eHealth Network published with them (2021).
//! They are names of products, substances and kinds of tests, not sentences; a code that is not here stays a code.

use crate::record::{Coding, Concept, system};

/// The register of medicinal products of the European Union, under whose numbers vaccines go.
const REGISTER: &str = "https://ec.europa.eu/health/documents/community-register/html/";

const NAMES: [(&str, &str); 21] = [
    ("840539006", "COVID-19"),
    ("1119305005", "SARS-CoV-2 antigen vaccine"),
    ("1119349007", "SARS-CoV-2 mRNA vaccine"),
    ("J07BX03", "covid-19 vaccines"),
    ("EU/1/20/1528", "Comirnaty"),
    ("EU/1/20/1507", "Spikevax"),
    ("EU/1/21/1529", "Vaxzevria"),
    ("EU/1/20/1525", "COVID-19 Vaccine Janssen"),
    ("EU/1/21/1618", "Nuvaxovid"),
    ("260415000", "Not detected"),
    ("260373001", "Detected"),
    ("LP6464-4", "Nucleic acid amplification with probe detection"),
    ("LP217198-3", "Rapid immunoassay"),
    ("ORG-100030215", "Biontech Manufacturing GmbH"),
    ("ORG-100031184", "Moderna Biotech Spain S.L."),
    ("ORG-100001699", "AstraZeneca AB"),
    ("ORG-100001417", "Janssen-Cilag International"),
    ("ORG-100032020", "Novavax CZ AS"),
    ("CVnCoV", "CVnCoV"),
    ("Sputnik-V", "Sputnik V"),
    ("CoronaVac", "CoronaVac"),
];

/// The name of a code; the code itself where it has none here.
pub fn name(code: &str) -> &str {
    NAMES.iter().find(|(c, _)| *c == code).map_or(code, |(_, name)| *name)
}

/// A code with its system, told by its shape, and its name where it is known.
pub fn coding(code: &str) -> Coding {
    let system = if !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()) {
        system::SNOMED
    } else if code.starts_with("LP") {
        system::LOINC
    } else if code.starts_with("J07") {
        "http://www.whocc.no/atc"
    } else if code.starts_with("EU/") {
        REGISTER
    } else {
        ""
    };
    let known = NAMES.iter().find(|(c, _)| *c == code).map(|(_, name)| (*name).to_owned());
    Coding { system: system.to_owned(), code: code.to_owned(), display: known.unwrap_or_default() }
}

/// A concept of these codes, in order.
pub fn concept(codes: &[&str]) -> Concept {
    let codings = codes.iter().filter(|c| !c.is_empty()).map(|c| coding(c)).collect();
    Concept { text: String::new(), codings }
}
