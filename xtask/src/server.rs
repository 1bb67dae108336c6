//! A static file server for one machine, with the headers a real host should send.

use crate::headers;
use crate::run::{Failure, Outcome, say};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use tiny_http::{Header, Method, Request, Server, StatusCode};

/// A server that runs in threads of its own until the program ends.
pub struct Site {
    pub address: String,
    server: Arc<Server>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

/// How a folder is served.
#[derive(Clone, Copy, Default)]
pub struct Manner {
    /// Without the app's security headers: pages of others, as yardsticks.
    pub bare: bool,
    /// Packed with brotli, as a host for the public would.
    pub packed: bool,
}

/// What was packed before anybody asked.
type Packed = Arc<Mutex<HashMap<PathBuf, Vec<u8>>>>;

/// Packs the files of a folder a little less tightly than a host would: in seconds, not minutes.
fn pack(folder: &Path, into: &mut HashMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            pack(&path, into);
        } else if let Ok(plain) = std::fs::read(&path) {
            into.insert(path, crate::finish::brotli(&plain, 9));
        }
    }
}

impl Site {
    /// Serves `folder` on this port of localhost; port 0 takes any that is free.
    pub fn start(folder: &Path, port: u16) -> Outcome<Self> {
        Self::start_as(folder, port, Manner::default())
    }

    /// The same in another manner.
    pub fn start_as(folder: &Path, port: u16, manner: Manner) -> Outcome<Self> {
        let packed = Packed::default();
        if manner.packed
            && let Ok(mut all) = packed.lock()
        {
            pack(folder, &mut all);
        }
        if !folder.join("index.html").is_file() {
            return Err(Failure::new(format!("{} holds no build; run `cargo xtask build` first.", folder.display())));
        }
        let server = Server::http(("127.0.0.1", port)).map_err(|error| {
            Failure::new(format!("Port {port} could not be opened ({error}); name another with --port N."))
        })?;
        let port = server.server_addr().to_ip().map_or(port, |address| address.port());
        let server = Arc::new(server);
        let threads = (0..8)
            .map(|_| {
                let (server, folder, packed) = (Arc::clone(&server), folder.to_path_buf(), Arc::clone(&packed));
                std::thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        answer(request, &folder, manner, &packed);
                    }
                })
            })
            .collect();
        Ok(Self { address: format!("http://localhost:{port}"), server, threads })
    }

    /// Serves until the program is ended from outside.
    pub fn forever(self) {
        say(format!("Serving on {} (Ctrl-C ends it)", self.address));
        for thread in self.threads {
            let _ = thread.join();
        }
    }

    pub fn stop(self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, folder: &Path, manner: Manner, packed: &Packed) {
    let path = request.url().split(['?', '#']).next().unwrap_or("/").to_string();
    let file = file_for(folder, &path);
    let (status, mut body, kind) = match file.as_ref().and_then(|file| std::fs::read(file).ok().zip(Some(file))) {
        Some((body, file)) => (200, body, kind_of(file)),
        None => (404, b"There is no such file here.\n".to_vec(), "text/plain; charset=utf-8"),
    };
    let served = file
        .as_ref()
        .and_then(|file| file.strip_prefix(folder).ok())
        .map_or(path.clone(), |file| format!("/{}", file.display()));
    let mut headers = if manner.bare { Vec::new() } else { headers::of_loopback(&served) };
    let unpacks = |h: &Header| h.field.equiv("Accept-Encoding") && h.value.as_str().contains("br");
    if let Some(file) = file.filter(|_| manner.packed && status == 200 && request.headers().iter().any(unpacks)) {
        // What came later (a large file for a yardstick) goes as it is.
        if let Some(small) = packed.lock().ok().and_then(|all| all.get(&file).cloned()) {
            body = small;
            headers.push(("Content-Encoding", "br".to_owned()));
        }
    }
    headers.push(("Content-Type", kind.to_string()));
    // That a file is not there is not for ever.
    headers.push(("Cache-Control", if status == 200 { cache_for(&served) } else { "no-cache" }.to_string()));
    headers.push(("Content-Length", body.len().to_string()));
    // The library gives each connection a thread of a pool that now and then queues one behind connections that are kept
    // open, until they end: none is kept open, so that no page ever waits for ever.
    headers.push(("Connection", "close".to_owned()));
    let mut head = format!("HTTP/1.1 {status} {}\r\n", StatusCode(status).default_reason_phrase());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    if *request.method() == Method::Head {
        body.clear();
    }
    let mut out = request.into_writer();
    // Whoever went away needs no answer.
    let _ = out.write_all(head.as_bytes()).and_then(|()| out.write_all(&body)).and_then(|()| out.flush());
}

/// The file of a path; the front page for a place inside the app; nothing for a missing file or a way out of the folder.
fn file_for(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.trim_start_matches('/'));
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || path.contains('%') || path.contains('\\') {
        return None;
    }
    let file = folder.join(relative);
    if file.is_file() {
        Some(file)
    } else if relative.extension().is_none() {
        Some(folder.join("index.html"))
    } else {
        None
    }
}

/// A name that holds its content's hash never changes its content.
fn cache_for(path: &str) -> &'static str {
    let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let hashed = stem
        .rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn kind_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for path in ["/../Cargo.toml", "/..", "//etc/passwd.txt", "/%2e%2e/Cargo.toml", "/a/../../Cargo.toml"] {
            assert_ne!(file_for(&folder, path).map(|file| file.is_file()), Some(true), "{path}");
        }
        assert_eq!(file_for(&folder, "/main.rs"), Some(folder.join("main.rs")));
        assert_eq!(file_for(&folder, "/gone.js"), None);
        assert_eq!(file_for(&folder, "/share/what"), Some(folder.join("index.html")));
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(cache_for("/app-0123456789abcdef.js").contains("immutable"));
        assert!(cache_for("/record-worker_bg-0123456789abcdef.wasm").contains("immutable"));
        assert_eq!(cache_for("/boot.js"), "no-cache");
        assert_eq!(cache_for("/record-worker.js"), "no-cache");
    }
}
