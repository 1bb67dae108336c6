//! Estimating a passphrase: the record worker's end and the strength worker's end.
//!
//! The words that everybody tries first are more than all else that the record worker carries, and are needed only when
//! a passphrase is made up: they are a program of their own, loaded then.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

use super::client;
use super::wire::{self, Failure, Secret, Strength};
use crate::device;
use crate::vault::strength;

/// A strength worker. It ends when this is dropped.
pub struct Meter(device::Answering);

impl Meter {
    /// Starts a worker.
    pub fn open() -> Self {
        Self(device::Answering::open("strength"))
    }

    /// What a passphrase is worth to who knows these words.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if the program could not be loaded, or gave out.
    pub async fn measure(&self, passphrase: &Secret, known: &[&str]) -> Result<Strength, Failure> {
        let (message, handed) = client::pack(0, &wire::write(&(passphrase, known)), &[]);
        let answer = self.0.ask(&message, &handed).await.ok_or(Failure::Stopped)?;
        let (_, answer, _) = answer.dyn_into().ok().and_then(|a: Array| client::unpack(&a)).ok_or(Failure::Garbled)?;
        wire::read(&answer.to_vec())
    }
}

/// The worker's end: each message is a passphrase and the words that a guesser knows, each answer a [`Strength`].
pub fn serve() {
    let scope: Rc<RefCell<Option<DedicatedWorkerGlobalScope>>> = Rc::default();
    let held = scope.clone();
    let opened = device::hear_questions(move |message| {
        let Some((id, ask, _)) = client::unpack(&message) else { return };
        let Ok((passphrase, known)) = wire::read::<(Secret, Vec<String>)>(&ask.to_vec()) else { return };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let (message, handed) =
            client::pack(id, &wire::write(&Strength::from(strength::strength(&passphrase.0, &known))), &[]);
        if let Some(scope) = held.borrow().as_ref() {
            let _ = scope.post_message_with_transfer(&message, &handed);
        }
    });
    *scope.borrow_mut() = Some(opened);
}
