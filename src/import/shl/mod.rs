//! SMART Health Links (HL7 SMART Health Cards and Links 1.0), the part that needs no network: what a link says, what is
//! asked of its host, what the host's answers mean, and how its files are opened. Fetching is for the one worker that
//! may (`app::network`); what it brings goes through [`open`](super::open) file by file.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::json;
use super::node::Node;

mod jwe;

pub use jwe::{Opened, decrypt};

/// Largest text of a link, in bytes.
const LONGEST: usize = 8 << 10;
/// Most files of one manifest.
const FILES: usize = 1_000;
/// Longest encrypted file that is asked for inside the manifest, in characters (`embeddedLengthMax`).
const EMBEDDED: u32 = 1 << 20;

/// A link that can be followed. Its key has no `Debug`.
pub struct Link {
    /// Where its manifest is, or with the flag U its only file.
    pub url: String,
    /// The key that opens its files.
    pub key: Zeroizing<[u8; 32]>,
    /// What it says it is, in its sharer's words; empty if nothing.
    pub label: String,
    /// Until when it works, seconds since 1970; `None` if it does not say.
    pub ends: Option<i64>,
    /// L: its content may change, and can be asked for again.
    pub long_term: bool,
    /// P: a passcode is asked for.
    pub passcode: bool,
    /// U: it leads to one encrypted file, without a manifest.
    pub direct: bool,
}

/// Why a text is no link that can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum LinkError {
    /// It is no link at all.
    #[error("not a Health Link")]
    NotALink,
    /// It can't be read as one.
    #[error("a Health Link that can't be read")]
    Malformed,
    /// It follows a later version of the rules.
    #[error("a Health Link of version {0}")]
    Newer(u32),
    /// It leads to no https address.
    #[error("a Health Link without a safe address")]
    UnsafeAddress,
    /// It is the encrypted file that some link leads to, without the link.
    #[error("the file of a Health Link, without its link")]
    Sealed,
    /// Its key is none.
    #[error("a Health Link without a usable key")]
    BadKey,
}

impl Link {
    /// Reads `shlink:/…`, in any case, alone or behind a viewer's address and `#`. Members that are not known are left
    /// alone; a version beyond 1 stops (§ SMART Health Link payload).
    pub fn read(text: &str) -> Result<Link, LinkError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.len() > LONGEST || text.contains(char::is_whitespace) {
            return Err(LinkError::NotALink);
        }
        let Some(payload) = bare(text) else {
            let jwe = text.starts_with("eyJ") && text.matches('.').count() == 4;
            return Err(if jwe { LinkError::Sealed } else { LinkError::NotALink });
        };
        let bytes = data_encoding::BASE64URL_NOPAD.decode(payload.trim_end_matches('=').as_bytes());
        let payload = bytes.ok().and_then(|b| String::from_utf8(b).ok()).ok_or(LinkError::Malformed)?;
        let root = json::parse(&payload).map_err(|_| LinkError::Malformed)?;
        if !root.is_object() || root.twice().is_some() {
            return Err(LinkError::Malformed);
        }
        match root.get("v") {
            Node::Null => {}
            Node::Number(v) => match v.parse::<u32>().map_err(|_| LinkError::Malformed)? {
                1 => {}
                newer => return Err(LinkError::Newer(newer)),
            },
            _ => return Err(LinkError::Malformed),
        }
        let url = root.get("url").words().to_owned();
        host(&url).ok_or(LinkError::UnsafeAddress)?;
        let key =
            data_encoding::BASE64URL_NOPAD.decode(root.get("key").words().as_bytes()).map_err(|_| LinkError::BadKey)?;
        let key: [u8; 32] = key.try_into().map_err(|_| LinkError::BadKey)?;
        let flags = root.get("flag").words();
        let (passcode, direct) = (flags.contains('P'), flags.contains('U'));
        // A file that is fetched directly has nobody who could ask for a passcode.
        if passcode && direct {
            return Err(LinkError::Malformed);
        }
        Ok(Link {
            url,
            key: Zeroizing::new(key),
            label: root.get("label").words().chars().filter(|c| !c.is_control()).take(80).collect(),
            // Some issuers write the number as a text.
            ends: root.get("exp").plain().split('.').next().and_then(|e| e.parse().ok()),
            long_term: flags.contains('L'),
            passcode,
            direct,
        })
    }

    /// The host that will be asked, for the person to agree to.
    pub fn host(&self) -> &str {
        host(&self.url).unwrap_or_default()
    }

    /// True if it says that its time is over.
    pub fn is_over(&self, now: i64) -> bool {
        self.ends.is_some_and(|end| end < now)
    }

    /// What is asked of the host first: with U the file itself, else the manifest. `recipient` is who looks at it, as the
    /// person wants to be called; the passcode is asked for where [`Link::passcode`] says so.
    pub fn ask(&self, recipient: &str, passcode: Option<&str>) -> Ask {
        // What stands behind a # is never sent.
        let url = self.url.split('#').next().unwrap_or_default();
        if self.direct {
            let mark = if url.contains('?') { '&' } else { '?' };
            return Ask { url: format!("{url}{mark}recipient={}", escaped(recipient)), body: None };
        }
        let mut body = serde_json::Map::new();
        body.insert("recipient".to_owned(), recipient.into());
        body.insert("embeddedLengthMax".to_owned(), EMBEDDED.into());
        if let Some(passcode) = passcode.filter(|_| self.passcode) {
            body.insert("passcode".to_owned(), passcode.into());
        }
        Ask { url: url.to_owned(), body: Some(serde_json::Value::Object(body).to_string()) }
    }
}

/// What is asked of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Where.
    pub url: String,
    /// The JSON to POST; `None` for a GET.
    pub body: Option<String>,
}

/// The payload of a link, behind its scheme.
fn bare(text: &str) -> Option<&str> {
    let scheme = |t: &str| t.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("shlink:/"));
    if scheme(text) {
        return text.get(8..);
    }
    let (viewer, link) = text.split_once('#')?;
    let web = viewer.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://"))
        || viewer.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("http://"));
    if web && scheme(link) { link.get(8..) } else { None }
}

/// The host of an https address, as written, with its port; plain http only to this same machine, where developers test.
/// Only what can be read in one way: letters, digits, hyphens and dots of ASCII (a name in other letters is there in its
/// `xn--` form), so that the host that is shown is the host that is asked.
pub fn host(url: &str) -> Option<&str> {
    let (rest, safe) = match url.strip_prefix("https://") {
        Some(rest) => (rest, true),
        None => (url.strip_prefix("http://")?, false),
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let (name, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let fits = !name.is_empty() && name.chars().all(plain) && port.parse::<u16>().is_ok();
    (fits && (safe || matches!(name, "localhost" | "127.0.0.1"))).then_some(authority)
}

/// A text in a query (RFC 3986 §2.1).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What a host's answer to [`Link::ask`] means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An encrypted file (flag U).
    File(String),
    /// The files that there are.
    Manifest(Manifest),
    /// The passcode was wrong, or is missing; so many attempts are left, if it says so.
    WrongPasscode(Option<u32>),
    /// It is no longer shared, or never was.
    Gone,
    /// Too many have asked; ask again after so many seconds, if it says so.
    Busy(Option<u32>),
    /// Nothing that the rules know: the status.
    Odd(u16),
}

/// The files behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What the host says of all of them together.
    pub status: Status,
    /// The files, in the host's order.
    pub files: Vec<Listed>,
}

/// What a host says of a file, or of all: `status` of the manifest (STU 1) and of each file (since then).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Nothing, or nothing that is known.
    #[default]
    NotSaid,
    /// `finalized`: it will not change.
    Finalized,
    /// `can-change`: it may change, and can be asked for again.
    CanChange,
    /// `no-longer-valid`.
    NoLongerValid,
    /// `retracted`: taken back.
    Retracted,
    /// `entered-in-error`.
    EnteredInError,
}

impl Status {
    /// Reads the code.
    fn of(code: &str) -> Status {
        match code {
            "finalized" => Status::Finalized,
            "can-change" => Status::CanChange,
            "no-longer-valid" => Status::NoLongerValid,
            "retracted" => Status::Retracted,
            "entered-in-error" => Status::EnteredInError,
            _ => Status::NotSaid,
        }
    }

    /// True if its sender no longer stands by it: it must not be shown as a record that holds.
    pub fn is_withdrawn(self) -> bool {
        matches!(self, Status::NoLongerValid | Status::Retracted | Status::EnteredInError)
    }
}

/// One file of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its media type as the host says it.
    pub content_type: String,
    /// What the host says of it.
    pub status: Status,
    /// The encrypted file itself, if it stands in the manifest.
    pub embedded: Option<String>,
    /// Where it can be fetched, for at most an hour; only if it is an https address.
    pub location: Option<String>,
}

/// Reads a host's answer: its status, the header `retry-after`, and its body.
pub fn answer(link: &Link, status: u16, retry_after: Option<&str>, body: &str) -> Answer {
    match status {
        200..=299 if link.direct => Answer::File(body.trim().to_owned()),
        200..=299 => manifest(body).map_or(Answer::Odd(status), Answer::Manifest),
        401 => {
            let left = json::parse(body).ok().and_then(|n| n.get("remainingAttempts").plain().parse().ok());
            Answer::WrongPasscode(left)
        }
        404 | 410 => Answer::Gone,
        429 => Answer::Busy(retry_after.and_then(|r| r.trim().parse().ok())),
        other => Answer::Odd(other),
    }
}

fn manifest(body: &str) -> Option<Manifest> {
    let root = json::parse(body).ok().filter(|n| n.is_object() && n.twice().is_none())?;
    let files = root.get("files").each();
    let listed = |file: &Node<'_>| Listed {
        content_type: file.get("contentType").words().to_owned(),
        status: Status::of(file.get("status").words()),
        embedded: file.get("embedded").text().map(|t| t.trim().to_owned()),
        location: file.get("location").text().filter(|l| host(l).is_some()).map(str::to_owned),
    };
    (files.len() <= FILES && files.iter().all(Node::is_object))
        .then(|| Manifest { status: Status::of(root.get("status").words()), files: files.iter().map(listed).collect() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
