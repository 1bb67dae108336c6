use super::{Words, part};
use crate::import::xml::{Event, Walk, local};

/// How an office format names what matters here.
struct Names {
    /// Elements whose own texts are words.
    text: &'static [&'static str],
    /// Ends a line.
    line: &'static [&'static str],
    /// Ends a cell.
    cell: &'static [&'static str],
    /// A space.
    space: &'static [&'static str],
    /// Passed over without a word: kept for the program itself, or told in another way beside it.
    silent: &'static [&'static str],
    /// Passed over, and told of: words that were deleted.
    deleted: &'static [&'static str],
    /// Something that is no text.
    other: &'static [&'static str],
}

/// WordprocessingML (ECMA-376 part 1 §17).
const WORD: Names = Names {
    text: &["t"],
    line: &["p", "br", "cr", "tr"],
    cell: &["tc"],
    space: &["tab"],
    silent: &["instrText", "Fallback", "sdtPr", "pPr", "rPr", "tblPr"],
    deleted: &["del", "moveFrom", "delText"],
    other: &["drawing", "pict", "object", "blip", "oMath"],
};

/// OpenDocument text (ODF 1.3 part 3 §5, §6, §9).
const ODF: Names = Names {
    text: &["p", "h", "span", "a"],
    line: &["p", "h", "line-break", "table-row"],
    cell: &["table-cell"],
    space: &["tab", "s"],
    silent: &["automatic-styles", "scripts", "forms"],
    deleted: &["tracked-changes"],
    other: &["image", "object", "object-ole", "plugin"],
};

/// The words of a Word document: what stands at the head of its pages, its text, its notes.
pub fn docx(bytes: &[u8]) -> Words {
    let named = |stem: &'static str| {
        move |n: &str| n.strip_prefix("word/").is_some_and(|n| n.starts_with(stem) && n.ends_with(".xml"))
    };
    let parts = [
        part(bytes, named("header")),
        part(bytes, |n| n == "word/document.xml" || n == "word/document2.xml"),
        part(bytes, |n| n == "word/footnotes.xml"),
        part(bytes, |n| n == "word/endnotes.xml"),
    ];
    all(parts, &WORD)
}

/// The words of an OpenDocument text.
pub fn odf(bytes: &[u8]) -> Words {
    all([part(bytes, |n| n == "content.xml")], &ODF)
}

fn all<const N: usize>(parts: [Option<String>; N], names: &Names) -> Words {
    let mut words = Words::default();
    for text in parts.iter().flatten() {
        let found = plain(text, names);
        words.incomplete |= found.incomplete;
        if !words.text.is_empty() && !found.text.is_empty() {
            words.text.push('\n');
        }
        words.text.push_str(&found.text);
    }
    words
}

fn plain(xml: &str, names: &Names) -> Words {
    let mut walk = Walk::new(xml);
    let mut out = Words::default();
    let mut open: Vec<&str> = Vec::new();
    // Where the open cells begin in the text.
    let mut cells: Vec<usize> = Vec::new();
    loop {
        match walk.next() {
            Ok(Event::Start(tag)) => {
                let name = local(tag.name);
                out.incomplete |= names.other.contains(&name) || names.deleted.contains(&name);
                if names.silent.contains(&name) || names.deleted.contains(&name) {
                    if walk.skip().is_err() {
                        out.incomplete = true;
                        break;
                    }
                    continue;
                }
                if names.space.contains(&name) {
                    out.text.push(' ');
                }
                if names.cell.contains(&name) {
                    cells.push(out.text.len());
                }
                open.push(name);
            }
            Ok(Event::Text(words)) if open.last().is_some_and(|name| names.text.contains(name)) => {
                out.text.push_str(&words)
            }
            Ok(Event::Text(_)) => {}
            Ok(Event::End(_)) => {
                let name = open.pop().unwrap_or_default();
                let at_line = out.text.is_empty() || out.text.ends_with('\n');
                if names.cell.contains(&name) {
                    // The paragraph in the cell has ended a line: the row goes on in the same.
                    let from = cells.pop().unwrap_or_default();
                    while out.text.len() > from && out.text.ends_with('\n') {
                        out.text.pop();
                    }
                    out.text.push_str(" | ");
                } else if names.line.contains(&name) && !at_line {
                    out.text.push('\n');
                }
            }
            Ok(Event::Eof) => break,
            Err(_) => {
                out.incomplete = true;
                break;
            }
        }
    }
    out.text =
        out.text.lines().map(|line| line.trim_end().trim_end_matches('|').trim_end()).collect::<Vec<_>>().join("\n");
    out.text = out.text.trim().to_owned();
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(body: &str, text: &str, incomplete: bool) {
        let found = plain(&format!("<w:document xmlns:w='w'><w:body>{body}</w:body></w:document>"), &WORD);
        assert_eq!((found.text.as_str(), found.incomplete), (text, incomplete), "{body}");
    }

    #[test]
    fn paragraphs_and_tables_are_lines() {
        check(
            "<w:p><w:r><w:t>Dear </w:t></w:r><w:r><w:t>Ann</w:t></w:r></w:p>\n<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p>",
            "Dear Ann\na\nb c",
            false,
        );
        check(
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Drug</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Dose</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            "Drug | Dose\n | 1",
            false,
        );
        check("<w:p><w:r><w:instrText>DATE</w:instrText><w:t>x &lt; 5</w:t></w:r></w:p>", "x < 5", false);
    }

    #[test]
    fn what_is_no_text_or_was_deleted_is_told_of() {
        check("<w:p><w:r><w:drawing><a:blip/></w:drawing><w:t>a</w:t></w:r></w:p>", "a", true);
        check(
            "<w:p><w:del><w:r><w:delText>penicillin</w:delText></w:r></w:del><w:r><w:t>a</w:t></w:r></w:p>",
            "a",
            true,
        );
        check("<w:p><w:r><w:t>a</w:t></w:r></w:p><w:p>", "a", true);
    }
}
