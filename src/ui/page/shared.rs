//! A share, exactly as it was given.

use leptos::prelude::*;

use super::clinician::clinician;
use crate::ui::front::Front;
use crate::ui::part::{BackTo, Leads, PageHead, load};
use crate::ui::place::Place;
use crate::ui::text::journal as words;

/// The page of one share in the journal.
#[component]
pub fn Shared(
    /// The share's id.
    id: String,
) -> impl IntoView {
    let front = Front::get();
    view! {
        <BackTo route=Place::Journal />
        <PageHead title=words::again lede=words::again_lede />
        {load(
            move || front.client.share_again(id.clone()),
            |page| view! { <div class="card preview">{clinician(&page, Leads::Nowhere, None)}</div> },
        )}
    }
}
