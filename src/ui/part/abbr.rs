//! Abbreviations explained on tap; the source's words stay as they are.

use leptos::prelude::*;

use crate::ui::text::{self, Message, abbreviations::pieces, glossary as words};

/// The source's words in their own direction, each known abbreviation a button. `dose`: it tells a dose.
pub fn explained(text: &str, dose: bool) -> AnyView {
    let pieces: Vec<AnyView> = pieces(text, dose)
        .into_iter()
        .map(|piece| match piece.means {
            None => piece.text.to_owned().into_any(),
            Some(means) => view! { <Abbr word=piece.text.to_owned() means /> }.into_any(),
        })
        .collect();
    view! { <bdi>{pieces}</bdi> }.into_any()
}

/// The same for words that are a link already: a button beside them for each abbreviation.
pub fn beside(text: &str) -> AnyView {
    let found: Vec<AnyView> = pieces(text, false)
        .into_iter()
        .filter_map(|piece| Some((piece.text.to_owned(), piece.means?)))
        .map(|(word, means)| view! { " " <Abbr word means mark=true /> }.into_any())
        .collect();
    found.into_any()
}

/// One abbreviation. It opens by tap or key, and says what it means to those who hear the page.
#[component]
fn Abbr(
    /// As written.
    word: String,
    /// What it usually means.
    means: Message,
    /// Draw a question mark in place of the word, which stands beside it.
    #[prop(optional)]
    mark: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let (asked, told) = (word.clone(), word.clone());
    let said =
        move || open.get().then(|| if mark { format!(" {told}: {}", means()) } else { format!(" ({})", means()) });
    view! {
        <button
            type="button"
            class="abbr"
            class:abbr-mark=mark
            aria-expanded=move || open.get().to_string()
            aria-label=move || mark.then(|| words::ask(&asked))
            title=move || (!open.get()).then(text::common::explain)
            on:click=move |_| open.update(|o| *o = !*o)
        >
            {if mark { "?".to_owned() } else { word }}
        </button>
        <span class="abbr-means" role="status">
            {said}
        </span>
    }
}
