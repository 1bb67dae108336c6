//! Asking one other host, when a person has agreed to it: the page's end and the worker's end of the network worker.
//!
//! The worker is the only program of this app that may (`public/network/boot.js` and its header). It is given an address,
//! a body and a limit, and gives back a status and bytes: no key, no passphrase and nothing of a record is ever in it.
//! Without cookies, without a referrer, without the browser's cache; a redirect is told, and not followed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker};

use super::link::{Request, Trouble};
use crate::device;

/// Most bytes of one answer.
pub const LIMIT: u64 = 128 << 20;
/// How long a host may say nothing, in milliseconds.
const PATIENCE: u32 = 30_000;
/// How long the browser may take to say that a policy forbade it, in milliseconds.
const POLICY: u32 = 200;

/// So many bytes have come, of so many (0 if that is not known).
const PROGRESS: f64 = 0.0;
/// All of it: status, `Retry-After`, bytes.
const ANSWER: f64 = 1.0;
/// Nothing came; the reason follows.
const NOTHING: f64 = 2.0;

/// Reasons for [`NOTHING`].
const UNREACHABLE: f64 = 0.0;
const FORBIDDEN: f64 = 1.0;
const REDIRECTED: f64 = 2.0;
const TOO_LARGE: f64 = 3.0;

/// What a host answered.
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// The header `Retry-After`, where the host lets web pages see it.
    pub retry_after: Option<String>,
    /// The body.
    pub bytes: Uint8Array,
}

/// A network worker of the page. Dropping it ends whatever it is asking.
pub struct Network {
    worker: Worker,
    said: UnboundedReceiver<Array>,
    _hear: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(JsValue)>,
}

impl Network {
    /// Starts a worker.
    pub fn open() -> Self {
        let worker = device::worker("network");
        let (sender, said) = unbounded::<Array>();
        let sender: Rc<RefCell<Option<UnboundedSender<Array>>>> = Rc::new(RefCell::new(Some(sender)));
        let held = sender.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let (Ok(said), Some(sender)) = (event.data().dyn_into::<Array>(), held.borrow().as_ref()) {
                let _ = sender.unbounded_send(said);
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let fail = Closure::<dyn FnMut(JsValue)>::new(move |_| drop(sender.borrow_mut().take()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        Self { worker, said, _hear: hear, _fail: fail }
    }

    /// Asks, and waits for all of the answer; `tell` hears how many bytes have come, and of how many (0: not known).
    ///
    /// # Errors
    /// [`Trouble::Unreachable`], [`Trouble::Forbidden`], [`Trouble::Redirected`], [`Trouble::TooLarge`],
    /// [`Trouble::Silent`].
    pub async fn ask(&mut self, request: &Request, tell: impl Fn(u64, u64)) -> Result<Reply, Trouble> {
        let body = request.body.as_ref().map_or(JsValue::NULL, |body| JsValue::from_str(&body.0));
        let message = Array::of3(&JsValue::from_str(&request.url), &body, &JsValue::from_f64(LIMIT as f64));
        self.worker.post_message(&message).map_err(|_| Trouble::Unreachable)?;
        loop {
            let said = match select(self.said.next(), TimeoutFuture::new(PATIENCE)).await {
                Either::Left((Some(said), _)) => said,
                Either::Left((None, _)) => return Err(Trouble::Unreachable),
                Either::Right(_) => return Err(Trouble::Silent),
            };
            let number = |at: u32| said.get(at).as_f64().unwrap_or_default();
            match number(0) {
                PROGRESS => tell(number(1) as u64, number(2) as u64),
                ANSWER => {
                    let bytes = said.get(3).dyn_into::<Uint8Array>().map_err(|_| Trouble::Unreachable)?;
                    return Ok(Reply { status: number(1) as u16, retry_after: said.get(2).as_string(), bytes });
                }
                _ => {
                    return Err(match number(1) {
                        FORBIDDEN => Trouble::Forbidden,
                        REDIRECTED => Trouble::Redirected,
                        TOO_LARGE => Trouble::TooLarge(LIMIT),
                        _ => Trouble::Unreachable,
                    });
                }
            }
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn fetch(url: &str, wish: &JsValue) -> Result<JsValue, JsValue>;

    /// What `fetch` answers (Fetch Standard §5.5).
    type Response;
    #[wasm_bindgen(method, getter)]
    fn status(this: &Response) -> u16;
    #[wasm_bindgen(method, getter, js_name = type)]
    fn kind(this: &Response) -> String;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Response) -> Headers;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Response) -> Option<Stream>;

    type Headers;
    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;

    type Stream;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn reader(this: &Stream) -> Result<Reader, JsValue>;

    type Reader;
    #[wasm_bindgen(method, catch)]
    async fn read(this: &Reader) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn cancel(this: &Reader) -> Result<JsValue, JsValue>;
}

thread_local! {
    // A policy forbade something in this worker: `fetch` only says that it failed.
    static VIOLATED: Cell<bool> = const { Cell::new(false) };
}

/// The worker's end: each message is an address, a body or null, and a limit.
pub fn serve() {
    let scope: Rc<RefCell<Option<DedicatedWorkerGlobalScope>>> = Rc::default();
    let held = scope.clone();
    let opened = device::hear_questions(move |message| {
        let Some(scope) = held.borrow().clone() else { return };
        let Ok(message) = message.dyn_into::<Array>() else { return };
        let Some(url) = message.get(0).as_string() else { return };
        let (body, limit) = (message.get(1).as_string(), message.get(2).as_f64().unwrap_or_default());
        wasm_bindgen_futures::spawn_local(async move {
            if let Err(reason) = ask(&scope, &url, body.as_deref(), limit).await {
                let _ = scope.post_message(&Array::of2(&NOTHING.into(), &reason.into()));
            }
        });
    });
    let violated = Closure::<dyn FnMut(JsValue)>::new(|_| VIOLATED.set(true));
    let name = "securitypolicyviolation";
    let _ = opened.add_event_listener_with_callback(name, violated.as_ref().unchecked_ref());
    violated.forget();
    *scope.borrow_mut() = Some(opened);
}

async fn ask(scope: &DedicatedWorkerGlobalScope, url: &str, body: Option<&str>, limit: f64) -> Result<(), f64> {
    VIOLATED.set(false);
    let response = match fetch(url, &wish(body)).await {
        Ok(response) => response.unchecked_into::<Response>(),
        Err(_) => {
            TimeoutFuture::new(POLICY).await;
            return Err(if VIOLATED.get() { FORBIDDEN } else { UNREACHABLE });
        }
    };
    if response.kind() == "opaqueredirect" {
        return Err(REDIRECTED);
    }
    let total = response.headers().get("content-length").and_then(|n| n.parse::<f64>().ok()).unwrap_or_default();
    if total > limit {
        return Err(TOO_LARGE);
    }
    let (mut chunks, mut came) = (Vec::<Uint8Array>::new(), 0.0);
    if let Some(stream) = response.body() {
        let reader = stream.reader().map_err(|_| UNREACHABLE)?;
        loop {
            let read = reader.read().await.map_err(|_| UNREACHABLE)?;
            let part = |name: &str| Reflect::get(&read, &JsValue::from_str(name)).unwrap_or_default();
            if part("done").is_truthy() {
                break;
            }
            let chunk = part("value").dyn_into::<Uint8Array>().map_err(|_| UNREACHABLE)?;
            came += f64::from(chunk.length());
            // What a host says of the length is not believed: what comes is counted.
            if came > limit {
                let _ = reader.cancel().await;
                return Err(TOO_LARGE);
            }
            chunks.push(chunk);
            let _ = scope.post_message(&Array::of3(&PROGRESS.into(), &came.into(), &total.into()));
        }
    }
    let bytes = Uint8Array::new_with_length(came as u32);
    let mut at = 0;
    for chunk in chunks {
        bytes.set(&chunk, at);
        at += chunk.length();
    }
    let again = response.headers().get("retry-after").map_or(JsValue::NULL, |text| JsValue::from_str(&text));
    let answer = Array::of4(&ANSWER.into(), &f64::from(response.status()).into(), &again, &bytes);
    let _ = scope.post_message_with_transfer(&answer, &Array::of1(&bytes.buffer()));
    Ok(())
}

/// How to ask: nothing of this browser goes along, and nothing stays.
fn wish(body: Option<&str>) -> JsValue {
    let wish = Object::new();
    let set = |name: &str, value: &JsValue| drop(Reflect::set(&wish, &JsValue::from_str(name), value));
    for (name, value) in [
        ("mode", "cors"),
        ("credentials", "omit"),
        ("cache", "no-store"),
        ("redirect", "manual"),
        ("referrer", ""),
        ("referrerPolicy", "no-referrer"),
    ] {
        set(name, &JsValue::from_str(value));
    }
    if let Some(body) = body {
        let headers = Object::new();
        drop(Reflect::set(&headers, &JsValue::from_str("content-type"), &JsValue::from_str("application/json")));
        set("method", &JsValue::from_str("POST"));
        set("headers", &headers);
        set("body", &JsValue::from_str(body));
    }
    wish.into()
}
