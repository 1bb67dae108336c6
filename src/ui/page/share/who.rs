//! Step 1: for whom and why, how, until when.

use leptos::prelude::*;

use super::Step;
use crate::app::wire::{Mode, RequestCard};
use crate::record::Section;
use crate::ui::front::Front;
use crate::ui::page::sharing::{Audience, Sharing};
use crate::ui::part::{Callout, Choice, ErrorSummary, Fault, Field, Tone};
use crate::ui::place::Place;
use crate::ui::text::{self, share as words};

/// Minutes that are offered.
const ENDS: [u32; 5] = [15, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60];

/// The step.
#[component]
pub fn Who() -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let draft = sharing.draft;
    let faults = RwSignal::new(Vec::<Fault>::new());
    let go_on = move |_| {
        let unnamed = draft.with_untracked(|d| d.audience_name().is_empty());
        let wrong: Vec<Fault> = unnamed.then(|| ("share-named", words::named_fault().to_owned())).into_iter().collect();
        let fine = wrong.is_empty();
        faults.set(wrong);
        if fine {
            sharing.begun.set(true);
            front.go(Step::What.route());
        }
    };
    view! {
        <div class="stack">
            <ErrorSummary faults />
            {move || match sharing.request.get() {
                Some(card) => request(sharing, &card),
                None => view! { <Audiences faults=faults.into() /> }.into_any(),
            }}
            <How />
            <Ends />
            <p class="small soft">{words::ends_note}</p>
            <p class="row">
                <button type="button" class="button primary" on:click=go_on>
                    {text::common::go_on}
                </button>
            </p>
        </div>
    }
}

/// The request that is being answered: who they say they are is never more than that.
fn request(sharing: Sharing, card: &RequestCard) -> AnyView {
    let name = if card.name.is_empty() { words::request_unnamed().to_owned() } else { words::request_says(&card.name) };
    let wanted: Vec<_> = card.wanted.iter().map(|s| text::section(*s)).collect();
    let wanted = (!wanted.is_empty()).then(|| view! { <p>{words::request_wants(&wanted.join(", "))}</p> });
    let why = words::request_why(&text::purpose(&card.purpose));
    let comparison = card.comparison.clone();
    view! {
        <Callout title=name>
            <p>{why}</p>
            {wanted}
            <p>
                {words::request_comparison()} " " <span class="comparison figures">{comparison}</span>
            </p>
            <p class="small">{words::request_note()}</p>
            <button type="button" class="button" on:click=move |_| sharing.clear()>
                {words::request_drop()}
            </button>
        </Callout>
    }
    .into_any()
}

#[component]
fn Audiences(faults: Signal<Vec<Fault>>) -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let draft = sharing.draft;
    let choose = move |audience: Audience| {
        let last = front.settings.with_untracked(|s| {
            s.audiences.iter().find(|(slug, ..)| slug == audience.slug()).map(|(_, purpose, sections)| {
                (purpose.clone(), sections.iter().filter_map(|s| Section::of_slug(s)).collect())
            })
        });
        draft.update(|d| d.choose(audience, last));
    };
    let options = Audience::ALL.into_iter().map(|a| (a, (move || text::audience(a)).into())).collect();
    let chosen = Signal::derive(move || draft.with(|d| d.audience));
    let other = move || draft.with(|d| d.audience == Audience::Other);
    let purposes = ["TREAT", "ETREAT", "CAREMGT", "FAMRQT", "PATRQT", "COVERAGE"];
    let purposes = purposes.into_iter().map(|p| (p.to_owned(), (move || text::own_purpose(p)).into())).collect();
    let purpose = Signal::derive(move || draft.with(|d| d.purpose.clone()));
    view! {
        <Choice name="share-audience" legend=words::for_whom options=options chosen=chosen choose=choose />
        <Show when=other>
            <Field id="share-named" label=words::named hint=words::named_hint faults=faults>
                <input
                    class="input"
                    type="text"
                    id="share-named"
                    autocomplete="off"
                    aria-describedby="share-named-hint share-named-fault"
                    prop:value=move || draft.with(|d| d.named.clone())
                    on:input=move |event| draft.update(|d| d.named = event_target_value(&event))
                />
            </Field>
        </Show>
        <Choice
            name="share-purpose"
            legend=words::why
            options=purposes
            chosen=purpose
            choose=move |p| draft.update(|d| d.purpose = p)
        />
    }
}

/// How it is handed over. A share to one screen begins with that screen's code.
#[component]
fn How() -> impl IntoView {
    let sharing = Sharing::get();
    let draft = sharing.draft;
    let chosen = Signal::derive(move || draft.with(|d| d.mode));
    let options = move || {
        let options: Vec<(Mode, TextProp)> = if sharing.request.with(Option::is_some) {
            vec![(Mode::Hand, words::mode_hand.into())]
        } else {
            vec![(Mode::Show, words::mode_show.into()), (Mode::ShowLocked, words::mode_locked.into())]
        };
        view! {
            <Choice
                name="share-mode"
                legend=words::how
                options=options
                chosen=chosen
                choose=move |mode| draft.update(|d| d.mode = mode)
            />
        }
    };
    let locked = move || draft.with(|d| d.mode == Mode::ShowLocked);
    view! {
        {options}
        <Show when=locked>
            <Callout title=words::mode_locked_note />
        </Show>
        <Show when=move || sharing.request.with(Option::is_none)>
            <Callout tone=Tone::Note title=words::hand_first>
                <p>{words::hand_first_note}</p>
                <a class="button" href=Place::Scan.href()>
                    {words::hand_first_scan}
                </a>
            </Callout>
        </Show>
    }
}

#[component]
fn Ends() -> impl IntoView {
    let draft = Sharing::get().draft;
    let options = ENDS.into_iter().map(|m| (m, (move || after(m)).into())).collect();
    let chosen = Signal::derive(move || draft.with(|d| d.minutes));
    view! {
        <Choice
            name="share-ends"
            legend=words::ends
            options=options
            chosen=chosen
            choose=move |m| draft.update(|d| d.minutes = m)
        />
    }
}

/// A span in words.
fn after(minutes: u32) -> String {
    let n = u64::from(minutes);
    match n {
        0..60 => words::minutes(n),
        60..1440 => words::hours(n / 60),
        1440 => words::tomorrow().to_owned(),
        _ => words::days(n / 1440),
    }
}
