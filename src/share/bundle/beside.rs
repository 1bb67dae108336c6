//! What stands beside a document's entries and FHIR has no element for: which kind of nothing a source says, how many of
//! its pieces were not understood, which entries are about somebody else, and what is said not to be so.
//!
//! For readers that do not know us each such `List` is empty with the reason *unavailable*, and a statement that would
//! mean something else without its mark carries it as a `modifierExtension`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{OURS, array, text};
use crate::record::guard::Fact;
use crate::record::{
    Bears, Entry, Issue, IssueCode, Nothing, Polarity, Reading, Section, SectionSays, Severity, Signed,
};

/// What one source's part of a document says beside its entries. [`Beside::complete`] puts it back into the reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Kinds of nothing that R4 has no code for.
    pub nothings: Vec<(Section, Nothing, String)>,
    /// Pieces of the source's file that the sharer's app did not understand: of a section, or of any.
    pub unread: Vec<(Option<Section>, u32)>,
    /// By place in the part's document: what is about somebody else than the patient, and whom, as its source refers to
    /// them; empty if it does not say.
    pub about: Vec<(String, String)>,
    /// By place in the part's document: what is said not to be so, where the type has no element for it.
    pub polarity: Vec<(String, Polarity)>,
    /// Whether the sharer's app says that the source's file was signed: never checked here.
    pub signed: Signed,
}

impl Beside {
    /// Puts it into the reading of the part's document.
    pub fn complete(&self, reading: &mut Reading) {
        reading.says.extend(self.nothings.iter().map(|(section, nothing, text)| SectionSays {
            section: *section,
            nothing: *nothing,
            text: text.clone(),
            at: String::new(),
        }));
        if self.signed != Signed::No {
            reading.signed = self.signed;
        }
        for (section, pieces) in &self.unread {
            reading.ledger.add_unread(*section, *pieces);
        }
        reading.issues.extend(self.about.iter().map(|(at, who)| Issue {
            severity: Severity::Warning,
            code: IssueCode::OtherSubject,
            at: at.clone(),
            found: who.clone(),
        }));
        for entry in &mut reading.entries {
            if let Some((_, polarity)) = self.polarity.iter().find(|(at, _)| *at == entry.at) {
                entry.polarity = *polarity;
            }
        }
    }

    /// Takes up what a `List` says; false if it says none of these things and is to be read as any other.
    pub(super) fn take_list(&mut self, list: &Value) -> bool {
        let said =
            |name: &str| array(list, "extension").iter().find(|e| text(Some(e), "url") == format!("{OURS}{name}"));
        let pieces = said("pieces").and_then(|e| e.get("valueUnsignedInt")?.as_u64()).unwrap_or(0);
        let kind = match text(said("nothing"), "valueCode") {
            "not-understood" => Nothing::NotUnderstood,
            "narrative-only" => Nothing::NarrativeOnly,
            "empty-section" => Nothing::EmptySection,
            "warned" => Nothing::Warned,
            _ if pieces == 0 => return false,
            _ => Nothing::NotUnderstood,
        };
        let code = list.get("code").and_then(|c| array(c, "coding").first());
        let section = Section::of_loinc(text(code, "code"));
        let note = text(array(list, "note").first(), "text").to_owned();
        self.nothings.extend(section.map(|section| (section, kind, note)));
        if pieces > 0 {
            self.unread.push((section, u32::try_from(pieces).unwrap_or(u32::MAX)));
        }
        true
    }

    /// Takes our marks off a resource that will stand at this place, so that what is left is plain R4.
    pub(super) fn take_marks(&mut self, at: &str, resource: &mut Map<String, Value>) {
        let Some(Value::Array(marks)) = resource.get_mut("modifierExtension") else { return };
        marks.retain(|mark| {
            let name = text(Some(mark), "url").strip_prefix(OURS).unwrap_or_default();
            let word = text(Some(mark), "valueCode");
            match (name, NEGATIVES.iter().find(|(_, name)| *name == word)) {
                ("polarity", Some((polarity, _))) => self.polarity.push((at.to_owned(), *polarity)),
                ("about", _) => self.about.push((at.to_owned(), text(Some(mark), "valueString").to_owned())),
                // A mark that we do not know may change what the rest means: its reader refuses the piece.
                _ => return true,
            }
            false
        });
        if marks.is_empty() {
            resource.remove("modifierExtension");
        }
    }
}

/// What can be said not to be so, with its word in a token; and that nothing is known, of what no code says it.
const NEGATIVES: [(Polarity, &str); 7] = [
    (Polarity::Negated, "negated"),
    (Polarity::Refuted, "refuted"),
    (Polarity::NotDone, "not-done"),
    (Polarity::NotTaken, "not-taken"),
    (Polarity::DoNotPerform, "do-not-perform"),
    (Polarity::NoneKnown, "none-known"),
    (Polarity::Unknown, "unknown"),
];

/// Marks a resource as saying that it is not so.
pub(super) fn negate(entry: &Entry, out: &mut Map<String, Value>) {
    if let Some((_, word)) = NEGATIVES.iter().find(|(polarity, _)| *polarity == entry.polarity) {
        mark(out, json!({"url": format!("{OURS}polarity"), "valueCode": word}));
    }
}

/// Makes a resource one about somebody else: no reference to the patient is left, and a reader that does not know the
/// mark must not take it for theirs.
pub(super) fn of_other(who: &str, out: &mut Map<String, Value>) {
    for subject in ["subject", "patient"] {
        if let Some(subject) = out.get_mut(subject) {
            *subject = if who.is_empty() { json!({"display": "?"}) } else { json!({"display": who}) };
        }
    }
    let url = format!("{OURS}about");
    mark(
        out,
        if who.is_empty() {
            json!({"url": url, "valueBoolean": true})
        } else {
            json!({"url": url, "valueString": who})
        },
    );
}

fn mark(out: &mut Map<String, Value>, mark: Value) {
    if let Some(marks) = out.entry("modifierExtension").or_insert_with(|| json!([])).as_array_mut() {
        marks.push(mark);
    }
}

/// The statements of one source about having nothing in these sections, as Lists without their ids; each with the
/// section whose list it stands in, if it is of one. What was not understood is told beside what is `shown`.
pub(super) fn lists(
    reading: &Reading,
    sections: &BTreeSet<Section>,
    shown: &BTreeSet<Section>,
) -> Vec<(Option<Section>, Map<String, Value>)> {
    let mut out: Vec<(Option<Section>, Map<String, Value>)> = Vec::new();
    for section in sections {
        let says = || reading.says.iter().filter(|s| s.section == *section);
        for said in says() {
            let reason = match said.nothing {
                Nothing::NoneKnown => "nilknown",
                Nothing::Unavailable => "unavailable",
                Nothing::NotAsked => "notasked",
                Nothing::Withheld => "withheld",
                Nothing::Warned => "unavailable",
                _ => continue,
            };
            let mut list = empty(Some(*section), Some(reason));
            if said.nothing == Nothing::Warned {
                list.insert("extension".into(), extensions(Some("warned"), 0));
            }
            if !said.text.is_empty() {
                list.insert("note".into(), json!([{"text": said.text}]));
            }
            out.push((Some(*section), list));
        }
        if !shown.contains(section) {
            continue;
        }
        let (pieces, _) = reading.ledger.unread(*section);
        // The words themselves were not chosen by anybody: only that there are some.
        for (nothing, word, reason) in [
            (Nothing::NotUnderstood, "not-understood", Some("unavailable")),
            (Nothing::NarrativeOnly, "narrative-only", Some("unavailable")),
            (Nothing::EmptySection, "empty-section", None),
        ] {
            let pieces = if nothing == Nothing::NotUnderstood { pieces } else { 0 };
            // Words that stand as an entry were chosen, or not, like any other.
            if pieces > 0 || says().any(|s| s.nothing == nothing && !reading.stands_as_entry(s)) {
                let mut list = empty(Some(*section), reason);
                list.insert("extension".into(), extensions(Some(word), pieces));
                out.push((Some(*section), list));
            }
        }
    }
    let anywhere = shown.first().map_or(0, |section| reading.ledger.unread(*section).1);
    if anywhere > 0 {
        let mut list = empty(None, Some("unavailable"));
        list.insert("extension".into(), extensions(None, anywhere));
        out.push((None, list));
    }
    out
}

/// The facts of a name that a file bears, with their words in a token.
const FACTS: [(Fact, &str); 5] = [
    (Fact::NhsNumber, "nhs-number"),
    (Fact::BirthDate, "birth-date"),
    (Fact::FamilyName, "family-name"),
    (Fact::GivenName, "given-name"),
    (Fact::Sex, "sex"),
];

/// Says on a source's Provenance how its file names the person, where that is not how the record does.
pub(super) fn bears(bears: &Bears, provenance: &mut Map<String, Value>) {
    let url = format!("{OURS}bears");
    let said: Vec<Value> = match bears {
        Bears::Same => return,
        Bears::Nobody => vec![json!({"url": url, "valueBoolean": false})],
        Bears::Other(facts) => {
            let word = |fact: Fact| FACTS.iter().find(|(own, _)| *own == fact).map_or("", |(_, word)| word);
            facts
                .iter()
                .map(|(fact, said)| json!({"url": url, "valueString": format!("{}: {said}", word(*fact))}))
                .collect()
        }
    };
    provenance.insert("extension".into(), Value::Array(said));
}

/// Reads what [`bears`] wrote.
pub(super) fn read_bears(provenance: &Value) -> Bears {
    let url = format!("{OURS}bears");
    let said: Vec<&Value> = array(provenance, "extension").iter().filter(|e| text(Some(e), "url") == url).collect();
    let facts = said.iter().filter_map(|e| {
        let (word, said) = text(Some(e), "valueString").split_once(": ")?;
        Some((FACTS.iter().find(|(_, own)| *own == word)?.0, said.to_owned()))
    });
    let facts: Vec<(Fact, String)> = facts.collect();
    match (said.is_empty(), facts.is_empty()) {
        (true, _) => Bears::Same,
        (false, true) => Bears::Nobody,
        (false, false) => Bears::Other(facts),
    }
}

fn extensions(nothing: Option<&str>, pieces: u32) -> Value {
    let nothing = nothing.map(|word| json!({"url": format!("{OURS}nothing"), "valueCode": word}));
    let pieces = (pieces > 0).then(|| json!({"url": format!("{OURS}pieces"), "valueUnsignedInt": pieces}));
    Value::Array(nothing.into_iter().chain(pieces).collect())
}

/// An empty List (FHIR R4 List) of a section, with the reason for being empty.
fn empty(section: Option<Section>, reason: Option<&str>) -> Map<String, Value> {
    let mut list = Map::new();
    for (key, value) in [("resourceType", "List"), ("id", ""), ("status", "current"), ("mode", "snapshot")] {
        list.insert(key.into(), json!(value));
    }
    list.insert("subject".into(), json!({"reference": "Patient/p"}));
    if let Some(section) = section {
        list.insert("code".into(), json!({"coding": [{"system": "http://loinc.org", "code": section.loinc()}]}));
    }
    if let Some(reason) = reason {
        let system = "http://terminology.hl7.org/CodeSystem/list-empty-reason";
        list.insert("emptyReason".into(), json!({"coding": [{"system": system, "code": reason}]}));
    }
    list
}
