//! Typed by hand: an allergy, a medicine, a health problem. Many people start with no file at all.

use leptos::prelude::*;

use crate::app::wire::{Failure, Typed};
use crate::record::PartialDate;
use crate::ui::front::Front;
use crate::ui::part::{BackTo, Callout, Empty, ErrorSummary, Fault, Field, PageHead, Tick, Tone, Trouble};
use crate::ui::place::{Place, Route, Writing};
use crate::ui::text::{self, import, people, write as words};

/// The page.
#[component]
pub fn Write(what: Writing) -> impl IntoView {
    let front = Front::get();
    let title = match what {
        Writing::Allergy => words::allergy,
        Writing::Medicine => words::medicine,
        Writing::Problem => words::problem,
    };
    view! {
        <BackTo place=Place::Import text=import::title />
        <PageHead title lede=words::lede />
        <Show
            when=move || front.person.with(Option::is_some)
            fallback=|| {
                view! {
                    <Empty title=words::new_person>
                        <p>{words::new_person_then}</p>
                        <a class="button primary" href=Route::from(Place::People).with("add", "self").href()>
                            {people::add}
                        </a>
                    </Empty>
                }
            }
        >
            <Form what />
        </Show>
    }
}

#[component]
fn Form(what: Writing) -> impl IntoView {
    let front = Front::get();
    let (name, more) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (since, now) = (RwSignal::new(String::new()), RwSignal::new(true));
    let faults = RwSignal::new(Vec::<Fault>::new());
    let fault = RwSignal::new(None::<Failure>);
    let saved = RwSignal::new(false);
    let (label, hint): (text::Message, Option<text::Message>) = match what {
        Writing::Allergy => (words::substance, None),
        Writing::Medicine => (words::name_medicine, Some(words::name_medicine_hint)),
        Writing::Problem => (words::name_problem, None),
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = |s: RwSignal<String>| s.get_untracked().trim().to_owned();
        let (name_text, since_text) = (text(name), text(since));
        let mut wrong = Vec::<Fault>::new();
        if name_text.is_empty() {
            wrong.push(("name", format!("{}: {}", label(), words::missing())));
        }
        if !since_text.is_empty() && PartialDate::fhir(&since_text).known.is_none_or(|k| k.time.is_some()) {
            wrong.push(("since", words::since_wrong().to_owned()));
        }
        let fine = wrong.is_empty();
        faults.set(wrong);
        saved.set(false);
        if !fine {
            return;
        }
        let typed = match what {
            Writing::Allergy => Typed::Allergy { substance: name_text, reaction: text(more), since: since_text },
            Writing::Medicine => {
                Typed::Medicine { name: name_text, dose: text(more), since: since_text, taking: now.get_untracked() }
            }
            Writing::Problem => Typed::Problem { name: name_text, since: since_text, current: now.get_untracked() },
        };
        leptos::task::spawn_local(async move {
            match front.client.type_in(typed).await {
                Ok(_) => {
                    for field in [name, more, since] {
                        field.set(String::new());
                    }
                    fault.set(None);
                    saved.set(true);
                    front.say(words::saved());
                    front.refresh().await;
                }
                Err(failure) => fault.set(Some(failure)),
            }
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
            />
        }
    };
    let second: Option<(text::Message, text::Message)> = match what {
        Writing::Allergy => Some((words::reaction, words::reaction_hint)),
        Writing::Medicine => Some((words::dose, words::dose_hint)),
        Writing::Problem => None,
    };
    let tick: Option<fn() -> &'static str> = match what {
        Writing::Allergy => None,
        Writing::Medicine => Some(words::taking),
        Writing::Problem => Some(words::current),
    };
    view! {
        <Show when=move || saved.get()>
            <Callout tone=Tone::Good title=words::saved>
                <a href=Place::Section(what.section()).href()>{move || crate::ui::text::section(what.section())}</a>
            </Callout>
        </Show>
        <form class="stack" on:submit=submit>
            <ErrorSummary faults />
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Field id="name" label hint=move || hint.map_or("", |h| h()) faults>
                {input("name", name)}
            </Field>
            {second
                .map(|(label, hint)| {
                    view! {
                        <Field id="more" label hint faults>
                            {input("more", more)}
                        </Field>
                    }
                })}
            <Field id="since" label=words::since hint=words::since_hint faults>
                {input("since", since)}
            </Field>
            {tick.map(|label| view! { <Tick label on=now turn=move |on| now.set(on) /> })}
            <div class="row">
                <button type="submit" class="button primary">
                    {words::save}
                </button>
            </div>
        </form>
    }
}
