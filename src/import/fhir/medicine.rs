use crate::import::node::Node;
use crate::record::{Concept, Entry, IssueCode, Kind, Polarity, Severity, Standing};

use super::Reader;
use super::datatypes::{concept, concepts, date, dosage_words, extension, label, quantity, quantity_words, when};
use super::entry::detail;
use super::words::absence;

impl<'t> Reader<'t, '_> {
    /// Statements, orders, supplies and administrations of a medicine (FHIR R4 §11; DSTU2 to R5 names of elements).
    pub fn medicine(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        let product = node.choice("medication").map_or(node.get("medication"), |(_, n)| n);
        // A reference may have nothing but its words, or a number.
        let bare = product.get("coding").is_null() && product.get("concept").is_null();
        let refers = bare && ["reference", "display", "identifier"].iter().any(|key| !product.get(key).is_null());
        if !refers || product.get("code").is_null() && !product.get("text").is_null() {
            entry.concept = concept(product);
        } else {
            let named = self.called(product, i, node);
            if named.label.is_empty() && named.concept.is_empty() {
                let (at, to) = (entry.at.clone(), product.get("reference").plain().to_owned());
                let number = || super::datatypes::identifier(product.get("identifier")).map(|id| id.value);
                let to = if to.is_empty() { number().unwrap_or_default() } else { to };
                self.issue(Severity::Warning, IssueCode::DanglingReference, &at, &to);
                // All that the source says of it in this file.
                (entry.title, entry.named) = (to, false);
            }
            entry.concept = named.concept;
            if entry.concept.label().is_none() {
                entry.concept.text = named.label;
            }
            entry.details.extend(named.details);
        }
        self.taken(node, entry);
        let (start, end) = when(node, "effective");
        let (start, end) = if start.is_none() { when(node, "occurrence") } else { (start, end) };
        // R5 spells it so.
        let (start, end) = if start.is_none() { when(node, "occurence") } else { (start, end) };
        let supplied = date(node.first_of(&["whenHandedOver", "whenPrepared", "dateWritten"]));
        entry.recorded = date(node.first_of(&["dateAsserted", "authoredOn", "dateWritten", "recorded"]));
        let validity = node.get("dispenseRequest").get("validityPeriod");
        entry.end = end.or_else(|| date(validity.get("end"))).or_else(|| date(node.get("dateEnded")));
        let begins = date(validity.get("start"));
        entry.date = match entry.kind {
            // An order is dated by its author; when it may be supplied from is another matter.
            Kind::MedicationRequest => entry.recorded.clone().or(begins),
            // When a statement was made is not since when the medicine is taken.
            Kind::MedicationStatement => start.or(supplied).or(begins),
            _ => start.or(supplied).or(begins).or_else(|| entry.recorded.clone()),
        };
        detail(entry, "validityPeriod.start", validity.get("start").words());
        let doses = node.first_of(&["dosageInstruction", "dosage"]);
        entry.dose = doses.each().iter().map(dosage_words).filter(|d| !d.is_empty()).collect();
        if entry.dose.is_empty() {
            let rendered = node.get("renderedDosageInstruction").words();
            entry.dose.extend((!rendered.is_empty()).then(|| rendered.to_owned()));
        }
        for dose in doses.each() {
            detail(entry, "route", label(&concept(dose.get("route"))));
            if dose.get("asNeededBoolean").is_true() || dose.get("asNeeded").is_true() {
                detail(entry, "asNeeded", "true");
            }
            for reason in concepts(dose.first_of(&["asNeededCodeableConcept", "asNeededFor"])) {
                detail(entry, "asNeeded", label(&reason));
            }
        }
        self.supply(i, node, entry);
        if let Some(found) = absence(&entry.concept) {
            entry.polarity = found;
        }
    }

    /// Whether it is taken at all, and how it stands.
    fn taken(&mut self, node: &Node<'t>, entry: &mut Entry) {
        let status = super::words::status_word(&entry.status.text);
        let status = status.as_str();
        let adherence = super::datatypes::status(node.get("adherence").get("code"));
        if status == "not-taken"
            || node.get("taken").words().eq_ignore_ascii_case("n")
            || node.get("wasNotTaken").is_true()
            || adherence == "not-taking"
        {
            entry.polarity = Polarity::NotTaken;
        }
        if status == "not-done" || node.get("notGiven").is_true() || node.get("wasNotGiven").is_true() {
            entry.polarity = Polarity::NotDone;
            entry.status.standing = Standing::Stopped;
        }
        if node.get("doNotPerform").is_true() {
            entry.polarity = Polarity::DoNotPerform;
        }
        // What is only proposed or offered is taken by nobody yet. A plan is none either, unless it is what GP Connect
        // calls so, an authorisation, or what a patient takes by their own account (US Core).
        let intent = super::words::status_word(node.get("intent").words());
        let profiles = node.get("meta").get("profile").each();
        let authorisation = profiles.iter().any(|p| p.words().contains("CareConnect") || p.words().contains("UKCore"));
        let own_account = node.get("reportedBoolean").is_true()
            || node.get("reportedReference").is_object()
            || node.get("reported").is_true()
            || ["requester", "informationSource"].iter().any(|key| {
                let who = node.get(key);
                let who = if who.get("agent").is_object() { who.get("agent") } else { who };
                who.get("reference").words().contains("Patient/")
            });
        let unfounded = match intent.as_str() {
            "proposal" | "option" => true,
            "plan" => !authorisation && !own_account,
            _ => false,
        };
        if unfounded && entry.status.standing == Standing::Active {
            entry.status.standing = Standing::Planned;
        }
        let taken = node.get("taken").words();
        // R5 leaves the status of a statement to its record, and says by adherence whether it is taken.
        if status == "recorded" {
            entry.status.standing = match adherence.as_str() {
                "taking" | "taking-as-directed" | "taking-not-as-directed" => Standing::Active,
                "on-hold" | "on-hold-as-directed" | "on-hold-not-as-directed" => Standing::OnHold,
                "stopped" | "stopped-as-directed" | "stopped-not-as-directed" => Standing::Stopped,
                _ => Standing::Unknown,
            };
        }
        detail(entry, "taken", taken);
        detail(entry, "adherence", adherence);
        for key in [
            "statusReason",
            "reasonNotTaken",
            "reasonNotGiven",
            "reasonEnded",
            "notDoneReasonCodeableConcept",
            "notPerformedReason",
            "statusReasonCodeableConcept",
        ] {
            for reason in concepts(node.get(key)) {
                detail(entry, "statusReason", label(&reason));
            }
        }
    }

    /// What is said around it: intent, quantities, issues, reasons, prescription type (GP Connect extensions).
    fn supply(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        detail(entry, "intent", node.get("intent").words());
        for key in ["reasonCode", "reasonCodeableConcept", "reasonForUseCodeableConcept", "reasonGiven", "reason"] {
            for reason in concepts(node.get(key)) {
                detail(entry, "reasonCode", label(&reason));
            }
        }
        for reason in node.first_of(&["reasonReference", "reasonForUseReference"]).each() {
            detail(entry, "reasonReference", self.called(reason, i, node).label);
        }
        detail(entry, "courseOfTherapyType", label(&concept(node.get("courseOfTherapyType"))));
        let request = node.get("dispenseRequest");
        detail(entry, "quantity", quantity_words(&quantity(node.get("quantity"))));
        detail(entry, "quantity", quantity_words(&quantity(request.get("quantity"))));
        detail(entry, "numberOfRepeatsAllowed", request.get("numberOfRepeatsAllowed").plain());
        detail(entry, "expectedSupplyDuration", quantity_words(&quantity(request.get("expectedSupplyDuration"))));
        detail(entry, "daysSupply", quantity_words(&quantity(node.get("daysSupply"))));
        let named = |name: &str| extension(node, name).and_then(|e| e.choice("value").map(|(_, v)| v));
        if let Some(kind) = named("PrescriptionType-1").or_else(|| named("PrescriptionType")) {
            detail(entry, "prescriptionType", label(&concept(kind)));
        }
        if let Some(issued) = named("MedicationStatementLastIssueDate-1").or_else(|| named("LastIssueDate")) {
            detail(entry, "lastIssueDate", issued.words());
        }
        if let Some(agency) = named("PrescribingAgency-1").or_else(|| named("PrescribingAgency")) {
            detail(entry, "prescribingAgency", label(&concept(agency)));
        }
        let repeat =
            extension(node, "MedicationRepeatInformation-1").or_else(|| extension(node, "MedicationRepeatInformation"));
        if let Some(repeat) = repeat {
            for (name, out) in [
                ("numberOfRepeatPrescriptionsIssued", "issues"),
                ("numberOfRepeatPrescriptionsAllowed", "numberOfRepeatsAllowed"),
                ("authorisationExpiryDate", "reviewDate"),
            ] {
                let value = extension(repeat, name).and_then(|e| e.choice("value").map(|(_, v)| v));
                detail(entry, out, value.map(Node::plain).unwrap_or_default());
            }
        }
        let reason = extension(node, "MedicationStatusReason-1").and_then(|e| extension(e, "statusReason"));
        if let Some((_, reason)) = reason.and_then(|r| r.choice("value")) {
            detail(entry, "statusReason", label(&concept(reason)));
        }
        if entry.concept == Concept::default() && entry.title.is_empty() {
            let own = node.get("description").words();
            own.clone_into(&mut entry.concept.text);
        }
    }
}
