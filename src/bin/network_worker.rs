//! The network worker: asks one host for what a SMART Health Link leads to. It knows no key and no medicine.

#[cfg(target_arch = "wasm32")]
fn main() {
    tessera::app::network::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
