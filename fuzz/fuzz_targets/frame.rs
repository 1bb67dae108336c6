//! `cargo +nightly fuzz run frame`
#![no_main]

use tessera::share::frame::Frame;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // With a checksum of its own each input comes past the first check.
    let sealed = [bytes, crc32fast::hash(bytes).to_be_bytes().as_slice()].concat();
    for input in [bytes, &sealed] {
        if let Ok(frame) = Frame::read(input) {
            assert_eq!(frame.bytes(), input);
        }
    }
});
