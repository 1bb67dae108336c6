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
    let fresh = (heading.total > 0).then(|| freshness(heading));
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
    let anywhere: u64 = unread.iter().map(|u| u64::from(u.anywhere)).sum();
    // Of pieces that may belong anywhere the lists that matter most speak; everything else has the file's report.
    let loose = (anywhere > 0 && text::is_weighty(heading.section))
        .then(|| view! { <p class="small">{words::loose(anywhere)}</p> });
    view! { {fresh} {notice} {loose} }.into_any()
}

fn freshness(heading: &Heading) -> AnyView {
    let as_of = match &heading.as_of {
        Some(day) => text::as_of(day),
        None => words::not_dated().to_owned(),
    };
    let told = format!("{as_of}, {}", text::common::sources(heading.sources.len() as u64));
    let stale = heading.stale.then(|| view! { " " <Badge tone=Tone::Warning text=words::stale() /> });
    view! { <p class="above small soft">{told} {stale}</p> }.into_any()
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
    if heading.absences.is_empty() {
        return (heading.total == 0).then(|| view! { <p>{words::empty()}</p> }).into_any();
    }
    let said: Vec<_> = heading.absences.iter().map(|a| absence(a, links)).collect();
    let list = view! { <ul class="absences">{said}</ul> };
    // Of what could not be read nobody should have to ask: it stands openly, also beside a list that holds something.
    let unread = |a: &Absence| matches!(a.absent, Absent::NotUnderstood | Absent::NarrativeOnly);
    if heading.total == 0 || (!links && heading.absences.iter().any(unread)) {
        let lead = (heading.total == 0 && heading.absences.iter().all(|a| a.absent != Absent::NoneKnown))
            .then(|| view! { <p>{words::empty()}</p> });
        return view! { {lead} {list} }.into_any();
    }
    view! {
        <details class="disclosure">
            <summary>{words::others(heading.absences.len() as u64)}</summary>
            {list}
        </details>
    }
    .into_any()
}

fn absence(said: &Absence, links: bool) -> AnyView {
    let kind = if links { text::absent(said.absent) } else { text::absent_there(said.absent) };
    let who = source_name(&said.source);
    let when = said.date.as_ref().or(said.source.as_of.as_ref());
    let when = when.map(|d| format!(", {}", text::as_of(d)));
    let own = (!said.text.is_empty()).then(|| view! { " “" {bdi(&said.text)} "”" });
    let against = said.contradicted.then(|| view! { " " <Badge tone=Tone::Warning text=words::contradicted() /> });
    view! {
        <li>
            <span class="strong">{bdi(&who)}</span>
            {when} ": " {kind} {own} {against}
        </li>
    }
    .into_any()
}
