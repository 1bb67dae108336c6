//! Base10: bytes as decimal digits, for the numeric segment of a QR code.
//!
//! Seven bytes, little-endian, become 17 digits; a tail of 1 to 6 bytes becomes 3, 5, 8, 10, 13 or 15 (the packing of
//! CTAP 2.2 §11.5.1, hybrid transports). 10 bits for three digits in the code leave 2 % lost, and a URL carries it.

use super::ShareError;

/// Digits for a tail of so many bytes, 1 to 7.
const WIDTH: [usize; 7] = [3, 5, 8, 10, 13, 15, 17];

/// How many digits so many bytes become.
pub const fn len(bytes: usize) -> usize {
    let tail = match bytes % 7 {
        0 => 0,
        1 => 3,
        2 => 5,
        3 => 8,
        4 => 10,
        5 => 13,
        _ => 15,
    };
    bytes / 7 * 17 + tail
}

/// How many bytes fit into so many digits.
pub fn room(digits: usize) -> usize {
    let tail = WIDTH.iter().take(6).filter(|w| **w <= digits % 17).count();
    digits / 17 * 7 + tail
}

/// Writes bytes as digits.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(len(bytes.len()));
    for chunk in bytes.chunks(7) {
        let value = chunk.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
        let width = WIDTH.get(chunk.len() - 1).copied().unwrap_or(17);
        out.push_str(&format!("{value:0width$}"));
    }
    out
}

/// Reads digits back. Refuses anything that [`encode`] does not write.
pub fn decode(digits: &str) -> Result<Vec<u8>, ShareError> {
    let mut out = Vec::with_capacity(room(digits.len()));
    for group in digits.as_bytes().chunks(17) {
        let bytes = WIDTH.iter().position(|w| *w == group.len()).ok_or(ShareError::Malformed)? + 1;
        if !group.iter().all(u8::is_ascii_digit) {
            return Err(ShareError::Malformed);
        }
        // 17 digits are below 2^57: no overflow.
        let value = group.iter().fold(0u64, |v, d| v * 10 + u64::from(d - b'0'));
        if value >> (8 * bytes) != 0 {
            return Err(ShareError::Malformed);
        }
        out.extend(value.to_le_bytes().iter().take(bytes));
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(encode(bytes), expected);
        assert_eq!(decode(expected).unwrap(), bytes);
    }

    #[test]
    fn known_values_of_ctap_hybrid() {
        check(&[0x61, 0x62, 0xff], "16736865");
    }

    #[test]
    fn each_tail_has_its_width() {
        check(&[], "");
        check(&[255], "255");
        check(&[255; 2], "65535");
        check(&[255; 3], "16777215");
        check(&[255; 4], "4294967295");
        check(&[255; 5], "1099511627775");
        check(&[255; 6], "281474976710655");
        check(&[255; 7], "72057594037927935");
        check(&[0; 8], "00000000000000000000");
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for text in ["1", "12", "256", "99999", "1234", "72057594037927936", "12a", "１２３", "25 "] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn all_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let digits = encode(&bytes);
            prop_assert_eq!(digits.len(), len(bytes.len()));
            prop_assert_eq!(room(digits.len()), bytes.len());
            prop_assert_eq!(decode(&digits).unwrap(), bytes);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = decode(&text);
        }
    }
}
