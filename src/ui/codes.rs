//! Codes in pictures that are brought in: looked for before a picture is read, in a worker of their own.

use std::pin::pin;

use futures_util::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{Blob, File};

use crate::app::codes::Codes;
use crate::app::lent;
use crate::app::qr::Eyes;

/// How long one picture is looked at, in milliseconds.
const PATIENCE: u32 = 20_000;
/// Larger pictures, in bytes, are kept unlooked at: unpacked they would fill the memory.
const LARGEST: f64 = 64_000_000.0;

/// A file of the queue: its number and itself.
pub type Numbered = (u32, File);

/// True for what may be a picture with a code. What it is, is told by its content later.
pub fn is_picture(file: &File) -> bool {
    file.type_().starts_with("image/") && file.size() < LARGEST
}

/// The codes in a picture; where they are parts of a card, those of the `others` that hold the missing parts too. Answers
/// with which of the others were needed.
pub async fn codes(picture: &File, others: Vec<Numbered>) -> (Codes, Vec<Numbered>) {
    let eyes = Eyes::open();
    let mut texts = look(&eyes, picture).await;
    let (mut codes, mut needed) = (Codes::of(&texts), Vec::new());
    for (number, other) in others {
        if codes.partly.is_empty() {
            break;
        }
        let more = look(&eyes, &other).await;
        if codes.wants(&Codes::of(&more)) {
            texts.extend(more);
            codes = Codes::of(&texts);
            needed.push((number, other));
        }
    }
    (codes, needed)
}

/// The texts of the codes in a picture; none if the browser can't draw it, or it takes too long.
async fn look(eyes: &Eyes, picture: &File) -> Vec<String> {
    let Ok(drawn) = lent::read_image(picture.unchecked_ref::<Blob>()).await else { return Vec::new() };
    match select(pin!(eyes.read(drawn)), TimeoutFuture::new(PATIENCE)).await {
        Either::Left((texts, _)) => texts,
        Either::Right(_) => Vec::new(),
    }
}

/// What codes say, as files named after their picture.
pub fn files(codes: &Codes, picture: &str) -> Vec<File> {
    let file = |(number, text): (usize, &String)| {
        File::new_with_str_sequence(&Array::of1(&text.as_str().into()), &format!("{picture} ({number}).txt")).ok()
    };
    (1..).zip(&codes.files).filter_map(file).collect()
}
