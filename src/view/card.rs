//! The emergency card: a sheet of paper for the fridge door or the wallet. Its lines are a selection of the page that a
//! share shows, by the same rules: what is withheld, taken off the pages or left out of a share is not on paper either.
//! Whom to call and the surgery come from the person's particulars, which no share has.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::choose::{Choose, ChooseItem};
use super::clinician::{By, Clinician, ClinicianSection, Label as Shared};
use super::entry::Label;
use super::people::Header;
use super::section::GroupKind;
use super::sensitive::Set;
use super::{Absence, Absent, Day, Heading, Row, SourceLine, Tally, Voice, heading, rows};
use crate::record::{Bears, Item, Parcel, Polarity, Record, Section, Standing, same};

/// The sections that a card can have, in its order: what an ambulance crew asks first stands first.
pub const SECTIONS: [Section; 9] = [
    Section::Allergies,
    Section::Medications,
    Section::Alerts,
    Section::AdvanceDirectives,
    Section::MedicalDevices,
    Section::Pregnancy,
    Section::Problems,
    Section::PastIllness,
    Section::Findings,
];

/// Of a card without these it is said that nothing of their kind stands on it.
pub const ALWAYS: [Section; 2] = [Section::Allergies, Section::Medications];

/// What is noted once, and older than this, is not ticked to begin with, in days.
const OLD: i32 = 365;

/// The card as it is printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Whose it is.
    pub person: Header,
    /// The day it is printed.
    pub made: Option<Day>,
    /// The carer who keeps the record, if it is not the patient.
    pub by: Option<By>,
    /// The sections in the card's order: those in [`ALWAYS`], and whichever else has something on it.
    pub sections: Vec<ClinicianSection>,
    /// The files that the lines come from.
    pub sources: Vec<SourceLine>,
    /// Whom to call, as the files name them.
    pub contacts: Vec<Told>,
    /// The surgery, as the files name it.
    pub surgeries: Vec<Told>,
}

/// A particular of the person in a file's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The words.
    pub words: String,
    /// The files that say so.
    pub sources: Vec<SourceLine>,
}

/// True for what may stand on a card: a medicine that was stopped, or that is not taken, may not; one that a source says
/// must not be given may.
pub fn may_stand(row: &Row) -> bool {
    let not_taken =
        matches!(row.polarity, Polarity::Negated | Polarity::Refuted | Polarity::NotDone | Polarity::NotTaken);
    match row.section {
        Section::Medications => row.disagree || !(row.group == GroupKind::Past || not_taken),
        section => SECTIONS.contains(&section),
    }
}

/// True for what one tick of its section puts on the card: all allergies and medicines; of the rest not what is over, ruled
/// out, or noted long ago. A directive or an alert may say by a "not" what it is about: resuscitation, not.
pub fn is_usual(row: &Row) -> bool {
    let ended = row.group == GroupKind::Past || matches!(row.standing, Standing::Ended | Standing::Stopped);
    let over = ended && !row.disagree;
    let denied = matches!(row.polarity, Polarity::Negated | Polarity::Refuted | Polarity::NotDone | Polarity::NotTaken);
    let old = row.date.as_ref().and_then(|day| day.days_ago).is_some_and(|days| days > OLD);
    may_stand(row)
        && match row.section {
            Section::Allergies | Section::Medications => true,
            Section::AdvanceDirectives | Section::Alerts => !over,
            Section::Pregnancy => !(over || denied || old),
            _ => !(over || denied),
        }
}

/// What can be chosen for a card: of all that can be shared, what may stand on one, in its order.
pub fn offered(choices: Choose) -> Choose {
    let mut all = choices;
    for part in &mut all.sections {
        part.items.retain(|item| may_stand(&item.row));
    }
    all.sections.retain(|part| !part.items.is_empty());
    all.sections.sort_by_key(|part| SECTIONS.iter().position(|s| *s == part.section));
    let ids: BTreeSet<&str> = all.sections.iter().flat_map(|p| &p.items).map(|i| i.row.id.as_str()).collect();
    all.weighty.retain(|id| ids.contains(id.as_str()));
    for set in &mut all.sensitive {
        set.items.retain(|id| ids.contains(id.as_str()));
    }
    all.sensitive.retain(|set| !set.items.is_empty());
    all
}

/// What is ticked to begin with. Sensitive sets stay closed; past illnesses, and findings, which may be many, are for the
/// person to choose.
pub fn usual(offered: &Choose) -> BTreeSet<String> {
    let asked = [Section::PastIllness, Section::Findings];
    let parts = offered.sections.iter().filter(|part| !asked.contains(&part.section));
    let items = parts.flat_map(|part| &part.items).filter(|item| item.sets.is_empty() && is_usual(&item.row));
    items.map(|item| item.row.id.clone()).collect()
}

/// What is ticked after the record changed under the person's hands. What was not there before must not stay off unseen: it
/// is ticked if it is usual. What the person took off does not come back, and of what has become private only what is in an
/// `opened` set stays.
pub fn still_ticked(
    offered: &Choose,
    before: &BTreeSet<String>,
    ticked: &BTreeSet<String>,
    opened: &[Set],
) -> BTreeSet<String> {
    let usual = usual(offered);
    let stays = |item: &&ChooseItem| {
        let id = &item.row.id;
        if before.contains(id) {
            ticked.contains(id) && (item.sets.is_empty() || item.sets.iter().any(|set| opened.contains(set)))
        } else {
            usual.contains(id)
        }
    };
    offered.sections.iter().flat_map(|part| &part.items).filter(stays).map(|item| item.row.id.clone()).collect()
}

/// Of what the person ticked, what may stand on a card; and the sections of which nothing is left off, nothing withheld and
/// nothing taken off the pages: only of these it is told what the files say of having nothing, which what is left off
/// might contradict.
pub fn chosen(record: &Record, ticked: &BTreeSet<String>, today: Date) -> (BTreeSet<String>, BTreeSet<Section>) {
    let (mut items, mut whole) = (BTreeSet::new(), BTreeSet::new());
    for section in SECTIONS {
        let all = || record.section(section).filter(|item| !rows::is_tag(record, item));
        let stays_off = |item: &Item| rows::is_withheld(record, item) || record.is_off(item);
        let held = all().filter(|item| !stays_off(item));
        let rows = held.filter_map(|item| rows::row(record, item, today)).filter(may_stand);
        let (on, off): (Vec<Row>, Vec<Row>) = rows.partition(|row| ticked.contains(&row.id));
        if off.is_empty() && !all().any(stays_off) {
            whole.insert(section);
        }
        items.extend(on.into_iter().map(|row| row.id));
    }
    (items, whole)
}

/// The card. `page` holds what was chosen of the record and nothing else, made as a share's page is; `whole` is as
/// [`chosen`] gives it.
pub fn card(page: Clinician, record: &Record, whole: &BTreeSet<Section>, person: Header, today: Date) -> Card {
    let parcels = &record.parcels;
    let mut sections: Vec<ClinicianSection> = page.sections;
    sections.retain(|part| SECTIONS.contains(&part.section));
    sections.sort_by_key(|part| SECTIONS.iter().position(|s| *s == part.section));
    for part in &mut sections {
        // What the share's label says of it, a card says in one sentence for all.
        let whole = whole.contains(&part.section);
        let told = whole || part.label.is_shared() && lines(part) > 0;
        part.label = if told { Shared::Selected } else { Shared::NotShared };
        part.rows.iter_mut().for_each(briefer);
        // One order for every print: of two on one day nothing else says which stands first.
        if part.section != Section::Medications {
            part.rows.sort_by_cached_key(|row| {
                (row.group, Reverse(row.date.as_ref().and_then(|day| day.known)), same::fold(&row.title))
            });
        }
        // All that could not be read is told with what could; where nothing is left off, also all that the files say of
        // having nothing.
        let Heading { mut absences, unread, .. } = heading::heading(record, part.section, today);
        let silent = |absence: &Absence| matches!(absence.absent, Absent::NotInSource | Absent::NotRead);
        absences.retain(|absence| whole && (lines(part) == 0 || !silent(absence)));
        (part.heading.absences, part.heading.unread) = if told { (absences, unread) } else { Default::default() };
    }
    let speaks = |part: &ClinicianSection| {
        let says = part.heading.absences.iter().any(|absence| absence.item.is_some());
        lines(part) > 0 || says || part.heading.unread.iter().any(|unread| unread.here > 0)
    };
    sections.retain(|part| ALWAYS.contains(&part.section) || (part.label.is_shared() && speaks(part)));
    Card {
        person,
        made: Day::at(&today.to_string(), today),
        by: page.share.by,
        sections,
        sources: page.sources,
        contacts: told(parcels, &["contact"], today),
        surgeries: told(parcels, &["generalPractitioner"], today),
    }
}

/// Leaves out what a line does not need on a card: who wrote an allergy, a medicine or a problem down, and how many tablets
/// were handed out; that it is confirmed; that every entry behind it calls it current, which the line's own status says;
/// and one by one how episodes of one source stand, which are told together. Never where sources disagree.
fn briefer(row: &mut Row) {
    if row.disagree {
        return;
    }
    let written_down =
        matches!(row.section, Section::Allergies | Section::Medications | Section::Problems | Section::PastIllness);
    let needed = |(label, _): &(Label, String)| match label {
        Label::Performer => !written_down,
        Label::Detail(name) => name != "quantity",
        _ => true,
    };
    row.more.retain(needed);
    row.voices.iter_mut().for_each(|voice| voice.more.retain(needed));
    let certain = |said: &mut String| {
        if said == "confirmed" {
            said.clear();
        }
    };
    certain(&mut row.certainty);
    row.voices.iter_mut().for_each(|voice| certain(&mut voice.certainty));
    let episode = |voice: &Voice| {
        row.sources == [voice.source.as_str()]
            && voice.polarity.is_positive()
            && voice.certainty.is_empty()
            && voice.dose.is_empty()
            && [&voice.value, &voice.severity].into_iter().all(|said| said.is_empty())
            && voice.more.is_empty()
    };
    if row.tally.is_some() && row.voices.iter().all(episode) {
        row.voices.clear();
    }
    let plain = |tally: &Tally| tally.over + tally.other == 0 && tally.first == tally.latest && tally.ended.is_none();
    if row.tally.as_ref().is_some_and(plain) {
        row.tally = None;
        row.entries = row.sources.len() as u32;
    }
}

fn lines(part: &ClinicianSection) -> usize {
    part.rows.len() + part.brief.len() + part.analytes.len()
}

/// These particulars of the person as the files give them, each once, the newest file's first. A file that bears another
/// name lends nothing.
fn told(parcels: &[Parcel], names: &[&str], today: Date) -> Vec<Told> {
    let mut own: Vec<&Parcel> = parcels.iter().filter(|p| !matches!(p.note.bears, Bears::Other(_))).collect();
    own.sort_by_key(|p| {
        let as_of = p.reading.source.as_of.as_ref().map(|d| d.sort_key()).unwrap_or_default();
        (Reverse(as_of), p.hash)
    });
    let mut all: Vec<Told> = Vec::new();
    for parcel in own {
        // A file of several people does not say whose these are.
        let [person] = parcel.reading.people.as_slice() else { continue };
        for detail in person.details.iter().filter(|d| names.contains(&d.name.as_str()) && !d.text.trim().is_empty()) {
            let source = rows::source(parcel, today);
            match all.iter_mut().find(|told| told.words == detail.text) {
                Some(told) if told.sources.iter().any(|s| s.parcel == source.parcel) => {}
                Some(told) => told.sources.push(source),
                None => all.push(Told { words: detail.text.clone(), sources: vec![source] }),
            }
        }
    }
    all
}
