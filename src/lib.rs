//! Tessera: a health record that the patient holds, and shows, one chosen piece at a time.
//!
//! # The house
//!
//! ```text
//!   ui ────────► app ────────────────┬───────────────┬──────────────┐
//!    │            │                  ▼               ▼              ▼
//!    │            │                vault           store          device      edge wing: platforms; bytes in, bytes out
//!    │            ▼                  └───────┬───────┘
//!    └──► view  import  share ───────────────┴──► sealed                      pure wing: knows medicine, no browser
//!           └──────┼───────┘
//!                  ▼
//!               record
//! ```
//!
//! - **Pure wing**, native and wasm32 alike: [`record`] (the model and the merge), [`import`] (reading providers'
//!   files), [`view`] (plain page structs), [`share`] (consent tokens and QR codes), [`sealed`] (the one stored form).
//! - **Edge wing**: [`vault`] (keys), [`store`] (one transaction at a time), `device` (files, camera; wasm32 only).
//! - **Hall**: [`app`], one straight function an errand.
//! - **Front**: [`ui`], which draws what [`view`] made (but for its words and places, wasm32 only).
//!
//! `tests/house.rs` fails on any other arrow.

/// Records are many small pieces, with which the allocator that Rust gives to WebAssembly is slow.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod device;
pub mod import;
pub mod record;
pub mod sealed;
pub mod share;
pub mod store;
pub mod ui;
pub mod vault;
pub mod view;
