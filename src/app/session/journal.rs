//! The person's log of imports, shares, receipts and unlocks. The vault chains and seals it; here is what it says.

use serde::{Deserialize, Serialize};

use super::people::{Id, id_text};
use super::{Edge, Session};
use crate::app::wire::{self, Failure, Happened, JournalRow};

/// What stands in one sealed line.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    person: Option<Id>,
    what: Happened,
}

impl<E: Edge> Session<E> {
    /// A line to be kept in the transaction of the errand that it tells of.
    pub(super) fn line(&self, person: Option<Id>, what: Happened) -> Vec<u8> {
        wire::write(&Line { at: self.stamp(), person, what })
    }

    /// Keeps a line by itself. Without a vault there is nothing to log: nothing is kept.
    pub(super) async fn log(&mut self, person: Option<Id>, what: Happened) -> Result<(), Failure> {
        let line = self.line(person, what);
        match &mut self.vault {
            Some(vault) => Ok(vault.note(line).await?),
            None => Ok(()),
        }
    }

    pub(in crate::app) async fn link_asked(&mut self, host: String) -> Result<(), Failure> {
        let person = self.held().ok().map(|held| held.id);
        self.log(person, Happened::LinkAsked { host }).await
    }

    /// What a typed parcel says, whose line has no file name; empty for any other.
    fn typed(&self, what: &Happened) -> String {
        let (Happened::Imported { parcel, file_name } | Happened::TakenOut { parcel, file_name }) = what else {
            return String::new();
        };
        let held = || self.people.iter().find_map(|held| held.parcel(*parcel));
        let gone = || self.removed.iter().map(|r| &r.parcel).find(|p| p.hash == *parcel);
        let found = held().or_else(gone).filter(|_| file_name.is_empty());
        found.and_then(|p| p.reading.entries.first()).map(|entry| entry.title.clone()).unwrap_or_default()
    }

    pub(in crate::app) async fn journal(&mut self) -> Result<Vec<JournalRow>, Failure> {
        let Some(vault) = &self.vault else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        let mut opened = Vec::new();
        for entry in vault.journal().await {
            let line = entry.body.ok().and_then(|body| wire::read::<Line>(&body).ok());
            // A line that no longer opens is shown as one, never skipped.
            let row = match line {
                Some(line) => JournalRow {
                    at: line.at,
                    person: line.person.as_ref().map(id_text).unwrap_or_default(),
                    typed: self.typed(&line.what),
                    what: line.what,
                },
                None => JournalRow {
                    at: String::new(),
                    person: String::new(),
                    what: Happened::Unreadable,
                    typed: String::new(),
                },
            };
            if let Happened::Receipted { id } = &row.what {
                opened.push(id.clone());
            }
            rows.push(row);
        }
        for row in &mut rows {
            if let Happened::Shared { id, opened: done, .. } = &mut row.what {
                *done = opened.contains(id);
            }
        }
        rows.reverse();
        Ok(rows)
    }
}
