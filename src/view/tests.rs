//! What a reader of the pages must be able to rely on. The names are those of docs/hazard-log.md.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{
    Absent, Against, Index, Trust,
    clinician::{Label, Share, clinician},
    section::{GroupKind, section},
    summary::{Summary, summary},
    timeline::{Ask, Timeline, timeline},
    *,
};
use crate::record::{
    Attachment, Coding, Component, Concept, Entry, Hash, Identifier, Issue, IssueCode, Kind, LedgerLine, Link, Nothing,
    Origin, Outcome, Parcel, PartialDate, Polarity, Quantity, Reaction, Record, Section, SectionSays, Severity,
    Standing, Status, Value, merge,
};

const TODAY: Date = date(2026, 11, 22);

fn parcel(name: &str, as_of: &str, entries: Vec<Entry>) -> Parcel {
    let mut parcel = Parcel { hash: Hash::of(name.as_bytes()), reading: Default::default(), note: Default::default() };
    parcel.note.imported = "2026-11-22T10:00:00Z".into();
    parcel.reading.source.name = name.into();
    parcel.reading.source.as_of = Some(as_of).filter(|d| !d.is_empty()).map(PartialDate::fhir);
    parcel.reading.entries = entries;
    for (entry, i) in parcel.reading.entries.iter_mut().zip(0..) {
        if entry.at.is_empty() {
            entry.at = format!("/entry/{i}");
        }
    }
    parcel
}

fn said(section: Section, kind: Kind, title: &str, standing: Standing) -> Entry {
    let mut entry = Entry::new(section, kind, "", title);
    entry.concept = Concept::words(title);
    entry.status = Status { text: format!("{standing:?}").to_lowercase(), certainty: String::new(), standing };
    entry
}

fn allergy(title: &str) -> Entry {
    said(Section::Allergies, Kind::AllergyIntolerance, title, Standing::Active)
}

fn medicine(title: &str, standing: Standing) -> Entry {
    said(Section::Medications, Kind::MedicationStatement, title, standing)
}

fn result(title: &str, date: &str, value: &str, unit: &str) -> Entry {
    Entry {
        date: Some(PartialDate::fhir(date)),
        value: Some(Value::Quantity(Quantity { value: value.into(), unit: unit.into(), ..Default::default() })),
        ..said(Section::Results, Kind::Observation, title, Standing::Final)
    }
}

struct Book {
    record: Record,
    index: Index,
}

impl Book {
    fn of(parcels: Vec<Parcel>) -> Book {
        let record = merge(parcels);
        let index = Index::new(&record);
        Book { record, index }
    }

    fn summary(&self) -> Summary {
        summary(&self.record, &self.index, None, TODAY)
    }

    fn section(&self, of: Section) -> section::SectionPage {
        section(&self.record, &self.index, of, TODAY)
    }

    fn clinician(&self, labels: &[(Section, Label)]) -> clinician::Clinician {
        let share = Share { labels: labels.to_vec(), wanted: vec![Section::Problems], ..Share::default() };
        clinician(&self.record, &self.index, share, None, TODAY)
    }

    /// Group and title of each row of a section.
    fn rows(&self, of: Section) -> Vec<(GroupKind, String)> {
        let page = self.section(of);
        page.groups.iter().flat_map(|g| g.list.rows.iter().map(|r| (g.kind, r.title.clone()))).collect()
    }
}

/// One file with these entries, and in which group of which section each stands.
fn check(entries: Vec<Entry>, of: Section, expected: &[(GroupKind, &str)]) -> Book {
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", entries)]);
    let mut rows = book.rows(of);
    rows.sort();
    let mut expected: Vec<(GroupKind, String)> = expected.iter().map(|(g, t)| (*g, (*t).to_owned())).collect();
    expected.sort();
    assert_eq!(rows, expected);
    book
}

// ---- H1: stale data read as current ----

#[test]
fn medicines_older_than_ninety_days_or_undated_are_stale() {
    let stale = |as_of: &str| {
        let book = Book::of(vec![parcel("Surgery", as_of, vec![medicine("Aspirin 75mg", Standing::Active)])]);
        book.summary().medicines.heading.stale
    };
    assert!(!stale("2026-11-01"));
    assert!(!stale("2026-08-24"), "ninety days");
    assert!(stale("2026-08-23"));
    assert!(stale("2019"));
    assert!(stale(""), "without a date nothing is current");
    assert!(stale("2031-01-01"), "a date in the future is no as-of");
}

#[test]
fn every_heading_names_its_sources_newest_first() {
    let book = Book::of(vec![
        parcel("Old", "2020-01-01", vec![allergy("Nuts")]),
        parcel("New", "2026-01-01", vec![allergy("Latex")]),
    ]);
    let heading = book.summary().allergies.heading;
    assert_eq!(heading.sources.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["New", "Old"]);
    assert_eq!(heading.as_of.unwrap().text, "2026-01-01");
}

// ---- H2: a missing allergy; the kinds of nothing ----

#[test]
fn an_empty_list_says_which_kind_of_nothing_of_each_source() {
    let says = |name: &str, nothing: Nothing| {
        let mut p = parcel(name, "2026-11-01", vec![]);
        p.reading.says =
            vec![SectionSays { section: Section::Allergies, nothing, text: "words".into(), at: String::new() }];
        p
    };
    let book = Book::of(vec![
        says("a", Nothing::NoneKnown),
        says("b", Nothing::Unavailable),
        says("c", Nothing::NotUnderstood),
        says("d", Nothing::EmptySection),
        says("e", Nothing::NarrativeOnly),
        parcel("f", "2026-11-01", vec![]),
    ]);
    let block = book.summary().allergies;
    let mut told: Vec<(String, Absent)> =
        block.heading.absences.iter().map(|a| (a.source.name.clone(), a.absent)).collect();
    told.sort();
    let expected = [
        ("a", Absent::NoneKnown),
        ("b", Absent::Unavailable),
        ("c", Absent::NotUnderstood),
        ("d", Absent::EmptySection),
        ("e", Absent::NarrativeOnly),
        ("f", Absent::NotInSource),
    ];
    assert_eq!(told, expected.map(|(name, absent)| (name.to_owned(), absent)));
    assert_eq!(block.heading.total, 0);
    assert!(block.heading.absences.iter().all(|a| a.contradicted == Contradicted::No));
}

#[test]
fn what_a_person_typed_is_never_called_silent() {
    let mut typed = parcel("", "2026-11-01", vec![allergy("Nuts")]);
    typed.note.origin = Origin::Person;
    let page = Book::of(vec![typed]).summary();
    assert!(page.medicines.heading.absences.is_empty());
    assert_eq!(page.allergies.heading.sources[0].trust, Trust::Typed);
}

#[test]
fn none_known_is_no_row_and_is_contradicted_by_any_allergy() {
    let none = Entry { polarity: Polarity::NoneKnown, ..allergy("No known drug allergies") };
    let book =
        Book::of(vec![parcel("A", "2026-11-01", vec![none]), parcel("B", "2020-01-01", vec![allergy("Penicillin")])]);
    let block = book.summary().allergies;
    assert_eq!(block.list.rows.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Penicillin"]);
    assert_eq!(block.heading.total, 1);
    let absence = &block.heading.absences[0];
    assert_eq!(
        (absence.absent, absence.text.as_str(), absence.contradicted),
        (Absent::NoneKnown, "No known drug allergies", Contradicted::ByAnother)
    );
    assert!(book.record.find(absence.item.as_ref().unwrap()).is_some());
}

#[test]
fn pieces_not_understood_stand_beside_the_allergies() {
    let mut p = parcel("Surgery", "2026-11-01", vec![]);
    for (kind, at) in [
        ("AllergyIntolerance", "/entry/1"),
        ("AllergyIntolerance", "/entry/2"),
        ("Basic", "/entry/3"),
        ("Encounter", "/entry/4"),
    ] {
        p.reading.ledger.lines.push(LedgerLine {
            at: at.into(),
            kind: kind.into(),
            outcome: Outcome::NotUnderstood,
            reason: Some(IssueCode::NotAnObject),
            count: 1,
        });
        p.reading.ledger.not_understood += 1;
    }
    let book = Book::of(vec![p]);
    let page = book.summary();
    let unread = &page.allergies.heading.unread[0];
    assert_eq!((unread.here, unread.anywhere), (2, 1));
    let clinician = book.clinician(&[(Section::Allergies, Label::InFull(0))]);
    assert_eq!(clinician.sections[0].heading.unread[0].here, 2);
}

#[test]
fn degraded_allergies_stand_at_the_top_and_are_marked() {
    let mut degraded = allergy("Transfer-degraded drug allergy");
    degraded.degraded = Some(Coding { code: "196461000000101".into(), ..Default::default() });
    let book = check(
        vec![allergy("Latex"), degraded],
        Section::Allergies,
        &[(GroupKind::Degraded, "Transfer-degraded drug allergy"), (GroupKind::Now, "Latex")],
    );
    let rows = book.summary().allergies.list.rows;
    assert!(rows[0].degraded && !rows[1].degraded);
}

// ---- H3: negated shown as positive ----

#[test]
fn no_polarity_but_positive_ever_stands_among_what_is() {
    for (kind, section) in [
        (Kind::AllergyIntolerance, Section::Allergies),
        (Kind::MedicationRequest, Section::Medications),
        (Kind::Condition, Section::Problems),
        (Kind::Immunization, Section::Immunizations),
        (Kind::Procedure, Section::Procedures),
    ] {
        for polarity in [
            Polarity::Negated,
            Polarity::Refuted,
            Polarity::NotDone,
            Polarity::NotTaken,
            Polarity::DoNotPerform,
            Polarity::NoneKnown,
            Polarity::Unknown,
        ] {
            let entry = Entry { polarity, ..said(section, kind.clone(), "Peanut", Standing::Active) };
            let book = Book::of(vec![parcel("Surgery", "2026-11-01", vec![entry])]);
            let rows = book.rows(section);
            match polarity {
                Polarity::NoneKnown | Polarity::Unknown => assert_eq!(rows, [], "{polarity:?}"),
                _ => assert_eq!(rows, [(GroupKind::Negative, "Peanut".to_owned())], "{polarity:?}"),
            }
            let page = book.summary();
            for block in [&page.allergies, &page.medicines, &page.problems] {
                assert!(block.list.rows.is_empty(), "{polarity:?} on the summary");
            }
        }
    }
}

#[test]
fn three_orders_not_to_give_are_no_medicines() {
    let mut orders: Vec<Entry> =
        ["A", "B", "C"].map(|t| said(Section::Medications, Kind::MedicationRequest, t, Standing::Stopped)).into();
    orders.iter_mut().for_each(|o| o.polarity = Polarity::DoNotPerform);
    let book = Book::of(vec![parcel("Hospital", "2026-11-01", orders)]);
    assert_eq!(book.summary().medicines.list.total, 0);
    assert!(book.rows(Section::Medications).iter().all(|(g, _)| *g == GroupKind::Negative));
}

// ---- H5: digits ----

#[test]
fn digits_out_are_digits_in() {
    let mut low = result("CRP", "2026-01-01", "5", "mg/L");
    if let Some(Value::Quantity(q)) = &mut low.value {
        q.comparator = "<".into();
    }
    let book =
        Book::of(vec![parcel("Lab", "2026-11-01", vec![result("Creatinine", "2026-01-02", "85.000", "umol/L"), low])]);
    let page = book.summary();
    let shown: Vec<(&str, &str)> =
        page.results.rows.iter().map(|r| (r.latest.value.as_str(), r.latest.unit.as_str())).collect();
    assert_eq!(shown, [("85.000", "umol/L"), ("<5", "mg/L")]);
}

#[test]
fn a_scaled_point_keeps_its_own_digits_and_is_marked() {
    let book = Book::of(vec![parcel(
        "Lab",
        "2026-11-01",
        vec![
            result("Albumin", "2026-01-01", "41", "g/L"),
            result("Albumin", "2025-01-01", "4.0", "g/dL"),
            result("Albumin", "2024-01-01", "0.6", "mmol/L"),
        ],
    )]);
    let id = &book.summary().results.rows[0].id;
    let page = results::analyte(&book.record, &book.index, id, TODAY).unwrap();
    assert_eq!(page.series.len(), 2, "mmol/L is never drawn with g/L");
    let points: Vec<(&str, &str, bool)> =
        page.series[0].points.iter().map(|p| (p.value.as_str(), p.unit.as_str(), p.scaled)).collect();
    assert_eq!(points, [("4.0", "g/dL", true), ("41", "g/L", false)]);
    let chart = page.series[0].chart.as_ref().unwrap();
    assert!(chart.points[0].y < chart.points[1].y, "40 g/L lies below 41 g/L");
    assert_eq!(page.rows.len(), 3);
}

#[test]
fn units_that_are_spelled_differently_are_one_series_and_u_and_iu_are_two() {
    let book = Book::of(vec![parcel(
        "Lab",
        "2026-11-01",
        vec![
            result("ALP", "2026-01-03", "80", "U/L"),
            result("ALP", "2026-01-02", "81", "iu/L"),
            result("Albumin", "2026-01-01", "41", "g/L"),
            result("Albumin", "2026-01-02", "42", "g/l"),
        ],
    )]);
    let series = |title: &str| {
        let row = book.summary().results.rows.into_iter().find(|r| r.title == title).unwrap();
        results::analyte(&book.record, &book.index, &row.id, TODAY).unwrap().series.len()
    };
    assert_eq!((series("ALP"), series("Albumin")), (2, 1));
}

// ---- H6: truncated lists ----

#[test]
fn allergies_and_medicines_are_never_cut_and_other_lists_say_of_how_many() {
    let mut entries: Vec<Entry> = (0..60).map(|i| allergy(&format!("Allergy {i}"))).collect();
    entries.extend((0..60).map(|i| medicine(&format!("Medicine {i}"), Standing::Active)));
    entries.extend((0..43).map(|i| Entry {
        date: Some(PartialDate::fhir(&format!("19{:02}-01-01", i + 10))),
        ..said(Section::Immunizations, Kind::Immunization, "Influenza", Standing::Ended)
    }));
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", entries)]);
    let page = book.summary();
    let shown = |b: &summary::Block| (b.list.rows.len(), b.list.total);
    assert_eq!(shown(&page.allergies), (60, 60));
    assert_eq!(shown(&page.medicines), (60, 60));
    assert_eq!(shown(&page.vaccinations), (10, 43));
    let clinician = book.clinician(&[(Section::Immunizations, Label::Selected)]);
    let vaccines = clinician.sections.iter().find(|s| s.section == Section::Immunizations).unwrap();
    assert_eq!(vaccines.rows.len() + vaccines.brief.iter().map(|b| b.rows.len()).sum::<usize>(), 43);
}

// ---- H7: what was withheld ----

#[test]
fn each_section_is_labelled_and_silence_means_not_shared() {
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", vec![allergy("Nuts")])]);
    let page = book.clinician(&[(Section::Allergies, Label::InFull(1)), (Section::Medications, Label::Declined)]);
    let label = |of: Section| page.sections.iter().find(|s| s.section == of).unwrap().label;
    assert_eq!(page.sections.len(), Section::ALL.len());
    assert_eq!(label(Section::Allergies), Label::InFull(1));
    assert_eq!(label(Section::Medications), Label::Declined);
    assert_eq!(label(Section::Problems), Label::NotShared);
    assert_eq!(page.not_given, [Section::Problems]);
    assert!(page.medicines.is_none());
}

#[test]
fn what_a_source_withholds_from_the_patient_is_behind_one_tap_and_nowhere_else() {
    let mut secret = allergy("Secret");
    secret.labels.push(Coding { code: "NOPAT".into(), ..Default::default() });
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", vec![secret, allergy("Nuts")])]);
    assert_eq!(book.rows(Section::Allergies), [(GroupKind::Now, "Nuts".to_owned())]);
    assert_eq!(book.section(Section::Allergies).withheld.len(), 1);
    assert_eq!(book.summary().allergies.list.total, 1);
    let found = |search: &str| {
        let ask = Ask { search: search.into(), limit: 9, ..Ask::default() };
        timeline(&book.record, &book.index, &ask, TODAY).matching
    };
    assert_eq!((found("secret"), found("nuts")), (0, 1));
    let choose = choose::choose(&book.record, &book.index, TODAY);
    assert_eq!((choose.withheld, choose.sections[0].items.len()), (1, 1));
    let id = &book.section(Section::Allergies).withheld[0].id;
    assert!(entry::entry(&book.record, &book.index, id, TODAY).unwrap().withheld);
    assert_eq!(book.clinician(&[(Section::Allergies, Label::Selected)]).sections[0].rows.len(), 1);
}

// ---- H8 and H9: disagreement, stopped medicines ----

#[test]
fn stopped_here_and_active_there_is_unclear_and_shows_both_sides() {
    let book = Book::of(vec![
        parcel("GP", "2026-11-01", vec![medicine("Aspirin 75mg", Standing::Active)]),
        parcel("Hospital", "2026-11-02", vec![medicine("ASPIRIN 75MG", Standing::Stopped)]),
    ]);
    assert_eq!(book.rows(Section::Medications), [(GroupKind::Unclear, "Aspirin 75mg".to_owned())]);
    let row = &book.summary().medicines.list.rows[0];
    assert!(row.disagree);
    let page = entry::entry(&book.record, &book.index, &row.id, TODAY).unwrap();
    assert_eq!(page.cards.len(), 2);
    let sources: Vec<&str> =
        page.disagreements[0].sides.iter().flat_map(|s| s.sources.iter().map(String::as_str)).collect();
    assert_eq!(sources, ["GP", "Hospital"]);
    let table = book.section(Section::Medications).medicines.unwrap();
    assert_eq!(table.lines[0].mark, medicines::Mark::StoppedHereActiveThere);
    assert_eq!(table.sources.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Hospital", "GP"]);
}

/// A reader sees who ruled an allergy out, and whose note and whose reason is whose.
#[test]
fn each_source_that_disagrees_speaks_for_itself_in_a_share() {
    let detail = |name: &str, text: &str| crate::record::Detail { name: name.into(), text: text.into() };
    let mut gp = vec![
        allergy("Sesame oil"),
        medicine("Sertraline 100mg", Standing::Active),
        medicine("Aspirin", Standing::Active),
    ];
    gp[0].status.certainty = "confirmed".into();
    gp[0].performer = vec!["Miss Gilbert".into()];
    gp[2].performer = vec!["Miss Gilbert".into()];
    let mut ward = vec![
        allergy("Sesame oil"),
        medicine("Sertraline 100mg", Standing::Stopped),
        medicine("Aspirin", Standing::Active),
    ];
    (ward[0].polarity, ward[0].status.certainty) = (Polarity::Refuted, "refuted".into());
    ward[0].recorded = Some(PartialDate::fhir("2026-09-02"));
    ward[0].notes = vec!["Tolerates sesame".into()];
    ward[1].end = Some(PartialDate::fhir("2026-09-03"));
    ward[1].details = vec![detail("statusReason", "Hyponatraemia: dose reduced")];
    ward[2].notes = vec!["With food".into()];
    let book = Book::of(vec![parcel("GP", "2026-11-01", gp), parcel("Ward", "2026-09-10", ward)]);
    let labels = [(Section::Allergies, Label::Selected), (Section::Medications, Label::Selected)];
    let page = book.clinician(&labels);
    let row = |title: &str| page.sections.iter().flat_map(|s| &s.rows).find(|r| r.title == title).unwrap();
    let told = |title: &str| -> Vec<(String, Option<Standing>, Polarity, Vec<String>)> {
        let more = |v: &Voice| v.more.iter().map(|(_, text)| text.clone()).collect();
        row(title).voices.iter().map(|v| (v.source.clone(), v.standing, v.polarity, more(v))).collect()
    };
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect::<Vec<String>>();
    assert_eq!(
        told("Sesame oil"),
        [
            ("GP".into(), Some(Standing::Active), Polarity::Positive, words(&["Miss Gilbert"])),
            ("Ward".into(), Some(Standing::Active), Polarity::Refuted, words(&["Tolerates sesame"])),
        ]
    );
    assert_eq!(row("Sesame oil").voices[1].date.as_ref().unwrap().text, "2026-09-02");
    assert!(row("Sesame oil").more.is_empty());
    assert_eq!(
        told("Sertraline 100mg"),
        [
            ("GP".into(), Some(Standing::Active), Polarity::Positive, Vec::new()),
            ("Ward".into(), Some(Standing::Stopped), Polarity::Positive, words(&["Hyponatraemia: dose reduced"])),
        ]
    );
    assert_eq!(row("Sertraline 100mg").voices[1].end.as_ref().unwrap().text, "2026-09-03");
    // Where they agree, the words of the second still stand under its own name.
    assert_eq!(row("Aspirin").more.iter().map(|(_, t)| t.as_str()).collect::<Vec<_>>(), ["Miss Gilbert"]);
    assert_eq!(told("Aspirin"), [("Ward".into(), None, Polarity::Positive, words(&["With food"]))]);
}

/// Hazards 5 and 8: two steps of one prescription, and two orders of one file, each with its own dose, days and reason.
#[test]
fn the_facts_of_a_line_are_of_one_entry_and_the_others_say_theirs() {
    let day = |text: &str| Some(PartialDate::fhir(text));
    let taken = |dose: &str, from: &str, to: &str, standing| Entry {
        dose: vec![dose.into()],
        date: day(from),
        end: day(to),
        ..medicine("Azithromycin 250 mg tablets", standing)
    };
    let (first, rest) = ("2 tablets on day 1", "1 tablet on days 2 to 5");
    let told = |entries: Vec<Entry>| {
        let book = Book::of(vec![parcel("Clinic", "2026-11-21", entries)]);
        let groups = book.section(Section::Medications).groups;
        let row = groups.into_iter().flat_map(|g| g.list.rows).next().unwrap();
        let voices = row.voices.iter().map(|v| {
            let day = |d: &Option<Day>| d.as_ref().map(|d| d.text.clone()).unwrap_or_default();
            let why = v.more.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>().join("; ");
            [v.dose.join("; "), day(&v.date), day(&v.end), why].join(" | ")
        });
        let voices: Vec<String> = voices.collect();
        (row.dose.join("; "), row.date.unwrap().text, voices)
    };
    let (now, later) = (Standing::Active, Standing::Stopped);
    let (dose, from, voices) =
        told(vec![taken(first, "2026-11-20", "2026-11-30", now), taken(rest, "2026-11-21", "2026-11-30", now)]);
    // The one leads that began last; both are told, each with its own days.
    assert_eq!((dose.as_str(), from.as_str()), (rest, "2026-11-21"));
    assert!(voices.contains(&format!("{first} | 2026-11-20 | 2026-11-30 | ")), "{voices:?}");
    assert!(voices.contains(&format!("{rest} | 2026-11-21 | 2026-11-30 | ")), "{voices:?}");
    // Stopped twice, each time for a reason of its own.
    let mut stopped =
        [taken(first, "2026-03-26", "2026-03-28", later), taken(first, "2026-04-01", "2026-05-08", later)];
    stopped[1].details = vec![crate::record::Detail { name: "statusReason".into(), text: "Expired".into() }];
    let (_, _, voices) = told(stopped.to_vec());
    assert_eq!(voices.len(), 2, "{voices:?}");
    assert!(voices.iter().any(|v| v.contains("2026-05-08 | Expired")), "{voices:?}");
    assert!(voices.iter().any(|v| v.ends_with("2026-03-28 | ")), "{voices:?}");
    // One dose, told twice, is told once.
    let (_, _, voices) =
        told(vec![taken(first, "2026-11-20", "2026-11-30", now), taken(first, "2026-11-20", "2026-11-30", now)]);
    assert!(voices.is_empty(), "{voices:?}");
}

#[test]
fn a_medicine_without_a_dose_says_so_while_it_is_taken() {
    let dosed = Entry { dose: vec!["one daily".into()], ..medicine("Ramipril", Standing::Active) };
    let bare = [medicine("Aspirin", Standing::Active), medicine("Codeine", Standing::Stopped), dosed];
    let book = Book::of(vec![parcel("GP", "2026-11-01", bare.to_vec())]);
    let page = book.section(Section::Medications);
    let rows = page.groups.iter().flat_map(|g| &g.list.rows);
    let undosed: Vec<&str> = rows.filter(|r| r.undosed).map(|r| r.title.as_str()).collect();
    assert_eq!(undosed, ["Aspirin"]);
}

#[test]
fn vaccinations_stand_by_age_with_dose_and_batch_and_what_was_not_given_says_so() {
    let detail = |name: &str, text: &str| crate::record::Detail { name: name.into(), text: text.into() };
    let jab = |title: &str, date: &str, dose: &str| Entry {
        date: Some(date).filter(|d| !d.is_empty()).map(PartialDate::fhir),
        details: vec![detail("doseNumber", dose), detail("lotNumber", "AB1"), detail("targetDisease", "Measles")],
        ..said(Section::Immunizations, Kind::Immunization, title, Standing::Ended)
    };
    let mut refused = jab("Fluenz", "2021-10-01", "");
    refused.polarity = Polarity::NotDone;
    refused.details = vec![detail("statusReason", "Consent not given")];
    let mut p = parcel(
        "Surgery",
        "2026-11-01",
        vec![
            jab("Booster", "2022-09-06", "2"),
            refused,
            jab("Undated", "", "1"),
            jab("MMR", "2020-05-20", "1"),
            jab("Next", "2027-01-01", "3"),
        ],
    );
    let birth = Some(PartialDate::fhir("2019-05-14"));
    p.reading.people = vec![crate::record::Person { birth_date: birth, ..Default::default() }];
    let all = Book::of(vec![p]).section(Section::Immunizations).vaccinations;
    let titles: Vec<&str> = all.iter().map(|v| v.title.as_str()).collect();
    assert_eq!(titles, ["MMR", "Fluenz", "Booster", "Undated"]);
    assert_eq!(
        (all[0].dose.join(""), all[0].batch.join(""), all[0].against.join("")),
        ("1".into(), "AB1".into(), "Measles".into())
    );
    assert_eq!(all[0].age.map(|a| a.years), Some(1));
    assert_eq!((all[1].given, all[1].age, all[1].why.join("")), (false, None, "Consent not given".into()));
}

/// Hazard 2: what nobody coded is an allergy all the same.
#[test]
fn what_is_given_as_text_alone_stands_first_among_the_allergies() {
    let text = Entry::new(Section::Allergies, Kind::Other("Communication".into()), "/section", "PENICILLINS");
    let mut source = parcel("College", "2026-11-01", vec![allergy("Nuts"), text]);
    let says = SectionSays {
        section: Section::Allergies,
        nothing: Nothing::NarrativeOnly,
        text: "PENICILLINS".into(),
        at: "/section".into(),
    };
    source.reading.says.push(says);
    let book = Book::of(vec![source]);
    let page = book.section(Section::Allergies);
    let first = &page.groups[0];
    assert_eq!((first.kind, first.list.rows[0].title.as_str()), (GroupKind::Words, "PENICILLINS"));
    assert!(page.heading.absences.is_empty(), "{:?}", page.heading.absences);
    let summary = book.summary();
    let titles: Vec<&str> = summary.allergies.list.rows.iter().map(|r| r.title.as_str()).collect();
    assert_eq!(titles, ["PENICILLINS", "Nuts"]);
    let ask = Ask { search: "penicillins".into(), limit: 9, ..Ask::default() };
    assert_eq!(timeline(&book.record, &book.index, &ask, TODAY).matching, 1);
    let ids = |words: &str| timeline::having(&book.record, &book.index, words);
    assert_eq!(ids("penicillins"), [first.list.rows[0].id.clone()]);
    assert_eq!((ids("").len(), ids("nuts penicillins").len()), (2, 0));
}

/// A value whose date nobody can read may be the newest one.
#[test]
fn a_value_of_an_unreadable_date_is_not_hidden_behind_an_older_one() {
    let values = vec![result("Sodium", "2026-09-09", "133", "mmol/L"), result("Sodium", "10 Nov 26", "129", "mmol/L")];
    let book = Book::of(vec![parcel("Lab", "2026-11-01", values)]);
    let page = book.clinician(&[(Section::Results, Label::Selected)]);
    let results = page.sections.iter().find(|s| s.section == Section::Results).unwrap();
    assert_eq!(results.analytes[0].latest.value, "129");
}

#[test]
fn a_medicine_is_current_only_if_its_source_says_so_plainly() {
    let ended = |standing, end: &str| Entry {
        end: Some(PartialDate::fhir(end)),
        ..medicine(&format!("{standing:?} {end}"), standing)
    };
    check(
        vec![
            medicine("active", Standing::Active),
            medicine("stopped", Standing::Stopped),
            medicine("ended", Standing::Ended),
            medicine("on hold", Standing::OnHold),
            medicine("unknown", Standing::Unknown),
            medicine("planned", Standing::Planned),
            ended(Standing::Active, "2026-11-01"),
            ended(Standing::Active, "2027-11-01"),
            ended(Standing::Unknown, "2020"),
        ],
        Section::Medications,
        &[
            (GroupKind::Now, "active"),
            (GroupKind::Past, "stopped"),
            (GroupKind::Past, "ended"),
            (GroupKind::Unclear, "on hold"),
            (GroupKind::Unclear, "unknown"),
            (GroupKind::Planned, "planned"),
            (GroupKind::Unclear, "Active 2026-11-01"),
            (GroupKind::Now, "Active 2027-11-01"),
            (GroupKind::Past, "Unknown 2020"),
        ],
    );
}

#[test]
fn an_older_order_never_closed_does_not_outlive_a_later_stop() {
    let order = |standing, day: &str| Entry {
        kind: Kind::MedicationRequest,
        date: Some(PartialDate::fhir(day)),
        ..medicine("Ramipril 5 mg capsules", standing)
    };
    let (old, new) = (order(Standing::Active, "2024-01-05"), order(Standing::Stopped, "2025-06-01"));
    check(vec![old, new], Section::Medications, &[(GroupKind::Unclear, "Ramipril 5 mg capsules")]);
    let (old, new) = (order(Standing::Stopped, "2024-01-05"), order(Standing::Active, "2025-06-01"));
    check(vec![old, new], Section::Medications, &[(GroupKind::Now, "Ramipril 5 mg capsules")]);
}

#[test]
fn a_share_tells_the_notes_that_travel_with_it() {
    let noted = Entry { notes: vec!["Collapsed in 2009".into()], ..allergy("Penicillin") };
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", vec![noted])]);
    let page = book.clinician(&[(Section::Allergies, Label::Selected)]);
    let rows = page.sections.iter().flat_map(|s| &s.rows);
    let told: Vec<_> = rows.flat_map(|r| &r.more).map(|(_, words)| words.as_str()).collect();
    assert_eq!(told, ["Collapsed in 2009"]);
}

#[test]
fn medicines_are_compared_side_by_side() {
    let with = |title: &str, dose: &str| Entry { dose: vec![dose.into()], ..medicine(title, Standing::Active) };
    let book = Book::of(vec![
        parcel(
            "GP",
            "2026-11-01",
            vec![with("Same 1mg", "one daily"), with("Other 1mg", "one daily"), with("Mine", "x")],
        ),
        parcel("Hospital", "2026-11-02", vec![with("same 1mg", "One  Daily"), with("other 1mg", "two daily")]),
    ]);
    let table = book.section(Section::Medications).medicines.unwrap();
    let marks: Vec<(&str, medicines::Mark)> = table.lines.iter().map(|l| (l.title.as_str(), l.mark)).collect();
    let mark = |title: &str| marks.iter().find(|(t, _)| t.eq_ignore_ascii_case(title)).unwrap().1;
    assert_eq!(mark("same 1mg"), medicines::Mark::Same);
    assert_eq!(mark("other 1mg"), medicines::Mark::Differs);
    assert_eq!(mark("mine"), medicines::Mark::OnlyHere);
}

#[test]
fn another_dose_in_a_later_source_is_a_change_with_both_doses_and_what_both_say_alike_is_told_once() {
    let taken = |dose: &str| Entry {
        date: Some(PartialDate::fhir("2020-02-06")),
        dose: vec![dose.into()],
        ..medicine("Ramipril", Standing::Active)
    };
    let book = Book::of(vec![
        parcel("GP", "2026-03-01", vec![taken("one daily")]),
        parcel("Hospital", "2026-11-01", vec![taken("two daily")]),
    ]);
    let changes = book.section(Section::Medications).medicines.unwrap().changes;
    let [changed, started] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((changed.what, started.what), (medicines::Changed::Changed, medicines::Changed::Started));
    assert_eq!((changed.before.join(""), changed.after.join("")), ("one daily".into(), "two daily".into()));
    assert_eq!((changed.against.as_str(), changed.sources.join("")), ("GP", "Hospital".into()));
    assert_eq!(changed.when.as_ref().unwrap().text, "2026-11-01");
    let mut both = started.sources.clone();
    both.sort();
    assert_eq!(both, ["GP", "Hospital"]);
    let undated = Book::of(vec![
        parcel("GP", "", vec![taken("one daily")]),
        parcel("Hospital", "2026-11-01", vec![taken("two daily")]),
    ]);
    let changes = undated.section(Section::Medications).medicines.unwrap().changes;
    assert!(changes.iter().all(|c| c.what == medicines::Changed::Started), "no order in time, no change: {changes:?}");
}

#[test]
fn serum_and_urine_are_two_trends_though_one_code_names_both() {
    let of = |specimen: &str, date: &str| {
        let mut e = result("Creatinine", date, "85", "umol/L");
        e.concept.codings =
            vec![Coding { system: "http://snomed.info/sct".into(), code: "70901006".into(), display: String::new() }];
        e.details.push(crate::record::Detail { name: "specimen".into(), text: specimen.into() });
        e
    };
    let book = Book::of(vec![parcel(
        "Lab",
        "2026-11-01",
        vec![of("Serum", "2026-01-01"), of("Urine", "2026-02-01"), of("serum", "2026-03-01")],
    )]);
    let counts: Vec<u32> = book.section(Section::Results).analytes.iter().map(|a| a.count).collect();
    assert_eq!(counts, [2, 1]);
}

#[test]
fn changes_have_who_when_and_why_or_say_that_no_reason_was_given() {
    let order = |date: &str, dose: &str| Entry {
        date: Some(PartialDate::fhir(date)),
        dose: vec![dose.into()],
        performer: vec!["Dr Jones".into()],
        ..said(Section::Medications, Kind::MedicationRequest, "Ramipril", Standing::Active)
    };
    let mut stopped = Entry { end: Some(PartialDate::fhir("2026-05-01")), ..medicine("Aspirin", Standing::Stopped) };
    stopped.details.push(crate::record::Detail { name: "statusReason".into(), text: "bleeding".into() });
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![order("2026-01-01", "2.5 mg"), order("2026-03-01", "5 mg"), stopped],
    )]);
    let changes = book.section(Section::Medications).medicines.unwrap().changes;
    let told: Vec<(medicines::Changed, &str, &str, &str)> =
        changes.iter().map(|c| (c.what, c.title.as_str(), c.by.as_str(), c.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (medicines::Changed::Stopped, "Aspirin", "", "bleeding"),
            (medicines::Changed::Changed, "Ramipril", "Dr Jones", ""),
            (medicines::Changed::Started, "Ramipril", "Dr Jones", ""),
        ]
    );
}

#[test]
fn entered_in_error_is_in_no_count_and_listed_apart() {
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![said(Section::Allergies, Kind::AllergyIntolerance, "Wrong", Standing::EnteredInError), allergy("Right")],
    )]);
    let page = book.section(Section::Allergies);
    assert_eq!(page.heading.total, 1);
    assert_eq!(page.in_error.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Wrong"]);
    assert_eq!(book.summary().in_error, 1);
    assert!(entry::entry(&book.record, &book.index, &page.in_error[0].id, TODAY).unwrap().in_error);
    assert_eq!(timeline(&book.record, &book.index, &Ask::default(), TODAY).matching, 1);
}

// ---- H10: dates ----

#[test]
fn a_future_date_is_never_the_latest() {
    let book = Book::of(vec![parcel(
        "Lab",
        "2026-11-01",
        vec![result("Creatinine", "2026-01-01", "85", "umol/L"), result("Creatinine", "2031-01-01", "900", "umol/L")],
    )]);
    let page = book.summary();
    let row = &page.results.rows[0];
    assert_eq!((row.latest.value.as_str(), row.count, page.future), ("85", 2, 1));
    let page = results::analyte(&book.record, &book.index, &row.id, TODAY).unwrap();
    assert_eq!((page.rows.len(), page.future.len()), (1, 1));
    assert!(page.future[0].date.as_ref().unwrap().future);
    assert!(page.series.iter().all(|s| s.points.iter().all(|p| p.value != "900")));
}

#[test]
fn the_timeline_is_newest_first_with_partial_dates_in_their_place_and_undated_last() {
    let at = |title: &str, date: &str| Entry {
        date: Some(date).filter(|d| !d.is_empty()).map(PartialDate::fhir),
        ..said(Section::Problems, Kind::Condition, title, Standing::Active)
    };
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![
            at("undated", ""),
            at("no date", "1961-04-93"),
            at("year", "2019"),
            at("day", "2019-03-03"),
            at("month", "2019-03"),
            at("future", "2031-01-01"),
        ],
    )]);
    let page = timeline(&book.record, &book.index, &Ask { limit: 99, ..Ask::default() }, TODAY);
    let titles: Vec<&str> = page.rows.iter().map(|r| r.row.title.as_str()).collect();
    assert_eq!(titles[..4], ["future", "day", "month", "year"]);
    let months: Vec<(Option<i16>, Option<u8>, bool, u32)> =
        page.months.iter().map(|m| (m.year, m.month, m.future, m.count)).collect();
    assert_eq!(
        months,
        [
            (Some(2031), Some(1), true, 1),
            (Some(2019), Some(3), false, 2),
            (Some(2019), None, false, 1),
            (None, None, false, 2)
        ]
    );
}

#[test]
fn the_timeline_filters_searches_and_pages() {
    let mut letter = said(Section::Documents, Kind::DocumentReference, "Clinic letter", Standing::Final);
    letter.attachments = vec![0];
    let mut p =
        parcel("GP", "2026-11-01", vec![result("Ménière test", "2019-03-03", "1", "x"), allergy("Nuts"), letter]);
    p.reading.attachments.push(Attachment {
        title: String::new(),
        content_type: "text/plain".into(),
        bytes: 3,
        hash: Some(Hash::of(b"x")),
        at: "/x".into(),
        url: String::new(),
        text: "You were seen for migraine last week.".into(),
    });
    let hash = p.hash;
    let book = Book::of(vec![p, parcel("Lab", "2026-11-01", vec![result("Sodium", "2020-01-01", "140", "mmol/L")])]);
    let ask = |ask: Ask| timeline(&book.record, &book.index, &Ask { limit: 9, ..ask }, TODAY);
    let count = |a: Ask| ask(a).matching;
    assert_eq!(count(Ask::default()), 4);
    assert_eq!(count(Ask { search: "MENIERE test".into(), ..Ask::default() }), 1);
    assert_eq!(count(Ask { sections: vec![Section::Results], ..Ask::default() }), 2);
    assert_eq!(count(Ask { source: Some(hash), ..Ask::default() }), 3);
    assert_eq!(count(Ask { source: Some(Hash::of(b"gone")), ..Ask::default() }), 0);
    assert_eq!(count(Ask { from: "2019-03-03".into(), until: "2019-12-31".into(), ..Ask::default() }), 1);
    let found = ask(Ask { search: "migraine".into(), ..Ask::default() }).rows[0].found.clone().unwrap();
    let (start, end) = found.marks[0];
    assert_eq!(&found.text[start as usize..end as usize], "migraine");
    assert_eq!(ask(Ask::default()).years, [(2020, 1), (2019, 1)]);
    let named = ask(Ask { search: "Na BP".into(), ..Ask::default() });
    assert_eq!((named.matching, named.also), (0, vec!["blood pressure".to_owned()]));
    let second = timeline(&book.record, &book.index, &Ask { offset: 1, limit: 1, ..Ask::default() }, TODAY);
    assert_eq!((second.rows.len(), second.offset, second.matching, second.total), (1, 1, 4, 4));
    // Window after window, also of questions that take turns, gives the list of each, in its order.
    let questions = ["", "m", "sodium"].map(|word| Ask { search: word.into(), ..Ask::default() });
    let titles = |page: Timeline| page.rows.into_iter().map(|row| row.row.title).collect::<Vec<_>>();
    let whole = questions.clone().map(|question| titles(ask(question)));
    let mut windows: [Vec<String>; 3] = Default::default();
    for offset in 0..4 {
        for (question, windows) in questions.iter().zip(&mut windows) {
            let window = Ask { offset, limit: 1, ..question.clone() };
            windows.extend(titles(timeline(&book.record, &book.index, &window, TODAY)));
        }
    }
    assert_eq!(windows, whole);
    assert_eq!(whole.map(|titles| titles.len()), [4, 2, 1]);
}

#[test]
fn a_row_of_the_timeline_has_what_must_not_wait_for_a_tap_and_leaves_the_rest_to_its_page() {
    let noted = |entry: Entry| Entry { notes: vec!["Haemolysed".into()], ..entry };
    let taken = said(Section::Medications, Kind::MedicationStatement, "Ramipril", Standing::Active);
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![noted(result("Potassium", "2026-10-01", "5.1", "mmol/L")), noted(taken)],
    )]);
    let page = timeline(&book.record, &book.index, &Ask { limit: 9, ..Ask::default() }, TODAY);
    let notes = page.rows.iter().map(|row| (row.row.title.as_str(), row.row.notes, row.row.more.len()));
    assert_eq!(notes.collect::<Vec<_>>(), [("Potassium", true, 1), ("Ramipril", true, 0)]);
}

#[test]
fn next_visits_come_soonest_first_and_what_is_past_is_not_next() {
    let visit = |kind: Kind, section: Section, title: &str, date: &str| Entry {
        date: Some(PartialDate::fhir(date)),
        ..said(section, kind, title, Standing::Planned)
    };
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![
            visit(Kind::Encounter, Section::Encounters, "later", "2027-03-01"),
            visit(Kind::Appointment, Section::PlanOfCare, "soon", "2026-12-01T09:00:00Z"),
            visit(Kind::Appointment, Section::PlanOfCare, "missed", "2020-12-01"),
            visit(Kind::Encounter, Section::Encounters, "today", "2026-11-22"),
        ],
    )]);
    let rows = book.summary().next_visits.list.rows;
    assert_eq!(rows.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["today", "soon", "later"]);
}

// ---- H11 and H13: trust, and codes without names ----

#[test]
fn the_former_version_of_a_result_is_its_history() {
    let at = "2026-01-05T10:00:00Z";
    let check = |old: Entry, expected: bool| {
        let mut new = result("Potassium", at, "4.9", "mmol/L");
        new.status.standing = Standing::Amended;
        let book = Book::of(vec![parcel("Lab", "2026-02-01", vec![old, new])]);
        let page = |value: &str| {
            let is_it = |i: &&crate::record::Item| book.record.lead(i).unwrap().value.as_ref().unwrap().text() == value;
            let id = book.record.items.iter().find(is_it).unwrap().id.clone();
            entry::entry(&book.record, &book.index, &id, TODAY).unwrap()
        };
        let (new, old) = (page("4.9"), page("5.9"));
        assert_eq!((new.history.len(), new.corrected), (usize::from(expected), None));
        assert_eq!((old.history.len(), old.corrected), (0, expected.then_some(new.row.id)));
    };
    check(result("Potassium", at, "5.9", "mmol/L"), true);
    // Another moment, or a day alone, is another test.
    check(result("Potassium", "2026-01-05T11:00:00Z", "5.9", "mmol/L"), false);
    check(result("Potassium", "2026-01-05", "5.9", "mmol/L"), false);
    check(result("Sodium", at, "5.9", "mmol/L"), false);
}

#[test]
fn a_vaccination_tells_the_age_only_where_both_days_are_sure() {
    let check = |born: &str, given: &str, expected: Option<(u16, u8)>| {
        let mut dose = said(Section::Immunizations, Kind::Immunization, "MMR", Standing::Ended);
        dose.date = Some(PartialDate::fhir(given));
        let mut p = parcel("Surgery", "2026-11-01", vec![dose]);
        p.reading.people =
            vec![crate::record::Person { birth_date: Some(PartialDate::fhir(born)), ..Default::default() }];
        let row = Book::of(vec![p]).summary().vaccinations.list.rows.remove(0);
        assert_eq!(row.age_then.map(|a| (a.years, a.months)), expected, "{born} {given}");
    };
    check("2020-01-10", "2021-02-12", Some((1, 1)));
    check("2020-01-10", "2020-03-12", Some((0, 2)));
    check("2020-01-10", "2021-02", None);
    check("2020", "2021-02-12", None);
    check("2020-01-10", "2019-02-12", None);
}

#[test]
fn every_row_has_the_trust_mark_of_how_it_came() {
    for (origin, trust) in [
        (Origin::File, Trust::NotSigned),
        (Origin::Person, Trust::Typed),
        (Origin::Share, Trust::NotSigned),
        (Origin::SignedTrusted, Trust::SignedTrusted),
        (Origin::SignedUnknown, Trust::SignedUnknown),
        // Whoever made the link chose the host: that it came from there vouches for nothing.
        (Origin::Link("shl.example".to_owned()), Trust::NotSigned),
    ] {
        let mut p = parcel("GP", "2026-11-01", vec![allergy("Nuts")]);
        p.note.origin = origin.clone();
        let row = &Book::of(vec![p]).summary().allergies.list.rows[0];
        assert_eq!(row.trust, trust);
        assert_eq!(row.sources, [if origin == Origin::Person { "" } else { "GP" }]);
    }
    // What a file's own signature showed counts for the file as it came, not for what somebody shared of it.
    for (signed, origin, trust) in [
        (crate::record::Signed::Trusted, Origin::File, Trust::SignedTrusted),
        (crate::record::Signed::Unknown, Origin::File, Trust::SignedUnknown),
        (crate::record::Signed::NotChecked, Origin::File, Trust::NotChecked),
        (crate::record::Signed::Wrong, Origin::File, Trust::SignatureWrong),
        (crate::record::Signed::Trusted, Origin::Share, Trust::NotChecked),
        (crate::record::Signed::NotChecked, Origin::Share, Trust::NotChecked),
        (crate::record::Signed::Wrong, Origin::Share, Trust::SignatureWrong),
    ] {
        let mut p = parcel("GP", "2026-11-01", vec![allergy("Nuts")]);
        (p.reading.signed, p.note.origin) = (signed, origin);
        assert_eq!(Book::of(vec![p]).summary().allergies.list.rows[0].trust, trust);
    }
}

#[test]
fn the_sources_own_words_come_first_and_a_bare_code_says_so() {
    let mut bare = allergy("code 123 of system urn:x, no name given");
    bare.named = false;
    bare.concept = Concept {
        text: String::new(),
        codings: vec![Coding { system: "urn:x".into(), code: "123".into(), display: String::new() }],
    };
    let row = &Book::of(vec![parcel("GP", "2026-11-01", vec![bare])]).summary().allergies.list.rows[0];
    assert!(!row.named);
}

// ---- results ----

#[test]
fn the_same_test_by_two_sources_within_thirty_days_is_marked_as_done() {
    let book = Book::of(vec![
        parcel(
            "GP",
            "2026-11-01",
            vec![result("Sodium", "2026-10-01", "140", "mmol/L"), result("CRP", "2026-01-01", "5", "mg/L")],
        ),
        parcel(
            "Hospital",
            "2026-11-01",
            vec![result("Sodium", "2026-10-20", "141", "mmol/L"), result("CRP", "2026-03-01", "6", "mg/L")],
        ),
    ]);
    let page = book.clinician(&[(Section::Results, Label::Selected)]);
    let told: Vec<(&str, &str, &str)> =
        page.done.iter().map(|r| (r.title.as_str(), r.source.as_str(), r.again_source.as_str())).collect();
    assert_eq!(told, [("Sodium", "GP", "Hospital")]);
    assert!(book.summary().results.rows.iter().any(|r| r.title == "Sodium" && r.repeat.is_some()));
}

#[test]
fn blood_pressure_is_one_reading_with_two_series() {
    let reading = |date: &str, high: &str, low: &str| {
        let part = |title: &str, value: &str| Component {
            title: title.into(),
            concept: Concept::words(title),
            value: Some(Value::Quantity(Quantity { value: value.into(), unit: "mmHg".into(), ..Default::default() })),
            range: vec![],
            interpretation: vec![],
        };
        Entry {
            date: Some(PartialDate::fhir(date)),
            components: vec![part("Systolic", high), part("Diastolic", low)],
            ..said(Section::VitalSigns, Kind::Observation, "Blood pressure", Standing::Final)
        }
    };
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![reading("2026-01-01", "140", "90"), reading("2026-02-01", "135", "85")],
    )]);
    let page = book.summary();
    let row = &page.vital_signs.rows[0];
    assert_eq!((page.vital_signs.total, row.count, row.latest.parts[0].value.as_str()), (1, 2, "135"));
    let page = results::analyte(&book.record, &book.index, &row.id, TODAY).unwrap();
    assert_eq!(page.series.iter().map(|s| s.part.as_str()).collect::<Vec<_>>(), ["Systolic", "Diastolic"]);
    assert!(page.series.iter().all(|s| s.chart.is_some()));
}

#[test]
fn above_the_labs_range_is_said_only_of_a_plain_range() {
    let mut plain = result("Potassium", "2026-01-01", "5.9", "mmol/L");
    plain.range = vec!["3.5–5.3 mmol/L".into()];
    let mut words = result("TSH", "2026-01-01", "9", "mU/L");
    words.range = vec!["see report".into()];
    let book = Book::of(vec![parcel("Lab", "2026-11-01", vec![plain, words])]);
    let page = book.summary();
    let against = |title: &str| page.results.rows.iter().find(|r| r.title == title).unwrap().latest.flagging.range;
    assert_eq!((against("Potassium"), against("TSH")), (Against::Above, Against::NotCompared));
}

// ---- the report ----

#[test]
fn the_report_tells_new_known_and_disagreeing_against_what_was_there_before() {
    let mut first = parcel("GP", "2026-11-01", vec![allergy("Nuts"), medicine("Aspirin", Standing::Active)]);
    first.note.imported = "2026-01-01T00:00:00Z".into();
    let mut second = parcel(
        "Hospital",
        "2026-11-01",
        vec![allergy("Nuts"), medicine("Aspirin", Standing::Stopped), allergy("Latex")],
    );
    second.note.imported = "2026-02-01T00:00:00Z".into();
    second.reading.ledger.shown = 3;
    second.reading.ledger.kept = 2;
    second.reading.issues = vec![
        Issue { severity: Severity::Warning, code: IssueCode::BadDate, at: "/a".into(), found: "x".into() },
        Issue { severity: Severity::Error, code: IssueCode::BadDate, at: "/b".into(), found: "y".into() },
        Issue {
            severity: Severity::Information,
            code: IssueCode::CodeWithoutName,
            at: "/c".into(),
            found: String::new(),
        },
    ];
    let (a, b) = (first.hash, second.hash);
    let book = Book::of(vec![first, second]);
    let report = |hash| report::report(&book.record, hash, false, TODAY).unwrap();
    assert_eq!(report(a).all, report::Brings { new: 2, known: 0, disagreeing: 0 });
    let second = report(b);
    assert_eq!(second.all, report::Brings { new: 1, known: 2, disagreeing: 1 });
    assert_eq!((second.pieces, second.shown, second.kept, second.not_understood), (5, 3, 2, 0));
    let issues: Vec<(IssueCode, Severity, u32)> = second.issues.iter().map(|i| (i.code, i.severity, i.count)).collect();
    assert_eq!(
        issues,
        [(IssueCode::BadDate, Severity::Error, 2), (IssueCode::CodeWithoutName, Severity::Information, 1)]
    );
    assert!(report::report(&book.record, Hash::of(b"gone"), false, TODAY).is_none());
}

#[test]
fn the_report_tells_what_is_dated_in_the_future_unless_it_is_planned() {
    let dated = |mut e: Entry, date: &str| {
        e.date = Some(PartialDate::fhir(date));
        e
    };
    let mut plan = dated(allergy("Review"), "2199-01-01");
    plan.section = Section::PlanOfCare;
    let entries = vec![dated(allergy("Nuts"), "2199-01-01"), dated(allergy("Latex"), "1999-01-01"), plan];
    let book = Book::of(vec![parcel("GP", "2026-11-01", entries)]);
    let report = report::report(&book.record, book.record.parcels[0].hash, false, TODAY).unwrap();
    let issues: Vec<(IssueCode, u32)> = report.issues.iter().map(|i| (i.code, i.count)).collect();
    assert_eq!(issues, [(IssueCode::FutureDate, 1)]);
}

// ---- the entry ----

#[test]
fn an_entrys_page_says_everything_that_was_said() {
    let mut e = allergy("Penicillin");
    e.reactions = vec![Reaction {
        manifestations: vec![Concept::words("Rash")],
        severity: "severe".into(),
        note: "after 2 days".into(),
        date: None,
    }];
    e.notes = vec!["seen in 1999".into()];
    e.performer = vec!["Dr Jones".into()];
    e.identifiers = vec![Identifier { system: "urn:x".into(), value: "7".into() }];
    e.details = vec![crate::record::Detail { name: "criticality".into(), text: "high".into() }];
    e.links = vec![Link { role: "encounter".into(), to: "/visit".into() }];
    e.concept.codings = vec![Coding { system: "urn:y".into(), code: "1".into(), display: "Pen".into() }];
    let mut visit = said(Section::Encounters, Kind::Encounter, "Visit", Standing::Ended);
    visit.at = "/visit".into();
    let book = Book::of(vec![parcel("GP", "2026-11-01", vec![e, visit])]);
    let row = &book.summary().allergies.list.rows[0];
    assert_eq!(
        (row.severity.as_str(), row.criticality.as_str(), row.reactions.as_slice()),
        ("severe", "high", ["Rash".to_owned()].as_slice())
    );
    let page = entry::entry(&book.record, &book.index, &row.id, TODAY).unwrap();
    let said = format!("{:?}", page.cards[0].lines);
    for word in ["Rash", "severe", "after 2 days", "seen in 1999", "Dr Jones", "urn:x", "high", "Pen", "active"] {
        assert!(said.contains(word), "{word}");
    }
    assert_eq!(page.cards[0].links[0].0, "encounter");
    assert_eq!(page.cards[0].links[0].2, "Visit");
    assert!(entry::entry(&book.record, &book.index, "nothing", TODAY).is_none());
}

#[test]
fn sensitive_items_are_suggested_over_the_whole_record() {
    let mut letter = said(Section::Documents, Kind::DocumentReference, "Letter", Standing::Final);
    letter.notes = vec!["Seen in the GUM clinic".into()];
    let book = Book::of(vec![parcel(
        "GP",
        "2026-11-01",
        vec![letter, medicine("Truvada", Standing::Active), allergy("Nuts")],
    )]);
    let choose = choose::choose(&book.record, &book.index, TODAY);
    assert_eq!(choose.sensitive.len(), 1);
    assert_eq!((choose.sensitive[0].set, choose.sensitive[0].items.len()), (sensitive::Set::SexualInfectionAndHiv, 2));
    assert_eq!(choose.weighty.len(), 2, "the allergy and the current medicine");
}

// ---- any record ----

fn any_entry() -> impl Strategy<Value = Entry> {
    let kind = prop::sample::select(vec![
        (Section::Allergies, Kind::AllergyIntolerance),
        (Section::Medications, Kind::MedicationStatement),
        (Section::Medications, Kind::MedicationRequest),
        (Section::Problems, Kind::Condition),
        (Section::Results, Kind::Observation),
        (Section::VitalSigns, Kind::Observation),
        (Section::Encounters, Kind::Encounter),
        (Section::Documents, Kind::DocumentReference),
    ]);
    let title = prop::sample::select(vec!["Nuts", "Aspirin 75mg", "Sodium", "Ménière", "", "No known allergies"]);
    let date = prop::sample::select(vec!["", "2019", "2026-11", "2026-11-22T10:00:00Z", "2031-01-01", "1961-04-93"]);
    let standing = prop::sample::select(vec![
        Standing::Active,
        Standing::Stopped,
        Standing::Planned,
        Standing::EnteredInError,
        Standing::Unknown,
    ]);
    let polarity =
        prop::sample::select(vec![Polarity::Positive, Polarity::Positive, Polarity::NoneKnown, Polarity::NotDone]);
    let value = prop::sample::select(vec!["", "85.000", "-1", "NaN", "1e400", "9".repeat(400).leak()]);
    (kind, title, date, standing, polarity, value, any::<bool>()).prop_map(
        |((section, kind), title, date, standing, polarity, value, secret)| {
            let mut e = said(section, kind, title, standing);
            e.polarity = polarity;
            e.date = Some(date).filter(|d| !d.is_empty()).map(PartialDate::fhir);
            if !value.is_empty() {
                e.value = Some(Value::Quantity(Quantity {
                    value: value.into(),
                    unit: "mmol/L".into(),
                    ..Default::default()
                }));
            }
            if secret && title.is_empty() {
                e.labels.push(Coding { code: "NOPAT".into(), ..Default::default() });
            }
            e
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Every item is on exactly one list of its section, or is a kind of nothing, or is withheld; and no page breaks.
    #[test]
    fn every_item_is_on_a_page(files in prop::collection::vec(prop::collection::vec(any_entry(), 0..8), 0..4), search in ".{0,6}") {
        let book = Book::of(files.into_iter().zip(0..).map(|(e, i)| parcel(&format!("f{i}"), "2026-01-01", e)).collect());
        book.summary();
        book.clinician(&[(Section::Allergies, Label::Selected)]);
        choose::choose(&book.record, &book.index, TODAY);
        documents::documents(&book.record, &book.index, TODAY);
        let mut measured = (0, 0);
        for of in Section::ALL {
            let page = book.section(of);
            let listed: u32 = page.groups.iter().map(|g| g.list.total).sum::<u32>() + page.analytes.iter().map(|a| a.count).sum::<u32>();
            let listed = listed + page.brief.iter().map(|b| b.rows.len() as u32).sum::<u32>();
            if section::is_measured(of) {
                // One analyte may be filed as a result by one source and as a vital sign by another.
                measured.0 += listed;
                measured.1 += page.heading.total;
            } else {
                prop_assert_eq!(listed, page.heading.total);
            }
            let nothing = book.record.section(of).filter(|i| rows::is_absence(&book.record, i) && !rows::is_withheld(&book.record, i)).count();
            let here = book.record.section(of).count();
            prop_assert_eq!(here, page.heading.total as usize + nothing + page.withheld.len());
        }
        prop_assert_eq!(measured.0, measured.1);
        let all = timeline(&book.record, &book.index, &Ask { limit: u32::MAX, ..Ask::default() }, TODAY);
        prop_assert_eq!(all.rows.len() as u32, all.matching);
        prop_assert_eq!(all.months.iter().map(|m| m.count).sum::<u32>(), all.matching);
        timeline(&book.record, &book.index, &Ask { limit: 9, search, ..Ask::default() }, TODAY);
        for item in book.record.items.iter().chain(&book.record.in_error) {
            prop_assert!(entry::entry(&book.record, &book.index, &item.id, TODAY).is_some());
            results::analyte(&book.record, &book.index, &item.id, TODAY);
        }
        for p in &book.record.parcels {
            report::report(&book.record, p.hash, false, TODAY);
        }
    }
}

// ---- What a patient, a carer and a clinician stumbled over ----

#[test]
fn entries_that_are_over_are_not_told_as_saying_so() {
    let episode = |at: &str, from: &str, end: &str, standing: Standing| Entry {
        at: at.into(),
        date: Some(PartialDate::fhir(from)),
        end: Some(end).filter(|d| !d.is_empty()).map(PartialDate::fhir),
        ..said(Section::Problems, Kind::Condition, "Stress", standing)
    };
    let entries = vec![
        episode("/0", "2015-05-21", "", Standing::Active),
        episode("/1", "2009-07-28", "2010-01-01", Standing::Ended),
        episode("/2", "2012-02-02", "2012-03-03", Standing::Ended),
    ];
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", entries)]);
    let row = &book.summary().problems.list.rows[0];
    let tally = row.tally.clone().unwrap();
    assert_eq!((tally.current, tally.over, tally.other, row.entries), (1, 2, 0, 3));
    let text = |d: &Option<Day>| d.as_ref().map(|d| d.text.clone()).unwrap_or_default();
    let told = [text(&tally.first), text(&tally.latest), text(&tally.ended)];
    assert_eq!(told, ["2009-07-28", "2015-05-21", "2012-03-03"]);
    assert_eq!(row.date_of, DateOf::Began);
}

#[test]
fn the_silence_of_a_letter_or_a_result_is_no_statement_and_contradicts_nobody() {
    let letter = said(Section::Documents, Kind::DocumentReference, "Rheumatology letter", Standing::Final);
    let book = Book::of(vec![
        parcel("Surgery", "2026-11-01", vec![allergy("Nuts")]),
        parcel("Letter.pdf", "", vec![letter]),
        parcel("Laboratory", "2026-11-02", vec![result("Sodium", "2026-11-02", "140", "mmol/L")]),
    ]);
    let mut told: Vec<(String, Absent, Contradicted, bool)> = book
        .summary()
        .allergies
        .heading
        .absences
        .into_iter()
        .map(|a| (a.source.name, a.absent, a.contradicted, a.item.is_some()))
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    // The letter can be opened from there: its words may well speak of an allergy.
    assert_eq!(
        told,
        [
            ("Laboratory".to_owned(), Absent::NotInSource, Contradicted::No, false),
            ("Letter.pdf".to_owned(), Absent::NotRead, Contradicted::No, true),
        ]
    );
}

#[test]
fn none_known_beside_entries_of_the_same_file_is_not_called_another_source() {
    let none = Entry { polarity: Polarity::NoneKnown, ..allergy("No known drug allergies") };
    let book = Book::of(vec![parcel("A", "2026-11-01", vec![none, allergy("Penicillin")])]);
    assert_eq!(book.summary().allergies.heading.absences[0].contradicted, Contradicted::ByItself);
}

#[test]
fn without_a_date_of_the_file_the_newest_entry_is_told_and_never_called_as_of() {
    let old = Entry { date: Some(PartialDate::fhir("2014-07-08")), ..medicine("Aspirin 75mg", Standing::Active) };
    let problem = Entry {
        date: Some(PartialDate::fhir("2026-11-03")),
        ..said(Section::Problems, Kind::Condition, "Asthma", Standing::Active)
    };
    let book = Book::of(vec![parcel("Surgery", "", vec![old, problem])]);
    let heading = book.summary().medicines.heading;
    assert_eq!(heading.as_of, None);
    assert_eq!(heading.newest.unwrap().text, "2014-07-08");
    assert!(heading.stale);
}

#[test]
fn an_old_medicine_that_is_called_current_says_how_old_it_is() {
    let told = |as_of: &str, date: &str, standing: Standing| {
        let ordered = Entry {
            date: Some(PartialDate::fhir(date)),
            kind: Kind::MedicationRequest,
            ..medicine("Ferrous sulfate", standing)
        };
        let book = Book::of(vec![parcel("Surgery", as_of, vec![ordered])]);
        let page = book.section(Section::Medications);
        page.groups[0].list.rows[0].nothing_newer.clone().map(|d| d.text)
    };
    assert_eq!(told("", "1970-08-11", Standing::Active).as_deref(), Some("1970-08-11"));
    assert_eq!(told("", "2026-10-28", Standing::Active), None);
    assert_eq!(told("2026-11-01", "1970-08-11", Standing::Active), None, "the file lists it as of this month");
    assert_eq!(told("", "1970-08-11", Standing::Stopped), None);
}

#[test]
fn no_change_is_invented_beside_what_was_stopped_or_says_less() {
    let changes = |earlier: &str, later: &str, standing: Standing| {
        let dosed = |dose: &str, standing| Entry { dose: vec![dose.into()], ..medicine("Sertraline 100mg", standing) };
        let book = Book::of(vec![
            parcel("Surgery", "2026-01-01", vec![dosed(earlier, Standing::Active)]),
            parcel("Hospital", "2026-09-10", vec![dosed(later, standing)]),
        ]);
        let all = book.section(Section::Medications).medicines.unwrap().changes;
        all.iter().filter(|c| c.what == medicines::Changed::Changed).count()
    };
    assert_eq!(changes("1 tablet once a day", "2 tablets once a day", Standing::Active), 1);
    assert_eq!(changes("1 tablet once a day", "2 tablets once a day", Standing::Stopped), 0);
    assert_eq!(changes("1 tablet once a day · Take in the morning", "1 tablet once a day", Standing::Active), 0);
}

#[test]
fn an_order_is_neither_a_beginning_nor_an_issue() {
    let order = |at: &str, date: &str| Entry {
        at: at.into(),
        date: Some(PartialDate::fhir(date)),
        kind: Kind::MedicationRequest,
        ..medicine("Methotrexate 2.5mg", Standing::Active)
    };
    let book = Book::of(vec![
        parcel("Surgery", "", vec![order("/0", "2026-10-27"), order("/1", "2008-11-25")]),
        parcel("Hospital", "", vec![medicine("Aspirin 75mg", Standing::Active)]),
    ]);
    let page = book.section(Section::Medications).medicines.unwrap();
    let line = page.lines.iter().find(|l| l.title.starts_with("Methotrexate")).unwrap();
    let cell = line.cells.iter().flatten().next().unwrap();
    let text = |d: &Option<Day>| d.as_ref().map(|d| d.text.clone());
    assert_eq!((text(&cell.start), text(&cell.last_issue)), (None, None));
    assert_eq!(text(&cell.first_ordered).as_deref(), Some("2008-11-25"));
    assert_eq!(text(&cell.ordered).as_deref(), Some("2026-10-27"));
}

#[test]
fn one_analyte_has_its_own_date_and_sources() {
    let book = Book::of(vec![
        parcel("Surgery", "2020-01-01", vec![result("Creatinine", "2019-12-01", "80", "umol/L")]),
        parcel("Hospital", "2026-11-10", vec![result("Sodium", "2026-11-10", "140", "mmol/L")]),
    ]);
    let row = book.section(Section::Results).analytes.into_iter().find(|a| a.title == "Creatinine").unwrap();
    let page = results::analyte(&book.record, &book.index, &row.id, TODAY).unwrap();
    assert_eq!(page.heading.as_of.unwrap().text, "2020-01-01");
    assert_eq!(page.heading.newest.unwrap().text, "2019-12-01");
    assert_eq!(page.heading.sources.len(), 1);
}

/// What the person says of the first entry of a file.
fn own(name: &str, said: crate::record::Said, of: &Parcel) -> Parcel {
    let mut entry = Entry::new(Section::PatientStory, Kind::Other("Communication".into()), "/entry/0", "My words");
    let coding = |system: &str, code: String| Coding { system: system.into(), code, display: String::new() };
    let codings = vec![
        coding(crate::record::STATEMENT, said.code().into()),
        coding(crate::record::PLACE, format!("{}#/entry/0", of.hash.hex())),
    ];
    entry.category = vec![Concept { text: String::new(), codings }];
    let mut parcel = parcel(name, "", vec![entry]);
    parcel.note.origin = Origin::Person;
    parcel
}

#[test]
fn what_the_person_says_names_what_it_is_about_and_a_tag_points_at_nothing() {
    let file = parcel("Surgery", "2026-11-01", vec![medicine("Penicillin V", Standing::Active)]);
    let statement = own("a", crate::record::Said::NotTaking, &file);
    let tag = own("b", crate::record::Said::Private, &file);
    let book = Book::of(vec![file, statement, tag]);
    let page = timeline(&book.record, &book.index, &Ask { limit: 10, ..Ask::default() }, TODAY);
    let story: Vec<&Row> = page.rows.iter().map(|r| &r.row).filter(|r| r.section == Section::PatientStory).collect();
    assert_eq!(story.len(), 1, "a tag stands in no list");
    assert_eq!(story[0].of.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>(), ["Penicillin V"]);
    assert_eq!(page.rows.iter().find(|r| r.row.title == "Penicillin V").unwrap().row.said.len(), 2);
    // What they typed is one source, however often they typed.
    assert_eq!(page.sources.iter().filter(|(_, name, _)| name.is_empty()).map(|s| s.2).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_is_all_in_the_past_is_told_and_the_vaccines_given_stand_first() {
    let old = medicine("Aspirin 75mg", Standing::Stopped);
    let jab = |title: &str, polarity: Polarity| Entry {
        polarity,
        ..said(Section::Immunizations, Kind::Immunization, title, Standing::Ended)
    };
    let entries = vec![old, jab("MMR", Polarity::Positive), jab("Influenza", Polarity::NotDone)];
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", entries)]);
    let medicines = book.summary().medicines;
    assert_eq!((medicines.list.rows.len(), medicines.heading.total), (0, 1), "an empty block that is not nothing");
    let groups: Vec<GroupKind> = book.section(Section::Immunizations).groups.iter().map(|g| g.kind).collect();
    assert_eq!(groups, [GroupKind::All, GroupKind::Negative]);
}

#[test]
fn findings_without_a_number_are_counted_beside_the_results() {
    let finding = said(Section::Results, Kind::Observation, "Angina pectoris", Standing::Final);
    let entries = vec![result("Sodium", "2026-11-02", "140", "mmol/L"), finding];
    let block = Book::of(vec![parcel("Surgery", "2026-11-03", entries)]).summary().results;
    assert_eq!((block.total, block.reports), (1, 1));
}

#[test]
fn a_date_of_birth_is_one_however_it_is_spelled_and_the_ways_are_named() {
    let person = |name: &str, birth: PartialDate| crate::record::Person {
        name: name.into(),
        birth_date: Some(birth),
        ..Default::default()
    };
    let file = |name: &str, who: crate::record::Person| {
        let mut file = parcel(name, "2026-11-01", vec![]);
        file.reading.people = vec![who];
        file
    };
    let one = file("a", person("Ann Lee", PartialDate::fhir("1951-03-03")));
    let same = file("b", person("Ann Lee", PartialDate::hl7("19510303")));
    let other = file("c", person("Ann Lea", PartialDate::fhir("1951-03-03")));
    let page = Book::of(vec![one.clone(), same.clone()]).summary();
    assert_eq!((page.person.variants, page.ways.len()), (1, 0));
    let page = Book::of(vec![one, same, other]).summary();
    assert_eq!(page.person.variants, 2);
    let mut told: Vec<(String, usize)> = page.ways.into_iter().map(|w| (w.name, w.sources.len())).collect();
    told.sort();
    assert_eq!(told, [("Ann Lea".to_owned(), 1), ("Ann Lee".to_owned(), 2)]);
}

/// Titles of the lines in full, and of those in brief with how many rows each has.
fn in_brief(entries: Vec<Entry>, of: Section) -> (Vec<String>, Vec<(String, usize)>) {
    let book = Book::of(vec![parcel("Surgery", "2026-11-01", entries)]);
    let page = book.clinician(&[(of, Label::Selected)]);
    let part = page.sections.into_iter().find(|s| s.section == of).unwrap();
    let full = part.rows.iter().map(|r| r.title.clone()).collect();
    (full, part.brief.iter().map(|b| (b.rows[0].title.clone(), b.rows.len())).collect())
}

#[test]
fn what_is_over_stands_in_brief_and_what_must_be_seen_never_does() {
    let stopped = |title: &str| medicine(title, Standing::Stopped);
    let lost = Entry { degraded: Some(Coding::default()), ..stopped("Degraded") };
    let denied = Entry { polarity: Polarity::NotTaken, ..stopped("Not taken") };
    let entries = vec![medicine("Aspirin", Standing::Active), stopped("Warfarin"), lost, denied];
    let (full, brief) = in_brief(entries, Section::Medications);
    assert_eq!(full, ["Aspirin", "Degraded", "Not taken"]);
    assert_eq!(brief, [("Warfarin".to_owned(), 1)]);
    // Of allergies nothing is told in brief, over or not.
    let over = Entry { status: Status { standing: Standing::Ended, ..Status::default() }, ..allergy("Egg") };
    assert_eq!(in_brief(vec![allergy("Latex"), over], Section::Allergies).0.len(), 2);
}

#[test]
fn two_sources_that_disagree_whether_it_is_over_stand_in_full() {
    let book = Book::of(vec![
        parcel("Surgery", "2026-11-01", vec![medicine("Warfarin", Standing::Stopped)]),
        parcel("Hospital", "2026-11-01", vec![medicine("Warfarin", Standing::Active)]),
    ]);
    let page = book.clinician(&[(Section::Medications, Label::Selected)]);
    let part = page.sections.iter().find(|s| s.section == Section::Medications).unwrap();
    assert_eq!((part.rows.len(), part.brief.len()), (1, 0));
    assert!(part.rows[0].disagree);
}

#[test]
fn reports_without_a_value_are_one_line_a_name_and_what_has_words_is_read() {
    let panel = |date: &str| Entry {
        date: Some(PartialDate::fhir(date)),
        ..said(Section::Results, Kind::DiagnosticReport, "Lipid panel", Standing::Final)
    };
    let read = Entry { notes: vec!["No fracture seen.".into()], ..panel("2026-11-02") };
    let read = Entry { title: "X-ray of wrist".into(), concept: Concept::words("X-ray of wrist"), ..read };
    let entries = vec![result("HDL", "2026-11-01", "1.1", "mmol/L"), panel("2026-11-01"), panel("2020-01-01"), read];
    let (full, brief) = in_brief(entries, Section::Results);
    assert_eq!(full, ["X-ray of wrist"], "a value stands among the analytes, words are read");
    assert_eq!(brief, [("Lipid panel".to_owned(), 2)]);
}

#[test]
fn a_long_list_of_what_happened_once_tells_the_old_in_brief() {
    let visit = |title: &str, date: &str| Entry {
        date: Some(PartialDate::fhir(date)),
        ..said(Section::Encounters, Kind::Encounter, title, Standing::Ended)
    };
    let few = vec![visit("Clinic", "2001-01-01")];
    assert_eq!(in_brief(few, Section::Encounters).0.len(), 1, "a short list stands in full");
    let mut many: Vec<Entry> = (0..9).map(|i| visit("Clinic", &format!("200{i}-01-01"))).collect();
    many.extend([visit("Stay", "2026-11-01"), said(Section::Encounters, Kind::Encounter, "Some day", Standing::Ended)]);
    let (full, brief) = in_brief(many, Section::Encounters);
    assert_eq!(full.len(), 2, "what is new, and what has no date");
    assert_eq!(brief, [("Clinic".to_owned(), 9)]);
}

#[test]
fn results_of_the_last_ninety_days_are_counted_and_stand_in_their_own_list() {
    let ill = said(Section::Problems, Kind::Condition, "Gout", Standing::Active);
    let ill = Entry { date: Some(PartialDate::fhir("2026-11-01")), ..ill };
    let book = Book::of(vec![parcel("S", "2026-11-01", vec![ill, result("HDL", "2026-11-01", "1.1", "mmol/L")])]);
    let page = book.clinician(&[(Section::Problems, Label::Selected), (Section::Results, Label::Selected)]);
    assert_eq!(page.recent.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Gout"]);
    assert_eq!(page.recent_values, [(Section::Results, 1)]);
}

#[test]
fn what_is_taken_off_the_pages_stands_on_none_until_it_is_put_back() {
    use crate::record::Said;
    let file = |name: &str, as_of: &str| {
        let abuse = said(Section::Problems, Kind::Condition, "Victim of abuse", Standing::Active);
        parcel(name, as_of, vec![abuse, said(Section::Problems, Kind::Condition, "Eczema", Standing::Active)])
    };
    let surgery = file("Surgery", "2026-11-01");
    let (note, off) = (own("a", Said::Note, &surgery), own("b", Said::Off, &surgery));
    let shown = |book: &Book| {
        let ask = |search: &str| Ask { limit: 50, search: search.into(), ..Ask::default() };
        let pages = [
            serde_json::to_string(&book.summary()).unwrap(),
            serde_json::to_string(&book.section(Section::Problems)).unwrap(),
            serde_json::to_string(&book.section(Section::PatientStory)).unwrap(),
            serde_json::to_string(&timeline(&book.record, &book.index, &ask(""), TODAY)).unwrap(),
            serde_json::to_string(&timeline(&book.record, &book.index, &ask("abuse"), TODAY)).unwrap(),
            serde_json::to_string(&choose::choose(&book.record, &book.index, TODAY)).unwrap(),
        ];
        pages.map(|page| page.contains("Victim of abuse") || page.contains("My words"))
    };
    // Who takes the note back too is left with the one source; another file that tells the same brings nothing back.
    let other = file("Hospital", "2026-11-20");
    let book = Book::of(vec![surgery.clone(), other.clone(), note.clone(), off]);
    assert_eq!(shown(&book), [false; 6]);
    assert_eq!(book.section(Section::Problems).heading.total, 1);
    let found = section::off_the_pages(&book.record, TODAY);
    assert_eq!(found.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Victim of abuse"]);
    let page = entry::entry(&book.record, &book.index, &found[0].id, TODAY).unwrap();
    assert!(page.off && page.cards.len() == 2, "its own page is whole");

    // The tag taken back, it is where it was.
    let book = Book::of(vec![surgery, other, note]);
    assert_eq!(shown(&book), [true; 6]);
    assert!(section::off_the_pages(&book.record, TODAY).is_empty());
}

#[test]
fn what_has_no_value_of_its_own_stands_in_one_line_a_name_below_the_values() {
    let panel = |date: &str| Entry {
        date: Some(PartialDate::fhir(date)),
        ..said(Section::Results, Kind::DiagnosticReport, "Lipid panel", Standing::Final)
    };
    let told = Entry { notes: vec!["Nothing of note.".into()], ..panel("2026-01-01") };
    let letter = Entry {
        details: vec![crate::record::Detail { name: "conclusion".into(), text: "Benign".into() }],
        ..panel("2026-01-02")
    };
    let not_done = Entry { polarity: Polarity::NotDone, ..panel("2026-01-03") };
    let entries = vec![
        panel("2025-03-01"),
        panel("2026-03-01"),
        result("Cholesterol", "2026-03-01", "5.1", "mmol/L"),
        told,
        letter,
        not_done,
    ];
    let page = Book::of(vec![parcel("Surgery", "2026-11-03", entries)]).section(Section::Results);
    assert_eq!(page.analytes.len(), 1);
    let [brief] = &page.brief[..] else { panic!("one name: {:?}", page.brief) };
    let dates: Vec<&str> = brief.rows.iter().filter_map(|r| r.date.as_ref()).map(|d| d.text.as_str()).collect();
    assert_eq!(dates, ["2026-03-01", "2025-03-01"]);
    // What concludes, remarks or denies has its own line.
    let lists: Vec<(GroupKind, usize, u32)> =
        page.groups.iter().map(|g| (g.kind, g.list.rows.len(), g.list.total)).collect();
    assert_eq!(lists, [(GroupKind::Negative, 1, 1), (GroupKind::All, 2, 2)]);
    assert_eq!(page.heading.total, 6, "none is lost");
}

#[test]
fn a_note_that_says_the_line_again_is_not_told_twice() {
    let check = |note: &str, expected: bool| {
        let mut entry = result("BP Systolic", "2012-08-15", "150", "mm[Hg]");
        entry.notes = vec![note.into()];
        assert_eq!(rows::says_again(&entry, note), expected, "{note}");
        let book = Book::of(vec![parcel("Surgery", "2026-11-03", vec![entry])]);
        let id = &book.record.items[0].id;
        let page = entry::entry(&book.record, &book.index, id, TODAY).unwrap();
        let told = page.cards[0].lines.iter().any(|l| l.label == entry::Label::Note);
        assert_eq!((told, page.row.notes, page.row.more.is_empty()), (!expected, !expected, expected), "{note}");
    };
    check("BP Systolic", true);
    check("150 mm[Hg]", true);
    check("BP Systolic | 150 mm[Hg] | Status:", true);
    check("BP Systolic | 150 mm[Hg] | Status: sitting", false);
    check("BP Systolic | 15 mm[Hg] |", false);
    check("Blood pressure 150 mm[Hg]", false);
}

#[test]
fn numbers_and_what_the_lab_judged_stand_before_answers_in_words() {
    let words = |title: &str, said: &str, date: &str| Entry {
        value: Some(Value::Text(said.into())),
        ..result(title, date, "", "")
    };
    let flagged = Entry { interpretation: vec![Concept::words("A")], ..words("MRSA screen", "Positive", "2026-10-01") };
    let refugee = words("Are you a refugee?", "No", "2026-11-02");
    let bound = Entry { value: Some(Value::Text("<5".into())), ..result("Troponin", "2026-09-01", "", "") };
    let entries = vec![refugee, flagged, result("HDL", "2026-11-01", "1.1", "mmol/L"), bound];
    let book = Book::of(vec![parcel("S", "2026-11-01", entries)]);
    let page = book.clinician(&[(Section::Results, Label::Selected)]);
    let part = page.sections.iter().find(|s| s.section == Section::Results).unwrap();
    let order: Vec<&str> = part.analytes.iter().map(|a| a.title.as_str()).collect();
    assert_eq!(order, ["HDL", "MRSA screen", "Troponin", "Are you a refugee?"]);
}
