//! The QR worker: looks for codes in pictures, away from the page. It is given nothing but pictures.

#[cfg(target_arch = "wasm32")]
fn main() {
    tessera::app::qr::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
