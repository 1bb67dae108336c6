//! Everything by date: a window of rows at a time is drawn, whatever their number.

use std::collections::BTreeMap;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use crate::app::wire::Failure;
use crate::record::{Hash, Section};
use crate::ui::front::Front;
use crate::ui::heights::Heights;
use crate::ui::part::{Chip, Disclosure, Empty, Field, PageHead, Trouble, line, marked};
use crate::ui::place::{Place, Route};
use crate::ui::text::{self, timeline as words};
use crate::ui::way;
use crate::view::timeline::{Ask, Month, Timeline, TimelineRow};

/// Rows that are asked for at once, and that a page of the window holds.
const PAGE: u32 = 50;
/// Rows by which the drawn window moves.
const STEP: u32 = 8;
/// Rows that are drawn before it is known how many fit.
const FIRST: u32 = 16;
/// Pages that are asked for beyond what is drawn, once somebody scrolls: fast fingers must find no gap.
const AHEAD: u32 = 8;
/// Pages on either side of the drawn ones that are held.
const HELD: u32 = 40;
/// Height of a row before it was measured, in pixels.
const GUESS: f64 = 132.0;
/// Height of a month's heading, in pixels; the style sheet gives it the same.
const HEAD: f64 = 56.0;
/// The tallest list that browsers lay out reliably, in pixels: beyond it the scroll bar is scaled.
const TALLEST: f64 = 8_000_000.0;

/// Under this name the heights of rows are remembered.
const MEASURED: &str = "timeline-heights";

/// The page.
#[component]
pub fn TimelinePage() -> impl IntoView {
    let front = Front::get();
    let search = way::kept("timeline-search");
    let ask = Memo::new(move |_| {
        let route = front.route.get();
        let filter = |name: &str| route.filter(name).unwrap_or("").to_owned();
        // A year is both bounds at once, and the days narrow it further: neither takes the other's place.
        let year = filter("year");
        let bound = |day: String, of_year: &str, later: bool| match (year.is_empty(), day.is_empty()) {
            (true, _) => day,
            (false, true) => format!("{year}{of_year}"),
            (false, false) if (format!("{year}{of_year}") > day) == later => format!("{year}{of_year}"),
            (false, false) => day,
        };
        Ask {
            sections: Section::of_slug(&filter("kind")).into_iter().collect(),
            source: Hash::from_hex(&filter("source")),
            from: bound(filter("from"), "-01-01", true),
            until: bound(filter("until"), "-12-31", false),
            search: search.get(),
            offset: 0,
            limit: PAGE,
        }
    });
    let first = RwSignal::new(None::<Result<Timeline, Failure>>);
    let asked = StoredValue::new(0_u32);
    Effect::new(move || {
        front.changes.track();
        let ask = ask.get();
        let mine = asked.get_value().wrapping_add(1);
        asked.set_value(mine);
        leptos::task::spawn_local(async move {
            let answer = front.client.timeline(ask).await;
            // An answer to an older question is dropped: the newest typed letter wins.
            if asked.try_get_value() == Some(mine) {
                first.set(Some(answer));
            }
        });
    });
    let told = move || first.with(|f| matches!(f, Some(Ok(_)))).then(|| first.with(counts));
    let also = move || {
        let names = first.with(|f| f.as_ref().and_then(|f| f.as_ref().ok()).map(|p| p.also.join(", ")));
        names.filter(|names| !names.is_empty()).map(|names| view! { <p class="small">{words::also()} " " {names}</p> })
    };
    view! {
        <PageHead title=words::title />
        <div class="stack">
            <Search search />
            <Filters first />
            <div role="status" class="soft">
                <p>{told}</p>
                {also}
            </div>
            {move || match first.get() {
                None => view! { <p role="status">{text::common::loading}</p> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
                Some(Ok(page)) if page.matching == 0 => nothing(&page),
                Some(Ok(page)) => view! { <Rows page ask=ask.get_untracked() /> }.into_any(),
            }}
        </div>
    }
}

fn counts(page: &Option<Result<Timeline, Failure>>) -> String {
    match page {
        Some(Ok(p)) if p.matching == p.total => words::all(p.total.into()),
        Some(Ok(p)) => words::matching(&text::number(p.matching.into()), &text::number(p.total.into())),
        _ => String::new(),
    }
}

fn nothing(page: &Timeline) -> AnyView {
    if page.total == 0 {
        return view! {
            <Empty title=words::empty>
                <a class="button primary" href=Place::Import.href()>
                    {text::summary::import}
                </a>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty title=words::no_match>
            <p>{words::no_match_then}</p>
            <a class="button" href=Place::Timeline.href()>
                {words::clear}
            </a>
        </Empty>
    }
    .into_any()
}

/// Words to look for. They stay in memory: the address never holds them.
#[component]
fn Search(search: RwSignal<String>) -> impl IntoView {
    let front = Front::get();
    let ready = move |_| {
        leptos::task::spawn_local(async move {
            // A failure shows in the answer to what is then looked for.
            let _ready = front.client.ready_to_search().await;
        });
    };
    view! {
        <Field id="timeline-search" label=words::search hint=words::search_hint>
            <input
                class="input"
                type="search"
                id="timeline-search"
                autocomplete="off"
                spellcheck="false"
                aria-describedby="timeline-search-hint"
                prop:value=search
                on:focus=ready
                on:input=move |event| search.set(event_target_value(&event))
            />
        </Field>
    }
}

/// Kind, source and dates: they stand in the address as opaque words, so that the back button takes them back.
#[component]
fn Filters(first: RwSignal<Option<Result<Timeline, Failure>>>) -> impl IntoView {
    let front = Front::get();
    let set = move |name: &'static str, value: String| {
        front.go_instead(front.route.get_untracked().with(name, &value));
    };
    let present = Memo::new(move |_| {
        let page = first.get().and_then(Result::ok);
        page.map(|p| (p.sections, p.sources, p.years))
    });
    let kinds = move || {
        let (sections, ..) = present.get().unwrap_or_default();
        sections.into_iter().map(|(s, n)| kind(front, s, n, set)).collect_view()
    };
    let date = move |name: &'static str| front.route.with(|r| r.filter(name).unwrap_or("").to_owned());
    let open = front.route.with_untracked(|r: &Route| !r.filters.is_empty());
    view! {
        <Disclosure summary=words::filters open=open>
            <div class="row" role="group" aria-label=words::kind>
                {kinds}
            </div>
            <div class="columns">
                {move || present.get().map(|(_, sources, _)| source(front, sources, set))}
                {move || present.get().map(|(.., years)| year(front, years, set))}
                <Field id="timeline-from" label=words::from>
                    <input
                        class="input"
                        type="date"
                        id="timeline-from"
                        prop:value=move || date("from")
                        on:change=move |event| set("from", event_target_value(&event))
                    />
                </Field>
                <Field id="timeline-until" label=words::until>
                    <input
                        class="input"
                        type="date"
                        id="timeline-until"
                        prop:value=move || date("until")
                        on:change=move |event| set("until", event_target_value(&event))
                    />
                </Field>
            </div>
            <a class="button quiet" href=Place::Timeline.href()>
                {words::clear}
            </a>
        </Disclosure>
    }
}

fn kind(front: Front, section: Section, n: u32, set: impl Fn(&'static str, String) + Copy + Send + 'static) -> AnyView {
    let on = Memo::new(move |_| front.route.with(|r| r.filter("kind") == Some(section.slug())));
    let label = format!("{} ({})", text::section(section), text::number(n.into()));
    let press = move || set("kind", if on.get_untracked() { String::new() } else { section.slug().to_owned() });
    view! { <Chip label=label on=on press=press /> }.into_any()
}

fn source(
    front: Front,
    sources: Vec<(Hash, String, u32)>,
    set: impl Fn(&'static str, String) + Copy + Send + 'static,
) -> AnyView {
    let chosen = move || front.route.with(|r| r.filter("source").unwrap_or("").to_owned());
    let options: Vec<_> = sources
        .into_iter()
        .map(|(hash, name, n)| {
            let hex = hash.hex();
            let same = hex.clone();
            let name = if name.is_empty() { text::common::own_hand().to_owned() } else { name };
            view! {
                <option value=hex selected=move || chosen() == same>
                    {format!("{name} ({})", text::number(n.into()))}
                </option>
            }
        })
        .collect();
    view! {
        <Field id="timeline-source" label=words::source>
            <select class="input" id="timeline-source" on:change=move |event| set("source", event_target_value(&event))>
                <option value="">{words::any_source}</option>
                {options}
            </select>
        </Field>
    }
    .into_any()
}

fn year(front: Front, years: Vec<(i16, u32)>, set: impl Fn(&'static str, String) + Copy + Send + 'static) -> AnyView {
    let options: Vec<_> = years
        .into_iter()
        .map(|(year, n)| {
            let year = year.to_string();
            let same = year.clone();
            let label = format!("{year} ({})", text::number(n.into()));
            let chosen = move || front.route.with(|r| r.filter("year") == Some(same.as_str()));
            view! {
                <option value=year selected=chosen>
                    {label}
                </option>
            }
        })
        .collect();
    view! {
        <Field id="timeline-year" label=words::in_year>
            <select class="input" id="timeline-year" on:change=move |event| set("year", event_target_value(&event))>
                <option value="">{words::any_year}</option>
                {options}
            </select>
        </Field>
    }
    .into_any()
}

/// The rows that are near the window, at their places in a list as tall as all of them.
#[component]
fn Rows(
    /// The first answer: months and counts of all, rows of the first page.
    page: Timeline,
    /// The question, for the pages that follow.
    ask: Ask,
) -> impl IntoView {
    let front = Front::get();
    let total = page.matching;
    let heads = page.months.iter().map(|m| m.start).collect();
    let months = StoredValue::new(page.months);
    let pages = RwSignal::new(BTreeMap::from([(0_u32, page.rows)]));
    let page_count = total.div_ceil(PAGE);
    let asking = StoredValue::new(Vec::<u32>::new());
    let drawn = RwSignal::new((0_u32, FIRST.min(total)));
    // Who comes back to the very same list finds its rows where they were.
    let width = window().inner_width().ok().and_then(|w| w.as_f64()).unwrap_or_default();
    let before = way::noted::<(Ask, f64, Heights)>(MEASURED).filter(|(a, w, _)| *a == ask && *w == width);
    let heights = match before {
        Some((.., heights)) if heights.total() == total => heights,
        _ => Heights::new(total, heads, HEAD, GUESS),
    };
    let heights = RwSignal::new(heights);
    let list = NodeRef::<html::Div>::new();
    let ask = StoredValue::new(ask);
    let mark = way::mark();
    on_cleanup(move || {
        if let (Some(ask), Some(heights)) = (ask.try_get_value(), heights.try_get_untracked()) {
            way::note_alone(mark, MEASURED, (ask, width, heights));
        }
    });

    let scale = move || heights.with(|h| (TALLEST / h.height()).min(1.0));
    let look = move || {
        let Some(list) = list.get_untracked() else { return };
        let top = -list.get_bounding_client_rect().top();
        let seen = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(800.0);
        let scale = untrack(scale);
        let at = |y: f64| heights.with_untracked(|h| h.at(y / scale));
        // In steps, so that not every pixel of scrolling draws anew.
        let from = at(top - seen) / STEP * STEP;
        let until = (at(top + 2.0 * seen) / STEP * STEP + STEP).min(total);
        if drawn.get_untracked() != (from, until) {
            drawn.set((from, until));
        }
    };
    let scrolled = window_event_listener(ev::scroll, move |_| look());
    let resized = window_event_listener(ev::resize, move |_| {
        heights.update(Heights::forget);
        look();
    });
    on_cleanup(move || {
        scrolled.remove();
        resized.remove();
    });
    Effect::new(move || {
        let (from, until) = drawn.get();
        // Before anybody scrolls what is drawn will do: whoever types a word makes a list at each letter.
        let ahead = if from == 0 { 0 } else { AHEAD };
        let (first, last) = ((from / PAGE).saturating_sub(ahead), until.saturating_sub(1) / PAGE + ahead);
        pages.update_untracked(|p| p.retain(|n, _| *n + HELD >= first && *n <= last + HELD));
        // What is on the screen is asked for before what may come.
        let near = (from / PAGE..=last).chain((first..from / PAGE).rev()).filter(|n| *n < page_count);
        for number in near.filter(|n| !pages.with_untracked(|p| p.contains_key(n))) {
            if asking.with_value(|a| a.contains(&number)) {
                continue;
            }
            asking.update_value(|a| a.push(number));
            let ask = Ask { offset: number * PAGE, limit: PAGE, ..ask.get_value() };
            leptos::task::spawn_local(async move {
                let answer = front.client.timeline(ask).await;
                asking.try_update_value(|a| a.retain(|n| *n != number));
                if let Ok(answer) = answer {
                    pages.try_update(|p| p.insert(number, answer.rows));
                }
            });
        }
    });
    // What is drawn is measured, so that it stands still when more is drawn: once a frame, however many pages came.
    let due = StoredValue::new(false);
    Effect::new(move || {
        drawn.track();
        pages.track();
        let Some(list) = list.get() else { return };
        if due.get_value() {
            return;
        }
        due.set_value(true);
        request_animation_frame(move || {
            due.try_set_value(false);
            let rows = measured(&list);
            if heights.try_update_untracked(|h| h.measure(rows)) == Some(true) {
                heights.notify();
                look();
            }
        });
    });
    let shown = move || {
        let (from, until) = drawn.get();
        from..until
    };
    let slot = move |index: u32| {
        let month =
            months.with_value(|m| m.binary_search_by_key(&index, |m| m.start).ok().and_then(|i| m.get(i).copied()));
        let here = Memo::new(move |_| pages.with(|p| p.contains_key(&(index / PAGE))));
        let row = move || {
            // Read, not only followed: what was never read does not hear that its page has come.
            if !here.get() {
                return waiting();
            }
            pages.with_untracked(|pages| {
                let row = pages.get(&(index / PAGE)).and_then(|p| p.get((index % PAGE) as usize));
                row.map_or_else(waiting, |row| one(row, index, total))
            })
        };
        view! {
            {month.map(|month| view! { <h2 class="timeline-head">{month_name(&month)}</h2> })}
            {row}
        }
    };
    let offset = move || heights.with(|h| format!("{:.0}px", h.top(drawn.get().0) * scale()));
    view! {
        <div
            class="timeline"
            node_ref=list
            style:block-size=move || format!("{:.0}px", heights.with(Heights::height) * scale())
        >
            <div class="timeline-window" style:inset-block-start=offset>
                <For each=shown key=|index| *index children=slot />
            </div>
        </div>
    }
}

/// The heights of the rows that are drawn.
fn measured(list: &web_sys::Element) -> Vec<(u32, f64)> {
    let Ok(rows) = list.query_selector_all("[data-row]") else { return Vec::new() };
    let rows = (0..rows.length()).filter_map(|i| rows.get(i)?.dyn_into::<web_sys::Element>().ok());
    rows.filter_map(|e| Some((e.get_attribute("data-row")?.parse().ok()?, e.get_bounding_client_rect().height())))
        .collect()
}

/// A row that has not come yet keeps its place.
fn waiting() -> AnyView {
    view! { <div class="timeline-row soft">{text::common::loading()}</div> }.into_any()
}

fn one(row: &TimelineRow, index: u32, total: u32) -> AnyView {
    let href = Place::Item(row.row.id.clone()).href();
    let shown = text::title(&row.row.title);
    // Marks are places in the whole title.
    let title = if row.marks.is_empty() { line::bdi(shown) } else { marked(&row.row.title, &row.marks) };
    let found =
        row.found.as_ref().map(|f| view! { <p class="small">{words::found()} " " {marked(&f.text, &f.marks)}</p> });
    view! {
        <article class="timeline-row line" data-row=index.to_string() aria-setsize=total.to_string() aria-posinset=(index + 1).to_string()>
            <p class="small soft">{text::section(row.row.section)}</p>
            <p class="line-title">{line::heading(&row.row, title, href)}</p>
            {line::under(&row.row, true)}
            {found}
        </article>
    }
    .into_any()
}

fn month_name(month: &Month) -> String {
    let name = match (month.year, month.month) {
        (Some(year), Some(m)) => text::date::month(text::month(m), &year.to_string()),
        (Some(year), None) => words::year(&year.to_string()),
        _ => words::undated().to_owned(),
    };
    if month.future { words::future(&name) } else { name }
}
