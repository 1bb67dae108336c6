//! One analyte through time: charts, the same as a table, and what was done twice.

use leptos::prelude::*;

use crate::record::Section;
use crate::ui::front::Front;
use crate::ui::part::{
    BackTo, Callout, ChartView, Empty, Leads, OwnHead, Tone, TrustMark, above, line, line::bdi, lines, load,
};
use crate::ui::place::Place;
use crate::ui::text::{self, analyte as words};
use crate::view::Row;
use crate::view::results::{Analyte, Repeat};

/// The page of an analyte.
#[component]
pub fn AnalytePage(id: String) -> impl IntoView {
    let front = Front::get();
    load(move || front.client.analyte(id.clone()), draw)
}

fn draw(page: Option<Analyte>) -> AnyView {
    let Some(page) = page else { return gone() };
    let section = page.heading.section;
    let charts: Vec<_> = page
        .series
        .iter()
        .filter_map(|s| {
            s.chart.clone().map(|chart| view! { <ChartView title=page.title.clone() series=s.clone() chart=chart /> })
        })
        .collect();
    let several = (page.series.len() > 1).then(|| view! { <p class="small soft">{words::several}</p> });
    let repeats: Vec<_> = page.repeats.iter().map(repeat).collect();
    let repeats = (!repeats.is_empty()).then(|| {
        view! {
            <Callout title=words::repeats>
                <ul>{repeats}</ul>
            </Callout>
        }
    });
    let future = (!page.future.is_empty()).then(|| {
        let rows = lines(&page.future, Leads::Item);
        view! {
            <Callout tone=Tone::Warning title=words::future />
            {rows}
        }
    });
    view! {
        <BackTo route=Place::Section(section) text=text::section(section) />
        <OwnHead title=text::title(&page.title).to_owned() window=text::section(Section::Results) />
        <div class="stack">{above(&page.heading, true)} {charts} {several} {repeats} {table(&page.rows, section == Section::Results)} {future}</div>
    }
    .into_any()
}

/// Nothing stands behind this address.
pub fn gone() -> AnyView {
    view! {
        <BackTo route=Place::Summary />
        <OwnHead title=words::gone().to_owned() window=words::gone />
        <Empty title=words::gone_then />
    }
    .into_any()
}

fn repeat(again: &Repeat) -> AnyView {
    let told = words::repeat(&text::day(&again.date), &text::day(&again.again));
    view! {
        <li>
            <a href=Place::Item(again.id.clone()).href()>{told}</a>
            ": "
            {bdi(&again.source)}
            " · "
            {bdi(&again.again_source)}
        </li>
    }
    .into_any()
}

fn table(rows: &[Row], lab: bool) -> AnyView {
    // A column of blanks tells nothing.
    let ranged = rows.iter().any(|r| !r.range.is_empty());
    let rows: Vec<_> = rows.iter().map(|r| row(r, ranged)).collect();
    view! {
        <table class="table">
            <caption>{words::table}</caption>
            <thead>
                <tr>
                    <th scope="col">{words::when}</th>
                    <th scope="col">{words::result}</th>
                    {ranged.then(|| view! { <th scope="col">{if lab { words::range } else { words::range_file }}</th> })}
                    <th scope="col">{words::source}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(row: &Row, ranged: bool) -> AnyView {
    let parts: Vec<_> = row
        .parts
        .iter()
        .map(|p| view! { <p>{bdi(text::title(&p.title))} ": " {line::value(&p.value, &p.unit, &p.flagging)}</p> })
        .collect();
    let source = row.sources.join(", ");
    let range = ranged.then(|| {
        let name = if row.flagging.lab_test { words::range } else { words::range_file };
        view! { <td data-label=(!row.range.is_empty()).then(name)>{bdi(&row.range.join("; "))}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=Place::Item(row.id.clone()).href()>{text::day_or_none(row.date.as_ref())}</a>
            </th>
            <td data-label=words::result()>{line::value(&row.value, &row.unit, &row.flagging)} {parts}</td>
            {range}
            <td data-label=words::source()>{bdi(&source)} " " <TrustMark trust=row.trust /></td>
        </tr>
    }
    .into_any()
}
