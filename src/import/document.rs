use super::READER;
use crate::record::{Attachment, Entry, Hash, Kind, Ledger, Outcome, Reading, Section};

/// Text kept for search and preview, in characters; the whole stays in the original.
const TEXT: usize = 1 << 20;

/// The reading of a file that is kept as it is: one document with one attachment. Nothing is asked of its content.
pub fn reading(bytes: &[u8], name: &str, media_type: &str, text: String) -> Reading {
    let mut ledger = Ledger::default();
    ledger.add("", media_type, Outcome::Shown, None);
    let title = if name.is_empty() { media_type } else { name };
    let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, "", title);
    entry.named = !name.is_empty();
    entry.attachments = vec![0];
    entry.span = u32::try_from(bytes.len()).ok().map(|end| (0, end));
    Reading {
        reader: READER,
        format: match media_type {
            "application/pdf" => "PDF",
            "text/plain" => "Text",
            _ => "Image",
        }
        .to_owned(),
        entries: vec![entry],
        attachments: vec![Attachment {
            title: name.to_owned(),
            content_type: media_type.to_owned(),
            bytes: bytes.len() as u64,
            hash: Some(Hash::of(bytes)),
            at: String::new(),
            url: String::new(),
            text: if text.chars().count() > TEXT { text.chars().take(TEXT).collect() } else { text },
        }],
        ledger,
        ..Reading::default()
    }
}
