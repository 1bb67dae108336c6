//! Small components. Each draws what it is given: none knows the hall, none computes anything clinical. Their styles
//! stand in `style/part`. Words come in as [`TextProp`](leptos::prelude::TextProp): a message function of
//! [`text`](super::text), a closure, or a text.

mod abbr;
mod above;
mod badge;
mod callout;
mod chart;
mod choice;
mod code;
mod date;
mod describe;
mod dialogue;
mod disclosure;
mod draft;
mod empty;
mod fact;
mod field;
mod head;
mod icon;
pub mod line;
mod load;
mod marked;
mod moment;
mod own_head;
mod progress;
mod tile;

pub use abbr::explained;
pub use above::{above, above_block, above_named, absences, absences_open, loose, source_name};
pub use badge::{Badge, DayText, SourceText, TrustMark};
pub use callout::{Callout, Tone};
pub use chart::{ChartView, Spark};
pub use choice::{Chip, Choice, Tick};
pub use code::CodeView;
pub use date::{DateField, date_words, typed_date};
pub use describe::Describe;
pub use dialogue::Dialogue;
pub use disclosure::Disclosure;
pub use draft::Draft;
pub use empty::Empty;
pub use fact::{Fact, Facts};
pub use field::{ErrorSummary, Fault, Field};
pub use head::{BackTo, PageHead};
pub use icon::{Icon, Sign};
pub use line::{Leads, analyte, lines};
pub use load::{Trouble, load};
pub use marked::marked;
pub use moment::{clock, countdown, local_moment};
pub use own_head::OwnHead;
pub use progress::Progress;
pub use tile::Tile;
