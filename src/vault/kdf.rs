//! From a passphrase to a key: Argon2id (RFC 9106), with a floor and a ceiling.

use super::keys::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Longest passphrase, in bytes once normalised.
pub const LONGEST: usize = 1024;
/// The longest that unlocking should take on the machine where the vault is made, in milliseconds.
pub const PATIENCE: f64 = 1500.0;

/// Why no key comes of a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KdfError {
    /// The stored parameters are weaker than any this app writes: somebody may have weakened them.
    #[error("the stored key derivation is weaker than allowed")]
    Weak,
    /// The stored parameters ask for more than 1 GiB, or for more time than any device has.
    #[error("the stored key derivation asks for more than allowed")]
    Heavy,
    /// The passphrase is empty or longer than [`LONGEST`].
    #[error("the passphrase is empty or too long")]
    Length,
    /// The device did not give the memory.
    #[error("not enough memory to derive the key")]
    Memory,
}

/// Parameters of Argon2id, stored beside the wrapped key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kdf {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Kdf {
    /// 64 MiB, three passes: RFC 9106's second recommendation with one lane, for a browser has one thread here.
    pub const STRONG: Kdf = Kdf { memory: 64 << 10, passes: 3, lanes: 1 };
    /// 46 MiB, one pass.
    pub const MIDDLE: Kdf = Kdf { memory: 46 << 10, passes: 1, lanes: 1 };
    /// 19 MiB, two passes: the floor.
    pub const FLOOR: Kdf = Kdf { memory: 19 << 10, passes: 2, lanes: 1 };

    /// Whether these parameters may be used at all: never below the floor, never above 1 GiB or 16 passes or 4 lanes.
    ///
    /// # Errors
    /// [`KdfError::Weak`], [`KdfError::Heavy`].
    pub fn check(&self) -> Result<(), KdfError> {
        let floor = self.memory >= Kdf::FLOOR.memory && self.passes >= Kdf::FLOOR.passes;
        let middle = self.memory >= Kdf::MIDDLE.memory && self.passes >= Kdf::MIDDLE.passes;
        if !(floor || middle) || self.lanes == 0 {
            return Err(KdfError::Weak);
        }
        if self.memory > 1 << 20 || self.passes > 16 || self.lanes > 4 {
            return Err(KdfError::Heavy);
        }
        Ok(())
    }

    /// The strongest choice that keeps within [`PATIENCE`] on this machine, and the floor where none does.
    ///
    /// `clock` gives milliseconds. The floor is timed once and the others reckoned from it: their cost is memory × passes.
    ///
    /// # Errors
    /// [`KdfError::Memory`] where not even the floor can run.
    pub fn calibrate(mut clock: impl FnMut() -> f64) -> Result<Kdf, KdfError> {
        let before = clock();
        Kdf::FLOOR.derive("calibration", &[0; 16])?;
        let floor = clock() - before;
        let affordable = |kdf: &Kdf| floor * kdf.work() / Kdf::FLOOR.work() <= PATIENCE;
        Ok([Kdf::STRONG, Kdf::MIDDLE].into_iter().find(affordable).unwrap_or(Kdf::FLOOR))
    }

    fn work(&self) -> f64 {
        f64::from(self.memory) * f64::from(self.passes)
    }

    /// The 32 bytes of a passphrase. It is brought to Unicode NFKC first, outer space goes and inner space becomes one blank:
    /// so it opens however a keyboard composes its letters.
    ///
    /// # Errors
    /// See [`KdfError`]; the parameters are checked before any memory is asked for.
    pub fn derive(&self, passphrase: &str, salt: &[u8; 16]) -> Result<Secret, KdfError> {
        self.check()?;
        let text = normal(passphrase);
        if text.is_empty() || text.len() > LONGEST {
            return Err(KdfError::Length);
        }
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32)).map_err(|_| KdfError::Heavy)?;
        let mut out = Zeroizing::new([0u8; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(text.as_bytes(), salt, out.as_mut_slice())
            .map_err(|_| KdfError::Memory)?;
        Ok(Secret::new(*out))
    }
}

/// The one form of a passphrase.
pub(crate) fn normal(passphrase: &str) -> Zeroizing<String> {
    // Room for the longest expansion, so that the text never moves and leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(passphrase.len().min(LONGEST * 4) * 4));
    for word in passphrase.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.nfkc());
        if text.len() > LONGEST {
            break;
        }
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(memory: u32, passes: u32, lanes: u32, expected: Result<(), KdfError>) {
        assert_eq!(Kdf { memory, passes, lanes }.check(), expected);
    }

    #[test]
    fn weakened_parameters_and_memory_bombs_are_refused() {
        check(64 << 10, 3, 1, Ok(()));
        check(46 << 10, 1, 1, Ok(()));
        check(19 << 10, 2, 1, Ok(()));
        check(1 << 20, 1, 1, Ok(()));
        check(19 << 10, 1, 1, Err(KdfError::Weak));
        check((19 << 10) - 1, 3, 1, Err(KdfError::Weak));
        check(8, 1, 1, Err(KdfError::Weak));
        check(64 << 10, 0, 1, Err(KdfError::Weak));
        check(64 << 10, 3, 0, Err(KdfError::Weak));
        check((1 << 20) + 1, 1, 1, Err(KdfError::Heavy));
        check(64 << 10, 17, 1, Err(KdfError::Heavy));
        let weak = Kdf { memory: 8, passes: 1, lanes: 1 };
        assert_eq!(weak.derive("x", &[0; 16]).err(), Some(KdfError::Weak));
    }

    #[test]
    fn calibration_takes_the_strongest_that_is_quick_enough() {
        let on = |floor: f64| {
            let mut times = [0.0, floor].into_iter();
            Kdf::calibrate(|| times.next().unwrap()).unwrap()
        };
        assert_eq!(on(100.0), Kdf::STRONG);
        assert_eq!(on(400.0), Kdf::MIDDLE);
        assert_eq!(on(9000.0), Kdf::FLOOR);
    }

    #[test]
    fn a_passphrase_opens_however_its_letters_are_composed() {
        let one = Kdf::FLOOR.derive("  dŵr\u{a0}glân ", &[1; 16]).unwrap();
        let two = Kdf::FLOOR.derive("dw\u{302}r gla\u{302}n", &[1; 16]).unwrap();
        assert!(one.expose() == two.expose());
        assert!(Kdf::FLOOR.derive("Dŵr glân", &[1; 16]).unwrap().expose() != one.expose());
        assert_eq!(Kdf::FLOOR.derive(" \n", &[1; 16]).err(), Some(KdfError::Length));
        assert_eq!(Kdf::FLOOR.derive(&"x".repeat(2000), &[1; 16]).err(), Some(KdfError::Length));
    }
}
