//! Finding words without case and accents, and where they stand in the text as written.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds a text for search: lower case, no accents. Byte positions are those of the folded text.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The words to look for, folded.
pub(super) fn terms(search: &str) -> Vec<String> {
    fold(search).split_whitespace().map(str::to_owned).collect()
}

/// The byte ranges of `text` in which the terms stand; in order, without overlap.
pub(super) fn marks(text: &str, terms: &[String]) -> Vec<(u32, u32)> {
    // For each byte of the folded text, the character of the original that it came from.
    let mut folded = String::with_capacity(text.len());
    let mut from: Vec<(usize, usize)> = Vec::with_capacity(text.len());
    for (start, c) in text.char_indices() {
        let piece = fold(c.encode_utf8(&mut [0; 4]));
        from.extend(std::iter::repeat_n((start, start + c.len_utf8()), piece.len()));
        folded.push_str(&piece);
    }
    let mut ranges: Vec<(usize, usize)> = terms
        .iter()
        .filter(|t| !t.is_empty())
        .flat_map(|term| folded.match_indices(term.as_str()).map(|(at, found)| (at, at + found.len())))
        .filter_map(|(start, end)| Some((from.get(start)?.0, from.get(end.checked_sub(1)?)?.1)))
        .collect();
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (start, end) in ranges.into_iter().map(|(s, e)| (s as u32, e as u32)) {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}

/// A piece of the text around the first match, cut at word ends, with its marks.
pub(super) fn around(text: &str, terms: &[String]) -> Option<(String, Vec<(u32, u32)>)> {
    let (start, end) = *marks(text, terms).first()?;
    let (start, end) = (start as usize, end as usize);
    let before = text.get(..start)?;
    let from = before.char_indices().rev().nth(40).map(|(i, _)| i).unwrap_or(0);
    let from = if from == 0 {
        0
    } else {
        before.get(from..)?.find(char::is_whitespace).map(|i| from + i + 1).unwrap_or(start)
    };
    let after = text.get(end..)?;
    let to = after.char_indices().nth(80).map(|(i, _)| end + i).unwrap_or(text.len());
    let to = if to == text.len() {
        to
    } else {
        text.get(end..to)?.rfind(char::is_whitespace).map(|i| end + i).unwrap_or(end)
    };
    let piece = text.get(from..to).or_else(|| text.get(start..end))?.to_owned();
    let marks = marks(&piece, terms);
    Some((piece, marks))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, search: &str, expected: &[&str]) {
        let found: Vec<&str> =
            marks(text, &terms(search)).iter().map(|(s, e)| &text[*s as usize..*e as usize]).collect();
        assert_eq!(found, expected, "{search:?} in {text:?}");
    }

    #[test]
    fn matches_are_marked_in_the_text_as_written() {
        check("Amoxicillin 500mg", "amox", &["Amox"]);
        check("Ménière’s disease", "meniere", &["Ménière"]);
        check("Me\u{301}nière", "men", &["Me\u{301}n"]);
        check("İstanbul clinic", "clinic", &["clinic"]);
        check("aspirin aspirin", "aspirin spir", &["aspirin", "aspirin"]);
        check("aspirin", "", &[]);
        check("aspirin", "ibuprofen", &[]);
    }

    #[test]
    fn the_piece_around_a_match_holds_it() {
        let text = "word ".repeat(60) + "Ménière " + &"more ".repeat(60);
        let (piece, marks) = around(&text, &terms("meniere")).unwrap();
        assert_eq!(&piece[marks[0].0 as usize..marks[0].1 as usize], "Ménière");
        assert!(piece.len() < 160 && piece.starts_with("word"));
    }
}
