//! A disk that fails where it is told to: each schedule can be run again from its numbers.

use super::memory::Memory;
use super::{Batch, Disk, Found, Look, Mark, Room, StoreError};
use crate::sealed::{Row, Store};
use std::cell::Cell;

/// How the chosen step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does nothing and says so.
    Refuse,
    /// It does its work and says that it failed: the acknowledgement is lost.
    Forget,
    /// The process dies before the step: it and all later steps do nothing.
    KillBefore,
    /// The process dies after the step.
    KillAfter,
    /// The device is full at this step and every later one.
    Full,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Fault; 5] = [Fault::Refuse, Fault::Forget, Fault::KillBefore, Fault::KillAfter, Fault::Full];
}

/// A memory disk whose step number `at` (from 0) fails by `fault`.
pub struct Faulty {
    memory: Memory,
    at: u64,
    fault: Fault,
    step: Cell<u64>,
    dead: Cell<bool>,
}

impl Faulty {
    /// Over these rows. `at` beyond the last step never fails.
    pub fn new(memory: Memory, at: u64, fault: Fault) -> Faulty {
        Faulty { memory, at, fault, step: Cell::new(0), dead: Cell::new(false) }
    }

    /// How many steps were taken so far.
    pub fn steps(&self) -> u64 {
        self.step.get()
    }

    /// Whether the chosen step has come.
    pub fn struck(&self) -> bool {
        self.step.get() > self.at
    }

    async fn step<T>(&self, writes: bool, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        if self.dead.get() {
            return Err(StoreError::Failed);
        }
        let now = self.step.get();
        self.step.set(now + 1);
        if self.fault == Fault::Full && writes && now >= self.at {
            return Err(StoreError::Full);
        }
        if now != self.at {
            return work.await;
        }
        match self.fault {
            Fault::Refuse => Err(StoreError::Failed),
            Fault::Forget => {
                let _done = work.await;
                Err(StoreError::Failed)
            }
            Fault::KillBefore => {
                self.dead.set(true);
                Err(StoreError::Failed)
            }
            Fault::KillAfter => {
                self.dead.set(true);
                let _done = work.await;
                Err(StoreError::Failed)
            }
            Fault::Full => work.await,
        }
    }
}

impl Disk for Faulty {
    type Hold = ();

    async fn look(&self) -> Result<Look, StoreError> {
        self.step(false, self.memory.look()).await
    }

    async fn hold(&self) -> Result<(), StoreError> {
        self.step(false, self.memory.hold()).await
    }

    async fn get(&self, wanted: &[(Store, Row)]) -> Result<Vec<Found>, StoreError> {
        self.step(false, self.memory.get(wanted)).await
    }

    async fn rows(&self, store: Store) -> Result<Vec<Row>, StoreError> {
        self.step(false, self.memory.rows(store)).await
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        self.step(true, self.memory.commit(batch)).await
    }

    async fn mark(&self) -> Result<Option<Mark>, StoreError> {
        self.step(false, self.memory.mark()).await
    }

    async fn set_mark(&self, mark: &Mark) -> Result<(), StoreError> {
        self.step(true, self.memory.set_mark(mark)).await
    }

    async fn erase(&self) -> Result<(), StoreError> {
        self.step(true, self.memory.erase()).await
    }

    async fn room(&self) -> Result<Room, StoreError> {
        self.step(false, self.memory.room()).await
    }
}
