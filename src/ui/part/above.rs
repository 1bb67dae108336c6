//! What stands above and below a list: as of when, from whom, what could not be read, and which kind of nothing.
//! Drawn inside a page's `load`, so its words follow the language with the page.

use leptos::prelude::*;

use super::line::bdi;
use super::{Badge, Callout, Tone};
use crate::ui::place::Place;
use crate::ui::text::{self, above as words};
use crate::view::{Absence, Absent, Heading, SourceLine};

/// As of when and from how many sources; what could not be read. Without `links` the reader has no originals: they are
/// sent to the source instead.
pub fn above(heading: &Heading, links: bool) -> AnyView {
    let fresh = (heading.total > 0).then(|| freshness(heading, true));
    view! { {fresh} {pieces(heading, links, true)} }.into_any()
}

/// The same on paper: who the sources are, not how many.
pub fn above_named(heading: &Heading) -> AnyView {
    let names = heading.sources.iter().map(source_name).collect::<Vec<_>>().join(" · ");
    let fresh = (heading.total > 0).then(|| fresh(heading, true, text::card::from(&names)));
    view! { {fresh} {pieces(heading, false, true)} }.into_any()
}

/// The same on the first page: the as-of stands in the block's own name, and of pieces that may belong anywhere one
/// notice speaks for all blocks.
pub fn above_block(heading: &Heading, as_of: bool) -> AnyView {
    let fresh = (heading.total > 0).then(|| freshness(heading, as_of));
    view! { {fresh} {pieces(heading, true, false)} }.into_any()
}

/// What a source warns of, and what could not be read. `anywhere`: also what may belong to any list.
fn pieces(heading: &Heading, links: bool, anywhere: bool) -> AnyView {
    let warned: Vec<_> = heading.absences.iter().filter(|a| is_open(a)).map(|a| absence(a, links)).collect();
    let warned = (!warned.is_empty()).then(|| {
        view! {
            <Callout tone=Tone::Warning title=words::warned()>
                <ul>{warned}</ul>
            </Callout>
        }
    });
    let unread: Vec<_> = heading.unread.iter().filter(|u| u.here + u.anywhere > 0).collect();
    let here: u64 = unread.iter().map(|u| u64::from(u.here)).sum();
    let notice = (here > 0).then(|| {
        let files: Vec<_> = unread.iter().filter(|u| u.here > 0).map(|u| original(&u.source, links)).collect();
        view! {
            <Callout tone=Tone::Warning title=if links { words::unread(here) } else { words::unread_there(here) }>
                <ul>{files}</ul>
            </Callout>
        }
    });
    let some = unread.iter().filter(|u| u.anywhere > 0);
    let loose_pieces: u64 = some.clone().map(|u| u64::from(u.anywhere)).sum();
    // Of pieces that may belong anywhere the lists that matter most speak; everything else has the file's report.
    let loose = (anywhere && loose_pieces > 0 && text::is_weighty(heading.section)).then(|| {
        let files: Vec<_> = some.map(|u| original(&u.source, links)).collect();
        view! {
            <div class="small">
                <p>{words::loose(loose_pieces)}</p>
                <ul>{files}</ul>
            </div>
        }
    });
    view! { {warned} {notice} {loose} }.into_any()
}

/// The files with pieces that may belong anywhere, for one notice above all lists; `None` if there are none.
pub fn loose(heading: &Heading) -> Option<(u64, AnyView)> {
    let unread: Vec<_> = heading.unread.iter().filter(|u| u.anywhere > 0).collect();
    let pieces: u64 = unread.iter().map(|u| u64::from(u.anywhere)).sum();
    let files: Vec<_> = unread.iter().map(|u| original(&u.source, true)).collect();
    (pieces > 0).then(|| (pieces, view! { <ul>{files}</ul> }.into_any()))
}

/// The newest entry, what the files say of their own date, and how many they are.
fn freshness(heading: &Heading, as_of: bool) -> AnyView {
    fresh(heading, as_of, text::common::sources(heading.sources.len() as u64))
}

fn fresh(heading: &Heading, as_of: bool, from: String) -> AnyView {
    let own = match &heading.as_of {
        Some(day) => as_of.then(|| text::as_of(day)),
        None => Some(words::no_as_of().to_owned()),
    };
    let newest = match &heading.newest {
        Some(day) => words::newest(&text::day(day)),
        None => words::not_dated().to_owned(),
    };
    let told: Vec<String> = [Some(newest), own, Some(from)].into_iter().flatten().collect();
    let told = told.join(" · ");
    let stale = heading.stale.then(|| view! { " " <Badge tone=Tone::Warning text=words::stale() /> });
    view! { <p class="above small soft">{bdi(&told)} {stale}</p> }.into_any()
}

fn original(source: &SourceLine, links: bool) -> AnyView {
    let name = source_name(source);
    if !links {
        return view! { <li>{bdi(&name)}</li> }.into_any();
    }
    view! {
        <li>
            <a href=Place::Report(source.parcel.hex()).href()>{bdi(&name)}</a>
        </li>
    }
    .into_any()
}

/// The source as named; the person's own hand in words.
pub fn source_name(source: &SourceLine) -> String {
    text::named(source)
}

/// Which sources have nothing here, and which kind of nothing each says. Openly where the list is empty, and where a
/// statement of none stands against other sources; else for those who ask.
pub fn absences(heading: &Heading, links: bool) -> AnyView {
    // What a source warns of stands above the list.
    let told: Vec<&Absence> = heading.absences.iter().filter(|a| !is_open(a)).collect();
    if told.is_empty() {
        return (heading.total == 0).then(|| view! { <p>{words::empty()}</p> }).into_any();
    }
    let said: Vec<_> = told.iter().map(|a| absence(a, links)).collect();
    let list = view! { <ul class="absences">{said}</ul> };
    // Of what could not be read nobody should have to ask: it stands openly, also beside a list that holds something.
    let unread = |a: &Absence| matches!(a.absent, Absent::NotUnderstood | Absent::NarrativeOnly);
    if heading.total == 0 || (!links && told.iter().any(|a| unread(a))) {
        let lead = (heading.total == 0 && told.iter().all(|a| a.absent != Absent::NoneKnown))
            .then(|| view! { <p>{words::empty()}</p> });
        return view! { {lead} {list} }.into_any();
    }
    // A file that is silent states nothing: only where one says something is it called saying.
    let silent = told.iter().all(|a| matches!(a.absent, Absent::NotInSource | Absent::NotRead));
    let count = told.len() as u64;
    view! {
        <details class="disclosure">
            <summary>{if silent { words::silent(count) } else { words::others(count) }}</summary>
            {list}
        </details>
    }
    .into_any()
}

/// All of it openly: paper has nothing behind a tap.
pub fn absences_open(heading: &Heading) -> AnyView {
    if heading.total == 0 {
        return absences(heading, false);
    }
    let said: Vec<_> = heading.absences.iter().filter(|a| !is_open(a)).map(|a| absence(a, false)).collect();
    (!said.is_empty()).then(|| view! { <ul class="absences">{said}</ul> }).into_any()
}

/// What nobody should have to ask for: a source's own warning that its list is not whole.
fn is_open(said: &Absence) -> bool {
    said.absent == Absent::Warned
}

fn absence(said: &Absence, links: bool) -> AnyView {
    let kind = if links { text::absent(said.absent) } else { text::absent_there(said.absent) };
    let who = source_name(&said.source);
    let when = said.date.as_ref().or(said.source.as_of.as_ref());
    let when = when.map(|d| format!(", {}", text::as_of(d)));
    let own = (!said.text.is_empty()).then(|| view! { " “" {bdi(&said.text)} "”" });
    let against = text::contradicted(said.contradicted).map(|w| view! { " " <Badge tone=Tone::Warning text=w /> });
    let letter = said.item.as_ref().filter(|_| links && said.absent == Absent::NotRead);
    let letter = letter.map(|id| view! { " · " <a href=Place::Item(id.clone()).href()>{words::read_it()}</a> });
    view! {
        <li>
            <span class="strong">{bdi(&who)}</span>
            {when} ": " {kind} {own} {against} {letter}
        </li>
    }
    .into_any()
}
