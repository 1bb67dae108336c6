//! GP2GP: a person's record as one practice's system sends it to the next (HL7 v3 RCMR_IN030000UK06 and 07 with their
//! EhrExtract, RCMR_MT030101UK), and pieces of it that stand alone.
//!
//! ```text
//! message ─► EhrExtract ─► ehrFolder ─► ehrComposition (a visit, or a frame for what belongs to none) ─► statements
//! ```
//!
//! What an element means is told by its name, its class and its codes. Where another adaptor would look a code up to tell
//! a procedure from a finding, this one can't, and leaves it a finding; Read codes alone carry their chapter in their
//! characters, so that vaccinations are told by theirs.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::hl7v3::{self, Node, Words, attr, child, children, descend};
use super::xml::Tree;
use super::{ImportError, LIMITS, Phase, Progress, READER, issue, tell};
use crate::record::{
    Coding, Concept, Detail, Entry, IssueCode, Kind, Link, NhsNumber, Outcome, PartialDate, Polarity, Reading, Section,
    Severity, Standing,
};

pub mod check;
mod codes;
mod composition;
mod compound;
mod document;
mod medicine;
mod people;
mod problem;
mod statement;
#[cfg(test)]
mod tests;
mod text;
mod time;

/// Reads a message, an extract, or one of its parts.
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
        words: Words::default(),
        shift,
        total: text.len(),
        told: 0,
        halt: None,
        progress,
        agents: HashMap::new(),
        statements: HashMap::new(),
        ends: HashMap::new(),
        issued: HashMap::new(),
        authorised: HashSet::new(),
        places: HashMap::new(),
        references: Vec::new(),
        reported: HashSet::new(),
        strangers: HashSet::new(),
        reading: Reading { reader: READER, format: "GP2GP".to_owned(), ..Reading::default() },
    };
    reader.header(root);
    reader.look(root);
    reader.element(root, &Context::default());
    if let Some(error) = reader.halt {
        return Err(error);
    }
    reader.connect();
    let mut reading = reader.reading;
    close(&mut reading);
    check::conformance(&tree, &mut reading);
    tell(progress, Phase::Reading, text.len(), text.len())?;
    Ok(reading)
}

/// What a statement takes over from what it stands in.
#[derive(Clone, Debug, Default)]
struct Context {
    /// Place of the visit's entry; empty if it belongs to none.
    visit: String,
    /// When the composition was written down.
    recorded: Option<PartialDate>,
    /// Who is responsible where a statement names nobody.
    performers: Vec<String>,
    /// Security labels of all that it stands in.
    labels: Vec<Coding>,
    /// The problem under which it was noted.
    topic: String,
    /// The heading under which it was noted: History, Examination, Family history …
    heading: Option<Concept>,
    /// The heading that makes each statement under it an allergy.
    allergy: Option<Concept>,
    /// The report it belongs to, as an index of the reading's entries, with the report's own words.
    report: Option<(usize, Concept)>,
    /// Whether it stands in a battery or cluster: a part of what was measured together.
    battery: bool,
    /// What was examined, and when it was taken.
    specimen: String,
    collected: Option<PartialDate>,
}

struct Reader<'a, 'p> {
    tree: &'a Tree<'a>,
    words: Words<'a>,
    shift: Option<usize>,
    total: usize,
    told: usize,
    /// Why reading stops before the end.
    halt: Option<ImportError>,
    progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>,
    /// The names in the directory, by id.
    agents: HashMap<String, String>,
    /// Statements by id, for what names them before they come.
    statements: HashMap<String, Node<'a>>,
    /// Discontinuations, by the id of what they end.
    ends: HashMap<String, Vec<Node<'a>>>,
    /// Issues of medicines, by the id of the authorisation that they fulfil.
    issued: HashMap<String, Vec<Node<'a>>>,
    /// Ids of the authorisations in the file.
    authorised: HashSet<String>,
    /// Place of the entry that shows a statement, by the statement's id.
    places: HashMap<String, String>,
    /// What an entry names by id: its index, the role, the id.
    references: Vec<(usize, &'static str, String)>,
    /// Results that a report has named.
    reported: HashSet<usize>,
    /// Ids of agents that the directory does not have, told once each.
    strangers: HashSet<String>,
    reading: Reading,
}

/// Statements, the pieces of a composition.
const STATEMENTS: [&str; 9] = [
    "ObservationStatement",
    "NarrativeStatement",
    "CompoundStatement",
    "MedicationStatement",
    "PlanStatement",
    "RequestStatement",
    "LinkSet",
    "RegistrationStatement",
    "EhrEmpty",
];

/// The id by which others name an element: its first root without extension, in one case.
fn id(node: Node<'_>) -> String {
    let own = children(node, "id").find(|i| attr(*i, "extension").is_empty() && !attr(*i, "root").is_empty());
    own.map(|i| attr(i, "root").to_ascii_uppercase()).unwrap_or_default()
}

fn elements(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    node.children().filter(|c| c.is_element())
}

fn name(node: Node<'_>) -> &str {
    node.tag_name().name()
}

impl<'a> Reader<'a, '_> {
    /// What the message says of itself.
    fn header(&mut self, root: Node<'a>) {
        let of = |wanted: &str| root.descendants().find(|n| hl7v3::is(*n, wanted));
        let message = name(root);
        let interaction = descend(root, &["interactionId"]).map(|i| attr(i, "extension")).unwrap_or_default();
        self.reading.version = if message.starts_with("RCMR_") {
            message.to_owned()
        } else if !interaction.is_empty() {
            interaction.to_owned()
        } else {
            String::new()
        };
        let Some(extract) = of("EhrExtract").or_else(|| of("ehrFolder")).or_else(|| of("EhrFolder")) else { return };
        self.reading.source.as_of = child(extract, "availabilityTime").and_then(hl7v3::ts);
        let practice = descend(extract, &["author", "AgentOrgSDS", "agentOrganizationSDS"]);
        if let Some(practice) = practice {
            let called = child(practice, "name").map(|n| hl7v3::name(n).text).unwrap_or_default();
            let code = child(practice, "id").map(|i| attr(i, "extension")).unwrap_or_default();
            self.reading.source.name = if called.is_empty() { code.to_owned() } else { called };
        }
    }

    /// A pass over all statements for what is named before it comes: ids, discontinuations, issues, the directory.
    fn look(&mut self, root: Node<'a>) {
        for node in root.descendants().filter(|n| n.is_element()) {
            let own = name(node);
            if STATEMENTS.contains(&own) {
                let id = id(node);
                if !id.is_empty() {
                    self.statements.entry(id).or_insert(node);
                }
            }
            match own {
                "Agent" => self.agent(node),
                "ehrSupplyAuthorise" => drop(self.authorised.insert(id(node))),
                "ehrSupplyDiscontinue" => {
                    for to in named(node, "reversalOf") {
                        self.ends.entry(to).or_default().push(node);
                    }
                }
                "ehrSupplyPrescribe" => {
                    for to in named(node, "inFulfillmentOf") {
                        self.issued.entry(to).or_default().push(node);
                    }
                }
                _ => {}
            }
        }
    }

    /// Reads an element and what it holds.
    fn element(&mut self, node: Node<'a>, context: &Context) {
        if self.halted(node) {
            return;
        }
        match name(node) {
            "recordTarget" => self.person(node),
            "Agent" => self.reading.ledger.add(self.tree.place(node), "Agent", Outcome::Kept, None),
            "ehrComposition" | "EhrComposition" => self.composition(node),
            own if STATEMENTS.contains(&own) => self.statement(node, context),
            "component" => self.component(node, context),
            _ => self.inside(node, context),
        }
    }

    /// Reads the elements inside this one.
    fn inside(&mut self, node: Node<'a>, context: &Context) {
        for inner in elements(node) {
            self.element(inner, context);
        }
    }

    /// A component holds one thing; one that the standard does not know is not understood.
    fn component(&mut self, node: Node<'a>, context: &Context) {
        for inner in elements(node) {
            match name(inner) {
                "ehrFolder" | "EhrFolder" | "ehrComposition" | "EhrComposition" => self.element(inner, context),
                own if STATEMENTS.contains(&own) => self.element(inner, context),
                "sequenceNumber" | "seperatableInd" | "separatableInd" | "priorityNumber" | "templateId" => {}
                _ => self.not_understood(inner),
            }
        }
    }

    fn statement(&mut self, node: Node<'a>, context: &Context) {
        match name(node) {
            "ObservationStatement" => self.observation(node, context),
            "NarrativeStatement" => self.narrative(node, context),
            "CompoundStatement" => self.compound(node, context),
            "MedicationStatement" => self.medicine(node, context),
            "PlanStatement" => self.plan(node, context),
            "RequestStatement" => self.request(node, context),
            "LinkSet" => self.problem(node, context),
            "RegistrationStatement" => self.registration(node, context),
            own => self.reading.ledger.add(self.tree.place(node), own, Outcome::Kept, None),
        }
    }

    /// True if reading has to stop: cancelled, or more pieces than the limit.
    fn halted(&mut self, node: Node<'a>) -> bool {
        if self.halt.is_some() {
            return true;
        }
        let here = self.tree.range(node).start;
        if here >= self.told + (32 << 10) {
            self.told = here;
            self.halt = tell(self.progress, Phase::Reading, here, self.total).err();
        }
        if self.reading.ledger.lines.len() > LIMITS.pieces {
            self.halt = Some(ImportError::TooMany { limit: LIMITS.pieces });
        }
        self.halt.is_some()
    }

    fn not_understood(&mut self, node: Node<'a>) {
        let at = self.tree.place(node);
        self.issue(Severity::Error, IssueCode::UnknownType, &at, name(node));
        self.reading.ledger.add(at, name(node), Outcome::NotUnderstood, Some(IssueCode::UnknownType));
    }

    fn issue(&mut self, severity: Severity, code: IssueCode, at: &str, found: &str) {
        self.reading.issues.push(issue(severity, code, at, found));
    }

    /// An entry with all that every statement has: place, people, labels, status, negation.
    fn begin(&mut self, section: Section, kind: Kind, node: Node<'a>, context: &Context) -> Entry {
        let mut entry = Entry::new(section, kind, self.tree.place(node), "");
        entry.span = self.span(node);
        entry.recorded = context.recorded.clone();
        entry.labels = self.labels(node, &context.labels);
        entry.identifiers = hl7v3::identifiers(node);
        entry.category = context.heading.iter().cloned().collect();
        let own = self.participants(node);
        entry.performer = if own.is_empty() { context.performers.clone() } else { own };
        entry.status = codes::status(node);
        if is_negated(node) {
            negate(&mut entry);
        }
        if !context.visit.is_empty() {
            entry.links.push(Link { role: "encounter".to_owned(), to: context.visit.clone() });
        }
        detail(&mut entry, "topic", &context.topic);
        entry
    }

    /// Completes an entry, and writes its element's line in the ledger; gives its index.
    fn end(&mut self, node: Node<'a>, entry: Entry) -> usize {
        self.reading.ledger.add(self.tree.place(node), name(node), Outcome::Shown, None);
        self.complete(node, entry)
    }

    /// Completes an entry: title and oddities; gives its index.
    fn complete(&mut self, node: Node<'a>, mut entry: Entry) -> usize {
        if entry.title.is_empty() {
            match hl7v3::title(&entry.concept) {
                Some((words, named)) => (entry.title, entry.named) = (words, named),
                None => {
                    (entry.title, entry.named) = (name(node).to_owned(), false);
                    self.issue(Severity::Warning, IssueCode::MissingElement, &entry.at, "code");
                }
            }
        }
        entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !entry.named && !entry.concept.is_empty() {
            self.issue(Severity::Information, IssueCode::CodeWithoutName, &entry.at, &entry.title);
        }
        absent(&mut entry);
        if entry.degraded.is_none() {
            entry.degraded = super::fhir::words::degraded(&entry.concept).cloned();
        }
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
        place_times(&mut entry);
        self.show(node, &entry.at);
        self.reading.entries.push(entry);
        self.reading.entries.len() - 1
    }

    /// Notes that the entry at a place shows this statement.
    fn show(&mut self, node: Node<'a>, at: &str) {
        let id = id(node);
        if !id.is_empty() {
            self.places.entry(id).or_insert_with(|| at.to_owned());
        }
    }

    fn span(&self, node: Node<'a>) -> Option<(u32, u32)> {
        let (shift, range) = (self.shift?, self.tree.range(node));
        Some((u32::try_from(range.start + shift).ok()?, u32::try_from(range.end + shift).ok()?))
    }

    /// Its own security labels after those of what it stands in.
    fn labels(&self, node: Node<'a>, above: &[Coding]) -> Vec<Coding> {
        let mut labels = above.to_vec();
        for coding in children(node, "confidentialityCode").flat_map(|c| hl7v3::cd(c, &self.words).codings) {
            if coding.system != "http://terminology.hl7.org/CodeSystem/v3-NullFlavor" && !labels.contains(&coding) {
                labels.push(coding);
            }
        }
        labels
    }

    fn concept(&self, node: Node<'a>) -> Concept {
        child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default()
    }

    /// Makes links of the ids by which entries name others, each once.
    fn connect(&mut self) {
        let mut made: HashSet<(usize, &str, String)> = HashSet::new();
        for (index, role, id) in std::mem::take(&mut self.references) {
            let Some(entry) = self.reading.entries.get_mut(index) else { continue };
            match self.places.get(&id) {
                Some(to) if *to == entry.at || !made.insert((index, role, to.clone())) => {}
                Some(to) => entry.links.push(Link { role: role.to_owned(), to: to.clone() }),
                None if self.statements.contains_key(&id) => {}
                None => {
                    let found = issue(Severity::Warning, IssueCode::DanglingReference, &entry.at, &id);
                    self.reading.issues.push(found);
                }
            }
        }
    }
}

/// Gives the times of an entry the zone in which the national messages write them.
pub(super) fn place_times(entry: &mut Entry) {
    for date in [&mut entry.date, &mut entry.end, &mut entry.recorded] {
        time::local(date);
    }
}

/// True if a statement says that it is not so (HL7 v3 `negationInd`).
pub(super) fn is_negated(node: Node<'_>) -> bool {
    matches!(attr(node, "negationInd"), "true" | "1")
}

/// What the negation of such a statement says. To be called when kind and concept are known.
pub(super) fn negate(entry: &mut Entry) {
    entry.polarity = match entry.kind {
        Kind::Immunization | Kind::Procedure => Polarity::NotDone,
        Kind::ServiceRequest | Kind::MedicationRequest => Polarity::DoNotPerform,
        Kind::MedicationStatement => Polarity::NotTaken,
        _ => Polarity::Negated,
    };
    if entry.polarity == Polarity::NotDone && !entry.in_error() {
        entry.status.standing = Standing::Stopped;
    }
}

/// What the words say of absence, where the statement itself does not say no. Both together say twice no, and what that
/// means can't be known.
pub(super) fn absent(entry: &mut Entry) {
    if let Some(found) = super::fhir::words::absence(&entry.concept) {
        entry.polarity = if entry.polarity == Polarity::Positive { found } else { Polarity::Unknown };
    }
}

/// The ids to which the references of this name lead (`inFulfillmentOf/priorMedicationRef/id` and such).
fn named(node: Node<'_>, role: &'static str) -> Vec<String> {
    let inner = children(node, role).flat_map(elements);
    inner.map(id).filter(|i| !i.is_empty()).collect()
}

/// When a statement's fact was so: its effective time, else the time from which it was available.
fn when(node: Node<'_>) -> hl7v3::Interval {
    let mut found = child(node, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
    if found.start.is_none() && found.end.is_none() {
        found.start = child(node, "availabilityTime").and_then(hl7v3::ts);
    }
    found
}

/// Adds a detail if it says anything.
fn detail(entry: &mut Entry, name: &str, text: impl AsRef<str>) {
    let text = text.as_ref().trim();
    let found = Detail { name: name.to_owned(), text: text.to_owned() };
    // Beyond any real number of details a repetition is cheaper than looking for it.
    if !text.is_empty() && (entry.details.len() > 64 || !entry.details.contains(&found)) {
        entry.details.push(found);
    }
}

/// What holds of any record that names its person by number: several people or none, bad numbers, its newest date.
pub(super) fn close(reading: &mut Reading) {
    match reading.people.len() {
        0 if !reading.entries.is_empty() => {
            reading.issues.push(issue(Severity::Warning, IssueCode::NoPerson, "", ""));
        }
        0 | 1 => {}
        n => reading.issues.push(issue(Severity::Error, IssueCode::SeveralPeople, "", &n.to_string())),
    }
    for person in &reading.people {
        for bad in person.identifiers.iter().filter(|i| NhsNumber::is_system(&i.system)) {
            if NhsNumber::read(&bad.value).is_none_or(|n| !n.valid) {
                reading.issues.push(issue(Severity::Warning, IssueCode::BadNhsNumber, &person.at, &bad.value));
            }
        }
    }
}

/// What `statusCode` says of the act itself. Recording systems write COMPLETE for whatever is written down: only for
/// findings and medicines is that their standing.
fn standing(code: &str) -> Standing {
    match code.to_ascii_uppercase().as_str() {
        "ACTIVE" => Standing::Active,
        "COMPLETE" | "COMPLETED" => Standing::Ended,
        "ABORTED" | "CANCELLED" | "CANCELED" | "OBSOLETE" => Standing::Stopped,
        "SUSPENDED" | "HELD" => Standing::OnHold,
        "NEW" => Standing::Planned,
        "NULLIFIED" => Standing::EnteredInError,
        _ => Standing::Unknown,
    }
}
