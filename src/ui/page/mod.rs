//! One page a file. [`Page`] draws the one that the address names.

use leptos::prelude::*;

use super::door::{Left, Way};
use super::front::Front;
use super::part::{Callout, Empty, PageHead, Tone, Trouble};
use super::place::{Place, Route};
use super::queue::Queue;
use super::text::{self, page as words};
use super::way;
use crate::app::wire::Door;

mod about;
mod analyte;
mod card;
mod clinician;
mod documents;
pub mod erase;
mod eye;
pub mod import;
mod item;
mod journal;
mod keep;
mod medicines;
mod more;
mod off;
mod people;
mod received;
mod say;
mod scan;
mod section;
mod share;
mod shared;
mod sharing;
mod showing;
mod sift;
mod summary;
mod timeline;
mod unlock;
mod vaccinations;
mod write;

/// Goes on where the person left the door.
pub async fn enter(front: Front, queue: Queue, left: Left) {
    let Left { way, passphrase } = left;
    front.refresh().await;
    match way {
        Way::Unlock => unlock::unlock(front, passphrase).await,
        Way::Start => front.go_instead(Place::Import),
        Way::Example => {
            front.example.set(true);
            front.go_instead(Place::Summary);
            queue.add(import::example().into_iter().collect());
        }
        Way::Care => front.go_instead(Route::from(Place::People).with("add", "carer")),
        Way::Scan => front.go_instead(Place::Scan),
        Way::Kit => front.go_instead(Route::from(Place::Door).with("by", "kit")),
        Way::Address => {}
    }
    if front.door.with_untracked(|d| matches!(d, Some(Ok(Door::Open { .. }))))
        && front.route.with_untracked(|r| r.place == Place::Door)
    {
        front.go_instead(Place::Summary);
    }
}

/// The page of the address. What needs an open record leads to the lock first, and goes on from there.
#[component]
pub fn Page() -> impl IntoView {
    let front = Front::get();
    sharing::Sharing::provide();
    let sharing = sharing::Sharing::get();
    // A share begun for one person, with its note, never goes on with another.
    let whose = Memo::new(move |_| front.person.with(|p| p.as_ref().map(|p| (p.tile, p.name.clone()))));
    Effect::new(move |before: Option<Option<(u64, String)>>| {
        let now = whose.get();
        if before.flatten().is_some_and(|before| now.as_ref() != Some(&before)) {
            sharing.clear();
            way::forget();
        }
        now
    });
    // Filters change without the page being drawn anew.
    let place = Memo::new(move |_| front.route.with(|r| r.place.clone()));
    let state = Memo::new(move |_| front.door.get());
    move || {
        let place = place.get();
        match state.get() {
            None => view! { <p role="status">{text::common::loading}</p> }.into_any(),
            Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
            Some(Ok(Door::Open { .. })) => draw(place).into_any(),
            Some(Ok(_)) if place.is_public() => draw(place).into_any(),
            Some(Ok(Door::Empty)) if place.is_beginning() => draw(place).into_any(),
            // The example person's file is being read.
            Some(Ok(Door::Empty)) if front.example.get() => {
                view! { <p role="status">{text::common::loading}</p> }.into_any()
            }
            Some(Ok(Door::Locked)) => view! { <unlock::Unlock /> }.into_any(),
            Some(Ok(Door::Empty)) => {
                // Nothing is open and nothing is kept: the first visit is the door's own screen.
                _ = window().location().reload();
                ().into_any()
            }
            Some(Ok(state)) => view! { <Stopped state /> }.into_any(),
        }
    }
}

/// A vault that can't be opened as it is: what happened, what to do. Never an empty start.
#[component]
fn Stopped(state: Door) -> impl IntoView {
    let (what, then): (text::Message, text::Message) = match state {
        Door::WasHere => (words::was_here, words::was_here_then),
        Door::TooNew => (text::failure::too_new, text::failure::too_new_then),
        Door::Damaged => (text::failure::damaged, text::failure::damaged_then),
        Door::Blocked => (text::failure::other_tab, text::failure::other_tab_then),
        Door::Empty | Door::Locked | Door::Open { .. } => return ().into_any(),
    };
    view! {
        <PageHead title=what />
        <Callout tone=Tone::Danger title=then />
        {matches!(state, Door::WasHere | Door::Damaged).then(|| view! { <erase::Erase /> })}
    }
    .into_any()
}

fn draw(place: Place) -> AnyView {
    match place {
        Place::Summary => view! { <summary::SummaryPage /> }.into_any(),
        Place::Timeline => view! { <timeline::TimelinePage /> }.into_any(),
        Place::Section(section) => view! { <section::SectionView section /> }.into_any(),
        Place::Analyte(id) => view! { <analyte::AnalytePage id /> }.into_any(),
        Place::Item(id) => view! { <item::ItemPage id /> }.into_any(),
        Place::Share => view! { <share::SharePage /> }.into_any(),
        Place::Card => view! { <card::CardPage /> }.into_any(),
        Place::Showing => view! { <showing::ShowingPage /> }.into_any(),
        Place::Scan => view! { <scan::ScanPage /> }.into_any(),
        Place::About => view! { <about::About /> }.into_any(),
        Place::Import => view! { <import::Import /> }.into_any(),
        Place::HowTo => view! { <import::HowTo /> }.into_any(),
        Place::Report(id) => view! { <import::Report id /> }.into_any(),
        Place::Journal => view! { <journal::Journal /> }.into_any(),
        Place::Shared(id) => view! { <shared::Shared id /> }.into_any(),
        Place::SetUp => view! { <keep::SetUp /> }.into_any(),
        Place::Kit => view! { <keep::KitPage /> }.into_any(),
        Place::Passphrase => view! { <keep::Change /> }.into_any(),
        Place::Off => view! { <off::Off /> }.into_any(),
        Place::More => view! { <more::More /> }.into_any(),
        Place::People => view! { <people::People /> }.into_any(),
        Place::Write(what) => view! { <write::Write what /> }.into_any(),
        _ => view! {
            <PageHead title=words::missing />
            <Empty title=words::missing_then />
        }
        .into_any(),
    }
}
