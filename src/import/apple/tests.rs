use super::*;
use crate::import::{self, Format, detect};

fn export(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE HealthData [\n<!-- HealthKit Export Version: 14 -->\n\
         <!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>\n<!ATTLIST HealthData\n  locale CDATA #REQUIRED>\n\
         <!ENTITY boom \"]>boom\">\n]>\n<HealthData locale=\"en_GB\">\n <ExportDate value=\"2024-05-06 10:00:00 +0100\"/>\n{inside}</HealthData>\n"
    )
}

fn reading(inside: &str) -> Reading {
    let text = export(inside);
    assert_eq!(detect::text(&text), Some(Format::AppleHealth));
    let found = read(&text, Some(0), &mut |_| ControlFlow::Continue(())).unwrap();
    let ledger = &found.ledger;
    assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, ledger.lines.iter().map(|l| l.count).sum::<u32>());
    for entry in found.entries.iter().filter(|e| e.span.is_some()) {
        assert!(import::fragment(text.as_bytes(), entry).unwrap().starts_with('<'), "{}", entry.at);
    }
    found
}

fn record(kind: &str, start: &str, value: &str, unit: &str) -> String {
    format!(
        "<Record type=\"HKQuantityTypeIdentifier{kind}\" sourceName=\"Ann’s Watch\" unit=\"{unit}\" startDate=\"{start}\" endDate=\"{start}\" value=\"{value}\"/>\n"
    )
}

#[test]
fn the_person_has_no_name_and_the_guard_will_ask() {
    let found = reading(
        "<Me HKCharacteristicTypeIdentifierDateOfBirth=\"1990-02-02\" HKCharacteristicTypeIdentifierBiologicalSex=\"HKBiologicalSexFemale\" HKCharacteristicTypeIdentifierBloodType=\"HKBloodTypeAPositive\"/>",
    );
    let [me] = found.people.as_slice() else { panic!() };
    assert_eq!(
        (me.name.as_str(), me.sex, me.birth_date.as_ref().unwrap().text.as_str()),
        ("", Some(Sex::Female), "1990-02-02")
    );
    assert!(!crate::record::guard::names(&found.people));
    assert_eq!(found.entries[0].value.as_ref().unwrap().text(), "A Positive");
    assert_eq!(found.source.as_of.as_ref().unwrap().day().unwrap().to_string(), "2024-05-06");
}

#[test]
fn clinical_readings_are_shown_digit_for_digit_and_daily_life_is_kept() {
    let steps = record("StepCount", "2024-01-01 10:00:00 +0000", "12", "count").repeat(50);
    let found = reading(&format!(
        "{}{}{steps}<Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\"><MetadataEntry key=\"a\" value=\"b\"/></Workout>",
        record("BodyMass", "2024-01-02 10:00:00 +0000", "71.500", "kg"),
        record("OxygenSaturation", "2024-01-03 10:00:00 +0000", "0.97", "%")
    ));
    let values: Vec<_> = found
        .entries
        .iter()
        .map(|e| (e.title.as_str(), e.value.as_ref().unwrap().text(), e.value.as_ref().unwrap().unit().to_owned()))
        .collect();
    assert_eq!(
        values,
        [("Body Mass", "71.500".to_owned(), "kg".to_owned()), ("Oxygen Saturation", "0.97".to_owned(), "%".to_owned())]
    );
    assert_eq!(found.entries[1].notes, ["0.97 = 97 %"]);
    assert_eq!((found.ledger.shown, found.ledger.kept), (2, 52));
    assert!(found.ledger.lines.iter().any(|l| l.kind == "HKQuantityTypeIdentifierStepCount" && l.count == 50));
}

#[test]
fn a_blood_pressure_is_one_reading() {
    let when = "2024-01-02 10:00:00 +0000";
    let pair = format!(
        "{}{}",
        record("BloodPressureSystolic", when, "128", "mmHg"),
        record("BloodPressureDiastolic", when, "82", "mmHg")
    );
    let alone = record("BloodPressureSystolic", "2024-02-02 10:00:00 +0000", "140", "mmHg");
    let found = reading(&format!(
        "{pair}{alone}<Correlation type=\"HKCorrelationTypeIdentifierBloodPressure\" sourceName=\"Ann’s Watch\" startDate=\"{when}\" endDate=\"{when}\">{pair}</Correlation>"
    ));
    let titles: Vec<_> = found.entries.iter().map(|e| e.title.as_str()).collect();
    assert_eq!(titles, ["Blood Pressure Systolic", "Blood Pressure"]);
    let parts: Vec<_> = found.entries[1].components.iter().map(|c| c.value.as_ref().unwrap().text()).collect();
    assert_eq!(parts, ["128", "82"]);
    assert_eq!((found.ledger.shown, found.ledger.kept), (4, 1));
}

#[test]
fn of_a_long_series_the_newest_are_shown_and_that_is_said() {
    let many: String = (0..SHOWN + 5)
        .map(|n| {
            record(
                "HeartRate",
                &format!("2024-01-01 {:02}:{:02}:{:02} +0000", n / 3600, n / 60 % 60, n % 60),
                &n.to_string(),
                "count/min",
            )
        })
        .rev()
        .collect();
    let found = reading(&many);
    assert_eq!(found.entries.len(), SHOWN);
    assert!(found.entries.iter().all(|e| e.value.as_ref().unwrap().text() != "4"));
    assert_eq!((found.ledger.shown, found.ledger.kept), (SHOWN as u32, 6));
    let said: Vec<_> =
        found.issues.iter().filter(|i| i.code == IssueCode::SomeShown).map(|i| i.found.as_str()).collect();
    assert_eq!(said, ["1000 / 1005"]);
}

#[test]
fn no_entity_of_the_file_is_ever_expanded() {
    for inside in ["<Record type=\"&boom;\"/>", "<Record>&boom;</Record>"] {
        let text = export(inside);
        let found = read(&text, Some(0), &mut |_| ControlFlow::Continue(()));
        assert!(matches!(found, Err(ImportError::NotXml { .. })), "{found:?}");
    }
    assert!(read("<!DOCTYPE HealthData [", Some(0), &mut |_| ControlFlow::Continue(())).is_err());
}
