//! The headers that are known, each column by its own words, and what stands in each column.

use ::csv::StringRecord;

use crate::record::{Known, PartialDate, TimeOfDay};

pub const PRESSURE: &str = "Blood pressure";
pub const PULSE: &str = "Pulse";
pub const RATE: &str = "Heart rate";

/// What a column holds.
#[derive(Clone, Copy)]
pub enum Role {
    /// Something that was measured: its name, and its unit by the header.
    Measured {
        /// What.
        name: &'static str,
        /// In what; empty if the header does not say.
        unit: &'static str,
    },
    /// Words of the person.
    Note,
    /// More about the measurement.
    Detail(&'static str),
    /// When it was.
    Stamp,
    /// Nothing clinical: it stays in the original.
    Silent,
}

/// One column: the words of its header, any of them, and its role.
pub struct Column {
    words: &'static [&'static str],
    pub role: Role,
}

/// How an exporter writes its moments. None names a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// `2024-01-15T14:30:00`, `2024-01-15 14:30:00`.
    Iso,
    /// `15-01-2024 14:30`.
    DayFirst,
    /// `01-15-2024 02:30 PM`.
    MonthFirst,
    /// One of the two, by the account's settings.
    Unsure,
    /// `Jan 15 2024 14:30`.
    MonthName,
}

/// One exporter's table.
#[derive(Clone, Copy)]
pub struct Layout {
    /// The exporter's name.
    pub name: &'static str,
    columns: &'static [Column],
    /// How many columns this file has: the last may be missing where an exporter added one later.
    pub width: usize,
    /// The column of the moment, or of the day.
    pub stamp: usize,
    /// The column of the time of day, where it has one of its own.
    pub time: Option<usize>,
    pub clock: Clock,
    /// It measures blood pressure.
    pub pressure: bool,
    /// The columns that say what a row is: its type, its subtype, particulars of the person.
    event: Option<(usize, usize, usize)>,
    /// The column that says of what kind a row is, where that is all it says.
    record: Option<usize>,
}

const fn measured(words: &'static [&'static str], name: &'static str, unit: &'static str) -> Column {
    Column { words, role: Role::Measured { name, unit } }
}

const fn silent(words: &'static [&'static str]) -> Column {
    Column { words, role: Role::Silent }
}

const fn stamp(words: &'static [&'static str]) -> Column {
    Column { words, role: Role::Stamp }
}

const fn detail(words: &'static [&'static str], name: &'static str) -> Column {
    Column { words, role: Role::Detail(name) }
}

const fn note(words: &'static [&'static str]) -> Column {
    Column { words, role: Role::Note }
}

/// Abbott LibreView (FreeStyle Libre), with glucose in this unit.
macro_rules! libre {
    ($unit:literal) => {
        &[
            detail(&["Device"], "device"),
            silent(&["Serial Number"]),
            stamp(&["Device Timestamp"]),
            silent(&["Record Type"]),
            measured(&[concat!("Historic Glucose ", $unit)], "Historic Glucose", $unit),
            measured(&[concat!("Scan Glucose ", $unit)], "Scan Glucose", $unit),
            detail(&["Non-numeric Rapid-Acting Insulin"], "Non-numeric Rapid-Acting Insulin"),
            measured(&["Rapid-Acting Insulin (units)"], "Rapid-Acting Insulin", "units"),
            detail(&["Non-numeric Food"], "Non-numeric Food"),
            detail(&["Carbohydrates (grams)"], "Carbohydrates (grams)"),
            detail(&["Carbohydrates (servings)"], "Carbohydrates (servings)"),
            detail(&["Non-numeric Long-Acting Insulin"], "Non-numeric Long-Acting Insulin"),
            measured(
                &["Long-Acting Insulin (units)", "Long-Acting Insulin Value (units)"],
                "Long-Acting Insulin",
                "units",
            ),
            note(&["Notes"]),
            measured(&[concat!("Strip Glucose ", $unit)], "Strip Glucose", $unit),
            measured(&["Ketone mmol/L"], "Ketone", "mmol/L"),
            measured(&["Meal Insulin (units)"], "Meal Insulin", "units"),
            measured(&["Correction Insulin (units)"], "Correction Insulin", "units"),
            measured(&["User Change Insulin (units)"], "User Change Insulin", "units"),
        ]
    };
}

/// Dexcom Clarity, with glucose in this unit. The last column came with later versions.
macro_rules! clarity {
    ($unit:literal) => {
        &[
            silent(&["Index"]),
            stamp(&["Timestamp (YYYY-MM-DDThh:mm:ss)"]),
            silent(&["Event Type"]),
            silent(&["Event Subtype"]),
            silent(&["Patient Info"]),
            detail(&["Device Info"], "device"),
            silent(&["Source Device ID"]),
            measured(&[concat!("Glucose Value (", $unit, ")")], "Glucose Value", $unit),
            measured(&["Insulin Value (u)"], "Insulin Value", "u"),
            detail(&["Carb Value (grams)"], "Carb Value (grams)"),
            detail(&["Duration (hh:mm:ss)"], "Duration (hh:mm:ss)"),
            detail(
                &[concat!("Glucose Rate of Change (", $unit, "/min)")],
                concat!("Glucose Rate of Change (", $unit, "/min)"),
            ),
            silent(&["Transmitter Time (Long Integer)"]),
            silent(&["Transmitter ID"]),
        ]
    };
}

/// Withings' `bp.csv`. Its header names no units.
const WITHINGS: &[Column] = &[
    stamp(&["Date"]),
    measured(&["Heart rate"], RATE, ""),
    measured(&["Systolic"], "Systolic", ""),
    measured(&["Diastolic"], "Diastolic", ""),
    note(&["Comments"]),
];

/// Omron Connect.
const OMRON: &[Column] = &[
    stamp(&["Date"]),
    stamp(&["Time"]),
    measured(&["Systolic (mmHg)"], "Systolic", "mmHg"),
    measured(&["Diastolic (mmHg)"], "Diastolic", "mmHg"),
    measured(&["Pulse (bpm)"], PULSE, "bpm"),
    detail(&["Symptoms"], "Symptoms"),
    detail(&["Consumed"], "Consumed"),
    detail(&["TruRead"], "TruRead"),
    note(&["Notes"]),
];

const fn glucose(name: &'static str, columns: &'static [Column], stamp: usize, clock: Clock) -> Layout {
    Layout { name, columns, width: columns.len(), stamp, time: None, clock, pressure: false, event: None, record: None }
}

const fn pressure(name: &'static str, columns: &'static [Column], time: Option<usize>, clock: Clock) -> Layout {
    Layout { time, clock, pressure: true, ..glucose(name, columns, 0, clock) }
}

const LAYOUTS: [Layout; 6] = [
    Layout { record: Some(3), ..glucose("LibreView", libre!("mmol/L"), 2, Clock::Unsure) },
    Layout { record: Some(3), ..glucose("LibreView", libre!("mg/dL"), 2, Clock::Unsure) },
    Layout { event: Some((2, 3, 4)), ..glucose("Dexcom Clarity", clarity!("mmol/L"), 1, Clock::Iso) },
    Layout { event: Some((2, 3, 4)), ..glucose("Dexcom Clarity", clarity!("mg/dL"), 1, Clock::Iso) },
    pressure("Withings", WITHINGS, None, Clock::Iso),
    pressure("Omron", OMRON, Some(1), Clock::MonthName),
];

impl Layout {
    /// The exporter of this header: all its columns, in its order, in its words.
    pub fn of(header: &StringRecord) -> Option<Layout> {
        let fits = |layout: &&Layout| {
            let all = layout.columns.len();
            let later = usize::from(layout.event.is_some());
            (header.len() == all || header.len() + later == all)
                && header.iter().zip(layout.columns).all(|(field, column)| {
                    column.words.contains(&field.trim().trim_start_matches('\u{feff}').trim_matches('"'))
                })
        };
        LAYOUTS.iter().find(fits).map(|layout| Layout { width: header.len(), ..*layout })
    }

    /// Its columns.
    pub fn columns(&self) -> &'static [Column] {
        self.columns
    }

    /// What a row is, in the exporter's own words: for the ledger.
    pub fn kind(&self, row: &StringRecord) -> String {
        let field = |n: usize| row.get(n).map(str::trim).unwrap_or_default();
        match (self.event, self.record) {
            (Some((kind, sub, _)), _) => format!("{} {}", field(kind), field(sub)).trim().to_owned(),
            (_, Some(record)) => format!("Record Type {}", field(record)),
            _ => "row".to_owned(),
        }
    }

    /// What a row that is an event measures, where the column alone does not say it.
    pub fn event<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        let (kind, sub, _) = self.event?;
        let field = |n: usize| row.get(n).map(str::trim).unwrap_or_default();
        match field(kind) {
            "EGV" => None,
            // An alert's number is where it was set to sound, and no measurement.
            "Alert" | "Device" | "Sensor" => None,
            "Insulin" if !field(sub).is_empty() => Some(field(sub)),
            other => Some(other).filter(|o| !o.is_empty()),
        }
    }

    /// A row that says who it is: which particular, and its value.
    pub fn particular<'r>(&self, row: &'r StringRecord) -> Option<(&'r str, &'r str)> {
        let (kind, _, person) = self.event?;
        let (name, value) = (row.get(kind)?.trim(), row.get(person)?.trim());
        (matches!(name, "FirstName" | "LastName" | "DateOfBirth") && !value.is_empty()).then_some((name, value))
    }

    /// True for a row that sets something up and measures nothing, whatever numbers stand in it.
    pub fn is_setting(&self, row: &StringRecord) -> bool {
        let kind = self.event.and_then(|(kind, ..)| row.get(kind)).map(str::trim);
        matches!(kind, Some("Alert" | "Device" | "Sensor" | "FirstName" | "LastName" | "DateOfBirth"))
    }
}

impl Clock {
    /// The parts of a moment as written; `None` if it is none, or nobody knows which number is the day.
    pub fn read(self, text: &str) -> Option<Known> {
        let rest;
        let (day, time) = match self {
            Clock::Iso => return PartialDate::fhir(text).known,
            Clock::Unsure => return None,
            Clock::DayFirst | Clock::MonthFirst => {
                let (day, time) = text.split_once(' ').unwrap_or((text, ""));
                let mut parts = day.split(['-', '/', '.']);
                let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
                let (month, day) = if self == Clock::DayFirst { (b, a) } else { (a, b) };
                (format!("{year}-{month:0>2}-{day:0>2}"), time)
            }
            Clock::MonthName => {
                let mut parts = text.split_whitespace();
                let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
                rest = parts.collect::<Vec<_>>().join(" ");
                (PartialDate::written(&format!("{day} {month} {year}"))?.text, rest.as_str())
            }
        };
        let known = PartialDate::fhir(&day).known?;
        if time.is_empty() {
            return Some(known);
        }
        Some(Known { time: Some(of_day(time)?), ..known })
    }
}

/// `14:30`, `14:30:15`, `02:30 PM`.
fn of_day(text: &str) -> Option<TimeOfDay> {
    let (clock, half) = text.split_once(' ').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<u8>());
    let (hour, minute) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let second = parts.next().transpose().ok()?;
    let hour = match half.to_ascii_uppercase().as_str() {
        "" => hour,
        "AM" if (1..=12).contains(&hour) => hour % 12,
        "PM" if (1..=12).contains(&hour) => hour % 12 + 12,
        _ => return None,
    };
    let fits = hour < 24 && minute < 60 && second.is_none_or(|s| s < 60) && parts.next().is_none();
    fits.then_some(TimeOfDay { hour, minute, second, nano: 0, offset: None })
}
