//! From values to places on paper. Pure; the ui only multiplies by its width and height.

use serde::{Deserialize, Serialize};

use super::Day;

/// A chart of one series in a unit square: x from left to right in time, y from the bottom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The points, oldest first.
    pub points: Vec<Place>,
    /// Marks on the time axis.
    pub x_ticks: Vec<DayTick>,
    /// Marks on the value axis.
    pub y_ticks: Vec<Tick>,
    /// The reference band, bottom to top, if the latest point with a range has one that is plain numbers. An open end is the edge.
    pub band: Option<(f64, f64)>,
}

/// Where a point lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Index into the series' points.
    pub index: u32,
    /// 0..=1 from the left.
    pub x: f64,
    /// 0..=1 from the bottom.
    pub y: f64,
    /// The value is only a bound (`<5`, `>100`): drawn open.
    pub bound: bool,
}

/// A mark on the value axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// 0..=1.
    pub at: f64,
    /// The number, with no more digits than the step needs.
    pub label: String,
}

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayTick {
    /// 0..=1.
    pub at: f64,
    /// The date to word: a year, a month, or a day.
    pub day: Day,
}
