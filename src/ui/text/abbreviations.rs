//! Abbreviations in the source's words, found so that they can be explained on tap. The words themselves never change.

use super::Message;

/// A piece of a text; all of them together are the text.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'t> {
    /// The source's own characters.
    pub text: &'t str,
    /// What it usually means, if it is a known abbreviation.
    pub means: Option<Message>,
}

/// The abbreviations as written; those of doses are known in small letters too, where a dose is told.
const KNOWN: [(&str, bool, Message); 41] = [
    ("OD", true, super::glossary::od),
    ("BD", true, super::glossary::bd),
    ("TDS", true, super::glossary::tds),
    ("QDS", true, super::glossary::qds),
    ("PRN", true, super::glossary::prn),
    ("STAT", true, super::glossary::stat),
    ("MANE", true, super::glossary::mane),
    ("NOCTE", true, super::glossary::nocte),
    ("TTO", true, super::glossary::tto),
    ("PO", true, super::glossary::po),
    ("IM", false, super::glossary::im),
    ("IV", false, super::glossary::iv),
    ("SC", false, super::glossary::sc),
    ("MDI", false, super::glossary::mdi),
    ("FBC", false, super::glossary::fbc),
    ("LFT", false, super::glossary::lft),
    ("LFTs", false, super::glossary::lft),
    ("TFT", false, super::glossary::tft),
    ("TFTs", false, super::glossary::tft),
    ("eGFR", false, super::glossary::egfr),
    ("EGFR", false, super::glossary::egfr),
    ("HbA1c", false, super::glossary::hba1c),
    ("HBA1C", false, super::glossary::hba1c),
    ("CRP", false, super::glossary::crp),
    ("ESR", false, super::glossary::esr),
    ("TSH", false, super::glossary::tsh),
    ("INR", false, super::glossary::inr),
    ("PSA", false, super::glossary::psa),
    ("BMI", false, super::glossary::bmi),
    ("BP", false, super::glossary::bp),
    ("ECG", false, super::glossary::ecg),
    ("MRI", false, super::glossary::mri),
    ("COPD", false, super::glossary::copd),
    ("CKD", false, super::glossary::ckd),
    ("IHD", false, super::glossary::ihd),
    ("TIA", false, super::glossary::tia),
    ("DVT", false, super::glossary::dvt),
    ("UTI", false, super::glossary::uti),
    ("NSAID", false, super::glossary::nsaid),
    ("NSAIDs", false, super::glossary::nsaid),
    ("MMR", false, super::glossary::mmr),
];

/// Cuts a text at its known abbreviations, whole words only. `dose`: it tells a dose.
pub fn pieces(text: &str, dose: bool) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut done = 0;
    let mut start = None;
    let ends = text.char_indices().map(|(at, c)| (at, c.is_alphanumeric())).chain([(text.len(), false)]);
    for (at, in_word) in ends {
        match (start, in_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                let word = text.get(from..at).unwrap_or_default();
                if let Some(means) = meaning(word, dose) {
                    let before = text.get(done..from).unwrap_or_default();
                    out.extend((!before.is_empty()).then_some(Piece { text: before, means: None }));
                    out.push(Piece { text: word, means: Some(means) });
                    done = at;
                }
            }
            _ => {}
        }
    }
    let rest = text.get(done..).unwrap_or_default();
    out.extend((!rest.is_empty()).then_some(Piece { text: rest, means: None }));
    out
}

fn meaning(word: &str, dose: bool) -> Option<Message> {
    let same = |known: &str, of_dose: bool| {
        known == word
            || (dose && of_dose && known.eq_ignore_ascii_case(word) && !word.bytes().any(|b| b.is_ascii_uppercase()))
    };
    KNOWN.iter().find(|(known, of_dose, _)| same(known, *of_dose)).map(|(_, _, means)| *means)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, dose: bool, known: &[&str]) {
        let found = pieces(text, dose);
        assert_eq!(found.iter().map(|p| p.text).collect::<String>(), text, "no character is lost or changed");
        let marked: Vec<&str> = found.iter().filter(|p| p.means.is_some()).map(|p| p.text).collect();
        assert_eq!(marked, known, "{text}");
    }

    #[test]
    fn abbreviations_are_found_as_whole_words_and_nothing_is_changed() {
        check("One BD, PRN (max 4)", true, &["BD", "PRN"]);
        check("one bd prn", true, &["bd", "prn"]);
        check("eGFR (CKD-EPI)", false, &["eGFR", "CKD"]);
        check("HbA1c", false, &["HbA1c"]);
        check("Bd", true, &[]);
        // In plain words small letters are words: Welsh “om”, “po”, a cat’s “stat”.
        check("po stat bd", false, &[]);
        check("ABDOMEN INRANGE Siân’s FBCs", false, &[]);
        check("", true, &[]);
        check("e\u{301}GFR·eGFR", false, &["eGFR"]);
    }
}
