use super::quantity::{interval, pq, quantity_words, range_of};
use super::tree::{attr, child, children, kind_of};
use super::{Node, own_text};
use crate::record::PartialDate;

/// A point in time (TS), `YYYY[MM[DD[HHMM[SS[.S]]]]][±ZZZZ]`, as exact as it is written; `None` if nothing is. What is
/// no time keeps its text.
pub fn ts(node: Node<'_>) -> Option<PartialDate> {
    let value = attr(node, "value");
    (!value.is_empty()).then(|| PartialDate::hl7(value))
}

/// The two ends of an interval of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// When it began, or the one moment it speaks of.
    pub start: Option<PartialDate>,
    /// When it ended, if said.
    pub end: Option<PartialDate>,
}

/// An interval of time (IVL_TS): a moment (`value`, `center`), or its low and high ends.
pub fn ivl_ts(node: Node<'_>) -> Interval {
    let part = |name: &str| child(node, name).and_then(ts);
    let start = ts(node).or_else(|| part("low")).or_else(|| part("center")).or_else(|| {
        // Some senders write the bare time between the tags.
        Some(own_text(node)).filter(|t| t.starts_with(|c: char| c.is_ascii_digit())).map(|t| PartialDate::hl7(&t))
    });
    Interval { start, end: part("high") }
}

/// How often, in notation and never in a sentence of ours: PIVL_TS `2 × / 1 d`, EIVL_TS `HS`, sets of them joined.
/// Empty for what is only a moment or an interval.
pub fn timing(node: Node<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    repeat(node, &mut parts, 0);
    parts.retain(|p| !p.is_empty());
    parts.join(" · ")
}

fn repeat(node: Node<'_>, parts: &mut Vec<String>, depth: usize) {
    if let Some(period) = child(node, "period") {
        let low = child(period, "low").map(pq);
        let high = child(period, "high").map(pq);
        let every = match (low, high) {
            (None, None) => quantity_words(&pq(period)),
            (low, high) => range_of(low, high),
        };
        if !every.is_empty() {
            parts.push(format!("1 × / {every}"));
        }
    }
    if let Some(frequency) = child(node, "frequency") {
        let part = |name: &str| child(frequency, name).map(|n| quantity_words(&pq(n))).unwrap_or_default();
        let (times, per) = (part("numerator"), part("denominator"));
        if !times.is_empty() {
            parts.push(if per.is_empty() { format!("{times} ×") } else { format!("{times} × / {per}") });
        }
    }
    if let Some(event) = child(node, "event") {
        let name = attr(event, "displayName");
        let name = if name.is_empty() { attr(event, "code") } else { name };
        let offset = child(node, "offset").and_then(interval).map(|v| {
            let unit = v.unit();
            [v.text(), unit.to_owned()].iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" ")
        });
        parts.push([name.to_owned(), offset.unwrap_or_default()].join(" ").trim().to_owned());
    }
    if let Some(phase) = child(node, "phase") {
        let when = ivl_ts(phase);
        let width = child(phase, "width").map(|w| quantity_words(&pq(w))).unwrap_or_default();
        let words = [when.start, when.end].into_iter().flatten().map(|d| d.text).chain(std::iter::once(width));
        parts.push(words.filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" – "));
    }
    if depth < 4 && matches!(kind_of(node), "SXPR_TS" | "SXCM_TS" | "") {
        for part in children(node, "comp") {
            repeat(part, parts, depth + 1);
        }
    }
}
