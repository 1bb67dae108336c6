//! Keep what was looked at: the honest limits, and a passphrase.

use leptos::prelude::*;

use super::kit::hand_over;
use super::passphrase::{NewPassphrase, PassphraseFields};
use crate::app::lent::persist;
use crate::app::wire::Failure;
use crate::ui::front::Front;
use crate::ui::part::{Callout, Empty, ErrorSummary, PageHead, Trouble};
use crate::ui::place::Place;
use crate::ui::text::{door, import, keep as words};

/// The page.
#[component]
pub fn SetUp() -> impl IntoView {
    let front = Front::get();
    let new = NewPassphrase::new();
    let fault = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(passphrase) = new.taken() else { return };
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            let answer = front.client.keep(passphrase).await;
            busy.set(false);
            match answer {
                Ok(kit) => {
                    new.clear();
                    hand_over(kit);
                    // Whether the browser promised stands on the storage meter; keeping goes on either way.
                    _ = persist().await;
                    front.refresh().await;
                    front.go_instead(Place::Kit);
                }
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <PageHead title=words::title lede=words::lede />
        <Show
            when=move || front.is_unkept()
            fallback=|| {
                view! {
                    <Empty title=words::nothing_to_keep>
                        <p>{words::nothing_to_keep_then}</p>
                        <a class="button" href=Place::Import.href()>
                            {import::title}
                        </a>
                    </Empty>
                }
            }
        >
            <form class="stack" on:submit=submit>
                <ErrorSummary faults=new.faults />
                {move || fault.get().map(|fault| view! { <Trouble fault /> })} <Callout title=words::limits>
                    <ul>
                        <li>{door::limit_1}</li>
                        <li>{door::limit_2}</li>
                        <li>{door::limit_3}</li>
                    </ul>
                </Callout> <PassphraseFields new /> <div class="row">
                    <button type="submit" class="button primary" aria-disabled=move || busy.get().to_string()>
                        {words::keep}
                    </button>
                </div> <p role="status">{move || busy.get().then(words::keeping)}</p>
            </form>
        </Show>
    }
}
