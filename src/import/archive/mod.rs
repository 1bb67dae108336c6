//! Files that hold other files: gzip (RFC 1952) and ZIP (PKWARE APPNOTE 6.3), within [`LIMITS`](super::LIMITS).
//!
//! What comes out is counted while it comes out; no size that a file declares is believed. Names inside are for people
//! only, and made safe; nothing is ever written under them.

mod beside;
mod inflate;
mod zip;

use std::collections::HashMap;
use std::io::Read;
use std::ops::ControlFlow;

use super::{File, Format, ImportError, LIMITS, Phase, Progress, READER, envelope, issue, read, safe_name, tell};
use crate::record::{Hash, IssueCode, Outcome, Person, Reading, Severity, guard};
pub use inflate::{inflate, inflate_within, inflate_zlib};
use zip::{Content, Inner, Zip};
pub use zip::{kind, part};

/// Hears how far the reading is, and may break it off.
type Tell<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;
/// Takes a file that was read.
type Take<'a> = &'a mut dyn FnMut(File);

/// Whatever its ratio, this much may come out: small texts that repeat themselves pack very well.
const FREE: u64 = 10 << 20;

/// How much may come out of so many packed bytes.
fn allowed(packed: u64) -> u64 {
    packed.saturating_mul(LIMITS.ratio).max(FREE)
}

/// The one file inside a gzip stream (RFC 1952), and the name that stands in its header.
///
/// # Errors
/// [`ImportError::BadArchive`] if it is damaged, [`ImportError::TooLarge`] if it unpacks to more than
/// [`LIMITS`]`.bytes` or to more than [`LIMITS`]`.ratio` times its own size; [`ImportError::Nested`] if an archive is
/// inside.
pub fn gunzip(bytes: &[u8]) -> Result<(Option<String>, Vec<u8>), ImportError> {
    let limit = LIMITS.bytes.min(allowed(bytes.len() as u64));
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
    let mut out = Vec::new();
    Read::by_ref(&mut decoder).take(limit + 1).read_to_end(&mut out).map_err(|_| ImportError::BadArchive)?;
    if out.len() as u64 > limit {
        return Err(ImportError::TooLarge { limit });
    }
    if super::detect::is_gzip(&out) || (super::detect::is_zip(&out) && kind(&out) == Format::Zip) {
        // An archive in an archive: depth 1 is the limit.
        return Err(ImportError::Nested);
    }
    let name = flate2::read::GzDecoder::new(bytes);
    let name = name.header().and_then(|h| h.filename()).map(|n| String::from_utf8_lossy(n).into_owned());
    Ok((name, out))
}

/// Reads the file inside a gzip stream, and gives the stream itself as an archive of one.
///
/// # Errors
/// As [`gunzip`], and as [`super::open`] for the file inside: there is no other.
pub fn gzip(bytes: &[u8], name: String, progress: Tell<'_>, take: Take<'_>) -> Result<File, ImportError> {
    let (inner_name, inner) = gunzip(bytes)?;
    let outer = name.strip_suffix(".gz").unwrap_or(&name);
    let inner_name = inner_name.map(|n| safe_name(&n)).filter(|n| !n.is_empty()).unwrap_or_else(|| outer.to_owned());
    let (_, mut reading) = read(&inner, &inner_name, progress)?;
    envelope::open(&inner, &inner_name, &mut reading, progress, take)?;
    let mut listing = Listing::new("gzip");
    listing.file(&inner_name, &Ok(&reading));
    take(File { name: inner_name, hash: Hash::of(&inner), bytes: Some(inner), reading: Ok(reading) });
    Ok(File { name, hash: Hash::of(bytes), bytes: None, reading: Ok(listing.reading) })
}

/// Reads every file inside a ZIP, one after the other. One that can't be read costs no other.
///
/// # Errors
/// [`ImportError::BadArchive`], [`ImportError::TooMany`]; where no file at all could be read, why the first could not.
pub fn zip(bytes: &[u8], name: String, progress: Tell<'_>, take: Take<'_>) -> Result<File, ImportError> {
    let mut zip = Zip::open(bytes)?;
    let count = zip.len();
    let mut listing = Listing::new("ZIP");
    let mut failed = None;
    let mut read_any = false;
    let (mut waiting, mut beside) = (Vec::new(), HashMap::new());
    for number in 0..count {
        let place = (number as u32 + 1, count as u32);
        let progress: Tell<'_> = &mut |told: Progress| progress(Progress { file: place, ..told });
        tell(progress, Phase::Opening, 0, 0)?;
        let Some(Inner { path, renamed, content }) = zip.entry(number) else { continue };
        if renamed {
            listing.reading.issues.push(issue(Severity::Warning, IssueCode::UnsafeName, &path, ""));
        }
        let Content::File(content) = content else {
            listing.reading.ledger.add(path, "folder or system file", Outcome::Kept, None);
            continue;
        };
        let file_name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let file = match content {
            Ok(inner) if inner.is_empty() => {
                File { name: file_name, hash: Hash::of(&inner), bytes: None, reading: Err(ImportError::Empty) }
            }
            Ok(inner) => {
                let reading = match read(&inner, &file_name, progress) {
                    Err(ImportError::Cancelled) => return Err(ImportError::Cancelled),
                    Err(other) => Err(other),
                    Ok((_, mut reading)) => {
                        envelope::open(&inner, &file_name, &mut reading, progress, take)?;
                        Ok(reading)
                    }
                };
                File { name: file_name, hash: Hash::of(&inner), bytes: Some(inner), reading }
            }
            Err(error) => File { name: file_name, hash: Hash::default(), bytes: None, reading: Err(error) },
        };
        listing.file(&path, &file.reading.as_ref());
        match &file.reading {
            Ok(_) => read_any = true,
            Err(error) => failed = failed.or_else(|| Some(error.clone())),
        }
        match &file.reading {
            // A record whose letters travel beside it waits for them.
            Ok(reading) if beside::asks(reading) => waiting.push(file),
            _ => {
                beside.insert(file.name.to_lowercase(), file.hash);
                take(file);
            }
        }
    }
    for mut file in waiting {
        if let Ok(reading) = &mut file.reading {
            beside::join(reading, &beside);
        }
        take(file);
    }
    for _ in 0..zip.lost {
        listing.lost();
    }
    match failed {
        Some(error) if !read_any => Err(error),
        None if !read_any => Err(ImportError::Empty),
        _ => Ok(File { name, hash: Hash::of(bytes), bytes: None, reading: Ok(listing.reading) }),
    }
}

/// The reading of an archive: what is inside, a line each. *Shown* is what was read as a file of its own.
struct Listing {
    reading: Reading,
}

impl Listing {
    fn new(format: &str) -> Self {
        Self { reading: Reading { reader: READER, format: format.to_owned(), ..Reading::default() } }
    }

    fn file(&mut self, path: &str, read: &Result<&Reading, &ImportError>) {
        match read {
            Ok(reading) => {
                let kind = format!("{} {}", reading.format, reading.version);
                self.reading.ledger.add(path, kind.trim(), Outcome::Shown, None);
                for person in &reading.people {
                    // The same person as named before, or at least as sure to be: whose the archive is.
                    let known = |held: &Person| {
                        *held == Person { at: held.at.clone(), ..person.clone() }
                            || guard::compare(held, std::slice::from_ref(person)).is_match()
                    };
                    if !self.reading.people.iter().any(known) {
                        self.reading.people.push(person.clone());
                    }
                }
            }
            Err(error) => {
                self.reading.ledger.add(path, "file", Outcome::NotUnderstood, Some(IssueCode::FileInside));
                self.reading.issues.push(issue(Severity::Error, IssueCode::FileInside, path, &error.to_string()));
            }
        }
    }

    fn lost(&mut self) {
        self.reading.ledger.add("", "file", Outcome::NotUnderstood, Some(IssueCode::FileInside));
        self.reading.issues.push(issue(Severity::Error, IssueCode::FileInside, "", "the directory is damaged"));
    }
}
