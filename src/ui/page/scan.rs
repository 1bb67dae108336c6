//! Reading somebody's code. Needs no vault: what comes in stays in memory and goes when it is done.

use std::collections::HashSet;

use leptos::{ev, prelude::*};

use super::eye::Eye;
use super::received::Received;
use super::sharing::Sharing;
use crate::app::wire::{Door, Failure, Inbox, Looks, Refusal, RequestForm, Secret, Showing};
use crate::record::Section;
use crate::ui::front::Front;
use crate::ui::part::{
    Callout, CodeView, Disclosure, Field, PageHead, Progress, Tick, Tone, Trouble, clock, countdown, local_moment,
};
use crate::ui::place::Place;
use crate::ui::queue::{Queue, is_link};
use crate::ui::text::{self, scan as words};

/// What clinicians ask for first, offered as boxes to tick.
const OFTEN: [Section; 7] = [
    Section::Allergies,
    Section::Medications,
    Section::Problems,
    Section::Results,
    Section::Immunizations,
    Section::Procedures,
    Section::Documents,
];

/// What the parts of this page share.
#[derive(Clone, Copy)]
struct Desk {
    front: Front,
    sharing: Sharing,
    inbox: RwSignal<Inbox>,
    fault: RwSignal<Option<Failure>>,
    /// Texts that were heard already: a camera reads the same code many times.
    heard: StoredValue<HashSet<String>>,
    request: RwSignal<Option<Showing>>,
    by_link: RwSignal<bool>,
    queue: Queue,
    /// When the share ended that stood here, RFC 3339.
    ended: RwSignal<Option<String>>,
    /// The reader has said that they are done: what stood here is gone.
    gone: RwSignal<bool>,
}

impl Desk {
    fn take(self, answer: Result<Inbox, Failure>) {
        match answer {
            Ok(inbox) => {
                self.fault.set(None);
                if inbox != Inbox::Empty {
                    self.ended.set(None);
                    self.gone.set(false);
                }
                self.front.received.set(!matches!(inbox, Inbox::Empty | Inbox::Refused(_)));
                self.inbox.set(inbox);
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
    }

    /// A share is at its end: it goes from the screen and from memory, and the page says why.
    fn end(self, at: String) {
        self.again();
        self.ended.set(Some(at));
    }

    fn hear(self, text: String) {
        if !self.heard.try_update_value(|h| h.insert(text.clone())).unwrap_or(false) {
            return;
        }
        leptos::task::spawn_local(async move {
            if self.front.is_open() && is_request(&text) {
                return self.answer(text).await;
            }
            self.take(self.front.client.scanned(text).await);
        });
    }

    /// A clinician's request on a patient's device: on to the share that answers it.
    async fn answer(self, text: String) {
        match self.front.client.read_request(text).await {
            Ok(card) => {
                self.sharing.answer(card);
                self.front.go(Place::Share);
            }
            Err(Failure::Refused(why)) => self.inbox.set(Inbox::Refused(why)),
            Err(fault) => self.fault.set(Some(fault)),
        }
    }

    /// A signed card or certificate was scanned: it goes the way of a file, all its chunks together.
    fn bring(self) {
        let cards = self.heard.with_value(|heard| {
            let mut cards: Vec<String> = heard.iter().filter(|text| is_card(text)).cloned().collect();
            cards.sort_unstable();
            cards
        });
        let text = js_sys::Array::of1(&cards.join("\n").into());
        if let Ok(file) = web_sys::File::new_with_str_sequence(&text, "card.txt") {
            self.again();
            self.queue.add(vec![file]);
            self.front.go(Place::Import);
        }
    }

    /// A Health Link was scanned: whom it asks is said on the import page.
    fn follow(self) {
        let link = self.heard.with_value(|heard| heard.iter().find(|text| is_link(text)).cloned());
        if let Some(link) = link {
            self.again();
            self.queue.offer_link(link);
            self.front.go(Place::Import);
        }
    }

    fn again(self) {
        self.heard.update_value(HashSet::clear);
        // Off the screen at once, whatever the worker does.
        self.inbox.set(Inbox::Empty);
        self.front.received.set(false);
        self.fault.set(None);
        self.request.try_set(None);
        leptos::task::spawn_local(async move {
            if let Err(fault) = self.front.client.done().await {
                self.fault.try_set(Some(fault));
            }
        });
    }
}

/// A clinician's request has the letter r, in whatever case a scanner types it.
pub fn is_request(text: &str) -> bool {
    text.to_ascii_lowercase().contains("c1/r/")
}

/// The texts of SMART Health Cards and EU certificates.
pub fn is_card(text: &str) -> bool {
    let text = text.trim_start();
    ["shc:/", "hc1:"].iter().any(|s| text.get(..s.len()).is_some_and(|head| head.eq_ignore_ascii_case(s)))
}

/// The page.
#[component]
pub fn ScanPage() -> impl IntoView {
    let front = Front::get();
    let desk = Desk {
        front,
        sharing: Sharing::get(),
        inbox: RwSignal::new(Inbox::Empty),
        fault: RwSignal::new(None),
        heard: StoredValue::new(HashSet::new()),
        request: RwSignal::new(None),
        by_link: RwSignal::new(false),
        queue: Queue::get(),
        ended: RwSignal::new(None),
        gone: RwSignal::new(false),
    };
    leptos::task::spawn_local(async move { desk.take(front.client.inbox().await) });
    // A token that came with the address is read like any other, with a word about links.
    Effect::new(move || {
        if let Some(token) = front.token.get() {
            front.token.set(None);
            desk.by_link.set(true);
            desk.hear(token);
        }
    });
    let open = Memo::new(move |_| desk.inbox.with(|i| matches!(i, Inbox::Open(_))));
    move || match open.get() {
        true => view! { <Opened desk /> }.into_any(),
        false => view! { <Looking desk /> }.into_any(),
    }
}

#[component]
fn Opened(desk: Desk) -> impl IntoView {
    let shown = move || match desk.inbox.get() {
        Inbox::Open(received) => Some(view! { <Received
            received=*received
            over=Callback::new(move |()| {
                desk.again();
                desk.gone.set(true);
            })
            ended=Callback::new(move |at| desk.end(at))
        /> }),
        _ => None,
    };
    view! { <Link desk /> {shown} }
}

/// Opened from a link: whose website this is, and what is safer.
#[component]
fn Link(desk: Desk) -> impl IntoView {
    move || {
        desk.by_link.get().then(|| {
            let host = window().location().host().unwrap_or_default();
            view! {
                <Callout tone=Tone::Warning title=words::by_link(&host)>
                    <p>{words::by_link_then}</p>
                </Callout>
            }
        })
    }
}

#[component]
fn Looking(desk: Desk) -> impl IntoView {
    view! {
        <PageHead title=words::title lede=words::lede />
        <div class="stack">
            <Link desk />
            <State desk />
            <Asked desk />
            <Eye hear=Callback::new(move |text| desk.hear(text)) />
            <AskFor desk />
            <p class="small soft">{words::memory_only}</p>
        </div>
    }
}

/// What has come so far, in words.
#[component]
fn State(desk: Desk) -> impl IntoView {
    let fault = move || desk.fault.get().map(|fault| view! { <Trouble fault /> });
    let ended = move || {
        desk.ended.get().map(|at| {
            view! {
                <Callout tone=Tone::Warning title=move || words::ended(&local_moment(&at))>
                    <p>{words::ended_then}</p>
                </Callout>
            }
        })
    };
    let gone = move || desk.gone.get().then(|| view! { <Callout tone=Tone::Good title=text::received::forgotten /> });
    let state = move || match desk.inbox.get() {
        Inbox::Empty | Inbox::Open(_) => ().into_any(),
        Inbox::Partly { have, need } => {
            let told = words::partly(&have.to_string(), &need.to_string());
            view! { <Progress label=told done=Signal::stored((u64::from(have), u64::from(need))) /> <p>{words::partly_then}</p> <Again desk /> }
                .into_any()
        }
        Inbox::Locked { wrong } => view! { <Spoken desk wrong /> }.into_any(),
        Inbox::Refused(why) => refused(desk, &why),
    };
    view! { <div role="status" aria-live="polite" class="stack">{ended} {gone} {fault} {state}</div> }
}

fn refused(desk: Desk, why: &Refusal) -> AnyView {
    let (what, then) = text::refusal(why, local_moment);
    let card = matches!(why, Refusal::NotOurs { looks: Looks::SmartHealthCard | Looks::EuCertificate });
    let bring = (card && desk.front.is_open()).then(|| {
        view! { <button type="button" class="button" on:click=move |_| desk.bring()>{words::bring}</button> }
    });
    // A record that is only begun can take it too; a locked one is unlocked first.
    let link = matches!(why, Refusal::NotOurs { looks: Looks::SmartHealthLink });
    let begun = desk.front.door.with(|d| matches!(d, Some(Ok(Door::Empty | Door::Open { .. }))));
    let follow = (link && begun).then(|| {
        view! { <button type="button" class="button" on:click=move |_| desk.follow()>{words::follow_link}</button> }
    });
    view! {
        <Callout tone=if link { Tone::Note } else { Tone::Danger } title=what>
            <p>{then}</p>
        </Callout>
        {bring}
        {follow}
        <Again desk />
    }
    .into_any()
}

#[component]
fn Again(desk: Desk) -> impl IntoView {
    view! {
        <button type="button" class="button" on:click=move |_| desk.again()>
            {words::again}
        </button>
    }
}

/// The code that the patient says aloud.
#[component]
fn Spoken(desk: Desk, wrong: bool) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let open = Action::new_local(move |(): &()| {
        let code = Secret(code.get_untracked());
        async move { desk.take(desk.front.client.spoken_code(code).await) }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        open.dispatch(());
    };
    Effect::new(|| crate::ui::front::focus("spoken"));
    view! {
        <form class="stack" on:submit=submit>
            {wrong.then(|| view! { <Callout tone=Tone::Danger title=words::code_wrong><p>{words::code_wrong_then}</p></Callout> })}
            <Field id="spoken" label=words::code hint=words::code_hint>
                <input
                    class="input code"
                    type="text"
                    id="spoken"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    aria-describedby="spoken-hint"
                    prop:value=code
                    on:input=move |event| code.set(event_target_value(&event))
                />
            </Field>
            <button class="button primary" disabled=move || open.pending().get()>
                {move || if open.pending().get() { words::opening() } else { words::open() }}
            </button>
            <Again desk />
        </form>
    }
}

/// The request code on this screen, with the six digits that both screens show.
#[component]
fn Asked(desk: Desk) -> impl IntoView {
    move || {
        desk.request.get().map(|showing| {
            let until = showing.ends_at.clone();
            let left = countdown(move || until.clone());
            let code = showing.codes.first().cloned().unwrap_or_default();
            let over = move || left.get() == Some(0);
            // While this code can be answered the idle lock stays away.
            let hold = StoredValue::new(Some(desk.front.hold()));
            let let_go = move || drop(hold.try_update_value(Option::take));
            on_cleanup(let_go);
            Effect::new(move || {
                if over() {
                    let_go();
                }
            });
            let time = move || match left.get() {
                Some(0) => words::request_over().to_owned(),
                Some(s) => words::request_left(&clock(s)),
                None => String::new(),
            };
            view! {
                <section class="card stack request" aria-label=words::request>
                    <h2>{words::request}</h2>
                    <p>{words::request_then}</p>
                    <div class="code-frame" hidden=over>
                        <CodeView code=Signal::stored(code) label=words::request />
                    </div>
                    <p>{words::comparison} " " <span class="comparison figures">{showing.comparison.clone()}</span></p>
                    <p class="small soft">{words::comparison_note}</p>
                    <p class="figures">{time}</p>
                </section>
            }
        })
    }
}

/// Ask first: a code for the patient to scan, so that their answer opens on this screen only.
#[component]
fn AskFor(desk: Desk) -> impl IntoView {
    let form = RwSignal::new(RequestForm { purpose: "TREAT".to_owned(), ..RequestForm::default() });
    let make = Action::new_local(move |(): &()| {
        let form = form.get_untracked();
        async move {
            match desk.front.client.ask_for(form).await {
                Ok(showing) => {
                    desk.heard.update_value(HashSet::clear);
                    desk.request.set(Some(showing));
                    desk.fault.set(None);
                }
                Err(fault) => desk.fault.set(Some(fault)),
            }
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        make.dispatch(());
    };
    let wanted: Vec<_> = OFTEN.into_iter().map(|s| want(form, s)).collect();
    view! {
        <Disclosure summary=words::ask_first>
            <p>{words::ask_first_note}</p>
            <form class="stack" on:submit=submit>
                <Field id="ask-name" label=words::ask_name hint=words::ask_name_hint>
                    <input
                        class="input"
                        type="text"
                        id="ask-name"
                        autocomplete="organization"
                        aria-describedby="ask-name-hint"
                        prop:value=move || form.with(|f| f.name.clone())
                        on:input=move |event| form.update(|f| f.name = event_target_value(&event))
                    />
                </Field>
                <fieldset class="choice">
                    <legend>{words::ask_wanted}</legend>
                    {wanted}
                </fieldset>
                <button class="button" disabled=move || make.pending().get()>
                    {words::ask_make}
                </button>
            </form>
        </Disclosure>
    }
}

fn want(form: RwSignal<RequestForm>, section: Section) -> AnyView {
    let on = Signal::derive(move || form.with(|f| f.wanted.contains(&section)));
    let turn = move |on: bool| {
        form.update(|f| {
            f.wanted.retain(|s| *s != section);
            if on {
                f.wanted.push(section);
            }
        });
    };
    view! { <Tick label=move || text::section(section) on=on turn=turn /> }.into_any()
}
