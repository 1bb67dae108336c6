//! The security headers: this file is their one source.
//!
//! `cargo xtask headers` writes them into the files for hosts and into index.html; the tests below fail when one
//! of those says something else.

use crate::run::{Outcome, because, root};

/// The policy of every page and script.
///
/// `'wasm-unsafe-eval'` lets WebAssembly be compiled and nothing else be evaluated.
const PAGE: &[&str] = &[
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
];

/// The policy of the worker that reads hostile files: no connection, no worker of its own.
const PARSER: &[&str] = &[
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'none'",
    "worker-src 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
];

/// The policy of the one worker that may ask other hosts, for SMART Health Links and only when a person said so. It needs
/// nothing of this origin but its own script, and answers in clear text from nobody.
const NETWORK: &[&str] = &[
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src https:",
    "worker-src 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
];

/// What our own server adds to that policy: it serves one machine, where a test plays the other host.
const LOOPBACK: &str = "connect-src https: http://localhost:* http://127.0.0.1:*";

/// What stands beside the content policy on every answer.
const REST: &[(&str, &str)] = &[
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Permissions-Policy",
        "camera=(self), accelerometer=(), autoplay=(), browsing-topics=(), display-capture=(), encrypted-media=(), \
         geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), \
         xr-spatial-tracking=()",
    ),
];

/// The folder whose scripts get the parser's policy.
pub const PARSER_FOLDER: &str = "/parser/";
/// The folder whose script gets the network worker's policy.
pub const NETWORK_FOLDER: &str = "/network/";

/// Every security header of the answer for `path`.
pub fn of(path: &str) -> Vec<(&'static str, String)> {
    let policy = match path {
        _ if path.starts_with(PARSER_FOLDER) => PARSER,
        _ if path.starts_with(NETWORK_FOLDER) => NETWORK,
        _ => PAGE,
    };
    let mut all = vec![("Content-Security-Policy", policy.join("; "))];
    all.extend(REST.iter().map(|(name, value)| (*name, (*value).to_string())));
    all
}

/// The same for our own server: plain http to this very machine is allowed to the network worker, and nothing else differs.
pub fn of_loopback(path: &str) -> Vec<(&'static str, String)> {
    let mut all = of(path);
    if path.starts_with(NETWORK_FOLDER) {
        all.iter_mut().for_each(|(_, value)| *value = value.replace("connect-src https:", LOOPBACK));
    }
    all
}

/// The page's policy for `<meta>`, which has no say over who frames the page.
fn meta() -> String {
    let kept: Vec<&str> = PAGE.iter().copied().filter(|part| !part.starts_with("frame-ancestors")).collect();
    format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", kept.join("; "))
}

/// Netlify, Cloudflare Pages and their like. Rules add up there, and two policies on one answer both hold: so none stands
/// under `/*`, and each address that a policy is for has its own. Those are the page and the scripts that workers start
/// with; what these load after that is under their policy, not under one of its own.
const POLICED: &[(&str, &[&str])] = &[
    ("/", PAGE),
    ("/index.html", PAGE),
    ("/sw.js", PAGE),
    ("/worker/*", PAGE),
    ("/parser/*", PARSER),
    ("/network/*", NETWORK),
];

fn underscore_headers() -> String {
    let mut text = String::from("# Written by `cargo xtask headers`; the source is xtask/src/headers.rs.\n/*\n");
    for (name, value) in REST {
        text += &format!("  {name}: {value}\n");
    }
    for (path, policy) in POLICED {
        text += &format!("{path}\n  Content-Security-Policy: {}\n", policy.join("; "));
    }
    text
}

fn caddyfile() -> String {
    let mut lines = vec![
        "# Written by `cargo xtask headers`; the source is xtask/src/headers.rs.".to_string(),
        "# SITE=records.example.org ROOT=/srv/dist caddy run --config Caddyfile".to_string(),
        "{$SITE:localhost:8080} {".to_string(),
        "\troot * {$ROOT:dist}".to_string(),
        "\tencode zstd gzip".to_string(),
        "\theader {".to_string(),
    ];
    lines.extend(REST.iter().map(|(name, value)| format!("\t\t{name} \"{value}\"")));
    lines.push("\t}".to_string());
    lines.push("\t@parser path /parser/*".to_string());
    lines.push(format!("\theader @parser Content-Security-Policy \"{}\"", PARSER.join("; ")));
    lines.push("\t@network path /network/*".to_string());
    lines.push(format!("\theader @network Content-Security-Policy \"{}\"", NETWORK.join("; ")));
    lines.push("\t@rest not path /parser/* /network/*".to_string());
    lines.push(format!("\theader @rest Content-Security-Policy \"{}\"", PAGE.join("; ")));
    lines.push(
        "\t# A name that holds its content's hash never changes its content; that it is missing is not for ever."
            .to_string(),
    );
    lines.push("\t@hashed {".to_string());
    lines.push("\t\tpath_regexp -[0-9a-f]{16}\\.(js|wasm|css)$".to_string());
    lines.push("\t\tfile".to_string());
    lines.push("\t}".to_string());
    lines.push("\theader @hashed Cache-Control \"public, max-age=31536000, immutable\"".to_string());
    lines.push("\t@plain {".to_string());
    lines.push("\t\tnot {".to_string());
    lines.push("\t\t\tpath_regexp -[0-9a-f]{16}\\.(js|wasm|css)$".to_string());
    lines.push("\t\t\tfile".to_string());
    lines.push("\t\t}".to_string());
    lines.push("\t}".to_string());
    lines.push("\theader @plain Cache-Control \"no-cache\"".to_string());
    lines.push("\t# A place inside the app has no ending; a file that is missing is not the app.".to_string());
    lines.push("\t@place {".to_string());
    lines.push("\t\tnot file".to_string());
    lines.push("\t\tnot path_regexp \\.[a-z0-9]+$".to_string());
    lines.push("\t}".to_string());
    lines.push("\trewrite @place /index.html".to_string());
    lines.push("\tfile_server".to_string());
    lines.push("}".to_string());
    lines.join("\n") + "\n"
}

fn nginx() -> String {
    let mut text = String::from(
        "# Written by `cargo xtask headers`; the source is xtask/src/headers.rs.\n\
         # Put it into a server { … } block, with `root` naming the folder that was dist/.\n\
         types_hash_max_size 2048;\ngzip on;\ngzip_types text/css text/javascript application/javascript application/wasm image/svg+xml application/manifest+json;\n",
    );
    for (name, value) in REST {
        text += &format!("add_header {name} \"{value}\" always;\n");
    }
    text += "add_header Content-Security-Policy $tessera_policy always;\nadd_header Cache-Control $tessera_cache;\n";
    text += &format!("set $tessera_policy \"{}\";\n", PAGE.join("; "));
    text += &format!("if ($uri ~ ^/parser/) {{\n    set $tessera_policy \"{}\";\n}}\n", PARSER.join("; "));
    text += &format!("if ($uri ~ ^/network/) {{\n    set $tessera_policy \"{}\";\n}}\n", NETWORK.join("; "));
    text += "set $tessera_cache \"no-cache\";\nif ($uri ~ \"-[0-9a-f]{16}\\.(js|wasm|css)$\") {\n    set $tessera_cache \"public, max-age=31536000, immutable\";\n}\n";
    // Without "always" only what is there is kept for ever; a file that is missing is not the app.
    text += "location / {\n    try_files $uri /index.html;\n}\nlocation ~ \"\\.[a-z0-9]+$\" {\n    try_files $uri =404;\n}\n";
    text
}

/// Writes one shipped file.
type Text = fn() -> String;

const FILES: &[(&str, Text)] = &[
    ("public/_headers", underscore_headers),
    ("docs/hosting/Caddyfile", caddyfile),
    ("docs/hosting/nginx.conf", nginx),
];

/// Writes the headers wherever they are shipped.
pub fn write() -> Outcome<()> {
    for (path, text) in FILES {
        std::fs::write(root().join(path), text()).map_err(because(format!("{path} could not be written")))?;
        println!("{path}");
    }
    let page = root().join("index.html");
    let text = std::fs::read_to_string(&page).map_err(because("index.html could not be read"))?;
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line.find("<meta http-equiv=\"Content-Security-Policy\"") {
            Some(indent) => format!("{}{}", &line[..indent], meta()),
            None => line.to_string(),
        })
        .collect();
    std::fs::write(&page, lines.join("\n") + "\n").map_err(because("index.html could not be written"))?;
    println!("index.html");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    #[test]
    fn what_is_shipped_says_what_the_source_says() {
        for (path, text) in FILES {
            assert_eq!(shipped(path), text(), "{path} differs; run `cargo xtask headers`");
        }
        assert!(shipped("index.html").contains(&meta()), "index.html differs; run `cargo xtask headers`");
    }

    #[test]
    fn the_parser_has_no_network() {
        let policy = &of("/parser/boot.js")[0].1;
        assert!(policy.contains("connect-src 'none'"));
        assert!(of("/worker/record.js")[0].1.contains("connect-src 'self'"));
    }

    #[test]
    fn one_script_may_ask_other_hosts() {
        for path in ["/", "/boot.js", "/sw.js", "/worker/record.js", "/worker/qr.js", "/parser/boot.js", "/network.js"]
        {
            assert!(!of(path)[0].1.contains("https:") && !of_loopback(path)[0].1.contains("http:"), "{path}");
        }
        let policy = &of("/network/boot.js")[0].1;
        assert!(policy.contains("connect-src https:;") && !policy.contains("http://"));
        assert!(of_loopback("/network/boot.js")[0].1.contains("http://127.0.0.1:*;"));
    }

    /// Hosts that read `_headers` join what several rules say of one name.
    #[test]
    fn no_address_gets_two_policies() {
        for path in ["/", "/index.html", "/sw.js", "/worker/qr.js", "/parser/boot.js", "/network/boot.js", "/app.js"] {
            let meets = |rule: &str| match rule.strip_suffix('*') {
                Some(folder) => path.starts_with(folder),
                None => path == rule,
            };
            let policies: Vec<String> =
                POLICED.iter().filter(|(rule, _)| meets(rule)).map(|(_, policy)| policy.join("; ")).collect();
            match path {
                "/app.js" => assert!(policies.is_empty()),
                _ => assert_eq!(policies, [of(path)[0].1.clone()], "{path}"),
            }
        }
    }

    #[test]
    fn nothing_may_run_inline_or_from_elsewhere() {
        for path in ["/", "/parser/boot.js", "/network/boot.js"] {
            let policy = &of(path)[0].1;
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
            let scripts = policy.split("; ").find(|part| part.starts_with("script-src"));
            assert_eq!(scripts, Some("script-src 'self' 'wasm-unsafe-eval'"), "{path}");
            assert!(!policy.contains("http:") && !policy.contains('*'));
        }
    }
}
