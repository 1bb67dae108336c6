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
        if let Ok(claims) = Claims::read(&bytes) {
            prop_assert_eq!(claims.bytes(), bytes);
        }
    }
}
