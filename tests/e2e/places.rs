//! Every place of an open record, in both languages, light, dark and in the person's own colours: axe finds nothing, and
//! at 400 % of a desktop's window (320 pixels) nothing sticks out to the side.

use serde_json::json;

use crate::browser::Browser;
use crate::{axe, data, journey};

const PLACES: [&str; 38] = [
    "summary",
    "timeline",
    "timeline?kind=results",
    "section/allergies",
    "section/alerts",
    "section/medicines",
    "section/problems",
    "section/results",
    "section/vital-signs",
    "section/vaccinations",
    "section/procedures",
    "section/devices",
    "section/pregnancy",
    "section/functional-status",
    "section/plans",
    "section/advance-directives",
    "section/past-illness",
    "section/social-history",
    "section/family-history",
    "section/patient-story",
    "section/notes",
    "section/findings",
    "section/visits",
    "section/documents",
    "section/legal",
    "section/about-me",
    "share",
    "emergency-card",
    "import",
    "import/how",
    "people",
    "journal",
    "more",
    "more/about",
    "more/off-the-pages",
    "write/allergy",
    "write/medicine",
    "scan",
];

/// What stands out to the right of the window, unless it is inside something that scrolls.
const OVER: &str = "
    const width = document.documentElement.clientWidth;
    const clipped = (element) => {
      for (let over = element.parentElement; over; over = over.parentElement)
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(over).overflowX)) return true;
      return false;
    };
    return Array.from(document.querySelectorAll('body *'))
      .filter((one) => one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().right > width + 1)
      .filter((one) => one.checkVisibility() && !clipped(one))
      .map((one) => `${one.tagName} ${one.className} ${one.innerText ?? ''}`.slice(0, 120));";

async fn media(browser: &Browser, name: &str, value: &str) {
    browser.devtools("Emulation.setEmulatedMedia", json!({ "features": [{ "name": name, "value": value }] })).await;
}

/// Goes there, and waits until the page says nothing of loading.
async fn visit(browser: &Browser, place: &str) {
    browser.driver.execute("location.hash = '#/' + arguments[0]", vec![json!(place)]).await.unwrap();
    let drawn = "return document.querySelector('main h1') !== null && !/One moment …|Un eiliad …/.test(document.body.innerText)";
    browser.until(place, || async { browser.value::<bool>(drawn).await.unwrap_or(false) }).await;
}

#[test]
fn every_place_is_clean_in_both_languages_and_narrow() {
    journey(async {
        let browser = Browser::fresh("places").await;
        browser.start_record().await;
        browser.bring_own(data("uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json")).await;
        browser.bring_own(data("uk/gp2gp/PWTP10-output.json")).await;
        let mut places: Vec<String> = PLACES.iter().map(|p| (*p).to_owned()).collect();
        for (from, link) in
            [("section/medicines", "a[href*='/item/']"), ("section/vital-signs", "a[href*='/analyte/']")]
        {
            visit(&browser, from).await;
            browser.until("a link to follow", || async { browser.count(link).await > 0 }).await;
            let script = format!("return document.querySelector(\"{link}\").getAttribute('href').slice(2)");
            places.push(browser.value(&script).await.unwrap());
        }
        let mut against = Vec::new();
        for (language, forced) in [("English", false), ("Welsh", false), ("Welsh", true)] {
            media(&browser, "forced-colors", if forced { "active" } else { "none" }).await;
            browser.window(320, 256).await;
            for place in &places {
                visit(&browser, place).await;
                // What is folded is looked at as well.
                browser
                    .driver
                    .execute(
                        "document.querySelectorAll('main details').forEach((folded) => folded.open = true)",
                        vec![],
                    )
                    .await
                    .unwrap();
                let over: Vec<String> = browser.value(OVER).await.unwrap();
                against.extend(over.first().map(|one| format!("{language}, {place}, sticks out: {one}")));
                // Colours that the person forces are theirs: what axe knows of contrast is not about them.
                for scheme in ["light", "dark"].into_iter().filter(|_| !forced) {
                    media(&browser, "prefers-color-scheme", scheme).await;
                    let found = axe::violations(&browser).await;
                    against.extend(found.into_iter().map(|v| format!("{language}, {scheme}, {place}: {v}")));
                }
            }
            if language == "English" {
                browser.window(390, 844).await;
                browser.press("Cymraeg").await;
                browser.sees("English").await;
            }
        }
        assert!(against.is_empty(), "{against:#?}");
        browser.close().await;
    });
}
