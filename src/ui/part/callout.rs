use leptos::prelude::*;

use super::{Icon, Sign};
use crate::ui::text::common;

/// How much a notice matters; told by words and a sign, the colour only follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Tone {
    #[default]
    Note,
    Warning,
    Danger,
    Good,
}

impl Tone {
    /// Its class in the style sheets.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Note => "tone-note",
            Tone::Warning => "tone-warning",
            Tone::Danger => "tone-danger",
            Tone::Good => "tone-good",
        }
    }

    /// Its sign.
    pub fn sign(self) -> Sign {
        match self {
            Tone::Note => Sign::Note,
            Tone::Warning => Sign::Warning,
            Tone::Danger => Sign::Danger,
            Tone::Good => Sign::Good,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Tone::Note => common::note(),
            Tone::Warning => common::warning(),
            Tone::Danger => common::danger(),
            Tone::Good => common::good(),
        }
    }
}

/// A notice: what kind it is stands in words for those who hear it.
#[component]
pub fn Callout(
    /// How much it matters.
    #[prop(optional)]
    tone: Tone,
    /// Its first line.
    #[prop(optional, into)]
    title: Option<TextProp>,
    /// What it says.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("callout {}", tone.class())>
            <Icon sign=tone.sign() />
            <div class="stack-tight">
                <span class="unseen">{move || tone.word()}": "</span>
                {title.map(|title| view! { <p class="callout-title">{move || title.get()}</p> })}
                {children.map(|children| children())}
            </div>
        </div>
    }
}
