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
    let encode = |bytes: &[u8]| {
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
    };
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
