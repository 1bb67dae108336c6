//! The lock, once the app is loaded: a slip in the passphrase, the recovery kit.

use leptos::{html, prelude::*};

use crate::app::wire::{Failure, Secret};
use crate::ui::front::Front;
use crate::ui::part::{PageHead, Trouble};
use crate::ui::place::Place;
use crate::ui::text::{self, door, unlock as words};

/// Opens the vault; what goes wrong stands on the [`Unlock`] page.
pub async fn unlock(front: Front, passphrase: Secret) {
    let answer = front.client.unlock(passphrase.clone()).await;
    if answer.is_err() {
        // A slip is mended, not typed anew.
        TYPED.set(Some(passphrase));
    }
    opened(front, answer).await;
}

async fn opened(front: Front, answer: Result<(), Failure>) {
    match answer {
        Ok(()) => {
            FAULT.set(None);
            front.refresh().await;
            if front.route.with_untracked(|r| r.place == Place::Door) {
                front.go_instead(Place::Summary);
            }
        }
        Err(fault) => {
            FAULT.set(Some(fault));
            front.changes.update(|n| *n = n.wrapping_add(1));
        }
    }
}

thread_local! {
    // The attempt is made before the page that tells of it is drawn.
    static TYPED: core::cell::Cell<Option<Secret>> = const { core::cell::Cell::new(None) };
    static FAULT: core::cell::Cell<Option<Failure>> = const { core::cell::Cell::new(None) };
}

/// Asks for the passphrase, or for the recovery kit.
#[component]
pub fn Unlock() -> impl IntoView {
    let front = Front::get();
    let by_kit = RwSignal::new(front.route.with_untracked(|r| r.filter("by") == Some("kit")));
    let fault = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move || {
        front.changes.track();
        if let Some(told) = FAULT.take() {
            fault.set(Some(told));
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let secret = Secret(input.value());
        if secret.0.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        fault.set(None);
        let kit = by_kit.get_untracked();
        leptos::task::spawn_local(async move {
            let answer =
                if kit { front.client.unlock_with_kit(secret).await } else { front.client.unlock(secret).await };
            busy.set(false);
            if answer.is_ok() {
                input.set_value("");
            } else {
                _ = input.focus();
                input.select();
            }
            let forgotten = kit && answer.is_ok();
            opened(front, answer).await;
            if forgotten {
                front.go_instead(Place::Passphrase);
            }
        });
    };
    // What was typed at the door and did not open stands here again, and is chosen: typing goes on in it.
    Effect::new(move || {
        if let Some(input) = input.get()
            && let Some(typed) = TYPED.take()
        {
            input.set_value(&typed.0);
            set_timeout(
                move || {
                    _ = input.focus();
                    input.select();
                },
                core::time::Duration::from_millis(50),
            );
        }
    });
    let shown = RwSignal::new(false);
    view! {
        <PageHead title=door::locked />
        <form class="stack" on:submit=submit>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })} <div class="field">
                <label for="passphrase">
                    {move || if by_kit.get() { words::kit_label() } else { door::passphrase() }}
                </label>
                <input
                    class="input"
                    id="passphrase"
                    node_ref=input
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=move || if by_kit.get() { "off" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                />
                <button
                    type="button"
                    class="button quiet"
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|s| *s = !*s)
                >
                    {move || if shown.get() { words::hide() } else { words::show() }}
                </button>
            </div>
            <div class="row">
                <button type="submit" class="button primary" aria-disabled=move || busy.get().to_string()>
                    {move || if busy.get() { door::opening() } else { door::unlock() }}
                </button>
                <button type="button" class="button quiet" on:click=move |_| by_kit.update(|k| *k = !*k)>
                    {move || if by_kit.get() { words::by_passphrase() } else { door::kit() }}
                </button>
            </div>
        </form>
        <super::erase::Erase />
        <p>
            <a href=Place::Scan.href()>{door::scan}</a>
        </p>
        <p class="unseen" role="status">
            {move || busy.get().then(text::door::opening)}
        </p>
    }
}
