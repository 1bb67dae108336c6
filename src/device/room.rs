//! The promise not to clear what is kept.

use wasm_bindgen_futures::JsFuture;

/// Asks the browser not to clear this origin's data by itself. False if it won't say so: then it may, when room is short.
pub async fn persist() -> bool {
    let Some(asked) = web_sys::window().and_then(|w| w.navigator().storage().persist().ok()) else { return false };
    JsFuture::from(asked).await.is_ok_and(|answer| answer.is_truthy())
}
