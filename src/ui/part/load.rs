use core::future::Future;

use leptos::prelude::*;

use super::{Callout, Tone};
use crate::app::wire::Failure;
use crate::ui::front::Front;
use crate::ui::text::{self, common};

/// Asks the hall and draws its answer: pending and failure are always drawn. Asks again whenever the record changes,
/// and whenever a signal changes that `ask` reads; the old answer stays until the new one is there.
pub fn load<T, F, V>(ask: impl Fn() -> F + 'static, draw: impl Fn(T) -> V + Send + Sync + 'static) -> impl IntoView
where
    T: Clone + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
    V: IntoView + 'static,
{
    let front = Front::get();
    let answer = LocalResource::new(move || {
        front.changes.track();
        ask()
    });
    move || match answer.get() {
        None => view! { <p role="status">{common::loading}</p> }.into_any(),
        Some(Ok(value)) => draw(value).into_any(),
        Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
    }
}

/// A failure in words: what happened, what to do, that nothing was lost.
#[component]
pub fn Trouble(
    /// What failed.
    fault: Failure,
) -> impl IntoView {
    let again = fault.clone();
    view! {
        <div role="alert">
            <Callout tone=Tone::Danger title=move || text::failed(&fault)>
                <p>{move || text::remedy(&again)}</p>
            </Callout>
        </div>
    }
}
