//! What a PDF or an office file says of itself beside its words: for suggestions only, so a plain search of the bytes is
//! enough. What it does not find is not suggested.

use crate::import::xml::{Event, Walk, local};

/// Bytes of a PDF's end in which its trailer is looked for, and of its information dictionary.
const TAIL: usize = 64 << 10;
const INFO: usize = 16 << 10;

/// Title and creation date in a PDF's information dictionary (ISO 32000-1 §14.3.3), where that stands open in the file.
pub fn pdf(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
    // Of an updated file the last trailer counts.
    let Some(at) = rfind(tail, b"/Info") else { return (None, None) };
    let reference =
        String::from_utf8_lossy(tail.get(at + 5..(at + 40).min(tail.len())).unwrap_or_default()).into_owned();
    let mut numbers = reference.split_whitespace();
    let (Some(number), Some(generation), Some("R")) = (
        numbers.next().and_then(|n| n.parse::<u32>().ok()),
        numbers.next().and_then(|n| n.parse::<u32>().ok()),
        numbers.next().and_then(|r| r.get(..1)),
    ) else {
        return (None, None);
    };
    let head = format!("{number} {generation} obj");
    let Some(at) = object(bytes, head.as_bytes()) else { return (None, None) };
    let info = bytes.get(at..(at + INFO).min(bytes.len())).unwrap_or_default();
    let info = find(info, b"endobj").and_then(|end| info.get(..end)).unwrap_or(info);
    (string(info, b"/Title"), string(info, b"/CreationDate"))
}

/// The last object of that head: not the end of a longer number's.
fn object(bytes: &[u8], head: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    while let Some(at) = rfind(bytes.get(..end)?, head) {
        if at == 0 || bytes.get(at - 1).is_some_and(|b| !b.is_ascii_digit()) {
            return Some(at + head.len());
        }
        end = at;
    }
    None
}

/// The text of a key, written in brackets or in hexadecimal (ISO 32000-1 §7.3.4).
fn string(dictionary: &[u8], key: &[u8]) -> Option<String> {
    let mut rest = dictionary.get(find(dictionary, key)? + key.len()..)?;
    while let Some((first, more)) = rest.split_first().filter(|(b, _)| b.is_ascii_whitespace()) {
        _ = first;
        rest = more;
    }
    let raw = match rest.split_first()? {
        (b'(', rest) => literal(rest),
        (b'<', rest) => {
            let hex: Vec<u8> = rest.iter().copied().take_while(|b| *b != b'>').filter(u8::is_ascii_hexdigit).collect();
            data_encoding::HEXUPPER_PERMISSIVE.decode(&hex).ok()?
        }
        _ => return None,
    };
    let text = match raw.strip_prefix(&[0xfe, 0xff]) {
        Some(wide) => {
            let units = wide
                .chunks_exact(2)
                .map(|two| u16::from_be_bytes([two.first().copied().unwrap_or(0), two.get(1).copied().unwrap_or(0)]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        // PDFDocEncoding is Latin 1 where letters stand.
        None => match String::from_utf8(raw) {
            Ok(text) => text,
            Err(other) => other.into_bytes().iter().map(|b| char::from(*b)).collect(),
        },
    };
    let text = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    (!text.is_empty()).then_some(text)
}

/// A string in brackets: those that pair need no mark.
fn literal(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut depth) = (Vec::new(), 0_u32);
    let mut all = bytes.iter().copied();
    while let Some(byte) = all.next() {
        match byte {
            b'\\' => match all.next() {
                Some(b'n' | b'r' | b't') => out.push(b' '),
                Some(first @ b'0'..=b'7') => {
                    let mut code = u32::from(first - b'0');
                    for _ in 0..2 {
                        let Some(next @ b'0'..=b'7') = all.clone().next() else { break };
                        code = code * 8 + u32::from(next - b'0');
                        all.next();
                    }
                    out.push(u8::try_from(code & 0xff).unwrap_or_default());
                }
                Some(other) => out.push(other),
                None => {}
            },
            b')' if depth == 0 => break,
            b'(' => {
                depth += 1;
                out.push(byte);
            }
            b')' => {
                depth -= 1;
                out.push(byte);
            }
            _ => out.push(byte),
        }
    }
    out
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|w| w == what)
}

/// The text of the first element of this local name: `dc:title`, `dcterms:created` (ECMA-376 part 2 §11), `meta:creation-date`.
pub fn xml(text: &str, name: &str) -> Option<String> {
    let mut walk = Walk::new(text);
    let (mut inside, mut said) = (false, String::new());
    loop {
        match walk.next().ok()? {
            Event::Start(tag) => inside = local(tag.name) == name,
            Event::Text(words) if inside => said.push_str(&words),
            Event::Text(_) => {}
            Event::End(_) if inside => return Some(said.trim().to_owned()).filter(|s| !s.is_empty()),
            Event::End(_) => {}
            Event::Eof => return None,
        }
    }
}
