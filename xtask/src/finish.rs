//! The last step of a release build: Trunk calls it when all stands in its staging folder.
//!
//! Programs are made smaller or faster, styles become one sheet, every file whose name may be kept for ever gets
//! its content's hash into the name, and a manifest of hashes names the release as a whole (VAULT: an older or
//! mismatching release is refused by public/sw.js).

use crate::run::{self, Failure, Outcome, because, check, root, say};
use crate::tools;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each program of the release, and what wasm-opt shall do with it.
const PROGRAMS: &[(&str, &str)] = &[
    ("door", "-Oz"),
    ("app", "-Oz"),
    ("record-worker", "-Os"),
    ("parser-worker", "-O3"),
    ("qr-worker", "-O3"),
    ("network-worker", "-Oz"),
    ("strength-worker", "-Oz"),
];

/// Files that stay out of the manifest: what reads it, and what only hosts read.
const UNLISTED: &[&str] = &["sw.js", "release.json", "_headers"];

/// Entry of the hook; a development build is left as it is.
pub fn hook() -> Outcome<()> {
    let var = |name: &str| {
        std::env::var(name).map_err(because(format!("{name} is not set; Trunk calls this task, see Trunk.toml")))
    };
    if var("TRUNK_PROFILE")? != "release" {
        return Ok(());
    }
    let stage = PathBuf::from(var("TRUNK_STAGING_DIR")?);
    optimise(&stage)?;
    let renamed = name_by_content(&stage)?;
    point_to(&stage, &renamed)?;
    manifest(&stage)?;
    report(&stage)
}

fn optimise(stage: &Path) -> Outcome<()> {
    let wasm_opt = tools::all()?.wasm_opt;
    for (program, level) in PROGRAMS {
        let file = stage.join(format!("{program}_bg.wasm"));
        say(format!("wasm-opt {level} {program}"));
        let mut command = Command::new(&wasm_opt);
        command.arg(level).arg(&file).arg("-o").arg(&file);
        check(&mut command, "wasm-opt failed; the lines above say why.")?;
    }
    Ok(())
}

/// Renames what Trunk and wasm-bindgen made; gives old name → new name.
fn name_by_content(stage: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut renamed = BTreeMap::new();
    for (program, _) in PROGRAMS {
        let wasm = format!("{program}_bg.wasm");
        let glue = format!("{program}.js");
        let new_wasm = rename(stage, &wasm, &format!("{program}_bg"), "wasm")?;
        let text = read(&stage.join(&glue))?.replace(&wasm, &new_wasm);
        write(&stage.join(&glue), &text)?;
        let new_glue = rename(stage, &glue, program, "js")?;
        renamed.insert(wasm, new_wasm);
        renamed.insert(glue, new_glue);
    }
    let sheet = "style/main.css";
    if stage.join(sheet).is_file() {
        let mut text = String::new();
        flatten(&stage.join(sheet), None, &mut text)?;
        fs::remove_dir_all(stage.join("style")).map_err(because("style/ could not be replaced"))?;
        write(&stage.join("style.css"), &text)?;
        renamed.insert(sheet.to_string(), rename(stage, "style.css", "style", "css")?);
    }
    Ok(renamed)
}

/// Writes a sheet with its `@import`s in their places, each in its layer where it names one.
fn flatten(sheet: &Path, layer: Option<&str>, out: &mut String) -> Outcome<()> {
    let folder = sheet.parent().unwrap_or(sheet);
    if let Some(layer) = layer {
        *out += &format!("@layer {layer} {{\n");
    }
    for line in read(sheet)?.lines() {
        let Some(rest) = line.trim().strip_prefix("@import ") else {
            *out += line;
            out.push('\n');
            continue;
        };
        let mut parts = rest.trim_end_matches(';').splitn(2, ' ');
        let name =
            parts.next().unwrap_or_default().trim_start_matches("url(").trim_end_matches(')').trim_matches(['"', '\'']);
        let layer = parts.next().map(str::trim).filter(|rest| !rest.is_empty());
        let layer = match layer.map(|rest| rest.strip_prefix("layer(").and_then(|rest| rest.strip_suffix(')'))) {
            None => None,
            Some(Some(name)) => Some(name),
            Some(None) => {
                return Err(Failure::new(format!(
                    "{}: `{line}` has a condition other than layer(name); write it inside the sheet.",
                    sheet.display()
                )));
            }
        };
        flatten(&folder.join(name.trim_start_matches("./")), layer, out)?;
    }
    if layer.is_some() {
        *out += "}\n";
    }
    Ok(())
}

/// Puts the new names where a page or script names the old ones.
fn point_to(stage: &Path, renamed: &BTreeMap<String, String>) -> Outcome<()> {
    for name in [
        "index.html",
        "boot.js",
        "start.js",
        "worker/record.js",
        "worker/qr.js",
        "worker/strength.js",
        "parser/boot.js",
        "network/boot.js",
    ] {
        let file = stage.join(name);
        let mut text = read(&file)?;
        for (old, new) in renamed {
            text = text.replace(&format!("\"/{old}\""), &format!("\"/{new}\""));
        }
        write(&file, &text)?;
    }
    Ok(())
}

/// `release.json`: a number that only grows, and the SHA-256 of every file that belongs to this release.
fn manifest(stage: &Path) -> Outcome<()> {
    let mut files = Vec::new();
    walk(stage, stage, &mut files)?;
    files.retain(|name| !UNLISTED.contains(&name.as_str()));
    let mut lines = Vec::new();
    for name in &files {
        let hash = hex(&Sha256::digest(bytes(&stage.join(name))?));
        // The front page is asked for by its folder.
        let place = if name == "index.html" { String::new() } else { name.clone() };
        lines.push(format!("    \"/{place}\": \"{hash}\""));
    }
    let text = format!("{{\n  \"number\": {},\n  \"files\": {{\n{}\n  }}\n}}\n", number(), lines.join(",\n"));
    write(&stage.join("release.json"), &text)?;
    // The service worker's own text must change with the release, or a browser would not look further.
    let worker = stage.join("sw.js");
    let hash = hex(&Sha256::digest(text.as_bytes()));
    write(&worker, &read(&worker)?.replace("RELEASE_HASH", &hash))
}

/// Seconds since 1970 of the commit; of now where the tree differs from it, since that is newer than the commit.
fn number() -> u64 {
    let git = |arguments: &[&str]| run::output(Command::new("git").current_dir(root()).args(arguments));
    let clean = git(&["status", "--porcelain"]).is_some_and(|list| list.is_empty());
    let commit = clean.then(|| git(&["log", "-1", "--format=%ct"])).flatten().and_then(|seconds| seconds.parse().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    commit.unwrap_or_else(now)
}

/// What a first visit and the whole app weigh, as a host with brotli sends them.
fn report(stage: &Path) -> Outcome<()> {
    let mut files = Vec::new();
    walk(stage, stage, &mut files)?;
    let mut weights: Vec<(String, usize, usize)> = Vec::new();
    for name in files {
        let plain = bytes(&stage.join(&name))?;
        let small = brotli_size(&plain);
        weights.push((name, plain.len(), small));
    }
    let sum = |belongs: &dyn Fn(&str) -> bool| {
        weights
            .iter()
            .filter(|(name, ..)| belongs(name))
            .fold((0, 0), |(plain, small), (_, p, s)| (plain + p, small + s))
    };
    let row = |title: &str, belongs: &dyn Fn(&str) -> bool| {
        let (plain, small) = sum(belongs);
        println!("  {title:<20} {plain:>9}  {:>7.1}", small as f64 / 1024.0);
        small as f64 / 1024.0
    };
    let of = |name: &str, stem: &str| name.starts_with(&format!("{stem}-")) || name.starts_with(&format!("{stem}_bg-"));
    let first = |name: &str| of(name, "door") || of(name, "style") || FIRST.contains(&name);
    say("Sizes (bytes as they are, KiB after brotli 11)");
    let door = row("first load (door)", &first);
    for (stem, _) in PROGRAMS {
        row(stem, &|name| of(name, stem));
    }
    let opened = |name: &str| first(name) || of(name, "app") || of(name, "record-worker") || RECORD.contains(&name);
    let summary = row("until the summary", &opened);
    let all = row("everything", &|_| true);
    write(&root().join(WEIGHTS), &format!("{door:.1} {summary:.1} {all:.1}\n"))
}

fn brotli_size(plain: &[u8]) -> usize {
    brotli(plain, TIGHTEST).len()
}

/// The quality of a host that packs once and serves often.
pub const TIGHTEST: i32 = 11;

/// Packed with brotli in this quality, up to [`TIGHTEST`].
pub fn brotli(plain: &[u8], quality: i32) -> Vec<u8> {
    let mut small = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    // Writing into memory has no way to fail.
    let _ = brotli::BrotliCompress(&mut &plain[..], &mut small, &parameters);
    small
}

/// KiB of the last build after brotli, as [`report`] noted them: what a first visit loads, what the summary needs after
/// unlocking, everything.
pub fn weights() -> Outcome<[f64; 3]> {
    let text = read(&root().join(WEIGHTS))?;
    let mut cells = text.split_whitespace().filter_map(|cell| cell.parse().ok());
    match (cells.next(), cells.next(), cells.next()) {
        (Some(door), Some(summary), Some(all)) => Ok([door, summary, all]),
        _ => Err(Failure::new(format!("{WEIGHTS} holds no weights; run `cargo xtask build` first."))),
    }
}

/// Packing takes long, so that it is done once a build.
const WEIGHTS: &str = "target/weights.txt";

/// The files of a first visit beside the door's own and the style.
const FIRST: [&str; 4] = ["index.html", "boot.js", "start.js", "first.js"];

/// What the record worker starts with.
const RECORD: [&str; 2] = ["worker/record.js", "worker/queue.js"];

fn rename(stage: &Path, old: &str, stem: &str, extension: &str) -> Outcome<String> {
    let hash = hex(&Sha256::digest(bytes(&stage.join(old))?));
    let new = format!("{stem}-{}.{extension}", &hash[..16]);
    fs::rename(stage.join(old), stage.join(&new)).map_err(because(format!("{old} could not be renamed")))?;
    Ok(new)
}

/// Every file below `folder`, named from `top` with `/`, in order.
fn walk(top: &Path, folder: &Path, found: &mut Vec<String>) -> Outcome<()> {
    let entries = fs::read_dir(folder).map_err(because(format!("{} could not be read", folder.display())))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(top, &path, found)?;
        } else if let Ok(relative) = path.strip_prefix(top) {
            found.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn bytes(file: &Path) -> Outcome<Vec<u8>> {
    fs::read(file).map_err(because(format!("{} could not be read", file.display())))
}

fn read(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(because(format!("{} could not be read", file.display())))
}

fn write(file: &Path, text: &str) -> Outcome<()> {
    fs::write(file, text).map_err(because(format!("{} could not be written", file.display())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
