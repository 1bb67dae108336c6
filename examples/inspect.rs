//! The import report in machine form: one JSON object a file, one line each, natively and without the app.
//!
//! `inspect FILE…` prints what every file holds; exit code 0 if all were read, 1 if any was refused (the reason stands
//! in its object), 2 for wrong usage. The shape is described in docs/import.md.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::ops::ControlFlow;
use std::process::ExitCode;

use serde::Serialize;
use tessera::import::{self, File, ImportError};
use tessera::record::{Component, Entry, Hash, Kind, NhsNumber, Polarity, Reading, Sex, Standing, Value};

fn main() -> ExitCode {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() || files.iter().any(|f| f.starts_with("--")) {
        eprintln!("usage: inspect FILE…");
        return ExitCode::from(2);
    }
    let mut refused = false;
    for path in files.drain(..) {
        let reports = report(&path);
        refused |= reports.iter().any(|r| r.error.is_some());
        for report in reports {
            match serde_json::to_string(&report) {
                Ok(line) => println!("{line}"),
                Err(_) => refused = true,
            }
        }
    }
    ExitCode::from(u8::from(refused))
}

/// One line for each inner file; one in all if the file can't be read.
fn report(path: &str) -> Vec<Report> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return vec![Report::refused(path, &[], error.to_string())],
    };
    match import::open(&bytes, path, &mut |_| ControlFlow::Continue(())) {
        Ok(delivery) => delivery.files.into_iter().map(|file| Report::of(path, &bytes, file)).collect(),
        Err(error) => vec![Report::refused(path, &bytes, words(&error))],
    }
}

fn words(error: &ImportError) -> String {
    error.to_string()
}

#[derive(Serialize, Default)]
struct Report {
    file: String,
    format: String,
    version: String,
    sha256: String,
    bytes: usize,
    people: Vec<PersonFacts>,
    counts: Counts,
    entries: Vec<EntryFacts>,
    documents: Vec<Document>,
    ledger: LedgerFacts,
    issues: Vec<IssueFacts>,
    conformance: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct PersonFacts {
    name: String,
    #[serde(rename = "birthDate")]
    birth_date: Option<String>,
    sex: Option<&'static str>,
    #[serde(rename = "nhsNumber")]
    nhs_number: Option<String>,
    #[serde(rename = "nhsNumberValid")]
    nhs_number_valid: Option<bool>,
    identifiers: Vec<Identifier>,
}

#[derive(Serialize)]
struct Identifier {
    system: String,
    value: String,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Counts {
    allergies: usize,
    allergy_statements_of_absence: usize,
    medicines: usize,
    medicines_active: usize,
    medication_requests: usize,
    conditions: usize,
    observations: usize,
    reports: usize,
    immunisations: usize,
    procedures: usize,
    encounters: usize,
    documents: usize,
    plans: usize,
    other: usize,
    entered_in_error: usize,
}

#[derive(Serialize)]
struct EntryFacts {
    section: &'static str,
    kind: String,
    title: String,
    codes: Vec<Code>,
    date: Option<String>,
    status: String,
    polarity: &'static str,
    value: Option<String>,
    unit: Option<String>,
    components: Vec<ComponentFacts>,
    degraded: Option<String>,
    at: String,
}

#[derive(Serialize)]
struct Code {
    system: String,
    code: String,
    display: String,
}

#[derive(Serialize)]
struct ComponentFacts {
    title: String,
    value: Option<String>,
    unit: Option<String>,
}

#[derive(Serialize)]
struct Document {
    title: String,
    #[serde(rename = "contentType")]
    content_type: String,
    bytes: u64,
    sha256: Option<String>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct LedgerFacts {
    shown: u32,
    kept: u32,
    not_understood: u32,
}

#[derive(Serialize)]
struct IssueFacts {
    severity: String,
    code: String,
    at: String,
    text: String,
}

#[derive(Serialize)]
struct Check {
    profile: String,
    check: String,
    met: bool,
    at: String,
}

impl Report {
    fn refused(path: &str, bytes: &[u8], error: String) -> Self {
        Report {
            file: path.to_owned(),
            sha256: Hash::of(bytes).hex(),
            bytes: bytes.len(),
            error: Some(error),
            ..Report::default()
        }
    }

    fn of(path: &str, outer: &[u8], file: File) -> Self {
        let bytes = file.bytes.as_deref().unwrap_or(outer);
        let reading = match file.reading {
            Ok(reading) => reading,
            Err(error) => return Report::refused(path, bytes, words(&error)),
        };
        Report {
            file: path.to_owned(),
            format: reading.format.clone(),
            version: reading.version.clone(),
            sha256: file.hash.hex(),
            bytes: bytes.len(),
            people: reading.people.iter().map(PersonFacts::of).collect(),
            counts: Counts::of(&reading),
            entries: reading.entries.iter().map(EntryFacts::of).collect(),
            documents: reading.attachments.iter().map(Document::of).collect(),
            ledger: LedgerFacts {
                shown: reading.ledger.shown,
                kept: reading.ledger.kept,
                not_understood: reading.ledger.not_understood,
            },
            issues: reading
                .issues
                .iter()
                .map(|i| IssueFacts {
                    severity: format!("{:?}", i.severity).to_lowercase(),
                    code: format!("{:?}", i.code),
                    at: i.at.clone(),
                    text: i.found.clone(),
                })
                .collect(),
            conformance: reading
                .conformance
                .iter()
                .map(|c| Check { profile: c.profile.clone(), check: c.check.clone(), met: c.met, at: c.at.clone() })
                .collect(),
            error: None,
        }
    }
}

impl PersonFacts {
    fn of(person: &tessera::record::Person) -> Self {
        let number: Option<NhsNumber> = person.nhs_number();
        PersonFacts {
            name: person.name.clone(),
            birth_date: person.birth_date.as_ref().map(|d| d.text.clone()),
            sex: person.sex.map(|s| match s {
                Sex::Female => "female",
                Sex::Male => "male",
                Sex::Other => "other",
                Sex::Unknown => "unknown",
            }),
            nhs_number: number.as_ref().map(|n| n.digits.clone()),
            nhs_number_valid: number.map(|n| n.valid),
            identifiers: person
                .identifiers
                .iter()
                .map(|i| Identifier { system: i.system.clone(), value: i.value.clone() })
                .collect(),
        }
    }
}

impl Counts {
    /// Entries by kind, before merging; those entered in error are in no clinical count.
    fn of(reading: &Reading) -> Self {
        let sound: Vec<&Entry> = reading.entries.iter().filter(|e| !e.in_error()).collect();
        let of = |kind: Kind| sound.iter().filter(move |e| e.kind == kind);
        let absent = |e: &&&Entry| matches!(e.polarity, Polarity::NoneKnown | Polarity::Unknown);
        let statements = of(Kind::MedicationStatement).count();
        let medicine = if reading.entries.iter().any(|e| e.kind == Kind::MedicationStatement) {
            Kind::MedicationStatement
        } else {
            Kind::MedicationRequest
        };
        let plan = |e: &&&Entry| {
            matches!(e.kind, Kind::CarePlan | Kind::Goal | Kind::ServiceRequest | Kind::Appointment)
                || e.section == tessera::record::Section::PlanOfCare
        };
        let known = [
            Kind::AllergyIntolerance,
            Kind::MedicationStatement,
            Kind::MedicationRequest,
            Kind::Condition,
            Kind::Observation,
            Kind::DiagnosticReport,
            Kind::Immunization,
            Kind::Procedure,
            Kind::Encounter,
            Kind::DocumentReference,
        ];
        Counts {
            allergies: of(Kind::AllergyIntolerance).filter(|e| !absent(e)).count(),
            allergy_statements_of_absence: of(Kind::AllergyIntolerance).filter(absent).count(),
            medicines: if medicine == Kind::MedicationStatement { statements } else { of(medicine.clone()).count() },
            medicines_active: of(medicine)
                .filter(|e| e.status.standing == Standing::Active && e.polarity.is_positive())
                .count(),
            medication_requests: of(Kind::MedicationRequest).count(),
            conditions: of(Kind::Condition).count(),
            observations: of(Kind::Observation).count(),
            reports: of(Kind::DiagnosticReport).count(),
            immunisations: of(Kind::Immunization).count(),
            procedures: of(Kind::Procedure).count(),
            encounters: of(Kind::Encounter).count(),
            documents: reading.attachments.len(),
            plans: sound.iter().filter(plan).count(),
            other: sound.iter().filter(|e| !known.contains(&e.kind) && !plan(e)).count(),
            entered_in_error: reading.entries.len() - sound.len(),
        }
    }
}

impl EntryFacts {
    fn of(entry: &Entry) -> Self {
        EntryFacts {
            section: entry.section.slug(),
            kind: match &entry.kind {
                Kind::Other(name) => name.clone(),
                kind => format!("{kind:?}"),
            },
            title: entry.title.clone(),
            codes: entry
                .concept
                .codings
                .iter()
                .map(|c| Code { system: c.system.clone(), code: c.code.clone(), display: c.display.clone() })
                .collect(),
            date: entry.date.as_ref().map(|d| d.text.clone()),
            status: entry.status.text.clone(),
            polarity: match entry.polarity {
                Polarity::Positive => "positive",
                Polarity::Negated => "negated",
                Polarity::Refuted => "refuted",
                Polarity::NotDone => "not-done",
                Polarity::NotTaken => "not-taken",
                Polarity::DoNotPerform => "do-not-perform",
                Polarity::NoneKnown => "none-known",
                Polarity::Unknown => "unknown",
            },
            value: entry.value.as_ref().map(Value::text),
            unit: unit(entry.value.as_ref()),
            components: entry.components.iter().map(ComponentFacts::of).collect(),
            degraded: entry.degraded.as_ref().map(|c| c.code.clone()),
            at: entry.at.clone(),
        }
    }
}

impl ComponentFacts {
    fn of(component: &Component) -> Self {
        ComponentFacts {
            title: component.title.clone(),
            value: component.value.as_ref().map(Value::text),
            unit: unit(component.value.as_ref()),
        }
    }
}

impl Document {
    fn of(attachment: &tessera::record::Attachment) -> Self {
        Document {
            title: attachment.title.clone(),
            content_type: attachment.content_type.clone(),
            bytes: attachment.bytes,
            sha256: attachment.hash.map(|h| h.hex()),
        }
    }
}

fn unit(value: Option<&Value>) -> Option<String> {
    value.map(Value::unit).filter(|u| !u.is_empty()).map(str::to_owned)
}
