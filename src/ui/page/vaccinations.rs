//! Vaccinations by age: one table that a school, a nursery or a red book can be filled in from.

use leptos::prelude::*;

use crate::record::Section;
use crate::ui::part::{Badge, Tone, line::bdi};
use crate::ui::place::Place;
use crate::ui::text::{self, vaccinations as words};
use crate::view::vaccinations::Vaccination;

/// The table; nothing where there is no vaccination.
pub fn by_age(all: &[Vaccination]) -> Option<AnyView> {
    let rows: Vec<_> = all.iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="by-age">
                <h2 id="by-age">{words::title}</h2>
                <p class="small soft">{words::lede}</p>
                <table class="table">
                    <caption class="unseen">{text::section(Section::Immunizations)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="keep">{words::date}</th>
                            <th scope="col" class="keep">{words::age}</th>
                            <th scope="col">{words::vaccine}</th>
                            <th scope="col" class="keep">{words::dose}</th>
                            <th scope="col" class="keep">{words::batch}</th>
                            <th scope="col">{words::source}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any()
    })
}

fn row(one: &Vaccination) -> AnyView {
    // What is not said is said not to be: an empty cell reads like a slip.
    let told = |said: &[String]| if said.is_empty() { words::not_said().to_owned() } else { said.join(", ") };
    let not = (!one.given).then(|| {
        let why = (!one.why.is_empty()).then(|| view! { <p class="small">{bdi(&one.why.join(", "))}</p> });
        view! { <p><Badge tone=Tone::Warning text=text::terms::polarity_not_given() /></p> {why} }
    });
    let against = (!one.against.is_empty()).then(|| {
        view! { <p class="small">{text::values::detail_target_disease()} ": " {bdi(&one.against.join(", "))}</p> }
    });
    let said = || text::plain::disagreeing(one.sources.len());
    let disagree = one.disagree.then(|| view! { <p><Badge tone=Tone::Warning text=said() /></p> });
    let age = match one.age {
        Some(age) => text::age_then(age),
        None if one.given => words::not_known().to_owned(),
        None => String::new(),
    };
    let sources: Vec<&str> = one.sources.iter().map(|s| text::named_or_typed(s)).collect();
    view! {
        <tr>
            <td data-label=words::date() class="figures keep">
                {text::day_or_none(one.date.as_ref())}
            </td>
            <td data-label=words::age() class="keep">{age}</td>
            <th scope="row">
                {not} <a href=Place::Item(one.id.clone()).href()>{bdi(text::title(&one.title))}</a> {against} {disagree}
            </th>
            <td data-label=words::dose() class="keep">{bdi(&told(&one.dose))}</td>
            <td data-label=words::batch() class="keep">{bdi(&told(&one.batch))}</td>
            <td data-label=words::source() class="from">{bdi(&sources.join(", "))}</td>
        </tr>
    }
    .into_any()
}
