//! A new passphrase: five drawn words, or one's own that is strong enough.

use leptos::prelude::*;

use crate::app::client::Client;
use crate::app::wire::{Failure, Secret, Strength, Words, fold_words};
use crate::ui::part::{Choice, Fault, Field, Trouble};
use crate::ui::text::{self, keep as words};

/// What the person has typed so far. Copy.
#[derive(Clone, Copy)]
pub struct NewPassphrase {
    /// Five drawn words, rather than their own.
    drawn: RwSignal<bool>,
    words: RwSignal<Option<Result<Words, Failure>>>,
    typed: RwSignal<String>,
    again: RwSignal<String>,
    /// What it is worth, as typed now; `None` while nobody knows yet.
    strength: RwSignal<Option<Result<Strength, Failure>>>,
    /// What is wrong with it.
    pub faults: RwSignal<Vec<Fault>>,
}

impl NewPassphrase {
    /// Nothing typed yet; draws five words.
    pub fn new() -> Self {
        let new = Self {
            drawn: RwSignal::new(true),
            words: RwSignal::new(None),
            typed: RwSignal::new(String::new()),
            again: RwSignal::new(String::new()),
            strength: RwSignal::new(None),
            faults: RwSignal::new(Vec::new()),
        };
        new.draw();
        new
    }

    fn draw(self) {
        let language = text::lang().tag().get(..2).unwrap_or("en").to_owned();
        leptos::task::spawn_local(async move {
            self.words.set(Some(Client.words(language).await));
        });
    }

    /// The passphrase, if it is typed well; otherwise the faults are shown.
    pub fn taken(self) -> Option<Secret> {
        let typed = self.typed.get_untracked();
        let trimmed = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let fault = if trimmed.is_empty() {
            Some(("new-passphrase", words::missing()))
        } else if self.drawn.get_untracked() {
            let drawn = self.words.with_untracked(|w| match w {
                Some(Ok(words)) => words.words.join(" "),
                _ => String::new(),
            });
            (folded(&typed) != drawn).then(|| ("new-passphrase", words::wrong_words()))
        } else {
            match self.strength.get_untracked() {
                Some(Ok(Strength { enough: true, .. })) => {
                    (self.again.with_untracked(|a| *a != typed)).then(|| ("passphrase-again", words::wrong_again()))
                }
                Some(Ok(_)) => Some(("new-passphrase", words::weak())),
                // The next press may find a network.
                Some(Err(_)) => {
                    self.measure();
                    Some(("new-passphrase", words::unmeasured()))
                }
                None => Some(("new-passphrase", words::measuring())),
            }
        };
        self.faults.set(fault.into_iter().map(|(id, sentence)| (id, sentence.to_owned())).collect());
        if self.faults.with_untracked(|f| !f.is_empty()) {
            return None;
        }
        Some(Secret(if self.drawn.get_untracked() { folded(&typed) } else { typed }))
    }

    /// Finds out what the person's own passphrase is worth.
    fn measure(self) {
        let typed = self.typed.get_untracked();
        leptos::task::spawn_local(async move {
            let strength = Client.strength(Secret(typed.clone())).await;
            // A slower answer to an older text must not stand.
            if self.typed.with_untracked(|now| *now == typed) {
                self.strength.set(Some(strength));
            }
        });
    }

    /// Forgets what was typed.
    pub fn clear(self) {
        self.typed.set(String::new());
        self.again.set(String::new());
        self.words.set(None);
    }
}

/// Drawn words as they are kept, however they are typed: the same at set-up and when they unlock.
fn folded(typed: &str) -> String {
    let form = js_sys::JsString::from(typed).normalize("NFKC").as_string();
    fold_words(form.as_deref().unwrap_or(typed)).to_string()
}

/// The fields.
#[component]
pub fn PassphraseFields(new: NewPassphrase) -> impl IntoView {
    let measure = move |typed: String| {
        new.typed.set(typed);
        new.strength.set(None);
        // A sentence about what stood there before does not stand beside what stands there now.
        new.faults.update(Vec::clear);
        if !new.drawn.get_untracked() {
            new.measure();
        }
    };
    // What was last found out stays in sight while the next letter is looked at, and counts for nothing.
    let last = Memo::new(move |before: Option<&Option<Result<Strength, Failure>>>| {
        let blank = new.typed.with(String::is_empty);
        new.strength.get().or_else(|| before.cloned().flatten()).filter(|_| !blank)
    });
    let told = move || match (new.typed.with(String::is_empty), last.get()) {
        (true, _) | (_, None) => words::strength_none(),
        (_, Some(Ok(Strength { enough: true, .. }))) => words::strength_enough(),
        (_, Some(Ok(_))) => words::strength_weak(),
        (_, Some(Err(_))) => words::unmeasured(),
    };
    let choose = move |drawn: bool| {
        new.drawn.set(drawn);
        new.strength.set(None);
        new.typed.set(String::new());
        new.again.set(String::new());
        new.faults.set(Vec::new());
    };
    view! {
        <Choice
            name="passphrase-kind"
            legend=words::how
            options=vec![(true, words::by_words.into()), (false, words::by_own.into())]
            chosen=new.drawn
            choose
        />
        <Show when=move || new.drawn.get()>
            <Drawn new />
        </Show>
        <Field
            id="new-passphrase"
            label=move || if new.drawn.get() { words::type_words() } else { words::own() }
            hint=move || if new.drawn.get() { "" } else { words::own_hint() }
            faults=new.faults
        >
            <input
                class="input"
                id="new-passphrase"
                type=move || if new.drawn.get() { "text" } else { "password" }
                autocomplete="new-password"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby="new-passphrase-hint new-passphrase-fault"
                prop:value=new.typed
                on:input=move |event| measure(event_target_value(&event))
            />
        </Field>
        <Show when=move || !new.drawn.get()>
            <p role="status">{told}</p>
            <Field id="passphrase-again" label=words::own_again faults=new.faults>
                <input
                    class="input"
                    id="passphrase-again"
                    type="password"
                    autocomplete="new-password"
                    aria-describedby="passphrase-again-fault"
                    prop:value=new.again
                    on:input=move |event| new.again.set(event_target_value(&event))
                />
            </Field>
        </Show>
    }
}

/// The five words.
#[component]
fn Drawn(new: NewPassphrase) -> impl IntoView {
    move || match new.words.get() {
        None => view! { <p role="status">{words::drawing}</p> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault /> }.into_any(),
        Some(Ok(drawn)) => view! {
            <div class="card stack-tight">
                <h2>{words::five}</h2>
                <p class="five-words" id="five-words" translate="no">
                    {drawn.words.join(" ")}
                </p>
                <p>{words::five_then}</p>
                <div>
                    <button type="button" class="button quiet" on:click=move |_| new.draw()>
                        {words::others}
                    </button>
                </div>
            </div>
        }
        .into_any(),
    }
}
