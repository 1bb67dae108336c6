//! What the person says of a document: asked for, kept as a parcel of their own, never mixed into the file.

use super::import::Removed;
use super::people::{Held, Id};
use super::{Edge, Session};
use crate::app::wire::{AboutDocument, Brought, Failure};
use crate::import::document::{Says, guesses};
use crate::import::{self, typed::Typed};
use crate::record::{Description, Entry, Hash, Parcel, contents, describes};
use crate::view::Day;

impl<E: Edge> Session<E> {
    pub(in crate::app) async fn about_document(&mut self, parcel: Hash, at: String) -> Result<AboutDocument, Failure> {
        let index = self.open.ok_or(Failure::NoPerson)?;
        let today = self.edge.today();
        let original = self.original(index, parcel).await?;
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let found = held.parcel(parcel).ok_or(Failure::NotFound)?;
        let attachment = found.reading.attachments.iter().find(|a| a.at == at).ok_or(Failure::NotFound)?;
        let entry = holder(found, &at).ok_or(Failure::NotFound)?;
        let mut about = AboutDocument { title: entry.title.clone(), ..AboutDocument::default() };
        if let Some((parcel, entry)) = said(held, &contents(&found.reading, entry)) {
            let when = Day::at(&parcel.note.imported, today);
            about.said = Some((parcel.hash, when, Description::of(entry)));
            about.date = entry.date.as_ref().map(|date| Day::of(date, today));
        }
        let bytes = import::attachment(&original, attachment).map_err(Failure::Import)?;
        for guess in guesses(&attachment.title, &bytes, &attachment.text) {
            match guess.says {
                Says::Title(title) => about.titles.push((title, guess.clue)),
                Says::Kind(kind) => about.kinds.push((kind, guess.clue)),
                Says::Date(date) => about.dates.push((Day::of(&date, today), guess.clue)),
                Says::From(from) => about.from.push((from, guess.clue)),
            }
        }
        Ok(about)
    }

    pub(in crate::app) async fn describe(
        &mut self,
        parcel: Hash,
        at: String,
        said: Description,
    ) -> Result<Hash, Failure> {
        let found = self.held()?.parcel(parcel).ok_or(Failure::NotFound)?;
        let contents = holder(found, &at).map(|entry| contents(&found.reading, entry)).unwrap_or_default();
        if contents.is_empty() {
            return Err(Failure::NotFound);
        }
        match self.type_in(Typed::Document { contents, said }).await? {
            Brought::In(report) => Ok(report.source.parcel),
            _ => Err(Failure::NotFound),
        }
    }

    /// What is said of the documents of a file, and of nothing else that is here: it goes with the file.
    pub(super) fn said_of(&self, index: usize, parcel: Hash) -> Vec<Hash> {
        let Some(held) = self.people.get(index) else { return Vec::new() };
        let Some(own) = held.parcel(parcel).map(all_contents) else { return Vec::new() };
        let others: Vec<Hash> =
            held.parcels().iter().filter(|p| p.hash != parcel && !is_said(p)).flat_map(all_contents).collect();
        let gone = |hash: &Hash| own.contains(hash) && !others.contains(hash);
        let alone = |p: &&Parcel| p.hash != parcel && is_said(p) && all_contents(p).iter().any(gone);
        held.parcels().iter().filter(alone).map(|p| p.hash).collect()
    }

    /// The same among what was taken out of a person's record.
    pub(super) fn said_before(&self, person: Id, file: &Parcel) -> Vec<Hash> {
        let own = all_contents(file);
        let taken = self.removed.iter().filter(|r| r.person == person);
        let theirs = taken.filter(|Removed { parcel, with, .. }| {
            *with == Some(file.hash) && is_said(parcel) && all_contents(parcel).iter().any(|hash| own.contains(hash))
        });
        theirs.map(|r| r.parcel.hash).collect()
    }
}

/// The entry to which the attachment at this place belongs.
fn holder<'a>(parcel: &'a Parcel, at: &str) -> Option<&'a Entry> {
    let place = parcel.reading.attachments.iter().position(|a| a.at == at)? as u32;
    parcel.reading.entries.iter().find(|e| e.attachments.contains(&place))
}

/// The newest description of these contents.
fn said<'a>(held: &'a Held, of: &[Hash]) -> Option<(&'a Parcel, &'a Entry)> {
    let all = held.parcels().iter().flat_map(|p| p.reading.entries.iter().map(move |e| (p, e)));
    let all = all.filter(|(p, e)| describes(p, e) && contents(&p.reading, e) == of);
    all.max_by_key(|(p, _)| (p.note.imported.as_str(), std::cmp::Reverse(p.hash)))
}

/// True for a parcel that holds a description and nothing else.
fn is_said(parcel: &Parcel) -> bool {
    matches!(parcel.reading.entries.as_slice(), [entry] if describes(parcel, entry))
}

fn all_contents(parcel: &Parcel) -> Vec<Hash> {
    parcel.reading.entries.iter().flat_map(|e| contents(&parcel.reading, e)).collect()
}
