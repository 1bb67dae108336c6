use super::super::hl7v3::{Node, attr, children, kind_of};
use crate::record::Section;

/// The clinical statements of CDA R2 (§4.3.6).
const STATEMENTS: [&str; 9] = [
    "act",
    "observation",
    "organizer",
    "substanceAdministration",
    "supply",
    "procedure",
    "encounter",
    "observationMedia",
    "regionOfInterest",
];

/// True for a clinical statement.
pub fn is_statement(node: Node<'_>) -> bool {
    node.is_element() && STATEMENTS.contains(&node.tag_name().name())
}

/// What a statement is, told by its templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An act around observations of one concern, whose status it gives.
    Concern,
    Allergy,
    Problem,
    Medicine,
    Immunization,
    Supply,
    Vital,
    Result,
    Social,
    Functional,
    Pregnancy,
    AdvanceDirective,
    FamilyOrganizer,
    FamilyFinding,
    Coverage,
    Comment,
    Instruction,
    HealthStatus,
    Status,
    Severity,
    Criticality,
    Certainty,
    Reaction,
    Age,
    CauseOfDeath,
    Indication,
    Refusal,
    SeriesNumber,
    Sig,
    EntryReference,
    DeviceSupply,
    Reason,
    /// A note, as words or as a document.
    Note,
    /// Who treats the patient.
    CareTeam,
    /// An act that only holds a medicine: on admission, at discharge, administered.
    Wrapper,
}

/// The templates that say what a statement is: C-CDA (2.16.840.1.113883.10.20.22.4), CCD (2.16.840.1.113883.10.20.1),
/// HITSP C83 (2.16.840.1.113883.3.88.11.83) and IHE PCC (1.3.6.1.4.1.19376.1.5.3.1.4). The first in this order that a
/// statement names is meant: what is special stands before what is general.
const TEMPLATES: [(What, &[&str]); 35] = [
    (
        What::Concern,
        &[
            "22.4.30", "22.4.3", "20.1.27", "83.6", "83.7", "pcc.5.1", "pcc.5.2", "pcc.5.3", "22.4.132", "22.4.136",
            "22.4.80", "22.4.33", "22.4.34", "22.4.65", "22.4.51",
        ],
    ),
    (What::Wrapper, &["22.4.35", "22.4.36"]),
    (What::Reason, &["24.3.88"]),
    (What::Note, &["22.4.202"]),
    (What::CareTeam, &["22.4.500", "22.4.500.1", "22.4.500.2", "22.4.500.3"]),
    (What::Comment, &["22.4.64", "20.1.40", "83.11", "pcc.2"]),
    (What::EntryReference, &["22.4.122", "pcc.4"]),
    (What::Severity, &["22.4.8", "20.1.55", "pcc.1"]),
    (What::Criticality, &["22.4.145"]),
    (What::Certainty, &["22.4.154", "22.4.155"]),
    (What::Reaction, &["22.4.9", "20.1.54"]),
    (What::Status, &["22.4.6", "22.4.28", "20.1.50", "20.1.39", "20.1.47", "20.1.57", "20.1.37", "pcc.1.1"]),
    (What::HealthStatus, &["22.4.5", "20.1.51", "pcc.1.2"]),
    (What::Age, &["22.4.31", "20.1.38"]),
    (What::CauseOfDeath, &["22.4.47", "20.1.42"]),
    (What::Indication, &["22.4.19"]),
    (What::Refusal, &["22.4.53"]),
    (What::SeriesNumber, &["20.1.46"]),
    (What::Sig, &["22.4.147"]),
    (What::Instruction, &["22.4.20", "20.1.49", "pcc.3", "pcc.3.1"]),
    (What::Immunization, &["22.4.52", "22.4.120", "83.13", "pcc.12"]),
    (What::Supply, &["22.4.17", "22.4.18", "20.1.34", "83.8.3", "pcc.7.3"]),
    (What::DeviceSupply, &["22.4.50"]),
    (
        What::Medicine,
        &["22.4.16", "22.4.42", "20.1.24", "83.8", "pcc.7", "pcc.7.1", "pcc.8", "pcc.9", "pcc.10", "pcc.11"],
    ),
    (What::Coverage, &["22.4.60", "22.4.61", "20.1.20", "20.1.26", "83.5"]),
    (What::AdvanceDirective, &["22.4.48", "22.4.108", "20.1.17", "pcc.13.7"]),
    (What::FamilyOrganizer, &["22.4.45", "20.1.23", "83.18", "pcc.15"]),
    (What::FamilyFinding, &["22.4.46", "20.1.22", "pcc.13.3"]),
    (What::Pregnancy, &["15.3.8", "15.3.1", "22.4.293", "22.4.297", "pcc.13.5", "83.20"]),
    (
        What::Social,
        &["22.4.78", "22.4.85", "22.4.38", "22.4.111", "22.4.109", "22.4.200", "22.4.501", "20.1.33", "pcc.13.4"],
    ),
    (What::Vital, &["22.4.27", "83.14", "pcc.13.2"]),
    (What::Functional, &["22.4.67", "22.4.74", "22.4.68", "22.4.73", "22.4.69", "22.4.128", "22.4.125", "22.4.14.1"]),
    (What::Allergy, &["22.4.7", "24.3.90", "20.1.18", "pcc.6"]),
    (What::Problem, &["22.4.4", "20.1.28", "pcc.5"]),
    (What::Result, &["22.4.2"]),
];

/// The short form in which [`TEMPLATES`] and [`SECTIONS`] write a template's root.
fn short(root: &str) -> Option<String> {
    const STEMS: [(&str, &str); 5] = [
        ("2.16.840.1.113883.10.20.1.", "20.1."),
        ("2.16.840.1.113883.10.20.", ""),
        ("2.16.840.1.113883.3.88.11.", ""),
        ("1.3.6.1.4.1.19376.1.5.3.1.4.", "pcc."),
        ("1.3.6.1.4.1.19376.1.5.3.1.", "ihe."),
    ];
    STEMS.iter().find_map(|(stem, mark)| root.strip_prefix(stem).map(|rest| format!("{mark}{rest}")))
}

/// The short roots of an element's templates, of any version.
pub fn roots(node: Node<'_>) -> Vec<String> {
    children(node, "templateId").filter_map(|t| short(attr(t, "root"))).collect()
}

/// What its templates say that a statement is; `None` if it has none that we know.
pub fn what(node: Node<'_>) -> Option<What> {
    let roots = roots(node);
    TEMPLATES.iter().find(|(_, known)| roots.iter().any(|r| known.contains(&r.as_str()))).map(|(what, _)| *what)
}

/// The name of an NHS CDA template (`COCD_TP146011UK04#Diagnosis`), in lower case; empty if it has none.
pub fn uk_name(node: Node<'_>) -> String {
    let names = children(node, "templateId").filter_map(|t| attr(t, "extension").split_once('#'));
    names.map(|(_, name)| name.to_ascii_lowercase()).next().unwrap_or_default()
}

/// The sections that templates name, in the same short form.
const SECTIONS: [(Section, &[&str]); 15] = [
    (Section::Allergies, &["22.2.6", "22.2.6.1", "20.1.2", "83.102", "ihe.3.13"]),
    (
        Section::Medications,
        &[
            "22.2.1",
            "22.2.1.1",
            "22.2.11",
            "22.2.11.1",
            "22.2.44",
            "22.2.38",
            "22.2.39",
            "20.1.8",
            "83.112",
            "83.113",
            "83.114",
            "83.115",
            "ihe.3.19",
            "ihe.3.20",
            "ihe.3.21",
            "ihe.3.22",
        ],
    ),
    (
        Section::Problems,
        &[
            "22.2.5", "22.2.5.1", "22.2.24", "22.2.43", "22.2.34", "22.2.35", "22.2.36", "22.2.58", "20.1.11",
            "83.103", "83.104", "83.111", "ihe.3.6", "ihe.3.7",
        ],
    ),
    (Section::PastIllness, &["22.2.20", "ihe.3.8"]),
    (Section::Procedures, &["22.2.7", "22.2.7.1", "20.1.12", "83.108", "83.145", "ihe.3.11", "ihe.3.12"]),
    (Section::Results, &["22.2.3", "22.2.3.1", "20.1.14", "83.122", "ihe.3.27", "ihe.3.28"]),
    (Section::VitalSigns, &["22.2.4", "22.2.4.1", "20.1.16", "83.119", "ihe.3.25", "ihe.1.5.3.2"]),
    (Section::Immunizations, &["22.2.2", "22.2.2.1", "20.1.6", "83.117", "ihe.3.23"]),
    (Section::SocialHistory, &["22.2.17", "20.1.15", "83.126", "ihe.3.16", "ihe.3.16.1"]),
    (Section::FamilyHistory, &["22.2.15", "20.1.4", "83.125", "ihe.3.14", "ihe.3.15"]),
    (Section::FunctionalStatus, &["22.2.14", "22.2.56", "20.1.5", "83.109", "ihe.3.17"]),
    (Section::PlanOfCare, &["22.2.10", "22.2.9", "22.2.45", "22.2.60", "20.1.10", "83.124", "ihe.3.31"]),
    (Section::MedicalDevices, &["22.2.23", "20.1.7", "83.128", "ihe.1.5.3.5"]),
    (Section::AdvanceDirectives, &["22.2.21", "22.2.21.1", "20.1.1", "83.116", "ihe.3.34", "ihe.3.35"]),
    (Section::Encounters, &["22.2.22", "22.2.22.1", "20.1.3", "83.127", "ihe.1.5.3.3"]),
];

/// Sections about who pays: kept, none of ours.
pub fn is_payers(node: Node<'_>, code: &str) -> bool {
    code == "48768-6" || roots(node).iter().any(|r| matches!(r.as_str(), "22.2.18" | "20.1.9" | "83.101"))
}

/// The section that an element's templates name.
pub fn section(node: Node<'_>) -> Option<Section> {
    let roots = roots(node);
    SECTIONS.iter().find(|(_, known)| roots.iter().any(|r| known.contains(&r.as_str()))).map(|(section, _)| *section)
}

/// The section of a code that CDA documents use beside those of [`Section::of_loinc`].
pub fn section_of_code(code: &str) -> Option<Section> {
    Some(match code {
        // Two are SNOMED CT codes of NHS record headings.
        "48765-2" | "886921000000105" => Section::Allergies,
        "933361000000108" | "10160-0" | "29549-3" | "42346-7" | "10183-2" | "75311-1" | "8659-5" => {
            Section::Medications
        }
        "11450-4" | "46241-6" | "42347-5" | "11535-2" | "10219-4" | "10218-6" | "75310-3" | "29308-4" | "78375-3" => {
            Section::Problems
        }
        "11348-0" => Section::PastIllness,
        "47519-4" => Section::Procedures,
        "30954-2" | "18725-2" | "26436-6" | "18748-4" => Section::Results,
        "8716-3" => Section::VitalSigns,
        "11369-6" => Section::Immunizations,
        "29762-2" => Section::SocialHistory,
        "10157-6" => Section::FamilyHistory,
        "47420-5" | "10190-7" => Section::FunctionalStatus,
        "18776-5" | "61146-7" | "69730-0" | "51847-2" => Section::PlanOfCare,
        "46264-8" => Section::MedicalDevices,
        "42348-3" => Section::AdvanceDirectives,
        "46240-8" => Section::Encounters,
        "10162-6" => Section::Pregnancy,
        "104605-1" => Section::Alerts,
        _ => return None,
    })
}

/// LOINC codes of pregnancy observations (C-CDA and IPS value sets: status, due date, gestational age, outcomes).
pub const PREGNANCY: [&str; 19] = [
    "82810-3", "11778-8", "11779-6", "11780-4", "11636-8", "11637-6", "11638-4", "11639-2", "11640-0", "11612-9",
    "11613-7", "11614-5", "33065-4", "11977-6", "11996-6", "49051-6", "18185-9", "8665-2", "57036-6",
];

/// Codes that say only that something follows, or what sort of thing it is: then the value says what it is about.
const GENERIC: [&str; 30] = [
    "ASSERTION",
    "404684003",
    "409586006",
    "64572001",
    "55607006",
    "282291009",
    "418799008",
    "248536006",
    "373930000",
    "29308-4",
    "75326-9",
    "75321-0",
    "75325-1",
    "75318-6",
    "75319-4",
    "75322-8",
    "75323-6",
    "75315-2",
    "75312-9",
    "75314-5",
    "105590001",
    "410942007",
    "373873005",
    "763158003",
    "787859002",
    "762766007",
    "255620007",
    "419199007",
    "416098002",
    "414285001",
];

/// True if a code names only a sort of thing.
pub fn is_generic(code: &str) -> bool {
    GENERIC.contains(&code)
        || matches!(
            code,
            "420134006"
                | "418038007"
                | "419511003"
                | "418471000"
                | "59037007"
                | "235719002"
                | "106190000"
                | "426232007"
        )
}

/// True for a value that is no single fact but a time or a number.
pub fn is_coded(node: Node<'_>) -> bool {
    matches!(kind_of(node), "CD" | "CE" | "CV" | "CO" | "CS" | "CR") || !attr(node, "code").is_empty()
}
