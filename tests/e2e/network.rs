//! No request leaves the origin: read from Chromium's own log of its network stack, which sees pages, workers and
//! the service worker alike.

use std::path::Path;

/// Fails if the site, or anything it started, asked for an address that is neither its own nor of a host that the person
/// agreed to.
///
/// What Chromium asks for on its own behalf has no page as its initiator and is not counted.
pub fn only_own_origin(log: &Path, site: &str, agreed: &[String]) {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    assert!(text.contains(site), "{} does not even name the site: it cannot show anything", log.display());
    let allowed = |url: &str| own(url, site) || agreed.iter().any(|host| own(url, host));
    let foreign =
        requests(&text).filter(|(initiator, url)| from_site(initiator, site) && !allowed(url)).collect::<Vec<_>>();
    assert!(foreign.is_empty(), "requests left the origin: {foreign:#?}");
}

/// Initiator and address of each request in the log: one event stands on one line.
fn requests(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.lines().filter_map(|line| {
        let event: serde_json::Value = serde_json::from_str(line.trim().trim_end_matches(',')).ok()?;
        let of = |name: &str| Some(event.get("params")?.get(name)?.as_str()?.to_string());
        Some((of("initiator")?, of("url")?))
    })
}

fn from_site(initiator: &str, site: &str) -> bool {
    // An opaque origin could be a frame that the site made.
    initiator == site || initiator == "null"
}

fn own(url: &str, site: &str) -> bool {
    url.strip_prefix(site).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[test]
fn sees_a_request_that_leaves() {
    let line = r#"{"params":{"initiator":"http://localhost:1","url":"http://elsewhere.test/x"},"type":2},"#;
    let found: Vec<_> = requests(line).collect();
    assert_eq!(found.len(), 1);
    assert!(from_site(&found[0].0, "http://localhost:1") && !own(&found[0].1, "http://localhost:1"));
    assert!(!own("http://localhost:12/", "http://localhost:1"), "another port is another origin");
}
