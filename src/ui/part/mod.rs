//! Small components. Each draws what it is given: none knows the hall, none computes anything clinical. Their styles
//! stand in `style/part`. Words come in as [`TextProp`](leptos::prelude::TextProp): a message function of
//! [`text`](super::text), a closure, or a text.

mod badge;
mod callout;
mod choice;
mod dialogue;
mod disclosure;
mod empty;
mod fact;
mod field;
mod head;
mod icon;
mod load;
mod progress;
mod tile;

pub use badge::{Badge, DayText, Degraded, SourceText, TrustMark};
pub use callout::{Callout, Tone};
pub use choice::{Chip, Choice, Tick};
pub use dialogue::Dialogue;
pub use disclosure::Disclosure;
pub use empty::Empty;
pub use fact::{Fact, Facts};
pub use field::{ErrorSummary, Fault, Field};
pub use head::{BackTo, PageHead};
pub use icon::{Icon, Sign};
pub use load::{Trouble, load};
pub use progress::Progress;
pub use tile::Tile;
