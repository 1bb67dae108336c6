//! The vault on a memory disk with RustCrypto.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::store::memory::Memory;
use crate::vault::Kdf;
use crate::vault::native::Native;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Nothing here ever waits: a future of the memory disk is ready when it is asked.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a future of the memory disk waited"),
    }
}

pub(crate) type Rng = Box<dyn FnMut(&mut [u8])>;

/// Seeded randomness: SHA-256 of seed and counter.
pub(crate) fn seeded(seed: u64) -> Native<Rng> {
    let mut counter = 0u64;
    Native::new(Box::new(move |out: &mut [u8]| {
        for chunk in out.chunks_mut(32) {
            counter += 1;
            let block = sha2::Sha256::digest([seed.to_be_bytes(), counter.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }))
}

use sha2::Digest;

type TestVault = Vault<Native<Rng>, Memory>;

fn fresh() -> (TestVault, Memory) {
    let disk = Memory::new();
    assert_eq!(now(TestVault::look(&disk)).unwrap(), State::Empty);
    let vault = now(Vault::create(seeded(1), disk.clone(), "pump dragon seven", Kdf::FLOOR)).unwrap();
    (vault, disk)
}

fn unlock(disk: &Memory, passphrase: &str) -> Result<TestVault, KeepError> {
    now(Vault::unlock(seeded(2), disk.clone(), passphrase)).map_err(|(error, _, _)| error)
}

fn parcel(person: Person, seed: u8, size: usize) -> NewParcel {
    let original: Vec<u8> = (0..size).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    let id = sha2::Sha256::digest(&original).into();
    NewParcel { person, id, reading: vec![seed; 40], original: original.into(), note: vec![seed, 1] }
}

#[test]
fn what_is_kept_comes_back_after_locking() {
    let (mut vault, disk) = fresh();
    let gwen = now(vault.add_person(b"Gwen".to_vec())).unwrap();
    let idris = now(vault.add_person(b"Idris".to_vec())).unwrap();
    let big = parcel(gwen, 3, SEGMENT * 2 + 17);
    let original = big.original.clone();
    let id = big.id;
    let outcome = now(vault.put_parcels(vec![big, parcel(idris, 4, 0)], Some(b"import".to_vec()))).unwrap();
    assert_eq!(outcome, [Put::New, Put::New]);
    now(vault.set_setting("language", b"cy".to_vec())).unwrap();
    now(vault.put_draft(&gwen, "allergy", b"half".to_vec())).unwrap();
    now(vault.put_snapshot(&gwen, "merge", b"cache".to_vec())).unwrap();
    let signature = now(vault.sign(&gwen, b"token")).unwrap();
    let disk_back = vault.lock();
    assert_eq!(now(TestVault::look(&disk_back)).unwrap(), State::Locked);

    let vault = unlock(&disk, "pump dragon seven").unwrap();
    assert_eq!(vault.people(), [(gwen, b"Gwen".as_slice()), (idris, b"Idris")]);
    assert_eq!(now(vault.original(&gwen, &id)).unwrap(), *original);
    let parcels = now(vault.parcels(&gwen)).unwrap();
    assert_eq!(parcels.len(), 1);
    assert_eq!(parcels[0].reading, Ok(vec![3; 40]));
    assert_eq!(parcels[0].note, Ok(vec![3, 1]));
    assert_eq!(now(vault.setting("language")).unwrap(), Some(b"cy".to_vec()));
    assert_eq!(now(vault.setting("other")).unwrap(), None);
    assert_eq!(now(vault.draft(&gwen, "allergy")).unwrap(), Some(b"half".to_vec()));
    assert_eq!(now(vault.draft(&idris, "allergy")).unwrap(), None);
    assert_eq!(now(vault.snapshot(&gwen, "merge")).unwrap(), Some(b"cache".to_vec()));
    let public = vault.public_key(&gwen).unwrap();
    assert!(now(vault.crypt.verify(&public, b"token", &signature)).unwrap());
    assert!(!now(vault.crypt.verify(&vault.public_key(&idris).unwrap(), b"token", &signature)).unwrap());
    assert_eq!(now(vault.check()).unwrap(), []);
}

#[test]
fn importing_twice_changes_nothing_and_undo_brings_back() {
    let (mut vault, disk) = fresh();
    let gwen = now(vault.add_person(vec![])).unwrap();
    let id = parcel(gwen, 1, 100).id;
    now(vault.put_parcels(vec![parcel(gwen, 1, 100)], None)).unwrap();
    let generation = vault.generation();
    assert_eq!(now(vault.put_parcels(vec![parcel(gwen, 1, 100)], Some(vec![1]))).unwrap(), [Put::Already]);
    assert_eq!(vault.generation(), generation);
    assert!(now(vault.journal()).is_empty());
    now(vault.remove_parcel(&gwen, &id, Some(b"undo".to_vec()))).unwrap();
    assert!(vault.parcel_ids(&gwen).is_empty());
    assert_eq!(now(vault.remove_parcel(&gwen, &id, None)), Err(KeepError::NoThing));
    now(vault.restore_parcel(&gwen, &id, None)).unwrap();
    assert_eq!(vault.parcel_ids(&gwen), [id]);
    now(vault.remove_parcel(&gwen, &id, None)).unwrap();
    assert_eq!(now(vault.put_parcels(vec![parcel(gwen, 1, 100)], None)).unwrap(), [Put::Restored]);
    now(vault.remove_parcel(&gwen, &id, None)).unwrap();
    assert_eq!(now(vault.forget_removed(&gwen, None)).unwrap(), 1);
    assert_eq!(now(vault.original(&gwen, &id)), Err(KeepError::NoThing));
    assert!(now(disk.rows(Store::Originals)).unwrap().is_empty());
    assert_eq!(now(vault.put_parcels(vec![parcel(gwen, 1, 100)], None)).unwrap(), [Put::New]);
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_a_changed_one_opens_alone() {
    let (mut vault, disk) = fresh();
    assert_eq!(unlock(&disk, "pump dragon eight").err(), Some(VaultError::WrongPassphrase.into()));
    let wrong = now(vault.change_passphrase("nonsense", "new one", Kdf::FLOOR));
    assert_eq!(wrong, Err(VaultError::WrongPassphrase.into()));
    now(vault.change_passphrase("pump dragon seven", "new one", Kdf::FLOOR)).unwrap();
    assert_eq!(unlock(&disk, "pump dragon seven").err(), Some(VaultError::WrongPassphrase.into()));
    assert!(unlock(&disk, " new  one ").is_ok());
}

#[test]
fn the_recovery_kit_opens_and_gives_a_new_passphrase() {
    let (mut vault, disk) = fresh();
    let kit = now(vault.recovery_kit()).unwrap();
    let text = kit.text().unwrap();
    assert!(!vault.kit_checked());
    now(vault.confirm_kit()).unwrap();
    let opened = now(Vault::unlock_with_kit(seeded(3), disk.clone(), &text.to_lowercase()));
    let mut opened = opened.map_err(|(error, _, _)| error).unwrap();
    assert!(opened.kit_checked());
    now(opened.set_passphrase_with_kit(&text, "found again", Kdf::FLOOR)).unwrap();
    assert!(unlock(&disk, "found again").is_ok());
    let other = Kit::new(crate::vault::Secret::new([9; 32])).text().unwrap();
    let refused = now(Vault::unlock_with_kit(seeded(3), disk.clone(), &other)).err().unwrap().0;
    assert_eq!(refused, VaultError::WrongKit.into());
    let mistyped = now(Vault::unlock_with_kit(seeded(3), disk, &text.replace('Q', "P"))).err().unwrap().0;
    assert_eq!(mistyped, KitError::Mistyped.into());
}

use crate::vault::Kit;

#[test]
fn a_removed_person_leaves_no_row() {
    let (mut vault, disk) = fresh();
    let gwen = now(vault.add_person(b"Gwen".to_vec())).unwrap();
    let idris = now(vault.add_person(b"Idris".to_vec())).unwrap();
    now(vault.put_parcels(vec![parcel(gwen, 1, 100), parcel(idris, 1, 100)], None)).unwrap();
    now(vault.relabel(&idris, b"Idris ap Huw".to_vec())).unwrap();
    now(vault.remove_person(&gwen, Some(b"removed".to_vec()))).unwrap();
    assert_eq!(now(vault.parcels(&gwen)).err(), Some(KeepError::NoPerson));
    for (store, rows) in [(Store::People, 1), (Store::Originals, 1), (Store::Parcels, 2), (Store::Journal, 1)] {
        assert_eq!(now(disk.rows(store)).unwrap().len(), rows, "{store:?}");
    }
    let vault = unlock(&disk, "pump dragon seven").unwrap();
    assert_eq!(vault.people(), [(idris, b"Idris ap Huw".as_slice())]);
}

#[test]
fn two_tabs_never_lose_each_others_work() {
    let (mut one, disk) = fresh();
    let mut two = unlock(&disk, "pump dragon seven").unwrap();
    let gwen = now(one.add_person(b"Gwen".to_vec())).unwrap();
    let mut expected = vec![gwen];
    for round in 0..20u8 {
        let tab = if round % 3 == 0 { &mut one } else { &mut two };
        expected.push(now(tab.add_person(vec![round])).unwrap());
        now(tab.note(vec![round])).unwrap();
    }
    now(one.refresh()).unwrap();
    assert_eq!(one.people().iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected);
    assert_eq!(now(one.journal()).len(), 20);
    assert!(now(one.journal()).iter().all(|entry| entry.chained));
}

#[test]
fn a_full_device_keeps_all_or_nothing() {
    let mut kept_whole = 0;
    for quota in (4_000..160_000).step_by(2_800) {
        let disk = Memory::with_quota(quota);
        let Ok(mut vault) = now(Vault::create(seeded(1), disk.clone(), "pump dragon seven", Kdf::FLOOR)) else {
            assert_eq!(now(TestVault::look(&disk)).unwrap(), State::Empty);
            continue;
        };
        let Ok(gwen) = now(vault.add_person(vec![])) else { continue };
        let noise: Vec<u8> = (0..300u32).flat_map(|i| sha2::Sha256::digest(i.to_be_bytes())).collect();
        let parcels =
            (0..5u8).map(|n| NewParcel { original: noise.clone().into(), ..parcel(gwen, n, n.into()) }).collect();
        let kept = now(vault.put_parcels(parcels, None));
        let vault = unlock(&disk, "pump dragon seven").unwrap();
        assert_eq!(vault.parcel_ids(&gwen).len(), if kept.is_ok() { 5 } else { 0 });
        assert_eq!(now(vault.check()).unwrap(), []);
        match kept {
            Ok(_) => {
                kept_whole += 1;
                let room = now(vault.room()).unwrap();
                let left = room.quota.unwrap() - room.used.unwrap();
                assert!(left >= 30_000, "an import of 48 kB leaves two parts of three beside it: {left}");
            }
            Err(error) => assert_eq!(error, StoreError::Full.into()),
        }
    }
    assert!(kept_whole > 0);
}

#[test]
fn one_damaged_person_does_not_close_the_vault_to_the_others() {
    let (mut vault, disk) = fresh();
    let gwen = now(vault.add_person(b"Gwen".to_vec())).unwrap();
    let idris = now(vault.add_person(b"Idris".to_vec())).unwrap();
    now(vault.put_parcels(vec![parcel(gwen, 1, 100), parcel(idris, 1, 100)], None)).unwrap();
    let row = vault.place(&Thing::person(&gwen), 0, 0).row;
    disk.tamper(|rows| *rows.get_mut(&(Store::People, row)).unwrap().last_mut().unwrap() ^= 1);
    let mut vault = unlock(&disk, "pump dragon seven").unwrap();
    assert_eq!(vault.people(), [(idris, b"Idris".as_slice())]);
    assert_eq!(vault.unreadable_people(), [gwen]);
    assert_eq!(now(vault.parcels(&idris)).unwrap().len(), 1);
    assert_eq!(now(vault.parcels(&gwen)).err(), Some(KeepError::NoPerson));
    assert!(now(vault.check()).unwrap().iter().any(|damage| damage.person == gwen && damage.store == Store::People));
    now(vault.note(b"still writing".to_vec())).unwrap();
}
