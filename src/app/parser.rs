//! Reading one file in a worker of its own: the page's end and the worker's end of the parser worker.
//!
//! The file goes in, its reading and its bytes come out; the worker has no network and is thrown away. Hostile input
//! can at worst end that worker.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, Worker};

use super::client::{self, Client};
use super::wire::{self, Ask, Brought, Failure, Progress};
use crate::device;
use crate::import;

/// Message numbers of the worker's answers.
const PROGRESS: u32 = 0;
const READ: u32 = 1;
/// How often progress is told, in milliseconds: often enough for a bar that moves, seldom enough to cost nothing.
const TELL_EVERY: f64 = 100.0;

type Answer = (Vec<u8>, Vec<Uint8Array>);

/// One file being read. Dropping it cancels: the worker ends, and nothing was kept.
pub struct Parser {
    worker: Worker,
    waiting: Rc<RefCell<Option<oneshot::Sender<Answer>>>>,
    _hear: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(JsValue)>,
}

impl Parser {
    /// Starts a worker; `tell` hears of its progress.
    pub fn open(tell: impl Fn(Progress) + 'static) -> Self {
        let worker = device::worker("parser");
        let waiting: Rc<RefCell<Option<oneshot::Sender<Answer>>>> = Rc::default();
        let held = waiting.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Some((kind, bytes, blobs)) = client::unpack(&event.data()) else { return };
            if kind == PROGRESS {
                if let Ok(progress) = wire::read(&bytes.to_vec()) {
                    tell(progress);
                }
            } else if let Some(sender) = held.borrow_mut().take() {
                let _ = sender.send((bytes.to_vec(), blobs));
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let held = waiting.clone();
        let fail = Closure::<dyn FnMut(JsValue)>::new(move |_| drop(held.borrow_mut().take()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        Self { worker, waiting, _hear: hear, _fail: fail }
    }

    /// Reads the file and puts it before the guard of the record worker.
    ///
    /// # Errors
    /// [`Failure::TooLarge`] before anything is read; [`Failure::Import`] if nothing at all can be read;
    /// [`Failure::Cancelled`] if this was dropped, [`Failure::Unreadable`] if the worker gave out.
    pub async fn bring(&self, file: &File) -> Result<Vec<Brought>, Failure> {
        if file.size() > import::LIMITS.bytes as f64 {
            return Err(Failure::TooLarge { bytes: file.size() as u64, limit: import::LIMITS.bytes });
        }
        let (sender, receiver) = oneshot::channel();
        *self.waiting.borrow_mut() = Some(sender);
        self.worker.post_message(file).map_err(|_| Failure::Stopped)?;
        let (answer, blobs) = receiver.await.map_err(|_| Failure::Unreadable)?;
        let delivery: Vec<u8> = wire::read::<Result<Vec<u8>, Failure>>(&answer)??;
        let handed = blobs.iter().map(Uint8Array::buffer).collect();
        Client.ask(&Ask::Bring { file_name: file.name(), delivery }, handed).await.map(|(brought, _)| brought)
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        self.worker.terminate();
        self.waiting.borrow_mut().take();
    }
}

/// The worker's end: the one message is a `File`, the answers are progress and, last, the delivery with its bytes.
pub fn serve() {
    let scope: Rc<RefCell<Option<DedicatedWorkerGlobalScope>>> = Rc::default();
    let held = scope.clone();
    let opened = device::hear_questions(move |message| {
        let (Some(scope), Ok(file)) = (held.borrow().clone(), message.dyn_into::<File>()) else { return };
        wasm_bindgen_futures::spawn_local(async move {
            let (answer, blobs) = read(&scope, &file).await;
            post(&scope, READ, &answer, &blobs);
        });
    });
    *scope.borrow_mut() = Some(opened);
}

async fn read(scope: &DedicatedWorkerGlobalScope, file: &File) -> (Vec<u8>, Vec<ArrayBuffer>) {
    let refuse = |failure: Failure| (wire::write(&Err::<Vec<u8>, _>(failure)), Vec::new());
    let Ok(buffer) = JsFuture::from(file.array_buffer()).await else { return refuse(Failure::Unreadable) };
    let bytes = Uint8Array::new(&buffer).to_vec();
    drop(buffer);
    let mut told = device::monotonic_ms();
    let read = import::open(&bytes, &file.name(), &mut |progress| {
        let now = device::monotonic_ms();
        if now - told >= TELL_EVERY {
            told = now;
            post(scope, PROGRESS, &wire::write(&Progress::from(progress)), &[]);
        }
        ControlFlow::Continue(())
    });
    match read {
        Ok(delivery) => {
            // The bytes of each inner file travel beside its reading, in the same order.
            let mut files = delivery.files;
            let blobs = files.iter_mut().map(|f| device::buffer(f.bytes.take().as_deref().unwrap_or(&bytes))).collect();
            (wire::write(&Ok::<_, Failure>(wire::write(&files))), blobs)
        }
        Err(error) => refuse(Failure::Import(error)),
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, kind: u32, bytes: &[u8], blobs: &[ArrayBuffer]) {
    let (message, handed) = client::pack(kind, bytes, blobs);
    let _ = scope.post_message_with_transfer(&message, &handed);
}
