//! `cargo +nightly fuzz run letter fuzz/corpus/letter`
//!
//! The words in letters of every kind but PDF, whose first reader may panic and is kept where that costs nothing; its
//! plain reader is here.
#![no_main]

use tessera::import::document;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for kind in ["text/plain", "text/html", "application/rtf", "application/octet-stream"] {
        assert!(document::words(kind, bytes).text.len() <= document::TEXT);
    }
    let rtf = [b"{\\rtf1 ", bytes, b"}"].concat();
    assert!(document::words("application/rtf", &rtf).text.len() <= document::TEXT);
    let _ = document::pdf_text_plainly(bytes);
});
