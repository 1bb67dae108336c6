//! Which parcel, which entry, which item comes first; and what an item is called.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use sha2::Digest;

use super::{EntryRef, Item};
use crate::record::{Entry, Hash, Kind, Parcel, Polarity, Section, Standing, describes, same};

/// Each parcel once, by hash. Of two readings the better reader's counts; of two notes the earlier.
pub(super) fn once_each(parcels: Vec<Parcel>) -> Vec<Parcel> {
    let mut once: BTreeMap<Hash, Parcel> = BTreeMap::new();
    for parcel in parcels {
        match once.remove(&parcel.hash) {
            None => once.insert(parcel.hash, parcel),
            Some(other) => once.insert(parcel.hash, either(other, parcel)),
        };
    }
    once.into_values().collect()
}

fn either(a: Parcel, b: Parcel) -> Parcel {
    fn bytes<T: serde::Serialize>(of: &T) -> Vec<u8> {
        postcard::to_allocvec(of).unwrap_or_default()
    }
    let rank = |p: &Parcel| (p.reading.reader, bytes(&p.reading));
    let early = |p: &Parcel| (p.note.imported.is_empty(), p.note.imported.clone(), bytes(&p.note));
    let note = if early(&a) <= early(&b) { a.note.clone() } else { b.note.clone() };
    let (hash, reading) = if rank(&a) >= rank(&b) { (a.hash, a.reading) } else { (b.hash, b.reading) };
    Parcel { hash, reading, note }
}

fn get(parcels: &[Parcel], at: EntryRef) -> Option<(&Parcel, &Entry)> {
    let parcel = parcels.get(at.parcel as usize)?;
    Some((parcel, parcel.reading.entries.get(at.entry as usize)?))
}

type Moment = (i16, u8, u8, i32, u32);

fn moment(date: Option<&crate::record::PartialDate>) -> Moment {
    date.map(|d| d.sort_key()).unwrap_or_default()
}

/// A positive statement leads, an intact one before a degraded one, a statement before an order, what is current before
/// what is over, a named one before a bare code, then the newest; the rest only makes the order certain.
type Rank = (bool, bool, bool, bool, bool, Reverse<Moment>, Reverse<Moment>, Hash, u32);

fn rank(parcels: &[Parcel], at: EntryRef) -> Rank {
    let Some((parcel, entry)) = get(parcels, at) else {
        return (
            true,
            true,
            true,
            true,
            true,
            Reverse(Moment::default()),
            Reverse(Moment::default()),
            Hash::default(),
            0,
        );
    };
    let said = entry.recorded.as_ref().or(parcel.reading.source.as_of.as_ref()).or(entry.date.as_ref());
    (
        !entry.polarity.is_positive(),
        entry.degraded.is_some(),
        same::is_medicine(&entry.kind) && entry.kind != Kind::MedicationStatement,
        lasts(&entry.kind) && is_over(entry),
        !entry.named,
        Reverse(moment(said)),
        Reverse(moment(entry.date.as_ref())),
        parcel.hash,
        at.entry,
    )
}

/// Kinds of what goes on until it is over. An old episode that is still active leads over a newer one that is past.
fn lasts(kind: &Kind) -> bool {
    same::is_medicine(kind) || matches!(kind, Kind::AllergyIntolerance | Kind::Condition)
}

fn is_over(entry: &Entry) -> bool {
    matches!(entry.status.standing, Standing::Ended | Standing::Stopped)
}

/// The entries of an item, the leading one first, and a medicine's history apart, newest first.
///
/// In each file that has a statement of the medicine, its requests, issues and dispenses are history. In a file that has
/// none, the newest request of each dose stands for it, so that two doses ordered side by side are both seen.
pub(super) fn lead_first(parcels: &[Parcel], members: &[EntryRef]) -> (Vec<EntryRef>, Vec<EntryRef>) {
    let mut sorted: Vec<EntryRef> = members.to_vec();
    sorted.sort_by_cached_key(|at| rank(parcels, *at));
    if let Some(parted) = described(parcels, &sorted) {
        return parted;
    }
    if sorted.len() < 2 || !sorted.iter().any(|at| get(parcels, *at).is_some_and(|(_, e)| same::is_medicine(&e.kind))) {
        return (sorted, Vec::new());
    }
    let mut stated: Vec<u32> = sorted
        .iter()
        .filter(|at| get(parcels, **at).is_some_and(|(_, e)| e.kind == Kind::MedicationStatement))
        .map(|at| at.parcel)
        .collect();
    stated.sort_unstable();
    let mut seen: Vec<(u32, Polarity, Vec<String>)> = Vec::new();
    let (mut entries, mut history) = (Vec::new(), Vec::new());
    for at in sorted {
        let Some((_, entry)) = get(parcels, at) else { continue };
        let behind = if stated.binary_search(&at.parcel).is_ok() {
            entry.kind != Kind::MedicationStatement
        } else {
            let mut dose: Vec<String> = entry.dose.iter().map(|d| same::fold(d)).collect();
            dose.sort();
            let regime = (at.parcel, entry.polarity, dose);
            let first_of_file = !seen.iter().any(|(parcel, ..)| *parcel == at.parcel);
            // Once a file has spoken, what is over and what repeats a dose is history.
            let behind = !first_of_file && (is_over(entry) || seen.contains(&regime));
            seen.push(regime);
            behind
        };
        if behind { history.push(at) } else { entries.push(at) }
    }
    history.sort_by_cached_key(|at| {
        let entry = get(parcels, *at);
        (Reverse(entry.map(|(_, e)| moment(e.date.as_ref())).unwrap_or_default()), *at)
    });
    (entries, history)
}

/// Of a document that the person described: what the files say, then the newest description; those before it are
/// history, newest first. `None` without a description.
fn described(parcels: &[Parcel], sorted: &[EntryRef]) -> Option<(Vec<EntryRef>, Vec<EntryRef>)> {
    let is_one = |at: &EntryRef| get(parcels, *at).is_some_and(|(parcel, entry)| describes(parcel, entry));
    let (mut said, mut entries): (Vec<EntryRef>, Vec<EntryRef>) = sorted.iter().partition(|at| is_one(at));
    let when = |at: &EntryRef| get(parcels, *at).map(|(p, _)| (p.note.imported.clone(), p.hash));
    said.sort_by_cached_key(|at| (Reverse(when(at)), *at));
    let mut said = said.into_iter();
    entries.push(said.next()?);
    Some((entries, said.collect()))
}

/// By section, newest first, undated last, then by id.
pub(super) fn sort(parcels: &[Parcel], items: &mut [Item]) {
    let place: HashMap<Section, usize> = Section::ALL.into_iter().zip(0..).collect();
    items.sort_by_cached_key(|item| {
        // The date that the person gave a document stands before the file's own.
        let said = item.entries.iter().filter_map(|at| get(parcels, *at)).find(|(p, e)| describes(p, e));
        let said = said.and_then(|(_, e)| e.date.as_ref());
        let date = said.or_else(|| get(parcels, item.lead).and_then(|(_, e)| e.date.as_ref()));
        let date = moment(date);
        (place.get(&item.section).copied().unwrap_or(usize::MAX), Reverse(date), item.id.clone())
    });
}

/// Names entries: twenty hexadecimal characters of SHA-256 over the file's hash, the place in it, and which entry of
/// that place it is. Without the file nobody can tell from the name what it names.
pub(super) struct Namer {
    /// For entries that are not the first of their place: which they are.
    repeats: HashMap<EntryRef, u32>,
}

impl Namer {
    pub(super) fn new(parcels: &[Parcel]) -> Self {
        let mut repeats = HashMap::new();
        for (parcel, p) in parcels.iter().zip(0u32..) {
            let mut seen: HashMap<&str, u32> = HashMap::with_capacity(parcel.reading.entries.len());
            for (entry, e) in parcel.reading.entries.iter().zip(0u32..) {
                let times = seen.entry(entry.at.as_str()).and_modify(|n| *n += 1).or_insert(0);
                if *times > 0 {
                    repeats.insert(EntryRef { parcel: p, entry: e }, *times);
                }
            }
        }
        Self { repeats }
    }

    fn entry(&self, parcels: &[Parcel], at: EntryRef) -> String {
        let Some((parcel, entry)) = get(parcels, at) else { return String::new() };
        let mut hash = sha2::Sha256::new();
        hash.update(b"tessera item\0");
        hash.update(parcel.hash.0);
        hash.update(self.repeats.get(&at).copied().unwrap_or(0).to_be_bytes());
        hash.update(entry.at.as_bytes());
        data_encoding::HEXLOWER.encode(hash.finalize().get(..10).unwrap_or_default())
    }

    /// An item is called after its entry from the file that came first, so that later files don't rename it.
    pub(super) fn item(&self, parcels: &[Parcel], members: &[EntryRef]) -> String {
        let first = members.iter().min_by_key(|at| {
            let parcel = parcels.get(at.parcel as usize);
            parcel.map(|p| (p.note.imported.is_empty(), p.note.imported.as_str(), p.hash, at.entry))
        });
        first.map(|at| self.entry(parcels, *at)).unwrap_or_default()
    }
}

/// The entry of that name.
pub(super) fn entry_named(parcels: &[Parcel], id: &str) -> Option<EntryRef> {
    if id.len() != 20 {
        return None;
    }
    let namer = Namer::new(parcels);
    parcels.iter().zip(0u32..).find_map(|(parcel, p)| {
        (0..parcel.reading.entries.len() as u32)
            .map(|e| EntryRef { parcel: p, entry: e })
            .find(|at| namer.entry(parcels, *at) == id)
    })
}
