//! Medicines side by side: medicine × source, and what changed. Shown, never resolved.

use leptos::prelude::*;

use crate::record::{Kind, Polarity};
use crate::ui::part::{Badge, Leads, Tone, line::bdi, source_name};
use crate::ui::place::Place;
use crate::ui::text::{self, medicines as words};
use crate::view::medicines::{Change, Mark, MedicineCell, MedicineLine, Medicines};

/// The table of sources, where there are several, and the list of changes.
pub fn reconciliation(page: &Medicines, leads: Leads) -> AnyView {
    let table = (page.sources.len() > 1).then(|| table(page, leads));
    let changes: Vec<_> = page.changes.iter().map(|c| change(c, leads)).collect();
    let changes = (!changes.is_empty()).then(|| {
        view! {
            <section class="stack-tight">
                {heading(words::changes(), leads)}
                <ul class="lines">{changes}</ul>
            </section>
        }
    });
    view! { {table} {changes} }.into_any()
}

/// Below the h1 of a page, or below the h3 of a clinician's section.
fn heading(words: &'static str, leads: Leads) -> AnyView {
    match leads {
        Leads::Item => view! { <h2>{words}</h2> }.into_any(),
        Leads::Nowhere | Leads::Window(_) => view! { <h4>{words}</h4> }.into_any(),
    }
}

/// The medicine in the source's words; with the way to its page where there is one.
fn medicine(id: &str, title: &str, leads: Leads) -> AnyView {
    match leads {
        Leads::Item => view! { <a href=Place::Item(id.to_owned()).href()>{bdi(title)}</a> }.into_any(),
        Leads::Nowhere | Leads::Window(_) => leads.title(id, bdi(title)),
    }
}

fn table(page: &Medicines, leads: Leads) -> AnyView {
    let names: Vec<String> = page
        .sources
        .iter()
        .map(|s| match &s.as_of {
            Some(day) => format!("{}, {}", source_name(s), text::as_of(day)),
            None => source_name(s),
        })
        .collect();
    let heads: Vec<_> = names.iter().map(|n| view! { <th scope="col">{bdi(n)}</th> }).collect();
    let rows: Vec<_> = page.lines.iter().map(|l| row(l, &names, leads)).collect();
    view! {
        <section class="stack-tight">
            {heading(words::side_by_side(), leads)}
            <p class="soft small">{words::side_by_side_note}</p>
            <div class="scroll-x" tabindex="0" role="region" aria-label=words::side_by_side>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{words::medicine}</th>
                            {heads}
                            <th scope="col">{words::compared}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(line: &MedicineLine, names: &[String], leads: Leads) -> AnyView {
    let cells: Vec<_> = line
        .cells
        .iter()
        .zip(names)
        .map(|(c, name)| view! { <td data-label=name.clone()>{c.as_ref().map_or_else(|| absent(leads), cell)}</td> })
        .collect();
    let tone = match line.mark {
        Mark::Differs | Mark::StoppedHereActiveThere => Tone::Warning,
        _ => Tone::Note,
    };
    view! {
        <tr>
            <th scope="row">{medicine(&line.id, &line.title, leads)}</th>
            {cells}
            <td data-label=words::compared()>
                <Badge tone=tone text=text::mark(line.mark) />
            </td>
        </tr>
    }
    .into_any()
}

/// In one's own record the source does not have it; of a share only that nothing of it was shared from there is known.
fn absent(leads: Leads) -> AnyView {
    view! { <span class="soft">{if leads.is_own() { words::not_here() } else { words::not_shared() }}</span> }
        .into_any()
}

fn cell(cell: &MedicineCell) -> AnyView {
    let doses: Vec<_> = cell.dose.iter().map(|d| view! { <p>{bdi(&text::dose_words(d))}</p> }).collect();
    let so = matches!(cell.polarity, Polarity::Positive | Polarity::DoNotPerform);
    let status = text::status_in_full(&Kind::MedicationStatement, cell.standing, &cell.status);
    let status = status.filter(|_| so).unwrap_or_default();
    let polarity = (!cell.polarity.is_positive())
        .then(|| view! { <Badge tone=Tone::Warning text=text::polarity(cell.polarity) /> });
    let facts = [
        (words::kind(), &cell.prescription_type),
        (words::quantity(), &cell.quantity),
        (words::form(), &cell.form),
        (words::route(), &cell.route),
        (words::indication(), &cell.indication),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter(|(_, said)| !said.is_empty())
        .map(|(name, said)| view! { <p class="small">{name} ": " {bdi(said)}</p> })
        .collect();
    let days = [
        (words::start(), &cell.start),
        (words::first_ordered(), &cell.first_ordered),
        (words::ordered(), &cell.ordered),
        (words::end(), &cell.end),
        (words::last_issue(), &cell.last_issue),
        (words::review(), &cell.review),
    ];
    let days: Vec<_> = days
        .into_iter()
        .filter_map(|(name, day)| day.as_ref().map(|d| (name, text::day(d))))
        .map(|(name, day)| view! { <p class="small figures">{name} ": " {day}</p> })
        .collect();
    view! { <p>{bdi(&cell.title)}</p> {doses} <p class="small">{bdi(&status)} " " {polarity}</p> {facts} {days} }
        .into_any()
}

fn doses_of(doses: &[String]) -> String {
    doses.iter().map(|d| text::dose_words(d)).collect::<Vec<_>>().join("; ")
}

/// One change: what, when, by whom, and why, or that no reason was given.
fn change(change: &Change, leads: Leads) -> AnyView {
    let by = (!change.by.is_empty()).then(|| view! { " · " {words::by()} " " {bdi(&change.by)} });
    let reason = match change.reason.is_empty() {
        true => words::no_reason().into_any(),
        false => view! { {words::reason()} ": " {bdi(&change.reason)} }.into_any(),
    };
    let doses = (!change.after.is_empty()).then(|| {
        let against = (!change.against.is_empty()).then(|| view! { " (" {bdi(&change.against)} ")" });
        view! {
            <p class="small">
                {words::before()} ": " {bdi(&doses_of(&change.before))} {against} " · " {words::after()} ": "
                {bdi(&doses_of(&change.after))}
            </p>
        }
    });
    let sources: Vec<&str> = change.sources.iter().map(|s| text::named_or_typed(s)).collect();
    view! {
        <li class="line">
            <p>
                <span class="strong">{text::changed(change.what)}</span>
                ": "
                {medicine(&change.id, &change.title, leads)}
            </p>
            {doses}
            <p class="small soft">
                {text::day_or_none(change.when.as_ref())} {by} " · " {reason} " · " {text::line::source()} " "
                {bdi(&sources.join(", "))}
            </p>
        </li>
    }
    .into_any()
}
