//! The journal: what was brought in, shared and received.

use leptos::prelude::*;

use crate::app::lent;
use crate::app::wire::{Failure, Happened, JournalRow, Mode};
use crate::ui::front::Front;
use crate::ui::part::{BackTo, Empty, PageHead, Trouble, load, local_moment};
use crate::ui::place::Place;
use crate::ui::text::{self, journal as words, more};

/// The page.
#[component]
pub fn Journal() -> impl IntoView {
    let client = Front::get().client;
    view! {
        <BackTo route=Place::More text=more::title />
        <PageHead title=words::title lede=words::lede />
        {load(
            move || async move {
                // The journal knows persons by their opaque ids; here they have names.
                let people = client.people().await?;
                let mut rows = client.journal().await?;
                for row in &mut rows {
                    row.person = people
                        .iter()
                        .find(|p| p.id == row.person)
                        .map_or_else(String::new, |p| crate::ui::text::name(&p.header));
                }
                Ok(rows)
            },
            |rows: Vec<JournalRow>| {
                if rows.is_empty() {
                    return view! { <Empty title=words::none /> }.into_any();
                }
                let whole = StoredValue::new(rows.clone());
                view! {
                    <ol class="lines" reversed=true>
                        {rows.into_iter().map(|row| view! { <Line row /> }).collect_view()}
                    </ol>
                    <Save rows=whole />
                }
                    .into_any()
            },
        )}
    }
}

#[component]
fn Line(row: JournalRow) -> impl IntoView {
    let again = match &row.what {
        Happened::Shared { id, .. } => Some((Place::Shared(id.clone()), words::look_again as fn() -> &'static str)),
        Happened::Imported { parcel, file_name } if !file_name.is_empty() => {
            Some((Place::Report(parcel.hex()), words::see_file as fn() -> &'static str))
        }
        _ => None,
    };
    let (at, person) = (row.at.clone(), row.person.clone());
    view! {
        <li class="stack-tight">
            <p class="soft">
                <time datetime=row.at.clone()>{move || local_moment(&at)}</time>
                {(!person.is_empty())
                    .then(|| {
                        view! {
                            " · "
                            <bdi>{move || words::of(&person)}</bdi>
                        }
                    })}
            </p>
            <p>
                <bdi>{move || told(&row)}</bdi>
            </p>
            {again
                .map(|(place, name)| {
                    view! {
                        <p>
                            <a href=place.href()>{name}</a>
                        </p>
                    }
                })}
        </li>
    }
}

/// One line in words.
fn told(row: &JournalRow) -> String {
    match &row.what {
        Happened::Made => words::made().to_owned(),
        Happened::Unlocked { kit: false } => words::unlocked().to_owned(),
        Happened::Unlocked { kit: true } => words::unlocked_kit().to_owned(),
        Happened::PassphraseChanged => words::passphrase_changed().to_owned(),
        Happened::PersonAdded => words::person_added().to_owned(),
        Happened::PersonGone { name } if name.is_empty() => words::person_removed().to_owned(),
        Happened::PersonGone { name } => words::person_gone(name),
        Happened::PersonRemoved => words::person_removed().to_owned(),
        Happened::Imported { file_name, .. } if file_name.is_empty() => match row.typed.as_str() {
            "" => words::typed().to_owned(),
            typed => words::typed_as(typed),
        },
        Happened::TakenOut { file_name, .. } if file_name.is_empty() => match row.typed.as_str() {
            "" => words::typed_out().to_owned(),
            typed => words::typed_out_as(typed),
        },
        Happened::Imported { file_name, .. } => words::imported(file_name),
        Happened::TakenOut { file_name, .. } => words::taken_out(file_name),
        Happened::Shared { audience, until, items, mode, opened, .. } => {
            let audience = match audience.as_str() {
                "" => words::nobody_named().to_owned(),
                said => text::audience_said(said),
            };
            let mode = match mode {
                Mode::Hand => words::mode_hand(),
                Mode::Show => words::mode_show(),
                Mode::ShowLocked => words::mode_locked(),
            };
            let opened = if *opened { words::opened() } else { words::not_opened() };
            let shared = words::shared((*items).into(), &audience, &local_moment(until));
            format!("{shared}. {mode}. {opened}")
        }
        Happened::PutAside { file_name, .. } => words::put_aside(file_name),
        Happened::LinkAsked { host } => words::link_asked(host),
        Happened::Receipted { .. } => words::receipted().to_owned(),
        Happened::Unreadable => words::unreadable().to_owned(),
        Happened::Exported { file_name } => words::exported(file_name),
    }
}

/// The journal as a text file.
#[component]
fn Save(rows: StoredValue<Vec<JournalRow>>) -> impl IntoView {
    let fault = RwSignal::new(None::<Failure>);
    let save = move |_| {
        let text = rows.with_value(|rows| {
            rows.iter()
                .fold(String::new(), |text, row| text + &format!("{}\t{}\t{}\r\n", row.at, row.person, told(row)))
        });
        let saved = lent::save(words::save_name(), "text/plain;charset=utf-8", text.as_bytes());
        fault.set(saved.err().map(|_| Failure::Unreadable));
    };
    view! {
        {move || fault.get().map(|fault| view! { <Trouble fault /> })}
        <div class="row no-print">
            <button type="button" class="button quiet" on:click=save>
                {words::save}
            </button>
        </div>
    }
}
