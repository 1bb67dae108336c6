//! A received document as a reader's own system wants it: the sections of the International Patient Summary (HL7 FHIR
//! IPS 2.0, `Composition-uv-ips`), each with its title, its words and its entries, or with the reason for being empty.
//!
//! - Allergies, medicines and problems always have their section; the others where something is said of them.
//! - A section has entries or an `emptyReason`, never both (FHIR R4 invariant cmp-2). *None known* is said only where a
//!   source says so; what was not shared is `withheld`, whose definition says that nothing may be concluded from it.
//! - What the grant holds stays as it is; no profile is claimed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::ShareError;
use super::super::terms::{Completeness, Part};
use super::{OURS, array, text};
use crate::record::{Hash, LETTER, Section};

/// The words of the sections, in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The title of each section.
    pub titles: Vec<(Section, String)>,
    /// What each section says for reading, line by line: an entry's line begins with `- `, a heading's does not. They are
    /// the lines of the text for pasting, so that whoever sees only the words is told the same: what is not so, what is
    /// over, what is dangerous.
    pub told: Vec<(Section, Vec<String>)>,
    /// The document's title.
    pub title: String,
    /// Who shared it, where it was not the person: a carer, what they are to them, on what ground.
    pub by: Option<String>,
    /// What every screen says of such a copy, and the person's own note: a section of its own.
    pub banner: Vec<String>,
    /// Not shared, which says nothing of whether there is something.
    pub not_shared: String,
    /// Asked for and declined.
    pub declined: String,
    /// Asked for, and nothing is held.
    pub nothing_held: String,
    /// A source says none known.
    pub none_known: String,
    /// A source has something there that cannot be had.
    pub unavailable: String,
    /// A source says that it did not ask.
    pub not_asked: String,
    /// A source says that it holds it back.
    pub withheld: String,
}

/// The sections that an International Patient Summary must have.
const REQUIRED: [Section; 3] = [Section::Allergies, Section::Medications, Section::Problems];

const REASONS: &str = "http://terminology.hl7.org/CodeSystem/list-empty-reason";

/// The document for the reader's system. Pure: the same document, parts and words give the same bytes.
///
/// Errors: [`ShareError::Malformed`] if it is no Bundle that begins with a Composition.
pub fn ips(document: &[u8], parts: &[Part], words: &Words) -> Result<Vec<u8>, ShareError> {
    let mut bundle: Value = serde_json::from_slice(document).map_err(|_| ShareError::Malformed)?;
    let resources: BTreeMap<String, Value> = array(&bundle, "entry").iter().filter_map(named).collect();
    let told = Told { sources: sources(&resources), resources: &resources, words };
    let composition = array(&bundle, "entry").first().and_then(|e| e.get("resource")).cloned().unwrap_or_default();
    let mut by_section: BTreeMap<Section, Value> = BTreeMap::new();
    let mut others = Vec::new();
    for section in array(&composition, "section") {
        let loinc = section.get("code").and_then(|c| array(c, "coding").first());
        match Section::of_loinc(text(loinc, "code")).filter(|s| !by_section.contains_key(s)) {
            Some(known) if !array(section, "entry").is_empty() => {
                by_section.insert(known, told.section(known, array(section, "entry")));
            }
            // What stands as a section's words alone has its own.
            _ => others.push(section.clone()),
        }
    }
    let label = |s: Section| parts.iter().find(|p| p.section == s).map(|p| p.completeness);
    for section in Section::ALL.into_iter().filter(|s| !by_section.contains_key(s)).collect::<Vec<_>>() {
        let empty = match label(section) {
            Some(Completeness::Declined) => Some(("withheld", &words.declined)),
            Some(Completeness::NothingHeld) => Some(("unavailable", &words.nothing_held)),
            _ if REQUIRED.contains(&section) => Some(("withheld", &words.not_shared)),
            _ => None,
        };
        if let Some((reason, said)) = empty {
            by_section.insert(section, told.empty(section, reason, said, &[]));
        }
    }
    let ordered = Section::ALL.into_iter().filter_map(|s| by_section.remove(&s));
    let banner = (!words.banner.is_empty()).then(|| {
        let said: String = words.banner.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{said}</div>");
        json!({"title": words.title, "text": {"status": "generated", "div": div}})
    });
    let sections: Vec<Value> = ordered.chain(others).chain(banner).collect();
    let head = bundle.get_mut("entry").and_then(Value::as_array_mut).and_then(|e| e.first_mut());
    let composition = head.and_then(|e| e.get_mut("resource")).and_then(Value::as_object_mut);
    let composition = composition.filter(|c| c.get("resourceType").and_then(Value::as_str) == Some("Composition"));
    let composition = composition.ok_or(ShareError::Malformed)?;
    composition.insert("section".into(), Value::Array(sections));
    composition.insert("title".into(), json!(words.title));
    if let Some(by) = &words.by {
        composition.insert("author".into(), json!([{"display": by}]));
    }
    for resource in bundle.get_mut("entry").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(resource) = resource.get_mut("resource") {
            real_systems(resource);
            if let Some(resource) = resource.as_object_mut() {
                supply(resource);
                required(resource);
            }
        }
    }
    // The same document has the same name wherever it is saved (UUID version 8, RFC 9562).
    let id = json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", uuid(&Hash::of(document)))});
    bundle.as_object_mut().ok_or(ShareError::Malformed)?.insert("identifier".into(), id);
    serde_json::to_vec_pretty(&bundle).map_err(|_| ShareError::Malformed)
}

/// What FHIR R4 requires of a resource and its source did not say: unknown, in FHIR's word for it. A letter is named; it
/// did not travel.
fn required(resource: &mut Map<String, Value>) {
    let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut need = |key: &str, value: Value| {
        if !resource.contains_key(key) {
            resource.insert(key.to_owned(), value);
        }
    };
    match kind.as_str() {
        "Observation" | "DiagnosticReport" | "Procedure" | "MedicationStatement" | "MedicationDispense" => {
            need("status", json!("unknown"));
        }
        "MedicationRequest" | "ServiceRequest" => {
            need("status", json!("unknown"));
            need("intent", json!("order"));
        }
        "CarePlan" => {
            need("status", json!("unknown"));
            need("intent", json!("plan"));
        }
        "Encounter" => {
            need("status", json!("unknown"));
            let unknown = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
            need("class", json!({"system": unknown, "code": "UNK"}));
        }
        "FamilyMemberHistory" => {
            need("status", json!("partial"));
            // A relative's illness stands in its own element; in a share it is the title, `father: asthma`.
            let whose = text(resource.get("relationship"), "text").to_owned();
            let said = array(&Value::Object(resource.clone()), "reasonCode").first().cloned().unwrap_or_default();
            let what = text(Some(&said), "text").strip_prefix(&format!("{whose}: ")).map(str::to_owned);
            if let Some(what) = what.filter(|_| !resource.contains_key("condition")) {
                resource.insert("condition".into(), json!([{"code": {"text": what}}]));
                resource.remove("reasonCode");
            }
        }
        "DocumentReference" => {
            need("status", json!("current"));
            let title = resource.get("description").cloned().unwrap_or_else(|| json!("?"));
            // The words of a letter that came with them, as its content.
            let prefix = format!("{LETTER}: ");
            let said = |e: &Value| text(Some(e), "valueString").strip_prefix(&prefix).map(str::to_owned);
            let letters: Vec<String> =
                array(&Value::Object(resource.clone()), "extension").iter().filter_map(said).collect();
            let held = resource.remove("content").and_then(|c| c.as_array().cloned()).unwrap_or_default();
            let mut content: Vec<Value> = letters
                .iter()
                .map(|words| {
                    let data = data_encoding::BASE64.encode(words.as_bytes());
                    json!({"attachment": {"contentType": "text/plain; charset=utf-8", "data": data, "title": title}})
                })
                .chain(held)
                .collect();
            if content.is_empty() {
                content.push(json!({"attachment": {"title": title}}));
            }
            resource.insert("content".into(), Value::Array(content));
        }
        _ => {}
    }
}

/// A system of codes, units or numbers is a URI (FHIR R4 Coding.system, Quantity.system, Identifier.system). What a source
/// calls `L` or `99LAB` is none: the code and its words stay, without it.
fn real_systems(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("system").and_then(Value::as_str).is_some_and(|system| !is_uri(system)) {
                members.remove("system");
            }
            members.values_mut().for_each(real_systems);
        }
        Value::Array(all) => all.iter_mut().for_each(real_systems),
        _ => {}
    }
}

/// An absolute URI: a scheme, a colon, something behind it, and no blank (RFC 3986, 4.3).
fn is_uri(text: &str) -> bool {
    let scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    text.split_once(':').is_some_and(|(head, rest)| scheme(head) && !rest.is_empty())
        && !text.contains(char::is_whitespace)
}

/// What a prescription is to be supplied with, from the words of a share into the elements that R4 has for it
/// (MedicationRequest.dispenseRequest). What is no plain number with a unit stays as words.
fn supply(resource: &mut Map<String, Value>) {
    if resource.get("resourceType").and_then(Value::as_str) != Some("MedicationRequest") {
        return;
    }
    const NAMES: [&str; 3] = ["quantity", "expectedSupplyDuration", "numberOfRepeatsAllowed"];
    let own = format!("{OURS}detail");
    let details = resource.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
    let said = |extension: &Value| -> Option<(&'static str, String)> {
        let words = text(Some(extension), "valueString");
        let (name, rest) = words.split_once(": ").filter(|_| text(Some(extension), "url") == own)?;
        Some((NAMES.into_iter().find(|n| *n == name)?, rest.to_owned()))
    };
    let told: Vec<(&str, String)> = details.iter().filter_map(said).collect();
    let mut taken = Vec::new();
    for (name, words) in &told {
        // Told twice, it is not ours to choose.
        let once = told.iter().filter(|(other, _)| other == name).count() == 1;
        let Some(value) = supplied(name, words).filter(|_| once) else { continue };
        let request = resource.entry("dispenseRequest").or_insert_with(|| json!({}));
        if let Some(request) = request.as_object_mut() {
            request.insert((*name).to_owned(), value);
            taken.push(*name);
        }
    }
    let left: Vec<Value> =
        details.into_iter().filter(|e| said(e).is_none_or(|(name, _)| !taken.contains(&name))).collect();
    match left.is_empty() {
        true => drop(resource.remove("extension")),
        false => drop(resource.insert("extension".to_owned(), Value::Array(left))),
    }
}

/// `28 tablet`, `28 d`, `6`: as written, digit for digit; `None` if it is anything else.
fn supplied(name: &str, words: &str) -> Option<Value> {
    let (number, unit) = words.split_once(' ').unwrap_or((words, ""));
    let number: serde_json::Number = number.parse().ok().filter(|n: &serde_json::Number| n.to_string() == number)?;
    if name == "numberOfRepeatsAllowed" {
        return number.as_u64().filter(|_| unit.is_empty()).map(|n| json!(n));
    }
    let mut out = json!({ "value": number });
    let members = out.as_object_mut()?;
    if !unit.is_empty() {
        members.insert("unit".to_owned(), json!(unit));
    }
    // A Duration's unit is one of UCUM's for time (FHIR R4 Duration, drt-1).
    if name == "expectedSupplyDuration" {
        let code = ["s", "min", "h", "d", "wk", "mo", "a"].into_iter().find(|code| *code == unit)?;
        members.insert("system".to_owned(), json!("http://unitsofmeasure.org"));
        members.insert("code".to_owned(), json!(code));
    }
    Some(out)
}

fn uuid(hash: &Hash) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    bytes.iter_mut().zip(hash.0).for_each(|(to, from)| *to = from);
    if let Some(version) = bytes.get_mut(6) {
        *version = (*version & 0x0f) | 0x80;
    }
    if let Some(variant) = bytes.get_mut(8) {
        *variant = (*variant & 0x3f) | 0x80;
    }
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// `Type/id` and the resource.
fn named(entry: &Value) -> Option<(String, Value)> {
    let resource = entry.get("resource")?;
    let name = format!("{}/{}", text(Some(resource), "resourceType"), text(Some(resource), "id"));
    Some((name, resource.clone()))
}

/// From a resource's name to the name of its source.
fn sources(resources: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for provenance in resources.values().filter(|r| text(Some(r), "resourceType") == "Provenance") {
        let who = array(provenance, "agent").first().and_then(|a| a.get("who"));
        for target in array(provenance, "target") {
            out.insert(text(Some(target), "reference").to_owned(), text(who, "display").to_owned());
        }
    }
    out
}

struct Told<'a> {
    resources: &'a BTreeMap<String, Value>,
    sources: BTreeMap<String, String>,
    words: &'a Words,
}

impl Told<'_> {
    fn section(&self, section: Section, entries: &[Value]) -> Value {
        let name = |e: &Value| text(Some(e), "reference").to_owned();
        let is_list = |e: &&Value| name(e).starts_with("List/");
        let said: Vec<String> = entries.iter().filter(is_list).map(|e| self.nothing(&name(e))).collect();
        let held: Vec<&Value> = entries.iter().filter(|e| !is_list(e)).collect();
        if held.is_empty() {
            let reasons: Vec<&str> = entries.iter().filter_map(|e| self.resources.get(&name(e))).map(reason).collect();
            // None is known only if nobody says otherwise, or that it could not be told.
            let one = reasons.first().copied().filter(|first| reasons.iter().all(|r| r == first));
            let one = one.filter(|r| ["nilknown", "notasked", "withheld"].contains(r)).unwrap_or("unavailable");
            return self.empty(section, one, self.kind(one), &said);
        }
        let told = self.words.told.iter().find(|(s, _)| *s == section).map(|(_, lines)| lines.clone());
        let lines = told.unwrap_or_else(|| held.iter().map(|e| self.line(&name(e))).chain(said).collect());
        let mut out = self.head(section, &lines);
        out.insert("entry".into(), json!(entries));
        Value::Object(out)
    }

    fn empty(&self, section: Section, reason: &str, why: &str, said: &[String]) -> Value {
        let lines: Vec<String> = core::iter::once(why.to_owned()).chain(said.iter().cloned()).collect();
        let mut out = self.head(section, &lines);
        out.insert("emptyReason".into(), json!({"coding": [{"system": REASONS, "code": reason}], "text": why}));
        Value::Object(out)
    }

    fn head(&self, section: Section, lines: &[String]) -> Map<String, Value> {
        let title = self.words.titles.iter().find(|(s, _)| *s == section).map_or(section.slug(), |(_, t)| t);
        let titled = |line: &String| line.ends_with(':') && !line.starts_with("- ");
        let mut div = String::new();
        for group in lines.chunk_by(|_, next| !titled(next)) {
            let (head, rest) = match group.split_first() {
                Some((head, rest)) if titled(head) => (Some(head), rest),
                _ => (None, group),
            };
            div.extend(head.map(|h| format!("<p>{}</p>", escaped(h))));
            let items: String =
                rest.iter().map(|l| format!("<li>{}</li>", escaped(l.strip_prefix("- ").unwrap_or(l)))).collect();
            if !items.is_empty() {
                div += &format!("<ul>{items}</ul>");
            }
        }
        let mut out = Map::new();
        out.insert("title".into(), json!(title));
        out.insert("code".into(), json!({"coding": [{"system": "http://loinc.org", "code": section.loinc()}]}));
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{div}</div>");
        out.insert("text".into(), json!({"status": "generated", "div": div}));
        out
    }

    /// The words of a reason.
    fn kind(&self, reason: &str) -> &String {
        match reason {
            "nilknown" => &self.words.none_known,
            "notasked" => &self.words.not_asked,
            "withheld" => &self.words.withheld,
            _ => &self.words.unavailable,
        }
    }

    /// What a source says of having nothing.
    fn nothing(&self, name: &str) -> String {
        let Some(list) = self.resources.get(name) else { return String::new() };
        let kind = self.kind(reason(list));
        let own = array(list, "note").iter().map(|n| text(Some(n), "text").to_owned());
        let source = self.sources.get(name).cloned().unwrap_or_default();
        let all = [source, kind.clone()].into_iter().chain(own);
        all.filter(|w| !w.is_empty()).collect::<Vec<_>>().join(": ")
    }

    /// What it is, its value or dose, when, and who says so.
    fn line(&self, name: &str) -> String {
        let Some(resource) = self.resources.get(name) else { return name.to_owned() };
        let mut said = vec![label(resource).unwrap_or(name).to_owned()];
        said.extend(value(resource));
        let doses = array(resource, "dosage").iter().chain(array(resource, "dosageInstruction"));
        said.extend(doses.map(|d| text(Some(d), "text").to_owned()));
        said.extend(when(resource).map(str::to_owned));
        said.extend(self.sources.get(name).cloned());
        said.retain(|w| !w.is_empty());
        said.join(" · ")
    }
}

fn reason(list: &Value) -> &str {
    // An empty section without a reason says nothing; of the others R4 knows the code.
    let reason = list.get("emptyReason").and_then(|r| array(r, "coding").first());
    text(reason, "code")
}

/// The source's own words for what the resource is about.
fn label(resource: &Value) -> Option<&str> {
    let concepts = ["code", "medicationCodeableConcept", "vaccineCode", "type", "relationship", "category", "scope"];
    let concept = concepts.iter().filter_map(|key| resource.get(*key)).flat_map(|c| match c {
        Value::Array(all) => all.iter().collect::<Vec<_>>(),
        one => vec![one],
    });
    let own = ["description", "title"].into_iter().map(|key| text(Some(resource), key));
    let words = concept.flat_map(|c| {
        let codings = array(c, "coding").iter();
        let codings = codings.flat_map(|k| [text(Some(k), "display"), text(Some(k), "code")]);
        core::iter::once(text(Some(c), "text")).chain(codings)
    });
    words.chain(own).find(|w| !w.is_empty())
}

fn value(resource: &Value) -> Option<String> {
    let quantity = resource.get("valueQuantity").map(|q| {
        let number = q.get("value").map(Value::to_string).unwrap_or_default();
        let unit = [text(Some(q), "unit"), text(Some(q), "code")].into_iter().find(|u| !u.is_empty());
        format!("{}{number} {}", text(Some(q), "comparator"), unit.unwrap_or_default()).trim_end().to_owned()
    });
    let concept = resource.get("valueCodeableConcept").map(|c| text(Some(c), "text").to_owned());
    let own = Some(text(Some(resource), "valueString").to_owned()).filter(|w| !w.is_empty());
    quantity.or(concept).or(own)
}

fn when(resource: &Value) -> Option<&str> {
    const DATES: [&str; 10] = [
        "effectiveDateTime",
        "occurrenceDateTime",
        "performedDateTime",
        "onsetDateTime",
        "authoredOn",
        "whenHandedOver",
        "date",
        "issued",
        "recordedDate",
        "dateAsserted",
    ];
    const PERIODS: [&str; 4] = ["effectivePeriod", "performedPeriod", "onsetPeriod", "period"];
    let whole = DATES.iter().map(|key| text(Some(resource), key));
    let start = PERIODS.iter().map(|key| text(resource.get(*key), "start"));
    whole.chain(start).find(|w| !w.is_empty())
}

/// Text as XHTML content.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words {
            titles: vec![(Section::Allergies, "Allergies".into()), (Section::Problems, "Problems".into())],
            told: Vec::new(),
            by: None,
            banner: Vec::new(),
            title: "Shared".into(),
            not_shared: "not shared".into(),
            declined: "declined".into(),
            nothing_held: "nothing held".into(),
            none_known: "none known".into(),
            unavailable: "unavailable".into(),
            not_asked: "not asked".into(),
            withheld: "withheld".into(),
        }
    }

    /// A document with these resources in one allergy section.
    fn document(resources: &[Value]) -> Vec<u8> {
        let name = |r: &Value| format!("{}/{}", r["resourceType"].as_str().unwrap(), r["id"].as_str().unwrap());
        let entries: Vec<Value> = resources.iter().map(|r| json!({"reference": name(r)})).collect();
        let section = json!({"title": "allergies", "code": {"coding": [{"code": "48765-2"}]}, "entry": entries});
        let composition = json!({"resourceType": "Composition", "id": "c", "section": [section]});
        let all = core::iter::once(&composition).chain(resources);
        let all: Vec<Value> = all.map(|r| json!({"fullUrl": format!("{OURS}{}", name(r)), "resource": r})).collect();
        json!({"resourceType": "Bundle", "type": "document", "entry": all}).to_string().into_bytes()
    }

    fn sections(document: &[u8], parts: &[Part]) -> Vec<Value> {
        let made: Value = serde_json::from_slice(&ips(document, parts, &words()).unwrap()).unwrap();
        assert!(made["identifier"]["value"].as_str().unwrap().starts_with("urn:uuid:"));
        let sections = array(&made["entry"][0]["resource"], "section").to_vec();
        for section in &sections {
            assert!(section.get("entry").is_some() != section.get("emptyReason").is_some(), "{section}");
            assert!(section["text"]["div"].as_str().unwrap().contains("<li>"), "{section}");
        }
        sections
    }

    fn check(resource: Value, reason: Option<&str>) {
        let all = sections(&document(&[resource]), &[]);
        let loinc = |s: &Value| s["code"]["coding"][0]["code"].as_str().unwrap().to_owned();
        assert_eq!(all.iter().map(loinc).collect::<Vec<_>>(), ["48765-2", "10160-0", "11450-4"]);
        let told = |s: &Value| s["emptyReason"]["coding"][0]["code"].as_str().map(str::to_owned);
        assert_eq!(told(&all[0]).as_deref(), reason);
        assert_eq!((told(&all[1]).as_deref(), told(&all[2]).as_deref()), (Some("withheld"), Some("withheld")));
    }

    fn list(reason: &str) -> Value {
        json!({"resourceType": "List", "id": "n1", "emptyReason": {"coding": [{"code": reason}]}, "note": [{"text": "NKDA"}]})
    }

    #[test]
    fn each_kind_of_nothing_has_its_reason() {
        check(list("nilknown"), Some("nilknown"));
        check(list("unavailable"), Some("unavailable"));
        check(list("notasked"), Some("notasked"));
        check(list("withheld"), Some("withheld"));
        check(list(""), Some("unavailable"));
        check(json!({"resourceType": "AllergyIntolerance", "id": "1", "code": {"text": "Latex <b>"}}), None);
    }

    #[test]
    fn none_is_not_known_where_another_source_could_not_say() {
        let mut other = list("unavailable");
        other["id"] = json!("n2");
        let all = sections(&document(&[list("nilknown"), other]), &[]);
        assert_eq!(all[0]["emptyReason"]["coding"][0]["code"], "unavailable");
    }

    #[test]
    fn what_was_declined_and_what_is_not_held_is_said() {
        let part = |section, completeness| Part { section, completeness };
        let parts = [
            part(Section::Problems, Completeness::Declined),
            part(Section::Results, Completeness::NothingHeld),
            part(Section::Pregnancy, Completeness::NotShared),
        ];
        let all = sections(&document(&[list("nilknown")]), &parts);
        let told = |loinc: &str| {
            let section = all.iter().find(|s| s["code"]["coding"][0]["code"] == loinc)?;
            section["emptyReason"]["coding"][0]["code"].as_str().map(str::to_owned)
        };
        assert_eq!(told("11450-4").as_deref(), Some("withheld"));
        assert_eq!(told("30954-2").as_deref(), Some("unavailable"));
        assert_eq!(told("10162-6"), None, "not asked for, and not shared: nothing is said");
    }

    /// A system that shows only the narrative shows what is not so as not so.
    #[test]
    fn the_words_of_a_section_are_the_ones_of_the_text_for_pasting() {
        let allergy = json!({"resourceType": "AllergyIntolerance", "id": "1", "code": {"text": "Sesame"}});
        let told = vec!["Said not to be so:".to_owned(), "- Sesame: HAS BEEN RULED OUT <x>".to_owned()];
        let words = Words { told: vec![(Section::Allergies, told)], ..words() };
        let made: Value = serde_json::from_slice(&ips(&document(&[allergy]), &[], &words).unwrap()).unwrap();
        let div = made["entry"][0]["resource"]["section"][0]["text"]["div"].as_str().unwrap();
        assert!(
            div.ends_with("<p>Said not to be so:</p><ul><li>Sesame: HAS BEEN RULED OUT &lt;x&gt;</li></ul></div>"),
            "{div}"
        );
    }

    #[test]
    fn a_system_is_a_uri_or_is_not_there() {
        let coding = |system: &str| json!([{"system": system, "code": "718-7", "display": "Haemoglobin"}]);
        let check = |system: &str, expected: Option<&str>| {
            let result = json!({"resourceType": "Observation", "id": "1", "code": {"coding": coding(system)}});
            let made: Value = serde_json::from_slice(&ips(&document(&[result]), &[], &words()).unwrap()).unwrap();
            let coding = &made["entry"][1]["resource"]["code"]["coding"][0];
            assert_eq!(coding.get("system").and_then(Value::as_str), expected);
            assert_eq!((coding["code"].as_str(), coding["display"].as_str()), (Some("718-7"), Some("Haemoglobin")));
        };
        check("L", None);
        check("99LAB", None);
        check("my lab: codes", None);
        check("http://loinc.org", Some("http://loinc.org"));
        check("urn:oid:2.16.840.1.113883.6.1", Some("urn:oid:2.16.840.1.113883.6.1"));
    }

    #[test]
    fn what_is_to_be_supplied_stands_where_fhir_has_a_place_for_it() {
        let detail = |said: &str| json!({"url": format!("{OURS}detail"), "valueString": said});
        let check = |said: &[&str], expected: Value, left: usize| {
            let details: Vec<Value> = said.iter().map(|s| detail(s)).collect();
            let request = json!({"resourceType": "MedicationRequest", "id": "1", "extension": details});
            let made: Value = serde_json::from_slice(&ips(&document(&[request]), &[], &words()).unwrap()).unwrap();
            let request = &made["entry"][1]["resource"];
            assert_eq!(request.get("dispenseRequest").cloned().unwrap_or_default(), expected, "{said:?}");
            assert_eq!(array(request, "extension").len(), left, "{said:?}");
        };
        let days = json!({"value": 28, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"});
        check(
            &["quantity: 56 tablet", "expectedSupplyDuration: 28 d", "numberOfRepeatsAllowed: 6", "issues: 3"],
            json!({"quantity": {"value": 56, "unit": "tablet"}, "expectedSupplyDuration": days, "numberOfRepeatsAllowed": 6}),
            1,
        );
        // Words stay words, and of two nobody chooses.
        check(&["quantity: two boxes", "expectedSupplyDuration: 1 course"], Value::Null, 2);
        check(&["quantity: 28 tablet", "quantity: 56 tablet"], Value::Null, 2);
    }

    #[test]
    fn a_line_says_what_when_and_from_whom() {
        let allergy = json!({"resourceType": "AllergyIntolerance", "id": "1", "code": {"text": "Latex <b>"}, "recordedDate": "2019-03"});
        let provenance = json!({"resourceType": "Provenance", "id": "s1", "agent": [{"who": {"display": "Elm Surgery"}}],
            "target": [{"reference": "AllergyIntolerance/1"}]});
        let mut bundle: Value = serde_json::from_slice(&document(&[allergy])).unwrap();
        bundle["entry"].as_array_mut().unwrap().push(json!({"resource": provenance}));
        let all = sections(bundle.to_string().as_bytes(), &[]);
        assert!(all[0]["text"]["div"].as_str().unwrap().contains("<li>Latex &lt;b&gt; · 2019-03 · Elm Surgery</li>"));
    }
}
