//! What stands above and below a list: as of when, from whom, what could not be read, and which kind of nothing.
//! Drawn inside a page's `load`, so its words follow the language with the page.

use leptos::prelude::*;

use super::line::bdi;
use super::{Badge, Callout, Tone};
use crate::record::Section;
use crate::ui::place::Place;
use crate::ui::text::{self, above as words};
use crate::view::{Absence, Absent, Heading, SourceLine, Trust};

/// As of when and from how many sources; what could not be read.
pub fn above(heading: &Heading, links: bool) -> AnyView {
    let fresh = (heading.total > 0).then(|| freshness(heading));
    let unread: Vec<_> = heading.unread.iter().filter(|u| u.here + u.anywhere > 0).collect();
    let here: u64 = unread.iter().map(|u| u64::from(u.here)).sum();
    let notice = (here > 0).then(|| {
        let files: Vec<_> = unread.iter().filter(|u| u.here > 0).map(|u| original(&u.source, links)).collect();
        view! {
            <Callout tone=Tone::Warning title=words::unread(here)>
                <ul>{files}</ul>
            </Callout>
        }
    });
    let anywhere: u64 = unread.iter().map(|u| u64::from(u.anywhere)).sum();
    // Of pieces that may belong anywhere the lists that matter most speak; everything else has the file's report.
    let weighty = matches!(heading.section, Section::Allergies | Section::Medications | Section::Problems);
    let loose = (anywhere > 0 && weighty).then(|| view! { <p class="small">{words::loose(anywhere)}</p> });
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
    match (source.trust, source.name.is_empty()) {
        (Trust::Typed, _) => text::trust_short(Trust::Typed).to_owned(),
        (_, true) => text::terms::source_unnamed().to_owned(),
        (_, false) => source.name.clone(),
    }
}

/// Which sources have nothing here, and which kind of nothing each says. Openly where the list is empty, and where a
/// statement of none stands against other sources; else for those who ask.
pub fn absences(heading: &Heading) -> AnyView {
    if heading.absences.is_empty() {
        return (heading.total == 0).then(|| view! { <p>{words::empty()}</p> }).into_any();
    }
    let said: Vec<_> = heading.absences.iter().map(absence).collect();
    let list = view! { <ul class="absences">{said}</ul> };
    if heading.total == 0 {
        let lead =
            heading.absences.iter().all(|a| a.absent != Absent::NoneKnown).then(|| view! { <p>{words::empty()}</p> });
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

fn absence(said: &Absence) -> AnyView {
    let who = source_name(&said.source);
    let when = said.date.as_ref().or(said.source.as_of.as_ref());
    let when = when.map(|d| format!(", {}", text::as_of(d)));
    let own = (!said.text.is_empty()).then(|| view! { " “" {bdi(&said.text)} "”" });
    let against = said.contradicted.then(|| view! { " " <Badge tone=Tone::Warning text=words::contradicted() /> });
    view! {
        <li>
            <span class="strong">{bdi(&who)}</span>
            {when} ": " {text::absent(said.absent)} {own} {against}
        </li>
    }
    .into_any()
}
