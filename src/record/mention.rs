//! Whom the words of a letter name. A letter has no field for its patient: what stands in its words is shown to the person
//! who says whose it is, and never answers for them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{NhsNumber, PartialDate, Person, same};

/// Bytes of a text that are looked through; a letter names its patient at its head.
const LOOKED_AT: usize = 400_000;
/// Words that may stand between a given name and a family name.
const APART: usize = 3;
/// Bytes before a date in which a word can say that it is a date of birth.
const BEFORE: usize = 30;
/// What says it, English and Welsh.
const BORN: [&str; 8] = ["born", "birth", "dob", "d.o.b", "d o b", "ganed", "ganwyd", "dyddiad geni"];

/// The words of a text, made ready to look for people in.
pub struct Mentions<'a> {
    text: &'a str,
    words: Vec<Word>,
    /// Dates of birth, as the text marks them.
    pub births: Vec<PartialDate>,
    dates: Vec<PartialDate>,
    numbers: Vec<String>,
}

struct Word {
    folded: String,
    start: usize,
    end: usize,
}

/// What of a person stands in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mention {
    /// Their name, as it is written there.
    pub name: Option<String>,
    /// Their whole date of birth stands there.
    pub birth: Option<PartialDate>,
    /// Their NHS number, ten digits.
    pub number: Option<String>,
}

/// What a text says of whether it is about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// Two of their name, their date of birth and their NHS number stand in it.
    For,
    /// It gives another date of birth or another NHS number.
    Against,
    /// Neither.
    Nothing,
}

impl<'a> Mentions<'a> {
    /// Looks through a text.
    pub fn of(text: &'a str) -> Self {
        let text = text.get(..text.floor_char_boundary(LOOKED_AT)).unwrap_or(text);
        let found = PartialDate::written_in(text);
        let day = |date: &PartialDate| date.day().is_some();
        let births = found.iter().filter(|(at, date)| day(date) && is_birth(text, *at)).map(|(_, d)| d.clone());
        let births: Vec<PartialDate> = births.fold(Vec::new(), |mut all, date| {
            if !all.contains(&date) {
                all.push(date);
            }
            all
        });
        let dates = found.into_iter().map(|(_, date)| date).filter(day).collect();
        Self { text, words: words(text), births, dates, numbers: numbers(text) }
    }

    /// What of this person stands there.
    pub fn mention(&self, person: &Person) -> Mention {
        let born = person.birth_date.as_ref().and_then(PartialDate::day);
        let number = person.nhs_number().filter(|n| n.valid).map(|n| n.digits);
        Mention {
            name: self.name(person),
            birth: born.and_then(|born| self.dates.iter().find(|d| d.day() == Some(born)).cloned()),
            number: number.filter(|n| self.numbers.contains(n)),
        }
    }

    /// Whether it is about this person, as far as it says.
    pub fn speaks(&self, person: &Person) -> Speaks {
        let Mention { name, birth, number } = self.mention(person);
        let born = person.birth_date.as_ref().and_then(PartialDate::day);
        let other_birth = born.is_some() && !self.births.is_empty() && self.births.iter().all(|d| d.day() != born);
        let own = person.nhs_number().filter(|n| n.valid);
        let other_number = own.is_some() && !self.numbers.is_empty() && number.is_none();
        if other_birth || other_number {
            return Speaks::Against;
        }
        let signs = [name.is_some(), birth.is_some(), number.is_some()];
        if signs.into_iter().filter(|s| *s).count() >= 2 { Speaks::For } else { Speaks::Nothing }
    }

    /// First given name and family name near each other, in either order.
    fn name(&self, person: &Person) -> Option<String> {
        let (first, family) = parts(person)?;
        let is = |at: usize, word: &str| self.words.get(at).is_some_and(|w| w.folded == word);
        let starts = (0..self.words.len()).filter(|at| (0..).zip(&family).all(|(n, word)| is(at + n, word)));
        for at in starts {
            let end = at + family.len();
            let before = at.saturating_sub(APART + 1)..at;
            let near = before.chain(end..end + APART + 1);
            if let Some(given) = near.into_iter().find(|n| is(*n, &first)) {
                let from = self.words.get(given.min(at))?.start;
                let to = self.words.get(given.max(end - 1))?.end;
                return self.text.get(from..to).map(|quote| quote.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        None
    }
}

/// The first given name and the words of the family name, folded; `None` if either is not known.
fn parts(person: &Person) -> Option<(String, Vec<String>)> {
    let folded = |text: &str| -> Vec<String> { words(text).into_iter().map(|w| w.folded).collect() };
    let (mut first, mut family) = (folded(&person.given.join(" ")), folded(&person.family));
    if first.is_empty() || family.is_empty() {
        const TITLES: [&str; 6] = ["mr", "mrs", "ms", "miss", "master", "dr"];
        let whole: Vec<String> = folded(&person.name).into_iter().filter(|w| !TITLES.contains(&w.as_str())).collect();
        (first, family) =
            (whole.first().cloned().into_iter().collect(), whole.get(1..)?.last().cloned().into_iter().collect());
    }
    Some((first.into_iter().next()?, family)).filter(|(_, family)| !family.is_empty())
}

/// Runs of letters and digits, folded; an apostrophe inside is nothing, as systems write a name either way.
fn words(text: &str) -> Vec<Word> {
    let mut all: Vec<Word> = Vec::new();
    let mut open: Option<usize> = None;
    let mut close = |from: usize, to: usize| {
        // Capitals in a letter's head often stand without their accents.
        let plain = text.get(from..to).unwrap_or_default().nfd().filter(|c| !is_mark(*c) && !is_combining_mark(*c));
        all.push(Word { folded: same::fold(&plain.collect::<String>()), start: from, end: to });
    };
    for (at, c) in text.char_indices() {
        match open {
            None if c.is_alphanumeric() => open = Some(at),
            Some(from) if !c.is_alphanumeric() && !is_mark(c) => {
                close(from, at);
                open = None;
            }
            _ => {}
        }
    }
    if let Some(from) = open {
        close(from, text.len());
    }
    all
}

fn is_mark(c: char) -> bool {
    matches!(c, '\'' | '’' | '`')
}

/// True if the words just before a date say that it is one of birth.
fn is_birth(text: &str, at: usize) -> bool {
    let from = text.floor_char_boundary(at.saturating_sub(BEFORE));
    let before = text.get(from..at).unwrap_or_default().to_lowercase();
    let starts_word = |at: usize| !before.get(..at).is_some_and(|b| b.ends_with(char::is_alphabetic));
    BORN.iter().any(|word| before.match_indices(word).any(|(at, _)| starts_word(at)))
}

/// The valid NHS numbers of a text, in ten digits: in one run, or in groups of three, three and four.
fn numbers(text: &str) -> Vec<String> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        match runs.last_mut().filter(|(_, end)| *end == at) {
            Some((_, end)) => *end = at + c.len_utf8(),
            None => runs.push((at, at + c.len_utf8())),
        }
    }
    let digits = |n: usize| runs.get(n).and_then(|(from, to)| text.get(*from..*to));
    let joined = |n: usize| {
        let (a, b) = (runs.get(n)?, runs.get(n + 1)?);
        text.get(a.1..b.0).filter(|between| matches!(*between, " " | "-" | "\u{a0}"))
    };
    let mut all = Vec::new();
    for n in 0..runs.len() {
        let whole = digits(n).filter(|d| d.len() == 10).map(str::to_owned);
        let grouped = match (digits(n), digits(n + 1), digits(n + 2)) {
            (Some(a), Some(b), Some(c)) if (a.len(), b.len(), c.len()) == (3, 3, 4) => {
                joined(n).and(joined(n + 1)).map(|_| format!("{a}{b}{c}"))
            }
            _ => None,
        };
        for number in whole.into_iter().chain(grouped) {
            if NhsNumber::read(&number).is_some_and(|n| n.valid) && !all.contains(&number) {
                all.push(number);
            }
        }
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{Identifier, system};

    fn person(given: &str, family: &str, born: &str, nhs: &str) -> Person {
        Person {
            name: format!("{given} {family}"),
            family: family.to_owned(),
            given: given.split_whitespace().map(str::to_owned).collect(),
            birth_date: (!born.is_empty()).then(|| PartialDate::fhir(born)),
            identifiers: vec![Identifier { system: system::NHS_NUMBER.to_owned(), value: nhs.to_owned() }],
            ..Person::default()
        }
    }

    fn check(text: &str, person: &Person, speaks: Speaks, name: Option<&str>) {
        let found = Mentions::of(text);
        assert_eq!((found.speaks(person), found.mention(person).name.as_deref()), (speaks, name), "{text}");
    }

    #[test]
    fn a_letter_that_names_somebody_speaks_for_them_and_against_others() {
        let mother = person("Arleen", "Bartell", "1959-02-17", "9434765919");
        let (child, twin) = (person("Gwen", "Bartell", "2019-05-14", ""), person("Owain", "Bartell", "2019-05-14", ""));
        let letter = "Bodnant Surgery\n12 March 2024\n\nRe: Ms Arleen BARTELL, DOB 17/02/1959\n\nDear Dr Price";
        check(letter, &mother, Speaks::For, Some("Arleen BARTELL"));
        check(letter, &child, Speaks::Against, None);
        check("BARTELL, Arleen May, born 17 February 1959", &mother, Speaks::For, Some("BARTELL, Arleen"));
        check(
            "Patient: Gwen Rhian Bartell\nDate of birth: 14.05.2019",
            &child,
            Speaks::For,
            Some("Gwen Rhian Bartell"),
        );
        // The twin's name alone is not there; the date of birth they share says nothing.
        check("Patient: Gwen Bartell\nDate of birth: 14.05.2019", &twin, Speaks::Nothing, None);
        check("Arleen Bartell rang about her daughter", &mother, Speaks::Nothing, Some("Arleen Bartell"));
        check("Haemoglobin 120 g/L, 3 March 2024", &mother, Speaks::Nothing, None);
        check("NHS No 943 476 5919. Arleen Bartell.", &mother, Speaks::For, Some("Arleen Bartell"));
        check("NHS 9690937286 Arleen Bartell, born 17/02/1959", &mother, Speaks::Against, Some("Arleen Bartell"));
        // Newborn is not born.
        check("Gwen Bartell. Newborn check 15/05/2019", &child, Speaks::Nothing, Some("Gwen Bartell"));
        check("tel 01492 640 1234, ref 1234567890", &mother, Speaks::Nothing, None);
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let sian = person("Siân", "O'Neill-Evans", "1980-01-02", "");
        check("Re: SIAN O’NEILL EVANS (d.o.b. 2 Jan 1980)", &sian, Speaks::For, Some("SIAN O’NEILL EVANS"));
        let whole = Person { name: "Mrs Siân Evans".into(), ..Person::default() };
        check("Dear Siân Evans", &whole, Speaks::Nothing, Some("Siân Evans"));
        check("Evans the shop. Much later, a word of one Siân", &whole, Speaks::Nothing, None);
        check("", &Person::default(), Speaks::Nothing, None);
    }
}
