//! A message between two people's devices, and the text that carries it.

use sha2::{Digest, Sha256};

use super::{ShareError, digits};

/// The longest message: 512 KiB with its kind.
pub const MAX: usize = 512 * 1024;

/// Bytes of the check that ends each text form.
const CHECK: usize = 4;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `r`: a clinician's screen asks, and names the one-time key that a grant must be sealed to.
    Request,
    /// `g`: a grant sealed to the key of one request.
    Grant,
    /// `s`: a grant whose key stands beside it, with or without a spoken code.
    Static,
    /// `a`: the reader's receipt for a direct grant.
    Receipt,
}

impl Kind {
    /// The letter that stands for it.
    pub fn letter(self) -> char {
        match self {
            Kind::Request => 'r',
            Kind::Grant => 'g',
            Kind::Static => 's',
            Kind::Receipt => 'a',
        }
    }

    /// The kind of that letter, in either case.
    pub fn of(letter: char) -> Option<Kind> {
        match letter.to_ascii_lowercase() {
            'r' => Some(Kind::Request),
            'g' => Some(Kind::Grant),
            's' => Some(Kind::Static),
            'a' => Some(Kind::Receipt),
            _ => None,
        }
    }
}

/// A whole message: what it is, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, without the kind.
    pub body: Vec<u8>,
}

impl Message {
    /// The kind's letter and then the body: what frames carry and what hashes cover.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.body.len());
        out.push(self.kind.letter() as u8);
        out.extend_from_slice(&self.body);
        out
    }

    /// Reads what [`Message::bytes`] wrote.
    pub fn read(bytes: &[u8]) -> Result<Message, ShareError> {
        let (letter, body) = bytes.split_first().ok_or(ShareError::Malformed)?;
        if bytes.len() > MAX {
            return Err(ShareError::TooLong);
        }
        let kind = Kind::of(char::from(*letter)).filter(|k| k.letter() as u8 == *letter);
        Ok(Message { kind: kind.ok_or(ShareError::Malformed)?, body: body.to_vec() })
    }

    /// SHA-256 of [`Message::bytes`].
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }

    /// The bare text form: `#c1/` kind `/` digits. The digits carry the body and the first 4 bytes of the hash, so
    /// that a mistyped digit is told from a forgery.
    pub fn text(&self) -> String {
        let (head, digits) = self.parts();
        head + &digits
    }

    /// The link form: the app's own address before the bare form. A link runs the website it names.
    pub fn link(&self, app_base: &str) -> String {
        format!("{app_base}{}", self.text())
    }

    /// The bare text in its two parts: all up to and with the last slash, and the digits.
    pub fn parts(&self) -> (String, String) {
        let mut bytes = self.body.clone();
        bytes.extend(self.hash().iter().take(CHECK));
        (format!("#c1/{}/", self.kind.letter()), digits::encode(&bytes))
    }

    /// Reads a kind and the digits of a text form.
    pub fn of_digits(kind: Kind, text: &str) -> Result<Message, ShareError> {
        if text.len() > digits::len(MAX + CHECK) {
            return Err(ShareError::TooLong);
        }
        let mut body = digits::decode(text)?;
        let at = body.len().checked_sub(CHECK).ok_or(ShareError::Malformed)?;
        let check = body.split_off(at);
        let message = Message { kind, body };
        if message.hash().iter().take(CHECK).eq(check.iter()) { Ok(message) } else { Err(ShareError::Damaged) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(digits: &str, expected: Result<&[u8], ShareError>) {
        assert_eq!(Message::of_digits(Kind::Static, digits).map(|m| m.body), expected.map(<[u8]>::to_vec));
    }

    #[test]
    fn one_wrong_digit_is_noticed() {
        let message = Message { kind: Kind::Static, body: b"tessera".to_vec() };
        let (head, digits) = message.parts();
        assert_eq!(head, "#c1/s/");
        check(&digits, Ok(b"tessera"));
        for at in 0..digits.len() {
            for digit in b'0'..=b'9' {
                let mut other = digits.clone().into_bytes();
                if other[at] != digit {
                    other[at] = digit;
                    assert!(Message::of_digits(Kind::Static, std::str::from_utf8(&other).unwrap()).is_err());
                }
            }
        }
        assert_eq!(Message::of_digits(Kind::Grant, &digits), Err(ShareError::Damaged), "another kind");
        check("", Err(ShareError::Malformed));
        check("255", Err(ShareError::Malformed));
    }

    proptest! {
        #[test]
        fn bytes_come_back(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let message = Message { kind: Kind::Grant, body };
            prop_assert_eq!(Message::read(&message.bytes()).unwrap(), message);
        }
    }
}
