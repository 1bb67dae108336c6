//! The report of one import: what was understood, what was not, what it changed; for the person, and for the provider.

use leptos::prelude::*;

use super::{OpenRecord, save_original, sheet};
use crate::app::lent;
use crate::app::wire::{Failure, FileRow};
use crate::record::Hash;
use crate::ui::front::Front;
use crate::ui::part::{BackTo, Badge, Callout, DayText, Disclosure, Fact, Facts, PageHead, Tile, Tone, Trouble, load};
use crate::ui::place::Place;
use crate::ui::queue::Queue;
use crate::ui::text::{self, report as words};
use crate::view::report::{Brings, ImportReport, IssueGroup};

/// The page of one file.
#[component]
pub fn Report(
    /// SHA-256 of the file, hexadecimal.
    id: String,
) -> impl IntoView {
    let client = Front::get().client;
    let parcel = Hash::from_hex(&id);
    // A file that was taken out is in no record, and has no report until it is put back.
    let ask = move || async move {
        let parcel = parcel.ok_or(Failure::NotFound)?;
        match client.report(parcel).await {
            Ok(report) => Ok(Found::In(Box::new(report))),
            Err(Failure::NotFound) => {
                let rows = client.files().await?;
                rows.into_iter().find(|f| f.parcel == parcel && f.out).map(Found::Out).ok_or(Failure::NotFound)
            }
            Err(failure) => Err(failure),
        }
    };
    view! {
        <BackTo route=Place::Import text=text::import::title />
        <PageHead title=words::title lede=words::lede />
        {load(ask, |found: Found| match found {
            Found::In(report) => view! { <Sheet report=*report /> }.into_any(),
            Found::Out(row) => view! { <Out row /> }.into_any(),
        })}
    }
}

/// A file of this name, in the record or taken out of it.
#[derive(Clone)]
enum Found {
    In(Box<ImportReport>),
    Out(FileRow),
}

#[component]
fn Sheet(report: ImportReport) -> impl IntoView {
    let parcel = report.source.parcel;
    let kept = StoredValue::new(report.clone());
    let front = Front::get();
    let elsewhere =
        move || kept.with_value(|r| r.holder.is_some() && front.person_id.with(|open| *open != r.holder_id));
    let with = move || {
        let whose = kept.with_value(|r| r.holder.clone().map(|holder| (r.holder_id.clone(), text::name(&holder))));
        whose.filter(|_| elsewhere()).map(|(id, name)| {
            let told = name.clone();
            view! {
                <Callout tone=Tone::Warning title=move || words::with(&told)>
                    <OpenRecord id name />
                </Callout>
            }
        })
    };
    let lines = u64::from(report.all.new) + u64::from(report.all.known);
    let entries = u64::from(report.entries);
    view! {
        <div class="stack-loose">
            {with}
            {report.already_here.then(|| view! { <Callout title=words::already_here /> })}
            <Ledger shown=report.shown kept=report.kept not_understood=report.not_understood pieces=report.pieces />
            <section class="stack" aria-labelledby="changes">
                <h2 id="changes">{words::changes}</h2>
                <p>{move || words::entries_lines(&text::number(entries), &text::number(lines))}</p>
                <Changes report=report.clone() />
            </section>
            <section class="stack" aria-labelledby="about">
                <h2 id="about">{words::about}</h2>
                <About report=report.clone() />
            </section>
            <section class="stack" aria-labelledby="issues">
                <h2 id="issues">{words::issues}</h2>
                <Unread report=report.clone() />
                <Issues groups=report.issues.clone() />
            </section>
            <section class="stack" aria-labelledby="conformance">
                <h2 id="conformance">{words::conformance}</h2>
                <Checks report=report.clone() />
            </section>
            <section class="stack no-print" aria-labelledby="provider">
                <h2 id="provider">{words::for_provider}</h2>
                <p>{words::for_provider_then}</p>
                <Saving report=kept parcel />
            </section>
            {move || (!elsewhere()).then(|| view! { <TakeOut parcel /> })}
        </div>
    }
}

/// The proof that nothing was lost.
#[component]
fn Ledger(shown: u32, kept: u32, not_understood: u32, pieces: u32) -> impl IntoView {
    let line = |n: u32, name: fn() -> &'static str| {
        view! {
            <Fact name>
                <span class="figures">{text::number(n.into())}</span>
            </Fact>
        }
    };
    view! {
        <section class="stack" aria-labelledby="ledger">
            <h2 id="ledger">{words::ledger}</h2>
            <p>{words::ledger_then}</p>
            <Facts>
                {line(shown, words::shown)} {line(kept, words::kept)} {line(not_understood, words::not_understood)}
                {line(pieces, words::total)}
            </Facts>
        </section>
    }
}

/// What it changed, a section at a time.
#[component]
fn Changes(report: ImportReport) -> impl IntoView {
    let cell = |n: u32, label: fn() -> &'static str| {
        view! {
            <td class="number" data-label=label>
                {text::number(n.into())}
            </td>
        }
    };
    let cells = move |b: Brings| {
        (cell(b.new, words::new), cell(b.known, words::known), cell(b.disagreeing, words::disagreeing))
    };
    let lines = report
        .sections
        .iter()
        .map(|b| {
            let section = b.section;
            view! {
                <tr>
                    <th scope="row">
                        <a href=Place::Section(section).href()>{move || text::section(section)}</a>
                    </th>
                    {cells(b.brings)}
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{words::section}</th>
                    <th scope="col" class="number">{words::new}</th>
                    <th scope="col" class="number">{words::known}</th>
                    <th scope="col" class="number">{words::disagreeing}</th>
                </tr>
            </thead>
            <tbody>
                {lines} <tr>
                    <th scope="row">{words::all}</th>
                    {cells(report.all)}
                </tr>
            </tbody>
        </table>
        {(report.in_error > 0).then(|| view! { <p>{move || words::in_error(report.in_error.into())}</p> })}
    }
}

/// The file: whose, from where, what.
#[component]
fn About(report: ImportReport) -> impl IntoView {
    let people = report
        .people
        .iter()
        .map(|person| {
            let (name, born) = (person.clone(), person.clone());
            view! {
                <div class="row">
                    <Tile seed=person.tile />
                    <span>
                        <bdi class="strong">{move || text::name(&name)}</bdi>
                        <br />
                        {move || text::born_and_age(&born)}
                    </span>
                </div>
            }
        })
        .collect_view();
    // A file that names no sender is not from its own name.
    let source = Some(report.source.name.clone()).filter(|s| *s != report.file_name).unwrap_or_default();
    let bears = report.source.bears.clone();
    let bears = move || text::bears(&bears).map(|said| view! { <Callout tone=Tone::Warning title=said /> });
    view! {
        {bears}
        <Facts>
            <Fact name=words::whose>{people}</Fact>
            <Fact name=words::name>
                <bdi>{report.file_name}</bdi>
            </Fact>
            <Fact name=words::source>
                <bdi>{move || if source.is_empty() { text::terms::source_unnamed().to_owned() } else { source.clone() }}</bdi>
            </Fact>
            <Fact name=words::as_of>
                <DayText day=report.source.as_of />
            </Fact>
            <Fact name=words::imported>
                <DayText day=report.source.imported />
            </Fact>
            {(!report.via.is_empty())
                .then(|| {
                    let host = report.via.clone();
                    view! {
                        <Fact name=words::via>
                            <bdi>{move || words::via_link(&host)}</bdi>
                        </Fact>
                    }
                })}
            <Fact name=words::format>{report.format} " " {report.version}</Fact>
            <Fact name=words::size>{move || text::size(report.bytes)}</Fact>
            <Fact name=words::fingerprint>
                <span class="code small">{report.sha256}</span>
            </Fact>
        </Facts>
    }
}

/// The pieces that were not understood.
#[component]
fn Unread(report: ImportReport) -> impl IntoView {
    (!report.unread.is_empty()).then(|| {
        let lines = report
            .unread
            .into_iter()
            .map(|piece| {
                view! {
                    <li class="stack-tight">
                        <span class="strong">{piece.kind}</span>
                        {piece.reason.map(|code| view! { <span>{move || text::issue(code)}</span> })}
                        <span class="code small">{piece.at}</span>
                    </li>
                }
            })
            .collect_view();
        view! {
            <Disclosure summary=words::unread>
                <ul class="lines">{lines}</ul>
            </Disclosure>
        }
    })
}

/// What was odd, by kind.
#[component]
fn Issues(groups: Vec<IssueGroup>) -> impl IntoView {
    if groups.is_empty() {
        return view! { <p>{words::issues_none}</p> }.into_any();
    }
    let lines = groups
        .into_iter()
        .map(|group| {
            let tone = match group.severity {
                crate::record::Severity::Information => Tone::Note,
                crate::record::Severity::Warning => Tone::Warning,
                crate::record::Severity::Error => Tone::Danger,
            };
            let places = group
                .places
                .into_iter()
                .map(|place| {
                    view! {
                        <li>
                            <span class="code small">{place.at}</span>
                            {(!place.found.is_empty()).then(|| view! { " " <q><bdi>{place.found}</bdi></q> })}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <li class="stack-tight">
                    <p>
                        <Badge tone text=move || text::severity(group.severity) />
                        " "
                        {move || text::issue(group.code)}
                    </p>
                    <Disclosure summary=move || words::places(group.count.into())>
                        <ul>{places}</ul>
                    </Disclosure>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{lines}</ul> }.into_any()
}

/// Checks against the profiles that the file claims.
#[component]
fn Checks(report: ImportReport) -> impl IntoView {
    let (met, failed) = (report.checks_met, report.checks_failed);
    if met == 0 && failed.is_empty() {
        return view! { <p>{words::checks_none}</p> }.into_any();
    }
    let count = failed.len() as u64;
    let lines = failed
        .into_iter()
        .map(|check| {
            view! {
                <li class="stack-tight">
                    <span class="code">{check.check}</span>
                    <span class="code small soft">{check.profile}</span>
                    <span class="code small">{check.at}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <p>{move || words::checks_met(met.into())}</p>
        {(count > 0)
            .then(|| {
                view! {
                    <Disclosure summary=move || words::checks_failed(count)>
                        <ul class="lines">{lines}</ul>
                    </Disclosure>
                }
            })}
    }
    .into_any()
}

/// The report as a file of its own, and the original.
#[component]
fn Saving(report: StoredValue<ImportReport>, parcel: Hash) -> impl IntoView {
    let front = Front::get();
    let fault = RwSignal::new(None::<Failure>);
    let typed = report.with_value(|r| r.file_name.is_empty());
    let called = move || match typed {
        true => text::import::typed_by_hand().to_owned(),
        false => report.with_value(|r| r.file_name.clone()),
    };
    let name = move |ending: &str| format!("{}-report.{ending}", called());
    let html = move |_| {
        let text = report.with_value(sheet::html);
        fault.set(lent::save(&name("html"), "text/html", text.as_bytes()).err().map(|_| Failure::Unreadable));
    };
    let json = move |_| {
        leptos::task::spawn_local(async move {
            let answer = match front.client.report_json(parcel).await {
                Ok(text) => {
                    lent::save(&name("json"), "application/json", text.as_bytes()).map_err(|_| Failure::Unreadable)
                }
                Err(failure) => Err(failure),
            };
            fault.set(answer.err());
        });
    };
    let original = move |_| {
        leptos::task::spawn_local(async move { fault.set(save_original(front, parcel).await.err()) });
    };
    view! {
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
        <div class="row">
            <button type="button" class="button" on:click=html>{words::save_html}</button>
            <button type="button" class="button" on:click=json>{words::save_json}</button>
            <button type="button" class="button" on:click=original>
                {move || text::import::save_original(&called())}
            </button>
        </div>
    }
}

/// Takes the file out of the record; the way back stands in its place afterwards.
#[component]
fn TakeOut(parcel: Hash) -> impl IntoView {
    let (front, queue) = (Front::get(), Queue::get());
    let fault = RwSignal::new(None::<Failure>);
    let take = move |_| {
        leptos::task::spawn_local(async move {
            match front.client.take_out(parcel).await {
                Ok(()) => {
                    queue.out.update(|all| all.push(parcel));
                    front.refresh().await;
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <section class="stack no-print">
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <div class="row">
                <button type="button" class="button danger" on:click=take>{words::take_out}</button>
            </div>
        </section>
    }
}

/// A file that was just taken out: that it is, and the way back.
#[component]
fn Out(row: FileRow) -> impl IntoView {
    let (front, queue) = (Front::get(), Queue::get());
    let fault = RwSignal::new(None::<Failure>);
    let parcel = row.parcel;
    let name = if row.file_name.is_empty() { text::import::typed_of(&row.title) } else { row.file_name };
    let told = name.clone();
    front.say(words::took_out(&name));
    set_timeout(|| crate::ui::front::focus("taken-out"), core::time::Duration::from_millis(50));
    let put = move |_| {
        let name = name.clone();
        leptos::task::spawn_local(async move {
            match front.client.put_back(parcel).await {
                Ok(()) => {
                    queue.out.update(|all| all.retain(|p| *p != parcel));
                    front.say(text::import::back_again(&name));
                    front.refresh().await;
                    crate::ui::front::focus("main");
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <div id="taken-out" tabindex="-1">
            <Callout tone=Tone::Warning title=move || words::took_out(&told)>
                <p>{words::took_out_then}</p>
                <button type="button" class="button" on:click=put>{words::put_back}</button>
            </Callout>
        </div>
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
    }
}
