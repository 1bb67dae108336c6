use crate::import::narrative;
use crate::import::node::Node;
use crate::record::{Component, Concept, Entry, IssueCode, Polarity, Severity, Value};

use super::datatypes::{concept, concepts, date, label, ranges, value, when};
use super::entry::detail;
use super::words::absence;
use super::{Reader, title};

impl<'t> Reader<'t, '_> {
    /// An Observation: what, when, and what was found, digits as written (FHIR R4 §10.1).
    pub fn observation(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.get("code"));
        let (start, end) = when(node, "effective");
        (entry.date, entry.end) = (start, end);
        entry.recorded = date(node.get("issued"));
        if entry.date.is_none() {
            entry.date = entry.recorded.clone();
        }
        entry.value = value(node);
        // R5 may have a picture or a paper for a value.
        let held = node.get("valueAttachment");
        if held.is_object() {
            let name = entry.concept.label().map(str::to_owned).unwrap_or_default();
            entry.attachments.extend(self.attach(held, format!("{}/valueAttachment", entry.at), &name, i));
        }
        entry.range = ranges(node);
        entry.interpretation = concepts(node.get("interpretation"));
        entry.components = node.get("component").each().iter().filter(|c| c.is_object()).map(component).collect();
        for key in ["method", "bodySite"] {
            detail(entry, key, label(&concept(node.get(key))));
        }
        if let Some(found) = absence(&entry.concept) {
            entry.polarity = found;
        }
        if let Some(Value::Concept(answer)) = &entry.value
            && let Some(found) = absence(answer)
            && entry.polarity == Polarity::Positive
            && found == Polarity::NoneKnown
        {
            entry.polarity = found;
        }
        if super::place::is_comment(&entry.concept) {
            remark(entry);
        }
        self.units(entry);
    }

    /// A number whose characters are no number, or a quantity without any unit, is told.
    fn units(&mut self, entry: &Entry) {
        let odd: Vec<(IssueCode, String)> = std::iter::once(entry.value.as_ref())
            .chain(entry.components.iter().map(|c| c.value.as_ref()))
            .filter_map(|v| match v {
                Some(Value::Quantity(q)) if q.value.is_empty() => Some((IssueCode::MissingElement, q.unit.clone())),
                Some(Value::Quantity(q)) if !is_number(&q.value) => Some((IssueCode::BadNumber, q.value.clone())),
                Some(Value::Quantity(q)) if q.unit_label().is_empty() => {
                    Some((IssueCode::UnitTrouble, q.value.clone()))
                }
                _ => None,
            })
            .collect();
        for (code, found) in odd {
            let severity = if code == IssueCode::UnitTrouble { Severity::Information } else { Severity::Warning };
            self.issue(severity, code, &entry.at, &found);
        }
    }

    /// A DiagnosticReport: its conclusion, its results by link, its presented forms as attachments.
    pub fn report(&mut self, i: usize, node: &Node<'t>, entry: &mut Entry) {
        entry.concept = concept(node.first_of(&["code", "name"]));
        let (start, end) = when(node, "effective");
        (entry.date, entry.end) = (start, end);
        entry.recorded = date(node.get("issued"));
        if entry.date.is_none() {
            entry.date = entry.recorded.clone();
        }
        let conclusion = node.get("conclusion").words();
        if !conclusion.is_empty() {
            entry.value = Some(Value::Text(conclusion.to_owned()));
        }
        for code in concepts(node.first_of(&["conclusionCode", "codedDiagnosis"])) {
            detail(entry, "conclusionCode", label(&code));
        }
        for specimen in node.get("specimen").each() {
            detail(entry, "specimen", self.called(specimen, i, node).label);
        }
        for name in self.names(node.get("resultsInterpreter"), i, node) {
            detail(entry, "resultsInterpreter", name);
        }
        let name = entry.concept.label().map(str::to_owned).unwrap_or_default();
        for (n, form) in node.get("presentedForm").each().iter().enumerate() {
            let at = format!("{}/presentedForm/{n}", entry.at);
            entry.attachments.extend(self.attach(form, at, &name, i));
        }
    }
}

/// Free text is titled by its own words: what sort of text it is tells one note from no other.
fn remark(entry: &mut Entry) {
    let (title, whole) = narrative::headline(&entry.notes.join("\n"));
    if entry.value.is_some() || title.is_empty() {
        return;
    }
    let sort = label(&entry.concept);
    detail(entry, "type", sort);
    if whole {
        entry.concept.text.clone_from(&title);
        entry.notes.clear();
    }
    entry.title = title;
}

fn component(node: &Node<'_>) -> Component {
    let concept: Concept = concept(node.get("code"));
    Component {
        title: title(&concept).map(|(words, _)| words).unwrap_or_default(),
        value: value(node),
        range: ranges(node),
        interpretation: concepts(node.get("interpretation")),
        concept,
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && text.parse::<f64>().is_ok()
}
