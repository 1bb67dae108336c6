//! The cases that tell the most: real files that are easily merged wrongly, and made ones for what no real file here
//! holds. Each is asserted on what `inspect --merge` prints, which is made of the same page structs as the app's pages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use tessera::import;
use tessera::record::{Note, Parcel, merge};

#[allow(missing_docs)]
#[path = "../examples/inspect/merged.rs"]
mod merged;

fn read(bytes: &[u8], name: &str) -> Parcel {
    let delivery = import::open(bytes, name, &mut |_| ControlFlow::Continue(())).unwrap();
    let file = delivery.files.into_iter().next().unwrap();
    Parcel { hash: file.hash, reading: file.reading.unwrap(), note: Note { file_name: name.into(), ..Note::default() } }
}

fn parcel(path: &str) -> Parcel {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path);
    read(&std::fs::read(&whole).unwrap_or_else(|e| panic!("{path}: {e}")), path)
}

/// What `inspect --merge --same-person` prints of these files.
fn told(parcels: Vec<Parcel>) -> Value {
    merged::record(&merge(parcels))
}

fn of(paths: &[&str]) -> Value {
    told(paths.iter().map(|p| parcel(p)).collect())
}

fn items<'a>(told: &'a Value, section: &str, title: &str) -> Vec<&'a Value> {
    let all = told["items"].as_array().unwrap().iter();
    all.filter(|i| i["section"] == section && i["title"].as_str().unwrap().contains(title)).collect()
}

fn one<'a>(told: &'a Value, section: &str, title: &str) -> &'a Value {
    let found = items(told, section, title);
    let [item] = found[..] else { panic!("{title}: {} items", found.len()) };
    item
}

fn section<'a>(told: &'a Value, slug: &str) -> &'a Value {
    told["sections"].as_array().unwrap().iter().find(|s| s["section"] == slug).unwrap()
}

/// How many lines each group of a section has.
fn groups(told: &Value, slug: &str) -> Vec<(String, u64)> {
    let groups = section(told, slug)["groups"].as_array().unwrap().iter();
    groups.map(|g| (g["group"].as_str().unwrap().to_owned(), g["total"].as_u64().unwrap())).collect()
}

/// The texts of a field, one of each member.
fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|v| v[field].as_str().unwrap_or_default()).collect()
}

fn line<'a>(told: &'a Value, title: &str) -> &'a Value {
    let lines = told["medicines"]["reconciliation"].as_array().unwrap();
    lines.iter().find(|l| l["title"].as_str().unwrap().contains(title)).unwrap_or_else(|| panic!("no line {title}"))
}

fn gp(system: &str, patient: u8) -> String {
    match system {
        "EMIS" => format!("uk/gpconnect/EMISPatientStructurede2eResponsePWTP{patient}.json"),
        _ => format!("uk/gpconnect/TPPPatientStructuredRecordE2EPWTP{patient}.json"),
    }
}

// ---- Real files ----

#[test]
fn records_that_share_every_id_are_refused_as_one_person() {
    let paths: Vec<String> = [3, 5, 10].into_iter().flat_map(|n| [gp("EMIS", n), gp("TPP", n)]).collect();
    let all: Vec<Parcel> = paths.iter().map(|p| parcel(p)).collect();
    for a in &all {
        for b in all.iter().filter(|b| b.hash != a.hash) {
            let (together, verdicts) = merged::guard(&[a.clone(), b.clone()]);
            assert!(!together, "{} and {}", a.note.file_name, b.note.file_name);
            assert_eq!(verdicts[1]["verdict"], "differs");
        }
    }
}

#[test]
fn aspirin_is_active_with_the_gp_and_over_in_the_transfer_and_doxazosin_is_active_in_both() {
    let told = of(&[&gp("EMIS", 10), "uk/gp2gp/PWTP10-output.json"]);
    let aspirin = one(&told, "medicines", "Aspirin 75mg");
    assert_eq!(each(&aspirin["disagreements"], "field"), ["standing"]);
    let sides = aspirin["disagreements"][0]["sides"].as_array().unwrap();
    assert_eq!(
        sides.iter().map(|s| s["answer"].as_str().unwrap()).collect::<Vec<_>>(),
        ["active (active)", "ended (completed)"]
    );
    assert_eq!(aspirin["group"], "unclear");
    assert_eq!(line(&told, "Aspirin 75mg")["mark"], "stopped-here-active-there");
    assert_eq!(one(&told, "medicines", "Doxazosin")["disagreements"], json!([]));
    assert_eq!(one(&told, "medicines", "Doxazosin")["group"], "now");
    assert_eq!(line(&told, "Doxazosin")["mark"], "same");
    let stopped = told["medicines"]["changes"].as_array().unwrap().iter().filter(|c| c["change"] == "stopped");
    let stopped: Vec<&str> = stopped.map(|c| c["title"].as_str().unwrap()).collect();
    assert_eq!(stopped, ["Aspirin 75mg tablets"]);
}

#[test]
fn a_reaction_degraded_in_transfer_is_one_with_the_intact_one_which_leads() {
    for intact in [vec![gp("EMIS", 5)], vec![gp("TPP", 5)], vec![gp("EMIS", 5), gp("TPP", 5)]] {
        let mut paths: Vec<&str> = intact.iter().map(String::as_str).collect();
        paths.push("uk/gp2gp/PWTP5-output.json");
        let told = of(&paths);
        let reaction = one(&told, "allergies", "Paracetamol And Dihydrocodeine");
        let contributors = reaction["contributors"].as_array().unwrap();
        assert_eq!(contributors.len(), paths.len(), "every source is named");
        assert_eq!(contributors[0]["degraded"], Value::Null, "the intact one leads");
        assert_eq!(contributors.iter().filter(|c| c["degraded"] == "196461000000101").count(), 1);
        assert_eq!(reaction["group"], "now");
    }
    let alone = of(&["uk/gp2gp/PWTP5-output.json"]);
    assert_eq!(one(&alone, "allergies", "Paracetamol And Dihydrocodeine")["group"], "degraded");
}

#[test]
fn seven_degraded_entries_three_allergies_and_two_plans_stay_what_they_are() {
    let told = of(&["uk/gp2gp/PWTP3-output.json"]);
    let of_code = |code: &str| {
        let all = told["items"].as_array().unwrap().iter();
        let lost = |i: &&Value| i["contributors"].as_array().unwrap().iter().any(|c| c["degraded"] == code);
        let found: Vec<&Value> = all.filter(lost).collect();
        for item in &found {
            assert_eq!(item["contributors"].as_array().unwrap().len(), 1, "a degraded entry joins nothing: {item}");
        }
        found.len()
    };
    assert_eq!(of_code("196411000000103"), 7, "record entries");
    assert_eq!(of_code("196461000000101"), 3, "drug allergies, three different ones");
    assert_eq!(of_code("196451000000104"), 2, "plans");
    assert_eq!(groups(&told, "allergies")[0], ("degraded".into(), 3), "first on the page");
}

#[test]
fn a_surgery_asked_again_after_five_months_tells_of_each_letter_once() {
    let told =
        of(&["uk/gpconnect/9465700193_Birdi_full_20210119.json", "uk/gpconnect/9465700193_Birdi_full_20210602.json"]);
    assert_eq!(section(&told, "documents")["total"], 33);
    for slug in ["documents", "visits", "plans", "results"] {
        let items = told["items"].as_array().unwrap().iter().filter(|i| i["section"] == slug);
        for item in items {
            let files: std::collections::BTreeSet<&str> = each(&item["contributors"], "file").into_iter().collect();
            assert_eq!(files.len(), 2, "both files tell of it: {item}");
            assert_eq!(item["disagreements"], json!([]));
        }
    }
}

#[test]
fn orders_not_to_give_are_no_medicines_taken() {
    let told = of(&["fhir_r4/ips/US_MEDITECH_ips_3.json"]);
    let not: Vec<&Value> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["contributors"].as_array().unwrap().iter().any(|c| c["polarity"] == "do-not-perform"))
        .collect();
    let entries: usize =
        not.iter().map(|i| i["contributors"].as_array().unwrap().len() + i["history"].as_array().unwrap().len()).sum();
    assert_eq!(entries, 3);
    assert!(not.iter().all(|i| i["group"] == "negative"));
}

#[test]
fn two_drugs_each_as_statement_and_order_are_two() {
    let told = of(&["fhir_r4/ips/UK_NHSx_IPS_Example_01-modified.json"]);
    assert_eq!(section(&told, "medicines")["total"], 2);
    for title in ["Metformin", "Sertraline"] {
        let item = one(&told, "medicines", title);
        let many = |field: &str| item[field].as_array().unwrap().len();
        assert_eq!((many("contributors"), many("history")), (1, 1), "{title}");
    }
}

#[test]
fn thirty_seven_active_orders_are_a_few_medicines_and_no_observation_is_lost() {
    let parcel = parcel("fhir_r4/synthea_big/Arleen_Bartell_56d3e64d.json.gz");
    let entries = parcel.reading.entries.clone();
    let told = told(vec![parcel]);
    let observations = entries.iter().filter(|e| e.kind == tessera::record::Kind::Observation).count();
    assert_eq!(observations, 1764);
    let behind = |kind: &str| -> usize {
        let all = told["items"].as_array().unwrap().iter().filter(|i| i["kind"] == kind);
        all.map(|i| i["contributors"].as_array().unwrap().len() + i["history"].as_array().unwrap().len()).sum()
    };
    assert_eq!(behind("observation"), 1764, "each in one item");
    let now = told["items"].as_array().unwrap().iter().filter(|i| i["section"] == "medicines" && i["group"] == "now");
    let now: Vec<&Value> = now.collect();
    assert_eq!(now.len(), 6);
    let orders: usize =
        now.iter().map(|i| i["contributors"].as_array().unwrap().len() + i["history"].as_array().unwrap().len()).sum();
    assert_eq!(orders, 37, "each medicine once, with every order as its history");
    let mut titles: Vec<&str> = now.iter().map(|i| i["title"].as_str().unwrap()).collect();
    titles.dedup();
    assert_eq!(titles.len(), 6);
}

#[test]
fn what_is_not_so_stands_apart_from_what_is() {
    let check = |path: &str, slug: &str, polarity: &str| {
        let told = of(&[path]);
        let negative = told["items"].as_array().unwrap().iter().filter(|i| i["section"] == slug);
        let negative: Vec<&Value> = negative.filter(|i| i["contributors"][0]["polarity"] == polarity).collect();
        assert!(!negative.is_empty(), "{path}: {:#}", told["items"]);
        assert!(negative.iter().all(|i| i["group"] == "negative"), "{path}");
        told
    };
    check("cda/sections/Not Allergic to Peanuts(C-CDAR2.1).xml", "allergies", "negated");
    check("cda/sections/Immunization not given Patient refused(C-CDA2.1).xml", "vaccinations", "not-done");
    check("cda/sections/Medication Refused(C-CDAR2.1).xml", "medicines", "not-taken");
    let none = check("cda/sections/No Known Allergies with Author Timestamp(C-CDA2.1).xml", "allergies", "none-known");
    let allergies = section(&none, "allergies");
    assert_eq!((&allergies["total"], &allergies["nothing"][0]["nothing"]), (&json!(0), &json!("none-known")));
    assert_eq!(section(&none, "medicines")["nothing"][0]["nothing"], "not-in-this-source", "silence is not none");
}

#[test]
fn none_known_stands_beside_an_allergy_of_another_source_and_never_leads() {
    let told = of(&[
        "cda/sections/No Known Allergies with Author Timestamp(C-CDA2.1).xml",
        "fhir_r4/uscore/allergyintolerance-example.json",
    ]);
    let allergies = section(&told, "allergies");
    assert_eq!(allergies["total"], 1);
    let none = allergies["nothing"].as_array().unwrap().iter().find(|n| n["nothing"] == "none-known").unwrap();
    assert_eq!(none["contradicted"], true);
}

#[test]
fn medicines_that_stand_in_words_alone_are_not_no_medicines() {
    let told = of(&["uk/scr/responses__event-query__success.xml"]);
    for slug in ["medicines", "allergies"] {
        let section = section(&told, slug);
        let kinds = each(&section["nothing"], "nothing");
        assert!(section["total"].as_u64().unwrap() > 0 || kinds.contains(&"narrative-only"), "{slug}: {section:#}");
        assert!(!kinds.contains(&"none-known"), "{slug}");
    }
}

// ---- Made files, for what no real one here holds ----

fn bundle(entries: Vec<Value>) -> Vec<u8> {
    let entries: Vec<Value> = entries.into_iter().map(|r| json!({"resource": r})).collect();
    serde_json::to_vec_pretty(&json!({
        "resourceType": "Bundle",
        "type": "collection",
        "meta": {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1"]},
        "timestamp": "2021-06-02T10:00:00+01:00",
        "entry": entries,
    }))
    .unwrap()
}

fn patient(id: &str, family: &str, given: &str, born: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": "female", "birthDate": born})
}

#[test]
fn eight_vaccines_coded_unknown_keep_their_names_and_a_birth_date_that_is_none_keeps_its_text() {
    let names = [
        "First diphtheria vaccination",
        "Second diphtheria vaccination",
        "First polio vaccination",
        "Measles mumps and rubella vaccination",
        "Influenza vaccination",
        "Booster tetanus vaccination",
        "Pneumococcal vaccination",
        "Typhoid vaccination",
    ];
    let mut entries = vec![patient("p", "GAINSFORD", "Mabel", "1961-04-93")];
    entries.extend(names.iter().zip(1..).map(|(name, n)| {
        json!({
            "resourceType": "Immunization", "id": format!("i{n}"), "status": "completed", "notGiven": false,
            "patient": {"reference": "Patient/p"}, "primarySource": true, "date": "1998-05-04",
            "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK", "display": "unknown"}]},
            "extension": [{
                "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1",
                "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": format!("17154200{n}"), "display": name}]},
            }],
        })
    }));
    let bytes = bundle(entries);
    let parcel = read(&bytes, "made.json");
    let born = parcel.reading.people[0].birth_date.clone().unwrap();
    assert_eq!((born.text.as_str(), born.known), ("1961-04-93", None));
    let (together, verdicts) = merged::guard(&[parcel.clone(), parcel.clone()]);
    assert!(!together, "no birth date, no match: {verdicts}");
    let told = told(vec![parcel]);
    assert_eq!(section(&told, "vaccinations")["total"], 8, "eight of one day, all coded unknown, are eight");
    for name in names {
        one(&told, "vaccinations", name);
    }
}

fn measured(id: &str, code: &str, name: &str, date: &str, value: &str, unit: &str) -> Value {
    let mut made = json!({
        "resourceType": "Observation", "id": id, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"system": "http://hl7.org/fhir/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": name}]},
        "effectiveDateTime": date,
        "valueQuantity": {"value": 0, "unit": unit},
        "referenceRange": [{"low": {"value": 45, "unit": unit}, "high": {"value": 84, "unit": unit}}],
    });
    made["valueQuantity"]["value"] = serde_json::from_str(value).unwrap();
    made
}

fn analyte<'a>(told: &'a Value, title: &str) -> &'a Value {
    told["analytes"].as_array().unwrap().iter().find(|a| a["title"] == title).unwrap()
}

#[test]
fn creatinine_four_times_is_one_series_with_its_own_digits_and_units_that_differ_are_told_apart() {
    let creatinine = |id: &str, date: &str, value: &str, unit: &str| {
        measured(id, "1000731000000107", "Serum creatinine", date, value, unit)
    };
    let albumin =
        |id: &str, date: &str, unit: &str| measured(id, "1000821000000103", "Serum albumin", date, "41", unit);
    let alt = |id: &str, date: &str, unit: &str| measured(id, "1018251000000107", "Serum ALT", date, "30", unit);
    let bytes = bundle(vec![
        patient("p", "BIRDI", "Asha", "1961-04-09"),
        creatinine("c1", "2018-03-01T09:00:00+00:00", "78", "umol/L"),
        creatinine("c2", "2019-03-01T09:00:00+00:00", "80.0", "µmol/L"),
        creatinine("c3", "2020-03-01T09:00:00+00:00", "82.50", "umol/l"),
        creatinine("c4", "2021-03-01T09:00:00+00:00", "85.000", "umol/L"),
        albumin("a1", "2020-03-01T09:00:00+00:00", "g/l"),
        albumin("a2", "2021-03-01T09:00:00+00:00", "g/L"),
        alt("e1", "2020-03-01T09:00:00+00:00", "iu/L"),
        alt("e2", "2021-03-01T09:00:00+00:00", "U/L"),
    ]);
    let told = told(vec![read(&bytes, "made.json")]);
    let of_creatinine = analyte(&told, "Serum creatinine");
    assert_eq!(of_creatinine["count"], 4);
    let [series] = &of_creatinine["series"].as_array().unwrap()[..] else { panic!("one unit in four spellings") };
    assert_eq!(each(&series["points"], "value"), ["78", "80.0", "82.50", "85.000"]);
    assert_eq!(each(&series["points"], "unit"), ["umol/L", "µmol/L", "umol/l", "umol/L"]);
    assert_eq!((&series["points"][3]["against"], &series["drawn"]), (&json!("above"), &json!(true)));
    assert_eq!(of_creatinine["latest"], series["points"][3]["id"]);
    assert!(series["points"].as_array().unwrap().iter().all(|p| p["scaled"] == false), "a spelling is no conversion");
    assert_eq!(analyte(&told, "Serum albumin")["series"].as_array().unwrap().len(), 1, "g/L and g/l are one");
    let alt: Vec<&str> = each(&analyte(&told, "Serum ALT")["series"], "unit");
    assert_eq!(alt, ["U/L", "iu/L"], "U/L and iu/L are two lines of one analyte");
}

#[test]
fn a_list_that_leaves_confidential_items_out_says_so_beside_the_list() {
    let sentence = "Items excluded due to confidentiality and/or patient preferences.";
    let bytes = bundle(vec![
        patient("p", "MOORE", "Ann", "1970-01-01"),
        json!({"resourceType": "AllergyIntolerance", "id": "a", "clinicalStatus": "active", "verificationStatus": "unconfirmed",
            "category": ["medication"], "code": {"text": "Penicillin"}, "patient": {"reference": "Patient/p"}}),
        json!({"resourceType": "List", "id": "l", "status": "current", "mode": "snapshot", "title": "Allergies and adverse reactions",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "886921000000105"}]},
            "subject": {"reference": "Patient/p"}, "entry": [{"item": {"reference": "AllergyIntolerance/a"}}],
            "extension": [{"url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1",
                "valueCode": "confidential-items"}],
            "note": [{"text": sentence}]}),
    ]);
    let told = told(vec![read(&bytes, "made.json")]);
    let allergies = section(&told, "allergies");
    assert_eq!(allergies["total"], 1);
    assert_eq!(
        (&allergies["nothing"][0]["nothing"], &allergies["nothing"][0]["text"]),
        (&json!("withheld"), &json!(sentence))
    );
}

#[test]
fn a_document_of_two_patients_is_attached_to_nobody() {
    let bytes = serde_json::to_vec(&json!({
        "resourceType": "Bundle", "type": "document", "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Composition", "status": "final",
                "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]}, "subject": {"reference": "urn:uuid:2"},
                "date": "2021-06-02", "title": "Patient Summary"}},
            {"fullUrl": "urn:uuid:2", "resource": patient("a", "MOORE", "Ann", "1970-01-01")},
            {"fullUrl": "urn:uuid:3", "resource": patient("b", "MOORE", "Beth", "1999-01-01")},
        ],
    }))
    .unwrap();
    let parcel = read(&bytes, "made.json");
    assert_eq!(parcel.reading.people.len(), 2);
    let (together, verdicts) = merged::guard(&[parcel]);
    assert!(!together);
    assert_eq!(verdicts[0]["verdict"], "several-people");
}

#[test]
fn the_same_visit_in_json_and_in_xml_is_one_visit_told_twice_with_the_same_facts() {
    let json = json!({
        "resourceType": "Encounter", "id": "e", "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "185317003", "display": "Telephone encounter"}]}],
        "subject": {"reference": "Patient/p"},
        "period": {"start": "2021-03-04T10:00:00+00:00", "end": "2021-03-04T10:10:00+00:00"},
        "reasonCode": [{"text": "Cough"}],
    });
    let xml = r#"<Encounter xmlns="http://hl7.org/fhir"><id value="e"/><status value="finished"/>
<class><system value="http://terminology.hl7.org/CodeSystem/v3-ActCode"/><code value="AMB"/><display value="ambulatory"/></class>
<type><coding><system value="http://snomed.info/sct"/><code value="185317003"/><display value="Telephone encounter"/></coding></type>
<subject><reference value="Patient/p"/></subject>
<reasonCode><text value="Cough"/></reasonCode>
<period><start value="2021-03-04T10:00:00+00:00"/><end value="2021-03-04T10:10:00+00:00"/></period></Encounter>"#;
    let files = [read(&serde_json::to_vec(&json).unwrap(), "visit.json"), read(xml.as_bytes(), "visit.xml")];
    let bare = |p: &Parcel| {
        let mut entry = p.reading.entries[0].clone();
        (entry.at, entry.span) = (String::new(), None);
        entry.details.sort();
        entry
    };
    assert_eq!(bare(&files[0]), bare(&files[1]));
    let told = told(files.to_vec());
    let visit = one(&told, "visits", "Telephone encounter");
    assert_eq!(each(&visit["contributors"], "file").len(), 2);
    assert_eq!(visit["disagreements"], json!([]));
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_name_that_names_somebody_else_decides_nothing() {
    let bytes = bundle(vec![patient("p", "MOORE", "Ann", "1970-01-01")]);
    let again = bundle(vec![patient("q", "MOORE", "Ann", "1970-01-01")]);
    let files = [read(&bytes, "GAINSFORD_Mabel_9465698679.json"), read(&again, "BIRDI_Asha.json")];
    let (together, verdicts) = merged::guard(&files);
    assert!(together, "what the files say inside is what counts: {verdicts}");
    let other = bundle(vec![patient("p", "BIRDI", "Asha", "1961-04-09")]);
    let (together, _) = merged::guard(&[files[0].clone(), read(&other, "GAINSFORD_Mabel_9465698679.json")]);
    assert!(!together, "nor does a name that fits");
}

#[test]
fn the_machine_report_of_a_merge_is_the_same_in_any_order() {
    let paths = [gp("EMIS", 10), "uk/gp2gp/PWTP10-output.json".to_owned(), "uk/gp2gp/PWTP10.xml".to_owned()];
    let parcels: Vec<Parcel> = paths.iter().map(|p| parcel(p)).collect();
    let forth = told(parcels.clone());
    let back = told(parcels.into_iter().rev().collect());
    assert_eq!(forth.to_string(), back.to_string());
}
