//! One door for XML (XML 1.0, Namespaces in XML 1.0): every room that reads XML comes through here.
//!
//! - [`Walk`] passes over a text event by event, in constant memory, and refuses what is no XML: what large files need.
//! - [`Tree`] is the whole text as a tree, after a walk has found it shallow and small enough: what documents need.
//! - [`locate`] finds an element's bytes again by its place.
//!
//! Invariants: no DOCTYPE, so no entities of the file's own and nothing fetched; no nesting beyond [`DEPTH`]; no
//! recursion; names are compared without their prefix. A place is an XPath of local names, with an index where an element
//! has siblings of its name: `/ClinicalDocument/component/structuredBody/component[3]/section`.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::ImportError;

mod tree;
mod walk;

pub use tree::{Tree, words};
pub use walk::{Event, Start, Walk};

/// Nesting that is read; deeper is refused.
pub const DEPTH: usize = 128;

/// Attributes of one element that are read; more are refused.
pub const ATTRIBUTES: usize = 64;

/// The ways in which a text is no XML, or none that we open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Malformed {
    /// The text ends in the middle.
    Ends,
    /// A character stands where it may not.
    Character,
    /// A tag is malformed or does not match the one that it closes.
    Tag,
    /// An attribute is malformed or stands twice.
    Attribute,
    /// A name stands for something that the file does not say (`&name;`), or a prefix for no namespace.
    Entity,
    /// It has a document type declaration: such files can be made to grow without end, or to fetch others.
    Doctype,
    /// Something follows after the end.
    Trailing,
    /// Nested deeper than [`DEPTH`], or more than [`ATTRIBUTES`] in one element.
    Deep,
}

/// Why a text is no XML, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was wrong.
    pub what: Malformed,
    /// Byte offset in the text.
    pub offset: usize,
}

impl Fault {
    /// The fault as the reason for refusing the file; lines and columns count from 1, columns in characters.
    pub fn refusal(&self, text: &str) -> ImportError {
        let (line, column) = super::line_and_column(text, self.offset);
        ImportError::NotXml { what: self.what, line, column }
    }
}

/// Why a text is not opened, if it is no XML up to its first element; `None` if it is, whatever follows.
pub fn refusal(text: &str) -> Option<ImportError> {
    Walk::new(text).next().err().map(|fault| fault.refusal(text))
}

/// A qualified name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The encoding that the XML declaration names (XML 1.0 §4.3.3), as written; `None` if it names none.
pub fn declared(text: &str) -> Option<&str> {
    let (declaration, _) = text.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split(quote).next().map(str::trim).filter(|n| !n.is_empty())
}

/// The bytes of the element to which a place leads, in the text; `None` if it leads nowhere or the text is no XML on the
/// way there. `*` stands for any name; a step without an index is the first of its name; a last step `@name` is left
/// out: it leads to the element that has the attribute.
pub fn locate(text: &str, place: &str) -> Option<Range<usize>> {
    let steps: Vec<(&str, usize)> =
        place.split('/').skip(1).filter(|s| !s.starts_with('@')).map(step).collect::<Option<_>>()?;
    let mut walk = Walk::new(text);
    for (depth, (name, nth)) in steps.iter().enumerate() {
        let mut seen = 0;
        loop {
            match walk.next().ok()? {
                Event::Start(start) if *name == "*" || local(start.name) == *name => {
                    seen += 1;
                    if seen < *nth {
                        walk.skip().ok()?;
                    } else if depth + 1 == steps.len() {
                        return Some(start.range.start..walk.skip().ok()?);
                    } else {
                        break;
                    }
                }
                Event::Start(_) => drop(walk.skip().ok()?),
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => return None,
            }
        }
    }
    None
}

/// All words in an XML text, in order: the content of an element given by its bytes. Empty where it is no XML.
pub fn text_of(element: &str) -> String {
    let (mut walk, mut out) = (Walk::new(element), String::new());
    while let Ok(event) = walk.next() {
        match event {
            Event::Text(words) => out.push_str(&words),
            Event::Eof => break,
            _ => {}
        }
    }
    out
}

/// `name[3]` as its name and number; 1 where it has none.
fn step(step: &str) -> Option<(&str, usize)> {
    match step.split_once('[') {
        Some((name, rest)) => Some((name, rest.strip_suffix(']')?.parse().ok().filter(|n| *n > 0)?)),
        None => Some((step, 1)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn check(text: &str, expected: Result<(), (Malformed, u32, u32)>) {
        let found = Tree::parse(text, &mut |_| ControlFlow::Continue(())).map(drop);
        let found = found.map_err(|e| match e {
            ImportError::NotXml { what, line, column } => (what, line, column),
            other => panic!("{other}"),
        });
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn faults_say_what_and_where() {
        check("<?xml version=\"1.0\"?>\n<a b='1'>é &lt; &#233;<c/><!-- x --></a>\n", Ok(()));
        check("\n <?xml version=\"1.0\"?><a/>", Ok(()));
        check("<a>\n é<b></a>", Err((Malformed::Tag, 2, 6)));
        check("<a>", Err((Malformed::Ends, 1, 4)));
        check("<a", Err((Malformed::Ends, 1, 1)));
        check("<a b='1' b='2'/>", Err((Malformed::Attribute, 1, 1)));
        check("<a b=1/>", Err((Malformed::Attribute, 1, 1)));
        check("<a/><b/>", Err((Malformed::Trailing, 1, 5)));
        check("<a/>x", Err((Malformed::Trailing, 1, 5)));
        check("<a>é\u{1}</a>", Err((Malformed::Character, 1, 5)));
        check("<a>&who;</a>", Err((Malformed::Entity, 1, 4)));
        check("<a b='&who;'/>", Err((Malformed::Entity, 1, 1)));
        check("<x:a/>", Err((Malformed::Entity, 1, 2)));
        check("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Err((Malformed::Doctype, 1, 1)));
        check("<?xml version=\"1.0\"?>\n<!-- . --><!doctype html><a/>", Err((Malformed::Doctype, 2, 11)));
        check("", Err((Malformed::Ends, 1, 1)));
    }

    #[test]
    fn depth_and_number_are_bounded() {
        check(&format!("{}{}", "<a>".repeat(128), "</a>".repeat(128)), Ok(()));
        check(&"<a>".repeat(1_000_000), Err((Malformed::Deep, 1, 385)));
        let many: String = (0..1000).map(|i| format!(" a{i}=''")).collect();
        check(&format!("<a{many}/>"), Err((Malformed::Deep, 1, 1)));
    }

    #[test]
    fn a_place_leads_to_the_same_element_both_ways() {
        let text = "<?xml version='1.0'?><n:d xmlns:n='u'><b/><c><e>1</e></c><c><e/><n:e x='2'>two<f/></n:e></c></n:d>";
        let tree = Tree::parse(text, &mut |_| ControlFlow::Continue(())).unwrap();
        for node in tree.root().descendants().filter(roxmltree::Node::is_element) {
            let place = tree.place(node);
            assert_eq!(locate(text, &place), Some(tree.range(node)), "{place}");
        }
        assert_eq!(&text[locate(text, "/d/c[2]/e[2]/@x").unwrap()], "<n:e x='2'>two<f/></n:e>");
        assert_eq!(&text[locate(text, "/d/*[2]/e").unwrap()], "<e>1</e>");
        assert_eq!(locate(text, "/d/c[3]"), None);
        assert_eq!(locate(text, "/d/c[0]"), None);
        assert_eq!(locate(text, ""), None);
    }

    #[test]
    fn the_declaration_names_an_encoding() {
        assert_eq!(declared("<?xml version='1.0' encoding = \"ISO-8859-1\" ?><a/>"), Some("ISO-8859-1"));
        assert_eq!(declared("<?xml version='1.0'?><a encoding='x'/>"), None);
        assert_eq!(declared("<a/>"), None);
    }
}
