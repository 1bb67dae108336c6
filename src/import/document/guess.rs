//! What a document may be: suggestions for the person who is asked what it is. Nothing of this is ever stored: only
//! what the person takes over or types is.
//!
//! The sources of a suggestion are few and plain: the file's name, the file's own properties, the words in it.

use serde::{Deserialize, Serialize};

use super::{part, property};
use crate::import::{Format, detect};
use crate::record::{DocumentKind, PartialDate};

/// What may be said of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// What.
    pub says: Says,
    /// What it was taken from.
    pub clue: Clue,
}

/// One thing that may be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Says {
    /// What it is called.
    Title(String),
    /// What kind of document it is.
    Kind(DocumentKind),
    /// Its date.
    Date(PartialDate),
    /// Whom it is from.
    From(String),
}

/// What a suggestion was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clue {
    /// The file's name.
    FileName,
    /// What the file says of itself, beside its words: the properties of a PDF or an office document.
    Properties,
    /// The words in it.
    Words,
    /// What kind of file it is.
    Format,
}

/// Lines of a text in which its head is looked for.
const HEAD: usize = 40;
/// A line longer than this, in bytes, is no heading.
const LINE: usize = 90;
/// Bytes of a line that are looked at: a text without line breaks is no letter's head.
const LOOKED_AT: usize = 512;
/// Suggestions for one field.
const MOST: usize = 3;

/// The suggestions for a document of this name, bytes and words, the likeliest of each kind first.
pub fn guesses(name: &str, bytes: &[u8], text: &str) -> Vec<Guess> {
    let mut all = Vec::new();
    let mut add = |says: Says, clue: Clue| all.push(Guess { says, clue });
    let short = |l: &'_ str| l.floor_char_boundary(LOOKED_AT);
    let head: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(HEAD).collect();
    let head: Vec<&str> = head.into_iter().map(|l| l.get(..short(l)).unwrap_or(l)).collect();
    let format = detect::binary(bytes);
    let properties = Properties::of(format, bytes);

    for line in head.iter().take(12) {
        if let Some(title) = heading(line) {
            add(Says::Title(title), Clue::Words);
            break;
        }
    }
    if let Some(title) = properties.title.as_deref().and_then(named) {
        add(Says::Title(title), Clue::Properties);
    }
    let stem = stem(name);
    if let Some(title) = named(&stem) {
        add(Says::Title(title), Clue::FileName);
    }

    for (words, clue) in [(head.join("\n"), Clue::Words), (stem.clone(), Clue::FileName)] {
        if let Some(kind) = kind(&words) {
            add(Says::Kind(kind), clue);
        }
    }
    if matches!(format, Some(Format::Png | Format::Jpeg | Format::Webp | Format::Heic | Format::Tiff | Format::Gif)) {
        add(Says::Kind(DocumentKind::Picture), Clue::Format);
    }

    for date in dates(&head) {
        add(Says::Date(date), Clue::Words);
    }
    for (_, date) in PartialDate::written_in(&stem) {
        add(Says::Date(date), Clue::FileName);
    }
    if let Some(date) = properties.date {
        add(Says::Date(date), Clue::Properties);
    }

    for line in head.iter().take(20) {
        if let Some(from) = sender(line) {
            add(Says::From(from), Clue::Words);
        }
    }
    once(all)
}

/// Each suggestion once, and no more than a few of one field.
fn once(all: Vec<Guess>) -> Vec<Guess> {
    let mut out: Vec<Guess> = Vec::new();
    for guess in all {
        let same = |g: &&Guess| std::mem::discriminant(&g.says) == std::mem::discriminant(&guess.says);
        let known = out.iter().any(|g| match (&g.says, &guess.says) {
            (Says::Title(a), Says::Title(b)) | (Says::From(a), Says::From(b)) => a.to_lowercase() == b.to_lowercase(),
            (Says::Date(a), Says::Date(b)) => a.known == b.known,
            (a, b) => a == b,
        });
        if !known && out.iter().filter(same).count() < MOST {
            out.push(guess);
        }
    }
    out
}

/// A file's name without its ending, marks as spaces.
fn stem(name: &str) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if end.len() <= 5 && end.bytes().all(|b| b.is_ascii_alphanumeric()) => stem,
        _ => name,
    };
    stem.split(|c: char| c == '_' || c.is_whitespace()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A name that somebody gave: not one of a camera, a scanner or a program, and not only numbers.
fn named(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("Microsoft Word - ").unwrap_or(text);
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() > 2).map(str::to_lowercase).collect();
    let machine = |w: &String| {
        matches!(
            w.as_str(),
            "img"
                | "image"
                | "scan"
                | "scanned"
                | "document"
                | "doc"
                | "untitled"
                | "dsc"
                | "dscn"
                | "pxl"
                | "photo"
                | "screenshot"
                | "whatsapp"
                | "download"
                | "file"
                | "pdf"
                | "copy"
                | "new"
                | "layout"
                | "template"
        )
    };
    (!words.is_empty() && !words.iter().all(machine) && text.len() <= 200).then(|| text.to_owned())
}

/// The words of the kinds, English and Welsh; the first that stands in the text decides.
const KINDS: &[(&str, DocumentKind)] = &[
    ("discharge summary", DocumentKind::DischargeSummary),
    ("discharge letter", DocumentKind::DischargeSummary),
    ("discharge notification", DocumentKind::DischargeSummary),
    ("crynodeb rhyddhau", DocumentKind::DischargeSummary),
    ("prescription", DocumentKind::Prescription),
    ("presgripsiwn", DocumentKind::Prescription),
    ("laboratory report", DocumentKind::Result),
    ("test result", DocumentKind::Result),
    ("blood result", DocumentKind::Result),
    ("pathology report", DocumentKind::Result),
    ("radiology report", DocumentKind::Result),
    ("results of", DocumentKind::Result),
    ("canlyniad", DocumentKind::Result),
    ("dear ", DocumentKind::Letter),
    ("annwyl ", DocumentKind::Letter),
    ("clinic letter", DocumentKind::Letter),
    ("letter", DocumentKind::Letter),
    ("llythyr", DocumentKind::Letter),
];

fn kind(words: &str) -> Option<DocumentKind> {
    let words = words.to_lowercase();
    KINDS.iter().find(|(sign, _)| words.contains(sign)).map(|(_, kind)| *kind)
}

/// A line that is a heading of a document and nothing else.
fn heading(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let is_heading = line.len() <= LINE
        && !line.ends_with(['.', ','])
        && !lower.starts_with("dear ")
        && !lower.starts_with("annwyl ")
        && !line.contains(':')
        && kind(line).is_some();
    is_heading.then(|| line.to_owned())
}

/// The dates in the head: those that are called the date first; none that is called a birth.
fn dates(head: &[&str]) -> Vec<PartialDate> {
    let (mut called, mut plain) = (Vec::new(), Vec::new());
    let mut born = false;
    for line in head {
        let lower = line.to_lowercase();
        // The label of a birth date may stand on the line above it.
        let birth = ["birth", "born", "dob", "d.o.b", "geni"].iter().any(|sign| lower.contains(sign));
        for (at, date) in PartialDate::written_in(line) {
            let before = line.get(..at).unwrap_or_default().to_lowercase();
            let before = before.rsplit([';', '|', ')', '\t']).next().unwrap_or_default().to_owned();
            let own_birth = ["birth", "born", "dob", "d.o.b", "geni"].iter().any(|sign| before.contains(sign));
            if own_birth || born && before.trim().is_empty() {
                continue;
            }
            match ["date", "dated", "dyddiad", "sent", "typed"].iter().any(|sign| before.contains(sign)) {
                true => called.push(date),
                false if !birth => plain.push(date),
                false => {}
            }
        }
        born = birth && PartialDate::written_in(line).is_empty();
    }
    called.extend(plain);
    called
}

/// A line that names who writes: an organisation of health care, or what stands after *From:*.
fn sender(line: &str) -> Option<String> {
    if line.len() > LINE {
        return None;
    }
    let lower = line.to_lowercase();
    for label in ["from:", "sent by:", "hospital:", "practice:", "gan:"] {
        // The labels are ASCII; what is not begins with none of them.
        if line.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label)) {
            let rest = line.get(label.len()..).unwrap_or_default().trim();
            return (!rest.is_empty()).then(|| rest.to_owned());
        }
    }
    const SIGNS: &[&str] = &[
        "hospital",
        "surgery",
        "medical centre",
        "health centre",
        "medical practice",
        "nhs trust",
        "foundation trust",
        "health board",
        "infirmary",
        "clinic",
        "ysbyty",
        "meddygfa",
        "bwrdd iechyd",
        "pharmacy",
        "dental practice",
    ];
    let words: Vec<&str> = line.split_whitespace().collect();
    let signed = SIGNS.iter().any(|sign| lower.contains(sign));
    // A name is short, begins with capitals and is no sentence.
    let is_name = (2..=9).contains(&words.len())
        && line.chars().next().is_some_and(char::is_uppercase)
        && !line.ends_with(['.', ',', '?'])
        && !lower.contains("letter")
        && words.iter().filter(|w| w.chars().next().is_some_and(char::is_lowercase)).count() <= 2
        && !lower.starts_with("dear ")
        && !line.contains(':')
        && PartialDate::written_in(line).is_empty();
    (signed && is_name).then(|| line.to_owned())
}

/// What a file says of itself beside its words.
#[derive(Default)]
struct Properties {
    title: Option<String>,
    date: Option<PartialDate>,
}

impl Properties {
    fn of(format: Option<Format>, bytes: &[u8]) -> Self {
        match format {
            Some(Format::Pdf) => {
                let (title, created) = property::pdf(bytes);
                Self { title, date: created.as_deref().and_then(day) }
            }
            Some(Format::Docx) => {
                let Some(core) = part(bytes, |name| name == "docProps/core.xml") else { return Self::default() };
                Self {
                    title: property::xml(&core, "title"),
                    date: property::xml(&core, "created").and_then(|d| iso(&d)),
                }
            }
            Some(Format::Odf) => {
                let Some(meta) = part(bytes, |name| name == "meta.xml") else { return Self::default() };
                let date = property::xml(&meta, "creation-date").and_then(|d| iso(&d));
                Self { title: property::xml(&meta, "title"), date }
            }
            _ => Self::default(),
        }
    }
}

/// The day of an ISO 8601 moment.
fn iso(text: &str) -> Option<PartialDate> {
    let date = PartialDate::fhir(text.get(..10)?);
    date.known.is_some().then_some(date)
}

/// The day of a PDF date, `D:YYYYMMDDHHmmSS` (ISO 32000-1 §7.9.4).
fn day(text: &str) -> Option<PartialDate> {
    let digits = text.strip_prefix("D:").unwrap_or(text);
    let (y, m, d) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
    iso(&format!("{y}-{m}-{d}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(name: &str, bytes: &[u8], text: &str, expected: &[&str]) {
        let found: Vec<String> = guesses(name, bytes, text)
            .into_iter()
            .map(|g| {
                let said = match g.says {
                    Says::Title(t) => format!("title {t}"),
                    Says::Kind(k) => format!("kind {}", k.code()),
                    Says::Date(d) => format!("date {}", d.text),
                    Says::From(f) => format!("from {f}"),
                };
                format!("{said} ({:?})", g.clue)
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn a_letters_own_words_suggest_what_it_is() {
        let text = "Made-up General Hospital\nTel: 01234 567890\nDate of birth: 01/02/1950\nDate: 3 March 2019\n\
                    Discharge summary\nDear Dr Jones,\nShe was seen on 1 March 2019 in clinic.";
        check(
            "scan0001.pdf",
            b"",
            text,
            &[
                "title Discharge summary (Words)",
                "kind discharge-summary (Words)",
                "date 2019-03-03 (Words)",
                "date 2019-03-01 (Words)",
                "from Made-up General Hospital (Words)",
            ],
        );
    }

    #[test]
    fn letters_that_change_their_length_and_lines_without_end_are_no_trouble() {
        check(
            "scan0001.pdf",
            b"",
            "From: \u{130}\u{130}\u{130}\u{130}",
            &["from \u{130}\u{130}\u{130}\u{130} (Words)"],
        );
        let long = "1/1/2020 ".repeat(20_000);
        check("scan0001.pdf", b"", &long, &["date 2020-01-01 (Words)"]);
    }

    #[test]
    fn a_files_name_is_a_suggestion_only_if_somebody_gave_it() {
        check(
            "Blood_result_2021-05-04.txt",
            b"",
            "",
            &["title Blood result 2021-05-04 (FileName)", "kind result (FileName)", "date 2021-05-04 (FileName)"],
        );
        check("IMG_20210504.jpg", b"\xff\xd8\xff\xe0", "", &["kind picture (Format)"]);
        check("", b"", "", &[]);
    }

    #[test]
    fn a_birth_date_is_no_date_of_a_document() {
        check("x", b"", "Name: Ann\nDOB 01/02/1950\nBorn\n02/02/1950\nDyddiad geni: 3 Mawrth 1950", &[]);
    }

    #[test]
    fn a_pdf_says_its_title_and_day() {
        let pdf =
            b"%PDF-1.4\n1 0 obj\n<< /Title (Clinic \\(A\\) letter) /CreationDate (D:20190303101112Z) >>\nendobj\n\
                    2 0 obj << /Title (a bookmark) >> endobj\ntrailer\n<< /Info 1 0 R /Root 2 0 R >>";
        check("a.pdf", pdf, "", &["title Clinic (A) letter (Properties)", "date 2019-03-03 (Properties)"]);
    }
}
