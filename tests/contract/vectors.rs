//! Vaults written once, that must open for ever: `tests/data/sealed`.

use serde::{Deserialize, Serialize};
use tessera::app::keep::Vault;
use tessera::sealed::{Namespace, Place, Row, Sealed, Store};
use tessera::store::{Batch, Disk, Mark};
use tessera::vault::{Crypt, segment};

/// Frames under one key, and whole vaults row by row. Bytes are hexadecimal.
#[derive(Serialize, Deserialize)]
pub struct Vectors {
    pub what: String,
    pub segments: Vec<Segment>,
    pub vaults: Vec<Whole>,
}

#[derive(Serialize, Deserialize)]
pub struct Segment {
    pub why: String,
    pub root: String,
    pub vault: String,
    pub person: String,
    pub store: u8,
    pub row: String,
    pub generation: u64,
    pub schema: u16,
    pub wrap: bool,
    pub content: String,
    pub frame: String,
}

#[derive(Serialize, Deserialize)]
pub struct Whole {
    pub why: String,
    pub passphrase: String,
    pub kit: String,
    pub mark: String,
    /// Store number, row, frame.
    pub rows: Vec<(u8, String, String)>,
    pub people: Vec<(String, String)>,
    /// Person, id, SHA-256 of the original, reading, note.
    pub parcels: Vec<(String, String, String, String, String)>,
    pub journal: Vec<String>,
    pub setting: (String, String),
    /// Person, bytes, signature.
    pub signature: (String, String, String),
}

pub fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

pub fn unhex<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).try_into().unwrap()
}

pub fn bytes(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

pub fn version_1() -> Vectors {
    serde_json::from_str(include_str!("../data/sealed/version-1.json")).unwrap()
}

/// Every frame opens to its content; with any bit of its place changed it does not.
pub async fn segments_open(crypt: &impl Crypt) {
    let vectors = version_1();
    assert!(vectors.segments.len() >= 5);
    for vector in vectors.segments {
        let root = crypt.root(&bytes(&vector.root)).await.unwrap();
        let sealed = Sealed::parse(bytes(&vector.frame)).unwrap();
        let place = Place {
            vault: unhex(&vector.vault),
            person: unhex(&vector.person),
            store: Store::from_number(vector.store).unwrap(),
            row: Row(unhex(&vector.row)),
            generation: 0,
            schema: 0,
        };
        assert_eq!((sealed.generation(), sealed.schema()), (vector.generation, vector.schema));
        let namespace = if vector.wrap { Namespace::Wrap } else { Namespace::Segment };
        let opened = segment::open(crypt, &root, namespace, &place, &sealed).await;
        assert_eq!(opened, Ok(bytes(&vector.content)), "{}", vector.why);
        let elsewhere = [
            Place { vault: [9; 16], ..place },
            Place { person: [9; 16], ..place },
            Place { store: Store::Snapshot, ..place },
            Place { row: Row([9; 32]), ..place },
        ];
        for place in elsewhere {
            let refused = segment::open(crypt, &root, namespace, &place, &sealed).await;
            assert_eq!(refused, Err(segment::Refusal::Stranger), "{}", vector.why);
        }
        let other = crypt.root(&[3; 32]).await.unwrap();
        let refused = segment::open(crypt, &other, namespace, &place, &sealed).await;
        assert_eq!(refused, Err(segment::Refusal::Stranger), "{}", vector.why);
        for at in [6, 7, 8, 15, 16, 47, 48, 59, 60, 75, 76, sealed.bytes().len() - 1] {
            let mut bytes = sealed.bytes().to_vec();
            bytes[at] ^= 1;
            let flipped = Sealed::parse(bytes).unwrap();
            let refused = segment::open(crypt, &root, namespace, &place, &flipped).await;
            assert!(refused.is_err(), "{} with byte {at} flipped", vector.why);
        }
    }
}

/// Every vault opens by passphrase and by kit, with everything in it.
pub async fn vaults_open<C: Crypt>(tabs: &impl super::Tabs, crypt: impl Fn() -> C) {
    for (n, whole) in version_1().vaults.into_iter().enumerate() {
        let name = format!("vector {n}");
        let disk = tabs.fresh(&name).await;
        let frame = |text: &str| Sealed::parse(bytes(text)).unwrap();
        let is_header = |row: &&(u8, String, String)| row.1 == Row::HEADER.hex() && row.0 == 1;
        let header = frame(&whole.rows.iter().find(is_header).unwrap().2);
        let mut batch = Batch::new(0, header).unwrap();
        for (store, row, sealed) in whole.rows.iter().filter(|row| !is_header(row)) {
            batch.put(Store::from_number(*store).unwrap(), Row::from_hex(row).unwrap(), frame(sealed));
        }
        disk.commit(batch).await.unwrap();
        disk.set_mark(&Mark::read(&bytes(&whole.mark)).unwrap()).await.unwrap();
        let by_passphrase = Vault::unlock(crypt(), disk, &whole.passphrase).await.map_err(|(e, _, _)| e).unwrap();
        let by_kit = Vault::unlock_with_kit(crypt(), tabs.tab(&name), &whole.kit).await.map_err(|(e, _, _)| e).unwrap();
        for vault in [by_passphrase, by_kit] {
            assert_eq!(vault.trouble(), None);
            let people: Vec<_> = vault.people().iter().map(|(id, label)| (hex(id), hex(label))).collect();
            assert_eq!(people, whole.people);
            for (person, id, digest, reading, note) in &whole.parcels {
                let (person, id) = (unhex(person), unhex(id));
                let original = vault.original(&person, &id).await.unwrap();
                assert_eq!(hex(&crypt().digest(&original).await.unwrap()), *digest);
                let parcel = vault.parcels(&person).await.unwrap().into_iter().find(|p| p.id == id).unwrap();
                assert_eq!(
                    (hex(&parcel.reading.unwrap()), hex(&parcel.note.unwrap())),
                    (reading.clone(), note.clone())
                );
            }
            let journal = vault.journal().await;
            assert!(journal.iter().all(|entry| entry.chained));
            assert_eq!(journal.into_iter().map(|e| hex(&e.body.unwrap())).collect::<Vec<_>>(), whole.journal);
            assert_eq!(vault.setting(&whole.setting.0).await.unwrap(), Some(bytes(&whole.setting.1)));
            let (person, signed, signature) = &whole.signature;
            let public = vault.public_key(&unhex(person)).unwrap();
            assert!(crypt().verify(&public, &bytes(signed), &unhex(signature)).await.unwrap());
            let fresh = vault.sign(&unhex(person), b"anew").await.unwrap();
            assert!(crypt().verify(&public, b"anew", &fresh).await.unwrap());
            assert!(vault.check().await.unwrap().is_empty());
        }
    }
}
