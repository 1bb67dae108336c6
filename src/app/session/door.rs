//! The door: what is here, making a vault, opening it, its settings, and locking.

use super::people::Id;
use super::{Edge, Session};
use crate::app::keep::{KeepError, NewParcel, State, Trouble, Vault};
use crate::app::wire::{
    self, Door, Doubt, Failure, Happened, Kit, Matrix, Room, Secret, Settings, Strength, Unread, Words,
};
use crate::share::{Code, Surface};
use crate::store::Disk;
use crate::vault::{self, Crypt, Kdf, words};

impl<E: Edge> Session<E> {
    /// Random bytes.
    pub(super) fn random<const N: usize>(&self) -> Result<[u8; N], Failure> {
        let mut bytes = [0; N];
        self.edge.crypt()?.random(&mut bytes).map_err(|_| Failure::NoStorage)?;
        Ok(bytes)
    }

    pub(in crate::app) async fn look(&mut self) -> Result<Door, Failure> {
        if self.vault.is_some() || !self.people.is_empty() {
            return Ok(Door::Open { kept: self.vault.is_some() });
        }
        Ok(match Vault::<E::Crypt, E::Disk>::look(&self.edge.disk()).await {
            Ok(State::Empty) => Door::Empty,
            Ok(State::Locked) => Door::Locked,
            Ok(State::WasHere) => Door::WasHere,
            Ok(State::TooNew) => Door::TooNew,
            Ok(State::Damaged) => Door::Damaged,
            Err(KeepError::Store(crate::store::StoreError::Blocked)) => Door::Blocked,
            Err(error) => return Err(error.into()),
        })
    }

    pub(in crate::app) async fn words(&mut self, language: String) -> Result<Words, Failure> {
        let list = if language == "cy" { words::List::Welsh } else { words::List::English };
        let phrase = words::phrase(&self.edge.crypt()?, list).map_err(KeepError::from)?;
        self.drawn = Secret(phrase.text.to_string());
        Ok(Words { words: phrase.text.split(' ').map(str::to_owned).collect(), bits: phrase.bits as u16 })
    }

    pub(in crate::app) async fn strength(&mut self, passphrase: Secret) -> Result<Strength, Failure> {
        let known: Vec<String> =
            self.people.iter().flat_map(|h| [h.label.given.given.clone(), h.label.given.family.clone()]).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.edge.strength(&passphrase, &known).await.map_err(|_| Failure::Unmeasured)
    }

    /// What was drawn here by chance needs no estimate, and so no program that may not be on the device yet.
    async fn enough(&mut self, passphrase: &Secret) -> Result<(), Failure> {
        if !passphrase.0.is_empty() && *passphrase == self.drawn {
            return Ok(());
        }
        match self.strength(passphrase.clone()).await?.enough {
            true => Ok(()),
            false => Err(Failure::WeakPassphrase),
        }
    }

    pub(in crate::app) async fn unlock(&mut self, passphrase: Secret) -> Result<(), Failure> {
        let opened = Vault::unlock(self.edge.crypt()?, self.edge.disk(), &passphrase.0).await;
        self.enter(opened.map_err(|(error, ..)| error)?, false).await
    }

    pub(in crate::app) async fn unlock_with_kit(&mut self, kit: Secret) -> Result<(), Failure> {
        let opened = Vault::unlock_with_kit(self.edge.crypt()?, self.edge.disk(), &kit.0).await;
        self.enter(opened.map_err(|(error, ..)| error)?, true).await?;
        self.kit = Some(kit);
        Ok(())
    }

    async fn enter(&mut self, vault: Vault<E::Crypt, E::Disk>, kit: bool) -> Result<(), Failure> {
        self.vault = Some(vault);
        self.load().await?;
        self.forget_taken_out().await;
        match self.log(None, Happened::Unlocked { kit }).await {
            // It opens for reading all the same; the front asks what to do. A full device must not keep a person from
            // their record, nor another tab that writes just now.
            Err(Failure::InDoubt | Failure::Full | Failure::OtherTab) => Ok(()),
            logged => logged,
        }
    }

    /// What was taken out before the last lock can no longer be put back: it goes from the device. If that can't be
    /// written now, it is done next time.
    async fn forget_taken_out(&mut self) {
        let Some(vault) = &mut self.vault else { return };
        for held in &self.people {
            if !vault.removed_ids(&held.id).is_empty() && vault.forget_removed(&held.id, None).await.is_err() {
                return;
            }
        }
    }

    /// Before each errand: what another tab wrote is read again.
    pub async fn catch_up(&mut self) {
        if let Some(vault) = &mut self.vault
            && vault.refresh().await == Ok(true)
        {
            // A failure shows when the errand itself meets it.
            let _ = self.load().await;
        }
    }

    pub(in crate::app) async fn doubt(&mut self) -> Result<Option<Doubt>, Failure> {
        Ok(self.vault.as_ref().and_then(Vault::trouble).map(|trouble| match trouble {
            Trouble::RolledBack(missing) => Doubt::Older(missing),
            Trouble::Replaced => Doubt::Other,
        }))
    }

    pub(in crate::app) async fn accept_doubt(&mut self) -> Result<(), Failure> {
        Ok(self.vault.as_mut().ok_or(Failure::Locked)?.accept().await?)
    }

    pub(in crate::app) async fn erase(&mut self) -> Result<(), Failure> {
        let disk = self.edge.disk();
        self.lock().await?;
        let _hold = disk.hold().await.map_err(KeepError::from)?;
        Ok(disk.erase().await.map_err(KeepError::from)?)
    }

    pub(in crate::app) async fn keep(&mut self, passphrase: Secret) -> Result<Kit, Failure> {
        if self.vault.is_some() {
            return Err(Failure::VaultThere);
        }
        self.enough(&passphrase).await?;
        let kdf =
            Kdf::calibrate(|| self.edge.monotonic_ms()).map_err(|e| KeepError::from(vault::VaultError::from(e)))?;
        let mut vault = Vault::create(self.edge.crypt()?, self.edge.disk(), &passphrase.0, kdf).await?;
        // What was looked at moves in; only when all of it is there does the session change over.
        let ids = match self.move_in(&mut vault).await {
            Ok(ids) => ids,
            Err(failure) => {
                // Half a vault is worse than none: all of it is still in memory.
                vault.erase().await?;
                return Err(failure);
            }
        };
        for (held, id) in self.people.iter_mut().zip(ids) {
            held.id = id;
            held.loose.clear();
            held.drafts.clear();
        }
        self.removed.clear();
        self.drawn = Secret::default();
        self.vault = Some(vault);
        for (name, typed) in std::mem::take(&mut self.drafts) {
            if let Some(vault) = &mut self.vault {
                vault.set_setting(&name, typed).await?;
            }
        }
        self.draw_kit().await
    }

    /// Writes everybody who is only looked at into a new vault. Answers with their ids there.
    async fn move_in(&self, vault: &mut Vault<E::Crypt, E::Disk>) -> Result<Vec<Id>, Failure> {
        let made = Settings { made: self.stamp(), ..Settings::default() };
        vault.set_setting("settings", wire::write(&made)).await?;
        vault.note(self.line(None, Happened::Made)).await?;
        let mut ids = Vec::with_capacity(self.people.len());
        for held in &self.people {
            let id = vault.add_person(held.label.write()).await?;
            for (name, typed) in &held.drafts {
                vault.put_draft(&id, name, typed.clone()).await?;
            }
            for parcel in held.parcels() {
                let what = Happened::Imported { parcel: parcel.hash, file_name: parcel.note.file_name.clone() };
                let new = NewParcel {
                    person: id,
                    id: parcel.hash.0,
                    reading: wire::write(&parcel.reading),
                    original: held.loose.get(&parcel.hash).cloned().ok_or(Failure::NotFound)?,
                    note: wire::write(&parcel.note),
                };
                vault.put_parcels(vec![new], Some(self.line(Some(id), what))).await?;
            }
            ids.push(id);
        }
        Ok(ids)
    }

    pub(in crate::app) async fn show_kit(&mut self, passphrase: Secret) -> Result<Kit, Failure> {
        self.vault.as_ref().ok_or(Failure::Locked)?.opens_to(&passphrase.0).await?;
        self.draw_kit().await
    }

    async fn draw_kit(&mut self) -> Result<Kit, Failure> {
        let vault = self.vault.as_ref().ok_or(Failure::Locked)?;
        let kit = vault.recovery_kit().await?;
        let groups = kit.groups().map_err(KeepError::from)?;
        let text = kit.text().map_err(KeepError::from)?;
        let asked = vault::Kit::ask(self.random()?);
        self.asked = asked;
        let code = Code::draw(&text, "", Surface::Paper).map_err(|_| Failure::ShareTooLarge)?;
        Ok(Kit {
            groups: groups.iter().map(|g| g.to_string()).collect(),
            asked: asked.iter().map(|g| *g as u32).collect(),
            code: Matrix::from(&code),
        })
    }

    pub(in crate::app) async fn check_kit(&mut self, groups: Vec<Secret>) -> Result<Vec<u32>, Failure> {
        let vault = self.vault.as_mut().ok_or(Failure::Locked)?;
        let kit = vault.recovery_kit().await?;
        let asked = (0_u32..).zip(self.asked);
        let right = |n: u32, group: usize| groups.get(n as usize).is_some_and(|typed| kit.check(group, &typed.0));
        let wrong: Vec<u32> = asked.filter(|(n, group)| !right(*n, *group)).map(|(n, _)| n).collect();
        if wrong.is_empty() {
            vault.confirm_kit().await?;
        }
        Ok(wrong)
    }

    pub(in crate::app) async fn change_passphrase(&mut self, old: Secret, new: Secret) -> Result<(), Failure> {
        self.enough(&new).await?;
        let kdf =
            Kdf::calibrate(|| self.edge.monotonic_ms()).map_err(|e| KeepError::from(vault::VaultError::from(e)))?;
        let vault = self.vault.as_mut().ok_or(Failure::Locked)?;
        // A passphrase that is a recovery kit to its last check sign there is not.
        let typed = Some(old.0.as_str()).filter(|old| vault::Kit::read(old).is_ok());
        match typed.or(self.kit.as_ref().map(|kit| kit.0.as_str())) {
            Some(kit) => vault.set_passphrase_with_kit(kit, &new.0, kdf).await?,
            None => vault.change_passphrase(&old.0, &new.0, kdf).await?,
        }
        self.kit = None;
        self.drawn = Secret::default();
        self.log(None, Happened::PassphraseChanged).await
    }

    pub(in crate::app) async fn open_by_kit(&mut self) -> Result<bool, Failure> {
        Ok(self.kit.is_some())
    }

    pub(in crate::app) async fn lock(&mut self) -> Result<(), Failure> {
        // A file that waits for an answer waits on among the unfiled, if it could not be put there before.
        self.put_questions_aside().await;
        self.vault = None;
        self.kit = None;
        self.drawn = Secret::default();
        self.people.clear();
        self.open = None;
        self.questions.clear();
        self.sacks.clear();
        self.removed.clear();
        self.drafts.clear();
        self.desk = Default::default();
        self.reader = Default::default();
        Ok(())
    }

    pub(in crate::app) async fn settings(&mut self) -> Result<Settings, Failure> {
        let Some(vault) = &self.vault else { return Ok(Settings::default()) };
        // If they can't be read the usual ones are in force; `unread` says so.
        let mut settings = self.kept_settings().await.ok().flatten().unwrap_or_default();
        settings.kit_checked = vault.kit_checked();
        Ok(settings)
    }

    /// The settings as kept; `None` if there are none yet; the bytes, if any open, where they can't be read.
    async fn kept_settings(&self) -> Result<Option<Settings>, Vec<u8>> {
        let Some(vault) = &self.vault else { return Ok(None) };
        match vault.setting("settings").await {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => wire::read(&bytes).map(Some).map_err(|_| bytes),
            Err(_) => Err(Vec::new()),
        }
    }

    pub(in crate::app) async fn unread(&mut self) -> Result<Unread, Failure> {
        Ok(Unread {
            people: self.vault.as_ref().map_or(0, |vault| vault.unreadable_people().len() as u32),
            labels: self.people.iter().filter(|held| held.lost).count() as u32,
            settings: self.kept_settings().await.is_err(),
        })
    }

    pub(in crate::app) async fn put_settings(&mut self, settings: Settings) -> Result<(), Failure> {
        let before = self.kept_settings().await;
        let Some(vault) = &mut self.vault else { return Ok(()) };
        if let Err(unread) = before {
            // Kept beside the new ones: a later app may read them.
            vault.set_setting("unread settings", unread).await?;
        }
        Ok(vault.set_setting("settings", wire::write(&settings)).await?)
    }

    pub(in crate::app) async fn room(&mut self) -> Result<Room, Failure> {
        let Some(vault) = &self.vault else { return Ok(Room::default()) };
        let room = vault.room().await?;
        Ok(Room {
            persisted: room.persisted.unwrap_or(false),
            used: room.used.unwrap_or(0),
            quota: room.quota.unwrap_or(0),
        })
    }
}
