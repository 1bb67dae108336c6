//! How to get one's records, with a letter to print. Nothing typed here is kept.

use leptos::prelude::*;

use crate::ui::part::{BackTo, Field, PageHead};
use crate::ui::place::Place;
use crate::ui::text::{self, how as words};

/// The page.
#[component]
pub fn HowTo() -> impl IntoView {
    view! {
        <div class="no-print">
            <BackTo place=Place::Import text=text::import::title />
            <PageHead title=words::title lede=words::lede />
            <div class="stack-loose">
                <Way name=words::gp steps=&[words::gp_1, words::gp_2, words::gp_3] />
            </div>
        </div>
        <Letter />
        <div class="stack-loose no-print">
            <Way name=words::hospital steps=&[words::hospital_1, words::hospital_2] />
            <Way name=words::apple steps=&[words::apple_1] />
            <Way name=words::paper steps=&[words::paper_1] />
            <Way name=words::by_hand steps=&[words::by_hand_1] />
            <div class="row">
                <a class="button primary" href=Place::Import.href()>
                    {words::now_import}
                </a>
            </div>
        </div>
    }
}

#[component]
fn Way(name: fn() -> &'static str, steps: &'static [fn() -> &'static str]) -> impl IntoView {
    view! {
        <section class="stack-tight">
            <h2>{name}</h2>
            <ul>{steps.iter().map(|step| view! { <li>{*step}</li> }).collect_view()}</ul>
        </section>
    }
}

/// The letter: fields on the screen, a finished letter on paper.
#[component]
fn Letter() -> impl IntoView {
    let (name, birth) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (address, surgery) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let or_line = move |s: RwSignal<String>| {
        let text = s.get();
        if text.trim().is_empty() { words::l_blank().to_owned() } else { text }
    };
    let input = |id: &'static str, s: RwSignal<String>| {
        view! { <input class="input" id=id autocomplete="off" prop:value=s on:input=move |e| s.set(event_target_value(&e)) /> }
    };
    view! {
        <section class="stack letter" aria-labelledby="letter">
            <h2 class="no-print" id="letter">{words::letter}</h2>
            <p class="no-print">{words::letter_hint}</p>
            <div class="stack no-print">
                <Field id="letter-name" label=words::your_name>{input("letter-name", name)}</Field>
                <Field id="letter-birth" label=words::your_birth>{input("letter-birth", birth)}</Field>
                <Field id="letter-address" label=words::your_address>
                    <textarea
                        class="input"
                        id="letter-address"
                        prop:value=address
                        on:input=move |e| address.set(event_target_value(&e))
                    ></textarea>
                </Field>
                <Field id="letter-surgery" label=words::surgery>{input("letter-surgery", surgery)}</Field>
            </div>
            <div class="sheet stack">
                <p class="as-typed">{move || or_line(name)} "\n" {move || or_line(address)}</p>
                <p>
                    {move || {
                        let surgery = surgery.get();
                        words::l_to(if surgery.trim().is_empty() { words::l_surgery() } else { &surgery })
                    }}
                </p>
                <p class="strong">{words::l_subject}</p>
                <p>{words::l_1}</p>
                <p>{words::l_2}</p>
                <p>{words::l_3}</p>
                <p>{words::l_4}</p>
                <p>{words::l_5}</p>
                <p>{words::l_6}</p>
                <p class="as-typed">{move || or_line(name)} "\n" {move || words::l_born(&or_line(birth))}</p>
            </div>
            <div class="row no-print">
                <button type="button" class="button" on:click=move |_| _ = window().print()>{words::print_letter}</button>
            </div>
        </section>
    }
}
