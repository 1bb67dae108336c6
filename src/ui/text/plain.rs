//! The clinician's view as plain text, for pasting into another system: the same facts in the same order.

use super::{
    above, absent_there, as_of, clinician as words, completeness, day, day_or_none, flag, line, month, polarity,
    section, standing, trust_short, values,
};
use crate::record::Polarity;
use crate::view::clinician::Clinician;
use crate::view::people::{Age, Header};
use crate::view::{Day, Flagging, Row};

/// `SURNAME, Given · 03-Mar-1951 (75y) · Female · NHS 943 476 5919`.
pub fn who(person: &Header) -> String {
    let name = match (person.family.is_empty(), person.given.is_empty()) {
        (true, _) => super::name(person),
        (false, true) => person.family.to_uppercase(),
        (false, false) => format!("{}, {}", person.family.to_uppercase(), person.given),
    };
    let mut parts = vec![name];
    parts.push(match (&person.birth, person.age) {
        (Some(birth), Some(age)) => format!("{} ({})", clinical_day(birth), clinical_age(age)),
        (Some(birth), None) => clinical_day(birth),
        (None, _) => super::terms::no_birth().to_owned(),
    });
    parts.extend(person.sex.map(|s| super::sex(s).to_owned()));
    parts.extend(person.nhs_number.as_ref().map(|n| words::nhs(&n.text)));
    parts.join(" · ")
}

/// `75y`; below two years in months, below two months in days.
fn clinical_age(age: Age) -> String {
    let months = u64::from(age.years) * 12 + u64::from(age.months);
    match (months, age.days) {
        (24.., _) | (_, None) => values::age_years(&age.years.to_string()),
        (2.., Some(_)) => values::age_months(&months.to_string()),
        (_, Some(days)) => values::age_days(&days.to_string()),
    }
}

/// `03-Mar-1951`, the way clinical systems in the UK write it; a partial date in words.
pub fn clinical_day(day: &Day) -> String {
    match day.known {
        Some(k) => match (k.month, k.day) {
            (Some(m), Some(d)) => {
                let short: String = month(m).chars().take(3).collect();
                format!("{d:02}-{short}-{}", k.year)
            }
            _ => super::day(day),
        },
        None => super::day(day),
    }
}

/// The whole page.
pub fn clinician(page: &Clinician, shared: &str) -> String {
    let mut out = vec![who(&page.person), words::by_patient(shared)];
    out.push(words::incomplete().to_owned());
    out.push(words::not_alone().to_owned());
    for part in &page.sections {
        if !part.label.is_shared() {
            continue;
        }
        out.push(String::new());
        let fresh = part.heading.as_of.as_ref().map(|d| format!(", {}", as_of(d))).unwrap_or_default();
        out.push(format!("{} ({}{fresh})", section(part.section).to_uppercase(), completeness(part.label)));
        for unread in &part.heading.unread {
            let name = super::named(&unread.source);
            if unread.here > 0 {
                out.push(format!("- {name}: {}", above::unread_there(unread.here.into())));
            }
            if unread.anywhere > 0 && super::is_weighty(part.section) {
                out.push(format!("- {name}: {}", above::loose(unread.anywhere.into())));
            }
        }
        out.extend(part.rows.iter().chain(part.analytes.iter().map(|a| &a.latest)).map(row));
        for said in &part.heading.absences {
            let own = if said.text.is_empty() { String::new() } else { format!(" “{}”", said.text) };
            let when = said.date.as_ref().or(said.source.as_of.as_ref());
            let when = when.map(|d| format!(", {}", as_of(d))).unwrap_or_default();
            let name = super::named(&said.source);
            out.push(format!("- {name}{when}: {}{own}", absent_there(said.absent)));
        }
        out.extend(part.in_error.iter().map(row));
    }
    for source in &page.sources {
        out.extend(super::bears(&source.bears).map(|said| format!("{}: {said}", super::named(source))));
    }
    if !page.not_given.is_empty() {
        out.push(String::new());
        let names: Vec<_> = page.not_given.iter().map(|s| section(*s)).collect();
        out.push(format!("{}: {}", words::not_given(), names.join(", ")));
    }
    out.push(String::new());
    out.join("\n")
}

fn row(row: &Row) -> String {
    let mut said = vec![row.title.clone()];
    let value = |value: &str, unit: &str, flagging: &Flagging| {
        let flag = flag(flagging).map(|f| format!(" [{f}]")).unwrap_or_default();
        format!("{value} {unit}").trim_end().to_owned() + &flag
    };
    said.extend(row.about.as_ref().map(|who| super::about(who).to_uppercase()));
    if !row.value.is_empty() {
        said.push(value(&row.value, &row.unit, &row.flagging));
    }
    said.extend(row.parts.iter().map(|p| format!("{} {}", p.title, value(&p.value, &p.unit, &p.flagging))));
    said.extend(row.range.iter().map(|r| format!("{} {r}", line::range())));
    said.extend(row.dose.iter().cloned());
    if !row.reactions.is_empty() {
        said.push(format!("{} {}", line::reactions(), row.reactions.join("; ")));
    }
    if !row.severity.is_empty() {
        said.push(format!("{} {}", line::severity(), row.severity));
    }
    if !row.criticality.is_empty() {
        said.push(format!("{} {}", line::criticality(), row.criticality));
    }
    if row.polarity != Polarity::Positive {
        said.push(polarity(row.polarity).to_uppercase());
    }
    if row.degraded {
        said.push(super::degraded().to_owned());
    }
    if row.words_deny {
        said.push(line::words_deny().to_owned());
    }
    said.extend(row.end.as_ref().filter(|_| row.outlived).map(|d| line::outlived(&day(d))));
    if row.misnamed {
        said.push(line::misnamed().to_owned());
    }
    if row.disagree {
        said.push(line::disagree().to_owned());
    }
    said.extend(row.retracted.iter().map(|s| line::retracted(super::named_or_typed(s))));
    said.push(standing(row.standing).to_owned());
    if !row.certainty.is_empty() {
        said.push(row.certainty.clone());
    }
    said.push(day_or_none(row.date.as_ref()));
    said.extend(row.age_then.map(|age| line::age_then(&super::age(age))));
    said.extend(row.end.as_ref().map(|d| line::until(&day(d))));
    said.extend(row.described.as_ref().and_then(|d| super::described(d, false)));
    let sources: Vec<&str> = row.sources.iter().map(|s| super::named_or_typed(s)).collect();
    said.push(format!("{} {}", line::source(), sources.join(", ")));
    said.push(trust_short(row.trust).to_owned());
    format!("- {}", said.join(" | "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::{Kind, PartialDate, Section, Sex, Standing};
    use crate::view::people::NhsShown;
    use crate::view::section::GroupKind;
    use crate::view::{LabFlag, Trust};

    fn day(text: &str) -> Day {
        Day { text: text.to_owned(), known: PartialDate::fhir(text).known, days_ago: None, future: false }
    }

    fn person() -> Header {
        Header {
            name: "Martha Ann Jones".into(),
            family: "Jones".into(),
            given: "Martha Ann".into(),
            birth: Some(day("1951-03-03")),
            age: Some(Age { years: 75, months: 8, days: Some(27_000) }),
            sex: Some(Sex::Female),
            nhs_number: Some(NhsShown { text: "943 476 5919".into(), valid: true }),
            deceased: None,
            tile: 1,
            variants: 1,
        }
    }

    fn a_row() -> Row {
        Row {
            id: "a1".into(),
            section: Section::Allergies,
            kind: Kind::AllergyIntolerance,
            group: GroupKind::Now,
            title: "Penicillin V".into(),
            named: true,
            value: String::new(),
            unit: String::new(),
            parts: Vec::new(),
            range: Vec::new(),
            flagging: Flagging::default(),
            dose: Vec::new(),
            reactions: vec!["Anaphylaxis".into(), "Rash".into()],
            severity: "severe".into(),
            criticality: String::new(),
            date: Some(day("2019-03")),
            end: None,
            age_then: None,
            standing: Standing::Active,
            status: "active".into(),
            certainty: String::new(),
            polarity: Polarity::Positive,
            disagree: false,
            about: None,
            retracted: Vec::new(),
            trust: Trust::NotSigned,
            sources: vec!["Elm Surgery".into()],
            degraded: false,
            words_deny: false,
            outlived: false,
            misnamed: false,
            notes: false,
            more: Vec::new(),
            attachments: 0,
            entries: 1,
            described: None,
        }
    }

    fn check(change: impl FnOnce(&mut Row), expected: &str) {
        let mut made = a_row();
        change(&mut made);
        assert_eq!(row(&made), expected);
    }

    #[test]
    fn a_person_is_written_as_clinical_systems_write_them() {
        assert_eq!(who(&person()), "JONES, Martha Ann · 03-Mar-1951 (75y) · Female · NHS 943 476 5919");
        let vague = Header { birth: Some(day("1951")), age: None, sex: None, nhs_number: None, ..person() };
        assert_eq!(who(&vague), "JONES, Martha Ann · 1951");
        let unsplit = Header {
            family: String::new(),
            given: String::new(),
            birth: None,
            age: None,
            sex: None,
            nhs_number: None,
            ..person()
        };
        assert_eq!(who(&unsplit), "Martha Ann Jones · Date of birth not given");
    }

    #[test]
    fn nothing_of_a_line_is_left_out() {
        check(
            |_| (),
            "- Penicillin V | Reaction: Anaphylaxis; Rash | Severity: severe | Current | March 2019 | From Elm Surgery | Not checked",
        );
        check(
            |r| (r.polarity, r.degraded) = (Polarity::Refuted, true),
            "- Penicillin V | Reaction: Anaphylaxis; Rash | Severity: severe | WAS THOUGHT SO, HAS BEEN RULED OUT | Lost detail in a transfer | Current | March 2019 | From Elm Surgery | Not checked",
        );
        check(
            |r| {
                r.title = "Potassium".into();
                (r.value, r.unit, r.range) = ("<5.0".into(), "mmol/L".into(), vec!["3.5 - 5.3 mmol/L".into()]);
                r.flagging.lab = LabFlag::High;
                (r.reactions, r.severity) = (Vec::new(), String::new());
            },
            "- Potassium | <5.0 mmol/L [High, says the lab] | The lab’s range: 3.5 - 5.3 mmol/L | Current | March 2019 | From Elm Surgery | Not checked",
        );
    }
}
