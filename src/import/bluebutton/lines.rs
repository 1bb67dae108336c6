use std::ops::Range;

/// A part of the report under one heading.
pub struct Part<'t> {
    /// The heading's words; empty for what stands before the first.
    pub title: &'t str,
    /// Its bytes, heading and all.
    pub range: Range<usize>,
    /// Its lines without the heading, each with its place.
    pub lines: Vec<(usize, &'t str)>,
}

/// How the records of a part are told: the label with which each begins, and the labels that belong to it. Anything
/// else is running text.
pub struct Shape {
    /// The label of a record's first line.
    pub head: &'static str,
    /// The other labels.
    pub labels: &'static [&'static str],
    /// After a line of dashes comes the text of a note or a report, in which no label counts; the next record begins
    /// after a line of equals signs.
    pub prose: bool,
}

/// One record of a part.
#[derive(Default)]
pub struct Record {
    /// Its bytes.
    pub range: Range<usize>,
    /// Labels and what stands behind them, in the order of the file.
    pub fields: Vec<(&'static str, String)>,
    /// Running text.
    pub body: String,
}

impl Record {
    /// What stands behind a label; empty if nothing, or the two dashes that stand for nothing.
    pub fn get(&self, label: &str) -> &str {
        self.fields.iter().find(|(l, _)| *l == label).map_or("", |(_, value)| said(value))
    }
}

/// The words of a value; two dashes mean that there is no information to display.
pub fn said(value: &str) -> &str {
    let value = value.trim();
    if value == "--" { "" } else { value }
}

/// Cuts a report into its parts.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = vec![Part { title: "", range: 0..0, lines: Vec::new() }];
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        match (heading(line), parts.last_mut()) {
            (None, Some(part)) => {
                part.lines.push((at, line));
                part.range.end = at + whole.len();
            }
            (title, _) => {
                let title = title.unwrap_or_default();
                parts.push(Part { title, range: at..at + whole.len(), lines: Vec::new() });
            }
        }
        at += whole.len();
    }
    parts.retain(|p| !p.title.is_empty() || p.lines.iter().any(|(_, l)| !l.trim().is_empty()));
    parts
}

/// The words of a heading: capitals between two rows of dashes, alone on a line.
fn heading(line: &str) -> Option<&str> {
    let line = line.trim_end();
    if !line.starts_with("----") || !line.ends_with("----") {
        return None;
    }
    let words = line.trim_matches('-').trim();
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = words.chars().filter(|c| c.is_uppercase()).count();
    let plain = words.chars().all(|c| c.is_alphabetic() || " ()/:&',-".contains(c)) && !words.contains("---");
    (letters >= 4 && plain && (capitals * 2 > letters || words.contains(' ')) && words.len() <= 70).then_some(words)
}

/// True for a line of nothing but dashes, or nothing but equals signs.
fn rule(line: &str) -> Option<char> {
    let line = line.trim();
    let first = line.chars().next().filter(|c| matches!(c, '-' | '='))?;
    (line.len() >= 5 && line.chars().all(|c| c == first)).then_some(first)
}

/// The records of a part.
pub fn records(part: &Part<'_>, shape: &Shape) -> Vec<Record> {
    let mut out: Vec<Record> = Vec::new();
    let mut open: Option<Record> = None;
    let mut reading: Option<usize> = None;
    let (mut prose, mut after_double, mut blank) = (false, true, 0);
    for (at, line) in &part.lines {
        let end = at + line.len();
        if line.trim().is_empty() {
            blank += 1;
            // Two empty lines end a record's last value: what follows is said to everybody.
            if blank > 1 && !prose {
                reading = None;
            }
            if let Some(record) = open.as_mut().filter(|_| prose) {
                record.body.push('\n');
            }
            continue;
        }
        let gap = std::mem::take(&mut blank);
        if let Some(sign) = rule(line) {
            reading = None;
            after_double = sign == '=';
            if let Some(record) = &mut open {
                if prose {
                    record.body.push_str(line);
                    record.body.push('\n');
                }
                prose = prose || shape.prose && sign == '-';
            }
            continue;
        }
        let begins = label(line, &[shape.head]).filter(|_| !prose || after_double);
        after_double = false;
        if let Some((name, rest)) = begins {
            out.extend(open.take());
            prose = false;
            let mut record = Record { range: *at..end, fields: Vec::new(), body: String::new() };
            reading = Some(fields(&mut record, name, rest, shape));
            open = Some(record);
            continue;
        }
        let Some(record) = &mut open else { continue };
        if let Some((name, rest)) = label(line, shape.labels).filter(|_| !prose) {
            record.range.end = end;
            reading = Some(fields(record, name, rest, shape));
        } else if let Some((_, value)) = reading.and_then(|i| record.fields.get_mut(i)) {
            record.range.end = end;
            value.push(if gap > 0 { '\n' } else { ' ' });
            value.push_str(line.trim());
        } else if prose || shape.labels.contains(&TEST_NAME) {
            record.range.end = end;
            record.body.push_str(line.trim_end());
            record.body.push('\n');
        }
    }
    out.extend(open);
    for record in &mut out {
        record.body = record.body.trim_matches('\n').trim_end().to_owned();
    }
    out
}

/// The label of each result of a laboratory report.
pub const TEST_NAME: &str = "Test Name";

/// Takes in a label's value, and further labels that stand on the same line behind it. Gives the last one's number.
fn fields(record: &mut Record, name: &'static str, rest: &str, shape: &Shape) -> usize {
    // A label's line is short; a long one is text.
    let near = if rest.len() <= 400 { rest } else { "" };
    let next = near.match_indices("  ").find_map(|(i, _)| {
        let tail = rest.get(i..)?.trim_start();
        let (name, more) = label(tail, shape.labels)?;
        Some((i, name, more))
    });
    match next {
        Some((i, following, more)) => {
            record.fields.push((name, rest.get(..i).unwrap_or_default().trim().to_owned()));
            fields(record, following, more, shape)
        }
        None => {
            record.fields.push((name, rest.trim().to_owned()));
            record.fields.len() - 1
        }
    }
}

/// The label that a line begins with, and what stands behind it.
pub fn label<'l>(line: &'l str, labels: &[&'static str]) -> Option<(&'static str, &'l str)> {
    let line = line.trim_start();
    labels.iter().find_map(|name| {
        let (head, rest) = line.split_at_checked(name.len())?;
        let rest = rest.strip_prefix(":*").or_else(|| rest.strip_prefix(':'))?;
        head.eq_ignore_ascii_case(name).then_some((*name, rest))
    })
}
