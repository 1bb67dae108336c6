//! The wrong-person guard: both sides, and an answer that nobody gives by accident.

use leptos::prelude::*;

use crate::app::lent;
use crate::app::wire::{Brought, Decision, Failure, FileRow, Waiting};
use crate::record::PartialDate;
use crate::ui::front::Front;
use crate::ui::links::Links;
use crate::ui::part::{Badge, Callout, Dialogue, Disclosure, Tick, Tile, Tone, Trouble, load};
use crate::ui::place::{Place, Route};
use crate::ui::queue::Queue;
use crate::ui::text::{self, guard as words, import as words_import};
use crate::view::guard::{Candidate, Compared, Fact, FactName, Finding, GuardPage, Reads};
use crate::view::people::Header;

/// The dialogue: stands over whatever page is open as soon as a file waits for an answer.
#[component]
pub fn Guard() -> impl IntoView {
    let queue = Queue::get();
    let open = queue.asking;
    let links = Links::get();
    let question = Memo::new(move |_| queue.question().map(Shown));
    let number = move || question.with_untracked(|q| q.as_ref().and_then(Shown::number));
    // A question opens the dialogue; "later", or closing it, puts that question off until the person asks for it.
    // While a Health Link is asked about, it waits: never two questions on top of each other.
    Effect::new(move || open.set(question.with(Option::is_some) && !links.open.get()));
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if let (Some(true), false, Some(number), false) = (before, now, number(), links.open.get_untracked()) {
            queue.put_off(number);
        }
        now
    });
    view! {
        <Dialogue open title=words::whose>
            {move || match question.get() {
                Some(Shown(Brought::Whose { question, file_names, .. })) => {
                    let answer = move |decision| async move {
                        queue.answer(question, decision).await?;
                        crate::ui::front::focus("queue");
                        Ok(())
                    };
                    let waiting = Waiting::Question(question);
                    view! {
                        <Names names=file_names />
                        <Question waiting answer />
                        <button type="button" class="button quiet" on:click=move |_| queue.put_off(question)>
                            {words::later}
                        </button>
                    }
                        .into_any()
                }
                _ => ().into_any(),
            }}
        </Dialogue>
    }
}

/// A question, the same as long as it is asked of the same files.
#[derive(Clone)]
struct Shown(Brought);

impl Shown {
    fn number(&self) -> Option<u32> {
        if let Brought::Whose { question, .. } = &self.0 { Some(*question) } else { None }
    }
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        let of = |s: &Shown| match &s.0 {
            Brought::Whose { question, parcels, .. } => Some((*question, parcels.clone())),
            _ => None,
        };
        of(self) == of(other)
    }
}

fn heading(finding: Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::FirstFile | Finding::Match => (words::first(), words::first_then()),
        Finding::Differs => (words::differs(), words::differs_then()),
        Finding::TooLittle => (words::too_little(), words::too_little_then()),
        Finding::NoPerson => (words::no_person(), words::no_person_then()),
        Finding::WordsAgree => (words::words_agree(), words::words_agree_then()),
        Finding::WordsDiffer => (words::differs(), words::words_differ_then()),
        Finding::SeveralPeople => (words::several(), words::several_then()),
    }
}

/// What can be chosen.
#[derive(Clone, PartialEq)]
enum Answer {
    Person(String),
    New,
    LeaveOut,
}

/// The file, everybody it may be about, and one answer: chosen, looked at, confirmed.
#[component]
fn Question<A, F>(
    /// The file that waits.
    waiting: Waiting,
    /// Gives the answer to the hall.
    answer: A,
) -> impl IntoView
where
    A: Fn(Decision) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<(), Failure>> + 'static,
{
    let client = Front::get().client;
    let chosen = RwSignal::new(None::<Answer>);
    let fault = RwSignal::new(None::<Failure>);
    let decide = move |decision: Decision| {
        leptos::task::spawn_local(async move {
            let answered = answer(decision).await;
            fault.try_set(answered.err());
        });
    };
    // Asked anew each time it is opened, for somebody may have been added since the file came; and once, for another file
    // that comes meanwhile must not take away what was ticked.
    let page = RwSignal::new(None::<Result<GuardPage, Failure>>);
    leptos::task::spawn_local(async move {
        let answer = client.compare(waiting, String::new()).await;
        page.try_set(Some(answer));
    });
    let sides = move || match page.get() {
        None => view! { <p role="status">{text::common::loading}</p> }.into_any(),
        Some(Ok(page)) => view! { <Sides page waiting chosen decide /> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
    };
    view! {
        {sides}
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
    }
}

#[component]
fn Sides(
    page: GuardPage,
    waiting: Waiting,
    chosen: RwSignal<Option<Answer>>,
    decide: impl Fn(Decision) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let finding = page.finding;
    let stop = matches!(finding, Finding::Differs | Finding::WordsDiffer | Finding::SeveralPeople);
    let single = finding != Finding::SeveralPeople;
    let fresh = page.file.len() == 1;
    let tone = if stop { Tone::Danger } else { Tone::Note };
    let candidates = if single { page.candidates } else { Vec::new() };
    let of = candidates.clone();
    let options = candidates.into_iter().map(|candidate| view! { <Somebody candidate chosen /> }).collect_view();
    let other = move |value: Answer, label: text::Message| view! { <Pick value chosen>{label}</Pick> };
    view! {
        <Callout tone title=move || heading(finding).0>
            <p>{move || heading(finding).1}</p>
        </Callout>
        {page.file.into_iter().map(|person| view! { <Who person /> }).collect_view()}
        {page.reads.map(|reads| view! { <Words reads waiting /> })}
        <fieldset class="choice">
            <legend>{words::whose}</legend>
            {options}
            {(single && fresh).then(|| other(Answer::New, words::is_new))}
            {other(Answer::LeaveOut, words::leave_out)}
        </fieldset>
        {(single && !fresh).then(|| view! { <SomebodyElse /> })}
        {move || match chosen.get() {
            Some(Answer::Person(id)) => {
                let found = of.iter().find(|c| c.id == id).cloned();
                found.map(|candidate| view! { <Held candidate waiting decide /> }).into_any()
            }
            Some(Answer::New) => {
                confirm(words::confirm_new, false, move || decide(Decision::NewPerson)).into_any()
            }
            Some(Answer::LeaveOut) => {
                confirm(words::leave_out, true, move || decide(Decision::LeaveOut)).into_any()
            }
            None => ().into_any(),
        }}
    }
}

fn confirm(label: text::Message, danger: bool, press: impl Fn() + 'static) -> impl IntoView {
    view! {
        <button type="button" class="button" class:primary=!danger class:danger=danger on:click=move |_| press()>
            {label}
        </button>
    }
}

/// One answer of several.
#[component]
fn Pick(value: Answer, chosen: RwSignal<Option<Answer>>, children: Children) -> impl IntoView {
    let (same, given) = (value.clone(), value);
    view! {
        <label class="option">
            <input
                type="radio"
                name="whose"
                prop:checked=move || chosen.with(|c| c.as_ref() == Some(&same))
                on:change=move |_| chosen.set(Some(given.clone()))
            />
            <span>{children()}</span>
        </label>
    }
}

/// Somebody who is here, and how the file fits them.
#[component]
fn Somebody(candidate: Candidate, chosen: RwSignal<Option<Answer>>) -> impl IntoView {
    let Candidate { id, person, open, finding, quotes, birth } = candidate;
    let (name, born) = (person.clone(), person.clone());
    let fits = move || match finding {
        Finding::Match => Some(words::agrees()),
        Finding::Differs | Finding::WordsDiffer => Some(words::speaks_against()),
        _ => None,
    };
    let said = move || {
        let birth = birth.as_ref().map(text::day);
        let all: Vec<String> = quotes.iter().cloned().chain(birth).collect();
        (!all.is_empty()).then(|| words::quotes(&all.join(" · ")))
    };
    view! {
        <Pick value=Answer::Person(id) chosen>
            <Tile seed=person.tile />
            " "
            <bdi class="strong">{move || words::is_this(&text::name(&name))}</bdi>
            " "
            {open.then(|| view! { <Badge text=text::people::open_now /> })}
            <br />
            <span class="soft">{move || text::born_and_age(&born)}</span>
            {move || fits().map(|fits| view! { <br /> {fits} })}
            {move || said().map(|said| view! { <br /> <bdi>{said}</bdi> })}
        </Pick>
    }
}

/// Nobody here: then they are added first, and the question waits.
#[component]
fn SomebodyElse() -> impl IntoView {
    let queue = Queue::get();
    let href = Route::from(Place::People).with("add", "self").href();
    view! {
        <p>
            <a href=href on:click=move |_| queue.asking.set(false)>
                {words::somebody_else}
            </a>
        </p>
    }
}

/// The words of a file that has no field for its patient, and the file itself.
#[component]
fn Words(reads: Reads, waiting: Waiting) -> impl IntoView {
    let client = Front::get().client;
    let fault = RwSignal::new(None::<Failure>);
    let shown = RwSignal::new(None::<String>);
    let picture = !reads.picture.is_empty();
    let kind = StoredValue::new(reads.picture);
    let look = move |_| {
        leptos::task::spawn_local(async move {
            match client.waiting(waiting).await {
                Ok((name, bytes)) => {
                    let kind = kind.try_get_value().filter(|_| picture);
                    let blob = lent::blob(kind.as_deref().unwrap_or("application/octet-stream"), &bytes);
                    let done = blob.and_then(|blob| match picture {
                        true => {
                            web_sys::Url::create_object_url_with_blob(&blob).map(|url| drop(shown.try_set(Some(url))))
                        }
                        false => lent::save_blob(&name, &blob),
                    });
                    fault.try_set(done.err().map(|_| Failure::Unreadable));
                }
                Err(failure) => drop(fault.try_set(Some(failure))),
            }
        });
    };
    on_cleanup(move || {
        if let Some(Some(url)) = shown.try_get_untracked() {
            _ = web_sys::Url::revoke_object_url(&url);
        }
    });
    let births = move || {
        let all: Vec<String> = reads.births.iter().map(text::day).collect();
        (!all.is_empty()).then(|| words::says_born(&all.join(" · ")))
    };
    let begins = match reads.opening.is_empty() {
        true => view! { <p>{words::no_words}</p> }.into_any(),
        false => view! {
            <p class="strong">{words::opening}</p>
            <blockquote class="original" tabindex="0">
                <bdi>{reads.opening}</bdi>
            </blockquote>
        }
        .into_any(),
    };
    let rest = (!reads.rest.is_empty()).then(|| {
        view! {
            <Disclosure summary=words::rest>
                <blockquote class="original" tabindex="0">
                    <bdi>{reads.rest}</bdi>
                </blockquote>
                {reads.more.then(|| view! { <p>{words::more}</p> })}
            </Disclosure>
        }
    });
    view! {
        <div class="stack-tight">
            {move || births().map(|said| view! { <p class="strong">{said}</p> })} {begins} {rest}
            {move || shown.get().map(|url| view! { <img class="waiting-picture" src=url alt="" /> })}
            <p>
                <button type="button" class="button quiet" on:click=look>
                    {move || if picture { words::look_picture() } else { words::look() }}
                </button>
            </p>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
        </div>
    }
}

/// The file against the person who was chosen, fact by fact, and the answer.
#[component]
fn Held(
    candidate: Candidate,
    waiting: Waiting,
    decide: impl Fn(Decision) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let client = Front::get().client;
    let name = text::name(&candidate.person);
    let id = candidate.id;
    let sure = matches!(candidate.finding, Finding::FirstFile | Finding::Match | Finding::WordsAgree);
    let looked = RwSignal::new(sure);
    let (label, whose, whom) = (name.clone(), name.clone(), id.clone());
    let facts = load(
        move || client.compare(waiting, whom.clone()),
        move |page: GuardPage| {
            let name = whose.clone();
            (!page.facts.is_empty()).then(|| view! { <Facts facts=page.facts name /> })
        },
    );
    view! {
        {facts}
        {(!sure)
            .then(|| {
                view! { <Tick label=move || words::is_this_sure(&label) on=looked turn=move |on| looked.set(on) /> }
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
        <p>
            {words::the_file} ": "
            <bdi class="strong">{move || text::name(&name)}</bdi>
            <br />
            {move || text::born_and_age(&born)}
            {person.nhs_number.map(|n| view! { <br /> <span class="figures">{text::terms::fact_nhs_number} " " {n.text}</span> })}
        </p>
    }
}

/// Fact by fact, file against record.
#[component]
fn Facts(
    facts: Vec<Fact>,
    /// In whose record the other side stands.
    name: String,
) -> impl IntoView {
    let name = StoredValue::new(name);
    let the_record = move || name.with_value(|name| words::the_record_of(name));
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
                    <td data-label=the_record>
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
                    <th scope="col">{the_record}</th>
                    <td></td>
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
    }
}

/// A file that was put aside: it can be given to somebody later.
#[component]
pub fn UnfiledLine(file: FileRow) -> impl IntoView {
    let front = Front::get();
    let queue = Queue::get();
    let open = RwSignal::new(false);
    let (name, parcel) = (file.file_name.clone(), file.parcel);
    let (give, back, leave) = (name.clone(), name.clone(), name.clone());
    let back_name = StoredValue::new(name.clone());
    let fault = RwSignal::new(None::<Failure>);
    let answer = move |decision: Decision| async move {
        let filed = front.client.file_unfiled(parcel, decision).await?;
        front.say(told(&filed.brought));
        // The record stands open before anything leads there.
        front.refresh().await;
        queue.last_filed.set(matches!(filed.brought, Brought::In(_)).then(|| filed.brought.clone()));
        queue.filed(parcel, filed);
        crate::ui::front::focus("unfiled-told");
        Ok(())
    };
    let leave_out = move |_| {
        leptos::task::spawn_local(async move { drop(fault.try_set(answer(Decision::LeaveOut).await.err())) });
    };
    let put_back = move |_| {
        let name = back_name.get_value();
        leptos::task::spawn_local(async move {
            match front.client.put_back(parcel).await {
                Ok(()) => {
                    front.say(words_import::waits_again(&name));
                    queue.put_back(parcel, name);
                    front.refresh().await;
                    crate::ui::front::focus("unfiled-told");
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let waiting = Waiting::Unfiled(parcel);
    let archive = file.archive;
    let act = match (file.out, archive) {
        (true, _) => view! {
            <button type="button" class="button" on:click=put_back>
                {move || words_import::put_back(&back)}
            </button>
        }
        .into_any(),
        (false, true) => view! {
            <button type="button" class="button quiet" on:click=leave_out>
                {move || words_import::leave_out(&leave)}
            </button>
        }
        .into_any(),
        (false, false) => view! {
            <button
                type="button"
                class="button"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|o| *o = !*o)
            >
                {move || words_import::give(&give)}
            </button>
        }
        .into_any(),
    };
    let out = file.out;
    view! {
        <li class="stack-tight">
            <bdi class="strong">{name}</bdi>
            {(!archive).then(|| file.people.into_iter().map(|person| view! { <Who person /> }).collect_view())}
            {(archive && !out).then(|| view! { <p>{words_import::packed_aside}</p> })}
            {out.then(|| view! { <p>{words_import::left_out_row}</p> })}
            <div class="row">{act}</div>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Show when=move || open.get() && !out>
                <Question waiting answer />
            </Show>
        </li>
    }
}

/// What became of a file, to be said aloud.
fn told(brought: &Brought) -> String {
    match brought {
        Brought::In(report) => {
            let name = report.holder.as_ref().map(text::name).unwrap_or_default();
            words_import::now_in(&report.file_name, &name)
        }
        Brought::LeftOut { .. } => words_import::left_out_row().to_owned(),
        _ => words_import::unfiled_now().to_owned(),
    }
}
