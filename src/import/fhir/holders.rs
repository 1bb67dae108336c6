use std::collections::{HashMap, HashSet};

use crate::import::node::Node;
use crate::record::{Coding, Entry, system};

use super::Reader;
use super::datatypes::{coding, concept, extension};
use super::entry::detail;
use super::labels::Target;

/// Lists and documents, and what each holds: GP Connect says by its Lists which consultation, which topic and which
/// problem an entry belongs to, and a label on a holder is one on what it holds.
#[derive(Default)]
pub struct Holders {
    /// Who holds a piece, by piece.
    above: HashMap<usize, Vec<usize>>,
    of: HashMap<usize, Holder>,
    /// Labels of Bundles, with the Bundle's place.
    bundles: Vec<(String, Vec<Coding>)>,
}

/// What a holder says of what it holds.
#[derive(Default)]
struct Holder {
    /// A List's title; empty for documents and for lists that only repeat others.
    title: String,
    labels: Vec<Coding>,
    /// What a List says was taken out of it.
    deleted: Vec<usize>,
    encounters: Vec<usize>,
    problems: Vec<usize>,
}

/// Lists in lists that are followed upwards.
const DEPTH: usize = 8;

/// The label that forbids showing something to the patient or carers (HL7 v3 ActCode).
pub const NOPAT: &str = "NOPAT";

impl<'t> Reader<'t, '_> {
    /// Reads all Lists and Compositions for what they hold, before the rest.
    pub fn hold(&mut self) {
        let index = self.index;
        self.holders.bundles = index.labels(self.text, self.syntax);
        for (i, piece) in index.pieces.iter().enumerate().filter(|(_, p)| p.fault.is_none()) {
            let is_list = piece.kind == "List";
            if !is_list && piece.kind != "Composition" {
                continue;
            }
            let node = self.tree(piece);
            if node.twice().is_some() {
                continue;
            }
            let mut held = Vec::new();
            let entries = node.get("entry").each().iter().map(|e| e.get("item"));
            held.extend(entries.filter_map(|r| self.piece_of(r, i, &node)));
            self.in_sections(node.get("section"), i, &node, 0, &mut held);
            for piece in held.iter().filter(|piece| **piece != i) {
                self.holders.above.entry(*piece).or_default().push(i);
            }
            let code = concept(node.get("code"));
            // GP Connect's secondary lists name again what stands in the others.
            let secondary = code.codings.iter().any(|c| c.system != system::SNOMED && c.code.contains('-'));
            let problems = ["RelatedProblemHeader-1", "RelatedProblemHeader"];
            let problems = problems.iter().filter_map(|name| extension(&node, name));
            let problems: Vec<&Node<'t>> = problems
                .flat_map(|e| e.get("extension").each().iter().chain(std::iter::once(e)))
                .map(|e| e.get("valueReference"))
                .filter(|r| r.is_object())
                .collect();
            let deleted = node.get("entry").each().iter().filter(|e| e.get("deleted").is_true());
            let deleted = deleted.filter_map(|e| self.piece_of(e.get("item"), i, &node));
            let holder = Holder {
                title: if is_list && !secondary { node.get("title").words().to_owned() } else { String::new() },
                labels: node.get("meta").get("security").each().iter().map(coding).collect(),
                deleted: deleted.collect(),
                encounters: if is_list {
                    self.piece_of(node.get("encounter"), i, &node).into_iter().collect()
                } else {
                    Vec::new()
                },
                problems: problems.iter().filter_map(|r| self.piece_of(r, i, &node)).collect(),
            };
            self.holders.of.insert(i, holder);
        }
    }

    fn piece_of(&self, reference: &Node<'t>, i: usize, node: &Node<'t>) -> Option<usize> {
        match self.target(reference, i, node) {
            Target::Piece(piece) => Some(piece),
            Target::Contained(_) | Target::Outside => None,
        }
    }

    fn in_sections(&self, sections: &Node<'t>, i: usize, node: &Node<'t>, depth: usize, held: &mut Vec<usize>) {
        for section in sections.each().iter().filter(|_| depth < DEPTH) {
            held.extend(section.get("entry").each().iter().filter_map(|r| self.piece_of(r, i, node)));
            self.in_sections(section.get("section"), i, node, depth + 1, held);
        }
    }

    /// All that hold a piece, nearest first, each once; with itself, since it may be one.
    fn above(&self, i: usize) -> Vec<usize> {
        let (mut all, mut seen, mut ring) = (vec![i], HashSet::from([i]), vec![i]);
        for _ in 0..DEPTH {
            let next = ring.iter().flat_map(|p| self.holders.above.get(p)).flatten();
            ring = next.copied().filter(|p| seen.insert(*p)).collect();
            all.extend(&ring);
        }
        all
    }

    /// The security labels of a piece: its own, and those of the Bundles, documents and Lists that hold it.
    pub fn labels_of(&self, i: usize, node: &Node<'t>) -> Vec<Coding> {
        let mut all: Vec<Coding> = node.get("meta").get("security").each().iter().map(coding).collect();
        let at = self.index.pieces.get(i).map(|p| p.at.as_str()).unwrap_or_default();
        let bundles = self.holders.bundles.iter().filter(|(place, _)| {
            at.strip_prefix(place.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let holders = self.above(i).into_iter().filter_map(|p| self.holders.of.get(&p)).flat_map(|h| &h.labels);
        for label in bundles.flat_map(|(_, labels)| labels).chain(holders) {
            if !all.contains(label) {
                all.push(label.clone());
            }
        }
        all
    }

    /// True if what is being read is not to be shown to the patient.
    pub fn withheld(&self) -> bool {
        self.inherited.iter().any(|l| l.code == NOPAT)
    }

    /// Which lists an entry stands in, and the visit and the problems that these are about.
    pub fn held_by(&self, i: usize, entry: &mut Entry) {
        for holder in self.above(i) {
            let Some(found) = self.holders.of.get(&holder) else { continue };
            if !found.title.is_empty() && !entry.details.iter().any(|d| d.name == "list" && d.text == found.title) {
                let out = found.deleted.contains(&i);
                detail(entry, if out { "list.deleted" } else { "list" }, &found.title);
            }
            let links = found.encounters.iter().map(|p| ("encounter", p));
            for (role, piece) in links.chain(found.problems.iter().map(|p| ("relatedProblem", p))) {
                let Some(piece) = self.index.pieces.get(*piece).filter(|p| p.at != entry.at) else { continue };
                if !entry.links.iter().any(|l| l.to == piece.at && l.role == role) {
                    entry.links.push(crate::record::Link { role: role.to_owned(), to: piece.at.clone() });
                }
            }
        }
    }

    /// Nothing that an issue quotes may tell what is withheld from the patient.
    pub fn hush(&mut self) {
        let withheld = self.reading.entries.iter().filter(|e| e.withheld_from_patient());
        let places: HashSet<String> = withheld.map(|e| e.at.clone()).collect();
        if places.is_empty() {
            return;
        }
        let below = |at: &str| {
            let cuts = at.char_indices().filter(|(_, c)| *c == '/').map(|(i, _)| i).chain([at.len()]);
            cuts.filter_map(|cut| at.get(..cut)).any(|above| places.contains(above))
        };
        for issue in self.reading.issues.iter_mut().filter(|i| below(&i.at)) {
            issue.found.clear();
        }
    }
}
