//! Vaccinations by age, as a school or a red book asks for them: when, how old, against what, which dose and batch.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Day, people::Age, rows};
use crate::record::{Item, PartialDate, Record, Section};

/// One vaccination, given or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vaccination {
    /// The item's id.
    pub id: String,
    /// The source's words for the vaccine.
    pub title: String,
    /// False if it was not given: refused, put off, not done.
    pub given: bool,
    /// When; `None` if no source says.
    pub date: Option<Day>,
    /// How old the person was, where both days are known well enough to be sure.
    pub age: Option<Age>,
    /// What it protects against, as each source says, each once.
    pub against: Vec<String>,
    /// The number of the dose, as written.
    pub dose: Vec<String>,
    /// The batch, as written.
    pub batch: Vec<String>,
    /// Why it was not given, as written.
    pub why: Vec<String>,
    /// Names of the sources that say so; an empty name is the person's own hand.
    pub sources: Vec<String>,
    /// The sources disagree in something: open the item to see both sides.
    pub disagree: bool,
}

/// All vaccinations, the earliest first, those without a date last. What is told as text alone, about somebody else, or
/// still to come stands in the lists only.
pub fn vaccinations(record: &Record, today: Date) -> Vec<Vaccination> {
    let items = record.section(Section::Immunizations).filter(|item| rows::counts(record, item));
    let mut all: Vec<(&Item, Option<&PartialDate>)> = items
        .filter(|item| record.lead(item).is_some_and(|e| !e.words_only()) && !rows::is_of_other(record, item))
        .map(|item| (item, record.date(item)))
        .filter(|(_, date)| !date.is_some_and(|d| Day::of(d, today).future))
        .collect();
    // A date that nobody can read is no date: it stands with those that have none.
    let known = |date: &Option<&PartialDate>| date.filter(|d| d.known.is_some()).map(PartialDate::sort_key);
    all.sort_by_key(|(item, date)| (known(date).is_none(), known(date), item.id.clone()));
    all.into_iter().filter_map(|(item, _)| vaccination(record, item, today)).collect()
}

fn vaccination(record: &Record, item: &Item, today: Date) -> Option<Vaccination> {
    let row = rows::row(record, item, today)?;
    let said = |name: &str| {
        let mut all: Vec<String> = Vec::new();
        let details = record.entries(item).flat_map(|(_, _, e)| &e.details).filter(|d| d.name == name);
        for detail in details {
            if !all.contains(&detail.text) {
                all.push(detail.text.clone());
            }
        }
        all
    };
    Some(Vaccination {
        against: said("targetDisease"),
        dose: said("doseNumber"),
        batch: said("lotNumber"),
        why: if row.polarity.is_positive() { Vec::new() } else { said("statusReason") },
        given: row.polarity.is_positive(),
        id: row.id,
        title: row.title,
        date: row.date,
        age: row.age_then,
        sources: row.sources,
        disagree: row.disagree,
    })
}
