//! Opening a grant, in this order: size → decode → AEAD → signature → audience → time → replay. Nothing of it is
//! shown before all have passed.

use coset::{CborSerializable, CoseSign1};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use zeroize::Zeroizing;

use super::claims::Claims;
use super::code::{Length, LockCode};
use super::message::{self, Kind, Message};
use super::request::Pending;
use super::seal::{Hpke, POINT, StaticKeys};
use super::{Clock, GRACE, ShareError, grant};

/// Why a grant was not opened. Each has its sentence, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is longer than any grant.
    TooLong,
    /// It is a request or a receipt, not a grant.
    NotAGrant(Kind),
    /// It can't be read as a grant.
    Malformed,
    /// It was made by a later version of the app.
    Newer,
    /// It is locked: ask for the code of so many characters.
    NeedsCode(Length),
    /// The code is not the one it was locked with.
    WrongCode(Length),
    /// It was changed after it was sealed.
    Altered,
    /// The signature under it is not of the key it names.
    BadSignature,
    /// It was made for another reader, or for an earlier request.
    OtherReader,
    /// No request is open here that it could answer.
    NoRequest,
    /// The request that it answers was shown too long ago.
    RequestOver {
        /// How many seconds ago it was shown.
        shown: u64,
        /// How many seconds it lived.
        lived: u32,
    },
    /// Its time is over.
    Expired {
        /// When it ended, seconds since 1970.
        ended: i64,
    },
    /// Its time has not come.
    NotYet {
        /// From when it holds, seconds since 1970.
        from: i64,
    },
    /// It says that it was made in the future: the clocks differ. That is no forgery.
    ClocksDiffer {
        /// When it says that it was made.
        theirs: i64,
        /// This device's time.
        ours: i64,
    },
    /// It was opened here before: the key is gone.
    AlreadyUsed,
}

impl From<ShareError> for Refusal {
    fn from(error: ShareError) -> Self {
        match error {
            ShareError::Malformed => Refusal::Malformed,
            ShareError::Damaged => Refusal::Altered,
            ShareError::TooLong => Refusal::TooLong,
            ShareError::Newer => Refusal::Newer,
        }
    }
}

/// A grant that passed every check. Memory only.
pub struct Received {
    /// What it says.
    pub claims: Claims,
    /// The FHIR R4 document Bundle, JSON.
    pub document: Vec<u8>,
    /// Thumbprint of the key that signed it: "unaltered since this phone signed it", not "true".
    pub thumbprint: [u8; 32],
    /// SHA-256 of the message.
    pub hash: [u8; 32],
    /// Seconds by which the sharer's clock is ahead of ours, where that is more than ten minutes.
    pub clocks: Option<i64>,
    /// When it ends by this device's clock, seconds since 1970.
    pub ends: i64,
    /// The key for the receipt; direct grants only.
    pub receipt_key: Option<Zeroizing<[u8; 32]>>,
}

/// The reader's side: at most one open request, and a memory of those that are spent. Lives as long as the session.
#[derive(Default)]
pub struct Desk {
    pending: Option<Pending>,
    spent: Vec<[u8; 8]>,
}

impl Desk {
    /// A desk without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a request on the screen; the one before it, if any, can no longer be answered.
    pub fn show(&mut self, pending: Pending) {
        self.pending = Some(pending);
    }

    /// The request that is shown.
    pub fn pending(&self) -> Option<&Pending> {
        self.pending.as_ref()
    }

    /// Takes the request off the screen and erases its key.
    pub fn withdraw(&mut self) {
        self.pending = None;
    }

    /// Opens a grant. The code is looked at only where the grant is locked; then this runs Argon2id over 64 MiB.
    pub fn open(&mut self, message: &Message, code: Option<&str>, now: Clock) -> Result<Received, Refusal> {
        if message.body.len() >= message::MAX {
            return Err(Refusal::TooLong);
        }
        match message.kind {
            Kind::Static => open_static(message, code, now),
            Kind::Grant => self.open_direct(message, now),
            other => Err(Refusal::NotAGrant(other)),
        }
    }

    fn open_direct(&mut self, message: &Message, now: Clock) -> Result<Received, Refusal> {
        let (head, rest) = message.body.split_first_chunk::<9>().ok_or(Refusal::Malformed)?;
        let (encapsulated, ciphertext) = rest.split_first_chunk::<POINT>().ok_or(Refusal::Malformed)?;
        let [version, hint @ ..] = *head;
        if version != grant::VERSION {
            return Err(Refusal::Newer);
        }
        // The hint only says which request is meant: whether it is truly that one, the AEAD and the signature say.
        let Some(pending) = self.pending.as_ref().filter(|p| p.request.hash().starts_with(&hint)) else {
            return Err(match &self.pending {
                _ if self.spent.contains(&hint) => Refusal::AlreadyUsed,
                None => Refusal::NoRequest,
                Some(_) => Refusal::OtherReader,
            });
        };
        let info = grant::info(&pending.request.hash());
        let (signed, receipt_key) = pending.keys.open(&Hpke { info: &info, aad: head, encapsulated, ciphertext })?;
        let claims = check_signature(&signed)?;
        match &claims.audience {
            Some(a) if a.reader == pending.request.audience() && a.request == pending.request.id => {}
            _ => return Err(Refusal::OtherReader),
        }
        let shown = now.ticks.saturating_sub(pending.shown) / 1000;
        if pending.left(now.ticks) == 0 {
            return Err(Refusal::RequestOver { shown, lived: pending.request.ttl });
        }
        // That it is fresh the request has shown: so a wrong clock on either side shifts its times, and is said.
        let ahead = claims.issued.saturating_sub(now.unix);
        let clocks = (ahead.saturating_abs() > GRACE).then_some(ahead);
        let received = finish(claims, message, now.unix, clocks, Some(receipt_key))?;
        self.pending = None;
        self.spent.push(hint);
        Ok(received)
    }
}

fn open_static(message: &Message, code: Option<&str>, now: Clock) -> Result<Received, Refusal> {
    let (head, rest) = message.body.split_first_chunk::<18>().ok_or(Refusal::Malformed)?;
    let [version, lock, secret @ ..] = *head;
    if version != grant::VERSION {
        return Err(Refusal::Newer);
    }
    let signed = match lock {
        0 => StaticKeys::derive(&secret, None)?.open(rest, head)?,
        1 | 2 => {
            let length = if lock == 1 { Length::Screen } else { Length::Paper };
            let (commitment, sealed) = rest.split_first_chunk::<16>().ok_or(Refusal::Malformed)?;
            let code = code.ok_or(Refusal::NeedsCode(length))?;
            let code = LockCode::read(code, length).ok_or(Refusal::WrongCode(length))?;
            let keys = StaticKeys::derive(&secret, Some(&code))?;
            if keys.commitment != *commitment {
                return Err(Refusal::WrongCode(length));
            }
            let aad = [head.as_slice(), commitment].concat();
            keys.open(sealed, &aad)?
        }
        _ => return Err(Refusal::Newer),
    };
    let claims = check_signature(&signed)?;
    if claims.audience.is_some() {
        return Err(Refusal::OtherReader);
    }
    if claims.issued > now.unix.saturating_add(GRACE) {
        return Err(Refusal::ClocksDiffer { theirs: claims.issued, ours: now.unix });
    }
    finish(claims, message, now.unix, None, None)
}

/// Reads the COSE_Sign1 and its claims, and checks the signature against the key that the claims name.
fn check_signature(signed: &[u8]) -> Result<Claims, Refusal> {
    let cose = CoseSign1::from_slice(signed).map_err(|_| Refusal::Malformed)?;
    let payload = cose.payload.as_deref().ok_or(Refusal::Malformed)?;
    let plain = cose.protected.header == grant::header() && cose.unprotected.is_empty();
    if !plain || cose.clone().to_vec().ok().as_deref() != Some(signed) {
        return Err(Refusal::Malformed);
    }
    let claims = Claims::read(payload)?;
    let key = VerifyingKey::from_sec1_bytes(&claims.issuer).map_err(|_| Refusal::BadSignature)?;
    let signature = Signature::from_slice(&cose.signature).map_err(|_| Refusal::BadSignature)?;
    key.verify(&cose.tbs_data(b""), &signature).map_err(|_| Refusal::BadSignature)?;
    Ok(claims)
}

/// The times, by the sharer's clock as far as it is known to differ; then the document.
fn finish(
    claims: Claims,
    message: &Message,
    now: i64,
    clocks: Option<i64>,
    receipt_key: Option<Zeroizing<[u8; 32]>>,
) -> Result<Received, Refusal> {
    let ahead = clocks.unwrap_or(0);
    let theirs = now.saturating_add(ahead);
    if theirs > claims.ends {
        return Err(Refusal::Expired { ended: claims.ends });
    }
    if theirs.saturating_add(GRACE) < claims.not_before {
        return Err(Refusal::NotYet { from: claims.not_before });
    }
    let document = claims.data.document()?;
    Ok(Received {
        thumbprint: claims.thumbprint(),
        hash: message.hash(),
        ends: claims.ends.saturating_sub(ahead),
        clocks,
        document,
        claims,
        receipt_key,
    })
}
