//! A SMART Health Link on its way: what its window shows, and the steps that the person takes. One link at a time; what
//! is fetched goes into the queue like every file.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use leptos::prelude::*;

use super::front::Front;
use super::queue::Queue;
use crate::app::fetch::{Errand, Found};
use crate::app::link::{LinkCard, Place, Trouble};
use crate::app::wire::{Secret, Via};

/// What the window shows.
#[derive(Clone, PartialEq)]
pub enum Stage {
    /// The link is being read; nobody is asked.
    Reading,
    /// It can't be followed.
    Unusable(Trouble),
    /// May this host be asked? After an attempt that failed, with the reason.
    Asking(Box<LinkCard>, Option<Trouble>),
    /// Something is on its way.
    Going,
    /// May these other hosts be asked too?
    Elsewhere(Vec<String>),
    /// Some files were left out.
    Told(Left),
}

/// How many files came, and how many did not and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Fetched.
    pub got: u64,
    /// Their sender does not stand by them.
    pub withdrawn: u64,
    /// They are keys to other services.
    pub access: u64,
    /// They have no safe address.
    pub nowhere: u64,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Going {
    /// Which file, from 1; 0 while the host is asked what there is.
    pub file: u32,
    /// Of how many.
    pub of: u32,
    /// Bytes of it.
    pub done: u64,
    /// Bytes in all; 0 if not known.
    pub total: u64,
}

/// The link that is being looked at. Copy.
#[derive(Clone, Copy)]
pub struct Links {
    front: Front,
    queue: Queue,
    /// Whether its window stands open.
    pub open: RwSignal<bool>,
    /// What it shows.
    pub stage: RwSignal<Stage>,
    /// How far it is.
    pub going: RwSignal<Going>,
    /// The host, as the browser asks it.
    pub host: RwSignal<String>,
}

thread_local! {
    // What is being followed stays on this thread, with the key in it, and goes when the window closes.
    static ERRAND: RefCell<Option<Errand>> = const { RefCell::new(None) };
    static FOUND: RefCell<Vec<Found>> = const { RefCell::new(Vec::new()) };
    static RUNNING: Cell<Option<oneshot::Sender<()>>> = const { Cell::new(None) };
}

impl Links {
    pub(super) fn new(front: Front, queue: Queue) -> Self {
        Self {
            front,
            queue,
            open: RwSignal::new(false),
            stage: RwSignal::new(Stage::Reading),
            going: RwSignal::new(Going::default()),
            host: RwSignal::new(String::new()),
        }
    }

    /// The link of this app.
    pub fn get() -> Self {
        expect_context::<Links>()
    }

    /// Looks at a link. Nobody is asked by that.
    pub fn offer(self, text: Secret) {
        self.forget();
        self.stage.set(Stage::Reading);
        self.open.set(true);
        leptos::task::spawn_local(async move {
            match self.unless_closed(Errand::read(text)).await {
                Some(Ok(errand)) => {
                    self.host.set(errand.host.clone());
                    self.stage.set(Stage::Asking(Box::new(errand.card.clone()), None));
                    ERRAND.set(Some(errand));
                }
                Some(Err(trouble)) => self.stage.set(Stage::Unusable(trouble)),
                None => {}
            }
        });
    }

    /// The person agreed: asks the host what there is.
    pub fn get_files(self, recipient: String, passcode: Secret) {
        let Some(mut errand) = ERRAND.take() else { return };
        self.going.set(Going::default());
        self.stage.set(Stage::Going);
        leptos::task::spawn_local(async move {
            let hold = self.front.hold();
            let tell = move |done, total| self.going.set(Going { done, total, ..Going::default() });
            // Whoever closes the window while the journal is written is not too late.
            let asked = self.unless_closed(async {
                // A journal that can't be written just now (another tab, no room) forbids nothing.
                _ = self.front.client.link_asked(errand.host.clone()).await;
                errand.ask(recipient, passcode, tell).await
            });
            let asked = asked.await;
            match asked {
                Some(Ok(found)) => {
                    let elsewhere = errand.elsewhere(&found);
                    if elsewhere.is_empty() {
                        self.fetch(errand, found).await;
                    } else {
                        FOUND.set(found);
                        self.stage.set(Stage::Elsewhere(elsewhere));
                        ERRAND.set(Some(errand));
                    }
                }
                Some(Err(trouble)) => self.again(errand, trouble),
                None => {}
            }
            drop(hold);
        });
    }

    /// The person agreed to the other hosts too.
    pub fn get_elsewhere(self) {
        let Some(errand) = ERRAND.take() else { return };
        self.going.set(Going::default());
        self.stage.set(Stage::Going);
        leptos::task::spawn_local(async move {
            let hold = self.front.hold();
            let found = FOUND.take();
            let noted = self.unless_closed(async {
                for host in errand.elsewhere(&found) {
                    _ = self.front.client.link_asked(host).await;
                }
            });
            if noted.await.is_some() {
                self.fetch(errand, found).await;
            }
            drop(hold);
        });
    }

    /// Closes the window; what is on its way is stopped, and nothing of it is kept.
    pub fn close(self) {
        self.open.set(false);
    }

    /// Forgets the link, its key and what came of it.
    pub fn forget(self) {
        if let Some(stop) = RUNNING.take() {
            _ = stop.send(());
        }
        ERRAND.set(None);
        FOUND.set(Vec::new());
    }

    async fn fetch(self, errand: Errand, found: Vec<Found>) {
        let tell = move |file, of, done, total| self.going.set(Going { file, of, done, total });
        let files = match self.unless_closed(errand.fetch(&found, tell)).await {
            Some(Ok(files)) => files,
            Some(Err(trouble)) => return self.again(errand, trouble),
            None => return,
        };
        let mut left = Left { got: files.len() as u64, ..Left::default() };
        for found in found.iter().filter(|f| !f.is_wanted()) {
            match &found.file {
                file if file.status.is_withdrawn() => left.withdrawn += 1,
                file if file.is_access => left.access += 1,
                file if file.place == Place::Nowhere => left.nowhere += 1,
                _ => {}
            }
        }
        self.queue.fetched(files, Via { host: errand.host.clone(), link: errand.text() });
        if (Left { got: 0, ..left }) == Left::default() {
            self.close();
        } else {
            self.stage.set(Stage::Told(left));
        }
    }

    /// Back to the question, with what went wrong.
    fn again(self, errand: Errand, trouble: Trouble) {
        self.stage.set(Stage::Asking(Box::new(errand.card.clone()), Some(trouble)));
        ERRAND.set(Some(errand));
    }

    /// `None` if the window was closed meanwhile.
    async fn unless_closed<T>(self, work: impl Future<Output = T>) -> Option<T> {
        let (stop, stopped) = oneshot::channel();
        RUNNING.set(Some(stop));
        let answer = match select(pin!(work), stopped).await {
            Either::Left((answer, _)) => Some(answer),
            Either::Right(_) => return None,
        };
        RUNNING.take();
        answer
    }
}
