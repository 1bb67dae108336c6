//! Summary Care Records of NHS England as HL7 v3 (GPSummary, REPC_MT150007UK), alone, or in the answer to a query
//! (QUPC_IN210000UK04), with or without its SOAP envelope.
//!
//! A summary is a text for people first: headings and tables (`presentationText`). Its coded part is only what the
//! practice added, so that a medicine may stand in the text alone. The text is therefore always shown: as the document,
//! and, heading by heading, in the sections of which it speaks and that have no entries of their own.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::gp2gp::{check, close};
use super::hl7v3::{self, Node, Words, attr, child};
use super::xml::Tree;
use super::{ImportError, LIMITS, Phase, Progress, READER, issue, tell};
use crate::record::{
    Concept, Entry, IssueCode, Kind, Nothing, Outcome, Person, Reading, Section, SectionSays, Severity, same,
};

pub mod headings;
mod presentation;
mod statement;
#[cfg(test)]
mod tests;

/// Reads the summaries of a file.
///
/// # Errors
/// [`ImportError::NotXml`], [`ImportError::TooMany`], [`ImportError::Cancelled`].
pub fn read(
    text: &str,
    shift: Option<usize>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    let tree = Tree::parse(text, progress)?;
    let root: Node<'_> = tree.root();
    let mut reader = Reader {
        tree: &tree,
        text,
        shift,
        words: Words::default(),
        statements: HashMap::new(),
        known: HashSet::new(),
        places: HashMap::new(),
        reading: Reading { reader: READER, format: "Summary Care Record".to_owned(), ..Reading::default() },
    };
    reader.header(root);
    let mut told = 0;
    for node in root.descendants().filter(|n| n.is_element()) {
        let here = tree.range(node).start;
        if here >= told + (64 << 10) {
            told = here;
            tell(progress, Phase::Reading, here, text.len())?;
        }
        if reader.reading.ledger.lines.len() > LIMITS.pieces {
            return Err(ImportError::TooMany { limit: LIMITS.pieces });
        }
        match name(node) {
            "patient" => reader.person(node),
            "GPSummary" => reader.summary(node),
            // A list of what there is, without the summaries themselves.
            "event" if !node.descendants().any(|n| name(n) == "GPSummary") => {
                reader.reading.ledger.add(tree.place(node), "event", Outcome::Kept, None);
            }
            _ => {}
        }
    }
    let mut reading = reader.reading;
    close(&mut reading);
    conformance(&tree, &mut reading);
    tell(progress, Phase::Reading, text.len(), text.len())?;
    Ok(reading)
}

/// What a summary owes its reader: whose it is, when it was made, its text, and what stands in the text alone.
fn conformance(tree: &Tree<'_>, reading: &mut Reading) {
    let root: Node<'_> = tree.root();
    let all: Vec<Node<'_>> = root.descendants().filter(|n| n.is_element()).collect();
    let places = |wrong: &dyn Fn(Node<'_>) -> bool| -> Vec<String> {
        all.iter().filter(|n| wrong(**n)).take(50).map(|n| tree.place(*n)).collect()
    };
    let summary = |n: Node<'_>| name(n) == "GPSummary";
    let of_code = |n: Node<'_>| {
        let statement = n.parent().is_some_and(|p| name(p) == "component") && name(n).starts_with("UKCT_");
        let anonymous = child(n, "code").is_some_and(|c| !check::is_named(c));
        statement && anonymous
    };
    let of = |code: IssueCode| -> Vec<String> {
        reading.issues.iter().filter(|i| i.code == code).take(50).map(|i| i.at.clone()).collect()
    };
    let number = |p: &&Person| p.nhs_number().is_none_or(|n| !n.valid);
    let mut people: Vec<String> = reading.people.iter().filter(number).map(|p| p.at.clone()).collect();
    if reading.people.is_empty() {
        people.push(tree.place(root));
    }
    let rows = [
        ("patient/id is an NHS number", people),
        ("all patients are one", of(IssueCode::SeveralPeople)),
        ("GPSummary/effectiveTime", places(&|n| summary(n) && child(n, "effectiveTime").is_none())),
        (
            "GPSummary has a presentationText",
            places(&|n| summary(n) && !n.descendants().any(|d| name(d) == "presentationText")),
        ),
        ("codes have names (displayName or originalText)", places(&of_code)),
        ("what is said is coded, not narrative only", of(IssueCode::NarrativeOnly)),
        ("times are times", of(IssueCode::BadDate)),
    ];
    check::lines(reading, "REPC_MT150007UK", rows);
}

struct Reader<'a> {
    tree: &'a Tree<'a>,
    text: &'a str,
    shift: Option<usize>,
    words: Words<'a>,
    /// Coded statements by id, for what names them; `None` where several bear one id.
    statements: HashMap<String, Option<Node<'a>>>,
    /// All that is said of the people met so far.
    known: HashSet<String>,
    /// Places of their entries, by id.
    places: HashMap<String, String>,
    reading: Reading,
}

fn name<'a>(node: Node<'a>) -> &'a str {
    node.tag_name().name()
}

fn elements(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    node.children().filter(|c| c.is_element())
}

/// The id by which others name a statement.
fn id(node: Node<'_>) -> String {
    child(node, "id").map(|i| attr(i, "root").to_ascii_uppercase()).unwrap_or_default()
}

impl<'a> Reader<'a> {
    fn header(&mut self, root: Node<'a>) {
        let interaction = root.descendants().find(|n| name(*n) == "interactionId");
        self.reading.version = interaction.map(|i| attr(i, "extension").to_owned()).unwrap_or_default();
    }

    fn issue(&mut self, severity: Severity, code: IssueCode, at: &str, found: &str) {
        self.reading.issues.push(issue(severity, code, at, found));
    }

    fn span(&self, node: Node<'a>) -> Option<(u32, u32)> {
        let (shift, range) = (self.shift?, self.tree.range(node));
        Some((u32::try_from(range.start + shift).ok()?, u32::try_from(range.end + shift).ok()?))
    }

    /// Whose summary it is: mostly nothing but the NHS number. The envelope and the summary both say it; if they
    /// differ, the file is about two people.
    fn person(&mut self, node: Node<'a>) {
        let at = self.tree.place(node);
        let inner = elements(node).find(|e| name(*e).to_ascii_lowercase().contains("person")).unwrap_or(node);
        let called = child(inner, "name").map(hl7v3::name).unwrap_or_default();
        let person = Person {
            name: called.text,
            family: called.family,
            given: called.given,
            birth_date: child(inner, "birthTime").and_then(hl7v3::ts),
            identifiers: hl7v3::identifiers(node),
            at: at.clone(),
            ..Person::default()
        };
        self.reading.ledger.add(at, "patient", Outcome::Shown, None);
        if self.known.insert(format!("{:?}", Person { at: String::new(), ..person.clone() })) {
            self.reading.people.push(person);
        }
    }

    /// One summary: its coded statements, its text, and the document as a whole.
    fn summary(&mut self, node: Node<'a>) {
        let at = self.tree.place(node);
        let concept = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, at.clone(), "");
        entry.span = self.span(node);
        entry.title = concept.label().unwrap_or("GPSummary").to_owned();
        entry.named = !concept.is_empty();
        entry.identifiers = hl7v3::identifiers(node);
        entry.date = child(node, "effectiveTime").map(hl7v3::ivl_ts).and_then(|t| t.start);
        entry.recorded = child(node, "author").and_then(|a| child(a, "time")).and_then(hl7v3::ts);
        entry.performer = statement::people(node, &["author"]);
        entry.status.text = child(node, "statusCode").map(|s| attr(s, "code").to_owned()).unwrap_or_default();
        entry.status.standing = statement::standing(&entry.status.text);
        entry.concept = concept;
        if self.reading.source.title.is_empty() {
            self.reading.source.title.clone_from(&entry.title);
            self.reading.source.as_of.clone_from(&entry.date);
            self.reading.source.name = entry.performer.last().cloned().unwrap_or_default();
        }
        let document = self.reading.entries.len();
        self.reading.entries.push(entry);
        self.reading.ledger.add(at, "GPSummary", Outcome::Shown, None);
        self.statements(node);
        let own = self.reading.entries.iter().skip(document + 1);
        let coded: Vec<(Section, String)> = own.map(|e| (e.section, same::fold(&e.title))).collect();
        for text in node.descendants().filter(|n| name(*n) == "presentationText").collect::<Vec<_>>() {
            let whole = self.presentation(text, &coded);
            if let Some(entry) = self.reading.entries.get_mut(document).filter(|_| !whole.is_empty()) {
                entry.notes.push(whole);
            }
        }
    }

    /// What a heading of the text says: in the section it speaks of, else as an entry of its own.
    fn heading(&mut self, title: &str, text: &str, at: &str, coded: &[(Section, String)]) {
        let Some(section) = headings::section(title) else {
            let mut entry =
                Entry::new(Section::Notes, Kind::Other("presentationText".to_owned()), at.to_owned(), title);
            entry.concept = Concept::words(title);
            entry.notes = vec![text.to_owned()];
            return self.reading.entries.push(entry);
        };
        let nothing = if headings::is_empty(text) {
            Nothing::Unavailable
        } else if headings::is_coded(text, section, coded) {
            // All of it is shown as entries; the text stands in the document.
            return;
        } else {
            self.issue(Severity::Information, IssueCode::NarrativeOnly, at, title);
            Nothing::NarrativeOnly
        };
        // Of several headings in one section each says under which it stands: current, discontinued …
        let text = format!("{title}\n{text}");
        self.reading.says.push(SectionSays { section, nothing, text, at: at.to_owned() });
    }
}
