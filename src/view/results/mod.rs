//! Results: the latest of each analyte, and one analyte through time.

mod unit;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Day, Heading, Index, Row,
    chart::{self, Chart},
    day, heading, rows,
};
use crate::record::{Item, PartialDate, Record, Section, Value, same};

/// One analyte in a list: its latest value, and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalyteRow {
    /// The analyte's id, for links. No clinical text.
    pub id: String,
    /// The source's words of the latest.
    pub title: String,
    /// The latest that is not dated in the future (the only one, if all are; then its date says so); one whose date
    /// cannot be read comes before it.
    pub latest: Row,
    /// How many there are.
    pub count: u32,
    /// Sparkline of the latest's series, oldest first, each 0..=1 from left and from the bottom; empty below two points.
    pub spark: Vec<(f32, f32)>,
    /// Done within 30 days of the latest by another source.
    pub repeat: Option<Repeat>,
    /// The values before the latest, newest first, five at most: for who has no page of the analyte.
    pub earlier: Vec<Earlier>,
}

/// One value before the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// When.
    pub date: Option<Day>,
    /// The value as written; of parts measured together all of them, in order, with a stroke between.
    pub value: String,
    /// The unit as written.
    pub unit: String,
    /// Flags.
    pub flagging: super::Flagging,
}

/// So many values before the latest are told.
const EARLIER: usize = 5;

/// "Already done on … at …". Shown, never advised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The analyte in the source's words.
    pub title: String,
    /// The item.
    pub id: String,
    /// When it was done.
    pub date: Day,
    /// Where, as named.
    pub source: String,
    /// When the later one was done.
    pub again: Day,
    /// Where.
    pub again_source: String,
}

/// One analyte through time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analyte {
    /// The analyte's id.
    pub id: String,
    /// The source's words of the latest.
    pub title: String,
    /// Its own newest date and sources, and never those of the whole section: an old value must not look fresh.
    pub heading: Heading,
    /// One series a unit (a component's title apart), the one with the latest value first.
    pub series: Vec<Series>,
    /// Everything as a table, newest first; dated in the future apart.
    pub rows: Vec<Row>,
    /// Dated in the future.
    pub future: Vec<Row>,
    /// Repeated within 30 days by different sources.
    pub repeats: Vec<Repeat>,
}

/// Values of one analyte in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The part (Systolic …), empty where the analyte has no parts.
    pub part: String,
    /// The unit as the latest writes it.
    pub unit: String,
    /// The points, oldest first.
    pub points: Vec<Point>,
    /// Ready to draw; `None` below two points with a whole date and a number.
    pub chart: Option<Chart>,
}

/// One value of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The item.
    pub id: String,
    /// When.
    pub date: Option<Day>,
    /// The value as written, comparator first.
    pub value: String,
    /// The unit as written there.
    pub unit: String,
    /// Reference ranges as written.
    pub range: Vec<String>,
    /// Flags.
    pub flagging: super::Flagging,
    /// Who says so.
    pub source: String,
    /// True if the value was scaled to the series' unit for the chart (g/L ↔ g/dL); the value stays as written.
    pub scaled: bool,
}

pub(super) use unit::is_known as is_known_unit;

/// Tests closer than this, by different sources, are marked.
const REPEAT_DAYS: i32 = 30;

/// The latest of each analyte whose latest lies in this section, newest first; all of them.
pub(super) fn analytes(record: &Record, index: &Index, section: Section, today: Date) -> Vec<AnalyteRow> {
    let rows = index.analytes.iter().filter_map(|group| {
        let items: Vec<&Item> = group.iter().filter_map(|i| record.items.get(*i as usize)).collect();
        let latest = latest(record, &items, today)?;
        if latest.section != section {
            return None;
        }
        let row = rows::row(record, latest, today)?;
        let series = series(record, &items, today);
        let spark = series.first().map(|s| chart::spark(&s.values)).unwrap_or_default();
        Some(AnalyteRow {
            id: latest.id.clone(),
            title: row.title.clone(),
            count: items.len() as u32,
            spark,
            repeat: repeats(record, &items, today).into_iter().next().filter(|r| r.again.text == date_text(&row)),
            earlier: earlier(record, &items, latest, today),
            latest: row,
        })
    });
    let mut rows: Vec<AnalyteRow> = rows.collect();
    rows.sort_by_key(|row| {
        let date = row.latest.date.as_ref();
        let future = date.is_some_and(|d| d.future);
        let readable = date.is_none_or(|d| d.known.is_some() || d.text.trim().is_empty());
        (future, readable, std::cmp::Reverse(date.and_then(|d| d.known)))
    });
    rows
}

fn earlier(record: &Record, items: &[&Item], latest: &Item, today: Date) -> Vec<Earlier> {
    let others = items.iter().filter(|item| item.id != latest.id && !is_future(record, item, today));
    let told = others.filter_map(|item| {
        let entry = record.lead(item)?;
        let text = |v: &Option<Value>| v.as_ref().filter(|v| !matches!(v, Value::Absent(_))).map(Value::text);
        let unit = |v: &Option<Value>| v.as_ref().map(|v| v.unit().to_owned()).unwrap_or_default();
        let parts: Vec<String> = entry.components.iter().filter_map(|c| text(&c.value)).collect();
        let (value, unit) = match text(&entry.value) {
            Some(value) => (value, unit(&entry.value)),
            None => (parts.join(" / "), entry.components.first().map(|c| unit(&c.value)).unwrap_or_default()),
        };
        let flagging = rows::flagging(
            entry.value.as_ref(),
            &entry.range,
            &entry.interpretation,
            entry.section == Section::Results,
        );
        let date = rows::date(entry).map(|d| Day::of(d, today));
        (!value.is_empty()).then_some(Earlier { date, value, unit, flagging })
    });
    told.take(EARLIER).collect()
}

fn date_text(row: &Row) -> String {
    row.date.as_ref().map(|d| d.text.clone()).unwrap_or_default()
}

/// The newest that is not dated in the future; if all are, the newest of those. One whose date cannot be read may be the
/// newest: it is not hidden behind the others.
fn latest<'a>(record: &Record, items: &[&'a Item], today: Date) -> Option<&'a Item> {
    let unreadable = items.iter().find(|item| record.lead(item).and_then(rows::date).is_some_and(is_unreadable));
    unreadable.or_else(|| items.iter().find(|item| !is_future(record, item, today))).or(items.first()).copied()
}

/// True if a source gave a date and nobody can tell what it is.
fn is_unreadable(date: &PartialDate) -> bool {
    date.known.is_none() && !date.text.trim().is_empty()
}

fn is_future(record: &Record, item: &Item, today: Date) -> bool {
    record.lead(item).and_then(rows::date).is_some_and(|d| Day::of(d, today).future)
}

/// The page of the analyte that holds this item; `None` if the item is no measurement, or unknown.
pub fn analyte(record: &Record, index: &Index, id: &str, today: Date) -> Option<Analyte> {
    let item = record.find(id)?;
    let place = record.items.iter().position(|i| i.id == item.id)? as u32;
    let group = index.analyte(place)?;
    let items: Vec<&Item> = group.iter().filter_map(|i| record.items.get(*i as usize)).collect();
    let latest = latest(record, &items, today)?;
    let (future, past): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|i| is_future(record, i, today));
    let rows = |items: &[&Item]| items.iter().filter_map(|i| rows::row(record, i, today)).collect::<Vec<Row>>();
    Some(Analyte {
        id: latest.id.clone(),
        title: record.lead(latest)?.title.clone(),
        heading: heading::of_items(record, latest.section, &items, today),
        series: series(record, &items, today).into_iter().map(Drawn::series).collect(),
        rows: rows(&past),
        future: rows(&future),
        repeats: repeats(record, &items, today),
    })
}

/// All repeats of the record, newest first.
pub(super) fn all_repeats(record: &Record, index: &Index, today: Date) -> Vec<Repeat> {
    let mut all: Vec<Repeat> = index
        .analytes
        .iter()
        .flat_map(|group| {
            let items: Vec<&Item> = group.iter().filter_map(|i| record.items.get(*i as usize)).collect();
            repeats(record, &items, today)
        })
        .collect();
    all.sort_by(|a, b| b.again.known.cmp(&a.again.known).then(a.id.cmp(&b.id)));
    all
}

/// Neighbours in time (newest first) by different sources within thirty days.
fn repeats(record: &Record, items: &[&Item], today: Date) -> Vec<Repeat> {
    let told: Vec<(&Item, Date, Day, &str)> = items
        .iter()
        .filter_map(|item| {
            let entry = record.lead(item)?;
            let date = entry.date.as_ref()?;
            let day = Day::of(date, today);
            let who = entry.performer.first().map(String::as_str).filter(|p| !p.is_empty());
            let place =
                entry.custodian.as_deref().or(who).unwrap_or(rows::source_name(record.parcel(item.lead)?, Some(entry)));
            (!day.future).then_some((*item, date.day()?, day, place))
        })
        .collect();
    told.windows(2)
        .filter_map(|pair| {
            let [(_, again, again_day, again_source), (item, date, day, source)] = pair else { return None };
            let close = (0..=REPEAT_DAYS).contains(&day::days(*date, *again));
            // The same moment told twice is one test, in two wordings.
            let same = again_day.known == day.known;
            (close && !same && source != again_source).then(|| Repeat {
                title: record.lead(item).map(|e| e.title.clone()).unwrap_or_default(),
                id: item.id.clone(),
                date: day.clone(),
                source: (*source).to_owned(),
                again: again_day.clone(),
                again_source: (*again_source).to_owned(),
            })
        })
        .collect()
}

/// A series with what the chart needs.
struct Drawn {
    part: String,
    unit: String,
    points: Vec<Point>,
    values: Vec<chart::Value>,
    band: Option<(f64, f64)>,
}

impl Drawn {
    fn series(self) -> Series {
        let chart = chart::chart(&self.values, self.band);
        Series { part: self.part, unit: self.unit, points: self.points, chart }
    }
}

/// One value on its way into a series.
struct Reading<'a> {
    item: &'a Item,
    date: Option<Day>,
    moment: Option<f64>,
    part: String,
    value: &'a Value,
    range: &'a [String],
    flagging: super::Flagging,
    source: String,
}

/// The values of an analyte, a series a part and unit; the one with the latest value first. Future ones are left out.
fn series(record: &Record, items: &[&Item], today: Date) -> Vec<Drawn> {
    let mut groups: Vec<((String, String), Vec<Reading<'_>>)> = Vec::new();
    // Newest first: each group's first reading names its unit.
    for item in items.iter().filter(|item| !is_future(record, item, today)) {
        let (Some(entry), Some(parcel)) = (record.lead(item), record.parcel(item.lead)) else { continue };
        let whole = entry.value.as_ref().map(|v| (String::new(), v, &entry.range, &entry.interpretation));
        let parts = entry
            .components
            .iter()
            .filter_map(|c| Some((c.title.clone(), c.value.as_ref()?, &c.range, &c.interpretation)));
        for (part, value, range, interpretation) in whole.into_iter().chain(parts) {
            if matches!(value, Value::Absent(_)) {
                continue;
            }
            let key = (same::fold(&part), unit::family(value.unit()));
            let reading = Reading {
                item,
                date: rows::date(entry).map(|d| Day::of(d, today)),
                moment: rows::date(entry).and_then(moment),
                part,
                value,
                range,
                flagging: rows::flagging(Some(value), range, interpretation, item.section == Section::Results),
                source: rows::source_name(parcel, Some(entry)).to_owned(),
            };
            match groups.iter_mut().find(|(k, _)| *k == key) {
                Some((_, all)) => all.push(reading),
                None => groups.push((key, vec![reading])),
            }
        }
    }
    groups.into_iter().map(|(_, readings)| drawn(readings)).collect()
}

fn drawn(readings: Vec<Reading<'_>>) -> Drawn {
    let unit = readings.first().map(|r| r.value.unit().to_owned()).unwrap_or_default();
    let part = readings.first().map(|r| r.part.clone()).unwrap_or_default();
    let band = readings.iter().find_map(|r| {
        let [only] = r.range else { return None };
        let (low, high) = rows::plain_range(only, r.value.unit())?;
        let factor = unit::factor(r.value.unit(), &unit)?;
        Some((low * factor, high * factor))
    });
    let (mut points, mut values) = (Vec::new(), Vec::new());
    for reading in readings.into_iter().rev() {
        let factor = unit::factor(reading.value.unit(), &unit);
        if let (Some(day), Some(factor), Value::Quantity(q)) = (reading.moment, factor, reading.value)
            && let Some(number) = rows::plain(&q.value)
        {
            let bound = !q.comparator.is_empty();
            values.push(chart::Value { index: points.len() as u32, day, number: number * factor, bound });
        }
        points.push(Point {
            id: reading.item.id.clone(),
            date: reading.date,
            value: reading.value.text(),
            unit: reading.value.unit().to_owned(),
            range: reading.range.to_vec(),
            flagging: reading.flagging,
            source: reading.source,
            scaled: factor.is_some_and(|f| f != 1.0),
        });
    }
    Drawn { part, unit, points, values, band }
}

/// Days since 1970-01-01 by the source's own clock; `None` without a whole date.
fn moment(date: &PartialDate) -> Option<f64> {
    let day = chart::days_of(date.day()?);
    let time = date.known?.time;
    Some(day + time.map_or(0.0, |t| (f64::from(t.hour) * 60.0 + f64::from(t.minute)) / 1440.0))
}
