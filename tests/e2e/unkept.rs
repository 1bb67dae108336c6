//! What is only in memory is not lost by a slip, whose it is stays in sight, and what opens everything is not given to
//! whoever finds the records open.

use std::path::PathBuf;

use crate::browser::{Browser, Kind};
use crate::person::PASSPHRASE;
use crate::site::Site;
use crate::{data, journey};

impl Browser {
    /// Whether the browser would ask before it leaves or reloads the page.
    pub async fn asks_before_leaving(&self) -> bool {
        let script = "
            const leaving = new Event('beforeunload', { cancelable: true });
            dispatchEvent(leaving);
            return leaving.defaultPrevented;";
        self.value(script).await.unwrap()
    }

    /// Whether this stands whole in the window, under nothing.
    async fn stands_in_sight(&self, selector: &str) -> bool {
        let script = format!(
            "const it = document.querySelector('{selector}');
             const {{ top, bottom, left, width }} = it.getBoundingClientRect();
             const over = document.elementFromPoint(left + width / 2, (top + bottom) / 2);
             return top >= 0 && bottom <= innerHeight && (it.contains(over) || over?.contains(it)) === true;"
        );
        self.value(&script).await.unwrap_or(false)
    }
}

#[test]
fn what_is_only_looked_at_is_not_left_unasked() {
    journey(async {
        let browser = Browser::fresh("unkept").await;
        browser.start_record().await;
        assert!(!browser.asks_before_leaving().await, "nothing is here yet");
        browser.bring_own(data("fhir_r4/ips/CH_HL7CH_Examples_01.json")).await;
        browser.until("the browser to ask", || browser.asks_before_leaving()).await;
        browser.go("#/write/allergy", "Add an allergy").await;
        browser.type_into("Allergic to what?", "Latex").await;
        browser.press("Add it").await;
        browser.sees("It is not kept on this device yet.").await;
        browser.go("#/summary", "Summary").await;
        browser.sees("Nothing is kept on this device yet.").await;
        browser.keep_without_check().await;
        browser.until("nothing to be lost any more", || async { !browser.asks_before_leaving().await }).await;
        browser.close().await;
    });
}

#[test]
fn whose_record_it_is_stays_in_sight_and_hides_nothing() {
    journey(async {
        let browser = Browser::fresh("in-sight").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/UK_NHSx_IPS_Example_01-modified.json")).await;
        for (width, height) in [(1280, 800), (390, 844)] {
            browser.window(width, height).await;
            browser.go("#/summary", "Summary").await;
            browser.find(Kind::Heading, "Allergies").await;
            browser.driver.execute("scrollTo(0, document.body.scrollHeight)", vec![]).await.unwrap();
            browser.until("the name, far down", || browser.stands_in_sight(".strip-name")).await;
            // Back up with the Tab key: what takes the focus is never under the strip or the bar.
            let hidden: Vec<String> = browser
                .value(
                    "const all = Array.from(document.querySelectorAll('main a, main button, main summary')).reverse();
                     return all.filter((one) => one.checkVisibility()).filter((one) => {
                       one.focus();
                       const { top, bottom, left, right } = one.getBoundingClientRect();
                       const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
                       return over?.closest('.strip, .bar') != null;
                     }).map((one) => one.innerText);",
                )
                .await
                .unwrap();
            assert!(hidden.is_empty(), "{width}: {hidden:?} are hidden when they take the focus");
        }
        // At 400 % of a desktop's window it would eat the screen.
        browser.window(320, 256).await;
        let stays = "return getComputedStyle(document.querySelector('.strip')).position";
        browser
            .until("the strip to scroll away", || async {
                browser.value::<String>(stays).await.as_deref() == Some("static")
            })
            .await;
        browser.close().await;
    });
}

#[test]
fn open_records_do_not_give_their_kit_to_whoever_finds_them() {
    journey(async {
        let browser = Browser::fresh("kit").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/CH_HL7CH_Examples_01.json")).await;
        let groups = browser.keep().await;
        browser.go("#/summary", "Summary").await;
        browser.go("#/recovery-kit", "Your recovery kit").await;
        browser.find(Kind::Button, "Show the kit").await;
        assert!(!browser.text().await.contains(&groups[0]), "the kit is shown to everybody");
        browser.type_into("Your passphrase now", "somebody else guesses this").await;
        browser.press("Show the kit").await;
        browser.sees("That passphrase does not open your records").await;
        assert!(!browser.text().await.contains(&groups[0]), "a wrong passphrase shows the kit");
        browser.type_into("Your passphrase now", PASSPHRASE).await;
        browser.press("Show the kit").await;
        browser.sees(&groups[0]).await;
        browser.close().await;
    });
}

#[test]
fn the_letter_to_the_surgery_says_for_whom_and_on_what_ground() {
    journey(async {
        let browser = Browser::fresh("letter").await;
        browser.start_record().await;
        browser.go("#/import/how", "How to get your records").await;
        assert!(!browser.shows("on behalf of").await);
        browser.click(Kind::Choice, "I do, as their health and welfare attorney").await;
        browser.type_into("Your name", "Megan Hughes").await;
        browser.type_into("What you are to them", "daughter").await;
        browser.type_into("Their name", "Arleen Bartell").await;
        browser.sees("I write on behalf of Arleen Bartell, as their daughter.").await;
        browser.sees("under a registered lasting power of attorney").await;
        browser.sees("a copy of their whole health record").await;
        assert!(!browser.shows("a copy of my whole health record").await);
        browser.close().await;
    });
}

/// Without a network before the app is kept, what estimates a passphrase is not there: the page says so, takes the drawn
/// words, and looks again when it is asked again.
#[test]
fn a_passphrase_that_nobody_could_measure_is_not_called_weak() {
    journey(async {
        let site = Site::copied("unmeasured");
        // A release names it by its content too.
        let is_meter = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("strength-worker_bg") && name.ends_with(".wasm")
        };
        let mut files = std::fs::read_dir(&site.folder).unwrap().map(|entry| entry.unwrap().path());
        let meter = files.find(is_meter).unwrap();
        let program = std::fs::read(&meter).unwrap();
        std::fs::remove_file(&meter).unwrap();
        let browser = Browser::fresh_at("unmeasured", &site.address).await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/CH_HL7CH_Examples_01.json")).await;
        let own = || async {
            browser.go("#/set-up", "Keep your records on this device").await;
            browser.click(Kind::Choice, "With a passphrase of my own").await;
            browser.type_into("Your passphrase", PASSPHRASE).await;
            browser.type_into("The same again", PASSPHRASE).await;
            browser.sees("We could not check how strong it is").await;
            browser.press("Keep my records").await;
            browser.find(Kind::Link, "We could not check how strong it is").await;
            assert!(!browser.shows("too easy to guess").await, "nobody knows that");
        };
        own().await;
        // With the network comes the meter, and the same button keeps.
        std::fs::write(&meter, &program).unwrap();
        browser.press("Keep my records").await;
        browser.sees("Strong enough.").await;
        // Gone again, the five words need none.
        std::fs::remove_file(&meter).unwrap();
        browser.complaints().await;
        let browser = browser.reopened().await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/CH_HL7CH_Examples_01.json")).await;
        browser.go("#/set-up", "Keep your records on this device").await;
        browser.until("five words", || async { browser.count("#five-words").await == 1 }).await;
        let words: String =
            browser.value("return document.getElementById('five-words').innerText.trim()").await.unwrap();
        browser.type_into("Type the five words", &words).await;
        browser.press("Keep my records").await;
        browser.find(Kind::Heading, "Your recovery kit").await;
        browser.complaints().await;
        browser.close().await;
    });
}
