//! What is this document? One calm form: a title, a kind, a date, whom it is from. Suggestions stand beside the boxes and
//! are nothing until they are pressed.

use leptos::prelude::*;

use super::{Callout, Chip, DateField, ErrorSummary, Fault, Field, Tone, Trouble, date_words, typed_date};
use crate::app::wire::{AboutDocument, Clue, Failure, Typed};
use crate::record::{Description, DocumentKind, Hash, PartialDate};
use crate::ui::front::Front;
use crate::ui::text::{self, describe as words};

/// The form for one document. Only one may stand on a page.
#[component]
pub fn Describe(
    /// The file that holds it.
    parcel: Hash,
    /// Its place in the file; empty for the file itself.
    at: String,
    /// Called when it was kept, with the file that holds what was said; and with none, when it was left for later.
    done: Callback<Option<Hash>>,
) -> impl IntoView {
    let front = Front::get();
    let about = RwSignal::new(None::<Result<AboutDocument, Failure>>);
    let draft = RwSignal::new(None::<Description>);
    let (name, place) = (slug(parcel, &at), at.clone());
    leptos::task::spawn_local(async move {
        if let Ok(Some(Typed::Document { said, .. })) = front.client.draft(name).await {
            draft.try_set(Some(said));
        }
        let answer = front.client.about_document(parcel, place).await;
        about.try_set(Some(answer));
    });
    let at = StoredValue::new(at);
    move || match about.get() {
        None => view! { <p role="status">{text::common::loading}</p> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
        Some(Ok(about)) => {
            let draft = draft.get_untracked();
            view! { <Form parcel at=at.get_value() about draft done /> }.into_any()
        }
    }
}

/// Names what is being typed, so that it is there again after a lock.
fn slug(parcel: Hash, at: &str) -> String {
    format!("document {} {at}", parcel.hex())
}

#[component]
fn Form(
    parcel: Hash,
    at: String,
    about: AboutDocument,
    draft: Option<Description>,
    done: Callback<Option<Hash>>,
) -> impl IntoView {
    let front = Front::get();
    let restored = draft.is_some();
    let first = draft.or_else(|| about.said.as_ref().map(|(_, _, said)| said.clone())).unwrap_or_default();
    let (title, from) = (RwSignal::new(first.title), RwSignal::new(first.from));
    let (date, kind) = (RwSignal::new(date_words(&first.date)), RwSignal::new(first.kind));
    let faults = RwSignal::new(Vec::<Fault>::new());
    let fault = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let at = StoredValue::new(at);
    let now = move || {
        let text = |s: RwSignal<String>| s.with_untracked(|s| s.trim().to_owned());
        let date = text(date);
        let iso = PartialDate::written(&date).map_or(date, |d| d.text);
        Description { title: text(title), kind: kind.get_untracked(), date: iso, from: text(from) }
    };
    let keep = move || {
        let said = now();
        let typed = (!said.is_empty()).then(|| Typed::Document { contents: vec![parcel], said });
        let name = at.with_value(|at| slug(parcel, at));
        leptos::task::spawn_local(async move {
            if let Err(failure) = front.client.keep_draft(name, typed).await {
                fault.try_set(Some(failure));
            }
        });
    };
    let drop_draft = move || {
        let name = at.with_value(|at| slug(parcel, at));
        async move { front.client.keep_draft(name, None).await.err() }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let read = date.with_untracked(|typed| typed_date(typed, None));
        let wrong = read.is_err();
        faults.set(read.err().map(|sentence| ("document-date", sentence)).into_iter().collect());
        if wrong || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (said, at) = (now(), at.get_value());
        leptos::task::spawn_local(async move {
            match front.client.describe(parcel, at, said).await {
                Ok(hash) => {
                    fault.set(drop_draft().await);
                    front.say(words::saved());
                    done.run(Some(hash));
                    front.refresh().await;
                }
                Err(failure) => {
                    fault.try_set(Some(failure));
                    busy.try_set(false);
                }
            }
        });
    };
    let later = move |_| {
        leptos::task::spawn_local(async move {
            drop_draft().await;
            done.run(None);
        });
    };
    let input = move |id: &'static str, value: RwSignal<String>| {
        view! {
            <input
                class="input"
                id=id
                autocomplete="off"
                aria-describedby=format!("{id}-hint {id}-fault")
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
                on:change=move |_| keep()
            />
        }
    };
    let take = move |value: RwSignal<String>| {
        move |words: String| {
            value.set(words);
            keep();
        }
    };
    let titles = about.titles.into_iter().map(|(t, clue)| (t.clone(), t, clue)).collect();
    let senders = about.from.into_iter().map(|(t, clue)| (t.clone(), t, clue)).collect();
    let dates = about.dates.iter().map(|(d, clue)| (text::day(d), text::day(d), *clue)).collect();
    let kinds = about.kinds;
    let clue_of = move |kind| kinds.iter().find(|(k, _)| *k == kind).map(|(_, clue)| *clue);
    let chips = DocumentKind::ALL
        .into_iter()
        .map(|one| {
            let clue = clue_of(one).map(|clue| view! { <span class="hint small">{move || clue_words(clue)}</span> });
            let press = move || {
                kind.update(|k| *k = if *k == Some(one) { None } else { Some(one) });
                keep();
            };
            view! {
                <span class="suggestion">
                    <Chip label=move || text::document_kind(one) on=Signal::derive(move || kind.get() == Some(one)) press />
                    {clue}
                </span>
            }
        })
        .collect_view();
    view! {
        <form class="stack describe" on:submit=submit>
            <p class="soft">{words::lede}</p>
            <ErrorSummary faults />
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            {restored.then(|| view! { <Callout tone=Tone::Note title=words::draft /> })}
            <Field id="document-title" label=words::title hint=words::title_hint faults>
                {input("document-title", title)}
                {suggestions(titles, take(title))}
            </Field>
            <fieldset class="choice">
                <legend>{words::kind}</legend>
                <p class="row">{chips}</p>
            </fieldset>
            <DateField
                id="document-date"
                label=words::date
                hint=words::date_hint
                faults
                typed=date
                change=move |typed| date.set(typed)
                leave=keep
            />
            {suggestions(dates, take(date))}
            <Field id="document-from" label=words::from hint=words::from_hint faults>
                {input("document-from", from)}
                {suggestions(senders, take(from))}
            </Field>
            <div class="row">
                <button type="submit" class="button primary" disabled=move || busy.get()>{words::save}</button>
                <button type="button" class="button" on:click=later>{words::later}</button>
            </div>
        </form>
    }
}

/// Suggestions for a box: what is put in, what stands on the button, what it was taken from.
fn suggestions(all: Vec<(String, String, Clue)>, take: impl Fn(String) + Copy + 'static) -> AnyView {
    let lines: Vec<_> = all
        .into_iter()
        .map(|(value, shown, clue)| {
            let heard = shown.clone();
            view! {
                <li class="suggestion">
                    <button
                        type="button"
                        class="button quiet"
                        aria-label=move || words::take(&heard)
                        on:click=move |_| take(value.clone())
                    >
                        <bdi>{shown}</bdi>
                    </button>
                    <span class="hint small">{move || clue_words(clue)}</span>
                </li>
            }
        })
        .collect();
    (!lines.is_empty())
        .then(|| view! { <p class="hint small">{words::suggested}</p> <ul class="bare">{lines}</ul> })
        .into_any()
}

fn clue_words(clue: Clue) -> &'static str {
    match clue {
        Clue::FileName => words::clue_name(),
        Clue::Properties => words::clue_file(),
        Clue::Words => words::clue_words(),
        Clue::Format => words::clue_format(),
    }
}
