use std::ops::ControlFlow;

use super::*;
use crate::import;
use crate::record::{Standing, Value, system};

const HEAD: &str = "MSH|^~\\&|LAB|Ysbyty Gwynedd|APP|GP|202401021030+0000||ORU^R01^ORU_R01|1|P|2.5.1\r";
const PID: &str = "PID|1||9434765919^^^NHS^NH~77^^^HOSP^MR||Evans^Mair^Elin^^Mrs^^L||19610409|F\r";

fn read(text: &str) -> Reading {
    import::open(text.as_bytes(), "", &mut |_| ControlFlow::Continue(())).unwrap().files.remove(0).reading.unwrap()
}

/// The entries of the segments after a head and a PID.
fn entries(segments: &str) -> Vec<Entry> {
    let reading = read(&format!("{HEAD}{PID}{segments}"));
    let lines = reading.ledger.lines.len();
    assert_eq!(lines, 2 + segments.split('\r').filter(|l| !l.is_empty()).count(), "{:?}", reading.ledger);
    reading.entries
}

fn one(segments: &str) -> Entry {
    let mut found = entries(segments);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[test]
fn a_pid_says_whose_it_is() {
    let reading = read(&format!("{HEAD}{PID}"));
    let [person] = reading.people.as_slice() else { panic!("{:?}", reading.people) };
    assert_eq!((person.name.as_str(), person.family.as_str()), ("Mrs Mair Elin Evans", "Evans"));
    assert!(person.nhs_number().unwrap().valid);
    assert_eq!(person.birth_date.as_ref().unwrap().day().unwrap().to_string(), "1961-04-09");
    assert_eq!(person.sex, Some(crate::record::Sex::Female));
    assert_eq!((reading.format.as_str(), reading.version.as_str()), ("HL7 v2", "2.5.1"));
    assert_eq!(reading.source.name, "Ysbyty Gwynedd");
}

#[test]
fn several_messages_of_one_person_are_one_and_of_two_are_several() {
    let second = HEAD.replace("|1|P|", "|2|P|");
    let same = format!("FHS|^~\\&|a\rBHS|^~\\&|a\r{HEAD}{PID}{second}{PID}BTS|2\rFTS|1\r");
    assert_eq!(read(&same).people.len(), 1);
    let other = PID.replace("9434765919", "9434765870").replace("Mair", "Alun").replace("77^", "78^");
    let reading = read(&format!("{HEAD}{PID}{second}{other}OBX|1|NM|a||1"));
    assert_eq!(reading.people.len(), 2);
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::SeveralPeople));
}

/// Every type of OBX-5 that a result is sent in, with a unit beside it: the value and the unit as they come out.
#[test]
fn every_type_of_value_keeps_its_digits() {
    let check = |kind: &str, value: &str, expected: &str, unit: &str| {
        let entry = one(&format!("OBX|1|{kind}|718-7^Hb^LN||{value}|g/L^g/L^UCUM|||||F"));
        let found = entry.value.as_ref().map(Value::text).unwrap_or_default();
        assert_eq!((found.as_str(), entry.value.as_ref().map_or("", Value::unit)), (expected, unit), "{kind} {value}");
    };
    check("NM", "85.000", "85.000", "g/L");
    check("NM", "<5", "<5", "g/L");
    check("NM", "five", "five", "");
    check("SN", ">^100", ">100", "g/L");
    check("SN", "^100^-^200", "100–200", "g/L");
    check("SN", "^1^:^128", "1:128", "g/L");
    check("SN", "^2^+", "2+ g/L", "");
    check("ST", "5.40", "5.40", "g/L");
    check("ST", ">= 60", ">=60", "g/L");
    check("ST", "not detected", "not detected", "");
    check("CE", "260385009^Negative^SCT", "Negative", "");
    check("CWE", "^^^^^^^^grew nothing", "grew nothing", "");
    check("DT", "20210818", "2021-08-18", "");
    check("TS", "202108181126+0215", "2021-08-18 11:26 +02:15", "");
    check("TX", "salt \\T\\ pepper & more^", "salt & pepper & more^", "");
    check("XPN", "Evans^Mair", "Mair Evans", "");
    check("NM", "", "", "");
}

#[test]
fn answers_given_side_by_side_are_all_there() {
    let entry = one("OBX|1|NM|8867-4^Heart rate^LN||60~120|/min|||||F");
    let values: Vec<String> = entry.components.iter().map(|c| c.value.as_ref().unwrap().text()).collect();
    assert_eq!((entry.value, values, entry.section), (None, vec!["60".into(), "120".into()], Section::VitalSigns));
}

#[test]
fn what_a_result_stands_for_is_told_by_its_status() {
    let check = |code: &str, standing: Standing, polarity: Polarity| {
        let entry = one(&format!("OBX|1|NM|718-7^Hb^LN||85|g/L|110-150|L|||{code}|||202401010800"));
        assert_eq!((entry.status.standing, entry.polarity), (standing, polarity), "{code}");
    };
    check("F", Standing::Final, Polarity::Positive);
    check("U", Standing::Final, Polarity::Positive);
    check("C", Standing::Amended, Polarity::Positive);
    check("P", Standing::Preliminary, Polarity::Positive);
    check("S", Standing::Preliminary, Polarity::Positive);
    check("W", Standing::EnteredInError, Polarity::Positive);
    check("D", Standing::EnteredInError, Polarity::Positive);
    check("X", Standing::Stopped, Polarity::Positive);
    check("N", Standing::Unknown, Polarity::NotDone);
    check("", Standing::Unknown, Polarity::Positive);
    // Of a whole report A is that only some results are there (table 0123).
    let report = one("OBR|1|||24323-8^Panel^LN|||20240101|||||||||||||||20240102|||A");
    assert_eq!(report.status.standing, Standing::Preliminary);
    let both = entries("OBX|1|NM|718-7^Hb^LN||85|g/L||L|||F\rOBX|2|NM|718-7^Hb^LN||58|g/L||LL|||C");
    assert_eq!(both.len(), 2);
    assert_eq!(both[0].interpretation[0].codings[0].code, "L");
}

#[test]
fn lines_of_a_text_are_one_text_and_results_are_not() {
    let text = "OBR|1|||X1^Chest X-ray^L|||20240101\rOBX|1|FT|G^Report^L||Heart normal.\\.br\\Lungs clear.||||||F\r\
        OBX|2|FT|G^Report^L||||||||F\rOBX|3|FT|G^Report^L||No effusion.||||||F\rNTE|1||seen by Dr A\r\
        OBX|4|FT|G^Report^L||Withdrawn||||||W\rOBX|5|NM|H^Height^L||1.70|m|||||F";
    let found = entries(text);
    assert_eq!(found.len(), 4);
    assert_eq!(found[1].value.as_ref().unwrap().text(), "Heart normal.\nLungs clear.\n\nNo effusion.");
    assert_eq!(found[1].notes, ["seen by Dr A"]);
    assert!(found[2].in_error());
    assert_eq!(found[0].links.len(), 3);
    assert_eq!(found[0].date, found[1].date);
}

#[test]
fn a_letter_is_one_document_with_its_words_and_its_file() {
    let head = HEAD.replace("ORU^R01^ORU_R01", "MDM^T02^MDM_T02");
    let body = "TXA|1|DS^Discharge summary^HL70270|TX|20240105|^Jones^Ann|||||||D1^HOSP|||||AU||AV\r\
        OBX|1|TX|L^Letter^L||Dear colleague,||||||F\rOBX|2|TX|L^Letter^L||thank you.||||||F\r\
        OBX|3|ED|P^Scan^L||APP^AP^PDF^Base64^JVBERi0xLjQ=||||||F\rOBX|4|RP|P^X-ray^L||http://pacs/1^^IM^JPEG||||||F";
    let text = format!("{head}{PID}{body}");
    let reading = read(&text);
    let [letter] = reading.entries.as_slice() else { panic!("{:#?}", reading.entries) };
    assert_eq!((letter.title.as_str(), &letter.kind), ("Discharge summary", &Kind::DocumentReference));
    assert_eq!(letter.value.as_ref().unwrap().text(), "Dear colleague,\nthank you.");
    assert_eq!(letter.status.standing, Standing::Final);
    let [scan, elsewhere] = reading.attachments.as_slice() else { panic!("{:?}", reading.attachments) };
    assert_eq!((scan.content_type.as_str(), scan.bytes, scan.at.as_str()), ("application/pdf", 8, "OBX[3]-5"));
    assert_eq!(import::attachment(text.as_bytes(), scan).unwrap(), b"%PDF-1.4");
    assert_eq!((elsewhere.url.as_str(), elsewhere.hash), ("http://pacs/1", None));
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::AttachmentElsewhere && i.at == "OBX[4]-5"));
    assert_eq!(reading.ledger.shown, 6);
}

#[test]
fn allergies_of_both_kinds_keep_their_doubts() {
    let al1 = one("AL1|1|DA^Drug^HL70127|70618^Penicillin^RXNORM|SV|HIVES~WHEEZE|20160101");
    assert_eq!((al1.title.as_str(), al1.reactions[0].severity.as_str()), ("Penicillin", "severe"));
    assert_eq!(al1.reactions[0].manifestations.len(), 2);
    assert_eq!(one("AL1|1||PENICILLIN").title, "PENICILLIN");
    let check = |status: &str, action: &str, standing: Standing| {
        let iam = one(&format!("IAM|1|FA|X1^Peanut^L|MO|Rash|{action}|7^HOSP||||||||||{status}"));
        assert_eq!(iam.status.standing, standing, "{status} {action}");
    };
    check("C", "A", Standing::Active);
    check("I", "A", Standing::Ended);
    check("E", "A", Standing::EnteredInError);
    check("C", "D", Standing::EnteredInError);
    check("S", "A", Standing::Unknown);
    assert_eq!(one("AL1|1|DA|716186003^No known allergy^SCT").polarity, Polarity::NoneKnown);
    assert_eq!(one("AL1|1|DA|^NKDA").polarity, Polarity::NoneKnown);
}

#[test]
fn a_vaccination_is_given_refused_or_not_given() {
    let check = |completion: &str, action: &str, standing: Standing, polarity: Polarity| {
        let rxa = format!(
            "RXA|0|1|20240110||08^Hep B^CVX|0.5|mL||00^New^NIP001|7^Jackson^Lily|^^^Clinic||||L1|20251231|MSD^Merck^MVX|00^Parental decision^NIP002||{completion}|{action}"
        );
        let entry = one(&format!(
            "{rxa}\rRXR|IM^Intramuscular^HL70162|LD^Left deltoid^HL70163\rOBX|1|CE|69764-9^Document^LN|1|253^VIS^x||||||F"
        ));
        assert_eq!((&entry.kind, entry.status.standing, entry.polarity), (&Kind::Immunization, standing, polarity));
        assert_eq!(entry.detail("route"), Some("Intramuscular"));
        assert_eq!(entry.detail("statusReason"), Some("Parental decision"));
        assert_eq!(entry.components[0].value.as_ref().unwrap().text(), "VIS");
    };
    check("CP", "A", Standing::Ended, Polarity::Positive);
    check("PA", "A", Standing::Ended, Polarity::Positive);
    check("RE", "A", Standing::Stopped, Polarity::NotDone);
    check("NA", "A", Standing::Stopped, Polarity::NotDone);
    check("CP", "D", Standing::EnteredInError, Polarity::Positive);
    // Its reason for refusing (RXA-18) says it alone.
    check("", "A", Standing::Stopped, Polarity::NotDone);
    // "No vaccine administered": what follows speaks of the person.
    let none =
        entries("RXA|0|1|20240110||998^none^CVX|999\rOBX|1|CE|59784-9^Immunity^LN||38907003^Varicella^SCT||||||F");
    assert_eq!((none[0].polarity, none.len()), (Polarity::NotDone, 2));
}

#[test]
fn an_order_of_a_medicine_says_its_dose_and_whether_it_stands() {
    let order = |control: &str| {
        format!(
            "ORC|{control}|7^P|||||||20240101\rRXE|^^^20240101|42^Ramipril 5 mg^L|1||TAB^tablet^L||AM^in the morning^L|||28|TAB^tablet^L|3\r\
             RXR|PO^Oral^HL70162\rTQ1|1||BID"
        )
    };
    let entry = one(&order("NW"));
    assert_eq!((&entry.kind, entry.title.as_str()), (&Kind::MedicationRequest, "Ramipril 5 mg"));
    assert_eq!(entry.dose, ["1 tablet", "20240101", "in the morning", "BID"]);
    assert_eq!((entry.detail("quantity"), entry.detail("route")), (Some("28 tablet"), Some("Oral")));
    assert_eq!(entry.status.standing, Standing::Unknown);
    assert_eq!(one(&order("DC")).status.standing, Standing::Stopped);
    assert_eq!(one(&order("HD")).status.standing, Standing::OnHold);
}

#[test]
fn visits_problems_and_procedures_are_read() {
    let found = entries(
        "PV1|1|I|W1^2^3^Gwynedd||||C1^Owen^Sian|||CAR^Cardiology^L|||||||||V9^^^HOSP|||||||||||||||||||||||||20240101|20240105\r\
         PV2|||R07^Chest pain^I10\rDG1|1||I21^Acute myocardial infarction^I10||20240101|F\r\
         PR1|1||K75^PCI^OPCS4||20240102\rPRB|AD|20240101|53741008^CAD^SCT|||||||||||Active",
    );
    let titles: Vec<&str> = found.iter().map(|e| e.title.as_str()).collect();
    assert_eq!(titles, ["Cardiology", "Acute myocardial infarction", "PCI", "CAD"]);
    assert_eq!(found[0].status.standing, Standing::Ended);
    assert_eq!(found[0].detail("reasonCode"), Some("Chest pain"));
    assert_eq!(found[3].status.standing, Standing::Active);
    assert_eq!(found[3].concept.codings[0].system, system::SNOMED);
}

#[test]
fn segments_nobody_defined_are_listed_and_stray_text_too() {
    let reading = read(&format!("{HEAD}{PID}ZPI|1|x\rGT1|1\r"));
    assert_eq!((reading.ledger.shown, reading.ledger.kept, reading.ledger.not_understood), (1, 2, 1));
    assert_eq!(reading.ledger.lines[2].reason, Some(IssueCode::UnknownType));
}

#[test]
fn what_the_standard_requires_is_a_checklist() {
    let reading = read(&format!("{HEAD}{PID}OBX|1||a^A^L||1||||||F\rOBX|2|NM|a^A^L||1"));
    let row = |name: &str| reading.conformance.iter().find(|c| c.check.starts_with(name)).unwrap();
    assert!(row("MSH-9").met && row("PID-5").met && row("OBX-3").met);
    assert_eq!((row("OBX-11").met, row("OBX-11").at.as_str()), (false, "OBX[2]-11"));
    assert_eq!((row("OBX-2").check.as_str(), row("OBX-2").at.as_str()), ("OBX-2 (missing in 1 of 2)", "OBX[1]-2"));
}

#[test]
fn encodings_are_read_as_the_message_says() {
    let message = |charset: &str, name: &[u8]| {
        let head = format!("MSH|^~\\&|a|b|c|d|2024||ADT^A08|1|P|2.4||||||{charset}\rPID|1||1||");
        [head.as_bytes(), name, b"^X\r"].concat()
    };
    let check = |charset: &str, name: &[u8], expected: &str, odd: bool| {
        let bytes = message(charset, name);
        let file = import::open(&bytes, "", &mut |_| ControlFlow::Continue(())).unwrap().files.remove(0);
        let reading = file.reading.unwrap();
        assert_eq!(reading.people[0].family, expected, "{charset}");
        assert_eq!(reading.issues.iter().any(|i| i.code == IssueCode::BadEncoding), odd, "{charset}");
    };
    check("", "Siân".as_bytes(), "Siân", false);
    check("UNICODE UTF-8", "Siân".as_bytes(), "Siân", false);
    check("8859/1", b"Si\xE2n", "Siân", false);
    check("8859/2", b"\xA3ukasz", "Łukasz", false);
    check("", b"Si\xE2n", "Siân", true);
    check("8859/1", "Siân".as_bytes(), "Siân", true);
}

#[test]
fn a_place_leads_back_to_its_segment() {
    let text = format!("{HEAD}{PID}OBX|1|NM|a^A^L||1|x\rOBX|2|NM|b^B^L||2|x\r");
    let reading = read(&text);
    assert_eq!(import::fragment(text.as_bytes(), &reading.entries[1]).as_deref(), Some("OBX|2|NM|b^B^L||2|x"));
    let latin: Vec<u8> = text.replace("^A^", "^\u{e9}^").chars().map(|c| c as u8).collect();
    let file = import::open(&latin, "", &mut |_| ControlFlow::Continue(())).unwrap().files.remove(0);
    let again = import::fragment(&latin, &file.reading.unwrap().entries[0]).unwrap();
    assert_eq!(again, "OBX|1|NM|a^é^L||1|x");
}

/// A small generator of our own, so that a seed names a run for ever (xorshift64*).
fn dice(state: &mut u64, below: usize) -> usize {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
}

#[test]
fn broken_messages_never_panic_and_always_balance() {
    let whole = format!(
        "{HEAD}{PID}PV1|1|I|W^1||||7^O|||C\rAL1|1|DA|1^P^L|SV|a~b\rORC|NW|1\rOBR|1|||X^Y^L|||2024\rOBX|1|ED|a^b^L||A^AP^PDF^Base64^JVBE\r\
         OBX|2|SN|a^b^L||>^1^-^2|x||||F\rOBX|3|FT|a^b^L||\\.br\\\\X41\\\\H\\||||||F\rTXA|1|DS\rOBX|4|TX|q||line\rRXA|0|1|2024||8^H^CVX|1|mL\rNTE|1||n"
    );
    const BITS: [&str; 12] = ["|", "^", "~", "\\", "&", "\r", "\n", "\"\"", "OBX|", "MSH|^~\\&|", "é", "\u{b}"];
    for seed in 1..4000_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut text: Vec<char> = whole.chars().collect();
        for _ in 0..=dice(&mut state, 8) {
            let at = dice(&mut state, text.len() + 1);
            match dice(&mut state, 3) {
                0 => drop(text.splice(at..at, BITS[dice(&mut state, BITS.len())].chars())),
                1 => drop(text.drain(at..(at + dice(&mut state, 30)).min(text.len()))),
                _ => text.truncate(at.max(9)),
            }
        }
        let text: String = text.into_iter().collect();
        let found = super::read(&text, Some(0), &mut |_| ControlFlow::Continue(())).unwrap();
        let ledger = &found.ledger;
        assert_eq!((ledger.shown + ledger.kept + ledger.not_understood) as usize, ledger.lines.len(), "seed {seed}");
        for a in found.attachments.iter().filter(|a| a.hash.is_some()) {
            assert_eq!(super::data(&text, &a.at).map(|b| crate::record::Hash::of(&b)), a.hash, "seed {seed}");
        }
    }
}

#[test]
fn sixty_thousand_lines_of_text_are_two_entries() {
    let mut text = format!("{HEAD}{PID}OBR|1|||X^Y^L|||2024\r");
    for i in 0..60_000 {
        text.push_str(&format!("OBX|{i}|FT|a^b^L||line \\E\\ {i}||||||F\r"));
    }
    assert_eq!(super::read(&text, Some(0), &mut |_| ControlFlow::Continue(())).unwrap().entries.len(), 2);
}

/// The real messages of tests/data/hl7v2 against facts that an independent script computed: every segment has its line,
/// every result stands in a title or a value.
#[test]
fn the_facts_of_every_message_fixture_are_met() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hl7v2");
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("facts.json")).unwrap()).unwrap();
    let norm = |text: &str| text.split(|c: char| !c.is_alphanumeric()).collect::<Vec<_>>().join(" ").to_lowercase();
    for (name, wanted) in facts.as_object().unwrap() {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let file = import::open(&bytes, "", &mut |_| ControlFlow::Continue(())).unwrap().files.remove(0);
        let reading = file.reading.unwrap();
        assert_eq!(reading.ledger.lines.len() as u64, wanted["segments"].as_u64().unwrap(), "{name}");
        assert_eq!((reading.people.len(), reading.ledger.not_understood), (1, 0), "{name}");
        let value = |v: &Option<Value>| v.as_ref().map(Value::text).unwrap_or_default();
        let said = |e: &Entry| {
            let parts = e.components.iter().map(|c| format!("{} {}", c.title, value(&c.value)));
            std::iter::once(format!("{} {}", e.title, value(&e.value)))
                .chain(parts)
                .map(|t| norm(&t))
                .collect::<Vec<_>>()
        };
        let said: Vec<String> = reading.entries.iter().flat_map(said).collect();
        for fact in wanted["obx"].as_array().unwrap() {
            let (kind, text) = (fact[0].as_str().unwrap(), fact[1].as_str().unwrap());
            let first = text.split('~').next().unwrap();
            let words = if matches!(kind, "CE" | "CWE") { first.split('^').nth(1).unwrap_or(first) } else { first };
            if matches!(kind, "NM" | "ST" | "SN" | "CE" | "CWE" | "TX") {
                assert!(said.iter().any(|s| s.contains(norm(words).trim())), "{name}: {words}");
            }
        }
    }
}

#[test]
fn an_allergy_that_names_nothing_is_missed_aloud() {
    let check = |segment: &str, expected: usize| {
        let reading = read(&format!("{HEAD}{PID}{segment}"));
        let missed = reading.says.iter().filter(|s| s.nothing == crate::record::Nothing::NotUnderstood).count();
        assert_eq!((reading.ledger.not_understood as usize, missed), (expected, expected), "{segment}");
        assert!(reading.entries.is_empty(), "{segment}");
    };
    check("AL1|1|DA||SV|Hives\r", 1);
    check("IAM|1|DA||MI|Itch|A\r", 1);
    check("RXA|0|1|20240101|||0.5|mL\r", 1);
    check("RXO|||||\r", 0);
    check("RXE||||5|mg\r", 1);
    // Nothing is told, or it is to be deleted.
    check("AL1|1|DA\r", 0);
    check("AL1|1|DA|\"\"\r", 0);
}

#[test]
fn words_in_the_place_of_an_allergen_are_no_allergen() {
    let check = |substance: &str, expected: Polarity| {
        let entry = one(&format!("AL1|1|DA|{substance}"));
        assert_eq!(entry.polarity, expected, "{substance}");
    };
    check("^No Known Drug Allergies (NKDA)", Polarity::NoneKnown);
    check("NKDA^^L", Polarity::NoneKnown);
    check("^NONE", Polarity::NoneKnown);
    check("^No allergies recorded", Polarity::Unknown);
    check("^Not on file", Polarity::Unknown);
    check("^Penicillin", Polarity::Positive);
}

#[test]
fn flags_in_small_letters_mean_the_same() {
    assert!(one("OBX|1|NM|718-7^Hb^LN||7|g/L|||||w").in_error());
    assert!(one("OBX|1|NM|718-7^Hb^LN||7|g/L|||||d").in_error());
    let vaccine = one("RXA|0|1|20240101||03^MMR^CVX|0|||||||||||||||re");
    assert_eq!(vaccine.polarity, Polarity::Positive, "RXA-21 is not RXA-20");
    assert_eq!(one("RXA|0|1|20240101||03^MMR^CVX|0||||||||||||||re").polarity, Polarity::NotDone);
}

#[test]
fn the_parts_of_a_letter_keep_their_headings_and_results_in_it_their_units() {
    let letter = "TXA|1|DS^Summary|TX|20240101\rOBX|1|TX|A^Allergies||Penicillin\rOBX|2|TX|A^Allergies||Latex\r\
                  OBX|3|TX|M^Medicines||Aspirin\rOBX|4|ST|718-7^Hb^LN||10.5|g/dL\r";
    let found = entries(letter);
    let [letter, hb] = found.as_slice() else { panic!("{found:#?}") };
    let text = letter.value.as_ref().map(Value::text);
    assert_eq!(text.as_deref(), Some("Allergies\nPenicillin\nLatex\nMedicines\nAspirin"));
    assert_eq!(hb.value.as_ref().map(|v| (v.text(), v.unit().to_owned())), Some(("10.5".into(), "g/dL".into())));
}

#[test]
fn an_order_in_words_alone_and_a_dose_to_be_given_are_medicines() {
    assert_eq!(one("RXO||||||^Two paracetamol at night").title, "Two paracetamol at night");
    let give = one("RXG|1|1||^Morphine|5||mg|TAB");
    assert_eq!((give.title.as_str(), give.dose.as_slice()), ("Morphine", ["5 mg".to_owned()].as_slice()));
    assert_eq!(give.detail("quantity"), None);
}

#[test]
fn a_lone_name_with_a_number_in_it_is_a_name() {
    assert_eq!(one("AL1|1|DA|PENICILLIN V 250").title, "PENICILLIN V 250");
    let range = one("OBX|1|NR|x^Range||3^5|mmol/L|||||F").value.unwrap();
    assert_eq!((range.text(), range.unit()), ("3–5".to_owned(), "mmol/L"));
}

#[test]
fn a_number_in_groups_is_the_same_persons() {
    let grouped = PID.replace("9434765919", "943 476 5919");
    assert_eq!(read(&format!("{HEAD}{PID}{HEAD}{grouped}")).people.len(), 1);
}

#[test]
fn a_reason_for_refusing_is_a_refusal() {
    let given = |more: &str| one(&format!("RXA|0|1|20240101||03^MMR^CVX|0||||||||||||{more}")).polarity;
    assert_eq!(given("00^Parental decision^NIP002"), Polarity::NotDone);
    assert_eq!(given("00^Parental decision^NIP002||CP"), Polarity::Positive);
    assert_eq!(given(""), Polarity::Positive);
}

#[test]
fn an_empty_note_does_not_part_a_result_from_the_next() {
    let entry = one("OBX|1|NM|718-7^Hb^LN||7|g/L|||||F\rNTE|1||\rNTE|2||Sample haemolysed");
    assert_eq!(entry.notes, ["Sample haemolysed"]);
}

#[test]
fn every_substance_of_one_segment_is_an_allergy_to_be_seen() {
    let found = entries("AL1|1|DA|^Penicillin~^Latex|SV|Rash");
    let of = |e: &Entry| (e.title.clone(), e.at.clone(), e.reactions.len());
    assert_eq!(
        found.iter().map(of).collect::<Vec<_>>(),
        [("Penicillin".to_owned(), "AL1[1]".to_owned(), 1), ("Latex".to_owned(), "AL1[1]-3.2".to_owned(), 1)]
    );
    let both = one("DG1|1||J45^Asthma^I10~J46^Status asthmaticus^I10|||F");
    assert_eq!(both.detail("condition"), Some("Status asthmaticus"));
}

#[test]
fn a_specimen_before_its_order_is_the_orders() {
    let text = "MSH|^~\\&|A|B|C|D|20240101||OUL^R22|1|P|2.5.1\rPID|1||1||X^Y\rSPM|1|||BLD^Blood^HL70487\rOBR|1|||1^Panel^L\r\
        OBX|1|NM|2^Sodium^L||140|mmol/L|||||F\rSPM|2|||UR^Urine^HL70487\rOBR|1|||1^Panel^L\rOBX|1|NM|2^Sodium^L||90|mmol/L|||||F\r";
    let reading = read(text);
    let of = |e: &Entry| e.detail("specimen").unwrap_or_default().to_owned();
    assert_eq!(reading.entries.iter().map(of).collect::<Vec<_>>(), ["Blood", "Blood", "Urine", "Urine"]);
}

#[test]
fn a_vaccination_that_was_called_off_and_given_is_of_unknown_status() {
    let given = "RXA|0|1|20240101||141^Influenza^CVX|0.5|mL|||||||||||||CP|A";
    assert_eq!(one(&format!("ORC|RE||1\r{given}")).status.standing, Standing::Ended);
    assert_eq!(one(&format!("ORC|CA||1\r{given}")).status.standing, Standing::Unknown);
}
