//! Choosing what to share: sections with counts, single items, and sensitive sets, closed.

use serde::{Deserialize, Serialize};

use super::{Row, sensitive::Set};
use crate::record::Section;

/// Everything that can be shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choose {
    /// Sections that hold something, in the order of a summary.
    pub sections: Vec<ChooseSection>,
    /// Suggested sensitive sets over the whole record. They start closed, and may miss some.
    pub sensitive: Vec<ChooseSet>,
    /// Items that are not offered because a source forbids to disclose them to the patient: how many.
    pub withheld: u32,
    /// Ids of allergies and current medicines: leaving one out gives one plain warning.
    pub weighty: Vec<String>,
}

/// One section to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseSection {
    /// Which.
    pub section: Section,
    /// All that the person holds here and may share; `count of count` is *in full*.
    pub items: Vec<ChooseItem>,
}

/// One item to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseItem {
    /// The item as lists show it.
    pub row: Row,
    /// Sensitive sets that the list suggests for it.
    pub sets: Vec<Set>,
}

/// One suggested set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseSet {
    /// Which.
    pub set: Set,
    /// The ids of its items.
    pub items: Vec<String>,
}
