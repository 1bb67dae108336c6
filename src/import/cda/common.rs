use super::super::fhir::words::{absence, absence_of_allergy, degraded};
use super::super::hl7v3::{self, NULL_FLAVOUR, Node, attr, child, children, descend};
use super::{Ctx, Reader, template};
use crate::record::{
    Coding, Concept, Detail, Entry, Identifier, IssueCode, Nothing, Outcome, PartialDate, Polarity, Quantity, Section,
    SectionSays, Severity, Standing, Value,
};

/// How far back a thing said twice is looked for.
const NEAR: usize = 64;

/// True if a statement says that it is not so (CDA R2 §4.3.6.1 negationInd).
pub fn is_negated(node: Node<'_>) -> bool {
    matches!(attr(node, "negationInd"), "true" | "1")
}

/// Adds a detail if it says anything that is not said yet.
pub fn detail(entry: &mut Entry, name: &str, text: impl AsRef<str>) {
    let text = text.as_ref().trim();
    let detail = Detail { name: name.to_owned(), text: text.to_owned() };
    if !text.is_empty() && !entry.details.iter().rev().take(NEAR).any(|d| *d == detail) {
        entry.details.push(detail);
    }
}

/// Adds a note if it says anything that is not said yet.
pub fn note(entry: &mut Entry, text: impl AsRef<str>) {
    let text = text.as_ref().trim();
    if !text.is_empty() && !entry.notes.iter().rev().take(NEAR).any(|n| n == text) {
        entry.notes.push(text.to_owned());
    }
}

/// What an act's status means by itself (HL7 v3 ActStatus); what *completed* means is said by each kind.
pub fn standing(status: &str) -> Standing {
    match status {
        "active" | "normal" => Standing::Active,
        "completed" | "obsolete" => Standing::Ended,
        "aborted" | "cancelled" | "canceled" => Standing::Stopped,
        "suspended" | "held" => Standing::OnHold,
        "new" => Standing::Planned,
        "nullified" | "entered-in-error" => Standing::EnteredInError,
        _ => Standing::Unknown,
    }
}

/// True for a concept that names only a sort of thing, or nothing.
pub fn is_generic(concept: &Concept) -> bool {
    let coded: Vec<&Coding> =
        concept.codings.iter().filter(|c| c.system != NULL_FLAVOUR && !c.code.is_empty()).collect();
    if coded.is_empty() {
        return concept.label().is_none();
    }
    coded.iter().all(|c| template::is_generic(&c.code))
}

/// The polarity of a statement about a thing. A negated general word ("not any allergy") says that none is known; a
/// negated statement of absence says twice no, and what it means can't be known.
pub fn polarity(node: Node<'_>, ctx: &Ctx, concept: &Concept, negative: Polarity) -> Polarity {
    let (here, above) = (is_negated(node), ctx.negated);
    let absent = if negative == Polarity::Negated { absence_of_allergy(concept) } else { absence(concept) };
    if hl7v3::null_flavour(node).is_some() || (here && above) {
        return Polarity::Unknown;
    }
    match (here || above, absent) {
        // In words alone, the sentence already holds the negation that the statement has.
        (true, Some(Polarity::NoneKnown)) if concept.codings.is_empty() => Polarity::NoneKnown,
        (true, Some(Polarity::NoneKnown)) if !is_generic(concept) => Polarity::Unknown,
        // Words that say that nothing is known are no thing that could be denied.
        (true, Some(Polarity::Unknown)) if concept.label().is_some() => Polarity::Unknown,
        (true, _) if is_generic(concept) => Polarity::NoneKnown,
        (true, _) => negative,
        (false, Some(found)) => found,
        (false, None) => Polarity::Positive,
    }
}

impl<'a> Reader<'a> {
    /// An entry with what all statements share: identifiers, status, times, people, labels, words.
    pub fn begin(&mut self, node: Node<'a>, ctx: &Ctx, mut entry: Entry) -> Entry {
        entry.at = self.at(node);
        entry.identifiers = hl7v3::identifiers(node);
        entry.status.text = child(node, "statusCode").map(|s| attr(s, "code").to_owned()).unwrap_or_default();
        entry.status.standing = standing(&entry.status.text);
        entry.labels = ctx.labels.clone();
        if let Some(code) = child(node, "confidentialityCode") {
            entry.labels.extend(hl7v3::cd(code, &self.words).codings);
        }
        if let Some(time) = child(node, "effectiveTime") {
            let when = hl7v3::ivl_ts(time);
            (entry.date, entry.end) = (when.start, when.end);
        }
        // When a battery was taken is when its findings were. When a visit began is not when a problem did.
        if entry.kind == crate::record::Kind::Observation {
            entry.date = entry.date.take().or_else(|| ctx.date.clone());
        }
        let (people, written) = self.people(node);
        entry.performer = if people.is_empty() { ctx.performer.clone() } else { people };
        entry.recorded = written.or_else(|| ctx.recorded.clone());
        for key in ["priorityCode", "methodCode"] {
            let name = if key == "methodCode" { "method" } else { "priority" };
            for code in children_of(node, key) {
                detail(&mut entry, name, hl7v3::labelled(code, &self.words));
            }
        }
        for site in children(node, "targetSiteCode") {
            detail(&mut entry, "bodySite", hl7v3::labelled(site, &self.words));
            entry.details.extend(hl7v3::qualifiers(site, &self.words));
        }
        // A note may be a whole document in itself.
        if let Some(text) = child(node, "text").filter(|t| attr(*t, "representation").eq_ignore_ascii_case("B64")) {
            let title = self.label(node, "code");
            entry.attachments.extend(self.attach(text, &title));
        }
        self.participants(node, &mut entry);
        self.subject(node, ctx, &mut entry);
        self.externals(node, &mut entry);
        entry
    }

    /// A code as a concept, with what it says beyond its name among the entry's details.
    pub fn concept(&self, node: Node<'a>, entry: &mut Entry) -> Concept {
        entry.details.extend(hl7v3::qualifiers(node, &self.words));
        if let Some(said) = hl7v3::referred(node, &self.words) {
            detail(entry, "originalText", said);
        }
        hl7v3::cd(node, &self.words)
    }

    /// Where no code and no name says what it is about, the statement's own text does.
    pub fn name_by(&self, entry: &mut Entry, said: &str) {
        let coded = entry.concept.codings.iter().any(|c| c.system != NULL_FLAVOUR && !c.code.is_empty());
        if coded {
            return;
        }
        if entry.concept.label().is_none() {
            let line = said.lines().next().unwrap_or_default();
            // The first cell of a row names what the row is about, unless it only counts.
            let cell = line.split(" | ").next().unwrap_or_default();
            let named = cell.chars().filter(|c| c.is_alphabetic()).count() > 2;
            entry.concept.text = if named { cell.to_owned() } else { line.to_owned() };
        }
        if entry.concept.label().is_some() {
            // That there was no code is no fact about it.
            entry.concept.codings.retain(|c| c.system != NULL_FLAVOUR);
        }
    }

    /// The names of those who did, wrote or told it, and when it was written.
    pub fn people(&self, node: Node<'a>) -> (Vec<String>, Option<PartialDate>) {
        let mut names: Vec<String> = Vec::new();
        let mut written: Option<PartialDate> = None;
        for kind in ["performer", "author", "informant"] {
            for party in children_of(node, kind) {
                let name = self.party(party);
                if !name.is_empty() && !names.iter().rev().take(NEAR).any(|n| *n == name) {
                    names.push(name);
                }
                if kind == "author" {
                    let time = child(party, "time").and_then(|t| hl7v3::ivl_ts(t).start);
                    // The latest author is the one who wrote it as it stands.
                    if time.as_ref().map(PartialDate::sort_key) > written.as_ref().map(PartialDate::sort_key) {
                        written = time;
                    }
                }
            }
        }
        (names, written)
    }

    /// A participation in one line: person, then organisation. Empty if neither has a name.
    pub fn party(&self, party: Node<'a>) -> String {
        const ROLES: [&str; 8] = [
            "assignedEntity",
            "assignedAuthor",
            "relatedEntity",
            "assignedCustodian",
            "intendedRecipient",
            "associatedEntity",
            "responsibleParty",
            "participantRole",
        ];
        const PEOPLE: [&str; 7] = [
            "assignedPerson",
            "relatedPerson",
            "associatedPerson",
            "informationRecipient",
            "guardianPerson",
            "playingEntity",
            "assignedAuthoringDevice",
        ];
        const ORGANISATIONS: [&str; 5] = [
            "representedOrganization",
            "representedCustodianOrganization",
            "receivedOrganization",
            "scopingOrganization",
            "scopingEntity",
        ];
        let Some(role) = ROLES.iter().find_map(|r| child(party, r)) else { return String::new() };
        let named = |keys: &[&str]| {
            keys.iter().filter_map(|k| child(role, k)).find_map(|n| {
                let name = child(n, "name").map(|n| hl7v3::name(n).text).unwrap_or_default();
                let device = ["manufacturerModelName", "softwareName", "desc"].iter().map(|k| self.said(n, k));
                std::iter::once(name).chain(device).find(|w| !w.is_empty())
            })
        };
        let parts = [named(&PEOPLE), named(&ORGANISATIONS)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Participants beside those who did it: place, device, specimen and others, in words.
    fn participants(&self, node: Node<'a>, entry: &mut Entry) {
        for participant in children(node, "participant") {
            let Some(role) = child(participant, "participantRole") else { continue };
            let playing = ["playingEntity", "playingDevice"].iter().find_map(|k| child(role, k));
            let name = playing.and_then(|p| child(p, "name")).map(|n| hl7v3::name(n).text).unwrap_or_default();
            let kind = playing.map(|p| self.label(p, "code")).unwrap_or_default();
            let own = self.label(role, "code");
            let said = [name, kind, own].into_iter().find(|w| !w.is_empty()).unwrap_or_default();
            let key = match (attr(participant, "typeCode"), attr(role, "classCode")) {
                // What it is about: read by those who read allergies.
                ("CSM", _) => continue,
                ("LOC", _) | (_, "SDLOC") => "location",
                ("DEV", _) | (_, "MANU") => "device",
                ("SPC" | "PRD", _) => "specimen",
                ("VRF", _) => "verifier",
                ("IND", _) => "participant",
                ("CST", _) => "healthcareAgent",
                _ => "participant",
            };
            detail(entry, key, said);
            if key == "location"
                && let Some(address) = child(role, "addr")
            {
                detail(entry, "locationAddress", hl7v3::address(address));
            }
            if key == "device" {
                for id in hl7v3::identifiers(role).into_iter().filter(|i| !i.system.is_empty()) {
                    detail(entry, "udi", &id.value);
                }
            }
        }
        for specimen in children(node, "specimen") {
            let inner = descend(specimen, &["specimenRole", "specimenPlayingEntity"]);
            detail(entry, "specimen", inner.map(|n| self.label(n, "code")).unwrap_or_default());
        }
    }

    /// Whether it is about somebody else than the patient.
    fn subject(&mut self, node: Node<'a>, ctx: &Ctx, entry: &mut Entry) {
        let own = child(node, "subject").map(|s| self.relation(s));
        let Some(who) = own.or_else(|| ctx.subject.clone()) else { return };
        let family = matches!(entry.section, crate::record::Section::FamilyHistory);
        detail(entry, if family { "relationship" } else { "subject" }, &who);
        if !family {
            let at = entry.at.clone();
            self.issue(Severity::Warning, IssueCode::OtherSubject, &at, &who);
        }
    }

    /// What a subject is to the patient: the relation's words, else the person's name.
    pub fn relation(&self, subject: Node<'a>) -> String {
        let Some(role) = child(subject, "relatedSubject") else { return String::new() };
        // "Natural parent" alone does not say which one; "Dad" does.
        let told = child(role, "code").and_then(|c| hl7v3::referred(c, &self.words));
        let label = match (self.label(role, "code"), told) {
            (label, Some(told)) if !label.is_empty() => format!("{label} ({told})"),
            (label, _) => label,
        };
        let name = descend(role, &["subject", "name"]).map(|n| hl7v3::name(n).text).unwrap_or_default();
        [label, name, attr(role, "classCode").to_owned()].into_iter().find(|w| !w.is_empty()).unwrap_or_default()
    }

    /// References to acts and documents outside, and conditions before it.
    fn externals(&self, node: Node<'a>, entry: &mut Entry) {
        for reference in children(node, "reference") {
            for external in reference.children().filter(Node::is_element) {
                let words = [self.label(external, "code"), self.said(external, "text")];
                let ids = hl7v3::identifiers(external).into_iter().map(|i| i.value);
                let line = words.into_iter().chain(ids).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" · ");
                detail(entry, "reference", line);
            }
        }
        for before in children(node, "precondition") {
            let Some(criterion) = child(before, "criterion") else { continue };
            detail(entry, "precondition", self.criterion(criterion));
        }
    }

    /// A criterion in words: its text, its value, its code.
    pub fn criterion(&self, criterion: Node<'a>) -> String {
        let text = self.said(criterion, "text");
        let value = child(criterion, "value").and_then(|v| hl7v3::value(v, &self.words));
        let value = value.map(|v| hl7v3::range_words(&v)).unwrap_or_default();
        let code = child(criterion, "code").map(|c| hl7v3::labelled(c, &self.words)).unwrap_or_default();
        let code = if template::is_generic(&code) { String::new() } else { code };
        [text, value, code].into_iter().find(|w| !w.is_empty()).unwrap_or_default()
    }

    /// Title, and the oddities that every kind can have. `words` are what the statement's own text says. Gives nothing
    /// if nothing names what it is about: then it is not understood.
    pub fn complete(&mut self, node: Node<'a>, mut entry: Entry, words: &str) -> Option<String> {
        // "It is so" names nothing.
        if entry.concept.label().is_none() && entry.concept.codings.iter().all(|c| c.code == "ASSERTION") {
            entry.concept.codings.clear();
        }
        if entry.title.is_empty() {
            match hl7v3::title(&entry.concept) {
                Some((title, named)) => (entry.title, entry.named) = (title, named),
                None => entry.title = words.lines().next().unwrap_or_default().to_owned(),
            }
        }
        // A bare code says less than the narrative that it stands for.
        if !entry.named && !words.is_empty() {
            let first = words.lines().next().unwrap_or_default();
            (entry.title, entry.named) = (first.to_owned(), true);
        }
        entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if entry.title.is_empty() && says_nothing(node) {
            // Every word in it is a null flavour: there is nothing to be shown, and nothing to be missed. Of what
            // matters most it is an answer all the same: not known, or not asked.
            let at = entry.at.clone();
            self.issue(Severity::Information, IssueCode::MissingElement, &at, node.tag_name().name());
            let section = entry.section;
            if matches!(section, Section::Allergies | Section::Medications | Section::Problems) {
                let says = SectionSays { section, nothing: Nothing::Unavailable, text: String::new(), at };
                self.reading.says.push(says);
            }
            self.mark(node, Outcome::Kept);
            return None;
        }
        if entry.title.is_empty() {
            let kind = node.tag_name().name();
            self.not_understood(node, IssueCode::MissingElement, kind, Some(entry.section));
            return None;
        }
        let words = words.trim();
        if !words.is_empty() && words != entry.title && !entry.dose.iter().any(|d| d == words) {
            note(&mut entry, words);
        }
        let at = entry.at.clone();
        if entry.concept.label().is_none() && !entry.concept.is_empty() {
            let found = hl7v3::title(&entry.concept).map(|t| t.0).unwrap_or_default();
            self.issue(Severity::Information, IssueCode::CodeWithoutName, &at, &found);
        }
        entry.degraded = degraded(&entry.concept).cloned();
        if let Some(code) = entry.degraded.as_ref().map(|c| c.code.clone()) {
            self.issue(Severity::Warning, IssueCode::Degraded, &at, &code);
        }
        if entry.in_error() {
            self.issue(Severity::Information, IssueCode::EnteredInError, &at, "");
        }
        let dates = [&entry.date, &entry.end, &entry.recorded];
        let odd: Vec<String> =
            dates.into_iter().flatten().filter(|d| d.known.is_none()).map(|d| d.text.clone()).collect();
        for text in odd {
            self.issue(Severity::Warning, IssueCode::BadDate, &at, &text);
        }
        self.units(&entry);
        Some(self.push(node, entry))
    }

    fn units(&mut self, entry: &Entry) {
        let values = std::iter::once(entry.value.as_ref()).chain(entry.components.iter().map(|c| c.value.as_ref()));
        let quantities: Vec<Quantity> = values
            .flatten()
            .flat_map(|v| match v {
                Value::Quantity(q) => vec![q.clone()],
                Value::Range(low, high) | Value::Ratio(low, high) => vec![low.clone(), high.clone()],
                _ => Vec::new(),
            })
            .collect();
        for q in quantities {
            if q.value.parse::<f64>().is_err() {
                self.issue(Severity::Warning, IssueCode::BadNumber, &entry.at, &q.value);
            }
        }
    }

    /// True for a day after the one on which the document was written: what ends then was not over.
    pub fn yet_to_come(&self, end: Option<&PartialDate>) -> bool {
        let written = self.reading.source.as_of.as_ref().and_then(PartialDate::day);
        end.and_then(PartialDate::day).zip(written).is_some_and(|(end, written)| end > written)
    }

    /// Notes a reference to another entry by its identifier, to be followed at the end.
    pub fn refer(&mut self, from: &str, role: &str, identifier: Identifier) {
        self.references.push((from.to_owned(), role.to_owned(), identifier));
    }
}

/// True if no code, name, number or word stands in a statement, people and identifiers aside.
pub fn says_nothing(node: Node<'_>) -> bool {
    const ASIDE: [&str; 9] =
        ["templateId", "id", "author", "performer", "informant", "statusCode", "effectiveTime", "reference", "time"];
    const KINDS: [&str; 2] = ["code", "text"];
    node.children().filter(Node::is_element).filter(|c| !ASIDE.contains(&c.tag_name().name())).all(|part| {
        part.descendants().all(|n| {
            let own = n.is_element() && !KINDS.contains(&n.tag_name().name()) && !attr(n, "value").is_empty();
            let aside = n.ancestors().any(|a| ASIDE.contains(&a.tag_name().name()) && a.id().get() > node.id().get());
            let null = hl7v3::null_flavour(n).is_some();
            let code = attr(n, "code");
            let coded = !code.is_empty() && !matches!(code, "UNK" | "NULL" | "ASSERTION") && !null;
            let words = n.is_text() && n.text().is_some_and(|t| !t.trim().is_empty());
            aside || !(own || coded || words || !attr(n, "displayName").is_empty() || !attr(n, "extension").is_empty())
        })
    })
}

/// All children of a name that is only known at run time.
pub fn children_of<'a>(node: Node<'a>, name: &str) -> Vec<Node<'a>> {
    node.children().filter(|c| hl7v3::is(*c, name)).collect()
}
