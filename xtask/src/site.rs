//! Building the release and serving it.

use crate::run::{self, Failure, Outcome, check, root, say};
use crate::server::Site;
use crate::tools::{self, Tools};
use std::path::PathBuf;
use std::process::Command;

/// The programs that are built for size: what a person waits for before their record is there, and what does little.
const SMALL: &[&str] = &["door", "app", "record-worker", "strength-worker", "network-worker"];
/// The programs that are built for speed: they read files and pictures.
const FAST: &[&str] = &["parser-worker", "qr-worker"];

/// A quick build for looking at pages: not optimised, plain names, no service worker.
pub fn build_for_development() -> Outcome<()> {
    let tools = tools::all()?;
    say("Building for development");
    let mut command = run::cargo(&["build", "--locked", "--target", "wasm32-unknown-unknown", "--bins"]);
    check(&mut command, "The app does not build; the lines above say where.")?;
    trunk(&tools, &["build"])
}

/// The build that the words ask for: `--fast` none, `--dev` a quick one, else the release.
pub fn build_as_asked(words: &[&str]) -> Outcome<()> {
    if words.contains(&"--fast") {
        Ok(())
    } else if words.contains(&"--dev") {
        build_for_development()
    } else {
        build()
    }
}

pub fn build() -> Outcome<()> {
    let tools = tools::all()?;
    say("Building the app for size, the readers of files and pictures for speed (a first build takes some minutes)");
    for (profile, bins) in [("release", SMALL), ("speed", FAST)] {
        let mut command =
            run::cargo(&["build", "--locked", "--target", "wasm32-unknown-unknown", "--profile", profile]);
        for bin in bins {
            command.args(["--bin", bin]);
        }
        check(&mut command, "The release does not build; the lines above say where.")?;
    }
    trunk(&tools, &["build", "--release"])
}

fn trunk(tools: &Tools, arguments: &[&str]) -> Outcome<()> {
    say("Putting dist/ together with trunk");
    let mut command = Command::new(&tools.trunk);
    command.current_dir(root()).args(arguments).env("PATH", tools.path());
    // Trunk reads NO_COLOR as a yes or no and stops at the usual "1".
    command.env_remove("NO_COLOR");
    check(&mut command, "trunk could not put dist/ together; the lines above say why.")
}

pub fn serve(words: &[&str]) -> Outcome<()> {
    let after = |name: &str| words.iter().position(|word| *word == name).map(|place| words.get(place + 1).copied());
    let port = match after("--port") {
        Some(port) => port
            .and_then(|port| port.parse().ok())
            .ok_or_else(|| Failure::new("--port needs a number, as in --port 8081."))?,
        None => 8080,
    };
    let folder = after("--folder").flatten().map_or_else(|| root().join("dist"), PathBuf::from);
    build_as_asked(words)?;
    Site::start(&folder, port)?.forever();
    Ok(())
}
