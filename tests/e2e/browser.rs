//! One Chromium with a fresh profile, and what a person does with it: find by name, press, type, choose a file, wait.

use crate::camera::Camera;
use crate::{given, network};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::ChromiumLikeCapabilities;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

/// How long a step may take on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A browser of its own: one device of one person.
pub struct Browser {
    chromedriver: Chromedriver,
    pub driver: WebDriver,
    /// Its own folder: profile/, net.json, camera.y4m, downloads/.
    pub folder: PathBuf,
    pub site: String,
    pub camera: Camera,
    name: String,
}

/// A running ChromeDriver with its Chromium, a process group of their own; killed when dropped, whatever became of
/// the test.
struct Chromedriver {
    child: Child,
    port: u16,
    session: Option<WebDriver>,
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Or its own farewell would wait two minutes for an answer when a test has failed.
        let _ = self.session.take().map(WebDriver::leak);
        let _ =
            Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).stderr(Stdio::null()).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Chromedriver {
    fn start() -> Self {
        let mut child = Command::new(given("TESSERA_CHROMEDRIVER"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("ChromeDriver starts");
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut port = None;
        let mut lines = stdout.lines();
        for line in lines.by_ref().map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once("on port ") {
                port = rest.trim_end_matches('.').parse().ok();
            }
            if line.contains("started successfully") {
                break;
            }
        }
        // Keeps the pipe empty, or ChromeDriver would stop when it is full.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port: port.expect("ChromeDriver says its port"), session: None }
    }
}

impl Browser {
    /// A browser nobody has used, on no page yet. `name` is for folders and messages.
    pub async fn fresh(name: &str) -> Self {
        Self::fresh_at(name, &given("TESSERA_SITE")).await
    }

    /// The same for another copy of the site.
    pub async fn fresh_at(name: &str, site: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("e2e-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("downloads")).unwrap();
        Self::with_folder(name, folder, site.to_string()).await
    }

    /// Closes the browser and opens it again on the same profile.
    pub async fn reopened(self) -> Self {
        let (name, folder, site) = (self.name.clone(), self.folder.clone(), self.site.clone());
        self.close().await;
        no_process_of(&name, &folder).await;
        Self::with_folder(&name, folder, site).await
    }

    /// Kills the browser with all its processes, this moment, and opens it again on the same profile.
    pub async fn killed(self) -> Self {
        let (name, folder, site) = (self.name.clone(), self.folder.clone(), self.site.clone());
        drop(self);
        no_process_of(&name, &folder).await;
        Self::with_folder(&name, folder, site).await
    }

    /// What the site saves comes to lie in downloads/.
    pub async fn saves_to_downloads(&self) {
        let folder = self.folder.join("downloads");
        self.devtools(
            "Browser.setDownloadBehavior",
            serde_json::json!({ "behavior": "allow", "downloadPath": folder }),
        )
        .await;
    }

    async fn with_folder(name: &str, folder: PathBuf, site: String) -> Self {
        let mut chromedriver = Chromedriver::start();
        let camera = Camera::at(folder.join("camera.y4m"));
        let mut wish = DesiredCapabilities::chrome();
        wish.set_binary(&given("TESSERA_CHROMIUM")).unwrap();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,800",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
        ] {
            wish.add_arg(argument).unwrap();
        }
        wish.add_arg(&format!("--user-data-dir={}", folder.join("profile").display())).unwrap();
        wish.add_arg(&format!("--use-file-for-fake-video-capture={}", camera.file.display())).unwrap();
        wish.add_arg(&format!("--log-net-log={}", folder.join("net.json").display())).unwrap();
        wish.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver =
            WebDriver::new(format!("http://localhost:{}", chromedriver.port), wish).await.expect("Chromium starts");
        chromedriver.session = Some(driver.clone());
        driver.set_script_timeout(Duration::from_secs(60)).await.unwrap();
        Self { chromedriver, driver, folder, site, camera, name: name.to_string() }
    }

    /// Ends the browser, and looks through its log: no address but the site's was asked for by the site.
    pub async fn close(self) {
        self.close_having_asked(&[]).await;
    }

    /// The same where a person agreed that these other hosts be asked. What the console says of their answers is no fault.
    pub async fn close_having_asked(self, hosts: &[String]) {
        let mut complaints = self.complaints().await;
        complaints.retain(|said| !hosts.iter().any(|host| said.contains(host.as_str())));
        let Self { driver, folder, site, chromedriver, name, .. } = self;
        driver.quit().await.unwrap();
        drop(chromedriver);
        assert!(complaints.is_empty(), "{name}: the console complains: {complaints:#?}");
        network::only_own_origin(&folder.join("net.json"), &site, hosts);
    }

    /// Errors and broken policies that the console has named since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap_or_default();
        log.iter()
            .map(|entry| format!("{entry:?}"))
            .filter(|entry| {
                let small = entry.to_lowercase();
                small.contains("severe")
                    || small.contains("content security policy")
                    || small.contains("trustedhtml")
                    || small.contains("panicked")
            })
            .collect()
    }

    /// Opens a place of the site, such as "/" or "/#/import".
    pub async fn open(&self, place: &str) {
        self.driver.goto(format!("{}{place}", self.site)).await.unwrap();
        self.until("the page to draw itself", || async {
            self.truth("return document.querySelector('h1') !== null && document.querySelector('main.still') === null")
                .await
        })
        .await;
    }

    /// Polls until `holds`; says what it waited for, and what the page showed instead.
    pub async fn until<F>(&self, what: &str, holds: impl Fn() -> F)
    where
        F: std::future::Future<Output = bool>,
    {
        self.within(PATIENCE, what, holds).await;
    }

    pub async fn within<F>(&self, patience: Duration, what: &str, holds: impl Fn() -> F)
    where
        F: std::future::Future<Output = bool>,
    {
        let started = Instant::now();
        while !holds().await {
            if started.elapsed() > patience {
                self.give_up(what).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends the test with the page's own words and a picture of it.
    async fn give_up(&self, what: &str) -> ! {
        let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/screens/failure-{}.png", self.name));
        std::fs::create_dir_all(picture.parent().unwrap()).unwrap();
        let _ = self.driver.screenshot(&picture).await;
        let words = self.text().await;
        let address = self.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default();
        let complaints = self.complaints().await;
        panic!(
            "{}: waited in vain for {what}.\nAddress: {address}\nConsole: {complaints:#?}\nPicture: {}\nThe page says:\n{words}",
            self.name,
            picture.display()
        );
    }

    /// What a person reads on the page.
    pub async fn text(&self) -> String {
        self.value::<String>("return document.body?.innerText ?? ''").await.unwrap_or_default()
    }

    pub async fn value<T: serde::de::DeserializeOwned>(&self, script: &str) -> Option<T> {
        self.driver.execute(script, vec![]).await.ok()?.convert().ok()
    }

    async fn truth(&self, script: &str) -> bool {
        self.value(script).await.unwrap_or(false)
    }

    /// Waits until the page shows this text, spaces aside.
    pub async fn sees(&self, words: &str) {
        self.until(&format!("the words “{words}”"), || async { flat(&self.text().await).contains(&flat(words)) }).await;
    }

    /// The element of this kind and accessible name, visible and enabled, as soon as it is there.
    pub async fn find(&self, kind: Kind, name: &str) -> WebElement {
        let started = Instant::now();
        loop {
            if let Some(found) = self.look(kind, name).await {
                return found;
            }
            if started.elapsed() > PATIENCE {
                self.give_up(&format!("the {kind:?} “{name}”")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The same, now or not at all. The whole name comes before a name that begins so, that before one that holds it.
    pub async fn look(&self, kind: Kind, name: &str) -> Option<WebElement> {
        let arguments = vec![serde_json::json!(kind.selector()), serde_json::json!(name)];
        let answer = self.driver.execute(FIND, arguments).await.ok()?;
        if answer.json().is_null() { None } else { answer.element().ok() }
    }

    /// Presses the button of this name.
    pub async fn press(&self, name: &str) {
        self.click(Kind::Button, name).await;
    }

    pub async fn click(&self, kind: Kind, name: &str) {
        let started = Instant::now();
        loop {
            let found = self.find(kind, name).await;
            let _ = found.scroll_into_view().await;
            match found.click().await {
                Ok(()) => return,
                // Drawn anew between the look and the click, or covered while it moves.
                Err(_) if started.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("{}: “{name}” could not be clicked: {error}", self.name),
            }
        }
    }

    /// Empties the field of this name and types into it.
    pub async fn type_into(&self, name: &str, words: &str) {
        let started = Instant::now();
        loop {
            let field = self.find(Kind::Field, name).await;
            let typed = match field.clear().await {
                Ok(()) => field.send_keys(words).await,
                failed => failed,
            };
            match typed {
                Ok(()) => return,
                // The page was drawn anew under the hands.
                Err(_) if started.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("{}: nothing could be typed into “{name}”: {error}", self.name),
            }
        }
    }

    /// Puts all of the words into the field at once, as a paste does: one question, and one answer to it.
    pub async fn put_into(&self, name: &str, words: &str) {
        let field = self.find(Kind::Field, name).await.to_json().unwrap();
        let script = "
            const [field, words] = arguments;
            field.value = words;
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.driver.execute(script, vec![field, serde_json::json!(words)]).await.unwrap();
    }

    /// Gives files to the page's file input (which may be hidden behind a button).
    pub async fn upload(&self, files: &[PathBuf]) {
        self.until("a place for files", || async { self.driver.find(By::Css("input[type=file]")).await.is_ok() }).await;
        let input = self.driver.find(By::Css("input[type=file]")).await.unwrap();
        let names: Vec<String> = files.iter().map(|file| file.canonicalize().unwrap().display().to_string()).collect();
        input.send_keys(names.join("\n")).await.unwrap();
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, method: &str, parameters: serde_json::Value) -> serde_json::Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}

/// Waits until the last process of the browser has ended: one that lives on would go on writing, and keeps the next out.
async fn no_process_of(name: &str, folder: &Path) {
    let (profile, started) = (folder.join("profile"), Instant::now());
    while alive_with(&profile) {
        assert!(started.elapsed() < PATIENCE, "{name}: a process of the browser lives on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether any process was started with this profile and has not ended.
fn alive_with(profile: &Path) -> bool {
    let wanted = format!("--user-data-dir={}", profile.display());
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    // A process that has ended and was not yet waited for has an empty command line.
    processes.into_iter().any(|process| {
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == wanted.as_bytes())
    })
}

fn flat(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a person is looking for.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Button,
    Link,
    Field,
    /// Radio buttons, checkboxes and switches.
    Choice,
    Heading,
    /// A button or a link, whichever it is.
    Control,
}

impl Kind {
    fn selector(self) -> &'static str {
        match self {
            Kind::Button => "button, [role=button], summary, input[type=submit]",
            Kind::Link => "a[href]",
            Kind::Field => {
                "input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=file]), textarea, select"
            }
            Kind::Choice => "input[type=radio], input[type=checkbox], [role=switch], [role=option], [role=radio]",
            Kind::Heading => "h1, h2, h3, h4",
            Kind::Control => "button, [role=button], summary, a[href]",
        }
    }
}

/// Finds by accessible name, as far as this app's markup needs the rules of that.
const FIND: &str = r#"
const [selector, wanted] = arguments;
const flat = (text) => (text ?? "").replace(/\s+/g, " ").trim().toLowerCase();
const nameOf = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const own = element.getAttribute("aria-label");
  if (own) return own;
  if (element.labels?.length) return Array.from(element.labels, (label) => label.innerText).join(" ");
  return element.innerText || element.value || element.title || element.placeholder || "";
};
const visible = (element) => element.checkVisibility({ checkVisibilityCSS: true }) || element.labels?.length > 0;
const all = Array.from(document.querySelectorAll(selector)).filter((element) => visible(element) && !element.disabled);
const named = all.map((element) => [element, flat(nameOf(element))]);
const name = flat(wanted);
const found =
  named.find(([, is]) => is === name) ?? named.find(([, is]) => is.startsWith(name)) ?? named.find(([, is]) => is.includes(name));
return found ? found[0] : null;
"#;
