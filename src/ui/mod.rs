//! The front: draws plain structs and asks the hall.
//!
//! [`text`] and [`place`] are pure and tested natively; all else needs a browser.

pub mod place;
pub mod text;
