use super::super::hl7v3::{self, Node, attr, child, children, descend};
use super::common::{detail, is_generic, is_negated, polarity};
use super::template::{self, What, is_statement};
use super::{Ctx, Reader};
use crate::import::fhir::words::absence;
use crate::record::{Component, Entry, Kind, Link, Outcome, Polarity, Section, Standing, Value, system};

impl<'a> Reader<'a> {
    /// A finding: what was looked at in its code, what was found in its value (CDA R2 §4.3.6.3). Where the code says only
    /// that something is asserted, the value says what.
    pub fn observation(&mut self, node: Node<'a>, ctx: &Ctx, what: Option<What>) -> Option<String> {
        let kind = match what {
            Some(What::AdvanceDirective) => Kind::Consent,
            _ if ctx.section == Some(Section::AdvanceDirectives) => Kind::Consent,
            _ => Kind::Observation,
        };
        let mut entry = self.begin(node, ctx, Entry::new(Section::Results, kind, "", ""));
        let code = child(node, "code");
        entry.concept = code.map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let values: Vec<Node<'a>> = children(node, "value").collect();
        let mut found = hl7v3::values(node, &self.words);
        let sort = entry.concept.clone();
        if (is_generic(&sort) || sort.codings.iter().any(|c| c.code == "ASSERTION"))
            && let Some(Value::Concept(about)) = found.first()
        {
            entry.concept = about.clone();
            found.remove(0);
            if sort.codings.iter().all(|c| c.code != "ASSERTION") {
                detail(&mut entry, "type", sort.label().unwrap_or_default());
            }
        }
        for coded in code.into_iter().chain(values.iter().copied()) {
            self.concept(coded, &mut entry);
        }
        let said = self.said(node, "text");
        self.name_by(&mut entry, &said);
        entry.section = home(&entry, ctx, what);
        let mut found = found.into_iter();
        entry.value = found.next();
        let title = hl7v3::title(&entry.concept).map(|t| t.0).unwrap_or_default();
        for also in found {
            entry.components.push(Component {
                title: title.clone(),
                concept: entry.concept.clone(),
                value: Some(also),
                range: Vec::new(),
                interpretation: Vec::new(),
            });
        }
        for value in values {
            entry.attachments.extend(self.attach(value, &title));
        }
        entry.range = self.ranges(node);
        entry.interpretation = children(node, "interpretationCode").map(|c| hl7v3::cd(c, &self.words)).collect();
        self.found(node, ctx, &mut entry);
        self.parts(node, &mut entry, ctx);
        self.complete(node, entry, &said)
    }

    /// Status and polarity of a finding.
    fn found(&self, node: Node<'a>, ctx: &Ctx, entry: &mut Entry) {
        entry.status.standing = match entry.status.text.as_str() {
            "completed" => Standing::Final,
            "active" | "new" | "held" | "suspended" => Standing::Preliminary,
            _ => entry.status.standing,
        };
        let nothing_found = matches!(entry.value, None | Some(Value::Absent(_)));
        let negative = if nothing_found && entry.components.is_empty() { Polarity::NotDone } else { Polarity::Negated };
        entry.polarity = polarity(node, ctx, &entry.concept, negative);
        // An assertion that is negated says that it is not so; only a test without an answer was not done.
        let asserted = child(node, "code").is_some_and(|c| template::is_generic(attr(c, "code")));
        if entry.polarity == Polarity::NotDone && asserted {
            entry.polarity = Polarity::Negated;
        }
        if let Some(Value::Concept(answer)) = &entry.value
            && entry.polarity == Polarity::Positive
            && absence(answer) == Some(Polarity::NoneKnown)
        {
            entry.polarity = Polarity::NoneKnown;
        }
    }

    /// Reference ranges in the source's words where it has any, each with what it is the range of.
    pub fn ranges(&self, node: Node<'a>) -> Vec<String> {
        let ranges = children(node, "referenceRange").filter_map(|r| child(r, "observationRange"));
        let lines = ranges.map(|range| {
            let text = self.said(range, "text");
            let value = child(range, "value").and_then(|v| hl7v3::value(v, &self.words));
            let value = value.filter(|v| !matches!(v, Value::Absent(_))).map(|v| super::parts::worded(&v));
            let code = self.label(range, "code");
            let line = if text.is_empty() { value.unwrap_or_default() } else { text };
            let flag = child(range, "interpretationCode");
            let normal = flag.is_none_or(|f| attr(f, "code") == "N");
            let flag = flag.filter(|_| !normal).map(|f| hl7v3::labelled(f, &self.words)).unwrap_or_default();
            let marks: Vec<&str> = [code.as_str(), flag.as_str()].into_iter().filter(|m| !m.is_empty()).collect();
            if line.is_empty() || marks.is_empty() { line } else { format!("{line} ({})", marks.join(", ")) }
        });
        lines.filter(|l| !l.is_empty()).collect()
    }

    /// A battery of results, or vital signs taken together: a report that names its results, if it has a name.
    pub fn battery(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let concept = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let vitals = ctx.section == Some(Section::VitalSigns)
            || template::roots(node).iter().any(|r| matches!(r.as_str(), "22.4.26" | "20.1.35" | "pcc.13.1"));
        let members: Vec<(&str, Node<'a>)> = children(node, "component")
            .flat_map(|c| c.children().filter(|s| is_statement(*s)).map(move |s| (attr(c, "typeCode"), s)))
            .collect();
        let mut inner = ctx.clone();
        inner.depth += 1;
        inner.negated |= is_negated(node);
        let (people, written) = self.people(node);
        if !people.is_empty() {
            inner.performer = people;
        }
        inner.recorded = written.or(inner.recorded);
        inner.date = child(node, "effectiveTime").and_then(|t| hl7v3::ivl_ts(t).start).or(inner.date);
        if let Some(subject) = child(node, "subject") {
            inner.subject = Some(self.relation(subject));
        }
        let named = hl7v3::title(&concept).is_some();
        if vitals || !named {
            // What holds them has nothing to say by itself.
            self.mark(node, Outcome::Shown);
            let specimen = children(node, "specimen").next().is_some();
            for (_, member) in members {
                let before = self.reading.entries.len();
                self.statement(member, &inner);
                if specimen {
                    self.lend(node, before);
                }
            }
            return None;
        }
        let results = template::roots(node).iter().any(|r| matches!(r.as_str(), "22.4.1" | "20.1.32" | "pcc.13.1"));
        let (section, kind) = match ctx.section {
            None if results => (Section::Results, Kind::DiagnosticReport),
            Some(Section::Results) => (Section::Results, Kind::DiagnosticReport),
            Some(Section::Allergies | Section::Medications | Section::Immunizations) | None => {
                (Section::Notes, Kind::Other("organizer".to_owned()))
            }
            Some(section) => (section, Kind::Other("organizer".to_owned())),
        };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        entry.concept = concept;
        entry.status.standing = match entry.status.text.as_str() {
            "completed" => Standing::Final,
            "active" | "new" => Standing::Preliminary,
            _ => entry.status.standing,
        };
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::NotDone);
        let said = self.said(node, "text");
        for relation in children(node, "component") {
            for part in relation.children().filter(|c| is_statement(*c)).collect::<Vec<_>>() {
                if self.marked(part) {
                    continue;
                }
                // A comment or a picture of the whole; anything else is a result of its own.
                if template::what(part) == Some(What::Comment) && !is_negated(part) {
                    super::common::note(&mut entry, self.said(part, "text"));
                    self.mark(part, Outcome::Shown);
                    continue;
                }
                let before = self.reading.entries.len();
                if let Some(to) = self.statement(part, &inner) {
                    entry.links.push(Link { role: "result".to_owned(), to });
                }
                self.lend(node, before);
            }
        }
        self.parts(node, &mut entry, ctx);
        self.complete(node, entry, &said)
    }

    /// A battery's specimen is that of its results.
    fn lend(&mut self, node: Node<'a>, from: usize) {
        let specimens: Vec<String> = children(node, "specimen")
            .filter_map(|s| descend(s, &["specimenRole", "specimenPlayingEntity"]))
            .map(|n| self.label(n, "code"))
            .collect();
        for entry in self.reading.entries.iter_mut().skip(from) {
            if entry.detail("specimen").is_none() {
                for specimen in &specimens {
                    detail(entry, "specimen", specimen);
                }
            }
        }
    }
}

/// The section of a finding: told by what it is about, by its template, then by where it stands.
fn home(entry: &Entry, ctx: &Ctx, what: Option<What>) -> Section {
    let pregnancy = |c: &&crate::record::Coding| {
        c.system == system::LOINC && template::PREGNANCY.contains(&c.code.as_str())
            || c.system == system::SNOMED && matches!(c.code.as_str(), "77386006" | "60001007" | "289908002")
    };
    if what == Some(What::Pregnancy) || entry.concept.codings.iter().any(|c| pregnancy(&c)) {
        return Section::Pregnancy;
    }
    match (what, ctx.section) {
        (Some(What::AdvanceDirective), _) => Section::AdvanceDirectives,
        (Some(What::Vital), _) => Section::VitalSigns,
        (Some(What::Social), None) => Section::SocialHistory,
        (Some(What::Functional), None) => Section::FunctionalStatus,
        // Lists of something else hold findings that explain them.
        (_, Some(Section::Allergies | Section::Medications | Section::Immunizations | Section::Encounters)) => {
            Section::Results
        }
        (_, Some(section)) => section,
        (_, None) => Section::Results,
    }
}
