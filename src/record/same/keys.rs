//! The keys of an entry.

use super::{codes, fold, instant, is_subject, product_codes, strengths, unit, words};
use crate::record::{Component, Entry, Hash, Kind, Polarity, Reading, Value, contents};

/// What decides how an entry is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::record) enum Join {
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
pub(in crate::record) struct Keys {
    /// Any shared key joins.
    pub(in crate::record) joins: Vec<(Join, String)>,
    /// A fact that must not differ inside one item: strength, or time of day. Empty says nothing.
    pub(in crate::record) fact: String,
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
pub(in crate::record) fn keys(entry: &Entry, reading: &Reading) -> Keys {
    let none = matches!(entry.polarity, Polarity::NoneKnown | Polarity::Unknown);
    let family = family(&entry.kind);
    // A statement of none is never the same as a statement of something.
    let family = if none { format!("none {family}") } else { family.to_owned() };
    let mut keys = Keys::default();
    match entry.kind {
        Kind::AllergyIntolerance => {
            coded(&mut keys, codes(&entry.concept), &family, "");
            // The same words are the same substance, whichever of a system's axes each source coded it on.
            if let Some(words) = words(entry) {
                keys.joins.push((Join::Code, format!("{family}~{words}|")));
            }
        }
        Kind::Condition => subject(&mut keys, entry, &family, ""),
        _ if is_medicine(&entry.kind) => {
            coded(&mut keys, product_codes(entry), &family, "");
            worded(&mut keys, entry, &family, "");
            keys.fact = strength(entry);
        }
        Kind::Observation => {
            if let Some(when) = entry.date.as_ref().and_then(instant) {
                let specimen = entry.detail("specimen").map(fold).unwrap_or_default();
                let value = measured(entry.value.as_ref());
                let rest = format!("{specimen}|{when}|{value}|{}", parts(&entry.components));
                subject(&mut keys, entry, &family, &rest);
                // A remark is what its words say: two remarks of one visit are two.
                let remark = entry.value.is_none() && entry.components.is_empty() && keys.joins.is_empty();
                if remark && !entry.notes.is_empty() {
                    keys.joins.push((Join::Exact, format!("{family}~{}|{rest}", fold(&entry.notes.join(" ")))));
                }
            }
        }
        Kind::Immunization | Kind::Procedure | Kind::Encounter => {
            if let Some(date) = entry.date.as_ref().filter(|d| d.day().is_some()) {
                let day = date.day().map(|d| d.to_string()).unwrap_or_default();
                subject(&mut keys, entry, &family, &day);
                if date.known.is_some_and(|k| k.time.is_some()) {
                    keys.fact = instant(date).unwrap_or_default();
                    // A visit whose name says nothing ("Other") is the one of that moment.
                    if entry.kind == Kind::Encounter && keys.joins.is_empty() {
                        keys.joins.push((Join::Code, format!("{family}~{}|{}", fold(&entry.title), keys.fact)));
                    }
                }
            }
        }
        Kind::DocumentReference => {
            let hashes: Vec<String> = contents(reading, entry).iter().map(Hash::hex).collect();
            if !hashes.is_empty() {
                keys.joins.push((Join::Code, format!("{family}#{}", hashes.join(" "))));
            }
            // Content that is elsewhere is named by where it is. Only a whole address is a name: "Binary/1" is anybody's.
            let mut elsewhere: Vec<&str> = entry
                .attachments
                .iter()
                .filter_map(|i| reading.attachments.get(*i as usize))
                .filter(|a| a.hash.is_none() && a.url.contains("://"))
                .map(|a| a.url.trim())
                .collect();
            elsewhere.sort_unstable();
            if !elsewhere.is_empty() && hashes.is_empty() {
                keys.joins.push((Join::Exact, format!("{family}@{}", elsewhere.join(" "))));
            }
        }
        Kind::DiagnosticReport => {
            if let Some(when) =
                entry.date.as_ref().filter(|d| d.known.is_some_and(|k| k.time.is_some())).and_then(instant)
            {
                subject(&mut keys, entry, &family, &when);
            }
        }
        // Plans, devices, flags and the like: the same of one day, once a file, for a file may order one thing twice.
        Kind::ServiceRequest
        | Kind::Appointment
        | Kind::CarePlan
        | Kind::Goal
        | Kind::DeviceUseStatement
        | Kind::Flag
        | Kind::Consent
        | Kind::FamilyMemberHistory => {
            let day = entry.date.as_ref().and_then(instant).unwrap_or_default();
            let whom = entry.detail("relationship").map(fold).unwrap_or_default();
            let known = entry.kind == Kind::FamilyMemberHistory && !whom.is_empty();
            if !day.is_empty() || known {
                let mut own = Keys::default();
                subject(&mut own, entry, &family, &format!("{whom}|{day}"));
                keys.joins.extend(own.joins.into_iter().map(|(_, key)| (Join::Exact, key)));
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
    coded(keys, codes(&entry.concept), family, rest);
    worded(keys, entry, family, rest);
}

fn coded<'a>(keys: &mut Keys, codes: impl IntoIterator<Item = (&'a str, &'a str)>, family: &str, rest: &str) {
    let all = codes.into_iter().map(|(system, code)| (Join::Code, format!("{family}:{system} {code}|{rest}")));
    keys.joins.extend(all);
}

fn worded(keys: &mut Keys, entry: &Entry, family: &str, rest: &str) {
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

/// Everything that an entry says, its place in the file and its numbers there aside: a system that changes how it
/// numbers its entries tells of no new ones.
fn content(entry: &Entry) -> String {
    let bare = Entry {
        at: String::new(),
        span: None,
        links: Vec::new(),
        attachments: Vec::new(),
        identifiers: Vec::new(),
        ..entry.clone()
    };
    // Serialising plain owned data into a vector has no way to fail; an empty answer would only keep entries apart,
    // so the place makes it unique.
    match postcard::to_allocvec(&bare) {
        Ok(bytes) => Hash::of(&bytes).hex(),
        Err(_) => format!("at {}", entry.at),
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
