//! What stands round every page: whose record it is, the way to the five places, the lock, the language.

use crate::ui::part::local_moment;
use leptos::{ev, prelude::*};

use super::front::Front;
use super::links::Links;
use super::page;
use super::part::{Dialogue, Icon, Sign, Tile, Trouble};
use super::place::Place;
use super::queue::Queue;
use super::text::{self, shell as words};
use crate::app::wire::{Door, Doubt, Failure, Settings, Unread};

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
    provide_context(Links::new(front, queue));
    let listener = window_event_listener(ev::hashchange, move |_| front.follow_address());
    on_cleanup(move || listener.remove());
    front.follow_address();
    watch_idleness(front);
    front.hear_tabs();
    front.ask_before_leaving();
    leptos::task::spawn_local(page::enter(front, queue, left));

    let fresh = window_event_listener_untyped("tessera-update", move |_| front.update.set(true));
    on_cleanup(move || fresh.remove());

    Effect::new(super::stay::watch);

    let lock_key = window_event_listener(ev::keydown, move |event| {
        if event.alt_key() && event.code() == "KeyL" && front.is_open() {
            event.prevent_default();
            front.lock_or_ask();
        }
    });
    on_cleanup(move || lock_key.remove());

    // Who goes to another place leaves the guard's question for later: it never stands over a page it is not about.
    let place = Memo::new(move |_| front.route.with(|r| r.place.clone()));
    Effect::new(move |before: Option<Place>| {
        let now = place.get();
        if before.is_some_and(|before| before != now) {
            queue.asking.set(false);
        }
        now
    });

    // On paper nothing is behind a tap: what was folded is unfolded while it prints.
    let before = window_event_listener_untyped("beforeprint", move |_| {
        unfold(true);
        stamp();
    });
    let after = window_event_listener_untyped("afterprint", move |_| unfold(false));
    on_cleanup(move || {
        before.remove();
        after.remove();
    });

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
                <WaitingBanner />
                <UpdateBanner />
                <Banner />
                <page::Page />
            </main>
        </div>
        <page::import::Guard />
        <page::import::LinkWindow />
        <Forget />
        <div class="unseen" role="status" aria-live="polite">
            {move || front.said.get()}
        </div>
    }
}

/// The strip above: the person, the language, the lock.
#[component]
fn Strip() -> impl IntoView {
    let front = Front::get();
    // What somebody else shows is never under the name of whose record is open here.
    let scanning = Memo::new(move |_| front.route.with(|r| matches!(r.place, Place::Scan | Place::Token(_))));
    let person = move || match front.person.get().filter(|_| !scanning.get()) {
        Some(person) => {
            let (name, born) = (person.clone(), person.clone());
            view! {
                <a class="strip-who" href=Place::People.href() title=words::people>
                    <Tile seed=person.tile />
                    <span>
                        <bdi class="strip-name">{move || text::name(&name)}</bdi>
                        <br />
                        <small class="soft">{move || text::born_and_age(&born)}</small>
                    </span>
                    {move || {
                        (front.people.get() > 1)
                            .then(|| {
                                view! {
                                    <span class="strip-switch">
                                        <Icon sign=Sign::Switch />
                                        <span class="wide-only">{words::people}</span>
                                    </span>
                                }
                            })
                    }}
                </a>
            }
            .into_any()
        }
        // People are here, and nobody's record is open: who is looked at is chosen, never taken.
        None if front.people.get() > 0 && !scanning.get() => view! {
            <a class="strip-who" href=Place::People.href()>
                <Mark />
                <span class="strip-name">{words::people}</span>
            </a>
        }
        .into_any(),
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
            {person} <span class="strip-printed small">{text::common::printed} " " <span data-printed=""></span></span>
            <div class="strip-tools">
                <LanguageSwitch />
                <Show when=move || front.is_open()>
                    <button
                        type="button"
                        class="button quiet"
                        aria-keyshortcuts="Alt+L"
                        title=move || if front.is_unkept() { words::forget_hint() } else { words::lock_hint() }
                        on:click=move |_| front.lock_or_ask()
                    >
                        {move || match front.is_unkept() {
                            // No padlock and never without its word: nothing is locked up, all of it goes.
                            true => view! { <Icon sign=Sign::Cross /> <span>{words::forget}</span> }.into_any(),
                            false => {
                                view! { <Icon sign=Sign::Lock /> <span class="wide-only">{words::lock}</span> }.into_any()
                            }
                        }}
                    </button>
                </Show>
            </div>
        </header>
    }
}

/// What is only looked at goes for good: asked before.
#[component]
fn Forget() -> impl IntoView {
    let front = Front::get();
    let open = front.forgetting;
    view! {
        <Dialogue open title=words::forget_title>
            <p>{words::forget_then}</p>
            <div class="row">
                <button type="button" class="button primary" on:click=move |_| open.set(false)>
                    {words::forget_not}
                </button>
                <a class="button" href=Place::SetUp.href() on:click=move |_| open.set(false)>
                    {words::keep_it}
                </a>
                <button type="button" class="button danger" on:click=move |_| front.lock()>
                    {words::forget_yes}
                </button>
            </div>
        </Dialogue>
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
        | Place::Card
        | Place::People
        | Place::Journal
        | Place::Shared(_)
        | Place::Off
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
    let fault = RwSignal::new(None::<Failure>);
    let ask = move || {
        leptos::task::spawn_local(async move {
            // What can't be asked is not settled: the question that stood there stays.
            match front.client.doubt().await {
                Ok(found) => {
                    doubt.set(found);
                    fault.set(None);
                }
                Err(failure) => fault.set(Some(failure)),
            }
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
            match front.client.accept_doubt().await {
                Ok(()) => front.refresh().await,
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let failed = move || fault.get().map(|fault| view! { <Trouble fault /> });
    let question = move || {
        doubt.get().map(|doubt| {
            view! {
                <aside class="banner" aria-label=words::doubt>
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
    };
    view! { {failed} {question} }
}

/// What was kept and can no longer be read, and files that wait for an answer: said until it is seen to.
#[component]
fn WaitingBanner() -> impl IntoView {
    let front = Front::get();
    let unread = RwSignal::new(Unread::default());
    let waiting = RwSignal::new(0u64);
    let fault = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        front.changes.track();
        if !front.is_open() {
            unread.set(Unread::default());
            waiting.set(0);
            return;
        }
        leptos::task::spawn_local(async move {
            let told = front.client.unread().await.map(|found| unread.set(found));
            let files = front.client.unfiled().await;
            let counted = files.map(|files| waiting.set(files.iter().filter(|f| !f.out).count() as u64));
            fault.set(told.and(counted).err());
        });
    });
    let place = Memo::new(move |_| front.route.with(|r| r.place.clone()));
    let people = move || {
        let Unread { people, labels, .. } = unread.get();
        (people + labels > 0 && place.get() != Place::People)
            .then(|| banner(words::unread_people, Place::People, words::unread_people_then))
    };
    let settings = move || {
        (unread.get().settings && place.get() != Place::More)
            .then(|| banner(words::unread_settings, Place::More, words::unread_settings_then))
    };
    let files = move || {
        let n = waiting.get();
        (n > 0 && place.get() == Place::Summary).then(|| {
            view! {
                <aside class="banner" aria-label=move || words::unfiled(n)>
                    <Icon sign=Sign::Warning />
                    <p>{move || words::unfiled(n)}</p>
                    <a class="button" href=Place::Import.href()>
                        {words::unfiled_then}
                    </a>
                </aside>
            }
        })
    };
    let failed = move || fault.get().map(|fault| view! { <Trouble fault /> });
    view! { {failed} {people} {settings} {files} }
}

/// A new release waits: taken only on the person's word, and never while that would cost them what is only in memory.
#[component]
fn UpdateBanner() -> impl IntoView {
    let front = Front::get();
    view! {
        <Show when=move || front.update.get() && !front.holds_unkept()>
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
        Example,
        Keep,
        Kit,
        Received,
        Nothing,
    }
    let due = Memo::new(move |_| {
        let place = front.route.with(|r| r.place.clone());
        match front.door.get() {
            // Nothing stands before a code that is being scanned.
            _ if place == Place::Showing => Due::Nothing,
            _ if front.received.get() && !matches!(place, Place::Scan | Place::Token(_)) => Due::Received,
            Some(Ok(Door::Open { kept: false })) if front.person.with(Option::is_some) && place != Place::SetUp => {
                if front.example.get() {
                    Due::Example
                } else {
                    Due::Keep
                }
            }
            Some(Ok(Door::Open { kept: true })) if !front.settings.with(|s| s.kit_checked) && place != Place::Kit => {
                Due::Kit
            }
            _ => Due::Nothing,
        }
    });
    move || match due.get() {
        Due::Nothing => ().into_any(),
        Due::Example => banner(words::example, Place::Import, words::example_then).into_any(),
        Due::Keep => banner(words::not_kept, Place::SetUp, words::keep_it).into_any(),
        Due::Kit => banner(words::kit_due, Place::Kit, words::kit_now).into_any(),
        Due::Received => banner(words::received, Place::Scan, words::received_then).into_any(),
    }
}

fn banner(what: fn() -> &'static str, place: Place, then: fn() -> &'static str) -> impl IntoView {
    view! {
        <aside class="banner" aria-label=what>
            <Icon sign=Sign::Warning />
            <p>{what}</p>
            <a class="button" href=place.href()>
                {then}
            </a>
        </aside>
    }
}

/// Writes the moment of printing where paper says it.
fn stamp() {
    let Ok(found) = document().query_selector_all("[data-printed]") else { return };
    let now = local_moment(&String::from(js_sys::Date::new_0().to_iso_string()));
    for place in (0..found.length()).filter_map(|i| found.get(i)) {
        place.set_text_content(Some(&now));
    }
}

/// Opens what is folded, for paper; afterwards folds again what was opened so.
fn unfold(open: bool) {
    const MARK: &str = "data-unfolded";
    let folded = if open { "details.disclosure:not([open])" } else { "details[data-unfolded]" };
    let Ok(found) = document().query_selector_all(folded) else { return };
    for details in (0..found.length()).filter_map(|i| found.get(i)?.dyn_into::<web_sys::Element>().ok()) {
        _ = if open {
            details.set_attribute("open", "").and_then(|()| details.set_attribute(MARK, ""))
        } else {
            details.remove_attribute("open").and_then(|()| details.remove_attribute(MARK))
        };
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
            // Another tab may be in use.
            front.close();
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
