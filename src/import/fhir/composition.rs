use crate::import::narrative;
use crate::import::node::Node;
use crate::import::scr::headings;
use crate::record::{Concept, Entry, IssueCode, Kind, Nothing, Section, SectionSays, Severity, Standing};

use super::datatypes::{concept, date, status};
use super::labels::Target;
use super::words::{absence, standing, status_word};
use super::{Reader, new_entry, place};

impl<'t> Reader<'t, '_> {
    /// A Composition says where things belong, what is empty and why, and who answers for the document
    /// (FHIR R4 §2.42; IPS).
    pub fn composition(&mut self, i: usize, at: &str, node: &Node<'t>) {
        let source = ["custodian", "author"].iter().find_map(|k| self.names(node.get(k), i, node).into_iter().next());
        if let Some(name) = source.filter(|_| self.reading.source.name.is_empty()) {
            self.reading.source.name = name;
        }
        if self.reading.source.title.is_empty() && !self.withheld() {
            self.reading.source.title = node.get("title").words().to_owned();
        }
        if let Some(date) = date(node.get("date")) {
            self.reading.source.as_of = Some(date);
        }
        for (n, section) in node.get("section").each().iter().enumerate() {
            self.section(i, &format!("{at}/section/{n}"), section, node, None, 0);
        }
    }

    fn section(
        &mut self,
        i: usize,
        at: &str,
        node: &Node<'t>,
        holder: &Node<'t>,
        above: Option<Section>,
        depth: usize,
    ) {
        let code = concept(node.get("code"));
        let own = place::of_document(&code);
        let section = own.or(above);
        let entries = node.get("entry").each();
        let mut found = 0;
        for reference in entries {
            match self.target(reference, i, holder) {
                Target::Piece(piece) => {
                    found += 1;
                    if let Some(section) = section {
                        self.sections.entry(piece).or_insert(section);
                    }
                }
                Target::Contained(_) => found += 1,
                Target::Outside => {
                    let to = named_only(reference);
                    if !to.is_empty() {
                        let to = if self.withheld() { String::new() } else { to };
                        self.issue(Severity::Warning, IssueCode::DanglingReference, at, &to);
                    }
                }
            }
        }
        let told = narrative::plain(node.get("text").get("div").words());
        if told.active {
            self.issue(Severity::Warning, IssueCode::UnsafeNarrative, &format!("{at}/text/div"), "");
        }
        // "Additional": the words say more than the entries (FHIR R4 §2.28.2 NarrativeStatus). Of these lists no line may
        // be missed.
        let watched = section.filter(|s| matches!(s, Section::Allergies | Section::Medications | Section::Alerts));
        if let Some(section) = watched
            .filter(|_| found > 0 && node.get("text").get("status").words() == "additional" && !told.text.is_empty())
        {
            self.says(at, node, Some(section), Nothing::NarrativeOnly, told.text.clone());
        }
        let inner = node.get("section").each();
        // What never should have been written says of nothing that there is none.
        let in_error = standing(&status(holder.get("status"))) == Standing::EnteredInError;
        if !in_error && found == 0 && inner.is_empty() {
            let reason = concept(node.get("emptyReason"));
            let nothing = if !entries.is_empty() {
                // Its entries are not in the file: only its words are.
                if told.text.is_empty() { Nothing::NotUnderstood } else { Nothing::NarrativeOnly }
            } else if !reason.is_empty() {
                empty_reason(&reason)
            } else if told.text.is_empty() {
                Nothing::EmptySection
            } else {
                Nothing::NarrativeOnly
            };
            self.says(at, node, section, nothing, told.text);
        }
        if depth < 8 {
            for (n, inner) in inner.iter().enumerate() {
                self.section(i, &format!("{at}/section/{n}"), inner, holder, section, depth + 1);
            }
        }
    }

    /// Words without entries. In a section that we know they are what the section says; in any other they would have
    /// no place to be seen, so that they become an entry themselves.
    fn says(&mut self, at: &str, node: &Node<'t>, section: Option<Section>, nothing: Nothing, text: String) {
        if nothing == Nothing::NarrativeOnly {
            self.issue(Severity::Information, IssueCode::NarrativeOnly, at, node.get("title").words());
        }
        // Words that are withheld from the patient are an entry with that label, one tap behind a warning.
        let withheld = self.withheld();
        if let Some(section) = section {
            let words = if withheld { String::new() } else { text.clone() };
            self.reading.says.push(SectionSays { section, nothing, text: words, at: at.to_owned() });
        }
        match section {
            Some(_) if !withheld => {}
            _ if text.is_empty() => {}
            _ => {
                let title = node.get("title").words();
                // Summary Care Records tell their sections by their headings alone; the words stand in an entry too.
                if let Some(told) = headings::section(title).filter(|_| section.is_none()) {
                    let nothing = if headings::is_empty(&text) { Nothing::Unavailable } else { nothing };
                    let words = if withheld {
                        String::new()
                    } else {
                        format!(
                            "{title}
{text}"
                        )
                    };
                    self.reading.says.push(SectionSays { section: told, nothing, text: words, at: at.to_owned() });
                }
                let of = section.unwrap_or(Section::Notes);
                let mut entry: Entry = new_entry(of, Kind::Other("Composition.section".to_owned()), at);
                entry.labels.clone_from(&self.inherited);
                entry.title = if title.is_empty() {
                    text.lines().next().unwrap_or_default().to_owned()
                } else {
                    title.to_owned()
                };
                entry.concept = concept(node.get("code"));
                entry.notes = vec![text];
                self.reading.entries.push(entry);
            }
        }
    }

    /// A List: its warnings (GP Connect), what its emptiness means, and what it holds itself.
    pub fn list(&mut self, i: usize, at: &str, node: &Node<'t>) {
        // A section's list is true of the day it was drawn up on: where the file has no date of its own, the newest.
        let drawn = date(node.get("date")).filter(|d| d.known.is_some() && !self.dated);
        if let Some(drawn) = drawn.filter(|_| list_section(node).is_some())
            && self.reading.source.as_of.as_ref().is_none_or(|d| d.sort_key() < drawn.sort_key())
        {
            self.reading.source.as_of = Some(drawn);
        }
        for extension in node.get("extension").each() {
            let code = match extension.get("valueCode").words() {
                "confidential-items" => IssueCode::ConfidentialItems,
                "data-in-transit" => IssueCode::DataInTransit,
                "data-awaiting-filing" => IssueCode::DataAwaitingFiling,
                _ => continue,
            };
            let title = if self.withheld() { "" } else { node.get("title").words() };
            // The fixed sentence of a transfer that is not complete names the day from which entries may be missing.
            let told = super::datatypes::notes(node.get("note")).join(" ");
            let since = told.split_once("recorded before ").and_then(|(_, rest)| rest.split_once(" may be missing"));
            let found = match since {
                Some((day, _)) if code == IssueCode::DataInTransit => format!("{title} (< {day})"),
                _ => title.to_owned(),
            };
            self.issue(Severity::Warning, code, at, found.trim());
            // Beside the list itself it is said that it is not whole, and why.
            let nothing = match code {
                IssueCode::ConfidentialItems => Nothing::Withheld,
                _ => Nothing::Warned,
            };
            if let Some(section) = list_section(node) {
                let text = if self.withheld() { String::new() } else { told };
                self.reading.says.push(SectionSays { section, nothing, text, at: at.to_owned() });
            }
        }
        // What a list names and the file does not hold would be seen nowhere.
        let mut missing = Vec::new();
        let listed = node.get("entry").each().iter().filter(|e| !e.get("deleted").is_true());
        let mut held = 0;
        for item in listed.map(|e| e.get("item")) {
            if matches!(self.target(item, i, node), Target::Outside) {
                missing.push(named_only(item));
            } else {
                held += 1;
            }
        }
        missing.retain(|to| !to.is_empty());
        for to in &missing {
            let to = if self.withheld() { "" } else { to };
            self.issue(Severity::Warning, IssueCode::DanglingReference, at, to);
        }
        let reason = concept(node.get("emptyReason"));
        let gone = matches!(status_word(&status(node.get("status"))).as_str(), "retired" | "entered-in-error");
        if reason.is_empty() || held > 0 || gone {
            return;
        }
        // A list of somebody else's says nothing of the person's own.
        let subject = node.get("subject");
        if let Target::Outside = self.target(subject, i, node)
            && (subject.get("reference").words().contains("Patient/") && !self.reading.people.is_empty())
        {
            return;
        }
        if let Some(section) = list_section(node) {
            let text = super::datatypes::notes(node.get("note")).join("\n");
            let nothing = if missing.is_empty() { empty_reason(&reason) } else { Nothing::NotUnderstood };
            self.reading.says.push(SectionSays { section, nothing, text, at: at.to_owned() });
        }
    }
}

/// What a reference that leads nowhere names: its target, its words, or its number.
fn named_only(reference: &Node<'_>) -> String {
    let words = ["reference", "display"].map(|key| reference.get(key).words().to_owned());
    let number = super::datatypes::identifier(reference.get("identifier")).map(|id| id.value);
    words.into_iter().find(|w| !w.is_empty()).or(number).unwrap_or_default()
}

/// FHIR R4 value set list-empty-reason. Only `nilknown` is a statement that there is none.
fn empty_reason(reason: &Concept) -> Nothing {
    let nil = reason.codings.iter().any(|c| c.code == "nilknown");
    let told = absence(reason) == Some(crate::record::Polarity::NoneKnown);
    let has = |codes: &[&str]| reason.codings.iter().any(|c| codes.contains(&c.code.as_str()));
    match () {
        () if nil || told => Nothing::NoneKnown,
        () if has(&["withheld"]) => Nothing::Withheld,
        () if has(&["notasked", "notstarted"]) => Nothing::NotAsked,
        () => Nothing::Unavailable,
    }
}

/// The section of a List's code: GP Connect's SNOMED CT list codes and FHIR's list-example-codes.
fn list_section(node: &Node<'_>) -> Option<Section> {
    let code = concept(node.get("code"));
    place::of_document(&code).or_else(|| {
        code.codings.iter().find_map(|c| {
            Some(match c.code.as_str() {
                // The list of ended allergies says nothing of those that are not.
                "886921000000105" | "allergies" => Section::Allergies,
                "933361000000108" | "medications" => Section::Medications,
                "717711000000103" | "problems" => Section::Problems,
                "1102181000000102" => Section::Immunizations,
                "1149501000000101" => Section::Encounters,
                "887191000000108" => Section::Results,
                "792931000000107" | "714311000000108" => Section::PlanOfCare,
                _ => return None,
            })
        })
    })
}
