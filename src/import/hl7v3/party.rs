use super::system::uri;
use super::tree::{attr, is};
use super::{Node, plain};
use crate::record::Identifier;

/// An instance identifier (II): its namespace, and the value in it. One that is only a root is a value by itself.
/// `None` if it is null.
pub fn identifier(node: Node<'_>) -> Option<Identifier> {
    let (root, extension) = (attr(node, "root"), attr(node, "extension"));
    match (root.is_empty(), extension.is_empty()) {
        (_, false) => Some(Identifier { system: uri(root), value: extension.to_owned() }),
        (false, true) => Some(Identifier { system: String::new(), value: uri(root) }),
        (true, true) => None,
    }
}

/// The identifiers that are children of this element.
pub fn identifiers(node: Node<'_>) -> Vec<Identifier> {
    node.children().filter(|c| is(*c, "id")).filter_map(identifier).collect()
}

/// The name of a person or an organisation (PN, EN, ON).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The whole name in one line, parts in the source's order.
    pub text: String,
    /// Family name.
    pub family: String,
    /// Given names, in order.
    pub given: Vec<String>,
    /// What it is used for (L, P, ASGN …), as written; empty if not said.
    pub usage: String,
}

/// A name in its own order; a part that is marked as not to be shown (`qualifier="IN"` initials apart) is not left out.
pub fn name(node: Node<'_>) -> Name {
    let mut out = Name { usage: attr(node, "use").to_owned(), ..Name::default() };
    let mut words: Vec<String> = Vec::new();
    let mut families: Vec<String> = Vec::new();
    for part in node.children() {
        let text = match part.is_text() {
            true => part.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
            false if part.is_element() => plain(part).replace('\n', " "),
            false => continue,
        };
        if text.is_empty() || text == "null" {
            continue;
        }
        // A name of birth or to be called by stands beside the family name, not in it.
        let aside = attr(part, "qualifier").split_whitespace().any(|q| matches!(q, "BR" | "SP" | "CL"));
        match part.tag_name().name() {
            "given" if !aside => out.given.push(text.clone()),
            "family" if !aside || families.is_empty() => families.push(text.clone()),
            "validTime" | "delimiter" => continue,
            _ => {}
        }
        words.push(text);
    }
    out.family = families.join(" ");
    // Written the other way round, the order of the parts says nothing: names go given first.
    let parts_only = node.children().filter(|c| c.is_text()).all(|c| c.text().unwrap_or_default().trim().is_empty());
    out.text = if parts_only { ordered(node).unwrap_or_else(|| words.join(" ")) } else { words.join(" ") };
    out
}

fn ordered(node: Node<'_>) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for kind in ["prefix", "given", "family", "suffix"] {
        for part in node.children().filter(|c| is(*c, kind)) {
            let text = plain(part).replace('\n', " ");
            if !text.is_empty() && text != "null" {
                words.push(text);
            }
        }
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// A postal address (AD) in one line.
pub fn address(node: Node<'_>) -> String {
    let parts = node.children().filter_map(|part| {
        let text = if part.is_element() { plain(part) } else { part.text().unwrap_or_default().to_owned() };
        let timing = matches!(part.tag_name().name(), "useablePeriod");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!timing && !text.is_empty() && text != "null" && !part.is_comment()).then_some(text)
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// A telephone number or address on the net (TEL), without its `tel:` or `mailto:`.
pub fn telecom(node: Node<'_>) -> String {
    let value = attr(node, "value");
    let plain = ["tel:", "mailto:", "fax:"].iter().find_map(|p| value.strip_prefix(p)).unwrap_or(value);
    plain.trim().to_owned()
}
