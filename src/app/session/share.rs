//! The giving side of a share: what can be chosen, exactly what they will see, the signed codes, the receipt.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::people::{Id, id_text};
use super::{Edge, Session, stamp};
use crate::app::wire::{
    self, Basis, Consent, Failure, Happened, Matrix, May, Mode, Preview, Refusal, RequestCard, Showing,
};
use crate::import;
use crate::record::{Hash, Parcel, Record, Section, merge};
use crate::share::claims::Data;
use crate::share::{
    self, Code, Completeness, Heard, Kind, Length, Message, Part, Purpose, Receipt, Request, Sharer, Surface, Terms,
    To, Uses, bundle, frame, grant,
};
use crate::view;
use crate::view::Index;
use crate::view::choose::Choose;
use crate::view::clinician::{self, By, Clinician, Label};

/// Bytes that signature, claims and encryption add to the squeezed document, about (TOKEN: facts measured).
const OVERHEAD: usize = 360;

/// What the giving side remembers between two pages.
#[derive(Default)]
pub(super) struct Desk {
    /// The clinician's request that was read, and when by the monotonic clock.
    request: Option<(Request, u64)>,
}

/// A share as it was given, kept for the journal: it can be looked at again exactly.
#[derive(Serialize, Deserialize)]
struct Given {
    share: clinician::Share,
    document: Vec<u8>,
    receipt_key: Option<[u8; 32]>,
}

impl<E: Edge> Session<E> {
    pub(super) fn clock(&self) -> share::Clock {
        share::Clock { unix: self.edge.now().as_second(), ticks: self.edge.monotonic_ms() as u64 }
    }

    pub(in crate::app) async fn share_choices(&mut self) -> Result<Choose, Failure> {
        let (record, index) = self.held()?.record();
        Ok(view::choose::choose(record, index, self.edge.today()))
    }

    pub(in crate::app) async fn read_request(&mut self, text: String) -> Result<RequestCard, Failure> {
        let message = match share::Inbox::new().feed(&text) {
            Heard::Whole(message) if message.kind == Kind::Request => message,
            Heard::Whole(_) | Heard::Frame(_) | Heard::Again(_) | Heard::OtherMessage(_) => {
                return Err(Failure::Refused(Refusal::WrongKind));
            }
            Heard::Damaged => return Err(Failure::Refused(Refusal::Altered)),
            Heard::Newer => return Err(Failure::Refused(Refusal::Newer)),
            Heard::TooLong => return Err(Failure::Refused(Refusal::TooLarge)),
            Heard::Foreign(foreign) => return Err(Failure::Refused(Refusal::NotOurs { looks: foreign.into() })),
        };
        let request = Request::read(&message).map_err(|_| Failure::Refused(Refusal::Altered))?;
        let clock = self.clock();
        if request.is_stale(clock.unix) {
            return Err(Failure::Refused(Refusal::Used));
        }
        let card = RequestCard {
            name: request.name.clone(),
            purpose: request.purpose.code().to_owned(),
            wanted: request.wants.iter().map(|w| w.section).collect(),
            comparison: request.comparison(),
            seconds_left: request.ttl,
        };
        self.desk.request = Some((request, clock.ticks));
        Ok(card)
    }

    /// The document of a consent, with the label of each section.
    fn select(&self, consent: &Consent) -> Result<(Vec<u8>, Vec<Part>), Failure> {
        if consent.items.is_empty() {
            return Err(Failure::NothingChosen);
        }
        let held = self.held()?;
        // Who shares, and on what ground, is never guessed.
        if held.lost {
            return Err(Failure::PersonUnreadable);
        }
        if held.label.given.care.unsaid {
            return Err(Failure::NobodyKeeps);
        }
        let wanted = self.wanted(consent);
        let record = held.record().0;
        // A carer's share never says *in full*, and nothing is whole while a file does not open.
        let whole = consent.say_full && held.label.given.basis.is_none() && held.damaged.is_empty();
        let chosen = bundle::Chosen {
            items: consent.items.iter().cloned().collect(),
            in_full: if whole { Section::ALL.into_iter().collect() } else { Default::default() },
            others: wanted.into_iter().map(|section| (section, Completeness::NotShared)).collect(),
            history: true,
            audience: consent.audience.clone(),
            letters: consent.letters.iter().cloned().collect(),
        };
        let selected =
            bundle::select(record, &held.known_person(), &chosen, &self.stamp()).map_err(|_| Failure::ShareTooLarge)?;
        if selected.items.is_empty() {
            return Err(Failure::NothingChosen);
        }
        Ok((selected.document, selected.parts))
    }

    pub(in crate::app) async fn preview(&mut self, consent: Consent) -> Result<Preview, Failure> {
        let (document, parts) = self.select(&consent)?;
        let squeezed = Data::of(&document).map_err(|_| Failure::ShareTooLarge)?.squeezed.len() + OVERHEAD;
        let sample = Message { kind: Kind::Static, body: vec![0; squeezed] };
        let codes = codes(&sample)?;
        let now = self.edge.now();
        let share = self.share_of(&consent, &parts, now)?;
        let (.., page) = page(&document, share, self.edge.today()).ok_or(Failure::Garbled)?;
        let weighty = self.share_choices().await?.weighty;
        let left_out = weighty.iter().filter(|id| !consent.items.contains(id)).count();
        Ok(Preview { page, bytes: squeezed as u32, codes: codes.1 as u32, left_out: left_out as u32 })
    }

    /// The same document as a share's, read back the same way: no rule of what may leave is written twice.
    pub(in crate::app) async fn emergency_card(&mut self, items: Vec<String>) -> Result<view::card::Card, Failure> {
        let held = self.held()?;
        if held.lost {
            return Err(Failure::PersonUnreadable);
        }
        if held.label.given.care.unsaid {
            return Err(Failure::NobodyKeeps);
        }
        let (record, today) = (held.record().0, self.edge.today());
        let (items, whole) = view::card::chosen(record, &items.into_iter().collect(), today);
        let chosen = bundle::Chosen { items, in_full: whole.clone(), history: true, ..bundle::Chosen::default() };
        let selected =
            bundle::select(record, &held.known_person(), &chosen, &self.stamp()).map_err(|_| Failure::ShareTooLarge)?;
        let labels = selected.parts.iter().map(|p| (p.section, label(p.completeness))).collect();
        let share = clinician::Share { labels, by: by(&self.sharer()?), ..clinician::Share::default() };
        let (.., page) = page(&selected.document, share, today).ok_or(Failure::Garbled)?;
        let person = view::people::header(held.parcels(), Some(&held.person()), today);
        Ok(view::card::card(page, record, &whole, person, today))
    }

    /// What the share says of itself.
    fn share_of(&self, consent: &Consent, parts: &[Part], now: Timestamp) -> Result<clinician::Share, Failure> {
        Ok(clinician::Share {
            shared_at: stamp(now),
            ends_at: stamp(ends(now, consent)),
            by: by(&self.sharer()?),
            audience: consent.audience.clone(),
            purpose: consent.purpose.clone(),
            labels: parts.iter().map(|p| (p.section, label(p.completeness))).collect(),
            wanted: self.wanted(consent),
            note: consent.note.clone(),
        })
    }

    /// What the clinician asked for, if the share answers a request.
    fn wanted(&self, consent: &Consent) -> Vec<Section> {
        match (&self.desk.request, consent.mode) {
            (Some((request, _)), Mode::Hand) => request.wants.iter().map(|w| w.section).collect(),
            _ => Vec::new(),
        }
    }

    fn sharer(&self) -> Result<Sharer, Failure> {
        let given = &self.held()?.label.given;
        Ok(match given.basis {
            None => Sharer::Patient,
            Some(basis) => {
                Sharer::Carer { name: given.carer.clone(), relation: given.relation.clone(), basis: basis.into() }
            }
        })
    }

    pub(in crate::app) async fn grant(&mut self, consent: Consent) -> Result<Showing, Failure> {
        let (document, parts) = self.select(&consent)?;
        let now = self.edge.now();
        let share = self.share_of(&consent, &parts, now)?;
        let terms = Terms {
            purpose: Purpose::of(&consent.purpose),
            uses: Uses {
                view: true,
                keep: consent.may.keep,
                import: consent.may.import,
                redisclose: consent.may.redisclose,
            },
            ends: ends(now, &consent).as_second(),
            parts,
            sharer: self.sharer()?,
            note: consent.note.clone(),
            ..Terms::default()
        };
        let person = self.held()?.id;
        let random: [u8; 64] = self.random()?;
        let vault = self.vault.as_ref().ok_or(Failure::Locked)?;
        let issuer = vault.public_key(&person)?;
        let (to, comparison) = match (consent.mode, &self.desk.request) {
            (Mode::Hand, Some((request, _))) => (To::Reader(request), request.comparison()),
            (Mode::Hand, None) => return Err(Failure::NoRequest),
            (Mode::Show, _) => (To::Anyone, String::new()),
            (Mode::ShowLocked, _) => (To::AnyoneWithCode(Length::Screen), String::new()),
        };
        let unsigned = grant::prepare(terms, &document, &issuer, to, now.as_second(), &random)
            .map_err(|_| Failure::ShareTooLarge)?;
        let signature = vault.sign(&person, &unsigned.to_be_signed()).await?;
        let finished = unsigned.finish(&signature).map_err(|_| Failure::ShareTooLarge)?;
        let (drawn, need) = codes(&finished.message)?;
        let id = data_encoding::HEXLOWER.encode(&finished.claims.id);
        self.keep_given(person, &id, &consent, share, document, finished.receipt_key).await?;
        Ok(Showing {
            codes: drawn.iter().map(|(code, _)| Matrix::from(code)).collect(),
            need: need as u32,
            texts: drawn.into_iter().map(|(_, text)| text).collect(),
            spoken: finished.code.as_ref().map(|c| c.groups()).unwrap_or_default(),
            comparison,
            ends_at: stamp(ends(now, &consent)),
            id,
        })
    }

    async fn keep_given(
        &mut self,
        person: Id,
        id: &str,
        consent: &Consent,
        share: clinician::Share,
        document: Vec<u8>,
        receipt_key: Option<Zeroizing<[u8; 32]>>,
    ) -> Result<(), Failure> {
        let what = Happened::Shared {
            id: id.to_owned(),
            audience: consent.audience.clone(),
            purpose: consent.purpose.clone(),
            until: share.ends_at.clone(),
            items: consent.items.len() as u32,
            mode: consent.mode,
            opened: false,
        };
        let given = Given { share, document, receipt_key: receipt_key.map(|k| *k) };
        let vault = self.vault.as_mut().ok_or(Failure::Locked)?;
        vault.put_draft(&person, &share_name(id), wire::write(&given)).await?;
        self.log(Some(person), what).await
    }

    pub(in crate::app) async fn end_showing(&mut self) -> Result<(), Failure> {
        self.desk = Desk::default();
        Ok(())
    }

    pub(in crate::app) async fn take_receipt(&mut self, text: String) -> Result<bool, Failure> {
        let Heard::Whole(message) = share::Inbox::new().feed(&text) else {
            return Err(Failure::Refused(Refusal::Altered));
        };
        if message.kind != Kind::Receipt {
            return Err(Failure::Refused(Refusal::WrongKind));
        }
        let shared: Vec<(String, String)> = self
            .journal()
            .await?
            .into_iter()
            .filter_map(|row| match row.what {
                Happened::Shared { id, mode: Mode::Hand, .. } => Some((row.person, id)),
                _ => None,
            })
            .collect();
        for (person, id) in shared {
            let Ok(index) = self.index_of(&person) else { continue };
            let person = self.people.get(index).ok_or(Failure::NotFound)?.id;
            // An older share that no longer opens must not keep the receipt from its own.
            let Ok(Given { receipt_key: Some(key), .. }) = self.given(&person, &id).await else { continue };
            if Receipt::open(&message, &key).is_ok_and(|r| data_encoding::HEXLOWER.encode(&r.token) == id) {
                self.log(Some(person), Happened::Receipted { id }).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn given(&self, person: &Id, id: &str) -> Result<Given, Failure> {
        let vault = self.vault.as_ref().ok_or(Failure::Locked)?;
        wire::read(&vault.draft(person, &share_name(id)).await?.ok_or(Failure::NotFound)?)
    }

    pub(in crate::app) async fn share_again(&mut self, id: String) -> Result<Clinician, Failure> {
        let row = self
            .journal()
            .await?
            .into_iter()
            .find(|row| matches!(&row.what, Happened::Shared { id: i, .. } if *i == id));
        let person = row.ok_or(Failure::NotFound)?.person;
        let index = self.index_of(&person)?;
        let held = self.people.get(index).ok_or(Failure::NotFound)?;
        debug_assert_eq!(id_text(&held.id), person);
        let given = self.given(&held.id, &id).await?;
        page(&given.document, given.share, self.edge.today()).map(|(.., page)| page).ok_or(Failure::Damaged)
    }
}

fn share_name(id: &str) -> String {
    format!("share {id}")
}

fn ends(now: Timestamp, consent: &Consent) -> Timestamp {
    Timestamp::from_second(now.as_second() + i64::from(consent.minutes.max(1)) * 60).unwrap_or(now)
}

/// A document as a reader sees it: the one way, for preview, journal and received grants alike.
pub(super) fn page(document: &[u8], share: clinician::Share, today: Date) -> Option<(Record, Index, Clinician)> {
    let parcels: Option<Vec<Parcel>> = bundle::split(document).ok()?.into_iter().map(parcel).collect();
    let record = merge(parcels?);
    let index = Index::new(&record);
    let page = view::clinician::clinician(&record, &index, share, None, today);
    Some((record, index, page))
}

/// What one source gave to a share, read like any other file.
fn parcel(shared: bundle::Shared) -> Option<Parcel> {
    let mut reading = import::fhir_json(std::str::from_utf8(&shared.document).ok()?).ok()?;
    shared.beside.complete(&mut reading);
    Some(Parcel { hash: Hash::of(&shared.document), reading, note: shared.note })
}

/// A carer who shares, as the page names them.
pub(super) fn by(sharer: &Sharer) -> Option<By> {
    match sharer {
        Sharer::Patient => None,
        Sharer::Carer { name, relation, basis } => {
            Some(By { name: name.clone(), relation: relation.clone(), basis: basis.slug().to_owned() })
        }
    }
}

/// The label of a section as the reader's page has it.
pub(super) fn label(completeness: Completeness) -> Label {
    match completeness {
        Completeness::Full { held } => Label::InFull(held),
        Completeness::Selected => Label::Selected,
        Completeness::NotShared => Label::NotShared,
        Completeness::Declined => Label::Declined,
        Completeness::NothingHeld => Label::NothingHeld,
    }
}

/// Codes with their texts, and how many of them are needed: one if it fits, else frames.
pub(super) fn codes(message: &Message) -> Result<(Vec<(Code, String)>, usize), Failure> {
    let (head, digits) = message.parts();
    if let Ok(code) = Code::draw(&head, &digits, Surface::Screen) {
        return Ok((vec![(code, head + &digits)], 1));
    }
    let room = Surface::Screen.room(Surface::Screen.max_version(), frame::PREFIX.len());
    let frames = frame::split(message, room).map_err(|_| Failure::ShareTooLarge)?;
    let need = frames.first().map_or(0, |f| f.of.needed());
    let drawn = frames.iter().map(|frame| {
        let digits = frame.digits();
        let code = Code::draw(frame::PREFIX, &digits, Surface::Screen).map_err(|_| Failure::ShareTooLarge)?;
        Ok((code, format!("{}{digits}", frame::PREFIX)))
    });
    Ok((drawn.collect::<Result<_, Failure>>()?, need))
}

impl From<&Code> for Matrix {
    fn from(code: &Code) -> Self {
        Matrix { size: code.size as u16, dark: code.modules.clone() }
    }
}

impl From<Basis> for share::Basis {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::Consent => share::Basis::Consent,
            Basis::ParentalResponsibility => share::Basis::ParentalResponsibility,
            Basis::Attorney => share::Basis::Attorney,
            Basis::Deputy => share::Basis::Deputy,
            Basis::WelfareAttorneyScotland | Basis::GuardianScotland => share::Basis::WelfareAttorneyOrGuardian,
            Basis::BestInterests => share::Basis::BestInterests,
        }
    }
}

impl From<Uses> for May {
    fn from(uses: Uses) -> Self {
        May { keep: uses.keep, import: uses.import, redisclose: uses.redisclose }
    }
}

impl From<share::Foreign> for wire::Looks {
    fn from(foreign: share::Foreign) -> Self {
        match foreign {
            share::Foreign::HealthLink => wire::Looks::SmartHealthLink,
            share::Foreign::HealthCard => wire::Looks::SmartHealthCard,
            share::Foreign::EuCertificate => wire::Looks::EuCertificate,
            share::Foreign::Address => wire::Looks::WebAddress,
            share::Foreign::Text | share::Foreign::Empty => wire::Looks::Other,
        }
    }
}
