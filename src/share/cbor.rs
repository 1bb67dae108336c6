//! Deterministic CBOR (RFC 8949 §4.2.1), as little of it as tokens need.

use ciborium::Value;

use super::ShareError;

/// A map with integer keys, written in the order of its encoded keys.
#[derive(Default)]
pub(super) struct Map(Vec<(i64, Value)>);

impl Map {
    pub fn put(&mut self, key: i64, value: impl Into<Value>) {
        self.0.push((key, value.into()));
    }

    pub fn value(mut self) -> Value {
        // Encoded integers sort by sign, then by length, then by value: 0, 1, …, -1, -2, ….
        self.0.sort_by_key(|(key, _)| (*key < 0, key.unsigned_abs()));
        Value::Map(self.0.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
    }

    pub fn bytes(self) -> Vec<u8> {
        bytes(&self.value())
    }
}

/// The bytes of a value.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to a Vec does not fail.
    let _ = ciborium::into_writer(value, &mut out);
    out
}

/// Reads one map that fills the bytes and stands in deterministic form.
pub(super) fn read(bytes: &[u8]) -> Result<Fields, ShareError> {
    let mut rest = bytes;
    let value: Value =
        ciborium::de::from_reader_with_recursion_limit(&mut rest, 16).map_err(|_| ShareError::Malformed)?;
    // What does not come back byte for byte was not deterministic (or had something after it).
    if !rest.is_empty() || self::bytes(&value) != bytes {
        return Err(ShareError::Malformed);
    }
    Fields::of(value)
}

/// The fields of a map with integer keys. Keys that nobody takes are of a later version and are let be.
pub(super) struct Fields(Vec<(i64, Value)>);

impl Fields {
    pub fn of(value: Value) -> Result<Fields, ShareError> {
        let map = value.into_map().map_err(|_| ShareError::Malformed)?;
        let mut fields: Vec<(i64, Value)> = Vec::with_capacity(map.len());
        for (key, value) in map {
            let key = integer(&key)?;
            let after = |last: i64| (last < 0, last.unsigned_abs()) < (key < 0, key.unsigned_abs());
            if !fields.last().is_none_or(|(last, _)| after(*last)) {
                return Err(ShareError::Malformed);
            }
            fields.push((key, value));
        }
        Ok(Fields(fields))
    }

    pub fn take(&mut self, key: i64) -> Option<Value> {
        let at = self.0.iter().position(|(k, _)| *k == key)?;
        Some(self.0.remove(at).1)
    }

    pub fn need(&mut self, key: i64) -> Result<Value, ShareError> {
        self.take(key).ok_or(ShareError::Malformed)
    }

    pub fn integer(&mut self, key: i64) -> Result<i64, ShareError> {
        integer(&self.need(key)?)
    }

    /// A text; empty if it is absent.
    pub fn text(&mut self, key: i64) -> Result<String, ShareError> {
        match self.take(key) {
            None => Ok(String::new()),
            Some(value) => value.into_text().map_err(|_| ShareError::Malformed),
        }
    }

    pub fn bytes<const N: usize>(&mut self, key: i64) -> Result<[u8; N], ShareError> {
        fixed(self.need(key)?)
    }

    /// An array; empty if it is absent.
    pub fn array(&mut self, key: i64) -> Result<Vec<Value>, ShareError> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(value) => value.into_array().map_err(|_| ShareError::Malformed),
        }
    }
}

pub(super) fn integer(value: &Value) -> Result<i64, ShareError> {
    value.as_integer().and_then(|i| i64::try_from(i).ok()).ok_or(ShareError::Malformed)
}

pub(super) fn fixed<const N: usize>(value: Value) -> Result<[u8; N], ShareError> {
    let bytes = value.into_bytes().map_err(|_| ShareError::Malformed)?;
    bytes.try_into().map_err(|_| ShareError::Malformed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(hex: &str, expected: bool) {
        assert_eq!(read(&data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()).is_ok(), expected, "{hex}");
    }

    #[test]
    fn only_the_deterministic_form_is_read() {
        check("a0", true);
        check("a201182a2000", true);
        check("a22000011829", false); // order
        check("a201000100", false); // twice
        check("a1011801", false); // not the shortest
        check("bf0100ff", false); // indefinite
        check("a1010000", false); // something after it
        check("a1613100", false); // another key
        check("818181818181818181818181818181818181818101", false); // deep
        check("9bffffffffffffffff", false);
        check("5b00ffffffffffffff00", false);
    }

    #[test]
    fn maps_are_written_in_the_order_of_their_encoded_keys() {
        let mut map = Map::default();
        for key in [-65_537, 24, 1, -1, 300, 23] {
            map.put(key, 0);
        }
        let hex = data_encoding::HEXLOWER.encode(&map.bytes());
        assert_eq!(hex, "a60100170018180019012c0020003a0001000000");
    }
}
