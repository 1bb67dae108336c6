use super::super::hl7v3::{self, Node, attr, child, children, descend};
use super::Reader;
use crate::record::{Detail, Outcome, PartialDate, Person, Sex};

/// The participations and acts of a document's header (CDA R2 §4.2), each a piece of the ledger.
pub const PARTICIPATIONS: [&str; 15] = [
    "recordTarget",
    "author",
    "dataEnterer",
    "informant",
    "custodian",
    "informationRecipient",
    "legalAuthenticator",
    "authenticator",
    "participant",
    "inFulfillmentOf",
    "documentationOf",
    "relatedDocument",
    "authorization",
    "componentOf",
    "tracker",
];

impl<'a> Reader<'a> {
    /// One document: its header, then its body.
    pub fn document(&mut self, node: Node<'a>) {
        let templates: Vec<(&str, &str)> =
            children(node, "templateId").map(|t| (attr(t, "root"), attr(t, "extension"))).collect();
        let (format, version) = kind(&templates);
        if self.reading.format.is_empty() {
            (self.reading.format, self.reading.version) = (format.to_owned(), version.to_owned());
        }
        for (root, extension) in &templates {
            let profile =
                if extension.is_empty() { format!("urn:oid:{root}") } else { format!("urn:hl7ii:{root}:{extension}") };
            if !root.is_empty()
                && !self.reading.source.profiles.contains(&profile)
                && self.reading.source.profiles.len() < 64
            {
                self.reading.source.profiles.push(profile);
            }
        }
        if self.reading.source.title.is_empty() {
            self.reading.source.title = child(node, "title").map(hl7v3::plain).unwrap_or_default();
        }
        if self.reading.source.title.is_empty() {
            self.reading.source.title = self.label(node, "code");
        }
        let when = child(node, "effectiveTime").and_then(|t| hl7v3::ivl_ts(t).start);
        let later =
            when.as_ref().map(PartialDate::sort_key) > self.reading.source.as_of.as_ref().map(PartialDate::sort_key);
        if later {
            self.reading.source.as_of = when;
        }
        if self.reading.source.name.is_empty() {
            let parties = [descend(node, &["custodian"]), child(node, "author")];
            let name = parties.into_iter().flatten().map(|p| self.party(p)).find(|n| !n.is_empty());
            self.reading.source.name = name.unwrap_or_default();
        }
        for target in children(node, "recordTarget") {
            let person = self.person(target);
            if let Some(person) = person {
                // Several documents of one delivery name the same person again.
                let known = self.reading.people.iter().any(|p| same(p, &person));
                if !known {
                    self.reading.people.push(person);
                }
                self.mark(target, Outcome::Shown);
            }
        }
        for holder in children(node, "componentOf").collect::<Vec<_>>() {
            self.encompassing(holder);
        }
        for holder in children(node, "authorization").collect::<Vec<_>>() {
            self.authorization(holder);
        }
        self.body(node);
    }

    /// The patient of a document.
    fn person(&self, target: Node<'a>) -> Option<Person> {
        let role = child(target, "patientRole").or_else(|| child(target, "patient"))?;
        let patient = ["patient", "patientPatient", "patientPerson"].iter().find_map(|k| child(role, k));
        let mut person = Person { at: self.at(target), ..Person::default() };
        person.identifiers = hl7v3::identifiers(role);
        let mut add = |name: &str, text: String| {
            if !text.is_empty() {
                person.details.push(Detail { name: name.to_owned(), text });
            }
        };
        for address in children(role, "addr") {
            add("address", hl7v3::address(address));
        }
        for telecom in children(role, "telecom") {
            add("telecom", hl7v3::telecom(telecom));
        }
        let provider = descend(role, &["providerOrganization", "name"]).map(|n| hl7v3::name(n).text);
        add("managingOrganization", provider.unwrap_or_default());
        let Some(patient) = patient else { return Some(person) };
        for (key, name) in [
            ("maritalStatusCode", "maritalStatus"),
            ("religiousAffiliationCode", "religion"),
            ("raceCode", "race"),
            ("ethnicGroupCode", "ethnicity"),
        ] {
            add(name, self.label(patient, key));
        }
        for guardian in children(patient, "guardian") {
            let name = descend(guardian, &["guardianPerson", "name"]).map(|n| hl7v3::name(n).text).unwrap_or_default();
            let phone = children(guardian, "telecom").map(hl7v3::telecom);
            let parts = [name, self.label(guardian, "code")].into_iter().chain(phone).filter(|p| !p.is_empty());
            add("contact", parts.collect::<Vec<_>>().join(", "));
        }
        for language in children(patient, "languageCommunication") {
            add("language", child(language, "languageCode").map(|c| attr(c, "code").to_owned()).unwrap_or_default());
        }
        let names: Vec<hl7v3::Name> =
            children(patient, "name").map(hl7v3::name).filter(|n| !n.text.is_empty()).collect();
        let usual = names.iter().find(|n| n.usage.split_whitespace().any(|u| u == "L")).or_else(|| names.first());
        for other in names.iter().filter(|n| usual.is_some_and(|u| u.text != n.text)) {
            person.details.push(Detail { name: "otherName".to_owned(), text: other.text.clone() });
        }
        if let Some(name) = usual {
            (person.name, person.family, person.given) = (name.text.clone(), name.family.clone(), name.given.clone());
        }
        person.birth_date = child(patient, "birthTime").and_then(hl7v3::ts);
        person.sex = child(patient, "administrativeGenderCode").and_then(|c| sex(attr(c, "code")));
        let died = child(patient, "deceasedTime").and_then(hl7v3::ts);
        let dead = child(patient, "deceasedInd").is_some_and(|d| attr(d, "value") == "true");
        person.deceased = died.or_else(|| dead.then(|| PartialDate { text: String::new(), known: None }));
        Some(person)
    }
}

/// The same particulars, wherever they stand.
fn same(a: &Person, b: &Person) -> bool {
    a.name == b.name && a.birth_date == b.birth_date && a.identifiers == b.identifiers && a.sex == b.sex
}

/// HL7 v3 AdministrativeGender, and the digits of the NHS Data Dictionary (PERSON GENDER CODE).
fn sex(code: &str) -> Option<Sex> {
    Some(match code {
        "M" | "1" => Sex::Male,
        "F" | "2" => Sex::Female,
        "UN" | "9" | "O" => Sex::Other,
        "UNK" | "U" | "0" => Sex::Unknown,
        _ => return None,
    })
}

/// Format and version, told by the document's templates.
fn kind(templates: &[(&str, &str)]) -> (&'static str, &'static str) {
    let has = |stem: &str| templates.iter().any(|(root, _)| root.starts_with(stem));
    let dated = |date: &str| {
        templates.iter().any(|(root, ext)| root.starts_with("2.16.840.1.113883.10.20.22.1") && *ext == date)
    };
    if has("2.16.840.1.113883.10.20.22.1") {
        let later = templates.iter().any(|(r, e)| r.starts_with("2.16.840.1.113883.10.20.22.1") && *e > "2015-08-01");
        let version = if later {
            "R2.1 or later"
        } else if dated("2015-08-01") {
            "R2.1"
        } else if dated("2014-06-09") {
            "R2.0"
        } else {
            "R1.1"
        };
        ("C-CDA", version)
    } else if has("2.16.840.1.113883.3.88.11.32.1") {
        ("CCD (HITSP C32)", "2.5")
    } else if templates.iter().any(|(root, _)| *root == "2.16.840.1.113883.10.20.1") {
        ("CCD", "1.0")
    } else {
        ("CDA", "R2")
    }
}
