//! The receiving end: texts in, from a camera, an image, a paste, a file or a scanner's keys; a whole message out.

use std::collections::BTreeMap;

use super::frame::{self, Frame, Spread};
use super::message::{self, Kind, Message};
use super::{ShareError, digits};

/// What one text was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A whole message: the text held it, or completed it.
    Whole(Message),
    /// One more frame; so many of the needed are here.
    Frame(Progress),
    /// A frame that was here already.
    Again(Progress),
    /// A frame of another message than the one being collected, which goes on.
    OtherMessage(Progress),
    /// Ours, but hurt on the way: scan again.
    Damaged,
    /// Ours, of a later version: the app needs an update.
    Newer,
    /// Too long to be a message.
    TooLong,
    /// Not ours.
    Foreign(Foreign),
}

/// How far a collection of frames is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Different frames here.
    pub have: usize,
    /// Frames needed.
    pub need: usize,
}

/// What a text is that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A SMART Health Link.
    HealthLink,
    /// A SMART Health Card.
    HealthCard,
    /// An EU digital certificate.
    EuCertificate,
    /// Another web address; never navigated to.
    Address,
    /// Some other text.
    Text,
    /// Nothing at all.
    Empty,
}

/// One text sorted by what it is, before anything is collected.
enum Piece<'a> {
    Single(Kind, &'a str),
    Frame(&'a str),
    Foreign(Foreign),
}

/// The longest text that is looked at: a message's frames as text, thrice over.
const LONGEST: usize = 8 * message::MAX;

/// Collects texts until a message is whole. One message at a time; a second one is reported, never mixed in.
#[derive(Debug, Default)]
pub struct Inbox {
    spread: Option<Spread>,
    symbols: BTreeMap<u32, Vec<u8>>,
}

impl Inbox {
    /// An empty inbox.
    pub fn new() -> Self {
        Self::default()
    }

    /// How far the collection is; nothing needed while nothing has come.
    pub fn progress(&self) -> Progress {
        Progress { have: self.symbols.len(), need: self.spread.map_or(0, Spread::needed) }
    }

    /// Forgets what was collected: for another message, or after *start again*.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a text that may hold several codes, one after another: a paste, a file, a scanner's keys. Says what the
    /// whole of it came to: the first whole message, else what the last piece was.
    pub fn feed(&mut self, text: &str) -> Heard {
        if text.len() > LONGEST {
            return Heard::TooLong;
        }
        let mut last = Heard::Foreign(Foreign::Empty);
        for piece in pieces(text) {
            last = self.take(&piece);
            if matches!(last, Heard::Whole(_)) {
                break;
            }
        }
        last
    }

    fn take(&mut self, piece: &str) -> Heard {
        let found = match sort(piece) {
            Piece::Single(kind, digits) => Message::of_digits(kind, digits).map(Heard::Whole),
            Piece::Frame(digits) if digits.len() > digits::len(0x1_0000 + frame::OVERHEAD) => Err(ShareError::TooLong),
            Piece::Frame(digits) => digits::decode(digits).and_then(|b| Frame::read(&b)).and_then(|f| self.add(f)),
            Piece::Foreign(foreign) => Ok(Heard::Foreign(foreign)),
        };
        found.unwrap_or_else(|error| match error {
            ShareError::TooLong => Heard::TooLong,
            ShareError::Newer => Heard::Newer,
            _ => Heard::Damaged,
        })
    }

    fn add(&mut self, frame: Frame) -> Result<Heard, ShareError> {
        let of = *self.spread.get_or_insert(frame.of);
        if of != frame.of {
            return Ok(Heard::OtherMessage(self.progress()));
        }
        if self.symbols.insert(frame.id, frame.symbol).is_some() {
            return Ok(Heard::Again(self.progress()));
        }
        if self.symbols.len() < of.needed() {
            return Ok(Heard::Frame(self.progress()));
        }
        let whole = frame::join(of, self.symbols.iter().map(|(id, s)| (*id, s.as_slice())));
        // Whole or spoilt: either way the next frame starts a new collection.
        self.clear();
        whole.map(Heard::Whole)
    }
}

/// Splits at white space; a run of digits alone goes on from the piece before it (mail wraps long lines), and a
/// European certificate goes on to the end, for a space is one of its characters (base45).
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match out.last_mut() {
            Some(last) if word.bytes().all(|b| b.is_ascii_digit()) && last.contains('/') => last.push_str(word),
            Some(last) if last.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("hc1:")) => last.push_str(word),
            _ => out.push(word.to_owned()),
        }
    }
    out
}

/// Sorts one text. A scanner that types may change case, and keyboards disagree about where `#` is: so what stands
/// before `c1/` is not looked at.
fn sort(text: &str) -> Piece<'_> {
    let (head, digits) = match text.rfind('/') {
        Some(at) => (text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or("")),
        None => ("", ""),
    };
    let head = head.to_ascii_lowercase();
    if head == "c1m" {
        return Piece::Frame(digits);
    }
    if let Some((before, letter)) = head.rsplit_once("c1/")
        && let Some(kind) = only(letter).and_then(Kind::of)
        && (before.chars().count() <= 1 || before.ends_with('#'))
    {
        return Piece::Single(kind, digits);
    }
    let lower = text.get(..text.len().min(64)).unwrap_or(text).to_ascii_lowercase();
    Piece::Foreign(match () {
        () if text.to_ascii_lowercase().contains("shlink:/") => Foreign::HealthLink,
        () if lower.starts_with("shc:/") => Foreign::HealthCard,
        () if lower.starts_with("hc1:") => Foreign::EuCertificate,
        () if lower.starts_with("http://") || lower.starts_with("https://") => Foreign::Address,
        () => Foreign::Text,
    })
}

fn only(letter: &str) -> Option<char> {
    let mut chars = letter.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]
mod tests {
    use super::super::frame::{PREFIX, split};
    use super::*;
    use proptest::prelude::*;

    fn message(len: usize) -> Message {
        Message { kind: Kind::Static, body: (0..len).map(|i| (i * 7) as u8).collect() }
    }

    fn check(text: &str, expected: Heard) {
        assert_eq!(Inbox::new().feed(text), expected, "{text}");
    }

    #[test]
    fn a_single_code_in_each_of_its_forms() {
        let (m, whole) = (message(30), Heard::Whole(message(30)));
        check(&m.text(), whole.clone());
        check(&m.link("https://records.example.org/app/"), whole.clone());
        check(&format!(" \r\n{}\n", m.text().to_uppercase()), whole.clone());
        check(&m.text().replace('#', "£"), whole.clone());
        check(&m.text().replace('#', "\\"), whole.clone());
        let (head, digits) = m.parts();
        check(&format!("{head}{}\n  {}", &digits[..40], &digits[40..]), whole);
    }

    #[test]
    fn frames_count_up_and_strangers_are_named() {
        let frames: Vec<String> =
            split(&message(1_000), 400).unwrap().iter().map(|f| format!("{PREFIX}{}", f.digits())).collect();
        let other = format!("{PREFIX}{}", split(&message(999), 400).unwrap()[0].digits());
        let mut inbox = Inbox::new();
        let progress = |have| Progress { have, need: 3 };
        assert_eq!(inbox.feed(&frames[9]), Heard::Frame(progress(1)));
        assert_eq!(inbox.feed(&frames[9]), Heard::Again(progress(1)));
        assert_eq!(inbox.feed(&other), Heard::OtherMessage(progress(1)));
        assert_eq!(inbox.feed("https://example.org/menu"), Heard::Foreign(Foreign::Address));
        assert_eq!(inbox.feed(&frames[1].replace("C1M", "c1m")), Heard::Frame(progress(2)));
        assert_eq!(inbox.feed(&frames[0]), Heard::Whole(message(1_000)));
        assert_eq!(inbox.progress(), Progress::default());
        check(&frames.join("\r\n"), Heard::Whole(message(1_000)));
    }

    #[test]
    fn what_is_not_ours_is_named() {
        for (text, foreign) in [
            ("shlink:/eyJ1cmwiOiJodHRwczovL2V4", Foreign::HealthLink),
            ("https://viewer.example/#SHLINK:/eyJ1cmwi", Foreign::HealthLink),
            ("shc:/5676290952432060346029243740", Foreign::HealthCard),
            ("HC1:6BF+70790T9WJWG.FKY*4GO0", Foreign::EuCertificate),
            ("HC1:NCFOXN%TS3 A+2XEN QT 0123", Foreign::EuCertificate),
            ("HTTPS://EXAMPLE.ORG/1/2", Foreign::Address),
            ("https://example.org/abc1/s/123", Foreign::Address),
            ("5012345678900", Foreign::Text),
            ("WIFI:S:cafe;;", Foreign::Text),
            ("  ", Foreign::Empty),
        ] {
            check(text, Heard::Foreign(foreign));
        }
        check("#c1/g/12345678", Heard::Damaged);
        check("C1M/000", Heard::Damaged);
        check(&format!("#c1/g/{}", "1".repeat(2_000_000)), Heard::TooLong);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}", digits in "[0-9]{0,60}", head in "(#c1/[rgsa]/|C1M/|c1m/|https://x/#c1/)") {
            let mut inbox = Inbox::new();
            inbox.feed(&text);
            inbox.feed(&format!("{head}{digits}"));
        }
    }
}
