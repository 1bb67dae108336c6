use leptos::{html, prelude::*};

use super::abbr::explained;
use crate::ui::text::common;
use crate::ui::way;

/// The head of a page about one thing of the record: its h1 are the source's words. The window's title, which browsers
/// keep on disk, only says what kind of page it is.
#[component]
pub fn OwnHead(
    /// The source's words.
    title: String,
    /// What the window is called; nothing clinical.
    #[prop(into)]
    window: TextProp,
    /// Whatever else belongs there.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    // The title of the window stands outside Leptos.
    Effect::new(move || document().set_title(&common::page_title(&window.get())));
    Effect::new(move || {
        if let Some(heading) = heading.get().filter(|_| !way::is_returning()) {
            _ = heading.focus();
        }
    });
    view! {
        <header class="head">
            <h1 node_ref=heading tabindex="-1">
                {explained(&title, false)}
            </h1>
            {children.map(|children| children())}
        </header>
    }
}
