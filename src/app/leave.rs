//! Leaving: what the front hands to the person's own disk, on their wish.

pub use crate::device::{blob, save, save_blob};
