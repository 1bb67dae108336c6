//! The import report in machine form, natively and without the app.
//!
//! - `inspect FILE…` prints one JSON object a file, one line each. docs/import.md describes the shape.
//! - `inspect --merge [--same-person] FILE…` prints the guard's verdict first and then, if the files are of one person
//!   or it is told so, the merged record: sources and their ages, each section with its kinds of nothing, items with
//!   contributors and disagreements, medicines side by side and what changed, series, repeats. docs/merge.md has the shape.
//! - `inspect --summary DIR…` prints a table over all files in these folders, and in theirs: who they say they are from,
//!   their format, how many, which share of them was understood (shown and kept, of all pieces), the most frequent faults.
//!
//! Exit code 0 if every file was read (and, merging, belongs together); 1 if any was refused or the guard stopped; 2 for
//! wrong usage.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod merged;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use tessera::import::{self, report};
use tessera::record::{Hash, Note, Parcel, Severity, merge};

fn main() -> ExitCode {
    let (flags, paths): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let has = |name: &str| flags.iter().any(|f| f == name);
    let (merging, summing) = (has("--merge"), has("--summary"));
    let known = |f: &String| match f.as_str() {
        "--merge" => !summing,
        "--same-person" => merging && !summing,
        "--summary" => paths.iter().all(|p| Path::new(p).is_dir()),
        _ => false,
    };
    if paths.is_empty() || !flags.iter().all(known) {
        eprintln!("usage: inspect [--merge [--same-person]] FILE…\n       inspect --summary DIR…");
        return ExitCode::from(2);
    }
    let fine = if summing {
        summary(&paths)
    } else if merging {
        merge_all(&paths, has("--same-person"))
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
                Ok(reading) => println!("{}", report::with_original(reading, path, file.hash, inner)),
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

/// What the files of one provider in one format came to.
#[derive(Default)]
struct Sum {
    files: u32,
    refused: u32,
    understood: u64,
    pieces: u64,
    faults: BTreeMap<String, u32>,
}

/// Prints a table, a line for each provider and format; the worst understood first. False if any file was refused.
fn summary(folders: &[String]) -> bool {
    let mut paths = Vec::new();
    folders.iter().for_each(|folder| files_in(Path::new(folder), &mut paths));
    paths.sort();
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = std::fs::read(path).map_err(|e| e.to_string()).and_then(|bytes| {
            import::open(&bytes, &name, &mut |_| ControlFlow::Continue(())).map_err(|e| e.to_string())
        });
        let files = match read {
            Ok(delivery) => delivery.files.into_iter().map(|f| f.reading.map_err(|e| e.to_string())).collect(),
            Err(error) => vec![Err(error)],
        };
        for file in files {
            let provider = file.as_ref().ok().map(|r| r.source.name.clone()).filter(|n| !n.trim().is_empty());
            let format = file.as_ref().map_or("refused".to_owned(), |r| format!("{} {}", r.format, r.version));
            let sum = sums.entry((provider.unwrap_or("-".to_owned()), format.trim().to_owned())).or_default();
            sum.files += 1;
            match file {
                Ok(reading) => {
                    let ledger = &reading.ledger;
                    let understood = u64::from(ledger.shown) + u64::from(ledger.kept);
                    sum.understood += understood;
                    sum.pieces += understood + u64::from(ledger.not_understood);
                    let issues = reading.issues.iter().filter(|i| i.severity != Severity::Information);
                    let checks = reading.conformance.iter().filter(|c| !c.met).map(|c| c.check.clone());
                    for fault in issues.map(|i| format!("{:?}", i.code)).chain(checks) {
                        *sum.faults.entry(fault).or_default() += 1;
                    }
                }
                Err(error) => {
                    sum.refused += 1;
                    *sum.faults.entry(error).or_default() += 1;
                }
            }
        }
    }
    let mut rows: Vec<_> = sums.into_iter().collect();
    // A share in ten-thousandths: the order never hangs on rounding.
    let share = |sum: &Sum| (sum.understood * 10_000).checked_div(sum.pieces).unwrap_or(0);
    rows.sort_by_key(|(_, sum)| share(sum));
    println!("provider\tformat\tfiles\trefused\tpieces\tunderstood %\tmost frequent faults");
    for ((provider, format), sum) in &rows {
        let mut faults: Vec<_> = sum.faults.iter().collect();
        faults.sort_by_key(|(name, count)| (Reverse(**count), name.to_owned()));
        let faults: Vec<String> = faults.iter().take(3).map(|(name, count)| format!("{name} × {count}")).collect();
        let (whole, part) = (share(sum) / 100, share(sum) % 100);
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        println!(
            "{}\t{}\t{}\t{}\t{}\t{whole}.{part:02}\t{}",
            plain(provider),
            plain(format),
            sum.files,
            sum.refused,
            sum.pieces,
            plain(&faults.join(", "))
        );
    }
    !rows.is_empty() && rows.iter().all(|(_, sum)| sum.refused == 0)
}

/// All files in a folder and in its folders; links are not followed.
fn files_in(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_in(&entry.path(), into),
            Ok(kind) if kind.is_file() => into.push(entry.path()),
            _ => {}
        }
    }
}

/// Prints the guard's verdict on every file against the first, and the record if there is one. False if a file was
/// refused, or the guard stopped.
fn merge_all(paths: &[String], same_person: bool) -> bool {
    let mut parcels: Vec<Parcel> = Vec::new();
    let mut fine = true;
    for path in paths {
        let (bytes, delivery) = match open(path) {
            Ok(opened) => opened,
            Err(refused) => {
                println!("{refused}");
                fine = false;
                continue;
            }
        };
        for file in delivery.files {
            let size = file.bytes.as_deref().unwrap_or(&bytes).len() as u64;
            match file.reading {
                Ok(reading) => {
                    let note = Note { file_name: path.clone(), bytes: size, ..Note::default() };
                    parcels.push(Parcel { hash: file.hash, reading, note });
                }
                Err(error) => {
                    println!("{}", report::refused(&error, path, file.hash, size));
                    fine = false;
                }
            }
        }
    }
    if parcels.is_empty() {
        return false;
    }
    let (together, verdicts) = merged::guard(&parcels);
    println!("{}", json!({"guard": verdicts, "onePerson": together, "toldSo": same_person}));
    if !together && !same_person {
        return false;
    }
    println!("{}", merged::record(&merge(parcels)));
    fine
}
