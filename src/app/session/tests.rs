//! The errands end to end, natively: the same session as in the browser, on RustCrypto and a disk in memory.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use futures_util::FutureExt;

use super::*;
use crate::app::wire::{
    self, Brought, Consent, Decision, Door, Happened, Inbox, JournalRow, Mode, NewPerson, Refusal, RequestForm, Secret,
};
use crate::import;
use crate::import::typed::Typed;
use crate::record::guard::Fact;
use crate::record::{Bears, Description, DocumentKind, Hash, Said, Section};
use crate::store::memory::Memory;
use crate::vault::native::Native;
use crate::view::{self, Absent, timeline};

type Random = Box<dyn FnMut(&mut [u8])>;

/// A device with a clock that the test moves.
#[derive(Clone)]
struct Bench {
    disk: Memory,
    second: Rc<Cell<i64>>,
    seed: Rc<Cell<u64>>,
    offset: Rc<Cell<i32>>,
    /// False where the program that estimates a passphrase can't be loaded.
    meter: Rc<Cell<bool>>,
}

const PASSPHRASE: &str = "correct horse battery staple orchard";

impl Bench {
    fn new() -> Self {
        Self {
            disk: Memory::new(),
            second: Rc::new(Cell::new(1_795_000_000)),
            seed: Rc::new(Cell::new(7)),
            offset: Rc::default(),
            meter: Rc::new(Cell::new(true)),
        }
    }

    fn session(&self) -> Session<Bench> {
        Session::new(self.clone())
    }
}

impl Edge for Bench {
    type Crypt = Native<Random>;
    type Disk = Memory;

    fn crypt(&self) -> Result<Self::Crypt, Failure> {
        let seed = self.seed.clone();
        Ok(Native::new(Box::new(move |out: &mut [u8]| {
            for byte in out {
                // xorshift64: fast, and good enough to make every key of a test another one.
                let mut x = seed.get();
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                seed.set(x);
                *byte = (x >> 32) as u8;
            }
        })))
    }

    fn disk(&self) -> Memory {
        self.disk.clone()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.second.get()).unwrap()
    }

    fn today(&self) -> Date {
        jiff::civil::date(2026, 11, 22)
    }

    fn offset_minutes(&self) -> i32 {
        self.offset.get()
    }

    fn monotonic_ms(&self) -> f64 {
        self.second.get() as f64 * 1000.0
    }

    async fn strength(&self, passphrase: &Secret, known: &[&str]) -> Result<Strength, Failure> {
        match self.meter.get() {
            true => Ok(crate::vault::strength::strength(&passphrase.0, known).into()),
            false => Err(Failure::Stopped),
        }
    }

    async fn read(&self, original: Vec<u8>, name: &str) -> Vec<import::File> {
        let read = import::open(&original, name, &mut |_| ControlFlow::Continue(()));
        read.map(|d| d.files.into_iter().chain(d.archive).collect()).unwrap_or_default()
    }
}

/// Everything is in memory, so no errand ever waits.
fn run<T>(errand: impl Future<Output = T>) -> T {
    errand.now_or_never().expect("an errand in memory never waits")
}

/// A person's file with an allergy and a medicine.
fn file(name: &str, birth: &str, allergy: &str) -> Vec<u8> {
    let (given, family) = name.split_once(' ').unwrap();
    format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"fullUrl":"urn:uuid:1","resource":{{"resourceType":"Patient","id":"1","name":[{{"family":"{family}","given":["{given}"]}}],"birthDate":"{birth}","gender":"female"}}}},
        {{"fullUrl":"urn:uuid:2","resource":{{"resourceType":"AllergyIntolerance","patient":{{"reference":"urn:uuid:1"}},"code":{{"text":"{allergy}"}},"clinicalStatus":{{"coding":[{{"code":"active"}}]}}}}}},
        {{"fullUrl":"urn:uuid:3","resource":{{"resourceType":"MedicationStatement","status":"active","subject":{{"reference":"urn:uuid:1"}},"medicationCodeableConcept":{{"text":"Ramipril 5 mg capsules"}},"dosage":[{{"text":"One daily"}}]}}}}
        ]}}"#
    )
    .into_bytes()
}

/// Hands a file over as the parser worker does.
fn bring(session: &mut Session<Bench>, bytes: &[u8]) -> Result<Vec<Brought>, Failure> {
    bring_from(session, bytes, "")
}

/// The same through a Health Link of this host.
fn bring_from(session: &mut Session<Bench>, bytes: &[u8], host: &str) -> Result<Vec<Brought>, Failure> {
    let mut delivery = import::open(bytes, "record.json", &mut |_| ControlFlow::Continue(())).unwrap();
    let archived = delivery.archive.is_some();
    delivery.files.extend(delivery.archive.take());
    let unread = |f: &import::File| f.reading.is_err();
    let own =
        |f: &mut import::File| f.bytes.take().unwrap_or_else(|| if unread(f) { Vec::new() } else { bytes.to_vec() });
    session.handed = delivery.files.iter_mut().map(own).collect();
    session.handed.extend(delivery.files.iter().map(wire::write));
    run(session.bring(u32::from(archived), Vec::new(), host.to_owned()))
}

#[test]
fn a_fetched_file_says_from_which_host_and_the_journal_whom_was_asked() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    run(session.link_asked("shl.example".into())).unwrap();
    let bytes = file("Anna Example", "1951-03-03", "Nuts");
    let brought = bring_from(&mut session, &bytes, "shl.example").unwrap();
    let [Brought::In(report)] = brought.as_slice() else { panic!("{brought:?}") };
    assert_eq!(report.via, "shl.example");
    let parcel = Hash::of(&bytes);
    assert_eq!(run(session.original_bytes(parcel)).map(drop), Ok(()));
    assert_eq!(session.returned, [bytes]);
    // After a lock it is known still.
    drop(session);
    let mut session = bench.session();
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    assert_eq!(run(session.report(parcel)).unwrap().via, "shl.example");
    let asked = |row: &JournalRow| row.what == Happened::LinkAsked { host: "shl.example".into() };
    assert!(run(session.journal()).unwrap().iter().any(asked));
}

fn keep(session: &mut Session<Bench>) {
    run(session.keep(Secret(PASSPHRASE.into()))).map(drop).unwrap();
}

fn allergies(session: &mut Session<Bench>) -> Vec<String> {
    run(session.summary()).unwrap().allergies.list.rows.into_iter().map(|r| r.title).collect()
}

/// Opens the record of the other of two.
fn open_other(session: &mut Session<Bench>) {
    let other = run(session.people()).unwrap().into_iter().find(|p| !p.open).unwrap().id;
    run(session.choose_person(other)).unwrap();
}

/// Gives a file of the tray a new record, and opens that.
fn file_as_new(session: &mut Session<Bench>, bytes: &[u8]) {
    let filed = run(session.file_unfiled(Hash::of(bytes), Decision::NewPerson)).unwrap();
    assert!(matches!(filed.brought, Brought::In(_)), "{filed:?}");
    open_other(session);
}

/// A session with one kept person.
fn anna(bench: &Bench) -> Session<Bench> {
    let mut session = bench.session();
    bring(&mut session, &file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    keep(&mut session);
    session
}

/// A file of somebody with very many results.
fn very_many(results: usize) -> Vec<u8> {
    let all: String = (0..results)
        .map(|i| {
            format!(
                r#",{{"resource":{{"resourceType":"Observation","status":"final","code":{{"text":"Sodium"}},"valueQuantity":{{"value":{}}},"effectiveDateTime":"{}-0{}-1{}T10:0{}:00Z"}}}}"#,
                i % 150, 1990 + i % 30, 1 + i % 9, i % 10, i % 7
            )
        })
        .collect();
    let file = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let (before, _) = file.rsplit_once(']').unwrap();
    format!("{before}{all}]}}").into_bytes()
}

#[test]
fn a_large_record_opens_by_what_was_found_last_time_and_without_it_just_the_same() {
    let bench = Bench::new();
    let mut session = bench.session();
    bring(&mut session, &very_many(3_000)).unwrap();
    keep(&mut session);
    let pages = |session: &mut Session<Bench>| {
        let rows = run(session.timeline(timeline::Ask { limit: 5_000, ..Default::default() })).unwrap();
        (run(session.summary()).unwrap(), rows)
    };
    let before = pages(&mut session);
    // How often something is kept when nobody asks for anything.
    let kept = |session: &mut Session<Bench>| {
        let of = |session: &Session<Bench>| session.vault.as_ref().unwrap().generation();
        let before = of(session);
        run(session.tidy());
        run(session.tidy());
        of(session) - before
    };
    assert_eq!(kept(&mut session), 1, "once, then it is there");
    let open = || {
        let mut session = bench.session();
        run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
        session
    };
    let mut session = open();
    assert!(pages(&mut session) == before);
    assert_eq!(kept(&mut session), 0, "it was opened by it");
    // Another file: what was found before no longer fits.
    bring(&mut session, &file("Anna Example", "1951-03-03", "Latex")).unwrap();
    let more = pages(&mut session);
    assert!(more != before);
    drop(session);
    let mut session = open();
    assert!(pages(&mut session) == more);
    assert_eq!(kept(&mut session), 1);
    // Whatever became of it, the record is the same.
    let person = session.held().unwrap().id;
    run(session.vault.as_mut().unwrap().put_snapshot(&person, "merge", b"rubbish".to_vec())).unwrap();
    let mut session = open();
    assert!(pages(&mut session) == more);
    assert_eq!(kept(&mut session), 1);
}

fn consent(session: &mut Session<Bench>, mode: Mode) -> Consent {
    let choices = run(session.share_choices()).unwrap();
    let items = choices.sections.iter().flat_map(|s| s.items.iter().map(|i| i.row.id.clone())).collect();
    Consent { audience: "A&E".into(), purpose: "TREAT".into(), items, minutes: 60, mode, ..Consent::default() }
}

fn scan(reader: &mut Session<Bench>, texts: &[String]) -> Inbox {
    texts.iter().fold(Inbox::Empty, |_, text| run(reader.scanned(text.clone())).unwrap())
}

fn shown(inbox: &Inbox) -> Vec<String> {
    let Inbox::Open(received) = inbox else { panic!("not open: {inbox:?}") };
    let allergies = received.page.sections.iter().find(|s| s.section == Section::Allergies).unwrap();
    allergies.rows.iter().map(|r| r.title.clone()).collect()
}

#[test]
fn what_is_looked_at_first_can_be_kept_and_opens_again() {
    let bench = Bench::new();
    let mut session = bench.session();
    assert_eq!(run(session.look()), Ok(Door::Empty));
    bring(&mut session, &file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    assert_eq!(run(session.look()), Ok(Door::Open { kept: false }));
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    keep(&mut session);
    drop(session);
    let mut session = bench.session();
    assert_eq!(run(session.look()), Ok(Door::Locked));
    assert_eq!(run(session.unlock(Secret("something else entirely".into()))), Err(Failure::WrongPassphrase));
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    assert_eq!(allergies(&mut session), ["Penicillin"]);
}

#[test]
fn the_original_goes_out_as_it_came_in() {
    let bench = Bench::new();
    let original = file("Anna Example", "1951-03-03", "Penicillin");
    let mut session = anna(&bench);
    run(session.original_bytes(Hash::of(&original))).unwrap();
    assert_eq!(session.returned, vec![original]);
}

/// An app update: what an older reader understood is read again, and the words found in a PDF stay if none are found now.
#[test]
fn a_file_of_an_older_reader_is_read_again_with_the_words_of_its_letters() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let letter = br#"{"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"1","name":[{"family":"Example","given":["Anna"]}],"birthDate":"1951-03-03","gender":"female"}},
        {"fullUrl":"urn:uuid:2","resource":{"resourceType":"DocumentReference","status":"current","subject":{"reference":"urn:uuid:1"},"description":"Clinic letter",
            "content":[{"attachment":{"contentType":"application/pdf","data":"JVBERi0xLjQK"}}]}}]}"#;
    bring(&mut session, letter).unwrap();
    let hash = Hash::of(letter);
    let held = session.held().unwrap();
    let mut older = held.parcel(hash).unwrap().reading.clone();
    let newest = older.clone();
    older.reader = 0;
    older.entries.clear();
    older.attachments[0].text = "Cataract, left eye".to_owned();
    let id = held.id;
    run(session.vault.as_mut().unwrap().renew_reading(&id, &hash.0, wire::write(&older))).unwrap();
    drop(session);
    let mut session = bench.session();
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    let read = session.held().unwrap().parcel(hash).unwrap().reading.clone();
    assert_eq!((read.reader, &read.entries), (import::READER, &newest.entries));
    assert_eq!(read.attachments[0].text, "Cataract, left eye");
    // And that is what is kept.
    let kept = run(session.vault.as_ref().unwrap().parcels(&id)).unwrap();
    let kept = kept.into_iter().find(|kept| kept.id == hash.0).unwrap();
    assert_eq!(wire::read::<crate::record::Reading>(&kept.reading.unwrap()).unwrap(), read);
}

#[test]
fn a_weak_passphrase_makes_no_vault() {
    let mut session = Bench::new().session();
    assert_eq!(run(session.keep(Secret("password1".into()))).err(), Some(Failure::WeakPassphrase));
    assert_eq!(run(session.look()), Ok(Door::Empty));
}

#[test]
fn without_its_meter_an_own_passphrase_is_said_to_be_unmeasured_and_drawn_words_are_taken() {
    let bench = Bench::new();
    bench.meter.set(false);
    let mut session = bench.session();
    bring(&mut session, &file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    // Neither weak nor the end of everything: nobody could tell.
    assert_eq!(run(session.strength(Secret(PASSPHRASE.into()))).err(), Some(Failure::Unmeasured));
    assert_eq!(run(session.keep(Secret(PASSPHRASE.into()))).err(), Some(Failure::Unmeasured));
    assert_eq!(run(session.keep(Secret(String::new()))).err(), Some(Failure::Unmeasured), "nothing was drawn yet");
    let drawn = |session: &mut Session<Bench>| run(session.words("en".into())).unwrap().words.join(" ");
    let other = drawn(&mut session);
    let words = drawn(&mut session);
    assert_eq!(run(session.keep(Secret(other))).err(), Some(Failure::Unmeasured), "other words were drawn since");
    run(session.keep(Secret(words.clone()))).unwrap();
    // So is the passphrase changed.
    let new = drawn(&mut session);
    run(session.change_passphrase(Secret(words), Secret(new.clone()))).unwrap();
    run(bench.session().unlock(Secret(new))).unwrap();
}

#[test]
fn drawn_words_open_however_they_are_typed_and_an_own_passphrase_only_as_it_is() {
    let opens = |passphrase: &str, typed: &str| {
        let bench = Bench::new();
        let mut session = bench.session();
        bring(&mut session, &file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
        run(session.keep(Secret(passphrase.into()))).unwrap();
        run(bench.session().unlock(Secret(typed.into()))).is_ok()
    };
    let drawn = "heroics marmalade campus cattail grueling";
    for typed in [drawn, "Heroics Marmalade Campus Cattail Grueling", " HEROICS  marmalade campus cattail grueling."] {
        assert!(opens(drawn, typed), "{typed}");
    }
    // Made before, with capitals: it opens as it was typed.
    assert!(opens("Heroics Marmalade Campus Cattail Grueling", "Heroics Marmalade Campus Cattail Grueling"));
    assert!(!opens("The Blue Heron forgot its umbrella in Llanrwst", "the blue heron forgot its umbrella in llanrwst"));
    assert!(!opens(drawn, "heroics marmalade campus cattail gruel"));
}

#[test]
fn the_recovery_kit_opens_the_vault_and_is_checked_by_its_groups() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    // Whoever finds the records open does not get the key to them.
    assert_eq!(run(session.show_kit(Secret(String::new()))).err(), Some(Failure::WrongPassphrase));
    assert_eq!(run(session.show_kit(Secret("not the passphrase at all".into()))).err(), Some(Failure::WrongPassphrase));
    let kit = run(session.show_kit(Secret(PASSPHRASE.into()))).unwrap();
    let (right, wrong) = (kit.groups[kit.asked[0] as usize].clone(), "AAAAA".to_owned());
    assert_eq!(run(session.check_kit(vec![Secret(wrong.clone()), Secret(wrong.clone())])), Ok(vec![0, 1]));
    assert_eq!(run(session.check_kit(vec![Secret(right), Secret(wrong)])), Ok(vec![1]));
    assert_eq!(run(session.check_kit(Vec::new())), Ok(vec![0, 1]));
    assert!(!run(session.settings()).unwrap().kit_checked);
    let typed = kit.asked.iter().map(|i| Secret(kit.groups[*i as usize].to_lowercase())).collect();
    assert_eq!(run(session.check_kit(typed)), Ok(vec![]));
    assert!(run(session.settings()).unwrap().kit_checked);
    // The kit itself shows it, too: who holds it has it already.
    assert_eq!(run(session.show_kit(Secret(kit.groups.join("-")))).unwrap().groups, kit.groups);
    let mut session = bench.session();
    run(session.unlock_with_kit(Secret(kit.groups.join(" ")))).unwrap();
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    // Who came in by the kit has forgotten the old one.
    assert!(run(session.open_by_kit()).unwrap());
    run(session.change_passphrase(Secret(String::new()), Secret("plinth ember walrus cobalt thyme".into()))).unwrap();
    assert!(!run(session.open_by_kit()).unwrap());
    // Later the old one is asked for again; the kit will do.
    let new = || Secret("quartz lantern otter saddle brine".into());
    assert!(run(session.change_passphrase(Secret(String::new()), new())).is_err());
    run(session.change_passphrase(Secret(kit.groups.join(" ").to_lowercase()), new())).unwrap();
    let mut session = bench.session();
    run(session.unlock(new())).unwrap();
    assert_eq!(allergies(&mut session), ["Penicillin"]);
}

#[test]
fn importing_twice_changes_nothing_and_undo_brings_back() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let bytes = file("Anna Example", "1951-03-03", "Penicillin");
    let before = run(session.summary()).unwrap();
    let again = bring(&mut session, &bytes).unwrap();
    assert!(matches!(again.as_slice(), [Brought::In(report)] if report.already_here));
    assert_eq!(run(session.summary()).unwrap(), before);
    run(session.take_out(Hash::of(&bytes))).unwrap();
    assert!(allergies(&mut session).is_empty());
    run(session.put_back(Hash::of(&bytes))).unwrap();
    assert_eq!(run(session.summary()).unwrap(), before);
}

#[test]
fn a_file_of_another_person_stops_and_never_mixes() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let other = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &other).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    assert!(
        matches!(run(session.decide(*question, Decision::NewPerson)), Ok(all) if matches!(all[0].1[0], Brought::In(_)))
    );
    // The record that was open stays open: the next file is not asked of somebody else unawares.
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    assert_eq!(run(session.people()).unwrap().len(), 2);
    open_other(&mut session);
    assert_eq!(allergies(&mut session), ["Peanuts"]);
    open_other(&mut session);
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    let found = run(session.timeline(timeline::Ask { search: "peanuts".into(), limit: 50, ..Default::default() }));
    assert_eq!(found.unwrap().matching, 0);
}

#[test]
fn what_is_unfiled_is_in_nobodys_record_until_it_is_filed() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let other = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &other).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    assert!(
        matches!(run(session.decide(*question, Decision::Unfiled)), Ok(all) if matches!(all[0].1[0], Brought::Unfiled { .. }))
    );
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    assert_eq!(run(session.people()).unwrap().len(), 1);
    assert_eq!(run(session.unfiled()).unwrap().len(), 1);
    file_as_new(&mut session, &other);
    assert!(run(session.unfiled()).unwrap().is_empty());
    assert_eq!(allergies(&mut session), ["Peanuts"]);
}

#[test]
fn what_is_typed_by_hand_is_there_after_a_reload_as_the_persons_own() {
    let bench = Bench::new();
    let mut session = bench.session();
    let typed = Typed::Allergy { substance: "Latex".into(), reaction: "Rash".into(), since: "2001".into() };
    assert_eq!(run(session.type_in(typed.clone())).err(), Some(Failure::NoPerson));
    let person = NewPerson {
        given: "Dafydd".into(),
        family: "Rees".into(),
        birth_date: "1947-06".into(),
        ..NewPerson::default()
    };
    run(session.add_person(person)).unwrap();
    run(session.type_in(typed)).unwrap();
    keep(&mut session);
    let mut session = bench.session();
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    let rows = run(session.summary()).unwrap().allergies.list.rows;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].title.as_str(), rows[0].trust), ("Latex", crate::view::Trust::Typed));
    // The journal says which of several things was typed in, and which of them went again.
    let typed = run(session.files()).unwrap()[0].parcel;
    run(session.take_out(typed)).unwrap();
    let told: Vec<String> = run(session.journal()).unwrap().into_iter().map(|row| row.typed).collect();
    assert_eq!(told.iter().filter(|typed| *typed == "Latex").count(), 2, "{told:?}");
}

#[test]
fn a_share_opens_for_whoever_scans_it_and_shows_what_was_previewed() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let consent = consent(&mut patient, Mode::Show);
    let preview = run(patient.preview(consent.clone())).unwrap();
    assert_eq!(preview.left_out, 0);
    let showing = run(patient.grant(consent)).unwrap();
    let inbox = scan(&mut bench.session(), &showing.texts);
    assert_eq!(shown(&inbox), ["Penicillin"]);
    let Inbox::Open(received) = inbox else { panic!() };
    assert_eq!(received.page.sections, preview.page.sections);
    assert_eq!(received.page.person, preview.page.person);
    assert!(!received.direct);
}

#[test]
fn a_share_says_what_of_its_sources_nobody_could_read() {
    let bench = Bench::new();
    let mut patient = bench.session();
    let bytes = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let two = r#""entry":[{"resource":{"resourceType":"AllergyIntolerance","id":"b","id":"c"}},"#;
    bring(&mut patient, bytes.replace(r#""entry":["#, two).as_bytes()).unwrap();
    keep(&mut patient);
    let consent = consent(&mut patient, Mode::Show);
    let showing = run(patient.grant(consent)).unwrap();
    let Inbox::Open(received) = scan(&mut bench.session(), &showing.texts) else { panic!() };
    let allergies = received.page.sections.iter().find(|s| s.section == Section::Allergies).unwrap();
    assert_eq!(allergies.rows.len(), 1);
    assert_eq!(allergies.heading.unread.iter().map(|u| u.here).collect::<Vec<_>>(), [1]);
    // What was not shared of a source is not the same as what it does not hold.
    assert!(received.page.sections.iter().flat_map(|s| &s.heading.absences).all(|a| a.absent != Absent::NotInSource));
}

#[test]
fn what_is_about_somebody_else_is_marked_wherever_it_stands() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let bytes = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let mother = r#""entry":[
        {"fullUrl":"urn:uuid:8","resource":{"resourceType":"RelatedPerson","id":"8","name":[{"text":"Mari Example"}]}},
        {"resource":{"resourceType":"AllergyIntolerance","patient":{"reference":"urn:uuid:8"},"code":{"text":"Penicillin"},
          "clinicalStatus":{"coding":[{"code":"active"}]}}},"#;
    let stopped = bring(&mut patient, bytes.replace(r#""entry":["#, mother).as_bytes()).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(patient.decide(*question, Decision::ThisPerson)).unwrap();
    let marks = |rows: &[crate::view::Row]| {
        let mut marks: Vec<_> = rows.iter().map(|r| (r.about.clone(), r.entries)).collect();
        marks.sort();
        marks
    };
    // Never one line with what is said of the patient.
    let expected = [(None, 2), (Some("Mari Example".to_owned()), 1)];
    let here = run(patient.summary()).unwrap().allergies.list.rows;
    assert_eq!(marks(&here), expected);
    let of_mother = here.iter().find(|r| r.about.is_some()).unwrap().id.clone();
    let page = run(patient.entry(of_mother)).unwrap().unwrap();
    assert_eq!(page.cards[0].about.as_deref(), Some("Mari Example"));
    let consent = consent(&mut patient, Mode::Show);
    let showing = run(patient.grant(consent)).unwrap();
    let Inbox::Open(received) = scan(&mut bench.session(), &showing.texts) else { panic!() };
    let there = received.page.sections.iter().find(|s| s.section == Section::Allergies).unwrap();
    assert_eq!(marks(&there.rows), expected);
    assert!(there.heading.unread.is_empty(), "the mark was understood");
}

#[test]
fn a_file_that_bears_another_name_says_so_as_long_as_it_is_here() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let stopped = bring(&mut patient, &file("Anna Bevan", "1951-03-03", "Peanuts")).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(patient.decide(*question, Decision::ThisPerson)).unwrap();
    let mut patient = bench.session();
    run(patient.unlock(Secret(PASSPHRASE.into()))).unwrap();
    let bevan = Bears::Other(vec![(Fact::FamilyName, "Bevan".to_owned())]);
    let bears = |sources: &[crate::view::SourceLine]| {
        let mut all: Vec<_> = sources.iter().map(|s| s.bears.clone()).collect();
        all.sort_by_key(|b| *b != Bears::Same);
        all
    };
    let here = run(patient.summary()).unwrap();
    assert_eq!(bears(&here.sources), [Bears::Same, bevan.clone()]);
    let marked = |rows: &[crate::view::Row]| -> Vec<String> {
        rows.iter().filter(|r| r.misnamed).map(|r| r.title.clone()).collect()
    };
    assert_eq!(marked(&here.allergies.list.rows), ["Peanuts"]);
    let consent = consent(&mut patient, Mode::Show);
    let showing = run(patient.grant(consent)).unwrap();
    let Inbox::Open(received) = scan(&mut bench.session(), &showing.texts) else { panic!() };
    assert_eq!(bears(&received.page.sources), [Bears::Same, bevan]);
    let there = received.page.sections.iter().find(|s| s.section == Section::Allergies).unwrap();
    assert_eq!(marked(&there.rows), ["Peanuts"]);
    // Once the record bears the file's name the mark is on the other one.
    let me = run(patient.people()).unwrap().remove(0);
    let renamed = NewPerson { family: "Bevan".into(), ..me.given };
    run(patient.edit_person(me.id, renamed)).unwrap();
    assert_eq!(marked(&run(patient.summary()).unwrap().allergies.list.rows), ["Penicillin"]);
}

#[test]
fn a_file_that_names_nobody_says_so_in_a_share() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let nobody = br#"{"resourceType":"AllergyIntolerance","code":{"text":"Latex"}}"#;
    let stopped = bring(&mut patient, nobody).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(patient.decide(*question, Decision::ThisPerson)).unwrap();
    let consent = consent(&mut patient, Mode::Show);
    let preview = run(patient.preview(consent)).unwrap();
    assert_eq!(preview.page.sources.iter().filter(|s| s.bears == Bears::Nobody).count(), 1);
}

#[test]
fn a_share_about_two_people_is_stopped_in_the_viewer() {
    use crate::share::{Completeness, Part, Terms, To, grant};
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};
    let bench = Bench::new();
    let patient =
        |id: &str| format!(r#"{{"resource":{{"resourceType":"Patient","id":"{id}","name":[{{"text":"{id}"}}]}}}}"#);
    let allergy = r#"{"resource":{"resourceType":"AllergyIntolerance","id":"1","patient":{"reference":"Patient/p"},"code":{"text":"Latex"}}}"#;
    let show = |people: &[&str]| {
        let people: Vec<String> = people.iter().map(|p| patient(p)).collect();
        let document =
            format!(r#"{{"resourceType":"Bundle","type":"document","entry":[{},{allergy}]}}"#, people.join(","));
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let public = key.verifying_key().to_sec1_point(false).as_bytes().try_into().unwrap();
        let now = bench.second.get();
        let parts = vec![Part { section: Section::Allergies, completeness: Completeness::Selected }];
        let terms = Terms { ends: now + 3_600, parts, ..Terms::default() };
        let unsigned = grant::prepare(terms, document.as_bytes(), &public, To::Anyone, now, &[42; 64]).unwrap();
        let signature: Signature = key.sign(&unsigned.to_be_signed());
        let message = unsigned.finish(&signature.to_bytes().into()).unwrap().message;
        scan(&mut bench.session(), &[message.text()])
    };
    assert_eq!(shown(&show(&["p"])), ["Latex"]);
    assert_eq!(show(&["p", "q"]), Inbox::Refused(Refusal::SeveralPeople));
}

#[test]
fn a_file_that_another_person_here_holds_says_whose_it_is() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let bella = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &bella).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(session.decide(*question, Decision::NewPerson)).unwrap();
    let holder = |session: &mut Session<Bench>, brought: Vec<Brought>| match brought.as_slice() {
        [Brought::In(report)] => {
            let name = report.holder.as_ref().map(|h| h.name.clone()).unwrap();
            let open = run(session.people()).unwrap().iter().any(|p| p.open && p.id == report.holder_id);
            (report.already_here, name, open)
        }
        other => panic!("{other:?}"),
    };
    let again = bring(&mut session, &bella).unwrap();
    assert_eq!(holder(&mut session, again), (true, "Bella Example".to_owned(), false));
    open_other(&mut session);
    let again = bring(&mut session, &bella).unwrap();
    assert_eq!(holder(&mut session, again), (true, "Bella Example".to_owned(), true));
}

#[test]
fn a_question_that_is_answered_in_the_tray_is_answered_everywhere() {
    let mut session = anna(&Bench::new());
    let bella = file("Bella Example", "1978-09-12", "Peanuts");
    let zip = zipped(&[("bella.json", &bella), ("letter.txt", b"Dear sir"), ("mine.txt", b"Dear madam")]);
    let brought = bring(&mut session, &zip).unwrap();
    assert_eq!(outcomes(&brought), ["Differs bella.json", "NoPerson letter.txt+mine.txt"]);
    let asked = |at: usize| match &brought[at] {
        Brought::Whose { question, parcels, .. } => (*question, parcels.clone()),
        other => panic!("{other:?}"),
    };
    let ((first, _), (second, letters)) = (asked(0), asked(1));
    // One of two: the question goes on about the other.
    let filed = run(session.file_unfiled(letters[0], Decision::ThisPerson)).unwrap();
    assert_eq!(outcomes(std::slice::from_ref(&filed.brought)), ["in letter.txt"]);
    let now = |filed: &wire::Filed, at: usize| (filed.changed[at].0, outcomes(&filed.changed[at].1));
    assert_eq!(now(&filed, 0), (second, vec!["in letter.txt".to_owned(), "NoPerson mine.txt".to_owned()]));
    let filed = run(session.file_unfiled(letters[1], Decision::ThisPerson)).unwrap();
    assert_eq!(now(&filed, 0), (second, vec!["in mine.txt".to_owned()]));
    assert_eq!(run(session.decide(second, Decision::LeaveOut)).err(), Some(Failure::NotFound));
    // The last answer: the packed file holds files of two, and asks nothing of anybody.
    let filed = run(session.file_unfiled(Hash::of(&bella), Decision::NewPerson)).unwrap();
    assert_eq!(now(&filed, 0), (first, vec!["in bella.json".to_owned()]));
    let rows = run(session.unfiled()).unwrap();
    assert_eq!(rows.iter().map(|r| (r.file_name.as_str(), r.archive)).collect::<Vec<_>>(), [("record.json", true)]);
}

#[test]
fn removing_somebody_opens_nobody_elses_record() {
    let mut session = anna(&Bench::new());
    let anna = run(session.people()).unwrap()[0].id.clone();
    let add = |session: &mut Session<Bench>, given: &str| {
        let person = NewPerson { given: given.into(), family: "Example".into(), ..NewPerson::default() };
        run(session.add_person(person)).unwrap().id
    };
    let (bella, cara) = (add(&mut session, "Bella"), add(&mut session, "Cara"));
    let open = |session: &mut Session<Bench>| run(session.people()).unwrap().into_iter().find(|p| p.open).map(|p| p.id);
    assert_eq!(open(&mut session), Some(cara.clone()));
    run(session.remove_person(anna)).unwrap();
    assert_eq!(open(&mut session), Some(cara.clone()));
    run(session.remove_person(cara)).unwrap();
    assert_eq!(open(&mut session), None);
    run(session.choose_person(bella.clone())).unwrap();
    assert_eq!(open(&mut session), Some(bella));
    // The journal says who went.
    let gone = run(session.journal()).unwrap().into_iter().filter_map(|row| match row.what {
        Happened::PersonGone { name } => Some(name),
        _ => None,
    });
    assert_eq!(gone.collect::<Vec<_>>(), ["Cara Example", "Anna Example"]);
}

#[test]
fn who_keeps_a_record_is_asked_and_until_then_nothing_of_it_is_shared() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let bella = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &bella).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(session.decide(*question, Decision::NewPerson)).unwrap();
    let mut session = unlocked(&bench);
    open_other(&mut session);
    let card = run(session.people()).unwrap().into_iter().find(|p| p.open).unwrap();
    assert!(card.given.care.unsaid && card.care.is_none());
    let choice = consent(&mut session, Mode::Show);
    assert_eq!(run(session.preview(choice.clone())).err(), Some(Failure::NobodyKeeps));
    assert_eq!(run(session.grant(choice.clone())).err(), Some(Failure::NobodyKeeps));
    assert_eq!(run(session.emergency_card(choice.items.clone())).err(), Some(Failure::NobodyKeeps));
    let given = NewPerson {
        basis: Some(wire::Basis::Attorney),
        carer: "Megan".into(),
        care: wire::Care { from: "2024-03".into(), evidence: "the deed".into(), ..card.given.care.clone() },
        ..card.given
    };
    run(session.edit_person(card.id, given)).unwrap();
    assert!(run(session.preview(choice.clone())).is_ok());
    assert_eq!(run(session.emergency_card(choice.items)).unwrap().by.unwrap().name, "Megan");
    // What is typed for somebody else says who typed it.
    let latex = Typed::Allergy { substance: "Latex".into(), reaction: String::new(), since: String::new() };
    run(session.type_in(latex)).unwrap();
    let (record, _) = session.held().unwrap().record();
    let typed = record.items.iter().filter_map(|i| record.lead(i)).find(|e| e.title == "Latex").unwrap();
    assert_eq!(typed.performer, ["Megan"]);
    // All of it is there after a lock, with the day on which it is to be looked at again.
    let mut session = unlocked(&bench);
    let card = run(session.people()).unwrap().into_iter().find(|p| p.open).unwrap();
    let care = card.care.unwrap();
    assert_eq!((card.given.care.evidence.as_str(), care.from.unwrap().text.as_str()), ("the deed", "2024-03"));
    assert_eq!((care.review.unwrap().text.as_str(), care.due, care.until), ("2027-11-22", false, None));
}

#[test]
fn a_label_of_the_first_release_still_opens_and_an_hl7_birth_date_is_read() {
    // As the first release wrote it: eight particulars, and that it is no tray.
    let first = (
        "Gwen",
        "Bartell",
        "20190514",
        None::<crate::record::Sex>,
        "",
        Some(wire::Basis::Consent),
        "Megan",
        "mother",
        false,
    );
    let bench = Bench::new();
    let mut session = anna(&bench);
    let id = session.people[0].id;
    run(session.vault.as_mut().unwrap().relabel(&id, wire::write(&first))).unwrap();
    let mut session = unlocked(&bench);
    let card = run(session.people()).unwrap().remove(0);
    assert!(!card.lost);
    assert_eq!((card.given.given.as_str(), card.given.relation.as_str()), ("Gwen", "mother"));
    assert_eq!(card.given.care, wire::Care::default());
    assert_eq!(card.header.birth.unwrap().text, "2019-05-14");
    // So a namesake of another age is stopped, and not waved through.
    let stopped = bring(&mut session, &file("Gwen Bartell", "1941-01-02", "Nuts")).unwrap();
    let [Brought::Whose { page, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    assert_eq!(page.finding, crate::view::guard::Finding::Differs);
}

#[test]
fn what_was_typed_can_be_corrected_and_the_correction_undone() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let typed =
        |since: &str| Typed::Allergy { substance: "Latex".into(), reaction: "Rash".into(), since: since.into() };
    let Brought::In(first) = run(session.type_in(typed("2030"))).unwrap() else { panic!() };
    assert_eq!(run(session.typed_of(first.source.parcel)), Ok(typed("2030")));
    bench.second.set(bench.second.get() + 5);
    let Brought::In(second) = run(session.retype(first.source.parcel, typed("2003"))).unwrap() else { panic!() };
    assert_ne!(first.source.parcel, second.source.parcel);
    let since = |session: &mut Session<Bench>| {
        let rows = run(session.summary()).unwrap().allergies.list.rows;
        let latex: Vec<_> = rows.into_iter().filter(|r| r.title == "Latex").collect();
        assert!(latex.iter().all(|r| !r.disagree));
        latex.into_iter().map(|r| r.date.map(|d| d.text).unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(since(&mut session), ["2003"]);
    // A file's own entry is nobody's to retype.
    let record = Hash::of(&file("Anna Example", "1951-03-03", "Penicillin"));
    assert_eq!(run(session.retype(record, typed("2003"))).err(), Some(Failure::NotFound));
    run(session.take_out(second.source.parcel)).unwrap();
    run(session.put_back(first.source.parcel)).unwrap();
    assert_eq!(since(&mut session), ["2030"]);
}

#[test]
fn particulars_that_are_half_typed_are_there_again_after_a_lock() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let typed = NewPerson { given: "Gw".into(), birth_date: "14 May".into(), ..NewPerson::default() };
    run(session.keep_person_draft("new".into(), Some(typed.clone()))).unwrap();
    let mut session = unlocked(&bench);
    assert_eq!(run(session.person_draft("new".into())), Ok(Some(typed.clone())));
    assert_eq!(run(session.person_draft("other".into())), Ok(None));
    run(session.keep_person_draft("new".into(), None)).unwrap();
    assert_eq!(run(session.person_draft("new".into())), Ok(None));
    // And while nothing is kept, until it is.
    let bench = Bench::new();
    let mut session = bench.session();
    bring(&mut session, &file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    run(session.keep_person_draft("new".into(), Some(typed.clone()))).unwrap();
    keep(&mut session);
    assert_eq!(run(unlocked(&bench).person_draft("new".into())), Ok(Some(typed)));
}

#[test]
fn a_letter_whose_words_name_another_person_here_is_stopped() {
    use crate::view::guard::Finding;
    let bench = Bench::new();
    let mut session = anna(&bench);
    let gwen = NewPerson {
        given: "Gwen".into(),
        family: "Example".into(),
        birth_date: "2019-05-14".into(),
        ..NewPerson::default()
    };
    run(session.add_person(gwen)).unwrap();
    let letter = "Memory clinic\n\nRe: Ms Anna EXAMPLE, DOB 03/03/1951\n\nPenicillin allergy.";
    let asked = bring(&mut session, letter.as_bytes()).unwrap();
    let [Brought::Whose { question, page, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(page.finding, Finding::WordsDiffer);
    let found: Vec<_> =
        page.candidates.iter().map(|c| (c.person.name.as_str(), c.open, c.finding, c.quotes.clone())).collect();
    assert_eq!(
        found,
        [
            ("Anna Example", false, Finding::WordsAgree, vec!["Anna EXAMPLE".to_owned()]),
            ("Gwen Example", true, Finding::WordsDiffer, vec![]),
        ]
    );
    let reads = page.reads.clone().unwrap();
    assert!(reads.opening.contains("Anna EXAMPLE") && reads.births[0].text == "1951-03-03", "{reads:?}");
    // It can be looked at before it is anybody's: kept, and only looked at.
    run(session.waiting_bytes(wire::Waiting::Question(*question))).unwrap();
    assert_eq!(session.returned, vec![letter.as_bytes().to_vec()]);
    let mut loose = bench.session();
    let asked = bring(&mut loose, letter.as_bytes()).unwrap();
    let [Brought::Whose { question, page, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((page.finding, page.candidates.len()), (Finding::NoPerson, 0));
    run(loose.waiting_bytes(wire::Waiting::Question(*question))).unwrap();
    assert_eq!(loose.returned, vec![letter.as_bytes().to_vec()]);
}

#[test]
fn letters_that_name_different_people_never_share_an_answer() {
    let mut session = anna(&Bench::new());
    let zip = zipped(&[
        ("anna.txt", b"Re: Anna Example, born 3 March 1951"),
        ("other.txt", b"Re: Bella Example, born 12 September 1978"),
        ("nobody.txt", b"Dear sir"),
    ]);
    let brought = bring(&mut session, &zip).unwrap();
    assert_eq!(outcomes(&brought), ["WordsAgree anna.txt", "WordsDiffer other.txt", "NoPerson nobody.txt"]);
}

#[test]
fn with_nobody_open_a_file_of_somebody_here_starts_no_second_record() {
    let mut session = anna(&Bench::new());
    session.open = None;
    let brought = bring(&mut session, &file("Anna Example", "1951-03-03", "Latex")).unwrap();
    let [Brought::Whose { page, .. }] = brought.as_slice() else { panic!("{brought:?}") };
    assert_eq!(page.candidates[0].finding, crate::view::guard::Finding::Match);
    assert_eq!(run(session.people()).unwrap().len(), 1);
}

/// A session after a lock, or after the window was closed without one.
fn unlocked(bench: &Bench) -> Session<Bench> {
    let mut session = bench.session();
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    session
}

#[test]
fn what_can_no_longer_be_read_is_told_and_kept_and_nothing_is_shared_on_a_guess() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let me = run(session.people()).unwrap().remove(0);
    let carer = NewPerson {
        basis: Some(wire::Basis::Attorney),
        carer: "Mari".into(),
        given: "Anna".into(),
        family: "Example".into(),
        birth_date: "1951-03-03".into(),
        ..NewPerson::default()
    };
    run(session.edit_person(me.id, carer.clone())).unwrap();
    assert_eq!(run(session.unread()), Ok(wire::Unread::default()));
    let id = session.people[0].id;
    let vault = session.vault.as_mut().unwrap();
    run(vault.relabel(&id, vec![0xff; 3])).unwrap();
    run(vault.set_setting("settings", vec![0xff; 3])).unwrap();

    let mut session = unlocked(&bench);
    assert_eq!(run(session.unread()), Ok(wire::Unread { people: 0, labels: 1, settings: true }));
    let card = run(session.people()).unwrap().remove(0);
    assert!(card.lost);
    run(session.choose_person(card.id.clone())).unwrap();
    assert_eq!(allergies(&mut session), ["Penicillin"], "the files are still here");
    let consent = consent(&mut session, Mode::Show);
    assert_eq!(run(session.preview(consent.clone())).err(), Some(Failure::PersonUnreadable));
    assert_eq!(run(session.grant(consent.clone())).err(), Some(Failure::PersonUnreadable));
    // Entered again; what could not be read is kept beside.
    run(session.edit_person(card.id, carer)).unwrap();
    run(session.put_settings(wire::Settings { text_size: 125, ..wire::Settings::default() })).unwrap();
    assert_eq!(run(session.unread()), Ok(wire::Unread::default()));
    let vault = session.vault.as_ref().unwrap();
    let kept = [format!("unread person {}", data_encoding::HEXLOWER.encode(&id)), "unread settings".to_owned()];
    assert!(kept.iter().all(|name| run(vault.setting(name)) == Ok(Some(vec![0xff; 3]))));
    assert!(run(session.preview(consent)).unwrap().page.share.by.is_some());
}

#[test]
fn what_is_left_out_of_the_tray_is_in_the_journal_and_can_be_put_back_until_lock() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let other = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &other).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(session.decide(*question, Decision::Unfiled)).unwrap();
    let hash = Hash::of(&other);
    let out = |session: &mut Session<Bench>| run(session.unfiled()).unwrap().iter().map(|f| f.out).collect::<Vec<_>>();
    let filed = run(session.file_unfiled(hash, Decision::LeaveOut)).unwrap();
    assert!(matches!(filed.brought, Brought::LeftOut { parcel, .. } if parcel == hash), "{filed:?}");
    assert_eq!(out(&mut session), [true]);
    let left = |row: &wire::JournalRow| matches!(&row.what, Happened::TakenOut { parcel, .. } if *parcel == hash);
    assert!(run(session.journal()).unwrap().iter().any(left));
    run(session.put_back(hash)).unwrap();
    assert_eq!(out(&mut session), [false]);
    run(session.file_unfiled(hash, Decision::LeaveOut)).unwrap();
    let tray = session.people.iter().find(|h| h.label.unfiled).unwrap().id;
    // After the next unlock nothing of it is on the device.
    let mut session = unlocked(&bench);
    assert!(out(&mut session).is_empty());
    assert!(run(session.vault.as_ref().unwrap().original(&tray, &hash.0)).is_err());
}

#[test]
fn a_file_is_held_against_a_person_fact_by_fact_before_it_is_filed() {
    use crate::view::guard::{Compared, FactName, Finding};
    let bench = Bench::new();
    let mut session = anna(&bench);
    let other = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &other).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    let anna = run(session.people()).unwrap().remove(0).id;
    for (waiting, person) in [
        (wire::Waiting::Question(*question), String::new()),
        (wire::Waiting::Question(*question), anna.clone()),
        (wire::Waiting::Unfiled(Hash::of(&other)), anna),
    ] {
        let page = run(session.compare(waiting, person)).unwrap();
        assert_eq!(page.finding, Finding::Differs);
        let birth = page.facts.iter().find(|f| f.name == FactName::BirthDate).unwrap();
        assert_eq!((birth.file.as_str(), birth.person.as_str()), ("1978-09-12", "1951-03-03"));
        assert_eq!(birth.compared, Compared::Differs);
    }
}

#[test]
fn a_question_of_the_guard_survives_a_lock_among_the_unfiled() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let other = file("Bella Example", "1978-09-12", "Peanuts");
    let stopped = bring(&mut session, &other).unwrap();
    assert!(matches!(stopped.as_slice(), [Brought::Whose { .. }]));
    // Not even a lock: the window is closed.
    let mut session = unlocked(&bench);
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    assert_eq!(run(session.unfiled()).unwrap().len(), 1);
    file_as_new(&mut session, &other);
    assert_eq!(allergies(&mut session), ["Peanuts"]);
}

#[test]
fn a_question_answered_with_yes_leaves_nothing_in_the_tray() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let stopped = bring(&mut session, &file("Anna Bevan", "1951-03-03", "Peanuts")).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(session.decide(*question, Decision::ThisPerson)).unwrap();
    assert!(run(session.unfiled()).unwrap().is_empty());
    let mut seen = allergies(&mut unlocked(&bench));
    seen.sort();
    assert_eq!(seen, ["Peanuts", "Penicillin"]);
}

#[test]
fn what_is_half_typed_is_there_again_after_a_lock_for_that_person_only() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let typed = Typed::Allergy { substance: "Late".into(), reaction: String::new(), since: String::new() };
    run(session.keep_draft("allergy".into(), Some(typed.clone()))).unwrap();
    let mut session = unlocked(&bench);
    assert_eq!(run(session.draft("allergy".into())), Ok(Some(typed)));
    assert_eq!(run(session.draft("medicine".into())), Ok(None));
    assert_eq!(allergies(&mut session), ["Penicillin"], "a draft is no entry");
    run(session.keep_draft("allergy".into(), None)).unwrap();
    assert_eq!(run(unlocked(&bench).draft("allergy".into())), Ok(None));
    let stopped = bring(&mut session, &file("Bella Example", "1978-09-12", "Peanuts")).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    run(session.decide(*question, Decision::NewPerson)).unwrap();
    assert_eq!(run(session.draft("allergy".into())), Ok(None));
}

#[test]
fn a_draft_moves_into_the_vault_with_its_person() {
    let bench = Bench::new();
    let mut session = bench.session();
    bring(&mut session, &file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let typed = Typed::Problem { name: "Ast".into(), since: String::new(), current: true };
    run(session.keep_draft("problem".into(), Some(typed.clone()))).unwrap();
    keep(&mut session);
    assert_eq!(run(unlocked(&bench).draft("problem".into())), Ok(Some(typed)));
}

#[test]
fn a_locked_share_wants_its_code() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let consent = consent(&mut patient, Mode::ShowLocked);
    let showing = run(patient.grant(consent)).unwrap();
    let mut reader = bench.session();
    assert_eq!(scan(&mut reader, &showing.texts), Inbox::Locked { wrong: false });
    assert_eq!(run(reader.spoken_code(Secret("ZZZZ ZZZZ".into()))), Ok(Inbox::Locked { wrong: true }));
    let opened = run(reader.spoken_code(Secret(showing.spoken.clone()))).unwrap();
    assert_eq!(shown(&opened), ["Penicillin"]);
}

#[test]
fn a_direct_share_opens_on_the_asking_screen_once_and_gives_a_receipt() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let mut reader = bench.session();
    let form = RequestForm {
        name: "Dr Ahmed".into(),
        wanted: vec![Section::Allergies, Section::Problems],
        ..Default::default()
    };
    let asked = run(reader.ask_for(form)).unwrap();
    let card = run(patient.read_request(asked.texts[0].clone())).unwrap();
    assert_eq!((card.name.as_str(), card.comparison), ("Dr Ahmed", asked.comparison.clone()));
    let consent = consent(&mut patient, Mode::Hand);
    let showing = run(patient.grant(consent)).unwrap();
    assert_eq!(showing.comparison, asked.comparison);
    let stranger = scan(&mut bench.session(), &showing.texts);
    assert_eq!(stranger, Inbox::Refused(Refusal::OtherReader));
    let inbox = scan(&mut reader, &showing.texts);
    assert_eq!(shown(&inbox), ["Penicillin"]);
    let receipt = run(reader.receipt()).unwrap();
    assert!(run(patient.take_receipt(receipt.texts[0].clone())).unwrap());
    let journal = run(patient.journal()).unwrap();
    assert!(
        journal.iter().any(|row| matches!(&row.what, Happened::Shared { opened: true, id, .. } if *id == showing.id))
    );
    assert_eq!(run(patient.share_again(showing.id.clone())).unwrap().share.purpose, "TREAT");
    run(reader.done()).unwrap();
    assert!(matches!(scan(&mut reader, &showing.texts), Inbox::Refused(Refusal::OtherReader | Refusal::Used)));
}

#[test]
fn a_share_that_has_ended_is_refused_and_one_on_the_screen_goes() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let consent = consent(&mut patient, Mode::Show);
    let showing = run(patient.grant(consent)).unwrap();
    let mut reader = bench.session();
    assert_eq!(shown(&scan(&mut reader, &showing.texts)), ["Penicillin"]);
    bench.second.set(bench.second.get() + 3601 + 600);
    assert!(matches!(run(reader.inbox()), Ok(Inbox::Refused(Refusal::Expired { .. }))));
    assert!(matches!(scan(&mut bench.session(), &showing.texts), Inbox::Refused(Refusal::Expired { .. })));
}

#[test]
fn an_altered_code_and_a_foreign_one_are_refused_in_their_own_words() {
    let bench = Bench::new();
    let mut patient = anna(&bench);
    let consent = consent(&mut patient, Mode::Show);
    let mut text = run(patient.grant(consent)).unwrap().texts.remove(0);
    let last = if text.pop() == Some('1') { '2' } else { '1' };
    text.push(last);
    assert!(matches!(scan(&mut bench.session(), &[text]), Inbox::Refused(Refusal::Altered)));
    let foreign = scan(&mut bench.session(), &["https://example.org/menu".into()]);
    assert_eq!(foreign, Inbox::Refused(Refusal::NotOurs { looks: wire::Looks::WebAddress }));
}

#[test]
fn after_lock_the_session_holds_nothing() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    run(session.lock()).unwrap();
    assert_eq!(run(session.summary()).err(), Some(Failure::NoPerson));
    assert_eq!(run(session.look()), Ok(Door::Locked));
    assert!(run(session.people()).unwrap().is_empty());
}

#[test]
fn a_file_of_several_people_is_nobodys() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let one = String::from_utf8(file("Anna Example", "1951-03-03", "Peanuts")).unwrap();
    let two = one.replace(
        r#""entry":["#,
        r#""entry":[{"fullUrl":"urn:uuid:9","resource":{"resourceType":"Patient","name":[{"family":"Other","given":["Bella"]}]}},"#,
    );
    let stopped = bring(&mut session, two.as_bytes()).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    assert_eq!(run(session.decide(*question, Decision::ThisPerson)), Err(Failure::SeveralPeople));
    assert_eq!(allergies(&mut session), ["Penicillin"]);
    assert!(
        matches!(run(session.decide(*question, Decision::Unfiled)), Ok(all) if matches!(all[0].1[0], Brought::Unfiled { .. }))
    );
}

#[test]
fn another_tab_sees_what_this_one_imported() {
    let bench = Bench::new();
    let mut first = anna(&bench);
    let mut second = bench.session();
    run(second.unlock(Secret(PASSPHRASE.into()))).unwrap();
    let typed = Typed::Allergy { substance: "Latex".into(), reaction: String::new(), since: String::new() };
    run(first.type_in(typed)).unwrap();
    run(second.catch_up());
    let mut seen = allergies(&mut second);
    seen.sort();
    assert_eq!(seen, ["Latex", "Penicillin"]);
}

#[test]
fn what_another_tab_imported_in_the_midst_of_an_errand_is_seen_by_the_next_one() {
    let bench = Bench::new();
    let mut first = anna(&bench);
    let mut second = bench.session();
    run(second.unlock(Secret(PASSPHRASE.into()))).unwrap();
    let typed = |what: &str| Typed::Allergy { substance: what.into(), reaction: String::new(), since: String::new() };
    run(second.catch_up());
    run(first.type_in(typed("Latex"))).unwrap();
    run(second.type_in(typed("Nuts"))).unwrap();
    for tab in [&mut first, &mut second] {
        run(tab.catch_up());
        let mut seen = allergies(tab);
        seen.sort();
        assert_eq!(seen, ["Latex", "Nuts", "Penicillin"]);
    }
}

#[test]
fn an_erased_vault_leaves_an_empty_device() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    run(session.erase()).unwrap();
    assert_eq!(run(session.look()), Ok(Door::Empty));
    keep(&mut session);
}

/// A ZIP of these files.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What became of a delivery, in short.
fn outcomes(brought: &[Brought]) -> Vec<String> {
    brought
        .iter()
        .map(|b| match b {
            Brought::In(report) => format!("in {}", report.file_name),
            Brought::Whose { file_names, page, .. } => format!("{:?} {}", page.finding, file_names.join("+")),
            Brought::Unfiled { file_name, .. } => format!("unfiled {file_name}"),
            Brought::LeftOut { file_name, .. } => format!("left out {file_name}"),
            Brought::Refused { file_name, .. } => format!("refused {file_name}"),
        })
        .collect()
}

fn names_of(rows: Vec<wire::FileRow>) -> Vec<String> {
    let mut names: Vec<String> = rows.into_iter().map(|r| r.file_name).collect();
    names.sort();
    names
}

#[test]
fn a_zip_of_one_person_and_a_stray_keeps_them_apart_and_a_bad_file_costs_no_other() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let stray = file("Bella Example", "1978-09-12", "Peanuts");
    let mine = file("Anna Example", "1951-03-03", "Latex");
    let zip = zipped(&[
        ("a/mine.json", &mine),
        ("a/broken.json", b"{\"resourceType\":"),
        ("stray.json", &stray),
        ("scan.png", b"\x89PNG\r\n\x1A\n"),
        ("letter.txt", b"Dear Anna"),
        ("again/mine.json", &mine),
    ]);
    let brought = bring(&mut session, &zip).unwrap();
    assert_eq!(
        outcomes(&brought),
        ["in mine.json", "Differs stray.json", "NoPerson scan.png+letter.txt", "refused broken.json"]
    );
    assert_eq!(allergies(&mut session), ["Penicillin", "Latex"]);
    let questions: Vec<u32> = brought
        .iter()
        .filter_map(|b| if let Brought::Whose { question, .. } = b { Some(*question) } else { None })
        .collect();
    let asked = run(session.decide(questions[1], Decision::ThisPerson)).unwrap();
    assert_eq!(outcomes(&asked[0].1), ["in scan.png", "in letter.txt"]);
    let asked = run(session.decide(questions[0], Decision::Unfiled)).unwrap();
    assert_eq!(outcomes(&asked[0].1), ["unfiled stray.json"]);
    // The archive holds files of two: it is nobody's.
    assert_eq!(names_of(run(session.unfiled()).unwrap()), ["record.json", "stray.json"]);
    assert_eq!(names_of(run(session.files()).unwrap()), ["letter.txt", "mine.json", "record.json", "scan.png"]);
    assert_eq!(allergies(&mut session), ["Penicillin", "Latex"]);
    run(session.original_bytes(Hash::of(&zip))).unwrap();
    assert_eq!(session.returned.pop(), Some(zip));
    // All of it opens again.
    let mut session = bench.session();
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    assert_eq!(names_of(run(session.unfiled()).unwrap()), ["record.json", "stray.json"]);
    assert_eq!(allergies(&mut session), ["Penicillin", "Latex"]);
}

#[test]
fn a_zip_of_one_person_starts_their_record_in_one_step_and_asks_once_for_what_names_nobody() {
    let mut session = Bench::new().session();
    let record = file("Anna Example", "1951-03-03", "Latex");
    let zip = zipped(&[
        ("Condition.ndjson", b"{\"resourceType\":\"Condition\",\"code\":{\"text\":\"Asthma\"}}\n"),
        (
            "Procedure.ndjson",
            b"{\"resourceType\":\"Procedure\",\"status\":\"completed\",\"code\":{\"text\":\"Hip\"}}\n",
        ),
        ("record.json", &record),
    ]);
    let brought = bring(&mut session, &zip).unwrap();
    assert_eq!(outcomes(&brought), ["in record.json", "NoPerson Condition.ndjson+Procedure.ndjson"]);
    let [_, Brought::Whose { question, .. }] = brought.as_slice() else { panic!() };
    run(session.decide(*question, Decision::ThisPerson)).unwrap();
    assert_eq!(run(session.files()).unwrap().len(), 4);
    assert!(run(session.unfiled()).unwrap().is_empty());
    assert_eq!(run(session.people()).unwrap().len(), 1);
}

#[test]
fn with_nobody_open_two_people_in_one_zip_are_asked_for_and_an_answer_clears_the_rest() {
    let mut session = Bench::new().session();
    let zip = zipped(&[
        ("a.json", &file("Anna Example", "1951-03-03", "Latex")),
        ("b.json", &file("Bella Example", "1978-09-12", "Peanuts")),
        ("c.json", &file("Anna Example", "1951-03-03", "Wool")),
    ]);
    let brought = bring(&mut session, &zip).unwrap();
    assert_eq!(outcomes(&brought), ["FirstFile a.json+c.json", "FirstFile b.json"]);
    let Brought::Whose { question: first, .. } = brought[0] else { panic!() };
    let Brought::Whose { question: second, .. } = brought[1] else { panic!() };
    let all = run(session.decide(first, Decision::NewPerson)).unwrap();
    assert_eq!(outcomes(&all[0].1), ["in a.json", "in c.json"]);
    // Now there is somebody to compare with.
    assert_eq!((all[1].0, outcomes(&all[1].1)), (second, vec!["Differs b.json".to_owned()]));
    // What is left out is not here, nor is the archive that holds it.
    let all = run(session.decide(second, Decision::LeaveOut)).unwrap();
    assert_eq!(outcomes(&all[0].1), ["left out b.json"]);
    assert_eq!(names_of(run(session.files()).unwrap()), ["a.json", "c.json"]);
    assert!(run(session.unfiled()).unwrap().is_empty());
}

#[test]
fn an_answer_is_about_the_person_who_was_shown_whoever_is_open_by_then() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let anna = run(session.people()).unwrap()[0].id.clone();
    let brought = bring(&mut session, b"Dear Anna").unwrap();
    let [Brought::Whose { question, .. }] = brought.as_slice() else { panic!() };
    let bella = NewPerson { given: "Bella".into(), family: "Example".into(), ..NewPerson::default() };
    run(session.add_person(bella)).unwrap();
    run(session.decide(*question, Decision::ThisPerson)).unwrap();
    assert!(run(session.files()).unwrap().is_empty());
    run(session.choose_person(anna)).unwrap();
    assert_eq!(run(session.files()).unwrap().len(), 2);
}

/// A letter of Anna's that names nobody, filed with her.
fn letter(session: &mut Session<Bench>, text: &str) -> Hash {
    let stopped = bring(session, text.as_bytes()).unwrap();
    let [Brought::Whose { question, .. }] = stopped.as_slice() else { panic!("{stopped:?}") };
    let all = run(session.decide(*question, Decision::ThisPerson)).unwrap();
    assert!(matches!(&all[0].1[0], Brought::In(report) if report.document), "{all:?}");
    Hash::of(text.as_bytes())
}

fn described(title: &str, kind: Option<DocumentKind>, date: &str, from: &str) -> Description {
    Description { title: title.into(), kind, date: date.into(), from: from.into() }
}

const LETTER: &str = "Made-up Hospital\nDate: 3 March 2019\nDischarge summary\nDear Dr Jones,\nshe is well.";

#[test]
fn what_a_person_says_of_a_document_stands_beside_the_file_and_is_theirs() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let hash = letter(&mut session, LETTER);
    let about = run(session.about_document(hash, String::new())).unwrap();
    assert_eq!(about.said, None);
    assert_eq!(about.titles[0].0, "Discharge summary");
    assert_eq!((about.kinds[0].0, about.dates[0].0.text.as_str()), (DocumentKind::DischargeSummary, "2019-03-03"));
    assert_eq!(about.from[0].0, "Made-up Hospital");
    // Suggestions are not stored.
    let before = run(session.documents()).unwrap().documents;
    assert_eq!((before[0].row.title.as_str(), before[0].row.date.clone()), ("record.json", None));

    let said = described("About my knee", Some(DocumentKind::DischargeSummary), "2019-03", "Made-up Hospital");
    bench.second.set(bench.second.get() + 60);
    run(session.describe(hash, String::new(), said.clone())).unwrap();
    let [document] = &run(session.documents()).unwrap().documents[..] else { panic!("one document") };
    assert_eq!(document.row.id, before[0].row.id);
    assert_eq!(document.row.title, "About my knee");
    assert_eq!(document.row.date.as_ref().map(|d| d.text.as_str()), Some("2019-03"));
    let marked = document.row.described.clone().unwrap();
    assert_eq!((marked.title, marked.date, marked.kind), (true, true, Some(DocumentKind::DischargeSummary)));
    assert_eq!((document.row.disagree, document.row.attachments, document.files.len()), (false, 1, 1));
    // The file's own entry still leads: what came is no typing of the person's.
    assert_eq!(document.row.trust, crate::view::Trust::NotSigned);
    // Timeline and search use it, and the words of the letter still.
    for words in ["knee", "she is well", "made-up"] {
        let ask = timeline::Ask { search: words.into(), limit: 10, ..timeline::Ask::default() };
        let page = run(session.timeline(ask)).unwrap();
        assert_eq!(page.rows.iter().map(|r| r.row.title.as_str()).collect::<Vec<_>>(), ["About my knee"], "{words}");
        assert_eq!((page.months[0].year, page.months[0].month), (Some(2019), Some(3)));
    }

    // Corrected: the newest counts, the one before is history, nothing disagrees.
    bench.second.set(bench.second.get() + 60);
    let last = run(session.describe(hash, String::new(), described("", None, "2020", ""))).unwrap();
    let page = run(session.entry(document.row.id.clone())).unwrap().unwrap();
    assert_eq!((page.row.title.as_str(), page.row.disagree), ("record.json", false));
    assert_eq!((page.cards.len(), page.history.len()), (2, 1));
    assert_eq!(page.document, Some((hash, String::new())));
    // Undone, and the one before counts again; all of it is there after a lock.
    run(session.take_out(last)).unwrap();
    assert_eq!(run(session.documents()).unwrap().documents[0].row.title, "About my knee");
    let mut session = bench.session();
    run(session.unlock(Secret(PASSPHRASE.into()))).unwrap();
    assert_eq!(run(session.documents()).unwrap().documents[0].row.title, "About my knee");
    let about = run(session.about_document(hash, String::new())).unwrap();
    assert_eq!(about.said.map(|(_, _, said)| said), Some(said));
    // The original is what it was.
    run(session.original_bytes(hash)).unwrap();
    assert_eq!(session.returned, vec![LETTER.as_bytes().to_vec()]);
}

#[test]
fn what_is_said_of_a_document_goes_and_comes_back_with_it() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let hash = letter(&mut session, LETTER);
    let said = described("About my knee", None, "2019-03-03", "");
    run(session.describe(hash, String::new(), said)).unwrap();
    run(session.take_out(hash)).unwrap();
    assert!(run(session.documents()).unwrap().documents.is_empty());
    run(session.put_back(hash)).unwrap();
    let [document] = &run(session.documents()).unwrap().documents[..] else { panic!("one document") };
    assert_eq!((document.row.title.as_str(), document.files.len()), ("About my knee", 1));
    // It is joined with the document in a share too, and marked as the patient's own.
    let consent = consent(&mut session, Mode::Show);
    let preview = run(session.preview(consent.clone())).unwrap();
    let showing = run(session.grant(consent)).unwrap();
    let Inbox::Open(received) = scan(&mut bench.session(), &showing.texts) else { panic!() };
    assert_eq!(received.page.sections, preview.page.sections);
    let documents = received.page.sections.iter().find(|s| s.section == Section::Documents).unwrap();
    let [row] = &documents.rows[..] else { panic!("one document: {:?}", documents.rows) };
    assert_eq!((row.title.as_str(), row.described.is_some(), row.attachments), ("About my knee", true, 0));
}

#[test]
fn pictures_whose_code_was_read_go_where_their_record_goes() {
    let bench = Bench::new();
    let mut session = anna(&bench);
    let card = file("Anna Example", "1951-03-03", "Latex");
    let pictures = [b"\x89PNG\r\n\x1a\n 1".to_vec(), b"\x89PNG\r\n\x1a\n 2".to_vec()];
    let read = |bytes: &[u8]| {
        let delivery = import::open(bytes, "photo.png", &mut |_| ControlFlow::Continue(())).unwrap();
        wire::write(&delivery.files[0])
    };
    session.handed = vec![card.clone(), pictures[0].clone(), pictures[1].clone()];
    let readings: Vec<_> = session.handed.iter().map(|bytes| read(bytes)).collect();
    session.handed.extend(readings);
    let brought = run(session.bring(2, Vec::new(), String::new())).unwrap();
    // One report, no question: the pictures name nobody, and need not.
    assert!(matches!(brought.as_slice(), [Brought::In(_)]), "{brought:?}");
    assert!(allergies(&mut session).contains(&"Latex".to_owned()));
    assert_eq!(run(session.files()).unwrap().len(), 4);
    for picture in pictures {
        run(session.original_bytes(Hash::of(&picture))).unwrap();
        assert_eq!(session.returned.pop(), Some(picture));
    }
}

/// Hazard 10: what is said after midnight is not of the day before, whatever the day is in Greenwich.
#[test]
fn what_a_person_says_is_dated_by_their_own_clock() {
    let check = |offset: i32, expected: &str| {
        // 22:30 on 22 November 2026, UTC.
        assert_eq!(super::stamp_here(Timestamp::from_second(1_795_386_600).unwrap(), offset), expected);
    };
    check(0, "2026-11-22T22:30:00+00:00");
    check(120, "2026-11-23T00:30:00+02:00");
    check(-330, "2026-11-22T17:00:00-05:30");
}

/// A file of Anna's that says more than an allergy and a medicine.
fn much(entries: &[&str]) -> Vec<u8> {
    let all: Vec<String> = entries.iter().map(|entry| format!(r#"{{"resource":{entry}}}"#)).collect();
    let file = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    file.replace("\n        ]}", &format!(",\n{}]}}", all.join(",\n"))).into_bytes()
}

fn allergic(title: &str, rest: &str) -> String {
    format!(
        r#"{{"resourceType":"AllergyIntolerance","patient":{{"reference":"urn:uuid:1"}},"code":{{"text":"{title}"}}{rest}}}"#
    )
}

fn taking(title: &str, status: &str) -> String {
    format!(
        r#"{{"resourceType":"MedicationStatement","status":"{status}","subject":{{"reference":"urn:uuid:1"}},"medicationCodeableConcept":{{"text":"{title}"}}}}"#
    )
}

/// What stands on the card that is offered: of a section how it is labelled, and its titles.
fn card_of(session: &mut Session<Bench>, section: Section) -> (view::clinician::Label, Vec<String>) {
    let choices = view::card::offered(run(session.share_choices()).unwrap());
    let items = view::card::usual(&choices).into_iter().collect();
    on_card(session, items, section)
}

fn on_card(
    session: &mut Session<Bench>,
    items: Vec<String>,
    section: Section,
) -> (view::clinician::Label, Vec<String>) {
    let card = run(session.emergency_card(items)).unwrap();
    let part = card.sections.into_iter().find(|part| part.section == section).unwrap();
    let briefly = part.brief.into_iter().flat_map(|b| b.rows);
    (part.label, part.rows.into_iter().chain(briefly).map(|row| row.title).collect())
}

#[test]
fn a_card_has_every_allergy_and_no_medicine_that_was_stopped() {
    use view::clinician::Label::Selected;
    let bench = Bench::new();
    let mut session = bench.session();
    let coded = r#"{"coding":[{"system":"http://snomed.info/sct","code":"196461000000101","display":"Transfer-degraded drug allergy"}]}"#;
    let degraded = allergic("", "").replace(r#"{"text":""}"#, coded);
    let (resolved, stopped, unclear) = (
        allergic("Eggs", r#","clinicalStatus":{"coding":[{"code":"resolved"}]}"#),
        taking("Warfarin 3 mg tablets", "stopped"),
        taking("Aspirin 75 mg tablets", "unknown"),
    );
    let (zinc, apples) = (allergic("Zinc", ""), allergic("Apples", ""));
    bring(&mut session, &much(&[&degraded, &resolved, &stopped, &unclear, &zinc, &apples])).unwrap();
    // In one order, however often it is printed: what lost meaning, what is so, what is unclear, what is over.
    let (label, allergies) = card_of(&mut session, Section::Allergies);
    assert_eq!(label, Selected);
    assert_eq!(allergies, ["Transfer-degraded drug allergy", "Penicillin", "Apples", "Zinc", "Eggs"]);
    // What is taken, then what is unclear.
    let (_, medicines) = card_of(&mut session, Section::Medications);
    assert_eq!(medicines, ["Ramipril 5 mg capsules", "Aspirin 75 mg tablets"]);
    // Nor where somebody asks for it.
    let all = consent(&mut session, Mode::Show).items;
    assert_eq!(on_card(&mut session, all, Section::Medications).1.len(), 2);
}

#[test]
fn an_empty_list_on_a_card_is_not_none() {
    use view::clinician::Label::{NotShared, Selected};
    let bench = Bench::new();
    let mut session = anna(&bench);
    let choices = view::card::offered(run(session.share_choices()).unwrap());
    let medicine = choices.sections.iter().find(|p| p.section == Section::Medications).unwrap().items[0].row.id.clone();
    // Left off: nothing is said of the section, and nothing of what a file says of it.
    assert_eq!(on_card(&mut session, vec![medicine], Section::Allergies), (NotShared, vec![]));
    assert_eq!(on_card(&mut session, vec![], Section::Medications), (NotShared, vec![]));
    // A file that is silent says nothing; one that states none is named.
    let mut session = bench.session();
    let silent = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let silent = silent.replace("AllergyIntolerance", "Goal");
    bring(&mut session, silent.as_bytes()).unwrap();
    let card = run(session.emergency_card(vec![])).unwrap();
    let part = card.sections.iter().find(|part| part.section == Section::Allergies).unwrap();
    assert!(part.rows.is_empty() && part.heading.absences.iter().all(|a| a.absent != Absent::NoneKnown));
    let none = silent.replace(
        r#""resourceType":"Goal","patient":{"reference":"urn:uuid:1"},"code":{"text":"Penicillin"}"#,
        r#""resourceType":"AllergyIntolerance","patient":{"reference":"urn:uuid:1"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}],"text":"No known allergies"}"#,
    );
    let mut session = bench.session();
    bring(&mut session, none.as_bytes()).unwrap();
    assert_eq!(card_of(&mut session, Section::Allergies), (Selected, vec![]));
    let choices = view::card::offered(run(session.share_choices()).unwrap());
    let card = run(session.emergency_card(view::card::usual(&choices).into_iter().collect())).unwrap();
    let part = card.sections.iter().find(|part| part.section == Section::Allergies).unwrap();
    assert_eq!(part.heading.absences.iter().map(|a| a.absent).collect::<Vec<_>>(), [Absent::NoneKnown]);
}

#[test]
fn what_of_the_allergies_could_not_be_read_stands_on_the_card() {
    let bench = Bench::new();
    let bytes = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let goal = bytes.replace("AllergyIntolerance", "Goal");
    let broken = r#""entry":[{"resource":{"resourceType":"AllergyIntolerance","id":"b","id":"c"}},"#;
    for file in [&bytes, &goal] {
        let mut session = bench.session();
        bring(&mut session, file.replace(r#""entry":["#, broken).as_bytes()).unwrap();
        let choices = view::card::offered(run(session.share_choices()).unwrap());
        let card = run(session.emergency_card(view::card::usual(&choices).into_iter().collect())).unwrap();
        let part = card.sections.iter().find(|part| part.section == Section::Allergies).unwrap();
        assert_eq!(part.heading.unread.iter().map(|u| u.here).sum::<u32>(), 1, "{:?}", part.heading);
    }
}

#[test]
fn a_card_in_the_making_takes_what_comes_in_and_not_what_was_taken_off() {
    use view::card::{offered, still_ticked};
    let bench = Bench::new();
    let mut session = anna(&bench);
    let first = offered(run(session.share_choices()).unwrap());
    let ids = |of: &view::choose::Choose| -> std::collections::BTreeSet<String> {
        of.sections.iter().flat_map(|part| &part.items).map(|item| item.row.id.clone()).collect()
    };
    let titles = |of: &view::choose::Choose, ticked: &std::collections::BTreeSet<String>| -> Vec<String> {
        let rows = of.sections.iter().flat_map(|part| &part.items).map(|item| &item.row);
        rows.filter(|row| ticked.contains(&row.id)).map(|row| row.title.clone()).collect()
    };
    let none = std::collections::BTreeSet::new();
    let mut ticked = still_ticked(&first, &none, &none, &[]);
    assert_eq!(titles(&first, &ticked), ["Penicillin", "Ramipril 5 mg capsules"]);
    let ramipril = first.sections.iter().flat_map(|p| &p.items).find(|i| i.row.title.starts_with("Ram")).unwrap();
    ticked.remove(&ramipril.row.id);
    let (zinc, aspirin, virus) = (
        allergic("Zinc", ""),
        taking("Aspirin 75 mg tablets", "active"),
        taking("Zidovudine antiretroviral", "active"),
    );
    bring(&mut session, &much(&[&zinc, &aspirin, &virus])).unwrap();
    let now = offered(run(session.share_choices()).unwrap());
    let ticked = still_ticked(&now, &ids(&first), &ticked, &[]);
    assert_eq!(titles(&now, &ticked), ["Penicillin", "Zinc", "Aspirin 75 mg tablets"]);
    // A set that was opened keeps what was ticked of it; one that was not loses it.
    let opened = now.sensitive.iter().map(|set| set.set).collect::<Vec<_>>();
    assert_eq!(opened.len(), 1);
    let all = ids(&now);
    assert_eq!(still_ticked(&now, &all, &all, &opened), all);
    assert_eq!(still_ticked(&now, &all, &all, &[]).len(), all.len() - 1);
}

#[test]
fn what_may_be_private_or_is_off_the_pages_is_on_no_card_unasked() {
    let bench = Bench::new();
    let mut session = bench.session();
    let private = taking("Zidovudine antiretroviral", "active");
    let other = taking("Salbutamol inhaler", "active");
    bring(&mut session, &much(&[&private, &other])).unwrap();
    keep(&mut session);
    let all = ["Ramipril 5 mg capsules", "Salbutamol inhaler"];
    assert_eq!(card_of(&mut session, Section::Medications).1, all);
    let choices = view::card::offered(run(session.share_choices()).unwrap());
    assert_eq!(choices.sensitive.len(), 1);
    let medicines = choices.sections.iter().find(|p| p.section == Section::Medications).unwrap();
    let salbutamol = medicines.items.iter().find(|i| i.row.title.starts_with("Salb")).unwrap().row.id.clone();
    run(session.say_of(salbutamol.clone(), Said::Off, String::new())).unwrap();
    assert_eq!(card_of(&mut session, Section::Medications).1, ["Ramipril 5 mg capsules"]);
    assert_eq!(on_card(&mut session, vec![salbutamol], Section::Medications).1, Vec::<String>::new());
}

#[test]
fn whom_to_call_is_told_with_its_source_and_what_is_looked_at_can_be_printed_too() {
    let bench = Bench::new();
    let mut session = bench.session();
    let bytes = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let known = r#""gender":"female","generalPractitioner":[{"display":"Elm Surgery"}],"contact":[{"relationship":[{"text":"daughter"}],"name":{"text":"Beth Example"},"telecom":[{"system":"phone","value":"01632 960001"}]}]"#;
    bring(&mut session, bytes.replace(r#""gender":"female""#, known).as_bytes()).unwrap();
    assert_eq!(run(session.look()), Ok(Door::Open { kept: false }));
    let card = run(session.emergency_card(vec![])).unwrap();
    assert_eq!((card.person.family.as_str(), card.person.age.map(|a| a.years)), ("Example", Some(75)));
    let told = |all: &[view::card::Told]| all.iter().map(|t| (t.words.clone(), t.sources.len())).collect::<Vec<_>>();
    assert_eq!(told(&card.surgeries), [("Elm Surgery".into(), 1)]);
    assert_eq!(told(&card.contacts), [("Beth Example, daughter, 01632 960001".into(), 1)]);
    keep(&mut session);
    assert!(run(session.emergency_card(vec![])).is_ok());
}

#[test]
fn a_card_tells_of_none_only_where_nothing_that_may_contradict_it_is_left_off() {
    use view::clinician::Label::{NotShared, Selected};
    let bench = Bench::new();
    let mut session = anna(&bench);
    // Another file states none.
    let other = String::from_utf8(file("Anna Example", "1951-03-03", "Penicillin")).unwrap();
    let none = other.replace(
        r#""code":{"text":"Penicillin"}"#,
        r#""code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}],"text":"No known allergies"}"#,
    );
    bring(&mut session, none.as_bytes()).unwrap();
    let choices = view::card::offered(run(session.share_choices()).unwrap());
    let part = choices.sections.iter().find(|p| p.section == Section::Allergies).unwrap();
    let id = |title: &str| part.items.iter().find(|i| i.row.title == title).unwrap().row.id.clone();
    let (penicillin, known) = (id("Penicillin"), id("No known allergies"));
    let mut check = |items: Vec<String>, label: view::clinician::Label, absences: usize| {
        let card = run(session.emergency_card(items)).unwrap();
        let part = card.sections.iter().find(|part| part.section == Section::Allergies).unwrap();
        let none = part.heading.absences.iter().filter(|a| a.absent == Absent::NoneKnown).count();
        assert_eq!((part.label, none), (label, absences), "{:?}", part.heading.absences);
    };
    check(vec![penicillin.clone(), known.clone()], Selected, 1);
    check(vec![known.clone()], NotShared, 0);
    check(vec![penicillin.clone()], Selected, 0);
    // Nor where what would contradict it was taken off the pages.
    run(session.say_of(penicillin, Said::Off, String::new())).unwrap();
    let card = run(session.emergency_card(vec![known])).unwrap();
    let part = card.sections.iter().find(|part| part.section == Section::Allergies).unwrap();
    assert!(part.heading.absences.is_empty() && part.label == NotShared);
}

#[test]
fn a_directive_that_was_taken_back_is_not_on_a_card_unasked_and_one_that_says_not_is() {
    let bench = Bench::new();
    let mut session = bench.session();
    let consent = |title: &str, status: &str| {
        format!(
            r#"{{"resourceType":"Consent","status":"{status}","patient":{{"reference":"urn:uuid:1"}},"scope":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"adr"}}],"text":"{title}"}}}}"#
        )
    };
    let (stands, over) = (consent("Treatment escalation plan", "active"), consent("Do not resuscitate", "inactive"));
    bring(&mut session, &much(&[&stands, &over])).unwrap();
    let choices = view::card::offered(run(session.share_choices()).unwrap());
    let part = choices.sections.iter().find(|p| p.section == Section::AdvanceDirectives).unwrap();
    assert_eq!(part.items.len(), 2, "both can be chosen");
    assert_eq!(card_of(&mut session, Section::AdvanceDirectives).1, ["Treatment escalation plan"]);
    let mut row = part.items[0].row.clone();
    row.standing = crate::record::Standing::Active;
    row.polarity = crate::record::Polarity::Negated;
    assert!(view::card::is_usual(&row));
}
