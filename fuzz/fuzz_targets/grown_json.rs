//! JSON grown from bytes: always well-formed, always of a format's own words, else as wild as the bytes.

/// Beyond this depth nothing more is opened.
const DEPTH: usize = 60;

/// Most members: a long text takes long to read, and says nothing new.
const MEMBERS: usize = 256;

/// The members of a JSON object, without its braces. `keys` are names of members, `values` whole values.
pub fn json(keys: &[&str], values: &[&str], bytes: &[u8]) -> String {
    let mut out = String::new();
    // What closes each open object or array.
    let mut stack = Vec::new();
    let mut first = true;
    for byte in bytes.iter().take(MEMBERS) {
        let pick = usize::from(byte >> 2);
        if byte & 3 == 3 {
            if let Some(close) = stack.pop() {
                out.push(close);
                first = false;
            }
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        if stack.last() != Some(&']') {
            out.push_str(&format!("\"{}\":", keys[pick % keys.len()]));
        }
        // The whole byte chooses the value, so that each key meets each of them.
        match byte & 3 {
            0 if stack.len() < DEPTH => {
                out.push('{');
                stack.push('}');
                first = true;
            }
            1 if stack.len() < DEPTH => {
                out.push('[');
                stack.push(']');
                first = true;
            }
            _ => out.push_str(values[(pick * 7 + out.len()) % values.len()]),
        }
    }
    while let Some(close) = stack.pop() {
        out.push(close);
    }
    out
}
