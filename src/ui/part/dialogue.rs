use leptos::{html, prelude::*};

/// A question in front of the page. The browser keeps the focus inside and gives it back; Escape closes.
#[component]
pub fn Dialogue(
    /// Whether it stands open.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: TextProp,
    /// What it asks.
    children: ChildrenFn,
) -> impl IntoView {
    let dialogue = NodeRef::<html::Dialog>::new();
    // Opening as a modal is the browser's own act.
    Effect::new(move || {
        let Some(dialogue) = dialogue.get() else { return };
        match (open.get(), dialogue.open()) {
            (true, false) => _ = dialogue.show_modal(),
            (false, true) => dialogue.close(),
            _ => {}
        }
    });
    let heading = title.clone();
    view! {
        <dialog
            class="dialogue"
            node_ref=dialogue
            aria-label=move || heading.get()
            on:close=move |_| open.set(false)
        >
            <div class="stack">
                <h2>{move || title.get()}</h2>
                {move || open.get().then(|| children())}
            </div>
        </dialog>
    }
}
