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
            special.or_else(|| by_category(category)).or(by_document).unwrap_or(by_type)
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
