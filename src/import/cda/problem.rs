use super::super::hl7v3::{self, Node, child, children};
use super::common::{is_generic, polarity};
use super::{Ctx, Reader};
use crate::import::fhir::words::never_a_thing;
use crate::record::{Entry, Kind, Polarity, Section};

impl<'a> Reader<'a> {
    /// A problem observation: what it is in its value, what sort of problem in its code (C-CDA R2.1 §3.79, CCD §3.5).
    pub fn problem(&mut self, node: Node<'a>, ctx: &Ctx, section: Section) -> Option<String> {
        let mut entry = self.begin(node, ctx, Entry::new(section, Kind::Condition, "", ""));
        let sort = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let values: Vec<Node<'a>> = children(node, "value").collect();
        let first = values.first().map(|v| hl7v3::cd(*v, &self.words)).unwrap_or_default();
        let has_value = first.label().is_some() || first.codings.iter().any(|c| c.system != hl7v3::NULL_FLAVOUR);
        if has_value {
            entry.concept = first;
            let assertion = sort.codings.iter().any(|c| c.code == "ASSERTION");
            entry.category.extend(Some(sort).filter(|c| !assertion && c.label().is_some()));
        } else if !is_generic(&sort) {
            // NHS documents say what it is in the code, and have no value.
            entry.concept = sort;
        } else {
            entry.concept = first;
        }
        for value in values.iter().copied().chain(children(node, "code")).collect::<Vec<_>>() {
            self.concept(value, &mut entry);
        }
        for value in values.iter().skip(1) {
            let also = hl7v3::labelled(*value, &self.words);
            super::common::detail(&mut entry, "condition", also);
        }
        let said = self.said(node, "text");
        self.name_by(&mut entry, &said);
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::Negated);
        if entry.polarity == Polarity::NoneKnown
            && is_generic(&entry.concept)
            && !said.is_empty()
            && !said.contains('\n')
        {
            entry.concept.text.clone_from(&said);
        }
        // What the statement's own words say as a whole is no illness, whatever general code stands beside them.
        let sort_only = entry.concept.is_empty() || is_generic(&entry.concept);
        if sort_only && matches!(entry.polarity, Polarity::Positive | Polarity::Unknown) && never_a_thing(&said) {
            entry.polarity = Polarity::Unknown;
            entry.concept.text.clone_from(&said);
            (entry.title, entry.named) = (said.clone(), true);
        }
        self.concern_status(node, ctx, &mut entry);
        self.parts(node, &mut entry, ctx);
        self.complete(node, entry, &said)
    }
}
