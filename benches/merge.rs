//! Merge, index, pages and search, against one pass over the same entries. Synthetic: nothing here is a person.
//!
//! Run with `cargo bench --bench merge`; the figure to watch is the ratio to `one pass` in the same run. `cargo xtask bench`
//! sets TESSERA_BENCH and takes the medians of a few runs from lines `measure NAME MILLISECONDS`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::hint::black_box;

use std::time::Instant;

use criterion::{BenchmarkId, Criterion, criterion_group};
use tessera::record::{
    Coding, Concept, Entry, Hash, Kind, Parcel, PartialDate, Quantity, Section, Standing, Status, Value, merge, same,
    system,
};
use tessera::view::{Index, summary::summary, timeline};

/// Files with this many entries in all: mostly results, as real records have them, a third of them in every file.
fn parcels(files: usize, entries: usize) -> Vec<Parcel> {
    (0..files)
        .map(|file| {
            let mut parcel = Parcel {
                hash: Hash::of(format!("file {file}").as_bytes()),
                reading: Default::default(),
                note: Default::default(),
            };
            parcel.reading.source.name = format!("Surgery {file}");
            parcel.reading.entries =
                (0..entries / files).map(|i| entry(if i % 3 == 0 { 0 } else { file }, i)).collect();
            parcel
        })
        .collect()
}

fn entry(file: usize, i: usize) -> Entry {
    let (section, kind) = match i % 20 {
        0 => (Section::Medications, Kind::MedicationRequest),
        1 => (Section::Problems, Kind::Condition),
        2 => (Section::Encounters, Kind::Encounter),
        3 => (Section::Procedures, Kind::Procedure),
        _ => (Section::Results, Kind::Observation),
    };
    let subject = i % 97;
    let title = format!("Subject number {subject} {}mg", subject * 5);
    let mut entry = Entry::new(section, kind, format!("/entry/{i}"), title);
    entry.concept = Concept {
        text: entry.title.clone(),
        codings: vec![Coding {
            system: system::SNOMED.into(),
            code: format!("10000{subject}"),
            display: format!("Subject {subject}"),
        }],
    };
    let (year, month, day) = (1990 + i % 35, 1 + i % 12, 1 + (i / 31 + file) % 28);
    let (hour, minute) = (i % 24, file % 60);
    entry.date = Some(PartialDate::fhir(&format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z")));
    entry.status = Status { text: "final".into(), certainty: String::new(), standing: Standing::Final };
    let value = format!("{}.{}", i % 200, i % 10);
    entry.value = Some(Value::Quantity(Quantity { value, unit: "mmol/L".into(), ..Default::default() }));
    entry
}

/// The yardstick: each entry's title folded and its date turned into an instant, nothing joined.
fn one_pass(parcels: &[Parcel]) -> usize {
    let entries = parcels.iter().flat_map(|p| &p.reading.entries);
    entries.map(|e| same::fold(&e.title).len() + e.date.as_ref().and_then(same::instant).map_or(0, |d| d.len())).sum()
}

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("record");
    group.sample_size(10);
    for entries in [10_000, 100_000] {
        let parcels = parcels(20, entries);
        group.bench_function(BenchmarkId::new("one pass", entries), |b| b.iter(|| one_pass(black_box(&parcels))));
        group.bench_function(BenchmarkId::new("merge", entries), |b| {
            b.iter_batched(|| parcels.clone(), merge, criterion::BatchSize::LargeInput);
        });
        let record = merge(parcels);
        group.bench_function(BenchmarkId::new("index", entries), |b| b.iter(|| Index::new(black_box(&record))));
        let index = Index::new(&record);
        let today = jiff::civil::date(2026, 11, 22);
        group.bench_function(BenchmarkId::new("summary", entries), |b| {
            b.iter(|| summary(black_box(&record), &index, None, today));
        });
        for (name, search) in [("timeline", ""), ("search", "number 42")] {
            let ask = timeline::Ask { search: search.into(), limit: 50, ..Default::default() };
            group.bench_function(BenchmarkId::new(name, entries), |b| {
                b.iter(|| timeline::timeline(black_box(&record), &index, &ask, today));
            });
        }
    }
    group.finish();
}

criterion_group!(all, benches);

/// The scan's preparation: every text of every entry in small letters.
fn fold_all(parcels: &[Parcel]) -> usize {
    let entries = parcels.iter().flat_map(|p| &p.reading.entries);
    let texts = |e: &Entry| {
        let value = e.value.as_ref().map(Value::text).unwrap_or_default();
        let names: Vec<&str> = e.concept.codings.iter().flat_map(|c| [c.display.as_str(), c.code.as_str()]).collect();
        format!("{}\n{}\n{}\n{value}", e.title, e.concept.text, names.join("\n")).to_lowercase().len()
    };
    entries.map(texts).sum()
}

/// The median of five, in milliseconds; what it makes ready each time is not counted.
fn median<T, R>(mut ready: impl FnMut() -> T, mut run: impl FnMut(T) -> R) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let given = ready();
            let started = Instant::now();
            let result = black_box(run(given));
            let time = started.elapsed().as_secs_f64() * 1000.0;
            drop(result);
            time
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

fn ratios(entries: usize) {
    let parcels = parcels(20, entries);
    let record = merge(parcels.clone());
    for (name, time) in [
        ("pass", median(|| (), |()| one_pass(&parcels))),
        ("merge", median(|| parcels.clone(), merge)),
        ("fold", median(|| (), |()| fold_all(&parcels))),
        ("words", median(|| (), |()| Index::new(&record))),
    ] {
        println!("measure native-{name} {time:.3}");
    }
}

fn main() {
    match std::env::var("TESSERA_BENCH").as_deref() {
        Ok("small") => ratios(10_000),
        Ok(_) => ratios(100_000),
        Err(_) => {
            all();
            Criterion::default().configure_from_args().final_summary();
        }
    }
}
