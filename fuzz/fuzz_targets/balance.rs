//! What must be true of every reading.

/// Whatever a text says: reading it ends, the ledger balances, and what is shown leads back to its bytes.
pub fn check(input: &[u8]) {
    let Ok(delivery) = tessera::import::open(input, "", &mut |_| std::ops::ControlFlow::Continue(())) else { return };
    for file in delivery.files {
        let Ok(reading) = file.reading else { continue };
        let ledger = &reading.ledger;
        let lines: u32 = ledger.lines.iter().map(|line| line.count).sum();
        assert_eq!(ledger.shown + ledger.kept + ledger.not_understood, lines);
        let inner = file.bytes.as_deref().unwrap_or(input);
        assert!(reading.entries.iter().all(|entry| !entry.title.is_empty()));
        // To find a part again takes as long as to read the whole: the first and the last few will do.
        let ends = reading.entries.iter().take(2).chain(reading.entries.iter().rev().take(2));
        for entry in ends {
            // A letter is one entry, of the whole file; a certificate is no text of which a part could be shown.
            let apart = !entry.at.is_empty() && reading.format != "EU certificate";
            assert!(!apart || tessera::import::fragment(inner, entry).is_some(), "{}", entry.at);
        }
        for attachment in reading.attachments.iter().filter(|a| a.hash.is_some()) {
            assert!(tessera::import::attachment(inner, attachment).is_ok(), "{}", attachment.at);
        }
    }
}
