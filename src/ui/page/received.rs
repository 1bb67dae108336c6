//! What was received: what was checked, in sentences, then the view. It goes at its end, or on *done*.

use leptos::prelude::*;

use super::clinician::{Beside, clinician};
use super::item;
use super::section::print;
use crate::app::lent as device;
use crate::app::wire::{self, Showing};
use crate::ui::front::Front;
use crate::ui::part::{CodeView, Dialogue, Leads, PageHead, Trouble, clock, countdown, load, local_moment};
use crate::ui::text::{self, received as words};

/// The page of a received share.
#[component]
pub fn Received(
    /// What came in.
    received: wire::Received,
    /// Called when it is done.
    over: Callback<()>,
    /// Called at its end, with when that was.
    ended: Callback<String>,
) -> impl IntoView {
    let front = Front::get();
    let (until, end) = (received.ends_at.clone(), received.ends_at.clone());
    let left = countdown(move || until.clone());
    Effect::new(move || {
        if left.get() == Some(0) {
            ended.run(end.clone());
        }
    });
    let page = received.page.clone();
    // One item with everything that the share says of it, in a window: the address names nothing clinical.
    let shown = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    // Each writes only what differs: or the two would wake each other for ever.
    Effect::new(move || {
        if shown.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move || {
        if !open.get() && shown.with_untracked(Option::is_some) {
            shown.set(None);
        }
    });
    let whole = move || {
        shown.get().map(|id| {
            load(
                move || front.client.received_entry(id.clone()),
                |page| match page {
                    Some(page) => item::received(&page),
                    None => view! { <p>{text::failure::not_found}</p> }.into_any(),
                },
            )
        })
    };
    let view = move || {
        let tools = view! {
            {how(&received)}
            <p class="small no-print">{words::only_here()}</p>
            <p class="small figures no-print">{move || left.get().map(|s| words::left(&clock(s)))}</p>
            <Tools received=received.clone() over=over />
        };
        let checked = view! { <p>{words::unchanged()} " " {words::compare_person()}</p> };
        let beside = Beside { checked: checked.into_any(), tools: tools.into_any() };
        clinician(&page, Leads::Window(shown), Some(beside))
    };
    view! {
        <div class="unseen no-print">
            <PageHead title=words::title />
        </div>
        {view}
        <Dialogue open title=text::item::window>
            {whole}
            <button type="button" class="button" on:click=move |_| open.set(false)>
                {text::common::close}
            </button>
        </Dialogue>
    }
}

/// How it came, and what the patient allows.
fn how(received: &wire::Received) -> AnyView {
    let reach = if received.direct { words::direct() } else { words::bearer() };
    let clocks = (received.clocks_differ != 0).then(
        || view! { <p class="small">{words::clocks_differ(u64::from(received.clocks_differ.unsigned_abs()))}</p> },
    );
    let may = &received.may;
    let allowed =
        [(may.keep, words::may_keep()), (may.import, words::may_import()), (may.redisclose, words::may_pass_on())];
    let allowed: Vec<_> = allowed.into_iter().filter(|(may, _)| *may).map(|(_, said)| said).collect();
    let allowed = match allowed.is_empty() {
        true => words::may_view().to_owned(),
        false => words::may(&allowed.join(", ")),
    };
    let signer = received.signer.clone();
    view! {
        <p class="small no-print">{reach}</p>
        {clocks}
        <details class="disclosure small no-print">
            <summary>{words::fine_print()}</summary>
            <p>{allowed}</p>
            <p class="soft">{words::signer()} " " <span class="code">{signer}</span></p>
            {(!received.direct).then(|| view! { <p>{words::no_receipt()}</p> })}
        </details>
    }
    .into_any()
}

/// Copy, save, print, receipt, done.
#[component]
fn Tools(received: wire::Received, over: Callback<()>) -> impl IntoView {
    let front = Front::get();
    let may_take = received.may.keep || received.may.import;
    // Only what was made for this screen alone holds the secret that a receipt is made with.
    let direct = received.direct;
    let page = StoredValue::new(received.page);
    let copy = Action::new_local(move |(): &()| {
        let text = page.with_value(|p| {
            text::plain::clinician(p, &local_moment(&p.share.shared_at), &local_moment(&p.share.ends_at))
        });
        async move {
            let clipboard = window().navigator().clipboard();
            let done = wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            front.say(if done { words::copied() } else { words::not_copied() });
            done
        }
    });
    let save = Action::new_local(move |(): &()| async move {
        let said = page.with_value(text::plain::fhir_words);
        let json = front.client.received_fhir(said).await?;
        device::save(words::fhir_name(), "application/fhir+json", json.as_bytes())
            .map_err(|_| wire::Failure::Unreadable)
    });
    // One slip must not cost the patient all their codes again.
    let asked = RwSignal::new(false);
    let forget = move |_| {
        asked.set(false);
        over.run(());
        front.say(words::forgotten());
    };
    let receipt = RwSignal::new(None::<Showing>);
    let open = RwSignal::new(false);
    let make = Action::new_local(move |(): &()| async move {
        let made = front.client.receipt().await;
        if let Ok(showing) = &made {
            receipt.set(Some(showing.clone()));
            open.set(true);
        }
        made.map(|_| ())
    });
    let copied = move || copy.value().get().map(|done| if done { words::copied() } else { words::not_copied() });
    let failed = move || {
        let fault = save.value().get().and_then(Result::err).or(make.value().get().and_then(Result::err));
        fault.map(|fault| view! { <Trouble fault /> })
    };
    view! {
        <div class="row tools no-print" role="group" aria-label=words::tools>
            <button type="button" class="button" on:click=move |_| _ = copy.dispatch(())>
                {words::copy}
            </button>
            {may_take.then(|| view! {
                <button type="button" class="button" on:click=move |_| _ = save.dispatch(())>
                    {words::save}
                </button>
            })}
            <button type="button" class="button" on:click=|_| print()>
                {words::print}
            </button>
            {direct.then(|| view! {
                <button type="button" class="button" on:click=move |_| _ = make.dispatch(())>
                    {words::receipt}
                </button>
            })}
            <button type="button" class="button" on:click=move |_| asked.set(true)>
                {words::done}
            </button>
        </div>
        <p role="status" class="no-print">{copied}</p>
        <div aria-live="polite">{failed}</div>
        <Dialogue open=asked title=words::forget>
            <p>{words::forget_then}</p>
            <div class="row">
                <button type="button" class="button" on:click=move |_| asked.set(false)>
                    {words::forget_not}
                </button>
                <button type="button" class="button primary" on:click=forget>
                    {words::forget_now}
                </button>
            </div>
        </Dialogue>
        <Dialogue open=open title=words::receipt_title>
            <p>{words::receipt_then}</p>
            <div class="code-frame">
                <CodeView
                    code=Signal::derive(move || receipt.with(|r| r.as_ref().and_then(|r| r.codes.first().cloned()).unwrap_or_default()))
                    label=words::receipt_title
                />
            </div>
            <button type="button" class="button" on:click=move |_| open.set(false)>
                {text::common::close}
            </button>
        </Dialogue>
    }
}
