//! Every way for a code to come in: camera, picture, paste, a scanner that types. What is read is handed on as text;
//! it is never followed as an address.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Blob, FileList};

use crate::app::lent::{self as device, Camera, CameraTrouble};
use crate::app::qr::Eyes;
use crate::ui::front::Front;
use crate::ui::part::{Callout, Disclosure, Field, Tone};
use crate::ui::text::eye as words;

/// Pause between two looks of the camera, in milliseconds: the preview must not falter.
const PAUSE: u32 = 60;

/// Reads codes and hands each text on.
#[component]
pub fn Eye(
    /// Hears each text.
    hear: Callback<String>,
) -> impl IntoView {
    let found = RwSignal::new(None::<bool>);
    let look_at = move |files: FileList| leptos::task::spawn_local(pictures(files, hear, found));
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        if let Some(files) = event.data_transfer().and_then(|d| d.files()) {
            look_at(files);
        }
    };
    let choose = move |event: ev::Event| {
        let input = event.target().map(JsCast::unchecked_into::<web_sys::HtmlInputElement>);
        if let Some(files) = input.and_then(|i| i.files()) {
            look_at(files);
        }
    };
    let none = move || {
        (found.get() == Some(false))
            .then(|| view! { <Callout tone=Tone::Warning title=words::no_code><p>{words::no_code_then}</p></Callout> })
    };
    view! {
        <div class="eye stack" on:dragover=|event: ev::DragEvent| event.prevent_default() on:drop=drop>
            <CameraView hear />
            <Disclosure summary=words::other_ways>
                <Field id="eye-picture" label=words::picture hint=words::picture_hint>
                    <input
                        class="input"
                        type="file"
                        id="eye-picture"
                        accept="image/*,.txt"
                        multiple
                        aria-describedby="eye-picture-hint"
                        on:change=choose
                    />
                </Field>
                <Typed hear look_at=Callback::new(look_at) />
            </Disclosure>
            <div aria-live="polite">{none}</div>
        </div>
    }
}

/// Looks for codes in chosen pictures, and reads chosen texts.
async fn pictures(files: FileList, hear: Callback<String>, found: RwSignal<Option<bool>>) {
    found.set(None);
    let eyes = Eyes::open();
    let mut any = false;
    for i in 0..files.length() {
        let Some(file) = files.get(i) else { continue };
        for text in texts(&eyes, &file).await {
            any = true;
            hear.run(text);
        }
    }
    _ = found.try_set(Some(any));
}

async fn texts(eyes: &Eyes, file: &web_sys::File) -> Vec<String> {
    // A text file holds the codes as text; anything large is none of ours.
    if file.type_().starts_with("text/") && file.size() < 4_000_000.0 {
        let text = wasm_bindgen_futures::JsFuture::from(file.text()).await.ok().and_then(|t| t.as_string());
        return text.into_iter().collect();
    }
    match device::read_image(file.unchecked_ref::<Blob>()).await {
        Ok(picture) => eyes.read(picture).await,
        Err(_) => Vec::new(),
    }
}

/// A box for a paste or for a scanner that types like a keyboard and ends with Enter.
#[component]
fn Typed(hear: Callback<String>, look_at: Callback<FileList>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let read = move || {
        let taken = text.try_update(core::mem::take).unwrap_or_default();
        if !taken.trim().is_empty() {
            hear.run(taken);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() {
            event.prevent_default();
            read();
        }
    };
    let paste = move |event: ev::ClipboardEvent| {
        let Some(data) = event.clipboard_data() else { return };
        if let Some(files) = data.files().filter(|f| f.length() > 0) {
            event.prevent_default();
            look_at.run(files);
        } else if let Ok(pasted) = data.get_data("text")
            && !pasted.trim().is_empty()
        {
            event.prevent_default();
            hear.run(pasted);
        }
    };
    view! {
           <Field id="eye-typed" label=words::typed hint=words::typed_hint>
               <textarea
    class="input"
                   id="eye-typed"
                   rows="3"
                   autocomplete="off"
                   autocapitalize="off"
                   spellcheck="false"
                   aria-describedby="eye-typed-hint"
                   prop:value=text
                   on:input=move |event| text.set(event_target_value(&event))
                   on:keydown=key
                   on:paste=paste
               ></textarea>
           </Field>
           <button type="button" class="button" on:click=move |_| read()>
               {words::read}
           </button>
       }
}

/// The camera with its guide. It runs only while the person wants it, and its light goes out with the page.
#[component]
fn CameraView(hear: Callback<String>) -> impl IntoView {
    let front = Front::get();
    let running = RwSignal::new(false);
    let trouble = RwSignal::new(None::<CameraTrouble>);
    let video = NodeRef::<html::Video>::new();
    let wanted = StoredValue::new(Arc::new(AtomicBool::new(false)));
    let stop = move || _ = wanted.try_with_value(|w| w.store(false, Ordering::Relaxed));
    on_cleanup(stop);
    let start = move || {
        let mine = Arc::new(AtomicBool::new(true));
        wanted.set_value(mine.clone());
        running.set(true);
        trouble.set(None);
        leptos::task::spawn_local(async move {
            let _hold = front.hold();
            // The video is drawn first, then given to the camera.
            gloo::timers::future::TimeoutFuture::new(0).await;
            if let Some(video) = video.try_get_untracked().flatten()
                && let Err(why) = look(video, hear, &mine).await
            {
                trouble.try_set(Some(why));
            }
            running.try_set(false);
        });
    };
    let told = move || {
        trouble.get().map(
            |why| view! { <Callout tone=Tone::Warning title=why_not(why)><p>{words::no_camera_then}</p></Callout> },
        )
    };
    view! {
        <div class="camera" hidden=move || !running.get()>
            <video node_ref=video playsinline muted aria-label=words::preview></video>
            <div class="camera-guide" aria-hidden="true"></div>
        </div>
        <p class="soft" hidden=move || !running.get()>
            {words::guide}
        </p>
        <button
            type="button"
            class="button"
            class:primary=move || !running.get()
            on:click=move |_| if running.get_untracked() { stop() } else { start() }
        >
            {move || if running.get() { words::camera_off() } else { words::camera_on() }}
        </button>
        <div aria-live="polite">{told}</div>
    }
}

/// Looks at frame after frame until it is no longer wanted.
async fn look(
    video: web_sys::HtmlVideoElement,
    hear: Callback<String>,
    wanted: &AtomicBool,
) -> Result<(), CameraTrouble> {
    let camera = Camera::start(video).await?;
    let eyes = Eyes::open();
    while wanted.load(Ordering::Relaxed) {
        if let Some(frame) = camera.frame().await {
            for text in eyes.read(frame).await {
                if wanted.load(Ordering::Relaxed) {
                    hear.run(text);
                }
            }
        }
        gloo::timers::future::TimeoutFuture::new(PAUSE).await;
    }
    Ok(())
}

fn why_not(why: CameraTrouble) -> &'static str {
    match why {
        CameraTrouble::Refused => words::camera_refused(),
        CameraTrouble::NotFound => words::camera_not_found(),
        CameraTrouble::Busy => words::camera_busy(),
        CameraTrouble::Unsupported => words::camera_unsupported(),
    }
}
