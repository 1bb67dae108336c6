//! Free text as GP systems send it.

use super::hl7v3::{Node, attr};
use crate::import::xml;

/// Longest text that may stand as a title, in characters.
const TITLE: usize = 160;

/// All words of an element: its own lines, without the spaces at their ends and without more than one empty line in a
/// row.
pub fn tidy(node: Node<'_>) -> String {
    let mut out = String::new();
    let mut gap = false;
    for line in xml::words(node).lines().map(str::trim_end) {
        let line = line.trim_start();
        if line.is_empty() {
            gap = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        out.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
    }
    out
}

/// A text as a title: all of it if it is short, else its first words and "…". The second says whether it is all.
pub fn headline(text: &str) -> (String, bool) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TITLE {
        return (line, !text.contains('\n'));
    }
    let cut: String = line.chars().take(TITLE).collect();
    let whole = cut.rsplit_once(' ').map(|(start, _)| start).filter(|s| s.chars().count() > TITLE / 2);
    (format!("{}…", whole.unwrap_or(&cut)), false)
}

/// A comment of a laboratory message: after its type and date, or as it is. `AGGREGATE COMMENT SET` only says that
/// several comments were joined.
pub fn comment(node: Node<'_>) -> String {
    let text = tidy(node);
    let pmip = attr(node, "mediaType") == "text/x-h7uk-pmip" || text.starts_with("CommentType:");
    let Some(rest) = text.strip_prefix("CommentType:").filter(|_| pmip) else { return text };
    let (kind, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let (date, body) = match rest.strip_prefix("CommentDate:") {
        Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
        None => ("", rest),
    };
    let (kind, date, body) = (kind.trim(), date.trim(), body.trim());
    let dated = !date.is_empty() && date != "UNK";
    match (kind, dated) {
        ("" | "AGGREGATE COMMENT SET", false) => body.to_owned(),
        ("" | "AGGREGATE COMMENT SET", true) => format!("{date}: {body}"),
        (kind, false) => format!("{kind}: {body}"),
        (kind, true) => format!("{kind} ({date}): {body}"),
    }
}
