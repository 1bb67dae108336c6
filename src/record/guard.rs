//! The wrong-person guard: whose file is it?
//!
//! Only what people themselves would compare counts: NHS number, date of birth, names, sex. Resource ids never do: real
//! records of different people share all of them. One difference stops, however much else agrees, because two people
//! can share a valid number. Too little to tell is never a match.

use serde::{Deserialize, Serialize};

use super::{Known, Person, Sex, same};

/// What the guard found. Only [`Verdict::Match`] goes on without a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// All that both sides say agrees, and it is enough: names and the day of birth, or a valid NHS number with a
    /// family name and a date of birth.
    Match(Vec<Comparison>),
    /// Something differs: stop.
    Differs(Vec<Comparison>),
    /// Nothing differs, but one side says too little.
    TooLittle(Vec<Comparison>),
    /// The file names nobody.
    NoPerson,
    /// The file holds several people.
    SeveralPeople,
}

impl Verdict {
    /// True if the file may go to the person without a question.
    pub fn is_match(&self) -> bool {
        matches!(self, Verdict::Match(_))
    }

    /// The facts compared, in the order of [`Fact`]; none where there was nothing to compare.
    pub fn facts(&self) -> &[Comparison] {
        match self {
            Verdict::Match(facts) | Verdict::Differs(facts) | Verdict::TooLittle(facts) => facts,
            Verdict::NoPerson | Verdict::SeveralPeople => &[],
        }
    }
}

/// One fact on both sides, as each wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Which fact.
    pub fact: Fact,
    /// As the record says; empty if it does not.
    pub held: String,
    /// As the file says; empty if it does not.
    pub found: String,
    /// How they compare.
    pub compared: Compared,
}

/// The facts that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Fact {
    NhsNumber,
    BirthDate,
    FamilyName,
    GivenName,
    Sex,
}

/// How one fact compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Compared {
    /// The same.
    Same,
    /// Different.
    Differs,
    /// One side or both do not say, or what they say can't be used: an NHS number that fails its check digit, a date
    /// that is none.
    NotSaid,
}

/// True if this is exactly one person who is named: enough to begin a record of its own.
pub fn names(people: &[Person]) -> bool {
    matches!(people, [one] if !words(one).is_empty())
}

/// Compares the person whose record is open with the people of a file.
pub fn compare(held: &Person, found: &[Person]) -> Verdict {
    let found = match found {
        [] => return Verdict::NoPerson,
        [one] => one,
        _ => return Verdict::SeveralPeople,
    };
    let facts = vec![nhs(held, found), birth(held, found), family(held, found), given(held, found), sex(held, found)];
    let is = |fact: Fact, compared: Compared| facts.iter().any(|f| f.fact == fact && f.compared == compared);
    if facts.iter().any(|f| f.compared == Compared::Differs) {
        return Verdict::Differs(facts);
    }
    let day = [held, found].iter().all(|p| p.birth_date.as_ref().is_some_and(|d| d.day().is_some()));
    let born = is(Fact::BirthDate, Compared::Same);
    let family = is(Fact::FamilyName, Compared::Same);
    let by_name = born && day && family && is(Fact::GivenName, Compared::Same);
    let by_number = born && family && is(Fact::NhsNumber, Compared::Same);
    if by_name || by_number { Verdict::Match(facts) } else { Verdict::TooLittle(facts) }
}

fn fact(fact: Fact, held: String, found: String, same: Option<bool>) -> Comparison {
    let compared = match same {
        Some(true) => Compared::Same,
        Some(false) => Compared::Differs,
        None => Compared::NotSaid,
    };
    Comparison { fact, held, found, compared }
}

fn nhs(held: &Person, found: &Person) -> Comparison {
    let (a, b) = (held.nhs_number(), found.nhs_number());
    let same = match (&a, &b) {
        (Some(a), Some(b)) if a.valid && b.valid => Some(a.digits == b.digits),
        _ => None,
    };
    let digits = |n: Option<super::NhsNumber>| n.map(|n| n.digits).unwrap_or_default();
    fact(Fact::NhsNumber, digits(a), digits(b), same)
}

/// Dates agree as far as both are known: `1961` and `1961-04-09` do not differ.
fn birth(held: &Person, found: &Person) -> Comparison {
    let known = |p: &Person| p.birth_date.as_ref().and_then(|d| d.known);
    let text =
        |p: &Person| p.birth_date.as_ref().map(|d| d.iso().unwrap_or_else(|| d.text.clone())).unwrap_or_default();
    let agree = |a: Known, b: Known| {
        let part = |a: Option<u8>, b: Option<u8>| a.zip(b).is_none_or(|(a, b)| a == b);
        a.year == b.year && part(a.month, b.month) && part(a.day, b.day)
    };
    fact(Fact::BirthDate, text(held), text(found), known(held).zip(known(found)).map(|(a, b)| agree(a, b)))
}

/// All words of a name, folded; hyphens part words and apostrophes are nothing, as systems write them either way.
fn folded(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '’' | '`' | '.')).collect();
    same::fold(&plain.replace(['-', '‐', ','], " ")).split_whitespace().map(str::to_owned).collect()
}

/// Every word by which a person is named.
fn words(person: &Person) -> Vec<String> {
    let mut all = folded(&person.name);
    all.extend(folded(&person.family));
    all.extend(person.given.iter().flat_map(|g| folded(g)));
    all
}

/// Family names agree if their words are the same. Where one side has only a whole name, the other's family name must
/// stand in it.
fn family(held: &Person, found: &Person) -> Comparison {
    let same = match (folded(&held.family), folded(&found.family)) {
        (a, b) if !a.is_empty() && !b.is_empty() => Some(a == b),
        (a, _) if !a.is_empty() => stands_in(&a, found),
        (_, b) if !b.is_empty() => stands_in(&b, held),
        _ => whole(held, found),
    };
    fact(Fact::FamilyName, shown(&held.family, held), shown(&found.family, found), same)
}

/// First given names agree if they are the same; middle names are left aside, because many systems leave them out.
fn given(held: &Person, found: &Person) -> Comparison {
    let first = |p: &Person| p.given.first().and_then(|g| folded(g).into_iter().next());
    let same = match (first(held), first(found)) {
        (Some(a), Some(b)) => Some(a == b),
        (Some(a), None) => stands_in(&[a], found),
        (None, Some(b)) => stands_in(&[b], held),
        (None, None) => whole(held, found),
    };
    fact(Fact::GivenName, shown(&held.given.join(" "), held), shown(&found.given.join(" "), found), same)
}

/// Whether a part of a name stands in a name that is given only as a whole.
fn stands_in(part: &[String], whole: &Person) -> Option<bool> {
    let all = folded(&whole.name);
    (!all.is_empty() && whole.family.is_empty() && whole.given.is_empty()).then(|| part.iter().all(|w| all.contains(w)))
}

/// Where both sides have only a whole name: all its words.
fn whole(held: &Person, found: &Person) -> Option<bool> {
    let (mut a, mut b) = (folded(&held.name), folded(&found.name));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    a.sort();
    b.sort();
    Some(a == b)
}

fn shown(part: &str, person: &Person) -> String {
    // A name that is given only as a whole stands for both its parts; one part never for the other.
    let whole = person.family.is_empty() && person.given.is_empty();
    if part.is_empty() && whole { person.name.clone() } else { part.to_owned() }
}

fn sex(held: &Person, found: &Person) -> Comparison {
    let said = |p: &Person| p.sex.filter(|s| *s != Sex::Unknown);
    let text = |p: &Person| match p.sex {
        Some(Sex::Female) => "female".to_owned(),
        Some(Sex::Male) => "male".to_owned(),
        Some(Sex::Other) => "other".to_owned(),
        Some(Sex::Unknown) => "unknown".to_owned(),
        None => String::new(),
    };
    fact(Fact::Sex, text(held), text(found), said(held).zip(said(found)).map(|(a, b)| a == b))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{Identifier, PartialDate, system};

    fn person(given: &str, family: &str, born: &str, nhs: &str) -> Person {
        Person {
            name: format!("{given} {family}").trim().to_owned(),
            family: family.to_owned(),
            given: given.split_whitespace().map(str::to_owned).collect(),
            birth_date: (!born.is_empty()).then(|| PartialDate::fhir(born)),
            identifiers: vec![Identifier { system: system::NHS_NUMBER.to_owned(), value: nhs.to_owned() }],
            ..Person::default()
        }
    }

    fn check(found: &[Person], expected: &str) {
        let held = person("Horace", "Skelly", "1925-04-21", "9690937286");
        let verdict = compare(&held, found);
        let name = match verdict {
            Verdict::Match(_) => "match",
            Verdict::Differs(_) => "differs",
            Verdict::TooLittle(_) => "too little",
            Verdict::NoPerson => "nobody",
            Verdict::SeveralPeople => "several",
        };
        assert_eq!(name, expected, "{found:?}");
    }

    #[test]
    fn any_difference_stops_even_with_the_same_valid_number() {
        check(&[person("Horace", "SKELLY", "1925-04-21", "9690937286")], "match");
        check(&[person("Horace Albert", "Skelly", "1925-04-21", "")], "match");
        check(&[person("Ada", "Skelly", "1925-04-21", "9690937286")], "differs");
        check(&[person("Horace", "Skelly", "1925-04-22", "9690937286")], "differs");
        check(&[person("Horace", "Kelly", "1925-04-21", "9690937286")], "differs");
        check(&[person("Horace", "Skelly", "1925-04-21", "9434765919")], "differs");
    }

    #[test]
    fn too_little_is_never_a_match() {
        check(&[person("Horace", "Skelly", "", "")], "too little");
        check(&[person("Horace", "Skelly", "1925", "")], "too little");
        check(&[person("", "Skelly", "1925", "969 093 7286")], "match");
        check(&[person("", "", "1925-04-21", "9690937286")], "too little");
        check(&[person("", "", "", "")], "too little");
        check(&[], "nobody");
        let one = person("Horace", "Skelly", "1925-04-21", "9690937286");
        check(&[one.clone(), one], "several");
    }

    #[test]
    fn what_cannot_be_used_is_not_said() {
        // Neither a number that fails its check nor a date that is none says anything.
        check(&[person("Horace", "Skelly", "1925-04-21", "1234567890")], "match");
        check(&[person("Horace", "Skelly", "1925-04-93", "9690937286")], "too little");
    }

    #[test]
    fn names_agree_as_people_write_them() {
        let held = person("Siân", "O'Neill-Evans", "1980-01-02", "");
        let same = |given, family| compare(&held, &[person(given, family, "1980-01-02", "")]).is_match();
        assert!(same("SIÂN", "O’NEILL EVANS"));
        assert!(!same("Siôn", "O'Neill-Evans"));
        let whole =
            Person { name: "Mrs Siân O'Neill-Evans".to_owned(), family: String::new(), given: vec![], ..held.clone() };
        assert!(compare(&held, &[whole]).is_match());
    }
}
