//! A receipt (kind `a`): the reader's proof to the patient that this reader opened this grant.
//!
//! ```text
//! 0x01 ‖ CBOR {1: token id, 2: SHA-256(message), 3: time, 4: [[LOINC, outcome] …], ?5: note} ‖ HMAC-SHA-256, 16 bytes
//! key = HPKE export of the grant's context, "TESSERA/1 receipt", 32 bytes
//! ```

use ciborium::Value;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::cbor::{self, Map};
use super::message::{Kind, Message};
use super::verify::Received;
use super::{ShareError, claims};
use crate::record::Section;

const VERSION: u8 = 1;
const MAC: usize = 16;

/// What a reader did with a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was shown on the screen.
    Shown,
    /// It was taken over into the reader's own record.
    Imported,
    /// It was not looked at.
    NotShown,
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The grant's identity.
    pub token: [u8; 16],
    /// SHA-256 of the grant's message.
    pub grant: [u8; 32],
    /// When it was opened, by the reader's clock, seconds since 1970.
    pub opened: i64,
    /// What became of each section.
    pub outcomes: Vec<(Section, Outcome)>,
    /// A short note from the clinician: received, unsigned. Empty if none.
    pub note: String,
}

impl Receipt {
    /// The receipt for a received grant; `None` for a static one, which has nobody to prove itself to.
    pub fn of(
        received: &Received,
        opened: i64,
        outcomes: Vec<(Section, Outcome)>,
        note: &str,
    ) -> Option<Result<Message, ShareError>> {
        let key = received.receipt_key.as_ref()?;
        let note = note.chars().take(claims::NOTE).collect();
        let receipt = Receipt { token: received.claims.id, grant: received.hash, opened, outcomes, note };
        Some(receipt.seal(key))
    }

    fn seal(&self, key: &[u8; 32]) -> Result<Message, ShareError> {
        let mut map = Map::default();
        map.put(1, Value::Bytes(self.token.to_vec()));
        map.put(2, Value::Bytes(self.grant.to_vec()));
        map.put(3, self.opened);
        let outcomes = self.outcomes.iter().map(|(section, outcome)| {
            let number = match outcome {
                Outcome::Shown => 1,
                Outcome::Imported => 2,
                Outcome::NotShown => 3,
            };
            Value::Array(vec![Value::from(section.loinc()), Value::from(number)])
        });
        map.put(4, Value::Array(outcomes.collect()));
        if !self.note.is_empty() {
            map.put(5, self.note.as_str());
        }
        let mut body = vec![VERSION];
        body.extend(map.bytes());
        let tag = mac(key, &body)?.finalize().into_bytes();
        body.extend(tag.iter().take(MAC));
        Ok(Message { kind: Kind::Receipt, body })
    }

    /// Reads and checks a receipt with the key that the grant was finished with. [`ShareError::Damaged`] if it is not
    /// from the reader of that grant.
    pub fn open(message: &Message, key: &[u8; 32]) -> Result<Receipt, ShareError> {
        let (body, tag) = message.body.split_last_chunk::<MAC>().ok_or(ShareError::Malformed)?;
        if message.kind != Kind::Receipt {
            return Err(ShareError::Malformed);
        }
        mac(key, body)?.verify_truncated_left(tag).map_err(|_| ShareError::Damaged)?;
        let (version, map) = body.split_first().ok_or(ShareError::Malformed)?;
        if *version != VERSION {
            return Err(ShareError::Newer);
        }
        let mut fields = cbor::read(map)?;
        let mut outcomes = Vec::new();
        for value in fields.array(4)? {
            let pair = value.into_array().map_err(|_| ShareError::Malformed)?;
            let [Value::Text(loinc), number] = pair.as_slice() else { return Err(ShareError::Malformed) };
            let outcome = match cbor::integer(number)? {
                1 => Outcome::Shown,
                2 => Outcome::Imported,
                3 => Outcome::NotShown,
                _ => return Err(ShareError::Newer),
            };
            outcomes.push((Section::of_loinc(loinc).ok_or(ShareError::Newer)?, outcome));
        }
        Ok(Receipt {
            token: fields.bytes(1)?,
            grant: fields.bytes(2)?,
            opened: fields.integer(3)?,
            outcomes,
            note: fields.text(5)?.chars().take(claims::NOTE).collect(),
        })
    }
}

fn mac(key: &[u8; 32], body: &[u8]) -> Result<Hmac<Sha256>, ShareError> {
    Ok(Hmac::<Sha256>::new_from_slice(key).map_err(|_| ShareError::Malformed)?.chain_update(body))
}
