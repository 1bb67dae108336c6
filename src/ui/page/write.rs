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
    let slug = match what {
        Writing::Allergy => "allergy",
        Writing::Medicine => "medicine",
        Writing::Problem => "problem",
    };
    let typed_now = move || {
        let text = |s: RwSignal<String>| s.get_untracked().trim().to_owned();
        let (name, since, now) = (text(name), text(since), now.get_untracked());
        match what {
            Writing::Allergy => Typed::Allergy { substance: name, reaction: text(more), since },
            Writing::Medicine => Typed::Medicine { name, dose: text(more), since, taking: now },
            Writing::Problem => Typed::Problem { name, since, current: now },
        }
    };
    // What is half written survives a lock: sealed like everything else, for this person and this form alone.
    let restored = RwSignal::new(false);
    let unsaved = StoredValue::new(0u32);
    let keep = move || {
        if unsaved.try_update_value(core::mem::take).unwrap_or(0) == 0 {
            return;
        }
        let empty = [name, more, since].iter().all(|s| s.with_untracked(|s| s.trim().is_empty()));
        let typed = (!empty).then(typed_now);
        leptos::task::spawn_local(async move {
            if let Err(failure) = front.client.keep_draft(slug.to_owned(), typed).await {
                fault.try_set(Some(failure));
            }
        });
    };
    let touched = move || {
        let stroke = unsaved.try_update_value(|n| {
            *n = n.wrapping_add(1).max(1);
            *n
        });
        // A pause in typing keeps it; so does leaving the box, the page, or the app by its lock.
        let pause = move || {
            if unsaved.try_get_value() == stroke {
                keep();
            }
        };
        set_timeout(pause, core::time::Duration::from_millis(500));
    };
    on_cleanup(keep);
    leptos::task::spawn_local(async move {
        let Ok(Some(typed)) = front.client.draft(slug.to_owned()).await else { return };
        let (name_was, more_was, since_was, now_was) = match typed {
            Typed::Allergy { substance, reaction, since } => (substance, reaction, since, true),
            Typed::Medicine { name, dose, since, taking } => (name, dose, since, taking),
            Typed::Problem { name, since, current } => (name, String::new(), since, current),
            Typed::Document { .. } | Typed::Said { .. } => return,
        };
        // Whoever types already is not interrupted.
        if unsaved.try_get_value() == Some(0) {
            name.set(name_was);
            more.set(more_was);
            since.set(since_was);
            now.set(now_was);
            restored.set(true);
        }
    });
    let throw_away = move |_| {
        for field in [name, more, since] {
            field.set(String::new());
        }
        restored.set(false);
        unsaved.set_value(1);
        keep();
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
        let typed = typed_now();
        leptos::task::spawn_local(async move {
            match front.client.type_in(typed).await {
                Ok(_) => {
                    for field in [name, more, since] {
                        field.set(String::new());
                    }
                    // It is in the records now: the draft goes.
                    unsaved.set_value(0);
                    restored.set(false);
                    fault.set(front.client.keep_draft(slug.to_owned(), None).await.err());
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
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    touched();
                }
                on:change=move |_| keep()
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
        <Show when=move || restored.get()>
            <Callout title=words::draft>
                <button type="button" class="button quiet" on:click=throw_away>{words::draft_drop}</button>
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
            {tick.map(|label| view! { <Tick label on=now turn=move |on| { now.set(on); touched(); } /> })}
            <div class="row">
                <button type="submit" class="button primary">
                    {words::save}
                </button>
            </div>
        </form>
    }
}
