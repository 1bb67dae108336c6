//! Clinical documents (HL7 CDA R2): C-CDA R1.1 and R2.1, CCD and HITSP C32, IHE PCC, NHS ITK documents with the envelopes
//! around them, documents that are only a scan, and sections or entries that stand alone.
//!
//! A document is read in three steps: [`header`] says whose it is and who answers for it; [`section`] says what each part
//! is about; [`statement`] turns each clinical statement into an entry, told by its template identifiers first, and by its
//! structure and section where it has none that we know.
//!
//! A **piece** is the document itself, a participation of its header, a section, a body that is no XML, or a clinical
//! statement at any depth (act, observation, organizer …). A statement that is read into its holder (a reaction, a
//! severity, a status) is shown there. What none of the readers took is kept, with its place.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::hl7v3::{self, Node, Words, attr, child, is};
use super::xml::Tree;
use super::{ImportError, Phase, Progress, READER, document, issue, tell};
use crate::record::{
    Attachment, Coding, Entry, Hash, Identifier, IssueCode, Link, NhsNumber, Nothing, Outcome, PartialDate, Reading,
    Section, SectionSays, Severity,
};

mod allergy;
mod common;
mod conformance;
mod family;
mod fragment;
mod header;
mod line;
mod medicine;
mod observation;
mod parts;
mod problem;
mod rest;
mod rows;
mod section;
mod statement;
mod template;

pub use fragment::{data, locate, looks_like};
pub use line::{Line, lines};

/// Statements nested deeper than this are kept as they stand.
const NESTED: usize = 24;

/// Reads a clinical document, or parts of one.
///
/// # Errors
/// If the text is no XML, has too many nodes, or the caller cancels.
pub fn read(
    text: &str,
    shift: Option<usize>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    fragment::with_tree(text, progress, |tree, source, progress| {
        let root = tree.root();
        let mut reader = Reader {
            tree,
            source,
            shift,
            words: Words::of(root),
            lines: HashMap::new(),
            ids: HashMap::new(),
            references: Vec::new(),
            again: Vec::new(),
            reading: Reading { reader: READER, ..Reading::default() },
        };
        let documents: Vec<Node<'_>> = root.descendants().filter(|n| is(*n, "ClinicalDocument")).collect();
        if documents.is_empty() {
            reader.loose(root);
        }
        for (n, document) in documents.iter().enumerate() {
            tell(progress, Phase::Reading, n, documents.len())?;
            reader.document(*document);
        }
        reader.payloads(root);
        reader.finish();
        reader.conformance(&documents);
        tell(progress, Phase::Reading, text.len(), text.len())?;
        Ok(reader.reading)
    })
}

/// Where a statement stands: what holds it, and what that says for it.
#[derive(Clone, Default)]
struct Ctx {
    /// The section of the record to which its section belongs.
    section: Option<Section>,
    /// Its section is none of ours (payers): what is in it is kept.
    kept: bool,
    /// Security labels of its section.
    labels: Vec<Coding>,
    /// Status of the concern that holds it; empty if none does.
    concern: String,
    /// What holds it is negated.
    negated: bool,
    /// What holds it is about somebody else than the patient, in the source's words.
    subject: Option<String>,
    /// Names of those who wrote down or did what holds it.
    performer: Vec<String>,
    /// When what holds it was written down.
    recorded: Option<PartialDate>,
    /// When what holds it was so.
    date: Option<PartialDate>,
    /// How deep it is nested.
    depth: usize,
}

/// What is known while one file is read.
struct Reader<'a> {
    tree: &'a Tree<'a>,
    source: &'a fragment::Source,
    shift: Option<usize>,
    words: Words<'a>,
    /// What became of each piece that was read, by node.
    lines: HashMap<u32, (Outcome, Option<IssueCode>)>,
    /// The places of entries by their identifiers, for references between them.
    ids: HashMap<Identifier, String>,
    /// References still to be followed: the entry's place, the role, and the identifier that is named.
    references: Vec<(String, String, Identifier)>,
    /// The same for statements that only repeat an identifier: where it leads nowhere, nothing was promised.
    again: Vec<(String, String, Identifier)>,
    reading: Reading,
}

impl<'a> Reader<'a> {
    /// The place of an element, as [`locate`] finds it again.
    fn at(&self, node: Node<'a>) -> String {
        self.source.place(self.tree, node)
    }

    fn issue(&mut self, severity: Severity, code: IssueCode, at: &str, found: &str) {
        self.reading.issues.push(issue(severity, code, at, found));
    }

    /// Notes what became of a piece; the first word stands.
    fn mark(&mut self, node: Node<'a>, outcome: Outcome) {
        self.lines.entry(node.id().get()).or_insert((outcome, None));
    }

    fn marked(&self, node: Node<'a>) -> bool {
        self.lines.contains_key(&node.id().get())
    }

    /// A piece that is not understood, with the section in which something is missing therefore.
    fn not_understood(&mut self, node: Node<'a>, code: IssueCode, found: &str, section: Option<Section>) {
        let at = self.at(node);
        self.issue(Severity::Error, code, &at, found);
        self.lines.insert(node.id().get(), (Outcome::NotUnderstood, Some(code)));
        if let Some(section) = section {
            self.reading.says.push(SectionSays { section, nothing: Nothing::NotUnderstood, text: String::new(), at });
        }
    }

    /// The words of an element's child: its own, or those that it refers to. Empty if there are none.
    fn said(&self, node: Node<'a>, name: &str) -> String {
        child(node, name).and_then(|n| self.words.said(n)).unwrap_or_default()
    }

    fn label(&self, node: Node<'a>, name: &str) -> String {
        child(node, name).map(|n| hl7v3::labelled(n, &self.words)).unwrap_or_default()
    }

    /// The content of an ED as an attachment; `None` if it holds only words.
    fn attach(&mut self, node: Node<'a>, title: &str) -> Option<u32> {
        let content = hl7v3::content(node)?;
        let at = self.at(node);
        if content.damaged {
            self.issue(Severity::Error, IssueCode::BadAttachment, &at, &content.media_type);
        } else if content.bytes.is_none() {
            self.issue(Severity::Warning, IssueCode::AttachmentElsewhere, &at, &content.url);
        }
        if content.differs() {
            self.issue(Severity::Error, IssueCode::BadAttachment, &at, "integrityCheck");
        }
        let mut found = Attachment {
            title: title.to_owned(),
            content_type: content.media_type,
            bytes: content.bytes.as_ref().map_or(0, |b| b.len() as u64),
            hash: content.bytes.as_deref().map(Hash::of),
            at,
            url: content.url,
            text: String::new(),
        };
        self.reading.issues.extend(document::search(&mut found, content.bytes.as_deref()));
        self.reading.attachments.push(found);
        u32::try_from(self.reading.attachments.len() - 1).ok()
    }

    /// Its bytes in the original, where those are the text's own.
    fn span(&self, node: Node<'a>) -> Option<(u32, u32)> {
        let range = self.source.range(self.tree, node)?;
        let shift = self.shift?;
        Some((u32::try_from(range.start + shift).ok()?, u32::try_from(range.end + shift).ok()?))
    }

    fn push(&mut self, node: Node<'a>, mut entry: Entry) -> String {
        entry.span = self.span(node);
        for identifier in &entry.identifiers {
            self.ids.entry(identifier.clone()).or_insert_with(|| entry.at.clone());
        }
        let at = entry.at.clone();
        self.reading.entries.push(entry);
        self.mark(node, Outcome::Shown);
        at
    }

    /// Content of an ITK envelope that is packed, and so no part of this tree: kept as documents.
    fn payloads(&mut self, root: Node<'a>) {
        for payload in root.descendants().filter(|n| is(*n, "payload") && attr(*n, "base64") == "true") {
            rest::payload(self, payload);
        }
    }

    fn finish(&mut self) {
        let places: HashMap<String, usize> =
            self.reading.entries.iter().enumerate().map(|(n, e)| (e.at.clone(), n)).collect();
        for (at, role, identifier) in std::mem::take(&mut self.references) {
            match self.ids.get(&identifier).cloned() {
                Some(to) => {
                    let entry = places.get(&at).and_then(|n| self.reading.entries.get_mut(*n));
                    if let Some(entry) = entry {
                        entry.links.push(Link { role, to });
                    }
                }
                None => self.issue(Severity::Warning, IssueCode::DanglingReference, &at, &identifier.value),
            }
        }
        for (at, role, identifier) in std::mem::take(&mut self.again) {
            let entry = places.get(&at).and_then(|n| self.reading.entries.get_mut(*n));
            if let (Some(to), Some(entry)) = (self.ids.get(&identifier).cloned(), entry) {
                entry.links.push(Link { role, to });
            }
        }
        let mut told = std::collections::HashSet::new();
        for (node, reference) in self.words.dangling() {
            if told.insert(node)
                && let Some(node) = self.tree.root().document().get_node(node)
            {
                let at = self.at(node);
                self.issue(Severity::Warning, IssueCode::DanglingReference, &at, &reference);
            }
        }
        if self.words.beyond() {
            self.issue(Severity::Warning, IssueCode::BeyondLimits, "", "");
        }
        self.ledger();
        match self.reading.people.len() {
            0 => self.issue(Severity::Warning, IssueCode::NoPerson, "", ""),
            1 => {}
            n => self.issue(Severity::Error, IssueCode::SeveralPeople, "", &n.to_string()),
        }
        let numbers = self.reading.people.iter().flat_map(|p| p.identifiers.iter().map(move |i| (p, i)));
        let bad: Vec<(String, String)> = numbers
            .filter(|(_, i)| NhsNumber::is_system(&i.system) && NhsNumber::read(&i.value).is_none_or(|n| !n.valid))
            .map(|(p, i)| (p.at.clone(), i.value.clone()))
            .collect();
        for (at, value) in bad {
            self.issue(Severity::Warning, IssueCode::BadNhsNumber, &at, &value);
        }
    }

    /// One line for each piece, in the order of the file. What no reader took is kept.
    fn ledger(&mut self) {
        let root = self.tree.root();
        for node in root.descendants().filter(|n| is_piece(*n) || self.lines.contains_key(&n.id().get())) {
            let (outcome, reason) = self.lines.get(&node.id().get()).copied().unwrap_or((Outcome::Kept, None));
            let at = self.source.place(self.tree, node);
            self.reading.ledger.add(at, node.tag_name().name(), outcome, reason);
        }
    }
}

/// Whether an element is a piece of the ledger by itself.
fn is_piece(node: Node<'_>) -> bool {
    if !node.is_element() {
        return false;
    }
    let name = node.tag_name().name();
    match name {
        "ClinicalDocument" | "section" | "nonXMLBody" | "DistributionEnvelope" => true,
        _ if header::PARTICIPATIONS.contains(&name) => node.parent_element().is_some_and(|p| is(p, "ClinicalDocument")),
        _ => template::is_statement(node),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
