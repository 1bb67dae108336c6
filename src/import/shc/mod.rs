//! SMART Health Cards (spec.smarthealth.cards; HL7 SMART Health Cards and Links 1.0): files, JWS, and QR texts.
//!
//! A card is unpacked, its signature is checked against the keys at hand, and its Bundle is read as FHIR. Nothing of a
//! card whose signature does not match is shown. The original stays as it came, so that it can be passed on verbatim.
//! Places are `card 1` and `card 1/entry/0/resource`.

use std::ops::ControlFlow;

use super::keys::Keys;
use super::{ImportError, LIMITS, Progress, READER, fhir, hl7v2, issue, json};
use crate::record::{Attachment, Check, Detail, IssueCode, Outcome, PartialDate, Person, Reading, Severity, Signed};

mod card;
mod text;

use card::Card;
pub use text::cards;

/// The name under which the specification's own rules stand in the conformance list.
const PROFILE: &str = "https://spec.smarthealth.cards";

/// Reads all cards of a text.
pub fn read(
    text: &str,
    keys: &Keys,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    let mut reading = Reading { reader: READER, format: "SMART Health Card".to_owned(), ..Reading::default() };
    let mut worst = Signed::No;
    for (n, held) in cards(text).into_iter().enumerate() {
        let at = format!("card {}", n + 1);
        let opened = held.and_then(|jws| Card::open(&jws, keys));
        match opened {
            // Not every code of it was scanned: nothing is wrong with the card.
            Err("chunks missing") => refuse(&mut reading, &at, IssueCode::MissingElement, "chunks missing"),
            Err(rule) => refuse(&mut reading, &at, IssueCode::CardRule, rule),
            Ok(card) if card.signed == Signed::Wrong => {
                refuse(&mut reading, &at, IssueCode::BadSignature, &card.iss);
                reading.signed = Signed::Wrong;
            }
            Ok(card) => {
                worst = worst.max(card.signed);
                take(&mut reading, &card, &at, progress)?;
            }
        }
        if reading.ledger.lines.len() > LIMITS.pieces {
            return Err(ImportError::TooMany { limit: LIMITS.pieces });
        }
    }
    if worst != Signed::No {
        reading.signed = worst;
    }
    match reading.people.len() {
        0 if !reading.entries.is_empty() => reading.issues.push(issue(Severity::Warning, IssueCode::NoPerson, "", "")),
        0 | 1 => {}
        n => reading.issues.push(issue(Severity::Error, IssueCode::SeveralPeople, "", &n.to_string())),
    }
    Ok(reading)
}

/// The bytes of an attachment inside a card's Bundle.
pub fn data(text: &str, at: &str) -> Option<Vec<u8>> {
    let (card, pointer) = find(text, at)?;
    fhir::data(card.bundle(), &pointer)
}

/// The source text of a piece of a card's Bundle.
pub fn fragment(text: &str, at: &str) -> Option<String> {
    let (card, pointer) = find(text, at)?;
    let bundle = card.bundle();
    json::locate(bundle, &pointer).and_then(|range| bundle.get(range)).map(str::to_owned)
}

fn find(text: &str, at: &str) -> Option<(Card, String)> {
    let rest = at.strip_prefix("card ")?;
    let (number, pointer) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let number: usize = number.parse().ok()?;
    let jws = cards(text).into_iter().nth(number.checked_sub(1)?)?.ok()?;
    Some((Card::open(&jws, &Keys::default()).ok()?, pointer.to_owned()))
}

/// A card of which nothing is shown.
fn refuse(reading: &mut Reading, at: &str, code: IssueCode, found: &str) {
    reading.issues.push(issue(Severity::Error, code, at, found));
    reading.ledger.add(at, "JWS", Outcome::NotUnderstood, Some(code));
    reading.conformance.push(Check {
        profile: PROFILE.to_owned(),
        check: found.to_owned(),
        met: false,
        at: at.to_owned(),
    });
}

/// Takes in what a card holds: its Bundle as FHIR, each piece at its place in this card.
fn take(
    reading: &mut Reading,
    card: &Card,
    at: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), ImportError> {
    reading.ledger.add(at, "JWS", Outcome::Kept, None);
    if card.signed == Signed::NotChecked {
        reading.issues.push(issue(Severity::Warning, IssueCode::SignatureNotChecked, at, &card.iss));
    }
    for rule in &card.broken {
        reading.issues.push(issue(Severity::Information, IssueCode::CardRule, at, rule));
        let check = Check { profile: PROFILE.to_owned(), check: (*rule).to_owned(), met: false, at: at.to_owned() };
        reading.conformance.push(check);
    }
    for rule in ["alg ES256", "zip DEF", "kid"] {
        let check = Check { profile: PROFILE.to_owned(), check: rule.to_owned(), met: true, at: String::new() };
        if !reading.conformance.contains(&check) {
            reading.conformance.push(check);
        }
    }
    let mut inner = fhir::read(card.bundle(), None, fhir::Syntax::Json, progress)?;
    place(&mut inner, at);
    if reading.source.name.is_empty() {
        reading.source.name.clone_from(&card.iss);
        reading.version = if card.version.is_empty() { inner.version } else { card.version.clone() };
        reading.source.profiles = inner.source.profiles;
    }
    for (name, said) in [("nbf", &card.nbf), ("exp", &card.exp)] {
        if !said.is_empty() && moment(said).is_none() {
            reading.issues.push(issue(Severity::Warning, IssueCode::BadDate, &format!("{at}/{name}"), said));
        }
    }
    let issued = moment(&card.nbf);
    let newer = |d: &PartialDate| reading.source.as_of.as_ref().is_none_or(|a| a.sort_key() < d.sort_key());
    if let Some(date) = issued.filter(newer) {
        reading.source.as_of = Some(date);
    }
    let first = u32::try_from(reading.attachments.len()).unwrap_or(u32::MAX);
    for mut entry in inner.entries {
        entry.attachments.iter_mut().for_each(|i| *i = i.saturating_add(first));
        if let Some(until) = moment(&card.exp) {
            entry.details.push(Detail { name: "validUntil".to_owned(), text: until.text });
        }
        reading.entries.push(entry);
    }
    for person in inner.people {
        if !reading.people.iter().any(|p| hl7v2::same_person(p, &person)) {
            reading.people.push(person);
        }
    }
    // Whether the file is about several people is told once, over all its cards.
    let of_card = |code: IssueCode| matches!(code, IssueCode::NoPerson | IssueCode::SeveralPeople);
    reading.issues.extend(inner.issues.into_iter().filter(|i| !of_card(i.code)));
    reading.attachments.extend(inner.attachments);
    reading.says.extend(inner.says);
    reading.conformance.extend(inner.conformance);
    for line in inner.ledger.lines {
        reading.ledger.line(line);
    }
    Ok(())
}

/// Puts the card before every place of its Bundle.
pub fn place(inner: &mut Reading, card: &str) {
    let put = |at: &mut String| at.insert_str(0, card);
    for entry in &mut inner.entries {
        put(&mut entry.at);
        entry.span = None;
        entry.links.iter_mut().for_each(|l| put(&mut l.to));
    }
    inner.people.iter_mut().for_each(|p: &mut Person| put(&mut p.at));
    inner.attachments.iter_mut().for_each(|a: &mut Attachment| put(&mut a.at));
    inner.says.iter_mut().for_each(|s| put(&mut s.at));
    inner.issues.iter_mut().for_each(|i| put(&mut i.at));
    inner.ledger.lines.iter_mut().for_each(|l| put(&mut l.at));
    inner.conformance.iter_mut().filter(|c| !c.met).for_each(|c| put(&mut c.at));
}

/// A NumericDate as a date and time in UTC; fractions of a second are left out.
pub fn moment(seconds: &str) -> Option<PartialDate> {
    let whole = seconds.split('.').next().unwrap_or_default();
    // JSON may write it with an exponent.
    let power = || seconds.parse::<f64>().ok().filter(|s| s.abs() < 1e12).map(|s| s.trunc() as i64);
    let second = whole.parse().ok().filter(|_| !seconds.contains(['e', 'E'])).or_else(power)?;
    let time = jiff::Timestamp::from_second(second).ok()?;
    Some(PartialDate::fhir(&time.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
