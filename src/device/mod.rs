//! What the browser lends: workers, files, the camera, the clipboard, the clock. Platforms, and nothing of medicine.

mod camera;
mod clock;
mod file;
mod room;
mod worker;

pub use camera::{Camera, CameraTrouble};
pub use clock::{monotonic_ms, now, now_ms, offset_minutes, random_u32, today};
pub use file::{blob, read_image, safe_name, save, save_blob};
pub use room::persist;
pub use worker::{Answering, buffer, hear_questions, worker};
