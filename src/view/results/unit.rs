//! Scaling between units of one dimension, for the chart alone: g/L ↔ g/dL, mmol/L ↔ µmol/L. Never between mass and
//! amount (mg/dL ↔ mmol/L), never between systems (HbA1c % ↔ mmol/mol), never U ↔ IU.

use crate::record::same;

/// What units of one series have in common: a dimension, or the one spelling of the unit itself.
pub(super) fn family(unit: &str) -> String {
    let one = same::unit(unit);
    match scale(&one) {
        Some((dimension, _)) => dimension.to_owned(),
        None => one,
    }
}

/// By how much a number in one unit is multiplied to be one in the other; `None` if they don't belong together.
pub(super) fn factor(from: &str, to: &str) -> Option<f64> {
    let (from, to) = (same::unit(from), same::unit(to));
    if from == to {
        return Some(1.0);
    }
    match (scale(&from)?, scale(&to)?) {
        ((a, x), (b, y)) if a == b => Some(10f64.powi(x - y)),
        _ => None,
    }
}

/// True for what is surely a unit, and no word beside a number.
pub(in crate::view) fn is_known(unit: &str) -> bool {
    let one = same::unit(unit);
    let others = ["%", "mmol/mol", "mmHg", "kPa", "U/L", "IU/L", "u/L", "iu/L", "mU/L", "Cel", "[degF]"];
    scale(&one).is_some() || others.contains(&one.as_str())
}

/// Mass or amount per volume as a power of ten of g/L or mol/L.
fn scale(unit: &str) -> Option<(&'static str, i32)> {
    let (top, bottom) = unit.split_once('/')?;
    let volume = prefix(bottom.strip_suffix('L')?)?;
    if let Some(p) = top.strip_suffix("mol") {
        return Some(("mol/L", prefix(p)? - volume));
    }
    Some(("g/L", prefix(top.strip_suffix('g')?)? - volume))
}

fn prefix(prefix: &str) -> Option<i32> {
    Some(match prefix {
        "" => 0,
        "d" => -1,
        "c" => -2,
        "m" => -3,
        "u" => -6,
        "n" => -9,
        "p" => -12,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expected: Option<f64>) {
        let found = factor(from, to);
        match (found, expected) {
            (Some(a), Some(b)) => assert!((a / b - 1.0).abs() < 1e-9, "{from} to {to}: {a}"),
            _ => assert_eq!(found, expected, "{from} to {to}"),
        }
        assert_eq!(family(from) == family(to), expected.is_some(), "{from} and {to}");
    }

    #[test]
    fn only_units_of_one_dimension_are_scaled() {
        check("g/dL", "g/L", Some(10.0));
        check("mmol/L", "µmol/L", Some(1000.0));
        check("g/l", "g/L", Some(1.0));
        check("mg/dL", "mmol/L", None);
        check("%", "mmol/mol", None);
        check("U/L", "iu/L", None);
        check("mg/mL", "g/L", Some(1.0));
        check("mmHg", "kPa", None);
        check("10*9/L", "g/L", None);
    }
}
