//! FHIR beyond R4 in JSON: the same content in XML gives the same reading, other versions, GP Connect.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout
)]
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tessera::import::{self, ImportError, Malformed};
use tessera::record::{Entry, Hash, IssueCode, Reading};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(data().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn open(bytes: &[u8]) -> Result<(Reading, Vec<u8>), ImportError> {
    let file = import::open(bytes, "", &mut |_| ControlFlow::Continue(()))?.files.remove(0);
    Ok((file.reading?, file.bytes.unwrap_or_else(|| bytes.to_vec())))
}

fn read(bytes: &[u8]) -> Reading {
    open(bytes).unwrap().0
}

/// All files of the manifest below a folder whose names end so.
fn files(folder: &str, end: &str) -> Vec<String> {
    let manifest = String::from_utf8(bytes("MANIFEST.tsv")).unwrap();
    let paths = manifest.lines().skip(1).filter_map(|l| l.split('\t').next());
    paths.filter(|p| p.starts_with(folder) && p.ends_with(end)).map(str::to_owned).collect()
}

// ---- JSON and XML ----

/// The same resource in XML, by the rules of FHIR R4 §2.6.2 read backwards.
fn xml(resource: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    whole(&mut out, resource, true);
    out
}

fn whole(out: &mut String, resource: &Value, outermost: bool) {
    let kind = resource["resourceType"].as_str().unwrap();
    let namespace = if outermost { " xmlns=\"http://hl7.org/fhir\"" } else { "" };
    write!(out, "<{kind}{namespace}>").unwrap();
    children(out, resource);
    write!(out, "</{kind}>").unwrap();
}

fn children(out: &mut String, object: &Value) {
    let members = object.as_object().unwrap();
    for (name, value) in members {
        if name == "resourceType" || name == "fhir_comments" {
            continue;
        }
        let (name, is_extra) = name.strip_prefix('_').map_or((name.as_str(), false), |n| (n, true));
        if is_extra && members.contains_key(name) {
            continue;
        }
        let extra = &object[format!("_{name}")];
        let one = [if is_extra { Value::Null } else { value.clone() }];
        let list = if is_extra { None } else { value.as_array() };
        let count = list.map_or(1, Vec::len).max(extra.as_array().map_or(0, Vec::len));
        for i in 0..count {
            let value = list.map_or(one.get(i), |l| l.get(i)).unwrap_or(&Value::Null);
            let extra = extra.as_array().map_or(extra, |l| l.get(i).unwrap_or(&Value::Null));
            element(out, name, value, extra, object);
        }
    }
}

fn element(out: &mut String, name: &str, value: &Value, extra: &Value, holder: &Value) {
    let plain = match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    };
    if let Some(markup) = plain.as_deref().filter(|_| name == "div") {
        return out.push_str(markup);
    }
    // The id of an element and the url of an extension are attributes; those of a resource are elements.
    let is_resource = holder["resourceType"].is_string();
    if name == "id" && !is_resource || name == "url" && holder_is_extension(holder) {
        return;
    }
    write!(out, "<{name}").unwrap();
    if let Some(plain) = plain {
        write!(out, " value=\"{}\"", escaped(&plain)).unwrap();
    }
    for inner in [value, extra].into_iter().filter(|v| v.is_object() && !v["resourceType"].is_string()) {
        if let Some(id) = inner["id"].as_str() {
            write!(out, " id=\"{}\"", escaped(id)).unwrap();
        }
        if let Some(url) = inner["url"].as_str().filter(|_| holder_is_extension(inner)) {
            write!(out, " url=\"{}\"", escaped(url)).unwrap();
        }
    }
    out.push('>');
    for inner in [value, extra].into_iter().filter(|v| v.is_object()) {
        if inner["resourceType"].is_string() { whole(out, inner, false) } else { children(out, inner) }
    }
    write!(out, "</{name}>").unwrap();
}

/// An extension has a url, and a value or further extensions; an attachment has a url and neither.
fn holder_is_extension(object: &Value) -> bool {
    let keys: Vec<&String> = object.as_object().into_iter().flat_map(|o| o.keys()).collect();
    object["url"].is_string()
        && keys
            .iter()
            .all(|k| k.trim_start_matches('_').starts_with("value") || matches!(k.as_str(), "url" | "id" | "extension"))
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\n' | '\r' | '\t' => format!("&#{};", c as u32),
            c => c.to_string(),
        })
        .collect()
}

/// What a reading says, without the places, which are other ones.
fn facts(reading: &Reading) -> String {
    let mut reading = reading.clone();
    let plain = |entry: &mut Entry| {
        entry.at.clear();
        entry.span = None;
        entry.links.iter_mut().for_each(|l| l.to.clear());
    };
    reading.format.clear();
    reading.entries.iter_mut().for_each(plain);
    reading.people.iter_mut().for_each(|p| p.at.clear());
    reading.attachments.iter_mut().for_each(|a| a.at.clear());
    reading.says.iter_mut().for_each(|s| s.at.clear());
    reading.ledger.lines.iter_mut().for_each(|l| l.at.clear());
    reading.issues.iter_mut().for_each(|i| i.at.clear());
    reading.conformance.iter_mut().for_each(|c| c.at.clear());
    format!("{reading:#?}")
}

#[track_caller]
fn same(path: &str, json: &Reading, xml: &Reading) {
    let (json, xml) = (facts(json), facts(xml));
    if let Some((n, (a, b))) = json.lines().zip(xml.lines()).enumerate().find(|(_, (a, b))| a != b) {
        let around: Vec<&str> = json.lines().skip(n.saturating_sub(12)).take(12).collect();
        panic!("{path}: line {n}\n{}\njson {a}\nxml  {b}", around.join("\n"));
    }
    assert_eq!(json.len(), xml.len(), "{path}");
}

#[test]
fn the_same_content_in_json_and_xml_gives_the_same_reading() {
    let mut pairs = 0;
    // One example's authors wrote its numbers differently in the two.
    for path in files("versions/", ".xml").into_iter().filter(|p| !p.contains("observation-decimal")) {
        let json = path.replace(".xml", ".json");
        if data().join(&json).exists() {
            same(&path, &read(&bytes(&json)), &read(&bytes(&path)));
            pairs += 1;
        }
    }
    assert!(pairs >= 6, "{pairs}");
}

#[test]
fn every_json_fixture_reads_the_same_when_written_in_xml() {
    let mut seen = 0;
    for folder in ["fhir_r4/", "uk/", "versions/"] {
        // Rewriting would change how that one writes its numbers.
        for path in files(folder, ".json").into_iter().filter(|p| !p.ends_with("observation-decimal.json")) {
            let original = bytes(&path);
            let json: Value = serde_json::from_slice(&original).unwrap();
            let xml = xml(&json);
            match open(xml.as_bytes()) {
                Ok((found, _)) => {
                    same(&path, &read(&original), &found);
                    leads_back(&path, &found, xml.as_bytes());
                    seen += 1;
                }
                // A narrative that is no XML can't stand in XML.
                Err(ImportError::NotXml { .. }) => println!("{path}: its narrative is no XML"),
                Err(other) => panic!("{path}: {other}"),
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

/// Every entry and attachment of an XML file is found again by its place.
fn leads_back(path: &str, reading: &Reading, original: &[u8]) {
    for entry in reading.entries.iter().take(40) {
        let by_span = import::fragment(original, entry).unwrap();
        let by_place = import::fragment(original, &Entry { span: None, ..entry.clone() });
        if entry.span.is_some() {
            assert_eq!(by_place.as_ref(), Some(&by_span), "{path} {}", entry.at);
        }
        assert!(by_span.starts_with('<'), "{path} {}", entry.at);
    }
    for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()) {
        let decoded = import::attachment(original, attachment).unwrap();
        assert_eq!(Some(Hash::of(&decoded)), attachment.hash, "{path} {}", attachment.at);
    }
}

#[test]
fn odd_xml_is_read_or_refused_in_words() {
    let issues = |path: &str| read(&bytes(path)).issues.iter().map(|i| i.code).collect::<Vec<_>>();
    for path in files("nasty/fhir/", ".xml") {
        let reading = read(&bytes(&path));
        let ledger = &reading.ledger;
        assert_eq!((ledger.shown + ledger.kept + ledger.not_understood) as usize, ledger.lines.len(), "{path}");
        assert!(!ledger.lines.is_empty(), "{path}");
    }
    assert!(issues("nasty/fhir/xml_UTF8_headerbad_nobom.xml").contains(&IssueCode::BadEncoding));
    assert_eq!(issues("nasty/fhir/xml_UTF16_noheader_bom.xml"), []);
    assert!(issues("nasty/fhir/pat-security-bad-string2.xml").contains(&IssueCode::UnknownType));
    let what = |text: &str| match open(text.as_bytes()) {
        Err(ImportError::NotXml { what, line, column }) => (what, line, column),
        other => panic!("{other:?}"),
    };
    let start = "<Patient xmlns=\"http://hl7.org/fhir\">";
    assert_eq!(what(&format!("{start}\n<id value=\"1\"/>\n</Patent>")), (Malformed::Tag, 3, 1));
    assert_eq!(what(&format!("{start}\n<id value=\"é\"/>\n")), (Malformed::Ends, 3, 1));
    assert_eq!(what(&format!("<!DOCTYPE x>{start}</Patient>")).0, Malformed::Doctype);
    assert_eq!(what(&format!("{start}{}", "<a>".repeat(1_000_000))).0, Malformed::Deep);
}

#[test]
fn what_stands_twice_in_xml_is_not_understood() {
    let text = "<AllergyIntolerance xmlns=\"http://hl7.org/fhir\"><code><text value=\"Peanut\"/></code>\
        <verificationStatus><coding><code value=\"refuted\"/></coding></verificationStatus>\
        <verificationStatus><coding><code value=\"confirmed\"/></coding></verificationStatus></AllergyIntolerance>";
    let reading = read(text.as_bytes());
    assert_eq!((reading.entries.len(), reading.ledger.not_understood), (0, 1));
    assert_eq!(reading.issues[0].code, IssueCode::DuplicateKey);
    assert_eq!(reading.issues[0].at, "/AllergyIntolerance/verificationStatus");
}
