//! Union-find over the keys.

use std::collections::{BTreeMap, HashMap};

use super::EntryRef;
use crate::record::{
    Entry, Parcel,
    same::{self, Join, Keys},
};

/// Roles by which one medicine entry names another of the same course. Not `priorPrescription`: what an order takes the
/// place of may be another medicine (FHIR R4 §11.1), which would vanish behind it.
const COURSE: [&str; 6] = ["basedOn", "derivedFrom", "authorizingPrescription", "prescription", "request", "statement"];

/// All entries in order, and the keys of each.
pub(super) struct Joining<'a> {
    pub(super) all: &'a [(EntryRef, &'a Parcel, &'a Entry)],
    pub(super) keys: &'a [Keys],
}

struct Sets(Vec<u32>);

impl Sets {
    fn root(&mut self, mut at: u32) -> u32 {
        loop {
            let up = self.0.get(at as usize).copied().unwrap_or(at);
            if up == at {
                return at;
            }
            let over = self.0.get(up as usize).copied().unwrap_or(up);
            if let Some(slot) = self.0.get_mut(at as usize) {
                *slot = over;
            }
            at = over;
        }
    }

    /// The smaller root wins, so that the outcome does not depend on the order of joins.
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }
}

impl<'a> Joining<'a> {
    /// The groups of these entries (indices into `all`, ascending) that say the same thing.
    pub(super) fn groups(&self, members: &[u32]) -> Vec<Vec<u32>> {
        let mut done = Vec::new();
        for group in self.close(members) {
            let mut by_fact: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for i in &group {
                by_fact.entry(self.fact(*i)).or_default().push(*i);
            }
            let facts = by_fact.keys().filter(|fact| !fact.is_empty()).count();
            if facts <= 1 {
                done.push(group);
            } else {
                // What bridged two strengths belongs to neither for certain: it stands apart.
                done.extend(by_fact.values().flat_map(|part| self.close(part)));
            }
        }
        done
    }

    /// For each group, the entries entered in error elsewhere that share a key with it.
    pub(super) fn retracted(&self, groups: &[Vec<u32>], wrong: &[u32]) -> Vec<Vec<u32>> {
        let mut out = vec![Vec::new(); groups.len()];
        if wrong.is_empty() {
            return out;
        }
        let strong = |i: &u32| {
            let keys = self.keys.get(*i as usize).map(|k| k.joins.as_slice()).unwrap_or_default();
            keys.iter().filter(|(join, _)| matches!(join, Join::Code | Join::Identifier)).map(|(_, key)| key.as_str())
        };
        let mut by_key: HashMap<&str, Vec<u32>> = HashMap::new();
        for i in wrong {
            for key in strong(i) {
                by_key.entry(key).or_default().push(*i);
            }
        }
        for (group, slot) in groups.iter().zip(&mut out) {
            let files: Vec<u32> = group.iter().filter_map(|i| self.file(*i)).collect();
            let mut found: Vec<u32> = group
                .iter()
                .flat_map(|i| strong(i).filter_map(|key| by_key.get(key)).flatten().copied().collect::<Vec<_>>())
                // A file that corrects itself does not disagree.
                .filter(|i| self.file(*i).is_some_and(|file| !files.contains(&file)))
                .collect();
            found.sort_unstable();
            found.dedup();
            *slot = found;
        }
        out
    }

    fn fact(&self, i: u32) -> &'a str {
        self.keys.get(i as usize).map(|k| k.fact.as_str()).unwrap_or_default()
    }

    fn file(&self, i: u32) -> Option<u32> {
        self.all.get(i as usize).map(|(at, ..)| at.parcel)
    }

    fn entry(&self, i: u32) -> Option<&'a Entry> {
        self.all.get(i as usize).map(|(_, _, entry)| *entry)
    }

    fn close(&self, members: &[u32]) -> Vec<Vec<u32>> {
        let mut sets = Sets((0..members.len() as u32).collect());
        let mut pools: HashMap<(Join, &str), Vec<u32>> = HashMap::with_capacity(members.len() * 2);
        for (i, own) in members.iter().zip(0u32..) {
            for (join, key) in self.keys.get(*i as usize).map(|k| k.joins.as_slice()).unwrap_or_default() {
                pools.entry((*join, key)).or_default().push(own);
            }
        }
        for ((join, _), pool) in &pools {
            if pool.len() < 2 {
                continue;
            }
            let all: Vec<u32> = pool.iter().filter_map(|own| members.get(*own as usize)).copied().collect();
            match join {
                Join::Text if self.contradict(&all) => {
                    let bare = pool.iter().zip(&all).filter(|(_, i)| !self.is_coded(**i)).map(|(own, _)| *own);
                    chain(&mut sets, &bare.collect::<Vec<u32>>());
                }
                Join::Identifier if !self.once_a_file(&all) || self.contradict(&all) => {}
                Join::Exact if !self.once_a_file(&all) => {}
                Join::Code | Join::Text | Join::Identifier | Join::Exact => chain(&mut sets, pool),
            }
        }
        self.join_courses(members, &mut sets);
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (i, own) in members.iter().zip(0u32..) {
            groups.entry(sets.root(own)).or_default().push(*i);
        }
        groups.into_values().collect()
    }

    /// A statement and the requests it rests on are one medicine.
    fn join_courses(&self, members: &[u32], sets: &mut Sets) {
        let medicines: Vec<(u32, &EntryRef, &Entry)> = members
            .iter()
            .zip(0u32..)
            .filter_map(|(i, own)| self.all.get(*i as usize).map(|(at, _, entry)| (own, at, *entry)))
            .filter(|(_, _, entry)| same::is_medicine(&entry.kind))
            .collect();
        let places: HashMap<(u32, &str), u32> =
            medicines.iter().map(|(own, at, entry)| ((at.parcel, entry.at.as_str()), *own)).collect();
        for (own, at, entry) in &medicines {
            for link in entry.links.iter().filter(|l| COURSE.contains(&l.role.as_str())) {
                if let Some(other) = places.get(&(at.parcel, link.to.as_str())) {
                    sets.join(*own, *other);
                }
            }
        }
    }

    fn is_coded(&self, i: u32) -> bool {
        self.entry(i).is_some_and(|e| same::codes(&e.concept).next().is_some())
    }

    fn contradict(&self, pool: &[u32]) -> bool {
        !same::codes_agree(pool.iter().filter_map(|i| self.entry(*i)))
    }

    fn once_a_file(&self, pool: &[u32]) -> bool {
        let mut files: Vec<Option<u32>> = pool.iter().map(|i| self.file(*i)).collect();
        files.sort_unstable();
        files.windows(2).all(|pair| pair.first() != pair.last())
    }
}

fn chain(sets: &mut Sets, pool: &[u32]) {
    if let Some((first, rest)) = pool.split_first() {
        for other in rest {
            sets.join(*first, *other);
        }
    }
}
