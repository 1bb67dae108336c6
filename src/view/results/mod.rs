//! Results: the latest of each analyte, and one analyte through time.

mod unit;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Day, Heading, Index, Row,
    chart::{self, Chart},
    day, heading, rows,
};
use crate::record::{Concept, Entry, Item, Parcel, PartialDate, Record, Section, Value, same};

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
    /// The values before the latest, newest first, fifty at most: for who has no page of the analyte.
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
const EARLIER: usize = 50;

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

/// An analyte before its row is made.
pub(super) struct Led<'r> {
    /// The latest of it.
    pub(super) latest: &'r Item,
    /// All of it, newest first.
    items: Vec<&'r Item>,
}

/// The analytes whose latest lies in this section, the newest first; all of them.
pub(super) fn led<'r>(record: &'r Record, index: &Index, section: Section, today: Date) -> Vec<Led<'r>> {
    let all = index.analytes.iter().filter_map(|group| {
        let items: Vec<&Item> = group.iter().filter_map(|i| record.items.get(*i as usize)).collect();
        let latest = latest(record, &items, today).filter(|latest| latest.section == section)?;
        Some(Led { latest, items })
    });
    let mut all: Vec<Led> = all.collect();
    all.sort_by_key(|led| {
        let date = record.date(led.latest);
        let future = date.is_some_and(|d| day::is_future(d, today));
        (future, !date.is_some_and(is_unreadable), std::cmp::Reverse(date.and_then(|d| d.known)))
    });
    all
}

/// The row of an analyte.
pub(super) fn row(record: &Record, led: &Led, today: Date) -> Option<AnalyteRow> {
    let Led { latest, items } = led;
    let row = rows::row(record, latest, today)?;
    Some(AnalyteRow {
        id: latest.id.clone(),
        title: row.title.clone(),
        count: items.len() as u32,
        spark: groups(record, items, today).first().map(|g| chart::spark(&g.values())).unwrap_or_default(),
        repeat: repeats(record, items, today).into_iter().next().filter(|r| r.again.text == date_text(&row)),
        earlier: earlier(record, items, latest, today),
        latest: row,
    })
}

/// The latest of each analyte whose latest lies in this section, newest first; all of them.
pub(super) fn analytes(record: &Record, index: &Index, section: Section, today: Date) -> Vec<AnalyteRow> {
    led(record, index, section, today).iter().filter_map(|led| row(record, led, today)).collect()
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
    record.lead(item).and_then(rows::date).is_some_and(|d| day::is_future(d, today))
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
        series: groups(record, &items, today).iter().map(|group| group.series(today)).collect(),
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
    let told: Vec<(&Item, Date, &PartialDate, &str)> = items
        .iter()
        .filter_map(|item| {
            let entry = record.lead(item)?;
            let date = entry.date.as_ref()?;
            let who = entry.performer.first().map(String::as_str).filter(|p| !p.is_empty());
            let place =
                entry.custodian.as_deref().or(who).unwrap_or(rows::source_name(record.parcel(item.lead)?, Some(entry)));
            (!day::is_future(date, today)).then_some((*item, date.day()?, date, place))
        })
        .collect();
    told.windows(2)
        .filter_map(|pair| {
            let [(_, again, again_at, again_source), (item, date, at, source)] = pair else { return None };
            let close = (0..=REPEAT_DAYS).contains(&day::days(*date, *again));
            // The same moment told twice is one test, in two wordings.
            let same = again_at.known == at.known;
            (close && !same && source != again_source).then(|| Repeat {
                title: record.lead(item).map(|e| e.title.clone()).unwrap_or_default(),
                id: item.id.clone(),
                date: Day::of(at, today),
                source: (*source).to_owned(),
                again: Day::of(again_at, today),
                again_source: (*again_source).to_owned(),
            })
        })
        .collect()
}

/// One value on its way into a series.
struct Reading<'a> {
    item: &'a Item,
    parcel: &'a Parcel,
    entry: &'a Entry,
    part: &'a str,
    value: &'a Value,
    range: &'a [String],
    interpretation: &'a [Concept],
}

/// The values of one part in one unit, newest first: the first names its unit.
struct Group<'a>(Vec<Reading<'a>>);

/// The values of an analyte, a group a part and unit; the one with the latest value first. Future ones are left out.
fn groups<'a>(record: &'a Record, items: &[&'a Item], today: Date) -> Vec<Group<'a>> {
    let mut groups: Vec<((String, String), Group<'_>)> = Vec::new();
    for item in items.iter().filter(|item| !is_future(record, item, today)) {
        let (Some(entry), Some(parcel)) = (record.lead(item), record.parcel(item.lead)) else { continue };
        let whole = entry.value.as_ref().map(|v| ("", v, &entry.range, &entry.interpretation));
        let parts = entry
            .components
            .iter()
            .filter_map(|c| Some((c.title.as_str(), c.value.as_ref()?, &c.range, &c.interpretation)));
        for (part, value, range, interpretation) in whole.into_iter().chain(parts) {
            if matches!(value, Value::Absent(_)) {
                continue;
            }
            let key = (same::fold(part), unit::family(value.unit()));
            let reading = Reading { item, parcel, entry, part, value, range, interpretation };
            match groups.iter_mut().find(|(k, _)| *k == key) {
                Some((_, all)) => all.0.push(reading),
                None => groups.push((key, Group(vec![reading]))),
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

impl Group<'_> {
    fn unit(&self) -> &str {
        self.0.first().map_or("", |r| r.value.unit())
    }

    /// What the chart needs, oldest first.
    fn values(&self) -> Vec<chart::Value> {
        let oldest_first = self.0.iter().rev().zip(0..);
        let placed = oldest_first.filter_map(|(reading, index)| {
            let factor = unit::factor(reading.value.unit(), self.unit())?;
            let (day, Value::Quantity(q)) = (rows::date(reading.entry).and_then(moment)?, reading.value) else {
                return None;
            };
            let number = rows::plain(&q.value)? * factor;
            Some(chart::Value { index, day, number, bound: !q.comparator.is_empty() })
        });
        placed.collect()
    }

    fn band(&self) -> Option<(f64, f64)> {
        self.0.iter().find_map(|r| {
            let [only] = r.range else { return None };
            let (low, high) = rows::plain_range(only, r.value.unit())?;
            let factor = unit::factor(r.value.unit(), self.unit())?;
            Some((low * factor, high * factor))
        })
    }

    fn series(&self, today: Date) -> Series {
        Series {
            part: self.0.first().map(|r| r.part.to_owned()).unwrap_or_default(),
            unit: self.unit().to_owned(),
            points: self.0.iter().rev().map(|reading| self.point(reading, today)).collect(),
            chart: chart::chart(&self.values(), self.band()),
        }
    }

    fn point(&self, r: &Reading<'_>, today: Date) -> Point {
        let of_lab = r.item.section == Section::Results;
        Point {
            id: r.item.id.clone(),
            date: rows::date(r.entry).map(|d| Day::of(d, today)),
            value: r.value.text(),
            unit: r.value.unit().to_owned(),
            range: r.range.to_vec(),
            flagging: rows::flagging(Some(r.value), r.range, r.interpretation, of_lab),
            source: rows::source_name(r.parcel, Some(r.entry)).to_owned(),
            scaled: unit::factor(r.value.unit(), self.unit()).is_some_and(|f| f != 1.0),
        }
    }
}

/// Days since 1970-01-01 by the source's own clock; `None` without a whole date.
fn moment(date: &PartialDate) -> Option<f64> {
    let day = chart::days_of(date.day()?);
    let time = date.known?.time;
    Some(day + time.map_or(0.0, |t| (f64::from(t.hour) * 60.0 + f64::from(t.minute)) / 1440.0))
}
