use std::io::{Cursor, Read};

use ::zip::CompressionMethod;
use ::zip::read::{Config, OwnedZipFileEntry, ZipFileEntry};
use ::zip::unstable::read::ZipIterable;

use super::allowed;
use crate::import::{Format, ImportError, LIMITS, detect, safe_name};

/// A ZIP whose directory was found. Entries of the same name stay apart.
pub struct Zip<'b> {
    bytes: &'b [u8],
    entries: Vec<OwnedZipFileEntry>,
    /// Entries that the directory promises and that can't be read from it.
    pub lost: usize,
    /// Bytes that have come out so far.
    unpacked: u64,
}

/// One entry of a ZIP.
pub struct Inner {
    /// Its place: folders and name, made safe, joined by `/`.
    pub path: String,
    /// The name that the archive gives was no safe path; `path` is another.
    pub renamed: bool,
    /// What it is.
    pub content: Content,
}

/// What an entry of a ZIP is.
pub enum Content {
    /// A folder, a link, or a file by which a system remembers how it showed a folder.
    Aside,
    /// A file, unpacked; or why it can't be.
    File(Result<Vec<u8>, ImportError>),
}

impl<'b> Zip<'b> {
    /// Finds the directory.
    ///
    /// # Errors
    /// [`ImportError::BadArchive`] if there is none, [`ImportError::TooMany`] beyond [`LIMITS`]`.entries`.
    pub fn open(bytes: &'b [u8]) -> Result<Self, ImportError> {
        let mut zip =
            ZipIterable::try_new(Cursor::new(bytes), Config::default()).map_err(|_| ImportError::BadArchive)?;
        if zip.len() > LIMITS.entries {
            return Err(ImportError::TooMany { limit: LIMITS.entries });
        }
        let promised = zip.len();
        let found = zip.files().map_err(|_| ImportError::BadArchive)?;
        let entries: Vec<_> = found.map_while(Result::ok).map(OwnedZipFileEntry::from).collect();
        if entries.is_empty() && promised > 0 {
            return Err(ImportError::BadArchive);
        }
        Ok(Self { bytes, lost: promised - entries.len(), entries, unpacked: 0 })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Unpacks one entry; `None` if there is none of this number.
    pub fn entry(&mut self, number: usize) -> Option<Inner> {
        let entry = self.entries.get(number)?;
        let given =
            entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), |n| n.into_owned());
        let folder = entry.is_dir() || given.ends_with(['/', '\\']);
        let (path, renamed) = safe_path(&given, number);
        if folder || entry.is_symlink() || is_aside(&path) {
            return Some(Inner { path, renamed: false, content: Content::Aside });
        }
        let left = LIMITS.unpacked.min(allowed(self.bytes.len() as u64)).saturating_sub(self.unpacked);
        let content = unpack(entry.as_ref(), self.bytes, left);
        if let Ok(bytes) = &content {
            self.unpacked += bytes.len() as u64;
        }
        Some(Inner { path, renamed, content: Content::File(content) })
    }
}

fn unpack(entry: ZipFileEntry<'_>, bytes: &[u8], left: u64) -> Result<Vec<u8>, ImportError> {
    if entry.encrypted() {
        return Err(ImportError::Encrypted);
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(ImportError::Packing);
    }
    let limit = LIMITS.entry.min(allowed(entry.compressed_size())).min(left);
    let declared = entry.size();
    let mut reader = Cursor::new(bytes);
    let mut file = entry.with_reader(&mut reader, Default::default()).map_err(|_| ImportError::BadArchive)?;
    // The declared size only saves growing; a false one costs nothing.
    let mut out = Vec::with_capacity(usize::try_from(declared.min(limit).min(64 << 20)).unwrap_or_default());
    Read::by_ref(&mut file).take(limit + 1).read_to_end(&mut out).map_err(|_| ImportError::BadArchive)?;
    if out.len() as u64 > limit {
        return Err(ImportError::TooLarge { limit });
    }
    Ok(out)
}

/// A path that stays inside its archive, and whether it had to be changed for that.
fn safe_path(given: &str, number: usize) -> (String, bool) {
    let drive = |part: &str| part.len() == 2 && part.ends_with(':');
    let parts: Vec<&str> = given.split(['/', '\\']).collect();
    let plain: Vec<String> = parts
        .iter()
        .filter(|p| !p.is_empty() && !matches!(**p, "." | "..") && !drive(p))
        .map(|p| safe_name(p))
        .filter(|p| !p.is_empty())
        .collect();
    let escapes = given.starts_with(['/', '\\']) || parts.iter().any(|p| *p == ".." || drive(p));
    if plain.is_empty() {
        return (format!("{}", number + 1), true);
    }
    (plain.join("/"), escapes)
}

/// Files by which a system remembers how it showed a folder. They hold nothing of anybody's record.
fn is_aside(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    // `safe_name` takes the dot from `.DS_Store` and `._name`.
    path.split('/').any(|part| part == "__MACOSX") || matches!(last, "DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// What a file that begins as a ZIP is: an office document (ECMA-376, ODF 1.3 part 2) or an archive of any files.
pub fn kind(bytes: &[u8]) -> Format {
    // Opening the directory costs as much as it is long: an office document's is short.
    let Ok(mut zip) = ZipIterable::try_new(Cursor::new(bytes), Config::default()) else { return Format::Zip };
    let Ok(files) = zip.files() else { return Format::Zip };
    let mut types = false;
    let mut found = None;
    for entry in files.map_while(Result::ok).take(2000) {
        match entry.name_raw() {
            b"[Content_Types].xml" => types = true,
            b"word/document.xml" | b"word/document2.xml" => found = found.or(Some(Format::Docx)),
            b"xl/workbook.xml" | b"xl/workbook.bin" => found = found.or(Some(Format::Xlsx)),
            b"ppt/presentation.xml" => found = found.or(Some(Format::Pptx)),
            // An OpenDocument file names its type first, unpacked (ODF 1.3 part 2 §3.3).
            b"mimetype" if detect::is_odf(bytes) => return Format::Odf,
            _ => {}
        }
    }
    found.filter(|_| types).unwrap_or(Format::Zip)
}

/// One part of an office document, within the limits; `None` if it is not there or can't be unpacked.
pub fn part(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
    let zip = Zip::open(bytes).ok()?;
    let entry = zip.entries.iter().find(|e| e.name().is_ok_and(|n| wanted(&n)))?;
    unpack(entry.as_ref(), bytes, LIMITS.entry.min(allowed(bytes.len() as u64))).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(given: &str, path: &str, renamed: bool) {
        assert_eq!(safe_path(given, 4), (path.to_owned(), renamed), "{given}");
    }

    #[test]
    fn no_name_leads_out_of_its_archive() {
        check("a/b.json", "a/b.json", false);
        check("../../etc/passwd", "etc/passwd", true);
        check("/etc/passwd", "etc/passwd", true);
        check("C:\\Users\\x.json", "Users/x.json", true);
        check("a/./b//c.json", "a/b/c.json", false);
        check("..", "5", true);
        check("", "5", true);
        check("a/\u{202E}nosj.exe", "a/nosj.exe", false);
    }
}
