//! The strength worker: how long a passphrase would stand. It carries the lists of words that everybody tries first.

#[cfg(target_arch = "wasm32")]
fn main() {
    tessera::app::strength::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
