//! Files that are here, and files out: what was typed, the parcels, the reports, undo.

use std::sync::Arc;

use super::bring::Loose;
use super::people::{Held, Id, as_person, carer, id_text};
use super::{Edge, Session};
use crate::app::wire::{self, Brought, Failure, FileRow, Happened, Typed};
use crate::import;
use crate::record::{Hash, Note, Origin, Parcel, Said};
use crate::view::report::ImportReport;
use crate::view::{self, Day, people::Header};

/// A file that was taken out and can be put back until lock.
pub(super) struct Removed {
    pub person: Id,
    pub parcel: Parcel,
    pub original: Option<Arc<Vec<u8>>>,
    /// It went with another file, of whose documents it speaks, and comes back with it.
    pub with: Option<Hash>,
}

impl<E: Edge> Session<E> {
    pub(super) fn note(&self, file_name: String, bytes: u64, origin: Origin) -> Note {
        Note { imported: super::stamp_exact(self.edge.now()), file_name, bytes, origin, ..Note::default() }
    }

    /// The report of a file that is in that person's record.
    pub(super) fn told(&self, index: usize, hash: Hash, before: bool) -> Result<Brought, Failure> {
        Ok(Brought::In(Box::new(self.report_of(index, hash, before)?)))
    }

    fn report_of(&self, index: usize, hash: Hash, already: bool) -> Result<ImportReport, Failure> {
        let today = self.edge.today();
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let mut report = view::report::report(held.record().0, hash, already, today).ok_or(Failure::NotFound)?;
        if !held.label.unfiled {
            report.holder_id = id_text(&held.id);
            report.holder = Some(view::people::header(held.parcels(), Some(&held.person()), self.edge.today()));
        }
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
        let stamp = super::stamp_here(self.edge.now(), self.edge.offset_minutes());
        let given = &held.label.given;
        let (reading, original) = import::typed::write(&typed, &as_person(given), carer(given).as_deref(), &stamp);
        let note = self.note(String::new(), original.len() as u64, Origin::Person);
        let parcel = Parcel { hash: Hash::of(&original), reading, note };
        let file = Loose { parcel, original: Arc::new(original) };
        let brought = self.admit(index, vec![file], None).await.map_err(|(failure, _)| failure)?;
        brought.into_iter().next().ok_or(Failure::NotFound)
    }

    pub(in crate::app) async fn typed_of(&mut self, parcel: Hash) -> Result<Typed, Failure> {
        let index = self.open.ok_or(Failure::NoPerson)?;
        let found = self.held()?.parcel(parcel).filter(|p| p.note.origin == Origin::Person);
        found.ok_or(Failure::NotFound)?;
        import::typed::read(&self.original(index, parcel).await?).ok_or(Failure::NotFound)
    }

    pub(in crate::app) async fn retype(&mut self, parcel: Hash, typed: Typed) -> Result<Brought, Failure> {
        self.typed_of(parcel).await?;
        // First the new, then the old out: a crash between leaves both, never none.
        let brought = self.type_in(typed).await?;
        let same = matches!(&brought, Brought::In(report) if report.source.parcel == parcel);
        if !same {
            self.take_out(parcel).await?;
        }
        Ok(brought)
    }

    pub(in crate::app) async fn say_of(&mut self, item: String, said: Said, words: String) -> Result<Brought, Failure> {
        let (record, _) = self.held()?.record();
        let found = record.find(&item).ok_or(Failure::NotFound)?;
        let about = found.entries.iter().chain(&found.history).filter_map(|at| record.place(*at)).collect();
        // What is taken off the pages is not named by its own tag, in the journal and among the files.
        let title = record.lead(found).filter(|_| said != Said::Off).map(|e| e.title.clone()).unwrap_or_default();
        self.type_in(Typed::Said { said, about, title, words }).await
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
        // What holds files that are still asked about goes where they go: it is asked about with them.
        let parcels = tray.parcels().iter().filter(|p| !self.holds_asked(p.hash));
        let mut rows: Vec<FileRow> = parcels.map(|p| self.row(p, false)).collect();
        rows.extend(self.removed.iter().filter(|r| r.person == tray.id).map(|r| self.row(&r.parcel, true)));
        Ok(rows)
    }

    pub(in crate::app) async fn take_out(&mut self, parcel: Hash) -> Result<(), Failure> {
        let open = self.open.ok_or(Failure::NoPerson)?;
        self.take_from(open, parcel).await
    }

    /// Takes a file out of a record, or of the tray, with its line in the journal; it can be put back until lock.
    pub(super) async fn take_from(&mut self, index: usize, parcel: Hash) -> Result<(), Failure> {
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        let person = held.id;
        let file_name = held.parcel(parcel).ok_or(Failure::NotFound)?.note.file_name.clone();
        let line = self.line(Some(person), Happened::TakenOut { parcel, file_name });
        // What was said of a document is nothing without it.
        let said = self.said_of(index, parcel);
        if let Some(vault) = &mut self.vault {
            let ids: Vec<_> = std::iter::once(parcel).chain(said.iter().copied()).map(|hash| hash.0).collect();
            vault.remove_parcels(&person, &ids, Some(line)).await?;
        }
        let held = self.people.get_mut(index).ok_or(Failure::NoPerson)?;
        for (hash, with) in said.into_iter().map(|hash| (hash, Some(parcel))).chain([(parcel, None)]) {
            let original = held.loose.remove(&hash);
            if let Some(parcel) = held.take(hash) {
                self.removed.push(Removed { person, parcel, original, with });
            }
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
        let said = self.removed.get(at).map(|r| self.said_before(person, &r.parcel)).unwrap_or_default();
        let back: Vec<Hash> = std::iter::once(parcel).chain(said).collect();
        if let Some(vault) = &mut self.vault {
            let ids: Vec<_> = back.iter().map(|hash| hash.0).collect();
            vault.restore_parcels(&person, &ids, Some(line)).await?;
        }
        let (put, rest) = std::mem::take(&mut self.removed)
            .into_iter()
            .partition(|r: &Removed| r.person == person && back.contains(&r.parcel.hash));
        self.removed = rest;
        let held = self.people.get_mut(index).ok_or(Failure::NoPerson)?;
        let mut parcels = Vec::new();
        for Removed { parcel, original, .. } in put {
            if let Some(original) = original {
                held.loose.insert(parcel.hash, original);
            }
            parcels.push(parcel);
        }
        held.put(parcels);
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

    pub(super) async fn original(&self, index: usize, parcel: Hash) -> Result<Vec<u8>, Failure> {
        let held = self.people.get(index).ok_or(Failure::NoPerson)?;
        match (&self.vault, held.loose.get(&parcel)) {
            (_, Some(loose)) => Ok(loose.to_vec()),
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
            title: match (parcel.note.origin.clone(), reading.entries.as_slice()) {
                (Origin::Person, [entry]) => entry.title.clone(),
                _ => String::new(),
            },
            archive: reading.is_archive(),
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

/// A file whose stored form no longer opens.
fn damaged(parcel: Hash) -> FileRow {
    FileRow {
        parcel,
        file_name: String::new(),
        title: String::new(),
        archive: false,
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
