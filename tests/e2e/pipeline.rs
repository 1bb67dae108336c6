//! The build itself: the policy is enforced, the programs start, the parser has no network, the release is kept.

use crate::browser::Browser;
use crate::journey;
use crate::site::Site;

/// What a hostile record might try, were it ever drawn as markup. (`eval` is left out: DevTools lifts that ban for
/// what it runs itself.)
const BROKEN: &str = r#"
const done = arguments[arguments.length - 1];
const broken = [];
addEventListener("securitypolicyviolation", (event) => broken.push(event.effectiveDirective));
const script = document.createElement("script");
try { script.textContent = "globalThis.inline = true"; document.head.append(script); } catch { broken.push("trusted-types"); }
try { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='globalThis.inline = true'>"); } catch { broken.push("markup"); }
fetch("http://127.0.0.1:9/").catch(() => {}).then(() => setTimeout(() => done([globalThis.inline === true, broken]), 200));
"#;

/// Which ways out the parser's own worker script leaves open; asked in a worker of the same scripts.
const NETWORK_OF_PARSER: &str = r#"
const done = arguments[arguments.length - 1];
fetch("/parser/boot.js").then(async (response) => {
  const text = await response.text();
  done([response.headers.get("content-security-policy"), text]);
});
"#;

#[test]
fn nothing_runs_inline_and_nothing_leaves() {
    journey(async {
        let browser = Browser::fresh("policy").await;
        browser.open("/").await;
        let (ran, broken): (bool, Vec<String>) =
            browser.driver.execute_async(BROKEN, vec![]).await.unwrap().convert().unwrap();
        assert!(!ran, "a script ran inline");
        assert!(broken.iter().any(|what| what == "connect-src"), "a connection elsewhere was not refused: {broken:?}");
        assert!(broken.iter().any(|what| what == "markup"), "active markup was not refused: {broken:?}");
        let (policy, _): (String, String) =
            browser.driver.execute_async(NETWORK_OF_PARSER, vec![]).await.unwrap().convert().unwrap();
        assert!(policy.contains("connect-src 'none'"), "{policy}");
        // These complaints were the aim.
        browser.complaints().await;
        browser.close().await;
    });
}

#[test]
fn the_release_is_kept_and_opens_again() {
    journey(async {
        let browser = Browser::fresh("kept").await;
        browser.open("/").await;
        browser
            .until("the service worker to keep the release", || async {
                browser
                    .value::<bool>("return navigator.serviceWorker.controller !== null && navigator.serviceWorker.controller.state === 'activated'")
                    .await
                    .unwrap_or(false)
            })
            .await;
        browser.open("/").await;
        let all: bool = browser
            .driver
            .execute_async(
                "const done = arguments[arguments.length - 1];
                 (async () => {
                   const { files } = await (await fetch('/release.json')).json();
                   const kept = await caches.open((await caches.keys())[0]);
                   const missing = [];
                   for (const path of Object.keys(files)) if (!(await kept.match(path))) missing.push(path);
                   done(missing.length === 0 && Object.keys(files).length > 10);
                 })();",
                vec![],
            )
            .await
            .unwrap()
            .convert()
            .unwrap();
        assert!(all, "a file of the release is not kept");
        browser.close().await;
    });
}

#[test]
fn a_mismatching_release_is_refused_and_an_older_one_too() {
    journey(async {
        let site = Site::copied("mismatch");
        let browser = Browser::fresh_at("mismatch", &site.address).await;
        // One file is another than the release's manifest says.
        let script = site.folder.join("worker/qr.js");
        let good = std::fs::read_to_string(&script).unwrap();
        std::fs::write(&script, format!("{good}// changed\n")).unwrap();
        browser.open("/").await;
        assert_eq!(browser.install().await, "refused");
        std::fs::write(&script, good).unwrap();
        assert_eq!(browser.install().await, "kept");
        // The same release with a smaller number.
        let manifest = std::fs::read_to_string(site.folder.join("release.json")).unwrap();
        let older = manifest.replacen("\"number\": ", "\"number\": 1, \"was\": ", 1);
        let hash = |text: &str| {
            use sha2::Digest;
            data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(text.as_bytes()))
        };
        let worker = std::fs::read_to_string(site.folder.join("sw.js")).unwrap();
        assert!(worker.contains(&hash(&manifest)), "the service worker names its release");
        std::fs::write(site.folder.join("sw.js"), worker.replace(&hash(&manifest), &hash(&older))).unwrap();
        std::fs::write(site.folder.join("release.json"), older).unwrap();
        assert_eq!(browser.install().await, "refused");
        browser.complaints().await;
        browser.close().await;
    });
}

impl Browser {
    /// Asks for the release to be kept, and waits for what becomes of it.
    async fn install(&self) -> String {
        const INSTALL: &str = r#"
const done = arguments[arguments.length - 1];
(async () => {
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  try { await registration.update(); } catch { return done("refused"); }
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (!worker) return done("refused");
  const told = () => {
    if (worker.state === "redundant") done("refused");
    if (["installed", "activating", "activated"].includes(worker.state)) done("kept");
  };
  worker.addEventListener("statechange", told);
  told();
})().catch(() => done("refused"));
"#;
        self.driver.execute_async(INSTALL, vec![]).await.unwrap().convert().unwrap()
    }
}
