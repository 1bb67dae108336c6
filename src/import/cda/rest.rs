use super::super::hl7v3::{self, Node, attr, child, children, descend, is};
use super::common::{detail, is_generic, is_negated, polarity};
use super::statement::is_intent;
use super::template::{self, What};
use super::{Ctx, Reader};
use crate::import::{archive, document, encoding};
use crate::record::{Attachment, Concept, Entry, Hash, Kind, Outcome, Polarity, Section, Standing, Value};

impl<'a> Reader<'a> {
    /// A visit or a stay, or one that is booked (C-CDA R2.1 §3.25, §3.73).
    pub fn encounter(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let planned = is_intent(node);
        let (section, kind) =
            if planned { (Section::PlanOfCare, Kind::Appointment) } else { (Section::Encounters, Kind::Encounter) };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        self.coded(node, &mut entry);
        if hl7v3::title(&entry.concept).is_none() {
            self.told_inside(node, &mut entry);
        }
        let negative = if planned { Polarity::DoNotPerform } else { Polarity::NotDone };
        entry.polarity = polarity(node, ctx, &entry.concept, negative);
        planned_standing(node, &mut entry);
        detail(&mut entry, "dischargeDisposition", self.label(node, "dischargeDispositionCode"));
        self.parts(node, &mut entry, ctx);
        let said = self.said(node, "text");
        let place = entry.detail("location").map(str::to_owned);
        if entry.concept.label().is_none() && entry.concept.codings.is_empty() && said.is_empty() {
            entry.title = place.unwrap_or_default();
        }
        self.complete(node, entry, &said)
    }

    /// A visit that says nothing by itself but holds one of the same identifier: they are one, and that one says it.
    fn told_inside(&mut self, node: Node<'a>, entry: &mut Entry) {
        let held = children(node, "entryRelationship").filter_map(|r| child(r, "encounter"));
        let same = held.into_iter().find(|h| hl7v3::identifiers(*h).iter().any(|id| entry.identifiers.contains(id)));
        let Some(same) = same.filter(|s| !is_negated(*s) && !self.marked(*s)) else { return };
        self.coded(same, entry);
        if hl7v3::title(&entry.concept).is_none() {
            return;
        }
        let when = child(same, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        entry.date = entry.date.take().or(when.start);
        entry.end = entry.end.take().or(when.end);
        let (people, _) = self.people(same);
        entry.performer.extend(people);
        self.mark(same, Outcome::Shown);
        self.parts(same, entry, &Ctx { depth: 1, ..Ctx::default() });
    }

    /// A procedure, or an act of any other kind: done, or intended.
    pub fn deed(&mut self, node: Node<'a>, ctx: &Ctx, what: Option<What>) -> Option<String> {
        if is_intent(node) {
            return self.planned(node, ctx);
        }
        let (section, kind) = match (what, ctx.section, node.tag_name().name()) {
            (Some(What::Note), ..) => (Section::Documents, Kind::DocumentReference),
            (Some(What::Comment), ..) => (Section::Notes, Kind::Other("act".to_owned())),
            (Some(What::Instruction), ..) => (Section::PlanOfCare, Kind::CarePlan),
            (_, Some(Section::PlanOfCare), _) => (Section::PlanOfCare, Kind::CarePlan),
            (_, Some(Section::MedicalDevices), "procedure") => (Section::Procedures, Kind::Procedure),
            (_, _, "procedure") => (Section::Procedures, Kind::Procedure),
            (_, Some(Section::Procedures), _) => (Section::Procedures, Kind::Procedure),
            (_, None, _) if template::roots(node).iter().any(|r| r == "22.4.12") => {
                (Section::Procedures, Kind::Procedure)
            }
            (_, None, _) => (Section::Notes, Kind::Other("act".to_owned())),
            // A list of allergies, medicines or problems shows only such; an act in it stands beside them.
            (_, Some(Section::Allergies | Section::Medications | Section::Immunizations | Section::Problems), _) => {
                (Section::Notes, Kind::Other("act".to_owned()))
            }
            (_, Some(section), _) => (section, Kind::Other("act".to_owned())),
        };
        let mut entry = self.begin(node, ctx, Entry::new(section, kind, "", ""));
        self.coded(node, &mut entry);
        if what == Some(What::Note) {
            // "Note" is what all of them are; what sort of note stands in the translation.
            let sort = child(node, "code").and_then(|c| child(c, "translation"));
            sort.map(|s| attr(s, "displayName")).unwrap_or_default().clone_into(&mut entry.title);
        }
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::NotDone);
        // Completed as a statement, not as a deed.
        if entry.polarity == Polarity::NotDone && entry.status.standing == Standing::Ended {
            entry.status.standing = Standing::Stopped;
        }
        if entry.kind == Kind::Procedure {
            self.never_begun(&mut entry);
        }
        for site in children(node, "approachSiteCode") {
            detail(&mut entry, "site", hl7v3::labelled(site, &self.words));
        }
        self.parts(node, &mut entry, ctx);
        let said = self.said(node, "text");
        if what == Some(What::Comment) && !said.is_empty() {
            said.lines().next().unwrap_or_default().clone_into(&mut entry.title);
        }
        self.complete(node, entry, &said)
    }

    /// What is intended, asked for, promised or aimed at.
    pub fn planned(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let kind = match (attr(node, "moodCode"), template::what(node), node.tag_name().name()) {
            ("GOL", ..) => Kind::Goal,
            (_, Some(What::Instruction), _) => Kind::CarePlan,
            (_, _, "encounter") => Kind::Appointment,
            _ => Kind::ServiceRequest,
        };
        let mut entry = self.begin(node, ctx, Entry::new(Section::PlanOfCare, kind, "", ""));
        self.coded(node, &mut entry);
        let mut values = hl7v3::values(node, &self.words);
        if is_generic(&entry.concept)
            && let Some(Value::Concept(about)) = values.first()
        {
            entry.concept = about.clone();
            values.remove(0);
        }
        entry.value = values.into_iter().next();
        entry.range = self.ranges(node);
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::DoNotPerform);
        planned_standing(node, &mut entry);
        self.parts(node, &mut entry, ctx);
        let said = self.said(node, "text");
        self.complete(node, entry, &said)
    }

    fn coded(&self, node: Node<'a>, entry: &mut Entry) {
        if let Some(code) = child(node, "code") {
            entry.concept = self.concept(code, entry);
        }
        self.name_by(entry, &self.said(node, "text"));
    }

    /// A picture or another document inside the document.
    pub fn media(&mut self, node: Node<'a>, ctx: &Ctx) -> Option<String> {
        let mut entry = self.begin(node, ctx, Entry::new(Section::Documents, Kind::DocumentReference, "", ""));
        entry.concept = child(node, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        let said =
            [self.said(node, "text"), self.caption(node)].into_iter().find(|t| !t.is_empty()).unwrap_or_default();
        let label = entry.concept.label().map(str::to_owned).unwrap_or_default();
        let title = if label.is_empty() { said.lines().next().unwrap_or_default().to_owned() } else { label };
        for value in children(node, "value") {
            entry.attachments.extend(self.attach(value, &title));
        }
        entry.polarity = polarity(node, ctx, &entry.concept, Polarity::NotDone);
        self.parts(node, &mut entry, ctx);
        if title.is_empty() {
            // What kind of content it is: all that the source says of it.
            let kind =
                children(node, "value").map(|v| attr(v, "mediaType")).find(|t| !t.is_empty()).unwrap_or_default();
            entry.title = if kind.is_empty() { node.tag_name().name().to_owned() } else { kind.to_owned() };
            entry.named = false;
        }
        self.complete(node, entry, &said)
    }

    /// The caption under which the narrative shows a picture (`renderMultiMedia referencedObject`).
    fn caption(&self, node: Node<'a>) -> String {
        let id = attr(node, "ID");
        let Some(section) = node.ancestors().find(|a| is(*a, "section")).filter(|_| !id.is_empty()) else {
            return String::new();
        };
        let shown = section.descendants().filter(|n| is(*n, "renderMultiMedia"));
        let mut mine = shown.filter(|n| attr(*n, "referencedObject").split_whitespace().any(|r| r == id));
        mine.next().and_then(|n| child(n, "caption")).map(hl7v3::plain).unwrap_or_default()
    }

    /// A body that is no XML: a letter or a scan, kept whole (CDA R2 §4.3.1).
    pub fn unstructured(&mut self, body: Node<'a>, document: Node<'a>) {
        let Some(text) = child(body, "text") else { return };
        let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, self.at(body), "");
        entry.concept = child(document, "code").map(|c| hl7v3::cd(c, &self.words)).unwrap_or_default();
        entry.title = child(document, "title").map(hl7v3::plain).unwrap_or_default();
        let when = child(document, "effectiveTime").map(hl7v3::ivl_ts).unwrap_or_default();
        entry.date = when.start;
        entry.recorded.clone_from(&entry.date);
        entry.status.standing = Standing::Final;
        (entry.performer, _) = self.people(document);
        let title = entry.title.clone();
        entry.attachments.extend(self.attach(text, &title));
        let words = if entry.attachments.is_empty() { hl7v3::plain(text) } else { String::new() };
        if entry.title.is_empty() && entry.concept.label().is_none() && words.is_empty() {
            entry.title = attr(text, "mediaType").to_owned();
            entry.named = false;
        }
        self.complete(body, entry, &words);
    }

    /// The visit or stay about which the whole document is.
    pub fn encompassing(&mut self, holder: Node<'a>) {
        let Some(node) = child(holder, "encompassingEncounter") else { return };
        let mut entry = self.begin(node, &Ctx::default(), Entry::new(Section::Encounters, Kind::Encounter, "", ""));
        entry.at = self.at(holder);
        self.coded(node, &mut entry);
        detail(&mut entry, "dischargeDisposition", self.label(node, "dischargeDispositionCode"));
        for party in node.children().filter(|c| is(*c, "encounterParticipant") || is(*c, "responsibleParty")) {
            let name = self.party(party);
            if !name.is_empty() && !entry.performer.contains(&name) {
                entry.performer.push(name);
            }
        }
        if let Some(place) = descend(node, &["location", "healthCareFacility"]) {
            let name = descend(place, &["location", "name"]).map(|n| hl7v3::name(n).text).unwrap_or_default();
            let by = descend(place, &["serviceProviderOrganization", "name"]).map(|n| hl7v3::name(n).text);
            detail(&mut entry, "location", if name.is_empty() { self.label(place, "code") } else { name });
            let address = descend(place, &["location", "addr"]).map(hl7v3::address).unwrap_or_default();
            detail(&mut entry, "locationAddress", address);
            entry.custodian = by.filter(|b| !b.is_empty());
        }
        let place = entry.detail("location").map(str::to_owned);
        if entry.concept.label().is_none() && entry.concept.codings.is_empty() {
            match place {
                Some(place) => entry.title = place,
                // Dates alone: it is read as a part of the header.
                None => return self.mark(holder, Outcome::Kept),
            }
        }
        self.complete(holder, entry, "");
    }

    /// A consent that the document goes out under.
    pub fn authorization(&mut self, holder: Node<'a>) {
        let Some(node) = child(holder, "consent") else { return };
        let mut entry = self.begin(node, &Ctx::default(), Entry::new(Section::LegalInformation, Kind::Consent, "", ""));
        entry.at = self.at(holder);
        self.coded(node, &mut entry);
        if hl7v3::title(&entry.concept).is_some() {
            entry.polarity = polarity(node, &Ctx::default(), &entry.concept, Polarity::Negated);
            self.complete(holder, entry, "");
        }
    }
}

/// Planned as long as it is not over, stopped or wrong.
fn planned_standing(node: Node<'_>, entry: &mut Entry) {
    let mood = is_intent(node);
    if mood && matches!(entry.status.standing, Standing::Active | Standing::Unknown) {
        entry.status.standing = Standing::Planned;
    }
}

/// Packed content of an ITK envelope, as a document of its own.
pub fn payload<'a>(reader: &mut Reader<'a>, node: Node<'a>) {
    let manifest = node.ancestors().find(|a| is(*a, "DistributionEnvelope"));
    let id = attr(node, "id");
    let item = manifest.and_then(|m| m.descendants().find(|n| is(*n, "manifestitem") && attr(*n, "id") == id));
    let media = item.map(|i| attr(i, "mimetype")).unwrap_or_default();
    let bytes = unpacked(node);
    let at = reader.at(node);
    let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, at.clone(), media);
    entry.named = false;
    entry.concept = Concept::default();
    if media.is_empty() {
        entry.title = node.tag_name().name().to_owned();
    }
    if bytes.is_none() {
        reader.issue(crate::record::Severity::Error, crate::record::IssueCode::BadAttachment, &at, media);
    }
    let mut found = Attachment {
        title: String::new(),
        content_type: media.to_owned(),
        bytes: bytes.as_ref().map_or(0, |b| b.len() as u64),
        hash: bytes.as_deref().map(Hash::of),
        at,
        url: String::new(),
        text: String::new(),
    };
    reader.reading.issues.extend(document::search(&mut found, bytes.as_deref()));
    reader.reading.attachments.push(found);
    entry.attachments.extend(u32::try_from(reader.reading.attachments.len() - 1).ok());
    reader.push(node, entry);
}

/// The bytes of a packed payload.
pub fn unpacked(node: Node<'_>) -> Option<Vec<u8>> {
    let text: String = node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
    let bytes = encoding::base64(&text).filter(|b| !b.is_empty())?;
    match attr(node, "compressed") == "true" {
        true => archive::gunzip(&bytes).ok().map(|(_, out)| out),
        false => Some(bytes),
    }
}
