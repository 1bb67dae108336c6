//! Kill at any moment: the browser dies by SIGKILL around an import, again and again on one profile. What was seen to
//! be imported is there afterwards; every file is wholly there or wholly absent; and nothing is in doubt.

use crate::browser::{Browser, Kind};
use crate::delivery::{Delivery, Dice};
use crate::journey;
use crate::person::PASSPHRASE;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Kills on one profile before a new one is begun, so that the pages stay short.
const OF_ONE_PROFILE: usize = 40;

const OTHER_PASSPHRASE: &str = "seven herons forgot the ladder 58";

/// What was counted.
#[derive(Default)]
struct Counted {
    kills: usize,
    /// Imports whose report stood on the screen before the kill.
    acknowledged: usize,
    /// Imports that were there afterwards although nobody had seen their report.
    unseen: usize,
    /// Imports that were under way and are wholly absent.
    absent: usize,
    typed: usize,
    passphrases: usize,
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let seed = 1;
    run("kills", Duration::from_secs(40), seed);
}

#[test]
#[ignore = "long: cargo xtask prove"]
fn prove_killed_at_any_moment_nothing_acknowledged_is_lost() {
    let seconds = std::env::var("TESSERA_PROVE_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(600);
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    run("kills-long", Duration::from_secs(seconds), seed);
}

fn run(name: &str, budget: Duration, seed: u64) {
    let (started, mut counted) = (Instant::now(), Counted::default());
    println!("kills: seed {seed}");
    journey(async {
        let mut dice = Dice::new(seed);
        while counted.kills == 0 || started.elapsed() + budget / 4 < budget {
            one_profile(name, &mut dice, &mut counted, started, budget).await;
        }
    });
    let Counted { kills, acknowledged, unseen, absent, typed, passphrases } = counted;
    let seconds = started.elapsed().as_secs();
    println!(
        "kills: {kills} kills in {seconds} s; imports: {acknowledged} acknowledged, {unseen} kept unseen, {absent} \
         wholly absent; {typed} typed by hand and {passphrases} changes of passphrase acknowledged; 0 lost, 0 half"
    );
    println!("figure kills-at-any-moment {kills} 0 {seconds}");
    println!("figure kills-acknowledged-imports {acknowledged} 0 {seconds}");
}

/// What must be in the vault, and what may be.
struct Known {
    files: BTreeMap<String, Delivery>,
    /// Seen to be imported, or found to be there after a kill: from then on it stays.
    there: BTreeSet<String>,
    typed: BTreeSet<String>,
    passphrase: &'static str,
}

async fn one_profile(name: &str, dice: &mut Dice, counted: &mut Counted, started: Instant, budget: Duration) {
    let mut browser = Browser::fresh(name).await;
    browser.saves_to_downloads().await;
    let folder = browser.folder.join("deliveries");
    let first = Delivery::write(&folder, 0, 0, dice);
    browser.start_record().await;
    browser.bring_own(first.path.clone()).await;
    browser.keep().await;
    let mut known = Known {
        there: BTreeSet::from([first.name.clone()]),
        files: BTreeMap::from([(first.name.clone(), first)]),
        typed: BTreeSet::new(),
        passphrase: PASSPHRASE,
    };
    let (mut waiting, mut round_took) = (Vec::new(), Duration::from_secs(6));
    // How long an act takes when nobody is killed; learnt as it goes.
    let mut takes = Duration::from_millis(600);
    for round in 1..=OF_ONE_PROFILE {
        if counted.kills > 0 && started.elapsed() + round_took > budget {
            break;
        }
        let began = Instant::now();
        // Two of three: a moment that has nothing to do with what is going on. The third: just after the first report.
        let moment = takes.mul_f64(dice.below(1300) as f64 / 1000.0);
        let moment = (dice.below(3) > 0).then_some(moment);
        match dice.below(6) {
            0 => browser = killed_while_typing(browser, round, moment, dice, &mut known, counted).await,
            1 => browser = killed_while_changing_the_passphrase(browser, moment, dice, &mut known, counted).await,
            _ => {
                // A few of the absent come again; all of them would only make each round longer.
                waiting.truncate(3);
                for _ in 0..=dice.below(4) {
                    let letter = [0, 9_000, 300_000, 1_500_000][dice.below(4) as usize];
                    let file = Delivery::write(&folder, known.files.len(), letter, dice);
                    waiting.push(file.name.clone());
                    known.files.insert(file.name.clone(), file);
                }
                let batch = std::mem::take(&mut waiting);
                let (next, seen, took) = killed_while_importing(browser, &batch, moment, dice, &known).await;
                browser = next;
                takes = took.map_or(takes, |took| (takes + took) / 2);
                known.there.extend(seen.iter().cloned());
                counted.acknowledged += seen.len();
                reopen(&browser, &mut known, None).await;
                let present = check(&browser, &mut known).await;
                for name in batch.iter().filter(|name| !seen.contains(*name)) {
                    if present.contains(name) {
                        counted.unseen += 1;
                    } else {
                        counted.absent += 1;
                        // It can be brought in again as if nothing had been.
                        waiting.push(name.clone());
                    }
                }
                known.there.extend(present);
                for name in &batch {
                    original_is_whole(&browser, &known, name).await;
                }
            }
        }
        counted.kills += 1;
        round_took = (round_took + began.elapsed()) / 2;
    }
    for name in known.there.iter().take(3) {
        original_is_whole(&browser, &known, name).await;
    }
    browser.close().await;
}

/// Brings files in and kills at the moment, or just after the first report. Answers whose report was seen before, and
/// how long it took if all were.
async fn killed_while_importing(
    browser: Browser,
    batch: &[String],
    moment: Option<Duration>,
    dice: &mut Dice,
    known: &Known,
) -> (Browser, BTreeSet<String>, Option<Duration>) {
    browser.go("#/import", "Import records").await;
    let paths: Vec<_> = batch.iter().map(|name| known.files[name].path.clone()).collect();
    browser.upload(&paths).await;
    let (began, mut seen, mut took) = (Instant::now(), BTreeSet::new(), None);
    let mut end = began + moment.unwrap_or(Duration::from_secs(60));
    // A look that is under way when the moment comes does not hold it up.
    while let Ok(lines) = tokio::time::timeout_at(end.into(), queue(&browser)).await {
        for (name, words) in lines {
            assert!(!words.contains("Nothing of it was kept"), "{name} was refused: {words}");
            if words.contains("new line") && seen.insert(name) && moment.is_none() {
                end = end.min(Instant::now() + Duration::from_millis(dice.below(60)));
            }
        }
        if seen.len() == batch.len() {
            took.get_or_insert(began.elapsed());
        }
    }
    (browser.killed().await, seen, took)
}

/// The files on their way, with what stands beside each.
async fn queue(browser: &Browser) -> Vec<(String, String)> {
    const LINES: &str = "return Array.from(document.querySelectorAll('section[aria-labelledby=queue] li'), \
                         (line) => [line.querySelector('bdi')?.textContent ?? '', line.innerText])";
    browser.value(LINES).await.unwrap_or_default()
}

/// Types an allergy in and kills.
async fn killed_while_typing(
    browser: Browser,
    round: usize,
    moment: Option<Duration>,
    dice: &mut Dice,
    known: &mut Known,
    counted: &mut Counted,
) -> Browser {
    let substance = format!("Merlinol {round}x");
    browser.go("#/write/allergy", "Add an allergy").await;
    browser.type_into("Allergic to what?", &substance).await;
    browser.press("Add it").await;
    let seen = sees_until(&browser, "Added to your records.", moment.map(|m| m * 2), dice).await;
    let browser = browser.killed().await;
    reopen(&browser, known, None).await;
    if seen {
        counted.typed += 1;
        known.typed.insert(substance);
    }
    check(&browser, known).await;
    browser
}

/// Changes the passphrase and kills: exactly one of the two opens, and the new one if the change was told.
async fn killed_while_changing_the_passphrase(
    browser: Browser,
    moment: Option<Duration>,
    dice: &mut Dice,
    known: &mut Known,
    counted: &mut Counted,
) -> Browser {
    let new = if known.passphrase == PASSPHRASE { OTHER_PASSPHRASE } else { PASSPHRASE };
    browser.go("#/more/passphrase", "Change your passphrase").await;
    browser.type_into("Your passphrase now", known.passphrase).await;
    browser.click(Kind::Choice, "With a passphrase of my own").await;
    browser.type_into("Your passphrase", new).await;
    browser.type_into("The same again", new).await;
    browser.sees("Strong enough.").await;
    browser.press("Change it").await;
    let seen = sees_until(&browser, "Your passphrase is changed.", moment.map(|m| m * 2), dice).await;
    let browser = browser.killed().await;
    reopen(&browser, known, Some((new, seen))).await;
    counted.passphrases += usize::from(seen);
    check(&browser, known).await;
    browser
}

/// Waits for the words until the moment, or until a little after they were seen. Answers whether they were.
async fn sees_until(browser: &Browser, words: &str, moment: Option<Duration>, dice: &mut Dice) -> bool {
    let mut end = Instant::now() + moment.unwrap_or(Duration::from_secs(60));
    let mut seen = false;
    while let Ok(now) = tokio::time::timeout_at(end.into(), browser.shows(words)).await {
        if now && !seen {
            seen = true;
            end = end.min(Instant::now() + Duration::from_millis(dice.below(60)));
        }
    }
    seen
}

/// Unlocks what the kill left. Where the passphrase was being changed, finds out which one opens.
async fn reopen(browser: &Browser, known: &mut Known, change: Option<(&'static str, bool)>) {
    browser.saves_to_downloads().await;
    browser.open("/").await;
    browser
        .until("the locked screen", || async {
            if browser.shows("Unlock your records").await {
                return true;
            }
            // A browser that was slow to say what is stored is asked once more; a vault that is lost stays lost.
            if browser.shows("Your health record, held by you").await {
                browser.open("/").await;
            }
            false
        })
        .await;
    let Some((new, told)) = change else { return browser.unlock_with(known.passphrase).await };
    browser.type_into("Your passphrase", new).await;
    browser.press("Unlock").await;
    let opened = || async { browser.look(Kind::Link, "Summary").await.is_some() };
    let refused = || browser.shows("That passphrase does not open your records.");
    browser.until("the passphrase to be judged", || async { opened().await || refused().await }).await;
    if opened().await {
        known.passphrase = new;
    } else {
        assert!(!told, "a change of passphrase that was told is lost");
        browser.unlock_with(known.passphrase).await;
    }
}

/// Every file is wholly there or wholly absent, and what must be there is. Answers the names of those that are.
async fn check(browser: &Browser, known: &mut Known) -> BTreeSet<String> {
    const FILES: &str = "return Array.from(document.querySelectorAll('section[aria-labelledby=files-here] li'), \
                         (line) => [line.querySelector('bdi')?.textContent ?? '', line.innerText])";
    browser.go("#/import", "Import records").await;
    let files = || async { browser.value::<Vec<(String, String)>>(FILES).await.unwrap_or_default() };
    browser.until("the files of the record", || async { !files().await.is_empty() }).await;
    let files = files().await;
    for bad in ["Can no longer be opened", "not what Tessera last wrote", "damaged", "Something may be missing"] {
        assert!(!browser.shows(bad).await, "after a kill the page says: {}", browser.text().await);
    }
    let delivered: Vec<_> = files.iter().filter(|(name, _)| !name.starts_with("Typed in by hand")).collect();
    let present: BTreeSet<String> = delivered.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(present.len(), delivered.len(), "a file is there twice: {delivered:?}");
    let lost: Vec<_> = known.there.difference(&present).collect();
    assert!(lost.is_empty(), "acknowledged imports are lost: {lost:?}");

    browser.go("#/section/allergies", "Allergies").await;
    let first = known.files.values().next().unwrap().allergies[0].clone();
    browser.sees(&first).await;
    let page = browser.text().await;
    for file in known.files.values() {
        let shown = file.allergies.iter().filter(|allergy| page.contains(*allergy)).count();
        let expected = if present.contains(&file.name) { file.allergies.len() } else { 0 };
        assert_eq!(shown, expected, "{} is there by half", file.name);
    }
    for typed in &known.typed {
        assert!(page.contains(typed), "{typed}, typed by hand and acknowledged, is lost");
    }
    present
}

/// The original can be saved and is what the provider wrote, byte for byte.
async fn original_is_whole(browser: &Browser, known: &Known, name: &str) {
    if known.there.contains(name) {
        let saved = browser.saves_original(name).await;
        assert!(saved == known.files[name].bytes, "the original of {name} is not what was brought in");
    }
}
