//! Everything else: other places, how it looks, the lock, the room on the device, taking the originals out.

use leptos::prelude::*;

use crate::app::wire::{Failure, FileRow, Room, Settings};
use crate::ui::front::Front;
use crate::ui::page::erase::Erase;
use crate::ui::page::import::save_original;
use crate::ui::part::{Callout, Choice, Icon, PageHead, Sign, Tick, Tone, Trouble, load};
use crate::ui::place::Place;
use crate::ui::text::{self, Lang, keep, more as words};

/// The page.
#[component]
pub fn More() -> impl IntoView {
    let front = Front::get();
    let kept = move || front.is_open() && !front.is_unkept();
    view! {
        <PageHead title=words::title />
        <div class="stack-loose">
            <Places />
            <Look />
            <Show when=kept>
                <Locking />
                <RoomLeft />
            </Show>
            <Show when=move || front.is_open()>
                <TakeOut />
            </Show>
            <Show when=kept>
                <Erase />
            </Show>
        </div>
    }
}

#[component]
fn Places() -> impl IntoView {
    let front = Front::get();
    let link = |place: Place, name: fn() -> &'static str, then: Option<fn() -> &'static str>| {
        view! {
            <li>
                <a class="link-row" href=place.href()>
                    <span>{name}</span>
                </a>
                {then.map(|then| view! { <p class="soft">{then}</p> })}
            </li>
        }
    };
    let kept = move || front.is_open() && !front.is_unkept();
    view! {
        <nav aria-label=words::places>
            <ul class="lines">
                {link(Place::People, words::people, Some(words::people_then))}
                {move || front.is_open().then(|| link(Place::Card, words::card, Some(words::card_then)))}
                {link(Place::Journal, words::journal, Some(words::journal_then))}
                {move || front.is_open().then(|| link(Place::Off, text::say::off_title, Some(text::say::off_then)))}
                {link(Place::Scan, words::scan, Some(words::scan_then))}
                {move || front.is_unkept().then(|| link(Place::SetUp, words::keep, None))}
                {move || {
                    kept()
                        .then(|| {
                            (
                                link(Place::Passphrase, words::passphrase, None),
                                link(Place::Kit, words::kit, None),
                            )
                        })
                }}
                {link(Place::About, words::about, None)}
            </ul>
        </nav>
    }
}

/// Language, size, colours.
#[component]
fn Look() -> impl IntoView {
    let front = Front::get();
    let fault = RwSignal::new(None::<Failure>);
    let put = move |change: &dyn Fn(&mut Settings)| {
        let mut settings = front.settings.get_untracked();
        change(&mut settings);
        leptos::task::spawn_local(async move { fault.set(front.keep_settings(settings).await.err()) });
    };
    view! {
        <section class="stack" aria-labelledby="look">
            <h2 id="look">{words::look}</h2>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Choice
                name="language"
                legend=words::language
                options=vec![(Lang::En, words::english.into()), (Lang::Cy, words::welsh.into())]
                chosen=Signal::derive(text::lang)
                choose=move |lang: Lang| put(&|s| s.language = lang.tag().get(..2).unwrap_or_default().to_owned())
            />
            <p class="soft">{words::welsh_note}</p>
            <Choice
                name="size"
                legend=words::size
                options=vec![
                    (100, words::size_100.into()),
                    (125, words::size_125.into()),
                    (150, words::size_150.into()),
                ]
                chosen=Signal::derive(move || front.settings.with(|s| s.text_size))
                choose=move |size: u16| put(&|s| s.text_size = size)
            />
            <Choice
                name="appearance"
                legend=words::appearance
                options=vec![
                    ("auto", words::appearance_auto.into()),
                    ("light", words::appearance_light.into()),
                    ("dark", words::appearance_dark.into()),
                    ("contrast", words::appearance_contrast.into()),
                ]
                chosen=Signal::derive(move || {
                    front
                        .settings
                        .with(|s| ["light", "dark", "contrast"].into_iter().find(|a| *a == s.appearance).unwrap_or("auto"))
                })
                choose=move |appearance: &str| put(&|s| s.appearance = appearance.to_owned())
            />
        </section>
    }
}

/// When it locks by itself.
#[component]
fn Locking() -> impl IntoView {
    let front = Front::get();
    let fault = RwSignal::new(None::<Failure>);
    let choose = move |minutes: u16| {
        let settings = Settings { idle_minutes: minutes, ..front.settings.get_untracked() };
        leptos::task::spawn_local(async move { fault.set(front.keep_settings(settings).await.err()) });
    };
    view! {
        <section class="stack" aria-labelledby="locking">
            <h2 id="locking">{words::lock}</h2>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Choice
                name="idle"
                legend=words::idle
                options=vec![
                    (1, words::idle_1.into()),
                    (5, words::idle_5.into()),
                    (15, words::idle_15.into()),
                    (60, words::idle_60.into()),
                ]
                chosen=Signal::derive(move || front.settings.with(|s| s.idle_minutes))
                choose
            />
            <p class="soft">{words::lock_note}</p>
            <div class="row">
                <button type="button" class="button" on:click=move |_| front.lock()>
                    <Icon sign=Sign::Lock />
                    {words::lock_now}
                </button>
            </div>
        </section>
    }
}

/// The storage meter.
#[component]
fn RoomLeft() -> impl IntoView {
    let client = Front::get().client;
    view! {
        <section class="stack" aria-labelledby="room">
            <h2 id="room">{words::room}</h2>
            {load(
                move || client.room(),
                |room: Room| {
                    view! {
                        <p>{move || words::room_used(&text::size(room.used))}</p>
                        {(room.quota > 0)
                            .then(|| {
                                view! {
                                    <meter
                                        min="0"
                                        max=room.quota.to_string()
                                        value=room.used.to_string()
                                        aria-labelledby="room"
                                    ></meter>
                                    <p>{move || words::room_of(&text::size(room.quota))}</p>
                                }
                            })}
                        <p>{move || if room.persisted { keep::persisted() } else { keep::not_persisted() }}</p>
                    }
                },
            )}
        </section>
    }
}

/// Every original, byte for byte, in two steps.
#[component]
fn TakeOut() -> impl IntoView {
    let front = Front::get();
    let client = front.client;
    let sure = RwSignal::new(false);
    let fault = RwSignal::new(None::<Failure>);
    let done = RwSignal::new(None::<u64>);
    let save = move |files: Vec<FileRow>| {
        leptos::task::spawn_local(async move {
            let mut saved = 0;
            for file in files {
                match save_original(front, file.parcel).await {
                    Ok(()) => saved += 1,
                    Err(failure) => fault.set(Some(failure)),
                }
            }
            done.set(Some(saved));
        });
    };
    view! {
        <section class="stack" aria-labelledby="export">
            <h2 id="export">{words::export}</h2>
            <p>{words::export_then}</p>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            {move || done.get().map(|n| view! { <Callout tone=Tone::Good title=move || words::export_done(n) /> })}
            {load(
                move || client.files(),
                move |files: Vec<FileRow>| {
                    let files: Vec<FileRow> = files.into_iter().filter(|f| !f.file_name.is_empty()).collect();
                    let count = files.len() as u64;
                    if count == 0 {
                        return view! { <p>{words::export_none}</p> }.into_any();
                    }
                    view! {
                        <Tick label=words::export_sure on=sure turn=move |on| sure.set(on) />
                        <div class="row">
                            <button
                                type="button"
                                class="button"
                                aria-disabled=move || (!sure.get()).to_string()
                                on:click=move |_| {
                                    if sure.get_untracked() {
                                        save(files.clone());
                                    }
                                }
                            >
                                {move || words::export_all(count)}
                            </button>
                        </div>
                    }
                        .into_any()
                },
            )}
        </section>
    }
}
