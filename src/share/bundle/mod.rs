//! The document that a grant carries: a FHIR R4 Bundle of type `document`, in the shape of an International Patient
//! Summary without narrative.
//!
//! - One `Composition` by the person, with one section for each section shared.
//! - One resource for each entry of each chosen item: every contributor travels, so that sources that disagree still
//!   disagree at the reader's.
//! - One `Provenance` for each source: `target` the resources that it holds, `agent.who.display` its name,
//!   `occurredDateTime` the moment up to which it speaks, `recorded` when the person's app took it in, `meta.tag`
//!   whether it was typed by the person or came as a file.
//! - Each source's statements of nothing as `List` with `emptyReason`; so also how many of its pieces nobody could read.
//! - An entry that another source marks as entered in error travels with the item that it speaks against.
//! - Of a letter its title, kind and date; its words only where the person ticked them, as a detail of its resource.
//! - One label a concept: the text, or where there is none the first name among its codes.
//!
//! The reader takes it apart by source again ([`split`]), so that it is read, merged and shown with the same code as
//! a person's own files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::ShareError;
use super::terms::{Completeness, Part};
use crate::record::{
    Detail, Entry, EntryRef, Field, Item, LETTER, Nothing, Origin, Parcel, Person, Record, Said, Section, Sex, Signed,
    Statement, contents,
};

mod beside;
mod dates;
pub mod ips;
mod split;
mod write;

pub use beside::Beside;
pub use ips::ips;
pub use split::{Shared, people, split};

/// The address below which our own FHIR names stand. It is reserved (RFC 2606) and leads nowhere.
pub(super) const OURS: &str = "https://tessera.example/fhir/";

/// What the person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Ids of the items.
    pub items: BTreeSet<String>,
    /// Sections that the person wants labelled *in full*; done only where it is true.
    pub in_full: BTreeSet<Section>,
    /// Sections asked for, of which nothing was chosen, with what the person wants said: *not shared*, *declined*, or
    /// *nothing in this copy* (kept only where that is true).
    pub others: BTreeMap<Section, Completeness>,
    /// With each medicine its requests, issues and dispenses too.
    pub history: bool,
    /// For whom, as the person named them; empty for whoever reads it.
    pub audience: String,
    /// Ids of those of `items` whose letters travel with their words, as far as the record knows them; whole or not at all.
    pub letters: BTreeSet<String>,
}

/// A document and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The FHIR R4 document Bundle, JSON.
    pub document: Vec<u8>,
    /// How much of each section is in it: for [`Terms::parts`](super::Terms).
    pub parts: Vec<Part>,
    /// The items that are in it, in the record's order.
    pub items: Vec<String>,
    /// Chosen items that are not in it, because a source forbids to disclose them to the patient, or because they are
    /// not in the record.
    pub left_out: Vec<String>,
}

/// Puts the chosen items into a document. Pure: the same record, choice and moment give the same bytes.
///
/// `person` is whose record it is, `now` the moment in RFC 3339. What a source forbids to show to the patient
/// (`NOPAT`) never leaves; nor does what is entered in error, unless a chosen item stands against it.
pub fn select(record: &Record, person: &Person, chosen: &Chosen, now: &str) -> Result<Selection, ShareError> {
    let chosen_items = || record.items.iter().filter(|i| chosen.items.contains(&i.id) && may_leave(record, i));
    let places: BTreeSet<String> =
        chosen_items().flat_map(|i| i.entries.iter().chain(&i.history)).filter_map(|at| record.place(*at)).collect();
    let items: Vec<&Item> = chosen_items().filter(|i| speaks_of_shared(record, i, &places)).collect();
    let mut writer =
        Writer { record, numbers: BTreeMap::new(), by_section: BTreeMap::new(), by_parcel: BTreeMap::new() };
    for item in &items {
        let history = item.history.iter().filter(|_| chosen.history);
        for at in item.entries.iter().chain(history) {
            writer.number(*at, item.section);
        }
        for at in retracted(item) {
            writer.number(at, item.section);
        }
    }
    let resources = writer.resources(&items, &chosen.letters);
    let shown: BTreeSet<Section> = items.iter().map(|i| i.section).collect();
    let mut told: BTreeSet<Section> = shown.union(&chosen.in_full).copied().collect();
    if is_whole(record, chosen) {
        told.extend(Section::ALL.into_iter().filter(|s| record.section(*s).next().is_none()));
    }
    let lists = writer.nothings(&told, &shown);
    let document = writer.document(person, now, &chosen.audience, resources, lists);
    let shared: BTreeSet<&str> = items.iter().map(|i| i.id.as_str()).collect();
    Ok(Selection {
        document: serde_json::to_vec(&document).map_err(|_| ShareError::Malformed)?,
        parts: parts(record, chosen, &shared),
        left_out: chosen.items.iter().filter(|id| !shared.contains(id.as_str())).cloned().collect(),
        items: items.iter().map(|i| i.id.clone()).collect(),
    })
}

/// False for what the person says of an entry that does not leave: it would name it.
fn speaks_of_shared(record: &Record, item: &Item, places: &BTreeSet<String>) -> bool {
    record.entries(item).all(|(_, _, e)| e.said().is_none() || e.about().all(|place| places.contains(place)))
}

/// True if nothing that the record holds is left out, or the person wants it said where a section is whole: only then
/// *nothing is held here* tells nothing of what was left out.
fn is_whole(record: &Record, chosen: &Chosen) -> bool {
    let tag = |i: &Item| record.entries(i).all(|(_, _, e)| e.said().is_some_and(Said::is_tag));
    let all = || record.items.iter().all(|i| chosen.items.contains(&i.id) && may_leave(record, i) || tag(i));
    !chosen.in_full.is_empty() || all()
}

/// What other sources mark as entered in error of the same statement.
fn retracted(item: &Item) -> impl Iterator<Item = EntryRef> {
    let said = item.disagreements.iter().filter(|d| d.field == Field::EnteredInError);
    said.flat_map(|d| d.sides.iter().skip(1).flatten().copied())
}

/// False where any source withholds the item from the patient, as on every other page: what another source says of the
/// same thing would tell it. Nor does what the person took off their pages.
fn may_leave(record: &Record, item: &Item) -> bool {
    !record.is_off(item) && !record.entries(item).any(|(_, _, e)| e.withheld_from_patient())
}

/// What the person says of an item, as details of its leading entry; tags are theirs alone.
fn own_words(record: &Record, item: &Item) -> Vec<Detail> {
    let said = record.said_of(item).filter(|s| !s.said.is_tag() && !record.is_closed(s));
    let text = |s: &Statement<'_>| {
        let day = s.entry.date.as_ref().and_then(|d| d.text.get(..10)).unwrap_or_default();
        format!("{} ({day})", s.entry.title).replace(" ()", "")
    };
    // Who keeps the record for them is not the patient: their words go out under their own name.
    said.map(|s| match s.entry.performer.first() {
        None => Detail { name: "patientSays".to_owned(), text: text(&s) },
        Some(carer) => Detail { name: "saidForPatient".to_owned(), text: format!("{carer}: {}", text(&s)) },
    })
    .collect()
}

/// True if the record may hold more of the section than its items: something was not understood, or stands only as
/// narrative, which a document of items does not carry.
fn may_hold_more(record: &Record, section: Section) -> bool {
    let beside = |n: Nothing| matches!(n, Nothing::NotUnderstood | Nothing::NarrativeOnly);
    record.parcels.iter().any(|p| {
        let mut says = p.reading.says.iter().filter(|s| s.section == section);
        p.reading.ledger.not_understood > 0 || says.any(|s| beside(s.nothing) && !p.reading.stands_as_entry(s))
    })
}

/// True if the record may hold something of a section that has no items: words alone, what was not understood, or a source's
/// warning that its list is not whole. *Nothing is held* would be false.
fn tells(record: &Record, section: Section) -> bool {
    let warned = |p: &Parcel| p.reading.says.iter().any(|s| s.section == section && s.nothing == Nothing::Warned);
    may_hold_more(record, section) || record.parcels.iter().any(warned)
}

/// The label of each section. *In full* only where every item that the record holds is there, none withheld, and
/// everything was understood.
fn parts(record: &Record, chosen: &Chosen, shared: &BTreeSet<&str>) -> Vec<Part> {
    let mut out = Vec::new();
    let whole = is_whole(record, chosen);
    for section in Section::ALL {
        let held: Vec<&Item> = record.section(section).collect();
        let some = held.iter().any(|i| shared.contains(i.id.as_str()));
        let all = held.iter().all(|i| shared.contains(i.id.as_str()));
        let withheld = |i: &&Item| record.entries(i).any(|(_, _, e)| e.withheld_from_patient());
        let completeness = if some {
            let full = all
                && chosen.in_full.contains(&section)
                && !held.iter().any(withheld)
                && !may_hold_more(record, section);
            let held = u32::try_from(held.len()).unwrap_or(u32::MAX);
            if full { Completeness::Full { held } } else { Completeness::Selected }
        } else {
            match chosen.others.get(&section) {
                None if held.is_empty() && whole && !tells(record, section) => Completeness::NothingHeld,
                None => continue,
                Some(Completeness::NothingHeld) if held.is_empty() && !tells(record, section) => {
                    Completeness::NothingHeld
                }
                Some(Completeness::Declined) => Completeness::Declined,
                Some(_) => Completeness::NotShared,
            }
        };
        out.push(Part { section, completeness });
    }
    out
}

/// Numbers the resources, and knows which belongs where.
struct Writer<'r> {
    record: &'r Record,
    /// Entry → its number, which is its resource id.
    numbers: BTreeMap<EntryRef, usize>,
    by_section: BTreeMap<Section, Vec<Value>>,
    by_parcel: BTreeMap<u32, Vec<Value>>,
}

impl<'r> Writer<'r> {
    fn number(&mut self, at: EntryRef, section: Section) {
        let Some(entry) = self.record.entry(at).filter(|e| !e.withheld_from_patient()) else { return };
        if self.numbers.contains_key(&at) {
            return;
        }
        let number = self.numbers.len() + 1;
        self.numbers.insert(at, number);
        if write::as_section(entry) {
            return;
        }
        let reference = self.reference(entry, number);
        // History stands in the section of its item, each entry in its own otherwise.
        let section = if entry.section == section { section } else { entry.section };
        self.by_section.entry(section).or_default().push(reference.clone());
        self.by_parcel.entry(at.parcel).or_default().push(reference);
    }

    fn reference(&self, entry: &Entry, number: usize) -> Value {
        json!({"reference": format!("{}/{number}", write::kind(entry))})
    }

    /// The numbers in order, each with its entry.
    fn numbered(&self) -> Vec<(usize, EntryRef, &'r Parcel, &'r Entry)> {
        let mut all: Vec<_> = self
            .numbers
            .iter()
            .filter_map(|(at, n)| Some((*n, *at, self.record.parcel(*at)?, self.record.entry(*at)?)))
            .collect();
        all.sort_by_key(|(n, ..)| *n);
        all
    }

    fn resources(&self, items: &[&Item], letters: &BTreeSet<String>) -> Vec<Value> {
        // Only what was joined with something else may need its business identifiers to be joined again.
        let joined: BTreeSet<EntryRef> = items
            .iter()
            .filter(|i| i.entries.len() + i.history.len() > 1 || !i.disagreements.is_empty())
            .flat_map(|i| i.entries.iter().copied().chain(retracted(i)))
            .collect();
        // A document and what the person says of it are joined by the bytes they speak of.
        let described: BTreeSet<EntryRef> = items
            .iter()
            .filter(|i| self.record.described(i).is_some())
            .flat_map(|i| i.entries.iter().chain(&i.history).copied())
            .collect();
        // What the person says of an item goes with it, as theirs.
        let said: BTreeMap<EntryRef, Vec<Detail>> = items.iter().map(|i| (i.lead, own_words(self.record, i))).collect();
        let mut said: BTreeMap<EntryRef, Vec<Detail>> = said.into_iter().filter(|(_, said)| !said.is_empty()).collect();
        // The words of a letter stand with whatever the letter is attached to.
        for item in items.iter().filter(|item| letters.contains(&item.id)) {
            for (at, words) in self.record.letters(item) {
                let detail = Detail { name: LETTER.to_owned(), text: words.to_owned() };
                said.entry(at).or_default().push(detail);
            }
        }
        let places: BTreeMap<(u32, &str), Value> = self
            .numbered()
            .into_iter()
            .map(|(n, at, _, entry)| ((at.parcel, entry.at.as_str()), self.reference(entry, n)))
            .collect();
        self.numbered()
            .into_iter()
            .filter(|(_, _, _, entry)| !write::as_section(entry))
            .map(|(n, at, _, entry)| {
                let mut resource = match (entry.in_error(), said.get(&at)) {
                    (true, _) => write::resource(&write::bare(entry), n, true),
                    (false, None) => write::resource(entry, n, joined.contains(&at)),
                    (false, Some(said)) => {
                        let mut entry = entry.clone();
                        entry.details.extend(said.iter().cloned());
                        write::resource(&entry, n, joined.contains(&at))
                    }
                };
                if let Some(parcel) = self.record.parcel(at).filter(|_| described.contains(&at)) {
                    write::names(&contents(&parcel.reading, entry), &mut resource);
                }
                if let Some(who) = self.record.about_other(at) {
                    beside::of_other(who, &mut resource);
                }
                let links = entry
                    .links
                    .iter()
                    .filter_map(|l| Some((l.role.as_str(), places.get(&(at.parcel, l.to.as_str()))?.clone())));
                write::links(&mut resource, links);
                Value::Object(resource)
            })
            .collect()
    }

    /// What the sources say of having nothing in the sections that are shared, and what of them was not understood.
    /// The latter only beside the sections that the reader is `shown`: codes on a screen are small.
    fn nothings(&mut self, sections: &BTreeSet<Section>, shown: &BTreeSet<Section>) -> Vec<Value> {
        let mut out = Vec::new();
        for (parcel, n) in self.record.parcels.iter().zip(0u32..) {
            for (section, mut list) in beside::lists(&parcel.reading, sections, shown) {
                let id = format!("n{}", out.len() + 1);
                list.insert("id".into(), json!(id));
                let reference = json!({"reference": format!("List/{id}")});
                if let Some(section) = section {
                    self.by_section.entry(section).or_default().push(reference.clone());
                }
                self.by_parcel.entry(n).or_default().push(reference);
                out.push(Value::Object(list));
            }
        }
        out
    }

    fn document(&self, person: &Person, now: &str, audience: &str, resources: Vec<Value>, lists: Vec<Value>) -> Value {
        let told = self.numbered().into_iter().filter(|(_, _, _, e)| write::as_section(e));
        let sections = self.by_section.iter().map(|(section, entries)| {
            json!({
                "title": section.slug(),
                "code": {"coding": [{"system": "http://loinc.org", "code": section.loinc()}]},
                "entry": entries,
            })
        });
        let sections: Vec<Value> = sections.chain(told.map(|(_, _, _, e)| write::section(e))).collect();
        let mut composition = json!({
            "resourceType": "Composition", "id": "c", "status": "final",
            "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
            "subject": {"reference": "Patient/p"}, "date": now, "author": [{"reference": "Patient/p"}],
            "title": "Patient summary",
        });
        if let Some(composition) = composition.as_object_mut().filter(|_| !sections.is_empty()) {
            composition.insert("section".into(), Value::Array(sections));
        }
        if let Some(composition) = composition.as_object_mut().filter(|_| !audience.is_empty()) {
            let said = json!([{"url": format!("{OURS}audience"), "valueString": audience}]);
            composition.insert("extension".into(), said);
        }
        let provenance = self
            .by_parcel
            .iter()
            .filter_map(|(parcel, targets)| Some(source(self.record.parcels.get(*parcel as usize)?, *parcel, targets)));
        let all = [composition, patient(person)].into_iter().chain(resources).chain(lists).chain(provenance);
        let entries: Vec<Value> = all
            .map(|resource| {
                let part = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default();
                let url = format!("{OURS}{}/{}", part("resourceType"), part("id"));
                json!({"fullUrl": url, "resource": resource})
            })
            .collect();
        json!({"resourceType": "Bundle", "type": "document", "timestamp": now, "entry": entries})
    }
}

/// For whom a document was made, as the person who made it named them; empty if they did not say.
pub fn audience(document: &[u8]) -> String {
    let bundle: Value = serde_json::from_slice(document).unwrap_or_default();
    let head = array(&bundle, "entry").first().and_then(|e| e.get("resource")).cloned().unwrap_or_default();
    let url = format!("{OURS}audience");
    let said = array(&head, "extension").iter().find(|e| text(Some(e), "url") == url);
    text(said, "valueString").to_owned()
}

/// The Provenance that says where some resources come from.
fn source(parcel: &Parcel, number: u32, targets: &[Value]) -> Value {
    let source = &parcel.reading.source;
    let typed = parcel.note.origin == Origin::Person;
    let mut out = json!({
        "resourceType": "Provenance", "id": format!("s{}", number + 1),
        "meta": {"tag": [{"system": format!("{OURS}origin"), "code": if typed { "person" } else { "file" }}]},
        "target": targets,
        "agent": [{"who": {"display": source.name}}],
    });
    // Whether it was signed, as far as the sharer's app knows: a reader is told, and cannot check it.
    let signed = match parcel.reading.signed {
        Signed::No => None,
        Signed::Wrong => Some("signature-wrong"),
        Signed::Trusted | Signed::Unknown | Signed::NotChecked => Some("signed"),
    };
    if let (Some(code), Some(tags)) = (signed, out.pointer_mut("/meta/tag").and_then(Value::as_array_mut)) {
        tags.push(json!({"system": format!("{OURS}signature"), "code": code}));
    }
    if let Some(out) = out.as_object_mut() {
        beside::bears(&parcel.note.bears, out);
        if !parcel.note.imported.is_empty() {
            out.insert("recorded".into(), json!(parcel.note.imported));
        }
        if let Some(as_of) = &source.as_of {
            dates::put(out, "occurredDateTime", as_of, dates::Form::Time);
        }
        if source.name.is_empty() {
            let words = [&parcel.note.title, &source.title, &parcel.note.file_name];
            let named = words.into_iter().find(|w| !w.is_empty()).cloned().unwrap_or_default();
            // What was typed has no other name than whose record it is.
            let who = if named.is_empty() { json!({"reference": "Patient/p"}) } else { json!({"display": named}) };
            out.insert("agent".into(), json!([{"who": who}]));
        }
    }
    out
}

/// Who it is, as little of it as tells them apart: names, date of birth, sex, identifiers that are numbers of people.
fn patient(person: &Person) -> Value {
    let mut out = Map::new();
    out.insert("resourceType".into(), json!("Patient"));
    out.insert("id".into(), json!("p"));
    let mut name = Map::new();
    if !person.family.is_empty() {
        name.insert("family".into(), json!(person.family));
    }
    if !person.given.is_empty() {
        name.insert("given".into(), json!(person.given));
    }
    if !person.name.is_empty() {
        name.insert("text".into(), json!(person.name));
    }
    if !name.is_empty() {
        out.insert("name".into(), json!([name]));
    }
    if let Some(date) = &person.birth_date {
        dates::put(&mut out, "birthDate", date, dates::Form::Day);
    }
    let sex = person.sex.map(|s| match s {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Other => "other",
        Sex::Unknown => "unknown",
    });
    if let Some(sex) = sex {
        out.insert("gender".into(), json!(sex));
    }
    if let Some(date) = &person.deceased {
        match date.text.as_str() {
            "" => _ = out.insert("deceasedBoolean".into(), json!(true)),
            _ => dates::put(&mut out, "deceasedDateTime", date, dates::Form::Time),
        }
    }
    let mut seen = BTreeSet::new();
    let numbers: Vec<Value> = person
        .identifiers
        .iter()
        .filter(|i| write::is_number_of_people(&i.system) && seen.insert((&i.system, &i.value)))
        .map(|i| json!({"system": i.system, "value": i.value}))
        .collect();
    if !numbers.is_empty() {
        out.insert("identifier".into(), json!(numbers));
    }
    Value::Object(out)
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: Option<&'v Value>, key: &str) -> &'v str {
    value.and_then(|v| v.get(key)).and_then(Value::as_str).unwrap_or_default()
}
