//! The import report in machine form, natively and without the app.
//!
//! - `inspect FILE…` prints one JSON object a file, one line each. docs/import.md describes the shape.
//! - `inspect --merge [--same-person] FILE…` prints the guard's verdict first and then, if the files are of one person
//!   or it is told so, the merged record: items, contributors, disagreements, medicines side by side, series, repeats.
//!
//! Exit code 0 if every file was read (and, merging, belongs together); 1 if any was refused or the guard stopped; 2 for
//! wrong usage.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::process::ExitCode;

use serde_json::{Value, json};
use tessera::import::{self, report};
use tessera::record::{EntryRef, Hash, Item, Note, Parcel, PartialDate, Record, guard, merge};
use tessera::view;

fn main() -> ExitCode {
    let (flags, paths): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let known = |f: &String| f == "--merge" || f == "--same-person";
    let merging = flags.iter().any(|f| f == "--merge");
    if paths.is_empty() || !flags.iter().all(known) || (!merging && !flags.is_empty()) {
        eprintln!("usage: inspect [--merge [--same-person]] FILE…");
        return ExitCode::from(2);
    }
    let fine = if merging {
        merged(&paths, flags.iter().any(|f| f == "--same-person"))
    } else {
        // Every file is printed, whatever became of those before it.
        paths.iter().filter(|path| !inspect(path)).count() == 0
    };
    ExitCode::from(u8::from(!fine))
}

/// One file as it came, opened.
fn open(path: &str) -> Result<(Vec<u8>, import::Delivery), Value> {
    let bytes = std::fs::read(path).map_err(|e| json!({"file": path, "error": e.to_string()}))?;
    match import::open(&bytes, path, &mut |_| ControlFlow::Continue(())) {
        Ok(delivery) => Ok((bytes, delivery)),
        Err(error) => {
            let line = report::refused(&error, path, Hash::of(&bytes), bytes.len() as u64);
            Err(serde_json::from_str(&line).unwrap_or_default())
        }
    }
}

/// Prints one line for each inner file; one in all if the file can't be opened. False if any was refused.
fn inspect(path: &str) -> bool {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            println!("{}", json!({"file": path, "error": error.to_string()}));
            return false;
        }
    };
    let size = |b: &[u8]| b.len() as u64;
    match import::open(&bytes, path, &mut |_| ControlFlow::Continue(())) {
        Ok(delivery) => delivery.files.iter().fold(true, |fine, file| {
            let inner = file.bytes.as_deref().unwrap_or(&bytes);
            match &file.reading {
                Ok(reading) => println!("{}", report::json(reading, path, file.hash, size(inner))),
                Err(error) => println!("{}", report::refused(error, path, file.hash, size(inner))),
            }
            fine && file.reading.is_ok()
        }),
        Err(error) => {
            println!("{}", report::refused(&error, path, Hash::of(&bytes), size(&bytes)));
            false
        }
    }
}

/// Prints the guard's verdict on every file against the first, and the record if there is one.
fn merged(paths: &[String], same_person: bool) -> bool {
    let mut parcels: Vec<Parcel> = Vec::new();
    let mut fine = true;
    for path in paths {
        match open(path) {
            Ok((bytes, delivery)) => {
                for file in delivery.files {
                    let size = file.bytes.as_deref().unwrap_or(&bytes).len() as u64;
                    let Ok(reading) = file.reading else { continue };
                    let note = Note { file_name: path.clone(), bytes: size, ..Note::default() };
                    parcels.push(Parcel { hash: file.hash, reading, note });
                }
            }
            Err(refused) => {
                println!("{refused}");
                fine = false;
            }
        }
    }
    let Some(first) = parcels.first() else { return false };
    let mut together = true;
    let held = match first.reading.people.as_slice() {
        [one] => one.clone(),
        // A first file of nobody, or of several, is a person of whom nothing is known.
        _ => Default::default(),
    };
    let verdicts: Vec<Value> = parcels
        .iter()
        .map(|parcel| {
            let verdict = guard::compare(&held, &parcel.reading.people);
            together &= verdict.is_match();
            json!({"file": parcel.note.file_name, "verdict": verdict})
        })
        .collect();
    println!("{}", json!({"guard": verdicts, "onePerson": together, "toldSo": same_person}));
    if !together && !same_person {
        return false;
    }
    println!("{}", record(&merge(parcels)));
    fine
}

/// The merged record. Ages are told as of the newest file, so that the output is the same every day.
fn record(record: &Record) -> Value {
    let newest = record.parcels.iter().filter_map(|p| p.reading.source.as_of.as_ref()).max_by_key(|d| d.sort_key());
    let today = newest.and_then(PartialDate::day).unwrap_or_default();
    let index = view::Index::new(record);
    let mut seen = HashSet::new();
    let analytes: Vec<_> = record
        .items
        .iter()
        .filter_map(|item| view::results::analyte(record, &index, &item.id, today))
        .filter(|a| seen.insert(a.id.clone()))
        .map(|a| json!({"title": a.title, "series": a.series, "repeats": a.repeats}))
        .collect();
    json!({
        "items": record.items.iter().map(|i| item(record, i)).collect::<Vec<_>>(),
        "enteredInError": record.in_error.iter().map(|i| item(record, i)).collect::<Vec<_>>(),
        "medicines": view::medicines::medicines(record, today),
        "analytes": analytes,
    })
}

fn item(record: &Record, item: &Item) -> Value {
    let said = |at: &EntryRef| {
        let (parcel, entry) = (record.parcel(*at)?, record.entry(*at)?);
        Some(json!({
            "file": parcel.note.file_name, "at": entry.at, "title": entry.title, "status": entry.status.text,
            "polarity": entry.polarity, "date": entry.date.as_ref().map(|d| &d.text),
        }))
    };
    let all = |refs: &[EntryRef]| refs.iter().filter_map(said).collect::<Vec<_>>();
    json!({
        "id": item.id,
        "section": item.section.slug(),
        "title": record.lead(item).map(|e| e.title.clone()),
        "contributors": all(&item.entries),
        "history": all(&item.history),
        "disagreements": item.disagreements.iter().map(|d| json!({
            "field": d.field, "sides": d.sides.iter().map(|s| all(s)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
