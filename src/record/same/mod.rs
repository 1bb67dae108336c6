//! When two entries say the same thing: the keys of each kind of entry, and what is never a key.
//!
//! Never fuzzy: equal codes, or equal text with case, spaces and Unicode form folded and nothing else, plus compatible
//! facts (strength of a medicine, time of a visit). What means nothing by itself (degraded codes, null flavours,
//! "unknown", "Adverse reactions") is no key, so that three lost allergies never become one.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::{Coding, Concept, Entry, PartialDate, system};

mod generic;
mod keys;
mod strength;

pub use generic::DEGRADED;
pub use keys::is_medicine;
pub(super) use keys::{Join, Keys, keys};
pub use strength::strengths;

use generic::{GENERIC_CODES, GENERIC_WORDS, LONGEST_GENERIC};

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

/// True if both are the same [folded](fold), found without folding either where that can be.
pub fn alike(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        let (mut a, mut b) = (one.split_whitespace(), other.split_whitespace());
        return loop {
            match (a.next(), b.next()) {
                (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => {}
                (ends, end) => break ends.is_none() && end.is_none(),
            }
        };
    }
    fold(one) == fold(other)
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

/// True if the code names a subject. A code whose own name is generic ("Adverse reactions") names none.
fn is_key(coding: &Coding) -> bool {
    !(coding.code.trim().is_empty()
        || coding.system.trim().is_empty()
        || has(&coding.system, "nullflavor")
        || coding.system.ends_with("2.16.840.1.113883.5.1008")
        || has(&coding.system, "data-absent-reason")
        || DEGRADED.contains(&coding.code.as_str())
        || GENERIC_CODES.contains(&coding.code.as_str())
        || coding.code.starts_with("9bJ")
        || is_generic(&coding.display))
}

/// True if a name is there and names nothing. Asked of every code, so that a plain name costs no folding.
fn is_generic(display: &str) -> bool {
    let name = display.trim();
    match name.len() {
        0 => false,
        1..=LONGEST_GENERIC if name.is_ascii() && !name.contains("  ") => {
            GENERIC_WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
                || ["transfer-degraded", "transfer degraded"]
                    .iter()
                    .any(|lost| name.get(..lost.len()).is_some_and(|start| start.eq_ignore_ascii_case(lost)))
                || !name.contains(|c: char| c.is_alphanumeric())
        }
        1..=LONGEST_GENERIC => !is_subject(&fold(name)),
        _ => false,
    }
}

/// True if the text holds these small letters, in whatever case.
fn has(text: &str, small: &str) -> bool {
    text.as_bytes().windows(small.len()).any(|part| part.eq_ignore_ascii_case(small.as_bytes()))
}

/// True for classifications, whose one class holds many subjects: ICD, ICPC, ATC. Beside a finer code it is no key.
fn is_class(system: &str) -> bool {
    let oid = system.strip_prefix("urn:oid:").unwrap_or(system);
    let oids = ["6.3", "6.42", "6.73", "6.90", "6.103", "6.139"];
    oid.strip_prefix("2.16.840.1.113883.").is_some_and(|rest| oids.contains(&rest))
        || ["/icd-", "/icd9", "/icd10", "icpc", "whocc.no/atc"].iter().any(|name| has(system, name))
}

/// The codings that may serve as keys.
fn key_codings(concept: &Concept) -> impl Iterator<Item = &Coding> {
    let all = || concept.codings.iter().filter(|c| is_key(c));
    let finer = concept.codings.iter().any(|c| is_class(&c.system)) && all().any(|c| !is_class(&c.system));
    all().filter(move |c| !(finer && is_class(&c.system)))
}

/// The subject's codes that may serve as keys: system and code, the system under its one name.
pub fn codes(concept: &Concept) -> impl Iterator<Item = (&str, &str)> {
    key_codings(concept).map(|c| (system_name(&c.system), c.code.trim()))
}

/// The codes of a medicine's product. Beside a name that tells a strength, a code whose own name is only the first
/// words of it names the ingredient (dm+d's VTM), in which all strengths and forms would meet: it is no key.
fn product_codes(entry: &Entry) -> Vec<(&str, &str)> {
    let displays = entry.concept.codings.iter().map(|c| c.display.as_str());
    let names = displays.chain([entry.title.as_str(), entry.concept.text.as_str()]).map(fold);
    let products: Vec<String> = names.filter(|name| !strengths(name).is_empty()).collect();
    let ingredient = |coding: &&Coding| {
        let name = fold(&coding.display);
        let begins = |p: &String| p.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(' '));
        !name.is_empty() && strengths(&name).is_empty() && products.iter().any(begins)
    };
    let all = key_codings(&entry.concept).filter(|c| !ingredient(c));
    all.map(|c| (system_name(&c.system), c.code.trim())).collect()
}

/// False if two of the entries have codes of one system, and none in common. The codes of a degraded entry are what is
/// left of it: they contradict nothing.
pub fn codes_agree<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> bool {
    let mut common: HashMap<&str, Vec<&str>> = HashMap::new();
    for entry in entries.into_iter().filter(|e| e.degraded.is_none()) {
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

/// One spelling for each unit: micro signs, the case of the litre, whole words, UCUM's own names for mmHg and °C are
/// spellings;
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
        "micromol" | "micromole" | "micromoles" => "umol".to_owned(),
        "millimol" | "millimole" | "millimoles" => "mmol".to_owned(),
        "Kg" | "kgs" | "kilogram" | "kilograms" => "kg".to_owned(),
        "gram" | "grams" => "g".to_owned(),
        "milligram" | "milligrams" => "mg".to_owned(),
        "microgram" | "micrograms" => "ug".to_owned(),
        "litre" | "litres" | "liter" | "liters" => "L".to_owned(),
        "cms" | "centimetre" | "centimetres" | "centimeter" | "centimeters" => "cm".to_owned(),
        "metre" | "metres" | "meter" | "meters" => "m".to_owned(),
        "millimetreofmercury" | "millimetresofmercury" | "millimeterofmercury" | "millimetersofmercury" => {
            "mmHg".to_owned()
        }
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
    fn words_are_alike_just_where_they_fold_to_the_same() {
        let texts =
            ["", " ", "Nuts", " nuts\u{b}", "nuts nuts", "nut s", "Caf\u{e9}", "CAFE\u{301}", "cafe", "Nuts\u{a0}"];
        for (one, other) in texts.iter().flat_map(|one| texts.map(|other| (*one, other))) {
            assert_eq!(alike(one, other), fold(one) == fold(other), "{one:?} {other:?}");
        }
        assert!(alike("Caf\u{e9}", "CAFE\u{301}") && alike("Nuts", " nuts\u{b}"));
    }

    #[test]
    fn spellings_of_a_unit_are_one_and_other_units_are_not() {
        for (a, b) in [
            ("µmol/L", "umol/l"),
            ("g/L", "g / l"),
            ("mm[Hg]", "mmHg"),
            ("x10^9/L", "10*9/L"),
            ("mcg", "µg"),
            ("kilogram", "kg"),
            ("millimeter of mercury", "mm[Hg]"),
            ("micromol/litre", "µmol/L"),
        ] {
            assert_eq!(unit(a), unit(b));
        }
        for (a, b) in [
            ("U/L", "iu/L"),
            ("mL/min", "mL/min/{1.73_m2}"),
            ("mg", "Mg"),
            ("g/L", "g/dL"),
            ("%", "mmol/mol"),
            ("g", "mg"),
            ("metre", "mm"),
        ] {
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
