//! Telling cases among real files: what must join, what must not, and what the pages say of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]

use std::ops::ControlFlow;
use std::path::Path;

use jiff::civil::date;
use tessera::{
    import,
    record::{Field, Item, Kind, Note, Parcel, Polarity, Record, Section, Standing, guard, merge},
    view::{Index, medicines::Mark, section::GroupKind, section::section, summary::summary},
};

fn data(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)).unwrap()
}

fn parcel(path: &str) -> Parcel {
    let delivery = import::open(&data(path), path, &mut |_| ControlFlow::Continue(())).unwrap();
    let file = delivery.files.into_iter().next().unwrap();
    Parcel { hash: file.hash, reading: file.reading.unwrap(), note: Note { file_name: file.name, ..Note::default() } }
}

fn record(paths: &[&str]) -> Record {
    merge(paths.iter().map(|p| parcel(p)).collect())
}

fn titled<'r>(record: &'r Record, section: Section, title: &str) -> Vec<&'r Item> {
    record.section(section).filter(|i| record.lead(i).unwrap().title.contains(title)).collect()
}

/// The one item of that title, how many entries and how much history it has, and about what its sources disagree.
fn check(record: &Record, section: Section, title: &str, entries: usize, history: usize, fields: &[Field]) {
    let found = titled(record, section, title);
    let [item] = found[..] else { panic!("{title}: {} items", found.len()) };
    assert_eq!((item.entries.len(), item.history.len()), (entries, history), "{title}");
    assert_eq!(item.disagreements.iter().map(|d| d.field).collect::<Vec<_>>(), fields, "{title}");
}

const GP: &str = "uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json";
const TRANSFER: &str = "uk/gp2gp/PWTP10-output.json";

#[test]
fn aspirin_is_active_with_the_gp_and_ended_in_the_transfer() {
    let record = record(&[GP, TRANSFER]);
    check(&record, Section::Medications, "Doxazosin", 2, 2, &[]);
    check(&record, Section::Medications, "Aspirin 75mg", 2, 2, &[Field::Standing]);
    let index = Index::new(&record);
    let page = section(&record, &index, Section::Medications, date(2026, 11, 22));
    let table = page.medicines.unwrap();
    let mark = |title: &str| table.lines.iter().find(|l| l.title.contains(title)).unwrap().mark;
    assert_eq!((mark("Doxazosin"), mark("Aspirin")), (Mark::Same, Mark::StoppedHereActiveThere));
    let unclear = page.groups.iter().find(|g| g.kind == GroupKind::Unclear).unwrap();
    assert!(unclear.list.rows.iter().any(|r| r.title.contains("Aspirin") && r.disagree));
}

#[test]
fn the_same_record_through_two_systems_is_one_item_each() {
    let record = record(&[GP, TRANSFER]);
    check(&record, Section::Allergies, "Latex allergy", 2, 0, &[]);
    check(&record, Section::Problems, "Low back pain", 2, 0, &[]);
    let visits = record.section(Section::Encounters).count();
    assert_eq!(visits, 8, "each visit once, though both files tell of it");
}

#[test]
fn three_degraded_drug_allergies_stay_three() {
    let record = record(&["uk/gp2gp/PWTP3-output.json"]);
    let degraded = record
        .section(Section::Allergies)
        .filter(|i| record.lead(i).unwrap().degraded.is_some())
        .inspect(|i| assert_eq!(i.entries.len(), 1));
    assert_eq!(degraded.count(), 3);
    let index = Index::new(&record);
    let rows = summary(&record, &index, None, date(2026, 11, 22)).allergies.list.rows;
    assert!(rows.iter().take(3).all(|r| r.degraded), "and stand at the top");
}

#[test]
fn a_file_twice_is_the_file_once() {
    assert_eq!(record(&[GP, GP]), record(&[GP]));
    assert_eq!(record(&[GP, TRANSFER]), record(&[TRANSFER, GP, TRANSFER]));
}

#[test]
fn two_drugs_each_as_statement_and_request_are_two() {
    let record = record(&["fhir_r4/ips/UK_NHSx_IPS_Example_01-modified.json"]);
    assert_eq!(record.section(Section::Medications).count(), 2);
    check(&record, Section::Medications, "Metformin", 1, 1, &[]);
    check(&record, Section::Medications, "Sertraline", 1, 1, &[]);
}

#[test]
fn three_cancelled_orders_not_to_give_are_not_taken() {
    let record = record(&["fhir_r4/ips/US_MEDITECH_ips_3.json"]);
    let not: Vec<&Item> = record
        .section(Section::Medications)
        .filter(|i| record.lead(i).unwrap().polarity == Polarity::DoNotPerform)
        .collect();
    assert!(!not.is_empty());
    let index = Index::new(&record);
    let current = summary(&record, &index, None, date(2026, 11, 22)).medicines.list.rows;
    assert!(current.iter().all(|r| not.iter().all(|n| n.id != r.id)));
}

#[test]
fn active_orders_again_and_again_are_a_few_medicines_with_their_history() {
    let record = record(&["fhir_r4/synthea_big/Arleen_Bartell_56d3e64d.json.gz"]);
    let index = Index::new(&record);
    let active =
        |e: &tessera::record::Entry| e.kind == Kind::MedicationRequest && e.status.standing == Standing::Active;
    let orders = record.parcels[0].reading.entries.iter().filter(|e| active(e)).count();
    let page = summary(&record, &index, None, date(2026, 11, 22));
    assert_eq!((orders, page.medicines.list.total), (37, 6));
    let behind: u32 = page.medicines.list.rows.iter().map(|r| r.entries).sum();
    assert_eq!(behind, 37, "every order is behind one of the six");
}

#[test]
fn people_who_share_every_id_are_not_one() {
    let (a, b) = (parcel(GP), parcel("uk/gpconnect/EMISPatientStructurede2eResponsePWTP5.json"));
    let verdict = guard::compare(&a.reading.people[0], &b.reading.people);
    assert!(!verdict.is_match(), "{verdict:?}");
}

#[test]
fn every_entry_of_every_fixture_stands_in_exactly_one_item() {
    let manifest = String::from_utf8(data("MANIFEST.tsv")).unwrap();
    let mut seen = 0;
    for path in manifest.lines().skip(1).filter_map(|l| l.split('\t').next()) {
        let Ok(delivery) = import::open(&data(path), path, &mut |_| ControlFlow::Continue(())) else { continue };
        for file in delivery.files {
            let Ok(reading) = file.reading else { continue };
            let entries = reading.entries.len();
            let record = merge(vec![Parcel { hash: file.hash, reading, note: Note::default() }]);
            let items = record.items.iter().chain(&record.in_error);
            let mut places: Vec<_> = items.clone().flat_map(|i| i.entries.iter().chain(&i.history)).collect();
            places.sort();
            places.dedup();
            assert_eq!(places.len(), entries, "{path}");
            for item in items.take(20) {
                assert_eq!(record.find(&item.id).unwrap(), item, "{path}");
            }
            seen += entries;
        }
    }
    assert!(seen > 3_000, "{seen} entries were read");
}

#[test]
fn every_test_named_in_the_hazard_log_exists() {
    fn sources(folder: &Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_none_or(|n| n != "data") {
                sources(&path, all);
            } else if path.extension().is_some_and(|e| e == "rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    sources(&root.join("src"), &mut code);
    sources(&root.join("tests"), &mut code);
    let log = std::fs::read_to_string(root.join("docs/hazard-log.md")).unwrap();
    assert!(log.contains("Not yet reviewed by a Clinical Safety Officer"));
    let evidence = log.lines().filter(|l| l.starts_with("| Evidence"));
    let names: Vec<&str> = evidence.flat_map(|l| l.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 40, "{}", names.len());
    for name in names {
        assert!(code.contains(&format!("fn {name}(")), "no test is called {name}");
    }
}
