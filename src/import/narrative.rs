/// What stands in an XHTML narrative (FHIR R4 §2.4), as plain text.
pub struct Narrative {
    /// The words, with line breaks between blocks and ` | ` between table cells. Never markup.
    pub text: String,
    /// Something stood there that a narrative may not hold: scripts, handlers, frames, outside references.
    pub active: bool,
}

/// Elements after which the words go on in a new line.
const BLOCKS: [&str; 20] = [
    "p", "div", "br", "tr", "table", "thead", "tbody", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr",
];
/// Elements whose content is never words.
const SILENT: [&str; 6] = ["script", "style", "iframe", "object", "svg", "head"];

/// Turns XHTML into plain text. Nothing of it is ever given to a browser as markup; unknown or broken markup loses its
/// tags and keeps its words.
pub fn plain(xhtml: &str) -> Narrative {
    let mut out = Narrative { text: String::with_capacity(xhtml.len() / 2), active: false };
    let mut silent: Option<String> = None;
    let mut rest = xhtml;
    while let Some(start) = rest.find('<') {
        let (words, tag) = rest.split_at(start);
        if silent.is_none() {
            push(&mut out.text, words);
        }
        if let Some(after) = tag.strip_prefix("<!--") {
            rest = after.split_once("-->").map_or("", |(_, r)| r);
            continue;
        }
        if let Some(after) = tag.strip_prefix("<![CDATA[") {
            let (data, r) = after.split_once("]]>").unwrap_or((after, ""));
            if silent.is_none() {
                squeeze(&mut out.text, data);
            }
            rest = r;
            continue;
        }
        let looks = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
        if !tag.get(1..).is_some_and(|t| t.starts_with(looks)) {
            // A bare "<", as in "< 5": it is a word.
            if silent.is_none() {
                out.text.push('<');
            }
            rest = tag.get(1..).unwrap_or_default();
            continue;
        }
        let (inside, after) = close(tag.get(1..).unwrap_or_default());
        rest = after;
        let closing = inside.starts_with('/');
        let name: String =
            inside.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect::<String>();
        let name = name.to_ascii_lowercase();
        out.active |= is_active(&name, inside);
        match &silent {
            Some(open) if closing && *open == name => silent = None,
            Some(_) => continue,
            None if SILENT.contains(&name.as_str()) && !closing && !inside.ends_with('/') => {
                silent = Some(name.clone())
            }
            None => {}
        }
        if BLOCKS.contains(&name.as_str()) {
            line(&mut out.text);
        } else if matches!(name.as_str(), "td" | "th") && !closing && !out.text.is_empty() && !out.text.ends_with('\n')
        {
            out.text.push_str(" | ");
        }
    }
    if silent.is_none() {
        push(&mut out.text, rest);
    }
    out.text = out.text.lines().map(str::trim).filter(|l| !l.is_empty() && *l != "|").collect::<Vec<_>>().join("\n");
    out
}

/// The tag up to its `>`, quotes respected, and what follows.
fn close(tag: &str) -> (&str, &str) {
    let mut quote = None;
    for (i, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return (tag.get(..i).unwrap_or_default(), tag.get(i + 1..).unwrap_or_default()),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    (tag, "")
}

fn is_active(name: &str, inside: &str) -> bool {
    if matches!(name, "script" | "iframe" | "object" | "embed" | "form" | "input" | "link" | "meta" | "base" | "svg") {
        return true;
    }
    let attributes = inside.to_ascii_lowercase();
    attributes.contains("javascript:")
        || attributes.split_ascii_whitespace().skip(1).any(|a| {
            a.strip_prefix("on").is_some_and(|r| r.split('=').next().is_some_and(|n| n.len() > 2) && r.contains('='))
        })
}

fn line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Adds words, entities resolved and spaces squeezed.
fn push(text: &mut String, words: &str) {
    if !words.contains('&') {
        return squeeze(text, words);
    }
    let mut rest = words;
    while let Some(start) = rest.find('&') {
        let (before, entity) = rest.split_at(start);
        squeeze(text, before);
        let name: Option<&str> =
            entity.get(1..).and_then(|e| e.split_once(';')).map(|(n, _)| n).filter(|n| n.len() <= 10);
        match name.and_then(|n| character(n).map(|c| (n, c))) {
            Some((name, c)) => {
                text.push(c);
                rest = entity.get(name.len() + 2..).unwrap_or_default();
            }
            None => {
                text.push('&');
                rest = entity.get(1..).unwrap_or_default();
            }
        }
    }
    squeeze(text, rest);
}

fn squeeze(text: &mut String, words: &str) {
    for c in words.chars() {
        if c.is_whitespace() {
            if !text.is_empty() && !text.ends_with(char::is_whitespace) {
                text.push(' ');
            }
        } else if !c.is_control() {
            text.push(c);
        }
    }
}

/// What an entity's name stands for: a number, one of XML's five, or one of those of HTML that narratives use.
pub fn character(entity: &str) -> Option<char> {
    let numeric = entity.strip_prefix('#');
    let code = numeric.and_then(|n| match n.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => n.parse().ok(),
    });
    if let Some(code) = code {
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "deg" => '°',
        "micro" => 'µ',
        "plusmn" => '±',
        "times" => '×',
        "frac12" => '½',
        "pound" => '£',
        "euro" => '€',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "middot" => '·',
        "ge" => '≥',
        "le" => '≤',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "oslash" => 'ø',
        "aring" => 'å',
        "ntilde" => 'ñ',
        "copy" => '©',
        "reg" => '®',
        _ => return None,
    })
}

/// Longest text that may stand as a title, in characters.
const TITLE: usize = 160;

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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(xhtml: &str, expected: &str, active: bool) {
        let found = plain(xhtml);
        assert_eq!((found.text.as_str(), found.active), (expected, active), "{xhtml}");
    }

    #[test]
    fn words_stay_and_markup_goes() {
        check("<div xmlns=\"x\">\n No <b>known</b>\n allergies</div>", "No known allergies", false);
        check(
            "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>A</td><td>1 &lt; 2</td></tr></table>",
            "Drug | Dose\nA | 1 < 2",
            false,
        );
        check("a<br/>b<!-- c --> d &#233; &nope; & <5", "a\nb d é &nope; & <5", false);
        check("<p title='a > b'>x</p>", "x", false);
    }

    #[test]
    fn nothing_active_survives_and_it_is_told() {
        check("<div>a<script>alert('<b>')</script> b</div>", "a b", true);
        check("<img src=x onerror=alert(1)>hello", "hello", true);
        check("<a href=\"javascript:x\">hello</a>", "hello", true);
        check("<div>broken <scr", "broken", false);
    }
}
