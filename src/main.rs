//! The front door of the app: see `tessera::ui`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tessera::ui::start();
}
