use leptos::prelude::*;

/// How far a long piece of work is, always in words too.
#[component]
pub fn Progress(
    /// What is being done.
    #[prop(into)]
    label: TextProp,
    /// Done and all, in the same unit; all = 0 means that it can't be told.
    #[prop(into)]
    done: Signal<(u64, u64)>,
) -> impl IntoView {
    let name = label.clone();
    let percent = Memo::new(move |_| match done.get() {
        (_, 0) => None,
        (part, all) => Some((part.min(all) * 100 / all).to_string()),
    });
    view! {
        <div class="progress">
            <span>
                {move || label.get()} {move || percent.get().map(|p| format!(" {p} %"))}
            </span>
            <progress max="100" value=move || percent.get() aria-label=move || name.get()></progress>
        </div>
    }
}
