//! The datatypes that all HL7 version 3 formats share (HL7 v3 Abstract Data Types R1; CDA R2, GP2GP and others):
//! read from a parsed XML tree, never failing. What is absent stays absent, what is odd keeps its own characters.
//!
//! Names of elements are compared without their namespace: senders put `sdtc:`, `pharm:`, `npfitlc:` and nothing at
//! all before the same words, and section fragments have no namespace.

mod code;
mod content;
mod party;
mod quantity;
mod system;
mod time;
mod tree;
mod words;

pub use code::{cd, labelled, null_flavour, qualifiers, referred, title};
pub use content::{Content, content};
pub use party::{Name, address, identifier, identifiers, name, telecom};
pub use quantity::{interval, pq, quantity_words, range_words, value, values};
pub use system::{NULL_FLAVOUR, uri};
pub use time::{Interval, ivl_ts, timing, ts};
pub use tree::{attr, child, children, descend, is, kind_of, own_text};
pub use words::{Words, plain};

/// One node of the tree.
pub type Node<'a> = roxmltree::Node<'a, 'a>;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
