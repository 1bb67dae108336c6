//! Who the record is about: the strip that stands on every page and every share.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Day, SourceLine, day, rows};
use crate::record::{Bears, Hash, Parcel, PartialDate, Person, Sex, same};

/// The person as every page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The whole name as one line; empty if no source gave one.
    pub name: String,
    /// Family name, for "SURNAME, Given"; empty if not told apart.
    pub family: String,
    /// Given names in one line.
    pub given: String,
    /// Date of birth.
    pub birth: Option<Day>,
    /// Age today (or at death, if that date is known), where the birth date is known well enough to be sure.
    pub age: Option<Age>,
    /// Sex as the source gave it.
    pub sex: Option<Sex>,
    /// The NHS number in groups of three, three and four.
    pub nhs_number: Option<NhsShown>,
    /// Date of death, or that the person has died with the date unknown.
    pub deceased: Option<Day>,
    /// Seed of the person's tile pattern: the same person always gets the same tile.
    pub tile: u64,
    /// The sources differ about who this is (names or birth dates written differently): how many ways there are.
    pub variants: u32,
}

/// An NHS number for the eye.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NhsShown {
    /// `943 476 5919`.
    pub text: String,
    /// False: fails its check digit or is a known stand-in; shown with a warning, never used to match.
    pub valid: bool,
}

/// What is known of the caring for a person, for the eye.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareShown {
    /// Since when.
    pub from: Option<Day>,
    /// Until when.
    pub until: Option<Day>,
    /// That day has passed.
    pub ended: bool,
    /// By when the ground is to be looked at again; `None` where it is not known when it was last looked at.
    pub review: Option<Day>,
    /// That day has come.
    pub due: bool,
}

/// The birthdays at which a child's say in their own record changes: prompts to look at it again, no cut-offs.
const PROMPTS: [i16; 4] = [11, 13, 16, 18];

/// What is known of the caring for a person. The ground is looked at again a year after it was last looked at, and at the
/// birthdays in [`PROMPTS`], whichever comes first.
pub fn care(from: &str, until: &str, looked_at: &str, birth: Option<&PartialDate>, today: Date) -> CareShown {
    let day = |text: &str| Some(PartialDate::fhir(text)).filter(|d| d.known.is_some());
    let until = day(until);
    let after = |years: i16, date: Date| date.checked_add(jiff::Span::new().years(years)).ok();
    let looked = day(looked_at).and_then(|d| d.day());
    let review = looked.and_then(|looked| {
        let born = birth.and_then(PartialDate::day);
        let birthdays = born.into_iter().flat_map(|born| PROMPTS.map(|years| after(years, born))).flatten();
        birthdays.filter(|day| *day > looked).chain(after(1, looked)).min()
    });
    CareShown {
        from: day(from).map(|d| Day::of(&d, today)),
        ended: until.as_ref().is_some_and(|d| d.is_before(today)),
        until: until.map(|d| Day::of(&d, today)),
        due: review.is_some_and(|day| day <= today),
        review: review.and_then(|day| Day::at(&day.to_string(), today)),
    }
}

/// An age for the ui to word: years, and months and days for the small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Whole years.
    pub years: u16,
    /// Whole months since the last birthday; 0 if the birth date is partial.
    pub months: u8,
    /// Whole days since birth, if the birth date is whole.
    pub days: Option<u32>,
}

impl Header {
    /// How a person looks today.
    pub fn of(person: &Person, today: Date) -> Header {
        let nhs_number = person.nhs_number();
        let deceased = person.deceased.as_ref().map(|d| Day::of(d, today));
        let died = person.deceased.as_ref().and_then(PartialDate::day).filter(|d| *d <= today);
        let age = match (&person.deceased, died) {
            (Some(_), None) => None,
            (_, died) => person.birth_date.as_ref().and_then(|birth| day::age(birth, died.unwrap_or(today))),
        };
        Header {
            name: whole_name(person),
            family: person.family.clone(),
            given: person.given.join(" "),
            birth: person.birth_date.as_ref().map(|d| Day::of(d, today)),
            age,
            sex: person.sex,
            nhs_number: nhs_number.as_ref().map(|n| NhsShown { text: grouped(&n.digits), valid: n.valid }),
            deceased,
            tile: tile(person),
            variants: 0,
        }
    }
}

/// The strip of a record: the particulars that the person gave, what they left open taken from the files. Of several
/// files the one with a valid NHS number counts first, then the newest.
pub fn header(parcels: &[Parcel], given: Option<&Person>, today: Date) -> Header {
    let mut people: Vec<(&Parcel, &Person)> =
        parcels.iter().flat_map(|parcel| parcel.reading.people.iter().map(move |person| (parcel, person))).collect();
    people.sort_by_key(|(parcel, person)| {
        let valid = person.nhs_number().is_some_and(|n| n.valid);
        let as_of = parcel.reading.source.as_of.as_ref().map(|d| d.sort_key()).unwrap_or_default();
        (!valid, std::cmp::Reverse(as_of), parcel.hash)
    });
    let mut shown = given.cloned().unwrap_or_default();
    // A file that bears another name, filed here all the same, lends nothing to who this is.
    let lends = |parcel: &Parcel| !matches!(parcel.note.bears, Bears::Other(_));
    for (_, person) in people.iter().filter(|(parcel, _)| lends(parcel)) {
        if whole_name(&shown).is_empty() {
            shown.name.clone_from(&person.name);
            shown.family.clone_from(&person.family);
            shown.given.clone_from(&person.given);
        }
        shown.birth_date = shown.birth_date.or_else(|| person.birth_date.clone());
        shown.sex = shown.sex.or(person.sex);
        shown.deceased = shown.deceased.or_else(|| person.deceased.clone());
        if shown.nhs_number().is_none() {
            shown.identifiers.extend(person.identifiers.iter().cloned());
        }
    }
    let ways: BTreeSet<(String, String)> =
        people.iter().map(|(_, person)| *person).chain(given).filter_map(way).collect();
    Header { variants: ways.len() as u32, ..Header::of(&shown, today) }
}

/// The name, folded, and the date of birth as a person's sources write them; `None` if they write neither. A date is one
/// however it is spelled.
fn way(person: &Person) -> Option<(String, String)> {
    let birth = person.birth_date.as_ref().map(|d| d.iso().unwrap_or_else(|| d.text.clone())).unwrap_or_default();
    let name = same::fold(&bare_name(person));
    (!name.is_empty() || !birth.is_empty()).then_some((name, birth))
}

/// One way in which sources write who the person is, and which files do so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The name as the first of them writes it; empty if none.
    pub name: String,
    /// The date of birth.
    pub birth: Option<Day>,
    /// The files; none for what the person gave themselves.
    pub sources: Vec<SourceLine>,
}

/// The ways in which the sources write who the person is, where there are several; else none.
pub fn ways(parcels: &[Parcel], given: Option<&Person>, today: Date) -> Vec<Way> {
    let mut all: BTreeMap<(String, String), Way> = BTreeMap::new();
    let people = parcels.iter().flat_map(|parcel| parcel.reading.people.iter().map(move |p| (p, Some(parcel))));
    for (person, parcel) in people.chain(given.map(|p| (p, None))) {
        let Some(key) = way(person) else { continue };
        let birth = || person.birth_date.as_ref().map(|d| Day::of(d, today));
        let told =
            all.entry(key).or_insert_with(|| Way { name: whole_name(person), birth: birth(), sources: Vec::new() });
        told.sources.extend(parcel.map(|parcel| rows::source(parcel, today)));
    }
    if all.len() < 2 { Vec::new() } else { all.into_values().collect() }
}

/// Given and family name where a source keeps them apart: a title before them is no other way to write a name.
fn bare_name(person: &Person) -> String {
    match person.family.is_empty() || person.given.is_empty() {
        true => whole_name(person),
        false => format!("{} {}", person.given.join(" "), person.family),
    }
}

fn whole_name(person: &Person) -> String {
    if !person.name.trim().is_empty() {
        return person.name.clone();
    }
    let parts = person.given.iter().chain([&person.family]).filter(|p| !p.is_empty());
    parts.cloned().collect::<Vec<_>>().join(" ")
}

/// Three, three and four digits, as the NHS writes its number.
pub(super) fn grouped(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(a), Some(b), Some(c)) => format!("{a} {b} {c}"),
        _ => digits.to_owned(),
    }
}

/// From what makes a person one: the valid NHS number, else name and birth date.
fn tile(person: &Person) -> u64 {
    let number = person.nhs_number().filter(|n| n.valid).map(|n| n.digits);
    let birth = || person.birth_date.as_ref().map(|d| d.text.as_str()).unwrap_or_default();
    let seed = number.unwrap_or_else(|| format!("{}|{}", same::fold(&whole_name(person)), birth()));
    let Hash([a, b, c, d, e, f, g, h, ..]) = Hash::of(format!("tessera tile|{seed}").as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{Identifier, system};
    use jiff::civil::date;

    fn person(name: &str, birth: &str, nhs: &str) -> Person {
        Person {
            name: name.into(),
            birth_date: Some(PartialDate::fhir(birth)),
            identifiers: vec![Identifier { system: system::NHS_NUMBER.into(), value: nhs.into() }],
            ..Person::default()
        }
    }

    fn check(person: &Person, text: &str, years: Option<u16>, valid: bool) {
        let header = Header::of(person, date(2026, 11, 22));
        let nhs = header.nhs_number.unwrap();
        assert_eq!((nhs.text.as_str(), nhs.valid, header.age.map(|a| a.years)), (text, valid, years));
    }

    #[test]
    fn a_person_is_shown_with_number_and_age() {
        check(&person("Ann Lee", "1951-03-03", "9434765919"), "943 476 5919", Some(75), true);
        check(&person("Ann Lee", "1951", "943-476-5918"), "943 476 5918", None, false);
        let mut died = person("Ann Lee", "1951-03-03", "9434765919");
        died.deceased = Some(PartialDate::fhir("2001-03-02"));
        check(&died, "943 476 5919", Some(49), true);
        died.deceased = Some(PartialDate::fhir(""));
        check(&died, "943 476 5919", None, true);
    }

    #[test]
    fn the_ground_of_caring_is_looked_at_each_year_and_as_a_child_grows() {
        let due = |looked_at: &str, birth: &str, today: Date| {
            let shown = care("2020", "2030-05", looked_at, Some(&PartialDate::fhir(birth)), today);
            assert!(!shown.ended);
            (shown.review.map(|d| d.text), shown.due)
        };
        let now = date(2026, 11, 22);
        assert_eq!(due("2026-11-22", "1951-03-03", now), (Some("2027-11-22".into()), false));
        assert_eq!(due("2025-11-22", "1951-03-03", now), (Some("2026-11-22".into()), true));
        assert_eq!(due("2026-11-22", "2014-02-01", now), (Some("2027-02-01".into()), false));
        assert_eq!(due("2024-02-29", "1951", now), (Some("2025-02-28".into()), true));
        assert_eq!(due("", "1951", now), (None, false));
        assert!(care("", "2026-10", "", None, now).ended);
        assert!(!care("", "2026", "", None, now).ended);
    }

    #[test]
    fn what_the_person_gave_comes_first_and_the_files_fill_in_the_rest() {
        let mut parcel = Parcel { hash: Hash::of(b"a"), reading: Default::default(), note: Default::default() };
        parcel.reading.people = vec![person("Ann M Lee", "1951-03-03", "9434765919")];
        let given = Person { name: "Annie".into(), ..Person::default() };
        let header = header(&[parcel], Some(&given), date(2026, 11, 22));
        assert_eq!(header.name, "Annie");
        assert_eq!(header.nhs_number.unwrap().text, "943 476 5919");
        assert_eq!(header.variants, 2);
        assert_eq!(header.birth.unwrap().text, "1951-03-03");
    }
}
