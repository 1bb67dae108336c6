//! The front: draws plain structs and asks the hall.
//!
//! ```text
//! index.html ─► door (bin, plain DOM, small) ─► app (bin, Leptos): shell ─► page ─► part
//!                                                  └ Front: route, stage, person, settings
//! ```
//!
//! - [`text`]: every sentence, in two languages; [`place`]: the addresses. Both pure and tested natively.
//! - `door`: the first screen, drawn before the app is loaded.
//! - `front`: the signals that pages share, handed to them by context; `shell`: what stands round every page.
//! - [`trail`]: the way back through the pages, in memory; `way`: what it does to the page; `stay`: the focus when what
//!   was pressed goes.
//! - `part`: small components that know nothing; `page`: one page a file.

pub mod heights;
pub mod place;
pub mod text;
pub mod trail;

#[cfg(target_arch = "wasm32")]
mod codes;
#[cfg(target_arch = "wasm32")]
pub mod door;
#[cfg(target_arch = "wasm32")]
pub mod front;
#[cfg(target_arch = "wasm32")]
mod links;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod part;
#[cfg(target_arch = "wasm32")]
mod queue;
#[cfg(target_arch = "wasm32")]
mod shell;
#[cfg(target_arch = "wasm32")]
mod stay;
#[cfg(target_arch = "wasm32")]
mod way;

#[cfg(target_arch = "wasm32")]
pub use shell::start;
