//! [`Disk`] in a browser: IndexedDB for the rows, OPFS for the mark. The only file that names idb or web-sys' database types.
//!
//! It runs in a window and in a worker, and uses idb, the base of rexie, for rexie keeps its database and transactions to
//! itself. The traps of the platform, each fenced here:
//! - `indexedDB.databases()` is asked before anything is opened: Chromium then reports a damaged log instead of replacing it.
//! - Every write asks for `strict` durability (the default may lose an acknowledged write) and looks that it got it.
//! - A write is told done by the transaction's `complete`, never by its requests; an abort gives its reason.
//! - `versionchange` closes the connection at once, and `blocked` is an error within two seconds, so that no tab hangs another.
//! - An upgrade only adds stores; a newer database is refused and left alone.

use super::{Batch, Disk, Found, Look, Mark, Room, StoreError, admits};
use crate::sealed::{Row, Sealed, Store};
use gloo::timers::future::TimeoutFuture;
use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, Transaction, TransactionMode};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use std::cell::{Cell, RefCell};
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, IdbDatabase, IdbTransaction, MessageEvent};

/// The database's name.
pub const NAME: &str = "tessera";
/// The version of its stores: one step of [`upgrade`] each.
const VERSION: u32 = 1;
/// The name of the lock that every writer holds.
const WRITER: &str = "vault-writer";
/// How long another tab may keep us waiting, in milliseconds.
const BLOCKED: u32 = 2_000;
/// How long an opening may take in all.
const HANGS: u32 = 15_000;

/// Hears other tabs for as long as it lives.
type Listener = Closure<dyn FnMut(MessageEvent)>;

/// IndexedDB, and the mark in OPFS.
pub struct IndexedDb {
    name: String,
    connection: RefCell<Option<Rc<Connection>>>,
    channel: Option<BroadcastChannel>,
    listener: RefCell<Option<Listener>>,
}

struct Connection {
    database: Database,
    raw: IdbDatabase,
    gone: Rc<Cell<bool>>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.close();
    }
}

/// The right to write, given back when dropped.
pub struct Hold(Option<Function>);

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            let _released = release.call0(&JsValue::NULL);
        }
    }
}

impl IndexedDb {
    /// The app's own database.
    pub fn new() -> IndexedDb {
        IndexedDb::named(NAME)
    }

    /// A database of another name: for tests, and for staging a restore.
    pub fn named(name: &str) -> IndexedDb {
        let channel = BroadcastChannel::new(&format!("{name} commits")).ok();
        IndexedDb { name: name.to_owned(), connection: RefCell::default(), channel, listener: RefCell::default() }
    }

    /// Tells whenever another tab has committed, with its generation.
    pub fn listen(&self, mut tell: impl FnMut(u64) + 'static) {
        let Some(channel) = &self.channel else { return };
        let listener = Closure::new(move |event: MessageEvent| {
            if let Some(generation) = event.data().as_f64() {
                tell(generation as u64);
            }
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        *self.listener.borrow_mut() = Some(listener);
    }

    /// The version of the database as the browser lists it, without opening it.
    async fn listed(&self) -> Result<Option<u32>, StoreError> {
        let factory = global("indexedDB")?;
        let Ok(databases) = method(&factory, "databases") else { return Ok(Some(VERSION)) };
        let promise: Promise = databases.call0(&factory).map_err(unavailable)?.unchecked_into();
        let list: Array = JsFuture::from(promise).await.map_err(unavailable)?.unchecked_into();
        let mine = list.iter().find(|entry| get(entry, "name").as_string().as_deref() == Some(&self.name));
        Ok(mine.map(|entry| get(&entry, "version").as_f64().unwrap_or(1.0) as u32))
    }

    /// The connection, opened where it is not. `None` where there is no database and none is to be made.
    async fn connect(&self, make: bool) -> Result<Option<Rc<Connection>>, StoreError> {
        let kept = self.connection.borrow().clone();
        match kept {
            Some(connection) if !connection.gone.get() => return Ok(Some(connection)),
            Some(_) => *self.connection.borrow_mut() = None,
            None => {}
        }
        match self.listed().await? {
            None if !make => return Ok(None),
            Some(version) if version > VERSION => return Err(StoreError::TooNew),
            _ => {}
        }
        let database = open(&self.name).await?;
        let connection = Rc::new(watch(database));
        *self.connection.borrow_mut() = Some(connection.clone());
        Ok(Some(connection))
    }

    fn disconnect(&self) {
        *self.connection.borrow_mut() = None;
    }
}

impl Default for IndexedDb {
    fn default() -> Self {
        IndexedDb::new()
    }
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}

impl Disk for IndexedDb {
    type Hold = Hold;

    async fn look(&self) -> Result<Look, StoreError> {
        let connection = match self.connect(false).await {
            Ok(None) => return Ok(Look::Nothing),
            Ok(Some(connection)) => connection,
            Err(StoreError::TooNew) => return Ok(Look::Newer),
            Err(StoreError::Failed) => return Ok(Look::Damaged),
            Err(other) => return Err(other),
        };
        let mut rows = 0;
        for store in Store::ALL {
            let names = connection.rows(store).await?;
            if store == Store::Vault && names.contains(&Row::HEADER.hex()) {
                return Ok(Look::Here);
            }
            rows += names.len();
        }
        Ok(if rows == 0 { Look::Nothing } else { Look::Damaged })
    }

    async fn hold(&self) -> Result<Hold, StoreError> {
        let navigator = global("navigator")?;
        let locks = get(&navigator, "locks");
        // Where there are no locks, a batch's expected generation still keeps writers apart.
        let Ok(request) = method(&locks, "request") else { return Ok(Hold(None)) };
        let release = Rc::new(RefCell::new(None));
        let granted = Promise::new(&mut |grant, refuse| {
            let release = release.clone();
            let held = Closure::once_into_js(move |_lock: JsValue| -> Promise {
                Promise::new(&mut |resolve, _| {
                    *release.borrow_mut() = Some(resolve);
                    let _granted = grant.call0(&JsValue::NULL);
                })
            });
            match request.call2(&locks, &WRITER.into(), &held) {
                // A request that fails (a context being torn down) must not leave us waiting.
                Ok(promise) => {
                    let promise: Promise = promise.unchecked_into();
                    let failed = Closure::once_into_js(move |reason: JsValue| {
                        let _refused = refuse.call1(&JsValue::NULL, &reason);
                    });
                    let _: Result<JsValue, JsValue> = method(&promise, "catch")
                        .map_err(|_| JsValue::NULL)
                        .and_then(|catch| catch.call1(&promise, &failed));
                }
                Err(reason) => {
                    let _refused = refuse.call1(&JsValue::NULL, &reason);
                }
            }
        });
        JsFuture::from(granted).await.map_err(unavailable)?;
        let release = release.borrow_mut().take();
        Ok(Hold(release))
    }

    async fn get(&self, wanted: &[(Store, Row)]) -> Result<Vec<Found>, StoreError> {
        let Some(connection) = self.connect(false).await? else { return Ok(vec![None; wanted.len()]) };
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut stores: Vec<Store> = wanted.iter().map(|(store, _)| *store).collect();
        stores.sort_unstable();
        stores.dedup();
        let transaction = connection.read(&stores)?;
        let mut requests = Vec::with_capacity(wanted.len());
        for (store, row) in wanted {
            let store = transaction.object_store(store.name()).map_err(failed)?;
            requests.push(store.get(JsValue::from(row.hex())).map_err(failed)?.into_future());
        }
        let mut found = Vec::with_capacity(wanted.len());
        for request in requests {
            let value = request.await.map_err(failed)?;
            found.push(value.map(|value| Sealed::parse(Uint8Array::new(&value).to_vec())));
        }
        Ok(found)
    }

    async fn rows(&self, store: Store) -> Result<Vec<Row>, StoreError> {
        let Some(connection) = self.connect(false).await? else { return Ok(Vec::new()) };
        let mut rows: Vec<Row> = connection.rows(store).await?.iter().filter_map(|name| Row::from_hex(name)).collect();
        rows.sort_unstable();
        Ok(rows)
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        // A vault that was there a moment ago and is no longer listed must not come back as an empty database.
        let connection = self.connect(batch.expect == 0).await?.ok_or(StoreError::Closed)?;
        let next = batch.next();
        let raw = connection.strict(&batch.stores())?;
        let done = JsFuture::from(completion(&raw));
        let written = write(&raw, &batch).await;
        if written.is_err() {
            let _already_over = raw.abort();
        }
        let done = done.await;
        // Our own refusal explains an abort better than the browser does.
        written?;
        if done.is_err() {
            return Err(reason(&raw));
        }
        if let Some(channel) = &self.channel {
            let _told = channel.post_message(&JsValue::from(next as f64));
        }
        Ok(next)
    }

    async fn mark(&self) -> Result<Option<Mark>, StoreError> {
        let Ok(directory) = directory().await else { return Ok(None) };
        let mut newest: Option<Mark> = None;
        for file in self.mark_files() {
            let Ok(handle) = child(&directory, &file, false).await else { continue };
            let Ok(bytes) = read_file(&handle).await else { continue };
            if let Some(mark) = Mark::read(&bytes) {
                newest = newest.filter(|other| other.generation >= mark.generation).or(Some(mark));
            }
        }
        Ok(newest)
    }

    async fn set_mark(&self, mark: &Mark) -> Result<(), StoreError> {
        let directory = directory().await?;
        let [even, odd] = self.mark_files();
        let (this, other) = if mark.generation.is_multiple_of(2) { (even, odd) } else { (odd, even) };
        let handle = child(&directory, &this, true).await?;
        write_file(&handle, &mark.bytes()).await?;
        // The other holds the mark before this one, save after a change of course: then it must not win.
        let stale = match child(&directory, &other, false).await {
            Ok(handle) => read_file(&handle).await.ok().and_then(|bytes| Mark::read(&bytes)),
            Err(_) => None,
        };
        if stale.is_some_and(|stale| stale.generation >= mark.generation || stale.vault != mark.vault) {
            remove(&directory, &other).await?;
        }
        Ok(())
    }

    async fn erase(&self) -> Result<(), StoreError> {
        if let Ok(directory) = directory().await {
            for file in self.mark_files() {
                if child(&directory, &file, false).await.is_ok() {
                    remove(&directory, &file).await?;
                }
            }
        }
        self.disconnect();
        let mut request = Factory::new().map_err(failed)?.delete(&self.name).map_err(failed)?;
        let blocked = Rc::new(Cell::new(false));
        let flag = blocked.clone();
        request.on_blocked(move |_| flag.set(true));
        let mut deleting = Box::pin(request.into_future());
        patient(&mut deleting, &blocked).await?.map_err(failed)
    }

    async fn room(&self) -> Result<Room, StoreError> {
        let storage = get(&global("navigator")?, "storage");
        let ask = async |name: &str| -> Result<JsValue, StoreError> {
            let promise: Promise = method(&storage, name)?.call0(&storage).map_err(unavailable)?.unchecked_into();
            JsFuture::from(promise).await.map_err(unavailable)
        };
        let estimate = ask("estimate").await.unwrap_or(JsValue::UNDEFINED);
        let number = |name: &str| get(&estimate, name).as_f64().map(|bytes| bytes as u64);
        let persisted = ask("persisted").await.ok().and_then(|answer| answer.as_bool());
        Ok(Room { used: number("usage"), quota: number("quota"), persisted })
    }
}

impl IndexedDb {
    fn mark_files(&self) -> [String; 2] {
        [format!("{}.mark.0", self.name), format!("{}.mark.1", self.name)]
    }
}

impl Connection {
    fn read(&self, stores: &[Store]) -> Result<Transaction, StoreError> {
        let names: Vec<&str> = stores.iter().map(|store| store.name()).collect();
        self.database.transaction(&names, TransactionMode::ReadOnly).map_err(|_| StoreError::Closed)
    }

    async fn rows(&self, store: Store) -> Result<Vec<String>, StoreError> {
        let transaction = self.read(&[store])?;
        let store = transaction.object_store(store.name()).map_err(failed)?;
        let keys = store.get_all_keys(None, None).map_err(failed)?.await.map_err(failed)?;
        Ok(keys.iter().filter_map(JsValue::as_string).collect())
    }

    /// A write that is on the medium before it is told done.
    fn strict(&self, stores: &[Store]) -> Result<IdbTransaction, StoreError> {
        let database: &JsValue = self.raw.as_ref();
        let names: Array = stores.iter().map(|store| JsValue::from(store.name())).collect();
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into()).map_err(unavailable)?;
        let transaction = method(database, "transaction")?
            .call3(database, &names, &"readwrite".into(), &options)
            .map_err(|_| StoreError::Closed)?;
        let granted = get(&transaction, "durability").as_string();
        if granted.is_some_and(|granted| granted != "strict") {
            return Err(StoreError::Unavailable);
        }
        Ok(transaction.unchecked_into())
    }
}

/// All the requests of a batch. Within a transaction nothing is awaited but the transaction's own requests.
async fn write(raw: &IdbTransaction, batch: &Batch) -> Result<(), StoreError> {
    let transaction = Transaction::from(raw.clone());
    let vault = transaction.object_store(Store::Vault.name()).map_err(failed)?;
    let header = JsValue::from(Row::HEADER.hex());
    let present = vault.get(header.clone()).map_err(failed)?.await.map_err(failed)?;
    let present = present.map(|value| Uint8Array::new(&value).to_vec());
    admits(present.as_deref(), batch.expect)?;
    for (store, row) in &batch.deletes {
        let store = transaction.object_store(store.name()).map_err(failed)?;
        store.delete(JsValue::from(row.hex())).map_err(failed)?;
    }
    for (store, row, sealed) in &batch.puts {
        let store = transaction.object_store(store.name()).map_err(failed)?;
        store.put(&Uint8Array::from(sealed.bytes()), Some(&row.hex().into())).map_err(failed)?;
    }
    vault.put(&Uint8Array::from(batch.header.bytes()), Some(&header)).map_err(failed)?;
    Ok(())
}

/// Settles when the transaction is over: fulfilled by `complete`, refused by `abort`.
fn completion(transaction: &IdbTransaction) -> Promise {
    Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    })
}

fn reason(transaction: &IdbTransaction) -> StoreError {
    match transaction.error().map(|error| error.name()).as_deref() {
        Some("QuotaExceededError") => StoreError::Full,
        _ => StoreError::Failed,
    }
}

/// Opens, upgrading where needed; an error within two seconds where another tab is in the way.
async fn open(name: &str) -> Result<Database, StoreError> {
    let mut request = Factory::new().map_err(|_| StoreError::Unavailable)?.open(name, Some(VERSION)).map_err(failed)?;
    let blocked = Rc::new(Cell::new(false));
    let flag = blocked.clone();
    request.on_blocked(move |_| flag.set(true));
    request.on_upgrade_needed(|event| {
        // What fails here aborts the upgrade, and the opening with it.
        if let Ok(database) = event.database() {
            upgrade(&database);
        }
    });
    let mut opening = Box::pin(request.into_future());
    match patient(&mut opening, &blocked).await {
        Ok(Ok(database)) => Ok(database),
        Ok(Err(error)) => Err(opening_error(&error)),
        Err(waited) => {
            // Should it come after all, it must not stand in the way of others.
            spawn_local(async move {
                if let Ok(database) = opening.await {
                    database.close();
                }
            });
            Err(waited)
        }
    }
}

/// Version 1: the seven stores, row name → bytes. Steps only ever add.
fn upgrade(database: &Database) {
    let present = database.store_names();
    for store in Store::ALL {
        if !present.iter().any(|name| name == store.name()) {
            let _aborts_by_itself = database.create_object_store(store.name(), ObjectStoreParams::new());
        }
    }
}

/// Lets go of the database as soon as another tab upgrades or deletes it, or the browser closes it.
fn watch(database: Database) -> Connection {
    let raw = IdbDatabase::from(database);
    let mut database = Database::from(raw.clone());
    let gone = Rc::new(Cell::new(false));
    let flag = gone.clone();
    database.on_version_change(move |event| {
        flag.set(true);
        if let Some(database) = event.target().and_then(|target| Database::try_from(target).ok()) {
            database.close();
        }
    });
    let flag = gone.clone();
    database.on_close(move |_| flag.set(true));
    Connection { database, raw, gone }
}

/// Waits for a request that another tab may be holding up.
async fn patient<F: Future + Unpin>(future: &mut F, blocked: &Cell<bool>) -> Result<F::Output, StoreError> {
    let mut waited = 0;
    while waited < HANGS {
        let mut timer = pin!(TimeoutFuture::new(BLOCKED));
        let first = poll_fn(|context| match std::pin::Pin::new(&mut *future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| None),
        });
        if let Some(output) = first.await {
            return Ok(output);
        }
        if blocked.get() {
            return Err(StoreError::Blocked);
        }
        waited += BLOCKED;
    }
    Err(StoreError::Failed)
}

fn opening_error(error: &idb::Error) -> StoreError {
    match error {
        idb::Error::DomException(reason) if reason.name() == "VersionError" => StoreError::TooNew,
        idb::Error::DomException(reason) if reason.name() == "QuotaExceededError" => StoreError::Full,
        _ => StoreError::Failed,
    }
}

async fn directory() -> Result<JsValue, StoreError> {
    let storage = get(&global("navigator")?, "storage");
    wait(method(&storage, "getDirectory")?.call0(&storage)).await
}

async fn child(directory: &JsValue, name: &str, create: bool) -> Result<JsValue, StoreError> {
    let options = Object::new();
    Reflect::set(&options, &"create".into(), &create.into()).map_err(unavailable)?;
    wait(method(directory, "getFileHandle")?.call2(directory, &name.into(), &options)).await
}

async fn remove(directory: &JsValue, name: &str) -> Result<(), StoreError> {
    wait(method(directory, "removeEntry")?.call1(directory, &name.into())).await.map(|_| ())
}

async fn read_file(handle: &JsValue) -> Result<Vec<u8>, StoreError> {
    let file = wait(method(handle, "getFile")?.call0(handle)).await?;
    let buffer = wait(method(&file, "arrayBuffer")?.call0(&file)).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// `createWritable` replaces the file when it is closed. Where it is missing, a worker's access handle writes in place: a torn
/// write then leaves the other of the two mark files.
async fn write_file(handle: &JsValue, bytes: &[u8]) -> Result<(), StoreError> {
    let bytes = Uint8Array::from(bytes);
    if let Ok(create) = method(handle, "createWritable") {
        let stream = wait(create.call0(handle)).await?;
        wait(method(&stream, "write")?.call1(&stream, &bytes)).await?;
        return wait(method(&stream, "close")?.call0(&stream)).await.map(|_| ());
    }
    let access = wait(method(handle, "createSyncAccessHandle")?.call0(handle)).await?;
    let written = method(&access, "truncate")?
        .call1(&access, &0.into())
        .and_then(|_| method(&access, "write").map_err(|_| JsValue::NULL)?.call1(&access, &bytes))
        .and_then(|_| method(&access, "flush").map_err(|_| JsValue::NULL)?.call0(&access));
    let closed = method(&access, "close")?.call0(&access);
    written.and(closed).map(|_| ()).map_err(|_| StoreError::Failed)
}

async fn wait(promise: Result<JsValue, JsValue>) -> Result<JsValue, StoreError> {
    let promise: Promise = promise.map_err(|_| StoreError::Failed)?.unchecked_into();
    JsFuture::from(promise).await.map_err(|_| StoreError::Failed)
}

fn global(name: &str) -> Result<JsValue, StoreError> {
    let value = get(&js_sys::global(), name);
    if value.is_undefined() || value.is_null() { Err(StoreError::Unavailable) } else { Ok(value) }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn method(object: &JsValue, name: &str) -> Result<Function, StoreError> {
    get(object, name).dyn_into().map_err(unavailable)
}

fn failed(_: idb::Error) -> StoreError {
    StoreError::Failed
}

fn unavailable(_: JsValue) -> StoreError {
    StoreError::Unavailable
}
