use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::import::LIMITS;

/// The characters that divide a message, as its MSH-1 and MSH-2 name them (HL7 v2.5.1 §2.5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Between fields, `|`.
    pub field: char,
    /// Between components, `^`.
    pub component: char,
    /// Between repetitions, `~`.
    pub repetition: char,
    /// Around escapes, `\`.
    pub escape: char,
    /// Between sub-components, `&`.
    pub sub: char,
}

impl Marks {
    const USUAL: Marks = Marks { field: '|', component: '^', repetition: '~', escape: '\\', sub: '&' };

    /// The marks that an MSH, FHS or BHS segment names; the usual ones for those it leaves out.
    fn of(segment: &str) -> Option<Marks> {
        let mut chars = segment.get(3..)?.chars();
        let field = chars.next().filter(|c| !c.is_alphanumeric() && !c.is_whitespace())?;
        let mut named = chars.take_while(|c| *c != field);
        let mut next = |usual: char| named.next().unwrap_or(usual);
        let component = next(Marks::USUAL.component);
        let repetition = next(Marks::USUAL.repetition);
        let escape = next(Marks::USUAL.escape);
        // A file that was escaped once too often says `^~\\&`: the mark after the escape is what is no escape.
        let sub = named.find(|c| *c != escape).unwrap_or(Marks::USUAL.sub);
        Some(Marks { field, component, repetition, escape, sub })
    }
}

/// One segment of a file, with its place.
#[derive(Clone, Debug)]
pub struct Segment<'t> {
    /// Its three-letter name.
    pub kind: &'t str,
    /// Which of its name it is in the file, from 1.
    pub number: usize,
    /// Its bytes in the text, without the end of line.
    pub range: Range<usize>,
    marks: Marks,
    text: &'t str,
}

impl<'t> Segment<'t> {
    /// Its place in the file: `OBX[3]`.
    pub fn at(&self) -> String {
        format!("{}[{}]", self.kind, self.number)
    }

    /// The place of a field: `OBX[3]-5`.
    pub fn at_field(&self, field: usize) -> String {
        format!("{}-{field}", self.at())
    }

    /// A field with all its repetitions, counted as the standard counts: MSH-1 is the separator itself, and is not given.
    pub fn whole(&self, field: usize) -> Field<'t> {
        let head = matches!(self.kind, "MSH" | "FHS" | "BHS");
        let index = if head { field.checked_sub(1).filter(|i| *i > 0) } else { Some(field) };
        let text = index.and_then(|i| self.text.split(self.marks.field).nth(i)).unwrap_or_default();
        Field { text, marks: self.marks }
    }

    /// The repetitions of a field that say anything.
    pub fn all(&self, field: usize) -> impl Iterator<Item = Field<'t>> + use<'t> {
        let (text, marks) = (self.whole(field).text, self.marks);
        text.split(marks.repetition).map(move |text| Field { text, marks }).filter(|f| !f.is_empty())
    }

    /// The first repetition of a field.
    pub fn get(&self, field: usize) -> Field<'t> {
        let whole = self.whole(field);
        Field { text: whole.text.split(self.marks.repetition).next().unwrap_or_default(), ..whole }
    }

    /// The words of the first repetition's first component.
    pub fn code(&self, field: usize) -> String {
        self.get(field).part(1).words()
    }
}

impl Segment<'_> {
    /// A flag of one of HL7's tables: the code in capitals, as all of them are, however the sender writes it.
    pub fn flag(&self, field: usize) -> String {
        self.code(field).to_ascii_uppercase()
    }

    /// True if one of these fields says anything.
    pub fn any(&self, fields: &[usize]) -> bool {
        fields.iter().any(|f| self.all(*f).next().is_some())
    }
}

/// A field, a repetition, a component or a sub-component, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Field<'t> {
    /// Its characters, escapes and all.
    pub text: &'t str,
    marks: Marks,
}

impl<'t> Field<'t> {
    /// True if it says nothing. Two quotation marks say *nothing*, too: "delete what you hold" (§2.5.3.2).
    pub fn is_empty(&self) -> bool {
        let text = self.text.trim();
        text.is_empty() || text == "\"\"" || text.chars().all(|c| c == self.marks.component || c == self.marks.sub)
    }

    /// A component, from 1.
    pub fn part(&self, n: usize) -> Field<'t> {
        let text = self.text.split(self.marks.component).nth(n.saturating_sub(1)).unwrap_or_default();
        Field { text, marks: self.marks }
    }

    /// A sub-component of a component, from 1.
    pub fn sub(&self, n: usize) -> Field<'t> {
        let text = self.text.split(self.marks.sub).nth(n.saturating_sub(1)).unwrap_or_default();
        Field { text, marks: self.marks }
    }

    /// The components that say anything.
    pub fn parts(&self) -> impl Iterator<Item = Field<'t>> + use<'t> {
        let marks = self.marks;
        self.text.split(marks.component).map(move |text| Field { text, marks }).filter(|f| !f.is_empty())
    }

    /// Its words in one line: escapes resolved, sub-components side by side. Empty if it says nothing.
    pub fn words(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let parts = self.text.split(self.marks.sub).map(|t| unescape(t, self.marks));
        let parts: Vec<String> = parts.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
        parts.join(" ")
    }

    /// All components in words, side by side.
    pub fn line(&self) -> String {
        self.parts().map(|p| p.words()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Its characters with escapes resolved and nothing else changed: for running text, in which a lone `&` is a `&`.
    pub fn verbatim(&self) -> String {
        if self.text.trim() == "\"\"" { String::new() } else { unescape(self.text, self.marks).into_owned() }
    }
}

/// What a file is cut into.
pub enum Cut<'t> {
    /// A segment.
    Segment(Segment<'t>),
    /// Text before any segment, by its bytes.
    Stray(Range<usize>),
}

/// Cuts a file into segments: each ends with CR, LF or both. A line that begins no segment goes on with the one before
/// (senders that break lines inside a text); MLLP's framing bytes are no part of any. Segments before the first head
/// are read with the usual marks. Stops when there are more than a file may have.
pub fn segments(text: &str) -> Vec<Cut<'_>> {
    let mut cuts: Vec<Cut<'_>> = Vec::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut marks = Marks::USUAL;
    let mut open: Option<(&str, Marks, Range<usize>)> = None;
    for range in lines(text) {
        if cuts.len() > LIMITS.pieces {
            break;
        }
        let line = text.get(range.clone()).unwrap_or_default();
        match kind(line, marks) {
            Some(kind) => {
                close(text, open.take(), &mut counts, &mut cuts);
                if matches!(kind, "MSH" | "FHS" | "BHS") {
                    marks = Marks::of(line).unwrap_or(marks);
                }
                open = Some((kind, marks, range));
            }
            None => match &mut open {
                Some((_, _, held)) => held.end = range.end,
                None => cuts.push(Cut::Stray(range)),
            },
        }
    }
    close(text, open.take(), &mut counts, &mut cuts);
    cuts
}

/// Takes in the segment that ends here.
fn close<'t>(
    text: &'t str,
    open: Option<(&'t str, Marks, Range<usize>)>,
    counts: &mut HashMap<&'t str, usize>,
    cuts: &mut Vec<Cut<'t>>,
) {
    if let Some((kind, marks, range)) = open {
        let number = counts.entry(kind).or_default();
        *number += 1;
        let text = text.get(range.clone()).unwrap_or_default();
        cuts.push(Cut::Segment(Segment { kind, number: *number, range, marks, text }));
    }
}

/// The lines that hold anything, without their ends and without framing bytes.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let len = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let range = from..from + len;
        from = if len == rest.len() { text.len() + 1 } else { from + len + 1 };
        Some(range)
    })
    .filter_map(move |range| {
        let line = text.get(range.clone())?;
        let frame = |c: char| matches!(c, '\u{b}' | '\u{1c}' | '\u{feff}');
        let body = line.trim_start_matches(frame);
        let start = range.start + line.len() - body.len();
        let body = body.trim_end_matches(frame);
        (!body.trim().is_empty()).then(|| start..start + body.len())
    })
}

/// The name of the segment that a line begins, if it begins one: a capital, two capitals or digits, then the field
/// separator or the end.
fn kind(line: &str, marks: Marks) -> Option<&str> {
    let name = line.get(..3)?;
    let mut bytes = name.bytes();
    let first = bytes.next()?.is_ascii_uppercase();
    let rest = bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let after = line.get(3..)?.chars().next();
    let head = matches!(name, "MSH" | "FHS" | "BHS");
    let divided = match after {
        None => true,
        Some(c) => c == marks.field || head && !c.is_alphanumeric() && !c.is_whitespace(),
    };
    (first && rest && divided).then_some(name)
}

/// Resolves the escapes of a text (§2.7). What is no escape, or one of a sender's own, stays as it is written.
fn unescape(text: &str, marks: Marks) -> Cow<'_, str> {
    if !text.contains(marks.escape) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(marks.escape) {
        out.push_str(before);
        match after.split_once(marks.escape).and_then(|(inner, after)| Some((meant(inner, marks)?, after))) {
            Some((meant, after)) => {
                out.push_str(&meant);
                rest = after;
            }
            None => {
                out.push(marks.escape);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What stands between two escape marks; `None` if it is none of the standard's.
fn meant(inner: &str, marks: Marks) -> Option<Cow<'static, str>> {
    let one = |c: char| Some(Cow::Owned(c.to_string()));
    match inner {
        "F" => one(marks.field),
        "S" => one(marks.component),
        "T" => one(marks.sub),
        "R" => one(marks.repetition),
        "E" => one(marks.escape),
        "P" => one('#'),
        // Highlighting begins and ends: the words stay.
        "H" | "N" => Some(Cow::Borrowed("")),
        _ => match inner.strip_prefix('.') {
            Some(command) => formatting(command),
            None => hexadecimal(inner.strip_prefix('X')?),
        },
    }
}

/// Formatting commands (§2.7.6) as line breaks and spaces; fill, indent and centre commands change no words.
fn formatting(command: &str) -> Option<Cow<'static, str>> {
    let command = command.trim().to_ascii_lowercase();
    let count = |rest: &str| match rest.trim().trim_start_matches('+') {
        "" => Some(1_usize),
        number => number.parse().ok().filter(|n| *n <= 200),
    };
    if command == "br" || command == "ce" {
        return Some(Cow::Borrowed("\n"));
    }
    if let Some(lines) = command.strip_prefix("sp") {
        return Some(Cow::Owned("\n".repeat(count(lines)?)));
    }
    if let Some(spaces) = command.strip_prefix("sk") {
        return Some(Cow::Owned(" ".repeat(count(spaces)?)));
    }
    let known = command == "fi" || command == "nf" || command.starts_with("in") || command.starts_with("ti");
    known.then_some(Cow::Borrowed(""))
}

/// `\Xhh…\`: bytes, read as UTF-8 if they are, else as Windows-1252; line ends are line breaks.
fn hexadecimal(digits: &str) -> Option<Cow<'static, str>> {
    if digits.is_empty() || digits.len() > 4096 {
        return None;
    }
    let bytes = data_encoding::HEXUPPER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(odd) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(odd.as_bytes()).0.into_owned(),
    };
    Some(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(unescape(text, Marks::USUAL), expected, "{text}");
    }

    #[test]
    fn escapes_become_what_they_mean() {
        check(r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f");
        check(r"one\.br\two\.sp2\three", "one\ntwo\n\nthree");
        check(r"\H\high\N\ low \.in+4\\.ti-2\x", "high low x");
        check(r"\X0D0A\\XC3A9\ \XE9\", "\né é");
        check(r"C:\temp and 5\6", r"C:\temp and 5\6");
        check(r"\Zown\ \", r"\Zown\ \");
        check(r"\.sp999999999\", r"\.sp999999999\");
    }

    fn cut(text: &str) -> Vec<String> {
        let of = |c: &Cut<'_>| match c {
            Cut::Segment(s) => format!("{} {}", s.at(), s.whole(1).text),
            Cut::Stray(r) => format!("? {}", text.get(r.clone()).unwrap()),
        };
        segments(text).iter().map(of).collect()
    }

    #[test]
    fn segments_end_in_any_way_and_go_on_over_broken_lines() {
        for end in ["\r", "\n", "\r\n", "\r\n\r\n"] {
            let text = ["MSH|^~\\&|a", "PID|1", "OBX|1|TX|c||first", "second|||F", "OBX|2"].join(end);
            assert_eq!(cut(&text), ["MSH[1] ", "PID[1] 1", "OBX[1] 1", "OBX[2] 2"], "{end:?}");
        }
        let framed = "\u{b}MSH|^~\\&|a\rPID|1\r\u{1c}\r";
        assert_eq!(cut(framed), ["MSH[1] ", "PID[1] 1"]);
        assert_eq!(cut("hello\nMSH|^~\\&|a"), ["? hello", "MSH[1] "]);
        assert_eq!(cut("BHS*!?/%\nMSH*!?/%*b\nPID*1*x"), ["BHS[1] ", "MSH[1] ", "PID[1] 1"]);
    }

    #[test]
    fn parts_are_cut_by_the_marks_that_the_message_names() {
        let cuts = segments("MSH*!?/%*app\rPID*1**a!b%c?d!e");
        let Some(Cut::Segment(pid)) = cuts.last() else { panic!("no PID") };
        assert_eq!(pid.get(3).part(2).sub(2).words(), "c");
        assert_eq!(pid.all(3).count(), 2);
        let twice = segments("MSH|^~\\\\&|app\rPID|1||a&b");
        let Some(Cut::Segment(pid)) = twice.last() else { panic!("no PID") };
        assert_eq!(pid.get(3).sub(2).words(), "b");
        assert!(Field { text: "\"\"", marks: Marks::USUAL }.is_empty());
    }
}
