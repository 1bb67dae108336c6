//! Building the release and serving it.

use crate::run::{self, Failure, Outcome, check, root, say};
use crate::server::Site;
use crate::tools;
use std::process::Command;

/// The programs that are built for size: what a person waits for on the first visit.
const SMALL: &[&str] = &["door", "app"];
/// The programs that are built for speed: they read, merge and decode.
const FAST: &[&str] = &["record-worker", "parser-worker", "qr-worker"];

pub fn build() -> Outcome<()> {
    let tools = tools::all()?;
    say("Building the app for size, the workers for speed (a first build takes some minutes)");
    for (profile, bins) in [("release", SMALL), ("speed", FAST)] {
        let mut command =
            run::cargo(&["build", "--locked", "--target", "wasm32-unknown-unknown", "--profile", profile]);
        for bin in bins {
            command.args(["--bin", bin]);
        }
        check(&mut command, "The release does not build; the lines above say where.")?;
    }
    say("Putting dist/ together with trunk");
    let mut command = Command::new(&tools.trunk);
    command.current_dir(root()).args(["build", "--release"]).env("PATH", tools.path());
    // Trunk reads NO_COLOR as a yes or no and stops at the usual "1".
    command.env_remove("NO_COLOR");
    check(&mut command, "trunk could not put dist/ together; the lines above say why.")
}

pub fn serve(words: &[&str]) -> Outcome<()> {
    let port = match words.iter().position(|word| *word == "--port") {
        Some(place) => words
            .get(place + 1)
            .and_then(|port| port.parse().ok())
            .ok_or_else(|| Failure::new("--port needs a number, as in --port 8081."))?,
        None => 8080,
    };
    if !words.contains(&"--fast") {
        build()?;
    }
    Site::start(&root().join("dist"), port)?.forever();
    Ok(())
}
