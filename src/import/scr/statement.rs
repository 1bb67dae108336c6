//! The coded statements of a summary (care record elements, UKCT_MT1440nn).

use super::hl7v3::{self, Node, attr, child, children, descend};
use super::{Reader, elements, id, name};
use crate::import::fhir::words::degraded;
use crate::import::gp2gp::{absent, is_negated, negate, place_times};
use crate::record::{Concept, Detail, Entry, IssueCode, Kind, Link, Outcome, Polarity, Section, Severity, Standing};

/// What `statusCode` says (HL7 v3 ActStatus).
pub fn standing(code: &str) -> Standing {
    match code.to_ascii_lowercase().as_str() {
        "active" => Standing::Active,
        "completed" | "complete" => Standing::Ended,
        "aborted" | "cancelled" | "obsolete" => Standing::Stopped,
        "suspended" | "held" => Standing::OnHold,
        "new" => Standing::Planned,
        "nullified" => Standing::EnteredInError,
        _ => Standing::Unknown,
    }
}

/// The people, devices and organisations that stand in these roles, each once.
pub fn people(node: Node<'_>, roles: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for role in elements(node).filter(|e| roles.contains(&name(*e))) {
        for called in role.descendants().filter(|n| name(*n) == "name" || name(*n) == "softwareName") {
            let text = hl7v3::name(called).text;
            if !text.is_empty() && !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

/// What a care record element is, by the last part of its name.
fn kind(name: &str) -> (Section, Kind) {
    let other = |section| (section, Kind::Other(name.to_owned()));
    match name {
        "Diagnosis" | "Problem" => (Section::Problems, Kind::Condition),
        "Finding" | "Investigation" => (Section::Results, Kind::Observation),
        "Treatment" => (Section::Procedures, Kind::Procedure),
        "CareEvent" => (Section::Encounters, Kind::Encounter),
        "FamilyHistory" => (Section::FamilyHistory, Kind::FamilyMemberHistory),
        "Lifestyle" | "SocialOrPersonalCircumstance" => (Section::SocialHistory, Kind::Observation),
        _ if name.starts_with("Risk") => (Section::Alerts, Kind::Flag),
        _ if name.contains("Allergy") || name.contains("AdverseReaction") => {
            (Section::Allergies, Kind::AllergyIntolerance)
        }
        _ if name.contains("Medication") => (Section::Medications, Kind::MedicationRequest),
        _ => other(Section::Notes),
    }
}

impl<'a> Reader<'a> {
    /// All coded statements of a summary, each with its line in the ledger.
    pub fn statements(&mut self, summary: Node<'a>) {
        let mut found: Vec<Node<'a>> = Vec::new();
        for category in summary.descendants().filter(|n| name(*n) == "pertinentCREType") {
            for inner in children(category, "component").flat_map(elements) {
                if !matches!(name(inner), "templateId" | "seperatableInd" | "separatableInd" | "sequenceNumber") {
                    found.push(inner);
                }
            }
        }
        for node in &found {
            let id = id(*node);
            if !id.is_empty() {
                self.statements.entry(id).and_modify(|held| *held = None).or_insert(Some(*node));
            }
        }
        let before = self.reading.entries.len();
        for node in &found {
            self.statement(*node);
        }
        self.connect(before, &found);
    }

    fn statement(&mut self, node: Node<'a>) {
        let at = self.tree.place(node);
        let short = name(node).rsplit('.').next().unwrap_or_default();
        let (section, kind) = kind(short);
        let mut entry = Entry::new(section, kind, at.clone(), "");
        entry.span = self.span(node);
        entry.identifiers = hl7v3::identifiers(node);
        entry.concept = self.about(node);
        let time = child(node, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        (entry.date, entry.end) = (time.start, time.end);
        entry.recorded = child(node, "author").and_then(|a| child(a, "time")).and_then(hl7v3::ts);
        entry.performer = people(node, &["author", "performer"]);
        for informant in people(node, &["informant", "informant1", "participant"]) {
            detail(&mut entry, "informant", informant);
        }
        let heading = node.ancestors().find(|n| name(*n) == "pertinentCREType").and_then(|c| child(c, "code"));
        entry.category = heading.map(|c| hl7v3::cd(c, &self.words)).into_iter().collect();
        if let Some(code) = child(node, "code") {
            entry.details.extend(hl7v3::qualifiers(code, &self.words));
        }
        let mut values = hl7v3::values(node, &self.words).into_iter();
        entry.value = values.next();
        for more in values {
            detail(&mut entry, "value", more.text());
        }
        self.pertinent(node, &mut entry);
        self.status(node, short, &mut entry);
        self.polarity(node, &mut entry);
        self.complete(&mut entry, short);
        self.reading.ledger.add(at.clone(), name(node), Outcome::Shown, None);
        let own = id(node);
        if !own.is_empty() {
            self.places.entry(own).or_insert(at);
        }
        self.reading.entries.push(entry);
    }

    /// What a statement is about: its product, the finding that an abstract problem names, or its own code.
    fn about(&self, node: Node<'a>) -> Concept {
        let material = descend(node, &["consumable", "manufacturedProduct"])
            .and_then(|p| elements(p).find(|e| name(*e).to_ascii_lowercase().ends_with("material")));
        if let Some(code) = material.and_then(|m| child(m, "code")) {
            return hl7v3::cd(code, &self.words);
        }
        let own = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        // "Abstract problem node": the problem is what it points to.
        if own.codings.iter().any(|c| c.code == "181301000000103")
            && let Some(code) = self.named(node).and_then(|n| child(n, "code"))
        {
            return hl7v3::cd(code, &self.words);
        }
        own
    }

    /// The statement that an abstract problem names.
    fn named(&self, node: Node<'a>) -> Option<Node<'a>> {
        references(node).into_iter().find_map(|(_, i)| self.statements.get(&i).copied().flatten())
    }

    /// Supporting texts, dose and quantity, and whatever else is said beside the code.
    fn pertinent(&mut self, node: Node<'a>, entry: &mut Entry) {
        let around = elements(node).filter(|e| name(*e).starts_with("pertinentInformation") || name(*e) == "component");
        for inner in around.flat_map(elements) {
            let own = name(inner).trim_start_matches("pertinent");
            let value = child(inner, "value").or_else(|| child(inner, "text"));
            let said = match value.and_then(|v| hl7v3::value(v, &self.words)) {
                Some(value) => format!("{} {}", value.text(), value.unit()).trim().to_owned(),
                None => String::new(),
            };
            match own {
                "SupportingInfo" | "SupportingInformation" | "Annotation" => {
                    entry.notes.extend(Some(said).filter(|s| !s.is_empty()));
                }
                "DosageInstructions" | "MedicationDosage" => entry.dose.extend(Some(said).filter(|s| !s.is_empty())),
                "medicationQuantity" => {
                    let quantity = child(inner, "quantity").map(hl7v3::pq).unwrap_or_default();
                    detail(entry, "quantity", hl7v3::quantity_words(&quantity));
                }
                "Severity" => detail(entry, "severity", said),
                "Certainty" => entry.status.certainty = said,
                _ if !said.is_empty() => detail(entry, own, said),
                _ => {}
            }
        }
    }

    fn status(&mut self, node: Node<'a>, short: &str, entry: &mut Entry) {
        let code = child(node, "statusCode").map(|s| attr(s, "code")).unwrap_or_default();
        code.clone_into(&mut entry.status.text);
        entry.status.standing = standing(code);
        let said = entry.status.standing;
        match entry.kind {
            Kind::Observation | Kind::FamilyMemberHistory | Kind::Procedure if said == Standing::Ended => {
                entry.status.standing = Standing::Final;
            }
            // "Completed" says that it was written down, not that the allergy is over.
            Kind::AllergyIntolerance if said == Standing::Ended => {
                detail(entry, "statusCode", code);
                entry.status.text.clear();
                entry.status.standing = Standing::Unknown;
            }
            Kind::MedicationRequest => {
                // "Completed" says that it was written down: a repeat medicine that is called current goes on.
                if said == Standing::Ended && entry.end.is_none() {
                    detail(entry, "statusCode", code);
                    entry.status.text.clear();
                    entry.status.standing = Standing::Unknown;
                }
                let kind = child(node, "code").map(|c| hl7v3::labelled(c, &self.words)).unwrap_or_default();
                detail(entry, "prescriptionType", kind);
                if short.starts_with("Discontinued") && said != Standing::EnteredInError {
                    entry.status.standing = Standing::Stopped;
                }
            }
            _ => {}
        }
    }

    /// Whether it, or what it stands in, is negated.
    fn polarity(&self, node: Node<'a>, entry: &mut Entry) {
        let denied = |node: Node<'a>| {
            let inside = node.ancestors().take_while(|n| name(*n) != "GPSummary").filter(|n| n.is_element());
            inside.filter(|n| is_negated(*n)).count()
        };
        match denied(node) {
            0 => {}
            1 => negate(entry),
            // Twice no: what that means can't be known.
            _ => entry.polarity = Polarity::Unknown,
        }
        absent(entry);
        // A problem that is nothing but a finding which is denied elsewhere is no plain problem.
        let abstracted = child(node, "code").is_some_and(|c| attr(c, "code") == "181301000000103");
        if abstracted && entry.polarity.is_positive() && self.named(node).is_some_and(|n| denied(n) > 0) {
            entry.polarity = Polarity::Unknown;
        }
    }

    fn complete(&mut self, entry: &mut Entry, short: &str) {
        place_times(entry);
        match hl7v3::title(&entry.concept) {
            Some((words, named)) => (entry.title, entry.named) = (words, named),
            None => {
                (entry.title, entry.named) = (short.to_owned(), false);
                self.issue(Severity::Warning, IssueCode::MissingElement, &entry.at, "code");
            }
        }
        if !entry.named && !entry.concept.is_empty() {
            self.issue(Severity::Information, IssueCode::CodeWithoutName, &entry.at, &entry.title);
        }
        entry.degraded = degraded(&entry.concept).cloned();
        if let Some(code) = entry.degraded.as_ref().map(|c| c.code.clone()) {
            self.issue(Severity::Warning, IssueCode::Degraded, &entry.at, &code);
        }
        if entry.in_error() {
            self.issue(Severity::Information, IssueCode::EnteredInError, &entry.at, "");
        }
        let odd = [&entry.date, &entry.end, &entry.recorded].into_iter().flatten().filter(|d| d.known.is_none());
        for text in odd.map(|d| d.text.clone()).collect::<Vec<_>>() {
            self.issue(Severity::Warning, IssueCode::BadDate, &entry.at, &text);
        }
    }

    /// Links from statements to those that they name.
    fn connect(&mut self, from: usize, nodes: &[Node<'a>]) {
        for (entry, node) in self.reading.entries.iter_mut().skip(from).zip(nodes) {
            for (role, to) in references(*node) {
                if let Some(place) = self.places.get(&to).filter(|p| **p != entry.at) {
                    entry.links.push(Link { role: role.to_owned(), to: place.clone() });
                }
            }
        }
    }
}

/// The ids of the statements that a statement names, with the role: its reason, or what belongs to it.
fn references(node: Node<'_>) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for around in elements(node) {
        let role = match name(around) {
            "reason" => "reasonReference",
            n if n.starts_with("pertinentInformation") => "related",
            _ => continue,
        };
        // A reference is an element that has nothing but an id.
        let bare =
            |e: &Node<'_>| child(*e, "id").is_some() && child(*e, "code").is_none() && child(*e, "value").is_none();
        found.extend(elements(around).filter(bare).map(|e| (role, id(e))));
    }
    found
}

fn detail(entry: &mut Entry, name: &str, text: impl AsRef<str>) {
    let text = text.as_ref().trim();
    if !text.is_empty() {
        entry.details.push(Detail { name: name.to_owned(), text: text.to_owned() });
    }
}
