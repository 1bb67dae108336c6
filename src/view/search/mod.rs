//! Finding words without case and accents, by all the names of a thing, and where they stand in the text as written.
//!
//! - A word of two letters is found at the beginning of a word; a known abbreviation of two letters only as a word. One of
//!   three letters is found where a word begins, a longer one anywhere.
//! - Whoever types one name of a thing finds its other names too ([`names`]), as whole words. Nothing is ever found that
//!   is only similar: medicines whose names look alike are different medicines.

mod names;

use memchr::memmem;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds a text for search: lower case, no accents, a space for each run of spaces and line ends.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_onto(&mut out, text);
    out
}

/// The same, written behind what is there.
pub(super) fn fold_onto(out: &mut String, text: &str) {
    let start = out.len();
    let mut push = |c: char| {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.get(start..).is_some_and(|own| own.ends_with(' ')) {
            out.push(' ');
        }
    };
    if !text.is_ascii() {
        text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).for_each(push);
    } else if memmem::find(text.as_bytes(), b"  ").is_some() || text.bytes().any(|b| b < b' ') {
        text.bytes().for_each(|b| push(char::from(b.to_ascii_lowercase())));
    } else {
        // Most words: there are no accents to look for, and each space is one already.
        out.push_str(text);
        out.get_mut(start..).into_iter().for_each(str::make_ascii_lowercase);
    }
}

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// As typed, folded; spaces only where several words are one name.
    typed: String,
    /// All names of the same thing; empty if it has no other.
    names: &'static [&'static str],
}

/// Where in a text one of a thing's names counts.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    Beginning,
    Whole,
}

impl Place {
    /// True if what stands from here to there in folded words counts.
    fn holds(self, words: &str, from: usize, to: usize) -> bool {
        match self {
            Place::Anywhere => true,
            Place::Beginning => begins(words, from),
            Place::Whole => is_whole(words, from, to),
        }
    }
}

impl Term {
    /// All that it is looked for by.
    fn ways(&self) -> impl Iterator<Item = (&str, Place)> {
        let place = match self.typed.chars().count() {
            0..=2 if !self.names.is_empty() => Place::Whole,
            0..=3 => Place::Beginning,
            _ => Place::Anywhere,
        };
        std::iter::once((self.typed.as_str(), place)).chain(self.others().map(|name| (name, Place::Whole)))
    }

    /// Where it stands in folded words.
    fn matches<'t>(&'t self, words: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        self.ways().flat_map(move |(name, place)| {
            occurrences(words, name).filter(move |(from, to)| place.holds(words, *from, *to))
        })
    }

    /// Its other names.
    pub(super) fn others(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied().filter(|name| *name != self.typed)
    }

    /// True if it stands in folded words.
    pub(super) fn is_in(&self, words: &str) -> bool {
        self.matches(words).next().is_some()
    }
}

/// The folded words of many rows as one text: one pass finds a name in all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// A line end stands after each row. Nothing that is looked for has one, so that no match reaches into another row.
    text: String,
    /// Where each row ends, its line end included.
    ends: Vec<usize>,
}

impl FromIterator<String> for Words {
    fn from_iter<T: IntoIterator<Item = String>>(rows: T) -> Words {
        let mut words = Words::default();
        for row in rows {
            words.text.push_str(&row);
            words.text.push('\n');
            words.ends.push(words.text.len());
        }
        words
    }
}

impl Words {
    /// The words of each row.
    pub(super) fn rows(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| self.text.get(from..*to).unwrap_or_default())
    }

    /// For each row, whether the term stands in it.
    pub(super) fn having(&self, term: &Term) -> Vec<bool> {
        let mut has = vec![false; self.ends.len()];
        for (name, place) in term.ways() {
            let finder = memmem::Finder::new(name);
            let (mut at, mut row) = (0, 0);
            while let Some(from) = self.text.as_bytes().get(at..).and_then(|rest| finder.find(rest)).map(|n| at + n) {
                if !place.holds(&self.text, from, from + name.len()) {
                    at = from + 1;
                    continue;
                }
                row += self.ends.get(row..).map_or(0, |ends| ends.partition_point(|end| *end <= from));
                let (Some(found), Some(end)) = (has.get_mut(row), self.ends.get(row)) else { break };
                *found = true;
                // One place in a row is enough.
                at = *end;
            }
        }
        has
    }
}

fn occurrences<'t>(words: &'t str, wanted: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
    words.match_indices(wanted).map(|(at, found)| (at, at + found.len()))
}

/// True if no word goes on across this place: what begins with a sign begins anywhere.
fn begins(words: &str, at: usize) -> bool {
    let before = words.get(..at).and_then(|w| w.chars().next_back());
    let first = words.get(at..).and_then(|w| w.chars().next());
    !(before.is_some_and(char::is_alphanumeric) && first.is_some_and(char::is_alphanumeric))
}

/// True if it is a word or words, or their plural.
fn is_whole(words: &str, from: usize, to: usize) -> bool {
    let plural = words.get(to..).is_some_and(|rest| rest.starts_with('s')) && begins(words, to + 1);
    begins(words, from) && (begins(words, to) || plural)
}

/// What to look for: all of it. Words that together are a name of something are one thing.
pub(super) fn terms(search: &str) -> Vec<Term> {
    const LONGEST: usize = 6;
    let folded = fold(search);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let named = (1..=LONGEST.min(words.len() - at)).rev().find_map(|n| {
            let name = words.get(at..at + n)?.join(" ");
            // The plural of an abbreviation is the same thing.
            let names = of(&name).or_else(|| of(name.strip_suffix('s')?))?;
            Some((n, Term { typed: name, names }))
        });
        let (n, term) = named.unwrap_or_else(|| {
            let typed = words.get(at).copied().unwrap_or_default().to_owned();
            (1, Term { typed, names: &[] })
        });
        out.push(term);
        at += n;
    }
    out
}

/// All names of the thing that has this one.
fn of(name: &str) -> Option<&'static [&'static str]> {
    names::NAMES.iter().find(|all| all.contains(&name)).copied()
}

/// The byte ranges of `text` in which the terms stand; in order, without overlap.
pub(super) fn marks(text: &str, terms: &[Term]) -> Vec<(u32, u32)> {
    // For each byte of the folded text, the character of the original that it came from.
    let mut folded = String::with_capacity(text.len());
    let mut from: Vec<(usize, usize)> = Vec::with_capacity(text.len());
    for (start, c) in text.char_indices() {
        let piece = fold(c.encode_utf8(&mut [0; 4]));
        if piece == " " && folded.ends_with(' ') {
            continue;
        }
        from.extend(std::iter::repeat_n((start, start + c.len_utf8()), piece.len()));
        folded.push_str(&piece);
    }
    let mut ranges: Vec<(usize, usize)> = terms
        .iter()
        .flat_map(|term| term.matches(&folded))
        .filter_map(|(start, end)| Some((from.get(start)?.0, from.get(end.checked_sub(1)?)?.1)))
        .collect();
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (start, end) in ranges.into_iter().map(|(s, e)| (s as u32, e as u32)) {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}

/// A piece of the text around the first match, cut at word ends, with its marks.
pub(super) fn around(text: &str, terms: &[Term]) -> Option<(String, Vec<(u32, u32)>)> {
    let (start, end) = *marks(text, terms).first()?;
    let (start, end) = (start as usize, end as usize);
    let before = text.get(..start)?;
    let from = before.char_indices().rev().nth(40).map(|(i, _)| i).unwrap_or(0);
    let from = if from == 0 {
        0
    } else {
        before.get(from..)?.find(char::is_whitespace).map(|i| from + i + 1).unwrap_or(start)
    };
    let after = text.get(end..)?;
    let to = after.char_indices().nth(80).map(|(i, _)| end + i).unwrap_or(text.len());
    let to = if to == text.len() {
        to
    } else {
        text.get(end..to)?.rfind(char::is_whitespace).map(|i| end + i).unwrap_or(end)
    };
    let piece = text.get(from..to).or_else(|| text.get(start..end))?.to_owned();
    let marks = marks(&piece, terms);
    Some((piece, marks))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, search: &str, expected: &[&str]) {
        let found: Vec<&str> =
            marks(text, &terms(search)).iter().map(|(s, e)| &text[*s as usize..*e as usize]).collect();
        assert_eq!(found, expected, "{search:?} in {text:?}");
    }

    #[test]
    fn matches_are_marked_in_the_text_as_written() {
        check("Amoxicillin 500mg", "amox", &["Amox"]);
        check("Ménière’s disease", "meniere", &["Ménière"]);
        check("Me\u{301}nière", "men", &["Me\u{301}n"]);
        check("İstanbul clinic", "clinic", &["clinic"]);
        check("aspirin aspirin", "aspirin spir", &["aspirin", "aspirin"]);
        check("aspirin", "", &[]);
        check("aspirin", "ibuprofen", &[]);
    }

    #[test]
    fn plain_words_are_folded_like_all_others() {
        for text in ["", "  A  b\t\nC\u{b}d ", "Sodium 135 mmol/L", "\r\n"] {
            let (all, plain) = (fold(&format!("{text}é")), fold(text));
            assert_eq!(all.strip_suffix('e'), Some(plain.as_str()), "{text:?}");
        }
    }

    fn finds(search: &str, text: &str) -> bool {
        let words = fold(text);
        let terms = terms(search);
        let alone = terms.iter().all(|term| term.is_in(&words));
        // Among other rows it is found just where it is found alone.
        let rows: Words = ["x a", &words, "", "b y", &words].map(str::to_owned).into_iter().collect();
        for term in &terms {
            let each: Vec<bool> = rows.rows().map(|row| term.is_in(row)).collect();
            assert_eq!(rows.having(term), each, "{search} in {text}");
        }
        alone
    }

    #[test]
    fn a_thing_is_found_by_each_of_its_names() {
        check("BP 120/80", "blood pressure", &["BP"]);
        check("Systolic blood\n  pressure", "bp", &["blood\n  pressure"]);
        check("U&Es normal, FBCs repeated", "urea and electrolytes fbc", &["U&E", "FBC"]);
        check("Haemoglobin A1c level", "HbA1c", &["Haemoglobin A1c"]);
        check("Old MI. Family of Miriam, 5 min", "heart attack", &["MI"]);
        check("Acute myocardial infarction (MI)", "mi", &["myocardial infarction", "MI"]);
        check("COPD", "chronic obstructive pulmonary disease", &["COPD"]);
        check("Liver function tests", "LFTs", &["Liver function test"]);
        check("Ankle edema", "oedema", &["edema"]);
        for (search, text) in
            [("stroke", "CVA 2019"), ("jab", "Influenza vaccination"), ("a&e", "Seen in Accident and Emergency")]
        {
            assert!(finds(search, text), "{search} in {text}");
        }
    }

    #[test]
    fn short_words_are_found_where_a_word_begins() {
        check("family, vitamin, mirtazapine, Mild MI", "mi", &["MI"]);
        check("asthma, AST 30, plaster", "ast", &["ast", "AST"]);
        check("Amoxicillin, penicillin", "cillin", &["cillin", "cillin"]);
        check("result <5 and 15", "<5", &["<5"]);
        check("15 and 5.6", "5", &["5"]);
    }

    /// Pairs that are mixed up in prescriptions: neither may ever stand for the other.
    #[test]
    fn no_medicine_is_found_by_anothers_name() {
        let pairs = [
            ("amlodipine", "amiloride"),
            ("carbamazepine", "carbimazole"),
            ("prednisolone", "prednisone"),
            ("hydroxyzine", "hydralazine"),
            ("azathioprine", "azithromycin"),
            ("clobazam", "clonazepam"),
            ("penicillamine", "penicillin"),
            ("chlorphenamine", "chlorpromazine"),
            ("sulfadiazine", "sulfasalazine"),
            ("propranolol", "prednisolone"),
            ("paracetamol", "acetaminophen"),
            ("adrenaline", "epinephrine"),
        ];
        for (one, other) in pairs {
            assert!(!finds(one, other) && !finds(other, one), "{one} and {other}");
            assert!(of(one).is_none() && of(other).is_none());
        }
    }

    #[test]
    fn every_name_is_folded_and_stands_in_the_list_as_it_is_looked_for() {
        for name in names::NAMES.iter().flat_map(|all| all.iter()) {
            assert_eq!(fold(name), *name);
            assert!(name.split(' ').count() <= 6, "{name}");
        }
    }

    #[test]
    fn the_piece_around_a_match_holds_it() {
        let text = "word ".repeat(60) + "Ménière " + &"more ".repeat(60);
        let (piece, marks) = around(&text, &terms("meniere")).unwrap();
        assert_eq!(&piece[marks[0].0 as usize..marks[0].1 as usize], "Ménière");
        assert!(piece.len() < 160 && piece.starts_with("word"));
    }
}
