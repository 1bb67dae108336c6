//! Files: read on the person's choice, saved on the person's wish.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, ImageBitmap, Url};

/// Saves bytes as a file of the person's: the only way out of the app besides codes, print and the clipboard.
pub fn save(name: &str, content_type: &str, bytes: &[u8]) -> Result<(), JsValue> {
    save_blob(name, &blob(content_type, &Uint8Array::from(bytes))?)
}

/// A blob of these bytes, for saving or for an `<img blob:>`.
pub fn blob(content_type: &str, bytes: &Uint8Array) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(content_type);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options)
}

/// Saves a blob as a file.
pub fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|w| w.document()).ok_or(JsValue::NULL)?;
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(&safe_name(name));
    link.click();
    // The browser has taken the blob over once the click returns; a little later the address can go.
    gloo::timers::callback::Timeout::new(60_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// A name that is safe on every system: no path, no control or direction characters, at most 120 characters.
pub fn safe_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_control()
                || "/\\:*?\"<>|\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".contains(c)
            {
                '-'
            } else {
                c
            }
        })
        .take(120)
        .collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if kept.is_empty() { "file".to_owned() } else { kept.to_owned() }
}

/// Decodes a picture that the person chose or pasted, to look for codes in it.
pub async fn read_image(file: &Blob) -> Result<ImageBitmap, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let bitmap = JsFuture::from(window.create_image_bitmap_with_blob(file)?).await?;
    Ok(bitmap.unchecked_into())
}
