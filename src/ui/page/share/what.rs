//! Step 2: what. Sections with counts, then single items; sensitive sets start closed.

use leptos::prelude::*;

use super::Step;
use crate::record::Section;
use crate::ui::front::Front;
use crate::ui::page::sharing::{Draft, Sharing};
use crate::ui::page::summary::nothing_yet;
use crate::ui::part::{BackTo, Badge, Callout, Tick, Tone, line, line::bdi, load};
use crate::ui::place::Place;
use crate::ui::text::{self, share as words};
use crate::view::Row;
use crate::view::choose::{Choose, ChooseItem, ChooseSection, ChooseSet};

/// The step.
#[component]
pub fn What() -> impl IntoView {
    let front = Front::get();
    view! {
        <BackTo route=Place::Share />
        {load(move || front.client.share_choices(), |choices| view! { <Choices choices /> })}
    }
}

#[component]
fn Choices(choices: Choose) -> impl IntoView {
    let (front, sharing) = (Front::get(), Sharing::get());
    let draft = sharing.draft;
    if choices.sections.is_empty() {
        return nothing_yet(words::nothing_to_share, text::summary::empty_then);
    }
    // What the person has begun to choose stays as it is; only a fresh draft begins with the usual set.
    if draft.with_untracked(|d| d.begin.is_some()) {
        draft.update(|d| d.start(&choices));
    }
    let count = move || draft.with(|d| d.items.len() as u64);
    let left_out = left_out(draft, &choices);
    let sets = sets(draft, &choices, words::set);
    let quick = quick(draft, StoredValue::new(choices.clone()));
    let withheld = withheld(&choices);
    let sections: Vec<_> =
        choices.sections.into_iter().map(|s| view! { <Part part=s draft usual=|_| true /> }).collect();
    view! {
        <div class="stack">
            {quick} {sets} {sections} {withheld} {left_out} <p class="row chosen-bar">
                <span class="strong" role="status">
                    {move || words::chosen(count())}
                </span>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || count() == 0
                    on:click=move |_| front.go(Step::See.route())
                >
                    {words::see_it}
                </button>
            </p>
        </div>
    }
    .into_any()
}

/// One plain warning for all allergies and current medicines that are left out, and the way to put them in.
pub(in crate::ui::page) fn left_out(draft: RwSignal<Draft>, choices: &Choose) -> AnyView {
    let named = choices.sections.iter().flat_map(|part| &part.items);
    let named = named.filter(|i| choices.weighty.contains(&i.row.id)).map(|i| (i.row.id.clone(), i.row.title.clone()));
    let weighty = StoredValue::new(named.collect::<Vec<(String, String)>>());
    // What was pressed goes with the warning: what it did is said in its place.
    let put_in = RwSignal::new(false);
    let said = move || {
        let left = weighty.with_value(|all| {
            let out = |d: &Draft| all.iter().filter(|(id, _)| !d.items.contains(id)).cloned().collect::<Vec<_>>();
            draft.with(out)
        });
        if left.is_empty() {
            return put_in.get().then(|| view! { <p>{words::all_in}</p> }.into_any());
        }
        let names = left.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" · ");
        let put = left.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        Some(
            view! {
                <Callout tone=Tone::Warning title=words::left_out(left.len() as u64)>
                    <p>{bdi(&names)}</p>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| {
                            put_in.set(true);
                            draft.update(|d| d.items.extend(put.iter().cloned()));
                        }
                    >
                        {words::put_in}
                    </button>
                </Callout>
            }
            .into_any(),
        )
    };
    view! { <div aria-live="polite">{said}</div> }.into_any()
}

/// The suggested sets, closed; `say` words the tick of one.
pub(in crate::ui::page) fn sets(
    draft: RwSignal<Draft>,
    choices: &Choose,
    say: fn(u64, &str) -> String,
) -> Option<AnyView> {
    let sets: Vec<_> = choices.sensitive.iter().map(|s| set(draft, s, say)).collect();
    (!sets.is_empty()).then(|| {
        view! {
            <section class="card stack-tight">
                <h2>{words::sensitive}</h2>
                <p class="soft small">{words::sensitive_note}</p>
                {sets}
            </section>
        }
        .into_any()
    })
}

/// How many are not offered, since a source forbids it.
pub(in crate::ui::page) fn withheld(choices: &Choose) -> Option<AnyView> {
    let n = u64::from(choices.withheld);
    (n > 0).then(|| view! { <p class="small soft">{move || words::withheld(n)}</p> }.into_any())
}

/// What most people want, by one tap each.
fn quick(draft: RwSignal<Draft>, choices: StoredValue<Choose>) -> AnyView {
    let sets: [(text::Message, &'static [Section]); 3] = [
        (words::only_weighty, &[Section::Allergies, Section::Medications]),
        (words::only_all, &Section::ALL),
        (words::only_none, &[]),
    ];
    let buttons = sets.map(|(label, sections)| {
        let take = move |_| choices.with_value(|c| draft.update(|d| d.only(c, sections)));
        view! {
            <button type="button" class="button" on:click=take>
                {label}
            </button>
        }
    });
    view! {
        <div class="row quick" role="group" aria-label=words::quick>
            {buttons.into_iter().collect_view()}
        </div>
    }
    .into_any()
}

/// One suggested set: opening it is one deliberate tick, and says how many entries it is about.
fn set(draft: RwSignal<Draft>, set: &ChooseSet, say: fn(u64, &str) -> String) -> AnyView {
    let (kind, items) = (set.set, set.items.clone());
    let n = items.len() as u64;
    let on = Signal::derive(move || draft.with(|d| d.opened.contains(&kind)));
    let turn = move |open: bool| {
        draft.update(|d| {
            d.opened.retain(|s| *s != kind);
            for id in &items {
                d.items.remove(id);
            }
            if open {
                d.opened.push(kind);
                d.items.extend(items.iter().cloned());
            }
        });
    };
    view! { <Tick label=move || say(n, text::sensitive(kind)) on=on turn=turn /> }.into_any()
}

/// One section: all of it by one tick, or item by item.
#[component]
pub(in crate::ui::page) fn Part(
    /// What there is to choose from.
    part: ChooseSection,
    /// What is chosen.
    draft: RwSignal<Draft>,
    /// True for what the one tick is about.
    usual: fn(&Row) -> bool,
) -> impl IntoView {
    let section = part.section;
    let total = part.items.len();
    let ids = StoredValue::new(part.items.iter().map(|i| i.row.id.clone()).collect::<Vec<_>>());
    // All by one tick means all but what lies in a closed sensitive set.
    let plain = part.items.iter().map(|i| (i.row.id.clone(), i.sets.clone(), usual(&i.row)));
    let plain = StoredValue::new(plain.collect::<Vec<_>>());
    let chosen =
        Memo::new(move |_| ids.with_value(|ids| draft.with(|d| ids.iter().filter(|id| d.items.contains(*id)).count())));
    let turn = move |on: bool| {
        draft.update(|d| {
            plain.with_value(|items| {
                for (id, sets, usual) in items {
                    let open = sets.iter().all(|s| d.opened.contains(s));
                    match on && open && *usual {
                        true => _ = d.items.insert(id.clone()),
                        false => _ = d.items.remove(id),
                    }
                }
            });
        });
    };
    let told = move || words::of(&text::number(chosen.get() as u64), &text::number(total as u64));
    let label = move || format!("{}: {}", text::section(section), told());
    let opened = RwSignal::new(false);
    let items = StoredValue::new(part.items);
    let list = move || {
        opened.get().then(|| {
            let rows = items.with_value(|items| items.iter().map(|i| one(draft, i)).collect::<Vec<_>>());
            view! { <div class="stack-tight">{rows}</div> }
        })
    };
    view! {
        <section class="card share-part">
            <h2 class="unseen">{move || text::section(section)}</h2>
            <Tick label=label on=Signal::derive(move || chosen.get() > 0) turn=turn />
            <details class="disclosure" on:toggle=move |_| opened.set(true)>
                <summary>{words::one_by_one}</summary>
                {list}
            </details>
        </section>
    }
}

fn one(draft: RwSignal<Draft>, item: &ChooseItem) -> AnyView {
    let row = &item.row;
    let (id, same) = (row.id.clone(), row.id.clone());
    let on = move || draft.with(|d| d.items.contains(&same));
    let turn = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        draft.update(|d| match on {
            true => _ = d.items.insert(id.clone()),
            false => _ = d.items.remove(&id),
        });
    };
    let sets: Vec<_> =
        item.sets.iter().map(|s| view! { <Badge tone=Tone::Warning text=text::sensitive(*s) /> }).collect();
    let date = row.date.as_ref().map(text::day);
    let value = line::value(&row.value, &row.unit, &row.flagging);
    let letter = (item.letter > 0).then(|| letter(draft, &row.id, item.letter.into()));
    view! {
        <label class="option">
            <input type="checkbox" prop:checked=on on:change=turn />
            <span>
                {bdi(&row.title)} {value} <span class="small soft figures">" " {date}</span> " " {sets}
            </span>
        </label>
        {letter}
    }
    .into_any()
}

/// A letter goes as its title, kind and date; its words too, where the person says so.
fn letter(draft: RwSignal<Draft>, id: &str, characters: u64) -> AnyView {
    let (id, same, chosen) = (id.to_owned(), id.to_owned(), id.to_owned());
    let on = Signal::derive(move || draft.with(|d| d.letters.contains(&same)));
    let turn = move |on: bool| {
        draft.update(|d| match on {
            true => _ = d.letters.insert(id.clone()),
            false => _ = d.letters.remove(&id),
        });
    };
    let label = move || words::letter(&text::number(characters));
    view! {
        <div class="share-letter" hidden=move || draft.with(|d| !d.items.contains(&chosen))>
            <Tick label=label on=on turn=turn />
        </div>
    }
    .into_any()
}
