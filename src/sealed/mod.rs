//! The only form in which anything is stored.
//!
//! A [`Sealed`] is a frame: a fixed head in clear, then either ciphertext (a *segment* or a *wrapped key*) or the vault's
//! own header. This room knows the shape and nothing of keys: it makes no cipher call and draws no randomness.
//! `docs/vault.md` describes the bytes, and the vectors in `tests/data/sealed` must open for ever.
//!
//! ```text
//! offset size
//!      0    4  magic "TSRA"
//!      4    1  format version (1)
//!      5    1  namespace: 1 segment · 2 wrapped key · 3 header
//!      6    2  schema, big endian: of what lies inside
//!      8    8  generation, big endian: the commit that wrote it
//!  ── segment, wrapped key ──────────────────────────────────────
//!     16   32  salt of HKDF-SHA-256
//!     48   12  nonce of AES-256-GCM
//!     60   16  key commitment
//!     76    n  ciphertext, its last 16 bytes the tag
//!  ── header ────────────────────────────────────────────────────
//!     16    n  body
//!   16+n   32  SHA-256 of all before: shows damage while locked
//!   48+n   32  HMAC-SHA-256 of all before: shows forgery once open
//! ```
//!
//! # Invariants
//! - A [`Sealed`] that exists has passed [`Sealed::parse`]: its magic, version, namespace and size are right.
//! - Nothing readable without a key stands in a segment but its namespace, schema, generation and padded size.

mod pad;

pub use pad::{Encoding, pack, unpack};
use sha2::{Digest, Sha256};

/// The first four bytes of every frame.
pub const MAGIC: [u8; 4] = *b"TSRA";
/// The format version written by this code.
pub const FORMAT: u8 = 1;
/// Bytes of the head that every frame shares.
const HEAD: usize = 16;
/// Bytes before the ciphertext of a segment.
const CLEAR: usize = HEAD + SALT + NONCE + COMMITMENT;
const SALT: usize = 32;
const NONCE: usize = 12;
const COMMITMENT: usize = 16;
/// Bytes of an AES-GCM tag.
pub const TAG: usize = 16;
const DIGEST: usize = 32;
/// No frame is larger (16 MiB): a larger one is refused before it is read.
pub const LIMIT: usize = 16 << 20;
/// No header is larger (64 KiB).
pub const HEADER_LIMIT: usize = 64 << 10;

/// Why bytes are not a frame of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Too short, or its sizes do not add up.
    #[error("a sealed frame is cut short")]
    Short,
    /// Larger than [`LIMIT`] or [`HEADER_LIMIT`].
    #[error("a sealed frame is larger than any we write")]
    Large,
    /// The first bytes are not [`MAGIC`].
    #[error("not a sealed frame")]
    Foreign,
    /// Written by a newer version of the app.
    #[error("sealed by a newer version (format {0})")]
    Newer(u8),
    /// A known frame, but of another namespace than was asked for, or of none.
    #[error("a sealed frame of another kind")]
    Kind,
    /// The checksum of a header, the padding or the encoding of a content is wrong.
    #[error("a sealed frame is damaged")]
    Damaged,
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Namespace {
    /// Padded content.
    Segment = 1,
    /// A key or a private key, sealed by another key.
    Wrap = 2,
    /// The vault's header: readable while locked.
    Header = 3,
}

/// The seven stores. Their numbers are part of the authenticated data and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Store {
    /// The header, the index, settings.
    Vault = 1,
    /// One row a person.
    People = 2,
    /// Readings and notes of parcels.
    Parcels = 3,
    /// The providers' bytes.
    Originals = 4,
    /// The journal.
    Journal = 5,
    /// Unfinished work.
    Drafts = 6,
    /// A disposable cache.
    Snapshot = 7,
}

impl Store {
    /// Every store, in the order of their numbers.
    pub const ALL: [Store; 7] =
        [Store::Vault, Store::People, Store::Parcels, Store::Originals, Store::Journal, Store::Drafts, Store::Snapshot];

    /// Its name in a database.
    pub fn name(self) -> &'static str {
        match self {
            Store::Vault => "vault",
            Store::People => "people",
            Store::Parcels => "parcels",
            Store::Originals => "originals",
            Store::Journal => "journal",
            Store::Drafts => "drafts",
            Store::Snapshot => "snapshot",
        }
    }

    /// The store of this number.
    pub fn from_number(number: u8) -> Option<Store> {
        Store::ALL.into_iter().find(|store| *store as u8 == number)
    }
}

/// The name of a row: a keyed hash, so that it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(pub [u8; 32]);

impl Row {
    /// The one row whose name is not a hash: the header, found before any key is there.
    pub const HEADER: Row = Row([0; 32]);

    /// As 64 hexadecimal digits, small letters: the key in a database.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The row of 64 hexadecimal digits; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Row> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        Some(Row(bytes.try_into().ok()?))
    }
}

/// Where a sealed thing belongs. All of it is authenticated: a blob put in any other place does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The vault's random id.
    pub vault: [u8; 16],
    /// The person's random id; zero for what belongs to the whole vault.
    pub person: [u8; 16],
    /// The store.
    pub store: Store,
    /// The row within the store.
    pub row: Row,
    /// The commit that wrote it.
    pub generation: u64,
    /// The version of what lies inside.
    pub schema: u16,
}

impl Place {
    /// The authenticated data, 81 bytes: `magic | format | namespace | vault | person | store | row | generation | schema`,
    /// integers big endian.
    pub fn aad(&self, namespace: Namespace) -> Vec<u8> {
        let mut aad = Vec::with_capacity(81);
        aad.extend_from_slice(&MAGIC);
        aad.push(FORMAT);
        aad.push(namespace as u8);
        aad.extend_from_slice(&self.vault);
        aad.extend_from_slice(&self.person);
        aad.push(self.store as u8);
        aad.extend_from_slice(&self.row.0);
        aad.extend_from_slice(&self.generation.to_be_bytes());
        aad.extend_from_slice(&self.schema.to_be_bytes());
        aad
    }
}

/// A frame whose shape has been checked. What is inside is known only to who holds the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// The body of a header, the bytes that its MAC covers, and the MAC.
pub type HeaderParts<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// The parts of a segment or a wrapped key.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Salt of the key derivation, 32 bytes.
    pub salt: &'a [u8],
    /// Nonce, 12 bytes.
    pub nonce: &'a [u8],
    /// Key commitment, 16 bytes.
    pub commitment: &'a [u8],
    /// Ciphertext with its tag.
    pub ciphertext: &'a [u8],
}

impl Sealed {
    /// Checks size, magic, version, namespace, and a header's checksum; changes nothing.
    ///
    /// # Errors
    /// See [`SealedError`]. Sizes are checked before anything else is looked at.
    pub fn parse(bytes: Vec<u8>) -> Result<Sealed, SealedError> {
        if bytes.len() > LIMIT {
            return Err(SealedError::Large);
        }
        if bytes.len() < HEAD {
            return Err(SealedError::Short);
        }
        if !bytes.starts_with(&MAGIC) {
            return Err(SealedError::Foreign);
        }
        match bytes.get(4).copied() {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => return Err(SealedError::Newer(newer)),
            _ => return Err(SealedError::Foreign),
        }
        let sealed = Sealed(bytes);
        match sealed.namespace() {
            Some(Namespace::Segment | Namespace::Wrap) if sealed.0.len() < CLEAR + TAG => Err(SealedError::Short),
            Some(Namespace::Segment | Namespace::Wrap) => Ok(sealed),
            Some(Namespace::Header) if sealed.0.len() < HEAD + 2 * DIGEST => Err(SealedError::Short),
            Some(Namespace::Header) if sealed.0.len() > HEADER_LIMIT => Err(SealedError::Large),
            Some(Namespace::Header) if !sealed.checksum_holds() => Err(SealedError::Damaged),
            Some(Namespace::Header) => Ok(sealed),
            None => Err(SealedError::Kind),
        }
    }

    /// Frames ciphertext. `salt`, `nonce` and `commitment` as in [`Parts`].
    ///
    /// # Errors
    /// [`SealedError::Large`] above [`LIMIT`], [`SealedError::Short`] where no tag can be there.
    pub fn segment(
        namespace: Namespace,
        place: &Place,
        salt: &[u8; SALT],
        nonce: &[u8; NONCE],
        commitment: &[u8; COMMITMENT],
        ciphertext: &[u8],
    ) -> Result<Sealed, SealedError> {
        let mut bytes = head(namespace, place.schema, place.generation, CLEAR + ciphertext.len());
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(commitment);
        bytes.extend_from_slice(ciphertext);
        Sealed::parse(bytes)
    }

    /// Frames a header; `mac` is asked for the HMAC of all that stands before it.
    ///
    /// # Errors
    /// [`SealedError::Large`] above [`HEADER_LIMIT`].
    pub fn header(
        schema: u16,
        generation: u64,
        body: &[u8],
        mac: impl FnOnce(&[u8]) -> [u8; DIGEST],
    ) -> Result<Sealed, SealedError> {
        let mut bytes = head(Namespace::Header, schema, generation, HEAD + body.len() + 2 * DIGEST);
        bytes.extend_from_slice(body);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        let mac = mac(&bytes);
        bytes.extend_from_slice(&mac);
        Sealed::parse(bytes)
    }

    /// The whole frame.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The whole frame, given away.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// What it holds. `None` only before [`Sealed::parse`] has passed.
    pub fn namespace(&self) -> Option<Namespace> {
        match self.0.get(5) {
            Some(1) => Some(Namespace::Segment),
            Some(2) => Some(Namespace::Wrap),
            Some(3) => Some(Namespace::Header),
            _ => None,
        }
    }

    /// The version of what lies inside.
    pub fn schema(&self) -> u16 {
        self.0.get(6..8).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes)
    }

    /// The commit that wrote it, as it says itself: believed only once it has opened.
    pub fn generation(&self) -> u64 {
        self.0.get(8..16).and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes)
    }

    /// The last 16 bytes of a segment: under one key they name its content.
    pub fn tag(&self) -> Option<[u8; TAG]> {
        self.0.last_chunk().copied()
    }

    /// The parts of a segment or a wrapped key.
    ///
    /// # Errors
    /// [`SealedError::Kind`] for a header.
    pub fn parts(&self) -> Result<Parts<'_>, SealedError> {
        if matches!(self.namespace(), Some(Namespace::Header) | None) {
            return Err(SealedError::Kind);
        }
        let rest = self.0.get(HEAD..).ok_or(SealedError::Short)?;
        let (salt, rest) = rest.split_at_checked(SALT).ok_or(SealedError::Short)?;
        let (nonce, rest) = rest.split_at_checked(NONCE).ok_or(SealedError::Short)?;
        let (commitment, ciphertext) = rest.split_at_checked(COMMITMENT).ok_or(SealedError::Short)?;
        Ok(Parts { salt, nonce, commitment, ciphertext })
    }

    /// The body of a header, what its MAC covers, and the MAC.
    ///
    /// # Errors
    /// [`SealedError::Kind`] for anything else.
    pub fn header_parts(&self) -> Result<HeaderParts<'_>, SealedError> {
        if self.namespace() != Some(Namespace::Header) {
            return Err(SealedError::Kind);
        }
        let (covered, mac) = self.0.split_last_chunk::<DIGEST>().ok_or(SealedError::Short)?;
        let (rest, _checksum) = covered.split_last_chunk::<DIGEST>().ok_or(SealedError::Short)?;
        let body = rest.get(HEAD..).ok_or(SealedError::Short)?;
        Ok((body, covered, mac))
    }

    fn checksum_holds(&self) -> bool {
        let Some((covered, _mac)) = self.0.split_last_chunk::<DIGEST>() else { return false };
        let Some((rest, checksum)) = covered.split_last_chunk::<DIGEST>() else { return false };
        Sha256::digest(rest).as_slice() == checksum
    }
}

fn head(namespace: Namespace, schema: u16, generation: u64, capacity: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(capacity);
    bytes.extend_from_slice(&MAGIC);
    bytes.push(FORMAT);
    bytes.push(namespace as u8);
    bytes.extend_from_slice(&schema.to_be_bytes());
    bytes.extend_from_slice(&generation.to_be_bytes());
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { vault: [1; 16], person: [2; 16], store: Store::Parcels, row: Row([3; 32]), generation: 7, schema: 1 }
    }

    fn segment() -> Sealed {
        Sealed::segment(Namespace::Segment, &place(), &[4; 32], &[5; 12], &[6; 16], &[7; 40]).unwrap()
    }

    fn check(change: impl FnOnce(&mut Vec<u8>), expected: SealedError) {
        let mut bytes = segment().into_bytes();
        change(&mut bytes);
        assert_eq!(Sealed::parse(bytes), Err(expected));
    }

    #[test]
    fn a_frame_says_what_it_is_and_no_more() {
        let sealed = Sealed::parse(segment().into_bytes()).unwrap();
        assert_eq!((sealed.namespace(), sealed.schema(), sealed.generation()), (Some(Namespace::Segment), 1, 7));
        let parts = sealed.parts().unwrap();
        assert_eq!(parts.salt, [4; 32]);
        assert_eq!(parts.nonce, [5; 12]);
        assert_eq!(parts.commitment, [6; 16]);
        assert_eq!(parts.ciphertext, [7; 40]);
        assert_eq!(sealed.tag(), Some([7; 16]));
        assert!(sealed.header_parts().is_err());
    }

    #[test]
    fn what_is_not_ours_is_refused_by_its_reason() {
        check(|b| b.truncate(91), SealedError::Short);
        check(|b| b.truncate(3), SealedError::Short);
        check(|b| b[0] = b'X', SealedError::Foreign);
        check(|b| b[4] = 2, SealedError::Newer(2));
        check(|b| b[4] = 0, SealedError::Foreign);
        check(|b| b[5] = 9, SealedError::Kind);
        check(|b| b.resize(LIMIT + 1, 0), SealedError::Large);
    }

    #[test]
    fn every_flip_of_a_header_shows_while_locked() {
        let header = Sealed::header(1, 3, b"doors", |_| [9; 32]).unwrap();
        assert_eq!(header.header_parts().unwrap().0, b"doors");
        let covered = header.bytes().len() - 32;
        for bit in 0..covered * 8 {
            let mut bytes = header.bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Sealed::parse(bytes).is_err_or_not_header(), "bit {bit}");
        }
    }

    trait NotHeader {
        fn is_err_or_not_header(&self) -> bool;
    }
    impl NotHeader for Result<Sealed, SealedError> {
        fn is_err_or_not_header(&self) -> bool {
            self.as_ref().map_or(true, |s| s.namespace() != Some(Namespace::Header))
        }
    }

    #[test]
    fn each_part_of_a_place_changes_the_authenticated_data() {
        let here = place().aad(Namespace::Segment);
        assert_eq!(here.len(), 81);
        let others = [
            Place { vault: [0; 16], ..place() },
            Place { person: [0; 16], ..place() },
            Place { store: Store::Originals, ..place() },
            Place { row: Row([0; 32]), ..place() },
            Place { generation: 8, ..place() },
            Place { schema: 2, ..place() },
        ];
        for other in others {
            assert_ne!(other.aad(Namespace::Segment), here);
        }
        assert_ne!(place().aad(Namespace::Wrap), here);
    }

    #[test]
    fn a_row_has_one_spelling() {
        let row = Row([0xAB; 32]);
        assert_eq!(Row::from_hex(&row.hex()), Some(row));
        assert_eq!(Row::from_hex(&row.hex().to_uppercase()), None);
        assert_eq!(Row::from_hex("ab"), None);
    }
}
