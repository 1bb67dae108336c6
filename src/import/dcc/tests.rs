use super::*;
use crate::import::encoding::base64;
use crate::record::Polarity;

fn vectors() -> Vec<(String, serde_json::Value)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dcc");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "json"));
    files.sort();
    let read = |p: std::path::PathBuf| {
        let name = p.file_name().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_slice(&std::fs::read(p).unwrap()).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// The member states' own test data: what each vector says must come of it.
#[test]
fn every_vector_gives_what_it_says() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 8);
    for (name, vector) in vectors {
        let text = vector["PREFIX"].as_str().unwrap();
        let certificate = base64(vector["TESTCTX"]["CERTIFICATE"].as_str().unwrap()).unwrap();
        let mut keys = Keys::default();
        assert_eq!(read(text, &keys).signed, Signed::NotChecked, "{name}");
        keys.add_certificate(&certificate, true);
        let reading = read(text, &keys);
        let expected = vector["EXPECTEDRESULTS"]["EXPECTEDVERIFY"].as_bool().unwrap();
        assert_eq!(reading.signed == Signed::Trusted, expected, "{name} {:?}", reading.issues);
        let content = &vector["JSON"];
        let person = &reading.people[0];
        assert_eq!(person.family, content["nam"]["fn"].as_str().unwrap(), "{name}");
        assert_eq!(person.birth_date.as_ref().unwrap().text, content["dob"].as_str().unwrap());
        for (group, date) in [("v", "dt"), ("t", "sc"), ("r", "fr")] {
            for (i, one) in content[group].as_array().into_iter().flatten().enumerate() {
                let entry = reading.entries.iter().find(|e| e.at == format!("/{group}/{i}")).unwrap();
                assert_eq!(entry.date.as_ref().unwrap().text, one[date].as_str().unwrap(), "{name}");
                assert_eq!(entry.identifiers[0].value, one["ci"].as_str().unwrap());
                assert!(entry.named && entry.polarity == Polarity::Positive, "{entry:?}");
            }
        }
        let ledger = &reading.ledger;
        assert_eq!((ledger.shown, ledger.kept, ledger.not_understood), (2, 1, 0), "{name}");
    }
}

#[test]
fn a_changed_certificate_shows_nothing() {
    let (_, vector) = vectors().remove(2);
    let mut keys = Keys::default();
    keys.add_certificate(&base64(vector["TESTCTX"]["CERTIFICATE"].as_str().unwrap()).unwrap(), true);
    let signed = data_encoding::HEXLOWER_PERMISSIVE.decode(vector["COSE"].as_str().unwrap().as_bytes()).unwrap();
    // Uncompressed is as good; the vector as it stands verifies.
    assert_eq!(read(&encode(&signed), &keys).signed, Signed::Trusted);
    let (mut wrong, mut unread) = (0, 0);
    for at in 0..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        let reading = read(&encode(&changed), &keys);
        match reading.signed {
            Signed::Wrong => wrong += 1,
            Signed::No => unread += 1,
            // Another key id: whose it is can't be known.
            other => assert_eq!(other, Signed::NotChecked, "{at}"),
        }
        let hidden = matches!(reading.signed, Signed::Wrong | Signed::No);
        assert!(!hidden || reading.entries.is_empty() && reading.people.is_empty(), "{at}");
        assert!(
            reading.ledger.lines.len() as u32
                == reading.ledger.shown + reading.ledger.kept + reading.ledger.not_understood
        );
    }
    assert!(wrong > 200, "{wrong} wrong, {unread} unread");
}

#[test]
fn broken_texts_never_panic() {
    let text = vectors().remove(0).1["PREFIX"].as_str().unwrap().to_owned();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |below: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    };
    for _ in 0..3000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=dice(3) {
            let at = dice(bytes.len());
            match dice(3) {
                0 => bytes[at] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[dice(45)],
                1 => drop(bytes.drain(at..(at + dice(9)).min(bytes.len()))),
                _ => bytes.truncate(at.max(5)),
            }
        }
        let reading = read(&String::from_utf8(bytes).unwrap(), &Keys::default());
        assert!(!reading.ledger.lines.is_empty());
    }
    // A bomb: five megabytes of zeros in five kilobytes.
    use std::io::Write;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 20 << 20]).unwrap();
    assert_eq!(crate::import::archive::inflate_zlib(&packed.finish().unwrap()), None);
}

fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut out = String::from("HC1:");
    for pair in bytes.chunks(2) {
        let mut n = pair.iter().fold(0_usize, |n, b| n * 256 + usize::from(*b));
        for _ in 0..=pair.len() {
            out.push(char::from(ALPHABET[n % 45]));
            n /= 45;
        }
    }
    out
}

/// A certificate of this content, with a signature that nobody's key is here for.
fn unsigned(content: Cbor) -> String {
    use coset::TaggedCborSerializable;
    let claims = Cbor::Map(vec![
        (Cbor::from(1), Cbor::from("XX")),
        (Cbor::from(6), Cbor::from(1_620_000_000_i64)),
        (Cbor::from(-260), Cbor::Map(vec![(Cbor::from(1), content)])),
    ]);
    let mut payload = Vec::new();
    ciborium::into_writer(&claims, &mut payload).unwrap();
    let protected = coset::HeaderBuilder::new().algorithm(coset::iana::Algorithm::ES256).key_id(vec![1; 8]).build();
    let sign1 = coset::CoseSign1Builder::new().protected(protected).payload(payload).signature(vec![7; 64]).build();
    encode(&sign1.to_tagged_vec().unwrap())
}

fn map(members: &[(&str, Cbor)]) -> Cbor {
    Cbor::Map(members.iter().map(|(k, v)| (Cbor::from(*k), v.clone())).collect())
}

fn name(family: &str) -> (&'static str, Cbor) {
    ("nam", map(&[("fn", Cbor::from(family)), ("gn", Cbor::from("A"))]))
}

fn test_of(result: &str) -> Cbor {
    map(&[
        ("tg", Cbor::from("840539006")),
        ("tt", Cbor::from("LP6464-4")),
        ("tr", Cbor::from(result)),
        ("sc", Cbor::from("2021")),
    ])
}

#[test]
fn odd_content_is_shown_or_said_and_never_guessed() {
    let dob = ("dob", Cbor::from("1980-01"));
    let held = |content: Cbor| {
        let reading = read(&unsigned(content), &Keys::default());
        let sum: u32 = reading.ledger.lines.iter().map(|l| l.count).sum();
        assert_eq!(sum, reading.ledger.shown + reading.ledger.kept + reading.ledger.not_understood);
        reading
    };
    let plain = held(map(&[name("X"), dob.clone(), ("t", Cbor::Array(vec![test_of("260415000")]))]));
    assert_eq!((plain.entries.len(), plain.people.len(), plain.signed), (1, 1, Signed::NotChecked));
    assert_eq!(plain.entries[0].value.as_ref().unwrap().text(), "Not detected");
    assert!(plain.people[0].birth_date.as_ref().unwrap().day().is_none());
    let refused = |content: Cbor, code: IssueCode, at: &str| {
        let reading = held(content);
        assert!(reading.issues.iter().any(|i| i.code == code && i.at == at), "{at}: {:?}", reading.issues);
        assert!(reading.ledger.lines.iter().any(|l| l.at == at && l.outcome == Outcome::NotUnderstood), "{at}");
        reading
    };
    // Detected and not detected at once.
    let mut both = test_of("260415000");
    if let Cbor::Map(members) = &mut both {
        members.push((Cbor::from("tr"), Cbor::from("260373001")));
    }
    let reading = refused(map(&[name("X"), ("t", Cbor::Array(vec![both]))]), IssueCode::DuplicateKey, "/t/0");
    assert!(reading.entries.is_empty());
    // Two names, two lists.
    let reading = refused(map(&[name("X"), name("Y")]), IssueCode::DuplicateKey, "/nam");
    assert!(reading.people.is_empty() && reading.issues.iter().any(|i| i.code == IssueCode::NoPerson));
    let list = |r: &str| ("t", Cbor::Array(vec![test_of(r)]));
    let reading = refused(map(&[name("X"), list("260415000"), list("260373001")]), IssueCode::DuplicateKey, "/t");
    assert!(reading.entries.is_empty());
    refused(map(&[("nam", Cbor::from("X"))]), IssueCode::NotAnObject, "/nam");
    refused(map(&[("t", Cbor::from(7))]), IssueCode::UnknownType, "/t");
    refused(map(&[("t", Cbor::Array(vec![Cbor::from(7)]))]), IssueCode::NotAnObject, "/t/0");
    let crowd = held(map(&[("t", Cbor::Array(vec![test_of("260415000"); 1000]))]));
    assert_eq!((crowd.entries.len(), crowd.ledger.not_understood), (256, 744));
    // Deeper than any reader should follow.
    let mut bomb = vec![0x81_u8; 100_000];
    bomb.push(1);
    assert_eq!(read(&encode(&bomb), &Keys::default()).ledger.not_understood, 1);
    let odd = map(&[("dn", Cbor::from(u64::MAX)), ("sd", Cbor::Float(f64::NAN)), ("dt", Cbor::from("2021-13-40"))]);
    let reading = held(map(&[name("X"), ("v", Cbor::Array(vec![odd]))]));
    assert_eq!(reading.entries[0].detail("doseNumber"), Some("18446744073709551615"));
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::BadDate));
}

#[test]
fn a_family_s_certificates_in_one_text_are_of_several_people() {
    let of = |family: &str| {
        unsigned(map(&[
            name(family),
            ("dob", Cbor::from("1980-01-01")),
            ("t", Cbor::Array(vec![test_of("260415000")])),
        ]))
    };
    let reading = read(&[of("X"), of("Y"), of("X")].join("\n"), &Keys::default());
    let places: Vec<&str> = reading.entries.iter().map(|e| e.at.as_str()).collect();
    assert_eq!(places, ["certificate 1/t/0", "certificate 2/t/0", "certificate 3/t/0"]);
    assert_eq!((reading.people.len(), reading.signed), (2, Signed::NotChecked));
    assert!(reading.issues.iter().any(|i| i.code == IssueCode::SeveralPeople));
}
