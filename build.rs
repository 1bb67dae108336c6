//! Compiles the message files `src/ui/text/{en,cy}/*.txt` into one function a message, so that the compiler refuses a
//! message that does not exist, and the linker leaves out of each wasm what that wasm never says.
//!
//! A file is a page; a line is `key = text`, continued on lines that begin with a space; `#` begins a comment.
//! `{name}` stands for a text, `{#count}` for a whole number; the first number of a message chooses among the plural
//! forms `key.zero .one .two .few .many .other` (CLDR's, whole numbers only).
//!
//! And names the sources of `src/record`, for what that room leaves in a vault as a cache.
// A build script speaks to cargo on its standard output.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The plural forms, in the order of `text::Form`.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
const LANGS: [&str; 2] = ["en", "cy"];

/// The texts of one message: by plural form, or one under "other".
type Message = BTreeMap<String, String>;
/// The messages of one page, by key.
type Page = BTreeMap<String, Message>;

fn main() -> Result<(), String> {
    let root = Path::new("src/ui/text");
    println!("cargo::rerun-if-changed={}", root.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=TESSERA_RECORD={:016x}", code_of(&[Path::new("src/record"), Path::new("Cargo.lock")])?);
    let mut pages: BTreeMap<String, Vec<Page>> = BTreeMap::new();
    for lang in LANGS {
        let folder = root.join(lang);
        for file in fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))? {
            let path = file.map_err(|e| e.to_string())?.path();
            if path.extension().is_none_or(|e| e != "txt") {
                continue;
            }
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            pages.entry(name).or_default().push(read(&text).map_err(|e| format!("{}: {e}", path.display()))?);
        }
    }
    let mut code = String::new();
    let mut keys = String::new();
    for (name, langs) in &pages {
        let [en, cy] = langs.as_slice() else { return Err(format!("{name}.txt stands in one language only")) };
        code.push_str(&page(name, en, cy, &mut keys).map_err(|e| format!("{name}.txt: {e}"))?);
    }
    _ = write!(
        code,
        "/// Every message, as page and function.\n#[cfg(test)]\npub const KEYS: &[(&str, &str)] = &[{keys}];\n"
    );
    let out = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    fs::write(Path::new(&out).join("messages.rs"), code).map_err(|e| e.to_string())
}

/// A number that changes with any byte of these files and folders: the program knows by it whose merge an outline is.
fn code_of(paths: &[&Path]) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    let mut files: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    while let Some(path) = files.pop() {
        let fault = |e: std::io::Error| format!("{}: {e}", path.display());
        println!("cargo::rerun-if-changed={}", path.display());
        if path.is_dir() {
            let inside = fs::read_dir(&path).map_err(fault)?.map(|file| file.map(|file| file.path()));
            files.extend(inside.collect::<Result<Vec<_>, _>>().map_err(fault)?);
            // Where the folder lies says nothing, nor in which order the disk lists it.
            files.sort();
        } else {
            hasher.write(path.as_os_str().as_encoded_bytes());
            hasher.write(&fs::read(&path).map_err(fault)?);
        }
    }
    Ok(hasher.finish())
}

fn read(text: &str) -> Result<Page, String> {
    let mut page = Page::new();
    let mut last: Option<(String, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let fault = |what: &str| Err(format!("line {}: {what}: {line}", number + 1));
        if line.trim().is_empty() || line.starts_with('#') {
            last = None;
        } else if line.starts_with(' ') {
            let Some(text) = last.as_ref().and_then(|(key, form)| page.get_mut(key)?.get_mut(form)) else {
                return fault("a continued line continues nothing");
            };
            text.push(' ');
            text.push_str(line.trim());
        } else {
            let Some((key, text)) = line.split_once('=') else { return fault("no = on this line") };
            let (key, form) = match key.trim().split_once('.') {
                Some((key, form)) if FORMS.contains(&form) => (key, form),
                Some(_) => return fault("no such plural form"),
                None => (key.trim(), "other"),
            };
            if !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                return fault("a key is of small letters, digits and hyphens");
            }
            let message = page.entry(key.to_owned()).or_default();
            if message.insert(form.to_owned(), text.trim().to_owned()).is_some() {
                return fault("the key stands twice");
            }
            last = Some((key.to_owned(), form.to_owned()));
        }
    }
    Ok(page)
}

/// The names between braces, sorted, each once.
fn places(message: &Message) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for text in message.values() {
        for part in text.split('{').skip(1) {
            let (name, _) = part.split_once('}').ok_or_else(|| format!("a brace is not closed: {text}"))?;
            let name = name.to_owned();
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all.sort();
    Ok(all)
}

fn page(name: &str, en: &Page, cy: &Page, keys: &mut String) -> Result<String, String> {
    if let Some(key) = en.keys().find(|k| !cy.contains_key(*k)).or(cy.keys().find(|k| !en.contains_key(*k))) {
        return Err(format!("the message {key} stands in one language only"));
    }
    let module = name.replace('-', "_");
    let mut code = format!("/// The words of `{name}`.\n#[allow(missing_docs)]\npub mod {module} {{\n");
    for (key, (english, welsh)) in en.iter().zip(cy.values()).map(|((k, e), w)| (k, (e, w))) {
        let names = places(english)?;
        if names != places(welsh)? {
            return Err(format!("the message {key} has other names in braces in Welsh than in English"));
        }
        let mut function = key.replace('-', "_");
        if ["as", "for", "if", "in", "move", "type", "use", "where", "self"].contains(&function.as_str()) {
            function.push('_');
        }
        _ = write!(keys, "({module:?}, {function:?}),");
        code.push_str(&message(&function, english, welsh, &names)?);
    }
    code.push_str("}\n");
    Ok(code)
}

fn message(function: &str, en: &Message, cy: &Message, names: &[String]) -> Result<String, String> {
    for (lang, message) in [("English", en), ("Welsh", cy)] {
        if !message.contains_key("other") {
            return Err(format!("the message {function} lacks its form .other in {lang}"));
        }
    }
    let doc = en.get("other").map(|t| t.replace(['[', ']', '<', '>', '`'], "'")).unwrap_or_default();
    let mut code = format!("/// {doc}\n");
    if names.is_empty() && en.len() == 1 && cy.len() == 1 {
        _ = writeln!(
            code,
            "pub fn {function}() -> &'static str {{ super::pick([{:?}, {:?}]) }}",
            en.get("other").map_or("", |t| t),
            cy.get("other").map_or("", |t| t)
        );
        return Ok(code);
    }
    let count = names.iter().find_map(|n| n.strip_prefix('#'));
    if count.is_none() && (en.len() > 1 || cy.len() > 1) {
        return Err(format!("the message {function} has plural forms and no {{#number}}"));
    }
    let mut arguments = String::new();
    let mut values = String::new();
    for name in names {
        let bare = name.trim_start_matches('#');
        if name.starts_with('#') {
            _ = write!(arguments, "{bare}: u64, ");
            _ = write!(values, "({name:?}, &super::number({bare})), ");
        } else {
            _ = write!(arguments, "{bare}: &str, ");
            _ = write!(values, "({name:?}, {bare}), ");
        }
    }
    let choose = if en.len() == 1 && cy.len() == 1 {
        format!("super::pick([{}, {}])", form(en, "other"), form(cy, "other"))
    } else {
        let forms = |m: &Message| FORMS.map(|f| form(m, f)).join(", ");
        format!("super::plural({}, &[[{}], [{}]])", count.unwrap_or("0"), forms(en), forms(cy))
    };
    _ = writeln!(code, "pub fn {function}({arguments}) -> String {{ super::fill({choose}, &[{values}]) }}");
    Ok(code)
}

fn form(message: &Message, form: &str) -> String {
    format!("{:?}", message.get(form).or(message.get("other")).map_or("", |t| t))
}
