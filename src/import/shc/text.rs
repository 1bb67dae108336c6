use std::collections::BTreeMap;

use crate::import::json;
use crate::import::node::Node;

/// Most cards in one file, and most chunks of one card.
const MOST: usize = 256;
/// What is beyond that.
const TOO_MANY: &str = "more than 256 cards";

/// The cards (JWS) of a text in any of the forms in which people hold them: a `.smart-health-card` file, a bare JWS or
/// several, `shc:/` digits of one QR code or of all chunks of one. What is none of them is named by the rule it breaks.
pub fn cards(text: &str) -> Vec<Result<String, &'static str>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return file(text);
    }
    let mut cards = Vec::new();
    let mut chunks: Vec<(usize, BTreeMap<usize, String>)> = Vec::new();
    let mut tokens = text.split_whitespace();
    for token in tokens.by_ref().take(MOST) {
        match scheme(token) {
            None => cards.push(Ok(token.to_owned())),
            Some(rest) => match rest.split('/').collect::<Vec<_>>().as_slice() {
                [digits] => cards.push(characters(digits)),
                [number, count, digits] => {
                    match place(number, count).and_then(|(n, of)| Ok((n, of, characters(digits)?))) {
                        Ok((n, of, part)) => put(&mut chunks, n, of, part),
                        Err(rule) => cards.push(Err(rule)),
                    }
                }
                _ => cards.push(Err("shc:/")),
            },
        }
    }
    for (of, parts) in chunks {
        let whole = parts.len() == of;
        cards.push(if whole { Ok(parts.into_values().collect()) } else { Err("chunks missing") });
    }
    if tokens.next().is_some() {
        cards.push(Err(TOO_MANY));
    }
    cards
}

/// Puts a chunk to those of its card. Where another chunk stands in its place already, it is of another card of as many
/// chunks: two people's codes may be scanned one after the other.
fn put(chunks: &mut Vec<(usize, BTreeMap<usize, String>)>, n: usize, of: usize, part: String) {
    let fits = |(count, held): &&mut (usize, BTreeMap<usize, String>)| {
        *count == of && held.get(&n).is_none_or(|other| *other == part)
    };
    match chunks.iter_mut().find(fits) {
        Some((_, held)) => drop(held.insert(n, part)),
        None => chunks.push((of, BTreeMap::from([(n, part)]))),
    }
}

/// What stands behind `shc:/`, in any case.
fn scheme(token: &str) -> Option<&str> {
    let (head, rest) = token.split_at_checked(5)?;
    head.eq_ignore_ascii_case("shc:/").then_some(rest)
}

/// A `.smart-health-card` file: `{"verifiableCredential": [JWS]}`.
fn file(text: &str) -> Vec<Result<String, &'static str>> {
    let Ok(root) = json::parse(text) else { return vec![Err("file")] };
    if root.twice().is_some() {
        return vec![Err("file")];
    }
    let held = root.get("verifiableCredential").each();
    if held.is_empty() {
        return vec![Err("verifiableCredential")];
    }
    let read = |n: &Node<'_>| n.text().map(|t| t.trim().to_owned()).ok_or("verifiableCredential");
    let mut cards: Vec<_> = held.iter().take(MOST).map(read).collect();
    if held.len() > MOST {
        cards.push(Err(TOO_MANY));
    }
    cards
}

/// `C/N` of a chunk: from 1 to N.
fn place(number: &str, count: &str) -> Result<(usize, usize), &'static str> {
    let read = |text: &str| text.parse::<usize>().map_err(|_| "chunk number");
    let (n, of) = (read(number)?, read(count)?);
    if n >= 1 && n <= of && of <= MOST { Ok((n, of)) } else { Err("chunk number") }
}

/// Two digits a character, its ASCII code less 45.
fn characters(digits: &str) -> Result<String, &'static str> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("digits");
    }
    digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [a, b] => {
                let code = (a - b'0') * 10 + (b - b'0') + 45;
                if code <= b'z' { Ok(char::from(code)) } else { Err("digits") }
            }
            _ => Err("digits"),
        })
        .collect()
}
