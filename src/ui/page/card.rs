//! The emergency card: what goes on it, the card just as it is printed, and the way to paper.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::clinician::{listed, sources};
use super::section::print;
use super::share::what::{Part, left_out, sets, withheld};
use super::sharing::Draft;
use super::summary::nothing_yet;
use crate::record::Section;
use crate::ui::front::Front;
use crate::ui::part::{
    Badge, Callout, Disclosure, Leads, PageHead, Tick, Tone, above_named, absences_open, line::bdi, load, source_name,
};
use crate::ui::place::Place;
use crate::ui::text::{self, card as words, clinician, plain};
use crate::view::SourceLine;
use crate::view::card::{Card, Told, is_usual, offered, still_ticked};
use crate::view::choose::Choose;
use crate::view::clinician::ClinicianSection;
use crate::view::people::Header;

/// The page.
#[component]
pub fn CardPage() -> impl IntoView {
    let front = Front::get();
    // The boxes of a share, ticked for a card.
    let draft = RwSignal::new(Draft::default());
    let known = StoredValue::new(BTreeSet::<String>::new());
    let calls = RwSignal::new(BTreeSet::<String>::new());
    view! {
        <PageHead title=words::title lede=words::lede />
        {load(
            move || front.client.share_choices(),
            move |choices| draw(offered(choices.clone()), choices.sections.is_empty(), draft, known, calls),
        )}
    }
}

/// `known`: what was offered before; `calls`: which of the people whom the files name are to be called, in their words.
fn draw(
    offered: Choose,
    bare: bool,
    draft: RwSignal<Draft>,
    known: StoredValue<BTreeSet<String>>,
    calls: RwSignal<BTreeSet<String>>,
) -> AnyView {
    if bare {
        return nothing_yet(words::empty, words::empty_then);
    }
    draft.update(|draft| {
        draft.begin = None;
        draft.items = known.with_value(|before| still_ticked(&offered, before, &draft.items, &draft.opened));
    });
    known.set_value(offered.sections.iter().flat_map(|p| &p.items).map(|i| i.row.id.clone()).collect());
    let seen = RwSignal::new(None::<Vec<String>>);
    let whose = RwSignal::new(None::<Header>);
    let now = Memo::new(move |_| draft.with(|d| d.items.iter().cloned().collect::<Vec<String>>()));
    // No paper of what was not seen: the card below must be of just these boxes.
    let ready = Signal::derive(move || seen.with(|seen| seen.as_ref() == Some(&now.get())));
    let front = Front::get();
    view! {
        <div class="stack">
            <p>{words::old}</p>
            {choices(&offered, draft)} {left_out(draft, &offered)}
            {move || whose.with(|person| person.as_ref().and_then(nameless))} <Print ready />
            <section aria-label=words::preview>
                {load(
                    move || {
                        let items = now.get();
                        async move {
                            let card = front.client.emergency_card(items.clone()).await?;
                            seen.set(Some(items));
                            whose.set(Some(card.person.clone()));
                            Ok(card)
                        }
                    },
                    move |card: Card| {
                        view! {
                            <div class="stack-tight">
                                {whom(&card, calls)} <div class="preview paper">{paper(&card, calls)}</div>
                            </div>
                        }
                    },
                )}
            </section>
            <p class="soft">{words::pen}</p>
            <Print ready />
        </div>
    }
    .into_any()
}

/// What goes on it: the same boxes as of a share.
fn choices(offered: &Choose, draft: RwSignal<Draft>) -> AnyView {
    let (sets, withheld) = (sets(draft, offered, words::set), withheld(offered));
    let sections: Vec<_> =
        offered.sections.iter().cloned().map(|part| view! { <Part part draft usual=is_usual /> }).collect();
    view! { <Disclosure summary=words::choose>{sections} {sets} {withheld}</Disclosure> }.into_any()
}

#[component]
fn Print(
    /// The card of just these boxes is on the page.
    ready: Signal<bool>,
) -> impl IntoView {
    view! {
        <p class="row no-print">
            <button
                type="button"
                class="button primary"
                aria-disabled=move || (!ready.get()).to_string()
                on:click=move |_| {
                    if ready.get_untracked() {
                        print();
                    }
                }
            >
                {words::print}
            </button>
        </p>
    }
}

/// A card that does not say whose it is helps nobody, and may be taken for anybody's.
fn nameless(person: &Header) -> Option<AnyView> {
    (person.birth.as_ref().is_none_or(|d| d.known.is_none()) || person.name.trim().is_empty()).then(|| {
        view! {
            <Callout tone=Tone::Danger title=words::nameless>
                <a class="button" href=Place::People.href()>
                    {text::share::nameless_go}
                </a>
            </Callout>
        }
        .into_any()
    })
}

/// Whom the files name: nobody is called unless the person says so. A file may name an employer, and a next of kin of then.
fn whom(card: &Card, calls: RwSignal<BTreeSet<String>>) -> Option<AnyView> {
    let one = |told: &Told| {
        let (words, also) = (told.words.clone(), told.words.clone());
        let label = format!("{} ({})", told.words, words::from(&dated(&told.sources)));
        let turn = move |on: bool| {
            calls.update(|calls| {
                _ = if on { calls.insert(words.clone()) } else { calls.remove(&words) };
            })
        };
        view! { <Tick label=label on=Signal::derive(move || calls.with(|c| c.contains(&also))) turn /> }
    };
    let ticks: Vec<_> = card.contacts.iter().map(one).collect();
    (!ticks.is_empty()).then(|| {
        view! {
            <fieldset class="choice no-print">
                <legend>{words::whom}</legend>
                {ticks}
            </fieldset>
        }
        .into_any()
    })
}

/// The card, just as it is printed. What must be outside when the sheet is folded once stands first.
fn paper(card: &Card, calls: RwSignal<BTreeSet<String>>) -> AnyView {
    let speaking: Vec<&SourceLine> = card.sources.iter().filter(|s| s.entries > 0).collect();
    let single = speaking.len() == 1;
    let alike = speaking.iter().all(|s| speaking.first().is_some_and(|first| first.trust == s.trust));
    let contacts = card.contacts.clone();
    let called = move || {
        let called: Vec<Told> =
            contacts.iter().filter(|c| calls.with(|calls| calls.contains(&c.words))).cloned().collect();
        pen(words::call, &called, 2)
    };
    let (front, rest): (Vec<_>, Vec<_>) = card.sections.iter().partition(|part| part.section == Section::Allergies);
    let front: Vec<_> = front.into_iter().map(section).collect();
    let rest: Vec<_> = rest.into_iter().map(section).collect();
    let sources = (!card.sources.is_empty()).then(|| sources(&card.sources));
    view! {
        <article class="clinician emergency" class:one-source=single class:one-trust=alike>
            {running_head(card)}
            <div class="clinician-body stack">
                <div class="emergency-front stack">
                    {who(card)} {front} {told(card)}
                    {called} {pen(words::surgery, &card.surgeries, 1)}
                    {pen(words::other, &[], 2)}
                </div>
                {rest} {sources}
            </div>
        </article>
    }
    .into_any()
}

/// The head of each sheet: one that got lost must say whose it is, and of when.
fn running_head(card: &Card) -> AnyView {
    let person = &card.person;
    let born = person.birth.as_ref().map(plain::clinical_day);
    let nhs = person.nhs_number.as_ref().map(|n| clinician::nhs(&n.text));
    let who = [Some(plain::surname_first(person)), born, nhs].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <div class="clinician-head" aria-hidden="true">
            <p>
                <span class="strong">{words::title}</span>
                " · " {bdi(&who)} " · " {made(card)}
            </p>
        </div>
    }
    .into_any()
}

/// The day that stands here is made exact when it goes to paper.
fn made(card: &Card) -> AnyView {
    let day = card.made.as_ref().map(text::day);
    view! { {words::made} " " <span data-printed="">{day}</span> }.into_any()
}

fn who(card: &Card) -> AnyView {
    let person = &card.person;
    let nobody = person.name.trim().is_empty() && person.family.is_empty();
    let name = nobody.then(|| pen(words::name, &[], 1));
    let age = person.age.map(|age| format!(" ({})", text::age(age)));
    let born = match &person.birth {
        Some(day) => view! { <p>{words::born} ": " <span class="strong">{text::day(day)} {age}</span></p> }.into_any(),
        None => pen(words::born, &[], 1),
    };
    let nhs = match &person.nhs_number {
        Some(number) => {
            let bad = (!number.valid).then(|| {
                view! { " " <Badge tone=Tone::Warning text=clinician::bad_nhs_number() /> }
            });
            view! { <p>{words::nhs} ": " <span class="strong figures">{number.text.clone()}</span> {bad}</p> }
                .into_any()
        }
        None => pen(words::nhs, &[], 1),
    };
    let dead = person.deceased.as_ref().map(|d| view! { <p class="strong">{clinician::deceased(&text::day(d))}</p> });
    let variants = (person.variants > 1).then(|| view! { <p>{text::summary::variants(person.variants.into())}</p> });
    view! {
        <header class="stack-tight">
            <p class="emergency-kind">
                <span class="strong">{words::title}</span>
                " · "
                {made(card)}
            </p>
            <h2 class="emergency-name">{bdi(&plain::surname_first(person))}</h2>
            {name}
            <div class="emergency-facts">{born} {nhs}</div>
            {dead}
            {variants}
        </header>
    }
    .into_any()
}

/// What every copy that the patient holds says of itself.
fn told(card: &Card) -> AnyView {
    let by = match &card.by {
        None => words::by_patient().to_owned(),
        Some(by) => words::by_carer(&plain::carer(by)),
    };
    view! {
        <p class="emergency-told">
            {by} " " {clinician::incomplete()} " " <strong>{clinician::not_alone()}</strong>
        </p>
    }
    .into_any()
}

/// Lines for a pen, below what the files say: they may say it of then.
fn pen(label: text::Message, said: &[Told], lines: usize) -> AnyView {
    let said: Vec<_> = said
        .iter()
        .map(|one| {
            let from = words::from(&dated(&one.sources));
            view! { <p>{bdi(&one.words)} " " <span class="small">"(" {bdi(&from)} ")"</span></p> }
        })
        .collect();
    let lines = if said.is_empty() { lines } else { 1 };
    let lines: Vec<_> = (0..lines).map(|_| view! { <div class="pen-line" aria-hidden="true"></div> }).collect();
    view! {
        <div class="pen">
            <p class="pen-label strong">{label} ":"</p>
            <div class="pen-room">{said} {lines}</div>
        </div>
    }
    .into_any()
}

/// Where a particular is from, and of when.
fn dated(sources: &[SourceLine]) -> String {
    let one = |source: &SourceLine| {
        let as_of = source.as_of.as_ref().map(|day| format!(", {}", text::as_of(day)));
        source_name(source) + as_of.as_deref().unwrap_or_default()
    };
    sources.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// A section: when and from whom, what could not be read, its lines, or which kind of nothing.
fn section(part: &ClinicianSection) -> AnyView {
    let id = format!("card-{}", part.section.slug());
    let head = id.clone();
    let bare = plain::is_bare(part);
    let body = match part.label.is_shared() && !bare {
        true => view! {
            {above_named(&part.heading)} {listed(part, Leads::Nowhere)} {absences_open(&part.heading)}
        }
        .into_any(),
        // What could not be read is told also where there is nothing else.
        false => {
            let unread = part.label.is_shared().then(|| above_named(&part.heading));
            view! { <p class="strong">{words::nothing_here()}</p> {unread} }.into_any()
        }
    };
    let allergies = part.section == Section::Allergies;
    view! {
        <section class="stack-tight" class:emergency-first=allergies aria-labelledby=id>
            <h3 id=head>{plain::heading(part)}</h3>
            {body}
        </section>
    }
    .into_any()
}
