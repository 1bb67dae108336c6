//! Makes the compression dictionary of grants out of `src/share/dictionary/words.txt` and the shape of our own
//! documents: `cargo run --example dictionary -- OUT`. A released dictionary is never made again, only added to by one
//! of a new number.
//!
//! Deflate finds what stands near the end most cheaply: so names first, then what every document says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::collections::HashSet;
use std::fmt::Write;

use tessera::record::{
    Coding, Component, Concept, Detail, Entry, Hash, Identifier, Kind, Note, Parcel, PartialDate, Person, Polarity,
    Quantity, Reaction, Reading, Section, Sex, Source, Standing, Status, Value, merge, system,
};
use tessera::share::bundle::{Chosen, select};

const SIZE: usize = 32_768;

/// What is shorter than this is not worth looking up.
const RUN: usize = 44;

fn main() {
    let words = include_str!("../src/share/dictionary/words.txt");
    let lines: Vec<Vec<&str>> = words.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('|').collect()).collect();
    let mut names = String::new();
    for line in &lines {
        match line.as_slice() {
            ["word", text] => write!(names, "{text} "),
            ["medicine" | "vaccine", text] => write!(names, "{{\"text\":\"{text}\"}}"),
            ["problem" | "reaction" | "allergy", text, code] => {
                write!(names, "{{\"coding\":[{{\"code\":\"{code}\",\"system\":\"{}\"}}],\"text\":\"{text}\"}}", system::SNOMED)
            }
            ["code", code, text] => {
                write!(names, "{{\"code\":\"{code}\",\"display\":\"{text}\",\"system\":\"{}\"}}", system::LOINC)
            }
            ["test", text, code, unit] => write!(
                names,
                "{{\"coding\":[{{\"code\":\"{code}\",\"system\":\"{}\"}}],\"text\":\"{text}\"}},\"valueQuantity\":{{\"code\":\"{unit}\",\"system\":\"{}\",\"unit\":\"{unit}\",",
                system::LOINC, system::UCUM
            ),
            other => panic!("not a line of words: {other:?}"),
        }
        .ok();
    }
    let mut kept = Vec::new();
    let mut seen = HashSet::new();
    for piece in documents().iter().rev().chain([&names]) {
        let mut fresh = once(piece.as_bytes(), &mut seen);
        fresh.append(&mut kept);
        kept = fresh;
    }
    assert!(kept.len() >= SIZE, "only {} bytes", kept.len());
    println!("{} bytes, {} cut off in front", kept.len(), kept.len() - SIZE);
    let out = std::env::args().nth(1).unwrap_or_else(|| "dictionary.bin".into());
    let made = &kept[kept.len() - SIZE..];
    std::fs::write(&out, made).expect("the dictionary can be written");
    println!("{}  {out}", Hash::of(made).hex());
}

/// What of a text was not seen before, in runs of at least [`RUN`] bytes: a dictionary need say nothing twice.
fn once(text: &[u8], seen: &mut HashSet<[u8; RUN]>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let run = |at: usize| text.get(at..at + RUN).and_then(|r| <[u8; RUN]>::try_from(r).ok());
        let known = (at..).take_while(|a| run(*a).is_some_and(|r| seen.contains(&r))).count();
        if known > 0 {
            at += known + RUN - 1;
            continue;
        }
        out.push(text[at]);
        at += 1;
        if let Some(ended) = out.len().checked_sub(RUN).and_then(|from| <[u8; RUN]>::try_from(&out[from..]).ok()) {
            seen.insert(ended);
        }
    }
    out
}

/// Documents that have everything once, the commonest sections last.
fn documents() -> Vec<String> {
    let mut out = Vec::new();
    let groups: [&[Section]; 5] = [
        &[
            Section::Encounters,
            Section::Documents,
            Section::PlanOfCare,
            Section::FamilyHistory,
            Section::Alerts,
            Section::MedicalDevices,
            Section::AdvanceDirectives,
            Section::PastIllness,
            Section::FunctionalStatus,
            Section::PatientStory,
            Section::LegalInformation,
            Section::AboutMe,
            Section::Pregnancy,
        ],
        &[Section::Immunizations, Section::Procedures, Section::SocialHistory],
        &[Section::Results, Section::VitalSigns],
        &[Section::Problems],
        &[Section::Medications, Section::Allergies],
    ];
    for group in groups {
        let entries: Vec<Entry> = group.iter().flat_map(|s| examples(*s)).collect();
        let reading = Reading {
            entries,
            people: vec![person()],
            source: Source {
                name: "The Surgery".into(),
                as_of: Some(PartialDate::fhir("2026-01-01")),
                ..Source::default()
            },
            ..Reading::default()
        };
        let note = Note { imported: "2026-01-01T10:00:00Z".into(), ..Note::default() };
        let record = merge(vec![Parcel { hash: Hash::of(b"dictionary"), reading, note }]);
        let chosen =
            Chosen { items: record.items.iter().map(|i| i.id.clone()).collect(), history: true, ..Chosen::default() };
        let selection = select(&record, &person(), &chosen, "2026-01-01T10:00:00Z").expect("a document");
        out.push(String::from_utf8(selection.document).expect("text"));
    }
    out
}

fn person() -> Person {
    Person {
        name: "Smith".into(),
        family: "Smith".into(),
        given: vec!["Mary".into()],
        birth_date: Some(PartialDate::fhir("1951-01-01")),
        sex: Some(Sex::Female),
        identifiers: vec![Identifier { system: system::NHS_NUMBER.into(), value: "9434765919".into() }],
        ..Person::default()
    }
}

fn concept(system: &str, code: &str, text: &str) -> Concept {
    let codings = if code.is_empty() {
        vec![]
    } else {
        vec![Coding { system: system.into(), code: code.into(), display: String::new() }]
    };
    Concept { text: text.into(), codings }
}

fn category(set: &str, code: &str) -> Vec<Concept> {
    vec![concept(&format!("http://terminology.hl7.org/CodeSystem/{set}"), code, "")]
}

fn quantity(value: &str, unit: &str) -> Option<Value> {
    Some(Value::Quantity(Quantity {
        value: value.into(),
        unit: unit.into(),
        code: unit.into(),
        system: system::UCUM.into(),
        ..Quantity::default()
    }))
}

fn entry(section: Section, kind: Kind, status: (&str, &str, Standing), about: Concept, date: &str) -> Entry {
    let title = about.label().unwrap_or("text").to_owned();
    let mut entry = Entry::new(section, kind, format!("/{}/{title}/{date}", section.slug()), title);
    entry.concept = about;
    entry.status = Status { text: status.0.into(), certainty: status.1.into(), standing: status.2 };
    entry.date = (!date.is_empty()).then(|| PartialDate::fhir(date));
    entry
}

fn examples(section: Section) -> Vec<Entry> {
    let snomed = |code: &str, text: &str| concept(system::SNOMED, code, text);
    let loinc = |code: &str, text: &str| concept(system::LOINC, code, text);
    let date = |d: &str| Some(PartialDate::fhir(d));
    let detail = |name: &str, text: &str| Detail { name: name.into(), text: text.into() };
    let done = ("completed", "", Standing::Ended);
    let active = ("active", "confirmed", Standing::Active);
    let last = ("final", "", Standing::Final);
    let mut out = Vec::new();
    match section {
        Section::Allergies => {
            for (name, code, criticality, severity) in
                [("Cat dander", "260152009", "low", "mild"), ("Penicillin", "764146007", "high", "severe")]
            {
                let mut e = entry(section, Kind::AllergyIntolerance, active, snomed(code, name), "2010");
                e.category = vec![Concept::words("food"), Concept::words("medication")];
                e.recorded = date("2026-01-01");
                e.details = vec![detail("type", "allergy"), detail("criticality", criticality)];
                e.performer = vec!["Dr".into()];
                e.reactions = vec![Reaction {
                    manifestations: vec![snomed("271807003", "Rash")],
                    severity: severity.into(),
                    ..Reaction::default()
                }];
                out.push(e);
            }
            let none = concept(system::ABSENT_UNKNOWN, "no-known-allergies", "No known allergies");
            let mut e = entry(section, Kind::AllergyIntolerance, ("active", "", Standing::Active), none, "");
            e.polarity = Polarity::NoneKnown;
            out.push(e);
        }
        Section::Medications => {
            let mut order = entry(
                section,
                Kind::MedicationRequest,
                ("active", "", Standing::Active),
                snomed("322236009", "Paracetamol 500mg tablets"),
                "2026-01-01",
            );
            order.dose = vec!["Two to be taken up to four times a day".into()];
            order.recorded = date("2025-01-01");
            order.end = date("2026-06-01");
            order.details = vec![
                detail("intent", "order"),
                detail("intent", "plan"),
                detail("quantity", "28 tablet"),
                detail("prescriptionType", "Repeat"),
                detail("numberOfRepeatsAllowed", "6"),
                detail("expectedSupplyDuration", "28 d"),
            ];
            order.performer = vec!["Dr".into()];
            out.push(order);
            for (status, standing, name) in [
                ("stopped", Standing::Stopped, "Ramipril 5mg capsules"),
                ("completed", Standing::Ended, "Amoxicillin 500mg capsules"),
                ("active", Standing::Active, "Atorvastatin 20mg tablets"),
            ] {
                let mut e =
                    entry(section, Kind::MedicationStatement, (status, "", standing), snomed("", name), "2026-01-01");
                e.recorded = date("2025-06-01");
                e.end = (status != "active").then(|| PartialDate::fhir("2026-06-01"));
                e.dose = vec!["One to be taken each day".into()];
                e.details = vec![
                    detail("route", "Oral"),
                    detail("reasonCode", "Hypertension"),
                    detail("lastIssueDate", "2026-01-01"),
                    detail("prescriptionType", "Repeat"),
                ];
                e.performer = vec!["Dr".into()];
                out.push(e);
            }
        }
        Section::Problems | Section::PastIllness => {
            for (code, name, status, standing, end) in [
                ("87522002", "Iron deficiency anaemia", "resolved", Standing::Ended, "2025-01-01"),
                ("38341003", "Hypertensive disorder", "active", Standing::Active, ""),
            ] {
                let mut e =
                    entry(section, Kind::Condition, (status, "confirmed", standing), snomed(code, name), "2015-01-01");
                e.end = (!end.is_empty()).then(|| PartialDate::fhir(end));
                e.recorded = date("2026-01-01");
                e.category = category("condition-category", "problem-list-item");
                e.details = vec![detail("severity", "Moderate")];
                e.notes = vec!["text".into()];
                out.push(e);
            }
        }
        Section::Results => {
            let mut report = entry(
                section,
                Kind::DiagnosticReport,
                last,
                loinc("11502-2", "Laboratory report"),
                "2026-01-01T09:30:00Z",
            );
            report.category = category("v2-0074", "LAB");
            report.value = Some(Value::Text("Normal".into()));
            out.push(report);
            for (code, name, value, unit) in [
                ("2823-3", "Serum potassium", "4.2", "mmol/L"),
                ("14682-9", "Serum creatinine", "85", "umol/L"),
                ("718-7", "Haemoglobin concentration", "135", "g/L"),
            ] {
                let mut e = entry(section, Kind::Observation, last, loinc(code, name), "2026-01-01T09:30:00Z");
                e.recorded = date("2026-01-01T10:00:00+00:00");
                e.value = quantity(value, unit);
                e.range = vec!["60–110".into()];
                e.interpretation = vec![category("v3-ObservationInterpretation", "N").remove(0)];
                e.category = category("observation-category", "laboratory");
                e.performer = vec!["Laboratory".into()];
                out.push(e);
            }
        }
        Section::VitalSigns => {
            let mut weight = entry(section, Kind::Observation, last, loinc("29463-7", "Body weight"), "2026-01-01");
            weight.value = quantity("72.5", "kg");
            weight.category = category("observation-category", "vital-signs");
            out.push(weight);
            let mut e = entry(
                section,
                Kind::Observation,
                last,
                loinc("85354-9", "Blood pressure"),
                "2026-01-01T09:30:00+01:00",
            );
            e.category = category("observation-category", "vital-signs");
            e.components = [("8480-6", "Systolic blood pressure", "130"), ("8462-4", "Diastolic blood pressure", "80")]
                .map(|(code, name, value)| Component {
                    title: name.into(),
                    concept: loinc(code, name),
                    value: quantity(value, "mm[Hg]"),
                    range: vec![],
                    interpretation: vec![],
                })
                .to_vec();
            out.push(e);
        }
        Section::SocialHistory => {
            let mut e =
                entry(section, Kind::Observation, last, loinc("72166-2", "Tobacco smoking status"), "2026-01-01");
            e.value = Some(Value::Concept(snomed("266919005", "Never smoked tobacco")));
            e.category = category("observation-category", "social-history");
            out.push(e);
        }
        Section::Pregnancy => {
            let mut e = entry(section, Kind::Observation, last, loinc("82810-3", "Pregnancy status"), "2026-01-01");
            e.value = Some(Value::Concept(loinc("LA15173-0", "Pregnant")));
            out.push(e);
        }
        Section::Immunizations => {
            for name in ["Influenza vaccine", "COVID-19 mRNA vaccine"] {
                let mut e = entry(section, Kind::Immunization, done, snomed("", name), "2025-10-01");
                e.details = vec![
                    detail("lotNumber", "AB1234"),
                    detail("site", "Left upper arm"),
                    detail("route", "Intramuscular"),
                    detail("doseNumber", "1"),
                    detail("doseQuantity", "0.5 ml"),
                    detail("expirationDate", "2026-06-01"),
                    detail("manufacturer", "Pfizer"),
                    detail("targetDisease", "Influenza"),
                ];
                e.performer = vec!["Nurse".into()];
                e.recorded = date("2025-10-01");
                out.push(e);
            }
        }
        Section::Procedures => {
            let mut e = entry(section, Kind::Procedure, done, snomed("80146002", "Appendicectomy"), "1998-01-01");
            e.performer = vec!["Surgeon".into()];
            e.details = vec![detail("bodySite", "Abdomen"), detail("reasonCode", "Appendicitis")];
            out.push(e);
        }
        Section::Encounters => {
            let mut e = entry(
                section,
                Kind::Encounter,
                ("finished", "", Standing::Ended),
                snomed("185349003", "Consultation"),
                "2026-01-01T09:30:00Z",
            );
            e.end = date("2026-01-01T10:00:00Z");
            e.details =
                vec![detail("class", "AMB"), detail("location", "Surgery"), detail("serviceType", "General practice")];
            e.performer = vec!["Dr".into()];
            out.push(e);
        }
        Section::Documents => {
            let mut e = entry(
                section,
                Kind::DocumentReference,
                ("current", "final", Standing::Final),
                loinc("18842-5", "Discharge summary"),
                "2026-01-01T10:00:00Z",
            );
            e.title = "Letter".into();
            e.performer = vec!["Hospital".into()];
            out.push(e);
        }
        Section::PlanOfCare => {
            out.push(entry(section, Kind::ServiceRequest, active, snomed("", "Referral to specialist"), "2026-01-01"));
            out.push(entry(
                section,
                Kind::Appointment,
                ("booked", "", Standing::Planned),
                Concept::words("Review"),
                "2026-01-01",
            ));
            out.push(entry(section, Kind::Goal, active, Concept::words("Weight loss"), "2026-01-01"));
            let mut plan = entry(section, Kind::CarePlan, active, Concept::words("Care plan"), "2026-01-01");
            plan.category = category("careplan-category", "assess-plan");
            plan.details = vec![detail("intent", "plan"), detail("activity", "Review")];
            out.push(plan);
        }
        Section::FamilyHistory => {
            out.push(entry(section, Kind::FamilyMemberHistory, done, snomed("", "Heart disease"), "2026"))
        }
        Section::Alerts => out.push(entry(section, Kind::Flag, active, snomed("", "At risk of falls"), "2026-01-01")),
        Section::MedicalDevices => {
            out.push(entry(section, Kind::DeviceUseStatement, active, snomed("", "Cardiac pacemaker"), "2026-01-01"))
        }
        Section::AdvanceDirectives => {
            out.push(entry(section, Kind::Consent, active, snomed("", "Not for resuscitation"), "2026-01-01"))
        }
        _ => {}
    }
    out
}
