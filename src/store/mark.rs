//! The high-water mark: how far the vault had got, kept where a damaged database cannot take it along.
//!
//! ```text
//! magic "TSRM" │ version 1 │ vault 16 │ generation u64 │ root 32 │ SHA-256 of all before
//! ```

use sha2::{Digest, Sha256};

const MAGIC: &[u8; 5] = b"TSRM\x01";
const SIZE: usize = 5 + 16 + 8 + 32 + 32;

/// How far a vault had got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The vault's id.
    pub vault: [u8; 16],
    /// Its last acknowledged commit.
    pub generation: u64,
    /// The root of that commit.
    pub root: [u8; 32],
}

impl Mark {
    /// 93 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SIZE);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.vault);
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&self.root);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    /// Reads a mark; `None` for anything torn, flipped or foreign.
    pub fn read(bytes: &[u8]) -> Option<Mark> {
        let (rest, checksum) = bytes.split_last_chunk::<32>()?;
        if bytes.len() != SIZE || Sha256::digest(rest).as_slice() != checksum {
            return None;
        }
        let rest = rest.strip_prefix(MAGIC)?;
        let (vault, rest) = rest.split_first_chunk::<16>()?;
        let (generation, root) = rest.split_first_chunk::<8>()?;
        Some(Mark { vault: *vault, generation: u64::from_be_bytes(*generation), root: root.try_into().ok()? })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_whole_or_none() {
        let mark = Mark { vault: [1; 16], generation: 9, root: [2; 32] };
        let bytes = mark.bytes();
        assert_eq!(Mark::read(&bytes), Some(mark));
        for cut in 0..bytes.len() {
            assert_eq!(Mark::read(&bytes[..cut]), None);
        }
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Mark::read(&bad), None);
        }
    }
}
