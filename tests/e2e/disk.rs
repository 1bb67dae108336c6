//! What a thief of the device finds: every byte of every file of the browser's profile.

use std::path::Path;
use std::process::Command;

/// Each canary that stands in some file of the folder, as UTF-8 or UTF-16LE, in any case of ASCII letters.
pub fn found_in(folder: &Path, canaries: &[&str]) -> Vec<String> {
    canaries.iter().flat_map(|canary| files_with(folder, canary)).collect()
}

/// Fails if one of the canaries lies anywhere in a browser's profile. The app itself is kept there too, so no canary
/// may be a word of the app.
pub fn assert_nothing_of(profile: &Path, canaries: &[&str]) {
    let ours = found_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("dist"), canaries);
    assert!(ours.is_empty(), "canaries must not be words of the app: {ours:#?}");
    let found = found_in(profile, canaries);
    assert!(found.is_empty(), "left on the disk: {found:#?}");
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// grep reads a profile of a hundred megabytes in a second, which an unoptimised test would not.
fn files_with(folder: &Path, canary: &str) -> Vec<String> {
    assert!(canary.len() >= 4, "“{canary}” is too short to look for");
    // grep works by lines.
    assert!(!canary.contains('\n'), "“{canary}” is more than a line");
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let output = Command::new("grep")
        .env("LC_ALL", "C")
        .args(["--recursive", "--files-with-matches", "--text", "--ignore-case", "--perl-regexp", "--devices=skip"])
        .arg(format!("(?:{}|{})", escaped(canary.as_bytes()), escaped(&wide(canary))))
        .arg(folder)
        .output()
        .expect("grep is there");
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaints.is_empty(), "grep could not look everywhere: {complaints}");
    String::from_utf8_lossy(&output.stdout).lines().map(|file| format!("“{canary}” in {file}")).collect()
}

#[test]
fn finds_what_lies_there() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-check");
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    std::fs::write(folder.join("deep/wide"), [vec![0, 255, 10], wide("xxPenicillinxx")].concat()).unwrap();
    std::fs::write(folder.join("plain"), b"\x00..\n.AMOXICILLIN...").unwrap();
    assert_eq!(found_in(&folder, &["penicillin", "Amoxicillin", "warfarin"]).len(), 2);
}
