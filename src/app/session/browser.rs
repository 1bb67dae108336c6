//! The session's edge in a browser's worker.

use jiff::{Timestamp, civil::Date};

use super::{Edge, Session};
use crate::app::wire::Failure;
use crate::device;
use crate::store::web::IndexedDb;
use crate::vault::web::Web;

/// WebCrypto, IndexedDB, and the worker's clocks.
pub struct Browser;

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
}

impl Session<Browser> {
    /// The session of the record worker.
    pub fn browser() -> Self {
        Self::new(Browser)
    }
}
