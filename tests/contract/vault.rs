//! The contract of a vault on any disk with any `Crypt`.

use super::Tabs;
use tessera::app::keep::{KeepError, NewParcel, Put, State, Vault};
use tessera::sealed::{Row, Store};
use tessera::store::{Batch, Disk};
use tessera::vault::{Crypt, Kdf, Person, VaultError};

const PASSPHRASE: &str = "pelican dŵr cabinet seven";

fn parcel(person: Person, seed: u8, size: usize) -> NewParcel {
    let original: Vec<u8> = (0..size).map(|i| (i.wrapping_mul(i) as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    NewParcel { person, id: [seed; 32], reading: vec![seed; 3000], original: original.into(), note: vec![seed, 1] }
}

async fn unlock<C: Crypt, D: Disk>(crypt: C, disk: D, passphrase: &str) -> Result<Vault<C, D>, KeepError> {
    Vault::unlock(crypt, disk, passphrase).await.map_err(|(error, _, _)| error)
}

/// The whole life of a vault.
pub async fn a_vault_is_made_filled_locked_and_opened<C: Crypt>(tabs: &impl Tabs, crypt: impl Fn() -> C) {
    let name = "life";
    let disk = tabs.fresh(name).await;
    assert_eq!(Vault::<C, _>::look(&disk).await.unwrap(), State::Empty);
    assert_eq!(unlock(crypt(), tabs.tab(name), PASSPHRASE).await.err(), Some(KeepError::Empty));
    let mut vault = Vault::create(crypt(), disk, PASSPHRASE, Kdf::FLOOR).await.unwrap();
    let again = Vault::create(crypt(), tabs.tab(name), PASSPHRASE, Kdf::FLOOR).await;
    assert_eq!(again.err(), Some(KeepError::Occupied));
    let gwen = vault.add_person(b"Gwen".to_vec()).await.unwrap();
    let idris = vault.add_person(b"Idris".to_vec()).await.unwrap();
    let parcels = vec![parcel(gwen, 1, 1_500_000), parcel(gwen, 2, 0), parcel(idris, 3, 70)];
    assert_eq!(vault.put_parcels(parcels, Some(b"import".to_vec())).await.unwrap(), [Put::New; 3]);
    vault.note(b"seen".to_vec()).await.unwrap();
    vault.set_setting("language", b"cy".to_vec()).await.unwrap();
    vault.put_draft(&gwen, "allergy", b"half".to_vec()).await.unwrap();
    let signature = vault.sign(&gwen, b"claims").await.unwrap();
    let kit = vault.recovery_kit().await.unwrap().text().unwrap();
    let generation = vault.generation();
    drop(vault.lock());

    let disk = tabs.tab(name);
    assert_eq!(Vault::<C, _>::look(&disk).await.unwrap(), State::Locked);
    let (error, back, disk) = Vault::unlock(crypt(), disk, "pelican dwr cabinet seven").await.err().unwrap();
    assert_eq!(error, VaultError::WrongPassphrase.into());
    // The letters are the same however they are composed.
    let mut vault = unlock(back, disk, "pelican dw\u{302}r  cabinet seven").await.unwrap();
    assert_eq!((vault.generation(), vault.trouble()), (generation, None));
    assert_eq!(vault.people(), [(gwen, b"Gwen".as_slice()), (idris, b"Idris")]);
    assert_eq!(vault.original(&gwen, &[1; 32]).await.unwrap(), *parcel(gwen, 1, 1_500_000).original);
    assert!(vault.original(&gwen, &[2; 32]).await.unwrap().is_empty());
    assert_eq!(vault.original(&gwen, &[3; 32]).await, Err(KeepError::NoThing));
    let parcels = vault.parcels(&gwen).await.unwrap();
    assert_eq!(parcels.iter().map(|p| p.id[0]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(parcels[1].reading, Ok(vec![2; 3000]));
    assert_eq!(parcels[1].note, Ok(vec![2, 1]));
    assert_eq!(vault.setting("language").await.unwrap(), Some(b"cy".to_vec()));
    assert_eq!(vault.draft(&gwen, "allergy").await.unwrap(), Some(b"half".to_vec()));
    let journal = vault.journal().await;
    assert_eq!(
        journal.iter().map(|e| e.body.clone().unwrap()).collect::<Vec<_>>(),
        [b"import".to_vec(), b"seen".to_vec()]
    );
    assert!(journal.iter().all(|entry| entry.chained));
    assert!(vault.check().await.unwrap().is_empty());
    assert_ne!(signature, [0; 64]);

    vault.remove_parcel(&gwen, &[2; 32], None).await.unwrap();
    assert_eq!(vault.parcel_ids(&gwen), [[1; 32]]);
    vault.restore_parcel(&gwen, &[2; 32], None).await.unwrap();
    vault.change_passphrase(PASSPHRASE, "another one", Kdf::FLOOR).await.unwrap();
    assert_eq!(unlock(crypt(), tabs.tab(name), PASSPHRASE).await.err(), Some(VaultError::WrongPassphrase.into()));
    let by_kit = Vault::unlock_with_kit(crypt(), tabs.tab(name), &kit).await.map_err(|(e, _, _)| e).unwrap();
    assert_eq!(by_kit.parcel_ids(&gwen), [[1; 32], [2; 32]]);
    vault.remove_person(&gwen, None).await.unwrap();
    let vault = unlock(crypt(), tabs.tab(name), "another one").await.unwrap();
    assert_eq!(vault.people(), [(idris, b"Idris".as_slice())]);
    let disk = vault.erase().await.unwrap();
    assert_eq!(Vault::<C, _>::look(&disk).await.unwrap(), State::Empty);
}

/// Two tabs write in turn; neither loses anything.
pub async fn two_tabs_lose_nothing<C: Crypt>(tabs: &impl Tabs, crypt: impl Fn() -> C) {
    let disk = tabs.fresh("tabs").await;
    let mut one = Vault::create(crypt(), disk, PASSPHRASE, Kdf::FLOOR).await.unwrap();
    let mut two = unlock(crypt(), tabs.tab("tabs"), PASSPHRASE).await.unwrap();
    let mut expected = Vec::new();
    for round in 0..12u8 {
        let tab = if round % 3 == 0 { &mut one } else { &mut two };
        expected.push(tab.add_person(vec![round]).await.unwrap());
        tab.note(vec![round]).await.unwrap();
    }
    one.refresh().await.unwrap();
    assert_eq!(one.people().iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected);
    assert_eq!(one.journal().await.len(), 12);
    assert!(one.check().await.unwrap().is_empty());
}

/// Every pair of rows swapped, every row replaced by an older one or taken away, is noticed.
pub async fn rows_out_of_place_are_refused<C: Crypt>(tabs: &impl Tabs, crypt: impl Fn() -> C) {
    let disk = tabs.fresh("swap").await;
    let mut vault = Vault::create(crypt(), disk, PASSPHRASE, Kdf::FLOOR).await.unwrap();
    let gwen = vault.add_person(b"Gwen".to_vec()).await.unwrap();
    vault.put_parcels(vec![parcel(gwen, 1, 100), parcel(gwen, 2, 100)], None).await.unwrap();
    let disk = tabs.tab("swap");
    let mut rows = Vec::new();
    for store in [Store::Parcels, Store::Originals] {
        for row in disk.rows(store).await.unwrap() {
            rows.push((store, row));
        }
    }
    let found = disk.get(&rows).await.unwrap();
    let header = disk.get(&[(Store::Vault, Row::HEADER)]).await.unwrap().pop().unwrap().unwrap().unwrap();
    assert_eq!(rows.len(), 6);
    for n in 0..rows.len() {
        // The vault's own writer cannot make such a batch: it is put together from raw rows, under the same header.
        let other = (n + 1) % rows.len();
        let mut batch = Batch::new(disk_generation(&disk).await, bump(&header, &disk).await).unwrap();
        batch.put(rows[n].0, rows[n].1, found[other].clone().unwrap().unwrap());
        disk.commit(batch).await.unwrap();
        let damaged = vault.check().await.unwrap();
        assert_eq!(damaged.len(), 1, "row {n}");
        assert!(!damaged[0].missing);
        let mut batch = Batch::new(disk_generation(&disk).await, bump(&header, &disk).await).unwrap();
        batch.put(rows[n].0, rows[n].1, found[n].clone().unwrap().unwrap());
        disk.commit(batch).await.unwrap();
        assert!(vault.check().await.unwrap().is_empty());
    }
}

async fn disk_generation(disk: &impl Disk) -> u64 {
    disk.get(&[(Store::Vault, Row::HEADER)]).await.unwrap().pop().unwrap().unwrap().unwrap().generation()
}

/// A header of the next generation with the same body and an unsigned MAC: what an attacker could write.
async fn bump(header: &tessera::sealed::Sealed, disk: &impl Disk) -> tessera::sealed::Sealed {
    let (body, _, _) = header.header_parts().unwrap();
    tessera::sealed::Sealed::header(1, disk_generation(disk).await + 1, body, |_| [0; 32]).unwrap()
}
