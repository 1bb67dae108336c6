//! Vault and store in Chromium, in a dedicated worker as in the app: the contracts on IndexedDB, OPFS and WebCrypto, and what
//! only a browser can do to them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]
#![cfg(target_arch = "wasm32")]

mod contract;
mod readings;

use contract::Tabs;
use gloo::timers::future::TimeoutFuture;
use idb::{DatabaseEvent, Factory};
use js_sys::{Function, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use tessera::app::keep::{KeepError, State, Vault};
use tessera::sealed::{Row, Sealed, Store};
use tessera::store::web::IndexedDb;
use tessera::store::{Batch, Disk, Look, Mark, StoreError};
use tessera::vault::web::Web;
use tessera::vault::{Crypt, Kdf};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

struct Browser;

impl Tabs for Browser {
    type Disk = IndexedDb;
    async fn fresh(&self, name: &str) -> IndexedDb {
        let disk = IndexedDb::named(name);
        disk.erase().await.unwrap();
        disk
    }
    fn tab(&self, name: &str) -> IndexedDb {
        IndexedDb::named(name)
    }
}

fn crypt() -> Web {
    Web::new().unwrap()
}

#[wasm_bindgen_test]
fn every_format_is_read_the_same_everywhere() {
    readings::every_format_is_read_the_same_everywhere();
}

macro_rules! disk_contract {
    ($($name:ident),* $(,)?) => { $(#[wasm_bindgen_test] async fn $name() { contract::disk::$name(&Browser).await; })* };
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

#[wasm_bindgen_test]
async fn a_vault_is_made_filled_locked_and_opened() {
    contract::vault::a_vault_is_made_filled_locked_and_opened(&Browser, crypt).await;
}

#[wasm_bindgen_test]
async fn two_tabs_lose_nothing() {
    contract::vault::two_tabs_lose_nothing(&Browser, crypt).await;
}

#[wasm_bindgen_test]
async fn rows_out_of_place_are_refused() {
    contract::vault::rows_out_of_place_are_refused(&Browser, crypt).await;
}

#[wasm_bindgen_test]
async fn every_wycheproof_row_holds() {
    let crypt = crypt();
    let rows = [
        contract::crypt::aes_gcm(&crypt).await,
        contract::crypt::hkdf_sha256(&crypt).await,
        contract::crypt::es256(&crypt).await,
    ];
    console_log!("Wycheproof rows, WebCrypto: AES-GCM {}, HKDF {}, ES256 {}", rows[0], rows[1], rows[2]);
    contract::crypt::pairs_sign(&crypt).await;
}

#[wasm_bindgen_test]
async fn version_1_opens_for_ever() {
    contract::vectors::segments_open(&crypt()).await;
    contract::vectors::vaults_open(&Browser, crypt).await;
}

/// Keys are handles that cannot be read out.
#[wasm_bindgen_test]
async fn keys_cannot_be_exported() {
    let crypt = crypt();
    let subtle = Reflect::get(&js_sys::global(), &"crypto".into()).unwrap();
    let subtle: web_sys::SubtleCrypto = Reflect::get(&subtle, &"subtle".into()).unwrap().unchecked_into();
    let root = crypt.root(&[1; 32]).await.unwrap();
    let aead = crypt.aead(&root, &[2; 32], b"info").await.unwrap();
    let pair = crypt.pair().await.unwrap();
    let signer = crypt.signer(&pair.pkcs8).await.unwrap();
    for (key, format) in [(&root, "raw"), (&aead, "raw"), (&signer, "pkcs8")] {
        assert!(!key.extractable());
        let exported = async { JsFuture::from(subtle.export_key(format, key)?).await }.await;
        assert!(exported.is_err(), "{format}");
    }
}

fn header(generation: u64) -> Sealed {
    Sealed::header(1, generation, b"body", |_| [7; 32]).unwrap()
}

#[wasm_bindgen_test]
async fn a_newer_database_is_left_alone() {
    let disk = Browser.fresh("newer").await;
    disk.commit(Batch::new(0, header(1)).unwrap()).await.unwrap();
    drop(disk);
    let newer = Factory::new().unwrap().open("newer", Some(7)).unwrap().await.unwrap();
    newer.close();
    let disk = IndexedDb::named("newer");
    assert_eq!(disk.look().await, Ok(Look::Newer));
    assert_eq!(Vault::<Web, _>::look(&disk).await, Ok(State::TooNew));
    assert_eq!(disk.get(&[(Store::Vault, Row::HEADER)]).await.err(), Some(StoreError::TooNew));
    assert_eq!(disk.commit(Batch::new(1, header(2)).unwrap()).await, Err(StoreError::TooNew));
    let still = Factory::new().unwrap().open("newer", Some(7)).unwrap().await.unwrap();
    assert!(still.store_names().contains(&"originals".to_owned()));
    still.close();
}

/// A tab that upgrades is not held up by ours, and ours says that its connection is gone instead of hanging.
#[wasm_bindgen_test]
async fn an_upgrade_elsewhere_closes_our_connection() {
    let disk = Browser.fresh("upgraded").await;
    disk.commit(Batch::new(0, header(1)).unwrap()).await.unwrap();
    let other = Factory::new().unwrap().open("upgraded", Some(2)).unwrap().await.unwrap();
    assert_eq!(disk.commit(Batch::new(1, header(2)).unwrap()).await, Err(StoreError::TooNew));
    other.close();
}

/// Somebody who does not let go is an error within about two seconds.
#[wasm_bindgen_test]
async fn a_blocked_deletion_is_told_within_two_seconds() {
    let disk = Browser.fresh("blocked").await;
    disk.commit(Batch::new(0, header(1)).unwrap()).await.unwrap();
    let mut stubborn = Factory::new().unwrap().open("blocked", None).unwrap().await.unwrap();
    stubborn.on_version_change(|_| {});
    let before = js_sys::Date::now();
    assert_eq!(disk.erase().await, Err(StoreError::Blocked));
    let waited = js_sys::Date::now() - before;
    assert!(waited < 3_500.0, "{waited} ms");
    stubborn.close();
    // The deletion asked for goes through once nobody stands in its way: wait for it, so that it meets no other test.
    for _ in 0..50 {
        if disk.look().await == Ok(Look::Nothing) {
            return;
        }
        TimeoutFuture::new(50).await;
    }
    panic!("the deletion never came");
}

#[wasm_bindgen_test]
async fn a_database_that_vanished_was_a_vault() {
    let disk = Browser.fresh("vanished").await;
    let vault = Vault::create(crypt(), disk, "pelican cabinet seven", Kdf::FLOOR).await.unwrap();
    drop(vault.lock());
    Factory::new().unwrap().delete("vanished").unwrap().await.unwrap();
    let disk = IndexedDb::named("vanished");
    assert_eq!(Vault::<Web, _>::look(&disk).await, Ok(State::WasHere));
    let refused = Vault::create(crypt(), disk, "pelican cabinet seven", Kdf::FLOOR).await.err();
    assert_eq!(refused, Some(KeepError::Occupied));
    IndexedDb::named("vanished").erase().await.unwrap();
    assert_eq!(Vault::<Web, _>::look(&IndexedDb::named("vanished")).await, Ok(State::Empty));
}

/// One writer at a time over all tabs; the next begins when the first lets go.
#[wasm_bindgen_test]
async fn writers_take_turns() {
    let (one, two) = (Browser.fresh("turns").await, IndexedDb::named("turns"));
    let events = Rc::new(RefCell::new(Vec::new()));
    let hold = one.hold().await.unwrap();
    let log = events.clone();
    spawn_local(async move {
        let _hold = two.hold().await.unwrap();
        log.borrow_mut().push("second");
    });
    TimeoutFuture::new(150).await;
    events.borrow_mut().push("first");
    drop(hold);
    for _ in 0..40 {
        if events.borrow().len() == 2 {
            break;
        }
        TimeoutFuture::new(50).await;
    }
    assert_eq!(*events.borrow(), ["first", "second"]);
}

#[wasm_bindgen_test]
async fn other_tabs_are_told_of_a_commit() {
    let (one, two) = (Browser.fresh("told").await, IndexedDb::named("told"));
    let told = Rc::new(RefCell::new(Vec::new()));
    let log = told.clone();
    two.listen(move |generation| log.borrow_mut().push(generation));
    let own = Rc::new(RefCell::new(Vec::new()));
    let log = own.clone();
    one.listen(move |generation| log.borrow_mut().push(generation));
    one.commit(Batch::new(0, header(5)).unwrap()).await.unwrap();
    for _ in 0..40 {
        if !told.borrow().is_empty() {
            break;
        }
        TimeoutFuture::new(50).await;
    }
    assert_eq!(*told.borrow(), [5]);
    assert!(own.borrow().is_empty());
}

/// The mark survives a torn write: of its two files the whole one counts.
#[wasm_bindgen_test]
async fn a_torn_mark_falls_back_to_the_one_before() {
    let disk = Browser.fresh("torn").await;
    for generation in [1, 2] {
        disk.set_mark(&Mark { vault: [1; 16], generation, root: [0; 32] }).await.unwrap();
    }
    let storage = get(&get(&js_sys::global(), "navigator"), "storage");
    let directory = call(&storage, "getDirectory", &[]).await;
    let file = call(&directory, "getFileHandle", &["torn.mark.0".into()]).await;
    let stream = call(&file, "createWritable", &[]).await;
    call(&stream, "write", &[js_sys::Uint8Array::from([1u8, 2, 3].as_slice()).into()]).await;
    call(&stream, "close", &[]).await;
    assert_eq!(disk.mark().await.unwrap().unwrap().generation, 1);
}

/// Argon2id in this worker, timed by the worker's own clock.
#[wasm_bindgen_test]
async fn the_derivation_is_calibrated() {
    let before = js_sys::Date::now();
    let kdf = Kdf::calibrate(js_sys::Date::now).unwrap();
    console_log!(
        "calibration took {} ms and chose {} KiB, {} passes",
        js_sys::Date::now() - before,
        kdf.memory,
        kdf.passes
    );
    assert_eq!(kdf.check(), Ok(()));
}

#[wasm_bindgen_test]
async fn room_is_estimated() {
    let disk = Browser.fresh("room").await;
    let room = disk.room().await.unwrap();
    assert!(room.quota.unwrap() > 1 << 20);
    assert!(room.persisted.is_some());
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

async fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> JsValue {
    let method: Function = get(object, name).unchecked_into();
    let promise: Promise = method.apply(object, &arguments.iter().collect()).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap()
}
