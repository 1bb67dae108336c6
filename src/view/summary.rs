//! The summary: alerts first, then what a person is asked for most, each with its as-of and its sources.

use serde::{Deserialize, Serialize};

use super::{Heading, List, SourceLine, people::Header, results::AnalyteRow};

/// The first page of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Whose it is.
    pub person: Header,
    /// All files of the record, newest as-of first.
    pub sources: Vec<SourceLine>,
    /// Allergies: degraded first, then active, then of unknown status. Ended ones are on the section's page.
    pub allergies: Block,
    /// Other alerts.
    pub alerts: Block,
    /// Medicines now, then those of unclear status.
    pub medicines: Block,
    /// Active problems, then of unknown status.
    pub problems: Block,
    /// Latest of each analyte, newest first; never one dated in the future.
    pub results: ResultBlock,
    /// Latest vital signs, one line each.
    pub vital_signs: ResultBlock,
    /// Vaccinations, newest first.
    pub vaccinations: Block,
    /// Devices and implants.
    pub devices: Block,
    /// Visits that are over, newest first.
    pub visits: Block,
    /// Visits to come, soonest first.
    pub next_visits: Block,
    /// Letters and scans, newest first.
    pub documents: Block,
    /// Every other section that has something or says something: its heading only.
    pub others: Vec<Heading>,
    /// Entries dated in the future that are not planned: how many.
    pub future: u32,
    /// Items that a source marks as entered in error: listed on their section's page, counted nowhere else.
    pub in_error: u32,
}

/// One block of the summary: a heading and the first rows of its list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// The rows.
    pub list: List,
}

/// A block whose lines are analytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultBlock {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// The latest of each analyte.
    pub rows: Vec<AnalyteRow>,
    /// How many analytes there are.
    pub total: u32,
}
