//! What the browser lends: files, the camera, the clipboard, workers.
