//! What Tessera is, and its honest limits.

use leptos::prelude::*;

use crate::ui::part::{Callout, PageHead, Tone};
use crate::ui::text::{about as words, door, more};

/// The page.
#[component]
pub fn About() -> impl IntoView {
    let limits: [fn() -> &'static str; 8] = [
        door::limit_1,
        door::limit_2,
        door::limit_3,
        door::limit_4,
        door::limit_5,
        words::limit_6,
        words::limit_7,
        words::limit_8,
    ];
    view! {
        <PageHead title=words::title lede=|| words::version(env!("CARGO_PKG_VERSION")) />
        <div class="stack-loose">
            <div class="stack-tight">
                <p>{words::what}</p>
                <p>{words::what_2}</p>
            </div>
            <Callout tone=Tone::Warning title=words::not_medical>
                <p>{words::not_reviewed}</p>
            </Callout>
            <section class="stack-tight">
                <h2>{words::limits}</h2>
                <ul>{limits.into_iter().map(|limit| view! { <li>{limit}</li> }).collect_view()}</ul>
            </section>
            <section class="stack-tight">
                <h2>{words::private}</h2>
                <p>{words::private_1}</p>
            </section>
            <p class="soft">{words::open_source} " " {more::welsh_note}</p>
        </div>
    }
}
