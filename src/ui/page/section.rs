//! One section of the record: its lists in groups, and what is told apart from them.

use leptos::prelude::*;

use super::documents::DocumentsPage;
use super::sift::{Grain, sifted};
use crate::record::{Said, Section};
use crate::ui::front::Front;
use crate::ui::part::{
    BackTo, Callout, Disclosure, Leads, PageHead, Tone, above, absences, analyte, line, lines, load,
};
use crate::ui::place::{Place, Writing};
use crate::ui::text::{self, section as words};
use crate::view::clinician::brief::Brief;
use crate::view::section::{Group, GroupKind, SectionPage};
use crate::view::{List, Row};

/// The page of a section.
#[component]
pub fn SectionView(section: Section) -> impl IntoView {
    let front = Front::get();
    if section == Section::Documents {
        return view! { <DocumentsPage /> }.into_any();
    }
    view! {
        <BackTo route=Place::Summary />
        <PageHead title=move || text::section(section) lede=move || text::lede(section, !front.cared_for.get()) />
        {load(move || front.client.section(section), move |page| draw(section, page))}
    }
    .into_any()
}

fn draw(section: Section, page: SectionPage) -> AnyView {
    // On paper the table by age says it all; lists that hold something else besides stay.
    let told = |kind: GroupKind| matches!(kind, GroupKind::All | GroupKind::Negative);
    let by_age = section == Section::Immunizations && page.groups.iter().all(|g| told(g.kind));
    let lists = view! { <div class:no-print=by_age class="stack">{lists(section, &page)}</div> };
    let medicines = page.medicines.as_ref().map(|m| super::medicines::reconciliation(m, Leads::Item));
    let in_error = (!page.in_error.is_empty()).then(|| {
        let count = words::in_error(page.in_error.len() as u64);
        view! { <Disclosure summary=count>{lines(&page.in_error, Leads::Item)}</Disclosure> }
    });
    let withheld = (!page.withheld.is_empty()).then(|| {
        let rows = lines(&page.withheld, Leads::Item);
        view! {
            <Disclosure summary=words::withheld>
                <Callout tone=Tone::Warning title=words::withheld_warning />
                {rows}
            </Disclosure>
        }
    });
    // A child's table is what is asked for; whoever is grown up looks for the newest first.
    let age = Front::get().person.with_untracked(|person| person.as_ref().and_then(|p| p.age));
    let grown = age.is_none_or(|age| age.years >= 18);
    let table = super::vaccinations::by_age(&page.vaccinations);
    let (before, after) = if grown { (None, table) } else { (table, None) };
    view! {
        <div class="stack">
            {above(&page.heading, true)} {before} {lists} {after} {absences(&page.heading, true)} {medicines} {in_error} {withheld}
            {write(section)}
        </div>
    }
    .into_any()
}

/// The lists of a section. Long ones can be narrowed, but for those in which a hidden line can hurt.
fn lists(section: Section, page: &SectionPage) -> AnyView {
    let measured = !page.analytes.is_empty();
    let weighty = matches!(section, Section::Allergies | Section::Alerts | Section::Medications | Section::Problems);
    let brief = page.brief.clone();
    let cut = page.groups.iter().any(|g| g.list.rows.len() < g.list.total as usize);
    // A test's line stands for values of many years.
    let grain = |row: &Row| match measured {
        true => Grain { year: String::new(), ..Grain::of(row) },
        false => Grain::of(row),
    };
    let rows = || {
        page.analytes
            .iter()
            .map(|a| &a.latest)
            .chain(page.groups.iter().flat_map(|g| &g.list.rows))
            .chain(page.brief.iter().flat_map(|b| &b.rows))
    };
    let (analytes, groups) = (page.analytes.clone(), page.groups.clone());
    let draw = move |keep: &dyn Fn(usize) -> bool| {
        let alone = groups.len() + usize::from(measured) + usize::from(!brief.is_empty()) == 1;
        let kept = analytes.iter().enumerate().filter(|(i, _)| keep(*i));
        let tests: Vec<_> = kept.map(|(_, a)| analyte(a, Leads::Item)).collect();
        let tests = (!tests.is_empty()).then(|| view! { <ul class="lines">{tests}</ul> });
        let mut at = analytes.len();
        let mut drawn = Vec::new();
        for one in &groups {
            let places = at..;
            at += one.list.rows.len();
            let rows: Vec<Row> =
                one.list.rows.iter().zip(places).filter(|(_, i)| keep(*i)).map(|(row, _)| row.clone()).collect();
            let left_out = (one.list.rows.len() - rows.len()) as u32;
            let list = List { total: one.list.total - left_out, rows };
            drawn.extend((list.total > 0).then(|| group(section, &Group { kind: one.kind, list }, alone)));
        }
        let mut bare = Vec::new();
        for one in &brief {
            let places = at..;
            at += one.rows.len();
            let rows: Vec<Row> =
                one.rows.iter().zip(places).filter(|(_, i)| keep(*i)).map(|(r, _)| r.clone()).collect();
            bare.extend((!rows.is_empty()).then_some(Brief { kind: one.kind, rows }));
        }
        view! { {tests} {drawn} {without_value(&bare)} }.into_any()
    };
    match weighty || cut {
        true => draw(&|_| true),
        false => sifted(rows().map(grain).collect(), words::sift_hint, draw),
    }
}

/// What has no value of its own: a line for each name, with its dates.
fn without_value(all: &[Brief]) -> Option<AnyView> {
    let count: usize = all.iter().map(|b| b.rows.len()).sum();
    let rows: Vec<_> = all.iter().map(line::own_brief).collect();
    (count > 0).then(|| {
        view! {
            <section class="stack-tight">
                <h2>{words::without_value(&text::number(count as u64))}</h2>
                <p class="small soft">{words::without_value_note}</p>
                <ul class="lines">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn group(section: Section, group: &Group, alone: bool) -> AnyView {
    let total = group.list.total;
    // Where analytes stand above, the rest are reports and findings in words.
    let rest = section == Section::Results && group.kind == GroupKind::All;
    let name = if rest { words::reports() } else { text::group(group.kind, section) };
    let name = format!("{name} ({})", text::number(total.into()));
    let name = if group.kind == GroupKind::Now { own_count(name, &group.list.rows) } else { name };
    let cut = (group.list.rows.len() < total as usize).then(|| {
        let told = text::common::showing_of(&text::number(group.list.rows.len() as u64), &text::number(total.into()));
        view! { <p class="soft">{told}</p> }
    });
    let plain = alone && group.kind == GroupKind::All;
    view! {
        <section class="stack-tight">
            {(!plain).then(|| view! { <h2>{name}</h2> })} {lines(&group.list.rows, Leads::Item)} {cut}
        </section>
    }
    .into_any()
}

/// A list's name with how many of its lines the person says are not so: what they say moves nothing, and is seen.
fn own_count(name: String, rows: &[Row]) -> String {
    let count = |said: Said| rows.iter().filter(|row| row.said.iter().any(|own| own.said == said)).count() as u64;
    let (not_taken, wrong) = (count(Said::NotTaking), count(Said::Wrong));
    let cared_for = Front::get().cared_for.get_untracked();
    let say = if cared_for { text::values::group_not_taken } else { text::values::group_not_taking };
    let name = if not_taken > 0 { say(not_taken, &name) } else { name };
    if wrong > 0 { text::values::group_wrong(wrong, &name) } else { name }
}

/// What can be typed in by hand, where it belongs; and paper.
fn write(section: Section) -> AnyView {
    let writing = [Writing::Allergy, Writing::Medicine, Writing::Problem].into_iter().find(|w| w.section() == section);
    let writing = writing.map(|w| {
        let name = match w {
            Writing::Allergy => words::write_allergy(),
            Writing::Medicine => words::write_medicine(),
            Writing::Problem => words::write_problem(),
        };
        view! {
            <a class="button" href=Place::Write(w).href()>
                {name}
            </a>
        }
    });
    view! {
        <p class="row no-print">
            {writing}
            <button type="button" class="button quiet" on:click=|_| print()>
                {text::common::print}
            </button>
        </p>
    }
    .into_any()
}

/// Puts the page on paper.
pub fn print() {
    _ = window().print();
}
