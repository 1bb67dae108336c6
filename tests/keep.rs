//! Vault and store, natively: the contracts on memory and RustCrypto, and what only a memory disk can suffer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod contract;

use contract::Tabs;
use contract::vectors::{Segment, Vectors, Whole, hex};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tessera::app::keep::{KeepError, NewParcel, State, Trouble, Vault};
use tessera::sealed::{Namespace, Place, Row, Store};
use tessera::store::faulty::{Fault, Faulty};
use tessera::store::memory::Memory;
use tessera::store::{Disk, StoreError};
use tessera::vault::native::Native;
use tessera::vault::{Crypt, Kdf, KdfError, VaultError, segment};

/// Nothing here ever waits: a future of the memory disk is ready when it is asked.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a future of the memory disk waited"),
    }
}

type Rng = Box<dyn FnMut(&mut [u8])>;

/// Seeded randomness: SHA-256 of seed and counter.
fn seeded(seed: u64) -> Native<Rng> {
    let mut counter = 0u64;
    Native::new(Box::new(move |out: &mut [u8]| {
        for chunk in out.chunks_mut(32) {
            counter += 1;
            let block = Sha256::digest([seed.to_be_bytes(), counter.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }))
}

/// Seeds that differ from one `Crypt` to the next.
fn crypts() -> impl Fn() -> Native<Rng> {
    let next = RefCell::new(0u64);
    move || {
        *next.borrow_mut() += 1;
        seeded(*next.borrow())
    }
}

#[derive(Default)]
struct Memories(RefCell<HashMap<String, Memory>>);

impl Tabs for Memories {
    type Disk = Memory;
    async fn fresh(&self, name: &str) -> Memory {
        let memory = Memory::new();
        self.0.borrow_mut().insert(name.to_owned(), memory.clone());
        memory
    }
    fn tab(&self, name: &str) -> Memory {
        self.0.borrow()[name].clone()
    }
}

macro_rules! disk_contract {
    ($($name:ident),* $(,)?) => { $(#[test] fn $name() { now(contract::disk::$name(&Memories::default())); })* };
}

disk_contract!(
    an_empty_disk_is_looked_at_without_making_anything,
    what_is_committed_is_read_back_by_every_tab,
    a_stale_batch_changes_nothing,
    a_batch_deletes_and_replaces_in_one_step,
    a_malformed_batch_cannot_be_made,
    the_mark_is_the_newest_that_was_set,
    erasing_leaves_nothing,
    a_vault_erased_by_another_tab_does_not_come_back,
    ten_megabytes_are_one_transaction,
);

#[test]
fn a_vault_is_made_filled_locked_and_opened() {
    now(contract::vault::a_vault_is_made_filled_locked_and_opened(&Memories::default(), crypts()));
}

#[test]
fn two_tabs_lose_nothing() {
    now(contract::vault::two_tabs_lose_nothing(&Memories::default(), crypts()));
}

#[test]
fn rows_out_of_place_are_refused() {
    now(contract::vault::rows_out_of_place_are_refused(&Memories::default(), crypts()));
}

#[test]
fn every_wycheproof_row_holds() {
    let crypt = seeded(1);
    let rows = [
        now(contract::crypt::aes_gcm(&crypt)),
        now(contract::crypt::hkdf_sha256(&crypt)),
        now(contract::crypt::es256(&crypt)),
    ];
    println!("Wycheproof rows, natively: AES-GCM {}, HKDF {}, ES256 {}", rows[0], rows[1], rows[2]);
    assert!(rows[0] > 50 && rows[1] > 50 && rows[2] > 200);
    now(contract::crypt::pairs_sign(&crypt));
}

#[test]
fn version_1_opens_for_ever() {
    now(contract::vectors::segments_open(&seeded(1)));
    now(contract::vectors::vaults_open(&Memories::default(), crypts()));
}

const PASSPHRASE: &str = "pelican dŵr cabinet seven";
type MemoryVault = Vault<Native<Rng>, Memory>;

fn parcel(person: [u8; 16], seed: u8) -> NewParcel {
    NewParcel { person, id: [seed; 32], reading: vec![seed; 20], original: vec![seed; 900].into(), note: vec![seed] }
}

/// A vault with two people, two parcels and a journal of one entry.
fn filled() -> (MemoryVault, Memory, [u8; 16]) {
    let disk = Memory::new();
    let mut vault = now(Vault::create(seeded(1), disk.clone(), PASSPHRASE, Kdf::FLOOR)).unwrap();
    let gwen = now(vault.add_person(b"Gwen".to_vec())).unwrap();
    now(vault.add_person(b"Idris".to_vec())).unwrap();
    now(vault.put_parcels(vec![parcel(gwen, 1), parcel(gwen, 2)], Some(b"import".to_vec()))).unwrap();
    (vault, disk, gwen)
}

fn unlock(disk: &Memory) -> Result<MemoryVault, KeepError> {
    now(Vault::unlock(seeded(2), disk.clone(), PASSPHRASE)).map_err(|(error, _, _)| error)
}

#[test]
fn an_older_database_is_noticed_and_nothing_is_written_over_it() {
    let (mut vault, disk, gwen) = filled();
    let before = disk.photograph();
    now(vault.put_parcels(vec![parcel(gwen, 3)], None)).unwrap();
    now(vault.note(b"later".to_vec())).unwrap();
    // The database of before, the mark of now: what a truncated log looks like.
    let mark = now(disk.mark()).unwrap().unwrap();
    now(before.set_mark(&mark)).unwrap();
    let mut old = unlock(&before).unwrap();
    assert_eq!(old.trouble(), Some(Trouble::RolledBack(2)));
    assert_eq!(old.parcel_ids(&gwen).len(), 2);
    assert_eq!(now(old.note(vec![])), Err(KeepError::Undecided));
    assert_eq!(now(before.mark()).unwrap(), Some(mark));
    now(old.accept()).unwrap();
    now(old.note(vec![])).unwrap();
    assert_eq!(unlock(&before).unwrap().trouble(), None);
}

#[test]
fn a_vanished_database_is_a_vault_that_was_here() {
    let (_, disk, _) = filled();
    disk.tamper(|rows| rows.clear());
    assert_eq!(now(MemoryVault::look(&disk)).unwrap(), State::WasHere);
    let refused = now(Vault::create(seeded(3), disk.clone(), PASSPHRASE, Kdf::FLOOR)).err();
    assert_eq!(refused, Some(KeepError::Occupied));
    now(disk.erase()).unwrap();
    assert_eq!(now(MemoryVault::look(&disk)).unwrap(), State::Empty);
}

#[test]
fn a_lost_mark_is_written_again() {
    let (vault, disk, _) = filled();
    disk.tamper_mark(|mark| *mark = None);
    assert_eq!(unlock(&disk).unwrap().trouble(), None);
    assert_eq!(now(disk.mark()).unwrap().unwrap().generation, vault.generation());
}

#[test]
fn another_vaults_mark_is_trouble() {
    let (_, disk, _) = filled();
    let other = Memory::new();
    drop(now(Vault::create(seeded(9), other.clone(), PASSPHRASE, Kdf::FLOOR)).unwrap());
    now(disk.set_mark(&now(other.mark()).unwrap().unwrap())).unwrap();
    assert_eq!(unlock(&disk).unwrap().trouble(), Some(Trouble::Replaced));
}

/// Flips bits of every row: a vault either opens and names the damage, or says that it is damaged, and never shows anything wrong.
#[test]
fn no_flipped_bit_is_ever_silently_wrong() {
    every_flip(6);
}

fn every_flip(seconds: u64) {
    let (_, disk, gwen) = filled();
    let whole = unlock(&disk).unwrap();
    let expected: Vec<_> = now(whole.parcels(&gwen)).unwrap().into_iter().map(|p| (p.id, p.reading, p.note)).collect();
    let mut rows = Vec::new();
    disk.tamper(|all| rows = all.iter().map(|(key, bytes)| (*key, bytes.len())).collect());
    let kit = now(whole.recovery_kit()).unwrap().text().unwrap();
    let budget = Instant::now() + Duration::from_secs(seconds);
    let (mut runs, mut seed) = (0u32, 1u64);
    while Instant::now() < budget {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let ((store, row), length) = rows[(seed >> 33) as usize % rows.len()];
        let at = (seed >> 20) as usize % length;
        let hurt = disk.photograph();
        hurt.tamper(|all| {
            let bytes = all.get_mut(&(store, row)).unwrap();
            match seed % 4 {
                0 | 1 => bytes[at] ^= 1 << (seed >> 9 & 7),
                2 => bytes.truncate(at),
                _ => drop(all.remove(&(store, row))),
            }
        });
        runs += 1;
        let what = format!("seed {seed}: {store:?} {} byte {at} of {length}", row.hex());
        match now(Vault::unlock_with_kit(seeded(2), hurt.clone(), &kit)) {
            Ok(vault) => {
                let damage = now(vault.check()).unwrap();
                assert!(damage.iter().any(|damage| damage.store == store), "{what}");
                if vault.unreadable_people().contains(&gwen) {
                    continue;
                }
                assert_eq!(vault.parcel_ids(&gwen).len(), expected.len(), "{what}");
                for (parcel, (id, reading, note)) in now(vault.parcels(&gwen)).unwrap().into_iter().zip(&expected) {
                    assert_eq!(parcel.id, *id);
                    assert!(parcel.reading.is_err() || parcel.reading == *reading, "{what}");
                    assert!(parcel.note.is_err() || parcel.note == *note, "{what}");
                }
            }
            Err((error, _, disk)) => {
                let honest =
                    matches!(error, KeepError::Vault(VaultError::Damaged | VaultError::Newer) | KeepError::Empty);
                assert!(honest, "{what}: {error:?}");
                let state = now(MemoryVault::look(&disk)).unwrap();
                assert_ne!(state, State::Empty, "{what}");
            }
        }
    }
    println!("flips, cuts and losses of single rows: {runs} runs, 0 silently wrong");
    println!("figure damaged-rows {runs} 0 {seconds}");
    assert!(runs > 50);
}

#[test]
fn weakened_parameters_in_the_header_are_refused() {
    let (_, disk, _) = filled();
    // Who can write the header can also make its checksum right; the passphrase must not be tried on weak parameters.
    let header = now(disk.get(&[(Store::Vault, Row::HEADER)])).unwrap().pop().unwrap().unwrap().unwrap();
    for (kdf, expected) in [
        (Kdf { memory: 8, passes: 1, lanes: 1 }, KdfError::Weak),
        (Kdf { memory: 4 << 20, passes: 3, lanes: 1 }, KdfError::Heavy),
    ] {
        let mut read = tessera::vault::Header::read(&header).unwrap();
        for door in &mut read.doors {
            if let tessera::vault::Door::Passphrase { kdf: stored, .. } = door {
                *stored = kdf;
            }
        }
        let body = postcard::to_allocvec(&read).unwrap();
        let forged = tessera::sealed::Sealed::header(1, header.generation(), &body, |_| [0; 32]).unwrap();
        let hurt = disk.photograph();
        hurt.tamper(|rows| drop(rows.insert((Store::Vault, Row::HEADER), forged.into_bytes())));
        assert_eq!(unlock(&hurt).err(), Some(VaultError::Kdf(expected).into()));
    }
}

#[test]
fn an_entry_of_the_journal_that_is_missing_shows() {
    let (mut vault, disk, _) = filled();
    now(vault.note(b"two".to_vec())).unwrap();
    now(vault.note(b"three".to_vec())).unwrap();
    let rows = now(disk.rows(Store::Journal)).unwrap();
    disk.tamper(|all| drop(all.remove(&(Store::Journal, rows[0]))));
    let journal = now(vault.journal());
    assert_eq!(journal.len(), 3);
    assert_eq!(journal.iter().filter(|entry| entry.body.is_err()).count(), 1);
}

/// What a person would see of a vault, for comparing before and after.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    people: Vec<Vec<u8>>,
    parcels: Vec<[u8; 32]>,
    removed: Vec<[u8; 32]>,
    originals: Vec<Vec<u8>>,
    journal: Vec<Vec<u8>>,
    setting: Option<Vec<u8>>,
    kit_checked: bool,
}

fn seen<D: Disk>(vault: &Vault<Native<Rng>, D>, gwen: [u8; 16]) -> Seen {
    let ids = vault.parcel_ids(&gwen);
    assert_eq!(now(vault.check()).unwrap(), []);
    Seen {
        people: vault.people().iter().map(|(_, label)| label.to_vec()).collect(),
        originals: ids.iter().map(|id| now(vault.original(&gwen, id)).unwrap()).collect(),
        parcels: ids,
        removed: vault.removed_ids(&gwen),
        journal: now(vault.journal()).into_iter().map(|entry| entry.body.unwrap()).collect(),
        setting: now(vault.setting("language")).unwrap(),
        kit_checked: vault.kit_checked(),
    }
}

async fn act<D: Disk>(vault: &mut Vault<Native<Rng>, D>, gwen: [u8; 16], act: u64, n: u8) -> Result<(), KeepError> {
    match act % 10 {
        0 => vault.add_person(vec![n]).await.map(drop),
        1 | 2 => vault.put_parcels(vec![parcel(gwen, n), parcel(gwen, n ^ 0x80)], Some(vec![n])).await.map(drop),
        3 => match vault.parcel_ids(&gwen).first().copied() {
            Some(id) => vault.remove_parcel(&gwen, &id, Some(vec![n])).await,
            None => Ok(()),
        },
        4 => match vault.removed_ids(&gwen).first().copied() {
            Some(id) => vault.restore_parcel(&gwen, &id, None).await,
            None => Ok(()),
        },
        5 => vault.forget_removed(&gwen, Some(vec![n])).await.map(drop),
        6 => vault.set_setting("language", vec![n; 300]).await,
        7 => vault.note(vec![n]).await,
        8 => vault.relabel(&gwen, vec![n]).await,
        _ => vault.confirm_kit().await,
    }
}

/// At every failure point of every schedule the state is before or after, never between; what was acknowledged is there.
#[test]
fn every_failure_leaves_before_or_after() {
    every_failure(8);
}

/// How long a harness of `cargo xtask prove` runs.
fn prove_seconds() -> u64 {
    std::env::var("TESSERA_PROVE_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(600)
}

#[test]
#[ignore = "long: cargo xtask prove"]
fn prove_every_failure_leaves_before_or_after() {
    every_failure(prove_seconds());
}

#[test]
#[ignore = "long: cargo xtask prove"]
fn prove_no_flipped_bit_is_ever_silently_wrong() {
    every_flip(prove_seconds());
}

fn every_failure(seconds: u64) {
    let (vault, start, gwen) = filled();
    let kit = now(vault.recovery_kit()).unwrap().text().unwrap();
    let open = |disk: Memory| now(Vault::unlock_with_kit(seeded(7), disk, &kit)).map_err(|(e, _, _)| e).unwrap();
    let budget = Instant::now() + Duration::from_secs(seconds);
    let (mut schedules, mut struck, mut seed) = (0u64, [0u64; 2], 0u64);
    while Instant::now() < budget {
        seed += 1;
        let dice = seeded(seed ^ 0xFACE);
        let draw = |bound: u64| {
            let mut bytes = [0u8; 8];
            dice.random(&mut bytes).unwrap();
            u64::from_le_bytes(bytes) % bound
        };
        let fault = Fault::ALL[draw(5) as usize];
        // Unlocking takes five steps or so, and an act about five.
        let at = 4 + draw(18);
        let memory = start.photograph();
        let faulty = Faulty::new(memory.clone(), at, fault);
        let what = format!("seed {seed}: {fault:?} at step {at}");
        schedules += 1;
        let Ok(mut vault) = now(Vault::unlock_with_kit(seeded(seed), faulty, &kit)) else {
            assert_eq!(seen(&open(memory), gwen), seen(&open(start.photograph()), gwen), "{what}");
            continue;
        };
        for n in 0..4u8 {
            let before = memory.photograph();
            let choice = draw(10);
            let Err(error) = now(act(&mut vault, gwen, choice, 10 + n)) else { continue };
            let expected = matches!(error, KeepError::Store(StoreError::Failed | StoreError::Full));
            assert!(expected, "{what}: {error:?}");
            let left = seen(&open(memory.photograph()), gwen);
            // The same act without a fault, on a copy: what "after" is.
            let mut whole = open(before.photograph());
            now(act(&mut whole, gwen, choice, 10 + n)).unwrap();
            let after = left == seen(&whole, gwen);
            struck[usize::from(after)] += 1;
            assert!(after || left == seen(&open(before), gwen), "{what}: between before and after");
            if fault != Fault::Forget && fault != Fault::KillAfter {
                assert!(!after || choice != 7, "{what}: refused, and yet written");
            }
            let healed = now(act(&mut open(memory.clone()), gwen, 7, 99));
            assert_eq!(healed, Ok(()), "{what}: writing on after the fault");
            break;
        }
        // What was acknowledged up to here is on the disk, whole.
        seen(&open(memory), gwen);
    }
    println!(
        "fault schedules: {schedules}; struck acts left {} times before and {} times after, 0 times between",
        struck[0], struck[1]
    );
    println!("figure fault-schedules {schedules} 0 {seconds}");
    assert!(schedules > 20 && struck[0] + struck[1] > 5);
}

/// Making a vault is one commit: at each step of it there is no vault, or a whole one.
#[test]
fn a_vault_half_made_is_none() {
    for fault in Fault::ALL {
        for at in 0..8 {
            let memory = Memory::new();
            let made = now(Vault::create(seeded(1), Faulty::new(memory.clone(), at, fault), PASSPHRASE, Kdf::FLOOR));
            match now(MemoryVault::look(&memory)).unwrap() {
                State::Empty => assert!(made.is_err(), "{fault:?} at {at}"),
                State::Locked => assert!(unlock(&memory).is_ok(), "{fault:?} at {at}"),
                other => panic!("{fault:?} at {at}: {other:?}"),
            }
        }
    }
}

/// Writes the vectors of a version. Run once for each, by hand: what it wrote must then open for ever.
#[test]
#[ignore = "writes tests/data/sealed; run by hand for a new version only"]
fn write_vectors() {
    let crypt = seeded(2026);
    let mut segments = Vec::new();
    let contents: [(&str, Vec<u8>, bool); 6] = [
        ("empty", vec![], false),
        ("one byte", vec![7], false),
        ("text", "Penisilin: brech, 1987".into(), false),
        ("compressible", b"allergy ".repeat(400), false),
        ("incompressible", (0..40u32).flat_map(|i| Sha256::digest(i.to_be_bytes())).collect(), false),
        ("a wrapped key", vec![0xA5; 32], true),
    ];
    for (n, (why, content, wrap)) in contents.into_iter().enumerate() {
        let mut root = [0u8; 32];
        crypt.random(&mut root).unwrap();
        let place = Place {
            vault: [0x11; 16],
            person: if n == 0 { [0; 16] } else { [0x22 + n as u8; 16] },
            store: Store::ALL[n],
            row: Row([0x33 + n as u8; 32]),
            generation: 1000 + n as u64,
            schema: 1,
        };
        let namespace = if wrap { Namespace::Wrap } else { Namespace::Segment };
        let key = now(crypt.root(&root)).unwrap();
        let frame = now(segment::seal(&crypt, &key, namespace, &place, &content)).unwrap();
        segments.push(Segment {
            why: why.to_owned(),
            root: hex(&root),
            vault: hex(&place.vault),
            person: hex(&place.person),
            store: place.store as u8,
            row: place.row.hex(),
            generation: place.generation,
            schema: place.schema,
            wrap,
            content: hex(&content),
            frame: hex(frame.bytes()),
        });
    }
    let (mut vault, disk, gwen) = filled();
    now(vault.set_setting("language", b"cy".to_vec())).unwrap();
    now(vault.note("a share".into())).unwrap();
    let mut rows = Vec::new();
    disk.tamper(|all| {
        rows = all.iter().map(|((store, row), bytes)| (*store as u8, row.hex(), hex(bytes))).collect();
    });
    let parcels = now(vault.parcels(&gwen)).unwrap().into_iter().map(|p| {
        let digest = Sha256::digest(now(vault.original(&gwen, &p.id)).unwrap());
        (hex(&gwen), hex(&p.id), hex(&digest), hex(&p.reading.unwrap()), hex(&p.note.unwrap()))
    });
    let vaults = vec![Whole {
        why: "two people, two parcels, a journal of two, a setting; Argon2id at its floor".to_owned(),
        passphrase: PASSPHRASE.to_owned(),
        kit: now(vault.recovery_kit()).unwrap().text().unwrap().to_string(),
        mark: hex(&now(disk.mark()).unwrap().unwrap().bytes()),
        rows,
        people: vault.people().iter().map(|(id, label)| (hex(id), hex(label))).collect(),
        parcels: parcels.collect(),
        journal: now(vault.journal()).into_iter().map(|entry| hex(&entry.body.unwrap())).collect(),
        setting: ("language".to_owned(), hex(b"cy")),
        signature: (hex(&gwen), hex(b"claims"), hex(&now(vault.sign(&gwen, b"claims")).unwrap())),
    }];
    let what = "Format version 1. Written by tests/keep.rs, write_vectors; described in docs/vault.md.".to_owned();
    let text = serde_json::to_string_pretty(&Vectors { what, segments, vaults }).unwrap();
    std::fs::write("tests/data/sealed/version-1.json", text + "\n").unwrap();
}
