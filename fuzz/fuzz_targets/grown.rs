//! XML grown from bytes: always well-formed, always of a format's own words, else as wild as the bytes.

/// Beyond this depth nothing more is opened.
const DEPTH: usize = 60;

/// A text that begins with this element. `open` are elements with their attributes, `leaves` whole elements.
pub fn xml(root: &str, open: &[&str], leaves: &[&str], bytes: &[u8]) -> String {
    let name = |element: &str| element.split(' ').next().unwrap_or_default().to_owned();
    let mut out = format!("<{root} xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
    let mut stack = vec![name(root)];
    for byte in bytes {
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

/// Whatever a text says: reading it ends, the ledger balances, and what is shown leads back to its bytes.
pub fn check(input: &[u8]) {
    let Ok(delivery) = tessera::import::open(input, "", &mut |_| std::ops::ControlFlow::Continue(())) else { return };
    for file in delivery.files {
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        let lines: u32 = ledger.lines.iter().map(|line| line.count).sum();
        assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
        for entry in &reading.entries {
            assert!(!entry.title.is_empty(), "{}", entry.at);
            assert!(tessera::import::fragment(input, entry).is_some(), "{}", entry.at);
        }
        for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()) {
            assert!(tessera::import::attachment(input, attachment).is_ok(), "{}", attachment.at);
        }
    }
}
