//! `cargo +nightly fuzz run grant`
#![no_main]

use tessera::share::{Claims, Clock, Desk, Kind, Message, Receipt, bundle};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let now = Clock { unix: 1_795_000_000, ticks: 0 };
    for kind in [Kind::Grant, Kind::Static, Kind::Receipt] {
        let message = Message { kind, body: body.to_vec() };
        // A code is not tried: each would cost 64 MiB and three passes.
        let _ = Desk::new().open(&message, None, now);
        let _ = Receipt::open(&message, &[1; 32]);
    }
    if let Ok(claims) = Claims::read(body) {
        assert_eq!(claims.bytes(), body);
        let _ = claims.data.document();
    }
    let _ = bundle::split(body);
});
