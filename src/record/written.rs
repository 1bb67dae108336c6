//! Dates as people in Britain write them, in English and in Welsh. Day before month; a year has four digits, since
//! with two nobody can tell the century. For what a person types and for suggestions, never for a source's own fields.

use super::PartialDate;

const MONTHS: [[&str; 2]; 12] = [
    ["january", "ionawr"],
    ["february", "chwefror"],
    ["march", "mawrth"],
    ["april", "ebrill"],
    ["may", "mai"],
    ["june", "mehefin"],
    ["july", "gorffennaf"],
    ["august", "awst"],
    ["september", "medi"],
    ["october", "hydref"],
    ["november", "tachwedd"],
    ["december", "rhagfyr"],
];

const WEEKDAYS: [&str; 14] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "llun",
    "mawrth",
    "mercher",
    "iau",
    "gwener",
    "sadwrn",
    "sul",
];

/// A word or a number of a text, and where it stands.
struct Token<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

impl PartialDate {
    /// Reads a whole text as a date: `3 March 2019`, `3ydd Mawrth 2019`, `03/03/2019`, `3-Mar-2019`, `March 2019`,
    /// `2019`, `2019-03-03`. What it gives is written `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub fn written(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            return known(PartialDate::fhir(text));
        }
        let all = tokens(text);
        // A day of the week before it says nothing more.
        let skip = usize::from(all.len() > 3 && all.first().is_some_and(|t| is_weekday(t.text)));
        let (date, used) = at(text, all.get(skip..)?)?;
        (used + skip == all.len() && all.get(skip).is_some_and(|t| skip > 0 || t.start == 0)).then_some(date)
    }

    /// The dates of day or month that stand in a text, in order, each with the byte at which it begins.
    pub fn written_in(text: &str) -> Vec<(usize, Self)> {
        let all = tokens(text);
        let (mut found, mut i) = (Vec::new(), 0);
        while let Some(rest) = all.get(i..).filter(|rest| !rest.is_empty()) {
            match at(text, rest) {
                Some((date, used)) => {
                    found.extend(rest.first().map(|t| (t.start, date)));
                    i += used;
                }
                None => i += 1,
            }
        }
        found
    }
}

fn known(date: PartialDate) -> Option<PartialDate> {
    date.known.is_some().then_some(date)
}

/// Runs of letters and runs of digits.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all: Vec<Token<'_>> = Vec::new();
    let mut last = None;
    for (start, c) in text.char_indices() {
        let class = if c.is_ascii_digit() { Some(0) } else { c.is_alphabetic().then_some(1) };
        let end = start + c.len_utf8();
        match all.last_mut().filter(|_| class.is_some() && class == last) {
            Some(token) => {
                token.end = end;
                token.text = text.get(token.start..end).unwrap_or_default();
            }
            None if class.is_some() => {
                all.push(Token { text: text.get(start..end).unwrap_or_default(), start, end });
            }
            None => {}
        }
        last = class;
    }
    all
}

/// The date that begins with the first of these, and how many of them it takes.
fn at(text: &str, all: &[Token<'_>]) -> Option<(PartialDate, usize)> {
    let token = |n: usize| all.get(n).map(|t| t.text);
    let between = |n: usize| {
        let (a, b) = (all.get(n)?, all.get(n + 1)?);
        text.get(a.end..b.start).map(str::trim)
    };
    let date = |year: u32, month: u32, day: Option<u32>, used: usize| {
        let text = match day {
            Some(day) => format!("{year:04}-{month:02}-{day:02}"),
            None => format!("{year:04}-{month:02}"),
        };
        known(PartialDate::fhir(&text)).map(|date| (date, used))
    };
    let first = token(0)?;
    // 2019-03-03, 2019-03
    if let Some(year) = year(first) {
        let month = number(token(1)?).filter(|_| between(0) == Some("-") && token(1).is_some_and(|t| t.len() == 2))?;
        let day = token(2).filter(|t| between(1) == Some("-") && t.len() == 2).and_then(number);
        return date(year, month, day, if day.is_some() { 3 } else { 2 });
    }
    // March 2019; March 3, 2019
    if let Some(month) = month(first) {
        let second = token(1)?;
        if let Some(year) = year(second).filter(|_| between(0).is_some_and(|b| matches!(b, "" | "," | "-"))) {
            return date(year, month, None, 2);
        }
        let year = token(2).and_then(year).filter(|_| between(1) == Some(","))?;
        return date(year, month, Some(number(second)?), 3);
    }
    let day = number(first).filter(|_| first.len() <= 2)?;
    // 3rd March 2019, 3-Mar-2019, 3ydd o Fawrth is written out in no letter head
    let ordinal = usize::from(token(1).is_some_and(is_ordinal) && between(0) == Some(""));
    let joint = |n: usize| between(n).is_some_and(|b| matches!(b, "" | "-" | "/" | "." | ","));
    if let Some(month) = token(1 + ordinal).and_then(month) {
        let year = token(2 + ordinal).and_then(year).filter(|_| joint(ordinal) && joint(1 + ordinal))?;
        return date(year, month, Some(day), 3 + ordinal);
    }
    // 03/03/2019, 3.3.2019, 3-3-2019; 03/2019
    let mark = between(0).filter(|b| matches!(*b, "/" | "." | "-"))?;
    let second = token(1)?;
    if let Some(year) = year(second) {
        return date(year, day, None, 2).filter(|_| mark == "/");
    }
    let year = token(2).and_then(year).filter(|_| between(1) == Some(mark))?;
    date(year, number(second).filter(|_| second.len() <= 2)?, Some(day), 3)
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn year(text: &str) -> Option<u32> {
    number(text).filter(|y| text.len() == 4 && (1850..=2200).contains(y))
}

fn month(text: &str) -> Option<u32> {
    let word = text.to_lowercase();
    let named = |names: &&[&str; 2]| {
        names.contains(&word.as_str())
            || names.first().is_some_and(|n| word.len() == 3 && n.starts_with(&word))
            || word == "sept" && names.contains(&"september")
    };
    (1..).zip(&MONTHS).find(|(_, names)| named(names)).map(|(n, _)| n)
}

fn is_ordinal(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "st" | "nd" | "rd" | "th" | "af" | "ail" | "ydd" | "fed" | "ed" | "eg" | "ain"
    )
}

fn is_weekday(text: &str) -> bool {
    let word = text.to_lowercase();
    WEEKDAYS.iter().any(|day| *day == word || word.len() == 3 && day.starts_with(&word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(PartialDate::written(text).map(|d| d.text).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_date_is_read_as_people_write_it_and_no_more_than_they_wrote() {
        for text in [
            "3 March 2019",
            "3rd March 2019",
            "03/03/2019",
            "3.3.2019",
            "3-3-2019",
            "2019-03-03",
            "3 Mar 2019",
            "3-MAR-2019",
            "March 3, 2019",
            "Sunday 3 March 2019",
            "Sun, 3 March 2019",
            "3 Mawrth 2019",
            "3ydd Mawrth 2019",
            " 3 March 2019 ",
        ] {
            check(text, Some("2019-03-03"));
        }
        for text in ["March 2019", "03/2019", "2019-03", "Mawrth 2019", "Mar 2019"] {
            check(text, Some("2019-03"));
        }
        check("2019", Some("2019"));
        for text in [
            "",
            "3 March",
            "31/02/2019",
            "03/03/19",
            "13/13/2019",
            "soon",
            "2019 or so",
            "about 3 March 2019",
            "12",
            "3 March 2019 10:30",
            "93/04/1961",
            "1.5 2019",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn dates_are_found_inside_a_text() {
        let text = "Seen on 4th May 2021 (born 01/02/1950), tel 0161 2019. 2 tablets; review March 2022";
        let found: Vec<String> = PartialDate::written_in(text).into_iter().map(|(_, d)| d.text).collect();
        assert_eq!(found, ["2021-05-04", "1950-02-01", "2022-03"]);
        assert_eq!(PartialDate::written_in("é 3 March 2019").first().map(|(at, _)| *at), Some(3));
    }
}
