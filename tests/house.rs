//! The arrows of the house: reads `src/` and fails on any `crate::` path that points where its room may not look.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may name. What stands in no list may be named by nobody.
const ARROWS: &[(&str, &[&str])] = &[
    ("sealed", &[]),
    ("record", &[]),
    ("import", &["record"]),
    ("view", &["record"]),
    ("share", &["record", "sealed"]),
    ("vault", &["sealed"]),
    ("store", &["sealed"]),
    ("device", &[]),
    ("app", &["record", "import", "view", "share", "sealed", "vault", "store", "device"]),
    ("ui", &["app", "view", "share", "record"]),
];

/// The rooms that know medicine and no browser.
const PURE: &[&str] = &["record", "import", "view", "share", "sealed"];

#[test]
fn every_arrow_is_drawn_in_the_plan() {
    let mut wrong = Vec::new();
    for (room, may) in ARROWS {
        for file in files_of(room) {
            let text = code(&std::fs::read_to_string(&file).unwrap());
            for named in rooms_named(&text) {
                if named != *room && !may.contains(&named.as_str()) {
                    wrong.push(format!("{}: {room} → {named}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the plan does not have (docs in src/lib.rs):\n{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_house_is_in_the_plan() {
    let known: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    let lib = std::fs::read_to_string(source().join("lib.rs")).unwrap();
    let built: Vec<&str> =
        lib.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(!built.is_empty());
    for room in built {
        assert!(known.contains(room), "{room} is a room without arrows: add it to ARROWS");
    }
}

#[test]
fn the_pure_wing_knows_no_browser_and_does_not_wait() {
    let mut wrong = Vec::new();
    for room in PURE {
        for file in files_of(room) {
            let text = code(&std::fs::read_to_string(&file).unwrap());
            for word in [
                "web_sys",
                "js_sys",
                "wasm_bindgen",
                "leptos",
                "gloo",
                "rexie",
                "idb::",
                "async fn",
                ".await",
                "SystemTime::now",
                "Instant::now",
            ] {
                if text.contains(word) {
                    wrong.push(format!("{}: {word}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "in the pure wing:\n{}", wrong.join("\n"));
}

#[test]
fn one_file_names_the_database() {
    let mut naming: Vec<PathBuf> = Vec::new();
    for (room, _) in ARROWS {
        for file in files_of(room) {
            let text = code(&std::fs::read_to_string(&file).unwrap());
            if ["rexie::", "idb::", "IdbDatabase", "IdbTransaction"].iter().any(|word| text.contains(word)) {
                naming.push(file);
            }
        }
    }
    assert!(naming.len() <= 1, "only one file may name the database's types: {naming:#?}");
}

/// Rooms that a text names through `crate::`, alone or in braces, or through `tessera::`.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| -> String { rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut named = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (place, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && c.is_alphabetic() => {
                        named.insert(word(&list[place..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            named.insert(word(rest));
        }
    }
    let rooms: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    named.retain(|name| rooms.contains(name.as_str()));
    named
}

/// A text without its comments: docs may point anywhere.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_of(room: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![source().join(room)];
    let single = source().join(format!("{room}.rs"));
    if single.is_file() {
        found.push(single);
    }
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn reads_names_as_rust_writes_them() {
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(rooms_named(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
    };
    check("use crate::record::Entry;", &["record"]);
    check("use crate::{record::{Entry, date}, share, view::Page};", &["record", "share", "view"]);
    check("fn f() -> crate::vault::Key {}", &["vault"]);
    check("use other_crate::record; use crate::nothing;", &[]);
    check("pub(in crate::app) fn f() {}", &["app"]);
}
