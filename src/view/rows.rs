//! From an item to the line that lists show.

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::civil::Date;

use super::entry::Label;
use super::people::Age;
use super::{
    Against, DateOf, Day, Described, Flagging, LabFlag, OwnWord, Part, Row, SourceLine, Tally, Trust, Voice, day,
    heading, results::is_known_unit, section::GroupKind,
};
use crate::record::{
    Bears, Concept, Description, Entry, Field, Hash, Item, Kind, Origin, Parcel, PartialDate, Polarity, Record, Said,
    Section, Signed, Standing, Value, describes, same,
};

/// The file as a source.
pub(super) fn source(parcel: &Parcel, today: Date) -> SourceLine {
    SourceLine {
        parcel: parcel.hash,
        name: source_name(parcel, None).to_owned(),
        as_of: parcel.reading.source.as_of.as_ref().map(|d| Day::of(d, today)),
        imported: Day::at(&parcel.note.imported, today),
        bears: parcel.note.bears.clone(),
        trust: trust(parcel),
        entries: parcel.reading.entries.len() as u32,
    }
}

/// Who says so: the file's source as it names itself, else its title; in a share that names none, the entry's own
/// custodian; else the file's name.
pub(super) fn source_name<'a>(parcel: &'a Parcel, entry: Option<&'a Entry>) -> &'a str {
    if parcel.note.origin == Origin::Person {
        return "";
    }
    let own = entry.filter(|_| parcel.note.origin == Origin::Share).and_then(|e| e.custodian.as_deref());
    let source = &parcel.reading.source;
    [source.name.as_str(), &source.title, own.unwrap_or_default(), &parcel.note.title, &parcel.note.file_name]
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .unwrap_or_default()
}

/// The trust mark of what came so.
pub(super) fn trust(parcel: &Parcel) -> Trust {
    match parcel.note.origin {
        Origin::File | Origin::Link(_) => match parcel.reading.signed {
            Signed::No => Trust::NotSigned,
            Signed::Trusted => Trust::SignedTrusted,
            Signed::Unknown => Trust::SignedUnknown,
            Signed::NotChecked => Trust::NotChecked,
            Signed::Wrong => Trust::SignatureWrong,
        },
        // Of a signature a share tells only that there is one.
        Origin::Share => match parcel.reading.signed {
            Signed::No => Trust::NotSigned,
            Signed::Wrong => Trust::SignatureWrong,
            _ => Trust::NotChecked,
        },
        Origin::Person => Trust::Typed,
        Origin::SignedTrusted => Trust::SignedTrusted,
        Origin::SignedUnknown => Trust::SignedUnknown,
    }
}

/// True if a source forbids to show it to the patient. One entry is enough.
pub(super) fn is_withheld(record: &Record, item: &Item) -> bool {
    record.entries(item).any(|(_, _, e)| e.withheld_from_patient())
}

/// True if it says that none is known, or that nothing is known: not a line of a list, but a kind of nothing.
pub(super) fn is_absence(record: &Record, item: &Item) -> bool {
    record.lead(item).is_some_and(|e| matches!(e.polarity, Polarity::NoneKnown | Polarity::Unknown))
}

/// True if it counts as a line of its section.
pub(super) fn counts(record: &Record, item: &Item) -> bool {
    !is_withheld(record, item) && !record.is_off(item) && !is_absence(record, item) && !is_tag(record, item)
}

/// True for the person's own wish to keep something closed or off the pages: it stands beside what it is about, and in no list, where it
/// would point at the very thing.
pub(super) fn is_tag(record: &Record, item: &Item) -> bool {
    record.lead(item).and_then(Entry::said).is_some_and(Said::is_tag) && item.entries.len() == 1
}

/// True if it is about somebody else than the file's patient: it stands among the lines, marked, and is compared with
/// nothing.
pub(super) fn is_of_other(record: &Record, item: &Item) -> bool {
    item.entries.iter().any(|at| record.about_other(*at).is_some())
}

/// An item as a line; `None` only if the item is not of this record.
pub(super) fn row(record: &Record, item: &Item, today: Date) -> Option<Row> {
    let entry = record.lead(item)?;
    let parcel = record.parcel(item.lead)?;
    let mut sources: Vec<String> = Vec::new();
    // What the person says of a document is told as theirs, and makes them no source of it.
    let has_file = record.described(item).is_some_and(|(at, _)| at != item.lead);
    let own = |parcel: &Parcel, entry: &Entry| has_file && describes(parcel, entry);
    for (_, parcel, entry) in record.entries(item).filter(|(_, parcel, entry)| !own(parcel, entry)) {
        let name = source_name(parcel, Some(entry));
        if !sources.iter().any(|s| s == name) {
            sources.push(name.to_owned());
        }
    }
    let errors = item.disagreements.iter().filter(|d| d.field == Field::EnteredInError);
    let mut retracted: Vec<String> = Vec::new();
    for at in errors.flat_map(|d| d.sides.iter().skip(1).flatten()) {
        let name = record.parcel(*at).map(|p| source_name(p, record.entry(*at))).unwrap_or_default();
        if !retracted.iter().any(|s| s == name) {
            retracted.push(name.to_owned());
        }
    }
    let (more, voices) = told(record, item, has_file, today);
    let described = record.described(item).map(|(_, entry)| Description::of(entry)).map(|d| Described {
        title: !d.title.is_empty(),
        date: !d.date.is_empty(),
        kind: d.kind,
        from: d.from,
    });
    let group = group(record, item, today);
    let lab = entry.section == Section::Results;
    Some(Row {
        id: item.id.clone(),
        section: item.section,
        kind: item.kind.clone(),
        group,
        title: record.title(item).unwrap_or_default().to_owned(),
        named: entry.named || described.as_ref().is_some_and(|d| d.title),
        value: entry.value.as_ref().map(Value::text).unwrap_or_default(),
        unit: entry.value.as_ref().map(|v| v.unit().to_owned()).unwrap_or_default(),
        parts: entry.components.iter().map(|c| part(c, lab)).collect(),
        range: entry.range.clone(),
        flagging: flagging(entry.value.as_ref(), &entry.range, &entry.interpretation, lab),
        dose: entry.dose.clone(),
        undosed: is_undosed(record, item, group),
        reactions: said(record, item, |e| e.reactions.iter().map(reaction).collect()),
        severity: said(record, item, |e| vec![severity(e)]).join(" / "),
        criticality: said(record, item, |e| vec![e.detail("criticality").unwrap_or_default().to_owned()]).join(" / "),
        date: record.date(item).map(|d| Day::of(d, today)),
        date_of: date_of(entry),
        end: entry.end.as_ref().map(|d| Day::of(d, today)),
        age_then: age_then(parcel, entry),
        standing: entry.status.standing,
        status: entry.status.text.clone(),
        certainty: entry.status.certainty.clone(),
        polarity: entry.polarity,
        disagree: !item.disagreements.is_empty(),
        about: item.entries.iter().find_map(|at| record.about_other(*at)).map(str::to_owned),
        retracted,
        trust: trust(parcel),
        sources,
        degraded: entry.degraded.is_some(),
        words_deny: record.entries(item).any(|(_, _, e)| e.words_deny()),
        outlived: entry.outlived(today),
        misnamed: record.entries(item).any(|(_, parcel, _)| matches!(parcel.note.bears, Bears::Other(_))),
        notes: record.entries(item).any(|(_, _, e)| e.notes.iter().any(|note| !says_again(e, note))),
        more,
        voices,
        said: own_words(record, item, today),
        attachments: record.entries(item).map(|(_, parcel, entry)| attachments(parcel, entry)).sum(),
        entries: record.entries(item).filter(|(_, parcel, entry)| !own(parcel, entry)).count() as u32,
        tally: tally(record, item, today),
        nothing_newer: nothing_newer(record, item, group, today),
        of: record.spoken_of(entry).map(|of| (of.id.clone(), title_of(record, of))).collect(),
        described,
    })
}

fn title_of(record: &Record, item: &Item) -> String {
    record.title(item).unwrap_or_default().to_owned()
}

/// What the date of an entry is the date of. Readers give each kind's date in that kind's own sense; where there is none
/// a line shows when it was written down.
fn date_of(entry: &Entry) -> DateOf {
    if entry.date.is_none() {
        return if entry.recorded.is_some() { DateOf::Recorded } else { DateOf::Itself };
    }
    let positive = entry.polarity.is_positive();
    match entry.kind {
        Kind::Condition | Kind::AllergyIntolerance if positive => DateOf::Began,
        Kind::MedicationStatement | Kind::DeviceUseStatement if positive => DateOf::From,
        Kind::MedicationRequest => DateOf::Ordered,
        Kind::MedicationDispense if positive => DateOf::Supplied,
        Kind::MedicationAdministration | Kind::Immunization if positive => DateOf::Given,
        _ => DateOf::Itself,
    }
}

/// How the entries of something that lasts stand; `None` where there is one alone, or it does not last.
fn tally(record: &Record, item: &Item, today: Date) -> Option<Tally> {
    let lead = record.lead(item)?;
    let lasts = same::is_medicine(&lead.kind) || matches!(lead.kind, Kind::Condition | Kind::AllergyIntolerance);
    if !lasts || item.entries.len() + item.history.len() < 2 {
        return None;
    }
    let mut tally = Tally::default();
    let (mut first, mut latest, mut ended): (Option<&PartialDate>, Option<&PartialDate>, Option<&PartialDate>) =
        (None, None, None);
    for (_, _, entry) in record.entries(item) {
        match entry.status.standing {
            Standing::Active if entry.polarity.is_positive() => tally.current += 1,
            Standing::Ended | Standing::Stopped => tally.over += 1,
            _ => tally.other += 1,
        }
        if let Some(date) = date(entry).filter(|d| d.known.is_some()) {
            first = first.filter(|f| f.sort_key() <= date.sort_key()).or(Some(date));
            if !day::is_future(date, today) {
                latest = latest.filter(|l| l.sort_key() >= date.sort_key()).or(Some(date));
            }
        }
        if let Some(end) = entry.end.as_ref().filter(|d| d.known.is_some()) {
            ended = ended.filter(|e| e.sort_key() >= end.sort_key()).or(Some(end));
        }
    }
    let day = |date: Option<&PartialDate>| date.map(|d| Day::of(d, today));
    (tally.first, tally.latest, tally.ended) = (day(first), day(latest), day(ended));
    Some(tally)
}

/// Of a medicine that is listed as taken, or unclear: the newest that any file tells of it, where that is too old to be
/// taken for current. A file that says as of when it speaks tells of what it calls active up to then.
fn nothing_newer(record: &Record, item: &Item, group: GroupKind, today: Date) -> Option<Day> {
    if item.section != Section::Medications || !matches!(group, GroupKind::Now | GroupKind::Unclear) {
        return None;
    }
    let told = record.entries(item).flat_map(|(_, parcel, entry)| {
        let issued = entry.detail("lastIssueDate").map(|text| Cow::Owned(PartialDate::fhir(text)));
        let listed = parcel.reading.source.as_of.as_ref().filter(|_| entry.status.standing == Standing::Active);
        let own = [entry.date.as_ref(), entry.recorded.as_ref(), listed].map(|date| date.map(Cow::Borrowed));
        own.into_iter().chain([issued])
    });
    let told = told.flatten().filter(|d| d.known.is_some() && !day::is_future(d, today));
    let newest = told.max_by_key(|d| d.sort_key()).map(|d| Day::of(&d, today))?;
    heading::is_stale(&newest).then_some(newest)
}

/// How many letters and scans an entry has. What is only named by its hash is told of, and neither here nor anywhere to
/// be had from.
fn attachments(parcel: &Parcel, entry: &Entry) -> u32 {
    let all = entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize));
    all.filter(|a| a.hash.is_some() || Hash::from_name(&a.url).is_none()).count() as u32
}

/// How old the file's person was at a vaccination; of a file that bears another name nothing is computed.
fn age_then(parcel: &Parcel, entry: &Entry) -> Option<Age> {
    let given = entry.section == Section::Immunizations && entry.polarity.is_positive();
    let [person] = parcel.reading.people.as_slice() else { return None };
    let on = entry.date.as_ref().filter(|_| given && parcel.note.bears == Bears::Same)?.day()?;
    day::age(person.birth_date.as_ref()?, on)
}

/// The date of a line: the clinical one, else when it was written down.
pub(super) fn date(entry: &Entry) -> Option<&PartialDate> {
    entry.date.as_ref().or(entry.recorded.as_ref())
}

/// True for a medicine that is listed as taken, or unclear, and of which no file gives a dose.
fn is_undosed(record: &Record, item: &Item, group: GroupKind) -> bool {
    let listed = matches!(group, GroupKind::Now | GroupKind::Unclear);
    same::is_medicine(&item.kind) && listed && record.entries(item).all(|(_, _, e)| e.dose.is_empty())
}

/// True for what is over: its dose is of then.
fn is_over(entry: &Entry) -> bool {
    matches!(entry.status.standing, Standing::Ended | Standing::Stopped)
}

/// Why a medicine was stopped, as its source says.
fn reasons(entry: &Entry) -> impl Iterator<Item = &str> {
    entry.details.iter().filter(|d| d.name == "statusReason").map(|d| d.text.as_str())
}

/// Medicines stand in the order of their names, in every list alike: whoever compares two lists finds them where they were.
pub(super) fn by_name(rows: &mut [Row]) {
    rows.sort_by_cached_key(|row| (same::fold(&row.title), row.id.clone()));
}

/// What the person says of it, in the order in which they said it.
fn own_words(record: &Record, item: &Item, today: Date) -> Vec<OwnWord> {
    let mut all: Vec<(Option<PartialDate>, OwnWord)> = record
        .said_of(item)
        .map(|statement| {
            let date = date(statement.entry);
            let own = OwnWord {
                said: statement.said,
                words: statement.entry.title.clone(),
                date: date.map(|d| Day::of(d, today)),
                parcel: statement.parcel,
            };
            (date.cloned(), own)
        })
        .collect();
    all.sort_by_key(|(date, _)| date.as_ref().map(PartialDate::sort_key));
    all.into_iter().map(|(_, own)| own).collect()
}

/// What else is said of an item: by all together, or by each source for itself where they do not say the same.
fn told(record: &Record, item: &Item, has_file: bool, today: Date) -> (Vec<(Label, String)>, Vec<Voice>) {
    struct Group<'r> {
        parcel: &'r Parcel,
        source: &'r str,
        lead: Option<&'r Entry>,
        all: Vec<&'r Entry>,
        count: u32,
    }
    if item.entries.len() + item.history.len() == 1 {
        return (more(record.entries(item).map(|(_, _, e)| e)), Vec::new());
    }
    let differ = |field: Field| item.disagreements.iter().any(|d| d.field == field);
    let (value, severe) = (differ(Field::Value), differ(Field::Severity));
    // The line has the dose, the dates and the reason of its leading entry alone. Where another has others of its own, also
    // within one file, each says them for itself: two doses side by side are both taken, on the days that each has.
    let medicine = same::is_medicine(&item.kind);
    let mut doses = record.speaking(item).filter(|(.., e)| !is_over(e)).map(|(.., e)| &e.dose);
    let dose = differ(Field::Dose) || medicine && doses.next().is_some_and(|first| doses.any(|dose| dose != first));
    let alike = |a: &Entry, b: &Entry| {
        (a.status.standing, a.polarity, &a.status.certainty) == (b.status.standing, b.polarity, &b.status.certainty)
            && (!dose || a.dose == b.dose || !differ(Field::Dose) && is_over(a))
            && (!medicine || reasons(a).eq(reasons(b)))
            && (!value || a.value == b.value)
            && (!severe || severity(a) == severity(b))
    };
    let mut groups: Vec<Group<'_>> = Vec::new();
    let speaking = record.speaking(item).count();
    for (place, (_, parcel, entry)) in record.entries(item).enumerate() {
        // What the person says of a document stands with the document; orders and issues, with what their source says.
        let beside = place >= speaking || (has_file && describes(parcel, entry));
        let source = source_name(parcel, Some(entry));
        let found = groups.iter_mut().find(|g| {
            (g.source == source || beside && g.parcel.hash == parcel.hash)
                && (beside || g.lead.is_some_and(|lead| alike(lead, entry)))
        });
        match found {
            Some(group) => {
                group.all.push(entry);
                group.count += u32::from(!beside);
            }
            None => {
                let lead = (!beside).then_some(entry);
                groups.push(Group { parcel, source, lead, all: vec![entry], count: u32::from(!beside) });
            }
        }
    }
    let one = |e: &Entry| (e.status.standing, e.polarity);
    let mut leads = groups.iter().filter_map(|g| g.lead);
    let first = leads.next();
    let same = |e: &Entry, f: &Entry| one(e) == one(f) && (!medicine || alike(e, f));
    let agree = item.disagreements.is_empty() && leads.all(|e| first.is_some_and(|f| same(e, f)));
    if agree && groups.iter().all(|g| groups.first().is_some_and(|first| first.source == g.source)) {
        return (more(record.entries(item).map(|(_, _, e)| e)), Vec::new());
    }
    let voice = |group: &Group<'_>| {
        let lead = group.lead.filter(|_| !agree);
        let day = |date: Option<&PartialDate>| date.map(|d| Day::of(d, today));
        let of = |differ: bool| lead.filter(|_| differ);
        Voice {
            source: group.source.to_owned(),
            standing: lead.map(|e| e.status.standing),
            polarity: lead.map(|e| e.polarity).unwrap_or_default(),
            certainty: lead.map(|e| e.status.certainty.clone()).unwrap_or_default(),
            date: day(lead.and_then(date)),
            end: day(lead.and_then(|e| e.end.as_ref())),
            dose: of(dose).map(|e| e.dose.clone()).unwrap_or_default(),
            value: of(value)
                .and_then(|e| e.value.as_ref())
                .map(|v| format!("{} {}", v.text(), v.unit()).trim_end().to_owned())
                .unwrap_or_default(),
            severity: of(severe).map(severity).unwrap_or_default(),
            more: more(group.all.iter().copied()),
            entries: group.count,
        }
    };
    let mut voices: Vec<Voice> = groups.iter().map(voice).collect();
    if !agree {
        return (Vec::new(), voices);
    }
    let own = if voices.is_empty() { Vec::new() } else { voices.remove(0).more };
    let told: HashSet<&(Label, String)> = own.iter().collect();
    for voice in &mut voices {
        voice.more.retain(|said| !told.contains(said));
    }
    voices.retain(|voice| !voice.more.is_empty());
    (own, voices)
}

/// What else entries say, the first one's first, each once.
fn more<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<(Label, String)> {
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    enum Of<'e> {
        Performer,
        Detail(&'e str),
        Note,
    }
    let mut all: Vec<(Label, String)> = Vec::new();
    let mut seen: HashSet<(Of<'e>, &'e str)> = HashSet::new();
    for entry in entries {
        let performers = entry.performer.iter().map(|p| (Of::Performer, p));
        // Criticality and severity stand on the line itself.
        let details = entry.details.iter().filter(|d| !matches!(d.name.as_str(), "criticality" | "severity"));
        let details = details.map(|d| (Of::Detail(&d.name), &d.text));
        let reactions = entry.reactions.iter().map(|r| (Of::Note, &r.note));
        let notes = entry.notes.iter().filter(|n| !says_again(entry, n)).map(|n| (Of::Note, n));
        for (of, text) in performers.chain(details).chain(reactions).chain(notes) {
            if text.trim().is_empty() || !seen.insert((of, text)) {
                continue;
            }
            let label = match of {
                Of::Performer => Label::Performer,
                Of::Detail(name) => Label::Detail(name.to_owned()),
                Of::Note => Label::Note,
            };
            all.push((label, text.clone()));
        }
    }
    all
}

/// True for a note that says, word for word, only what the entry's own line says: its name, its value, its dose. A row of
/// a table says it in cells; one that names a column and holds nothing says nothing.
pub(super) fn says_again(entry: &Entry, note: &str) -> bool {
    let value = entry.value.as_ref().map(|v| (v.text(), v.unit()));
    let value = value.map(|(text, unit)| [format!("{text} {unit}"), text, unit.to_owned()]);
    let said = value.iter().flatten().chain([&entry.title]).chain(&entry.dose);
    let own = || said.clone().map(String::as_str).filter(|own| !own.trim().is_empty());
    let says = |text: &str| own().any(|own| same::alike(own, text));
    let again = |cell: &str| cell.is_empty() || cell.ends_with(':') || says(cell);
    let mut cells = note.lines().flat_map(|line| line.split(" | ")).map(str::trim);
    says(note) || note.contains(" | ") && cells.all(|cell| again(cell.trim_end_matches('|').trim()))
}

/// What any source says in agreement with the leading one that it is so, the leading one's words first, each once: a
/// newer source that is silent about a reaction must not hide it.
fn said(record: &Record, item: &Item, of: impl Fn(&Entry) -> Vec<String>) -> Vec<String> {
    let positive = record.lead(item).is_some_and(|lead| lead.polarity.is_positive());
    let mut all: Vec<String> = Vec::new();
    for entry in item.entries.iter().filter_map(|at| record.entry(*at)) {
        if entry.polarity.is_positive() != positive {
            continue;
        }
        for text in of(entry) {
            if !text.is_empty() && !all.iter().any(|other| same::alike(other, &text)) {
                all.push(text);
            }
        }
    }
    all
}

fn part(component: &crate::record::Component, lab: bool) -> Part {
    Part {
        title: component.title.clone(),
        value: component.value.as_ref().map(Value::text).unwrap_or_default(),
        unit: component.value.as_ref().map(|v| v.unit().to_owned()).unwrap_or_default(),
        flagging: flagging(component.value.as_ref(), &component.range, &component.interpretation, lab),
    }
}

/// The words of a concept: its text, its first name, else its first code.
pub(super) fn words(concept: &Concept) -> String {
    let code = || concept.codings.iter().map(|c| c.code.as_str()).find(|c| !c.is_empty());
    concept.label().or_else(code).unwrap_or_default().to_owned()
}

fn reaction(reaction: &crate::record::Reaction) -> String {
    let what: Vec<String> = reaction.manifestations.iter().map(words).filter(|w| !w.is_empty()).collect();
    if what.is_empty() { reaction.note.clone() } else { what.join(", ") }
}

/// The severity as the sources worded it; of several reactions the worst of FHIR's three words, else the first said.
fn severity(entry: &Entry) -> String {
    let said: Vec<&str> = entry.reactions.iter().map(|r| r.severity.as_str()).filter(|s| !s.is_empty()).collect();
    let worst = ["severe", "moderate", "mild"].into_iter().find(|w| said.iter().any(|s| s.eq_ignore_ascii_case(w)));
    worst.or(said.first().copied()).or(entry.detail("severity")).unwrap_or_default().to_owned()
}

/// The lab's own flag, and where the number lies if the range is one plain pair of numbers in the same unit.
/// `lab_test`: it stands among laboratory results.
pub(super) fn flagging(
    value: Option<&Value>,
    range: &[String],
    interpretation: &[Concept],
    lab_test: bool,
) -> Flagging {
    // What has neither words nor a code says nothing.
    let said = interpretation.iter().find(|flag| !words(flag).trim().is_empty());
    let (lab, words) = said.map(|said| (lab_flag(said), words(said))).unwrap_or_default();
    Flagging { lab, words, range: against(value, range), lab_test }
}

fn lab_flag(concept: &Concept) -> LabFlag {
    let known = |code: &str| match code {
        "N" => Some(LabFlag::Normal),
        "L" => Some(LabFlag::Low),
        "LL" | "LU" => Some(LabFlag::CriticallyLow),
        "H" => Some(LabFlag::High),
        "HH" | "HU" => Some(LabFlag::CriticallyHigh),
        "A" => Some(LabFlag::Abnormal),
        "AA" => Some(LabFlag::CriticallyAbnormal),
        _ => None,
    };
    let texts = concept.codings.iter().map(|c| c.code.as_str()).chain([concept.text.trim()]);
    texts.into_iter().find_map(known).unwrap_or(LabFlag::Other)
}

fn against(value: Option<&Value>, range: &[String]) -> Against {
    let (Some(Value::Quantity(q)), [only]) = (value, range) else { return Against::NotCompared };
    let other_unit = plain(&q.value).is_some() && in_other_unit(only, q.unit_label());
    if other_unit {
        return Against::OtherUnit;
    }
    let (Some(number), true) = (plain(&q.value), q.comparator.is_empty()) else { return Against::NotCompared };
    match plain_range(only, q.unit_label()) {
        Some((low, _)) if number < low => Against::Below,
        Some((_, high)) if number > high => Against::Above,
        Some(_) => Against::Within,
        None => Against::NotCompared,
    }
}

/// A number written plainly: digits, one point, a sign.
pub(super) fn plain(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain =
        text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-') && text.contains(|c: char| c.is_ascii_digit());
    if plain { text.parse().ok().filter(|n: &f64| n.is_finite()) } else { None }
}

/// A range written as two plain numbers, low first, each with this unit or none.
pub(super) fn plain_range(text: &str, unit: &str) -> Option<(f64, f64)> {
    let text = text.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    let (low, high) = ["–", "—", " to ", "..", " - ", "-"].iter().find_map(|mark| {
        // The first mark that leaves a number on both sides; a leading minus is no mark.
        let from = text.char_indices().nth(1)?.0;
        let at = text.get(from..)?.find(mark)? + from;
        Some((number_of(text.get(..at)?, unit)?, number_of(text.get(at + mark.len()..)?, unit)?))
    })?;
    (low <= high).then_some((low, high))
}

/// True for a range of two plain numbers that says its unit, which is surely another one than the value's: `2.0–3.5 g/dL`
/// of a value in g/L.
fn in_other_unit(text: &str, unit: &str) -> bool {
    let text = text.trim().trim_end_matches([')', ']']);
    let last = text.split_whitespace().last().unwrap_or_default();
    let own = last.trim_start_matches(|c: char| c.is_ascii_digit() || ".-–—([".contains(c));
    let known = is_known_unit(own) && is_known_unit(unit);
    known && same::unit(own) != same::unit(unit) && plain_range(text, own).is_some()
}

fn number_of(text: &str, unit: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    let rest = text.get(end..)?.trim();
    if rest.is_empty() || same::unit(rest) == same::unit(unit) { plain(text.get(..end)?) } else { None }
}

/// In which list of its section an item stands.
pub(super) fn group(record: &Record, item: &Item, today: Date) -> GroupKind {
    let Some(entry) = record.lead(item) else { return GroupKind::All };
    if !entry.polarity.is_positive() {
        return GroupKind::Negative;
    }
    if entry.words_only() {
        return GroupKind::Words;
    }
    if item.section == Section::Allergies && entry.degraded.is_some() {
        return GroupKind::Degraded;
    }
    let future = record.date(item).is_some_and(|d| day::is_future(d, today));
    let planned = entry.status.standing == Standing::Planned;
    if planned || (future && matches!(entry.kind, Kind::Appointment | Kind::Goal | Kind::CarePlan)) {
        return GroupKind::Planned;
    }
    if future && !matches!(item.section, Section::PlanOfCare) {
        return GroupKind::Future;
    }
    if !matches!(
        item.section,
        Section::Allergies
            | Section::Alerts
            | Section::Medications
            | Section::Problems
            | Section::MedicalDevices
            | Section::PlanOfCare
            | Section::Pregnancy
    ) {
        return GroupKind::All;
    }
    if item.disagreements.iter().any(|d| matches!(d.field, Field::Standing | Field::EnteredInError)) {
        return GroupKind::Unclear;
    }
    let ended = entry.end.as_ref().and_then(|d| Day::of(d, today).days_ago).is_some_and(|days| days > 0);
    match entry.status.standing {
        // A source that calls it active and gives an end in the past does not say clearly that it is current.
        Standing::Active if ended => GroupKind::Unclear,
        // Nor does one that stopped it later and never closed the older order.
        Standing::Active if item.section == Section::Medications && stopped_later(record, item, entry) => {
            GroupKind::Unclear
        }
        Standing::Active => GroupKind::Now,
        Standing::Ended | Standing::Stopped => GroupKind::Past,
        Standing::Unknown if ended => GroupKind::Past,
        _ => GroupKind::Unclear,
    }
}

/// True if another entry of the item, younger than the leading one, says stopped.
fn stopped_later(record: &Record, item: &Item, lead: &Entry) -> bool {
    let said = |e: &Entry| e.recorded.as_ref().or(e.date.as_ref()).map(PartialDate::sort_key);
    record.entries(item).any(|(_, _, e)| e.status.standing == Standing::Stopped && said(e) > said(lead))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{Coding, Quantity};

    fn check(value: &str, unit: &str, range: &[&str], expected: Against) {
        let value = Value::Quantity(Quantity { value: value.into(), unit: unit.into(), ..Default::default() });
        let range: Vec<String> = range.iter().map(|r| (*r).to_owned()).collect();
        assert_eq!(flagging(Some(&value), &range, &[], true).range, expected, "{value:?} {range:?}");
    }

    #[test]
    fn a_number_is_compared_only_with_one_plain_range_in_its_own_unit() {
        check("85.000", "umol/L", &["60-110"], Against::Within);
        check("59", "umol/L", &["60 - 110 µmol/L"], Against::Below);
        check("5.4", "mmol/L", &["3.5–5.3"], Against::Above);
        check("-2", "", &["-5--1"], Against::Within);
        check("5.3", "mmol/L", &["3.5 mmol/L to 5.3 mmol/L"], Against::Within);
        check("5.4", "mmol/L", &["3.5-5.3 mg/dL"], Against::OtherUnit);
        check("3.04", "g/L", &["2.0–3.5 g/dL"], Against::OtherUnit);
        check("3.04", "", &["2.0–3.5 g/dL"], Against::NotCompared);
        check("59", "umol/L", &["60 - 110 µmol/L"], Against::Below);
        check("5.4", "mmol/L", &["3.5-5.3 adults"], Against::NotCompared);
        check("5.4", "mmol/L", &["3.5-5.3", "3.5-5.1"], Against::NotCompared);
        check("5.4", "mmol/L", &["see note"], Against::NotCompared);
        check("5.4", "mmol/L", &["<5.3"], Against::NotCompared);
        check("5.4", "mmol/L", &["Male 3.5-5.3"], Against::NotCompared);
        check("5.4", "mmol/L", &["5.3-3.5"], Against::NotCompared);
        check("5.4", "mmol/L", &[], Against::NotCompared);
        check("1e3", "mmol/L", &["3.5-5.3"], Against::NotCompared);
    }

    #[test]
    fn a_bound_is_not_compared() {
        let value = Value::Quantity(Quantity { value: "5".into(), comparator: "<".into(), ..Default::default() });
        assert_eq!(flagging(Some(&value), &["10-20".into()], &[], true).range, Against::NotCompared);
    }

    #[test]
    fn the_labs_own_flag_is_kept_with_its_words() {
        let high = Concept {
            text: "Above range".into(),
            codings: vec![Coding { system: String::new(), code: "H".into(), display: String::new() }],
        };
        let flags = flagging(None, &[], &[high], true);
        assert_eq!((flags.lab, flags.words.as_str()), (LabFlag::High, "Above range"));
        assert_eq!(flagging(None, &[], &[Concept::words("odd")], true).lab, LabFlag::Other);
    }
}
