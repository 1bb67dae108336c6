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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use std::io::Write;
    use std::ops::ControlFlow;

    use super::*;
    use crate::import;
    use crate::record::{Note, Parcel, merge};

    const RECORD: &str = "<EhrExtract xmlns='urn:hl7-org:v3'><component><ehrFolder><component><ehrComposition><component>\
        <NarrativeStatement><text>Letter from specialist</text><reference><referredToExternalDocument><text \
        mediaType='text/plain'><reference value='file://localhost/Letter.txt'/></text></referredToExternalDocument></reference>\
        </NarrativeStatement></component><component><NarrativeStatement><text>Not sent</text><reference>\
        <referredToExternalDocument><text mediaType='text/plain'><reference value='file://localhost/other.txt'/></text>\
        </referredToExternalDocument></reference></NarrativeStatement></component></ehrComposition></component></ehrFolder>\
        </component></EhrExtract>";

    #[test]
    fn a_letter_in_the_same_archive_is_the_one_that_the_record_names() {
        let letter = b"Her knee is better.";
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in [("a/record.xml", RECORD.as_bytes()), ("a/letter.txt", letter)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        let zip = zip.finish().unwrap().into_inner();
        let delivery = import::open(&zip, "a.zip", &mut |_| ControlFlow::Continue(())).unwrap();
        // The record comes last: it waited.
        assert_eq!(delivery.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["letter.txt", "record.xml"]);
        let reading = delivery.files[1].reading.clone().unwrap();
        assert_eq!(Hash::from_name(&reading.attachments[0].url), Some(Hash::of(letter)));
        assert_eq!(reading.attachments[1].url, "file://localhost/other.txt");
        let elsewhere = reading.issues.iter().filter(|i| i.code == IssueCode::AttachmentElsewhere).count();
        let named: Vec<&str> = reading.entries.iter().filter_map(|e| e.detail("file")).collect();
        assert_eq!((elsewhere, named), (1, vec!["Letter.txt"]));
        // Both are one document of the record.
        let parcel = |file: &import::File| Parcel {
            hash: file.hash,
            reading: file.reading.clone().unwrap(),
            note: Note::default(),
        };
        let record = merge(delivery.files.iter().map(parcel).collect());
        let documents = record.items.iter().filter(|i| i.kind == crate::record::Kind::DocumentReference);
        let mut sources: Vec<usize> = documents.map(|i| i.entries.len()).collect();
        sources.sort_unstable();
        assert_eq!(sources, [1, 2]);
    }
}
