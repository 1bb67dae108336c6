//! `cargo xtask bench`: speed and size of the release, each beside its yardstick of the same run.

use crate::run::{self, Failure, Outcome, because, check, root, say};
use crate::server::{Manner, Site};
use crate::test::{Count, serve_to_as};
use crate::{finish, site, tools};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What was measured, by name.
type Measures = BTreeMap<String, f64>;

/// Builds as asked, measures natively and in a browser, and writes the table.
pub fn bench(words: &[&str]) -> Outcome<()> {
    let small = words.contains(&"--small");
    site::build_as_asked(words)?;
    let folder = yardsticks()?;
    let mut told = Measures::new();
    let [door, summary, all] = finish::weights()?;
    let react = ["react.html", "react.js"].iter().map(|name| packed(&folder.join(name))).sum::<Outcome<f64>>()?;
    for (name, value) in [("door", door), ("summary", summary), ("all", all), ("react", react)] {
        told.insert(format!("kib-{name}"), value);
    }
    if !words.contains(&"--no-native") {
        native(&mut told, small)?;
    }
    let mut count = Count::default();
    browser(&mut told, &mut count, &folder, small)?;
    write(&told, small)?;
    count.close()
}

fn packed(file: &Path) -> Outcome<f64> {
    let plain = std::fs::read(file).map_err(because(format!("{} could not be read", file.display())))?;
    Ok(finish::brotli(&plain, finish::TIGHTEST).len() as f64 / 1024.0)
}

/// The pages of benches/browser, with React and FlexSearch bundled beside them.
fn yardsticks() -> Outcome<PathBuf> {
    let (from, to) = (root().join("benches/browser"), root().join("target/bench/site"));
    let _ = std::fs::remove_dir_all(&to);
    let packages = tools::yardsticks()?;
    std::fs::create_dir_all(&to).map_err(because("The folder of the yardsticks could not be made"))?;
    let entries = std::fs::read_dir(&from).map_err(because("benches/browser could not be read"))?;
    for entry in entries.flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name()))
            .map_err(because(format!("{} could not be copied", entry.path().display())))?;
    }
    // The server serves a folder only if it has a front page.
    std::fs::copy(from.join("static.html"), to.join("index.html")).map_err(because("index.html could not be made"))?;
    for (source, loader, name) in [("react.jsx", "jsx", "react.js"), ("flexsearch.js.in", "js", "flexsearch.js")] {
        let text = std::fs::read(from.join(source)).map_err(because(format!("{source} could not be read")))?;
        // esbuild looks for packages from the folder of what it bundles.
        let inside = packages.join(format!("yardstick.{loader}"));
        std::fs::write(&inside, text).map_err(because(format!("{source} could not be copied")))?;
        let mut command = Command::new(packages.join("node_modules/.bin/esbuild"));
        command.current_dir(&packages).arg(inside).args([
            "--bundle",
            "--minify",
            "--format=iife",
            "--jsx=automatic",
            "--define:process.env.NODE_ENV=\"production\"",
            "--log-level=error",
        ]);
        command.arg(format!("--outfile={}", to.join(name).display()));
        check(&mut command, "esbuild could not bundle a yardstick; the lines above say why.")?;
    }
    Ok(to)
}

/// Merge and index against one pass over the same entries: benches/merge.rs prints them where it is asked to.
fn native(told: &mut Measures, small: bool) -> Outcome<()> {
    say("The pure rooms, natively (a first build takes some minutes)");
    // Not the release: that is built for size, for a browser.
    let mut command = run::cargo(&["bench", "--locked", "--profile", "prove", "--bench", "merge"]);
    command.env("TESSERA_BENCH", if small { "small" } else { "full" }).stderr(Stdio::inherit());
    let output = command.output().map_err(because("The native bench could not be started"))?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{lines}");
    told.extend(lines.lines().filter_map(measure));
    if output.status.success() {
        Ok(())
    } else {
        Err(Failure::new("The native bench failed; the lines above say why."))
    }
}

fn browser(told: &mut Measures, count: &mut Count, folder: &Path, small: bool) -> Outcome<()> {
    let mut command = run::cargo(&["test", "--locked", "--test", "e2e", "--"]);
    command.args(["--ignored", "--nocapture", "--test-threads=1", "bench_"]);
    let packed = Manner { packed: true, ..Manner::default() };
    let app = serve_to_as(&mut command, packed)?;
    let others = Site::start_as(folder, 0, Manner { bare: true, ..packed })?;
    command.env("TESSERA_BENCH", if small { "small" } else { "full" });
    command.env("TESSERA_YARDSTICKS", &others.address).env("TESSERA_YARDSTICKS_FOLDER", folder);
    let lines = count.runner("In the browser", &mut command);
    app.stop();
    others.stop();
    told.extend(lines.iter().filter_map(|line| measure(line)));
    Ok(())
}

/// `measure import-large 1234.5`
fn measure(line: &str) -> Option<(String, f64)> {
    // The test runner writes the test's name before what the test prints first.
    let (_, rest) = line.split_once("measure ")?;
    let mut cells = rest.split_whitespace();
    Some((cells.next()?.to_owned(), cells.next()?.parse().ok()?))
}

/// One line of the table: its number in the plan, what, ours, the yardstick, the most that the ratio may be.
struct Row {
    number: &'static str,
    what: &'static str,
    ours: Option<f64>,
    yardstick: (&'static str, Option<f64>),
    unit: &'static str,
    budget: f64,
}

/// The rows of the plan. Where the budget is a plain figure the yardstick is one unit of it.
fn rows(told: &Measures) -> Vec<Row> {
    let of = |name: &str| told.get(name).copied().filter(|v| *v >= 0.0);
    let row = |number, what, ours: Option<f64>, name, yardstick: Option<f64>, unit, budget| Row {
        number,
        what,
        ours,
        yardstick: (name, yardstick),
        unit,
        budget,
    };
    let frame = Some(1000.0 / 60.0);
    let unlock = of("unlock-large").zip(of("unlock-little")).map(|(large, little)| (large - little).max(0.0));
    vec![
        row(
            "1",
            "import of the middle Bundle, chosen → durable, merged, on screen",
            of("import-middle"),
            "floor: plain JavaScript",
            of("floor-import-middle"),
            "ms",
            1.0,
        ),
        row(
            "1",
            "import of the large Bundle",
            of("import-large"),
            "floor: plain JavaScript",
            of("floor-import-large"),
            "ms",
            0.6,
        ),
        row(
            "3",
            "import of the large against the middle one",
            of("import-large"),
            "ours, middle",
            of("import-middle"),
            "ms",
            11.0,
        ),
        row(
            "4",
            "longest task of the page while importing, 4 × throttle",
            of("longest-task-throttled"),
            "a loop of 50 ms, throttled alike",
            of("loop-throttled"),
            "ms",
            1.0,
        ),
        row(
            "4",
            "longest standstill of the progress, 4 × throttle",
            of("progress-gap-throttled"),
            "250 ms",
            Some(250.0),
            "ms",
            1.0,
        ),
        row(
            "5",
            "unlock with the large record, less unlock with one file (the key's stretching)",
            unlock,
            "floor: open and first 50 rows",
            of("floor-open-large"),
            "ms",
            1.5,
        ),
        row(
            "8",
            "first load, locked screen",
            of("kib-door"),
            "React's hello",
            of("kib-react"),
            "KiB brotli",
            40.0 / 59.0,
        ),
        row("8", "first load, locked screen", of("kib-door"), "40 KiB", Some(40.0), "KiB brotli", 1.0),
        row("8", "summary drawn after unlocking", of("kib-summary"), "300 KiB", Some(300.0), "KiB brotli", 1.0),
        row("8", "the whole app", of("kib-all"), "1,200 KiB", Some(1200.0), "KiB brotli", 1.0),
        row("9", "cold start, largest contentful paint", of("lcp-app"), "static page", of("lcp-static"), "ms", 1.5),
        row("9", "cold start, largest contentful paint", of("lcp-app"), "React's hello", of("lcp-react"), "ms", 1.0),
        row(
            "9",
            "cold start, first screen answers",
            of("interactive-app"),
            "static page's paint",
            of("lcp-static"),
            "ms",
            3.5,
        ),
        row(
            "10",
            "search as you type, large, p95 letter → drawn",
            of("search-large-p95"),
            "scan with includes",
            of("scan-p95-large"),
            "ms",
            0.5,
        ),
        row(
            "10",
            "search as you type, large, p95 letter → drawn",
            of("search-large-p95"),
            "FlexSearch (titles only)",
            of("flex-p95-large"),
            "ms",
            1.0,
        ),
        row(
            "10",
            "search as you type, middle, p95 letter → drawn",
            of("search-middle-p95"),
            "one frame",
            frame,
            "ms",
            1.0,
        ),
        row(
            "10",
            "words made ready for search, native",
            of("native-words"),
            "a scan's preparation (folding), native",
            of("native-fold"),
            "ms",
            1.0,
        ),
        row(
            "11",
            "timeline of all rows, 200 frames of scrolling, 4 × throttle: script time",
            of("scroll-script"),
            "hand-written recycler",
            of("recycler-script"),
            "ms",
            1.2,
        ),
        row("11", "the same: frames with a blank row", of("scroll-blank"), "none (of 200)", Some(200.0), "frames", 0.0),
        row(
            "16",
            "merge of 20 files, 100,000 entries, native",
            of("native-merge"),
            "one pass over the entries",
            of("native-pass"),
            "ms",
            5.0,
        ),
    ]
}

fn number(value: Option<f64>) -> String {
    match value {
        None => "not measured".to_owned(),
        Some(value) if value >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.1}"),
    }
}

fn write(told: &Measures, small: bool) -> Outcome<()> {
    let path = root().join(if small { "target/bench/performance.md" } else { "docs/performance.md" });
    let commit = run::output(Command::new("git").current_dir(root()).args(["log", "-1", "--format=%h of %cs"]))
        .unwrap_or_default();
    let mut text = format!("{HEAD}\nMeasured on {commit}{}.\n\n", if small { ", a tenth of everything" } else { "" });
    text += "| row | what | ours | yardstick | | ratio | budget | within |\n|---|---|---|---|---|---|---|---|\n";
    for row in rows(told) {
        let (name, yardstick) = row.yardstick;
        let ratio = row.ours.zip(yardstick).filter(|(_, y)| *y > 0.0).map(|(ours, yardstick)| ours / yardstick);
        text += &format!(
            "| {} | {} | {} {unit} | {name} | {} {unit} | {} | ≤ {:.2} | {} |\n",
            row.number,
            row.what,
            number(row.ours),
            number(yardstick),
            ratio.map_or("–".to_owned(), |r| format!("{r:.2}")),
            row.budget,
            ratio.map_or("–", |r| if r <= row.budget { "yes" } else { "**no**" }),
            unit = row.unit,
        );
    }
    println!("{text}");
    std::fs::write(&path, text).map_err(|error| Failure(format!("{} could not be written: {error}.", path.display())))
}

const HEAD: &str = "\
# Performance: what `cargo xtask bench` measured

Written by `cargo xtask bench`; nothing here is edited by hand. Machines are shared and noisy: what counts is the ratio to a
yardstick that was measured in the same run, in the same headless Chromium, medians of several repeats (the largest import:
of two). Rows have the numbers of the plan. *Middle* is a Bundle of 10,000 invented FHIR R4 resources (11 MB), *large* of
100,000 (113 MB). The pages of the yardsticks stand in benches/browser. The network is 1.6 Mbit/s with 150 ms there and back
for the cold start; both sites are sent packed with brotli. Figures that fall short stand here as they are.

Not measured here: rows 2 (the peer, RxDB), 6, 7, 12 to 15.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_bench_prints_and_says_what_was_not_measured() {
        assert_eq!(measure("measure lcp-app 12.500"), Some(("lcp-app".to_owned(), 12.5)));
        assert_eq!(measure("test bench_cold_start ... measure lcp-app 3"), Some(("lcp-app".to_owned(), 3.0)));
        assert_eq!(measure("running 2 tests"), None);
        assert!(rows(&Measures::new()).iter().all(|row| row.ours.is_none()));
        assert_eq!(number(None), "not measured");
    }
}
