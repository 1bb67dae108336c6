//! Consent tokens and the codes that carry them.
