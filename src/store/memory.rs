//! A disk in memory: for tests, and for looking at a record that nobody keeps.

use super::{Batch, Disk, Found, Look, Mark, Room, StoreError, admits};
use crate::sealed::{Row, Sealed, Store};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Rows in memory. A clone is another tab on the same rows.
#[derive(Clone, Default)]
pub struct Memory(Rc<Shared>);

#[derive(Default)]
struct Shared {
    rows: RefCell<BTreeMap<(Store, Row), Vec<u8>>>,
    mark: RefCell<Option<Vec<u8>>>,
    quota: Cell<Option<u64>>,
}

impl Memory {
    /// An empty disk.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// An empty disk that holds no more than this many bytes.
    pub fn with_quota(bytes: u64) -> Memory {
        let memory = Memory::default();
        memory.0.quota.set(Some(bytes));
        memory
    }

    /// A copy that shares nothing: the disk as a crash would leave it.
    pub fn photograph(&self) -> Memory {
        Memory(Rc::new(Shared {
            rows: RefCell::new(self.0.rows.borrow().clone()),
            mark: RefCell::new(self.0.mark.borrow().clone()),
            quota: Cell::new(self.0.quota.get()),
        }))
    }

    /// Changes raw bytes behind everybody's back: for tests of damage.
    pub fn tamper(&self, change: impl FnOnce(&mut BTreeMap<(Store, Row), Vec<u8>>)) {
        change(&mut self.0.rows.borrow_mut());
    }

    /// Changes the mark's raw bytes.
    pub fn tamper_mark(&self, change: impl FnOnce(&mut Option<Vec<u8>>)) {
        change(&mut self.0.mark.borrow_mut());
    }

    fn used(&self) -> u64 {
        self.0.rows.borrow().values().map(|bytes| bytes.len() as u64).sum()
    }
}

impl Disk for Memory {
    type Hold = ();

    async fn look(&self) -> Result<Look, StoreError> {
        let rows = self.0.rows.borrow();
        Ok(match (rows.is_empty(), rows.contains_key(&(Store::Vault, Row::HEADER))) {
            (true, _) => Look::Nothing,
            (false, true) => Look::Here,
            (false, false) => Look::Damaged,
        })
    }

    async fn hold(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn get(&self, wanted: &[(Store, Row)]) -> Result<Vec<Found>, StoreError> {
        let rows = self.0.rows.borrow();
        Ok(wanted.iter().map(|key| rows.get(key).cloned().map(Sealed::parse)).collect())
    }

    async fn rows(&self, store: Store) -> Result<Vec<Row>, StoreError> {
        Ok(self.0.rows.borrow().keys().filter(|(s, _)| *s == store).map(|(_, row)| *row).collect())
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        admits(self.0.rows.borrow().get(&(Store::Vault, Row::HEADER)).map(Vec::as_slice), batch.expect)?;
        if self.0.quota.get().is_some_and(|quota| self.used() + batch.size() > quota) {
            return Err(StoreError::Full);
        }
        let next = batch.next();
        let mut rows = self.0.rows.borrow_mut();
        for key in batch.deletes {
            rows.remove(&key);
        }
        for (store, row, sealed) in batch.puts {
            rows.insert((store, row), sealed.into_bytes());
        }
        rows.insert((Store::Vault, Row::HEADER), batch.header.into_bytes());
        Ok(next)
    }

    async fn mark(&self) -> Result<Option<Mark>, StoreError> {
        Ok(self.0.mark.borrow().as_deref().and_then(Mark::read))
    }

    async fn set_mark(&self, mark: &Mark) -> Result<(), StoreError> {
        *self.0.mark.borrow_mut() = Some(mark.bytes());
        Ok(())
    }

    async fn erase(&self) -> Result<(), StoreError> {
        *self.0.mark.borrow_mut() = None;
        self.0.rows.borrow_mut().clear();
        Ok(())
    }

    async fn room(&self) -> Result<Room, StoreError> {
        Ok(Room { used: Some(self.used()), quota: self.0.quota.get(), persisted: Some(false) })
    }
}
