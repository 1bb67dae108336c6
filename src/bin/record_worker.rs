//! The record worker: the decrypted session. It alone holds keys and records; it goes at lock.

#[cfg(target_arch = "wasm32")]
fn main() {
    tessera::app::worker::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
