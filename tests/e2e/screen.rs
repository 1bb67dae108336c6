//! Pictures of a page for people to look at, and axe on each: phone and desktop, light and dark.

use crate::axe;
use crate::browser::Browser;
use serde_json::json;
use std::path::Path;

const SIZES: [(&str, u32, u32); 2] = [("phone", 390, 844), ("desktop", 1280, 800)];

/// Takes the four pictures of the page as it stands, into target/screens/, and fails on what axe finds in any.
pub async fn pictures(browser: &Browser, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    std::fs::create_dir_all(&folder).unwrap();
    let mut against = Vec::new();
    for (device, width, height) in SIZES {
        browser
            .devtools(
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": device == "phone" }),
            )
            .await;
        for scheme in ["light", "dark"] {
            browser
                .devtools(
                    "Emulation.setEmulatedMedia",
                    json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
                )
                .await;
            let picture = folder.join(format!("{name}-{device}-{scheme}.png"));
            std::fs::write(picture, whole_page(browser).await).unwrap();
            for violation in axe::violations(browser).await {
                against.push(format!("{name}, {device}, {scheme}: {violation}"));
            }
        }
    }
    browser.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    browser.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    assert!(against.is_empty(), "axe finds: {against:#?}");
}

/// The page to its end, not only what the window shows.
async fn whole_page(browser: &Browser) -> Vec<u8> {
    let answer =
        browser.devtools("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true })).await;
    let text = answer["data"].as_str().unwrap_or_default();
    data_encoding::BASE64.decode(text.as_bytes()).unwrap()
}

impl Browser {
    /// The screen where this element stands, pixel for pixel. Fails if the window cannot show all of it at once: no
    /// camera could see it.
    pub async fn picture_of(&self, selector: &str) -> Vec<u8> {
        self.until(selector, || async { self.count(selector).await > 0 }).await;
        let script = format!(
            "const element = document.querySelector({});
             element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
             const {{ x, y, width, height }} = element.getBoundingClientRect();
             return [x, y, width, height, scrollX, scrollY, innerHeight];",
            serde_json::json!(selector)
        );
        let [x, y, width, height, across, down, window]: [f64; 7] = self.value(&script).await.unwrap();
        assert!(height <= window, "{selector} is {height} pixels high, the window {window}");
        let clip = json!({ "x": x + across, "y": y + down, "width": width, "height": height, "scale": 1 });
        let answer = self
            .devtools("Page.captureScreenshot", json!({ "format": "png", "clip": clip, "captureBeyondViewport": true }))
            .await;
        data_encoding::BASE64.decode(answer["data"].as_str().unwrap_or_default().as_bytes()).unwrap()
    }
}
