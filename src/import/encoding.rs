use std::borrow::Cow;

use super::node::Node;
use super::{hl7v2, xml};

/// A file's bytes as text, and how they were read.
pub struct Text<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// Bytes before the text in the original (a byte order mark); ranges of the text are ranges of the original moved
    /// by this. `None` if the text had to be recoded, so that its ranges are not the original's.
    pub shift: Option<usize>,
    /// How it was read, where that is not as it should be: UTF-8, or what an XML declaration says.
    pub odd: Option<String>,
    /// Characters that were lost: U+FFFD in the text, there before or put by us.
    pub lost: usize,
}

/// Reads bytes as text: UTF-8 with or without byte order mark, UTF-16 with or without; else what an XML declaration says,
/// else Windows-1252 (which takes in what ISO-8859-1 prints). Never fails; what is no text at all comes out as noise and
/// is told by [`is_noise`].
///
/// What the bytes are goes before what a declaration says of them: text beyond ASCII that is UTF-8 throughout is UTF-8.
pub fn text(bytes: &[u8]) -> Text<'_> {
    let (body, shift) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(body) => (body, 3),
        None => (bytes, 0),
    };
    if let Some(body) = bytes.strip_prefix(b"\xFF\xFE") {
        return recoded(utf16(body, u16::from_le_bytes), "UTF-16");
    }
    if let Some(body) = bytes.strip_prefix(b"\xFE\xFF") {
        return recoded(utf16(body, u16::from_be_bytes), "UTF-16");
    }
    // Every text we read begins with an ASCII character: a zero byte beside it tells UTF-16 without its mark.
    match (bytes.first(), bytes.get(1)) {
        (Some(0), Some(1..=0x7F)) => return recoded(utf16(bytes, u16::from_be_bytes), "UTF-16"),
        (Some(1..=0x7F), Some(0)) => return recoded(utf16(bytes, u16::from_le_bytes), "UTF-16"),
        _ => {}
    }
    if let Some(declared) = hl7v2::declared(body) {
        // What the bytes are goes before what the message says of them, here too.
        if let Some(text) = std::str::from_utf8(body).ok().filter(|_| declared.is_ascii_compatible()) {
            let odd = (!text.is_ascii()).then(|| format!("UTF-8, not {}", declared.name()));
            return Text { lost: lost(text), odd, text: Cow::Borrowed(text), shift: Some(shift) };
        }
        let text = declared.decode_without_bom_handling(body).0.into_owned();
        return Text { lost: lost(&text), odd: None, text: Cow::Owned(text), shift: None };
    }
    if let Ok(text) = std::str::from_utf8(body) {
        let odd = xml::declared(text).filter(|name| !agrees(name, "UTF-8", text.is_ascii()));
        let odd = odd.map(|name| format!("UTF-8, not {name}"));
        return Text { lost: lost(text), odd, text: Cow::Borrowed(text), shift: Some(shift) };
    }
    let text: String = body.iter().map(|b| windows_1252(*b)).collect();
    match xml::declared(&text).map(str::to_ascii_lowercase) {
        Some(name) if name == "iso-8859-15" || name == "latin9" || name == "latin-9" => {
            let text = body.iter().map(|b| iso_8859_15(*b)).collect();
            recoded(text, "ISO-8859-15")
        }
        _ => recoded(text, "Windows-1252"),
    }
}

/// True if what an XML declaration says is so: all names of one encoding are one, and ASCII alone is any of those that
/// hold it.
fn agrees(declared: &str, found: &str, ascii: bool) -> bool {
    let name = declared.to_ascii_lowercase();
    let single = |n: &str| {
        n.starts_with("iso-8859-") || n.starts_with("windows-125") || n.starts_with("latin") || n.starts_with("cp125")
    };
    match found {
        "UTF-8" => matches!(name.as_str(), "utf-8" | "utf8") || ascii && (single(&name) || name == "us-ascii"),
        "UTF-16" => name.starts_with("utf-16") || matches!(name.as_str(), "utf16" | "iso-10646-ucs-2" | "ucs-2"),
        "ISO-8859-15" => true,
        _ => matches!(
            name.as_str(),
            "windows-1252" | "cp1252" | "iso-8859-1" | "latin1" | "latin-1" | "iso8859-1" | "iso_8859-1" | "l1"
        ),
    }
}

fn recoded(text: String, found: &'static str) -> Text<'static> {
    let odd = match xml::declared(&text) {
        Some(name) if agrees(name, found, false) => None,
        Some(name) => Some(format!("{found}, not {name}")),
        // XML needs no declaration where the byte order mark says it (XML 1.0 §4.3.3).
        None if found == "UTF-16" && text.trim_start().starts_with('<') => None,
        None => Some(found.to_owned()),
    };
    Text { lost: lost(&text), odd, text: Cow::Owned(text), shift: None }
}

fn lost(text: &str) -> usize {
    text.matches(char::REPLACEMENT_CHARACTER).count()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0xFFFD,
    });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Windows-1252 as the WHATWG Encoding Standard maps it; the bytes it leaves open are kept as control characters.
pub fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

/// ISO-8859-15: eight characters differ from Windows-1252 above 0x9F.
fn iso_8859_15(byte: u8) -> char {
    match byte {
        0xA4 => '€',
        0xA6 => 'Š',
        0xA8 => 'š',
        0xB4 => 'Ž',
        0xB8 => 'ž',
        0xBC => 'Œ',
        0xBD => 'œ',
        0xBE => 'Ÿ',
        _ => windows_1252(byte),
    }
}

/// True if this is no text that a person or a program wrote: it holds control characters that no text holds.
pub fn is_noise(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\0'..='\u{8}' | '\u{E}'..='\u{1A}' | '\u{1C}'..='\u{1F}' | '\u{7F}' | '\u{81}' | '\u{8D}' | '\u{8F}' | '\u{90}' | '\u{9D}')
    })
}

/// Decodes base64 as files hold it: standard or URL alphabet, with or without padding, line breaks allowed.
/// `None` if it is not base64.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'=' => {}
            b'-' => plain.push(b'+'),
            b'_' => plain.push(b'/'),
            _ => plain.push(byte),
        }
    }
    // Trailing bits that should be zero and are not: the bytes are whole all the same.
    let mut spec = data_encoding::BASE64_NOPAD.specification();
    spec.check_trailing_bits = false;
    spec.encoding().ok()?.decode(&plain).ok()
}

/// The decoded bytes of a node that holds base64.
pub fn base64_of(node: &Node<'_>) -> Option<Vec<u8>> {
    node.text().and_then(base64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str, odd: Option<&str>, shift: Option<usize>) {
        let found = text(bytes);
        assert_eq!((found.text.as_ref(), found.odd.as_deref(), found.shift), (expected, odd, shift));
    }

    #[test]
    fn every_encoding_gives_the_same_words() {
        check("{\"é\"}".as_bytes(), "{\"é\"}", None, Some(0));
        check(b"\xEF\xBB\xBF{\"\xC3\xA9\"}", "{\"é\"}", None, Some(3));
        check(b"\xFF\xFE{\0\xE9\0}\0", "{é}", Some("UTF-16"), None);
        check(b"\xFE\xFF\0{\0\xE9\0}", "{é}", Some("UTF-16"), None);
        check(b"{\0\xE9\0}\0", "{é}", Some("UTF-16"), None);
        check(b"{caf\xE9 \x80}", "{café €}", Some("Windows-1252"), None);
    }

    #[test]
    fn a_declaration_is_held_against_the_bytes() {
        let xml = |encoding: &str, body: &[u8]| {
            let mut bytes = format!("<?xml version='1.0' encoding='{encoding}'?><a>").into_bytes();
            bytes.extend_from_slice(body);
            bytes
        };
        let check = |encoding: &str, body: &[u8], word: &str, odd: Option<&str>| {
            let bytes = xml(encoding, body);
            let found = text(&bytes);
            assert!(found.text.ends_with(word), "{encoding}: {}", found.text);
            assert_eq!(found.odd.as_deref(), odd, "{encoding}");
        };
        check("UTF-8", "é".as_bytes(), "é", None);
        check("ISO-8859-1", b"\xE9", "é", None);
        check("windows-1252", b"\x80", "€", None);
        check("ISO-8859-15", b"\xA4", "€", None);
        check("ISO-8859-1", b"e", "e", None);
        check("ISO-8859-1", "é".as_bytes(), "é", Some("UTF-8, not ISO-8859-1"));
        check("UTF-8", b"\xE9", "é", Some("Windows-1252, not UTF-8"));
        check("UTF-16", b"e", "e", Some("UTF-8, not UTF-16"));
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(text(&wide("<?xml version='1.0' encoding='UTF-16'?><a/>")).odd, None);
        assert_eq!(text(&wide("<a/>")).odd, None);
        assert!(text(&wide("<?xml version='1.0' encoding='UTF-8'?><a/>")).odd.is_some());
    }

    #[test]
    fn base64_is_read_as_files_write_it() {
        assert_eq!(base64("Zm9v\r\n Zg==").as_deref(), Some(&b"foof"[..]));
        assert_eq!(base64("_-8").as_deref(), Some(&[0xFF, 0xEF][..]));
        assert_eq!(base64("Zm9v!"), None);
    }
}
