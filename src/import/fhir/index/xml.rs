use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use super::super::Syntax;
use super::{Index, NESTED, Piece, State};
use crate::import::xml::{Event, Fault, Malformed, Start, Walk, local};
use crate::import::{ImportError, LIMITS, Phase, Progress, tell};
use crate::record::IssueCode;

/// Gathers the pieces of an XML text in one walk over it (FHIR R4 §2.1.2.2).
struct Gatherer<'t, 'p> {
    text: &'t str,
    index: Index<'t>,
    progress: &'p mut dyn FnMut(Progress) -> ControlFlow<()>,
    total: usize,
    told: usize,
    /// Why the walk was broken off, if not for a fault.
    stop: Option<ImportError>,
}

impl<'t> Gatherer<'t, '_> {
    fn push(&mut self, piece: Piece<'t>) -> Result<(), Fault> {
        let done = piece.range.end;
        let stop = if self.index.pieces.len() >= LIMITS.pieces {
            Err(ImportError::TooMany { limit: LIMITS.pieces })
        } else if done >= self.told + (64 << 10) {
            self.told = done;
            tell(self.progress, Phase::Indexing, done.min(self.total), self.total)
        } else {
            Ok(())
        };
        self.index.pieces.push(piece);
        stop.map_err(|error| {
            self.stop = Some(error);
            Fault { what: Malformed::Trailing, offset: done }
        })
    }

    fn odd(
        &mut self,
        at: String,
        range: Range<usize>,
        kind: &'static str,
        fault: Option<IssueCode>,
    ) -> Result<(), Fault> {
        self.push(Piece {
            at,
            range,
            full_url: "".into(),
            kind: kind.into(),
            id: "".into(),
            fault,
            state: State::Current,
        })
    }

    /// One resource: a piece of its own, or, if it is a container, the pieces in it. Its start was passed already;
    /// `above` is the place of what holds it.
    fn resource(&mut self, walk: &mut Walk<'t>, start: &Start<'t>, above: &str, nested: usize) -> Result<(), Fault> {
        let kind = local(start.name);
        let at = format!("{above}/{kind}");
        let holder = matches!(kind, "Bundle" | "Parameters") && nested < NESTED;
        let mut id = Cow::Borrowed("");
        let (mut entries, mut parameters) = (0, 0);
        loop {
            match walk.next()? {
                Event::Start(child) => {
                    let outermost = nested == 0 && kind == "Bundle";
                    match local(child.name) {
                        "entry" if holder && kind == "Bundle" => {
                            entries += 1;
                            self.child(walk, &child, format!("{at}/entry[{entries}]"), true, nested + 1)?;
                            continue;
                        }
                        "parameter" if holder && kind == "Parameters" => {
                            parameters += 1;
                            self.child(walk, &child, format!("{at}/parameter[{parameters}]"), false, nested + 1)?;
                            continue;
                        }
                        "id" if id.is_empty() => id = value(&child),
                        "type" if outermost && self.index.bundle.is_empty() => {
                            self.index.bundle = value(&child).into_owned();
                        }
                        "timestamp" if outermost && self.index.timestamp.is_empty() => {
                            self.index.timestamp = value(&child).into_owned();
                        }
                        "total" if outermost && self.index.total.is_empty() => {
                            self.index.total = value(&child).into_owned();
                        }
                        "link" if holder && kind == "Bundle" => {
                            let end = walk.skip()?;
                            self.index.links.push((format!("{at}/link"), child.range.start..end));
                            continue;
                        }
                        "meta" if holder && kind == "Bundle" => {
                            let end = walk.skip()?;
                            let place = if nested == 0 { 0 } else { self.index.metas.len() };
                            self.index.metas.insert(place, (at.clone(), child.range.start..end));
                            continue;
                        }
                        _ => {}
                    }
                    walk.skip()?;
                }
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => break,
            }
        }
        if holder {
            return Ok(());
        }
        let range = start.range.start..walk.offset();
        self.push(Piece { at, range, full_url: "".into(), kind: kind.into(), id, fault: None, state: State::Current })
    }

    /// The resource of `entry.resource` or `parameter.resource`, and of `part` below it.
    fn child(
        &mut self,
        walk: &mut Walk<'t>,
        start: &Start<'t>,
        at: String,
        entry: bool,
        nested: usize,
    ) -> Result<(), Fault> {
        let before = self.index.pieces.len();
        let (mut full_url, mut resources, mut parts) = (Cow::Borrowed(""), 0, 0);
        let mut said: Vec<(&'static str, Range<usize>)> = Vec::new();
        loop {
            match walk.next()? {
                Event::Start(child) => match local(child.name) {
                    "fullUrl" if entry => {
                        full_url = value(&child);
                        if full_url.is_empty() {
                            self.index.empty.push(format!("{at}/fullUrl"));
                        }
                        walk.skip()?;
                    }
                    "resource" => resources += self.held(walk, &format!("{at}/resource"), nested)?,
                    "request" | "response" if entry => {
                        let range = child.range.start..walk.skip()?;
                        let request = local(child.name) == "request";
                        let element = self.text.get(range.clone()).unwrap_or_default();
                        if !request || element.to_ascii_lowercase().contains("delete") {
                            said.push((if request { "request" } else { "response" }, range));
                        }
                    }
                    "search" if entry && nested == 1 => {
                        let range = child.range.start..walk.skip()?;
                        let element = self.text.get(range).unwrap_or_default();
                        self.index.added += usize::from(super::is_added(element));
                    }
                    "part" if !entry && nested < NESTED => {
                        parts += 1;
                        self.child(walk, &child, format!("{at}/part[{parts}]"), false, nested + 1)?;
                    }
                    _ => drop(walk.skip()?),
                },
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => break,
            }
        }
        let range = start.range.start..walk.offset();
        if resources > 1 {
            // Which of the two is meant can't be known.
            self.index.pieces.truncate(before);
            return self.odd(at, range, "Bundle.entry", Some(IssueCode::DuplicateKey));
        }
        self.index.beside(&at, before, &full_url, said);
        if let [piece] = self.index.pieces.get_mut(before..).unwrap_or_default()
            && piece.at == format!("{at}/resource/{}", piece.kind)
        {
            piece.full_url = full_url;
        }
        // A request or a response alone: nothing clinical, and readable as source.
        if resources > 0 || !entry { Ok(()) } else { self.odd(at, range, "Bundle.entry", None) }
    }

    /// The resources in an element that holds one; gives how many there were.
    fn held(&mut self, walk: &mut Walk<'t>, at: &str, nested: usize) -> Result<usize, Fault> {
        let mut found = 0;
        loop {
            match walk.next()? {
                Event::Start(child) => {
                    found += 1;
                    self.resource(walk, &child, at, nested)?;
                }
                Event::Text(_) => {}
                Event::End(_) | Event::Eof => return Ok(found),
            }
        }
    }
}

/// The value of a primitive. Borrowed values would be the rule, but a tag can't lend beyond itself.
fn value<'t>(start: &Start<'t>) -> Cow<'t, str> {
    start.attribute("value").map(|v| Cow::Owned(v.trim().to_owned())).unwrap_or_default()
}

impl<'t> Index<'t> {
    /// Finds the resources of one XML document: those of a Bundle of any type, bundles in bundles, Parameters; else the
    /// resource itself.
    ///
    /// # Errors
    /// [`ImportError::NotXml`], [`ImportError::TooMany`], [`ImportError::Cancelled`].
    pub fn xml(text: &'t str, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Self, ImportError> {
        let mut gatherer = Gatherer { text, index: Index::default(), progress, total: text.len(), told: 0, stop: None };
        let mut walk = Walk::new(text);
        let walked = gatherer.held(&mut walk, "", 0);
        match walked {
            Ok(_) => Ok(gatherer.index.named(text, Syntax::Xml)),
            Err(fault) => Err(gatherer.stop.unwrap_or_else(|| fault.refusal(text))),
        }
    }
}
