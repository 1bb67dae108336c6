use super::wire::Field;
use crate::record::{Coding, Concept, Identifier, PartialDate, Quantity, system};

/// The URI of a coding system by its name in HL7 table 0396; an OID as a URN; anything else as it is written.
pub fn system_uri(name: &str) -> String {
    let known = match name.to_ascii_uppercase().as_str() {
        "LN" | "LOINC" => system::LOINC,
        "SCT" | "SCT2" | "SNM3" | "SNOMED" | "SNOMED-CT" | "SNOMEDCT" | "SNOMED CT" | "2.16.840.1.113883.6.96" => {
            system::SNOMED
        }
        "CVX" | "2.16.840.1.113883.12.292" => system::CVX,
        "RXNORM" | "2.16.840.1.113883.6.88" => system::RXNORM,
        "UCUM" | "2.16.840.1.113883.6.8" => system::UCUM,
        "DMD" | "DM+D" => system::DMD,
        "2.16.840.1.113883.6.1" => system::LOINC,
        "NDC" => "http://hl7.org/fhir/sid/ndc",
        "MVX" => "http://hl7.org/fhir/sid/mvx",
        "I9" | "I9C" | "ICD9" | "I9CDX" => "http://hl7.org/fhir/sid/icd-9-cm",
        "I10C" => "http://hl7.org/fhir/sid/icd-10-cm",
        "I10" | "ICD10" | "ICD-10" => "http://hl7.org/fhir/sid/icd-10",
        "C4" | "CPT" | "CPT4" => "http://www.ama-assn.org/go/cpt",
        "ATC" => "http://www.whocc.no/atc",
        "CDCREC" => "urn:oid:2.16.840.1.113883.6.238",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if let Some(table) = name.strip_prefix("HL7").map(|t| t.trim_start_matches('_'))
        && (2..=4).contains(&table.len())
        && table.bytes().all(|b| b.is_ascii_digit())
    {
        return table_uri(table);
    }
    if is_oid(name) { format!("urn:oid:{name}") } else { name.to_owned() }
}

/// The URI of an HL7 v2 table.
pub fn table_uri(table: &str) -> String {
    format!("http://terminology.hl7.org/CodeSystem/v2-{table:0>4}")
}

fn is_oid(text: &str) -> bool {
    text.contains('.') && text.starts_with(['0', '1', '2']) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// CE, CWE, CNE or CF (HL7 v2.5.1 §2.A.10, 2.A.13): up to three codings, and the original text as the words. A lone
/// first component that is plainly words and names no system is words: many senders write them there.
pub fn concept(field: Field<'_>) -> Concept {
    let part = |n: usize| field.part(n).words();
    let mut out = Concept { text: part(9), codings: Vec::new() };
    for (code, display, system) in [(1, 2, 3), (4, 5, 6), (10, 11, 12)] {
        let (code, display, system) = (part(code), part(display), part(system));
        if code.is_empty() {
            if out.text.is_empty() {
                out.text = display;
            }
            continue;
        }
        if display.is_empty() && system.is_empty() && is_words(&code) {
            if out.text.is_empty() {
                out.text = code;
            }
            continue;
        }
        out.codings.push(Coding { system: system_uri(&system), code, display });
    }
    out
}

fn is_words(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    // "Penicillin V 250" is no code either: codes have no spaces.
    letters > 3 && (text.contains(' ') || !text.chars().any(|c| c.is_ascii_digit())) && !text.contains(['_', ':'])
}

/// A code of one HL7 table (ID, IS or CWE), which needs not name its table.
pub fn coded(field: Field<'_>, table: &str) -> Concept {
    let mut found = concept(field);
    let first = field.part(1).words();
    if found.codings.is_empty() && !first.is_empty() && first.len() <= 4 {
        found = Concept { text: String::new(), codings: vec![Coding { code: first, ..Coding::default() }] };
    }
    for coding in found.codings.iter_mut().filter(|c| c.system.is_empty()) {
        coding.system = table_uri(table);
    }
    found
}

/// The words of a concept: its own, else its first code.
pub fn label(concept: &Concept) -> String {
    concept
        .label()
        .map(str::to_owned)
        .unwrap_or_else(|| concept.codings.iter().map(|c| c.code.clone()).find(|c| !c.is_empty()).unwrap_or_default())
}

/// A number with the unit of a CE or CWE field beside it.
pub fn quantity(value: &str, comparator: &str, units: Field<'_>) -> Quantity {
    let (code, text, system) = (units.part(1).words(), units.part(2).words(), units.part(3).words());
    Quantity {
        value: value.trim().to_owned(),
        comparator: comparator.to_owned(),
        unit: if text.is_empty() { code.clone() } else { text },
        system: system_uri(&system),
        code: if system.is_empty() { String::new() } else { code },
    }
}

/// True for the numbers of NM (§2.A.46): digits with an optional sign and point.
pub fn is_number(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    !body.is_empty()
        && body.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && body.bytes().filter(|b| *b == b'.').count() <= 1
        && body.bytes().any(|b| b.is_ascii_digit())
}

/// A comparator and a number, if that is all that a text is: `<5`, `>= 60`, `5.40`.
pub fn compared(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (comparator, number) = ["<=", ">=", "<", ">"]
        .iter()
        .find_map(|c| text.strip_prefix(c).map(|rest| (*c, rest.trim())))
        .unwrap_or(("", text));
    is_number(number).then_some((comparator, number))
}

/// A TS, DTM or DT: its first component.
pub fn when(field: Field<'_>) -> Option<PartialDate> {
    let words = field.part(1).words();
    (!words.is_empty()).then(|| PartialDate::hl7(&words))
}

/// A date as people write it where it stands in a text: ISO 8601 with as much as is known, else as it came.
pub fn date_words(field: Field<'_>) -> String {
    let Some(date) = when(field) else { return String::new() };
    let Some(k) = date.known else { return date.text };
    let mut out = format!("{:04}", k.year);
    for part in [k.month, k.day].into_iter().flatten() {
        out.push_str(&format!("-{part:02}"));
    }
    if let Some(time) = k.time {
        out.push_str(&format!(" {:02}:{:02}", time.hour, time.minute));
        if let Some(second) = time.second {
            out.push_str(&format!(":{second:02}"));
        }
        if let Some(offset) = time.offset {
            let sign = if offset < 0 { '-' } else { '+' };
            out.push_str(&format!(" {sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60));
        }
    }
    out
}

/// A name's parts in the order in which they are said, for XPN (`from` 1) and XCN (`from` 2).
pub fn name(field: Field<'_>, from: usize) -> String {
    let part = |n: usize| field.part(from + n).words();
    let family = field.part(from).sub(1).words();
    let own = [part(4), part(1), part(2), family, part(3), part(5)];
    own.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A clinician of an XCN or CNN: the name, else the identifier.
pub fn clinician(field: Field<'_>) -> String {
    let name = name(field, 2);
    if name.is_empty() { field.part(1).words() } else { name }
}

/// An XON or HD: the organisation's name, else its identifier.
pub fn organisation(field: Field<'_>) -> String {
    [1, 10, 3, 2].iter().map(|n| field.part(*n).sub(1).words()).find(|w| !w.is_empty()).unwrap_or_default()
}

/// A PL: facility, building, floor, point of care, room, bed, description, in one line.
pub fn location(field: Field<'_>) -> String {
    let parts = [4, 7, 8, 1, 2, 3, 9].map(|n| field.part(n).sub(1).words());
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// An XAD in one line.
pub fn address(field: Field<'_>) -> String {
    let parts = [1, 2, 3, 4, 5, 6].map(|n| field.part(n).words());
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// An XTN: the number or address as written, else its parts.
pub fn telephone(field: Field<'_>) -> String {
    let whole = [1, 4, 12].map(|n| field.part(n).words());
    let whole: Vec<String> = whole.into_iter().filter(|w| !w.is_empty()).collect();
    if !whole.is_empty() {
        return whole.join(", ");
    }
    let parts = [5, 6, 7, 8].map(|n| field.part(n).words());
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A CX: an identifier under its assigning authority. British numbers go by the URIs under which they are known.
pub fn identifier(field: Field<'_>) -> Option<Identifier> {
    let value = field.part(1).words();
    if value.is_empty() {
        return None;
    }
    let authority = field.part(4);
    let (space, oid) = (authority.sub(1).words(), authority.sub(2).words());
    let kind = field.part(5).words();
    let says = |words: &[&str]| {
        [&space, &kind].iter().any(|w| {
            let plain: String = w.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
            words.contains(&plain.as_str())
        })
    };
    let nhs = ["NHS", "NHSNUMBER", "NHSNO", "NHSNBR", "NHSNMBR", "NHSNUM", "NNNGBR", "NNGBR"];
    let system = if says(&nhs) || oid == "2.16.840.1.113883.2.1.4.1" {
        system::NHS_NUMBER.to_owned()
    } else if says(&["CHI", "CHINUMBER", "CHINO"]) || oid == "2.16.840.1.113883.2.1.3.2.4.16.53" {
        system::CHI_NUMBER.to_owned()
    } else if says(&["HSC", "HCN", "HANDC", "HSCNUMBER"]) || oid == "2.16.840.1.113883.2.1.3.2.4.16.57" {
        system::HC_NUMBER.to_owned()
    } else if is_oid(&oid) {
        format!("urn:oid:{oid}")
    } else {
        [space, oid, kind].into_iter().find(|s| !s.is_empty()).unwrap_or_default()
    };
    Some(Identifier { system, value })
}

/// An EI: identifier, namespace, universal id, type.
pub fn entity(field: Field<'_>) -> Option<Identifier> {
    let value = field.part(1).words();
    let (space, oid) = (field.part(2).words(), field.part(3).words());
    let system = if is_oid(&oid) {
        format!("urn:oid:{oid}")
    } else if space.is_empty() {
        oid
    } else {
        space
    };
    (!value.is_empty()).then_some(Identifier { system, value })
}
