use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Syntax;
use crate::import::node::Node;
use crate::record::{Coding, IssueCode};

mod json;
mod xml;

/// One resource of a file, found but not yet read.
#[derive(Clone, Debug)]
pub struct Piece<'t> {
    /// Its place: a JSON pointer, after `line N` in NDJSON.
    pub at: String,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// `Bundle.entry.fullUrl`; empty if none.
    pub full_url: Cow<'t, str>,
    /// `resourceType`; for what is no resource, what it is.
    pub kind: Cow<'t, str>,
    /// `id`; empty if none.
    pub id: Cow<'t, str>,
    /// Why it can't be read, if that is known already.
    pub fault: Option<IssueCode>,
    /// Whether it still holds at the source.
    pub state: State,
}

/// Whether a resource still holds at its source, by what its Bundle says beside it (FHIR R4 §2.36.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing says that it does not.
    #[default]
    Current,
    /// A later version of it stands in the same history.
    Older,
    /// It was deleted.
    Deleted,
}

/// What a Bundle says of an entry beside its resource: `request` or `response`, by the name of the element.
#[derive(Clone, Debug)]
pub struct Aside {
    /// The entry's place.
    pub at: String,
    /// `request` or `response`.
    pub element: &'static str,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The pieces of the entry.
    pub pieces: Range<usize>,
    /// The entry's `fullUrl`; empty if it has none.
    pub full_url: String,
}

/// All resources of a file, and the names by which they are referred to.
#[derive(Default)]
pub struct Index<'t> {
    /// In the order of the file.
    pub pieces: Vec<Piece<'t>>,
    /// `type` of the outermost Bundle; empty if there is none.
    pub bundle: String,
    /// `timestamp` of the outermost Bundle.
    pub timestamp: String,
    /// `total` of the outermost Bundle, as written.
    pub total: String,
    /// Entries that the search added to its matches (`search.mode` include or outcome): `total` does not count them.
    pub added: usize,
    /// What Bundles say of their entries; of requests only those that delete.
    pub asides: Vec<Aside>,
    /// The `link`s of Bundles: place and bytes.
    pub links: Vec<(String, Range<usize>)>,
    /// Where the `meta` of each Bundle stands, with the Bundle's place.
    metas: Vec<(String, Range<usize>)>,
    /// Places of `fullUrl`s that are there and empty.
    pub empty: Vec<String>,
    by_url: HashMap<String, Found>,
    by_id: HashMap<String, Found>,
    by_bare_id: HashMap<String, Found>,
}

/// What a name leads to.
#[derive(Clone, Copy)]
enum Found {
    One(usize),
    /// Several different resources: which is meant can't be known.
    Several,
}

/// Bundles in Bundles deeper than this are kept whole, as a piece.
const NESTED: usize = 8;

/// True if what an entry says of its search is that it was added to what was looked for.
fn is_added(search: &str) -> bool {
    search.contains("\"include\"") || search.contains("\"outcome\"")
}

/// The server of an absolute address that ends with this type and id; `None` if the address names none.
fn server(url: &str, name: &str) -> Option<String> {
    let url = url.split(['?', '#']).next()?.split("/_history").next()?.trim_end_matches('/');
    let base = url.strip_suffix(name)?.trim_end_matches('/');
    base.contains("://").then(|| base.to_owned())
}

impl<'t> Index<'t> {
    /// Profiles that the outermost Bundle claims.
    pub fn profiles(&self, text: &'t str, syntax: Syntax) -> Vec<String> {
        let meta = self.metas.first().and_then(|(_, r)| text.get(r.clone())).map(|t| syntax.parse(t));
        let list = meta.as_ref().map(|n| n.get("profile").each()).unwrap_or_default();
        list.iter().map(|n: &Node<'_>| n.words().to_owned()).filter(|w| !w.is_empty()).collect()
    }

    /// Security labels of each Bundle, with the Bundle's place: they hold for all that is in it (FHIR R4 §6.1.2).
    pub fn labels(&self, text: &'t str, syntax: Syntax) -> Vec<(String, Vec<Coding>)> {
        let read = |range: &Range<usize>| {
            let meta = text.get(range.clone()).map(|t| syntax.parse(t));
            let labels = meta.as_ref().map(|n| n.get("security").each()).unwrap_or_default();
            labels.iter().map(super::datatypes::coding).collect::<Vec<_>>()
        };
        let all = self.metas.iter().map(|(at, range)| (at.clone(), read(range)));
        all.filter(|(_, labels)| !labels.is_empty()).collect()
    }

    /// Keeps what stands beside an entry's resource. `at` is the entry's place, `before` the number of pieces before it.
    fn beside(&mut self, at: &str, before: usize, full_url: &str, said: Vec<(&'static str, Range<usize>)>) {
        let pieces = before..self.pieces.len().max(before + 1);
        self.asides.extend(said.into_iter().map(|(element, range)| Aside {
            at: at.to_owned(),
            element,
            range,
            pieces: pieces.clone(),
            full_url: full_url.to_owned(),
        }));
    }

    fn named(mut self, text: &'t str, syntax: Syntax) -> Self {
        self.settle(text, syntax);
        self.name(text);
        self
    }

    /// Which resources no longer hold: those that were deleted, and, in a history, all versions but the latest.
    fn settle(&mut self, text: &'t str, syntax: Syntax) {
        let key = |kind: &str, id: &str| format!("{kind}/{id}");
        // Where each resource is deleted, on which server (empty if that is not said): by the number of the piece beside
        // which that stands.
        let mut deleted: HashMap<String, Vec<(String, usize)>> = HashMap::new();
        let parse = |range: &Range<usize>| text.get(range.clone()).map_or(Node::Null, |t| syntax.parse(t));
        let asides: Vec<Aside> = self.asides.iter().filter(|a| a.element == "request").cloned().collect();
        for aside in asides {
            let request = parse(&aside.range);
            if !request.get("method").words().eq_ignore_ascii_case("DELETE") {
                continue;
            }
            let url = request.get("url").words();
            let url = url.split(['?', '#']).next().unwrap_or_default().split("/_history").next().unwrap_or_default();
            let mut tail = url.trim_end_matches('/').rsplit('/');
            if let (Some(id), Some(kind)) = (tail.next(), tail.next()) {
                let name = key(kind, id);
                let own = server(url, &name).or_else(|| server(&aside.full_url, &name)).unwrap_or_default();
                deleted.entry(name).or_default().push((own, aside.pieces.start));
            }
            for piece in self.pieces.get_mut(aside.pieces).into_iter().flatten().filter(|p| p.kind != "Bundle.entry") {
                piece.state = State::Deleted;
                let name = key(&piece.kind, &piece.id);
                let own = server(&piece.full_url, &name).or_else(|| server(url, &name)).unwrap_or_default();
                deleted.entry(name).or_default().push((own, 0));
            }
        }
        let history = self.bundle == "history";
        if deleted.is_empty() && !history {
            return;
        }
        // A history begins with the newest (FHIR R4 §3.1.0.12), unless its own dates say otherwise.
        let written = |piece: &Piece<'_>| {
            let when = parse(&piece.range).get("meta").get("lastUpdated").words().to_owned();
            Some(when).filter(|w| !w.is_empty())
        };
        let upwards = history
            && self
                .pieces
                .iter()
                .find_map(written)
                .zip(self.pieces.iter().rev().find_map(written))
                .is_some_and(|(first, last)| first < last);
        let mut order: Vec<usize> = (0..self.pieces.len()).collect();
        if upwards {
            order.reverse();
        }
        // Of each resource of each server the latest: by its own dates, then by its own version, then by its place.
        let age = |piece: &Piece<'_>| {
            let meta = parse(&piece.range);
            let meta = meta.get("meta");
            let when = meta.get("lastUpdated").words().parse::<jiff::Timestamp>().ok();
            (when, meta.get("versionId").words().parse::<u64>().ok())
        };
        let mut latest: HashMap<String, usize> = HashMap::new();
        for i in order.iter().copied().filter(|_| history) {
            let Some(piece) = self.pieces.get(i).filter(|p| !p.id.is_empty()) else { continue };
            let server = piece.full_url.split("/_history").next().unwrap_or_default();
            let best = latest.entry(format!("{} {server}", key(&piece.kind, &piece.id))).or_insert(i);
            let newer = self.pieces.get(*best).is_some_and(|other| match (age(piece), age(other)) {
                ((Some(a), _), (Some(b), _)) if a != b => a > b,
                ((_, Some(a)), (_, Some(b))) => a > b,
                _ => false,
            });
            if newer {
                *best = i;
            }
        }
        let latest: HashSet<usize> = latest.into_values().collect();
        for i in order {
            let Some(piece) = self.pieces.get_mut(i).filter(|p| !p.id.is_empty()) else { continue };
            let name = key(&piece.kind, &piece.id);
            // Another server's resource of that name is another resource.
            let own = server(&piece.full_url, &name).unwrap_or_default();
            let here = |(of, _): &&(String, usize)| of.is_empty() || own.is_empty() || *of == own;
            let gone = deleted.get(&name).and_then(|all| all.iter().find(here)).map(|(_, at)| *at);
            if history && !latest.contains(&i) {
                piece.state = State::Older;
            } else if let Some(at) = gone {
                // Made again after it was deleted, it holds.
                let again = history && if upwards { i > at } else { i < at };
                if !again {
                    piece.state = State::Deleted;
                }
            }
        }
    }

    fn name(&mut self, text: &str) {
        fn put(map: &mut HashMap<String, Found>, pieces: &[Piece<'_>], key: String, at: usize, text: &str) {
            let same = |other: usize| {
                let of = |i: usize| pieces.get(i).and_then(|p| text.get(p.range.clone()));
                of(other) == of(at)
            };
            map.entry(key)
                .and_modify(|found| {
                    if let Found::One(other) = *found
                        && !same(other)
                    {
                        *found = Found::Several;
                    }
                })
                .or_insert(Found::One(at));
        }
        let pieces = std::mem::take(&mut self.pieces);
        for (i, piece) in pieces.iter().enumerate().filter(|(_, p)| p.state != State::Older) {
            if !piece.full_url.is_empty() {
                put(&mut self.by_url, &pieces, piece.full_url.to_string(), i, text);
            }
            if !piece.id.is_empty() {
                put(&mut self.by_id, &pieces, format!("{}/{}", piece.kind, piece.id), i, text);
                put(&mut self.by_bare_id, &pieces, piece.id.to_string(), i, text);
            }
        }
        self.pieces = pieces;
    }

    /// Places of resources that share their type and id, though they differ: references to them lead nowhere.
    pub fn shared_ids(&self) -> impl Iterator<Item = &Piece<'t>> {
        self.pieces.iter().filter(|p| {
            !p.id.is_empty() && matches!(self.by_id.get(&format!("{}/{}", p.kind, p.id)), Some(Found::Several))
        })
    }

    /// The resource to which a literal reference leads (FHIR R4 §2.36.4 Resolving references in Bundles), as written
    /// in the piece `from`; `None` if it leads out of the file or to several.
    pub fn resolve(&self, reference: &str, from: Option<usize>) -> Option<usize> {
        let reference = reference.trim();
        let reference = reference.split_once("/_history/").map_or(reference, |(r, _)| r);
        if reference.is_empty() || reference.starts_with('#') {
            return None;
        }
        if let Some(found) = self.by_url.get(reference) {
            return one(*found);
        }
        if let Some(id) = reference.strip_prefix("urn:uuid:").or_else(|| reference.strip_prefix("urn:oid:")) {
            return self.by_bare_id.get(id).copied().and_then(one);
        }
        let absolute = reference.contains("://");
        let from = from.and_then(|i| self.pieces.get(i));
        if !absolute
            && let Some(base) = from.and_then(|p| p.full_url.strip_suffix(&format!("/{}/{}", p.kind, p.id)))
            && let Some(found) = self.by_url.get(&format!("{base}/{reference}"))
        {
            return one(*found);
        }
        let mut tail = reference.rsplit('/');
        let (id, kind) = (tail.next()?, tail.next()?);
        let found = self.by_id.get(&format!("{kind}/{id}")).copied().and_then(one);
        let found = found.or_else(|| {
            let by_urn = self.by_url.get(&format!("urn:uuid:{id}")).copied().and_then(one)?;
            self.pieces.get(by_urn).is_some_and(|p| p.kind == kind).then_some(by_urn)
        })?;
        // Another server's resource of the same id is another resource.
        let url = self.pieces.get(found).map(|p| p.full_url.as_ref()).unwrap_or_default();
        (!absolute || !url.contains("://")).then_some(found)
    }
}

fn one(found: Found) -> Option<usize> {
    match found {
        Found::One(i) => Some(i),
        Found::Several => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    const BUNDLE: &str = r#"{"resourceType":"Bundle","type":"document","entry":[
        {"fullUrl":"http://a.org/Patient/1","resource":{"resourceType":"Patient","id":"1"}},
        {"fullUrl":"urn:uuid:u","resource":{"resourceType":"Medication"}},
        {"resource":{"resourceType":"Medication","id":"m"}},
        {"fullUrl":"http://a.org/Condition/c","resource":{"resourceType":"Condition","id":"c"}},
        {"resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Goal","id":"g"}}]}},
        {"resource":{"resourceType":"Goal","id":"x"}}, {"resource":{"resourceType":"Goal","id":"x","a":1}},
        {"request":{"method":"DELETE"}}, 7]}"#;

    fn check(reference: &str, expected: Option<&str>) {
        let index = Index::json(BUNDLE, &mut |_| ControlFlow::Continue(())).unwrap();
        let found = index.resolve(reference, Some(3)).map(|i| index.pieces[i].at.clone());
        assert_eq!(found.as_deref(), expected, "{reference}");
    }

    #[test]
    fn references_lead_to_the_right_piece_or_nowhere() {
        check("Patient/1", Some("/entry/0/resource"));
        check("Patient/1/_history/2", Some("/entry/0/resource"));
        check("http://a.org/Patient/1", Some("/entry/0/resource"));
        check("http://b.org/Patient/1", None);
        check("urn:uuid:u", Some("/entry/1/resource"));
        check("Medication/u", Some("/entry/1/resource"));
        check("Medication/m", Some("/entry/2/resource"));
        check("http://b.org/Medication/m", Some("/entry/2/resource"));
        check("Goal/g", Some("/entry/4/resource/entry/0/resource"));
        check("Goal/x", None);
        check("#m", None);
        check("", None);
    }

    #[test]
    fn every_entry_is_a_piece() {
        let index = Index::json(BUNDLE, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(index.pieces.len(), 9);
        assert_eq!(index.pieces[8].fault, Some(IssueCode::NotAnObject));
        assert_eq!(index.shared_ids().count(), 2);
    }
}
