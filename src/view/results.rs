//! Results: the latest of each analyte, and one analyte through time.

use serde::{Deserialize, Serialize};

use super::{Day, Heading, Row, chart::Chart};

/// One analyte in a list: its latest value, and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalyteRow {
    /// The analyte's id, for links. No clinical text.
    pub id: String,
    /// The source's words of the latest.
    pub title: String,
    /// The latest that is not dated in the future (the only one, if all are; then its date says so).
    pub latest: Row,
    /// How many there are.
    pub count: u32,
    /// Sparkline of the latest's series, oldest first, each 0..=1 from left and from the bottom; empty below two points.
    pub spark: Vec<(f32, f32)>,
    /// Done within 30 days of the latest by another source.
    pub repeat: Option<Repeat>,
}

/// "Already done on … at …". Shown, never advised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The analyte in the source's words.
    pub title: String,
    /// The item.
    pub id: String,
    /// When it was done.
    pub date: Day,
    /// Where, as named.
    pub source: String,
    /// When the later one was done.
    pub again: Day,
    /// Where.
    pub again_source: String,
}

/// One analyte through time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analyte {
    /// The analyte's id.
    pub id: String,
    /// The source's words of the latest.
    pub title: String,
    /// As of, sources, of the whole section.
    pub heading: Heading,
    /// One series a unit (a component's title apart), the one with the latest value first.
    pub series: Vec<Series>,
    /// Everything as a table, newest first; dated in the future apart.
    pub rows: Vec<Row>,
    /// Dated in the future.
    pub future: Vec<Row>,
    /// Repeated within 30 days by different sources.
    pub repeats: Vec<Repeat>,
}

/// Values of one analyte in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The part (Systolic …), empty where the analyte has no parts.
    pub part: String,
    /// The unit as the latest writes it.
    pub unit: String,
    /// The points, oldest first.
    pub points: Vec<Point>,
    /// Ready to draw; `None` below two points with a whole date and a number.
    pub chart: Option<Chart>,
}

/// One value of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The item.
    pub id: String,
    /// When.
    pub date: Option<Day>,
    /// The value as written, comparator first.
    pub value: String,
    /// The unit as written there.
    pub unit: String,
    /// Reference ranges as written.
    pub range: Vec<String>,
    /// Flags.
    pub flagging: super::Flagging,
    /// Who says so.
    pub source: String,
    /// True if the value was scaled to the series' unit for the chart (g/L ↔ g/dL); the value stays as written.
    pub scaled: bool,
}
