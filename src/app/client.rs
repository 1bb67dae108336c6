//! The front's end of the wire: one question, one awaited answer. The record worker stands at the other end.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};

use super::wire::{self, Ask, Failure};
use crate::device;
use crate::record::Hash;

/// A handle on the record worker. Copy, so that it can stand in any closure; one connection a wasm instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client;

type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<(Vec<u8>, Vec<Uint8Array>)>>>>;

struct Line {
    worker: Worker,
    waiting: Waiting,
    next: Cell<u32>,
    /// The worker gave out: it will never answer again.
    gone: Rc<Cell<bool>>,
}

thread_local! {
    static LINE: Rc<Line> = Rc::new(open());
}

fn open() -> Line {
    let worker = device::worker("record");
    let waiting: Waiting = Rc::default();
    let held = waiting.clone();
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some((id, answer, blobs)) = unpack(&event.data()) else { return };
        // Another wasm instance of this page (the door) may have asked: its numbers are not ours.
        if let Some(sender) = held.borrow_mut().remove(&id) {
            let _ = sender.send((answer.to_vec(), blobs));
        }
    });
    let _ = worker.add_event_listener_with_callback("message", hear.as_ref().unchecked_ref());
    hear.forget();
    let (held, gone) = (waiting.clone(), Rc::new(Cell::new(false)));
    let over = gone.clone();
    // A trap poisons the worker's instance: nobody waits for ever, and the front offers to lock and reload.
    let fail = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        over.set(true);
        held.borrow_mut().clear();
    });
    let _ = worker.add_event_listener_with_callback("error", fail.as_ref().unchecked_ref());
    fail.forget();
    Line { worker, waiting, next: Cell::new(device::random_u32()), gone }
}

/// `[id, bytes, [buffers]]`, the shape of every message in both directions.
pub fn unpack(data: &JsValue) -> Option<(u32, Uint8Array, Vec<Uint8Array>)> {
    let parts = data.dyn_ref::<Array>()?;
    let id = parts.get(0).as_f64()? as u32;
    let bytes = parts.get(1).dyn_into::<Uint8Array>().ok()?;
    let blobs =
        parts.get(2).dyn_into::<Array>().map(|a| a.iter().map(|b| Uint8Array::new(&b)).collect()).unwrap_or_default();
    Some((id, bytes, blobs))
}

/// The message `[id, bytes, [buffers]]` and what of it is handed over rather than copied.
pub fn pack(id: u32, bytes: &[u8], blobs: &[ArrayBuffer]) -> (Array, Array) {
    let bytes = Uint8Array::from(bytes);
    let handed = Array::of1(&bytes.buffer());
    let list = Array::new();
    for blob in blobs {
        list.push(blob);
        handed.push(blob);
    }
    (Array::of3(&JsValue::from_f64(f64::from(id)), &bytes, &list), handed)
}

impl Client {
    /// Asks, hands over the buffers, and waits for the answer and the buffers that come with it.
    pub async fn ask<T: for<'de> Deserialize<'de>>(
        self,
        ask: &Ask,
        blobs: Vec<ArrayBuffer>,
    ) -> Result<(T, Vec<Uint8Array>), Failure> {
        let line = LINE.with(Rc::clone);
        if line.gone.get() {
            return Err(Failure::Stopped);
        }
        let id = line.next.get();
        line.next.set(id.wrapping_add(1));
        let (sender, receiver) = oneshot::channel();
        line.waiting.borrow_mut().insert(id, sender);
        let (message, handed) = pack(id, &wire::write(ask), &blobs);
        line.worker.post_message_with_transfer(&message, &handed).map_err(|_| Failure::Stopped)?;
        let (answer, blobs) = receiver.await.map_err(|_| Failure::Stopped)?;
        wire::read::<Result<T, Failure>>(&answer)?.map(|value| (value, blobs))
    }

    /// The original, byte for byte, with its file name.
    pub async fn original(self, parcel: Hash) -> Result<(String, Uint8Array), Failure> {
        let (name, blobs) = self.ask(&Ask::OriginalBytes { parcel }, Vec::new()).await?;
        Ok((name, blobs.into_iter().next().ok_or(Failure::NotFound)?))
    }

    /// A file that waits for an answer, with its name.
    pub async fn waiting(self, file: wire::Waiting) -> Result<(String, Uint8Array), Failure> {
        let (name, blobs) = self.ask(&Ask::WaitingBytes { file }, Vec::new()).await?;
        Ok((name, blobs.into_iter().next().ok_or(Failure::NotFound)?))
    }

    /// A letter or scan, decoded: its title, its MIME type, its bytes.
    pub async fn attachment(self, parcel: Hash, at: String) -> Result<(String, String, Uint8Array), Failure> {
        let ((title, content_type), blobs): ((String, String), _) =
            self.ask(&Ask::AttachmentBytes { parcel, at }, Vec::new()).await?;
        Ok((title, content_type, blobs.into_iter().next().ok_or(Failure::NotFound)?))
    }
}
