//! Files that no provider wrote: one invented person, entries that are unlike all others, a letter of any size.

use std::path::{Path, PathBuf};

/// Seeded chance: the same seed, the same files and moments.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit.max(1)
    }
}

/// A file as it would come from a provider.
#[derive(Clone)]
pub struct Delivery {
    pub name: String,
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    /// The allergies it tells of: no other file has one of them.
    pub allergies: Vec<String>,
}

impl Delivery {
    /// File number `number` in `folder`, with a letter of about `letter` bytes that nothing can squeeze.
    pub fn write(folder: &Path, number: usize, letter: usize, dice: &mut Dice) -> Self {
        let allergies: Vec<String> = (0..=dice.below(4)).map(|n| format!("Kestrelin {number}x{n}x")).collect();
        let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let data: String = (0..letter / 4 * 4).map(|_| char::from(base64[dice.below(64) as usize])).collect();
        let reference = serde_json::json!({ "reference": "Patient/kestrel" });
        let mut all = vec![serde_json::json!({
            "resourceType": "Patient", "id": "kestrel", "birthDate": "1961-02-03", "gender": "female",
            "name": [{ "family": "Kestrelsworth", "given": ["Morwenna"] }],
        })];
        for (n, allergy) in allergies.iter().enumerate() {
            all.push(serde_json::json!({
                "resourceType": "AllergyIntolerance", "id": format!("a{n}"), "patient": reference,
                "clinicalStatus": { "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active",
                }] },
                "code": { "text": allergy },
            }));
        }
        if !data.is_empty() {
            all.push(serde_json::json!({
                "resourceType": "DocumentReference", "id": "letter", "status": "current", "subject": reference,
                "description": format!("Letter {number}"),
                "content": [{ "attachment": { "contentType": "application/octet-stream", "data": data } }],
            }));
        }
        let entries: Vec<_> = all.into_iter().map(|resource| serde_json::json!({ "resource": resource })).collect();
        let bundle = serde_json::json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
        let name = format!("delivery-{number:04}.json");
        let path = folder.join(&name);
        let bytes = serde_json::to_vec(&bundle).unwrap();
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        Self { name, path, bytes, allergies }
    }
}
