use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event as Raw};

use super::{ATTRIBUTES, DEPTH, Fault, Malformed};
use crate::import::narrative;

/// What a walk comes upon. Comments, processing instructions and the declaration are passed over.
pub enum Event<'t> {
    /// An element begins. One without content (`<a/>`) begins and ends.
    Start(Start<'t>),
    /// The element that was begun last ends, before this offset.
    End(usize),
    /// Words, entities resolved; a text may come in several parts.
    Text(Cow<'t, str>),
    /// The end: the whole text was XML.
    Eof,
}

/// The beginning of an element.
pub struct Start<'t> {
    /// Its name as written, with its prefix.
    pub name: &'t str,
    /// The bytes of its start tag.
    pub range: Range<usize>,
    tag: BytesStart<'t>,
}

impl Start<'_> {
    /// The attributes: names as written, with their prefixes, and values with entities resolved.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let mut attributes = self.tag.attributes();
        // They were checked when the walk came by.
        attributes.with_checks(false);
        attributes.flatten().map(|a| {
            let value = if a.value.contains(['&', '\t', '\n', '\r']) {
                resolved(&a.value).map_or_else(|| a.value.clone(), |v| Cow::Owned(v.into_owned()))
            } else {
                a.value
            };
            (a.key.into_inner(), value)
        })
    }

    /// True if it declares a namespace (`xmlns`), or seems to.
    pub fn declares(&self) -> bool {
        self.tag.attributes_raw().contains("xmlns")
    }

    /// The value of the attribute of this name, without prefix.
    pub fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.attributes().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// Passes over a text once, from event to event. Every step checks what it passes; a walk that comes to [`Event::Eof`]
/// has seen one well-formed element and nothing beside it. Prefixes are not resolved.
pub struct Walk<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    depth: usize,
    rooted: bool,
}

impl<'t> Walk<'t> {
    /// A walk from the beginning of a text.
    pub fn new(text: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Walk { text, reader, depth: 0, rooted: false }
    }

    /// Where it stands, in bytes: after the last event.
    pub fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    /// Elements that are begun and not ended.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The next event.
    ///
    /// # Errors
    /// The first [`Fault`].
    #[allow(clippy::should_implement_trait)] // Not an iterator: it ends in an event, not in None.
    pub fn next(&mut self) -> Result<Event<'t>, Fault> {
        loop {
            let from = self.offset();
            let fault = |what| Fault { what, offset: from };
            let raw = match self.reader.read_event() {
                Ok(raw) => raw,
                Err(error) => return Err(self.fault(&error)),
            };
            match raw {
                Raw::Start(tag) | Raw::Empty(tag) => return self.start(from, tag).map(Event::Start),
                Raw::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Event::End(self.offset()));
                }
                Raw::Text(words) => {
                    let words = words.into_inner();
                    if let Some(offset) = control(&words) {
                        return Err(Fault { what: Malformed::Character, offset: from + offset });
                    }
                    if self.depth > 0 {
                        return Ok(Event::Text(words));
                    }
                    if let Some(offset) = words.find(|c: char| !c.is_ascii_whitespace()) {
                        return Err(Fault { what: self.outside(), offset: from + offset });
                    }
                }
                Raw::CData(words) => {
                    let words = words.into_inner();
                    if let Some(offset) = control(&words) {
                        return Err(Fault { what: Malformed::Character, offset: from + offset });
                    }
                    if self.depth == 0 {
                        return Err(fault(self.outside()));
                    }
                    return Ok(Event::Text(words));
                }
                Raw::GeneralRef(name) => {
                    if self.depth == 0 {
                        return Err(fault(self.outside()));
                    }
                    let name = name.into_inner();
                    let found = character(&name).ok_or_else(|| fault(Malformed::Entity))?;
                    return Ok(Event::Text(Cow::Owned(found.to_string())));
                }
                Raw::DocType(_) => return Err(fault(Malformed::Doctype)),
                Raw::Comment(_) | Raw::Decl(_) | Raw::PI(_) => {}
                Raw::Eof if self.depth > 0 || !self.rooted => return Err(fault(Malformed::Ends)),
                Raw::Eof => return Ok(Event::Eof),
            }
        }
    }

    /// Passes over the rest of the element that was begun last, checking it all the same; gives the offset of its end.
    ///
    /// # Errors
    /// The first [`Fault`] in it.
    pub fn skip(&mut self) -> Result<usize, Fault> {
        let above = self.depth.saturating_sub(1);
        loop {
            match self.next()? {
                Event::End(end) if self.depth == above => return Ok(end),
                Event::Eof => return Ok(self.offset()),
                _ => {}
            }
        }
    }

    fn start(&mut self, from: usize, tag: BytesStart<'t>) -> Result<Start<'t>, Fault> {
        let fault = |what| Fault { what, offset: from };
        if self.depth == 0 && self.rooted {
            return Err(fault(Malformed::Trailing));
        }
        if self.depth >= DEPTH {
            return Err(fault(Malformed::Deep));
        }
        if control(tag.attributes_raw()).is_some() {
            return Err(fault(Malformed::Character));
        }
        for (n, attribute) in tag.attributes().enumerate() {
            if n >= ATTRIBUTES {
                return Err(fault(Malformed::Deep));
            }
            let attribute = attribute.map_err(|_| fault(Malformed::Attribute))?;
            if attribute.value.contains('<') || attribute.key.into_inner().is_empty() {
                return Err(fault(Malformed::Attribute));
            }
            if attribute.value.contains('&') && resolved(&attribute.value).is_none() {
                return Err(fault(Malformed::Entity));
            }
        }
        let length = tag.name().into_inner().len();
        let name = self.text.get(from + 1..from + 1 + length).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || name.contains(['<', '&', '"', '\'']) {
            return Err(fault(Malformed::Tag));
        }
        self.rooted = true;
        self.depth += 1;
        Ok(Start { name, range: from..self.offset(), tag })
    }

    /// What it is that stands outside of the one element.
    fn outside(&self) -> Malformed {
        if self.rooted { Malformed::Trailing } else { Malformed::Character }
    }

    fn fault(&self, error: &Error) -> Fault {
        let at = usize::try_from(self.reader.error_position()).unwrap_or(self.text.len());
        let what = match error {
            Error::Syntax(_) if self.text.get(at..).is_some_and(doctype) => Malformed::Doctype,
            Error::Syntax(_) => Malformed::Ends,
            Error::IllFormed(IllFormedError::UnclosedReference) => Malformed::Entity,
            Error::IllFormed(IllFormedError::MissingEndTag(_)) => Malformed::Ends,
            Error::IllFormed(IllFormedError::MissingDoctypeName) => Malformed::Doctype,
            Error::InvalidAttr(_) => Malformed::Attribute,
            _ => Malformed::Tag,
        };
        Fault { what, offset: at.min(self.text.len()) }
    }
}

fn doctype(text: &str) -> bool {
    text.get(..9).is_some_and(|s| s.eq_ignore_ascii_case("<!DOCTYPE"))
}

/// The offset of the first character that XML 1.0 §2.2 does not know.
fn control(text: &str) -> Option<usize> {
    let odd = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r');
    text.bytes().position(odd).or_else(|| text.find(['\u{FFFE}', '\u{FFFF}']))
}

/// What `&name;` stands for: the five of XML, numbers, and the names of HTML that narratives use.
fn character(name: &str) -> Option<char> {
    narrative::character(name)
}

/// A value with its entities resolved and its line breaks as spaces (XML 1.0 §3.3.3); `None` if one is unknown.
fn resolved(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains(['&', '\t', '\n', '\r']) {
        return Some(Cow::Borrowed(value));
    }
    let space = |text: &str| text.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    let mut parts = value.split('&');
    let mut out = space(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(';')?;
        out.push(character(name)?);
        out.push_str(&space(rest));
    }
    Some(Cow::Owned(out))
}
