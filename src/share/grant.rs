//! Making a grant: claims → to be signed → signed → sealed.
//!
//! ```text
//! claims → COSE_Sign1 (ES256, the person's key; RFC 9052) → sealed to the request's key, or static
//!
//! kind g   0x01 ‖ first 8 bytes of SHA-256(request) ‖ encapsulated key (65) ‖ ciphertext
//!          HPKE info = "TESSERA/1 grant" ‖ SHA-256(request), aad = the first 9 bytes
//! kind s   0x01 ‖ lock (0 none, 1 eight characters, 2 twelve) ‖ secret (16) ‖ commitment (16, only if locked) ‖ ciphertext
//!          aad = all before the ciphertext
//! ```

use coset::{CborSerializable, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, iana};
use zeroize::Zeroizing;

use super::ShareError;
use super::claims::{Audience, Claims, Data};
use super::code::{Length, LockCode};
use super::message::{self, Kind, Message};
use super::request::Request;
use super::seal::{self, StaticKeys};
use super::terms::{Completeness, Part, Purpose, Sharer, Uses};

/// Version of the sealed form.
pub(super) const VERSION: u8 = 1;

/// What the person decided on the consent screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Why it is shared.
    pub purpose: Purpose,
    /// What may be done with it.
    pub uses: Uses,
    /// From when it holds, seconds since 1970; `None`: from now.
    pub not_before: Option<i64>,
    /// Until when it holds, seconds since 1970.
    pub ends: i64,
    /// How much of each section is in it; from [`bundle::select`](super::bundle::select).
    pub parts: Vec<Part>,
    /// Only what is dated from here; empty: no limit.
    pub since: String,
    /// Only what is dated until here; empty: no limit.
    pub until: String,
    /// Who shares.
    pub sharer: Sharer,
    /// A note, at most 1,000 characters; empty if none.
    pub note: String,
    /// SMART Health Cards to send along as they are.
    pub cards: Vec<String>,
}

/// For whom it is sealed.
#[derive(Clone, Copy, Debug)]
pub enum To<'a> {
    /// The reader whose request was scanned.
    Reader(&'a Request),
    /// Whoever scans it.
    Anyone,
    /// Whoever scans it and is told the code, which is made here.
    AnyoneWithCode(Length),
}

/// A grant that waits for the person's signature. No `Debug`: it holds keys.
pub struct Unsigned {
    cose: CoseSign1,
    claims: Claims,
    seal: Seal,
}

enum Seal {
    Key { request: Box<Request>, random: Zeroizing<[u8; 32]> },
    Static { secret: Zeroizing<[u8; 16]>, code: Option<(Length, LockCode)> },
}

/// A finished grant. No `Debug`: it may hold the code.
pub struct Finished {
    /// What to show as codes, or to keep as a file.
    pub message: Message,
    /// What it says.
    pub claims: Claims,
    /// The code to be spoken or written, where it is locked by one.
    pub code: Option<LockCode>,
    /// With what the reader's receipt will be checked; direct grants only. Keep it with the journal entry.
    pub receipt_key: Option<Zeroizing<[u8; 32]>>,
}

/// Puts a grant together. `document` is a FHIR R4 document Bundle in JSON, `issuer` the person's public key
/// (uncompressed P-256), `random` fresh for this grant alone.
///
/// Errors: [`ShareError::TooLong`] if it can't be carried, [`ShareError::Malformed`] if the key is none or the times
/// are no span.
pub fn prepare(
    terms: Terms,
    document: &[u8],
    issuer: &[u8; 65],
    to: To<'_>,
    now: i64,
    random: &[u8; 64],
) -> Result<Unsigned, ShareError> {
    let (id, rest) = random.split_first_chunk::<16>().ok_or(ShareError::Malformed)?;
    let (seed, rest) = rest.split_first_chunk::<32>().ok_or(ShareError::Malformed)?;
    let (secret, _) = seed.split_first_chunk::<16>().ok_or(ShareError::Malformed)?;
    let letters = rest.first_chunk::<12>().ok_or(ShareError::Malformed)?;
    let seal = match to {
        To::Reader(request) => Seal::Key { request: Box::new(request.clone()), random: Zeroizing::new(*seed) },
        To::Anyone => Seal::Static { secret: Zeroizing::new(*secret), code: None },
        To::AnyoneWithCode(length) => {
            Seal::Static { secret: Zeroizing::new(*secret), code: Some((length, LockCode::generate(letters, length))) }
        }
    };
    let audience = match to {
        To::Reader(request) => Some(Audience { reader: request.audience(), request: request.id }),
        _ => None,
    };
    let claims = Claims {
        id: *id,
        issuer: *issuer,
        audience,
        issued: now,
        not_before: terms.not_before.unwrap_or(now),
        ends: terms.ends,
        purpose: terms.purpose,
        uses: terms.uses,
        parts: terms.parts.into_iter().map(|p| labelled(p, &terms.sharer)).collect(),
        since: terms.since,
        until: terms.until,
        sharer: terms.sharer,
        note: terms.note,
        cards: terms.cards,
        data: Data::of(document)?,
    };
    let payload = claims.bytes();
    // What our own reader would refuse must not be signed.
    if !seal::is_key(issuer) || Claims::read(&payload)? != claims {
        return Err(ShareError::Malformed);
    }
    let cose = CoseSign1Builder::new().protected(header()).payload(payload).build();
    Ok(Unsigned { cose, claims, seal })
}

/// A carer can't know that nothing was put away from them: their shares never say *in full*.
fn labelled(part: Part, sharer: &Sharer) -> Part {
    match (sharer, part.completeness) {
        (Sharer::Carer { .. }, Completeness::Full { .. }) => Part { completeness: Completeness::Selected, ..part },
        _ => part,
    }
}

/// The only header a grant may have: ES256, protected.
pub(super) fn header() -> Header {
    HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build()
}

impl Unsigned {
    /// The bytes that ES256 signs with the person's key: the Sig_structure (RFC 9052 §4.4), not yet hashed.
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.cose.tbs_data(b"")
    }

    /// What it will say, for the preview.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Seals with the signature: r ‖ s, 64 bytes, as WebCrypto gives it. With a code this runs Argon2id over 64 MiB:
    /// in a worker.
    pub fn finish(mut self, signature: &[u8; 64]) -> Result<Finished, ShareError> {
        self.cose.signature = signature.to_vec();
        let signed = self.cose.to_vec().map_err(|_| ShareError::Malformed)?;
        let (message, code, receipt_key) = match self.seal {
            Seal::Key { request, random } => {
                let hash = request.hash();
                let mut body = vec![VERSION];
                body.extend(hash.iter().take(8));
                let sealed = seal::to_key(&request.key, &info(&hash), &body, &signed, &random)?;
                body.extend_from_slice(&sealed.encapsulated);
                body.extend_from_slice(&sealed.ciphertext);
                (Message { kind: Kind::Grant, body }, None, Some(sealed.receipt))
            }
            Seal::Static { secret, code } => {
                let keys = StaticKeys::derive(&secret, code.as_ref().map(|(_, code)| code))?;
                let lock = match &code {
                    None => 0,
                    Some((Length::Screen, _)) => 1,
                    Some((Length::Paper, _)) => 2,
                };
                let mut body = vec![VERSION, lock];
                body.extend_from_slice(secret.as_slice());
                if code.is_some() {
                    body.extend_from_slice(&keys.commitment);
                }
                let ciphertext = keys.seal(&signed, &body)?;
                body.extend_from_slice(&ciphertext);
                (Message { kind: Kind::Static, body }, code.map(|(_, code)| code), None)
            }
        };
        if message.body.len() >= message::MAX {
            return Err(ShareError::TooLong);
        }
        Ok(Finished { message, claims: self.claims, code, receipt_key })
    }
}

/// The HPKE info of a grant that answers the request of this hash.
pub(super) fn info(request: &[u8; 32]) -> Vec<u8> {
    [b"TESSERA/1 grant".as_slice(), request].concat()
}
