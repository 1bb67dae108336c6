//! Reading one file in a worker of its own: the page's end and the worker's end of the parser worker.
//!
//! The file goes in; each file that it is or holds comes out with its reading, then the words of its PDFs. The worker has
//! no network and is thrown away. Hostile input can at worst end that worker: before all files are out, nothing was read;
//! after that, a PDF's words are missing and the PDF is not.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, Worker};

use super::client::{self, Client};
use super::fetch::Body;
use super::link::{self, LinkAsk, LinkError, Trouble};
use super::wire::{self, Ask, Brought, Failure, Progress, Secret, Text, Via};
use crate::device;
use crate::import::{self, document};

/// How far it is.
const PROGRESS: u32 = 0;
/// One file: its reading, its bytes.
const FILE: u32 = 1;
/// All files are out, or why none is; whether the last is the archive they came in.
const READ: u32 = 2;
/// The words of the next PDF, as [`Text`].
const TEXT: u32 = 3;
/// Nothing more comes.
const DONE: u32 = 4;
/// A question about a Health Link, and its answer.
const LINK: u32 = 5;
/// How often progress is told, in milliseconds: often enough for a bar that moves, seldom enough to cost nothing.
const TELL_EVERY: f64 = 100.0;
/// How long the words of one PDF may take, in milliseconds.
const TEXT_PATIENCE: u32 = 10_000;
/// How many new workers are started for PDFs that ended one.
const AGAIN: usize = 10;
/// The phase of looking for words in PDFs.
const WORDS: u8 = 3;

/// One file being read. Dropping it cancels: the worker ends, and nothing was kept.
pub struct Parser {
    tell: Rc<dyn Fn(Progress)>,
    work: Work,
}

/// What was read of one file, not yet kept.
pub struct Read {
    /// How many of the last hold the others.
    holders: u32,
    /// As the worker wrote them: the page passes them on unopened.
    readings: Vec<ArrayBuffer>,
    bytes: Vec<ArrayBuffer>,
    texts: Vec<Text>,
    /// The host of the Health Link it came through; empty if it came through none.
    host: String,
}

/// A worker, and what it says.
struct Work {
    worker: Worker,
    said: UnboundedReceiver<Said>,
    _hear: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(JsValue)>,
}

type Said = (u32, Uint8Array, Vec<Uint8Array>);

/// How a worker is to go about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// All files, then the words of their PDFs.
    First,
    /// The files are out: only the words.
    Again,
    /// The same, the first of them by the plainer reader.
    Plainly,
}

impl Parser {
    /// Starts a worker; `tell` hears of its progress.
    pub fn open(tell: impl Fn(Progress) + 'static) -> Self {
        let tell: Rc<dyn Fn(Progress)> = Rc::new(tell);
        Self { work: Work::start(&tell), tell }
    }

    /// Asks about a Health Link; `body` is what its host answered.
    ///
    /// # Errors
    /// [`Trouble::Link`] if it is none that can be followed; [`Failure::Unreadable`] if the worker gave out.
    pub async fn link<T: for<'de> Deserialize<'de>>(
        &mut self,
        ask: LinkAsk,
        body: Body,
    ) -> Result<(T, Vec<Uint8Array>), Trouble> {
        let body: Vec<ArrayBuffer> = body.into_iter().collect();
        let (message, handed) = client::pack(LINK, &wire::write(&ask), &body);
        self.work.worker.post_message_with_transfer(&message, &handed).map_err(|_| Failure::Stopped)?;
        loop {
            let (kind, answer, beside) = self.work.said.next().await.ok_or(Failure::Unreadable)?;
            if kind == LINK {
                let said = wire::read::<Result<T, LinkError>>(&answer.to_vec())?.map_err(Trouble::Link)?;
                return Ok((said, beside));
            }
        }
    }

    /// Reads the file; one that came through a Health Link is opened with the link's key first. Nothing is kept by that.
    ///
    /// # Errors
    /// [`Failure::TooLarge`] before anything is read; [`Failure::Import`] if nothing at all can be read;
    /// [`Failure::LinkKey`], [`Failure::LinkAccess`] if the link's key does not open a record;
    /// [`Failure::Unreadable`] if the worker gave out.
    pub async fn read(&mut self, file: &File, via: Option<&Via>) -> Result<Read, Failure> {
        if file.size() > import::LIMITS.bytes as f64 {
            return Err(Failure::TooLarge { bytes: file.size() as u64, limit: import::LIMITS.bytes });
        }
        let link = via.map(|via| via.link.clone());
        self.work.ask(file, 0, Manner::First, link.as_ref())?;
        let host = via.map(|via| via.host.clone()).unwrap_or_default();
        let mut read = Read { holders: 0, readings: Vec::new(), bytes: Vec::new(), texts: Vec::new(), host };
        loop {
            let (kind, answer, blobs) = self.work.said.next().await.ok_or(Failure::Unreadable)?;
            match kind {
                FILE => {
                    read.readings.push(answer.buffer());
                    read.bytes.push(blobs.first().map_or_else(|| ArrayBuffer::new(0), Uint8Array::buffer));
                }
                READ => {
                    read.holders = u32::from(wire::read::<Result<bool, Failure>>(&answer.to_vec())??);
                    break;
                }
                _ => {}
            }
        }
        self.words(file, link.as_ref(), &mut read).await;
        Ok(read)
    }

    /// Waits for the words of the PDFs. One that ends its worker, or takes too long, is given to a plainer reader; one
    /// that is too much for that too stays without.
    async fn words(&mut self, file: &File, link: Option<&Secret>, read: &mut Read) {
        let (mut again, mut manner) = (0, Manner::First);
        loop {
            match select(self.work.said.next(), TimeoutFuture::new(TEXT_PATIENCE)).await {
                Either::Left((Some((TEXT, answer, _)), _)) => match wire::read(&answer.to_vec()) {
                    Ok(text) => {
                        read.texts.push(text);
                        manner = Manner::Again;
                    }
                    Err(_) => return,
                },
                Either::Left((Some((DONE, ..)), _)) => return,
                Either::Left((Some(_), _)) => {}
                Either::Left((None, _)) | Either::Right(_) => {
                    again += 1;
                    manner = if manner == Manner::Plainly { Manner::Again } else { Manner::Plainly };
                    if manner == Manner::Again {
                        read.texts.push(Text { file: u32::MAX, attachment: 0, text: String::new() });
                    }
                    self.work = Work::start(&self.tell);
                    if again > AGAIN || self.work.ask(file, read.texts.len(), manner, link).is_err() {
                        return;
                    }
                    // It reads everything once more before it comes there: that takes its time.
                    loop {
                        match self.work.said.next().await {
                            Some((READ, ..)) => break,
                            Some(_) => {}
                            None => return,
                        }
                    }
                }
            }
        }
    }
}

/// Reads a file that is here already, in a worker of its own: it and what it holds, with the words of its PDFs. `None` if
/// it can't be read.
pub async fn files(original: &[u8], name: &str) -> Option<Vec<import::File>> {
    let file = File::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(original)), name).ok()?;
    let Read { readings, texts, .. } = Parser::open(|_| ()).read(&file, None).await.ok()?;
    let files = (0_u32..).zip(readings).filter_map(|(number, reading)| {
        let mut file: import::File = wire::read(&Uint8Array::new(&reading).to_vec()).ok()?;
        file.reading.iter_mut().for_each(|reading| Text::put(&texts, number, reading));
        Some(file)
    });
    Some(files.collect())
}

impl Read {
    /// What was read of codes, held by the pictures in which they stand.
    pub fn held_by(self, pictures: Vec<Read>) -> Self {
        let mut all = self;
        all.holders = pictures.len() as u32;
        for picture in pictures {
            all.take(picture);
        }
        all
    }

    /// Puts another delivery's files behind.
    pub fn take(&mut self, other: Read) {
        let before = self.readings.len() as u32;
        self.texts.extend(other.texts.into_iter().map(|text| Text { file: text.file.saturating_add(before), ..text }));
        self.readings.extend(other.readings);
        self.bytes.extend(other.bytes);
    }

    /// Puts it before the guard of the record worker, and keeps what may be kept. From here on it can't be cancelled.
    ///
    /// # Errors
    /// Those of the record worker; nothing of it was kept then.
    pub async fn bring(self) -> Result<Vec<Brought>, Failure> {
        let Read { holders, readings, mut bytes, texts, host } = self;
        bytes.extend(readings);
        Client.ask(&Ask::Bring { holders, texts, host }, bytes).await.map(|(brought, _)| brought)
    }
}

impl Work {
    fn start(tell: &Rc<dyn Fn(Progress)>) -> Self {
        let worker = device::worker("parser");
        let (sender, said) = unbounded::<Said>();
        let sender: Rc<RefCell<Option<UnboundedSender<Said>>>> = Rc::new(RefCell::new(Some(sender)));
        let (held, tell) = (sender.clone(), tell.clone());
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Some((kind, bytes, blobs)) = client::unpack(&event.data()) else { return };
            if kind == PROGRESS {
                if let Ok(progress) = wire::read(&bytes.to_vec()) {
                    tell(progress);
                }
            } else if let Some(sender) = held.borrow().as_ref() {
                let _ = sender.unbounded_send((kind, bytes, blobs));
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let fail = Closure::<dyn FnMut(JsValue)>::new(move |_| drop(sender.borrow_mut().take()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        Self { worker, said, _hear: hear, _fail: fail }
    }

    /// Hands the file over; the first `skip` PDFs are not looked into.
    fn ask(&self, file: &File, skip: usize, manner: Manner, link: Option<&Secret>) -> Result<(), Failure> {
        let manner = f64::from(manner as u8);
        let link = link.map_or(JsValue::NULL, |link| JsValue::from_str(&link.0));
        let message = Array::of4(file, &JsValue::from_f64(skip as f64), &JsValue::from_f64(manner), &link);
        self.worker.post_message(&message).map_err(|_| Failure::Stopped)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// The worker's end: a message is a question about a Health Link, or a `File`, how many PDFs to skip, a [`Manner`], and the
/// Health Link whose key opens it or null; the answers are as above.
pub fn serve() {
    let scope: Rc<RefCell<Option<DedicatedWorkerGlobalScope>>> = Rc::default();
    let held = scope.clone();
    let opened = device::hear_questions(move |message| {
        let Some(scope) = held.borrow().clone() else { return };
        let Ok(message) = message.dyn_into::<Array>() else { return };
        if let Some((LINK, ask, blobs)) = client::unpack(&message) {
            let Ok(ask) = wire::read::<LinkAsk>(&ask.to_vec()) else { return };
            let body = blobs.first().map(Uint8Array::to_vec).unwrap_or_default();
            let (answer, beside) = link::answer(ask, &body, device::now());
            let beside: Vec<ArrayBuffer> = beside.iter().map(|bytes| device::buffer(bytes)).collect();
            return post(&scope, LINK, &answer, &beside);
        }
        let Ok(file) = message.get(0).dyn_into::<File>() else { return };
        let link = message.get(3).as_string().map(Secret);
        let skip = message.get(1).as_f64().unwrap_or_default() as usize;
        let manner = match message.get(2).as_f64() {
            Some(1.0) => Manner::Again,
            Some(2.0) => Manner::Plainly,
            _ => Manner::First,
        };
        wasm_bindgen_futures::spawn_local(async move { read(&scope, &file, skip, manner, link).await });
    });
    *scope.borrow_mut() = Some(opened);
}

/// A PDF whose words are still to be found.
struct Pdf {
    file: u32,
    attachment: u32,
    bytes: Vec<u8>,
}

async fn read(scope: &DedicatedWorkerGlobalScope, file: &File, skip: usize, manner: Manner, link: Option<Secret>) {
    let refuse = |failure: Failure| post(scope, READ, &wire::write(&Err::<bool, _>(failure)), &[]);
    let Ok(buffer) = JsFuture::from(file.array_buffer()).await else { return refuse(Failure::Unreadable) };
    let mut bytes = Uint8Array::new(&buffer).to_vec();
    drop(buffer);
    let mut name = file.name();
    if let Some(link) = link {
        match link::open(&bytes, &link.0) {
            Ok((opened, ending)) => {
                bytes = opened;
                name.push_str(ending);
            }
            Err(failure) => return refuse(failure),
        }
    }
    let mut told = device::monotonic_ms();
    let mut tell = |progress: Progress| {
        let now = device::monotonic_ms();
        if now - told >= TELL_EVERY {
            told = now;
            post(scope, PROGRESS, &wire::write(&progress), &[]);
        }
    };
    let (mut count, mut pdfs) = (0_u32, Vec::new());
    // Each file leaves as soon as it is read: of an archive, one at a time is in memory.
    let mut take = |mut file: import::File| {
        let own = file.bytes.take();
        let original = own.as_deref().unwrap_or(if file.reading.is_ok() { &bytes } else { &[] });
        if let Ok(reading) = &file.reading {
            let found = (0_u32..).zip(&reading.attachments).filter(|(_, a)| a.hash.is_some() && a.text.is_empty());
            for (attachment, a) in found.filter(|(_, a)| is_named_pdf(&a.content_type)) {
                pdfs.extend(import::attachment(original, a).ok().map(|bytes| Pdf { file: count, attachment, bytes }));
            }
        }
        if manner == Manner::First {
            post(scope, FILE, &wire::write(&file), &[device::buffer(original)]);
        }
        count += 1;
    };
    let read = import::each(
        &bytes,
        &name,
        &mut |progress| {
            tell(progress.into());
            ControlFlow::Continue(())
        },
        &mut take,
    );
    match read {
        Ok((_, archive)) => {
            let archived = archive.is_some();
            archive.into_iter().for_each(take);
            post(scope, READ, &wire::write(&Ok::<_, Failure>(archived)), &[]);
        }
        Err(error) => return refuse(Failure::Import(error)),
    }
    let all = pdfs.len() as u64;
    for (number, Pdf { file, attachment, bytes }) in (0_u64..).zip(pdfs).skip(skip) {
        let progress = Progress { bytes: number, total: all, phase: WORDS, file: (0, 0) };
        post(scope, PROGRESS, &wire::write(&progress), &[]);
        let plainly = manner == Manner::Plainly && number == skip as u64;
        let found = if plainly { document::pdf_text_plainly(&bytes) } else { document::pdf_text(&bytes) };
        let text = found.unwrap_or_default();
        post(scope, TEXT, &wire::write(&Text { file, attachment, text }), &[]);
    }
    post(scope, DONE, &[], &[]);
}

/// What a source calls a PDF, or does not call anything.
fn is_named_pdf(content_type: &str) -> bool {
    let name = content_type.trim().to_ascii_lowercase();
    name.contains("pdf") || name.is_empty() || name.contains("octet-stream")
}

fn post(scope: &DedicatedWorkerGlobalScope, kind: u32, bytes: &[u8], blobs: &[ArrayBuffer]) {
    let (message, handed) = client::pack(kind, bytes, blobs);
    let _ = scope.post_message_with_transfer(&message, &handed);
}
