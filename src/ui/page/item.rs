//! One item with everything known of it: all its sources side by side, and where each stands in its original.

use leptos::prelude::*;

use super::analyte::gone;
use super::documents::{file, save_original};
use super::say::{OwnWords, Say, Undo};
use crate::app::wire::Failure;
use crate::record::{Coding, Hash, Kind, Polarity, Section};
use crate::ui::front::Front;
use crate::ui::part::{
    BackTo, Badge, Callout, Describe, Disclosure, Fact, Facts, OwnHead, Tone, Trouble, TrustMark, explained, line,
    line::bdi, load, source_name,
};
use crate::ui::place::{Place, Route, Writing};
use crate::ui::text::{self, describe, item as words, say};
use crate::ui::way;
use crate::view::entry::{Answer, Card, EntryPage, Label, Line, Side, Sides};
use crate::view::{Row, Trust};

/// The page of an item.
#[component]
pub fn ItemPage(id: String) -> impl IntoView {
    let front = Front::get();
    let back = RwSignal::new(Vec::<Hash>::new());
    load(move || front.client.entry(id.clone()), move |page| draw(page, back))
}

fn draw(page: Option<EntryPage>, back_again: RwSignal<Vec<Hash>>) -> AnyView {
    let Some(page) = page else {
        // What was typed by hand and was just taken away: the way back stands where it was.
        return match back_again.with_untracked(Vec::is_empty) {
            false => view! { <BackTo route=Place::Summary /> <Undo back=back_again /> }.into_any(),
            true => gone(),
        };
    };
    let section = page.row.section;
    let back = back_to(section);
    if !page.withheld {
        return view! { {back} {whole(page, back_again)} }.into_any();
    }
    let open = RwSignal::new(false);
    let shown = move || match open.get() {
        true => whole(page.clone(), back_again),
        false => view! {
            <OwnHead title=words::withheld_title().to_owned() window=words::window />
            <Callout tone=Tone::Warning title=words::withheld>
                <p>{words::withheld_then}</p>
                <button type="button" class="button" on:click=move |_| open.set(true)>
                    {words::withheld_show}
                </button>
            </Callout>
        }
        .into_any(),
    };
    view! { {back} {shown} }.into_any()
}

/// To the page that one came from, as it was left; to the item's section where that says nothing.
fn back_to(section: Section) -> AnyView {
    let from = way::came_from().unwrap_or_default();
    let (route, name): (Route, text::Message) = match &from.place {
        Place::Timeline => (from, text::timeline::title),
        Place::Summary => (from, text::summary::title),
        Place::Analyte(_) => (from, text::common::back),
        Place::Section(other) if *other != section => {
            let other = *other;
            return view! { <BackTo route=from text=move || text::section(other) /> }.into_any();
        }
        _ => return view! { <BackTo route=Place::Section(section) text=move || text::section(section) /> }.into_any(),
    };
    view! { <BackTo route=route text=name /> }.into_any()
}

/// Everything that a share says of an item, for a window over the received view: there is no original to open.
pub fn received(page: &EntryPage) -> AnyView {
    let row = &page.row;
    let in_error = page.in_error.then(|| view! { <Callout tone=Tone::Danger title=words::in_error /> });
    let sides: Vec<_> = page.disagreements.iter().map(|s| sides(s, false)).collect();
    let sides = (!sides.is_empty()).then(|| view! { <h3>{who_disagrees(&page.disagreements)}</h3> {sides} });
    let cards: Vec<_> = page.cards.iter().map(|c| card(c, false)).collect();
    let history: Vec<_> = page.history.iter().map(|c| card(c, false)).collect();
    let history = (!history.is_empty()).then(|| view! { <h3>{words::history(history.len() as u64)}</h3> {history} });
    view! {
        <p class="line-title">
            <span class="strong">{bdi(text::title(&row.title))}</span>
            {line::value(&row.value, &row.unit, &row.flagging)}
        </p>
        {line::under(row, false)}
        {in_error}
        {page.corrected.is_some().then(|| view! { <Callout tone=Tone::Warning title=words::corrected /> })}
        {sides}
        <h3>{words::sources(files(&page.cards))}</h3>
        {cards}
        {history}
    }
    .into_any()
}

fn whole(page: EntryPage, back: RwSignal<Vec<Hash>>) -> AnyView {
    let row = &page.row;
    let in_error = page.in_error.then(|| view! { <Callout tone=Tone::Danger title=words::in_error /> });
    let corrected = page.corrected.clone().map(|id| {
        view! {
            <Callout tone=Tone::Warning title=words::corrected>
                <a href=Place::Item(id.clone()).href()>{words::corrected_then}</a>
            </Callout>
        }
        .into_any()
    });
    let sides: Vec<_> = page.disagreements.iter().map(|s| sides(s, true)).collect();
    let sides = (!sides.is_empty()).then(|| {
        view! {
            <section class="stack-tight">
                <h2>{who_disagrees(&page.disagreements)}</h2>
                <p class="soft small">{words::disagree_note}</p>
                {sides}
            </section>
        }
    });
    let chart = page.analyte.as_ref().map(|id| {
        view! {
            <a class="button" href=Place::Analyte(id.clone()).href()>
                {words::chart}
            </a>
        }
    });
    let cards: Vec<_> = page
        .cards
        .iter()
        .map(|c| {
            let typed = writing(c).map(|what| view! { <Typed what parcel=c.parcel back /> });
            view! { <div class="stack-tight">{card(c, true)} {typed}</div> }
        })
        .collect();
    let history: Vec<_> = page.history.iter().map(|c| card(c, true)).collect();
    let history = (!history.is_empty()).then(|| {
        let count = words::history(history.len() as u64);
        view! { <Disclosure summary=count>{history}</Disclosure> }
    });
    let said = page.row.described.is_some();
    // That a source says there is nothing is told wherever it has nothing.
    let off = page.off || matches!(row.polarity, Polarity::NoneKnown | Polarity::Unknown);
    let document = page.document.clone().map(|(parcel, at)| view! { <Said parcel at said /> });
    // What the person says stands below, each with the way to take it back.
    // Each source stands below with all that it says.
    let bare = Row { said: Vec::new(), voices: Vec::new(), ..row.clone() };
    let (value, under) = (line::value(&row.value, &row.unit, &row.flagging), line::under(&bare, true));
    view! {
        <OwnHead title=text::title(&row.title).to_owned() window=words::window>
            <p class="line-title">{value}</p>
            {under}
        </OwnHead>
        <div class="stack">
            {in_error} {corrected} <OwnWords row=row.clone() back=back /> {sides} {chart} {document}
            <section class="stack">
                <h2>{words::sources(files(&page.cards))}</h2>
                <div class="columns">{cards}</div>
            </section>
            {history}
            <Say id=row.id.clone() section=row.section off=off />
        </div>
    }
    .into_any()
}

/// Several sources, or one with itself.
fn who_disagrees(all: &[Sides]) -> &'static str {
    let names = all.iter().flat_map(|of| &of.sides).flat_map(|side| &side.sources);
    match names.collect::<std::collections::BTreeSet<_>>().len() {
        1 => text::line::disagree_one(),
        _ => words::disagree(),
    }
}

/// What can be typed by hand, if this was.
fn writing(card: &Card) -> Option<Writing> {
    match card.kind {
        _ if card.source.trust != Trust::Typed || card.described => None,
        Kind::AllergyIntolerance => Some(Writing::Allergy),
        Kind::MedicationStatement => Some(Writing::Medicine),
        Kind::Condition => Some(Writing::Problem),
        _ => None,
    }
}

/// What was typed by hand is corrected and taken away where it stands.
#[component]
fn Typed(
    what: Writing,
    /// The file that holds it.
    parcel: Hash,
    /// What was just taken away.
    back: RwSignal<Vec<Hash>>,
) -> impl IntoView {
    let front = Front::get();
    let fault = RwSignal::new(None::<Failure>);
    let change = Route::from(Place::Write(what)).with("change", &parcel.hex()).href();
    let take = move |_| {
        leptos::task::spawn_local(async move {
            match front.client.take_out(parcel).await {
                Ok(()) => {
                    back.update(|all| all.push(parcel));
                    front.say(say::taken_back());
                    front.refresh().await;
                    set_timeout(|| crate::ui::front::focus("taken-back"), core::time::Duration::from_millis(100));
                }
                Err(failure) => drop(fault.try_set(Some(failure))),
            }
        });
    };
    view! {
        <p class="row no-print">
            <a class="button" href=change>{words::typed_change}</a>
            <button type="button" class="button quiet" on:click=take>{words::typed_take}</button>
        </p>
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
    }
}

/// What the person says of a document: asked for here at any time, changed, taken back.
#[component]
fn Said(
    /// The file that holds it.
    parcel: Hash,
    /// Its place in the file.
    at: String,
    /// Something is said already.
    said: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let at = StoredValue::new(at);
    let done = Callback::new(move |_| open.set(false));
    move || match open.get() {
        true => view! {
            <section class="card stack-tight no-print" aria-labelledby="describe">
                <h2 id="describe">{describe::heading}</h2>
                <Describe parcel at=at.get_value() done />
            </section>
        }
        .into_any(),
        false => view! {
            <p class="no-print">
                <button type="button" class="button" on:click=move |_| open.set(true)>
                    {if said { describe::change } else { describe::ask }}
                </button>
            </p>
        }
        .into_any(),
    }
}

/// One field in which sources differ: every answer with who gives it.
fn sides(sides: &Sides, own: bool) -> AnyView {
    let answers: Vec<_> = sides.sides.iter().map(|s| side(s, own)).collect();
    view! {
        <section class="card">
            <h3>{text::field(sides.field)}</h3>
            <div class="columns">{answers}</div>
        </section>
    }
    .into_any()
}

fn side(side: &Side, own: bool) -> AnyView {
    let names: Vec<String> =
        side.sources.iter().map(|s| if s.is_empty() { text::own_hand(own).to_owned() } else { s.clone() }).collect();
    view! {
        <div>
            <p class="strong">{answer(&side.answer)}</p>
            <p class="small soft">{bdi(&names.join(", "))}</p>
        </div>
    }
    .into_any()
}

/// How many files say something: one may say it in several entries.
fn files(cards: &[Card]) -> u64 {
    cards.iter().map(|c| c.parcel).collect::<std::collections::BTreeSet<Hash>>().len() as u64
}

/// What one file says. Only in one's own record (`own`) are there its letters, its neighbours and its original.
fn card(card: &Card, own: bool) -> AnyView {
    let as_of = card.source.as_of.as_ref().map(|d| view! { <p class="small soft">{text::as_of(d)}</p> });
    // Plain words first; what only the file's own format knows is a tap away.
    let (formal, plain): (Vec<&Line>, Vec<&Line>) = card.lines.iter().partition(|l| text::is_formal(&l.label));
    let facts: Vec<_> = plain.into_iter().map(|l| fact(card, l)).collect();
    let formal: Vec<_> = formal.into_iter().map(|l| fact(card, l)).collect();
    let formal = (!formal.is_empty()).then(|| {
        view! {
            <Disclosure summary=text::line::formal>
                <Facts>{formal}</Facts>
            </Disclosure>
        }
    });
    let files: Vec<_> = card.attachments.iter().map(file).collect();
    let files = (own && !files.is_empty()).then(|| view! { <ul class="lines">{files}</ul> });
    let links: Vec<_> = card
        .links
        .iter()
        .map(|(_, id, title)| {
            view! {
                <li>
                    <a href=Place::Item(id.clone()).href()>{bdi(title)}</a>
                </li>
            }
        })
        .collect();
    let links = (own && !links.is_empty()).then(|| view! { <h4>{words::links}</h4> <ul>{links}</ul> });
    view! {
        <article class="card stack-tight">
            <h3>{bdi(&source_name(&card.source))}</h3>
            {as_of}
            {text::bears(&card.source.bears).map(|said| view! { <Callout tone=Tone::Warning title=said /> })}
            <p>
                <TrustMark trust=card.source.trust />
            </p>
            {card.about.as_ref().map(|who| view! { <p><Badge tone=Tone::Danger text=text::about(who) /></p> })}
            {(!card.described).then(|| view! { <p class="strong">{bdi(&card.title)}</p> })}
            <Facts>{facts}</Facts>
            {formal}
            {files}
            {links}
            {own.then(|| view! { <Original parcel=card.parcel at=card.at.clone() format=card.format.clone() /> })}
        </article>
    }
    .into_any()
}

fn fact(card: &Card, said: &Line) -> AnyView {
    let answer = match &said.answer {
        Answer::Standing(standing, own) => match text::status_in_full(&card.kind, *standing, own) {
            Some(status) => view! { <bdi>{status}</bdi> }.into_any(),
            None => bdi(own),
        },
        Answer::Polarity(polarity) => text::polarity_of(&card.kind, *polarity).into_any(),
        Answer::Text(words) => {
            let told = explained(&text::said_text(&said.label, words), said.label == Label::Dose);
            view! { <span class="as-written">{told}</span> }.into_any()
        }
        other => answer(other),
    };
    let label = text::label_in(card.section, &said.label);
    view! { <Fact name=label>{answer}</Fact> }.into_any()
}

/// What was said.
pub fn answer(answer: &Answer) -> AnyView {
    match answer {
        Answer::Text(words) => view! { <bdi class="as-written">{words.clone()}</bdi> }.into_any(),
        Answer::Day(day) => view! { <span class="figures">{text::moment(day)}</span> }.into_any(),
        Answer::Standing(standing, own) => {
            let own = text::own_status(*standing, own).map(|own| view! { " (" {bdi(own)} ")" });
            view! { {text::standing(*standing)} {own} }.into_any()
        }
        Answer::Polarity(polarity) => text::polarity(*polarity).into_any(),
        Answer::Quantity(value, unit) => view! { <span class="figures">{bdi(value)} " " {bdi(unit)}</span> }.into_any(),
        Answer::Codes(codings) => codes(codings),
        Answer::DocumentKind(kind) => text::document_kind(*kind).into_any(),
        Answer::NotSaid => view! { <span class="soft">{words::not_said()}</span> }.into_any(),
    }
}

fn codes(codings: &[Coding]) -> AnyView {
    let rows: Vec<_> = codings
        .iter()
        .map(|c| {
            view! {
                <li>
                    <span class="code">{bdi(&c.code)}</span>
                    " "
                    {bdi(&c.display)}
                    " "
                    <span class="small soft">{bdi(&c.system)}</span>
                </li>
            }
        })
        .collect();
    view! { <ul class="bare">{rows}</ul> }.into_any()
}

/// Its place in the original: the source's own text of it on demand, and the whole file, byte for byte.
#[component]
fn Original(
    /// Which file.
    parcel: Hash,
    /// Where in it.
    at: String,
    /// `FHIR JSON R4`.
    format: String,
) -> impl IntoView {
    let front = Front::get();
    let place = at.clone();
    let fragment = Action::new_local(move |(): &()| {
        let at = place.clone();
        async move { front.client.fragment(parcel, at).await }
    });
    let saving = Action::new_local(move |(): &()| save_original(front, parcel));
    let shown = move || fragment.value().get().map(piece);
    let failed = move || saving.value().get().and_then(Result::err).map(|fault| view! { <Trouble fault /> });
    view! {
        <Disclosure summary=words::original>
            <p class="small">
                {words::place} " " <span class="code">{bdi(&at)}</span> " · " {bdi(&format)}
            </p>
            <p class="row">
                <button
                    type="button"
                    class="button"
                    disabled=move || fragment.pending().get()
                    on:click=move |_| _ = fragment.dispatch(())
                >
                    {words::show_original}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=move || saving.pending().get()
                    on:click=move |_| _ = saving.dispatch(())
                >
                    {words::save_original}
                </button>
            </p>
            <p class="small soft">{words::save_note}</p>
            <div aria-live="polite">{shown} {failed}</div>
        </Disclosure>
    }
}

fn piece(found: Result<Option<String>, Failure>) -> AnyView {
    match found {
        Ok(Some(text)) => view! {
            <pre class="original" tabindex="0">
                {bdi(&text)}
            </pre>
        }
        .into_any(),
        Ok(None) => view! { <p>{words::no_piece}</p> }.into_any(),
        Err(fault) => view! { <Trouble fault /> }.into_any(),
    }
}
