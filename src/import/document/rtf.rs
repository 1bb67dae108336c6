use super::Words;
use crate::import::encoding;

/// Groups whose content is no text of the document (RTF 1.9.1).
const SILENT: [&str; 34] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "filetbl",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "latentstyles",
    "themedata",
    "colorschememapping",
    "datastore",
    "datafield",
    "fldinst",
    "bkmkstart",
    "bkmkend",
    "mmathPr",
    "pgptbl",
    "revtbl",
    "userprops",
    "docvar",
    "template",
    "sp",
    "pnseclvl",
    "private",
    "keywords",
    "nonshppict",
    "objclass",
    "objname",
    "atnid",
    "atnref",
    "atrfstart",
];
/// Groups that hold something other than text.
const OTHER: [&str; 5] = ["pict", "objdata", "object", "objemb", "do"];
/// Groups that a reader may pass over (`\*`) and that hold text all the same.
const TEXT_ALL_THE_SAME: [&str; 6] = ["shpinst", "shptxt", "footnote", "annotation", "atnauthor", "nesttableprops"];

/// The state of a group.
#[derive(Clone)]
struct Group {
    /// Its text is not the document's.
    silent: bool,
    /// Characters that follow `\u` for readers that don't know it.
    skip: usize,
    /// Marked as deleted.
    deleted: bool,
}

/// The words of Rich Text (RTF 1.9.1), fonts and layout aside. Never fails: what is no RTF gives what words it has.
pub fn words(bytes: &[u8]) -> Words {
    let mut reader = Reader {
        rest: bytes,
        out: String::new(),
        incomplete: false,
        group: Group { silent: false, skip: 1, deleted: false },
        above: Vec::new(),
        starred: false,
        pending: 0,
        high: None,
    };
    reader.read();
    let text = reader.out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    Words { text: text.trim().to_owned(), incomplete: reader.incomplete, active: false }
}

struct Reader<'b> {
    rest: &'b [u8],
    out: String,
    incomplete: bool,
    group: Group,
    above: Vec<Group>,
    /// `\*` stood before: an unknown word makes the group silent.
    starred: bool,
    /// Characters still to be passed over after `\u`.
    pending: usize,
    /// The first half of a character beyond the basic plane.
    high: Option<u16>,
}

impl<'b> Reader<'b> {
    fn read(&mut self) {
        while let Some((byte, rest)) = self.rest.split_first() {
            self.rest = rest;
            match byte {
                b'{' => {
                    self.pending = 0;
                    self.above.push(self.group.clone());
                }
                b'}' => {
                    self.pending = 0;
                    if let Some(group) = self.above.pop() {
                        self.group = group;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => self.byte(*byte),
            }
        }
    }

    fn control(&mut self) {
        let Some((first, rest)) = self.rest.split_first() else { return };
        if first.is_ascii_alphabetic() {
            return self.word();
        }
        self.rest = rest;
        match first {
            b'\'' => {
                let (hex, rest) = rest.split_at(rest.len().min(2));
                self.rest = rest;
                let value = std::str::from_utf8(hex).ok().and_then(|h| u8::from_str_radix(h, 16).ok());
                if let Some(value) = value {
                    self.byte(value);
                }
            }
            b'*' => self.starred = true,
            b'~' => self.put('\u{A0}'),
            b'_' => self.put('\u{2011}'),
            b'{' | b'}' | b'\\' => self.byte(*first),
            b'\r' | b'\n' => self.line(),
            _ => {}
        }
    }

    fn word(&mut self) {
        let name_end = self.rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(self.rest.len()).min(32);
        let (name, rest) = self.rest.split_at(name_end);
        let name = std::str::from_utf8(name).unwrap_or_default();
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest.iter().skip(sign).take(10).take_while(|b| b.is_ascii_digit()).count();
        let (number, rest) = if digits > 0 { rest.split_at(sign + digits) } else { rest.split_at(0) };
        let number: Option<i64> = std::str::from_utf8(number).ok().and_then(|n| n.parse().ok());
        self.rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let starred = std::mem::take(&mut self.starred);
        match name {
            "u" => self.unicode(number.unwrap_or_default()),
            "uc" => self.group.skip = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(16),
            "bin" => {
                let length = number.and_then(|n| usize::try_from(n).ok()).unwrap_or_default().min(self.rest.len());
                self.rest = self.rest.split_at(length).1;
                self.incomplete = true;
            }
            "par" | "line" | "row" | "sect" | "page" | "nestrow" => self.line(),
            "cell" | "nestcell" => self.words(" | "),
            "tab" => self.put('\t'),
            "emdash" => self.put('—'),
            "endash" => self.put('–'),
            "lquote" => self.put('‘'),
            "rquote" => self.put('’'),
            "ldblquote" => self.put('“'),
            "rdblquote" => self.put('”'),
            "bullet" => self.put('•'),
            "emspace" | "enspace" | "qmspace" => self.put(' '),
            // What was struck out is not said; what is hidden is.
            "deleted" => self.group.deleted = number != Some(0),
            "plain" => self.group.deleted = false,
            _ if OTHER.contains(&name) => {
                self.group.silent = true;
                self.incomplete = true;
            }
            // The picture by which an object is shown, or the text.
            "result" => self.group.silent = false,
            _ if SILENT.contains(&name) => self.group.silent = true,
            _ if starred && !TEXT_ALL_THE_SAME.contains(&name) => self.group.silent = true,
            _ => {}
        }
    }

    /// `\uN`, then a stand-in for older readers. N is signed, 16 bits wide; larger characters come as two.
    fn unicode(&mut self, number: i64) {
        self.pending = 0;
        let unit = u16::try_from(number).or_else(|_| u16::try_from(number + 0x1_0000)).unwrap_or(0xFFFD);
        match (self.high.take(), unit) {
            (None, 0xD800..=0xDBFF) => self.high = Some(unit),
            (Some(high), 0xDC00..=0xDFFF) => {
                let both = char::decode_utf16([high, unit]).next().and_then(Result::ok);
                self.put(both.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (_, unit) => self.put(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
        self.pending = self.group.skip;
    }

    fn byte(&mut self, byte: u8) {
        if self.pending > 0 {
            self.pending -= 1;
            return;
        }
        self.put(encoding::windows_1252(byte));
    }

    fn put(&mut self, c: char) {
        self.pending = 0;
        if self.group.deleted {
            self.incomplete = true;
        } else if !self.group.silent && (!c.is_control() || c == '\t') {
            self.out.push(c);
        }
    }

    fn words(&mut self, words: &str) {
        if !self.group.silent && !self.group.deleted {
            self.out.push_str(words);
        }
    }

    fn line(&mut self) {
        self.words("\n");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(rtf: &[u8], text: &str, incomplete: bool) {
        let found = words(rtf);
        assert_eq!((found.text.as_str(), found.incomplete), (text, incomplete), "{}", String::from_utf8_lossy(rtf));
    }

    #[test]
    fn words_stay_and_layout_goes() {
        check(b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}\\f0\\fs24 Dear \\b Ann\\b0 ,\\par\r\nno penicillin.}", "Dear Ann,\nno penicillin.", false);
        check(
            b"{\\rtf1 caf\\'e9 \\u8364?5 \\uc2\\u233??x \\{\\}\\\\ a\\~b\\_c \\ldblquote q\\rdblquote}",
            "café €5 éx {}\\ a\u{A0}b\u{2011}c “q”",
            false,
        );
        check(b"{\\rtf1 \\u-10179?\\u-8704?}", "😀", false);
        check(b"{\\rtf1\\trowd Drug\\cell Dose\\cell\\row A\\cell 1\\cell\\row}", "Drug | Dose |\nA | 1 |", false);
        check(
            b"{\\rtf1{\\*\\unknown secret}{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt here}}{\\header Ward 4\\par}b}",
            "hereWard 4\nb",
            false,
        );
        check(b"{\\rtf1{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv 1}}{\\shptxt boxed}}}}", "boxed", false);
    }

    #[test]
    fn pictures_objects_and_deleted_words_are_told_of() {
        check(b"{\\rtf1 a{\\pict\\pngblip 89504e}b}", "ab", true);
        check(b"{\\rtf1 a\\bin5 {{{{{b}", "ab", true);
        check(b"{\\rtf1{\\object{\\*\\objdata 0105}{\\result shown}}}", "shown", true);
        check(b"{\\rtf1 a{\\deleted penicillin}b{\\v hidden}}", "abhidden", true);
    }

    #[test]
    fn what_is_broken_gives_what_it_has() {
        check(b"{\\rtf1 a}}}} b {\\", "a b", false);
        check(b"{\\rtf1 a\\bin99999999999 b", "a", true);
        check(b"{\\rtf1 \\u", "\0".trim_matches('\0'), false);
        check(&[&b"{\\rtf1 "[..], &b"{".repeat(1_000_000), b"deep"].concat(), "deep", false);
    }
}
