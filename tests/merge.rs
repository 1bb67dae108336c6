//! Merging real files: whatever subset of them, in whatever order, however often, however grouped, the record is the
//! same; and nothing of any of them is lost in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use tessera::import;
use tessera::record::{EntryRef, Note, Outcome, Parcel, Record, merge, merge_by};

/// How long the short version draws subsets, in `cargo xtask test`.
const SHORT: Duration = Duration::from_secs(4);

/// The short version leaves larger files to the long one.
const LARGEST: usize = 500 << 10;

/// Every file of tests/data that can be read, up to this size, as a parcel; of an archive what is inside.
fn parcels(largest: usize) -> Vec<Parcel> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let manifest = std::fs::read_to_string(data.join("MANIFEST.tsv")).unwrap();
    let mut all = Vec::new();
    for path in manifest.lines().skip(1).filter_map(|l| l.split('\t').next()) {
        let bytes = std::fs::read(data.join(path)).unwrap();
        if bytes.len() > largest || path.starts_with("nasty/json") {
            continue;
        }
        let Ok(delivery) = import::open(&bytes, path, &mut |_| ControlFlow::Continue(())) else { continue };
        for file in delivery.files {
            let Ok(reading) = file.reading else { continue };
            let imported = format!("2026-11-{:02}T10:00:00Z", 1 + all.len() % 28);
            let note = Note { file_name: path.to_owned(), imported, ..Note::default() };
            all.push(Parcel { hash: file.hash, reading, note });
        }
    }
    all
}

/// A small generator whose whole state is its seed (Marsaglia's xorshift64), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }

    fn shuffle<T>(&mut self, of: &mut [T]) {
        for i in (1..of.len()).rev() {
            of.swap(i, self.roll(i + 1));
        }
    }
}

/// One subset: all laws of merging hold for it.
fn holds(all: &[Parcel], seed: u64) {
    let mut dice = Dice(seed | 1);
    for _ in 0..8 {
        dice.roll(2);
    }
    // Neighbours in the manifest are of one kind, and often of one person: half of the subsets are drawn among these.
    let many = 1 + dice.roll(6);
    let first = dice.roll(all.len());
    let near = dice.roll(2) == 0;
    let drawn: Vec<Parcel> = (0..many)
        .map(|n| if near { (first + n) % all.len() } else { dice.roll(all.len()) })
        .map(|i| all[i].clone())
        .collect();
    let record = merge(drawn.clone());
    let names: Vec<&str> = drawn.iter().map(|p| p.note.file_name.as_str()).collect();

    let mut other = drawn.clone();
    dice.shuffle(&mut other);
    assert!(merge(other) == record, "order-free, seed {seed}: {names:?}");

    let twice = drawn.iter().chain(&drawn).cloned().collect();
    assert!(merge(twice) == record, "A + A = A, seed {seed}: {names:?}");
    assert!(merge(record.parcels.clone()) == record, "idempotent, seed {seed}: {names:?}");

    let (a, b) = drawn.split_at(dice.roll(drawn.len() + 1));
    let parts = [merge(b.to_vec()).parcels, merge(a.to_vec()).parcels].concat();
    assert!(merge(parts) == record, "associative, seed {seed}: {names:?}");

    // Remembered it is the same record; and no other parcels' record is ever taken for theirs.
    let outline = record.outline();
    assert!(merge_by(drawn.clone(), Some(&outline)) == (record.clone(), true), "remembered, seed {seed}: {names:?}");
    let fewer: Vec<Parcel> = drawn.iter().filter(|p| p.hash != drawn[0].hash).cloned().collect();
    assert!(merge_by(fewer.clone(), Some(&outline)) == (merge(fewer), false), "fewer, seed {seed}: {names:?}");

    whole(&record, &drawn, seed);
}

/// Nothing of any parcel is absent from the union of items and ledger.
fn whole(record: &Record, drawn: &[Parcel], seed: u64) {
    let mut seen: BTreeSet<EntryRef> = BTreeSet::new();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for item in record.items.iter().chain(&record.in_error) {
        assert!(ids.insert(&item.id), "two items of one id, seed {seed}");
        assert_eq!(record.find(&item.id), Some(item), "seed {seed}");
        for at in item.entries.iter().chain(&item.history) {
            assert!(seen.insert(*at), "an entry in two items, seed {seed}");
        }
    }
    let hashes: BTreeSet<_> = drawn.iter().map(|p| p.hash).collect();
    assert_eq!(record.parcels.iter().map(|p| p.hash).collect::<BTreeSet<_>>(), hashes, "seed {seed}");
    for (parcel, p) in record.parcels.iter().zip(0u32..) {
        let came = drawn.iter().find(|d| d.hash == parcel.hash).unwrap();
        assert!(came.reading == parcel.reading, "a reading is never changed, seed {seed}");
        for entry in 0..parcel.reading.entries.len() as u32 {
            assert!(seen.contains(&EntryRef { parcel: p, entry }), "an entry in no item, seed {seed}");
        }
        let ledger = &parcel.reading.ledger;
        let sum = |outcome: Outcome| {
            ledger.lines.iter().filter(|l| l.outcome == outcome).fold(0u32, |n, l| n.saturating_add(l.count))
        };
        assert_eq!(
            (ledger.shown, ledger.kept, ledger.not_understood),
            (sum(Outcome::Shown), sum(Outcome::Kept), sum(Outcome::NotUnderstood)),
            "{}",
            parcel.note.file_name
        );
        // A piece that counts as shown is an entry, stands inside one or holds one, or tells of the person.
        let shown = ledger.shown > 0;
        let told =
            !parcel.reading.entries.is_empty() || !parcel.reading.people.is_empty() || parcel.reading.is_archive();
        assert!(!shown || told, "{} says that something is shown", parcel.note.file_name);
    }
}

fn draw(all: &[Parcel], first: u64, enough: impl Fn(u64) -> bool) -> u64 {
    let mut runs = 0;
    while !enough(runs) {
        holds(all, first.wrapping_add(runs).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        runs += 1;
    }
    runs
}

#[test]
fn any_subset_of_real_files_merges_to_one_record_and_loses_nothing() {
    let all = parcels(LARGEST);
    assert!(all.len() > 100, "{} files were read", all.len());
    let started = Instant::now();
    let runs = draw(&all, 1, |runs| runs >= 40 && started.elapsed() > SHORT);
    println!("{runs} subsets of {} files", all.len());
}

#[test]
#[ignore = "for as long as TESSERA_PROVE_SECONDS: cargo xtask prove"]
fn prove_any_subset_of_real_files_merges_to_one_record_and_loses_nothing() {
    let all = parcels(usize::MAX);
    let seconds = std::env::var("TESSERA_PROVE_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(600);
    let started = Instant::now();
    let runs = draw(&all, 1_000_000, |_| started.elapsed() > Duration::from_secs(seconds));
    println!("figure merges {runs} 0 {}", started.elapsed().as_secs());
}
