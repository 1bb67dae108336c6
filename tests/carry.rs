//! A record's way from one device to another, without a browser: import → merge → choose → grant → frames, some lost,
//! all shuffled → collect → verify → read by source → merge. What arrives must be what left.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use tessera::import;
use tessera::record::guard::Fact;
use tessera::record::{
    Bears, Detail, Entry, Field, Hash, Item, Note, Nothing, Origin, Parcel, Person, Polarity, Record, Section, merge,
};
use tessera::share::bundle::{Chosen, select, split};
use tessera::share::{
    Clock, Completeness, Desk, Finished, Heard, Inbox, Message, Pending, Refusal, Surface, Terms, To, frame, grant,
};

const NOW: i64 = 1_795_000_000;

fn file(path: &str) -> Parcel {
    let bytes = std::fs::read(format!("{}/tests/data/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    parcel(&bytes, Note { imported: "2026-11-22T10:00:00Z".into(), ..Note::default() })
}

fn parcel(bytes: &[u8], note: Note) -> Parcel {
    let delivery = import::open(bytes, "file.json", &mut |_| ControlFlow::Continue(())).unwrap();
    let file = delivery.files.into_iter().next().unwrap();
    Parcel { hash: Hash::of(bytes), reading: file.reading.unwrap(), note }
}

fn person(record: &Record) -> Person {
    record.parcels[0].reading.people[0].clone()
}

fn all(record: &Record, sections: &[Section]) -> Chosen {
    let items = record.items.iter().filter(|i| sections.contains(&i.section)).map(|i| i.id.clone()).collect();
    Chosen { items, in_full: sections.iter().copied().collect(), history: true, ..Chosen::default() }
}

fn sign(document: &[u8], parts: Vec<tessera::share::Part>, to: To<'_>) -> Finished {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_sec1_point(false).as_bytes().try_into().unwrap();
    let terms = Terms { ends: NOW + 3_600, parts, ..Terms::default() };
    let unsigned = grant::prepare(terms, document, &public, to, NOW, &[42; 64]).unwrap();
    let signature: Signature = key.sign(&unsigned.to_be_signed());
    unsigned.finish(&signature.to_bytes().into()).unwrap()
}

/// Shows a message as frames, loses every third, shuffles the rest, and collects them from their texts.
fn carry(message: &Message) -> Message {
    let room = Surface::Screen.room(20, frame::PREFIX.len());
    let frames = frame::split(message, room).unwrap();
    let mut texts: Vec<String> =
        frames.iter().filter(|f| f.id % 3 != 1).map(|f| format!("{}{}", frame::PREFIX, f.digits())).collect();
    texts.sort_by_key(|t| Hash::of(t.as_bytes()));
    let mut inbox = Inbox::new();
    for (n, text) in texts.iter().enumerate() {
        if let Heard::Whole(whole) = inbox.feed(text) {
            assert_eq!(n + 1, frames[0].of.needed(), "exactly K frames are enough");
            return whole;
        }
    }
    panic!("never whole");
}

fn received(document: &[u8]) -> Record {
    let parts = split(document).unwrap();
    let read = |p: tessera::share::Shared| {
        let mut there = parcel(&p.document, p.note);
        p.beside.complete(&mut there.reading);
        there
    };
    merge(parts.into_iter().map(read).collect())
}

/// What a clinician sees of an entry, for comparison; places and links are of the file, not of the facts.
fn facts(entry: &Entry) -> Entry {
    let one_label = |c: &mut tessera::record::Concept| {
        let mut labelled = !c.text.trim().is_empty();
        for coding in &mut c.codings {
            if labelled {
                coding.display.clear();
            }
            labelled |= !coding.display.trim().is_empty();
        }
    };
    let mut entry = entry.clone();
    one_label(&mut entry.concept);
    for c in entry.category.iter_mut().chain(&mut entry.interpretation) {
        one_label(c);
    }
    for component in &mut entry.components {
        one_label(&mut component.concept);
        component.interpretation.iter_mut().for_each(one_label);
        component.value.iter_mut().for_each(|v| value(v, &one_label));
    }
    entry.value.iter_mut().for_each(|v| value(v, &one_label));
    for reaction in &mut entry.reactions {
        reaction.manifestations.iter_mut().for_each(one_label);
        reaction.date = None;
    }
    fn value(v: &mut tessera::record::Value, f: &dyn Fn(&mut tessera::record::Concept)) {
        if let tessera::record::Value::Concept(c) | tessera::record::Value::Absent(c) = v {
            f(c);
        }
    }
    let mut details: BTreeSet<Detail> = entry.details.drain(..).collect();
    details.retain(|d| !d.text.is_empty());
    entry.details = details.into_iter().collect();
    (entry.at, entry.span, entry.identifiers) = (String::new(), None, Vec::new());
    (entry.links, entry.attachments) = (Vec::new(), Vec::new());
    entry
}

/// All entries of a record's items in some sections, as facts, counted.
fn counted(record: &Record, sections: &[Section]) -> HashMap<String, usize> {
    let mut out = HashMap::new();
    for item in record.items.iter().filter(|i| sections.contains(&i.section)) {
        for (_, _, entry) in record.entries(item) {
            *out.entry(format!("{:#?}", facts(entry))).or_default() += 1;
        }
    }
    out
}

fn check_carried(paths: &[&str], sections: &[Section]) -> (Record, Record, usize) {
    let record = merge(paths.iter().map(|p| file(p)).collect());
    let selection = select(&record, &person(&record), &all(&record, sections), "2026-11-22T10:00:00Z").unwrap();
    let finished = sign(&selection.document, selection.parts, To::Anyone);
    let message = carry(&finished.message);
    assert_eq!(message, finished.message);
    let opened = Desk::new().open(&message, None, Clock { unix: NOW + 60, ticks: 0 }).ok().unwrap();
    assert_eq!(opened.document, selection.document);
    println!("{} bytes of FHIR → {} of message: {paths:?}", opened.document.len(), message.body.len());
    let there = received(&opened.document);
    let (before, after) = (counted(&record, sections), counted(&there, sections));
    let lost: Vec<String> =
        before.iter().filter(|(e, n)| after.get(*e) != Some(n)).map(|(e, _)| difference(e, &after)).collect();
    assert!(lost.is_empty(), "{} of {} did not arrive as they left:\n{}", lost.len(), before.len(), lost.join("\n"));
    assert_eq!(before.values().sum::<usize>(), after.values().sum::<usize>(), "nothing was invented");
    (record, there, message.body.len())
}

/// The lines in which an entry differs from the one that arrived under the same title, for the test's own message.
fn difference(entry: &str, after: &HashMap<String, usize>) -> String {
    let title = entry.lines().find(|l| l.starts_with("    title:")).unwrap_or_default();
    let arrived = after.keys().find(|k| k.contains(title)).map_or("", String::as_str);
    let only = |a: &str, b: &str| a.lines().filter(|l| !b.contains(*l)).map(str::trim).collect::<Vec<_>>().join(" ");
    format!("{}\n  left: {}\n  came: {}", title.trim(), only(entry, arrived), only(arrived, entry))
}

/// The lines of a section; those of one date stand in no order.
fn titles(record: &Record, section: Section) -> Vec<String> {
    let mut titles: Vec<String> =
        record.section(section).filter_map(|i| record.lead(i)).map(|e| e.title.clone()).collect();
    titles.sort();
    titles
}

const IPS: &str = "fhir_r4/ips/IPS_IG-bundle-01.json";
const UK: &str = "fhir_r4/ips/UK_NHSx_IPS_Example_01-modified.json";
const MEDITECH: &str = "fhir_r4/ips/US_MEDITECH_ips_3.json";
const NOTHING: &str = "fhir_r4/ips/IPS_IG_bundle-no-info-required-sections.json";

#[test]
fn a_whole_summary_arrives_as_it_left() {
    for path in [IPS, UK, MEDITECH, NOTHING, "fhir_r4/ips/EU_Giorgio_Cangioli_01.json"] {
        let (record, there, _) = check_carried(&[path], &Section::ALL);
        for section in Section::ALL {
            assert_eq!(titles(&record, section), titles(&there, section), "{path}");
        }
    }
}

#[test]
fn records_of_every_publisher_arrive_as_they_left() {
    for file in [
        "ips/AR_Repository_Example_01",
        "ips/AT_ELGA_GmbH_01",
        "ips/CH_HL7CH_Examples_01",
        "ips/DK_Jens_Villadsen_01",
        "ips/HK_IPS_Sample_with_medication",
        "ips/NZ_Peter_Jordan_AAA1234",
        "ips/US_Epic_Jan_idrefs",
        "aups/Bundle-aups-basicsummarywihpath",
        "aups/Bundle-aups-referral-endoconsult-curated",
        "synthea/Clemente_Kreiger_1484a42d-0eaf-4654-9cbf-6b050a5cd73b",
        "synthea/Floyd_Connelly_66843218-a9f9-4f16-8347-bdc2a0d14265",
    ] {
        check_carried(&[&format!("fhir_r4/{file}.json")], &Section::ALL);
    }
}

/// Dates as HL7 v2, CDA, tables and FHIR write them, of entries, sources and the person: the reader has each of them, in
/// as much detail as the source gave, and the document holds none that FHIR does not take.
#[test]
fn every_date_of_every_format_survives_a_share() {
    let known = |d: &Option<tessera::record::PartialDate>| d.as_ref().map(|d| d.known.ok_or_else(|| d.text.clone()));
    for path in [
        "cda/Discharge_Summary.ccda",
        "hl7v2/ORU-R01-01.hl7",
        "hl7v2/ORU-multiline-short-mixed.hl7",
        "hl7v2/VXU-V04-01.hl7",
        "hl7v2/ADT-A01-01.hl7",
        "uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json",
        IPS,
    ] {
        let record = merge(vec![file(path)]);
        let whose = person(&record);
        let selection = select(&record, &whose, &all(&record, &Section::ALL), "2026-11-22T10:00:00Z").unwrap();
        let there = received(&selection.document);
        assert_eq!(known(&person(&there).birth_date), known(&whose.birth_date), "{path}");
        let dates = |record: &Record| -> Vec<String> {
            let items = record.items.iter().flat_map(|i| record.entries(i));
            // A relative's illness has the relative in its title.
            let title = |e: &Entry| e.title.rsplit(": ").next().unwrap_or_default().to_owned();
            let mut all: Vec<String> = items
                // What is a section's words alone is no resource, and has no date in FHIR.
                .filter(|(_, _, e)| !e.withheld_from_patient() && !format!("{:?}", e.kind).contains('.'))
                .map(|(_, _, e)| format!("{} {:?}", title(e), [&e.date, &e.end].map(known)))
                .collect();
            all.sort();
            all
        };
        let (left, came) = (dates(&record), dates(&there));
        let lost: Vec<_> = left.iter().filter(|d| !came.contains(d)).collect();
        assert!(lost.is_empty(), "{path}: {lost:#?}");
        let as_of = |r: &Record| known(&r.parcels[0].reading.source.as_of);
        assert_eq!(as_of(&there), as_of(&record), "{path}");
        let document: serde_json::Value = serde_json::from_slice(&selection.document).unwrap();
        fhir_dates(&document, path);
    }
}

/// No date element holds what FHIR does not take (R4 §2.24.0.1): a time without its seconds or its zone, another form.
fn fhir_dates(value: &serde_json::Value, path: &str) {
    const DATES: [&str; 16] = [
        "birthDate",
        "start",
        "end",
        "issued",
        "recorded",
        "recordedDate",
        "authoredOn",
        "effectiveDateTime",
        "onsetDateTime",
        "performedDateTime",
        "occurrenceDateTime",
        "occurredDateTime",
        "dateAsserted",
        "whenHandedOver",
        "timestamp",
        "date",
    ];
    match value {
        serde_json::Value::Array(all) => all.iter().for_each(|v| fhir_dates(v, path)),
        serde_json::Value::Object(object) => {
            for (key, text) in object.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))) {
                if DATES.contains(&key) {
                    let day = text.len() <= 10
                        && text.split('-').enumerate().all(|(i, p)| p.len() == if i == 0 { 4 } else { 2 });
                    let zoned = text.len() >= 20
                        && text.contains('T')
                        && (text.ends_with('Z') || text[19..].contains(['+', '-']));
                    assert!(day || zoned, "{path}: {key} {text}");
                }
            }
            object.values().for_each(|v| fhir_dates(v, path));
        }
        _ => {}
    }
}

/// What a clinician's own system takes: each section with its code, its words, and either entries or a reason for being
/// empty; and the same entries as before.
#[test]
fn the_document_for_a_record_system_has_the_sections_of_the_ips() {
    let words = tessera::share::bundle::ips::Words {
        none_known: "none known".into(),
        unavailable: "unavailable".into(),
        not_shared: "not shared".into(),
        ..Default::default()
    };
    for path in [IPS, UK, MEDITECH, NOTHING] {
        let record = merge(vec![file(path)]);
        let selection =
            select(&record, &person(&record), &all(&record, &Section::ALL), "2026-11-22T10:00:00Z").unwrap();
        let made = tessera::share::bundle::ips(&selection.document, &selection.parts, &words).unwrap();
        let bundle: serde_json::Value = serde_json::from_slice(&made).unwrap();
        let sections = bundle["entry"][0]["resource"]["section"].as_array().unwrap();
        for loinc in ["48765-2", "10160-0", "11450-4"] {
            let one: Vec<_> = sections.iter().filter(|s| s["code"]["coding"][0]["code"] == loinc).collect();
            assert_eq!(one.len(), 1, "{path}: {loinc}");
        }
        for section in sections.iter().filter(|s| s.get("code").is_some()) {
            assert!(section.get("entry").is_none() || section.get("emptyReason").is_none(), "{path}: {section}");
            assert!(!section["text"]["div"].as_str().unwrap_or_default().is_empty(), "{path}: {section}");
        }
        assert_eq!(bundle["type"], "document");
        assert!(bundle["identifier"]["value"].as_str().unwrap().starts_with("urn:uuid:"));
        let there = received(&made);
        for section in Section::ALL {
            assert_eq!(titles(&record, section), titles(&there, section), "{path}");
        }
    }
}

/// A correction by the person goes with the entry as theirs, beside the source's words; a tag of theirs never leaves.
#[test]
fn what_the_person_says_travels_with_the_entry() {
    use tessera::import::typed::{Typed, write};
    use tessera::record::Said;
    let gp = file("uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json");
    let alone = merge(vec![gp.clone()]);
    let aspirin = |record: &Record| -> Item {
        let found = record.section(Section::Medications).find(|i| record.lead(i).unwrap().title.contains("Aspirin"));
        found.unwrap().clone()
    };
    let about: Vec<String> = aspirin(&alone).entries.iter().filter_map(|at| alone.place(*at)).collect();
    let say = |said: Said, words: &str, stamp: &str| {
        let typed = Typed::Said { said, about: about.clone(), title: "Aspirin".into(), words: words.into() };
        let (reading, bytes) = write(&typed, &gp.reading.people[0], None, stamp);
        Parcel { hash: Hash::of(&bytes), reading, note: Note { origin: Origin::Person, ..Note::default() } }
    };
    let said = say(Said::NotTaking, "I no longer take this", "2026-11-20T10:00:00Z");
    let tag = say(Said::Private, "closed", "2026-11-21T10:00:00Z");
    let record = merge(vec![gp.clone(), said.clone(), tag.clone()]);
    let item = aspirin(&record);
    assert_eq!(item.entries.len(), aspirin(&alone).entries.len(), "the source's entry is as it was");
    assert_eq!(record.said_of(&item).count(), 2);
    assert!(record.is_private(&item));
    let others = record.items.iter().filter(|i| i.section != Section::PatientStory && i.id != item.id);
    assert!(others.into_iter().all(|i| record.said_of(i).count() == 0 && !record.is_private(i)));

    let selection =
        select(&record, &person(&record), &all(&record, &[Section::Medications]), "2026-11-22T10:00:00Z").unwrap();
    let there = received(&selection.document);
    let arrived = aspirin(&there);
    let words: Vec<&str> = there.entries(&arrived).flat_map(|(_, _, e)| e.detail("patientSays")).collect();
    assert_eq!(words, ["I no longer take this (2026-11-20)"]);
    assert!(!String::from_utf8(selection.document).unwrap().contains("closed"));

    // A note that is itself closed does not leave with the entry that it is about.
    let about = vec![format!("{}#{}", said.hash.hex(), said.reading.entries[0].at)];
    let closing = Typed::Said { said: Said::Private, about, title: "No longer taken".into(), words: "closed".into() };
    let (reading, bytes) = write(&closing, &gp.reading.people[0], None, "2026-11-22T09:00:00Z");
    let closing = Parcel { hash: Hash::of(&bytes), reading, note: Note { origin: Origin::Person, ..Note::default() } };
    let record = merge(vec![gp.clone(), said.clone(), closing]);
    let chosen = all(&record, &[Section::Medications]);
    let selection = select(&record, &person(&record), &chosen, "2026-11-22T10:00:00Z").unwrap();
    assert!(!String::from_utf8(selection.document).unwrap().contains("I no longer take this"));

    // A file cannot speak for the person.
    let forged = Parcel { note: Note::default(), ..said };
    let record = merge(vec![gp, forged]);
    assert_eq!(record.said_of(&aspirin(&record)).count(), 0);
}

/// What is taken off the pages leaves in no share, asked for by its name or not, and its section is never said to be whole.
#[test]
fn what_is_taken_off_the_pages_never_leaves() {
    use tessera::import::typed::{Typed, write};
    use tessera::record::Said;
    let gp = file("uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json");
    let alone = merge(vec![gp.clone()]);
    let named = |record: &Record| {
        let found = record.section(Section::Medications).find(|i| record.lead(i).unwrap().title.contains("Aspirin"));
        found.cloned()
    };
    let about: Vec<String> = named(&alone).unwrap().entries.iter().filter_map(|at| alone.place(*at)).collect();
    let say = |said: Said, title: &str, words: &str, stamp: &str| {
        let typed = Typed::Said { said, about: about.clone(), title: title.into(), words: words.into() };
        let (reading, bytes) = write(&typed, &gp.reading.people[0], None, stamp);
        assert!(reading.issues.iter().all(|i| i.severity < tessera::record::Severity::Warning), "{:?}", reading.issues);
        Parcel { hash: Hash::of(&bytes), reading, note: Note { origin: Origin::Person, ..Note::default() } }
    };
    let off = say(Said::Off, "", "Take this off the pages", "2026-11-20T10:00:00Z");
    let note = say(Said::Note, "Aspirin", "Only at night", "2026-11-20T11:00:00Z");
    let record = merge(vec![gp.clone(), off, note.clone()]);
    assert!(record.is_off(&named(&record).unwrap()));
    let every = all(&record, &[Section::Medications, Section::PatientStory]);
    let chosen = tessera::share::bundle::Chosen { in_full: [Section::Medications].into(), ..every };
    let selection = select(&record, &person(&record), &chosen, "2026-11-22T10:00:00Z").unwrap();
    let told = String::from_utf8(selection.document.clone()).unwrap();
    let there = received(&selection.document);
    assert!(named(&there).is_none() && there.section(Section::Medications).next().is_some());
    assert!(!told.contains("Only at night") && !told.contains("off the pages"));
    let medicines = selection.parts.iter().find(|p| p.section == Section::Medications).unwrap();
    assert_eq!(medicines.completeness, tessera::share::terms::Completeness::Selected);
    // Taken back, it is to be had.
    let record = merge(vec![gp, note]);
    let chosen = all(&record, &[Section::Medications]);
    let selection = select(&record, &person(&record), &chosen, "2026-11-22T10:00:00Z").unwrap();
    assert!(named(&received(&selection.document)).is_some());
}

/// What the person says of an entry names it: it leaves with that entry or not at all, and never with the hash of a file.
#[test]
fn a_statement_leaves_only_with_what_it_is_about() {
    use tessera::import::typed::{Typed, write};
    use tessera::record::Said;
    let gp = file("uk/gpconnect/EMISPatientStructurede2eResponsePWTP10.json");
    let alone = merge(vec![gp.clone()]);
    let aspirin =
        alone.section(Section::Medications).find(|i| alone.lead(i).unwrap().title.contains("Aspirin")).unwrap();
    let about: Vec<String> = aspirin.entries.iter().filter_map(|at| alone.place(*at)).collect();
    let typed =
        Typed::Said { said: Said::NotTaking, about, title: "Aspirin 75mg".into(), words: "Not since May".into() };
    let (reading, bytes) = write(&typed, &gp.reading.people[0], None, "2026-11-20T10:00:00Z");
    let said = Parcel { hash: Hash::of(&bytes), reading, note: Note { origin: Origin::Person, ..Note::default() } };
    let record = merge(vec![gp.clone(), said]);
    let story: BTreeSet<String> = record.section(Section::PatientStory).map(|i| i.id.clone()).collect();
    let leave = |items: BTreeSet<String>| {
        let chosen = Chosen { items, ..Chosen::default() };
        let selection = select(&record, &person(&record), &chosen, "2026-11-22T10:00:00Z").unwrap();
        String::from_utf8(selection.document).unwrap()
    };
    let without = leave(story.clone());
    assert!(!without.contains("Not since May") && !without.contains("Aspirin"));
    let with = leave(story.into_iter().chain([aspirin.id.clone()]).collect());
    assert!(with.contains("Not since May") && with.contains("Aspirin"));
    assert!(!with.contains(&gp.hash.hex()), "the name of a file left");
}

/// A tag outlives the file that it was said of, as long as another tells the same.
#[test]
fn a_tag_stays_when_its_file_goes() {
    use tessera::import::typed::{Typed, write};
    use tessera::record::Said;
    let bundle = |source: &str| {
        let text = format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Patient","id":"p","name":[{{"family":"Lee","given":["Ann"]}}]}}}},
            {{"resource":{{"resourceType":"Condition","id":"{source}","subject":{{"reference":"Patient/p"}},"code":{{"text":"Depression"}}}}}},
            {{"resource":{{"resourceType":"Condition","id":"{source}2","subject":{{"reference":"Patient/p"}},"code":{{"text":"Asthma"}}}}}}]}}"#
        );
        parcel(text.as_bytes(), Note::default())
    };
    let (first, second) = (bundle("a"), bundle("b"));
    let alone = merge(vec![first.clone()]);
    let item = alone.section(Section::Problems).find(|i| alone.title(i) == Some("Depression")).unwrap();
    let about = item.entries.iter().filter_map(|at| alone.place(*at)).collect();
    let typed = Typed::Said { said: Said::Private, about, title: "Depression".into(), words: "closed".into() };
    let (reading, bytes) = write(&typed, &first.reading.people[0], None, "2026-11-20T10:00:00Z");
    let tag = Parcel { hash: Hash::of(&bytes), reading, note: Note { origin: Origin::Person, ..Note::default() } };
    for files in [vec![first.clone(), second.clone(), tag.clone()], vec![second, tag]] {
        let record = merge(files);
        let closed: Vec<_> =
            record.section(Section::Problems).filter(|i| record.is_private(i)).map(|i| record.title(i)).collect();
        assert_eq!(closed, [Some("Depression")]);
    }
}

/// What the reader is told of what the copy does not hold, of signatures, of denials, and of who it was made for.
#[test]
fn a_share_says_what_is_not_held_and_what_was_signed_and_what_is_not_so() {
    // A source that has no information about allergies: nothing was withheld by anybody.
    let record = merge(vec![file(NOTHING)]);
    let chosen = Chosen { audience: "Ward 7".into(), ..all(&record, &Section::ALL) };
    let selection = select(&record, &person(&record), &chosen, "2026-11-22T10:00:00Z").unwrap();
    for section in [Section::Allergies, Section::Medications, Section::Problems] {
        let held = record.section(section).next().is_some();
        let part = selection.parts.iter().find(|p| p.section == section).unwrap();
        assert_eq!(part.completeness == Completeness::NothingHeld, !held, "{section:?}");
    }
    assert_eq!(tessera::share::bundle::audience(&selection.document), "Ward 7");
    let made = tessera::share::bundle::ips(&selection.document, &selection.parts, &Default::default()).unwrap();
    assert!(!String::from_utf8(made).unwrap().contains("\"withheld\""));
    // Where something was left out, silence stays silence.
    let record = merge(vec![file(UK)]);
    let some = Chosen { in_full: BTreeSet::new(), ..all(&record, &[Section::Allergies]) };
    let selection = select(&record, &person(&record), &some, "2026-11-22T10:00:00Z").unwrap();
    assert!(selection.parts.iter().all(|p| p.section == Section::Allergies), "{:?}", selection.parts);

    let mut signed = file(UK);
    signed.reading.signed = tessera::record::Signed::Trusted;
    let denied = signed.reading.entries.iter_mut().find(|e| e.section == Section::Allergies).unwrap();
    denied.polarity = Polarity::Negated;
    let title = denied.title.clone();
    let record = merge(vec![signed]);
    let selection =
        select(&record, &person(&record), &all(&record, &[Section::Allergies]), "2026-11-22T10:00:00Z").unwrap();
    let there = received(&selection.document);
    assert!(there.parcels.iter().any(|p| p.reading.signed == tessera::record::Signed::NotChecked));
    let item = there.section(Section::Allergies).find(|i| there.title(i) == Some(title.as_str())).unwrap();
    assert_eq!(there.lead(item).unwrap().polarity, Polarity::Negated);
    let document: serde_json::Value = serde_json::from_slice(&selection.document).unwrap();
    let denials = document["entry"].as_array().unwrap().iter().map(|e| &e["resource"]);
    let denied = denials.into_iter().find(|r| r.get("modifierExtension").is_some()).unwrap();
    assert_eq!(denied["verificationStatus"]["coding"][0]["code"], "refuted");
    assert!(denied.get("clinicalStatus").is_none());
}

/// One person's allergies from two places that do not agree: both travel, and disagree at the reader's too.
#[test]
fn sources_that_disagree_still_disagree_when_they_arrive() {
    let bundle = |source: &str, status: &str, criticality: &str| {
        let text = format!(
            r#"{{"resourceType":"Bundle","type":"document","timestamp":"2026-01-01T10:00:00Z","entry":[
            {{"resource":{{"resourceType":"Composition","status":"final","title":"x","date":"2026-01-01",
              "author":[{{"display":"{source}"}}],"section":[]}}}},
            {{"resource":{{"resourceType":"Patient","id":"p","name":[{{"family":"Lee","given":["Ann"]}}],"birthDate":"1951-03-03"}}}},
            {{"resource":{{"resourceType":"AllergyIntolerance","id":"a","patient":{{"reference":"Patient/p"}},
              "clinicalStatus":{{"coding":[{{"code":"{status}"}}]}},"criticality":"{criticality}",
              "code":{{"coding":[{{"system":"http://snomed.info/sct","code":"764146007"}}],"text":"Penicillin"}}}}}}]}}"#
        );
        parcel(text.as_bytes(), Note::default())
    };
    let record = merge(vec![bundle("Hill Surgery", "active", "high"), bundle("City Hospital", "resolved", "low")]);
    let item = record.section(Section::Allergies).next().unwrap();
    assert_eq!((item.entries.len(), item.disagreements.is_empty()), (2, false));
    let selection =
        select(&record, &person(&record), &all(&record, &[Section::Allergies]), "2026-11-22T10:00:00Z").unwrap();
    let there = received(&selection.document);
    let arrived = there.section(Section::Allergies).next().unwrap();
    assert_eq!(there.section(Section::Allergies).count(), 1);
    assert_eq!(arrived.disagreements.len(), item.disagreements.len());
    let sources: BTreeSet<&str> = there.entries(arrived).map(|(_, p, _)| p.reading.source.name.as_str()).collect();
    assert_eq!(sources, BTreeSet::from(["City Hospital", "Hill Surgery"]));
}

/// What a source forbids to show to the patient never leaves, and then nothing is *in full*.
#[test]
fn what_is_withheld_from_the_patient_does_not_leave() {
    let mut parcel = file(IPS);
    let secret = parcel.reading.entries.iter_mut().find(|e| e.section == Section::Problems).unwrap();
    secret.labels.push(tessera::record::Coding { code: "NOPAT".into(), ..Default::default() });
    let title = secret.title.clone();
    let record = merge(vec![parcel]);
    let selection =
        select(&record, &person(&record), &all(&record, &[Section::Problems]), "2026-11-22T10:00:00Z").unwrap();
    assert!(!String::from_utf8(selection.document).unwrap().contains(&title));
    assert_eq!(selection.left_out.len(), 1);
    assert!(selection.parts.iter().all(|p| !matches!(p.completeness, Completeness::Full { .. })));
}

#[test]
fn the_emergency_sections_fit_one_code() {
    let sections = [Section::Allergies, Section::Medications, Section::Problems];
    let (_, _, bytes) = check_carried(&[IPS], &sections);
    println!("allergies, medicines and problems of the IPS example: {bytes} bytes");
    assert!(bytes + 4 <= Surface::Screen.room(25, 6), "{bytes} bytes");
}

#[test]
fn what_each_source_says_of_nothing_arrives_with_it() {
    let (record, there, _) = check_carried(&[NOTHING], &Section::ALL);
    let says = |r: &Record| -> BTreeSet<String> {
        r.parcels.iter().flat_map(|p| &p.reading.says).map(|s| format!("{:?} {:?}", s.section, s.nothing)).collect()
    };
    assert!(says(&record).is_superset(&says(&there)));
    let named = |r: &Record| r.parcels.iter().map(|p| p.reading.source.name.clone()).collect::<BTreeSet<_>>();
    assert_eq!(named(&record), named(&there));
    assert!(there.parcels.iter().all(|p| p.note.origin == Origin::Share));
}

/// A file of one source with an allergy, and whatever else is given.
fn surgery(source: &str, sections: &str, more: &str) -> Parcel {
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"document","timestamp":"2026-01-01T10:00:00Z","entry":[
        {{"resource":{{"resourceType":"Composition","status":"final","title":"x","date":"2026-01-01",
          "author":[{{"display":"{source}"}}],"section":[{sections}]}}}},
        {{"resource":{{"resourceType":"Patient","id":"p","name":[{{"family":"Lee","given":["Ann"]}}],"birthDate":"1951-03-03"}}}}{more}]}}"#
    );
    parcel(text.as_bytes(), Note::default())
}

fn penicillin(status: &str) -> String {
    format!(
        r#",{{"resource":{{"resourceType":"AllergyIntolerance","id":"a","patient":{{"reference":"Patient/p"}},{status}
        "code":{{"coding":[{{"system":"http://snomed.info/sct","code":"764146007"}}],"text":"Penicillin"}}}}}}"#
    )
}

fn share(record: &Record, sections: &[Section]) -> Record {
    let selection = select(record, &person(record), &all(record, sections), "2026-11-22T10:00:00Z").unwrap();
    received(&selection.document)
}

#[test]
fn what_could_not_be_read_of_a_source_arrives_beside_the_section_that_is_shared() {
    let text = |code: &str| {
        format!(
            r#"{{"title":"t","code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},
            "text":{{"status":"generated","div":"<div>Told in words: nuts</div>"}}}}"#
        )
    };
    let unreadable = r#",{"resource":{"resourceType":"AllergyIntolerance","id":"b","id":"c"}}
        ,{"resource":{"resourceType":"AllergyIntolerance","id":"d","id":"e"}},{"resource":{"resourceType":"Nonesuch"}}"#;
    let record = merge(vec![
        surgery("Hill Surgery", &text("48765-2"), unreadable),
        surgery("City Hospital", &text("11450-4"), &penicillin("")),
    ]);
    let there = share(&record, &[Section::Allergies]);
    let hill = there.parcels.iter().find(|p| p.reading.source.name == "Hill Surgery").unwrap();
    assert_eq!(hill.reading.ledger.unread(Section::Allergies), (2, 1));
    assert_eq!(hill.reading.ledger.unread(Section::Problems), (0, 1));
    let kinds: Vec<_> = hill.reading.says.iter().map(|s| (s.section, s.nothing, s.text.as_str())).collect();
    assert_eq!(kinds, [(Section::Allergies, Nothing::NotUnderstood, "")]);
    // What the source gives as text alone was chosen like any other line, and arrives as that.
    let words: Vec<_> = hill.reading.entries.iter().map(|e| (e.title.as_str(), e.words_only())).collect();
    assert_eq!(words, [("Told in words: nuts", true)]);
    let city = there.parcels.iter().find(|p| p.reading.source.name == "City Hospital").unwrap();
    assert!(city.reading.says.is_empty() && city.reading.ledger.not_understood == 0, "problems were not shared");
}

/// Two allergies that could not be read are not nothing.
#[test]
fn what_could_not_be_read_is_never_called_nothing() {
    let held = |more: &str| {
        let record = merge(vec![surgery("Hill Surgery", "", more)]);
        let selection =
            select(&record, &person(&record), &all(&record, &Section::ALL), "2026-11-22T10:00:00Z").unwrap();
        let part = selection.parts.iter().find(|p| p.section == Section::Allergies);
        part.is_some_and(|p| p.completeness == Completeness::NothingHeld)
    };
    assert!(held(""), "this copy has none, and says so");
    assert!(!held(r#",{"resource":{"resourceType":"AllergyIntolerance","id":"b","id":"c"}}"#));
}

#[test]
fn what_another_source_marks_as_entered_in_error_arrives_with_the_item() {
    let wrong = r#""verificationStatus":{"coding":[{"code":"entered-in-error"}]},"note":[{"text":"wrong chart"}],"#;
    let record =
        merge(vec![surgery("Hill Surgery", "", &penicillin("")), surgery("City Hospital", "", &penicillin(wrong))]);
    let against = |r: &Record| {
        let item = r.section(Section::Allergies).next().unwrap();
        let at = item.disagreements.iter().find(|d| d.field == Field::EnteredInError).unwrap().sides[1][0];
        assert_eq!((r.section(Section::Allergies).count(), r.in_error.len()), (1, 1));
        r.parcel(at).unwrap().reading.source.name.clone()
    };
    assert_eq!(against(&record), "City Hospital");
    let there = share(&record, &[Section::Allergies]);
    assert_eq!(against(&there), "City Hospital");
    assert!(there.parcels.iter().flat_map(|p| &p.reading.entries).all(|e| e.notes.is_empty()));
    // By itself it never leaves.
    let alone = merge(vec![surgery("City Hospital", "", &penicillin(wrong)), surgery("Hill Surgery", "", "")]);
    assert!(share(&alone, &Section::ALL).in_error.is_empty());
}

#[test]
fn what_is_not_so_arrives_as_not_so() {
    for polarity in [Polarity::Negated, Polarity::NotTaken, Polarity::DoNotPerform] {
        let mut parcel = surgery("Hill Surgery", "", &penicillin(""));
        parcel.reading.entries[0].polarity = polarity;
        let there = share(&merge(vec![parcel]), &[Section::Allergies]);
        let item = there.section(Section::Allergies).next().unwrap();
        assert_eq!(there.lead(item).unwrap().polarity, polarity);
        assert_eq!(there.parcels[0].reading.ledger.not_understood, 0);
    }
}

#[test]
fn a_documents_marks_are_read_as_they_were_written_for_ever() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/token/document-1.json");
    let vector: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let record = received(vector["document"].to_string().as_bytes());
    let mut found = Vec::new();
    for name in ["Hill Surgery", "City Hospital"] {
        let place = record.parcels.iter().position(|p| p.reading.source.name == name).unwrap();
        let parcel = &record.parcels[place];
        found.push(name.to_owned());
        match &parcel.note.bears {
            Bears::Same => {}
            Bears::Nobody => found.push("bears nobody".into()),
            Bears::Other(facts) => found.extend(facts.iter().map(|(fact, said)| {
                let fact = if *fact == Fact::FamilyName { "family-name" } else { "birth-date" };
                format!("bears {fact} {said}")
            })),
        }
        found.extend(parcel.reading.says.iter().map(|s| format!("nothing {} {:?}", s.section.slug(), s.nothing)));
        let (here, anywhere) = parcel.reading.ledger.unread(Section::Allergies);
        found.extend((here > 0).then(|| format!("unread allergies {here}")));
        found.extend((anywhere > 0).then(|| format!("unread anywhere {anywhere}")));
        let mut lines: Vec<String> = record
            .items
            .iter()
            .filter(|i| i.lead.parcel as usize == place)
            .map(|i| {
                let entry = record.lead(i).unwrap();
                match record.about_other(i.lead) {
                    Some(who) => format!("about other: {}, {who}", entry.title),
                    None => format!("{} {:?}", entry.title, entry.polarity),
                }
            })
            .collect();
        lines.sort_by_key(|l| !l.starts_with("about"));
        found.extend(lines);
    }
    let expected: Vec<String> = serde_json::from_value(vector["lines"].clone()).unwrap();
    assert_eq!(found, expected);
}

#[test]
fn only_what_was_chosen_leaves() {
    let record = merge(vec![file(IPS)]);
    let allergies: Vec<&Item> = record.section(Section::Allergies).collect();
    let one = allergies[0];
    let chosen = Chosen {
        items: BTreeSet::from([one.id.clone(), "no such item".to_owned()]),
        in_full: BTreeSet::from([Section::Allergies]),
        others: [(Section::Medications, Completeness::Declined), (Section::Pregnancy, Completeness::NothingHeld)]
            .into(),
        ..Chosen::default()
    };
    let selection = select(&record, &person(&record), &chosen, "2026-11-22T10:00:00Z").unwrap();
    assert_eq!(selection.items, std::slice::from_ref(&one.id));
    assert_eq!(selection.left_out, ["no such item"]);
    let document = String::from_utf8(selection.document).unwrap();
    for entry in record.parcels.iter().flat_map(|p| &p.reading.entries) {
        let is_it = record.entries(one).any(|(_, _, e)| e.title == entry.title);
        assert!(is_it || !document.contains(&format!("\"{}\"", entry.title)), "{} left too", entry.title);
    }
    let completeness = |section| selection.parts.iter().find(|p| p.section == section).map(|p| p.completeness);
    let held = u32::try_from(allergies.len()).unwrap();
    let full = Completeness::Full { held };
    assert_eq!(completeness(Section::Allergies), Some(if held == 1 { full } else { Completeness::Selected }));
    assert_eq!(completeness(Section::Medications), Some(Completeness::Declined));
}

#[test]
fn a_direct_grant_is_carried_by_frames_too_and_opens_once() {
    let record = merge(vec![file(IPS)]);
    let selection = select(&record, &person(&record), &all(&record, &Section::ALL), "2026-11-22T10:00:00Z").unwrap();
    let mut desk = Desk::new();
    let ask = tessera::share::Ask { name: "Ward 7".into(), ..Default::default() };
    desk.show(Pending::make(&ask, Clock { unix: NOW, ticks: 0 }, &[9; 48]).unwrap());
    // The request goes the other way as a code of its own.
    let Heard::Whole(asked) = Inbox::new().feed(&desk.pending().unwrap().request.message().text()) else { panic!() };
    let request = tessera::share::Request::read(&asked).unwrap();
    let finished = sign(&selection.document, selection.parts, To::Reader(&request));
    let message = carry(&finished.message);
    let clock = Clock { unix: NOW + 30, ticks: 30_000 };
    assert_eq!(Desk::new().open(&message, None, clock).err(), Some(Refusal::NoRequest));
    assert_eq!(desk.open(&message, None, clock).ok().unwrap().document, selection.document);
    assert_eq!(desk.open(&message, None, clock).err(), Some(Refusal::AlreadyUsed));
}

/// Words that say nothing, and words that say that there is none, arrive as that: no health problem called "Disease", no
/// medicine called "No Medications".
#[test]
fn what_is_no_thing_does_not_become_one_by_being_shared() {
    let cda = |code: &str, template: &str, text: &str, entry: &str| {
        let file = format!(
            r#"<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
            <recordTarget><patientRole><patient><name><given>Ann</given><family>Lee</family></name>
            <birthTime value="19510303"/></patient></patientRole></recordTarget>
            <component><structuredBody><component><section><templateId root="{template}"/>
            <code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><text>{text}</text>{entry}</section></component>
            </structuredBody></component></ClinicalDocument>"#
        );
        let delivery = import::open(file.as_bytes(), "file.xml", &mut |_| ControlFlow::Continue(())).unwrap();
        let reading = delivery.files.into_iter().next().unwrap().reading.unwrap();
        merge(vec![Parcel { hash: Hash::of(file.as_bytes()), reading, note: Note::default() }])
    };
    let problem = |flavour: &str, words: &str| {
        let entry = format!(
            r##"<entry><act classCode="ACT" moodCode="EVN"{flavour}><templateId root="2.16.840.1.113883.10.20.22.4.3"/>
            <code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/>
            <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"{flavour}>
            <templateId root="2.16.840.1.113883.10.20.22.4.4"/>
            <code code="55607006" codeSystem="2.16.840.1.113883.6.96" displayName="Problem"/>
            <text><reference value="#p"/></text><statusCode code="completed"/>
            <value xsi:type="CD" code="64572001" codeSystem="2.16.840.1.113883.6.96" displayName="Disease">
            <originalText><reference value="#p"/></originalText></value></observation></entryRelationship></act></entry>"##
        );
        let text = format!(r#"<content ID="p">{words}</content>"#);
        cda("11450-4", "2.16.840.1.113883.10.20.22.2.5.1", &text, &entry)
    };
    let none = r#"<entry><substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="true">
        <templateId root="2.16.840.1.113883.10.20.22.4.16"/><text>No Medications</text><statusCode code="active"/>
        <consumable><manufacturedProduct classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.23"/>
        <manufacturedMaterial><code nullFlavor="OTH" codeSystem="2.16.840.1.113883.6.88"><originalText>No Medications</originalText>
        <translation code="410942007" codeSystem="2.16.840.1.113883.6.96" displayName="Drug or medication"/></code>
        </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"#;
    let check = |record: Record, section: Section, expected: Option<Polarity>| {
        let told = |record: &Record| {
            let all: Vec<_> = record.section(section).map(|i| record.lead(i).unwrap()).collect();
            all.iter().map(|e| (e.title.clone(), e.polarity)).collect::<Vec<_>>()
        };
        let here = told(&record);
        assert_eq!(here.iter().map(|(_, p)| *p).collect::<Vec<_>>(), Vec::from_iter(expected), "{here:?}");
        let who = record.parcels[0].reading.people[0].clone();
        let selection = select(&record, &who, &all(&record, &[section]), "2026-11-22T10:00:00Z").unwrap();
        let there = received(&selection.document);
        assert_eq!(told(&there), here);
        there.parcels.iter().flat_map(|p| &p.reading.says).map(|s| (s.nothing, s.text.clone())).collect::<Vec<_>>()
    };
    let unknown = Some(Polarity::Unknown);
    check(problem(r#" nullFlavor="ASKU""#, "Not on file"), Section::Problems, unknown);
    check(problem(r#" nullFlavor="ASKU""#, "See letter"), Section::Problems, unknown);
    check(problem("", "Not on file"), Section::Problems, unknown);
    check(problem("", "Asthma, not on file"), Section::Problems, Some(Polarity::Positive));
    check(
        cda("10160-0", "2.16.840.1.113883.10.20.22.2.1.1", "No Medications", none),
        Section::Medications,
        Some(Polarity::NoneKnown),
    );
    // Words alone, where there is no entry: as a whole they are no list.
    let says = check(cda("11450-4", "", "<paragraph>Not on file</paragraph>", ""), Section::Problems, None);
    assert_eq!(says, [(Nothing::Unavailable, "Not on file".to_owned())]);
}

/// A letter goes as its title, kind and date. Where the person ticked its words they go whole, and its letter alone.
#[test]
fn a_letters_words_travel_only_where_the_person_ticked_them() {
    let data = |words: &str| data_encoding::BASE64.encode(words.as_bytes());
    let letter = |id: &str, title: &str, words: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"DocumentReference","id":"{id}","status":"current","description":"{title}",
            "subject":{{"reference":"Patient/p"}},"date":"2026-03-03T09:00:00Z",
            "content":[{{"attachment":{{"contentType":"text/plain","data":"{}"}}}}]}}}}"#,
            data(words)
        )
    };
    let (said, kept) = ("Dear Dr Finch,\nshe may stop <heparin> & go home.", "The kestrel is nobody's business.");
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{{"resourceType":"Patient","id":"p",
        "name":[{{"family":"Kestrel"}}],"birthDate":"1961-02-03"}}}},{},{}]}}"#,
        letter("a", "Ward letter", said),
        letter("b", "Another letter", kept)
    );
    let record = merge(vec![parcel(bundle.as_bytes(), Note::default())]);
    let mut chosen = all(&record, &[Section::Documents]);
    let selected = |chosen: &Chosen| {
        let made = select(&record, &person(&record), chosen, "2026-11-22T10:00:00Z").unwrap();
        String::from_utf8(made.document).unwrap()
    };
    let words = |document: &str| -> Vec<(String, String)> {
        let there = received(document.as_bytes());
        let all = there.items.iter().flat_map(|i| there.entries(i)).map(|(_, _, e)| e);
        let told = all.filter_map(|e| Some((e.title.clone(), e.detail("letterWords")?.to_owned())));
        told.collect()
    };
    let without = selected(&chosen);
    assert_eq!(words(&without), []);
    assert!(!without.contains("heparin") && !without.contains("kestrel is"));

    let ward = record.items.iter().find(|i| record.title(i) == Some("Ward letter")).unwrap();
    chosen.letters = BTreeSet::from([ward.id.clone()]);
    let with = selected(&chosen);
    assert_eq!(words(&with), [("Ward letter".to_owned(), said.to_owned())]);
    // Saved as FHIR, they are the content of the document.
    let saved = tessera::share::bundle::ips(with.as_bytes(), &[], &Default::default()).unwrap();
    assert!(String::from_utf8(saved).unwrap().contains(&data(said)));
    assert!(!with.contains("kestrel is"), "the other letter's words were not ticked");

    // Ticked words of a letter that is not chosen stay here.
    chosen.items.remove(&ward.id);
    assert!(!selected(&chosen).contains("heparin"));
}
