//! `cargo +nightly fuzz run collect`
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut inbox = tessera::share::Inbox::new();
    for line in text.lines() {
        inbox.feed(line);
        let progress = inbox.progress();
        assert!(progress.need == 0 || progress.have < progress.need);
    }
});
