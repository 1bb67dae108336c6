//! Step 3: exactly what they will see, and the last choices before the code.

use leptos::prelude::*;

use super::Step;
use crate::app::wire::{Consent, Preview};
use crate::ui::front::Front;
use crate::ui::page::clinician::clinician;
use crate::ui::page::sharing::{Audience, Draft, Sharing};
use crate::ui::part::{Callout, Disclosure, Field, Icon, Leads, Sign, Tick, Tone, Trouble, load};
use crate::ui::place::Place;
use crate::ui::text::{self, share as words};

/// More codes than this nobody holds a camera for without a word.
const MANY: u32 = 12;

/// The step.
#[component]
pub fn See() -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let draft = sharing.draft;
    let consent = Memo::new(move |_| draft.with(Draft::consent));
    // No code for what was not seen: the preview must be of just this consent.
    let seen = RwSignal::new(None::<Consent>);
    let heed = RwSignal::new(None::<Heed>);
    let ready = Signal::derive(move || seen.with(|s| s.as_ref() == Some(&consent.get())));
    view! {
        <a class="back no-print" href=Step::What.route().href()>
            <Icon sign=Sign::Back />
            <span>{text::common::back}</span>
        </a>
        <div class="stack">
            <Extras />
            {move || heed.get().map(warnings)}
            <Make ready />
            {load(
                move || {
                    let consent = consent.get();
                    async move {
                        let preview = front.client.preview(consent.clone()).await?;
                        seen.set(Some(consent));
                        heed.set(Some(Heed::of(&preview)));
                        Ok(preview)
                    }
                },
                draw,
            )}
            <Make ready />
        </div>
    }
}

/// What is to be heeded before the code is shown: it stands above the button.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Heed {
    /// A page that does not say whose it is helps nobody, and may be taken for anybody's.
    nameless: bool,
    /// Codes that it takes.
    codes: u32,
    /// Allergies and current medicines that are left out.
    left_out: u32,
}

impl Heed {
    fn of(preview: &Preview) -> Self {
        let person = &preview.page.person;
        let nameless = person.birth.as_ref().is_none_or(|d| d.known.is_none()) || person.name.trim().is_empty();
        Self { nameless, codes: preview.codes, left_out: preview.left_out }
    }
}

fn warnings(heed: Heed) -> AnyView {
    let nameless = heed.nameless.then(|| {
        view! {
            <Callout tone=Tone::Danger title=words::nameless>
                <p>{words::nameless_then()}</p>
                <a class="button" href=Place::People.href()>
                    {words::nameless_go()}
                </a>
            </Callout>
        }
    });
    let left_out = (heed.left_out > 0)
        .then(|| view! { <Callout tone=Tone::Warning title=words::left_out(heed.left_out.into()) /> });
    let many =
        (heed.codes > MANY).then(|| view! { <Callout tone=Tone::Warning title=words::many(heed.codes.into()) /> });
    view! { {nameless} {left_out} {many} }.into_any()
}

fn draw(preview: Preview) -> AnyView {
    let size = words::codes(preview.codes.into());
    view! {
        <p class="soft">{size} " (" {text::size(preview.bytes.into())} ")"</p>
        <p class="small soft">{words::check_preview()}</p>
        <div class="card preview">{clinician(&preview.page, Leads::Nowhere, None)}</div>
    }
    .into_any()
}

/// A note, what the reader may do, and whether whole sections are called whole.
#[component]
fn Extras() -> impl IntoView {
    let draft = Sharing::get().draft;
    // The preview follows the note while it is typed, a moment later: not when the field is left, which would draw the
    // page anew under the very press that leaves it.
    let typed = StoredValue::new(0_u32);
    let type_note = move |note: String| {
        typed.update_value(|n| *n = n.wrapping_add(1));
        let now = typed.get_value();
        set_timeout(
            move || {
                if typed.try_get_value() == Some(now) && draft.with_untracked(|d| d.note != note) {
                    draft.update(|d| d.note = note);
                }
            },
            core::time::Duration::from_millis(300),
        );
    };
    view! {
           <Disclosure summary=words::extras>
               <Field id="share-note" label=words::note hint=words::note_hint>
                   <textarea
    class="input"
                       id="share-note"
                       rows="3"
                       aria-describedby="share-note-hint"
                       prop:value=move || draft.with_untracked(|d| d.note.clone())
                       on:input=move |event| type_note(event_target_value(&event))
                   ></textarea>
               </Field>
               <fieldset class="choice">
                   <legend>{words::may}</legend>
                   <Tick
                       label=words::may_keep
                       on=Signal::derive(move || draft.with(|d| d.may.keep))
                       turn=move |on| draft.update(|d| d.may.keep = on)
                   />
                   <Tick
                       label=words::may_import
                       on=Signal::derive(move || draft.with(|d| d.may.import))
                       turn=move |on| draft.update(|d| d.may.import = on)
                   />
                   <Tick
                       label=words::may_pass_on
                       on=Signal::derive(move || draft.with(|d| d.may.redisclose))
                       turn=move |on| draft.update(|d| d.may.redisclose = on)
                   />
               </fieldset>
               <Tick
                   label=words::say_full
                   on=Signal::derive(move || draft.with(|d| d.say_full))
                   turn=move |on| draft.update(|d| d.say_full = on)
               />
               <p class="small soft">{words::say_full_note}</p>
           </Disclosure>
       }
}

/// Signs, seals and logs the share, and goes on to its code.
#[component]
fn Make(
    /// The preview of just this consent is on the page.
    ready: Signal<bool>,
) -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let make = Action::new_local(move |(): &()| async move {
        let draft = sharing.draft.get_untracked();
        let consent = draft.consent();
        let showing = front.client.grant(consent.clone()).await?;
        remember(front, &draft).await;
        sharing.showing.set(Some((showing, consent)));
        sharing.clear();
        front.go(Place::Showing);
        Ok::<(), crate::app::wire::Failure>(())
    });
    let failed = move || make.value().get().and_then(Result::err).map(|fault| view! { <Trouble fault /> });
    // A press while the preview is still being drawn is not lost: it counts as soon as the preview stands.
    let pressed = RwSignal::new(false);
    Effect::new(move || {
        if pressed.get() && ready.get() {
            pressed.set(false);
            make.dispatch(());
        }
    });
    // A share is signed with the person's key, which only a vault holds.
    let unkept = move || front.is_unkept();
    view! {
        <Show when=unkept>
            <Callout tone=Tone::Warning title=words::keep_first>
                <p>{words::keep_first_then}</p>
                <a class="button primary" href=Place::SetUp.href()>
                    {words::keep_first_go}
                </a>
            </Callout>
        </Show>
        <p class="row no-print" hidden=unkept>
            <button
                type="button"
                class="button primary"
                disabled=move || make.pending().get() || pressed.get()
                on:click=move |_| pressed.set(true)
            >
                {move || if make.pending().get() { words::making() } else { words::show_code() }}
            </button>
        </p>
        <p class="small soft">{words::no_recall}</p>
        <div aria-live="polite">{failed}</div>
    }
}

/// The last choices for this audience: purpose and sections. Nothing clinical beyond the sections' names.
async fn remember(front: Front, draft: &Draft) {
    if draft.audience == Audience::Other {
        return;
    }
    let Ok(choices) = front.client.share_choices().await else { return };
    let sections = choices
        .sections
        .iter()
        .filter(|part| part.items.iter().any(|i| draft.items.contains(&i.row.id)))
        .map(|part| part.section.slug().to_owned())
        .collect();
    let mut settings = front.settings.get_untracked();
    settings.audiences.retain(|(slug, ..)| slug != draft.audience.slug());
    settings.audiences.push((draft.audience.slug().to_owned(), draft.purpose.clone(), sections));
    // A choice that is not remembered costs a few taps next time: no reason to stop here.
    _ = front.keep_settings(settings).await;
}
