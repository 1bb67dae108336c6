//! `cargo xtask prove`: the long harnesses, by hand, with their figures written down.

use crate::run::{self, Failure, Outcome, because, root, say};
use crate::test::{Count, serve_to};
use crate::{site, tools};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Inputs that each fuzz target is given, unless `TESSERA_PROVE_INPUTS` says otherwise.
const INPUTS: &str = "1000000";

/// Largest input that the fuzzer makes, in bytes.
const LONGEST: &str = "4096";

/// One line of the table: what ran, how often, how often it failed, for how long.
struct Figure {
    harness: String,
    runs: String,
    failures: String,
    seconds: String,
}

/// The long harnesses are ignored tests, each for `TESSERA_PROVE_SECONDS`, which print their figures; then come the fuzz
/// targets. `--no-fuzz` leaves these out, `--only-fuzz` the others; names after it are the only targets then.
pub fn prove(words: &[&str]) -> Outcome<()> {
    let mut count = Count::default();
    if !words.contains(&"--only-fuzz") {
        let others: Vec<&str> = words.iter().copied().filter(|w| *w != "--no-fuzz").collect();
        site::build_as_asked(&others)?;
        write(&harnesses(&mut count)?)?;
    }
    if !words.contains(&"--no-fuzz") {
        let named: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with("--")).collect();
        fuzz(&mut count, &named)?;
    }
    count.close()
}

fn harnesses(count: &mut Count) -> Outcome<Vec<Figure>> {
    say("The long harnesses, each for TESSERA_PROVE_SECONDS (default 600)");
    let mut command = run::cargo(&[
        "test",
        "--locked",
        "--profile",
        "prove",
        "--test",
        "mutants",
        "--test",
        "merge",
        "--test",
        "keep",
        "--test",
        "e2e",
    ]);
    command.args(["--", "--ignored", "--nocapture", "--test-threads=1", "prove_"]);
    if std::env::var_os("TESSERA_PROVE_SECONDS").is_none() {
        command.env("TESSERA_PROVE_SECONDS", "600");
    }
    let site = serve_to(&mut command)?;
    let lines = count.runner("Harnesses", &mut command);
    site.stop();
    Ok(lines.iter().filter_map(|line| figure(line)).collect())
}

/// `figure kills 12 0 40` as a test prints it.
fn figure(line: &str) -> Option<Figure> {
    // The test runner writes the test's name before what the test prints first.
    let (_, rest) = line.split_once("figure ")?;
    let mut cells = rest.split_whitespace().map(str::to_owned);
    Some(Figure { harness: cells.next()?, runs: cells.next()?, failures: cells.next()?, seconds: cells.next()? })
}

/// Runs the targets of fuzz/ with these names, or all, on the nightly compiler that libFuzzer needs. It takes hours: each
/// figure is written down when it is known.
fn fuzz(count: &mut Count, named: &[&str]) -> Outcome<()> {
    if run::output(Command::new("rustc").args(["+nightly", "--version"])).is_none() {
        return Err(Failure::new(
            "The fuzz targets need a nightly compiler: `rustup toolchain install nightly --profile minimal`, then \
             `cargo xtask prove --only-fuzz`.",
        ));
    }
    let program = tools::cargo_fuzz()?;
    let inputs = std::env::var("TESSERA_PROVE_INPUTS").unwrap_or_else(|_| INPUTS.to_owned());
    let seeds = root().join("tests/data");
    let mut targets = targets(&root().join("fuzz/fuzz_targets"))?;
    if let Some(strange) = named.iter().find(|name| !targets.iter().any(|target| target == *name)) {
        return Err(Failure(format!("There is no fuzz target {strange}; fuzz/fuzz_targets has them all.")));
    }
    targets.retain(|target| named.is_empty() || named.contains(&target.as_str()));
    for target in targets {
        let corpus = root().join("fuzz/corpus").join(&target);
        std::fs::create_dir_all(&corpus).map_err(because("The folder of the fuzzer's own inputs could not be made"))?;
        let mut command = Command::new(&program);
        command.current_dir(root()).env("RUSTUP_TOOLCHAIN", "nightly");
        // Our code is safe Rust, so that the address sanitiser would only slow it.
        command.args(["fuzz", "run", "--sanitizer", "none", &target]).arg(&corpus).arg(&seeds);
        command.args(["--", &format!("-runs={inputs}"), &format!("-max_len={LONGEST}")]);
        command.args(["-timeout=10", "-rss_limit_mb=4096", "-print_final_stats=1", "-verbosity=1"]);
        say(format!("Fuzz target {target}: {inputs} inputs"));
        let started = Instant::now();
        let (well, runs) = ran(&mut command)?;
        count.add(well);
        write(&[Figure {
            harness: format!("fuzz-{target}"),
            runs,
            failures: u8::from(!well).to_string(),
            seconds: started.elapsed().as_secs().to_string(),
        }])?;
    }
    Ok(())
}

/// Runs a fuzzer to its end; how it went, and how many inputs it says it ran. What it says of a failure is shown.
fn ran(command: &mut Command) -> Outcome<(bool, String)> {
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(because("The fuzzer could not be started"))?;
    let (mut runs, mut last) = (String::from("0"), Vec::new());
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
                runs = number.trim().to_owned();
            }
            if last.len() > 60 {
                last.remove(0);
            }
            last.push(line);
        }
    }
    let well = child.wait().is_ok_and(|status| status.success());
    if !well {
        println!("{}", last.join("\n"));
    }
    Ok((well, runs))
}

/// The names of the fuzz targets, in order.
fn targets(folder: &Path) -> Outcome<Vec<String>> {
    let files = std::fs::read_dir(folder).map_err(because("fuzz/fuzz_targets could not be read"))?;
    // What several targets share stands beside them and is none.
    let is_target = |path: &Path| std::fs::read_to_string(path).is_ok_and(|text| text.contains("fuzz_target!"));
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.ok()?.path()).filter(|path| is_target(path)))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// docs/reliability.md: a run of one half leaves the other half's lines as they stood.
fn write(figures: &[Figure]) -> Outcome<()> {
    let path = root().join("docs/reliability.md");
    let commit = run::output(Command::new("git").current_dir(root()).args(["log", "-1", "--format=%h of %cs"]))
        .unwrap_or_default();
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let mut lines: Vec<String> = old
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| harness"))
        .filter(|line| !figures.iter().any(|f| line.split('|').nth(1).is_some_and(|name| name.trim() == f.harness)))
        .map(str::to_owned)
        .collect();
    lines.extend(
        figures.iter().map(|f| format!("| {} | {} | {} | {} | {commit} |", f.harness, f.runs, f.failures, f.seconds)),
    );
    lines.sort();
    let text = format!("{HEAD}{}\n", lines.join("\n"));
    std::fs::write(&path, text).map_err(because("docs/reliability.md could not be written"))
}

const HEAD: &str = "\
# Reliability: what `cargo xtask prove` counted

Each line is the last run of one harness, on the commit that it names. `kills` are deaths of the browser by SIGKILL around
an import; `fuzz-…` are the targets of fuzz/, under libFuzzer without a sanitiser (the code is safe Rust); the others are
ignored tests named `prove_…`. TESSERA_PROVE_SECONDS and TESSERA_PROVE_INPUTS set how long each runs.

| harness | runs | failures | seconds | commit |
|---|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn reads_what_a_harness_prints() {
        let cells = |line: &str| figure(line).map(|f| (f.harness, f.runs, f.failures, f.seconds));
        let expected = Some(("kills".to_owned(), "12".to_owned(), "0".to_owned(), "40".to_owned()));
        assert_eq!(cells("figure kills 12 0 40"), expected);
        assert_eq!(cells("test prove_kills ... figure kills 12 0 40"), expected);
        assert_eq!(cells("running 3 tests"), None);
    }
}
