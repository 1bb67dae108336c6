//! The record worker's loop: one question after the other, so that no two errands ever overlap.

use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsValue;

use super::session::Session;
use super::{client, wire};
use crate::device;

/// Milliseconds without a question after which nobody waits for an answer.
const QUIET: u32 = 1_000;

/// Hears questions until the worker is ended.
pub fn serve() {
    let (sender, mut questions) = mpsc::unbounded::<JsValue>();
    let scope = device::hear_questions(move |message| {
        let _ = sender.unbounded_send(message);
    });
    wasm_bindgen_futures::spawn_local(async move {
        let mut session = Session::browser();
        loop {
            let heard = match select(questions.next(), TimeoutFuture::new(QUIET)).await {
                Either::Left((heard, _)) => heard,
                Either::Right(((), hearing)) => {
                    session.tidy().await;
                    hearing.await
                }
            };
            let Some(message) = heard else { return };
            let Some((id, ask, blobs)) = client::unpack(&message) else { continue };
            session.handed = blobs.iter().map(js_sys::Uint8Array::to_vec).collect();
            let answer = match wire::read(&ask.to_vec()) {
                Ok(ask) => {
                    session.catch_up().await;
                    wire::answer(&mut session, ask).await
                }
                Err(failure) => wire::write(&Err::<(), _>(failure)),
            };
            let back: Vec<_> = std::mem::take(&mut session.returned).iter().map(|b| device::buffer(b)).collect();
            session.handed.clear();
            let (message, handed) = client::pack(id, &answer, &back);
            let _ = scope.post_message_with_transfer(&message, &handed);
        }
    });
}
