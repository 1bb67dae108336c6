//! The session's edge in a browser's worker.

use std::cell::Cell;

use jiff::{Timestamp, civil::Date};

use super::{Edge, Session};
use crate::app::parser;
use crate::app::strength::Meter;
use crate::app::wire::{Failure, Secret, Strength};
use crate::device;
use crate::import::File;
use crate::store::web::IndexedDb;
use crate::vault::web::Web;

/// WebCrypto, IndexedDB, the worker's clocks, and workers of its own.
#[derive(Default)]
pub struct Browser {
    /// Started when somebody first makes up a passphrase.
    meter: Cell<Option<Meter>>,
}

impl Edge for Browser {
    type Crypt = Web;
    type Disk = IndexedDb;

    fn crypt(&self) -> Result<Web, Failure> {
        Web::new().map_err(|_| Failure::NoStorage)
    }

    fn disk(&self) -> IndexedDb {
        IndexedDb::new()
    }

    fn now(&self) -> Timestamp {
        device::now()
    }

    fn today(&self) -> Date {
        device::today()
    }

    fn offset_minutes(&self) -> i32 {
        device::offset_minutes()
    }

    fn monotonic_ms(&self) -> f64 {
        device::monotonic_ms()
    }

    async fn strength(&self, passphrase: &Secret, known: &[&str]) -> Result<Strength, Failure> {
        let meter = self.meter.take().unwrap_or_else(Meter::open);
        let measured = meter.measure(passphrase, known).await;
        // One that gave out, or could not be loaded, would never answer again.
        if measured.is_ok() {
            self.meter.set(Some(meter));
        }
        measured
    }

    async fn read(&self, original: Vec<u8>, name: &str) -> Vec<File> {
        parser::files(&original, name).await.unwrap_or_default()
    }
}

impl Session<Browser> {
    /// The session of the record worker.
    pub fn browser() -> Self {
        Self::new(Browser::default())
    }
}
