//! Generated passphrases.
//!
//! `english.txt` is the EFF's long word list of 7,776 words (Electronic Frontier Foundation, 2016, CC BY 3.0 US), unchanged
//! but for its dice numbers. `welsh.txt` is our own list of everyday Welsh words without accents, so that any keyboard types
//! them. A shorter list needs more words: the number of words follows from the list, and never the other way round.

use super::VaultError;
use super::crypt::Crypt;
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The least that a generated passphrase has, in bits.
pub const BITS: f64 = 64.0;

/// A language that has a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// 7,776 words: five are 64.6 bits.
    English,
    /// Our own list: seven words.
    Welsh,
}

impl List {
    fn text(self) -> &'static str {
        match self {
            List::English => include_str!("english.txt"),
            List::Welsh => include_str!("welsh.txt"),
        }
    }

    /// How many words the list has.
    pub fn size(self) -> usize {
        self.text().lines().count()
    }

    /// How many words of it make [`BITS`].
    pub fn words(self) -> usize {
        (BITS / (self.size() as f64).log2()).ceil() as usize
    }
}

/// A generated passphrase and what it is worth.
pub struct Phrase {
    /// The words, one blank between them.
    pub text: Zeroizing<String>,
    /// Its entropy in bits: exact, for every phrase is equally likely.
    pub bits: f64,
}

/// Draws a passphrase of at least [`BITS`].
///
/// # Errors
/// [`VaultError::Unavailable`] where there is no randomness.
pub fn phrase<C: Crypt>(crypt: &C, list: List) -> Result<Phrase, VaultError> {
    let words: Vec<&str> = list.text().lines().collect();
    let count = list.words();
    let mut text = Zeroizing::new(String::with_capacity(count * 16));
    for position in 0..count {
        let index = draw(crypt, words.len())?;
        if position > 0 {
            text.push(' ');
        }
        text.push_str(words.get(index).copied().ok_or(VaultError::Unavailable)?);
    }
    Ok(Phrase { text, bits: (words.len() as f64).log2() * count as f64 })
}

/// The one way to write a drawn phrase: small letters, one blank between its words, no full stop after one. People copy it
/// with a capital at the beginning, because a pen or a keyboard puts one there.
pub fn fold(typed: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(typed.len() * 2));
    for word in typed.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !text.is_empty() && !word.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().flat_map(char::to_lowercase));
    }
    text
}

/// The drawn phrase that this can be, folded; `None` if no list draws it. A passphrase of a person's own is what they typed
/// and nothing else.
pub fn drawn(typed: &str) -> Option<Zeroizing<String>> {
    let text = fold(&super::kdf::normal(typed));
    let of = |list: List| {
        let all: HashSet<&str> = list.text().lines().collect();
        text.split(' ').count() == list.words() && text.split(' ').all(|word| all.contains(word))
    };
    [List::English, List::Welsh].into_iter().any(of).then_some(text)
}

/// A number below `bound`, each equally likely: draws beyond the last whole multiple are thrown away.
fn draw<C: Crypt>(crypt: &C, bound: usize) -> Result<usize, VaultError> {
    let bound = u32::try_from(bound).ok().filter(|b| *b > 0).ok_or(VaultError::Unavailable)?;
    let whole = u32::MAX - u32::MAX % bound;
    for _ in 0..64 {
        let mut bytes = Zeroizing::new([0u8; 4]);
        crypt.random(bytes.as_mut_slice())?;
        let number = u32::from_le_bytes(*bytes);
        if number < whole {
            return Ok((number % bound) as usize);
        }
    }
    Err(VaultError::Unavailable)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::vault::native::Native;
    use std::collections::{HashMap, HashSet};

    fn check(list: List, count: usize) {
        let lines: Vec<&str> = list.text().lines().collect();
        assert_eq!(lines.iter().collect::<HashSet<_>>().len(), lines.len(), "a word stands twice");
        assert!(lines.iter().all(|w| w.chars().all(|c| c.is_ascii_lowercase() || c == '-') && w.len() >= 3));
        let mut state = 1u64;
        let crypt = Native::new(move |out: &mut [u8]| {
            for byte in out {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 56) as u8;
            }
        });
        let mut seen = HashMap::new();
        for round in 0..200 {
            let phrase = phrase(&crypt, list).unwrap();
            assert!(phrase.bits >= BITS);
            assert_eq!(phrase.text.split(' ').count(), count);
            assert!(phrase.text.split(' ').all(|w| lines.contains(&w)));
            // Who types a generated phrase as an own one is not turned away. (The estimator is slow: a few are enough.)
            let strength = |text: &str| crate::vault::strength::strength(text, &["tessera"]);
            assert!(round > 9 || strength(&phrase.text).enough, "{}", phrase.text.as_str());
            *seen.entry(phrase.text.to_string()).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 200);
    }

    #[test]
    fn a_drawn_phrase_is_known_however_it_is_copied_and_nothing_else_is() {
        let known = |typed: &str| drawn(typed).map(|text| text.to_string());
        let five = Some("heroics marmalade campus cattail grueling".to_owned());
        for typed in [
            "heroics marmalade campus cattail grueling",
            "Heroics Marmalade Campus Cattail Grueling",
            " HEROICS  marmalade\u{a0}campus cattail\ngrueling. ",
            "Heroics, marmalade, campus, cattail, grueling",
            "ｈｅｒｏｉｃｓ marmalade campus cattail grueling",
        ] {
            assert_eq!(known(typed), five, "{typed}");
        }
        assert_eq!(
            known("Yo-Yo felt-tip campus cattail grueling").as_deref(),
            Some("yo-yo felt-tip campus cattail grueling")
        );
        for typed in
            ["", "Heroics", "heroics marmalade campus cattail", "Correct horse battery staple orchard!x", "..."]
        {
            assert_eq!(known(typed), None, "{typed}");
        }
    }

    #[test]
    fn five_english_words_have_64_bits() {
        check(List::English, 5);
    }

    #[test]
    fn welsh_words_are_more_for_their_list_is_shorter() {
        check(List::Welsh, 7);
    }
}
