//! What a concept says about absence: that none is known, or that nothing is known. Told by codes, or by words that are one
//! of the few phrases with which systems say it; never by likeness.

use super::{Coding, Concept, Polarity, same, system};

/// What a concept says about absence; `None` if it is a statement about a thing.
///
/// Told by code (IPS absent-unknown; SNOMED CT situations "No known …"; HL7 v3 NullFlavor) or by a text that is, as a
/// whole, one of the few phrases with which systems say it. Never by likeness.
pub fn absence(concept: &Concept) -> Option<Polarity> {
    let by_code = concept.codings.iter().find_map(absent_code);
    let told = by_code.or_else(|| spoken(concept).and_then(absent_words));
    // One that also names a thing contradicts itself: it is no statement of none.
    let told = told.map(|found| if concept.codings.iter().any(names_a_thing) { Polarity::Unknown } else { found });
    told.or_else(|| {
        // A null flavour alone says nothing; beside words it only says that there was no code.
        let flavours = !concept.codings.is_empty() && concept.codings.iter().all(is_null_flavour);
        (flavours && concept.text.trim().is_empty()).then_some(Polarity::Unknown)
    })
}

/// The same for the substance of an allergy, where a bare word has only one meaning: "None" is none, "Not on file" says
/// that nothing is known. Of a vaccine or a problem the same words say something else.
pub fn absence_of_allergy(concept: &Concept) -> Option<Polarity> {
    absence(concept).or_else(|| spoken(concept).and_then(absent_substance))
}

/// The words of a concept; of one without any, its codes, which senders of their own lists make of words (`NKDA`).
fn spoken(concept: &Concept) -> Option<&str> {
    let code = || concept.codings.iter().find(|c| !is_null_flavour(c)).map(|c| c.code.as_str());
    concept.label().or_else(code)
}

/// True for HL7 v3 NullFlavor and data-absent-reason codings.
pub fn is_null_flavour(coding: &Coding) -> bool {
    coding.system.ends_with("NullFlavor")
        || coding.system == system::DATA_ABSENT_REASON
        || coding.system.ends_with("2.16.840.1.113883.5.1008")
}

fn absent_code(coding: &Coding) -> Option<Polarity> {
    let code = coding.code.as_str();
    if coding.system.contains("absent-unknown") {
        return if code.starts_with("no-known-") {
            Some(Polarity::NoneKnown)
        } else if code.starts_with("no-") && code.ends_with("-info") {
            Some(Polarity::Unknown)
        } else {
            None
        };
    }
    if coding.system != system::SNOMED {
        return None;
    }
    match code {
        // No known: allergy, allergies (older), drug, food, environmental, insect, latex allergy;
        // current problems or disability; procedures; medications; immunizations; device use; no drug therapy prescribed.
        "716186003" | "160244002" | "409137002" | "429625007" | "428607008" | "428197003" | "716184000"
        | "160245001" | "787480003" | "787481004" | "787482006" | "787483001" | "1003774007" | "182849000" => {
            Some(Polarity::NoneKnown)
        }
        // Drug treatment, past medical history, family history, type of substance: unknown (IHE PCC).
        "182904002" | "396782006" | "407559004" | "64970000" => Some(Polarity::Unknown),
        _ => None,
    }
}

/// True for a SNOMED CT coding whose own name is that of a thing, and of no absence.
fn names_a_thing(coding: &Coding) -> bool {
    let name = coding.display.trim().to_lowercase();
    let none = name.split(|c: char| !c.is_alphanumeric()).any(|word| {
        matches!(word, "no" | "not" | "nil" | "none" | "unknown" | "nka" | "nkda" | "without" | "never" | "status")
    });
    coding.system == system::SNOMED
        && absent_code(coding).is_none()
        && absent_words(&coding.display).is_none()
        && same::is_subject(&name)
        && !none
}

/// Lower case, single spaces, without the mark at the end and the abbreviation that many senders add to the phrase.
fn folded(text: &str) -> String {
    let folded: String = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = folded.trim_end_matches(['.', '!']).trim_end_matches(" (situation)");
    for added in ["nka", "nkda", "nkma", "nkfa"] {
        let before = rest.strip_suffix(')').and_then(|r| r.strip_suffix(added)).and_then(|r| r.strip_suffix(" ("));
        let after = rest.strip_prefix(added).map(|r| r.trim_start_matches([' ', '-', ':', '('])).filter(|r| {
            // "NKDA (no known drug allergies)": the sentence between the marks.
            r.starts_with("no known ")
        });
        rest = before.or(after.map(|r| r.trim_end_matches(')'))).unwrap_or(rest);
    }
    rest.to_owned()
}

fn absent_substance(text: &str) -> Option<Polarity> {
    match folded(text).as_str() {
        "none" | "nil" | "none known" | "nil known" | "no known" => Some(Polarity::NoneKnown),
        "unknown" | "not known" | "not asked" | "unable to assess" => Some(Polarity::Unknown),
        _ => None,
    }
}

fn absent_words(text: &str) -> Option<Polarity> {
    match folded(text).as_str() {
        "no known allergies"
        | "no known allergy"
        | "nka"
        | "nkda"
        | "nkma"
        | "nkfa"
        | "no allergies"
        | "no drug allergies"
        | "no known active allergies"
        | "no known medication allergy"
        | "no known drug or food allergies"
        | "no known food or drug allergies"
        | "no known allergies to drugs"
        | "nil known allergies"
        | "nil known drug allergies"
        | "denies allergies"
        | "denies any allergies"
        | "denies drug allergies"
        | "denies any known allergies"
        | "denies any known drug allergies"
        | "patient has no known allergies"
        | "patient has no known drug allergies"
        | "no known drug allergies"
        | "no known drug allergy"
        | "no known medication allergies"
        | "no known food allergies"
        | "no known food allergy"
        | "no known environmental allergies"
        | "no known adverse reactions"
        | "no known allergies or adverse reactions"
        | "no known medications"
        | "no known current medications"
        | "not on any medication"
        | "no current medications"
        | "no current problems or disability"
        | "no known problems"
        | "no known procedures"
        | "no known immunizations"
        | "no known immunisations"
        | "no known devices" => Some(Polarity::NoneKnown),
        // That nothing was written down is no statement that there is nothing.
        "no allergies recorded"
        | "no allergies on file"
        | "no allergies documented"
        | "no allergy information"
        | "no allergy information available"
        | "no allergy information on file"
        | "allergies not on file"
        | "allergies unknown"
        | "unknown allergies"
        | "allergy status unknown"
        | "no information about allergies"
        | "no information about medications"
        | "no information about problems"
        | "no information about procedures"
        | "no information about immunizations" => Some(Polarity::Unknown),
        text if is_never_a_thing(text) => Some(Polarity::Unknown),
        _ => None,
    }
}

/// True for words that, as a whole, say that nothing was written down, and could name no thing of any kind: what systems
/// print where a list or a cell is empty. "Not on file" is Epic's, "not recorded" and "none recorded" are those of UK GP
/// systems, "no information available" is FHIR's emptyReason and the IPS's; "no data available for this section" stands in
/// C-CDA made by the VA.
pub fn never_a_thing(text: &str) -> bool {
    is_never_a_thing(&folded(text))
}

fn is_never_a_thing(folded: &str) -> bool {
    matches!(
        folded,
        "not on file"
            | "none on file"
            | "nothing on file"
            | "no data on file"
            | "no information on file"
            | "not recorded"
            | "none recorded"
            | "nothing recorded"
            | "not documented"
            | "none documented"
            | "not reviewed"
            | "unable to obtain"
            | "no information"
            | "no information available"
            | "no data available"
            | "no data available for this section"
            | "no data provided for this section"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, system: &str, code: &str, expected: Option<Polarity>) {
        let coding = Coding { system: system.into(), code: code.into(), display: String::new() };
        let codings = if code.is_empty() { vec![] } else { vec![coding] };
        assert_eq!(absence(&Concept { text: text.into(), codings }), expected, "{text} {code}");
    }

    #[test]
    fn none_known_unknown_and_a_thing_are_told_apart() {
        check("", system::ABSENT_UNKNOWN, "no-known-allergies", Some(Polarity::NoneKnown));
        check("", system::ABSENT_UNKNOWN, "no-medication-info", Some(Polarity::Unknown));
        check("", system::SNOMED, "716186003", Some(Polarity::NoneKnown));
        check("No Known  Allergies.", "", "", Some(Polarity::NoneKnown));
        check("No known allergies to cats", "", "", None);
        check("No Known Drug Allergies (NKDA)", "", "", Some(Polarity::NoneKnown));
        check("NKDA (no known drug allergies)", "", "", Some(Polarity::NoneKnown));
        check("NKA - No known allergies.", "", "", Some(Polarity::NoneKnown));
        check("", "L", "NKDA", Some(Polarity::NoneKnown));
        check("NKDA except penicillin", "", "", None);
        check("NKDA - no known drug allergies except penicillin", "", "", None);
        check("No allergies recorded", "", "", Some(Polarity::Unknown));
        // Of a vaccine "unknown" says which one was given.
        check("Unknown", "", "", None);
        check("", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", Some(Polarity::Unknown));
        check("Penicillin", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", None);
        check("", system::SNOMED, "91936005", None);
    }

    #[test]
    fn bare_words_in_the_place_of_an_allergen_are_no_allergen() {
        let check = |text: &str, expected| assert_eq!(absence_of_allergy(&Concept::words(text)), expected, "{text}");
        check("NONE", Some(Polarity::NoneKnown));
        check("Nil known", Some(Polarity::NoneKnown));
        check("Not on file", Some(Polarity::Unknown));
        check("Unknown", Some(Polarity::Unknown));
        check("Unknown antibiotic", None);
        check("Nuts", None);
    }

    #[test]
    fn words_that_could_name_nothing_say_nothing_of_any_kind() {
        for text in ["Not on file", " NOT ON FILE. ", "None recorded", "No information available", "Not documented"] {
            check(text, "", "", Some(Polarity::Unknown));
            assert!(never_a_thing(text), "{text}");
        }
        for text in ["Asthma, not on file", "Not on file: asthma", "File", "Unknown", "None", "Not reviewed by Dr Lee"]
        {
            check(text, "", "", None);
            assert!(!never_a_thing(text), "{text}");
        }
    }
}
