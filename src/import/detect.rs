use serde::{Deserialize, Serialize};

use super::{archive, json};

/// What a file is, told by its content. Some are known by name only, and not read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Format {
    FhirJson,
    FhirNdjson,
    Pdf,
    Png,
    Jpeg,
    Gif,
    Webp,
    Tiff,
    Heic,
    Text,
    Gzip,
    Zip,
    AppleHealth,
    RichText,
    Html,
    Docx,
    Xlsx,
    Pptx,
    Odf,
    // Known by name, not read yet.
    FhirXml,
    Cda,
    Gp2gp,
    Scr,
    Hl7v2,
    BlueButton,
    Csv,
    Edifact,
    SmartHealthCard,
    SmartHealthLink,
    EuCertificate,
    OtherJson,
    OtherXml,
}

impl Format {
    /// The media type under which a file of this kind is kept as a document; `None` if it is no document.
    pub fn media_type(self) -> Option<&'static str> {
        Some(match self {
            Format::Pdf => "application/pdf",
            Format::Png => "image/png",
            Format::Jpeg => "image/jpeg",
            Format::Gif => "image/gif",
            Format::Webp => "image/webp",
            Format::Tiff => "image/tiff",
            Format::Heic => "image/heic",
            Format::Text => "text/plain",
            Format::RichText => "application/rtf",
            Format::Html => "text/html",
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Format::Odf => "application/vnd.oasis.opendocument.text",
            _ => return None,
        })
    }
}

/// True for a gzip stream (RFC 1952 §2.3.1).
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B, 0x08])
}

/// True for what begins as a ZIP (APPNOTE §4.3.7), or is an empty one.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// True for a ZIP that is an OpenDocument file: its type stands first, unpacked (ODF 1.3 part 2 §3.3).
pub fn is_odf(bytes: &[u8]) -> bool {
    bytes.get(30..).is_some_and(|b| b.starts_with(b"mimetypeapplication/vnd.oasis.opendocument."))
}

/// The format of a file that is no text, by its signature.
pub fn binary(bytes: &[u8]) -> Option<Format> {
    let starts = |signature: &[u8]| bytes.starts_with(signature);
    // ISO 32000 lets some bytes stand before the header; readers look into the first kilobyte.
    let head = bytes.get(..1024).unwrap_or(bytes);
    if head.windows(5).any(|w| w == b"%PDF-") && !matches!(head.first(), Some(b'{' | b'[' | b'<')) {
        return Some(Format::Pdf);
    }
    if starts(b"\x89PNG\r\n\x1A\n") {
        return Some(Format::Png);
    }
    if starts(&[0xFF, 0xD8, 0xFF]) {
        return Some(Format::Jpeg);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Some(Format::Gif);
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Format::Webp);
    }
    if starts(b"II*\0") || starts(b"MM\0*") {
        return Some(Format::Tiff);
    }
    if bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..12), Some(b"heic" | b"heix" | b"mif1" | b"heim")) {
        return Some(Format::Heic);
    }
    if is_zip(bytes) {
        return Some(archive::kind(bytes));
    }
    is_gzip(bytes).then_some(Format::Gzip)
}

/// The format of a text; `None` if it is no text of any kind.
pub fn text(text: &str) -> Option<Format> {
    let start = text.trim_start();
    let starts = |prefix: &str| start.get(..prefix.len()).is_some_and(|s| s.eq_ignore_ascii_case(prefix));
    match start.chars().next()? {
        '{' if starts("{\\rtf") => Some(Format::RichText),
        '{' | '[' => Some(json_kind(start)),
        '<' => Some(xml_kind(start)),
        _ if is_hl7v2(start) => Some(Format::Hl7v2),
        _ if is_blue_button(start) => Some(Format::BlueButton),
        _ if starts("UNA:+") || starts("UNB+") => Some(Format::Edifact),
        _ if starts("shc:/") => Some(Format::SmartHealthCard),
        _ if starts("shlink:/") => Some(Format::SmartHealthLink),
        _ if starts("HC1:") => Some(Format::EuCertificate),
        _ if start.trim_end().len() < 4096
            && !start.trim_end().contains(char::is_whitespace)
            && start.contains("#shlink:/") =>
        {
            Some(Format::SmartHealthLink)
        }
        // A bare JWS of a SMART Health Card, or several: headers and payloads in base64url. Five parts are a JWE, the
        // encrypted file that a Health Link leads to.
        _ if start.starts_with("eyJ") && dotted(start, 2) => Some(Format::SmartHealthCard),
        _ if start.starts_with("eyJ") && dotted(start, 4) => Some(Format::SmartHealthLink),
        _ if super::encoding::is_noise(text) => None,
        _ if super::csv::is_known(text) => Some(Format::Csv),
        // A record with something before it (a comment, a log line) is no letter: its reader says where it breaks.
        _ if start.chars().take(4096).collect::<String>().contains("\"resourceType\"") => Some(Format::FhirJson),
        _ => Some(Format::Text),
    }
}

/// HL7 v2: a head segment with the marks it names, perhaps framed for MLLP or after a few lines of a log.
fn is_hl7v2(start: &str) -> bool {
    let head = |line: &str| {
        let line = line.trim_start_matches(['\u{b}', '\u{feff}', ' ']);
        let named = ["MSH", "FHS", "BHS"].iter().any(|name| line.starts_with(name));
        let mut marks = line.chars().skip(3).take(4);
        named && marks.clone().count() == 4 && marks.all(|c| c.is_ascii_punctuation())
    };
    let first: String = start.chars().take(4096).collect();
    head(&first) || first.lines().any(|line| line.starts_with("MSH|^~\\&"))
}

/// The report of My HealtheVet: its title between dashes, and the name of the service.
fn is_blue_button(start: &str) -> bool {
    let first: String = start.chars().take(1500).collect::<String>().to_ascii_uppercase();
    start.starts_with("---") && first.contains("MY HEALTHEVET") && first.contains("BLUE BUTTON")
}

/// True if a text is nothing but words of base64url with so many dots in each (RFC 7515 §7.1, RFC 7516 §7.1).
fn dotted(text: &str, dots: usize) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.split_whitespace().all(|w| w.bytes().all(plain) && w.bytes().filter(|b| *b == b'.').count() == dots)
}

/// JSON by its top-level keys. Text that is no JSON counts as FHIR: its reader says where it breaks.
fn json_kind(text: &str) -> Format {
    let key = json::first_of(text, &["resourceType", "verifiableCredential"]);
    if key == Some("resourceType")
        && let Some((first, rest)) = text.split_once('\n')
        && !rest.trim().is_empty()
        && json::outline(first).is_ok()
    {
        return Format::FhirNdjson;
    }
    match key {
        Some("resourceType") => Format::FhirJson,
        Some(_) => Format::SmartHealthCard,
        None if json::outline(text).is_ok() => Format::OtherJson,
        None => Format::FhirJson,
    }
}

/// XML by the name and the namespace of its first element.
fn xml_kind(text: &str) -> Format {
    let mut rest = text;
    let head: String = loop {
        let Some(start) = rest.find('<') else { return Format::OtherXml };
        let tag = rest.get(start..).unwrap_or_default();
        // Declarations, doctypes and comments come first.
        let end = if tag.starts_with("<!--") { "-->" } else { ">" };
        let Some((inside, after)) = tag.split_once(end) else { return Format::OtherXml };
        if inside.starts_with("<?") || inside.starts_with("<!") {
            rest = after;
            continue;
        }
        break inside.chars().skip(1).take(4000).collect();
    };
    let name = head.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
    let name = name.rsplit(':').next().unwrap_or_default();
    match name {
        "HealthData" => Format::AppleHealth,
        "html" | "HTML" => Format::Html,
        _ if name.starts_with("RCMR_") => Format::Gp2gp,
        _ if head.contains("http://hl7.org/fhir") => Format::FhirXml,
        "EhrExtract" | "EhrFolder" | "ehrFolder" | "EhrComposition" | "ehrComposition" => Format::Gp2gp,
        "ObservationStatement"
        | "NarrativeStatement"
        | "CompoundStatement"
        | "MedicationStatement"
        | "PlanStatement"
        | "RequestStatement"
        | "LinkSet" => Format::Gp2gp,
        "GPSummary" => Format::Scr,
        // Messages in envelopes say what they are by what they hold.
        "Envelope" | "eventQueryResponse" => enveloped(rest),
        _ if name.starts_with("QUPC_") || name.starts_with("REPC_") => enveloped(rest),
        _ if super::cda::looks_like(name, text) => Format::Cda,
        _ if head.contains("urn:hl7-org:v3") => Format::Cda,
        _ => Format::OtherXml,
    }
}

/// What an envelope holds, by the first name in it that tells.
fn enveloped(text: &str) -> Format {
    let names = text.split('<').skip(1).take(2000).map(|tag| {
        let name = tag.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
        name.rsplit(':').next().unwrap_or_default()
    });
    let mut told = names.filter_map(|name| match name {
        "EhrExtract" => Some(Format::Gp2gp),
        "GPSummary" | "queryResponseEvent" => Some(Format::Scr),
        "ClinicalDocument" => Some(Format::Cda),
        _ if name.starts_with("RCMR_IN03") => Some(Format::Gp2gp),
        _ => None,
    });
    // An NHS envelope whose content is packed is read all the same: what is in it is kept as documents.
    let packed = || if text.contains("DistributionEnvelope") { Format::Cda } else { Format::OtherXml };
    told.next().unwrap_or_else(packed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(content: &str, expected: Option<Format>) {
        assert_eq!(text(content), expected, "{content:?}");
    }

    #[test]
    fn the_content_says_what_a_file_is() {
        check(" {\"resourceType\":\"Patient\"}", Some(Format::FhirJson));
        check("{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Condition\"}\n", Some(Format::FhirNdjson));
        check("{\"resourceType\":\n\"Patient\"}\n", Some(Format::FhirJson));
        check("{\"verifiableCredential\":[]}", Some(Format::SmartHealthCard));
        check("{\"a\":1}", Some(Format::OtherJson));
        check("{oops", Some(Format::FhirJson));
        check("<?xml version=\"1.0\"?><!-- x > y --><ClinicalDocument xmlns=\"urn:hl7-org:v3\">", Some(Format::Cda));
        check("<!-- an example --><section><templateId root=\"1.2\"/></section>", Some(Format::Cda));
        check("<s:Envelope><b><ClinicalDocument/></b></s:Envelope>", Some(Format::Cda));
        check("<section>words</section>", Some(Format::OtherXml));
        check("<Bundle xmlns=\"http://hl7.org/fhir\">", Some(Format::FhirXml));
        check("<RCMR_IN030000UK07 xmlns=\"urn:hl7-org:v3\">", Some(Format::Gp2gp));
        check("<EhrExtract xmlns='urn:hl7-org:v3' classCode='EXTRACT'>", Some(Format::Gp2gp));
        check("<MedicationStatement xmlns=\"urn:hl7-org:v3\">", Some(Format::Gp2gp));
        check("<MedicationStatement xmlns=\"http://hl7.org/fhir\">", Some(Format::FhirXml));
        check("<s:Envelope xmlns:s='x'><s:Body><hl7:GPSummary/>", Some(Format::Scr));
        check("<s:Envelope xmlns:s='x'><s:Body><a/>", Some(Format::OtherXml));
        check("MSH|^~\\&|", Some(Format::Hl7v2));
        check("\u{b}MSH*!?/%*a", Some(Format::Hl7v2));
        check("received 10:03\nMSH|^~\\&|a", Some(Format::Hl7v2));
        check("MSH is a unit of the hospital", Some(Format::Text));
        check("Dear Dr Jones,\nthank you", Some(Format::Text));
        check("// a record\n{\"resourceType\":\"Patient\"}", Some(Format::FhirJson));
        check("ab\0cd", None);
        check("  ", None);
    }

    #[test]
    fn signatures_say_what_is_no_text() {
        assert_eq!(binary(b"\n%PDF-1.7 ..."), Some(Format::Pdf));
        assert_eq!(binary(b"\xFF\xD8\xFF\xE0"), Some(Format::Jpeg));
        assert_eq!(binary(b"{\"a\":\"%PDF-1.7\"}"), None);
    }
}
