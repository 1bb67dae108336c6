use std::collections::HashMap;

use jiff::civil::Date;

use super::datatypes::{address, identifier, label, name, telephone, when};
use super::wire::{Field, Segment};
use crate::record::{Detail, Identifier, PartialDate, Person, Sex};

/// A PID as a person (HL7 v2.5.1 §3.4.2), all parts as written.
pub fn person(pid: &Segment<'_>) -> Person {
    let names: Vec<Field<'_>> = pid.all(5).collect();
    let best = names.iter().enumerate().min_by_key(|(i, n)| (rank(n), *i)).map(|(_, n)| *n);
    let given = |n: usize| best.map(|b| b.part(n).words()).filter(|w| !w.is_empty());
    let mut person = Person {
        name: best.map(|n| name(n, 1)).unwrap_or_default(),
        family: best.map(|n| n.part(1).sub(1).words()).unwrap_or_default(),
        given: given(2).into_iter().chain(given(3)).collect(),
        birth_date: when(pid.get(7)),
        sex: sex(&pid.code(8)),
        identifiers: [3, 2, 4].into_iter().flat_map(|f| pid.all(f)).filter_map(identifier).collect(),
        details: Vec::new(),
        deceased: when(pid.get(29))
            .or_else(|| (pid.code(30) == "Y").then(|| PartialDate { text: String::new(), known: None })),
        at: pid.at(),
    };
    person.identifiers.dedup();
    let mut add = |name: &str, text: String| {
        if !text.is_empty() {
            person.details.push(Detail { name: name.to_owned(), text });
        }
    };
    for other in names.iter().chain(&pid.all(9).collect::<Vec<_>>()) {
        if best.is_none_or(|b| b.text != other.text) {
            add("name", name(*other, 1));
        }
    }
    pid.all(11).for_each(|f| add("address", address(f)));
    pid.all(13).chain(pid.all(14)).for_each(|f| add("telecom", telephone(f)));
    for (field, name) in [(15, "language"), (16, "maritalStatus"), (10, "race"), (22, "ethnicity"), (17, "religion")] {
        pid.all(field).for_each(|f| add(name, label(&super::datatypes::concept(f))));
    }
    person
}

/// The name to call a person by: legal or display, never a maiden name or an alias where another stands (table 0200).
fn rank(name: &Field<'_>) -> u8 {
    match name.part(7).words().as_str() {
        "L" | "D" => 0,
        "" => 1,
        "B" | "C" | "T" | "U" => 2,
        _ => 3,
    }
}

/// PID-8, table 0001.
pub fn sex(word: &str) -> Option<Sex> {
    match word.to_ascii_uppercase().as_str() {
        "F" | "FEMALE" => Some(Sex::Female),
        "M" | "MALE" => Some(Sex::Male),
        "O" | "A" | "X" | "OTHER" => Some(Sex::Other),
        "U" | "N" | "UNKNOWN" => Some(Sex::Unknown),
        _ => None,
    }
}

/// People by what must be equal for two to be one: family name, first given name, day of birth. Only those under one key
/// need comparing, and no more than a few of them: a file of so many is about several people whatever they are.
#[derive(Default)]
pub struct Known(HashMap<(String, String, Option<Date>), Vec<Person>>);

/// Most people that are compared under one key.
const NAMESAKES: usize = 16;

impl Known {
    /// True if this person has not been met in the file.
    pub fn is_new(&mut self, person: &Person) -> bool {
        let born = person.birth_date.as_ref().and_then(PartialDate::day);
        let given = person.given.first().map(|g| g.to_lowercase()).unwrap_or_default();
        let held = self.0.entry((person.family.to_lowercase(), given, born)).or_default();
        let new = !held.iter().any(|other| same(other, person));
        if new && held.len() < NAMESAKES {
            held.push(person.clone());
        }
        new
    }
}

/// The same person in two messages of one file: nothing differs, and something tells.
pub fn same(a: &Person, b: &Person) -> bool {
    let fold = |t: &str| t.to_lowercase();
    let equal = |a: &str, b: &str| fold(a) == fold(b);
    let born = |p: &Person| p.birth_date.as_ref().and_then(PartialDate::day);
    let names = equal(&a.family, &b.family) && a.given.first().map(|g| fold(g)) == b.given.first().map(|g| fold(g));
    // A number written in groups is the same number.
    let bare = |i: &Identifier| i.value.chars().filter(|c| !matches!(c, ' ' | '-')).collect::<String>();
    let shared = a.identifiers.iter().any(|i| b.identifiers.contains(i));
    let clash = a.identifiers.iter().any(|i| b.identifiers.iter().any(|j| i.system == j.system && bare(i) != bare(j)));
    let whole = Person { at: String::new(), ..a.clone() } == Person { at: String::new(), ..b.clone() };
    whole || names && born(a) == born(b) && (shared || !clash && born(a).is_some())
}
