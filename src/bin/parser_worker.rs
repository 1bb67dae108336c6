//! The parser worker: reads one file, without network, and is thrown away.

#[cfg(target_arch = "wasm32")]
fn main() {
    tessera::app::parser::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
