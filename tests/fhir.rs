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
use tessera::record::{Entry, Hash, IssueCode, Nothing, Polarity, Reading, Standing};

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
    assert_eq!(what("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>").0, Malformed::Doctype);
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

// ---- Versions ----

/// Every way in which another version than R4 says that something is not so, is over, or was wrong.
#[test]
fn polarity_and_status_of_every_version() {
    let peanut = r#""code":{"text":"Peanut"}"#;
    let drug = r#""medicationCodeableConcept":{"text":"Aspirin"}"#;
    let flu = r#""vaccineCode":{"text":"Flu"}"#;
    let (active, plain) = (Standing::Active, Polarity::Positive);
    let check = |kind: &str, body: &str, standing: Standing, polarity: Polarity| {
        let json = format!(r#"{{"resourceType":"{kind}",{body}}}"#);
        for text in [json.clone(), xml(&serde_json::from_str(&json).unwrap())] {
            let reading = read(text.as_bytes());
            let [entry] = reading.entries.as_slice() else { panic!("one entry: {text}") };
            assert_eq!((entry.status.standing, entry.polarity), (standing, polarity), "{text}");
            assert!(entry.named && !entry.title.is_empty(), "{text}");
            assert!(!reading.issues.iter().any(|i| i.code == IssueCode::OtherVersion), "{text}");
        }
    };
    // DSTU2
    let substance = r#""substance":{"text":"Peanut"}"#;
    check("AllergyIntolerance", &format!(r#"{substance},"status":"active""#), active, plain);
    check("AllergyIntolerance", &format!(r#"{substance},"status":"resolved""#), Standing::Ended, plain);
    check("AllergyIntolerance", &format!(r#"{substance},"status":"refuted""#), Standing::Unknown, Polarity::Refuted);
    check(
        "AllergyIntolerance",
        &format!(r#"{substance},"status":"entered-in-error""#),
        Standing::EnteredInError,
        plain,
    );
    check("MedicationOrder", &format!(r#"{drug},"status":"active""#), active, plain);
    check("MedicationOrder", &format!(r#"{drug},"status":"stopped""#), Standing::Stopped, plain);
    check(
        "MedicationStatement",
        &format!(r#"{drug},"status":"active","wasNotTaken":true"#),
        active,
        Polarity::NotTaken,
    );
    check("MedicationAdministration", &format!(r#"{drug},"wasNotGiven":true"#), Standing::Stopped, Polarity::NotDone);
    check("Immunization", &format!(r#"{flu},"wasNotGiven":true"#), Standing::Stopped, Polarity::NotDone);
    check("Immunization", &format!(r#"{flu},"status":"completed","wasNotGiven":false"#), Standing::Ended, plain);
    check(
        "Procedure",
        &format!(r#"{peanut},"status":"completed","notPerformed":true"#),
        Standing::Stopped,
        Polarity::NotDone,
    );
    let order = r#""status":"requested","item":[{"code":{"text":"FBC"}},{"code":{"text":"U&E"}}]"#;
    check("DiagnosticOrder", order, Standing::Planned, plain);
    // STU3
    check(
        "AllergyIntolerance",
        &format!(r#"{peanut},"clinicalStatus":"active","verificationStatus":"confirmed""#),
        active,
        plain,
    );
    check(
        "AllergyIntolerance",
        &format!(r#"{peanut},"verificationStatus":"refuted""#),
        Standing::Unknown,
        Polarity::Refuted,
    );
    check("Condition", &format!(r#"{peanut},"clinicalStatus":"remission""#), Standing::Ended, plain);
    check("Condition", &format!(r#"{peanut},"abatementBoolean":true"#), Standing::Ended, plain);
    check(
        "Condition",
        &format!(r#"{peanut},"verificationStatus":"entered-in-error""#),
        Standing::EnteredInError,
        plain,
    );
    check("MedicationStatement", &format!(r#"{drug},"status":"active","taken":"y""#), active, plain);
    check("MedicationStatement", &format!(r#"{drug},"status":"active","taken":"n""#), active, Polarity::NotTaken);
    check(
        "MedicationAdministration",
        &format!(r#"{drug},"status":"completed","notGiven":true"#),
        Standing::Stopped,
        Polarity::NotDone,
    );
    check(
        "Immunization",
        &format!(r#"{flu},"status":"completed","notGiven":true"#),
        Standing::Stopped,
        Polarity::NotDone,
    );
    check(
        "Procedure",
        &format!(r#"{peanut},"status":"completed","notDone":true"#),
        Standing::Stopped,
        Polarity::NotDone,
    );
    check(
        "ProcedureRequest",
        &format!(r#"{peanut},"status":"active","doNotPerform":true"#),
        active,
        Polarity::DoNotPerform,
    );
    // R5
    let concept = r#""medication":{"concept":{"text":"Aspirin"}}"#;
    let adheres = |code: &str| {
        format!(r#"{concept},"status":"recorded","adherence":{{"code":{{"coding":[{{"code":"{code}"}}]}}}}"#)
    };
    check("MedicationStatement", &adheres("taking"), active, plain);
    check("MedicationStatement", &adheres("on-hold"), Standing::OnHold, plain);
    check("MedicationStatement", &adheres("stopped"), Standing::Stopped, plain);
    check("MedicationStatement", &adheres("not-taking"), Standing::Unknown, Polarity::NotTaken);
    check("MedicationStatement", &format!(r#"{concept},"status":"entered-in-error""#), Standing::EnteredInError, plain);
    check(
        "MedicationRequest",
        &format!(r#"{concept},"status":"active","doNotPerform":true"#),
        active,
        Polarity::DoNotPerform,
    );
    check("MedicationRequest", &format!(r#"{concept},"status":"ended""#), Standing::Ended, plain);
    check("Encounter", r#""class":[{"text":"inpatient"}],"status":"discharged""#, Standing::Ended, plain);
    check("Encounter", r#""type":[{"text":"Visit"}],"status":"discontinued""#, Standing::Stopped, plain);
    let code = |word: &str| format!(r#""clinicalStatus":{{"coding":[{{"code":"{word}"}}]}}"#);
    check("Condition", &format!("{peanut},{}", code("active")), active, plain);
    check("Observation", &format!(r#"{peanut},"status":"specimen-in-process""#), Standing::Preliminary, plain);
}

#[test]
fn elements_of_every_version_are_shown() {
    let check = |json: &str, date: &str, said: &[(&str, &str)]| {
        let reading = read(json.as_bytes());
        let entry = &reading.entries[0];
        assert_eq!(entry.date.as_ref().map_or("", |d| d.text.as_str()), date, "{json}");
        for (name, words) in said {
            let found = match *name {
                "title" => entry.title.as_str(),
                "dose" => entry.dose.first().map_or("", String::as_str),
                "end" => entry.end.as_ref().map_or("", |d| d.text.as_str()),
                "note" => entry.notes.first().map_or("", String::as_str),
                "performer" => entry.performer.first().map_or("", String::as_str),
                name => entry.detail(name).unwrap_or_default(),
            };
            assert_eq!(found, *words, "{name}: {json}");
        }
    };
    check(
        r##"{"resourceType":"MedicationOrder","dateWritten":"2015-01-02","dateEnded":"2015-02","status":"stopped",
            "reasonEnded":{"text":"rash"},"prescriber":{"display":"Dr A"},"note":"with food",
            "contained":[{"resourceType":"Medication","id":"m","code":{"text":"Aspirin"},"product":{"form":{"text":"tablet"}}}],
            "medicationReference":{"reference":"#m"},"dosageInstruction":[{"doseQuantity":{"value":75,"unit":"mg"},
            "timing":{"repeat":{"frequency":1,"period":1,"periodUnits":"d"}}}]}"##,
        "2015-01-02",
        &[
            ("title", "Aspirin"),
            ("end", "2015-02"),
            ("statusReason", "rash"),
            ("performer", "Dr A"),
            ("note", "with food"),
            ("form", "tablet"),
            ("dose", "75 mg · 1 × / 1 d"),
        ],
    );
    check(
        r#"{"resourceType":"MedicationStatement","medicationCodeableConcept":{"text":"X"},"effectiveDateTime":"2015",
            "dosage":[{"quantityQuantity":{"value":2,"unit":"puff"},"maxDosePerPeriod":{"numerator":{"value":8,"unit":"puff"},
            "denominator":{"value":1,"unit":"d"}}}]}"#,
        "2015",
        &[("dose", "2 puff · ≤ 8 puff / 1 d")],
    );
    check(
        r#"{"resourceType":"MedicationAdministration","medicationCodeableConcept":{"text":"X"},
            "effectiveTimePeriod":{"start":"2015-03-01","end":"2015-03-02"},"reasonGiven":[{"text":"pain"}]}"#,
        "2015-03-01",
        &[("end", "2015-03-02"), ("reasonCode", "pain")],
    );
    check(
        r#"{"resourceType":"MedicationRequest","medicationCodeableConcept":{"text":"X"},"authoredOn":"2020-01-01",
            "dosageInstruction":[{"doseAndRate":[{"type":{"text":"calculated"},"doseQuantity":{"value":15,"unit":"mg"}},
            {"type":{"text":"ordered"},"doseQuantity":{"value":10,"unit":"mg"}}]}]}"#,
        "2020-01-01",
        &[("dose", "calculated: 15 mg · ordered: 10 mg")],
    );
    check(
        r#"{"resourceType":"Encounter","status":"completed","class":[{"coding":[{"code":"AMB","display":"ambulatory"}]}],
            "type":[{"text":"Review"},{"text":"Blood test"}],"actualPeriod":{"start":"2024-05-01T10:00:00Z"},
            "reason":[{"use":[{"text":"CC"}],"value":[{"concept":{"text":"tired"}}]}],
            "admission":{"dischargeDisposition":{"text":"home"}}}"#,
        "2024-05-01T10:00:00Z",
        &[
            ("title", "Review"),
            ("class", "ambulatory"),
            ("type", "Blood test"),
            ("reasonCode", "tired"),
            ("admission.dischargeDisposition", "home"),
        ],
    );
    check(
        r#"{"resourceType":"Condition","code":{"text":"Asthma"},"onsetQuantity":{"value":5,"unit":"a"},
            "evidence":[{"code":{"text":"wheeze"}}],"stage":{"summary":{"text":"mild"}}}"#,
        "5 a",
        &[("evidence.code", "wheeze"), ("stage.summary", "mild")],
    );
    check(
        r#"{"resourceType":"Immunization","date":"2001-02","vaccineCode":{"text":"MMR"},"reported":true,
            "explanation":{"reason":[{"text":"travel"}]},"vaccinationProtocol":[{"doseSequence":2,"series":"first"}]}"#,
        "2001-02",
        &[("reasonCode", "travel"), ("doseNumber", "2"), ("series", "first"), ("reported", "true")],
    );
    check(
        r#"{"resourceType":"FamilyMemberHistory","status":"completed","date":"2011","relationship":{"text":"Father"},
            "condition":[{"code":{"text":"Stroke"},"onsetAge":{"value":56,"unit":"yr"},"outcome":{"text":"died"}}]}"#,
        "2011",
        &[("title", "Father: Stroke"), ("condition", "Stroke (56 yr, died)")],
    );
    check(
        r#"{"resourceType":"Consent","status":"active","decision":"deny","date":"2024","category":[{"text":"DNACPR"}],
            "provision":[{"action":[{"text":"disclose"}]}]}"#,
        "2024",
        &[("title", "DNACPR"), ("decision", "deny"), ("provision.action", "disclose")],
    );
    check(
        r#"{"resourceType":"QuestionnaireResponse","status":"completed","authored":"2015","group":{"question":[
            {"text":"Smoker?","answer":[{"valueBoolean":false}]}]}}"#,
        "2015",
        &[],
    );
}

#[test]
fn the_version_is_told_by_what_only_it_has() {
    let of = |path: &str| read(&bytes(path)).version;
    assert_eq!(of("versions/dstu2/Emard_Greta_36.json"), "DSTU2");
    assert_eq!(of("versions/dstu2/patient-1032702.fhir-bundle.xml"), "DSTU2");
    assert_eq!(of("versions/stu3/patient-7777702.fhir-bundle.json"), "STU3");
    assert_eq!(of("uk/gpconnect/MedicusBasedOnErrorStructuredRecord.json"), "STU3");
}

// ---- GP Connect ----

/// A Bundle of these resources, each with a fullUrl by its id.
fn bundle(meta: &str, resources: &[&str]) -> String {
    let entries: Vec<String> = resources.iter().map(|r| format!(r#"{{"resource":{r}}}"#)).collect();
    format!(r#"{{"resourceType":"Bundle","type":"collection"{meta},"entry":[{}]}}"#, entries.join(","))
}

const PERSON: &str =
    r#"{"resourceType":"Patient","id":"p","name":[{"family":"A","given":["B"]}],"birthDate":"1961-04-93"}"#;

#[test]
fn lists_say_which_visit_and_problem_an_entry_belongs_to() {
    let text = bundle(
        "",
        &[
            PERSON,
            r#"{"resourceType":"Encounter","id":"e","status":"finished","type":[{"text":"GP Surgery"}]}"#,
            r#"{"resourceType":"Condition","id":"c","code":{"text":"Asthma"},"extension":[
                {"url":"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ActualProblem-1",
                 "valueReference":{"reference":"Observation/o"}},
                {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ProblemSignificance-1",
                 "valueCode":"major"}]}"#,
            r#"{"resourceType":"List","id":"l","status":"current","mode":"snapshot","title":"GP Surgery",
                "encounter":{"reference":"Encounter/e"},"entry":[{"item":{"reference":"List/t"}}]}"#,
            r#"{"resourceType":"List","id":"t","status":"current","mode":"snapshot","title":"Topic","extension":[
                {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-RelatedProblemHeader-1",
                 "extension":[{"url":"target","valueReference":{"reference":"Condition/c"}}]}],
                "entry":[{"item":{"reference":"Observation/o"}}]}"#,
            r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"Peak flow"}}"#,
        ],
    );
    let reading = read(text.as_bytes());
    let entry = |title: &str| reading.entries.iter().find(|e| e.title == title).unwrap();
    let links: Vec<(&str, &str)> = entry("Peak flow").links.iter().map(|l| (l.role.as_str(), l.to.as_str())).collect();
    assert_eq!(links, [("relatedProblem", "/entry/2/resource"), ("encounter", "/entry/1/resource")]);
    let lists: Vec<&str> =
        entry("Peak flow").details.iter().filter(|d| d.name == "list").map(|d| d.text.as_str()).collect();
    assert_eq!(lists, ["Topic", "GP Surgery"]);
    let problem = entry("Asthma");
    assert_eq!(problem.detail("problemSignificance"), Some("major"));
    assert!(problem.links.iter().any(|l| l.role == "actualProblem" && l.to == "/entry/5/resource"));
    // A date of birth that is none stays as it was written, with an issue.
    assert_eq!(reading.people[0].birth_date.as_ref().unwrap().text, "1961-04-93");
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::BadDate && i.found == "1961-04-93"));
}

#[test]
fn a_label_on_a_holder_is_one_on_what_it_holds_and_no_issue_tells_it() {
    let label = r#""meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"NOPAT"}]}"#;
    let observation = |id: &str, more: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final"{more},"code":{{"coding":[{{"system":"urn:s","code":"SECRET"}}]}}}}"#
        )
    };
    let list = |more: &str| {
        format!(r#"{{"resourceType":"List","id":"l","status":"current","mode":"snapshot"{more},
            "contained":[{{"resourceType":"AllergyIntolerance","id":"a","clinicalStatus":"resolved","code":{{"text":"Nuts"}}}}],
            "entry":[{{"item":{{"reference":"Observation/o"}}}},{{"item":{{"reference":"\#a"}}}}]}}"#).replace("\\#", "#")
    };
    let document = |more: &str| {
        format!(
            r#"{{"resourceType":"Composition","id":"d","title":"SECRET letter"{more},"section":[
            {{"title":"SECRET section","code":{{"text":"x"}},"text":{{"div":"<div>SECRET words</div>"}}}},
            {{"entry":[{{"reference":"Observation/o"}}]}}]}}"#
        )
    };
    let (plain, secret) = (observation("o", ""), observation("o", &format!(",{label}")));
    let withheld = |meta: &str, resources: &[&str], expected: &[bool]| {
        let text = bundle(meta, resources);
        for text in [text.clone(), xml(&serde_json::from_str(&text).unwrap())] {
            let reading = read(text.as_bytes());
            let found: Vec<bool> = reading.entries.iter().map(Entry::withheld_from_patient).collect();
            assert_eq!(found, expected, "{text}");
            if expected.iter().all(|w| *w) {
                assert!(
                    !format!("{:?} {:?} {:?}", reading.issues, reading.says, reading.source).contains("SECRET"),
                    "{text}"
                );
            }
        }
    };
    withheld("", &[PERSON, &plain], &[false]);
    withheld("", &[PERSON, &secret], &[true]);
    withheld(&format!(",{label}"), &[PERSON, &plain], &[true]);
    withheld("", &[PERSON, &plain, &list(&format!(",{label}"))], &[true, true]);
    withheld("", &[PERSON, &plain, &list("")], &[false, false]);
    withheld("", &[PERSON, &plain, &document(&format!(",{label}"))], &[true, true]);
}

#[test]
fn warnings_of_lists_reach_the_reader() {
    let warning = |code: &str| {
        format!(
            r#"{{"resourceType":"List","id":"l","status":"current","mode":"snapshot","title":"Problems","extension":[
            {{"url":"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1","valueCode":"{code}"}}],
            "note":[{{"text":"Patient record transfer from previous GP practice not yet complete; information recorded before 14-Mar-2019 may be missing."}}]}}"#
        )
    };
    for (code, expected, found) in [
        ("confidential-items", IssueCode::ConfidentialItems, "Problems"),
        ("data-in-transit", IssueCode::DataInTransit, "Problems (< 14-Mar-2019)"),
        ("data-awaiting-filing", IssueCode::DataAwaitingFiling, "Problems"),
    ] {
        let reading = read(bundle("", &[PERSON, &warning(code)]).as_bytes());
        assert!(reading.issues.iter().any(|i| i.code == expected && i.found == found), "{:?}", reading.issues);
    }
}

#[test]
fn a_vaccine_coded_unknown_is_called_by_its_procedure() {
    for url in [
        "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1",
        "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure",
    ] {
        for vaccine in [
            r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK","display":"unknown"}]}"#,
            r#"{"coding":[{"system":"http://hl7.org/fhir/v3/NullFlavor","code":"UNK"}]}"#,
            r#"{"text":"Unknown"}"#,
        ] {
            let json = format!(
                r#"{{"resourceType":"Immunization","status":"completed","notGiven":false,"vaccineCode":{vaccine},
                "extension":[{{"url":"{url}","valueCodeableConcept":{{"coding":[{{"system":"http://snomed.info/sct",
                "code":"170380004","display":"Second meningitis C vaccination"}}]}}}}]}}"#
            );
            let reading = read(json.as_bytes());
            assert_eq!(reading.entries[0].title, "Second meningitis C vaccination", "{json}");
            assert_eq!(reading.entries[0].polarity, Polarity::Positive, "{json}");
        }
    }
}

#[test]
fn a_record_without_its_patient_says_so() {
    let reading = read(&bytes("uk/gpconnect/malformedStructuredRecordMissingPatientResource.json"));
    assert!(reading.people.is_empty());
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::NoPerson));
    assert!(reading.entries.len() > 50);
}

#[test]
fn a_patient_contained_in_the_only_resource_is_the_person() {
    let json = r##"{"resourceType":"Immunization","status":"completed","contained":[{"resourceType":"Patient","id":"P",
        "name":[{"family":"Taylor","given":["Sarah"]}],"birthDate":"1965-02-28"}],"patient":{"reference":"#P"},
        "vaccineCode":{"text":"Flu"}}"##;
    let reading = read(json.as_bytes());
    assert_eq!((reading.people.len(), reading.people[0].family.as_str()), (1, "Taylor"));
    assert_eq!((reading.ledger.shown, reading.ledger.kept), (2, 0));
}

#[test]
fn one_of_several_contained_of_one_name_is_never_chosen() {
    let json = r##"{"resourceType":"MedicationRequest","status":"active","intent":"order","contained":[
        {"resourceType":"Medication","id":"m","code":{"text":"Aspirin"}},
        {"resourceType":"Medication","id":"m","code":{"text":"Warfarin"}}],
        "medicationReference":{"reference":"#m"}}"##;
    let reading = read(json.as_bytes());
    assert_eq!((reading.entries[0].title.as_str(), reading.entries[0].named), ("#m", false));
    let codes: Vec<IssueCode> = reading.issues.iter().map(|i| i.code).collect();
    assert!(codes.contains(&IssueCode::DuplicateId) && codes.contains(&IssueCode::DanglingReference), "{codes:?}");
}

#[test]
fn a_choice_made_twice_is_told_and_both_are_shown() {
    let json = r#"{"resourceType":"Observation","status":"final","code":{"text":"HIV"},
        "valueString":"negative","valueCodeableConcept":{"text":"positive"}}"#;
    let reading = read(json.as_bytes());
    let entry = &reading.entries[0];
    assert_eq!(entry.value.as_ref().map(|v| v.text()).as_deref(), Some("negative"));
    assert_eq!(entry.detail("valueCodeableConcept"), Some("positive"));
    let issue = reading.issues.iter().find(|i| i.code == IssueCode::DuplicateKey).unwrap();
    assert_eq!(issue.at, "/valueCodeableConcept");
}

#[test]
fn an_error_stays_one_whatever_else_is_said() {
    let check = |body: &str| {
        let reading = read(format!(r#"{{"resourceType":{body}}}"#).as_bytes());
        assert_eq!(reading.entries[0].status.standing, Standing::EnteredInError, "{body}");
    };
    check(r#""Immunization","status":"entered-in-error","notGiven":true,"vaccineCode":{"text":"Flu"}"#);
    check(r#""Procedure","status":"entered-in-error","notDone":true,"code":{"text":"Biopsy"}"#);
    check(r#""MedicationAdministration","status":"entered-in-error","notGiven":true"#);
    check(r#""DocumentReference","status":"entered-in-error","docStatus":"preliminary","type":{"text":"Letter"}"#);
    check(r#""Observation","status":"Entered in Error","code":{"text":"K"}"#);
    check(r#""AllergyIntolerance","verificationStatus":{"text":"Entered in error"},"code":{"text":"Peanut"}"#);
}

#[test]
fn what_was_not_done_is_never_said_to_be() {
    let check = |body: &str, expected: Polarity| {
        let reading = read(format!(r#"{{"resourceType":{body}}}"#).as_bytes());
        assert_eq!(reading.entries[0].polarity, expected, "{body}");
    };
    check(r#""FamilyMemberHistory","notDone":true,"relationship":{"text":"Father"}"#, Polarity::NotDone);
    check(r#""Communication","status":"not-done","payload":[{"contentString":"Told"}]"#, Polarity::NotDone);
    check(r#""Immunization","status":"NOT-DONE","vaccineCode":{"text":"Flu"}"#, Polarity::NotDone);
    check(
        r#""AllergyIntolerance","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/allergyintolerance-substanceExposureRisk",
        "extension":[{"url":"substance","valueCodeableConcept":{"text":"Codeine"}},
        {"url":"exposureRisk","valueCodeableConcept":{"coding":[{"code":"no-known-reaction-risk"}]}}]}]"#,
        Polarity::Negated,
    );
    let plan = r#"{"resourceType":"CarePlan","status":"active","activity":[
        {"detail":{"prohibited":true,"code":{"text":"Aspirin"}}},
        {"detail":{"status":"cancelled","code":{"text":"Physiotherapy"}}}]}"#;
    let reading = read(plan.as_bytes());
    assert_eq!(reading.entries[0].detail("activity.doNotPerform"), Some("Aspirin"));
    assert_eq!(reading.entries[0].detail("activity"), Some("Physiotherapy (cancelled)"));
}

#[test]
fn a_statement_that_contradicts_itself_is_no_statement_of_none() {
    let check = |body: &str, expected: Polarity| {
        let reading = read(format!(r#"{{"resourceType":"AllergyIntolerance",{body}}}"#).as_bytes());
        assert_eq!(reading.entries[0].polarity, expected, "{body}");
    };
    let nka = r#"{"system":"http://snomed.info/sct","code":"716186003","display":"No known allergy"}"#;
    let penicillin = r#"{"system":"http://snomed.info/sct","code":"91936005","display":"Allergy to penicillin"}"#;
    check(
        &format!(r#""code":{{"coding":[{nka},{{"system":"urn:local","code":"1151.","display":"NKA"}}]}}"#),
        Polarity::NoneKnown,
    );
    check(&format!(r#""code":{{"coding":[{nka},{penicillin}]}}"#), Polarity::Unknown);
    check(&format!(r#""code":{{"text":"No known allergies","coding":[{penicillin}]}}"#), Polarity::Unknown);
    check(
        r#""code":{"text":"No known allergies"},"reaction":[{"manifestation":[{"text":"Rash"}]}]"#,
        Polarity::Unknown,
    );
    check(r#""code":{"text":"No known allergies"},"reaction":[]"#, Polarity::NoneKnown);
}

#[test]
fn a_medicine_is_called_by_all_that_the_file_says_of_it() {
    let check = |body: &str, expected: &str| {
        let text = format!(r#"{{"resourceType":"MedicationRequest","status":"active","intent":"order",{body}}}"#);
        let reading = read(text.as_bytes());
        assert_eq!(reading.entries[0].title, expected, "{body}");
    };
    check(r#""medicationReference":{"display":"Aspirin 75mg"}"#, "Aspirin 75mg");
    check(r#""medication":{"display":"Aspirin 75mg"}"#, "Aspirin 75mg");
    check(r#""medication":{"concept":{"text":"Aspirin 75mg"}}"#, "Aspirin 75mg");
    check(r#""medicationReference":{"identifier":{"system":"https://dmd.nhs.uk","value":"319775004"}}"#, "319775004");
    check(
        r##""medicationReference":{"reference":"#1"},"contained":[{"resourceType":"Medication","id":"1","ingredient":[
        {"itemCodeableConcept":{"text":"Codeine"}},{"itemReference":{"reference":"#2"}},
        {"itemReference":{"display":"Caffeine"}}]},
        {"resourceType":"Substance","id":"2","code":{"text":"Paracetamol"}}]"##,
        "Codeine + Paracetamol + Caffeine",
    );
}

#[test]
fn a_dose_says_for_how_long() {
    let check = |timing: &str, expected: &str| {
        let text = format!(
            r#"{{"resourceType":"MedicationRequest","medicationCodeableConcept":{{"text":"Amoxicillin"}},"dosageInstruction":[{{"timing":{timing}}}]}}"#
        );
        assert_eq!(read(text.as_bytes()).entries[0].dose, [expected], "{timing}");
    };
    check(
        r#"{"repeat":{"boundsDuration":{"value":7,"unit":"days"},"frequency":3,"period":1,"periodUnit":"d"}}"#,
        "3 × / 1 d [7 days]",
    );
    check(
        r#"{"code":{"text":"BD"},"repeat":{"count":14,"boundsPeriod":{"start":"2024-01-01","end":"2024-01-08"}}}"#,
        "BD 14 × [2024-01-01–2024-01-08]",
    );
    check(r#"{"event":["2024-01-01"]}"#, "2024-01-01");
}

#[test]
fn a_value_that_is_absent_elsewhere_or_inside_is_told() {
    let value = |body: &str| {
        let text = format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"K"}},{body}}}"#);
        let reading = read(text.as_bytes());
        assert!(!reading.issues.iter().any(|i| i.code == IssueCode::MissingElement), "{body}");
        reading.entries[0].value.clone().unwrap()
    };
    let absent =
        r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}"#;
    for body in [
        format!(r#""valueQuantity":{absent}"#),
        format!(r#""valueQuantity":{{"_value":{absent},"unit":"mmol/L"}}"#),
        format!(r#""_valueString":{absent}"#),
    ] {
        assert!(matches!(value(&body), tessera::record::Value::Absent(c) if c.codings[0].code == "masked"), "{body}");
    }
    assert_eq!(
        value(r#""valueAttachment":{"contentType":"text/plain","data":"aGk=","title":"Trace"}"#).text(),
        "Trace"
    );
    assert_eq!(value(r#""valueReference":{"display":"Sequence 1"}"#).text(), "Sequence 1");
    let panel = r##"{"resourceType":"Observation","status":"final","code":{"text":"Panel"},"hasMember":[{"reference":"#o"}],
        "contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"Hb"},"valueString":"80"}]}"##;
    assert_eq!(read(panel.as_bytes()).entries.len(), 2);
}

#[test]
fn whoever_else_is_named_as_subject_is_told() {
    let person = r#"{"resourceType":"Patient","id":"p","name":[{"family":"A"}],
        "identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"943 476 5919"}]}"#;
    let check = |subject: &str, expected: bool| {
        let allergy =
            format!(r#"{{"resourceType":"AllergyIntolerance","code":{{"text":"Peanut"}},"patient":{subject}}}"#);
        let reading = read(bundle("", &[person, &allergy]).as_bytes());
        assert_eq!(reading.issues.iter().any(|i| i.code == IssueCode::OtherSubject), expected, "{subject}");
    };
    let number =
        |n: &str| format!(r#"{{"identifier":{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{n}"}}}}"#);
    check(r#"{"reference":"Patient/p"}"#, false);
    check(&number("9434765919"), false);
    check(&number("9434765870"), true);
    check(r#"{"display":"A"}"#, false);
    check(r#"{"reference":"urn:uuid:aaaaaaaa-0000-0000-0000-000000000000"}"#, true);
    check(r#"{"reference":"RelatedPerson/elsewhere"}"#, true);
    check(r#"{"type":"Group","display":"Household"}"#, true);
}

#[test]
fn a_list_that_is_taken_back_or_holds_something_says_of_nothing_that_there_is_none() {
    let check = |list: &str, says: &[Nothing], dangling: &[&str]| {
        let list = format!(
            r#"{{"resourceType":"List","mode":"snapshot","title":"Allergies","code":{{"coding":[{{"code":"allergies"}}]}},
            "emptyReason":{{"coding":[{{"code":"nilknown"}}]}},{list}}}"#
        );
        let allergy = r#"{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Peanut"}}"#;
        let reading = read(bundle("", &[PERSON, &list, allergy]).as_bytes());
        assert_eq!(reading.says.iter().map(|s| s.nothing).collect::<Vec<_>>(), says, "{list}");
        let issues = reading.issues.iter().filter(|i| i.code == IssueCode::DanglingReference);
        assert_eq!(issues.map(|i| i.found.as_str()).collect::<Vec<_>>(), dangling, "{list}");
    };
    check(r#""status":"current""#, &[Nothing::NoneKnown], &[]);
    check(r#""status":"entered-in-error""#, &[], &[]);
    check(r#""status":"retired""#, &[], &[]);
    check(r#""status":"current","subject":{"reference":"Patient/other"}"#, &[], &[]);
    check(r#""status":"current","entry":[{"item":{"reference":"AllergyIntolerance/a"}}]"#, &[], &[]);
    check(
        r#""status":"current","entry":[{"deleted":true,"item":{"reference":"AllergyIntolerance/a"}}]"#,
        &[Nothing::NoneKnown],
        &[],
    );
    check(r#""status":"current","entry":[{"item":{"display":"Latex"}}]"#, &[Nothing::NotUnderstood], &["Latex"]);
}

// ---- Containers ----

#[test]
fn resources_are_found_in_every_container() {
    let goal = |id: &str| format!(r#"{{"resourceType":"Goal","id":"{id}","description":{{"text":"{id}"}}}}"#);
    let (a, b, c) = (goal("a"), goal("b"), goal("c"));
    let inner = bundle("", &[&b]).replace("collection", "searchset");
    let parameters = format!(
        r#"{{"resourceType":"Parameters","parameter":[{{"name":"x","resource":{a}}},{{"name":"y","part":[
            {{"name":"z","resource":{inner}}},{{"name":"n","valueString":"w"}}]}}]}}"#
    );
    let history = format!(
        r#"{{"resourceType":"Bundle","type":"history","entry":[{{"request":{{"method":"DELETE","url":"Goal/x"}}}},
            {{"resource":{c},"request":{{"method":"PUT","url":"Goal/c"}}}}]}}"#
    );
    for (text, titles, kept) in [(parameters.as_str(), vec!["a", "b"], 0), (history.as_str(), vec!["c"], 1)] {
        for text in [text.to_owned(), xml(&serde_json::from_str(text).unwrap())] {
            let reading = read(text.as_bytes());
            let found: Vec<&str> = reading.entries.iter().map(|e| e.title.as_str()).collect();
            assert_eq!(found, titles, "{text}");
            assert_eq!((reading.ledger.kept, reading.ledger.not_understood), (kept, 0), "{text}");
        }
    }
    let lines = format!("{}\n{}\n", a.replace('\n', " "), b.replace('\n', " "));
    assert_eq!(read(lines.as_bytes()).entries.len(), 2);
}

#[test]
fn a_dose_in_parts_says_that_it_is_only_taken_when_needed() {
    let check = |dosage: &str, expected: &str| {
        let text = format!(
            r#"{{"resourceType":"MedicationRequest","medicationCodeableConcept":{{"text":"Co-codamol"}},"dosageInstruction":[{dosage}]}}"#
        );
        assert_eq!(read(text.as_bytes()).entries[0].dose, [expected], "{dosage}");
    };
    let timing = r#""timing":{"repeat":{"frequency":1,"period":6,"periodUnit":"h"}}"#;
    check(&format!(r#"{{{timing},"asNeededBoolean":true}}"#), "1 × / 6 h · PRN");
    check(&format!(r#"{{{timing},"asNeededCodeableConcept":{{"text":"pain"}}}}"#), "1 × / 6 h · PRN: pain");
    check(&format!(r#"{{{timing},"asNeededBoolean":false}}"#), "1 × / 6 h");
    // The source's own words say it themselves.
    check(r#"{"text":"one when needed","asNeededBoolean":true}"#, "one when needed");
}

#[test]
fn the_code_that_a_person_picked_names_the_medicine() {
    let codes = r#"[{"system":"http://snomed.info/sct","code":"1","display":"Metformin 2g tablets"},{"system":"http://snomed.info/sct","code":"2","display":"Metformin 1g tablets","userSelected":true}]"#;
    let check = |text: &str, expected: &str| {
        let statement = format!(
            r#"{{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{{{text}"coding":{codes}}}}}"#
        );
        assert_eq!(read(statement.as_bytes()).entries[0].title, expected);
    };
    check("", "Metformin 1g tablets");
    check(r#""text":"Metformin MR","#, "Metformin MR");
}

#[test]
fn when_a_statement_was_made_is_not_since_when_a_medicine_is_taken() {
    let statement = r#"{"resourceType":"MedicationStatement","status":"active","dateAsserted":"2026-11-22T15:20:00Z","medicationCodeableConcept":{"text":"Cetirizine"}}"#;
    let found = read(statement.as_bytes());
    assert_eq!(found.entries[0].date, None);
    assert_eq!(found.entries[0].recorded.as_ref().unwrap().text, "2026-11-22T15:20:00Z");
}

#[test]
fn what_a_gp_record_leaves_uncategorised_is_sorted_by_its_code() {
    use tessera::record::Section;
    let check = |code: &str, display: &str, expected: Section| {
        let text = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}","display":"{display}"}}]}}}}"#
        );
        assert_eq!(read(text.as_bytes()).entries[0].section, expected, "{display}");
    };
    check("160336000", "FH: Huntington's chorea", Section::FamilyHistory);
    check("160377001", "Family history of asthma", Section::FamilyHistory);
    check("27113001", "Body weight", Section::VitalSigns);
    check("266922007", "Ex-light cigarette smoker (1-9/day)", Section::SocialHistory);
    check("194828000", "Angina pectoris", Section::Findings);
}

#[test]
fn what_is_noted_by_its_code_alone_is_a_finding_and_no_test_result() {
    use tessera::record::Section;
    let check = |rest: &str, expected: Section| {
        let text = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"61582004","display":"Allergic rhinitis"}}]}}{rest}}}"#
        );
        assert_eq!(read(text.as_bytes()).entries[0].section, expected, "{rest}");
    };
    check("", Section::Findings);
    check(r#","comment":"worse in May""#, Section::Findings);
    // Whatever was measured, answered, or called a test by its source stays one.
    check(r#","valueQuantity":{"value":5}"#, Section::Results);
    check(r#","valueString":"negative""#, Section::Results);
    check(r#","dataAbsentReason":{"text":"clotted"}"#, Section::Results);
    check(r#","category":[{"coding":[{"code":"laboratory"}]}]"#, Section::Results);
    check(r#","interpretation":[{"coding":[{"code":"N"}]}]"#, Section::Results);
    // A Read code's own chapter.
    let read_code = |code: &str, expected: Section| {
        let text = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://read.info/readv2","code":"{code}","display":"X"}}]}}}}"#
        );
        assert_eq!(read(text.as_bytes()).entries[0].section, expected, "{code}");
    };
    read_code("G33..00", Section::Findings);
    read_code("12C1.00", Section::FamilyHistory);
    read_code("1371.00", Section::SocialHistory);
    read_code("13X..00", Section::SocialHistory);
    read_code("13...00", Section::Findings);
}

#[test]
fn a_part_of_a_report_is_no_finding_that_stands_alone() {
    use tessera::record::Section;
    let report = r#"{"resourceType":"DiagnosticReport","status":"final","code":{"text":"Swab"},"result":[{"reference":"Observation/a"}]}"#;
    let part = r#"{"resourceType":"Observation","id":"a","status":"final","comment":"no growth","code":{"coding":[{"system":"http://snomed.info/sct","code":"401294003","display":"Microbiology"}]}}"#;
    let found = read(bundle("", &[report, part]).as_bytes());
    assert!(found.entries.iter().all(|e| e.section == Section::Results));
}

#[test]
fn notes_of_a_visit_are_whoever_wrote_them_and_only_the_persons_words_are_theirs() {
    use tessera::record::Section;
    let note = |text: &str| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","comment":"{text}","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"37331000000100","display":"Comment note"}}]}}}}"#
        )
    };
    let found = read(note("Chest clear").as_bytes()).entries.remove(0);
    assert_eq!((found.section, found.title.as_str(), found.notes.len()), (Section::Notes, "Chest clear", 0));
    assert_eq!(found.detail("type"), Some("Comment note"));
    let long = "word ".repeat(60);
    let found = read(note(long.trim()).as_bytes()).entries.remove(0);
    assert!(found.title.ends_with('…') && found.notes == [long.trim().to_owned()]);
    let patient = r#"{"resourceType":"Patient","id":"p"}"#;
    let doctor = r#"{"resourceType":"Practitioner","id":"d"}"#;
    let check = |told: &str, expected: Section| {
        let said = format!(r#"{{"resourceType":{told},"status":"completed"}}"#);
        let found = read(bundle("", &[patient, doctor, &said]).as_bytes());
        assert_eq!(found.entries[0].section, expected, "{told}");
    };
    check(r#""QuestionnaireResponse","source":{"reference":"Patient/p"}"#, Section::PatientStory);
    check(r#""QuestionnaireResponse","author":{"reference":"Practitioner/d"}"#, Section::Notes);
    check(r#""QuestionnaireResponse","questionnaire":"q""#, Section::Notes);
    check(r#""Communication","sender":{"reference":"Patient/p"}"#, Section::PatientStory);
    check(r#""Communication","sender":{"reference":"Practitioner/d"}"#, Section::Notes);
}

#[test]
fn a_file_is_as_of_what_it_says_and_from_who_keeps_it() {
    let patient = r#"{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o"}}"#;
    let keeper = r#"{"resourceType":"Organization","id":"o","name":"Temple Sowerby Medical Practice"}"#;
    let problem = r#"{"resourceType":"Condition","subject":{"reference":"Patient/p"},"code":{"text":"Asthma"},"recordedDate":"2021-01-01"}"#;
    let list = r#"{"resourceType":"List","status":"current","mode":"snapshot","date":"2022-05-19","code":{"coding":[{"system":"http://snomed.info/sct","code":"717711000000103"}]}}"#;
    let found = read(bundle("", &[patient, keeper, problem]).as_bytes());
    assert_eq!((found.source.name.as_str(), found.source.as_of), ("Temple Sowerby Medical Practice", None));
    let found = read(bundle("", &[patient, keeper, problem, list]).as_bytes());
    assert_eq!(found.source.as_of.unwrap().text, "2022-05-19");
}
