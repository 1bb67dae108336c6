//! One line of any list. Drawn inside a page's `load`, so its words follow the language with the page.

use leptos::prelude::*;

use super::abbr::{beside, explained};
use super::badge::{badge, trust_mark};
use super::{Badge, Spark, Tone};
use crate::record::{Kind, Said};
use crate::ui::place::Place;
use crate::ui::text::{self, line as words};
use crate::view::clinician::brief::Brief;
use crate::view::entry::Label;
use crate::view::results::AnalyteRow;
use crate::view::section::GroupKind;
use crate::view::{DateOf, Day, Flagging, OwnWord, Part, Row, Voice};

/// What a line leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To the item's page.
    Item,
    /// To nothing: a previewed view, and one looked at again, stand for themselves.
    Nowhere,
    /// To a window over the page, for which the item's id is put here: a received view has no address of its own.
    Window(RwSignal<Option<String>>),
}

impl Leads {
    /// True if the reader has the record itself, with its originals.
    pub fn is_own(self) -> bool {
        self == Leads::Item
    }

    /// A title that leads there.
    pub fn title(self, id: &str, title: AnyView) -> AnyView {
        let Leads::Window(shown) = self else { return title };
        let id = id.to_owned();
        view! {
            <button
                type="button"
                class="as-link strong"
                aria-haspopup="dialog"
                on:click=move |_| shown.set(Some(id.clone()))
            >
                {title}
            </button>
        }
        .into_any()
    }
}

/// A list of rows.
pub fn lines(rows: &[Row], leads: Leads) -> AnyView {
    let rows: Vec<_> = rows.iter().map(|row| line(row, leads)).collect();
    view! { <ul class="lines">{rows}</ul> }.into_any()
}

/// One row.
pub fn line(row: &Row, leads: Leads) -> AnyView {
    let href = match leads {
        Leads::Item => Place::Item(row.id.clone()).href(),
        Leads::Nowhere | Leads::Window(_) => String::new(),
    };
    let title = leads.title(&row.id, bdi(text::title(&row.title)));
    view! {
        <li class="line">
            <p class="line-title">{heading(row, title, href)} {leads.is_own().then(|| beside(&row.title))}</p>
            {under(row, leads.is_own())} {(!leads.is_own()).then(|| rest(row))}
        </li>
    }
    .into_any()
}

/// What is not so says so before its name: nobody may read the name alone.
fn not(row: &Row) -> Option<AnyView> {
    (!row.polarity.is_positive())
        .then(|| view! { {badge(Tone::Warning, text::polarity_of(&row.kind, row.polarity))} " " }.into_any())
}

/// Title and value; the title may be drawn by the caller (with marks of a search).
pub fn heading(row: &Row, title: AnyView, href: String) -> AnyView {
    let title = if href.is_empty() {
        view! { <span class="strong">{title}</span> }.into_any()
    } else {
        view! {
            <a class="strong" href=href>
                {title}
            </a>
        }
        .into_any()
    };
    let unnamed = (!row.named).then(|| view! { " " <span class="soft small">{words::unnamed()}</span> });
    view! { {not(row)} {title} {unnamed} {value(&row.value, &row.unit, &row.flagging)} }.into_any()
}

/// All that stands below the title: parts, dose, reactions, dates, sources, marks. `own`: the reader is whose record it
/// is. Only what is there is drawn: what is not would still cost the page a place for it, row by row.
pub fn under(row: &Row, own: bool) -> AnyView {
    let mut all: Vec<AnyView> = spoken_of(row, own);
    let part = |p: &Part| {
        view! { <p>{bdi(text::title(&p.title))} ": " {value(&p.value, &p.unit, &p.flagging)}</p> }.into_any()
    };
    all.extend(row.parts.iter().map(part));
    if !row.range.is_empty() {
        let name = text::range_name(row.flagging.lab_test);
        all.push(view! { <p class="small soft">{name} " " {several(&row.range)}</p> }.into_any());
    }
    let dose = |d: &String| view! { <p class="line-dose">{explained(&text::dose_words(d), true)}</p> }.into_any();
    all.extend(row.dose.iter().map(dose));
    if row.undosed {
        all.push(view! { <p class="line-dose soft">{words::no_dose()}</p> }.into_any());
    }
    if !row.reactions.is_empty() {
        all.push(view! { <p>{words::reactions()} " " {several(&row.reactions)}</p> }.into_any());
    }
    for (name, said) in [(words::severity(), &row.severity), (words::criticality(), &row.criticality)] {
        if !said.is_empty() {
            all.push(view! { <p>{name} " " {bdi(said)}</p> }.into_any());
        }
    }
    if own {
        all.extend(own_told(row));
        all.extend(own_voices(row));
        all.extend(row.said.iter().map(own_word));
    }
    all.push(facts(row, own));
    all.push(badges(row, own));
    all.into_any()
}

/// What of the rest must not wait for a tap.
fn own_told(row: &Row) -> Vec<AnyView> {
    let told: Vec<(Label, String)> = row.more.iter().filter(|(label, _)| row.is_open(label)).cloned().collect();
    let line = |(label, said): (String, Vec<String>)| {
        view! { <p class="small as-written">{label} ": " {several(&said)}</p> }.into_any()
    };
    text::grouped(&told, false).into_iter().map(line).collect()
}

/// What each source says for itself where they do not agree: nobody may take what one says for what another does. The rest
/// of their words is a tap away.
fn own_voices(row: &Row) -> Vec<AnyView> {
    let own = |voice: &Voice| Voice {
        more: voice.more.iter().filter(|(label, _)| row.is_open_apart(label)).cloned().collect(),
        ..voice.clone()
    };
    let mut apart: Vec<Voice> = row.voices.iter().filter(|v| v.standing.is_some()).map(own).collect();
    // Episodes of one source, of which each ran its course: how they stand and from when to when is told in the tally.
    let alike = apart.first().map(|v| (v.source.clone(), v.certainty.clone(), v.polarity));
    let episode = |v: &Voice| {
        Some((v.source.clone(), v.certainty.clone(), v.polarity)) == alike
            && v.dose.is_empty()
            && v.value.is_empty()
            && v.severity.is_empty()
            && v.more.is_empty()
    };
    if row.tally.is_some() && !row.disagree && apart.iter().all(episode) {
        apart.clear();
    }
    let said = text::plain::voices(&apart, text::day).into_iter();
    said.map(|said| view! { <p class="small line-voice">{bdi(&said)}</p> }.into_any()).collect()
}

/// What a statement of the person's own is about.
fn spoken_of(row: &Row, own: bool) -> Vec<AnyView> {
    let one = |(id, title): &(String, String)| match own {
        true => view! { <a href=Place::Item(id.clone()).href()>{bdi(text::title(title))}</a> }.into_any(),
        false => bdi(title),
    };
    row.of.iter().map(|of| view! { <p>{words::spoken_of()} " " {one(of)}</p> }.into_any()).collect()
}

/// What the person says of it, as theirs.
pub fn own_word(own: &OwnWord) -> AnyView {
    let said = match own.said {
        Said::Private => view! { <Badge text=text::say::tagged() /> }.into_any(),
        Said::Off => view! { <Badge tone=Tone::Warning text=text::say::off_said() /> }.into_any(),
        _ => {
            let day = own.date.as_ref().map(|d| format!(" · {}", text::say::said_on(&text::day(d))));
            view! { <Badge text=text::say::you_say() /> " " {bdi(&own.words)} <span class="small soft figures">{day}</span> }
                .into_any()
        }
    };
    view! { <p class="as-written">{said}</p> }.into_any()
}

/// What else was said, for a line that leads to no page of its own; what only the file's own format knows is a tap away. That is not for paper: it is in the file.
fn rest(row: &Row) -> AnyView {
    let lines = |formal: bool| -> Vec<AnyView> {
        let told = text::grouped(&row.more, formal);
        let line = |(label, said): (String, Vec<String>)| view! { <p class="small as-written">{label} ": " {several(&said)}</p> };
        told.into_iter().map(|l| line(l).into_any()).collect()
    };
    let formal = lines(true);
    let formal = (!formal.is_empty()).then(|| {
        view! {
            <details class="disclosure small no-print">
                <summary>{words::formal()}</summary>
                {formal}
            </details>
        }
    });
    // Where sources do not say the same each speaks for itself.
    let day = |d: &Day| text::day(d);
    let voices = text::plain::voices(&row.voices, day).into_iter();
    let voices: Vec<_> = voices.map(|said| view! { <p class="small line-voice">{bdi(&said)}</p> }).collect();
    let apart = text::letter_apart(row).map(|said| view! { <p class="small">{said}</p> });
    view! { {lines(false)} {voices} {apart} {formal} }.into_any()
}

/// Dates, status and sources, in one soft line.
fn facts(row: &Row, own: bool) -> AnyView {
    let mut said: Vec<AnyView> = Vec::new();
    let described = row.described.as_ref().and_then(|d| text::described(d, own));
    said.extend(described.map(|words| view! { <span>{bdi(&words)}</span> }.into_any()));
    if let Some(dates) = dates(row) {
        said.push(view! { <span class="figures">{dates}</span> }.into_any());
    }
    if let Some(age) = row.age_then {
        said.push(view! { <span>{words::age_then(&text::age_then(age))}</span> }.into_any());
    }
    // To a reader each source that disagrees tells its own status.
    let one = own || row.voices.iter().all(|v| v.standing.is_none());
    let status = text::status(&row.kind, row.standing).filter(|_| one && text::plain::says_status(row));
    if let Some(status) = status {
        let own = text::own_status(row.standing, &row.status).map(|own| view! { " (" {bdi(own)} ")" });
        said.push(view! { <span>{status} {own}</span> }.into_any());
    }
    if one && !row.certainty.is_empty() {
        // Of a letter the file says whether it is finished, not how sure it is.
        let name = if row.kind == Kind::DocumentReference { words::document_status() } else { words::certainty() };
        said.push(view! { <span>{name} " " {bdi(&row.certainty)}</span> }.into_any());
    }
    said.extend(
        text::plain::tally(row, text::day).map(|told| view! { <span class="figures">{told}</span> }.into_any()),
    );
    for name in &row.sources {
        let name = if name.is_empty() { text::own_hand(own) } else { name };
        said.push(view! { <span class="line-from">{words::source()} " " {bdi(name)}</span> }.into_any());
    }
    if row.attachments > 0 {
        said.push(view! { <span>{words::attachments(row.attachments.into())}</span> }.into_any());
    }
    view! { <p class="line-facts small soft">{said}</p> }.into_any()
}

/// The date with what it is the date of: "Ordered 28 October 2026" is not when it was stopped.
fn dated(row: &Row, day: &Day) -> String {
    let date = if day.future { words::future(&text::day(day)) } else { text::day(day) };
    match row.date_of {
        _ if day.known.is_none() => date,
        DateOf::Itself => date,
        DateOf::Began => words::began(&date),
        DateOf::From => words::taken_from(&date),
        DateOf::Ordered => words::ordered(&date),
        DateOf::Supplied => words::supplied(&date),
        DateOf::Given => words::given(&date),
        DateOf::Recorded => words::recorded(&date),
    }
}

fn dates(row: &Row) -> Option<String> {
    let one = |d: &Day| if d.future { words::future(&text::day(d)) } else { text::day(d) };
    let lasts = matches!(row.date_of, DateOf::Itself | DateOf::Began | DateOf::From);
    match (&row.date, &row.end) {
        (Some(from), Some(to)) if text::day(from) == text::day(to) => Some(dated(row, from)),
        (Some(from), Some(to)) if lasts => Some(words::from_to(&one(from), &one(to))),
        (Some(from), Some(to)) => Some(format!("{}, {}", dated(row, from), words::until(&one(to)))),
        (Some(from), None) => Some(dated(row, from)),
        (None, Some(to)) => Some(words::until(&one(to))),
        (None, None) => Some(text::date::none().to_owned()),
    }
}

/// What must be seen: each in words, the colour only follows.
fn badges(row: &Row, own: bool) -> AnyView {
    let mut all: Vec<AnyView> = Vec::new();
    let warn = |said: &str| badge(Tone::Warning, said);
    all.extend((row.group == GroupKind::Words).then(|| warn(words::words_only())));
    all.extend(row.about.as_ref().map(|who| badge(Tone::Danger, &text::about(who))));
    all.extend(row.misnamed.then(|| warn(words::misnamed())));
    all.extend(row.words_deny.then(|| warn(words::words_deny())));
    let end = row.end.as_ref().filter(|_| row.outlived);
    all.extend(end.map(|day| warn(&words::outlived(&text::day(day)))));
    all.extend(row.nothing_newer.as_ref().map(|day| {
        let ago = text::ago(day.days_ago.map_or(0, |days| days.unsigned_abs()));
        warn(&words::nothing_newer(&ago, &text::day(day)))
    }));
    all.extend(row.degraded.then(|| warn(text::degraded())));
    let retracted = |source: &String| badge(Tone::Danger, &words::retracted(text::named_or_typed(source)));
    all.extend(row.retracted.iter().map(retracted));
    all.extend(text::plain::disagree(row).map(warn));
    all.push(view! { <span class="line-trust">{trust_mark(row.trust)}</span> }.into_any());
    // One entry of each source is what naming them says.
    let several = row.entries as usize > row.sources.len() && row.tally.is_none();
    all.extend(several.then(|| badge(Tone::Note, &words::entries(row.entries.into()))));
    // To whom the line has no page of its own the notes stand in it.
    all.extend((row.notes && own).then(|| badge(Tone::Note, words::notes())));
    view! { <p class="line-badges">{all}</p> }.into_any()
}

/// A value as written, its unit, and what is said of it.
pub fn value(value: &str, unit: &str, flagging: &Flagging) -> AnyView {
    if value.is_empty() {
        return ().into_any();
    }
    let unit = (!unit.is_empty()).then(|| view! { " " {bdi(&text::unit(unit))} });
    let short = is_short(value);
    let tone = if text::flag_stands_out(flagging) { Tone::Warning } else { Tone::Note };
    let flag = text::flag(flagging).map(|f| view! { " " {badge(tone, &f)} });
    view! {
        <span class="line-value">
            " " <span class="figures" class:strong=short class:as-written=!short>{bdi(value)} {unit}</span> {flag}
        </span>
    }
    .into_any()
}

/// The latest of an analyte, with its trend.
pub fn analyte(row: &AnalyteRow, leads: Leads) -> AnyView {
    let href = match leads {
        Leads::Item => Place::Analyte(row.id.clone()).href(),
        Leads::Nowhere | Leads::Window(_) => String::new(),
    };
    let title = leads.title(&row.latest.id, bdi(text::title(&row.title)));
    let spark = (!row.spark.is_empty()).then(|| view! { <Spark points=row.spark.clone() /> });
    // Who has no page of the series reads here what came before.
    let earlier = (!leads.is_own() && !row.earlier.is_empty()).then(|| earlier(row));
    let more = (row.count > 1).then(|| words::count(row.count.into()));
    let repeat = row.repeat.as_ref().map(|again| {
        let told = words::repeat(&text::day(&again.date), &again.source);
        view! { <p class="small">{told}</p> }
    });
    view! {
        <li class="line line-analyte">
            <div>
                <p class="line-title">{heading(&row.latest, title, href)} {leads.is_own().then(|| beside(&row.title))}</p>
                {under(&row.latest, leads.is_own())} {(!leads.is_own()).then(|| rest(&row.latest))} {earlier} {repeat}
            </div>
            <div class="line-trend small soft">{spark} {more}</div>
        </li>
    }
    .into_any()
}

/// What came before, with its dates: a few values in one sentence, more in a table that is folded on the screen; on paper
/// always the sentence.
fn earlier(row: &AnalyteRow) -> AnyView {
    let rows: Vec<_> = row
        .earlier
        .iter()
        .map(|point| {
            let day = point.date.as_ref().map_or_else(|| text::date::none().to_owned(), text::day);
            view! {
                <tr>
                    <td class="figures" data-label=words::earlier_date>{day}</td>
                    <td data-label=words::earlier_value>{value(&point.value, &point.unit, &point.flagging)}</td>
                </tr>
            }
        })
        .collect();
    let sentence = text::plain::earlier(&row.earlier, row.count, text::plain::clinical_day);
    if row.earlier.len() <= FEW && row.earlier.iter().all(|point| is_short(&point.value)) {
        return view! { <p class="small">{sentence.map(|said| bdi(&said))}</p> }.into_any();
    }
    view! {
        <details class="disclosure small no-print">
            <summary>{text::plain::earlier_title(&row.earlier, row.count)}</summary>
            <table class="table earlier">
                <thead>
                    <tr>
                        <th scope="col">{words::earlier_date}</th>
                        <th scope="col">{words::earlier_value}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
        <p class="small only-print">{sentence.map(|said| bdi(&said))}</p>
    }
    .into_any()
}

/// So many earlier values are told in a sentence.
const FEW: usize = 3;

/// A value longer than this is a report: it is read, not seen.
const LONG: usize = 80;

fn is_short(value: &str) -> bool {
    value.chars().nth(LONG).is_none()
}

/// What is told in brief: its name, then the dates of those that say the same with what they say. Every date leads to its
/// own entry.
pub fn brief(brief: &Brief, leads: Leads) -> AnyView {
    let (name, alone) = (text::plain::name_briefly(brief), brief.rows.len() == 1);
    let name = match brief.rows.first().filter(|_| alone) {
        Some(row) => leads.title(&row.id, bdi(&name)),
        None => bdi(&name),
    };
    let told: Vec<_> = text::plain::briefly(brief)
        .into_iter()
        .map(|told| {
            let dates: Vec<_> = told
                .rows
                .into_iter()
                .enumerate()
                .map(|(i, (row, when))| {
                    let when = view! { <span class="figures">{when}</span> }.into_any();
                    let when = if alone { when } else { leads.title(&row.id, when) };
                    view! { {(i > 0).then_some(", ")} {when} }
                })
                .collect();
            let said = (!told.said.is_empty()).then(|| view! { " · " {bdi(&told.said.join(" · "))} });
            view! { <span class="brief-told">" · " {dates} {said}</span> }
        })
        .collect();
    let from = text::plain::who_briefly(brief).join(" · ");
    view! {
        <li>
            <span class="strong">{name}</span>
            {told}
            <span class="line-from">" · " {bdi(&from)}</span>
        </li>
    }
    .into_any()
}

/// So many dates of one name stand open.
const DATES: usize = 4;

/// Entries of one name on the person's own pages: each date leads to its entry.
pub fn own_brief(brief: &Brief) -> AnyView {
    let dated = |row: &Row| {
        let status = text::status(&row.kind, row.standing).filter(|_| text::plain::says_status(row));
        let href = Place::Item(row.id.clone()).href();
        view! {
            <li>
                <a href=href class="figures">{text::day_or_none(row.date.as_ref())}</a>
                {status.map(|status| view! { " " {status} })}
            </li>
        }
    };
    let (first, rest) = brief.rows.split_at(brief.rows.len().min(DATES));
    let first: Vec<_> = first.iter().map(dated).collect();
    let rest: Vec<_> = rest.iter().map(dated).collect();
    let rest = (!rest.is_empty()).then(|| {
        view! {
            <details class="disclosure small">
                <summary>{words::more_dates(&text::number(rest.len() as u64))}</summary>
                <ul class="dates">{rest}</ul>
            </details>
        }
    });
    let from = text::plain::who_briefly(brief).join(" · ");
    view! {
        <li class="line">
            <p class="strong">{bdi(&text::plain::name_briefly(brief))}</p>
            <ul class="dates small">{first}</ul>
            {rest}
            <p class="line-facts small soft"><span class="line-from">{words::source()} " " {bdi(&from)}</span></p>
        </li>
    }
    .into_any()
}

/// The source's own words, whole, in their own direction.
pub fn bdi(text: &str) -> AnyView {
    view! { <bdi>{text.to_owned()}</bdi> }.into_any()
}

/// Several of the source's texts, one after another.
fn several(texts: &[String]) -> AnyView {
    let mut out: Vec<AnyView> = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            out.push("; ".into_any());
        }
        out.push(bdi(text));
    }
    out.into_any()
}
