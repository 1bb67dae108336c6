//! Frames: a message too long for one code, spread over several so that any K of N give it back.
//!
//! ```text
//! 0  version and code, 0x11: format 1, systematic Reed–Solomon over GF(2^16)
//! 1  first 4 bytes of SHA-256(message)
//! 5  u24 length of the message, at most 512 KiB
//! 8  u16 symbol size, even
//! 10 u24 symbol id: 0..K the message itself, K..N repair
//! 13 the symbol
//! …  CRC-32 (ISO-HDLC) of all before it
//! ```
//! All numbers big-endian. K = length ÷ symbol size, rounded up; N = 3 K + 1. The last symbol is filled with zeros.
//! A wrong N or a flipped bit would decode to wrong bytes without an error: so N is fixed by K, each frame has its
//! checksum and the whole its hash.

use reed_solomon_simd::{ReedSolomonDecoder, ReedSolomonEncoder};

use super::message::{self, Message};
use super::{ShareError, digits};

/// What stands before the digits of a frame.
pub const PREFIX: &str = "C1M/";

/// Bytes of a frame beside its symbol.
pub const OVERHEAD: usize = 17;

const FORMAT: u8 = 0x11;

/// The smallest symbol, save for messages shorter than that: keeps K within what a reader can bear.
const SMALLEST: usize = 64;

/// One frame, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Of which message it is.
    pub of: Spread,
    /// Which symbol: below K a piece of the message, else repair.
    pub id: u32,
    /// The symbol.
    pub symbol: Vec<u8>,
}

/// How a message is spread: equal for all its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spread {
    /// The first 4 bytes of SHA-256 of the message's bytes.
    pub tag: [u8; 4],
    /// Length of the message's bytes.
    pub length: u32,
    /// Size of a symbol in bytes, even.
    pub symbol: u16,
}

impl Spread {
    /// K: how many different frames are needed.
    pub fn needed(self) -> usize {
        (self.length as usize).div_ceil(usize::from(self.symbol).max(1))
    }

    /// N: how many different frames there are.
    pub fn total(self) -> usize {
        3 * self.needed() + 1
    }

    fn check(self) -> Result<Self, ShareError> {
        let (length, symbol) = (self.length as usize, usize::from(self.symbol));
        let sound = length > 0 && symbol > 0 && symbol.is_multiple_of(2) && symbol >= SMALLEST.min(length);
        match length {
            _ if length > message::MAX => Err(ShareError::TooLong),
            _ if sound => Ok(self),
            _ => Err(ShareError::Malformed),
        }
    }
}

impl Frame {
    /// The frame's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(OVERHEAD + self.symbol.len());
        out.push(FORMAT);
        out.extend_from_slice(&self.of.tag);
        out.extend(self.of.length.to_be_bytes().iter().skip(1));
        out.extend_from_slice(&self.of.symbol.to_be_bytes());
        out.extend(self.id.to_be_bytes().iter().skip(1));
        out.extend_from_slice(&self.symbol);
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    /// The frame's digits, to stand after [`PREFIX`].
    pub fn digits(&self) -> String {
        digits::encode(&self.bytes())
    }

    /// Reads a frame. [`ShareError::Damaged`] if its checksum fails, [`ShareError::Newer`] if its format is not ours.
    pub fn read(bytes: &[u8]) -> Result<Frame, ShareError> {
        let (rest, crc) = bytes.split_last_chunk::<4>().ok_or(ShareError::Malformed)?;
        if crc32fast::hash(rest) != u32::from_be_bytes(*crc) {
            return Err(ShareError::Damaged);
        }
        let (head, symbol) = rest.split_first_chunk::<13>().ok_or(ShareError::Malformed)?;
        let [format, t0, t1, t2, t3, l0, l1, l2, s0, s1, i0, i1, i2] = *head;
        if format != FORMAT {
            return Err(ShareError::Newer);
        }
        let of = Spread {
            tag: [t0, t1, t2, t3],
            length: u32::from_be_bytes([0, l0, l1, l2]),
            symbol: u16::from_be_bytes([s0, s1]),
        }
        .check()?;
        let id = u32::from_be_bytes([0, i0, i1, i2]);
        if symbol.len() != usize::from(of.symbol) || id as usize >= of.total() {
            return Err(ShareError::Malformed);
        }
        Ok(Frame { of, id, symbol: symbol.to_vec() })
    }
}

/// Spreads a message over frames of at most `room` bytes each, all N of them, the message's own pieces first.
///
/// As few as will do, of equal size. Errors: [`ShareError::TooLong`] beyond 512 KiB, or where `room` is too small.
pub fn split(message: &Message, room: usize) -> Result<Vec<Frame>, ShareError> {
    let bytes = message.bytes();
    let widest = room.saturating_sub(OVERHEAD).min(0xfffe) & !1;
    if widest < SMALLEST {
        return Err(ShareError::TooLong);
    }
    let needed = bytes.len().div_ceil(widest);
    let symbol = bytes.len().div_ceil(needed.max(1)).max(SMALLEST.min(bytes.len())).next_multiple_of(2);
    let [t0, t1, t2, t3, ..] = message.hash();
    let of = Spread {
        tag: [t0, t1, t2, t3],
        length: u32::try_from(bytes.len()).map_err(|_| ShareError::TooLong)?,
        symbol: u16::try_from(symbol).map_err(|_| ShareError::TooLong)?,
    }
    .check()?;
    let mut symbols: Vec<Vec<u8>> = bytes.chunks(symbol).map(<[u8]>::to_vec).collect();
    if let Some(last) = symbols.last_mut() {
        last.resize(symbol, 0);
    }
    let mut encoder =
        ReedSolomonEncoder::new(symbols.len(), of.total() - symbols.len(), symbol).map_err(|_| ShareError::TooLong)?;
    for symbol in &symbols {
        encoder.add_original_shard(symbol).map_err(|_| ShareError::Malformed)?;
    }
    let repair = encoder.encode().map_err(|_| ShareError::Malformed)?;
    symbols.extend(repair.recovery_iter().map(<[u8]>::to_vec));
    Ok((0..).zip(symbols).map(|(id, symbol)| Frame { of, id, symbol }).collect())
}

/// Puts a message together from K different frames of one spread, in any order. Callers see to both.
pub(super) fn join<'a>(of: Spread, frames: impl Iterator<Item = (u32, &'a [u8])>) -> Result<Message, ShareError> {
    let needed = of.needed();
    let mut pieces: Vec<Option<&[u8]>> = vec![None; needed];
    let mut decoder = ReedSolomonDecoder::new(needed, of.total() - needed, usize::from(of.symbol))
        .map_err(|_| ShareError::TooLong)?;
    for (id, symbol) in frames {
        let id = id as usize;
        match pieces.get_mut(id) {
            Some(piece) => {
                *piece = Some(symbol);
                decoder.add_original_shard(id, symbol).map_err(|_| ShareError::Malformed)?;
            }
            None => decoder.add_recovery_shard(id - needed, symbol).map_err(|_| ShareError::Malformed)?,
        }
    }
    let restored = decoder.decode().map_err(|_| ShareError::Malformed)?;
    let mut bytes = Vec::with_capacity(needed * usize::from(of.symbol));
    for (id, piece) in pieces.iter().enumerate() {
        let symbol = piece.or_else(|| restored.restored_original(id)).ok_or(ShareError::Malformed)?;
        bytes.extend_from_slice(symbol);
    }
    bytes.truncate(of.length as usize);
    let message = Message::read(&bytes)?;
    if message.hash().starts_with(&of.tag) { Ok(message) } else { Err(ShareError::Damaged) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::super::message::Kind;
    use super::*;
    use proptest::prelude::*;

    fn message(len: usize) -> Message {
        Message { kind: Kind::Grant, body: (0..len).map(|i| (i * 31 + i / 251) as u8).collect() }
    }

    fn check(len: usize, room: usize, needed: usize) {
        let frames = split(&message(len), room).unwrap();
        assert_eq!(frames[0].of.needed(), needed);
        assert_eq!(frames.len(), 3 * needed + 1);
        assert!(frames.iter().all(|f| f.bytes().len() <= room));
        // Repair frames alone are enough.
        let some = frames.iter().rev().take(needed).map(|f| (f.id, f.symbol.as_slice()));
        assert_eq!(join(frames[0].of, some).unwrap(), message(len));
    }

    #[test]
    fn as_few_frames_as_will_do() {
        check(10, 400, 1);
        check(1_000, 400, 3);
        check(5_000, 830, 7);
        check(message::MAX - 1, 1_243, 428);
    }

    #[test]
    fn beyond_the_limits_is_refused() {
        assert_eq!(split(&message(message::MAX), 1_243), Err(ShareError::TooLong));
        assert_eq!(split(&message(100), 60), Err(ShareError::TooLong));
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let bytes = split(&message(500), 300).unwrap()[1].bytes();
        for at in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[at / 8] ^= 1 << (at % 8);
            assert_eq!(Frame::read(&other), Err(ShareError::Damaged));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_k_of_n_frames_give_the_message(
            len in 1usize..4_000, room in 100usize..900,
            order in proptest::collection::vec(any::<u32>(), 200),
        ) {
            let frames = split(&message(len), room).unwrap();
            let of = frames[0].of;
            let mut frames: Vec<Frame> = frames.iter().map(|f| Frame::read(&f.bytes()).unwrap()).collect();
            frames.sort_by_key(|f| order[f.id as usize % order.len()]);
            let some = frames.iter().take(of.needed()).map(|f| (f.id, f.symbol.as_slice()));
            prop_assert_eq!(join(of, some).unwrap(), message(len));
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100), fix in any::<bool>()) {
            let mut bytes = bytes;
            if fix {
                let crc = crc32fast::hash(&bytes).to_be_bytes();
                bytes.extend_from_slice(&crc);
            }
            let _ = Frame::read(&bytes);
        }
    }
}
