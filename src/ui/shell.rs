//! What stands round every page: whose record it is, the way to the five places, the lock, the language.

use leptos::{ev, prelude::*};

use super::front::Front;
use super::page;
use super::part::{Icon, Sign, Tile};
use super::place::Place;
use super::queue::Queue;
use super::text::{self, shell as words};
use crate::app::wire::{Door, Doubt, Settings};

/// Draws the app into `#app`, in place of the door, and goes on where the door was left.
pub fn start() {
    let left = super::door::leave();
    let Some(root) = document().get_element_by_id("app") else { return };
    root.set_text_content(None);
    leptos::mount::mount_to(root.unchecked_into(), move || view! { <App left /> }).forget();
}

use super::door::Left;
use wasm_bindgen::JsCast;

/// The whole front.
#[component]
fn App(
    /// How the person left the door.
    left: Left,
) -> impl IntoView {
    let front = Front::new();
    provide_context(front);
    let queue = Queue::new(front);
    provide_context(queue);
    let listener = window_event_listener(ev::hashchange, move |_| front.follow_address());
    on_cleanup(move || listener.remove());
    front.follow_address();
    watch_idleness(front);
    leptos::task::spawn_local(page::enter(front, queue, left));

    let fresh = window_event_listener_untyped("tessera-update", move |_| front.update.set(true));
    on_cleanup(move || fresh.remove());

    let lock_key = window_event_listener(ev::keydown, move |event| {
        if event.alt_key() && event.code() == "KeyL" && front.is_open() {
            event.prevent_default();
            front.lock();
        }
    });
    on_cleanup(move || lock_key.remove());

    view! {
        <a
            class="skip"
            href="#main"
            on:click=move |event| {
                event.prevent_default();
                super::front::focus("main");
            }
        >
            {words::skip}
        </a>
        <div class="frame">
            <Strip />
            <Show when=move || front.is_open()>
                <Bar />
            </Show>
            <main class="page" id="main" tabindex="-1">
                <DoubtBanner />
                <UpdateBanner />
                <Banner />
                <page::Page />
            </main>
        </div>
        <page::import::Guard />
        <div class="unseen" role="status" aria-live="polite">
            {move || front.said.get()}
        </div>
    }
}

/// The strip above: the person, the language, the lock.
#[component]
fn Strip() -> impl IntoView {
    let front = Front::get();
    let person = move || match front.person.get() {
        Some(person) => {
            let (name, born) = (person.clone(), person.clone());
            view! {
                <a class="strip-who" href=Place::People.href() title=words::people>
                    <Tile seed=person.tile />
                    <span>
                        <bdi class="strip-name">{move || text::name(&name)}</bdi>
                        <br />
                        <small class="soft">{move || text::born_and_age(&born)}</small>
                        {move || (front.people.get() > 1).then(|| view! { <span class="unseen">{words::people}</span> })}
                    </span>
                </a>
            }
            .into_any()
        }
        None => view! {
            <a class="strip-who" href=Place::Door.href()>
                <Mark />
                <span class="strip-name">{text::common::tessera}</span>
            </a>
        }
        .into_any(),
    };
    view! {
        <header class="strip">
            {person} <div class="strip-tools">
                <LanguageSwitch />
                <Show when=move || front.is_open()>
                    <button
                        type="button"
                        class="button quiet"
                        aria-keyshortcuts="Alt+L"
                        title=words::lock_hint
                        on:click=move |_| front.lock()
                    >
                        <Icon sign=Sign::Lock />
                        <span class="wide-only">
                            {move || if front.is_unkept() { words::forget() } else { words::lock() }}
                        </span>
                    </button>
                </Show>
            </div>
        </header>
    }
}

/// The other language, in its own name.
#[component]
fn LanguageSwitch() -> impl IntoView {
    let front = Front::get();
    view! {
        <button
            type="button"
            class="button quiet"
            lang=move || text::lang().other().tag()
            on:click=move |_| front.switch_language()
        >
            {words::other_language}
        </button>
    }
}

/// Our mark: four tiles.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="tile" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
            <path class="c1" d="M8 8h38v38h-38z" />
            <path class="c3" d="M54 27l19 -19 19 19 -19 19z" />
            <path class="c2" d="M8 73l19 -19 19 19 -19 19z" />
            <path class="c1" d="M54 54h38v38h-38z" />
        </svg>
    }
}

/// The five places.
#[component]
fn Bar() -> impl IntoView {
    let front = Front::get();
    let link = move |place: Place, sign: Sign, name: fn() -> &'static str| {
        let here = place.clone();
        let current = Memo::new(move |_| front.route.with(|r| under(&r.place) == here));
        view! {
            <li>
                <a href=place.href() aria-current=move || current.get().then_some("page")>
                    <Icon sign />
                    <span>{name}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav class="bar" aria-label=words::places>
            <ul>
                {link(Place::Summary, Sign::Summary, words::summary)}
                {link(Place::Timeline, Sign::Timeline, words::timeline)}
                {link(Place::Share, Sign::Share, words::share)}
                {link(Place::Import, Sign::Import, words::import)} {link(Place::More, Sign::More, words::more)}
            </ul>
        </nav>
    }
}

/// The one of the five under which a place stands.
fn under(place: &Place) -> Place {
    match place {
        Place::Timeline => Place::Timeline,
        Place::Share | Place::Showing => Place::Share,
        Place::Import | Place::HowTo | Place::Report(_) | Place::Write(_) => Place::Import,
        Place::More
        | Place::People
        | Place::Journal
        | Place::Shared(_)
        | Place::Passphrase
        | Place::About
        | Place::Kit
        | Place::SetUp
        | Place::Scan
        | Place::Token(_) => Place::More,
        Place::Door | Place::Summary | Place::Section(_) | Place::Analyte(_) | Place::Item(_) => Place::Summary,
    }
}

/// What is stored is not what was last written here: said on every page, until the person decides.
#[component]
fn DoubtBanner() -> impl IntoView {
    let front = Front::get();
    let doubt = RwSignal::new(None::<Doubt>);
    let ask = move || {
        leptos::task::spawn_local(async move {
            doubt.set(front.client.doubt().await.unwrap_or_default());
        });
    };
    Effect::new(move || {
        front.changes.track();
        if front.is_open() {
            ask();
        }
    });
    let accept = move |_| {
        leptos::task::spawn_local(async move {
            if front.client.accept_doubt().await.is_ok() {
                front.refresh().await;
            }
        });
    };
    move || {
        doubt.get().map(|doubt| {
            view! {
                <aside class="banner" aria-label=words::to_do>
                    <Icon sign=Sign::Danger />
                    <p>
                        {words::doubt} " "
                        {move || match doubt {
                            Doubt::Older(missing) => words::doubt_older(missing),
                            Doubt::Other => String::new(),
                        }}
                    </p>
                    <button type="button" class="button" on:click=accept>
                        {words::doubt_accept}
                    </button>
                </aside>
            }
        })
    }
}

/// A new release waits: taken only on the person's word.
#[component]
fn UpdateBanner() -> impl IntoView {
    let front = Front::get();
    view! {
        <Show when=move || front.update.get()>
            <aside class="banner" aria-label=words::update>
                <Icon sign=Sign::Note />
                <p>{words::update} " " {move || front.is_open().then(words::update_locks)}</p>
                <button type="button" class="button" on:click=move |_| front.take_update()>
                    {words::update_now}
                </button>
            </aside>
        </Show>
    }
}

/// What is still to do: keep what is looked at, or the recovery kit. It stays until it is done.
#[component]
fn Banner() -> impl IntoView {
    let front = Front::get();
    #[derive(Clone, Copy, PartialEq)]
    enum Due {
        Keep,
        Kit,
        Nothing,
    }
    let due = Memo::new(move |_| {
        let place = front.route.with(|r| r.place.clone());
        match front.door.get() {
            // Nothing stands before a code that is being scanned.
            _ if place == Place::Showing => Due::Nothing,
            Some(Ok(Door::Open { kept: false })) if front.person.with(Option::is_some) && place != Place::SetUp => {
                Due::Keep
            }
            Some(Ok(Door::Open { kept: true })) if !front.settings.with(|s| s.kit_checked) && place != Place::Kit => {
                Due::Kit
            }
            _ => Due::Nothing,
        }
    });
    move || match due.get() {
        Due::Nothing => ().into_any(),
        Due::Keep => banner(words::not_kept, Place::SetUp, words::keep_it).into_any(),
        Due::Kit => banner(words::kit_due, Place::Kit, words::kit_now).into_any(),
    }
}

fn banner(what: fn() -> &'static str, place: Place, then: fn() -> &'static str) -> impl IntoView {
    view! {
        <aside class="banner" aria-label=words::to_do>
            <Icon sign=Sign::Warning />
            <p>{what}</p>
            <a class="button" href=place.href()>
                {then}
            </a>
        </aside>
    }
}

/// Locks a kept record that nobody has touched for a while.
fn watch_idleness(front: Front) {
    let touched = StoredValue::new(js_sys::Date::now());
    let look = move || {
        let Settings { idle_minutes, .. } = front.settings.get_untracked();
        let kept = front.door.with_untracked(|d| matches!(d, Some(Ok(Door::Open { kept: true }))));
        let idle = js_sys::Date::now() - touched.get_value();
        if kept && idle_minutes > 0 && !front.is_held() && idle > f64::from(idle_minutes) * 60_000.0 {
            front.lock();
            return true;
        }
        false
    };
    // A device that wakes is touched before its timers run: whoever touches it then must not keep it open.
    let touch = move || {
        if !look() {
            touched.set_value(js_sys::Date::now());
        }
    };
    for handle in [
        window_event_listener(ev::pointerdown, move |_| touch()),
        window_event_listener(ev::keydown, move |_| touch()),
        window_event_listener(ev::wheel, move |_| touch()),
        window_event_listener(ev::touchmove, move |_| touch()),
    ] {
        on_cleanup(move || handle.remove());
    }
    let look = move || _ = look();
    if let Ok(handle) = set_interval_with_handle(look, core::time::Duration::from_secs(10)) {
        on_cleanup(move || handle.clear());
    }
}
