//! Making a vault, opening it, and changing its doors.

use super::index::{Index, Thing};
use super::write::{Change, read_index, seal_index};
use super::{KeepError, State, Trouble, Vault, read_header};
use crate::sealed::{Namespace, Sealed, Store};
use crate::store::{Batch, Disk, Mark, StoreError};
use crate::vault::{Crypt, Door, Header, Kdf, Keys, Kit, NOBODY, Secret, VaultError, segment};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

impl<C: Crypt, D: Disk> Vault<C, D> {
    /// Makes a vault on an empty disk, with a passphrase's door and a recovery kit's, and opens it. One transaction.
    ///
    /// `kdf` comes from [`Kdf::calibrate`].
    ///
    /// # Errors
    /// [`KeepError::Occupied`] unless [`Vault::look`] says [`State::Empty`]; [`KeepError::Vault`], [`KeepError::Store`].
    pub async fn create(crypt: C, disk: D, passphrase: &str, kdf: Kdf) -> Result<Self, KeepError> {
        let hold = disk.hold().await?;
        if Self::look(&disk).await? != State::Empty {
            return Err(KeepError::Occupied);
        }
        let generation = 1;
        let vmk = Secret::random(&crypt)?;
        let mut vault = [0u8; 16];
        crypt.random(&mut vault).map_err(VaultError::from)?;
        let keys = Keys::open(&crypt, vault, &vmk).await?;
        let kit_secret = Secret::random(&crypt)?;
        let thing = Thing::kit();
        let place = keys.place(thing.store(), &thing.person, &[&thing.name, &0u64.to_be_bytes()], generation);
        let row = place.row;
        let kit_sealed = segment::seal(&crypt, keys.meta(), Namespace::Segment, &place, kit_secret.expose()).await?;
        let mut index = Index::default();
        index.things.insert(thing, vec![kit_sealed.tag().ok_or(VaultError::Damaged)?]);
        let (index_row, sealed_index) = seal_index(&crypt, &keys, &index, generation).await?;
        let doors = vec![
            Door::for_passphrase(&crypt, vault, generation, kdf, passphrase, &vmk).await?,
            Door::for_kit(&crypt, vault, &Kit::new(kit_secret), &vmk)?,
        ];
        let header = Header { vault, root: Sha256::digest(sealed_index.bytes()).into(), doors };
        let mut batch = Batch::new(0, header.write(&keys, generation)?)?;
        batch.put(Store::Vault, index_row, sealed_index);
        batch.put(Store::Vault, row, kit_sealed);
        let generation = disk.commit(batch).await?;
        let _unmoved = disk.set_mark(&Mark { vault, generation, root: header.root }).await;
        drop(hold);
        Ok(Vault {
            crypt,
            disk,
            header,
            generation,
            keys,
            index,
            people: BTreeMap::new(),
            trouble: None,
            overtaken: false,
        })
    }

    /// Opens a vault by passphrase.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], [`VaultError::Damaged`], [`VaultError::Kdf`] inside [`KeepError::Vault`];
    /// [`KeepError::Empty`]; [`KeepError::Store`]. Crypt and disk come back beside the error, to try again.
    pub async fn unlock(crypt: C, disk: D, passphrase: &str) -> Result<Self, (KeepError, C, D)> {
        let vmk = async {
            let (_, header) = read_header(&disk).await?;
            Ok(header.by_passphrase(&crypt, passphrase).await?)
        };
        match vmk.await {
            Ok(vmk) => Self::enter(crypt, disk, &vmk).await,
            Err(error) => Err((error, crypt, disk)),
        }
    }

    /// Opens a vault by its recovery kit, as typed or scanned.
    ///
    /// # Errors
    /// [`KeepError::Kit`] for a typing mistake; [`VaultError::WrongKit`]; else as [`Vault::unlock`].
    pub async fn unlock_with_kit(crypt: C, disk: D, typed: &str) -> Result<Self, (KeepError, C, D)> {
        let vmk = async {
            let kit = Kit::read(typed)?;
            let (_, header) = read_header(&disk).await?;
            Ok(header.by_kit(&kit)?)
        };
        match vmk.await {
            Ok(vmk) => Self::enter(crypt, disk, &vmk).await,
            Err(error) => Err((error, crypt, disk)),
        }
    }

    async fn enter(crypt: C, disk: D, vmk: &Secret) -> Result<Self, (KeepError, C, D)> {
        let mut tries = 0;
        let read = loop {
            match read_vault(&crypt, &disk, vmk).await {
                // Another tab wrote between two of our reads.
                Err(KeepError::Store(StoreError::Stale)) if tries < 5 => tries += 1,
                other => break other,
            }
        };
        let read = read.map_err(|error| match error {
            KeepError::Store(StoreError::Stale) => VaultError::Damaged.into(),
            other => other,
        });
        let (header, generation, keys, index, trouble) = match read {
            Ok(read) => read,
            Err(error) => return Err((error, crypt, disk)),
        };
        let people = BTreeMap::new();
        let mut vault = Vault { crypt, disk, header, generation, keys, index, people, trouble, overtaken: false };
        match vault.load_people().await {
            Ok(()) => Ok(vault),
            Err(error) => Err((error, vault.crypt, vault.disk)),
        }
    }

    /// Replaces the passphrase. Old backups still open with the old one.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] for `old`; [`KeepError::Undecided`]; [`KeepError::Store`].
    pub async fn change_passphrase(&mut self, old: &str, new: &str, kdf: Kdf) -> Result<(), KeepError> {
        let hold = self.begin().await?;
        let vmk = self.header.by_passphrase(&self.crypt, old).await?;
        self.replace_passphrase(&vmk, new, kdf, hold).await
    }

    /// Sets a new passphrase by the recovery kit, for who has forgotten the old one.
    ///
    /// # Errors
    /// As [`Vault::unlock_with_kit`] and [`Vault::change_passphrase`].
    pub async fn set_passphrase_with_kit(&mut self, typed: &str, new: &str, kdf: Kdf) -> Result<(), KeepError> {
        let hold = self.begin().await?;
        let vmk = self.header.by_kit(&Kit::read(typed)?)?;
        self.replace_passphrase(&vmk, new, kdf, hold).await
    }

    async fn replace_passphrase(&mut self, vmk: &Secret, new: &str, kdf: Kdf, hold: D::Hold) -> Result<(), KeepError> {
        let door = Door::for_passphrase(&self.crypt, self.header.vault, self.generation + 1, kdf, new, vmk).await?;
        let others = self.header.doors.iter().filter(|door| !matches!(door, Door::Passphrase { .. })).cloned();
        let doors = std::iter::once(door).chain(others).collect();
        self.finish(self.index.clone(), Change { doors: Some(doors), ..Change::default() }).await?;
        drop(hold);
        Ok(())
    }

    /// Whether who is here knows the passphrase, or holds the recovery kit: asked before what an open vault does not give
    /// to everybody who finds it open.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], [`VaultError::WrongKit`] inside [`KeepError::Vault`].
    pub async fn opens_to(&self, typed: &str) -> Result<(), KeepError> {
        match Kit::read(typed) {
            Ok(kit) => drop(self.header.by_kit(&kit)?),
            Err(_) if typed.is_empty() => return Err(VaultError::WrongPassphrase.into()),
            Err(_) => drop(self.header.by_passphrase(&self.crypt, typed).await?),
        }
        Ok(())
    }

    /// The recovery kit, to print, show and check.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub async fn recovery_kit(&self) -> Result<Kit, KeepError> {
        let bytes = Zeroizing::new(self.open_thing(&Thing::kit()).await?);
        let secret: [u8; 32] = bytes.as_slice().try_into().map_err(|_| VaultError::Damaged)?;
        Ok(Kit::new(Secret::new(secret)))
    }

    /// Whether two groups of the kit were typed back: until then a banner stays.
    pub fn kit_checked(&self) -> bool {
        self.index.kit_checked
    }

    /// Notes that the kit was checked.
    ///
    /// # Errors
    /// [`KeepError::Store`].
    pub async fn confirm_kit(&mut self) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        let index = Index { kit_checked: true, ..self.index.clone() };
        self.finish(index, Change::default()).await
    }
}

type Read<C> = (Header, u64, Keys<C>, Index, Option<Trouble>);

async fn read_vault<C: Crypt, D: Disk>(crypt: &C, disk: &D, vmk: &Secret) -> Result<Read<C>, KeepError> {
    let (sealed, header): (Sealed, Header) = read_header(disk).await?;
    let keys = Keys::open(crypt, header.vault, vmk).await?;
    if !keys.vouches(&sealed) {
        return Err(VaultError::Damaged.into());
    }
    let place = keys.place(Store::Vault, &NOBODY, &[b"index"], 0);
    let index = read_index(crypt, &keys, disk, &header, &place).await?;
    let generation = sealed.generation();
    let here = Mark { vault: header.vault, generation, root: header.root };
    let trouble = match disk.mark().await? {
        Some(mark) if mark.vault != here.vault => Some(Trouble::Replaced),
        Some(mark) if mark.generation > generation => Some(Trouble::RolledBack(mark.generation - generation)),
        Some(mark) if mark.generation == generation && mark.root != here.root => Some(Trouble::Replaced),
        Some(mark) if mark == here => None,
        // A crash came between the commit and its mark, or the mark was never written.
        _ => {
            let _unmoved = disk.set_mark(&here).await;
            None
        }
    };
    Ok((header, generation, keys, index, trouble))
}
