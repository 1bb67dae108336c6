//! Sharing in four steps: for whom and why, what, exactly what they will see, the code.

use leptos::prelude::*;

use crate::ui::front::Front;
use crate::ui::page::sharing::Sharing;
use crate::ui::part::PageHead;
use crate::ui::place::{Place, Route};
use crate::ui::text::share as words;

mod see;
pub(super) mod what;
mod who;

/// The steps before the code itself, which has a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Who,
    What,
    See,
}

impl Step {
    fn read(route: &Route) -> Step {
        match route.filter("step") {
            Some("what") => Step::What,
            Some("see") => Step::See,
            _ => Step::Who,
        }
    }

    fn route(self) -> Route {
        let step = match self {
            Step::Who => "",
            Step::What => "what",
            Step::See => "see",
        };
        Route::from(Place::Share).with("step", step)
    }

    fn number(self) -> &'static str {
        match self {
            Step::Who => "1",
            Step::What => "2",
            Step::See => "3",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Step::Who => words::step_who(),
            Step::What => words::step_what(),
            Step::See => words::step_see(),
        }
    }
}

/// The page.
#[component]
pub fn SharePage() -> impl IntoView {
    let front = Front::get();
    let sharing = Sharing::get();
    // After a reload nothing of what was chosen is here any more: for whom comes first again. Only the way here says so: a
    // share that is made forgets its choices while this page still goes on to the code.
    if !sharing.begun.get_untracked() && front.route.with_untracked(Step::read) != Step::Who {
        front.go_instead(Step::Who.route());
    }
    let step = Memo::new(move |_| front.route.with(Step::read));
    move || {
        let step = step.get();
        let body = match step {
            Step::Who => view! { <who::Who /> }.into_any(),
            Step::What => view! { <what::What /> }.into_any(),
            Step::See => view! { <see::See /> }.into_any(),
        };
        view! {
            <PageHead title=move || step.title() lede=move || words::step_of("4", step.number()) />
            {body}
        }
    }
}
