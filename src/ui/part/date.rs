use leptos::prelude::*;

use super::Field;
use super::field::Fault;
use crate::app::lent;
use crate::record::PartialDate;
use crate::ui::text::{self, date as words};
use crate::view::Day;

/// Reads a date as people type it (3 March 2019, 17/02/1959, 1959-02-17, March 2019, 2019); the empty text is none.
/// Answers with `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or with the sentence that says what is wrong. Nothing that is typed
/// happened after today, or before this birth.
pub fn typed_date(typed: &str, birth: Option<&Day>) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    let date = PartialDate::written(typed).ok_or_else(|| words::typed_wrong().to_owned())?;
    if Day::of(&date, lent::today()).future {
        return Err(words::typed_future(&understood(&date)));
    }
    if let Some(birth) = birth.filter(|birth| is_before(&date, birth)) {
        return Err(words::typed_before_birth(&text::day(birth)));
    }
    Ok(date.text)
}

/// A date as the form shows it, and reads it again.
pub fn date_words(iso: &str) -> String {
    PartialDate::fhir(iso).known.map_or_else(|| iso.to_owned(), text::known_day)
}

/// A box for a date. What was understood of it stands beneath, in words, so that no day is taken for a month.
#[component]
pub fn DateField(
    /// The id of the box.
    id: &'static str,
    /// Its label.
    #[prop(into)]
    label: TextProp,
    /// A sentence that helps.
    #[prop(into)]
    hint: TextProp,
    /// The faults of the form.
    #[prop(into)]
    faults: Signal<Vec<Fault>>,
    /// What is typed.
    #[prop(into)]
    typed: Signal<String>,
    /// Called with what is typed.
    change: impl Fn(String) + Send + Sync + 'static,
    /// Called when the box is left.
    leave: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    let read = move || typed.with(|typed| PartialDate::written(typed.trim())).map(|date| understood(&date));
    view! {
        <Field id label hint faults>
            <input
                class="input short"
                id=id
                autocomplete="off"
                aria-describedby=format!("{id}-hint {id}-fault {id}-read")
                prop:value=typed
                on:input=move |event| change(event_target_value(&event))
                on:change=move |_| leave()
            />
            <p class="hint" id=format!("{id}-read") aria-live="polite">
                {move || read().map(|date| words::understood(&date))}
            </p>
        </Field>
    }
}

fn understood(date: &PartialDate) -> String {
    date.known.map_or_else(|| date.text.clone(), text::known_day)
}

fn is_before(date: &PartialDate, birth: &Day) -> bool {
    let born = PartialDate { text: birth.text.clone(), known: birth.known };
    match (born.day(), born.known, date.known) {
        (Some(day), ..) => date.is_before(day),
        (None, Some(born), Some(date)) => date.year < born.year,
        _ => false,
    }
}
