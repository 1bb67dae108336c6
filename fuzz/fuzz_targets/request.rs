//! `cargo +nightly fuzz run request`
#![no_main]

use tessera::share::{Kind, Message, Request};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let message = Message { kind: Kind::Request, body: body.to_vec() };
    if let Ok(request) = Request::read(&message) {
        assert_eq!(request.message(), message);
    }
});
