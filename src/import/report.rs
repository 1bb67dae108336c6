//! The import report in machine form, as `inspect` prints it and as a person can save it: one JSON object a file.
//! docs/import.md describes the shape. Its words are machine words, in English; no sentence of it is shown by the app.

use std::collections::HashMap;

use serde::Serialize;

use super::{Format, ImportError, cda, detect, encoding};
use crate::record::{
    Attachment, Component, Entry, Hash, Kind, NhsNumber, Nothing, Person, Polarity, Reading, Section, SectionSays, Sex,
    Standing, Value,
};

/// The report of a file that was read, in one line.
pub fn json(reading: &Reading, file_name: &str, hash: Hash, bytes: u64) -> String {
    write(&Report::of(reading, file_name, hash, bytes))
}

/// As [`json()`], for whoever has the original at hand: a title of CDA is then the statement's line in the standard's own
/// notation, `NOT Peanut`, `HGB = 13.2 g/dl @200003231430`, led by the source's words where these are others; the words
/// alone stand in `words` (docs/import.md, *The machine report*).
pub fn with_original(reading: &Reading, file_name: &str, hash: Hash, original: &[u8]) -> String {
    let mut report = Report::of(reading, file_name, hash, original.len() as u64);
    let text = encoding::text(original);
    if detect::binary(original).is_none() && detect::text(&text.text) == Some(Format::Cda) {
        let mut lines: HashMap<String, cda::Line> = cda::lines(&text.text, &reading.entries);
        for (entry, facts) in reading.entries.iter().zip(&mut report.entries) {
            facts.words = Some(entry.title.clone());
            if let Some(line) = lines.remove(&entry.at) {
                facts.title = lined(&entry.title, line.text);
                let mut parts = line.components;
                for (component, facts) in entry.components.iter().zip(&mut facts.components) {
                    if let Some(n) = parts.iter().position(|(concept, _)| *concept == component.concept) {
                        facts.title = lined(&component.title, parts.remove(n).1);
                    }
                }
            }
        }
    }
    write(&report)
}

/// A line, led by the source's words where it does not begin with them.
fn lined(words: &str, line: String) -> String {
    let bare = line.trim_start_matches("NOT ").trim_start_matches("REFUSED ");
    let same = bare.to_lowercase().starts_with(&words.to_lowercase());
    if same || words.is_empty() { line } else { format!("{words}: {line}") }
}

/// The report of a file of which nothing could be read, in one line.
pub fn refused(error: &ImportError, file_name: &str, hash: Hash, bytes: u64) -> String {
    write(&Report {
        file: file_name.to_owned(),
        sha256: hash.hex(),
        bytes,
        error: Some(error.to_string()),
        ..Report::default()
    })
}

fn write(report: &Report) -> String {
    // Plain structs of texts and numbers: writing them can't fail.
    serde_json::to_string(report).unwrap_or_default()
}

#[derive(Serialize, Default)]
struct Report {
    file: String,
    format: String,
    version: String,
    sha256: String,
    bytes: u64,
    people: Vec<PersonFacts>,
    counts: Counts,
    entries: Vec<EntryFacts>,
    says: Vec<SaysFacts>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
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

/// What a section says about having nothing, or only words.
#[derive(Serialize)]
struct SaysFacts {
    section: &'static str,
    nothing: &'static str,
    text: String,
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
    fn of(reading: &Reading, file_name: &str, hash: Hash, bytes: u64) -> Self {
        Report {
            file: file_name.to_owned(),
            format: reading.format.clone(),
            version: reading.version.clone(),
            sha256: hash.hex(),
            bytes,
            people: reading.people.iter().map(PersonFacts::of).collect(),
            counts: Counts::of(reading),
            entries: reading.entries.iter().map(EntryFacts::of).collect(),
            says: reading.says.iter().map(SaysFacts::of).collect(),
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
    fn of(person: &Person) -> Self {
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
                || e.section == Section::PlanOfCare
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
            words: None,
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

impl SaysFacts {
    fn of(says: &SectionSays) -> Self {
        SaysFacts {
            section: says.section.slug(),
            nothing: match says.nothing {
                Nothing::NoneKnown => "none-known",
                Nothing::Unavailable => "unavailable",
                Nothing::NotUnderstood => "not-understood",
                Nothing::EmptySection => "empty-section",
                Nothing::NarrativeOnly => "narrative-only",
                Nothing::NotAsked => "not-asked",
                Nothing::Withheld => "withheld",
                Nothing::Warned => "warned",
            },
            text: says.text.clone(),
            at: says.at.clone(),
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
    fn of(attachment: &Attachment) -> Self {
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
