use super::super::hl7v3::{self, Node, attr, child, children, descend, is, kind_of};
use super::common::{detail, is_generic, note, polarity};
use super::statement::{is_intent, medicine_kind};
use super::template::{self, What};
use super::{Ctx, Reader};
use crate::record::{Concept, Entry, Kind, Polarity, Section, Standing};

impl<'a> Reader<'a> {
    /// A medicine that is or was taken, or is to be (C-CDA R2.1 §3.56 Medication Activity, CCD §3.9).
    pub fn medicine(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let kind = medicine_kind(node, ctx, &template::roots(node));
        let request = kind == Kind::MedicationRequest;
        let section = if request { Section::PlanOfCare } else { Section::Medications };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        self.product(node, &mut entry);
        let negative = if request { Polarity::DoNotPerform } else { Polarity::NotTaken };
        let said = self.said(node, "text");
        self.name_by(&mut entry, &said);
        entry.polarity = polarity(node, ctx, &entry.concept, negative);
        let rest = self.posology(node, &mut entry, &said);
        self.taken(node, &mut entry, request);
        self.parts(node, &mut entry, ctx);
        if entry.polarity == Polarity::NoneKnown && !said.is_empty() && !said.contains('\n') {
            entry.concept.text.clone_from(&said);
        }
        self.complete(node, entry, &rest)
    }

    /// How it stands. *Completed* is said of lists of current medicines as well as of courses that are over: only an end,
    /// a single moment, or a status of its own tell these apart.
    fn taken(&self, node: Node<'a>, entry: &mut Entry, request: bool) {
        let times: Vec<Node<'a>> = children(node, "effectiveTime").collect();
        let moment = times.iter().any(|t| !attr(*t, "value").is_empty());
        entry.status.standing = match entry.status.text.as_str() {
            "completed" if self.yet_to_come(entry.end.as_ref()) => Standing::Unknown,
            "completed" if entry.end.is_some() || moment => Standing::Ended,
            "completed" => Standing::Unknown,
            "active" | "new" if request => Standing::Planned,
            _ => entry.status.standing,
        };
        if entry.polarity == Polarity::NotTaken && entry.status.standing == Standing::Active {
            entry.status.standing = Standing::Unknown;
        }
    }

    /// What is given: code with its own words, else the name; brand, maker, form, strength and ingredients beside it.
    pub fn product(&mut self, node: Node<'a>, entry: &mut Entry) {
        let holder = child(node, "consumable").or_else(|| child(node, "product"));
        let Some(product) = holder.and_then(|h| child(h, "manufacturedProduct")) else { return };
        let material = ["manufacturedMaterial", "manufacturedLabeledDrug"].iter().find_map(|k| child(product, k));
        if let Some(material) = material {
            let name = child(material, "name").map(|n| hl7v3::name(n).text).unwrap_or_default();
            if let Some(code) = child(material, "code") {
                entry.concept = self.concept(code, entry);
            }
            if entry.concept.label().is_none() {
                entry.concept.text = name;
            } else if entry.concept.label() != Some(&name) && !entry.concept.codings.iter().any(|c| c.display == name) {
                detail(entry, "productName", name);
            }
            detail(entry, "lotNumber", child(material, "lotNumberText").map(hl7v3::plain).unwrap_or_default());
            detail(entry, "form", self.label(material, "formCode"));
            detail(
                entry,
                "expirationDate",
                child(material, "expirationTime").map(|t| attr(t, "value")).unwrap_or_default(),
            );
            for ingredient in children(material, "ingredient") {
                let line = self.ingredient(ingredient);
                detail(entry, "ingredient", line);
            }
            if entry.concept.label().is_none() {
                let parts = entry.details.iter().filter(|d| d.name == "ingredient").map(|d| d.text.as_str());
                entry.concept.text = parts.collect::<Vec<_>>().join(" + ");
            }
        }
        let maker = child(product, "manufacturerOrganization").and_then(|o| child(o, "name"));
        detail(entry, "manufacturer", maker.map(|n| hl7v3::name(n).text).unwrap_or_default());
        for vehicle in children(node, "participant").filter(|p| attr(*p, "typeCode") == "CSM") {
            let entity = descend(vehicle, &["participantRole", "playingEntity"]);
            let label = entity.map(|e| self.label(e, "code")).unwrap_or_default();
            let name = entity.and_then(|e| child(e, "name")).map(|n| hl7v3::name(n).text).unwrap_or_default();
            detail(entry, "vehicle", if label.is_empty() { name } else { label });
        }
    }

    fn ingredient(&self, ingredient: Node<'a>) -> String {
        let substance = ["ingredientSubstance", "ingredient"].iter().find_map(|k| child(ingredient, k));
        let label = substance.map(|s| self.label(s, "code")).unwrap_or_default();
        let name = substance.and_then(|s| child(s, "name")).map(|n| hl7v3::name(n).text).unwrap_or_default();
        let amount = child(ingredient, "quantity").map(|q| {
            let part = |k: &str| child(q, k).map(|n| hl7v3::quantity_words(&hl7v3::pq(n))).unwrap_or_default();
            [part("numerator"), part("denominator")]
                .iter()
                .filter(|p| !p.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(" / ")
        });
        let words = if label.is_empty() { name } else { label };
        [words, amount.unwrap_or_default()].iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// Dose, times, route and conditions. The source's own sentence leads; what it says in parts stands beside it in
    /// notation. Gives what of the text is no dose instruction but names the medicine.
    fn posology(&mut self, node: Node<'a>, entry: &mut Entry, said: &str) -> String {
        let mut often: Vec<String> = Vec::new();
        for time in children(node, "effectiveTime") {
            let when = hl7v3::ivl_ts(time);
            if matches!(kind_of(time), "IVL_TS" | "TS" | "") && (when.start.is_some() || when.end.is_some()) {
                if entry.date.is_none() {
                    entry.date = when.start;
                }
                entry.end = entry.end.take().or(when.end);
            }
            let timing = hl7v3::timing(time);
            if !timing.is_empty() {
                often.push(timing);
            }
        }
        let mut line = self.dose_line(node, &often, entry);
        // A dose to be taken only when needed must not read as one to be taken always.
        if !line.is_empty() && children(node, "precondition").next().is_some() {
            line.push_str(" · PRN");
        }
        for criterion in children(node, "precondition").filter_map(|p| child(p, "criterion")) {
            let reason = self.criterion(criterion);
            entry.details.retain(|d| d.name != "precondition" || d.text != reason);
            detail(entry, "asNeeded", if reason.is_empty() { "true" } else { &reason });
        }
        detail(entry, "route", self.label(node, "routeCode"));
        for site in children(node, "approachSiteCode") {
            detail(entry, "site", hl7v3::labelled(site, &self.words));
        }
        if let Some(most) = child(node, "maxDoseQuantity").and_then(ratio) {
            detail(entry, "maxDosePerPeriod", most);
        }
        detail(entry, "repeatNumber", child(node, "repeatNumber").map(number).unwrap_or_default());
        // A text that names the medicine is its row in the narrative; one that does not is how to take it.
        let fold = |t: &str| t.to_lowercase();
        let named = entry.concept.codings.iter().map(|c| c.display.as_str()).chain(entry.concept.label());
        let row = said.contains(" | ") || named.filter(|n| n.len() > 2).any(|n| fold(said).contains(&fold(n)));
        let is_sentence = !said.is_empty() && !row && entry.concept.label().is_some();
        if is_sentence {
            entry.dose.push(said.to_owned());
        }
        if !line.is_empty() {
            entry.dose.push(line);
        }
        if is_sentence { String::new() } else { said.to_owned() }
    }

    /// A dose in notation: `500 mg · 1 × / 8 h`. A dose without a unit counts what is given, `2 × Aspirin 75 mg tablet`:
    /// alone, the number would be read into what follows.
    fn dose_line(&self, node: Node<'a>, often: &[String], entry: &Entry) -> String {
        let mut parts: Vec<String> = Vec::new();
        for key in ["doseQuantity", "rateQuantity"] {
            let Some(amount) = child(node, key) else { continue };
            let mut words = hl7v3::interval(amount).map(|v| hl7v3::range_words(&v)).unwrap_or_default();
            let unit = self.label(node, "administrationUnitCode");
            if key == "doseQuantity"
                && !words.is_empty()
                && !words.contains(char::is_alphabetic)
                && !words.contains('%')
            {
                let given = entry.concept.label().unwrap_or_default();
                words = match (unit.is_empty(), given.is_empty()) {
                    (false, _) => format!("{words} {unit}"),
                    (true, false) => format!("{words} × {given}"),
                    (true, true) => words,
                };
            }
            if words.is_empty() {
                words = child(amount, "translation")
                    .and_then(|t| child(t, "originalText"))
                    .map(hl7v3::plain)
                    .unwrap_or_default();
            }
            parts.push(words);
        }
        parts.extend(often.iter().cloned());
        parts.retain(|p| !p.is_empty());
        parts.join(" · ")
    }

    /// One step of a course with changing doses, as a line of dose instructions.
    pub fn step(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let times: Vec<Node<'a>> = children(part, "effectiveTime").collect();
        let often: Vec<String> = times.iter().map(|t| hl7v3::timing(*t)).filter(|t| !t.is_empty()).collect();
        let ends = times.iter().map(|t| hl7v3::ivl_ts(*t)).find(|t| t.start.is_some() || t.end.is_some());
        let when = ends.map(|t| [t.start, t.end].into_iter().flatten().map(|d| d.text).collect::<Vec<_>>().join("–"));
        let text = self.said(part, "text");
        let parts = [text, self.dose_line(part, &often, entry), when.unwrap_or_default()];
        let line = parts.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" · ");
        if !line.is_empty() {
            entry.dose.push(line.clone());
        }
        !line.is_empty()
    }

    /// A supply of the medicine that holds it: an order or a dispense, as details of the medicine.
    pub fn supplied(&mut self, part: Node<'a>, entry: &mut Entry) -> bool {
        let dispensed = attr(part, "moodCode") == "EVN";
        let mut own = Entry::new(entry.section, entry.kind.clone(), "", "");
        self.product(part, &mut own);
        let other =
            own.concept.label().filter(|l| !l.is_empty() && entry.concept.label() != Some(*l)).map(str::to_owned);
        let quantity = child(part, "quantity").map(|q| hl7v3::quantity_words(&hl7v3::pq(q))).unwrap_or_default();
        detail(entry, if dispensed { "dispensedQuantity" } else { "quantity" }, quantity);
        detail(entry, "repeatNumber", child(part, "repeatNumber").map(number).unwrap_or_default());
        if let Some(time) = child(part, "effectiveTime") {
            let when = hl7v3::ivl_ts(time);
            let text = |d: Option<crate::record::PartialDate>| d.map(|d| d.text).unwrap_or_default();
            if dispensed {
                detail(entry, "lastIssueDate", text(when.start));
            } else {
                detail(entry, "validityPeriod.start", text(when.start));
                detail(entry, "validityPeriod.end", text(when.end));
            }
        }
        detail(entry, if dispensed { "dispensedProduct" } else { "orderedProduct" }, other.unwrap_or_default());
        let status = child(part, "statusCode").map(|s| attr(s, "code")).unwrap_or_default();
        detail(entry, if dispensed { "dispenseStatus" } else { "supplyStatus" }, status);
        let (people, _) = self.people(part);
        for name in people {
            detail(entry, if dispensed { "dispenser" } else { "prescriber" }, name);
        }
        note(entry, self.said(part, "text"));
        true
    }

    /// A supply that stands alone: of a medicine, or of a device.
    pub fn supply(&mut self, node: Node<'a>, ctx: &Ctx, what: Option<What>) -> Option<String> {
        let drug = descend(node, &["product", "manufacturedProduct"]).is_some();
        let planned = ctx.section == Some(Section::PlanOfCare);
        if !(drug || what == Some(What::Supply))
            || what == Some(What::DeviceSupply)
            || ctx.section == Some(Section::MedicalDevices)
        {
            return self.device(node, ctx);
        }
        let dispensed = attr(node, "moodCode") == "EVN";
        let kind = if dispensed { Kind::MedicationDispense } else { Kind::MedicationRequest };
        let section = if planned { Section::PlanOfCare } else { Section::Medications };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        self.product(node, &mut entry);
        self.name_by(&mut entry, &self.said(node, "text"));
        entry.polarity =
            polarity(node, ctx, &entry.concept, if dispensed { Polarity::NotDone } else { Polarity::DoNotPerform });
        detail(
            &mut entry,
            "quantity",
            child(node, "quantity").map(|q| hl7v3::quantity_words(&hl7v3::pq(q))).unwrap_or_default(),
        );
        detail(&mut entry, "repeatNumber", child(node, "repeatNumber").map(number).unwrap_or_default());
        if is_intent(node) && planned && entry.status.standing == Standing::Active {
            entry.status.standing = Standing::Planned;
        }
        self.parts(node, &mut entry, ctx);
        let said = self.said(node, "text");
        self.complete(node, entry, &said)
    }

    /// A vaccination that was given, refused, or of which nothing is known (C-CDA R2.1 §3.41).
    pub fn immunisation(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let planned = is_intent(node) && ctx.section != Some(Section::Immunizations);
        let (section, kind) = if planned {
            (Section::PlanOfCare, Kind::MedicationRequest)
        } else {
            (Section::Immunizations, Kind::Immunization)
        };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        self.product(node, &mut entry);
        self.name_by(&mut entry, &self.said(node, "text"));
        entry.polarity =
            polarity(node, ctx, &entry.concept, if planned { Polarity::DoNotPerform } else { Polarity::NotDone });
        // "Not given: vaccine" without saying which one says of no vaccine that it was not given.
        if entry.polarity == Polarity::NoneKnown
            && is_generic(&entry.concept)
            && crate::import::fhir::words::absence(&entry.concept).is_none()
        {
            entry.polarity = Polarity::NotDone;
        }
        if entry.polarity == Polarity::NotDone && entry.status.standing == Standing::Ended {
            entry.status.standing = Standing::Stopped;
        }
        // An intent that is completed is a plan that was written down, not a vaccine that was given.
        if is_intent(node) && matches!(entry.status.standing, Standing::Active | Standing::Ended | Standing::Unknown) {
            entry.status.standing = Standing::Planned;
        }
        self.never_begun(&mut entry);
        detail(&mut entry, "route", self.label(node, "routeCode"));
        for site in children(node, "approachSiteCode") {
            detail(&mut entry, "site", hl7v3::labelled(site, &self.words));
        }
        let dose = child(node, "doseQuantity").and_then(hl7v3::interval).map(|v| hl7v3::range_words(&v));
        detail(&mut entry, "doseQuantity", dose.unwrap_or_default());
        detail(&mut entry, "doseNumber", child(node, "repeatNumber").map(number).unwrap_or_default());
        self.parts(node, &mut entry, ctx);
        let said = self.said(node, "text");
        self.complete(node, entry, &said)
    }

    /// *Cancelled* is said of what was given up before it began (HL7 v3 ActStatus), *aborted* of what was broken off.
    pub fn never_begun(&self, entry: &mut Entry) {
        if matches!(entry.status.text.as_str(), "cancelled" | "canceled") && entry.polarity == Polarity::Positive {
            entry.polarity = Polarity::NotDone;
        }
    }

    /// A device or other thing that is supplied, implanted or used.
    pub fn device(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let planned = is_intent(node);
        let (section, kind) = if planned {
            (Section::PlanOfCare, Kind::ServiceRequest)
        } else {
            (Section::MedicalDevices, Kind::DeviceUseStatement)
        };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        if planned && matches!(entry.status.standing, Standing::Active | Standing::Unknown) {
            entry.status.standing = Standing::Planned;
        }
        // That a supply is completed is that the thing was handed over or put in, and its end is when: not that it is gone
        // (C-CDA Non-Medicinal Supply Activity).
        if !planned && is(node, "supply") {
            if entry.status.standing == Standing::Ended {
                entry.status.standing = Standing::Unknown;
            }
            if entry.date.is_none() {
                entry.date = entry.end.take();
            }
        }
        // The device itself stands in a participant; the supply's own code is rarely there.
        let device = children(node, "participant").find_map(|p| {
            let role = child(p, "participantRole")?;
            child(role, "playingDevice").and_then(|d| child(d, "code").or_else(|| child(d, "manufacturerModelName")))
        });
        let own = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let of_device =
            device.map(|d| if is(d, "code") { hl7v3::cd(d, &self.words) } else { Concept::words(hl7v3::plain(d)) });
        entry.concept = of_device.filter(|c| c.label().is_some() || !is_generic(c)).unwrap_or(own);
        if entry.concept.label().is_none() && entry.concept.codings.is_empty() {
            self.product(node, &mut entry);
        }
        entry.details.retain(|d| d.name != "device" || entry.concept.label() != Some(&d.text));
        self.name_by(&mut entry, &self.said(node, "text"));
        entry.polarity =
            polarity(node, ctx, &entry.concept, if planned { Polarity::DoNotPerform } else { Polarity::NotDone });
        detail(
            &mut entry,
            "quantity",
            child(node, "quantity").map(|q| hl7v3::quantity_words(&hl7v3::pq(q))).unwrap_or_default(),
        );
        self.parts(node, &mut entry, ctx);
        let said = self.said(node, "text");
        self.complete(node, entry, &said)
    }
}

fn ratio(node: Node<'_>) -> Option<String> {
    let part = |k: &str| child(node, k).map(|n| hl7v3::quantity_words(&hl7v3::pq(n))).unwrap_or_default();
    let (top, bottom) = (part("numerator"), part("denominator"));
    (!top.is_empty()).then(|| if bottom.is_empty() { top } else { format!("{top} / {bottom}") })
}

/// A count: its value, or its ends.
fn number(node: Node<'_>) -> String {
    hl7v3::interval(node).map(|v| hl7v3::range_words(&v)).unwrap_or_default()
}
