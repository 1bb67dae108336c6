use super::system::{NULL_FLAVOUR, uri};
use super::tree::{attr, child, children, is};
use super::words::Words;
use super::{Node, own_text};
use crate::record::{Coding, Concept, Detail};

/// Why something is not there (HL7 v3 NullFlavor: NI, UNK, ASKU, NASK, NAV, MSK, OTH, NA …); `None` if it is.
pub fn null_flavour<'a>(node: Node<'a>) -> Option<&'a str> {
    Some(attr(node, "nullFlavor")).filter(|f| !f.is_empty())
}

/// CD, CE, CV, CO, CS (HL7 v3 Data Types §2.5): the words that the code was chosen for, then the code itself and its
/// translations, in order. A null flavour counts as a code only where nothing else is said.
///
/// Words that stand in the element lead. Words that are only referred to lead where the code has no name of its own or
/// means more than its name says (qualifiers): such references often lead to a whole row, or to another one. What they
/// say beside a name is told by [`referred`].
pub fn cd<'a>(node: Node<'a>, words: &Words<'a>) -> Concept {
    let mut codings = Vec::new();
    codes(node, &mut codings, 0);
    let original = child(node, "originalText");
    let mut text = original.map(super::plain).unwrap_or_default();
    // The names of translations are those of other codes.
    let named = !attr(node, "displayName").is_empty() && child(node, "qualifier").is_none();
    if text.is_empty() {
        let referred = original.and_then(|t| words.said(t)).unwrap_or_default();
        if !named {
            text = referred;
        }
    }
    // A few senders write the words straight into the element.
    if text.is_empty() && !named {
        text = own_text(node);
    }
    if codings.is_empty()
        && text.is_empty()
        && let Some(flavour) = null_flavour(node)
    {
        codings.push(Coding { system: NULL_FLAVOUR.to_owned(), code: flavour.to_owned(), display: String::new() });
    }
    Concept { text, codings }
}

/// What a code's `originalText` refers to in the narrative, where that is other than the code's own name.
pub fn referred<'a>(node: Node<'a>, words: &Words<'a>) -> Option<String> {
    let original = child(node, "originalText").filter(|t| super::plain(*t).is_empty())?;
    let said = words.said(original)?;
    let label = cd(node, words).label().unwrap_or_default().to_lowercase();
    (said.to_lowercase() != label).then_some(said)
}

/// The code, then its translations; a translation may be translated again.
fn codes(node: Node<'_>, out: &mut Vec<Coding>, depth: usize) {
    let (code, display) = (attr(node, "code"), attr(node, "displayName"));
    // "UNK" in the place of a code is a null flavour astray: taken as a code, all things unknown would be one thing.
    let code = if matches!(code, "UNK" | "NULL") || Some(code) == null_flavour(node) { "" } else { code };
    if !code.is_empty() || !display.is_empty() {
        let system = match attr(node, "codeSystem") {
            "" => attr(node, "codeSystemName").to_owned(),
            oid => uri(oid),
        };
        let coding = Coding { system, code: code.to_owned(), display: display.to_owned() };
        if !out.iter().rev().take(64).any(|c| *c == coding) {
            out.push(coding);
        }
    }
    if depth < 4 {
        for translation in children(node, "translation") {
            codes(translation, out, depth + 1);
        }
    }
}

/// A title for a concept and whether the source named it: its words, else "code X of system Y".
pub fn title(concept: &Concept) -> Option<(String, bool)> {
    if let Some(label) = concept.label() {
        return Some((label.to_owned(), true));
    }
    let coding = concept.codings.iter().find(|c| !c.code.is_empty() && c.system != NULL_FLAVOUR)?;
    let system = if coding.system.is_empty() { "?" } else { coding.system.as_str() };
    Some((format!("code {} of system {system}", coding.code), false))
}

/// The best words for a code: its words, else the bare code. Empty if it has neither, or is only a null flavour.
pub fn labelled<'a>(node: Node<'a>, words: &Words<'a>) -> String {
    let concept = cd(node, words);
    let code = || concept.codings.iter().find(|c| !c.code.is_empty() && c.system != NULL_FLAVOUR).map(|c| &*c.code);
    concept.label().or_else(code).unwrap_or_default().to_owned()
}

/// The qualifiers of a code (CR: laterality, associated procedure, priority …), those of its translations and those
/// inside qualifiers too: one detail `qualifier` each, "name: value".
pub fn qualifiers<'a>(node: Node<'a>, words: &Words<'a>) -> Vec<Detail> {
    let mut out = Vec::new();
    collect(node, words, &mut out, 0);
    out
}

fn collect<'a>(node: Node<'a>, words: &Words<'a>, out: &mut Vec<Detail>, depth: usize) {
    if depth > 6 {
        return;
    }
    for inner in node.children().filter(|c| is(*c, "qualifier") || is(*c, "translation")) {
        if is(inner, "qualifier") {
            let part = |name: &str| child(inner, name).map(|n| labelled(n, words)).unwrap_or_default();
            let parts = [part("name"), part("value")];
            let text = parts.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(": ");
            let detail = Detail { name: "qualifier".to_owned(), text };
            if !detail.text.is_empty() && !out.iter().rev().take(64).any(|d| *d == detail) {
                out.push(detail);
            }
            if let Some(value) = child(inner, "value") {
                collect(value, words, out, depth + 1);
            }
        }
        collect(inner, words, out, depth + 1);
    }
}
