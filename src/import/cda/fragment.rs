use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use super::super::hl7v3::{self, Node};
use super::super::xml::{self, Event, Malformed, Tree, Walk, local};
use super::super::{ImportError, Progress};

/// The element that is put around parts of a document that stand alone.
const HOLDER: &str = "fragment";

/// Namespaces by the prefixes that CDA documents use for them.
const KNOWN: [(&str, &str); 4] = [
    ("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("sdtc", "urn:hl7-org:sdtc"),
    ("cda", "urn:hl7-org:v3"),
    ("hl7", "urn:hl7-org:v3"),
];

/// How a tree's nodes stand in the original: as they are, or, where the text is several elements side by side or uses
/// prefixes that it does not declare, as many exports of single sections do, inside an element put around it.
#[derive(Default)]
pub struct Source {
    held: bool,
    /// Bytes before the original's first element in what was parsed, and those cut off in the original.
    before: usize,
    cut: usize,
}

struct Held {
    text: String,
    before: usize,
    cut: usize,
}

/// Builds the tree of a text and gives it to `look`.
///
/// # Errors
/// If it is no XML even when held together; or those of `look`.
pub fn with_tree<T>(
    text: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    look: impl for<'x> FnOnce(
        &'x Tree<'x>,
        &'x Source,
        &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    let first = match Tree::parse(text, progress) {
        Ok(tree) => return look(&tree, &Source::default(), progress),
        Err(fault) => fault,
    };
    if !matches!(first, ImportError::NotXml { what: Malformed::Entity | Malformed::Trailing, .. }) {
        return Err(first);
    }
    let held = hold(text);
    match Tree::parse(&held.text, progress) {
        Ok(tree) => look(&tree, &Source { held: true, before: held.before, cut: held.cut }, progress),
        Err(ImportError::Cancelled) => Err(ImportError::Cancelled),
        // What is wrong beyond that is told of the text as it is.
        Err(_) => Err(first),
    }
}

impl Source {
    /// Whether something had to be put around it.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// The place of a node in the original.
    pub fn place<'a>(&self, tree: &Tree<'a>, node: Node<'a>) -> String {
        let place = tree.place(node);
        if self.held { place.strip_prefix(&format!("/{HOLDER}")).unwrap_or(&place).to_owned() } else { place }
    }

    /// The bytes of a node in the original.
    pub fn range<'a>(&self, tree: &Tree<'a>, node: Node<'a>) -> Option<Range<usize>> {
        let range = tree.range(node);
        Some(range.start.checked_sub(self.before)? + self.cut..range.end.checked_sub(self.before)? + self.cut)
    }
}

/// Puts an element around the text that declares the prefixes it uses; where the text declares one itself, that holds.
fn hold(text: &str) -> Held {
    let start = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    let body = match start.strip_prefix("<?xml").and_then(|s| s.split_once("?>")) {
        Some((_, rest)) => rest,
        None => start,
    };
    let mut used = BTreeSet::new();
    let plain = format!("<{HOLDER}>{body}</{HOLDER}>");
    let mut walk = Walk::new(&plain);
    while let Ok(event) = walk.next() {
        match event {
            Event::Start(start) => {
                let prefix = |name: &str| name.split_once(':').map(|(p, _)| p.to_owned());
                used.extend(prefix(start.name));
                for (name, _) in start.attributes() {
                    used.extend(prefix(name));
                }
            }
            Event::Eof => break,
            _ => {}
        }
        if used.len() > 32 {
            break;
        }
    }
    let mut head = format!("<{HOLDER}");
    for prefix in used.iter().filter(|p| !matches!(p.as_str(), "xml" | "xmlns")) {
        let known = KNOWN.iter().find(|(p, _)| p == prefix).map(|(_, uri)| (*uri).to_owned());
        let uri = known.unwrap_or_else(|| format!("urn:undeclared:{prefix}"));
        head.push_str(&format!(" xmlns:{prefix}=\"{uri}\""));
    }
    head.push('>');
    Held { before: head.len(), cut: text.len() - body.len(), text: format!("{head}{body}</{HOLDER}>") }
}

/// The bytes of the element to which a place leads, in the text.
pub fn locate(text: &str, place: &str) -> Option<Range<usize>> {
    xml::locate(text, place).or_else(|| {
        let held = hold(text);
        let range = xml::locate(&held.text, &format!("/{HOLDER}{place}"))?;
        Some(range.start.checked_sub(held.before)? + held.cut..range.end.checked_sub(held.before)? + held.cut)
    })
}

/// The decoded content at a place.
pub fn data(text: &str, place: &str) -> Option<Vec<u8>> {
    let element = text.get(locate(text, place)?)?;
    let held = hold(element);
    let tree = Tree::parse(&held.text, &mut |_| ControlFlow::Continue(())).ok()?;
    let node = tree.root().first_element_child()?;
    if hl7v3::is(node, "payload") { super::rest::unpacked(node) } else { hl7v3::content(node)?.bytes }
}

/// Whether XML that begins with this element may be CDA: a document, an envelope around one, or a part of one.
/// `head` is the element's name without its prefix, `text` the whole.
pub fn looks_like(head: &str, text: &str) -> bool {
    match local(head) {
        "ClinicalDocument" => true,
        "section"
        | "component"
        | "entry"
        | "structuredBody"
        | "act"
        | "observation"
        | "organizer"
        | "procedure"
        | "encounter"
        | "supply"
        | "substanceAdministration"
        | "entryRelationship" => {
            ["templateId", "moodCode=", "classCode="].iter().any(|sign| text.contains(sign))
                || text.contains("urn:hl7-org:v3")
                || text.contains("codeSystem=")
        }
        "DistributionEnvelope" => true,
        name => name.starts_with("POCD_") && text.contains("ClinicalDocument"),
    }
}
