//! Findings, notes, plans, referrals and registrations.

use super::hl7v3::{self, Node, attr, child, children, descend, is};
use super::{Context, Reader, codes, detail, document, text, when};
use crate::import::fhir::{place, words::absence};
use crate::import::narrative;
use crate::record::{Concept, Entry, IssueCode, Kind, Polarity, Section, Severity, Standing, Value, same};

impl<'a> Reader<'a, '_> {
    /// An ObservationStatement: a finding, and by its codes an allergy or a vaccination.
    pub fn observation(&mut self, node: Node<'a>, context: &Context) {
        let concept = self.concept(node);
        let values = hl7v3::values(node, &self.words);
        let coded: Vec<Concept> =
            values.iter().filter_map(|v| if let Value::Concept(c) = v { Some(c.clone()) } else { None }).collect();
        let absent = absence(&concept);
        let no_allergy = absent == Some(Polarity::NoneKnown) && speaks_of_allergy(&concept);
        if context.allergy.is_some() || no_allergy || codes::is_allergy(&concept, &coded) {
            return self.allergy(node, context, concept, values);
        }
        let (section, kind) = if codes::is_vaccination(&concept) {
            (Section::Immunizations, Kind::Immunization)
        } else {
            let by_heading = context.heading.as_ref().and_then(codes::section_of_heading);
            (by_heading.or_else(|| place::by_code(&concept)).unwrap_or(Section::Results), Kind::Observation)
        };
        let mut entry = self.begin(section, kind, node, context);
        entry.concept = concept;
        self.finding(node, context, &mut entry);
        if entry.kind == Kind::Observation {
            final_if_complete(&mut entry);
        }
        // About a relative: never a finding of the person's own.
        let relation = descend(node, &["subject", "personalRelationship", "code"]);
        if let Some(relation) = relation {
            detail(&mut entry, "relationship", hl7v3::labelled(relation, &self.words));
            entry.section = Section::FamilyHistory;
        }
        self.measure(node, values, &mut entry);
        let alone = context.report.is_none() && context.specimen.is_empty() && !context.battery;
        if entry.section == Section::Results && entry.kind == Kind::Observation && alone && place::is_bare(&entry) {
            entry.section = Section::Findings;
        }
        self.end(node, entry);
    }

    /// What all statements with a code share: when, notes, qualifiers.
    fn finding(&self, node: Node<'a>, context: &Context, entry: &mut Entry) {
        let time = when(node);
        (entry.date, entry.end) = (time.start.or_else(|| context.collected.clone()), time.end);
        entry.notes = annotations(node);
        if let Some(code) = child(node, "code") {
            entry.details.extend(hl7v3::qualifiers(code, &self.words));
        }
        detail(entry, "specimen", &context.specimen);
    }

    /// An allergy or adverse reaction, told by the heading above it or by its own codes.
    fn allergy(&mut self, node: Node<'a>, context: &Context, concept: Concept, values: Vec<Value>) {
        let mut entry = self.begin(Section::Allergies, Kind::AllergyIntolerance, node, context);
        entry.concept = concept;
        self.finding(node, context, &mut entry);
        if let Some(heading) = &context.allergy {
            entry.category.push(heading.clone());
        }
        // COMPLETE speaks of the act of writing it down, not of the allergy.
        unsaid(&mut entry);
        for value in values {
            match value {
                // The same again in the system's own code.
                Value::Concept(again) if again.label().is_none() || again.label() == entry.concept.label() => {
                    for coding in again.codings {
                        if !entry.concept.codings.contains(&coding) {
                            entry.concept.codings.push(coding);
                        }
                    }
                }
                other => detail(&mut entry, "value", format!("{} {}", other.text(), other.unit())),
            }
        }
        self.end(node, entry);
    }

    /// Values, ranges and flags.
    pub fn measure(&mut self, node: Node<'a>, values: Vec<Value>, entry: &mut Entry) {
        let mut values = values.into_iter();
        entry.value = values.next();
        for more in values {
            detail(entry, "value", format!("{} {}", more.text(), more.unit()));
        }
        (entry.range, entry.interpretation) = self.judged(node);
        self.numbers(node, entry.value.as_ref(), &entry.at);
    }

    /// Reference ranges as written, and the laboratory's flags.
    pub fn judged(&self, node: Node<'a>) -> (Vec<String>, Vec<Concept>) {
        let mut ranges: Vec<String> = Vec::new();
        for range in children(node, "referenceRange").flat_map(super::elements) {
            let said = child(range, "text").map(|t| text::tidy(t).replace('\n', " ")).unwrap_or_default();
            let value = child(range, "value").and_then(hl7v3::interval).map(|v| hl7v3::range_words(&v));
            for words in [said, value.unwrap_or_default()] {
                // The text mostly says the numbers, too.
                if !words.is_empty() && !ranges.iter().any(|r| r.contains(&words)) {
                    ranges.push(words);
                }
            }
        }
        let flags = children(node, "interpretationCode").map(|c| hl7v3::cd(c, &self.words)).filter(|c| !c.is_empty());
        (ranges, flags.collect())
    }

    /// A number that is none, or one without any unit, is told.
    pub fn numbers(&mut self, node: Node<'a>, value: Option<&Value>, at: &str) {
        let Some(Value::Quantity(q)) = value else { return };
        let is_number = q.value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '+'))
            && q.value.parse::<f64>().is_ok_and(f64::is_finite);
        // Unit "1" says that there is none.
        let unit_said = children(node, "value").any(|v| !attr(v, "unit").is_empty() || v.has_children());
        if !is_number {
            self.issue(Severity::Warning, IssueCode::BadNumber, at, &q.value);
        } else if q.unit_label().is_empty() && !unit_said {
            self.issue(Severity::Information, IssueCode::UnitTrouble, at, &q.value);
        }
    }

    /// A NarrativeStatement: free text, or the note that goes with a document.
    pub fn narrative(&mut self, node: Node<'a>, context: &Context) {
        if let Some(outside) = document::referred(node) {
            return self.document(node, outside, context);
        }
        let by_heading = context.heading.as_ref().and_then(codes::section_of_heading);
        // A laboratory's words stay with its results; all others are what was written down at a visit.
        let lab = context.report.is_some() || !context.specimen.is_empty();
        let home = if lab { Section::Results } else { Section::Notes };
        let mut entry = self.begin(by_heading.unwrap_or(home), Kind::Observation, node, context);
        entry.date = when(node).start;
        final_if_complete(&mut entry);
        let said = child(node, "text").map(text::comment).unwrap_or_default();
        let (title, whole) = narrative::headline(&said);
        entry.title = title;
        if !whole {
            entry.notes.push(said);
        }
        if entry.title.is_empty() {
            (entry.title, entry.named) = ("NarrativeStatement".to_owned(), false);
            self.issue(Severity::Warning, IssueCode::MissingElement, &entry.at, "text");
        }
        self.end(node, entry);
    }

    /// A PlanStatement: something meant to be done or looked at again, mostly on a day to come (a diary entry).
    pub fn plan(&mut self, node: Node<'a>, context: &Context) {
        let mut entry = self.begin(Section::PlanOfCare, Kind::ServiceRequest, node, context);
        entry.concept = self.concept(node);
        self.intended(node, &mut entry);
        let time = child(node, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        (entry.date, entry.end) = (time.start, time.end);
        self.end(node, entry);
    }

    /// A RequestStatement: a referral or another request, dated by its author.
    pub fn request(&mut self, node: Node<'a>, context: &Context) {
        let mut entry = self.begin(Section::PlanOfCare, Kind::ServiceRequest, node, context);
        entry.concept = self.concept(node);
        self.intended(node, &mut entry);
        let written = child(node, "availabilityTime").and_then(hl7v3::ts);
        entry.date = written.or_else(|| when(node).start);
        if let Some(priority) = child(node, "priorityCode") {
            detail(&mut entry, "priority", hl7v3::labelled(priority, &self.words));
        }
        for to in children(node, "responsibleParty") {
            let called = self.called(to);
            detail(&mut entry, "recipient", called.unwrap_or_default());
        }
        if entry.concept.is_empty()
            && let Some(said) = entry.notes.first()
        {
            entry.title = narrative::headline(said).0;
        }
        self.end(node, entry);
    }

    fn intended(&self, node: Node<'a>, entry: &mut Entry) {
        if let Some(code) = child(node, "code") {
            entry.details.extend(hl7v3::qualifiers(code, &self.words));
        }
        entry.notes.extend(child(node, "text").map(text::tidy).filter(|t| !t.is_empty()));
        entry.notes.extend(annotations(node));
        unsaid(entry);
        // Its own time of being written down is nearer than that of its composition.
        entry.recorded = child(node, "availabilityTime").and_then(hl7v3::ts).or(entry.recorded.take());
    }

    /// How the person came to be registered with the practice.
    pub fn registration(&mut self, node: Node<'a>, context: &Context) {
        let kind = Kind::Other("RegistrationStatement".to_owned());
        let mut entry = self.begin(Section::AboutMe, kind, node, context);
        entry.concept = self.concept(node);
        self.finding(node, context, &mut entry);
        self.end(node, entry);
    }
}

/// Where COMPLETE only speaks of writing it down, it is kept as a detail, and the standing is unknown.
fn unsaid(entry: &mut Entry) {
    if entry.status.standing == Standing::Ended {
        let code = std::mem::take(&mut entry.status.text);
        detail(entry, "statusCode", code);
        entry.status.standing = Standing::Unknown;
    }
}

/// A finding that is complete is final.
pub fn final_if_complete(entry: &mut Entry) {
    if entry.status.standing == Standing::Ended {
        entry.status.standing = Standing::Final;
    }
}

fn speaks_of_allergy(concept: &Concept) -> bool {
    let label = concept.label().map(same::fold).unwrap_or_default();
    let short = matches!(label.as_str(), "nka" | "nkda");
    let coded = ["716186003", "160244002", "409137002", "429625007", "428607008", "428197003"];
    short
        || label.contains("allerg")
        || label.contains("adverse reaction")
        || concept.codings.iter().any(|c| coded.contains(&c.code.as_str()))
}

/// The annotations of a statement, in the order of their sequence numbers.
pub fn annotations(node: Node<'_>) -> Vec<String> {
    let mut found: Vec<(i64, String)> = Vec::new();
    for information in children(node, "pertinentInformation") {
        let number = child(information, "sequenceNumber").map(|s| attr(s, "value")).unwrap_or_default();
        let number = number.trim_start_matches('+').parse().unwrap_or(0);
        for inner in super::elements(information) {
            if is(inner, "pertinentAnnotation") || is(inner, "pertinentSupplyAnnotation") {
                let said = child(inner, "text").map(text::tidy).unwrap_or_default();
                if !said.is_empty() {
                    found.push((number, said));
                }
            }
        }
    }
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, said)| said).collect()
}
