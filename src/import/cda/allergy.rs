use super::super::hl7v3::{self, Node, attr, child, children, descend};
use super::common::{detail, is_generic, polarity};
use super::{Ctx, Reader};
use crate::record::{Concept, Entry, IssueCode, Kind, Polarity, Section, Severity, Standing};

/// Most substances of one statement that become entries of their own.
const SUBSTANCES: usize = 32;

impl<'a> Reader<'a> {
    /// An allergy observation: the substance in its participant, the sort of reaction in its value (C-CDA R2.1 §3.6,
    /// HITSP C83 §2.2.2.6, CCD §3.8).
    pub fn allergy(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let mut entry = self.begin(node, ctx, Entry::new(Section::Allergies, Kind::AllergyIntolerance, "", ""));
        let kind = child(node, "value").map(|v| hl7v3::cd(v, &self.words)).filter(|c| !is_empty(c));
        let code = child(node, "code").map(|c| hl7v3::cd(c, &self.words));
        let named_code = code.filter(|c| c.codings.iter().all(|c| c.code != "ASSERTION") && !is_empty(c));
        let (substances, places): (Vec<Concept>, Vec<Node<'a>>) = self.substances(node, &mut entry).into_iter().unzip();
        let own = kind.clone().or_else(|| named_code.clone()).unwrap_or_default();
        entry.concept = match substances.first() {
            Some(substance) if !is_empty(substance) => substance.clone(),
            _ => own.clone(),
        };
        // What sort of thing it is: allergy to drug, intolerance of food.
        entry.category.extend(kind.into_iter().chain(named_code).filter(|c| *c != entry.concept));
        for value in children(node, "value").chain(children(node, "code")).collect::<Vec<_>>() {
            self.concept(value, &mut entry);
        }
        let said = self.said(node, "text");
        self.name_by(&mut entry, &said);
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::Negated);
        // The source's sentence says better what none is known of than the general code that it negates.
        if entry.polarity == Polarity::NoneKnown
            && is_generic(&entry.concept)
            && !said.is_empty()
            && !said.contains('\n')
        {
            entry.concept.text.clone_from(&said);
        }
        // Only the sort of allergy is coded: what it is to stands in the words, if anywhere.
        let line = said.lines().next().unwrap_or_default();
        if entry.polarity == Polarity::Positive && is_generic(&entry.concept) && !line.is_empty() {
            let sort = entry.concept.label().filter(|l| !line.to_lowercase().contains(&l.to_lowercase()));
            entry.title = [sort.unwrap_or_default(), line].join(": ").trim_start_matches(": ").to_owned();
        }
        self.concern_status(node, ctx, &mut entry);
        self.parts(node, &mut entry, ctx);
        let at = self.complete(node, entry, &said)?;
        self.further(&at, substances, &places);
        Some(at)
    }

    /// The substances of one statement beyond its first: each is an allergy that must be seen, and so an entry of its
    /// own, at the place of its participant.
    fn further(&mut self, at: &str, substances: Vec<Concept>, places: &[Node<'a>]) {
        let Some(first) = self.reading.entries.iter().rev().find(|e| e.at == at).cloned() else { return };
        for (n, (concept, place)) in substances.into_iter().zip(places).enumerate().skip(1) {
            let Some((title, named)) = hl7v3::title(&concept).filter(|_| !is_empty(&concept)) else { continue };
            if n == SUBSTANCES {
                self.issue(Severity::Warning, IssueCode::BeyondLimits, at, "substance");
            }
            if n >= SUBSTANCES {
                // No list of a person's; each copy would hold all reactions again.
                if let Some(entry) = self.reading.entries.iter_mut().rev().find(|e| e.at == at) {
                    detail(entry, "substance", title);
                }
                continue;
            }
            let place = self.at(*place);
            self.reading.entries.push(Entry { at: place, title, named, concept, ..first.clone() });
        }
    }

    /// The consumables of an allergy: code with its own words, else the name.
    fn substances(&self, node: Node<'a>, entry: &mut Entry) -> Vec<(Concept, Node<'a>)> {
        let consumed = children(node, "participant").filter(|p| matches!(attr(*p, "typeCode"), "CSM" | "CAGNT" | ""));
        let mut out = Vec::new();
        for participant in consumed {
            let Some(role) = child(participant, "participantRole") else { continue };
            let Some(entity) = ["playingEntity", "playingMaterial"].iter().find_map(|k| child(role, k)) else {
                continue;
            };
            let code = child(entity, "code");
            let mut concept = code.map(|c| self.concept(c, entry)).unwrap_or_default();
            let name = child(entity, "name").map(|n| hl7v3::name(n).text).unwrap_or_default();
            // A name beside a code without one says more than what that code refers to.
            if !name.is_empty() && concept.codings.iter().all(|c| c.display.is_empty()) {
                let also = std::mem::replace(&mut concept.text, name);
                if !also.is_empty() && also != concept.text {
                    detail(entry, "originalText", also);
                }
            }
            if concept.label().is_none() {
                concept.text = self.said(entity, "desc");
            }
            if concept.label().is_some() {
                concept.codings.retain(|c| c.system != hl7v3::NULL_FLAVOUR);
            }
            out.push((concept, participant));
        }
        out.sort_by_key(|(concept, _)| is_empty(concept));
        out
    }

    /// How an allergy or a problem stands: by its own status observation, which [`Reader::parts`] reads later and which
    /// leads; else by its end and by the concern that holds it.
    pub fn concern_status(&self, node: Node<'a>, ctx: &Ctx, entry: &mut Entry) {
        let own = std::mem::take(&mut entry.status.text);
        let taken_back = matches!(own.as_str(), "nullified" | "entered-in-error" | "aborted" | "cancelled");
        entry.status.text = if taken_back || ctx.concern.is_empty() { own.clone() } else { ctx.concern.clone() };
        let high = descend(node, &["effectiveTime", "high"]);
        let ended = high.is_some_and(|h| !attr(h, "value").is_empty()) && !self.yet_to_come(entry.end.as_ref());
        entry.status.standing = match (own.as_str(), ctx.concern.as_str()) {
            ("nullified" | "entered-in-error", _) | (_, "nullified" | "entered-in-error") => Standing::EnteredInError,
            ("aborted" | "cancelled", _) | (_, "aborted" | "cancelled") => Standing::Stopped,
            _ if ended => Standing::Ended,
            (_, "completed") => Standing::Ended,
            (_, "suspended") => Standing::OnHold,
            // An end that is there but not known: by the book it is over, by habit it goes on. Neither is said.
            (_, "active") if high.is_some_and(|h| attr(h, "value").is_empty()) => Standing::Unknown,
            (_, "active") => Standing::Active,
            // That an observation is completed says nothing about what was observed.
            ("active", "") => Standing::Active,
            _ => Standing::Unknown,
        };
    }
}

fn is_empty(concept: &Concept) -> bool {
    concept.label().is_none() && concept.codings.iter().all(|c| c.code.is_empty() || c.system == hl7v3::NULL_FLAVOUR)
}
