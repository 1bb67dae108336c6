use super::clinical::service_section;
use super::datatypes::{
    clinician, coded, compared, concept, date_words, entity, is_number, label, organisation, quantity, when,
};
use super::wire::{Field, Segment};
use super::{Last, Reader, detail, with_words};
use crate::import::fhir::place;
use crate::record::{
    Component, Concept, Entry, IssueCode, Kind, Link, Polarity, Quantity, Section, Severity, Standing, Value, system,
};

/// LOINC codes of vital signs (FHIR R4 vital-signs profiles and the IPS's), for messages that name no category.
const VITAL_SIGNS: [&str; 22] = [
    "85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8302-2", "9843-4", "29463-7", "39156-5", "85354-9",
    "8480-6", "8462-4", "8478-0", "8287-5", "3141-9", "3137-7", "59575-1", "8277-6", "8331-1", "8332-9", "59576-9",
];
/// LOINC codes of smoking and drinking.
const SOCIAL: [&str; 4] = ["72166-2", "74013-4", "11331-6", "11367-0"];

/// What the status of a whole report means: OBR-25 (table 0123). Its letters are not those of one observation: `A` is that
/// some of the results are there, `O`, `I` and `S` that none is yet.
fn report_standing(code: &str) -> Standing {
    match code.to_ascii_uppercase().as_str() {
        "A" | "O" => Standing::Preliminary,
        other => standing(other),
    }
}

/// What the status of an observation means: OBX-11 (table 0085). `C` is on the correction, not on what it corrects; `X`
/// says that no result can be obtained; `D` and `W` take a result back.
fn standing(code: &str) -> Standing {
    match code.to_ascii_uppercase().as_str() {
        "F" | "U" | "V" => Standing::Final,
        "C" | "A" | "B" | "K" => Standing::Amended,
        "P" | "R" | "S" | "I" | "M" => Standing::Preliminary,
        "D" | "W" => Standing::EnteredInError,
        "X" | "Y" | "Z" => Standing::Stopped,
        _ => Standing::Unknown,
    }
}

impl Reader {
    /// OBR (HL7 v2.5.1 §4.5.3): a report, or in an order message what was asked for.
    pub fn request(&mut self, s: &Segment<'_>) -> bool {
        self.open.report = None;
        self.open.document = None;
        self.open.vaccine = None;
        self.open.medicine = None;
        let what = concept(s.get(4));
        let order = matches!(self.message.kind.as_str(), "ORM" | "OML" | "OMG" | "OMI" | "OMN" | "ORL" | "ORG" | "ORI");
        if self.message.kind == "MDM" {
            // The order that a document answers: the document is what there is to show.
            self.open.service = label(&what);
            return false;
        }
        if what.is_empty() && s.get(7).is_empty() {
            return false;
        }
        let (section, kind) = if order {
            (Section::PlanOfCare, Kind::ServiceRequest)
        } else {
            (Section::Results, Kind::DiagnosticReport)
        };
        let mut entry = self.new_entry(s, section, kind);
        entry.concept = what;
        entry.date = when(s.get(7)).or_else(|| when(s.get(if order { 36 } else { 22 })));
        entry.end = when(s.get(8));
        entry.recorded = when(s.get(22)).or_else(|| when(s.get(6)));
        entry.status.text = s.code(25);
        entry.status.standing = report_standing(&s.code(25));
        entry.identifiers = [entity(s.get(2)), entity(s.get(3))].into_iter().flatten().collect();
        if let Some(held) = self.open.order.as_ref().filter(|_| order) {
            entry.status.standing = held.standing();
            entry.status.text = if held.status.is_empty() { held.control.clone() } else { held.status.clone() };
        }
        entry.category = service_section(&s.code(24)).into_iter().collect();
        for clerk in [32, 33, 34, 35] {
            // An NDL holds its CNN in sub-components.
            let names = s.all(clerk).map(|f| {
                let parts: Vec<String> = [6, 3, 2, 4].iter().map(|n| f.part(1).sub(*n).words()).collect();
                parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
            });
            entry.performer.extend(names.filter(|n| !n.is_empty()));
        }
        s.all(16).for_each(|f| detail(&mut entry, "requester", clinician(f)));
        s.all(31).for_each(|f| detail(&mut entry, "reasonCode", label(&concept(f))));
        detail(&mut entry, "reason", s.get(13).line());
        let specimen = s.get(15);
        detail(&mut entry, "specimen", specimen.part(1).line());
        detail(&mut entry, "bodySite", specimen.part(4).words());
        for (name, words) in &self.open.specimen {
            detail(&mut entry, name, words);
        }
        let i = self.push(entry);
        self.open.report = Some(i);
        self.last = Last::Entry(i);
        true
    }

    /// SPM (§7.4.3): the specimen of the report before it.
    pub fn specimen(&mut self, s: &Segment<'_>) -> bool {
        let kind = label(&concept(s.get(4)));
        let site = label(&concept(s.get(8)));
        let notes: Vec<String> = [14, 24].into_iter().flat_map(|f| s.all(f)).map(|f| f.line()).collect();
        let (taken, received) = (date_words(s.get(17)), date_words(s.get(18)));
        let named = !kind.is_empty();
        let mut said = vec![("specimen", kind), ("bodySite", site), ("collected", taken), ("receivedTime", received)];
        said.extend(notes.into_iter().map(|n| ("specimenNote", n)));
        // In OUL^R22 the specimen stands before what was ordered of it.
        if self.message.kind == "OUL" {
            self.open.report = None;
            self.open.specimen = said;
            return named;
        }
        let Some(entry) = self.entry(self.open.report) else { return false };
        said.iter().for_each(|(name, words)| detail(entry, name, words));
        named
    }

    /// TXA (§9.6.1): a document, whose words and pictures are the OBX that follow.
    pub fn document(&mut self, s: &Segment<'_>) -> bool {
        let mut entry = self.new_entry(s, Section::Documents, Kind::DocumentReference);
        let kind = coded(s.get(2), "0270");
        let titles = [s.get(25).line(), label_of(&kind), std::mem::take(&mut self.open.service)];
        entry.title = titles.into_iter().find(|t| !t.is_empty()).unwrap_or_default();
        entry.concept = kind;
        entry.date = when(s.get(4)).or_else(|| when(s.get(6)));
        entry.recorded = when(s.get(6)).or_else(|| when(s.get(7)));
        for field in [5, 9, 22] {
            for name in s.all(field).map(clinician).filter(|n| !n.is_empty()) {
                if !entry.performer.contains(&name) {
                    entry.performer.push(name);
                }
            }
        }
        entry.identifiers = [entity(s.get(12)), entity(s.get(13))].into_iter().flatten().collect();
        // Tables 0271, 0273; event T11 takes a document back.
        entry.status.text = s.code(17);
        entry.status.standing = match (s.code(17).as_str(), s.code(19).as_str(), self.message.event.as_str()) {
            (_, "CA", _) | (_, _, "T11") => Standing::EnteredInError,
            (_, "OB", _) => Standing::Ended,
            ("AU" | "LA", ..) => Standing::Final,
            ("DI" | "DO" | "IN" | "IP" | "PA", ..) => Standing::Preliminary,
            _ => Standing::Unknown,
        };
        entry.labels = coded(s.get(18), "0272").codings;
        detail(&mut entry, "fileName", s.get(16).line());
        detail(&mut entry, "reason", s.get(21).line());
        let i = self.push(entry);
        self.open.document = Some(i);
        (self.open.heading, self.open.headed) = (None, false);
        self.open.report = None;
        self.last = Last::Entry(i);
        true
    }

    /// OBX (§7.4.2): a result, a line of text, an attachment, or something said about a vaccination.
    pub fn observation(&mut self, s: &Segment<'_>) -> bool {
        let kind = s.code(2);
        if matches!(kind.as_str(), "ED" | "RP") {
            return self.attached(s, &kind);
        }
        let text = matches!(kind.as_str(), "TX" | "FT" | "ST" | "");
        let wrong = standing(&s.code(11)) == Standing::EnteredInError;
        if text && !wrong {
            // A number with its unit or its range is a result, also in a letter.
            if let Some(i) = self.open.document.filter(|_| !s.any(&[6, 7, 8])) {
                return self.line(i, s);
            }
            if let Last::Text(i) = self.last
                && kind != "ST"
                && self.goes_on(i, s)
            {
                return self.line(i, s);
            }
        }
        let mut entry = self.new_entry(s, Section::Results, Kind::Observation);
        entry.concept = concept(s.get(3));
        let values = self.values(s, &kind);
        if let Some(i) = self.open.vaccine.filter(|_| !wrong) {
            return self.of_vaccine(i, s, entry.concept, values);
        }
        if s.get(3).is_empty() {
            let above = self.entry(self.open.report.or(self.open.document)).map(|e| e.title.clone());
            entry.title = above.unwrap_or_default();
        }
        self.found(s, values, &mut entry);
        entry.section = section(&entry);
        let prose =
            matches!(kind.as_str(), "TX" | "FT") && entry.value.as_ref().is_none_or(|v| matches!(v, Value::Text(_)));
        let i = self.push(entry);
        let at = s.at();
        if let Some(report) = self.entry(self.open.report) {
            report.links.push(Link { role: "result".to_owned(), to: at });
        }
        self.last = if prose { Last::Text(i) } else { Last::Entry(i) };
        true
    }

    /// All of an observation beside its code.
    fn found(&mut self, s: &Segment<'_>, values: Vec<Value>, entry: &mut Entry) {
        let range: Vec<String> = s.all(7).map(|f| f.verbatim().trim().to_owned()).filter(|r| !r.is_empty()).collect();
        let flags: Vec<Concept> = s.all(8).map(|f| coded(f, "0078")).filter(|c| !c.is_empty()).collect();
        let mut values = values.into_iter();
        if values.len() > 1 {
            // Several answers to one question, none before the other.
            let words = if entry.title.is_empty() { label(&entry.concept) } else { entry.title.clone() };
            entry.components = values
                .map(|value| Component {
                    title: words.clone(),
                    concept: entry.concept.clone(),
                    value: Some(value),
                    range: range.clone(),
                    interpretation: Vec::new(),
                })
                .collect();
        } else {
            entry.value = values.next();
            entry.range = range;
        }
        entry.interpretation = flags;
        let units = with_words(concept(s.get(6)), s.code(6));
        let plain = matches!(entry.value, Some(Value::Text(_) | Value::Concept(_)));
        if plain && !units.is_empty() {
            detail(entry, "unit", label(&units));
        }
        let report = self.open.report.and_then(|i| self.reading.entries.get(i));
        entry.date = when(s.get(14)).or_else(|| report.and_then(|r| r.date.clone()));
        entry.recorded = when(s.get(19)).or_else(|| report.and_then(|r| r.recorded.clone()));
        entry.category = report.map(|r| r.category.clone()).unwrap_or_default();
        let specimen = report.and_then(|r| r.detail("specimen").map(str::to_owned));
        detail(entry, "specimen", specimen.unwrap_or_default());
        let status = s.code(11);
        entry.status.standing = standing(&status);
        match status.to_ascii_uppercase().as_str() {
            "N" => entry.polarity = Polarity::NotDone,
            "X" if entry.value.is_none() && entry.components.is_empty() => {
                entry.value = Some(Value::Absent(coded(s.get(11), "0085")));
            }
            _ => {}
        }
        entry.status.text = status;
        entry.performer.extend(s.all(16).map(clinician).filter(|n| !n.is_empty()));
        for field in [23, 15] {
            let name = label_or(organisation(s.get(field)), &concept(s.get(field)), field == 15);
            if !name.is_empty() && !entry.performer.contains(&name) {
                entry.performer.push(name);
            }
        }
        s.all(17).for_each(|f| detail(entry, "method", label(&concept(f))));
        detail(entry, "bodySite", label(&concept(s.get(20))));
        // Lines of one group (blood pressure, antibiotics of one culture) share OBX-4.
        detail(entry, "subId", s.get(4).line());
    }

    /// What OBX-5 says, each repetition by itself.
    fn values(&mut self, s: &Segment<'_>, kind: &str) -> Vec<Value> {
        if matches!(kind, "TX" | "FT") {
            let lines: Vec<String> = s.all(5).map(|f| f.verbatim()).collect();
            let text = lines.join("\n").trim_end().to_owned();
            return if text.trim().is_empty() { Vec::new() } else { vec![Value::Text(text)] };
        }
        let units = s.get(6);
        let mut out = Vec::new();
        for field in s.all(5) {
            let value = value(kind, field, units);
            if let Value::Quantity(q) = &value
                && q.unit_label().is_empty()
            {
                self.issue(Severity::Information, IssueCode::UnitTrouble, &s.at_field(6), &q.value);
            }
            if matches!(kind, "NM") && !matches!(value, Value::Quantity(_)) {
                self.issue(Severity::Warning, IssueCode::BadNumber, &s.at_field(5), &field.verbatim());
            }
            out.push(value);
        }
        out
    }

    /// True if a line of text goes on from the entry before it: same question, same status, same moment, no unit.
    fn goes_on(&mut self, i: usize, s: &Segment<'_>) -> bool {
        let Some(entry) = self.reading.entries.get(i) else { return false };
        let what = concept(s.get(3));
        let moment = when(s.get(14));
        (what == entry.concept || what.is_empty())
            && entry.status.text == s.code(11)
            && (moment.is_none() || moment == entry.date)
            && s.get(6).is_empty()
            && s.get(8).is_empty()
    }

    /// Adds a line of running text to an entry.
    fn line(&mut self, i: usize, s: &Segment<'_>) -> bool {
        let lines: Vec<String> = s.all(5).map(|f| f.verbatim().trim_end().to_owned()).collect();
        let words = lines.join("\n");
        let end = self.shift.and_then(|shift| u32::try_from(s.range.end + shift).ok());
        let heading = label(&concept(s.get(3)));
        let text_goes_on = matches!(self.last, Last::Text(_));
        let mut words = words;
        let mut above = None;
        if self.open.document == Some(i) && !heading.is_empty() {
            // A letter in parts: each stands under its own heading, or "Penicillin" would be anything.
            let held = self.open.heading.replace(heading.clone());
            if let Some(first) = held.filter(|h| *h != heading) {
                words = format!("{heading}\n{words}");
                above = Some(first).filter(|_| !self.open.headed);
                self.open.headed = true;
            }
        }
        let Some(entry) = self.reading.entries.get_mut(i) else { return false };
        if entry.kind == Kind::DocumentReference && !entry.named && !heading.is_empty() {
            (entry.title, entry.named) = (heading, true);
        }
        match &mut entry.value {
            Some(Value::Text(text)) => {
                if let Some(first) = above {
                    text.insert_str(0, &format!("{first}\n"));
                }
                text.push('\n');
                text.push_str(&words);
            }
            value => *value = Some(Value::Text(words)).filter(|v| !v.text().trim().is_empty()),
        }
        if let (Some((_, held)), Some(end)) = (&mut entry.span, end) {
            *held = end;
        }
        self.last = if entry.kind == Kind::DocumentReference && !text_goes_on { Last::Entry(i) } else { Last::Text(i) };
        true
    }

    /// An OBX after an RXA speaks of that vaccination: what information was given, who paid.
    fn of_vaccine(&mut self, i: usize, s: &Segment<'_>, about: Concept, values: Vec<Value>) -> bool {
        let title = crate::import::fhir::title(&about).map(|(t, _)| t).unwrap_or_else(|| s.at());
        let Some(entry) = self.reading.entries.get_mut(i) else { return false };
        let count = values.len();
        let none = if count == 0 { vec![None] } else { Vec::new() };
        for value in values.into_iter().map(Some).chain(none) {
            entry.components.push(Component {
                title: title.clone(),
                concept: about.clone(),
                value,
                range: Vec::new(),
                interpretation: Vec::new(),
            });
        }
        self.last = Last::Component(i);
        true
    }
}

fn label_of(concept: &Concept) -> String {
    concept.label().unwrap_or_default().to_owned()
}

/// An organisation's name; of a coded producer, its words.
fn label_or(name: String, concept: &Concept, coded: bool) -> String {
    if coded { label_of(concept) } else { name }
}

fn section(entry: &Entry) -> Section {
    let of = |codes: &[&str]| {
        entry.concept.codings.iter().any(|c| c.system == system::LOINC && codes.contains(&c.code.as_str()))
    };
    let by = place::observed(&entry.concept, &[], None).unwrap_or(Section::Results);
    if by != Section::Results {
        by
    } else if of(&VITAL_SIGNS) {
        Section::VitalSigns
    } else if of(&SOCIAL) {
        Section::SocialHistory
    } else {
        by
    }
}

/// One repetition of OBX-5, by the type that OBX-2 names (table 0125).
fn value(kind: &str, field: Field<'_>, units: Field<'_>) -> Value {
    match kind {
        "NM" => match compared(&field.verbatim()) {
            Some((comparator, number)) => Value::Quantity(quantity(number, comparator, units)),
            None => Value::Text(field.verbatim().trim().to_owned()),
        },
        "SN" => structured(field, units),
        // A number sent as a string, with its unit beside it.
        "ST" | "" if !units.is_empty() => match compared(&field.verbatim()) {
            Some((comparator, number)) => Value::Quantity(quantity(number, comparator, units)),
            None => Value::Text(field.verbatim().trim().to_owned()),
        },
        "ST" | "" => Value::Text(field.verbatim().trim().to_owned()),
        "CE" | "CWE" | "CNE" | "CF" | "IS" | "ID" | "CNN" => {
            let found = concept(field);
            if found.is_empty() { Value::Text(field.line()) } else { Value::Concept(found) }
        }
        "NR" if is_number(&field.part(1).words()) && is_number(&field.part(2).words()) => {
            let end = |n: usize| quantity(&field.part(n).words(), "", units);
            Value::Range(end(1), end(2))
        }
        "CQ" => {
            let (number, unit) = (field.part(1).words(), field.part(2));
            if is_number(&number) {
                Value::Quantity(Quantity { value: number, unit: unit.line(), ..Quantity::default() })
            } else {
                Value::Text(field.line())
            }
        }
        "DT" | "TS" | "DTM" => Value::Text(date_words(field)),
        "DR" => {
            let of = |n: usize| crate::record::PartialDate::hl7(&field.part(n).words()).text;
            Value::Text([of(1), of(2)].join("–"))
        }
        "XCN" | "XPN" | "PPN" | "CM" => {
            Value::Text(if kind == "XPN" { super::datatypes::name(field, 1) } else { clinician(field) })
        }
        _ => Value::Text(field.line()),
    }
}

/// SN (§2.A.66): comparator ^ number ^ separator or suffix ^ number.
fn structured(field: Field<'_>, units: Field<'_>) -> Value {
    let [comparator, first, separator, second] = [1, 2, 3, 4].map(|n| field.part(n).words());
    let plain = matches!(comparator.as_str(), "" | "=");
    let known = plain || matches!(comparator.as_str(), "<" | ">" | "<=" | ">=");
    let one = |number: &str| quantity(number, "", units);
    let numbers = is_number(&first) && (second.is_empty() || is_number(&second));
    match (separator.as_str(), second.is_empty()) {
        ("", true) if known && numbers => {
            Value::Quantity(quantity(&first, if plain { "" } else { &comparator }, units))
        }
        ("-", false) if plain && numbers => Value::Range(one(&first), one(&second)),
        (":" | "/", false) if plain && numbers => Value::Ratio(one(&first), one(&second)),
        // `2+`, `<>5`, `+/-`: as it is written.
        _ => {
            let unit = label(&with_words(concept(units), units.part(1).words()));
            Value::Text(format!("{comparator}{first}{separator}{second} {unit}").trim().to_owned())
        }
    }
}
