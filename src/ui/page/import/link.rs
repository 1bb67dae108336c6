//! The window of a SMART Health Link: whom it would ask and what they learn, before anybody is asked; each time anew.

use leptos::{ev, prelude::*};

use crate::app::link::{LinkCard, Trouble};
use crate::app::wire::Secret;
use crate::ui::links::{Left, Links, Stage};
use crate::ui::part::local_moment;
use crate::ui::part::{Callout, Dialogue, Disclosure, ErrorSummary, Fact, Facts, Fault, Field, Progress, Tone};
use crate::ui::queue::{Queue, is_link};
use crate::ui::text::{self, link as words};

/// The window: stands over whatever page is open as soon as a link was dropped, pasted or scanned.
#[component]
pub fn LinkWindow() -> impl IntoView {
    let links = Links::get();
    let queue = Queue::get();
    // One after the other: a link that comes while another is looked at waits for its turn.
    Effect::new(move || {
        if let Some(text) = queue.offered.get() {
            links.offer(text);
        }
    });
    // However it is closed: the key goes, and what is on its way is stopped.
    Effect::new(move |before: Option<bool>| {
        let open = links.open.get();
        if before == Some(true) && !open {
            links.forget();
            queue.link_done();
        }
        open
    });
    let behind = move || queue.links_waiting() as u64;
    let title = move || match links.stage.get() {
        Stage::Reading => words::title_reading(),
        Stage::Unusable(_) => words::title_unusable(),
        Stage::Asking(..) => words::title(),
        Stage::Going => words::title_going(),
        Stage::Elsewhere(_) => words::title_elsewhere(),
        Stage::Told(_) => words::title_told(),
    };
    view! {
        <Dialogue open=links.open title>
            {move || (behind() > 0).then(|| view! { <p class="soft">{move || words::behind(behind())}</p> })}
            {move || match links.stage.get() {
                Stage::Reading => view! { <p role="status">{text::common::loading}</p> }.into_any(),
                Stage::Unusable(trouble) => view! { <Why trouble /> <Shut name=words::close /> }.into_any(),
                Stage::Asking(card, trouble) => view! { <Ask card=*card trouble /> }.into_any(),
                Stage::Going => view! { <Going /> }.into_any(),
                Stage::Elsewhere(hosts) => view! { <Elsewhere hosts /> }.into_any(),
                Stage::Told(left) => view! { <Told left /> }.into_any(),
            }}
        </Dialogue>
    }
}

/// What went wrong, and what to do.
#[component]
fn Why(trouble: Trouble) -> impl IntoView {
    let links = Links::get();
    let said = StoredValue::new(trouble);
    let what = move || said.with_value(|t| text::link_trouble(t, &links.host.get()).0);
    let then = move || said.with_value(|t| text::link_trouble(t, &links.host.get()).1);
    view! {
        <div role="alert">
            <Callout tone=Tone::Danger title=what>
                <p>{then}</p>
            </Callout>
        </div>
    }
}

#[component]
fn Shut(name: fn() -> &'static str) -> impl IntoView {
    let links = Links::get();
    view! {
        <button type="button" class="button" on:click=move |_| links.close()>
            {name}
        </button>
    }
}

/// The host, in the letters in which it will be asked.
#[component]
fn Host(name: String) -> impl IntoView {
    let foreign = name.split('.').any(|part| part.starts_with("xn--"));
    let here = matches!(name.split(':').next(), Some("localhost" | "127.0.0.1"));
    view! {
        <p class="host code strong" dir="ltr">
            {name}
        </p>
        {foreign.then(|| view! { <Callout tone=Tone::Warning title=words::foreign /> })}
        {here.then(|| view! { <Callout tone=Tone::Warning title=words::here /> })}
    }
}

/// May this host be asked?
#[component]
fn Ask(card: LinkCard, trouble: Option<Trouble>) -> impl IntoView {
    let links = Links::get();
    let recipient = RwSignal::new(words::recipient_default().to_owned());
    let passcode = RwSignal::new(String::new());
    let faults = RwSignal::new(Vec::<Fault>::new());
    let wants_passcode = card.passcode;
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (who, code) = (recipient.get_untracked(), passcode.get_untracked());
        let mut wrong = Vec::<Fault>::new();
        if who.trim().is_empty() {
            wrong.push(("link-recipient", words::recipient_missing().to_owned()));
        }
        if wants_passcode && code.is_empty() {
            wrong.push(("link-passcode", words::passcode_missing().to_owned()));
        }
        let fine = wrong.is_empty();
        faults.set(wrong);
        if fine {
            links.get_files(who.trim().to_owned(), Secret(code));
        }
    };
    let LinkCard { label, ends, over, long_term, .. } = card;
    let ends = ends.map(|ends| {
        let words = move || {
            let moment = local_moment(&ends);
            if over { words::over(&moment) } else { words::ends(&moment) }
        };
        view! { <p>{words}</p> }
    });
    view! {
        {trouble.map(|trouble| view! { <Why trouble /> })}
        <p>{words::who}</p>
        <Host name=links.host.get_untracked() />
        {(!label.is_empty())
            .then(|| {
                view! {
                    <Facts>
                        <Fact name=words::label>
                            <bdi>{label}</bdi>
                        </Fact>
                    </Facts>
                }
            })}
        {ends}
        {long_term.then(|| view! { <p>{words::long_term}</p> })}
        <h3>{words::learns}</h3>
        <ul>
            <li>{words::learns_address}</li>
            <li>{words::learns_link}</li>
            <li>{words::learns_app}</li>
            <li>{words::learns_name}</li>
        </ul>
        <p>{words::learns_not}</p>
        <form class="stack" on:submit=submit novalidate=true>
            <ErrorSummary faults />
            <Field id="link-recipient" label=words::recipient hint=words::recipient_hint faults>
                <input
                    class="input"
                    type="text"
                    id="link-recipient"
                    maxlength="100"
                    autocomplete="off"
                    aria-describedby="link-recipient-hint link-recipient-fault"
                    prop:value=recipient
                    on:input=move |event| recipient.set(event_target_value(&event))
                />
            </Field>
            {wants_passcode
                .then(|| {
                    view! {
                        <Field id="link-passcode" label=words::passcode hint=words::passcode_hint faults>
                            <input
                                class="input"
                                type="text"
                                id="link-passcode"
                                autocomplete="off"
                                autocapitalize="off"
                                spellcheck="false"
                                aria-describedby="link-passcode-hint link-passcode-fault"
                                prop:value=passcode
                                on:input=move |event| passcode.set(event_target_value(&event))
                            />
                        </Field>
                    }
                })}
            <div class="row">
                <button class="button primary">{words::get}</button>
                <Shut name=words::not_now />
            </div>
        </form>
    }
}

/// What is on its way.
#[component]
fn Going() -> impl IntoView {
    let links = Links::get();
    let going = links.going;
    let label = move || {
        let now = going.get();
        let what = match now.file {
            0 => words::asking(&links.host.get()),
            file => words::fetching(&text::number(file.into()), &text::number(now.of.into())),
        };
        match (now.done, now.total) {
            (0, _) | (_, 1..) => what,
            (done, 0) => format!("{what} · {}", words::so_far(&text::size(done))),
        }
    };
    view! {
        <Progress label=label done=Signal::derive(move || (going.get().done, going.get().total)) />
        <Shut name=words::stop />
    }
}

/// May these other hosts be asked too?
#[component]
fn Elsewhere(hosts: Vec<String>) -> impl IntoView {
    let links = Links::get();
    view! {
        <p>{words::elsewhere_then}</p>
        {hosts.into_iter().map(|name| view! { <Host name /> }).collect_view()}
        <p>{words::elsewhere_learns}</p>
        <div class="row">
            <button type="button" class="button primary" on:click=move |_| links.get_elsewhere()>
                {words::elsewhere_get}
            </button>
            <Shut name=words::not_now />
        </div>
    }
}

/// What was left out, and why.
#[component]
fn Told(left: Left) -> impl IntoView {
    let line = |n: u64, said: fn(u64) -> String| (n > 0).then(|| view! { <p>{move || said(n)}</p> });
    view! {
        {line(left.got, words::told_got)}
        {line(left.withdrawn, words::told_withdrawn)}
        {line(left.access, words::told_access)}
        {line(left.nowhere, words::told_nowhere)}
        <Shut name=words::close />
    }
}

/// Where a link is pasted by those who have no key for it.
#[component]
pub fn PasteLink() -> impl IntoView {
    let queue = Queue::get();
    let link = RwSignal::new(String::new());
    let faults = RwSignal::new(Vec::<Fault>::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = link.get_untracked();
        if is_link(&text) {
            faults.set(Vec::new());
            link.set(String::new());
            queue.offer_link(text);
        } else {
            faults.set(vec![("link-text", format!("{} {}", words::not_a_link(), words::not_a_link_then()))]);
        }
    };
    view! {
        <Disclosure summary=words::have>
            <form class="stack" on:submit=submit novalidate=true>
                <Field id="link-text" label=words::paste hint=words::paste_hint faults>
                    <input
                        class="input code"
                        type="text"
                        id="link-text"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="link-text-hint link-text-fault"
                        prop:value=link
                        on:input=move |event| link.set(event_target_value(&event))
                    />
                </Field>
                <button class="button">{words::look}</button>
            </form>
        </Disclosure>
    }
}
