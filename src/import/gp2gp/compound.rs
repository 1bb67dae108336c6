//! Statements that hold others: topics, headings, batteries, reports.

use super::codes::Pressure;
use super::hl7v3::{self, Node, attr, child, children, descend, is};
use super::{Context, Reader, codes, detail, document, elements, id, statement, text, when};
use crate::record::{Component, Concept, Kind, Link, Outcome, Section};

/// The statements of this name that a compound holds itself.
fn direct<'a>(node: Node<'a>, name: &'static str) -> impl Iterator<Item = Node<'a>> {
    children(node, "component").flat_map(elements).filter(move |e| is(*e, name))
}

impl<'a> Reader<'a, '_> {
    /// A CompoundStatement. Topics and headings only say where their statements stand; the others say something
    /// themselves.
    pub fn compound(&mut self, node: Node<'a>, above: &Context) {
        let concept = self.concept(node);
        let context = Context { labels: self.labels(node, &above.labels), ..above.clone() };
        if codes::is_allergy_heading(&concept) && direct(node, "ObservationStatement").next().is_some() {
            self.keep(node);
            let context = Context { allergy: Some(concept), ..context };
            return self.held(node, &context);
        }
        if codes::is_report(&concept) {
            return self.report(node, above, concept);
        }
        if codes::is_specimen(&concept) || child(node, "specimen").is_some() {
            return self.specimen(node, context);
        }
        match attr(node, "classCode") {
            "TOPIC" => {
                self.keep(node);
                let topic = match codes::is_unspecified_topic(&concept) {
                    true => String::new(),
                    false => concept.label().unwrap_or_default().to_owned(),
                };
                self.held(node, &Context { topic, heading: None, ..context });
            }
            "CATEGORY" => {
                self.keep(node);
                let heading = Some(concept).filter(|c| !c.is_empty()).or_else(|| context.heading.clone());
                self.held(node, &Context { heading, ..context });
            }
            _ => self.group(node, above, &context, concept),
        }
    }

    fn keep(&mut self, node: Node<'a>) {
        self.reading.ledger.add(self.tree.place(node), "CompoundStatement", Outcome::Kept, None);
    }

    /// The statements in a compound.
    fn held(&mut self, node: Node<'a>, context: &Context) {
        for component in children(node, "component") {
            self.component(component, context);
        }
    }

    /// A battery, a cluster, a template: a blood pressure is one measurement; a cluster around one result is that
    /// result with its comments; all others are a heading that says something, and their parts.
    fn group(&mut self, node: Node<'a>, above: &Context, context: &Context, concept: Concept) {
        if self.blood_pressure(node, above, &concept) {
            return;
        }
        let results: Vec<Node<'a>> = direct(node, "ObservationStatement").collect();
        let nested = direct(node, "CompoundStatement").next().is_some();
        if let ([only], false) = (results.as_slice(), nested)
            && (context.report.is_some() || self.concept(*only) == concept)
        {
            return self.commented(node, *only, context);
        }
        let mut entry = self.begin(Section::Results, Kind::Observation, node, above);
        entry.concept = concept;
        let by_heading = context.heading.as_ref().and_then(codes::section_of_heading);
        entry.section = by_heading.unwrap_or(Section::Results);
        entry.date = when(node).start.or_else(|| context.collected.clone());
        entry.notes = statement::annotations(node);
        statement::final_if_complete(&mut entry);
        if let Some(code) = child(node, "code") {
            entry.details.extend(hl7v3::qualifiers(code, &self.words));
        }
        detail(&mut entry, "specimen", &context.specimen);
        // In a report, the comments of a battery speak of it; elsewhere each is a note of its own.
        let comments = if context.report.is_some() { self.comments(node, &entry.at) } else { Vec::new() };
        entry.notes.extend(comments);
        let index = self.end(node, entry);
        let inner = Context { battery: attr(node, "classCode") == "BATTERY", ..context.clone() };
        for component in children(node, "component").flat_map(elements) {
            let told = context.report.is_some() && is(component, "NarrativeStatement");
            if !told || document::referred(component).is_some() {
                self.element_of_compound(component, &inner);
            }
        }
        for part in direct(node, "ObservationStatement").map(id).filter(|i| !i.is_empty()) {
            self.references.push((index, "hasMember", part));
        }
    }

    fn element_of_compound(&mut self, node: Node<'a>, context: &Context) {
        match super::STATEMENTS.contains(&super::name(node)) {
            true => self.element(node, context),
            false if matches!(super::name(node), "sequenceNumber" | "seperatableInd" | "priorityNumber") => {}
            false => self.not_understood(node),
        }
    }

    /// The comments that a compound holds itself; each has its line in the ledger, and its words stand on the entry at
    /// this place.
    fn comments(&mut self, node: Node<'a>, at: &str) -> Vec<String> {
        let mut found = Vec::new();
        let notes: Vec<Node<'a>> =
            direct(node, "NarrativeStatement").filter(|n| document::referred(*n).is_none()).collect();
        for note in notes {
            self.reading.ledger.add(self.tree.place(note), "NarrativeStatement", Outcome::Shown, None);
            self.show(note, at);
            found.extend(child(note, "text").map(text::comment).filter(|t| !t.is_empty()));
        }
        found
    }

    /// A cluster around one result: its comments and qualifiers are the result's.
    fn commented(&mut self, node: Node<'a>, only: Node<'a>, context: &Context) {
        self.keep(node);
        let index = self.reading.entries.len();
        self.observation(only, context);
        let at = self.tree.place(only);
        self.show(node, &at);
        let comments = self.comments(node, &at);
        let qualifiers = child(node, "code").map(|c| hl7v3::qualifiers(c, &self.words)).unwrap_or_default();
        if let Some(entry) = self.reading.entries.get_mut(index) {
            entry.notes.extend(comments);
            for qualifier in qualifiers {
                detail(entry, &qualifier.name, qualifier.text);
            }
        }
        for other in children(node, "component").flat_map(elements) {
            if other != only && (!is(other, "NarrativeStatement") || document::referred(other).is_some()) {
                self.element_of_compound(other, context);
            }
        }
    }

    /// Systolic and diastolic are one reading, and what is noted beside them is its comment.
    fn blood_pressure(&mut self, node: Node<'a>, above: &Context, concept: &Concept) -> bool {
        let parts: Vec<(Pressure, Node<'a>, Concept)> = direct(node, "ObservationStatement")
            .filter_map(|n| {
                let concept = self.concept(n);
                codes::pressure(&concept).map(|p| (p, n, concept))
            })
            .collect();
        let [(first, ..), (second, ..)] = parts.as_slice() else { return false };
        if attr(node, "classCode") != "BATTERY" || first == second {
            return false;
        }
        let context = Context { labels: self.labels(node, &above.labels), ..above.clone() };
        let mut entry = self.begin(Section::VitalSigns, Kind::Observation, node, above);
        entry.concept = concept.clone();
        entry.date = when(node).start;
        statement::final_if_complete(&mut entry);
        entry.notes = statement::annotations(node);
        entry.notes.extend(self.comments(node, &entry.at.clone()));
        if let Some(code) = child(node, "code") {
            entry.details.extend(hl7v3::qualifiers(code, &self.words));
        }
        for (_, part, concept) in &parts {
            let values = hl7v3::values(*part, &self.words);
            let (range, interpretation) = self.judged(*part);
            let at = self.tree.place(*part);
            for value in &values {
                self.numbers(*part, Some(value), &at);
            }
            if entry.date.is_none() {
                entry.date = when(*part).start;
            }
            entry.labels = self.labels(*part, &entry.labels);
            entry.notes.extend(statement::annotations(*part));
            if super::is_negated(*part) {
                detail(&mut entry, "negationInd", concept.label().unwrap_or("true"));
            }
            entry.components.push(Component {
                title: hl7v3::title(concept).map(|(words, _)| words).unwrap_or_default(),
                concept: concept.clone(),
                value: values.into_iter().next(),
                range,
                interpretation,
            });
            self.reading.ledger.add(at, "ObservationStatement", Outcome::Shown, None);
            self.show(*part, &entry.at.clone());
        }
        entry.components.sort_by_key(|c| codes::pressure(&c.concept) == Some(Pressure::Diastolic));
        self.end(node, entry);
        for other in children(node, "component").flat_map(elements) {
            let told = is(other, "NarrativeStatement") && document::referred(other).is_none();
            if !told && !parts.iter().any(|(_, n, _)| *n == other) {
                self.element_of_compound(other, &context);
            }
        }
        true
    }

    /// A laboratory's report: its comments, its specimens, its results.
    fn report(&mut self, node: Node<'a>, above: &Context, concept: Concept) {
        let mut entry = self.begin(Section::Results, Kind::DiagnosticReport, node, above);
        entry.concept = concept.clone();
        entry.date = when(node).start;
        statement::final_if_complete(&mut entry);
        entry.notes = statement::annotations(node);
        entry.notes.extend(self.comments(node, &entry.at.clone()));
        let performers = entry.performer.clone();
        let index = self.end(node, entry);
        let context = Context {
            labels: self.labels(node, &above.labels),
            report: Some((index, concept)),
            performers,
            ..above.clone()
        };
        for inner in children(node, "component").flat_map(elements) {
            if !is(inner, "NarrativeStatement") || document::referred(inner).is_some() {
                self.element_of_compound(inner, &context);
            }
        }
        let mut results = Vec::new();
        for (i, entry) in self.reading.entries.iter().enumerate().skip(index + 1) {
            // A report inside a report has named its own.
            if entry.kind == Kind::Observation && self.reported.insert(i) {
                results.push(Link { role: "result".to_owned(), to: entry.at.clone() });
            }
        }
        if let Some(entry) = self.reading.entries.get_mut(index) {
            entry.links.extend(results);
        }
    }

    /// A specimen: what was examined and when it was taken stands on each result; its comments on the report.
    fn specimen(&mut self, node: Node<'a>, context: Context) {
        self.keep(node);
        let role = descend(node, &["specimen", "specimenRole"]);
        let material = role.and_then(|r| elements(r).find(|e| super::name(*e).ends_with("Material")));
        let said = |name: &str| material.and_then(|m| child(m, name));
        let words = said("desc").map(hl7v3::own_text).unwrap_or_default();
        let words = if words.is_empty() {
            said("code").map(|c| hl7v3::labelled(c, &self.words)).unwrap_or_default()
        } else {
            words
        };
        let collected = role.and_then(|r| child(r, "effectiveTime")).map(hl7v3::ivl_ts).and_then(|t| t.start);
        let numbers: Vec<String> = role
            .map(hl7v3::identifiers)
            .unwrap_or_default()
            .into_iter()
            .filter(|i| !i.system.is_empty())
            .map(|i| i.value)
            .collect();
        let comments = match &context.report {
            Some((index, _)) => {
                let at = self.reading.entries.get(*index).map(|e| e.at.clone()).unwrap_or_default();
                self.show(node, &at);
                self.comments(node, &at)
            }
            None => Vec::new(),
        };
        if let Some(entry) = context.report.as_ref().and_then(|(i, _)| self.reading.entries.get_mut(*i)) {
            let named: Vec<&str> = std::iter::once(words.as_str())
                .chain(numbers.iter().map(String::as_str))
                .filter(|w| !w.is_empty())
                .collect();
            detail(entry, "specimen", named.join(" · "));
            entry.notes.extend(comments);
        }
        let told = context.report.is_some();
        let context = Context { specimen: words, collected, ..context };
        for inner in children(node, "component").flat_map(elements) {
            if !told || !is(inner, "NarrativeStatement") || document::referred(inner).is_some() {
                self.element_of_compound(inner, &context);
            }
        }
    }
}
