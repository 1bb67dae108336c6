use std::collections::HashSet;

use crate::import::node::Node;
use crate::import::{document, encoding};
use crate::record::{Attachment, Entry, Hash, IssueCode, Kind, Outcome, Section, Severity};

use super::index::Piece;
use super::{Reader, span};

/// The decoded bytes of an Attachment or a Binary (`data`; STU3's Binary says `content`).
pub fn content(node: &Node<'_>) -> Option<Vec<u8>> {
    encoding::base64_of(node.first_of(&["data", "content"]))
}

impl<'t> Reader<'t, '_> {
    /// Takes in an Attachment (FHIR R4 §2.24.0.15) and gives its number; `None` if it holds nothing at all.
    pub fn attach(&mut self, node: &Node<'t>, at: String, title: &str, from: usize) -> Option<u32> {
        let url = node.get("url").words().to_owned();
        let own = node.get("title").words();
        let mut found = Attachment {
            title: if own.is_empty() { title } else { own }.to_owned(),
            content_type: node.get("contentType").words().to_owned(),
            bytes: 0,
            hash: None,
            at,
            url,
            text: String::new(),
        };
        if !node.first_of(&["data", "content"]).is_null() {
            match content(node) {
                Some(bytes) => {
                    let declared = node.get("size").plain().parse::<u64>().ok();
                    if declared.is_some_and(|size| size != bytes.len() as u64) {
                        let at = found.at.clone();
                        self.issue(Severity::Warning, IssueCode::BadAttachment, &at, node.get("size").plain());
                    }
                    found.bytes = bytes.len() as u64;
                    found.hash = Some(Hash::of(&bytes));
                    let words = document::words(&found.content_type, &bytes);
                    if words.incomplete {
                        let at = found.at.clone();
                        self.issue(Severity::Information, IssueCode::TextIncomplete, &at, "");
                    }
                    found.text = words.text;
                }
                None => {
                    let at = found.at.clone();
                    self.issue(Severity::Error, IssueCode::BadAttachment, &at, "");
                }
            }
        } else if node.members().is_empty() {
            return None;
        } else {
            // The content may stand in a Binary of the same file.
            let binary = self.index.resolve(&found.url, Some(from)).and_then(|i| self.binaries.get(&i)).copied();
            match binary.and_then(|b| self.reading.attachments.get(b as usize)) {
                Some(held) => {
                    (found.bytes, found.hash, found.text) = (held.bytes, held.hash, held.text.clone());
                    found.at.clone_from(&held.at);
                    if found.content_type.is_empty() {
                        found.content_type.clone_from(&held.content_type);
                    }
                }
                None => {
                    let said = if found.url.is_empty() { found.title.clone() } else { found.url.clone() };
                    let at = found.at.clone();
                    self.issue(Severity::Information, IssueCode::AttachmentElsewhere, &at, &said);
                }
            }
        }
        self.reading.attachments.push(found);
        u32::try_from(self.reading.attachments.len() - 1).ok()
    }

    /// Takes in a Binary resource before all else, so that documents find it.
    pub fn binary(&mut self, i: usize, piece: &Piece<'t>) {
        let node = self.tree(piece);
        if node.twice().is_some() {
            return;
        }
        if let Some(number) = self.attach(&node, piece.at.clone(), "", i) {
            self.binaries.insert(i, number);
        }
    }

    /// A Binary that no document names is a document of its own.
    pub fn loose_binaries(&mut self) {
        let mut own: Vec<(usize, u32)> = self.binaries.iter().map(|(i, n)| (*i, *n)).collect();
        own.sort_unstable();
        let own_numbers: HashSet<u32> = own.iter().map(|(_, n)| *n).collect();
        let named: HashSet<String> = (0_u32..)
            .zip(&self.reading.attachments)
            .filter(|(n, _)| !own_numbers.contains(n))
            .map(|(_, a)| a.at.clone())
            .collect();
        let mut shown = HashSet::new();
        for (i, number) in own {
            let Some(piece) = self.index.pieces.get(i).filter(|p| !named.contains(&p.at)) else { continue };
            let kind =
                self.reading.attachments.get(number as usize).map(|a| a.content_type.clone()).unwrap_or_default();
            let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, piece.at.clone(), kind);
            entry.named = false;
            entry.span = span(self.shift, piece);
            entry.attachments = vec![number];
            self.reading.entries.push(entry);
            shown.insert(piece.at.as_str());
        }
        // They were counted as kept: they are shown after all.
        let ledger = &mut self.reading.ledger;
        for line in ledger.lines.iter_mut().filter(|l| l.outcome == Outcome::Kept && shown.contains(l.at.as_str())) {
            line.outcome = Outcome::Shown;
            ledger.kept -= 1;
            ledger.shown += 1;
        }
    }
}
