//! The hall: each errand is one straight function, edge, core, edge.

#[cfg(target_arch = "wasm32")]
pub mod client;
pub mod keep;
pub mod wire;
