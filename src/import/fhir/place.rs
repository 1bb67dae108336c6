use crate::record::{Concept, Entry, Kind, Section, system};

/// The section where an entry belongs, told in this order: what it is about, its own category, the section of the
/// document that names it, else the resource type's own section.
pub fn section(entry: &Entry, by_document: Option<Section>) -> Section {
    let (by_type, about, category) = (entry.section, &entry.concept, entry.category.as_slice());
    match &entry.kind {
        Kind::Observation => {
            observed(about, category, by_document).unwrap_or(if is_bare(entry) { Section::Findings } else { by_type })
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

/// Where an observation belongs, if anything sorts it.
pub fn observed(about: &Concept, category: &[Concept], by_document: Option<Section>) -> Option<Section> {
    if about.codings.iter().any(|c| c.system == system::LOINC && PREGNANCY.contains(&c.code.as_str())) {
        return Some(Section::Pregnancy);
    }
    // The free text of a consultation is no finding.
    if is_comment(about) {
        return by_document.or(Some(Section::Notes));
    }
    // A document's author who puts a finding under pregnancy, alerts or function knows more than a category.
    let special = by_document.filter(|s| !matches!(s, Section::Results | Section::VitalSigns));
    special.or_else(|| by_category(category)).or(by_document).or_else(|| by_code(about))
}

/// True for the free text of a consultation: GP systems send it as a finding of this name (SNOMED CT UK, comment note).
pub fn is_comment(about: &Concept) -> bool {
    about.codings.iter().any(|c| c.system == system::SNOMED && c.code == "37331000000100")
}

/// True for what a GP record notes by its code alone: nothing was measured, answered or compared, and it holds no
/// others. A code of LOINC always asks for an answer.
pub fn is_bare(entry: &Entry) -> bool {
    let coded = |c: &crate::record::Coding| c.system == system::SNOMED || read_code(c).is_some();
    let asks = |c: &crate::record::Coding| c.system == system::LOINC;
    let holds = |role: &str| matches!(role, "hasMember" | "related" | "derivedFrom" | "partOf" | "basedOn" | "result");
    entry.value.is_none()
        && entry.components.is_empty()
        && entry.range.is_empty()
        && entry.interpretation.is_empty()
        && entry.attachments.is_empty()
        && entry.detail("specimen").is_none()
        && entry.concept.codings.iter().any(coded)
        && !entry.concept.codings.iter().any(asks)
        && !entry.links.iter().any(|l| holds(&l.role))
}

/// A code of one of the Read versions: their chapters begin alike.
pub fn read_code(coding: &crate::record::Coding) -> Option<&str> {
    let system = coding.system.as_str();
    // Version 2 by the national OID and name, and by that under which Vision sends it; version 3.
    let ends = ["2.16.840.1.113883.2.1.6.2", "2.16.840.1.113883.2.1.6.10", "2.16.840.1.113883.2.1.3.2.4.14"];
    let read = ends.iter().any(|end| system.ends_with(end))
        || system.contains("read.info/readv2")
        || system.contains("read.info/ctv3");
    read.then_some(coding.code.as_str())
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

/// Where a finding belongs that nothing but its code sorts, by SNOMED CT, and by the chapter that the characters of a Read
/// code tell: a GP record's uncategorised data.
pub fn by_code(about: &Concept) -> Option<Section> {
    let by_snomed = about.codings.iter().filter(|c| c.system == system::SNOMED).find_map(|c| {
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
    });
    by_snomed.or_else(|| about.codings.iter().filter_map(read_code).find_map(by_chapter))
}

/// Read chapter 12 is about the family; 133 to 13z about how a person lives, below 133 about where they were born.
fn by_chapter(code: &str) -> Option<Section> {
    if code.starts_with("12") {
        return Some(Section::FamilyHistory);
    }
    let third = code.strip_prefix("13").and_then(|rest| rest.chars().next());
    third.filter(char::is_ascii_alphanumeric).map(|_| Section::SocialHistory)
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
                "10187-3" | "10164-2" | "11329-0" | "51847-2" => Section::Notes,
                _ => return None,
            })
        })
    })
}
