use serde::{Deserialize, Serialize};

/// One code of one system, as the source gave it (FHIR R4 §2.24.0.6 Coding). Empty strings stand for absent parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Coding {
    /// The code system's URI as the source wrote it (`http://snomed.info/sct`, `urn:oid:…`).
    pub system: String,
    /// The code itself.
    pub code: String,
    /// The source's name for the code.
    pub display: String,
}

/// A concept: the words of the source, and its codes (FHIR R4 §2.24.0.7 CodeableConcept).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Concept {
    /// The source's own text; empty if it gave only codes.
    pub text: String,
    /// All codings, in the source's order.
    pub codings: Vec<Coding>,
}

impl Concept {
    /// A concept that has only words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), codings: Vec::new() }
    }

    /// True if neither words nor codes are there.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.codings.iter().all(|c| c.code.is_empty() && c.display.trim().is_empty())
    }

    /// The best words: the source's text, else the first display name, else nothing.
    pub fn label(&self) -> Option<&str> {
        let text = self.text.trim();
        if !text.is_empty() {
            return Some(text);
        }
        self.codings.iter().map(|c| c.display.trim()).find(|d| !d.is_empty())
    }

    /// The code of this system, if there is one.
    pub fn code_of(&self, system: &str) -> Option<&str> {
        self.codings.iter().find(|c| c.system == system && !c.code.is_empty()).map(|c| c.code.as_str())
    }

    /// True if one of the codings has this system and code.
    pub fn has(&self, system: &str, code: &str) -> bool {
        self.codings.iter().any(|c| c.system == system && c.code == code)
    }
}

/// A business identifier (FHIR R4 §2.24.0.11). Empty strings stand for absent parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// The namespace URI.
    pub system: String,
    /// The value, unique in that namespace.
    pub value: String,
}

/// URIs of the code systems that the record knows by name.
pub mod system {
    /// SNOMED CT, all editions; dm+d concepts are SNOMED CT concepts of the UK drug extension.
    pub const SNOMED: &str = "http://snomed.info/sct";
    /// LOINC.
    pub const LOINC: &str = "http://loinc.org";
    /// NHS dictionary of medicines and devices, where a source names it apart from SNOMED CT.
    pub const DMD: &str = "https://dmd.nhs.uk";
    /// RxNorm.
    pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
    /// UCUM units.
    pub const UCUM: &str = "http://unitsofmeasure.org";
    /// CVX vaccine codes.
    pub const CVX: &str = "http://hl7.org/fhir/sid/cvx";
    /// NHS number (England, Wales, Isle of Man).
    pub const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
    /// CHI number (Scotland).
    pub const CHI_NUMBER: &str = "https://fhir.nhs.uk/Id/chi-number";
    /// Health and Care number (Northern Ireland).
    pub const HC_NUMBER: &str = "https://fhir.nhs.uk/Id/hsc-number";
    /// HL7 data absent reasons.
    pub const DATA_ABSENT_REASON: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    /// The IPS code system for absent and unknown data.
    pub const ABSENT_UNKNOWN: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
}
