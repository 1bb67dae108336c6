//! What the front needs of the browser, through the hall: the camera, pictures, and the ways out that a person chose.

pub use crate::device::{Camera, CameraTrouble, blob, persist, read_image, save, save_blob, today};
