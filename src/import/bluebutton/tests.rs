use super::*;
use crate::import;
use crate::record::{Kind, Standing, Value};

fn sample() -> String {
    let path = "tests/data/apple_bb/VA_My_HealtheVet_Blue_Button_Sample_Version_12_6.txt";
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn reading(text: &str) -> Reading {
    import::open(text.as_bytes(), "", &mut |_| ControlFlow::Continue(())).unwrap().files.remove(0).reading.unwrap()
}

/// How often a line that begins so stands in the report: the records of each part, counted without our reader.
fn counted(text: &str, part: &str, begins: &str) -> usize {
    let inside = text.split(&format!(" {part} --")).nth(1).unwrap();
    let end = inside.find("\n-----------------").unwrap_or(inside.len());
    let next = regex_free_heading(inside).unwrap_or(end);
    inside.get(..next).unwrap().lines().filter(|l| l.starts_with(begins)).count()
}

/// Where the next heading begins: dashes, then capitals.
fn regex_free_heading(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim().trim_matches('-').trim();
        let heading = line.starts_with("-----") && words.len() > 4 && line.trim_end().ends_with("---");
        if heading && at > 0 && words.chars().all(|c| c.is_ascii_uppercase() || " ()/:".contains(c)) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

#[test]
fn every_record_of_the_sample_is_an_entry() {
    let text = sample();
    let found = reading(&text);
    let count = |section: Section| found.entries.iter().filter(|e| e.section == section).count();
    let kind = |kind: Kind| found.entries.iter().filter(|e| e.kind == kind).count();
    let at = |part: &str, begins: &str| counted(&text, part, begins);
    assert_eq!(kind(Kind::MedicationStatement), at("VA MEDICATION HISTORY", "Medication:"));
    assert_eq!(
        kind(Kind::AllergyIntolerance),
        at("VA ALLERGIES", "Allergy Name:") + at("SELF REPORTED ALLERGIES", "Allergy Name:")
    );
    assert_eq!(count(Section::Problems), at("VA PROBLEM LIST", "Problem:"));
    assert_eq!(
        kind(Kind::Immunization),
        at("VA IMMUNIZATIONS", "Immunization:") + at("SELF REPORTED IMMUNIZATIONS", "Immunization:")
    );
    assert_eq!(
        count(Section::VitalSigns),
        at("VA VITALS AND READINGS", "Vital Sign:") + at("SELF REPORTED VITALS AND READINGS", "Measurement Type:")
    );
    assert_eq!(kind(Kind::Appointment), at("VA APPOINTMENTS", "Date/Time:"));
    assert_eq!(kind(Kind::Encounter), at("VA ADMISSIONS AND DISCHARGES", "Admission Date:"));
    assert_eq!(kind(Kind::DocumentReference), at("VA NOTES", "Note Title:"));
    let results = found.entries.iter().filter(|e| e.section == Section::Results && e.kind == Kind::Observation).count();
    assert_eq!(results, at("VA LABORATORY RESULTS", "Test Name:"));
    assert!(results == 30 && kind(Kind::AllergyIntolerance) == 7, "{results}");
    assert!(found.entries.iter().all(|e| e.named), "{:?}", found.entries.iter().find(|e| !e.named));
    assert!(!found.issues.iter().any(|i| i.code == IssueCode::BadDate), "{:?}", found.issues);
}

#[test]
fn what_the_sample_says_is_said_in_its_own_words() {
    let text = sample();
    let found = reading(&text);
    let entry = |title: &str| found.entries.iter().find(|e| e.title == title).unwrap_or_else(|| panic!("{title}"));
    assert_eq!((found.people[0].name.as_str(), found.version.as_str()), ("ONE A MHVTESTVETERAN", "12.6"));
    assert_eq!(found.people[0].birth_date.as_ref().unwrap().day().unwrap().to_string(), "1948-03-01");
    assert_eq!(found.people[0].sex, Some(Sex::Male));
    assert_eq!(found.source.as_of.as_ref().unwrap().day().unwrap().to_string(), "2013-09-09");
    let potassium = entry("POTASSIUM");
    assert_eq!(
        potassium.value.as_ref().map(|v| (v.text(), v.unit().to_owned())),
        Some(("6.5".into(), "mmol/L".into()))
    );
    assert_eq!(potassium.interpretation[0].text, "Critical High");
    assert_eq!((potassium.range[0].as_str(), potassium.status.standing), ("3.5-5.0", Standing::Final));
    let imipramine = entry("IMIPRAMINE");
    assert_eq!(imipramine.reactions[0].manifestations[0].text, "ANAPHYLAXIS");
    assert_eq!(imipramine.notes, ["severe"]);
    assert!(entry("TRIMETHOPRIM").reactions.is_empty());
    assert_eq!(entry("METHOCARBAMOL").notes[0].lines().count(), 1);
    assert!(entry("TRAMADOL").notes[0].ends_with("reported pain relief"));
    let diovan = entry("Diovan");
    assert_eq!(
        (diovan.detail("informationSource"), diovan.reactions[0].severity.as_str()),
        (Some("Self-Entered"), "Mild")
    );
    let fluoxetine = entry("FLUOXETINE HCL 10MG CAP");
    assert_eq!(fluoxetine.dose, ["TAKE ONE CAPSULE BY MOUTH EVERY MORNING"]);
    assert_eq!((fluoxetine.status.standing, fluoxetine.detail("quantity")), (Standing::Active, Some("90")));
    let own = found.entries.iter().find(|e| e.title == "Blood pressure").unwrap();
    let parts: Vec<_> = own.components.iter().map(|c| (c.title.as_str(), c.value.as_ref().unwrap().text())).collect();
    assert_eq!(parts, [("Systolic", "126".to_owned()), ("Diastolic", "82".to_owned())]);
    let note = entry("CARDIOLOGY - FOLLOW-UP");
    let Some(Value::Text(words)) = &note.value else { panic!("no words") };
    assert!(
        words.contains("8 total medications")
            && words.contains("MULTIDISCIPLINARY") == text.contains("MULTIDISCIPLINARY")
    );
    let stay = found.entries.iter().find(|e| e.kind == Kind::Encounter).unwrap();
    assert!(stay.notes[0].contains("THIS IS ONLY A TEST"));
    let piece = import::fragment(text.as_bytes(), imipramine).unwrap();
    assert!(piece.starts_with("Allergy Name:        IMIPRAMINE") && piece.contains("severe"), "{piece}");
}

#[test]
fn a_part_with_nothing_says_why_and_every_part_has_its_line() {
    let text = sample();
    let found = reading(&text);
    let headings = lines::parts(&text).len();
    let parts = found.ledger.lines.iter().filter(|l| l.kind == "section").count();
    assert_eq!((parts, headings), (headings, 35));
    assert_eq!((found.ledger.shown + found.ledger.kept) as usize, found.ledger.lines.len());
    // Self-reported medicines are none, the VA's are four: together that says nothing about none.
    assert!(found.says.is_empty(), "{:?}", found.says);
    let none = "--- MY HEALTHEVET PERSONAL INFORMATION REPORT ---\nBlue Button (v13)\n---------- VA ALLERGIES ----------\n\n\
        No information was available that matched your selection.\n";
    assert_eq!(reading(none).says[0].nothing, Nothing::Unavailable);
}

#[test]
fn dates_keep_what_they_know() {
    let check = |text: &str, expected: Option<&str>| {
        let found = date(text);
        assert_eq!(found.known, expected.and_then(|e| PartialDate::fhir(e).known), "{text}");
        assert_eq!(found.text, text.trim());
    };
    check("09 Sep 2013 @ 0602", Some("2013-09-09T06:02"));
    check("9 September 2013", Some("2013-09-09"));
    check("Sep 2013", Some("2013-09"));
    check("2013", Some("2013"));
    check("31 Feb 2013", None);
    check("None Entered", None);
}

#[test]
fn broken_reports_never_panic_and_always_balance() {
    let text: Vec<char> = sample().chars().collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |below: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    };
    const BITS: [&str; 8] =
        ["\n", ":", "------", "======", "Allergy Name:", "é", "---- VA NOTES ----\n", "  Status: x  "];
    for _ in 0..150 {
        let from = dice(text.len());
        let mut part: Vec<char> = text.iter().skip(from).take(12_000).copied().collect();
        for _ in 0..=dice(30) {
            let at = dice(part.len());
            match dice(2) {
                0 => drop(part.splice(at..at, BITS[dice(BITS.len())].chars())),
                _ => drop(part.drain(at..(at + dice(60)).min(part.len()))),
            }
        }
        let found = read(&part.into_iter().collect::<String>(), Some(0), &mut |_| ControlFlow::Continue(())).unwrap();
        let ledger = &found.ledger;
        assert_eq!((ledger.shown + ledger.kept + ledger.not_understood) as usize, ledger.lines.len());
    }
}

#[test]
fn a_part_of_another_shape_is_said_in_its_own_words() {
    let text = "---------- VA ALLERGIES ----------\nSource: VA\n\nPenicillin (hives)\n\n---------- SELF REPORTED ALLERGIES \
                ----------\nAllergy Name: NONE\n";
    let found = read(text, Some(0), &mut |_| ControlFlow::Continue(())).unwrap();
    let [said] = found.says.as_slice() else { panic!("{:?}", found.says) };
    assert_eq!(
        (said.section, said.nothing, said.text.as_str()),
        (Section::Allergies, Nothing::NarrativeOnly, "Penicillin (hives)")
    );
    assert_eq!(found.entries[0].polarity, crate::record::Polarity::NoneKnown);
}
