//! How to get one's records, with a letter to print. Nothing typed here is kept.

use leptos::prelude::*;

use crate::app::wire::Basis;
use crate::ui::front::Front;
use crate::ui::page::people;
use crate::ui::part::{BackTo, Choice, Field, PageHead, date_words};
use crate::ui::place::Place;
use crate::ui::text::{self, how as words};

/// The page.
#[component]
pub fn HowTo() -> impl IntoView {
    view! {
        <div class="no-print">
            <BackTo route=Place::Import text=text::import::title />
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

/// The letter: fields on the screen, a finished letter on paper. Who keeps somebody else's record writes it for them, and
/// on what ground: it begins so where the open record is kept so.
#[component]
fn Letter() -> impl IntoView {
    let front = Front::get();
    let field = || RwSignal::new(String::new());
    let (name, birth, nhs, address, surgery) = (field(), field(), field(), field(), field());
    let (carer, relation) = (field(), field());
    let basis = RwSignal::new(None::<Basis>);
    leptos::task::spawn_local(async move {
        let people = front.client.people().await.unwrap_or_default();
        let Some(open) = people.into_iter().find(|p| p.open) else { return };
        let given = open.given;
        // Whoever types already is not interrupted.
        let fill = |s: RwSignal<String>, with: String| {
            s.try_update(|s| {
                if s.is_empty() {
                    *s = with;
                }
            });
        };
        fill(name, format!("{} {}", given.given.trim(), given.family.trim()).trim().to_owned());
        fill(birth, date_words(&given.birth_date));
        fill(nhs, given.nhs_number);
        if given.basis.is_some() && !given.care.unsaid {
            fill(carer, given.carer);
            fill(relation, given.relation);
            basis.try_set(given.basis);
        }
    });
    let caring = Memo::new(move |_| basis.with(Option::is_some));
    let or_line = move |s: RwSignal<String>| {
        let text = s.get();
        if text.trim().is_empty() { words::l_blank().to_owned() } else { text.trim().to_owned() }
    };
    let input = |id: &'static str, s: RwSignal<String>| {
        view! { <input class="input" id=id autocomplete="off" prop:value=s on:input=move |e| s.set(event_target_value(&e)) /> }
    };
    // What they are to the person is part of the sentence only where it is said.
    let asker = move || match relation.get().trim() {
        "" => words::l_for(&or_line(name)),
        relation => words::l_for_as(&or_line(name), relation),
    };
    let about = move || {
        let number = nhs.get();
        let number = (!number.trim().is_empty()).then(|| words::l_nhs(number.trim()));
        [Some(or_line(name)), Some(words::l_born(&or_line(birth))), number].into_iter().flatten().collect::<Vec<_>>()
    };
    let grounds = [None].into_iter().chain(people::GROUNDS.iter().map(|(basis, _)| Some(*basis)));
    let grounds = grounds.map(|ground| {
        let said: TextProp = match ground {
            None => words::own.into(),
            Some(basis) => (move || people::ground(basis)).into(),
        };
        (ground, said)
    });
    view! {
        <section class="stack letter" aria-labelledby="letter">
            <h2 class="no-print" id="letter">{words::letter}</h2>
            <p class="no-print">{words::letter_hint}</p>
            <div class="stack no-print">
                <Choice
                    name="letter-for"
                    legend=words::whose
                    options=grounds.collect()
                    chosen=basis
                    choose=move |ground| basis.set(ground)
                />
                <Show when=move || caring.get()>
                    <Field id="letter-carer" label=words::your_name>{input("letter-carer", carer)}</Field>
                    <Field id="letter-relation" label=text::people::relation hint=text::people::relation_hint>
                        {input("letter-relation", relation)}
                    </Field>
                </Show>
                <Field id="letter-name" label=move || if caring.get() { words::their_name() } else { words::your_name() }>
                    {input("letter-name", name)}
                </Field>
                <Field
                    id="letter-birth"
                    label=move || if caring.get() { words::their_birth() } else { words::your_birth() }
                >
                    {input("letter-birth", birth)}
                </Field>
                <Field id="letter-nhs" label=text::people::nhs_number hint=text::people::nhs_number_hint>
                    {input("letter-nhs", nhs)}
                </Field>
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
                <p class="as-typed">{move || or_line(if caring.get() { carer } else { name })} "\n" {move || or_line(address)}</p>
                <p>
                    {move || {
                        let surgery = surgery.get();
                        words::l_to(match (surgery.trim(), caring.get()) {
                            ("", false) => words::l_surgery(),
                            ("", true) => words::l_their_surgery(),
                            (surgery, _) => surgery,
                        })
                    }}
                </p>
                <p class="strong">
                    {move || if caring.get() { words::l_subject_for(&or_line(name)) } else { words::l_subject().to_owned() }}
                </p>
                <p>{words::l_1}</p>
                {move || {
                    basis
                        .get()
                        .map(|basis| {
                            view! { <p>{asker} " " {move || letter_ground(basis)}</p> }
                        })
                }}
                <p>{move || if caring.get() { words::l_2_for() } else { words::l_2() }}</p>
                <p>{words::l_3}</p>
                <p>{words::l_4}</p>
                <p>{move || if caring.get() { words::l_5_for() } else { words::l_5() }}</p>
                <p>{words::l_6}</p>
                {move || caring.get().then(|| view! { <p class="as-typed">{move || or_line(carer)}</p> })}
                <p class="as-typed">
                    {move || caring.get().then(|| format!("{}\n", words::l_about()))} {move || about().join("\n")}
                </p>
                {move || {
                    (basis.get() == Some(Basis::Consent))
                        .then(|| {
                            view! {
                                <p class="as-typed">
                                    {move || words::l_agreed(&or_line(carer))} "\n\n" {move || words::l_signed(&or_line(name))}
                                </p>
                            }
                        })
                }}
            </div>
            <div class="row no-print">
                <button type="button" class="button" on:click=move |_| _ = window().print()>{words::print_letter}</button>
            </div>
        </section>
    }
}

/// On what ground somebody asks for another person's record, as a sentence to the practice.
fn letter_ground(basis: Basis) -> &'static str {
    match basis {
        Basis::Consent => words::l_consent(),
        Basis::ParentalResponsibility => words::l_parental(),
        Basis::Attorney => words::l_attorney(),
        Basis::Deputy => words::l_deputy(),
        Basis::WelfareAttorneyScotland => words::l_welfare_attorney(),
        Basis::GuardianScotland => words::l_guardian(),
        Basis::BestInterests => words::l_best_interests(),
    }
}
