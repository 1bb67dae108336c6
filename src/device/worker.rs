//! Workers, as `public/start.js` starts them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = tessera, js_name = worker)]
    fn start(kind: &str) -> Worker;
}

/// The worker of this kind: the one `record` worker of the page, or a fresh one of any other kind.
pub fn worker(kind: &str) -> Worker {
    start(kind)
}

/// A worker that answers each message with one of its own. It ends when this is dropped.
pub struct Answering {
    worker: Worker,
    waiting: Waiting,
    stopped: Rc<Cell<bool>>,
    _hear: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(JsValue)>,
}

type Waiting = Rc<RefCell<Option<oneshot::Sender<JsValue>>>>;

impl Answering {
    /// Starts a worker of this kind.
    pub fn open(kind: &str) -> Self {
        let worker = worker(kind);
        let waiting = Waiting::default();
        let held = waiting.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(sender) = held.borrow_mut().take() {
                let _ = sender.send(event.data());
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let stopped = Rc::<Cell<bool>>::default();
        let (held, ended) = (waiting.clone(), stopped.clone());
        let fail = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            ended.set(true);
            drop(held.borrow_mut().take());
        });
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        Self { worker, waiting, stopped, _hear: hear, _fail: fail }
    }

    /// Its answer to a message; what is `handed` over goes along. `None` if it stopped, could not be loaded, or was asked
    /// something else before it answered.
    pub async fn ask(&self, message: &JsValue, handed: &Array) -> Option<JsValue> {
        if self.stopped.get() {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        *self.waiting.borrow_mut() = Some(sender);
        self.worker.post_message_with_transfer(message, handed).ok()?;
        receiver.await.ok()
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// Inside a worker: hands each message to `hear`, and lets the boot script send those that came before.
pub fn hear_questions(hear: impl FnMut(JsValue) + 'static) -> DedicatedWorkerGlobalScope {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let mut hear = hear;
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(event.data()));
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
    scope
}

/// A buffer of these bytes, for handing over.
pub fn buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}
