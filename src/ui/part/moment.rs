use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::ui::text::{date, month};

/// A moment of RFC 3339 on the clock of this device: `3 March 2026 at 14:30`. What is no moment is shown as it is.
pub fn local_moment(rfc3339: &str) -> String {
    let then = js_sys::Date::new(&JsValue::from_str(rfc3339));
    if then.get_time().is_nan() {
        return rfc3339.to_owned();
    }
    let day = date::day(
        &then.get_date().to_string(),
        month(u8::try_from(then.get_month() + 1).unwrap_or(0)),
        &then.get_full_year().to_string(),
    );
    date::moment(&day, &format!("{:02}:{:02}", then.get_hours(), then.get_minutes()))
}

/// Whole seconds from now until then, never below 0; `None` if it is no moment.
pub fn seconds_until(rfc3339: &str) -> Option<u64> {
    let then = js_sys::Date::new(&JsValue::from_str(rfc3339)).get_time();
    (!then.is_nan()).then(|| ((then - js_sys::Date::now()) / 1000.0).ceil().max(0.0) as u64)
}

/// Seconds that are left until a moment, counted down once a second for as long as the page stands.
pub fn countdown(until: impl Fn() -> String + Send + Sync + 'static) -> Signal<Option<u64>> {
    let now = RwSignal::new(0_u32);
    if let Ok(handle) =
        set_interval_with_handle(move || now.update(|n| *n = n.wrapping_add(1)), core::time::Duration::from_secs(1))
    {
        on_cleanup(move || handle.clear());
    }
    Signal::derive(move || {
        now.track();
        seconds_until(&until())
    })
}

/// `4:05`, or `1:04:05`.
pub fn clock(seconds: u64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}
