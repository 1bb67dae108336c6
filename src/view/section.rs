//! One section of the record: its lists in groups, and what is told apart from them.

use serde::{Deserialize, Serialize};

use super::{Heading, List, Row, medicines::Medicines, results::AnalyteRow};

/// A section's page. `groups` holds every item that counts exactly once, except for results and vital signs, where
/// `analytes` tells the numbers and `groups` holds reports and what has no value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionPage {
    /// As of, sources, kinds of nothing, unread.
    pub heading: Heading,
    /// The lists.
    pub groups: Vec<Group>,
    /// Results and vital signs: the latest of each analyte.
    pub analytes: Vec<AnalyteRow>,
    /// Medicines: the table of sources, and what changed.
    pub medicines: Option<Medicines>,
    /// Marked by a source as entered in error: apart, and in no count.
    pub in_error: Vec<Row>,
    /// Not to be disclosed to the patient, says the source: behind one tap and a plain warning.
    pub withheld: Vec<Row>,
}

/// One list of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What its rows have in common.
    pub kind: GroupKind,
    /// The rows.
    pub list: List,
}

/// What the rows of a group have in common. The order is the order on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupKind {
    /// Allergies that lost meaning in a transfer and that no other source has intact.
    Degraded,
    /// Now: medicines taken, problems active, allergies, devices in use.
    Now,
    /// The status is not known, paused, or not clear between sources.
    Unclear,
    /// Still to come: planned, booked, proposed.
    Planned,
    /// Over: stopped, resolved, completed.
    Past,
    /// Said not to be so: negated, refuted, not done, not taken, an order not to do it.
    Negative,
    /// Dated in the future without being planned.
    Future,
    /// A list without such a division.
    All,
}
