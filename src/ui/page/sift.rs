//! A list that can be narrowed: by words, kind, source and year. What is left is counted, and said aloud. Nothing of it
//! stands in the address: words and kinds are clinical. Who comes back finds it narrowed as it was.

use std::collections::{BTreeSet, HashSet};

use leptos::prelude::*;

use crate::ui::front::Front;
use crate::ui::part::{Empty, Field};
use crate::ui::text::{self, section as words, timeline};
use crate::ui::way;
use crate::view::Row;

/// A list that is no longer than this is seen at a glance.
const FEW: usize = 7;

/// What a line of the list can be chosen by.
#[derive(Clone, Debug, Default)]
pub struct Grain {
    /// The item's id.
    pub id: String,
    /// What kind of thing it is, in words; empty if nobody says.
    pub kind: String,
    /// Names of its sources.
    pub sources: Vec<String>,
    /// The year of its date; empty if not known, or where a line stands for many dates.
    pub year: String,
}

impl Grain {
    /// The line of an item.
    pub fn of(row: &Row) -> Self {
        let year = row.date.as_ref().and_then(|d| d.known).map(|k| k.year.to_string());
        let sources = row.sources.iter().map(|s| text::named_or_typed(s).to_owned()).collect();
        Self { id: row.id.clone(), kind: String::new(), sources, year: year.unwrap_or_default() }
    }
}

/// Draws a list, and above a long one what narrows it, with a hint of what words find. `draw` is given which lines are
/// left.
pub fn sifted(
    grains: Vec<Grain>,
    hint: text::Message,
    draw: impl Fn(&dyn Fn(usize) -> bool) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    if grains.len() <= FEW {
        return draw(&|_| true);
    }
    let front = Front::get();
    let [search, kind, source, year] = ["sift-search", "sift-kind", "sift-source", "sift-year"].map(way::kept);
    let found = RwSignal::new(None::<HashSet<String>>);
    // Who comes back to a narrowed list is not shown all of it first.
    let narrowed = RwSignal::new(search.with_untracked(|words| words.trim().is_empty()));
    let asked = StoredValue::new(0_u32);
    Effect::new(move || {
        let typed = search.get();
        let mine = asked.get_value().wrapping_add(1);
        asked.set_value(mine);
        if typed.trim().is_empty() {
            return found.set(None);
        }
        leptos::task::spawn_local(async move {
            let answer = front.client.found(typed).await;
            // An answer to an older question is dropped.
            if asked.try_get_value() == Some(mine) {
                found.set(answer.ok().map(|ids| ids.into_iter().collect()));
                narrowed.set(true);
            }
        });
    });
    let offered = |of: fn(&Grain) -> Vec<&str>| -> Vec<String> {
        let all: BTreeSet<&str> = grains.iter().flat_map(of).filter(|name| !name.is_empty()).collect();
        all.into_iter().map(str::to_owned).collect()
    };
    let kinds = offered(|g| vec![&g.kind]);
    let sources = offered(|g| g.sources.iter().map(String::as_str).collect());
    let mut years = offered(|g| vec![&g.year]);
    years.reverse();
    let total = grains.len();
    let kept = Memo::new(move |_| {
        let (kind, source, year) = (kind.get(), source.get(), year.get());
        let fits = |g: &Grain| {
            found.with(|f| f.as_ref().is_none_or(|f| f.contains(&g.id)))
                && (kind.is_empty() || g.kind == kind)
                && (source.is_empty() || g.sources.contains(&source))
                && (year.is_empty() || g.year == year)
        };
        grains.iter().map(fits).collect::<Vec<bool>>()
    });
    let count = move || kept.with(|kept| kept.iter().filter(|kept| **kept).count());
    let told = move || {
        let left = count();
        (left < total).then(|| timeline::matching(&text::number(left as u64), &text::number(total as u64)))
    };
    let clear = move |_| [search, kind, source, year].into_iter().for_each(|s| s.set(String::new()));
    let body = move || {
        if !narrowed.get() {
            return view! { <p role="status">{text::common::loading}</p> }.into_any();
        }
        if count() > 0 {
            return kept.with(|kept| draw(&|i| kept.get(i).copied().unwrap_or(false)));
        }
        view! {
            <Empty title=timeline::no_match>
                <p>{timeline::no_match_then}</p>
                <button type="button" class="button" on:click=clear>
                    {timeline::clear}
                </button>
            </Empty>
        }
        .into_any()
    };
    view! {
        <div class="stack">
            <div class="columns no-print" role="group" aria-label=words::sift>
                <Field id="sift-search" label=words::sift hint=hint>
                    <input
                        class="input"
                        type="search"
                        id="sift-search"
                        autocomplete="off"
                        spellcheck="false"
                        aria-describedby="sift-search-hint"
                        prop:value=search
                        on:input=move |event| search.set(event_target_value(&event))
                    />
                </Field>
                {pick("sift-kind", timeline::kind, words::any_kind, kinds, kind)}
                {pick("sift-source", timeline::source, timeline::any_source, sources, source)}
                {pick("sift-year", timeline::in_year, timeline::any_year, years, year)}
            </div>
            <p role="status" class="soft">
                {told}
            </p>
            {body}
        </div>
    }
    .into_any()
}

/// One of several; nothing where there is nothing to choose between.
fn pick(
    id: &'static str,
    label: text::Message,
    all: text::Message,
    offered: Vec<String>,
    chosen: RwSignal<String>,
) -> Option<AnyView> {
    if offered.len() < 2 {
        return None;
    }
    let options: Vec<_> = offered
        .into_iter()
        .map(|name| {
            let same = name.clone();
            // Who comes back finds what was chosen.
            view! { <option value=name.clone() selected=move || chosen.with(|c| *c == same)>{name.clone()}</option> }
        })
        .collect();
    let picked = view! {
        <Field id=id label=label>
            <select class="input" id=id prop:value=chosen on:change=move |event| chosen.set(event_target_value(&event))>
                <option value="">{all}</option>
                {options}
            </select>
        </Field>
    };
    Some(picked.into_any())
}
