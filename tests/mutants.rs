//! Damaged files, format by format: whatever is done to a file, reading it ends, balances, and leads back to its bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tessera::import::{self, Delivery, ImportError, report};
use tessera::record::Hash;

/// Files up to this many bytes are damaged; of a format that has only larger ones the smallest.
const LARGEST: usize = 64 << 10;

/// Larger files are not even looked at.
const TOO_LARGE: u64 = 2 << 20;

/// What one file of each format is damaged for, in `cargo xtask test`.
const SHORT: Duration = Duration::from_millis(1_200);

/// Damaged files of each format in `cargo xtask prove`.
const LONG: u64 = 100_000;

fn open(bytes: &[u8]) -> Result<Delivery, ImportError> {
    import::open(bytes, "", &mut |_| ControlFlow::Continue(()))
}

/// Files under tests/data by the format that they are read as.
fn seeds() -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut formats: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"), &mut files);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let Ok(delivery) = open(&bytes) else { continue };
        formats.entry(format!("{:?}", delivery.format)).or_default().push(bytes);
    }
    for bytes in made() {
        let format = open(&bytes).unwrap().format;
        formats.entry(format!("{format:?}")).or_default().push(bytes);
    }
    for seeds in formats.values_mut() {
        seeds.sort_by_key(Vec::len);
        let small = seeds.partition_point(|bytes| bytes.len() <= LARGEST);
        seeds.truncate(small.max(1));
    }
    formats
}

/// Files of formats that no provider's file stands for here.
fn made() -> Vec<Vec<u8>> {
    let word = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            b"<w:document xmlns:w='w'><w:body><w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:del><w:r><w:delText>b</w:delText></w:r></w:del></w:p></w:body></w:document>",
        ),
    ]);
    let apple = b"<?xml version='1.0'?>\n<!DOCTYPE HealthData [\n<!ELEMENT a (b)><!ENTITY c ']>'>\n]>\n<HealthData><Me HKCharacteristicTypeIdentifierDateOfBirth='1990-02-02'/><Record type='HKQuantityTypeIdentifierBodyMass' unit='kg' value='71.500' startDate='2024-01-02 10:00:00 +0000'/><Correlation type='HKCorrelationTypeIdentifierBloodPressure'><Record type='HKQuantityTypeIdentifierBloodPressureSystolic' unit='mmHg' value='128'/></Correlation></HealthData>";
    let rtf = b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}Dear \\u233?\\'e9 {\\*\\x y}{\\pict 00}\\bin3 abc\\trowd a\\cell\\row\\par}";
    let several = zip(&[
        ("a.json", b"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"A\"}]}"),
        ("b/../c.txt", b"Dear A"),
        ("d/", b""),
        ("letter.rtf", rtf),
    ]);
    vec![word, apple.to_vec(), rtf.to_vec(), several, b"<html><p>a<br>b</p><script>c</script></html>".to_vec()]
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        let about = entry.metadata().unwrap();
        if about.is_dir() {
            walk(&entry, files);
        } else if about.len() <= TOO_LARGE {
            files.push(entry);
        }
    }
}

/// A small generator of our own, so that a seed names a run for ever (xorshift64*).
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    }
}

const TOKENS: [&[u8]; 40] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"null",
    b"true",
    b"1e999",
    b"-",
    b"\\u0000",
    b"\\ud800",
    b"\xFF",
    b"\0",
    b"<script>",
    b"&#x0;",
    b"\"resourceType\":\"Bundle\"",
    b"\"resourceType\":\"Patient\"",
    b"\"contained\":[{}]",
    b"\"reference\":\"#\"",
    b"\"modifierExtension\":[{}]",
    b"\"data\":\"!\"",
    b"1961-04-93",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<a>",
    b"</",
    b"]]>",
    b"&amp;",
    b" nullFlavor=\"NI\"",
    b" negationInd=\"true\"",
    b"<reference value=\"#a\"/>",
    b"|",
    b"^~\\&",
    b"\r",
    b"\rOBX|1|ED|||^^^Base64^AAAA",
    b"OBX|1|SN|a||>^5",
    b"PK\x03\x04",
    b"{\\rtf1",
    b"shc:/",
];

fn mutate(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let seed = &seeds[dice.next(seeds.len())];
    let mut bytes = seed.clone();
    for _ in 0..=dice.next(6) {
        let at = dice.next(bytes.len() + 1);
        match dice.next(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.next(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.splice(at..at, TOKENS[dice.next(TOKENS.len())].iter().copied())),
            3 => {
                let end = (at + dice.next(200)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            4 => {
                let end = (at + dice.next(2000)).min(bytes.len());
                let copy = bytes[at.min(end)..end].to_vec();
                drop(bytes.splice(at..at, copy));
            }
            5 => {
                let other = &seeds[dice.next(seeds.len())];
                let from = dice.next(other.len());
                let to = (from + dice.next(2000)).min(other.len());
                drop(bytes.splice(at..at, other[from..to].iter().copied()));
            }
            _ => bytes.extend((0..dice.next(20)).map(|_| dice.next(256) as u8)),
        }
    }
    bytes
}

/// What holds for every answer: the ledger sums, and every place leads somewhere.
fn holds(bytes: &[u8]) {
    let Ok(delivery) = open(bytes) else { return };
    if let Some(archive) = &delivery.archive {
        let ledger = &archive.reading.as_ref().unwrap().ledger;
        assert_eq!(ledger.shown as usize, delivery.files.iter().filter(|f| f.reading.is_ok()).count());
        assert_eq!(archive.hash, Hash::of(bytes));
    }
    for file in delivery.files {
        let inner = file.bytes.as_deref().unwrap_or(bytes);
        if file.bytes.is_some() || delivery.archive.is_none() {
            assert_eq!(file.hash, Hash::of(inner));
        }
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        assert_eq!(
            ledger.shown + ledger.kept + ledger.not_understood,
            ledger.lines.iter().map(|l| l.count).sum::<u32>()
        );
        for entry in reading.entries.iter().take(3) {
            assert!(entry.attachments.iter().all(|a| (*a as usize) < reading.attachments.len()));
            if reading.format.starts_with("FHIR") && !entry.at.contains("section") {
                assert!(import::fragment(inner, entry).is_some(), "{}", entry.at);
            }
        }
        for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()).take(2) {
            assert!(import::attachment(inner, attachment).is_ok(), "{}", attachment.at);
        }
        let line = report::json(&reading, "", file.hash, inner.len() as u64);
        assert!(!line.is_empty() && !line.contains('\n'));
    }
}

/// Damages files of one format until `enough` says so. The number of a run that fails is printed: it names the run.
fn damage(format: &str, seeds: &[Vec<u8>], first: u64, enough: impl Fn(u64) -> bool) -> u64 {
    let mut runs = 0;
    while !enough(runs) {
        let run = first + runs;
        let mut dice = Dice(run.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mutant = mutate(&mut dice, seeds);
        let outcome = std::panic::catch_unwind(|| holds(&mutant));
        assert!(outcome.is_ok(), "{format}: run {run}");
        runs += 1;
    }
    runs
}

#[test]
fn damaged_files_are_read_or_refused_and_always_balance() {
    for (format, seeds) in seeds() {
        let started = Instant::now();
        let runs = damage(&format, &seeds, 1, |_| started.elapsed() > SHORT);
        println!("{format}: {runs} damaged files, 0 panics, 0 that do not balance");
        assert!(runs > 0);
    }
}

#[test]
#[ignore = "long: cargo xtask prove"]
fn prove_damaged_files_are_read_or_refused_and_always_balance() {
    let wanted = std::env::var("TESSERA_PROVE_INPUTS").ok().and_then(|s| s.parse().ok()).unwrap_or(LONG).min(LONG);
    for (format, seeds) in seeds() {
        let started = Instant::now();
        let runs = damage(&format, &seeds, 1_000_000_000, |runs| runs >= wanted);
        println!("figure damaged-{format} {runs} 0 {}", started.elapsed().as_secs());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        holds(&bytes);
    }
}
