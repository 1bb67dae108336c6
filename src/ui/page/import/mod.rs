//! Bring in files: drop, choose or paste; the queue; the files of the record.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, File, FileList};

use crate::app::wire::{Brought, Failure, FileRow, Progress};
use crate::record::Hash;
use crate::ui::front::Front;
use crate::ui::page::scan::is_card;
use crate::ui::part::{Badge, Callout, Describe, Disclosure, Empty, PageHead, Progress as Bar, Tone, Trouble, load};
use crate::ui::place::{Place, Writing};
use crate::ui::queue::{Job, Queue, State, is_link};
use crate::ui::text::{self, describe, import as words};
use crate::view::report::ImportReport;

mod guard;
mod how;
mod link;
mod report;
mod sheet;

pub use guard::Guard;
pub use how::HowTo;
pub use link::LinkWindow;
pub use report::Report;

/// The page.
#[component]
pub fn Import() -> impl IntoView {
    let front = Front::get();
    let queue = Queue::get();
    let paste = window_event_listener(ev::paste, move |event| {
        let clipboard = event.clipboard_data();
        let mut files = clipboard.as_ref().map(dropped).unwrap_or_default();
        // A card's text, copied from elsewhere, is as good as its file. Any other text is not taken for one.
        let text = clipboard.and_then(|c| c.get_data("text/plain").ok()).unwrap_or_default();
        // What is pasted into a field is that field's.
        if files.is_empty() && is_link(&text) && !into_field(&event) {
            event.prevent_default();
            queue.offer_link(text);
            return;
        }
        if files.is_empty() && is_card(&text) {
            let text = js_sys::Array::of1(&text.into());
            files.extend(File::new_with_str_sequence(&text, "card.txt").ok());
        }
        if !files.is_empty() {
            event.prevent_default();
            queue.add(files);
        }
    });
    on_cleanup(move || paste.remove());
    view! {
        <PageHead title=words::title lede=words::lede />
        <div class="stack-loose">
            <DropZone />
            <link::PasteLink />
            <Show when=move || queue.jobs.with(|j| !j.is_empty())>
                <section class="stack" aria-labelledby="queue">
                    <h2 id="queue" tabindex="-1">{words::queue}</h2>
                    <ul class="lines">
                        <For each=move || queue.jobs.get() key=|job| job.id let:job>
                            <JobLine id=job.id name=job.name.clone() bytes=job.bytes />
                        </For>
                    </ul>
                </section>
            </Show>
            <section class="stack" aria-labelledby="type-in">
                <h2 id="type-in">{words::type_in}</h2>
                <div class="row">
                    <a class="button" href=Place::Write(Writing::Allergy).href()>{words::add_allergy}</a>
                    <a class="button" href=Place::Write(Writing::Medicine).href()>{words::add_medicine}</a>
                    <a class="button" href=Place::Write(Writing::Problem).href()>{words::add_problem}</a>
                </div>
            </section>
            <Show when=move || front.is_open()>
                <Files />
            </Show>
        </div>
    }
}

/// Where files are dropped or chosen.
#[component]
fn DropZone() -> impl IntoView {
    let queue = Queue::get();
    let over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    // On a phone the list stands below what is seen: here it is said that something happens.
    let going = Memo::new(move |_| {
        let busy = |j: &&Job| matches!(j.state, State::Waiting | State::Reading(_) | State::Keeping);
        queue.jobs.with(|jobs| jobs.iter().filter(busy).count() as u64)
    });
    let going = move || going.get();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        queue.add(input.files().map(|f| list(&f)).unwrap_or_default());
        // So that the same file can be chosen again.
        input.set_value("");
    };
    view! {
        <div
            class="drop"
            class:over=move || over.get()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                over.set(false);
                let data = event.data_transfer();
                let files = data.as_ref().map(dropped).unwrap_or_default();
                let text = data.and_then(|d| d.get_data("text/plain").ok()).unwrap_or_default();
                if files.is_empty() && is_link(&text) {
                    queue.offer_link(text);
                }
                queue.add(files);
            }
        >
            <p class="strong" aria-hidden="true">{words::drop}</p>
            <label class="button primary" for="files">{words::choose}</label>
            <input class="unseen" id="files" type="file" multiple=true node_ref=input on:change=chosen aria-describedby="files-hint" />
            <p class="hint" id="files-hint">{words::drop_hint}</p>
            <p class="strong" role="status">{move || (going() > 0).then(|| words::on_their_way(going()))}</p>
            <a href=Place::HowTo.href()>{words::how}</a>
        </div>
    }
}

/// True if something was pasted where a person types.
fn into_field(event: &ClipboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|t| matches!(t.tag_name().as_str(), "INPUT" | "TEXTAREA"))
}

fn dropped(data: &DataTransfer) -> Vec<File> {
    data.files().map(|f| list(&f)).unwrap_or_default()
}

fn list(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|i| files.get(i)).collect()
}

/// One file of the queue.
#[component]
fn JobLine(id: u32, name: String, bytes: u64) -> impl IntoView {
    let queue = Queue::get();
    // A change of another file draws nothing of this one anew.
    let job = Memo::new(move |_| queue.jobs.with(|jobs| jobs.iter().find(|j| j.id == id).cloned()));
    let front = Front::get();
    // The bar stays the same element while it moves. A report can be long: it is looked at, not copied.
    let progress = Memo::new(move |_| {
        job.with(|job| match job {
            Some(Job { state: State::Reading(progress), .. }) => Some(*progress),
            _ => None,
        })
    });
    let (stop, off) = (StoredValue::new(name.clone()), StoredValue::new(name.clone()));
    let reading = Memo::new(move |_| progress.with(Option::is_some));
    let rest = Memo::new(move |_| {
        job.with(|job| match job.as_ref().map(|j| &j.state) {
            Some(State::Waiting) => 0_u8,
            Some(State::Reading(_)) | None => 1,
            Some(State::Read(_) | State::With(_)) => 2,
            Some(State::Failed(_)) => 3,
            Some(State::Keeping) => 4,
        })
    });
    view! {
        <li class="stack-tight">
            <p>
                <bdi class="strong">{name}</bdi>
                " "
                <span class="soft">{move || text::size(bytes)}</span>
            </p>
            <Show when=move || reading.get()>
                <Bar
                    label=move || phase(progress.get())
                    done=Signal::derive(move || progress.get().map_or((0, 0), |p| (p.bytes, p.total)))
                />
            </Show>
            {move || match job.get().map(|j| (j.state, j.coded)) {
                Some((State::Waiting, _)) => view! { <p class="soft">{words::waiting}</p> }.into_any(),
                Some((State::Read(all), coded)) => {
                    view! {
                        {coded.then(|| view! { <p>{words::code_read}</p> })}
                        <Outcomes all />
                    }
                        .into_any()
                }
                Some((State::With(other), _)) => view! { <p>{move || words::with_picture(&other)}</p> }.into_any(),
                // How long it takes can't be told, only that it goes on.
                Some((State::Keeping, _)) => view! {
                    <Bar
                        label=move || if front.is_unkept() { words::looking() } else { words::keeping() }
                        done=Signal::derive(|| (0, 0))
                    />
                }
                .into_any(),
                Some((State::Failed(fault), _)) => view! { <Trouble fault /> }.into_any(),
                Some((State::Reading(_), _)) | None => ().into_any(),
            }}
            <div class="row">
                <Show when=move || matches!(rest.get(), 2 | 3)>
                    <button type="button" class="button quiet" on:click=move |_| queue.clear(id)>
                        {move || words::clear(&off.get_value())}
                    </button>
                </Show>
                <Show when=move || rest.get() < 2>
                    <button type="button" class="button" on:click=move |_| queue.cancel(id)>
                        {move || words::cancel(&stop.get_value())}
                    </button>
                </Show>
            </div>
        </li>
    }
}

fn phase(progress: Option<Progress>) -> String {
    let progress = progress.unwrap_or_default();
    let phase = match progress.phase {
        0 => words::opening(),
        1 => words::finding(),
        2 => words::reading(),
        _ => words::words(),
    };
    match progress.file {
        (0, _) => phase.to_owned(),
        (file, of) => words::file_of(&text::number(file.into()), &text::number(of.into()), phase),
    }
}

/// The example person's file: made up from beginning to end.
pub fn example() -> Option<File> {
    let bytes = js_sys::Uint8Array::from(include_bytes!("example.json").as_slice());
    File::new_with_u8_array_sequence(&js_sys::Array::of1(&bytes), words::example_name()).ok()
}

/// How many files of an archive are listed before the list is folded.
const OPEN: usize = 12;

/// What became of one file, or of each file of an archive.
#[component]
fn Outcomes(all: Vec<Brought>) -> impl IntoView {
    if all.len() <= 1 {
        return all.into_iter().map(|brought| view! { <Outcome brought /> }).collect_view().into_any();
    }
    let of = |is: fn(&Brought) -> bool| all.iter().filter(|b| is(b)).count() as u64;
    let inside = of(|b| matches!(b, Brought::In(_)));
    let refused = of(|b| matches!(b, Brought::Refused { .. }));
    let sum = move || match refused {
        0 => words::files_in(inside),
        _ => format!("{} · {}", words::files_in(inside), words::files_refused(refused)),
    };
    // What waits for an answer stands above everything.
    let (asked, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|b| matches!(b, Brought::Whose { .. }));
    let asked = asked
        .into_iter()
        .map(|brought| {
            let names = match &brought {
                Brought::Whose { file_names, .. } => file_names.join(", "),
                _ => String::new(),
            };
            view! {
                <bdi class="strong">{names}</bdi>
                <Outcome brought />
            }
        })
        .collect_view();
    let many = rest.len() > OPEN;
    let lines = rest
        .into_iter()
        .map(|brought| {
            let name = match &brought {
                Brought::In(report) => report.file_name.clone(),
                Brought::Unfiled { file_name, .. }
                | Brought::LeftOut { file_name, .. }
                | Brought::Refused { file_name, .. } => file_name.clone(),
                Brought::Whose { .. } => String::new(),
            };
            view! {
                <li class="stack-tight">
                    <bdi class="strong">{name}</bdi>
                    <Outcome brought />
                </li>
            }
        })
        .collect_view();
    let list = view! { <ul class="lines">{lines}</ul> };
    let list = match many {
        true => view! { <Disclosure summary=words::each_file>{list}</Disclosure> }.into_any(),
        false => list.into_any(),
    };
    view! {
        <p>{sum}</p>
        {asked}
        {list}
    }
    .into_any()
}

/// What became of one file.
#[component]
fn Outcome(brought: Brought) -> impl IntoView {
    let front = Front::get();
    let queue = Queue::get();
    match brought {
        Brought::In(report) => {
            let href = Place::Report(report.sha256.clone()).href();
            let parcel = report.source.parcel;
            let whose = StoredValue::new((report.holder_id.clone(), report.holder.clone()));
            // Whichever record is open by now: nobody looks for it in another's.
            let elsewhere = Memo::new(move |_| {
                whose.with_value(|(id, holder)| holder.clone().filter(|holder| front.is_elsewhere(id, holder)))
            });
            let out = Memo::new(move |_| queue.out.with(|all| all.contains(&parcel)));
            let document = report.document && !report.already_here;
            let sum = StoredValue::new(*report);
            view! {
                <p>{move || sum.with_value(summing_up)}</p>
                <Show when=move || out.get()>
                    <p class="strong">{words::taken_out}</p>
                </Show>
                {move || elsewhere.get().map(|holder| view! { <p class="strong">{words::in_record_of(&text::name(&holder))}</p> })}
                <div class="row">
                    {move || match elsewhere.get() {
                        Some(holder) => {
                            let id = whose.with_value(|(id, _)| id.clone());
                            view! { <OpenRecord id name=text::name(&holder) /> }.into_any()
                        }
                        None => {
                            view! { <a class="button" href=Place::Summary.href()>{words::see_record}</a> }.into_any()
                        }
                    }}
                    <Show when=move || !out.get()>
                        <a class="button quiet" href=href.clone()>{words::see_report}</a>
                    </Show>
                </div>
                {move || (document && elsewhere.get().is_none() && !out.get()).then(|| view! { <Asked parcel /> })}
            }
            .into_any()
        }
        Brought::Whose { question, .. } => view! {
            <Callout tone=Tone::Warning title=words::whose_waits>
                <button type="button" class="button" on:click=move |_| queue.ask(question)>{words::answer}</button>
            </Callout>
        }
        .into_any(),
        Brought::Unfiled { .. } => view! { <p>{words::unfiled_now}</p> }.into_any(),
        Brought::LeftOut { .. } => {
            let told = move || if front.is_unkept() { words::left_out() } else { words::left_out_kept() };
            view! { <p>{told}</p> }.into_any()
        }
        Brought::Refused { failure, .. } => view! { <Trouble fault=failure /> }.into_any(),
    }
}

/// Opens the record of somebody else, said by name.
#[component]
pub fn OpenRecord(
    /// Names them in this vault.
    id: String,
    /// Their name.
    name: String,
) -> impl IntoView {
    let front = Front::get();
    let fault = RwSignal::new(None::<Failure>);
    let said = name.clone();
    let open = move |_| {
        let (id, whose) = (id.clone(), said.clone());
        leptos::task::spawn_local(async move {
            match front.client.choose_person(id).await {
                Ok(()) => {
                    front.say(text::people::opened(&whose));
                    front.refresh().await;
                    front.go(Place::Summary);
                }
                Err(failure) => drop(fault.try_set(Some(failure))),
            }
        });
    };
    view! {
        <button type="button" class="button" on:click=open>
            {move || words::open_record(&name)}
        </button>
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
    }
}

/// What a document that came in is: asked of the person, of one document at a time.
#[component]
fn Asked(parcel: Hash) -> impl IntoView {
    let (queue, front) = (Queue::get(), Front::get());
    queue.ask_about(parcel);
    let before = queue.said.with_untracked(|all| all.iter().find(|(of, _)| *of == parcel).map(|(_, said)| *said));
    let said = RwSignal::new(before);
    let (skipped, undone) = (RwSignal::new(false), RwSignal::new(false));
    let fault = RwSignal::new(None::<Failure>);
    let done = Callback::new(move |kept: Option<Hash>| {
        said.set(kept);
        skipped.set(kept.is_none());
        queue.said.update(|all| {
            all.retain(|(of, _)| *of != parcel);
            all.extend(kept.map(|kept| (parcel, kept)));
        });
        queue.told_about(parcel);
        // The form is gone: whoever types goes on where it stood.
        focus_soon("described");
    });
    let undo = move |hash: Hash| {
        leptos::task::spawn_local(async move {
            match front.client.take_out(hash).await {
                Ok(()) => {
                    said.set(None);
                    queue.said.update(|all| all.retain(|(of, _)| *of != parcel));
                    undone.set(true);
                    front.refresh().await;
                    focus_soon("described");
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let again = move |_| {
        skipped.set(false);
        undone.set(false);
        queue.ask_first(parcel);
    };
    let mine = Memo::new(move |_| queue.describing.with(|all| all.first() == Some(&parcel)));
    let waits = Memo::new(move |_| queue.describing.with(|all| all.contains(&parcel)));
    move || {
        if mine.get() {
            return view! {
                <section class="card stack-tight" aria-labelledby="describe">
                    <h3 id="describe">{describe::heading}</h3>
                    <Describe parcel at=String::new() done />
                </section>
            }
            .into_any();
        }
        if waits.get() {
            return view! { <p class="soft">{words::waiting}</p> }.into_any();
        }
        let kept = said.get().map(|hash| {
            view! {
                <span>{describe::said}</span>
                <button type="button" class="button quiet" on:click=move |_| undo(hash)>{describe::undo}</button>
            }
        });
        let open = said.with(Option::is_some);
        view! {
            {fault.get().map(|fault| view! { <Trouble fault /> })}
            {undone.get().then(|| view! { <p role="status">{describe::undone}</p> })}
            {skipped.get().then(|| view! { <p class="soft">{describe::skipped}</p> })}
            <p class="row" id="described" tabindex="-1">
                {kept}
                <button type="button" class="button quiet" on:click=again>
                    {if open { describe::change } else { describe::ask }}
                </button>
            </p>
        }
        .into_any()
    }
}

/// Gives the focus once the page is drawn anew.
fn focus_soon(id: &'static str) {
    set_timeout(move || crate::ui::front::focus(id), core::time::Duration::from_millis(50));
}

/// "2,921 entries · 2,493 new lines of the record · 3 lines were known already · 1 part was not understood".
fn summing_up(report: &ImportReport) -> String {
    let front = Front::get();
    let elsewhere = |holder: &&crate::view::people::Header| front.is_elsewhere(&report.holder_id, holder);
    if let Some(holder) = report.holder.as_ref().filter(|_| report.already_here).filter(elsewhere) {
        return words::already_with(&text::name(holder));
    }
    if report.already_here {
        return words::already_here().to_owned();
    }
    let mut parts = vec![words::entries(report.entries.into()), words::lines_new(report.all.new.into())];
    if report.all.known > 0 {
        parts.push(words::known(report.all.known.into()));
    }
    if report.all.disagreeing > 0 {
        parts.push(words::disagreeing(report.all.disagreeing.into()));
    }
    if report.not_understood > 0 {
        parts.push(words::not_understood(report.not_understood.into()));
    }
    let shared = report.entries > report.all.new.saturating_add(report.all.known);
    let more = if shared { format!(". {}", words::shared_lines()) } else { String::new() };
    format!("{}{more}", parts.join(" · "))
}

/// The files of the open record, and those put aside.
#[component]
fn Files() -> impl IntoView {
    let (front, queue) = (Front::get(), Queue::get());
    let client = front.client;
    let filed = move || queue.last_filed.get().map(|brought| view! { <Outcome brought /> });
    view! {
        <div id="unfiled-told" class="stack-tight" tabindex="-1">{filed}</div>
        <section class="stack" aria-labelledby="files-here">
            <h2 id="files-here" tabindex="-1">{words::files}</h2>
            {load(
                move || client.files(),
                |files: Vec<FileRow>| {
                    if files.is_empty() {
                        view! {
                            <Empty title=words::no_files>
                                <p>{words::no_files_then}</p>
                            </Empty>
                        }
                            .into_any()
                    } else {
                        view! { <ul class="lines">{files.into_iter().map(|f| view! { <FileLine file=f /> }).collect_view()}</ul> }
                            .into_any()
                    }
                },
            )}
        </section>
        {load(
            move || client.unfiled(),
            move |files: Vec<FileRow>| {
                // What is asked above is not asked a second time.
                let asked = queue.asked();
                let files: Vec<FileRow> = files.into_iter().filter(|f| !asked.contains(&f.parcel)).collect();
                (!files.is_empty())
                    .then(|| {
                        view! {
                            <section class="stack" aria-labelledby="unfiled">
                                <h2 id="unfiled">{words::unfiled}</h2>
                                <p>{words::unfiled_hint}</p>
                                <ul class="lines">
                                    {files.into_iter().map(|f| view! { <guard::UnfiledLine file=f /> }).collect_view()}
                                </ul>
                            </section>
                        }
                    })
            },
        )}
    }
}

/// One file of the record.
#[component]
fn FileLine(file: FileRow) -> impl IntoView {
    let (front, queue) = (Front::get(), Queue::get());
    let typed = file.file_name.is_empty();
    let name = StoredValue::new(if typed { file.title.clone() } else { file.file_name.clone() });
    let name = move || match name.get_value() {
        title if typed && title.is_empty() => words::typed_by_hand().to_owned(),
        title if typed => words::typed_of(&title),
        name => name,
    };
    let fault = RwSignal::new(None);
    let parcel = file.parcel;
    let save = move |_| {
        leptos::task::spawn_local(async move {
            fault.set(save_original(front, parcel).await.err());
        });
    };
    let put_back = move |_| {
        leptos::task::spawn_local(async move {
            match front.client.put_back(parcel).await {
                Ok(()) => {
                    queue.out.update(|all| all.retain(|p| *p != parcel));
                    front.say(words::back_again(&name()));
                    front.refresh().await;
                    crate::ui::front::focus("files-here");
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    let facts = file.clone();
    let head = match file.out {
        // What is out has no report: it is part of no record.
        true => view! { <bdi class="strong">{name}</bdi> }.into_any(),
        false => view! {
            <a class="strong" href=Place::Report(parcel.hex()).href()>
                <bdi>{name}</bdi>
            </a>
        }
        .into_any(),
    };
    let act = match (file.out, typed) {
        (true, _) => view! {
            <div class="row">
                <button type="button" class="button" on:click=put_back>{move || words::put_back(&name())}</button>
            </div>
        }
        .into_any(),
        (false, true) => ().into_any(),
        (false, false) => view! {
            <div class="row">
                <button type="button" class="button quiet" on:click=save>{move || words::save_original(&name())}</button>
            </div>
        }
        .into_any(),
    };
    view! {
        <li class="stack-tight">
            {head}
            <p class="soft">{move || told(&facts)}</p>
            {file.damaged.then(|| view! { <Badge text=words::damaged tone=Tone::Danger /> })}
            {file
                .out
                .then(|| {
                    view! {
                        <p>
                            <Badge text=words::out tone=Tone::Warning />
                            " "
                            {words::out_row}
                        </p>
                    }
                })}
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            {act}
        </li>
    }
}

/// Where a file is from, what it is, when it came.
fn told(file: &FileRow) -> String {
    let mut parts = Vec::new();
    if file.file_name.is_empty() {
        // Typed by hand: how it is kept says nothing to whoever typed it.
        parts.extend(file.imported.as_ref().map(|day| words::typed_on(&text::day(day))));
        return parts.join(" · ");
    }
    // A packed file has no sender of its own, and a file that gives none is not from its own name.
    if !file.source.is_empty() && file.source != file.file_name && !file.archive {
        parts.push(text::source(&file.source));
    }
    if !file.format.is_empty() {
        parts.push(file.format.clone());
    }
    if file.bytes > 0 {
        parts.push(text::size(file.bytes));
    }
    if file.archive {
        parts.push(words::packed().to_owned());
    } else {
        parts.push(words::entries(file.entries.into()));
    }
    if file.not_understood > 0 {
        parts.push(words::not_understood(file.not_understood.into()));
    }
    if let Some(day) = &file.imported {
        parts.push(words::imported(&text::day(day)));
    }
    parts.join(" · ")
}

/// Hands the original, byte for byte, to the browser to save.
pub async fn save_original(front: Front, parcel: crate::record::Hash) -> Result<(), crate::app::wire::Failure> {
    let (name, bytes) = front.client.original(parcel).await?;
    let saved = crate::app::lent::blob("application/octet-stream", &bytes)
        .and_then(|blob| crate::app::lent::save_blob(&name, &blob));
    saved.map_err(|_| crate::app::wire::Failure::Unreadable)?;
    front.say(words::saved(&name));
    Ok(())
}
