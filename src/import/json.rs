use std::borrow::Cow;
use std::ops::Range;

use super::node::{Node, escape};

/// Nesting that is read; deeper is refused (RFC 8259 §9 lets a parser set limits).
pub const DEPTH: usize = 128;

/// Why a text is no JSON, and where. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was wrong.
    pub what: Wrong,
    /// Byte offset in the text.
    pub offset: usize,
}

/// The ways in which a text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Wrong {
    /// The text ends in the middle.
    Ends,
    /// A character stands where it may not.
    Character,
    /// A number is not written as JSON writes numbers.
    Number,
    /// A text holds a bare control character or a malformed escape.
    Text,
    /// Something follows after the end.
    Trailing,
    /// Nested deeper than [`DEPTH`].
    Deep,
}

impl Fault {
    /// Line and column of the fault in the text it came from.
    pub fn place(&self, text: &str) -> (u32, u32) {
        super::line_and_column(text, self.offset)
    }
}

/// Reads one JSON value strictly by RFC 8259 and nothing else.
///
/// # Errors
/// The first [`Fault`].
pub fn parse(text: &str) -> Result<Node<'_>, Fault> {
    let mut reader = Reader::new(text);
    let node = reader.value(0)?;
    reader.finish()?;
    Ok(node)
}

/// Reads one JSON value without building it: its members or elements as byte ranges of the text.
///
/// # Errors
/// The first [`Fault`] anywhere in the text: what passes is JSON to its end.
pub fn outline(text: &str) -> Result<Outline<'_>, Fault> {
    let mut reader = Reader::new(text);
    let outline = reader.outline()?;
    reader.finish()?;
    Ok(outline)
}

/// One level of a JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline<'a> {
    /// An object's keys and the byte ranges of their values.
    Object(Vec<(Cow<'a, str>, Range<usize>)>),
    /// A list's elements.
    List(Vec<Range<usize>>),
    /// Anything else.
    Plain,
}

/// The first of these keys that the outermost object has, in the order of the text; the rest is not looked at.
pub fn first_of<'k>(text: &str, keys: &[&'k str]) -> Option<&'k str> {
    let mut reader = Reader::new(text);
    if reader.next() != Some(b'{') {
        return None;
    }
    let mut found = None;
    // Finding it ends the walk; a fault on the way there ends it too, with nothing found.
    let _ = reader.members(|reader, key| {
        found = keys.iter().find(|k| **k == key).copied();
        if found.is_some() { reader.fault(Wrong::Trailing) } else { reader.skip(1).map(drop) }
    });
    found
}

/// The byte range of the value to which a JSON pointer (RFC 6901) leads; `None` if it leads nowhere or the text is no
/// JSON on the way there.
pub fn locate(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut reader = Reader::new(text);
    reader.space();
    let mut range = reader.at..text.trim_end_matches([' ', '\t', '\r', '\n']).len();
    for token in pointer.split('/').skip(1) {
        let part = text.get(range.clone())?;
        let inner = match Reader::new(part).outline().ok()? {
            Outline::Object(members) => members.into_iter().find(|(k, _)| escape(k) == token).map(|(_, r)| r)?,
            Outline::List(list) => list.get(token.parse::<usize>().ok()?).cloned()?,
            Outline::Plain => return None,
        };
        range = range.start + inner.start..range.start + inner.end;
    }
    Some(range)
}

/// Walks over a JSON text. Every step checks what it passes; a walk that comes to [`Reader::finish`] has seen JSON.
pub struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A walk from the beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    /// Where it stands, in bytes.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The first byte of what comes next, spaces passed over.
    pub fn next(&mut self) -> Option<u8> {
        self.space();
        self.peek()
    }

    /// The next value if it is a text; any other is passed over.
    ///
    /// # Errors
    /// The first [`Fault`] in it.
    pub fn text(&mut self, depth: usize) -> Result<Option<Cow<'a, str>>, Fault> {
        if self.next() == Some(b'"') { self.string().map(Some) } else { self.skip(depth).map(|_| None) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// A fault at this place.
    ///
    /// # Errors
    /// Always.
    pub fn fault<T>(&self, what: Wrong) -> Result<T, Fault> {
        let what = if self.at >= self.bytes.len() && what != Wrong::Deep { Wrong::Ends } else { what };
        Err(Fault { what, offset: self.at })
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The end: nothing but space may follow.
    ///
    /// # Errors
    /// [`Wrong::Trailing`].
    pub fn finish(&mut self) -> Result<(), Fault> {
        self.space();
        if self.at < self.bytes.len() { self.fault(Wrong::Trailing) } else { Ok(()) }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Fault> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH => self.fault(Wrong::Deep),
            Some(b'{') => {
                let mut members = Vec::new();
                self.members(|reader, key| {
                    let node = reader.value(depth + 1)?;
                    members.push((key, node));
                    Ok(())
                })?;
                Ok(Node::Object(members))
            }
            Some(b'[') => {
                let mut list = Vec::new();
                self.elements(|reader| {
                    list.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Node::List(list))
            }
            Some(b'"') => Ok(Node::Text(self.string()?)),
            Some(b't') => self.word("true").map(|()| Node::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Node::Bool(false)),
            Some(b'n') => self.word("null").map(|()| Node::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Node::Number(self.number()?)),
            _ => self.fault(Wrong::Character),
        }
    }

    fn outline(&mut self) -> Result<Outline<'a>, Fault> {
        self.space();
        match self.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                self.members(|reader, key| {
                    let range = reader.skip(1)?;
                    members.push((key, range));
                    Ok(())
                })?;
                Ok(Outline::Object(members))
            }
            Some(b'[') => {
                let mut list = Vec::new();
                self.elements(|reader| {
                    list.push(reader.skip(1)?);
                    Ok(())
                })?;
                Ok(Outline::List(list))
            }
            _ => self.skip(0).map(|_| Outline::Plain),
        }
    }

    /// Passes over one value, checking it all the same, and says where it stood.
    ///
    /// # Errors
    /// The first [`Fault`] in it.
    pub fn skip(&mut self, depth: usize) -> Result<Range<usize>, Fault> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH => return self.fault(Wrong::Deep),
            Some(b'{') => self.members(|reader, _| reader.skip(depth + 1).map(drop))?,
            Some(b'[') => self.elements(|reader| reader.skip(depth + 1).map(drop))?,
            Some(b'"') => drop(self.string()?),
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            Some(b'-' | b'0'..=b'9') => drop(self.number()?),
            _ => return self.fault(Wrong::Character),
        }
        Ok(start..self.at)
    }

    /// Passes over an object; `each` has to pass over each value. The next byte must be its brace.
    ///
    /// # Errors
    /// The first [`Fault`], or what `each` gives.
    pub fn members(&mut self, mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.fault(Wrong::Character);
            }
            let key = self.string()?;
            self.space();
            if !self.eat(b':') {
                return self.fault(Wrong::Character);
            }
            each(self, key)?;
            self.space();
            if self.eat(b'}') {
                return Ok(());
            }
            if !self.eat(b',') {
                return self.fault(Wrong::Character);
            }
        }
    }

    /// Passes over a list; `each` has to pass over each element. The next byte must be its bracket.
    ///
    /// # Errors
    /// The first [`Fault`], or what `each` gives.
    pub fn elements(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            each(self)?;
            self.space();
            if self.eat(b']') {
                return Ok(());
            }
            if !self.eat(b',') {
                return self.fault(Wrong::Character);
            }
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        for expected in word.bytes() {
            if !self.eat(expected) {
                return self.fault(Wrong::Character);
            }
        }
        Ok(())
    }

    /// RFC 8259 §6: no leading zeros, no bare point, digits after an `e`.
    fn number(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or(Fault { what: Wrong::Number, offset: start })
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.fault(Wrong::Number) } else { Ok(()) }
    }

    /// RFC 8259 §7. Borrows where nothing is escaped. A lone surrogate becomes U+FFFD: it is no character.
    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.at += 1;
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut run = start;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = memchr::memchr2(b'"', b'\\', rest).and_then(|n| rest.get(..n)).unwrap_or(rest);
            // Two passes, since either goes many bytes at a time.
            if plain.iter().any(|b| *b < 0x20) {
                self.at += plain.iter().take_while(|b| **b >= 0x20).count();
                return self.fault(Wrong::Text);
            }
            self.at += plain.len();
            match self.peek() {
                None => return self.fault(Wrong::Ends),
                Some(b'"') => {
                    let rest = self.text.get(run..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(rest),
                        Some(mut text) => {
                            text.push_str(rest);
                            Cow::Owned(text)
                        }
                    });
                }
                Some(_) => {
                    let before = self.text.get(run..self.at).unwrap_or_default();
                    let mut text = owned.take().unwrap_or_default();
                    text.push_str(before);
                    self.at += 1;
                    text.push(self.escaped()?);
                    run = self.at;
                    owned = Some(text);
                }
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Fault> {
        let Some(byte) = self.peek() else { return self.fault(Wrong::Ends) };
        let plain = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return self.fault(Wrong::Text),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, Fault> {
        let first = self.hex4()?;
        if let 0xD800..=0xDBFF = first {
            let mark = self.at;
            if self.eat(b'\\') && self.eat(b'u') {
                let second = self.hex4()?;
                if let 0xDC00..=0xDFFF = second {
                    let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
            }
            // Not the other half of a pair: it is read again for itself.
            self.at = mark;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, Fault> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(16)) else {
                return self.fault(Wrong::Text);
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), (Wrong, u32, u32)>) {
        let found = parse(text).map(drop).map_err(|f| {
            let (line, column) = f.place(text);
            (f.what, line, column)
        });
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(outline(text).is_ok(), expected.is_ok(), "outline agrees: {text:?}");
    }

    #[test]
    fn faults_say_what_and_where() {
        check(r#"{"a":[1,2.50e3,"x\u00e9",true,null,{}]}"#, Ok(()));
        check("{\n \"é\": 01}", Err((Wrong::Character, 2, 8)));
        check("{\"a\":1,}", Err((Wrong::Character, 1, 8)));
        check("[1,\n2", Err((Wrong::Ends, 2, 2)));
        check("[\"a\tb\"]", Err((Wrong::Text, 1, 4)));
        check("[-]", Err((Wrong::Number, 1, 3)));
        check("{} x", Err((Wrong::Trailing, 1, 4)));
        check("", Err((Wrong::Ends, 1, 1)));
        check(&"[".repeat(100_000), Err((Wrong::Deep, 1, 129)));
    }

    #[test]
    fn numbers_and_texts_come_out_as_they_went_in() {
        assert_eq!(parse("85.000").unwrap(), Node::Number("85.000"));
        assert_eq!(parse(r#""\ud83d\ude00 \ud800 é""#).unwrap(), Node::Text("😀 \u{FFFD} é".into()));
    }

    #[test]
    fn a_key_that_stands_twice_is_found() {
        let twice = |text| parse(text).unwrap().twice();
        assert_eq!(twice(r#"{"a":[{"b":1,"c":2,"b":3}]}"#).as_deref(), Some("/a/0/b"));
        assert_eq!(twice(r#"{"a":{"a":1}}"#), None);
    }

    #[test]
    fn pointers_lead_to_the_bytes() {
        let text = r#" {"entry":[{"x":1},{"a/b":{"data":"é"}}]} "#;
        let found = |pointer| locate(text, pointer).map(|r| &text[r]);
        assert_eq!(found("/entry/1/a~1b/data"), Some("\"é\""));
        assert_eq!(found("/entry/0"), Some(r#"{"x":1}"#));
        assert_eq!(found(""), Some(text.trim()));
        assert_eq!(found("/entry/2"), None);
    }
}
