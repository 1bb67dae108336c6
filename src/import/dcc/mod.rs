//! EU digital certificates of vaccination, test and recovery (`HC1:` texts; eHealth Network, JSON schema 1.3).
//!
//! Each statement of a certificate is a piece, at `/v/0`, `/t/0` or `/r/0`; the certificate around them is one more.
//! Nothing of a certificate whose signature does not match is shown.

use ciborium::Value as Cbor;

use super::keys::Keys;
use super::{LIMITS, READER, hl7v2, issue, shc};
use crate::record::{
    Check, Detail, Entry, Identifier, IssueCode, Kind, Outcome, PartialDate, Person, Reading, Section, Severity,
    Signed, Standing, Value,
};

mod base45;
mod cose;
mod values;

use cose::{Certificate, member, twice, words};
use values::{concept, name};

/// The name under which the specification's own rules stand in the conformance list.
const PROFILE: &str = "EU DCC";

/// Most certificates in one file, and most statements of one certificate. The specification has one of each.
const MOST: usize = 256;

/// Reads the certificates of a text, one a line. One that can't be opened, or whose signature does not match, is a piece
/// not understood. Of several, each place begins with its certificate: `certificate 2/v/0`.
pub fn read(text: &str, keys: &Keys) -> Reading {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let several =
        lines.len() > 1 && lines.iter().all(|line| line.get(..4).is_some_and(|h| h.eq_ignore_ascii_case("HC1:")));
    if !several {
        return one(text, keys);
    }
    let mut reading = Reading { reader: READER, format: "EU certificate".to_owned(), ..Reading::default() };
    let mut worst = Signed::No;
    for (n, line) in lines.iter().enumerate().take(MOST) {
        let mut found = one(line, keys);
        shc::place(&mut found, &format!("certificate {}", n + 1));
        if !found.entries.is_empty() {
            worst = worst.max(found.signed);
        } else if worst == Signed::No && found.signed == Signed::Wrong {
            reading.signed = Signed::Wrong;
        }
        if reading.source.name.is_empty() {
            (reading.source, reading.version) = (found.source, found.version);
        }
        for person in found.people {
            if !reading.people.iter().any(|p| hl7v2::same_person(p, &person)) {
                reading.people.push(person);
            }
        }
        reading.entries.extend(found.entries);
        reading.issues.extend(found.issues);
        reading.conformance.extend(found.conformance);
        found.ledger.lines.into_iter().for_each(|line| reading.ledger.line(line));
    }
    if let Some(more) = lines.len().checked_sub(MOST).filter(|more| *more > 0) {
        reading.issues.push(issue(Severity::Error, IssueCode::BeyondLimits, "", &more.to_string()));
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        reading.ledger.add_series("", "HC1", Outcome::NotUnderstood, more);
    }
    if worst != Signed::No {
        reading.signed = worst;
    }
    if reading.people.len() > 1 {
        reading.issues.push(issue(Severity::Error, IssueCode::SeveralPeople, "", &reading.people.len().to_string()));
    }
    reading
}

fn one(text: &str, keys: &Keys) -> Reading {
    let mut reading = Reading { reader: READER, format: "EU certificate".to_owned(), ..Reading::default() };
    let found = match cose::open(text, keys) {
        Err(step) => Err((IssueCode::CardRule, step.to_owned())),
        Ok(found) if found.signed == Signed::Wrong => {
            reading.signed = Signed::Wrong;
            Err((IssueCode::BadSignature, found.issuer))
        }
        Ok(found) => Ok(found),
    };
    match found {
        Err((code, said)) => {
            reading.issues.push(issue(Severity::Error, code, "", &said));
            reading.ledger.add("", "HC1", Outcome::NotUnderstood, Some(code));
            let check = Check { profile: PROFILE.to_owned(), check: said, met: false, at: String::new() };
            reading.conformance.push(check);
        }
        Ok(found) => certificate(&mut reading, &found),
    }
    reading
}

fn certificate(reading: &mut Reading, held: &Certificate) {
    reading.signed = held.signed;
    if held.signed == Signed::NotChecked {
        let why = held.unchecked.unwrap_or(&held.issuer);
        reading.issues.push(issue(Severity::Warning, IssueCode::SignatureNotChecked, "", why));
    }
    reading.ledger.add("", "HC1", Outcome::Kept, None);
    reading.version = text(&held.content, "ver");
    reading.source.name.clone_from(&held.issuer);
    reading.source.as_of = shc::moment(&held.issued);
    let Cbor::Map(members) = &held.content else {
        reading.issues.push(issue(Severity::Error, IssueCode::NotAnObject, "", ""));
        return;
    };
    if members.len() > MOST {
        return not_understood(reading, "/", "HC1", IssueCode::BeyondLimits);
    }
    for (n, (key, value)) in members.iter().enumerate() {
        if members.iter().filter(|(other, _)| other == key).count() > 1 {
            // Which of the two is meant can't be known.
            let first = members.iter().position(|(other, _)| other == key) == Some(n);
            if first {
                let at = format!("/{}", words(key));
                not_understood(reading, &at, &words(key), IssueCode::DuplicateKey);
            }
            continue;
        }
        match (words(key).as_str(), value) {
            ("ver" | "dob", _) => {}
            ("nam", value) if twice(value) => not_understood(reading, "/nam", "nam", IssueCode::DuplicateKey),
            ("nam", value) if !matches!(value, Cbor::Map(_)) => {
                not_understood(reading, "/nam", "nam", IssueCode::NotAnObject);
            }
            ("nam", value) => person(reading, value, &held.content),
            ("v" | "t" | "r", Cbor::Null) => {}
            (group @ ("v" | "t" | "r"), Cbor::Array(list)) => {
                if let Some(more) = list.len().checked_sub(MOST).filter(|more| *more > 0) {
                    let at = format!("/{group}/{MOST}");
                    reading.issues.push(issue(Severity::Error, IssueCode::BeyondLimits, &at, &more.to_string()));
                    let more = u32::try_from(more).unwrap_or(u32::MAX);
                    reading.ledger.add_series(at, group, Outcome::NotUnderstood, more);
                }
                for (i, one) in list.iter().enumerate().take(MOST) {
                    statement(reading, group, one, &format!("/{group}/{i}"), held);
                }
            }
            (group, _) => {
                not_understood(reading, &format!("/{group}"), group, IssueCode::UnknownType);
            }
        }
    }
    for key in ["ver", "nam", "dob"] {
        let met = member(&held.content, &Cbor::from(key)).is_some();
        let at = if met { String::new() } else { format!("/{key}") };
        reading.conformance.push(Check { profile: PROFILE.to_owned(), check: key.to_owned(), met, at });
    }
    if reading.people.is_empty() {
        reading.issues.push(issue(Severity::Warning, IssueCode::NoPerson, "", ""));
    }
}

fn not_understood(reading: &mut Reading, at: &str, kind: &str, code: IssueCode) {
    reading.issues.push(issue(Severity::Error, code, at, kind));
    let kind: String = kind.chars().take(LIMITS.label).collect();
    reading.ledger.add(at, kind, Outcome::NotUnderstood, Some(code));
}

fn text(map: &Cbor, key: &str) -> String {
    member(map, &Cbor::from(key)).map(words).unwrap_or_default()
}

fn person(reading: &mut Reading, nam: &Cbor, whole: &Cbor) {
    let either = |own: &str, standard: &str| {
        let own = text(nam, own);
        // The standardised name writes spaces as "<" (ICAO 9303).
        if own.is_empty() { text(nam, standard).replace('<', " ").trim().to_owned() } else { own }
    };
    let (family, given) = (either("fn", "fnt"), either("gn", "gnt"));
    let born = text(whole, "dob");
    let name = [given.as_str(), family.as_str()].join(" ").trim().to_owned();
    let birth_date = (!born.is_empty()).then(|| PartialDate::fhir(&born));
    if let Some(odd) = birth_date.as_ref().filter(|d| d.known.is_none()) {
        reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, "/dob", &odd.text));
    }
    reading.people.push(Person {
        name,
        family,
        given: Some(given).filter(|g| !g.is_empty()).into_iter().collect(),
        birth_date,
        at: "/nam".to_owned(),
        ..Person::default()
    });
    reading.ledger.add("/nam", "nam", Outcome::Shown, None);
}

/// One vaccination, test or recovery.
fn statement(reading: &mut Reading, group: &str, one: &Cbor, at: &str, held: &Certificate) {
    if !matches!(one, Cbor::Map(_)) {
        return not_understood(reading, at, group, IssueCode::NotAnObject);
    }
    // "Detected" and "not detected" in one: neither is shown.
    if twice(one) {
        return not_understood(reading, at, group, IssueCode::DuplicateKey);
    }
    let say = |key: &str| text(one, key);
    let day = |key: &str| Some(PartialDate::fhir(&say(key))).filter(|d| !d.text.is_empty());
    let mut entry = match group {
        "v" => {
            let mut entry = Entry::new(Section::Immunizations, Kind::Immunization, at, "");
            entry.concept = concept(&[&say("mp"), &say("vp")]);
            entry.date = day("dt");
            entry.status.standing = Standing::Ended;
            detail(&mut entry, "doseNumber", &say("dn"));
            detail(&mut entry, "seriesDoses", &say("sd"));
            detail(&mut entry, "manufacturer", name(&say("ma")));
            entry
        }
        "t" => {
            let mut entry = Entry::new(Section::Results, Kind::Observation, at, "");
            entry.concept = concept(&[&say("tt")]);
            entry.date = day("sc");
            entry.recorded = day("dr");
            entry.value = Some(Value::Concept(concept(&[&say("tr")]))).filter(|v| !v.text().is_empty());
            entry.status.standing = Standing::Final;
            entry.performer.extend(Some(say("tc")).filter(|t| !t.is_empty()));
            detail(&mut entry, "method", &say("nm"));
            detail(&mut entry, "device", &say("ma"));
            entry
        }
        _ => {
            let mut entry = Entry::new(Section::Problems, Kind::Condition, at, "");
            entry.concept = concept(&[&say("tg")]);
            entry.date = day("fr");
            entry.status.standing = Standing::Ended;
            detail(&mut entry, "validFrom", &say("df"));
            detail(&mut entry, "validUntil", &say("du"));
            entry
        }
    };
    if group != "r" {
        detail(&mut entry, "targetDisease", name(&say("tg")));
    }
    detail(&mut entry, "country", &say("co"));
    if let Some(until) = shc::moment(&held.expires) {
        detail(&mut entry, "certificateValidUntil", &until.text);
    }
    entry.custodian = Some(say("is")).filter(|t| !t.is_empty());
    let value = say("ci");
    if !value.is_empty() {
        entry.identifiers.push(Identifier { system: "urn:uvci".to_owned(), value });
    }
    match super::fhir::title(&entry.concept) {
        Some((title, named)) => (entry.title, entry.named) = (title, named),
        None => {
            entry.title = group.to_owned();
            reading.issues.push(issue(Severity::Warning, IssueCode::MissingElement, at, group));
        }
    }
    if !entry.named {
        reading.issues.push(issue(Severity::Information, IssueCode::CodeWithoutName, at, &entry.title));
    }
    if let Some(odd) = entry.date.as_ref().filter(|d| d.known.is_none()) {
        reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, at, &odd.text));
    }
    reading.entries.push(entry);
    reading.ledger.add(at, group, Outcome::Shown, None);
}

fn detail(entry: &mut Entry, name: &str, text: &str) {
    if !text.is_empty() {
        entry.details.push(Detail { name: name.to_owned(), text: text.to_owned() });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
