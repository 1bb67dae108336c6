//! The recovery kit: on paper, and two groups of it typed back.

use leptos::prelude::*;

use crate::app::wire::{Failure, Kit, Secret};
use crate::ui::front::Front;
use crate::ui::part::{Callout, CodeView, ErrorSummary, Fault, Field, PageHead, Tone, Trouble, local_moment};
use crate::ui::place::Place;
use crate::ui::text::keep as words;

thread_local! {
    // From the set-up to the page that comes next: who has just chosen the passphrase is not asked for it again.
    static JUST_MADE: core::cell::Cell<Option<Kit>> = const { core::cell::Cell::new(None) };
}

/// Gives a kit that was made this moment to the page that shows it.
pub fn hand_over(kit: Kit) {
    JUST_MADE.set(Some(kit));
}

/// The page. An open vault alone does not show the kit: it is the key to everything, for good.
#[component]
pub fn KitPage() -> impl IntoView {
    let kit = RwSignal::new(JUST_MADE.take());
    view! {
        <PageHead title=words::kit_title lede=words::kit_lede />
        {move || match kit.get() {
            Some(kit) => view! { <Sheet kit /> }.into_any(),
            None => view! { <Ask kit /> }.into_any(),
        }}
    }
}

/// The passphrase once more, before the kit is shown.
#[component]
fn Ask(kit: RwSignal<Option<Kit>>) -> impl IntoView {
    let front = Front::get();
    let typed = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let passphrase = typed.get_untracked();
        if passphrase.is_empty() || busy.get_untracked() {
            return crate::ui::front::focus("kit-passphrase");
        }
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            match front.client.show_kit(Secret(passphrase)).await {
                Ok(shown) => {
                    typed.try_set(String::new());
                    kit.try_set(Some(shown));
                    crate::ui::front::focus("kit");
                }
                Err(failure) => {
                    fault.try_set(Some(failure));
                    crate::ui::front::focus("kit-passphrase");
                }
            }
            busy.try_set(false);
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <p>{words::kit_ask}</p>
            <Field id="kit-passphrase" label=words::old hint=words::old_hint>
                <input
                    class="input"
                    id="kit-passphrase"
                    type="password"
                    autocomplete="current-password"
                    aria-describedby="kit-passphrase-hint"
                    prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))
                />
            </Field>
            <div class="row">
                <button type="submit" class="button primary" aria-disabled=move || busy.get().to_string()>
                    {words::kit_show}
                </button>
            </div>
            <p role="status">{move || busy.get().then(words::kit_opening)}</p>
        </form>
    }
}

/// The kit itself, as it is printed.
#[component]
fn Sheet(kit: Kit) -> impl IntoView {
    let front = Front::get();
    let groups = kit.groups.iter().cloned().map(|group| view! { <li class="code">{group}</li> }).collect_view();
    // Where these records are kept: without that the paper opens nothing.
    let address = move || {
        let location = window().location();
        format!("{}{}", location.origin().unwrap_or_default(), location.pathname().unwrap_or_default())
    };
    let made = move || front.settings.with(|s| local_moment(&s.made));
    view! {
        <div class="stack-loose">
            <Show when=move || front.settings.with(|s| s.kit_checked)>
                <Callout tone=Tone::Good title=words::kit_right />
            </Show>
            <section class="stack card" aria-labelledby="kit">
                <h2 id="kit" tabindex="-1">{words::kit_groups}</h2>
                <p>{move || words::kit_where(&made())}</p>
                <p class="strong">{words::kit_for}</p>
                <ol class="only-print">
                    <li>{move || words::kit_step_1(&address())}</li>
                    <li>{words::kit_step_2}</li>
                    <li>{words::kit_step_3}</li>
                </ol>
                <ol class="kit" translate="no">
                    {groups}
                </ol>
                <div class="kit-code">
                    <CodeView code=kit.code label=words::kit_code />
                </div>
                <p>{words::kit_letters}</p>
                <p>{words::kit_keep}</p>
                <div class="row no-print">
                    <button type="button" class="button" on:click=move |_| _ = window().print()>
                        {words::kit_print}
                    </button>
                </div>
            </section>
            <Show when=move || !front.settings.with(|s| s.kit_checked)>
                <Check asked=kit.asked.clone() />
            </Show>
        </div>
    }
}

/// Two groups typed back.
#[component]
fn Check(asked: Vec<u32>) -> impl IntoView {
    const IDS: [&str; 4] = ["group-1", "group-2", "group-3", "group-4"];
    let front = Front::get();
    let faults = RwSignal::new(Vec::<Fault>::new());
    let fault = RwSignal::new(None::<Failure>);
    let typed: Vec<RwSignal<String>> = asked.iter().map(|_| RwSignal::new(String::new())).collect();
    let fields = asked
        .into_iter()
        .zip(typed.clone())
        .zip(IDS)
        .map(|((number, value), id)| {
            view! {
                <Field id label=move || words::kit_group(u64::from(number) + 1) faults>
                    <input
                        class="input short code"
                        id=id
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        aria-describedby=format!("{id}-fault")
                        prop:value=value
                        on:input=move |event| value.set(event_target_value(&event))
                    />
                </Field>
            }
        })
        .collect_view();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let groups: Vec<Secret> = typed.iter().map(|t| Secret(t.get_untracked().trim().to_owned())).collect();
        leptos::task::spawn_local(async move {
            match front.client.check_kit(groups).await {
                Ok(wrong) if wrong.is_empty() => {
                    faults.set(Vec::new());
                    front.say(words::kit_right());
                    front.refresh().await;
                    crate::ui::front::focus("main");
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
                // Each group that is wrong has its own mark.
                Ok(wrong) => faults.set(
                    IDS.iter()
                        .zip(0_u32..)
                        .filter(|(_, n)| wrong.contains(n))
                        .map(|(id, _)| (*id, words::kit_wrong().to_owned()))
                        .collect(),
                ),
                Err(failure) => fault.set(Some(failure)),
            }
        });
    };
    view! {
        <form class="stack no-print" on:submit=submit>
            <h2>{words::kit_check}</h2>
            <p>{words::kit_check_hint}</p>
            <ErrorSummary faults />
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            {fields}
            <div class="row">
                <button type="submit" class="button primary">
                    {words::kit_check_now}
                </button>
                <a class="button quiet" href=Place::Summary.href()>
                    {words::kit_later}
                </a>
            </div>
        </form>
    }
}
