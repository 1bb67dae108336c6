//! What a thief of the device finds: every byte of every file of the browser's profile.

use std::path::Path;

/// Each canary that stands in some file of the folder, as UTF-8 or UTF-16LE, any case of ASCII letters.
pub fn found_in(folder: &Path, canaries: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            // A link (Chromium's lock) is no data of its own.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => {
                    let mut bytes = std::fs::read(&path).unwrap_or_default();
                    bytes.make_ascii_lowercase();
                    for canary in canaries {
                        for needle in forms(canary) {
                            if holds(&bytes, &needle) {
                                found.push(format!("“{canary}” in {}", path.display()));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn forms(canary: &str) -> [Vec<u8>; 2] {
    let small = canary.to_ascii_lowercase();
    [small.clone().into_bytes(), small.encode_utf16().flat_map(u16::to_le_bytes).collect()]
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && bytes.windows(needle.len()).any(|window| window[0] == needle[0] && window == needle)
}

#[test]
fn finds_what_lies_there() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-check");
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    let wide: Vec<u8> = "xxPenicillinxx".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(folder.join("deep/wide"), wide).unwrap();
    std::fs::write(folder.join("plain"), b"...AMOXICILLIN...").unwrap();
    assert_eq!(found_in(&folder, &["penicillin", "Amoxicillin", "warfarin"]).len(), 2);
}
