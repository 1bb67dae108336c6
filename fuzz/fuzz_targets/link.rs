//! `cargo +nightly fuzz run link fuzz/corpus/link tests/data/shc`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = tessera::import::shl::decrypt(text, &[3; 32]);
    if let Ok(link) = tessera::import::shl::Link::read(&format!("shlink:/{text}")) {
        let _ = tessera::import::shl::answer(&link, 200, None, text);
    }
});
