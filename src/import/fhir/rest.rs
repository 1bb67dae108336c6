use crate::import::node::Node;
use crate::record::{Entry, Kind, Link};

use super::Reader;
use super::datatypes::{concept, label, notes, quantity, quantity_words, range_words, timing_words};
use super::entry::detail;
use super::labels::Target;
use super::xml::{CHOICES, TYPES};

/// Elements that every kind of entry has read, or that say nothing about the person.
const READ: &[&str] = &[
    "account",
    "asserter",
    "author",
    "basedOn",
    "category",
    "code",
    "comment",
    "comments",
    "contained",
    "contentReference",
    "context",
    "custodian",
    "derivedFrom",
    "encounter",
    "eventHistory",
    "extension",
    "fhir_comments",
    "groupIdentifier",
    "hasMember",
    "id",
    "identifier",
    "implicitRules",
    "individual",
    "informationSource",
    "insurance",
    "issued",
    "language",
    "managingOrganization",
    "meta",
    "modifierExtension",
    "note",
    "notes",
    "partOf",
    "patient",
    "performer",
    "prescriber",
    "orderer",
    "dispenser",
    "practitioner",
    "recordedDate",
    "recorder",
    "replaces",
    "reporter",
    "requester",
    "requisition",
    "resourceType",
    "result",
    "serviceProvider",
    "source",
    "status",
    "statusHistory",
    "classHistory",
    "subject",
    "text",
    "verificationStatus",
    "clinicalStatus",
    "date",
    "participant",
    "instantiatesCanonical",
    "instantiatesUri",
    "definition",
    "masterIdentifier",
    "securityLabel",
    "sender",
];

/// The same, by kind; the choices by their stems.
fn read_by(kind: &Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::AllergyIntolerance => (
            &[
                "assertedDate",
                "criticality",
                "lastOccurence",
                "lastOccurrence",
                "onset",
                "reaction",
                "substance",
                "type",
            ],
            &["onset"],
        ),
        Kind::Condition => (&["assertedDate", "bodySite", "dateRecorded", "severity"], &["onset", "abatement"]),
        Kind::MedicationStatement
        | Kind::MedicationRequest
        | Kind::MedicationDispense
        | Kind::MedicationAdministration => (
            &[
                "adherence",
                "authoredOn",
                "authorizingPrescription",
                "courseOfTherapyType",
                "dateAsserted",
                "dateEnded",
                "dateWritten",
                "daysSupply",
                "device",
                "dispenseRequest",
                "doNotPerform",
                "dosage",
                "dosageInstruction",
                "intent",
                "medication",
                "notGiven",
                "prescription",
                "priorPrescription",
                "quantity",
                "reason",
                "reasonCode",
                "reasonEnded",
                "reasonCodeableConcept",
                "reasonForUseCodeableConcept",
                "reasonForUseReference",
                "reasonGiven",
                "reasonNotGiven",
                "reasonNotTaken",
                "reasonReference",
                "recorded",
                "renderedDosageInstruction",
                "request",
                "statusReason",
                "taken",
                "wasNotGiven",
                "wasNotTaken",
                "whenHandedOver",
                "whenPrepared",
            ],
            &["medication", "effective", "occurrence", "occurence"],
        ),
        Kind::Observation => (
            &["bodySite", "component", "dataAbsentReason", "interpretation", "method", "referenceRange", "related"],
            &["effective", "value"],
        ),
        Kind::DiagnosticReport => (
            &[
                "codedDiagnosis",
                "conclusion",
                "conclusionCode",
                "imagingStudy",
                "media",
                "name",
                "presentedForm",
                "resultsInterpreter",
                "specimen",
                "study",
            ],
            &["effective"],
        ),
        Kind::Immunization => (
            &[
                "doseQuantity",
                "expirationDate",
                "explanation",
                "location",
                "lotNumber",
                "manufacturer",
                "notGiven",
                "protocolApplied",
                "reasonCode",
                "recorded",
                "route",
                "site",
                "statusReason",
                "vaccinationProtocol",
                "vaccineCode",
                "wasNotGiven",
            ],
            &["occurrence"],
        ),
        Kind::Procedure => (
            &[
                "bodySite",
                "complication",
                "followUp",
                "notDone",
                "notDoneReason",
                "notPerformed",
                "outcome",
                "reasonCode",
                "reasonCodeableConcept",
                "reasonNotPerformed",
                "reasonReference",
                "recorded",
                "statusReason",
            ],
            &["performed", "occurrence"],
        ),
        Kind::Encounter => (
            &[
                "actualPeriod",
                "class",
                "diagnosis",
                "indication",
                "location",
                "period",
                "reason",
                "reasonCode",
                "serviceType",
                "type",
            ],
            &[],
        ),
        Kind::DocumentReference => {
            (&["content", "created", "description", "docStatus", "indexed", "relatesTo", "type"], &[])
        }
        Kind::DeviceUseStatement => {
            (&["bodySite", "dateAsserted", "device", "reasonCode", "recordedOn", "whenUsed"], &["timing"])
        }
        _ => (
            &[
                "activity",
                "authored",
                "authoredOn",
                "content",
                "created",
                "dateTime",
                "doNotPerform",
                "event",
                "goal",
                "group",
                "intent",
                "item",
                "lifecycleStatus",
                "payload",
                "period",
                "priority",
                "questionnaire",
                "recommendation",
                "relationship",
                "sent",
                "start",
                "startDate",
                "title",
                "name",
                "notDone",
                "notDoneReason",
                "condition",
                "series",
            ],
            &["occurrence", "effective", "onset", "performed", "started"],
        ),
    }
}

/// How deep parts of a resource are followed for their words.
const DEPTH: usize = 4;

impl<'t> Reader<'t, '_> {
    /// Whatever else a resource says, element by element in the source's words: elements of other versions, and those
    /// that have no place of their own in an entry (FHIR R4 §2.1.28 extensions too). What the entry's title, dates,
    /// values and links already say is not said again.
    pub fn remaining(&self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        let (names, stems) = read_by(&entry.kind);
        let title = entry.title.clone();
        let title = if title.is_empty() { entry.concept.label().unwrap_or_default().to_owned() } else { title };
        let read = |key: &str| {
            let choice = |stem: &&str| {
                key.strip_prefix(*stem).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
            };
            key.starts_with(['_', '#']) || READ.contains(&key) || names.contains(&key) || stems.iter().any(choice)
        };
        for (key, value) in node.members().iter().filter(|(key, _)| !read(key)) {
            for (name, words) in self.said(key, value, i, node, DEPTH) {
                let known = |text: &str| same_words(text, &words);
                if !known(&title) && !entry.details.iter().any(|d| d.name == name && known(&d.text)) {
                    detail(entry, &name, words);
                }
            }
        }
        for (key, value) in Self::further(node) {
            for (name, words) in self.said(key, value, i, node, DEPTH) {
                detail(entry, &name, words);
            }
        }
        self.extensions(i, node, entry);
        // The clinician's own term, where the code's name is another one.
        let name = entry.concept.label().unwrap_or_default().to_owned();
        for coding in node.first_of(&["code", "vaccineCode"]).get("coding").each() {
            for extension in coding.get("extension").each().iter().flat_map(|e| e.get("extension").each()) {
                let words = extension.get("valueString").words();
                if extension.get("url").words() == "descriptionDisplay" && !same_words(words, &name) {
                    detail(entry, "descriptionDisplay", words);
                }
            }
        }
    }

    /// Choices that were made twice (`valueQuantity` and `valueString`): all but the first of each, which is the one that is
    /// read. FHIR allows one.
    pub fn further<'n>(node: &'n Node<'t>) -> Vec<(&'n str, &'n Node<'t>)> {
        let stem_of =
            |key: &str| CHOICES.iter().find(|s| key.strip_prefix(**s).is_some_and(|k| TYPES.contains(&k))).copied();
        let mut seen = Vec::new();
        let mut all = Vec::new();
        for (key, value) in node.members() {
            let Some(stem) = stem_of(key) else { continue };
            if seen.contains(&stem) {
                all.push((key.as_ref(), value));
            }
            seen.push(stem);
        }
        all
    }

    /// Extensions of a resource: references to other entries become links, other values details, named by the last part
    /// of their URL.
    fn extensions(&self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        /// Read where they belong, by the name that [`extension_name`] gives.
        const KNOWN: [&str; 9] = [
            "vaccinationProcedure",
            "prescriptionType",
            "medicationStatementLastIssueDate",
            "lastIssueDate",
            "prescribingAgency",
            "medicationRepeatInformation",
            "medicationStatusReason",
            "data-absent-reason",
            "detail",
        ];
        for extension in node.get("extension").each() {
            let name = extension_name(extension.get("url").words());
            if KNOWN.contains(&name.as_str()) || name.is_empty() {
                continue;
            }
            let reference = extension.get("valueReference");
            if reference.is_object() {
                let role = if name == "encounter-associatedEncounter" { "encounter".to_owned() } else { name };
                self.link(reference, i, node, &role, entry);
                continue;
            }
            for (name, words) in self.extension_words(&name, extension, i, node, DEPTH) {
                detail(entry, &name, words);
            }
        }
    }

    /// A link to another piece of the file; what is outside of it is named.
    pub fn link(&self, reference: &Node<'t>, i: usize, node: &Node<'t>, role: &str, entry: &mut Entry) {
        match self.target(reference, i, node) {
            Target::Piece(p) => {
                if let Some(piece) = self.index.pieces.get(p) {
                    let link = Link { role: role.to_owned(), to: piece.at.clone() };
                    if !entry.links.contains(&link) {
                        entry.links.push(link);
                    }
                }
            }
            Target::Contained(_) | Target::Outside => detail(entry, role, self.called(reference, i, node).label),
        }
    }

    fn extension_words(
        &self,
        name: &str,
        extension: &Node<'t>,
        i: usize,
        holder: &Node<'t>,
        depth: usize,
    ) -> Vec<(String, String)> {
        if let Some((_, value)) = extension.choice("value") {
            return self.said(name, value, i, holder, depth);
        }
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let inner = extension.get("extension").each().iter();
        inner
            .flat_map(|e| {
                let name = format!("{name}.{}", extension_name(e.get("url").words()));
                self.extension_words(&name, e, i, holder, depth)
            })
            .collect()
    }

    /// What an element says, by its shape: `name: words`, and `name.part: words` for what has parts.
    fn said(&self, name: &str, node: &Node<'t>, i: usize, holder: &Node<'t>, depth: usize) -> Vec<(String, String)> {
        let one = |words: String| if words.is_empty() { Vec::new() } else { vec![(name.to_owned(), words)] };
        let has = |key: &str| !node.get(key).is_null();
        match node {
            Node::List(list) => list.iter().flat_map(|n| self.said(name, n, i, holder, depth)).collect(),
            Node::Object(_) if has("coding") || has("concept") => one(label(&concept(node))),
            Node::Object(_) if has("reference") => {
                let inner = node.get("reference");
                one(self.called(if inner.is_object() { inner } else { node }, i, holder).label)
            }
            Node::Object(_) if has("numerator") => {
                let (n, d) = (quantity(node.get("numerator")), quantity(node.get("denominator")));
                one(format!("{} / {}", quantity_words(&n), quantity_words(&d)))
            }
            Node::Object(_) if has("low") || has("high") => one(range_words(node)),
            Node::Object(_) if has("value") && !has("use") && node.get("value").members().is_empty() => {
                one(quantity_words(&quantity(node)))
            }
            Node::Object(_) if has("start") || has("end") => {
                let (start, end) = (node.get("start").words(), node.get("end").words());
                one(if end.is_empty() { start.to_owned() } else { format!("{start}–{end}") })
            }
            Node::Object(_) if has("repeat") => one(timing_words(node)),
            Node::Object(_) if has("code") && has("system") => one(label(&concept(node))),
            Node::Object(_) if has("data") || has("contentType") => one(node.get("title").words().to_owned()),
            Node::Object(members) => {
                let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
                if let [text] = notes(node).as_slice() {
                    return one(text.clone());
                }
                let parts = members.iter().filter(|(k, _)| {
                    !k.starts_with(['_', '#'])
                        && !matches!(k.as_ref(), "id" | "extension" | "modifierExtension" | "url")
                });
                parts.flat_map(|(key, value)| self.said(&format!("{name}.{key}"), value, i, holder, depth)).collect()
            }
            plain => one(plain.plain().to_owned()),
        }
    }
}

/// The name of an extension by its URL: `prescriptionType` of
/// `https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-PrescriptionType-1`.
pub fn extension_name(url: &str) -> String {
    let last = url.trim_end_matches('/').rsplit(['/', '#']).next().unwrap_or_default();
    let mut name = last;
    for prefix in ["Extension-", "UKCore-", "CareConnect-", "GPC-", "DM-"] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    let name = match name.rsplit_once('-') {
        Some((stem, version)) if version.chars().all(|c| c.is_ascii_digit()) => stem,
        _ => name,
    };
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(chars).collect()
}

fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace().map(str::to_lowercase).eq(b.split_whitespace().map(str::to_lowercase))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        assert_eq!(extension_name(url), expected);
    }

    #[test]
    fn an_extension_is_called_by_the_end_of_its_url() {
        check(
            "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-PrescriptionType-1",
            "prescriptionType",
        );
        check(
            "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ProblemSignificance-1",
            "problemSignificance",
        );
        check("https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory", "ethnicCategory");
        check("http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "us-core-race");
        check("ombCategory", "ombCategory");
    }
}
