use super::super::hl7v3::{self, Node, attr, child, children, descend, is};
use super::common::{detail, is_negated, note};
use super::template::{self, What, is_statement};
use super::{Ctx, Reader};
use crate::record::{Component, Entry, Kind, Link, Outcome, Polarity, Reaction, Standing, Value, same};

impl<'a> Reader<'a> {
    /// What a statement holds: each thing becomes a part of its entry, or an entry of its own that is linked to it.
    pub fn parts(&mut self, node: Node<'a>, entry: &mut Entry, ctx: &Ctx) {
        let mut inner = ctx.clone();
        inner.depth += 1;
        inner.negated = false;
        inner.concern = String::new();
        // A date or a person of the whole holds for its parts where they have none of their own.
        inner.date = entry.date.clone().filter(|_| matches!(entry.kind, Kind::Observation | Kind::DiagnosticReport));
        inner.recorded = entry.recorded.clone();
        inner.performer = entry.performer.clone();
        let relations = node.children().filter(|c| is(*c, "entryRelationship") || is(*c, "component"));
        for relation in relations.collect::<Vec<_>>() {
            let role = attr(relation, "typeCode");
            for part in relation.children().filter(|c| is_statement(*c)).collect::<Vec<_>>() {
                if !self.marked(part) {
                    self.one(relation, role, part, entry, &inner);
                }
            }
        }
    }

    fn one(&mut self, relation: Node<'a>, role: &str, part: Node<'a>, entry: &mut Entry, ctx: &Ctx) {
        let what = template::what(part);
        let plain = !is_negated(part) && hl7v3::null_flavour(part).is_none();
        let negated_relation = is_negated(relation);
        let is_observation = is(part, "observation");
        // A severity, a status, a reaction of which nothing is known is no finding of its own.
        let aside = matches!(
            what,
            Some(
                What::Severity
                    | What::Criticality
                    | What::Certainty
                    | What::Status
                    | What::HealthStatus
                    | What::Age
                    | What::CauseOfDeath
                    | What::SeriesNumber
                    | What::Reaction
            )
        );
        if aside
            && is_observation
            && !is_negated(part)
            && !negated_relation
            && holds_nothing(part)
            && self.answer(part).is_empty()
        {
            return self.mark(part, Outcome::Kept);
        }
        if plain && !negated_relation && ctx.depth <= super::NESTED {
            let taken = match (what, role) {
                (Some(What::Severity), _) if is_observation => self.severity(part, entry),
                (Some(What::Criticality), _) => self.aspect(part, entry, "criticality"),
                (Some(What::Certainty), _) => self.certainty(part, entry),
                (Some(What::Reaction), _) | (_, "MFST") if is_observation && entry.kind == Kind::AllergyIntolerance => {
                    self.reaction(part, entry)
                }
                (Some(What::Status), _) if is_observation => self.status(part, entry),
                (Some(What::HealthStatus), _) if is_observation => self.aspect(part, entry, "healthStatus"),
                (Some(What::Age), _) => self.aspect(part, entry, "onsetAge"),
                (Some(What::CauseOfDeath), _) => self.aspect(part, entry, "causeOfDeath"),
                (Some(What::SeriesNumber), _) => self.aspect(part, entry, "doseNumber"),
                (Some(What::Refusal), _) => self.aspect(part, entry, "statusReason"),
                (Some(What::Indication | What::Reason), _) => self.aspect(part, entry, reason_of(entry)),
                (None, "RSON") if is_observation && holds_nothing(part) => self.aspect(part, entry, reason_of(entry)),
                (Some(What::Reaction), _) | (None, "CAUS" | "MFST")
                    if is_observation && matches!(entry.kind, Kind::Immunization | Kind::MedicationStatement) =>
                {
                    self.aspect(part, entry, "reaction")
                }
                _ if only_names(part) => self.named_again(part, entry, role),
                (Some(What::Comment), _) => self.comment(part, entry),
                (Some(What::Instruction), _) => self.instruction(part, entry),
                (Some(What::Sig), _) => self.sig(part, entry),
                (Some(What::EntryReference), _) => self.entry_reference(part, entry, role),
                (Some(What::Supply), _) | (None, _)
                    if is(part, "supply") && entry.kind == Kind::MedicationStatement =>
                {
                    self.supplied(part, entry)
                }
                (_, "COMP") if is(part, "substanceAdministration") && is_step(part) => self.step(part, entry),
                (None | Some(What::Result | What::Vital | What::Social | What::Functional), _)
                    if is_observation && is_part_of(entry) =>
                {
                    self.component(part, entry, 0)
                }
                _ => false,
            };
            if taken {
                self.mark(part, Outcome::Shown);
                return self.parts_of_part(part, entry, ctx);
            }
        }
        // The same visit told again under each result of it is one visit.
        if is(part, "encounter") && plain {
            let known = hl7v3::identifiers(part).iter().find_map(|id| self.ids.get(id).cloned());
            if let Some(to) = known {
                self.mark(part, Outcome::Shown);
                entry.links.push(Link { role: "encounter".to_owned(), to });
                return;
            }
        }
        let mut own = ctx.clone();
        own.negated = negated_relation;
        if let Some(to) = self.statement(part, &own) {
            entry.links.push(Link { role: link_role(role).to_owned(), to });
        }
    }

    /// What stands inside a part that was read into its holder, in the same way.
    fn parts_of_part(&mut self, part: Node<'a>, entry: &mut Entry, ctx: &Ctx) {
        let mut inner = ctx.clone();
        inner.depth += 1;
        self.parts(part, entry, &inner);
    }

    /// The value of a part in one line, else its code, else its text.
    fn answer(&self, part: Node<'a>) -> String {
        let value = child(part, "value").and_then(|v| hl7v3::value(v, &self.words));
        let value = value.filter(|v| !matches!(v, Value::Absent(_))).map(|v| worded(&v)).unwrap_or_default();
        if !value.is_empty() {
            return value;
        }
        // A value that is there and null is no answer; the code beside it is only the question.
        let null = child(part, "value").is_some_and(|v| hl7v3::null_flavour(v).is_some());
        let code = if null { String::new() } else { self.label(part, "code") };
        let code = if template::is_generic(&code) || code == "ASSERTION" { String::new() } else { code };
        if code.is_empty() { self.said(part, "text") } else { code }
    }

    fn aspect(&mut self, part: Node<'a>, entry: &mut Entry, name: &str) -> bool {
        let answer = self.answer(part);
        detail(entry, name, &answer);
        !answer.is_empty()
    }

    /// A severity: of the last reaction if it stands in one, else of the whole.
    fn severity(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let answer = self.answer(part);
        detail(entry, "severity", &answer);
        !answer.is_empty()
    }

    /// Certainty by words: refuted and in error turn the meaning.
    fn certainty(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let answer = self.answer(part);
        match code_of(part) {
            "410516002" | "refuted" => entry.polarity = Polarity::Refuted,
            "723510000" | "entered-in-error" => entry.status.standing = Standing::EnteredInError,
            _ => {}
        }
        entry.status.certainty.clone_from(&answer);
        !answer.is_empty()
    }

    /// A status observation (problem, allergy, medication status; SNOMED CT and HITSP's codes).
    fn status(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let answer = self.answer(part);
        let standing = match code_of(part) {
            "55561003" | "active" => Standing::Active,
            "246455001" | "255227004" | "263855007" => Standing::Active,
            "73425007" | "413322009" | "277022003" | "90734009" | "392521001" | "421139008" | "inactive"
            | "resolved" => {
                if code_of(part) == "421139008" {
                    Standing::OnHold
                } else {
                    Standing::Ended
                }
            }
            "385655000" | "385654001" => Standing::OnHold,
            // Without a code that we know its own word tells, if it is one of the few.
            _ => match answer.to_lowercase().as_str() {
                "active" => Standing::Active,
                "inactive" | "resolved" | "no longer active" => Standing::Ended,
                "discontinued" | "stopped" => Standing::Stopped,
                "on hold" | "suspended" => Standing::OnHold,
                _ => Standing::Unknown,
            },
        };
        if answer.is_empty() {
            return false;
        }
        // What was taken back stays so, whatever is said of it.
        if !matches!(entry.status.standing, Standing::EnteredInError | Standing::Stopped) {
            entry.status.standing = standing;
            entry.status.text = answer;
        } else {
            detail(entry, "status", answer);
        }
        true
    }

    fn reaction(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let value = child(part, "value").map(|v| hl7v3::cd(v, &self.words)).filter(|c| c.label().is_some() || named(c));
        let concept = value.unwrap_or_else(|| crate::record::Concept::words(self.answer(part)));
        let known = concept.label().is_some() || named(&concept);
        // How severe a reaction was is worth saying, also where nobody wrote down what it was.
        if !known && !held(part).any(|p| template::what(p) == Some(What::Severity) && !is_negated(p)) {
            return false;
        }
        let when = child(part, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        let manifestations = if known { vec![concept] } else { Vec::new() };
        let mut reaction = Reaction { manifestations, date: when.start, ..Reaction::default() };
        let said = self.said(part, "text");
        // Its severity stands in it; the rest of what it holds goes to the allergy.
        for severity in held(part).filter(|p| template::what(*p) == Some(What::Severity) && !is_negated(*p)) {
            reaction.severity = self.answer(severity);
            self.mark(severity, Outcome::Shown);
        }
        if reaction.manifestations.iter().all(|m| m.label() != Some(said.as_str())) {
            reaction.note = said;
        }
        entry.reactions.push(reaction);
        true
    }

    fn comment(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let text = self.said(part, "text");
        let text = if text.is_empty() { self.answer(part) } else { text };
        note(entry, &text);
        !text.is_empty()
    }

    fn instruction(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let parts = [self.label(part, "code"), self.said(part, "text")];
        let line = parts.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(": ");
        detail(entry, "patientInstruction", &line);
        // The source's own sentence stands before what it says in parts, which may leave out the half of it ("PRN").
        let text = self.said(part, "text");
        let in_parts = entry.dose.first().is_some_and(|first| first.contains(" × ") || !first.contains(' '));
        if same::is_medicine(&entry.kind) && in_parts && !text.is_empty() && !entry.dose.contains(&text) {
            entry.dose.insert(0, text);
        }
        !line.is_empty()
    }

    /// The free text of how a medicine is to be taken.
    fn sig(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let text = self.said(part, "text");
        if !text.is_empty() && !entry.dose.contains(&text) {
            entry.dose.insert(0, text.clone());
        }
        !text.is_empty()
    }

    /// A reference to another entry of the document by its identifier.
    fn entry_reference(&mut self, part: Node<'a>, entry: &mut Entry, role: &str) -> bool {
        let ids = hl7v3::identifiers(part);
        for id in &ids {
            self.refer(&entry.at, link_role(role), id.clone());
        }
        !ids.is_empty()
    }

    /// Another statement named by its identifier: a link, if that statement stands in the file.
    fn named_again(&mut self, part: Node<'a>, entry: &mut Entry, role: &str) -> bool {
        for id in hl7v3::identifiers(part) {
            self.again.push((entry.at.clone(), link_role(role).to_owned(), id));
        }
        true
    }

    /// A finding that belongs to a larger one: a part with its own words, value, range and flags.
    pub fn component(&mut self, part: Node<'a>, entry: &mut Entry, depth: usize) -> bool {
        let mut values = hl7v3::values(part, &self.words);
        let mut concept = child(part, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        if super::common::is_generic(&concept)
            && let Some(Value::Concept(said)) = values.first()
        {
            concept = said.clone();
            values.remove(0);
        }
        let said = self.said(part, "text");
        let title =
            hl7v3::title(&concept).map(|t| t.0).unwrap_or_else(|| said.lines().next().unwrap_or_default().to_owned());
        if title.is_empty() || depth > super::NESTED {
            return false;
        }
        let mut first = values.into_iter();
        let measured = matches!(entry.kind, Kind::Observation | Kind::DiagnosticReport | Kind::Procedure);
        if !measured && first.len() == 0 && child(part, "referenceRange").is_none() {
            detail(entry, "type", &title);
            note(entry, said);
            return true;
        }
        entry.components.push(Component {
            title: title.clone(),
            concept: concept.clone(),
            value: first.next(),
            range: self.ranges(part),
            interpretation: children(part, "interpretationCode").map(|c| hl7v3::cd(c, &self.words)).collect(),
        });
        for also in first {
            let (range, interpretation) = (Vec::new(), Vec::new());
            entry.components.push(Component {
                title: title.clone(),
                concept: concept.clone(),
                value: Some(also),
                range,
                interpretation,
            });
        }
        for value in children(part, "value") {
            entry.attachments.extend(self.attach(value, &title));
        }
        if !said.is_empty() && said != title {
            note(entry, said);
        }
        true
    }
}

/// A value in one line with its unit.
pub fn worded(value: &Value) -> String {
    match value {
        Value::Concept(c) => {
            let code = || c.codings.iter().map(|c| c.code.as_str()).find(|c| !c.is_empty()).unwrap_or_default();
            c.label().unwrap_or_else(code).to_owned()
        }
        other => hl7v3::range_words(other),
    }
}

/// Why it was done, or why it was not.
fn reason_of(entry: &Entry) -> &'static str {
    match entry.polarity {
        Polarity::NotDone | Polarity::NotTaken | Polarity::DoNotPerform => "statusReason",
        _ => "reasonCode",
    }
}

/// A statement that only names another one by its identifier.
fn only_names(part: Node<'_>) -> bool {
    let mut inside = part.children().filter(Node::is_element).peekable();
    inside.peek().is_some()
        && child(part, "id").is_some()
        && inside.all(|c| matches!(c.tag_name().name(), "id" | "templateId" | "realmCode" | "typeId"))
}

fn named(concept: &crate::record::Concept) -> bool {
    concept.codings.iter().any(|c| !c.code.is_empty() && c.system != hl7v3::NULL_FLAVOUR)
}

fn code_of(part: Node<'_>) -> &str {
    child(part, "value").map(|v| attr(v, "code")).unwrap_or_default()
}

fn held<'a>(part: Node<'a>) -> impl Iterator<Item = Node<'a>> {
    children(part, "entryRelationship").flat_map(|r| r.children().filter(|c| is_statement(*c)))
}

fn holds_nothing(part: Node<'_>) -> bool {
    held(part).next().is_none()
}

/// Kinds that show parts with values of their own.
fn is_part_of(entry: &Entry) -> bool {
    !matches!(entry.kind, Kind::Encounter | Kind::DocumentReference | Kind::FamilyMemberHistory)
}

/// One step of a course of one medicine: its own dose and times, no product or the same.
fn is_step(part: Node<'_>) -> bool {
    let product = descend(part, &["consumable", "manufacturedProduct", "manufacturedMaterial"]);
    let code = product.and_then(|p| child(p, "code"));
    code.is_none_or(|c| {
        attr(c, "code").is_empty() && child(c, "translation").is_none() && child(c, "originalText").is_none()
    })
}

/// The name of a link by the relation that holds it (HL7 v3 ActRelationshipType), in FHIR's words where it has some.
fn link_role(role: &str) -> &'static str {
    match role {
        "RSON" | "CAUS" => "reasonReference",
        "COMP" => "hasMember",
        "REFR" => "related",
        "MFST" => "derivedFrom",
        "SPRT" => "basedOn",
        _ => "related",
    }
}
