//! Looking for codes in pictures: the page's end and the worker's end of the QR worker.
//!
//! The browser's own detector looks first, where there is one (Shape Detection API); what it does not find is looked for
//! by [`scan`], which reads more of what is blurred or tilted.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, ImageBitmap, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

use crate::device;
use crate::share::scan;

/// A QR worker of the page. One picture at a time; it ends when this is dropped.
pub struct Eyes(device::Answering);

impl Default for Eyes {
    fn default() -> Self {
        Self::open()
    }
}

impl Eyes {
    /// Starts a worker.
    pub fn open() -> Self {
        Self(device::Answering::open("qr"))
    }

    /// The texts of all codes in the picture, which is handed over. Empty if there are none, or the worker stopped.
    pub async fn read(&self, picture: ImageBitmap) -> Vec<String> {
        let answer = self.0.ask(&picture, &Array::of1(&picture)).await;
        answer.map(|texts| Array::from(&texts).iter().filter_map(|t| t.as_string()).collect()).unwrap_or_default()
    }
}

#[wasm_bindgen]
extern "C" {
    /// The browser's own reader of codes. Chromium has it on Android and macOS; many browsers have none.
    type BarcodeDetector;

    #[wasm_bindgen(constructor, catch)]
    fn new(wish: &JsValue) -> Result<BarcodeDetector, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn detect(this: &BarcodeDetector, picture: &ImageBitmap) -> Result<JsValue, JsValue>;
}

impl BarcodeDetector {
    /// The detector of QR codes; `None` where the browser has none or it does not know them.
    fn of_browser() -> Option<Self> {
        let name = JsValue::from_str("BarcodeDetector");
        if !Reflect::has(&js_sys::global(), &name).unwrap_or(false) {
            return None;
        }
        let wish = Object::new();
        Reflect::set(&wish, &"formats".into(), &Array::of1(&"qr_code".into())).ok()?;
        Self::new(&wish).ok()
    }

    /// The texts of the codes that it finds; none if it fails.
    async fn texts(&self, picture: &ImageBitmap) -> Vec<String> {
        let Ok(found) = self.detect(picture).await else { return Vec::new() };
        let text = |code: JsValue| Reflect::get(&code, &"rawValue".into()).ok()?.as_string().filter(|t| !t.is_empty());
        Array::from(&found).iter().filter_map(text).collect()
    }
}

/// The worker's end: each message is an `ImageBitmap`, each answer an array of texts.
pub fn serve() {
    let scope: Rc<RefCell<Option<DedicatedWorkerGlobalScope>>> = Rc::default();
    let held = scope.clone();
    let detector = Rc::new(BarcodeDetector::of_browser());
    let opened = device::hear_questions(move |picture| {
        let (held, detector) = (held.clone(), detector.clone());
        spawn_local(async move {
            let texts = read(&picture, detector.as_ref().as_ref()).await;
            let texts: Array = texts.iter().map(|text| JsValue::from_str(text)).collect();
            if let Some(scope) = held.borrow().as_ref() {
                let _ = scope.post_message(&texts);
            }
        });
    });
    *scope.borrow_mut() = Some(opened);
}

async fn read(picture: &JsValue, detector: Option<&BarcodeDetector>) -> Vec<String> {
    let Some(picture) = picture.dyn_ref::<ImageBitmap>() else { return Vec::new() };
    if let Some(detector) = detector {
        let texts = detector.texts(picture).await;
        if !texts.is_empty() {
            picture.close();
            return texts;
        }
    }
    let found = luma(picture);
    picture.close();
    found.map(|(luma, width, height)| scan::decode(&luma, width as usize, height as usize)).unwrap_or_default()
}

/// One byte a pixel, weighed as in ITU-R BT.601.
fn luma(picture: &ImageBitmap) -> Option<(Vec<u8>, u32, u32)> {
    let (width, height) = (picture.width(), picture.height());
    let canvas = OffscreenCanvas::new(width, height).ok()?;
    let context: OffscreenCanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    context.draw_image_with_image_bitmap(picture, 0.0, 0.0).ok()?;
    let pixels = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?.data();
    let luma = pixels
        .chunks_exact(4)
        .map(|p| match p {
            [r, g, b, _] => ((u32::from(*r) * 299 + u32::from(*g) * 587 + u32::from(*b) * 114) / 1000) as u8,
            _ => 0,
        })
        .collect();
    Some((luma, width, height))
}
