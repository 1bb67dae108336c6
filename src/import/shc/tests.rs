use std::ops::ControlFlow;

use super::*;
use crate::import;

const ISSUER: &str = "https://spec.smarthealth.cards/examples/issuer";

fn file(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/shc");
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn keys(trusted: bool) -> Keys {
    let mut keys = Keys::default();
    keys.add_jwks(ISSUER, &file("spec-examples-issuer-jwks.json"), trusted);
    keys
}

/// The verdict on each card of a text: what its signature showed and the rules it breaks, or why it could not be opened.
fn verdicts(text: &str, keys: &Keys) -> Vec<String> {
    let of = |held: Result<String, &'static str>| match held.and_then(|jws| Card::open(&jws, keys)) {
        Ok(card) => [vec![format!("{:?}", card.signed)], card.broken.iter().map(|r| (*r).to_owned()).collect()]
            .concat()
            .join(", "),
        Err(rule) => format!("not read: {rule}"),
    };
    cards(text).into_iter().map(of).collect()
}

/// The specification's examples and its developers' negative set, each with the verdict it must have.
#[test]
fn every_example_has_its_verdict() {
    let keys = keys(true);
    let check = |name: &str, expected: &[&str]| assert_eq!(verdicts(&file(name), &keys), expected, "{name}");
    check("example-00-d-jws.txt", &["Trusted"]);
    check("example-00-e-file.smart-health-card", &["Trusted"]);
    check("example-00-f-qr-code-numeric-value-0.txt", &["Trusted"]);
    check("example-02-d-jws.txt", &["Trusted"]);
    check("example-02-e-file.smart-health-card", &["Trusted"]);
    check("example-02-f-qr-code-numeric-value-0.txt", &["not read: chunks missing"]);
    let d = |rest: &str| format!("test-example-00-d-jws-{rest}.txt");
    check(&d("bad-fhir-metadata"), &["Trusted, meta: security only"]);
    for wrong in
        ["der-signature", "der-signature-r-neg", "der-signature-s-neg", "der-signature-rs-neg", "invalid-signature"]
    {
        check(&d(wrong), &["Wrong"]);
    }
    check(&d("issuer-kid-mismatch"), &["NotChecked"]);
    check(&d("issuer-not-valid-with-smart-key"), &["NotChecked"]);
    check(&d("wrong_jws_header_kid"), &["NotChecked"]);
    check(&d("no_deflate"), &["not read: zip"]);
    check(&d("no_jws_header_alg"), &["not read: alg"]);
    check(&d("no_jws_header_kid"), &["not read: kid"]);
    check(&d("no_jws_header_zip"), &["not read: zip"]);
    // Spaces around a card are outside of what is signed: they change nothing.
    check(&d("trailing_chars"), &["Trusted"]);
    check(&d("utf8_bom_prefix"), &["not read: payload"]);
    check(&d("jws_too_long"), &["NotChecked, nbf, type"]);
    let e = |rest: &str| format!("test-example-00-e-file-{rest}.smart-health-card");
    check(&e("bad_jwks"), &["NotChecked"]);
    check(&e("invalid_deflate"), &["not read: zip"]);
    check(&e("invalid_issuer_url"), &["NotChecked"]);
    check(&e("invalid_issuer_url_http"), &["NotChecked, iss: https"]);
    check(&e("issuer_url_with_trailing_slash"), &["NotChecked, iss: no / at its end"]);
    check(&e("jws_too_long"), &["NotChecked, nbf, type"]);
    check(&e("multi-jws"), &["Trusted", "Trusted"]);
    check(&e("multi-jws-issues"), &["not read: alg", "Trusted"]);
    check(&e("no_deflate"), &["not read: zip"]);
    check(&e("trailing_chars"), &["Trusted"]);
    let f = |rest: &str| format!("test-example-00-f-qr-code-numeric-value-0-{rest}.txt");
    check(&f("index-out-of-range"), &["not read: chunk number"]);
    check(&f("number-too-big"), &["not read: digits"]);
    check(&f("odd-count"), &["not read: digits"]);
    check(&f("trailing_chars"), &["Trusted"]);
    check(&f("wrong-multi-chunk"), &["Trusted"]);
}

#[test]
fn chunks_in_any_order_are_one_card() {
    let chunks = [0, 1, 2].map(|n| file(&format!("example-02-f-qr-code-numeric-value-{n}.txt")));
    let text = [chunks[2].as_str(), &chunks[0], &chunks[1]].join("\n");
    assert_eq!(verdicts(&text, &keys(true)), ["Trusted"]);
    assert_eq!(cards(&text)[0].as_ref().unwrap(), file("example-02-d-jws.txt").trim());
}

#[test]
fn a_signature_that_holds_is_trusted_only_from_an_issuer_on_the_list() {
    let jws = file("example-00-d-jws.txt");
    assert_eq!(verdicts(&jws, &keys(true)), ["Trusted"]);
    assert_eq!(verdicts(&jws, &keys(false)), ["Unknown"]);
    assert_eq!(verdicts(&jws, &Keys::default()), ["NotChecked"]);
    // A key whose id is not its own thumbprint is no key.
    let mut crooked = Keys::default();
    crooked.add_jwks(ISSUER, &file("spec-examples-issuer-jwks.json").replace("11XvRWy1I2S0", "11XvRWy1I2S1"), true);
    assert_eq!(verdicts(&jws, &crooked), ["NotChecked"]);
}

fn reading(text: &str, keys: &Keys) -> Reading {
    read(text, keys, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn what_a_card_holds_is_read_as_fhir_with_its_mark() {
    let text = file("example-00-e-file.smart-health-card");
    let found = reading(&text, &keys(true));
    assert_eq!(
        (found.signed, found.format.as_str(), found.source.name.as_str()),
        (Signed::Trusted, "SMART Health Card", ISSUER)
    );
    assert_eq!(found.people.len(), 1);
    assert!(!found.entries.is_empty() && found.entries.iter().all(|e| e.at.starts_with("card 1/entry/")));
    assert!(found.source.as_of.as_ref().unwrap().text.starts_with("2025-08-08"));
    let ledger = &found.ledger;
    assert_eq!((ledger.shown + ledger.kept) as usize, ledger.lines.len());
    // The app, which has no key for this issuer, says so.
    let file = import::open(text.as_bytes(), "", &mut |_| ControlFlow::Continue(())).unwrap().files.remove(0);
    let ours = file.reading.unwrap();
    assert_eq!((ours.signed, ours.entries.len()), (Signed::NotChecked, found.entries.len()));
    assert!(ours.issues.iter().any(|i| i.code == IssueCode::SignatureNotChecked));
    let piece = import::fragment(text.as_bytes(), &ours.entries[0]).unwrap();
    assert!(piece.starts_with("{\"resourceType\""), "{piece}");
}

#[test]
fn nothing_of_a_card_with_a_wrong_signature_is_shown() {
    let found = reading(&file("test-example-00-d-jws-invalid-signature.txt"), &keys(true));
    assert_eq!((found.signed, found.entries.len(), found.people.len()), (Signed::Wrong, 0, 0));
    assert_eq!(found.ledger.lines[0].reason, Some(IssueCode::BadSignature));
    // Also beside a good one: that one is shown, under its own mark.
    let two = [file("test-example-00-d-jws-invalid-signature.txt"), file("example-00-d-jws.txt")].join("\n");
    let found = reading(&two, &keys(true));
    assert_eq!((found.signed, found.ledger.not_understood), (Signed::Trusted, 1));
    assert!(found.entries.iter().all(|e| e.at.starts_with("card 2/")));
}

#[test]
fn a_changed_letter_anywhere_is_never_trusted() {
    let jws = file("example-00-d-jws.txt").trim().to_owned();
    let keys = keys(true);
    for at in (0..jws.len()).step_by(7) {
        let mut bytes = jws.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(!verdicts(&changed, &keys).iter().any(|v| v.starts_with("Trusted")), "{at}");
    }
}

#[test]
fn broken_texts_never_panic_and_always_balance() {
    let seeds =
        ["example-00-d-jws.txt", "example-00-e-file.smart-health-card", "example-00-f-qr-code-numeric-value-0.txt"]
            .map(file);
    let keys = keys(true);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |below: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    };
    const BITS: [&str; 10] = [".", "shc:/", "/1/2/", "\n", "\"", "{", "eyJ", "00", "é", "="];
    for _ in 0..1500 {
        let mut text: Vec<char> = seeds[dice(3)].chars().collect();
        for _ in 0..=dice(3) {
            let at = dice(text.len());
            match dice(3) {
                0 => drop(text.splice(at..at, BITS[dice(BITS.len())].chars())),
                1 => drop(text.drain(at..(at + dice(9)).min(text.len()))),
                _ => text.truncate(at.max(3)),
            }
        }
        let found = reading(&text.into_iter().collect::<String>(), &keys);
        let ledger = &found.ledger;
        assert_eq!((ledger.shown + ledger.kept + ledger.not_understood) as usize, ledger.lines.len());
    }
    use std::io::Write;
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 20 << 20]).unwrap();
    assert_eq!(crate::import::archive::inflate(&packed.finish().unwrap()), None);
}

#[test]
fn codes_of_two_cards_are_not_mixed_and_none_is_dropped() {
    // Two cards of three chunks each, scanned one after the other, or in turns.
    let own: Vec<String> = [0, 1, 2].map(|n| file(&format!("example-02-f-qr-code-numeric-value-{n}.txt"))).to_vec();
    let other: Vec<String> = own.iter().map(|chunk| format!("{}01", chunk.trim())).collect();
    let whole = cards(&own.join("\n"))[0].clone().unwrap();
    let check = |order: [&String; 6]| {
        let found = cards(&order.map(String::as_str).join("\n"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].as_ref().unwrap(), &whole);
    };
    check([&own[0], &own[1], &own[2], &other[0], &other[1], &other[2]]);
    check([&own[0], &other[0], &own[1], &other[1], &own[2], &other[2]]);
    // The same code scanned twice is one.
    assert_eq!(cards(&[own.join("\n"), own[1].clone()].join("\n")).len(), 1);
    let many = file("example-00-d-jws.txt").trim().to_owned() + "\n";
    let found = reading(&many.repeat(300), &keys(true));
    assert_eq!(found.ledger.not_understood, 1);
    assert!(found.issues.iter().any(|i| i.found == "more than 256 cards"));
    let list = vec![format!("\"{}\"", many.trim()); 300].join(",");
    assert_eq!(cards(&format!("{{\"verifiableCredential\":[{list}]}}")).last(), Some(&Err("more than 256 cards")));
}

/// A card of this payload, unsigned: what it holds is read, and its signature is not checked.
fn card(payload: &str) -> String {
    use std::io::Write;
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(payload.as_bytes()).unwrap();
    let part = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let header = part(br#"{"zip":"DEF","alg":"ES256","kid":"x"}"#);
    [header, part(&packed.finish().unwrap()), part(&[7; 64])].join(".")
}

fn payload(rest: &str, entries: &str) -> String {
    format!(
        r#"{{"iss":"https://a.example","vc":{{"type":["https://smarthealth.cards#health-card"],"credentialSubject":{{"fhirVersion":"4.0.1",
        "fhirBundle":{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}}}}}{rest}}}"#
    )
}

#[test]
fn odd_payloads_are_read_or_refused_in_words() {
    let flu = r#"{"fullUrl":"resource:0","resource":{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"Flu"}}}"#;
    let read = |rest: &str, entries: &str| reading(&card(&payload(rest, entries)), &Keys::default());
    let moments = |rest: &str| read(rest, flu).source.as_of.map(|d| d.text);
    assert_eq!(moments(r#","nbf":1600000000.75"#).as_deref(), Some("2020-09-13T12:26:40Z"));
    assert_eq!(moments(r#","nbf":1.6e9"#).as_deref(), Some("2020-09-13T12:26:40Z"));
    for odd in ["1e400", "-1e30", "99999999999999999999", "true", "\"soon\""] {
        let found = read(&format!(r#","nbf":{odd}"#), flu);
        assert!(found.source.as_of.is_none(), "{odd}");
        assert!(found.issues.iter().any(|i| i.code == IssueCode::BadDate && i.at == "card 1/nbf"), "{odd}");
        assert_eq!(found.entries.len(), 1, "{odd}");
    }
    // Given and not given at once: the status leads, and nothing is shown as given that says not-done.
    let both = r#"{"resource":{"resourceType":"Immunization","status":"not-done","vaccineCode":{"text":"Flu"}}}"#;
    assert_eq!(read("", both).entries[0].polarity, crate::record::Polarity::NotDone);
    // A key twice anywhere in what is signed: which is meant can't be known.
    let twice = flu.replace(r#""status":"completed""#, r#""status":"completed","status":"not-done""#);
    let found = read("", &twice);
    assert_eq!((found.entries.len(), found.ledger.not_understood), (0, 1));
    let person = |name: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Patient","name":[{{"family":"{name}","given":["A"]}}],"birthDate":"1980"}}}}"#
        )
    };
    let found = read("", &[person("X"), person("Y")].join(","));
    assert!(found.people.len() == 2 && found.issues.iter().any(|i| i.code == IssueCode::SeveralPeople));
    let two = [card(&payload("", &person("X"))), card(&payload("", &person("Y")))].join("\n");
    assert!(reading(&two, &Keys::default()).issues.iter().any(|i| i.code == IssueCode::SeveralPeople));
    let deep = format!("{}1{}", "[".repeat(4000), "]".repeat(4000));
    for odd in [
        &format!(r#"{{"resource":{deep}}}"#),
        "7",
        "null",
        "\"x\"",
        r#"{"resource":[]}"#,
        r#"{"resource":{"resourceType":7}}"#,
    ] {
        let found = read("", odd);
        let ledger = &found.ledger;
        assert!(
            found.entries.is_empty() && ledger.lines.len() as u32 == ledger.shown + ledger.kept + ledger.not_understood
        );
        assert!(ledger.not_understood >= 1, "{odd:.40}");
    }
    for bad in [r#"{"a":1}"#, "[]", "null", "", r#"{"vc":{"credentialSubject":{"fhirBundle":[]}}}"#] {
        assert_eq!(reading(&card(bad), &Keys::default()).ledger.not_understood, 1, "{bad}");
    }
}
