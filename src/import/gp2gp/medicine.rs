//! Medicines: what was authorised, each issue of it, and how it ended.
//!
//! One medicine is one authorisation (`ehrSupplyAuthorise`) with the statement that holds it; each issue
//! (`ehrSupplyPrescribe`) and each supply (`ehrSupplyDispense`) is its history. An issue whose authorisation is not in
//! the file is a medicine all the same: else it would be in no list of medicines.

use super::hl7v3::{self, Node, attr, child, children, descend};
use super::{Context, Reader, detail, elements, id, name, named, statement, text};
use crate::import::narrative;
use crate::record::{Entry, IssueCode, Kind, Link, Outcome, Section, Severity, Standing};

impl<'a> Reader<'a, '_> {
    /// A MedicationStatement and its supplies.
    pub fn medicine(&mut self, node: Node<'a>, context: &Context) {
        let supplies: Vec<Node<'a>> = children(node, "component").flat_map(elements).collect();
        let of = |wanted: &'static str| supplies.iter().copied().filter(move |s| name(*s) == wanted);
        let mut place = String::new();
        for authorise in of("ehrSupplyAuthorise") {
            let index = self.authorised(node, authorise, context);
            place = self.reading.entries.get(index).map(|e| e.at.clone()).unwrap_or_default();
        }
        let known =
            of("ehrSupplyPrescribe").any(|p| named(p, "inFulfillmentOf").iter().any(|i| self.authorised.contains(i)));
        // What ends an authorisation of this file is told there; what ends one that is elsewhere is a medicine that was
        // stopped, and would be in no list.
        let ends_known = |s: &Node<'a>| {
            let ended = named(*s, "reversalOf");
            !ended.is_empty() && ended.iter().all(|i| self.authorised.contains(i))
        };
        let ends_only = !supplies.is_empty()
            && supplies
                .iter()
                .filter(|s| !matches!(name(**s), "sequenceNumber" | "seperatableInd"))
                .all(|s| name(*s) == "ehrSupplyDiscontinue" && ends_known(s));
        if place.is_empty() && !known && !ends_only {
            let index = self.unauthorised(node, &supplies, context);
            place = self.reading.entries.get(index).map(|e| e.at.clone()).unwrap_or_default();
        } else {
            self.reading.ledger.add(self.tree.place(node), "MedicationStatement", Outcome::Shown, None);
            if !place.is_empty() {
                self.show(node, &place);
            }
        }
        for supply in supplies {
            match name(supply) {
                "ehrSupplyAuthorise" => {}
                "ehrSupplyPrescribe" => self.issued(node, supply, context, &place),
                "ehrSupplyDispense" => self.supplied(node, supply, context, &place),
                "ehrSupplyDiscontinue" => {
                    // Its words stand on the medicine that it ends.
                    self.reading.ledger.add(self.tree.place(supply), "ehrSupplyDiscontinue", Outcome::Shown, None);
                    if named(supply, "reversalOf").iter().any(|i| !self.authorised.contains(i)) {
                        let at = self.tree.place(supply);
                        self.issue(Severity::Warning, IssueCode::DanglingReference, &at, "reversalOf");
                    }
                }
                "sequenceNumber" | "seperatableInd" => {}
                _ => self.not_understood(supply),
            }
        }
    }

    /// The product, the dose, the notes: what a statement says for each of its supplies.
    fn product(&mut self, kind: Kind, node: Node<'a>, supply: Node<'a>, context: &Context) -> Entry {
        let mut entry = self.begin(Section::Medications, kind, node, context);
        if node != supply {
            entry.at = self.tree.place(supply);
            entry.span = self.span(supply);
            entry.identifiers = hl7v3::identifiers(supply);
            let own = self.participants(supply);
            if !own.is_empty() {
                entry.performer = own;
            }
            entry.labels = self.labels(supply, &entry.labels);
            if child(supply, "statusCode").is_some() {
                entry.status = super::codes::status(supply);
            }
        }
        let material = descend(node, &["consumable", "manufacturedProduct"])
            .and_then(|p| elements(p).find(|e| name(*e).to_ascii_lowercase().contains("material")));
        if let Some(material) = material {
            entry.concept = self.concept(material);
        }
        for dosage in children(node, "pertinentInformation").filter_map(|p| child(p, "pertinentMedicationDosage")) {
            entry.dose.extend(child(dosage, "text").map(text::tidy).filter(|d| !d.is_empty()));
        }
        entry.notes = statement::annotations(supply);
        if node != supply {
            entry.notes.extend(statement::annotations(node));
        }
        entry.notes.extend(child(node, "text").map(text::tidy).filter(|t| !t.is_empty()));
        let quantity = child(supply, "quantity").or_else(|| material.and_then(|m| child(m, "quantity")));
        detail(&mut entry, "quantity", quantity.map(|q| hl7v3::quantity_words(&hl7v3::pq(q))).unwrap_or_default());
        if let Some(code) = child(supply, "code") {
            detail(&mut entry, "supplyType", hl7v3::labelled(code, &self.words));
        }
        for reason in children(node, "reason").chain(children(supply, "reason")).filter_map(|r| child(r, "code")) {
            detail(&mut entry, "reasonCode", hl7v3::labelled(reason, &self.words));
        }
        if entry.concept.is_empty() {
            // A statement without product: its dose is all that names it.
            entry.title = entry.dose.first().map(|d| narrative::headline(d).0).unwrap_or_default();
            self.issue(Severity::Warning, IssueCode::MissingElement, &entry.at, "manufacturedMaterial/code");
        }
        entry
    }

    /// What was authorised: the medicine, and the plan under which it is issued. Gives the medicine's index.
    fn authorised(&mut self, node: Node<'a>, authorise: Node<'a>, context: &Context) -> usize {
        let key = id(authorise);
        let mut entry = self.product(Kind::MedicationStatement, node, authorise, context);
        let plan_at = entry.at.clone();
        // Two entries can't share a place: the plan stands at the authorisation, the medicine at its statement, or at
        // the component of it where the statement holds several.
        let first = children(node, "component").flat_map(elements).find(|s| name(*s) == "ehrSupplyAuthorise");
        let holder = if first == Some(authorise) { node } else { authorise.parent().unwrap_or(node) };
        (entry.at, entry.span) = (self.tree.place(holder), self.span(holder));
        let time = super::when(authorise);
        let own = child(node, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        entry.date = time.start.or(own.start).or_else(|| child(node, "availabilityTime").and_then(hl7v3::ts));
        entry.end = time.end.or(own.end);
        let repeats = child(authorise, "repeatNumber").map(|r| attr(r, "value")).unwrap_or_default();
        detail(&mut entry, "numberOfRepeatsAllowed", repeats);
        // MIM: none repeated is an acute prescription, all others are repeat prescriptions.
        if let Ok(number) = repeats.parse::<u32>() {
            detail(&mut entry, "prescriptionType", if number == 0 { "Acute" } else { "Repeat" });
        }
        let issues = self.issued.get(&key).map_or(0, Vec::len);
        if issues > 0 {
            detail(&mut entry, "issues", issues.to_string());
        }
        for end in self.ends.remove(&key).unwrap_or_default() {
            self.ended(end, &mut entry);
        }
        let mut plan = entry.clone();
        (plan.at, plan.span, plan.kind) = (plan_at.clone(), self.span(authorise), Kind::MedicationRequest);
        detail(&mut plan, "intent", "plan");
        entry.identifiers = hl7v3::identifiers(node);
        entry.links.push(Link { role: "basedOn".to_owned(), to: plan_at });
        let index = self.complete(node, entry);
        let plan = self.end(authorise, plan);
        for before in named(authorise, "predecessor") {
            self.references.push((plan, "priorPrescription", before));
        }
        index
    }

    /// A discontinuation: it was stopped, when and why.
    fn ended(&mut self, end: Node<'a>, entry: &mut Entry) {
        if super::codes::status(end).standing == Standing::EnteredInError {
            return;
        }
        entry.status.standing = Standing::Stopped;
        let when = child(end, "availabilityTime").and_then(hl7v3::ts);
        entry.end =
            when.or_else(|| child(end, "effectiveTime").map(hl7v3::ivl_ts).and_then(|t| t.start)).or(entry.end.take());
        if let Some(code) = child(end, "code") {
            detail(entry, "statusReason", hl7v3::labelled(code, &self.words));
        }
        for said in statement::annotations(end) {
            detail(entry, "statusReason", said);
        }
    }

    /// A statement without an authorisation in the file.
    fn unauthorised(&mut self, node: Node<'a>, supplies: &[Node<'a>], context: &Context) -> usize {
        let mut entry = self.product(Kind::MedicationStatement, node, node, context);
        let time = super::when(node);
        (entry.date, entry.end) = (time.start, time.end);
        for supply in supplies.iter().filter(|s| name(**s) == "ehrSupplyDiscontinue") {
            self.ended(*supply, &mut entry);
        }
        self.end(node, entry)
    }

    /// One issue of a medicine.
    fn issued(&mut self, node: Node<'a>, supply: Node<'a>, context: &Context, medicine: &str) {
        let mut entry = self.product(Kind::MedicationRequest, node, supply, context);
        entry.date = super::when(supply).start.or_else(|| super::when(node).start);
        entry.end = child(node, "effectiveTime").map(hl7v3::ivl_ts).and_then(|t| t.end);
        detail(&mut entry, "intent", "order");
        self.history(supply, entry, medicine);
    }

    /// One supply of a medicine.
    fn supplied(&mut self, node: Node<'a>, supply: Node<'a>, context: &Context, medicine: &str) {
        let mut entry = self.product(Kind::MedicationDispense, node, supply, context);
        entry.date = super::when(supply).start.or_else(|| super::when(node).start);
        self.history(supply, entry, medicine);
    }

    fn history(&mut self, supply: Node<'a>, mut entry: Entry, medicine: &str) {
        let fulfils = named(supply, "inFulfillmentOf");
        if fulfils.is_empty() && !medicine.is_empty() {
            entry.links.push(Link { role: "statement".to_owned(), to: medicine.to_owned() });
        }
        let missing = fulfils.iter().any(|i| !self.authorised.contains(i));
        if missing && !medicine.is_empty() {
            entry.links.push(Link { role: "statement".to_owned(), to: medicine.to_owned() });
        }
        let index = self.end(supply, entry);
        for authorisation in fulfils {
            self.references.push((index, "basedOn", authorisation));
        }
    }
}
