//! Medicines side by side: medicine × source, and what changed. Shown, never resolved.

use serde::{Deserialize, Serialize};

use super::{Day, SourceLine};
use crate::record::{Polarity, Standing};

/// The reconciliation of medicines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medicines {
    /// The columns.
    pub sources: Vec<SourceLine>,
    /// The lines: now first, then unclear, then past.
    pub lines: Vec<MedicineLine>,
    /// Started, stopped, changed, newest first (the shape of NICE NG5 1.2).
    pub changes: Vec<Change>,
}

/// One medicine across the sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineLine {
    /// The item.
    pub id: String,
    /// The leading source's words.
    pub title: String,
    /// One cell a column of [`Medicines::sources`]; `None`: not in that source.
    pub cells: Vec<Option<MedicineCell>>,
    /// How the sources compare.
    pub mark: Mark,
}

/// What one source says of one medicine. Texts as written; empty where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineCell {
    /// Its own name for the medicine: the brand as written.
    pub title: String,
    /// Dose texts.
    pub dose: Vec<String>,
    /// What the status means.
    pub standing: Standing,
    /// The status as written.
    pub status: String,
    /// Taken, not taken, not to be given …
    pub polarity: Polarity,
    /// Acute, repeat, repeat dispensing, prescribed elsewhere.
    pub prescription_type: String,
    /// Quantity.
    pub quantity: String,
    /// Form.
    pub form: String,
    /// Route.
    pub route: String,
    /// Indication.
    pub indication: String,
    /// Start.
    pub start: Option<Day>,
    /// End.
    pub end: Option<Day>,
    /// How many requests, issues and dispenses stand behind it.
    pub issues: u32,
    /// The last of them.
    pub last_issue: Option<Day>,
    /// Review date.
    pub review: Option<Day>,
}

/// How sources compare about one medicine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    /// There is only one source in the record: nothing to compare.
    OneSource,
    /// Two or more sources say the same.
    Same,
    /// Only one of several sources has it.
    OnlyHere,
    /// They differ in dose, route, form or another fact.
    Differs,
    /// Stopped in one, active in another.
    StoppedHereActiveThere,
}

/// One change to the medicines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened.
    pub what: Changed,
    /// The item.
    pub id: String,
    /// The medicine in the source's words.
    pub title: String,
    /// When.
    pub when: Option<Day>,
    /// By whom, as named; empty if not said.
    pub by: String,
    /// Why, in the source's words; empty: reason not given.
    pub reason: String,
    /// Who says so.
    pub source: String,
}

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Changed {
    Started,
    Stopped,
    Changed,
}
