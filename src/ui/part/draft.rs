use core::time::Duration;

use leptos::prelude::*;

/// The keeping of a form that is being typed: a moment after the last stroke, on leaving a box, and when the page goes, so
/// that what is half typed survives a lock. What is kept, and where, its page says. Copy: it stands in any closure.
#[derive(Clone, Copy)]
pub struct Draft {
    /// Strokes since it was last kept.
    unsaved: StoredValue<u32>,
    put: Callback<()>,
}

impl Draft {
    /// `put` keeps what stands in the form at that moment; it may come when the page is going already.
    pub fn new(put: impl Fn() + Send + Sync + 'static) -> Self {
        let draft = Self { unsaved: StoredValue::new(0), put: Callback::new(move |()| put()) };
        on_cleanup(move || draft.keep());
        draft
    }

    /// Something was typed: a pause in typing keeps it.
    pub fn touched(self) {
        let stroke = self.unsaved.try_update_value(|n| {
            *n = n.wrapping_add(1).max(1);
            *n
        });
        let pause = move || {
            if self.unsaved.try_get_value() == stroke {
                self.keep();
            }
        };
        set_timeout(pause, Duration::from_millis(500));
    }

    /// Keeps it now, if anything was typed since.
    pub fn keep(self) {
        if self.unsaved.try_update_value(core::mem::take).unwrap_or(0) > 0 {
            self.put.try_run(());
        }
    }

    /// Keeps it now, whatever was typed.
    pub fn keep_anyhow(self) {
        self.unsaved.try_set_value(0);
        self.put.try_run(());
    }

    /// What was typed since needs no keeping: it is in the records, or was given up.
    pub fn let_go(self) {
        self.unsaved.try_set_value(0);
    }

    /// False once something was typed that is not kept yet: whoever types already is not interrupted by an older draft.
    pub fn is_quiet(self) -> bool {
        self.unsaved.try_get_value() == Some(0)
    }
}
