//! A request: what a clinician's screen shows first (kind `r`).
//!
//! Deterministic CBOR: `{0: 1, 1: id, 2: key, 3: created, ?4: ttl, ?5: name, ?6: purpose, ?7: wants, ?8: version}`,
//! where a want is a section's LOINC code, or `[code, since, required]`.

use ciborium::Value;
use sha2::{Digest, Sha256};

use super::cbor::{self, Map};
use super::message::{Kind, Message};
use super::seal::{self, KeyPair, POINT};
use super::terms::Purpose;
use super::{Clock, ShareError};
use crate::record::Section;

/// Seconds that a request lives unless it says otherwise.
pub const TTL: u32 = 300;

/// The longest life a request may claim, seconds.
const LONGEST: u32 = 3600;

/// The longest name a requester may give, characters.
pub const NAME: usize = 80;

/// A request as both sides know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Random, 16 bytes.
    pub id: [u8; 16],
    /// The one-time P-256 key, uncompressed.
    pub key: [u8; 65],
    /// When it was made by the reader's clock, seconds since 1970.
    pub created: i64,
    /// How long it lives, seconds.
    pub ttl: u32,
    /// Who it says it is; nobody has checked.
    pub name: String,
    /// Why.
    pub purpose: Purpose,
    /// What is wanted; empty: whatever the patient chooses.
    pub wants: Vec<Want>,
    /// The highest version of QR code that its camera reads well, where it says so.
    pub max_version: Option<u8>,
    bytes: Vec<u8>,
}

/// One section that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The section.
    pub section: Section,
    /// Only from this date on, `YYYY[-MM[-DD]]`; empty: all.
    pub since: String,
    /// The reader says it can't do without. The patient may leave it out all the same.
    pub required: bool,
}

impl Want {
    /// A whole section, not required.
    pub fn section(section: Section) -> Want {
        Want { section, since: String::new(), required: false }
    }

    fn value(&self) -> Value {
        let loinc = Value::from(self.section.loinc());
        if self.since.is_empty() && !self.required {
            return loinc;
        }
        Value::Array(vec![loinc, Value::from(self.since.as_str()), Value::from(self.required)])
    }

    fn read(value: Value) -> Result<Option<Want>, ShareError> {
        let (loinc, since, required) = match &value {
            Value::Text(loinc) => (loinc.as_str(), "", false),
            Value::Array(parts) => match parts.as_slice() {
                [Value::Text(loinc), Value::Text(since), Value::Bool(required)] => {
                    (loinc.as_str(), since.as_str(), *required)
                }
                _ => return Err(ShareError::Malformed),
            },
            _ => return Err(ShareError::Malformed),
        };
        // A section that this app does not know can't be shared, and needs no refusal.
        Ok(Section::of_loinc(loinc).map(|section| Want { section, since: since.to_owned(), required }))
    }
}

impl Request {
    /// Reads a request message. The name loses control characters and what is beyond 80 characters.
    pub fn read(message: &Message) -> Result<Request, ShareError> {
        if message.kind != Kind::Request {
            return Err(ShareError::Malformed);
        }
        let bytes = message.body.clone();
        let mut fields = cbor::read(&bytes)?;
        if fields.integer(0)? != 1 {
            return Err(ShareError::Newer);
        }
        let key = fields.bytes::<POINT>(2)?;
        if !seal::is_key(&key) {
            return Err(ShareError::Malformed);
        }
        let ttl = fields.take(4).map(|v| cbor::integer(&v)).transpose()?.unwrap_or(i64::from(TTL));
        let wants: Vec<_> = fields.array(7)?.into_iter().map(Want::read).collect::<Result<_, _>>()?;
        let max_version = fields.take(8).map(|v| cbor::integer(&v)).transpose()?;
        Ok(Request {
            id: fields.bytes(1)?,
            key,
            created: fields.integer(3)?,
            ttl: u32::try_from(ttl).ok().filter(|t| (1..=LONGEST).contains(t)).ok_or(ShareError::Malformed)?,
            name: fields.text(5)?.chars().filter(|c| !c.is_control()).take(NAME).collect(),
            purpose: Purpose::of(&fields.text(6)?),
            wants: wants.into_iter().flatten().take(Section::ALL.len()).collect(),
            max_version: max_version.and_then(|v| u8::try_from(v).ok()).filter(|v| (1..=40).contains(v)),
            bytes,
        })
    }

    /// The message to show.
    pub fn message(&self) -> Message {
        Message { kind: Kind::Request, body: self.bytes.clone() }
    }

    /// SHA-256 of its bytes: what a grant is bound to.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// Six digits for both screens. They catch a printed or stale substitute, not a live relay.
    pub fn comparison(&self) -> String {
        let digest = Sha256::new().chain_update(b"TESSERA/1 compare").chain_update(&self.bytes).finalize();
        let number = digest.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b));
        format!("{:06}", number % 1_000_000)
    }

    /// True if it was made longer ago than it lives, by the patient's clock, with ten minutes' grace.
    pub fn is_stale(&self, now: i64) -> bool {
        now.saturating_sub(self.created) > i64::from(self.ttl) + super::GRACE
    }

    /// What a grant's audience claim says: SHA-256 of the one-time key.
    pub(super) fn audience(&self) -> [u8; 32] {
        Sha256::digest(self.key).into()
    }
}

/// What the reader asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Who they say they are, at most 80 characters.
    pub name: String,
    /// Why.
    pub purpose: Purpose,
    /// What is wanted.
    pub wants: Vec<Want>,
    /// The highest version of QR code that the camera reads well.
    pub max_version: Option<u8>,
}

/// A request on the reader's screen: its key opens one grant and is then erased. Memory only.
pub struct Pending {
    /// The request that is shown.
    pub request: Request,
    /// When it was shown, by the reader's monotonic clock, milliseconds.
    pub shown: u64,
    pub(super) keys: KeyPair,
}

impl Pending {
    /// Makes a request. `random`: 16 bytes of identity, 32 of key seed.
    pub fn make(ask: &Ask, now: Clock, random: &[u8; 48]) -> Result<Pending, ShareError> {
        let (id, rest) = random.split_first_chunk::<16>().ok_or(ShareError::Malformed)?;
        let seed = rest.first_chunk::<32>().ok_or(ShareError::Malformed)?;
        let keys = KeyPair::derive(seed);
        let mut map = Map::default();
        map.put(0, 1);
        map.put(1, Value::Bytes(id.to_vec()));
        map.put(2, Value::Bytes(keys.public.to_vec()));
        map.put(3, now.unix);
        if !ask.name.is_empty() {
            map.put(5, ask.name.chars().take(NAME).collect::<String>());
        }
        if ask.purpose != Purpose::default() {
            map.put(6, ask.purpose.code());
        }
        if !ask.wants.is_empty() {
            map.put(7, Value::Array(ask.wants.iter().map(Want::value).collect()));
        }
        if let Some(version) = ask.max_version {
            map.put(8, version);
        }
        let request = Request::read(&Message { kind: Kind::Request, body: map.bytes() })?;
        Ok(Pending { request, shown: now.ticks, keys })
    }

    /// Whole seconds of its life that are left; 0 when it is over.
    pub fn left(&self, ticks: u64) -> u32 {
        let gone = ticks.saturating_sub(self.shown) / 1000;
        u32::try_from(u64::from(self.request.ttl).saturating_sub(gone)).unwrap_or(0)
    }
}
