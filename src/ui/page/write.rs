//! Typed by hand: an allergy, a medicine, a health problem. Many people start with no file at all.

use leptos::prelude::*;

use crate::app::wire::{Failure, Typed};
use crate::record::Hash;
use crate::ui::front::Front;
use crate::ui::part::{
    BackTo, Callout, DateField, Draft, Empty, ErrorSummary, Fault, Field, PageHead, Tick, Tone, Trouble, date_words,
    typed_date,
};
use crate::ui::place::{Place, Route, Writing};
use crate::ui::text::{self, import, people, shell, write as words};

/// The page.
#[component]
pub fn Write(what: Writing) -> impl IntoView {
    let front = Front::get();
    // What is corrected stands in the address by the name of its parcel, like the report of a file.
    let old = front.route.with_untracked(|r| r.filter("change").and_then(Hash::from_hex));
    let title: text::Message = match (what, old.is_some()) {
        (_, true) => words::change,
        (Writing::Allergy, _) => words::allergy,
        (Writing::Medicine, _) => words::medicine,
        (Writing::Problem, _) => words::problem,
    };
    // Of several people here, it is said whose record this is going into.
    let whose = move || {
        let several = front.people.get() > 1;
        front.person.get().filter(|_| several).map(|person| words::into_record_of(&text::name(&person)))
    };
    view! {
        <BackTo route=Place::Import text=import::title />
        <PageHead title lede=words::lede />
        {move || whose().map(|whose| view! { <p class="strong">{whose}</p> })}
        <Show
            when=move || front.person.with(Option::is_some)
            fallback=move || {
                view! {
                    <Empty title=words::new_person>
                        <p>{words::new_person_then}</p>
                        <a
                            class="button primary"
                            href=Route::from(Place::People).with("add", "self").with("then", what.slug()).href()
                        >
                            {people::add}
                        </a>
                    </Empty>
                }
            }
        >
            <Form what old />
        </Show>
    }
}

#[component]
fn Form(
    what: Writing,
    /// What was typed before, to be corrected.
    old: Option<Hash>,
) -> impl IntoView {
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
    // The name of its draft. Nothing that the page's end would take away: the draft is kept and thrown away after it.
    let draft_name = move || old.map_or_else(|| slug.to_owned(), |old| format!("{slug} {}", old.hex()));
    let typed_now = move || {
        let text = |s: RwSignal<String>| s.get_untracked().trim().to_owned();
        let (name, since, now) = (text(name), text(since), now.get_untracked());
        // As it is kept; what can't be read as a date stands in a draft as it was typed.
        let since = typed_date(&since, None).unwrap_or(since);
        match what {
            Writing::Allergy => Typed::Allergy { substance: name, reaction: text(more), since },
            Writing::Medicine => Typed::Medicine { name, dose: text(more), since, taking: now },
            Writing::Problem => Typed::Problem { name, since, current: now },
        }
    };
    // What is half written survives a lock: sealed like everything else, for this person and this form alone.
    let restored = RwSignal::new(false);
    let half = Draft::new(move || {
        let empty = [name, more, since].iter().all(|s| s.with_untracked(|s| s.trim().is_empty()));
        let typed = (!empty).then(typed_now);
        leptos::task::spawn_local(async move {
            if let Err(failure) = front.client.keep_draft(draft_name(), typed).await {
                fault.try_set(Some(failure));
            }
        });
    });
    let keep = move || half.keep();
    let touched = move || half.touched();
    leptos::task::spawn_local(async move {
        let draft = front.client.draft(draft_name()).await.ok().flatten();
        let is_draft = draft.is_some();
        let before = match (draft, old) {
            (Some(draft), _) => Some(draft),
            (None, Some(old)) => match front.client.typed_of(old).await {
                Ok(typed) => Some(typed),
                Err(failure) => {
                    fault.try_set(Some(failure));
                    None
                }
            },
            (None, None) => None,
        };
        let Some(typed) = before else { return };
        let (name_was, more_was, since_was, now_was) = match typed {
            Typed::Allergy { substance, reaction, since } => (substance, reaction, since, true),
            Typed::Medicine { name, dose, since, taking } => (name, dose, since, taking),
            Typed::Problem { name, since, current } => (name, String::new(), since, current),
            Typed::Document { .. } | Typed::Said { .. } => return,
        };
        if half.is_quiet() {
            name.set(name_was);
            more.set(more_was);
            since.set(date_words(&since_was));
            now.set(now_was);
            restored.set(is_draft);
        }
    });
    let throw_away = move |_| {
        for field in [name, more, since] {
            field.set(String::new());
        }
        restored.set(false);
        half.keep_anyhow();
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name_text = name.with_untracked(|name| name.trim().to_owned());
        let birth = front.person.with_untracked(|p| p.as_ref().and_then(|p| p.birth.clone()));
        let mut wrong = Vec::<Fault>::new();
        if name_text.is_empty() {
            wrong.push(("name", format!("{}: {}", label(), words::missing())));
        }
        if let Err(sentence) = since.with_untracked(|since| typed_date(since, birth.as_ref())) {
            wrong.push(("since", sentence));
        }
        let fine = wrong.is_empty();
        faults.set(wrong);
        saved.set(false);
        if !fine {
            return;
        }
        let typed = typed_now();
        leptos::task::spawn_local(async move {
            let answer = match old {
                Some(old) => front.client.retype(old, typed).await,
                None => front.client.type_in(typed).await,
            };
            match answer {
                Ok(_) => {
                    for field in [name, more, since] {
                        field.set(String::new());
                    }
                    // It is in the records now: the draft goes.
                    half.let_go();
                    restored.set(false);
                    fault.set(front.client.keep_draft(draft_name(), None).await.err());
                    saved.set(true);
                    front.say(if old.is_some() { words::changed() } else { words::saved() });
                    front.refresh().await;
                    if old.is_some() {
                        front.go_instead(Place::Section(what.section()));
                    }
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
                <Show when=move || front.is_unkept()>
                    <p>
                        {words::not_kept} " " <a href=Place::SetUp.href()>{shell::keep_it}</a>
                    </p>
                </Show>
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
            <DateField
                id="since"
                label=words::since
                hint=words::since_hint
                faults
                typed=since
                change=move |typed| {
                    since.set(typed);
                    touched();
                }
                leave=keep
            />
            {tick.map(|label| view! { <Tick label on=now turn=move |on| { now.set(on); touched(); } /> })}
            <div class="row">
                <button type="submit" class="button primary">
                    {move || if old.is_some() { words::save_change() } else { words::save() }}
                </button>
            </div>
        </form>
    }
}
