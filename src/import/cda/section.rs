use super::super::hl7v3::{self, Node, attr, child, children, is};
use super::template::{self, is_statement};
use super::{Ctx, Reader};
use crate::import::fhir::{self, words::never_a_thing};
use crate::record::{Entry, IssueCode, Kind, Nothing, Outcome, Section, SectionSays, Severity, system};

impl<'a> Reader<'a> {
    /// A section: what it is about, the statements in it, what it says where it has none, and the sections in it
    /// (CDA R2 §4.3.2).
    pub fn section(&mut self, node: Node<'a>, ctx: &Ctx) {
        if ctx.depth > super::NESTED || self.marked(node) {
            return;
        }
        let code = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let loinc = code.codings.iter().find(|c| c.system == system::LOINC || c.system.is_empty());
        let loinc = loinc.map(|c| c.code.clone()).unwrap_or_default();
        let mut inner = ctx.clone();
        inner.depth += 1;
        inner.kept |= template::is_payers(node, &loinc);
        let any = |c: &&crate::record::Coding| template::section_of_code(&c.code).is_some();
        let loinc = match code.codings.iter().find(any) {
            Some(known) => known.code.clone(),
            None => loinc,
        };
        let own = template::section(node).or_else(|| match template::section_of_code(&loinc) {
            Some(known) => Some(known),
            None => fhir::place::of_document(&code),
        });
        let own = own.or_else(|| by_title(&child(node, "title").map(hl7v3::plain).unwrap_or_default()));
        inner.section = own.or(ctx.section);
        if let Some(label) = child(node, "confidentialityCode") {
            let label = hl7v3::cd(label, &self.words).codings;
            inner.labels.extend(label.into_iter().filter(|l| l.code != "N"));
        }
        if let Some(subject) = child(node, "subject") {
            inner.subject = Some(self.relation(subject));
        }
        let (people, written) = self.people(node);
        if !people.is_empty() {
            inner.performer = people;
        }
        inner.recorded = written.or(inner.recorded);
        self.active(node);
        let before = self.reading.entries.len();
        let mut any = false;
        for entry in children(node, "entry") {
            any = true;
            self.entry(entry, &inner);
        }
        let found = self.reading.entries.len() > before;
        let held: Vec<Node<'a>> = children(node, "component").collect();
        let sections: Vec<Node<'a>> = held.iter().filter_map(|c| child(*c, "section")).collect();
        if !any && !inner.kept {
            self.narrative(node, &inner, sections.is_empty());
        } else if !found && !inner.kept {
            // Its entries were not understood, or are about who pays: its words are all there is.
            self.narrative(node, &inner, false);
        } else if !inner.kept {
            self.unsaid(node, &inner, before);
        }
        self.mark(node, if inner.kept { Outcome::Kept } else { Outcome::Shown });
        for section in sections {
            self.section(section, &inner);
        }
        // Some put statements straight into a section, as in its components.
        for stray in node
            .children()
            .chain(held.iter().flat_map(|c| c.children()))
            .filter(|c| is_statement(*c))
            .collect::<Vec<_>>()
        {
            self.statement(stray, &inner);
        }
    }

    /// Tells of narrative that holds what it may not: scripts, handlers, frames. Only its words are ever shown.
    fn active(&mut self, section: Node<'a>) {
        let Some(text) = child(section, "text") else { return };
        let found = text.descendants().filter(Node::is_element).find(|n| {
            let name = n.tag_name().name().to_ascii_lowercase();
            matches!(
                name.as_str(),
                "script" | "iframe" | "object" | "embed" | "form" | "svg" | "link" | "meta" | "base"
            ) || n.attributes().any(|a| {
                let value = a.value().trim_start().to_ascii_lowercase();
                a.name().len() > 2 && a.name().get(..2).is_some_and(|p| p.eq_ignore_ascii_case("on"))
                    || value.starts_with("javascript:")
                    || value.starts_with("vbscript:")
            })
        });
        if let Some(found) = found {
            let (at, name) = (self.at(found), found.tag_name().name());
            self.issue(Severity::Warning, IssueCode::UnsafeNarrative, &at, name);
        }
    }

    /// One entry: the statement that it holds.
    fn entry(&mut self, entry: Node<'a>, ctx: &Ctx) {
        let mut held = entry.children().filter(Node::is_element).filter(|c| is_statement(*c)).peekable();
        if held.peek().is_none() && hl7v3::null_flavour(entry).is_some() && !entry.children().any(|c| c.is_element()) {
            // It says itself that there is nothing in it.
            return self.mark(entry, Outcome::Kept);
        }
        if held.peek().is_none() {
            let about = ["templateId", "realmCode", "typeId", "contentId", "seperatableInd"];
            let strange = entry.children().find(|c| c.is_element() && !about.contains(&c.tag_name().name()));
            let found = strange.map(|n| n.tag_name().name()).unwrap_or_default();
            let code = if strange.is_some() { IssueCode::UnknownType } else { IssueCode::MissingElement };
            return self.not_understood(entry, code, found, ctx.section);
        }
        for statement in held.collect::<Vec<_>>() {
            self.statement(statement, ctx);
        }
    }

    /// What a section says by its words, where it has no entries. In a list that we know it is what the list says; any
    /// other text is shown as an entry of its own. `alone` is false where sections or entries stand in it.
    fn narrative(&mut self, node: Node<'a>, ctx: &Ctx, alone: bool) {
        let text = child(node, "text").map(hl7v3::plain).unwrap_or_default();
        let title = child(node, "title").map(hl7v3::plain).unwrap_or_default();
        let at = self.at(node);
        for media in child(node, "text").into_iter() {
            // A few senders put a scan where the words belong.
            if let Some(index) = self.attach(media, &title) {
                let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, self.at(media), title.clone());
                if title.is_empty() {
                    (entry.title, entry.named) = (attr(media, "mediaType").to_owned(), false);
                }
                entry.attachments = vec![index];
                self.reading.entries.push(entry);
                return;
            }
        }
        let listed = !matches!(ctx.section, None | Some(Section::PatientStory | Section::Notes | Section::PlanOfCare));
        let nothing = match hl7v3::null_flavour(node) {
            Some("NASK") => Nothing::NotAsked,
            Some("MSK") => Nothing::Withheld,
            Some(_) => Nothing::Unavailable,
            None if never_a_thing(&text) => Nothing::Unavailable,
            None if !text.is_empty() => Nothing::NarrativeOnly,
            None if alone => Nothing::EmptySection,
            None => return,
        };
        if nothing == Nothing::NarrativeOnly {
            self.issue(Severity::Information, IssueCode::NarrativeOnly, &at, &title);
        }
        match ctx.section {
            Some(section) if listed || text.is_empty() || nothing != Nothing::NarrativeOnly => {
                self.reading.says.push(SectionSays { section, nothing, text, at });
            }
            _ if text.is_empty() => {}
            section => {
                let home = section.unwrap_or(Section::Notes);
                let mut entry = Entry::new(home, Kind::Other("section".to_owned()), at, title);
                entry.concept = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
                if entry.title.is_empty() {
                    let label = entry.concept.label().map(str::to_owned);
                    entry.title = label.unwrap_or_else(|| text.lines().next().unwrap_or_default().to_owned());
                }
                entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
                entry.notes = vec![text];
                entry.labels = ctx.labels.clone();
                entry.performer = ctx.performer.clone();
                entry.recorded = ctx.recorded.clone().or_else(|| self.reading.source.as_of.clone());
                self.push(node, entry);
            }
        }
    }

    /// The body of a document: sections, or content that is no XML.
    pub fn body(&mut self, document: Node<'a>) {
        for component in children(document, "component") {
            for body in component.children().filter(Node::is_element) {
                if is(body, "nonXMLBody") {
                    self.unstructured(body, document);
                } else {
                    // Also where the structured body itself was left out.
                    let inner = if is(body, "structuredBody") { body } else { component };
                    let sections = children(inner, "component").filter_map(|c| child(c, "section"));
                    for section in sections.chain(children(inner, "section")).collect::<Vec<_>>() {
                        self.section(section, &Ctx::default());
                    }
                }
            }
        }
    }
}

/// The section of a title, where neither template nor code tells: only what such a list is called as a whole.
fn by_title(title: &str) -> Option<Section> {
    let folded = title.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    Some(match folded.trim_end_matches([':', '.']) {
        "allergies"
        | "allergy list"
        | "known allergies"
        | "allergies and adverse reactions"
        | "allergies and intolerances"
        | "allergies, adverse reactions, alerts"
        | "allergies, adverse reactions and alerts" => Section::Allergies,
        "medications" | "current medications" | "medication list" | "medicines" | "current medicines" => {
            Section::Medications
        }
        "problems" | "problem list" | "active problems" => Section::Problems,
        "immunizations" | "immunisations" | "vaccinations" => Section::Immunizations,
        _ => return None,
    })
}
