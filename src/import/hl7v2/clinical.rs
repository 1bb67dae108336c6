use super::datatypes::{
    clinician, coded, concept, date_words, entity, identifier, label, location, system_uri, table_uri, when,
};
use super::wire::Segment;
use super::{Last, Reader, detail, with_words};
use crate::record::{Coding, Concept, Identifier, Kind, Polarity, Reaction, Section, Standing};

/// What an ORC says of the order that follows (HL7 v2.5.1 §4.5.1).
#[derive(Clone, Default)]
pub struct Order {
    /// ORC-1, table 0119.
    pub control: String,
    /// ORC-5, table 0038.
    pub status: String,
    /// Placer's and filler's numbers.
    pub numbers: Vec<Identifier>,
    /// ORC-12.
    pub by: Vec<String>,
    /// ORC-9 or ORC-15.
    pub date: Option<crate::record::PartialDate>,
    /// ORC-16, ORC-20 …: why.
    pub reason: String,
}

impl Order {
    /// What the order's status means (tables 0038 and 0119).
    pub fn standing(&self) -> Standing {
        match (self.status.as_str(), self.control.as_str()) {
            ("CM", _) => Standing::Ended,
            ("CA" | "DC" | "RP", _) | ("", "CA" | "DC" | "OC" | "OD" | "CR" | "DR" | "UA") => Standing::Stopped,
            ("HD", _) | ("", "HD" | "OH") => Standing::OnHold,
            ("IP" | "A", _) => Standing::Active,
            ("SC", _) => Standing::Planned,
            _ => Standing::Unknown,
        }
    }
}

impl Reader {
    /// PV1: one stay or visit, if it says anything of one.
    pub fn visit(&mut self, s: &Segment<'_>) -> bool {
        let class = coded(s.get(2), "0004");
        let place = location(s.get(3));
        let (from, to) = (when(s.get(44)), when(s.get(45)));
        let number = s.get(19);
        let who: Vec<String> = [7, 8, 9, 17, 52].into_iter().flat_map(|f| s.all(f)).map(clinician).collect();
        let not_applicable = class.codings.iter().any(|c| c.code == "N");
        let said = !place.is_empty() || from.is_some() || to.is_some() || !number.is_empty() || !who.is_empty();
        if not_applicable || !said && (class.is_empty() || matches!(self.message.kind.as_str(), "VXU" | "ORU" | "VXR"))
        {
            return false;
        }
        let mut entry = self.new_entry(s, Section::Encounters, Kind::Encounter);
        let service = concept(s.get(10));
        let kinds = [concept(s.get(18)), service.clone(), coded(s.get(4), "0007")];
        let words = [label_of(&service), place.clone(), entry.custodian.clone().unwrap_or_default()];
        entry.concept = class;
        if entry.concept.label().is_none() {
            entry.title = words.into_iter().find(|w| !w.is_empty()).unwrap_or_default();
        }
        entry.category = kinds.into_iter().filter(|k| !k.is_empty()).collect();
        detail(&mut entry, "location", place);
        detail(&mut entry, "priorLocation", location(s.get(6)));
        detail(&mut entry, "admitSource", label(&coded(s.get(14), "0023")));
        detail(&mut entry, "dischargeDisposition", label(&coded(s.get(36), "0112")));
        detail(&mut entry, "destination", s.get(37).line());
        entry.identifiers = [identifier(number), identifier(s.get(50))].into_iter().flatten().collect();
        for name in who.into_iter().filter(|w| !w.is_empty()) {
            if !entry.performer.contains(&name) {
                entry.performer.push(name);
            }
        }
        let event = (self.message.kind.as_str(), self.message.event.as_str());
        entry.status.standing = match event {
            ("ADT", "A11" | "A27" | "A23") => Standing::EnteredInError,
            ("ADT", "A05" | "A14") if from.is_none() => Standing::Planned,
            _ if to.is_some() || event.1 == "A03" => Standing::Ended,
            ("ADT", "A01" | "A02" | "A04" | "A06" | "A07" | "A13") => Standing::Active,
            _ => Standing::Unknown,
        };
        (entry.date, entry.end) = (from, to);
        let i = self.push(entry);
        self.open.encounter = Some(i);
        self.last = Last::Entry(i);
        true
    }

    /// PV2: more of the visit before it.
    pub fn visit_more(&mut self, s: &Segment<'_>) -> bool {
        let reason = label(&concept(s.get(3)));
        let words = s.get(12).line();
        let (expected, left) = (date_words(s.get(8)), date_words(s.get(9)));
        if [&reason, &words, &expected, &left].iter().all(|w| w.is_empty()) {
            return false;
        }
        let Some(entry) = self.entry(self.open.encounter) else { return false };
        detail(entry, "reasonCode", reason);
        detail(entry, "description", words);
        detail(entry, "expectedAdmit", expected);
        detail(entry, "expectedDischarge", left);
        true
    }

    /// AL1 (§3.4.6) and IAM (§3.4.7).
    pub fn allergy(&mut self, s: &Segment<'_>) -> bool {
        if s.get(3).is_empty() {
            return false;
        }
        let mut entry = self.new_entry(s, Section::Allergies, Kind::AllergyIntolerance);
        // One substance is the rule (§3.4.6.3); of a sender who repeats the field each is an allergy that must be seen.
        let mut substances = s.all(3).map(concept).filter(|c| !c.is_empty());
        entry.concept = substances.next().unwrap_or_default();
        let further: Vec<Concept> = substances.collect();
        entry.category = vec![coded(s.get(2), "0127")];
        entry.category.retain(|c| !c.is_empty());
        let severity = match s.flag(4).as_str() {
            "SV" => "severe".to_owned(),
            "MO" => "moderate".to_owned(),
            "MI" => "mild".to_owned(),
            "U" => String::new(),
            _ => label(&concept(s.get(4))),
        };
        let manifestations: Vec<Concept> = s.all(5).map(|f| Concept::words(f.line())).collect();
        if !manifestations.is_empty() || !severity.is_empty() {
            entry.reactions.push(Reaction { manifestations, severity, ..Reaction::default() });
        }
        if s.kind == "AL1" {
            entry.date = when(s.get(6));
        } else {
            self.allergy_more(s, &mut entry);
        }
        let shared = entry.clone();
        let i = self.push(entry);
        for (n, concept) in further.into_iter().enumerate() {
            self.push(crate::record::Entry { at: format!("{}-3.{}", s.at(), n + 2), concept, ..shared.clone() });
        }
        self.last = Last::Entry(i);
        true
    }

    /// What IAM says beyond AL1.
    fn allergy_more(&self, s: &Segment<'_>, entry: &mut crate::record::Entry) {
        entry.date = when(s.get(11));
        entry.recorded = when(s.get(13)).or_else(|| when(s.get(20)));
        entry.identifiers = entity(s.get(7)).into_iter().collect();
        detail(entry, "type", label(&coded(s.get(9), "0436")));
        detail(entry, "allergenGroup", label(&concept(s.get(10))));
        detail(entry, "onset", s.get(12).line());
        detail(entry, "reason", s.get(8).line());
        entry.performer.extend([s.get(14), s.get(18)].into_iter().map(clinician).filter(|n| !n.is_empty()));
        entry.status.certainty = label(&coded(s.get(17), "0438"));
        // Table 0438: C confirmed, I confirmed but inactive, E erroneous; U, P, S, D are doubts, said as they are.
        entry.status.standing = match (s.flag(17).as_str(), s.flag(6).as_str()) {
            ("E", _) | (_, "D") => Standing::EnteredInError,
            ("I", _) => Standing::Ended,
            ("C", _) => Standing::Active,
            _ => Standing::Unknown,
        };
    }

    /// IAR (2.8 on): a reaction of the IAM before it.
    pub fn reaction(&mut self, s: &Segment<'_>) -> bool {
        let what = concept(s.get(1));
        let Last::Entry(i) = self.last else { return false };
        if what.is_empty() {
            return false;
        }
        let severity = label(&concept(s.get(2)));
        let note = [label(&concept(s.get(3))), s.get(4).line()];
        let note = note.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(" · ");
        match self.entry(Some(i)).filter(|e| e.kind == Kind::AllergyIntolerance) {
            Some(entry) => {
                entry.reactions.push(Reaction { manifestations: vec![what], severity, note, date: None });
                true
            }
            None => false,
        }
    }

    /// DG1 (§6.5.2): a diagnosis.
    pub fn diagnosis(&mut self, s: &Segment<'_>) -> bool {
        if s.get(3).is_empty() && s.get(4).is_empty() {
            return false;
        }
        let mut entry = self.new_entry(s, Section::Problems, Kind::Condition);
        let words = s.get(4).line();
        entry.concept = with_words(concept(s.get(3)), words.clone());
        by_method(&mut entry.concept, &s.code(2));
        if entry.concept.label() != Some(words.as_str()) {
            detail(&mut entry, "description", words);
        }
        for also in s.all(3).skip(1) {
            detail(&mut entry, "condition", label(&concept(also)));
        }
        entry.date = when(s.get(5));
        entry.recorded = when(s.get(19));
        entry.status.certainty = label(&coded(s.get(6), "0052"));
        detail(&mut entry, "priority", s.code(15));
        entry.performer.extend(s.all(16).map(clinician).filter(|n| !n.is_empty()));
        entry.identifiers = entity(s.get(20)).into_iter().collect();
        if s.flag(21) == "D" {
            entry.status.standing = Standing::EnteredInError;
        }
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// PRB (§12.3.2): a problem of a list.
    pub fn problem(&mut self, s: &Segment<'_>) -> bool {
        if s.get(3).is_empty() {
            return false;
        }
        let mut entry = self.new_entry(s, Section::Problems, Kind::Condition);
        entry.concept = concept(s.get(3));
        entry.identifiers = entity(s.get(4)).into_iter().collect();
        entry.date = when(s.get(16));
        entry.recorded = when(s.get(7)).or_else(|| when(s.get(2)));
        entry.end = when(s.get(9));
        entry.status.certainty = label(&concept(s.get(13)));
        let life = concept(s.get(14));
        entry.status.text = label(&life);
        entry.status.standing = match (s.flag(1).as_str(), entry.status.text.to_lowercase().as_str()) {
            ("DE", _) => Standing::EnteredInError,
            _ if entry.end.is_some() => Standing::Ended,
            (_, word) => crate::import::fhir::words::standing(word),
        };
        detail(&mut entry, "onset", s.get(17).line());
        detail(&mut entry, "classification", label(&concept(s.get(10))));
        detail(&mut entry, "prognosis", label(&concept(s.get(18))));
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// PR1 (§6.5.4): a procedure.
    pub fn procedure(&mut self, s: &Segment<'_>) -> bool {
        if s.get(3).is_empty() && s.get(4).is_empty() {
            return false;
        }
        let mut entry = self.new_entry(s, Section::Procedures, Kind::Procedure);
        let words = s.get(4).line();
        entry.concept = with_words(concept(s.get(3)), words.clone());
        by_method(&mut entry.concept, &s.code(2));
        if entry.concept.label() != Some(words.as_str()) {
            detail(&mut entry, "description", words);
        }
        entry.date = when(s.get(5));
        for field in [8, 11, 12] {
            for name in s.all(field).map(clinician).filter(|n| !n.is_empty()) {
                if !entry.performer.contains(&name) {
                    entry.performer.push(name);
                }
            }
        }
        detail(&mut entry, "reasonCode", label(&concept(s.get(15))));
        for modifier in s.all(16) {
            detail(&mut entry, "modifier", label(&concept(modifier)));
        }
        entry.identifiers = entity(s.get(19)).into_iter().collect();
        if s.flag(20) == "D" {
            entry.status.standing = Standing::EnteredInError;
        }
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// GOL (§12.3.1): a goal.
    pub fn goal(&mut self, s: &Segment<'_>) -> bool {
        let done = label(&concept(s.get(18)));
        self.planned(s, Kind::Goal, 3, done)
    }

    /// PTH (§12.3.3): a pathway that the person is on.
    pub fn pathway(&mut self, s: &Segment<'_>) -> bool {
        let done = label(&concept(s.get(5)));
        self.planned(s, Kind::CarePlan, 2, done)
    }

    fn planned(&mut self, s: &Segment<'_>, kind: Kind, field: usize, status: String) -> bool {
        if s.get(field).is_empty() {
            return false;
        }
        let mut entry = self.new_entry(s, Section::PlanOfCare, kind);
        entry.concept = concept(s.get(field));
        entry.identifiers = entity(s.get(field + 1)).into_iter().collect();
        entry.date = when(s.get(if field == 3 { 7 } else { 4 }));
        entry.recorded = when(s.get(if field == 3 { 2 } else { 6 }));
        entry.status.standing = crate::import::fhir::words::standing(&status.to_lowercase());
        entry.status.text = status;
        if s.flag(1) == "DE" {
            entry.status.standing = Standing::EnteredInError;
        }
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// SCH (§10.6.1): an appointment.
    pub fn appointment(&mut self, s: &Segment<'_>) -> bool {
        let mut entry = self.new_entry(s, Section::PlanOfCare, Kind::Appointment);
        entry.concept = [8, 7, 6].iter().map(|f| concept(s.get(*f))).find(|c| !c.is_empty()).unwrap_or_default();
        // SCH-11 is a TQ: its fourth and fifth components are start and end.
        let timing = s.get(11);
        (entry.date, entry.end) = (when_part(timing.part(4)), when_part(timing.part(5)));
        entry.identifiers = [entity(s.get(1)), entity(s.get(2))].into_iter().flatten().collect();
        let status = label(&coded(s.get(25), "0278"));
        entry.status.standing = match status.to_lowercase().as_str() {
            "booked" | "pending" | "overbook" | "started" => Standing::Planned,
            "complete" => Standing::Ended,
            "cancelled" | "dc" | "deleted" | "blocked" | "noshow" => Standing::Stopped,
            _ if matches!(self.message.event.as_str(), "S15" | "S17") => Standing::Stopped,
            _ => Standing::Unknown,
        };
        entry.status.text = status;
        detail(&mut entry, "reasonCode", label(&concept(s.get(7))));
        entry.performer.extend(s.all(16).chain(s.all(12)).map(clinician).filter(|n| !n.is_empty()));
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// CON (§9.9.2): a consent.
    pub fn consent(&mut self, s: &Segment<'_>) -> bool {
        let mut entry = self.new_entry(s, Section::LegalInformation, Kind::Consent);
        entry.concept = with_words(concept(s.get(2)), s.get(9).line());
        if entry.concept.is_empty() {
            return false;
        }
        entry.date = when(s.get(14)).or_else(|| when(s.get(13)));
        entry.end = when(s.get(15));
        entry.identifiers = entity(s.get(4)).into_iter().collect();
        entry.status.text = label(&coded(s.get(11), "0498"));
        // Table 0498: A active, L limited, R refused, P pending, X rescinded, B bypassed.
        entry.status.standing = match s.flag(11).as_str() {
            "A" | "L" => Standing::Active,
            "P" => Standing::Planned,
            "X" | "R" => Standing::Stopped,
            _ => Standing::Unknown,
        };
        if s.flag(11) == "R" {
            entry.polarity = Polarity::NotDone;
        }
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// FAM (2.x local use): what a relative had, in words.
    pub fn family(&mut self, s: &Segment<'_>) -> bool {
        let words: Vec<String> = (1..8).map(|n| s.get(n).line()).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return false;
        }
        let mut entry = self.new_entry(s, Section::FamilyHistory, Kind::FamilyMemberHistory);
        entry.title = words.join(" · ");
        let i = self.push(entry);
        self.last = Last::Entry(i);
        true
    }

    /// ORC (§4.5.1): heads the order that follows, and ends the one before.
    pub fn order(&mut self, s: &Segment<'_>) -> bool {
        self.open.report = None;
        self.open.vaccine = None;
        self.open.medicine = None;
        self.open.order = Some(Order {
            control: s.flag(1),
            status: s.flag(5),
            numbers: [entity(s.get(2)), entity(s.get(3))].into_iter().flatten().collect(),
            by: s.all(12).map(clinician).filter(|n| !n.is_empty()).collect(),
            date: when(s.get(9)).or_else(|| when(s.get(15))),
            reason: label(&concept(s.get(16))),
        });
        false
    }
}

/// A date in a sub-component or component that is not cut further.
fn when_part(field: super::wire::Field<'_>) -> Option<crate::record::PartialDate> {
    let words = field.words();
    (!words.is_empty()).then(|| crate::record::PartialDate::hl7(&words))
}

fn label_of(concept: &Concept) -> String {
    concept.label().unwrap_or_default().to_owned()
}

/// DG1-2 and PR1-2 name the coding system where the code itself does not (older versions).
fn by_method(concept: &mut Concept, method: &str) {
    for coding in concept.codings.iter_mut().filter(|c: &&mut Coding| c.system.is_empty()) {
        coding.system = system_uri(method);
    }
}

/// The table of OBR-24 as a category.
pub fn service_section(code: &str) -> Option<Concept> {
    let coding = Coding { system: table_uri("0074"), code: code.to_owned(), display: String::new() };
    (!code.is_empty()).then(|| Concept { text: String::new(), codings: vec![coding] })
}
