//! Every sentence a person sees, in English and in Welsh.
//!
//! One module a message file, one function a message (`build.rs`). A function without names in braces gives
//! `&'static str` and can be handed to `view!` as it is: it reads the language in force, so the page changes its words
//! when the person changes the language.
//!
//! A number `{#count}` is a `u64`, everything else a `&str`; arguments stand in the alphabetical order of their names,
//! numbers first.

use core::cell::Cell;

pub mod abbreviations;
pub mod plain;
mod shown;
mod spelled;
mod words;

pub use shown::*;
pub use spelled::{dose as dose_words, title, unit};
pub use words::*;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A message without arguments, as its function: it speaks the language in force whenever it is called.
pub type Message = fn() -> &'static str;

/// A language that the front speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English, British.
    #[default]
    En,
    /// Welsh.
    Cy,
}

impl Lang {
    /// The tag for `lang` attributes (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en-GB",
            Lang::Cy => "cy",
        }
    }

    /// The language of a tag; anything but Welsh is English.
    pub fn of_tag(tag: &str) -> Lang {
        if tag.get(..2).is_some_and(|t| t.eq_ignore_ascii_case("cy")) { Lang::Cy } else { Lang::En }
    }

    /// The other one.
    pub fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Cy,
            Lang::Cy => Lang::En,
        }
    }
}

thread_local! {
    static LANG: Cell<Lang> = const { Cell::new(Lang::En) };
    static ON_READ: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// The language in force; in the app, reading it inside a view makes the view follow it.
pub fn lang() -> Lang {
    if let Some(track) = ON_READ.get() {
        track();
    }
    LANG.get()
}

/// Puts a language in force.
pub fn set_lang(lang: Lang) {
    LANG.set(lang);
}

/// What is said in this language, whichever is in force.
fn in_lang<T>(lang: Lang, said: impl FnOnce() -> T) -> T {
    let before = LANG.replace(lang);
    let said = said();
    LANG.set(before);
    said
}

/// Calls `track` whenever the language is read. The door leaves this out, and with it everything reactive.
pub fn on_read(track: fn()) {
    ON_READ.set(Some(track));
}

/// A plural form of CLDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

/// The plural form of a whole number (CLDR 44: en one/other, cy zero/one/two/few/many/other).
fn form(lang: Lang, n: u64) -> Form {
    match (lang, n) {
        (_, 1) => Form::One,
        (Lang::En, _) => Form::Other,
        (Lang::Cy, 0) => Form::Zero,
        (Lang::Cy, 2) => Form::Two,
        (Lang::Cy, 3) => Form::Few,
        (Lang::Cy, 6) => Form::Many,
        (Lang::Cy, _) => Form::Other,
    }
}

fn pick([en, cy]: [&'static str; 2]) -> &'static str {
    match lang() {
        Lang::En => en,
        Lang::Cy => cy,
    }
}

fn plural(n: u64, texts: &[[&'static str; 6]; 2]) -> &'static str {
    let lang = lang();
    let [en, cy] = texts;
    let [zero, one, two, few, many, other] = match lang {
        Lang::En => en,
        Lang::Cy => cy,
    };
    match form(lang, n) {
        Form::Zero => zero,
        Form::One => one,
        Form::Two => two,
        Form::Few => few,
        Form::Many => many,
        Form::Other => other,
    }
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(values.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A whole number as people write it: 1,764.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                sources(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }

    #[test]
    fn every_message_is_said_somewhere() {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let code: String = files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect();
        let unsaid: Vec<String> = KEYS
            .iter()
            // A page may call its own file `words`: what counts is the function's name behind a path.
            .filter(|(_, key)| {
                let call = format!("::{key}");
                !code.match_indices(call.as_str()).any(|(at, _)| {
                    !code[at + call.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                })
            })
            .map(|(page, key)| format!("{page}::{key}"))
            .collect();
        assert!(unsaid.is_empty(), "no page says: {unsaid:#?}");
    }

    #[test]
    fn no_sentence_stands_in_the_code() {
        let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui");
        let mut files = Vec::new();
        sources(&ui, &mut files);
        let mut found = Vec::new();
        for file in files.iter().filter(|f| !f.starts_with(ui.join("text"))) {
            let code = std::fs::read_to_string(file).unwrap();
            for line in code.lines().take_while(|l| !l.contains("#[cfg(test)]")) {
                let line = line.trim_start();
                // Every other piece between quotes is a literal: a capital, then small letters, then another word.
                let literals = line.split('"').skip(1).step_by(2);
                let sentence = |text: &str| {
                    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
                    first.starts_with(|c: char| c.is_ascii_uppercase())
                        && first.len() > 1
                        && first.chars().skip(1).all(|c| c.is_ascii_lowercase())
                        && rest.starts_with(|c: char| c.is_ascii_lowercase())
                };
                if !line.starts_with("//") && literals.into_iter().any(sentence) {
                    found.push(format!("{}: {line}", file.display()));
                }
            }
        }
        assert!(found.is_empty(), "sentences belong in src/ui/text/en and cy:\n{}", found.join("\n"));
    }

    #[test]
    fn welsh_counts_with_six_forms() {
        let forms = [0, 1, 2, 3, 4, 5, 6, 7, 21].map(|n| form(Lang::Cy, n));
        use Form::*;
        assert_eq!(forms, [Zero, One, Two, Few, Other, Other, Many, Other, Other]);
        assert_eq!([0, 1, 2].map(|n| form(Lang::En, n)), [Other, One, Other]);
    }

    #[test]
    fn names_in_braces_are_filled_and_never_read_again() {
        assert_eq!(fill("{a} of {#b}.", &[("#b", "{a}"), ("a", "3")]), "3 of {a}.");
    }

    #[test]
    fn a_kind_that_is_only_a_code_is_told_in_words_and_another_as_it_came() {
        let check = |text: &str, expected: &str| {
            assert_eq!(said_text(&crate::view::entry::Label::Category, text), expected);
        };
        check("problem-list-item", "on a list of health problems");
        check("encounter-diagnosis", "noted at a visit");
        check("vital-signs", "Vital signs");
        check("Repeat", "Repeat");
    }

    #[test]
    fn what_only_programs_say_is_said_in_words() {
        let said = |name: &str, text: &str| said_text(&crate::view::entry::Label::Detail(name.into()), text);
        assert_eq!(said("asNeeded", "true"), "Yes");
        assert_eq!(said("asNeeded", "insomnia"), "insomnia");
        assert_eq!(said("taken", "UNK"), values::not_known());
        assert_eq!(said("form", "true"), "true");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }
}
