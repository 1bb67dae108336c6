//! Letters, reports and scans: seen, saved, and their text read.

use leptos::{ev, prelude::*};
use web_sys::Url;

use super::sift::{Grain, sifted};
use crate::app::lent as device;
use crate::app::wire::Failure;
use crate::record::{Hash, Section};
use crate::ui::front::Front;
use crate::ui::part::{BackTo, Disclosure, PageHead, Trouble, above, absences, line, line::bdi, load};
use crate::ui::place::Place;
use crate::ui::text::{self, documents as words};
use crate::view::documents::{Document, DocumentRow, Documents, FileKind, Look};
use crate::view::entry::Label;

/// The page of all documents.
#[component]
pub fn DocumentsPage() -> impl IntoView {
    let front = Front::get();
    view! {
        <BackTo route=Place::Summary />
        <PageHead
            title=move || text::section(Section::Documents)
            lede=move || text::lede(Section::Documents, !front.cared_for.get())
        />
        {load(move || front.client.documents(), draw)}
    }
}

fn draw(page: Documents) -> AnyView {
    let grains = page.documents.iter().map(grain).collect();
    let documents = page.documents.clone();
    let list = (!page.documents.is_empty()).then(|| {
        sifted(grains, text::section::sift_hint_letters, move |keep| {
            let rows: Vec<_> =
                documents.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, d)| document(d)).collect();
            view! { <ul class="lines">{rows}</ul> }.into_any()
        })
    });
    let cut = (page.documents.len() < page.total as usize).then(|| {
        let (shown, total) = (text::number(page.documents.len() as u64), text::number(page.total.into()));
        view! { <p class="soft">{text::common::showing_of(&shown, &total)}</p> }
    });
    view! { <div class="stack">{above(&page.heading, true)} {list} {cut} {absences(&page.heading, true)}</div> }
        .into_any()
}

/// By what a document can be chosen: its kind is what the person said, else what the file calls it.
fn grain(document: &Document) -> Grain {
    let row = &document.row;
    let own = row.described.as_ref().and_then(|d| d.kind).map(|kind| text::document_kind(kind).to_owned());
    let named =
        |(label, said): &(Label, String)| matches!(label, Label::Detail(name) if name == "type").then(|| said.clone());
    let kind = own.or_else(|| row.more.iter().find_map(named)).unwrap_or_default();
    Grain { kind, ..Grain::of(row) }
}

fn document(document: &Document) -> AnyView {
    let row = &document.row;
    let href = Place::Item(row.id.clone()).href();
    let files: Vec<_> = document.files.iter().map(file).collect();
    let files = (!files.is_empty()).then(|| view! { <ul class="files">{files}</ul> });
    view! {
        <li class="line">
            <p class="line-title">{line::heading(row, bdi(&row.title), href)}</p>
            {line::under(row, true)}
            {files}
        </li>
    }
    .into_any()
}

/// One attached file: what it is, and what can be done with it.
pub fn file(row: &DocumentRow) -> AnyView {
    let of = FileKind::of(&row.content_type);
    let kind = kind_words(of, &row.content_type);
    let mime = row.content_type.clone();
    // What can't be looked at is said before anybody tries; what can be read here is read.
    let saved_only = row.hash.is_some() && !of.may_be_looked_at() && !of.is_text() && row.text.is_empty();
    let saved_only = saved_only.then(|| view! { <p class="small no-print">{words::saved_only}</p> });
    let size = (row.bytes > 0).then(|| format!(" · {}", text::size(row.bytes)));
    let date = row.date.as_ref().map(|d| format!(" · {}", text::day(d)));
    let found = (!row.text.is_empty()).then(|| {
        let text = row.text.clone();
        view! {
            <Disclosure summary=words::text>
                <p class="small soft">{words::text_note}</p>
                <p class="as-written">{bdi(&text)}</p>
            </Disclosure>
        }
    });
    let content = match row.hash {
        Some(_) => {
            let (parcel, at) = (row.parcel, row.at.clone());
            view! { <Content parcel=parcel at=at kind=of title=row.title.clone() /> }.into_any()
        }
        None => view! {
            <p class="small">{words::elsewhere()} " " <span class="code">{bdi(&row.url)}</span></p>
        }
        .into_any(),
    };
    view! {
        <li class="file">
            <p>{bdi(&row.title)} <span class="small soft">" · " <span title=mime>{bdi(&kind)}</span> {size} {date}</span></p>
            {saved_only}
            {content}
            {found}
        </li>
    }
    .into_any()
}

/// What a file is, in words; of a kind without a name, its source's own.
fn kind_words(kind: FileKind, content_type: &str) -> String {
    let words = match kind {
        FileKind::Unknown => words::unknown_type(),
        FileKind::Pdf => words::kind_pdf(),
        FileKind::Picture | FileKind::OtherPicture => words::kind_picture(),
        FileKind::Text => words::kind_text(),
        FileKind::WebPage => words::kind_page(),
        FileKind::Letter => words::kind_letter(),
        FileKind::Sheet => words::kind_sheet(),
        FileKind::Data => words::kind_data(),
        FileKind::Other => content_type,
    };
    words.to_owned()
}

/// What is being looked at. The address is the browser's own, for this device and this page alone.
#[derive(Clone, PartialEq, Eq)]
struct Shown {
    url: String,
    look: Look,
}

/// The content of an attached file: a picture is drawn, a PDF opened by the browser's own viewer, anything saved.
#[component]
fn Content(
    /// The parcel that holds it.
    parcel: Hash,
    /// Its place in the original.
    at: String,
    /// What it is called.
    kind: FileKind,
    /// Its title.
    title: String,
) -> impl IntoView {
    let front = Front::get();
    let offered = kind.may_be_looked_at();
    let shown = RwSignal::new(None::<Shown>);
    let broken = RwSignal::new(false);
    // The address is good for nothing once the page is left, the record locked, or the file put away.
    let forget = move || {
        if let Some(shown) = shown.try_update(Option::take).flatten() {
            _ = Url::revoke_object_url(&shown.url);
        }
    };
    on_cleanup(forget);
    // A lock loads the page anew: what the browser remembers of an address ends only when it is taken back.
    let going = window_event_listener(ev::pagehide, move |_| forget());
    on_cleanup(move || going.remove());
    let place = at.clone();
    let look = Action::new_local(move |(): &()| {
        let at = place.clone();
        async move {
            broken.set(false);
            let (.., bytes) = front.client.attachment(parcel, at).await?;
            // By its bytes, whatever it is called.
            let Some(look) = Look::of(&bytes.slice(0, Look::HEAD).to_vec()) else { return Ok(false) };
            let blob = device::blob(look.content_type(), &bytes).map_err(|_| Failure::Unreadable)?;
            let url = Url::create_object_url_with_blob(&blob).map_err(|_| Failure::Unreadable)?;
            // Left meanwhile, nobody would take the address back.
            if shown.try_set(Some(Shown { url: url.clone(), look })).is_some() {
                _ = Url::revoke_object_url(&url);
            }
            Ok::<bool, Failure>(true)
        }
    });
    let save = Action::new_local(move |(): &()| {
        let at = at.clone();
        async move {
            let (title, kind, bytes) = front.client.attachment(parcel, at).await?;
            let blob = device::blob(&kind, &bytes).map_err(|_| Failure::Unreadable)?;
            device::save_blob(&file_name(&title, &kind), &blob).map_err(|_| Failure::Unreadable)
        }
    });
    let open = move || shown.with(Option::is_some);
    let toggle = move |_| match shown.with_untracked(Option::is_some) {
        true => forget(),
        false => _ = look.dispatch(()),
    };
    let told = move || {
        let not = matches!(look.value().get(), Some(Ok(false))).then(words::not_looked_at);
        let not = not.or_else(|| broken.get().then(|| words::broken()));
        let fault = look.value().get().and_then(Result::err).or(save.value().get().and_then(Result::err));
        view! { {not.map(|said| view! { <p>{said}</p> })} {fault.map(|fault| view! { <Trouble fault /> })} }
    };
    let named = title.clone();
    let named = move || if open() { words::hide_what(&named) } else { words::view_what(&named) };
    view! {
        <p class="row no-print">
            {offered.then(|| view! {
                <button
                    type="button"
                    class="button"
                    aria-label=named
                    aria-expanded=move || open().to_string()
                    disabled=move || look.pending().get()
                    on:click=toggle
                >
                    {move || if open() { words::hide() } else { words::view() }}
                </button>
            })}
            <button type="button" class="button" on:click=move |_| _ = save.dispatch(())>
                {words::save}
            </button>
        </p>
        {move || shown.get().map(|shown| panel(&shown, &title, broken))}
        <div aria-live="polite">{told}</div>
    }
}

/// What is looked at, with the way to the browser's own viewer.
fn panel(shown: &Shown, title: &str, broken: RwSignal<bool>) -> AnyView {
    let url = shown.url.clone();
    // The new tab knows nothing of this page, and this page nothing of it.
    let tab = view! {
        <a class="button no-print" href=url.clone() target="_blank" rel="noopener noreferrer">
            {words::new_tab}
        </a>
    };
    match shown.look {
        Look::Picture(_) => view! {
            <img class="scan" src=url alt=words::picture(title) on:error=move |_| broken.set(true) />
            <p class="small soft no-print">{words::tab_note}</p>
            <p>{tab}</p>
        }
        .into_any(),
        Look::Pdf => view! {
            <p class="small no-print">{words::pdf_note} " " {words::tab_note}</p>
            <p>{tab}</p>
        }
        .into_any(),
    }
}

/// A name for the saved file that ends as its type does.
fn file_name(title: &str, kind: &str) -> String {
    let end = match kind.split(';').next().unwrap_or("").trim() {
        "application/pdf" => ".pdf",
        "image/png" => ".png",
        "image/jpeg" | "image/jpg" => ".jpg",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "image/svg+xml" => ".svg",
        "image/tiff" => ".tif",
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/rtf" | "application/rtf" => ".rtf",
        "application/msword" => ".doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => ".docx",
        "application/vnd.oasis.opendocument.text" => ".odt",
        "application/vnd.ms-excel" => ".xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => ".xlsx",
        "text/csv" => ".csv",
        "image/bmp" => ".bmp",
        "image/heic" => ".heic",
        "application/dicom" => ".dcm",
        "application/xml" | "text/xml" => ".xml",
        "application/json" => ".json",
        _ => "",
    };
    let title = if title.trim().is_empty() { words::file_name() } else { title.trim() };
    if title.to_lowercase().ends_with(end) { title.to_owned() } else { format!("{title}{end}") }
}

/// Saves an original byte for byte, under its own name.
pub async fn save_original(front: Front, parcel: Hash) -> Result<(), Failure> {
    let (name, bytes) = front.client.original(parcel).await?;
    let blob = device::blob("application/octet-stream", &bytes).map_err(|_| Failure::Unreadable)?;
    device::save_blob(&name, &blob).map_err(|_| Failure::Unreadable)
}
