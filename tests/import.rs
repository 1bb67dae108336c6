//! Reading providers' files: fixtures against independently computed facts, and what must hold for any bytes at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]
mod readings;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tessera::import::{self, Delivery, ImportError, Phase, report};
use tessera::record::guard::{self, Verdict};
use tessera::record::{Hash, IssueCode, Kind, Nothing, Polarity, Reading, Section, Standing};
use unicode_normalization::UnicodeNormalization;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(data().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn open(bytes: &[u8]) -> Result<Delivery, ImportError> {
    import::open(bytes, "", &mut |_| ControlFlow::Continue(()))
}

/// The only inner file's reading, and its bytes.
fn read(bytes: &[u8]) -> (Reading, Vec<u8>) {
    let file = open(bytes).unwrap().files.remove(0);
    (file.reading.unwrap(), file.bytes.unwrap_or_else(|| bytes.to_vec()))
}

fn expected() -> BTreeMap<String, Value> {
    serde_json::from_slice(&bytes("expected.json")).unwrap()
}

#[test]
fn the_fixtures_are_what_the_manifest_says() {
    let manifest = String::from_utf8(bytes("MANIFEST.tsv")).unwrap();
    for line in manifest.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [path, origin, licence, hash] = cells[..] else { panic!("{line}") };
        assert!(!origin.is_empty() && !licence.is_empty(), "{path}");
        assert_eq!(Hash::of(&bytes(path)).hex(), hash, "{path}");
    }
}

// ---- Facts ----

/// Case, accents and punctuation aside: the same rule as the independent script's.
fn norm(text: &str) -> String {
    let plain: String = text.nfkd().filter(char::is_ascii).collect::<String>().to_lowercase();
    plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// One fact of the file: what kind, what was wanted, whether it is met.
struct Fact(&'static str, String, bool);

fn facts(wanted: &Value, found: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    let people = list(wanted, "patients");
    if let [one] = people {
        let ours = &found["people"][0];
        let name = norm(&text(&one["name"]));
        if !name.is_empty() {
            let have = norm(&text(&ours["name"]));
            let met = name.split(' ').all(|w| have.split(' ').any(|h| h == w));
            facts.push(Fact("name", name, met));
        }
        let born = text(&one["birthDate"]);
        if !born.is_empty() {
            facts.push(Fact("birthDate", born.clone(), text(&ours["birthDate"]).starts_with(&born)));
        }
        if let Some(number) = list(one, "nhsNumber").first() {
            facts.push(Fact("nhsNumber", text(number), text(&ours["nhsNumber"]) == text(number)));
        }
    } else if people.len() > 1 {
        facts.push(Fact("people", people.len().to_string(), list(found, "people").len() == people.len()));
    }
    const COUNTS: [(&str, &str); 11] = [
        ("allergies", "allergies"),
        ("allergyNegativeStatements", "allergyStatementsOfAbsence"),
        ("medicationItems", "medicines"),
        ("medicationsActive", "medicinesActive"),
        ("conditions", "conditions"),
        ("immunizations", "immunisations"),
        ("observations", "observations"),
        ("diagnosticReports", "reports"),
        ("procedures", "procedures"),
        ("encounters", "encounters"),
        ("documents", "documents"),
    ];
    for (theirs, ours) in COUNTS {
        if let Some(n) = wanted["counts"][theirs].as_u64() {
            let have = found["counts"][ours].as_u64();
            facts.push(Fact(ours, format!("{n}, got {have:?}"), have == Some(n)));
        }
    }
    let entries: Vec<&Value> =
        list(found, "entries").iter().flat_map(|e| std::iter::once(e).chain(list(e, "components"))).collect();
    let titles = entries.iter().map(|e| norm(&text(&e["title"]))).collect::<Vec<_>>().join(" | ");
    for (kind, key, name) in
        [("allergy title", "allergies", "substance"), ("medicine title", "activeMedications", "name")]
    {
        for one in list(wanted, key).iter().filter(|o| o["enteredInError"] != Value::Bool(true)) {
            let name = text(&one[name]);
            if !name.is_empty() && !name.starts_with("[no display]") {
                facts.push(Fact(kind, name.clone(), titles.contains(&norm(&name))));
            }
        }
    }
    for series in list(wanted, "numericSeries") {
        let latest = &series["latestValue"];
        for value in latest.as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(latest)) {
            let (name, value) = (norm(&text(&series["name"])), text(value));
            let met = entries.iter().any(|e| text(&e["value"]) == value && norm(&text(&e["title"])).contains(&name));
            facts.push(Fact("latest value", format!("{name} = {value}"), value.is_empty() || met));
        }
    }
    for hash in list(wanted, "documents") {
        let met = list(found, "documents").iter().any(|d| d["sha256"] == *hash);
        facts.push(Fact("document bytes", text(hash), met));
    }
    let whole = ["shown", "kept", "notUnderstood"].iter().all(|k| found["ledger"][k].is_u64());
    facts.push(Fact("ledger", String::new(), whole));
    facts
}

#[test]
fn the_facts_of_every_r4_fixture_are_met() {
    let (mut met, mut all) = (0, 0);
    for (path, wanted) in expected().iter().filter(|(p, _)| !p.starts_with("uk/")) {
        let bytes = bytes(path);
        let found = match open(&bytes) {
            Ok(delivery) => {
                let file = &delivery.files[0];
                report::json(file.reading.as_ref().unwrap(), path, file.hash, bytes.len() as u64)
            }
            Err(error) => report::refused(&error, path, Hash::of(&bytes), bytes.len() as u64),
        };
        let found: Value = serde_json::from_str(&found).unwrap();
        for Fact(kind, wanted, is_met) in facts(wanted, &found) {
            all += 1;
            met += u32::from(is_met);
            if !is_met {
                println!("{path}: {kind}: wanted {wanted}");
            }
        }
    }
    println!("{met} of {all} facts met");
    assert!(all > 1000 && f64::from(met) >= 0.98 * f64::from(all), "{met} of {all}");
}

/// The independent script writes a finding of CDA as one line, `name = value unit @time`, a vaccination as `name @time`,
/// and marks what is negated with NOT or REFUSED. Each part must stand where it belongs: in title, value, unit, date and
/// polarity of one entry.
fn cda_facts(wanted: &Value, found: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    let entries = list(found, "entries");
    for (_, lines) in wanted["cda"].as_object().into_iter().flatten() {
        for line in lines.as_array().unwrap() {
            let whole = text(line);
            let plain = whole.rsplit_once(" (").filter(|(_, s)| s.ends_with(')')).map_or(whole.as_str(), |(n, _)| n);
            let (rest, time) = plain.rsplit_once('@').map_or((plain, ""), |(r, t)| (r.trim(), t));
            let (name, value) = rest.split_once(" = ").unwrap_or((rest, ""));
            let (negated, name) = match name.strip_prefix("NOT ").or_else(|| name.strip_prefix("REFUSED ")) {
                Some(name) => (true, name),
                None => (false, name),
            };
            let met = entries.iter().any(|e| {
                let ours = norm(&format!("{} {}", text(&e["value"]), text(&e["unit"])));
                // "nullFlavor=NA": the script found no name, ours is the source's sentence.
                let titled = name.starts_with("nullFlavor") || norm(&text(&e["title"])).contains(&norm(name));
                titled
                    && (time.is_empty() || time == "None" || text(&e["date"]) == time)
                    && (value.is_empty() || value == "None" || ours == norm(value))
                    && (text(&e["polarity"]) != "positive") == negated
            });
            facts.push(Fact("cda", whole, met));
        }
    }
    facts
}

#[test]
fn the_facts_of_every_cda_fixture_are_met_part_by_part() {
    let (mut met, mut all) = (0, 0);
    for (path, wanted) in expected().iter().filter(|(_, w)| w["cda"].is_object()) {
        let bytes = bytes(path);
        let delivery = open(&bytes).unwrap();
        let file = &delivery.files[0];
        let found = report::json(file.reading.as_ref().unwrap(), path, file.hash, bytes.len() as u64);
        let found: Value = serde_json::from_str(&found).unwrap();
        let person = &wanted["cdaPatient"];
        let born = text(&person["birthTime"]);
        assert!(born.is_empty() || text(&found["people"][0]["birthDate"]) == born, "{path}");
        let name = norm(&text(&found["people"][0]["name"]));
        assert!(norm(&text(&person["name"])).split(' ').all(|w| name.contains(w)), "{path}: {name}");
        for Fact(_, wanted, is_met) in cda_facts(wanted, &found) {
            all += 1;
            met += u32::from(is_met);
            if !is_met {
                println!("{path}: wanted {wanted}");
            }
        }
    }
    println!("{met} of {all} facts met");
    // One vaccine's own words differ from its code's name, which the script took.
    assert!(all > 15 && met + 1 >= all, "{met} of {all}");
}

/// `inspect`, which has the original, says the same in one line: the script's own, contained in a title.
#[test]
fn the_lines_of_every_cda_fixture_stand_in_a_title() {
    let (mut met, mut all) = (0, 0);
    for (path, wanted) in expected().iter().filter(|(_, w)| w["cda"].is_object()) {
        let bytes = bytes(path);
        let delivery = open(&bytes).unwrap();
        let file = &delivery.files[0];
        let reading = file.reading.as_ref().unwrap();
        let found: Value = serde_json::from_str(&report::with_original(reading, path, file.hash, &bytes)).unwrap();
        let entries = list(&found, "entries");
        let titles = entries.iter().flat_map(|e| std::iter::once(e).chain(list(e, "components")));
        let titles = titles.map(|e| norm(&text(&e["title"]))).collect::<Vec<_>>().join(" | ");
        // The words alone are not lost by it.
        assert!(entries.iter().zip(&reading.entries).all(|(e, own)| text(&e["words"]) == own.title), "{path}");
        for (_, lines) in wanted["cda"].as_object().into_iter().flatten() {
            for line in lines.as_array().unwrap() {
                let whole = text(line);
                let plain = whole.rsplit_once(" (").filter(|(_, s)| s.ends_with(')')).map_or(&*whole, |(n, _)| n);
                all += 1;
                met += u32::from(titles.contains(&norm(plain)));
                if !titles.contains(&norm(plain)) {
                    println!("{path}: wanted {whole}");
                }
            }
        }
    }
    println!("{met} of {all} lines");
    // One result is an interval, `> 500 mg/dL`: the script saw no value there.
    assert!(all > 15 && met + 1 >= all, "{met} of {all}");
}

// ---- Nothing lost ----

/// How many resources a file holds, counted without our reader: what stands in entries, and what these contain.
fn resources(json: &Value, contained: bool) -> usize {
    if json["resourceType"] != "Bundle" {
        return 1 + if contained { list(json, "contained").len() } else { 0 };
    }
    list(json, "entry")
        .iter()
        .map(|e| if e["resource"].is_object() { resources(&e["resource"], contained) } else { 1 })
        .sum()
}

#[test]
fn every_resource_has_one_line_in_the_ledger() {
    for (path, _) in expected().iter().filter(|(p, _)| p.ends_with(".json") || p.ends_with(".gz")) {
        let (reading, inner) = read(&bytes(path));
        let ledger = &reading.ledger;
        let sum = (ledger.shown + ledger.kept + ledger.not_understood) as usize;
        assert_eq!(sum, ledger.lines.iter().map(|l| l.count as usize).sum::<usize>(), "{path}");
        let json: Value = serde_json::from_slice(&inner).unwrap();
        // Financial resources keep what they contain as a part of themselves; everything else counts it.
        let (low, high) = (resources(&json, false), resources(&json, true));
        assert!((low..=high).contains(&sum), "{path}: {sum} lines for {low} to {high} resources");
    }
}

#[test]
fn an_entry_leads_back_to_its_own_bytes() {
    for path in ["fhir_r4/ips/US_MEDITECH_ips_3.json", "fhir_r4/synthea_big/Arleen_Bartell_56d3e64d.json.gz"] {
        let (reading, inner) = read(&bytes(path));
        let json: Value = serde_json::from_slice(&inner).unwrap();
        for entry in reading.entries.iter().take(300) {
            let fragment: Value = serde_json::from_str(&import::fragment(&inner, entry).unwrap()).unwrap();
            assert_eq!(Some(&fragment), json.pointer(&entry.at), "{path} {}", entry.at);
        }
    }
}

#[test]
fn every_attachment_decodes_again_to_the_same_bytes() {
    let mut seen = 0;
    for (path, _) in expected() {
        let (reading, inner) = read(&bytes(&path));
        for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()).take(20) {
            let decoded = import::attachment(&inner, attachment).unwrap();
            assert_eq!((decoded.len() as u64, Some(Hash::of(&decoded))), (attachment.bytes, attachment.hash), "{path}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    // Another file's bytes are never given out as this one's.
    let (reading, _) = read(&bytes("fhir_r4/pdf/DocumentReference-aups-basicsummary-data.json"));
    assert!(import::attachment(b"{\"resourceType\":\"Patient\"}", &reading.attachments[0]).is_err());
}

#[test]
fn the_same_bytes_are_read_the_same() {
    for path in ["fhir_r4/ips/AT_ELGA_GmbH_01.json", "fhir_r4/aups/Bundle-aups-basicsummarywihpath.json"] {
        let bytes = bytes(path);
        assert_eq!(read(&bytes).0, read(&bytes).0, "{path}");
    }
}

// ---- Polarity: hazard 3 ----

/// Every way in which FHIR R4 says that something is not so, none, unknown or wrong, and what it must become.
#[test]
fn polarity_and_status_of_every_coding() {
    let allergy = |inner: &str| format!(r#"{{"resourceType":"AllergyIntolerance",{inner}}}"#);
    let coded = |system: &str, code: &str| format!(r#""code":{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
    let status = |name: &str, code: &str| {
        format!(r#""{name}":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/x","code":"{code}"}}]}}"#)
    };
    let ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
    let sct = "http://snomed.info/sct";
    let peanut = r#""code":{"text":"Peanut"}"#;
    let (active, plain) = (Standing::Active, Polarity::Positive);
    check(&allergy(&format!("{peanut},{}", status("clinicalStatus", "active"))), active, plain);
    check(&allergy(peanut), Standing::Unknown, plain);
    check(&allergy(&format!("{peanut},{}", status("clinicalStatus", "resolved"))), Standing::Ended, plain);
    check(
        &allergy(&format!("{peanut},{}", status("verificationStatus", "refuted"))),
        Standing::Unknown,
        Polarity::Refuted,
    );
    check(
        &allergy(&format!("{peanut},{}", status("verificationStatus", "entered-in-error"))),
        Standing::EnteredInError,
        plain,
    );
    check(&allergy(&coded(sct, "716186003")), Standing::Unknown, Polarity::NoneKnown);
    check(&allergy(&coded(sct, "429625007")), Standing::Unknown, Polarity::NoneKnown);
    check(&allergy(&coded(ips, "no-known-medication-allergies")), Standing::Unknown, Polarity::NoneKnown);
    check(&allergy(&coded(ips, "no-allergy-info")), Standing::Unknown, Polarity::Unknown);
    check(&allergy(r#""code":{"text":"No Known Allergies"}"#), Standing::Unknown, Polarity::NoneKnown);
    check(&allergy(r#""code":{"text":"No known allergies except peanut"}"#), Standing::Unknown, plain);
    check(
        &format!(r#"{{"resourceType":"Condition",{}}}"#, coded(ips, "no-known-problems")),
        Standing::Unknown,
        Polarity::NoneKnown,
    );
    check(
        &format!(r#"{{"resourceType":"Procedure","status":"not-done",{peanut}}}"#),
        Standing::Stopped,
        Polarity::NotDone,
    );
    let flu = r#""vaccineCode":{"text":"Flu"}"#;
    check(
        &format!(r#"{{"resourceType":"Immunization","status":"not-done",{flu}}}"#),
        Standing::Stopped,
        Polarity::NotDone,
    );
    check(&format!(r#"{{"resourceType":"Immunization","status":"completed",{flu}}}"#), Standing::Ended, plain);
    let drug = r#""medicationCodeableConcept":{"text":"Aspirin"}"#;
    let statement = |rest: &str| format!(r#"{{"resourceType":"MedicationStatement",{rest},{drug}}}"#);
    check(&statement(r#""status":"active""#), active, plain);
    check(&statement(r#""status":"not-taken""#), Standing::Stopped, Polarity::NotTaken);
    check(&statement(r#""status":"stopped""#), Standing::Stopped, plain);
    check(&statement(r#""status":"on-hold""#), Standing::OnHold, plain);
    check(&statement(r#""status":"intended""#), Standing::Planned, plain);
    check(&statement(r#""status":"unknown""#), Standing::Unknown, plain);
    check(&statement(r#""status":"entered-in-error""#), Standing::EnteredInError, plain);
    let request = |rest: &str| format!(r#"{{"resourceType":"MedicationRequest",{rest},{drug}}}"#);
    check(&request(r#""status":"active","doNotPerform":true"#), active, Polarity::DoNotPerform);
    check(&request(r#""status":"cancelled""#), Standing::Stopped, plain);
    check(&request(r#""status":"draft""#), Standing::Planned, plain);
    let none = r#"{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips","code":"no-known-medications"}]}}"#;
    check(none, active, Polarity::NoneKnown);
    let service = r#"{"resourceType":"ServiceRequest","status":"active","doNotPerform":true,"code":{"text":"X-ray"}}"#;
    check(service, active, Polarity::DoNotPerform);
    for (code, standing) in [
        ("final", Standing::Final),
        ("preliminary", Standing::Preliminary),
        ("amended", Standing::Amended),
        ("corrected", Standing::Amended),
        ("cancelled", Standing::Stopped),
        ("entered-in-error", Standing::EnteredInError),
    ] {
        check(&format!(r#"{{"resourceType":"Observation","status":"{code}",{peanut}}}"#), standing, plain);
    }

    fn check(json: &str, standing: Standing, polarity: Polarity) {
        let (reading, _) = read(json.as_bytes());
        let [entry] = reading.entries.as_slice() else { panic!("one entry: {json}") };
        assert_eq!((entry.status.standing, entry.polarity), (standing, polarity), "{json}");
        assert_eq!(reading.ledger.shown, 1, "{json}");
    }
}

#[test]
fn the_kinds_of_nothing_are_kept_apart() {
    let section = |inner: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"document","entry":[{{"resource":{{"resourceType":"Composition","section":[
            {{"code":{{"coding":[{{"system":"http://loinc.org","code":"48765-2"}}]}}{inner}}}]}}}}]}}"#
        )
    };
    let reason = |code: &str| format!(r#","emptyReason":{{"coding":[{{"code":"{code}"}}]}}"#);
    let check = |inner: &str, expected: Nothing| {
        let (reading, _) = read(section(inner).as_bytes());
        let said: Vec<_> = reading.says.iter().map(|s| (s.section, s.nothing)).collect();
        assert_eq!(said, [(Section::Allergies, expected)], "{inner}");
    };
    check(&reason("nilknown"), Nothing::NoneKnown);
    check(&reason("unavailable"), Nothing::Unavailable);
    check(&reason("withheld"), Nothing::Withheld);
    check(&reason("notasked"), Nothing::NotAsked);
    check("", Nothing::EmptySection);
    check(r#","text":{"div":"<div>Penicillin, by word of mouth</div>"}"#, Nothing::NarrativeOnly);
    check(r#","entry":[{"reference":"AllergyIntolerance/gone"}]"#, Nothing::NotUnderstood);
}

// ---- What is not understood ----

#[test]
fn what_may_mean_something_else_is_not_shown() {
    let check = |json: &str, code: IssueCode, at: &str| {
        let (reading, _) = read(json.as_bytes());
        assert!(reading.entries.is_empty() && reading.people.is_empty(), "{json}");
        assert_eq!(reading.ledger.not_understood, 1, "{json}");
        assert!(reading.issues.iter().any(|i| i.code == code && i.at == at), "{json}: {:?}", reading.issues);
        assert_eq!(reading.ledger.lines[0].reason, Some(code));
    };
    let twice = r#"{"resourceType":"AllergyIntolerance","code":{"text":"Peanut","text":"Milk"}}"#;
    check(twice, IssueCode::DuplicateKey, "/code/text");
    let person = String::from_utf8(bytes("nasty/fhir/patient-duplicate.json")).unwrap();
    check(&person, IssueCode::DuplicateKey, "/active");
    let modified = r#"{"resourceType":"Condition","code":{"text":"x"},"modifierExtension":[{"url":"http://a/not"}]}"#;
    check(modified, IssueCode::UnknownModifier, "/modifierExtension");
    check(r#"{"resourceType":"AllergyIntolerence"}"#, IssueCode::UnknownType, "");
    check(r#"{"resourceType":"Bundle","entry":[7]}"#, IssueCode::NotAnObject, "/entry/0");
    let bundle = r#"{"resourceType":"Bundle","entry":[],"entry":[{"resource":{"resourceType":"Patient"}}]}"#;
    check(bundle, IssueCode::DuplicateKey, "");
}

#[test]
fn a_refusal_says_what_and_where() {
    let refused = |bytes: &[u8]| open(bytes).unwrap_err();
    let at = |path: &str| match refused(&bytes(path)) {
        ImportError::NotJson { line, column, .. } => (line, column),
        other => panic!("{path}: {other}"),
    };
    assert_eq!(at("nasty/fhir/json-comments-1.json"), (1, 1));
    assert_eq!(at("nasty/fhir/json-comments-2.json"), (3, 3));
    assert_eq!(refused(b""), ImportError::Empty);
    assert_eq!(refused(b"\0\0\0\0"), ImportError::Unknown);
    assert_eq!(refused(b"{\"a\":1}"), ImportError::NotYet(import::Format::OtherJson));
    assert_eq!(refused(b"<x xmlns='urn:x'/>"), ImportError::NotYet(import::Format::OtherXml));
    assert_eq!(refused(b"\x1F\x8B\x08rubbish"), ImportError::BadArchive);
}

#[test]
fn json_is_read_as_the_test_suite_says() {
    let mut seen = 0;
    for file in std::fs::read_dir(data().join("nasty/json")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let content = std::fs::read(&path).unwrap();
        let Ok(text) = std::str::from_utf8(&content) else { continue };
        // As the value of an element, so that every kind of value comes under the reader.
        let wrapped = format!("{{\"resourceType\":\"Basic\",\"x\":{text}\n}}");
        let outcome = open(wrapped.as_bytes());
        let closes_itself = name == "n_structure_object_with_trailing_garbage.json"
            || name == "n_structure_object_followed_by_closing_object.json";
        match &name[..2] {
            "y_" => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
            "n_" if !closes_itself => {
                assert!(matches!(outcome, Err(ImportError::NotJson { .. })), "{name}: {outcome:?}");
            }
            _ => {}
        }
        // And as it stands: whatever it is, it is answered.
        let _ = open(&content);
        seen += 1;
    }
    assert!(seen > 250, "{seen}");
}

#[test]
fn every_format_is_read_the_same_everywhere() {
    readings::every_format_is_read_the_same_everywhere();
}

/// `cargo test --test import write_the -- --ignored`, after a reader was changed on purpose: the difference of the list
/// shows which files are read otherwise.
#[test]
#[ignore = "writes tests/data/readings.tsv anew"]
fn write_the_list_of_readings() {
    std::fs::write(data().join("readings.tsv"), readings::found()).unwrap();
}

#[test]
fn encodings_change_nothing_but_an_issue() {
    let json = r#"{"resourceType":"AllergyIntolerance","code":{"text":"Crème brûlée"}}"#;
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(json.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = json.chars().map(|c| c as u8).collect();
    let bom = [b"\xEF\xBB\xBF", json.as_bytes()].concat();
    for (bytes, odd) in [(json.as_bytes().to_vec(), false), (bom, false), (utf16, true), (latin, true)] {
        let (reading, _) = read(&bytes);
        assert_eq!(reading.entries[0].title, "Crème brûlée");
        assert_eq!(reading.issues.iter().any(|i| i.code == IssueCode::BadEncoding), odd);
        assert_eq!(import::fragment(&bytes, &reading.entries[0]).as_deref(), Some(json));
    }
}

#[test]
fn any_letter_or_photo_can_be_kept() {
    let check = |bytes: &[u8], media: &str| {
        let delivery = import::open(bytes, "../../letter\u{202E}.pdf", &mut |_| ControlFlow::Continue(())).unwrap();
        let file = &delivery.files[0];
        assert_eq!(file.name, "letter.pdf");
        let reading = file.reading.as_ref().unwrap();
        assert_eq!((reading.entries.len(), reading.entries[0].kind.clone()), (1, Kind::DocumentReference));
        assert_eq!(reading.attachments[0].content_type, media);
        assert_eq!(import::attachment(bytes, &reading.attachments[0]).unwrap(), bytes);
    };
    check(b"%PDF-1.4\n...", "application/pdf");
    check(b"\x89PNG\r\n\x1A\n\0\0", "image/png");
    check(b"\xFF\xD8\xFF\xE0\0\0JFIF", "image/jpeg");
    check(b"Dear Dr Jones,\r\nthank you for seeing Mrs Evans.", "text/plain");
}

#[test]
fn importing_can_be_cancelled_and_tells_how_far_it_is() {
    let bytes = bytes("fhir_r4/ips/AT_ELGA_GmbH_01.json");
    let mut phases = Vec::new();
    let done = import::open(&bytes, "", &mut |p| {
        assert!(p.done <= p.total);
        phases.push(p.phase);
        ControlFlow::Continue(())
    });
    assert!(done.is_ok() && phases.contains(&Phase::Opening) && phases.contains(&Phase::Reading));
    for stop in 0..phases.len() {
        let mut n = 0;
        let cancelled = import::open(&bytes, "", &mut |_| {
            n += 1;
            if n > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(cancelled.unwrap_err(), ImportError::Cancelled);
    }
}

#[test]
fn a_bomb_in_an_archive_is_refused() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        packed.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(matches!(open(&packed), Err(ImportError::TooLarge { .. })));
}

// ---- Whose is it? ----

#[test]
fn real_records_that_share_every_id_are_different_people() {
    let person = |path: &str| read(&bytes(path)).0.people;
    let five = person("uk/gpconnect/EMISPatientStructurede2eResponsePWTP5.json");
    let ten = person("uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json");
    assert!(matches!(guard::compare(&five[0], &ten), Verdict::Differs(_)));
    assert!(guard::compare(&five[0], &five).is_match());
    let several = person("fhir_r4/ndjson/Import-Patient.ndjson");
    assert_eq!(guard::compare(&five[0], &several), Verdict::SeveralPeople);
    assert_eq!(guard::compare(&five[0], &person("fhir_r4/ipa/Medication-MedExample1.json")), Verdict::NoPerson);
}

#[test]
fn a_file_with_two_people_says_so() {
    let (reading, _) = read(&bytes("nasty/fhir/bundle-bad-empty.json"));
    assert_eq!(reading.people.len(), 2);
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::SeveralPeople));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    /// Our own strict reader and another agree on what is JSON.
    #[test]
    fn two_readers_agree_on_json(text in "[\\[\\]{},:\"0-9eE+.\\\\ntrufals \\-]{0,40}") {
        let wrapped = format!("{{\"resourceType\":\"Basic\",\"x\":{text}}}");
        let other = serde_json::from_str::<Value>(&wrapped).is_ok();
        proptest::prop_assert_eq!(open(wrapped.as_bytes()).is_ok(), other, "{}", wrapped);
    }
}
