//! What the person says of an entry: a note, a correction, a tag. It stands beside what the source says, and can be taken
//! back.

use leptos::prelude::*;

use crate::app::wire::Failure;
use crate::record::{Hash, Said, Section};
use crate::ui::front::Front;
use crate::ui::part::{Callout, Choice, Disclosure, Fault, Field, Tone, Trouble, line};
use crate::ui::text::{self, say as words};
use crate::view::Row;

/// What was said, each with the way to take it back; what was just taken back, with the way to put it there again.
#[component]
pub fn OwnWords(
    /// The entry.
    row: Row,
    /// What was just taken back.
    back: RwSignal<Vec<Hash>>,
) -> impl IntoView {
    let front = Front::get();
    let take = Action::new_local(move |(parcel, said): &(Hash, Said)| {
        let (parcel, off) = (*parcel, *said == Said::Off);
        async move {
            front.client.take_out(parcel).await?;
            // What stands on the pages again was said of nothing but the pages.
            if off {
                front.say(words::off_back());
            } else {
                back.update(|all| all.push(parcel));
                front.say(words::taken_back());
            }
            front.refresh().await;
            Ok::<(), Failure>(())
        }
    });
    let failed = move || take.value().get().and_then(Result::err).map(|fault| view! { <Trouble fault /> });
    let said: Vec<_> = row
        .said
        .iter()
        .map(|own| {
            let (parcel, said, words_said) = (own.parcel, own.said, own.words.clone());
            let does = if said == Said::Off { words::off_undo } else { words::take_back };
            let name = move || match said {
                Said::Off => words::off_undo().to_owned(),
                _ => words::take_back_of(&words_said),
            };
            view! {
                <div class="row row-between">
                    {line::own_word(own)}
                    <button type="button" class="button quiet" aria-label=name on:click=move |_| _ = take.dispatch((parcel, said))>
                        {does}
                    </button>
                </div>
            }
        })
        .collect();
    view! {
        <div class="stack-tight">{said}</div>
        <Undo back />
        <div aria-live="polite">{failed}</div>
    }
}

/// The way back for what was just taken away.
#[component]
pub fn Undo(
    /// What was just taken away.
    back: RwSignal<Vec<Hash>>,
) -> impl IntoView {
    let front = Front::get();
    let put = Action::new_local(move |(): &()| async move {
        // The last that was taken back first, and so on to the first.
        if let Some(parcel) = back.with_untracked(|all| all.last().copied()) {
            front.client.put_back(parcel).await?;
            back.update(|all| all.retain(|other| *other != parcel));
            front.refresh().await;
        }
        Ok::<(), Failure>(())
    });
    let failed = move || put.value().get().and_then(Result::err).map(|fault| view! { <Trouble fault /> });
    let undo = move || {
        back.with(|all| !all.is_empty()).then(|| {
            view! {
                <Callout title=words::taken_back>
                    <button type="button" class="button" on:click=move |_| _ = put.dispatch(())>
                        {words::put_back}
                    </button>
                </Callout>
            }
        })
    };
    view! { <div id="taken-back" tabindex="-1" aria-live="polite">{undo} {failed}</div> }
}

/// The form.
#[component]
pub fn Say(
    /// The item's id.
    id: String,
    /// Where it stands: of a medicine one can say that it is no longer taken.
    section: Section,
    /// It is off the pages already, or says only that there is nothing.
    off: bool,
) -> impl IntoView {
    let front = Front::get();
    let said = RwSignal::new(Said::Note);
    let own = RwSignal::new(String::new());
    let faults = RwSignal::new(Vec::<Fault>::new());
    let kinds = Said::ALL.into_iter().filter(|s| match s {
        Said::NotTaking => section == Section::Medications,
        Said::Off => !off,
        _ => true,
    });
    let weighty = matches!(section, Section::Allergies | Section::Alerts | Section::Medications);
    let options: Vec<(Said, TextProp)> =
        kinds.map(|s| (s, (move || text::said(s, !front.cared_for.get())).into())).collect();
    let save = Action::new_local(move |(): &()| {
        let id = id.clone();
        let mine = !front.cared_for.get_untracked();
        let (kind, own_words) = (said.get_untracked(), own.with_untracked(|o| o.trim().to_owned()));
        async move {
            let words = match (kind, own_words.is_empty()) {
                (Said::Note, _) => own_words,
                (Said::Off, _) => text::said(kind, mine).to_owned(),
                (kind, true) => text::said(kind, mine).to_owned(),
                (kind, false) => format!("{}: {own_words}", text::said(kind, mine)),
            };
            front.client.say_of(id, kind, words).await?;
            front.say(words::saved());
            front.refresh().await;
            Ok::<(), Failure>(())
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let missing = said.get_untracked() == Said::Note && own.with_untracked(|o| o.trim().is_empty());
        faults.set(missing.then(|| ("say-words", words::missing().to_owned())).into_iter().collect());
        if !missing {
            save.dispatch(());
        }
    };
    let failed = move || save.value().get().and_then(Result::err).map(|fault| view! { <Trouble fault /> });
    view! {
        <Disclosure summary=words::title>
            <form class="stack" on:submit=submit>
                <p class="small">{words::lede}</p>
                <Choice name="say-kind" legend=words::kind options=options chosen=said choose=move |s| said.set(s) />
                // What stands on no page needs no words beside it.
                <Show when=move || said.get() != Said::Off>
                    <Field id="say-words" label=words::own hint=words::own_hint faults=faults>
                        <textarea
                            class="input"
                            id="say-words"
                            rows="3"
                            aria-describedby="say-words-hint say-words-fault"
                            prop:value=own
                            on:input=move |event| own.set(event_target_value(&event))
                        ></textarea>
                    </Field>
                </Show>
                <Show when=move || said.get() == Said::NotTaking>
                    <Callout tone=Tone::Warning title=words::ask_first />
                </Show>
                <Show when=move || said.get() == Said::Off>
                    <Callout title=words::off_note>
                        <p>{words::off_limits}</p>
                        {weighty.then(|| view! { <p class="strong">{words::off_weighty}</p> })}
                    </Callout>
                </Show>
                <p class="row">
                    <button type="submit" class="button primary" disabled=move || save.pending().get()>
                        {move || if said.get() == Said::Off { words::off_do() } else { words::save() }}
                    </button>
                </p>
                <div aria-live="polite">{failed}</div>
            </form>
        </Disclosure>
    }
}
