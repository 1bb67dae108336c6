use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use crate::import::json::{self, Fault, Reader, Wrong};
use crate::import::{ImportError, LIMITS, Phase, Progress, tell};
use crate::record::IssueCode;

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
    /// Where its `meta` stands.
    meta: Option<Range<usize>>,
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

/// Gathers the pieces of a text in one walk over it.
struct Gatherer<'t, 'p> {
    index: Index<'t>,
    progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>,
    /// Where the text of the walk begins in the whole text (a line of NDJSON).
    base: usize,
    total: usize,
    told: usize,
    /// Why the walk was broken off, if not for a fault.
    stop: Option<ImportError>,
}

/// What an object says of itself.
#[derive(Default)]
struct Head<'t> {
    keys: Vec<Cow<'t, str>>,
    twice: bool,
    kind: Cow<'t, str>,
    id: Cow<'t, str>,
    bundle: Cow<'t, str>,
    timestamp: Cow<'t, str>,
    meta: Option<Range<usize>>,
}

impl<'t> Head<'t> {
    fn key(&mut self, key: Cow<'t, str>) {
        self.twice |= self.keys.contains(&key);
        self.keys.push(key);
    }
}

impl<'t, 'p> Gatherer<'t, 'p> {
    fn new(text: &'t str, progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        Gatherer { index: Index::default(), progress, base: 0, total: text.len(), told: 0, stop: None }
    }

    fn push(&mut self, piece: Piece<'t>, reader: &Reader<'t>) -> Result<(), Fault> {
        if self.index.pieces.len() >= LIMITS.pieces {
            self.stop = Some(ImportError::TooMany { limit: LIMITS.pieces });
            return reader.fault(Wrong::Trailing);
        }
        self.index.pieces.push(piece);
        let done = self.base + reader.offset();
        if done >= self.told + (64 << 10) {
            self.told = done;
            if let Err(error) = tell(self.progress, Phase::Indexing, done.min(self.total), self.total) {
                self.stop = Some(error);
                return reader.fault(Wrong::Trailing);
            }
        }
        Ok(())
    }

    fn odd(
        &mut self,
        at: String,
        range: Range<usize>,
        kind: &'static str,
        fault: Option<IssueCode>,
        reader: &Reader<'t>,
    ) -> Result<(), Fault> {
        let range = self.base + range.start..self.base + range.end;
        self.push(Piece { at, range, full_url: "".into(), kind: kind.into(), id: "".into(), fault }, reader)
    }

    /// One resource: a piece of its own, or, if it is a container, the pieces in it.
    fn resource(&mut self, reader: &mut Reader<'t>, at: String, depth: usize, nested: usize) -> Result<(), Fault> {
        if reader.next() != Some(b'{') || depth >= json::DEPTH {
            let range = reader.skip(depth)?;
            return self.odd(at, range, "", Some(IssueCode::NotAnObject), reader);
        }
        let (start, before) = (reader.offset(), self.index.pieces.len());
        let mut head = Head::default();
        reader.members(|reader, key| {
            match key.as_ref() {
                "resourceType" => head.kind = reader.text(depth + 1)?.unwrap_or_default(),
                "id" => head.id = reader.text(depth + 1)?.unwrap_or_default(),
                "type" if nested == 0 => head.bundle = reader.text(depth + 1)?.unwrap_or_default(),
                "timestamp" if nested == 0 => head.timestamp = reader.text(depth + 1)?.unwrap_or_default(),
                "meta" if nested == 0 => head.meta = Some(reader.skip(depth + 1)?),
                // Other resources have elements of these names too; what was found there is dropped again below.
                "entry" | "parameter" if nested < NESTED => self.children(reader, &at, &key, depth + 1, nested + 1)?,
                _ => {
                    reader.skip(depth + 1)?;
                }
            }
            head.key(key);
            Ok(())
        })?;
        let range = start..reader.offset();
        if matches!(head.kind.as_ref(), "Bundle" | "Parameters") && nested < NESTED {
            if head.twice {
                self.index.pieces.truncate(before);
                return self.odd(at, range, "Bundle", Some(IssueCode::DuplicateKey), reader);
            }
            if nested == 0 && head.kind == "Bundle" {
                self.index.bundle = head.bundle.into_owned();
                self.index.timestamp = head.timestamp.into_owned();
                self.index.meta = head.meta.map(|r| self.base + r.start..self.base + r.end);
            }
            return Ok(());
        }
        self.index.pieces.truncate(before);
        let range = self.base + range.start..self.base + range.end;
        self.push(Piece { at, range, full_url: "".into(), kind: head.kind, id: head.id, fault: None }, reader)
    }

    /// The resources of `entry[].resource`, or of `parameter[].resource` and `part[]` below it.
    fn children(
        &mut self,
        reader: &mut Reader<'t>,
        at: &str,
        key: &str,
        depth: usize,
        nested: usize,
    ) -> Result<(), Fault> {
        if reader.next() != Some(b'[') || depth >= json::DEPTH {
            let range = reader.skip(depth)?;
            return self.odd(format!("{at}/{key}"), range, "Bundle.entry", Some(IssueCode::NotAnObject), reader);
        }
        let mut i = 0;
        reader.elements(|reader| {
            let at = format!("{at}/{key}/{i}");
            i += 1;
            self.child(reader, at, key, depth + 1, nested)
        })
    }

    fn child(
        &mut self,
        reader: &mut Reader<'t>,
        at: String,
        list: &str,
        depth: usize,
        nested: usize,
    ) -> Result<(), Fault> {
        if reader.next() != Some(b'{') || depth >= json::DEPTH {
            let range = reader.skip(depth)?;
            return self.odd(at, range, "Bundle.entry", Some(IssueCode::NotAnObject), reader);
        }
        let (start, before) = (reader.offset(), self.index.pieces.len());
        let mut head = Head::default();
        let (mut full_url, mut filled) = (Cow::Borrowed(""), false);
        reader.members(|reader, key| {
            match key.as_ref() {
                "fullUrl" => full_url = reader.text(depth + 1)?.unwrap_or_default(),
                "resource" => {
                    filled = true;
                    self.resource(reader, format!("{at}/resource"), depth + 1, nested)?;
                }
                "part" if list != "entry" && nested < NESTED => {
                    filled = true;
                    self.children(reader, &at, "part", depth + 1, nested + 1)?;
                }
                _ => {
                    reader.skip(depth + 1)?;
                }
            }
            head.key(key);
            Ok(())
        })?;
        let range = start..reader.offset();
        if head.twice {
            self.index.pieces.truncate(before);
            return self.odd(at, range, "Bundle.entry", Some(IssueCode::DuplicateKey), reader);
        }
        if let [piece] = self.index.pieces.get_mut(before..).unwrap_or_default()
            && piece.at.len() == at.len() + "/resource".len()
        {
            piece.full_url = full_url;
        }
        // A request or a response alone: nothing clinical, and readable as source.
        if filled || list != "entry" { Ok(()) } else { self.odd(at, range, "Bundle.entry", None, reader) }
    }
}

impl<'t> Index<'t> {
    /// Finds the resources of one JSON value: those of a Bundle of any type, bundles in bundles, Parameters; else the
    /// value itself.
    ///
    /// # Errors
    /// [`ImportError::NotJson`], [`ImportError::TooMany`], [`ImportError::Cancelled`].
    pub fn json(text: &'t str, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Self, ImportError> {
        let mut gatherer = Gatherer::new(text, progress);
        let mut reader = Reader::new(text);
        let walked = gatherer.resource(&mut reader, String::new(), 0, 0).and_then(|()| reader.finish());
        if let Err(fault) = walked {
            return Err(gatherer.stop.unwrap_or_else(|| not_json(text, &fault)));
        }
        Ok(gatherer.index.named(text))
    }

    /// Finds the resources of newline-delimited JSON (one resource a line; Bulk Data `application/fhir+ndjson`).
    ///
    /// # Errors
    /// [`ImportError::TooMany`], [`ImportError::Cancelled`]. A line that is no JSON is a piece with a fault.
    pub fn ndjson(text: &'t str, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Self, ImportError> {
        let mut gatherer = Gatherer::new(text, progress);
        for (number, line) in text.split('\n').enumerate() {
            let (at, before) = (format!("line {}", number + 1), gatherer.index.pieces.len());
            if !line.trim().is_empty() {
                let mut reader = Reader::new(line);
                let walked = gatherer.resource(&mut reader, at.clone(), 0, 0).and_then(|()| reader.finish());
                let walked = walked.or_else(|fault| {
                    gatherer.index.pieces.truncate(before);
                    if gatherer.stop.is_some() {
                        return Err(fault);
                    }
                    gatherer.odd(at, 0..line.len(), "line", Some(IssueCode::NotAnObject), &reader)
                });
                if let (Err(_), Some(stop)) = (walked, gatherer.stop.take()) {
                    return Err(stop);
                }
            }
            gatherer.base += line.len() + 1;
        }
        Ok(gatherer.index.named(text))
    }

    /// Profiles that the outermost Bundle claims.
    pub fn profiles(&self, text: &str) -> Vec<String> {
        let meta = self.meta.clone().and_then(|r| text.get(r)).and_then(|t| json::parse(t).ok());
        let list = meta.as_ref().map(|n| n.get("profile").each()).unwrap_or_default();
        list.iter().map(|n| n.words().to_owned()).filter(|w| !w.is_empty()).collect()
    }

    fn named(mut self, text: &str) -> Self {
        self.name(text);
        self
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
        for (i, piece) in pieces.iter().enumerate() {
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

fn not_json(text: &str, fault: &json::Fault) -> ImportError {
    let (line, column) = fault.place(text);
    ImportError::NotJson { what: fault.what, line, column }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
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
