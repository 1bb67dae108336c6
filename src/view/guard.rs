//! The wrong-person guard on the screen: both sides, fact by fact.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Day,
    people::{Header, grouped},
};
use crate::record::{
    Person,
    guard::{self, Verdict},
    mention::{Mentions, Speaks},
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
    /// Everybody here, each held against the file: whom it agrees with first, whom it differs from last.
    pub candidates: Vec<Candidate>,
    /// What can be read of a file that names nobody in a field of its own.
    pub reads: Option<Reads>,
}

/// One person of the vault, held against a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Opaque; names them in this vault.
    pub id: String,
    /// Who.
    pub person: Header,
    /// Their record is the open one.
    pub open: bool,
    /// How the file compares with them.
    pub finding: Finding,
    /// Of them stands in the words of the file: their name and NHS number as written there.
    pub quotes: Vec<String>,
    /// Their date of birth stands in the words of the file.
    pub birth: Option<Day>,
}

/// The words of a letter, for the eye.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    /// Its first lines; empty if no words were found in it.
    pub opening: String,
    /// What follows them.
    pub rest: String,
    /// There is more than both.
    pub more: bool,
    /// Dates that the words mark as a date of birth.
    pub births: Vec<Day>,
    /// The MIME type of a picture that every browser draws; empty for any other file.
    pub picture: String,
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
    /// The file names nobody, as far as it can be read.
    NoPerson,
    /// It has no field for its patient; its words name this person, and nobody else here. Asked all the same.
    WordsAgree,
    /// It has no field for its patient; its words give another date of birth or NHS number, or name somebody else here.
    WordsDiffer,
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

/// Neither a name nor a date of birth nor an NHS number.
fn says_nothing(person: &Person, today: Date) -> bool {
    let says = Header::of(person, today);
    says.name.trim().is_empty() && says.birth.is_none() && says.nhs_number.is_none()
}

/// Both sides of the guard's question. Without anybody in the record there is nothing to compare: a first file.
pub fn page(held: Option<&Person>, found: &[Person], today: Date) -> GuardPage {
    let verdict = held.map(|held| guard::compare(held, found));
    let finding = match (&verdict, found) {
        (_, []) => Finding::NoPerson,
        (_, [_, _, ..]) => Finding::SeveralPeople,
        // It names nobody, and nobody is here to compare it with.
        (None, [nobody]) if says_nothing(nobody, today) => Finding::TooLittle,
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
        file: shown(c.fact, &c.found),
        person: shown(c.fact, &c.held),
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
        candidates: Vec::new(),
        reads: None,
    }
}

/// A fact for the eye: an NHS number in its groups.
fn shown(fact: guard::Fact, said: &str) -> String {
    if fact == guard::Fact::NhsNumber { grouped(said) } else { said.to_owned() }
}

/// What the words of a file that names nobody add to that: never a match, at most something to stop at.
pub fn by_words(words: &Mentions<'_>, held: Option<&Person>, others: &[&Person]) -> Finding {
    let other = others.iter().any(|p| words.speaks(p) == Speaks::For);
    match held.map(|held| words.speaks(held)) {
        Some(Speaks::Against) => Finding::WordsDiffer,
        Some(Speaks::Nothing) if other => Finding::WordsDiffer,
        Some(Speaks::For) if !other => Finding::WordsAgree,
        _ => Finding::NoPerson,
    }
}

/// Lines of a letter that are shown at once: its head.
const HEAD: usize = 14;
/// Bytes of its words that are shown at all; the file itself is there for the rest.
const WORDS: usize = 40_000;

/// What is shown of a text.
pub fn reads(text: &str, words: &Mentions<'_>, today: Date) -> Reads {
    let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned();
    let all = lines(text);
    let shown = all.get(..all.floor_char_boundary(WORDS)).unwrap_or_default();
    let filled = shown.match_indices('\n').filter(|(at, _)| !shown.get(at + 1..).unwrap_or_default().starts_with('\n'));
    let head = filled.map(|(at, _)| at).nth(HEAD - 1).unwrap_or(shown.len()).min(shown.floor_char_boundary(1_500));
    Reads {
        opening: shown.get(..head).unwrap_or_default().to_owned(),
        rest: shown.get(head..).unwrap_or_default().trim_start_matches('\n').to_owned(),
        more: shown.len() < all.len(),
        births: words.births.iter().map(|date| Day::of(date, today)).collect(),
        picture: String::new(),
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
        check(None, &[Person::default()], Finding::TooLittle, 0);
    }

    #[test]
    fn a_letters_words_stop_where_they_name_another_and_never_answer() {
        let (ann, bob) = (person("Ann", "Lee", "1951-03-03"), person("Bob", "Lee", "2019-05-14"));
        let found = |text: &str, held: Option<&Person>, others: &[&Person]| by_words(&Mentions::of(text), held, others);
        let letter = "Re: Ms Ann LEE, DOB 03/03/1951";
        assert_eq!(found(letter, Some(&ann), &[&bob]), Finding::WordsAgree);
        assert_eq!(found(letter, Some(&bob), &[&ann]), Finding::WordsDiffer);
        assert_eq!(found(letter, None, &[]), Finding::NoPerson);
        // A birth date that is nobody's here stops too.
        assert_eq!(found("Born 1 May 1940", Some(&bob), &[&ann]), Finding::WordsDiffer);
        // Both are named: nobody can tell by that.
        let both = "Bob Lee, born 14/05/2019; mother Ann Lee, born 03/03/1951";
        assert_eq!(found(both, Some(&bob), &[&ann]), Finding::NoPerson);
        assert_eq!(found("Haemoglobin 120", Some(&bob), &[&ann]), Finding::NoPerson);
    }

    #[test]
    fn the_head_of_a_letter_is_shown_and_the_rest_is_a_tap_away() {
        let today = Date::constant(2026, 11, 22);
        let shown = |text: &str| reads(text, &Mentions::of(text), today);
        let short = shown("\nDear Ann \n\nAll is well.\n");
        assert_eq!((short.opening.as_str(), short.rest.as_str(), short.more), ("Dear Ann\n\nAll is well.", "", false));
        let lines: Vec<String> = (1..=40).map(|n| format!("line {n}")).collect();
        let long = shown(&lines.join("\n"));
        assert_eq!(format!("{}\n{}", long.opening, long.rest), lines.join("\n"));
        assert_eq!(long.opening.lines().count(), HEAD);
        let endless = shown(&"é".repeat(50_000));
        assert!(endless.more && !endless.rest.is_empty());
        assert_eq!(shown("").opening, "");
    }
}
