//! The journal: what was done, in order, each entry bound to the one before. It shows damage; it does not bind its owner.

use super::index::{Index, Thing};
use super::write::Change;
use super::{KeepError, Vault};
use crate::store::Disk;
use crate::vault::{Crypt, VaultError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Serialize, Deserialize)]
struct Link {
    number: u64,
    previous: [u8; 32],
    body: Vec<u8>,
}

impl Link {
    /// `SHA-256(number | previous | body)`.
    fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.number.to_be_bytes());
        hash.update(self.previous);
        hash.update(&self.body);
        hash.finalize().into()
    }
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 0.
    pub number: u64,
    /// What was written, or why it cannot be read.
    pub body: Result<Vec<u8>, KeepError>,
    /// Whether it follows upon the entry before it, unchanged.
    pub chained: bool,
}

/// Makes the next entry, and moves the index on.
pub(super) fn chain(index: &mut Index, body: Vec<u8>) -> Result<(Thing, Vec<u8>), KeepError> {
    let link = Link { number: index.entries, previous: index.last, body };
    let content = postcard::to_allocvec(&link).map_err(|_| VaultError::Large)?;
    index.last = link.hash();
    index.entries += 1;
    Ok((Thing::entry(link.number), content))
}

impl<C: Crypt, D: Disk> Vault<C, D> {
    /// Writes an entry by itself. What belongs to a change is written with the change.
    ///
    /// # Errors
    /// [`KeepError::Store`], [`KeepError::Undecided`].
    pub async fn note(&mut self, body: Vec<u8>) -> Result<(), KeepError> {
        let _hold = self.begin().await?;
        self.finish(self.index.clone(), Change { journal: Some(body), ..Change::default() }).await
    }

    /// The whole journal, oldest first. A damaged entry is listed as such, with its reason.
    pub async fn journal(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut previous = Some([0u8; 32]);
        let things: Vec<Thing> = (0..self.index.entries).map(Thing::entry).collect();
        let contents = match self.open_things(&things).await {
            Ok(contents) => contents,
            Err(error) => vec![Err(error); things.len()],
        };
        for (number, content) in (0..).zip(contents) {
            let link = content.and_then(|content| {
                postcard::from_bytes::<Link>(&content).map_err(|_| KeepError::Vault(VaultError::Damaged))
            });
            match link {
                Ok(link) => {
                    let last = number + 1 == self.index.entries;
                    let hash = link.hash();
                    let chained = link.number == number
                        && previous.is_none_or(|previous| previous == link.previous)
                        && (!last || hash == self.index.last);
                    previous = Some(hash);
                    entries.push(Entry { number, body: Ok(link.body), chained });
                }
                Err(error) => {
                    previous = None;
                    entries.push(Entry { number, body: Err(error), chained: false });
                }
            }
        }
        entries
    }
}
