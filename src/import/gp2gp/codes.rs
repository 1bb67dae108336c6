//! The codes by which a GP2GP record says what a statement is.

use super::hl7v3::{Node, attr, child};
use crate::import::fhir::place::read_code;
use crate::record::{Concept, Section, Standing, Status, same, system};

/// True for Read codes of version 2: the national OID and name, and that under which Vision sends them.
fn read_v2(system: &str) -> bool {
    system.ends_with("2.16.840.1.113883.2.1.6.2")
        || system.ends_with("2.16.840.1.113883.2.1.6.10")
        || system.contains("read.info/readv2")
}

fn has(concept: &Concept, codes: &[&str]) -> bool {
    concept.codings.iter().any(|c| c.system == system::SNOMED && codes.contains(&c.code.as_str()))
}

/// What the composition is, where it is no visit: data without consultation, medication data without consultation.
pub fn is_frame(concept: &Concept) -> bool {
    has(concept, &["196401000000100", "196391000000103"])
}

/// A heading under which each statement is an allergy: Read SN53 "Allergy, unspecified", 14L "H/O: drug allergy", and
/// the SNOMED CT concepts that they map to.
pub fn is_allergy_heading(concept: &Concept) -> bool {
    let by_read = concept.codings.iter().filter_map(read_code).any(|code| {
        let code = code.trim_end_matches('0').trim_end_matches('.');
        matches!(code, "SN53" | "14L")
    });
    by_read || has(concept, &["106190000", "161611007", "416098002", "419199007", "609328004", "609433001"])
}

/// A statement that is an allergy by itself: coded as an allergy that lost its code in a transfer, or by its value.
pub fn is_allergy(concept: &Concept, values: &[Concept]) -> bool {
    let marked = super::super::fhir::words::degraded(concept).is_some_and(|coding| {
        matches!(coding.code.as_str(), "196461000000101" | "196471000000108")
            || same::fold(&coding.display).contains("allergy")
    });
    // EMIS gives the allergy's own code again as the value, marked so.
    marked || values.iter().flat_map(|v| &v.codings).any(|c| c.code.starts_with("ALLERGY-"))
}

/// Vaccinations, by the chapter that the characters of a Read code tell: 651 to 65M and 65O, 65a to 65d. Chapter 65 also
/// has carriers, contacts and notifications; those stand under other letters.
pub fn is_vaccination(concept: &Concept) -> bool {
    concept.codings.iter().filter(|c| read_v2(&c.system)).any(|c| {
        let third = c.code.strip_prefix("65").and_then(|rest| rest.chars().next());
        matches!(third, Some('1'..='9' | 'A'..='F' | 'H'..='M' | 'O' | 'a'..='d'))
    })
}

/// One of the two parts of a blood pressure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// When the heart beats.
    Systolic,
    /// Between two beats.
    Diastolic,
}

/// Which part of a blood pressure a measurement is, by its codes or by its own name for itself.
pub fn pressure(concept: &Concept) -> Option<Pressure> {
    let words = concept.label().map(same::fold).unwrap_or_default();
    let (up, down) = (words.contains("systolic"), words.contains("diastolic"));
    let systolic = ["163030003", "72313002", "271649006", "400974009", "407554009", "407556006"];
    let diastolic = ["163031004", "1091811000000102", "271650006", "400975005", "407555005", "407557002"];
    if has(concept, &systolic) || up && !down {
        Some(Pressure::Systolic)
    } else if has(concept, &diastolic) || down && !up {
        Some(Pressure::Diastolic)
    } else {
        None
    }
}

/// A laboratory's or department's report (SNOMED CT "laboratory reporting").
pub fn is_report(concept: &Concept) -> bool {
    has(concept, &["16488004"])
}

/// What was examined (SNOMED CT "specimen").
pub fn is_specimen(concept: &Concept) -> bool {
    has(concept, &["123038009"])
}

/// The heading of a consultation under which a finding has its own section; `None` for all others.
pub fn section_of_heading(concept: &Concept) -> Option<Section> {
    if has(concept, &["1502831000006106", "57177007", "416471007", "887181000000106"]) {
        return Some(Section::FamilyHistory);
    }
    if has(concept, &["160476009", "887191000000108", "108329005"]) {
        return Some(Section::SocialHistory);
    }
    match concept.label().map(same::fold).as_deref() {
        Some("family history") => Some(Section::FamilyHistory),
        Some("social" | "social history") => Some(Section::SocialHistory),
        _ => None,
    }
}

/// The topic under which no problem was named (Read `Z....` "Unspecified conditions").
pub fn is_unspecified_topic(concept: &Concept) -> bool {
    concept.codings.iter().filter_map(read_code).any(|c| c.starts_with("Z....")) || concept.is_empty()
}

/// How a problem stands (SNOMED CT active, inactive, unspecified problem).
pub fn problem_standing(concept: &Concept) -> Standing {
    if has(concept, &["394774009"]) {
        Standing::Active
    } else if has(concept, &["394775005"]) {
        Standing::Ended
    } else {
        Standing::Unknown
    }
}

/// The status as written, and what it means.
pub fn status(node: Node<'_>) -> Status {
    let code = child(node, "statusCode").map(|s| attr(s, "code")).unwrap_or_default();
    Status { text: code.to_owned(), standing: super::standing(code), ..Status::default() }
}
