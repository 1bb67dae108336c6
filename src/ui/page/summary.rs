//! The first page of a record: alerts first, then what a person is asked for most.

use leptos::prelude::*;

use crate::record::Section;
use crate::ui::front::Front;
use crate::ui::part::{
    Callout, Empty, Leads, PageHead, Tone, above_block, absences, analyte, line::bdi, lines, load, loose, source_name,
};
use crate::ui::place::{Place, Writing};
use crate::ui::text::{self, summary as words};
use crate::view::people::Way;
use crate::view::summary::{Block, ResultBlock, Summary};
use crate::view::{Absent, Heading};

/// The summary.
#[component]
pub fn SummaryPage() -> impl IntoView {
    let front = Front::get();
    view! { <PageHead title=words::title /> {load(move || front.client.summary(), draw)} }
}

fn draw(page: Summary) -> AnyView {
    if page.sources.is_empty() {
        return nothing_yet(words::empty, words::empty_then);
    }
    let weighty = [&page.allergies, &page.alerts, &page.medicines, &page.problems];
    let first: Vec<_> = weighty.into_iter().filter_map(block).collect();
    let results = [result_block(&page.results), result_block(&page.vital_signs)];
    let rest = [&page.vaccinations, &page.devices, &page.documents];
    let rest: Vec<_> = rest.into_iter().filter_map(block).collect();
    view! {
        <div class="stack">
            {notices(&page)}
            <div class="summary">{first} {block(&page.findings).filter(|_| page.findings.heading.total > 0)} {search()} {results} {visits(&page)} {rest} {others(&page.others)}</div>
            {sources(&page)}
        </div>
    }
    .into_any()
}

/// The way to everything else, below what comes first.
fn search() -> AnyView {
    view! {
        <p class="row no-print">
            <a class="button" href=Place::Timeline.href()>
                {text::timeline::search}
            </a>
            <a class="button quiet" href=Place::Card.href()>
                {text::more::card}
            </a>
        </p>
    }
    .into_any()
}

/// Of a record that holds nothing: what the page would show, and the two ways to begin.
pub(super) fn nothing_yet(title: text::Message, then: text::Message) -> AnyView {
    view! {
        <Empty title=title>
            <p>{then}</p>
            <p class="row">
                <a class="button primary" href=Place::Import.href()>
                    {words::import}
                </a>
                <a class="button" href=Place::Write(Writing::Allergy).href()>
                    {words::write}
                </a>
            </p>
        </Empty>
    }
    .into_any()
}

fn notices(page: &Summary) -> AnyView {
    let ways: Vec<_> = page.ways.iter().map(way).collect();
    let variants = (page.person.variants > 1).then(|| {
        view! {
            <Callout tone=Tone::Warning title=words::variants(page.person.variants.into())>
                <ul>{ways}</ul>
            </Callout>
        }
    });
    let future = (page.future > 0).then(|| view! { <Callout title=words::future(page.future.into()) /> });
    let in_error = (page.in_error > 0).then(|| view! { <Callout title=words::in_error(page.in_error.into()) /> });
    // Pieces that may belong anywhere are the same for every block: told once, with their files.
    let loose = loose(&page.allergies.heading)
        .map(|(n, files)| view! { <Callout tone=Tone::Warning title=words::loose(n)>{files}</Callout> });
    let any = page.person.variants > 1 || page.future > 0 || page.in_error > 0 || loose.is_some();
    any.then(|| view! { <div class="notices stack-tight">{loose} {variants} {future} {in_error}</div> }).into_any()
}

/// One way in which the person's particulars are written, and where.
fn way(way: &Way) -> AnyView {
    let name = if way.name.is_empty() { text::terms::no_name().to_owned() } else { way.name.clone() };
    let birth = way.birth.as_ref().map_or_else(|| text::terms::no_birth().to_owned(), text::born);
    let files: Vec<_> = way
        .sources
        .iter()
        .map(|source| {
            view! { " · " <a href=Place::Report(source.parcel.hex()).href()>{bdi(&source_name(source))}</a> }
        })
        .collect();
    let own = way.sources.is_empty().then(|| format!(" · {}", text::common::own_hand()));
    view! { <li>{bdi(&name)} ", " {birth} {files} {own}</li> }.into_any()
}

/// Allergies, medicines and problems always stand there; the rest only where a source speaks of it.
fn speaks(heading: &Heading) -> bool {
    let weighty = matches!(heading.section, Section::Allergies | Section::Medications | Section::Problems);
    weighty || heading.total > 0 || heading.absences.iter().any(|a| a.absent != Absent::NotInSource)
}

fn block(block: &Block) -> Option<AnyView> {
    speaks(&block.heading).then(|| {
        let list = (!block.list.rows.is_empty()).then(|| lines(&block.list.rows, Leads::Item));
        // What is all in the past is not nothing.
        let rest = u64::from(block.heading.total);
        let list = match list {
            None if rest > 0 => view! {
                <p>{words::none_current(rest)}</p>
                <p>
                    <a href=Place::Section(block.heading.section).href()>{words::see_all(rest)}</a>
                </p>
            }
            .into_any(),
            list => list.into_any(),
        };
        card(&block.heading, list, block.list.rows.len(), block.list.total)
    })
}

fn result_block(block: &ResultBlock) -> Option<AnyView> {
    speaks(&block.heading).then(|| {
        let rows: Vec<_> = block.rows.iter().map(|r| analyte(r, Leads::Item)).collect();
        let list = (!rows.is_empty()).then(|| view! { <ul class="lines">{rows}</ul> });
        let more = (block.reports > 0).then(|| {
            let href = Place::Section(block.heading.section).href();
            view! { <p><a href=href>{words::reports(block.reports.into())}</a></p> }
        });
        let list = view! { {list} {more} };
        card(&block.heading, list.into_any(), block.rows.len(), block.total)
    })
}

fn card(heading: &Heading, list: AnyView, shown: usize, total: u32) -> AnyView {
    let section = heading.section;
    let id = format!("block-{}", section.slug());
    let head = id.clone();
    let name = match (section, &heading.as_of) {
        (Section::Medications, Some(day)) => format!("{}, {}", text::section(section), text::as_of(day)),
        _ => text::section(section).to_owned(),
    };
    view! {
        <section class="card block" aria-labelledby=id>
            <h2 id=head>
                <a href=Place::Section(section).href()>{name}</a>
            </h2>
            {above_block(heading, section != Section::Medications)} {list} {cut(section, shown, total)} {absences(heading, true)}
        </section>
    }
    .into_any()
}

/// "showing 10 of 43", and the way to all of them.
fn cut(section: Section, shown: usize, total: u32) -> Option<AnyView> {
    (shown < total as usize).then(|| {
        let told = text::common::showing_of(&text::number(shown as u64), &text::number(total.into()));
        view! {
            <p class="link-row">
                <span class="soft">{told}</span>
                <a href=Place::Section(section).href()>{words::see_all(total.into())}</a>
            </p>
        }
        .into_any()
    })
}

fn visits(page: &Summary) -> Option<AnyView> {
    let (next, past) = (&page.next_visits, &page.visits);
    if next.list.total + past.list.total == 0 {
        return block(past);
    }
    let part = |title: &'static str, rows: &[crate::view::Row]| {
        (!rows.is_empty()).then(|| view! { <h3>{title}</h3> {lines(rows, Leads::Item)} })
    };
    let list = view! { {part(words::next_visits(), &next.list.rows)} {part(words::last_visits(), &past.list.rows)} };
    let shown = next.list.rows.len() + past.list.rows.len();
    Some(card(&past.heading, list.into_any(), shown, next.list.total + past.list.total))
}

fn others(headings: &[Heading]) -> Option<AnyView> {
    let rows: Vec<_> = headings.iter().filter(|h| speaks(h)).map(other).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card block" aria-labelledby="block-others">
                <h2 id="block-others">{words::others}</h2>
                <ul class="lines">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn other(heading: &Heading) -> AnyView {
    let count = match heading.total {
        0 => words::nothing_listed().to_owned(),
        n => text::values::entries(n.into()),
    };
    view! {
        <li class="link-row">
            <a href=Place::Section(heading.section).href()>{text::section(heading.section)}</a>
            <span class="soft">{count}</span>
        </li>
    }
    .into_any()
}

fn sources(page: &Summary) -> AnyView {
    let rows: Vec<_> = page
        .sources
        .iter()
        .map(|source| {
            let as_of = source.as_of.as_ref().map(text::as_of);
            view! {
                <li class="link-row">
                    <a href=Place::Report(source.parcel.hex()).href()>{bdi(&source_name(source))}</a>
                    <span class="soft">{as_of}</span>
                </li>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="block-sources">
            <h2 id="block-sources">{words::sources(page.sources.len() as u64)}</h2>
            <ul class="lines">{rows}</ul>
        </section>
    }
    .into_any()
}
