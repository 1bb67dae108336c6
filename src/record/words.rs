use super::Kind;

/// Beginnings of names that deny what they name, in English and Welsh.
const BEGINNINGS: [&str; 17] = [
    "no ",
    "not ",
    "nil ",
    "none ",
    "never ",
    "denies ",
    "denied ",
    "without ",
    "negative for ",
    "absence of ",
    "declined ",
    "refused ",
    "free of ",
    "nkda",
    "dim ",
    "nid ",
    "heb ",
];

/// Words within names that do so wherever they stand.
const WITHIN: [&str; 22] = [
    "not allergic",
    "no allerg",
    "no known",
    "not known to",
    "not sensitive to",
    "not intolerant",
    "no intolerance",
    "no adverse reaction",
    "no reaction to",
    "denies ",
    "patient denied",
    "no history of",
    "no past history",
    "no evidence of",
    "no sign of",
    "no signs of",
    "never had",
    "not had",
    "ruled out",
    "not taking",
    "not given",
    "ddim yn alergaidd",
];

/// Names that begin with such a word and deny nothing: orders and findings that are called so.
const NAMES: [&str; 7] = ["no fixed ", "not in ", "not for ", "no show", "not attended", "no response", "nil by mouth"];

/// Whether a name denies what it names. Only for kinds of which a name that says no would be read as a thing that is
/// there: a finding ("No pain") says what was found.
pub(super) fn deny(kind: &Kind, title: &str) -> bool {
    let told = matches!(
        kind,
        Kind::AllergyIntolerance
            | Kind::Condition
            | Kind::MedicationStatement
            | Kind::MedicationRequest
            | Kind::MedicationDispense
            | Kind::MedicationAdministration
            | Kind::Immunization
            | Kind::Procedure
    );
    if !told {
        return false;
    }
    let spaced = title.to_lowercase().replace('\u{2019}', "'");
    let folded = spaced.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | ')' | '.' | '-'));
    let folded = folded.filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ") + " ";
    let whole = matches!(folded.trim_end(), "no" | "not" | "nil" | "none" | "never" | "negative" | "denies" | "dim");
    let begins = BEGINNINGS.iter().any(|b| folded.starts_with(b)) && !NAMES.iter().any(|n| folded.starts_with(n));
    whole || begins || WITHIN.iter().any(|w| folded.match_indices(w).any(|(at, _)| begins_word(&folded, at)))
}

/// Whether a word begins there.
fn begins_word(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(' '))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(title: &str, expected: bool) {
        assert_eq!(deny(&Kind::AllergyIntolerance, title), expected, "{title}");
    }

    #[test]
    fn names_that_say_no_are_told_from_names() {
        for title in [
            "Not allergic to penicillin",
            "No known allergies except peanut",
            "Patient denies allergy to nuts",
            "Penicillin - not known to be allergic",
            "No history of asthma",
            "NKDA except penicillin",
            "Asthma: ruled out",
            "Dim alergeddau",
            "none",
        ] {
            check(title, true);
        }
        for title in [
            "Penicillin",
            "Nuts",
            "Nilotinib",
            "Norfloxacin",
            "Noscapine",
            "Notalgia paraesthetica",
            "Not for resuscitation",
            "Non-allergic rhinitis",
            "Nickel allergy",
            "Deniestra",
            "Neverland Vaccine",
            "Dimenhydrinate",
        ] {
            check(title, false);
        }
        assert!(!deny(&Kind::Observation, "No pain"));
    }
}
