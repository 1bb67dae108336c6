//! The files that are being brought in: one after the other, each in a parser worker of its own. The queue lives with
//! the app, not with the import page: a person may read on meanwhile.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use leptos::prelude::*;
use web_sys::File;

use super::codes::{self, Numbered};
use super::front::Front;
use super::text::import as words;
use crate::app::parser::{Parser, Read};
use crate::app::wire::{Brought, Decision, Failure, Filed, Format, ImportError, Progress, Secret, Via};
use crate::record::Hash;

/// One file on its way.
#[derive(Clone, PartialEq)]
pub struct Job {
    /// Names it in the queue.
    pub id: u32,
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How far it is.
    pub state: State,
    /// It is a picture, and what was brought in is what the codes in it say.
    pub coded: bool,
}

/// How far a file is.
#[derive(Clone, PartialEq)]
pub enum State {
    /// Others come first.
    Waiting,
    /// It is being read.
    Reading(Progress),
    /// It is being kept: too late to stop.
    Keeping,
    /// It is read: what became of it, one for each file that was inside. Some may still wait for an answer.
    Read(Vec<Brought>),
    /// A picture that holds a part of what stands in another, and is brought in with that.
    With(String),
    /// It could not be brought in; nothing of it was kept.
    Failed(Failure),
}

/// The queue, for the import page and the guard's dialogue. Copy.
#[derive(Clone, Copy)]
pub struct Queue {
    front: Front,
    /// All files since the app was opened, in the order they came.
    pub jobs: RwSignal<Vec<Job>>,
    /// Whether the guard's question stands before the page.
    pub asking: RwSignal<bool>,
    /// The question that the person chose to answer now.
    chosen: RwSignal<Option<u32>>,
    /// Questions that the person put off.
    put_off: RwSignal<Vec<u32>>,
    /// What was filed last below the queue, to be told there.
    pub last_filed: RwSignal<Option<Brought>>,
    /// Files that were taken out of a record since they came.
    pub out: RwSignal<Vec<Hash>>,
    /// What the person said of documents: of which, and the file that holds it.
    pub said: RwSignal<Vec<(Hash, Hash)>>,
    /// Documents of which the person may say what they are; the first is asked about now.
    pub describing: RwSignal<Vec<Hash>>,
    /// Those that were asked about.
    described: StoredValue<Vec<Hash>>,
    /// A Health Link that was dropped, pasted or scanned, until its window is done with it.
    pub offered: RwSignal<Option<Secret>>,
    /// Links that came after it, in the order they came.
    more_links: RwSignal<Vec<Secret>>,
}

/// Largest text that is looked at as a Health Link, in bytes.
const LINK: f64 = 8192.0;

/// True if a text is a SMART Health Link, alone or behind a viewer's address; whether it can be followed is told later.
pub fn is_link(text: &str) -> bool {
    let text = text.trim();
    let small = text.to_ascii_lowercase();
    let web = ["https://", "http://"].iter().any(|s| small.starts_with(s));
    text.len() as f64 <= LINK
        && !text.contains(char::is_whitespace)
        && (small.starts_with("shlink:/") || web && small.contains("#shlink:/"))
}

thread_local! {
    // Files are the browser's own and stay on this thread.
    static FILES: RefCell<Vec<(u32, File, Option<Via>)>> = const { RefCell::new(Vec::new()) };
    // The file that is being read, and the way to stop it.
    static RUNNING: Cell<Option<(u32, oneshot::Sender<()>)>> = const { Cell::new(None) };
}

impl Queue {
    pub(super) fn new(front: Front) -> Self {
        Self {
            front,
            jobs: RwSignal::new(Vec::new()),
            asking: RwSignal::new(false),
            chosen: RwSignal::new(None),
            put_off: RwSignal::new(Vec::new()),
            last_filed: RwSignal::new(None),
            out: RwSignal::new(Vec::new()),
            said: RwSignal::new(Vec::new()),
            describing: RwSignal::new(Vec::new()),
            described: StoredValue::new(Vec::new()),
            offered: RwSignal::new(None),
            more_links: RwSignal::new(Vec::new()),
        }
    }

    /// The queue of this app.
    pub fn get() -> Self {
        expect_context::<Queue>()
    }

    /// Puts files at the end, and starts if nothing is being read.
    pub fn add(self, files: Vec<File>) {
        self.line_up(files, None);
    }

    /// The same for files that came through a Health Link, still locked.
    pub fn fetched(self, files: Vec<File>, via: Via) {
        self.line_up(files, Some(via));
    }

    /// Asks what to do with a Health Link, after those that came before it. Nobody is asked anything by that.
    pub fn offer_link(self, text: String) {
        let link = Secret(text.trim().to_owned());
        match self.offered.with_untracked(Clone::clone) {
            None => self.offered.set(Some(link)),
            Some(open) if open == link || self.more_links.with_untracked(|all| all.contains(&link)) => {}
            Some(_) => self.more_links.update(|all| all.push(link)),
        }
    }

    /// The window is done with its link: the next one's turn.
    pub fn link_done(self) {
        let next = self.more_links.with_untracked(|all| all.first().cloned());
        self.more_links.update(|all| drop(all.drain(..all.len().min(1))));
        self.offered.set(next);
    }

    /// How many links wait behind the one that is asked about.
    pub fn links_waiting(self) -> usize {
        self.more_links.with(Vec::len)
    }

    fn line_up(self, files: Vec<File>, via: Option<Via>) {
        if files.is_empty() {
            return;
        }
        let idle = self.jobs.with_untracked(|jobs| {
            !jobs.iter().any(|j| matches!(j.state, State::Waiting | State::Reading(_) | State::Keeping))
        });
        self.jobs.update(|jobs| {
            for file in files {
                let id = jobs.last().map_or(0, |j| j.id + 1);
                let (name, bytes) = (file.name(), file.size() as u64);
                jobs.push(Job { id, name, bytes, state: State::Waiting, coded: false });
                FILES.with_borrow_mut(|all| all.push((id, file, via.clone())));
            }
        });
        if idle {
            leptos::task::spawn_local(self.run());
        }
    }

    /// Stops a file that waits or is being read. Nothing of it is kept.
    pub fn cancel(self, id: u32) {
        let waiting =
            self.jobs.with_untracked(|jobs| jobs.iter().any(|j| j.id == id && matches!(j.state, State::Waiting)));
        if waiting {
            FILES.with_borrow_mut(|all| all.retain(|(i, ..)| *i != id));
            self.jobs.update(|jobs| jobs.retain(|j| j.id != id));
        } else if let Some((running, stop)) = RUNNING.take() {
            if running == id {
                _ = stop.send(());
            } else {
                RUNNING.set(Some((running, stop)));
            }
        }
    }

    /// Takes a finished file off the list; what it brought stays.
    pub fn clear(self, id: u32) {
        self.jobs.update(|jobs| jobs.retain(|j| j.id != id));
    }

    /// Asks what a document is, after those that came before it; each is asked about once.
    pub fn ask_about(self, document: Hash) {
        let new = self.described.with_value(|all| !all.contains(&document));
        if new && self.describing.with_untracked(|all| !all.contains(&document)) {
            self.describing.update(|all| all.push(document));
        }
    }

    /// Asks again, and now.
    pub fn ask_first(self, document: Hash) {
        self.describing.update(|all| {
            all.retain(|other| *other != document);
            all.insert(0, document);
        });
    }

    /// The person has said it, or left it for later.
    pub fn told_about(self, document: Hash) {
        self.described.update_value(|all| all.push(document));
        self.describing.update(|all| all.retain(|other| *other != document));
    }

    /// The question of the guard that is asked now: the one that the person chose, else the first that is not put off.
    pub fn question(self) -> Option<Brought> {
        let chosen = self.chosen.get();
        self.jobs.with(|jobs| {
            self.put_off.with(|put_off| {
                let open = jobs.iter().filter_map(|job| match &job.state {
                    State::Read(brought) => Some(brought),
                    _ => None,
                });
                let open = open.flatten().filter_map(|b| match b {
                    Brought::Whose { question, .. } => Some((*question, b)),
                    _ => None,
                });
                let mut first = None;
                for (question, brought) in open {
                    if chosen == Some(question) {
                        return Some(brought.clone());
                    }
                    if first.is_none() && !put_off.contains(&question) {
                        first = Some(brought);
                    }
                }
                first.cloned()
            })
        })
    }

    /// Asks this question now.
    pub fn ask(self, question: u32) {
        self.put_off.update(|all| all.retain(|q| *q != question));
        self.chosen.set(Some(question));
    }

    /// Puts this question off until the person asks for it.
    pub fn put_off(self, question: u32) {
        self.put_off.update(|all| all.push(question));
        if self.chosen.get_untracked() == Some(question) {
            self.chosen.set(None);
        }
    }

    /// Files of which a question is open, in the queue itself.
    pub fn asked(self) -> Vec<Hash> {
        let of = |b: &Brought| match b {
            Brought::Whose { parcels, .. } => parcels.clone(),
            _ => Vec::new(),
        };
        self.jobs.with(|jobs| {
            let read = jobs.iter().filter_map(|job| match &job.state {
                State::Read(all) => Some(all),
                _ => None,
            });
            read.flatten().flat_map(of).collect()
        })
    }

    /// Answers the guard's question. If that fails the question stays open, unless it is answered already.
    pub async fn answer(self, question: u32, decision: Decision) -> Result<(), Failure> {
        let changed = match self.front.client.decide(question, decision).await {
            Ok(changed) => changed,
            Err(Failure::NotFound) => {
                self.front.say(words::gone());
                vec![(question, Vec::new())]
            }
            Err(failure) => return Err(failure),
        };
        self.front.refresh().await;
        self.take(changed);
        Ok(())
    }

    /// Takes over what questions have become.
    fn take(self, changed: Vec<(u32, Vec<Brought>)>) {
        self.jobs.update(|jobs| {
            for (question, brought) in changed {
                let is = |b: &Brought| matches!(b, Brought::Whose { question: q, .. } if *q == question);
                for job in jobs.iter_mut() {
                    if let State::Read(all) = &mut job.state
                        && let Some(at) = all.iter().position(is)
                    {
                        all.splice(at..=at, brought);
                        break;
                    }
                }
            }
        });
    }

    /// Takes over what was answered below the queue, of a file that was put aside.
    pub fn filed(self, parcel: Hash, filed: Filed) {
        let Filed { brought, changed } = filed;
        self.take(changed);
        self.settle(parcel, brought);
    }

    /// A file that was left out is put back: it waits again.
    pub fn put_back(self, parcel: Hash, file_name: String) {
        self.settle(parcel, Brought::Unfiled { file_name, parcel });
    }

    /// What is told of a file that waits or was left out becomes this.
    fn settle(self, parcel: Hash, now: Brought) {
        let is = |b: &Brought| match b {
            Brought::Unfiled { parcel: p, .. } | Brought::LeftOut { parcel: p, .. } => *p == parcel,
            _ => false,
        };
        self.jobs.update(|jobs| {
            let read = jobs.iter_mut().filter_map(|job| match &mut job.state {
                State::Read(all) => Some(all),
                _ => None,
            });
            read.flatten().filter(|b| is(b)).for_each(|b| *b = now.clone());
        });
    }

    async fn run(self) {
        let hold = self.front.hold();
        while let Some((id, file, via)) = FILES.with_borrow_mut(|all| (!all.is_empty()).then(|| all.remove(0))) {
            self.set(id, State::Reading(Progress { total: file.size() as u64, ..Progress::default() }));
            let read = self.unless_stopped(id, self.read(id, &file, via.as_ref())).await;
            if let Some(link) = self.link_in(&file, &read).await {
                self.clear(id);
                self.offer_link(link);
                continue;
            }
            let answer = match read {
                Ok((read, others)) => {
                    self.set(id, State::Keeping);
                    for (other, _) in &others {
                        FILES.with_borrow_mut(|all| all.retain(|(i, ..)| i != other));
                        self.set(*other, State::With(file.name()));
                    }
                    let answer = read.bring().await;
                    if answer.is_err() {
                        others.iter().for_each(|(other, _)| self.set(*other, State::Failed(Failure::Unreadable)));
                    }
                    answer
                }
                Err(failure) => Err(failure),
            };
            // The record stands open before anything leads there.
            self.front.refresh().await;
            self.front.say(match &answer {
                Ok(_) => words::read(&file.name()),
                Err(fault) => super::text::failed(fault),
            });
            self.set(id, answer.map_or_else(State::Failed, State::Read));
        }
        drop(hold);
    }

    /// Reads a file; of a picture, what the codes in it say too, with the other pictures that hold the rest of them.
    async fn read(self, id: u32, file: &File, via: Option<&Via>) -> Result<(Read, Vec<Numbered>), Failure> {
        if via.is_some() || !codes::is_picture(file) {
            return Ok((self.parse(id, file, via).await?, Vec::new()));
        }
        let waiting = FILES.with_borrow(|all| {
            let open = all.iter().filter(|(_, f, via)| via.is_none() && codes::is_picture(f));
            open.map(|(id, f, _)| (*id, f.clone())).collect()
        });
        let (found, others) = codes::codes(file, waiting).await;
        // The picture is kept as it is; where its link leads is asked beside that.
        for link in &found.links {
            self.offer_link(link.clone());
        }
        let mut held = Vec::new();
        for said in codes::files(&found, &file.name()) {
            // A code that looked like a record and is none leaves the picture a document.
            held.extend(self.parse(id, &said, None).await.ok());
        }
        let mut pictures = vec![self.parse(id, file, None).await?];
        let mut held = held.into_iter();
        let Some(mut first) = held.next() else { return Ok((pictures.remove(0), Vec::new())) };
        held.for_each(|more| first.take(more));
        for (_, other) in &others {
            pictures.push(self.parse(id, other, None).await?);
        }
        self.jobs.update(|jobs| jobs.iter_mut().filter(|j| j.id == id).for_each(|j| j.coded = true));
        Ok((first.held_by(pictures), others))
    }

    /// Reads one file in a worker of its own, which ends with it, and with it whatever a hostile file left there.
    async fn parse(self, id: u32, file: &File, via: Option<&Via>) -> Result<Read, Failure> {
        Parser::open(move |progress| self.set(id, State::Reading(progress))).read(file, via).await
    }

    /// The Health Link that a file is, if it is one.
    async fn link_in<T>(self, file: &File, read: &Result<T, Failure>) -> Option<String> {
        let Err(Failure::Import(ImportError::NotYet(Format::SmartHealthLink))) = read else { return None };
        if file.size() > LINK {
            return None;
        }
        let text = wasm_bindgen_futures::JsFuture::from(file.text()).await.ok()?.as_string()?;
        is_link(&text).then_some(text)
    }

    async fn unless_stopped<T>(self, id: u32, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let (stop, stopped) = oneshot::channel();
        RUNNING.set(Some((id, stop)));
        let answer = match select(pin!(work), stopped).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Failure::Import(ImportError::Cancelled)),
        };
        // Too late now.
        RUNNING.take();
        answer
    }

    fn set(self, id: u32, state: State) {
        self.jobs.update(|jobs| {
            if let Some(job) = jobs.iter_mut().find(|j| j.id == id) {
                job.state = state;
            }
        });
    }
}
