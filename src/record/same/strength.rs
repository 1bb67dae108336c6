//! The strength of a medicine, as its words tell it.

use super::fold;

/// The strengths named in a medicine's words: `20mg`, `5mg/5ml`. Spellings of one unit are one; nothing is converted.
///
/// ```
/// # use tessera::record::same::strengths;
/// assert_eq!(strengths("Atorvastatin 20 MG Oral Tablet"), strengths("atorvastatin 20mg tablets"));
/// assert_ne!(strengths("Levothyroxine 25 micrograms"), strengths("Levothyroxine 50mcg"));
/// ```
pub fn strengths(text: &str) -> Vec<String> {
    let folded = fold(text).replace("per ", "/");
    let mut rest = folded.as_str();
    let mut found: Vec<String> = Vec::new();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let over = rest.get(..at).is_some_and(|before| before.trim_end().ends_with('/'));
        let tail = rest.get(at..).unwrap_or_default();
        let (number, after) = number(tail);
        let spaced = after.trim_start();
        let end = spaced.find(|c: char| !(c.is_alphabetic() || c == '%')).unwrap_or(spaced.len());
        let (name, next) = (spaced.get(..end).unwrap_or_default(), spaced.get(end..).unwrap_or_default());
        if let Some(unit) = dose_unit(name) {
            match found.last_mut() {
                Some(last) if over => *last = format!("{last}/{number}{unit}"),
                _ if unit == "ml" => {}
                _ => found.push(format!("{number}{unit}")),
            }
            rest = next;
            // "1 mg/ml": a denominator without a number.
            if let Some(bare) = next.trim_start().strip_prefix('/') {
                let bare = bare.trim_start();
                let end = bare.find(|c: char| !c.is_alphabetic()).unwrap_or(bare.len());
                if let (Some(unit), Some(last)) = (bare.get(..end).and_then(dose_unit), found.last_mut()) {
                    *last = format!("{last}/{unit}");
                    rest = bare.get(end..).unwrap_or_default();
                }
            }
        } else {
            rest = after;
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A number at the start: thousands' commas dropped, zeros after the point trimmed.
fn number(text: &str) -> (String, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let (digits, rest) = (text.get(..end).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let plain = digits.trim_end_matches(['.', ',']).replace(',', "");
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain };
    (plain, rest)
}

fn dose_unit(name: &str) -> Option<&'static str> {
    Some(match name {
        "mg" | "milligram" | "milligrams" | "mgs" => "mg",
        "g" | "gram" | "grams" | "gm" => "g",
        "mcg" | "µg" | "μg" | "ug" | "microgram" | "micrograms" => "microgram",
        "ng" | "nanogram" | "nanograms" => "nanogram",
        "ml" | "millilitre" | "millilitres" | "milliliter" | "milliliters" => "ml",
        "unit" | "units" | "u" => "unit",
        "iu" => "iu",
        "%" => "%",
        "mmol" | "millimole" | "millimoles" => "mmol",
        "actuat" | "actuation" | "dose" => "dose",
        "hour" | "hours" | "hr" | "h" => "hour",
        _ => return None,
    })
}
