use leptos::{html, prelude::*};

use crate::ui::text::common;

/// What is wrong with one field: its id, and the sentence that says what to do.
pub type Fault = (&'static str, String);

/// A field of a form: label, hint and fault, tied to the box for those who hear the page. The box is whatever
/// `children` draws, an `input`, `select` or `textarea` whose `id` is `id`; give it
/// `aria-describedby="{id}-hint {id}-fault"`.
#[component]
pub fn Field(
    /// The id of the box.
    id: &'static str,
    /// Its label.
    #[prop(into)]
    label: TextProp,
    /// A sentence that helps.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// The faults of the form; this field shows its own.
    #[prop(optional, into)]
    faults: Signal<Vec<Fault>>,
    /// The box.
    children: Children,
) -> impl IntoView {
    let fault = Memo::new(move |_| faults.with(|f| f.iter().find(|(i, _)| *i == id).map(|(_, text)| text.clone())));
    view! {
        <div class="field" class:wrong=move || fault.get().is_some()>
            <label for=id>{move || label.get()}</label>
            {hint
                .map(|hint| {
                    view! {
                        <p class="hint" id=format!("{id}-hint")>
                            {move || hint.get()}
                        </p>
                    }
                })}
            <p class="field-error" id=format!("{id}-fault") hidden=move || fault.get().is_none()>
                {move || fault.get()}
            </p>
            {children()}
        </div>
    }
}

/// All faults of a form, above it: takes the focus when there are new ones, each leads to its field.
#[component]
pub fn ErrorSummary(
    /// The faults of the form.
    #[prop(into)]
    faults: Signal<Vec<Fault>>,
) -> impl IntoView {
    let summary = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if faults.with(|f| !f.is_empty())
            && let Some(summary) = summary.get()
        {
            _ = summary.focus();
        }
    });
    let go = |id: &'static str| {
        move |event: leptos::ev::MouseEvent| {
            // The address names a place of the app: a jump within the page must not touch it.
            event.prevent_default();
            crate::ui::front::focus(id);
        }
    };
    view! {
        <Show when=move || faults.with(|f| !f.is_empty())>
            <div class="error-summary stack-tight" role="alert" tabindex="-1" node_ref=summary>
                <h2>{common::errors_title}</h2>
                <ul>
                    {move || {
                        faults
                            .get()
                            .into_iter()
                            .map(|(id, text)| {
                                view! {
                                    <li>
                                        <a href=format!("#{id}") on:click=go(id)>
                                            {text}
                                        </a>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </div>
        </Show>
    }
}
