//! Letters that travel beside a record: GP2GP names the files of its attachments and sends them apart. Where both lie in
//! one archive, the record's placeholder is told which file it means, by the hash of its bytes.

use std::collections::HashMap;

use crate::record::{Detail, Hash, IssueCode, Reading};

/// True if a record has placeholders for files beside it.
pub fn asks(reading: &Reading) -> bool {
    reading.format.starts_with("GP2GP")
        && reading.attachments.iter().any(|a| a.hash.is_none() && file(&a.url).is_some())
}

/// Names the bytes of each file that is there (RFC 6920); the name by which the record called it becomes a detail.
pub fn join(reading: &mut Reading, files: &HashMap<String, Hash>) {
    for (number, attachment) in (0_u32..).zip(&mut reading.attachments) {
        let Some(name) = file(&attachment.url).filter(|_| attachment.hash.is_none()) else { continue };
        let Some(hash) = files.get(&name.to_lowercase()) else { continue };
        for entry in reading.entries.iter_mut().filter(|e| e.attachments.contains(&number)) {
            entry.details.push(Detail { name: "file".to_owned(), text: name.clone() });
        }
        reading.issues.retain(|i| !(i.code == IssueCode::AttachmentElsewhere && i.at == attachment.at));
        attachment.url = hash.name();
    }
}

/// The file's name in `file://localhost/name`.
fn file(url: &str) -> Option<String> {
    let name = super::safe_name(url.strip_prefix("file://localhost/")?);
    (!name.is_empty()).then_some(name)
}
