use leptos::prelude::*;

use super::{Icon, Tone};
use crate::ui::text;
use crate::view::{Day, SourceLine, Trust};

/// A word or two beside a line.
#[component]
pub fn Badge(
    /// What it says.
    #[prop(into)]
    text: TextProp,
    /// How much it matters.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    view! {
        <span class=format!(
            "badge {}",
            tone.class(),
        )>{(tone != Tone::Note).then(|| view! { <Icon sign=tone.sign() /> })} {move || text.get()}</span>
    }
}

/// How far an item can be trusted: short beside the line, whole for those who ask or hear it.
#[component]
pub fn TrustMark(trust: Trust) -> impl IntoView {
    view! {
        <span class=format!("badge {}", trust_tone(trust).class()) title=move || text::trust(trust)>
            <span aria-hidden="true">{move || text::trust_short(trust)}</span>
            <span class="unseen">{move || text::trust(trust)}</span>
        </span>
    }
}

/// The same as [`Badge`], for lines: what draws a line draws it anew in another language, so its words need not each
/// follow that for themselves. A list of thousands is scrolled the faster for it.
pub fn badge(tone: Tone, text: &str) -> AnyView {
    let sign = (tone != Tone::Note).then(|| view! { <Icon sign=tone.sign() /> });
    view! { <span class=format!("badge {}", tone.class())>{sign} {text.to_owned()}</span> }.into_any()
}

/// The same as [`TrustMark`], for lines.
pub fn trust_mark(trust: Trust) -> AnyView {
    let (short, whole) = (text::trust_short(trust), text::trust(trust));
    view! {
        <span class=format!("badge {}", trust_tone(trust).class()) title=whole>
            <span aria-hidden="true">{short}</span>
            <span class="unseen">{whole}</span>
        </span>
    }
    .into_any()
}

fn trust_tone(trust: Trust) -> Tone {
    match trust {
        Trust::SignedTrusted => Tone::Good,
        Trust::SignedUnknown | Trust::NotChecked | Trust::NotSigned | Trust::Typed => Tone::Note,
        Trust::SignatureWrong => Tone::Danger,
    }
}

/// A date in words; one in the future says so.
#[component]
pub fn DayText(
    /// The date; `None` says that there is none.
    day: Option<Day>,
) -> impl IntoView {
    let future = day.as_ref().is_some_and(|d| d.future);
    view! {
        <span class="figures">{move || text::day_or_none(day.as_ref())}</span>
        {future.then(|| view! { " " <Badge tone=Tone::Warning text=text::common::future /> })}
    }
}

/// Where something is from, and as of when.
#[component]
pub fn SourceText(line: SourceLine) -> impl IntoView {
    view! {
        <span class="source">
            {move || {
                let name = if line.trust == Trust::Typed { text::trust(line.trust).to_owned() } else { text::source(&line.name) };
                match &line.as_of {
                    Some(day) => format!("{name}, {}", text::as_of(day)),
                    None => name,
                }
            }}
        </span>
    }
}
