//! The timeline: everything by date, newest first, filtered and searched, a window at a time.

use serde::{Deserialize, Serialize};

use super::Row;
use crate::record::{Hash, Section};

/// What the timeline is asked for. The default asks for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Only these sections; empty for all.
    pub sections: Vec<Section>,
    /// Only items with an entry from this file.
    pub source: Option<Hash>,
    /// Not before this day, ISO 8601 (`2019-03-01`); empty or no date for no bound.
    pub from: String,
    /// Not after this day.
    pub until: String,
    /// Words to look for, all of them, without case and accents; empty for all.
    pub search: String,
    /// Index of the first row of the window.
    pub offset: u32,
    /// Rows in the window.
    pub limit: u32,
}

/// A window of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Months from newest to oldest with the number of rows in each, so that a virtual list knows its height; undated last.
    pub months: Vec<Month>,
    /// The rows of the window.
    pub rows: Vec<TimelineRow>,
    /// Index of the first row of the window among those that match.
    pub offset: u32,
    /// Rows that match.
    pub matching: u32,
    /// Rows without any filter.
    pub total: u32,
    /// Sections present and how many of the rows without filter each has.
    pub sections: Vec<(Section, u32)>,
    /// Sources present, for the filter: parcel, name, number of rows.
    pub sources: Vec<(Hash, String, u32)>,
}

/// One group of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Year; `None` for the undated.
    pub year: Option<i16>,
    /// Month 1..=12; `None` for dates that are only a year, and the undated.
    pub month: Option<u8>,
    /// The group lies in the future.
    pub future: bool,
    /// Index of its first row among those that match.
    pub start: u32,
    /// Rows in the group.
    pub count: u32,
}

/// One row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// The item.
    pub row: Row,
    /// Byte ranges in [`Row::title`] that match the search.
    pub marks: Vec<(u32, u32)>,
    /// Where else the search matched: a piece of text around it, and the range in it. `None` if the title matched.
    pub found: Option<Found>,
}

/// A match outside the title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The text around the match, as written.
    pub text: String,
    /// Byte ranges in it.
    pub marks: Vec<(u32, u32)>,
}
