//! XML grown from bytes: always well-formed, always of a format's own words, else as wild as the bytes.

/// Beyond this depth nothing more is opened.
const DEPTH: usize = 60;

/// Most elements: a long text takes long to read, and says nothing new.
const ELEMENTS: usize = 256;

/// A text that begins with this element. `open` are elements with their attributes, `leaves` whole elements.
pub fn xml(root: &str, open: &[&str], leaves: &[&str], bytes: &[u8]) -> String {
    let name = |element: &str| element.split(' ').next().unwrap_or_default().to_owned();
    let mut out = format!("<{root} xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
    let mut stack = vec![name(root)];
    for byte in bytes.iter().take(ELEMENTS) {
        let pick = usize::from(byte >> 2);
        match byte & 3 {
            0 | 1 if stack.len() < DEPTH => {
                let element = open[pick % open.len()];
                out.push_str(&format!("<{element}>"));
                stack.push(name(element));
            }
            2 if stack.len() > 1 => out.push_str(&format!("</{}>", stack.pop().unwrap_or_default())),
            _ => out.push_str(leaves[pick % leaves.len()]),
        }
    }
    while let Some(element) = stack.pop() {
        out.push_str(&format!("</{element}>"));
    }
    out
}
