//! What the person took off the pages: the one place where it is found again, and put back from its own page.

use leptos::prelude::*;

use crate::ui::front::Front;
use crate::ui::part::{BackTo, Empty, Leads, PageHead, lines, load};
use crate::ui::place::Place;
use crate::ui::text::{more, say as words};
use crate::view::Row;

/// The page.
#[component]
pub fn Off() -> impl IntoView {
    let front = Front::get();
    view! {
        <BackTo route=Place::More text=more::title />
        <PageHead title=words::off_title lede=words::off_lede />
        {load(move || front.client.off_the_pages(), draw)}
    }
}

fn draw(rows: Vec<Row>) -> AnyView {
    match rows.is_empty() {
        true => view! { <Empty title=words::off_none /> }.into_any(),
        false => lines(&rows, Leads::Item),
    }
}
