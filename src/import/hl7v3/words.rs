use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::Node;
use super::tree::{attr, child, is};

/// Longest text taken over by reference as the name of a code, in bytes. What is longer names nothing.
const LONGEST: usize = 2_000;
/// Most bytes taken over by references in one file: many references to one text would else grow without end.
const MOST: usize = 64 << 20;

/// The parts of a document's narrative by their `ID` (CDA R2 §4.3.5.1), to which codes and statements refer.
#[derive(Default)]
pub struct Words<'a> {
    parts: HashMap<&'a str, Vec<Node<'a>>>,
    told: RefCell<HashMap<u32, Rc<str>>>,
    taken: Cell<usize>,
    dangling: RefCell<Vec<(roxmltree::NodeId, String)>>,
    beyond: Cell<bool>,
}

impl<'a> Words<'a> {
    /// Notes all parts below this element.
    pub fn of(root: Node<'a>) -> Self {
        let mut parts: HashMap<&'a str, Vec<Node<'a>>> = HashMap::new();
        for node in root.descendants().filter(Node::is_element) {
            for id in node.attributes().filter(|a| a.name().eq_ignore_ascii_case("id") && !a.value().is_empty()) {
                parts.entry(id.value()).or_default().push(node);
            }
        }
        Self { parts, ..Self::default() }
    }

    /// What an `originalText` or `text` says: its own words, else those of the narrative part that its reference
    /// names. `None` if it says nothing, or its reference leads nowhere (see [`Words::dangling`]).
    pub fn said(&self, node: Node<'a>) -> Option<String> {
        // Content in base64 is no words.
        let own = if attr(node, "representation").eq_ignore_ascii_case("B64") { String::new() } else { plain(node) };
        let reference = child(node, "reference").map(|r| attr(r, "value")).unwrap_or_default();
        if !own.is_empty() || reference.is_empty() {
            return Some(own).filter(|t| !t.is_empty());
        }
        // Some senders forget the "#"; what is then no part of this file leads out of it, and says nothing here.
        let Some(part) = self.part(node, reference.strip_prefix('#').unwrap_or(reference)) else {
            if reference.starts_with('#') {
                self.dangling.borrow_mut().push((node.id(), reference.to_owned()));
            }
            return None;
        };
        let text = self.text(part);
        let length = text.len();
        if length > LONGEST && is(node, "originalText") {
            return None;
        }
        if self.taken.get().saturating_add(length) > MOST {
            self.beyond.set(true);
            return None;
        }
        self.taken.set(self.taken.get() + length);
        Some(text.to_string()).filter(|t| !t.is_empty())
    }

    /// The element that a reference names. Where an ID stands twice, the one in the same section is meant; if that
    /// does not tell, none is.
    pub fn part(&self, from: Node<'a>, id: &str) -> Option<Node<'a>> {
        match self.parts.get(id)?.as_slice() {
            [one] => Some(*one),
            many if many.len() > 64 => None,
            several => {
                let home = |n: Node<'a>| n.ancestors().find(|a| is(*a, "section")).map(|s| s.id());
                let mine = home(from);
                let mut near = several.iter().filter(|n| home(**n) == mine);
                match (near.next(), near.next()) {
                    (Some(one), None) => Some(*one),
                    _ => None,
                }
            }
        }
    }

    fn text(&self, part: Node<'a>) -> Rc<str> {
        let key = part.id().get();
        if let Some(known) = self.told.borrow().get(&key) {
            return Rc::clone(known);
        }
        let text: Rc<str> = plain(part).into();
        self.told.borrow_mut().insert(key, Rc::clone(&text));
        text
    }

    /// The references that led nowhere inside the file so far, with the elements they stand in.
    pub fn dangling(&self) -> Vec<(roxmltree::NodeId, String)> {
        self.dangling.borrow().clone()
    }

    /// True if so much text was referred to that the rest was left where it stands.
    pub fn beyond(&self) -> bool {
        self.beyond.get()
    }
}

/// Elements of the narrative block after which the words go on in a new line (CDA R2 §4.3.5; XHTML's names too).
const BLOCKS: [&str; 22] = [
    "paragraph",
    "list",
    "item",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "caption",
    "br",
    "text",
    "title",
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
];

/// A narrative as plain text: line breaks between blocks, ` | ` between table cells, never markup. Deleted text
/// (`content revised="delete"`) is marked with ~ on both sides, so that it is neither lost nor read as valid.
pub fn plain(node: Node<'_>) -> String {
    enum Step<'a> {
        Open(Node<'a>),
        Close(&'a str),
    }
    let mut out = String::new();
    let mut stack: Vec<Step<'_>> = node.children().rev().map(Step::Open).collect();
    while let Some(step) = stack.pop() {
        match step {
            Step::Close("content") => out.push('~'),
            Step::Close(_) => line(&mut out),
            Step::Open(node) if node.is_text() => squeeze(&mut out, node.text().unwrap_or_default()),
            Step::Open(node) if node.is_element() => {
                let name = node.tag_name().name();
                if BLOCKS.contains(&name) {
                    line(&mut out);
                    stack.push(Step::Close(name));
                } else if matches!(name, "td" | "th") && node.prev_sibling_element().is_some() {
                    if !out.ends_with('\n') && !out.is_empty() {
                        out.truncate(out.trim_end_matches(' ').len());
                        out.push_str(" | ");
                    }
                } else if attr(node, "revised") == "delete" {
                    out.push('~');
                    stack.push(Step::Close("content"));
                } else if matches!(name, "script" | "style") {
                    continue;
                }
                stack.extend(node.children().rev().map(Step::Open));
            }
            Step::Open(_) => {}
        }
    }
    let lines = out.lines().map(|l| l.trim().trim_matches('|').trim()).filter(|l| !l.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn squeeze(text: &mut String, words: &str) {
    for c in words.chars() {
        if c.is_whitespace() {
            if !text.is_empty() && !text.ends_with(char::is_whitespace) {
                text.push(' ');
            }
        } else if !c.is_control() {
            text.push(c);
        }
    }
}
