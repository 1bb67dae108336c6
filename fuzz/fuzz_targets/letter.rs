//! `cargo +nightly fuzz run letter fuzz/corpus/letter`
//!
//! The words in letters of every kind but PDF, whose first reader may panic and is kept where that costs nothing; its
//! plain reader is here.
#![no_main]

mod packed;

use tessera::import::document;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for kind in ["text/plain", "text/html", "application/rtf", "application/octet-stream"] {
        assert!(document::words(kind, bytes).text.len() <= document::TEXT);
    }
    let rtf = [b"{\\rtf1 ", bytes, b"}"].concat();
    assert!(document::words("application/rtf", &rtf).text.len() <= document::TEXT);
    let open =
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>";
    let document = [open.as_bytes(), bytes, b"</w:t></w:r></w:p></w:body></w:document>"].concat();
    let docx = packed::stored(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", &document)]);
    let words = document::words("", &docx).text;
    assert!(words.len() <= document::TEXT);
    if bytes.iter().all(u8::is_ascii_alphanumeric) {
        assert!(words.contains(&*String::from_utf8_lossy(bytes)), "{words}");
    }
    let _ = document::pdf_text_plainly(bytes);
});
