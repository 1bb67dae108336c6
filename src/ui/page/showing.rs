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

/// Codes that stand side by side where the screen is large enough for a camera to read them all.
const TOGETHER: usize = 4;

/// A screen for four codes: each is then about as large as one on a phone.
const LARGE: &str = "(min-width: 760px) and (min-height: 600px)";

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
    is_so("(prefers-reduced-motion: reduce)")
}

/// Whether a media query holds now.
fn is_so(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|m| m.matches())
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
        <PageHead title=words::title lede=move || words::for_whom(&text::audience_said(&whom)) />
        <div class="stack showing">
            {(!comparison.is_empty()).then(|| view! {
                <p>{words::comparison} " " <span class="comparison figures">{comparison}</span></p>
            })}
            {(!spoken.is_empty()).then(|| view! {
                <Callout title=words::spoken>
                    <p class="comparison code">{spoken}</p>
                    <p class="small">{words::spoken_note}</p>
                </Callout>
            })}
            <Frames showing=showing />
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

/// The codes, four side by side on a large screen, else one at a time: which of how many, pause, next.
#[component]
fn Frames(showing: Showing) -> impl IntoView {
    let count = showing.codes.len().max(1);
    let need = u64::from(showing.need);
    let codes = StoredValue::new(showing.codes);
    let texts = StoredValue::new(showing.texts.join("\n"));
    let locked = !showing.spoken.is_empty();
    let together = RwSignal::new(count > 1 && is_so(LARGE));
    let at_once = move || if together.get() { TOGETHER } else { 1 };
    let groups = move || count.div_ceil(at_once());
    let at = RwSignal::new(0_usize);
    // Nothing moves by itself where the codes in sight are enough.
    let enough = move || need <= at_once() as u64;
    let playing = RwSignal::new(count > 1 && !keeps_still() && !untrack(enough));
    let next = move || at.update(|i| *i = (*i + 1) % untrack(groups));
    let before = move || at.update(|i| *i = (*i + untrack(groups) - 1) % untrack(groups));
    let turn = move || {
        let first = at.get_untracked() * untrack(at_once);
        together.update(|t| *t = !*t);
        at.set(first / untrack(at_once));
        playing.set(!keeps_still() && !untrack(enough));
    };
    let beat = StoredValue::new(0_u32);
    if count > 1
        && let Ok(handle) = set_interval_with_handle(
            move || {
                // Four codes take a camera longer than one.
                let pace = if together.get_untracked() { 4 } else { 1 };
                beat.update_value(|b| *b = b.wrapping_add(1));
                if playing.get_untracked() && beat.get_value().is_multiple_of(pace) {
                    next()
                }
            },
            STEP,
        )
    {
        on_cleanup(move || handle.clear());
    }
    let seen = move || {
        let first = at.get() * at_once();
        first..(first + at_once()).min(count)
    };
    let which = move || {
        let seen = seen();
        match seen.len() {
            0 | 1 => words::which(&(seen.start + 1).to_string(), &count.to_string()),
            _ => words::which_of_several(&count.to_string(), &(seen.start + 1).to_string(), &seen.end.to_string()),
        }
    };
    let shown = move || {
        seen()
            .map(|i| {
                let code = codes.with_value(|c| c.get(i).cloned().unwrap_or_default());
                let name = move || match count {
                    1 => words::title().to_owned(),
                    _ => words::which(&(i + 1).to_string(), &count.to_string()),
                };
                view! { <CodeView code=Signal::stored(code) label=name /> }
            })
            .collect_view()
    };
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
                <button type="button" class="button" disabled=move || groups() == 1 on:click=move |_| { playing.set(false); before() }>
                    {words::before}
                </button>
                <button type="button" class="button" disabled=move || groups() == 1 on:click=move |_| playing.update(|p| *p = !*p)>
                    {move || if playing.get() { words::pause() } else { words::play() }}
                </button>
                <button type="button" class="button" disabled=move || groups() == 1 on:click=move |_| { playing.set(false); next() }>
                    {words::next}
                </button>
                <button type="button" class="button" on:click=move |_| turn()>
                    {move || if together.get() { words::one_at_a_time() } else { words::four_together() }}
                </button>
            </p>
        }
    });
    view! {
        <div class="code-frame" class:code-grid=together node_ref=frame on:click=tap>
            {shown}
        </div>
        {controls}
        <p class="row">
            <button type="button" class="button" on:click=full>
                {words::full_screen}
            </button>
            <CopyCodes texts locked />
        </p>
        <p class="small soft">{words::brightness}</p>
    }
}

/// The codes as text: for a clinician at the same desk who can only paste.
#[component]
fn CopyCodes(texts: StoredValue<String>, locked: bool) -> impl IntoView {
    let copy = Action::new_local(move |(): &()| {
        let text = texts.get_value();
        async move { JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_ok() }
    });
    let told = move || {
        copy.value().get().map(|done| match (done, locked) {
            (true, false) => words::copied(),
            (true, true) => words::copied_locked(),
            (false, _) => text::received::not_copied(),
        })
    };
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
                <Fact name=words::fact_whom><bdi>{text::audience_said(&consent.audience)}</bdi></Fact>
                <Fact name=words::fact_why>{move || text::own_purpose(&consent.purpose)}</Fact>
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

/// Keeps the screen on while the page stands, where the browser can (Screen Wake Lock). The browser takes the lock away
/// whenever the page is hidden: it is asked for again.
fn stay_awake() {
    let gone = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let over = gone.clone();
    on_cleanup(move || over.store(true, std::sync::atomic::Ordering::Relaxed));
    leptos::task::spawn_local(async move {
        let mut held = None;
        while !gone.load(std::sync::atomic::Ordering::Relaxed) {
            if held.as_ref().is_none_or(released) && !document().hidden() {
                held = wake_lock().await;
            }
            gloo::timers::future::TimeoutFuture::new(1_000).await;
        }
        let Some(lock) = held else { return };
        let release = Reflect::get(&lock, &"release".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
        _ = release.map(|f| f.call0(&lock));
    });
}

fn released(lock: &JsValue) -> bool {
    Reflect::get(lock, &"released".into()).is_ok_and(|gone| gone.is_truthy())
}

async fn wake_lock() -> Option<JsValue> {
    let navigator: JsValue = window().navigator().into();
    let locks = Reflect::get(&navigator, &"wakeLock".into()).ok().filter(|l| !l.is_undefined())?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into::<Function>().ok()?;
    let promise = request.call1(&locks, &"screen".into()).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok()
}
