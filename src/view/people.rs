//! Who the record is about: the strip that stands on every page and every share.

use serde::{Deserialize, Serialize};

use super::Day;
use crate::record::Sex;

/// The person as every page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The whole name as one line; empty if no source gave one.
    pub name: String,
    /// Family name, for "SURNAME, Given"; empty if not told apart.
    pub family: String,
    /// Given names in one line.
    pub given: String,
    /// Date of birth.
    pub birth: Option<Day>,
    /// Age today (or at death, if that date is known), where the birth date is known well enough to be sure.
    pub age: Option<Age>,
    /// Sex as the source gave it.
    pub sex: Option<Sex>,
    /// The NHS number in groups of three, three and four.
    pub nhs_number: Option<NhsShown>,
    /// Date of death, or that the person has died with the date unknown.
    pub deceased: Option<Day>,
    /// Seed of the person's tile pattern: the same person always gets the same tile.
    pub tile: u64,
    /// The sources differ about who this is (names or birth dates written differently): how many ways there are.
    pub variants: u32,
}

/// An NHS number for the eye.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NhsShown {
    /// `943 476 5919`.
    pub text: String,
    /// False: fails its check digit or is a known stand-in; shown with a warning, never used to match.
    pub valid: bool,
}

/// An age for the ui to word: years, and months and days for the small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Whole years.
    pub years: u16,
    /// Whole months since the last birthday; 0 if the birth date is partial.
    pub months: u8,
    /// Whole days since birth, if the birth date is whole.
    pub days: Option<u32>,
}
