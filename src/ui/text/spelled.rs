//! Computers' notation as people write it: units, doses without words, the names of panels. Only the spelling changes,
//! never the meaning; what a file wrote itself stands on the entry's own page.

use super::dose as words;

/// A unit as people spell it: `mm[Hg]` → `mmHg`, `{score}` → `score`, `mL/min/{1.73_m2}` → `mL/min/1.73 m2`. What is not
/// known to be UCUM's own notation stays as it is.
pub fn unit(unit: &str) -> String {
    unit.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn part(part: &str) -> String {
    // A note in braces (UCUM §3) says what is counted and is no unit.
    if let Some(note) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'))
        && !note.contains(['{', '}'])
    {
        return note.replace('_', " ");
    }
    match part {
        "mm[Hg]" => "mmHg",
        "cm[H2O]" => "cmH2O",
        "Cel" => "°C",
        "[degF]" => "°F",
        "[lb_av]" => "lb",
        "[oz_av]" => "oz",
        "[in_i]" | "[in_us]" => "in",
        "[ft_i]" | "[ft_us]" => "ft",
        "[pH]" => "pH",
        "[IU]" | "[iU]" => "IU",
        "m[IU]" | "m[iU]" => "mIU",
        "k[IU]" | "k[iU]" => "kIU",
        "u[IU]" | "u[iU]" => "µIU",
        "10*3" => "10³",
        "10*6" => "10⁶",
        "10*9" => "10⁹",
        "10*12" => "10¹²",
        other => return other.to_owned(),
    }
    .to_owned()
}

/// What LOINC adds to the name of a panel, for whoever builds one.
const PANEL: &str = " panel with all children optional";

/// The name of a panel without what LOINC says there to whoever builds one: "Blood pressure panel with all children
/// optional" is a blood pressure.
pub fn title(title: &str) -> &str {
    title.strip_suffix(PANEL).unwrap_or(title)
}

/// A dose that a file gives in parts and not in words, as people say it: `1 · 1 × / 6 h` → `1 (no unit in the file) ·
/// every 6 hours`. Any other piece stays as it is written.
pub fn dose(dose: &str) -> String {
    let pieces: Vec<&str> = dose.split(" · ").collect();
    let told = pieces.iter().any(|p| how_often(p).is_some());
    let piece = |(i, piece): (usize, &&str)| match how_often(piece) {
        Some(words) => words,
        None if i == 0 && told && is_number(piece) => words::no_unit(piece),
        None => (*piece).to_owned(),
    };
    pieces.iter().enumerate().map(piece).collect::<Vec<_>>().join(" · ")
}

/// `2 × / 1 d` in words.
fn how_often(piece: &str) -> Option<String> {
    let (times, every) = piece.split_once(" × / ")?;
    // For how long stands behind it in brackets, and stays.
    let (every, bounds) = every.find(" [").map_or((every, ""), |at| every.split_at(at));
    let (period, unit) = every.split_once(' ')?;
    let ranged = |text: &str| text.split('–').all(is_number) && text.split('–').count() <= 2;
    if !ranged(times) || !ranged(period) {
        return None;
    }
    let (per, many) = match unit {
        "s" => (words::per_s(), words::many_s(period)),
        "min" => (words::per_min(), words::many_min(period)),
        "h" => (words::per_h(), words::many_h(period)),
        "d" => (words::per_d(), words::many_d(period)),
        "wk" => (words::per_wk(), words::many_wk(period)),
        "mo" => (words::per_mo(), words::many_mo(period)),
        "a" => (words::per_a(), words::many_a(period)),
        _ => return None,
    };
    let said = match (times, period) {
        ("1", "1") => words::once(per),
        (_, "1") => words::times(per, times),
        ("1", _) => words::every(&many),
        _ => words::times_every(&many, times),
    };
    Some(said + bounds)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn units_are_spelled_as_people_spell_them_and_mean_the_same() {
        let check = |raw: &str, expected: &str| assert_eq!(unit(raw), expected);
        check("{score}", "score");
        check("mm[Hg]", "mmHg");
        check("Cel", "°C");
        check("mL/min/{1.73_m2}", "mL/min/1.73 m2");
        check("{beats}/min", "beats/min");
        check("10*9/L", "10⁹/L");
        check("m[IU]/L", "mIU/L");
        check("[lb_av]", "lb");
        // Anything else is left alone.
        for same in ["mmol/L", "%", "mg/dL", "ug", "U/L", "IU/L", "Celsius", "[arb'U]", "{a}{b}", "10*10/L", ""] {
            check(same, same);
        }
    }

    #[test]
    fn a_dose_in_parts_is_told_in_words() {
        let check = |raw: &str, expected: &str| assert_eq!(dose(raw), expected);
        check("1 · 1 × / 1 d", "1 (no unit in the file) · once a day");
        check("1 · 1 × / 6 h", "1 (no unit in the file) · every 6 hours");
        check("1 · 4 × / 1 d", "1 (no unit in the file) · 4 times a day");
        check("500 mg · 2 × / 1 d · Oral", "500 mg · 2 times a day · Oral");
        check("2 Puffs · 1–2 × / 4–6 h", "2 Puffs · 1–2 times every 4–6 hours");
        check("3 × / 1 wk", "3 times a week");
        check("3 × / 1 d [7 days] · PRN", "3 times a day [7 days] · PRN");
        for same in ["One tablet daily", "1", "1 tablet · BID", "2 ×", "x × / 1 d", "1 × / 1 fortnight", ""] {
            check(same, same);
        }
    }

    #[test]
    fn a_panel_is_called_by_what_it_is() {
        assert_eq!(title("Blood pressure panel with all children optional"), "Blood pressure");
        assert_eq!(title("Lipid panel"), "Lipid panel");
    }
}
