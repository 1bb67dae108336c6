use leptos::{html, prelude::*};

use super::{Icon, Sign};
use crate::ui::place::Route;
use crate::ui::text::common;
use crate::ui::way;

/// The head of a page: its one h1, which takes the focus when the page is come to anew, and the window's title.
#[component]
pub fn PageHead(
    /// The page's name.
    #[prop(into)]
    title: TextProp,
    /// A sentence below it.
    #[prop(optional, into)]
    lede: Option<TextProp>,
    /// Whatever else belongs there.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let name = title.clone();
    // The title of the window stands outside Leptos.
    Effect::new(move || document().set_title(&common::page_title(&name.get())));
    Effect::new(move || {
        if let Some(heading) = heading.get().filter(|_| !way::is_returning()) {
            _ = heading.focus();
        }
    });
    view! {
        <header class="head">
            <h1 node_ref=heading tabindex="-1">
                {move || title.get()}
            </h1>
            {lede.map(|lede| view! { <p class="lede">{move || lede.get()}</p> })}
            {children.map(|children| children())}
        </header>
    }
}

/// A way back to the page above, as it was left if one comes from there.
#[component]
pub fn BackTo(
    /// Where it leads.
    #[prop(into)]
    route: Route,
    /// Its words, "Back" if none are given.
    #[prop(optional, into)]
    text: Option<TextProp>,
) -> impl IntoView {
    let href = route.href();
    view! {
        <a class="back no-print" href=href on:click=move |_| way::back_to(&route.place)>
            <Icon sign=Sign::Back />
            <span>{move || text.as_ref().map_or_else(|| common::back().into(), |t| t.get())}</span>
        </a>
    }
}
