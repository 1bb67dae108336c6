use super::lines::{Record, TEST_NAME, said};
use super::shape::What;
use super::some_date;
use crate::import::fhir::words::{absence, absence_of_allergy, standing};
use crate::import::hl7v2::compared;
use crate::record::{Component, Concept, Detail, Entry, Kind, Quantity, Reaction, Section, Standing, Value};

/// The entries of one record: mostly one; a laboratory report is followed by its results. None if it says nothing.
pub fn entries(what: What, record: &Record, at: &str) -> Vec<Entry> {
    let start = |kind: Kind, title: &str| {
        let mut entry = Entry::new(what.section(), kind, at, title);
        entry.concept = Concept::words(title);
        entry.custodian = Some(record.get("Location").to_owned()).filter(|l| !l.is_empty());
        entry
    };
    let mut made = match what {
        What::Medicine => vec![medicine(start, record)],
        What::Allergy => vec![allergy(start, record)],
        What::Problem => vec![problem(start, record)],
        What::Vaccine => vec![vaccine(start, record)],
        What::Vital => vec![vital(start, record)],
        What::OwnVital => vec![own_vital(start, record)],
        What::Laboratory => laboratory(start, record),
        What::OwnTest => vec![own_test(start, record)],
        What::Report => vec![report(start, record)],
        What::Note => vec![note(start, record)],
        What::Stay => vec![stay(start, record)],
        What::Appointment => vec![appointment(start, record)],
        What::Event => vec![event(start, record)],
        What::Relative => vec![relative(start, record)],
    };
    for entry in &mut made {
        entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if entry.title.is_empty() {
            (entry.title, entry.named) = (what.kind().to_owned(), false);
        }
        let none = if what.section() == Section::Allergies { absence_of_allergy } else { absence };
        if let Some(found) = none(&entry.concept) {
            entry.polarity = found;
        }
    }
    made
}

fn detail(entry: &mut Entry, name: &str, text: &str) {
    if !text.is_empty() {
        entry.details.push(Detail { name: name.to_owned(), text: text.to_owned() });
    }
}

fn note_of(entry: &mut Entry, text: &str) {
    if !text.is_empty() {
        entry.notes.push(text.to_owned());
    }
}

fn status(entry: &mut Entry, text: &str) {
    entry.status.text = text.to_owned();
    entry.status.standing = match text.to_ascii_lowercase().as_str() {
        "discontinued" | "cancelled" | "canceled" | "appointment not kept" | "no-show" => Standing::Stopped,
        "expired" | "completed" | "resolved" => Standing::Ended,
        "refill in process" | "active: refill in process" | "submitted" | "active: submitted" => Standing::Active,
        "hold" | "active: on hold" | "on hold" => Standing::OnHold,
        "future" => Standing::Planned,
        // "Discontinued by provider", "Discontinued (edit)".
        word if word.starts_with("discontinued") => Standing::Stopped,
        word => standing(word),
    };
}

fn medicine(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let own = !r.get("Drug Name").is_empty();
    let title = if own { r.get("Drug Name") } else { r.get("Medication") };
    let mut entry = start(Kind::MedicationStatement, title);
    status(&mut entry, r.get("Status"));
    for label in ["Instructions", "Dose", "Frequency"] {
        entry.dose.extend(Some(r.get(label).to_owned()).filter(|t| !t.is_empty()));
    }
    entry.date = some_date(r.get("Initially Ordered On")).or_else(|| some_date(r.get("Start Date")));
    entry.end = some_date(r.get("Stop Date"));
    detail(&mut entry, "strength", r.get("Drug Strength"));
    detail(&mut entry, "quantity", r.get("Quantity"));
    detail(&mut entry, "daysSupply", r.get("Days Supply"));
    detail(&mut entry, "numberOfRepeatsAllowed", r.get("Refills Remaining"));
    detail(&mut entry, "lastIssueDate", r.get("Last Filled On"));
    detail(&mut entry, "category", r.get("Category"));
    detail(&mut entry, "reason", r.get("Reason for taking"));
    detail(&mut entry, "reason", r.get("Indication"));
    detail(&mut entry, "prescriptionNumber", r.get("Prescription Number"));
    for label in ["Pharmacy", "Pharmacy Name", "Pharmacy Phone"] {
        detail(&mut entry, "pharmacy", r.get(label));
    }
    entry.performer.extend(Some(r.get("Prescriber").to_owned()).filter(|t| !t.is_empty()));
    note_of(&mut entry, r.get("Comments"));
    entry
}

fn allergy(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::AllergyIntolerance, r.get("Allergy Name"));
    let manifestation = r.get("Reaction");
    let severity = r.get("Severity").to_owned();
    if !manifestation.is_empty() || !severity.is_empty() {
        let manifestations = Some(Concept::words(manifestation)).filter(|c| !c.is_empty()).into_iter().collect();
        entry.reactions.push(Reaction { manifestations, severity, ..Reaction::default() });
    }
    entry.category = Some(Concept::words(r.get("Allergy Type"))).filter(|c| !c.is_empty()).into_iter().collect();
    entry.date = some_date(r.get("Date")).or_else(|| some_date(r.get("Effective Date")));
    entry.recorded = some_date(r.get("Date Entered"));
    detail(&mut entry, "drugClass", r.get("VA Drug Class"));
    detail(&mut entry, "observedOrHistorical", r.get("Observed/Historical"));
    detail(&mut entry, "diagnosed", r.get("Diagnosed"));
    note_of(&mut entry, r.get("Comments"));
    entry
}

fn problem(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::Condition, r.get("Problem"));
    status(&mut entry, r.get("Status"));
    entry.recorded = some_date(r.get("Date/Time Entered"));
    entry.performer.extend(Some(r.get("Provider").to_owned()).filter(|t| !t.is_empty()));
    note_of(&mut entry, r.get("Comments"));
    entry
}

fn vaccine(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::Immunization, r.get("Immunization"));
    entry.date = some_date(r.get("Date Received"));
    entry.status.standing = Standing::Ended;
    detail(&mut entry, "series", r.get("Other"));
    detail(&mut entry, "route", r.get("Method"));
    detail(&mut entry, "reaction", r.get("Reaction"));
    detail(&mut entry, "reaction", r.get("Reactions"));
    entry.performer.extend(Some(r.get("Provider").to_owned()).filter(|t| !t.is_empty()));
    note_of(&mut entry, r.get("Comments"));
    entry
}

/// A number with the words behind it as its unit; anything else as it is written.
fn measured(text: &str) -> Option<Value> {
    let text = said(text);
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    match compared(number) {
        _ if text.is_empty() => None,
        Some((comparator, number)) => Some(Value::Quantity(quantity(number, comparator, unit))),
        None => Some(Value::Text(text.to_owned())),
    }
}

fn quantity(number: &str, comparator: &str, unit: &str) -> Quantity {
    Quantity {
        value: number.to_owned(),
        comparator: comparator.to_owned(),
        unit: unit.trim().to_owned(),
        ..Quantity::default()
    }
}

fn vital(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::Observation, r.get("Vital Sign"));
    entry.value = measured(r.get("Measurement"));
    entry.date = some_date(r.get("Date/Time Collected"));
    entry.status.standing = Standing::Final;
    note_of(&mut entry, r.get("Comments"));
    entry
}

fn own_vital(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::Observation, r.get("Measurement Type"));
    entry.date = some_date([r.get("Date"), r.get("Time")].join(" @ ").trim_end_matches(" @ "));
    let unit = r.get("Measure");
    const ASIDE: [&str; 9] =
        ["Measurement Type", "Date", "Time", "Measure", "Comments", "Location", "Provider", "Method", "Target range"];
    let readings: Vec<(&str, &str)> =
        r.fields.iter().map(|(l, v)| (*l, said(v))).filter(|(l, v)| !ASIDE.contains(l) && !v.is_empty()).collect();
    let value = |text: &str| match (measured(text), unit) {
        (Some(Value::Quantity(q)), unit) if q.unit.is_empty() => {
            Some(Value::Quantity(quantity(&q.value, &q.comparator, unit)))
        }
        (other, _) => other,
    };
    if let [(_, only)] = readings.as_slice() {
        entry.value = value(only);
    } else {
        entry.components = readings
            .into_iter()
            .map(|(label, text)| Component {
                title: label.to_owned(),
                concept: Concept::words(label),
                value: value(text),
                range: Vec::new(),
                interpretation: Vec::new(),
            })
            .collect();
    }
    entry.range = Some(r.get("Target range").to_owned()).filter(|t| !t.is_empty()).into_iter().collect();
    entry.performer.extend(Some(r.get("Provider").to_owned()).filter(|t| !t.is_empty()));
    detail(&mut entry, "method", r.get("Method"));
    note_of(&mut entry, r.get("Comments"));
    entry
}

/// A laboratory report, and each of its results.
fn laboratory(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Vec<Entry> {
    let mut report = start(Kind::DiagnosticReport, r.get("Lab Test").trim_end_matches('.'));
    report.date = some_date(r.get("Date/Time Collected"));
    report.recorded = some_date(r.get("Date/Time Completed"));
    report.category = Some(Concept::words(r.get("Lab Type"))).filter(|c| !c.is_empty()).into_iter().collect();
    report.custodian = Some(r.get("Ordering Location").to_owned()).filter(|t| !t.is_empty());
    detail(&mut report, "requester", r.get("Ordering Provider"));
    detail(&mut report, "specimen", r.get("Specimen"));
    detail(&mut report, "specimenNote", r.get("Collection Sample"));
    if !r.body.is_empty() {
        report.value = Some(Value::Text(r.body.clone()));
    }
    // A report's comment stands after its last result.
    note_of(&mut report, r.get("Comments"));
    let mut groups: Vec<Record> = Vec::new();
    for (label, value) in &r.fields {
        if *label == TEST_NAME {
            groups.push(Record::default());
        }
        if let Some(group) = groups.last_mut() {
            group.fields.push((label, value.clone()));
        }
    }
    let mut out = vec![report];
    for (n, group) in groups.iter().enumerate() {
        let mut entry = start(Kind::Observation, group.get(TEST_NAME));
        entry.at = format!("{}.{}", entry.at, n + 1);
        entry.date = some_date(r.get("Date/Time Collected"));
        result(&mut entry, group.get("Result"), group.get("Units"));
        let range = group.get("Reference Range").trim_start_matches('(').trim_end_matches(')').trim().to_owned();
        entry.range = Some(range).filter(|t| !t.is_empty()).into_iter().collect();
        entry.status.text = group.get("Status").to_owned();
        entry.status.standing = standing(&group.get("Status").to_ascii_lowercase());
        entry.performer.extend(Some(group.get("Performing Location").to_owned()).filter(|t| !t.is_empty()));
        detail(&mut entry, "specimen", r.get("Specimen"));
        note_of(&mut entry, group.get("Interpretation"));
        let at = entry.at.clone();
        if let Some(report) = out.first_mut() {
            report.status.standing = entry.status.standing;
            report.links.push(crate::record::Link { role: "result".to_owned(), to: at });
        }
        out.push(entry);
    }
    out
}

/// `6.5 Critical High` with `mmol/L`: the number, its unit, and the laboratory's own flag.
fn result(entry: &mut Entry, text: &str, unit: &str) {
    let (number, flag) = text.split_once(' ').unwrap_or((text, ""));
    match compared(number) {
        Some((comparator, digits)) => {
            entry.value = Some(Value::Quantity(quantity(digits, comparator, unit)));
            entry.interpretation = Some(Concept::words(flag.trim())).filter(|c| !c.is_empty()).into_iter().collect();
        }
        None if !text.is_empty() => {
            entry.value = Some(Value::Text(text.to_owned()));
            detail(entry, "unit", unit);
        }
        None => {}
    }
}

fn own_test(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::DiagnosticReport, r.get(TEST_NAME));
    entry.date = some_date(r.get("Date"));
    entry.custodian = Some(r.get("Location performed").to_owned()).filter(|t| !t.is_empty());
    entry.performer.extend(Some(r.get("Provider").to_owned()).filter(|t| !t.is_empty()));
    let words = [r.get("Results"), r.body.as_str()].join("\n").trim().to_owned();
    entry.value = Some(Value::Text(words)).filter(|v| !v.text().is_empty());
    note_of(&mut entry, r.get("Comments"));
    entry
}

fn report(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let title = [r.get("Procedure/Test Name"), r.get("Type of Report")].into_iter().find(|t| !t.is_empty());
    let mut entry = start(Kind::DiagnosticReport, title.unwrap_or_default());
    entry.date = some_date(r.get("Date/Time Exam Performed")).or_else(|| some_date(r.get("Date Obtained")));
    entry.recorded = some_date(r.get("Date Completed"));
    for label in ["Performing Location", "Ordering Location"] {
        if entry.custodian.is_none() {
            entry.custodian = Some(r.get(label).to_owned()).filter(|t| !t.is_empty());
        }
    }
    entry.performer.extend(Some(r.get("Radiologist").to_owned()).filter(|t| !t.is_empty()));
    detail(&mut entry, "requester", r.get("Requesting Provider"));
    detail(&mut entry, "specimen", r.get("Specimen"));
    detail(&mut entry, "reason", r.get("Reasons for Study"));
    detail(&mut entry, "reason", r.get("Reason for Study"));
    detail(&mut entry, "clinicalHistory", r.get("Clinical History"));
    entry.value = Some(Value::Text(r.body.clone())).filter(|v| !v.text().is_empty());
    entry
}

fn note(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::DocumentReference, r.get("Note Title"));
    entry.date = some_date(r.get("Date/Time"));
    entry.recorded = some_date(r.get("Date/Time Signed"));
    for label in ["Signed By", "Co-signed By"] {
        let name = r.get(label).to_owned();
        if !name.is_empty() && !entry.performer.contains(&name) {
            entry.performer.push(name);
        }
    }
    entry.concept = Concept::default();
    entry.value = Some(Value::Text(r.body.clone())).filter(|v| !v.text().is_empty());
    entry
}

fn stay(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let title = ["Admission Diagnosis", "Reason for admission", "Location"].map(|l| r.get(l));
    let mut entry = start(Kind::Encounter, title.into_iter().find(|t| !t.is_empty()).unwrap_or_default());
    entry.date = some_date(r.get("Admission Date"));
    entry.end = some_date(r.get("Discharge Date"));
    entry.status.standing = if entry.end.is_some() { Standing::Ended } else { Standing::Unknown };
    for label in ["Admitting Physician", "Discharge Physician"] {
        let name = r.get(label).to_owned();
        if !name.is_empty() && !entry.performer.contains(&name) {
            entry.performer.push(name);
        }
    }
    note_of(&mut entry, &r.body);
    entry
}

fn appointment(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let title = ["Clinic", "Type", "Location"].map(|l| r.get(l));
    let mut entry = start(Kind::Appointment, title.into_iter().find(|t| !t.is_empty()).unwrap_or_default());
    entry.date = some_date(r.get("Date/Time"));
    status(&mut entry, r.get("Status"));
    detail(&mut entry, "location", r.get("Location"));
    detail(&mut entry, "telecom", r.get("Phone Number"));
    entry
}

fn event(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::Condition, r.get("Medical Event"));
    entry.date = some_date(r.get("Start Date"));
    entry.end = some_date(r.get("Stop Date"));
    detail(&mut entry, "response", r.get("Response"));
    note_of(&mut entry, r.get("Comments"));
    entry
}

fn relative(start: impl Fn(Kind, &str) -> Entry, r: &Record) -> Entry {
    let mut entry = start(Kind::FamilyMemberHistory, r.get("Relationship"));
    detail(&mut entry, "relationship", r.get("Relationship"));
    detail(&mut entry, "name", [r.get("First Name"), r.get("Last Name")].join(" ").trim());
    detail(&mut entry, "deceased", r.get("Living or Deceased"));
    note_of(&mut entry, r.get("Health Issues"));
    note_of(&mut entry, r.get("Other Health Issues"));
    note_of(&mut entry, &r.body);
    note_of(&mut entry, r.get("Comments"));
    entry
}
