use leptos::prelude::*;

/// One of several: radio buttons under a question.
#[component]
pub fn Choice<T>(
    /// The name of the group, unique on the page.
    name: &'static str,
    /// The question.
    #[prop(into)]
    legend: TextProp,
    /// The answers, each with its words.
    options: Vec<(T, TextProp)>,
    /// What is chosen.
    #[prop(into)]
    chosen: Signal<T>,
    /// Called with what the person chooses.
    choose: impl Fn(T) + Copy + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let (same, given) = (value.clone(), value);
            view! {
                <label class="option">
                    <input
                        type="radio"
                        name=name
                        prop:checked=move || chosen.with(|c| *c == same)
                        on:change=move |_| choose(given.clone())
                    />
                    <span>{move || words.get()}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="choice">
            <legend>{move || legend.get()}</legend>
            {options}
        </fieldset>
    }
}

/// A box to tick.
#[component]
pub fn Tick(
    /// Its words.
    #[prop(into)]
    label: TextProp,
    /// Whether it is ticked.
    #[prop(into)]
    on: Signal<bool>,
    /// Called with what it becomes.
    turn: impl Fn(bool) + 'static,
) -> impl IntoView {
    view! {
        <label class="option">
            <input type="checkbox" prop:checked=move || on.get() on:change=move |event| turn(event_target_checked(&event)) />
            <span>{move || label.get()}</span>
        </label>
    }
}

/// A filter that is on or off.
#[component]
pub fn Chip(
    /// Its words.
    #[prop(into)]
    label: TextProp,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Called when it is pressed.
    press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || if on.get() { "true" } else { "false" }
            on:click=move |_| press()
        >
            {move || label.get()}
        </button>
    }
}
