//! Files in, files out: the guard, the parcels, the reports, undo.

use super::people::{Held, Id, Label, as_given, as_person};
use super::{Edge, Session};
use crate::app::keep::{NewParcel, Put};
use crate::app::wire::{self, Brought, Decision, Failure, FileRow, Happened, Typed, Waiting};
use crate::import::{self, File};
use crate::record::{Hash, IssueCode, Note, Origin, Parcel, guard};
use crate::view::guard::{Finding, GuardPage};
use crate::view::report::ImportReport;
use crate::view::{self, Day, people::Header};

/// A file that waits for the guard's answer.
pub(super) struct Question {
    number: u32,
    file: Asked,
}

/// Where it waits.
enum Asked {
    /// In memory, with everything needed to keep it: nothing is kept here yet, or it could not be.
    Loose(Box<Parcel>, Vec<u8>),
    /// Sealed among the unfiled: a lock or a closed window loses neither it nor the question.
    Aside(Hash),
}

/// A file that was taken out and can be put back until lock.
pub(super) struct Removed {
    pub person: Id,
    pub parcel: Parcel,
    pub original: Option<Vec<u8>>,
}

impl<E: Edge> Session<E> {
    pub(in crate::app) async fn bring(
        &mut self,
        _file_name: String,
        delivery: Vec<u8>,
    ) -> Result<Vec<Brought>, Failure> {
        let files: Vec<File> = wire::read(&delivery)?;
        let originals = std::mem::take(&mut self.handed);
        let mut brought = Vec::with_capacity(files.len());
        for (file, original) in files.into_iter().zip(originals) {
            // The parser worker is not trusted: what is kept is named by what it is.
            if Hash::of(&original) != file.hash {
                return Err(Failure::Garbled);
            }
            let reading = file.reading.map_err(Failure::Import)?;
            let note = self.note(file.name, original.len() as u64, Origin::File);
            let parcel = Parcel { hash: file.hash, reading, note };
            brought.push(self.guard(parcel, original).await?);
        }
        Ok(brought)
    }

    fn note(&self, file_name: String, bytes: u64, origin: Origin) -> Note {
        Note { imported: self.stamp(), file_name, bytes, origin, ..Note::default() }
    }

    /// Puts a file before the guard: only a match goes on without a question.
    async fn guard(&mut self, parcel: Parcel, original: Vec<u8>) -> Result<Brought, Failure> {
        // The very same file again changes nothing, whoever is open.
        let holds = |h: &Held| h.parcel(parcel.hash).is_some() && !h.label.unfiled;
        let open = self.open.filter(|i| self.people.get(*i).is_some_and(holds));
        if let Some(index) = open.or_else(|| self.people.iter().position(holds)) {
            return self.told(index, parcel.hash, true);
        }
        match self.open {
            // The first file of all starts its own person's record, if it says who that is.
            None if guard::names(&parcel.reading.people) && !speaks_of_others(&parcel) => {
                self.admit_new(parcel, original).await
            }
            Some(index) => {
                let held = self.people.get(index).ok_or(Failure::NoPerson)?;
                let verdict = guard::compare(&held.known_person(), &parcel.reading.people);
                if verdict.is_match() && !speaks_of_others(&parcel) {
                    self.admit(index, parcel, original).await
                } else {
                    self.ask(parcel, original).await
                }
            }
            None => self.ask(parcel, original).await,
        }
    }

    async fn ask(&mut self, parcel: Parcel, original: Vec<u8>) -> Result<Brought, Failure> {
        let page = self.sides(self.open, &parcel)?;
        let question = self.next_question;
        self.next_question += 1;
        let (file_name, hash) = (parcel.note.file_name.clone(), parcel.hash);
        let file = match self.put_aside(&parcel, &original).await {
            Ok(()) => Asked::Aside(hash),
            Err(_) => Asked::Loose(Box::new(parcel), original),
        };
        self.questions.push(Question { number: question, file });
        Ok(Brought::Whose { question, file_name, page: Box::new(page) })
    }

    /// Both sides of the guard's question: a file, and the person at this place of the list, if any.
    fn sides(&self, index: Option<usize>, parcel: &Parcel) -> Result<GuardPage, Failure> {
        let held = index.and_then(|i| self.people.get(i)).map(Held::known_person);
        let mut page = view::guard::page(held.as_ref(), &parcel.reading.people, self.edge.today());
        if speaks_of_others(parcel) && matches!(page.finding, Finding::Match | Finding::TooLittle) {
            page.finding = Finding::Differs;
        }
        Ok(page)
    }

    pub(in crate::app) async fn compare(&mut self, file: Waiting, person: String) -> Result<GuardPage, Failure> {
        let index = if person.is_empty() { self.open } else { Some(self.index_of(&person)?) };
        let hash = match file {
            Waiting::Unfiled(hash) => hash,
            Waiting::Question(number) => match self.questions.iter().find(|q| q.number == number).map(|q| &q.file) {
                Some(Asked::Loose(parcel, _)) => return self.sides(index, parcel),
                Some(Asked::Aside(hash)) => *hash,
                None => return Err(Failure::NotFound),
            },
        };
        let tray = self.people.iter().find(|h| h.label.unfiled).ok_or(Failure::NotFound)?;
        self.sides(index, tray.parcel(hash).ok_or(Failure::NotFound)?)
    }

    /// The tray's place in the list; it is made if there is none yet.
    async fn tray(&mut self) -> Result<usize, Failure> {
        match self.people.iter().position(|h| h.label.unfiled) {
            Some(index) => Ok(index),
            None => self.start(Label { unfiled: true, ..Label::default() }).await,
        }
    }

    /// Seals a file among the unfiled until the guard has its answer. Fails where nothing is kept.
    async fn put_aside(&mut self, parcel: &Parcel, original: &[u8]) -> Result<(), Failure> {
        if self.vault.is_none() {
            return Err(Failure::Locked);
        }
        let tray = self.tray().await?;
        self.admit(tray, parcel.clone(), original.to_vec()).await.map(drop)
    }

    /// Before a lock: whatever still waits in memory.
    pub(super) async fn put_questions_aside(&mut self) {
        for question in std::mem::take(&mut self.questions) {
            if let Asked::Loose(parcel, original) = question.file {
                // If there is no room now, the person's own file is where it was.
                let _ = self.put_aside(&parcel, &original).await;
            }
        }
    }

    pub(in crate::app) async fn decide(&mut self, question: u32, decision: Decision) -> Result<Brought, Failure> {
        let at = self.questions.iter().position(|q| q.number == question).ok_or(Failure::NotFound)?;
        // If it can't be kept just now (no room, another tab), the question stays open and nothing is lost.
        let brought = match self.questions.get(at).map(|q| &q.file) {
            Some(Asked::Aside(hash)) => self.file_unfiled(*hash, decision).await?,
            Some(Asked::Loose(parcel, original)) => {
                let (parcel, original) = (parcel.as_ref().clone(), original.clone());
                self.settle(parcel, original, decision).await?
            }
            None => return Err(Failure::NotFound),
        };
        self.questions.retain(|q| q.number != question);
        Ok(brought)
    }

    async fn settle(&mut self, parcel: Parcel, original: Vec<u8>, decision: Decision) -> Result<Brought, Failure> {
        let names_one = parcel.reading.people.len() <= 1;
        match decision {
            Decision::ThisPerson | Decision::Person(_) | Decision::NewPerson if !names_one => {
                Err(Failure::SeveralPeople)
            }
            Decision::ThisPerson => {
                let index = self.open.ok_or(Failure::NoPerson)?;
                self.admit(index, parcel, original).await
            }
            Decision::Person(id) => {
                let index = self.index_of(&id)?;
                self.admit(index, parcel, original).await
            }
            Decision::NewPerson => self.admit_new(parcel, original).await,
            Decision::Unfiled => {
                let index = self.tray().await?;
                self.admit(index, parcel, original).await?;
                Ok(Brought::Unfiled)
            }
            Decision::LeaveOut => Ok(Brought::LeftOut),
        }
    }

    /// Starts a record with the file's own particulars, and opens it.
    async fn admit_new(&mut self, parcel: Parcel, original: Vec<u8>) -> Result<Brought, Failure> {
        let given = match parcel.reading.people.as_slice() {
            [person] => as_given(person),
            _ => return Err(Failure::BadParticulars),
        };
        let index = self.start(Label { given, unfiled: false }).await?;
        self.open = Some(index);
        self.desk = Default::default();
        self.admit(index, parcel, original).await
    }

    /// Keeps the file with this person: one transaction, with its line in the journal.
    async fn admit(&mut self, index: usize, parcel: Parcel, original: Vec<u8>) -> Result<Brought, Failure> {
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let hash = parcel.hash;
        if held.parcel(hash).is_some() {
            return self.told(index, hash, true);
        }
        let person = held.id;
        let file_name = parcel.note.file_name.clone();
        let what = match held.label.unfiled {
            true => Happened::PutAside { parcel: hash, file_name },
            false => Happened::Imported { parcel: hash, file_name },
        };
        let line = self.line(Some(person), what);
        let mut restored = false;
        match &mut self.vault {
            Some(vault) => {
                let new = NewParcel {
                    person,
                    id: hash.0,
                    reading: wire::write(&parcel.reading),
                    original,
                    note: wire::write(&parcel.note),
                };
                let put = vault.put_parcels(vec![new], Some(line)).await?;
                restored = put.contains(&Put::Restored);
            }
            None => {
                self.people.get_mut(index).ok_or(Failure::NoPerson)?.loose.insert(hash, original);
            }
        }
        if restored {
            self.removed.retain(|r| r.parcel.hash != hash);
        }
        let held = self.people.get_mut(index).ok_or(Failure::NoPerson)?;
        held.put(vec![parcel]);
        self.told(index, hash, false)
    }

    /// The report of a file that is in that person's record.
    fn told(&self, index: usize, hash: Hash, before: bool) -> Result<Brought, Failure> {
        Ok(Brought::In(Box::new(self.report_of(index, hash, before)?)))
    }

    fn report_of(&self, index: usize, hash: Hash, already: bool) -> Result<ImportReport, Failure> {
        let today = self.edge.today();
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let mut report = view::report::report(held.record().0, hash, already, today).ok_or(Failure::NotFound)?;
        let elsewhere = self.open != Some(index) && !held.label.unfiled;
        report.holder =
            elsewhere.then(|| view::people::header(held.parcels(), Some(&held.person()), self.edge.today()));
        Ok(report)
    }

    pub(in crate::app) async fn report(&mut self, parcel: Hash) -> Result<ImportReport, Failure> {
        let holds = |h: &Held| h.parcel(parcel).is_some();
        let open = self.open.filter(|i| self.people.get(*i).is_some_and(holds));
        let index = open.or_else(|| self.people.iter().position(holds)).ok_or(Failure::NotFound)?;
        self.report_of(index, parcel, false)
    }

    pub(in crate::app) async fn report_json(&mut self, parcel: Hash) -> Result<String, Failure> {
        let found = self.people.iter().find_map(|h| h.parcel(parcel)).ok_or(Failure::NotFound)?;
        Ok(import::report::json(&found.reading, &found.note.file_name, found.hash, found.note.bytes))
    }

    pub(in crate::app) async fn type_in(&mut self, typed: Typed) -> Result<Brought, Failure> {
        let index = self.open.ok_or(Failure::NoPerson)?;
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let now = self.edge.now();
        let (reading, original) = import::typed::write(&typed, &as_person(&held.label.given), &super::stamp(now));
        let note = self.note(String::new(), original.len() as u64, Origin::Person);
        let parcel = Parcel { hash: Hash::of(&original), reading, note };
        self.admit(index, parcel, original).await
    }

    pub(in crate::app) async fn files(&mut self) -> Result<Vec<FileRow>, Failure> {
        let Ok(held) = self.held() else { return Ok(Vec::new()) };
        let mut rows: Vec<FileRow> = held.parcels().iter().map(|p| self.row(p, false)).collect();
        rows.extend(self.removed.iter().filter(|r| r.person == held.id).map(|r| self.row(&r.parcel, true)));
        rows.extend(held.damaged.iter().map(|hash| damaged(*hash)));
        rows.sort_by(|a, b| b.imported_at.cmp(&a.imported_at).then(a.file_name.cmp(&b.file_name)));
        Ok(rows)
    }

    pub(in crate::app) async fn unfiled(&mut self) -> Result<Vec<FileRow>, Failure> {
        let Some(tray) = self.people.iter().find(|h| h.label.unfiled) else { return Ok(Vec::new()) };
        let mut rows: Vec<FileRow> = tray.parcels().iter().map(|p| self.row(p, false)).collect();
        rows.extend(self.removed.iter().filter(|r| r.person == tray.id).map(|r| self.row(&r.parcel, true)));
        Ok(rows)
    }

    pub(in crate::app) async fn file_unfiled(&mut self, parcel: Hash, decision: Decision) -> Result<Brought, Failure> {
        let tray = self.people.iter().position(|h| h.label.unfiled).ok_or(Failure::NotFound)?;
        let held = self.people.get(tray).and_then(|h| h.parcel(parcel)).cloned().ok_or(Failure::NotFound)?;
        match decision {
            Decision::Unfiled => return Ok(Brought::Unfiled),
            // It can be put back until lock, like everything that is taken out.
            Decision::LeaveOut => {
                self.take_from(tray, parcel).await?;
                return Ok(Brought::LeftOut);
            }
            _ => {}
        }
        let original = self.original(tray, parcel).await?;
        // First in its new place, then out of the tray: a crash between leaves it in both, never in none.
        let brought = self.settle(held, original, decision).await?;
        let person = self.people.get(tray).ok_or(Failure::NotFound)?.id;
        if let Some(vault) = &mut self.vault {
            vault.remove_parcel(&person, &parcel.0, None).await?;
        }
        if let Some(held) = self.people.get_mut(tray) {
            held.take(parcel);
            held.loose.remove(&parcel);
        }
        Ok(brought)
    }

    pub(in crate::app) async fn take_out(&mut self, parcel: Hash) -> Result<(), Failure> {
        let open = self.open.ok_or(Failure::NoPerson)?;
        self.take_from(open, parcel).await
    }

    /// Takes a file out of a record, or of the tray, with its line in the journal; it can be put back until lock.
    async fn take_from(&mut self, index: usize, parcel: Hash) -> Result<(), Failure> {
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let person = held.id;
        let file_name = held.parcel(parcel).ok_or(Failure::NotFound)?.note.file_name.clone();
        let line = self.line(Some(person), Happened::TakenOut { parcel, file_name });
        if let Some(vault) = &mut self.vault {
            vault.remove_parcel(&person, &parcel.0, Some(line)).await?;
        }
        let held = self.people.get_mut(index).ok_or(Failure::NoPerson)?;
        let original = held.loose.remove(&parcel);
        if let Some(parcel) = held.take(parcel) {
            self.removed.push(Removed { person, parcel, original });
        }
        Ok(())
    }

    pub(in crate::app) async fn put_back(&mut self, parcel: Hash) -> Result<(), Failure> {
        let tray = self.people.iter().position(|h| h.label.unfiled);
        let from = |index: usize| {
            let person = self.people.get(index)?.id;
            let at = self.removed.iter().position(|r| r.person == person && r.parcel.hash == parcel)?;
            Some((index, person, at))
        };
        let found = self.open.and_then(from).or_else(|| tray.and_then(from));
        let (index, person, at) = found.ok_or(Failure::NotFound)?;
        let file_name = self.removed.get(at).map(|r| r.parcel.note.file_name.clone()).unwrap_or_default();
        let what = match Some(index) == tray {
            true => Happened::PutAside { parcel, file_name },
            false => Happened::Imported { parcel, file_name },
        };
        let line = self.line(Some(person), what);
        if let Some(vault) = &mut self.vault {
            vault.restore_parcel(&person, &parcel.0, Some(line)).await?;
        }
        let Removed { parcel, original, .. } = self.removed.remove(at);
        let held = self.people.get_mut(index).ok_or(Failure::NoPerson)?;
        if let Some(original) = original {
            held.loose.insert(parcel.hash, original);
        }
        held.put(vec![parcel]);
        Ok(())
    }

    pub(in crate::app) async fn keep_draft(&mut self, name: String, typed: Option<Typed>) -> Result<(), Failure> {
        let person = self.held()?.id;
        let name = format!("typed {name}");
        match (&mut self.vault, typed) {
            (Some(vault), Some(typed)) => vault.put_draft(&person, &name, wire::write(&typed)).await?,
            (Some(vault), None) => {
                if vault.draft(&person, &name).await?.is_some() {
                    vault.drop_draft(&person, &name).await?;
                }
            }
            (None, Some(typed)) => drop(self.held_mut()?.drafts.insert(name, wire::write(&typed))),
            (None, None) => drop(self.held_mut()?.drafts.remove(&name)),
        }
        Ok(())
    }

    pub(in crate::app) async fn draft(&mut self, name: String) -> Result<Option<Typed>, Failure> {
        let held = self.held()?;
        let name = format!("typed {name}");
        let bytes = match &self.vault {
            Some(vault) => vault.draft(&held.id, &name).await?,
            None => held.drafts.get(&name).cloned(),
        };
        // One that no longer opens is no entry: it was never one, and is written anew.
        Ok(bytes.and_then(|bytes| wire::read(&bytes).ok()))
    }

    async fn original(&self, index: usize, parcel: Hash) -> Result<Vec<u8>, Failure> {
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        match (&self.vault, held.loose.get(&parcel)) {
            (_, Some(loose)) => Ok(loose.clone()),
            (Some(vault), None) => Ok(vault.original(&held.id, &parcel.0).await?),
            (None, None) => Err(Failure::NotFound),
        }
    }

    /// Whose record holds this file: the open person's, or the tray's.
    fn owner(&self, parcel: Hash) -> Result<usize, Failure> {
        let holds = |h: &Held| h.parcel(parcel).is_some() || h.damaged.contains(&parcel);
        let open = self.open.filter(|i| self.people.get(*i).is_some_and(holds));
        open.or_else(|| self.people.iter().position(|h| h.label.unfiled && h.parcel(parcel).is_some()))
            .ok_or(Failure::NotFound)
    }

    pub(in crate::app) async fn original_bytes(&mut self, parcel: Hash) -> Result<String, Failure> {
        let index = self.owner(parcel)?;
        let bytes = self.original(index, parcel).await?;
        let held = self.people.get(index).ok_or(Failure::NotFound)?;
        let person = held.id;
        let name = held.parcel(parcel).map(|p| p.note.file_name.clone()).unwrap_or_default();
        // What was typed by hand has no name of its own; it is a small FHIR resource.
        let name = if name.is_empty() { "typed-by-hand.json".to_owned() } else { name };
        match self.log(Some(person), Happened::Exported { file_name: name.clone() }).await {
            // Nothing can be written now; what is here can still be taken out.
            Ok(()) | Err(Failure::InDoubt | Failure::Full | Failure::OtherTab) => {}
            Err(failure) => return Err(failure),
        }
        self.returned.push(bytes);
        Ok(name)
    }

    pub(in crate::app) async fn attachment_bytes(
        &mut self,
        parcel: Hash,
        at: String,
    ) -> Result<(String, String), Failure> {
        let owner = self.owner(parcel)?;
        let original = self.original(owner, parcel).await?;
        let found = self.people.get(owner).and_then(|h| h.parcel(parcel)).ok_or(Failure::NotFound)?;
        let attachment = found.reading.attachments.iter().find(|a| a.at == at).ok_or(Failure::NotFound)?;
        let bytes = import::attachment(&original, attachment).map_err(Failure::Import)?;
        let told = (attachment.title.clone(), attachment.content_type.clone());
        self.returned.push(bytes);
        Ok(told)
    }

    pub(in crate::app) async fn fragment(&mut self, parcel: Hash, at: String) -> Result<Option<String>, Failure> {
        let owner = self.owner(parcel)?;
        let original = self.original(owner, parcel).await?;
        let found = self.people.get(owner).and_then(|h| h.parcel(parcel)).ok_or(Failure::NotFound)?;
        let entry = found.reading.entries.iter().find(|e| e.at == at).ok_or(Failure::NotFound)?;
        Ok(import::fragment(&original, entry))
    }

    fn row(&self, parcel: &Parcel, out: bool) -> FileRow {
        let reading = &parcel.reading;
        let today = self.edge.today();
        FileRow {
            parcel: parcel.hash,
            file_name: parcel.note.file_name.clone(),
            source: reading.source.name.clone(),
            format: format!("{} {}", reading.format, reading.version).trim().to_owned(),
            imported: Day::at(&parcel.note.imported, today),
            imported_at: parcel.note.imported.clone(),
            bytes: parcel.note.bytes,
            entries: reading.entries.len() as u32,
            not_understood: reading.ledger.not_understood,
            out,
            damaged: false,
            people: reading.people.iter().map(|p| Header::of(p, today)).collect(),
        }
    }
}

/// True if some of its entries are about another subject than its patient: then a matching patient is not enough.
fn speaks_of_others(parcel: &Parcel) -> bool {
    parcel.reading.issues.iter().any(|i| i.code == IssueCode::OtherSubject)
}

/// A file whose stored form no longer opens.
fn damaged(parcel: Hash) -> FileRow {
    FileRow {
        parcel,
        file_name: String::new(),
        source: String::new(),
        format: String::new(),
        imported: None,
        imported_at: String::new(),
        bytes: 0,
        entries: 0,
        not_understood: 0,
        out: false,
        damaged: true,
        people: Vec::new(),
    }
}
