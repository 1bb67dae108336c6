//! The reader's side: a document taken apart by source, so that each part can be read like a file of that source.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::ShareError;
use super::{Beside, OURS, array, beside, dates, text};
use crate::record::{Bears, Note, Origin, Signed};

/// What one source gave to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The source's name, as the sharer's app gives it; nobody has checked it. Empty if it gave none.
    pub source: String,
    /// For the parcel that is made of it: when the sharer's app took it in, and who put it there. What came as a file
    /// there is [`Origin::Share`] here: *not signed, the patient's app says where it came from, not checked*.
    pub note: Note,
    /// A FHIR R4 document Bundle, JSON: the patient, this source's resources, and a Composition in its name.
    pub document: Vec<u8>,
    /// What else the part says: to be put into the reading of `document`.
    pub beside: Beside,
}

/// Takes a received document apart. What no Provenance names comes as a last part without a name: nothing is dropped.
///
/// Errors: [`ShareError::Malformed`] if it is no Bundle.
pub fn split(document: &[u8]) -> Result<Vec<Shared>, ShareError> {
    let mut bundle: Value = serde_json::from_slice(document).map_err(|_| ShareError::Malformed)?;
    dates::restore(&mut bundle);
    if bundle.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return Err(ShareError::Malformed);
    }
    let entries = array(&bundle, "entry");
    let of_type = |kind: &'static str| {
        entries
            .iter()
            .filter(move |e| text(e.get("resource"), "resourceType") == kind)
            .filter_map(|e| e.get("resource"))
    };
    let composition = of_type("Composition").next();
    let mut lists: BTreeMap<String, Beside> = BTreeMap::new();
    for entry in entries.iter().filter(|e| text(e.get("resource"), "resourceType") == "List") {
        let mut beside = Beside::default();
        if let (Some(list), Some(name)) = (entry.get("resource"), reference(entry))
            && beside.take_list(list)
        {
            lists.insert(name, beside);
        }
    }
    let all: BTreeSet<String> = entries.iter().filter_map(reference).collect();
    let mut left = all;
    let mut out = Vec::new();
    for provenance in of_type("Provenance") {
        let mut mine: BTreeSet<String> = array(provenance, "target")
            .iter()
            .filter_map(|t| t.get("reference")?.as_str())
            .filter_map(|r| left.take(r.strip_prefix(OURS).unwrap_or(r)))
            .collect();
        let tags = provenance.get("meta").map(|m| array(m, "tag")).unwrap_or_default();
        let origin = format!("{OURS}origin");
        let typed = tags.iter().any(|t| text(Some(t), "system") == origin && text(Some(t), "code") == "person");
        let agent = array(provenance, "agent").first();
        let mut beside = told(&mut lists, &mut mine);
        let signature = format!("{OURS}signature");
        let signed = tags.iter().find(|t| text(Some(t), "system") == signature).map(|t| text(Some(t), "code"));
        beside.signed = match signed {
            None => Signed::No,
            Some("signature-wrong") => Signed::Wrong,
            Some(_) => Signed::NotChecked,
        };
        out.push(part(
            &Origins {
                name: text(agent.and_then(|a| a.get("who")), "display"),
                as_of: text(Some(provenance), "occurredDateTime"),
                taken_in: text(Some(provenance), "recorded"),
                typed,
                bears: beside::read_bears(provenance),
            },
            &mine,
            beside,
            &bundle,
            composition,
            false,
        ));
    }
    let beside = told(&mut lists, &mut left);
    let nameless =
        Origins { name: "", as_of: text(Some(&bundle), "timestamp"), taken_in: "", typed: false, bears: Bears::Same };
    let words =
        composition.map(|c| array(c, "section")).unwrap_or_default().iter().any(|s| array(s, "entry").is_empty());
    if !left.is_empty() || beside != Beside::default() || words || out.is_empty() {
        out.push(part(&nameless, &left, beside, &bundle, composition, true));
    }
    Ok(out)
}

/// How many people a received document is about: its Patients, contained ones too. 0 if it is no Bundle.
pub fn people(document: &[u8]) -> usize {
    fn count(resource: &Value) -> usize {
        let inner: usize = array(resource, "contained").iter().map(count).sum();
        let nested: usize = array(resource, "entry").iter().filter_map(|e| e.get("resource")).map(count).sum();
        usize::from(text(Some(resource), "resourceType") == "Patient") + inner + nested
    }
    serde_json::from_slice(document).map_or(0, |bundle| count(&bundle))
}

/// Takes what lists say beside the entries out of a part's resources.
fn told(lists: &mut BTreeMap<String, Beside>, mine: &mut BTreeSet<String>) -> Beside {
    let mut all = Beside::default();
    mine.retain(|name| match lists.remove(name) {
        None => true,
        Some(said) => {
            all.nothings.extend(said.nothings);
            all.unread.extend(said.unread);
            false
        }
    });
    all
}

struct Origins<'a> {
    name: &'a str,
    as_of: &'a str,
    taken_in: &'a str,
    typed: bool,
    bears: Bears,
}

fn part(
    from: &Origins<'_>,
    mine: &BTreeSet<String>,
    mut beside: Beside,
    bundle: &Value,
    composition: Option<&Value>,
    words: bool,
) -> Shared {
    let sections: Vec<Value> = composition
        .map(|c| array(c, "section"))
        .unwrap_or_default()
        .iter()
        .filter_map(|section| {
            let entries = array(section, "entry");
            let kept: Vec<&Value> = entries.iter().filter(|e| mine.contains(text(Some(e), "reference"))).collect();
            if kept.is_empty() && !(words && entries.is_empty()) {
                return None;
            }
            let mut section = section.clone();
            if !kept.is_empty() {
                let kept = json!(kept);
                section.as_object_mut()?.insert("entry".into(), kept);
            }
            Some(section)
        })
        .collect();
    let mut head = json!({
        "resourceType": "Composition", "id": "c", "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        "subject": {"reference": "Patient/p"}, "title": "",
    });
    if let Some(head) = head.as_object_mut() {
        if !from.name.is_empty() {
            head.insert("author".into(), json!([{"display": from.name}]));
        }
        if !from.as_of.is_empty() {
            head.insert("date".into(), json!(from.as_of));
        }
        head.insert("section".into(), Value::Array(sections));
    }
    let mut entries = vec![json!({"fullUrl": format!("{OURS}Composition/c"), "resource": head})];
    for entry in array(bundle, "entry") {
        let person = text(entry.get("resource"), "resourceType") == "Patient";
        if !person && !reference(entry).is_some_and(|r| mine.contains(&r)) {
            continue;
        }
        let mut entry = entry.clone();
        if let Some(Value::Object(resource)) = entry.get_mut("resource") {
            beside.take_marks(&format!("/entry/{}/resource", entries.len()), resource);
        }
        entries.push(entry);
    }
    let document = json!({"resourceType": "Bundle", "type": "document", "entry": entries}).to_string().into_bytes();
    Shared {
        source: from.name.to_owned(),
        note: Note {
            imported: from.taken_in.to_owned(),
            bytes: document.len() as u64,
            bears: from.bears.clone(),
            origin: if from.typed { Origin::Person } else { Origin::Share },
            ..Note::default()
        },
        document,
        beside,
    }
}

/// How other resources name this one: `Type/id`. None for what is no content of its own.
fn reference(entry: &Value) -> Option<String> {
    let resource = entry.get("resource")?;
    let kind = text(Some(resource), "resourceType");
    if matches!(kind, "Composition" | "Patient" | "Provenance") {
        return None;
    }
    let url = text(Some(entry), "fullUrl");
    Some(match url.strip_prefix(OURS) {
        Some(relative) => relative.to_owned(),
        None => format!("{kind}/{}", text(Some(resource), "id")),
    })
}
