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

pub mod collect;
pub mod digits;
pub mod frame;
pub mod message;
pub mod qr;

pub use collect::{Foreign, Heard, Inbox, Progress};
pub use message::{Kind, Message};
pub use qr::{Code, Surface};

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
