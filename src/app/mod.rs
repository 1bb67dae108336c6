//! The hall: each errand is one straight function, edge, core, edge.
//!
//! ```text
//! page:           Client ──Ask──►            Parser ──File──►            Eyes ──ImageBitmap──►
//!                 ◄──answer──  record worker  ◄──Delivery── parser worker  ◄──texts── QR worker
//!                              Session: vault, records, views, shares
//!
//! the session's own errands: a file of an older reader ──► parser worker; a passphrase ──► strength worker
//! a Health Link:  page ──text──► parser worker ──request──► page (asks the person) ──► network worker ──► its host
//! ```

#[cfg(target_arch = "wasm32")]
pub mod client;
pub mod codes;
#[cfg(target_arch = "wasm32")]
pub mod fetch;
pub mod keep;
#[cfg(target_arch = "wasm32")]
pub mod lent;
pub mod link;
#[cfg(target_arch = "wasm32")]
pub mod network;
#[cfg(target_arch = "wasm32")]
pub mod parser;
#[cfg(target_arch = "wasm32")]
pub mod qr;
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod strength;
pub mod wire;
#[cfg(target_arch = "wasm32")]
pub mod worker;
