use super::super::hl7v3::{self, Node, attr, child, children, descend};
use super::common::{detail, is_generic, is_negated, polarity};
use super::template::is_statement;
use super::{Ctx, Reader};
use crate::record::{Entry, Kind, Outcome, Polarity, Section, Value};

impl<'a> Reader<'a> {
    /// The findings of one relative: each is an entry that says whose it is (C-CDA R2.1 §3.33).
    pub fn relative(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let who = child(node, "subject").map(|s| self.relative_words(s));
        let mut inner = ctx.clone();
        inner.depth += 1;
        inner.section = Some(Section::FamilyHistory);
        inner.subject = None;
        inner.negated |= is_negated(node);
        let (people, written) = self.people(node);
        if !people.is_empty() {
            inner.performer = people;
        }
        inner.recorded = written.or(inner.recorded);
        let members: Vec<Node<'a>> =
            children(node, "component").flat_map(|c| c.children().filter(|s| is_statement(*s))).collect();
        self.mark(node, Outcome::Shown);
        let who = who.unwrap_or_default();
        let mut first = None;
        for member in &members {
            let at = if hl7v3::is(*member, "observation") {
                self.family_finding(*member, &inner, &who)
            } else {
                self.statement(*member, &inner)
            };
            first = first.or(at);
        }
        if members.is_empty() && !who.is_empty() {
            // A relative of whom nothing else is said: alive, died, born when.
            let mut entry =
                self.begin(node, ctx, Entry::new(Section::FamilyHistory, Kind::FamilyMemberHistory, "", ""));
            entry.title = who;
            return self.complete(node, entry, "");
        }
        first
    }

    /// One finding of a relative. It is never one of the patient's own.
    pub fn family_finding(&mut self, node: Node<'a>, ctx: &Ctx, who: &str) -> Option<String> {
        if self.marked(node) {
            return None;
        }
        let mut entry = self.begin(node, ctx, Entry::new(Section::FamilyHistory, Kind::FamilyMemberHistory, "", ""));
        let sort = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let values: Vec<Node<'a>> = children(node, "value").collect();
        let about = values.first().map(|v| hl7v3::cd(*v, &self.words)).unwrap_or_default();
        let generic = is_generic(&sort) || sort.codings.iter().all(|c| c.code == "ASSERTION");
        match hl7v3::values(node, &self.words).into_iter().next() {
            Some(Value::Concept(_)) | None => {
                entry.concept = if about.label().is_some() || generic { about } else { sort };
            }
            Some(other) => {
                entry.concept = sort;
                entry.value = Some(other);
            }
        }
        for value in &values {
            self.concept(*value, &mut entry);
        }
        detail(&mut entry, "relationship", who);
        let said = self.said(node, "text");
        self.name_by(&mut entry, &said);
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::Negated);
        self.parts(node, &mut entry, ctx);
        self.complete(node, entry, &said)
    }

    /// A relative in words: relation, sex, year of birth, whether and when they died.
    fn relative_words(&self, subject: Node<'a>) -> String {
        let relation = self.relation(subject);
        let Some(person) = descend(subject, &["relatedSubject", "subject"]) else { return relation };
        let born =
            child(person, "birthTime").map(|t| attr(t, "value")).filter(|t| !t.is_empty()).map(|t| format!("* {t}"));
        let died =
            child(person, "deceasedTime").map(|t| attr(t, "value")).filter(|t| !t.is_empty()).map(|t| format!("† {t}"));
        let dead = child(person, "deceasedInd").filter(|d| attr(*d, "value") == "true").map(|_| "†".to_owned());
        let parts = [Some(relation), born, died.or(dead)];
        parts.into_iter().flatten().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
