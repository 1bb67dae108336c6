use serde::{Deserialize, Serialize};

use super::{Identifier, PartialDate};

/// Who a file says it is about (FHIR R4 §8.1 Patient). All parts as the source wrote them; empty where it said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The whole name as one line, for people.
    pub name: String,
    /// Family name.
    pub family: String,
    /// Given names, in order.
    pub given: Vec<String>,
    /// Date of birth.
    pub birth_date: Option<PartialDate>,
    /// Administrative sex or gender as the source gave it.
    pub sex: Option<Sex>,
    /// All business identifiers.
    pub identifiers: Vec<Identifier>,
    /// Address, telephone and such, one line each: label (FHIR element) and text.
    pub details: Vec<super::Detail>,
    /// Date of death, or that the person has died with the date unknown (empty text).
    pub deceased: Option<PartialDate>,
    /// Place in the original.
    pub at: String,
}

impl Person {
    /// The first NHS number that the source gives, valid or not.
    pub fn nhs_number(&self) -> Option<NhsNumber> {
        self.identifiers.iter().filter(|i| NhsNumber::is_system(&i.system)).find_map(|i| NhsNumber::read(&i.value))
    }
}

/// Administrative gender (FHIR R4 value set administrative-gender).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Sex {
    Female,
    Male,
    Other,
    Unknown,
}

/// Ten digits in the form of an NHS number; `valid` says whether they can be one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NhsNumber {
    /// The ten digits, without spaces.
    pub digits: String,
    /// The Mod 11 check digit is right, and the number is no known stand-in (1234567890, ten equal digits).
    pub valid: bool,
}

impl NhsNumber {
    /// True for the URIs and OIDs under which sources give an NHS number.
    pub fn is_system(system: &str) -> bool {
        let s = system.trim().to_ascii_lowercase();
        s.contains("nhs-number") || s.contains("nhsnumber") || s.ends_with("2.16.840.1.113883.2.1.4.1")
    }

    /// Reads ten digits, spaces and hyphens aside; `None` if there are not ten.
    pub fn read(text: &str) -> Option<NhsNumber> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let valid =
            mod11(&digits) && digits != "1234567890" && !digits.bytes().all(|b| Some(b) == digits.bytes().next());
        Some(NhsNumber { digits, valid })
    }
}

/// The check digit of an NHS number (NHS Data Dictionary, NHS NUMBER): weights 10 to 2, remainder of 11.
fn mod11(digits: &str) -> bool {
    let values: Vec<u32> = digits.bytes().map(|b| u32::from(b - b'0')).collect();
    let Some((check, body)) = values.split_last() else { return false };
    let sum: u32 = body.iter().zip((2..=10).rev()).map(|(d, w)| d * w).sum();
    match 11 - sum % 11 {
        11 => *check == 0,
        10 => false,
        n => *check == n,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<bool>) {
        assert_eq!(NhsNumber::read(text).map(|n| n.valid), expected, "{text}");
    }

    #[test]
    fn nhs_numbers_are_checked() {
        check("943 476 5919", Some(true));
        check("9434765919", Some(true));
        check("943-476-5918", Some(false));
        check("1234567890", Some(false));
        check("2222222222", Some(false));
        check("0000000000", Some(false));
        check("943476591", None);
        check("Test Harness", None);
    }
}
