use leptos::prelude::*;

/// More, for those who ask.
#[component]
pub fn Disclosure(
    /// The line that opens it.
    #[prop(into)]
    summary: TextProp,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary>{move || summary.get()}</summary>
            <div class="stack">{children()}</div>
        </details>
    }
}
