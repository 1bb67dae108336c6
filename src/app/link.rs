//! What the parser worker is asked about a SMART Health Link, and what it answers. The link's text goes with each
//! question and nothing is remembered: the worker that reads what a strange host sends has no network and keeps nothing.
//!
//! ```text
//! text ─Read─► LinkCard ─consent─► Request ─network worker─► Answer ─► files, encrypted ─parser worker─► readings
//! ```

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::import::shl::{self, Link};
pub use crate::import::shl::{LinkError, Status};

use super::wire::{self, Failure, Secret};

/// One question about a link.
#[derive(Serialize, Deserialize)]
pub enum LinkAsk {
    /// What does it say? Answered with a `Result<LinkCard, LinkError>`.
    Read {
        /// The link.
        text: Secret,
    },
    /// What is to be asked of its host? Answered with a `Result<Request, LinkError>`.
    Request {
        /// The link.
        text: Secret,
        /// Who asks, as the host will be told.
        recipient: String,
        /// The passcode; empty if there is none.
        passcode: Secret,
    },
    /// What does the host's answer mean, whose body travels beside? Answered with a `Result<Answered, LinkError>`; files
    /// that stand in the answer travel beside it.
    Answer {
        /// The link.
        text: Secret,
        /// The status of HTTP.
        status: u16,
        /// The header `Retry-After`.
        retry_after: Option<String>,
    },
}

/// A link as the person sees it before anybody is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCard {
    /// Where it leads.
    pub url: String,
    /// The host there, as the link writes it.
    pub host: String,
    /// What it says it is; empty if nothing.
    pub label: String,
    /// Until when it says it works, RFC 3339.
    pub ends: Option<String>,
    /// That time is over.
    pub over: bool,
    /// Its content may change later.
    pub long_term: bool,
    /// It wants a passcode.
    pub passcode: bool,
}

/// What is asked of a host.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Where.
    pub url: String,
    /// The JSON to POST; `None` for a GET.
    pub body: Option<Secret>,
}

/// What a host's answer means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answered {
    /// The files that there are.
    Files(Vec<LinkFile>),
    /// The passcode is wrong, or missing; so many attempts are left, if it says so.
    WrongPasscode(Option<u32>),
    /// No longer shared, or never was.
    Gone,
    /// Asked too often; again after so many seconds, if it says so.
    Busy(Option<u32>),
    /// Nothing that the rules know.
    Odd(u16),
}

/// One file behind a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFile {
    /// What its host says of it, or of all files together if that is worse.
    pub status: Status,
    /// It is a key to another service, and no record (`application/smart-api-access`).
    pub is_access: bool,
    /// Where it is.
    pub place: Place,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the answer: it travels beside, in this place.
    Beside(u32),
    /// At this address, for an hour at most.
    At(String),
    /// Nowhere that could be asked.
    Nowhere,
}

/// Answers a question: what is said, and the files beside it.
pub fn answer(ask: LinkAsk, body: &[u8], now: Timestamp) -> (Vec<u8>, Vec<Vec<u8>>) {
    match ask {
        LinkAsk::Read { text } => (wire::write(&Link::read(&text.0).map(|link| card(&link, now))), Vec::new()),
        LinkAsk::Request { text, recipient, passcode } => {
            let request = Link::read(&text.0).map(|link| {
                let passcode = Some(passcode.0.as_str()).filter(|p| !p.is_empty());
                let shl::Ask { url, body } = link.ask(&recipient, passcode);
                Request { url, body: body.map(Secret) }
            });
            (wire::write(&request), Vec::new())
        }
        LinkAsk::Answer { text, status, retry_after } => {
            let mut beside = Vec::new();
            let answered = Link::read(&text.0).map(|link| {
                let Ok(body) = std::str::from_utf8(body) else { return Answered::Odd(status) };
                match shl::answer(&link, status, retry_after.as_deref(), body) {
                    shl::Answer::File(jwe) => {
                        beside.push(jwe.into_bytes());
                        let place = Place::Beside(0);
                        Answered::Files(vec![LinkFile { status: Status::NotSaid, is_access: false, place }])
                    }
                    shl::Answer::Manifest(found) => Answered::Files(files(found, &mut beside)),
                    shl::Answer::WrongPasscode(left) => Answered::WrongPasscode(left),
                    shl::Answer::Gone => Answered::Gone,
                    shl::Answer::Busy(seconds) => Answered::Busy(seconds),
                    shl::Answer::Odd(status) => Answered::Odd(status),
                }
            });
            (wire::write(&answered), beside)
        }
    }
}

fn card(link: &Link, now: Timestamp) -> LinkCard {
    LinkCard {
        url: link.url.clone(),
        host: link.host().to_owned(),
        label: link.label.clone(),
        ends: link.ends.and_then(|ends| Timestamp::from_second(ends).ok()).map(|t| t.to_string()),
        over: link.is_over(now.as_second()),
        long_term: link.long_term,
        passcode: link.passcode,
    }
}

fn files(found: shl::Manifest, beside: &mut Vec<Vec<u8>>) -> Vec<LinkFile> {
    let all = found.status;
    found
        .files
        .into_iter()
        .map(|file| {
            let place = match (file.embedded, file.location) {
                (Some(jwe), _) => {
                    beside.push(jwe.into_bytes());
                    Place::Beside(beside.len() as u32 - 1)
                }
                (None, Some(at)) => Place::At(at),
                (None, None) => Place::Nowhere,
            };
            let status = if all.is_withdrawn() { all } else { file.status };
            LinkFile { status, is_access: is_access(&file.content_type), place }
        })
        .collect()
}

/// A SMART App Launch token response: whoever has it may read at another service.
fn is_access(content_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/smart-api-access")
}

/// Opens an encrypted file with the key of its link: its bytes, and an ending for its name.
///
/// # Errors
/// [`Failure::LinkKey`] if that key does not open it, or it is no file of a link; [`Failure::LinkAccess`] if it is a key
/// to another service.
pub fn open(jwe: &[u8], link: &str) -> Result<(Vec<u8>, &'static str), Failure> {
    let link = Link::read(link).map_err(|_| Failure::LinkKey)?;
    let jwe = std::str::from_utf8(jwe).map_err(|_| Failure::LinkKey)?;
    let opened = shl::decrypt(jwe, &link.key).map_err(|_| Failure::LinkKey)?;
    let kind = opened.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let ending = match kind.as_str() {
        _ if is_access(&kind) => return Err(Failure::LinkAccess),
        "application/smart-health-card" => ".smart-health-card",
        "application/pdf" => ".pdf",
        "application/fhir+xml" | "application/xml" | "text/xml" => ".xml",
        _ if kind.is_empty() || kind.contains("json") => ".json",
        _ => "",
    };
    Ok((opened.bytes, ending))
}

/// Why a link brought nothing. Each has a sentence, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is none that can be followed.
    Link(LinkError),
    /// Nothing came: no network, the host is down, or it does not answer to web pages (CORS). A browser does not tell
    /// these apart.
    Unreachable,
    /// The website that Tessera came from forbids it: its headers let nobody ask other hosts.
    Forbidden,
    /// The host wanted to send us on to another address; nobody went there.
    Redirected,
    /// More than this many bytes came.
    TooLarge(u64),
    /// The host began to answer, or did not, and fell silent.
    Silent,
    /// The passcode is wrong; so many attempts are left, if the host says so.
    WrongPasscode(Option<u32>),
    /// No longer shared.
    Gone,
    /// The address of a file does not hold any more.
    FileGone,
    /// Asked too often; again after so many seconds, if the host says so.
    Busy(Option<u32>),
    /// An answer that the rules do not know: its status.
    Odd(u16),
    /// There is no file.
    NoFiles,
    /// Something else failed here.
    Failure(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Trouble::Failure(failure)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    const KEY: &str = "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q";

    fn link(flag: &str) -> Secret {
        let payload = format!(r#"{{"url":"https://a.example/m","key":"{KEY}","flag":"{flag}","exp":1767225600}}"#);
        Secret(format!("shlink:/{}", data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes())))
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_767_225_601).unwrap()
    }

    #[test]
    fn a_card_says_what_a_person_must_know_and_never_the_key() {
        let (said, _) = answer(LinkAsk::Read { text: link("LP") }, &[], now());
        assert!(!String::from_utf8_lossy(&said).contains("rxTg"));
        let card = wire::read::<Result<LinkCard, LinkError>>(&said).unwrap().unwrap();
        assert_eq!((card.host.as_str(), card.ends.as_deref()), ("a.example", Some("2026-01-01T00:00:00Z")));
        assert!(card.over && card.long_term && card.passcode);
    }

    #[test]
    fn the_host_is_never_told_the_key() {
        let ask = LinkAsk::Request { text: link("P"), recipient: "Siân".into(), passcode: Secret("0000".into()) };
        let (said, _) = answer(ask, &[], now());
        assert!(!String::from_utf8_lossy(&said).contains("rxTg"));
        let request = wire::read::<Result<Request, LinkError>>(&said).unwrap().unwrap();
        assert_eq!(request.url, "https://a.example/m");
        let body: serde_json::Value = serde_json::from_str(&request.body.unwrap().0).unwrap();
        assert_eq!((body["recipient"].as_str(), body["passcode"].as_str()), (Some("Siân"), Some("0000")));
        assert!(body["embeddedLengthMax"].as_u64().is_some_and(|most| most > 0));
    }

    fn check(status: u16, body: &str, expected: Answered) -> Vec<Vec<u8>> {
        let ask = LinkAsk::Answer { text: link("P"), status, retry_after: Some("120".into()) };
        let (said, beside) = answer(ask, body.as_bytes(), now());
        assert_eq!(wire::read::<Result<Answered, LinkError>>(&said).unwrap().unwrap(), expected, "{status} {body}");
        beside
    }

    #[test]
    fn files_are_told_by_where_they_are_and_what_their_sender_says_of_them() {
        let file = |status, is_access, place| LinkFile { status, is_access, place };
        let body = r#"{"files":[
            {"contentType":"application/fhir+json;fhirVersion=4.0.1","embedded":"aaa","status":"finalized"},
            {"contentType":"application/smart-health-card","location":"https://b.example/1","status":"retracted"},
            {"contentType":"application/smart-api-access","embedded":"bbb"},
            {"contentType":"application/fhir+json","location":"http://b.example/1"}]}"#;
        let beside = check(
            200,
            body,
            Answered::Files(vec![
                file(Status::Finalized, false, Place::Beside(0)),
                file(Status::Retracted, false, Place::At("https://b.example/1".into())),
                file(Status::NotSaid, true, Place::Beside(1)),
                file(Status::NotSaid, false, Place::Nowhere),
            ]),
        );
        assert_eq!(beside, [b"aaa".to_vec(), b"bbb".to_vec()]);
        // STU 1 says it once for all files.
        let body = r#"{"status":"no-longer-valid","files":[{"contentType":"application/fhir+json","embedded":"a"}]}"#;
        check(200, body, Answered::Files(vec![file(Status::NoLongerValid, false, Place::Beside(0))]));
    }

    #[test]
    fn a_hosts_refusals_are_told_apart() {
        check(401, r#"{"remainingAttempts":4}"#, Answered::WrongPasscode(Some(4)));
        check(404, "", Answered::Gone);
        check(429, "", Answered::Busy(Some(120)));
        check(503, "", Answered::Odd(503));
        check(200, "<html>", Answered::Odd(200));
    }

    #[test]
    fn what_the_key_does_not_open_is_nothing() {
        assert_eq!(open(b"eyJ.a.b.c.d", &link("").0).err(), Some(Failure::LinkKey));
        assert_eq!(open(&[0xFF], &link("").0).err(), Some(Failure::LinkKey));
    }
}
