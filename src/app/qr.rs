//! Looking for codes in pictures: the page's end and the worker's end of the QR worker.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    DedicatedWorkerGlobalScope, ImageBitmap, MessageEvent, OffscreenCanvas, OffscreenCanvasRenderingContext2d, Worker,
};

use crate::device;
use crate::share::scan;

/// A QR worker of the page. One picture at a time; it ends when this is dropped.
pub struct Eyes {
    worker: Worker,
    waiting: Rc<RefCell<Option<oneshot::Sender<Vec<String>>>>>,
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl Default for Eyes {
    fn default() -> Self {
        Self::open()
    }
}

impl Eyes {
    /// Starts a worker.
    pub fn open() -> Self {
        let worker = device::worker("qr");
        let waiting: Rc<RefCell<Option<oneshot::Sender<Vec<String>>>>> = Rc::default();
        let held = waiting.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let texts = Array::from(&event.data()).iter().filter_map(|t| t.as_string()).collect();
            if let Some(sender) = held.borrow_mut().take() {
                let _ = sender.send(texts);
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        Self { worker, waiting, _hear: hear }
    }

    /// The texts of all codes in the picture, which is handed over. Empty if there are none, or the worker stopped.
    pub async fn read(&self, picture: ImageBitmap) -> Vec<String> {
        let (sender, receiver) = oneshot::channel();
        *self.waiting.borrow_mut() = Some(sender);
        if self.worker.post_message_with_transfer(&picture, &Array::of1(&picture)).is_err() {
            return Vec::new();
        }
        receiver.await.unwrap_or_default()
    }
}

impl Drop for Eyes {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// The worker's end: each message is an `ImageBitmap`, each answer an array of texts.
pub fn serve() {
    let scope: Rc<RefCell<Option<DedicatedWorkerGlobalScope>>> = Rc::default();
    let held = scope.clone();
    let opened = device::hear_questions(move |picture| {
        let texts = Array::new();
        if let Some((luma, width, height)) = picture.dyn_ref::<ImageBitmap>().and_then(luma) {
            for text in scan::decode(&luma, width as usize, height as usize) {
                texts.push(&JsValue::from_str(&text));
            }
        }
        if let Some(scope) = held.borrow().as_ref() {
            let _ = scope.post_message(&texts);
        }
    });
    *scope.borrow_mut() = Some(opened);
}

/// One byte a pixel, weighed as in ITU-R BT.601.
fn luma(picture: &ImageBitmap) -> Option<(Vec<u8>, u32, u32)> {
    let (width, height) = (picture.width(), picture.height());
    let canvas = OffscreenCanvas::new(width, height).ok()?;
    let context: OffscreenCanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    context.draw_image_with_image_bitmap(picture, 0.0, 0.0).ok()?;
    let pixels = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?.data();
    picture.close();
    let luma = pixels
        .chunks_exact(4)
        .map(|p| match p {
            [r, g, b, _] => ((u32::from(*r) * 299 + u32::from(*g) * 587 + u32::from(*b) * 114) / 1000) as u8,
            _ => 0,
        })
        .collect();
    Some((luma, width, height))
}
