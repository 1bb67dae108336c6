use std::ops::ControlFlow;

use super::*;
use crate::import::{self, attachment, fragment as source_of};
use crate::record::{Kind, Outcome, Polarity, Standing, Value};

fn reading(xml: &str) -> Reading {
    read(xml, Some(0), &mut |_| ControlFlow::Continue(())).unwrap()
}

/// A section of this LOINC code around one entry.
fn section(loinc: &str, entry: &str) -> Reading {
    reading(&format!(
        "<section xmlns='urn:hl7-org:v3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\
         <code code='{loinc}' codeSystem='2.16.840.1.113883.6.1'/><title>T</title>\
         <text>Words <content ID='w1'>No known allergies</content> <content ID='w2'>One at night</content></text>\
         <entry>{entry}</entry></section>"
    ))
}

fn allergy(attributes: &str, value: &str, substance: &str) -> Reading {
    section(
        "48765-2",
        &format!(
            "<act classCode='ACT' moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.30'/><statusCode \
             code='active'/><entryRelationship typeCode='SUBJ'><observation classCode='OBS' moodCode='EVN' {attributes}>\
             <templateId root='2.16.840.1.113883.10.20.22.4.7'/><code code='ASSERTION' \
             codeSystem='2.16.840.1.113883.5.4'/><statusCode code='completed'/><value xsi:type='CD' {value}/>\
             <participant typeCode='CSM'><participantRole><playingEntity><code {substance}/></playingEntity>\
             </participantRole></participant></observation></entryRelationship></act>"
        ),
    )
}

const SNOMED: &str = "codeSystem='2.16.840.1.113883.6.96'";
const GENERAL: &str = "code='419199007' displayName='Allergy to substance' codeSystem='2.16.840.1.113883.6.96'";
const PEANUT: &str = "code='762952008' displayName='Peanut' codeSystem='2.16.840.1.113883.6.96'";

fn only(reading: &Reading) -> &Entry {
    assert_eq!(reading.entries.len(), 1, "{:#?}", reading.entries);
    &reading.entries[0]
}

#[test]
fn every_way_of_saying_no_to_an_allergy_keeps_its_own_meaning() {
    let check = |attributes: &str, value: &str, substance: &str, expected: (Polarity, &str)| {
        let found = allergy(attributes, value, substance);
        let entry = only(&found);
        assert_eq!((entry.polarity, entry.title.as_str()), expected, "{attributes} {value} {substance}");
    };
    check("", GENERAL, PEANUT, (Polarity::Positive, "Peanut"));
    check("negationInd='false'", GENERAL, PEANUT, (Polarity::Positive, "Peanut"));
    check("negationInd='true'", GENERAL, PEANUT, (Polarity::Negated, "Peanut"));
    check("negationInd='1'", GENERAL, PEANUT, (Polarity::Negated, "Peanut"));
    check("negationInd='true'", GENERAL, "nullFlavor='NA'", (Polarity::NoneKnown, "Allergy to substance"));
    check("nullFlavor='NI'", GENERAL, PEANUT, (Polarity::Unknown, "Peanut"));
    let none = format!("code='716186003' displayName='No known allergy' {SNOMED}");
    check("", &none, "nullFlavor='NA'", (Polarity::NoneKnown, "No known allergy"));
    check("", GENERAL, &none, (Polarity::NoneKnown, "No known allergy"));
    // Twice no: what is meant can't be known.
    check("negationInd='true'", &none, "nullFlavor='NA'", (Polarity::Unknown, "No known allergy"));
    check("", GENERAL, "nullFlavor='UNK'", (Polarity::Positive, "Allergy to substance"));
}

#[test]
fn a_statement_about_absence_is_titled_by_its_own_sentence() {
    let found = allergy("negationInd='true'", GENERAL, "nullFlavor='NA'");
    assert_eq!(only(&found).polarity, Polarity::NoneKnown);
    let xml = "<act classCode='ACT' moodCode='EVN'><code code='CONC'/><statusCode code='active'/><entryRelationship \
               typeCode='SUBJ'><observation classCode='OBS' moodCode='EVN' negationInd='true'><code code='ASSERTION'/>\
               <text><reference value='#w1'/></text><value xsi:type='CD' code='419199007' \
               codeSystem='2.16.840.1.113883.6.96'/></observation></entryRelationship></act>";
    let found = section("48765-2", xml);
    assert_eq!((only(&found).title.as_str(), only(&found).polarity), ("No known allergies", Polarity::NoneKnown));
}

#[test]
fn problems_medicines_vaccines_and_deeds_are_negated_each_in_its_own_sense() {
    let check = |loinc: &str, xml: &str, expected: (Polarity, &str)| {
        let found = section(loinc, xml);
        let entry = only(&found);
        assert_eq!((entry.polarity, entry.title.as_str()), expected, "{xml}");
    };
    let problem = |attributes: &str, value: &str| {
        format!(
            "<act classCode='ACT' moodCode='EVN'><code code='CONC'/><entryRelationship typeCode='SUBJ'><observation \
             classCode='OBS' moodCode='EVN' {attributes}><code code='ASSERTION'/><value xsi:type='CD' {value}/>\
             </observation></entryRelationship></act>"
        )
    };
    let diabetes = format!("code='44054006' displayName='Diabetes' {SNOMED}");
    check("11450-4", &problem("", &diabetes), (Polarity::Positive, "Diabetes"));
    check("11450-4", &problem("negationInd='true'", &diabetes), (Polarity::Negated, "Diabetes"));
    let general = format!("code='55607006' displayName='Problem' {SNOMED}");
    check("11450-4", &problem("negationInd='true'", &general), (Polarity::NoneKnown, "Problem"));
    let drug = |attributes: &str, code: &str| {
        format!(
            "<substanceAdministration classCode='SBADM' {attributes}><statusCode code='active'/><consumable>\
             <manufacturedProduct><manufacturedMaterial><code {code}/></manufacturedMaterial></manufacturedProduct>\
             </consumable></substanceAdministration>"
        )
    };
    let aspirin = "code='1' displayName='Aspirin'";
    check("10160-0", &drug("moodCode='EVN'", aspirin), (Polarity::Positive, "Aspirin"));
    check("10160-0", &drug("moodCode='EVN' negationInd='true'", aspirin), (Polarity::NotTaken, "Aspirin"));
    check("18776-5", &drug("moodCode='RQO' negationInd='true'", aspirin), (Polarity::DoNotPerform, "Aspirin"));
    let any =
        format!("nullFlavor='OTH'><translation code='410942007' displayName='Drug or medicament' {SNOMED}/></code><x");
    check("10160-0", &drug("moodCode='EVN' negationInd='true'", &any), (Polarity::NoneKnown, "Drug or medicament"));
    check(
        "11369-6",
        &drug("moodCode='EVN' negationInd='true'", "code='88' displayName='Flu'"),
        (Polarity::NotDone, "Flu"),
    );
    check(
        "11369-6",
        &drug("moodCode='EVN' nullFlavor='NI'", "code='88' displayName='Flu'"),
        (Polarity::Unknown, "Flu"),
    );
    let deed = |element: &str, attributes: &str| {
        format!("<{element} {attributes}><code code='1' displayName='X'/></{element}>")
    };
    check("47519-4", &deed("procedure", "moodCode='EVN' negationInd='true'"), (Polarity::NotDone, "X"));
    check("46240-8", &deed("encounter", "moodCode='EVN' negationInd='true'"), (Polarity::NotDone, "X"));
    check("18776-5", &deed("procedure", "moodCode='RQO' negationInd='true'"), (Polarity::DoNotPerform, "X"));
    check(
        "30954-2",
        "<observation moodCode='EVN' negationInd='true'><code code='1' displayName='X'/><value xsi:type='ST'>seen</value></observation>",
        (Polarity::Negated, "X"),
    );
    check(
        "30954-2",
        "<observation moodCode='EVN' negationInd='true'><code code='1' displayName='X'/></observation>",
        (Polarity::NotDone, "X"),
    );
}

#[test]
fn what_is_negated_inside_never_becomes_a_part_of_a_positive_whole() {
    let found = section(
        "30954-2",
        "<observation moodCode='EVN'><code code='1' displayName='Whole'/><entryRelationship typeCode='COMP'><observation \
         moodCode='EVN' negationInd='true'><code code='2' displayName='Part'/><value xsi:type='ST'>seen</value>\
         </observation></entryRelationship></observation>",
    );
    let parts: Vec<(&str, Polarity)> = found.entries.iter().map(|e| (e.title.as_str(), e.polarity)).collect();
    assert_eq!(parts, [("Part", Polarity::Negated), ("Whole", Polarity::Positive)]);
    assert!(found.entries.iter().all(|e| e.components.is_empty()));
}

#[test]
fn a_concern_and_its_ends_say_how_it_stands() {
    let check = |concern: &str, own: &str, time: &str, expected: Standing| {
        let found = section(
            "11450-4",
            &format!(
                "<act moodCode='EVN' classCode='ACT'><code code='CONC'/><statusCode code='{concern}'/><entryRelationship \
                 typeCode='SUBJ'><observation moodCode='EVN' classCode='OBS'><code code='ASSERTION'/><statusCode \
                 code='{own}'/><effectiveTime><low value='2001'/>{time}</effectiveTime><value xsi:type='CD' code='1' \
                 displayName='X'/></observation></entryRelationship></act>"
            ),
        );
        assert_eq!(only(&found).status.standing, expected, "{concern} {own} {time}");
    };
    check("active", "completed", "", Standing::Active);
    check("active", "completed", "<high value='2002'/>", Standing::Ended);
    check("active", "completed", "<high nullFlavor='UNK'/>", Standing::Unknown);
    check("completed", "completed", "", Standing::Ended);
    check("suspended", "completed", "", Standing::OnHold);
    check("aborted", "completed", "", Standing::Stopped);
    check("active", "nullified", "", Standing::EnteredInError);
    check("nullified", "completed", "", Standing::EnteredInError);
    check("", "completed", "", Standing::Unknown);
}

#[test]
fn a_medicine_that_is_only_completed_is_neither_current_nor_over() {
    let check = |status: &str, time: &str, expected: Standing| {
        let found = section(
            "10160-0",
            &format!(
                "<substanceAdministration moodCode='EVN'><statusCode code='{status}'/><effectiveTime xsi:type='IVL_TS' \
                 {time}</effectiveTime><consumable><manufacturedProduct><manufacturedMaterial><code code='1' \
                 displayName='Aspirin'/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
            ),
        );
        assert_eq!(only(&found).status.standing, expected, "{status} {time}");
    };
    check("active", "><low value='2001'/>", Standing::Active);
    check("completed", "><low value='2001'/>", Standing::Unknown);
    check("completed", "><low value='2001'/><high nullFlavor='UNK'/>", Standing::Unknown);
    check("completed", "><low value='2001'/><high value='2002'/>", Standing::Ended);
    check("completed", "value='2001'>", Standing::Ended);
    check("aborted", "><low value='2001'/>", Standing::Stopped);
    check("suspended", "><low value='2001'/>", Standing::OnHold);
    check("nullified", "><low value='2001'/>", Standing::EnteredInError);
}

#[test]
fn the_free_text_of_how_to_take_it_leads_and_its_parts_stand_beside() {
    let found = section(
        "10160-0",
        "<substanceAdministration moodCode='INT'><text><reference value='#w2'/></text><statusCode code='active'/>\
         <effectiveTime xsi:type='IVL_TS'><low value='20200101'/></effectiveTime><effectiveTime xsi:type='PIVL_TS' \
         operator='A'><period value='8' unit='h'/></effectiveTime><routeCode code='1' displayName='Oral'/><doseQuantity \
         value='0.50' unit='mg'/><consumable><manufacturedProduct><manufacturedMaterial><code code='1' \
         displayName='Zopiclone'/></manufacturedMaterial></manufacturedProduct></consumable><precondition><criterion>\
         <value xsi:type='CD' code='1' displayName='insomnia'/></criterion></precondition></substanceAdministration>",
    );
    let entry = only(&found);
    assert_eq!(entry.dose, ["One at night", "0.50 mg · 1 × / 8 h · PRN"]);
    assert_eq!((entry.detail("route"), entry.detail("asNeeded")), (Some("Oral"), Some("insomnia")));
    assert_eq!(entry.kind, Kind::MedicationStatement);
    let dose = |amount: &str| {
        let found = section(
            "10160-0",
            &format!(
                "<substanceAdministration moodCode='INT'><effectiveTime xsi:type='PIVL_TS'><period value='8' unit='h'/>\
                 </effectiveTime><doseQuantity {amount}/><consumable><manufacturedProduct><manufacturedMaterial><code \
                 code='1' displayName='Aspirin 75 mg tablet'/></manufacturedMaterial></manufacturedProduct></consumable>\
                 </substanceAdministration>"
            ),
        );
        only(&found).dose.join(";")
    };
    assert_eq!(dose("value='150' unit='mg'"), "150 mg · 1 × / 8 h");
    // "2 · 1 ×" would be read as two times one.
    assert_eq!(dose("value='2'"), "2 × Aspirin 75 mg tablet · 1 × / 8 h");
    assert_eq!(dose("value='2' unit='1'"), "2 × Aspirin 75 mg tablet · 1 × / 8 h");
}

#[test]
fn a_reference_to_another_row_never_renames_a_substance() {
    let found = section(
        "48765-2",
        "<observation moodCode='EVN' classCode='OBS'><templateId root='2.16.840.1.113883.10.20.22.4.7'/><code \
         code='ASSERTION'/><participant typeCode='CSM'><participantRole><playingEntity><code code='7980' \
         displayName='Penicillin'><originalText><reference value='#w2'/></originalText></code></playingEntity>\
         </participantRole></participant></observation>",
    );
    assert_eq!(only(&found).title, "Penicillin");
    assert_eq!(only(&found).detail("originalText"), Some("One at night"));
}

#[test]
fn reactions_and_their_severity_belong_to_the_allergy() {
    let found = section(
        "48765-2",
        "<act moodCode='EVN'><code code='CONC'/><statusCode code='active'/><entryRelationship typeCode='SUBJ'>\
         <observation moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.7'/><code code='ASSERTION'/>\
         <participant typeCode='CSM'><participantRole><playingEntity><code code='1' displayName='Latex'/></playingEntity>\
         </participantRole></participant><entryRelationship typeCode='MFST' inversionInd='true'><observation \
         moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.9'/><code code='ASSERTION'/><value xsi:type='CD' \
         code='1' displayName='Hives'/><entryRelationship typeCode='SUBJ' inversionInd='true'><observation \
         moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.8'/><code code='SEV'/><value xsi:type='CD' code='6736007' \
         displayName='Moderate'/></observation></entryRelationship></observation></entryRelationship><entryRelationship \
         typeCode='SUBJ'><observation moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.145'/><code \
         code='82606-5'/><value xsi:type='CD' code='CRITH' displayName='High criticality'/></observation>\
         </entryRelationship></observation></entryRelationship></act>",
    );
    let entry = only(&found);
    assert_eq!(entry.reactions.len(), 1);
    assert_eq!(entry.reactions[0].manifestations[0].label(), Some("Hives"));
    assert_eq!(entry.reactions[0].severity, "Moderate");
    assert_eq!(entry.detail("criticality"), Some("High criticality"));
    assert!(found.ledger.lines.iter().all(|l| l.outcome == Outcome::Shown), "{:#?}", found.ledger);
}

#[test]
fn findings_of_a_relative_are_never_the_patients() {
    let found = section(
        "10157-6",
        "<organizer classCode='CLUSTER' moodCode='EVN'><subject><relatedSubject classCode='PRS'><code code='FTH' \
         displayName='Father'/></relatedSubject></subject><component><observation moodCode='EVN'><code \
         code='64572001'/><value xsi:type='CD' code='22298006' displayName='Heart attack'/></observation></component>\
         </organizer>",
    );
    let entry = only(&found);
    assert_eq!((entry.section, &entry.kind), (Section::FamilyHistory, &Kind::FamilyMemberHistory));
    assert_eq!((entry.title.as_str(), entry.detail("relationship")), ("Heart attack", Some("Father")));
}

#[test]
fn a_statement_about_somebody_else_says_so() {
    let found = section(
        "30954-2",
        "<observation moodCode='EVN'><code code='1' displayName='Weight'/><value xsi:type='PQ' value='3' unit='kg'/><subject>\
         <relatedSubject><code code='CHILD' displayName='Newborn'/></relatedSubject></subject></observation>",
    );
    let said = found.issues.iter().find(|i| i.code == IssueCode::OtherSubject).unwrap();
    assert_eq!((said.at.as_str(), said.found.as_str()), (only(&found).at.as_str(), "Newborn"));
}

#[test]
fn the_kinds_of_nothing_stay_apart() {
    let check = |xml: &str, expected: &[(Section, Nothing, &str)]| {
        let found = reading(xml);
        let says: Vec<(Section, Nothing, &str)> =
            found.says.iter().map(|s| (s.section, s.nothing, s.text.as_str())).collect();
        assert_eq!(says, expected, "{xml}");
    };
    let code = "<code code='48765-2' codeSystem='2.16.840.1.113883.6.1'/>";
    let allergies = Section::Allergies;
    check(
        &format!("<section nullFlavor='NI'>{code}<text>No Information</text></section>"),
        &[(allergies, Nothing::Unavailable, "No Information")],
    );
    check(
        &format!("<section>{code}<text>Penicillin<br/>Nuts</text></section>"),
        &[(allergies, Nothing::NarrativeOnly, "Penicillin\nNuts")],
    );
    check(&format!("<section>{code}</section>"), &[(allergies, Nothing::EmptySection, "")]);
    // Another substance with the same reaction is not told by the entry that has it.
    check(
        &format!(
            "<section>{code}<text><table><tbody><tr><td>Peanut</td><td>Hives</td></tr><tr><td>Latex</td><td>Hives</td></tr>\
             </tbody></table></text><entry><observation classCode='OBS' moodCode='EVN'>{GENERAL}\
             <participant typeCode='CSM'><participantRole><playingEntity><code {PEANUT}/></playingEntity></participantRole></participant>\
             <entryRelationship typeCode='MFST' inversionInd='true'><observation classCode='OBS' moodCode='EVN'>\
             <code code='ASSERTION' codeSystem='2.16.840.1.113883.5.4'/><value xsi:type='CD' displayName='Hives'/></observation>\
             </entryRelationship></observation></entry></section>"
        ),
        &[(allergies, Nothing::NarrativeOnly, "Latex | Hives")],
    );
    check(
        &format!("<section>{code}<text>x</text><entry><banana code='1'/></entry></section>"),
        &[(allergies, Nothing::NotUnderstood, ""), (allergies, Nothing::NarrativeOnly, "x")],
    );
    check(
        "<section><templateId root='2.16.840.1.113883.10.20.22.2.6.1'/></section>",
        &[(allergies, Nothing::EmptySection, "")],
    );
}

#[test]
fn free_text_sections_and_unknown_statements_are_shown_in_their_own_words() {
    let found = reading(
        "<section><code code='8648-8' codeSystem='2.16.840.1.113883.6.1'/><title>HOSPITAL COURSE</title><text>He slept well.</text></section>",
    );
    let entry = only(&found);
    assert_eq!((entry.title.as_str(), entry.notes.as_slice()), ("HOSPITAL COURSE", &["He slept well.".to_owned()][..]));
    let found = section(
        "30954-2",
        "<act moodCode='EVN'><templateId root='9.9.9'/><code code='1' displayName='Odd thing'/></act>",
    );
    assert_eq!(only(&found).title, "Odd thing");
    let found =
        section("30954-2", "<observation moodCode='DEF'><code code='1' displayName='A definition'/></observation>");
    assert!(found.entries.is_empty());
    assert_eq!(found.ledger.not_understood, 1);
}

#[test]
fn who_pays_is_kept() {
    let found = section(
        "48768-6",
        "<act moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.60'/><code code='1' displayName='Insurer'/></act>",
    );
    assert!(found.entries.is_empty());
    assert_eq!((found.ledger.kept, found.ledger.shown, found.ledger.not_understood), (2, 0, 0));
}

#[test]
fn parts_without_a_root_and_undeclared_prefixes_are_read_and_found_again() {
    let xml = "<?xml version=\"1.0\"?>\n<!-- two -->\n<section><code code='48765-2'/><text>A</text></section>\n\
               <section><code code='30954-2'/><entry><observation moodCode='EVN'><code code='1' displayName='X'/><value \
               xsi:type='PQ' value='5.0' unit='g'/><x:y/></observation></entry></section>";
    let delivery = import::open(xml.as_bytes(), "", &mut |_| ControlFlow::Continue(())).unwrap();
    let found = delivery.files[0].reading.clone().unwrap();
    // What the first gives as text alone is an entry, too.
    let [entry, words] = &found.entries[..] else { panic!("{:#?}", found.entries) };
    assert_eq!((words.title.as_str(), words.words_only()), ("A", true));
    assert_eq!(entry.at, "/section[2]/entry/observation");
    assert_eq!(
        entry.value,
        Some(Value::Quantity(crate::record::Quantity {
            value: "5.0".into(),
            comparator: "".into(),
            unit: "g".into(),
            system: "http://unitsofmeasure.org".into(),
            code: "g".into()
        }))
    );
    let source = source_of(xml.as_bytes(), entry).unwrap();
    assert!(source.starts_with("<observation") && source.ends_with("</observation>"), "{source}");
    let spanless = Entry { span: None, ..entry.clone() };
    assert_eq!(source_of(xml.as_bytes(), &spanless), Some(source));
}

#[test]
fn a_scan_in_a_document_decodes_byte_for_byte() {
    let xml = "<ClinicalDocument xmlns='urn:hl7-org:v3'><templateId root='2.16.840.1.113883.10.20.22.1.10'/><title>A letter</title>\
               <recordTarget><patientRole><id root='2.16.840.1.113883.2.1.4.1' extension='9434765919'/><patient><name><given>\
               Ann</given><family>Lee</family></name><birthTime value='19610409'/></patient></patientRole></recordTarget>\
               <component><nonXMLBody><text mediaType='application/pdf' representation='B64'>\n JVBE Ri0x\nLjQ= </text>\
               </nonXMLBody></component></ClinicalDocument>";
    let found = reading(xml);
    let scan = &found.attachments[0];
    assert_eq!(
        (scan.bytes, scan.content_type.as_str(), only(&found).title.as_str()),
        (8, "application/pdf", "A letter")
    );
    assert_eq!(attachment(xml.as_bytes(), scan).unwrap(), b"%PDF-1.4");
    assert_eq!(found.people[0].nhs_number().map(|n| n.valid), Some(true));
    assert_eq!((found.people[0].name.as_str(), found.people[0].family.as_str()), ("Ann Lee", "Lee"));
    assert_eq!(found.format, "C-CDA");
}

#[test]
fn packed_content_of_an_envelope_is_a_document() {
    let xml = "<itk:DistributionEnvelope xmlns:itk='urn:nhs-itk:ns:201005'><itk:header><itk:manifest><itk:manifestitem id='u1' \
               mimetype='text/plain'/></itk:manifest></itk:header><itk:payloads><itk:payload id='u1' base64='true'>aGVsbG8=\
               </itk:payload></itk:payloads></itk:DistributionEnvelope>";
    let delivery = import::open(xml.as_bytes(), "", &mut |_| ControlFlow::Continue(())).unwrap();
    let found = delivery.files[0].reading.clone().unwrap();
    assert_eq!(attachment(xml.as_bytes(), &found.attachments[0]).unwrap(), b"hello");
    assert_eq!(found.ledger.lines.len(), 2);
}

#[test]
fn two_patients_in_one_file_are_two_people() {
    let target = |n: &str| {
        format!("<recordTarget><patientRole><patient><name>{n}</name></patient></patientRole></recordTarget>")
    };
    let document = |who: &str| {
        format!("<ClinicalDocument>{}<component><structuredBody/></component></ClinicalDocument>", target(who))
    };
    let people = |xml: &str| reading(xml).people.len();
    assert_eq!(people(&format!("<e>{}{}</e>", document("Ann Lee"), document("Bob Lee"))), 2);
    assert_eq!(people(&format!("<e>{}{}</e>", document("Ann Lee"), document("Ann Lee"))), 1);
    assert_eq!(people(&format!("<ClinicalDocument>{}{}</ClinicalDocument>", target("Ann Lee"), target("Bob Lee"))), 2);
}

#[test]
fn depth_and_number_are_borne() {
    // As deep as XML may be here: organizers in organizers.
    let (open, close) = ("<organizer moodCode='EVN'><component>", "</component></organizer>");
    let deep = format!("<section><entry>{}{}</entry></section>", open.repeat(60), close.repeat(60));
    let found = reading(&deep);
    assert_eq!(found.ledger.lines.len(), 61);
    // Many references to one long text, and many identifiers of one name.
    let words = format!("<content ID='a'>{}</content>", "word ".repeat(600));
    let many = "<entry><observation moodCode='EVN'><code code='1' displayName='X'/><text><reference value='#a'/></text></observation></entry>";
    let found = reading(&format!("<section><text>{words}</text>{}</section>", many.repeat(5_000)));
    assert_eq!(found.entries.len(), 5_000);
    let twice = "<content ID='b'>x</content>".repeat(20_000);
    reading(&format!("<section><text>{twice}</text>{}</section>", many.replace("#a", "#b").repeat(5_000)));
}

/// The pieces of a text, counted by another way than the reader's: over its tags.
fn pieces(xml: &str) -> usize {
    const NAMES: [&str; 12] = [
        "act",
        "observation",
        "organizer",
        "substanceAdministration",
        "supply",
        "procedure",
        "encounter",
        "observationMedia",
        "regionOfInterest",
        "section",
        "nonXMLBody",
        "ClinicalDocument",
    ];
    xml.split('<')
        .skip(1)
        .filter(|tag| {
            let name = tag.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
            NAMES.contains(&name.rsplit(':').next().unwrap_or_default())
        })
        .count()
}

#[test]
fn each_piece_has_one_line() {
    let strip = |xml: &str| {
        let mut out = String::new();
        let mut rest = xml;
        while let Some((before, after)) = rest.split_once("<!--") {
            out.push_str(before);
            rest = after.split_once("-->").unwrap().1;
        }
        out + rest
    };
    for path in ["cda/Discharge_Summary.ccda", "cda/sections/Drug Mixture (C-CDAR2.1).xml"] {
        let xml =
            std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path))
                .unwrap();
        let found = reading(&xml);
        let header = found.ledger.lines.iter().filter(|l| header::PARTICIPATIONS.contains(&l.kind.as_str())).count();
        assert_eq!(found.ledger.lines.len() - header, pieces(&strip(&xml)), "{path}");
        let ledger = &found.ledger;
        assert_eq!((ledger.shown + ledger.kept + ledger.not_understood) as usize, ledger.lines.len());
        let places: std::collections::HashSet<&str> = ledger.lines.iter().map(|l| l.at.as_str()).collect();
        assert_eq!(places.len(), ledger.lines.len(), "{path}: each place once");
        // What an entry says stands where it says so.
        for entry in &found.entries {
            assert!(locate(&xml, &entry.at).is_some(), "{}", entry.at);
        }
    }
}

#[test]
fn a_problem_of_a_visit_does_not_begin_with_the_visit() {
    let found = section(
        "46240-8",
        "<encounter moodCode='EVN'><code code='1' displayName='Visit'/><effectiveTime value='20200101'/><entryRelationship \
         typeCode='SUBJ'><act moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.80'/><code code='29308-4' \
         displayName='Diagnosis'/><entryRelationship typeCode='SUBJ'><observation moodCode='EVN'><templateId \
         root='2.16.840.1.113883.10.20.22.4.4'/><code code='282291009'/><value xsi:type='CD' code='1' displayName='Cough'/>\
         </observation></entryRelationship></act></entryRelationship></encounter>",
    );
    let cough = found.entries.iter().find(|e| e.title == "Cough").unwrap();
    assert_eq!((&cough.kind, &cough.date, cough.detail("type")), (&Kind::Condition, &None, Some("Diagnosis")));
    let visit = found.entries.iter().find(|e| e.kind == Kind::Encounter).unwrap();
    assert_eq!(visit.links[0].to, cough.at);
}

#[test]
fn a_long_note_is_shown_whole_and_a_packed_one_is_a_document() {
    let words = "He slept well. ".repeat(1_000);
    let note = |text: &str| {
        reading(&format!(
            "<section><text><content ID='n'>{words}</content></text><entry><act moodCode='EVN'><templateId \
             root='2.16.840.1.113883.10.20.22.4.202'/><code code='34109-9' displayName='Note'><translation code='18842-5' \
             displayName='Discharge summary'/></code>{text}</act></entry></section>"
        ))
    };
    let found = note("<text><reference value='#n'/></text>");
    assert_eq!(
        (only(&found).title.as_str(), only(&found).notes.as_slice()),
        ("Discharge summary", &[words.trim().to_owned()][..])
    );
    let found = note("<text mediaType='text/rtf' representation='B64'>e1xydGYxfQ==</text>");
    assert_eq!((found.attachments.len(), only(&found).attachments.len(), found.attachments[0].bytes), (1, 1, 7));
    assert!(only(&found).notes.is_empty());
}

#[test]
fn a_booked_visit_that_holds_itself_is_one_booked_visit() {
    let found = section(
        "18776-5",
        "<encounter classCode='ENC' moodCode='ARQ'><id root='1.2' extension='7'/><entryRelationship typeCode='REFR'><encounter \
         classCode='ENC' moodCode='EVN'><id root='1.2' extension='7'/><code code='1' displayName='Breathing test'/>\
         <effectiveTime value='20130201'/></encounter></entryRelationship></encounter>",
    );
    let entry = only(&found);
    assert_eq!(
        (entry.title.as_str(), &entry.kind, entry.status.standing),
        ("Breathing test", &Kind::Appointment, Standing::Planned)
    );
    assert_eq!((found.ledger.shown, found.ledger.not_understood), (3, 0));
}

#[test]
fn active_narrative_is_told_and_only_its_words_are_shown() {
    let of = |text: &str| reading(&format!("<section><title>T</title><text>{text}</text></section>"));
    for text in
        ["a<script>alert(1)</script>", "<table onmouseover='x'/>a", "<linkHtml href=' JavaScript:x'>a</linkHtml>"]
    {
        let found = of(text);
        assert!(found.issues.iter().any(|i| i.code == IssueCode::UnsafeNarrative), "{text}");
        assert_eq!(only(&found).notes, ["a"], "{text}");
    }
    assert!(of("<linkHtml href='https://x'>a</linkHtml>").issues.iter().all(|i| i.code != IssueCode::UnsafeNarrative));
}

#[test]
fn words_that_say_that_nothing_is_known_are_no_allergen() {
    let check = |attributes: &str, words: &str, expected: Polarity| {
        let entry = format!(
            "<act classCode='ACT' moodCode='EVN'><code code='CONC'/><statusCode code='active'/><entryRelationship \
             typeCode='SUBJ'><observation classCode='OBS' moodCode='EVN' {attributes}><templateId \
             root='2.16.840.1.113883.10.20.22.4.7'/><code code='ASSERTION'/><value xsi:type='CD' {GENERAL}/><participant \
             typeCode='CSM'><participantRole><playingEntity><code nullFlavor='NA'><originalText>{words}</originalText>\
             </code></playingEntity></participantRole></participant></observation></entryRelationship></act>"
        );
        assert_eq!(only(&section("48765-2", &entry)).polarity, expected, "{attributes} {words}");
    };
    const NOT: &str = "negationInd='true'";
    check("", "Not on File", Polarity::Unknown);
    check(NOT, "Not on File", Polarity::Unknown);
    check("", "NKDA (No known drug allergies)", Polarity::NoneKnown);
    check(NOT, "No Known Allergies (NKA)", Polarity::NoneKnown);
    check(NOT, "Strawberries", Polarity::Negated);
    check("", "Strawberries", Polarity::Positive);
}

#[test]
fn every_substance_of_one_statement_is_an_allergy_to_be_seen() {
    let two = "displayName='Peanut'/></playingEntity></participantRole></participant><participant typeCode='CSM'>\
               <participantRole><playingEntity><code code='7980' displayName='Penicillin'";
    let found = allergy("", GENERAL, two);
    let seen: Vec<_> = found.entries.iter().map(|e| (e.title.as_str(), e.polarity)).collect();
    assert_eq!(seen, [("Peanut", Polarity::Positive), ("Penicillin", Polarity::Positive)]);
    assert_ne!(found.entries[0].at, found.entries[1].at);
}

/// A document of this day around one medicine.
fn medicine_of(written: &str, status: &str, end: &str) -> Standing {
    let xml = format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><effectiveTime \
         value='{written}'/><component><structuredBody><component><section><code code='10160-0'/><entry>\
         <substanceAdministration classCode='SBADM' moodCode='EVN'><templateId \
         root='2.16.840.1.113883.10.20.22.4.16'/><statusCode code='{status}'/><effectiveTime xsi:type='IVL_TS'><low \
         value='20230101'/><high value='{end}'/></effectiveTime><consumable><manufacturedProduct><manufacturedMaterial>\
         <code code='1191' displayName='Aspirin'/></manufacturedMaterial></manufacturedProduct></consumable>\
         </substanceAdministration></entry></section></component></structuredBody></component></ClinicalDocument>"
    );
    only(&reading(&xml)).status.standing
}

#[test]
fn an_end_that_was_still_to_come_ends_nothing() {
    assert_eq!(medicine_of("20240601", "completed", "20231231"), Standing::Ended);
    assert_eq!(medicine_of("20240601", "completed", "20251231"), Standing::Unknown);
    assert_eq!(medicine_of("20240601", "active", "20251231"), Standing::Active);
}

#[test]
fn what_was_planned_proposed_or_called_off_was_not_given() {
    let check = |mood: &str, status: &str, expected: (Polarity, Standing)| {
        let entry = format!(
            "<substanceAdministration classCode='SBADM' moodCode='{mood}'><statusCode code='{status}'/><consumable>\
             <manufacturedProduct><manufacturedMaterial><code code='03' displayName='MMR'/></manufacturedMaterial>\
             </manufacturedProduct></consumable></substanceAdministration>"
        );
        let found = section("11369-6", &entry);
        assert_eq!((only(&found).polarity, only(&found).status.standing), expected, "{mood} {status}");
    };
    check("EVN", "completed", (Polarity::Positive, Standing::Ended));
    check("INT", "completed", (Polarity::Positive, Standing::Planned));
    check("EVN", "cancelled", (Polarity::NotDone, Standing::Stopped));
    let proposed = "<substanceAdministration classCode='SBADM' moodCode='PRP'><statusCode code='active'/><consumable>\
                    <manufacturedProduct><manufacturedMaterial><code code='1191' displayName='Aspirin'/>\
                    </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>";
    assert_eq!(only(&section("10160-0", proposed)).kind, Kind::MedicationRequest);
}

/// A penicillin allergy that holds one more statement.
fn with_part(template: &str, code: &str, inside: &str) -> Reading {
    let part = format!(
        "code='7980' displayName='Penicillin'/></playingEntity></participantRole></participant><entryRelationship \
         typeCode='MFST' inversionInd='true'><observation classCode='OBS' moodCode='EVN'><templateId \
         root='2.16.840.1.113883.10.20.22.4.{template}'/><code code='{code}'/>{inside}</observation>\
         </entryRelationship><participant typeCode='LOC'><participantRole><playingEntity><code code='x'"
    );
    allergy("", GENERAL, &part)
}

#[test]
fn a_part_of_which_nothing_is_known_is_no_finding_and_changes_nothing() {
    let null = "<value xsi:type='CD' nullFlavor='UNK'/>";
    for (template, code) in [("9", "ASSERTION"), ("28", "33999-4"), ("145", "82606-5"), ("8", "SEV")] {
        let found = with_part(template, code, null);
        let entry = only(&found);
        assert_eq!((entry.status.standing, entry.status.text.as_str()), (Standing::Active, "active"), "{template}");
        assert!(
            entry.reactions.is_empty() && entry.detail("severity").is_none() && entry.detail("criticality").is_none()
        );
    }
    // How severe it was stays, though nobody wrote down what happened.
    let severe = "<value xsi:type='CD' nullFlavor='UNK'/><entryRelationship typeCode='SUBJ'><observation classCode='OBS' \
                  moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.8'/><code code='SEV'/><value xsi:type='CD' \
                  code='24484000' displayName='Severe'/></observation></entryRelationship>";
    let found = with_part("9", "ASSERTION", severe);
    let [reaction] = only(&found).reactions.as_slice() else { panic!("{:#?}", found.entries) };
    assert_eq!((reaction.severity.as_str(), reaction.manifestations.len()), ("Severe", 0));
}

#[test]
fn an_allergen_that_stands_in_words_alone_is_in_the_title() {
    let entry = "<observation classCode='OBS' moodCode='EVN'><code code='ASSERTION'/><text>Penicillin</text><value \
                 xsi:type='CD' code='416098002' displayName='Drug allergy' codeSystem='2.16.840.1.113883.6.96'/></observation>";
    assert_eq!(only(&section("48765-2", entry)).title, "Drug allergy: Penicillin");
}

#[test]
fn a_section_that_only_its_title_names_is_in_its_place() {
    let check = |head: &str, expected: Option<Section>| {
        let found = reading(&format!("<section xmlns='urn:hl7-org:v3'>{head}<text>Penicillin</text></section>"));
        assert_eq!(found.says.first().map(|s| s.section), expected, "{head}");
    };
    check("<title>Allergies</title>", Some(Section::Allergies));
    check("<code code='X1' codeSystem='1.2.3'/><title>Known  Allergies:</title>", Some(Section::Allergies));
    check(
        "<code code='10160-0' codeSystem='2.16.840.1.113883.6.1'/><title>Allergies</title>",
        Some(Section::Medications),
    );
    check("<title>Allergies of the family</title>", None);
}

#[test]
fn an_entry_that_says_that_it_is_empty_is_not_missed() {
    let found = reading(
        "<section xmlns='urn:hl7-org:v3'><code code='10160-0' codeSystem='2.16.840.1.113883.6.1'/><text>No \
         medications</text><entry nullFlavor='NI'/></section>",
    );
    assert_eq!((found.ledger.not_understood, found.says.len()), (0, 1));
    assert_eq!(found.says[0].nothing, Nothing::NarrativeOnly);
}

#[test]
fn a_row_of_which_no_entry_speaks_is_said_in_its_own_words() {
    let check = |loinc: &str, text: &str, expected: &[&str]| {
        let found = reading(&format!(
            "<section xmlns='urn:hl7-org:v3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><code code='{loinc}' \
             codeSystem='2.16.840.1.113883.6.1'/><text>{text}</text><entry><act classCode='ACT' moodCode='EVN'>\
             <templateId root='2.16.840.1.113883.10.20.22.4.30'/><statusCode code='active'/><entryRelationship \
             typeCode='SUBJ'><observation classCode='OBS' moodCode='EVN'><templateId \
             root='2.16.840.1.113883.10.20.22.4.7'/><code code='ASSERTION'/><text><reference value='#r2'/></text>\
             <statusCode code='completed'/><value xsi:type='CD' {GENERAL}/><participant typeCode='CSM'><participantRole>\
             <playingEntity><code {PEANUT}/></playingEntity></participantRole></participant></observation>\
             </entryRelationship></act></entry></section>"
        ));
        let said: Vec<&str> = found.says.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(said, expected, "{text}");
        assert!(found.says.iter().all(|s| s.nothing == Nothing::NarrativeOnly));
    };
    check("48765-2", "<list><item>Peanut</item><item>Latex</item></list>", &["Latex"]);
    check("48765-2", "<list><item>PEANUT butter</item></list>", &[]);
    let row = |a: &str, b: &str| format!("<tr><td>{a}</td><td>{b}</td></tr>");
    let table = |rows: &str| format!("<table><thead><tr><td>Substance</td></tr></thead><tbody>{rows}</tbody></table>");
    check("48765-2", &table(&(row("Peanut", "Hives") + &row("Latex", "Rash"))), &["Latex | Rash"]);
    // Named by reference, under whatever name.
    check("48765-2", &table("<tr ID='r2'><td>Arachis hypogaea</td></tr>"), &[]);
    check("48765-2", &table("<tr><td ID='r2'>Arachis hypogaea</td></tr><tr><td>2020</td></tr>"), &[]);
    check("48765-2", "<paragraph>Reviewed with the patient.</paragraph>", &[]);
    // Of a result the value counts: the same name with another number is another result.
    check("30954-2", &table(&(row("Peanut", "8.1") + &row("Platelets", "187"))), &["Peanut | 8.1\nPlatelets | 187"]);
    check("30954-2", "<table><tbody><tr><td colspan='2'>Blood count</td></tr></tbody></table>", &[]);
    check("30954-2", &table("<tr ID='r2'><td>Arachis</td><td>13.2</td></tr>"), &[]);
    // Of other lists no line is looked for.
    check("11450-4", "<list><item>Peanut</item><item>Latex</item></list>", &[]);
}

#[test]
fn what_was_supplied_or_implanted_is_not_over() {
    let found = section(
        "46264-8",
        "<supply classCode='SPLY' moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.50'/>\
         <statusCode code='completed'/><effectiveTime xsi:type='IVL_TS'><high value='199911'/></effectiveTime>\
         <participant typeCode='PRD'><participantRole classCode='MANU'><playingDevice><code code='72506001' \
         displayName='Cardioverter/defibrillator'/></playingDevice></participantRole></participant></supply>",
    );
    let entry = only(&found);
    assert_eq!((entry.status.standing, &entry.end), (Standing::Unknown, &None));
    assert_eq!(entry.date.as_ref().unwrap().text, "199911");
}
