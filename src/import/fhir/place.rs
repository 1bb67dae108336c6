use crate::record::{Concept, Kind, Section, system};

/// The section where an entry belongs, told in this order: what it is about, its own category, the section of the
/// document that names it, else the resource type's own section.
pub fn section(
    kind: &Kind,
    by_type: Section,
    about: &Concept,
    category: &[Concept],
    by_document: Option<Section>,
) -> Section {
    match kind {
        Kind::Observation => {
            if about.codings.iter().any(|c| c.system == system::LOINC && PREGNANCY.contains(&c.code.as_str())) {
                return Section::Pregnancy;
            }
            // The free text of a consultation is no finding.
            if about.codings.iter().any(|c| c.system == system::SNOMED && c.code == "37331000000100") {
                return by_document.unwrap_or(Section::PatientStory);
            }
            // A document's author who puts a finding under pregnancy, alerts or function knows more than a category.
            let special = by_document.filter(|s| !matches!(s, Section::Results | Section::VitalSigns));
            special.or_else(|| by_category(category)).or(by_document).or_else(|| by_code(about)).unwrap_or(by_type)
        }
        Kind::Condition => {
            let fits = |s: &Section| {
                matches!(
                    s,
                    Section::Problems
                        | Section::PastIllness
                        | Section::Pregnancy
                        | Section::FunctionalStatus
                        | Section::Alerts
                        | Section::SocialHistory
                        | Section::FamilyHistory
                )
            };
            by_document.filter(fits).unwrap_or(by_type)
        }
        Kind::Procedure | Kind::DiagnosticReport | Kind::ServiceRequest | Kind::CarePlan | Kind::Goal => by_type,
        Kind::Consent | Kind::Flag | Kind::Other(_) | Kind::DocumentReference => by_document.unwrap_or(by_type),
        _ => by_type,
    }
}

/// FHIR R4 value set observation-category.
fn by_category(category: &[Concept]) -> Option<Section> {
    category.iter().flat_map(|c| c.codings.iter()).find_map(|c| match c.code.as_str() {
        "laboratory" | "imaging" | "procedure" | "exam" => Some(Section::Results),
        "vital-signs" => Some(Section::VitalSigns),
        "social-history" | "sdoh" => Some(Section::SocialHistory),
        "activity" | "functional-status" | "disability-status" | "cognitive-status" => Some(Section::FunctionalStatus),
        "treatment-intervention-preference" | "care-experience-preference" => Some(Section::AdvanceDirectives),
        _ => None,
    })
}

/// Where a finding belongs that nothing but its SNOMED CT code sorts: a GP record's uncategorised data.
fn by_code(about: &Concept) -> Option<Section> {
    about.codings.iter().filter(|c| c.system == system::SNOMED).find_map(|c| {
        // How SNOMED CT itself names what is about relatives.
        let name = c.display.trim_start().to_ascii_lowercase();
        if name.starts_with("fh: ") || name.starts_with("no fh: ") || name.starts_with("family history") {
            return Some(Section::FamilyHistory);
        }
        match c.code.as_str() {
            code if VITAL_SIGNS.contains(&code) => Some(Section::VitalSigns),
            code if SOCIAL.contains(&code) => Some(Section::SocialHistory),
            _ => None,
        }
    })
}

/// SNOMED CT codes of blood pressure, pulse, breathing, temperature, oxygen, weight, height and body mass index, as GP
/// systems record them.
const VITAL_SIGNS: [&str; 21] = [
    "75367002",
    "163020007",
    "271649006",
    "271650006",
    "72313002",
    "1091811000000102",
    "163030003",
    "163031004",
    "364075005",
    "78564009",
    "86290005",
    "386725007",
    "276885007",
    "431314004",
    "103228002",
    "27113001",
    "162763007",
    "248333004",
    "50373000",
    "162755006",
    "60621009",
];

/// SNOMED CT codes of smoking and drinking.
const SOCIAL: [&str; 21] = [
    "365981007",
    "266918002",
    "266919005",
    "8392000",
    "77176002",
    "8517006",
    "266921000",
    "266922007",
    "266923002",
    "266924008",
    "266925009",
    "160603005",
    "160604004",
    "160605003",
    "160606002",
    "160573003",
    "160575005",
    "160588008",
    "228273003",
    "105542008",
    "219006",
];

/// LOINC codes of pregnancy observations (IPS value sets pregnancy status, expected delivery date, outcomes).
const PREGNANCY: [&str; 15] = [
    "82810-3", "11778-8", "11779-6", "11780-4", "11636-8", "11637-6", "11638-4", "11639-2", "11640-0", "11612-9",
    "11613-7", "11614-5", "33065-4", "11977-6", "11996-6",
];

/// The section of a document's section code: IPS first, then the codes that other documents use for the same.
pub fn of_document(concept: &Concept) -> Option<Section> {
    let codes = || {
        concept.codings.iter().filter(|c| c.system.is_empty() || c.system.contains("loinc")).map(|c| c.code.as_str())
    };
    codes().find_map(Section::of_loinc).or_else(|| {
        codes().find_map(|code| {
            Some(match code {
                "29549-3" | "42346-7" | "10183-2" | "75311-1" => Section::Medications,
                "46240-8" => Section::Encounters,
                "10154-3" | "46241-6" | "29299-5" | "11535-2" => Section::Problems,
                "18776-5" | "61146-7" | "18772-4" => Section::PlanOfCare,
                "42348-3" => Section::AdvanceDirectives,
                "18725-2" | "26436-6" | "18726-0" => Section::Results,
                "10187-3" | "10164-2" | "11329-0" | "51847-2" => Section::PatientStory,
                _ => return None,
            })
        })
    })
}
