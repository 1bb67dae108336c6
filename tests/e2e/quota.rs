//! A full device: an import is kept whole or refused in words, and what was kept opens and can be saved all the same.

use crate::browser::{Browser, Kind};
use crate::delivery::{Delivery, Dice};
use crate::journey;

/// Room beyond what is in use, in bytes, at each level; the file that is brought in has about 1.2 million.
const LEVELS: [u64; 4] = [0, 500_000, 6_000_000, 40_000];

#[test]
fn a_full_device_keeps_an_import_whole_or_refuses_it_in_words() {
    journey(async {
        let mut dice = Dice::new(7);
        let mut browser = Browser::fresh("quota").await;
        let folder = browser.folder.join("deliveries");
        let first = Delivery::write(&folder, 0, 200_000, &mut dice);
        browser.start_record().await;
        browser.bring_own(first.path.clone()).await;
        browser.keep().await;
        let (mut kept, mut refused) = (vec![first], 0);
        for (number, room) in (1..).zip(LEVELS) {
            let file = Delivery::write(&folder, number, 1_200_000, &mut dice);
            // Chromium remembers for half a minute how much room a site had; a browser just opened does not.
            browser = browser.reopened().await;
            browser.saves_to_downloads().await;
            limit(&browser, room).await;
            opens(&browser, &kept).await;
            browser.bring(file.path.clone()).await;
            let fits = browser.look(Kind::Control, "See the report").await.is_some();
            println!("quota: {room} bytes beyond what is in use: {}", if fits { "kept" } else { "refused" });
            if fits {
                kept.push(file.clone());
            } else {
                refused += 1;
                browser.sees("There is not enough room on this device.").await;
                browser.sees("Nothing was changed; what you had kept is safe.").await;
            }
            // Still without room: what was kept opens again, and nothing of what was refused is there.
            browser.driver.refresh().await.unwrap();
            opens(&browser, &kept).await;
            let page = browser.text().await;
            assert!(fits || !file.allergies.iter().any(|a| page.contains(a)), "a refused import is there by half");
            for kept in [&kept[0], &kept[kept.len() - 1]] {
                let saved = browser.saves_original(&kept.name).await;
                assert!(saved == kept.bytes, "the original of {} is not what was brought in", kept.name);
            }
            assert!(fits || !browser.shows(&file.name).await, "a refused import is listed");
        }
        println!("quota: {} levels, {refused} refused in words, {} kept whole", LEVELS.len(), kept.len() - 1);
        assert_eq!((refused, kept.len()), (3, 2), "only one level had room for the file");
        browser.close().await;
    });
}

/// Unlocks, and reads an allergy of each file that was kept.
async fn opens(browser: &Browser, kept: &[Delivery]) {
    browser.open("/").await;
    browser.sees("Unlock your records").await;
    browser.unlock().await;
    browser.go("#/section/allergies", "Allergies").await;
    for file in kept {
        browser.sees(&file.allergies[0]).await;
    }
}

/// Gives the site this much room beyond what it has in use.
async fn limit(browser: &Browser, room: u64) {
    let site = serde_json::json!({ "origin": browser.site });
    let used = browser.devtools("Storage.getUsageAndQuota", site).await["usage"].as_u64().unwrap();
    let wish = serde_json::json!({ "origin": browser.site, "quotaSize": used + room });
    browser.devtools("Storage.overrideQuotaForOrigin", wish).await;
}
