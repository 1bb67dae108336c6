//! What a grant says, inside its signature: CWT claims (RFC 8392) and our own under one private label.
//!
//! ```text
//! { 4: exp, 5: nbf, 6: iat, 7: cti, 8: {1: COSE_Key of the person},
//!   -65537: { 1: [format, dictionary, length, data], ?2: audience, ?3: request id, ?4: purpose, ?5: use bits,
//!             6: [[LOINC, label, ?held] …], ?7: [since, until], ?8: [carer, relation, basis], ?9: note, ?10: [card …] } }
//! ```

use ciborium::Value;
use sha2::{Digest, Sha256};

use super::cbor::{self, Fields, Map};
use super::seal::POINT;
use super::terms::{Part, Purpose, Sharer, Uses};
use super::{ShareError, squeeze};

/// Our private claim (RFC 8392 §9.1: below -65536).
const OURS: i64 = -65_537;

/// The longest free note, characters.
pub const NOTE: usize = 1_000;

/// The longest time a grant may live, seconds: two years and a day, for a printed card.
pub const LONGEST: i64 = 731 * 86_400;

/// What a grant says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The token's identity, random (`cti`).
    pub id: [u8; 16],
    /// The person's public key, uncompressed P-256 (`cnf`): whose signature stands under it.
    pub issuer: [u8; 65],
    /// For whom; `None`: for whoever holds it.
    pub audience: Option<Audience>,
    /// When it was made, seconds since 1970 (`iat`).
    pub issued: i64,
    /// From when it holds (`nbf`).
    pub not_before: i64,
    /// Until when it holds (`exp`).
    pub ends: i64,
    /// Why it is shared.
    pub purpose: Purpose,
    /// What may be done with it.
    pub uses: Uses,
    /// How much of each section is in it.
    pub parts: Vec<Part>,
    /// Only what is dated from here, `YYYY[-MM[-DD]]`; empty: no limit.
    pub since: String,
    /// Only what is dated until here; empty: no limit.
    pub until: String,
    /// Who shares.
    pub sharer: Sharer,
    /// A note of the sharer's own, plain text; empty if none.
    pub note: String,
    /// SMART Health Cards, each a JWS as its issuer signed it.
    pub cards: Vec<String>,
    /// The document.
    pub data: Data,
}

/// For whom a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// SHA-256 of the reader's one-time key.
    pub reader: [u8; 32],
    /// The request it answers.
    pub request: [u8; 16],
}

/// The document in its compressed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// 1: a FHIR R4 document Bundle in JSON.
    pub format: u8,
    /// Number of the dictionary it was compressed against.
    pub dictionary: u8,
    /// Its length in bytes when expanded.
    pub length: u32,
    /// Raw deflate.
    pub squeezed: Vec<u8>,
}

impl Data {
    /// Compresses a FHIR R4 document Bundle.
    pub fn of(document: &[u8]) -> Result<Data, ShareError> {
        Ok(Data {
            format: 1,
            dictionary: squeeze::CURRENT,
            length: u32::try_from(document.len()).map_err(|_| ShareError::TooLong)?,
            squeezed: squeeze::squeeze(document)?,
        })
    }

    /// The document's bytes.
    pub fn document(&self) -> Result<Vec<u8>, ShareError> {
        if self.format != 1 {
            return Err(ShareError::Newer);
        }
        squeeze::expand(&self.squeezed, self.dictionary, self.length as usize)
    }
}

impl Claims {
    /// The issuer key's thumbprint: SHA-256 of the deterministic COSE key with its required members only (RFC 9679).
    pub fn thumbprint(&self) -> [u8; 32] {
        Sha256::digest(cbor::bytes(&cose_key(&self.issuer))).into()
    }

    /// Deterministic CBOR.
    pub fn bytes(&self) -> Vec<u8> {
        let mut ours = Map::default();
        let data = &self.data;
        ours.put(
            1,
            Value::Array(vec![
                Value::from(data.format),
                Value::from(data.dictionary),
                Value::from(data.length),
                Value::Bytes(data.squeezed.clone()),
            ]),
        );
        if let Some(audience) = &self.audience {
            ours.put(2, Value::Bytes(audience.reader.to_vec()));
            ours.put(3, Value::Bytes(audience.request.to_vec()));
        }
        if self.purpose != Purpose::default() {
            ours.put(4, self.purpose.code());
        }
        if self.uses != Uses::default() {
            ours.put(5, self.uses.bits());
        }
        ours.put(6, Value::Array(self.parts.iter().map(|p| p.value()).collect()));
        if !self.since.is_empty() || !self.until.is_empty() {
            ours.put(7, Value::Array(vec![Value::from(self.since.as_str()), Value::from(self.until.as_str())]));
        }
        if let Some(sharer) = self.sharer.value() {
            ours.put(8, sharer);
        }
        if !self.note.is_empty() {
            ours.put(9, self.note.as_str());
        }
        if !self.cards.is_empty() {
            ours.put(10, Value::Array(self.cards.iter().map(|c| Value::from(c.as_str())).collect()));
        }
        let mut confirmation = Map::default();
        confirmation.put(1, cose_key(&self.issuer));
        let mut map = Map::default();
        map.put(4, self.ends);
        map.put(5, self.not_before);
        map.put(6, self.issued);
        map.put(7, Value::Bytes(self.id.to_vec()));
        map.put(8, confirmation.value());
        map.put(OURS, ours.value());
        map.bytes()
    }

    /// Reads claims; the document in them is not expanded yet.
    pub fn read(bytes: &[u8]) -> Result<Claims, ShareError> {
        let mut map = cbor::read(bytes)?;
        let mut ours = Fields::of(map.need(OURS)?)?;
        let data = read_data(ours.need(1)?)?;
        let audience = match (ours.take(2), ours.take(3)) {
            (None, None) => None,
            (Some(reader), Some(request)) => {
                Some(Audience { reader: cbor::fixed(reader)?, request: cbor::fixed(request)? })
            }
            _ => return Err(ShareError::Malformed),
        };
        let uses = ours.take(5).map(|v| cbor::integer(&v)).transpose()?;
        let (since, until) = match ours.array(7)?.as_slice() {
            [] => (String::new(), String::new()),
            [Value::Text(since), Value::Text(until)] => (since.clone(), until.clone()),
            _ => return Err(ShareError::Malformed),
        };
        let cards = ours.array(10)?.into_iter().map(|c| c.into_text().map_err(|_| ShareError::Malformed));
        let claims = Claims {
            id: map.bytes(7)?,
            issuer: read_key(map.need(8)?)?,
            audience,
            issued: map.integer(6)?,
            not_before: map.integer(5)?,
            ends: map.integer(4)?,
            purpose: Purpose::of(&ours.text(4)?),
            uses: uses.map_or(Uses::default(), Uses::of),
            parts: ours.array(6)?.into_iter().map(Part::read).collect::<Result<_, _>>()?,
            since,
            until,
            sharer: Sharer::read(ours.take(8))?,
            note: ours.text(9)?,
            cards: cards.collect::<Result<_, _>>()?,
            data,
        };
        let lives = claims.ends.checked_sub(claims.not_before).ok_or(ShareError::Malformed)?;
        if !(0..=LONGEST).contains(&lives) || claims.note.chars().count() > NOTE {
            return Err(ShareError::Malformed);
        }
        Ok(claims)
    }
}

fn read_data(value: Value) -> Result<Data, ShareError> {
    let parts = value.into_array().map_err(|_| ShareError::Malformed)?;
    let [format, dictionary, length, Value::Bytes(squeezed)] = parts.as_slice() else {
        return Err(ShareError::Malformed);
    };
    let small = |v: &Value| u8::try_from(cbor::integer(v)?).map_err(|_| ShareError::Newer);
    Ok(Data {
        format: small(format)?,
        dictionary: small(dictionary)?,
        length: u32::try_from(cbor::integer(length)?).map_err(|_| ShareError::Malformed)?,
        squeezed: squeezed.clone(),
    })
}

/// `{1: 2 (EC2), -1: 1 (P-256), -2: x, -3: y}` (RFC 9053 §7.1.1).
fn cose_key(point: &[u8; POINT]) -> Value {
    let coordinates = point.get(1..).unwrap_or_default();
    let (x, y) = coordinates.split_at_checked(32).unwrap_or_default();
    let mut key = Map::default();
    key.put(1, 2);
    key.put(-1, 1);
    key.put(-2, Value::Bytes(x.to_vec()));
    key.put(-3, Value::Bytes(y.to_vec()));
    key.value()
}

fn read_key(value: Value) -> Result<[u8; POINT], ShareError> {
    let mut key = Fields::of(Fields::of(value)?.need(1)?)?;
    if key.integer(1)? != 2 || key.integer(-1)? != 1 {
        return Err(ShareError::Newer);
    }
    let mut point = vec![4];
    point.extend(key.bytes::<32>(-2)?);
    point.extend(key.bytes::<32>(-3)?);
    point.try_into().map_err(|_| ShareError::Malformed)
}
