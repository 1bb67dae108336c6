//! A person's particulars.

use core::future::Future;

use leptos::prelude::*;

use crate::app::wire::{Basis, Failure, NewPerson};
use crate::record::{NhsNumber, PartialDate, Sex};
use crate::ui::part::{Choice, ErrorSummary, Fault, Field, Trouble};
use crate::ui::text::{self, people as words};

/// The form. `save` gives what was typed to the hall.
#[component]
pub fn Form<S, F>(
    /// What stands in it at first.
    start: NewPerson,
    /// The words of its button.
    button: fn() -> &'static str,
    /// Called with what was typed, once it can be right.
    save: S,
    /// Leaves the form.
    cancel: impl Fn() + Copy + 'static,
) -> impl IntoView
where
    S: Fn(NewPerson) -> F + Copy + 'static,
    F: Future<Output = Result<(), Failure>> + 'static,
{
    let person = RwSignal::new(start);
    let faults = RwSignal::new(Vec::<Fault>::new());
    let fault = RwSignal::new(None::<Failure>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = person.get_untracked();
        faults.set(wrong(&typed));
        if faults.with_untracked(|f| f.is_empty()) {
            leptos::task::spawn_local(async move { fault.set(save(typed).await.err()) });
        }
    };
    let input = move |id: &'static str, of: fn(&mut NewPerson) -> &mut String| {
        view! {
            <input
                class="input"
                id=id
                autocomplete="off"
                aria-describedby=format!("{id}-hint {id}-fault")
                prop:value=move || {
                    person.with(|p| {
                        let mut p = p.clone();
                        of(&mut p).clone()
                    })
                }
                on:input=move |event| person.update(|p| *of(p) = event_target_value(&event))
            />
        }
    };
    let caring = Memo::new(move |_| person.with(|p| p.basis.is_some()));
    view! {
        <form class="stack" on:submit=submit>
            <ErrorSummary faults />
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Field id="given" label=words::given faults>
                {input("given", |p| &mut p.given)}
            </Field>
            <Field id="family" label=words::family faults>
                {input("family", |p| &mut p.family)}
            </Field>
            <Field id="birth" label=words::birth hint=words::birth_hint faults>
                {input("birth", |p| &mut p.birth_date)}
            </Field>
            <Field id="nhs" label=words::nhs_number hint=words::nhs_number_hint faults>
                {input("nhs", |p| &mut p.nhs_number)}
            </Field>
            <Choice
                name="sex"
                legend=words::sex
                options=vec![
                    (Some(Sex::Female), (move || text::sex(Sex::Female)).into()),
                    (Some(Sex::Male), (move || text::sex(Sex::Male)).into()),
                    (Some(Sex::Other), (move || text::sex(Sex::Other)).into()),
                    (None, words::sex_not_said.into()),
                ]
                chosen=Signal::derive(move || person.with(|p| p.sex))
                choose=move |sex| person.update(|p| p.sex = sex)
            />
            <Choice
                name="basis"
                legend=words::basis
                options=vec![
                    (None, words::basis_self.into()),
                    (Some(Basis::Consent), words::basis_consent.into()),
                    (Some(Basis::ParentalResponsibility), words::basis_parental.into()),
                    (Some(Basis::Attorney), words::basis_attorney.into()),
                    (Some(Basis::Deputy), words::basis_deputy.into()),
                    (Some(Basis::WelfareAttorneyScotland), words::basis_welfare_attorney.into()),
                    (Some(Basis::GuardianScotland), words::basis_guardian.into()),
                    (Some(Basis::BestInterests), words::basis_best_interests.into()),
                ]
                chosen=Signal::derive(move || person.with(|p| p.basis))
                choose=move |basis| person.update(|p| p.basis = basis)
            />
            <Show when=move || caring.get()>
                <Field id="carer" label=words::carer hint=words::carer_hint faults>
                    {input("carer", |p| &mut p.carer)}
                </Field>
                <Field id="relation" label=words::relation hint=words::relation_hint faults>
                    {input("relation", |p| &mut p.relation)}
                </Field>
            </Show>
            <div class="row">
                <button type="submit" class="button primary">
                    {button}
                </button>
                <button type="button" class="button quiet" on:click=move |_| cancel()>
                    {text::common::cancel}
                </button>
            </div>
        </form>
    }
}

/// What can't be right.
fn wrong(person: &NewPerson) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut wrong = |id: &'static str, sentence: &str| faults.push((id, sentence.to_owned()));
    if person.given.trim().is_empty() && person.family.trim().is_empty() {
        wrong("given", words::name_missing());
    }
    let birth = person.birth_date.trim();
    if !birth.is_empty() && PartialDate::fhir(birth).known.is_none_or(|k| k.time.is_some()) {
        wrong("birth", words::birth_wrong());
    }
    let number = person.nhs_number.trim();
    if !number.is_empty() && !NhsNumber::read(number).is_some_and(|n| n.valid) {
        wrong("nhs", words::nhs_wrong());
    }
    if person.basis.is_some() && person.carer.trim().is_empty() {
        wrong("carer", words::carer_missing());
    }
    faults
}
