//! How long an own passphrase would stand. Only for what a person makes up: a generated one states its own bits.
//!
//! The estimator carries some 90,000 common words and its own patterns, 690 KiB packed with brotli: whoever calls this
//! links them, so only the strength worker does.

use super::kdf::{LONGEST, normal};

/// The least that an own passphrase must stand, in bits: about what Argon2id at its floor needs to outlast a determined guesser.
pub const ENOUGH: f64 = 50.0;

/// An estimate of a passphrase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// Logarithm to base 2 of the guesses needed. An estimate: it cannot know what a guesser knows about this person.
    pub bits: f64,
    /// Whether `bits` reaches [`ENOUGH`].
    pub enough: bool,
    /// The first thing that makes it weak, if one stands out.
    pub weakness: Option<Weakness>,
}

/// What makes a passphrase weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Among the passwords that everybody tries first.
    Common,
    /// A name, or a date.
    Personal,
    /// Keys in a row, letters in a row, repeats.
    Pattern,
    /// Too little of it.
    Short,
}

/// Estimates an own passphrase. `known` are words a guesser has too: the person's name, the app's.
pub fn strength(passphrase: &str, known: &[&str]) -> Strength {
    let text = normal(passphrase);
    // The estimator is cubic in the length: what comes after 128 bytes only adds.
    let mut end = text.len().min(128);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let estimate = zxcvbn::zxcvbn(text.get(..end).unwrap_or_default(), known);
    let bits = estimate.guesses_log10() * std::f64::consts::LOG2_10;
    let enough = bits >= ENOUGH && text.len() <= LONGEST;
    let weakness = if enough { None } else { Some(weakness(&estimate)) };
    Strength { bits, enough, weakness }
}

fn weakness(estimate: &zxcvbn::Entropy) -> Weakness {
    use zxcvbn::feedback::Warning;
    match estimate.feedback().and_then(|feedback| feedback.warning()) {
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess
            | Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess
            | Warning::SequencesLikeAbcAreEasyToGuess,
        ) => Weakness::Pattern,
        Some(
            Warning::RecentYearsAreEasyToGuess
            | Warning::DatesAreOftenEasyToGuess
            | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Weakness::Personal,
        Some(_) => Weakness::Common,
        None => Weakness::Short,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(passphrase: &str, enough: bool, weakness: Option<Weakness>) {
        let found = strength(passphrase, &["tessera", "Gwen Pritchard"]);
        assert_eq!((found.enough, found.weakness), (enough, weakness), "{passphrase}: {} bits", found.bits);
    }

    #[test]
    fn weak_choices_are_named_and_long_odd_ones_pass() {
        check("password", false, Some(Weakness::Common));
        check("qwertyuiop", false, Some(Weakness::Common));
        check("zxcvghnm", false, Some(Weakness::Pattern));
        check("aaaaaaaaaaaa", false, Some(Weakness::Pattern));
        check("19/04/1961", false, Some(Weakness::Personal));
        check("kx9!p", false, Some(Weakness::Short));
        check("the blue heron forgot its umbrella in Llanrwst", true, None);
        check(&"correct horse battery staple ".repeat(20), true, None);
    }

    #[test]
    fn what_a_guesser_knows_counts_for_nothing() {
        assert!(strength("Gwen Pritchard", &["Gwen Pritchard"]).bits < strength("Gwen Pritchard", &[]).bits);
    }
}
