//! NHS envelopes (ITK distribution envelope) whose contents are packed, in base64 and perhaps gzip: what is in them is
//! read as a file of its own, one level deep and within the limits of archives. What is no format of ours stays a
//! document of the envelope.

use std::ops::ControlFlow;

use super::{File, ImportError, Progress, attachment, read, safe_name};
use crate::record::{Attachment, Hash, Person, Reading, guard};

/// The format's name for an envelope that holds nothing but packed contents.
pub const NAME: &str = "ITK envelope";

/// Reads the packed contents of an envelope, and gives each to `take`. Answers whether the envelope says nothing beside
/// them: then it is an archive, and goes where its contents go.
///
/// # Errors
/// [`ImportError::Cancelled`].
pub fn open(
    bytes: &[u8],
    name: &str,
    reading: &mut Reading,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    take: &mut dyn FnMut(File),
) -> Result<bool, ImportError> {
    let packed: Vec<Attachment> =
        reading.attachments.iter().filter(|a| a.hash.is_some() && is_payload(&a.at)).cloned().collect();
    let whose = reading.people.len();
    let mut opened = false;
    for (number, payload) in (1..).zip(&packed) {
        let Ok(inner) = attachment(bytes, payload) else { continue };
        let inside = safe_name(&format!("{name} ({number})"));
        match read(&inner, &inside, progress) {
            Err(ImportError::Cancelled) => return Err(ImportError::Cancelled),
            Ok((format, found)) if format.media_type().is_none() => {
                opened = true;
                // Its bytes can still be had here; what it says stands in its own file.
                reading.entries.retain(|entry| entry.at != payload.at);
                for person in &found.people {
                    let known = |held: &Person| guard::compare(held, std::slice::from_ref(person)).is_match();
                    if !reading.people.iter().any(|held| known(held) || held.name == person.name) {
                        reading.people.push(Person { at: payload.at.clone(), ..person.clone() });
                    }
                }
                take(File { name: inside, hash: Hash::of(&inner), bytes: Some(inner), reading: Ok(found) });
            }
            _ => {}
        }
    }
    let alone = opened && reading.entries.is_empty() && whose == 0;
    if alone {
        NAME.clone_into(&mut reading.format);
    }
    Ok(alone)
}

/// True for the place of an envelope's payload.
fn is_payload(at: &str) -> bool {
    let last = at.rsplit('/').next().unwrap_or_default();
    let name = last.split('[').next().unwrap_or_default();
    name == "payload" || name.ends_with(":payload")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::import::{self, Delivery, Format};

    const INNER: &str = "<ClinicalDocument xmlns='urn:hl7-org:v3'><title>A visit</title><recordTarget><patientRole><patient><name>\
        <given>Ann</given><family>Lee</family></name></patient></patientRole></recordTarget><component><structuredBody><component>\
        <section><title>Plan</title><text>Come back in May.</text></section></component></structuredBody></component></ClinicalDocument>";

    fn envelope(payloads: &[(&str, String)]) -> String {
        let payloads: String = (0..)
            .zip(payloads)
            .map(|(n, (how, body))| format!("<itk:payload id='u{n}' {how}>{body}</itk:payload>"))
            .collect();
        format!(
            "<itk:DistributionEnvelope xmlns:itk='urn:nhs-itk:ns:201005'><itk:header><itk:manifest/></itk:header>\
             <itk:payloads>{payloads}</itk:payloads></itk:DistributionEnvelope>"
        )
    }

    fn base64(bytes: &[u8]) -> String {
        data_encoding::BASE64.encode(bytes)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn check(xml: &str) -> Delivery {
        import::open(xml.as_bytes(), "message.xml", &mut |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn a_packed_document_is_a_file_of_its_own() {
        for (how, body) in [
            ("base64='true'", base64(INNER.as_bytes())),
            ("base64='true' compressed='true'", base64(&gzip(INNER.as_bytes()))),
        ] {
            let found = check(&envelope(&[(how, body)]));
            let [file] = found.files.as_slice() else { panic!("one file: {:?}", found.files) };
            let reading = file.reading.as_ref().unwrap();
            assert_eq!(file.bytes.as_deref(), Some(INNER.as_bytes()));
            assert_eq!((reading.people[0].family.as_str(), reading.source.title.as_str()), ("Lee", "A visit"));
            let outer = found.archive.unwrap().reading.unwrap();
            assert_eq!((outer.format.as_str(), outer.entries.len(), outer.people.len()), (NAME, 0, 1));
            assert!(outer.is_archive() && outer.ledger.not_understood == 0);
        }
    }

    #[test]
    fn what_is_no_record_stays_a_document_and_a_damaged_one_is_told() {
        let found = check(&envelope(&[
            ("base64='true'", base64(b"just a letter about her knee")),
            ("base64='true' compressed='true'", base64(b"no gzip at all")),
        ]));
        assert!(found.archive.is_none());
        let reading = found.files[0].reading.as_ref().unwrap();
        assert_eq!((found.format, reading.attachments[0].text.as_str()), (Format::Cda, "just a letter about her knee"));
        assert_eq!(reading.attachments[1].hash, None);
    }

    #[test]
    fn an_envelope_in_an_envelope_is_not_followed_and_a_bomb_is_not_blown() {
        let inner = envelope(&[("base64='true'", base64(INNER.as_bytes()))]);
        let found = check(&envelope(&[("base64='true'", base64(inner.as_bytes()))]));
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.files[0].reading.as_ref().unwrap().attachments[0].bytes, INNER.len() as u64);
        let bomb = gzip(&vec![b' '; 20 << 20]);
        let found = check(&envelope(&[("base64='true' compressed='true'", base64(&bomb))]));
        assert_eq!(found.files[0].reading.as_ref().unwrap().attachments[0].hash, None);
    }
}
