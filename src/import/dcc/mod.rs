//! EU digital certificates of vaccination, test and recovery (`HC1:` texts; eHealth Network, JSON schema 1.3).
//!
//! Each statement of a certificate is a piece, at `/v/0`, `/t/0` or `/r/0`; the certificate around them is one more.
//! Nothing of a certificate whose signature does not match is shown.

use ciborium::Value as Cbor;

use super::keys::Keys;
use super::{READER, issue, shc};
use crate::record::{
    Check, Detail, Entry, Identifier, IssueCode, Kind, Outcome, PartialDate, Person, Reading, Section, Severity,
    Signed, Standing, Value,
};

mod base45;
mod cose;
mod values;

use cose::{Certificate, member, words};
use values::{concept, name};

/// The name under which the specification's own rules stand in the conformance list.
const PROFILE: &str = "EU DCC";

/// Reads one certificate. One that can't be opened, or whose signature does not match, is a piece not understood.
pub fn read(text: &str, keys: &Keys) -> Reading {
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
    for (key, value) in members {
        match (words(key).as_str(), value) {
            ("ver" | "dob", _) => {}
            ("nam", value) => person(reading, value, &held.content),
            ("v" | "t" | "r", Cbor::Null) => {}
            (group @ ("v" | "t" | "r"), Cbor::Array(list)) => {
                for (i, one) in list.iter().enumerate() {
                    statement(reading, group, one, &format!("/{group}/{i}"), held);
                }
            }
            (group, _) => {
                let at = format!("/{group}");
                reading.issues.push(issue(Severity::Error, IssueCode::UnknownType, &at, group));
                reading.ledger.add(at, group, Outcome::NotUnderstood, Some(IssueCode::UnknownType));
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
        reading.issues.push(issue(Severity::Error, IssueCode::NotAnObject, at, ""));
        reading.ledger.add(at, group, Outcome::NotUnderstood, Some(IssueCode::NotAnObject));
        return;
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
