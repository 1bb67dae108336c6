//! The persons of the vault: choose, add, change, remove.

use leptos::prelude::*;

use crate::app::wire::{Basis, Failure, NewPerson, PersonCard, Unread};
use crate::ui::front::Front;
use crate::ui::part::{Badge, Callout, Dialogue, Empty, Fact, Facts, PageHead, Tick, Tile, Tone, Trouble, load};
use crate::ui::place::{Place, Writing};
use crate::ui::text::{self, people as words};
use crate::view::people::CareShown;

mod form;

use form::Form;
pub use form::{GROUNDS, ground};

/// The page. `?add=self` or `?add=carer` opens the form for a new person; `&then=allergy` goes on to type that in.
#[component]
pub fn People() -> impl IntoView {
    let front = Front::get();
    let client = front.client;
    let adding = RwSignal::new(front.route.with_untracked(|r| r.filter("add").is_some()));
    // A form that was begun before a lock stands open again.
    leptos::task::spawn_local(async move {
        if let Ok(Some(_)) = client.person_draft("new".to_owned()).await {
            adding.try_set(true);
        }
    });
    let leaving = RwSignal::new(None::<PersonCard>);
    let asked = RwSignal::new(false);
    view! {
        <PageHead title=words::title lede=words::lede />
        <div class="stack-loose">
            <p id="people-told" class="strong" tabindex="-1">
                {move || (front.people.get() > 0 && front.person.with(Option::is_none)).then(words::nobody_open)}
            </p>
            {load(
                move || client.unread(),
                |unread: Unread| {
                    (unread.people > 0)
                        .then(|| {
                            view! {
                                <Callout tone=Tone::Danger title=move || words::lost_people(unread.people.into())>
                                    <p>{words::lost_people_then}</p>
                                </Callout>
                            }
                        })
                },
            )}
            {load(
                move || client.people(),
                move |people: Vec<PersonCard>| {
                    if people.is_empty() {
                        view! {
                            <Empty title=words::nobody>
                                <p>{words::nobody_then}</p>
                                <a class="button" href=Place::Import.href()>
                                    {text::import::title}
                                </a>
                            </Empty>
                        }
                            .into_any()
                    } else {
                        let remove = move |card| {
                            leaving.set(Some(card));
                            asked.set(true);
                        };
                        view! {
                            <ul class="lines">
                                {people.into_iter().map(|card| view! { <Card card remove /> }).collect_view()}
                            </ul>
                        }
                            .into_any()
                    }
                },
            )}
            <Show
                when=move || adding.get()
                fallback=move || {
                    view! {
                        <div class="row">
                            <button type="button" class="button" id="add-person" on:click=move |_| adding.set(true)>
                                {words::add}
                            </button>
                        </div>
                    }
                }
            >
                <section class="stack card" aria-labelledby="add">
                    <h2 id="add">{words::add}</h2>
                    <Form
                        draft="new".to_owned()
                        start=NewPerson::default()
                        ask=true
                        button=words::save_add
                        save=move |person| async move {
                            let card = client.add_person(person).await?;
                            client.choose_person(card.id).await?;
                            adding.set(false);
                            front.refresh().await;
                            // Who came to type something in has it before them now.
                            let then = front.route.with_untracked(|r| r.filter("then").and_then(Writing::of_slug));
                            front.go(then.map_or(Place::Import, Place::Write));
                            Ok(())
                        }
                        cancel=move || {
                            adding.set(false);
                            focus_soon("add-person");
                        }
                    />
                </section>
            </Show>
        </div>
        <Dialogue open=asked title=words::remove_title>
            {move || leaving.get().map(|card| view! { <Remove card asked /> })}
        </Dialogue>
    }
}

/// One person.
#[component]
fn Card(card: PersonCard, remove: impl Fn(PersonCard) + Copy + 'static) -> impl IntoView {
    let front = Front::get();
    let client = front.client;
    let asked = front.route.with_untracked(|r| r.filter("edit").is_some_and(|id| id == card.id));
    let editing = RwSignal::new(asked);
    let fault = RwSignal::new(None::<Failure>);
    let name = StoredValue::new(card.header.clone());
    let name = move || name.with_value(text::name);
    let born = card.header.clone();
    let (id, edit_id) = (card.id.clone(), StoredValue::new(card.id.clone()));
    let given = StoredValue::new(card.given.clone());
    let (carer, relation) = (card.given.carer.clone(), card.given.relation.clone());
    let unsaid = card.given.care.unsaid;
    let footing = card.given.basis.zip(card.care.clone()).map(|(basis, care)| {
        let evidence = card.given.care.evidence.clone();
        view! { <Footing basis care evidence /> }
    });
    let open = move |_| {
        let id = id.clone();
        leptos::task::spawn_local(async move {
            match client.choose_person(id).await {
                Ok(()) => {
                    front.say(words::opened(&name()));
                    front.refresh().await;
                    front.go(Place::Summary);
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let is_open = card.open;
    let leaving = card.clone();
    view! {
        <li class="stack-tight">
            <div class="row">
                <Tile seed=card.header.tile large=true />
                <p>
                    <bdi class="strong">{name}</bdi>
                    <br />
                    {move || text::born_and_age(&born)}
                    <br />
                    <span class="soft">{move || words::files(card.files.into())}</span>
                    {card
                        .given
                        .basis
                        .is_some()
                        .then(|| {
                            view! {
                                <br />
                                <bdi class="soft">{move || match relation.trim().is_empty() {
                                    true => words::kept_by_name(&carer),
                                    false => words::kept_by(&carer, &relation),
                                }}</bdi>
                            }
                        })}
                </p>
                {is_open.then(|| view! { <Badge tone=Tone::Good text=words::open_now /> })}
            </div>
            {footing}
            {unsaid
                .then(|| {
                    view! {
                        <Callout tone=Tone::Warning title=words::unsaid>
                            <p>{words::unsaid_then}</p>
                        </Callout>
                    }
                })}
            {card
                .lost
                .then(|| {
                    view! {
                        <Callout tone=Tone::Danger title=words::lost>
                            <p>{words::lost_then}</p>
                        </Callout>
                    }
                })}
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <div class="row">
                {(!is_open)
                    .then(|| {
                        view! {
                            <button type="button" class="button primary" on:click=open>
                                {move || words::open(&name())}
                            </button>
                        }
                    })}
                <button
                    type="button"
                    class="button quiet"
                    aria-expanded=move || editing.get().to_string()
                    on:click=move |_| editing.update(|e| *e = !*e)
                >
                    {move || words::edit(&name())}
                </button>
                <button type="button" class="button quiet" on:click=move |_| remove(leaving.clone())>
                    {move || words::remove(&name())}
                </button>
            </div>
            <Show when=move || editing.get()>
                <Form
                    draft=edit_id.get_value()
                    start=given.get_value()
                    ask=unsaid
                    button=words::save_edit
                    save=move |person| async move {
                        client.edit_person(edit_id.get_value(), person).await?;
                        editing.set(false);
                        front.say(words::edited());
                        front.refresh().await;
                        focus_soon("people-told");
                        Ok(())
                    }
                    cancel=move || {
                        editing.set(false);
                        focus_soon("people-told");
                    }
                />
            </Show>
        </li>
    }
}

/// Gives the focus once the page is drawn anew.
fn focus_soon(id: &'static str) {
    set_timeout(move || crate::ui::front::focus(id), core::time::Duration::from_millis(100));
}

/// On what ground somebody is cared for, on what evidence, since and until when, and when to look at it again.
#[component]
fn Footing(basis: Basis, care: CareShown, evidence: String) -> impl IntoView {
    let CareShown { from, until, ended, review, due } = care;
    let due = due || review.is_none();
    let line = |label: text::Message, value: Option<crate::view::Day>| {
        value.map(|day| view! { <Fact name=label>{move || text::day(&day)}</Fact> })
    };
    view! {
        <Facts>
            <Fact name=words::basis>{move || ground(basis)}</Fact>
            <Fact name=words::evidence>
                {move || if evidence.trim().is_empty() { words::evidence_none().to_owned() } else { evidence.clone() }}
            </Fact>
            {line(words::care_from, from)} {line(words::care_until, until)} {line(words::review, review)}
        </Facts>
        {ended.then(|| view! { <Callout tone=Tone::Warning title=words::care_ended /> })}
        {due
            .then(|| {
                view! {
                    <Callout tone=Tone::Warning title=words::review_due>
                        <p>{words::review_then}</p>
                    </Callout>
                }
            })}
    }
}

/// Removing somebody for good, in two steps.
#[component]
fn Remove(card: PersonCard, asked: RwSignal<bool>) -> impl IntoView {
    let front = Front::get();
    let sure = RwSignal::new(false);
    let fault = RwSignal::new(None::<Failure>);
    let name = text::name(&card.header);
    let gone = name.clone();
    let yes = move |_| {
        if !sure.get_untracked() {
            return;
        }
        let (id, gone) = (card.id.clone(), gone.clone());
        leptos::task::spawn_local(async move {
            match front.client.remove_person(id).await {
                Ok(()) => {
                    asked.set(false);
                    front.say(words::removed(&gone));
                    front.refresh().await;
                    focus_soon("people-told");
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <p>{move || words::remove_then(&name)}</p>
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
        <Tick label=words::remove_sure on=sure turn=move |on| sure.set(on) />
        <div class="row">
            <button
                type="button"
                class="button danger primary"
                aria-disabled=move || (!sure.get()).to_string()
                on:click=yes
            >
                {words::remove_yes}
            </button>
            <button type="button" class="button quiet" on:click=move |_| asked.set(false)>
                {text::common::cancel}
            </button>
        </div>
    }
}
