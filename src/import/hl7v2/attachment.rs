use super::datatypes::{concept, label, when};
use super::wire::{self, Cut, Field, Segment};
use super::{Last, Reader};
use crate::import::{detect, document, encoding};
use crate::record::{Attachment, Hash, Issue, IssueCode, Kind, Section, Severity};

impl Reader {
    /// An OBX of type ED (HL7 v2.5.1 §2.A.24, content) or RP (§2.A.65, where it is): a part of the document or report
    /// that stands open, else a document of its own.
    pub fn attached(&mut self, s: &Segment<'_>, kind: &str) -> bool {
        let title = label(&concept(s.get(3)));
        let wrong = matches!(s.flag(11).as_str(), "D" | "W");
        let holder = self.open.document.or(self.open.report).filter(|_| !wrong);
        let i = match holder {
            Some(i) => i,
            None => {
                let mut entry = self.new_entry(s, Section::Documents, Kind::DocumentReference);
                entry.title.clone_from(&title);
                entry.concept = concept(s.get(3));
                entry.date = when(s.get(14));
                entry.status.text = s.code(11);
                if wrong {
                    entry.status.standing = crate::record::Standing::EnteredInError;
                }
                self.push(entry)
            }
        };
        for (n, field) in s.all(5).enumerate() {
            let at = if n == 0 { s.at_field(5) } else { format!("{}[{}]", s.at_field(5), n + 1) };
            let (found, said) = match kind {
                "RP" => (pointer(field, at, &title), Vec::new()),
                _ => encapsulated(field, at, &title),
            };
            self.reading.issues.extend(said);
            let code = match (&found.hash, kind) {
                (None, "RP") => Some((Severity::Information, IssueCode::AttachmentElsewhere, found.url.clone())),
                (None, _) => Some((Severity::Error, IssueCode::BadAttachment, String::new())),
                _ => None,
            };
            if let Some((severity, code, said)) = code {
                let at = found.at.clone();
                self.issue(severity, code, &at, &said);
            }
            let number = u32::try_from(self.reading.attachments.len()).unwrap_or(u32::MAX);
            self.reading.attachments.push(found);
            if let Some(entry) = self.reading.entries.get_mut(i) {
                entry.attachments.push(number);
            }
        }
        self.last = Last::Entry(i);
        true
    }
}

/// An RP: pointer, application, type, subtype.
fn pointer(field: Field<'_>, at: String, title: &str) -> Attachment {
    Attachment {
        title: title.to_owned(),
        content_type: media_type(&field.part(3).words(), &field.part(4).words(), &[]),
        bytes: 0,
        hash: None,
        at,
        url: field.part(1).verbatim(),
        text: String::new(),
    }
}

/// An ED: source, type, subtype, encoding, data.
fn encapsulated(field: Field<'_>, at: String, title: &str) -> (Attachment, Vec<Issue>) {
    let bytes = content(field);
    let content_type = media_type(&field.part(2).words(), &field.part(3).words(), bytes.as_deref().unwrap_or_default());
    let mut found = Attachment {
        title: title.to_owned(),
        content_type,
        bytes: bytes.as_ref().map_or(0, |b| b.len() as u64),
        hash: bytes.as_ref().map(|b| Hash::of(b)),
        at,
        url: String::new(),
        text: String::new(),
    };
    let said = document::search(&mut found, bytes.as_deref());
    (found, said)
}

/// The bytes of an ED field: ED-4 names how they are written (table 0299). `None` if there are none, or they are damaged.
fn content(field: Field<'_>) -> Option<Vec<u8>> {
    let data = field.part(5);
    if data.is_empty() {
        return None;
    }
    match field.part(4).words().to_ascii_uppercase().as_str() {
        "BASE64" => encoding::base64(&data.verbatim()),
        "HEX" => {
            let digits: String = data.text.chars().filter(|c| !c.is_whitespace()).collect();
            data_encoding::HEXUPPER_PERMISSIVE.decode(digits.as_bytes()).ok()
        }
        // `A` and none: characters as they stand, escapes resolved. Some name Base64 only in the type.
        "" if field.part(2).words().eq_ignore_ascii_case("base64") => encoding::base64(&data.verbatim()),
        _ => Some(data.verbatim().into_bytes()),
    }
}

/// The media type of tables 0191 and 0291; of a stream without one, what its content shows.
fn media_type(kind: &str, subtype: &str, bytes: &[u8]) -> String {
    if kind.contains('/') {
        return kind.to_ascii_lowercase();
    }
    if subtype.contains('/') {
        return subtype.to_ascii_lowercase();
    }
    let (kind, subtype) = (kind.to_ascii_uppercase(), subtype.to_ascii_lowercase());
    let known = match subtype.as_str() {
        "pdf" | "x-pdf" => "application/pdf",
        "jpeg" | "jpg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "tiff" | "tif" => "image/tiff",
        "html" | "htm" => "text/html",
        "rtf" => "text/rtf",
        "xml" | "x-hl7-cda-level-one" | "x-hl7-cda-level-two" | "cda" => "application/xml",
        "dicom" => "application/dicom",
        "plain" | "txt" => "text/plain",
        "doc" | "msword" => "application/msword",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if let Some(seen) = detect::binary(bytes).and_then(detect::Format::media_type) {
        return seen.to_owned();
    }
    let family = match kind.as_str() {
        "AP" | "APPLICATION" => "application",
        "IM" | "IMAGE" => "image",
        "AU" | "AUDIO" => "audio",
        "TX" | "FT" | "TEXT" => "text",
        "VIDEO" => "video",
        _ if subtype == "octet-stream" => "application",
        _ => return String::new(),
    };
    match (family, subtype.as_str()) {
        ("text", "") => "text/plain".to_owned(),
        (_, "") => String::new(),
        (family, subtype) => format!("{family}/{subtype}"),
    }
}

/// The bytes at a place: `OBX[3]-5`, or `OBX[3]-5[2]` for the second repetition.
pub fn data(text: &str, at: &str) -> Option<Vec<u8>> {
    let (name, rest) = at.split_once("]-")?;
    let (kind, number) = name.split_once('[')?;
    let number: usize = number.parse().ok()?;
    let (field, repetition) = rest.split_once('[').unwrap_or((rest, "1]"));
    let repetition: usize = repetition.strip_suffix(']')?.parse().ok()?;
    let field: usize = field.parse().ok()?;
    wire::segments(text).iter().find_map(|cut| match cut {
        Cut::Segment(s) if s.kind == kind && s.number == number => {
            content(s.all(field).nth(repetition.checked_sub(1)?)?)
        }
        _ => None,
    })
}
