//! `cargo xtask test`: every check, counted over all runners.

use crate::run::{self, Failure, Outcome, root, say};
use crate::server::{Manner, Site};
use crate::{browser, site, tools};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

const WASM: &str = "wasm32-unknown-unknown";

/// What was counted; a step that is no test runner counts as one.
#[derive(Default)]
pub struct Count {
    passed: usize,
    failed: usize,
}

pub fn all(words: &[&str]) -> Outcome<()> {
    let started = Instant::now();
    let tools = tools::all()?;
    let browser = browser::find()?;
    let mut count = Count::default();

    count.step("Format", &mut run::cargo(&["fmt", "--check"]));
    count
        .step("Format of the task runner", &mut run::cargo(&["fmt", "--check", "--manifest-path", "xtask/Cargo.toml"]));
    count.step(
        "Clippy, native",
        &mut run::cargo(&["clippy", "--locked", "--quiet", "--all-targets", "--", "-D", "warnings"]),
    );
    count.step(
        "Clippy, wasm32",
        &mut run::cargo(&[
            "clippy", "--locked", "--quiet", "--target", WASM, "--lib", "--bins", "--", "-D", "warnings",
        ]),
    );
    count.step(
        "Clippy of the task runner",
        &mut run::cargo(&[
            "clippy",
            "--locked",
            "--quiet",
            "--manifest-path",
            "xtask/Cargo.toml",
            "--",
            "-D",
            "warnings",
        ]),
    );
    count.runner(
        "Tests of the task runner",
        &mut run::cargo(&["test", "--locked", "--quiet", "--manifest-path", "xtask/Cargo.toml"]),
    );
    count.runner("Native tests", &mut run::cargo(&["test", "--locked"]));

    let mut web = run::cargo(&["test", "--locked", "--target", WASM, "--test", "web"]);
    web.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools.test_runner())
        .env("CHROMEDRIVER", &browser.chromedriver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    count.runner("Tests inside Chromium", &mut web);

    if words.contains(&"--skip-e2e") {
        say("Left out, as asked: the release build and the end-to-end tests");
    } else {
        let built = site::build();
        count.add(built.is_ok());
        match built {
            Ok(()) => end_to_end(&mut count, &[])?,
            Err(Failure(sentence)) => println!("{sentence}"),
        }
    }
    say(format!("All of it took {} minutes", started.elapsed().as_secs().div_ceil(60)));
    count.close()
}

pub fn end_to_end_only(words: &[&str]) -> Outcome<()> {
    site::build_as_asked(words)?;
    let names: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with("--")).collect();
    let mut count = Count::default();
    end_to_end(&mut count, &names)?;
    count.close()
}

pub fn shots(words: &[&str]) -> Outcome<()> {
    let words: Vec<&str> = words.iter().copied().chain(["screens"]).collect();
    end_to_end_only(&words)?;
    say("The screenshots stand in target/screens/");
    Ok(())
}

fn end_to_end(count: &mut Count, names: &[&str]) -> Outcome<()> {
    let mut command = run::cargo(&["test", "--locked", "--test", "e2e", "--"]);
    command.args(["--test-threads=1", "--nocapture"]).args(names);
    let site = serve_to(&mut command)?;
    count.runner("End-to-end tests on the release", &mut command);
    site.stop();
    Ok(())
}

/// Serves dist/, and tells the tests of this command where it is and what they need.
pub fn serve_to(command: &mut Command) -> Outcome<Site> {
    serve_to_as(command, Manner::default())
}

/// The same in another manner.
pub fn serve_to_as(command: &mut Command, manner: Manner) -> Outcome<Site> {
    let browser = browser::find()?;
    let axe = tools::axe()?;
    let site = Site::start_as(&root().join("dist"), 0, manner)?;
    command
        .env("TESSERA_SITE", &site.address)
        .env("TESSERA_CHROMIUM", &browser.chromium)
        .env("TESSERA_CHROMEDRIVER", &browser.chromedriver)
        .env("TESSERA_XTASK", std::env::current_exe().unwrap_or_default())
        .env("TESSERA_AXE", axe);
    Ok(site)
}

impl Count {
    pub fn add(&mut self, passed: bool) {
        if passed { self.passed += 1 } else { self.failed += 1 }
    }

    fn step(&mut self, name: &str, command: &mut Command) {
        say(name);
        self.add(command.status().is_ok_and(|status| status.success()));
    }

    /// Runs a test runner, shows its lines as they come, and counts by its closing lines.
    pub fn runner(&mut self, name: &str, command: &mut Command) -> Vec<String> {
        say(name);
        let (passed, failed) = (self.passed, self.failed);
        let mut lines = Vec::new();
        let Ok(mut child) = command.stdout(Stdio::piped()).spawn() else {
            println!("{name} could not be started.");
            self.add(false);
            return lines;
        };
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                println!("{line}");
                if let Some((passed, failed)) = result(&line) {
                    self.passed += passed;
                    self.failed += failed;
                }
                lines.push(line);
            }
        }
        let _ = std::io::stdout().flush();
        // A runner that broke before it could count, or counted nothing at all, has failed.
        let well = child.wait().is_ok_and(|status| status.success());
        let counted = (self.passed, self.failed) != (passed, failed);
        if (!well && self.failed == failed) || !counted {
            println!("{name} ended without a count of its tests.");
            self.add(false);
        }
        lines
    }

    pub fn close(self) -> Outcome<()> {
        println!("\n{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 {
            Ok(())
        } else {
            Err(Failure::new("Something failed; search the lines above for FAILED or error."))
        }
    }
}

/// `test result: ok. 12 passed; 0 failed; …` → (12, 0).
fn result(line: &str) -> Option<(usize, usize)> {
    let rest = line.trim().strip_prefix("test result: ")?;
    let number_before = |word: &str| {
        let end = rest.find(word)?;
        rest.get(..end)?.split_whitespace().next_back()?.parse().ok()
    };
    Some((number_before(" passed")?, number_before(" failed")?))
}

#[cfg(test)]
mod tests {
    use super::result;

    #[test]
    fn counts_what_runners_say() {
        assert_eq!(
            result("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s"),
            Some((12, 0))
        );
        assert_eq!(result("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out"), Some((3, 2)));
        assert_eq!(result("running 3 tests"), None);
        assert_eq!(result("test import::reads ... ok"), None);
    }
}
