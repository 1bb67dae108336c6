//! The code on the screen: large, bright, awake; several codes by tap or at most three a second; then *they have it*.

use core::time::Duration;

use js_sys::{Function, Promise, Reflect};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::eye::Eye;
use super::sharing::Sharing;
use crate::app::wire::{Consent, Mode, Showing};
use crate::ui::front::Front;
use crate::ui::part::{
    Callout, CodeView, Dialogue, Empty, Fact, Facts, PageHead, Tone, Trouble, clock, countdown, local_moment,
};
use crate::ui::place::Place;
use crate::ui::text::{self, showing as words};

/// Pause between two codes: fewer than three changes a second, so that nothing flashes (WCAG 2.3.1).
const STEP: Duration = Duration::from_millis(360);

/// The page.
#[component]
pub fn ShowingPage() -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let handed = RwSignal::new(None::<(Showing, Consent)>);
    on_cleanup(move || {
        // Whoever leaves the page has stopped showing.
        if sharing.showing.try_update(Option::take).flatten().is_some() {
            leptos::task::spawn_local(async move { _ = front.client.end_showing().await });
        }
    });
    move || match (handed.get(), sharing.showing.get()) {
        (Some((showing, consent)), _) => view! { <Handed showing consent /> }.into_any(),
        (None, Some((showing, consent))) => view! { <Codes showing consent handed /> }.into_any(),
        (None, None) => view! {
            <PageHead title=words::title />
            <Empty title=words::nothing>
                <a class="button primary" href=Place::Share.href()>
                    {words::to_share}
                </a>
            </Empty>
        }
        .into_any(),
    }
}

/// True if the person asked their device for less motion: then nothing moves by itself.
fn keeps_still() -> bool {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|m| m.matches())
}

#[component]
fn Codes(showing: Showing, consent: Consent, handed: RwSignal<Option<(Showing, Consent)>>) -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let hold = StoredValue::new(Some(front.hold()));
    on_cleanup(move || drop(hold.try_update_value(Option::take)));
    stay_awake();
    let until = showing.ends_at.clone();
    let left = countdown(move || until.clone());
    let time = move || left.get().map(|s| if s == 0 { words::ended().to_owned() } else { words::left(&clock(s)) });
    let spoken = showing.spoken.clone();
    let comparison = showing.comparison.clone();
    let several = showing.codes.len() > 1;
    let kept = StoredValue::new((showing.clone(), consent.clone()));
    let they_have_it = move |_| {
        leptos::task::spawn_local(async move {
            _ = front.client.end_showing().await;
            handed.set(Some(kept.get_value()));
            sharing.showing.set(None);
        });
    };
    let whom = consent.audience.clone();
    view! {
        <PageHead title=words::title lede=move || words::for_whom(&whom) />
        <div class="stack showing">
            {(!comparison.is_empty()).then(|| view! {
                <p>{words::comparison} " " <span class="comparison figures">{comparison}</span></p>
            })}
            <Frames showing=showing />
            {(!spoken.is_empty()).then(|| view! {
                <Callout title=words::spoken>
                    <p class="comparison code">{spoken}</p>
                    <p>{words::spoken_note}</p>
                </Callout>
            })}
            {several.then(|| view! { <p class="small soft">{words::any_order}</p> })}
            <p class="figures">{time}</p>
            <p class="row">
                <button type="button" class="button primary" on:click=they_have_it>
                    {words::they_have_it}
                </button>
            </p>
            <p class="small soft">{words::no_recall}</p>
        </div>
    }
}

/// One code at a time: which of how many, pause, next.
#[component]
fn Frames(showing: Showing) -> impl IntoView {
    let count = showing.codes.len().max(1);
    let need = u64::from(showing.need);
    let codes = StoredValue::new(showing.codes);
    let texts = StoredValue::new(showing.texts.join("\n"));
    let at = RwSignal::new(0_usize);
    let playing = RwSignal::new(count > 1 && !keeps_still());
    let next = move || at.update(|i| *i = (*i + 1) % count);
    let before = move || at.update(|i| *i = (*i + count - 1) % count);
    if count > 1
        && let Ok(handle) = set_interval_with_handle(
            move || {
                if playing.get_untracked() {
                    next()
                }
            },
            STEP,
        )
    {
        on_cleanup(move || handle.clear());
    }
    let code = Signal::derive(move || codes.with_value(|c| c.get(at.get()).cloned().unwrap_or_default()));
    let which = move || words::which(&(at.get() + 1).to_string(), &count.to_string());
    let name = move || if count == 1 { words::title().to_owned() } else { which() };
    let frame = NodeRef::<html::Div>::new();
    let full = move |_| {
        if let Some(frame) = frame.get_untracked() {
            match document().fullscreen_element() {
                Some(_) => document().exit_fullscreen(),
                None => _ = frame.request_fullscreen(),
            }
        }
    };
    let tap = move |_| {
        if count > 1 && !playing.get_untracked() {
            next();
        }
    };
    let controls = (count > 1).then(|| {
        view! {
            <p class="figures" aria-live="off">
                {which} " · " {move || words::need(need)}
            </p>
            <p class="row" role="group" aria-label=words::controls>
                <button type="button" class="button" on:click=move |_| { playing.set(false); before() }>
                    {words::before}
                </button>
                <button type="button" class="button" on:click=move |_| playing.update(|p| *p = !*p)>
                    {move || if playing.get() { words::pause() } else { words::play() }}
                </button>
                <button type="button" class="button" on:click=move |_| { playing.set(false); next() }>
                    {words::next}
                </button>
            </p>
        }
    });
    view! {
        <div class="code-frame" node_ref=frame on:click=tap>
            <CodeView code=code label=name />
        </div>
        {controls}
        <p class="row">
            <button type="button" class="button" on:click=full>
                {words::full_screen}
            </button>
            <CopyCodes texts />
        </p>
        <p class="small soft">{words::brightness}</p>
    }
}

/// The codes as text: for a clinician at the same desk who can only paste.
#[component]
fn CopyCodes(texts: StoredValue<String>) -> impl IntoView {
    let copy = Action::new_local(move |(): &()| {
        let text = texts.get_value();
        async move { JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_ok() }
    });
    let told = move || copy.value().get().map(|done| if done { words::copied() } else { text::received::not_copied() });
    view! {
        <button type="button" class="button quiet" on:click=move |_| _ = copy.dispatch(())>
            {words::copy}
        </button>
        <span role="status">{told}</span>
    }
}

/// They have it: what was shared, with the receipt if their screen shows one.
#[component]
fn Handed(showing: Showing, consent: Consent) -> impl IntoView {
    let front = Front::get();
    let scanning = RwSignal::new(false);
    let took = Action::new_local(move |text: &String| {
        let text = text.clone();
        async move { front.client.take_receipt(text).await }
    });
    let hear = Callback::new(move |text: String| {
        if !took.pending().get_untracked() {
            took.dispatch(text);
        }
    });
    let told = move || match took.value().get() {
        None => ().into_any(),
        Some(Ok(true)) => view! { <Callout tone=Tone::Good title=words::receipt_good /> }.into_any(),
        Some(Ok(false)) => view! { <Callout tone=Tone::Warning title=words::receipt_bad /> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
    };
    Effect::new(move || {
        if matches!(took.value().get(), Some(Ok(true))) {
            scanning.set(false);
        }
    });
    let items = consent.items.len() as u64;
    let until = showing.ends_at.clone();
    let direct = consent.mode == Mode::Hand;
    view! {
        <PageHead title=words::handed lede=words::handed_then />
        <div class="stack">
            <Facts>
                <Fact name=words::fact_whom><bdi>{consent.audience}</bdi></Fact>
                <Fact name=words::fact_why>{move || text::purpose(&consent.purpose)}</Fact>
                <Fact name=words::fact_what>{move || text::values::entries(items)}</Fact>
                <Fact name=words::fact_until>{move || local_moment(&until)}</Fact>
            </Facts>
            <div aria-live="polite">{told}</div>
            <p>{move || if direct { words::receipt_direct() } else { words::receipt_none() }}</p>
            <p class="row">
                <button type="button" class="button" hidden=!direct on:click=move |_| scanning.set(true)>
                    {words::receipt_scan}
                </button>
                <a class="button" href=Place::Journal.href()>
                    {words::journal}
                </a>
                <a class="button primary" href=Place::Summary.href()>
                    {text::common::done}
                </a>
            </p>
        </div>
        <Dialogue open=scanning title=words::receipt_scan>
            <Eye hear />
            <button type="button" class="button" on:click=move |_| scanning.set(false)>
                {text::common::close}
            </button>
        </Dialogue>
    }
}

/// Keeps the screen on while the page stands, where the browser can (Screen Wake Lock).
fn stay_awake() {
    let gone = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let over = gone.clone();
    on_cleanup(move || over.store(true, std::sync::atomic::Ordering::Relaxed));
    leptos::task::spawn_local(async move {
        let Some(lock) = wake_lock().await else { return };
        while !gone.load(std::sync::atomic::Ordering::Relaxed) {
            gloo::timers::future::TimeoutFuture::new(1_000).await;
        }
        let release = Reflect::get(&lock, &"release".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
        _ = release.map(|f| f.call0(&lock));
    });
}

async fn wake_lock() -> Option<JsValue> {
    let navigator: JsValue = window().navigator().into();
    let locks = Reflect::get(&navigator, &"wakeLock".into()).ok().filter(|l| !l.is_undefined())?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into::<Function>().ok()?;
    let promise = request.call1(&locks, &"screen".into()).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok()
}
