//! What people come for, counted: how many actions it takes from the summary, on a phone, by keyboard and accessible name
//! alone. An action is one press of a key that does something: following a link, pressing a button, choosing, typing.

use serde_json::json;

use crate::browser::{Browser, Kind};
use crate::{data, journey};

/// PWTP10 at their surgery, and as their record came through a transfer.
const SURGERY: &str = "uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json";
const TRANSFER: &str = "uk/gp2gp/PWTP10-output.json";
const ARLEEN: &str = "fhir_r4/synthea_big/Arleen_Bartell_56d3e64d.json.gz";

/// A person with a phone and a keyboard, who counts.
struct Hands<'b> {
    browser: &'b Browser,
    actions: u32,
}

impl<'b> Hands<'b> {
    /// At the summary; nothing was done yet.
    async fn at_the_summary(browser: &'b Browser) -> Self {
        browser.go("#/summary", "Summary").await;
        browser.find(Kind::Heading, "Allergies").await;
        Self { browser, actions: 0 }
    }

    /// Goes there with the Tab key, among the choices of a group with an arrow, and presses the key that the thing there
    /// answers to. To move is no action.
    async fn act(&mut self, kind: Kind, name: &str) {
        let browser = self.browser;
        let mut found = browser.find(kind, name).await.to_json().unwrap();
        // Where the keyboard stands: elsewhere, at it, or at another choice of its group.
        let script = "
            const [it] = arguments;
            const now = document.activeElement;
            if (now === it) {
              globalThis.hit = false;
              it.addEventListener('keydown', () => { globalThis.hit = true; }, { once: true, capture: true });
              return 'there';
            }
            return it.type === 'radio' && now?.type === 'radio' && now.name === it.name ? 'beside' : '';";
        let mut pressed = 0;
        loop {
            let at = match browser.driver.execute(script, vec![found.clone()]).await {
                // The page was drawn anew under the hands: what stands there now is meant.
                Err(error) if format!("{error:?}").contains("StaleElementReference") && pressed < 500 => {
                    pressed += 1;
                    found = browser.find(kind, name).await.to_json().unwrap();
                    continue;
                }
                told => told.unwrap(),
            };
            let there = at.json().as_str() == Some("there");
            let key = match at.json().as_str() {
                Some("there") if matches!(kind, Kind::Choice) => (" ", 32),
                Some("there") => ("Enter", 13),
                Some("beside") => ("ArrowDown", 40),
                _ => ("Tab", 9),
            };
            assert!(pressed < 500, "the keyboard does not reach “{name}”");
            pressed += 1;
            browser.key(key.0, key.1).await;
            // A page that was drawn at that very moment took the focus, and the key with it.
            if there && browser.value::<bool>("return globalThis.hit").await != Some(false) {
                break;
            }
        }
        self.actions += 1;
        // What was pressed may go: the keyboard still stands somewhere.
        let stands = "return document.activeElement !== null && document.activeElement !== document.body";
        let kept = || async { browser.value::<bool>(stands).await == Some(true) };
        browser.until(&format!("the keyboard to stand somewhere after “{name}”"), kept).await;
    }

    fn took_at_most(&self, actions: u32) {
        assert!(self.actions <= actions, "it took {} actions, {actions} are allowed", self.actions);
    }
}

impl Browser {
    /// Presses a key, wherever the focus is.
    async fn key(&self, key: &str, code: u32) {
        // What a key types is told beside it: without it Enter presses no button.
        let text = match key {
            "Enter" => "\r",
            " " => " ",
            _ => "",
        };
        for kind in [if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": if key == " " { "Space" } else { key },
                "windowsVirtualKeyCode": code });
            if kind == "keyDown" {
                event["text"] = json!(text);
            }
            self.devtools("Input.dispatchKeyEvent", event).await;
        }
    }

    /// A window of this size from now on.
    pub async fn window(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// A phone with these files in an open record.
    async fn phone_with(name: &str, files: &[&str]) -> Browser {
        let browser = Browser::fresh(name).await;
        browser.window(390, 844).await;
        browser.start_record().await;
        for file in files {
            browser.bring_own(data(file)).await;
        }
        browser
    }

    /// True if the first text that holds these words stands whole in the window, under nothing.
    pub async fn in_sight(&self, words: &str) -> bool {
        let script = "
            const [words] = arguments;
            const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
              if (!walker.currentNode.textContent.includes(words)) continue;
              const range = document.createRange();
              range.selectNodeContents(walker.currentNode);
              const { top, bottom, left, width } = range.getBoundingClientRect();
              if (width === 0) continue;
              const over = document.elementFromPoint(left + 1, (top + bottom) / 2);
              const there = walker.currentNode.parentElement;
              return top >= 0 && bottom <= innerHeight && (there.contains(over) || over?.contains(there)) === true;
            }
            return false;";
        let answer = self.driver.execute(script, vec![json!(words)]).await;
        answer.is_ok_and(|answer| answer.json().as_bool() == Some(true))
    }
}

#[test]
fn a_drug_allergy_stands_on_the_summary() {
    journey(async {
        let browser = Browser::phone_with("task-allergy", &[SURGERY, TRANSFER]).await;
        let hands = Hands::at_the_summary(&browser).await;
        browser.until("it on the first screen", || browser.in_sight("Adverse reaction to diazepam")).await;
        hands.took_at_most(0);
        browser.close().await;
    });
}

#[test]
fn the_last_creatinine_and_its_trend() {
    journey(async {
        let browser = Browser::phone_with("task-creatinine", &[ARLEEN]).await;
        let mut hands = Hands::at_the_summary(&browser).await;
        hands.act(Kind::Link, "Test results").await;
        browser.find(Kind::Heading, "Test results").await;
        hands.act(Kind::Link, "Creatinine").await;
        browser.until("the chart", || async { browser.count(".chart-area").await > 0 }).await;
        browser.sees("28 October 2026").await;
        browser.sees("mg/dL").await;
        hands.took_at_most(3);
        // The points are reached by keyboard, and each is said in words.
        let last = browser.value::<String>("return document.querySelector('.chart-told').innerText").await.unwrap();
        browser
            .driver
            .execute("const area = document.querySelector('.chart-area'); area.focus(); area.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }))", vec![])
            .await
            .unwrap();
        browser
            .until("another point to be told", || async {
                let told = browser.value::<String>("return document.querySelector('.chart-told').innerText").await;
                told.is_some_and(|told| told != last && told.contains("mg/dL"))
            })
            .await;
        browser.close().await;
    });
}

#[test]
fn which_sources_disagree_on_aspirin() {
    journey(async {
        let browser = Browser::phone_with("task-aspirin", &[SURGERY, TRANSFER]).await;
        let mut hands = Hands::at_the_summary(&browser).await;
        browser.sees("Sources disagree").await;
        hands.act(Kind::Link, "Aspirin 75mg").await;
        browser.find(Kind::Heading, "The sources disagree").await;
        let said = browser.text().await;
        assert!(said.contains("Current") && said.contains("Ended"), "both sides stand there: {said}");
        hands.took_at_most(2);
        browser.close().await;
    });
}

#[test]
fn allergies_and_medicines_for_a_and_e_until_tomorrow() {
    journey(async {
        let browser = Browser::phone_with("task-share", &[SURGERY, TRANSFER]).await;
        browser.keep().await;
        let mut hands = Hands::at_the_summary(&browser).await;
        hands.act(Kind::Link, "Share").await;
        browser.find(Kind::Heading, "For whom and why").await;
        hands.act(Kind::Choice, "A&E or an ambulance").await;
        let tomorrow = browser.find(Kind::Choice, "1 day: until this time tomorrow").await;
        assert!(tomorrow.is_selected().await.unwrap(), "A&E begins with a day");
        hands.act(Kind::Button, "Continue").await;
        hands.act(Kind::Button, "Allergies and medicines only").await;
        hands.act(Kind::Button, "See what they will see").await;
        browser.find(Kind::Heading, "Exactly what they will see").await;
        browser.sees("Adverse reaction to diazepam").await;
        browser.sees("Aspirin 75mg").await;
        assert!(!browser.shows("Low back pain").await, "a problem that was not chosen is shown");
        hands.act(Kind::Button, "Show the code").await;
        browser.find(Kind::Heading, "Show this code").await;
        hands.took_at_most(6);
        browser.close().await;
    });
}

#[test]
fn the_text_of_a_letter() {
    journey(async {
        let browser = Browser::phone_with("task-letter", &[ARLEEN]).await;
        let mut hands = Hands::at_the_summary(&browser).await;
        hands.act(Kind::Link, "Letters and documents").await;
        browser.find(Kind::Heading, "Letters and documents").await;
        hands.act(Kind::Control, "Read its text").await;
        browser.sees("Chief Complaint").await;
        hands.took_at_most(3);
        browser.close().await;
    });
}

#[test]
fn what_a_person_says_stands_beside_and_can_be_taken_back() {
    journey(async {
        let browser = Browser::phone_with("task-say", &[SURGERY, TRANSFER]).await;
        let mut hands = Hands::at_the_summary(&browser).await;
        hands.act(Kind::Link, "Aspirin 75mg").await;
        hands.act(Kind::Control, "Say something about this entry").await;
        hands.act(Kind::Choice, "I no longer take this").await;
        browser.type_into("In your own words", "Stopped in May").await;
        hands.act(Kind::Button, "Add it").await;
        browser.find(Kind::Button, "Take back: I no longer take this: Stopped in May").await;
        browser.sees("Aspirin 75mg").await;
        browser.go("#/section/medicines", "Medicines").await;
        browser.sees("I no longer take this: Stopped in May").await;
        // The source's own words stay.
        browser.sees("Sources disagree").await;
        hands.act(Kind::Link, "Aspirin 75mg").await;
        hands.act(Kind::Button, "Take back: I no longer take this").await;
        browser.sees("Taken back. It is no longer in your records.").await;
        hands.act(Kind::Button, "Put it back").await;
        browser.find(Kind::Button, "Take back: I no longer take this: Stopped in May").await;
        browser.close().await;
    });
}

#[test]
fn what_is_taken_off_the_pages_is_found_again_and_put_back() {
    journey(async {
        let browser = Browser::phone_with("task-off", &[SURGERY, TRANSFER]).await;
        let mut hands = Hands::at_the_summary(&browser).await;
        hands.act(Kind::Link, "Aspirin 75mg").await;
        hands.act(Kind::Control, "Say something about this entry").await;
        hands.act(Kind::Choice, "Take this off the pages").await;
        browser.sees("It is not deleted").await;
        browser.sees("Whoever gives treatment may need to know this.").await;
        hands.act(Kind::Button, "Take it off").await;
        browser.find(Kind::Button, "Put it back on the pages").await;
        for (place, heading) in
            [("#/summary", "Summary"), ("#/section/medicines", "Medicines"), ("#/timeline", "Timeline")]
        {
            browser.go(place, heading).await;
            browser.sees(if place == "#/timeline" { "newest first" } else { "as of" }).await;
            assert!(!browser.shows("Aspirin 75mg").await, "{place} shows it still");
        }
        // A record that was kept, and opened again, knows.
        browser.keep().await;
        browser.lock().await;
        browser.unlock().await;
        browser.go("#/summary", "Summary").await;
        browser.sees("as of").await;
        assert!(!browser.shows("Aspirin 75mg").await, "it is back by itself");
        browser.go("#/more", "More").await;
        browser.follow("Taken off the pages").await;
        browser.follow("Aspirin 75mg").await;
        browser.press("Put it back on the pages").await;
        browser.find(Kind::Control, "Say something about this entry").await;
        browser
            .until("it to be back", || async { browser.look(Kind::Button, "Put it back on the pages").await.is_none() })
            .await;
        browser.go("#/summary", "Summary").await;
        browser.sees("Aspirin 75mg").await;
        browser.close().await;
    });
}

#[test]
fn one_search_finds_a_thing_by_all_its_names() {
    journey(async {
        let browser = Browser::phone_with("task-search", &[ARLEEN]).await;
        browser.go("#/timeline", "Timeline").await;
        browser.type_into("Search your records", "BP").await;
        browser.sees("Also looked for: blood pressure").await;
        browser.until("a mark", || async { browser.count("main mark").await > 0 }).await;
        let marked: String = browser.value("return document.querySelector('main mark').innerText").await.unwrap();
        assert_eq!(marked.to_lowercase(), "blood pressure");
        // The words of letters are searched as well.
        browser.put_into("Search your records", "medication review due chief complaint").await;
        browser
            .until("the answer to these words", || async {
                browser.shows("Found in:").await && !browser.shows("Also looked for: blood pressure").await
            })
            .await;
        browser.close().await;
    });
}

#[test]
fn the_first_minute_begins_with_the_allergies_and_prints_on_two_pages() {
    journey(async {
        let patient = Browser::fresh("minute-patient").await;
        patient.start_record().await;
        patient.bring_own(data(SURGERY)).await;
        patient.bring_own(data(TRANSFER)).await;
        patient.keep().await;
        patient.go("#/share", "For whom and why").await;
        patient.click(Kind::Choice, "A&E or an ambulance").await;
        patient.press("Continue").await;
        patient.press("See what they will see").await;
        patient.find(Kind::Heading, "Exactly what they will see").await;
        patient.press("Show the code").await;
        patient.find(Kind::Heading, "Show this code").await;
        let text = patient.codes_as_text().await;
        patient.close().await;

        let clinician = Browser::clinician("minute-clinician").await;
        clinician.paste(&text).await;
        clinician.sees("Not changed since this phone signed it").await;
        for (width, height) in [(1280, 800), (390, 844)] {
            clinician.window(width, height).await;
            clinician.driver.execute("scrollTo(0, 0)", vec![]).await.unwrap();
            for words in ["Do not prescribe or give medicines from this alone.", "Adverse reaction to diazepam"] {
                let first = format!("“{words}” on the first screen of {width} × {height}");
                clinician.until(&first, || clinician.in_sight(words)).await;
            }
        }
        clinician.window(1280, 800).await;

        // As text, in lines that a record system takes.
        let stand_in =
            "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }";
        clinician.driver.execute(stand_in, vec![]).await.unwrap();
        clinician.press("Copy as text").await;
        clinician.sees("Copied.").await;
        let copied: String = clinician.value("return globalThis.copied").await.unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("first-minute.txt"), &copied).unwrap();
        assert!(copied.lines().any(|l| l.starts_with("ALLERGIES")), "{copied}");
        assert!(
            copied.lines().any(|l| l.starts_with("- Adverse reaction to diazepam") && l.ends_with(')')),
            "{copied}"
        );

        // On paper: two pages, and every line of the screen is on them.
        let printed =
            clinician.devtools("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": false })).await;
        let pdf = data_encoding::BASE64.decode(printed["data"].as_str().unwrap().as_bytes()).unwrap();
        std::fs::write(folder.join("first-minute.pdf"), &pdf).unwrap();
        let pages = lopdf::Document::load_mem(&pdf).unwrap().get_pages().len();
        assert!(pages <= 2, "{pages} pages");
        // A sheet that got lost says whose it is.
        let who: String = clinician
            .value("return document.querySelector('.clinician-who').innerText.split(' · ').slice(0, 2).join('')")
            .await
            .unwrap();
        let who: String = who.split_whitespace().collect();
        for page in pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap() {
            let page: String = page.split_whitespace().collect();
            assert!(page.replace('·', "").contains(&who) && page.contains("printed"), "{who} is not on a page: {page}");
        }
        let paper: String = pdf_extract::extract_text_from_mem(&pdf).unwrap().split_whitespace().collect();
        let rows: Vec<String> = clinician
            .value("return Array.from(document.querySelectorAll('.clinician .line-title'), (line) => line.innerText)")
            .await
            .unwrap();
        for row in rows {
            let row: String = row.split_whitespace().collect();
            assert!(paper.contains(&row), "{row} is not on the paper");
        }
        clinician.close().await;
    });
}

/// From the summary to the card on paper: what is left out is warned of and comes back, and the sheet has whose it is, of
/// when, and every allergy.
#[test]
fn an_emergency_card_goes_to_paper_with_every_allergy() {
    journey(async {
        let browser = Browser::phone_with("task-card", &["fhir_r4/ips/IPS_IG-bundle-01.json"]).await;
        let mut hands = Hands::at_the_summary(&browser).await;
        hands.act(Kind::Link, "Emergency card").await;
        browser.find(Kind::Heading, "DELAROSA").await;
        hands.took_at_most(1);
        assert_eq!(browser.value::<String>("return location.hash").await.unwrap(), "#/emergency-card");
        browser.until("the way to paper on the first screen", || browser.in_sight("Print the card")).await;
        // It is a place of its own among the others too.
        browser.go("#/more", "More").await;
        hands.act(Kind::Link, "Emergency card").await;
        browser.find(Kind::Heading, "DELAROSA").await;

        let on_card = |words: &'static str| {
            let browser = &browser;
            async move {
                let card: String = browser.value("return document.querySelector('.paper').innerText").await.unwrap();
                card.contains(words)
            }
        };
        let warned = "You leave out 1 allergy or current medicine.";
        let penicillin = "Substance with penicillin structure";
        assert!(on_card(penicillin).await && !browser.text().await.contains(warned));
        hands.act(Kind::Control, "Choose what goes on it").await;
        hands.act(Kind::Choice, "Allergies:").await;
        browser.sees(warned).await;
        browser.until("the allergy to leave", || async { !on_card(penicillin).await }).await;
        assert!(on_card("Nothing of this kind is on this card. That is not the same as none.").await);
        hands.act(Kind::Button, "Put them in").await;
        browser.until("the allergy to be back", || on_card(penicillin)).await;
        browser.sees("They are in now.").await;
        assert!(!browser.text().await.contains(warned));

        let printed =
            browser.devtools("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": false })).await;
        let pdf = data_encoding::BASE64.decode(printed["data"].as_str().unwrap().as_bytes()).unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("emergency-card.pdf"), &pdf).unwrap();
        let today: String = browser
            .value("return new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })")
            .await
            .unwrap();
        let sheets = pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap();
        assert!(sheets.len() <= 2, "{} sheets", sheets.len());
        // The font joins some letters.
        let bare = |text: &str| {
            let text = text.replace('\u{fb01}', "fi").replace('\u{fb02}', "fl");
            text.split_whitespace().collect::<String>()
        };
        for sheet in &sheets {
            for words in ["DELAROSA, Martha", "Printed from Tessera on", &today] {
                assert!(bare(sheet).contains(&bare(words)), "“{words}” is not on a sheet: {sheet}");
            }
        }
        let paper = bare(&sheets.concat());
        let titles = "return Array.from(document.querySelectorAll('.paper .line-title'), (line) => line.innerText)";
        let titles: Vec<String> = browser.value(titles).await.unwrap();
        assert!(titles.len() >= 4, "{titles:?}");
        for words in titles.iter().map(String::as_str).chain([
            penicillin,
            "Date of birth: 1 May 1972",
            "anastrozole",
            "Call in an emergency:",
            "Do not prescribe or give medicines from this alone.",
        ]) {
            assert!(paper.contains(&bare(words)), "“{words}” is not on paper: {paper}");
        }
        // Nothing of the page around it is.
        for words in ["Choose what goes on it", "Print the card", "You are only looking", "Summary"] {
            assert!(!paper.contains(&bare(words)), "“{words}” is on paper");
        }
        browser.close().await;
    });
}
