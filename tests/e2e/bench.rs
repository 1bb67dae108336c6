//! The browser's part of `cargo xtask bench`: each figure of the app beside its yardstick, in the same browser and run.
//!
//! Prints `measure NAME VALUE` lines; the task runner makes ratios of them. Ignored tests: they take minutes, and a busy
//! machine must not fail a check.

use crate::browser::{Browser, Kind};
use crate::{given, journey};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one import may take.
const LONG: Duration = Duration::from_secs(300);

/// 1.6 Mbit/s down, 0.75 up, 150 ms there and back: a slow mobile network.
const NETWORK: (f64, f64, f64) = (200_000.0, 93_750.0, 150.0);

/// Told by `cargo xtask bench --small`: a tenth of everything, to try the bench itself.
fn small() -> bool {
    given("TESSERA_BENCH") == "small"
}

fn large_count() -> usize {
    if small() { 10_000 } else { 100_000 }
}

fn say(name: &str, value: f64) {
    println!("measure {name} {value:.3}");
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// A Bundle of invented resources of one invented person, 1.1 kB each: mostly results, as real records are.
fn bundle(name: &str, count: usize, seed: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.json"));
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let patient = json!({"resourceType": "Patient", "id": "p", "birthDate": "1951-03-03", "gender": "female",
        "name": [{"use": "official", "family": "Benchwell", "given": ["Ada"]}]});
    write!(out, "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"2025-06-01T10:00:00Z\",")
        .unwrap();
    write!(out, "\"entry\":[{{\"resource\":{patient}}}").unwrap();
    for i in 0..count {
        write!(
            out,
            ",\n{{\"fullUrl\":\"urn:uuid:{seed:08}-0000-4000-8000-{i:012}\",\"resource\":{}}}",
            resource(i, seed)
        )
        .unwrap();
    }
    write!(out, "]}}").unwrap();
    out.flush().unwrap();
    path
}

fn resource(i: usize, seed: usize) -> Value {
    const OF: [&str; 8] = ["Serum", "Plasma", "Urine", "Fasting", "Random", "Total", "Corrected", "Estimated"];
    const WHAT: [&str; 12] = [
        "creatinine",
        "sodium",
        "potassium",
        "albumin",
        "calcium",
        "ferritin",
        "glucose",
        "cholesterol",
        "bilirubin",
        "magnesium",
        "phosphate",
        "urate",
    ];
    let title = format!("{} {}", OF[i % OF.len()], WHAT[(i / 3) % WHAT.len()]);
    let (year, month, day) = (1990 + i % 35, 1 + i % 12, 1 + (i / 12) % 28);
    let date = format!("{year}-{month:02}-{day:02}T{:02}:{:02}:00Z", i % 24, (i / 24 + seed) % 60);
    let code = json!({"text": title, "coding": [{"system": "http://loinc.org", "code": format!("{}-{}", 1000 + i % 96, i % 10),
        "display": title}]});
    let note = format!("Invented for measuring speed, number {i}. {}", "Nothing here is about anybody. ".repeat(6));
    match i % 20 {
        0 => {
            json!({"resourceType": "MedicationRequest", "id": format!("m{i}"), "status": "completed", "intent": "order",
            "subject": {"reference": "Patient/p"}, "authoredOn": date, "note": [{"text": note}],
            "medicationCodeableConcept": {"text": format!("Ramipril {}mg capsules", 1 + i % 9)},
            "dosageInstruction": [{"text": "One to be taken each morning"}]})
        }
        1 => json!({"resourceType": "Condition", "id": format!("c{i}"), "subject": {"reference": "Patient/p"},
            "code": {"text": format!("Asthma, kind {}", i % 500)}, "onsetDateTime": date, "note": [{"text": note}],
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}]}}),
        2 => json!({"resourceType": "Encounter", "id": format!("e{i}"), "status": "finished",
            "subject": {"reference": "Patient/p"}, "type": [{"text": "Consultation in surgery"}], "period": {"start": date},
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}, "reasonCode": [{"text": note}]}),
        _ => json!({"resourceType": "Observation", "id": format!("o{i}"), "status": "final",
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "code": code, "subject": {"reference": "Patient/p"}, "effectiveDateTime": date, "issued": date,
            "performer": [{"display": "Elm Laboratory"}], "note": [{"text": note}],
            "valueQuantity": {"value": i % 200, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
            "referenceRange": [{"low": {"value": 45, "unit": "mmol/L"}, "high": {"value": 110, "unit": "mmol/L"}}]}),
    }
}

/// Watches an import from the choice of the file to the moment at which it is kept, merged and on the screen.
const WATCH_IMPORT: &str = r#"
const reports = () => Array.from(document.querySelectorAll("a, button")).filter((e) => e.textContent.includes("See the report")).length;
const before = reports();
const told = (globalThis.bench = { started: 0, ms: 0, longest: 0, gap: 0, stages: [] });
let last = 0;
const moved = () => {
  const now = performance.now();
  if (told.started && !told.ms) {
    told.gap = Math.max(told.gap, now - last);
    last = now;
    const words = (document.querySelector(".progress")?.textContent ?? "").replace(/[0-9.,% ]+/g, " ").trim();
    if (told.stages.at(-1)?.[1] !== words) told.stages.push([Math.round(now - told.started), words]);
  }
};
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) {
    if (told.started && task.startTime >= told.started && !told.ms) told.longest = Math.max(told.longest, task.duration);
  }
}).observe({ type: "longtask" });
addEventListener("change", () => { told.started = last = performance.now(); }, { capture: true });
const observer = new MutationObserver(() => {
  moved();
  if (told.started && !told.ms && reports() > before) {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { told.ms = performance.now() - told.started; }));
  }
});
observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
"#;

/// Work of 50 ms on this machine as it is now, so that the same work can be timed under a throttle.
const LOOP: &str = r#"
const work = (n) => { let x = 1; for (let i = 0; i < n; i += 1) x = (x * 1103515245 + 12345) % 2147483648; return x; };
const time = (n) => { const t = performance.now(); globalThis.sink = work(n); return performance.now() - t; };
if (!arguments[0]) {
  time(1e6);
  let n = 1e6;
  while (time(n) < 40) n *= 1.5;
  globalThis.loops = n * 50 / time(n);
}
return Array.from({ length: 7 }, () => time(globalThis.loops)).sort((a, b) => a - b)[3];
"#;

impl Browser {
    async fn number(&self, script: &str) -> f64 {
        self.value::<f64>(script).await.unwrap_or(0.0)
    }

    async fn throttle(&self, times: f64) {
        self.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": times })).await;
    }

    async fn told(&self, script: &str, given: Vec<Value>) -> Value {
        self.driver.set_script_timeout(LONG).await.unwrap();
        self.driver.execute_async(script, given).await.unwrap().json().clone()
    }

    /// A vault that holds one small file of the person, on the page where files are brought in.
    async fn with_vault(name: &str) -> Browser {
        let browser = Browser::fresh(name).await;
        browser.start_record().await;
        browser.bring_own(bundle("first", 1, 9)).await;
        browser.keep_without_check().await;
        // Unlocking leads back to where it was locked: that is not to be the kit, which asks for the passphrase again.
        browser.go("#/summary", "Summary").await;
        browser
    }

    /// Imports a file; what [`WATCH_IMPORT`] saw.
    async fn import_watched(&self, file: PathBuf) -> Value {
        self.go("#/import", "Import records").await;
        self.driver.execute(WATCH_IMPORT, vec![]).await.unwrap();
        self.upload(&[file]).await;
        self.within(LONG, "the import to end", || async { self.number("return globalThis.bench.ms").await > 0.0 })
            .await;
        let seen: Value = self.value("return globalThis.bench").await.unwrap();
        println!("stages of an import, from when in ms: {}", seen["stages"]);
        seen
    }

    async fn floor(&self, file: PathBuf) -> f64 {
        self.driver.goto(format!("{}/floor.html", self.site)).await.unwrap();
        self.upload(&[file]).await;
        self.within(LONG, "the floor to import", || async {
            self.number("return globalThis.result?.ms ?? 0").await > 0.0
        })
        .await;
        self.number("return globalThis.result.ms").await
    }

    /// From the press on *Unlock* to the first page of the record, in milliseconds.
    async fn unlock_timed(&self) -> f64 {
        self.lock().await;
        self.type_into("Your passphrase", crate::person::PASSPHRASE).await;
        self.driver
            .execute(
                r#"
globalThis.bench = { ms: 0 };
const open = () => document.querySelector("main h1") !== null && document.querySelector("nav a[href='#/summary']") !== null
  && document.querySelector("input[type=password]") === null && document.querySelectorAll("main li, main article").length > 0;
addEventListener("submit", () => { globalThis.bench.started = performance.now(); }, { capture: true });
addEventListener("click", () => { globalThis.bench.started ??= performance.now(); }, { capture: true });
const observer = new MutationObserver(() => {
  if (globalThis.bench.started && open()) {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { globalThis.bench.ms = performance.now() - globalThis.bench.started; }));
  }
});
observer.observe(document.body, { subtree: true, childList: true });
"#,
                vec![],
            )
            .await
            .unwrap();
        self.press("Unlock").await;
        self.within(LONG, "the record to open", || async { self.number("return globalThis.bench.ms").await > 0.0 })
            .await;
        self.number("return globalThis.bench.ms").await
    }

    /// Script time of the page's own thread since it was loaded, in milliseconds.
    async fn script_ms(&self) -> f64 {
        self.devtools("Performance.enable", json!({})).await;
        let metrics = self.devtools("Performance.getMetrics", json!({})).await;
        let all = metrics["metrics"].as_array().cloned().unwrap_or_default();
        all.iter().find(|m| m["name"] == "ScriptDuration").and_then(|m| m["value"].as_f64()).unwrap_or(0.0) * 1000.0
    }

    /// Scrolls a page 200 frames far; script time in milliseconds, and frames in which a row near the eye was blank.
    async fn scrolled(&self) -> (f64, f64) {
        let before = self.script_ms().await;
        let blank = self
            .told(
                r#"
const done = arguments[arguments.length - 1];
let frames = 0, blank = 0;
const step = () => {
  if ((frames += 1) > 200) return done(blank);
  const at = document.elementsFromPoint(innerWidth / 2, innerHeight / 2);
  const row = at.find((e) => e.matches?.("article, .timeline-row, .timeline-head"));
  if (frames > 2 && (!row || row.textContent.includes("Loading") || row.textContent.trim() === "")) blank += 1;
  scrollBy(0, 400);
  requestAnimationFrame(step);
};
requestAnimationFrame(step);
"#,
                vec![],
            )
            .await;
        (self.script_ms().await - before, blank.as_f64().unwrap_or(-1.0))
    }
}

const WORDS: [&str; 3] = ["creatinine", "ramipril", "consultation"];

/// Types words letter by letter; for each letter the time until the answer is drawn.
const TYPE: &str = r#"
const [words, done] = [arguments[0], arguments[arguments.length - 1]];
const field = document.getElementById("timeline-search");
const drawn = () => new Promise((done) => {
  const observer = new MutationObserver(() => { observer.disconnect(); requestAnimationFrame(() => setTimeout(done)); });
  observer.observe(document.querySelector("main"), { subtree: true, childList: true });
  setTimeout(() => { observer.disconnect(); done(); }, 5000);
});
(async () => {
  const times = [];
  for (const word of words) {
    for (let end = 1; end <= word.length; end += 1) {
      const started = performance.now();
      field.value = word.slice(0, end);
      const answer = drawn();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      await answer;
      times.push(performance.now() - started);
      await new Promise((next) => setTimeout(next, 60));
    }
  }
  times.sort((a, b) => a - b);
  done(times[Math.min(times.length - 1, Math.floor(times.length * 0.95))]);
})();
"#;

#[test]
#[ignore = "cargo xtask bench"]
fn bench_import_unlock_search_and_scroll() {
    journey(async {
        let repeats = if small() { 1 } else { 3 };
        let yard = Browser::fresh_at("yardstick", &given("TESSERA_YARDSTICKS")).await;
        let middle_count = if small() { 1_000 } else { 10_000 };
        let middle = bundle("middle", middle_count, 1);
        let large = bundle("large", large_count(), 2);
        for (name, file) in [("middle", &middle), ("large", &large)] {
            let (mut import, mut open) = (Vec::new(), Vec::new());
            for _ in 0..repeats {
                import.push(yard.floor(file.clone()).await);
                yard.driver.execute("globalThis.openAgain()", vec![]).await.unwrap();
                yard.until("the floor to open", || async {
                    yard.number("return globalThis.result?.ms ?? 0").await > 0.0
                })
                .await;
                open.push(yard.number("return globalThis.result.ms").await);
            }
            say(&format!("floor-import-{name}"), median(import));
            say(&format!("floor-open-{name}"), median(open));
        }

        let mut times = Vec::new();
        for n in 0..repeats {
            let browser = Browser::with_vault(&format!("bench-middle-{n}")).await;
            times.push(browser.import_watched(middle.clone()).await["ms"].as_f64().unwrap());
            if n == 0 {
                browser.go("#/timeline", "Timeline").await;
                let p95 = browser.told(TYPE, vec![json!(WORDS)]).await;
                say("search-middle-p95", p95.as_f64().unwrap_or(-1.0));
            }
        }
        say("import-middle", median(times));

        // Under a throttle: the longest task of ours against fixed work, and how long the progress stands still.
        let browser = Browser::with_vault("bench-throttled").await;
        let plain = browser.number(LOOP).await;
        browser.throttle(4.0).await;
        let slow = browser.driver.execute(LOOP, vec![json!(true)]).await.unwrap().json().as_f64().unwrap();
        let seen = browser.import_watched(middle.clone()).await;
        say("loop-plain", plain);
        say("loop-throttled", slow);
        say("longest-task-throttled", seen["longest"].as_f64().unwrap());
        say("progress-gap-throttled", seen["gap"].as_f64().unwrap());
        drop(browser);

        let mut times = Vec::new();
        for n in 0..repeats.min(2) {
            let browser = Browser::with_vault(&format!("bench-large-{n}")).await;
            let little = if n == 0 {
                median(vec![browser.unlock_timed().await, browser.unlock_timed().await, browser.unlock_timed().await])
            } else {
                0.0
            };
            times.push(browser.import_watched(large.clone()).await["ms"].as_f64().unwrap());
            if n > 0 {
                continue;
            }
            // Whoever unlocks has looked at the record before: what makes it open quickly is kept when nothing is asked for.
            tokio::time::sleep(Duration::from_secs(5)).await;
            let mut open = Vec::new();
            for _ in 0..repeats {
                open.push(browser.unlock_timed().await);
            }
            say("unlock-large", median(open));
            say("unlock-little", little);
            browser.go("#/timeline", "Timeline").await;
            browser.find(Kind::Field, "Search").await;
            say("search-large-p95", browser.told(TYPE, vec![json!(WORDS)]).await.as_f64().unwrap_or(-1.0));
            browser.go("#/summary", "Summary").await;
            browser.go("#/timeline", "Timeline").await;
            browser.throttle(4.0).await;
            let (script, blank) = browser.scrolled().await;
            say("scroll-script", script);
            say("scroll-blank", blank);
        }
        say("import-large", median(times));

        yard.driver.goto(format!("{}/recycler.html", yard.site)).await.unwrap();
        yard.driver.execute("fill(arguments[0])", vec![json!(large_count())]).await.unwrap();
        yard.throttle(4.0).await;
        let (script, blank) = yard.scrolled().await;
        yard.throttle(1.0).await;
        say("recycler-script", script);
        say("recycler-blank", blank);

        let served = PathBuf::from(given("TESSERA_YARDSTICKS_FOLDER"));
        for (name, file) in [("middle", &middle), ("large", &large)] {
            std::fs::copy(file, served.join(format!("{name}.json"))).unwrap();
            yard.driver.goto(format!("{}/search.html", yard.site)).await.unwrap();
            let told = yard
                .told(
                    "const done = arguments[2]; measure(arguments[0], arguments[1]).then(done, (e) => done({ error: `${e}` }));",
                    vec![json!(format!("{name}.json")), json!(WORDS)],
                )
                .await;
            println!("search yardstick {name}: {told}");
            for (of, value) in [
                ("scan-p95", &told["scan"]["p95"]),
                ("flex-p95", &told["flex"]["p95"]),
                ("scan-ready", &told["scanReady"]),
                ("flex-ready", &told["flexReady"]),
            ] {
                say(&format!("{of}-{name}"), value.as_f64().unwrap_or(-1.0));
            }
        }
    });
}

#[test]
#[ignore = "cargo xtask bench"]
fn bench_cold_start() {
    journey(async {
        let yard = given("TESSERA_YARDSTICKS");
        let pages = [
            ("app", given("TESSERA_SITE"), "/"),
            ("static", yard.clone(), "/static.html"),
            ("react", yard.clone(), "/react.html"),
        ];
        let browser = Browser::fresh("cold").await;
        let watch = r#"
globalThis.cold = { lcp: 0, live: 0 };
new PerformanceObserver((list) => { for (const e of list.getEntries()) cold.lcp = e.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
const look = () => {
  if (document.querySelector("h1") && !document.querySelector("main.still") && document.querySelector("button")) cold.live = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"#;
        // Served once without a clock: the server packs what it sends, and keeps it.
        for (_, site, page) in &pages {
            browser.driver.goto(format!("{site}{page}")).await.unwrap();
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        browser.devtools("Page.enable", json!({})).await;
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": watch })).await;
        browser.devtools("Network.enable", json!({})).await;
        let (down, up, latency) = NETWORK;
        let slow = json!({ "offline": false, "latency": latency, "downloadThroughput": down, "uploadThroughput": up });
        for (name, site, page) in &pages {
            let (mut lcp, mut live) = (Vec::new(), Vec::new());
            for _ in 0..(if small() { 2 } else { 5 }) {
                browser.driver.goto("about:blank").await.unwrap();
                browser.devtools("Storage.clearDataForOrigin", json!({ "origin": site, "storageTypes": "all" })).await;
                browser.devtools("Network.clearBrowserCache", json!({})).await;
                browser.devtools("Network.emulateNetworkConditions", slow.clone()).await;
                browser.throttle(4.0).await;
                browser.driver.goto(format!("{site}{page}")).await.unwrap();
                browser.until("the page to live", || async { browser.number("return cold.live").await > 0.0 }).await;
                tokio::time::sleep(Duration::from_millis(1500)).await;
                lcp.push(browser.number("return cold.lcp").await);
                live.push(browser.number("return cold.live").await);
                browser.throttle(1.0).await;
            }
            say(&format!("lcp-{name}"), median(lcp));
            say(&format!("interactive-{name}"), median(live));
        }
    });
}
