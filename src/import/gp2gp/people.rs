//! Whose record it is, and who wrote it.

use super::hl7v3::{self, Node, attr, child, children, descend};
use super::{Reader, elements, id, name};
use crate::record::{IssueCode, Outcome, Person, Severity, Sex};

impl<'a> Reader<'a, '_> {
    /// The person of the record: mostly nothing but the NHS number. The same person named again is one person.
    pub fn person(&mut self, node: Node<'a>) {
        let patient = child(node, "patient").or_else(|| child(node, "Patient")).unwrap_or(node);
        let at = self.tree.place(patient);
        let inner = elements(patient).find(|e| name(*e).to_ascii_lowercase().contains("person")).unwrap_or(patient);
        let called = child(inner, "name").map(hl7v3::name).unwrap_or_default();
        let sex = child(inner, "administrativeGenderCode").or_else(|| child(inner, "sex"));
        let person = Person {
            name: called.text,
            family: called.family,
            given: called.given,
            birth_date: child(inner, "birthTime").and_then(hl7v3::ts),
            sex: sex.and_then(|s| gender(attr(s, "code"))),
            identifiers: hl7v3::identifiers(patient),
            at: at.clone(),
            ..Person::default()
        };
        self.reading.ledger.add(at, name(patient), Outcome::Shown, None);
        let again = self
            .reading
            .people
            .iter()
            .any(|p| Person { at: String::new(), ..p.clone() } == Person { at: String::new(), ..person.clone() });
        if !again {
            self.reading.people.push(person);
        }
    }

    /// An agent of the directory: a person with their organisation, an organisation, or a device.
    pub fn agent(&mut self, node: Node<'a>) {
        let named = |path: &[&str]| descend(node, path).map(|n| hl7v3::name(n).text).unwrap_or_default();
        let mut parts = vec![named(&["agentPerson", "name"])];
        let organisation = named(&["agentOrganization", "name"]);
        let represented = named(&["representedOrganization", "name"]);
        parts.push(if organisation.is_empty() { represented } else { organisation });
        parts.push(named(&["agentDevice", "softwareName"]));
        parts.push(named(&["agentDevice", "name"]));
        parts.retain(|p| !p.is_empty());
        parts.dedup();
        let called = parts.join(", ");
        for key in children(node, "id").map(|i| attr(i, "root").to_ascii_uppercase()) {
            if !key.is_empty() && !called.is_empty() {
                self.agents.entry(key).or_insert_with(|| called.clone());
            }
        }
    }

    /// The people that an element names as taking part, each once.
    pub fn participants(&mut self, node: Node<'a>) -> Vec<String> {
        const ROLES: [&str; 5] = ["Participant", "participant", "Participant2", "performer", "author"];
        let mut found: Vec<String> = Vec::new();
        // Those who did it come before those who wrote it down.
        for role in ROLES {
            for one in children(node, role).filter(|p| hl7v3::null_flavour(*p).is_none()) {
                if let Some(called) = self.called(one).filter(|c| !found.contains(c)) {
                    found.push(called);
                }
            }
        }
        found
    }

    /// The name of the agent to which a participation leads.
    pub fn called(&mut self, node: Node<'a>) -> Option<String> {
        let reference = child(node, "agentRef").or_else(|| child(node, "AgentRef"))?;
        let key = id(reference);
        if let Some(called) = self.agents.get(&key) {
            return Some(called.clone());
        }
        if !key.is_empty() && self.strangers.insert(key.clone()) {
            let at = self.tree.place(reference);
            self.issue(Severity::Warning, IssueCode::DanglingReference, &at, &key);
        }
        None
    }
}

/// Sex in the words of the NHS data dictionary and of HL7 v3.
fn gender(code: &str) -> Option<Sex> {
    Some(match code.to_ascii_uppercase().as_str() {
        "1" | "M" => Sex::Male,
        "2" | "F" => Sex::Female,
        "9" | "X" | "UN" => Sex::Other,
        "0" | "U" => Sex::Unknown,
        _ => return None,
    })
}
