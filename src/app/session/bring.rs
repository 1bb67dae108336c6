//! What comes in: put before the guard, those together that are of one person, and kept.
//!
//! A delivery of several files asks once for all that say the same of whose they are. What matches the open person is
//! kept in one transaction; an archive's own bytes, and pictures whose codes were read, go where their files went, when
//! each has its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::people::{Held, Id, Label, as_given, id_text};
use super::{Edge, Session};
use crate::app::keep::{NewParcel, Put};
use crate::app::wire::{self, Brought, Decision, Failure, Filed, Happened, Text, Waiting};
use crate::import::File;
use crate::record::{Hash, IssueCode, Origin, Parcel, PartialDate, Person, guard, mention::Mentions};
use crate::view;
use crate::view::guard::{Candidate, Finding, GuardPage};

/// A file on its way in.
pub(super) struct Loose {
    pub parcel: Parcel,
    pub original: Arc<Vec<u8>>,
}

/// A file that waits for the guard's answer.
enum Asked {
    /// In memory, with everything needed to keep it: nothing is kept here yet, or it could not be.
    Loose(Box<Loose>),
    /// Sealed among the unfiled: a lock or a closed window loses neither it nor the question.
    Aside(Hash),
}

/// Files that wait for one answer.
pub(super) struct Question {
    number: u32,
    /// With whom they were compared: "this person" is nobody else, whoever is open when the answer comes.
    of: Option<Id>,
    sack: Option<u32>,
    files: Vec<Asked>,
}

/// An archive whose files have not all found their place; or the pictures that hold the codes of some.
pub(super) struct Sack {
    number: u32,
    holders: Vec<Asked>,
    /// Who has a file of it.
    places: BTreeSet<Id>,
    /// A file of it was left out: then nothing of it is here, and that holds for the archive too.
    left_out: bool,
}

/// An errand with files that failed gives them back.
type Kept<T, F = Loose> = Result<T, (Failure, Vec<F>)>;
/// How the journal names what came: an archive's files by the archive.
type Named = (Hash, String);

impl<E: Edge> Session<E> {
    /// Beside the question travel the files, then the reading of each; the last so many hold the others.
    pub(in crate::app) async fn bring(
        &mut self,
        holders: u32,
        texts: Vec<Text>,
        host: String,
    ) -> Result<Vec<Brought>, Failure> {
        let mut originals = std::mem::take(&mut self.handed);
        let readings = originals.split_off(originals.len() / 2);
        if originals.len() != readings.len() {
            return Err(Failure::Garbled);
        }
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        for (number, (reading, original)) in (0_u32..).zip(readings.into_iter().zip(originals)) {
            let file: File = wire::read(&reading)?;
            match file.reading {
                Err(error) => refused.push(Brought::Refused { file_name: file.name, failure: Failure::Import(error) }),
                // The parser worker is not trusted: what is kept is named by what it is.
                Ok(_) if Hash::of(&original) != file.hash => return Err(Failure::Garbled),
                Ok(mut reading) => {
                    Text::put(&texts, number, &mut reading);
                    let origin = if host.is_empty() { Origin::File } else { Origin::Link(host.clone()) };
                    let note = self.note(file.name, original.len() as u64, origin);
                    let parcel = Parcel { hash: file.hash, reading, note };
                    files.push(Loose { parcel, original: Arc::new(original) });
                }
            }
        }
        let holders = files.split_off(files.len().saturating_sub(holders as usize));
        let mut brought = self.place(files, holders).await?;
        brought.extend(refused);
        Ok(brought)
    }

    /// Puts the files of one delivery before the guard: only a match goes on without a question.
    async fn place(&mut self, files: Vec<Loose>, holders: Vec<Loose>) -> Result<Vec<Brought>, Failure> {
        let (mut brought, mut places, mut groups) = (Vec::new(), BTreeSet::new(), Vec::<Vec<Loose>>::new());
        let mut seen = BTreeSet::new();
        let signs: BTreeMap<Hash, Signs> = files.iter().map(|f| (f.parcel.hash, self.signs(&f.parcel))).collect();
        let alike = |a: &Parcel, b: &Parcel| alike(a, b) && signs.get(&a.hash) == signs.get(&b.hash);
        for file in files {
            let hash = file.parcel.hash;
            // The very same file again changes nothing, whoever is open; nor does one that stands in an archive twice.
            if let Some((index, held)) = self.whose(hash) {
                places.insert(held.id);
                brought.push(self.told(index, hash, true)?);
            } else if seen.insert(hash) {
                match groups.iter_mut().find(|g| g.first().is_some_and(|first| alike(&first.parcel, &file.parcel))) {
                    Some(group) => group.push(file),
                    None => groups.push(vec![file]),
                }
            }
        }
        // The first files of all start their own person's record, if they say who that is and all of them the same.
        let mut ours = Vec::new();
        let mut named = (0..).zip(&groups).filter(|(_, g)| g.first().is_some_and(|f| names(&f.parcel))).map(|(n, _)| n);
        let nobody = self.people.iter().all(|h| h.label.unfiled);
        if let (true, Some(only), None) = (nobody, named.next(), named.next()) {
            let group = groups.remove(only);
            let given = group.first().and_then(|f| f.parcel.reading.people.first()).map(as_given);
            // The first is usually one's own; on what ground anybody else's is kept has to be said.
            let index = self.start(Label { given: given.unwrap_or_default(), unfiled: false }).await?;
            self.open = Some(index);
            self.desk = Default::default();
            ours = group;
        }
        if let Some(held) = self.open.and_then(|i| self.people.get(i)) {
            let person = held.known_person();
            for group in &mut groups {
                let (mine, others) = group.drain(..).partition(|f| matches(&person, &f.parcel));
                ours.extend::<Vec<Loose>>(mine);
                *group = others;
            }
            groups.retain(|group| !group.is_empty());
            if !ours.is_empty() {
                places.insert(held.id);
            }
        }
        let named = holders.first().map(named_so);
        // With nothing left to ask, and nobody else concerned, the holders go with their files.
        let whole = groups.is_empty() && places.len() == 1 && !ours.is_empty();
        let (with, holders) = if whole { (holders, Vec::new()) } else { (Vec::new(), holders) };
        if let Some(index) = self.open.filter(|_| !ours.is_empty()) {
            let count = ours.len();
            ours.extend(with);
            let mut told = self.admit(index, ours, named.clone()).await.map_err(|(failure, _)| failure)?;
            told.truncate(count);
            brought.extend(told);
        }
        // All that waits is put aside in one step, the holders with it.
        let counts: Vec<usize> = groups.iter().map(Vec::len).collect();
        let asked: usize = counts.iter().sum();
        let mut waiting = self.set_aside(groups.into_iter().flatten().chain(holders).collect(), named).await;
        let holders = waiting.split_off(asked.min(waiting.len()));
        let sack = (!holders.is_empty()).then(|| {
            let number = self.next();
            self.sacks.push(Sack { number, holders, places, left_out: false });
            number
        });
        let mut waiting = waiting.into_iter();
        for count in counts {
            brought.push(self.ask(waiting.by_ref().take(count).collect(), sack));
        }
        brought.extend(self.close(sack).await);
        Ok(brought)
    }

    fn next(&mut self) -> u32 {
        self.next_question += 1;
        self.next_question - 1
    }

    /// Who has this file, the open person before others, the tray of what is nobody's aside.
    fn whose(&self, hash: Hash) -> Option<(usize, &Held)> {
        let holds = |(_, h): &(usize, &Held)| h.parcel(hash).is_some() && !h.label.unfiled;
        let open = self.open.and_then(|i| self.people.get(i).map(|h| (i, h))).filter(holds);
        open.or_else(|| self.people.iter().enumerate().find(holds))
    }

    /// Seals files among the unfiled until the guard has its answer; where nothing is kept they stay in memory.
    async fn set_aside(&mut self, files: Vec<Loose>, named: Option<Named>) -> Vec<Asked> {
        let loose = |files: Vec<Loose>| files.into_iter().map(|f| Asked::Loose(Box::new(f))).collect();
        if self.vault.is_none() || files.is_empty() {
            return loose(files);
        }
        let Ok(tray) = self.tray().await else { return loose(files) };
        let hashes: Vec<Hash> = files.iter().map(|f| f.parcel.hash).collect();
        match self.admit(tray, files, named).await {
            Ok(_) => hashes.into_iter().map(Asked::Aside).collect(),
            Err((_, files)) => loose(files),
        }
    }

    /// Before a lock: whatever still waits in memory. If there is no room now, the person's own file is where it was.
    pub(super) async fn put_questions_aside(&mut self) {
        let holders = std::mem::take(&mut self.sacks).into_iter().filter(|s| !s.left_out).flat_map(|s| s.holders);
        let all: Vec<Asked> =
            std::mem::take(&mut self.questions).into_iter().flat_map(|q| q.files).chain(holders).collect();
        let loose = all.into_iter().filter_map(|asked| if let Asked::Loose(file) = asked { Some(*file) } else { None });
        drop(self.set_aside(loose.collect(), None).await);
    }

    /// A file that waits, wherever it does.
    fn waiting<'a>(&'a self, asked: &'a Asked) -> Option<&'a Parcel> {
        match asked {
            Asked::Loose(file) => Some(&file.parcel),
            Asked::Aside(hash) => self.people.iter().find(|h| h.label.unfiled)?.parcel(*hash),
        }
    }

    fn ask(&mut self, files: Vec<Asked>, sack: Option<u32>) -> Brought {
        let question = self.next();
        let of = self.open.and_then(|i| self.people.get(i)).map(|h| h.id);
        self.questions.push(Question { number: question, of, sack, files });
        self.asked_again(question)
    }

    /// An open question as the front shows it, compared with whom it was asked of.
    fn asked_again(&self, question: u32) -> Brought {
        let asked = self.questions.iter().find(|q| q.number == question);
        let files: Vec<&Parcel> = asked.iter().flat_map(|q| &q.files).filter_map(|f| self.waiting(f)).collect();
        let index = asked.and_then(|q| self.people.iter().position(|h| Some(h.id) == q.of));
        let page = Box::new(self.sides(index, files.first().copied()));
        let file_names = files.iter().map(|p| p.note.file_name.clone()).collect();
        let parcels = files.iter().map(|p| p.hash).collect();
        Brought::Whose { question, file_names, parcels, page }
    }

    /// Both sides of the guard's question: a file, and the person at this place of the list, if any; and how it compares
    /// with everybody else here.
    fn sides(&self, index: Option<usize>, parcel: Option<&Parcel>) -> GuardPage {
        let people = parcel.map(|p| p.reading.people.as_slice()).unwrap_or_default();
        let (today, others) = (self.edge.today(), parcel.is_some_and(speaks_of_others));
        let text = parcel.map(words_of).unwrap_or_default();
        let words = Mentions::of(&text);
        let known: Vec<(usize, Person)> = self.filed().map(|(i, h)| (i, h.known_person())).collect();
        let compare = |held: Option<(usize, &Person)>| {
            let mut page = view::guard::page(held.map(|(_, person)| person), people, today);
            if others && matches!(page.finding, Finding::Match | Finding::TooLittle) {
                page.finding = Finding::Differs;
            }
            if page.finding == Finding::NoPerson {
                let rest: Vec<&Person> =
                    known.iter().filter(|(i, _)| Some(*i) != held.map(|(h, _)| h)).map(|(_, person)| person).collect();
                page.finding = view::guard::by_words(&words, held.map(|(_, person)| person), &rest);
            }
            page
        };
        let of = |at: usize| known.iter().find(|(i, _)| *i == at).map(|(i, person)| (*i, person));
        let mut page = compare(index.and_then(of));
        let candidates = known.iter().filter_map(|(at, person)| {
            let held = self.people.get(*at)?;
            let said = words.mention(person);
            Some(Candidate {
                id: id_text(&held.id),
                person: view::people::header(held.parcels(), Some(&held.person()), today),
                open: self.open == Some(*at),
                finding: compare(Some((*at, person))).finding,
                quotes: said.name.into_iter().chain(said.number).collect(),
                birth: said.birth.map(|date| view::Day::of(&date, today)),
            })
        });
        page.candidates = candidates.collect();
        let rank = |c: &Candidate| match c.finding {
            Finding::Match | Finding::FirstFile => 0,
            Finding::WordsAgree => 1,
            Finding::TooLittle | Finding::NoPerson | Finding::SeveralPeople => 2,
            Finding::WordsDiffer | Finding::Differs => 3,
        };
        page.candidates.sort_by_key(|c| (rank(c), !c.open));
        page.reads = people.is_empty().then(|| {
            let picture = parcel.map(picture).unwrap_or_default();
            view::guard::Reads { picture, ..view::guard::reads(&text, &words, today) }
        });
        page
    }

    /// Everybody, without the tray of what is nobody's.
    fn filed(&self) -> impl Iterator<Item = (usize, &Held)> {
        self.people.iter().enumerate().filter(|(_, h)| !h.label.unfiled)
    }

    /// What the words of a file that names nobody in a field of its own say of whose it is.
    fn signs(&self, parcel: &Parcel) -> Signs {
        if !parcel.reading.people.is_empty() {
            return Signs::default();
        }
        let text = words_of(parcel);
        let words = Mentions::of(&text);
        let named = self.filed().filter(|(_, h)| words.mention(&h.known_person()) != Default::default());
        Signs { named: named.map(|(_, h)| h.id).collect(), births: words.births.clone() }
    }

    pub(in crate::app) async fn waiting_bytes(&mut self, file: Waiting) -> Result<String, Failure> {
        let tray = self.people.iter().position(|h| h.label.unfiled);
        let asked = match &file {
            Waiting::Question(number) => {
                let question = self.questions.iter().find(|q| q.number == *number);
                question.and_then(|q| q.files.first()).ok_or(Failure::NotFound)?
            }
            Waiting::Unfiled(hash) => &Asked::Aside(*hash),
        };
        let name = self.waiting(asked).ok_or(Failure::NotFound)?.note.file_name.clone();
        let bytes = match asked {
            Asked::Loose(file) => file.original.to_vec(),
            Asked::Aside(hash) => self.original(tray.ok_or(Failure::NotFound)?, *hash).await?,
        };
        self.returned.push(bytes);
        Ok(name)
    }

    pub(in crate::app) async fn compare(&mut self, file: Waiting, person: String) -> Result<GuardPage, Failure> {
        let index = if person.is_empty() { self.open } else { Some(self.index_of(&person)?) };
        let tray = |hash: Hash| self.people.iter().find(|h| h.label.unfiled)?.parcel(hash);
        let parcel = match file {
            Waiting::Unfiled(hash) => tray(hash),
            Waiting::Question(number) => {
                let asked = self.questions.iter().find(|q| q.number == number).and_then(|q| q.files.first());
                asked.and_then(|asked| self.waiting(asked))
            }
        };
        Ok(self.sides(index, Some(parcel.ok_or(Failure::NotFound)?)))
    }

    /// Answers one question; other questions of the same delivery may have become clear by that. Answers with what has
    /// become of each.
    pub(in crate::app) async fn decide(
        &mut self,
        question: u32,
        decision: Decision,
    ) -> Result<Vec<(u32, Vec<Brought>)>, Failure> {
        let at = self.questions.iter().position(|q| q.number == question).ok_or(Failure::NotFound)?;
        let Question { number, of, sack, files } = self.questions.remove(at);
        let left_out = decision == Decision::LeaveOut;
        let sacked = sack.and_then(|n| self.sacks.iter().find(|s| s.number == n));
        let named = sacked
            .and_then(|s| s.holders.first())
            .and_then(|a| self.waiting(a))
            .map(|p| (p.hash, p.note.file_name.clone()));
        // If it can't be kept just now (no room, another tab), the question stays open and nothing is lost.
        let (brought, place) = match self.settle(files, decision, of, named).await {
            Ok(done) => done,
            Err((failure, files)) => {
                self.questions.insert(at.min(self.questions.len()), Question { number, of, sack, files });
                return Err(failure);
            }
        };
        let mut all = vec![(number, brought)];
        if let Some(sack) = self.sacks.iter_mut().find(|s| Some(s.number) == sack) {
            sack.places.extend(place);
            sack.left_out |= left_out;
        }
        if sack.is_some() {
            all.extend(self.look_again(sack, place).await);
            let closed = self.close(sack).await;
            all.iter_mut().take(1).for_each(|(_, brought)| brought.extend(closed.clone()));
        }
        Ok(all)
    }

    pub(in crate::app) async fn file_unfiled(&mut self, parcel: Hash, decision: Decision) -> Result<Filed, Failure> {
        let waits = |h: &Held| h.label.unfiled && h.parcel(parcel).is_some();
        self.people.iter().position(waits).ok_or(Failure::NotFound)?;
        let of = self.open.and_then(|i| self.people.get(i)).map(|h| h.id);
        let left_out = decision == Decision::LeaveOut;
        let settled = self.settle(vec![Asked::Aside(parcel)], decision, of, None).await;
        let (brought, place) = settled.map_err(|(failure, _)| failure)?;
        let brought = brought.into_iter().next().ok_or(Failure::NotFound)?;
        // A question about it has its answer by that; what else it asked of is asked on.
        let is = |f: &Asked| matches!(f, Asked::Aside(hash) if *hash == parcel);
        let asked: Vec<(u32, Option<u32>)> =
            self.questions.iter().filter(|q| q.files.iter().any(is)).map(|q| (q.number, q.sack)).collect();
        self.sacks.iter_mut().for_each(|sack| sack.holders.retain(|f| !is(f)));
        let mut changed = Vec::new();
        for (number, sack) in asked {
            if let Some(question) = self.questions.iter_mut().find(|q| q.number == number) {
                question.files.retain(|f| !is(f));
            }
            let open = self.questions.iter().any(|q| q.number == number && !q.files.is_empty());
            let mut now = vec![brought.clone()];
            now.extend(open.then(|| self.asked_again(number)));
            self.questions.retain(|q| !q.files.is_empty());
            changed.push((number, now));
            if let Some(sack) = self.sacks.iter_mut().find(|s| Some(s.number) == sack) {
                sack.places.extend(place);
                sack.left_out |= left_out;
            }
            changed.extend(self.look_again(sack, place).await);
            let closed = self.close(sack).await;
            changed.iter_mut().filter(|(n, _)| *n == number).for_each(|(_, now)| now.extend(closed.clone()));
        }
        Ok(Filed { brought, changed })
    }

    /// The other questions of a delivery, after one of them was answered: whoever has its files now may be theirs.
    async fn look_again(&mut self, sack: Option<u32>, place: Option<Id>) -> Vec<(u32, Vec<Brought>)> {
        let whom = self.filed().find(|(_, h)| Some(h.id) == place).map(|(i, h)| (i, h.id, h.known_person()));
        let Some((index, id, person)) = whom.filter(|_| sack.is_some()) else { return Vec::new() };
        let mut all = Vec::new();
        let open: Vec<u32> = self.questions.iter().filter(|q| q.sack == sack).map(|q| q.number).collect();
        for number in open {
            let Some(at) = self.questions.iter().position(|q| q.number == number && q.of != Some(id)) else { continue };
            let mine = |f: &Asked| self.waiting(f).is_some_and(|p| matches(&person, p));
            let theirs = self.questions.get(at).is_some_and(|q| q.files.iter().all(mine));
            let mut question = self.questions.remove(at);
            if question.of.is_none() {
                question.of = self.open.and_then(|i| self.people.get(i)).map(|h| h.id);
            }
            if theirs {
                match self.admit_asked(index, std::mem::take(&mut question.files), None).await {
                    Ok(brought) => {
                        if let Some(sack) = self.sacks.iter_mut().find(|s| Some(s.number) == sack) {
                            sack.places.insert(id);
                        }
                        all.push((number, brought));
                        continue;
                    }
                    // It is asked again instead.
                    Err((_, files)) => question.files = files,
                }
            }
            self.questions.insert(at, question);
            all.push((number, vec![self.asked_again(number)]));
        }
        all
    }

    /// Keeps what holds other files when each of these has its place: with whom they all went; else it is nobody's, for
    /// it holds files of several. Answers only where it could not be kept.
    async fn close(&mut self, sack: Option<u32>) -> Option<Brought> {
        let number = sack.filter(|n| !self.questions.iter().any(|q| q.sack == Some(*n)))?;
        let at = self.sacks.iter().position(|s| s.number == number)?;
        let Sack { holders, places, left_out, .. } = self.sacks.remove(at);
        let file_name =
            holders.first().and_then(|held| self.waiting(held)).map(|p| p.note.file_name.clone()).unwrap_or_default();
        let decision = if left_out { Decision::LeaveOut } else { Decision::Unfiled };
        let mut places = places.into_iter();
        let only = places.next().filter(|_| places.next().is_none() && !left_out);
        if holders.is_empty() {
            return None;
        }
        let kept = match only.and_then(|id| self.people.iter().position(|h| h.id == id)) {
            Some(index) => self.admit_asked(index, holders, None).await.map(drop),
            None => self.settle(holders, decision, None, None).await.map(drop),
        };
        kept.err().map(|(failure, _)| Brought::Refused { file_name, failure })
    }

    /// True for what holds files that are still asked about.
    pub(super) fn holds_asked(&self, hash: Hash) -> bool {
        let is = |f: &Asked| matches!(f, Asked::Aside(held) if *held == hash);
        self.sacks.iter().any(|sack| sack.holders.iter().any(is))
    }

    /// The tray of files that are nobody's.
    async fn tray(&mut self) -> Result<usize, Failure> {
        match self.people.iter().position(|h| h.label.unfiled) {
            Some(index) => Ok(index),
            None => self.start(Label { unfiled: true, ..Label::default() }).await,
        }
    }

    /// Does as was decided. Answers with what became of each file, and with who has them now.
    async fn settle(
        &mut self,
        files: Vec<Asked>,
        decision: Decision,
        of: Option<Id>,
        named: Option<Named>,
    ) -> Kept<(Vec<Brought>, Option<Id>), Asked> {
        let parcels: Vec<&Parcel> = files.iter().filter_map(|f| self.waiting(f)).collect();
        let names_one = parcels.iter().all(|p| p.reading.people.len() <= 1);
        let names: Vec<(String, Hash)> = parcels.iter().map(|p| (p.note.file_name.clone(), p.hash)).collect();
        let given = parcels.iter().find_map(|p| p.reading.people.first()).map(as_given);
        let index = match &decision {
            Decision::ThisPerson | Decision::Person(_) | Decision::NewPerson if !names_one => {
                Err(Failure::SeveralPeople)
            }
            Decision::ThisPerson => self.people.iter().position(|h| Some(h.id) == of).ok_or(Failure::NoPerson),
            Decision::Person(id) => self.index_of(id),
            Decision::NewPerson => match given {
                Some(mut given) => {
                    given.care.unsaid = self.filed().next().is_some();
                    self.start(Label { given, unfiled: false }).await
                }
                None => Err(Failure::BadParticulars),
            },
            Decision::Unfiled => self.tray().await,
            Decision::LeaveOut => {
                // It can be put back until lock, like everything that is taken out.
                if let Some(tray) = self.people.iter().position(|h| h.label.unfiled) {
                    for (done, asked) in files.iter().enumerate() {
                        if let Asked::Aside(hash) = asked
                            && let Err(failure) = self.take_from(tray, *hash).await
                        {
                            return Err((failure, files.into_iter().skip(done).collect()));
                        }
                    }
                }
                let out = names.into_iter().map(|(file_name, parcel)| Brought::LeftOut { file_name, parcel });
                return Ok((out.collect(), None));
            }
        };
        let index = match index {
            Ok(index) => index,
            Err(failure) => return Err((failure, files)),
        };
        // Whose record is open changes only where none was: with another person's the next file would be asked of them.
        if decision == Decision::NewPerson && self.open.is_none() {
            self.open = Some(index);
            self.desk = Default::default();
        }
        let mut brought = self.admit_asked(index, files, named).await?;
        if decision == Decision::Unfiled {
            let aside = names.into_iter().map(|(file_name, parcel)| Brought::Unfiled { file_name, parcel });
            brought = aside.collect();
        }
        Ok((brought, self.people.get(index).map(|h| h.id)))
    }

    /// Keeps files that waited with this person. First in their new place, then out of the tray: a crash between leaves
    /// them in both, never in none.
    async fn admit_asked(
        &mut self,
        index: usize,
        files: Vec<Asked>,
        named: Option<Named>,
    ) -> Kept<Vec<Brought>, Asked> {
        let tray = self.people.iter().position(|h| h.label.unfiled);
        let (mut loose, mut aside) = (Vec::new(), Vec::new());
        for asked in &files {
            if let (Asked::Aside(hash), Some(tray)) = (asked, tray) {
                let parcel = self.people.get(tray).and_then(|h| h.parcel(*hash)).cloned();
                let original = self.original(tray, *hash).await;
                match (parcel, original) {
                    (Some(parcel), Ok(original)) => loose.push(Loose { parcel, original: Arc::new(original) }),
                    (_, Err(failure)) => return Err((failure, files)),
                    (None, _) => return Err((Failure::NotFound, files)),
                }
                aside.push(*hash);
            }
        }
        loose.extend(files.into_iter().filter_map(|f| if let Asked::Loose(file) = f { Some(*file) } else { None }));
        let brought = match self.admit(index, loose, named).await {
            Ok(brought) => brought,
            Err((failure, loose)) => {
                let back = |file: Loose| match aside.contains(&file.parcel.hash) {
                    true => Asked::Aside(file.parcel.hash),
                    false => Asked::Loose(Box::new(file)),
                };
                return Err((failure, loose.into_iter().map(back).collect()));
            }
        };
        if let Some(tray) = tray.filter(|t| *t != index && !aside.is_empty())
            && let Some(held) = self.people.get_mut(tray)
        {
            let ids: Vec<_> = aside.iter().map(|hash| hash.0).collect();
            let gone = match &mut self.vault {
                Some(vault) => vault.remove_parcels(&held.id, &ids, None).await.is_ok(),
                None => true,
            };
            if gone {
                held.take_all(&aside);
            }
        }
        Ok(brought)
    }

    /// Keeps files with this person: one transaction, with one line in the journal, under the archive's name if they
    /// came in one.
    pub(super) async fn admit(&mut self, index: usize, files: Vec<Loose>, named: Option<Named>) -> Kept<Vec<Brought>> {
        let Some(held) = self.people.get(index) else { return Err((Failure::NoPerson, files)) };
        let (person, tray) = (held.id, held.label.unfiled);
        let before: Vec<(Hash, bool)> =
            files.iter().map(|f| (f.parcel.hash, held.parcel(f.parcel.hash).is_some())).collect();
        let fresh = || files.iter().zip(&before).filter(|(_, (_, before))| !before).map(|(file, _)| file);
        let mut put_back = Vec::new();
        if let Some(first) = fresh().next() {
            let (parcel, file_name) = named.unwrap_or_else(|| named_so(first));
            let what = match tray {
                true => Happened::PutAside { parcel, file_name },
                false => Happened::Imported { parcel, file_name },
            };
            let line = self.line(Some(person), what);
            if let Some(vault) = &mut self.vault {
                let new = fresh().map(|file| NewParcel {
                    person,
                    id: file.parcel.hash.0,
                    reading: wire::write(&file.parcel.reading),
                    original: file.original.clone(),
                    note: wire::write(&file.parcel.note),
                });
                match vault.put_parcels(new.collect(), Some(line)).await {
                    Ok(put) => {
                        let restored = fresh().zip(put).filter(|(_, put)| *put == Put::Restored);
                        put_back = restored.map(|(file, _)| file.parcel.hash).collect();
                    }
                    Err(error) => return Err((error.into(), files)),
                }
            }
        }
        self.removed.retain(|r| r.person != person || !put_back.contains(&r.parcel.hash));
        let kept = self.vault.is_some();
        if let Some(held) = self.people.get_mut(index) {
            let fresh: Vec<Loose> =
                files.into_iter().zip(&before).filter(|(_, (_, b))| !b).map(|(file, _)| file).collect();
            if !kept {
                held.loose.extend(fresh.iter().map(|f| (f.parcel.hash, f.original.clone())));
            }
            if !fresh.is_empty() {
                held.put(fresh.into_iter().map(|f| f.parcel).collect());
            }
        }
        let told = before.into_iter().map(|(hash, before)| self.told(index, hash, before));
        told.collect::<Result<_, _>>().map_err(|failure| (failure, Vec::new()))
    }
}

/// What the words of a file say of whose it is: files that differ in it never share an answer.
#[derive(Debug, Default, PartialEq)]
struct Signs {
    /// Who of the vault is named.
    named: Vec<Id>,
    /// Dates of birth.
    births: Vec<PartialDate>,
}

/// The words of a file that names nobody in a field of its own: of its letters and scans, as far as they were read.
fn words_of(parcel: &Parcel) -> String {
    if !parcel.reading.people.is_empty() {
        return String::new();
    }
    let texts = parcel.reading.attachments.iter().map(|a| a.text.as_str()).filter(|text| !text.trim().is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

/// The MIME type of a file that is a picture which every browser draws; empty for any other.
fn picture(parcel: &Parcel) -> String {
    let [whole] = parcel.reading.attachments.as_slice() else { return String::new() };
    let kind = whole.content_type.as_str();
    let drawn = matches!(kind, "image/png" | "image/jpeg" | "image/gif" | "image/webp") && whole.at.is_empty();
    if drawn { kind.to_owned() } else { String::new() }
}

/// How the journal names a file.
fn named_so(file: &Loose) -> Named {
    (file.parcel.hash, file.parcel.note.file_name.clone())
}

/// True if the file says who it is about, and speaks of nobody else.
fn names(parcel: &Parcel) -> bool {
    guard::names(&parcel.reading.people) && !speaks_of_others(parcel)
}

/// True if nothing need be asked.
fn matches(person: &Person, parcel: &Parcel) -> bool {
    guard::compare(person, &parcel.reading.people).is_match() && !speaks_of_others(parcel)
}

/// True if two files of one delivery say the same of whose they are, so that one answer is for both.
fn alike(one: &Parcel, other: &Parcel) -> bool {
    let same = |a: &Person, b: &Person| *a == Person { at: a.at.clone(), ..b.clone() };
    let (a, b) = (&one.reading.people, &other.reading.people);
    let people = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        || matches!(a.as_slice(), [held] if guard::compare(held, b).is_match());
    people && speaks_of_others(one) == speaks_of_others(other)
}

/// True if some of its entries are about another subject than its patient: then a matching patient is not enough.
fn speaks_of_others(parcel: &Parcel) -> bool {
    parcel.reading.issues.iter().any(|i| i.code == IssueCode::OtherSubject)
}
