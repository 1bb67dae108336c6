//! Consent tokens and the codes that carry them: `docs/consent-token.md` is the specification.
//!
//! ```text
//! patient                                                            reader
//!                                  request ◄──── #c1/r/… ─────────── request::Pending (one key, one grant)
//! Record ──bundle::select──► FHIR document
//!    claims::Claims ──grant──► to be signed ──vault signs──► Message
//!                                  Message ──────#c1/g|s/… ────────► collect::Inbox ─► verify::open ─► Received
//!                                          or frames C1M/…
//! ```
//!
//! Everything here is a function of its arguments: clock readings and random bytes come in, nothing is kept.

pub mod bundle;
mod cbor;
pub mod claims;
pub mod code;
pub mod collect;
pub mod consent;
pub mod digits;
pub mod frame;
pub mod grant;
pub mod message;
pub mod qr;
pub mod receipt;
pub mod request;
pub mod scan;
mod seal;
pub mod squeeze;
pub mod terms;
pub mod verify;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;

pub use bundle::{Beside, Chosen, Selection, Shared};
pub use claims::{Audience, Claims};
pub use code::{Length, LockCode};
pub use collect::{Foreign, Heard, Inbox, Progress};
pub use grant::{Finished, Terms, To, Unsigned};
pub use message::{Kind, Message};
pub use qr::{Code, Surface};
pub use receipt::Receipt;
pub use request::{Ask, Pending, Request, Want};
pub use terms::{Basis, Completeness, Part, Purpose, Sharer, Uses};
pub use verify::{Desk, Received, Refusal};

/// By how much two devices' clocks may differ without a word: ten minutes, in seconds.
pub const GRACE: i64 = 600;

/// One reading of a device's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Wall clock, seconds since 1970-01-01T00:00:00Z.
    pub unix: i64,
    /// Monotonic clock, milliseconds since whenever.
    pub ticks: u64,
}

/// Why something could not be made or read, before any key is involved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// It is not of this form.
    #[error("not of the form it should have")]
    Malformed,
    /// A check over it fails: it was hurt on the way.
    #[error("hurt on the way")]
    Damaged,
    /// It is longer than the limit of its form.
    #[error("too long")]
    TooLong,
    /// It is of a later version than this app knows.
    #[error("of a later version")]
    Newer,
}
