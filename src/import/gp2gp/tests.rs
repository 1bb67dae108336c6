#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::import;
use crate::record::{Polarity, Value};

fn file(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/uk/gp2gp").join(name);
    std::fs::read(path).unwrap()
}

fn open(bytes: &[u8]) -> Reading {
    let delivery = import::open(bytes, "", &mut |_| ControlFlow::Continue(())).unwrap();
    delivery.files.into_iter().next().unwrap().reading.unwrap()
}

/// Statements as one composition of an extract, with a directory of one doctor.
fn extract(statements: &str) -> Reading {
    let text = format!(
        r#"<EhrExtract xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><availabilityTime value="20240102"/>
        <recordTarget><patient><id root="2.16.840.1.113883.2.1.4.1" extension="9000000009"/></patient></recordTarget>
        <component><ehrFolder><responsibleParty><agentDirectory><part><Agent><id root="D1"/>
        <agentPerson><name><prefix>Dr</prefix><given>Ann</given><family>Lee</family></name></agentPerson></Agent></part></agentDirectory></responsibleParty>
        <component><ehrComposition><id root="C1"/><code code="25671000000102" codeSystem="2.16.840.1.113883.2.1.3.2.4.15" displayName="Surgery Consultation Note"/>
        <availabilityTime value="20240101"/><author><time value="20240102"/><agentRef><id root="D1"/></agentRef></author>
        {statements}</ehrComposition></component></ehrFolder></component></EhrExtract>"#
    );
    let reading = read(&text, Some(0), &mut |_| ControlFlow::Continue(())).unwrap();
    let ledger = &reading.ledger;
    assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, ledger.lines.iter().map(|l| l.count).sum::<u32>());
    reading
}

/// The entries but the visit, one line each: section, kind, title, date, standing, polarity, value, degraded.
fn lines(reading: &Reading) -> Vec<String> {
    let rest = reading.entries.iter().filter(|e| e.kind != Kind::Encounter);
    rest.map(|e| {
        let mut line = format!("{} {:?} {}", e.section.slug(), e.kind, e.title);
        if let Some(date) = &e.date {
            line.push_str(&format!(" @{}", date.text));
        }
        if let Some(end) = &e.end {
            line.push_str(&format!("–{}", end.text));
        }
        if e.status.standing != Standing::Unknown {
            line.push_str(&format!(" {:?}", e.status.standing));
        }
        if e.polarity != Polarity::Positive {
            line.push_str(&format!(" {:?}", e.polarity));
        }
        if let Some(value) = &e.value {
            line.push_str(&format!(" = {} {}", value.text(), value.unit()));
        }
        for part in &e.components {
            let value = part.value.as_ref().map(|v| format!("{} {}", v.text(), v.unit())).unwrap_or_default();
            line.push_str(&format!(" [{}: {value}]", part.title));
        }
        if e.degraded.is_some() {
            line.push_str(" degraded");
        }
        line
    })
    .collect()
}

fn check(statements: &str, expected: &[&str]) {
    assert_eq!(lines(&extract(&format!("<component>{statements}</component>"))), expected, "{statements}");
}

const SNOMED: &str = "codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"";

#[test]
fn a_finding_keeps_its_own_words_digits_range_and_flags() {
    let reading = extract(&format!(
        r#"<component><ObservationStatement><id root="A"/><code code="44J3.00" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="Serum creatinine">
        <originalText>Creatinine</originalText><translation code="1000731000000107" {SNOMED} displayName="Serum creatinine level"/></code>
        <statusCode code="COMPLETE"/><effectiveTime><center value="201503"/></effectiveTime><availabilityTime value="20150401"/>
        <value xsi:type="PQ" value="85.000" unit="umol/L"/>
        <interpretationCode code="HI" codeSystem="2.16.840.1.113883.2.1.6.5" displayName="Above high reference limit"/>
        <pertinentInformation><sequenceNumber value="+2"/><pertinentAnnotation><text>second</text></pertinentAnnotation></pertinentInformation>
        <pertinentInformation><sequenceNumber value="+1"/><pertinentAnnotation><text>first</text></pertinentAnnotation></pertinentInformation>
        <referenceRange><referenceInterpretationRange><value><low value="60"/><high value="110"/></value></referenceInterpretationRange></referenceRange>
        </ObservationStatement></component>"#
    ));
    assert_eq!(lines(&reading), ["results Observation Creatinine @201503 Final = 85.000 umol/L"]);
    let entry = &reading.entries[1];
    assert_eq!(entry.notes, ["first", "second"]);
    assert_eq!(entry.range, ["60–110"]);
    assert_eq!(entry.interpretation[0].label(), Some("Above high reference limit"));
    assert_eq!(entry.performer, ["Dr Ann Lee"]);
    assert_eq!(entry.concept.codings.len(), 2);
    assert!(entry.span.is_some());
}

#[test]
fn comparators_stand_before_the_number() {
    let with =
        |value: &str| format!(r#"<ObservationStatement><code displayName="CRP"/>{value}</ObservationStatement>"#);
    check(
        &with(r#"<value xsi:type="IVL_PQ"><high value="5" unit="mg/L" inclusive="false"/></value>"#),
        &["results Observation CRP = <5 mg/L"],
    );
    check(
        &with(r#"<value xsi:type="IVL_PQ"><low value="2.50" unit="g/L"/></value>"#),
        &["results Observation CRP = >=2.50 g/L"],
    );
    check(&with(r#"<value xsi:type="ST">Trace</value>"#), &["results Observation CRP = Trace "]);
}

#[test]
fn allergies_are_told_by_their_heading_or_their_own_code() {
    let under = |heading: &str, inner: &str| {
        format!(
            r#"<CompoundStatement classCode="CATEGORY"><code code="{heading}" codeSystem="2.16.840.1.113883.2.1.6.2"/>
            <component><ObservationStatement><code {inner}/><statusCode code="COMPLETE"/></ObservationStatement></component></CompoundStatement>"#
        )
    };
    let one = ["allergies AllergyIntolerance Egg allergy"];
    check(&under("SN53.00", "displayName=\"Egg allergy\""), &one);
    check(&under("14L..00", "displayName=\"Egg allergy\""), &one);
    check(&under("14L1.00", "displayName=\"Egg allergy\""), &["results Observation Egg allergy Final"]);
    check(
        &format!(
            r#"<ObservationStatement><code code="196461000000101" {SNOMED} displayName="Transfer-degraded drug allergy"><originalText>Penicillin rash</originalText></code></ObservationStatement>"#
        ),
        &["allergies AllergyIntolerance Penicillin rash degraded"],
    );
    check(
        r#"<ObservationStatement><code code="9bJ0.00" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="Transfer-degraded drug allergy"><originalText>Sulfa</originalText></code></ObservationStatement>"#,
        &["allergies AllergyIntolerance Sulfa degraded"],
    );
    check(
        r#"<ObservationStatement><code code="1151.00" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="No known allergies"/></ObservationStatement>"#,
        &["allergies AllergyIntolerance No known allergies NoneKnown"],
    );
}

#[test]
fn a_degraded_entry_keeps_its_own_words_and_its_section() {
    let degraded = |code: &str| {
        format!(
            r#"<code code="{code}" {SNOMED} displayName="Transfer-degraded entry"><originalText>Own words</originalText></code>"#
        )
    };
    check(
        &format!("<ObservationStatement>{}</ObservationStatement>", degraded("196411000000103")),
        &["findings Observation Own words degraded"],
    );
    check(
        &format!("<PlanStatement>{}</PlanStatement>", degraded("196451000000104")),
        &["plans ServiceRequest Own words degraded"],
    );
    check(
        &format!("<RequestStatement>{}</RequestStatement>", degraded("196431000000106")),
        &["plans ServiceRequest Own words degraded"],
    );
    check(
        &format!(
            "<MedicationStatement><consumable><manufacturedProduct><manufacturedMaterial>{}</manufacturedMaterial></manufacturedProduct></consumable></MedicationStatement>",
            degraded("196421000000109")
        ),
        &["medicines MedicationStatement Own words degraded"],
    );
}

#[test]
fn a_vaccination_is_told_by_the_chapter_of_its_read_code() {
    let coded = |code: &str| {
        format!(
            r#"<ObservationStatement><code code="{code}" codeSystem="2.16.840.1.113883.2.1.6.2" displayName="X"/><availabilityTime value="2010"/></ObservationStatement>"#
        )
    };
    check(&coded("65E..00"), &["vaccinations Immunization X @2010"]);
    check(&coded("65V1.00"), &["findings Observation X @2010"]);
    check(&coded("68NE.00"), &["findings Observation X @2010"]);
}

fn medicine(supplies: &str) -> String {
    format!(
        r#"<component><MedicationStatement moodCode="INT"><id root="M"/><statusCode code="COMPLETE"/><availabilityTime value="20200101"/>
        <consumable><manufacturedProduct><manufacturedMaterial><code code="1" {SNOMED} displayName="Amoxicillin 500mg capsules"/></manufacturedMaterial></manufacturedProduct></consumable>
        {supplies}<pertinentInformation><pertinentMedicationDosage><text>one 3 times a day</text></pertinentMedicationDosage></pertinentInformation></MedicationStatement></component>"#
    )
}

#[test]
fn one_medicine_is_its_authorisation_with_its_issues_and_its_end() {
    let authorise = r#"<component><ehrSupplyAuthorise><id root="P"/><code displayName="NHS prescription"/><statusCode code="ACTIVE"/><availabilityTime value="20200102"/><repeatNumber value="6"/>
        <quantity value="21" unit="1"><translation value="21"><originalText>capsule</originalText></translation></quantity></ehrSupplyAuthorise></component>"#;
    let issue = |id: &str, of: &str| {
        format!(
            r#"<component><ehrSupplyPrescribe><id root="{id}"/><statusCode code="COMPLETE"/><availabilityTime value="20200103"/><inFulfillmentOf><priorMedicationRef><id root="{of}"/></priorMedicationRef></inFulfillmentOf></ehrSupplyPrescribe></component>"#
        )
    };
    let reading =
        extract(&format!("{}{}{}", medicine(authorise), medicine(&issue("I1", "p")), medicine(&issue("I2", "P"))));
    let name = "Amoxicillin 500mg capsules";
    assert_eq!(
        lines(&reading),
        [
            format!("medicines MedicationStatement {name} @20200102 Active"),
            format!("medicines MedicationRequest {name} @20200102 Active"),
            format!("medicines MedicationRequest {name} @20200103 Ended"),
            format!("medicines MedicationRequest {name} @20200103 Ended"),
        ]
    );
    let statement = &reading.entries[1];
    assert_eq!(statement.dose, ["one 3 times a day"]);
    for (name, text) in
        [("quantity", "21 capsule"), ("numberOfRepeatsAllowed", "6"), ("prescriptionType", "Repeat"), ("issues", "2")]
    {
        assert_eq!(statement.detail(name), Some(text));
    }
    let plan = &reading.entries[2];
    assert_eq!(statement.links.iter().find(|l| l.role == "basedOn").map(|l| &l.to), Some(&plan.at));
    assert!(reading.entries[3].links.iter().any(|l| l.role == "basedOn" && l.to == plan.at));

    let end = r#"<component><ehrSupplyDiscontinue><id root="E"/><code nullFlavor="UNK"><originalText>Stopped</originalText></code><statusCode code="COMPLETE"/><availabilityTime value="20200110"/>
        <reversalOf><priorMedicationRef><id root="P"/></priorMedicationRef></reversalOf><pertinentInformation><pertinentSupplyAnnotation><text>Rash</text></pertinentSupplyAnnotation></pertinentInformation></ehrSupplyDiscontinue></component>"#;
    let reading = extract(&format!("{}{}", medicine(authorise), medicine(end)));
    assert_eq!(
        lines(&reading),
        [
            format!("medicines MedicationStatement {name} @20200102–20200110 Stopped"),
            format!("medicines MedicationRequest {name} @20200102–20200110 Stopped"),
        ]
    );
    let reasons: Vec<&str> =
        reading.entries[1].details.iter().filter(|d| d.name == "statusReason").map(|d| d.text.as_str()).collect();
    assert_eq!(reasons, ["Stopped", "Rash"]);

    // Without its authorisation the end of a medicine is a medicine that was stopped.
    let reading = extract(&medicine(end));
    assert_eq!(lines(&reading), [format!("medicines MedicationStatement {name} @20200101–20200110 Stopped")]);

    // Without its authorisation an issue is a medicine all the same.
    let reading = extract(&medicine(&issue("I1", "elsewhere")));
    assert_eq!(
        lines(&reading),
        [
            format!("medicines MedicationStatement {name} @20200101 Ended"),
            format!("medicines MedicationRequest {name} @20200103 Ended"),
        ]
    );
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::DanglingReference));
}

#[test]
fn several_authorisations_in_one_statement_are_several_medicines_each_at_its_own_place() {
    let authorise = |id: &str| {
        format!(
            r#"<component><ehrSupplyAuthorise><id root="{id}"/><statusCode code="ACTIVE"/></ehrSupplyAuthorise></component>"#
        )
    };
    let reading = extract(&medicine(&format!("{}{}", authorise("P"), authorise("Q"))));
    let mut places: Vec<&str> = reading.entries.iter().map(|e| e.at.as_str()).collect();
    assert_eq!(places.len(), 5);
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 5);
}

#[test]
fn a_problem_is_what_its_linkset_names() {
    let link = |status: &str, named: &str| {
        format!(
            r#"<component><LinkSet><id root="L"/><code code="{status}" {SNOMED} displayName="Status"><originalText>Status, Significant</originalText><qualifier><name displayName="Significant"/></qualifier></code>
            <effectiveTime><low value="2001"/><high value="2003"/></effectiveTime><conditionNamed><namedStatementRef><id root="{named}"/></namedStatementRef></conditionNamed></LinkSet></component>"#
        )
    };
    let asthma = r#"<component><ObservationStatement><id root="a"/><code displayName="Asthma"/><availabilityTime value="2001"/></ObservationStatement></component>"#;
    let of = |reading: &Reading| lines(reading).into_iter().filter(|l| l.starts_with("problems")).collect::<Vec<_>>();
    assert_eq!(
        of(&extract(&format!("{}{asthma}", link("394774009", "A")))),
        ["problems Condition Asthma @2001–2003 Active"]
    );
    assert_eq!(
        of(&extract(&format!("{asthma}{}", link("394775005", "A")))),
        ["problems Condition Asthma @2001–2003 Ended"]
    );
    assert_eq!(of(&extract(&format!("{asthma}{}", link("394776006", "A")))), ["problems Condition Asthma @2001–2003"]);
    let lost = extract(&link("394774009", "NOWHERE"));
    assert_eq!(of(&lost), ["problems Condition NOWHERE @2001–2003 Active"]);
    assert!(!lost.entries[1].named);
}

#[test]
fn systolic_and_diastolic_are_one_reading() {
    let part = |name: &str, value: &str| {
        format!(
            r#"<component><ObservationStatement><code displayName="{name}"/><value xsi:type="PQ" value="{value}" unit="mm[Hg]"/></ObservationStatement></component>"#
        )
    };
    let battery = |parts: &str| {
        format!(
            r#"<CompoundStatement classCode="BATTERY"><code displayName="Blood pressure"/><availabilityTime value="2020"/>{parts}</CompoundStatement>"#
        )
    };
    check(
        &battery(&format!(
            "{}{}<component><NarrativeStatement><text>sitting</text></NarrativeStatement></component>",
            part("Diastolic", "80"),
            part("Systolic", "120")
        )),
        &["vital-signs Observation Blood pressure @2020 [Systolic: 120 mm[Hg]] [Diastolic: 80 mm[Hg]]"],
    );
    check(
        &battery(&part("Systolic", "120")),
        &["results Observation Blood pressure @2020", "results Observation Systolic = 120 mm[Hg]"],
    );
}

#[test]
fn a_report_has_its_specimen_its_results_and_their_comments() {
    let comment = |kind: &str, words: &str| {
        format!(
            "<component><NarrativeStatement><text mediaType=\"text/x-h7uk-pmip\">CommentType:{kind}\nCommentDate:20030221\n\n{words}</text></NarrativeStatement></component>"
        )
    };
    let reading = extract(&format!(
        r#"<component><CompoundStatement classCode="CLUSTER"><id root="R"/><code code="16488004" {SNOMED} displayName="laboratory reporting"><originalText>Filed Report</originalText></code><statusCode code="COMPLETE"/><availabilityTime value="20030221"/>
        {}<component><CompoundStatement classCode="CLUSTER"><id root="S"/><code code="123038009" {SNOMED}/>
        <specimen><specimenRole><id root="2.16.840.1.113883.2.1.4.5.2" extension="CH1"/><effectiveTime><center value="20030109"/></effectiveTime><specimenSpecimenMaterial><desc>Blood</desc></specimenSpecimenMaterial></specimenRole></specimen>
        <component><CompoundStatement classCode="CLUSTER"><code displayName="Glucose"/><component><ObservationStatement><id root="G"/><code displayName="Glucose"/><value xsi:type="PQ" value="4.30" unit="mmol/L"/></ObservationStatement></component>{}</CompoundStatement></component>
        </CompoundStatement></component></CompoundStatement></component>"#,
        comment("LABORATORY RESULT COMMENT(E141)", "ON MEDICATION"),
        comment("AGGREGATE COMMENT SET", "Fasting"),
    ));
    assert_eq!(
        lines(&reading),
        [
            "results DiagnosticReport Filed Report @20030221 Final",
            "results Observation Glucose @20030109 = 4.30 mmol/L"
        ]
    );
    let (report, result) = (&reading.entries[1], &reading.entries[2]);
    assert_eq!(report.notes, ["LABORATORY RESULT COMMENT(E141) (20030221): ON MEDICATION"]);
    assert_eq!(report.detail("specimen"), Some("Blood · CH1"));
    assert_eq!(report.links.iter().find(|l| l.role == "result").map(|l| &l.to), Some(&result.at));
    assert_eq!(result.notes, ["20030221: Fasting"]);
    assert_eq!(result.detail("specimen"), Some("Blood"));
}

#[test]
fn what_the_patient_may_not_see_is_labelled_in_all_that_it_holds() {
    let label = "<confidentialityCode code=\"NOPAT\" codeSystem=\"2.16.840.1.113883.4.642.3.47\"/>";
    let reading = extract(&format!(
        r#"<component><CompoundStatement classCode="CATEGORY">{label}<component><ObservationStatement><id root="A"/><code displayName="X"/></ObservationStatement></component></CompoundStatement></component>
        <component><ObservationStatement><code displayName="Y"/></ObservationStatement></component>
        <component><LinkSet><code/><conditionNamed><namedStatementRef><id root="B"/></namedStatementRef></conditionNamed></LinkSet></component>
        <component><ObservationStatement><id root="B"/><code displayName="Z"/>{label}</ObservationStatement></component>"#
    ));
    let hidden: Vec<(&str, bool)> =
        reading.entries.iter().skip(1).map(|e| (e.title.as_str(), e.withheld_from_patient())).collect();
    assert_eq!(hidden, [("X", true), ("Y", false), ("Z", true), ("Z", true)]);
}

#[test]
fn a_document_elsewhere_is_said_to_be_elsewhere() {
    let reading = extract(
        r#"<component><NarrativeStatement><text>Letter from specialist</text><availabilityTime value="20200101"/><reference><referredToExternalDocument><code displayName="Record attachment"/>
        <text mediaType="application/pdf"><reference value="file://localhost/letter.pdf"/></text></referredToExternalDocument></reference></NarrativeStatement></component>
        <component><NarrativeStatement><reference><referredToExternalDocument><text mediaType="text/plain" representation="B64">aGVsbG8=</text></referredToExternalDocument></reference></NarrativeStatement></component>"#,
    );
    assert_eq!(
        lines(&reading)[0],
        "documents DocumentReference Letter from specialist @20200101 Ended".replace(" Ended", "")
    );
    let [away, here] = &reading.attachments[..] else { panic!() };
    assert_eq!(
        (away.hash, away.url.as_str(), away.content_type.as_str()),
        (None, "file://localhost/letter.pdf", "application/pdf")
    );
    assert_eq!((here.bytes, here.hash), (5, Some(crate::record::Hash::of(b"hello"))));
    assert_eq!(reading.issues.iter().filter(|i| i.code == IssueCode::AttachmentElsewhere).count(), 1);
}

#[test]
fn what_is_not_known_is_listed_and_nothing_else_is_lost() {
    let reading =
        extract("<component><FutureStatement><code/></FutureStatement></component><component><EhrEmpty/></component>");
    assert_eq!(reading.ledger.not_understood, 1);
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::UnknownType && i.found == "FutureStatement"));
    // The visit is kept: nothing was recorded at it.
    assert!(reading.entries.is_empty());
}

#[test]
fn fragments_stand_alone() {
    for (text, expected) in [
        (
            "<ehrComposition xmlns='urn:hl7-org:v3'><component><ObservationStatement><code displayName='X'/></ObservationStatement></component></ehrComposition>",
            2,
        ),
        ("<ObservationStatement xmlns='urn:hl7-org:v3'><code displayName='X'/></ObservationStatement>", 1),
        (
            "<s:Envelope xmlns:s='s'><s:Body><RCMR_IN030000UK07 xmlns='urn:hl7-org:v3'><ControlActEvent><subject><EhrExtract><component><ehrFolder><component><ehrComposition><component><NarrativeStatement><text>x</text></NarrativeStatement></component></ehrComposition></component></ehrFolder></component></EhrExtract></subject></ControlActEvent></RCMR_IN030000UK07></s:Body></s:Envelope>",
            2,
        ),
    ] {
        assert_eq!(open(text.as_bytes()).entries.len(), expected, "{text}");
    }
}

#[test]
fn times_that_are_none_are_told_and_unknown_ones_are_not_made_up() {
    let reading = extract(
        r#"<component><ObservationStatement><code displayName="X"/><effectiveTime><center nullFlavor="NI"/></effectiveTime><availabilityTime nullFlavor="UNK"/></ObservationStatement></component>
        <component><ObservationStatement><code displayName="Y"/><availabilityTime value="20201350"/></ObservationStatement></component>"#,
    );
    assert_eq!(lines(&reading), ["results Observation X", "results Observation Y @20201350"]);
    assert_eq!(reading.issues.iter().filter(|i| i.code == IssueCode::BadDate).count(), 1);
}

#[test]
fn what_a_sender_left_out_is_on_the_checklist_with_its_place() {
    let reading = extract(
        r#"<component><ObservationStatement><id root="A"/><code code="X"/><availabilityTime value="2020"/></ObservationStatement></component>
        <component><MedicationStatement><availabilityTime value="2020"/><Participant><agentRef><id root="D9"/></agentRef></Participant></MedicationStatement></component>"#,
    );
    let missed: Vec<(&str, &str)> = reading
        .conformance
        .iter()
        .filter(|c| !c.met)
        .map(|c| (c.check.as_str(), c.at.rsplit('/').next().unwrap()))
        .collect();
    assert_eq!(
        missed,
        [
            ("statement/id", "MedicationStatement"),
            ("statement/code has displayName or originalText", "ObservationStatement"),
            ("MedicationStatement/consumable has a code", "MedicationStatement"),
            ("agentRef/id is in agentDirectory", "agentRef"),
        ]
    );
    assert_eq!(reading.conformance.iter().filter(|c| c.met).count(), 4);
}

// ---- The pairs: the extract as a practice sent it, and what the national adaptor made of it ----

/// Title and standing of all entries of a kind, sorted.
fn said(reading: &Reading, kind: &Kind) -> Vec<(String, Standing)> {
    let mut found: Vec<(String, Standing)> =
        reading.entries.iter().filter(|e| e.kind == *kind).map(|e| (e.title.clone(), e.status.standing)).collect();
    found.sort();
    found
}

/// The extract and the bundle of its pair, and where they may differ: how many findings the bundle has more.
fn pair(name: &str, more: usize) {
    let (xml, json) = (open(&file(&format!("{name}.xml"))), open(&file(&format!("{name}-output.json"))));
    let titles = |r: &Reading, kind: &Kind| said(r, kind).into_iter().map(|(t, _)| t).collect::<Vec<_>>();
    for kind in [Kind::AllergyIntolerance, Kind::Condition, Kind::ServiceRequest, Kind::Encounter, Kind::Immunization] {
        assert_eq!(titles(&xml, &kind), titles(&json, &kind), "{name} {kind:?}");
    }
    // Medicines and their plans agree in name and in whether they are taken.
    for kind in [Kind::MedicationStatement, Kind::MedicationRequest] {
        assert_eq!(said(&xml, &kind), said(&json, &kind), "{name} {kind:?}");
    }
    // A blood pressure is one reading here and three there, its comment is a finding there.
    let count = |r: &Reading| r.entries.iter().filter(|e| e.kind == Kind::Observation).count();
    assert_eq!(count(&xml) + more, count(&json), "{name}");
    // Every number of the bundle is in the extract, digit by digit.
    let numbers = |r: &Reading| {
        let of = |v: &Value| format!("{} {}", v.text(), v.unit());
        let mut all: Vec<String> = r
            .entries
            .iter()
            .flat_map(|e| e.value.iter().chain(e.components.iter().filter_map(|c| c.value.as_ref())))
            .filter(|v| matches!(v, Value::Quantity(_)))
            .map(of)
            .map(|n| n.replace("centimeter", "cm").replace("kilogram", "kg"))
            .collect();
        all.sort();
        all
    };
    assert_eq!(numbers(&xml), numbers(&json), "{name}");
    // The adaptor marks as degraded what has no national code; the extract itself has every code that was sent.
    assert!(xml.entries.iter().all(|e| e.degraded.is_none()), "{name}");
    assert_eq!(xml.ledger.not_understood, 0);
}

#[test]
fn the_extracts_and_the_bundles_of_their_pairs_say_the_same() {
    pair("PWTP3", 0);
    pair("PWTP5", 5);
    pair("PWTP10", 2);
}

#[test]
fn every_statement_of_the_extracts_has_its_line_and_its_bytes() {
    for name in ["PWTP3", "PWTP5", "PWTP10"] {
        let bytes = file(&format!("{name}.xml"));
        let text = String::from_utf8(bytes.clone()).unwrap();
        let reading = open(&bytes);
        for element in STATEMENTS.iter().chain(&["ehrSupplyAuthorise", "ehrComposition", "Agent"]) {
            let written = [" ", ">"].iter().map(|end| text.matches(&format!("<{element}{end}")).count()).sum::<usize>();
            let told = reading.ledger.lines.iter().filter(|l| l.kind == *element).count();
            assert_eq!(told, written, "{name} {element}");
        }
        for entry in &reading.entries {
            let own = import::fragment(&bytes, entry).unwrap();
            assert!(own.starts_with('<') && own.ends_with('>'), "{name} {}", entry.at);
            let elsewhere = Entry { span: None, ..entry.clone() };
            assert_eq!(import::fragment(&bytes, &elsewhere), Some(own), "{name} {}", entry.at);
        }
    }
}

#[test]
fn aspirin_is_over_and_doxazosin_is_taken() {
    let reading = open(&file("PWTP10.xml"));
    assert_eq!(
        said(&reading, &Kind::MedicationStatement),
        [("Aspirin 75mg tablets".to_owned(), Standing::Ended), ("Doxazosin 4mg tablets".to_owned(), Standing::Active)]
    );
}

#[test]
fn damaged_extracts_are_read_or_refused_and_never_lose_a_line() {
    let whole = file("PWTP10.xml");
    let mut seed: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let words: [&[u8]; 8] = [
        b"<component>",
        b"</component>",
        b"nullFlavor",
        b"\"\"",
        b"<id root=\"P\"/>",
        b"BATTERY",
        b"<value/>",
        b"&#0;",
    ];
    let mut read = 0;
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(3) {
                0 => drop(bytes.drain(at..(at + next(2000)).min(bytes.len()))),
                1 => drop(bytes.splice(at..at, words[next(words.len())].iter().copied())),
                _ => bytes[at] = next(256) as u8,
            }
        }
        let Ok(delivery) = import::open(&bytes, "", &mut |_| ControlFlow::Continue(())) else { continue };
        for file in delivery.files {
            let Ok(reading) = file.reading else { continue };
            read += 1;
            let ledger = &reading.ledger;
            assert_eq!(
                ledger.shown + ledger.kept + ledger.not_understood,
                ledger.lines.iter().map(|l| l.count).sum::<u32>()
            );
        }
    }
    assert!(read > 20, "{read}");
}
