//! The import report in machine form, natively and without the app.
//!
//! `inspect FILE…` prints one JSON object a file, one line each; exit code 0 if every file was read, 1 if any was refused
//! (the reason stands in its object), 2 for wrong usage. docs/import.md describes the shape.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::ops::ControlFlow;
use std::process::ExitCode;

use tessera::import::{self, report};
use tessera::record::Hash;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() || paths.iter().any(|p| p.starts_with("--")) {
        eprintln!("usage: inspect FILE…");
        return ExitCode::from(2);
    }
    let mut refused = false;
    for path in &paths {
        refused |= !inspect(path);
    }
    ExitCode::from(u8::from(refused))
}

/// Prints one line for each inner file; one in all if the file can't be opened. False if any was refused.
fn inspect(path: &str) -> bool {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{path}: {error}");
            return false;
        }
    };
    let size = |b: &[u8]| b.len() as u64;
    match import::open(&bytes, path, &mut |_| ControlFlow::Continue(())) {
        Ok(delivery) => delivery.files.iter().fold(true, |fine, file| {
            let inner = file.bytes.as_deref().unwrap_or(&bytes);
            match &file.reading {
                Ok(reading) => println!("{}", report::json(reading, path, file.hash, size(inner))),
                Err(error) => println!("{}", report::refused(error, path, file.hash, size(inner))),
            }
            fine && file.reading.is_ok()
        }),
        Err(error) => {
            println!("{}", report::refused(&error, path, Hash::of(&bytes), size(&bytes)));
            false
        }
    }
}
