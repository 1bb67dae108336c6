//! The receiving side: a request, the codes that come in, the checks, the page. Memory only; no vault is needed.

use jiff::Timestamp;

use super::share::{by, codes, label, page};
use super::{Edge, Session, stamp};
use crate::app::wire::{Failure, Inbox, Matrix, Received, Refusal, RequestForm, Secret, Showing};
use crate::record::Record;
use crate::record::Section;
use crate::share::{self, Heard, Message, Pending, Purpose, Receipt, Want, receipt::Outcome, verify};
use crate::view;
use crate::view::Index;
use crate::view::clinician::Share;
use crate::view::entry::EntryPage;

/// What the reader holds: gone at expiry, at *done*, and with the worker.
#[derive(Default)]
pub(super) struct Reader {
    inbox: share::Inbox,
    desk: verify::Desk,
    /// The request that was shown last, and what it asked for.
    asked: Option<([u8; 16], Vec<Section>)>,
    /// A whole message that waits for its spoken code.
    locked: Option<Message>,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    Locked {
        wrong: bool,
    },
    Refused(Refusal),
    Open(Box<Opened>),
}

struct Opened {
    grant: verify::Received,
    record: Record,
    index: Index,
    received: Received,
}

impl<E: Edge> Session<E> {
    pub(in crate::app) async fn ask_for(&mut self, form: RequestForm) -> Result<Showing, Failure> {
        let ask = share::Ask {
            name: form.name,
            purpose: Purpose::of(&form.purpose),
            wants: form.wanted.into_iter().map(Want::section).collect(),
            max_version: None,
        };
        let now = self.edge.now();
        let pending = Pending::make(&ask, self.clock(), &self.random()?).map_err(|_| Failure::ShareTooLarge)?;
        let ends = Timestamp::from_second(now.as_second() + i64::from(pending.request.ttl)).unwrap_or(now);
        let showing = showing(&pending.request.message(), pending.request.comparison(), stamp(ends))?;
        self.reader = Reader::default();
        let wanted = pending.request.wants.iter().map(|w| w.section).collect();
        self.reader.asked = Some((pending.request.id, wanted));
        self.reader.desk.show(pending);
        Ok(showing)
    }

    pub(in crate::app) async fn scanned(&mut self, text: String) -> Result<Inbox, Failure> {
        // What is open stays until *done*: a stray scan never replaces it.
        if matches!(self.reader.state, State::Open(_)) {
            return self.inbox().await;
        }
        match self.reader.inbox.feed(&text) {
            Heard::Whole(message) => {
                self.reader.inbox.clear();
                self.open_message(message, None);
            }
            Heard::Frame(_) | Heard::Again(_) => self.reader.state = State::Empty,
            Heard::OtherMessage(_) => self.reader.state = State::Refused(Refusal::Mixed),
            Heard::Damaged => self.reader.state = State::Refused(Refusal::Altered),
            Heard::Newer => self.reader.state = State::Refused(Refusal::Newer),
            Heard::TooLong => self.reader.state = State::Refused(Refusal::TooLarge),
            Heard::Foreign(foreign) => {
                self.reader.state = State::Refused(Refusal::NotOurs { looks: foreign.into() });
            }
        }
        self.inbox().await
    }

    pub(in crate::app) async fn spoken_code(&mut self, code: Secret) -> Result<Inbox, Failure> {
        if let Some(message) = self.reader.locked.take() {
            self.open_message(message, Some(&code.0));
        }
        self.inbox().await
    }

    fn open_message(&mut self, message: Message, code: Option<&str>) {
        let now = self.clock();
        self.reader.state = match self.reader.desk.open(&message, code, now) {
            Ok(grant) => match self.opened(grant) {
                Ok(opened) => State::Open(Box::new(opened)),
                Err(refusal) => State::Refused(refusal),
            },
            Err(verify::Refusal::NeedsCode(_)) => {
                self.reader.locked = Some(message);
                State::Locked { wrong: false }
            }
            Err(verify::Refusal::WrongCode(_)) => {
                self.reader.locked = Some(message);
                State::Locked { wrong: true }
            }
            Err(refusal) => State::Refused(refusal.into()),
        };
    }

    fn opened(&self, grant: verify::Received) -> Result<Opened, Refusal> {
        // The guard's third door: a signature says nothing of how many people a document is about.
        if share::bundle::people(&grant.document) > 1 {
            return Err(Refusal::SeveralPeople);
        }
        let claims = &grant.claims;
        let at = |second: i64| Timestamp::from_second(second).map(stamp).unwrap_or_default();
        let answers = claims.audience.as_ref().map(|a| a.request);
        let asked = self.reader.asked.as_ref().filter(|(id, _)| Some(*id) == answers);
        let share = Share {
            shared_at: at(claims.issued),
            ends_at: at(claims.ends),
            by: by(&claims.sharer),
            audience: share::bundle::audience(&grant.document),
            purpose: claims.purpose.code().to_owned(),
            labels: claims.parts.iter().map(|p| (p.section, label(p.completeness))).collect(),
            wanted: asked.map(|(_, wanted)| wanted.clone()).unwrap_or_default(),
            note: claims.note.clone(),
        };
        let (record, index, page) = page(&grant.document, share, self.edge.today()).ok_or(Refusal::Altered)?;
        let received = Received {
            page,
            direct: claims.audience.is_some(),
            signer: data_encoding::HEXLOWER.encode(grant.thumbprint.get(..8).unwrap_or_default()),
            clocks_differ: grant.clocks.map_or(0, |s| (s / 60) as i32),
            may: claims.uses.into(),
            ends_at: at(grant.ends),
        };
        Ok(Opened { grant, record, index, received })
    }

    pub(in crate::app) async fn inbox(&mut self) -> Result<Inbox, Failure> {
        let now = self.edge.now().as_second();
        if let State::Open(opened) = &self.reader.state
            && opened.grant.ends <= now
        {
            let at = opened.received.ends_at.clone();
            self.reader = Reader::default();
            self.reader.state = State::Refused(Refusal::Expired { at });
        }
        let progress = self.reader.inbox.progress();
        Ok(match &self.reader.state {
            State::Open(opened) => Inbox::Open(Box::new(opened.received.clone())),
            State::Locked { wrong } => Inbox::Locked { wrong: *wrong },
            State::Refused(refusal) => Inbox::Refused(refusal.clone()),
            State::Empty if progress.need > 0 => {
                Inbox::Partly { have: progress.have as u32, need: progress.need as u32 }
            }
            State::Empty => Inbox::Empty,
        })
    }

    fn opened_now(&self) -> Result<&Opened, Failure> {
        match &self.reader.state {
            // At its end it is over, though nobody has asked for the page since.
            State::Open(opened) if opened.grant.ends > self.edge.now().as_second() => Ok(opened),
            _ => Err(Failure::NotFound),
        }
    }

    pub(in crate::app) async fn received_entry(&mut self, id: String) -> Result<Option<EntryPage>, Failure> {
        let opened = self.opened_now()?;
        Ok(view::entry::entry(&opened.record, &opened.index, &id, self.edge.today()))
    }

    pub(in crate::app) async fn received_fhir(&mut self, words: share::bundle::ips::Words) -> Result<String, Failure> {
        let grant = &self.opened_now()?.grant;
        let made = share::bundle::ips(&grant.document, &grant.claims.parts, &words).map_err(|_| Failure::Damaged)?;
        String::from_utf8(made).map_err(|_| Failure::Damaged)
    }

    pub(in crate::app) async fn receipt(&mut self) -> Result<Showing, Failure> {
        let opened = self.opened_now()?;
        let outcomes = opened.grant.claims.parts.iter().map(|p| (p.section, Outcome::Shown)).collect();
        let receipt = Receipt::of(&opened.grant, self.edge.now().as_second(), outcomes, "");
        let message = receipt.ok_or(Failure::NotFound)?.map_err(|_| Failure::ShareTooLarge)?;
        showing(&message, String::new(), opened.received.ends_at.clone())
    }

    pub(in crate::app) async fn done(&mut self) -> Result<(), Failure> {
        self.reader = Reader::default();
        Ok(())
    }
}

fn showing(message: &Message, comparison: String, ends_at: String) -> Result<Showing, Failure> {
    let (drawn, need) = codes(message)?;
    Ok(Showing {
        codes: drawn.iter().map(|(code, _)| Matrix::from(code)).collect(),
        need: need as u32,
        texts: drawn.into_iter().map(|(_, text)| text).collect(),
        spoken: String::new(),
        comparison,
        ends_at,
        id: String::new(),
    })
}

impl From<verify::Refusal> for Refusal {
    fn from(refusal: verify::Refusal) -> Self {
        use verify::Refusal as R;
        let at = |second: i64| Timestamp::from_second(second).map(stamp).unwrap_or_default();
        match refusal {
            R::TooLong => Refusal::TooLarge,
            R::NotAGrant(_) => Refusal::WrongKind,
            R::Malformed | R::Altered | R::NeedsCode(_) | R::WrongCode(_) => Refusal::Altered,
            R::Newer => Refusal::Newer,
            R::BadSignature => Refusal::BadSignature,
            R::OtherReader | R::NoRequest => Refusal::OtherReader,
            R::RequestOver { .. } | R::AlreadyUsed => Refusal::Used,
            R::Expired { ended } => Refusal::Expired { at: at(ended) },
            R::NotYet { from } => Refusal::NotYet { at: at(from) },
            R::ClocksDiffer { theirs, .. } => Refusal::ClocksDiffer { at: at(theirs) },
        }
    }
}
