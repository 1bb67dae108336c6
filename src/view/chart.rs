//! From values to places on paper. Pure; the ui only multiplies by its width and height.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::Day;
use crate::record::Known;

/// A chart of one series in a unit square: x from left to right in time, y from the bottom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The points, oldest first.
    pub points: Vec<Place>,
    /// Marks on the time axis.
    pub x_ticks: Vec<DayTick>,
    /// Marks on the value axis.
    pub y_ticks: Vec<Tick>,
    /// The reference band, bottom to top, if the latest point with a range has one that is plain numbers. An open end is the edge.
    pub band: Option<(f64, f64)>,
}

/// Where a point lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Index into the series' points.
    pub index: u32,
    /// 0..=1 from the left.
    pub x: f64,
    /// 0..=1 from the bottom.
    pub y: f64,
    /// The value is only a bound (`<5`, `>100`): drawn open.
    pub bound: bool,
}

/// A mark on the value axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// 0..=1.
    pub at: f64,
    /// The number, with no more digits than the step needs.
    pub label: String,
}

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayTick {
    /// 0..=1.
    pub at: f64,
    /// The date to word: a year, a month, or a day.
    pub day: Day,
}

/// A value to place: its index in the series, days since any fixed day (with the time as a fraction), the number,
/// and whether the number is only a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// Index into the series' points.
    pub index: u32,
    /// The civil date and time as days since 1970-01-01.
    pub day: f64,
    /// The number, in the series' unit.
    pub number: f64,
    /// `<5`, `>100`.
    pub bound: bool,
}

/// Places values in the unit square. `None` below two values. The axis holds all values and the band.
pub fn chart(values: &[Value], band: Option<(f64, f64)>) -> Option<Chart> {
    if values.len() < 2 {
        return None;
    }
    let days = span(values.iter().map(|v| v.day))?;
    let band = band.filter(|(low, high)| low.is_finite() && high.is_finite() && low <= high);
    let ends = band.into_iter().flat_map(|(low, high)| [low, high]);
    let numbers = span(values.iter().map(|v| v.number).chain(ends))?;
    let (low, high, y_ticks) = value_axis(numbers);
    let up = |number: f64| ((number - low) / (high - low)).clamp(0.0, 1.0);
    let across = |day: f64| if days.1 > days.0 { ((day - days.0) / (days.1 - days.0)).clamp(0.0, 1.0) } else { 0.5 };
    Some(Chart {
        points: values
            .iter()
            .map(|v| Place { index: v.index, x: across(v.day), y: up(v.number), bound: v.bound })
            .collect(),
        x_ticks: day_axis(days).into_iter().map(|(day, at)| DayTick { at: across(at), day }).collect(),
        y_ticks,
        band: band.map(|(low, high)| (up(low), up(high))),
    })
}

/// A line that is as wide as a thumb shows no more points.
const SPARK: usize = 120;

/// Points of a sparkline, 0..=1, oldest first; empty below two values. Of very many, the lowest and the highest of each
/// stretch.
pub fn spark(values: &[Value]) -> Vec<(f32, f32)> {
    let (Some(days), Some(numbers), true) =
        (span(values.iter().map(|v| v.day)), span(values.iter().map(|v| v.number)), values.len() > 1)
    else {
        return Vec::new();
    };
    let share = |v: f64, (low, high): (f64, f64)| if high > low { ((v - low) / (high - low)) as f32 } else { 0.5 };
    let place = |v: &Value| (share(v.day, days), share(v.number, numbers));
    if values.len() <= SPARK {
        return values.iter().map(place).collect();
    }
    let stretches = values.chunks(values.len().div_ceil(SPARK / 2));
    let ends = stretches.flat_map(|stretch| {
        let low = stretch.iter().min_by(|a, b| a.number.total_cmp(&b.number));
        let high = stretch.iter().max_by(|a, b| a.number.total_cmp(&b.number));
        let mut ends: Vec<&Value> = low.into_iter().chain(high).collect();
        ends.sort_by_key(|v| v.index);
        ends.dedup_by_key(|v| v.index);
        ends
    });
    ends.map(place).collect()
}

fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |span, v| {
        let (low, high) = span.unwrap_or((v, v));
        Some((low.min(v), high.max(v)))
    })
}

/// Round ends and four to eight round steps of 1, 2 or 5 times a power of ten.
fn value_axis((low, high): (f64, f64)) -> (f64, f64, Vec<Tick>) {
    // One single value still gets room around it.
    let room = if high > low { high - low } else { (low.abs() / 2.0).max(1.0) };
    let (low, high) = if high > low { (low, high) } else { (low - room / 2.0, high + room / 2.0) };
    let raw = room / 5.0;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw * 0.999).unwrap_or(power * 10.0);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let count = (last - first).clamp(1.0, 20.0) as u32;
    let ticks = (0..=count)
        .map(|i| Tick {
            at: f64::from(i) / f64::from(count),
            label: plain(format!("{:.decimals$}", (first + f64::from(i)) * step)),
        })
        .collect();
    (first * step, (first + f64::from(count)) * step, ticks)
}

/// "-0" is 0.
fn plain(label: String) -> String {
    match label.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => label,
    }
}

/// At most seven marks: years, months or days, whichever is the finest that fits.
fn day_axis((first, last): (f64, f64)) -> Vec<(Day, f64)> {
    let (Some(from), Some(to)) = (date_of(first), date_of(last)) else { return Vec::new() };
    let day = |year: i16, month: Option<u8>, day: Option<u8>, text: String| Day {
        text,
        known: Some(Known { year, month, day, time: None }),
        days_ago: None,
        future: false,
    };
    let length = last - first;
    let mut out = Vec::new();
    if length > 7.0 * 31.0 {
        let months = if length <= 2.2 * 366.0 { 6 } else { 12 };
        let years = if months == 12 { (length / 366.0 / 6.0).ceil().max(1.0) as i16 } else { 1 };
        for year in from.year()..=to.year() {
            for month in (1..=12i8).step_by(months) {
                let Ok(at) = Date::new(year, month, 1) else { continue };
                if at >= from && at <= to && year % years == 0 {
                    let text = if month == 1 { format!("{year:04}") } else { format!("{year:04}-{month:02}") };
                    let month = (month > 1).then_some(month as u8);
                    out.push((day(year, month, None, text), days_of(at)));
                }
            }
        }
    } else {
        let step = [1, 2, 7, 14, 28].into_iter().find(|s| length / f64::from(*s) <= 6.0).unwrap_or(31);
        let mut at = from;
        while at <= to {
            let text = at.to_string();
            out.push((day(at.year(), Some(at.month() as u8), Some(at.day() as u8), text), days_of(at).max(first)));
            match at.checked_add(step.days()) {
                Ok(next) => at = next,
                Err(_) => break,
            }
        }
    }
    out
}

/// Days since 1970-01-01.
pub(super) fn days_of(date: Date) -> f64 {
    f64::from(super::day::days(Date::constant(1970, 1, 1), date))
}

fn date_of(days: f64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add((days.floor() as i32).days()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(values: &[(f64, f64)], band: Option<(f64, f64)>, y_labels: &[&str], x_labels: &[&str]) -> Chart {
        let values: Vec<Value> = values
            .iter()
            .zip(0..)
            .map(|((day, number), index)| Value { index, day: *day, number: *number, bound: false })
            .collect();
        let chart = chart(&values, band).unwrap();
        assert_eq!(chart.y_ticks.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), y_labels);
        assert_eq!(chart.x_ticks.iter().map(|t| t.day.text.as_str()).collect::<Vec<_>>(), x_labels);
        chart
    }

    fn on(y: i16, m: i8, d: i8) -> f64 {
        days_of(Date::constant(y, m, d))
    }

    #[test]
    fn years_of_creatinine_get_round_marks_and_a_band() {
        let chart = check(
            &[(on(2019, 3, 1), 85.0), (on(2021, 3, 1), 100.0), (on(2024, 3, 1), 118.0)],
            Some((60.0, 110.0)),
            &["60", "80", "100", "120"],
            &["2020", "2021", "2022", "2023", "2024"],
        );
        assert_eq!((chart.points[0].x, chart.points[2].x), (0.0, 1.0));
        let (low, high) = chart.band.unwrap();
        assert!(low == 0.0 && (high - 50.0 / 60.0).abs() < 1e-9);
    }

    #[test]
    fn days_of_potassium_get_days() {
        check(
            &[(on(2024, 3, 1), 3.9), (on(2024, 3, 4), 4.4)],
            None,
            &["3.9", "4.0", "4.1", "4.2", "4.3", "4.4"],
            &["2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04"],
        );
    }

    #[test]
    fn equal_values_lie_in_the_middle() {
        let chart = check(
            &[(on(2024, 3, 1), 5.0), (on(2024, 3, 1), 5.0)],
            None,
            &["3.5", "4.0", "4.5", "5.0", "5.5", "6.0", "6.5"],
            &["2024-03-01"],
        );
        assert_eq!((chart.points[0].x, chart.points[0].y), (0.5, 0.5));
    }

    #[test]
    fn the_thumb_of_very_many_values_is_small_and_hides_no_peak() {
        let mut values: Vec<Value> = (0..10_000)
            .map(|index| Value { index, day: f64::from(index), number: f64::from(index % 7), bound: false })
            .collect();
        values[4321].number = 100.0;
        let spark = spark(&values);
        assert!(spark.len() <= SPARK, "{}", spark.len());
        assert!(spark.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert_eq!(spark.iter().filter(|(_, up)| *up == 1.0).count(), 1);
    }

    proptest! {
        #[test]
        fn every_point_lies_in_the_square(values in prop::collection::vec((-30_000f64..30_000.0, -1e9f64..1e9), 2..40),
                                          band in prop::option::of((-1e6f64..0.0, 0.0f64..1e6))) {
            let values: Vec<Value> = values.into_iter().zip(0..)
                .map(|((day, number), index)| Value { index, day, number, bound: false }).collect();
            let chart = chart(&values, band).unwrap();
            prop_assert_eq!(chart.points.len(), values.len());
            let inside = |v: f64| (0.0..=1.0).contains(&v);
            prop_assert!(chart.points.iter().all(|p| inside(p.x) && inside(p.y)));
            prop_assert!(chart.y_ticks.iter().all(|t| inside(t.at)) && (2..=21).contains(&chart.y_ticks.len()));
            prop_assert!(chart.x_ticks.iter().all(|t| inside(t.at)) && chart.x_ticks.len() <= 8);
            for (a, b) in values.iter().zip(&chart.points) {
                for (c, d) in values.iter().zip(&chart.points) {
                    prop_assert!(a.number <= c.number || b.y >= d.y - 1e-12, "order is kept");
                }
            }
        }
    }
}
