//! Free text as GP systems send it.

use super::hl7v3::{Node, attr};
use crate::import::xml;

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
