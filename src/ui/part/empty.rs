use leptos::prelude::*;

/// Nothing here yet, and what to do next.
#[component]
pub fn Empty(
    /// What is missing.
    #[prop(into)]
    title: TextProp,
    /// What to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="strong">{move || title.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}
