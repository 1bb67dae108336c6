//! A person's particulars.

use core::future::Future;

use leptos::prelude::*;

use crate::app::wire::{Basis, Failure, NewPerson};
use crate::record::{NhsNumber, PartialDate, Sex};
use crate::ui::front::Front;
use crate::ui::part::{Callout, Choice, DateField, Draft, ErrorSummary, Fault, Field, Trouble, date_words, typed_date};
use crate::ui::text::{self, people as words};

/// The form. `save` gives what was typed to the hall.
#[component]
pub fn Form<S, F>(
    /// Names its draft: `new`, or whose particulars they are.
    draft: String,
    /// What stands in it at first.
    start: NewPerson,
    /// Who keeps the record is not known yet: no answer is given for the person.
    ask: bool,
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
    let front = Front::get();
    let shown = |kept: NewPerson| {
        let mut typed = kept;
        for date in [&mut typed.birth_date, &mut typed.care.from, &mut typed.care.until] {
            *date = date_words(date);
        }
        typed
    };
    let person = RwSignal::new(shown(start));
    // Who keeps it: a statement that goes out with every share, so nobody makes it for the person.
    let said = RwSignal::new(!ask);
    let faults = RwSignal::new(Vec::<Fault>::new());
    let fault = RwSignal::new(None::<Failure>);
    let restored = RwSignal::new(false);
    let draft = StoredValue::new(draft);
    // What is half typed survives a lock, sealed like everything else.
    let half = Draft::new(move || {
        let (name, mut typed) = (draft.get_value(), person.get_untracked());
        typed.care.unsaid = !said.get_untracked();
        leptos::task::spawn_local(async move {
            if let Err(failure) = front.client.keep_person_draft(name, Some(typed)).await {
                fault.try_set(Some(failure));
            }
        });
    });
    let keep = move || half.keep();
    let touched = move || half.touched();
    let drop_draft = move || {
        half.let_go();
        let name = draft.try_get_value().unwrap_or_default();
        async move { front.client.keep_person_draft(name, None).await }
    };
    let name = draft.get_value();
    leptos::task::spawn_local(async move {
        let Ok(Some(typed)) = front.client.person_draft(name).await else { return };
        if half.is_quiet() {
            said.try_set(!typed.care.unsaid);
            person.try_set(typed);
            restored.try_set(true);
        }
    });
    // Whoever opened the form goes on in it.
    set_timeout(|| crate::ui::front::focus("given"), core::time::Duration::from_millis(50));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = person.get_untracked();
        match read(&typed, said.get_untracked()) {
            Ok(right) => {
                faults.set(Vec::new());
                leptos::task::spawn_local(async move {
                    // The draft goes first: the form may be gone once it is saved, and comes back if it could not be.
                    _ = drop_draft().await;
                    if let Err(failure) = save(right).await {
                        fault.try_set(Some(failure));
                        half.keep_anyhow();
                    }
                });
            }
            Err(wrong) => faults.set(wrong),
        }
    };
    let leave = move |_| {
        leptos::task::spawn_local(async move {
            _ = drop_draft().await;
            cancel();
        });
    };
    let date =
        move |id: &'static str, label: text::Message, hint: text::Message, of: fn(&mut NewPerson) -> &mut String| {
            let typed = Signal::derive(move || {
                person.with(|p| {
                    let mut p = p.clone();
                    core::mem::take(of(&mut p))
                })
            });
            view! {
                <DateField
                    id
                    label
                    hint
                    faults
                    typed
                    change=move |typed| {
                        person.update(|p| *of(p) = typed);
                        touched();
                    }
                    leave=keep
                />
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
                on:input=move |event| {
                    person.update(|p| *of(p) = event_target_value(&event));
                    touched();
                }
                on:change=move |_| keep()
            />
        }
    };
    let caring = Memo::new(move |_| said.get() && person.with(|p| p.basis.is_some()));
    let mut grounds: Vec<(Option<Option<Basis>>, TextProp)> = vec![(Some(None), words::basis_self.into())];
    grounds.extend(GROUNDS.iter().map(|(basis, label)| (Some(Some(*basis)), (*label).into())));
    let choose_ground = move |basis: Option<Option<Basis>>| {
        said.set(true);
        person.update(|p| p.basis = basis.flatten());
        touched();
    };
    view! {
        <form class="stack" on:submit=submit>
            <ErrorSummary faults />
            {move || fault.get().map(|fault| view! { <Trouble fault /> })}
            <Show when=move || restored.get()>
                <Callout title=words::draft />
            </Show>
            <Field id="given" label=words::given faults>
                {input("given", |p| &mut p.given)}
            </Field>
            <Field id="family" label=words::family faults>
                {input("family", |p| &mut p.family)}
            </Field>
            {date("birth", words::birth, words::birth_hint, |p| &mut p.birth_date)}
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
                choose=move |sex| {
                    person.update(|p| p.sex = sex);
                    touched();
                }
            />
            <Choice
                name="basis"
                legend=words::basis
                options=grounds
                chosen=Signal::derive(move || said.get().then(|| person.with(|p| p.basis)))
                choose=choose_ground
            />
            <p class="field-error" id="basis-fault" tabindex="-1" hidden=move || !faults.with(|f| f.iter().any(|(id, _)| *id == "basis-fault"))>
                {words::basis_missing}
            </p>
            <Show when=move || caring.get()>
                <Field id="carer" label=words::carer hint=words::carer_hint faults>
                    {input("carer", |p| &mut p.carer)}
                </Field>
                <Field id="relation" label=words::relation hint=words::relation_hint faults>
                    {input("relation", |p| &mut p.relation)}
                </Field>
                <Field id="evidence" label=words::evidence hint=words::evidence_hint faults>
                    {input("evidence", |p| &mut p.care.evidence)}
                </Field>
                {date("care-from", words::care_from, words::care_from_hint, |p| &mut p.care.from)}
                {date("care-until", words::care_until, words::care_until_hint, |p| &mut p.care.until)}
            </Show>
            <div class="row">
                <button type="submit" class="button primary">
                    {button}
                </button>
                <button type="button" class="button quiet" on:click=leave>
                    {text::common::cancel}
                </button>
            </div>
        </form>
    }
}

/// The grounds on which somebody else keeps a record.
pub const GROUNDS: [(Basis, text::Message); 7] = [
    (Basis::Consent, words::basis_consent),
    (Basis::ParentalResponsibility, words::basis_parental),
    (Basis::Attorney, words::basis_attorney),
    (Basis::Deputy, words::basis_deputy),
    (Basis::WelfareAttorneyScotland, words::basis_welfare_attorney),
    (Basis::GuardianScotland, words::basis_guardian),
    (Basis::BestInterests, words::basis_best_interests),
];

/// On what ground a record is kept, in the words of the form.
pub fn ground(basis: Basis) -> &'static str {
    GROUNDS.iter().find(|(b, _)| *b == basis).map_or("", |(_, label)| label())
}

/// What was typed as it is kept, dates in one form; or what can't be right.
fn read(typed: &NewPerson, said: bool) -> Result<NewPerson, Vec<Fault>> {
    let mut person = typed.clone();
    let mut faults = Vec::new();
    if typed.given.trim().is_empty() && typed.family.trim().is_empty() {
        faults.push(("given", words::name_missing().to_owned()));
    }
    match typed_date(&typed.birth_date, None) {
        Ok(date) => person.birth_date = date,
        Err(sentence) => faults.push(("birth", sentence)),
    }
    let number = typed.nhs_number.trim();
    if !number.is_empty() && !NhsNumber::read(number).is_some_and(|n| n.valid) {
        faults.push(("nhs", words::nhs_wrong().to_owned()));
    }
    if !said {
        faults.push(("basis-fault", words::basis_missing().to_owned()));
    }
    if said && typed.basis.is_some() {
        if typed.carer.trim().is_empty() {
            faults.push(("carer", words::carer_missing().to_owned()));
        }
        match typed_date(&typed.care.from, None) {
            Ok(date) => person.care.from = date,
            Err(sentence) => faults.push(("care-from", sentence)),
        }
        // It may well end in the future.
        let until = typed.care.until.trim();
        match PartialDate::written(until) {
            Some(date) => person.care.until = date.text,
            None if until.is_empty() => person.care.until = String::new(),
            None => faults.push(("care-until", text::date::typed_wrong().to_owned())),
        }
    }
    if faults.is_empty() { Ok(person) } else { Err(faults) }
}
