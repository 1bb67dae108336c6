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
