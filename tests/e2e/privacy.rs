//! What is left on the disk when the vault is locked and the browser closed.

use crate::browser::Browser;
use crate::person::PASSPHRASE;
use crate::{data, disk, journey};

/// What only that person's file says: her name, birth date and drugs.
const CANARIES: [&str; 6] = ["Brönnimann", "Bertholet", "1937-05-03", "Triatec", "Beloc Zok", "Morgens 1/2 Tablette"];

#[test]
fn a_locked_and_closed_browser_holds_no_name_no_drug_and_no_key() {
    journey(async {
        let browser = Browser::fresh("privacy").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/CH_HL7CH_Examples_01.json")).await;
        let kit = browser.keep().await;
        // Look around, so that pages, history and caches have had their chance.
        for (place, heading) in [
            ("#/summary", "Summary"),
            ("#/timeline", "Timeline"),
            ("#/section/allergies", "Allergies"),
            ("#/section/medicines", "Medicines"),
            ("#/section/problems", "Problems"),
        ] {
            browser.go(place, heading).await;
            browser.drawn().await;
        }
        browser.lock().await;
        let folder = browser.folder.join("profile");
        browser.close().await;
        let whole = kit.join("-");
        let mut canaries = CANARIES.to_vec();
        canaries.extend([PASSPHRASE, &whole, &kit[2]]);
        disk::assert_nothing_of(&folder, &canaries);
    });
}

/// Who lends a phone out, or has done with a device, does not think of the other tabs.
#[test]
fn locking_and_erasing_reach_every_tab() {
    journey(async {
        let browser = Browser::fresh("tabs").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/CH_HL7CH_Examples_01.json")).await;
        browser.keep_without_check().await;
        let first = browser.driver.window().await.unwrap();
        let second = browser.driver.new_tab().await.unwrap();
        browser.driver.switch_to_window(second.clone()).await.unwrap();
        browser.open("#/summary").await;
        browser.unlock().await;
        browser.sees("Bertholet").await;

        browser.lock().await;
        browser.driver.switch_to_window(first.clone()).await.unwrap();
        browser.sees("Unlock your records").await;
        assert!(!browser.text().await.contains("Bertholet"));

        browser.unlock().await;
        browser.driver.switch_to_window(second).await.unwrap();
        browser.unlock().await;
        browser.go("#/more", "More").await;
        browser.press("Start again on this device").await;
        // One press more than a slip.
        browser.press("Yes, erase everything here").await;
        browser.sees("Bertholet").await;
        browser.click(crate::browser::Kind::Choice, "I understand that this can’t be undone.").await;
        browser.press("Yes, erase everything here").await;
        browser.sees("Start my record").await;
        browser.driver.switch_to_window(first).await.unwrap();
        browser.sees("Start my record").await;
        assert!(!browser.text().await.contains("Bertholet"));
    });
}
