use super::code::{cd, null_flavour};
use super::content::content;
use super::system::NULL_FLAVOUR;
use super::time::{ivl_ts, timing};
use super::tree::{attr, child, children, kind_of};
use super::words::Words;
use super::{Node, own_text, party};
use crate::record::{Coding, Concept, Quantity, Value, system};

/// A physical quantity (PQ), a number (REAL, INT) or an amount of money (MO), digits as written.
///
/// The unit is the source's own words where it gives them (`translation/originalText`), beside its UCUM code. UCUM's
/// unit `1` says that there is none, and is not written behind the number, where it would read as a digit.
pub fn pq(node: Node<'_>) -> Quantity {
    let told =
        children(node, "translation").find(|t| child(*t, "originalText").is_some() || !attr(*t, "value").is_empty());
    let unit = attr(node, "unit");
    let code = if unit == "1" { "" } else { unit };
    let mut out = Quantity {
        value: attr(node, "value").to_owned(),
        comparator: String::new(),
        unit: code.to_owned(),
        system: if unit.is_empty() { String::new() } else { system::UCUM.to_owned() },
        code: code.to_owned(),
    };
    if out.unit.is_empty() && !attr(node, "currency").is_empty() {
        out.unit = attr(node, "currency").to_owned();
    }
    if let Some(told) = told {
        let words = child(told, "originalText").map(own_text).unwrap_or_default();
        let words = if words.is_empty() { attr(told, "displayName").to_owned() } else { words };
        let words = if words.is_empty() { attr(told, "code").to_owned() } else { words };
        let said = attr(told, "value");
        if out.value.is_empty() {
            // Not to be said in UCUM: the translation is what the source measured.
            out.value = said.to_owned();
            out.unit = words;
        } else if !words.is_empty() && (said.is_empty() || said == out.value) {
            out.unit = words;
        }
    }
    out
}

/// A quantity in one line: `< 5 mmol/L`. Empty if it has no number.
pub fn quantity_words(q: &Quantity) -> String {
    if q.value.is_empty() {
        return String::new();
    }
    let parts = [q.comparator.as_str(), q.value.as_str(), q.unit_label()];
    parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// An interval (IVL_PQ, IVL_REAL, IVL_INT): a range, or one number with a comparator where an end is open. An end is
/// included unless it says `inclusive="false"` (HL7 v3 Data Types §3.1).
pub fn interval(node: Node<'_>) -> Option<Value> {
    let end = |name: &str, closed: &str, open: &str| {
        let end = child(node, name)?;
        let mut q = pq(end);
        q.comparator = if attr(end, "inclusive") == "false" { open.to_owned() } else { closed.to_owned() };
        (!q.value.is_empty()).then_some(q)
    };
    match (end("low", ">=", ">"), end("high", "<=", "<")) {
        (Some(mut low), Some(mut high)) => {
            // Both ends included is what a range says by itself.
            for q in [&mut low, &mut high] {
                if q.comparator.ends_with('=') {
                    q.comparator.clear();
                }
            }
            if high.unit_label().is_empty() && !low.unit_label().is_empty() {
                (high.unit, high.code, high.system) = (low.unit.clone(), low.code.clone(), low.system.clone());
            }
            Some(Value::Range(low, high))
        }
        (Some(one), None) | (None, Some(one)) => Some(Value::Quantity(one)),
        (None, None) => {
            let one = child(node, "center").map_or_else(|| pq(node), pq);
            (!one.value.is_empty()).then_some(Value::Quantity(one))
        }
    }
}

/// Two ends in one line: `3.5–5.0 mmol/L`, `≥ 3.5 mmol/L`.
pub(super) fn range_of(low: Option<Quantity>, high: Option<Quantity>) -> String {
    let some = |q: Option<Quantity>| q.filter(|q| !q.value.is_empty());
    match (some(low), some(high)) {
        (Some(low), Some(high)) => {
            let same = low.unit_label() == high.unit_label() || low.unit_label().is_empty();
            let first = if same { format!("{}{}", low.comparator, low.value) } else { quantity_words(&low) };
            format!("{first}–{}", quantity_words(&high))
        }
        (Some(low), None) => format!("≥ {}", quantity_words(&Quantity { comparator: String::new(), ..low })),
        (None, Some(high)) => format!("≤ {}", quantity_words(&Quantity { comparator: String::new(), ..high })),
        (None, None) => String::new(),
    }
}

/// Any value in one line, for reference ranges and details: `3.5–5.0 mmol/L`, `> 5`, `1 : 80`, words.
pub fn range_words(value: &Value) -> String {
    match value {
        Value::Quantity(q) => {
            let sign = match q.comparator.as_str() {
                ">=" => "≥",
                "<=" => "≤",
                other => other,
            };
            quantity_words(&Quantity { comparator: sign.to_owned(), ..q.clone() })
        }
        Value::Range(low, high) => range_of(Some(low.clone()), Some(high.clone())),
        Value::Ratio(n, d) => format!("{} / {}", quantity_words(n), quantity_words(d)),
        other => other.text(),
    }
}

/// A `value` of any datatype, told by `xsi:type`, else by what it holds. `None` if nothing is said and no reason is
/// given either, or if it is binary (see [`content`]).
pub fn value<'a>(node: Node<'a>, words: &Words<'a>) -> Option<Value> {
    let found = match kind_of(node) {
        "PQ" | "REAL" | "INT" | "MO" | "PPD_PQ" => number(node),
        "CD" | "CE" | "CV" | "CO" | "CS" | "SC" | "CR" => coded(node, words),
        "BL" | "BN" => text(attr(node, "value")),
        "TS" | "PPD_TS" => text(attr(node, "value")),
        "IVL_TS" | "PIVL_TS" | "EIVL_TS" | "SXPR_TS" | "SXCM_TS" => {
            let when = ivl_ts(node);
            let ends = [when.start, when.end].into_iter().flatten().map(|d| d.text).collect::<Vec<_>>().join("–");
            text([ends, timing(node)].iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" · "))
        }
        kind if kind.starts_with("RTO") => {
            let part = |name: &str| child(node, name).map(pq).unwrap_or_default();
            let (top, bottom) = (part("numerator"), part("denominator"));
            (!top.value.is_empty()).then_some(Value::Ratio(top, bottom))
        }
        kind if kind.starts_with("IVL") || kind.starts_with("SXCM") => interval(node),
        "ED" | "ST" | "STRUCDOC" => words_of(node, words),
        "II" => party::identifier(node).map(|i| Value::Text(format!("{} {}", i.system, i.value).trim().to_owned())),
        "AD" | "ADXP" => text(party::address(node)),
        "PN" | "EN" | "ON" | "TN" => text(party::name(node).text),
        "TEL" | "URL" => text(attr(node, "value")),
        kind if kind.starts_with("SLIST") || kind.starts_with("GLIST") => {
            text(child(node, "digits").map(own_text).unwrap_or_default())
        }
        _ if child(node, "low").is_some() || child(node, "high").is_some() => interval(node),
        _ if child(node, "numerator").is_some() => {
            let part = |name: &str| child(node, name).map(pq).unwrap_or_default();
            Some(Value::Ratio(part("numerator"), part("denominator")))
        }
        _ if !attr(node, "code").is_empty() => coded(node, words),
        _ if !attr(node, "value").is_empty() => number(node),
        _ => words_of(node, words),
    };
    found.or_else(|| words_of(node, words)).or_else(|| {
        let flavour = null_flavour(node)?;
        let coding = Coding { system: NULL_FLAVOUR.to_owned(), code: flavour.to_owned(), display: String::new() };
        Some(Value::Absent(Concept { text: String::new(), codings: vec![coding] }))
    })
}

/// All values of a statement, in order.
pub fn values<'a>(node: Node<'a>, words: &Words<'a>) -> Vec<Value> {
    children(node, "value").filter_map(|v| value(v, words)).collect()
}

fn number(node: Node<'_>) -> Option<Value> {
    let q = pq(node);
    (!q.value.is_empty()).then_some(Value::Quantity(q))
}

fn coded<'a>(node: Node<'a>, words: &Words<'a>) -> Option<Value> {
    let concept = cd(node, words);
    let only_null = !concept.codings.is_empty() && concept.codings.iter().all(|c| c.system == NULL_FLAVOUR);
    if concept.is_empty() {
        None
    } else if only_null && concept.text.is_empty() {
        Some(Value::Absent(concept))
    } else {
        Some(Value::Concept(concept))
    }
}

fn words_of<'a>(node: Node<'a>, words: &Words<'a>) -> Option<Value> {
    let encoded = attr(node, "representation") == "B64" || content(node).is_some_and(|c| c.bytes.is_some());
    if encoded { None } else { words.said(node).and_then(text) }
}

fn text(words: impl AsRef<str>) -> Option<Value> {
    let words = words.as_ref().trim();
    (!words.is_empty()).then(|| Value::Text(words.to_owned()))
}
