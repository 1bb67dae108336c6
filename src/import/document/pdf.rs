/// Larger ones are scans: nothing is looked for in them.
const LARGEST: usize = 48 << 20;

/// True for what begins as a PDF (ISO 32000-2 §7.5.2), a few bytes of something else before it allowed.
pub fn is_pdf(bytes: &[u8]) -> bool {
    super::detect::binary(bytes) == Some(super::Format::Pdf)
}

/// The text of a PDF, as far as it can be told; `None` if there is none or it can't be read.
///
/// This may panic, or take very long: a PDF is a program of sorts, and its readers trust it. So it is never called where
/// anything could be lost by that, but last of all in a worker that can be thrown away.
pub fn text(bytes: &[u8]) -> Option<String> {
    if bytes.len() > LARGEST || !is_pdf(bytes) {
        return None;
    }
    let found = pdf_extract::extract_text_from_mem(bytes).ok()?;
    let lines: Vec<&str> = found.lines().map(str::trim_end).collect();
    let mut text = String::new();
    for line in lines {
        // Layout comes out as empty lines: one is enough.
        if line.trim().is_empty() && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        text.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        text.push('\n');
        if text.len() > super::TEXT {
            break;
        }
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
