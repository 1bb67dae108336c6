//! The import report as a page of its own, for the provider: plain HTML without scripts, every text escaped.

use crate::ui::text::{self, report as words};
use crate::view::report::ImportReport;

/// The whole page, in the language in force.
pub fn html(report: &ImportReport) -> String {
    let mut page = Sheet(String::new());
    let lang = text::lang().tag();
    page.0.push_str(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n"));
    page.element("title", words::title());
    page.element("h1", words::title());
    page.element("h2", words::about());
    let people: Vec<String> =
        report.people.iter().map(|p| format!("{}, {}", text::name(p), text::born_and_age(p))).collect();
    // A file that does not say where it is from is only called after itself.
    let named = report.source.name != report.file_name;
    let source = if named { report.source.name.as_str() } else { text::terms::source_unnamed() };
    page.table(&[
        (words::whose(), &people.join("; ")),
        (words::name(), &report.file_name),
        (words::source(), source),
        (words::as_of(), &text::day_or_none(report.source.as_of.as_ref())),
        (words::imported(), &text::day_or_none(report.source.imported.as_ref())),
        (words::via(), &if report.via.is_empty() { String::new() } else { words::via_link(&report.via) }),
        (words::format(), &format!("{} {}", report.format, report.version)),
        (words::size(), &text::size(report.bytes)),
        (words::fingerprint(), &report.sha256),
    ]);
    page.element("h2", words::ledger());
    page.table(&[
        (words::shown(), &text::number(report.shown.into())),
        (words::kept(), &text::number(report.kept.into())),
        (words::not_understood(), &text::number(report.not_understood.into())),
        (words::total(), &text::number(report.pieces.into())),
    ]);
    if !report.unread.is_empty() {
        page.element("h2", words::unread());
        page.list(
            report.unread.iter().map(|p| format!("{} · {} · {}", p.kind, p.reason.map_or("", text::issue), p.at)),
        );
    }
    page.element("h2", words::issues());
    if report.issues.is_empty() {
        page.element("p", words::issues_none());
    }
    for group in &report.issues {
        let head = format!("{}: {} ({})", text::severity(group.severity), text::issue(group.code), group.count);
        page.element("h3", &head);
        page.list(
            group
                .places
                .iter()
                .map(|p| if p.found.is_empty() { p.at.clone() } else { format!("{} · “{}”", p.at, p.found) }),
        );
    }
    page.element("h2", words::conformance());
    page.element("p", &words::checks_met(report.checks_met.into()));
    if !report.checks_failed.is_empty() {
        page.element("p", &words::checks_failed(report.checks_failed.len() as u64));
        page.list(report.checks_failed.iter().map(|c| format!("{} · {} · {}", c.check, c.profile, c.at)));
    }
    page.0.push_str("</html>\n");
    page.0
}

struct Sheet(String);

impl Sheet {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                _ => self.0.push(c),
            }
        }
    }

    fn element(&mut self, tag: &str, text: &str) {
        self.0.push_str(&format!("<{tag}>"));
        self.text(text);
        self.0.push_str(&format!("</{tag}>\n"));
    }

    fn table(&mut self, rows: &[(&str, &str)]) {
        self.0.push_str("<table>\n");
        for (name, value) in rows {
            self.0.push_str("<tr>");
            self.element("th", name);
            self.element("td", value);
            self.0.push_str("</tr>\n");
        }
        self.0.push_str("</table>\n");
    }

    fn list(&mut self, lines: impl Iterator<Item = String>) {
        self.0.push_str("<ul>\n");
        for line in lines {
            self.element("li", &line);
        }
        self.0.push_str("</ul>\n");
    }
}
