use std::ops::ControlFlow;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};

use super::*;
use crate::import;

const KEY: &str = "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q";

fn file(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn of(payload: &str) -> Result<Link, LinkError> {
    Link::read(&format!("shlink:/{}", data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes())))
}

#[test]
fn the_examples_say_where_they_lead() {
    let check = |name: &str, host: &str, label: &str, flags: (bool, bool, bool)| {
        let link = Link::read(&file(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((link.host(), link.label.as_str()), (host, label), "{name}");
        assert_eq!((link.long_term, link.passcode, link.direct), flags, "{name}");
    };
    check("shc/shlink-link.txt", "localhost:8090", "Sample Set 1", (false, true, false));
    check("shc/shlink-link-with-viewer.txt", "localhost:8090", "Sample Set 1", (false, true, false));
    check("shc/shlink-link-direct.txt", "localhost:8090", "Sample Set 1", (false, false, true));
    let carin = "Demo SHL for carin-insurance-example";
    check("shl/CARIN_INS_CD-bundle-01-shl.txt", "raw.githubusercontent.com", carin, (true, false, true));
}

#[test]
fn what_is_no_link_or_a_later_one_stops() {
    let good =
        format!(r#"{{"url":"https://a.example/1","key":"{KEY}","flag":"L","labelzzz":7,"exp":"1767225600000"}}"#);
    let link = of(&good).unwrap();
    assert!(link.long_term && link.ends == Some(1_767_225_600_000) && !link.is_over(1_700_000_000));
    let check = |from: &str, to: &str, expected: LinkError| {
        assert_eq!(of(&good.replace(from, to)).err(), Some(expected), "{to}");
    };
    check("\"flag\"", "\"v\":2,\"flag\"", LinkError::Newer(2));
    check("https://a.example/1", "http://a.example/1", LinkError::UnsafeAddress);
    check("https://a.example/1", "https://good@bad.example/", LinkError::UnsafeAddress);
    check("https://a.example/1", "javascript:alert(1)", LinkError::UnsafeAddress);
    // Nothing that could be read as one host and asked as another.
    for url in [
        "https://ехаmple.org/1",
        "https://a.example\\\\@b.example",
        "https://a%2eexample/",
        "https://[::1]/",
        "https://a.example:99999/",
    ] {
        check("https://a.example/1", url, LinkError::UnsafeAddress);
    }
    check("rxTg", "rx", LinkError::BadKey);
    check("\"L\"", "\"UP\"", LinkError::Malformed);
    check("\"flag\"", "\"url\":\"https://b.example\",\"flag\"", LinkError::Malformed);
    assert_eq!(Link::read("https://a.example/#page").err(), Some(LinkError::NotALink));
    assert_eq!(Link::read("shlink:/!!!").err(), Some(LinkError::Malformed));
    assert!(of(&good.replace("\"flag\"", "\"v\":1,\"flag\"")).is_ok());
    assert!(Link::read(&file("shc/shlink-link.txt").replacen("shlink", "SHLINK", 1)).is_ok());
}

#[test]
fn a_host_is_asked_what_the_flags_want() {
    let direct = Link::read(&file("shc/shlink-link-direct.txt")).unwrap();
    let ask = direct.ask("Dr Siân & co", None);
    assert!(ask.url.ends_with("?recipient=Dr%20Si%C3%A2n%20%26%20co") && ask.body.is_none(), "{}", ask.url);
    let locked = Link::read(&file("shc/shlink-link.txt")).unwrap();
    let body: serde_json::Value = serde_json::from_str(&locked.ask("Dr \"A\"", Some("12\"34")).body.unwrap()).unwrap();
    assert_eq!((body["recipient"].as_str(), body["passcode"].as_str()), (Some("Dr \"A\""), Some("12\"34")));
    let body: serde_json::Value = serde_json::from_str(&locked.ask("x", None).body.unwrap()).unwrap();
    assert_eq!(body, serde_json::json!({ "recipient": "x", "embeddedLengthMax": 1 << 20 }));
}

#[test]
fn a_hosts_answers_are_told_apart() {
    let link = Link::read(&file("shc/shlink-link.txt")).unwrap();
    let Answer::Manifest(found) = answer(&link, 200, None, &file("shc/shlink-manifest.txt")) else {
        panic!("no manifest")
    };
    assert_eq!((found.files.len(), found.status), (2, Status::NotSaid));
    assert_eq!(found.files[0].content_type, "application/smart-health-card");
    assert!(found.files.iter().all(|f| f.location.is_some() && f.embedded.is_none()));
    assert_eq!(answer(&link, 401, None, r#"{"remainingAttempts":3}"#), Answer::WrongPasscode(Some(3)));
    assert_eq!(answer(&link, 401, None, "no"), Answer::WrongPasscode(None));
    assert_eq!(answer(&link, 404, None, ""), Answer::Gone);
    assert_eq!(answer(&link, 429, Some("7"), ""), Answer::Busy(Some(7)));
    assert_eq!(answer(&link, 500, None, ""), Answer::Odd(500));
    assert_eq!(answer(&link, 200, None, "<html>"), Answer::Odd(200));
}

/// A file as a host keeps it: `dir`, `A256GCM`, perhaps packed.
fn sealed(plain: &[u8], key: &[u8; 32], zip: bool, cty: &str) -> String {
    use std::io::Write;
    let b64 = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let packed = if zip { r#","zip":"DEF""# } else { "" };
    let head = b64(format!(r#"{{"alg":"dir","enc":"A256GCM","cty":"{cty}"{packed}}}"#).as_bytes());
    let mut content = plain.to_vec();
    if zip {
        let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(plain).unwrap();
        content = writer.finish().unwrap();
    }
    let nonce = [7_u8; 12];
    let out =
        Aes256Gcm::new(&(*key).into()).encrypt(&nonce.into(), Payload { msg: &content, aad: head.as_bytes() }).unwrap();
    let (body, tag) = out.split_at(out.len() - 16);
    format!("{head}..{}.{}.{}", b64(&nonce), b64(body), b64(tag))
}

#[test]
fn a_file_opens_to_the_very_bytes_and_reads_as_its_kind() {
    let key: [u8; 32] = data_encoding::BASE64URL_NOPAD.decode(KEY.as_bytes()).unwrap().try_into().unwrap();
    let plain = file("fhir_r4/ipa/AllergyIntolerance-AllIntExample1.json");
    for zip in [false, true] {
        let jwe = sealed(plain.as_bytes(), &key, zip, "application/fhir+json");
        let opened = decrypt(&jwe, &key).unwrap();
        assert_eq!(
            (opened.bytes.as_slice(), opened.content_type.as_str()),
            (plain.as_bytes(), "application/fhir+json")
        );
        let delivery = import::open(&opened.bytes, "", &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(delivery.format, import::Format::FhirJson);
        // One letter changed anywhere, or another key: nothing.
        for at in (0..jwe.len()).step_by(jwe.len() / 97) {
            let mut bytes = jwe.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(decrypt(&String::from_utf8(bytes).unwrap(), &key).is_err(), "{at}");
        }
        assert!(decrypt(&jwe, &[1; 32]).is_err());
    }
    let card =
        sealed(file("shc/example-00-e-file.smart-health-card").as_bytes(), &key, true, "application/smart-health-card");
    let opened = decrypt(&card, &key).unwrap();
    let delivery = import::open(&opened.bytes, "", &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(delivery.format, import::Format::SmartHealthCard);
    let bomb = sealed(&vec![b' '; 20 << 20], &key, true, "text/plain");
    assert_eq!(decrypt(&bomb, &key), Err("zip"));
}

#[test]
fn broken_links_and_files_never_panic() {
    let seeds = [
        file("shc/shlink-link.txt"),
        file("shl/CARIN_INS_CD-bundle-01-shl.txt"),
        sealed(b"hello", &[3; 32], true, "x"),
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |below: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    };
    for _ in 0..5000 {
        let mut text: Vec<char> = seeds[dice(3)].chars().collect();
        for _ in 0..=dice(4) {
            let at = dice(text.len());
            match dice(3) {
                0 => drop(text.splice(at..at, [".", "#", "/", "é", "="][dice(5)].chars())),
                1 => drop(text.drain(at..(at + dice(9)).min(text.len()))),
                _ => text[at] = char::from(b'A' + dice(26) as u8),
            }
        }
        let text: String = text.into_iter().collect();
        let _ = Link::read(&text);
        let _ = decrypt(&text, &[3; 32]);
    }
}
