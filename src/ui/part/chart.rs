use leptos::{ev, prelude::*};

use super::line::bdi;
use crate::ui::place::Place;
use crate::ui::text::{self, analyte as words};
use crate::view::chart::{Chart, Place as Spot};
use crate::view::results::{Point, Series};

/// How a value went, small: a line and its last point. The numbers stand beside it; it says nothing alone.
#[component]
pub fn Spark(
    /// Each 0..=1 from left and from the bottom, oldest first.
    points: Vec<(f32, f32)>,
) -> impl IntoView {
    let place = |(x, y): &(f32, f32)| format!("{:.1} {:.1}", 4.0 + x * 92.0, 26.0 - y * 22.0);
    let path = points.iter().map(place).collect::<Vec<_>>().join("L");
    let last = points.last().map(|p| format!("M{}h0", place(p)));
    view! {
        <svg class="spark" viewBox="0 0 100 30" aria-hidden="true" focusable="false">
            <path class="spark-line" d=format!("M{path}") />
            <path class="spark-last" d=last />
        </svg>
    }
}

/// One series as a chart. The arrow keys go from point to point, a tap chooses the nearest; what is chosen is said in
/// words below. The table of the page holds the same values.
#[component]
pub fn ChartView(
    /// What is measured, in the source's words.
    title: String,
    /// The series.
    series: Series,
    /// Ready to draw.
    chart: Chart,
) -> impl IntoView {
    let last = chart.points.len().saturating_sub(1);
    let chosen = RwSignal::new(last);
    let spots = StoredValue::new(chart.points.clone());
    let points = StoredValue::new(series.points.clone());
    let step = move |event: ev::KeyboardEvent| {
        let now = chosen.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (now + 1).min(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        chosen.set(next);
    };
    let tap = move |event: ev::PointerEvent| {
        let area = event.current_target().map(wasm_bindgen::JsCast::unchecked_into::<web_sys::Element>);
        let Some(area) = area.map(|a| a.get_bounding_client_rect()) else { return };
        let x = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        if let Some(nearest) = spots.with_value(|s| nearest(s, x)) {
            chosen.set(nearest);
        }
    };
    let unit = text::unit(&series.unit);
    let part = if series.part.is_empty() { &title } else { &series.part };
    let name = words::chart_name(part, &unit);
    let lab = series.points.iter().any(|p| p.flagging.lab_test);
    let band = chart.band.map(|_| if lab { words::chart_band() } else { words::chart_band_file() });
    let marker = move || spots.with_value(|s| s.get(chosen.get()).map(|p| dots(core::iter::once(p))));
    let told = move || {
        let spot = spots.with_value(|s| s.get(chosen.get()).copied())?;
        points.with_value(|p| p.get(spot.index as usize).map(point))
    };
    view! {
        <figure class="chart">
            <figcaption class="small soft">{bdi(&series.part)} " " {bdi(&unit)}</figcaption>
            <div class="chart-frame">
                {y_labels(&chart)}
                <div class="chart-area" tabindex="0" role="group" aria-label=name on:keydown=step on:pointerdown=tap>
                    {drawing(&chart)} <svg class="chart-marker" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
                        <path d=marker />
                    </svg>
                </div>
                {x_labels(&chart)}
            </div>
            <output class="chart-told" aria-live="polite">{told}</output>
            <p class="small soft no-print">{words::chart_hint()} " " {band}</p>
        </figure>
    }
}

/// Band, line and points, in a field of 1000 × 1000 that is stretched to the page.
fn drawing(chart: &Chart) -> AnyView {
    let band = chart.band.map(|(low, high)| {
        view! { <rect class="chart-band" x="0" width="1000" y=(1.0 - high) * 1000.0 height=(high - low).max(0.0) * 1000.0 /> }
    });
    let grid: String = chart.y_ticks.iter().map(|t| format!("M0 {:.1}H1000", (1.0 - t.at) * 1000.0)).collect();
    let shown = thin(&chart.points);
    let line = shown.iter().map(place).collect::<Vec<_>>().join("L");
    view! {
        <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            {band} <path class="chart-grid" d=grid /> <path class="chart-line" d=format!("M{line}") />
            <path class="chart-point" d=dots(shown.iter()) />
            <path class="chart-open" d=dots(shown.iter().filter(|s| s.bound)) />
        </svg>
    }
    .into_any()
}

fn y_labels(chart: &Chart) -> AnyView {
    let ticks: Vec<_> = chart
        .y_ticks
        .iter()
        .map(|t| view! { <span style:inset-block-end=format!("{:.2}%", t.at * 100.0)>{t.label.clone()}</span> })
        .collect();
    view! { <div class="chart-y figures small soft" aria-hidden="true">{ticks}</div> }.into_any()
}

fn x_labels(chart: &Chart) -> AnyView {
    let ticks: Vec<_> = chart
        .x_ticks
        .iter()
        .map(|t| view! { <span style:inset-inline-start=format!("{:.2}%", t.at * 100.0)>{short(&t.day)}</span> })
        .collect();
    view! { <div class="chart-x figures small soft" aria-hidden="true">{ticks}</div> }.into_any()
}

/// A day on the axis, as short as its words allow.
fn short(day: &crate::view::Day) -> String {
    match day.known {
        Some(known) if known.day.is_some() => {
            let month: String = text::month(known.month.unwrap_or(0)).chars().take(3).collect();
            format!("{} {month}", known.day.unwrap_or(0))
        }
        Some(known) if known.month.is_some() => {
            let month: String = text::month(known.month.unwrap_or(0)).chars().take(3).collect();
            format!("{month} {}", known.year)
        }
        _ => text::day(day),
    }
}

/// One point in words, with the way to its page.
fn point(point: &Point) -> AnyView {
    let when = text::day_or_none(point.date.as_ref());
    let scaled = point.scaled.then(|| format!(" ({})", words::scaled()));
    let range = (!point.range.is_empty())
        .then(|| format!(" · {} {}", text::range_name(point.flagging.lab_test), point.range.join("; ")));
    view! {
        <span class="figures">{when} ": "</span>
        {super::line::value(&point.value, &point.unit, &point.flagging)}
        {scaled}
        {range}
        " · "
        <a href=Place::Item(point.id.clone()).href()>{bdi(&point.source)}</a>
    }
    .into_any()
}

fn place(spot: &Spot) -> String {
    format!("{:.1} {:.1}", spot.x * 1000.0, (1.0 - spot.y) * 1000.0)
}

/// A line of no length with round ends is a round point, however the field is stretched.
fn dots<'a>(spots: impl Iterator<Item = &'a Spot>) -> String {
    spots.map(|s| format!("M{}h0", place(s))).collect()
}

fn nearest(spots: &[Spot], x: f64) -> Option<usize> {
    spots.iter().enumerate().min_by(|(_, a), (_, b)| (a.x - x).abs().total_cmp(&(b.x - x).abs())).map(|(i, _)| i)
}

/// At most four points a column of the screen: the first, the lowest, the highest and the last draw the same line.
fn thin(points: &[Spot]) -> Vec<Spot> {
    const COLUMNS: f64 = 700.0;
    if points.len() <= 2_000 {
        return points.to_vec();
    }
    let column = |p: &Spot| (p.x * COLUMNS) as u32;
    points
        .chunk_by(|a, b| column(a) == column(b))
        .flat_map(|group| {
            let low = group.iter().min_by(|a, b| a.y.total_cmp(&b.y));
            let high = group.iter().max_by(|a, b| a.y.total_cmp(&b.y));
            let mut kept: Vec<Spot> = [group.first(), low, high, group.last()].into_iter().flatten().copied().collect();
            kept.sort_by_key(|p| p.index);
            kept.dedup_by_key(|p| p.index);
            kept
        })
        .collect()
}
