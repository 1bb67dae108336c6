/// Larger ones are scans: nothing is looked for in them.
const LARGEST: usize = 48 << 20;

/// True for what begins as a PDF (ISO 32000-2 §7.5.2), a few bytes of something else before it allowed.
fn is_pdf(bytes: &[u8]) -> bool {
    super::detect::binary(bytes) == Some(super::Format::Pdf)
}

/// The text of a PDF, its lines and columns as they stand on the page; `None` if there is none or it can't be read.
///
/// This may panic, or take very long: a PDF is a program of sorts, and this reader trusts it (of 180 damaged ones it
/// panicked at 82). So it is never called where anything could be lost by that, but last of all in a worker that can be
/// thrown away; what it gives up is given to [`plain`].
pub fn text(bytes: &[u8]) -> Option<String> {
    if bytes.len() > LARGEST || !is_pdf(bytes) {
        return None;
    }
    tidy(&pdf_extract::extract_text_from_mem(bytes).ok()?)
}

/// The text of a PDF by a reader that mistrusts it: lines and columns are lost, and words may run together.
pub fn plain(bytes: &[u8]) -> Option<String> {
    if bytes.len() > LARGEST || !is_pdf(bytes) {
        return None;
    }
    let document = lopdf::Document::load_mem(bytes).ok()?;
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    tidy(&document.extract_text(&pages).ok()?)
}

fn tidy(found: &str) -> Option<String> {
    let mut text = String::new();
    for line in found.lines().map(str::trim_end) {
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    /// A PDF of one line, as small as they come (ISO 32000-2 §7.5).
    fn letter(words: &str) -> Vec<u8> {
        let content = format!("BT /F1 12 Tf 72 720 Td ({words}) Tj ET");
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        ];
        let mut out = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (number, object) in (1..).zip(&objects) {
            places.push(out.len());
            out.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
        }
        let table: String = places.iter().map(|at| format!("{at:010} 00000 n \n")).collect();
        let start = out.len();
        out.push_str(&format!(
            "xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        ));
        out.into_bytes()
    }

    #[test]
    fn both_readers_find_the_words() {
        let pdf = letter("Allergic to penicillin");
        assert_eq!(text(&pdf).as_deref(), Some("Allergic to penicillin"));
        assert_eq!(plain(&pdf).as_deref(), Some("Allergic to penicillin"));
        assert_eq!(plain(b"%PDF-1.4 nothing"), None);
        assert_eq!(text(b"no PDF"), None);
    }
}
