//! Who is here. Each person is kept apart, under a key of their own; one unlock opens all.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Edge, Session};
use crate::app::keep::{KeepError, Vault};
use crate::app::wire::{self, Basis, Care, Failure, Happened, NewPerson, PersonCard};
use crate::import;
use crate::record::{
    Bears, Hash, Identifier, Note, Origin, Parcel, PartialDate, Person, Reading, Record, Sex, merge_by, system,
};
use crate::view;
use crate::view::Index;

/// How the vault names a person.
pub(super) type Id = [u8; 16];

/// What the vault keeps beside a person's key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// Particulars, as given or as the first file says.
    pub given: NewPerson,
    /// The tray of files that belong to nobody yet.
    pub unfiled: bool,
}

/// A label as the first release wrote it. What came later stands behind it, so that either release reads the other's.
#[derive(Serialize, Deserialize)]
struct First {
    given: String,
    family: String,
    birth_date: String,
    sex: Option<Sex>,
    nhs_number: String,
    basis: Option<Basis>,
    carer: String,
    relation: String,
    unfiled: bool,
}

impl Label {
    /// As it is sealed.
    pub fn write(&self) -> Vec<u8> {
        let NewPerson { given, family, birth_date, sex, nhs_number, basis, carer, relation, care } = self.given.clone();
        let unfiled = self.unfiled;
        let first = First { given, family, birth_date, sex, nhs_number, basis, carer, relation, unfiled };
        let mut bytes = wire::write(&first);
        bytes.extend(wire::write(&care));
        bytes
    }

    /// Reads what [`Label::write`] of this or the first release wrote.
    fn read(bytes: &[u8]) -> Result<Label, Failure> {
        let (first, rest) = postcard::take_from_bytes::<First>(bytes).map_err(|_| Failure::Garbled)?;
        let care = if rest.is_empty() { Care::default() } else { wire::read(rest)? };
        let First { given, family, birth_date, sex, nhs_number, basis, carer, relation, unfiled } = first;
        let given = NewPerson { given, family, birth_date, sex, nhs_number, basis, carer, relation, care };
        Ok(Label { given, unfiled })
    }
}

/// One person with everything loaded.
pub(super) struct Held {
    pub id: Id,
    pub label: Label,
    /// The originals, while nothing is kept: afterwards the vault has them.
    pub loose: BTreeMap<Hash, Arc<Vec<u8>>>,
    /// What the vault keeps of them can't be read: `label` says nothing, and must not be taken for an answer.
    pub lost: bool,
    /// What is being typed for them, by the name of its form, while nothing is kept.
    pub drafts: BTreeMap<String, Vec<u8>>,
    /// Files whose reading or note no longer opens: shown as damaged, never skipped.
    pub damaged: Vec<Hash>,
    /// The merge of all files.
    record: Record,
    /// What the pages look up in it.
    index: Index,
    /// The outline of this very merge is kept, or was tried to be, or is not worth it.
    outlined: bool,
}

/// The name of the sealed cache of a person's merge.
const OUTLINE: &str = "merge";
/// Entries from which on a merge is worth remembering: fewer are merged before an eye blinks.
const MANY: usize = 2_000;

impl Held {
    pub fn new(id: Id, label: Label) -> Self {
        let record = Record::default();
        let index = Index::new(&record);
        let (loose, drafts, damaged) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { id, label, loose, lost: false, drafts, damaged, record, index, outlined: true }
    }

    /// All files, in the order of their hashes.
    pub fn parcels(&self) -> &[Parcel] {
        &self.record.parcels
    }

    pub fn parcel(&self, hash: Hash) -> Option<&Parcel> {
        self.record.parcel_named(hash)
    }

    /// The merged record, and its index.
    pub fn record(&self) -> (&Record, &Index) {
        (&self.record, &self.index)
    }

    /// Adds files, and merges anew.
    pub fn put(&mut self, files: Vec<Parcel>) {
        let mut parcels = std::mem::take(&mut self.record).parcels;
        parcels.extend(files);
        self.merge(parcels, None);
    }

    /// The outline of the merge, if it is worth keeping and was not kept yet. It is asked for once.
    fn outline(&mut self) -> Option<Vec<u8>> {
        let entries: usize = self.parcels().iter().map(|p| p.reading.entries.len()).sum();
        let wanted = !std::mem::replace(&mut self.outlined, true) && entries >= MANY;
        wanted.then(|| self.record.outline())
    }

    /// Takes files out, and merges anew.
    pub fn take_all(&mut self, hashes: &[Hash]) {
        let mut parcels = std::mem::take(&mut self.record).parcels;
        parcels.retain(|p| !hashes.contains(&p.hash));
        self.loose.retain(|hash, _| !hashes.contains(hash));
        self.merge(parcels, None);
    }

    /// Takes a file out, and merges anew.
    pub fn take(&mut self, hash: Hash) -> Option<Parcel> {
        let mut parcels = std::mem::take(&mut self.record).parcels;
        let taken = parcels.iter().position(|p| p.hash == hash).map(|at| parcels.remove(at));
        self.merge(parcels, None);
        taken
    }

    /// Changes who this is, and compares every file with them again.
    pub fn rename(&mut self, label: Label) {
        self.label = label;
        let parcels = std::mem::take(&mut self.record).parcels;
        self.merge(parcels, None);
    }

    fn merge(&mut self, mut parcels: Vec<Parcel>, outline: Option<&[u8]>) {
        let person = known(&self.label, &parcels);
        for parcel in &mut parcels {
            parcel.note.bears = match parcel.note.origin {
                // Typed for this very person; a later change of name makes it nobody else's.
                Origin::Person => Bears::Same,
                _ if self.label.unfiled => Bears::Same,
                _ => Bears::of(&person, &parcel.reading.people),
            };
        }
        (self.record, self.outlined) = merge_by(parcels, outline);
        self.index = Index::new(&self.record);
    }

    /// Who this is, as far as they were entered or the first file said: one side of the guard.
    pub fn person(&self) -> Person {
        as_person(&self.label.given)
    }
}

impl Held {
    /// The same, with an NHS number that only the files know.
    pub fn known_person(&self) -> Person {
        known(&self.label, self.parcels())
    }
}

/// The person of a label, with an NHS number that only their files know.
fn known(label: &Label, parcels: &[Parcel]) -> Person {
    let mut person = as_person(&label.given);
    if !person.nhs_number().is_some_and(|n| n.valid) {
        // A file that bears another name or birth date lends no number.
        let same = |p: &&Parcel| !matches!(Bears::of(&person, &p.reading.people), Bears::Other(_));
        let mut numbers = parcels.iter().filter(same).flat_map(|p| &p.reading.people).filter_map(Person::nhs_number);
        // What can be checked stands first: it is what counts.
        if let Some(value) = numbers.find(|n| n.valid).map(|n| n.digits) {
            person.identifiers.insert(0, Identifier { system: system::NHS_NUMBER.to_owned(), value });
        }
    }
    person
}

/// Particulars as the model has them.
pub(super) fn as_person(given: &NewPerson) -> Person {
    let name =
        [given.given.trim(), given.family.trim()].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(" ");
    Person {
        name,
        family: given.family.trim().to_owned(),
        given: given.given.split_whitespace().map(str::to_owned).collect(),
        birth_date: Some(given.birth_date.trim()).filter(|d| !d.is_empty()).map(born),
        sex: given.sex,
        identifiers: Some(given.nhs_number.trim())
            .filter(|n| !n.is_empty())
            .map(|n| Identifier { system: system::NHS_NUMBER.to_owned(), value: n.to_owned() })
            .into_iter()
            .collect(),
        ..Person::default()
    }
}

/// Who types for them, with what they are to them, where somebody else keeps their record; `None` where nobody does, or
/// where it is not said.
pub(super) fn carer(given: &NewPerson) -> Option<String> {
    let said = [given.carer.trim(), given.relation.trim()];
    let said = said.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
    (given.basis.is_some() && !given.care.unsaid && !said.is_empty()).then_some(said)
}

/// A date of birth as it is kept: `1951-03-27`, or a part of it. Older records hold it as their first file wrote it, an HL7
/// one `19510327`.
fn born(kept: &str) -> PartialDate {
    let date = PartialDate::fhir(kept);
    if date.known.is_some() {
        return date;
    }
    PartialDate::hl7(kept).iso().map_or(date, |iso| PartialDate::fhir(&iso))
}

/// Particulars as a file gives them.
pub(super) fn as_given(person: &Person) -> NewPerson {
    let family = if person.family.is_empty() && person.given.is_empty() { &person.name } else { &person.family };
    NewPerson {
        given: person.given.join(" "),
        family: family.clone(),
        birth_date: person.birth_date.as_ref().map(|d| d.iso().unwrap_or_else(|| d.text.clone())).unwrap_or_default(),
        sex: person.sex,
        nhs_number: person.nhs_number().map(|n| n.digits).unwrap_or_default(),
        ..NewPerson::default()
    }
}

pub(super) fn id_text(id: &Id) -> String {
    data_encoding::HEXLOWER.encode(id)
}

impl<E: Edge> Session<E> {
    pub(super) fn card(&self, index: usize, held: &Held) -> PersonCard {
        PersonCard {
            id: id_text(&held.id),
            header: view::people::header(held.parcels(), Some(&held.person()), self.edge.today()),
            open: self.open == Some(index),
            files: held.parcels().len() as u32,
            given: held.label.given.clone(),
            lost: held.lost,
            care: held.label.given.basis.map(|_| {
                let Care { from, until, looked_at, .. } = &held.label.given.care;
                view::people::care(from, until, looked_at, held.person().birth_date.as_ref(), self.edge.today())
            }),
        }
    }

    pub(super) fn index_of(&self, id: &str) -> Result<usize, Failure> {
        self.people.iter().position(|h| id_text(&h.id) == id).ok_or(Failure::NotFound)
    }

    /// Adds a person to the session, and to the vault if there is one.
    pub(super) async fn start(&mut self, label: Label) -> Result<usize, Failure> {
        let id = match &mut self.vault {
            Some(vault) => vault.add_person(label.write()).await?,
            None => self.random()?,
        };
        let unfiled = label.unfiled;
        self.people.push(Held::new(id, label));
        if !unfiled {
            self.log(Some(id), Happened::PersonAdded).await?;
        }
        Ok(self.people.len() - 1)
    }

    pub(in crate::app) async fn people(&mut self) -> Result<Vec<PersonCard>, Failure> {
        Ok(self.people.iter().enumerate().filter(|(_, h)| !h.label.unfiled).map(|(i, h)| self.card(i, h)).collect())
    }

    pub(in crate::app) async fn choose_person(&mut self, id: String) -> Result<(), Failure> {
        let index = self.index_of(&id)?;
        // What was being shared or asked about one person must never continue with another.
        self.desk = Default::default();
        self.open = Some(index);
        if let Some(vault) = &mut self.vault {
            match vault.set_setting("open", id.into_bytes()).await {
                // Which record is looked at may be forgotten; that it can be looked at may not.
                Ok(()) | Err(KeepError::Undecided) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// What was said is said today: the ground of caring is looked at again a year from now.
    fn said_today(&self, mut person: NewPerson) -> NewPerson {
        person.care.unsaid = false;
        person.care.looked_at = match person.basis {
            Some(_) => self.edge.today().to_string(),
            None => String::new(),
        };
        person
    }

    pub(in crate::app) async fn keep_person_draft(
        &mut self,
        name: String,
        typed: Option<NewPerson>,
    ) -> Result<(), Failure> {
        let name = format!("person draft {name}");
        let bytes = typed.map(|typed| wire::write(&typed)).unwrap_or_default();
        match &mut self.vault {
            Some(vault) if bytes.is_empty() && vault.setting(&name).await?.is_none() => {}
            Some(vault) => vault.set_setting(&name, bytes).await?,
            None => drop(self.drafts.insert(name, bytes)),
        }
        Ok(())
    }

    pub(in crate::app) async fn person_draft(&mut self, name: String) -> Result<Option<NewPerson>, Failure> {
        let name = format!("person draft {name}");
        let bytes = match &self.vault {
            Some(vault) => vault.setting(&name).await?,
            None => self.drafts.get(&name).cloned(),
        };
        // One that no longer opens was never anybody's particulars, and is typed anew.
        Ok(bytes.filter(|b| !b.is_empty()).and_then(|bytes| wire::read(&bytes).ok()))
    }

    pub(in crate::app) async fn add_person(&mut self, person: NewPerson) -> Result<PersonCard, Failure> {
        check(&person)?;
        let person = self.said_today(person);
        let index = self.start(Label { given: person, unfiled: false }).await?;
        let id = self.people.get(index).map(|h| id_text(&h.id)).ok_or(Failure::NotFound)?;
        self.choose_person(id).await?;
        self.people.get(index).map(|h| self.card(index, h)).ok_or(Failure::NotFound)
    }

    pub(in crate::app) async fn edit_person(&mut self, id: String, person: NewPerson) -> Result<PersonCard, Failure> {
        check(&person)?;
        let person = self.said_today(person);
        let index = self.index_of(&id)?;
        let label = Label { given: person, unfiled: false };
        let held = self.people.get_mut(index).ok_or(Failure::NotFound)?;
        if let Some(vault) = &mut self.vault {
            if held.lost {
                // What could not be read is kept beside what is entered now: a later app may read it.
                let unread = vault.people().into_iter().find(|(id, _)| *id == held.id).map(|(_, bytes)| bytes.to_vec());
                let name = format!("unread person {}", id_text(&held.id));
                vault.set_setting(&name, unread.unwrap_or_default()).await?;
            }
            vault.relabel(&held.id, label.write()).await?;
        }
        held.lost = false;
        held.rename(label);
        self.people.get(index).map(|h| self.card(index, h)).ok_or(Failure::NotFound)
    }

    pub(in crate::app) async fn remove_person(&mut self, id: String) -> Result<(), Failure> {
        let index = self.index_of(&id)?;
        let held = self.people.get(index).ok_or(Failure::NotFound)?;
        let given = &held.label.given;
        let name = format!("{} {}", given.given.trim(), given.family.trim()).trim().to_owned();
        let held = held.id;
        let open = self.held().map(|h| h.id).ok().filter(|open| *open != held);
        let line = self.line(None, Happened::PersonGone { name });
        if let Some(vault) = &mut self.vault {
            vault.remove_person(&held, Some(line)).await?;
        }
        self.people.remove(index);
        self.removed.retain(|r| r.person != held);
        self.desk = Default::default();
        // Whose record is open stays open; if it was theirs, nobody's is, until somebody is chosen.
        self.open = self.people.iter().position(|h| Some(h.id) == open);
        Ok(())
    }

    /// When nothing is asked for: keeps what makes the next opening quick. It is a cache: what can't be kept now is made
    /// anew then.
    pub async fn tidy(&mut self) {
        let Some(vault) = &mut self.vault else { return };
        for held in &mut self.people {
            if let Some(outline) = held.outline() {
                let _ = vault.put_snapshot(&held.id, OUTLINE, outline).await;
            }
        }
    }

    /// Loads everybody of the vault: when it is opened, and when another tab has written.
    pub(super) async fn load(&mut self) -> Result<(), Failure> {
        let before = self.held().map(|held| id_text(&held.id)).ok();
        self.people.clear();
        // Until everybody is loaded an old place in the list may be somebody else's.
        self.open = None;
        let (edge, Some(vault)) = (&self.edge, &mut self.vault) else { return Ok(()) };
        let labels: Vec<(Id, Option<Label>)> =
            vault.people().into_iter().map(|(id, label)| (id, Label::read(label).ok())).collect();
        for (id, label) in labels {
            let mut held = Held::new(id, label.clone().unwrap_or_default());
            held.lost = label.is_none();
            fill(edge, vault, &mut held).await?;
            self.people.push(held);
        }
        if let Some(id) = before {
            // Removed in another tab: the page still shows them, so nobody else may take their place unasked.
            self.open = self.index_of(&id).ok();
            if self.open.is_none() {
                self.desk = Default::default();
            }
            return Ok(());
        }
        let last = vault.setting("open").await?.and_then(|id| String::from_utf8(id).ok()).unwrap_or_default();
        // Whoever can't be read may be the tray of strangers' files: they are opened by choice only.
        let known = |held: &Held| !held.label.unfiled && !held.lost;
        self.open = self.index_of(&last).ok().or_else(|| self.people.iter().position(known));
        Ok(())
    }
}

/// Loads one person's files. A reading of an older reader, or one that no longer opens, is made again from its original.
async fn fill<E: Edge>(edge: &E, vault: &mut Vault<E::Crypt, E::Disk>, held: &mut Held) -> Result<(), Failure> {
    let mut files = Vec::new();
    for kept in vault.parcels(&held.id).await? {
        let hash = Hash(kept.id);
        let note = kept.note.ok().and_then(|bytes| wire::read::<Note>(&bytes).ok());
        let reading = kept.reading.ok().and_then(|bytes| wire::read::<Reading>(&bytes).ok());
        let reading = match reading {
            Some(reading) if reading.reader >= import::READER => Some(reading),
            older => match again(edge, vault, &held.id, hash, note.as_ref()).await {
                Some(mut newer) => {
                    older.iter().for_each(|older| keep_words(older, &mut newer));
                    // A cache: if it can't be written now, it is made again next time.
                    let _ = vault.renew_reading(&held.id, &hash.0, wire::write(&newer)).await;
                    Some(newer)
                }
                None => older,
            },
        };
        match (reading, note) {
            (Some(reading), Some(note)) => files.push(Parcel { hash, reading, note }),
            _ => held.damaged.push(hash),
        }
    }
    let outline = vault.snapshot(&held.id, OUTLINE).await?;
    held.merge(files, outline.as_deref());
    Ok(())
}

/// Reads an original again with today's reader.
async fn again<E: Edge>(
    edge: &E,
    vault: &Vault<E::Crypt, E::Disk>,
    person: &Id,
    hash: Hash,
    note: Option<&Note>,
) -> Option<Reading> {
    let original = vault.original(person, &hash.0).await.ok()?;
    let name = note.map(|n| n.file_name.as_str()).unwrap_or_default();
    edge.read(original, name).await.into_iter().find(|file| file.hash == hash)?.reading.ok()
}

/// The words of a PDF that were found before are not lost if they are not found this time.
fn keep_words(older: &Reading, newer: &mut Reading) {
    for attachment in newer.attachments.iter_mut().filter(|a| a.text.is_empty() && a.hash.is_some()) {
        if let Some(before) = older.attachments.iter().find(|a| a.hash == attachment.hash) {
            attachment.text.clone_from(&before.text);
        }
    }
}

/// A name is needed to tell people apart; a birth date, if given, must be one.
fn check(person: &NewPerson) -> Result<(), Failure> {
    let named = !person.given.trim().is_empty() || !person.family.trim().is_empty();
    let birth = person.birth_date.trim();
    let dated = birth.is_empty() || PartialDate::fhir(birth).known.is_some_and(|k| k.time.is_none());
    if named && dated { Ok(()) } else { Err(Failure::BadParticulars) }
}
