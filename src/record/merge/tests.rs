#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::record::{Coding, Identifier, Link, PartialDate, Polarity, Quantity, Standing, Value, system};

fn parcel(name: &str, entries: Vec<Entry>) -> Parcel {
    let mut parcel = Parcel { hash: Hash::of(name.as_bytes()), reading: Default::default(), note: Default::default() };
    parcel.reading.entries = entries;
    parcel.reading.source.name = name.to_owned();
    for (entry, i) in parcel.reading.entries.iter_mut().zip(0..) {
        if entry.at.is_empty() {
            entry.at = format!("/entry/{i}");
        }
    }
    parcel
}

fn entry(kind: Kind, title: &str, code: &str) -> Entry {
    let section = match kind {
        Kind::AllergyIntolerance => Section::Allergies,
        Kind::MedicationStatement | Kind::MedicationRequest => Section::Medications,
        Kind::Condition => Section::Problems,
        Kind::Encounter => Section::Encounters,
        Kind::Immunization => Section::Immunizations,
        _ => Section::Results,
    };
    let mut entry = Entry::new(section, kind, "", title);
    entry.concept.text = title.to_owned();
    if !code.is_empty() {
        entry.concept.codings.push(Coding { system: system::SNOMED.into(), code: code.into(), display: String::new() });
    }
    entry
}

fn allergy(title: &str, code: &str) -> Entry {
    entry(Kind::AllergyIntolerance, title, code)
}

fn medicine(title: &str, code: &str) -> Entry {
    entry(Kind::MedicationStatement, title, code)
}

fn order(title: &str, code: &str, date: &str, dose: &str) -> Entry {
    Entry {
        date: Some(PartialDate::fhir(date)),
        dose: vec![dose.to_owned()],
        status: standing(Standing::Active),
        ..entry(Kind::MedicationRequest, title, code)
    }
}

fn standing(standing: Standing) -> crate::record::Status {
    crate::record::Status { standing, ..Default::default() }
}

fn result(title: &str, code: &str, date: &str, value: &str, unit: &str) -> Entry {
    Entry {
        date: Some(PartialDate::fhir(date)),
        value: Some(Value::Quantity(Quantity { value: value.into(), unit: unit.into(), ..Default::default() })),
        ..entry(Kind::Observation, title, code)
    }
}

/// Every item as the titles of its entries, history behind a bar; sorted.
fn items(record: &Record) -> Vec<String> {
    let titles = |refs: &[EntryRef]| {
        let mut all: Vec<String> = refs.iter().map(|at| record.entry(*at).unwrap().title.clone()).collect();
        if let Some((_, rest)) = all.split_first_mut() {
            rest.sort();
        }
        all.join(" + ")
    };
    let mut all: Vec<String> = record
        .items
        .iter()
        .map(|item| match item.history.as_slice() {
            [] => titles(&item.entries),
            history => format!("{} | {}", titles(&item.entries), titles(history)),
        })
        .collect();
    all.sort();
    all
}

/// One file per group of entries; the items expected.
fn check(files: Vec<Vec<Entry>>, expected: &[&str]) -> Record {
    let parcels: Vec<Parcel> =
        files.into_iter().zip(0..).map(|(entries, i)| parcel(&format!("file {i}"), entries)).collect();
    let record = merge(parcels);
    assert_eq!(items(&record), expected);
    record
}

fn fields(record: &Record) -> Vec<Field> {
    record.items.iter().flat_map(|i| i.disagreements.iter().map(|d| d.field)).collect()
}

#[test]
fn equal_codes_and_equal_words_join_and_similar_ones_do_not() {
    check(
        vec![
            vec![allergy("Penicillin", ""), allergy("Peanut", "762952008"), allergy("Latex", "")],
            vec![allergy("  PENICILLIN ", ""), allergy("Peanuts", "762952008"), allergy("Latex gloves", "")],
        ],
        &["Latex", "Latex gloves", "Peanut + Peanuts", "Penicillin +   PENICILLIN "],
    );
}

#[test]
fn equal_words_with_contradicting_codes_stay_apart() {
    check(
        vec![vec![entry(Kind::Condition, "Albumin low", "111")], vec![entry(Kind::Condition, "Albumin low", "222")]],
        &["Albumin low", "Albumin low"],
    );
}

#[test]
fn a_code_and_a_text_are_bridged_by_an_entry_that_has_both() {
    check(
        vec![
            vec![allergy("Pen V", "91936005")],
            vec![allergy("Pen V", "")],
            vec![allergy("Phenoxymethylpenicillin", "91936005")],
        ],
        &["Pen V + Pen V + Phenoxymethylpenicillin"],
    );
}

#[test]
fn three_degraded_allergies_of_one_file_are_never_one() {
    let degraded = |title: &str| {
        let mut e = allergy(title, "196461000000101");
        e.degraded = e.concept.codings.first().cloned();
        e
    };
    check(
        vec![
            vec![
                degraded("Transfer-degraded drug allergy"),
                degraded("Transfer-degraded drug allergy"),
                degraded("Adverse reactions"),
            ],
            vec![degraded("Transfer-degraded drug allergy"), allergy("Unknown", "261665006")],
        ],
        &[
            "Adverse reactions",
            "Transfer-degraded drug allergy",
            "Transfer-degraded drug allergy",
            "Transfer-degraded drug allergy",
            "Unknown",
        ],
    );
}

#[test]
fn the_intact_allergy_leads_over_the_degraded_one_with_the_same_words() {
    let mut degraded = allergy("Amoxicillin", "196461000000101");
    degraded.degraded = degraded.concept.codings.first().cloned();
    degraded.recorded = Some(PartialDate::fhir("2024-01-01"));
    let intact = Entry { recorded: Some(PartialDate::fhir("2010-01-01")), ..allergy("Amoxicillin", "294505008") };
    let record = check(vec![vec![degraded], vec![intact]], &["Amoxicillin + Amoxicillin"]);
    assert!(record.lead(&record.items[0]).unwrap().degraded.is_none());
    assert_eq!(record.items[0].entries.len(), 2);
}

#[test]
fn an_intact_allergy_takes_in_the_degraded_one_whatever_is_left_of_its_codes() {
    let mut degraded = allergy("Adverse reaction to co-dydramol", "local-2");
    degraded.degraded = Some(Coding { code: "196461000000101".into(), ..Default::default() });
    let record = check(
        vec![
            vec![degraded],
            vec![allergy("Adverse reaction to co-dydramol", "local-1")],
            vec![allergy("Adverse reaction to Co-Dydramol", "local-2")],
        ],
        &["Adverse reaction to co-dydramol + Adverse reaction to Co-Dydramol + Adverse reaction to co-dydramol"],
    );
    assert!(record.lead(&record.items[0]).unwrap().degraded.is_none());
}

#[test]
fn a_generic_name_is_no_key_whatever_its_code() {
    let named = |title: &str, code: &str| {
        let mut e = allergy(title, code);
        e.concept.codings[0].display = title.into();
        e
    };
    check(
        vec![
            vec![named("Adverse reactions", "TJ...00"), named("H/O: drug allergy", "14L..00")],
            vec![Entry { notes: vec!["to codeine".into()], ..named("Adverse reactions", "TJ...00") }],
        ],
        &["Adverse reactions", "Adverse reactions", "H/O: drug allergy"],
    );
}

fn product(title: &str, codes: &[(&str, &str)]) -> Entry {
    let mut e = medicine(title, "");
    e.concept.codings = codes
        .iter()
        .map(|(code, display)| Coding {
            system: "http://snomed.info/sct".into(),
            code: (*code).into(),
            display: (*display).into(),
        })
        .collect();
    e
}

#[test]
fn makers_meet_at_their_product_and_products_never_at_their_ingredient() {
    let vtm = ("90332006", "Paracetamol");
    let vmp = ("322236009", "Paracetamol 500mg tablets");
    check(
        vec![
            vec![product("Panadol 500mg tablets (Haleon)", &[("1", "Panadol 500mg tablets (Haleon)"), vmp])],
            vec![product("Paracetamol 500mg tablets (Aspar)", &[("2", "Paracetamol 500mg tablets (Aspar)"), vmp])],
            vec![product("Paracetamol 500mg tablets", &[vtm, vmp])],
            vec![product("Paracetamol 500mg capsules", &[vtm, ("322280009", "Paracetamol 500mg capsules")])],
            vec![product("Paracetamol", &[vtm])],
            vec![product("Paracetamol 250mg/5ml oral suspension", &[vtm, ("3", "Paracetamol 250mg/5ml suspension")])],
        ],
        &[
            "Panadol 500mg tablets (Haleon) + Paracetamol 500mg tablets + Paracetamol 500mg tablets (Aspar)",
            "Paracetamol",
            "Paracetamol 250mg/5ml oral suspension",
            "Paracetamol 500mg capsules",
        ],
    );
}

#[test]
fn a_class_of_diseases_is_no_key_beside_a_finer_code() {
    let ill = |title: &str, snomed: &str| {
        let mut e = entry(Kind::Condition, title, snomed);
        e.concept.codings.push(Coding {
            system: "http://hl7.org/fhir/sid/icd-10".into(),
            code: "E11.9".into(),
            display: String::new(),
        });
        e
    };
    check(
        vec![
            vec![ill("Diabetes mellitus type 2", "44054006")],
            vec![ill("Ketosis-prone diabetes mellitus", "530558861000132104")],
        ],
        &["Diabetes mellitus type 2", "Ketosis-prone diabetes mellitus"],
    );
}

#[test]
fn an_episode_that_is_active_leads_over_a_newer_one_that_is_past() {
    let ill = |standing: Standing, date: &str| Entry {
        status: self::standing(standing),
        date: Some(PartialDate::fhir(date)),
        ..entry(Kind::Condition, "Stress", "")
    };
    let record = check(
        vec![vec![ill(Standing::Ended, "2020-03-01"), ill(Standing::Active, "2010-03-01")]],
        &["Stress + Stress"],
    );
    assert_eq!(record.lead(&record.items[0]).unwrap().status.standing, Standing::Active);
}

#[test]
fn two_remarks_of_one_visit_are_two_and_each_is_one_across_files() {
    let remark = |text: &str| Entry {
        date: Some(PartialDate::fhir("2010-02-06T12:41:00Z")),
        notes: vec![text.into()],
        ..entry(Kind::Observation, "Comment note", "37331000000100")
    };
    let record = check(
        vec![vec![remark("Feels well"), remark("Lives alone")], vec![remark("feels  well")]],
        &["Comment note", "Comment note + Comment note"],
    );
    assert_eq!(fields(&record), []);
}

#[test]
fn the_same_surgery_asked_again_tells_of_nothing_twice_though_it_numbers_anew() {
    let visit = |number: &str, at: &str| Entry {
        date: Some(PartialDate::fhir(at)),
        identifiers: vec![Identifier { system: "https://EMISWeb/A82038".into(), value: number.into() }],
        ..entry(Kind::Encounter, "Other", "")
    };
    let (nine, ten) = ("2020-12-22T09:00:00Z", "2020-12-22T10:00:00Z");
    check(
        vec![vec![visit("1", nine), visit("2", ten)], vec![visit("patient-1", nine), visit("patient-2", ten)]],
        &["Other + Other", "Other + Other"],
    );
    let letter = |name: &str, url: &str| {
        let mut p = parcel(name, vec![entry(Kind::DocumentReference, &format!("Letter, as {name} calls it"), "")]);
        p.reading.entries[0].attachments = vec![0];
        p.reading.attachments = vec![crate::record::Attachment {
            title: String::new(),
            content_type: "image/bmp".into(),
            bytes: 0,
            hash: None,
            at: String::new(),
            url: url.into(),
            text: String::new(),
        }];
        p
    };
    let there = "https://surgery.example/Binary/1";
    assert_eq!(merge(vec![letter("a", there), letter("b", there)]).items.len(), 1);
    assert_eq!(merge(vec![letter("a", "Binary/1"), letter("b", "Binary/1")]).items.len(), 2);
}

#[test]
fn a_plan_of_one_day_is_one_across_files_and_two_of_one_file_stay_two() {
    let plan = |date: &str| Entry { date: Some(PartialDate::fhir(date)), ..entry(Kind::ServiceRequest, "Recall", "1") };
    check(
        vec![vec![plan("2025-02-03")], vec![plan("2025-02-03")], vec![plan("2025-02-04")]],
        &["Recall", "Recall + Recall"],
    );
    check(
        vec![vec![plan("2025-02-03"), plan("2025-02-03")], vec![plan("2025-02-03")]],
        &["Recall", "Recall", "Recall"],
    );
}

#[test]
fn none_known_never_joins_an_allergy_and_never_leads() {
    let none = Entry { polarity: Polarity::NoneKnown, ..allergy("Penicillin", "91936005") };
    let record = check(vec![vec![none], vec![allergy("Penicillin", "91936005")]], &["Penicillin", "Penicillin"]);
    assert_eq!(record.items.iter().filter(|i| record.lead(i).unwrap().polarity == Polarity::Positive).count(), 1);
}

#[test]
fn a_positive_statement_leads_and_the_refuted_one_is_shown_as_disagreement() {
    let refuted =
        Entry { polarity: Polarity::Refuted, recorded: Some(PartialDate::fhir("2025")), ..allergy("Nuts", "") };
    let record = check(vec![vec![refuted], vec![allergy("Nuts", "")]], &["Nuts + Nuts"]);
    assert_eq!(record.lead(&record.items[0]).unwrap().polarity, Polarity::Positive);
    assert_eq!(fields(&record), [Field::Polarity]);
}

#[test]
fn different_strengths_never_join_not_even_through_a_bridge() {
    check(
        vec![
            vec![medicine("Levothyroxine 25 micrograms", "725042005")],
            vec![medicine("Levothyroxine 50mcg", "725042005")],
            vec![medicine("Levothyroxine", "725042005")],
            vec![medicine("Levothyroxine 25mcg tablets", "725042005")],
        ],
        &["Levothyroxine", "Levothyroxine 25 micrograms + Levothyroxine 25mcg tablets", "Levothyroxine 50mcg"],
    );
}

#[test]
fn a_statement_with_its_requests_is_one_medicine_with_a_history() {
    let mut request = order("Doxazosin 4mg tablets", "", "2023-01-01", "One daily");
    request.at = "/request".into();
    let mut statement = medicine("Doxazosin 4mg modified-release", "");
    statement.links.push(Link { role: "basedOn".into(), to: "/request".into() });
    check(vec![vec![request, statement]], &["Doxazosin 4mg modified-release | Doxazosin 4mg tablets"]);
}

#[test]
fn orders_repeated_are_one_medicine_and_two_doses_side_by_side_are_both_seen() {
    let record = check(
        vec![vec![
            order("Insulin", "1", "2020-01-01", "10 units in the morning"),
            order("Insulin", "1", "2021-01-01", "10 units in the morning"),
            order("Insulin", "1", "2021-01-01", "6 units at night"),
        ]],
        &["Insulin + Insulin | Insulin"],
    );
    assert_eq!(fields(&record), []);
}

#[test]
fn stopped_here_and_active_there_is_a_disagreement() {
    let active = Entry { status: standing(Standing::Active), ..medicine("Aspirin 75mg", "") };
    let stopped = Entry { status: standing(Standing::Stopped), ..medicine("aspirin 75 mg", "") };
    let record = merge(vec![parcel("gp", vec![active]), parcel("gp2gp", vec![stopped])]);
    assert_eq!(record.items.len(), 2, "aspirin 75mg and 75 mg are two spellings: not fuzzy");
    let active = Entry { status: standing(Standing::Active), ..medicine("Aspirin 75mg", "") };
    let stopped = Entry { status: standing(Standing::Stopped), ..medicine("ASPIRIN 75MG", "") };
    let record = merge(vec![parcel("gp", vec![active]), parcel("gp2gp", vec![stopped])]);
    assert_eq!(fields(&record), [Field::Standing]);
    assert_eq!(record.lead(&record.items[0]).unwrap().status.standing, Standing::Active);
}

#[test]
fn episodes_of_one_file_do_not_disagree_and_onsets_of_two_files_do() {
    let ill = |date: &str| Entry { date: Some(PartialDate::fhir(date)), ..entry(Kind::Condition, "Bronchitis", "") };
    let one = check(vec![vec![ill("2010-03-01"), ill("2015-03-01")]], &["Bronchitis + Bronchitis"]);
    assert_eq!(fields(&one), []);
    let two = check(vec![vec![ill("2010-03-01")], vec![ill("2015")]], &["Bronchitis + Bronchitis"]);
    assert_eq!(fields(&two), [Field::Date]);
    let same = check(vec![vec![ill("2010-03-01")], vec![ill("2010")]], &["Bronchitis + Bronchitis"]);
    assert_eq!(fields(&same), [], "less exact is not different");
}

#[test]
fn results_join_on_analyte_instant_value_and_unit() {
    let at = "2020-07-01T10:00:00+01:00";
    check(
        vec![
            vec![result("Creatinine", "1", at, "85.000", "umol/L"), result("Potassium", "2", at, "4.1", "mmol/L")],
            vec![
                result("Serum creatinine", "1", "2020-07-01T09:00:00Z", "85.000", "µmol/L"),
                result("Potassium", "2", at, "4.10", "mmol/L"),
                result("Creatinine", "1", "2020-07-01", "85.000", "umol/L"),
            ],
        ],
        &["Creatinine", "Creatinine + Serum creatinine", "Potassium", "Potassium"],
    );
}

#[test]
fn the_same_day_joins_vaccines_and_two_times_do_not() {
    let visit =
        |date: &str| Entry { date: Some(PartialDate::fhir(date)), ..entry(Kind::Encounter, "Asthma review", "") };
    check(
        vec![vec![visit("2020-01-01T09:00:00Z"), visit("2020-01-01T15:00:00Z")], vec![visit("2020-01-01T09:00:00Z")]],
        &["Asthma review", "Asthma review + Asthma review"],
    );
    check(vec![vec![visit("2020-01-01")], vec![visit("2020-01-01T09:00:00Z")]], &["Asthma review + Asthma review"]);
}

#[test]
fn a_business_identifier_joins_unless_one_file_uses_it_twice() {
    let flag = |title: &str, id: &str| {
        let mut e = entry(Kind::Flag, title, "");
        e.identifiers.push(Identifier { system: "urn:x".into(), value: id.into() });
        e
    };
    check(vec![vec![flag("a", "1")], vec![flag("b", "1")]], &["a + b"]);
    check(vec![vec![flag("a", "1"), flag("c", "1")], vec![flag("b", "1")]], &["a", "b", "c"]);
}

#[test]
fn entered_in_error_stands_apart_and_another_source_that_has_it_is_told() {
    let wrong = Entry { status: standing(Standing::EnteredInError), ..allergy("Nuts", "1") };
    let record = check(vec![vec![wrong.clone()], vec![allergy("Nuts", "1")]], &["Nuts"]);
    assert_eq!(record.in_error.len(), 1);
    assert_eq!(fields(&record), [Field::EnteredInError]);
    let own = check(vec![vec![wrong, allergy("Nuts", "1")]], &["Nuts"]);
    assert_eq!(fields(&own), [], "a file that corrects itself does not disagree");
}

#[test]
fn an_id_stays_when_a_later_file_joins_and_old_ids_lead_to_the_joined_item() {
    let file = |name: &str, when: &str, title: &str, code: &str| {
        let mut p = parcel(name, vec![allergy(title, code)]);
        p.note.imported = when.into();
        p
    };
    let (a, b) = (file("a", "2024-01-01T00:00:00Z", "Nut", ""), file("b", "2024-01-02T00:00:00Z", "Nuts", "1"));
    let apart = merge(vec![a.clone(), b.clone()]);
    let ids: Vec<String> = apart.items.iter().map(|i| i.id.clone()).collect();
    let joined = merge(vec![b, file("c", "2024-01-03T00:00:00Z", "Nut", "1"), a]);
    assert_eq!(joined.items.len(), 1);
    assert!(ids.contains(&joined.items[0].id));
    for id in ids {
        assert_eq!(joined.find(&id).unwrap().id, joined.items[0].id);
        assert!(id.len() == 20 && id.bytes().all(|b| b.is_ascii_hexdigit()));
    }
    assert_eq!(joined.find("00000000000000000000"), None);
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let title = prop::sample::select(vec![
        "Penicillin",
        "penicillin",
        "Aspirin 75mg",
        "Aspirin 300mg",
        "Aspirin",
        "Unknown",
        "Adverse reactions",
        "Asthma",
    ]);
    let code = prop::sample::select(vec!["", "", "1", "2", "196461000000101"]);
    let kind = prop::sample::select(vec![
        Kind::AllergyIntolerance,
        Kind::MedicationStatement,
        Kind::MedicationRequest,
        Kind::Condition,
        Kind::Observation,
        Kind::Encounter,
        Kind::Flag,
    ]);
    let date = prop::sample::select(vec!["", "2019", "2020-01-01", "2020-01-01T10:00:00Z", "2020-01-93"]);
    let standing =
        prop::sample::select(vec![Standing::Active, Standing::Stopped, Standing::EnteredInError, Standing::Unknown]);
    let polarity =
        prop::sample::select(vec![Polarity::Positive, Polarity::Positive, Polarity::NoneKnown, Polarity::Refuted]);
    (title, code, kind, date, standing, polarity, prop::option::of(0u8..2)).prop_map(
        |(title, code, kind, date, s, polarity, id)| {
            let mut e = Entry { polarity, status: self::standing(s), ..entry(kind, title, code) };
            e.date = Some(date).filter(|d| !d.is_empty()).map(PartialDate::fhir);
            e.identifiers.extend(id.map(|i| Identifier { system: "urn:x".into(), value: format!("id{i}") }));
            e
        },
    )
}

fn any_parcels() -> impl Strategy<Value = Vec<Parcel>> {
    prop::collection::vec(prop::collection::vec(any_entry(), 0..7), 0..5)
        .prop_map(|files| files.into_iter().zip(0..).map(|(e, i)| parcel(&format!("f{i}"), e)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn merge_is_order_free(parcels in any_parcels().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle()))) {
        prop_assert_eq!(merge(parcels.0), merge(parcels.1));
    }

    #[test]
    fn merge_is_idempotent(parcels in any_parcels()) {
        let once = merge(parcels.clone());
        prop_assert_eq!(&merge(once.parcels.clone()), &once);
        prop_assert_eq!(&merge(parcels.iter().chain(&parcels).cloned().collect()), &once);
    }

    #[test]
    fn merge_is_associative(parcels in any_parcels(), cut in 0usize..5) {
        let cut = cut.min(parcels.len());
        let (a, b) = parcels.split_at(cut);
        let (a, b) = (merge(a.to_vec()).parcels, merge(b.to_vec()).parcels);
        prop_assert_eq!(merge(a.into_iter().chain(b).collect()), merge(parcels));
    }

    #[test]
    fn every_entry_stands_in_exactly_one_item(parcels in any_parcels()) {
        let record = merge(parcels.clone());
        let mut seen: Vec<EntryRef> =
            record.items.iter().chain(&record.in_error).flat_map(|i| i.entries.iter().chain(&i.history)).copied().collect();
        let many = seen.len();
        seen.sort();
        seen.dedup();
        prop_assert_eq!(seen.len(), many);
        prop_assert_eq!(many, parcels.iter().map(|p| p.reading.entries.len()).sum::<usize>());
        let ids: std::collections::BTreeSet<&str> =
            record.items.iter().chain(&record.in_error).map(|i| i.id.as_str()).collect();
        prop_assert_eq!(ids.len(), record.items.len() + record.in_error.len());
        for item in record.items.iter().chain(&record.in_error) {
            prop_assert_eq!(record.find(&item.id), Some(item));
        }
    }

    #[test]
    fn no_item_holds_two_strengths_or_a_none_beside_a_something(parcels in any_parcels()) {
        let record = merge(parcels);
        for item in &record.items {
            let mut strengths: Vec<Vec<String>> = record
                .entries(item)
                .filter(|(_, _, e)| same::is_medicine(&e.kind))
                .map(|(_, _, e)| same::strengths(&e.title))
                .filter(|s| !s.is_empty())
                .collect();
            strengths.dedup();
            prop_assert!(strengths.len() <= 1);
            let none = record.entries(item).filter(|(_, _, e)| e.polarity == Polarity::NoneKnown).count();
            prop_assert!(none == 0 || none == record.entries(item).count());
        }
    }

    #[test]
    fn reading_strengths_of_any_text_ends(text in ".{0,60}") {
        same::strengths(&text);
        same::unit(&text);
        same::fold(&text);
    }
}

#[test]
fn an_outline_that_does_not_fit_to_the_letter_is_never_used() {
    let parcels =
        || vec![parcel("a", vec![allergy("Latex", ""), allergy("Nuts", "")]), parcel("b", vec![allergy("Latex", "")])];
    let record = merge(parcels());
    let outline = record.outline();
    assert_eq!(merge_by(parcels(), Some(&outline)), (record.clone(), true));
    assert_eq!(merge_by(parcels(), None), (record.clone(), false));
    let fits = |parcels: Vec<Parcel>, outline: &[u8]| merge_by(parcels, Some(outline)).1;
    assert!(!fits(parcels(), &outline[..outline.len() - 1]), "cut short");
    assert!(!fits(parcels(), b"none"));
    // A better reader, a file more, another moment of import: merged anew.
    let mut newer = parcels();
    newer[0].reading.reader += 1;
    assert!(!fits(newer, &outline));
    assert!(!fits([parcels(), vec![parcel("c", vec![])]].concat(), &outline));
    let mut later = parcels();
    later[1].note.imported = "2026-11-22T10:00:00Z".into();
    assert!(!fits(later, &outline));
    // One that leaves an entry out was made by a fault: nothing may be missing.
    let mut short = record;
    short.items.pop();
    assert!(!fits(parcels(), &short.outline()));
}
