//! What a person types by hand: it becomes a small FHIR R4 Bundle, with the person as its source, and goes through
//! the same door as a file. So it is kept, merged, exported and undone like everything else.

use serde_json::{Value, json};

use super::fhir_json;
use crate::record::{Description, DocumentKind, Hash, PLACE, PartialDate, Person, Reading, STATEMENT, Said, Sex};

/// What was typed, in the person's own words. Empty texts were not given.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Typed {
    /// An allergy or intolerance.
    Allergy {
        /// To what.
        substance: String,
        /// What happens.
        reaction: String,
        /// Since when: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or words.
        since: String,
    },
    /// A medicine.
    Medicine {
        /// Its name and strength.
        name: String,
        /// How it is taken.
        dose: String,
        /// Since when.
        since: String,
        /// It is taken now.
        taking: bool,
    },
    /// A health problem.
    Problem {
        /// Its name.
        name: String,
        /// Since when.
        since: String,
        /// It is still there.
        current: bool,
    },
    /// What a document is: said of the bytes of these hashes, which stand elsewhere.
    Document {
        /// What the document holds.
        contents: Vec<Hash>,
        /// What is said of it.
        said: Description,
    },
    /// What they say of an entry that a source made.
    Said {
        /// What kind of thing.
        said: Said,
        /// The entries that it is about (see [`Record::place`](crate::record::Record::place)).
        about: Vec<String>,
        /// The source's words for these; empty where they are not to be told beside it.
        title: String,
        /// The person's words.
        words: String,
    },
}

/// The reading and the original bytes of what was typed. `stamp` is the moment of typing, RFC 3339: the Bundle's own, and no
/// date of what it holds. A medicine whose beginning was left open did not begin when it was typed. `by` names who typed it,
/// where that is not the person themselves.
pub fn write(typed: &Typed, person: &Person, by: Option<&str>, stamp: &str) -> (Reading, Vec<u8>) {
    let me = json!({"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"});
    let hand = by.map_or_else(|| me.clone(), |by| json!({"type": "RelatedPerson", "display": by}));
    let resource = match typed {
        Typed::Allergy { substance, reaction, since } => {
            let mut allergy = json!({
                "resourceType": "AllergyIntolerance",
                "clinicalStatus": coded("allergyintolerance-clinical", "active"),
                "verificationStatus": coded("allergyintolerance-verification", "unconfirmed"),
                "code": {"text": substance.trim()},
                "patient": me, "asserter": hand,
            });
            if !reaction.trim().is_empty() {
                put(&mut allergy, "reaction", json!([{"manifestation": [{"text": reaction.trim()}]}]));
            }
            onset(&mut allergy, since);
            allergy
        }
        Typed::Medicine { name, dose, since, taking } => {
            let mut medicine = json!({
                "resourceType": "MedicationStatement",
                "status": if *taking { "active" } else { "completed" },
                "medicationCodeableConcept": {"text": name.trim()},
                "subject": me, "informationSource": hand,
            });
            if !dose.trim().is_empty() {
                put(&mut medicine, "dosage", json!([{"text": dose.trim()}]));
            }
            match since.trim() {
                "" => {}
                date if is_date(date) => put(&mut medicine, "effectivePeriod", json!({"start": date})),
                words => put(&mut medicine, "note", json!([{"text": words}])),
            }
            medicine
        }
        Typed::Problem { name, since, current } => {
            let mut problem = json!({
                "resourceType": "Condition",
                "clinicalStatus": coded("condition-clinical", if *current { "active" } else { "inactive" }),
                "code": {"text": name.trim()},
                "subject": me, "asserter": hand,
            });
            onset(&mut problem, since);
            problem
        }
        Typed::Document { contents, said } => document(contents, said, &me),
        Typed::Said { said, about, title, words } => {
            let coded = |system: &str, code: &str| json!({"coding": [{"system": system, "code": code}]});
            let about = about.iter().map(|place| coded(PLACE, place));
            let category: Vec<Value> = core::iter::once(coded(STATEMENT, said.code())).chain(about).collect();
            let mut said = json!({
                "resourceType": "Communication", "status": "completed",
                "category": category, "topic": {"text": words.trim()}, "subject": me, "sender": hand, "sent": stamp,
            });
            if !title.is_empty() {
                put(&mut said, "payload", json!([{"contentString": title}]));
            }
            said
        }
    };
    let bundle = json!({
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": stamp,
        "entry": [
            {"fullUrl": me.get("reference"), "resource": patient(person)},
            {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000002", "resource": resource},
        ],
    });
    // The keys of serde_json's objects are sorted: the same words at the same moment are the same bytes.
    let text = bundle.to_string();
    (fhir_json(&text).unwrap_or_default(), text.into_bytes())
}

/// What was typed, of what [`write`] made of it: an allergy, a medicine or a health problem, to be corrected. `None` for
/// anything else.
pub fn read(bytes: &[u8]) -> Option<Typed> {
    let bundle: Value = serde_json::from_slice(bytes).ok()?;
    let resource = bundle.pointer("/entry/1/resource")?;
    let text = |path: &str| resource.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let either = |a: &str, b: &str| Some(text(a)).filter(|t| !t.is_empty()).unwrap_or_else(|| text(b));
    Some(match text("/resourceType").as_str() {
        "AllergyIntolerance" => Typed::Allergy {
            substance: text("/code/text"),
            reaction: text("/reaction/0/manifestation/0/text"),
            since: either("/onsetDateTime", "/onsetString"),
        },
        "MedicationStatement" => Typed::Medicine {
            name: text("/medicationCodeableConcept/text"),
            dose: text("/dosage/0/text"),
            since: either("/effectivePeriod/start", "/note/0/text"),
            taking: text("/status") == "active",
        },
        "Condition" => Typed::Problem {
            name: text("/code/text"),
            since: either("/onsetDateTime", "/onsetString"),
            current: text("/clinicalStatus/coding/0/code") == "active",
        },
        _ => return None,
    })
}

fn patient(person: &Person) -> Value {
    let mut patient = json!({"resourceType": "Patient"});
    let mut name = json!({"use": "official"});
    if person.family.is_empty() && person.given.is_empty() {
        put(&mut name, "text", json!(person.name));
    } else {
        if !person.family.is_empty() {
            put(&mut name, "family", json!(person.family));
        }
        if !person.given.is_empty() {
            put(&mut name, "given", json!(person.given));
        }
    }
    if !person.name.is_empty() {
        put(&mut patient, "name", json!([name]));
    }
    if let Some(date) = person.birth_date.as_ref().filter(|d| d.known.is_some()) {
        put(&mut patient, "birthDate", json!(date.text));
    }
    let sex = person.sex.map(|s| match s {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Other => "other",
        Sex::Unknown => "unknown",
    });
    if let Some(sex) = sex {
        put(&mut patient, "gender", json!(sex));
    }
    let identifiers: Vec<Value> =
        person.identifiers.iter().map(|i| json!({"system": i.system, "value": i.value})).collect();
    if !identifiers.is_empty() {
        put(&mut patient, "identifier", json!(identifiers));
    }
    patient
}

/// A DocumentReference that names the bytes it speaks of by their hash, and holds none of them.
fn document(contents: &[Hash], said: &Description, me: &Value) -> Value {
    let content = contents.iter().map(|hash| {
        let mut attachment = json!({"url": hash.name()});
        if is_date(said.date.trim()) {
            put(&mut attachment, "creation", json!(said.date.trim()));
        }
        json!({"attachment": attachment})
    });
    let mut document = json!({
        "resourceType": "DocumentReference", "status": "current", "subject": me,
        "content": content.collect::<Vec<_>>(),
    });
    if let Some(kind) = said.kind {
        let coding = json!([{"system": DocumentKind::SYSTEM, "code": kind.code(), "display": kind.display()}]);
        put(&mut document, "type", json!({"coding": coding}));
    }
    for (key, words) in [("description", &said.title), ("author", &said.from)] {
        let words = words.trim();
        match key {
            _ if words.is_empty() => {}
            "author" => put(&mut document, key, json!([{"display": words}])),
            _ => put(&mut document, key, json!(words)),
        }
    }
    document
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}

fn onset(resource: &mut Value, since: &str) {
    match since.trim() {
        "" => {}
        date if is_date(date) => put(resource, "onsetDateTime", json!(date)),
        words => put(resource, "onsetString", json!(words)),
    }
}

fn is_date(text: &str) -> bool {
    PartialDate::fhir(text).known.is_some()
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{Hash, Kind, Polarity, Section, Standing};

    fn check(typed: Typed, kind: Kind, title: &str, standing: Standing, polarity: Polarity, since: Option<&str>) {
        let me = Person {
            name: "Ada Lovelace".into(),
            family: "Lovelace".into(),
            given: vec!["Ada".into()],
            birth_date: Some(PartialDate::fhir("1815-12-10")),
            ..Person::default()
        };
        let (reading, bytes) = write(&typed, &me, None, "2026-01-02T03:04:05Z");
        assert_eq!(write(&typed, &me, None, "2026-01-02T03:04:05Z").1, bytes);
        // It can be corrected: what comes back makes the same.
        let again = read(&bytes).unwrap();
        assert_eq!(write(&again, &me, None, "2026-01-02T03:04:05Z").1, bytes);
        let [entry] = reading.entries.as_slice() else { panic!("one entry") };
        assert_eq!((&entry.kind, entry.title.as_str()), (&kind, title));
        assert_eq!((entry.status.standing, entry.polarity), (standing, polarity));
        assert_eq!(entry.date.as_ref().map(|d| d.text.as_str()), since);
        assert_eq!(reading.people.len(), 1);
        assert_eq!((reading.people[0].family.as_str(), reading.ledger.not_understood), ("Lovelace", 0));
        assert_eq!(reading.issues, vec![]);
    }

    #[test]
    fn who_types_for_somebody_else_is_named() {
        let since = String::new;
        let typed = [
            Typed::Allergy { substance: "Latex".into(), reaction: String::new(), since: since() },
            Typed::Medicine { name: "Aspirin 75 mg".into(), dose: String::new(), since: since(), taking: true },
            Typed::Problem { name: "Gout".into(), since: since(), current: true },
            Typed::Said { said: Said::Wrong, about: Vec::new(), title: "Gout".into(), words: "Never".into() },
        ];
        for typed in typed {
            let by = |by| write(&typed, &Person::default(), by, "2026-01-02T03:04:05Z").0;
            assert_eq!(by(Some("Ann Lee, daughter")).entries[0].performer, ["Ann Lee, daughter"], "{typed:?}");
            assert_eq!(by(None).entries[0].performer, Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_said_of_an_entry_names_it() {
        let about = vec![format!("{}#/entry/3/resource", Hash::of(b"a file").hex())];
        let typed = Typed::Said { said: Said::Wrong, about, title: "Aspirin".into(), words: "Never had it".into() };
        let (reading, _) = write(&typed, &Person::default(), None, "2026-01-02T03:04:05Z");
        let [entry] = reading.entries.as_slice() else { panic!("one entry") };
        assert_eq!((entry.said(), entry.title.as_str()), (Some(Said::Wrong), "Never had it"));
        assert_eq!((entry.notes.as_slice(), entry.section), (["Aspirin".to_owned()].as_slice(), Section::PatientStory));
        assert_eq!(entry.date.as_ref().map(|d| d.text.as_str()), Some("2026-01-02T03:04:05Z"));
        assert_eq!((reading.issues, reading.ledger.not_understood), (vec![], 0));
    }

    #[test]
    fn what_is_typed_goes_through_the_same_door() {
        let allergy = |substance: &str| Typed::Allergy {
            substance: substance.into(),
            reaction: if substance.starts_with("No known") { String::new() } else { "rash".into() },
            since: "2001-05".into(),
        };
        check(
            allergy("Penicillin "),
            Kind::AllergyIntolerance,
            "Penicillin",
            Standing::Active,
            Polarity::Positive,
            Some("2001-05"),
        );
        check(
            allergy("No known allergies"),
            Kind::AllergyIntolerance,
            "No known allergies",
            Standing::Active,
            Polarity::NoneKnown,
            Some("2001-05"),
        );
        let medicine = Typed::Medicine {
            name: "Aspirin 75 mg".into(),
            dose: "one a day".into(),
            since: "2020".into(),
            taking: false,
        };
        check(medicine, Kind::MedicationStatement, "Aspirin 75 mg", Standing::Ended, Polarity::Positive, Some("2020"));
        // What has no date of its own has none: the day of typing is not its beginning.
        let medicine =
            Typed::Medicine { name: "Cetirizine".into(), dose: String::new(), since: String::new(), taking: true };
        check(medicine, Kind::MedicationStatement, "Cetirizine", Standing::Active, Polarity::Positive, None);
        let allergy = Typed::Allergy { substance: "Latex".into(), reaction: String::new(), since: String::new() };
        check(allergy, Kind::AllergyIntolerance, "Latex", Standing::Active, Polarity::Positive, None);
        let problem = Typed::Problem { name: "Gout".into(), since: String::new(), current: false };
        check(problem, Kind::Condition, "Gout", Standing::Ended, Polarity::Positive, None);
        let problem = Typed::Problem { name: "Asthma \"mild\"".into(), since: "childhood".into(), current: true };
        check(problem, Kind::Condition, "Asthma \"mild\"", Standing::Active, Polarity::Positive, Some("childhood"));
    }
}
