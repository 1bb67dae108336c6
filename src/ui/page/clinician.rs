//! The clinician's view: one component for the patient's preview, a received share, a share looked at again, and paper.
//! Drawn inside a page that follows the language.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::medicines;
use crate::record::{Bears, Section};
use crate::ui::front::focus;
use crate::ui::part::{
    Badge, Callout, Fact, Facts, Leads, Tone, above, absences, analyte, line,
    line::{bdi, line},
    lines, local_moment, source_name,
};
use crate::ui::text::{self, clinician as words, plain::stands};
use crate::view::SourceLine;
use crate::view::clinician::{Clinician, ClinicianSection, Label, RECENT_DAYS};
use crate::view::medicines::{Change, Changed, Mark, MedicineLine, Medicines};
use crate::view::results::Repeat;

/// What a received view has besides the page itself.
pub struct Beside {
    /// What was checked, as sentences: they stand in the one banner.
    pub checked: AnyView,
    /// What else was checked, how long it stays, and what can be done with it: below what the first minute needs.
    pub tools: AnyView,
}

/// The page, exactly as it is shared.
pub fn clinician(page: &Clinician, leads: Leads, beside: Option<Beside>) -> AnyView {
    let (checked, tools) = beside.map(|b| (b.checked, b.tools)).unzip();
    let at = |section: Section| page.sections.iter().find(|s| s.section == section);
    let first = [Section::Allergies, Section::Alerts, Section::Medications, Section::Problems, Section::Findings];
    let measured = [Section::Results, Section::VitalSigns];
    let drawn = |sections: &[Section]| -> Vec<AnyView> {
        sections.iter().filter_map(|s| at(*s)).filter_map(|s| section(s, page, leads)).collect()
    };
    let rest: Vec<Section> = Section::ALL.into_iter().filter(|s| !first.contains(s) && !measured.contains(s)).collect();
    let single = speaking(page).count() == 1;
    view! {
        <article class="clinician" class:one-source=single on:keydown=jump>
            {head(page)}
            <div class="clinician-body stack">
                {who(page)} {glance(page)} {banner(page, checked)} {note(page)} {jumps(page)} {drawn(&first)}
                {recent(page, leads)} {drawn(&measured)} {done(&page.done)} {drawn(&rest)} {not_shared(page)}
                {share(page)} {sources(&page.sources)} {tools}
            </div>
        </article>
    }
    .into_any()
}

/// The head of each sheet of paper: a page that got lost must say whose it is, and of when.
fn head(page: &Clinician) -> AnyView {
    let shared = match page.share.shared_at.as_str() {
        "" => words::now().to_owned(),
        at => local_moment(at),
    };
    view! {
        <div class="clinician-head" aria-hidden="true">
            <p>
                <bdi class="strong">{text::plain::who(&page.person)}</bdi>
                " · " {words::head(&shared)} " · " {text::common::printed()} " " <span data-printed=""></span>
            </p>
        </div>
    }
    .into_any()
}

/// All allergies in one line, before anything else.
fn glance(page: &Clinician) -> Option<AnyView> {
    let (title, items) = text::plain::glance(page)?;
    let items: Vec<_> = items.iter().map(|item| view! { <li>{bdi(item)}</li> }).collect();
    Some(
        view! {
            <div class="glance">
                <p class="strong">{title}</p>
                <ul>{items}</ul>
            </div>
        }
        .into_any(),
    )
}

/// What the person wants the reader to know, in their words.
fn note(page: &Clinician) -> Option<AnyView> {
    let said = page.share.note.clone();
    (!said.is_empty()).then(|| {
        view! {
            <p class="as-written">
                <span class="strong">{words::note()} ": "</span>
                {bdi(&said)}
            </p>
        }
        .into_any()
    })
}

/// The sources that say something here.
fn speaking(page: &Clinician) -> impl Iterator<Item = &SourceLine> {
    page.sources.iter().filter(|s| s.entries > 0)
}

/// SURNAME, Given · 03-Mar-1951 (75y) · NHS 943 476 5919.
fn who(page: &Clinician) -> AnyView {
    // Each part stays on one line where it can; only a name may be long.
    let line = text::plain::who(&page.person);
    let parts: Vec<AnyView> = line
        .split(" · ")
        .enumerate()
        .map(|(i, part)| {
            let (dot, part) = ((i > 0).then_some(" · "), part.to_owned());
            view! { {dot} <span>{part}</span> }.into_any()
        })
        .collect();
    let nhs = page.person.nhs_number.as_ref().filter(|n| !n.valid).map(|_| {
        view! { <Badge tone=Tone::Warning text=words::bad_nhs_number() /> }
    });
    let dead = page.person.deceased.as_ref().map(|d| {
        view! { <p class="strong">{words::deceased(&text::day(d))}</p> }
    });
    let variants = (page.person.variants > 1)
        .then(|| view! { <Callout tone=Tone::Warning title=text::summary::variants(page.person.variants.into()) /> });
    view! {
        <header class="clinician-name stack-tight">
            <h2 class="clinician-who" id="jump-0" tabindex="-1">
                <bdi>{parts}</bdi>
            </h2>
            {nhs} {dead} {variants}
        </header>
    }
    .into_any()
}

/// What a clinician's screen always says, with how fresh it is, from where, and what was checked: one banner, so that
/// the allergies stand on the first screen.
fn banner(page: &Clinician, checked: Option<AnyView>) -> AnyView {
    let when = match page.share.shared_at.as_str() {
        "" => words::now().to_owned(),
        at => local_moment(at),
    };
    let who = match &page.share.by {
        None => words::by_patient(&when),
        Some(by) => words::by_carer(&text::plain::carer(by), &when),
    };
    // Who names somebody else stands here; who names nobody, with the sources.
    let misnamed: Vec<_> = page
        .sources
        .iter()
        .filter(|s| matches!(s.bears, Bears::Other(_)))
        .filter_map(|s| Some((source_name(s), text::bears(&s.bears)?)))
        .map(|(name, said)| view! { <p class="strong">{bdi(&name)} ": " {bdi(&said)}</p> })
        .collect();
    let fresh = page.newest.as_ref().map_or_else(|| text::above::not_dated().to_owned(), text::day);
    let speaking: Vec<&SourceLine> = speaking(page).collect();
    let mut names = speaking.iter().map(|s| source_name(s)).collect::<Vec<_>>().join(" · ");
    // Where all is from one source, how far it can be trusted is said once.
    if let [one] = speaking.as_slice() {
        names = format!("{names}. {}", text::trust(one.trust));
    }
    view! {
        <Callout tone=Tone::Warning title=who>
            <p>{words::incomplete()} " " <strong>{words::not_alone()}</strong></p>
            {checked}
            <p class="small">{words::newest()} ": " {fresh} ". " {words::from()} ": " {bdi(&names)}</p>
            {misnamed}
        </Callout>
    }
    .into_any()
}

/// What the share says of itself. It stands below what is needed in the first seconds.
fn share(page: &Clinician) -> AnyView {
    let share = &page.share;
    let audience = text::plain::audience(page);
    let ends = (!share.ends_at.is_empty()).then(|| {
        let ends = local_moment(&share.ends_at);
        view! { <Fact name=words::until()>{ends}</Fact> }
    });
    let purpose = text::purpose(&share.purpose);
    view! {
        <Facts>
            <Fact name=words::for_()>{bdi(&audience)} " · " {purpose}</Fact>
            {ends}
        </Facts>
    }
    .into_any()
}

/// The headings that can be jumped to, in their order on the page.
fn stops(page: &Clinician) -> Vec<(Section, String)> {
    page.sections.iter().filter(|s| stands(s)).map(|s| (s.section, text::section(s.section).to_owned())).collect()
}

fn jumps(page: &Clinician) -> AnyView {
    let links: Vec<_> = stops(page)
        .into_iter()
        .enumerate()
        .map(|(i, (section, name))| {
            let key = (i < 9).then(|| format!("{} ", i + 1));
            let id = format!("jump-{}", section.slug());
            let to = id.clone();
            view! {
                <li>
                    <a
                        href=format!("#{id}")
                        data-jump=to
                        on:click=move |event| {
                            event.prevent_default();
                            go_to(&id);
                        }
                    >
                        <kbd>{key}</kbd>
                        {name}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <nav class="jumps no-print" aria-label=words::jumps()>
            <ul>{links}</ul>
        </nav>
    }
    .into_any()
}

/// The keys 1 to 9 go to a heading while the focus is on the page itself; 0 goes to the top.
fn jump(event: ev::KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Ok(key) = event.key().parse::<usize>() else { return };
    let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    if target.is_some_and(|t| matches!(t.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")) {
        return;
    }
    let Some(page) = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else { return };
    if key == 0 {
        return go_to("jump-0");
    }
    let links = page.query_selector_all("[data-jump]").ok();
    let link = links.and_then(|l| l.get(key as u32 - 1)).and_then(|l| l.dyn_into::<web_sys::Element>().ok());
    if let Some(id) = link.and_then(|l| l.get_attribute("data-jump")) {
        event.prevent_default();
        go_to(&id);
    }
}

/// Gives a heading the focus, and the top of the window.
fn go_to(id: &str) {
    focus(id);
    if let Some(heading) = document().get_element_by_id(id) {
        heading.scroll_into_view_with_bool(true);
    }
}

fn section(part: &ClinicianSection, page: &Clinician, leads: Leads) -> Option<AnyView> {
    if !stands(part) {
        return None;
    }
    let id = format!("jump-{}", part.section.slug());
    let head = id.clone();
    let label = text::completeness(part.label);
    let body = match part.label {
        label if label.is_shared() => shared(part, page, leads),
        // Nothing is held; what the sources say of that is told.
        Label::NothingHeld => absences(&part.heading, false),
        _ => ().into_any(),
    };
    let body = view! {
        <section class="stack-tight" aria-labelledby=id>
            <h3 id=head tabindex="-1">
                {text::plain::heading(part)}
            </h3>
            <p class="small strong">{label}</p>
            {body}
        </section>
    };
    Some(body.into_any())
}

/// The lines of a section in their groups, none cut.
pub(super) fn listed(part: &ClinicianSection, leads: Leads) -> AnyView {
    let lists: Vec<_> = text::plain::groups(part)
        .into_iter()
        .map(|list| {
            let heading = list.heading.map(|heading| view! { <h4>{heading}</h4> });
            let rows: Vec<_> = list.rows.iter().map(|row| line(row, leads)).collect();
            let rows = (!rows.is_empty()).then(|| view! { <ul class="lines">{rows}</ul> });
            let brief: Vec<_> = list.brief.iter().map(|b| line::brief(b, leads)).collect();
            let brief = (!brief.is_empty()).then(|| view! { <ul class="briefs small">{brief}</ul> });
            view! { {heading} {rows} {brief} }
        })
        .collect();
    let analytes: Vec<_> = part.analytes.iter().map(|a| analyte(a, leads)).collect();
    let analytes = (!analytes.is_empty()).then(|| view! { <ul class="lines">{analytes}</ul> });
    view! { {analytes} {lists} }.into_any()
}

fn shared(part: &ClinicianSection, page: &Clinician, leads: Leads) -> AnyView {
    let none = text::plain::is_bare(part).then(|| view! { <p>{words::none_shared()}</p> });
    let compared = match (&page.medicines, part.section) {
        (Some(medicines), Section::Medications) => Some(compared(medicines, leads)),
        _ => None,
    };
    let in_error = (!part.in_error.is_empty()).then(|| {
        let rows = lines(&part.in_error, leads);
        view! { <h4>{text::section::in_error(part.in_error.len() as u64)}</h4> {rows} }
    });
    let says = absences(&part.heading, false);
    view! { {above(&part.heading, false)} {says} {listed(part, leads)} {none} {compared} {in_error} }.into_any()
}

/// Where sources differ about a medicine, and what changed within 90 days. The rest says again what stands above: it is a
/// tap away, and not for paper.
fn compared(medicines: &Medicines, leads: Leads) -> AnyView {
    let differs = |l: &&MedicineLine| matches!(l.mark, Mark::Differs | Mark::StoppedHereActiveThere);
    // A stop of which neither the day nor the reason is known says nothing that its own line does not.
    let told = |c: &Change| c.what != Changed::Stopped || !c.reason.is_empty() || !c.by.is_empty();
    let lately = |c: &&Change| c.when.as_ref().and_then(|d| d.days_ago).map_or_else(|| told(c), |d| d <= RECENT_DAYS);
    let part = |open: bool| Medicines {
        sources: medicines.sources.clone(),
        lines: medicines.lines.iter().filter(|l| differs(l) == open).cloned().collect(),
        changes: medicines.changes.iter().filter(|c| lately(c) == open).cloned().collect(),
    };
    let (open, rest) = (part(true), part(false));
    let folded = (!rest.changes.is_empty() || (rest.sources.len() > 1 && !rest.lines.is_empty())).then(|| {
        view! {
            <details class="disclosure no-print">
                <summary>{words::other_medicines()}</summary>
                <div class="stack">{medicines::reconciliation(&rest, leads)}</div>
            </details>
        }
    });
    view! { {medicines::reconciliation(&open, leads)} {folded} }.into_any()
}

/// What is dated within the last 90 days: a short line each, since each stands in full in its section.
fn recent(page: &Clinician, leads: Leads) -> Option<AnyView> {
    let values: u64 = page.recent_values.iter().map(|(_, n)| u64::from(*n)).sum();
    let count = page.recent.len() as u64 + values;
    (count > 0).then(|| {
        let below: Vec<String> =
            page.recent_values.iter().map(|(s, n)| words::headed(u64::from(*n), text::section(*s))).collect();
        let below = (!below.is_empty()).then(|| view! { <li>{words::recent_values(&below.join(", "))}</li> });
        let rows: Vec<_> = page
            .recent
            .iter()
            .map(|row| {
                let day = row.date.as_ref().map(text::day);
                let title = leads.title(&row.id, bdi(&row.title));
                view! {
                    <li>
                        <span class="figures">{day}</span>
                        " " {line::heading(row, title, String::new())} " "
                        <span class="small soft">{text::section(row.section)}</span>
                    </li>
                }
            })
            .collect();
        view! {
            <section class="stack-tight recent">
                <h3>{words::recent(count)}</h3>
                <ul>{rows} {below}</ul>
            </section>
        }
        .into_any()
    })
}

/// Already done on … at …: shown, never advised.
fn done(repeats: &[Repeat]) -> Option<AnyView> {
    let rows: Vec<_> = repeats
        .iter()
        .map(|r| {
            let told = words::done(&text::day(&r.date), &text::day(&r.again));
            view! { <li>{bdi(&r.title)} ": " {told} " " {bdi(&r.source)} " · " {bdi(&r.again_source)}</li> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack-tight">
                <h3>{words::already_done}</h3>
                <ul>{rows}</ul>
            </section>
        }
        .into_any()
    })
}

/// Sections of which nothing was shared, those that were asked for first.
fn not_shared(page: &Clinician) -> Option<AnyView> {
    let wanted: Vec<_> = page.not_given.iter().map(|s| view! { <li>{text::section(*s)}</li> }).collect();
    let wanted = (!wanted.is_empty()).then(|| view! { <h3>{words::not_given()}</h3> <ul>{wanted}</ul> });
    let silent = text::plain::silent(page);
    // What is held says so; only of what was not shared nothing is told.
    let untold = wanted.is_some() || silent.iter().any(|(label, _)| *label == Label::NotShared);
    let note = untold.then(|| view! { <p class="small soft">{words::not_shared_note()}</p> });
    let drawn: Vec<_> = silent
        .iter()
        .map(|(label, names)| view! { <h3>{text::plain::silence(*label)}</h3> <p>{names.join(" · ")}</p> })
        .collect();
    (wanted.is_some() || !drawn.is_empty())
        .then(|| view! { <section class="stack-tight">{wanted} {drawn} {note}</section> }.into_any())
}

/// The files, as of when each is, and how far it can be trusted.
pub(super) fn sources(all: &[SourceLine]) -> AnyView {
    let rows: Vec<_> = all
        .iter()
        .map(|s| {
            let as_of = s.as_of.as_ref().map_or_else(|| text::above::not_dated().to_owned(), text::as_of);
            view! {
                <li>
                    {bdi(&source_name(s))} " · " {as_of} " · " {text::trust(s.trust)}
                    {text::bears(&s.bears).map(|said| view! { " · " {bdi(&said)} })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="stack-tight">
            <h3>{words::sources()}</h3>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}
