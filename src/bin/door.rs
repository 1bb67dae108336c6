//! The first screen: see `tessera::ui::door`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tessera::ui::door::start();
}
