//! Suggestions of what may be sensitive. A small list; it will miss some, and is never called protection.

use serde::{Deserialize, Serialize};

/// The sets that start closed on every share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Set {
    AssistedConception,
    SexualInfectionAndHiv,
    Termination,
    GenderIdentity,
    MentalHealth,
    SexualHealth,
    Abuse,
    SubstanceUse,
    /// What the person tagged themselves.
    Own,
}

/// Words and codes that suggest a set: folded, as whole words; with a star, as the beginning of a word. SNOMED CT codes
/// stand among them as words. Documented for patients in docs/sensitive.md.
const LISTS: [(Set, &[&str]); 8] = [
    (
        Set::AssistedConception,
        &[
            "ivf",
            "icsi",
            "iui",
            "in vitro fertili*",
            "intrauterine insemination",
            "assisted conception",
            "egg donat*",
            "sperm",
            "embryo*",
            "fertility",
            "infertil*",
            "subfertil*",
            "clomifene",
            "clomiphene",
        ],
    ),
    (
        Set::SexualInfectionAndHiv,
        &[
            "hiv",
            "human immunodeficiency",
            "aids",
            "antiretroviral*",
            "cd4",
            "chlamydia*",
            "gonorr*",
            "syphili*",
            "genital herpes",
            "genital wart*",
            "trichomon*",
            "sexually transmitted",
            "std",
            "sti",
            "gum clinic",
            "genitourinary medicine",
            "truvada",
            "biktarvy",
            "tenofovir",
            "emtricitabine",
            "efavirenz",
            "dolutegravir",
            "raltegravir",
            "bictegravir",
            "darunavir",
            "abacavir",
            "lamivudine",
            "86406008",
            "165816005",
            "76272004",
            "15628003",
        ],
    ),
    (Set::Termination, &["termination of pregnancy", "abortion*", "mifepristone", "misoprostol", "57797005"]),
    (
        Set::GenderIdentity,
        &[
            "gender dysphori*",
            "gender identity",
            "gender incongruen*",
            "transgender",
            "transsexual*",
            "trans man",
            "trans woman",
            "gender reassign*",
            "gender recogni*",
            "93461009",
        ],
    ),
    (
        Set::MentalHealth,
        &[
            "mental health",
            "depress*",
            "anxiety",
            "panic",
            "schizo*",
            "bipolar",
            "psychos*",
            "psychotic*",
            "psychiatr*",
            "psycholog*",
            "suicid*",
            "self harm*",
            "self-harm*",
            "overdose*",
            "eating disorder*",
            "anorexia nervosa",
            "bulimi*",
            "personality disorder*",
            "73595000",
            "ptsd",
            "post-traumatic*",
            "mania",
            "manic",
            "lithium",
            "clozapine",
            "olanzapine",
            "quetiapine",
            "risperidone",
            "aripiprazole",
            "haloperidol",
            "sertraline",
            "fluoxetine",
            "citalopram",
            "escitalopram",
            "mirtazapine",
            "venlafaxine",
            "paroxetine",
            "35489007",
            "58214004",
            "13746004",
        ],
    ),
    (
        Set::SexualHealth,
        &[
            "contracepti*",
            "mirena",
            "kyleena",
            "jaydess",
            "nuvaring",
            "norethisterone",
            "norethindrone",
            "norgestimate",
            "norgestrel",
            "desogestrel",
            "drospirenone",
            "etonogestrel",
            "medroxyprogesterone",
            "intrauterine device*",
            "intrauterine system*",
            "iud",
            "erectile",
            "sildenafil",
            "tadalafil",
            "vaginism*",
            "dyspareuni*",
            "sexual health",
            "sexual dysfunction",
            "levonorgestrel",
            "ulipristal",
            "family planning",
        ],
    ),
    (
        Set::Abuse,
        &[
            "violence",
            "violent",
            "domestic violence",
            "domestic abuse",
            "child abuse",
            "sexual abuse",
            "physical abuse",
            "elder abuse",
            "victim of",
            "abused",
            "rape",
            "raped",
            "sexual assault",
            "safeguarding",
            "child protection",
            "neglect",
            "female genital mutilation",
            "fgm",
            "marac",
            "intimate partner",
        ],
    ),
    (
        Set::SubstanceUse,
        &[
            "alcohol*",
            "drug misuse",
            "drug abuse",
            "drug user",
            "drug dependen*",
            "substance misuse",
            "substance abuse",
            "substance use",
            "opioid depend*",
            "opioid use*",
            "heroin",
            "cocaine",
            "cannabis",
            "methadone",
            "buprenorphine",
            "disulfiram",
            "acamprosate",
            "naltrexone",
            "needle exchange",
            "75544000",
            "7200002",
        ],
    ),
];

/// The sets that an item's folded words suggest.
pub(super) fn sets(words: &str) -> Vec<Set> {
    let found = |term: &&str| match term.strip_suffix('*') {
        Some(start) => holds(words, start, false),
        None => holds(words, term, true),
    };
    LISTS.iter().filter(|(_, terms)| terms.iter().any(found)).map(|(set, _)| *set).collect()
}

/// True if the term stands in the words at the beginning of a word, and ends with one if `whole`.
fn holds(words: &str, term: &str, whole: bool) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    words.match_indices(term).any(|(at, found)| {
        let before = words.get(..at).and_then(|w| w.chars().next_back());
        let after = words.get(at + found.len()..).and_then(|w| w.chars().next());
        !(is_letter(before) || whole && is_letter(after))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(words: &str, expected: &[Set]) {
        assert_eq!(sets(&super::super::search::fold(words)), expected, "{words}");
    }

    #[test]
    fn a_drug_a_test_a_clinic_or_a_code_suggests_its_set() {
        check("Truvada 200mg/245mg tablets", &[Set::SexualInfectionAndHiv]);
        check("CD4 count", &[Set::SexualInfectionAndHiv]);
        check("Letter from the GUM clinic", &[Set::SexualInfectionAndHiv]);
        check("code 35489007", &[Set::MentalHealth]);
        check("Referral to IVF unit", &[Set::AssistedConception]);
        check("Depressive disorder", &[Set::MentalHealth]);
        check("Alcohol intake", &[Set::SubstanceUse]);
    }

    #[test]
    fn a_part_of_another_word_suggests_nothing() {
        check("hives", &[]);
        check("hearing aids fitted? visual aid", &[Set::SexualInfectionAndHiv]);
        check("grapefruit", &[]);
        check("Gastritis", &[]);
        check("Asthma", &[]);
    }
}
