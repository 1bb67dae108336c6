use super::super::hl7v3::{self, Node, attr, child, children, is};
use super::common::is_negated;
use super::template::{self, What, is_statement};
use super::{Ctx, NESTED, Reader};
use crate::record::{IssueCode, Kind, Section, Severity};

/// Moods of what is intended, asked for or booked (HL7 v3 ActMood).
const INTENTS: [&str; 7] = ["INT", "RQO", "PRMS", "PRP", "ARQ", "APT", "OPT"];

impl<'a> Reader<'a> {
    /// Reads one clinical statement and all that it holds; gives the place of its entry, if it became one.
    pub fn statement(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        if self.marked(node) {
            return None;
        }
        if ctx.depth > NESTED {
            let at = self.at(node);
            self.issue(Severity::Warning, IssueCode::BeyondLimits, &at, "");
            return None;
        }
        let mood = attr(node, "moodCode");
        let known = ["", "EVN", "GOL", "SLOT"].contains(&mood) || INTENTS.contains(&mood);
        if !known {
            // A criterion, a definition, a risk: what is said here is no fact, and which it is we don't know.
            self.not_understood(node, IssueCode::UnknownCode, mood, ctx.section);
            return None;
        }
        if ctx.kept {
            return None;
        }
        match (template::what(node), node.tag_name().name()) {
            (Some(What::Coverage | What::CareTeam), _) => {
                let held = node.descendants().filter(|n| is_statement(*n)).collect::<Vec<_>>();
                held.into_iter().for_each(|n| self.mark(n, crate::record::Outcome::Kept));
                None
            }
            (Some(What::Concern), "act") => self.concern(node, ctx),
            (Some(What::Wrapper), "act") => self.wrapper(node, ctx),
            (_, "organizer") => self.organizer(node, ctx),
            (_, "observationMedia" | "regionOfInterest") => self.media(node, ctx),
            (Some(What::Immunization), _) => self.immunisation(node, ctx),
            (what, "substanceAdministration") => {
                let vaccine = ctx.section == Some(Section::Immunizations) || is_vaccination(node);
                if what != Some(What::Sig) && vaccine { self.immunisation(node, ctx) } else { self.medicine(node, ctx) }
            }
            (what, "supply") => self.supply(node, ctx, what),
            (what, "observation") => self.observed(node, ctx, what),
            (what, "act") if self.is_concern(node, ctx) && what.is_none() => self.concern(node, ctx),
            (_, "encounter") => self.encounter(node, ctx),
            (what, _) => self.deed(node, ctx, what),
        }
    }

    /// An observation, by its template, else by what it holds and where it stands.
    fn observed(&mut self, node: Node<'a>, ctx: &Ctx, what: Option<What>) -> Option<String> {
        let mood = attr(node, "moodCode");
        if mood == "GOL" || INTENTS.contains(&mood) {
            return self.planned(node, ctx);
        }
        let uk = template::uk_name(node);
        let consumes = children(node, "participant").any(|p| attr(p, "typeCode") == "CSM");
        let coded = child(node, "value").is_some_and(template::is_coded);
        match (what, ctx.section) {
            (Some(What::Allergy), _) => self.allergy(node, ctx),
            // Reactions stand in allergies and share templates with problems.
            (Some(What::Problem) | None, Some(Section::Allergies)) if consumes => self.allergy(node, ctx),
            (None, Some(Section::Allergies)) if coded => self.allergy(node, ctx),
            (_, Some(Section::FamilyHistory)) | (Some(What::FamilyFinding), _) => self.family_finding(node, ctx, ""),
            (Some(What::Problem | What::Functional), Some(Section::FunctionalStatus)) if problem_like(node) => {
                self.problem(node, ctx, Section::FunctionalStatus)
            }
            (Some(What::Problem), section) => self.problem(node, ctx, home_of_problem(section)),
            (None, Some(section @ (Section::Problems | Section::PastIllness))) if coded => {
                self.problem(node, ctx, section)
            }
            (None, _) if uk.contains("diagnosis") => self.problem(node, ctx, Section::Problems),
            (None, _) if uk.contains("allerg") || uk.contains("adversereaction") => self.allergy(node, ctx),
            (what, _) => self.observation(node, ctx, what),
        }
    }

    /// An act that only holds observations, in the sections that are made of such.
    fn is_concern(&self, node: Node<'a>, ctx: &Ctx) -> bool {
        let home = matches!(ctx.section, Some(Section::Allergies | Section::Problems | Section::PastIllness));
        let code = child(node, "code").map(|c| attr(c, "code")).unwrap_or_default();
        let holds = children(node, "entryRelationship").any(|r| child(r, "observation").is_some());
        holds && (code == "CONC" || (home && matches!(code, "" | "48765-2" | "11450-4")))
    }

    /// A concern: the observations in it are what it is about, its status is theirs.
    fn concern(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let about: Vec<Node<'a>> = children(node, "entryRelationship")
            .filter(|r| !matches!(attr(*r, "typeCode"), "REFR" | "MFST"))
            .filter_map(|r| r.children().find(|c| is(*c, "observation")))
            .filter(|o| !self.is_aside(*o))
            .collect();
        if about.is_empty() {
            return self.deed(node, ctx, None);
        }
        let (people, written) = self.people(node);
        let status = child(node, "statusCode").map(|s| attr(s, "code")).unwrap_or_default();
        let code = child(node, "code").map(|c| attr(c, "code")).unwrap_or_default();
        let mut inner = ctx.clone();
        inner.concern = status.to_owned();
        inner.negated |= is_negated(node);
        inner.depth += 1;
        if !people.is_empty() {
            inner.performer = people;
        }
        inner.recorded = written.or(inner.recorded);
        if let Some(subject) = child(node, "subject") {
            inner.subject = Some(self.relation(subject));
        }
        let when = child(node, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        self.mark(node, crate::record::Outcome::Shown);
        let unknown = hl7v3::null_flavour(node).is_some();
        let mut first = None;
        for observation in about {
            let before = self.reading.entries.len();
            let at = self.statement(observation, &inner);
            let ids = hl7v3::identifiers(node);
            let words = self.said(node, "text");
            // "Discharge diagnosis" says something; that it is a concern does not.
            let kind = if code == "CONC" { String::new() } else { self.label(node, "code") };
            if let Some(entry) =
                self.reading.entries.get_mut(before..).and_then(|e| e.iter_mut().find(|e| Some(&e.at) == at.as_ref()))
            {
                // When it was first a concern; what it is about says itself since when it is so.
                if entry.recorded.is_none() {
                    entry.recorded.clone_from(&when.start);
                }
                if unknown {
                    entry.polarity = crate::record::Polarity::Unknown;
                }
                if !words.is_empty() && words != entry.title {
                    super::common::note(entry, &words);
                }
                super::common::detail(entry, "type", kind);
            }
            for id in ids {
                if let Some(at) = &at {
                    self.ids.entry(id).or_insert_with(|| at.clone());
                }
            }
            first = first.or(at);
        }
        // What stands beside the observations: comments, references, other statements.
        if let Some(at) = &first
            && let Some(index) = self.reading.entries.iter().rposition(|e| &e.at == at)
            && let Some(mut entry) = self.reading.entries.get(index).cloned()
        {
            self.parts(node, &mut entry, &inner);
            if let Some(place) = self.reading.entries.get_mut(index) {
                *place = entry;
            }
        }
        first
    }

    /// An act that only holds a medicine: what it adds is the medicine's.
    fn wrapper(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let held: Vec<Node<'a>> =
            children(node, "entryRelationship").flat_map(|r| r.children().filter(|c| is_statement(*c))).collect();
        if held.is_empty() {
            return self.deed(node, ctx, None);
        }
        let (people, written) = self.people(node);
        let mut inner = ctx.clone();
        inner.depth += 1;
        inner.negated |= is_negated(node);
        if !people.is_empty() {
            inner.performer = people;
        }
        inner.recorded = written.or(inner.recorded);
        let (sort, said) = (self.label(node, "code"), self.said(node, "text"));
        self.mark(node, crate::record::Outcome::Shown);
        let mut first = None;
        for part in held {
            let before = self.reading.entries.len();
            let at = self.statement(part, &inner);
            for entry in self.reading.entries.iter_mut().skip(before).filter(|e| Some(&e.at) == at.as_ref()) {
                super::common::detail(entry, "type", &sort);
                super::common::note(entry, &said);
            }
            first = first.or(at);
        }
        first
    }

    /// An observation about the concern itself, not what it is about.
    fn is_aside(&self, node: Node<'a>) -> bool {
        matches!(
            template::what(node),
            Some(
                What::Status
                    | What::HealthStatus
                    | What::Severity
                    | What::Criticality
                    | What::Certainty
                    | What::Comment
            )
        )
    }

    /// An organizer: a battery of results, vital signs taken together, or the findings of one relative.
    fn organizer(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let what = template::what(node);
        if what == Some(What::FamilyOrganizer) || ctx.section == Some(Section::FamilyHistory) {
            return self.relative(node, ctx);
        }
        self.battery(node, ctx)
    }

    /// Statements that stand alone, without a document: sections, entries, or the acts themselves.
    pub fn loose(&mut self, root: Node<'a>) {
        let packed = root.descendants().any(|n| is(n, "DistributionEnvelope"));
        self.reading.format = if packed { "ITK" } else { "CDA section" }.to_owned();
        let ctx = Ctx::default();
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if is(node, "section") {
                self.section(node, &ctx);
            } else if is_statement(node) {
                self.statement(node, &ctx);
            } else {
                stack.extend(node.children().filter(Node::is_element).collect::<Vec<_>>().into_iter().rev());
            }
        }
        if self.lines.is_empty() && !packed {
            // Of version 3, and none of its statements: readable as source.
            let name = root.tag_name().name();
            self.issue(Severity::Warning, IssueCode::UnknownType, "", name);
            self.mark(root, crate::record::Outcome::Kept);
        }
    }
}

/// Whether an intent is meant by a mood.
pub fn is_intent(node: Node<'_>) -> bool {
    INTENTS.contains(&attr(node, "moodCode"))
}

/// The kind of a substance administration in a section.
pub fn medicine_kind(node: Node<'_>, ctx: &Ctx, roots: &[String]) -> Kind {
    let asked = matches!(attr(node, "moodCode"), "RQO" | "PRMS" | "PRP" | "ARQ");
    // What is only proposed is taken by nobody, wherever it stands.
    let planned = roots.iter().any(|r| r == "22.4.42") || attr(node, "moodCode") == "PRP";
    if planned
        || (asked && ctx.section != Some(Section::Medications))
        || (ctx.section == Some(Section::PlanOfCare) && is_intent(node))
    {
        Kind::MedicationRequest
    } else {
        Kind::MedicationStatement
    }
}

fn is_vaccination(node: Node<'_>) -> bool {
    let code = child(node, "code").map(|c| attr(c, "code")).unwrap_or_default();
    matches!(code, "IMMUNIZ" | "INITIMMUNIZ" | "BOOSTER")
}

fn problem_like(node: Node<'_>) -> bool {
    template::roots(node).iter().any(|r| matches!(r.as_str(), "22.4.68" | "22.4.73" | "22.4.4" | "20.1.28" | "pcc.5"))
}

fn home_of_problem(section: Option<Section>) -> Section {
    match section {
        Some(
            s @ (Section::PastIllness
            | Section::Pregnancy
            | Section::FunctionalStatus
            | Section::Alerts
            | Section::SocialHistory),
        ) => s,
        _ => Section::Problems,
    }
}
