//! People: several in one vault, each with keys of their own; and the vault's settings and drafts.

use super::index::Thing;
use super::write::Change;
use super::{KeepError, Vault};
use crate::store::Disk;
use crate::vault::{Crypt, Person, PersonKeys, VaultError, WrappedKeys};
use serde::{Deserialize, Serialize};

/// A person's row.
#[derive(Serialize, Deserialize)]
struct PersonRow {
    label: Vec<u8>,
    keys: WrappedKeys,
}

impl<C: Crypt, D: Disk> Vault<C, D> {
    /// Opens everybody's keys. Who does not open is left out here and named by [`Vault::unreadable_people`].
    pub(super) async fn load_people(&mut self) -> Result<(), KeepError> {
        let ids = self.index.people.clone();
        self.people.retain(|id, _| ids.contains(id));
        for id in ids {
            let opened = match self.person_row(&id).await {
                Ok(row) => match self.people.remove(&id) {
                    Some((keys, _)) => Ok((keys, row.label)),
                    None => PersonKeys::open(&self.crypt, &self.keys, &id, &row.keys)
                        .await
                        .map(|keys| (keys, row.label))
                        .map_err(KeepError::from),
                },
                Err(error) => Err(error),
            };
            match opened {
                Ok(person) => drop(self.people.insert(id, person)),
                Err(KeepError::Vault(VaultError::Damaged | VaultError::Newer)) => drop(self.people.remove(&id)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn person_row(&self, id: &Person) -> Result<PersonRow, KeepError> {
        let row = self.open_thing(&Thing::person(id)).await?;
        postcard::from_bytes(&row).map_err(|_| VaultError::Damaged.into())
    }

    /// People whose row is damaged: they are in the vault, and neither their name nor anything of theirs can be opened here.
    pub fn unreadable_people(&self) -> Vec<Person> {
        self.index.people.iter().filter(|id| !self.people.contains_key(*id)).copied().collect()
    }

    /// The people of this vault in the order of their arrival, with the bytes kept about each.
    pub fn people(&self) -> Vec<(Person, &[u8])> {
        let label = |id: &Person| self.people.get(id).map(|(_, label)| (*id, label.as_slice()));
        self.index.people.iter().filter_map(label).collect()
    }

    /// Adds a person. `label` is whatever is to be known of them: it is sealed.
    ///
    /// # Errors
    /// [`KeepError::Store`], [`KeepError::Undecided`].
    pub async fn add_person(&mut self, label: Vec<u8>) -> Result<Person, KeepError> {
        let _hold = self.begin().await?;
        let mut id: Person = [0; 16];
        self.crypt.random(&mut id).map_err(VaultError::from)?;
        let (keys, wrapped) = PersonKeys::make(&self.crypt, &self.keys, &id, self.generation + 1).await?;
        let row = PersonRow { label: label.clone(), keys: wrapped };
        let mut index = self.index.clone();
        index.people.push(id);
        let change = Change { puts: vec![(Thing::person(&id), encode(&row)?.into())], ..Change::default() };
        self.finish(index, change).await?;
        self.people.insert(id, (keys, label));
        Ok(id)
    }

    /// Replaces what is known of a person.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`], [`KeepError::Store`].
    pub async fn relabel(&mut self, person: &Person, label: Vec<u8>) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        if !self.people.contains_key(person) {
            return Err(KeepError::NoPerson);
        }
        let mut row = self.person_row(person).await?;
        row.label.clone_from(&label);
        let change = Change { puts: vec![(Thing::person(person), encode(&row)?.into())], ..Change::default() };
        self.finish(self.index.clone(), change).await?;
        if let Some((_, kept)) = self.people.get_mut(person) {
            *kept = label;
        }
        Ok(())
    }

    /// Removes a person with everything that is theirs. Their key goes too: what a disk may still hold opens no more.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`], [`KeepError::Store`].
    pub async fn remove_person(&mut self, person: &Person, journal: Option<Vec<u8>>) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        if !self.people.contains_key(person) {
            return Err(KeepError::NoPerson);
        }
        let mut index = self.index.clone();
        index.people.retain(|id| id != person);
        index.order.retain(|(id, _)| id != person);
        index.removed.retain(|(id, _)| id != person);
        let deletes = self.index.of_person(person).cloned().collect();
        self.finish(index, Change { deletes, journal, ..Change::default() }).await?;
        self.people.remove(person);
        Ok(())
    }

    /// Signs bytes in a person's name: ES256, `r | s`.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`], [`VaultError::Unavailable`].
    pub async fn sign(&self, person: &Person, bytes: &[u8]) -> Result<[u8; 64], KeepError> {
        let (keys, _) = self.people.get(person).ok_or(KeepError::NoPerson)?;
        Ok(keys.sign(&self.crypt, &self.keys, person, bytes).await?)
    }

    /// A person's public key, SEC1 uncompressed: `04 | x | y`.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`].
    pub fn public_key(&self, person: &Person) -> Result<[u8; 65], KeepError> {
        self.people.get(person).map(|(keys, _)| keys.public).ok_or(KeepError::NoPerson)
    }

    /// A setting of the vault.
    ///
    /// # Errors
    /// [`VaultError::Damaged`]; `None` where it was never set.
    pub async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeepError> {
        found(self.open_thing(&Thing::setting(name)).await)
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn set_setting(&mut self, name: &str, content: Vec<u8>) -> Result<(), KeepError> {
        self.put_one(Thing::setting(name), content).await
    }

    /// Unfinished work of a person.
    ///
    /// # Errors
    /// [`VaultError::Damaged`]; `None` where there is none.
    pub async fn draft(&self, person: &Person, name: &str) -> Result<Option<Vec<u8>>, KeepError> {
        found(self.open_thing(&Thing::draft(person, name)).await)
    }

    /// Keeps unfinished work.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`], [`KeepError::Store`].
    pub async fn put_draft(&mut self, person: &Person, name: &str, content: Vec<u8>) -> Result<(), KeepError> {
        self.put_one(Thing::draft(person, name), content).await
    }

    /// Drops unfinished work, if there is any.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn drop_draft(&mut self, person: &Person, name: &str) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        let deletes = vec![Thing::draft(person, name)];
        self.finish(self.index.clone(), Change { deletes, ..Change::default() }).await
    }

    /// A cache of a person: never the truth, and gone whenever that is convenient.
    ///
    /// # Errors
    /// [`KeepError::Store`]; `None` where there is none or it is not whole.
    pub async fn snapshot(&self, person: &Person, name: &str) -> Result<Option<Vec<u8>>, KeepError> {
        match self.open_thing(&Thing::snapshot(person, name)).await {
            Ok(content) => Ok(Some(content)),
            Err(KeepError::NoThing | KeepError::Vault(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Replaces a cache.
    ///
    /// # Errors
    /// [`KeepError::NoPerson`], [`KeepError::Store`].
    pub async fn put_snapshot(&mut self, person: &Person, name: &str, content: Vec<u8>) -> Result<(), KeepError> {
        self.put_one(Thing::snapshot(person, name), content).await
    }

    async fn put_one(&mut self, thing: Thing, content: Vec<u8>) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        self.finish(self.index.clone(), Change { puts: vec![(thing, content.into())], ..Change::default() }).await
    }
}

fn encode(row: &PersonRow) -> Result<Vec<u8>, KeepError> {
    postcard::to_allocvec(row).map_err(|_| VaultError::Large.into())
}

fn found(content: Result<Vec<u8>, KeepError>) -> Result<Option<Vec<u8>>, KeepError> {
    match content {
        Ok(content) => Ok(Some(content)),
        Err(KeepError::NoThing) => Ok(None),
        Err(other) => Err(other),
    }
}
