use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::{ControlFlow, Range};

use super::super::Syntax;
use super::{Index, NESTED, Piece, State};
use crate::import::json::{self, Fault, Reader, Wrong};
use crate::import::{ImportError, LIMITS, Phase, Progress, tell};
use crate::record::IssueCode;

/// Gathers the pieces of a text in one walk over it.
struct Gatherer<'t, 'p> {
    text: &'t str,
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
    keys: HashSet<Cow<'t, str>>,
    twice: bool,
    kind: Cow<'t, str>,
    id: Cow<'t, str>,
    bundle: Cow<'t, str>,
    timestamp: Cow<'t, str>,
    meta: Option<Range<usize>>,
    total: Cow<'t, str>,
    link: Option<Range<usize>>,
}

impl<'t> Head<'t> {
    fn key(&mut self, key: Cow<'t, str>) {
        self.twice |= !self.keys.insert(key);
    }
}

impl<'t, 'p> Gatherer<'t, 'p> {
    fn new(text: &'t str, progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        Gatherer { text, index: Index::default(), progress, base: 0, total: text.len(), told: 0, stop: None }
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
        self.push(
            Piece { at, range, full_url: "".into(), kind: kind.into(), id: "".into(), fault, state: State::Current },
            reader,
        )
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
                "meta" => head.meta = Some(reader.skip(depth + 1)?),
                "total" if nested == 0 => {
                    let range = reader.skip(depth + 1)?;
                    head.total = self.slice(&range).into();
                }
                "link" => head.link = Some(reader.skip(depth + 1)?),
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
            let place = at.clone();
            if let Some(meta) = head.meta.filter(|_| head.kind == "Bundle") {
                // The outermost comes first.
                let meta = (at, self.base + meta.start..self.base + meta.end);
                let nth = if nested == 0 { 0 } else { self.index.metas.len() };
                self.index.metas.insert(nth, meta);
            }
            if let Some(link) = head.link.filter(|_| head.kind == "Bundle") {
                let link = self.base + link.start..self.base + link.end;
                self.index.links.push((format!("{place}/link"), link));
            }
            if nested == 0 && head.kind == "Bundle" {
                self.index.total = head.total.into_owned();
                self.index.bundle = head.bundle.into_owned();
                self.index.timestamp = head.timestamp.into_owned();
            }
            return Ok(());
        }
        self.index.pieces.truncate(before);
        let range = self.base + range.start..self.base + range.end;
        self.push(
            Piece { at, range, full_url: "".into(), kind: head.kind, id: head.id, fault: None, state: State::Current },
            reader,
        )
    }

    /// What stands in these bytes of the walk.
    fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(self.base + range.start..self.base + range.end).unwrap_or_default()
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
        let mut said: Vec<(&'static str, Range<usize>)> = Vec::new();
        reader.members(|reader, key| {
            match key.as_ref() {
                "fullUrl" => {
                    full_url = reader.text(depth + 1)?.unwrap_or_default();
                    if full_url.trim().is_empty() {
                        self.index.empty.push(format!("{at}/fullUrl"));
                    }
                }
                "resource" => {
                    filled = true;
                    self.resource(reader, format!("{at}/resource"), depth + 1, nested)?;
                }
                "request" if list == "entry" => {
                    let range = reader.skip(depth + 1)?;
                    // Of the many requests of a transaction only those that delete say anything of a record.
                    if self.slice(&range).to_ascii_lowercase().contains("delete") {
                        said.push(("request", range));
                    }
                }
                "search" if list == "entry" && nested == 1 => {
                    let range = reader.skip(depth + 1)?;
                    self.index.added += usize::from(super::is_added(self.slice(&range)));
                }
                "response" if list == "entry" => said.push(("response", reader.skip(depth + 1)?)),
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
        let base = self.base;
        let said = said.into_iter().map(|(element, range)| (element, base + range.start..base + range.end)).collect();
        self.index.beside(&at, before, &full_url, said);
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
        Ok(gatherer.index.named(text, Syntax::Json))
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
        Ok(gatherer.index.named(text, Syntax::Lines))
    }
}

fn not_json(text: &str, fault: &json::Fault) -> ImportError {
    let (line, column) = fault.place(text);
    ImportError::NotJson { what: fault.what, line, column }
}
