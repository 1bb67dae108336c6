//! The camera: one stream, shown in a `<video>` of the page, looked at frame by frame.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, HtmlVideoElement, ImageBitmap, MediaStream, MediaStreamConstraints, MediaStreamTrack};

/// A running camera. Dropping it turns the light off.
pub struct Camera {
    stream: MediaStream,
    video: HtmlVideoElement,
}

/// Why the camera doesn't run: each has words and a way round it (file, paste, scanner keyboard).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraTrouble {
    /// The person or the device's owner said no.
    Refused,
    /// There is none.
    NotFound,
    /// Another program holds it.
    Busy,
    /// This browser or this address can't use one.
    Unsupported,
}

impl Camera {
    /// Asks for the camera that faces away, at about 1280×720, and shows it in `video`.
    pub async fn start(video: HtmlVideoElement) -> Result<Self, CameraTrouble> {
        let devices = web_sys::window()
            .map(|w| w.navigator())
            .and_then(|n| n.media_devices().ok())
            .filter(|d| !d.is_undefined())
            .ok_or(CameraTrouble::Unsupported)?;
        let constraints = MediaStreamConstraints::new();
        let wish = js_sys::Object::new();
        for (name, ideal) in [
            ("width", JsValue::from(1280)),
            ("height", JsValue::from(720)),
            ("facingMode", JsValue::from_str("environment")),
        ] {
            let value = js_sys::Object::new();
            let _ = js_sys::Reflect::set(&value, &"ideal".into(), &ideal);
            let _ = js_sys::Reflect::set(&wish, &name.into(), &value);
        }
        constraints.set_video(&wish);
        constraints.set_audio(&JsValue::FALSE);
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(|e| trouble(&e))?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(|e| trouble(&e))?.unchecked_into();
        video.set_src_object(Some(&stream));
        let camera = Self { stream, video };
        if let Ok(playing) = camera.video.play() {
            JsFuture::from(playing).await.map_err(|e| trouble(&e))?;
        }
        Ok(camera)
    }

    /// The present frame, or `None` if no picture has come yet.
    pub async fn frame(&self) -> Option<ImageBitmap> {
        if self.video.ready_state() < 2 {
            return None;
        }
        let taken = web_sys::window()?.create_image_bitmap_with_html_video_element(&self.video).ok()?;
        JsFuture::from(taken).await.ok().map(JsCast::unchecked_into)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        self.video.set_src_object(None);
    }
}

fn trouble(error: &JsValue) -> CameraTrouble {
    match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
        Some("NotAllowedError" | "SecurityError") => CameraTrouble::Refused,
        Some("NotFoundError" | "OverconstrainedError") => CameraTrouble::NotFound,
        Some("NotReadableError" | "AbortError") => CameraTrouble::Busy,
        _ => CameraTrouble::Unsupported,
    }
}
