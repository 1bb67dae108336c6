//! Parcels: kept in one transaction an import, opened, taken away, brought back, forgotten.

use std::sync::Arc;

use super::index::{Id, Thing};
use super::write::Change;
use super::{KeepError, Vault};
use crate::store::{Disk, Room, StoreError};
use crate::vault::{Crypt, Person};

/// A parcel to keep.
pub struct NewParcel {
    /// Whose.
    pub person: Person,
    /// The SHA-256 of `original`.
    pub id: Id,
    /// What was understood of it: a cache that a better reader may renew.
    pub reading: Vec<u8>,
    /// The provider's bytes.
    pub original: Arc<Vec<u8>>,
    /// When, by whom, under what title.
    pub note: Vec<u8>,
}

/// What became of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    New,
    /// It was here already: nothing was changed.
    Already,
    /// It had been taken away, and is back.
    Restored,
}

/// A kept parcel. What does not open is there all the same, with the reason.
pub struct Parcel {
    /// Its name.
    pub id: Id,
    /// Its reading.
    pub reading: Result<Vec<u8>, KeepError>,
    /// Its note.
    pub note: Result<Vec<u8>, KeepError>,
}

impl<C: Crypt, D: Disk> Vault<C, D> {
    /// Keeps the parcels of one import, all or none, with its entry in the journal. Keeping one twice changes nothing.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`], [`KeepError::Undecided`], [`KeepError::Store`]: [`StoreError::Full`] where
    /// there is no room. Nothing was kept then.
    pub async fn put_parcels(
        &mut self,
        parcels: Vec<NewParcel>,
        journal: Option<Vec<u8>>,
    ) -> Result<Vec<Put>, KeepError> {
        let _hold = self.begin().await?;
        let mut index = self.index.clone();
        let mut change = Change::default();
        let mut outcome = Vec::with_capacity(parcels.len());
        for NewParcel { person, id, reading, original, note } in parcels {
            if !self.people.contains_key(&person) {
                return Err(KeepError::NoPerson);
            }
            let here = index.order.contains(&(person, id));
            outcome.push(match (here, index.removed.remove(&(person, id))) {
                (true, true) => Put::Restored,
                (true, false) => Put::Already,
                (false, _) => {
                    index.order.push((person, id));
                    change.puts.push((Thing::reading(&person, &id), reading.into()));
                    change.puts.push((Thing::original(&person, &id), original));
                    change.puts.push((Thing::note(&person, &id), note.into()));
                    Put::New
                }
            });
        }
        if outcome.iter().all(|put| *put == Put::Already) {
            return Ok(outcome);
        }
        self.has_room(change.puts.iter().map(|(_, content)| content.len() as u64).sum()).await?;
        change.journal = journal;
        self.finish(index, change).await?;
        Ok(outcome)
    }

    /// An import may take three fifths of the room that the browser says is left, so that a lock, a share or an export
    /// never meets a full device. A browser that says nothing is believed to have room: the commit is all or nothing.
    async fn has_room(&self, bytes: u64) -> Result<(), KeepError> {
        // An estimate that fails is none.
        let Ok(Room { used: Some(used), quota: Some(quota), .. }) = self.disk.room().await else { return Ok(()) };
        let fits = bytes <= quota.saturating_sub(used) / 5 * 3;
        if fits { Ok(()) } else { Err(StoreError::Full.into()) }
    }

    /// The names of a person's parcels, in the order of their arrival.
    pub fn parcel_ids(&self, person: &Person) -> Vec<Id> {
        let present = |(whose, id): &&(Person, Id)| whose == person && !self.index.removed.contains(&(*whose, *id));
        self.index.order.iter().filter(present).map(|(_, id)| *id).collect()
    }

    /// The names of the parcels that were taken away and can be brought back.
    pub fn removed_ids(&self, person: &Person) -> Vec<Id> {
        self.index.removed.iter().filter(|(whose, _)| whose == person).map(|(_, id)| *id).collect()
    }

    /// A person's parcels, opened, in the order of their arrival.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`]; what is damaged is an error inside its [`Parcel`].
    pub async fn parcels(&self, person: &Person) -> Result<Vec<Parcel>, KeepError> {
        if !self.people.contains_key(person) {
            return Err(KeepError::NoPerson);
        }
        let ids = self.parcel_ids(person);
        let readings: Vec<Thing> = ids.iter().map(|id| Thing::reading(person, id)).collect();
        let notes: Vec<Thing> = ids.iter().map(|id| Thing::note(person, id)).collect();
        let contents = self.open_things(&readings).await?.into_iter().zip(self.open_things(&notes).await?);
        Ok(ids.into_iter().zip(contents).map(|(id, (reading, note))| Parcel { id, reading, note }).collect())
    }

    /// The provider's bytes of a parcel, exactly, whether or not it was taken away.
    ///
    /// # Errors
    /// [`KeepError::NoThing`]; [`crate::vault::VaultError::Damaged`].
    pub async fn original(&self, person: &Person, id: &Id) -> Result<Vec<u8>, KeepError> {
        self.open_thing(&Thing::original(person, id)).await
    }

    /// Replaces a reading: a better reader has read the same bytes again.
    ///
    /// # Errors
    /// [`KeepError::NoThing`], [`KeepError::Store`].
    pub async fn renew_reading(&mut self, person: &Person, id: &Id, reading: Vec<u8>) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        self.known(person, id)?;
        let change = Change { puts: vec![(Thing::reading(person, id), reading.into())], ..Change::default() };
        self.finish(self.index.clone(), change).await
    }

    /// Takes a parcel away. It can be brought back until it is forgotten.
    ///
    /// # Errors
    /// [`KeepError::NoThing`], [`KeepError::Store`].
    pub async fn remove_parcel(&mut self, person: &Person, id: &Id, journal: Option<Vec<u8>>) -> Result<(), KeepError> {
        self.remove_parcels(person, std::slice::from_ref(id), journal).await
    }

    /// Takes several parcels away, all or none.
    ///
    /// # Errors
    /// As [`Vault::remove_parcel`].
    pub async fn remove_parcels(
        &mut self,
        person: &Person,
        ids: &[Id],
        journal: Option<Vec<u8>>,
    ) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        let mut index = self.index.clone();
        for id in ids {
            self.known(person, id)?;
            index.removed.insert((*person, *id));
        }
        self.finish(index, Change { journal, ..Change::default() }).await
    }

    /// Brings a parcel back.
    ///
    /// # Errors
    /// [`KeepError::NoThing`], [`KeepError::Store`].
    pub async fn restore_parcel(
        &mut self,
        person: &Person,
        id: &Id,
        journal: Option<Vec<u8>>,
    ) -> Result<(), KeepError> {
        self.restore_parcels(person, std::slice::from_ref(id), journal).await
    }

    /// Brings several parcels back, all or none.
    ///
    /// # Errors
    /// As [`Vault::restore_parcel`].
    pub async fn restore_parcels(
        &mut self,
        person: &Person,
        ids: &[Id],
        journal: Option<Vec<u8>>,
    ) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        let mut index = self.index.clone();
        for id in ids {
            if !index.removed.remove(&(*person, *id)) {
                return Err(KeepError::NoThing);
            }
        }
        self.finish(index, Change { journal, ..Change::default() }).await
    }

    /// Deletes what was taken away, for good: of one person, all of it.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn forget_removed(&mut self, person: &Person, journal: Option<Vec<u8>>) -> Result<usize, KeepError> {
        let _hold = self.begin().await?;
        let ids = self.removed_ids(person);
        if ids.is_empty() {
            return Ok(0);
        }
        let mut index = self.index.clone();
        index.removed.retain(|(whose, _)| whose != person);
        index.order.retain(|(whose, id)| whose != person || !ids.contains(id));
        let things = |id| [Thing::reading(person, id), Thing::original(person, id), Thing::note(person, id)];
        let deletes = ids.iter().flat_map(things).collect();
        self.finish(index, Change { deletes, journal, ..Change::default() }).await?;
        Ok(ids.len())
    }

    fn known(&self, person: &Person, id: &Id) -> Result<(), KeepError> {
        if !self.people.contains_key(person) {
            return Err(KeepError::NoPerson);
        }
        if !self.index.holds(person, id) || self.index.removed.contains(&(*person, *id)) {
            return Err(KeepError::NoThing);
        }
        Ok(())
    }
}
