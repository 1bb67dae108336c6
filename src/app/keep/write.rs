//! One change, one transaction; and the way back from rows to content.

use std::sync::Arc;

use super::index::{Index, Thing};
use super::{KeepError, SEGMENT, Trouble, Vault, read_header};
use crate::sealed::{Namespace, Place, Row, Sealed, Store, TAG};
use crate::store::{Batch, Disk, Found, Mark, StoreError};
use crate::vault::{Crypt, Door, Header, NOBODY, SCHEMA, VaultError, segment};
use sha2::{Digest, Sha256};

/// A change as it is gathered before anything is sealed.
#[derive(Default)]
pub(super) struct Change {
    /// Contents to keep, each under its name.
    pub(super) puts: Vec<(Thing, Arc<Vec<u8>>)>,
    /// Names to forget.
    pub(super) deletes: Vec<Thing>,
    /// One entry for the journal.
    pub(super) journal: Option<Vec<u8>>,
    /// New doors, where they change.
    pub(super) doors: Option<Vec<Door>>,
}

impl<C: Crypt, D: Disk> Vault<C, D> {
    /// Begins a write: waits to be the only writer, and catches up with what another tab wrote.
    pub(super) async fn begin(&mut self) -> Result<D::Hold, KeepError> {
        if self.trouble.is_some() {
            return Err(KeepError::Undecided);
        }
        let hold = self.disk.hold().await?;
        match self.read_again().await {
            // Nobody else writes while we hold: an index that is not the header's is damage.
            Err(KeepError::Store(StoreError::Stale)) => Err(VaultError::Damaged.into()),
            Err(other) => Err(other),
            Ok(()) => Ok(hold),
        }
    }

    /// Reads again what another tab wrote. Answers whether anything changed since this was last asked, also where a write
    /// has caught up with it in between.
    ///
    /// # Errors
    /// [`KeepError::Undecided`] where the vault there is no longer this one; [`KeepError::Store`].
    pub async fn refresh(&mut self) -> Result<bool, KeepError> {
        self.read_again().await?;
        Ok(std::mem::take(&mut self.overtaken))
    }

    async fn read_again(&mut self) -> Result<(), KeepError> {
        let (sealed, header) = read_header(&self.disk).await?;
        if sealed.generation() == self.generation && header == self.header {
            return Ok(());
        }
        if sealed.generation() < self.generation || header.vault != self.header.vault || !self.keys.vouches(&sealed) {
            self.trouble = Some(Trouble::Replaced);
            return Err(KeepError::Undecided);
        }
        self.index = self.read_index(&header).await?;
        self.header = header;
        self.generation = sealed.generation();
        self.overtaken = true;
        self.load_people().await
    }

    pub(super) async fn read_index(&self, header: &Header) -> Result<Index, KeepError> {
        let place = self.keys.place(Store::Vault, &NOBODY, &[b"index"], 0);
        read_index(&self.crypt, &self.keys, &self.disk, header, &place).await
    }

    /// Seals a change upon `index` and commits it. Only after it is on disk does the open vault show it.
    pub(super) async fn finish(&mut self, mut index: Index, change: Change) -> Result<(), KeepError> {
        let next = self.generation + 1;
        let mut rows = Vec::new();
        let mut gone = Vec::new();
        for thing in &change.deletes {
            if let Some(tags) = index.things.remove(thing) {
                gone.extend(self.rows_of(thing, tags.len()));
            }
        }
        let mut puts = change.puts;
        if let Some(body) = change.journal {
            let (thing, line) = super::journal::chain(&mut index, body)?;
            puts.push((thing, line.into()));
        }
        for (thing, content) in &puts {
            let before = index.things.get(thing).map_or(0, Vec::len);
            let mut tags = Vec::new();
            for (n, piece) in pieces(content).enumerate() {
                let sealed = self.seal_piece(thing, n, next, piece).await?;
                tags.push(sealed.tag().ok_or(VaultError::Damaged)?);
                rows.push((thing.store(), self.place(thing, n, next).row, sealed));
            }
            gone.extend((tags.len()..before).map(|n| (thing.store(), self.place(thing, n, next).row)));
            index.things.insert(thing.clone(), tags);
        }
        let mut header = self.header.clone();
        if let Some(doors) = change.doors {
            header.doors = doors;
        }
        let (index_row, sealed_index) = seal_index(&self.crypt, &self.keys, &index, next).await?;
        header.root = Sha256::digest(sealed_index.bytes()).into();
        let mut batch = Batch::new(self.generation, header.write(&self.keys, next)?)?;
        for (store, row) in gone {
            batch.delete(store, row);
        }
        for (store, row, sealed) in rows {
            batch.put(store, row, sealed);
        }
        batch.put(Store::Vault, index_row, sealed_index);
        self.generation = self.disk.commit(batch).await?;
        self.index = index;
        self.header = header;
        // The commit stands whether or not the mark can be moved: the next commit moves it.
        let mark = Mark { vault: self.header.vault, generation: self.generation, root: self.header.root };
        let _unmoved = self.disk.set_mark(&mark).await;
        Ok(())
    }

    /// Where the n-th row of a thing stands.
    pub(super) fn place(&self, thing: &Thing, n: usize, generation: u64) -> Place {
        let parts: [&[u8]; 2] = [&thing.name, &(n as u64).to_be_bytes()];
        self.keys.place(thing.store(), &thing.person, &parts, generation)
    }

    /// The key that seals a thing: the person's own for what is theirs, the vault's for people's rows and its own affairs.
    fn root_of(&self, thing: &Thing) -> Result<&C::Root, KeepError> {
        match thing.store() {
            Store::Vault | Store::People | Store::Journal => Ok(self.keys.meta()),
            _ if thing.person == NOBODY => Ok(self.keys.meta()),
            _ => self.people.get(&thing.person).map(|(keys, _)| &keys.root).ok_or(KeepError::NoPerson),
        }
    }

    async fn seal_piece(&self, thing: &Thing, n: usize, generation: u64, piece: &[u8]) -> Result<Sealed, KeepError> {
        let place = self.place(thing, n, generation);
        Ok(segment::seal(&self.crypt, self.root_of(thing)?, Namespace::Segment, &place, piece).await?)
    }

    /// The content of a thing, whole, or an error: never a part of it.
    pub(super) async fn open_thing(&self, thing: &Thing) -> Result<Vec<u8>, KeepError> {
        self.open_things(std::slice::from_ref(thing)).await?.pop().unwrap_or(Err(KeepError::NoThing))
    }

    /// The contents of several things, read in one transaction. Each is whole or an error of its own.
    pub(super) async fn open_things(&self, things: &[Thing]) -> Result<Vec<Result<Vec<u8>, KeepError>>, KeepError> {
        let tags = |thing| self.index.things.get(thing).map_or(&[][..], Vec::as_slice);
        let wanted: Vec<_> = things.iter().flat_map(|thing| self.rows_of(thing, tags(thing).len())).collect();
        let mut rows = self.disk.get(&wanted).await?.into_iter();
        let mut contents = Vec::with_capacity(things.len());
        for thing in things {
            let mine: Vec<Found> = rows.by_ref().take(tags(thing).len()).collect();
            contents.push(self.open_rows(thing, tags(thing), mine).await);
        }
        Ok(contents)
    }

    async fn open_rows(&self, thing: &Thing, tags: &[[u8; TAG]], rows: Vec<Found>) -> Result<Vec<u8>, KeepError> {
        if !self.index.things.contains_key(thing) {
            return Err(KeepError::NoThing);
        }
        let root = self.root_of(thing)?;
        let mut content = Vec::new();
        for (n, (row, tag)) in rows.into_iter().zip(tags).enumerate() {
            let sealed = row.ok_or(VaultError::Damaged)??;
            if sealed.tag().as_ref() != Some(tag) {
                return Err(VaultError::Damaged.into());
            }
            if sealed.schema() > SCHEMA {
                return Err(VaultError::Newer.into());
            }
            let place = self.place(thing, n, 0);
            let piece = segment::open(&self.crypt, root, Namespace::Segment, &place, &sealed).await;
            content.extend(piece.map_err(VaultError::from)?);
        }
        Ok(content)
    }
}

/// A content in pieces of one row each; an empty content is one empty piece.
fn pieces(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let empty = content.is_empty().then_some(content);
    empty.into_iter().chain(content.chunks(SEGMENT))
}

/// Seals the index as one row.
pub(super) async fn seal_index<C: Crypt>(
    crypt: &C,
    keys: &crate::vault::Keys<C>,
    index: &Index,
    generation: u64,
) -> Result<(Row, Sealed), KeepError> {
    let place = keys.place(Store::Vault, &NOBODY, &[b"index"], generation);
    let bytes = postcard::to_allocvec(index).map_err(|_| VaultError::Large)?;
    Ok((place.row, segment::seal(crypt, keys.meta(), Namespace::Segment, &place, &bytes).await?))
}

/// Reads the index that a header names, and no other.
pub(super) async fn read_index<C: Crypt, D: Disk>(
    crypt: &C,
    keys: &crate::vault::Keys<C>,
    disk: &D,
    header: &Header,
    place: &Place,
) -> Result<Index, KeepError> {
    let found = disk.get(&[(Store::Vault, place.row)]).await?.pop().flatten();
    let sealed = found.ok_or(VaultError::Damaged)??;
    let root: [u8; 32] = Sha256::digest(sealed.bytes()).into();
    if root != header.root {
        // Between our two reads another tab may have written: the caller looks again.
        return Err(StoreError::Stale.into());
    }
    if sealed.schema() > SCHEMA {
        return Err(VaultError::Newer.into());
    }
    let bytes =
        segment::open(crypt, keys.meta(), Namespace::Segment, place, &sealed).await.map_err(VaultError::from)?;
    Ok(postcard::from_bytes(&bytes).map_err(|_| VaultError::Damaged)?)
}
