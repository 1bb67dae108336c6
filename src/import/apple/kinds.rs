use crate::record::{Coding, Concept, Section};

use super::SYSTEM;

/// A blood pressure: a correlation of two records.
pub const PRESSURE: &str = "HKCorrelationTypeIdentifierBloodPressure";

/// Kinds of clinical meaning, by the end of their identifier. All else (steps, energy, sleep, hearing, gait …) is a
/// person's daily life: kept, and too much of it to be read one by one.
const CLINICAL: [(&str, Section); 31] = [
    ("BodyMass", Section::VitalSigns),
    ("BodyMassIndex", Section::VitalSigns),
    ("Height", Section::VitalSigns),
    ("BodyFatPercentage", Section::VitalSigns),
    ("LeanBodyMass", Section::VitalSigns),
    ("WaistCircumference", Section::VitalSigns),
    ("HeartRate", Section::VitalSigns),
    ("RestingHeartRate", Section::VitalSigns),
    ("HeartRateVariabilitySDNN", Section::VitalSigns),
    ("BloodPressure", Section::VitalSigns),
    ("BloodPressureSystolic", Section::VitalSigns),
    ("BloodPressureDiastolic", Section::VitalSigns),
    ("RespiratoryRate", Section::VitalSigns),
    ("BodyTemperature", Section::VitalSigns),
    ("BasalBodyTemperature", Section::VitalSigns),
    ("OxygenSaturation", Section::VitalSigns),
    ("PeripheralPerfusionIndex", Section::VitalSigns),
    ("BloodGlucose", Section::Results),
    ("BloodAlcoholContent", Section::Results),
    ("ForcedVitalCapacity", Section::Results),
    ("ForcedExpiratoryVolume1", Section::Results),
    ("PeakExpiratoryFlowRate", Section::Results),
    ("AtrialFibrillationBurden", Section::Results),
    ("HighHeartRateEvent", Section::Results),
    ("LowHeartRateEvent", Section::Results),
    ("IrregularHeartRhythmEvent", Section::Results),
    ("InsulinDelivery", Section::Results),
    ("InhalerUsage", Section::Results),
    ("NumberOfTimesFallen", Section::FunctionalStatus),
    ("Pregnancy", Section::Pregnancy),
    ("PregnancyTestResult", Section::Pregnancy),
];

/// Where a kind is shown; `None` if it is kept.
pub fn section(identifier: &str) -> Option<Section> {
    let name = name(identifier);
    CLINICAL.iter().find(|(known, _)| *known == name).map(|(_, section)| *section)
}

/// True for the two halves of a blood pressure.
pub fn is_pressure(identifier: &str) -> bool {
    name(identifier).starts_with("BloodPressure")
}

/// An identifier without what all identifiers begin with.
pub fn name(identifier: &str) -> &str {
    let rest = identifier.split_once("TypeIdentifier").map(|(_, rest)| rest);
    rest.or_else(|| identifier.strip_prefix("HK")).unwrap_or(identifier)
}

/// The words of a name that is written in one: `BodyMassIndex` → `Body Mass Index`, `HeartRateVariabilitySDNN` →
/// `Heart Rate Variability SDNN`.
pub fn words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|b| letters.get(b));
        let after = letters.get(i + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|b| !b.is_uppercase() || after.is_some_and(|a| a.is_lowercase()));
        let counts = letter.is_ascii_digit() && before.is_some_and(|b| b.is_lowercase());
        if begins || counts {
            out.push(' ');
        }
        out.push(*letter);
    }
    out
}

/// An identifier as a concept, under Apple's own name.
pub fn concept(identifier: &str, title: &str) -> Concept {
    let coding = Coding { system: SYSTEM.to_owned(), code: identifier.to_owned(), display: title.to_owned() };
    Concept { codings: vec![coding], ..Concept::default() }
}
