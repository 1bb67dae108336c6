//! The clinician's view as plain text, for pasting into another system: the same facts in the same order.

use super::{
    above, absent_there, as_of, clinician as words, completeness, day_or_none, flag, line, month, polarity, section,
    standing, trust, trust_short, values,
};
use crate::record::{Kind, Polarity, Section, Standing};
use crate::share::bundle::ips;
use crate::view::clinician::{By, Clinician, ClinicianSection, Label, brief::Brief};
use crate::view::people::{Age, Header};
use crate::view::results::{Earlier, Repeat};
use crate::view::section::GroupKind;
use crate::view::{Absence, Absent, Day, Flagging, Row, Voice};

/// `SURNAME, Given`.
pub fn surname_first(person: &Header) -> String {
    match (person.family.is_empty(), person.given.is_empty()) {
        (true, _) => super::name(person),
        (false, true) => person.family.to_uppercase(),
        (false, false) => format!("{}, {}", person.family.to_uppercase(), person.given),
    }
}

/// `SURNAME, Given · 03-Mar-1951 (75y) · Female · NHS 943 476 5919`.
pub fn who(person: &Header) -> String {
    let mut parts = vec![surname_first(person)];
    parts.push(match (&person.birth, person.age) {
        (Some(birth), Some(age)) => format!("{} ({})", clinical_day(birth), clinical_age(age)),
        (Some(birth), None) => clinical_day(birth),
        (None, _) => super::terms::no_birth().to_owned(),
    });
    parts.extend(person.sex.map(|s| super::sex(s).to_owned()));
    parts.extend(person.nhs_number.as_ref().map(|n| words::nhs(&n.text)));
    parts.join(" · ")
}

/// `75y`; below two years in months, below two months in days.
fn clinical_age(age: Age) -> String {
    let months = u64::from(age.years) * 12 + u64::from(age.months);
    match (months, age.days) {
        (24.., _) | (_, None) => values::age_years(&age.years.to_string()),
        (2.., Some(_)) => values::age_months(&months.to_string()),
        (_, Some(days)) => values::age_days(&days.to_string()),
    }
}

/// `03-Mar-1951`, the way clinical systems in the UK write it; a partial date in words.
pub fn clinical_day(day: &Day) -> String {
    match day.known {
        Some(k) => match (k.month, k.day) {
            (Some(m), Some(d)) => {
                let short: String = month(m).chars().take(3).collect();
                format!("{d:02}-{short}-{}", k.year)
            }
            _ => super::day(day),
        },
        None => super::day(day),
    }
}

/// The words that a FHIR document needs, in the language in force: each section says what the text for pasting says.
pub fn fhir_words(page: &Clinician) -> ips::Words {
    let told = page.sections.iter().filter(|part| part.label.is_shared());
    ips::Words {
        told: told.map(|part| (part.section, shared_lines(part))).collect(),
        by: page.share.by.as_ref().map(carer),
        banner: banner(page, &page.share.shared_at),
        titles: Section::ALL.into_iter().map(|s| (s, section(s).to_owned())).collect(),
        title: super::received::title().to_owned(),
        not_shared: format!("{}. {}", completeness(Label::NotShared), words::not_shared_note()),
        declined: completeness(Label::Declined),
        nothing_held: completeness(Label::NothingHeld),
        none_known: absent_there(Absent::NoneKnown).to_owned(),
        unavailable: absent_there(Absent::Unavailable).to_owned(),
        not_asked: absent_there(Absent::NotAsked).to_owned(),
        withheld: absent_there(Absent::Withheld).to_owned(),
    }
}

/// The whole page: headings in capitals, then a line for each entry that ends with its date, its source and how far that
/// can be trusted. Nothing of it needs more than plain lines.
pub fn clinician(page: &Clinician, shared: &str, ends: &str) -> String {
    let share = &page.share;
    let mut out = vec![who(&page.person)];
    out.extend(page.person.nhs_number.as_ref().filter(|n| !n.valid).map(|_| words::bad_nhs_number().to_owned()));
    out.extend(page.person.deceased.as_ref().map(|d| words::deceased(&clinical_day(d))));
    out.extend(banner(page, shared));
    let fresh = page.newest.as_ref().map_or_else(|| above::not_dated().to_owned(), clinical_day);
    out.push(format!("{}: {fresh}", words::newest()));
    out.extend(
        glance(page).map(|(title, items)| [title.to_uppercase(), items.join(" · ")].join(" ").trim().to_owned()),
    );
    for part in page.sections.iter().filter(|s| stands(s)) {
        out.push(String::new());
        let fresh = part.heading.as_of.as_ref().filter(|_| part.label.is_shared());
        let fresh = fresh.map(|d| format!(", {}", as_of(d))).unwrap_or_default();
        out.push(format!("{} ({}{fresh})", section(part.section).to_uppercase(), completeness(part.label)));
        if part.label.is_shared() {
            out.extend(shared_lines(part));
        } else if part.label == Label::NothingHeld {
            out.extend(part.heading.absences.iter().map(absence));
        }
    }
    let done: Vec<String> = page.done.iter().map(repeat).collect();
    if !done.is_empty() {
        out.extend([String::new(), words::already_done().to_uppercase()]);
        out.extend(done);
    }
    if !page.not_given.is_empty() {
        out.push(String::new());
        let names: Vec<_> = page.not_given.iter().map(|s| section(*s)).collect();
        out.push(format!("{}: {}", words::not_given(), names.join(", ")));
    }
    for (label, names) in silent(page) {
        out.push(String::new());
        let note = if label == Label::NotShared { format!(" {}", words::not_shared_note()) } else { String::new() };
        out.push(format!("{}: {}.{note}", silence(label), names.join(", ")));
    }
    out.extend([String::new(), words::sources().to_uppercase()]);
    for source in &page.sources {
        let as_of = source.as_of.as_ref().map_or_else(|| above::not_dated().to_owned(), as_of);
        out.push(format!("- {}: {as_of}. {}", super::named(source), trust(source.trust)));
        out.extend(super::bears(&source.bears).map(|said| format!("  {said}")));
    }
    out.push(String::new());
    out.push(format!("{}: {}. {}", words::for_(), audience(page), super::purpose(&share.purpose)));
    if !share.ends_at.is_empty() {
        out.push(format!("{}: {ends}", words::until()));
    }
    out.push(String::new());
    out.join("\n")
}

/// For whom it was shared, as the person named them.
pub fn audience(page: &Clinician) -> String {
    match page.share.audience.as_str() {
        "" => words::whoever().to_owned(),
        said => super::audience_said(said),
    }
}

/// What every screen says of such a copy, and the person's own note.
fn banner(page: &Clinician, shared: &str) -> Vec<String> {
    let by = match &page.share.by {
        None => words::by_patient(shared),
        Some(by) => words::by_carer(&carer(by), shared),
    };
    let note = Some(&page.share.note).filter(|note| !note.is_empty());
    let mut out = vec![by, words::incomplete().to_owned(), words::not_alone().to_owned()];
    out.extend(note.map(|note| format!("{}: {note}", words::note())));
    out
}

/// The sections of which nothing stands on the page, by what the share says of them: *not shared* tells nothing of what
/// there is, *nothing held* does.
pub fn silent(page: &Clinician) -> Vec<(Label, Vec<&'static str>)> {
    let mut all: Vec<(Label, Vec<&'static str>)> = Vec::new();
    for part in page.sections.iter().filter(|s| !stands(s) && !page.not_given.contains(&s.section)) {
        match all.iter_mut().find(|(label, _)| *label == part.label) {
            Some((_, names)) => names.push(section(part.section)),
            None => all.push((part.label, vec![section(part.section)])),
        }
    }
    all
}

/// What stands over such sections.
pub fn silence(label: Label) -> String {
    match label {
        Label::NotShared => words::not_shared().to_owned(),
        Label::NothingHeld => words::nothing_held().to_owned(),
        label => completeness(label),
    }
}

/// A section's name with how many of it are so; what is said not to be so is not counted.
pub fn heading(part: &ClinicianSection) -> String {
    let so = part.rows.iter().filter(|r| r.polarity == Polarity::Positive).count();
    let brief: usize = part.brief.iter().map(|b| b.rows.len()).sum();
    match so + brief + part.analytes.len() {
        0 => section(part.section).to_owned(),
        so => words::headed(so as u64, section(part.section)),
    }
}

/// True if a section that was shared has not a single line, and no source says anything either.
pub fn is_bare(part: &ClinicianSection) -> bool {
    let none = part.rows.is_empty() && part.brief.is_empty() && part.analytes.is_empty();
    none && part.in_error.is_empty() && part.heading.absences.is_empty()
}

/// The allergies in one line: how many, and of each its name with what it does; or which kind of nothing was said. Above
/// everything else, so that nobody has to look for the second one.
pub fn glance(page: &Clinician) -> Option<(String, Vec<String>)> {
    let part = page.sections.iter().find(|s| s.section == Section::Allergies)?;
    let name = section(part.section);
    if !part.label.is_shared() {
        // Nobody may read it as "none known".
        return Some((format!("{name}:"), vec![completeness(part.label), words::none_shared().to_owned()]));
    }
    // What is given as text alone may list several, or deny them: it is told, and not counted.
    let so = part.rows.iter().filter(|r| r.polarity == Polarity::Positive && r.group != GroupKind::Words).count();
    let mut items: Vec<String> = part.rows.iter().map(brief).collect();
    let unread: u64 = part.heading.unread.iter().map(|u| u64::from(u.here)).sum();
    items.extend((unread > 0).then(|| above::unread_there(unread)));
    if part.rows.is_empty() {
        let said = part.heading.absences.iter();
        items.extend(said.map(|a| format!("{}: {}", super::named(&a.source), absent_there(a.absent))));
    }
    if items.is_empty() {
        items.push(words::none_shared().to_owned());
    }
    let uncounted = part.rows.iter().all(|r| r.group == GroupKind::Words);
    let title = if uncounted { format!("{name}:") } else { words::counted(so as u64, name) };
    Some((title, items))
}

/// A name with what matters most of it in brackets; what is not so says so first.
fn brief(row: &Row) -> String {
    let mut said: Vec<String> = Vec::new();
    said.extend(row.reactions.iter().cloned());
    said.extend([&row.severity, &row.criticality].into_iter().filter(|w| !w.is_empty()).cloned());
    said.extend((row.group == GroupKind::Words).then(|| line::words_only().to_owned()));
    said.extend(row.degraded.then(|| super::degraded().to_owned()));
    said.extend(row.words_deny.then(|| line::words_deny().to_owned()));
    said.extend(disagree(row).map(str::to_owned));
    let over = row.group == GroupKind::Past && !row.disagree;
    said.extend(over.then(|| standing(row.standing).to_owned()));
    said.extend(row.about.as_ref().map(|who| super::about(who)));
    said.extend(row.retracted.iter().map(|s| line::retracted(super::named_or_typed(s))));
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
    let not = match row.polarity {
        Polarity::Positive => String::new(),
        other => format!("{}: ", polarity(other).to_uppercase()),
    };
    format!("{not}{}{said}", row.title)
}

/// How the entries behind one line of something that lasts stand, and from when to when they are.
pub fn tally(row: &Row, day: impl Fn(&Day) -> String) -> Option<String> {
    let tally = row.tally.as_ref()?;
    // That each source has it once, as current, is what the line says.
    let all_current = tally.over == 0 && tally.other == 0 && row.standing == Standing::Active;
    let same_day = tally.first.as_ref().map(|d| d.known) == tally.latest.as_ref().map(|d| d.known);
    if all_current && same_day && row.entries as usize == row.sources.len() {
        return None;
    }
    let count = |n: u32, say: fn(&str) -> String| (n > 0).then(|| say(&super::number(n.into())));
    let mut said: Vec<String> = [
        count(tally.current, line::tally_current),
        count(tally.over, line::tally_over),
        count(tally.other, line::tally_other),
    ]
    .into_iter()
    .flatten()
    .collect();
    if tally.first.as_ref().map(|d| d.known) != tally.latest.as_ref().map(|d| d.known) {
        said.extend(tally.first.as_ref().map(|d| line::first(&day(d))));
        said.extend(tally.latest.as_ref().map(|d| line::latest(&day(d))));
    }
    said.extend(tally.ended.as_ref().map(|d| line::last_ended(&day(d))));
    Some(line::tally(row.entries.into(), &said.join(", ")))
}

/// What each source says for itself: one line a source, however many entries of it say different things.
pub fn voices(all: &[Voice], day: impl Fn(&Day) -> String) -> Vec<String> {
    let mut sources: Vec<(&str, Vec<&Voice>)> = Vec::new();
    for voice in all {
        match sources.iter_mut().find(|(source, _)| *source == voice.source) {
            Some((_, own)) => own.push(voice),
            None => sources.push((&voice.source, vec![voice])),
        }
    }
    let told = |(source, own): (&str, Vec<&Voice>)| {
        let source = super::named_or_typed(source);
        let said: Vec<String> = own.iter().map(|one| voice(one, &day)).filter(|said| !said.is_empty()).collect();
        match said.as_slice() {
            // What only the file's own format knows is told elsewhere.
            [] => None,
            [one] => Some(line::voice(one, source)),
            several => {
                let entries = own.iter().map(|one| u64::from(one.entries.max(1))).sum();
                let said: Vec<String> = several.iter().zip(1..).map(|(one, n)| format!("({n}) {one}")).collect();
                Some(line::voices(entries, &said.join("; "), source))
            }
        }
    };
    sources.into_iter().filter_map(told).collect()
}

/// That entries of an item do not agree, if so: entries of one source are no sources that disagree.
pub fn disagree(row: &Row) -> Option<&'static str> {
    let names = row.sources.iter().chain(row.voices.iter().map(|v| &v.source)).chain(&row.retracted);
    row.disagree.then(|| disagreeing(names.collect::<std::collections::BTreeSet<_>>().len()))
}

/// The same of so many sources.
pub fn disagreeing(sources: usize) -> &'static str {
    if sources == 1 { line::disagree_one() } else { line::disagree() }
}

fn voice(voice: &Voice, day: impl Fn(&Day) -> String) -> String {
    let mut said: Vec<String> = Vec::new();
    said.extend(voice.standing.map(|stands| match voice.polarity {
        Polarity::Positive => standing(stands).to_owned(),
        other => polarity(other).to_uppercase(),
    }));
    said.extend((voice.entries > 1 && voice.standing.is_some()).then(|| values::entries(voice.entries.into())));
    let labelled = [(line::certainty(), &voice.certainty), (line::severity(), &voice.severity)];
    said.extend(labelled.into_iter().filter(|(_, w)| !w.is_empty()).map(|(label, w)| format!("{label} {w}")));
    said.extend(Some(&voice.value).filter(|v| !v.is_empty()).cloned());
    said.extend(voice.dose.iter().map(|d| super::dose_words(d)));
    said.extend(voice.date.as_ref().map(|d| line::dated(&day(d))));
    said.extend(voice.end.as_ref().map(|d| line::until(&day(d))));
    let more = super::grouped(&voice.more, false);
    said.extend(more.into_iter().map(|(label, said)| format!("{label}: {}", said.join(", "))));
    said.join("; ")
}

/// One list of a section, under its heading: what is told in full, then what is told in brief.
pub struct Part<'p> {
    /// The heading; none where there is nothing to tell apart.
    pub heading: Option<&'static str>,
    /// A line each.
    pub rows: Vec<&'p Row>,
    /// A short line for each name.
    pub brief: Vec<&'p Brief>,
}

/// The rows in their groups; a group has a heading where there are several, or where its rows are not simply so. What is
/// over stands last.
pub fn groups(part: &ClinicianSection) -> Vec<Part<'_>> {
    let mut all: Vec<(GroupKind, bool, Part<'_>)> = Vec::new();
    let mut at = |kind: GroupKind, brief: bool| {
        let found = all.iter().position(|(k, b, _)| (*k, *b) == (kind, brief)).unwrap_or(all.len());
        if found == all.len() {
            all.push((kind, brief, Part { heading: None, rows: Vec::new(), brief: Vec::new() }));
        }
        found
    };
    let rows: Vec<(usize, &Row)> = part.rows.iter().map(|row| (at(row.group, false), row)).collect();
    // What is over is one list, also where some of it needs a line of its own.
    let told = part.brief.iter();
    let told: Vec<(usize, &Brief)> = told.map(|b| (at(b.kind, b.kind == GroupKind::All), b)).collect();
    for (i, row) in rows {
        all.get_mut(i).into_iter().for_each(|(.., part)| part.rows.push(row));
    }
    for (i, brief) in told {
        all.get_mut(i).into_iter().for_each(|(.., part)| part.brief.push(brief));
    }
    let over = |kind: GroupKind| kind == GroupKind::Past;
    all.sort_by_key(|(kind, brief, _)| (*brief, over(*kind), *kind));
    let several = all.len() > 1 || !part.analytes.is_empty();
    let measured = matches!(part.section, Section::Results | Section::VitalSigns);
    for (kind, brief, list) in &mut all {
        let named = several && *kind != GroupKind::All || !matches!(kind, GroupKind::Now | GroupKind::All);
        list.heading = match (*brief, measured) {
            (true, true) => Some(super::section::reports()),
            (true, false) => several.then(words::older),
            _ => named.then(|| super::group(*kind, part.section)),
        };
    }
    all.into_iter().map(|(.., list)| list).collect()
}

/// What several rows of one name say alike.
pub struct Told<'p> {
    /// Each row with its date, the newest first.
    pub rows: Vec<(&'p Row, String)>,
    /// What they say besides.
    pub said: Vec<String>,
}

/// What a short line says: of rows that say the same the dates stand together.
pub fn briefly(brief: &Brief) -> Vec<Told<'_>> {
    let mut all: Vec<Told<'_>> = Vec::new();
    for row in &brief.rows {
        let (when, said) = (span(row), said_briefly(row));
        match all.iter_mut().find(|told| told.said == said) {
            Some(told) => told.rows.push((row, when)),
            None => all.push(Told { rows: vec![(row, when)], said }),
        }
    }
    all
}

/// From when to when, short.
fn span(row: &Row) -> String {
    match (&row.date, &row.end) {
        (Some(from), Some(to)) if clinical_day(from) != clinical_day(to) => {
            line::from_to(&clinical_day(from), &clinical_day(to))
        }
        (Some(day), _) => clinical_day(day),
        (None, Some(to)) => line::until(&clinical_day(to)),
        (None, None) => day_or_none(None),
    }
}

/// All that a row says besides its name and its dates.
fn said_briefly(row: &Row) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(Some(measured(&row.value, &row.unit, &row.flagging)).filter(|_| !row.value.is_empty()));
    said.extend(row.parts.iter().map(|p| format!("{} {}", p.title, measured(&p.value, &p.unit, &p.flagging))));
    said.extend(row.range.iter().map(|r| format!("{} {r}", super::range_name(row.flagging.lab_test))));
    said.extend(says_status(row).then(|| super::status(&row.kind, row.standing)).flatten().map(str::to_owned));
    // That it was so is what its standing here says; only a doubt is news.
    let doubt = !row.certainty.is_empty() && row.certainty != "confirmed";
    said.extend(doubt.then(|| format!("{} {}", line::certainty(), row.certainty)));
    said.extend(tally(row, clinical_day));
    said.extend(row.dose.iter().map(|d| super::dose_words(d)));
    said.extend(Some(row.reactions.join(", ")).filter(|r| !r.is_empty()).map(|r| format!("{} {r}", line::reactions())));
    let words = [(line::severity(), &row.severity), (line::criticality(), &row.criticality)];
    said.extend(words.into_iter().filter(|(_, w)| !w.is_empty()).map(|(label, w)| format!("{label} {w}")));
    said.extend(row.age_then.map(|age| line::age_then(&super::age(age))));
    said.extend(row.described.as_ref().and_then(|d| super::described(d, false)));
    let more = super::grouped(&row.more, false);
    said.extend(more.into_iter().map(|(label, said)| format!("{label}: {}", said.join(", "))));
    said.extend(voices(&row.voices, clinical_day));
    said.extend(super::letter_apart(row).map(str::to_owned));
    said
}

/// Allergies, medicines and problems always have their heading; of the rest, what was shared.
pub fn stands(section: &ClinicianSection) -> bool {
    section.label.is_shared()
        || matches!(section.section, Section::Allergies | Section::Medications | Section::Problems)
}

fn shared_lines(part: &ClinicianSection) -> Vec<String> {
    let mut out = Vec::new();
    for unread in &part.heading.unread {
        let name = super::named(&unread.source);
        if unread.here > 0 {
            out.push(format!("- {name}: {}", above::unread_there(unread.here.into())));
        }
        if unread.anywhere > 0 && super::is_weighty(part.section) {
            out.push(format!("- {name}: {}", above::loose(unread.anywhere.into())));
        }
    }
    // Numbers first: a report without one says least.
    out.extend(part.analytes.iter().map(|a| match a.count {
        0 | 1 => row(&a.latest),
        n => {
            let count = line::count(n.into());
            let before = earlier(&a.earlier, n, clinical_day).map(|said| format!("; {said}")).unwrap_or_default();
            format!("{} ({count}{before})", row(&a.latest))
        }
    }));
    for list in groups(part) {
        out.extend(list.heading.map(|heading| format!("{heading}:")));
        out.extend(list.rows.into_iter().map(row));
        out.extend(list.brief.into_iter().map(brief_line));
    }
    out.extend(part.heading.absences.iter().map(absence));
    if is_bare(part) {
        out.push(words::none_shared().to_owned());
    }
    out.extend(part.in_error.iter().map(row));
    out
}

/// A short line: `- Sinusitis (3): 03-May-1971 to 24-May-1971, 04-Jun-1984; Why: … (Elm Surgery, Not checked)`.
fn brief_line(brief: &Brief) -> String {
    let told: Vec<String> = briefly(brief)
        .into_iter()
        .map(|told| {
            let dates: Vec<String> = told.rows.into_iter().map(|(_, when)| when).collect();
            [vec![dates.join(", ")], told.said].concat().join("; ")
        })
        .collect();
    let from = who_briefly(brief);
    let from: Vec<&str> = from.iter().map(String::as_str).collect();
    one_line(&format!("- {}: {} ({})", name_briefly(brief), told.join(" · "), from.join(", ")))
}

/// Its name, with how many there are where there are several.
pub fn name_briefly(brief: &Brief) -> String {
    let Some(first) = brief.rows.first() else { return String::new() };
    let named = if first.named { first.title.clone() } else { format!("{} {}", first.title, line::unnamed()) };
    match brief.rows.len() {
        1 => named,
        n => words::headed(n as u64, &named),
    }
}

/// Who says so and how far that can be trusted, each once.
pub fn who_briefly(brief: &Brief) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let named = brief.rows.iter().flat_map(|r| &r.sources).map(|s| super::named_or_typed(s).to_owned());
    for name in named.chain(brief.rows.iter().map(|r| trust_short(r.trust).to_owned())) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// What a source says of having nothing.
fn absence(said: &Absence) -> String {
    let own = if said.text.is_empty() { String::new() } else { format!(" “{}”", said.text) };
    let when = said.date.as_ref().or(said.source.as_of.as_ref());
    let when = when.map(|d| format!(", {}", as_of(d))).unwrap_or_default();
    let name = super::named(&said.source);
    let against = super::contradicted(said.contradicted).map(|w| format!(" ({w})")).unwrap_or_default();
    format!("- {name}{when}: {}{own}{against}", absent_there(said.absent))
}

/// The values before the latest, newest first: a value that stayed the same is told once, with all its dates. Of `count`
/// with the latest; where not all are told it says so.
pub fn earlier(points: &[Earlier], count: u32, day: impl Fn(&Day) -> String) -> Option<String> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for p in points {
        let value = measured(&p.value, &p.unit, &p.flagging);
        let when = p.date.as_ref().map_or_else(|| day_or_none(None), &day);
        match told.last_mut().filter(|(last, _)| *last == value) {
            Some((_, dates)) => dates.push(when),
            None => told.push((value, vec![when])),
        }
    }
    let told: Vec<String> = told.into_iter().map(|(value, dates)| format!("{value}, {}", dates.join(", "))).collect();
    (!told.is_empty()).then(|| match is_whole(points, count) {
        true => line::earlier(&told.join("; ")),
        false => format!("{}: {}", earlier_title(points, count), told.join("; ")),
    })
}

/// What the earlier values are called, with how many there are.
pub fn earlier_title(points: &[Earlier], count: u32) -> String {
    match is_whole(points, count) {
        true => line::earlier_values(points.len() as u64),
        false => line::earlier_some(&count.saturating_sub(1).to_string(), &points.len().to_string()),
    }
}

fn is_whole(points: &[Earlier], count: u32) -> bool {
    points.len() as u64 + 1 >= u64::from(count)
}

fn repeat(again: &Repeat) -> String {
    let told = words::done(&clinical_day(&again.date), &clinical_day(&again.again));
    format!("- {}: {told} {}, {}", again.title, again.source, again.again_source)
}

/// True where the status is worth a word: findings are final unless they say otherwise; of all else it is always told.
pub fn says_status(row: &Row) -> bool {
    let finding = matches!(row.kind, Kind::Observation | Kind::DiagnosticReport | Kind::DocumentReference);
    let given = matches!(row.section, Section::Immunizations | Section::Encounters | Section::Procedures)
        && row.standing == Standing::Ended;
    let silent = matches!(row.standing, Standing::Final | Standing::Active | Standing::Unknown);
    // How what was ruled out, not done or not taken stands is told by that; an order not to do it has a standing.
    let so = matches!(row.polarity, Polarity::Positive | Polarity::DoNotPerform);
    !(given || finding && silent) && so && super::status(&row.kind, row.standing).is_some()
}

/// What it is, what is said of it, and in brackets when, by whom, and how far that can be trusted. A text of several lines
/// becomes one.
fn row(row: &Row) -> String {
    let mut said = Vec::new();
    said.extend(row.about.as_ref().map(|who| super::about(who).to_uppercase()));
    if row.polarity != Polarity::Positive {
        said.push(super::polarity_of(&row.kind, row.polarity).to_uppercase());
    }
    if !row.value.is_empty() {
        said.push(measured(&row.value, &row.unit, &row.flagging));
    }
    said.extend(row.parts.iter().map(|p| format!("{} {}", p.title, measured(&p.value, &p.unit, &p.flagging))));
    said.extend(row.range.iter().map(|r| format!("{} {r}", super::range_name(row.flagging.lab_test))));
    said.extend(row.dose.iter().map(|d| super::dose_words(d)));
    said.extend(row.undosed.then(|| line::no_dose().to_owned()));
    said.extend((row.group == GroupKind::Words).then(|| line::words_only().to_owned()));
    if !row.reactions.is_empty() {
        said.push(format!("{} {}", line::reactions(), row.reactions.join(", ")));
    }
    if !row.severity.is_empty() {
        said.push(format!("{} {}", line::severity(), row.severity));
    }
    if !row.criticality.is_empty() {
        said.push(format!("{} {}", line::criticality(), row.criticality));
    }
    if row.degraded {
        said.push(super::degraded().to_owned());
    }
    if row.words_deny {
        said.push(line::words_deny().to_owned());
    }
    said.extend(row.end.as_ref().filter(|_| row.outlived).map(|d| line::outlived(&clinical_day(d))));
    if row.misnamed {
        said.push(line::misnamed().to_owned());
    }
    said.extend(disagree(row).map(str::to_owned));
    said.extend(row.retracted.iter().map(|s| line::retracted(super::named_or_typed(s))));
    let one = row.voices.iter().all(|v| v.standing.is_none());
    if one && says_status(row) {
        said.extend(super::status(&row.kind, row.standing).map(str::to_owned));
    }
    if one && !row.certainty.is_empty() {
        said.push(format!("{} {}", line::certainty(), row.certainty));
    }
    said.extend(row.described.as_ref().and_then(|d| super::described(d, false)));
    // What only the file's own format knows is in the FHIR document, not among words for reading.
    said.extend(
        super::grouped(&row.more, false).into_iter().map(|(label, said)| format!("{label}: {}", said.join(", "))),
    );
    said.extend(voices(&row.voices, clinical_day));
    said.extend(super::letter_apart(row).map(str::to_owned));
    let mut from = vec![row.date.as_ref().map_or_else(|| day_or_none(None), clinical_day)];
    from.extend(row.end.as_ref().map(|d| line::until(&clinical_day(d))));
    from.extend(row.age_then.map(|age| line::age_then(&super::age(age))));
    from.extend(row.sources.iter().map(|s| super::named_or_typed(s).to_owned()));
    from.push(trust_short(row.trust).to_owned());
    let facts = if said.is_empty() { String::new() } else { format!(": {}", said.join("; ")) };
    let title = if row.named { row.title.clone() } else { format!("{} {}", row.title, line::unnamed()) };
    one_line(&format!("- {title}{facts} ({})", from.join(", ")))
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" / ")
}

/// A value as written, its unit, and what is said of it.
fn measured(value: &str, unit: &str, flagging: &Flagging) -> String {
    let flag = flag(flagging).map(|f| format!(" [{f}]")).unwrap_or_default();
    format!("{value} {}", super::unit(unit)).trim_end().to_owned() + &flag
}

/// "Ann, daughter, attorney", as the signed share says.
pub fn carer(by: &By) -> String {
    let name = if by.name.is_empty() { words::carer() } else { &by.name };
    let parts = [name, by.relation.as_str(), basis(&by.basis)];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

fn basis(slug: &str) -> &str {
    match slug {
        "consent" => words::basis_consent(),
        "parental-responsibility" => words::basis_parental(),
        "attorney" => words::basis_attorney(),
        "deputy" => words::basis_deputy(),
        "welfare-attorney-or-guardian" => words::basis_welfare(),
        "best-interests" => words::basis_best_interests(),
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{PartialDate, Sex};
    use crate::view::entry::Label;
    use crate::view::people::NhsShown;
    use crate::view::section::GroupKind;
    use crate::view::{LabFlag, Trust};

    fn day(text: &str) -> Day {
        Day { text: text.to_owned(), known: PartialDate::fhir(text).known, days_ago: None, future: false }
    }

    fn person() -> Header {
        Header {
            name: "Martha Ann Jones".into(),
            family: "Jones".into(),
            given: "Martha Ann".into(),
            birth: Some(day("1951-03-03")),
            age: Some(Age { years: 75, months: 8, days: Some(27_000) }),
            sex: Some(Sex::Female),
            nhs_number: Some(NhsShown { text: "943 476 5919".into(), valid: true }),
            deceased: None,
            tile: 1,
            variants: 1,
        }
    }

    fn a_row() -> Row {
        Row {
            id: "a1".into(),
            section: Section::Allergies,
            kind: Kind::AllergyIntolerance,
            group: GroupKind::Now,
            title: "Penicillin V".into(),
            named: true,
            value: String::new(),
            unit: String::new(),
            parts: Vec::new(),
            range: Vec::new(),
            flagging: Flagging::default(),
            dose: Vec::new(),
            undosed: false,
            reactions: vec!["Anaphylaxis".into(), "Rash".into()],
            severity: "severe".into(),
            criticality: String::new(),
            date: Some(day("2019-03")),
            date_of: crate::view::DateOf::Itself,
            end: None,
            age_then: None,
            standing: Standing::Active,
            status: "active".into(),
            certainty: String::new(),
            polarity: Polarity::Positive,
            disagree: false,
            about: None,
            retracted: Vec::new(),
            trust: Trust::NotSigned,
            sources: vec!["Elm Surgery".into()],
            degraded: false,
            words_deny: false,
            outlived: false,
            misnamed: false,
            notes: false,
            more: Vec::new(),
            voices: Vec::new(),
            said: Vec::new(),
            attachments: 0,
            entries: 1,
            tally: None,
            nothing_newer: None,
            of: Vec::new(),
            described: None,
        }
    }

    fn check(change: impl FnOnce(&mut Row), expected: &str) {
        let mut made = a_row();
        change(&mut made);
        assert_eq!(row(&made), expected);
    }

    #[test]
    fn earlier_values_stand_with_their_dates_and_say_if_some_are_left_out() {
        let point = |value: &str, date: Option<&str>| Earlier {
            date: date.map(day),
            value: value.into(),
            unit: "mmol/L".into(),
            flagging: Flagging::default(),
        };
        let points = [point("4.1", Some("2026-09-09")), point("3.9", None)];
        let told = |count| earlier(&points, count, clinical_day);
        assert_eq!(told(3).unwrap(), "Before: 4.1 mmol/L, 09-Sep-2026; 3.9 mmol/L, no date given");
        assert!(told(9).unwrap().starts_with("Earlier values: the newest 2 of 8: 4.1 mmol/L, 09-Sep-2026; "));
        assert_eq!(earlier(&[], 1, clinical_day), None);
    }

    #[test]
    fn what_is_told_in_brief_has_every_date_and_every_word() {
        let one = |from: &str, to: Option<&str>, why: &str| Row {
            kind: Kind::Condition,
            section: Section::Problems,
            group: GroupKind::Past,
            title: "Sinusitis".into(),
            date: Some(day(from)),
            end: to.map(day),
            standing: Standing::Ended,
            reactions: Vec::new(),
            severity: String::new(),
            more: Some(why).filter(|w| !w.is_empty()).map(|w| (Label::Note, w.to_owned())).into_iter().collect(),
            ..a_row()
        };
        let rows = vec![
            one("2001-05-03", Some("2001-05-24"), ""),
            one("1999", None, "seen in Rhyl"),
            one("1984-06-04", Some("1984-06-04"), ""),
        ];
        let brief = Brief { kind: GroupKind::Past, rows };
        assert_eq!(
            brief_line(&brief),
            "- Sinusitis (3): 03-May-2001 to 24-May-2001, 04-Jun-1984; Ended · 1999; Ended; Note: seen in Rhyl \
             (Elm Surgery, Not checked)"
        );
    }

    #[test]
    fn a_value_that_stayed_the_same_is_told_once_with_its_dates() {
        let point = |value: &str, date: &str| Earlier {
            date: Some(day(date)),
            value: value.into(),
            unit: String::new(),
            flagging: Flagging::default(),
        };
        let points = [point("No", "2025-12-09"), point("No", "2024-12-24"), point("Yes", "2022-11-08")];
        let told = earlier(&points, 4, clinical_day).unwrap();
        assert_eq!(told, "Before: No, 09-Dec-2025, 24-Dec-2024; Yes, 08-Nov-2022");
    }

    #[test]
    fn for_whom_it_is_stands_in_the_readers_language() {
        use super::super::{Lang, audience_said, set_lang};
        let check = |said: &str, en: &str, cy: &str| {
            assert_eq!(audience_said(said), en);
            set_lang(Lang::Cy);
            assert_eq!(audience_said(said), cy);
            set_lang(Lang::En);
        };
        // It travels in the language of whoever shared it.
        check("A&E or an ambulance", "A&E or an ambulance", "Adran argyfwng neu ambiwlans");
        check("Meddygfa", "A GP surgery", "Meddygfa");
        check("A school or nursery", "A school or nursery", "Ysgol neu feithrinfa");
        // A name is a name, in any language.
        check("my sister", "my sister", "my sister");
        check("Somebody else", "Somebody else", "Somebody else");
    }

    #[test]
    fn a_person_is_written_as_clinical_systems_write_them() {
        assert_eq!(who(&person()), "JONES, Martha Ann · 03-Mar-1951 (75y) · Female · NHS 943 476 5919");
        let vague = Header { birth: Some(day("1951")), age: None, sex: None, nhs_number: None, ..person() };
        assert_eq!(who(&vague), "JONES, Martha Ann · 1951");
        let unsplit = Header {
            family: String::new(),
            given: String::new(),
            birth: None,
            age: None,
            sex: None,
            nhs_number: None,
            ..person()
        };
        assert_eq!(who(&unsplit), "Martha Ann Jones · Date of birth not given");
    }

    #[test]
    fn a_disagreeing_source_says_what_it_says_and_when() {
        let voice = |source: &str, polarity, certainty: &str, date: Option<&str>, more: Vec<(Label, String)>| Voice {
            source: source.into(),
            standing: Some(Standing::Active),
            polarity,
            certainty: certainty.into(),
            date: date.map(day),
            end: None,
            dose: Vec::new(),
            value: String::new(),
            severity: String::new(),
            more,
            entries: 1,
        };
        check(
            |r| {
                (r.title, r.disagree) = ("Sesame".into(), true);
                (r.reactions, r.severity) = (Vec::new(), String::new());
                let note = vec![(Label::Note, "Tolerates sesame".to_owned())];
                r.voices = vec![
                    voice("Elm Surgery", Polarity::Positive, "confirmed", None, Vec::new()),
                    voice("Ward 4", Polarity::Refuted, "", Some("2026-09-02"), note),
                ];
            },
            "- Sesame: Sources disagree; Elm Surgery says: Current; How sure: confirmed; Ward 4 says: WAS THOUGHT SO, HAS BEEN RULED OUT; dated 02-Sep-2026; Note: Tolerates sesame (March 2019, Elm Surgery, Not checked)",
        );
        // Who has nothing to add is not said to say it.
        check(
            |r| {
                r.title = "Sesame".into();
                (r.reactions, r.severity) = (Vec::new(), String::new());
                let silent = voice("Ward 4", Polarity::Positive, "", None, Vec::new());
                r.voices = vec![Voice { standing: None, ..silent }];
            },
            "- Sesame: Current (March 2019, Elm Surgery, Not checked)",
        );
        // What one source says twice is told once, with both.
        check(
            |r| {
                (r.title, r.disagree) = ("Sesame".into(), true);
                (r.reactions, r.severity) = (Vec::new(), String::new());
                r.voices = vec![
                    voice("Elm Surgery", Polarity::Positive, "", None, Vec::new()),
                    voice("Elm Surgery", Polarity::Refuted, "", Some("2026-09-02"), Vec::new()),
                ];
            },
            "- Sesame: One source says different things; Elm Surgery has 2 entries of this: (1) Current; (2) WAS THOUGHT SO, HAS BEEN RULED OUT; dated 02-Sep-2026 (March 2019, Elm Surgery, Not checked)",
        );
    }

    #[test]
    fn nothing_of_a_line_is_left_out() {
        // A negation that the file's format keeps beside a part is no book-keeping.
        check(
            |row| {
                let detail = |name: &str, said: &str| (Label::Detail(name.to_owned()), said.to_owned());
                row.more =
                    vec![detail("negationInd", "Chest pain"), detail("orderControl", "NW"), detail("new", "words")];
            },
            "- Penicillin V: Reaction: Anaphylaxis, Rash; Severity: severe; Current; Said not to be so: Chest pain; In the file: new: words (March 2019, Elm Surgery, Not checked)",
        );
        check(
            |_| (),
            "- Penicillin V: Reaction: Anaphylaxis, Rash; Severity: severe; Current (March 2019, Elm Surgery, Not checked)",
        );
        check(
            |r| (r.polarity, r.degraded) = (Polarity::Refuted, true),
            "- Penicillin V: WAS THOUGHT SO, HAS BEEN RULED OUT; Reaction: Anaphylaxis, Rash; Severity: severe; Lost detail in a transfer (March 2019, Elm Surgery, Not checked)",
        );
        check(
            |r| {
                r.title = "Potassium".into();
                (r.value, r.unit, r.range) = ("<5.0".into(), "mmol/L".into(), vec!["3.5 - 5.3 mmol/L".into()]);
                r.flagging.lab = LabFlag::High;
                r.flagging.lab_test = true;
                (r.reactions, r.severity, r.kind) = (Vec::new(), String::new(), Kind::Observation);
            },
            "- Potassium: <5.0 mmol/L [High, says the lab]; The lab’s range: 3.5 - 5.3 mmol/L (March 2019, Elm Surgery, Not checked)",
        );
        check(
            |r| {
                (r.kind, r.title) = (Kind::MedicationStatement, "Aspirin 75 mg".into());
                (r.dose, r.reactions, r.severity) = (vec!["one\n\na day".into()], Vec::new(), String::new());
                (r.date, r.end) = (Some(day("2019-03-02")), Some(day("2020")));
                r.more = vec![(Label::Note, "with food".into())];
            },
            "- Aspirin 75 mg: one / a day; Current; Note: with food (02-Mar-2019, until 2020, Elm Surgery, Not checked)",
        );
    }
}
