//! Starting again on this device: for a vault that is gone, past mending, or whose passphrase and kit are both lost.

use leptos::prelude::*;

use crate::app::wire::Failure;
use crate::ui::front::Front;
use crate::ui::part::{Dialogue, Tick, Trouble};
use crate::ui::text::erase as words;

/// A quiet button, and the question behind it. Nothing is erased before it is answered.
#[component]
pub fn Erase() -> impl IntoView {
    let front = Front::get();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<Failure>);
    let sure = RwSignal::new(false);
    // A tick of an earlier time counts for nothing.
    Effect::new(move || {
        if !open.get() {
            sure.set(false);
        }
    });
    let erase = move |_| {
        if busy.get_untracked() || !sure.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = front.client.erase().await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    // The door must know that nothing is here any more.
                    front.refresh().await;
                    front.erased();
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <p>
            <button type="button" class="button quiet" on:click=move |_| open.set(true)>
                {words::ask}
            </button>
        </p>
        <Dialogue open title=words::title>
            <p>{words::what}</p>
            <p>{words::then}</p>
            {move || {
                let people = front.people.get() as u64;
                (people > 1).then(|| view! { <p class="strong">{move || words::people(people)}</p> })
            }}
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Tick label=words::sure on=sure turn=move |on| sure.set(on) />
            <div class="row">
                <button type="button" class="button primary" on:click=move |_| open.set(false)>
                    {words::leave}
                </button>
                <button type="button" class="button danger" aria-disabled=move || (busy.get() || !sure.get()).to_string() on:click=erase>
                    {words::erase}
                </button>
            </div>
        </Dialogue>
    }
}
