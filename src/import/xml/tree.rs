use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::{Event, Malformed, Walk};
use crate::import::{ImportError, Phase, Progress, tell};

/// Elements, texts and attributes of one text that are built into a tree; more are refused.
pub const NODES: usize = 6_000_000;

/// A text as a tree, each element with its place and its bytes.
pub struct Tree<'t> {
    document: Document<'t>,
    /// Which of its siblings of the same name each node is, from 1; 0 if it is the only one. By node id.
    nth: Vec<u32>,
    /// Bytes of space before the text that was parsed: nothing may stand before an XML declaration.
    shift: usize,
}

impl<'t> Tree<'t> {
    /// Reads a text as XML.
    ///
    /// # Errors
    /// [`ImportError::NotXml`] for the first fault, [`ImportError::TooMany`] beyond [`NODES`],
    /// [`ImportError::Cancelled`].
    pub fn parse(text: &'t str, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Self, ImportError> {
        Self::measure(text, progress)?;
        let start = text.trim_start();
        let shift = text.len() - start.len();
        let options = ParsingOptions { nodes_limit: u32::MAX, ..ParsingOptions::default() };
        let document = Document::parse_with_options(start, options).map_err(|error| {
            let at = error.pos();
            // The spaces before it were taken off: their lines are added again.
            let above = u32::try_from(text.get(..shift).unwrap_or_default().matches('\n').count()).unwrap_or(0);
            ImportError::NotXml { what: what(&error), line: at.row + above, column: at.col }
        })?;
        let nth = number(&document);
        Ok(Tree { document, nth, shift })
    }

    /// A first pass that bounds what building the tree costs.
    fn measure(text: &str, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<(), ImportError> {
        let mut walk = Walk::new(text);
        let (mut nodes, mut told) = (0, 0);
        // Namespaces in scope, by depth: the tree copies them for each element that declares one.
        let mut scope: Vec<usize> = vec![0];
        loop {
            match walk.next().map_err(|fault| fault.refusal(text))? {
                Event::Start(start) => {
                    let (mut attributes, mut declared) = (0, 0);
                    for (name, _) in start.attributes() {
                        attributes += 1;
                        declared += usize::from(name.starts_with("xmlns"));
                    }
                    let all = scope.last().copied().unwrap_or_default() + declared;
                    scope.push(all);
                    nodes += 1 + attributes + if declared > 0 { all } else { 0 };
                }
                Event::End(_) => drop(scope.pop()),
                Event::Text(_) => nodes += 1,
                Event::Eof => return Ok(()),
            }
            if nodes > NODES {
                return Err(ImportError::TooMany { limit: NODES });
            }
            if walk.offset() >= told + (64 << 10) {
                told = walk.offset();
                tell(progress, Phase::Indexing, told, text.len())?;
            }
        }
    }

    /// The outermost element.
    pub fn root(&self) -> Node<'_, 't> {
        self.document.root_element()
    }

    /// The place of an element: an XPath that [`Tree::find`] and [`super::locate`] follow back.
    pub fn place(&self, node: Node<'_, 't>) -> String {
        let mut steps: Vec<String> = Vec::new();
        for node in node.ancestors().filter(Node::is_element) {
            let name = node.tag_name().name();
            steps.push(match self.nth.get(node.id().get_usize()) {
                Some(n) if *n > 0 => format!("/{name}[{n}]"),
                _ => format!("/{name}"),
            });
        }
        steps.into_iter().rev().collect()
    }

    /// The bytes of an element in the text that was given to [`Tree::parse`].
    pub fn range(&self, node: Node<'_, 't>) -> Range<usize> {
        let range = node.range();
        range.start + self.shift..range.end + self.shift
    }
}

/// All words in an element and in what it holds, in order, spaces as written.
pub fn words(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect()
}

fn number(document: &Document<'_>) -> Vec<u32> {
    let mut nth = vec![0_u32; document.descendants().count()];
    let mut seen: HashMap<&str, (u32, usize)> = HashMap::new();
    for parent in document.descendants().filter(Node::has_children) {
        seen.clear();
        for child in parent.children().filter(Node::is_element) {
            let id = child.id().get_usize();
            let (count, first) = seen.entry(child.tag_name().name()).or_insert((0, id));
            *count += 1;
            if *count == 1 {
                continue;
            }
            if let Some(n) = nth.get_mut(*first) {
                *n = 1;
            }
            if let Some(n) = nth.get_mut(id) {
                *n = *count;
            }
        }
    }
    nth
}

fn what(error: &Error) -> Malformed {
    match error {
        Error::DtdDetected => Malformed::Doctype,
        Error::UnknownNamespace(..)
        | Error::UnknownEntityReference(..)
        | Error::MalformedEntityReference(_)
        | Error::EntityReferenceLoop(_) => Malformed::Entity,
        Error::DuplicatedAttribute(..)
        | Error::DuplicatedNamespace(..)
        | Error::InvalidAttributeValue(_)
        | Error::InvalidXmlPrefixUri(_)
        | Error::UnexpectedXmlUri(_)
        | Error::UnexpectedXmlnsUri(_)
        | Error::AttributesLimitReached
        | Error::NamespacesLimitReached => Malformed::Attribute,
        Error::UnexpectedCloseTag(..) | Error::UnexpectedEntityCloseTag(_) | Error::InvalidElementNamePrefix(_) => {
            Malformed::Tag
        }
        Error::NoRootNode | Error::UnclosedRootNode | Error::UnexpectedEndOfStream => Malformed::Ends,
        Error::NodesLimitReached => Malformed::Deep,
        _ => Malformed::Character,
    }
}
