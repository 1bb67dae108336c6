//! The recovery kit: a printable age X25519 identity (the age specification, "X25519 recipient type"; Bech32 is BIP-173).

use super::keys::Secret;
use bech32::{Bech32, Hrp};
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};
use zeroize::{Zeroize, Zeroizing};

const IDENTITY: &str = "age-secret-key-";
const RECIPIENT: &str = "age";
/// What stands before the groups on paper.
pub const PREFIX: &str = "AGE-SECRET-KEY-1";
/// Letters in a group.
const GROUP: usize = 5;

/// Why a text is no recovery kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// A character, the length or the checksum is wrong: a typing mistake.
    #[error("not a recovery key: check each group")]
    Mistyped,
    /// Something else written in the same alphabet, such as a public recipient.
    #[error("this is not the secret part of a recovery key")]
    Kind,
}

/// The secret of a recovery kit.
pub struct Kit(Secret);

impl Kit {
    /// The kit of these 32 random bytes.
    pub fn new(secret: Secret) -> Kit {
        Kit(secret)
    }

    /// Reads a kit as typed: capitals or small letters, with or without its prefix, any spaces and line breaks.
    ///
    /// # Errors
    /// [`KitError`].
    pub fn read(typed: &str) -> Result<Kit, KitError> {
        let mut text: Zeroizing<String> =
            Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect());
        if text.len() > 200 {
            return Err(KitError::Mistyped);
        }
        // Groups are copied with dashes between them as often as with spaces; the prefix has three of its own.
        let data: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| *c != '-').collect());
        // What follows the prefix has no 1 and no letter i: an I, an l or a 1 after it can only be the one that ends it.
        let bare = ["agesecretkey1", "agesecretkeyl", "agesecretkeyi"].iter().find_map(|p| data.strip_prefix(p));
        let bare = bare.unwrap_or(&data);
        if bare.starts_with("age1") {
            return Err(KitError::Kind);
        }
        let bare = alike(bare);
        let whole = Zeroizing::new(format!("{IDENTITY}1{}", bare.as_str()));
        text.zeroize();
        let (hrp, mut bytes) = bech32::decode(&whole).map_err(|_| KitError::Mistyped)?;
        // Bech32m has the same letters and another checksum: age uses the first.
        let strict = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(&whole).is_ok();
        let secret: Result<[u8; 32], _> = bytes.as_slice().try_into();
        bytes.zeroize();
        match secret {
            Ok(secret) if strict && hrp.as_str() == IDENTITY => Ok(Kit(Secret::new(secret))),
            _ => Err(KitError::Mistyped),
        }
    }

    /// `AGE-SECRET-KEY-1…`, 74 characters: what any age tool reads.
    ///
    /// # Errors
    /// Never for a kit that exists; kept so that nothing can panic.
    pub fn text(&self) -> Result<Zeroizing<String>, KitError> {
        let hrp = Hrp::parse(IDENTITY).map_err(|_| KitError::Kind)?;
        bech32::encode_upper::<Bech32>(hrp, self.0.expose()).map(Zeroizing::new).map_err(|_| KitError::Kind)
    }

    /// The letters after [`PREFIX`] in groups of five (the last of three).
    ///
    /// # Errors
    /// As [`Kit::text`].
    pub fn groups(&self) -> Result<Vec<Zeroizing<String>>, KitError> {
        let text = self.text()?;
        let data: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().skip(PREFIX.len()).collect());
        Ok(data.chunks(GROUP).map(|group| Zeroizing::new(group.iter().collect())).collect())
    }

    /// Which two groups to ask for, from two random bytes: never the same one twice, never the short last one.
    pub fn ask(random: [u8; 2]) -> [usize; 2] {
        let [a, b] = random.map(usize::from);
        let first = a % 11;
        let second = (first + 1 + b % 10) % 11;
        [first.min(second), first.max(second)]
    }

    /// Whether a group was typed back rightly; capitals, spaces and letters that look alike on paper do not matter.
    pub fn check(&self, group: usize, typed: &str) -> bool {
        let marks = |c: &char| !c.is_whitespace() && *c != '-';
        let typed: Zeroizing<String> = Zeroizing::new(typed.chars().filter(marks).collect());
        let typed = alike(&typed);
        let same = |group: &Zeroizing<String>| alike(group).as_str() == typed.as_str();
        self.groups().is_ok_and(|groups| groups.get(group).is_some_and(same))
    }

    /// The public half, 32 bytes (RFC 7748).
    ///
    /// # Errors
    /// Never for a kit that exists.
    pub fn recipient(&self) -> Result<[u8; 32], KitError> {
        let private = self.private()?;
        let public = X25519HkdfSha256::sk_to_pk(&private).to_bytes();
        public.as_slice().try_into().map_err(|_| KitError::Kind)
    }

    /// `age1…`: to whom backups are encrypted.
    ///
    /// # Errors
    /// Never for a kit that exists.
    pub fn recipient_text(&self) -> Result<String, KitError> {
        let hrp = Hrp::parse(RECIPIENT).map_err(|_| KitError::Kind)?;
        bech32::encode_lower::<Bech32>(hrp, &self.recipient()?).map_err(|_| KitError::Kind)
    }

    pub(crate) fn private(&self) -> Result<<X25519HkdfSha256 as Kem>::PrivateKey, KitError> {
        <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(self.0.expose()).map_err(|_| KitError::Kind)
    }
}

/// Small letters, and those that Bech32 leaves out because they look like others (BIP-173) as those others: `o` as nought,
/// `i` and `1` as `l`, `b` as eight.
fn alike(typed: &str) -> Zeroizing<String> {
    let as_meant = |c: char| match c {
        'o' => '0',
        'i' | '1' => 'l',
        'b' => '8',
        other => other,
    };
    let mut text = Zeroizing::new(String::with_capacity(typed.len() * 2));
    text.extend(typed.chars().flat_map(char::to_lowercase).map(as_meant));
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]
mod tests {
    use super::*;

    // Two pairs made by age-keygen, the reference implementation.
    const PAIRS: [(&str, &str); 2] = [
        (
            "AGE-SECRET-KEY-18NZ3JM2ANQ9SZZZJNYFUVDNR3ER8NVCDXEPM5MSS0ZCTEWG669XS9TWPYQ",
            "age1scwe35xe26g8w63xxjsj204yd5jn0485eveqhhaa95s3m87rn55scnma9r",
        ),
        (
            "AGE-SECRET-KEY-1RVF0XWWM5KWFHPHNJNPJDKLQXWPHSUEKRWS325XQ25SJ255RMKUST9PA8J",
            "age1lj7vv2vv44xjh84zu8l8dm0lz0la2m5dn5t84x0a8vwqsqsgfsgsgah4h3",
        ),
    ];

    fn check(typed: &str, expected: Result<&str, KitError>) {
        let read = Kit::read(typed).map(|kit| kit.text().unwrap().to_string());
        assert_eq!(read, expected.map(str::to_owned), "{typed}");
    }

    #[test]
    fn a_kit_is_an_identity_of_the_age_tool() {
        for (identity, recipient) in PAIRS {
            let kit = Kit::read(identity).unwrap();
            assert_eq!(kit.text().unwrap().as_str(), identity);
            assert_eq!(kit.recipient_text().unwrap(), recipient);
        }
    }

    #[test]
    fn it_is_read_however_it_is_typed_and_any_slip_is_noticed() {
        let identity = PAIRS[0].0;
        check(identity, Ok(identity));
        check(&identity.to_lowercase(), Ok(identity));
        let groups: Vec<String> =
            Kit::read(identity).unwrap().groups().unwrap().iter().map(|g| g.to_string()).collect();
        assert_eq!(groups.len(), 12);
        assert!(groups[..11].iter().all(|group| group.len() == 5));
        check(&groups.join(" "), Ok(identity));
        check(&groups.join("-").to_lowercase(), Ok(identity));
        check(&format!(" {PREFIX} {} ", groups.join("\n")), Ok(identity));
        check(PAIRS[0].1, Err(KitError::Kind));
        check("", Err(KitError::Mistyped));
        check(&"Q".repeat(500), Err(KitError::Mistyped));
        for at in PREFIX.len()..identity.len() {
            let mut slip: Vec<u8> = identity.bytes().collect();
            slip[at] = if slip[at] == b'Q' { b'P' } else { b'Q' };
            check(std::str::from_utf8(&slip).unwrap(), Err(KitError::Mistyped));
        }
        check(&identity[..identity.len() - 1], Err(KitError::Mistyped));
    }

    #[test]
    fn what_looks_alike_on_paper_is_taken_for_what_it_is() {
        for (identity, _) in PAIRS {
            let misread = |text: &str, nought: &str, ell: &str, eight: &str| {
                text.replace('0', nought).replace('L', ell).replace('8', eight)
            };
            let data = &identity[PREFIX.len()..];
            for (nought, ell, eight) in [("O", "1", "B"), ("o", "I", "b"), ("0", "i", "8"), ("O", "l", "8")] {
                check(&misread(data, nought, ell, eight), Ok(identity));
                check(&format!("{PREFIX} {}", misread(data, nought, ell, eight)), Ok(identity));
                check(&format!("age-secret-key-I{}", misread(data, nought, ell, eight)), Ok(identity));
            }
            let kit = Kit::read(identity).unwrap();
            for (at, group) in kit.groups().unwrap().iter().enumerate() {
                assert!(kit.check(at, &misread(group, "O", "1", "8").to_lowercase()));
                assert!(kit.check(at, &misread(group, "o", "i", "b")));
                let other = if group.starts_with('Q') { 'P' } else { 'Q' };
                assert!(!kit.check(at, &format!("{other}{}", &group[1..])));
            }
        }
    }

    #[test]
    fn two_different_groups_are_asked_for() {
        let kit = Kit::read(PAIRS[1].0).unwrap();
        let groups = kit.groups().unwrap();
        for a in 0..=255 {
            for b in 0..=255 {
                let [first, second] = Kit::ask([a, b]);
                assert!(first < second && second < 11);
            }
        }
        assert!(kit.check(3, &groups[3].to_lowercase()));
        assert!(kit.check(3, &format!(" {} ", groups[3].as_str())));
        assert!(!kit.check(4, &groups[3]));
        assert!(!kit.check(12, ""));
    }
}
