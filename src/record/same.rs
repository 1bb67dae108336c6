//! When two entries say the same thing: the keys of each kind of entry, and what is never a key.
//!
//! Never fuzzy: equal codes, or equal text with case, spaces and Unicode form folded and nothing else, plus compatible
//! facts (strength of a medicine, time of a visit). What means nothing by itself (degraded codes, null flavours,
//! "unknown", "Adverse reactions") is no key, so that three lost allergies never become one.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::{Coding, Component, Concept, Entry, Kind, PartialDate, Polarity, Reading, Value, system};

/// Codes that mark an entry as degraded in a GP2GP transfer (SNOMED CT UK). They say nothing of the subject.
pub const DEGRADED: [&str; 7] = [
    "196461000000101",
    "196471000000108",
    "196421000000109",
    "196411000000103",
    "196451000000104",
    "196431000000106",
    "196441000000102",
];

/// Concepts too general to be a subject (SNOMED CT).
const GENERIC_CODES: [&str; 20] = [
    "106190000", // Allergy
    "416098002", // Allergy to drug
    "414285001", // Allergy to food
    "419199007", // Allergy to substance
    "420134006", // Propensity to adverse reaction
    "418634005", // Propensity to adverse reaction to substance (historical)
    "418038007", // Propensity to adverse reactions to substance
    "419511003", // Propensity to adverse reactions to drug
    "418471000", // Propensity to adverse reactions to food
    "59037007",  // Drug intolerance
    "235719002", // Food intolerance
    "281647001", // Adverse reaction
    "62014003",  // Adverse reaction to drug
    "261665006", // Unknown
    "55607006",  // Problem
    "64572001",  // Disease
    "404684003", // Clinical finding
    "71388002",  // Procedure
    "105590001", // Substance
    "410942007", // Drug or medicament
];

/// Words too general to be a subject, folded.
const GENERIC_WORDS: [&str; 56] = [
    "unknown",
    "not known",
    "unk",
    "n/a",
    "na",
    "not applicable",
    "none",
    "nil",
    "null",
    "undefined",
    "other",
    "unspecified",
    "see notes",
    "see text",
    "free text",
    "text",
    "no information",
    "adverse reaction",
    "adverse reactions",
    "adverse drug reaction",
    "allergy",
    "allergies",
    "allergic reaction",
    "drug allergy",
    "food allergy",
    "non-drug allergy",
    "allergy to substance",
    "allergy to drug",
    "intolerance",
    "drug intolerance",
    "hypersensitivity",
    "propensity to adverse reaction",
    "propensity to adverse reactions",
    "medication",
    "medications",
    "medicine",
    "medicines",
    "drug",
    "drugs",
    "problem",
    "diagnosis",
    "condition",
    "disorder",
    "disease",
    "observation",
    "result",
    "results",
    "test",
    "procedure",
    "operation",
    "vaccination",
    "immunisation",
    "immunization",
    "encounter",
    "visit",
    "consultation",
];

/// Folds case, runs of spaces and Unicode form (NFC), nothing else.
///
/// ```
/// # use tessera::record::same::fold;
/// assert_eq!(fold("  Penicillin\u{a0} V "), "penicillin v");
/// ```
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.is_ascii() {
            out.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            out.extend(word.nfc().flat_map(char::to_lowercase));
        }
    }
    if out.is_ascii() { out } else { out.nfc().collect() }
}

/// True if the words name something: not empty, not generic, not the transfer's own "degraded" marking.
pub fn is_subject(folded: &str) -> bool {
    folded.chars().any(char::is_alphanumeric)
        && !GENERIC_WORDS.contains(&folded)
        && !folded.starts_with("transfer-degraded")
        && !folded.starts_with("transfer degraded")
}

/// The code systems that have several names, each under one: OIDs and dm+d (whose codes are SNOMED CT concepts).
fn system_name(uri: &str) -> &str {
    let uri = uri.split('|').next().unwrap_or(uri).trim().trim_end_matches('/');
    match uri {
        "urn:oid:2.16.840.1.113883.6.96"
        | "2.16.840.1.113883.6.96"
        | "urn:oid:2.16.840.1.113883.2.1.3.2.4.15"
        | "2.16.840.1.113883.2.1.3.2.4.15"
        | "http://dmd.nhs.uk"
        | system::DMD => system::SNOMED,
        "urn:oid:2.16.840.1.113883.6.1" | "2.16.840.1.113883.6.1" => system::LOINC,
        "urn:oid:2.16.840.1.113883.6.88" | "2.16.840.1.113883.6.88" => system::RXNORM,
        "urn:oid:2.16.840.1.113883.12.292" | "2.16.840.1.113883.12.292" => system::CVX,
        _ => uri,
    }
}

/// True if the code names a subject.
fn is_key(coding: &Coding) -> bool {
    let system = coding.system.to_ascii_lowercase();
    !(coding.code.trim().is_empty()
        || system.trim().is_empty()
        || system.contains("nullflavor")
        || system.ends_with("2.16.840.1.113883.5.1008")
        || system.contains("data-absent-reason")
        || DEGRADED.contains(&coding.code.as_str())
        || GENERIC_CODES.contains(&coding.code.as_str())
        || coding.code.starts_with("9bJ"))
}

/// The subject's codes that may serve as keys: system and code, the system under its one name.
pub fn codes(concept: &Concept) -> impl Iterator<Item = (&str, &str)> {
    concept.codings.iter().filter(|c| is_key(c)).map(|c| (system_name(&c.system), c.code.trim()))
}

/// False if two of the entries have codes of one system, and none in common.
pub fn codes_agree<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> bool {
    let mut common: HashMap<&str, Vec<&str>> = HashMap::new();
    for entry in entries {
        let mut own: HashMap<&str, Vec<&str>> = HashMap::new();
        for (system, code) in codes(&entry.concept) {
            own.entry(system).or_default().push(code);
        }
        for (system, codes) in own {
            let kept = common.entry(system).or_insert_with(|| codes.clone());
            kept.retain(|code| codes.contains(code));
            if kept.is_empty() {
                return false;
            }
        }
    }
    true
}

/// The subject's words, folded, if they may serve as a key.
pub fn words(entry: &Entry) -> Option<String> {
    let label = entry.concept.label().or(entry.named.then_some(entry.title.as_str()))?;
    Some(fold(label)).filter(|w| is_subject(w))
}

/// One spelling for each unit: micro signs, the case of the litre, UCUM's own names for mmHg and °C are spellings;
/// `U/L` and `iu/L` stay two, and so do `mL/min` and `mL/min/{1.73_m2}`.
///
/// ```
/// # use tessera::record::same::unit;
/// assert_eq!(unit("µmol/L"), unit("umol/l"));
/// assert_ne!(unit("U/L"), unit("iu/L"));
/// ```
pub fn unit(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            'µ' | 'μ' => 'u',
            '^' => '*',
            '×' => 'x',
            other => other,
        })
        .collect();
    let plain = plain.strip_prefix("x10").map(|rest| format!("10{rest}")).unwrap_or(plain);
    let part = |part: &str| match part {
        "l" => "L".to_owned(),
        "ml" => "mL".to_owned(),
        "dl" => "dL".to_owned(),
        "mm[Hg]" => "mmHg".to_owned(),
        "°C" | "degC" => "Cel".to_owned(),
        "mcg" => "ug".to_owned(),
        "micromol" => "umol".to_owned(),
        other => other.to_owned(),
    };
    plain.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The moment of a result: the instant where a zone was stated, else the characters' own parts. `None` without a date.
pub fn instant(date: &PartialDate) -> Option<String> {
    let known = date.known?;
    let day = || (known.month, known.day);
    let Some(time) = known.time else {
        return Some(match day() {
            (Some(m), Some(d)) => format!("{:04}-{m:02}-{d:02}", known.year),
            (Some(m), None) => format!("{:04}-{m:02}", known.year),
            _ => format!("{:04}", known.year),
        });
    };
    let civil = date.day()?.at(
        time.hour as i8,
        time.minute as i8,
        time.second.unwrap_or(0) as i8,
        i32::try_from(time.nano).unwrap_or(0),
    );
    match time.offset {
        None => Some(civil.to_string()),
        Some(minutes) => {
            let zone = jiff::tz::Offset::from_seconds(i32::from(minutes) * 60).ok()?;
            zone.to_timestamp(civil).ok().map(|t| t.to_string())
        }
    }
}

/// What is measured in what, as written, with one spelling a unit.
fn measured(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::Absent(_)) => "absent".to_owned(),
        Some(v) => format!("{} {}", v.text(), unit(v.unit())),
    }
}

fn parts(components: &[Component]) -> String {
    let mut all: Vec<String> = components
        .iter()
        .map(|c| {
            let name = codes(&c.concept).next().map(|(s, c)| format!("{s} {c}")).unwrap_or_else(|| fold(&c.title));
            format!("{name}={}", measured(c.value.as_ref()))
        })
        .collect();
    all.sort();
    all.join(";")
}

/// The strengths named in a medicine's words: `20mg`, `5mg/5ml`. Spellings of one unit are one; nothing is converted.
///
/// ```
/// # use tessera::record::same::strengths;
/// assert_eq!(strengths("Atorvastatin 20 MG Oral Tablet"), strengths("atorvastatin 20mg tablets"));
/// assert_ne!(strengths("Levothyroxine 25 micrograms"), strengths("Levothyroxine 50mcg"));
/// ```
pub fn strengths(text: &str) -> Vec<String> {
    let folded = fold(text).replace("per ", "/");
    let mut rest = folded.as_str();
    let mut found: Vec<String> = Vec::new();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let over = rest.get(..at).is_some_and(|before| before.trim_end().ends_with('/'));
        let tail = rest.get(at..).unwrap_or_default();
        let (number, after) = number(tail);
        let spaced = after.trim_start();
        let end = spaced.find(|c: char| !(c.is_alphabetic() || c == '%')).unwrap_or(spaced.len());
        let (name, next) = (spaced.get(..end).unwrap_or_default(), spaced.get(end..).unwrap_or_default());
        if let Some(unit) = dose_unit(name) {
            match found.last_mut() {
                Some(last) if over => *last = format!("{last}/{number}{unit}"),
                _ if unit == "ml" => {}
                _ => found.push(format!("{number}{unit}")),
            }
            rest = next;
            // "1 mg/ml": a denominator without a number.
            if let Some(bare) = next.trim_start().strip_prefix('/') {
                let bare = bare.trim_start();
                let end = bare.find(|c: char| !c.is_alphabetic()).unwrap_or(bare.len());
                if let (Some(unit), Some(last)) = (bare.get(..end).and_then(dose_unit), found.last_mut()) {
                    *last = format!("{last}/{unit}");
                    rest = bare.get(end..).unwrap_or_default();
                }
            }
        } else {
            rest = after;
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A number at the start: thousands' commas dropped, zeros after the point trimmed.
fn number(text: &str) -> (String, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let (digits, rest) = (text.get(..end).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let plain = digits.trim_end_matches(['.', ',']).replace(',', "");
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain };
    (plain, rest)
}

fn dose_unit(name: &str) -> Option<&'static str> {
    Some(match name {
        "mg" | "milligram" | "milligrams" | "mgs" => "mg",
        "g" | "gram" | "grams" | "gm" => "g",
        "mcg" | "µg" | "μg" | "ug" | "microgram" | "micrograms" => "microgram",
        "ng" | "nanogram" | "nanograms" => "nanogram",
        "ml" | "millilitre" | "millilitres" | "milliliter" | "milliliters" => "ml",
        "unit" | "units" | "u" => "unit",
        "iu" => "iu",
        "%" => "%",
        "mmol" | "millimole" | "millimoles" => "mmol",
        "actuat" | "actuation" | "dose" => "dose",
        "hour" | "hours" | "hr" | "h" => "hour",
        _ => return None,
    })
}

/// What decides how an entry is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Join {
    /// All with this key are one.
    Code,
    /// All with this key are one, unless their codes contradict each other.
    Text,
    /// All with this key are one, unless one file has it twice or their codes contradict each other.
    Identifier,
    /// All with this key are one, unless one file has it twice.
    Exact,
}

/// The keys of one entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// Any shared key joins.
    pub(super) joins: Vec<(Join, String)>,
    /// A fact that must not differ inside one item: strength, or time of day. Empty says nothing.
    pub(super) fact: String,
}

/// The family within which entries are compared.
fn family(kind: &Kind) -> &str {
    match kind {
        Kind::AllergyIntolerance => "allergy",
        Kind::MedicationStatement
        | Kind::MedicationRequest
        | Kind::MedicationDispense
        | Kind::MedicationAdministration => "medicine",
        Kind::Condition => "problem",
        Kind::Observation => "result",
        Kind::Immunization => "vaccination",
        Kind::Procedure => "procedure",
        Kind::Encounter => "visit",
        Kind::DocumentReference => "document",
        Kind::DiagnosticReport => "report",
        Kind::CarePlan => "plan",
        Kind::Goal => "goal",
        Kind::ServiceRequest => "request",
        Kind::Appointment => "appointment",
        Kind::DeviceUseStatement => "device",
        Kind::FamilyMemberHistory => "family",
        Kind::Flag => "flag",
        Kind::Consent => "consent",
        Kind::Other(name) => name,
    }
}

/// True for medicines of any kind: statement, request, dispense, administration.
pub fn is_medicine(kind: &Kind) -> bool {
    family(kind) == "medicine"
}

/// The keys of an entry of this reading.
pub(super) fn keys(entry: &Entry, reading: &Reading) -> Keys {
    let none = matches!(entry.polarity, Polarity::NoneKnown | Polarity::Unknown);
    let family = family(&entry.kind);
    // A statement of none is never the same as a statement of something.
    let family = if none { format!("none {family}") } else { family.to_owned() };
    let mut keys = Keys::default();
    match entry.kind {
        Kind::AllergyIntolerance | Kind::Condition => subject(&mut keys, entry, &family, ""),
        _ if is_medicine(&entry.kind) => {
            subject(&mut keys, entry, &family, "");
            keys.fact = strength(entry);
        }
        Kind::Observation => {
            if let Some(when) = entry.date.as_ref().and_then(instant) {
                let specimen = entry.detail("specimen").map(fold).unwrap_or_default();
                let value = measured(entry.value.as_ref());
                let rest = format!("{specimen}|{when}|{value}|{}", parts(&entry.components));
                subject(&mut keys, entry, &family, &rest);
            }
        }
        Kind::Immunization | Kind::Procedure | Kind::Encounter => {
            if let Some(date) = entry.date.as_ref().filter(|d| d.day().is_some()) {
                let day = date.day().map(|d| d.to_string()).unwrap_or_default();
                subject(&mut keys, entry, &family, &day);
                if date.known.is_some_and(|k| k.time.is_some()) {
                    keys.fact = instant(date).unwrap_or_default();
                }
            }
        }
        Kind::DocumentReference => {
            let mut hashes: Vec<String> = entry
                .attachments
                .iter()
                .filter_map(|i| reading.attachments.get(*i as usize))
                .filter(|a| a.bytes > 0)
                .filter_map(|a| a.hash.map(|h| h.hex()))
                .collect();
            hashes.sort();
            if !hashes.is_empty() {
                keys.joins.push((Join::Code, format!("{family}#{}", hashes.join(" "))));
            }
        }
        Kind::DiagnosticReport => {
            if let Some(when) =
                entry.date.as_ref().filter(|d| d.known.is_some_and(|k| k.time.is_some())).and_then(instant)
            {
                subject(&mut keys, entry, &family, &when);
            }
        }
        _ => {}
    }
    for id in &entry.identifiers {
        if !id.system.trim().is_empty() && is_subject(&fold(&id.value)) {
            keys.joins.push((Join::Identifier, format!("{family}@{} {}", id.system.trim(), id.value.trim())));
        }
    }
    if !keys.joins.iter().any(|(join, _)| matches!(join, Join::Code | Join::Text)) {
        keys.joins.push((Join::Exact, format!("{family}={}", content(entry))));
    }
    keys
}

fn subject(keys: &mut Keys, entry: &Entry, family: &str, rest: &str) {
    for (system, code) in codes(&entry.concept) {
        keys.joins.push((Join::Code, format!("{family}:{system} {code}|{rest}")));
    }
    if let Some(words) = words(entry) {
        keys.joins.push((Join::Text, format!("{family}~{words}|{rest}")));
    }
}

/// The strength of a medicine: from its title, else its text, its codes' names, its own detail.
fn strength(entry: &Entry) -> String {
    let displays = entry.concept.codings.iter().map(|c| c.display.as_str());
    [entry.title.as_str(), entry.concept.text.as_str()]
        .into_iter()
        .chain(displays)
        .chain(entry.detail("strength"))
        .map(strengths)
        .find(|s| !s.is_empty())
        .unwrap_or_default()
        .join(" ")
}

/// Everything that an entry says, its place in the file aside.
fn content(entry: &Entry) -> String {
    let bare = Entry { at: String::new(), span: None, links: Vec::new(), attachments: Vec::new(), ..entry.clone() };
    // Serialising plain owned data into a vector has no way to fail; an empty answer would only keep entries apart,
    // so the place makes it unique.
    match postcard::to_allocvec(&bare) {
        Ok(bytes) => super::Hash::of(&bytes).hex(),
        Err(_) => format!("at {}", entry.at),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(strengths(text), expected, "{text}");
    }

    #[test]
    fn strengths_are_read_from_the_words_and_never_converted() {
        check("Aspirin 75mg tablets", &["75mg"]);
        check("Aspirin 75 MG Oral Tablet", &["75mg"]);
        check("Amoxicillin 250mg/5ml oral suspension", &["250mg/5ml"]);
        check("Morphine 10 mg / 5 mL", &["10mg/5ml"]);
        check("Insulin glargine 100 units/ml 3 ml pen", &["100unit/ml"]);
        check("Co-codamol 30mg/500mg tablets", &["30mg/500mg"]);
        check("Salbutamol 100micrograms/dose inhaler", &["100microgram/dose"]);
        check("Levothyroxine 0.50 mg", &["0.5mg"]);
        check("Metformin 1,000mg", &["1000mg"]);
        check("Hydrocortisone 1% cream 15g", &["1%", "15g"]);
        check("Vitamin B12", &[]);
        check("Aspirin", &[]);
    }

    #[test]
    fn spellings_of_a_unit_are_one_and_other_units_are_not() {
        for (a, b) in [("µmol/L", "umol/l"), ("g/L", "g / l"), ("mm[Hg]", "mmHg"), ("x10^9/L", "10*9/L"), ("mcg", "µg")]
        {
            assert_eq!(unit(a), unit(b));
        }
        for (a, b) in
            [("U/L", "iu/L"), ("mL/min", "mL/min/{1.73_m2}"), ("mg", "Mg"), ("g/L", "g/dL"), ("%", "mmol/mol")]
        {
            assert_ne!(unit(a), unit(b));
        }
    }

    #[test]
    fn generic_words_name_nothing() {
        for text in ["Unknown", " ADVERSE   reactions", "Transfer-degraded drug allergy", "", "?", "N/A"] {
            assert!(!is_subject(&fold(text)), "{text}");
        }
        assert!(is_subject(&fold("Penicillin")));
    }

    #[test]
    fn an_instant_is_the_same_in_every_zone_that_was_stated_and_a_wall_clock_stays_one() {
        let at = |s| instant(&PartialDate::fhir(s));
        assert_eq!(at("2020-07-01T10:00:00+01:00"), at("2020-07-01T09:00:00Z"));
        assert_ne!(at("2020-07-01T10:00:00"), at("2020-07-01T10:00:00Z"));
        assert_eq!(at("2020-07"), Some("2020-07".into()));
        assert_eq!(at("2020-07-93"), None);
    }
}
