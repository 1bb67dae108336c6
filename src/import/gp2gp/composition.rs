use super::hl7v3::{self, Node, child, children, descend};
use super::{Context, Reader, codes, detail, elements, when};
use crate::record::{Kind, Outcome, Section};

impl<'a> Reader<'a, '_> {
    /// A composition: a visit or another contact, or only the frame for data that belongs to none. What it says of
    /// its author, time and confidentiality holds for all in it.
    pub fn composition(&mut self, node: Node<'a>) {
        let concept = self.concept(node);
        let author = child(node, "author");
        let context = Context {
            recorded: author.and_then(|a| child(a, "time")).and_then(hl7v3::ts),
            labels: self.labels(node, &[]),
            performers: self.participants(node),
            ..Context::default()
        };
        // Nothing was recorded at it, or nothing but an act of registering.
        let empty = children(node, "component")
            .flat_map(elements)
            .any(|e| matches!(super::name(e), "EhrEmpty" | "RegistrationStatement"));
        if codes::is_frame(&concept) || empty {
            self.reading.ledger.add(self.tree.place(node), super::name(node), Outcome::Kept, None);
            return self.inside_composition(node, &context);
        }
        let mut entry = self.begin(Section::Encounters, Kind::Encounter, node, &context);
        entry.concept = concept;
        let time = when(node);
        (entry.date, entry.end) = (time.start, time.end);
        for place in children(node, "location") {
            let called = descend(place, &["locatedEntity", "locatedPlace", "name"]).map(|n| hl7v3::name(n).text);
            detail(&mut entry, "location", called.unwrap_or_default());
        }
        let visit = entry.at.clone();
        self.end(node, entry);
        self.inside_composition(node, &Context { visit, ..context });
    }

    fn inside_composition(&mut self, node: Node<'a>, context: &Context) {
        for component in children(node, "component") {
            self.component(component, context);
        }
    }
}
