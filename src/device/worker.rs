//! Workers, as `public/boot.js` starts them.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = tessera, js_name = worker)]
    fn start(kind: &str) -> Worker;
}

/// The worker of this kind: the one `record` worker, or a fresh `parser` or `qr`.
pub fn worker(kind: &str) -> Worker {
    start(kind)
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
