use std::collections::HashMap;

use crate::import::node::Node;
use crate::record::{Check, PartialDate};

use super::datatypes::concept;
use super::index::Index;

/// Failing places that are listed of one check; how many more there are stands in its last line.
const PLACES: usize = 50;

/// What a provider can put right, counted while reading: each check once a profile, or once for each place where it is
/// not met. Elements that must be there are those of the base resource of the file's version; a profile may want more.
#[derive(Default)]
pub struct Checks {
    /// Met and unmet, in the order in which they were first made.
    made: Vec<Made>,
    by_name: HashMap<(String, String), usize>,
    /// Elements that must be there, by version: which it is, is known at the end.
    required: [Vec<(String, String, bool, String)>; 4],
}

struct Made {
    profile: String,
    check: String,
    unmet: usize,
    places: Vec<String>,
}

/// Versions in the order of [`REQUIRED`].
const VERSIONS: [&str; 4] = ["DSTU2", "STU3", "R4", "R5"];

/// Elements with a minimum of one, by base resource, in DSTU2, STU3, R4 (and R4B) and R5; empty where the version has no
/// such resource or wants none. `x[x]` is a choice.
const REQUIRED: &[(&str, [&str; 4])] = &[
    ("AllergyIntolerance", ["patient substance", "patient verificationStatus", "patient", "patient"]),
    ("Appointment", ["participant status", "participant status", "participant status", "participant status"]),
    ("CarePlan", ["status", "intent status subject", "intent status subject", "intent status subject"]),
    ("Communication", ["", "status", "status", "status"]),
    (
        "Composition",
        [
            "author date status subject title type",
            "author date status subject title type",
            "author date status title type",
            "author date status title type",
        ],
    ),
    ("Condition", ["code patient verificationStatus", "subject", "subject", "clinicalStatus subject"]),
    ("Consent", ["", "patient status", "category scope status", "status"]),
    ("DeviceUseStatement", ["device subject", "device status subject", "device status subject", ""]),
    ("DiagnosticOrder", ["subject", "", "", ""]),
    (
        "DiagnosticReport",
        ["code effective[x] issued performer status subject", "code status", "code status", "code status"],
    ),
    (
        "DocumentReference",
        ["content indexed status type", "content indexed status type", "content status", "content status"],
    ),
    ("Encounter", ["status", "status", "class status", "status"]),
    (
        "FamilyMemberHistory",
        [
            "patient relationship status",
            "patient relationship status",
            "patient relationship status",
            "patient relationship status",
        ],
    ),
    ("Flag", ["code status subject", "code status subject", "code status subject", "code status subject"]),
    (
        "Goal",
        [
            "description status",
            "description status",
            "description lifecycleStatus subject",
            "description lifecycleStatus subject",
        ],
    ),
    (
        "Immunization",
        [
            "patient reported status vaccineCode wasNotGiven",
            "notGiven patient primarySource status vaccineCode",
            "occurrence[x] patient status vaccineCode",
            "occurrence[x] patient status vaccineCode",
        ],
    ),
    ("List", ["mode status", "mode status", "mode status", "mode status"]),
    (
        "MedicationAdministration",
        [
            "effectiveTime[x] medication[x] patient status",
            "effective[x] medication[x] status subject",
            "effective[x] medication[x] status subject",
            "medication occurence[x] status subject",
        ],
    ),
    ("MedicationDispense", ["medication[x]", "medication[x]", "medication[x] status", "medication status subject"]),
    ("MedicationOrder", ["medication[x]", "", "", ""]),
    (
        "MedicationRequest",
        ["", "intent medication[x] subject", "intent medication[x] status subject", "intent medication status subject"],
    ),
    (
        "MedicationStatement",
        [
            "medication[x] patient status",
            "medication[x] status subject taken",
            "medication[x] status subject",
            "medication status subject",
        ],
    ),
    ("Observation", ["code status", "code status", "code status", "code status"]),
    ("Procedure", ["code status subject", "status subject", "status subject", "status subject"]),
    ("ProcedureRequest", ["code subject", "code intent status subject", "", ""]),
    ("QuestionnaireResponse", ["status", "status", "status", "questionnaire status"]),
    ("ReferralRequest", ["status", "intent status subject", "", ""]),
    ("ServiceRequest", ["", "", "intent status subject", "intent status subject"]),
];

/// What a family of profiles wants beyond its base resources: a part of the profile's URL, the resource, the elements
/// (IPS 1.1 and 2.0; US Core 3.1 to 9.0: those that all of these want; GP Connect Access Record Structured 1: the elements
/// of its resource guidance that are mandatory; UK Core 3.0). A point leads into an element, each time it is there.
const PROFILED: &[(&str, &str, &str)] = &[
    ("/uv/ips/", "Patient", "name birthDate"),
    ("/uv/ips/", "AllergyIntolerance", "code"),
    ("/uv/ips/", "Condition", "code"),
    ("/uv/ips/", "MedicationStatement", "effective[x]"),
    ("/uv/ips/", "Composition", "subject"),
    ("/us/core/", "Patient", "identifier name"),
    ("/us/core/", "AllergyIntolerance", "code"),
    ("/us/core/", "Condition", "category code"),
    ("/us/core/", "DocumentReference", "category type subject"),
    ("/us/core/", "Encounter", "type subject"),
    ("/us/core/", "Procedure", "code"),
    ("/UKCore-", "AllergyIntolerance", "code"),
    // What STU3 itself wants is checked already.
    ("/CareConnect-GPC-", "AllergyIntolerance", "identifier clinicalStatus category code assertedDate recorder"),
    ("/CareConnect-GPC-", "MedicationStatement", "identifier basedOn dateAsserted dosage dosage.text"),
    (
        "/CareConnect-GPC-",
        "MedicationRequest",
        "identifier status authoredOn recorder dosageInstruction dosageInstruction.text dispenseRequest \
         dispenseRequest.validityPeriod extension:PrescriptionType-1",
    ),
    ("/CareConnect-GPC-", "Immunization", "identifier extension:VaccinationProcedure-1"),
];

/// Sections that a document of the IPS must have, by LOINC code: medicines, allergies, problems.
const IPS_SECTIONS: [(&str, &str); 3] = [("10160-0", "medications"), ("48765-2", "allergies"), ("11450-4", "problems")];

/// Codes of `status` over all versions, by base resource (required bindings).
const STATUS: &[(&str, &str)] = &[
    ("CarePlan", "proposed draft active suspended on-hold revoked completed entered-in-error cancelled unknown"),
    (
        "Composition",
        "registered partial preliminary final amended corrected appended cancelled entered-in-error deprecated unknown",
    ),
    (
        "DiagnosticReport",
        "registered partial preliminary modified final amended corrected appended cancelled entered-in-error unknown",
    ),
    ("DocumentReference", "current superseded entered-in-error"),
    (
        "Encounter",
        "planned arrived triaged in-progress onleave finished cancelled on-hold discharged completed discontinued \
         entered-in-error unknown",
    ),
    ("Flag", "active inactive entered-in-error"),
    ("Immunization", "completed entered-in-error not-done in-progress on-hold stopped"),
    ("List", "current retired entered-in-error"),
    ("MedicationOrder", "active on-hold completed entered-in-error stopped draft"),
    ("MedicationRequest", "active on-hold ended stopped completed cancelled entered-in-error draft unknown"),
    (
        "MedicationStatement",
        "active completed entered-in-error intended stopped on-hold unknown not-taken recorded draft",
    ),
    (
        "Observation",
        "registered specimen-in-process preliminary final amended corrected appended cancelled entered-in-error unknown \
         cannot-be-obtained",
    ),
    (
        "Procedure",
        "preparation in-progress suspended aborted not-done on-hold stopped completed entered-in-error unknown",
    ),
    ("ServiceRequest", "draft active on-hold revoked completed ended entered-in-error unknown"),
];

impl Checks {
    fn note(&mut self, profile: &str, check: String, met: bool, at: &str) {
        let key = (profile.to_owned(), check);
        let i = match self.by_name.get(&key) {
            Some(i) => *i,
            None => {
                let made = Made { profile: key.0.clone(), check: key.1.clone(), unmet: 0, places: Vec::new() };
                self.made.push(made);
                self.by_name.insert(key, self.made.len() - 1);
                self.made.len() - 1
            }
        };
        if let Some(made) = self.made.get_mut(i).filter(|_| !met) {
            made.unmet += 1;
            if made.places.len() < PLACES {
                made.places.push(at.to_owned());
            }
        }
    }

    /// Checks the outermost Bundle (FHIR R4 §2.36.2.1).
    pub fn containers(&mut self, index: &Index<'_>) {
        let profile = "http://hl7.org/fhir/StructureDefinition/Bundle";
        let first = index.pieces.first().map(|p| (p.kind.as_ref(), p.at.as_str())).unwrap_or_default();
        let wanted = match index.bundle.as_str() {
            "" => return,
            "document" => Some("Composition"),
            "message" => Some("MessageHeader"),
            _ => None,
        };
        if let Some(wanted) = wanted {
            self.note(profile, format!("Bundle: the first entry is a {wanted}"), first.0 == wanted, first.1);
        }
        for at in &index.empty {
            self.note(profile, "Bundle: ele-1: no element is empty".to_owned(), false, at);
        }
    }

    /// Checks one resource: what must be there, codes, names, dates, units, references, emptiness.
    pub fn resource(&mut self, kind: &str, at: &str, node: &Node<'_>, piece: usize, index: &Index<'_>) {
        let base = format!("http://hl7.org/fhir/StructureDefinition/{kind}");
        let claimed = node.get("meta").get("profile").each().first().map(|p| p.words().to_owned());
        let profile = claimed.filter(|p| !p.is_empty()).unwrap_or(base);
        self.required(kind, &profile, at, node);
        if let Some((_, codes)) = STATUS.iter().find(|(k, _)| *k == kind) {
            let status = node.get("status").words();
            let met = status.is_empty() || codes.split_whitespace().any(|c| c == status);
            self.note(&profile, format!("{kind}.status is a code of its value set"), met, &format!("{at}/status"));
        }
        for key in ["code", "vaccineCode", "substance", "medicationCodeableConcept", "type"] {
            for about in node.get(key).each().iter().filter(|n| n.is_object()).map(concept) {
                if about.codings.is_empty() {
                    continue;
                }
                let met = about.label().is_some();
                self.note(&profile, format!("{kind}.{key}: each code has a name"), met, &format!("{at}/{key}"));
            }
        }
        let local = matches!(index.bundle.as_str(), "document" | "message" | "transaction" | "collection");
        let mut found = Found::default();
        let around = Around { holder: node, piece, index, local };
        found.follow("", node, &mut String::new(), &around);
        for (check, met, places) in [
            ("ele-1: no element is empty", found.empty.is_empty(), found.empty),
            ("dates are dates", found.dates.is_empty(), found.dates),
            ("quantities have a unit", found.units.is_empty(), found.units),
            ("references lead somewhere", found.references.is_empty(), found.references),
        ] {
            if met {
                self.note(&profile, format!("{kind}: {check}"), true, at);
            }
            for place in places {
                self.note(&profile, format!("{kind}: {check}"), false, &format!("{at}{place}"));
            }
        }
        for (_, _, elements) in PROFILED.iter().filter(|(part, of, _)| *of == kind && profile.contains(part)) {
            for name in elements.split_whitespace() {
                self.note(&profile, format!("{kind}.{name}.exists()"), there(node, name), at);
            }
        }
        if kind == "Composition" && profile.contains("/uv/ips/") {
            let sections = node.get("section").each();
            for (code, name) in IPS_SECTIONS {
                let met = sections.iter().any(|s| concept(s.get("code")).codings.iter().any(|c| c.code == code));
                self.note(&profile, format!("Composition.section of {name} ({code})"), met, &format!("{at}/section"));
            }
        }
        if kind == "Composition" {
            self.sections(&profile, &format!("{at}/section"), node.get("section"), 0);
        }
    }

    fn required(&mut self, kind: &str, profile: &str, at: &str, node: &Node<'_>) {
        let Some((_, versions)) = REQUIRED.iter().find(|(k, _)| *k == kind) else { return };
        for (elements, out) in versions.iter().zip(&mut self.required) {
            for name in elements.split_whitespace() {
                out.push((profile.to_owned(), format!("{kind}.{name}.exists()"), there(node, name), at.to_owned()));
            }
        }
    }

    fn sections(&mut self, profile: &str, at: &str, sections: &Node<'_>, depth: usize) {
        for (n, section) in sections.each().iter().enumerate().filter(|_| depth < 8) {
            let at = format!("{at}/{n}");
            let coded = ["entry", "emptyReason", "section"].iter().any(|key| !section.get(key).is_null());
            self.note(profile, "Composition.section holds entries, or says why not".to_owned(), coded, &at);
            self.sections(profile, &format!("{at}/section"), section.get("section"), depth + 1);
        }
    }

    /// The checklist of a file of this version.
    pub fn list(mut self, version: &str) -> Vec<Check> {
        let number = VERSIONS.iter().position(|v| *v == version).unwrap_or(2);
        let required = std::mem::take(&mut self.required);
        for (profile, check, met, at) in required.into_iter().nth(number).unwrap_or_default() {
            self.note(&profile, check, met, &at);
        }
        let mut out = Vec::new();
        for made in self.made {
            let line = |met: bool, check: String, at: String| Check { profile: made.profile.clone(), check, met, at };
            if made.unmet == 0 {
                out.push(line(true, made.check.clone(), String::new()));
                continue;
            }
            let more = made.unmet - made.places.len();
            out.extend(made.places.iter().map(|at| line(false, made.check.clone(), at.clone())));
            if more > 0 {
                out.push(line(false, format!("{} (+ {more})", made.check), String::new()));
            }
        }
        out
    }
}

/// True if an element is there, be it only by an extension that says why its value is not. `x[x]` is a choice.
fn there(node: &Node<'_>, name: &str) -> bool {
    if let Some(extension) = name.strip_prefix("extension:") {
        return super::datatypes::extension(node, extension).is_some();
    }
    if let Some((holder, inner)) = name.split_once('.') {
        return node.get(holder).each().iter().all(|one| there(one, inner));
    }
    match name.strip_suffix("[x]") {
        Some(stem) => node.choice(stem).is_some() || node.choice(&format!("_{stem}")).is_some(),
        None => !node.get(name).is_null() || !node.get(&format!("_{name}")).is_null(),
    }
}

/// What was found amiss in one resource, by place below it.
#[derive(Default)]
struct Found {
    empty: Vec<String>,
    dates: Vec<String>,
    units: Vec<String>,
    references: Vec<String>,
}

/// What a resource stands in.
struct Around<'n, 'a, 'i> {
    holder: &'n Node<'a>,
    piece: usize,
    index: &'n Index<'i>,
    /// The file is whole by itself: what it refers to is in it.
    local: bool,
}

impl Found {
    /// Looks at an element and at all below it. Elements of a list go by the list's key.
    fn follow(&mut self, key: &str, node: &Node<'_>, place: &mut String, around: &Around<'_, '_, '_>) {
        self.look(key, node, place, around);
        let length = place.len();
        match node {
            Node::Object(members) => {
                for (key, value) in members.iter().filter(|(k, _)| k != "div") {
                    place.push('/');
                    place.push_str(&crate::import::node::escape(key));
                    self.follow(key, value, place, around);
                    place.truncate(length);
                }
            }
            Node::List(list) => {
                for (n, value) in list.iter().enumerate() {
                    place.push_str(&format!("/{n}"));
                    self.follow(key, value, place, around);
                    place.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn look(&mut self, key: &str, value: &Node<'_>, place: &str, around: &Around<'_, '_, '_>) {
        let bare = |text: &str| text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit());
        match value {
            Node::Object(members) if members.is_empty() => self.empty.push(place.to_owned()),
            Node::List(list) if list.is_empty() => self.empty.push(place.to_owned()),
            Node::Text(text) if text.trim().is_empty() => self.empty.push(place.to_owned()),
            Node::Text(text) if is_date(key) && PartialDate::fhir(text).known.is_none() && !bare(text) => {
                self.dates.push(place.to_owned());
            }
            Node::Text(text) if key == "reference" && !leads(text, around) => self.references.push(place.to_owned()),
            Node::Object(_)
                if key.ends_with("Quantity")
                    && !value.get("value").is_null()
                    && value.get("unit").is_null()
                    && value.get("code").is_null() =>
            {
                self.units.push(place.to_owned());
            }
            _ => {}
        }
    }
}

/// A reference to what must be in the file: contained, by `urn:`, or, in a file that is whole by itself, by type and id.
fn leads(text: &str, around: &Around<'_, '_, '_>) -> bool {
    let text = text.trim();
    if let Some(id) = text.strip_prefix('#') {
        let own = around.holder.get("contained").each().iter();
        return id.is_empty() || own.map(|c| c.get("id").words()).any(|c| c.trim_start_matches('#') == id);
    }
    let must = text.starts_with("urn:uuid:") || text.starts_with("urn:oid:") || around.local && !text.contains("://");
    !must || text.contains('?') || around.index.resolve(text, Some(around.piece)).is_some()
}

fn is_date(key: &str) -> bool {
    key.ends_with("DateTime")
        || key.ends_with("Date") && key != "valueDate"
        || matches!(
            key,
            "date"
                | "start"
                | "end"
                | "issued"
                | "recorded"
                | "authoredOn"
                | "dateAsserted"
                | "dateWritten"
                | "dateRecorded"
                | "whenHandedOver"
                | "whenPrepared"
                | "indexed"
                | "lastUpdated"
        )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::import::json;

    fn check(kind: &str, version: &str, body: &str, expected: &[(&str, &str)]) {
        let text = format!(r#"{{"resourceType":"{kind}",{body}}}"#);
        let node = json::parse(&text).unwrap();
        let mut checks = Checks::default();
        checks.resource(kind, "", &node, 0, &Index::default());
        let unmet: Vec<(String, String)> =
            checks.list(version).into_iter().filter(|c| !c.met).map(|c| (c.check, c.at)).collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(c, at)| ((*c).to_owned(), (*at).to_owned())).collect();
        assert_eq!(unmet, expected, "{text}");
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        check("Observation", "R4", r#""status":"final","code":{"text":"x"}"#, &[]);
        check("Observation", "R4", r#""code":{"text":"x"}"#, &[("Observation.status.exists()", "")]);
        check(
            "Observation",
            "R4",
            r#""status":"done","code":{"coding":[{"code":"1"}]},"note":[],"issued":"1961-04-93",
               "valueQuantity":{"value":1},"subject":{"reference":"urn:uuid:a"}"#,
            &[
                ("Observation.status is a code of its value set", "/status"),
                ("Observation.code: each code has a name", "/code"),
                ("Observation: ele-1: no element is empty", "/note"),
                ("Observation: dates are dates", "/issued"),
                ("Observation: quantities have a unit", "/valueQuantity"),
                ("Observation: references lead somewhere", "/subject/reference"),
            ],
        );
    }

    #[test]
    fn what_must_be_there_is_that_of_the_version() {
        let body = r#""medicationCodeableConcept":{"text":"x"},"status":"active","subject":{"display":"y"}"#;
        check("MedicationStatement", "R4", body, &[]);
        check("MedicationStatement", "STU3", body, &[("MedicationStatement.taken.exists()", "")]);
        check("MedicationStatement", "R5", body, &[("MedicationStatement.medication.exists()", "")]);
        let ips = r#""meta":{"profile":["http://hl7.org/fhir/uv/ips/StructureDefinition/Patient-uv-ips"]},"name":[{"text":"a"}]"#;
        check("Patient", "R4", ips, &[("Patient.birthDate.exists()", "")]);
        let gpc = r#""meta":{"profile":["https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-MedicationStatement-1"]},
            "identifier":[{"value":"1"}],"basedOn":[{"display":"a"}],"status":"active","taken":"unk","subject":{"display":"y"},
            "medicationReference":{"display":"x"},"dosage":[{"text":"one a day"},{"patientInstruction":"with food"}]"#;
        let unmet =
            [("MedicationStatement.dateAsserted.exists()", ""), ("MedicationStatement.dosage.text.exists()", "")];
        check("MedicationStatement", "STU3", gpc, &unmet);
    }
}
