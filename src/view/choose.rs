//! Choosing what to share: sections with counts, single items, and sensitive sets, closed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Index, Row, rows, search,
    section::GroupKind,
    sensitive::{self, Set},
};
use crate::record::{Item, Record, Said, Section};

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
    /// How many characters its letters have, as far as their words are known: they travel only if they are ticked.
    pub letter: u32,
}

/// One suggested set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseSet {
    /// Which.
    pub set: Set,
    /// The ids of its items.
    pub items: Vec<String>,
}

/// Everything that can be shared. What a source withholds from the patient, and what was entered in error, is not
/// offered. Statements of none can be shared like any item.
pub fn choose(record: &Record, index: &Index, today: Date) -> Choose {
    let mut sections: BTreeMap<Section, Vec<ChooseItem>> = BTreeMap::new();
    let mut sensitive: BTreeMap<Set, Vec<String>> = BTreeMap::new();
    let mut weighty = Vec::new();
    for (i, words) in index.by_date.iter().zip(index.words(record).rows()) {
        let Some(item) = record.items.get(*i as usize) else { continue };
        let Some(row) = rows::row(record, item, today) else { continue };
        // A tag is for the person alone.
        if record.entries(item).all(|(_, _, e)| e.said().is_some_and(Said::is_tag)) {
            continue;
        }
        // What the person says of it goes with it.
        let own: String = row.said.iter().map(|own| format!("\n{}", search::fold(&own.words))).collect();
        let mut sets = sensitive::sets(&format!("{words}{own}"));
        if record.is_private(item) {
            sets.push(Set::Own);
        }
        for set in &sets {
            sensitive.entry(*set).or_default().push(item.id.clone());
        }
        let group = rows::group(record, item, today);
        if rows::counts(record, item)
            && match item.section {
                Section::Allergies => !matches!(group, GroupKind::Negative | GroupKind::Past),
                Section::Medications => matches!(group, GroupKind::Words | GroupKind::Now | GroupKind::Unclear),
                _ => false,
            }
        {
            weighty.push(item.id.clone());
        }
        sections.entry(item.section).or_default().push(ChooseItem { row, sets, letter: letter(record, item) });
    }
    Choose {
        sections: Section::ALL
            .into_iter()
            .filter_map(|section| sections.remove(&section).map(|items| ChooseSection { section, items }))
            .collect(),
        sensitive: sensitive.into_iter().map(|(set, items)| ChooseSet { set, items }).collect(),
        withheld: record.items.iter().filter(|item| rows::is_withheld(record, item)).count() as u32,
        weighty,
    }
}

fn letter(record: &Record, item: &Item) -> u32 {
    record.letters(item).iter().map(|(_, words)| words.chars().count() as u32).sum()
}
