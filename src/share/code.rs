//! The code that can lock a static grant: generated, spoken or written beside it, never chosen by a person.

use zeroize::Zeroizing;

/// How long a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// 8 characters, 40 bits: for a screen that is shown for a while.
    Screen,
    /// 12 characters, 60 bits: for paper, which can be photographed and worked on.
    Paper,
}

impl Length {
    /// How many characters.
    pub const fn characters(self) -> usize {
        match self {
            Length::Screen => 8,
            Length::Paper => 12,
        }
    }
}

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code in capitals without separators. No `Debug`: it is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct LockCode(Zeroizing<String>);

impl LockCode {
    /// Makes a code of 5 bits from each random byte.
    pub fn generate(random: &[u8; 12], length: Length) -> LockCode {
        let letters = random.iter().take(length.characters());
        LockCode(Zeroizing::new(
            letters.filter_map(|b| ALPHABET.get(usize::from(b & 31))).map(|c| char::from(*c)).collect(),
        ))
    }

    /// Reads what a person typed: either case, spaces and hyphens aside, I and L for 1, O for 0. `None` if it can't be
    /// a code of this length.
    pub fn read(text: &str, length: Length) -> Option<LockCode> {
        let mut code = Zeroizing::new(String::with_capacity(length.characters()));
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                c => c,
            };
            let known = u8::try_from(c).is_ok_and(|b| ALPHABET.contains(&b));
            if !known || code.len() == length.characters() {
                return None;
            }
            code.push(c);
        }
        (code.len() == length.characters()).then_some(LockCode(code))
    }

    /// The characters, for the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people: groups of four with hyphens between.
    pub fn groups(&self) -> String {
        let mut out = String::new();
        for (at, c) in self.0.chars().enumerate() {
            if at > 0 && at.is_multiple_of(4) {
                out.push('-');
            }
            out.push(c);
        }
        out
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(LockCode::read(text, Length::Screen).map(|c| c.groups()).as_deref(), expected, "{text}");
    }

    #[test]
    fn what_people_type_is_read() {
        check("7k3m-9qxz", Some("7K3M-9QXZ"));
        check(" 7K3M 9QXZ\n", Some("7K3M-9QXZ"));
        check("OIL0-1000", Some("0110-1000"));
        check("7K3M-9QX", None);
        check("7K3M-9QXZ1", None);
        check("7K3M-9QXU", None);
        check("7K3M–9QXé", None);
        assert_eq!(LockCode::generate(&[31; 12], Length::Paper).groups(), "ZZZZ-ZZZZ-ZZZZ");
    }
}
