use super::datatypes::{clinician, coded, concept, entity, label, location, quantity, when};
use super::wire::Segment;
use super::{Last, Reader, detail};
use crate::record::{Concept, Entry, Kind, Polarity, Section, Standing, system};

impl Reader {
    /// RXA (HL7 v2.5.1 §4.14.7): a vaccination in VXU and wherever the code is a vaccine's; else a dose that was given.
    pub fn given(&mut self, s: &Segment<'_>) -> bool {
        if s.get(5).is_empty() {
            return false;
        }
        let what = concept(s.get(5));
        let vaccine = self.message.kind.starts_with("VX")
            || self.message.event == "K11"
            || what.codings.iter().any(|c| c.system == system::CVX);
        let (section, kind) = if vaccine {
            (Section::Immunizations, Kind::Immunization)
        } else {
            (Section::Medications, Kind::MedicationAdministration)
        };
        let mut entry = self.new_entry(s, section, kind);
        // CVX 998 is "no vaccine administered": its OBX speak of the person, not of a dose.
        let none = what.codings.iter().any(|c| c.system == system::CVX && c.code == "998");
        entry.concept = what;
        entry.date = when(s.get(3));
        entry.end = when(s.get(4)).filter(|end| entry.date.as_ref().is_none_or(|d| d.text != end.text));
        entry.recorded = when(s.get(22));
        self.completion(s, none, &mut entry);
        // 999 stands for "amount not known".
        let amount = s.code(6);
        if !amount.is_empty() && amount.trim_end_matches(".0") != "999" {
            let q = quantity(&amount, "", s.get(7));
            let words = [q.value.as_str(), q.unit_label()].join(" ").trim().to_owned();
            if vaccine {
                detail(&mut entry, "doseQuantity", words);
            } else {
                entry.dose.push(words);
            }
        }
        // Called off, and given: which of the two holds can't be known.
        let called_off = self.open.order.as_ref().is_some_and(|o| o.standing() == Standing::Stopped);
        if called_off && entry.status.standing == Standing::Ended {
            entry.status.standing = Standing::Unknown;
            let control = self.open.order.as_ref().map(|o| o.control.clone()).unwrap_or_default();
            detail(&mut entry, "orderControl", control);
        }
        detail(&mut entry, "form", label(&concept(s.get(8))));
        for note in s.all(9) {
            detail(&mut entry, "reportOrigin", label(&concept(note)));
        }
        entry.performer.extend(s.all(10).map(clinician).filter(|n| !n.is_empty()));
        detail(&mut entry, "location", location(s.get(11)));
        detail(&mut entry, "location", location(s.get(27)));
        s.all(15).for_each(|f| detail(&mut entry, "lotNumber", f.line()));
        s.all(16).for_each(|f| detail(&mut entry, "expirationDate", super::datatypes::date_words(f)));
        s.all(17).for_each(|f| detail(&mut entry, "manufacturer", label(&concept(f))));
        s.all(19).for_each(|f| detail(&mut entry, "reasonCode", label(&concept(f))));
        self.ordered(&mut entry);
        let i = self.push(entry);
        self.open.vaccine = (vaccine && !none).then_some(i);
        self.open.medicine = Some(i);
        self.open.report = None;
        self.last = Last::Entry(i);
        true
    }

    /// RXA-20 (table 0322), RXA-18 and RXA-21: given, partly given, refused, not given, or written in error.
    fn completion(&mut self, s: &Segment<'_>, none: bool, entry: &mut Entry) {
        entry.status.text = s.code(20);
        // A reason for refusing says that it was not taken (§4.14.7.18), unless the status says that it was.
        let refused = s.flag(20).is_empty() && s.any(&[18]);
        let not_done = none || refused || matches!(s.flag(20).as_str(), "RE" | "NA");
        entry.status.standing = match s.flag(20).as_str() {
            _ if s.flag(21) == "D" => Standing::EnteredInError,
            _ if not_done => Standing::Stopped,
            "CP" | "PA" => Standing::Ended,
            _ => Standing::Unknown,
        };
        if not_done {
            entry.polarity = Polarity::NotDone;
        }
        s.all(18).for_each(|f| detail(entry, "statusReason", label(&concept(f))));
    }

    /// RXO (§4.14.1), RXE (§4.14.4) and RXD (§4.14.5): a medicine that was ordered or handed out.
    pub fn prescribed(&mut self, s: &Segment<'_>) -> bool {
        // Where each of the three keeps the same thing.
        let at = match s.kind {
            "RXO" => Places { code: 1, least: 2, most: 3, units: 4, form: 5, words: &[6, 7], amount: 11, strength: 18 },
            "RXG" => Places { code: 4, least: 5, most: 6, units: 7, form: 8, words: &[9, 13], amount: 0, strength: 17 },
            "RXE" => {
                Places { code: 2, least: 3, most: 4, units: 5, form: 6, words: &[7, 21], amount: 10, strength: 25 }
            }
            _ => Places { code: 2, least: 0, most: 0, units: 0, form: 6, words: &[9, 15], amount: 4, strength: 16 },
        };
        // An order in words alone has no code (§4.14.1.1).
        let told = || at.words.iter().flat_map(|f| s.all(*f)).map(|f| label(&concept(f))).find(|w| !w.is_empty());
        let what = match s.get(at.code).is_empty() {
            true => told().map(Concept::words),
            false => Some(concept(s.get(at.code))),
        };
        let Some(what) = what else { return false };
        let kind = if s.kind == "RXD" { Kind::MedicationDispense } else { Kind::MedicationRequest };
        let mut entry = self.new_entry(s, Section::Medications, kind);
        entry.concept = what;
        let number = |field: usize| if field == 0 { String::new() } else { s.code(field) };
        let unit = if at.units == 0 { String::new() } else { label(&concept(s.get(at.units))) };
        let (least, most) = (number(at.least), number(at.most));
        let span = if most.is_empty() || most == least { least } else { format!("{least}–{most}") };
        let dose = [span.as_str(), unit.as_str()].join(" ").trim().to_owned();
        if !span.is_empty() {
            entry.dose.push(dose);
        }
        // RXE-1 of older versions is the timing, in the standard's own notation.
        let timing = if s.kind == "RXE" { s.get(1).parts().map(|p| p.verbatim()).collect() } else { Vec::new() };
        entry.dose.extend(timing);
        for field in at.words {
            entry.dose.extend(s.all(*field).map(|f| label(&concept(f))).filter(|w| !w.is_empty()));
        }
        detail(&mut entry, "form", label(&concept(s.get(at.form))));
        let strength = [s.code(at.strength), label(&concept(s.get(at.strength + 1)))].join(" ");
        detail(&mut entry, "strength", strength);
        if at.amount > 0 {
            let quantity = [s.code(at.amount), label(&concept(s.get(at.amount + 1)))].join(" ");
            detail(&mut entry, "quantity", quantity);
        }
        match s.kind {
            "RXO" => detail(&mut entry, "numberOfRepeatsAllowed", s.code(13)),
            "RXE" => {
                detail(&mut entry, "numberOfRepeatsAllowed", s.code(12));
                entry.identifiers.extend(entity(s.get(15)));
                s.all(27).for_each(|f| detail(&mut entry, "reasonCode", label(&concept(f))));
                entry.date = when(s.get(32));
            }
            "RXG" => {}
            _ => {
                entry.date = when(s.get(3));
                entry.identifiers.extend(entity(s.get(7)));
                entry.performer.extend(s.all(10).map(clinician).filter(|n| !n.is_empty()));
            }
        }
        self.ordered(&mut entry);
        let i = self.push(entry);
        self.open.medicine = Some(i);
        self.open.vaccine = None;
        self.last = Last::Entry(i);
        true
    }

    /// What the ORC before it says: numbers, date, who ordered, and the order's standing.
    fn ordered(&mut self, entry: &mut Entry) {
        let Some(order) = self.open.order.clone() else { return };
        for number in &order.numbers {
            if !entry.identifiers.contains(number) {
                entry.identifiers.push(number.clone());
            }
        }
        for name in &order.by {
            detail(entry, "requester", name);
        }
        detail(entry, "reason", &order.reason);
        if entry.date.is_none() {
            entry.date.clone_from(&order.date);
        }
        if matches!(entry.kind, Kind::MedicationRequest | Kind::MedicationDispense) {
            entry.status.standing = order.standing();
            entry.status.text = if order.status.is_empty() { order.control } else { order.status };
        }
    }

    /// RXR (§4.14.2): route and site.
    pub fn route(&mut self, s: &Segment<'_>) -> bool {
        let (route, site) = (label(&concept(s.get(1))), label(&concept(s.get(2))));
        let method = label(&concept(s.get(4)));
        let Some(entry) = self.entry(self.open.medicine) else { return false };
        detail(entry, "route", route);
        detail(entry, "site", site);
        detail(entry, "method", method);
        true
    }

    /// RXC (§4.14.3): a component of a compound.
    pub fn ingredient(&mut self, s: &Segment<'_>) -> bool {
        let words = [label(&concept(s.get(2))), s.code(3), label(&concept(s.get(4)))];
        let words = words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        let Some(entry) = self.entry(self.open.medicine).filter(|_| !words.is_empty()) else { return false };
        detail(entry, "ingredient", words);
        true
    }

    /// TQ1 (§4.5.4): when and how often, of a medicine.
    pub fn timing(&mut self, s: &Segment<'_>) -> bool {
        let repeat: Vec<String> = s.all(3).map(|f| label(&coded(f.part(1), "0335"))).collect();
        let amount = s.get(2).part(1).words();
        let unit = s.get(2).part(2).line();
        let mut parts = vec![[amount, unit].join(" ").trim().to_owned()];
        parts.extend(repeat);
        parts.extend(s.all(4).map(|f| f.line()));
        parts.push(s.get(6).line());
        parts.extend([10, 11].map(|f| s.get(f).verbatim()));
        parts.retain(|p| !p.is_empty());
        let (from, to) = (when(s.get(7)), when(s.get(8)));
        let priority = s.get(9).line();
        let known = [Kind::MedicationRequest, Kind::MedicationDispense, Kind::MedicationAdministration];
        let Some(entry) = self.entry(self.open.medicine).filter(|e| known.contains(&e.kind)) else { return false };
        if !parts.is_empty() {
            entry.dose.push(parts.join(" · "));
        }
        entry.date = from.or(entry.date.take());
        entry.end = to.or(entry.end.take());
        detail(entry, "priority", priority);
        true
    }
}

/// The fields in which RXO, RXE and RXD keep the same thing; 0 where one has none.
struct Places {
    code: usize,
    least: usize,
    most: usize,
    units: usize,
    form: usize,
    words: &'static [usize],
    /// The unit stands in the next field.
    amount: usize,
    /// The unit stands in the next field.
    strength: usize,
}
