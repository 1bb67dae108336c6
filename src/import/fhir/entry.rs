use crate::import::narrative;
use crate::import::node::Node;
use crate::record::{
    Coding, Concept, Detail, Entry, IssueCode, Kind, Link, PartialDate, Polarity, Reaction, Section, Severity, Standing,
};

use super::datatypes::{
    concept, concepts, date, extension, identifiers, label, notes, quantity, quantity_words, status, when,
};
use super::labels::Target;
use super::types::{self, Class, class};
use super::words::{absence, degraded, never_a_thing, standing, status_word};
use super::{Reader, new_entry, place, title};

/// The extension in which a shared document carries the rest of an entry's details.
const SHARED_DETAIL: &str = "https://tessera.example/fhir/detail";

/// Elements that name the person the resource is about.
pub(super) const SUBJECTS: [&str; 4] = ["subject", "patient", "individual", "beneficiary"];

impl<'t> Reader<'t, '_> {
    /// Turns one resource into its entry. Only [`class`]`::Entry` comes here.
    pub fn entry(&mut self, i: usize, kind: &str, at: &str, node: &Node<'t>) {
        let Class::Entry(by_type, kind) = class(kind) else { return };
        let mut entry = new_entry(by_type, kind, at);
        self.common(i, node, &mut entry);
        match entry.kind.clone() {
            Kind::AllergyIntolerance => self.allergy(node, &mut entry),
            Kind::Condition => self.condition(node, &mut entry),
            Kind::MedicationStatement
            | Kind::MedicationRequest
            | Kind::MedicationDispense
            | Kind::MedicationAdministration => self.medicine(i, node, &mut entry),
            Kind::Observation => self.observation(i, node, &mut entry),
            Kind::DiagnosticReport => self.report(i, node, &mut entry),
            Kind::Immunization => self.immunization(i, node, &mut entry),
            Kind::Procedure => self.procedure(node, &mut entry),
            Kind::Encounter => self.encounter(i, node, &mut entry),
            Kind::DocumentReference => self.document(i, node, &mut entry),
            Kind::DeviceUseStatement => self.device_use(i, node, &mut entry),
            _ => self.rest(i, node, &mut entry),
        }
        // Whatever else it says: what never should have been written stays that.
        if standing(&status(node.get("status"))) == Standing::EnteredInError {
            entry.status.standing = Standing::EnteredInError;
        }
        if self.state(i) == super::index::State::Deleted {
            entry.status.standing = Standing::EnteredInError;
            detail(&mut entry, "request.method", "DELETE");
        }
        self.remaining(i, node, &mut entry);
        self.held_by(i, &mut entry);
        self.place(i, node, &mut entry);
        self.complete(node, &mut entry);
        self.reading.entries.push(entry);
    }

    /// What all resources share: identifiers, labels, links, people, notes.
    fn common(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        entry.identifiers = identifiers(node.get("identifier"));
        // What a contained resource inherits from its holder is among the inherited.
        entry.labels = node.get("meta").get("security").each().iter().map(super::datatypes::coding).collect();
        let own = node.get("securityLabel").each().iter().flat_map(|label| concept(label).codings);
        for label in own.chain(self.inherited.iter().cloned()) {
            if !entry.labels.contains(&label) {
                entry.labels.push(label);
            }
        }
        entry.category = concepts(node.get("category"));
        entry.notes = notes(node.first_of(&["note", "notes", "comment", "comments"]));
        entry.status.text = status(node.get("status"));
        entry.status.standing = standing(&entry.status.text);
        for key in
            // Names of all versions; DSTU2's last.
            [
                "performer",
                "asserter",
                "recorder",
                "author",
                "requester",
                "informationSource",
                "source",
                "sender",
                "participant",
                "reporter",
                "prescriber",
                "orderer",
                "dispenser",
                "practitioner",
            ]
        {
            for one in node.get(key).each() {
                let reference = ["actor", "individual", "agent", "who", "onBehalfOf"]
                    .iter()
                    .map(|k| one.get(k))
                    .find(|n| n.is_object())
                    .unwrap_or(one);
                let name = self.called(reference, i, node).label;
                if !name.is_empty() && !entry.performer.contains(&name) && !self.is_person(reference, i, node) {
                    entry.performer.push(name);
                }
            }
        }
        for key in ["custodian", "serviceProvider", "managingOrganization"] {
            if entry.custodian.is_none() {
                entry.custodian = self.names(node.get(key), i, node).into_iter().next();
            }
        }
        self.subject(i, node, entry);
        self.links(i, node, entry);
        if extension(node, "data-absent-reason").is_some() {
            entry.polarity = Polarity::Unknown;
        }
        // What a share could put into no element of R4 (docs/consent-token.md): "name: words".
        for said in node.get("extension").each().iter().filter(|e| e.get("url").words() == SHARED_DETAIL) {
            if let Some((name, text)) = said.get("valueString").words().split_once(": ") {
                detail(entry, name, text);
            }
        }
    }

    fn is_person(&self, reference: &Node<'t>, i: usize, node: &Node<'t>) -> bool {
        match self.target(reference, i, node) {
            Target::Piece(p) => self.index.pieces.get(p).is_some_and(|p| p.kind == "Patient"),
            _ => reference.get("reference").words().starts_with("Patient/"),
        }
    }

    /// True if a reference names the person, or somebody close who speaks for them.
    fn is_own(&self, reference: &Node<'t>, i: usize, node: &Node<'t>) -> bool {
        match self.target(reference, i, node) {
            Target::Piece(p) => {
                self.index.pieces.get(p).is_some_and(|p| matches!(p.kind.as_ref(), "Patient" | "RelatedPerson"))
            }
            Target::Contained(inner) => matches!(inner.get("resourceType").words(), "Patient" | "RelatedPerson"),
            Target::Outside => {
                let literal = reference.get("reference").words();
                ["Patient/", "RelatedPerson/"].iter().any(|kind| literal.contains(kind))
            }
        }
    }

    /// Whether the resource is about the file's own patient.
    fn subject(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        let Some(reference) = SUBJECTS.iter().map(|k| node.get(k)).find(|n| n.is_object()) else { return };
        let literal = reference.get("reference").words();
        let about = match self.target(reference, i, node) {
            Target::Piece(p) => self.index.pieces.get(p).map(|p| (p.kind.to_string(), p.at.clone())),
            Target::Contained(inner) => Some((inner.get("resourceType").words().to_owned(), String::new())),
            Target::Outside => None,
        };
        let people = &self.reading.people;
        let other = match about {
            Some((kind, at)) => kind != "Patient" || (!at.is_empty() && !self.people_at.contains(&at)),
            // It names a Patient that is not in the file, while the file has another one that could be named so; or
            // somebody or something else; or a number that is not the person's.
            None => {
                let other_urn =
                    literal.starts_with("urn:") && !self.patients.contains(literal.trim_start_matches("urn:uuid:"));
                let patient = literal.contains("Patient/") || other_urn;
                let kind = literal.split("/_history/").next().unwrap_or_default().rsplit('/').nth(1);
                let kind = kind.unwrap_or(reference.get("type").words());
                let something = kind != "Patient" && !matches!(types::class(kind), Class::Unknown);
                !people.is_empty() && patient && self.patients_named || something || self.other_number(reference)
            }
        };
        if other {
            let name = self.called(reference, i, node).label;
            let number = || identifiers(reference.get("identifier")).into_iter().next().map(|id| id.value);
            let who = [name, literal.to_owned()].into_iter().find(|w| !w.is_empty()).or_else(number);
            let who = who.unwrap_or_else(|| reference.get("type").words().to_owned());
            self.issue(Severity::Warning, IssueCode::OtherSubject, &entry.at, &who);
            detail(entry, "subject", who);
        }
    }

    /// Whether a reference names, by identifier alone, another person than the one the file is about.
    fn other_number(&self, reference: &Node<'t>) -> bool {
        let fold = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>();
        identifiers(reference.get("identifier")).iter().filter(|id| !id.system.is_empty()).any(|named| {
            let held = self.reading.people.iter().flat_map(|p| &p.identifiers).filter(|id| id.system == named.system);
            let held: Vec<String> = held.map(|id| fold(&id.value)).collect();
            !held.is_empty() && !held.contains(&fold(&named.value))
        })
    }

    /// Links to other entries of the same file, by the element that holds them.
    fn links(&self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        const ROLES: [&str; 17] = [
            "basedOn",
            "reasonReference",
            "result",
            "encounter",
            "context",
            "hasMember",
            "derivedFrom",
            "partOf",
            "priorPrescription",
            "authorizingPrescription",
            "addresses",
            "goal",
            "condition",
            "diagnosis",
            "focus",
            "related",
            "indication",
        ];
        for role in ROLES {
            for one in node.get(role).each() {
                let reference = ["target", "condition", "encounter", "reference"]
                    .iter()
                    .map(|k| one.get(k))
                    .find(|n| n.is_object())
                    .unwrap_or(one);
                if let Target::Piece(p) = self.target(reference, i, node)
                    && let Some(piece) = self.index.pieces.get(p)
                {
                    entry.links.push(Link { role: role.to_owned(), to: piece.at.clone() });
                }
            }
        }
    }

    fn allergy(&mut self, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.first_of(&["code", "substance"]));
        if entry.concept.is_empty() {
            let substances = node.get("reaction").each().iter().map(|r| concept(r.get("substance")));
            entry.concept = substances.into_iter().find(|c| !c.is_empty()).unwrap_or_default();
        }
        let category = node.get("category").each().iter().map(|c| Concept::words(c.words()));
        if entry.category.is_empty() {
            entry.category = category.filter(|c| !c.is_empty()).collect();
        }
        let (onset, end) = when(node, "onset");
        (entry.date, entry.end) = (onset, end);
        entry.recorded = date(node.first_of(&["recordedDate", "assertedDate"]));
        self.clinical(node, entry);
        entry.reactions = node.get("reaction").each().iter().map(reaction).collect();
        detail(entry, "type", label(&concept(node.get("type"))));
        detail(entry, "criticality", node.get("criticality").words());
        detail(entry, "lastOccurrence", node.first_of(&["lastOccurrence", "lastOccurence"]).words());
        // R5's standard extension: the substance, and whether a reaction to it is to be feared at all.
        if let Some(risk) = extension(node, "allergyintolerance-substanceExposureRisk") {
            let said = |name: &str| concept(extension(risk, name).unwrap_or(&Node::Null).get("valueCodeableConcept"));
            if entry.concept.is_empty() {
                entry.concept = said("substance");
            }
            if status_is(&said("exposureRisk"), "no-known-reaction-risk") {
                entry.polarity = Polarity::Negated;
            }
        }
        Self::absent(entry);
        // A reaction is no absence.
        let reacted = |r: &Node<'_>| {
            let told = concepts(r.get("manifestation")).into_iter().chain([concept(r.get("substance"))]);
            told.into_iter().any(|c| !c.is_empty() && absence(&c).is_none())
        };
        if entry.polarity == Polarity::NoneKnown && node.get("reaction").each().iter().any(reacted) {
            entry.polarity = Polarity::Unknown;
        }
    }

    fn condition(&mut self, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.get("code"));
        let (onset, _) = when(node, "onset");
        entry.date = onset;
        entry.end = when(node, "abatement").0;
        entry.recorded = date(node.first_of(&["recordedDate", "assertedDate", "dateRecorded"]));
        self.clinical(node, entry);
        if node.get("abatementBoolean").is_true() && entry.status.standing == Standing::Unknown {
            entry.status.standing = Standing::Ended;
        }
        detail(entry, "severity", label(&concept(node.get("severity"))));
        for site in concepts(node.get("bodySite")) {
            detail(entry, "bodySite", label(&site));
        }
        Self::absent(entry);
    }

    /// Clinical and verification status of allergies and conditions, as concepts (R4) or codes (STU3, DSTU2).
    fn clinical(&mut self, node: &Node<'t>, entry: &mut Entry) {
        let clinical = status(node.first_of(&["clinicalStatus", "status"]));
        let certainty = status(node.get("verificationStatus"));
        // DSTU2's one status mixes both.
        let said = if standing(&clinical) == Standing::Unknown { certainty.as_str() } else { clinical.as_str() };
        entry.status.standing = standing(said);
        // What turns the meaning round counts wherever it stands among the codings.
        let codes: Vec<String> = ["verificationStatus", "clinicalStatus", "status"]
            .iter()
            .flat_map(|key| concept(node.get(key)).codings)
            .map(|coding| status_word(&coding.code))
            .collect();
        let says = |word: &str| {
            status_word(&certainty) == word || status_word(&clinical) == word || codes.iter().any(|code| code == word)
        };
        if says("entered-in-error") {
            entry.status.standing = Standing::EnteredInError;
        }
        if says("refuted") {
            entry.polarity = Polarity::Refuted;
        }
        entry.status.text = clinical;
        entry.status.certainty = certainty;
    }

    /// A statement of absence, unless the source itself refutes it or says that it is over: then it says nothing.
    fn absent(entry: &mut Entry) {
        if let Some(found) = absence(&entry.concept) {
            let over = matches!(entry.status.standing, Standing::Ended | Standing::Stopped);
            let taken_back = over || entry.polarity == Polarity::Refuted;
            entry.polarity = if taken_back { Polarity::Unknown } else { found };
        }
    }

    fn immunization(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.get("vaccineCode"));
        // UK Core and CareConnect name the vaccine by the procedure, and may leave the product "unknown".
        let procedure = extension(node, "VaccinationProcedure").or_else(|| extension(node, "VaccinationProcedure-1"));
        if let Some(found) = procedure.map(|e| concept(e.get("valueCodeableConcept"))).filter(|c| !c.is_empty()) {
            let unnamed =
                entry.concept.label().is_none_or(|l| matches!(l.to_ascii_lowercase().as_str(), "unknown" | "unk"));
            let flavour =
                !entry.concept.codings.is_empty() && entry.concept.codings.iter().all(super::words::is_null_flavour);
            if unnamed || flavour {
                entry.concept = found;
            } else {
                detail(entry, "vaccinationProcedure", label(&found));
            }
        }
        let (start, _) = when(node, "occurrence");
        entry.date = start.or_else(|| date(node.get("date")));
        entry.recorded = date(node.get("recorded"));
        if node.get("notGiven").is_true()
            || node.get("wasNotGiven").is_true()
            || status_word(&entry.status.text) == "not-done"
        {
            entry.polarity = Polarity::NotDone;
            entry.status.standing = Standing::Stopped;
        }
        let explanation = node.get("explanation");
        // GP Connect's guidance spells it otherwise than STU3 does.
        let refused = explanation.first_of(&["reasonNotGiven", "notGivenReason"]);
        for reason in [node.get("statusReason"), refused].iter().flat_map(|n| concepts(n)) {
            detail(entry, "statusReason", label(&reason));
        }
        for reason in concepts(explanation.get("reason")) {
            detail(entry, "reasonCode", label(&reason));
        }
        detail(entry, "lotNumber", node.get("lotNumber").words());
        detail(entry, "expirationDate", node.get("expirationDate").words());
        detail(entry, "site", label(&concept(node.get("site"))));
        detail(entry, "route", label(&concept(node.get("route"))));
        detail(entry, "doseQuantity", quantity_words(&quantity(node.get("doseQuantity"))));
        detail(entry, "manufacturer", self.called(node.get("manufacturer"), i, node).label);
        detail(entry, "location", self.called(node.get("location"), i, node).label);
        for protocol in node.first_of(&["protocolApplied", "vaccinationProtocol"]).each() {
            detail(entry, "series", protocol.get("series").words());
            let number =
                protocol.choice("doseNumber").map_or(protocol.first_of(&["doseNumber", "doseSequence"]), |(_, n)| n);
            detail(entry, "doseNumber", number.plain());
            for disease in concepts(protocol.get("targetDisease")) {
                detail(entry, "targetDisease", label(&disease));
            }
        }
        for reason in concepts(node.get("reasonCode")) {
            detail(entry, "reasonCode", label(&reason));
        }
        if let Some(found) = absence(&entry.concept).filter(|p| {
            *p == Polarity::NoneKnown
                || entry.concept.codings.iter().any(|c| c.system.contains("absent-unknown"))
                || entry.concept.label().is_some_and(never_a_thing)
        }) {
            entry.polarity = found;
        }
    }

    fn procedure(&mut self, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.get("code"));
        let (start, end) = when(node, "performed");
        let (start, end) = if start.is_none() { when(node, "occurrence") } else { (start, end) };
        (entry.date, entry.end) = (start, end);
        entry.recorded = date(node.get("recorded"));
        if status_word(&entry.status.text) == "not-done"
            || node.get("notDone").is_true()
            || node.get("notPerformed").is_true()
        {
            entry.polarity = Polarity::NotDone;
            entry.status.standing = Standing::Stopped;
        }
        const NAMES: [(&str, &str); 10] = [
            ("statusReason", "statusReason"),
            ("notDoneReason", "statusReason"),
            ("reasonNotPerformed", "statusReason"),
            ("reasonCode", "reasonCode"),
            ("reasonCodeableConcept", "reasonCode"),
            ("reason", "reasonCode"),
            ("bodySite", "bodySite"),
            ("outcome", "outcome"),
            ("complication", "complication"),
            ("followUp", "followUp"),
        ];
        for (key, name) in NAMES {
            for one in concepts(node.get(key)) {
                detail(entry, name, label(&one));
            }
        }
        if let Some(found) = absence(&entry.concept) {
            entry.polarity = found;
        }
    }

    fn encounter(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.get("type"));
        let class = concept(node.get("class"));
        detail(entry, "class", label(&class));
        if entry.concept.is_empty() {
            entry.concept = class;
        }
        let period = node.first_of(&["period", "actualPeriod"]);
        (entry.date, entry.end) = (date(period.get("start")), date(period.get("end")));
        for other in concepts(node.get("type")).iter().skip(1) {
            detail(entry, "type", label(other));
        }
        // R5 has a use and values in each reason.
        for reason in node.first_of(&["reasonCode", "reason"]).each() {
            let values = reason.get("value");
            for one in concepts(if values.is_null() { reason } else { values }) {
                detail(entry, "reasonCode", label(&one));
            }
        }
        for place in node.get("location").each() {
            detail(entry, "location", self.called(place.get("location"), i, node).label);
        }
        for one in concepts(node.get("serviceType")) {
            detail(entry, "serviceType", label(&one));
        }
    }

    fn document(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.get("type"));
        let created = node.get("content").each().iter().find_map(|c| date(c.get("attachment").get("creation")));
        entry.date = date(node.first_of(&["date", "created", "indexed"])).or(created);
        entry.recorded = date(node.first_of(&["indexed", "date"]));
        entry.status.certainty = status(node.get("docStatus"));
        if entry.status.certainty == "preliminary"
            && matches!(entry.status.standing, Standing::Final | Standing::Unknown)
        {
            entry.status.standing = Standing::Preliminary;
        }
        if status_word(&entry.status.certainty) == "entered-in-error" {
            entry.status.standing = Standing::EnteredInError;
        }
        entry.identifiers.extend(super::datatypes::identifier(node.get("masterIdentifier")));
        let period = node.get("context").get("period");
        detail(entry, "period", period.get("start").words());
        for event in concepts(node.get("context").get("event")) {
            detail(entry, "event", label(&event));
        }
        for key in ["facilityType", "practiceSetting"] {
            detail(entry, key, label(&concept(node.get("context").get(key))));
        }
        for one in node.get("relatesTo").each() {
            let role = super::datatypes::status(one.get("code"));
            self.link(one.get("target"), i, node, if role.is_empty() { "relatesTo" } else { &role }, entry);
        }
        let description = node.get("description").words().to_owned();
        let name = entry.concept.label().map(str::to_owned).unwrap_or_default();
        let mut own = description.clone();
        for (n, content) in node.get("content").each().iter().enumerate() {
            let at = format!("{}/content/{n}/attachment", entry.at);
            let attachment = content.get("attachment");
            if own.is_empty() {
                own = attachment.get("title").words().to_owned();
            }
            let fallback = if description.is_empty() { &name } else { &description };
            entry.attachments.extend(self.attach(attachment, at, fallback, i));
        }
        // A letter's own title says more than the type of letter.
        if !own.is_empty() {
            detail(entry, "type", name);
            entry.title = own;
        }
        for one in node.get("context").get("encounter").each() {
            if let Target::Piece(p) = self.target(one, i, node)
                && let Some(piece) = self.index.pieces.get(p)
            {
                entry.links.push(Link { role: "encounter".to_owned(), to: piece.at.clone() });
            }
        }
    }

    fn device_use(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        let named = self.called(node.get("device"), i, node);
        entry.concept = if named.concept.is_empty() { Concept::words(named.label) } else { named.concept };
        let (start, end) = when(node, "timing");
        entry.date = start.or_else(|| date(node.get("whenUsed").get("start")));
        entry.end = end;
        entry.recorded = date(node.first_of(&["recordedOn", "dateAsserted"]));
        detail(entry, "bodySite", label(&concept(node.get("bodySite"))));
        for one in concepts(node.get("reasonCode")) {
            detail(entry, "reasonCode", label(&one));
        }
        if let Some(found) = absence(&entry.concept) {
            entry.polarity = found;
        }
    }

    /// All other kinds: what they are about, when, and how they stand, by the names that FHIR uses for these.
    fn rest(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        const ABOUT: [&str; 15] = [
            "code",
            "serviceRequested",
            "title",
            "description",
            "type",
            "serviceType",
            "appointmentType",
            "topic",
            "procedureCode",
            "scope",
            "event",
            "questionnaire",
            "reasonCode",
            "reason",
            "category",
        ];
        let about = ABOUT.iter().map(|k| concept(node.get(k))).find(|c| !c.is_empty());
        entry.concept = about.unwrap_or_default();
        let items = concepts(node.get("serviceRequested"));
        // DSTU2's orders name what is ordered item by item.
        let items: Vec<Concept> = if items.is_empty() {
            node.get("item").each().iter().map(|n| concept(n.get("code"))).collect()
        } else {
            items
        };
        if entry.concept.is_empty() {
            entry.concept = items.first().cloned().unwrap_or_default();
        }
        for item in items {
            if item != entry.concept {
                detail(entry, "item", label(&item));
            }
        }
        if entry.status.text.is_empty() {
            entry.status.text = status(node.first_of(&["lifecycleStatus", "status"]));
            entry.status.standing = standing(&entry.status.text);
        }
        for stem in ["occurrence", "effective", "onset", "performed", "started", "scheduled", "created", "identified"] {
            let (start, end) = when(node, stem);
            if entry.date.is_none() && start.is_some() {
                (entry.date, entry.end) = (start, end);
            }
        }
        const DATES: [&str; 12] = [
            "startDate",
            "start",
            "dateTime",
            "date",
            "authored",
            "sent",
            "created",
            "authoredOn",
            "orderedOn",
            "dateSent",
            "plannedStartDate",
            "statusDate",
        ];
        for key in DATES {
            entry.date = entry.date.take().or_else(|| date(node.get(key)));
        }
        for event in node.get("event").each() {
            entry.date = entry.date.take().or_else(|| date(event.get("dateTime")));
        }
        let period = node.get("period");
        entry.date = entry.date.take().or_else(|| date(period.get("start")));
        entry.end = entry.end.take().or_else(|| date(period.get("end")));
        entry.recorded = date(node.first_of(&["authoredOn", "recordedDate", "issued", "created", "date", "authored"]));
        if node.get("doNotPerform").is_true() {
            entry.polarity = Polarity::DoNotPerform;
        }
        if status_word(&entry.status.text) == "not-done" || node.get("notDone").is_true() {
            entry.polarity = Polarity::NotDone;
            entry.status.standing = Standing::Stopped;
        }
        for reason in concepts(node.get("notDoneReason")) {
            detail(entry, "statusReason", label(&reason));
        }
        detail(entry, "intent", node.get("intent").words());
        detail(entry, "priority", node.get("priority").words());
        detail(entry, "relationship", label(&concept(node.get("relationship"))));
        for activity in node.get("activity").each() {
            let inner = activity.get("detail");
            let named =
                ["reference", "plannedActivityReference"].map(|key| self.called(activity.get(key), i, node).label);
            let own = [label(&concept(inner.get("code"))), inner.get("description").words().to_owned()];
            let words: Vec<String> = own.into_iter().chain(named).filter(|w| !w.is_empty()).collect();
            let stands = inner.get("status").words();
            let what = words.join(" · ");
            let what = if what.is_empty() || stands.is_empty() { what } else { format!("{what} ({stands})") };
            // What is not to be done is never among what is (STU3 and DSTU2 say `prohibited`).
            let not = inner.get("doNotPerform").is_true() || inner.get("prohibited").is_true();
            detail(entry, if not { "activity.doNotPerform" } else { "activity" }, what);
            entry.notes.extend(notes(activity.get("progress")));
        }
        if entry.kind == Kind::FamilyMemberHistory {
            self.relative(node, entry);
        }
        let held = [("payload", "contentAttachment"), ("payload", "content"), ("sourceAttachment", "")];
        for (list, key) in held {
            for (n, one) in node.get(list).each().iter().enumerate() {
                let (content, below) =
                    if key.is_empty() { (one, String::new()) } else { (one.get(key), format!("/{key}")) };
                if content.is_object() && (!content.get("contentType").is_null() || !content.get("data").is_null()) {
                    let at = format!("{}/{list}/{n}{below}", entry.at);
                    entry.attachments.extend(self.attach(content, at, "", i));
                }
            }
        }
        for payload in node.get("payload").each() {
            let words = payload.first_of(&["contentString", "contentCodeableConcept"]);
            let words = if words.is_object() { label(&concept(words)) } else { words.words().to_owned() };
            entry.notes.extend((!words.is_empty()).then_some(words));
        }
        for recommendation in node.get("recommendation").each() {
            detail(entry, "vaccineCode", label(&concept(recommendation.get("vaccineCode"))));
        }
        self.questions(node, entry, 0);
        let content = node.get("content");
        if content.is_object() {
            let at = format!("{}/content", entry.at);
            entry.attachments.extend(self.attach(content, at, "", i));
        }
        if let Some(found) = absence(&entry.concept) {
            entry.polarity = found;
        }
    }

    /// A relative and what they had: `Father: Diabetes mellitus, Asthma` (FHIR R4 §9.4).
    fn relative(&mut self, node: &Node<'t>, entry: &mut Entry) {
        let relation = label(&concept(node.get("relationship")));
        detail(entry, "name", node.get("name").words());
        let mut had = Vec::new();
        for one in node.get("condition").each().iter().filter(|c| c.is_object()) {
            let what = label(&concept(one.get("code")));
            let (onset, _) = when(one, "onset");
            let onset = onset.map(|d| d.text).filter(|t| !t.is_empty());
            let outcome = label(&concept(one.get("outcome")));
            let more: Vec<String> = onset.into_iter().chain((!outcome.is_empty()).then_some(outcome)).collect();
            detail(
                entry,
                "condition",
                if more.is_empty() { what.clone() } else { format!("{what} ({})", more.join(", ")) },
            );
            entry.notes.extend(notes(one.get("note")));
            had.extend((!what.is_empty()).then_some(what));
        }
        if !relation.is_empty() && !had.is_empty() {
            entry.title = format!("{relation}: {}", had.join(", "));
        } else if !relation.is_empty() {
            entry.title = relation;
        }
    }

    /// Answers of a QuestionnaireResponse, question by question.
    fn questions(&self, node: &Node<'t>, entry: &mut Entry, depth: usize) {
        if depth > 8 {
            return;
        }
        // DSTU2 has groups of questions.
        let parts = ["item", "group", "question"].iter().flat_map(|key| node.get(key).each());
        for item in parts {
            let question = item.first_of(&["text", "title"]).words();
            let question = if question.is_empty() { item.get("linkId").words() } else { question };
            for answer in item.get("answer").each() {
                let value = super::datatypes::value(answer);
                entry.components.push(crate::record::Component {
                    title: question.to_owned(),
                    concept: Concept::words(question),
                    value,
                    range: Vec::new(),
                    interpretation: Vec::new(),
                });
                self.questions(answer, entry, depth + 1);
            }
            self.questions(item, entry, depth + 1);
        }
    }

    fn place(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        let by_document = self.sections.get(&i).copied();
        entry.section = place::section(entry, by_document);
        // Of what was told or answered, only what the person said is theirs. Who does not say who spoke says nothing.
        let told =
            matches!(&entry.kind, Kind::Other(kind) if kind == "QuestionnaireResponse" || kind == "Communication");
        if told
            && by_document.is_none()
            // What is said of an entry in the app is theirs too where a carer typed it for them.
            && (entry.said().is_some()
                || ["source", "sender", "author"].iter().any(|key| self.is_own(node.get(key), i, node)))
        {
            entry.section = Section::PatientStory;
        }
    }

    /// Title, degraded mark, and the oddities that every kind can have.
    fn complete(&mut self, node: &Node<'t>, entry: &mut Entry) {
        if entry.title.is_empty() {
            match title(&entry.concept) {
                Some((words, named)) => (entry.title, entry.named) = (words, named),
                None => {
                    // Only the narrative, if anything, says what it is.
                    let told = narrative::plain(node.get("text").get("div").words()).text;
                    entry.title = told.lines().next().unwrap_or_default().to_owned();
                    entry.named = !entry.title.is_empty();
                    if entry.title.is_empty() {
                        let kind = node.get("resourceType").words();
                        entry.title = kind.to_owned();
                        let at = entry.at.clone();
                        self.issue(Severity::Warning, IssueCode::MissingElement, &at, kind);
                    } else {
                        entry.notes.push(told);
                    }
                }
            }
        }
        if !entry.named && !entry.concept.is_empty() {
            let (at, found) = (entry.at.clone(), entry.title.clone());
            self.issue(Severity::Information, IssueCode::CodeWithoutName, &at, &found);
        }
        if matches!(node.get("text").get("status").words(), "additional" | "extensions") {
            let told = narrative::plain(node.get("text").get("div").words()).text;
            if !told.is_empty() && !entry.notes.contains(&told) {
                entry.notes.push(told);
            }
        }
        entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        entry.degraded =
            degraded(&entry.concept).cloned().or_else(|| entry.category.iter().find_map(degraded).cloned());
        if let Some(code) = entry.degraded.as_ref().map(|c: &Coding| c.code.clone()) {
            let at = entry.at.clone();
            self.issue(Severity::Warning, IssueCode::Degraded, &at, &code);
        }
        let further: Vec<String> = Self::further(node).into_iter().map(|(key, _)| key.to_owned()).collect();
        for key in further {
            let at = format!("{}/{key}", entry.at);
            self.issue(Severity::Warning, IssueCode::DuplicateKey, &at, &key);
        }
        if entry.in_error() {
            let at = entry.at.clone();
            self.issue(Severity::Information, IssueCode::EnteredInError, &at, "");
        }
        let odd: Vec<PartialDate> = [&entry.date, &entry.end, &entry.recorded]
            .into_iter()
            .flatten()
            .filter(|d| d.known.is_none() && d.text.starts_with(|c: char| c.is_ascii_digit()) && d.text.contains('-'))
            .cloned()
            .collect();
        for date in odd {
            let at = entry.at.clone();
            self.issue(Severity::Warning, IssueCode::BadDate, &at, &date.text);
        }
    }
}

fn status_is(said: &Concept, code: &str) -> bool {
    said.codings.iter().any(|c| c.code == code)
}

/// Adds a detail if it says anything.
pub(super) fn detail(entry: &mut Entry, name: &str, text: impl AsRef<str>) {
    let text = text.as_ref().trim();
    if !text.is_empty() {
        entry.details.push(Detail { name: name.to_owned(), text: text.to_owned() });
    }
}

fn reaction(node: &Node<'_>) -> Reaction {
    let words = |key: &str| node.get(key).words().to_owned();
    let mut note: Vec<String> = vec![words("description")];
    note.extend(notes(node.get("note")));
    note.push(label(&concept(node.get("exposureRoute"))));
    note.push(label(&concept(node.get("substance"))));
    note.push(node.get("certainty").words().to_owned());
    note.retain(|n| !n.is_empty());
    Reaction {
        manifestations: concepts(node.get("manifestation")),
        severity: words("severity"),
        note: note.join(" · "),
        date: date(node.get("onset")),
    }
}
