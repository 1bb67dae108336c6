//! The wrong-person guard on the screen: both sides, fact by fact.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::people::Header;
use crate::record::{
    Person,
    guard::{self, Verdict},
};

/// A file and a person side by side, and what has to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardPage {
    /// What the guard found.
    pub finding: Finding,
    /// Whom the file is about; several if it holds several.
    pub file: Vec<Header>,
    /// Whose record is open.
    pub person: Option<Header>,
    /// Fact by fact.
    pub facts: Vec<Fact>,
}

/// What the guard found. Only `Match` goes on without a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Finding {
    /// Every fact that both sides give agrees, and enough facts are given.
    Match,
    /// The record is new: is this the right person?
    FirstFile,
    /// Something differs: stop.
    Differs,
    /// Too little is given on one side to tell.
    TooLittle,
    /// The file names nobody.
    NoPerson,
    /// The file holds several people.
    SeveralPeople,
}

/// One fact compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Which fact.
    pub name: FactName,
    /// As the file says; empty if it does not.
    pub file: String,
    /// As the record says; empty if it does not.
    pub person: String,
    /// How they compare.
    pub compared: Compared,
}

/// The facts that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum FactName {
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
    /// One side or both do not say, or what they say can't be used (an NHS number that fails its check).
    NotSaid,
}

/// Both sides of the guard's question. Without anybody in the record there is nothing to compare: a first file.
pub fn page(held: Option<&Person>, found: &[Person], today: Date) -> GuardPage {
    let verdict = held.map(|held| guard::compare(held, found));
    let finding = match (&verdict, found) {
        (_, []) => Finding::NoPerson,
        (_, [_, _, ..]) => Finding::SeveralPeople,
        (None, _) => Finding::FirstFile,
        (Some(Verdict::Match(_)), _) => Finding::Match,
        (Some(Verdict::Differs(_)), _) => Finding::Differs,
        (Some(_), _) => Finding::TooLittle,
    };
    let facts = verdict.iter().flat_map(Verdict::facts).map(|c| Fact {
        name: match c.fact {
            guard::Fact::NhsNumber => FactName::NhsNumber,
            guard::Fact::BirthDate => FactName::BirthDate,
            guard::Fact::FamilyName => FactName::FamilyName,
            guard::Fact::GivenName => FactName::GivenName,
            guard::Fact::Sex => FactName::Sex,
        },
        file: c.found.clone(),
        person: c.held.clone(),
        compared: match c.compared {
            guard::Compared::Same => Compared::Same,
            guard::Compared::Differs => Compared::Differs,
            guard::Compared::NotSaid => Compared::NotSaid,
        },
    });
    GuardPage {
        finding,
        facts: facts.collect(),
        file: found.iter().map(|p| Header::of(p, today)).collect(),
        person: held.map(|p| Header::of(p, today)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::PartialDate;

    fn person(given: &str, family: &str, birth: &str) -> Person {
        Person {
            family: family.into(),
            given: vec![given.into()],
            birth_date: Some(PartialDate::fhir(birth)),
            ..Person::default()
        }
    }

    fn check(held: Option<&Person>, found: &[Person], expected: Finding, facts: usize) {
        let page = page(held, found, Date::constant(2026, 11, 22));
        assert_eq!((page.finding, page.facts.len(), page.file.len()), (expected, facts, found.len()));
    }

    #[test]
    fn every_finding_shows_both_sides() {
        let (ann, bob) = (person("Ann", "Lee", "1951-03-03"), person("Bob", "Lee", "1951-03-03"));
        check(Some(&ann), std::slice::from_ref(&ann), Finding::Match, 5);
        check(Some(&ann), std::slice::from_ref(&bob), Finding::Differs, 5);
        check(Some(&ann), &[person("Ann", "Lee", "1951")], Finding::TooLittle, 5);
        check(Some(&ann), &[], Finding::NoPerson, 0);
        check(Some(&ann), &[ann.clone(), bob], Finding::SeveralPeople, 0);
        check(None, std::slice::from_ref(&ann), Finding::FirstFile, 0);
    }
}
