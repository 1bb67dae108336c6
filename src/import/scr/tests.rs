#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::import;
use crate::record::{Polarity, Standing};

fn open(bytes: &[u8]) -> Reading {
    let delivery = import::open(bytes, "", &mut |_| ControlFlow::Continue(())).unwrap();
    let reading = delivery.files.into_iter().next().unwrap().reading.unwrap();
    let ledger = &reading.ledger;
    assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, ledger.lines.iter().map(|l| l.count).sum::<u32>());
    reading
}

fn file(name: &str) -> Reading {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/uk/scr").join(name);
    open(&std::fs::read(path).unwrap())
}

fn said(reading: &Reading, section: Section) -> Vec<(Nothing, &str)> {
    let of = reading.says.iter().filter(|s| s.section == section);
    of.map(|s| (s.nothing, s.text.as_str())).collect()
}

fn summary(html: &str, coded: &str) -> Reading {
    open(
        format!(
            r#"<GPSummary xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><code code="196981000000101" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="General Practice Summary"/>
            <recordTarget><patient><id root="2.16.840.1.113883.2.1.4.1" extension="9995000180"/></patient></recordTarget><presentationText><value><html><body>{html}</body></html></value></presentationText>
            <pertinentInformation2><pertinentCREType><code displayName="Heading"/>{coded}</pertinentCREType></pertinentInformation2></GPSummary>"#
        )
        .as_bytes(),
    )
}

#[test]
fn medicines_that_stand_in_the_text_alone_are_said_to_and_shown_as_text() {
    let reading = file("responses__event-query__success.xml");
    assert!(reading.entries.iter().all(|e| e.section != Section::Medications || e.words_only()));
    let medicines = said(&reading, Section::Medications);
    let texts: Vec<(Nothing, &str)> = medicines.iter().map(|(n, t)| (*n, t.lines().next().unwrap())).collect();
    assert_eq!(
        texts,
        [
            (Nothing::NarrativeOnly, "Acute Medications (For the 12 month period 14-May-2019 to 14-May-2020)"),
            (Nothing::NarrativeOnly, "Current Repeat Medications"),
            (
                Nothing::Unavailable,
                "Discontinued Repeat Medications (For the 6 month period 14-Nov-2019 to 14-May-2020)"
            ),
        ]
    );
    assert!(medicines[1].1.contains("Paracetamol 250mg/5ml oral suspension | One 5ml Spoonful Every 4 To 6 Hours"));
    assert!(said(&reading, Section::Allergies)[0].1.contains("Toxic reaction to wasp sting"));
    // What is coded is shown as entries, and its text stands in the document.
    assert!(said(&reading, Section::Problems).is_empty());
    assert_eq!(reading.entries.iter().filter(|e| e.kind == Kind::Condition).count(), 5);
    let document = &reading.entries[0];
    assert_eq!((document.title.as_str(), document.kind == Kind::DocumentReference), ("General Practice Summary", true));
    assert!(document.notes[0].contains("2019-nCoV (novel coronavirus) detected | Significant Active"));
    assert_eq!(reading.people.len(), 1);
}

#[test]
fn the_answer_and_its_fhir_twin_say_the_same() {
    let (xml, json) = (file("responses__event-query__success.xml"), file("get_scr__success__1-basic.response.json"));
    let titles = |r: &Reading, kind: &Kind| {
        let mut found: Vec<String> = r.entries.iter().filter(|e| e.kind == *kind).map(|e| e.title.clone()).collect();
        found.sort();
        found
    };
    for kind in [Kind::Condition, Kind::Observation, Kind::AllergyIntolerance, Kind::MedicationRequest] {
        assert_eq!(titles(&xml, &kind), titles(&json, &kind), "{kind:?}");
    }
    for section in [Section::Medications, Section::Allergies] {
        let kinds = |r: &Reading| said(r, section).into_iter().map(|(n, _)| n).collect::<Vec<_>>();
        assert_eq!(kinds(&xml), kinds(&json), "{section:?}");
    }
}

#[test]
fn an_envelope_for_somebody_else_makes_it_a_file_of_two_people() {
    let reading = file("responses__event-query__initial-upload-success.xml");
    assert_eq!(reading.people.len(), 2);
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::SeveralPeople));
    assert!(said(&reading, Section::Allergies)[0].1.ends_with("14-Nov-06 | Allergy to Drug - Penicillin"));
}

#[test]
fn coded_statements_become_entries_in_their_own_words() {
    let reading = summary(
        "<h2>Summary</h2>",
        r#"<component><UKCT_MT144053UK02.Allergy><id root="A"/><code displayName="Astringent allergy"/><statusCode code="completed"/><effectiveTime><low value="2020"/></effectiveTime></UKCT_MT144053UK02.Allergy></component>
        <component><UKCT_MT144040UK01.DiscontinuedRepeatMedication><code displayName="Discontinued repeat medication"/><statusCode code="completed"/>
        <pertinentInformation1><pertinentDosageInstructions><value>one daily</value></pertinentDosageInstructions></pertinentInformation1>
        <component><medicationQuantity><quantity value="60" unit="1"><translation value="60"><originalText>tablet</originalText></translation></quantity></medicationQuantity></component>
        <consumable><manufacturedProduct><manufacturedManufacturedMaterial><code displayName="Aspirin 300mg tablets"/></manufacturedManufacturedMaterial></manufacturedProduct></consumable></UKCT_MT144040UK01.DiscontinuedRepeatMedication></component>
        <component negationInd="true"><UKCT_MT144043UK02.Finding><id root="F"/><code displayName="Fever"/><pertinentInformation><pertinentSupportingInfo><value>none seen</value></pertinentSupportingInfo></pertinentInformation></UKCT_MT144043UK02.Finding></component>
        <component><UKCT_MT144038UK02.Problem><code code="181301000000103" displayName="Abstract problem node"/><statusCode code="active"/><pertinentInformation><Finding><id root="f"/></Finding></pertinentInformation></UKCT_MT144038UK02.Problem></component>
        <component><UKCT_MT144055UK01.Treatment><code code="196411000000103" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="Transfer-degraded record entry"><originalText>Dukoral 1</originalText></code></UKCT_MT144055UK01.Treatment></component>"#,
    );
    let found: Vec<(&str, &str, Standing, Polarity)> = reading
        .entries
        .iter()
        .skip(1)
        .map(|e| (e.section.slug(), e.title.as_str(), e.status.standing, e.polarity))
        .collect();
    assert_eq!(
        found,
        [
            ("allergies", "Astringent allergy", Standing::Unknown, Polarity::Positive),
            ("medicines", "Aspirin 300mg tablets", Standing::Stopped, Polarity::Positive),
            ("results", "Fever", Standing::Unknown, Polarity::Negated),
            ("problems", "Fever", Standing::Active, Polarity::Unknown),
            ("procedures", "Dukoral 1", Standing::Unknown, Polarity::Positive),
        ]
    );
    let medicine = &reading.entries[2];
    assert_eq!(medicine.dose, ["one daily"]);
    assert_eq!(medicine.detail("quantity"), Some("60 tablet"));
    assert_eq!(medicine.detail("prescriptionType"), Some("Discontinued repeat medication"));
    assert_eq!(reading.entries[3].notes, ["none seen"]);
    assert_eq!(reading.entries[4].links[0].to, reading.entries[3].at);
    assert!(reading.entries[5].degraded.is_some());
}

#[test]
fn what_was_left_out_on_purpose_and_what_is_active_in_the_text_are_told() {
    let reading = summary(
        "<h2>Summary</h2><p>One or more entries have been deliberately withheld from this GP Summary.</p><h2>Allergies</h2><script>x()</script><p onclick='y()'>Nuts</p><h2>Personal Preferences</h2><p>tea</p>",
        "",
    );
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::ConfidentialItems));
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::UnsafeNarrative));
    assert_eq!(said(&reading, Section::Allergies), [(Nothing::NarrativeOnly, "Allergies\nNuts")]);
    // A heading of no section of ours is an entry, so that it can be seen.
    let own = reading.entries.iter().find(|e| e.section == Section::Notes).unwrap();
    assert_eq!((own.title.as_str(), own.notes[0].as_str()), ("Personal Preferences", "tea"));
}

#[test]
fn a_repeat_medicine_beside_coded_acute_ones_is_still_said() {
    let coded = r#"<component><UKCT_MT144042UK01.AcuteMedication><id root="M"/><code displayName="Acute medication"/><statusCode code="completed"/>
        <consumable><manufacturedProduct><manufacturedManufacturedMaterial><code displayName="Aspirin 300mg tablets"/></manufacturedManufacturedMaterial></manufacturedProduct></consumable></UKCT_MT144042UK01.AcuteMedication></component>"#;
    let table = |drug: &str| {
        format!(
            "<table><tr><th>Date</th><th>Medication Item</th></tr><tr><td>14-May-2020</td><td>{drug}</td></tr></table>"
        )
    };
    let text = format!(
        "<h2>Summary</h2><h2>Acute Medications</h2>{}<h2>Current Repeat Medications</h2>{}",
        table("Aspirin 300mg tablets"),
        table("Warfarin 1mg tablets")
    );
    let reading = summary(&text, coded);
    let said = said(&reading, Section::Medications);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].1.starts_with("Current Repeat Medications") && said[0].1.contains("Warfarin"));
    // Written down, not over.
    assert_eq!(reading.entries[1].status.standing, Standing::Unknown);
}

#[test]
fn what_contradicts_itself_is_not_shown_as_plain() {
    let allergy = |outer: &str, inner: &str| {
        let coded = format!(
            r#"<component {outer}><UKCT_MT144053UK02.Allergy {inner}><id root="A"/><code code="x" displayName="Nut allergy"/></UKCT_MT144053UK02.Allergy></component>"#
        );
        summary("", &coded).entries[1].polarity
    };
    let no = r#"negationInd="true""#;
    assert_eq!(allergy("", ""), Polarity::Positive);
    assert_eq!(allergy(no, ""), Polarity::Negated);
    assert_eq!(allergy("", no), Polarity::Negated);
    assert_eq!(allergy(no, no), Polarity::Unknown);
    let finding = |id: &str, title: &str| {
        format!(
            r#"<component><UKCT_MT144043UK02.Finding><id root="{id}"/><code displayName="{title}"/></UKCT_MT144043UK02.Finding></component>"#
        )
    };
    let problem = |to: &str| {
        format!(
            r#"<component><UKCT_MT144038UK02.Problem><code code="181301000000103" displayName="Abstract problem node"/><pertinentInformation><Finding><id {to}/></Finding></pertinentInformation></UKCT_MT144038UK02.Problem></component>"#
        )
    };
    let named =
        |coded: String| summary("", &coded).entries.iter().find(|e| e.kind == Kind::Condition).unwrap().title.clone();
    assert_eq!(named(finding("F", "Fever") + &problem(r#"root="f""#)), "Fever");
    // Two findings of one id, or none at all: which is meant can't be known.
    assert_eq!(
        named(finding("F", "Fever") + &finding("F", "Cough") + &problem(r#"root="F""#)),
        "Abstract problem node"
    );
    assert_eq!(named(finding("", "Fever") + &problem(r#"extension="F""#)), "Abstract problem node");
}

#[test]
fn people_who_differ_in_anything_are_several_and_many_cost_little() {
    let patient = |born: &str| {
        format!(
            r#"<patient><id root="2.16.840.1.113883.2.1.4.1" extension="9995000180"/><p_person><name>A</name><birthTime value="{born}"/></p_person></patient>"#
        )
    };
    let of = |people: &str| {
        open(
            format!(r#"<GPSummary xmlns="urn:hl7-org:v3"><recordTarget>{people}</recordTarget></GPSummary>"#)
                .as_bytes(),
        )
    };
    assert_eq!(of(&(patient("1980") + &patient("1980"))).people.len(), 1);
    assert_eq!(of(&(patient("1980") + &patient("1981"))).people.len(), 2);
    let many: String = (0..20_000).map(|n| patient(&n.to_string())).collect();
    // Were each compared with each, nobody would wait for this to end.
    assert!(of(&many).people.len() > 1);
}
