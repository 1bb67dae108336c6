//! What a merge found, without the parcels that it was found in: sealed beside them, so that a large record opens without
//! being merged anew. A cache: where it does not fit to the letter, the parcels are merged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::Digest;

use super::{EntryRef, Item, Record, ids, merge, order};
use crate::record::{Parcel, said};

/// The sources of this room and the versions of what they use, as one number: another merge makes another outline.
const CODE: &str = env!("TESSERA_RECORD");

/// What a merge found, and in what.
#[derive(Serialize, Deserialize)]
struct Outline<T> {
    of: [u8; 32],
    found: T,
}

/// The fields of a [`Record`] but its parcels.
type Found = (Vec<Item>, Vec<Item>, Vec<(EntryRef, String)>, BTreeMap<String, Vec<EntryRef>>, BTreeMap<String, String>);

impl Record {
    /// What the merge found, in postcard's form, for [`merge_by`].
    pub fn outline(&self) -> Vec<u8> {
        let found = (&self.items, &self.in_error, &self.others, &self.said, &self.said_about);
        postcard::to_allocvec(&Outline { of: fingerprint(&self.parcels), found }).unwrap_or_default()
    }
}

/// Merges parcels like [`merge`], by an outline if one is there and fits. Answers whether it did.
pub fn merge_by(parcels: Vec<Parcel>, outline: Option<&[u8]>) -> (Record, bool) {
    let Some(outline) = outline else { return (merge(parcels), false) };
    let parcels = order::once_each(parcels);
    match postcard::from_bytes::<Outline<Found>>(outline) {
        Ok(Outline { of, found }) if of == fingerprint(&parcels) && is_whole(&parcels, &found) => {
            let (items, in_error, others, said, said_about) = found;
            let ids = ids(&items, &in_error);
            let off = said::off(&parcels, (&items, &in_error), &said);
            (Record { parcels, items, in_error, others, said, said_about, off, ids }, true)
        }
        _ => (merge(parcels), false),
    }
}

/// What the outcome of a merge depends on: which files, read by which reader, come when and from whom, and the merge
/// itself. A reading is a function of its file and its reader.
fn fingerprint(parcels: &[Parcel]) -> [u8; 32] {
    let mut hash = sha2::Sha256::new();
    hash.update(CODE);
    for Parcel { hash: name, reading, note } in parcels {
        hash.update(name.0);
        hash.update(reading.reader.to_be_bytes());
        hash.update((reading.entries.len() as u64).to_be_bytes());
        let note = postcard::to_allocvec(note).unwrap_or_default();
        hash.update((note.len() as u64).to_be_bytes());
        hash.update(note);
    }
    hash.finalize().into()
}

/// True if every entry stands in exactly one item: whatever went wrong, nothing may be missing.
fn is_whole(parcels: &[Parcel], (items, in_error, ..): &Found) -> bool {
    let mut seen: Vec<Vec<bool>> = parcels.iter().map(|p| vec![false; p.reading.entries.len()]).collect();
    let mut refs = items.iter().chain(in_error).flat_map(|item| item.entries.iter().chain(&item.history));
    let once = refs.all(|at| {
        let slot = seen.get_mut(at.parcel as usize).and_then(|of| of.get_mut(at.entry as usize));
        slot.is_some_and(|seen| !std::mem::replace(seen, true))
    });
    once && seen.iter().flatten().all(|seen| *seen)
}
