//! FHIR resources of all versions, from JSON and from XML.
//!
//! Two passes: [`index`] finds every resource as a byte range and the names it goes by; then each is parsed alone,
//! turned into entries and dropped, so that memory holds one resource's tree at a time, not the file's.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::node::{self, Node};
use super::{ImportError, Phase, Progress, READER, encoding, issue, json, narrative, tell};
use crate::record::{
    Coding, Concept, Entry, IssueCode, Kind, NhsNumber, Nothing, Outcome, PartialDate, Person, Reading, Section,
    SectionSays, Severity,
};

mod attachment;
mod bundle;
mod composition;
mod conform;
mod datatypes;
mod entry;
mod holders;
mod index;
mod labels;
mod medicine;
mod observation;
mod person;
pub(super) mod place;
mod rest;
mod types;
mod version;
pub(super) mod words;
mod xml;

use index::{Index, Piece, State};
use types::Class;

/// Reads all resources of a text.
pub fn read(
    text: &str,
    shift: Option<usize>,
    syntax: Syntax,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    tell(progress, Phase::Indexing, 0, text.len())?;
    let index = match syntax {
        Syntax::Json => Index::json(text, progress)?,
        Syntax::Lines => Index::ndjson(text, progress)?,
        Syntax::Xml => Index::xml(text, progress)?,
    };
    tell(progress, Phase::Indexing, text.len(), text.len())?;
    let mut reader = Reader {
        text,
        shift,
        syntax,
        index: &index,
        sections: HashMap::new(),
        labels: RefCell::default(),
        binaries: HashMap::new(),
        versions: version::Marks::default(),
        checks: conform::Checks::default(),
        holders: holders::Holders::default(),
        inherited: Vec::new(),
        patients: index.pieces.iter().filter(|p| p.kind == "Patient").map(|p| p.id.as_ref()).collect(),
        people_at: HashSet::new(),
        contained_people: HashSet::new(),
        dated: false,
        patients_named: index.pieces.iter().filter(|p| p.kind == "Patient").all(|p| !p.id.is_empty()),
        reading: Reading {
            reader: READER,
            format: match syntax {
                Syntax::Json => "FHIR JSON",
                Syntax::Lines => "FHIR NDJSON",
                Syntax::Xml => "FHIR XML",
            }
            .to_owned(),
            ..Reading::default()
        },
    };
    reader.bundles();
    reader.headers();
    let mut told = 0;
    for (i, piece) in index.pieces.iter().enumerate() {
        if piece.range.end >= told + (64 << 10) {
            told = piece.range.end;
            tell(progress, Phase::Reading, told, text.len())?;
        }
        reader.piece(i, piece);
    }
    reader.finish();
    tell(progress, Phase::Reading, text.len(), text.len())?;
    let mut reading = reader.reading;
    if syntax == Syntax::Xml {
        places(&mut reading);
    }
    Ok(reading)
}

/// How the resources of a text are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// One JSON value (FHIR R4 §2.1.2.3).
    Json,
    /// A JSON value a line.
    Lines,
    /// An XML document (FHIR R4 §2.1.2.2).
    Xml,
}

impl Syntax {
    /// One resource or element as a tree; [`Node::Null`] if it is none.
    fn parse(self, text: &str) -> Node<'_> {
        match self {
            Syntax::Xml => xml::parse(text).ok(),
            Syntax::Json | Syntax::Lines => json::parse(text).ok(),
        }
        .unwrap_or(Node::Null)
    }
}

/// Places in XML are XPaths: what was found below a resource is numbered as there.
fn places(reading: &mut Reading) {
    let to = |at: &mut String| {
        if at.contains('/') {
            *at = xml::place(at);
        }
    };
    for entry in &mut reading.entries {
        to(&mut entry.at);
        entry.links.iter_mut().for_each(|link| to(&mut link.to));
    }
    reading.people.iter_mut().for_each(|person| to(&mut person.at));
    reading.attachments.iter_mut().for_each(|attachment| to(&mut attachment.at));
    reading.says.iter_mut().for_each(|says| to(&mut says.at));
    reading.ledger.lines.iter_mut().for_each(|line| to(&mut line.at));
    reading.issues.iter_mut().for_each(|issue| to(&mut issue.at));
    reading.conformance.iter_mut().for_each(|check| to(&mut check.at));
}

/// The decoded content at a place: an Attachment, a Binary, or the base64 text itself.
pub fn data(text: &str, at: &str) -> Option<Vec<u8>> {
    let node = if text.trim_start().starts_with('<') {
        Syntax::Xml.parse(text.get(crate::import::xml::locate(text, at)?)?)
    } else {
        let (text, pointer) = line(text, at).unwrap_or((text, at));
        json::parse(text.get(json::locate(text, pointer)?)?).ok()?
    };
    if node.is_object() { attachment::content(&node) } else { encoding::base64_of(&node) }
}

/// The line of NDJSON to which a place belongs, and the pointer below it.
pub fn line<'t, 'a>(text: &'t str, at: &'a str) -> Option<(&'t str, &'a str)> {
    let rest = at.strip_prefix("line ")?;
    let (number, pointer) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let number: usize = number.parse().ok()?;
    Some((text.split('\n').nth(number.checked_sub(1)?)?, pointer))
}

/// What is known while the resources of one file are read.
pub(crate) struct Reader<'t, 'i> {
    text: &'t str,
    shift: Option<usize>,
    syntax: Syntax,
    index: &'i Index<'t>,
    /// Where a document's sections put their entries.
    sections: HashMap<usize, Section>,
    /// What referenced resources are called, read once each.
    labels: RefCell<HashMap<usize, Rc<labels::Named>>>,
    /// Attachments made of Binary resources, by piece.
    binaries: HashMap<usize, u32>,
    versions: version::Marks,
    checks: conform::Checks,
    holders: holders::Holders,
    /// Security labels that what is being read inherits.
    inherited: Vec<Coding>,
    /// The ids of the file's Patients.
    patients: HashSet<&'i str>,
    /// The places of the file's people.
    people_at: HashSet<String>,
    /// Contained people that are known already, all they say in one line.
    contained_people: HashSet<String>,
    /// Every Patient of the file has an id by which it could be referred to.
    patients_named: bool,
    /// The file says itself as of when it speaks: its Bundle, or a document's Composition.
    dated: bool,
    pub reading: Reading,
}

impl<'t> Reader<'t, '_> {
    fn tree(&self, piece: &Piece<'t>) -> Node<'t> {
        self.text.get(piece.range.clone()).map_or(Node::Null, |t| self.syntax.parse(t))
    }

    pub fn issue(&mut self, severity: Severity, code: IssueCode, at: &str, found: &str) {
        self.reading.issues.push(issue(severity, code, at, found));
    }

    /// Reads what speaks about other resources before them: people, documents, headers, binaries.
    fn headers(&mut self) {
        let index = self.index;
        self.hold();
        self.checks.containers(index);
        self.reading.source.profiles = index.profiles(self.text, self.syntax);
        if !index.timestamp.is_empty() {
            self.reading.source.as_of = Some(PartialDate::fhir(&index.timestamp));
        }
        let held = |p: &Piece<'_>| p.fault.is_none() && p.state != State::Older;
        let mut keeper = None;
        for (i, piece) in index.pieces.iter().enumerate().filter(|(_, p)| held(p)) {
            match piece.kind.as_ref() {
                "Patient" => {
                    let node = self.tree(piece);
                    if node.twice().is_none() && modifier(&node).is_none() {
                        let names = self.names(node.get("managingOrganization"), i, &node);
                        keeper = keeper.or_else(|| names.into_iter().next());
                        self.reading.people.push(person::person(&node, &piece.at));
                    }
                }
                "Composition" => {
                    let node = self.tree(piece);
                    if node.twice().is_none() {
                        self.inherited = self.labels_of(i, &node);
                        self.composition(i, &piece.at, &node);
                    }
                }
                "Binary" => self.binary(i, piece),
                _ => {}
            }
        }
        // Without a document's custodian, the keeper of the patient's record (FHIR R4 Patient.managingOrganization).
        if let Some(name) = keeper.filter(|_| self.reading.source.name.is_empty()) {
            self.reading.source.name = name;
        }
        self.dated = self.reading.source.as_of.as_ref().is_some_and(|d| d.known.is_some());
        // A Patient that can't be read is a person all the same: beside another one, the file is about several.
        let known: HashSet<String> = self.reading.people.iter().map(|p| p.at.clone()).collect();
        if !known.is_empty() {
            let patients = index.pieces.iter().filter(|p| p.kind == "Patient" && p.state != State::Older);
            let unread = patients.filter(|p| !known.contains(&p.at));
            self.reading.people.extend(unread.map(|p| Person { at: p.at.clone(), ..Person::default() }));
        }
        self.people_at = self.reading.people.iter().map(|p| p.at.clone()).collect();
        let shared: Vec<(String, String)> =
            index.shared_ids().map(|p| (p.at.clone(), format!("{}/{}", p.kind, p.id))).collect();
        for (at, id) in shared {
            self.issue(Severity::Warning, IssueCode::DuplicateId, &at, &id);
        }
    }

    /// Reads one resource: exactly one line of the ledger.
    fn piece(&mut self, i: usize, piece: &Piece<'t>) {
        let at = piece.at.as_str();
        if let Some(code) = piece.fault {
            return self.not_understood(at, &piece.kind, code, "");
        }
        if piece.kind == "Bundle.entry" {
            return self.reading.ledger.add(at, "Bundle.entry", Outcome::Kept, None);
        }
        if piece.state == State::Older {
            // The version that holds stands in the same file.
            return self.reading.ledger.add(at, piece.kind.as_ref(), Outcome::Kept, None);
        }
        let class = types::class(&piece.kind);
        if let Class::Unknown = class {
            return self.not_understood(at, &piece.kind, IssueCode::UnknownType, &piece.kind);
        }
        let node = self.tree(piece);
        if let Some(key) = node.twice() {
            return self.not_understood(&format!("{at}{key}"), &piece.kind, IssueCode::DuplicateKey, &key);
        }
        if let Some(place) = modifier(&node) {
            return self.not_understood(&format!("{at}{place}"), &piece.kind, IssueCode::UnknownModifier, &place);
        }
        if self.syntax == Syntax::Xml
            && let Some(place) = xml::stray(&node)
        {
            self.issue(Severity::Warning, IssueCode::UnknownType, &format!("{at}{place}"), "");
        }
        if !node.get("implicitRules").is_null() {
            let rules = node.get("implicitRules").words().to_owned();
            self.issue(Severity::Warning, IssueCode::UnknownModifier, &format!("{at}/implicitRules"), &rules);
        }
        self.versions.look(&piece.kind, &node);
        if matches!(class, Class::Person | Class::Entry(..) | Class::List) || piece.kind == "Composition" {
            self.checks.resource(&piece.kind, at, &node, i, self.index);
        }
        self.inherited = self.labels_of(i, &node);
        self.narrative(at, &node);
        self.contained_person(at, &node);
        let before = self.reading.entries.len();
        match class {
            Class::Entry(..) => self.entry(i, &piece.kind, at, &node),
            Class::List => self.list(i, at, &node),
            Class::Kept if piece.kind == "OperationOutcome" => self.outcome(at, &node),
            _ => {}
        }
        for found in self.reading.entries.iter_mut().skip(before).filter(|e| e.at == at) {
            found.span = span(self.shift, piece);
        }
        let shown = matches!(class, Class::Person | Class::Entry(..)) || self.reading.entries.len() > before;
        let outcome = if shown { Outcome::Shown } else { Outcome::Kept };
        self.reading.ledger.add(at, piece.kind.as_ref(), outcome, None);
        if !matches!(class, Class::Kept) {
            self.contained(i, piece, &node);
        }
    }

    /// Contained resources are pieces too. In a List or a report, clinical ones are entries of their own (GP Connect
    /// keeps resolved allergies so), and findings and allergies everywhere; others are parts of their holder, read
    /// through its references.
    fn contained(&mut self, i: usize, piece: &Piece<'t>, node: &Node<'t>) {
        let holds = matches!(piece.kind.as_ref(), "List" | "DiagnosticReport" | "Composition");
        let all = node.get("contained").each();
        let mut ids: HashMap<&str, &Node<'t>> = HashMap::new();
        for (n, inner) in all.iter().enumerate().filter(|(_, inner)| !inner.get("id").is_null()) {
            let id = inner.get("id").words();
            if ids.insert(id, inner).is_some_and(|other| other != inner) {
                self.issue(Severity::Warning, IssueCode::DuplicateId, &format!("{}/contained/{n}", piece.at), id);
            }
        }
        for (n, inner) in node.get("contained").each().iter().enumerate() {
            let at = format!("{}/contained/{n}", piece.at);
            let kind = inner.get("resourceType").words().to_owned();
            match types::class(&kind) {
                Class::Unknown => self.not_understood(&at, &kind, IssueCode::UnknownType, &kind),
                Class::Entry(..) if holds || matches!(kind.as_str(), "Observation" | "AllergyIntolerance") => {
                    self.entry(i, &kind, &at, inner);
                    self.reading.ledger.add(at, kind, Outcome::Shown, None);
                }
                Class::Person if self.people_at.contains(&at) => {
                    self.reading.ledger.add(at, kind, Outcome::Shown, None);
                }
                _ => self.reading.ledger.add(at, kind, Outcome::Kept, None),
            }
        }
    }

    /// Some services contain the patient in each resource (NHS England's vaccination events): where the file has no
    /// other, that is the person, each once.
    fn contained_person(&mut self, at: &str, node: &Node<'t>) {
        if !self.patients.is_empty() {
            return;
        }
        for (n, inner) in node.get("contained").each().iter().enumerate() {
            let id = inner.get("id").words();
            let named = |key: &&str| node.get(key).get("reference").words().strip_prefix('#') == Some(id);
            if inner.get("resourceType").words() != "Patient" || !entry::SUBJECTS.iter().any(named) {
                continue;
            }
            let found = person::person(inner, &format!("{at}/contained/{n}"));
            let told = format!("{:?}", Person { at: String::new(), ..found.clone() });
            if self.contained_people.insert(told) {
                self.people_at.insert(found.at.clone());
                self.reading.people.push(found);
            }
        }
    }

    fn not_understood(&mut self, at: &str, kind: &str, code: IssueCode, found: &str) {
        self.issue(Severity::Error, code, at, found);
        self.reading.ledger.add(at, kind, Outcome::NotUnderstood, Some(code));
        if let Class::Entry(section, _) = types::class(kind) {
            let says = SectionSays { section, nothing: Nothing::NotUnderstood, text: String::new(), at: at.to_owned() };
            self.reading.says.push(says);
        }
    }

    /// Looks whether a narrative holds what it may not; its words are used where an entry needs them.
    fn narrative(&mut self, at: &str, node: &Node<'_>) {
        let div = node.get("text").get("div");
        if div.text().is_some_and(|d| narrative::plain(d).active) {
            self.issue(Severity::Warning, IssueCode::UnsafeNarrative, &format!("{at}/text/div"), "");
        }
    }

    /// What a report or another finding holds is a part of it, and no finding that stands alone.
    fn settle(&mut self) {
        let held: HashSet<String> = self
            .reading
            .entries
            .iter()
            .flat_map(|e| &e.links)
            .filter(|l| matches!(l.role.as_str(), "result" | "hasMember" | "related" | "derivedFrom"))
            .map(|l| l.to.clone())
            .collect();
        for entry in self.reading.entries.iter_mut().filter(|e| e.section == Section::Findings) {
            if held.contains(&entry.at) {
                entry.section = Section::Results;
            }
        }
    }

    fn finish(&mut self) {
        self.settle();
        self.loose_binaries();
        let people = self.reading.people.len();
        match people {
            0 if !self.reading.entries.is_empty() => self.issue(Severity::Warning, IssueCode::NoPerson, "", ""),
            0 | 1 => {}
            n => self.issue(Severity::Error, IssueCode::SeveralPeople, "", &n.to_string()),
        }
        let bad: Vec<(String, String)> = self
            .reading
            .people
            .iter()
            .flat_map(|p| p.identifiers.iter().map(move |i| (p, i)))
            .filter(|(_, i)| NhsNumber::is_system(&i.system) && NhsNumber::read(&i.value).is_none_or(|n| !n.valid))
            .map(|(p, i)| (p.at.clone(), i.value.clone()))
            .collect();
        for (at, value) in bad {
            self.issue(Severity::Warning, IssueCode::BadNhsNumber, &at, &value);
        }
        let born = self.reading.people.iter().filter_map(|p| Some((p.at.clone(), p.birth_date.clone()?)));
        let odd: Vec<(String, PartialDate)> = born.filter(|(_, date)| date.known.is_none()).collect();
        for (at, date) in odd {
            self.issue(Severity::Warning, IssueCode::BadDate, &at, &date.text);
        }
        let (version, sign) = self.versions.version();
        let found = format!("{version} ({sign})");
        // Elements of all versions are read; a resource type that none has may be of one that is newer than this.
        let strange = self.reading.ledger.lines.iter().any(|l| l.reason == Some(IssueCode::UnknownType));
        self.reading.version = version.to_owned();
        if version != "R4" && strange {
            self.issue(Severity::Warning, IssueCode::OtherVersion, "", &found);
        }
        self.reading.conformance = std::mem::take(&mut self.checks).list(version);
        self.hush();
    }
}

fn span(shift: Option<usize>, piece: &Piece<'_>) -> Option<(u32, u32)> {
    let shift = shift?;
    Some((u32::try_from(piece.range.start + shift).ok()?, u32::try_from(piece.range.end + shift).ok()?))
}

/// The place of the first modifier extension: it may change what all the rest means (FHIR R4 §2.4.0.2), and none is
/// known here. Contained resources are looked at with their holder, since their words are read through it.
fn modifier(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Object(members) => members.iter().find_map(|(key, inner)| {
            if key == "modifierExtension" && !inner.each().is_empty() {
                return Some("/modifierExtension".to_owned());
            }
            modifier(inner).map(|rest| format!("/{}{rest}", node::escape(key)))
        }),
        Node::List(list) => {
            list.iter().enumerate().find_map(|(i, inner)| modifier(inner).map(|rest| format!("/{i}{rest}")))
        }
        _ => None,
    }
}

/// A title for a concept: its words, or "code X of system Y"; with whether it was named.
pub(super) fn title(concept: &Concept) -> Option<(String, bool)> {
    if let Some(label) = concept.label() {
        return Some((label.to_owned(), true));
    }
    let coding = concept.codings.iter().find(|c| !c.code.is_empty())?;
    if coding.system == crate::record::system::DATA_ABSENT_REASON {
        // The reason is an English word, and all that is said.
        return Some((coding.code.clone(), false));
    }
    let system = if coding.system.is_empty() { "?" } else { coding.system.as_str() };
    Some((format!("code {} of system {system}", coding.code), false))
}

/// An entry of a kind with its place, or another kind's name.
fn new_entry(section: Section, kind: Kind, at: &str) -> Entry {
    Entry::new(section, kind, at, "")
}
