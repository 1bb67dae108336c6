//! Every page, looked at by axe and left as pictures in target/screens/ for people to look at.
//!
//! `cargo xtask shots` runs only these.

use crate::browser::{Browser, Kind};
use crate::screen::pictures;
use crate::{data, journey};

#[test]
fn screens_before_there_is_a_record() {
    journey(async {
        let browser = Browser::fresh("screens-first").await;
        browser.open("/").await;
        browser.sees("Your health record, held by you").await;
        pictures(&browser, "01-first-visit").await;
        browser.press("Cymraeg").await;
        pictures(&browser, "02-first-visit-welsh").await;
        browser.press("English").await;
        browser.press("Start my record").await;
        browser.find(Kind::Heading, "Import records").await;
        pictures(&browser, "03-import-empty").await;
        browser.go("#/import/how", "How to get your records").await;
        pictures(&browser, "04-how-to-get-your-records").await;
        browser.go("#/scan", "Scan a code").await;
        pictures(&browser, "05-scan").await;
        browser.go("#/more/about", "About").await;
        pictures(&browser, "06-about").await;
        browser.close().await;
    });
}

#[test]
fn screens_of_a_record() {
    journey(async {
        let browser = Browser::fresh("screens-record").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/IPS_IG-bundle-01.json")).await;
        pictures(&browser, "10-import-read").await;
        browser.bring(data("fhir_r4/ips/NZ_Peter_Jordan_AAA1234.json")).await;
        browser.until("the guard to ask", || browser.guard_asks()).await;
        pictures(&browser, "11-import-guard").await;
        browser.press("Answer later").await;
        pictures(&browser, "12-import-put-aside").await;
        browser.click(Kind::Control, "See the report").await;
        browser.until("the report", || async { browser.count("#ledger").await > 0 }).await;
        pictures(&browser, "13-import-report").await;
        for (number, place, name) in [
            (14, "#/summary", "summary"),
            (15, "#/timeline", "timeline"),
            (16, "#/section/allergies", "allergies"),
            (17, "#/section/medicines", "medicines"),
            (18, "#/section/problems", "problems"),
            (19, "#/section/results", "results"),
            (20, "#/section/vaccinations", "vaccinations"),
            (21, "#/section/documents", "documents"),
            (22, "#/write/allergy", "write-allergy"),
            (23, "#/write/medicine", "write-medicine"),
            (24, "#/write/problem", "write-problem"),
            (25, "#/people", "people"),
            (26, "#/more", "more"),
            (27, "#/set-up", "set-up"),
            (35, "#/emergency-card", "emergency-card"),
        ] {
            visit(&browser, place).await;
            pictures(&browser, &format!("{number}-{name}")).await;
        }
        for (place, link, name) in [
            ("#/section/results", "a[href*='/analyte/']", "28-analyte"),
            ("#/section/allergies", "a[href*='/item/']", "29-entry"),
        ] {
            visit(&browser, place).await;
            browser.until("a link to follow", || async { browser.count(link).await > 0 }).await;
            let href: String = browser
                .value(&format!("return document.querySelector(\"{link}\").getAttribute('href')"))
                .await
                .unwrap();
            visit(&browser, &href).await;
            pictures(&browser, name).await;
        }
        browser.keep_without_check().await;
        pictures(&browser, "30-recovery-kit").await;
        for (number, place, name) in [
            (31, "#/journal", "journal"),
            (32, "#/more/passphrase", "passphrase"),
            (33, "#/summary", "summary-kit-due"),
        ] {
            visit(&browser, place).await;
            pictures(&browser, &format!("{number}-{name}")).await;
        }
        browser.lock().await;
        pictures(&browser, "34-locked").await;
        browser.close().await;
    });
}

#[test]
fn screens_of_a_share() {
    journey(async {
        let patient = Browser::fresh("screens-share").await;
        patient.start_record().await;
        patient.bring_own(data("fhir_r4/ips/IPS_IG-bundle-01.json")).await;
        // What is only looked at has no key that could sign: kept first, shared then.
        visit(&patient, "#/share").await;
        patient.press("Continue").await;
        patient.press("See what they will see").await;
        patient.sees("Keep your records before you share them.").await;
        pictures(&patient, "39-share-keep-first").await;
        patient.keep_without_check().await;
        visit(&patient, "#/share").await;
        patient.click(Kind::Choice, "A GP surgery").await;
        pictures(&patient, "40-share-who").await;
        patient.press("Continue").await;
        patient.find(Kind::Button, "See what they will see").await;
        pictures(&patient, "41-share-what").await;
        patient.press("See what they will see").await;
        patient.find(Kind::Heading, "Exactly what they will see").await;
        patient.sees("DELAROSA").await;
        pictures(&patient, "42-share-preview").await;
        patient.press("Show the code").await;
        patient.find(Kind::Heading, "Show this code").await;
        let codes = patient.codes_on_screen().await;
        pictures(&patient, "43-showing").await;
        patient.press("They have it").await;
        patient.sees("The code is not shown any more").await;
        pictures(&patient, "44-they-have-it").await;
        patient.close().await;

        let clinician = Browser::clinician("screens-clinician").await;
        clinician.press("Ask first").await;
        clinician.type_into("Who you are", "Ward 7, St Elsewhere").await;
        clinician.press("Show my request code").await;
        clinician.sees("Ask the patient to scan this code").await;
        pictures(&clinician, "45-request").await;
        clinician.paste("https://example.org/menu").await;
        clinician.sees("This is a web address").await;
        pictures(&clinician, "46-refused").await;
        clinician.press("Start again").await;
        clinician.scan(&codes).await;
        clinician.sees("Not changed since this phone signed it").await;
        pictures(&clinician, "47-clinician-view").await;
        clinician.close().await;
    });
}

/// Goes to a place and waits until nothing says that it is still loading.
async fn visit(browser: &Browser, place: &str) {
    browser.driver.execute("location.hash = arguments[0]", vec![serde_json::json!(place)]).await.unwrap();
    browser
        .until("the page to draw itself", || async {
            browser
                .value::<bool>(
                    "return document.querySelector('main h1') !== null && !/One moment …|Loading …/.test(document.body.innerText)",
                )
                .await
                .unwrap_or(false)
        })
        .await;
}
