//! SMART Health Links end to end: a server on this machine plays the other host, and writes down what it was asked.

use crate::browser::{Browser, Kind};
use crate::delivery::{Delivery, Dice};
use crate::journey;
use crate::site::Site;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use data_encoding::BASE64URL_NOPAD;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const KEY: [u8; 32] = *b"the key of a link, 32 bytes long";

/// One request, as it came.
#[derive(Clone, Debug)]
struct Hit {
    method: String,
    path: String,
    head: String,
    body: String,
}

/// What is answered: status, further headers, body.
type Reply = (u16, Vec<(&'static str, String)>, String);

/// A host of its own on this machine; it answers until the tests end.
struct Host {
    /// `localhost:1234`.
    name: String,
    hits: Arc<Mutex<Vec<Hit>>>,
}

impl Host {
    fn start(name: &str, answer: impl Fn(&Hit) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let name = format!("{name}:{}", listener.local_addr().unwrap().port());
        let hits = Arc::<Mutex<Vec<Hit>>>::default();
        let (seen, answer) = (hits.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &seen, answer.as_ref()));
            }
        });
        Self { name, hits }
    }

    fn address(&self) -> String {
        format!("http://{}", self.name)
    }

    /// What was asked so far, but for the browser's own question whether it may ask (CORS).
    fn hits(&self) -> Vec<Hit> {
        self.hits.lock().unwrap().iter().filter(|hit| hit.method != "OPTIONS").cloned().collect()
    }

    fn all(&self) -> usize {
        self.hits.lock().unwrap().len()
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Hit>>, answer: &dyn Fn(&Hit) -> Reply) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).unwrap_or(0) > 0 && line.trim() != "" {
        head += &line;
        line.clear();
    }
    let mut words = head.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return };
    let head = head.to_lowercase();
    let length = head.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let hit = Hit { method, path, head, body: String::from_utf8_lossy(&body).into_owned() };
    let (status, headers, body) = match hit.method.as_str() {
        "OPTIONS" => (204, vec![("access-control-allow-headers", "content-type".to_owned())], String::new()),
        _ => answer(&hit),
    };
    seen.lock().unwrap().push(hit);
    let mut text = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if status != 999 {
        text += "access-control-allow-origin: *\r\n";
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    let _ = reader.get_mut().write_all(format!("{text}\r\n{body}").as_bytes());
}

/// A file as a host keeps it: `dir`, `A256GCM`, perhaps packed.
fn sealed(plain: &[u8], kind: &str, zip: bool) -> String {
    let packed = if zip { r#","zip":"DEF""# } else { "" };
    let head = BASE64URL_NOPAD.encode(format!(r#"{{"alg":"dir","enc":"A256GCM","cty":"{kind}"{packed}}}"#).as_bytes());
    let mut content = plain.to_vec();
    if zip {
        let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(plain).unwrap();
        content = writer.finish().unwrap();
    }
    let nonce: [u8; 12] = std::array::from_fn(|i| (plain.len() >> i) as u8 ^ i as u8);
    let payload = Payload { msg: &content, aad: head.as_bytes() };
    let out = Aes256Gcm::new(&KEY.into()).encrypt(&nonce.into(), payload).unwrap();
    let (body, tag) = out.split_at(out.len() - 16);
    format!(
        "{head}..{}.{}.{}",
        BASE64URL_NOPAD.encode(&nonce),
        BASE64URL_NOPAD.encode(body),
        BASE64URL_NOPAD.encode(tag)
    )
}

fn link(url: &str, flag: &str, label: &str) -> String {
    let key = BASE64URL_NOPAD.encode(&KEY);
    let payload = serde_json::json!({ "url": url, "key": key, "flag": flag, "label": label, "v": 1 });
    format!("shlink:/{}", BASE64URL_NOPAD.encode(payload.to_string().as_bytes()))
}

fn file(browser: &Browser, number: usize) -> Delivery {
    Delivery::write(&browser.folder, number, 3000, &mut Dice::new(number as u64))
}

/// Pastes a link into its field and waits for the question.
async fn offer(browser: &Browser, link: &str, host: &str) {
    browser.go("#/import", "Import records").await;
    if browser.look(Kind::Field, "The link").await.is_none() {
        browser.press("I have a SMART Health Link").await;
    }
    browser.type_into("The link", link).await;
    browser.press("Look at the link").await;
    browser.find(Kind::Heading, "Get the files of this link?").await;
    browser.sees(host).await;
}

/// The words of the window.
async fn window(browser: &Browser) -> String {
    browser.value::<String>("return document.querySelector('dialog[open]')?.innerText ?? ''").await.unwrap_or_default()
}

async fn until_window_says(browser: &Browser, words: &str) {
    browser.until(&format!("the window to say “{words}”"), || async { window(browser).await.contains(words) }).await;
}

async fn until_read(browser: &Browser, name: &str) {
    browser
        .until(&format!("{name} to be read"), || async {
            browser.look(Kind::Button, &format!("Take {name} off this list")).await.is_some()
        })
        .await;
}

/// Nothing that says who the browser is, or what it has: no cookie, no address of a page.
fn is_bare(hit: &Hit) {
    for name in ["cookie:", "referer:", "authorization:"] {
        assert!(!hit.head.lines().any(|line| line.starts_with(name)), "{name} in {hit:?}");
    }
    let key = BASE64URL_NOPAD.encode(&KEY);
    for told in [&hit.path, &hit.head, &hit.body] {
        assert!(
            !told.contains(&key) && !told.to_lowercase().contains(&key.to_lowercase()),
            "the key was told: {hit:?}"
        );
    }
}

#[test]
fn a_link_of_each_flag_brings_the_very_bytes() {
    journey(async {
        let browser = Browser::fresh("links").await;
        browser.start_record().await;
        browser.saves_to_downloads().await;

        // U: one file, directly.
        let one = file(&browser, 1);
        let jwe = sealed(&one.bytes, "application/fhir+json", true);
        let host = Host::start("localhost", move |hit| {
            match hit.path.starts_with("/direct?recipient=A%20nurse%20of%20mine") {
                true => (200, vec![("content-type", "application/jose".into())], jwe.clone()),
                false => (404, vec![], String::new()),
            }
        });
        offer(&browser, &link(&format!("{}/direct", host.address()), "U", "Kestrel direct"), &host.name).await;
        until_window_says(&browser, "Kestrel direct").await;
        assert!(browser.look(Kind::Field, "Passcode").await.is_none());
        assert_eq!(host.all(), 0, "the host was asked before the person agreed");
        // Said no: nobody is asked.
        browser.press("Not now").await;
        browser.until("the window to go", || async { window(&browser).await.is_empty() }).await;
        assert_eq!(host.all(), 0);
        offer(&browser, &link(&format!("{}/direct", host.address()), "U", "Kestrel direct"), &host.name).await;
        browser.type_into("Who is asking", "A nurse of mine").await;
        browser.press("Get the files").await;
        until_read(&browser, "Kestrel direct").await;
        assert_eq!(host.hits().len(), 1);
        host.hits().iter().for_each(is_bare);
        assert!(browser.saves_original("Kestrel direct.json").await == one.bytes, "the original differs");
        browser.keep().await;

        // L, dropped as a file, behind a viewer's address: a manifest with the file in it.
        let two = file(&browser, 2);
        let jwe = sealed(&two.bytes, "application/fhir+json;fhirVersion=4.0.1", false);
        let long = Host::start("localhost", move |hit| {
            let asked: serde_json::Value = serde_json::from_str(&hit.body).unwrap_or_default();
            let fine = hit.method == "POST"
                && hit.head.contains("content-type: application/json")
                && asked["recipient"] == "A person using Tessera"
                && asked["embeddedLengthMax"].is_u64()
                && asked.get("passcode").is_none();
            let files = serde_json::json!({ "status": "can-change", "files": [
                { "contentType": "application/fhir+json;fhirVersion=4.0.1", "embedded": jwe },
            ] });
            if fine { (200, vec![], files.to_string()) } else { (400, vec![], String::new()) }
        });
        let text = link(&format!("{}/m", long.address()), "L", "");
        let dropped = browser.folder.join("link.txt");
        std::fs::write(&dropped, format!("https://viewer.example/#{text}\n")).unwrap();
        browser.go("#/import", "Import records").await;
        browser.upload(&[dropped]).await;
        until_window_says(&browser, &long.name).await;
        until_window_says(&browser, "may change later").await;
        assert_eq!(long.all(), 0);
        browser.press("Get the files").await;
        until_read(&browser, &long.name).await;
        long.hits().iter().for_each(is_bare);
        let saved = format!("{}.json", long.name.replace(':', "_"));
        assert!(browser.saves_original(&saved).await == two.bytes, "the original differs");

        // P: a wrong passcode, then the right one; files beside and at another host, and such as are left out.
        let (three, four) = (file(&browser, 3), file(&browser, 4));
        let jwe = sealed(&four.bytes, "application/fhir+json", true);
        let store = Host::start("127.0.0.1", move |_| (200, vec![], jwe.clone()));
        let (jwe, elsewhere) = (sealed(&three.bytes, "application/fhir+json", false), store.address());
        let locked = Host::start("localhost", move |hit| {
            let asked: serde_json::Value = serde_json::from_str(&hit.body).unwrap_or_default();
            if asked["passcode"] != "kestrel 7" {
                return (401, vec![], r#"{"remainingAttempts":4}"#.into());
            }
            let files = serde_json::json!({ "files": [
                { "contentType": "application/fhir+json", "embedded": jwe },
                { "contentType": "application/fhir+json", "location": format!("{elsewhere}/file?sas=1") },
                { "contentType": "application/fhir+json", "location": format!("{elsewhere}/back"), "status": "retracted" },
                { "contentType": "application/smart-api-access", "location": format!("{elsewhere}/token") },
            ] });
            (200, vec![], files.to_string())
        });
        offer(&browser, &link(&format!("{}/m", locked.address()), "P", "Kestrel locked"), &locked.name).await;
        browser.press("Get the files").await;
        until_window_says(&browser, "Type the passcode.").await;
        assert_eq!(locked.all(), 0);
        browser.type_into("Passcode", "kestrel 8").await;
        browser.press("Get the files").await;
        until_window_says(&browser, "You have 4 attempts left.").await;
        browser.type_into("Passcode", "kestrel 7").await;
        browser.press("Get the files").await;
        until_window_says(&browser, "Some files are kept somewhere else").await;
        until_window_says(&browser, &store.name).await;
        assert_eq!(store.all(), 0, "the other host was asked before the person agreed");
        browser.press("Get the files from there").await;
        until_window_says(&browser, "2 files were fetched.").await;
        until_window_says(&browser, "1 file was left out: its sender says").await;
        until_window_says(&browser, "1 file was left out: it is a key to another service").await;
        browser.press("Close").await;
        until_read(&browser, "Kestrel locked 2").await;
        assert_eq!(store.hits().len(), 1, "what is left out is not fetched: {:?}", store.hits());
        locked.hits().iter().chain(&store.hits()).for_each(is_bare);
        for (name, file) in [("Kestrel locked 1.json", &three), ("Kestrel locked 2.json", &four)] {
            assert!(browser.saves_original(name).await == file.bytes, "{name} differs");
        }

        // It is in the record, and where it came from is known after a lock.
        browser.go("#/section/allergies", "Allergies").await;
        for file in [&one, &two, &three, &four] {
            browser.sees(&file.allergies[0]).await;
        }
        browser.lock().await;
        browser.unlock().await;
        browser.go("#/import", "Import records").await;
        browser.follow("Kestrel locked 2.json").await;
        browser.sees(&format!("Through a SMART Health Link, from {}", locked.name)).await;
        browser.go("#/journal", "Journal").await;
        // The first was asked while nothing was kept yet, the journal neither.
        for asked in [&long, &locked, &store] {
            browser.sees(&format!("Asked {} for the files of a SMART Health Link", asked.name)).await;
        }
        let hosts = [&host, &long, &locked, &store].map(Host::address);
        browser.close_having_asked(&hosts).await;
    });
}

#[test]
fn what_a_host_refuses_is_told_apart() {
    journey(async {
        let browser = Browser::fresh("links-refused").await;
        browser.start_record().await;
        let odd = sealed(b"{}", "application/smart-api-access", false);
        let host = Host::start("localhost", move |hit| match hit.path.split('?').next().unwrap_or_default() {
            "/gone" => (404, vec![], String::new()),
            "/moved" => (302, vec![("location", "http://127.0.0.1:9/".into())], String::new()),
            "/busy" => {
                let headers =
                    vec![("retry-after", "90".into()), ("access-control-expose-headers", "retry-after".into())];
                (429, headers, String::new())
            }
            "/page" => (200, vec![], "<html>Welcome</html>".into()),
            "/hidden" => (999, vec![], String::new()),
            "/other" => (200, vec![], sealed(b"{}", "application/fhir+json", false).replace("eyJ", "eyK")),
            "/access" => (200, vec![], odd.clone()),
            _ => (200, vec![], r#"{"files":[]}"#.into()),
        });
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        for (url, sentence) in [
            (format!("{}/gone", host.address()), "These files are no longer shared."),
            (format!("{}/moved", host.address()), "wanted to send us on to another website"),
            (format!("{}/busy", host.address()), "Try again in 90 seconds."),
            (format!("{}/page", host.address()), "answered with something that we do not understand (200)"),
            (format!("{}/empty", host.address()), "There are no files behind this link."),
            (format!("{}/hidden", host.address()), "Nothing came from"),
            (format!("http://localhost:{nobody}/m"), "Nothing came from"),
        ] {
            offer(&browser, &link(&url, "", "x"), "localhost").await;
            browser.press("Get the files").await;
            until_window_says(&browser, sentence).await;
            browser.press("Not now").await;
            browser.until("the window to go", || async { window(&browser).await.is_empty() }).await;
        }
        for (path, name, sentence) in [
            ("other", "Kestrel other", "This file can’t be opened with the key in the link."),
            ("access", "Kestrel access", "This link leads to a key to another service"),
        ] {
            offer(&browser, &link(&format!("{}/{path}", host.address()), "U", name), &host.name).await;
            browser.press("Get the files").await;
            until_read(&browser, name).await;
            browser.sees(sentence).await;
        }
        // Links that nobody follows.
        browser.go("#/import", "Import records").await;
        for (text, sentence) in [
            (link("http://kestrel.example/m", "", ""), "leads to an address that is not safe"),
            (link("https://good.example@bad.example/m", "", ""), "leads to an address that is not safe"),
            (link("https://2130706433/m", "", ""), "leads to an address that is not safe"),
            ("shlink:/e30".to_owned(), "SMART Health Link"),
        ] {
            browser.type_into("The link", &text).await;
            browser.press("Look at the link").await;
            until_window_says(&browser, "This link can’t be used").await;
            until_window_says(&browser, sentence).await;
            browser.press("Close").await;
            browser.until("the window to go", || async { window(&browser).await.is_empty() }).await;
        }
        browser.close_having_asked(&[host.address(), format!("http://localhost:{nobody}")]).await;
    });
}

/// Puts a question to a host into a script of the served copy.
fn probe(site: &Site, script: &str, url: &str) {
    let path = site.folder.join(script);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\ntry {{ fetch(\"{url}\").catch(() => {{}}); }} catch {{}}\n")).unwrap();
}

#[test]
fn no_other_program_can_ask_a_host() {
    journey(async {
        let host = Host::start("localhost", |_| (404, vec![], String::new()));
        let site = Site::copied("links-probes");
        for (script, name) in [
            ("boot.js", "page"),
            ("worker/record.js", "record"),
            ("worker/qr.js", "qr"),
            ("worker/strength.js", "strength"),
            ("parser/boot.js", "parser"),
            ("network/boot.js", "network"),
        ] {
            probe(&site, script, &format!("{}/{name}", host.address()));
        }
        let browser = Browser::fresh_at("links-probes", &site.address).await;
        browser.start_record().await;
        // All of them are started: the page and the record worker are, a file starts the parser, the link the network.
        browser.value::<bool>("tessera.worker('qr'); tessera.worker('strength'); return true").await;
        let one = file(&browser, 1);
        browser.bring_own(one.path).await;
        offer(&browser, &link(&format!("{}/link", host.address()), "", "x"), &host.name).await;
        browser.press("Get the files").await;
        until_window_says(&browser, "These files are no longer shared.").await;
        browser
            .until("the worker that may to ask", || async { host.hits().iter().any(|hit| hit.path == "/network") })
            .await;
        let asked: Vec<String> = host.hits().into_iter().map(|hit| hit.path).collect();
        let wrong =
            ["/page", "/record", "/qr", "/strength", "/parser"].iter().find(|path| asked.iter().any(|a| a == *path));
        assert_eq!(wrong, None, "{asked:?}");
        browser.close_having_asked(&[host.address()]).await;
    });
}

/// A host that gives every script the same policy, as some do.
#[test]
fn a_site_that_forbids_it_says_so() {
    journey(async {
        let host = Host::start("localhost", |_| (404, vec![], String::new()));
        let site = Site::copied("links-forbidden");
        std::fs::copy(site.folder.join("network/boot.js"), site.folder.join("worker/network.js")).unwrap();
        let start = site.folder.join("start.js");
        let text = std::fs::read_to_string(&start).unwrap().replace("/network/boot.js", "/worker/network.js");
        std::fs::write(&start, text).unwrap();
        let browser = Browser::fresh_at("links-forbidden", &site.address).await;
        browser.start_record().await;
        offer(&browser, &link(&format!("{}/m", host.address()), "", "x"), &host.name).await;
        browser.press("Get the files").await;
        until_window_says(&browser, "The website that you have Tessera from does not let it ask others.").await;
        assert_eq!(host.all(), 0);
        browser.close_having_asked(&[host.address()]).await;
    });
}
