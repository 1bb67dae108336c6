use crate::import::node::Node;
use crate::record::{Detail, PartialDate, Person, Sex};

use super::datatypes::{address_words, concept, date, extension, identifiers, label, name_words};

/// A Patient as a person (FHIR R4 §8.1), all parts as written.
pub fn person(node: &Node<'_>, at: &str) -> Person {
    let name = best_name(node);
    let part = |key: &str| name.map(|n| n.get(key).each()).unwrap_or_default();
    let words = |key: &str| part(key).iter().map(|n| n.words().to_owned()).filter(|w| !w.is_empty());
    Person {
        name: name.map(name_words).unwrap_or_default(),
        family: words("family").collect::<Vec<_>>().join(" "),
        given: words("given").collect(),
        birth_date: date(node.get("birthDate")),
        sex: sex(node.get("gender").words()),
        identifiers: identifiers(node.get("identifier")),
        details: details(node),
        deceased: deceased(node),
        at: at.to_owned(),
    }
}

/// The name to call a person by: the official or usual one, never an old or a maiden name where another stands.
fn best_name<'n, 'a>(node: &'n Node<'a>) -> Option<&'n Node<'a>> {
    let rank = |n: &Node<'_>| match n.get("use").words() {
        "official" => 0,
        "usual" => 1,
        "" => 2,
        "temp" | "nickname" | "anonymous" => 3,
        _ => 4,
    };
    let names = node.get("name").each().iter().filter(|n| n.is_object() && !name_words(n).is_empty());
    names.min_by_key(|n| rank(n))
}

fn sex(word: &str) -> Option<Sex> {
    match word {
        "female" => Some(Sex::Female),
        "male" => Some(Sex::Male),
        "other" => Some(Sex::Other),
        "unknown" => Some(Sex::Unknown),
        _ => None,
    }
}

fn deceased(node: &Node<'_>) -> Option<PartialDate> {
    date(node.get("deceasedDateTime"))
        .or_else(|| node.get("deceasedBoolean").is_true().then(|| PartialDate { text: String::new(), known: None }))
}

fn details(node: &Node<'_>) -> Vec<Detail> {
    let mut out = Vec::new();
    let mut add = |name: &str, text: String| {
        if !text.is_empty() {
            out.push(Detail { name: name.to_owned(), text });
        }
    };
    for other in node.get("name").each().iter().filter(|n| n.is_object()) {
        if best_name(node) != Some(other) {
            add("name", name_words(other));
        }
    }
    for address in node.get("address").each() {
        add("address", address_words(address));
    }
    for telecom in node.get("telecom").each() {
        add("telecom", telecom.get("value").words().to_owned());
    }
    if let Some(time) = extension(node.get("_birthDate"), "patient-birthTime") {
        add("birthTime", time.get("valueDateTime").words().to_owned());
    }
    add("maritalStatus", label(&concept(node.get("maritalStatus"))));
    for language in node.get("communication").each() {
        add("language", label(&concept(language.get("language"))));
    }
    for gp in node.first_of(&["generalPractitioner", "careProvider"]).each() {
        add("generalPractitioner", gp.get("display").words().to_owned());
    }
    add("managingOrganization", node.get("managingOrganization").get("display").words().to_owned());
    for contact in node.get("contact").each() {
        let relation = contact.get("relationship").each().iter().map(|r| label(&concept(r)));
        let phone = contact.get("telecom").each().iter().map(|t| t.get("value").words().to_owned());
        let parts = std::iter::once(name_words(contact.get("name"))).chain(relation).chain(phone);
        add("contact", parts.filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", "));
    }
    out
}
