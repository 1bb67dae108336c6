//! One entry as one FHIR R4 resource.
//!
//! What R4 has an element for stands there; the rest of an entry's details stand in an extension of ours, name and
//! words. What would change the meaning and has no element of its own is a `modifierExtension`, which readers that do
//! not know it must not overlook.

use std::borrow::Cow;

use serde_json::{Map, Number, Value, json};

use super::OURS;
use super::dates::{self, Form};
use crate::record::{
    Coding, Component, Concept, Entry, Hash, Kind, NhsNumber, PLACE, PartialDate, Polarity, Quantity, Reaction,
    Standing, Value as Found,
    absence::{absence, absence_of_allergy},
    system,
};

type Object = Map<String, Value>;

/// The resource type of an entry.
pub fn kind(entry: &Entry) -> &str {
    match &entry.kind {
        Kind::AllergyIntolerance => "AllergyIntolerance",
        Kind::MedicationStatement => "MedicationStatement",
        Kind::MedicationRequest => "MedicationRequest",
        Kind::MedicationDispense => "MedicationDispense",
        Kind::MedicationAdministration => "MedicationAdministration",
        Kind::Condition => "Condition",
        Kind::Observation => "Observation",
        Kind::DiagnosticReport => "DiagnosticReport",
        Kind::Immunization => "Immunization",
        Kind::Procedure => "Procedure",
        Kind::Encounter => "Encounter",
        Kind::DocumentReference => "DocumentReference",
        Kind::CarePlan => "CarePlan",
        Kind::Goal => "Goal",
        Kind::ServiceRequest => "ServiceRequest",
        Kind::Appointment => "Appointment",
        Kind::DeviceUseStatement => "DeviceUseStatement",
        Kind::FamilyMemberHistory => "FamilyMemberHistory",
        Kind::Flag => "Flag",
        Kind::Consent => "Consent",
        // What stands as words in a format of its own (a section of a CDA document, a note of HL7 v2) is no resource
        // of FHIR's: it travels as something that was told.
        Kind::Other(kind) if is_foreign(kind) => "Communication",
        Kind::Other(kind) => kind,
    }
}

/// True for what is called by another format's name: none of the resource types that a reader shows.
fn is_foreign(kind: &str) -> bool {
    const SHOWN: [&str; 18] = [
        "AdverseEvent",
        "ClinicalImpression",
        "Communication",
        "Composition.section",
        "DetectedIssue",
        "DeviceRequest",
        "EpisodeOfCare",
        "ImagingStudy",
        "ImmunizationRecommendation",
        "Media",
        "MolecularSequence",
        "NutritionOrder",
        "QuestionnaireResponse",
        "RequestGroup",
        "RequestOrchestration",
        "RiskAssessment",
        "Task",
        "VisionPrescription",
    ];
    !SHOWN.contains(&kind)
}

/// What a document holds, by hash alone (RFC 6920): nothing of it travels.
pub fn names(contents: &[Hash], out: &mut Object) {
    list(out, "content", contents.iter().map(|hash| json!({"attachment": {"url": hash.name()}})));
}

/// True for what is no resource but a section's words alone.
pub fn as_section(entry: &Entry) -> bool {
    kind(entry).contains('.')
}

/// An entry that is a section's words.
pub fn section(entry: &Entry) -> Value {
    let words = entry.notes.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = json!({
        "title": entry.title,
        "text": {"status": "generated", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{words}</div>")},
    });
    if let Some(out) = out.as_object_mut().filter(|_| !entry.concept.is_empty()) {
        out.insert("code".into(), concept(&entry.concept));
    }
    out
}

/// True for identifiers that number people across providers (NHS, CHI, H&C).
pub fn is_number_of_people(uri: &str) -> bool {
    NhsNumber::is_system(uri) || [system::CHI_NUMBER, system::HC_NUMBER].contains(&uri)
}

/// The resource. Its links come after, by [`links`].
pub fn resource(entry: &Entry, number: usize, identifiers: bool) -> Object {
    let entry = &*in_codes(entry);
    let kind = kind(entry);
    let mut out = Object::new();
    put(&mut out, "resourceType", json!(kind));
    put(&mut out, "id", json!(number.to_string()));
    list(
        &mut out,
        "identifier",
        entry.identifiers.iter().filter(|_| identifiers).map(|i| {
            let mut one = Object::new();
            words(&mut one, "system", &i.system);
            words(&mut one, "value", &i.value);
            Value::Object(one)
        }),
    );
    if !entry.labels.is_empty() {
        put(&mut out, "meta", json!({"security": entry.labels.iter().map(|c| coding(c, true)).collect::<Vec<_>>()}));
    }
    let subject = match entry.kind {
        Kind::AllergyIntolerance | Kind::Immunization | Kind::FamilyMemberHistory | Kind::Consent => "patient",
        _ => "subject",
    };
    if !matches!(entry.kind, Kind::Appointment) {
        put(&mut out, subject, json!({"reference": "Patient/p"}));
    }
    let mut details = Details::of(entry);
    about(entry, kind, &mut out);
    match entry.kind {
        Kind::AllergyIntolerance => allergy(entry, &mut out, &mut details),
        Kind::Condition => condition(entry, &mut out, &mut details),
        Kind::MedicationStatement
        | Kind::MedicationRequest
        | Kind::MedicationDispense
        | Kind::MedicationAdministration => medicine(entry, &mut out, &mut details),
        Kind::Observation => observation(entry, &mut out, &mut details),
        Kind::DiagnosticReport => report(entry, &mut out, &mut details),
        _ => {
            status(entry, &mut out);
            dates(entry, kind, &mut out);
            match entry.kind {
                Kind::Immunization => {
                    details.words("lotNumber", &mut out);
                    details.concept("statusReason", &mut out);
                }
                Kind::Procedure => details.concept("statusReason", &mut out),
                Kind::Encounter => {
                    let class = details.take("class");
                    if let Some(code) = class.first() {
                        // A code of FHIR's own set is known by its capitals (`AMB`); another stands as its source wrote it.
                        let known = code.bytes().all(|b| b.is_ascii_uppercase());
                        let system = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
                        let class = if known { json!({"system": system, "code": code}) } else { json!({"code": code}) };
                        put(&mut out, "class", class);
                    }
                    details.all.extend(class.into_iter().skip(1).map(|c| ("class", c)));
                }
                _ => {}
            }
        }
    }
    people(entry, &mut out);
    if entry.kind != Kind::AllergyIntolerance {
        // In which file a statement's entry stands is nobody else's.
        let place = |c: &&Concept| !c.codings.iter().any(|k| k.system == PLACE);
        let category = entry.category.iter().filter(place).map(concept);
        list(&mut out, "category", category);
    }
    list(&mut out, "note", entry.notes.iter().map(|n| json!({"text": n})));
    list(
        &mut out,
        "extension",
        details
            .left()
            .map(|(name, text)| json!({"url": format!("{OURS}detail"), "valueString": format!("{name}: {text}")})),
    );
    polarity(entry, &mut out);
    out
}

/// An entry with no more than what it is about, when, and what becomes of it: enough to know it again.
pub fn bare(entry: &Entry) -> Entry {
    Entry {
        notes: Vec::new(),
        details: Vec::new(),
        performer: Vec::new(),
        dose: Vec::new(),
        reactions: Vec::new(),
        range: Vec::new(),
        interpretation: Vec::new(),
        custodian: None,
        ..entry.clone()
    }
}

/// The links to other resources of the document.
pub fn links<'a>(resource: &mut Object, links: impl Iterator<Item = (&'a str, Value)>) {
    for (role, reference) in links {
        match role {
            "encounter" | "priorPrescription" => put(resource, role, reference),
            "basedOn"
            | "reasonReference"
            | "result"
            | "hasMember"
            | "derivedFrom"
            | "partOf"
            | "authorizingPrescription" => {
                if let Some(list) = resource.entry(role).or_insert_with(|| json!([])).as_array_mut() {
                    list.push(reference);
                }
            }
            _ => {}
        }
    }
}

/// The details of an entry, taken one by one into elements; what is left goes into the extension.
struct Details<'e> {
    all: Vec<(&'e str, &'e str)>,
}

impl<'e> Details<'e> {
    fn of(entry: &'e Entry) -> Self {
        Self { all: entry.details.iter().map(|d| (d.name.as_str(), d.text.as_str())).collect() }
    }

    fn take(&mut self, name: &str) -> Vec<&'e str> {
        let (found, left) = self.all.iter().partition(|(n, _)| *n == name);
        self.all = left;
        let found: Vec<(&str, &str)> = found;
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// Takes a detail whose element is a list of concepts.
    fn concepts(&mut self, name: &str, out: &mut Object) {
        list(out, name, self.take(name).into_iter().map(|t| json!({"text": t})));
    }

    /// Takes a detail whose element is one concept, if it stands once.
    fn concept(&mut self, name: &str, out: &mut Object) {
        if self.all.iter().filter(|(n, _)| *n == name).count() == 1 {
            self.take(name).into_iter().for_each(|t| put(out, name, json!({"text": t})));
        }
    }

    /// Takes a detail whose element is a code or words.
    fn words(&mut self, name: &str, out: &mut Object) {
        if self.all.iter().filter(|(n, _)| *n == name).count() == 1 {
            self.take(name).into_iter().for_each(|t| put(out, name, json!(t)));
        }
    }

    fn left(self) -> impl Iterator<Item = (&'e str, &'e str)> {
        self.all.into_iter()
    }
}

/// What it is about, in the element that its type has for it.
fn about(entry: &Entry, kind: &str, out: &mut Object) {
    let mut subject = entry.concept.clone();
    // A title that came from elsewhere in the original (its narrative, a product's own name) must not get lost.
    if subject.label().is_none() && entry.named && !matches!(entry.kind, Kind::DocumentReference) {
        subject.text.clone_from(&entry.title);
    }
    // Nor must the words that a list shows, where the code is called something else.
    if matches!(&entry.kind, Kind::Other(kind) if is_foreign(kind)) {
        subject.text.clone_from(&entry.title);
    }
    let element = match kind {
        "MedicationStatement" | "MedicationRequest" | "MedicationDispense" | "MedicationAdministration" => {
            "medicationCodeableConcept"
        }
        "Immunization" => "vaccineCode",
        "Encounter" | "DocumentReference" | "EpisodeOfCare" | "Media" => "type",
        "CarePlan" | "QuestionnaireResponse" => "title",
        "ImagingStudy" | "Goal" | "Appointment" => "description",
        "DeviceUseStatement" => "device",
        "Consent" => "scope",
        "AdverseEvent" => "event",
        "FamilyMemberHistory" => "condition",
        "Communication" => "reasonCode",
        _ => "code",
    };
    let label = subject.label().unwrap_or(&entry.title).to_owned();
    match element {
        _ if subject.is_empty() => {}
        // A plan without a title is called by its category, which stands in its own element.
        "title" if entry.category.first() == Some(&entry.concept) => {}
        "title" => put(out, element, json!(label)),
        "description" if kind == "Goal" => put(out, element, concept(&subject)),
        "description" => put(out, element, json!(label)),
        "device" => put(out, element, json!({"display": label})),
        "type" if kind == "Encounter" => put(out, element, json!([concept(&subject)])),
        "reasonCode" => put(out, element, json!([concept(&subject)])),
        "condition" => {
            let whose = entry.detail("relationship").unwrap_or_default();
            // `Father: asthma` is the reader's own title for the two.
            let of = |text: &str| text.strip_prefix(whose).and_then(|t| t.strip_prefix(": ")).map(str::to_owned);
            if let Some(what) = of(&subject.text).filter(|_| !whose.is_empty()) {
                subject.text = what;
            }
            put(out, "condition", json!([{"code": concept(&subject)}]));
            put(out, "relationship", json!({"text": whose}));
        }
        _ => put(out, element, concept(&subject)),
    }
    if kind == "DocumentReference" && entry.concept.label() != Some(entry.title.as_str()) {
        put(out, "description", json!(entry.title));
    }
    if kind == "QuestionnaireResponse" {
        let answers = entry.components.iter().zip(1..).map(|(component, n)| {
            let mut answer = Object::new();
            value(component.value.as_ref(), &mut answer);
            json!({"linkId": n.to_string(), "text": component.title, "answer": [answer]})
        });
        list(out, "item", answers);
    }
}

fn allergy(entry: &Entry, out: &mut Object, details: &mut Details<'_>) {
    clinical(entry, "allergyintolerance", out);
    list(out, "category", entry.category.iter().filter_map(Concept::label).map(|c| json!(c)));
    match (&entry.date, &entry.end) {
        (date, Some(end)) => put(out, "onsetPeriod", period(date.as_ref(), Some(end))),
        (Some(date), None) => onset(out, "onset", date),
        (None, None) => {}
    }
    when(out, "recordedDate", &entry.recorded);
    list(out, "reaction", entry.reactions.iter().map(reaction));
    details.words("type", out);
    details.words("criticality", out);
    details.words("lastOccurrence", out);
}

fn condition(entry: &Entry, out: &mut Object, details: &mut Details<'_>) {
    clinical(entry, "condition", out);
    entry.date.iter().for_each(|d| onset(out, "onset", d));
    entry.end.iter().for_each(|d| onset(out, "abatement", d));
    when(out, "recordedDate", &entry.recorded);
    details.concept("severity", out);
    details.concepts("bodySite", out);
}

/// Clinical and verification status of allergies and conditions.
fn clinical(entry: &Entry, of: &str, out: &mut Object) {
    let code = |set: &str, code: &str| json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{of}-{set}"), "code": code}]});
    const CLINICAL: [&str; 6] = ["active", "recurrence", "relapse", "inactive", "remission", "resolved"];
    let word = match (entry.status.text.as_str(), entry.status.standing) {
        (known, _) if CLINICAL.contains(&known) => Some(known),
        (_, Standing::Active) => Some("active"),
        (_, Standing::Ended | Standing::Stopped) => Some("inactive"),
        _ => None,
    };
    // What is not so has no course, for a reader who knows nothing of our own mark.
    if let Some(word) = word.filter(|_| entry.polarity != Polarity::Negated) {
        put(out, "clinicalStatus", code("clinical", word));
    }
    let certainty = match entry.polarity {
        Polarity::Negated => "refuted",
        Polarity::Refuted if entry.status.certainty.is_empty() => "refuted",
        _ => entry.status.certainty.as_str(),
    };
    if !certainty.is_empty() {
        let set = if of == "condition" { "ver-status" } else { "verification" };
        put(out, "verificationStatus", code(set, certainty));
    }
}

fn medicine(entry: &Entry, out: &mut Object, details: &mut Details<'_>) {
    status(entry, out);
    let date = entry.date.as_ref();
    match entry.kind {
        Kind::MedicationRequest => {
            when(out, "authoredOn", &entry.recorded);
            let starts = date.filter(|d| entry.recorded.as_ref() != Some(*d));
            if starts.is_some() || entry.end.is_some() {
                put(out, "dispenseRequest", json!({"validityPeriod": period(starts, entry.end.as_ref())}));
            }
            details.words("intent", out);
            out.entry("intent").or_insert_with(|| json!("order"));
        }
        Kind::MedicationDispense => when(out, "whenHandedOver", &entry.date),
        _ => {
            // When a statement was made is never read as since when: a beginning on that very day is told.
            let told = entry.end.is_some() || entry.kind == Kind::MedicationStatement;
            let starts = date.filter(|d| told || entry.recorded.as_ref() != Some(*d));
            // What is still going on has begun on that day, and is not of that day alone.
            match starts.filter(|_| entry.end.is_none() && entry.kind == Kind::MedicationStatement) {
                Some(start) if entry.status.standing == Standing::Active => {
                    put(out, "effectivePeriod", period(Some(start), None));
                }
                _ => span(out, "effective", starts, entry.end.as_ref()),
            }
            when(out, "dateAsserted", &entry.recorded);
        }
    }
    let routes = if entry.dose.len() == 1 { details.take("route") } else { Vec::new() };
    let mut doses: Vec<Value> = entry.dose.iter().map(|d| json!({"text": d})).collect();
    if let (Some(Value::Object(dose)), [route]) = (doses.first_mut(), routes.as_slice()) {
        put(dose, "route", json!({"text": route}));
    } else {
        details.all.extend(routes.into_iter().map(|r| ("route", r)));
    }
    let element = match entry.kind {
        Kind::MedicationRequest | Kind::MedicationDispense => "dosageInstruction",
        _ => "dosage",
    };
    if entry.kind == Kind::MedicationAdministration {
        doses.truncate(1);
        if let Some(dose) = doses.pop() {
            put(out, element, dose);
        }
    } else {
        list(out, element, doses.into_iter());
    }
    details.concepts("reasonCode", out);
    match entry.kind {
        Kind::MedicationStatement => details.concepts("statusReason", out),
        _ => details.concept("statusReason", out),
    }
    if entry.kind == Kind::MedicationRequest {
        details.concept("courseOfTherapyType", out);
    }
}

fn observation(entry: &Entry, out: &mut Object, details: &mut Details<'_>) {
    status(entry, out);
    let date = entry.date.as_ref().filter(|d| entry.recorded.as_ref() != Some(*d) || entry.end.is_some());
    span(out, "effective", date, entry.end.as_ref());
    when_as(out, "issued", &entry.recorded, Form::Instant);
    measured(entry.value.as_ref(), &entry.range, &entry.interpretation, out);
    list(out, "component", entry.components.iter().map(component));
    details.concept("method", out);
    details.concept("bodySite", out);
}

fn report(entry: &Entry, out: &mut Object, details: &mut Details<'_>) {
    status(entry, out);
    let date = entry.date.as_ref().filter(|d| entry.recorded.as_ref() != Some(*d) || entry.end.is_some());
    span(out, "effective", date, entry.end.as_ref());
    when_as(out, "issued", &entry.recorded, Form::Instant);
    if let Some(found) = &entry.value {
        words(out, "conclusion", &found.text());
    }
    details.concepts("conclusionCode", out);
}

fn component(component: &Component) -> Value {
    let mut out = Object::new();
    let mut subject = component.concept.clone();
    if subject.label().is_none() {
        subject.text.clone_from(&component.title);
    }
    put(&mut out, "code", concept(&subject));
    measured(component.value.as_ref(), &component.range, &component.interpretation, &mut out);
    Value::Object(out)
}

fn measured(found: Option<&Found>, range: &[String], interpretation: &[Concept], out: &mut Object) {
    value(found, out);
    list(out, "referenceRange", range.iter().map(|r| json!({"text": r})));
    list(out, "interpretation", interpretation.iter().map(concept));
}

/// `value[x]`, digits as they are.
fn value(found: Option<&Found>, out: &mut Object) {
    match found {
        None => {}
        Some(Found::Quantity(q)) => match quantity(q) {
            Some(q) => put(out, "valueQuantity", q),
            None => put(out, "valueString", json!(format!("{}{} {}", q.comparator, q.value, q.unit_label()))),
        },
        Some(Found::Concept(c)) => put(out, "valueCodeableConcept", concept(c)),
        Some(Found::Text(t)) => put(out, "valueString", json!(t)),
        Some(Found::Range(low, high)) => pair(out, "valueRange", ("low", low), ("high", high)),
        Some(Found::Ratio(n, d)) => pair(out, "valueRatio", ("numerator", n), ("denominator", d)),
        Some(Found::Absent(why)) => put(out, "dataAbsentReason", concept(why)),
    }
}

fn pair(out: &mut Object, element: &str, first: (&str, &Quantity), second: (&str, &Quantity)) {
    let mut both = Object::new();
    for (key, q) in [first, second] {
        if let Some(q) = quantity(q).filter(|q| q.as_object().is_some_and(|o| !o.is_empty())) {
            put(&mut both, key, q);
        }
    }
    put(out, element, Value::Object(both));
}

/// A Quantity; `None` if its digits are no number that JSON can carry as written.
fn quantity(q: &Quantity) -> Option<Value> {
    let mut out = Object::new();
    if !q.value.is_empty() {
        let number: Number = q.value.parse().ok()?;
        if number.to_string() != q.value {
            return None;
        }
        put(&mut out, "value", Value::Number(number));
    }
    for (key, text) in [("comparator", &q.comparator), ("unit", &q.unit), ("system", &q.system), ("code", &q.code)] {
        words(&mut out, key, text);
    }
    Some(Value::Object(out))
}

fn reaction(reaction: &Reaction) -> Value {
    let mut out = Object::new();
    list(&mut out, "manifestation", reaction.manifestations.iter().map(concept));
    words(&mut out, "severity", &reaction.severity);
    words(&mut out, "description", &reaction.note);
    when(&mut out, "onset", &reaction.date);
    Value::Object(out)
}

/// Statuses that an Observation or a DiagnosticReport may have in R4.
const FINDING: [&str; 10] = [
    "registered",
    "partial",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "appended",
    "cancelled",
    "entered-in-error",
    "unknown",
];

/// `status`, for types that have a plain code there: the source's own where it is one of FHIR's, else by its meaning.
fn status(entry: &Entry, out: &mut Object) {
    let element = if entry.kind == Kind::Goal { "lifecycleStatus" } else { "status" };
    let text = entry.status.text.as_str();
    let is_code = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let standing = entry.status.standing;
    // Findings have words of their own for how far they are (ObservationStatus, DiagnosticReportStatus).
    let finding = matches!(entry.kind, Kind::Observation | Kind::DiagnosticReport);
    let word = match standing {
        _ if is_code && (!finding || FINDING.contains(&text)) => text,
        Standing::Stopped if finding => "cancelled",
        Standing::Ended if finding => "final",
        Standing::Active | Standing::OnHold | Standing::Planned if finding => "unknown",
        Standing::Active => "active",
        Standing::Ended => "completed",
        Standing::Stopped => "stopped",
        Standing::OnHold => "on-hold",
        Standing::Planned => "draft",
        Standing::Final => "final",
        Standing::Preliminary => "preliminary",
        Standing::Amended => "amended",
        Standing::EnteredInError => "entered-in-error",
        Standing::Unknown if text.is_empty() => return,
        Standing::Unknown => "unknown",
    };
    put(out, element, json!(word));
    if entry.kind == Kind::DocumentReference {
        words(out, "docStatus", &entry.status.certainty);
    }
}

/// Dates of the types that have no function of their own.
fn dates(entry: &Entry, kind: &str, out: &mut Object) {
    let (date, end) = (entry.date.as_ref(), entry.end.as_ref());
    match kind {
        "Immunization" => {
            date.iter().for_each(|d| onset(out, "occurrence", d));
            when(out, "recorded", &entry.recorded);
        }
        "Procedure" => span(out, "performed", date, end),
        "Encounter" | "Flag" | "EpisodeOfCare" | "CarePlan" => {
            if date.is_some() || end.is_some() {
                put(out, "period", period(date, end));
            }
            if kind == "CarePlan" {
                when(out, "created", &entry.recorded);
            }
        }
        "DocumentReference" => when_as(out, "date", &entry.date, Form::Instant),
        "DeviceUseStatement" => {
            span(out, "timing", date, end);
            when(out, "recordedOn", &entry.recorded);
        }
        "ServiceRequest" => {
            span(out, "occurrence", date.filter(|d| entry.recorded.as_ref() != Some(*d)), end);
            when(out, "authoredOn", &entry.recorded);
        }
        "Goal" => when_as(out, "startDate", &entry.date, Form::Day),
        "Appointment" => {
            when_as(out, "start", &entry.date, Form::Instant);
            when_as(out, "end", &entry.end, Form::Instant);
            when(out, "created", &entry.recorded);
        }
        "Consent" => when(out, "dateTime", &entry.date),
        "QuestionnaireResponse" => when(out, "authored", &entry.date),
        "Communication" => when(out, "sent", &entry.date),
        "ImagingStudy" => when(out, "started", &entry.date),
        _ => when(out, "date", &entry.date),
    }
}

/// Who did it, by name. R4 has one or two places for people in each type.
fn people(entry: &Entry, out: &mut Object) {
    let named = |name: &String| json!({"display": name});
    let mut who = entry.performer.iter();
    match entry.kind {
        Kind::AllergyIntolerance | Kind::Condition => {
            for element in ["asserter", "recorder"] {
                who.next().into_iter().for_each(|n| put(out, element, named(n)));
            }
        }
        Kind::MedicationStatement => who.next().into_iter().for_each(|n| put(out, "informationSource", named(n))),
        Kind::MedicationRequest => {
            for element in ["requester", "recorder"] {
                who.next().into_iter().for_each(|n| put(out, element, named(n)));
            }
        }
        Kind::Observation | Kind::DiagnosticReport | Kind::ServiceRequest => list(out, "performer", who.map(named)),
        Kind::Procedure | Kind::Immunization | Kind::MedicationDispense | Kind::MedicationAdministration => {
            list(out, "performer", who.map(|n| json!({"actor": named(n)})));
        }
        Kind::Encounter => list(out, "participant", who.map(|n| json!({"individual": named(n)}))),
        Kind::DocumentReference => list(out, "author", who.map(named)),
        _ => who.next().into_iter().for_each(|n| put(out, "author", named(n))),
    }
    if let Some(custodian) = &entry.custodian {
        match entry.kind {
            Kind::Encounter => put(out, "serviceProvider", named(custodian)),
            Kind::DocumentReference => put(out, "custodian", named(custodian)),
            _ => {}
        }
    }
}

/// True if what the entry names says for itself that none is known, or that nothing is known: by its code, its words, or a
/// finding's answer.
fn reads_as_nothing(entry: &Entry) -> bool {
    let answer = match &entry.value {
        Some(Found::Concept(answer)) => absence(answer),
        _ => None,
    };
    let named = match entry.kind {
        Kind::AllergyIntolerance => absence_of_allergy(&entry.concept),
        _ => absence(&entry.concept),
    };
    [named, answer].contains(&Some(entry.polarity))
}

/// The entry with the code of the International Patient Summary for none known, where no other reader could tell it: "No
/// Medications" is no medicine.
fn in_codes(entry: &Entry) -> Cow<'_, Entry> {
    let code = match entry.kind {
        _ if entry.polarity != Polarity::NoneKnown || reads_as_nothing(entry) => return Cow::Borrowed(entry),
        Kind::AllergyIntolerance => "no-known-allergies",
        Kind::MedicationStatement => "no-known-medications",
        Kind::Condition => "no-known-problems",
        Kind::Procedure => "no-known-procedures",
        Kind::Immunization => "no-known-immunizations",
        Kind::DeviceUseStatement => "no-known-devices",
        _ => return Cow::Borrowed(entry),
    };
    let mut told = entry.clone();
    let system = system::ABSENT_UNKNOWN.to_owned();
    told.concept.codings.push(Coding { system, code: code.to_owned(), display: String::new() });
    Cow::Owned(told)
}

/// What a statement says of its subject, where that is not plain from the rest.
fn polarity(entry: &Entry, out: &mut Object) {
    let native = match entry.polarity {
        Polarity::Positive => true,
        Polarity::NoneKnown => reads_as_nothing(entry),
        Polarity::Unknown => {
            if entry.concept.is_empty() {
                let why = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
                let why = json!({"url": why, "valueCode": "unknown"});
                if let Some(list) = out.entry("extension").or_insert_with(|| json!([])).as_array_mut() {
                    list.push(why);
                }
            }
            entry.concept.is_empty() || reads_as_nothing(entry)
        }
        Polarity::Refuted => matches!(entry.kind, Kind::AllergyIntolerance | Kind::Condition),
        Polarity::NotDone => {
            let typed = matches!(entry.kind, Kind::Procedure | Kind::Immunization | Kind::MedicationAdministration);
            if typed {
                put(out, "status", json!("not-done"));
            }
            typed
        }
        Polarity::NotTaken => {
            let typed = entry.kind == Kind::MedicationStatement;
            if typed {
                put(out, "status", json!("not-taken"));
            }
            typed
        }
        Polarity::DoNotPerform => {
            put(out, "doNotPerform", json!(true));
            matches!(entry.kind, Kind::MedicationRequest | Kind::ServiceRequest)
        }
        Polarity::Negated => false,
    };
    if !native {
        super::beside::negate(entry, out);
    }
}

/// A CodeableConcept with one label: its text, else the first name among its codes.
fn concept(concept: &Concept) -> Value {
    let mut out = Object::new();
    let mut labelled = !concept.text.trim().is_empty();
    let codings = concept.codings.iter().map(|c| {
        let keep = !labelled && !c.display.trim().is_empty();
        labelled |= keep;
        coding(c, keep)
    });
    let codings: Vec<Value> = codings.collect();
    list(&mut out, "coding", codings.into_iter());
    words(&mut out, "text", &concept.text);
    Value::Object(out)
}

fn coding(coding: &Coding, display: bool) -> Value {
    let mut out = Object::new();
    words(&mut out, "system", &coding.system);
    words(&mut out, "code", &coding.code);
    if display {
        words(&mut out, "display", &coding.display);
    }
    Value::Object(out)
}

fn put(out: &mut Object, key: &str, value: Value) {
    out.insert(key.to_owned(), value);
}

fn words(out: &mut Object, key: &str, text: &str) {
    if !text.is_empty() {
        put(out, key, json!(text));
    }
}

fn list(out: &mut Object, key: &str, values: impl Iterator<Item = Value>) {
    let values: Vec<Value> = values.collect();
    if !values.is_empty() {
        put(out, key, Value::Array(values));
    }
}

fn when(out: &mut Object, key: &str, date: &Option<PartialDate>) {
    if let Some(date) = date {
        dates::put(out, key, date, Form::Time);
    }
}

/// As [`when`], for an element of another form than dateTime.
fn when_as(out: &mut Object, key: &str, date: &Option<PartialDate>, form: Form) {
    if let Some(date) = date {
        dates::put(out, key, date, form);
    }
}

/// A dateTime, or the words of what is none.
fn onset(out: &mut Object, stem: &str, date: &PartialDate) {
    match date.known {
        Some(_) => dates::put(out, &format!("{stem}DateTime"), date, Form::Time),
        None => words(out, &format!("{stem}String"), &date.text),
    }
}

fn span(out: &mut Object, stem: &str, start: Option<&PartialDate>, end: Option<&PartialDate>) {
    match (start, end) {
        (Some(start), None) => dates::put(out, &format!("{stem}DateTime"), start, Form::Time),
        (start, Some(end)) => put(out, &format!("{stem}Period"), period(start, Some(end))),
        (None, None) => {}
    }
}

fn period(start: Option<&PartialDate>, end: Option<&PartialDate>) -> Value {
    let mut out = Object::new();
    for (key, date) in [("start", start), ("end", end)] {
        if let Some(date) = date {
            dates::put(&mut out, key, date, Form::Time);
        }
    }
    Value::Object(out)
}
