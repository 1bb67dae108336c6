//! A patient: looks first, keeps, reads, locks, unlocks.

use crate::browser::{Browser, Kind};
use crate::{data, journey};

#[test]
fn a_patient_keeps_and_reads_their_record() {
    journey(async {
        let browser = Browser::fresh("patient").await;
        browser.start_record().await;
        // Looked at first: three files of one person, one of them without a name of its own.
        browser.bring_own(data("fhir_r4/aups/Bundle-aups-basicsummarywihpath.json")).await;
        browser.bring_own(data("fhir_r4/pdf/DocumentReference-aups-basicsummary-data.json")).await;
        browser.sees("You are only looking").await;
        browser.keep().await;
        browser.bring_own(data("fhir_r4/ipa/Observation-LabExample1.json")).await;

        browser.go("#/summary", "Summary").await;
        reads_allergies_and_a_result(&browser).await;
        browser.lock().await;
        assert!(!browser.shows("Banks").await, "the locked screen shows a name");
        browser.unlock().await;
        reads_allergies_and_a_result(&browser).await;
        // A browser that was closed opens the same record.
        let browser = browser.reopened().await;
        browser.open("/").await;
        browser.sees("Unlock your records").await;
        browser.unlock().await;
        reads_allergies_and_a_result(&browser).await;
        browser.close().await;
    });
}

async fn reads_allergies_and_a_result(browser: &Browser) {
    browser.go("#/section/allergies", "Allergies").await;
    browser.sees("lactose").await;
    browser.go("#/section/results", "Results").await;
    browser.sees("Cholesterol").await;
    browser.find(Kind::Link, "Summary").await;
}

/// A program of one function that traps, started as an event would start ours.
const TRAP: &str = "
const code = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11];
const { t } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(code))).exports;
setTimeout(t, 0);";

#[test]
fn a_program_that_stops_locks_the_record_and_says_so() {
    journey(async {
        let browser = Browser::fresh("trap").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/IPS_IG-bundle-01.json")).await;
        browser.keep().await;
        browser.go("#/section/allergies", "Allergies").await;
        browser.sees("penicillin").await;
        browser.driver.execute(TRAP, vec![]).await.unwrap();
        browser.sees("Something in Tessera stopped, so it locked itself and began again.").await;
        browser.sees("What you had kept is safe.").await;
        assert!(!browser.shows("DeLarosa").await, "a locked screen shows a name");
        browser.unlock().await;
        browser.go("#/section/allergies", "Allergies").await;
        browser.sees("penicillin").await;
        // It is told once.
        browser.lock().await;
        assert!(!browser.shows("Something in Tessera stopped").await, "an old stop is told again");
        // The trap was ours.
        browser.complaints().await;
        browser.close().await;
    });
}

#[test]
fn importing_twice_changes_nothing() {
    journey(async {
        let browser = Browser::fresh("twice").await;
        browser.start_record().await;
        let file = data("fhir_r4/ips/IPS_IG-bundle-01.json");
        browser.bring_own(file.clone()).await;
        browser.press("Take IPS_IG-bundle-01.json off this list").await;
        browser.bring_own(file).await;
        browser.sees("This very file was here before. Nothing changed.").await;
        browser.close().await;
    });
}

#[test]
fn what_is_typed_by_hand_starts_a_record() {
    journey(async {
        let browser = Browser::fresh("typed").await;
        browser.start_record().await;
        browser.follow("Add an allergy").await;
        // Nothing is filed before it is said whose it is.
        browser.sees("Say first whose record it is.").await;
        browser.click(Kind::Control, "Add a person").await;
        browser.until("the form to take the focus", || browser.stands_at("given")).await;
        browser.type_into("Given", "Ada").await;
        browser.type_into("Family", "Testwell").await;
        // As people write it; and no answer is given for her.
        browser.type_into("Date of birth", "03/03/1951").await;
        browser.sees("Read as 3 March 1951").await;
        browser.click(Kind::Choice, "It is my own record").await;
        browser.press("Add this person").await;
        // Back to what was begun.
        browser.find(Kind::Heading, "Add an allergy").await;
        browser.type_into("Allergic to what?", "Latex").await;
        browser.type_into("What happens?", "Rash").await;
        browser.press("Add it").await;
        browser.go("#/section/allergies", "Allergies").await;
        let own = "
            const lines = Array.from(document.querySelectorAll('main li.line'), (line) => line.innerText.replace(/\\s+/g, ' '));
            return lines.some((line) => line.includes('Latex') && line.includes('From you'));";
        browser.until("the line with its source", || async { browser.value::<bool>(own).await == Some(true) }).await;
        browser.close().await;
    });
}
