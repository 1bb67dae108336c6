//! Change the passphrase.

use leptos::prelude::*;

use super::passphrase::{NewPassphrase, PassphraseFields};
use crate::app::wire::{Failure, Secret};
use crate::ui::front::Front;
use crate::ui::part::{BackTo, Callout, ErrorSummary, Field, PageHead, Tone, Trouble};
use crate::ui::place::Place;
use crate::ui::text::{keep as words, more};

/// The page.
#[component]
pub fn Change() -> impl IntoView {
    let front = Front::get();
    let new = NewPassphrase::new();
    let old = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<Failure>);
    let done = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let by_kit = RwSignal::new(false);
    leptos::task::spawn_local(async move {
        by_kit.set(front.client.open_by_kit().await.unwrap_or_default());
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(passphrase) = new.taken() else { return };
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            let answer = front.client.change_passphrase(Secret(old.get_untracked()), passphrase).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    old.set(String::new());
                    new.clear();
                    done.set(true);
                    front.say(words::changed());
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <BackTo route=Place::More text=more::title />
        <PageHead title=words::change_title />
        <Show
            when=move || !done.get()
            fallback=|| {
                view! {
                    <Callout tone=Tone::Good title=words::changed>
                        <p>{words::change_note}</p>
                    </Callout>
                }
            }
        >
            <form class="stack" on:submit=submit>
                <ErrorSummary faults=new.faults />
                {move || fault.get().map(|fault| view! { <Trouble fault /> })}
                <Show
                    when=move || !by_kit.get()
                    fallback=|| {
                        view! {
                            <Callout title=words::by_kit>
                                <p>{words::by_kit_then}</p>
                            </Callout>
                        }
                    }
                >
                    <Field id="old-passphrase" label=words::old hint=words::old_hint>
                        <input
                            class="input"
                            id="old-passphrase"
                            type="password"
                            autocomplete="current-password"
                            aria-describedby="old-passphrase-hint"
                            prop:value=old
                            on:input=move |event| old.set(event_target_value(&event))
                        />
                    </Field>
                </Show> <PassphraseFields new /> <Callout title=words::change_note /> <div class="row">
                    <button type="submit" class="button primary" aria-disabled=move || busy.get().to_string()>
                        {words::change}
                    </button>
                </div> <p role="status">{move || busy.get().then(words::keeping)}</p>
            </form>
        </Show>
    }
}
