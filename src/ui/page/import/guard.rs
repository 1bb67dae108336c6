//! The wrong-person guard: both sides, and an answer that nobody gives by accident.

use leptos::prelude::*;

use crate::app::wire::{Brought, Decision, Failure, FileRow, PersonCard, Waiting};
use crate::record::PartialDate;
use crate::ui::front::Front;
use crate::ui::part::{Badge, Dialogue, Disclosure, Tick, Tile, Tone, Trouble, load};
use crate::ui::queue::Queue;
use crate::ui::text::{self, guard as words};
use crate::view::guard::{Compared, Fact, FactName, Finding, GuardPage};
use crate::view::people::Header;

/// The dialogue: stands over whatever page is open as soon as a file waits for an answer.
#[component]
pub fn Guard() -> impl IntoView {
    let queue = Queue::get();
    let open = queue.asking;
    let question = Memo::new(move |_| queue.question().map(Shown));
    // A new question opens the dialogue; "later" closes it until the next or until the person asks.
    Effect::new(move || open.set(question.with(Option::is_some)));
    let title = move || {
        question.with(|q| match q {
            Some(Shown(Brought::Whose { page, .. })) => heading(page.finding).0,
            _ => "",
        })
    };
    view! {
        <Dialogue open title>
            {move || match question.get() {
                Some(Shown(Brought::Whose { question, file_names, page })) => {
                    let answer = move |decision| async move { queue.answer(question, decision).await };
                    let waiting = Waiting::Question(question);
                    view! { <Question file_names page=*page waiting answer later=move || open.set(false) /> }.into_any()
                }
                _ => ().into_any(),
            }}
        </Dialogue>
    }
}

/// A question, the same as long as its number is, and with whom it compares.
#[derive(Clone)]
struct Shown(Brought);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        let facts = |s: &Shown| match &s.0 {
            Brought::Whose { question, page, .. } => Some((*question, page.finding, page.person.clone())),
            _ => None,
        };
        facts(self) == facts(other)
    }
}

fn heading(finding: Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::FirstFile | Finding::Match => (words::first(), words::first_then()),
        Finding::Differs => (words::differs(), words::differs_then()),
        Finding::TooLittle => (words::too_little(), words::too_little_then()),
        Finding::NoPerson => (words::no_person(), words::no_person_then()),
        Finding::SeveralPeople => (words::several(), words::several_then()),
    }
}

/// Both sides and the answers.
#[component]
fn Question<A, F>(
    /// The files' names.
    file_names: Vec<String>,
    /// Both sides.
    page: GuardPage,
    /// The file that waits.
    waiting: Waiting,
    /// Gives the answer to the hall.
    answer: A,
    /// Puts the question off.
    later: impl Fn() + Copy + 'static,
) -> impl IntoView
where
    A: Fn(Decision) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<(), Failure>> + 'static,
{
    let fault = RwSignal::new(None::<Failure>);
    let decide = move |decision: Decision| {
        leptos::task::spawn_local(async move {
            fault.set(answer(decision).await.err());
        });
    };
    let finding = page.finding;
    let one = page.file.len() == 1;
    let open_name = page.person.as_ref().map(text::name);
    view! {
        <Names names=file_names />
        <p>{move || heading(finding).1}</p>
        {page.file.iter().map(|h| view! { <Who person=h.clone() /> }).collect_view()}
        {(!page.facts.is_empty() && page.person.is_some()).then(|| view! { <Facts facts=page.facts.clone() /> })}
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
        <Answers
            open_name
            sure=matches!(finding, Finding::FirstFile | Finding::Match)
            fresh=one && finding != Finding::NoPerson
            single=finding != Finding::SeveralPeople
            waiting
            decide
        />
        <button type="button" class="button quiet" on:click=move |_| later()>{words::later}</button>
    }
}

/// Of which file, or files, it is asked.
#[component]
fn Names(names: Vec<String>) -> impl IntoView {
    if let [name] = names.as_slice() {
        let name = name.clone();
        return view! {
            <p>
                <bdi>{move || words::file(&name)}</bdi>
            </p>
        }
        .into_any();
    }
    let count = names.len() as u64;
    let lines = names
        .into_iter()
        .map(|name| {
            view! {
                <li>
                    <bdi>{name}</bdi>
                </li>
            }
        })
        .collect_view();
    view! {
        <Disclosure summary=move || words::files(count)>
            <ul>{lines}</ul>
        </Disclosure>
    }
    .into_any()
}

/// A person, as the file names them.
#[component]
fn Who(person: Header) -> impl IntoView {
    let (name, born) = (person.clone(), person.clone());
    view! {
        <div class="row">
            <Tile seed=person.tile />
            <p>
                <bdi class="strong">{move || text::name(&name)}</bdi>
                <br />
                {move || text::born_and_age(&born)}
                {person.nhs_number.map(|n| view! { <br /> <span class="figures">{text::terms::fact_nhs_number} " " {n.text}</span> })}
            </p>
        </div>
    }
}

/// Fact by fact, file against record.
#[component]
fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let said = |name: FactName, s: String| {
        let known = PartialDate::fhir(&s).known.filter(|_| name == FactName::BirthDate);
        move || match known {
            _ if s.is_empty() => words::not_given().to_owned(),
            Some(known) => text::known_day(known),
            None => s.clone(),
        }
    };
    let lines = facts
        .into_iter()
        .map(|fact| {
            let (tone, word): (Tone, fn() -> &'static str) = match fact.compared {
                Compared::Same => (Tone::Good, words::same),
                Compared::Differs => (Tone::Danger, words::different),
                Compared::NotSaid => (Tone::Note, words::not_said),
            };
            view! {
                <tr>
                    <th scope="row">{move || text::fact(fact.name)}</th>
                    <td data-label=words::the_file>
                        <bdi>{said(fact.name, fact.file)}</bdi>
                    </td>
                    <td data-label=words::the_record>
                        <bdi>{said(fact.name, fact.person)}</bdi>
                    </td>
                    <td>
                        <Badge tone text=word />
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">{words::the_file}</th>
                    <th scope="col">{words::the_record}</th>
                    <td></td>
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
    }
}

/// The answers. Anybody's needs a second confirmation unless the guard found nothing against them.
#[component]
fn Answers(
    /// Whose record is open.
    open_name: Option<String>,
    /// Nothing speaks against the open person.
    sure: bool,
    /// The file can start a new person's record.
    fresh: bool,
    /// The file is about one person at most.
    single: bool,
    /// The file that waits.
    waiting: Waiting,
    /// Called with the answer.
    decide: impl Fn(Decision) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let client = Front::get().client;
    let looked = RwSignal::new(sure);
    let other = RwSignal::new(None::<(String, String)>);
    let this = open_name.filter(|_| single).map(|name| {
        let label = name.clone();
        view! {
            {(!sure)
                .then(|| {
                    view! {
                        <Tick label=move || words::is_this_sure(&label) on=looked turn=move |on| looked.set(on) />
                    }
                })}
            <button
                type="button"
                class="button"
                class:primary=sure
                class:danger=!sure
                aria-disabled=move || (!looked.get()).to_string()
                on:click=move |_| {
                    if looked.get_untracked() {
                        decide(Decision::ThisPerson);
                    }
                }
            >
                {move || if sure { words::yes_right().to_owned() } else { words::is_this(&name) }}
            </button>
        }
    });
    let others = single.then(|| {
        load(
            move || client.people(),
            move |people: Vec<PersonCard>| {
                people
                    .into_iter()
                    .filter(|p| !p.open)
                    .map(|person| {
                        let (id, name) = (person.id, text::name(&person.header));
                        let chosen = name.clone();
                        view! {
                            <button
                                type="button"
                                class="button"
                                on:click=move |_| other.set(Some((id.clone(), chosen.clone())))
                            >
                                {move || words::is_other(&name)}
                            </button>
                        }
                    })
                    .collect_view()
            },
        )
    });
    view! {
        <div class="stack-tight">
            {this} {others}
            {move || other.get().map(|(id, name)| view! { <Other id name waiting decide /> })}
            {fresh
                .then(|| {
                    view! {
                        <button type="button" class="button" on:click=move |_| decide(Decision::NewPerson)>
                            {words::is_new}
                        </button>
                    }
                })}
            <button type="button" class="button" on:click=move |_| decide(Decision::Unfiled)>{words::put_aside}</button>
            <button type="button" class="button" on:click=move |_| decide(Decision::LeaveOut)>{words::leave_out}</button>
        </div>
    }
}

/// The file against another person here, fact by fact, before it goes to them.
#[component]
fn Other(
    /// Who.
    id: String,
    /// Their name.
    name: String,
    /// The file that waits.
    waiting: Waiting,
    /// Called with the answer.
    decide: impl Fn(Decision) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let client = Front::get().client;
    let whom = id.clone();
    let title = name.clone();
    let draw = move |page: GuardPage| {
        let sure = page.finding == Finding::Match;
        let looked = RwSignal::new(sure);
        let (id, name, label) = (id.clone(), name.clone(), name.clone());
        view! {
            <p>{move || heading(page.finding).1}</p>
            <Facts facts=page.facts />
            {(!sure)
                .then(|| {
                    view! {
                        <Tick label=move || words::is_other_sure(&label) on=looked turn=move |on| looked.set(on) />
                    }
                })}
            <button
                type="button"
                class="button"
                class:primary=sure
                class:danger=!sure
                aria-disabled=move || (!looked.get()).to_string()
                on:click=move |_| {
                    if looked.get_untracked() {
                        decide(Decision::Person(id.clone()));
                    }
                }
            >
                {move || words::yes_other(&name)}
            </button>
        }
    };
    view! {
        <section class="card stack-tight">
            <h3>{move || words::compare_other(&title)}</h3>
            {load(move || client.compare(waiting, whom.clone()), draw)}
        </section>
    }
}

/// A file that was put aside: it can be given to somebody later.
#[component]
pub fn UnfiledLine(file: FileRow) -> impl IntoView {
    let front = Front::get();
    let open = RwSignal::new(false);
    let (name, parcel) = (file.file_name.clone(), file.parcel);
    let (give, back) = (name.clone(), name.clone());
    let fault = RwSignal::new(None::<Failure>);
    let decide = move |decision: Decision| {
        leptos::task::spawn_local(async move {
            match front.client.file_unfiled(parcel, decision).await {
                Ok(_) => front.refresh().await,
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let put_back = move |_| {
        leptos::task::spawn_local(async move {
            match front.client.put_back(parcel).await {
                Ok(()) => front.refresh().await,
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let waiting = Waiting::Unfiled(parcel);
    let sides =
        move || load(move || front.client.compare(waiting, String::new()), move |page| sides(page, waiting, decide));
    let out = file.out;
    view! {
        <li class="stack-tight">
            <bdi class="strong">{name}</bdi>
            {file.people.into_iter().map(|person| view! { <Who person /> }).collect_view()}
            {out.then(|| view! { <p>{text::import::left_out_row}</p> })}
            <div class="row">
                {if out {
                    view! {
                        <button type="button" class="button" on:click=put_back>
                            {move || text::import::put_back(&back)}
                        </button>
                    }
                        .into_any()
                } else {
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-expanded=move || open.get().to_string()
                            on:click=move |_| open.update(|o| *o = !*o)
                        >
                            {move || text::import::give(&give)}
                        </button>
                    }
                        .into_any()
                }}
            </div>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Show when=move || open.get() && !out>{sides()}</Show>
        </li>
    }
}

/// An unfiled file against the open person, and the answers: the same as when it came.
fn sides(page: GuardPage, waiting: Waiting, decide: impl Fn(Decision) + Copy + Send + Sync + 'static) -> impl IntoView {
    let finding = page.finding;
    let open_name = page.person.as_ref().map(text::name);
    view! {
        <p>{move || heading(finding).1}</p>
        {(!page.facts.is_empty() && page.person.is_some()).then(|| view! { <Facts facts=page.facts /> })}
        <Answers
            open_name
            sure=finding == Finding::Match
            fresh=page.file.len() == 1 && finding != Finding::NoPerson
            single=finding != Finding::SeveralPeople
            waiting
            decide
        />
    }
}
