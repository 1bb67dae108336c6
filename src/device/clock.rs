//! The browser's clock and randomness.

use jiff::{Timestamp, civil::Date};

/// Milliseconds since 1970 in UTC.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// The present moment, to the millisecond.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond(now_ms() as i64).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Today in the person's own zone.
pub fn today() -> Date {
    let now = js_sys::Date::new_0();
    Date::new(now.get_full_year() as i16, now.get_month() as i8 + 1, now.get_date() as i8).unwrap_or(Date::ZERO)
}

/// Minutes east of UTC, now, in the person's own zone.
pub fn offset_minutes() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}

/// Milliseconds on a clock that nobody can set.
pub fn monotonic_ms() -> f64 {
    js_sys::global()
        .unchecked_into::<web_sys::WorkerGlobalScope>()
        .performance()
        .map(|p| p.now())
        .unwrap_or_else(now_ms)
}

/// Any number: a start for message numbers, not a secret.
pub fn random_u32() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

use wasm_bindgen::JsCast;
