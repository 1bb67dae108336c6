//! Letters, reports and scans: kept whole, one document with one attachment; and the words in them, for search and
//! preview. The words may miss something, and every place that shows them says so: the document itself is what counts.

mod guess;
mod office;
mod pdf;
mod property;
mod rtf;

pub use guess::{Clue, Guess, Says, guesses};
pub use pdf::{plain as pdf_text_plainly, text as pdf_text};

use super::{Format, READER, archive, csv, detect, encoding, issue, narrative};
use crate::record::{Attachment, Entry, Hash, Issue, IssueCode, Kind, Ledger, Outcome, Reading, Section, Severity};

/// Text kept of a document for search and preview, in bytes; the whole stays in the original.
pub const TEXT: usize = 1 << 20;

/// The words in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Plain text: a line a paragraph, ` | ` between the cells of a table.
    pub text: String,
    /// Something stands in the document that is not in the text: a picture, an object, deleted words, the rest of what
    /// is too long.
    pub incomplete: bool,
    /// Scripts, handlers or frames stood there.
    pub active: bool,
}

/// The reading of a file that is kept as it is.
pub fn reading(bytes: &[u8], name: &str, format: Format) -> Reading {
    let media_type = format.media_type().unwrap_or("application/octet-stream");
    let found = words_as(format, bytes);
    let mut ledger = Ledger::default();
    ledger.add("", media_type, Outcome::Shown, None);
    let title = if name.is_empty() { media_type } else { name };
    let mut entry = Entry::new(Section::Documents, Kind::DocumentReference, "", title);
    entry.named = !name.is_empty();
    entry.attachments = vec![0];
    entry.span = u32::try_from(bytes.len()).ok().map(|end| (0, end));
    let mut issues = Vec::new();
    if found.incomplete {
        issues.push(issue(Severity::Information, IssueCode::TextIncomplete, "", ""));
    }
    if format == Format::Text && csv::looks_like_table(&found.text) {
        issues.push(issue(Severity::Information, IssueCode::UnknownTable, "", ""));
    }
    if found.active {
        issues.push(issue(Severity::Warning, IssueCode::UnsafeNarrative, "", ""));
    }
    Reading {
        reader: READER,
        format: match format {
            Format::Pdf => "PDF",
            Format::Text => "Text",
            Format::RichText => "RTF",
            Format::Html => "HTML",
            Format::Docx => "Word document",
            Format::Xlsx => "Excel workbook",
            Format::Pptx => "PowerPoint presentation",
            Format::Odf => "OpenDocument",
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
            text: found.text,
        }],
        ledger,
        issues,
        ..Reading::default()
    }
}

/// The words in an attachment of this declared type. What its bytes say counts more than what it is called. A PDF has
/// none here: see [`pdf_text`].
pub fn words(content_type: &str, bytes: &[u8]) -> Words {
    if let Some(format) = detect::binary(bytes) {
        return words_as(format, bytes);
    }
    let declared = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let read = encoding::text(bytes.get(..16 << 20).unwrap_or(bytes));
    match detect::text(&read.text) {
        Some(format @ (Format::RichText | Format::Html)) => words_as(format, bytes),
        _ if declared == "text/html" || declared.ends_with("xml") => words_as(Format::Html, bytes),
        Some(_) if declared.starts_with("text/") => words_as(Format::Text, bytes),
        Some(Format::Text) => words_as(Format::Text, bytes),
        _ => Words::default(),
    }
}

/// Finds the words of an attachment whose content is here; answers with what must be said of them.
pub fn search(attachment: &mut Attachment, bytes: Option<&[u8]>) -> Vec<Issue> {
    let Some(bytes) = bytes else { return Vec::new() };
    let found = words(&attachment.content_type, bytes);
    attachment.text = found.text;
    let mut issues = Vec::new();
    if found.incomplete {
        issues.push(issue(Severity::Information, IssueCode::TextIncomplete, &attachment.at, ""));
    }
    if found.active {
        issues.push(issue(Severity::Warning, IssueCode::UnsafeNarrative, &attachment.at, ""));
    }
    issues
}

fn words_as(format: Format, bytes: &[u8]) -> Words {
    let mut found = match format {
        Format::Text => Words { text: encoding::text(bytes).text.into_owned(), ..Words::default() },
        Format::Html => {
            let plain = narrative::plain(&encoding::text(bytes).text);
            Words { text: plain.text, active: plain.active, incomplete: false }
        }
        Format::RichText => rtf::words(bytes),
        Format::Docx => office::docx(bytes),
        Format::Odf => office::odf(bytes),
        // A ZIP, a picture, a PDF, a table of figures: no words that can be read here.
        _ => Words::default(),
    };
    if found.text.len() > TEXT {
        let end = (0..=TEXT).rev().find(|at| found.text.is_char_boundary(*at)).unwrap_or_default();
        found.text.truncate(end);
        found.incomplete = true;
    }
    found
}

/// What an archive's office part holds, as text.
fn part(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Option<String> {
    archive::part(bytes, wanted).map(|part| encoding::text(&part).text.into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(content_type: &str, bytes: &[u8], expected: &str) {
        assert_eq!(words(content_type, bytes).text, expected, "{content_type}");
    }

    #[test]
    fn what_the_bytes_are_counts_more_than_what_they_are_called() {
        check("text/plain", b"Dear Ann", "Dear Ann");
        check("application/octet-stream", b"Dear Ann", "Dear Ann");
        check("text/html; charset=utf-8", b"<p>Dear <b>Ann</b></p>", "Dear Ann");
        check("text/plain", b"{\\rtf1 Dear Ann}", "Dear Ann");
        check("text/plain", b"\xFF\xD8\xFF\xE0 a picture", "");
        check("application/pdf", b"%PDF-1.4", "");
        check("application/json", b"{\"a\":1}", "");
        check("text/rtf", b"", "");
    }

    /// The words of the first attachment of a file.
    fn attached(file: &str) -> (String, Vec<IssueCode>) {
        let delivery = crate::import::open(file.as_bytes(), "", &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        let reading = delivery.files[0].reading.clone().unwrap();
        let codes = reading.issues.iter().map(|i| i.code).filter(|c| *c == IssueCode::TextIncomplete).collect();
        (reading.attachments[0].text.clone(), codes)
    }

    #[test]
    fn the_words_of_an_attachment_are_found_in_every_format() {
        let letter =
            data_encoding::BASE64.encode(br"{\rtf1\ansi Dear Ann,\par her knee is better.{\pict\pngblip 00}\par}");
        for file in [
            format!(
                r#"{{"resourceType":"DocumentReference","status":"current","content":[{{"attachment":{{"contentType":"text/rtf","data":"{letter}"}}}}]}}"#
            ),
            format!(
                "<ClinicalDocument xmlns='urn:hl7-org:v3'><component><nonXMLBody><text mediaType='text/rtf' representation='B64'>{letter}\
                 </text></nonXMLBody></component></ClinicalDocument>"
            ),
            format!(
                "<ClinicalDocument xmlns='urn:hl7-org:v3'><component><structuredBody><component><section><title>Pictures</title><text>See \
                 <renderMultiMedia referencedObject='m'/></text><entry><observationMedia classCode='OBS' moodCode='EVN' ID='m'><value \
                 mediaType='text/rtf' representation='B64'>{letter}</value></observationMedia></entry></section></component>\
                 </structuredBody></component></ClinicalDocument>"
            ),
            format!(
                "MSH|^~\\&|A|B|||20240102||MDM^T02|1|P|2.5.1\rPID|1||1||Lee^Ann\rTXA|1|CN|TX|20240102\r\
                 OBX|1|ED|L^Letter||^TEXT^rtf^Base64^{letter}||||||F\r"
            ),
            format!(
                "<EhrExtract xmlns='urn:hl7-org:v3'><component><ehrFolder><component><ehrComposition><component><NarrativeStatement>\
                 <reference><referredToExternalDocument><text mediaType='text/rtf' representation='B64'>{letter}</text>\
                 </referredToExternalDocument></reference></NarrativeStatement></component></ehrComposition></component></ehrFolder>\
                 </component></EhrExtract>"
            ),
        ] {
            let (text, codes) = attached(&file);
            assert!(text.contains("her knee is better."), "{text:?} of {file}");
            // Where something of it is no text, that is said.
            assert_eq!(codes, [IssueCode::TextIncomplete], "{file}");
        }
    }

    #[test]
    fn a_text_too_long_says_so() {
        let found = words("text/plain", "é".repeat(TEXT).as_bytes());
        assert!(found.incomplete && found.text.len() <= TEXT);
    }
}
