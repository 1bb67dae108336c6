//! The contract of a disk.

use super::Tabs;
use tessera::sealed::{Namespace, Place, Row, Sealed, Store};
use tessera::store::{Batch, Disk, Look, Mark, StoreError};

fn header(generation: u64) -> Sealed {
    Sealed::header(1, generation, b"body", |_| [7; 32]).unwrap()
}

fn row(n: u8) -> Row {
    Row([n; 32])
}

fn sealed(seed: u8, size: usize) -> Sealed {
    let place = Place { vault: [0; 16], person: [0; 16], store: Store::Parcels, row: row(1), generation: 1, schema: 1 };
    let bytes: Vec<u8> = (0..size + 16).map(|i| (i as u8).wrapping_mul(7) ^ seed).collect();
    Sealed::segment(Namespace::Segment, &place, &[seed; 32], &[seed; 12], &[seed; 16], &bytes).unwrap()
}

async fn read<D: Disk>(disk: &D, store: Store, row: Row) -> Option<Sealed> {
    disk.get(&[(store, row)]).await.unwrap().pop().unwrap().map(|found| found.unwrap())
}

pub async fn an_empty_disk_is_looked_at_without_making_anything(tabs: &impl Tabs) {
    let disk = tabs.fresh("empty").await;
    assert_eq!(disk.look().await.unwrap(), Look::Nothing);
    assert_eq!(read(&disk, Store::Vault, Row::HEADER).await, None);
    assert!(disk.rows(Store::Parcels).await.unwrap().is_empty());
    assert_eq!(disk.mark().await.unwrap(), None);
    assert!(disk.get(&[]).await.unwrap().is_empty());
    assert_eq!(disk.look().await.unwrap(), Look::Nothing);
}

pub async fn what_is_committed_is_read_back_by_every_tab(tabs: &impl Tabs) {
    let disk = tabs.fresh("commit").await;
    let mut batch = Batch::new(0, header(1)).unwrap();
    for (n, store) in Store::ALL.into_iter().enumerate() {
        batch.put(store, row(200 - n as u8), sealed(n as u8, n * 1000));
        batch.put(store, row(100), sealed(50 + n as u8, 10));
    }
    assert_eq!(disk.commit(batch).await.unwrap(), 1);
    for tab in [disk, tabs.tab("commit")] {
        assert_eq!(tab.look().await.unwrap(), Look::Here);
        for (n, store) in Store::ALL.into_iter().enumerate() {
            assert_eq!(read(&tab, store, row(200 - n as u8)).await, Some(sealed(n as u8, n * 1000)));
            let mut expected = vec![row(100), row(200 - n as u8)];
            if store == Store::Vault {
                expected.insert(0, Row::HEADER);
            }
            assert_eq!(tab.rows(store).await.unwrap(), expected);
        }
        let wanted = [(Store::Journal, row(100)), (Store::People, row(9)), (Store::Vault, Row::HEADER)];
        let found = tab.get(&wanted).await.unwrap();
        assert_eq!(found[0].clone().unwrap().unwrap(), sealed(54, 10));
        assert_eq!(found[1], None);
        assert_eq!(found[2].clone().unwrap().unwrap(), header(1));
    }
}

pub async fn a_stale_batch_changes_nothing(tabs: &impl Tabs) {
    let one = tabs.fresh("stale").await;
    let two = tabs.tab("stale");
    one.commit(Batch::new(0, header(1)).unwrap()).await.unwrap();
    two.commit(Batch::new(1, header(2)).unwrap()).await.unwrap();
    for expect in [0, 1] {
        let mut batch = Batch::new(expect, header(9)).unwrap();
        batch.put(Store::Parcels, row(1), sealed(1, 10));
        batch.delete(Store::Vault, Row::HEADER);
        assert_eq!(one.commit(batch).await, Err(StoreError::Stale));
    }
    assert_eq!(read(&one, Store::Vault, Row::HEADER).await, Some(header(2)));
    assert_eq!(read(&one, Store::Parcels, row(1)).await, None);
    assert_eq!(one.commit(Batch::new(2, header(3)).unwrap()).await, Ok(3));
}

pub async fn a_batch_deletes_and_replaces_in_one_step(tabs: &impl Tabs) {
    let disk = tabs.fresh("replace").await;
    let mut batch = Batch::new(0, header(1)).unwrap();
    batch.put(Store::Drafts, row(1), sealed(1, 10));
    batch.put(Store::Drafts, row(2), sealed(2, 10));
    disk.commit(batch).await.unwrap();
    let mut batch = Batch::new(1, header(2)).unwrap();
    batch.put(Store::Drafts, row(1), sealed(3, 20));
    batch.delete(Store::Drafts, row(1));
    batch.delete(Store::Drafts, row(2));
    batch.delete(Store::Drafts, row(3));
    disk.commit(batch).await.unwrap();
    assert_eq!(read(&disk, Store::Drafts, row(1)).await, Some(sealed(3, 20)));
    assert_eq!(disk.rows(Store::Drafts).await.unwrap(), [row(1)]);
}

pub async fn a_malformed_batch_cannot_be_made(_: &impl Tabs) {
    assert_eq!(Batch::new(1, header(1)).err(), Some(StoreError::Batch));
    assert_eq!(Batch::new(0, sealed(1, 1)).err(), Some(StoreError::Batch));
}

pub async fn the_mark_is_the_newest_that_was_set(tabs: &impl Tabs) {
    let disk = tabs.fresh("mark").await;
    for generation in [1, 2, 3, 4, 9, 10] {
        let mark = Mark { vault: [1; 16], generation, root: [generation as u8; 32] };
        disk.set_mark(&mark).await.unwrap();
        assert_eq!(tabs.tab("mark").mark().await.unwrap(), Some(mark));
    }
    // A decision may move the mark back, and a new vault begins anew.
    for (vault, generation) in [(1, 7), (1, 4), (2, 1)] {
        let mark = Mark { vault: [vault; 16], generation, root: [0; 32] };
        disk.set_mark(&mark).await.unwrap();
        assert_eq!(disk.mark().await.unwrap(), Some(mark));
    }
}

pub async fn erasing_leaves_nothing(tabs: &impl Tabs) {
    let disk = tabs.fresh("erase").await;
    disk.commit(Batch::new(0, header(1)).unwrap()).await.unwrap();
    disk.set_mark(&Mark { vault: [1; 16], generation: 1, root: [0; 32] }).await.unwrap();
    let tab = tabs.tab("erase");
    assert_eq!(tab.look().await.unwrap(), Look::Here);
    disk.erase().await.unwrap();
    for tab in [disk, tab] {
        assert_eq!(tab.look().await.unwrap(), Look::Nothing);
        assert_eq!(tab.mark().await.unwrap(), None);
        assert_eq!(read(&tab, Store::Vault, Row::HEADER).await, None);
    }
}

pub async fn a_vault_erased_by_another_tab_does_not_come_back(tabs: &impl Tabs) {
    let one = tabs.fresh("gone").await;
    one.commit(Batch::new(0, header(1)).unwrap()).await.unwrap();
    let two = tabs.tab("gone");
    two.erase().await.unwrap();
    let refused = one.commit(Batch::new(1, header(2)).unwrap()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Closed | StoreError::Stale), "{refused:?}");
    assert_eq!(two.look().await.unwrap(), Look::Nothing);
}

pub async fn ten_megabytes_are_one_transaction(tabs: &impl Tabs) {
    let disk = tabs.fresh("large").await;
    let mut batch = Batch::new(0, header(1)).unwrap();
    for n in 0..40 {
        batch.put(Store::Originals, row(n), sealed(n, 256 << 10));
    }
    disk.commit(batch).await.unwrap();
    let wanted: Vec<_> = (0..40).map(|n| (Store::Originals, row(n))).collect();
    let found = disk.get(&wanted).await.unwrap();
    assert!(found.into_iter().enumerate().all(|(n, f)| f.unwrap().unwrap() == sealed(n as u8, 256 << 10)));
    assert!(disk.room().await.unwrap().used.unwrap_or(1) > 0);
}
